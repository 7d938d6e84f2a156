//! Who is on call and how they are reached: rotas, swaps, zones, numbers, contacts.

use rules::notice::Way;
use rules::oncall::{Pattern, SwapAct};
use rules::{Position, Time};
use store::oncall::{
    self, NewHotline, NewRota, NewZone, add_rota, add_zone, change_zone, end_hotline, end_rota,
    hotline_history, hotlines, on_call_now, order_override, set_hotline, zone_at, zones,
};
use store::{By, Refusal, Result};

use crate::channel::{all_day, both, cry, furnish, new_zone};
use crate::city::{HOME, refusal, step};
use crate::house::{House, clock, on_both};

/// Who is on which line at a moment, as a reader sees it: `1 doc_shi1`.
async fn on_call(house: &House, login: &str, at: &str) -> Vec<String> {
    let scope = house.scope(login).await;
    let people = on_call_now(&mut house.read().await, &scope, clock(at)).await.unwrap();
    people.iter().map(|(line, person)| format!("{line} {}", person.name_en)).collect()
}

pub async fn add(house: &House, login: &str, new: NewRota, at: &str) -> Result<String> {
    let (scope, now) = (house.scope(login).await, clock(at));
    step!(house.db, |tx| add_rota(tx, &scope, &new, now))
}

pub async fn end(house: &House, login: &str, rota_id: &str, until: &str, at: &str) -> Result<()> {
    let (scope, id) = (house.scope(login).await, rota_id.to_owned());
    let (until, now) = (clock(until), clock(at));
    step!(house.db, |tx| end_rota(tx, &scope, &id, until, now))
}

/// The rota of a line of a hospital that the channel was furnished with.
pub async fn first_rota(house: &House, hospital_id: &str, line: i64) -> String {
    let sql = format!(
        "select rota_id from rota where hospital_id = '{hospital_id}' and line = {line}
         order by made_at limit 1"
    );
    house.column(&sql).await.remove(0)
}

#[tokio::test]
async fn it_is_known_at_any_moment_who_is_on_call() {
    proves!("Z9");
    on_both(async |house| {
        furnish(&house).await;
        let (one, two) = (house.account_of("doc_shi1").await, house.account_of("doc_shi2").await);
        let daily = first_rota(&house, "h_shi", 1).await;
        end(&house, "desk_shi", &daily, "00:00", "15:00").await.unwrap();
        let turns = |people: &[&String], line: i64| NewRota {
            pattern: Pattern::Rotation { hands_over_min: 480, every_days: 1 },
            people: people.iter().map(|one| (*one).clone()).collect(),
            ..all_day("h_shi", line, &one, clock("00:00"))
        };
        add(&house, "desk_shi", turns(&[&one, &two], 1), "15:00").await.unwrap();
        for (at, first) in
            [("15:00", 1), ("23:59", 1), ("1 07:59", 1), ("1 08:00", 2), ("2 09:00", 1)]
        {
            let expected = [format!("1 doc_shi{first}"), "2 doc_shi2".into()];
            assert_eq!(on_call(&house, "doc_shi2", at).await, expected, "{at}");
        }
        // The desk puts somebody else on the line for two hours; it holds at once.
        let (scope, takes) = (house.scope("desk_shi").await, two.clone());
        let span = (clock("16:00"), clock("18:00"));
        step!(house.db, |tx| {
            order_override(tx, &scope, "h_shi", 1, span, &takes, None, clock("15:30"))
        })
        .unwrap();
        assert_eq!(on_call(&house, "desk_shi", "17:59").await, ["1 doc_shi2", "2 doc_shi2"]);
        assert_eq!(on_call(&house, "desk_shi", "18:00").await, ["1 doc_shi1", "2 doc_shi2"]);
        assert_eq!(on_call(&house, "qc_a", "15:00").await.len(), 8);
        for login in ["head_qing", "officer_a", "doctor_xu"] {
            assert_eq!(on_call(&house, login, "15:00").await, [] as [String; 0], "{login}");
        }
        // Nobody writes another hospital's rota, and nobody is put on call elsewhere.
        let stranger = house.account_of("doc_yan1").await;
        for (login, new, expected) in [
            ("desk_yan", turns(&[&one], 1), "NotAllowed"),
            ("doc_shi1", turns(&[&one], 1), "NotAllowed"),
            ("head_qing", turns(&[&one], 1), "NotAllowed"),
            ("desk_shi", turns(&[&one, &stranger], 1), "Unknown"),
            ("desk_shi", turns(&[&one], 3), "Hours"),
            ("desk_shi", turns(&[], 1), "Hours"),
        ] {
            assert_eq!(refusal(add(&house, login, new, "15:00").await), expected, "{login}");
        }
        assert_eq!(refusal(end(&house, "desk_shi", "rot_0", "16:00", "15:00").await), "NotFound");
        assert_eq!(refusal(end(&house, "desk_yan", &daily, "16:00", "15:00").await), "NotAllowed");
    })
    .await;
}

/// Who does what with a swap, one step a row, and how it is answered.
const STEPS: &str = "
    doc_yan1  take     NotFound
    desk_yan  approve  NotFound
    head_qing take     NotFound
    officer_a approve  NotFound
    doc_shi1  take     NotAllowed
    doc_shi1  approve  NotAllowed
    doc_shi2  approve  NotAllowed
    doc_shi2  withdraw NotAllowed
    doc_shi2  take     taken
    doc_shi2  take     NotAllowed
    doc_shi2  refuse   NotAllowed
    desk_shi  take     NotAllowed
    desk_shi  approve  approved
    qc_a      refuse   NotAllowed
    doc_shi1  withdraw NotAllowed
";

#[tokio::test]
async fn a_swap_is_taken_by_the_colleague_and_approved_by_the_desk() {
    proves!("Z9");
    on_both(async |house| {
        furnish(&house).await;
        let takes = house.account_of("doc_shi2").await;
        let ask = async |login: &str, takes: &str, until: &str| {
            let (scope, takes) = (house.scope(login).await, takes.to_owned());
            let span = (clock("16:00"), clock(until));
            step!(house.db, |tx| oncall::ask_swap(tx, &scope, 1, span, &takes, clock("15:00")))
        };
        let (own, far) = (house.account_of("doc_shi1").await, house.account_of("doc_yan1").await);
        assert_eq!(refusal(ask("desk_shi", &takes, "20:00").await), "NotAllowed");
        assert_eq!(refusal(ask("doc_shi1", &own, "20:00").await), "Unknown");
        assert_eq!(refusal(ask("doc_shi1", &far, "20:00").await), "Unknown");
        assert_eq!(refusal(ask("doc_shi1", &takes, "16:00").await), "Hours");
        assert_eq!(refusal(ask("doc_shi1", &takes, "40 16:00").await), "Hours");
        let id = ask("doc_shi1", &takes, "20:00").await.unwrap();
        for row in STEPS.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let [login, act, expected] = row.split_whitespace().collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            let (scope, id, act) =
                (house.scope(login).await, id.clone(), SwapAct::of(act).unwrap());
            let at = clock("15:10");
            let done = step!(house.db, |tx| oncall::swap_step(tx, &scope, &id, act, at));
            let seen = match done {
                Ok(()) => house.column("select state from rota_override").await.remove(0),
                refused => refusal(refused),
            };
            assert_eq!(seen, expected, "{row}");
        }
        assert_eq!(on_call(&house, "desk_shi", "15:59").await, ["1 doc_shi1", "2 doc_shi2"]);
        assert_eq!(on_call(&house, "desk_shi", "16:00").await, ["1 doc_shi2", "2 doc_shi2"]);
        // Each reader sees the own hospital's alone.
        for (login, rows) in
            [("doc_shi1", 1), ("qc_a", 1), ("desk_yan", 0), ("head_qing", 0), ("officer_a", 0)]
        {
            let scope = house.scope(login).await;
            let at = clock("15:20");
            let swaps = oncall::swaps(&mut house.read().await, &scope, at).await.unwrap();
            assert_eq!(swaps.len(), rows, "{login}");
        }
    })
    .await;
}

fn number(text: &str, from: Time, replaces: Option<&str>) -> NewHotline {
    NewHotline {
        hospital_id: None,
        number: text.into(),
        label: both(["质控中心", "QC centre"]),
        from,
        replaces: replaces.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_number_that_was_announced_is_never_overwritten() {
    proves!("Z13");
    on_both(async |house| {
        furnish(&house).await;
        let old = house.column("select hotline_id from hotline").await.remove(0);
        let announce = async |login: &str, new: NewHotline| {
            let scope = house.scope(login).await;
            step!(house.db, |tx| set_hotline(tx, &scope, &new, clock("15:00")))
        };
        let new = number("0513-0000 0121", clock("16:00"), Some(&old));
        assert_eq!(refusal(announce("desk_shi", new.clone()).await), "NotAllowed");
        assert_eq!(refusal(announce("qc_a", number("12", clock("16:00"), None)).await), "Phone");
        let id = announce("qc_a", new.clone()).await.unwrap();
        // It was replaced once; a second successor is none, and nothing of it stays.
        assert_eq!(refusal(announce("qc_a", new).await), "NotFound");
        let at = async |text: &str| {
            let found = hotlines(&mut house.read().await, clock(text)).await.unwrap();
            found.into_iter().map(|row| row.number).collect::<Vec<_>>()
        };
        assert_eq!(at("15:59").await, ["0513-0000 0120"]);
        assert_eq!(at("16:00").await, ["0513-0000 0121"]);
        let scope = house.scope("qc_a").await;
        let (ended, desk) = (id.clone(), scope.clone());
        step!(house.db, |tx| end_hotline(tx, &desk, &ended, clock("18:00"))).unwrap();
        let again = step!(house.db, |tx| end_hotline(tx, &scope, &id, clock("19:00")));
        assert_eq!(refusal(again), "NotFound");
        let history = hotline_history(&mut house.read().await).await.unwrap();
        let rows: Vec<_> =
            history.iter().map(|row| (&*row.number, row.from_at, row.until_at)).collect();
        let (first, until) = (crate::city::ONLINE.0, clock("16:00").0);
        assert_eq!(
            rows,
            [
                ("0513-0000 0121", until, Some(clock("18:00").0)),
                ("0513-0000 0120", first, Some(until)),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_zone_is_dated_and_ends_where_its_successor_begins() {
    proves!("Z10");
    on_both(async |house| {
        furnish(&house).await;
        let east = "select zone_id from zone where name_en = 'East'";
        let east = house.column(east).await.remove(0);
        let drawn =
            |primary| (["东片", "East"], primary, Some("h_shi"), [120.8, 31.9, 121.0, 32.05]);
        let change = async |login: &str, zone: Option<&str>, new: Option<NewZone>| {
            let (scope, zone) = (house.scope(login).await, zone.map(str::to_owned));
            let at = clock("15:00");
            step!(house.db, |tx| { change_zone(tx, &scope, zone.as_deref(), new.as_ref(), at) })
        };
        let new = new_zone(drawn("h_yan"), clock("1 00:00"));
        assert_eq!(refusal(change("desk_shi", Some(&east), Some(new.clone())).await), "NotAllowed");
        change("qc_director", Some(&east), Some(new)).await.unwrap();
        assert_eq!(refusal(change("qc_a", Some("zon_0"), None).await), "NotFound");
        let at_home = async |at: &str| {
            let zone = zone_at(&mut house.read().await, HOME, clock(at)).await.unwrap();
            zone.map(|zone| zone.primary_id)
        };
        assert_eq!(at_home("23:59").await.as_deref(), Some("h_shi"));
        assert_eq!(at_home("1 00:00").await.as_deref(), Some("h_yan"));
        let (now, tomorrow) = (clock("15:00"), clock("1 15:00"));
        let mut tx = house.read().await;
        assert_eq!(zones(&mut tx, now, false).await.unwrap().len(), 3);
        assert_eq!(zones(&mut tx, now, true).await.unwrap().len(), 4);
        assert_eq!(zones(&mut tx, tomorrow, true).await.unwrap().len(), 3);
        let sea = Position { lat: 30.0, lng: 125.0 };
        assert!(zone_at(&mut tx, sea, now).await.unwrap().is_none());
        drop(tx);
        // Of several that overlap the one drawn last holds, for as long as it does.
        let mut small = new_zone(drawn("h_tong"), clock("12:00"));
        small.until = Some(clock("18:00"));
        let by = By::system("seed", clock("11:00"));
        step!(house.db, |tx| add_zone(tx, &by, &small)).unwrap();
        for (at, primary) in
            [("11:59", "h_shi"), ("12:00", "h_tong"), ("17:59", "h_tong"), ("18:00", "h_shi")]
        {
            assert_eq!(at_home(at).await.as_deref(), Some(primary), "{at}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_zone_that_cannot_be_is_refused() {
    proves!("Z10");
    on_both(async |house| {
        furnish(&house).await;
        let (from, corners) = (clock("15:00"), [120.8, 31.9, 121.0, 32.05]);
        let sound = new_zone((["新片", "New"], "h_shi", None, corners), from);
        let line = vec![[120.8, 31.9], [121.0, 32.0], [120.8, 31.9]];
        for (new, expected) in [
            (NewZone { ring: line, ..sound.clone() }, "Ring"),
            (NewZone { ring: vec![[120.8, 91.0]; 4], ..sound.clone() }, "Ring"),
            (NewZone { ring: vec![[f64::NAN, 31.0]; 4], ..sound.clone() }, "Ring"),
            (NewZone { name: both(["", "New"]), ..sound.clone() }, "Text"),
            (NewZone { until: Some(from), ..sound.clone() }, "Hours"),
            (NewZone { backup_id: Some("h_shi".into()), ..sound.clone() }, "SameHospital"),
        ] {
            let by = By::system("seed", from);
            let named = format!("{new:?}");
            let answer = step!(house.db, |tx| add_zone(tx, &by, &new));
            assert_eq!(refusal(answer), expected, "{named}");
        }
    })
    .await;
}

async fn add_contact(house: &House, login: &str, way: Way, address: &str) -> Result<String> {
    let (scope, address) = (house.scope(login).await, address.to_owned());
    step!(house.db, |tx| oncall::add_contact(tx, &scope, way, &address, clock("15:00")))
}

async fn send_code(
    house: &House,
    login: &str,
    id: &str,
    code: &'static str,
    at: &str,
) -> Result<()> {
    let (scope, id, at) = (house.scope(login).await, id.to_owned(), clock(at));
    step!(house.db, |tx| oncall::send_check(tx, &scope, &id, code, at))
}

async fn type_code(house: &House, id: &str, code: &'static str, at: &str) -> Option<Refusal> {
    let (scope, id, at) = (house.scope("doc_kang1").await, id.to_owned(), clock(at));
    step!(house.db, |tx| oncall::confirm_contact(tx, &scope, &id, code, at)).unwrap().err()
}

/// How many ways a page to doc_kang1 takes.
async fn ways(house: &House, key: &str) -> i64 {
    let mut new = cry(key, "other");
    new.at = Some(Position { lat: 31.95, lng: 120.70 });
    let id = house.raise_as("qc_a", &new, clock("15:30")).await.unwrap().emergency_id;
    house.number(&format!("select count(*) from notice where subject = '{id}'")).await
}

#[tokio::test]
async fn an_address_counts_once_its_owner_typed_back_the_code() {
    on_both(async |house| {
        furnish(&house).await;
        for (way, address) in [
            (Way::Sms, "not a number"),
            (Way::Email, "doctor@hospital"),
            (Way::Email, "@example.org"),
            (Way::Webhook, "http://example.org/hook"),
            (Way::App, "anything"),
        ] {
            let answer = add_contact(&house, "doc_kang1", way, address).await;
            assert_eq!(refusal(answer), "Address", "{address}");
        }
        for login in ["head_qing", "officer_a", "doctor_xu"] {
            let answer = add_contact(&house, login, Way::Sms, "13900000001").await;
            assert_eq!(refusal(answer), "NotAllowed", "{login}");
        }
        let id = add_contact(&house, "doc_kang1", Way::Email, "doctor@example.org").await.unwrap();
        assert_eq!(ways(&house, "key-1").await, 1, "only the number that was verified before");
        // Nobody checks or removes another's address.
        assert_eq!(
            refusal(send_code(&house, "doc_kang2", &id, "123456", "15:00").await),
            "NotFound"
        );
        send_code(&house, "doc_kang1", &id, "123456", "15:00").await.unwrap();
        for _ in 0..5 {
            assert_eq!(type_code(&house, &id, "654321", "15:01").await, Some(Refusal::Code));
        }
        assert_eq!(type_code(&house, &id, "123456", "15:01").await, Some(Refusal::Code));
        // A new code counts anew, for a quarter of an hour.
        send_code(&house, "doc_kang1", &id, "222222", "15:02").await.unwrap();
        assert_eq!(type_code(&house, &id, "123456", "15:03").await, Some(Refusal::Code));
        assert_eq!(type_code(&house, &id, "222222", "15:17").await, Some(Refusal::Code));
        send_code(&house, "doc_kang1", &id, "333333", "15:20").await.unwrap();
        assert_eq!(type_code(&house, &id, " 333333 ", "15:21").await, None);
        assert_eq!(type_code(&house, &id, "333333", "15:22").await, Some(Refusal::Code));
        assert_eq!(ways(&house, "key-2").await, 2);
        // Removed, it is used no more; and there are never more than eight.
        let (scope, gone) = (house.scope("doc_kang1").await, id.clone());
        step!(house.db, |tx| oncall::remove_contact(tx, &scope, &gone, clock("15:25"))).unwrap();
        assert_eq!(ways(&house, "key-3").await, 1);
        for n in 0..7 {
            let address = format!("1390000001{n}");
            add_contact(&house, "doc_kang1", Way::Sms, &address).await.unwrap();
        }
        let ninth = add_contact(&house, "doc_kang1", Way::Sms, "13900000018").await;
        assert_eq!(refusal(ninth), "TooMany");
    })
    .await;
}

#[tokio::test]
async fn a_hospital_says_where_to_drive_in_and_which_number_answers() {
    proves!("Z14");
    on_both(async |house| {
        furnish(&house).await;
        let say = async |gate: [&'static str; 2], phone: &str| {
            let entrance = oncall::Entrance { gate: both(gate), phone: phone.into() };
            let (scope, at) = (house.scope("desk_shi").await, clock("15:00"));
            step!(house.db, |tx| oncall::set_entrance(tx, &scope, "h_shi", &entrance, at))
        };
        assert_eq!(refusal(say(["", "West"], "0513-0000 0009").await), "Text");
        assert_eq!(refusal(say(["西门", "West"], "总机").await), "Phone");
        say(["急诊改到西门", "West gate"], " 0513-0000 0009 ").await.unwrap();
        let hospital = oncall::hospital(&mut house.read().await, "h_shi").await.unwrap();
        assert_eq!((&*hospital.gate_zh, &*hospital.gate_en), ("急诊改到西门", "West gate"));
        assert_eq!(hospital.phone, "0513-0000 0009");
        let told = "select particulars from event where action = 'entrance_set'";
        assert_eq!(house.column(told).await, ["{}"], "no number and no text in the log");
    })
    .await;
}
