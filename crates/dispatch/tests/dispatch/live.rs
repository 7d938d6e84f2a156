//! The live engine: promises, refusals, events, and days played again.

use dispatch::checker::check;
use dispatch::cordeau;
use dispatch::generate::{district, literature};
use dispatch::live::replay::{Day, Dispatcher, Outcome, as_day, read_day, replay};
use dispatch::live::{Consequence, Live, Rule, Settings, State};
use dispatch::problem::{Request, Vehicle, Weights, Window};
use dispatch::solve::Limit;
use dispatch::travel::Travel;
use proptest::prelude::*;

use crate::fixture::{self, request, vehicle};

fn live(at: &[f64], vehicles: Vec<Vehicle>) -> Live {
    let points = at.iter().map(|&x| (x, 0.0)).collect();
    let settings =
        Settings { promise_before: 10, promise_after: 10, threshold: 1, ..Settings::default() };
    let travel = Travel::Plane { points, scale: 1 };
    Live::new(vehicles, travel, Weights::default(), 1, settings).expect("good vehicles")
}

fn book(live: &mut Live, request: &Request) -> usize {
    let offer = live.offer(request).expect("a possible request").expect("room for it");
    live.accept(offer).expect("nothing has happened since")
}

fn refuse(live: &Live, request: &Request) -> Vec<&'static str> {
    let refusals = live.offer(request).expect("a possible request").expect_err("no room");
    refusals.iter().map(|refusal| refusal.rule.code()).collect()
}

#[test]
fn each_vehicle_names_the_first_rule_it_would_break() {
    type Spoil = fn(&mut Request, &mut Vehicle);
    let table: [(&str, Spoil); 8] = [
        ("pinned", |r, _| r.only = Some(Vec::new())),
        ("feature", |r, _| r.needs.push("icu".to_owned())),
        ("crew", |r, _| r.crew.extend([("nurse".to_owned(), 1)])),
        ("room", |r, _| r.load = [0, 0, 1, 0]),
        ("window", |r, _| r.pickup.window = Window::hard(0, 50)),
        ("ride", |r, _| r.max_ride = 30),
        ("shift", |_, v| v.shift = Window::hard(0, 250)),
        ("shift", |_, v| v.max_duration = Some(100)),
    ];
    for (code, spoil) in table {
        let (mut r, mut v) = (request(1, 1, 2), vehicle(1));
        spoil(&mut r, &mut v);
        assert_eq!(refuse(&live(&[0.0, 100.0, 140.0], vec![v]), &r), [code]);
    }
}

#[test]
fn room_and_promises_of_others_are_reasons_too() {
    let mut day = live(&[0.0, 100.0, 200.0, 500.0, -100.0], vec![vehicle(1)]);
    let mut first = request(1, 1, 2);
    first.pickup.window = Window::hard(100, 100);
    first.load = [0, 4, 0, 0];
    book(&mut day, &first);
    let mut same = first.clone();
    same.load = [0, 1, 0, 0];
    assert_eq!(refuse(&day, &same), ["room_taken"]);
    let mut away = request(3, 3, 2);
    away.pickup.window = Window::hard(90, 510);
    away.delivery.window = Window::hard(0, 820);
    assert!(day.offer(&away).expect("possible").is_ok(), "after the first there is time");
    away.pickup.window = Window::hard(90, 499);
    assert_eq!(refuse(&day, &away), ["window"], "nobody can drive 500 in 499");
    let mut across = request(4, 4, 2);
    across.pickup.window = Window::hard(100, 150);
    assert_eq!(refuse(&day, &across), ["others"]);
}

#[test]
fn a_breakdown_moves_people_and_says_who_is_late() {
    let mut day = live(&[0.0, 100.0, 200.0, 300.0], vec![vehicle(1), vehicle(2)]);
    let mut a = request(1, 1, 2);
    a.pickup.window = Window::hard(100, 400);
    let mut b = request(2, 3, 2);
    b.pickup.window = Window::hard(300, 900);
    let (first, second) = (book(&mut day, &a), book(&mut day, &b));
    let broken = day.vehicle_of(first).expect("planned");
    day.advance(105);
    assert!(matches!(day.calls()[first].state, State::Aboard { .. }), "{:?}", day.calls()[first]);
    let found = day.break_down(broken);
    let about_first = found.iter().any(|c| matches!(c, Consequence::Late { call: 0, .. }));
    assert!(about_first, "{found:?}");
    assert!(!found.contains(&Consequence::Lost { call: second }), "{found:?}");
    assert_eq!(refuse_one(&day, broken), Rule::OutOfService);
    let (_, plan) = day.finish();
    assert_eq!(plan.unserved, []);
}

fn refuse_one(day: &Live, vehicle: usize) -> Rule {
    let mut r = request(9, 1, 2);
    r.pickup.window = Window::hard(0, 1);
    let refusals = day.offer(&r).expect("possible").expect_err("too soon");
    refusals[vehicle].rule
}

#[test]
fn a_delay_is_absorbed_passed_on_or_reported() {
    let mut a = request(1, 1, 2);
    a.pickup.window = Window::hard(100, 150);
    let mut day = live(&[0.0, 100.0, 200.0], vec![vehicle(1), vehicle(2)]);
    book(&mut day, &a);
    let car = day.vehicle_of(0).expect("planned");
    assert_eq!(day.delay(car, 5), [], "there is slack");
    let moved = day.delay(car, 60);
    assert_eq!(moved, [Consequence::Moved { call: 0, vehicle: 1 - car }]);
    let mut alone = live(&[0.0, 100.0, 200.0], vec![vehicle(1)]);
    book(&mut alone, &a);
    let late = alone.delay(0, 90);
    let promised = alone.calls()[0].promise.expect("a promise").1;
    assert_eq!(late, [Consequence::Late { call: 0, by: 190 - promised }]);
}

#[test]
fn cancelled_calls_leave_room_and_people_aboard_cannot_cancel() {
    let mut day = live(&[0.0, 100.0, 200.0], vec![vehicle(1)]);
    let mut full = request(1, 1, 2);
    full.load = [0, 4, 0, 0];
    full.pickup.window = Window::hard(100, 100);
    let call = book(&mut day, &full);
    assert_eq!(refuse(&day, &full), ["room_taken"]);
    assert!(day.cancel(call));
    assert!(!day.cancel(call), "twice");
    let again = book(&mut day, &full);
    day.advance(150);
    assert!(!day.cancel(again), "aboard");
    let (instance, plan) = day.finish();
    assert_eq!(plan.unserved.len(), 1);
    assert_eq!(check(&instance, &plan), []);
}

#[test]
fn a_return_on_call_is_planned_when_the_call_comes() {
    let mut day = live(&[0.0, 100.0, 200.0], vec![vehicle(1)]);
    book(&mut day, &request(1, 1, 2));
    let back = day.on_call(request(2, 2, 1)).expect("registered");
    assert_eq!(day.vehicle_of(back), None);
    day.advance(1_000);
    let found = day.ready_for(back).expect("was waiting");
    assert!(!found.contains(&Consequence::Lost { call: back }), "{found:?}");
    assert_eq!(day.ready_for(back), None, "only once");
    let (_, plan) = day.finish();
    assert_eq!(plan.unserved, []);
}

#[test]
fn a_better_plan_below_the_threshold_is_left_alone() {
    let book_badly = |threshold| {
        let mut day = live(&[0.0, 100.0, 200.0, 101.0, 201.0], vec![vehicle(1), vehicle(2)]);
        let mut a = request(1, 1, 2);
        a.only = Some(vec![0]);
        let mut b = request(2, 3, 4);
        b.only = Some(vec![1]);
        book(&mut day, &a);
        book(&mut day, &b);
        let settings = Settings { threshold, move_cost: 0, ..Settings::default() };
        day.change(settings);
        day.release(0);
        day.release(1);
        day.reoptimise(Limit::Iterations(100))
    };
    assert!(book_badly(100), "one tour for both saves some 400");
    assert!(!book_badly(1_000));
}

fn play(day: &Day, who: Dispatcher) -> Outcome {
    let room_iterations = if who == Dispatcher::Greedy { 0 } else { 60 };
    let (before, threshold) = (900, if day.scale == 1 { 500 } else { day.scale });
    let wide = if day.scale == 1 { before } else { 2_000 * day.scale };
    let settings = Settings {
        promise_before: wide,
        promise_after: wide,
        threshold,
        move_cost: 0,
        room_iterations,
        seed: 1,
    };
    let outcome = replay(day, settings, who).expect("a good day");
    assert_eq!(check(&outcome.instance, &outcome.plan), [], "the day as it was driven");
    assert_eq!(outcome.served + outcome.refused, day.calls.len());
    outcome
}

/// People served by the engine and by the greedy dispatcher.
fn both(day: &Day) -> (usize, usize) {
    let ours = play(day, Dispatcher::Engine { iterations: 60 });
    (ours.served, play(day, Dispatcher::Greedy).served)
}

#[test]
fn full_days_serve_more_than_greedy() {
    let (mut ours, mut greedy, mut differ) = (0, 0, 0);
    for seed in 1..9 {
        let made = cordeau::read(&literature(40, 2, seed)).expect("made text");
        let mixed = district(40, 4, seed, seed % 2 == 0);
        let days = [as_day(&made, 60 * cordeau::SCALE), as_day(&mixed, 3_600)];
        for (one, other) in days.iter().map(both) {
            (ours, greedy) = (ours + one, greedy + other);
            differ += usize::from(one != other);
        }
    }
    assert!(differ > 5, "days that all dispatchers serve alike tell nothing: {differ}");
    assert!(ours > greedy, "{ours} against {greedy}");
}

#[test]
fn the_literatures_days_serve_at_least_as_many_as_greedy() {
    let (mut ours, mut greedy) = (0, 0);
    for name in ["a4-32", "pr01", "b6-60", "a8-64"] {
        let Some(text) = fixture::literature(&format!("dynamic/{name}.json")) else { return };
        let mut day = read_day(&text).expect("a day");
        let fleet = day.vehicles.len();
        let whole = both(&day);
        assert!(whole.0 >= whole.1, "{name}: {whole:?}");
        // With all vehicles everybody is served by anybody; with fewer of them they differ.
        for fewer in [fleet * 2 / 3, fleet / 2, fleet / 3] {
            day.vehicles.truncate(fewer.max(1));
            let (one, other) = both(&day);
            (ours, greedy) = (ours + one, greedy + other);
        }
    }
    assert!(ours > greedy, "{ours} against {greedy}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn insertion_never_breaks_a_promise(seed in 0_u64..10_000, hourly in any::<bool>()) {
        let instance = district(25, 4, seed, hourly);
        let day = as_day(&instance, 3_600);
        // The checker judges the driven day with the promises as hard windows.
        play(&day, Dispatcher::Engine { iterations: 20 });
    }
}
