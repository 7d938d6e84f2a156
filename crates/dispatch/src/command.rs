//! What `baize dispatch` calls: texts and bytes in, JSON objects out.
//!
//! Files, flags, exit codes and clocks belong to the caller. `clock` gives the CPU seconds that
//! the calling thread has used so far; only differences count.
//!
//! `solve` answers
//! `{"cost", "routes": [{"vehicle", "stops", "times", "breaks", "start", "end", "layout"}],
//! "unserved", "reasons", "lateness", "excess_ride", "cpu_s", "first_plan_ms", "iterations"}`.
//! Stops are node numbers as in the literature: the pickup of the i-th of n requests is i, its
//! delivery n + i, counting from 1; `unserved` holds pickup numbers. `vehicle` is the vehicle's
//! id. Times are in the instance's written unit.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::plan::{Plan, PlannedRoute};
use crate::problem::{End, Instance, Problem, Time, Visit};
use crate::road::{RoadGraph, read_pbf};
use crate::solve::{Ideas, Limit, Options};
use crate::travel::Travel;
use crate::{cordeau, json};

/// How an instance is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Cordeau,
    Json,
}

/// How long to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Budget {
    /// CPU seconds in each thread.
    Seconds(f64),
    /// Iterations in each thread: repeats exactly.
    Iterations(u64),
}

/// The options of `dispatch solve`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Solve {
    /// Guessed from the text when left out: JSON begins with a brace.
    pub format: Option<Format>,
    pub budget: Budget,
    pub threads: usize,
    pub seed: u64,
    pub ideas: Ideas,
}

impl Default for Solve {
    fn default() -> Self {
        let (budget, ideas) = (Budget::Seconds(5.0), Ideas::default());
        Self { format: None, budget, threads: 1, seed: 1, ideas }
    }
}

/// Plans the instance in `text`.
///
/// # Errors
/// Bad input; [`error`] makes the JSON object of it.
pub fn solve(
    text: &str,
    options: &Solve,
    clock: &(dyn Fn() -> f64 + Sync),
) -> Result<Value, Problem> {
    let format = options.format.unwrap_or_else(|| {
        if text.trim_start().starts_with('{') { Format::Json } else { Format::Cordeau }
    });
    let instance = match format {
        Format::Cordeau => cordeau::read(text)?,
        Format::Json => json::read(text)?,
    };
    let began = clock();
    let main = std::thread::current().id();
    // A worker's clock starts with it, the calling thread's has been running.
    let used = || clock() - if std::thread::current().id() == main { began } else { 0.0 };
    let first = Mutex::new(0.0);
    let note = || {
        if let Ok(mut first) = first.lock() {
            *first = used();
        }
    };
    let search = Options { threads: options.threads, seed: options.seed, ideas: options.ideas };
    let share;
    let limit = match options.budget {
        Budget::Iterations(count) => Limit::Iterations(count),
        Budget::Seconds(seconds) if seconds.is_finite() && seconds > 0.0 => {
            share = move || used() / seconds;
            Limit::Share(&share)
        }
        Budget::Seconds(_) => {
            return Err(Problem::Negative { what: "seconds".to_owned() });
        }
    };
    let (plan, effort) = crate::solve::solve(&instance, &search, limit, &note)?;
    let spent = used();
    // No plan leaves here that the independent judge has not seen.
    if let Some(fault) = crate::checker::check(&instance, &plan).first() {
        return Err(Problem::Faulty(fault.to_string()));
    }
    let mut answer = answer(&instance, &plan);
    answer["cpu_s"] = json!(spent);
    answer["first_plan_ms"] = json!(first.into_inner().unwrap_or(0.0) * 1_000.0);
    answer["iterations"] = json!(effort.iterations);
    Ok(answer)
}

/// A plan as the JSON object of `dispatch solve`, without the figures of the run.
pub fn answer(instance: &Instance, plan: &Plan) -> Value {
    let pickup = |r: usize| r + 1;
    let routes: Vec<Value> = plan.routes.iter().map(|route| tour(instance, route)).collect();
    let unserved: Vec<usize> = plan.unserved.iter().map(|(r, _)| pickup(*r)).collect();
    let reasons: serde_json::Map<String, Value> = plan
        .unserved
        .iter()
        .map(|(r, reason)| (pickup(*r).to_string(), json!(reason.code())))
        .collect();
    json!({
        "cost": cost(instance, plan),
        "routes": routes,
        "unserved": unserved,
        "reasons": reasons,
        "lateness": written(instance, plan.cost.lateness),
        "excess_ride": written(instance, plan.cost.excess_ride),
    })
}

fn tour(instance: &Instance, route: &PlannedRoute) -> Value {
    let n = instance.requests.len();
    let node = |visit: Visit| visit.request + 1 + if visit.end == End::Delivery { n } else { 0 };
    let stops: Vec<usize> = route.stops.iter().map(|stop| node(stop.visit)).collect();
    let times: Vec<Value> = route.stops.iter().map(|stop| written(instance, stop.begin)).collect();
    let breaks: Vec<Value> = route
        .breaks
        .iter()
        .map(|pause| {
            let (begin, end) = (written(instance, pause.begin), written(instance, pause.end));
            json!({"after": pause.after, "begin": begin, "end": end})
        })
        .collect();
    json!({
        "vehicle": instance.vehicles[route.vehicle].id,
        "stops": stops,
        "times": times,
        "breaks": breaks,
        "start": written(instance, route.start),
        "end": written(instance, route.end),
        "layout": route.layout,
    })
}

/// The cost in the written unit. In the plane it is taken from the points themselves, free of the
/// rounding of legs.
fn cost(instance: &Instance, plan: &Plan) -> f64 {
    let Travel::Plane { points, .. } = &instance.travel else {
        return plan.cost.work as f64 / instance.scale as f64;
    };
    let rounded = plan.distance * instance.weights.distance;
    let mut length = 0.0;
    for route in &plan.routes {
        let vehicle = &instance.vehicles[route.vehicle];
        let stops = route.stops.iter().map(|stop| {
            let request = &instance.requests[stop.visit.request];
            match stop.visit.end {
                End::Pickup => request.pickup.place,
                End::Delivery => request.delivery.place,
            }
        });
        let places: Vec<usize> =
            std::iter::once(vehicle.start).chain(stops).chain(vehicle.end).collect();
        for leg in places.windows(2) {
            let (a, b) = (points[leg[0]], points[leg[1]]);
            length += (a.0 - b.0).hypot(a.1 - b.1);
        }
    }
    let rest = (plan.cost.work - rounded) as f64 / instance.scale as f64;
    length * instance.weights.distance as f64 + rest
}

fn written(instance: &Instance, time: Time) -> Value {
    if instance.scale == 1 { json!(time) } else { json!(time as f64 / instance.scale as f64) }
}

/// The table between points over the roads in `.pbf` bytes, or over a graph that
/// [`RoadGraph::to_bytes`] wrote.
///
/// `points` is text: one `longitude latitude` a line, or JSON `[[longitude, latitude], ...]`.
/// Answers `{"points", "nodes", "time_s": [[..]], "distance_m": [[..]], "unreachable"}`; a hole is
/// `null`.
///
/// # Errors
/// Bytes or points that cannot be read.
pub fn matrix(roads: &[u8], points: &str) -> Result<Value, Problem> {
    let points = read_points(points)?;
    let graph = road_graph(roads)?;
    let table = graph.table(&points);
    let mut holes = 0;
    let (mut times, mut distances) = (Vec::new(), Vec::new());
    for a in 0..points.len() {
        let legs: Vec<Option<(i64, i64)>> = (0..points.len()).map(|b| table.leg(a, b)).collect();
        holes += legs.iter().filter(|leg| leg.is_none()).count();
        times.push(legs.iter().map(|leg| json!(leg.map(|l| l.0))).collect::<Vec<_>>());
        distances.push(legs.iter().map(|leg| json!(leg.map(|l| l.1))).collect::<Vec<_>>());
    }
    Ok(json!({
        "points": points.len(),
        "nodes": graph.len(),
        "time_s": times,
        "distance_m": distances,
        "unreachable": holes,
    }))
}

/// A road graph from `.pbf` bytes or from a cache.
///
/// # Errors
/// Bytes that are neither.
pub fn road_graph(bytes: &[u8]) -> Result<RoadGraph, Problem> {
    if bytes.starts_with(b"BZROAD") {
        return RoadGraph::from_bytes(bytes);
    }
    RoadGraph::build(&read_pbf(bytes)?)
}

/// Most points of one table.
const MOST_POINTS: usize = 5_000;

fn read_points(text: &str) -> Result<Vec<(f64, f64)>, Problem> {
    let points: Vec<(f64, f64)> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|e| Problem::Json(e.to_string()))?
    } else {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(i, line)| read_point(i + 1, line)).collect::<Result<_, _>>()?
    };
    if points.len() > MOST_POINTS {
        return Err(Problem::TooLarge { what: "points".to_owned() });
    }
    for point in &points {
        if !(point.0.abs() <= 180.0 && point.1.abs() <= 90.0) {
            let why = "longitude and latitude in degrees expected".to_owned();
            return Err(Problem::Text { line: 1, why });
        }
    }
    Ok(points)
}

fn read_point(line: usize, text: &str) -> Result<(f64, f64), Problem> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',').filter(|w| !w.is_empty());
    let numbers: Result<Vec<f64>, _> = words.map(str::parse).collect();
    match numbers.as_deref() {
        Ok(&[lon, lat]) if lon.is_finite() && lat.is_finite() => Ok((lon, lat)),
        _ => Err(Problem::Text { line, why: "longitude and latitude expected".to_owned() }),
    }
}

/// A problem as a JSON object.
pub fn error(problem: &Problem) -> Value {
    json!({"error": problem.code(), "message": problem.to_string()})
}
