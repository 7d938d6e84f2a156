//! What holds for every event: it reads back as written, a changed byte breaks the signature,
//! and no bytes whatever make the reader panic.

use presence::event::{
    Check, Digest, Direction, Engine, Event, Fix, Kind, Liveness, MAX_BYTES, MAX_INTEGER, Method,
    Place, Role, Tamper, VERSION, encode, from_base64url, parse, sign, to_base64url, verify,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::fixture::{event, face_check, key};

fn code() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._:/+=-]{1,128}"
}

fn place() -> impl Strategy<Value = Place> {
    let fix = || {
        (-90.0..=90.0, -180.0..=180.0, 0.0..1e7).prop_map(|(lat, lng, accuracy_m)| Fix {
            lat,
            lng,
            accuracy_m,
        })
    };
    prop_oneof![fix().prop_map(Place::Gnss), fix().prop_map(Place::Network), Just(Place::None)]
}

fn engine() -> impl Strategy<Value = Engine> {
    (code(), -1.0..=1.0, -1.0..=1.0, select(Liveness::ALL)).prop_map(
        |(model_hash, score, threshold, liveness)| Engine {
            model_hash,
            score,
            threshold,
            liveness,
        },
    )
}

fn check() -> impl Strategy<Value = Check> {
    (
        prop::option::of(code()),
        code(),
        select(Role::ALL),
        select(Direction::ALL),
        select(Method::ALL),
        engine(),
    )
        .prop_map(|(operation, practitioner, role, direction, method, engine)| Check {
            operation,
            practitioner,
            role,
            direction,
            method,
            engine: (method == Method::Face).then_some(engine),
        })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        check().prop_map(Kind::Check),
        Just(Kind::Heartbeat),
        Just(Kind::Started),
        prop::option::of(0.0..1e9).prop_map(|moved_m| Kind::Moved { moved_m }),
        code().prop_map(|what| Kind::Tamper { what: Tamper::from_code(&what) }),
        select(&["case_open", "power_cut", "camera_covered"][..])
            .prop_map(|what| Kind::Tamper { what: Tamper::from_code(what) }),
        Just(Kind::Config),
        any::<[u8; 32]>().prop_map(|seed| Kind::Key {
            public_key: ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes(),
        }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let names = (code(), code(), code(), code());
    let numbers = (1..=MAX_INTEGER as u64, -MAX_INTEGER..=MAX_INTEGER, 0..=MAX_INTEGER);
    (kind(), names, numbers, any::<[u8; 32]>(), place()).prop_map(
        |(kind, (device, boot, config_hash, firmware), numbers, prev, place)| Event {
            v: VERSION,
            kind,
            device,
            seq: numbers.0,
            prev: Digest(prev),
            boot,
            at_device_ms: numbers.1,
            at_mono_ms: numbers.2,
            config_hash,
            firmware,
            place,
        },
    )
}

proptest! {
    #[test]
    fn an_event_reads_back_as_written(event in any_event()) {
        let bytes = encode(&event);
        prop_assert!(bytes.len() <= MAX_BYTES, "every allowed event fits: {}", bytes.len());
        prop_assert_eq!(parse(&bytes), Ok(event));
    }

    #[test]
    fn a_changed_byte_breaks_the_signature(
        event in any_event(), at: prop::sample::Index, flip in 1..=255u8
    ) {
        let mut bytes = encode(&event);
        let mut sig = sign(&bytes, &key());
        let mut public = key().verifying_key().to_bytes();
        prop_assert!(verify(&bytes, &sig, &public));
        let at = at.index(bytes.len() + sig.len() + public.len());
        let mut whole = bytes.iter_mut().chain(&mut sig).chain(&mut public);
        if let Some(byte) = whole.nth(at) {
            *byte ^= flip;
        }
        prop_assert!(!verify(&bytes, &sig, &public));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..5000)) {
        prop_assert!(parse(&bytes).is_err(), "noise is no event");
    }

    #[test]
    fn no_damage_to_an_event_makes_the_reader_panic(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        keep: prop::sample::Index,
    ) {
        let mut bytes = encode(&event(Kind::Check(face_check())));
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        // A damaged event may still be readable; then it must read back from its own bytes.
        if let Ok(read) = parse(&bytes) {
            prop_assert_eq!(parse(&encode(&read)), Ok(read));
        }
        let cut = keep.index(bytes.len());
        prop_assert!(parse(&bytes[..cut]).is_err(), "half an event is no event");
    }

    #[test]
    fn no_json_makes_the_reader_panic(
        text in r#"[\[\]{}",:0-9.eE+\\u "nulltruefalse-]{0,400}"#
    ) {
        let _: Result<Event, _> = parse(text.as_bytes());
    }

    #[test]
    fn base64url_reads_back(
        bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[A-Za-z0-9_=-]{0,12}"
    ) {
        prop_assert_eq!(from_base64url(&to_base64url(&bytes)), Ok(bytes));
        if let Ok(bytes) = from_base64url(&text) {
            prop_assert_eq!(to_base64url(bytes), text, "one spelling alone");
        }
    }
}
