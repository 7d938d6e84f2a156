//! A day at the clinic: who went in and out, what ran meanwhile, and on which day it counts.

use rules::Time;
use rules::operation::{Action, State};
use rules::register::Role;
use store::checkin::{feed, presences_of};
use store::operation::{self, act, counts, hours, open_now, operation, team};

use crate::city::{TEAM, step};
use crate::door::{Door, alerts};
use crate::house::{House, NOW, clock, on_both, packs};

async fn state(house: &House, operation_id: &str) -> State {
    let scope = house.scope("head_qing").await;
    operation(&mut house.read().await, &scope, operation_id).await.unwrap().state()
}

/// Operations of the day, week and month, and those open, as the city sees them.
async fn counted(house: &House, now: Time) -> [i64; 4] {
    let scope = house.scope("city").await;
    let periods = packs().calendar.periods(now);
    let counts = counts(&mut house.read().await, &scope, periods, now).await.unwrap();
    [counts.day, counts.week, counts.month, counts.open]
}

#[tokio::test]
async fn a_day_at_the_clinic() {
    proves!("N4", "N5", "N12");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        assert_eq!(state(&house, &op).await, State::Declared);
        let mut door = Door::new(&house).naming("OP", &op);
        door.told("14:45 T-01 wang anaesthetist in face:0.93 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::Ready { at: clock("14:45") });
        assert_eq!(counted(&house, clock("14:50")).await, [0, 0, 0, 0], "nobody operates yet");

        door.told(
            "15:00 T-01 xu  attending in face:0.91 OP -> ok
             15:02 T-01 liu assistant in badge_pin OP -> ok",
        )
        .await;
        // The timer runs from the attending's check-in.
        assert_eq!(state(&house, &op).await, State::InProgress { since: clock("15:00") });
        assert_eq!(counted(&house, NOW).await, [1, 1, 1, 1]);
        let city = house.scope("city").await;
        let open = open_now(&mut house.read().await, &city, 10).await.unwrap();
        let timers: Vec<_> =
            open.iter().map(|open| (open.started_at, &open.attending_en)).collect();
        assert_eq!(timers, [(clock("15:00").0, &Some("Dr Xu".to_owned()))]);

        door.told(
            "16:05 T-01 xu   attending    out face:0.90 OP -> ok
             16:10 T-01 wang anaesthetist out face:0.92 OP -> ok
             16:12 T-01 liu  assistant    out badge_totp OP -> ok",
        )
        .await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("16:12") });
        assert_eq!(counted(&house, clock("16:30")).await, [1, 1, 1, 0]);
        assert_eq!(alerts(&house).await, [] as [String; 0]);

        let (head, id) = (house.scope("head_qing").await, op.clone());
        let at = clock("17:00");
        step!(house.db, |tx| act(tx, &head, &id, Action::Confirm, "", None, at)).unwrap();
        assert!(
            matches!(state(&house, &op).await, State::Confirmed { at, .. } if at == clock("17:00"))
        );
    })
    .await;
}

#[tokio::test]
async fn everybody_who_went_in_has_to_sign_out() {
    proves!("N14");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let mut door = Door::new(&house).naming("OP", &op);
        door.told(
            "14:45 T-01 wang anaesthetist in  face:0.93 OP -> ok
             15:00 T-01 xu   attending    in  face:0.91 OP -> ok
             15:50 T-01 xu   attending    out face:0.91 OP -> ok",
        )
        .await;
        // The anaesthetist is still in; the assistant never came and owes nothing.
        assert_eq!(state(&house, &op).await, State::InProgress { since: clock("15:00") });
        door.told("15:55 T-01 wang anaesthetist out face:0.93 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("15:55") });

        // Whoever goes back in reopens it, and has to leave again; the timer is the first one.
        door.told("16:00 T-01 xu attending in face:0.91 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::InProgress { since: clock("15:00") });
        door.told("16:20 T-01 xu attending out face:0.91 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("16:20") });

        // Leaving without having come is kept, and changes nothing.
        door.told("16:30 T-01 liu assistant out face:0.91 OP -> out_without_in (void)").await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("16:20") });
        door.told("16:40 T-01 sun attending in face:0.91 - -> A10").await;
        door.told("16:41 T-01 sun attending in face:0.91 - -> A10,inside (void)").await;
    })
    .await;
}

/// Who was in the theatre, from when to when [N11]; and the register's answer beside each check.
#[tokio::test]
async fn the_feed_shows_who_they_are_and_the_team_when_they_came() {
    proves!("N7", "N8");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        let mut door = Door::new(&house).naming("OP", &op);
        door.told(
            "14:45 T-01 wang anaesthetist in  face:0.93 OP -> ok
             15:00 T-01 xu   attending    in  face:0.91 OP -> ok
             15:50 T-01 xu   attending    out face:0.91 OP -> ok",
        )
        .await;
        let mut tx = house.read().await;
        let members = team(&mut tx, "ins_qing", &op).await.unwrap();
        let minutes = |at: Option<i64>| at.map(|at| (at - clock("00:00").0) / Time::MINUTE_MS);
        let rows: Vec<_> = members
            .iter()
            .map(|row| {
                let id = row.practitioner_id.as_str();
                (id, minutes(row.first_in_at), minutes(row.last_out_at), row.inside)
            })
            .collect();
        let (quarter_to, three, ten_to) = (Some(885), Some(900), Some(950));
        assert_eq!(
            rows,
            [("xu", three, ten_to, 0), ("wang", quarter_to, None, 1), ("liu", None, None, 0)]
        );
        let officer = house.scope("officer_a").await;
        let rows = feed(&mut tx, &officer, None, 10).await.unwrap();
        let latest = &rows[0];
        assert_eq!(rows.len(), 3);
        assert_eq!(latest.direction, "out");
        assert_eq!(latest.name_en.as_deref(), Some("Dr Xu"));
        assert_eq!(latest.title.as_deref(), Some("attending_physician"));
        assert_eq!(latest.category.as_deref(), Some("surgery"));
        assert_eq!(minutes(latest.in_at), three);
        assert_eq!(minutes(latest.anaesthetist_in_at), quarter_to);
        assert_eq!(feed(&mut tx, &officer, Some(&op), 2).await.unwrap().len(), 2);
        // The doctor is out; nobody else's presence shows on the doctor's own page.
        let doctor = house.scope("doctor_xu").await;
        assert_eq!(presences_of(&mut tx, &doctor).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_operation_counts_on_the_day_its_attending_came_in() {
    proves!("N9", "N10");
    on_both(async |house| {
        let solo = [("xu", Role::Attending)];
        let night = house.declare("form-1", "-1 23:50", &TEAM).await;
        let monday = house.declare("form-2", "-1 10:00", &solo).await;
        let december = house.declare("form-3", "-2 10:00", &solo).await;
        let mut door = Door::new(&house)
            .naming("NIGHT", &night)
            .naming("MONDAY", &monday)
            .naming("DECEMBER", &december);
        door.told(
            "-2_10:00 T-01 xu   attending    in  face:0.91 DECEMBER -> ok
             -2_11:00 T-01 xu   attending    out face:0.91 DECEMBER -> ok
             -1_10:00 T-01 xu   attending    in  face:0.91 MONDAY -> ok
             -1_11:00 T-01 xu   attending    out face:0.91 MONDAY -> ok
             -1_23:50 T-01 wang anaesthetist in  face:0.93 NIGHT -> ok
             00:10    T-01 xu   attending    in  face:0.91 NIGHT -> ok",
        )
        .await;
        assert_eq!(counted(&house, clock("-1 23:59")).await, [1, 1, 1, 0]);
        assert_eq!(counted(&house, NOW).await, [1, 2, 2, 1]);
        assert_eq!(counted(&house, clock("+5 12:00")).await, [0, 2, 2, 1], "Sunday");
        assert_eq!(counted(&house, clock("+6 12:00")).await, [0, 0, 2, 1], "the next Monday");
        let city = house.scope("city").await;
        let hours = hours(&mut house.read().await, &city, clock("00:00"), NOW).await.unwrap();
        assert_eq!(hours, [operation::Hour { hour: 0, operations: 1 }]);
    })
    .await;
}

#[tokio::test]
async fn an_impostor_starts_no_operation_and_ends_none() {
    proves!("N15", "N9");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &[("xu", Role::Attending)]).await;
        let mut door = Door::new(&house).naming("OP", &op);
        door.told(
            "15:00 T-01 xu attending in face:0.31 OP -> A01 (void)
             15:01 T-01 xu attending in face:0.44 OP -> A01 (void)",
        )
        .await;
        assert_eq!(counted(&house, NOW).await, [0, 0, 0, 0]);
        assert_eq!(state(&house, &op).await, State::Declared);
        door.told(
            "15:05 T-01 xu attending in  face:0.45 OP -> ok
             16:00 T-01 xu attending out face:0.20 OP -> A01 (void)",
        )
        .await;
        assert_eq!(counted(&house, clock("16:00")).await, [1, 1, 1, 1]);
        assert_eq!(state(&house, &op).await, State::InProgress { since: clock("15:05") });
        // One alert for coming in however often it was tried, one for leaving.
        assert_eq!(alerts(&house).await, ["0001 A01 danger xu", "0002 A01 danger xu"]);
        door.told("16:01 T-01 xu attending out witness OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("16:01") });
    })
    .await;
}

/// A check that waited in the queue keeps its own time; one from the future does not.
#[tokio::test]
async fn a_check_counts_when_it_was_made_unless_that_lies_ahead() {
    on_both(async |house| {
        let solo = [("xu", Role::Attending)];
        let op = house.declare("form-1", "15:00", &solo).await;
        let mut door = Door::new(&house).naming("OP", &op);
        door.told("15:00@18:00 T-01 xu attending in face:0.91 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::InProgress { since: clock("15:00") });
        door.told("19:00@18:10 T-01 xu attending out face:0.91 OP -> ok").await;
        assert_eq!(state(&house, &op).await, State::SignedOut { at: clock("18:10") });
    })
    .await;
}
