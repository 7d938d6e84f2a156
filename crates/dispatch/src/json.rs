//! Instances as JSON text. Times are whole seconds, distances metres.
//!
//! ```json
//! {
//!   "places": [[118.05, 36.81], [118.09, 36.80], [118.02, 36.84]],
//!   "travel": {"kind": "globe", "detour": 1.35, "speed_mps": 9.0, "hours": [1.0, 1.0]},
//!   "requests": [{
//!     "id": 7, "max_ride": 2400, "load": {"stretcher": 1, "staff": 1},
//!     "pickup":   {"place": 1, "service": 300, "window": [28800, 32400]},
//!     "delivery": {"place": 2, "service": 300, "window": [28800, 36000, 37800]},
//!     "alone": false, "needs": ["oxygen"], "crew": {"nurse": 1}, "priority": 1, "only": [0]
//!   }],
//!   "vehicles": [{
//!     "id": 1, "start": 0, "end": 0, "shift": [25200, 61200, 64800], "max_duration": 36000,
//!     "breaks": [{"window": [39600, 46800], "lasts": 1800, "aboard": false}],
//!     "layouts": [{"staff": 1, "seat": 1, "stretcher": 1}, {"seat": 4}],
//!     "features": ["oxygen"], "crew": {"nurse": 1}, "locked": [["pickup", 0]]
//!   }],
//!   "weights": {"distance": 1, "time": 0, "overtime": 0}
//! }
//! ```
//!
//! `travel.kind` is `globe` (points are longitude, latitude; `hours` are up to 24 factors by hour
//! of day, the rest 1.0), `plane` (points in metres, one metre a second) or `table` (`rows` of
//! `[seconds, metres]` or `null` for no way; `places` left out; `hours` allowed). A window is
//! `[earliest, latest]` or `[earliest, due, latest]`: after `due` counts as late. Everything but
//! places, requests, vehicles, `load`, `pickup`, `delivery`, `start` and `layouts` may be left out.
//! `only` and `locked` count vehicles and requests from 0.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::problem::{
    Amount, Break, End, Instance, MOST_REQUESTS, Problem, RESOURCES, Request, Stop, Time, Vehicle,
    Visit, Weights, Window,
};
use crate::travel::{Matrix, Profile, Travel};

/// Two days: the window of whoever names none.
const OPEN: Time = 172_800;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    places: Vec<(f64, f64)>,
    travel: Legs,
    requests: Vec<Asked>,
    vehicles: Vec<Car>,
    #[serde(default)]
    weights: Costs,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Legs {
    Globe {
        #[serde(default = "default_detour")]
        detour: f64,
        #[serde(default = "default_speed")]
        speed_mps: f64,
        #[serde(default)]
        hours: Vec<f64>,
    },
    Plane {},
    Table {
        rows: Vec<Vec<Option<(i64, i64)>>>,
        #[serde(default)]
        hours: Vec<f64>,
    },
}

fn default_detour() -> f64 {
    1.3
}

fn default_speed() -> f64 {
    9.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    id: Option<i64>,
    pickup: Halt,
    delivery: Halt,
    #[serde(default = "default_open")]
    max_ride: Time,
    load: BTreeMap<String, u16>,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    crew: BTreeMap<String, u16>,
    #[serde(default)]
    priority: u8,
    only: Option<Vec<usize>>,
}

fn default_open() -> Time {
    OPEN
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Halt {
    place: usize,
    #[serde(default)]
    service: Time,
    #[serde(default)]
    window: Vec<Time>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Car {
    id: Option<i64>,
    start: usize,
    end: Option<usize>,
    #[serde(default)]
    shift: Vec<Time>,
    max_duration: Option<Time>,
    #[serde(default)]
    breaks: Vec<Rest>,
    layouts: Vec<BTreeMap<String, u16>>,
    #[serde(default)]
    features: BTreeSet<String>,
    #[serde(default)]
    crew: BTreeMap<String, u16>,
    #[serde(default)]
    locked: Vec<(Which, usize)>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Which {
    Pickup,
    Delivery,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    window: Vec<Time>,
    lasts: Time,
    #[serde(default)]
    aboard: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Costs {
    distance: i64,
    time: i64,
    overtime: i64,
}

impl Default for Costs {
    fn default() -> Self {
        Self { distance: 1, time: 0, overtime: 0 }
    }
}

/// Reads an instance.
///
/// # Errors
/// Text that is not this JSON, or an instance that [`Instance::check`] refuses.
pub fn read(text: &str) -> Result<Instance, Problem> {
    let file: File = serde_json::from_str(text).map_err(|e| Problem::Json(e.to_string()))?;
    if file.requests.len() > MOST_REQUESTS {
        return Err(Problem::TooManyRequests(file.requests.len()));
    }
    let weights = Weights {
        distance: file.weights.distance,
        time: file.weights.time,
        overtime: file.weights.overtime,
    };
    let requests: Result<_, _> = file.requests.into_iter().enumerate().map(request).collect();
    let vehicles: Result<_, _> = file.vehicles.into_iter().enumerate().map(vehicle).collect();
    let instance = Instance {
        requests: requests?,
        vehicles: vehicles?,
        travel: travel(file.travel, file.places)?,
        weights,
        scale: 1,
    };
    instance.check()?;
    instance.travel.check()?;
    Ok(instance)
}

fn travel(legs: Legs, points: Vec<(f64, f64)>) -> Result<Travel, Problem> {
    Ok(match legs {
        Legs::Plane {} => Travel::Plane { points, scale: 1 },
        Legs::Globe { detour, speed_mps, hours } => Travel::Globe {
            points,
            detour_milli: (detour * 1_000.0).round().clamp(0.0, 1e9) as u32,
            metres_per_s: speed_mps,
            profile: profile(&hours)?,
        },
        Legs::Table { rows, hours } => {
            let table = Matrix::from_rows(&rows)?;
            match profile(&hours)? {
                Some(profile) => Travel::Timed { table, profile },
                None => Travel::Table(table),
            }
        }
    })
}

fn profile(hours: &[f64]) -> Result<Option<Profile>, Problem> {
    if hours.is_empty() {
        return Ok(None);
    }
    if hours.len() > 24 {
        return Err(Problem::Json("`hours` has more than 24 factors".to_owned()));
    }
    let mut factor = [1_000_u16; 24];
    for (slot, hour) in factor.iter_mut().zip(hours) {
        *slot = (hour * 1_000.0).round().clamp(0.0, 65_535.0) as u16;
    }
    Profile::new(factor, 3_600).map(Some)
}

fn request((i, asked): (usize, Asked)) -> Result<Request, Problem> {
    let id = asked.id.unwrap_or(i as i64 + 1);
    let what = format!("request {id}");
    Ok(Request {
        id,
        pickup: stop(&what, &asked.pickup)?,
        delivery: stop(&what, &asked.delivery)?,
        max_ride: asked.max_ride,
        load: amount(&what, &asked.load)?,
        alone: asked.alone,
        needs: asked.needs,
        crew: asked.crew,
        priority: asked.priority,
        only: asked.only,
    })
}

fn stop(what: &str, halt: &Halt) -> Result<Stop, Problem> {
    let window = window(what, &halt.window)?;
    Ok(Stop { place: halt.place, service: halt.service, window })
}

fn window(what: &str, times: &[Time]) -> Result<Window, Problem> {
    match *times {
        [] => Ok(Window::hard(0, OPEN)),
        [earliest, latest] => Ok(Window::hard(earliest, latest)),
        [earliest, due, latest] => Ok(Window { earliest, due, latest }),
        _ => Err(Problem::Json(format!("{what}: a window has two or three times"))),
    }
}

fn amount(what: &str, given: &BTreeMap<String, u16>) -> Result<Amount, Problem> {
    let mut amount = [0; 4];
    for (name, &count) in given {
        let at = RESOURCES.iter().position(|known| known == name).ok_or_else(|| {
            Problem::Json(format!("{what}: `{name}` is none of {}", RESOURCES.join(", ")))
        })?;
        amount[at] = count;
    }
    Ok(amount)
}

fn vehicle((i, car): (usize, Car)) -> Result<Vehicle, Problem> {
    let id = car.id.unwrap_or(i as i64 + 1);
    let what = format!("vehicle {id}");
    let layouts: Result<Vec<_>, _> = car.layouts.iter().map(|room| amount(&what, room)).collect();
    let rest = |rest: &Rest| {
        let Window { earliest, latest, .. } = window(&what, &rest.window)?;
        Ok(Break { earliest, latest, lasts: rest.lasts, aboard: rest.aboard })
    };
    let breaks: Result<Vec<_>, Problem> = car.breaks.iter().map(rest).collect();
    let locked = car.locked.iter().map(|&(which, request)| {
        let end = match which {
            Which::Pickup => End::Pickup,
            Which::Delivery => End::Delivery,
        };
        Visit { request, end }
    });
    Ok(Vehicle {
        id,
        start: car.start,
        end: car.end,
        shift: window(&what, &car.shift)?,
        max_duration: car.max_duration,
        breaks: breaks?,
        layouts: layouts?,
        features: car.features,
        crew: car.crew,
        locked: locked.collect(),
    })
}
