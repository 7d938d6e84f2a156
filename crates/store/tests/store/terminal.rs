//! What becomes of signed events: chains, gaps, doubles, and what is refused and kept.

use presence::event::{Envelope, Kind, Place, Signer, Tamper, sign};
use rules::Time;
use store::terminal::{receive, refusals, retire};

use crate::city::{HOME, Kiosk, at_home, away_m, check, furnish, key, step};
use crate::house::{House, NOW, clock, on_both};

const BEAT: Kind = Kind::Heartbeat;

/// `last_seq` and `missing` of T-01.
async fn chain(house: &House) -> (i64, i64) {
    let of = |column: &str| format!("select {column} from terminal where terminal_id = 'T-01'");
    (house.number(&of("last_seq")).await, house.number(&of("missing")).await)
}

fn signed(bytes: &[u8], by: &str) -> Envelope {
    Envelope { bytes: bytes.to_vec(), sig: sign(bytes, &key(by)).to_vec() }
}

#[tokio::test]
async fn every_event_has_its_answer() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        let mut twin = Kiosk::new("T-01");
        let mut stranger = Kiosk::new("T-77");
        let first = kiosk.sign(BEAT, NOW);
        let mut altered = first.clone();
        altered.bytes[20] ^= 1;
        let other_first = twin.sign(Kind::Config, NOW);
        let named_other = Kiosk::new("T-02").sign(BEAT, NOW);
        for (why, device, envelope, expected) in [
            ("no such device", "T-77", &stranger.sign(BEAT, NOW), "unknown_device"),
            ("altered on its way", "T-01", &altered, "bad_signature"),
            ("signed by another device", "T-01", &signed(&first.bytes, "T-02"), "bad_signature"),
            ("no signature at all", "T-01", &cut(&first), "bad_signature"),
            ("the first", "T-01", &first, "recorded"),
            ("sent again", "T-01", &first, "duplicate"),
            ("another under its number", "T-01", &other_first, "equivocation"),
            ("and again", "T-01", &other_first, "equivocation"),
            ("signed rubbish", "T-01", &signed(b"rubbish", "T-01"), "unreadable"),
            ("too large", "T-01", &signed(&[b' '; 4_097], "T-01"), "unreadable"),
            ("named for another", "T-01", &signed(&named_other.bytes, "T-01"), "unreadable"),
            ("the next", "T-01", &kiosk.sign(BEAT, NOW), "recorded"),
        ] {
            assert_eq!(house.send(device, envelope, NOW).await, expected, "{why}");
        }
        assert_eq!(chain(&house).await, (2, 0));
        // What was refused is kept once for each text, and told of once.
        let kept = "select reason || ' ' || cast(times as text) from terminal_refusal order by 1";
        let expected = [
            "bad_signature 1",
            "bad_signature 2",
            "equivocation 2",
            "not_json 1",
            "wrong_device 1",
        ];
        assert_eq!(house.column(kept).await, expected);
        let told = "select action from event where subject = 'T-01' and action = 'equivocation'";
        assert_eq!(house.column(told).await.len(), 1);
        let officer = house.scope("officer_a").await;
        let summed = refusals(&mut house.read().await, &officer, 10).await.unwrap();
        let bad = summed.iter().find(|row| row.reason == "bad_signature").unwrap();
        assert_eq!((bad.terminal_id.as_str(), bad.times), ("T-01", 3));
    })
    .await;
}

fn cut(envelope: &Envelope) -> Envelope {
    Envelope { bytes: envelope.bytes.clone(), sig: Vec::new() }
}

#[tokio::test]
async fn a_retired_terminal_is_heard_no_more() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        house.event(&mut kiosk, BEAT, NOW).await;
        for (login, expected) in [
            ("officer_b", "NotFound"),
            ("officer_lost", "NotFound"),
            ("head_qing", "NotAllowed"),
            ("duty_a", "NotAllowed"),
            ("doctor_xu", "NotAllowed"),
        ] {
            let scope = house.scope(login).await;
            let answer = step!(house.db, |tx| retire(tx, &scope, "T-01", NOW));
            assert_eq!(crate::city::refusal(answer), expected, "{login}");
        }
        let scope = house.scope("officer_a").await;
        step!(house.db, |tx| retire(tx, &scope, "T-01", NOW)).unwrap();
        assert_eq!(house.send("T-01", &kiosk.sign(BEAT, NOW), NOW).await, "revoked");
        assert_eq!(chain(&house).await, (1, 0));
        // Nobody waits for it any longer.
        assert_eq!(house.number("select count(*) from deadline where subject = 'T-01'").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_gap_is_counted_until_its_pieces_have_come() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        let events: Vec<Envelope> = (0..5).map(|_| kiosk.sign(BEAT, NOW)).collect();
        for (piece, expected) in
            [(1, (1, 0)), (5, (5, 3)), (3, (5, 2)), (3, (5, 2)), (2, (5, 1)), (4, (5, 0))]
        {
            house.send("T-01", &events[piece - 1], NOW).await;
            assert_eq!(chain(&house).await, expected, "piece {piece}");
        }
        // The device has signed another history than the one it sent.
        let forged = Signer::new(key("T-01"), "T-01", "boot-1", "kiosk-1.4.0", "config-1")
            .resume(5, presence::event::digest(b"another history"))
            .next(BEAT, NOW.0, 1, at_home());
        assert_eq!(house.send("T-01", &forged, NOW).await, "recorded");
        let told = "select action from event where subject = 'T-01' and action in ('gap', 'fork')
                    order by action";
        assert_eq!(house.column(told).await, ["fork", "gap"]);
    })
    .await;
}

/// What comes late says nothing about how the terminal stands now.
#[tokio::test]
async fn a_late_piece_does_not_turn_the_present_back() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        house.event(&mut kiosk, BEAT, clock("15:00")).await;
        kiosk.signer.firmware = "kiosk-1.4.1".into();
        let late = kiosk.signer.next(BEAT, clock("15:01").0, 1, away_m(200.0));
        kiosk.signer.boot = "boot-2".into();
        kiosk.signer.firmware = "kiosk-1.5.0".into();
        kiosk.signer.config_hash = "config-2".into();
        house.event(&mut kiosk, BEAT, clock("15:02")).await;
        let now = "select last_boot || ' ' || firmware || ' ' || config_hash || ' '
                    || cast(clock_diff_ms as text) || ' ' || case when moved_at is null
                        then 'at home since' else 'moved' end
                   from terminal where terminal_id = 'T-01'";
        let expected = ["boot-2 kiosk-1.5.0 config-2 0 at home since"];
        assert_eq!(house.column(now).await, expected);
        assert_eq!(house.send("T-01", &late, clock("15:03")).await, "recorded");
        assert_eq!(house.column(now).await, expected);
        // That it was away is an alert all the same.
        assert_eq!(crate::door::alerts(&house).await, ["0001 A15 danger T-01"]);
        let lat = house.column("select cast(seen_lat as text) from terminal where seen_lat > 0");
        assert_eq!(lat.await, [HOME.lat.to_string()]);
    })
    .await;
}

/// Five hundred events of one device, of every kind that does not depend on its neighbours.
fn a_long_day(kiosk: &mut Kiosk) -> Vec<Envelope> {
    let mut events = Vec::new();
    for n in 0..500_i64 {
        let at = clock("09:00").plus_ms(n * 40 * Time::SECOND_MS);
        let place = if (100..110).contains(&n) { away_m(300.0) } else { at_home() };
        let kind = match n % 10 {
            0 if n % 100 == 0 => {
                kiosk.signer.boot = format!("boot-{n}");
                Kind::Started
            }
            1 => check(&format!("stranger-{} attending in face:0.9", n % 3), None),
            2 if n == 2 => check("liu assistant in badge_pin", None),
            3 if n % 50 == 3 => Kind::Tamper { what: Tamper::CaseOpen },
            4 if n % 50 == 4 => {
                kiosk.signer.config_hash = format!("config-{n}");
                Kind::Config
            }
            _ => BEAT,
        };
        events.push(kiosk.signer.next(kind, at.0, n, place));
    }
    events
}

/// Sends in batches, as terminals do, and counts the answers.
async fn send_all(house: &House, events: &[Envelope]) -> (usize, usize) {
    let (mut recorded, mut duplicate) = (0, 0);
    for batch in events.chunks(50) {
        let batch = batch.to_vec();
        let answers = step!(house.db, |tx| async move {
            let mut answers = Vec::new();
            for envelope in &batch {
                answers.push(receive(tx, "T-01", envelope, clock("18:00")).await?.answer.code());
            }
            Ok(answers)
        });
        for answer in answers.unwrap() {
            match answer {
                "recorded" => recorded += 1,
                "duplicate" => duplicate += 1,
                other => panic!("{other}"),
            }
        }
    }
    (recorded, duplicate)
}

async fn state(house: &House) -> Vec<String> {
    let mut state = Vec::new();
    for sql in [
        "select cast(last_seq as text) || ' ' || last_hash || ' ' || cast(missing as text) || ' '
            || last_boot || ' ' || firmware || ' ' || config_hash || ' '
            || cast(clock_diff_ms as text) || ' ' || cast(last_seen_at as text) || ' '
            || coalesce(cast(moved_at as text), 'at home')
         from terminal where terminal_id = 'T-01'",
        "select cast(seq as text) || ' ' || hash from terminal_event order by seq",
        "select cast(seq as text) || ' ' || findings from checkin order by seq",
        "select sameness from alert where rule <> 'A15' order by sameness",
        "select practitioner_id || ' ' || slot from open_presence",
        "select subject || ' ' || cast(due_at as text) from deadline
         where kind = 'terminal_silent'",
    ] {
        state.extend(house.column(sql).await);
    }
    state
}

/// Fisher and Yates, with a generator that repeats.
fn shuffle<T>(items: &mut [T]) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for end in (1..items.len()).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(end, usize::try_from(state >> 33).unwrap() % (end + 1));
    }
}

#[tokio::test]
async fn shuffled_and_doubled_events_end_where_orderly_ones_do() {
    on_both(async |house| {
        let events = a_long_day(&mut Kiosk::new("T-01"));
        assert_eq!(send_all(&house, &events).await, (500, 0));
        assert_eq!(chain(&house).await, (500, 0));
        let a15 = "select count(*) from alert where rule = 'A15'";
        assert_eq!(house.number(a15).await, 1);

        let other = House::empty(house.engine).await;
        furnish(&other).await;
        let mut doubled = [events.clone(), events].concat();
        shuffle(&mut doubled);
        assert_eq!(send_all(&other, &doubled).await, (500, 500));
        assert_eq!(state(&house).await, state(&other).await);
        // Out of order nobody can say how often it was carried away, but that it was is known.
        let found = other.number(a15).await;
        assert!((1..=10).contains(&found), "{found}");
        assert_eq!(other.number("select count(*) from terminal_refusal").await, 0);
    })
    .await;
}

/// A connection that has seen a check without a score, from an unknown place, takes one with both:
/// what it prepared for the first must fit the second.
#[tokio::test]
async fn a_badge_before_a_face_over_one_connection() {
    proves!("N4");
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        let badge = check("liu assistant in badge_pin", None);
        let badge = kiosk.signer.next(badge, NOW.0, 1, Place::None);
        let face = kiosk.sign(check("liu assistant out face:0.91", None), NOW);
        let totp = check("liu assistant in badge_totp", None);
        let totp = kiosk.signer.next(totp, NOW.0, 1, Place::None);
        let other = house.another().await;
        step!(other, |tx| async move {
            for envelope in [badge, face, totp] {
                receive(tx, "T-01", &envelope, NOW).await?;
            }
            Ok(())
        })
        .unwrap();
        let scores = "select method || ' ' || coalesce(cast(score as text), '-') || ' '
                        || coalesce(cast(score_min as text), '-') from checkin order by seq";
        let expected = ["badge_pin - -", "face 0.91 0.45", "badge_totp - -"];
        assert_eq!(house.column(scores).await, expected);
        let seen = "select cast(seen_lat as text) from terminal where terminal_id = 'T-01'";
        assert_eq!(house.column(seen).await, [HOME.lat.to_string()]);
    })
    .await;
}

/// Two requests of one device at once take turns; no number is recorded twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_event_sent_over_two_lines_at_once_is_recorded_once() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        for _ in 0..10 {
            let envelope = kiosk.sign(check("liu assistant in badge_pin", None), NOW);
            let (one, two) = tokio::join!(
                house.send("T-01", &envelope, NOW),
                house.send("T-01", &envelope, NOW)
            );
            let mut answers = [one, two];
            answers.sort_unstable();
            assert_eq!(answers, ["duplicate", "recorded"]);
        }
        assert_eq!(chain(&house).await, (10, 0));
        assert_eq!(house.number("select count(*) from checkin").await, 10);
    })
    .await;
}
