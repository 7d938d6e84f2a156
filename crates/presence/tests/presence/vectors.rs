//! The published test vectors: made here from fixed keys, compared with the committed file,
//! and judged as a server judges. After a deliberate change of the protocol run the tests once
//! with `UPDATE_VECTORS=1` to write the file anew.

use std::collections::BTreeMap;
use std::path::Path;

use ed25519_dalek::SigningKey;
use presence::event::{
    Answer, Batch, Check, Digest, Direction, Envelope, Kind, Link, Method, Place, Tamper,
    Unreadable, digest, encode, link, parse_from, settle_old, sign, to_base64url, verify,
};
use serde::{Deserialize, Serialize};

use crate::fixture::{DEVICE, badge_check, face_check, key, next_key, place, signer};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vectors {
    about: String,
    device: String,
    seed: String,
    public_key: String,
    next_seed: String,
    next_public_key: String,
    events: Vec<Vector>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    #[serde(flatten)]
    envelope: Envelope,
    expect: Answer,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Half past three in the afternoon of 2 January 2024, UTC+8.
const START_MS: i64 = 1_704_180_600_000;

/// One event of every kind, in one chain, and one of every refusal that needs an event.
fn make() -> Vec<Vector> {
    let mut signer = signer();
    let mut clock = (START_MS, 1_500);
    let mut tick = |after_ms: i64| {
        clock = (clock.0 + after_ms, clock.1 + after_ms);
        clock
    };
    let mut out = Vec::new();
    let mut add = |name: &str, envelope: Envelope, expect: Answer, reason: Option<&str>| {
        let (name, reason) = (name.to_owned(), reason.map(str::to_owned));
        out.push(Vector { name, envelope, expect, reason });
    };
    let kinds = [
        ("started", Kind::Started, Place::None),
        ("config", Kind::Config, Place::None),
        ("check", Kind::Check(face_check()), place()),
        ("heartbeat", Kind::Heartbeat, place()),
        ("moved", Kind::Moved { moved_m: Some(12.5) }, place()),
        ("tamper", Kind::Tamper { what: Tamper::CaseOpen }, place()),
    ];
    for (name, kind, place) in kinds {
        let (at, mono) = tick(60_000);
        add(name, signer.next(kind, at, mono, place), Answer::Recorded, None);
    }
    let (at, mono) = tick(60_000);
    add("key", signer.replace_key(next_key(), at, mono, place()), Answer::Recorded, None);

    let (at, mono) = tick(60_000);
    let leave = Check { direction: Direction::Out, ..badge_check() };
    let mut late = signer.clone().next(Kind::Check(leave), at, mono, place());
    // Readable and next in the chain, but signed by the key that the event before replaced.
    late.sig = sign(&late.bytes, &key()).to_vec();
    add("signed_by_replaced_key", late.clone(), Answer::BadSignature, None);

    // The right key, but two readers could see two practitioners.
    let text = String::from_utf8(late.bytes).expect("encode writes UTF-8");
    let claim = r#""practitioner":"P-01042""#;
    let twice = text.replace(claim, &format!(r#"{claim},"practitioner":"P-02077""#));
    let bytes = twice.into_bytes();
    let sig = sign(&bytes, &next_key()).to_vec();
    let envelope = Envelope { bytes, sig };
    add("practitioner_twice", envelope, Answer::Unreadable, Some("duplicate_key"));

    // The third number once more, with another practitioner, by the key of that time.
    let third = out.get(2).map(|vector| vector.envelope.bytes.clone()).unwrap_or_default();
    let mut event = parse_from(&third, DEVICE).expect("the check is readable");
    event.kind = Kind::Check(Check { practitioner: "P-02077".to_owned(), ..face_check() });
    let bytes = encode(&event);
    let sig = sign(&bytes, &key()).to_vec();
    out.push(Vector {
        name: "third_number_again".to_owned(),
        envelope: Envelope { bytes, sig },
        expect: Answer::Equivocation,
        reason: None,
    });
    out
}

fn hex(key: &SigningKey) -> String {
    Digest(key.to_bytes()).to_string()
}

fn public(key: &SigningKey) -> String {
    to_base64url(key.verifying_key().to_bytes())
}

fn whole() -> Vectors {
    Vectors {
        about: "Terminal protocol, version 1. Take the events in this order. The keys are \
                published here: never enrol them."
            .to_owned(),
        device: DEVICE.to_owned(),
        seed: hex(&key()),
        public_key: public(&key()),
        next_seed: hex(&next_key()),
        next_public_key: public(&next_key()),
        events: make(),
    }
}

fn committed() -> Vectors {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/terminal-v1.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&whole()).expect("vectors are plain JSON");
        std::fs::write(&path, text + "\n").expect("the file can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the file of vectors is there");
    serde_json::from_str(&text).expect("the file of vectors is JSON")
}

/// A server's judgement of one device, as the protocol describes it.
struct Server {
    /// Each key, and the last number it may sign, if it was replaced.
    keys: Vec<([u8; 32], Option<u64>)>,
    stored: BTreeMap<u64, Digest>,
}

impl Server {
    fn answer(&mut self, envelope: &Envelope) -> Result<Answer, Unreadable> {
        let holds = |key: &[u8; 32]| verify(&envelope.bytes, &envelope.sig, key);
        let Some((_, until)) = self.keys.iter().find(|(key, _)| holds(key)) else {
            return Ok(Answer::BadSignature);
        };
        let event = parse_from(&envelope.bytes, DEVICE)?;
        if until.is_some_and(|until| event.seq > until) {
            return Ok(Answer::BadSignature);
        }
        let own = digest(&envelope.bytes);
        let last = self.stored.last_key_value().map(|(seq, own)| (*seq, *own));
        match link(last, event.seq, event.prev) {
            Link::Old => return Ok(settle_old(self.stored.get(&event.seq).copied(), own)),
            Link::First | Link::Next => {}
            other => panic!("the vectors have neither gap nor fork: {other:?}"),
        }
        self.stored.insert(event.seq, own);
        if let Kind::Key { public_key } = event.kind {
            if let Some(current) = self.keys.last_mut() {
                current.1 = Some(event.seq);
            }
            self.keys.push((public_key, None));
        }
        Ok(Answer::Recorded)
    }
}

#[test]
fn the_committed_file_is_what_the_code_makes() {
    assert_eq!(committed(), whole());
}

#[test]
fn a_server_answers_the_vectors_as_expected() {
    let vectors = committed();
    let mut server =
        Server { keys: vec![(key().verifying_key().to_bytes(), None)], stored: BTreeMap::new() };
    for vector in &vectors.events {
        let got = server.answer(&vector.envelope);
        let reason = got.as_ref().err().map(|why| why.code().to_owned());
        let answer = got.unwrap_or(Answer::Unreadable);
        assert_eq!((answer, &reason), (vector.expect, &vector.reason), "{}", vector.name);
    }
    for vector in vectors.events.iter().filter(|vector| vector.expect == Answer::Recorded) {
        let again = server.answer(&vector.envelope);
        assert_eq!(again, Ok(Answer::Duplicate), "{}", vector.name);
    }
}

#[test]
fn the_vectors_hold_every_kind_and_every_refusal() {
    let vectors = committed();
    assert_eq!(vectors.events.len(), 10);
    let mut kinds = Vec::new();
    for vector in &vectors.events {
        if vector.expect == Answer::Recorded {
            let event = parse_from(&vector.envelope.bytes, DEVICE).expect("recorded is readable");
            assert_eq!(event.kind.code(), vector.name);
            assert_eq!(encode(&event), vector.envelope.bytes);
            if let Kind::Check(check) = &event.kind {
                assert_eq!(check.method, Method::Face);
            }
            kinds.push(event.kind.code());
        }
    }
    kinds.sort_unstable();
    let all = ["check", "config", "heartbeat", "key", "moved", "started", "tamper"];
    assert_eq!(kinds, all);
    for refusal in [Answer::BadSignature, Answer::Unreadable, Answer::Equivocation] {
        assert!(vectors.events.iter().any(|vector| vector.expect == refusal), "{refusal:?}");
    }
}

#[test]
fn the_document_shows_the_check_of_the_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/terminal-protocol.md");
    let document = std::fs::read_to_string(path).expect("the document is there");
    let vectors = committed();
    let check = vectors.events.iter().find(|vector| vector.name == "check").expect("a check");
    let text = String::from_utf8(check.envelope.bytes.clone()).expect("an event is UTF-8");
    let batch = Batch { events: vec![check.envelope.clone()] };
    let body = serde_json::to_string(&batch).expect("a batch is plain JSON");
    let own = digest(&check.envelope.bytes).to_string();
    for shown in [&text, &body, &own, &vectors.public_key] {
        assert_eq!(document.matches(shown.as_str()).count(), 2, "once a language: {shown}");
    }
}
