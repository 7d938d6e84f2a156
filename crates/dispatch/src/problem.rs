//! What a planner may say: requests, vehicles, windows, loads, breaks, weights.
//!
//! Times are integers in the instance's own fine unit: seconds for a day of transfers, a
//! millionth of the written unit for literature files. Nothing here computes a plan.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::travel::Travel;

/// A point in time or a span, in the instance's fine unit (see [`Instance::scale`]).
pub type Time = i64;

/// The four things a vehicle can be full of, in the order of [`Amount`].
pub const RESOURCES: [&str; 4] = ["staff", "seat", "stretcher", "wheelchair"];

/// How much of each of [`RESOURCES`]: staff seats, patient seats, stretchers, wheelchair places.
pub type Amount = [u16; 4];

/// Highest urgency a request may have; 0 is the lowest.
pub const TOP_PRIORITY: u8 = 5;

/// Most requests one instance may hold: node numbers are 16 bits wide inside the search.
pub const MOST_REQUESTS: usize = 20_000;

/// Most vehicles one instance may hold.
pub const MOST_VEHICLES: usize = 5_000;

/// Largest absolute time or distance, so that no sum inside the search can overflow.
pub const FARTHEST: i64 = 1_000_000_000_000;

/// When service may begin. `earliest <= due <= latest`; after `due` it counts as late, after
/// `latest` it is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub earliest: Time,
    pub due: Time,
    pub latest: Time,
}

impl Window {
    /// A window without a soft part: late is forbidden.
    pub fn hard(earliest: Time, latest: Time) -> Self {
        Self { earliest, due: latest, latest }
    }
}

/// One end of a journey: where, how long people take to board or leave, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Index into the instance's places.
    pub place: usize,
    /// Time spent at the stop once service begins.
    pub service: Time,
    pub window: Window,
}

/// A journey that somebody asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The caller's number; used in results only.
    pub id: i64,
    pub pickup: Stop,
    pub delivery: Stop,
    /// Longest time aboard: from the end of service at the pickup to the beginning of service at
    /// the delivery.
    pub max_ride: Time,
    /// Room needed. Companions and escorts are `staff`.
    pub load: Amount,
    /// Nobody else may be aboard at the same time (infection, very fragile).
    pub alone: bool,
    /// Equipment the vehicle must have: `oxygen`, `icu`, `lift`, `infection`, `bariatric`, ...
    pub needs: Vec<String>,
    /// Crew the vehicle must have on board, by role. Not summed over people aboard together.
    pub crew: BTreeMap<String, u16>,
    /// 0 to [`TOP_PRIORITY`]; one request of a level outweighs every cost below it.
    pub priority: u8,
    /// If given, only these vehicles (indices) may serve it.
    pub only: Option<Vec<usize>>,
}

/// A pause owed to the crew. It may begin between `earliest` and `latest`, at the place of the
/// stop before it or at the start. A tour that ends by `latest` owes none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    pub earliest: Time,
    pub latest: Time,
    pub lasts: Time,
    /// Whether it may be taken while somebody is aboard.
    pub aboard: bool,
}

/// Which end of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Pickup,
    Delivery,
}

/// A stop of a tour: one end of one request (by index).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Visit {
    pub request: usize,
    pub end: End,
}

/// A vehicle with its crew for one shift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    pub id: i64,
    /// Place where the tour begins.
    pub start: usize,
    /// Place where it ends; `None` lets it end at its last stop.
    pub end: Option<usize>,
    /// Not away before `earliest`; back after `due` is overtime; back after `latest` is forbidden.
    pub shift: Window,
    /// Longest tour, from leaving the start to reaching the end.
    pub max_duration: Option<Time>,
    pub breaks: Vec<Break>,
    /// Alternative interiors. One of them must hold every load of the tour.
    pub layouts: Vec<Amount>,
    pub features: BTreeSet<String>,
    pub crew: BTreeMap<String, u16>,
    /// Stops that come first in this order and cannot be taken away: people already aboard
    /// (their pickup at the vehicle's place and time) and the stop it is driving to.
    pub locked: Vec<Visit>,
}

/// What a unit of each costs, once everybody is served and nobody late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weights {
    /// Per unit of distance.
    pub distance: i64,
    /// Per unit of time a tour lasts.
    pub time: i64,
    /// Per unit of time after the regular end of a shift.
    pub overtime: i64,
}

impl Default for Weights {
    fn default() -> Self {
        Self { distance: 1, time: 0, overtime: 0 }
    }
}

/// A whole planning problem.
#[derive(Debug, Clone)]
pub struct Instance {
    pub requests: Vec<Request>,
    pub vehicles: Vec<Vehicle>,
    pub travel: Travel,
    pub weights: Weights,
    /// Fine units in one written unit: 1 for seconds, 1,000,000 for literature files.
    pub scale: i64,
}

/// Why an instance cannot be planned. [`Problem::code`] is stable, the sentence may be improved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("there are no vehicles")]
    NoVehicles,
    #[error("{0} requests are more than the {MOST_REQUESTS} that one plan may hold")]
    TooManyRequests(usize),
    #[error("{0} vehicles are more than the {MOST_VEHICLES} that one plan may hold")]
    TooManyVehicles(usize),
    #[error("{what}: the window ends before it begins")]
    EmptyWindow { what: String },
    #[error("{what}: a time or an amount is negative")]
    Negative { what: String },
    #[error("{what}: the number is too large to plan with")]
    TooLarge { what: String },
    #[error("{what}: not a number")]
    NotANumber { what: String },
    #[error("{what}: there is no place number {place}")]
    UnknownPlace { what: String, place: usize },
    #[error("{what}: there is no vehicle number {vehicle}")]
    UnknownVehicle { what: String, vehicle: usize },
    #[error("{what}: has no layout, so it can carry nobody")]
    NoLayout { what: String },
    #[error("{what}: nobody is to be carried")]
    EmptyLoad { what: String },
    #[error("{what}: priority is above {TOP_PRIORITY}")]
    Priority { what: String },
    #[error("{what}: the locked stops do not fit together ({why})")]
    Locked { what: String, why: String },
    #[error("request {pickup}: its delivery is missing or does not belong to it")]
    Unpaired { pickup: i64 },
    #[error("{what}: more than 16 layouts or 4 breaks")]
    TooManyChoices { what: String },
    #[error("{what}: what was kept of the day does not fit together ({why})")]
    Kept { what: String, why: String },
    #[error("a plan was found but breaks a rule ({0}), so there is no answer")]
    Faulty(String),
    #[error("line {line}: {why}")]
    Text { line: usize, why: String },
    #[error("{0}")]
    Json(String),
}

impl Problem {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoVehicles => "no_vehicles",
            Self::TooManyRequests(_) => "too_many_requests",
            Self::TooManyVehicles(_) => "too_many_vehicles",
            Self::EmptyWindow { .. } => "empty_window",
            Self::Negative { .. } => "negative",
            Self::TooLarge { .. } => "too_large",
            Self::NotANumber { .. } => "not_a_number",
            Self::UnknownPlace { .. } => "unknown_place",
            Self::UnknownVehicle { .. } => "unknown_vehicle",
            Self::NoLayout { .. } => "no_layout",
            Self::EmptyLoad { .. } => "empty_load",
            Self::Priority { .. } => "priority",
            Self::Locked { .. } => "locked",
            Self::Unpaired { .. } => "unpaired",
            Self::TooManyChoices { .. } => "too_many_choices",
            Self::Kept { .. } => "kept",
            Self::Faulty(_) => "faulty",
            Self::Text { .. } => "text",
            Self::Json(_) => "json",
        }
    }
}

impl Instance {
    /// Refuses what cannot be planned at all.
    ///
    /// # Errors
    /// The first [`Problem`] found. A request that merely fits no vehicle is not an error: it
    /// comes back unserved with its reason.
    pub fn check(&self) -> Result<(), Problem> {
        if self.vehicles.is_empty() {
            return Err(Problem::NoVehicles);
        }
        if self.requests.len() > MOST_REQUESTS {
            return Err(Problem::TooManyRequests(self.requests.len()));
        }
        if self.vehicles.len() > MOST_VEHICLES {
            return Err(Problem::TooManyVehicles(self.vehicles.len()));
        }
        Self::check_weights(&self.weights)?;
        let (places, vehicles) = (self.travel.len(), self.vehicles.len());
        self.requests.iter().try_for_each(|request| request.check(places, vehicles))?;
        self.vehicles.iter().try_for_each(|vehicle| vehicle.check(places))?;
        self.check_locked()
    }

    pub(crate) fn check_weights(weights: &Weights) -> Result<(), Problem> {
        for weight in [weights.distance, weights.time, weights.overtime] {
            number("weights", weight)?;
            if weight > 1_000_000 {
                return Err(Problem::TooLarge { what: "weights".to_owned() });
            }
        }
        Ok(())
    }

    fn check_locked(&self) -> Result<(), Problem> {
        let mut seen = BTreeSet::new();
        for (v, vehicle) in self.vehicles.iter().enumerate() {
            let what = format!("vehicle {}", vehicle.id);
            let fail = |why: &str| Problem::Locked { what: what.clone(), why: why.to_owned() };
            for visit in &vehicle.locked {
                let request = self.requests.get(visit.request);
                let request = request.ok_or_else(|| fail("an unknown request"))?;
                if !seen.insert(*visit) {
                    return Err(fail("a stop twice"));
                }
                let pickup = Visit { request: visit.request, end: End::Pickup };
                if visit.end == End::Delivery && !vehicle.locked.contains(&pickup) {
                    return Err(fail("a delivery without its pickup"));
                }
                if request.only.as_ref().is_some_and(|only| !only.contains(&v)) {
                    return Err(fail("a request that another vehicle must serve"));
                }
            }
        }
        Ok(())
    }
}

impl Vehicle {
    /// A vehicle that starts and ends at one place, with nothing special about it.
    pub fn new(id: i64, start: usize, shift: Window, layouts: Vec<Amount>) -> Self {
        Self {
            id,
            start,
            end: Some(start),
            shift,
            max_duration: None,
            breaks: Vec::new(),
            layouts,
            features: BTreeSet::new(),
            crew: BTreeMap::new(),
            locked: Vec::new(),
        }
    }

    /// Refuses a vehicle that is impossible in itself, given how many places exist.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    pub fn check(&self, places: usize) -> Result<(), Problem> {
        let what = format!("vehicle {}", self.id);
        for place in std::iter::once(self.start).chain(self.end) {
            if place >= places {
                return Err(Problem::UnknownPlace { what, place });
            }
        }
        window(&what, &self.shift)?;
        if let Some(longest) = self.max_duration {
            number(&what, longest)?;
        }
        if self.layouts.is_empty() {
            return Err(Problem::NoLayout { what });
        }
        if self.layouts.len() > 16 || self.breaks.len() > 4 {
            return Err(Problem::TooManyChoices { what });
        }
        if self.layouts.iter().flatten().any(|&amount| amount > 1_000) {
            return Err(Problem::TooLarge { what });
        }
        for pause in &self.breaks {
            let what = format!("{what}, break");
            window(&what, &Window::hard(pause.earliest, pause.latest))?;
            number(&what, pause.lasts)?;
        }
        Ok(())
    }
}

impl Request {
    /// A journey with nothing special about it and no bound on the time aboard.
    pub fn new(id: i64, pickup: Stop, delivery: Stop, load: Amount) -> Self {
        Self {
            id,
            pickup,
            delivery,
            max_ride: FARTHEST,
            load,
            alone: false,
            needs: Vec::new(),
            crew: BTreeMap::new(),
            priority: 0,
            only: None,
        }
    }

    /// Refuses a request that is impossible in itself, given how many places and vehicles exist.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    pub fn check(&self, places: usize, vehicles: usize) -> Result<(), Problem> {
        let what = format!("request {}", self.id);
        for (stop, name) in [(&self.pickup, "pickup"), (&self.delivery, "delivery")] {
            let what = format!("{what}, {name}");
            if stop.place >= places {
                return Err(Problem::UnknownPlace { what, place: stop.place });
            }
            number(&what, stop.service)?;
            window(&what, &stop.window)?;
        }
        number(&what, self.max_ride)?;
        if self.load == [0; 4] {
            return Err(Problem::EmptyLoad { what });
        }
        if self.load.iter().any(|&amount| amount > 1_000) {
            return Err(Problem::TooLarge { what });
        }
        if self.priority > TOP_PRIORITY {
            return Err(Problem::Priority { what });
        }
        let bad = self.only.iter().flatten().find(|&&v| v >= vehicles);
        bad.map_or(Ok(()), |&vehicle| Err(Problem::UnknownVehicle { what, vehicle }))
    }
}

pub(crate) fn number(what: &str, value: i64) -> Result<(), Problem> {
    if value < 0 {
        return Err(Problem::Negative { what: what.to_owned() });
    }
    if value > FARTHEST {
        return Err(Problem::TooLarge { what: what.to_owned() });
    }
    Ok(())
}

fn window(what: &str, window: &Window) -> Result<(), Problem> {
    number(what, window.earliest)?;
    number(what, window.due)?;
    number(what, window.latest)?;
    if window.earliest > window.due || window.due > window.latest {
        return Err(Problem::EmptyWindow { what: what.to_owned() });
    }
    Ok(())
}
