//! The JSON around the events: requests, answers, and binary values as base64url.
//!
//! Limits of number and rate are the server's to keep; these are shapes only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{Unreadable, codes};

/// A text that is not base64url in its only spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("binary values are base64url without padding")]
pub struct NotBase64Url;

/// Bytes as base64url without padding.
pub fn to_base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes of a base64url text. Padding, blanks and stray last bits are refused, so that
/// bytes have one spelling.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// Signed bytes on their way. A signature of the wrong length is carried too: it is answered
/// as a bad signature and does not spoil the events beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    #[serde(with = "base64url")]
    pub bytes: Vec<u8>,
    #[serde(with = "base64url")]
    pub sig: Vec<u8>,
}

/// The body of `POST /api/v1/terminals/{device}/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// In the order of their numbers, at most [`super::MAX_BATCH`].
    pub events: Vec<Envelope>,
}

codes! {
    /// What became of one event.
    Answer {
        /// Stored for good.
        Recorded = "recorded",
        /// Was stored before; nothing changed.
        Duplicate = "duplicate",
        /// Another event with this number is stored. Both are kept as findings.
        Equivocation = "equivocation",
        /// The signature does not hold under the device's key.
        BadSignature = "bad_signature",
        /// No such device is enrolled.
        UnknownDevice = "unknown_device",
        /// The device was revoked.
        Revoked = "revoked",
        /// The signature holds but the bytes do not follow the protocol.
        Unreadable = "unreadable",
    }
}

/// The answer to one event; an unreadable one also says why and in which field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub answer: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Self {
        Answered { answer, reason: None, field: None }
    }
}

impl From<&Unreadable> for Answered {
    fn from(why: &Unreadable) -> Self {
        Answered {
            answer: Answer::Unreadable,
            reason: Some(why.code().to_owned()),
            field: why.field().map(str::to_owned),
        }
    }
}

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// One for each event, in the order they were sent.
    pub answers: Vec<Answered>,
    /// The server's machine clock, UTC.
    pub server_time_ms: i64,
    /// City clock minus machine clock.
    pub city_offset_ms: i64,
}

/// The body of `POST /api/v1/terminals/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrol {
    /// The one-time code.
    pub code: String,
    /// The device's first key. A text, so that a bad one can be told from a bad request.
    pub public_key: String,
}

/// The answer to an enrolment that succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: String,
    /// The server's machine clock, UTC.
    pub server_time_ms: i64,
    /// City clock minus machine clock.
    pub city_offset_ms: i64,
}

codes! {
    /// Why an enrolment was refused.
    EnrolRefusal {
        /// No such code was given out.
        CodeUnknown = "code_unknown",
        /// The code has been used.
        CodeUsed = "code_used",
        /// The code is older than 24 hours.
        CodeExpired = "code_expired",
        /// Not a usable Ed25519 public key.
        KeyInvalid = "key_invalid",
        /// Some device has used this key, now or before.
        KeyUsed = "key_used",
    }
}

/// For `#[serde(with)]`: bytes as base64url text.
mod base64url {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::to_base64url(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_base64url(&text).map_err(de::Error::custom)
    }
}
