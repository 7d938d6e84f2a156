//! What no event can show: nobody came, nothing recorded, nothing heard.

use presence::event::Kind;
use rules::Time;
use rules::operation::Action;
use rules::register::Role;
use store::Db;
use store::deadline::fire;
use store::operation::act;
use store::terminal::resume;

use crate::city::{Kiosk, TEAM, declaration, step};
use crate::door::{Door, alerts};
use crate::house::{House, clock, on_both};

/// Fires what is due and says of each alert when it was raised: `A12 16:00`.
async fn fired(house: &House, now: &str) -> Vec<String> {
    fire(&house.db, clock(now)).await.unwrap();
    raised(house).await
}

async fn raised(house: &House) -> Vec<String> {
    let midnight = clock("00:00").0;
    let minute = format!("(raised_at - ({midnight})) / 60000");
    // Every moment of these stories lies after the day's midnight.
    let sql = format!(
        "select rule || ' ' || coalesce(terminal_id, institution_id) || ' +'
            || cast({minute} / 1440 as text) || ' ' || cast({minute} % 1440 / 60 as text) || ':'
            || substr(cast(100 + {minute} % 60 as text), 2)
         from alert order by raised_at, alert_id"
    );
    house.column(&sql).await
}

#[tokio::test]
async fn a12_declared_and_nobody_came() {
    on_both(async |house| {
        house.declare("form-1", "15:00", &TEAM).await;
        let came = house.declare("form-2", "15:00", &TEAM).await;
        let off = house.declare("form-3", "15:00", &TEAM).await;
        let queued = house.declare("form-4", "15:00", &TEAM).await;
        let (head, at) = (house.scope("head_qing").await, clock("15:30"));
        step!(house.db, |tx| act(tx, &head, &off, Action::Cancel, "改期", None, at)).unwrap();
        let mut door = Door::new(&house).naming("CAME", &came).naming("QUEUED", &queued);
        door.told("15:20 T-01 liu assistant in badge_pin CAME -> ok").await;
        // Made in time, told of in time: whenever it arrives before the clock strikes.
        door.told("15:59@16:04 T-02 wang anaesthetist in badge_pin QUEUED -> ok").await;
        assert_eq!(fired(&house, "15:59").await, [] as [String; 0]);
        assert_eq!(fired(&house, "16:05").await, ["A12 ins_qing +0 16:00"]);
        // Late declarations wait from the declaration.
        let form = declaration("form-5", "ins_qing:T1", clock("12:00"), &TEAM);
        house.declare_as("head_qing", &form, clock("16:10")).await.unwrap();
        assert_eq!(fired(&house, "17:09").await.len(), 2, "A12 and the A11 of the late form");
        assert_eq!(fired(&house, "17:10").await.len(), 3);
        assert_eq!(fired(&house, "23:59").await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn one_that_cannot_be_fired_holds_up_nobody() {
    on_both(async |house| {
        house.declare("form-1", "15:00", &TEAM).await;
        // The oldest of all, of an institution that the register does not know.
        let sql = "insert into deadline (kind, subject, due_at)
                   values ('zero_record', 'ins_nowhere', 1)";
        house.raw(sql).await;
        assert_eq!(fired(&house, "16:05").await, ["A12 ins_qing +0 16:00"]);
    })
    .await;
}

/// ins_bai has operated, ins_lan is suspended: only ins_qing is silent without reason.
async fn half_a_month(house: &House) {
    let mut form = declaration("form-1", "ins_bai:T1", clock("15:00"), &[("fei", Role::Attending)]);
    form.client_alias_en = "Ms Wang".into();
    let op = house.declare_as("head_bai", &form, clock("14:00")).await.unwrap();
    let mut door = Door::new(house).naming("OP", &op);
    door.told("15:00 T-04 fei attending in face:0.9 OP -> ok").await;
    house.suspend("ins_lan", clock("00:00")).await;
}

#[tokio::test]
async fn a18_is_found_although_the_server_was_away_when_it_fell_due() {
    proves!("N18", "N19");
    on_both(async |house| {
        half_a_month(&house).await;
        // Online at noon of 23 December: half a month is over at noon of 7 January.
        assert_eq!(fired(&house, "+5 11:59").await, [] as [String; 0]);
        let restarted: Db = house.another().await;
        fire(&restarted, clock("+7 09:00")).await.unwrap();
        assert_eq!(raised(&house).await, ["A18 ins_qing +5 12:00"]);
        let recorded = house.number("select recorded_at from alert").await;
        assert_eq!(Time(recorded), clock("+7 09:00"));
        let hours = "select (explain_due_at - recorded_at) / 3600000 from alert";
        assert_eq!(house.number(hours).await, 48, "heard from when the platform told of it");
        assert_eq!(fired(&house, "+7 09:01").await.len(), 1);
        // The silence goes on: half a month later it is due again, and so is ins_bai.
        let expected = ["A18 ins_qing +5 12:00", "A18 ins_bai +15 15:00", "A18 ins_qing +20 12:00"];
        assert_eq!(fired(&house, "+21 09:00").await, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_servers_fire_each_deadline_once() {
    proves!("N19");
    on_both(async |house| {
        half_a_month(&house).await;
        let other = house.another().await;
        let (one, two) =
            tokio::join!(fire(&house.db, clock("+7 09:00")), fire(&other, clock("+7 09:00")));
        // ins_qing's and ins_lan's clocks have run out; the suspended one raises nothing.
        assert_eq!(one.unwrap() + two.unwrap(), 2);
        assert_eq!(alerts(&house).await, ["0001 A18 danger ins_qing"]);
    })
    .await;
}

#[tokio::test]
async fn a_suspended_institution_is_silent_by_order_and_its_clock_runs_on() {
    proves!("N19", "N37");
    on_both(async |house| {
        half_a_month(&house).await;
        assert_eq!(fired(&house, "+5 12:00").await, ["A18 ins_qing +5 12:00"]);
        house
            .raw(&format!("update institution_status set until_at = {}", clock("+8 00:00").0))
            .await;
        assert!(!fired(&house, "+20 11:59").await.contains(&"A18 ins_lan +20 12:00".to_owned()));
        assert!(fired(&house, "+20 12:00").await.contains(&"A18 ins_lan +20 12:00".to_owned()));
    })
    .await;
}

async fn beat(house: &House, kiosk: &mut Kiosk, at: &str) {
    house.event(kiosk, Kind::Heartbeat, clock(at)).await;
}

#[tokio::test]
async fn a16_silence_in_opening_hours() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        // A terminal that never sent a heartbeat is not waited for.
        house.event(&mut kiosk, Kind::Started, clock("14:00")).await;
        assert_eq!(fired(&house, "14:59").await, [] as [String; 0]);
        beat(&house, &mut kiosk, "15:00").await;
        house.event(&mut kiosk, Kind::Config, clock("15:04")).await;
        assert_eq!(fired(&house, "15:08").await, [] as [String; 0], "any event is a sign of life");
        assert_eq!(fired(&house, "15:10").await, ["A16 T-01 +0 15:09"]);
        assert_eq!(fired(&house, "15:30").await.len(), 1, "one silence, one alert");
        // Heard again, then silent again; nobody expects it at night.
        beat(&house, &mut kiosk, "20:27").await;
        assert_eq!(fired(&house, "+1 08:34").await.len(), 1);
        assert_eq!(fired(&house, "+1 08:36").await, ["A16 T-01 +0 15:09", "A16 T-01 +1 8:35"]);
        // Nor while its institution is suspended.
        beat(&house, &mut kiosk, "+1 09:00").await;
        house.suspend("ins_qing", clock("+1 09:01")).await;
        assert_eq!(fired(&house, "+1 09:30").await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn after_the_servers_own_absence_the_watches_start_anew() {
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        // Back within five minutes, or an hour later: five minutes of opening hours from then.
        for (seen, back, not_yet, due, expected) in [
            ("14:00", "15:00", "15:04", "15:06", "A16 T-01 +0 15:05"),
            ("16:00", "16:03", "16:07", "16:09", "A16 T-01 +0 16:08"),
            ("20:00", "20:27", "+1 08:34", "+1 08:36", "A16 T-01 +1 8:35"),
            ("+1 20:00", "+2 03:00", "+2 08:34", "+2 08:36", "A16 T-01 +2 8:35"),
        ] {
            beat(&house, &mut kiosk, seen).await;
            let known = raised(&house).await.len();
            assert_eq!(step!(house.db, |tx| resume(tx, clock(back))).unwrap(), 1, "{back}");
            assert_eq!(fired(&house, not_yet).await.len(), known, "{not_yet}");
            assert_eq!(fired(&house, due).await[known..], [expected], "{due}");
        }
        // What was fired stays fired, and nobody else is waited for.
        assert_eq!(step!(house.db, |tx| resume(tx, clock("+2 10:00"))).unwrap(), 0);
    })
    .await;
}
