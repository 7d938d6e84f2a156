//! A day played again call by call: for tests and for measuring rules of dispatch.
//!
//! Each call is known only from its arrival on. A greedy dispatcher, who puts each call where it
//! costs least at that moment and never thinks again, is here to compare with.

use serde::Deserialize;

use std::collections::{BTreeMap, BTreeSet};

use crate::cordeau::SCALE;
use crate::live::{Live, Settings};
use crate::plan::Plan;
use crate::problem::{Instance, Problem, Request, Stop, Time, Vehicle, Weights, Window};
use crate::solve::Limit;
use crate::travel::Travel;

/// A day: vehicles, places, and calls with the time each becomes known.
#[derive(Debug, Clone)]
pub struct Day {
    pub vehicles: Vec<Vehicle>,
    pub travel: Travel,
    pub weights: Weights,
    pub scale: i64,
    /// In order of arrival.
    pub calls: Vec<(Time, Request)>,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispatcher {
    /// The live engine, with so many iterations of re-optimisation after each call.
    Engine { iterations: u64 },
    /// The cheapest direct insertion, without making room and without thinking again.
    Greedy,
}

/// How a day went.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub served: usize,
    pub refused: usize,
    /// What was driven, for the checker.
    pub instance: Instance,
    pub plan: Plan,
}

/// Plays a day.
///
/// # Errors
/// A [`Problem`] if the vehicles or a call are impossible.
pub fn replay(day: &Day, settings: Settings, who: Dispatcher) -> Result<Outcome, Problem> {
    let settings = match who {
        Dispatcher::Engine { .. } => settings,
        Dispatcher::Greedy => Settings { room_iterations: 0, ..settings },
    };
    let (vehicles, travel) = (day.vehicles.clone(), day.travel.clone());
    let mut live = Live::new(vehicles, travel, day.weights, day.scale, settings)?;
    let mut refused = 0;
    for (at, request) in &day.calls {
        live.advance(*at);
        match live.offer(request)? {
            Ok(offer) => {
                if live.accept(offer).is_none() {
                    refused += 1;
                }
            }
            Err(_) => refused += 1,
        }
        if let Dispatcher::Engine { iterations } = who
            && iterations > 0
        {
            live.reoptimise(Limit::Iterations(iterations));
        }
    }
    let (instance, plan) = live.finish();
    let served = instance.requests.len() - plan.unserved.len();
    Ok(Outcome { served, refused, instance, plan })
}

#[derive(Deserialize)]
struct File {
    static_info: Header,
    requests: Vec<Row>,
}

#[derive(Deserialize)]
struct Header {
    number_of_vehicles: usize,
    vehicle_capacity: u16,
    max_ride_time: f64,
    max_route_time: f64,
    planing_horizon: f64,
    depot_location: Point,
}

#[derive(Deserialize)]
struct Point {
    x_coord: f64,
    y_coord: f64,
}

#[derive(Deserialize)]
struct Row {
    id: i64,
    pickup_location: Point,
    delivery_location: Point,
    pickup_lower_tw: f64,
    pickup_upper_tw: f64,
    pickup_service_time: f64,
    delivery_lower_tw: f64,
    delivery_upper_tw: f64,
    delivery_service_time: f64,
    load: u16,
    arrival_time: f64,
}

/// Reads a day in the form of Berbeglia, Cordeau and Laporte 2012 as kept in JSON files.
///
/// # Errors
/// Text of another form, or numbers out of range.
pub fn read_day(text: &str) -> Result<Day, Problem> {
    let file: File = serde_json::from_str(text).map_err(|e| Problem::Json(e.to_string()))?;
    let head = &file.static_info;
    let depot = (head.depot_location.x_coord, head.depot_location.y_coord);
    let mut points = vec![depot];
    let mut calls = Vec::with_capacity(file.requests.len());
    for row in &file.requests {
        let place = points.len();
        points.push((row.pickup_location.x_coord, row.pickup_location.y_coord));
        points.push((row.delivery_location.x_coord, row.delivery_location.y_coord));
        let stop = |place, service, lower, upper| {
            let window = Window::hard(fine(lower)?, fine(upper)?);
            Ok(Stop { place, service: fine(service)?, window })
        };
        let request = Request {
            id: row.id,
            pickup: stop(place, row.pickup_service_time, row.pickup_lower_tw, row.pickup_upper_tw)?,
            delivery: stop(
                place + 1,
                row.delivery_service_time,
                row.delivery_lower_tw,
                row.delivery_upper_tw,
            )?,
            max_ride: fine(head.max_ride_time)?,
            load: [0, row.load, 0, 0],
            alone: false,
            needs: Vec::new(),
            crew: BTreeMap::new(),
            priority: 0,
            only: None,
        };
        calls.push((fine(row.arrival_time)?, request));
    }
    calls.sort_by_key(|(at, request)| (*at, request.id));
    let shift = Window::hard(0, fine(head.planing_horizon)?);
    let longest = fine(head.max_route_time)?;
    let vehicle = |v: usize| Vehicle {
        id: v as i64 + 1,
        start: 0,
        end: Some(0),
        shift,
        max_duration: Some(longest),
        breaks: Vec::new(),
        layouts: vec![[0, head.vehicle_capacity, 0, 0]],
        features: BTreeSet::new(),
        crew: BTreeMap::new(),
        locked: Vec::new(),
    };
    let vehicles = (0..head.number_of_vehicles.min(10_000)).map(vehicle).collect();
    let travel = Travel::Plane { points, scale: SCALE };
    Ok(Day { vehicles, travel, weights: Weights::default(), scale: SCALE, calls })
}

fn fine(value: f64) -> Result<Time, Problem> {
    let fine = (value * SCALE as f64).round();
    if !(0.0..=1e12).contains(&fine) {
        return Err(Problem::TooLarge { what: "a time of the day".to_owned() });
    }
    Ok(fine as Time)
}

/// A static instance played as a day: each call becomes known `notice` before its first deadline.
pub fn as_day(instance: &Instance, notice: Time) -> Day {
    let call = |request: &Request| {
        let ride = request.delivery.window.latest.saturating_sub(request.max_ride);
        let first = request.pickup.window.latest.min(ride);
        ((first - notice).max(0), request.clone())
    };
    let mut calls: Vec<(Time, Request)> = instance.requests.iter().map(call).collect();
    calls.sort_by_key(|(at, request)| (*at, request.id));
    Day {
        vehicles: instance.vehicles.clone(),
        travel: instance.travel.clone(),
        weights: instance.weights,
        scale: instance.scale,
        calls,
    }
}
