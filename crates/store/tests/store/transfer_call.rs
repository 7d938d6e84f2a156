//! A call from the ring to the booking, and what is 120's.

use rules::Time;
use rules::transfer::call::{Direction, Outcome};
use rules::transfer::{Class, Mark, Moment, Party, Source};
use store::page::Slice;
use store::transfer::{self, NewTriage, Signal, Told};
use store::{By, Scope};

use crate::city::{refusal, step};
use crate::house::{House, clock, on_both};
use crate::transfer_desk::{KEY, answers, asking, furnish};

#[tokio::test]
async fn a_call_is_answered_by_one_and_its_draft_outlives_the_line() {
    proves!("T1", "T3");
    on_both(async |house| {
        furnish(&house).await;
        let by = By::system("exchange", clock("9:40"));
        let call = step!(house.db, |tx| transfer::ring(tx, &by, "139-0000-6021")).unwrap();

        // Both desks reach for it at once, sixteen times each: one has it.
        let mut tries = Vec::new();
        for n in 0..32 {
            let login = if n % 2 == 0 { "call_a" } else { "call_b" };
            let (db, scope, id) = (house.db.clone(), house.scope(login).await, call.clone());
            tries.push(tokio::spawn(async move {
                let at = clock("9:41");
                (login, step!(db, |tx| transfer::answer(tx, &scope, &id, at)).is_ok())
            }));
        }
        let mut winners = Vec::new();
        for one in tries {
            let (login, won) = one.await.unwrap();
            if won {
                winners.push(login);
            }
        }
        winners.dedup();
        assert!(winners.iter().all(|login| *login == winners[0]), "{winners:?}");
        let (first, second) =
            if winners[0] == "call_a" { ("call_a", "call_b") } else { ("call_b", "call_a") };

        // What is typed lies in the database; the browser dies, a colleague goes on.
        let (scope, id) = (house.scope(first).await, call.clone());
        let draft = r#"{"patient":"李老伯"}"#;
        step!(house.db, |tx| transfer::keep_draft(tx, &scope, &id, "139 0000 6021", draft))
            .unwrap();
        let (own, id) = (house.scope(second).await, call.clone());
        let scope = own.clone();
        step!(house.db, |tx| transfer::take_over_call(tx, &scope, &id, clock("9:44"))).unwrap();
        let read = transfer::call(&mut house.read().await, &own, &call).await.unwrap();
        assert_eq!((read.draft.as_str(), read.phone.as_str()), (draft, "13900006021"));
        assert_eq!(read.answered_at, Some(clock("9:41").0), "it was answered once");

        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        assert_eq!((asked.class, asked.total_fen), (Class::Care, 37_000));
        let (scope, id, booking) = (own.clone(), call.clone(), asked.booking_id.clone());
        step!(house.db, |tx| transfer::end_call(
            tx,
            &scope,
            &id,
            Outcome::Booked,
            Some(&booking),
            clock("9:46")
        ))
        .unwrap();
        // A call that is over keeps its draft and takes no more.
        let scope = house.scope(second).await;
        let id = call.clone();
        let late = step!(house.db, |tx| transfer::keep_draft(tx, &scope, &id, "", "{}"));
        assert_eq!(refusal(late), "Answered");

        the_desk_knows_the_number(&house).await;
        // Nothing of people stands in the log.
        for word in ["李", "6021", "马尚"] {
            let sql = format!("select particulars from event where particulars like '%{word}%'");
            assert_eq!(house.column(&sql).await, [] as [String; 0]);
        }
    })
    .await;
}

/// The same number again: the desk sees who it is.
async fn the_desk_knows_the_number(house: &House) {
    let by = By::system("exchange", clock("11:00"));
    let again = step!(house.db, |tx| transfer::ring(tx, &by, "13900006021")).unwrap();
    let scope = house.scope("call_a").await;
    let known =
        transfer::caller_history(&mut house.read().await, &scope, "13900006021", &again).await;
    let known = known.unwrap();
    assert_eq!((known.calls, known.caller.as_str()), (1, "李先生"));
    assert_eq!(known.last.unwrap().1, "discharge");
    let open = transfer::calls(&mut house.read().await, &scope, "open", Slice::first(9)).await;
    assert_eq!(open.unwrap().rows.len(), 1);
    let figures =
        transfer::answer_figures(&mut house.read().await, clock("9:00"), clock("12:00")).await;
    assert_eq!(figures.unwrap(), (2, 1, 60_000));
}

#[tokio::test]
async fn a_red_flag_books_nothing_and_120_answers_within_minutes() {
    proves!("T12", "T14", "T15");
    on_both(async |house| {
        furnish(&house).await;
        let now = clock("10:00");
        for yes in [&["chest_pain"][..], &["stroke", "oxygen"]] {
            let asking = asking("red", Source::Phone, clock("11:00"), yes);
            assert_eq!(refusal(house.asks("call_a", asking, now).await), "RedFlag");
        }
        assert_eq!(house.number("select count(*) from booking").await, 0);
        let mut open = asking("open", Source::Phone, clock("11:00"), &[]);
        open.triage.answers.pop();
        assert_eq!(refusal(house.asks("call_a", open, now).await), "Unasked");

        // F12: with whatever has been typed.
        let told = Told {
            place: "博山区中心路".into(),
            phone: "13900006021".into(),
            flags: vec!["chest_pain".into()],
            ..Told::default()
        };
        let desk = house.scope("call_a").await;
        let (scope, data) = (desk.clone(), told.clone());
        let id = step!(house.db, |tx| transfer::call_to_120(tx, &scope, "red_flag", &data, now))
            .unwrap();
        let own = id.clone();
        let itself = step!(house.db, |tx| transfer::accept(tx, &desk, &own, "", clock("10:01")));
        assert_eq!(refusal(itself), "NotAllowed", "whoever hands over does not accept");

        // Of thirty-two answers of 120 one counts.
        let mut tries = Vec::new();
        for _ in 0..32 {
            let (db, scope) = (house.db.clone(), house.scope("liaison").await);
            let id = id.clone();
            tries.push(tokio::spawn(async move {
                step!(db, |tx| transfer::accept(tx, &scope, &id, "120-7", clock("10:02"))).is_ok()
            }));
        }
        let mut won = 0;
        for one in tries {
            won += i64::from(one.await.unwrap());
        }
        assert_eq!(won, 1);
        let liaison = house.scope("liaison").await;
        let kept = transfer::handover(&mut house.read().await, &liaison, &id).await.unwrap();
        assert_eq!(
            (kept.told().place.as_str(), kept.number_120.as_str()),
            ("博山区中心路", "120-7")
        );
        let regulator = house.scope("regulator").await;
        let kept = transfer::handover(&mut house.read().await, &regulator, &id).await.unwrap();
        assert_eq!(kept.told().place, "", "figures, not people");

        and_back(&house, &told).await;
    })
    .await;
}

/// 120 has somebody who needs no ambulance.
async fn and_back(house: &House, told: &Told) {
    let (scope, mut data) = (house.scope("liaison").await, told.clone());
    data.flags.clear();
    let back = step!(house.db, |tx| transfer::from_120(
        tx,
        &scope,
        "120-8",
        "not_urgent",
        &data,
        clock("10:10")
    ))
    .unwrap();
    let (scope, id) = (house.scope("call_b").await, back.clone());
    step!(house.db, |tx| transfer::accept(tx, &scope, &id, "", clock("10:13"))).unwrap();
    let mut tx = house.read().await;
    let span = (clock("0:00"), clock("23:00"));
    for (direction, median) in [(Direction::To120, 120_000), (Direction::From120, 180_000)] {
        let found = transfer::handover_figures(&mut tx, direction, span.0, span.1).await;
        let found = found.unwrap();
        assert_eq!((found.asked, found.accepted, found.median_ms), (1, 1, median));
    }
}

#[tokio::test]
async fn asked_again_on_the_way_a_red_flag_goes_to_120_by_itself() {
    proves!("T11", "T12");
    on_both(async |house| {
        furnish(&house).await;
        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        let id = asked.booking_id.clone();
        let again = |moment, yes: &[&str]| NewTriage {
            moment,
            answers: answers(moment, yes),
            raised: None,
        };
        let desk = house.scope("dispatch_a").await;
        let (scope, own, new) = (desk.clone(), id.clone(), again(Moment::Pickup, &["oxygen"]));
        let same =
            step!(house.db, |tx| transfer::triage(tx, &scope, &own, &new, clock("10:35"))).unwrap();
        assert_eq!((same.class, same.tier.as_deref()), (Class::Care, Some("care_nurse")));

        let (scope, own, new) = (desk.clone(), id.clone(), again(Moment::EnRoute, &["worse"]));
        let red =
            step!(house.db, |tx| transfer::triage(tx, &scope, &own, &new, clock("10:50"))).unwrap();
        let handover = red.handover_id.unwrap();
        let found = transfer::booking(&mut house.read().await, &desk, &id).await.unwrap();
        assert_eq!(found.class.as_deref(), Some("emergency"));
        assert!(!found.course().allows(Mark::Confirm, Party::Desk));

        // Told twice it is one hand-over; 120 hands back, and it is ours again.
        let (scope, own) = (desk.clone(), id.clone());
        let twice = step!(house.db, |tx| transfer::to_120(
            tx,
            &scope,
            &own,
            Moment::EnRoute,
            "judgement",
            clock("10:51")
        ));
        assert_eq!(twice.unwrap(), handover);
        let (scope, own) = (house.scope("liaison").await, handover.clone());
        step!(house.db, |tx| transfer::decline(tx, &scope, &own, "已稳定，可继续", clock("10:53")))
            .unwrap();
        assert_ne!(house.state_of(&id).await, "to_120");
        let (scope, own, new) = (desk.clone(), id.clone(), again(Moment::EnRoute, &["oxygen"]));
        let calm =
            step!(house.db, |tx| transfer::triage(tx, &scope, &own, &new, clock("10:55"))).unwrap();
        assert_eq!(calm.class, Class::Care);

        takes_over(&house, &id).await;
        let mut tx = house.read().await;
        let kept = transfer::triages(&mut tx, &id).await.unwrap();
        let line: Vec<String> = kept
            .iter()
            .map(|one| format!("{} {} {}", one.triage_no, one.moment, one.class))
            .collect();
        let expected = ["1 call care", "2 pickup care", "3 en_route emergency", "4 en_route care"];
        assert_eq!(line, expected);
        assert!(kept.iter().all(|one| one.pack_version == "2025.11"));
        let told = transfer::handovers_of(&mut tx, &id).await.unwrap();
        assert_eq!(told.len(), 2);
    })
    .await;
}

/// The next time 120 takes over, and the booking has ended.
async fn takes_over(house: &House, id: &str) {
    let (scope, own) = (house.scope("dispatch_a").await, id.to_owned());
    let next = step!(house.db, |tx| transfer::to_120(
        tx,
        &scope,
        &own,
        Moment::EnRoute,
        "judgement",
        clock("11:00")
    ))
    .unwrap();
    let scope = house.scope("liaison").await;
    step!(house.db, |tx| transfer::accept(tx, &scope, &next, "120-9", clock("11:04"))).unwrap();
    assert_eq!(house.state_of(id).await, "to_120");
}

#[tokio::test]
async fn the_same_form_twice_books_once_and_two_of_one_patient_are_told_and_kept() {
    proves!("T22");
    on_both(async |house| {
        furnish(&house).await;
        let mut tries = Vec::new();
        for _ in 0..32 {
            let (db, id) = (house.db.clone(), house.account_of("call_a").await);
            tries.push(tokio::spawn(async move {
                let asking = asking("one", Source::Public, clock("10:30"), &[]);
                let by = By::account(&id, clock("9:45"));
                step!(db, |tx| transfer::ask(tx, &by, &asking, KEY)).unwrap()
            }));
        }
        let mut answers = Vec::new();
        for one in tries {
            answers.push(one.await.unwrap());
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(house.number("select count(*) from booking").await, 1);
        assert_eq!(house.number("select count(*) from quote").await, 1);

        let desk = house.scope("call_b").await;
        let twin = asking("two", Source::Phone, clock("12:00"), &[]);
        let seen =
            transfer::twins(&mut house.read().await, &desk, &twin.booking, clock("9:50")).await;
        assert_eq!(seen.unwrap()[0].1, answers[0].number);
        let second = house.asks("call_b", twin, clock("9:50")).await.unwrap();
        assert_ne!(second.booking_id, answers[0].booking_id, "told, never merged");

        // What cannot be is a sentence; the outside of the area is one of them.
        let mut outside = asking("three", Source::Phone, clock("12:00"), &[]);
        outside.booking.region_code.clear();
        assert_eq!(refusal(house.asks("call_a", outside, clock("9:50")).await), "OutsideArea");
        let past = asking("four", Source::Phone, clock("8:00"), &[]);
        assert_eq!(refusal(house.asks("call_a", past, clock("9:50")).await), "Hours");
        let mut price = asking("five", Source::Phone, clock("12:00"), &[]);
        price.agreed_fen = Some(36_999);
        assert_eq!(refusal(house.asks("call_a", price, clock("9:50")).await), "OldQuote");
        assert_eq!(house.number("select count(*) from booking").await, 2);
    })
    .await;
}

#[tokio::test]
async fn callers_are_forgotten_and_the_figures_stay() {
    on_both(async |house| {
        furnish(&house).await;
        let by = By::system("exchange", clock("9:40"));
        let call = step!(house.db, |tx| transfer::ring(tx, &by, "13900006021")).unwrap();
        let (scope, id) = (house.scope("call_a").await, call.clone());
        step!(house.db, |tx| transfer::end_call(
            tx,
            &scope,
            &id,
            Outcome::Asked,
            None,
            clock("9:42")
        ))
        .unwrap();
        let later = |days: i64| Time(clock("9:42").0).plus_days(days);
        for (days, forgotten) in [(89, 0), (90, 1), (91, 0)] {
            let at = later(days);
            let count = step!(house.db, |tx| transfer::forget_calls(tx, at)).unwrap();
            assert_eq!(count, forgotten, "after {days} days");
        }
        let scope = house.scope("call_a").await;
        let kept = transfer::call(&mut house.read().await, &scope, &call).await.unwrap();
        assert_eq!((kept.phone.as_str(), kept.outcome.as_deref()), ("", Some("asked")));
        let nobody = Scope::system();
        let read = transfer::call(&mut house.read().await, &nobody, &call).await;
        assert!(read.is_err(), "jobs read no calls");
    })
    .await;
}

#[tokio::test]
async fn the_exchange_tells_twice_and_in_any_order_and_no_call_is_lost() {
    proves!("T1", "T19");
    on_both(async |house| {
        furnish(&house).await;
        let tell = async |name: &'static str, told: Signal, at: &str| {
            let by = By::system("exchange", clock("9:50"));
            let at = clock(at);
            step!(house.db, |tx| transfer::exchange_tells(tx, &by, name, &told, at))
        };
        let rings = |phone: &str| Signal::Rings(phone.to_owned());
        assert_eq!(refusal(tell(" ", rings("1"), "9:40").await), "Text");
        assert_eq!(refusal(tell("pbx-0", rings("12"), "9:40").await), "Phone");
        let one = tell("pbx-1", rings("139-0000-6021"), "9:40").await.unwrap();
        let again = tell("pbx-1", rings("139-0000-6021"), "9:41").await.unwrap();
        assert_eq!(one, again);
        let by_name = Signal::Answered(Some("call_a".into()));
        tell("pbx-1", by_name, "9:41").await.unwrap();
        let scope = house.scope("call_b").await;
        let own = house.scope("call_a").await.account().unwrap().account_id.clone();
        let read = transfer::call(&mut house.read().await, &scope, &one).await.unwrap();
        assert_eq!((read.rang_at, read.answered_at), (clock("9:40").0, Some(clock("9:41").0)));
        assert_eq!(read.taken_by.as_deref(), Some(&*own), "whoever lifted the receiver has it");
        // The line drops: what was typed stays open.
        tell("pbx-1", Signal::HungUp, "9:44").await.unwrap();
        tell("pbx-1", Signal::HungUp, "9:45").await.unwrap();
        let read = transfer::call(&mut house.read().await, &scope, &one).await.unwrap();
        assert_eq!((read.ended_at, read.outcome.as_deref()), (None, None));
        // Nobody answered: it is lost, and counts as such.
        let two = tell("pbx-2", rings(""), "9:42").await.unwrap();
        tell("pbx-2", Signal::HungUp, "9:43").await.unwrap();
        tell("pbx-2", Signal::Answered(None), "9:44").await.unwrap();
        let read = transfer::call(&mut house.read().await, &scope, &two).await.unwrap();
        assert_eq!((read.answered_at, read.outcome.as_deref()), (None, Some("lost")));
        // What was told first came second: the number and the moment it rang are kept.
        let three = tell("pbx-3", Signal::Answered(Some("nobody".into())), "9:46").await.unwrap();
        tell("pbx-3", rings("13900006022"), "9:45").await.unwrap();
        let read = transfer::call(&mut house.read().await, &scope, &three).await.unwrap();
        assert_eq!((&*read.phone, read.rang_at), ("13900006022", clock("9:45").0));
        assert_eq!((read.answered_at, read.taken_by), (Some(clock("9:46").0), None));
        // A moment to come is now.
        let four = tell("pbx-4", rings("13900006023"), "11:00").await.unwrap();
        let read = transfer::call(&mut house.read().await, &scope, &four).await.unwrap();
        assert_eq!(read.rang_at, clock("9:50").0);
        let count = house.column("select count(*) || '' from phone_call").await;
        assert_eq!(count, ["4"]);
    })
    .await;
}

#[tokio::test]
async fn thirty_two_tellings_of_one_call_make_one() {
    on_both(async |house| {
        furnish(&house).await;
        let mut tries = Vec::new();
        for n in 0..32 {
            let db = house.db.clone();
            let told = match n % 3 {
                0 => Signal::Rings("13900006021".into()),
                1 => Signal::Answered(None),
                _ => Signal::HungUp,
            };
            tries.push(tokio::spawn(async move {
                let at = clock("9:40");
                let by = By::system("exchange", at);
                step!(db, |tx| transfer::exchange_tells(tx, &by, "pbx-1", &told, at)).unwrap()
            }));
        }
        let mut ids = Vec::new();
        for one in tries {
            ids.push(one.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    })
    .await;
}
