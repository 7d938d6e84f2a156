//! Small instances for the stories, and the literature's when `BAIZE_DARP` names their folder.

use std::collections::{BTreeMap, BTreeSet};

use dispatch::problem::{Instance, Request, Stop, Vehicle, Weights, Window};
use dispatch::travel::Travel;

/// A request between two places with open windows; the stories change what they are about.
pub fn request(id: i64, from: usize, to: usize) -> Request {
    let stop = |place| Stop { place, service: 0, window: Window::hard(0, 10_000) };
    Request {
        id,
        pickup: stop(from),
        delivery: stop(to),
        max_ride: 10_000,
        load: [0, 1, 0, 0],
        alone: false,
        needs: Vec::new(),
        crew: BTreeMap::new(),
        priority: 0,
        only: None,
    }
}

/// A vehicle with four seats at place 0, on duty from 0 to 10,000.
pub fn vehicle(id: i64) -> Vehicle {
    Vehicle {
        id,
        start: 0,
        end: Some(0),
        shift: Window::hard(0, 10_000),
        max_duration: None,
        breaks: Vec::new(),
        layouts: vec![[0, 4, 0, 0]],
        features: BTreeSet::new(),
        crew: BTreeMap::new(),
        locked: Vec::new(),
    }
}

/// Places on a line at these positions; one unit of distance takes one of time.
pub fn line(at: &[f64], requests: Vec<Request>, vehicles: Vec<Vehicle>) -> Instance {
    let points = at.iter().map(|&x| (x, 0.0)).collect();
    let travel = Travel::Plane { points, scale: 1 };
    Instance { requests, vehicles, travel, weights: Weights::default(), scale: 1 }
}

/// Text of a literature file, if the folder is there.
pub fn literature(name: &str) -> Option<String> {
    let folder = std::env::var("BAIZE_DARP").ok()?;
    std::fs::read_to_string(format!("{folder}/{name}")).ok()
}
