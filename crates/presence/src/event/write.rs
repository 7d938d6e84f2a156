//! An event as bytes: compact JSON with the keys always in the same order.
//!
//! The order and spacing serve repeatable test vectors alone. Readers must take any order, and
//! nobody makes bytes again from a parsed event to check a signature.

use serde_json::Value;

use super::{Check, Engine, Event, Kind, Place, to_base64url};

/// The bytes of an event, ready to be signed. Values that the protocol refuses are written as
/// they are, so that a test can send them; [`super::parse`] says what is wrong with them.
pub fn encode(event: &Event) -> Vec<u8> {
    let mut object = Object::new();
    object.put("v", event.v);
    object.put("kind", event.kind.code());
    object.put("device", event.device.as_str());
    object.put("seq", event.seq);
    object.put("prev", event.prev.to_string());
    object.put("boot", event.boot.as_str());
    object.put("at_device_ms", event.at_device_ms);
    object.put("at_mono_ms", event.at_mono_ms);
    object.put("config_hash", event.config_hash.as_str());
    object.put("firmware", event.firmware.as_str());
    object.put_json("place", &place(&event.place));
    match &event.kind {
        Kind::Check(check) => put_check(&mut object, check),
        Kind::Moved { moved_m: Some(metres) } => object.put("moved_m", *metres),
        Kind::Tamper { what } => object.put("what", what.code()),
        Kind::Key { public_key } => object.put("public_key", to_base64url(public_key)),
        Kind::Moved { moved_m: None } | Kind::Heartbeat | Kind::Started | Kind::Config => {}
    }
    object.close().into_bytes()
}

fn put_check(object: &mut Object, check: &Check) {
    object.put("operation", check.operation.as_deref());
    object.put("practitioner", check.practitioner.as_str());
    object.put("role", check.role.code());
    object.put("direction", check.direction.code());
    object.put("method", check.method.code());
    if let Some(found) = &check.engine {
        object.put_json("engine", &engine(found));
    }
}

fn place(place: &Place) -> String {
    let mut object = Object::new();
    object.put("source", place.source());
    if let Some(fix) = place.fix() {
        object.put("lat", fix.lat);
        object.put("lng", fix.lng);
        object.put("accuracy_m", fix.accuracy_m);
    }
    object.close()
}

fn engine(engine: &Engine) -> String {
    let mut object = Object::new();
    object.put("model_hash", engine.model_hash.as_str());
    object.put("score", engine.score);
    object.put("threshold", engine.threshold);
    object.put("liveness", engine.liveness.code());
    object.close()
}

/// A JSON object under the pen. Writing to a text cannot fail, a serde serialiser might say so.
struct Object(String);

impl Object {
    fn new() -> Self {
        Object("{".to_owned())
    }

    fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.put_json(key, &value.into().to_string());
    }

    fn put_json(&mut self, key: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(key); // our own keys: none needs escaping
        self.0.push_str("\":");
        self.0.push_str(json);
    }

    fn close(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
