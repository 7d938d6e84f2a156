//! What is wrong with a check, as text: each rule of the alert catalogue at the door.

use presence::event::{Fix, Kind, Place};
use rules::Time;
use rules::operation::Action;
use rules::register::Role;
use store::operation::act;

use crate::city::{HOME, Kiosk, TEAM, at_home, away_m, declaration, step};
use crate::door::{Door, alerts};
use crate::house::{House, clock, on_both};

const SOLO: [(&str, Role); 1] = [("xu", Role::Attending)];

impl House {
    /// Declares at any institution, an hour before the planned start.
    async fn declare_at(&self, house: &str, key: &str, planned: &str, who: &str) -> String {
        let role = if who == "wang" { Role::Anaesthetist } else { Role::Attending };
        let team: &[_] = &[("xu", Role::Attending), (who, role)];
        let team = if who == "xu" { &team[..1] } else { team };
        let room = format!("ins_{house}:T1");
        let declaration = declaration(key, &room, clock(planned), team);
        let at = declaration.planned_at.plus_min(-60);
        self.declare_as(&format!("head_{house}"), &declaration, at).await.unwrap()
    }
}

#[tokio::test]
async fn a03_whoever_is_not_entitled_here_counts_for_nothing() {
    proves!("N6");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        house.suspend("ins_qing", clock("15:10")).await;
        Door::new(&house)
            .naming("OP", &op)
            .told(
                "15:00 T-01 fei attending in face:0.9 OP -> A03:not_filed_here,A10,A14 (void)
                 15:01 T-01 gu  attending in face:0.9 OP -> A03:practice_expired,A10,A14 (void)
                 15:02 T-01 wang assistant in witness OP -> A03:not_in_role,A10 (void)
                 15:03 T-01 x nurse in witness OP -> A03:not_filed_here+practice_expired,A10 (void)
                 15:05 T-01 wang anaesthetist in face:0.9 OP -> ok
                 15:10 T-01 liu assistant in badge_pin OP -> A03:institution_suspended (void)
                 15:20 T-01 wang anaesthetist out face:0.9 OP -> ok",
            )
            .await;
        assert_eq!(
            alerts(&house).await,
            [
                "0001 A03 danger fei",
                "0002 A10 warn fei",
                "0003 A14 warn fei",
                "0004 A03 danger gu",
                "0005 A10 warn gu",
                "0006 A14 warn gu",
                "0007 A03 danger wang",
                "0008 A10 warn wang",
                "0009 A03 danger x",
                "0010 A10 warn x",
                "0011 A03 danger liu",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a07_an_operation_shorter_than_the_catalogue_allows() {
    proves!("N16");
    on_both(async |house| {
        let short = house.declare("form-1", "15:00", &SOLO).await;
        let enough = house.declare("form-2", "16:00", &SOLO).await;
        let twice = house.declare("form-3", "17:00", &SOLO).await;
        Door::new(&house)
            .naming("SHORT", &short)
            .naming("ENOUGH", &enough)
            .naming("TWICE", &twice)
            .told(
                "15:00 T-01 xu attending in  face:0.9 SHORT -> ok
                 15:39 T-01 xu attending out face:0.9 SHORT -> A07
                 16:00 T-01 xu attending in  face:0.9 ENOUGH -> ok
                 16:40 T-01 xu attending out face:0.9 ENOUGH -> ok
                 17:00 T-01 xu attending in  face:0.9 TWICE -> ok
                 17:30 T-01 xu attending out face:0.9 TWICE -> A07
                 17:32 T-01 xu attending in  face:0.9 TWICE -> ok
                 17:50 T-01 xu attending out face:0.9 TWICE -> ok",
            )
            .await;
        assert_eq!(alerts(&house).await, ["0001 A07 warn xu", "0002 A07 warn xu"]);
    })
    .await;
}

#[tokio::test]
async fn a09_an_attending_is_in_one_place_at_a_time() {
    proves!("N13");
    on_both(async |house| {
        let here = house.declare_at("qing", "form-1", "15:00", "xu").await;
        let next_door = house.declare_at("qing", "form-2", "15:00", "xu").await;
        let there = house.declare_at("lan", "form-3", "15:00", "xu").await;
        Door::new(&house)
            .naming("HERE", &here)
            .naming("NEXT", &next_door)
            .naming("THERE", &there)
            .told(
                "15:00 T-01 xu attending in  face:0.9 HERE -> ok
                 15:05 T-03 xu attending in  face:0.9 THERE -> A09 (void)
                 15:06 T-03 xu attending in  face:0.9 THERE -> A09 (void)
                 15:10 T-02 xu attending in  face:0.9 NEXT -> A09 (void)
                 15:50 T-01 xu attending out face:0.9 HERE -> ok
                 15:55 T-03 xu attending in  face:0.9 THERE -> ok",
            )
            .await;
        assert_eq!(alerts(&house).await, ["0001 A09 danger xu", "0002 A09 danger xu"]);
        let places = "select institution_id from alert order by number";
        assert_eq!(house.column(places).await, ["ins_lan", "ins_qing"]);
    })
    .await;
}

#[tokio::test]
async fn a09_an_anaesthetist_may_go_between_rooms_but_not_between_houses() {
    proves!("N13");
    on_both(async |house| {
        let one = house.declare_at("qing", "form-1", "15:00", "wang").await;
        let two = house.declare_at("qing", "form-2", "15:00", "wang").await;
        let far = house.declare_at("bai", "form-3", "15:00", "wang").await;
        Door::new(&house)
            .naming("ONE", &one)
            .naming("TWO", &two)
            .naming("FAR", &far)
            .told(
                "14:45 T-01 wang anaesthetist in  face:0.9 ONE -> ok
                 14:50 T-02 wang anaesthetist in  face:0.9 TWO -> A09
                 14:55 T-04 wang anaesthetist in  face:0.9 FAR -> A09
                 15:30 T-01 wang anaesthetist out face:0.9 ONE -> ok
                 15:31 T-02 wang anaesthetist out face:0.9 TWO -> ok
                 15:32 T-04 wang anaesthetist out face:0.9 FAR -> ok",
            )
            .await;
        // Within the house it is information; only the other house is an alert.
        assert_eq!(alerts(&house).await, ["0001 A09 danger wang"]);
        assert_eq!(house.number("select count(*) from open_presence").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a10_a_check_that_no_declaration_expects() {
    proves!("N3");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &SOLO).await;
        let cancelled = house.declare("form-2", "15:00", &SOLO).await;
        let (head, id) = (house.scope("head_qing").await, cancelled.clone());
        let at = clock("14:30");
        step!(house.db, |tx| act(tx, &head, &id, Action::Cancel, "客户改期", None, at)).unwrap();
        let foreign = house.declare_at("lan", "form-3", "15:00", "xu").await;
        Door::new(&house)
            .naming("OP", &op)
            .naming("CANCELLED", &cancelled)
            .naming("FOREIGN", &foreign)
            .told(
                "15:00 T-01 liu assistant in  face:0.9 - -> A10
                 15:01 T-01 liu assistant out face:0.9 - -> ok
                 15:02 T-01 liu assistant in  face:0.9 - -> A10
                 15:03 T-01 liu assistant out face:0.9 - -> ok
                 15:04 T-01 liu assistant in  face:0.9 FOREIGN -> A10
                 15:05 T-01 liu assistant out face:0.9 FOREIGN -> ok
                 15:06 T-01 liu assistant in  face:0.9 CANCELLED -> A10
                 15:07 T-01 liu assistant out face:0.9 CANCELLED -> ok
                 15:08 T-01 sun attending in  face:0.9 OP -> A10",
            )
            .await;
        // Without a declaration once a person and day, otherwise once an operation.
        assert_eq!(
            alerts(&house).await,
            ["0001 A10 warn liu", "0002 A10 warn liu", "0003 A10 warn sun"]
        );
    })
    .await;
}

#[tokio::test]
async fn a11_declared_after_the_start_is_one_alert_whoever_finds_it() {
    proves!("N3");
    on_both(async |house| {
        let mut in_time = declaration("form-1", "ins_qing:T1", clock("15:05"), &SOLO);
        house.declare_as("head_qing", &in_time, clock("15:05")).await.unwrap();
        assert_eq!(alerts(&house).await, [] as [String; 0]);

        in_time.request_key = "form-2".into();
        let late = house.declare_as("head_qing", &in_time, clock("15:10")).await.unwrap();
        Door::new(&house)
            .naming("LATE", &late)
            .told("15:04@15:12 T-01 xu attending in face:0.9 LATE -> A11")
            .await;
        assert_eq!(alerts(&house).await, ["0001 A11 warn ins_qing"]);
    })
    .await;
}

#[tokio::test]
async fn a_terminal_whose_clock_lags_a_little_makes_nobody_late() {
    on_both(async |house| {
        let form = declaration("form-1", "ins_qing:T1", clock("15:20"), &SOLO);
        let op = house.declare_as("head_qing", &form, clock("15:10")).await.unwrap();
        Door::new(&house)
            .naming("OP", &op)
            .told("15:08@15:12 T-01 xu attending in face:0.9 OP -> ok")
            .await;
        assert_eq!(alerts(&house).await, [] as [String; 0]);
    })
    .await;
}

#[tokio::test]
async fn a14_the_attending_before_the_anaesthetist_is_a_warning_once() {
    proves!("N5");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM).await;
        Door::new(&house)
            .naming("OP", &op)
            .told(
                "15:00 T-01 xu   attending    in  face:0.9 OP -> A14
                 15:05 T-01 wang anaesthetist in  face:0.9 OP -> ok
                 15:45 T-01 xu   attending    out face:0.9 OP -> ok
                 15:50 T-01 xu   attending    in  face:0.9 OP -> ok",
            )
            .await;
        assert_eq!(alerts(&house).await, ["0001 A14 warn xu"]);
    })
    .await;
}

/// One event, and how many A15 there are after it.
async fn after(house: &House, kiosk: &mut Kiosk, at: &str, kind: Kind, place: Place) -> usize {
    let envelope = kiosk.signer.next(kind, clock(at).0, 1, place);
    assert_eq!(house.send(&kiosk.id, &envelope, clock(at)).await, "recorded");
    let alerts = alerts(house).await;
    assert!(alerts.iter().all(|alert| alert.ends_with("A15 danger T-01")), "{alerts:?}");
    alerts.len()
}

#[tokio::test]
async fn a15_a_terminal_that_stands_elsewhere() {
    proves!("N17");
    on_both(async |house| {
        let mut kiosk = Kiosk::new("T-01");
        let radio = Place::Network(Fix { lat: 31.0, lng: HOME.lng, accuracy_m: 900.0 });
        let beat = Kind::Heartbeat;
        let felt = |moved_m| Kind::Moved { moved_m };
        for (at, kind, place, expected, why) in [
            ("15:00", beat.clone(), at_home(), 0, "at its place"),
            ("15:01", beat.clone(), away_m(54.0), 0, "fifty metres and what the fix is unsure of"),
            ("15:02", beat.clone(), radio, 0, "radio cells are too coarse to accuse anybody"),
            ("15:03", beat.clone(), away_m(60.0), 1, "away"),
            ("15:04", beat.clone(), away_m(900.0), 1, "still away: no second alert"),
            ("15:05", beat.clone(), Place::None, 1, "unknown is not back"),
            ("15:06", beat.clone(), at_home(), 1, "back"),
            ("15:07", beat.clone(), away_m(70.0), 2, "moved again: a new alert"),
            ("15:08", beat.clone(), at_home(), 2, "back again"),
            ("15:09", felt(Some(20.0)), at_home(), 2, "felt less than the limit"),
            ("15:10", felt(Some(80.0)), Place::None, 3, "felt that it was carried"),
            ("15:11", beat.clone(), at_home(), 3, "back"),
            ("15:12", felt(None), Place::None, 4, "felt it, could not measure"),
        ] {
            assert_eq!(after(&house, &mut kiosk, at, kind, place).await, expected, "{at} {why}");
        }
        let officer = house.scope("officer_a").await;
        let mut tx = house.read().await;
        let rows =
            store::terminal::terminals(&mut tx, &officer, None, clock("15:12")).await.unwrap();
        // What needs a look stands first, with the time since when.
        assert_eq!(rows[0].terminal_id, "T-01");
        assert_eq!(rows[0].moved_at.map(Time), Some(clock("15:12")));
        assert_eq!((rows[0].last_seq, rows[0].missing, rows[0].enrolled), (13, 0, 1));
    })
    .await;
}
