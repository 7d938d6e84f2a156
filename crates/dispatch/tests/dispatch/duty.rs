//! A day kept as plain values, and what vehicles report.

use dispatch::checker::check;
use dispatch::generate::district;
use dispatch::live::replay::as_day;
use dispatch::live::{Call, Consequence, Duty, Live, Rule, Saved, Settings, Standing, State};
use dispatch::plan::PlannedStop;
use dispatch::problem::{Break, End, Request, Vehicle, Visit, Weights, Window};
use dispatch::solve::Limit;
use dispatch::travel::{Matrix, Travel};

use crate::fixture::{request, vehicle};

const SETTINGS: Settings = Settings {
    promise_before: 10,
    promise_after: 10,
    threshold: 1,
    move_cost: 0,
    room_iterations: 50,
    seed: 1,
};

fn roads(at: &[f64]) -> Travel {
    Travel::Plane { points: at.iter().map(|&x| (x, 0.0)).collect(), scale: 1 }
}

fn restored(saved: Saved, at: &[f64]) -> (Live, Vec<Consequence>) {
    Live::restore(saved, roads(at), Weights::default(), 1, SETTINGS).expect("what was kept")
}

fn live(at: &[f64], vehicles: Vec<Vehicle>) -> Live {
    Live::new(vehicles, roads(at), Weights::default(), 1, SETTINGS).expect("good vehicles")
}

fn book(live: &mut Live, request: &Request) -> usize {
    let offer = live.offer(request).expect("a possible request").expect("room for it");
    live.accept(offer).expect("nothing has happened since")
}

fn pickup(request: usize) -> Visit {
    Visit { request, end: End::Pickup }
}

fn delivery(request: usize) -> Visit {
    Visit { request, end: End::Delivery }
}

/// Kept as text and made again, as a server does between two requests.
fn again(live: &Live, travel: &Travel, weights: Weights, settings: Settings) -> Live {
    let text = serde_json::to_string(&live.saved()).expect("plain values");
    let saved: Saved = serde_json::from_str(&text).expect("the same values");
    assert_eq!(saved, live.saved());
    let (again, trouble) =
        Live::restore(saved, travel.clone(), weights, 1, settings).expect("what was kept");
    assert_eq!(trouble, [], "at {}", live.now());
    let orders = |live: &Live| -> Vec<Vec<Visit>> {
        (0..live.vehicles()).map(|v| live.stops(v).iter().map(|s| s.visit).collect()).collect()
    };
    assert_eq!(orders(&again), orders(live));
    again
}

#[test]
fn a_day_restored_after_every_call_keeps_every_promise() {
    for (seed, hourly) in (1..9).map(|seed| (seed, seed % 3 == 0)) {
        let day = as_day(&district(40, 6, seed, hourly), 3_600);
        let settings = Settings { room_iterations: 20, ..Settings::default() };
        let (vehicles, travel) = (day.vehicles.clone(), day.travel.clone());
        let mut live = Live::new(vehicles, travel, day.weights, 1, settings).expect("good");
        let mut served = 0;
        for (at, request) in &day.calls {
            live.advance(*at);
            live = again(&live, &day.travel, day.weights, settings);
            if let Ok(offer) = live.offer(request).expect("possible") {
                served += usize::from(live.accept(offer).is_some());
            }
            live.reoptimise(Limit::Iterations(10));
        }
        let (instance, plan) = live.finish();
        assert_eq!(check(&instance, &plan), [], "seed {seed}");
        assert_eq!(plan.unserved, []);
        assert!(served >= 30, "{served} of 40");
    }
}

#[test]
fn what_contradicts_itself_is_refused_with_a_sentence() {
    type Spoil = fn(&mut Saved);
    let table: [(&str, &str, Spoil); 9] = [
        ("kept", "a stop twice", |s| s.vehicles[0].plan.push(delivery(0))),
        ("kept", "state does not allow", |s| s.vehicles[0].plan.insert(0, pickup(0))),
        ("kept", "state does not allow", |s| s.vehicles[0].plan.retain(|x| *x != pickup(1))),
        ("kept", "state does not allow", |s| s.calls[1].state = State::Cancelled),
        ("kept", "does not drive", |s| {
            s.vehicles[0].plan.clear();
            s.vehicles[0].duty = Duty::Out;
        }),
        ("kept", "out of service", |s| s.vehicles[0].ended = Some(5)),
        ("kept", "not among them", |s| s.vehicles[0].plan.push(pickup(9))),
        ("unknown_place", "no place number 77", |s| s.vehicles[0].place = 77),
        ("negative", "vehicle 1", |s| s.vehicles[0].free = -4),
    ];
    for (code, part, spoil) in table {
        let mut saved = aboard_and_planned();
        spoil(&mut saved);
        let result = Live::restore(saved, roads(&[0.0; 5]), Weights::default(), 1, SETTINGS);
        let problem = result.expect_err(part);
        assert_eq!(problem.code(), code, "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
    }
}

/// Call 0 aboard vehicle 0, call 1 planned there.
fn aboard_and_planned() -> Saved {
    let stop = PlannedStop { visit: pickup(0), begin: 100, depart: 100 };
    let first = Standing {
        place: 1,
        free: 100,
        began: Some(0),
        done: vec![stop],
        plan: vec![delivery(0), pickup(1), delivery(1)],
        ..Standing::fresh(vehicle(1))
    };
    Saved {
        now: 110,
        vehicles: vec![first, Standing::fresh(vehicle(2))],
        calls: vec![
            Call::aboard(request(1, 1, 2), 0, 100, None),
            Call::promised(request(2, 3, 4), (300, 400)),
        ],
    }
}

#[test]
fn holes_in_what_was_kept_are_filled() {
    let at = [0.0, 100.0, 200.0, 300.0, 400.0];
    let mut saved = aboard_and_planned();
    saved.vehicles[0].plan.clear();
    let (live, found) = restored(saved.clone(), &at);
    let planned = |v: usize| live.stops(v).iter().map(|stop| stop.visit).collect::<Vec<_>>();
    assert!(planned(0).contains(&delivery(0)), "who is aboard gets out");
    assert_eq!(live.vehicle_of(1), Some(0), "the way goes past it");
    assert_eq!(found, [Consequence::Moved { call: 1, vehicle: 0 }]);
    // Two hours later nothing has moved: everybody is late, nobody is forgotten.
    saved.now = 7_300;
    saved.calls[0].request.delivery.window = Window::hard(0, 500);
    let (live, found) = restored(saved, &at);
    let late = |call, by| Consequence::Late { call, by };
    assert_eq!(found, [late(0, 6_900), late(1, 7_100)], "from place 1, to place 2 and on");
    let (_, plan) = live.finish();
    assert_eq!(plan.unserved, []);
}

#[test]
fn nothing_happens_until_it_is_reported() {
    let at = [0.0, 100.0, 200.0, 300.0];
    let mut day = live(&at, vec![vehicle(1)]);
    let mut asked = request(1, 1, 2);
    asked.pickup.window = Window::hard(100, 200);
    let call = book(&mut day, &asked);
    let (begin, until) = (day.stops(0)[0].begin, day.calls()[call].promise.expect("promised").1);
    assert_eq!(day.left(0, begin - 100), Some(vec![]));
    assert_eq!(day.wait(begin - 40), []);
    assert_eq!(day.calls()[call].state, State::Planned);
    // Sixty metres back, half a minute before it is due there.
    let here = day.add_place((40.0, 0.0)).expect("a point");
    assert_eq!(day.report(0, here, begin - 50), Some(vec![]), "ten late is within the promise");
    assert_eq!(day.stops(0)[0].begin, begin + 10);
    let back = day.add_place((0.0, 0.0)).expect("a point");
    let found = day.report(0, back, begin).expect("it drives");
    assert_eq!(found, [Consequence::Late { call, by: begin + 100 - until }]);
    assert_eq!(day.report(0, 99, begin), None, "no such place");
    assert_eq!(day.happened(0, delivery(call), 300, 300), None, "not before the pickup");
    assert_eq!(day.wait(begin + 130).len(), 1, "and it grows later");
    assert_eq!(day.happened(0, pickup(call), begin + 120, begin + 125), Some(vec![]));
    assert_eq!(day.calls()[call].state, State::Aboard { vehicle: 0, since: begin + 125 });
    assert_eq!(day.happened(0, pickup(call), 400, 400), None, "only once");
    day.wait(begin + 230);
    assert_eq!(day.happened(0, delivery(call), begin + 226, begin + 230), Some(vec![]));
    assert_eq!(day.calls()[call].state, State::Done);
}

#[test]
fn a_crew_may_serve_in_another_order_than_planned() {
    let mut day = live(&[0.0, 100.0, 110.0, 300.0], vec![vehicle(1)]);
    let (a, b) = (request(1, 1, 3), request(2, 2, 3));
    let (first, second) = (book(&mut day, &a), book(&mut day, &b));
    day.wait(5_000);
    let planned: Vec<Visit> = day.stops(0).iter().map(|stop| stop.visit).collect();
    let other = if planned[0] == pickup(first) { second } else { first };
    assert_eq!(day.happened(0, pickup(other), 5_000, 5_010).map(|found| found.len()), Some(0));
    assert!(matches!(day.calls()[other].state, State::Aboard { .. }));
    let (_, plan) = day.finish();
    assert_eq!(plan.unserved, []);
}

#[test]
fn a_break_taken_is_a_break_no_longer_owed() {
    let mut car = vehicle(1);
    car.breaks = vec![Break { earliest: 100, latest: 600, lasts: 50, aboard: false }];
    let mut day = live(&[0.0, 100.0, 200.0], vec![car]);
    let mut asked = request(1, 1, 2);
    asked.pickup.window = Window::hard(590, 2_000);
    asked.delivery.window = Window::hard(0, 2_200);
    book(&mut day, &asked);
    assert_eq!(day.breaks(0).len(), 1);
    day.wait(300);
    assert_eq!(day.rested(0, 200, 250), Some(vec![]));
    assert_eq!(day.breaks(0).len(), 0);
    assert_eq!(day.saved().vehicles[0].rests.len(), 1);
    assert_eq!(day.saved().vehicles[0].vehicle.breaks.len(), 1, "the shift's breaks stay known");
    let (instance, plan) = day.finish();
    assert_eq!(check(&instance, &plan), []);
}

#[test]
fn a_break_that_can_no_longer_be_taken_is_named() {
    let mut car = vehicle(1);
    car.breaks = vec![Break { earliest: 300, latest: 400, lasts: 50, aboard: false }];
    let mut day = live(&[0.0, 100.0, 200.0], vec![car]);
    let mut asked = request(1, 1, 2);
    asked.pickup.window = Window::hard(100, 120);
    let call = book(&mut day, &asked);
    day.advance(130);
    assert!(matches!(day.calls()[call].state, State::Aboard { .. }));
    assert_eq!(day.delay(0, 500), [Consequence::BreakMissed { vehicle: 0 }]);
    assert_eq!(day.breaks(0), []);
}

#[test]
fn an_overrun_shift_is_no_longer_one_for_new_calls() {
    let mut car = vehicle(1);
    car.shift = Window::hard(0, 500);
    let at = [0.0, 100.0, 200.0, 300.0];
    let mut day = live(&at, vec![car]);
    let mut asked = request(1, 1, 2);
    asked.pickup.window = Window::hard(100, 120);
    book(&mut day, &asked);
    day.advance(130);
    let found = day.delay(0, 300);
    assert_eq!(found, [Consequence::Overtime { vehicle: 0, by: 200 }], "home at 700");
    assert!(day.offer(&request(2, 2, 1)).expect("possible").is_ok(), "on the way home");
    let detour = request(2, 2, 3);
    let refusals = day.offer(&detour).expect("possible").expect_err("after the shift");
    assert_eq!(refusals[0].rule, Rule::Shift);
    // The same after a restart, and the longest tour counts like the shift.
    let (day, found) = restored(day.saved(), &at);
    assert_eq!(found, []);
    assert!(day.offer(&detour).expect("possible").is_err());
    let mut car = vehicle(1);
    car.max_duration = Some(450);
    let mut day = live(&at, vec![car]);
    book(&mut day, &asked);
    day.advance(130);
    let found = day.delay(0, 300);
    assert!(matches!(found[..], [Consequence::Overtime { .. }]), "{found:?}");
    assert!(day.stops(0)[0].begin >= 430, "timed, not forgotten");
}

#[test]
fn vehicles_come_and_go() {
    let at = [0.0, 100.0, 200.0, 300.0, 400.0];
    let mut day = live(&at, vec![vehicle(1)]);
    let mut near = request(1, 1, 2);
    near.pickup.window = Window::hard(100, 150);
    let mut later = request(2, 3, 4);
    later.pickup.window = Window::hard(900, 1_000);
    let (first, second) = (book(&mut day, &near), book(&mut day, &later));
    day.advance(120);
    let two = day.join(vehicle(2)).expect("a good vehicle");
    assert_eq!(
        day.join(Vehicle { start: 99, ..vehicle(3) }).expect_err("no place").code(),
        "unknown_place"
    );
    let found = day.retire(0);
    assert_eq!(found, [Consequence::Moved { call: second, vehicle: two }]);
    assert_eq!(day.vehicle_of(first), Some(0), "who is aboard is brought home");
    assert_eq!(
        day.offers(&request(3, 1, 2)).expect("possible")[0].as_ref().expect_err("leaving").rule,
        Rule::OutOfService
    );
    assert_eq!(day.retire(0), [], "once is enough");
    day.advance(400);
    assert!(day.saved().vehicles[0].ended.is_some(), "and then its tour ends");
    assert!(day.resume(0, 1, 400) && !day.resume(0, 99, 400));
    let mut soon = request(4, 1, 2);
    soon.pickup.window = Window::hard(400, 450);
    assert_eq!(day.offer(&soon).expect("possible").expect("it is there").vehicle, 0);
    let (instance, plan) = day.finish();
    assert_eq!(check(&instance, &plan), []);
    assert_eq!(plan.unserved, []);
}

#[test]
fn a_fleet_of_none_refuses_with_a_code_until_one_joins() {
    let mut day = live(&[0.0, 100.0, 200.0], Vec::new());
    let asked = request(1, 1, 2);
    assert_eq!(day.offer(&asked).expect_err("nobody").code(), "no_vehicles");
    assert_eq!(day.offers(&asked).expect_err("nobody").code(), "no_vehicles");
    day.join(vehicle(1)).expect("a good vehicle");
    book(&mut day, &asked);
}

#[test]
fn a_promise_talked_over_is_booked_as_it_was_made() {
    let at = [0.0, 100.0, 200.0, 300.0];
    let mut day = live(&at, vec![vehicle(1), vehicle(2)]);
    let asked = request(1, 1, 2);
    let answers = day.offers(&asked).expect("possible");
    let offer = answers.into_iter().nth(1).expect("two vehicles").expect("free");
    day.wait(3);
    let call = day.book(&asked, Some(1), offer.promise).expect("possible").expect("still free");
    assert_eq!(day.vehicle_of(call), Some(1));
    assert_eq!(day.calls()[call].promise, Some(offer.promise));
    assert_eq!(day.calls()[call].request.only, None, "bound for this answer only");
    assert!(day.pin(call, 1) && !day.pin(call, 0), "now it is bound");
    let refusals = day.book(&asked, Some(0), (0, 20)).expect("possible").expect_err("too soon");
    assert_eq!(refusals[0].rule, Rule::Window);
    assert_eq!(refusals[1].rule.code(), "pinned");
}

#[test]
fn a_table_grows_by_legs() {
    let rows = vec![vec![Some((0, 0)), Some((10, 100))], vec![Some((10, 100)), Some((0, 0))]];
    let table = Travel::Table(Matrix::from_rows(&rows).expect("a table"));
    let mut day =
        Live::new(vec![vehicle(1)], table, Weights::default(), 1, SETTINGS).expect("good");
    assert_eq!(day.add_place((1.0, 1.0)), None, "a table knows no points");
    assert!(day.add_place_by_legs(&[Some((5, 50))], &[]).is_err());
    let place = day.add_place_by_legs(&[Some((5, 50)), None], &[Some((6, 60)), Some((7, 70))]);
    let place = place.expect("two legs each way");
    let unreachable = day.offer(&request(1, place, 1)).expect("possible").expect_err("a hole");
    assert_eq!(unreachable[0].rule.code(), "unreachable");
    book(&mut day, &request(2, 1, place));
}
