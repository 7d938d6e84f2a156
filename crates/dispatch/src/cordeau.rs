//! The literature's text format for dial-a-ride (Cordeau and Laporte 2003; Cordeau 2006).
//!
//! First line: vehicles, nodes (n or 2n, not trusted), longest tour, capacity, longest ride. Then
//! `id x y service load earliest latest`: the depot, pickups 1..n, deliveries n+1..2n, in some
//! files the depot once more. Windows bound the beginning of service.

use std::collections::{BTreeMap, BTreeSet};

use crate::problem::{
    Instance, MOST_REQUESTS, Problem, Request, Stop, Time, Vehicle, Weights, Window,
};
use crate::travel::Travel;

/// Fine units in one written unit.
pub const SCALE: i64 = 1_000_000;

/// Reads an instance.
///
/// # Errors
/// A line that is no row of numbers, a pickup without its delivery, numbers out of range.
pub fn read(text: &str) -> Result<Instance, Problem> {
    // Before anything is read: a file of millions of lines costs no more than counting them.
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    if lines > 2 * MOST_REQUESTS + 3 {
        return Err(Problem::TooManyRequests((lines - 2) / 2));
    }
    let mut rows: Vec<(usize, Vec<f64>)> = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            rows.push((i + 1, numbers(i + 1, line)?));
        }
    }
    let Some((first, nodes)) = rows.split_first() else {
        return Err(Problem::Text { line: 1, why: "the file is empty".to_owned() });
    };
    let [vehicles, _, longest, capacity, ride] = *first.1.as_slice() else {
        let why = "vehicles, nodes, longest tour, capacity and longest ride expected";
        return Err(Problem::Text { line: first.0, why: why.to_owned() });
    };
    let header = [vehicles, longest, capacity, ride];
    if header.iter().any(|&x| x < 0.0) {
        return Err(Problem::Negative { what: "first line".to_owned() });
    }
    if vehicles > 1e6 || capacity > 1_000.0 {
        return Err(Problem::TooLarge { what: "first line".to_owned() });
    }
    let mut list = Vec::with_capacity(nodes.len());
    for (line, row) in nodes {
        list.push(Node::read(*line, row)?);
    }
    if list.len() > 2 && list.len() % 2 == 0 {
        let last = list.pop();
        if last.is_some_and(|node| node.load != 0) {
            let pickup = i64::try_from(list.len().div_ceil(2)).unwrap_or(0);
            return Err(Problem::Unpaired { pickup });
        }
    }
    if list.is_empty() || list.len() % 2 == 0 {
        return Err(Problem::Unpaired { pickup: 1 });
    }
    let (longest, ride) = (fine("longest tour", longest)?, fine("longest ride", ride)?);
    build(&list, vehicles as usize, capacity as u16, longest, ride)
}

struct Node {
    id: i64,
    at: (f64, f64),
    service: Time,
    load: i64,
    window: Window,
}

impl Node {
    fn read(line: usize, row: &[f64]) -> Result<Self, Problem> {
        let [id, x, y, service, load, earliest, latest] = *row else {
            let why = "id, x, y, service, load, earliest and latest expected".to_owned();
            return Err(Problem::Text { line, why });
        };
        let what = format!("line {line}");
        if [service, earliest, latest].iter().any(|&t| t < 0.0) {
            return Err(Problem::Negative { what });
        }
        if earliest > latest {
            return Err(Problem::EmptyWindow { what });
        }
        if load.abs() > 1_000.0 || id.abs() > 1e15 {
            return Err(Problem::TooLarge { what });
        }
        let window = Window::hard(fine(&what, earliest)?, fine(&what, latest)?);
        let service = fine(&what, service)?;
        Ok(Self { id: id as i64, at: (x, y), service, load: load as i64, window })
    }
}

fn build(
    list: &[Node],
    vehicles: usize,
    capacity: u16,
    longest: Time,
    ride: Time,
) -> Result<Instance, Problem> {
    let n = (list.len() - 1) / 2;
    let mut requests = Vec::with_capacity(n);
    for i in 1..=n {
        let (from, to) = (&list[i], &list[i + n]);
        if from.load <= 0 || from.load != -to.load {
            return Err(Problem::Unpaired { pickup: from.id });
        }
        let stop =
            |place: usize, node: &Node| Stop { place, service: node.service, window: node.window };
        requests.push(Request {
            id: from.id,
            pickup: stop(i, from),
            delivery: stop(i + n, to),
            max_ride: ride,
            load: [0, from.load as u16, 0, 0],
            alone: false,
            needs: Vec::new(),
            crew: BTreeMap::new(),
            priority: 0,
            only: None,
        });
    }
    let depot = list[0].window;
    let vehicle = |v: usize| Vehicle {
        id: v as i64 + 1,
        start: 0,
        end: Some(0),
        shift: depot,
        max_duration: Some(longest),
        breaks: Vec::new(),
        layouts: vec![[0, capacity, 0, 0]],
        features: BTreeSet::new(),
        crew: BTreeMap::new(),
        locked: Vec::new(),
    };
    let points = list.iter().map(|node| node.at).collect();
    let instance = Instance {
        requests,
        vehicles: (0..vehicles.min(1 << 20)).map(vehicle).collect(),
        travel: Travel::Plane { points, scale: SCALE },
        weights: Weights::default(),
        scale: SCALE,
    };
    instance.check()?;
    instance.travel.check()?;
    Ok(instance)
}

fn numbers(line: usize, text: &str) -> Result<Vec<f64>, Problem> {
    let read = |word: &str| {
        let value: f64 = word.parse().map_err(|_| {
            let word: String = word.chars().take(20).collect();
            Problem::Text { line, why: format!("`{word}` is not a number") }
        })?;
        if value.is_finite() {
            return Ok(value);
        }
        Err(Problem::NotANumber { what: format!("line {line}") })
    };
    text.split_whitespace().map(read).collect()
}

fn fine(what: &str, value: f64) -> Result<Time, Problem> {
    let fine = (value * SCALE as f64).round();
    if !(0.0..=1e12).contains(&fine) {
        return Err(Problem::TooLarge { what: what.to_owned() });
    }
    Ok(fine as Time)
}
