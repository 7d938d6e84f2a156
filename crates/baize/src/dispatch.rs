//! `baize dispatch` and `baize bench`: files and flags around the planning engine.

use std::path::Path;

use dispatch::bench::{self, Row};
use dispatch::command::{self, Solve};
use dispatch::problem::Problem;
use serde_json::Value;
use server::clock::thread_cpu_s;

/// What a planning command answers: one JSON object, and whether it is the answer asked for.
pub struct Answered {
    pub json: Value,
    pub well: bool,
}

impl From<Result<Value, Problem>> for Answered {
    fn from(result: Result<Value, Problem>) -> Answered {
        match result {
            Ok(json) => Answered { json, well: true },
            Err(problem) => Answered { json: command::error(&problem), well: false },
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::Json(format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// Plans an instance file.
pub fn solve(instance: &Path, options: &Solve) -> Answered {
    text(instance).and_then(|text| command::solve(&text, options, &thread_cpu_s)).into()
}

/// The table of times and distances between points over a road file.
pub fn matrix(pbf: &Path, points: &Path) -> Answered {
    let table = || {
        let roads = std::fs::read(pbf).map_err(|error| unreadable(pbf, &error))?;
        command::matrix(&roads, &text(points)?)
    };
    table().into()
}

/// Calls of the largest day that the rolling horizon is measured on.
const HORIZON_SIZES: [usize; 4] = [500, 1_000, 2_000, 5_000];
/// Road nodes on one side of the synthetic town.
const TOWN_SIDE: usize = 300;
/// CPU seconds for each instance of the literature.
const GAP_SECONDS: f64 = 30.0;

/// The benches there are, by name; `literature` names the folder of instances with its
/// `reference.tsv`, without which their gaps are left out.
///
/// # Errors
/// When an instance of the literature cannot be read.
pub fn rows(name: Option<&str>, literature: Option<&Path>) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    if name.is_some_and(|name| name != "dispatch") {
        return Ok(rows);
    }
    rows.extend(bench::first_plan(&thread_cpu_s)?);
    rows.extend(bench::roads(TOWN_SIDE, &thread_cpu_s)?);
    rows.extend(bench::horizon(&HORIZON_SIZES, &thread_cpu_s)?);
    if let Some(folder) = literature {
        rows.extend(bench::gaps(&instances(folder)?, GAP_SECONDS, &thread_cpu_s)?);
    }
    Ok(rows)
}

/// Name, text and reference cost of each instance of the literature.
fn instances(folder: &Path) -> Result<Vec<(String, String, f64)>, Problem> {
    let mut found = Vec::new();
    for line in text(&folder.join("reference.tsv"))?.lines() {
        let mut words = line.split('\t');
        let (Some(name), Some(Ok(reference))) = (words.next(), words.next().map(str::parse)) else {
            continue;
        };
        found.push((name.to_owned(), text(&folder.join(format!("{name}.txt")))?, reference));
    }
    Ok(found)
}
