//! Figures about the planner, as rows that say what was measured against what.
//!
//! The caller gives the clock (CPU seconds of the calling thread) and the literature's texts; the
//! other figures come from made instances. Programs of others are run by `bench/peers.py`, whose
//! lines [`beside`] makes into rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::command::{self, Budget, Solve};
use crate::cordeau;
use crate::generate::{district, literature};
use crate::live::Settings;
use crate::live::replay::{Day, Dispatcher, as_day, read_day, replay};
use crate::problem::Problem;
use crate::road::{RoadGraph, Roads, Segment};
use crate::solve::{Limit, Options, solve};
use crate::travel::great_circle_m;

/// One figure. `ratio` is ours against the peer or limit; larger is better.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub bench: &'static str,
    pub figure: String,
    pub value: f64,
    pub unit: &'static str,
    pub peer: String,
    pub peer_value: f64,
    pub ratio: f64,
    pub target: String,
}

/// The clock a bench is given: CPU seconds of the calling thread.
pub type Clock<'a> = &'a (dyn Fn() -> f64 + Sync);

fn limit(figure: String, value: f64, unit: &'static str, most: f64) -> Row {
    let ratio = most / value.max(1e-9);
    let (peer, target) = ("limit".to_owned(), format!("at most {most} {unit}"));
    Row { bench: "dispatch", figure, value, unit, peer, peer_value: most, ratio, target }
}

/// Most that the mean gap to the reference may be, in percent: on a and b instances, and on R.
const GAP_AB: f64 = 0.3;
const GAP_R: f64 = 1.5;

/// The gap to the reference of each literature instance `(name, text, reference)`, and the means
/// of the two families.
///
/// # Errors
/// A text that cannot be planned.
pub fn gaps(
    instances: &[(String, String, f64)],
    seconds: f64,
    clock: Clock,
) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    let mut gaps: [Vec<f64>; 2] = Default::default();
    for (name, text, reference) in instances {
        let options = Solve { budget: Budget::Seconds(seconds), ..Solve::default() };
        let answer = command::solve(text, &options, clock)?;
        let cost = answer["cost"].as_f64().unwrap_or(f64::NAN);
        let left = answer["unserved"].as_array().map_or(0, Vec::len);
        rows.push(Row {
            bench: "dispatch",
            figure: format!("{name}: cost after {seconds} s, {left} left out"),
            value: cost,
            unit: "distance",
            peer: "reference".to_owned(),
            peer_value: *reference,
            ratio: reference / cost,
            target: if name.starts_with('R') { "0.985" } else { "0.997" }.to_owned(),
        });
        gaps[usize::from(name.starts_with('R'))].push((cost / reference - 1.0) * 100.0);
    }
    for (gaps, name, most) in [(&gaps[0], "a and b", GAP_AB), (&gaps[1], "R", GAP_R)] {
        if !gaps.is_empty() {
            let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
            rows.push(limit(format!("mean gap, {} {name}", gaps.len()), mean, "%", most));
        }
    }
    Ok(rows)
}

/// People served by the engine and by a greedy dispatcher over days `(name, text)`, with the whole
/// fleet and with two thirds, a half and a third of it.
///
/// # Errors
/// A text that is no day.
pub fn days(texts: &[(String, String)]) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for (name, text) in texts {
        let whole = read_day(text)?;
        let fleet = whole.vehicles.len();
        for cars in [fleet, fleet * 2 / 3, fleet / 2, fleet / 3] {
            let cars = cars.max(1);
            let mut day = whole.clone();
            day.vehicles.truncate(cars);
            let wide = 2_000 * day.scale;
            let settings = Settings {
                promise_before: wide,
                promise_after: wide,
                threshold: day.scale,
                move_cost: 0,
                ..Settings::default()
            };
            let ours = replay(&day, settings, Dispatcher::Engine { iterations: 60 })?.served;
            let greedy = replay(&day, settings, Dispatcher::Greedy)?.served;
            rows.push(Row {
                bench: "dispatch",
                figure: format!("{name} live, {cars} vehicles, {} calls: served", day.calls.len()),
                value: ours as f64,
                unit: "people",
                peer: "greedy dispatcher".to_owned(),
                peer_value: greedy as f64,
                ratio: ours as f64 / greedy.max(1) as f64,
                target: "1.0 over all".to_owned(),
            });
        }
    }
    Ok(rows)
}

/// One line of `bench/peers.py`.
#[derive(Deserialize)]
struct Peer {
    instance: String,
    planner: String,
    #[serde(default)]
    cost: f64,
    #[serde(default)]
    served: usize,
    #[serde(default)]
    of: usize,
    #[serde(default)]
    feasible: bool,
    #[serde(default)]
    too_long: usize,
    failed: Option<String>,
    cpu_s: f64,
}

/// Rows of the comparison with other planners, from the lines of `bench/peers.py`. The ratio of
/// costs is given only where the other plan serves everybody and breaks no rule; it is 0 elsewhere.
///
/// # Errors
/// Lines of another form.
pub fn beside(lines: &str) -> Result<Vec<Row>, Problem> {
    let mut ours: BTreeMap<String, f64> = BTreeMap::new();
    let mut rows = Vec::new();
    for line in lines.lines().filter(|line| line.starts_with('{')) {
        let peer: Peer = serde_json::from_str(line).map_err(|e| Problem::Json(e.to_string()))?;
        if peer.planner == "ours" {
            ours.insert(peer.instance, peer.cost);
            continue;
        }
        let value = ours.get(&peer.instance).copied().unwrap_or(f64::NAN);
        let sound = peer.feasible && peer.served == peer.of && peer.of > 0;
        let what = match &peer.failed {
            Some(failed) => failed.clone(),
            None if peer.feasible => format!("{} of {} served", peer.served, peer.of),
            None => format!("tours break rules, {} people aboard too long", peer.too_long),
        };
        rows.push(Row {
            bench: "dispatch",
            figure: format!("{}: cost beside {what}, {} CPU s", peer.instance, peer.cpu_s),
            value,
            unit: "distance",
            peer: peer.planner,
            peer_value: peer.cost,
            ratio: if sound { peer.cost / value } else { 0.0 },
            target: "1.0".to_owned(),
        });
    }
    Ok(rows)
}

/// Time until the first plan of 144 requests stands.
///
/// # Errors
/// None in practice: the instance is made.
pub fn first_plan(clock: Clock) -> Result<Vec<Row>, Problem> {
    let instance = cordeau::read(&literature(144, 14, 1))?;
    let began = clock();
    let at = std::sync::Mutex::new(0.0);
    let note = || {
        if let Ok(mut at) = at.lock() {
            *at = clock() - began;
        }
    };
    solve(&instance, &Options::default(), Limit::Iterations(1), &note)?;
    let ms = at.into_inner().unwrap_or(0.0) * 1_000.0;
    Ok(vec![limit("first plan of 144 requests".to_owned(), ms, "ms", 10.0)])
}

/// CPU seconds to plan a day call by call, for growing days with ten requests a vehicle. The last
/// row holds the growth from the first size to the last against growth in proportion.
///
/// # Errors
/// None in practice: the days are made.
pub fn horizon(sizes: &[usize], clock: Clock) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    let mut ends = Vec::new();
    for &n in sizes {
        let day: Day = as_day(&district(n, n / 10, 3, false), 7_200);
        let settings = Settings { room_iterations: 0, ..Settings::default() };
        let began = clock();
        let outcome = replay(&day, settings, Dispatcher::Engine { iterations: 0 })?;
        let spent = clock() - began;
        ends.push((n as f64, spent));
        rows.push(Row {
            bench: "dispatch",
            figure: format!("{n} calls, {} vehicles, {} served", n / 10, outcome.served),
            value: spent,
            unit: "CPU s",
            peer: "calls a second".to_owned(),
            peer_value: n as f64 / spent.max(1e-9),
            ratio: 1.0,
            target: "near-linear".to_owned(),
        });
    }
    if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
        let growth = (last.1 / first.1) / (last.0 / first.0);
        rows.push(limit("growth against proportional".to_owned(), growth, "times", 2.0));
    }
    Ok(rows)
}

/// A table of 200 by 200 places on a made town of `side` x `side` crossings.
///
/// # Errors
/// None in practice: the town is made.
pub fn roads(side: usize, clock: Clock) -> Result<Vec<Row>, Problem> {
    let began = clock();
    let town = town(side);
    let graph = RoadGraph::build(&town)?;
    let built = clock() - began;
    let n = town.nodes.len();
    let points: Vec<(f64, f64)> = (0..200).map(|i| town.nodes[(i * 7_919 + 13) * 31 % n]).collect();
    let began = clock();
    let table = graph.table(&points);
    let spent = clock() - began;
    let bytes = graph.to_bytes();
    let began = clock();
    let again = RoadGraph::from_bytes(&bytes)?;
    let loaded = clock() - began;
    let same = again.len() == graph.len() && table.leg(0, 1).is_some();
    let figure = format!("200 x 200 table on {n} nodes{}", if same { "" } else { " (wrong)" });
    Ok(vec![
        limit(figure, spent, "CPU s", 0.5),
        limit(format!("preparing {n} nodes"), built, "CPU s", 60.0),
        limit(format!("loading the cache, {} MB", bytes.len() >> 20), loaded, "CPU s", 0.5),
    ])
}

/// A town of streets 100 m apart, every tenth one fast, some one-way, some missing.
fn town(side: usize) -> Roads {
    let step = 0.001;
    let node = |x: usize, y: usize| (y * side + x) as u32;
    let mut roads = Roads::default();
    for y in 0..side {
        for x in 0..side {
            roads.nodes.push((118.0 + x as f64 * step * 1.25, 36.0 + y as f64 * step));
        }
    }
    for y in 0..side {
        for x in 0..side {
            for (to_x, to_y, line) in [(x + 1, y, y), (x, y + 1, x)] {
                let odd = (x * 31 + y * 17) % 23 == 0;
                if to_x >= side || to_y >= side || (odd && line % 10 != 0) {
                    continue;
                }
                let (from, to) = (node(x, y), node(to_x, to_y));
                let metres = great_circle_m(roads.nodes[from as usize], roads.nodes[to as usize]);
                let speed = if line % 10 == 0 { 14.0 } else { 6.0 };
                let one_way = line % 10 == 3;
                let seconds = metres / speed;
                roads.segments.push(Segment { from, to, metres, seconds, one_way });
            }
        }
    }
    roads
}
