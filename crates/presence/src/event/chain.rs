//! How the events of one device hang together: digests, and what a number and a `prev` say.
//!
//! Pure functions of what the caller has stored. What a gap or a fork means for a clinic is
//! judged elsewhere.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::Answer;

/// A SHA-256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The `prev` of a device's first event.
    pub const ZERO: Digest = Digest([0; 32]);
}

/// The digest of the bytes of an event exactly as they were sent.
pub fn digest(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(NotADigest);
        }
        let mut out = [0; 32];
        for (byte, [high, low]) in out.iter_mut().zip(pairs) {
            *byte = (nibble(*high)? << 4) | nibble(*low)?;
        }
        Ok(Digest(out))
    }
}

/// Capitals are refused: two spellings of one digest would make two texts of one event.
fn nibble(digit: u8) -> Result<u8, NotADigest> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(NotADigest),
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            write!(text, "{byte:02x}")?;
        }
        f.pad(&text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// How an event relates to the last one stored for its device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The device's first event: number 1, nothing stored, `prev` all zeros. Record it.
    First,
    /// The next number, and `prev` is the digest of the last event. Record it.
    Next,
    /// Numbers are missing before it. Record it; the gap is a finding until the missing events
    /// arrive. Its `prev` cannot be compared before then.
    Gap { expected_seq: u64, got_seq: u64 },
    /// The next number, but `prev` is not the digest of the last event (or number 1 with a
    /// `prev` that is not zero): the device has signed another history than the one it sent.
    /// Record it; the fork is a finding, and a grave one.
    Fork,
    /// A number not above the last. Look up what is stored under it and ask [`settle_old`].
    Old,
}

/// Says how an event relates to `last`, the greatest number stored for its device and that
/// event's digest. Every input has an answer; nothing is refused here.
pub fn link(last: Option<(u64, Digest)>, seq: u64, prev: Digest) -> Link {
    let (last_seq, last_digest) = last.unwrap_or((0, Digest::ZERO));
    match seq.checked_sub(last_seq) {
        None | Some(0) => Link::Old,
        Some(1) if prev != last_digest => Link::Fork,
        Some(1) if last.is_none() => Link::First,
        Some(1) => Link::Next,
        Some(_) => Link::Gap { expected_seq: last_seq + 1, got_seq: seq },
    }
}

/// Answers an event that is [`Link::Old`], from the digest stored under its number, if any.
///
/// Nothing stored: it is a late piece of a gap and is recorded. The same digest: it was sent
/// twice, and nothing changes. Another digest: the device signed two events with one number.
pub fn settle_old(stored: Option<Digest>, got: Digest) -> Answer {
    match stored {
        None => Answer::Recorded,
        Some(stored) if stored == got => Answer::Duplicate,
        Some(_) => Answer::Equivocation,
    }
}
