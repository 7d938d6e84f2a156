//! What is told twice: one case is left, with everything that anybody told about it.

use rules::emergency::{Fact, Mark};
use store::emergency::{self, Details, NewCase, mark, raise_public};
use tokio::task::JoinSet;

use crate::channel::{after, cry, furnish, saying};
use crate::city::{TEAM, refusal, step};
use crate::emergency::servers;
use crate::house::{House, clock, on_both};

const AT: &str = "15:10";

fn merging(into: &str) -> Details {
    Details { into: Some(into.to_owned()), ..Details::default() }
}

#[tokio::test]
async fn a_second_cry_that_is_sent_twice_is_told_once() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let from_operation = |key: &str, said: &str| NewCase {
            operation_id: Some(op.clone()),
            said: said.into(),
            ..cry(key, "vision_loss")
        };
        let cried = async |key: &str, said: &str, seconds: i64| {
            let new = from_operation(key, said);
            house.raise_as("head_qing", &new, after(AT, seconds)).await.unwrap()
        };
        let id = cried("key-1", "看不见了", 0).await.emergency_id;
        for seconds in [20, 21, 40] {
            let again = cried("key-2", "右眼全黑", seconds).await;
            assert_eq!((again.emergency_id.as_str(), again.joined), (&*id, true));
        }
        cried("key-3", "右眼全黑", 41).await;
        assert_eq!(house.number("select count(*) from emergency_message").await, 3);
        assert_eq!(house.count_of(&id, "message").await, 2);
        // The connection comes back when all is over: what was sent then is no new cry.
        let said = saying("误触");
        house.mark_as("qc_a", &id, Mark::StandDown, &said, after(AT, 60)).await.unwrap();
        let late = cried("key-2", "右眼全黑", 90).await;
        assert_eq!((late.emergency_id, late.joined), (id.clone(), true));
        assert_eq!(house.number("select count(*) from emergency").await, 1);
        let fresh = cried("key-4", "又来了", 91).await;
        assert!(!fresh.joined && fresh.emergency_id != id);
    })
    .await;
}

async fn ticked(house: &House, login: &str, id: &str, step_key: &'static str, seconds: i64) {
    let (scope, id, at) = (house.scope(login).await, id.to_owned(), after(AT, seconds));
    step!(house.db, |tx| emergency::tick(tx, &scope, &id, step_key, at)).unwrap();
}

#[tokio::test]
async fn a_merged_case_keeps_its_ticks_its_operation_and_its_120() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        // The hotline heard of it first and knows nothing; the clinic cries from the operation.
        let call = NewCase { callback: "13900001234".into(), ..cry("key-1", "vision_loss") };
        let kept = house.raise_as("qc_a", &call, clock(AT)).await.unwrap().emergency_id;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let (scope, noted, at) = (house.scope("head_qing").await, op.clone(), clock("15:09"));
        let fact = Fact::Weight { kg: 54.0 };
        step!(house.db, |tx| emergency::add_operation_fact(tx, &scope, &noted, &fact, at)).unwrap();
        let cried =
            |key: &str| NewCase { operation_id: Some(op.clone()), ..cry(key, "vision_loss") };
        let new = cried("key-2");
        let gone = house.raise_as("head_qing", &new, after(AT, 10)).await.unwrap().emergency_id;
        house.marked("head_qing", &gone, Mark::Called120, after(AT, 12)).await;
        let keys = ["stop", "call_120"];
        ticked(&house, "qc_a", &kept, keys[0], 14).await;
        ticked(&house, "head_qing", &gone, keys[0], 15).await;
        ticked(&house, "head_qing", &gone, keys[1], 16).await;
        house.mark_as("qc_a", &gone, Mark::Merge, &merging(&kept), after(AT, 30)).await.unwrap();

        let mut tx = house.read().await;
        let clinic = house.scope("head_qing").await;
        let case = emergency::case(&mut tx, &clinic, &kept).await.unwrap();
        assert_eq!(case.operation_id.as_deref(), Some(&*op));
        assert_eq!(case.called_120_at, Some(after(AT, 12).0));
        assert!(case.position().is_some(), "the clinic's own place");
        let facts = emergency::facts(&mut tx, &case).await.unwrap();
        assert_eq!(facts.len(), 1, "what was noted before is in the packet");
        let ticks = emergency::ticks(&mut tx, &kept).await.unwrap();
        let seen: Vec<(&str, i64)> =
            ticks.iter().map(|tick| (&*tick.step_key, (tick.at - clock(AT).0) / 1_000)).collect();
        assert_eq!(seen, [(keys[0], 14), (keys[0], 15), (keys[1], 16)]);
        drop(tx);
        // Now that somebody knows where, whoever is near and able is called.
        let calls = house.calls_of(&kept).await;
        assert!(calls.contains(&"h_yan capable 0 open".to_owned()), "{calls:?}");
        // The next cry from that room joins the case that is left.
        let third = house.raise_as("head_qing", &cried("key-3"), after(AT, 40)).await.unwrap();
        assert_eq!((third.emergency_id, third.joined), (kept, true));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cry_that_meets_a_merge_joins_the_case_that_is_left() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let servers = servers(&house).await;
        let (desk, clinic) = (house.scope("qc_a").await, house.scope("head_qing").await);
        for round in 0..8i64 {
            let at = after(AT, round * 60);
            let cried = |key: String| NewCase {
                operation_id: Some(op.clone()),
                said: "再报".into(),
                ..cry(&key, "vision_loss")
            };
            let call = NewCase { callback: "13900001234".into(), ..cry("", "vision_loss") };
            let call = NewCase { request_key: format!("call-{round}"), ..call };
            let kept = house.raise_as("qc_a", &call, at).await.unwrap().emergency_id;
            let first = cried(format!("first-{round}"));
            let gone = house.raise_as("head_qing", &first, at).await.unwrap().emergency_id;
            let mut clients = JoinSet::new();
            let (db, scope, into) = (servers[0].clone(), desk.clone(), merging(&kept));
            clients.spawn(async move {
                step!(db, |tx| mark(tx, &scope, &gone, Mark::Merge, &into, at)).map(drop)
            });
            for n in 0..8 {
                let (db, scope) = (servers[n % 4].clone(), clinic.clone());
                let new = cried(format!("again-{round}-{n}"));
                clients.spawn(async move {
                    step!(db, |tx| emergency::raise(tx, &scope, &new, at)).map(drop)
                });
            }
            for answer in clients.join_all().await {
                answer.unwrap();
            }
            let open = "select emergency_id from emergency where closed_at is null
                and stood_down_at is null and merged_at is null";
            assert_eq!(house.column(open).await, std::slice::from_ref(&kept));
            let told = "select count(*) from emergency_message where body like '%再报'
                and emergency_id = ";
            assert_eq!(house.number(&format!("{told}'{kept}'")).await, 9);
            let said = saying("一轮结束");
            house.mark_as("qc_a", &kept, Mark::StandDown, &said, at).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_case_that_a_hospital_has_accepted_is_not_merged_away() {
    on_both(async |house| {
        furnish(&house).await;
        let taken = house.raised("key-1", "vision_loss", clock(AT)).await;
        let other = house.raised("key-2", "vision_loss", after(AT, 5)).await;
        house.marked("desk_yan", &taken, Mark::Accept, after(AT, 20)).await;
        let no = house.mark_as("qc_a", &taken, Mark::Merge, &merging(&other), after(AT, 30)).await;
        assert_eq!(refusal(no), "MergeTheOther");
        house.mark_as("qc_a", &other, Mark::Merge, &merging(&taken), after(AT, 31)).await.unwrap();
        let calls = house.calls_of(&taken).await;
        assert!(calls.contains(&"h_yan capable 0 accepted".to_owned()), "{calls:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_clinic_notes_is_nothing_to_a_bureau_and_at_once_on_an_open_case() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let note = async |kg: f64, seconds: i64| {
            let (scope, op) = (house.scope("head_qing").await, op.clone());
            let (fact, at) = (Fact::Weight { kg }, after(AT, seconds));
            step!(house.db, |tx| emergency::add_operation_fact(tx, &scope, &op, &fact, at))
                .unwrap();
        };
        note(54.0, -60).await;
        let kinds = "select subject_kind || ' ' || particulars from event
             where action = 'fact_added' order by at";
        assert_eq!(house.column(kinds).await, ["packet {}"]);
        let mut tx = house.read().await;
        let scope = house.scope("officer_a").await;
        for kind in ["operation", "packet"] {
            let log = store::event::of_subject(&mut tx, &scope, kind, &op, 100).await.unwrap();
            assert!(log.iter().all(|event| event.action != "fact_added"), "{kind}");
        }
        drop(tx);
        let new = NewCase { operation_id: Some(op.clone()), ..cry("key-1", "vision_loss") };
        let id = house.raise_as("head_qing", &new, clock(AT)).await.unwrap().emergency_id;
        note(55.0, 10).await;
        assert_eq!(house.count_of(&id, "fact_added").await, 1, "the hospital's screen hears of it");
    })
    .await;
}

async fn tell(house: &House, login: &str, id: &str, kg: f64, body: &'static str) {
    let (scope, at) = (house.scope(login).await, after(AT, 20));
    let (case_id, fact) = (id.to_owned(), Fact::Weight { kg });
    step!(house.db, |tx| emergency::add_fact(tx, &scope, &case_id, &fact, at)).unwrap();
    let (scope, case_id) = (house.scope(login).await, id.to_owned());
    step!(house.db, |tx| emergency::add_message(tx, &scope, &case_id, body, at)).unwrap();
}

#[tokio::test]
async fn what_was_told_twice_becomes_one_with_everything() {
    on_both(async |house| {
        furnish(&house).await;
        let kept = house.raised("key-1", "vision_loss", clock(AT)).await;
        let public = NewCase {
            callback: "13900001234".into(),
            place: "人民路口".into(),
            said: "我妹妹看不见了".into(),
            ..cry("key-2", "vision_loss")
        };
        let raised = step!(house.db, |tx| raise_public(tx, &public, clock(AT))).unwrap();
        let gone = raised.emergency_id;
        tell(&house, "head_qing", &kept, 54.0, "机构的话").await;
        tell(&house, "qc_a", &gone, 55.0, "值守的话").await;
        let merge = Details { into: Some(kept.clone()), ..Details::default() };
        let no = house.mark_as("head_qing", &kept, Mark::Merge, &merge, after(AT, 30)).await;
        assert_eq!(refusal(no), "NotAllowed");
        house.mark_as("qc_b", &gone, Mark::Merge, &merge, after(AT, 30)).await.unwrap();
        let mut tx = house.read().await;
        let scope = house.scope("head_qing").await;
        let case = emergency::case(&mut tx, &scope, &kept).await.unwrap();
        assert_eq!(case.callback, "13900001234", "the kept one had none");
        let facts = emergency::facts(&mut tx, &case).await.unwrap();
        let kg: Vec<&Fact> = facts.iter().map(|row| &row.told.fact).collect();
        assert_eq!(kg, [&Fact::Weight { kg: 54.0 }, &Fact::Weight { kg: 55.0 }]);
        let messages = emergency::messages(&mut tx, &kept).await.unwrap();
        let said: Vec<(&str, &str)> = messages
            .iter()
            .map(|row| (row.name_zh.as_deref().unwrap_or("-"), &*row.body))
            .collect();
        assert_eq!(
            said,
            [
                ("head_qing", "机构的话"),
                ("-", "[JZ-20240102-002] 我妹妹看不见了"),
                ("qc_a", "[JZ-20240102-002] 值守的话"),
                ("qc_b", "[JZ-20240102-002] 人民路口 13900001234"),
            ]
        );
        // The other one is over, and its calls are withdrawn.
        let tong = house.scope("desk_tong").await;
        let case = emergency::case(&mut tx, &tong, &gone).await.unwrap();
        assert_eq!(case.merged_into.as_deref(), Some(&*kept));
        assert!(house.calls_of(&gone).await.contains(&"h_tong capable 0 withdrawn".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_that_are_merged_into_each_other_leave_one() {
    on_both(async |house| {
        furnish(&house).await;
        let (servers, scope) = (servers(&house).await, house.scope("qc_a").await);
        let mut clients = JoinSet::new();
        for n in 0..16 {
            let a = house.raised(&format!("a-{n}"), "airway", clock(AT)).await;
            let b = house.raised(&format!("b-{n}"), "airway", clock(AT)).await;
            for (from, into) in [(&a, &b), (&b, &a)] {
                let (db, scope, from) = (servers[n % 4].clone(), scope.clone(), from.clone());
                let details = Details { into: Some(into.clone()), ..Details::default() };
                clients.spawn(async move {
                    let at = after(AT, 20);
                    step!(db, |tx| mark(tx, &scope, &from, Mark::Merge, &details, at))
                });
            }
        }
        let answers = clients.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 16);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(refusal(answer), "NotAllowed");
        }
    })
    .await;
}
