//! The device's side: signing bytes, and keeping the chain of one device.
//!
//! The caller gives keys, times and places, and keeps the state on disk. Verification stands
//! here too, so that both ends of a signature are read together.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::{Digest, Envelope, Event, Kind, Place, VERSION, digest, encode};

/// Signs bytes as they will be sent.
pub fn sign(bytes: &[u8], key: &SigningKey) -> [u8; 64] {
    key.sign(bytes).to_bytes()
}

/// Whether `sig` is the signature of exactly these bytes by this key. Weak keys and second
/// spellings of a signature are refused (strict verification). A signature or key of the
/// wrong form is a signature that does not hold.
pub fn verify(bytes: &[u8], sig: &[u8], public_key: &[u8; 32]) -> bool {
    let (Ok(key), Ok(sig)) = (VerifyingKey::from_bytes(public_key), Signature::from_slice(sig))
    else {
        return false;
    };
    key.verify_strict(bytes, &sig).is_ok()
}

/// A device that makes events: its key and its place in its chain.
///
/// A device must have its new `seq`, `prev` and envelope on disk before it sends the envelope.
/// One that forgets and signs a number again has equivocated, whatever the reason. A copy of
/// a signer is such a second history too: copy one only to play a dishonest device.
#[derive(Clone, Debug)]
pub struct Signer {
    key: SigningKey,
    device: String,
    seq: u64,
    prev: Digest,
    /// A random name for this start of the device.
    pub boot: String,
    pub firmware: String,
    /// Names the configuration in force.
    pub config_hash: String,
}

impl Signer {
    /// A device that has signed nothing yet.
    pub fn new(
        key: SigningKey,
        device: impl Into<String>,
        boot: impl Into<String>,
        firmware: impl Into<String>,
        config_hash: impl Into<String>,
    ) -> Self {
        Signer {
            key,
            device: device.into(),
            seq: 0,
            prev: Digest::ZERO,
            boot: boot.into(),
            firmware: firmware.into(),
            config_hash: config_hash.into(),
        }
    }

    /// The same device after a restart: the number and digest of the last event it signed.
    pub fn resume(mut self, seq: u64, prev: Digest) -> Self {
        (self.seq, self.prev) = (seq, prev);
        self
    }

    pub fn device(&self) -> &str {
        &self.device
    }

    /// The number of the last event signed; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The digest of the last event signed; zeros before the first.
    pub fn prev(&self) -> Digest {
        self.prev
    }

    /// The key that verifies the next event.
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Makes the next event. To change the key use [`Signer::replace_key`]: a key event made
    /// here would name a key that this signer does not hold.
    pub fn next(
        &mut self,
        kind: Kind,
        at_device_ms: i64,
        at_mono_ms: i64,
        place: Place,
    ) -> Envelope {
        let event = Event {
            v: VERSION,
            kind,
            device: self.device.clone(),
            seq: self.seq + 1,
            prev: self.prev,
            boot: self.boot.clone(),
            at_device_ms,
            at_mono_ms,
            config_hash: self.config_hash.clone(),
            firmware: self.firmware.clone(),
            place,
        };
        let bytes = encode(&event);
        (self.seq, self.prev) = (event.seq, digest(&bytes));
        Envelope { sig: sign(&bytes, &self.key).to_vec(), bytes }
    }

    /// Makes the event that names the next key, signed by the old one, and signs with the next
    /// key from then on. The next key must be on disk before this is called.
    pub fn replace_key(
        &mut self,
        next: SigningKey,
        at_device_ms: i64,
        at_mono_ms: i64,
        place: Place,
    ) -> Envelope {
        let kind = Kind::Key { public_key: next.verifying_key().to_bytes() };
        let envelope = self.next(kind, at_device_ms, at_mono_ms, place);
        self.key = next;
        envelope
    }
}
