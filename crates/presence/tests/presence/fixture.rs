//! One device, its keys, and sample events that every test starts from.

use ed25519_dalek::SigningKey;
use presence::event::{
    Check, Digest, Direction, Engine, Event, Fix, Kind, Liveness, Method, Place, Role, Signer,
    VERSION,
};

pub const DEVICE: &str = "T-0301";

/// The key with seed 00 01 02 .. 1f. It is published: never enrol it.
pub fn key() -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|i| i as u8))
}

/// The key with seed 20 21 22 .. 3f, which follows the first.
pub fn next_key() -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|i| 32 + i as u8))
}

pub fn place() -> Place {
    Place::Gnss(Fix { lat: 31.9802, lng: 120.8943, accuracy_m: 6.5 })
}

pub fn face_check() -> Check {
    Check {
        operation: Some("OP-20240102-0007".to_owned()),
        practitioner: "P-01042".to_owned(),
        role: Role::Attending,
        direction: Direction::In,
        method: Method::Face,
        engine: Some(Engine {
            model_hash: presence::event::digest(b"face model").to_string(),
            score: 0.7312,
            threshold: 0.42,
            liveness: Liveness::Passed,
        }),
    }
}

pub fn badge_check() -> Check {
    Check { method: Method::BadgePin, engine: None, ..face_check() }
}

pub fn event(kind: Kind) -> Event {
    Event {
        v: VERSION,
        kind,
        device: DEVICE.to_owned(),
        seq: 1,
        prev: Digest::ZERO,
        boot: "b7f3c2a1".to_owned(),
        at_device_ms: 1_704_180_600_000,
        at_mono_ms: 1_500,
        config_hash: presence::event::digest(b"configuration 1").to_string(),
        firmware: "kiosk-1.4.0".to_owned(),
        place: place(),
    }
}

pub fn signer() -> Signer {
    let like = event(Kind::Started);
    Signer::new(key(), DEVICE, like.boot, like.firmware, like.config_hash)
}
