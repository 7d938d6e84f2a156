//! What crews and families tell, however late and however often.

use rules::account::AccountRole;
use rules::transfer::position::Report as Fix;
use rules::transfer::triage::Answer;
use rules::transfer::{CrewRole, Filed, LinkView, ListKind, Mark, Moment};
use rules::{Position, Time};
use store::account::{self, NewAccount};
use store::page::Slice;
use store::transfer::{
    self, CrewReport, Details, IncidentFilter, NewCrewMember, NewShift, NewVehicle, RatingFilter,
    Report,
};
use store::{By, Error, Result, Tx};
use tokio::task::JoinSet;

use crate::city::{ONLINE, refusal, step};
use crate::house::{House, clock, on_both};
use crate::transfer_desk::{self, FIRST, OTHER, answers};

/// One vehicle with a driver and a nurse on duty from eight to six, and a driver of another one.
pub async fn furnish(house: &House) {
    transfer_desk::furnish(house).await;
    step!(house.db, |tx| enter(tx)).unwrap();
}

async fn enter(tx: &mut Tx) -> Result<()> {
    let by = By::system("seed", ONLINE);
    let both = |text: &str| [text.to_owned(), text.to_owned()];
    for (sign, crew) in [("1", vec!["c1", "c2"]), ("2", vec!["c3"])] {
        let new = NewVehicle {
            vehicle_id: format!("v{sign}"),
            operator_id: "o_one".into(),
            call_sign: sign.into(),
            plate: format!("鲁C0000{sign}"),
            model: "福特全顺".into(),
            layouts: vec![[2, 2, 1, 0]],
            features: vec!["oxygen".into()],
            base: both("公园路"),
            at: FIRST,
            qr_serial: format!("QR{sign}"),
            joined_at: ONLINE,
        };
        transfer::add_vehicle(tx, &by, &new).await?;
        for id in &crew {
            let new = NewCrewMember {
                crew_id: (*id).into(),
                operator_id: "o_one".into(),
                role: if *id == "c2" { CrewRole::Nurse } else { CrewRole::Driver },
                name: both(id),
                phone: "13900000000".into(),
                joined_at: ONLINE,
            };
            transfer::add_crew_member(tx, &by, &new).await?;
            let new = NewAccount {
                login: format!("crew_{id}"),
                role: AccountRole::Crew,
                name_zh: (*id).into(),
                name_en: (*id).into(),
                region_code: None,
                institution_id: None,
                practitioner_id: None,
                hospital_id: None,
                operator_id: None,
                crew_id: Some((*id).into()),
                site_id: None,
                password_hash: "x".into(),
                department: None,
            };
            account::open(tx, &by, &new).await?;
        }
        let shift = NewShift {
            shift_id: Some(format!("s{sign}")),
            vehicle_id: format!("v{sign}"),
            from_at: clock("8:00"),
            until_at: clock("18:00"),
            latest_at: clock("19:00"),
            breaks: Vec::new(),
            crew: crew.iter().map(|id| (*id).to_owned()).collect(),
        };
        transfer::add_shift(tx, &by, &shift).await?;
    }
    Ok(())
}

/// A booking on the first vehicle.
pub async fn assigned(house: &House, key: &str) -> String {
    let asked = house.booked(key, clock("10:00"), clock("9:00")).await;
    let id = asked.booking_id;
    house
        .raw(&format!(
            "update booking set shift_id = 's1', operator_id = 'o_one', assigned_at = {},
                state = 'assigned' where booking_id = '{id}'",
            clock("9:10").0
        ))
        .await;
    id
}

fn report(key: &str, booking: Option<&str>, at: &str, report: Report) -> CrewReport {
    CrewReport {
        key: format!("{key:0>32}"),
        shift_id: "s1".into(),
        booking_id: booking.map(str::to_owned),
        at: clock(at),
        report,
    }
}

fn moves(key: &str, booking: &str, at: &str, mark: Mark) -> CrewReport {
    report(key, Some(booking), at, Report::Step { mark, reason: None })
}

impl House {
    async fn files(&self, login: &str, sent: &CrewReport, now: &str) -> Result<Filed> {
        let (scope, sent, now) = (self.scope(login).await, sent.clone(), clock(now));
        step!(self.db, |tx| transfer::file_report(tx, &scope, &sent, now))
    }

    /// The times of a journey as `HH:MM`, `-` for none.
    async fn times(&self, booking: &str) -> String {
        let scope = store::Scope::system();
        let found = transfer::booking(&mut self.read().await, &scope, booking).await.unwrap();
        let times = [found.started_at, found.on_scene_at, found.loaded_at, found.arrived_at];
        let shown = times.map(|at| match at {
            Some(at) => {
                let minute = (at - clock("0:00").0) / Time::MINUTE_MS;
                format!("{:02}:{:02}", minute / 60, minute % 60)
            }
            None => "-".into(),
        });
        format!("{} {}", shown.join(" "), found.state)
    }
}

#[tokio::test]
async fn a_phone_that_was_offline_catches_up_in_any_order_and_twice() {
    proves!("T16", "T23");
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let crew = "crew_c1";
        // Tapped without a network between ten and eleven, sent at noon, the newest first.
        let sent = [
            (moves("4", &id, "10:50", Mark::Arrive), "late"),
            (moves("3", &id, "10:20", Mark::Load), "done"),
            (moves("2", &id, "10:05", Mark::OnScene), "filled"),
            (moves("1", &id, "09:40", Mark::Start), "filled"),
            (moves("5", &id, "10:51", Mark::Arrive), "done"),
        ];
        for (one, expected) in &sent {
            let filed = house.files(crew, one, "12:00").await.unwrap();
            assert_eq!(filed.code(), *expected, "{one:?}");
        }
        assert_eq!(house.times(&id).await, "09:40 10:05 10:20 10:51 arrived");
        // The same again changes nothing and is answered alike.
        for (one, expected) in &sent {
            assert_eq!(house.files(crew, one, "12:01").await.unwrap().code(), *expected);
        }
        assert_eq!(house.times(&id).await, "09:40 10:05 10:20 10:51 arrived");
        // A key belongs to one report.
        let other = moves("1", &id, "09:40", Mark::Complete);
        assert_eq!(refusal(house.files(crew, &other, "12:02").await), "RequestKeyReused");
        let kept = house.column("select cast(count(*) as text) from crew_report").await;
        assert_eq!(kept, ["5"]);
    })
    .await;
}

#[tokio::test]
async fn what_the_desk_decided_meanwhile_stands_and_the_report_is_kept() {
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let desk = house.scope("dispatch_a").await;
        let reason = Details { reason: Some("not_needed".into()), ..Details::default() };
        let booking = id.clone();
        step!(house.db, |tx| transfer::mark(
            tx,
            &desk,
            &booking,
            Mark::Cancel,
            &reason,
            clock("9:30")
        ))
        .unwrap();
        let late = moves("1", &id, "09:20", Mark::Start);
        assert_eq!(house.files("crew_c1", &late, "10:00").await.unwrap(), Filed::Late);
        assert_eq!(house.state_of(&id).await, "cancelled");
        // Nobody of another vehicle reports for this one.
        let other = moves("2", &id, "09:20", Mark::Start);
        assert_eq!(refusal(house.files("crew_c3", &other, "10:00").await), "NotAllowed");
        assert_eq!(refusal(house.files("call_a", &other, "10:00").await), "NotAllowed");
        let outcomes = house.column("select outcome from crew_report").await;
        assert_eq!(outcomes, ["late"]);
    })
    .await;
}

#[tokio::test]
async fn one_report_sent_by_thirty_two_phones_at_once_is_filed_once() {
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let scope = house.scope("crew_c1").await;
        let mut set = JoinSet::new();
        for _ in 0..32 {
            let (db, scope, sent) =
                (house.db.clone(), scope.clone(), moves("1", &id, "09:40", Mark::Start));
            set.spawn(async move {
                step!(db, |tx| transfer::file_report(tx, &scope, &sent, clock("10:00")))
            });
        }
        while let Some(filed) = set.join_next().await {
            assert_eq!(filed.unwrap().unwrap(), Filed::Done);
        }
        let events =
            house.column("select cast(count(*) as text) from event where action = 'start'").await;
        assert_eq!(events, ["1"]);
    })
    .await;
}

#[tokio::test]
async fn a_red_flag_on_the_way_is_told_to_120_at_once() {
    proves!("T12", "T14");
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        house.files("crew_c1", &moves("1", &id, "10:10", Mark::Load), "10:10").await.unwrap();
        let calm = answers(Moment::EnRoute, &[]);
        let asked = Report::Triage { moment: Moment::EnRoute, answers: calm };
        let sent = report("2", Some(&id), "10:20", asked);
        assert_eq!(house.files("crew_c1", &sent, "10:20").await.unwrap(), Filed::Done);
        let told = "select cast(count(*) as text) from handover_120";
        assert_eq!(house.column(told).await, ["0"]);
        let flagged = answers(Moment::EnRoute, &["chest_pain"]);
        assert!(flagged.contains(&("chest_pain".to_owned(), Answer::Yes)));
        let asked = Report::Triage { moment: Moment::EnRoute, answers: flagged };
        let sent = report("3", Some(&id), "10:30", asked);
        assert_eq!(house.files("crew_c1", &sent, "10:30").await.unwrap(), Filed::Done);
        assert_eq!(house.column(told).await, ["1"]);
        // Pressing the button as well asks once.
        let sent = report("4", Some(&id), "10:31", Report::To120 { moment: Moment::EnRoute });
        assert_eq!(house.files("crew_c1", &sent, "10:31").await.unwrap(), Filed::Done);
        assert_eq!(house.column(told).await, ["1"]);
    })
    .await;
}

#[tokio::test]
async fn a_turn_of_duty_has_its_lists_its_kilometres_and_nobody_left_aboard() {
    proves!("T23");
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let crew = "crew_c2";
        let answers = [("papers", "yes"), ("clean", "no"), ("straps", "yes")];
        let answers = answers.iter().map(|(code, word)| ((*code).into(), (*word).into())).collect();
        let list = Report::Checklist { list: ListKind::Departure, answers };
        let sent = report("1", None, "8:00", list);
        assert_eq!(house.files(crew, &sent, "8:00").await.unwrap(), Filed::Done);
        // What must be in order and is not is an incident of its own.
        let filter = IncidentFilter::default();
        let regulator = house.scope("regulator").await;
        let listed =
            transfer::incidents(&mut house.read().await, &regulator, &filter, Slice::first(9))
                .await
                .unwrap();
        assert_eq!(listed.rows[0].kind, "not_in_order");
        let begin = |key, km| report(key, None, "8:05", Report::Begin { km });
        assert_eq!(house.files(crew, &begin("2", 1_000), "8:05").await.unwrap(), Filed::Done);
        assert_eq!(house.files(crew, &begin("3", 1_001), "8:06").await.unwrap(), Filed::Again);
        house.files(crew, &moves("4", &id, "10:10", Mark::Load), "10:10").await.unwrap();
        let end = |key, km| report(key, None, "17:00", Report::Finish { km });
        assert_eq!(refusal(house.files(crew, &end("5", 1_100), "17:00").await), "Aboard");
        house.files(crew, &moves("6", &id, "10:50", Mark::Arrive), "10:50").await.unwrap();
        house.files(crew, &moves("7", &id, "10:55", Mark::Complete), "10:55").await.unwrap();
        // A meter does not run backwards.
        assert_eq!(refusal(house.files(crew, &end("8", 900), "17:00").await), "Quantity");
        assert_eq!(house.files(crew, &end("9", 1_100), "17:00").await.unwrap(), Filed::Done);
        let unknown = [("nonsense".to_owned(), "yes".to_owned())].into();
        let list = Report::Checklist { list: ListKind::Pickup, answers: unknown };
        let sent = report("10", Some(&id), "10:00", list);
        assert_eq!(refusal(house.files(crew, &sent, "17:00").await), "Unknown");
    })
    .await;
}

#[tokio::test]
async fn a_familys_link_shows_the_vehicle_while_it_drives_and_nobodys_name() {
    proves!("T16", "T22");
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let (desk, token) = (house.scope("call_a").await, "0123456789abcdef0123456789abcdef");
        let booking = id.clone();
        step!(house.db, |tx| transfer::make_link(tx, &desk, &booking, token, clock("9:15")))
            .unwrap();
        let (crew, booking) = (house.scope("crew_c1").await, id.clone());
        let made = step!(house.db, |tx| transfer::make_link(
            tx,
            &crew,
            &booking,
            "another",
            clock("9:15")
        ));
        assert_eq!(refusal(made), "NotAllowed");
        let look =
            async |at: &str| transfer::by_link(&mut house.read().await, token, clock(at)).await;
        let view = look("9:20").await.unwrap();
        assert_eq!((view.view, view.seen), (LinkView::Promise, None));
        assert!(view.booking.patient.starts_with('李') && !view.booking.patient.contains("老伯"));
        assert_eq!((&*view.booking.phone, &*view.booking.words), ("", ""));
        house.files("crew_c1", &moves("1", &id, "9:40", Mark::Start), "9:40").await.unwrap();
        let scope = house.scope("crew_c1").await;
        let fixes = [
            Fix { at: clock("9:41"), place: FIRST, accuracy_m: 8 },
            // Thirty kilometres in a minute: kept, not shown.
            Fix { at: clock("9:42"), place: OTHER, accuracy_m: 8 },
        ];
        let used =
            step!(house.db, |tx| transfer::crew_positions(tx, &scope, "s1", &fixes, clock("9:43")));
        assert_eq!(used.unwrap(), 1);
        let view = look("9:44").await.unwrap();
        assert_eq!(view.view, LinkView::Live);
        assert_eq!(view.seen.unwrap().position, Position { ..FIRST });
        assert_eq!(view.carrier.unwrap().plate, "鲁C00001");
        house.files("crew_c1", &moves("2", &id, "10:10", Mark::Load), "10:10").await.unwrap();
        house.files("crew_c1", &moves("3", &id, "10:50", Mark::Arrive), "10:50").await.unwrap();
        house.files("crew_c1", &moves("4", &id, "10:55", Mark::Complete), "10:55").await.unwrap();
        assert_eq!(look("12:50").await.unwrap().view, LinkView::Live);
        let after = look("12:51").await.unwrap();
        assert_eq!((after.view, after.seen), (LinkView::Receipt, None));
        assert!(matches!(look("+31 11:00").await, Err(Error::NotFound(_))));
        // Revoked, a link is as if it had never been.
        let (desk, booking) = (house.scope("call_a").await, id.clone());
        let revoked =
            step!(house.db, |tx| transfer::revoke_links(tx, &desk, &booking, clock("13:00")));
        assert_eq!(revoked.unwrap(), 1);
        assert!(matches!(look("13:01").await, Err(Error::NotFound(_))));
    })
    .await;
}

#[tokio::test]
async fn whoever_was_not_content_is_called_back() {
    proves!("T20");
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        let (desk, token, booking) =
            (house.scope("call_a").await, "0123456789abcdef0123456789abcdef", id.clone());
        step!(house.db, |tx| transfer::make_link(tx, &desk, &booking, token, clock("9:15")))
            .unwrap();
        let rate = async |score: i64, key: &'static str| {
            step!(house.db, |tx| transfer::rate(tx, token, score, "等了很久", key, clock("11:00")))
        };
        assert_eq!(refusal(rate(2, "a").await), "NotAllowed");
        for (key, mark) in [("1", Mark::Load), ("2", Mark::Arrive)] {
            house.files("crew_c1", &moves(key, &id, "10:10", mark), "10:10").await.unwrap();
        }
        assert_eq!(refusal(rate(6, "a").await), "Quantity");
        rate(2, "a").await.unwrap();
        // The same form again is the same rating; another one is too late.
        rate(2, "a").await.unwrap();
        assert_eq!(refusal(rate(5, "b").await), "TooLate");
        let filter = RatingFilter::default();
        let list = async |login: &str| {
            let scope = house.scope(login).await;
            let mut tx = house.read().await;
            transfer::ratings(&mut tx, &scope, &filter, Slice::first(9)).await.unwrap()
        };
        let waiting = list("call_a").await;
        assert_eq!((waiting.total, waiting.rows[0].score), (1, 2));
        assert!(!waiting.rows[0].phone.is_empty());
        assert_eq!(waiting.rows[0].callback_due, Some(clock("+1 11:00").0));
        // The company learns what was said, not whom to call.
        assert_eq!(list("manager").await.rows[0].phone, "");
        assert_eq!(list("ward_first").await.total, 0);
        let (manager, booking) = (house.scope("manager").await, id.clone());
        let called = step!(house.db, |tx| transfer::called_back(
            tx,
            &manager,
            &booking,
            "已致歉",
            clock("11:30")
        ));
        assert_eq!(refusal(called), "NotAllowed");
        let (desk, booking) = (house.scope("call_a").await, id.clone());
        step!(house.db, |tx| transfer::called_back(tx, &desk, &booking, "已致歉", clock("11:30")))
            .unwrap();
        assert_eq!(list("call_a").await.total, 0);
    })
    .await;
}

#[tokio::test]
async fn half_a_year_after_the_end_nobody_can_be_named_and_the_figures_stay() {
    on_both(|house| async move {
        furnish(&house).await;
        let id = assigned(&house, "1").await;
        for (key, at, mark) in [
            ("1", "10:10", Mark::Load),
            ("2", "10:50", Mark::Arrive),
            ("3", "10:55", Mark::Complete),
        ] {
            house.files("crew_c1", &moves(key, &id, at, mark), at).await.unwrap();
        }
        let words = Report::Note { words: "李老伯的儿子在一楼".into() };
        house.files("crew_c1", &report("4", Some(&id), "10:56", words), "10:56").await.unwrap();
        let forget = async |at: &str| {
            let now = clock(at);
            step!(house.db, |tx| transfer::forget_bookings(tx, now)).unwrap()
        };
        assert_eq!(forget("+180 10:54").await, 0);
        assert_eq!(forget("+180 10:56").await, 1);
        assert_eq!(forget("+181 10:56").await, 0);
        let sql = "select patient || caller || phone || words || to_place from booking";
        assert_eq!(house.column(sql).await, [""]);
        let told = house.column("select body from crew_report where kind = 'note'").await;
        assert!(!told[0].contains('李'), "{told:?}");
        assert_eq!(house.times(&id).await, "- - 10:10 10:50 completed");
    })
    .await;
}
