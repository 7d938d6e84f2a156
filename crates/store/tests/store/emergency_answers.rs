//! What becomes of a call: it climbs, the first acceptance wins, whoever declines is replaced, and
//! no case is ever left with nobody called.

use rules::Position;
use rules::emergency::{DeclineReason, Mark, Part};
use store::emergency::{self, Details, NewCase, mark, raise_public};
use store::{Refusal, deadline};
use tokio::task::JoinSet;

use crate::channel::{after, cry, declining, furnish, naming, pass, saying};
use crate::city::{refusal, step};
use crate::emergency::servers;
use crate::house::{House, clock, on_both};

const AT: &str = "15:10";

#[tokio::test]
async fn a_call_to_a_desk_climbs_until_somebody_answers() {
    proves!("Z11");
    on_both(async |mut house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        pass(&house.db, after(AT, 15)).await;
        // The server stops, and another one takes up the same ladder 85 seconds later.
        house.db = house.another().await;
        while deadline::fire(&house.db, after(AT, 100)).await.unwrap() > 0 {}
        let climbed = ["10 all_screens", "20 first_line", "80 second_line"];
        assert_eq!(house.rungs_of(&id, "h_yan", clock(AT)).await, climbed);
        let pages = house.pages_of(&id, clock(AT)).await;
        let late = |login: &str| pages.iter().filter(|page| page.contains(login)).count();
        assert_eq!((late("100 doc_yan1"), late("100 doc_yan2"), late("100 qc_a")), (1, 1, 2));
        pass(&house.db, after(AT, 330)).await;
        let climbed =
            ["10 all_screens", "20 first_line", "80 second_line", "200 next", "260 again"];
        let rungs = house.rungs_of(&id, "h_yan", clock(AT)).await;
        assert_eq!(rungs[..5], climbed);
        assert_eq!(rungs[5..], ["320 again"]);
        assert_eq!(house.rungs_of(&id, "qc", clock(AT)).await, rungs);
        // At 200 seconds the others were called as well, and their ladders run from there.
        assert_eq!(house.rungs_of(&id, "h_tong", after(AT, 200)).await.len(), 3);
        let a29 = "select holder_id from channel_alert where rule = 'A29' order by holder_id";
        assert_eq!(house.column(a29).await, ["h_shi", "h_yan"]);
        // Once a human has answered, this ladder stands still, and the others go on.
        house.marked("desk_yan", &id, Mark::Acknowledge, after(AT, 330)).await;
        pass(&house.db, after(AT, 400)).await;
        assert_eq!(house.rungs_of(&id, "h_yan", clock(AT)).await, rungs);
        assert_eq!(house.rungs_of(&id, "qc", clock(AT)).await.len(), 7);
    })
    .await;
}

#[tokio::test]
async fn people_without_a_desk_are_paged_at_once() {
    proves!("Z9");
    on_both(async |mut house| {
        furnish(&house).await;
        let new = NewCase {
            at: Some(Position { lat: 31.95, lng: 120.70 }),
            callback: "13900001234".into(),
            ..cry("key-1", "other")
        };
        let raised = step!(house.db, |tx| raise_public(tx, &new, clock(AT))).unwrap();
        let id = raised.emergency_id;
        assert_eq!(house.calls_of(&id).await, ["h_kang zone 0 open", "qc other 0 open"]);
        pass(&house.db, after(AT, 60)).await;
        house.db = house.another().await;
        pass(&house.db, after(AT, 250)).await;
        let rungs = house.rungs_of(&id, "h_kang", clock(AT)).await;
        assert_eq!(rungs, ["60 second_line", "180 next", "240 again"]);
        let pages = house.pages_of(&id, clock(AT)).await;
        let kang: Vec<&String> = pages.iter().filter(|page| page.contains("kang")).collect();
        assert_eq!(
            kang,
            [
                "0 doc_kang1 oncall_page",
                "60 doc_kang2 oncall_page",
                "240 doc_kang1 oncall_page",
                "240 doc_kang2 oncall_page",
            ]
        );
        // With its last rung the next hospital was called and the director paged.
        assert!(pages.contains(&"180 qc_director oncall_backup".to_owned()));
        assert!(house.calls_of(&id).await.contains(&"h_shi backup 2 open".to_owned()));
    })
    .await;
}

/// Everybody of every hospital accepts at once; how each was answered.
async fn all_accept(house: &House, id: &str) -> Vec<Result<(), Option<Refusal>>> {
    let servers = servers(house).await;
    let mut clients = JoinSet::new();
    let people = ["desk_shi", "doc_yan1", "desk_tong", "doc_kang2"];
    for n in 0..32 {
        let (db, id) = (servers[n % 4].clone(), id.to_owned());
        // Each server has people of every hospital.
        let scope = house.scope(people[(n / 4) % 4]).await;
        let at = after(AT, 210);
        clients.spawn(async move {
            let none = Details::default();
            let answer = step!(db, |tx| mark(tx, &scope, &id, Mark::Accept, &none, at));
            answer.map_err(|error| match error {
                store::Error::Refused(refusal) => Some(refusal),
                _ => None,
            })
        });
    }
    clients.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_thirty_two_acceptances_the_first_one_wins() {
    proves!("Z11");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        // After 200 seconds without an answer all four are being called.
        pass(&house.db, after(AT, 205)).await;
        let answers = all_accept(&house, &id).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        let late = answers.iter().filter(|answer| **answer == Err(Some(Refusal::TooLate)));
        assert_eq!(late.count(), 31, "{answers:?}");
        let calls = house.calls_of(&id).await;
        let ends = |word: &str| calls.iter().filter(|call| call.ends_with(word)).count();
        assert_eq!((ends("accepted"), ends("withdrawn"), ends("open")), (1, 3, 1));
        assert_eq!(house.count_of(&id, "accept").await, 1);
        // Whoever was paged at a hospital that was too late is told that it is over.
        let sql = |template: &str, other: &str| {
            format!(
                "select distinct login from notice
                 join account on account.account_id = notice.account_id
                 where subject = '{id}' and template = '{template}' and hospital_id is not null
                   and hospital_id {other} (select hospital_id from emergency) order by login"
            )
        };
        let paged = house.column(&sql("oncall_page", "<>")).await;
        assert!(paged.len() >= 2, "{paged:?}");
        assert_eq!(house.column(&sql("oncall_withdrawn", "<>")).await, paged);
        assert_eq!(house.column(&sql("oncall_withdrawn", "=")).await, [] as [String; 0]);
        // Nothing climbs any more.
        let climbed = house.count_of(&id, "climbed").await;
        pass(&house.db, after(AT, 1_000)).await;
        assert_eq!(house.count_of(&id, "climbed").await, climbed);
    })
    .await;
}

#[tokio::test]
async fn who_declines_is_replaced_at_once() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        house.marked("qc_a", &id, Mark::Acknowledge, after(AT, 5)).await;
        let none = Details::default();
        let answer = house.mark_as("desk_yan", &id, Mark::Decline, &none, after(AT, 6)).await;
        assert_eq!(refusal(answer), "Reason");
        let decline = async |login: &str, seconds: i64| {
            let beds = declining(DeclineReason::Beds);
            house.mark_as(login, &id, Mark::Decline, &beds, after(AT, seconds)).await.unwrap();
        };
        decline("desk_yan", 8).await;
        let sql = "select hospital_id from emergency_call where called_at = ";
        let called = |seconds: i64| format!("{sql}{}", after(AT, seconds).0);
        assert_eq!(house.column(&called(8)).await, ["h_tong"]);
        decline("desk_shi", 12).await;
        assert_eq!(house.column(&called(12)).await, ["h_kang"]);
        decline("desk_tong", 20).await;
        assert_eq!(house.count_of(&id, "all_called").await, 1);
        assert_eq!(house.column(&called(20)).await, [] as [String; 0], "h_kang may still accept");
        // The last one as well: the case stays open, and the desk is called from the start.
        decline("doc_kang1", 30).await;
        assert_eq!(house.column(&called(30)).await, ["qc"]);
        assert_eq!(
            house.calls_of(&id).await,
            [
                "h_kang other 0 declined",
                "h_shi zone 0 declined",
                "h_tong backup 0 declined",
                "h_yan capable 0 declined",
                "qc other 0 open",
                "qc other 0 withdrawn",
            ]
        );
        pass(&house.db, after(AT, 130)).await;
        let again = ["10 all_screens", "20 first_line", "80 second_line"];
        assert_eq!(house.rungs_of(&id, "qc", after(AT, 30)).await, again);
        house.marked("qc_b", &id, Mark::Acknowledge, after(AT, 131)).await;
        // The desk found somebody on the phone who takes the patient after all.
        let there = naming("h_tong");
        house.mark_as("qc_b", &id, Mark::Accept, &there, after(AT, 200)).await.unwrap();
        assert!(house.calls_of(&id).await.contains(&"h_tong chosen 0 accepted".to_owned()));
        let (taken, none) = (house.number("select count(*) from emergency_call").await, &none);
        assert_eq!(taken, 7);
        let late = house.mark_as("desk_tong", &id, Mark::Decline, none, after(AT, 201)).await;
        assert_eq!(refusal(late), "TooLate");
    })
    .await;
}

#[tokio::test]
async fn each_place_stops_its_own_ladder() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        for (login, seconds) in [("desk_shi", 5), ("qc_a", 7), ("doc_yan1", 9)] {
            house.marked(login, &id, Mark::Acknowledge, after(AT, seconds)).await;
        }
        let none = Details::default();
        let twice = house.mark_as("qc_b", &id, Mark::Acknowledge, &none, after(AT, 10)).await;
        assert_eq!(refusal(twice), "NotAllowed");
        pass(&house.db, after(AT, 250)).await;
        assert_eq!(house.count_of(&id, "climbed").await, 0);
        // The case was heard when the first of them heard it.
        let heard = house.number("select acknowledged_at from emergency").await;
        assert_eq!(heard, after(AT, 5).0);
        // Heard is not accepted: after 300 seconds the next hospital is called as well.
        pass(&house.db, after(AT, 301)).await;
        let calls = house.calls_of(&id).await;
        assert!(calls.contains(&"h_tong backup 0 open".to_owned()), "{calls:?}");
    })
    .await;
}

#[tokio::test]
async fn the_desk_sends_the_patient_elsewhere() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "vision_loss", clock(AT)).await;
        house.marked("desk_yan", &id, Mark::Accept, after(AT, 20)).await;
        let yan = ["h_shi zone 0 withdrawn", "h_yan capable 0 accepted", "qc other 0 open"];
        assert_eq!(house.calls_of(&id).await, yan);
        let redirect = async |login: &str, to: &str, seconds: i64| {
            house.mark_as(login, &id, Mark::Redirect, &naming(to), after(AT, seconds)).await
        };
        assert_eq!(refusal(redirect("head_qing", "h_tong", 30).await), "NotAllowed");
        assert_eq!(refusal(redirect("desk_yan", "h_tong", 30).await), "NotAllowed");
        assert_eq!(refusal(redirect("qc_a", "h_yan", 30).await), "SameHospital");
        assert_eq!(refusal(redirect("qc_a", "h_none", 30).await), "NotFound");
        redirect("qc_a", "h_tong", 40).await.unwrap();
        let mut tx = house.read().await;
        let (desk, old) = (house.scope("qc_a").await, house.scope("desk_yan").await);
        let case = emergency::case(&mut tx, &desk, &id).await.unwrap();
        assert_eq!((case.accepted_at, case.hospital_id.as_deref()), (None, None));
        let part = emergency::party(&mut tx, &old, &case).await.unwrap();
        assert_eq!(part.code(), "reader");
        drop(tx);
        assert!(house.calls_of(&id).await.contains(&"h_tong chosen 0 open".to_owned()));
        assert_eq!(Part::Chosen.code(), "chosen");
        // It cannot either. h_shi, which never said no, is called again; h_yan is not.
        let theatre = declining(DeclineReason::Theatre);
        house.mark_as("desk_tong", &id, Mark::Decline, &theatre, after(AT, 60)).await.unwrap();
        let called =
            format!("select hospital_id from emergency_call where called_at = {}", after(AT, 60).0);
        assert_eq!(house.column(&called).await, ["h_shi"]);
        house.marked("desk_shi", &id, Mark::Accept, after(AT, 70)).await;
        assert_eq!(house.count_of(&id, "accept").await, 2);
    })
    .await;
}

#[tokio::test]
async fn another_card_calls_whoever_it_names_and_lets_nobody_go() {
    proves!("Z15");
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "airway", clock(AT)).await;
        assert_eq!(house.calls_of(&id).await, ["h_shi zone 0 open", "qc other 0 open"]);
        let say = async |login: &str, code: &'static str, seconds: i64| {
            let (scope, id) = (house.scope(login).await, id.clone());
            let at = after(AT, seconds);
            step!(house.db, |tx| emergency::set_card(tx, &scope, &id, code, at))
        };
        assert_eq!(refusal(say("qc_a", "no_such_card", 20).await), "Unknown");
        assert_eq!(refusal(say("desk_tong", "vision_loss", 20).await), "NotFound");
        say("desk_shi", "vision_loss", 30).await.unwrap();
        let calls = ["h_shi zone 0 open", "h_yan capable 0 open", "qc other 0 open"];
        assert_eq!(house.calls_of(&id).await, calls);
        house.marked("desk_yan", &id, Mark::Accept, after(AT, 40)).await;
        // A third word after that changes the card, and calls nobody.
        say("head_qing", "haemorrhage", 50).await.unwrap();
        assert_eq!(house.calls_of(&id).await.len(), 3);
        assert_eq!(house.column("select card from emergency").await, ["haemorrhage"]);
        let said = saying("误报");
        house.mark_as("qc_a", &id, Mark::StandDown, &said, after(AT, 60)).await.unwrap();
        assert_eq!(refusal(say("qc_a", "airway", 70).await), "NotAllowed");
    })
    .await;
}

#[tokio::test]
async fn standing_down_needs_a_reason() {
    on_both(async |house| {
        furnish(&house).await;
        let id = house.raised("key-1", "airway", clock(AT)).await;
        let stand = async |login: &str, id: &str, said: &str| {
            house.mark_as(login, id, Mark::StandDown, &saying(said), after(AT, 30)).await
        };
        assert_eq!(refusal(stand("head_qing", &id, "  ").await), "Text");
        assert_eq!(refusal(stand("desk_shi", &id, "误触").await), "NotAllowed");
        stand("head_qing", &id, "误触，病人平稳").await.unwrap();
        assert_eq!(refusal(stand("qc_a", &id, "误触").await), "NotAllowed");
        assert_eq!(house.column("select state from emergency").await, ["stood_down"]);
        let climbed = house.count_of(&id, "climbed").await;
        pass(&house.db, after(AT, 600)).await;
        assert_eq!(house.count_of(&id, "climbed").await, climbed);
        // Once a hospital is on its way only the desk calls it off.
        let id = house.raised("key-2", "airway", clock(AT)).await;
        house.marked("desk_shi", &id, Mark::Accept, after(AT, 10)).await;
        assert_eq!(refusal(stand("head_qing", &id, "误触").await), "NotAllowed");
        stand("qc_a", &id, "机构来电确认误报").await.unwrap();
        let told = "select count(*) from emergency_message where body like '%误%'";
        assert_eq!(house.number(told).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_and_its_deadline_at_one_moment_never_stop_each_other() {
    on_both(async |house| {
        furnish(&house).await;
        let (servers, scope) = (servers(&house).await, house.scope("desk_shi").await);
        for round in 0..8 {
            let mut clients = JoinSet::new();
            let mut ids = Vec::new();
            for n in 0..8 {
                let key = format!("key-{round}-{n}");
                ids.push(house.raised(&key, "airway", after(AT, round * 60)).await);
            }
            let at = after(AT, round * 60 + 10);
            for (n, id) in ids.into_iter().enumerate() {
                let (db, scope) = (servers[n % 4].clone(), scope.clone());
                clients.spawn(async move {
                    let none = Details::default();
                    step!(db, |tx| mark(tx, &scope, &id, Mark::Accept, &none, at)).unwrap();
                });
            }
            for db in &servers {
                let db = db.clone();
                clients.spawn(async move { assert!(deadline::fire(&db, at).await.is_ok()) });
            }
            clients.join_all().await;
        }
        let taken = "select count(*) from emergency where accepted_at is not null";
        assert_eq!(house.number(taken).await, 64);
    })
    .await;
}
