//! A ward's request, codes to phones, tokens of hospitals, repeats and ways back; and who may read
//! and do what of the desk's side.

use rules::transfer::{Mark, Source};
use store::page::Slice;
use store::transfer::{self, Details, NewRecord, NewSeries, Told};
use store::{By, Error, Refusal, Result};

use crate::city::{refusal, step};
use crate::house::{House, clock, on_both};
use crate::transfer_desk::{KEY, asking, furnish};

#[tokio::test]
async fn a_ward_asks_another_person_approves_and_what_goes_along_is_recorded() {
    proves!("T6", "T10");
    on_both(async |house| {
        furnish(&house).await;
        let now = clock("9:00");
        let ask = async |login: &str, key: &'static str| {
            let scope = house.scope(login).await;
            let asking = asking(key, Source::Ward, clock("10:30"), &["oxygen"]);
            step!(house.db, |tx| transfer::request(tx, &scope, &asking, KEY, now))
        };
        assert_eq!(refusal(ask("ward_other", "x").await), "NotAllowed", "not their hospital");
        assert_eq!(refusal(ask("call_a", "x").await), "NotAllowed");
        let asked = ask("ward_first", "one").await.unwrap();
        assert_eq!((asked.total_fen, asked.confirmed), (37_000, false));
        assert_eq!(house.state_of(&asked.booking_id).await, "requested");

        let approve = async |login: &str| {
            let (scope, id) = (house.scope(login).await, asked.booking_id.clone());
            step!(house.db, |tx| transfer::approve_request(tx, &scope, &id, clock("9:10")))
        };
        assert_eq!(refusal(approve("ward_first").await), "OwnRequest");
        assert!(matches!(approve("ward_other").await, Err(Error::NotFound(_))));
        approve("ward_first2").await.unwrap();
        assert_eq!(refusal(approve("ward_first2").await), "NotAllowed", "once");
        let (scope, id) = (house.scope("ward_first").await, asked.booking_id.clone());
        step!(house.db, |tx| transfer::confirm(tx, &scope, &id, 1, None, clock("9:12"))).unwrap();
        assert_eq!(house.state_of(&asked.booking_id).await, "confirmed");

        let record = async |login: &str, items: &[&str], words: &str| {
            let (scope, id) = (house.scope(login).await, asked.booking_id.clone());
            let items = items.iter().map(|item| (*item).to_owned()).collect();
            let new = NewRecord { items, words: words.into() };
            step!(house.db, |tx| transfer::add_record(tx, &scope, &id, &new, clock("10:30")))
        };
        assert_eq!(refusal(record("ward_first", &[], " ").await), "Text");
        assert_eq!(refusal(record("ward_first", &["gold"], "").await), "Unknown");
        assert_eq!(refusal(record("call_a", &["identity"], "").await), "NotAllowed");
        record("ward_first", &["identity", "summary"], "血压平稳").await.unwrap();
        record("ward_first2", &["medicines"], "").await.unwrap();
        let kept = transfer::records(&mut house.read().await, &asked.booking_id).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(
            (kept[0].items(), kept[0].words.as_str()),
            (vec!["identity".to_owned(), "summary".to_owned()], "血压平稳")
        );
    })
    .await;
}

#[tokio::test]
async fn a_phone_is_proved_by_its_code_and_by_nothing_else() {
    proves!("T22");
    on_both(async |house| {
        furnish(&house).await;
        let send = async |phone: &'static str, at: &str| {
            let at = clock(at);
            step!(house.db, |tx| transfer::send_phone_code(tx, phone, "246810", at))
        };
        for wrong in ["", "12345", "0533-0000001", "139000060212", "abc13900006021"] {
            assert_eq!(refusal(send(wrong, "9:00").await), "Phone", "{wrong}");
        }
        let check = send("+86 139-0000-6021", "9:00").await.unwrap();
        let prove = async |code: &'static str, at: &str| {
            let (id, at) = (check.clone(), clock(at));
            step!(house.db, |tx| transfer::prove_phone(tx, &id, code, at)).unwrap()
        };
        let proved = async |phone: &str, at: &str| {
            let mut tx = house.read().await;
            transfer::proved_at(&mut tx, &check, phone, clock(at)).await
        };
        assert_eq!(refusal(proved("13900006021", "9:01").await), "Unverified");
        for _ in 0..3 {
            assert_eq!(prove("000000", "9:01").await, Err(Refusal::Code));
        }
        assert_eq!(prove("246810", "9:11").await, Err(Refusal::Code), "too late");
        assert_eq!(prove(" 246810 ", "9:02").await, Ok(()));
        assert_eq!(proved("139 0000 6021", "9:30").await.unwrap(), clock("9:02"));
        assert_eq!(refusal(proved("13900006022", "9:30").await), "Unverified");
        assert_eq!(refusal(proved("13900006021", "10:03").await), "Unverified");

        // Five wrong ones end a code, the right one included.
        let check = send("13900006022", "9:00").await.unwrap();
        for code in ["1", "2", "3", "4", "5", "246810"] {
            let id = check.clone();
            let told = step!(house.db, |tx| transfer::prove_phone(tx, &id, code, clock("9:01")));
            assert_eq!(told.unwrap(), Err(Refusal::Code), "{code}");
        }
        // Nobody's phone is flooded, whoever asks at once.
        let mut tries = Vec::new();
        for _ in 0..32 {
            let db = house.db.clone();
            tries.push(tokio::spawn(async move {
                let at = clock("9:00");
                step!(db, |tx| transfer::send_phone_code(tx, "13900006023", "1", at)).is_ok()
            }));
        }
        let mut sent = 0;
        for one in tries {
            sent += i64::from(one.await.unwrap());
        }
        assert_eq!(sent, 4);
        // The number waits in the notice alone, and leaves with it.
        let kept = house.number("select count(*) from notice where address = '13900006021'").await;
        assert_eq!(kept, 1);
        let taken = store::notice::take(&house.db, clock("9:01"), 50).await.unwrap();
        let ours = taken.iter().find(|one| one.address.as_deref() == Some("13900006021")).unwrap();
        let id = ours.notice_id.clone();
        step!(house.db, |tx| store::notice::settled(tx, &id, None, clock("9:01"))).unwrap();
        let kept = house.number("select count(*) from notice where address = '13900006021'").await;
        assert_eq!(kept, 0);
    })
    .await;
}

#[tokio::test]
async fn a_hospitals_system_books_by_a_token_until_it_is_revoked() {
    proves!("T6");
    on_both(async |house| {
        furnish(&house).await;
        let make = async |login: &str, label: &'static str| {
            let scope = house.scope(login).await;
            let at = clock("9:00");
            step!(house.db, |tx| transfer::make_token(tx, &scope, label, "secret", at))
        };
        assert_eq!(refusal(make("call_a", "HIS").await), "NotAllowed");
        assert_eq!(refusal(make("ward_first", "").await), "Text");
        make("ward_first", "HIS").await.unwrap();
        let site = async |token: &'static str| {
            step!(house.db, |tx| transfer::site_of_token(tx, token, clock("9:05"))).unwrap()
        };
        assert_eq!(site("secret").await.as_deref(), Some("s_first"));
        assert_eq!(site("guess").await, None);
        let scope = house.scope("ward_first2").await;
        let kept = transfer::tokens(&mut house.read().await, &scope).await.unwrap();
        assert_eq!((kept.len(), kept[0].used_at), (1, Some(clock("9:05").0)));
        assert!(!kept[0].token_hash.contains("secret"));
        let revoke = async |login: &str| {
            let (scope, hash) = (house.scope(login).await, kept[0].token_hash.clone());
            step!(house.db, |tx| transfer::revoke_token(tx, &scope, &hash, clock("9:10")))
        };
        assert!(matches!(revoke("ward_other").await, Err(Error::NotFound(_))));
        revoke("ward_first").await.unwrap();
        assert_eq!(site("secret").await, None);
    })
    .await;
}

#[tokio::test]
async fn dialysis_on_three_days_a_week_with_a_way_back_that_is_called_for() {
    proves!("T2");
    on_both(async |house| {
        furnish(&house).await;
        // Tuesday, 2 January; Monday, Wednesday and Friday until the 26th.
        let mut first = asking("one", Source::Phone, clock("10:30"), &[]);
        first.booking.trip_type = "dialysis".into();
        first.quote.trip.with_return = true;
        first.quote.trip.waiting_min = 0;
        first.agreed_fen = Some(43_500);
        let first = house.asks("call_a", first, clock("9:00")).await.unwrap();
        let new = NewSeries {
            weekdays: 0b1_0101,
            pickup_min: 8 * 60,
            until: clock("+24 12:00"),
            returns: true,
        };
        let start = async |new: NewSeries| {
            let (scope, id) = (house.scope("call_a").await, first.booking_id.clone());
            step!(house.db, |tx| transfer::start_series(tx, &scope, &id, &new, KEY, clock("9:05")))
        };
        let never = NewSeries { weekdays: 0, ..new.clone() };
        assert_eq!(refusal(start(never).await), "Hours");
        let series = start(new.clone()).await.unwrap();
        assert_eq!(refusal(start(new).await), "NotAllowed", "once");

        let ways = async |back: &str| {
            let sql = format!(
                "select cast(ready_at as text) from booking where return_of is {back}
                 and ready_at is not null and request_key <> 'one' order by ready_at"
            );
            house.column(&sql).await
        };
        let days = |list: &[i64]| -> Vec<String> {
            list.iter().map(|day| clock(&format!("+{day} 8:00")).0.to_string()).collect()
        };
        assert_eq!(ways("null").await, days(&[1, 3, 6, 8, 10, 13]));
        assert!(ways("not null").await.is_empty());
        let back = "select count(*) from booking where return_of is not null
                    and will_call_at is not null and state = 'on_call'";
        assert_eq!(house.number(back).await, 7, "each has a way back that waits for a call");
        let paid = "select sum(total_fen) from quote join booking on
                    booking.booking_id = quote.booking_id where return_of is not null";
        assert_eq!(house.number(paid).await, 0, "the price held both ways");

        two_nodes_make_each_day_once(&house, &series).await;
        assert_eq!(ways("null").await, days(&[1, 3, 6, 8, 10, 13, 15, 17]));
        // The treatment is over: the call makes the way back a trip to be driven.
        let back = house
            .column(&format!(
                "select booking_id from booking where return_of = '{}'",
                first.booking_id
            ))
            .await;
        let (scope, id) = (house.scope("call_b").await, back[0].clone());
        step!(house.db, |tx| transfer::mark(
            tx,
            &scope,
            &id,
            Mark::CallReturn,
            &Details::default(),
            clock("14:30")
        ))
        .unwrap();
        assert_eq!(house.state_of(&back[0]).await, "confirmed");

        the_series_ends(&house, &series).await;
    })
    .await;
}

/// Two nodes look at once, again and again.
async fn two_nodes_make_each_day_once(house: &House, series: &str) {
    let mut rounds = Vec::new();
    for n in 0..8 {
        let (db, id) = (house.db.clone(), series.to_owned());
        rounds.push(tokio::spawn(async move {
            let by = By::system("series", clock(if n % 2 == 0 { "+3 0:30" } else { "9:06" }));
            step!(db, |tx| transfer::make_due(tx, &by, &id, KEY)).unwrap()
        }));
    }
    let mut made = 0;
    for one in rounds {
        made += one.await.unwrap();
    }
    assert_eq!(made, 2);
    let due = transfer::series_due(&mut house.read().await, clock("+4 12:00")).await.unwrap();
    assert_eq!(due, [series.to_owned()]);
}

async fn the_series_ends(house: &House, series: &str) {
    let (scope, id) = (house.scope("call_a").await, series.to_owned());
    let at = clock("+2 9:00");
    let ended = step!(house.db, |tx| transfer::end_series(tx, &scope, &id, at)).unwrap();
    assert_eq!(ended, 14, "seven days to come, there and back");
    let (scope, id) = (house.scope("call_a").await, series.to_owned());
    let twice = step!(house.db, |tx| transfer::end_series(tx, &scope, &id, at));
    assert_eq!(refusal(twice), "Answered");
}

/// What each person reads: `y` or nothing.
const TABLE: &str = "
    transfer::call           y y y - - - - - -
    transfer::calls          y y y - - - - - -
    transfer::caller_history y y y - - - - - -
    transfer::handover       y y y - - - y y -
    transfer::handovers      y y y - - - y y -
    transfer::related        y y y y y - y - -
    transfer::tokens         - - - y y - - - -
";

const LOGINS: [&str; 9] = [
    "call_a",
    "call_b",
    "dispatch_a",
    "ward_first",
    "ward_first2",
    "ward_other",
    "regulator",
    "liaison",
    "manager",
];

/// Functions that act for a person; their own stories show whom they refuse.
const ACTING: [&str; 23] = [
    "transfer::accept",
    "transfer::add_record",
    "transfer::answer",
    "transfer::approve_request",
    "transfer::book_return",
    "transfer::call_to_120",
    "transfer::confirm",
    "transfer::decline",
    "transfer::end_call",
    "transfer::end_series",
    "transfer::from_120",
    "transfer::keep_draft",
    "transfer::make_token",
    "transfer::pay",
    "transfer::quote",
    "transfer::request",
    "transfer::revoke_token",
    "transfer::send_quote",
    "transfer::set_invoice",
    "transfer::start_series",
    "transfer::take_over_call",
    "transfer::to_120",
    "transfer::triage",
];

/// Every function that stands in this file.
pub fn named() -> Vec<String> {
    let rows = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut named: Vec<String> =
        rows.map(|row| row.split_whitespace().next().unwrap().to_owned()).collect();
    named.extend(ACTING.map(str::to_owned));
    named
}

#[tokio::test]
async fn nobody_reads_more_of_the_desk_than_the_own_part() {
    proves!("T10");
    on_both(async |house| {
        furnish(&house).await;
        let by = By::system("exchange", clock("9:40"));
        let call = step!(house.db, |tx| transfer::ring(tx, &by, "13900006021")).unwrap();
        let asked = house.booked("one", clock("10:30"), clock("9:45")).await;
        let (scope, id) = (house.scope("call_a").await, asked.booking_id.clone());
        step!(house.db, |tx| transfer::book_return(tx, &scope, &id, None, KEY, clock("9:46")))
            .unwrap();
        let scope = house.scope("call_a").await;
        let told = Told { place: "博山".into(), ..Told::default() };
        let handover = step!(house.db, |tx| transfer::call_to_120(
            tx,
            &scope,
            "red_flag",
            &told,
            clock("9:50")
        ))
        .unwrap();
        let scope = house.scope("ward_first").await;
        step!(house.db, |tx| transfer::make_token(tx, &scope, "HIS", "s", clock("9:50"))).unwrap();
        let ids = [call, handover, asked.booking_id.clone()];
        let mut wrong = String::new();
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<&str> = row.split_whitespace().collect();
            let mut seen = vec![cells[0]];
            for login in LOGINS {
                seen.push(if reads(&house, cells[0], login, &ids).await { "y" } else { "-" });
            }
            if seen != cells {
                wrong += &format!("\nexpected {}\nseen     {}", cells.join(" "), seen.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

async fn reads(house: &House, function: &str, login: &str, ids: &[String; 3]) -> bool {
    let scope = house.scope(login).await;
    let [call, handover, booking] = ids;
    let mut tx = house.read().await;
    let (tx, all) = (&mut tx, Slice::first(9));
    fn there<T>(answer: Result<T>) -> bool {
        match answer {
            Ok(_) => true,
            Err(Error::NotFound(_)) => false,
            Err(error) => panic!("{error}"),
        }
    }
    match function {
        "transfer::call" => there(transfer::call(tx, &scope, call).await),
        "transfer::calls" => {
            !transfer::calls(tx, &scope, "all", all).await.unwrap().rows.is_empty()
        }
        "transfer::caller_history" => {
            let known = transfer::caller_history(tx, &scope, "13900006021", "").await.unwrap();
            known.calls > 0
        }
        "transfer::handover" => there(transfer::handover(tx, &scope, handover).await),
        "transfer::handovers" => {
            !transfer::handovers(tx, &scope, "all", all).await.unwrap().rows.is_empty()
        }
        "transfer::related" => {
            let system = store::Scope::system();
            let found = transfer::booking(tx, &system, booking).await.unwrap();
            there(transfer::related(tx, &scope, &found).await)
        }
        "transfer::tokens" => !transfer::tokens(tx, &scope).await.unwrap().is_empty(),
        other => panic!("{other}"),
    }
}
