//! Signed presence events of the terminal protocol, version 1.
//!
//! What an event says (this file), how it becomes bytes (`write`), how bytes are read without
//! trust (`read`), how events of a device hang together (`chain`), how a device signs
//! (`signer`), and the JSON around the events on the wire (`wire`). The protocol itself is
//! described for makers of terminals in `docs/terminal-protocol.md`.
//!
//! Left out on purpose: whether a person may do what the event claims (the rules judge that),
//! what is stored, and every reading of a clock or of randomness.

mod chain;
mod read;
mod signer;
mod wire;
mod write;

pub use chain::{Digest, Link, NotADigest, digest, link, settle_old};
pub use read::{Unreadable, parse, parse_from, public_key};
pub use signer::{Signer, sign, verify};
pub use wire::{
    Answer, Answered, Batch, Enrol, EnrolRefusal, Enrolled, Envelope, NotBase64Url, Reply,
    from_base64url, to_base64url,
};
pub use write::encode;

/// The most bytes one event may have.
pub const MAX_BYTES: usize = 4096;
/// The most events one request may carry.
pub const MAX_BATCH: usize = 100;
/// The version of the protocol that this module reads and writes.
pub const VERSION: u32 = 1;
/// The greatest integer that every JSON reader keeps exactly: 2^53 - 1.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;
/// The most characters of a code: a device, a practitioner, an operation, a hash.
pub const MAX_CODE: usize = 128;

/// A closed list of words on the wire, each with its Rust name.
macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every value, in the order of the protocol.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word on the wire.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The value of a word, if it is one of this list.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use codes;

/// One event as a device states it. None of it is believed because it parses.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub v: u32,
    pub kind: Kind,
    /// The name of the device given at enrolment, such as `T-0301`.
    pub device: String,
    /// Number of this event in the device's chain, from 1, one more for every kind.
    pub seq: u64,
    /// SHA-256 of the bytes of the event before; all zeros for the first.
    pub prev: Digest,
    /// A random name for this start of the device: `at_mono_ms` compares only within one.
    pub boot: String,
    /// UTC by the device's clock plus the city's offset.
    pub at_device_ms: i64,
    /// Milliseconds since this start, by a clock that nobody can set.
    pub at_mono_ms: i64,
    /// Names the configuration in force when the event was made.
    pub config_hash: String,
    pub firmware: String,
    pub place: Place,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A person checked in or out.
    Check(Check),
    /// The device lives; nothing else to say.
    Heartbeat,
    /// The device has started; a new `boot` begins.
    Started,
    /// The device felt that it was moved; metres if it could measure them.
    Moved { moved_m: Option<f64> },
    /// Somebody interfered with the device.
    Tamper { what: Tamper },
    /// The configuration changed; `config_hash` is that of the new one.
    Config,
    /// The next key. Signed by the old one; every later event is signed by the new one.
    Key { public_key: [u8; 32] },
}

impl Kind {
    /// The word on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Kind::Check(_) => "check",
            Kind::Heartbeat => "heartbeat",
            Kind::Started => "started",
            Kind::Moved { .. } => "moved",
            Kind::Tamper { .. } => "tamper",
            Kind::Config => "config",
            Kind::Key { .. } => "key",
        }
    }
}

/// One person at the door, as the terminal saw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The declared operation; none when nobody declared one.
    pub operation: Option<String>,
    /// Who the person claims to be, by the register's id and never by name.
    pub practitioner: String,
    pub role: Role,
    pub direction: Direction,
    pub method: Method,
    /// What the face engine found. There exactly when the method is a face.
    pub engine: Option<Engine>,
}

/// What the face engine on the device found. Neither image nor template leaves the device.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    pub model_hash: String,
    /// Cosine similarity, from -1 to 1.
    pub score: f64,
    /// The score from which the device counted the face as the same.
    pub threshold: f64,
    pub liveness: Liveness,
}

codes! {
    /// The part a person takes in an operation.
    Role {
        Attending = "attending",
        Anaesthetist = "anaesthetist",
        Assistant = "assistant",
        Nurse = "nurse",
        Other = "other",
    }
}

codes! {
    /// Which way a person passed the door.
    Direction {
        In = "in",
        Out = "out",
    }
}

codes! {
    /// How a person proved presence. Every method has equal standing.
    Method {
        Face = "face",
        BadgePin = "badge_pin",
        BadgeTotp = "badge_totp",
        Witness = "witness",
    }
}

codes! {
    /// Whether the engine took the face for a living one; `none` when it did not look.
    Liveness {
        Passed = "passed",
        Failed = "failed",
        None = "none",
    }
}

/// How somebody interfered with a device. Makers may send codes of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tamper {
    CaseOpen,
    PowerCut,
    CameraCovered,
    /// A maker's own code.
    Other(String),
}

impl Tamper {
    /// The word on the wire.
    pub fn code(&self) -> &str {
        match self {
            Tamper::CaseOpen => "case_open",
            Tamper::PowerCut => "power_cut",
            Tamper::CameraCovered => "camera_covered",
            Tamper::Other(code) => code,
        }
    }

    /// The value of a word; a word we do not know is kept.
    pub fn from_code(code: &str) -> Self {
        match code {
            "case_open" => Tamper::CaseOpen,
            "power_cut" => Tamper::PowerCut,
            "camera_covered" => Tamper::CameraCovered,
            other => Tamper::Other(other.to_owned()),
        }
    }
}

/// Where the device believes it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// By satellites.
    Gnss(Fix),
    /// By radio cells or wireless networks.
    Network(Fix),
    /// The device does not know.
    None,
}

impl Place {
    /// The word on the wire.
    pub fn source(&self) -> &'static str {
        match self {
            Place::Gnss(_) => "gnss",
            Place::Network(_) => "network",
            Place::None => "none",
        }
    }

    /// The position, if the device has one.
    pub fn fix(&self) -> Option<&Fix> {
        match self {
            Place::Gnss(fix) | Place::Network(fix) => Some(fix),
            Place::None => None,
        }
    }
}

/// A position in WGS-84 degrees, and the radius in metres within which it is believed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    pub lat: f64,
    pub lng: f64,
    pub accuracy_m: f64,
}
