//! Instances made from a seed: the same seed gives the same instance on every machine.
//!
//! `literature` follows the recipe of Cordeau 2006 (half of the requests have a tight window at
//! the delivery, half at the pickup); `district` is a day of patient transfers with every rule of
//! the model in use. Made data, no real people or places.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::problem::{Break, Instance, Request, Stop, Time, Vehicle, Weights, Window};
use crate::search::rng::Rng;
use crate::travel::Travel;

/// A text in the literature's format with `n` requests and `m` vehicles.
pub fn literature(n: usize, m: usize, seed: u64) -> String {
    let mut rng = Rng::new(seed, 77);
    let mut text = format!("{m} {n} 480 3 30\n0 0.000 0.000 0 0 0 480\n");
    let at = |rng: &mut Rng| ((rng.unit() * 20_000.0).round() / 1_000.0) - 10.0;
    let mut deliveries = String::new();
    for i in 1..=n {
        let (ax, ay, bx, by) = (at(&mut rng), at(&mut rng), at(&mut rng), at(&mut rng));
        let open = 60 + rng.below(375);
        let (from, to) = if i <= n / 2 {
            ("0 480".to_owned(), format!("{open} {}", open + 15))
        } else {
            (format!("{open} {}", open + 15), "0 480".to_owned())
        };
        let _ = writeln!(text, "{i} {ax:.3} {ay:.3} 3 1 {from}");
        let _ = writeln!(deliveries, "{} {bx:.3} {by:.3} 3 -1 {to}", i + n);
    }
    text + &deliveries
}

/// A day in a district 20 km wide, in seconds and metres: mixed vehicles and people, equipment,
/// crews, breaks, soft windows. `hourly` adds rush hours.
pub fn district(n: usize, m: usize, seed: u64, hourly: bool) -> Instance {
    let mut rng = Rng::new(seed, 78);
    let depots = 2 + m / 20;
    let mut points: Vec<(f64, f64)> = (0..depots).map(|_| point(&mut rng)).collect();
    let mut requests = Vec::with_capacity(n);
    for i in 0..n {
        points.push(point(&mut rng));
        points.push(point(&mut rng));
        requests.push(journey(&mut rng, i, depots + 2 * i));
    }
    let vehicles = (0..m).map(|v| car(&mut rng, v, depots)).collect();
    let mut factor = [1_000; 24];
    (factor[7], factor[8], factor[17], factor[18]) = (1_400, 1_600, 1_500, 1_300);
    let profile = if hourly { crate::travel::Profile::new(factor, 3_600).ok() } else { None };
    let travel = Travel::Globe { points, detour_milli: 1_300, metres_per_s: 10.0, profile };
    let weights = Weights { distance: 1, time: 1, overtime: 5 };
    Instance { requests, vehicles, travel, weights, scale: 1 }
}

fn point(rng: &mut Rng) -> (f64, f64) {
    (118.0 + rng.unit() * 0.22, 36.7 + rng.unit() * 0.18)
}

fn journey(rng: &mut Rng, i: usize, place: usize) -> Request {
    let open = 25_200 + rng.below(32_400) as Time;
    let wide = Window::hard(0, 86_400);
    let tight = Window { earliest: open, due: open + 900, latest: open + 1_500 };
    let outbound = rng.below(2) == 0;
    let stop = |place: usize, tight_here: bool| Stop {
        place,
        service: 180,
        window: if tight_here { tight } else { wide },
    };
    let load = match rng.below(10) {
        0..4 => [0, 1, 0, 0],
        4..6 => [1, 1, 0, 0],
        6..8 => [0, 0, 1, 0],
        8 => [1, 0, 1, 0],
        _ => [0, 0, 0, 1],
    };
    let oxygen = load[2] > 0 && rng.below(3) == 0;
    let crew = if oxygen { BTreeMap::from([("nurse".to_owned(), 1)]) } else { BTreeMap::new() };
    Request {
        id: i as i64 + 1,
        pickup: stop(place, !outbound),
        delivery: stop(place + 1, outbound),
        max_ride: 2_700 + rng.below(1_800) as Time,
        load,
        alone: rng.below(25) == 0,
        needs: if oxygen { vec!["oxygen".to_owned()] } else { Vec::new() },
        crew,
        priority: rng.below(2) as u8,
        only: None,
    }
}

fn car(rng: &mut Rng, v: usize, depots: usize) -> Vehicle {
    let start = rng.below(depots);
    let early = v.is_multiple_of(2);
    let from = if early { 21_600 } else { 28_800 };
    let fitted = v.is_multiple_of(3);
    let layouts =
        if fitted { vec![[2, 1, 1, 0], [2, 3, 0, 0]] } else { vec![[1, 3, 0, 1], [1, 1, 1, 1]] };
    let noon = 39_600 + 1_800 * (v % 3) as Time;
    let features = if fitted { BTreeSet::from(["oxygen".to_owned()]) } else { BTreeSet::new() };
    Vehicle {
        id: v as i64 + 1,
        start,
        end: (v % 5 != 4).then_some(start),
        shift: Window { earliest: from, due: from + 32_400, latest: from + 39_600 },
        max_duration: Some(36_000),
        breaks: vec![Break { earliest: noon, latest: noon + 7_200, lasts: 1_800, aboard: false }],
        layouts,
        features,
        crew: if fitted { BTreeMap::from([("nurse".to_owned(), 1)]) } else { BTreeMap::new() },
        locked: Vec::new(),
    }
}
