//! The planning commands: a file in, one JSON object out, the same for the same seed.

use std::path::{Path, PathBuf};

use ::dispatch::command::{Budget, Solve};
use baize::dispatch::{Answered, matrix, solve};

/// Two riders, one vehicle, in the form of the literature.
const SMALL: &str = "1 2 480 3 30\n0 0 0 0 0 0 480\n1 1 0 1 1 0 480\n2 0 1 1 1 0 480\n\
    3 2 0 1 -1 0 480\n4 0 2 1 -1 0 480\n5 0 0 0 0 0 480\n";

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("baize-{}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn planned(path: &Path) -> Answered {
    solve(path, &Solve { budget: Budget::Iterations(50), ..Solve::default() })
}

#[test]
fn a_plan_serves_both_and_repeats_exactly() {
    let path = file("small.txt", SMALL);
    let (one, two) = (planned(&path), planned(&path));
    assert!(one.well, "{}", one.json);
    assert_eq!(one.json["unserved"], serde_json::json!([]));
    assert_eq!(one.json["routes"], two.json["routes"]);
    assert_eq!(one.json["cost"], two.json["cost"]);
    let mut stops: Vec<i64> = one.json["routes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|route| route["stops"].as_array().unwrap())
        .map(|stop| stop.as_i64().unwrap())
        .collect();
    stops.sort_unstable();
    assert_eq!(stops, [1, 2, 3, 4], "every pickup and delivery once");
    assert!(one.json["cpu_s"].is_number() && one.json["first_plan_ms"].is_number());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_cannot_be_read_is_a_problem_not_a_plan() {
    let bad = file("bad.txt", "not an instance");
    for answered in [planned(&bad), planned(Path::new("no such file")), matrix(&bad, &bad)] {
        assert!(!answered.well);
        assert!(answered.json.get("error").is_some(), "{}", answered.json);
    }
    std::fs::remove_file(bad).unwrap();
}
