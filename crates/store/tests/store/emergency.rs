//! Crying for help: one tap, one case, whoever can help is called, and nobody else hears of it.

use rules::emergency::{Airway, DeclineReason, Fact, Mark, Outcome, Source};
use rules::{Position, Time};
use store::emergency::{self, CaseFilter, Details, NewCase, raise, raise_public};
use store::page::Slice;
use store::{Db, Result, Tx};
use tokio::task::JoinSet;

use crate::channel::{after, cry, declining, furnish, saying};
use crate::city::{TEAM, refusal, step};
use crate::house::{House, clock, on_both};

const AT: &str = "15:10";

/// Four servers on one database.
pub async fn servers(house: &House) -> Vec<Db> {
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(house.another().await);
    }
    servers
}

async fn note(house: &House, operation_id: &str, fact: Fact, at: Time) -> Result<()> {
    let (scope, id) = (house.scope("head_qing").await, operation_id.to_owned());
    step!(house.db, |tx| emergency::add_operation_fact(tx, &scope, &id, &fact, at))
}

/// Sixteen taps at once, each with the key it was given; the ids they got and who joined.
async fn tapped(house: &House, keys: impl Fn(usize) -> NewCase) -> Vec<(String, bool)> {
    let (servers, scope) = (servers(house).await, house.scope("head_qing").await);
    let mut taps = JoinSet::new();
    for n in 0..16 {
        let (db, scope, new) = (servers[n % servers.len()].clone(), scope.clone(), keys(n));
        taps.spawn(async move { step!(db, |tx| raise(tx, &scope, &new, clock(AT))).unwrap() });
    }
    taps.join_all().await.into_iter().map(|raised| (raised.emergency_id, raised.joined)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_tap_raises_one_case_however_often_it_is_sent() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let from_operation = |key: &str, said: &str| NewCase {
            operation_id: Some(op.clone()),
            said: said.into(),
            ..cry(key, "vision_loss")
        };
        let first = tapped(&house, |_| from_operation("key-1", "看不见了")).await;
        assert!(first.iter().all(|(id, joined)| *id == first[0].0 && !joined));
        let id = first[0].0.clone();
        let calls = ["h_shi zone 0 open", "h_yan capable 0 open", "qc other 0 open"];
        assert_eq!(house.calls_of(&id).await, calls);
        assert_eq!(house.number("select count(*) from emergency_message").await, 1);
        // Others in the room cry as well: each with a form of its own, all into the same case.
        let others = tapped(&house, |n| from_operation(&format!("key-2-{n}"), "再报")).await;
        assert!(others.iter().all(|(other, joined)| *other == id && *joined));
        assert_eq!(house.number("select count(*) from emergency").await, 1);
        assert_eq!(house.number("select count(*) from emergency_message").await, 17);
        assert_eq!(house.calls_of(&id).await, calls);
        let open = emergency::open_of_operation(&mut house.read().await, &op).await.unwrap();
        assert_eq!(open, Some(id));
        // An exercise in the same room is another case, and so is another room's cry.
        let drill = NewCase { drill: true, ..from_operation("key-3", "") };
        assert!(!house.raise_as("head_qing", &drill, clock(AT)).await.unwrap().joined);
        assert_eq!(house.number("select count(*) from emergency").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn second_cries_and_messages_at_once_all_stand_in_the_course() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let from_operation = |key: &str, said: &str| NewCase {
            operation_id: Some(op.clone()),
            said: said.into(),
            ..cry(key, "vision_loss")
        };
        let first = house.raise_as("head_qing", &from_operation("key-1", ""), clock(AT)).await;
        let id = first.unwrap().emergency_id;
        let (servers, scope) = (servers(&house).await, house.scope("head_qing").await);
        let mut clients = JoinSet::new();
        for n in 0..32 {
            let (db, scope, id) = (servers[n % 4].clone(), scope.clone(), id.clone());
            let new = from_operation(&format!("again-{n}"), "再报");
            clients.spawn(async move {
                if n % 8 < 4 {
                    step!(db, |tx| raise(tx, &scope, &new, clock(AT))).map(drop)
                } else {
                    step!(db, |tx| emergency::add_message(tx, &scope, &id, "补充", clock(AT)))
                }
            });
        }
        for answer in clients.join_all().await {
            answer.unwrap();
        }
        assert_eq!(house.number("select count(*) from emergency_message").await, 32);
        assert_eq!(house.count_of(&id, "message").await, 32, "the screens hear of each");
    })
    .await;
}

#[tokio::test]
async fn what_was_noted_in_the_operation_is_in_the_packet() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        note(&house, &op, Fact::Weight { kg: 54.0 }, clock("15:02")).await.unwrap();
        let airway = Fact::Airway { airway: Airway::Clear };
        note(&house, &op, airway, clock("15:03")).await.unwrap();
        let heavy = Fact::Weight { kg: 4_000.0 };
        assert_eq!(refusal(note(&house, &op, heavy, clock("15:03")).await), "Quantity");
        let new = NewCase { operation_id: Some(op), ..cry("key-1", "vision_loss") };
        let id = house.raise_as("head_qing", &new, clock(AT)).await.unwrap().emergency_id;
        let fact = Fact::Allergies { text: "青霉素".into() };
        let (scope, case_id) = (house.scope("head_qing").await, id.clone());
        let at = clock("15:11");
        step!(house.db, |tx| emergency::add_fact(tx, &scope, &case_id, &fact, at)).unwrap();
        // The hospital reads all of it; one that was not called reads nothing.
        let mut tx = house.read().await;
        let scope = house.scope("desk_yan").await;
        let case = emergency::case(&mut tx, &scope, &id).await.unwrap();
        let facts = emergency::facts(&mut tx, &case).await.unwrap();
        let seen: Vec<_> = facts.iter().map(|row| (row.told.fact.code(), row.before)).collect();
        assert_eq!(seen, [("weight", true), ("airway", true), ("allergies", false)]);
        assert_eq!(case.room_id.as_deref(), Some("ins_qing:T1"));
        let foreign = house.scope("desk_tong").await;
        assert_eq!(refusal(emergency::case(&mut tx, &foreign, &id).await), "NotFound");
    })
    .await;
}

#[tokio::test]
async fn the_zones_hospital_and_the_nearest_that_can_are_called_at_once() {
    proves!("Z10", "Z15");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        let mut tx = house.read().await;
        let scope = house.scope("qc_a").await;
        let case = emergency::case(&mut tx, &scope, &id).await.unwrap();
        let recommendation = case.recommendation().unwrap();
        let ranked: Vec<&str> =
            recommendation.candidates.iter().map(|one| &*one.hospital_id).collect();
        assert_eq!(ranked, ["h_yan", "h_shi", "h_tong", "h_kang"]);
        assert_eq!(recommendation.zone.as_deref(), Some("h_shi"));
        assert!(recommendation.differs && !recommendation.nowhere);
        let calls = ["h_shi zone 0 open", "h_yan capable 0 open", "qc other 0 open"];
        assert_eq!(house.calls_of(&id).await, calls);
        assert_eq!(case.number, "JZ-20240102-001");
        // Where the zone's own can treat it, it alone is called.
        let id = house.raised("key-2", "airway", clock(AT)).await;
        assert_eq!(house.calls_of(&id).await, ["h_shi zone 0 open", "qc other 0 open"]);
    })
    .await;
}

#[tokio::test]
async fn help_is_called_whatever_is_missing() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        // A card that nobody has becomes `other`.
        let id = house.raised("key-1", "no_such_card", clock(AT)).await;
        let sql = format!("select card from emergency where emergency_id = '{id}'");
        assert_eq!(house.column(&sql).await, ["other"]);
        // Nobody knows where: somebody is called all the same.
        let nowhere = NewCase { callback: "13900001234".into(), ..cry("key-2", "vision_loss") };
        let raised = step!(house.db, |tx| raise_public(tx, &nowhere, clock(AT))).unwrap();
        let calls = house.calls_of(&raised.emergency_id).await;
        assert_eq!(calls, ["h_tong capable 0 open", "qc other 0 open"]);
        // Nobody can treat it: the case says so, and whoever lacks least is called.
        step!(house.db, |tx| no_eyes(tx)).unwrap();
        let id = house.raised("key-3", "vision_loss", clock(AT)).await;
        let scope = house.scope("qc_a").await;
        let case = emergency::case(&mut house.read().await, &scope, &id).await.unwrap();
        assert!(case.recommendation().unwrap().nowhere);
        assert_eq!(house.calls_of(&id).await, ["h_shi zone 0 open", "qc other 0 open"]);
    })
    .await;
}

async fn no_eyes(tx: &mut Tx) -> Result<()> {
    let by = store::By::system("seed", clock("15:00"));
    for id in ["h_yan", "h_tong"] {
        store::oncall::enter_capability(tx, &by, id, "ophthalmology", None).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_number_is_refused_and_leaves_nothing() {
    on_both(async |house| {
        furnish(&house).await;
        let long = "长".repeat(2_001);
        for (callback, place, expected) in [
            ("call me", "", "Phone"),
            ("12", "", "Phone"),
            ("139-0000 1234 转 8", "", "Phone"),
            ("13900001234", &*long, "Text"),
            ("", "", "Phone"),
        ] {
            let new = NewCase {
                callback: callback.into(),
                place: place.into(),
                ..cry("key-1", "vision_loss")
            };
            let answer = step!(house.db, |tx| raise_public(tx, &new, clock(AT)));
            assert_eq!(refusal(answer), expected, "{callback}");
        }
        for login in ["doctor_lost", "desk_shi", "doc_shi1", "officer_a", "city", "duty_a"] {
            let answer = house.raise_as(login, &cry("key-1", "other"), clock(AT)).await;
            let refused = refusal(answer);
            assert!(["NotAllowed", "NotFound"].contains(&&*refused), "{login}: {refused}");
        }
        // An operation of another house is none.
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let events = house.number("select count(*) from event").await;
        let new = NewCase { operation_id: Some(op), ..cry("key-1", "other") };
        assert_eq!(refusal(house.raise_as("head_lan", &new, clock(AT)).await), "NotFound");
        for table in ["emergency", "emergency_call", "emergency_message", "notice"] {
            assert_eq!(house.number(&format!("select count(*) from {table}")).await, 0, "{table}");
        }
        assert_eq!(house.number("select count(*) from event").await, events);
    })
    .await;
}

/// Everybody, with what each sees: the case itself, how many on the list, how many are open.
const SEEN: &str = "
    city         - 0 0
    director_a   - 0 0
    officer_a    - 0 0
    duty_a       - 0 0
    head_qing    x 1 1
    head_lan     - 0 0
    head_lost    - 0 0
    officer_lost - 0 0
    doctor_xu    - 0 0
    qc_director  x 1 1
    qc_a         x 1 1
    desk_shi     x 1 1
    doc_shi1     x 1 1
    desk_yan     x 1 0
    doc_yan2     x 1 0
    desk_tong    x 1 1
    desk_kang    - 0 0
";

#[tokio::test]
async fn nobody_of_a_bureau_sees_a_cry_for_help() {
    proves!("N26");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        // h_yan declines, and h_tong is called.
        let beds = declining(DeclineReason::Beds);
        house.mark_as("desk_yan", &id, Mark::Decline, &beds, clock("15:11")).await.unwrap();
        let all = CaseFilter { view: "all".into(), ..CaseFilter::default() };
        for row in SEEN.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let login = row.split_whitespace().next().unwrap();
            let scope = house.scope(login).await;
            let mut tx = house.read().await;
            let case = match emergency::case(&mut tx, &scope, &id).await {
                Ok(_) => "x",
                Err(_) => "-",
            };
            let slice = Slice::first(20);
            let listed = emergency::cases(&mut tx, &scope, &all, slice).await.unwrap();
            let open = emergency::open_count(&mut tx, &scope).await.unwrap();
            let seen = format!("{login} {case} {} {open}", listed.rows.len());
            let row: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(seen, row.join(" "));
        }
        // Nor does the log of the institution tell a bureau of it in more than codes.
        for login in ["officer_a", "head_lan", "desk_kang", "desk_yan"] {
            let none = Details::default();
            let answer = house.mark_as(login, &id, Mark::Acknowledge, &none, clock(AT)).await;
            let refused = refusal(answer);
            assert!(["NotAllowed", "NotFound"].contains(&&*refused), "{login}: {refused}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_log_keeps_no_place_no_number_and_no_text() {
    proves!("N51");
    on_both(async |house| {
        furnish(&house).await;
        let new = NewCase {
            source: Source::Hotline,
            place: "秘密路七号".into(),
            at: Some(Position { lat: 31.987_654, lng: 120.876_543 }),
            callback: "13912345678".into(),
            said: "秘密的话".into(),
            ..cry("key-1", "vision_loss")
        };
        let id = house.raise_as("qc_a", &new, clock(AT)).await.unwrap().emergency_id;
        let (scope, case_id) = (house.scope("qc_a").await, id.clone());
        let fact = Fact::Allergies { text: "秘密过敏".into() };
        step!(house.db, |tx| emergency::add_fact(tx, &scope, &case_id, &fact, clock("15:11")))
            .unwrap();
        let (scope, case_id) = (house.scope("desk_yan").await, id.clone());
        let body = "秘密的信";
        step!(house.db, |tx| emergency::add_message(tx, &scope, &case_id, body, clock("15:11")))
            .unwrap();
        // Whatever a form carries along stays out as well.
        let odd = Details {
            hospital_id: Some("秘密医院".into()),
            into: Some("13912345678".into()),
            said: "秘密的理由".into(),
            ..Details::default()
        };
        house.mark_as("qc_a", &id, Mark::Acknowledge, &odd, clock("15:12")).await.unwrap();
        crate::channel::pass(&house.db, after(AT, 900)).await;
        house.mark_as("qc_a", &id, Mark::StandDown, &odd, clock("15:30")).await.unwrap();
        for word in ["秘密", "13912345678", "31.98", "120.87", "139"] {
            let sql = format!("select particulars from event where particulars like '%{word}%'");
            assert_eq!(house.column(&sql).await, [] as [String; 0], "{word}");
        }
        // A text message says no more than the case's number and a registered institution's name.
        for word in ["秘密", "13912345678", "31.98"] {
            let sql = format!("select particulars from notice where particulars like '%{word}%'");
            assert_eq!(house.column(&sql).await, [] as [String; 0], "{word}");
        }
    })
    .await;
}

#[tokio::test]
async fn exercises_are_counted_apart() {
    on_both(async |house| {
        furnish(&house).await;
        // Heard after 10 s, after 61 s, never; an exercise after 12 s; one that was merged.
        for (key, drill, heard_s) in
            [("a", false, 10), ("b", false, 61), ("c", false, 0), ("d", true, 12), ("e", false, 9)]
        {
            let new = NewCase { drill, ..cry(key, "airway") };
            let id = house.raise_as("head_qing", &new, clock(AT)).await.unwrap().emergency_id;
            if heard_s > 0 {
                house.marked("qc_a", &id, Mark::Acknowledge, after(AT, heard_s)).await;
            }
            if key == "e" {
                let sql = "select emergency_id from emergency where request_key = 'a'";
                let into = Some(house.column(sql).await.remove(0));
                let details = Details { into, ..Details::default() };
                house.mark_as("qc_a", &id, Mark::Merge, &details, clock("15:12")).await.unwrap();
            }
            if key == "b" {
                house.marked("desk_shi", &id, Mark::Accept, after(AT, 100)).await;
                house.marked("desk_shi", &id, Mark::Arrive, after(AT, 700)).await;
                house.marked("desk_shi", &id, Mark::HandOver, after(AT, 800)).await;
                let outcome = Some(Outcome::Recovered);
                let details = Details { outcome, ..saying("已转普通病房") };
                let none = Details::default();
                let refused = house.mark_as("desk_shi", &id, Mark::Close, &none, after(AT, 900));
                assert_eq!(refusal(refused.await), "Outcome");
                house
                    .mark_as("desk_shi", &id, Mark::Close, &details, after(AT, 900))
                    .await
                    .unwrap();
            }
        }
        let (from, until) = (clock("00:00"), clock("1 00:00"));
        let mut tx = house.read().await;
        let real = emergency::figures(&mut tx, from, until, false).await.unwrap();
        assert_eq!((real.cases, real.open, real.unheard), (3, 2, 1));
        assert_eq!(real.within, [1, 1, 1, 1, 2]);
        assert_eq!(real.median_heard_ms, Some(35_500));
        assert_eq!(
            (real.median_accepted_ms, real.median_arrived_ms),
            (Some(100_000), Some(700_000))
        );
        let drills = emergency::figures(&mut tx, from, until, true).await.unwrap();
        assert_eq!((drills.cases, drills.within), (1, [0, 1, 1, 1, 1]));
    })
    .await;
}
