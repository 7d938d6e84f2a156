//! What `parse` refuses, one row a reason, and what it must take.

use presence::event::{
    Answered, Batch, Envelope, Event, Kind, MAX_BYTES, Place, Tamper, Unreadable, encode,
    from_base64url, parse, parse_from,
};

use crate::fixture::{DEVICE, badge_check, event, face_check};

fn text(event: &Event) -> String {
    String::from_utf8(encode(event)).expect("encode writes UTF-8")
}

fn check() -> String {
    text(&event(Kind::Check(face_check())))
}

fn heartbeat() -> String {
    text(&event(Kind::Heartbeat))
}

fn swap(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "{old} must stand once in {text}");
    text.replace(old, new)
}

#[test]
fn fields_are_refused_with_their_names() {
    use Unreadable::{BadField, MissingField, WrongVersion};
    let long = format!(r#""{}""#, "x".repeat(129));
    let rows = [
        (heartbeat(), r#""v":1,"#, "", MissingField("v")),
        (heartbeat(), r#""v":1"#, r#""v":2"#, WrongVersion(2)),
        (heartbeat(), r#""v":1"#, r#""v":"1""#, BadField("v")),
        (heartbeat(), r#""v":1"#, r#""v":1.0"#, BadField("v")),
        (heartbeat(), r#""heartbeat""#, r#""pulse""#, BadField("kind")),
        (heartbeat(), r#""heartbeat""#, "null", BadField("kind")),
        (heartbeat(), r#""T-0301""#, r#""""#, BadField("device")),
        (heartbeat(), r#""T-0301""#, r#""T 0301""#, BadField("device")),
        (heartbeat(), r#""T-0301""#, r#""终端""#, BadField("device")),
        (heartbeat(), r#""T-0301""#, r#""T\u0000""#, BadField("device")),
        (heartbeat(), r#""T-0301""#, &long, BadField("device")),
        (heartbeat(), r#""seq":1"#, r#""seq":0"#, BadField("seq")),
        (heartbeat(), r#""seq":1"#, r#""seq":-1"#, BadField("seq")),
        (heartbeat(), r#""seq":1"#, r#""seq":1e0"#, BadField("seq")),
        (heartbeat(), r#""seq":1"#, r#""seq":true"#, BadField("seq")),
        (heartbeat(), r#""seq":1"#, r#""seq":9007199254740992"#, BadField("seq")),
        (heartbeat(), r#""seq":1"#, r#""seq":18446744073709551617"#, BadField("seq")),
        (heartbeat(), r#""prev":"0000"#, r#""prev":"000"#, BadField("prev")),
        (heartbeat(), r#""prev":"0000"#, r#""prev":"000A"#, BadField("prev")),
        (heartbeat(), "1704180600000", "-9007199254740992", BadField("at_device_ms")),
        (heartbeat(), r#""at_mono_ms":1500"#, r#""at_mono_ms":-1"#, BadField("at_mono_ms")),
        (heartbeat(), r#""at_mono_ms":1500"#, r#""at_mono_ms":-0"#, BadField("at_mono_ms")),
        (heartbeat(), r#""firmware""#, r#""Firmware""#, MissingField("firmware")),
        (heartbeat(), r#""gnss""#, r#""guess""#, BadField("place.source")),
        (heartbeat(), r#""lat":31.9802"#, r#""lat":90.01"#, BadField("place.lat")),
        (heartbeat(), r#""lat":31.9802,"#, "", MissingField("place.lat")),
        (heartbeat(), r#""lng":120.8943"#, r#""lng":"120""#, BadField("place.lng")),
        (heartbeat(), r#""accuracy_m":6.5"#, r#""accuracy_m":-1"#, BadField("place.accuracy_m")),
        (check(), r#""operation""#, r#""op""#, MissingField("operation")),
        (check(), r#""P-01042""#, "null", BadField("practitioner")),
        (check(), r#""attending""#, r#""surgeon""#, BadField("role")),
        (check(), r#""in""#, r#""IN""#, BadField("direction")),
        (check(), r#""face""#, r#""palm""#, BadField("method")),
        (check(), r#""face""#, r#""badge_pin""#, BadField("engine")),
        (check(), r#""engine""#, r#""motor""#, MissingField("engine")),
        (check(), r#""score":0.7312"#, r#""score":1.01"#, BadField("engine.score")),
        (check(), r#""score":0.7312"#, r#""score":null"#, BadField("engine.score")),
        (check(), r#""threshold":0.42"#, r#""threshold":-2"#, BadField("engine.threshold")),
        (check(), r#""passed""#, r#""maybe""#, BadField("engine.liveness")),
    ];
    for (base, old, new, why) in rows {
        let changed = swap(&base, old, new);
        assert_eq!(parse(changed.as_bytes()), Err(why), "{changed}");
    }
}

#[test]
fn kinds_have_fields_of_their_own() {
    use Unreadable::{BadField, MissingField};
    let moved = text(&event(Kind::Moved { moved_m: Some(12.5) }));
    let tamper = text(&event(Kind::Tamper { what: Tamper::CaseOpen }));
    // The point with y = 1 is the neutral one: every message has a signature under such a key.
    let mut weak = [0; 32];
    weak[0] = 1;
    let key = |public_key| text(&event(Kind::Key { public_key }));
    let short = swap(&key([9; 32]), "CQk\"", "\"");
    let rows = [
        (swap(&moved, "12.5", "-12.5"), BadField("moved_m")),
        (swap(&moved, "12.5", r#""far""#), BadField("moved_m")),
        (swap(&tamper, r#","what":"case_open""#, ""), MissingField("what")),
        (swap(&tamper, "case_open", "someone opened it"), BadField("what")),
        (key(weak), BadField("public_key")),
        (short, BadField("public_key")),
    ];
    for (changed, why) in rows {
        assert_eq!(parse(changed.as_bytes()), Err(why), "{changed}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    let deep = |open: &str, close: &str| {
        let bomb = format!("{}{}", open.repeat(200), close.repeat(200));
        swap(&heartbeat(), r#""v":1"#, &format!(r#""bomb":{bomb},"v":1"#))
    };
    let rows = [
        String::new(),
        "[]".to_owned(),
        "1".to_owned(),
        "null".to_owned(),
        format!("{} {{}}", heartbeat()),
        format!("\u{feff}{}", heartbeat()),
        heartbeat()[..40].to_owned(),
        swap(&heartbeat(), r#""lat":31.9802"#, r#""lat":NaN"#),
        swap(&heartbeat(), r#""lat":31.9802"#, r#""lat":1e999"#),
        swap(&heartbeat(), r#""T-0301""#, r#""\ud800""#),
        deep("[", "]"),
        "[".repeat(MAX_BYTES),
        r#"{"a":"#.repeat(MAX_BYTES / 5),
    ];
    for row in rows {
        assert_eq!(parse(row.as_bytes()), Err(Unreadable::NotJson), "{row}");
    }
}

#[test]
fn nesting_has_a_limit() {
    // The event itself is the first of 127 levels.
    let nested = |levels: usize| {
        let lists = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        swap(&heartbeat(), r#""v":1"#, &format!(r#""x":{lists},"v":1"#))
    };
    assert!(parse(nested(127).as_bytes()).is_ok());
    assert_eq!(parse(nested(128).as_bytes()), Err(Unreadable::NotJson));
}

#[test]
fn numbers_beyond_a_double_are_refused_even_where_nobody_reads_them() {
    let with = |n: &str| swap(&heartbeat(), r#""v":1"#, &format!(r#""x":{n},"v":1"#));
    assert!(parse(with(&"9".repeat(300)).as_bytes()).is_ok());
    assert!(parse(with("1e-999").as_bytes()).is_ok());
    for n in ["9".repeat(310), "-1e309".to_owned()] {
        assert_eq!(parse(with(&n).as_bytes()), Err(Unreadable::NotJson), "{n}");
    }
}

#[test]
fn a_key_that_comes_twice_is_refused_at_any_depth() {
    let rows = [
        swap(&heartbeat(), r#""seq":1"#, r#""seq":1,"seq":1"#),
        swap(&heartbeat(), r#""seq":1"#, r#""seq":1,"\u0073eq":2"#),
        swap(&heartbeat(), r#""lat""#, r#""lat":0,"lat""#),
        swap(&heartbeat(), r#""seq":1"#, r#""seq":1,"x":[{"y":1,"y":2}]"#),
        swap(&check(), r#""score""#, r#""score":1,"score""#),
    ];
    for row in rows {
        assert_eq!(parse(row.as_bytes()), Err(Unreadable::DuplicateKey), "{row}");
    }
}

#[test]
fn bytes_have_a_limit_and_an_encoding() {
    let padded = |to: usize| {
        let mut text = heartbeat();
        text.push_str(&" ".repeat(to - text.len()));
        text.into_bytes()
    };
    assert!(parse(&padded(MAX_BYTES)).is_ok());
    assert_eq!(parse(&padded(MAX_BYTES + 1)), Err(Unreadable::TooLarge(MAX_BYTES + 1)));
    let mut broken = heartbeat().into_bytes();
    broken[20] = 0xff;
    assert_eq!(parse(&broken), Err(Unreadable::NotUtf8));
}

#[test]
fn another_device_is_refused() {
    let bytes = heartbeat();
    assert!(parse_from(bytes.as_bytes(), DEVICE).is_ok());
    assert_eq!(parse_from(bytes.as_bytes(), "T-0302"), Err(Unreadable::WrongDevice));
}

#[test]
fn what_may_differ_is_read() {
    let mut nobody = badge_check();
    nobody.operation = None;
    let expected = event(Kind::Check(nobody));
    let plain = text(&expected);
    for same in [
        swap(&plain, r#""v":1"#, r#""colour":["red",{"deep":null}],"v":1"#),
        swap(&plain, r#""badge_pin""#, r#""badge_pin","engine":null"#),
        swap(&plain, r#""accuracy_m":6.5"#, r#""accuracy_m":65e-1,"height_m":8"#),
        plain.replace(',', " ,\n\t"),
    ] {
        assert_eq!(parse(same.as_bytes()), Ok(expected.clone()), "{same}");
    }
    let nowhere = Event { place: Place::None, ..event(Kind::Moved { moved_m: None }) };
    let null = swap(&text(&nowhere), r#""v":1"#, r#""moved_m":null,"v":1"#);
    assert_eq!(parse(null.as_bytes()), Ok(nowhere));
}

#[test]
fn base64url_has_one_spelling() {
    assert_eq!(from_base64url("-_8"), Ok(vec![0xfb, 0xff]));
    for bad in ["-_8=", "+/8", "-_9", "-_8 ", "-", "-_8\n", "é"] {
        assert!(from_base64url(bad).is_err(), "{bad:?}");
    }
    assert!(serde_json::from_str::<Envelope>(r#"{"bytes":"-_8=","sig":""}"#).is_err());
    let twice = r#"{"events":[],"events":[]}"#;
    assert!(serde_json::from_str::<Batch>(twice).is_err());
}

#[test]
fn answers_say_why() {
    let json = |why: &Unreadable| {
        serde_json::to_string(&Answered::from(why)).expect("an answer is plain JSON")
    };
    assert_eq!(json(&Unreadable::NotJson), r#"{"answer":"unreadable","reason":"not_json"}"#);
    assert_eq!(
        json(&Unreadable::BadField("place.lat")),
        r#"{"answer":"unreadable","reason":"bad_field","field":"place.lat"}"#
    );
}
