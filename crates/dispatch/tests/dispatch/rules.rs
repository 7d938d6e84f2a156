//! One story for each rule of the model: what it forbids, and what it allows.

use dispatch::checker::{check, earliest};
use dispatch::plan::Plan;
use dispatch::problem::{Break, End, Instance, Request, Vehicle, Visit, Weights, Window};
use dispatch::solve::{Limit, Options, solve};

use crate::fixture::{line, request, vehicle};

fn plan(instance: &Instance) -> Plan {
    let limit = Limit::Iterations(200);
    let (plan, _) = solve(instance, &Options::default(), limit, &|| ()).expect("plannable");
    assert_eq!(check(instance, &plan), []);
    plan
}

fn pickup(request: usize) -> Visit {
    Visit { request, end: End::Pickup }
}

fn delivery(request: usize) -> Visit {
    Visit { request, end: End::Delivery }
}

/// The ids of vehicles by request.
fn served_by(plan: &Plan, instance: &Instance) -> Vec<Option<i64>> {
    let vehicle = |r| plan.find(pickup(r)).map(|(route, _)| instance.vehicles[route.vehicle].id);
    (0..instance.requests.len()).map(vehicle).collect()
}

/// Two who want to ride at the same moment in the only vehicle.
fn together(one: [u16; 4], two: [u16; 4], layouts: &[[u16; 4]]) -> usize {
    let asked = |load| Request {
        load,
        pickup: dispatch::problem::Stop { window: Window::hard(10, 10), ..request(1, 1, 2).pickup },
        ..request(1, 1, 2)
    };
    let car = Vehicle { layouts: layouts.to_vec(), ..vehicle(1) };
    let instance = line(&[0.0, 10.0, 20.0], vec![asked(one), asked(two)], vec![car]);
    2 - plan(&instance).unserved.len()
}

#[test]
fn rooms_can_be_upgraded_but_not_downgraded() {
    let (staff, seat, bed, chair) = ([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]);
    let table = [
        (seat, seat, [0, 2, 0, 0], 2),
        (seat, seat, [0, 1, 1, 0], 2), // one sits on the stretcher
        (seat, bed, [0, 0, 1, 0], 1),
        (bed, bed, [0, 3, 1, 0], 1), // nobody lies on a seat
        (staff, seat, [1, 1, 0, 0], 2),
        (staff, seat, [2, 0, 0, 0], 1), // no patient on a staff seat
        (staff, staff, [0, 1, 1, 0], 2),
        (chair, seat, [0, 3, 3, 0], 1), // a wheelchair needs its own place
        (chair, seat, [0, 1, 0, 1], 2),
        (chair, seat, [0, 0, 0, 2], 1), // and nobody else takes it
    ];
    for (one, two, room, served) in table {
        assert_eq!(together(one, two, &[room]), served, "{one:?} and {two:?} in {room:?}");
    }
}

#[test]
fn one_interior_holds_for_the_whole_tour() {
    let (bed, seats) = ([0, 0, 1, 0], [0, 3, 0, 0]);
    assert_eq!(together(bed, bed, &[[0, 0, 2, 0], seats]), 2);
    assert_eq!(together([0, 2, 0, 0], bed, &[[0, 1, 1, 0], seats]), 1, "not half of each");
}

#[test]
fn companions_take_room_and_travel_with_their_patient() {
    let accompanied = [1, 1, 0, 0];
    assert_eq!(together(accompanied, accompanied, &[[2, 2, 0, 0]]), 2);
    assert_eq!(together(accompanied, accompanied, &[[1, 3, 0, 0]]), 2, "on a patient's seat");
    assert_eq!(together(accompanied, accompanied, &[[1, 2, 0, 0]]), 1, "four need four places");
}

#[test]
fn whoever_must_ride_alone_does() {
    let mut sick = request(1, 1, 3);
    sick.alone = true;
    let well = request(2, 2, 4);
    let instance = line(&[0.0, 10.0, 20.0, 30.0, 40.0], vec![sick, well], vec![vehicle(1)]);
    let plan = plan(&instance);
    assert_eq!((plan.unserved.len(), plan.distance), (0, 100), "80 if they rode together");
}

#[test]
fn equipment_and_crew_decide_who_comes() {
    let mut oxygen = request(1, 1, 2);
    oxygen.needs = vec!["oxygen".to_owned(), "lift".to_owned()];
    let mut nurse = request(2, 1, 2);
    nurse.crew.insert("nurse".to_owned(), 2);
    let plain = request(3, 1, 2);
    let near = Vehicle { start: 1, end: Some(1), ..vehicle(1) };
    let mut fitted = vehicle(2);
    fitted.features.extend(["oxygen".to_owned(), "lift".to_owned(), "icu".to_owned()]);
    let mut staffed = vehicle(3);
    staffed.crew.insert("nurse".to_owned(), 2);
    let mut short = Vehicle { start: 1, end: Some(1), ..vehicle(4) };
    short.crew.insert("nurse".to_owned(), 1);
    let cars = vec![near, fitted, staffed, short];
    let mut instance = line(&[0.0, 500.0, 520.0], vec![oxygen, nurse, plain], cars);
    instance.requests.iter_mut().for_each(|r| r.pickup.window = Window::hard(500, 510));
    let plan = plan(&instance);
    let by = served_by(&plan, &instance);
    assert_eq!((by[0], by[1]), (Some(2), Some(3)));
    assert_eq!(plan.unserved, []);
}

#[test]
fn one_urgent_call_outweighs_any_number_of_lesser_ones() {
    // Ten can be served on one side, one on the other, in the time there is.
    let mut requests: Vec<Request> = (0..10).map(|i| request(i, 1, 2)).collect();
    requests.push(request(10, 3, 4));
    for r in &mut requests {
        r.pickup.window = Window::hard(100, 110);
    }
    let car = Vehicle { layouts: vec![[0, 10, 0, 0]], ..vehicle(1) };
    let instance = |priority| {
        let mut list = requests.clone();
        list[10].priority = priority;
        line(&[0.0, 100.0, 120.0, -100.0, -120.0], list, vec![car.clone()])
    };
    assert_eq!(plan(&instance(0)).cost.unserved, [0, 0, 0, 0, 0, 1]);
    assert_eq!(plan(&instance(5)).cost.unserved, [0, 0, 0, 0, 0, 10]);
    let chosen = plan(&instance(1));
    assert!(chosen.find(pickup(10)).is_some(), "one level above is enough against ten");
}

#[test]
fn a_call_bound_to_vehicles_gets_one_of_them_though_it_is_dearer() {
    let mut bound = request(1, 1, 2);
    bound.only = Some(vec![1, 2]);
    let far = Vehicle { start: 3, end: Some(3), ..vehicle(3) };
    let cars = vec![vehicle(1), Vehicle { start: 3, end: Some(3), ..vehicle(2) }, far];
    let instance = line(&[0.0, 10.0, 20.0, 900.0], vec![bound, request(2, 1, 2)], cars);
    let plan = plan(&instance);
    assert!(matches!(served_by(&plan, &instance)[0], Some(2 | 3)));
    assert_eq!(plan.unserved, []);
}

#[test]
fn what_has_been_driven_stays_and_people_aboard_get_out() {
    // Request 0 is aboard (its pickup is where the vehicle is now), request 1 is the next stop.
    let mut aboard = request(1, 0, 2);
    aboard.pickup.window = Window::hard(0, 0);
    let next = request(2, 1, 3);
    let new = request(3, 4, 5);
    let locked = vec![pickup(0), pickup(1)];
    let driving = Vehicle { locked: locked.clone(), ..vehicle(1) };
    let at = [0.0, 100.0, 10.0, 110.0, -10.0, -20.0];
    let mut instance = line(&at, vec![aboard, next, new], vec![driving, vehicle(2)]);
    let free = plan(&instance);
    let first = &free.routes[0].stops;
    assert_eq!([first[0].visit, first[1].visit], [pickup(0), pickup(1)], "past its destination");
    assert!(free.find(delivery(0)).is_some_and(|(route, _)| route.vehicle == 0));
    assert_eq!(free.unserved, []);
    // Nobody else's call may cost those aboard their ride limit.
    instance.requests[0].max_ride = 190;
    instance.requests[2].only = Some(vec![0]);
    instance.requests[2].pickup.window = Window::hard(0, 200);
    let full = plan(&instance);
    assert!(full.find(delivery(0)).is_some() && full.find(delivery(1)).is_some());
    assert_eq!(full.unserved.iter().map(|left| left.0).collect::<Vec<_>>(), [2]);
}

#[test]
fn locked_stops_that_cannot_be_kept_are_a_problem_not_a_plan() {
    let mut aboard = request(1, 0, 2);
    aboard.pickup.window = Window::hard(0, 0);
    aboard.max_ride = 50;
    let car = Vehicle { locked: vec![pickup(0), pickup(1)], ..vehicle(1) };
    let late = Request { pickup: request(2, 1, 2).pickup, ..request(2, 1, 2) };
    let mut instance = line(&[0.0, 100.0, 10.0], vec![aboard, late], vec![car]);
    instance.requests[1].pickup.window = Window::hard(0, 20);
    let limit = Limit::Iterations(20);
    let problem = solve(&instance, &Options::default(), limit, &|| ()).expect_err("100 in 20");
    assert_eq!(problem.code(), "locked");
}

#[test]
fn tours_begin_and_end_where_their_vehicles_do() {
    let calls = vec![request(1, 1, 2), request(2, 4, 5)];
    let at = [0.0, 10.0, 20.0, 1_000.0, 1_010.0, 1_020.0];
    let other = Vehicle { start: 3, end: Some(3), ..vehicle(2) };
    let instance = line(&at, calls.clone(), vec![vehicle(1), other.clone()]);
    let both = plan(&instance);
    assert_eq!((served_by(&both, &instance), both.distance), (vec![Some(1), Some(2)], 80));
    let open = [Vehicle { end: None, ..vehicle(1) }, Vehicle { end: None, ..other.clone() }];
    assert_eq!(plan(&line(&at, calls.clone(), open.to_vec())).distance, 40, "not driven home");
    let across = Vehicle { end: Some(3), ..vehicle(1) };
    assert_eq!(plan(&line(&at, calls, vec![across])).distance, 1_040, "from one to the other");
}

#[test]
fn nobody_is_away_before_or_after_the_shift() {
    let mut early = request(1, 1, 2);
    early.pickup.window = Window::hard(0, 105);
    let mut car = vehicle(1);
    car.shift = Window::hard(10, 300);
    let instance = line(&[0.0, 100.0, 150.0], vec![early.clone()], vec![car.clone()]);
    assert_eq!(plan(&instance).unserved.len(), 1, "from 10 it takes until 110");
    early.pickup.window = Window::hard(0, 110);
    let instance =
        |car: &Vehicle| line(&[0.0, 100.0, 150.0], vec![early.clone()], vec![car.clone()]);
    assert_eq!(plan(&instance(&car)).unserved.len(), 1, "it would be back at 310");
    car.shift.latest = 310;
    let planned = plan(&instance(&car));
    assert_eq!((planned.routes[0].start, planned.routes[0].end), (10, 310));
}

#[test]
fn overtime_is_dearer_than_distance_and_cheaper_than_a_person() {
    let mut car = vehicle(1);
    car.shift = Window { earliest: 0, due: 200, latest: 400 };
    let near = Vehicle { start: 3, end: Some(3), ..vehicle(2) };
    let mut instance = line(&[0.0, 100.0, 150.0, 400.0], vec![request(1, 1, 2)], vec![car, near]);
    instance.weights = Weights { distance: 1, time: 0, overtime: 0 };
    assert_eq!(served_by(&plan(&instance), &instance), [Some(1)], "300 against 600");
    instance.weights.overtime = 4;
    assert_eq!(served_by(&plan(&instance), &instance), [Some(2)], "100 over time cost 400 more");
    instance.vehicles.truncate(1);
    assert_eq!(plan(&instance).unserved, []);
}

#[test]
fn a_break_is_taken_in_its_window_with_nobody_aboard() {
    let mut car = vehicle(1);
    car.breaks = vec![Break { earliest: 100, latest: 200, lasts: 40, aboard: false }];
    let mut first = request(1, 1, 2);
    first.pickup.window = Window::hard(80, 90);
    let mut second = request(2, 2, 1);
    second.pickup.window = Window::hard(150, 400);
    let at = [0.0, 50.0, 120.0];
    let instance = line(&at, vec![first.clone(), second.clone()], vec![car.clone()]);
    let planned = plan(&instance);
    let pause = planned.routes[0].breaks[0];
    assert_eq!((planned.unserved.len(), pause.after), (0, 2), "between the two");
    assert!((100..=200).contains(&pause.begin) && pause.end == pause.begin + 40);
    assert!(planned.find(pickup(1)).is_some_and(|(_, stop)| stop.begin >= pause.end));
    // Somebody is aboard all through the window: only a break with people aboard would do.
    first.delivery.window = Window::hard(250, 260);
    first.pickup.window = Window::hard(50, 60);
    let busy = line(&at, vec![first.clone()], vec![car.clone()]);
    assert_eq!(plan(&busy).unserved.len(), 1);
    car.breaks[0].aboard = true;
    assert_eq!(plan(&line(&at, vec![first], vec![car.clone()])).unserved, []);
    // A tour that is over before the window ends owes no break.
    car.breaks[0] = Break { earliest: 100, latest: 300, lasts: 40, aboard: false };
    let mut short = request(3, 1, 2);
    short.pickup.window = Window::hard(0, 60);
    let early = plan(&line(&at, vec![short], vec![car]));
    assert_eq!((early.unserved.len(), early.routes[0].breaks.len()), (0, 0));
}

#[test]
fn a_tour_lasts_no_longer_than_it_may() {
    let mut first = request(1, 1, 2);
    first.pickup.window = Window::hard(100, 100);
    let mut second = request(2, 1, 2);
    second.pickup.window = Window::hard(600, 600);
    let mut car = vehicle(1);
    let at = [0.0, 50.0, 60.0];
    let calls = vec![first, second];
    car.max_duration = Some(619);
    assert_eq!(plan(&line(&at, calls.clone(), vec![car.clone()])).unserved.len(), 1);
    car.max_duration = Some(620);
    let long = plan(&line(&at, calls, vec![car]));
    assert_eq!(long.unserved.len(), 0);
    assert_eq!(long.routes[0].end - long.routes[0].start, 620, "leaves as late as it can");
}

#[test]
fn a_bound_on_the_time_aboard_makes_another_tour() {
    // On the way: 1, 2, 3, 4 in a row; without a bound one sweep out and back serves both.
    let mut long = request(1, 1, 4);
    long.pickup.service = 5;
    let short = request(2, 2, 3);
    let at = [0.0, 10.0, 40.0, 20.0, 50.0];
    let sweep = plan(&line(&at, vec![long.clone(), short.clone()], vec![vehicle(1)]));
    assert_eq!((sweep.distance, sweep.cost.excess_ride), (100, 0), "past 2 on the way home");
    let mut bound = request(1, 4, 1);
    bound.max_ride = 40;
    let mut other = request(2, 3, 2);
    other.max_ride = 19;
    let tight = plan(&line(&at, vec![bound, other], vec![vehicle(1)]));
    assert_eq!(tight.unserved.len(), 1, "20 metres take 20");
}

#[test]
fn costs_are_compared_in_their_order() {
    // Late by much against far: on time wins, whatever it costs.
    let mut due = request(1, 1, 2);
    due.pickup.window = Window { earliest: 0, due: 20, latest: 5_000 };
    let slow = Vehicle { shift: Window::hard(30, 10_000), ..vehicle(1) };
    let far = Vehicle { start: 3, end: Some(3), ..vehicle(2) };
    let mut instance = line(&[0.0, 10.0, 30.0, 30.0], vec![due], vec![slow, far]);
    let planned = plan(&instance);
    assert_eq!((served_by(&planned, &instance)[0], planned.cost.lateness), (Some(2), 0));
    // Alone, late is better than never.
    instance.vehicles.truncate(1);
    let planned = plan(&instance);
    assert_eq!((planned.unserved.len(), planned.cost.lateness), (0, 20));
    // The same work, so the person waits at home and not inside.
    let mut waits = request(2, 1, 2);
    waits.delivery.window = Window::hard(500, 600);
    let eased = plan(&line(&[0.0, 10.0, 30.0], vec![waits], vec![vehicle(1)]));
    assert_eq!(eased.cost.excess_ride, 0);
}

#[test]
fn the_checker_finds_what_is_spoilt() {
    type Spoil = fn(&mut Plan);
    let mut one = request(1, 1, 2);
    one.max_ride = 30;
    one.pickup.window = Window::hard(10, 50);
    let mut car = vehicle(1);
    car.max_duration = Some(100);
    let instance = line(&[0.0, 10.0, 30.0, 40.0], vec![one, request(2, 3, 2)], vec![car]);
    let good = plan(&instance);
    let table: [(&str, Spoil); 10] = [
        ("begins before it can be reached", |p| {
            let stop = &mut p.routes[0].stops[1];
            (stop.begin, stop.depart) = (stop.begin - 9, stop.depart - 9);
        }),
        ("outside the window", |p| {
            p.routes[0]
                .stops
                .iter_mut()
                .for_each(|s| (s.begin, s.depart) = (s.begin + 60, s.depart + 60));
        }),
        ("ride too long", |p| p.routes[0].stops.iter_mut().skip(1).for_each(|s| s.begin += 90)),
        ("a pickup without delivery", |p| p.routes[0].stops.truncate(1)),
        ("planned twice", |p| {
            let stop = p.routes[0].stops[0];
            p.routes[0].stops.push(stop);
        }),
        ("neither served once", |p| p.unserved.push((0, dispatch::plan::Reason::Taken))),
        ("unknown layout", |p| p.routes[0].layout = 7),
        ("the tour lasts too long", |p| p.routes[0].end += 500),
        ("distance is wrong", |p| p.routes[0].distance -= 1),
        ("unknown or used twice", |p| p.routes[0].vehicle = 9),
    ];
    for (what, spoil) in table {
        let mut bad = good.clone();
        spoil(&mut bad);
        let faults = check(&instance, &bad);
        assert!(faults.iter().any(|fault| fault.what.contains(what)), "{what}: {faults:?}");
    }
    let order = [pickup(0), pickup(1), delivery(1), delivery(0)];
    assert_eq!(earliest(&instance, 0, &order, &[], &[]), None, "60 aboard are not 30");
}
