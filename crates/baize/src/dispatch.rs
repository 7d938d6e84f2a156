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

/// Instances on which other planners are run too: small and large ones of each family.
const BESIDE: [&str; 10] =
    ["a4-32", "a6-48", "a8-64", "b4-48", "b6-60", "b8-80", "R2a", "R4a", "R6a", "R8a"];

/// The other planners' script, for a Python that has their packages.
const PEERS: &str = include_str!("../../dispatch/bench/peers.py");

/// The benches there are, by name; `literature` names the folder of instances with its
/// `reference.tsv`, without which their gaps are left out. `BAIZE_PEERS` names a Python with
/// `ortools`, `pyvroom` and `pyvrp`; they are run beside ours if it is set.
///
/// # Errors
/// When an instance of the literature cannot be read, or the other planners cannot be run.
pub fn rows(name: Option<&str>, literature: Option<&Path>) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    if name.is_some_and(|name| name != "dispatch") {
        return Ok(rows);
    }
    rows.extend(bench::first_plan(&thread_cpu_s)?);
    rows.extend(bench::roads(TOWN_SIDE, &thread_cpu_s)?);
    rows.extend(bench::horizon(&HORIZON_SIZES, &thread_cpu_s)?);
    if let Some(folder) = literature {
        rows.extend(bench::days(&days(&folder.join("dynamic"))?)?);
        rows.extend(bench::gaps(&instances(folder)?, GAP_SECONDS, &thread_cpu_s)?);
        if let Some(python) = std::env::var_os("BAIZE_PEERS") {
            rows.extend(bench::beside(&beside(Path::new(&python), folder)?)?);
        }
    }
    Ok(rows)
}

/// What `peers.py` prints about ours and the others.
fn beside(python: &Path, folder: &Path) -> Result<String, Problem> {
    let ours = std::env::current_exe().map_err(|error| unreadable(Path::new("baize"), &error))?;
    let output = std::process::Command::new(python)
        .args(["-c", PEERS, "--seconds", &GAP_SECONDS.to_string(), "--ours"])
        .arg(ours)
        .arg("--darp")
        .arg(folder)
        .args(BESIDE)
        .output()
        .map_err(|error| unreadable(python, &error))?;
    if !output.status.success() {
        return Err(Problem::Json(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Name and text of each dynamic day, in the order of names.
fn days(folder: &Path) -> Result<Vec<(String, String)>, Problem> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if let Some(name) =
            path.file_stem().filter(|_| path.extension().is_some_and(|e| e == "json"))
        {
            found.push((name.to_string_lossy().into_owned(), text(&path)?));
        }
    }
    found.sort();
    Ok(found)
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
