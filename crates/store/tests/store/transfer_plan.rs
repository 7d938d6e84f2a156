//! Plans: which vehicle fetches whom. Stops are replaced as a whole under the shift's revision,
//! every choice keeps its reasons, and no row ends up in a plan that breaks a rule.

use rules::account::AccountRole;
use rules::transfer::position::Report;
use rules::transfer::{CrewRole, Mark, OutageReason, Source};
use rules::{Position, Time};
use serde_json::json;
use store::account::{self, NewAccount};
use store::transfer::{
    self, Assignment, Details, End, Ground, NewBooking, NewCrewMember, NewOperator, NewOutage,
    NewShift, NewVehicle, ShiftPlan, Stop, StopEnd,
};
use store::{By, Db, Error, Refusal, Result, Scope, Tx};
use tokio::task::JoinSet;

use crate::city::{refusal, step};
use crate::house::{House, MIDNIGHT, clock, on_both};

/// Functions of a person; the stories below show whom they refuse.
pub fn named() -> Vec<String> {
    ["assign", "choices", "take_over", "track", "unassign"].map(|n| format!("transfer::{n}")).into()
}

const AT: Position = Position { lat: 36.49, lng: 117.85 };

/// Two companies with a vehicle each, on duty from eight to six; a dispatcher, a call-taker, a
/// manager.
async fn furnish(house: &House) {
    step!(house.db, |tx| enter(tx)).unwrap();
}

async fn enter(tx: &mut Tx) -> Result<()> {
    let by = By::system("seed", MIDNIGHT);
    for (operator, vehicle, sign) in [("op_a", "v1", "1"), ("op_b", "v2", "2")] {
        let both = [operator.to_owned(), operator.to_owned()];
        let new = NewOperator {
            operator_id: operator.into(),
            name: both.clone(),
            short: both.clone(),
            uscc: format!("91{operator}"),
            phone: "0533-0000000".into(),
            complaint_phone: "0533-0000001".into(),
            joined_at: MIDNIGHT,
        };
        transfer::add_operator(tx, &by, &new).await?;
        let new = NewVehicle {
            vehicle_id: vehicle.into(),
            operator_id: operator.into(),
            call_sign: sign.into(),
            plate: format!("鲁C0000{sign}"),
            model: "福特全顺".into(),
            layouts: vec![[2, 2, 1, 0]],
            features: vec!["oxygen".into()],
            base: both.clone(),
            at: AT,
            qr_serial: format!("QR{sign}"),
            joined_at: MIDNIGHT,
        };
        transfer::add_vehicle(tx, &by, &new).await?;
        let crew = NewCrewMember {
            crew_id: format!("c{sign}"),
            operator_id: operator.into(),
            role: CrewRole::Driver,
            name: ["王师傅".into(), "Mr Wang".into()],
            phone: "13900000000".into(),
            joined_at: MIDNIGHT,
        };
        transfer::add_crew_member(tx, &by, &crew).await?;
        let shift = NewShift {
            shift_id: Some(format!("s{sign}")),
            vehicle_id: vehicle.into(),
            from_at: clock("8:00"),
            until_at: clock("18:00"),
            latest_at: clock("19:00"),
            breaks: Vec::new(),
            crew: vec![format!("c{sign}")],
        };
        transfer::add_shift(tx, &by, &shift).await?;
    }
    enter_people(tx, &by).await
}

async fn enter_people(tx: &mut Tx, by: &By) -> Result<()> {
    let people = [
        ("disp", AccountRole::Dispatcher, None),
        ("taker", AccountRole::CallTaker, None),
        ("manager_a", AccountRole::OperatorManager, Some("op_a")),
        ("manager_b", AccountRole::OperatorManager, Some("op_b")),
    ];
    for (login, role, operator) in people {
        let new = NewAccount {
            login: login.into(),
            role,
            name_zh: login.into(),
            name_en: login.into(),
            region_code: None,
            institution_id: None,
            practitioner_id: None,
            hospital_id: None,
            operator_id: operator.map(str::to_owned),
            crew_id: None,
            site_id: None,
            password_hash: "argon2".into(),
            department: None,
        };
        account::open(tx, by, &new).await?;
    }
    Ok(())
}

async fn scope(house: &House, login: &str) -> Scope {
    account::scope_of_login(&mut house.read().await, login).await.unwrap()
}

/// A booking that the family has agreed to.
async fn booked(house: &House, key: &str, ready: &str) -> String {
    let end =
        |place: &str| End { site_id: None, place: place.into(), at: AT, floor: 1, lift: true };
    let new = NewBooking {
        request_key: key.into(),
        source: Source::Phone,
        trip_type: "discharge".into(),
        region_code: "320613".into(),
        patient: "李女士".into(),
        patient_born: None,
        weight_kg: None,
        caller: "李先生".into(),
        relation: "儿子".into(),
        phone: "13900000001".into(),
        phone_verified_at: None,
        words: String::new(),
        language: String::new(),
        from: end("市第一医院"),
        to: end("山头镇"),
        needs: Vec::new(),
        companions: 1,
        carry: 0,
        ready_at: Some(clock(ready)),
        appointment_at: None,
        will_call_at: None,
        return_of: None,
        series_id: None,
    };
    let by = By::system("seed", clock("8:00"));
    let id = step!(house.db, |tx| transfer::book(tx, &by, &new)).unwrap();
    house
        .raw(&format!(
            "update booking set class = 'plain', triaged_at = 1, quoted_at = 1, confirmed_at = 1,
                state = 'confirmed' where booking_id = '{id}'"
        ))
        .await;
    id
}

async fn ground(db: &Db, now: Time) -> Ground {
    let mut tx = db.read().await.unwrap();
    transfer::ground(&mut tx, clock("0:00"), clock("23:00"), now).await.unwrap()
}

/// The kept stops of a shift with both ends of a booking after them.
fn with(ground: &Ground, shift: &str, booking: &str) -> ShiftPlan {
    let duty = ground.duties.iter().find(|duty| duty.shift.shift_id == shift).unwrap();
    let kept = ground.stops.iter().filter(|stop| stop.shift_id == shift);
    let mut stops: Vec<Stop> = kept
        .map(|stop| Stop {
            booking_id: stop.booking_id.clone(),
            end: if stop.stop == "pickup" { StopEnd::Pickup } else { StopEnd::Delivery },
            begin_at: Time(stop.begin_at),
            depart_at: Time(stop.depart_at),
            leg_m: stop.leg_m,
            leg_s: stop.leg_s,
        })
        .collect();
    let last = stops.last().map_or(clock("8:30"), |stop| stop.depart_at);
    for (n, end) in [(1, StopEnd::Pickup), (2, StopEnd::Delivery)] {
        stops.push(Stop {
            booking_id: booking.into(),
            end,
            begin_at: last.plus_min(n),
            depart_at: last.plus_min(n),
            leg_m: 1_000,
            leg_s: 60,
        });
    }
    ShiftPlan { shift_id: shift.into(), revision: duty.shift.revision, stops }
}

fn without(ground: &Ground, shift: &str, booking: &str) -> ShiftPlan {
    let mut plan = with(ground, shift, booking);
    plan.stops.retain(|stop| stop.booking_id != booking);
    plan
}

fn assignment(booking: &str, shift: &str) -> Assignment {
    Assignment {
        booking_id: booking.into(),
        shift_id: shift.into(),
        promise: (clock("9:50"), clock("10:15")),
        recommended: Some(shift.into()),
        reasons: json!([{"shift": "s2", "why": {"why": "window"}}]),
        override_reason: None,
        distance_m: 12_000,
        drive_s: 1_500,
        travel_source: "straight",
    }
}

async fn assign(
    house: &House,
    login: &str,
    new: &Assignment,
    plans: &[ShiftPlan],
    now: Time,
) -> Result<()> {
    let (scope, new, plans) = (scope(house, login).await, new.clone(), plans.to_vec());
    step!(house.db, |tx| transfer::assign(tx, &scope, &new, &plans, now))
}

#[tokio::test]
async fn a_booking_gets_a_vehicle_its_promise_and_the_reasons_why() {
    proves!("T12", "T16");
    on_both(async |house| {
        furnish(&house).await;
        let now = clock("9:00");
        let id = booked(&house, "one", "10:00").await;
        let plan = with(&ground(&house.db, now).await, "s1", &id);
        let new = assignment(&id, "s1");
        let by_manager = assign(&house, "manager_a", &new, std::slice::from_ref(&plan), now).await;
        assert_eq!(refusal(by_manager), "NotAllowed");
        assign(&house, "disp", &new, &[plan], now).await.unwrap();

        let disp = scope(&house, "disp").await;
        let found = transfer::booking(&mut house.read().await, &disp, &id).await.unwrap();
        assert_eq!((found.state.as_str(), found.shift_id.as_deref()), ("assigned", Some("s1")));
        assert_eq!(found.operator_id.as_deref(), Some("op_a"));
        assert_eq!(found.promise_until, Some(clock("10:15").0));
        assert_eq!(found.travel_source.as_deref(), Some("straight"));
        assert_eq!(found.plan_pickup_at, Some(clock("8:31").0));
        let choice = &transfer::choices(&mut house.read().await, &disp, &id).await.unwrap()[0];
        assert_eq!(choice.reasons, r#"[{"shift":"s2","why":{"why":"window"}}]"#);
        // Another company learns nothing of it.
        let other = scope(&house, "manager_b").await;
        let hidden = transfer::choices(&mut house.read().await, &other, &id).await;
        assert!(matches!(hidden, Err(Error::NotFound("booking"))));

        // Another vehicle than the recommended one: with a reason, and then it stays there.
        let seen = ground(&house.db, now).await;
        let plans = [without(&seen, "s1", &id), with(&seen, "s2", &id)];
        let mut other = Assignment { recommended: Some("s1".into()), ..assignment(&id, "s2") };
        let silent = assign(&house, "disp", &other, &plans, now).await;
        assert_eq!(refusal(silent), "OverrideReason");
        other.override_reason = Some("家属指定".into());
        let taker = assign(&house, "taker", &other, &plans, now).await;
        assert_eq!(refusal(taker), "OverrideReason", "only a dispatcher overrides");
        assign(&house, "disp", &other, &plans, now).await.unwrap();
        let found = transfer::booking(&mut house.read().await, &disp, &id).await.unwrap();
        assert_eq!(found.operator_id.as_deref(), Some("op_b"));
        assert_eq!(found.pinned_at, Some(now.0));
        let seen = ground(&house.db, now).await;
        let plans = [with(&seen, "s1", &id), without(&seen, "s2", &id)];
        let by = By::system("planner", now);
        let moved = step!(house.db, |tx| transfer::take_up(tx, &by, &plans, &[]));
        assert_eq!(refusal(moved), "PlanBroken", "the engine does not move what a person bound");

        // Taken away again: the promise stays.
        let seen = ground(&house.db, now).await;
        let plans = [without(&seen, "s2", &id)];
        let (own, at) = (id.clone(), disp.clone());
        step!(house.db, |tx| transfer::unassign(tx, &at, &own, &plans, now)).unwrap();
        let found = transfer::booking(&mut house.read().await, &disp, &id).await.unwrap();
        assert_eq!((found.state.as_str(), found.shift_id), ("confirmed", None));
        assert_eq!(found.promise_until, Some(clock("10:15").0));
        assert_eq!(house.number("select count(*) from planned_stop").await, 0);
    })
    .await;
}

#[tokio::test]
async fn no_plan_breaks_a_rule_and_nothing_is_lost_by_trying() {
    proves!("T13");
    on_both(async |house| {
        furnish(&house).await;
        let now = clock("9:00");
        let (one, two) =
            (booked(&house, "one", "10:00").await, booked(&house, "two", "11:00").await);
        let first = with(&ground(&house.db, now).await, "s1", &one);
        assign(&house, "disp", &assignment(&one, "s1"), &[first], now).await.unwrap();

        let seen = ground(&house.db, now).await;
        let good = with(&seen, "s1", &two);
        let mut backwards = good.clone();
        backwards.stops.reverse();
        let mut out_first = good.clone();
        out_first.stops.swap(2, 3);
        let mut never_out = good.clone();
        never_out.stops.pop();
        let mut twice = good.clone();
        twice.stops.push(good.stops[2].clone());
        let mut after_duty = good.clone();
        after_duty.stops[2].begin_at = clock("19:30");
        after_duty.stops[2].depart_at = clock("19:40");
        (after_duty.stops[3].begin_at, after_duty.stops[3].depart_at) =
            (clock("20:00"), clock("20:00"));
        let mut forgets = good.clone();
        forgets.stops.retain(|stop| stop.booking_id == two);
        let mut old = good.clone();
        old.revision -= 1;
        let bad = [
            ("backwards", backwards, "PlanBroken"),
            ("out before in", out_first, "PlanBroken"),
            ("never out", never_out, "PlanBroken"),
            ("twice", twice, "PlanBroken"),
            ("after duty", after_duty, "PlanBroken"),
            ("forgets somebody", forgets, "PlanMoved"),
            ("an old revision", old, "PlanMoved"),
        ];
        for (name, plan, why) in bad {
            let found = assign(&house, "disp", &assignment(&two, "s1"), &[plan], now).await;
            assert_eq!(refusal(found), why, "{name}");
        }
        // A vehicle that is out is given nobody, whoever tries.
        let (disp, v1) = (scope(&house, "disp").await, "v1".to_owned());
        let outage =
            NewOutage { vehicle_id: v1, reason: OutageReason::Breakdown, from: now, until: None };
        step!(house.db, |tx| transfer::stop_vehicle(tx, &disp, &outage, now)).unwrap();
        let out = assign(&house, "disp", &assignment(&two, "s1"), &[good], now).await;
        assert_eq!(refusal(out), "PlanBroken");

        // Everything stands as it stood.
        let disp = scope(&house, "disp").await;
        let mut tx = house.read().await;
        let kept = transfer::booking(&mut tx, &disp, &one).await.unwrap();
        let free = transfer::booking(&mut tx, &disp, &two).await.unwrap();
        assert_eq!((kept.state.as_str(), free.state.as_str()), ("assigned", "confirmed"));
        assert_eq!(ground(&house.db, now).await.stops.len(), 2);
        assert_eq!(house.number("select count(*) from dispatch_choice").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_planners_at_once_lose_nobody() {
    proves!("T16");
    on_both(async |house| {
        furnish(&house).await;
        let now = clock("9:00");
        let mut bookings = Vec::new();
        for n in 0..32 {
            bookings.push(booked(&house, &format!("key{n}"), "10:00").await);
        }
        let disp = scope(&house, "disp").await;
        let mut servers = Vec::new();
        for _ in 0..4 {
            servers.push(house.another().await);
        }
        let mut clients = JoinSet::new();
        for (n, id) in bookings.into_iter().enumerate() {
            let (db, disp) = (servers[n % 4].clone(), disp.clone());
            let shift = if n % 2 == 0 { "s1" } else { "s2" };
            clients.spawn(async move {
                let mut tries = 0;
                loop {
                    tries += 1;
                    let plans = [with(&ground(&db, now).await, shift, &id)];
                    let (scope, new) = (disp.clone(), assignment(&id, shift));
                    let done = step!(db, |tx| transfer::assign(tx, &scope, &new, &plans, now));
                    match done {
                        Ok(()) => return tries,
                        Err(Error::Refused(Refusal::PlanMoved) | Error::Lost(_)) => {}
                        Err(error) => panic!("{error:?}"),
                    }
                }
            });
        }
        let tries: Vec<i32> = clients.join_all().await;
        assert_eq!(tries.len(), 32);
        let seen = ground(&house.db, now).await;
        assert_eq!(seen.stops.len(), 64, "everybody stands in a plan with both ends");
        let assigned = house.number("select count(*) from booking where state = 'assigned'").await;
        assert_eq!(assigned, 32);
        let revisions = house.number("select sum(revision) from shift").await;
        assert_eq!(revisions, 32, "each plan was computed from the one before");
    })
    .await;
}

#[tokio::test]
async fn a_jump_is_kept_and_not_used() {
    proves!("T16");
    on_both(async |house| {
        furnish(&house).await;
        let at = |minute: i64, lng: f64| Report {
            at: clock("9:00").plus_min(minute),
            place: Position { lat: 36.49, lng },
            accuracy_m: 20,
        };
        let far = at(1, 118.50);
        for (new, expected) in [
            (at(0, 117.85), None),
            (far, Some("jump")),
            // Sent again: the same row.
            (far, Some("jump")),
            (at(2, 117.86), None),
            (Report { place: Position { lat: f64::NAN, lng: 1.0 }, ..at(3, 0.0) }, Some("nowhere")),
        ] {
            let received = new.at;
            let found =
                step!(house.db, |tx| transfer::report(tx, "v1", &new, "phone", received)).unwrap();
            assert_eq!(found.map(|why| why.code()), expected, "{new:?}");
        }
        assert_eq!(house.number("select count(*) from position_report").await, 4);
        let seen = ground(&house.db, clock("9:05")).await.seen;
        assert_eq!((seen.len(), seen[0].lng), (1, 117.86));
        // The own company sees all four, the other one none.
        for (login, rows) in [("manager_a", 4), ("manager_b", 0), ("disp", 4)] {
            let scope = scope(&house, login).await;
            let found = transfer::track(&mut house.read().await, &scope, "v1", clock("8:00")).await;
            assert_eq!(found.unwrap().len(), rows, "{login}");
        }
        let (near, received) = (at(4, 117.86), clock("9:04"));
        let nobody = step!(house.db, |tx| transfer::report(tx, "v9", &near, "phone", received));
        assert!(matches!(nobody, Err(Error::NotFound("vehicle"))));
    })
    .await;
}

#[tokio::test]
async fn trips_that_ended_teach_the_hours_once() {
    proves!("T21");
    on_both(async |house| {
        furnish(&house).await;
        let id = booked(&house, "one", "10:00").await;
        let plan = with(&ground(&house.db, clock("9:00")).await, "s1", &id);
        assign(&house, "disp", &assignment(&id, "s1"), &[plan], clock("9:00")).await.unwrap();
        let steps = [
            (Mark::Start, "9:40"),
            (Mark::OnScene, "9:55"),
            (Mark::Load, "10:05"),
            (Mark::Arrive, "10:45"),
            (Mark::Complete, "10:50"),
        ];
        for (mark, at) in steps {
            let (disp, id, now) = (scope(&house, "disp").await, id.clone(), clock(at));
            let details = Details::default();
            step!(house.db, |tx| transfer::mark(tx, &disp, &id, mark, &details, now)).unwrap();
        }
        let now = clock("11:00");
        let learned = step!(house.db, |tx| transfer::learn(tx, now)).unwrap();
        let again = step!(house.db, |tx| transfer::learn(tx, now)).unwrap();
        assert_eq!((learned, again), (1, 0));
        // Fetched at 10:05: 25 minutes were planned, 40 it took.
        assert_eq!(ground(&house.db, now).await.hours, [(10, 1_500, 2_400)]);
    })
    .await;
}

#[tokio::test]
async fn somebody_in_a_vehicle_that_broke_down_is_taken_over() {
    proves!("T16");
    on_both(async |house| {
        furnish(&house).await;
        let (nine, ten) = (clock("9:00"), clock("10:10"));
        let id = booked(&house, "one", "10:00").await;
        let plan = with(&ground(&house.db, nine).await, "s1", &id);
        assign(&house, "disp", &assignment(&id, "s1"), &[plan], nine).await.unwrap();
        for mark in [Mark::Start, Mark::Load] {
            let (disp, id, details) = (scope(&house, "disp").await, id.clone(), Details::default());
            step!(house.db, |tx| transfer::mark(tx, &disp, &id, mark, &details, clock("10:05")))
                .unwrap();
        }
        // Aboard, nobody may change vehicles; waiting in a broken one, they may.
        let seen = ground(&house.db, ten).await;
        let plans = [without(&seen, "s1", &id), with(&seen, "s2", &id)];
        let (by, kept) = (By::system("planner", ten), plans.to_vec());
        let aboard = step!(house.db, |tx| transfer::take_up(tx, &by, &kept, &[])).is_err();
        let (by, own) = (By::system("planner", ten), id.clone());
        step!(house.db, |tx| transfer::relieve(tx, &by, &own, "s1", AT)).unwrap();
        let by = By::system("planner", ten);
        step!(house.db, |tx| transfer::take_up(tx, &by, &plans, &[])).unwrap();
        let disp = scope(&house, "disp").await;
        let found = transfer::booking(&mut house.read().await, &disp, &id).await.unwrap();
        assert_eq!((found.shift_id.as_deref(), found.state.as_str()), (Some("s2"), "loaded"));
        assert!(aboard, "without a relief nobody leaves a vehicle");
        let own = id.clone();
        step!(house.db, |tx| transfer::take_over(tx, &disp, &own, clock("10:40"))).unwrap();
        assert_eq!(ground(&house.db, ten).await.reliefs.len(), 0);
        let disp = scope(&house, "disp").await;
        let twice = step!(house.db, |tx| transfer::take_over(tx, &disp, &id, clock("10:41")));
        assert_eq!(refusal(twice), "NotAllowed");
    })
    .await;
}
