//! Bad input becomes a sentence with a code, never a plan that breaks a rule.

use dispatch::checker::check;
use dispatch::command::{self, Budget, Solve};
use dispatch::live::{Live, Settings};
use dispatch::problem::{Instance, Problem, Request, Vehicle, Visit, Window};
use dispatch::solve::{Limit, Options, solve};
use dispatch::travel::Travel;
use dispatch::{cordeau, json};

use crate::fixture::{line, request, vehicle};

#[test]
fn literature_texts_that_are_refused() {
    let depot = "0 0 0 0 0 0 480\n";
    let table = [
        ("", "text", "line 1: the file is empty"),
        (
            "1 2 480 3",
            "text",
            "line 1: vehicles, nodes, longest tour, capacity and longest ride expected",
        ),
        ("1 2 480 3 x", "text", "line 1: `x` is not a number"),
        ("1 2 NaN 3 30", "not_a_number", "line 1: not a number"),
        ("1 2 480 3 inf", "not_a_number", "line 1: not a number"),
        ("1 2 480 -3 30", "negative", "first line: a time or an amount is negative"),
        ("1 2 1e300 3 30\nD", "too_large", "longest tour: the number is too large to plan with"),
        ("0 2 480 3 30\nD", "no_vehicles", "there are no vehicles"),
        (
            "1 2 480 3 30\nD1 1 1 3 1 0 480\n",
            "unpaired",
            "request 1: its delivery is missing or does not belong to it",
        ),
        (
            "1 2 480 3 30\nD1 1 1 3 1 0 480\n2 2 2 3 -2 0 480\n",
            "unpaired",
            "request 1: its delivery is missing or does not belong to it",
        ),
        (
            "1 2 480 3 30\nD1 1 1 3 1 0 480\n2 2 2 3 1 0 480\n",
            "unpaired",
            "request 1: its delivery is missing or does not belong to it",
        ),
        (
            "1 2 480 3 30\nD1 1 1 -3 1 0 480\n2 2 2 3 -1 0 480\n",
            "negative",
            "line 3: a time or an amount is negative",
        ),
        (
            "1 2 480 3 30\nD1 1 1 3 1 50 40\n2 2 2 3 -1 0 480\n",
            "empty_window",
            "line 3: the window ends before it begins",
        ),
        (
            "1 2 480 3 30\nD1 1e9 1 3 1 0 40\n2 2 2 3 -1 0 480\n",
            "too_large",
            "points: the number is too large to plan with",
        ),
        ("1e9 2 480 3 30\nD", "too_large", "first line: the number is too large to plan with"),
    ];
    for (text, code, sentence) in table {
        let problem = cordeau::read(&text.replace('D', depot)).expect_err(text);
        assert_eq!((problem.code(), problem.to_string().as_str()), (code, sentence), "{text}");
    }
}

#[test]
fn json_texts_that_are_refused() {
    let table = [
        ("nonsense", "json", "expected ident"),
        (
            r#"{"travel":{"kind":"plane"},"requests":[],"vehicles":[]}"#,
            "no_vehicles",
            "no vehicles",
        ),
        (
            r#"{"travel":{"kind":"plane"},"requests":[{"delivery":{"place":0},
"load":{"seat":1}}],"vehicles":[]}"#,
            "json",
            "missing field `pickup`",
        ),
        (
            r#"{"travel":{"kind":"plane"},"requests":[{"pickup":{"place":0},
"delivery":{"place":0},"load":{"sofa":1}}],"vehicles":[]}"#,
            "json",
            "`sofa` is none of staff, seat, stretcher, wheelchair",
        ),
        (
            r#"{"travel":{"kind":"table","rows":[[[0,0],[5,5]],[[0,0]]]},"requests":[],
"vehicles":[]}"#,
            "json",
            "the matrix has 2 rows but 1 entries in row 1",
        ),
        (
            r#"{"travel":{"kind":"table","rows":[[[0,-4]]]},"requests":[],"vehicles":[]}"#,
            "negative",
            "matrix, leg 0 to 0",
        ),
        (
            r#"{"travel":{"kind":"plane"},"places":[[0,0]],"requests":[],
"vehicles":[{"start":3,"layouts":[{}]}]}"#,
            "unknown_place",
            "there is no place number 3",
        ),
        (
            r#"{"travel":{"kind":"globe","speed_mps":0},"places":[[0,0]],"requests":[],
"vehicles":[{"start":0,"layouts":[{}]}]}"#,
            "json",
            "out of range",
        ),
        (
            r#"{"travel":{"kind":"globe","hours":[0]},"places":[[0,0]],"requests":[],
"vehicles":[]}"#,
            "json",
            "hour profile",
        ),
    ];
    for (text, code, part) in table {
        let problem = json::read(text).expect_err(text);
        assert_eq!(problem.code(), code, "{text}: {problem}");
        assert!(problem.to_string().contains(part), "{text}: {problem}");
    }
}

#[test]
fn values_that_are_refused() {
    type Spoil = fn(&mut Request, &mut Vehicle);
    let table: [(&str, Spoil); 12] = [
        ("negative", |r, _| r.pickup.service = -1),
        ("negative", |r, _| r.max_ride = -1),
        ("too_large", |r, _| r.max_ride = i64::MAX),
        ("empty_window", |r, _| r.delivery.window = Window { earliest: 9, due: 3, latest: 10 }),
        ("empty_load", |r, _| r.load = [0; 4]),
        ("priority", |r, _| r.priority = 9),
        ("unknown_vehicle", |r, _| r.only = Some(vec![4])),
        ("unknown_place", |r, _| r.delivery.place = 99),
        ("no_layout", |_, v| v.layouts.clear()),
        ("negative", |_, v| v.max_duration = Some(-5)),
        ("empty_window", |_, v| v.shift = Window::hard(10, 5)),
        ("locked", |_, v| {
            v.locked = vec![Visit { request: 0, end: dispatch::problem::End::Delivery }]
        }),
    ];
    for (code, spoil) in table {
        let (mut r, mut v) = (request(1, 1, 2), vehicle(1));
        spoil(&mut r, &mut v);
        let instance = line(&[0.0, 10.0, 20.0], vec![r], vec![v]);
        let limit = Limit::Iterations(5);
        let problem = solve(&instance, &Options::default(), limit, &|| ()).expect_err(code);
        assert_eq!(problem.code(), code);
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let mut instance = line(&[0.0, f64::NAN, 20.0], vec![request(1, 1, 2)], vec![vehicle(1)]);
    let globe = |metres_per_s, point| Travel::Globe {
        points: vec![(118.0, 36.0), (118.1, 36.0), point],
        detour_milli: 1_300,
        metres_per_s,
        profile: None,
    };
    let refused = |instance: &Instance| {
        let result = solve(instance, &Options::default(), Limit::Iterations(1), &|| ());
        result.expect_err("no number").code()
    };
    assert_eq!(refused(&instance), "not_a_number");
    instance.travel = globe(9.0, (f64::INFINITY, 36.0));
    assert_eq!(refused(&instance), "not_a_number");
    instance.travel = globe(f64::NAN, (118.2, 36.0));
    assert_eq!(refused(&instance), "json");
    let text = "1 2 480 3 30\n0 0 0 0 0 0 480\n1 1 1 3 1 0 480\n2 2 2 3 -1 0 480\n";
    for seconds in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        let options = Solve { budget: Budget::Seconds(seconds), ..Solve::default() };
        let problem = command::solve(text, &options, &|| 0.0).expect_err("no time");
        assert_eq!(problem.code(), "negative", "{seconds}");
    }
}

#[test]
fn a_day_under_way_refuses_the_impossible_and_goes_on() {
    type Spoil = fn(&mut Request);
    let table: [(&str, Spoil); 5] = [
        ("negative", |r| r.pickup.window.earliest = -1),
        ("empty_window", |r| r.pickup.window = Window { earliest: 9, due: 3, latest: 10 }),
        ("empty_load", |r| r.load = [0; 4]),
        ("unknown_place", |r| r.pickup.place = 99),
        ("too_large", |r| r.max_ride = i64::MAX),
    ];
    let good = line(&[0.0, 10.0, 20.0], Vec::new(), vec![vehicle(1)]);
    let mut live =
        Live::new(good.vehicles, good.travel, good.weights, 1, Settings::default()).expect("good");
    for (code, spoil) in table {
        let mut bad = request(1, 1, 2);
        spoil(&mut bad);
        assert_eq!(live.offer(&bad).expect_err(code).code(), code);
        assert_eq!(live.offers(&bad).expect_err(code).code(), code);
        assert_eq!(live.on_call(bad).expect_err(code).code(), code);
    }
    assert!(live.calls().is_empty());
    let offer = live.offer(&request(2, 1, 2)).expect("possible").expect("free");
    assert_eq!(live.accept(offer), Some(0));
}

#[test]
fn a_file_of_a_million_requests_is_counted_and_refused() {
    let text =
        "1 9 480 3 30\n0 0 0 0 0 0 480\n".to_owned() + &"1 1 1 3 1 0 480\n".repeat(2_000_000);
    let problem = cordeau::read(&text).expect_err("too many");
    assert_eq!(problem, Problem::TooManyRequests(1_000_000));
}

#[test]
fn a_million_requests_are_refused_and_not_tried() {
    let many = vec![request(1, 1, 2); 1_000_000];
    let instance = line(&[0.0, 10.0, 20.0], many, vec![vehicle(1)]);
    let problem = solve(&instance, &Options::default(), Limit::Iterations(1), &|| ());
    assert_eq!(problem.expect_err("too many").code(), "too_many_requests");
}

#[test]
fn what_fits_nowhere_is_left_out_with_its_reason() {
    type Spoil = fn(&mut Request);
    let table: [(&str, Spoil); 6] = [
        ("feature", |r| r.needs.push("icu".to_owned())),
        ("room", |r| r.load = [0, 0, 1, 0]),
        ("crew", |r| r.crew.extend([("doctor".to_owned(), 1)])),
        ("window", |r| r.max_ride = 3),
        ("window", |r| r.pickup.window = Window::hard(0, 4)),
        ("pinned", |r| r.only = Some(Vec::new())),
    ];
    for (code, spoil) in table {
        let (good, mut bad) = (request(1, 1, 2), request(2, 1, 2));
        spoil(&mut bad);
        let instance = line(&[0.0, 10.0, 20.0], vec![good, bad], vec![vehicle(1)]);
        assert_eq!(left(&instance), [(1, code)]);
    }
}

#[test]
fn a_hole_in_the_table_is_unreachable() {
    let text = r#"{"travel":{"kind":"table","rows":[[[0,0],[5,50],null],[[5,50],[0,0],null],
      [null,null,[0,0]]]}, "vehicles":[{"start":0,"end":0,"layouts":[{"seat":1}]}],
      "requests":[{"pickup":{"place":1},"delivery":{"place":0},"load":{"seat":1}},
                  {"pickup":{"place":1},"delivery":{"place":2},"load":{"seat":1}}]}"#;
    let instance = json::read(text).expect("good text");
    assert_eq!(left(&instance), [(1, "unreachable")]);
}

#[test]
fn two_who_need_the_same_vehicle_at_the_same_time() {
    let mut first = request(1, 1, 2);
    first.pickup.window = Window::hard(0, 10);
    first.alone = true;
    let mut second = first.clone();
    second.priority = 3;
    let instance = line(&[0.0, 10.0, 20.0], vec![first, second], vec![vehicle(1)]);
    assert_eq!(left(&instance), [(0, "taken")], "the one of lower priority");
}

fn left(instance: &Instance) -> Vec<(usize, &'static str)> {
    let limit = Limit::Iterations(50);
    let (plan, _) = solve(instance, &Options::default(), limit, &|| ()).expect("plannable");
    assert_eq!(check(instance, &plan), []);
    plan.unserved.iter().map(|(r, reason)| (*r, reason.code())).collect()
}
