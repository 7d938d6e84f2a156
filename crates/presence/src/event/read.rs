//! Bytes read without trust. Call this only after the signature has been verified.
//!
//! Two readers of one event must never see different things, so a key that comes twice in an
//! object is refused at any depth, integers keep within what every language holds exactly, and
//! codes are plain ASCII (which also keeps names and control characters out of the register).

use std::collections::BTreeMap;
use std::fmt;

use ed25519_dalek::VerifyingKey;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{
    Check, Digest, Direction, Engine, Event, Fix, Kind, Liveness, MAX_BYTES, MAX_CODE, MAX_INTEGER,
    Method, Place, Role, Tamper, VERSION, from_base64url,
};

/// Why an event cannot be read. Nothing in it is text taken from the event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("an event has at most {MAX_BYTES} bytes, this one has {0}")]
    TooLarge(usize),
    #[error("the bytes are not UTF-8")]
    NotUtf8,
    #[error("the bytes are not one JSON object")]
    NotJson,
    #[error("a key comes twice in an object")]
    DuplicateKey,
    #[error("version {0} of the protocol is not known here")]
    WrongVersion(i64),
    #[error("the field {0} is missing")]
    MissingField(&'static str),
    #[error("the field {0} is not what the protocol allows there")]
    BadField(&'static str),
    #[error("the event names another device than the one it was sent for")]
    WrongDevice,
}

impl Unreadable {
    /// The word on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Unreadable::TooLarge(_) => "too_large",
            Unreadable::NotUtf8 => "not_utf8",
            Unreadable::NotJson => "not_json",
            Unreadable::DuplicateKey => "duplicate_key",
            Unreadable::WrongVersion(_) => "wrong_version",
            Unreadable::MissingField(_) => "missing_field",
            Unreadable::BadField(_) => "bad_field",
            Unreadable::WrongDevice => "wrong_device",
        }
    }

    /// The field that is wrong, with a point before the inner name: `place.lat`.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Unreadable::MissingField(field) | Unreadable::BadField(field) => Some(field),
            _ => None,
        }
    }
}

/// Reads an event. Unknown keys are passed over.
pub fn parse(bytes: &[u8]) -> Result<Event, Unreadable> {
    if bytes.len() > MAX_BYTES {
        return Err(Unreadable::TooLarge(bytes.len()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?;
    // The only data error that reading into `Json` can raise is a key that comes twice.
    let json = serde_json::from_str::<Json>(text).map_err(|error| match error.is_data() {
        true => Unreadable::DuplicateKey,
        false => Unreadable::NotJson,
    })?;
    let Json::Object(object) = json else {
        return Err(Unreadable::NotJson);
    };
    event(&Fields(&object))
}

/// Reads an event sent for `device`, and refuses one that names another.
pub fn parse_from(bytes: &[u8], device: &str) -> Result<Event, Unreadable> {
    let event = parse(bytes)?;
    match event.device == device {
        true => Ok(event),
        false => Err(Unreadable::WrongDevice),
    }
}

fn event(fields: &Fields<'_>) -> Result<Event, Unreadable> {
    // First of all: under another version every other field may mean something else.
    let v = fields.integer("v", "v", i64::MIN..=i64::MAX)?;
    if v != i64::from(VERSION) {
        return Err(Unreadable::WrongVersion(v));
    }
    let seq = fields.integer("seq", "seq", 1..=MAX_INTEGER)?;
    Ok(Event {
        v: VERSION,
        kind: kind(fields)?,
        device: fields.code("device", "device")?,
        seq: seq.unsigned_abs(),
        prev: fields.word("prev", "prev", |text| text.parse::<Digest>().ok())?,
        boot: fields.code("boot", "boot")?,
        at_device_ms: fields.integer("at_device_ms", "at_device_ms", -MAX_INTEGER..=MAX_INTEGER)?,
        at_mono_ms: fields.integer("at_mono_ms", "at_mono_ms", 0..=MAX_INTEGER)?,
        config_hash: fields.code("config_hash", "config_hash")?,
        firmware: fields.code("firmware", "firmware")?,
        place: place(&fields.object("place", "place")?)?,
    })
}

fn kind(fields: &Fields<'_>) -> Result<Kind, Unreadable> {
    match fields.text("kind", "kind")? {
        "check" => Ok(Kind::Check(check(fields)?)),
        "heartbeat" => Ok(Kind::Heartbeat),
        "started" => Ok(Kind::Started),
        "moved" => Ok(Kind::Moved { moved_m: moved_m(fields)? }),
        "tamper" => Ok(Kind::Tamper { what: Tamper::from_code(&fields.code("what", "what")?) }),
        "config" => Ok(Kind::Config),
        "key" => Ok(Kind::Key { public_key: fields.word("public_key", "public_key", public_key)? }),
        _ => Err(Unreadable::BadField("kind")),
    }
}

fn moved_m(fields: &Fields<'_>) -> Result<Option<f64>, Unreadable> {
    match fields.0.get("moved_m") {
        None | Some(Json::Null) => Ok(None),
        Some(_) => fields.number("moved_m", "moved_m", 0.0..=f64::MAX).map(Some),
    }
}

/// The key of a base64url text, if it can verify anything: a key that could verify nothing would
/// lock the device out, so it is refused while the old key is still in force.
pub fn public_key(text: &str) -> Option<[u8; 32]> {
    let bytes = <[u8; 32]>::try_from(from_base64url(text).ok()?).ok()?;
    let key = VerifyingKey::from_bytes(&bytes).ok()?;
    (!key.is_weak()).then_some(bytes)
}

fn check(fields: &Fields<'_>) -> Result<Check, Unreadable> {
    let operation = match fields.get("operation", "operation")? {
        Json::Null => None,
        _ => Some(fields.code("operation", "operation")?),
    };
    let method = fields.word("method", "method", Method::from_code)?;
    let engine = match (method, fields.0.get("engine")) {
        (Method::Face, None | Some(Json::Null)) => return Err(Unreadable::MissingField("engine")),
        (Method::Face, Some(_)) => Some(engine(&fields.object("engine", "engine")?)?),
        (_, None | Some(Json::Null)) => None,
        (_, Some(_)) => return Err(Unreadable::BadField("engine")),
    };
    Ok(Check {
        operation,
        practitioner: fields.code("practitioner", "practitioner")?,
        role: fields.word("role", "role", Role::from_code)?,
        direction: fields.word("direction", "direction", Direction::from_code)?,
        method,
        engine,
    })
}

fn engine(fields: &Fields<'_>) -> Result<Engine, Unreadable> {
    Ok(Engine {
        model_hash: fields.code("model_hash", "engine.model_hash")?,
        score: fields.number("score", "engine.score", -1.0..=1.0)?,
        threshold: fields.number("threshold", "engine.threshold", -1.0..=1.0)?,
        liveness: fields.word("liveness", "engine.liveness", Liveness::from_code)?,
    })
}

fn place(fields: &Fields<'_>) -> Result<Place, Unreadable> {
    match fields.text("source", "place.source")? {
        "gnss" => Ok(Place::Gnss(fix(fields)?)),
        "network" => Ok(Place::Network(fix(fields)?)),
        "none" => Ok(Place::None),
        _ => Err(Unreadable::BadField("place.source")),
    }
}

fn fix(fields: &Fields<'_>) -> Result<Fix, Unreadable> {
    Ok(Fix {
        lat: fields.number("lat", "place.lat", -90.0..=90.0)?,
        lng: fields.number("lng", "place.lng", -180.0..=180.0)?,
        accuracy_m: fields.number("accuracy_m", "place.accuracy_m", 0.0..=f64::MAX)?,
    })
}

/// The keys of one object. Each reader takes the key and the name that a refusal gives it.
struct Fields<'a>(&'a BTreeMap<String, Json>);

impl<'a> Fields<'a> {
    fn get(&self, key: &str, name: &'static str) -> Result<&'a Json, Unreadable> {
        self.0.get(key).ok_or(Unreadable::MissingField(name))
    }

    fn text(&self, key: &str, name: &'static str) -> Result<&'a str, Unreadable> {
        match self.get(key, name)? {
            Json::Text(text) => Ok(text),
            _ => Err(Unreadable::BadField(name)),
        }
    }

    fn word<T>(
        &self,
        key: &str,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        read(self.text(key, name)?).ok_or(Unreadable::BadField(name))
    }

    fn code(&self, key: &str, name: &'static str) -> Result<String, Unreadable> {
        self.word(key, name, |text| is_code(text).then(|| text.to_owned()))
    }

    fn integer(
        &self,
        key: &str,
        name: &'static str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Result<i64, Unreadable> {
        match self.get(key, name)? {
            Json::Integer(n) if range.contains(n) => Ok(*n),
            _ => Err(Unreadable::BadField(name)),
        }
    }

    fn number(
        &self,
        key: &str,
        name: &'static str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Result<f64, Unreadable> {
        let n = match self.get(key, name)? {
            Json::Integer(n) => *n as f64,
            Json::Number(n) => *n,
            _ => return Err(Unreadable::BadField(name)),
        };
        match range.contains(&n) {
            true => Ok(n),
            false => Err(Unreadable::BadField(name)),
        }
    }

    fn object(&self, key: &str, name: &'static str) -> Result<Fields<'a>, Unreadable> {
        match self.get(key, name)? {
            Json::Object(object) => Ok(Fields(object)),
            _ => Err(Unreadable::BadField(name)),
        }
    }
}

/// Codes name things in registers, addresses and file names: ASCII, no spaces, not long.
fn is_code(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/+=".contains(&byte);
    (1..=MAX_CODE).contains(&text.len()) && text.bytes().all(allowed)
}

/// JSON as far as an event needs it. serde_json's own value would keep the last of two equal
/// keys in silence.
enum Json {
    Null,
    /// Written without fraction and exponent, and within 64 bits.
    Integer(i64),
    Number(f64),
    Text(String),
    Object(BTreeMap<String, Json>),
    /// A truth value or a list: no field of version 1 is either, so their content is dropped.
    Unused,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without a key that comes twice")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Unused)
    }

    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Integer(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Json, E> {
        Ok(i64::try_from(n).map_or(Json::Number(n as f64), Json::Integer))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Json, E> {
        Ok(Json::Number(n))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        while list.next_element::<Json>()?.is_some() {}
        Ok(Json::Unused)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if object.contains_key(&key) {
                return Err(A::Error::custom("a key comes twice"));
            }
            object.insert(key, map.next_value::<Json>()?);
        }
        Ok(Json::Object(object))
    }
}
