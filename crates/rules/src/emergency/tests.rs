use super::*;
use crate::Position;
use crate::card::{Antidote, Card, CardRole, CardStep};
use crate::channel::{Escalation, Travel};
use crate::pack::Status;

const MINUTE: i64 = Time::MINUTE_MS;

fn policy() -> Escalation {
    Escalation { desk_s: vec![10, 20], person_s: vec![60, 180], again_s: 60, accept_s: 300 }
}

#[test]
fn ladders_never_end() {
    let ladder = |answers, count| -> String {
        let rungs = (0..count).map(|number| rung(&policy(), answers, number));
        rungs.map(|rung| format!("{}:{} ", rung.after_s, rung.call.code())).collect()
    };
    assert_eq!(
        ladder(Answers::Desk, 7),
        "0:screen 10:all_screens 20:first_line 80:second_line 200:next 260:again 320:again "
    );
    assert_eq!(
        ladder(Answers::Person, 5),
        "0:first_line 60:second_line 180:next 240:again 300:again "
    );
    assert_eq!(rung(&policy(), Answers::Person, i64::MAX).call, Call::Again);
    assert_eq!(rung(&policy(), Answers::Desk, -1).call, Call::Screen);
}

fn targets() -> Targets {
    Targets {
        acknowledge_s: 60,
        accept_s: 300,
        move_s: 600,
        arrive_s: 1_800,
        treat_s: 3_600,
        last_s: 5_400,
        treat_zh: "眼科处置".into(),
        treat_en: "Eye treatment".into(),
    }
}

#[test]
fn the_clock_of_the_desk_picture() {
    // Onset 19:52:00, raised 19:56:10, now 20:14:52.
    let onset = Time(0);
    let raised = Time(250_000);
    let course = Course {
        onset_at: Some(onset),
        raised_at: Some(raised),
        acknowledged_at: Some(raised.plus_ms(32_000)),
        accepted_at: Some(raised.plus_ms(190_000)),
        moving_at: Some(raised.plus_ms(350_000)),
        ..Course::default()
    };
    let now = Time(22 * MINUTE + 52_000);
    let shown: Vec<String> = clock(&targets(), &course, now)
        .iter()
        .map(|line| {
            let left = now.ms_until(line.due_at) / 1_000;
            format!("{} {} {left}", line.stage.code(), line.verdict.code())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "acknowledge met -1062",
            "accept met -822",
            "move met -522",
            "arrive running 678",
            "treat waiting 2228"
        ]
    );
    let late = clock(&targets(), &course, Time(40 * MINUTE));
    assert_eq!(late[3].verdict, Verdict::Overdue);
    assert!(clock(&targets(), &Course::default(), now).is_empty());
}

/// Which marks a party has, by what has happened.
const MARKS: &str = "
    -          clinic   move,stand_down,called_120
    -          desk     acknowledge,accept,decline,move,stand_down,redirect,merge,called_120
    -          called   acknowledge,accept,decline,called_120
    -          reader
    ack        called   accept,decline,called_120
    ack        desk     accept,decline,move,close,stand_down,redirect,merge,called_120
    acc        clinic   move,called_120
    acc        hospital arrive,called_120
    acc        called   acknowledge,called_120
    acc,mov    clinic   called_120
    acc,arr    hospital hand_over,called_120
    acc,arr    desk     acknowledge,hand_over,merge,called_120
    acc,arr,ho hospital close,called_120
    ack,acc,arr,ho,120 desk close,merge
    end        desk
    end        hospital
";

#[test]
fn marks_by_party() {
    for row in MARKS.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let words: Vec<&str> = row.split_whitespace().collect();
        let now = Some(Time(1));
        let has = |word: &str| words[0].split(',').any(|one| one == word).then_some(Time(1));
        let course = Course {
            raised_at: now,
            acknowledged_at: has("ack"),
            accepted_at: has("acc"),
            moving_at: has("mov"),
            arrived_at: has("arr"),
            handed_over_at: has("ho"),
            called_120_at: has("120"),
            closed_at: has("end"),
            ..Course::default()
        };
        let party = Party::of(words[1]).unwrap();
        let marks: Vec<_> = course.marks(party).iter().map(|mark| mark.code()).collect();
        assert_eq!(marks.join(","), words.get(2).copied().unwrap_or(""), "row: {row}");
    }
}

fn card() -> Card {
    Card {
        code: "vision_loss".into(),
        name_zh: String::new(),
        name_en: String::new(),
        recognise_zh: String::new(),
        recognise_en: String::new(),
        needs: vec!["ophthalmology".into()],
        wants: vec!["hyperbaric".into()],
        antidotes: vec![Antidote { item: "hyaluronidase".into(), units: 6 }],
        targets: targets(),
        steps: vec![CardStep {
            key: "stop".into(),
            who: CardRole::Clinic,
            zh: String::new(),
            en: String::new(),
            every_min: None,
        }],
        doses: Vec::new(),
        source_zh: String::new(),
        source_en: String::new(),
        status: Status::Draft,
        valid_until: "2026-03-14".into(),
    }
}

fn hospital(id: &str, km: f64, eye: Option<Option<(i64, i64)>>, units: i64) -> HospitalFacts {
    let eye = eye.map(|hours| ("ophthalmology".to_owned(), hours));
    HospitalFacts {
        hospital_id: id.into(),
        at: Position { lat: 22.249 + km / 111.2, lng: 113.58 },
        capabilities: eye.into_iter().collect(),
        stock: vec![("hyaluronidase".into(), units)],
        on_call: true,
        zone_primary: id == "zone",
        zone_backup: id == "backup",
    }
}

fn ask(hospitals: &[HospitalFacts], at: Option<Position>) -> Recommendation {
    let card = card();
    let plea = Plea { card: &card, at, minute_of_day: 20 * 60 };
    recommend(plea, hospitals, &Travel { detour: 1.35, km_per_h: 32.0, extra_min: 2 })
}

const HERE: Option<Position> = Some(Position { lat: 22.249, lng: 113.58 });

#[test]
fn the_zones_hospital_and_the_nearest_that_can() {
    let day = Some(Some((8 * 60, 18 * 60)));
    let found = ask(
        &[
            hospital("zone", 2.0, day, 4),
            hospital("near", 1.0, None, 9),
            hospital("able", 4.0, Some(None), 12),
            hospital("backup", 6.0, Some(None), 8),
        ],
        HERE,
    );
    assert_eq!(found.recommended.as_deref(), Some("able"));
    assert_eq!(found.zone.as_deref(), Some("zone"));
    assert!(found.differs && !found.nowhere);
    let order: Vec<_> = found.candidates.iter().map(|one| one.hospital_id.as_str()).collect();
    assert_eq!(order, ["able", "zone", "backup", "near"]);
    assert_eq!(found.candidates[0].part, Part::Capable);
    let zone = found.candidate("zone").unwrap();
    let closed =
        Shortfall::Closed { code: "ophthalmology".into(), from_min: 480, until_min: 1_080 };
    assert!(!zone.capable && zone.lacks.contains(&closed));
    let short = Shortfall::Antidote { item: "hyaluronidase".into(), units: 4, needed: 6 };
    assert!(zone.lacks.contains(&short));
    let called: Vec<_> = found.first_called().into_iter().map(|(id, _)| id).collect();
    assert_eq!(called, ["zone", "able"]);
    let next = |called: &[&str]| {
        let called: Vec<String> = called.iter().map(|id| (*id).to_owned()).collect();
        found.next_after(&called).map(|(id, _)| id)
    };
    assert_eq!(next(&["zone", "able"]).as_deref(), Some("backup"));
    assert_eq!(next(&["zone", "able", "backup"]).as_deref(), Some("near"));
    assert_eq!(next(&["zone", "able", "backup", "near"]), None);
}

#[test]
fn without_a_place_or_anybody_able() {
    let found =
        ask(&[hospital("b", 1.0, Some(None), 9), hospital("zone", 9.0, Some(None), 9)], None);
    assert_eq!(found.recommended.as_deref(), Some("zone"), "travel unknown: the zone's own");
    assert_eq!(found.candidates[0].minutes, None);
    let found = ask(&[hospital("a", 1.0, None, 9), hospital("zone", 9.0, None, 0)], HERE);
    assert!(found.nowhere);
    assert_eq!(found.recommended.as_deref(), Some("a"));
    assert_eq!(ask(&[], HERE), Recommendation { nowhere: true, ..Recommendation::default() });
    let mut silent = hospital("zone", 1.0, Some(None), 9);
    silent.on_call = false;
    let found = ask(&[silent, hospital("b", 3.0, Some(None), 9)], HERE);
    assert_eq!(found.recommended.as_deref(), Some("b"), "nobody on call stands behind");
}

#[test]
fn hours_may_cross_midnight() {
    for (minute, hours, open) in [
        (500, (480, 1_080), true),
        (1_080, (480, 1_080), false),
        (30, (1_320, 360), true),
        (720, (1_320, 360), false),
        (3, (0, 0), true),
    ] {
        assert_eq!(within_hours(minute, hours), open, "{minute} {hours:?}");
    }
}

#[test]
fn rings_hold_what_is_inside() {
    let ring = [[113.5, 22.2], [113.6, 22.2], [113.6, 22.3], [113.55, 22.25], [113.5, 22.3]];
    for (lng, lat, within) in [
        (113.52, 22.25, true),
        (113.55, 22.29, false),
        (113.7, 22.25, false),
        (113.58, 22.27, true),
    ] {
        assert_eq!(inside(&ring, Position { lat, lng }), within, "{lng} {lat}");
    }
    assert!(!inside(&[], Position { lat: 0.0, lng: 0.0 }));
}

#[test]
fn shares_count_what_was_never_answered() {
    let times = [Some(9_000), Some(10_000), Some(10_001), Some(70_000), None];
    assert_eq!(shares(&times), ([2, 3, 3, 3, 4], 5));
    assert_eq!(shares(&[]), ([0; 5], 0));
}

#[test]
fn who_heard_first() {
    let course = Course {
        raised_at: Some(Time(1_000)),
        acknowledged_at: Some(Time(40_000)),
        accepted_at: Some(Time(21_000)),
        ..Course::default()
    };
    assert_eq!(course.heard_ms(), Some(20_000));
    assert_eq!(course.standing(), Standing::Accepted);
}

#[test]
fn rings_that_lie_over_each_other() {
    let square = |w: f64, s: f64, e: f64, n: f64| vec![[w, s], [e, s], [e, n], [w, n]];
    let home = square(113.0, 22.0, 113.2, 22.2);
    for (other, percent) in [
        (square(113.2, 22.0, 113.4, 22.2), 0),
        (square(113.3, 22.0, 113.4, 22.2), 0),
        // A border drawn twice, ten metres apart.
        (square(113.1999, 22.0, 113.4, 22.2), 0),
        (square(113.1, 22.0, 113.3, 22.2), 50),
        (square(113.05, 22.05, 113.15, 22.15), 100),
        (home.clone(), 100),
        (vec![[113.0, 22.0], [113.2, 22.0], [113.2, 22.2]], 100),
        (Vec::new(), 0),
        (vec![[113.1, 22.1]], 0),
    ] {
        let found = overlap_percent(&home, &other);
        assert!((found - percent).abs() <= 3, "{other:?}: {found}");
        assert_eq!(found, overlap_percent(&other, &home), "{other:?}");
    }
}
