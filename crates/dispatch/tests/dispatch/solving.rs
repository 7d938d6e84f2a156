//! Whole solves: fixed costs, repeatable runs, every plan re-checked.

use dispatch::checker::check;
use dispatch::generate::{district, literature};
use dispatch::plan::Plan;
use dispatch::problem::Instance;
use dispatch::solve::{Limit, Options, solve};
use dispatch::{cordeau, json};

use crate::fixture;

fn plan(instance: &Instance, iterations: u64, threads: usize) -> Plan {
    let options = Options { threads, seed: 1, ..Options::default() };
    let result = solve(instance, &options, Limit::Iterations(iterations), &|| ());
    let (plan, effort) = result.expect("a good instance");
    assert_eq!(check(instance, &plan), [], "the checker disagrees");
    assert_eq!(effort.iterations, iterations * threads as u64);
    plan
}

#[test]
fn three_instances_at_fixed_cost() {
    let table = [
        (literature(24, 3, 11), 1, 356_844_803),
        (literature(48, 5, 12), 1, 656_156_524),
        (literature(32, 4, 13), 2, 472_536_940),
    ];
    let (mut seen, mut expected) = (Vec::new(), Vec::new());
    for (text, threads, driven) in &table {
        let instance = cordeau::read(text).expect("made text");
        let plan = plan(&instance, 2_000, *threads);
        seen.push((plan.unserved.len(), plan.distance));
        expected.push((0, *driven));
    }
    assert_eq!(seen, expected);
}

#[test]
fn threads_and_seeds_repeat_exactly() {
    let instance = cordeau::read(&literature(20, 3, 5)).expect("made text");
    assert_eq!(plan(&instance, 1_200, 3), plan(&instance, 1_200, 3));
}

#[test]
fn a_mixed_day_keeps_every_rule() {
    for (n, m, seed, hourly) in [(30, 6, 1, false), (40, 8, 2, false), (25, 5, 3, true)] {
        let instance = district(n, m, seed, hourly);
        let plan = plan(&instance, 150, 1);
        assert!(plan.unserved.len() <= n / 5, "{} of {n} left out", plan.unserved.len());
    }
}

#[test]
fn a_plan_too_large_to_search_as_a_whole() {
    let instance = cordeau::read(&literature(640, 70, 7)).expect("made text");
    let limit = Limit::Iterations(60);
    let (plan, _) = solve(&instance, &Options::default(), limit, &|| ()).expect("good");
    assert_eq!(check(&instance, &plan), []);
    assert!(plan.unserved.len() < 64, "{} of 640 left out", plan.unserved.len());
}

#[test]
fn an_empty_day_ends_at_once() {
    let instance = cordeau::read("1 0 480 3 30\n0 0 0 0 0 0 480\n").expect("a depot");
    let never = || 0.0;
    let result = solve(&instance, &Options::default(), Limit::Share(&never), &|| ());
    assert_eq!(result.expect("nothing to do").0, Plan::default());
}

#[test]
fn the_literature_near_its_references() {
    for (name, reference) in [("a2-16", 294.25), ("b2-16", 309.41), ("a3-24", 344.83)] {
        let Some(text) = fixture::literature(&format!("{name}.txt")) else { return };
        let plan = plan(&cordeau::read(&text).expect("a literature file"), 2_000, 1);
        let cost = plan.distance as f64 / cordeau::SCALE as f64;
        assert!(
            cost < reference * 1.005 && cost > reference - 0.01,
            "{name}: {cost} against {reference}"
        );
    }
}

#[test]
fn json_says_the_same_as_values() {
    let text = r#"{
      "places": [[0, 0], [10, 0], [30, 0]],
      "travel": {"kind": "plane"},
      "requests": [{"id": 7, "pickup": {"place": 1, "service": 5}, "delivery": {"place": 2},
                    "load": {"stretcher": 1, "staff": 1}, "max_ride": 25}],
      "vehicles": [{"start": 0, "end": 0, "layouts": [{"seat": 2}, {"stretcher": 1, "staff": 1}]}]
    }"#;
    let instance = json::read(text).expect("good text");
    let plan = plan(&instance, 10, 1);
    assert_eq!((plan.distance, plan.routes[0].layout), (60, 1));
}

#[test]
fn lines_about_other_planners_become_rows() {
    let of = |planner: &str, rest: &str| {
        format!("{{\"instance\":\"R4a\",\"planner\":\"{planner}\",\"cpu_s\":30.0,{rest}}}\n")
    };
    let all = "\"served\":48,\"of\":48";
    let lines = [
        of("ours", &format!("\"cost\":570.0,\"feasible\":true,{all}")),
        of("ortools", &format!("\"cost\":627.0,\"feasible\":true,{all}")),
        of("vroom", &format!("\"cost\":540.0,\"feasible\":false,\"too_long\":7,{all}")),
        of("pyvrp", "\"failed\":\"ImportError: no module\""),
    ];
    let rows = dispatch::bench::beside(&lines.concat()).expect("good lines");
    let seen: Vec<(&str, f64)> =
        rows.iter().map(|row| (row.peer.as_str(), (row.ratio * 100.0).round())).collect();
    assert_eq!(seen, [("ortools", 110.0), ("vroom", 0.0), ("pyvrp", 0.0)]);
    assert!(rows[1].figure.contains("7 people aboard too long"), "{}", rows[1].figure);
    let json = serde_json::to_value(&rows[0]).expect("plain values");
    let keys: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
    let mut known =
        ["bench", "figure", "value", "unit", "peer", "peer_value", "ratio", "target"].to_vec();
    known.sort_unstable();
    assert_eq!(keys, known);
    assert!(dispatch::bench::beside("{}").is_err());
}
