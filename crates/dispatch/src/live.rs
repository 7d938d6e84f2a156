//! Planning while the day runs: calls come in, vehicles drive, break down or run late.
//!
//! The caller says what time it is and what happened; the engine keeps the plan. What has been
//! driven is fixed, the stop a vehicle drives to is fixed, and a promise made to a caller is a
//! hard window for every later decision. Only a breakdown, a delay or a return on call may make
//! somebody late, and then the answer says whom and by how much.
//!
//! Left out: who tells the crew and the caller; where vehicles really are (report it by
//! [`Live::delay`]).

use std::collections::BTreeSet;

use crate::model::{Load, fits, load_of};
use crate::plan::{Plan, PlannedBreak, PlannedRoute, PlannedStop, Reason};
use crate::problem::{Break, End, Instance, Problem, Request, Time, Vehicle, Visit, Weights};
use crate::travel::Travel;

mod events;
mod offer;
pub mod replay;
mod view;

pub use events::Consequence;
pub use offer::{Offer, Refusal, Rule};

/// How the live engine decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// A caller is promised a pickup at most so long before the planned time, and after it.
    pub promise_before: Time,
    pub promise_after: Time,
    /// A better plan is taken up only if it saves at least this much cost,
    pub threshold: i64,
    /// and so much more for each person who would change vehicles.
    pub move_cost: i64,
    /// Iterations spent on making room for a call that fits nowhere directly; 0 refuses at once.
    pub room_iterations: u64,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            promise_before: 900,
            promise_after: 900,
            threshold: 500,
            move_cost: 200,
            room_iterations: 200,
            seed: 1,
        }
    }
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A return whose time is not known yet.
    OnCall,
    Planned,
    /// In this vehicle since then.
    Aboard {
        vehicle: usize,
        since: Time,
    },
    Done,
    Cancelled,
    /// Nobody can fetch them any more; a person must decide.
    Lost,
}

/// A call with its promise as hard windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub request: Request,
    pub state: State,
    /// First and last moment promised for the pickup.
    pub promise: Option<(Time, Time)>,
}

/// A vehicle as the day has left it.
#[derive(Debug, Clone)]
struct Car {
    vehicle: Vehicle,
    /// Breaks still owed are in `vehicle`, all of the shift here.
    owed: Vec<Break>,
    /// Where it stands or left from, and since when it may leave or when it left.
    place: usize,
    free: Time,
    /// Driving to the first planned stop.
    under_way: bool,
    began: Option<Time>,
    ended: Option<Time>,
    out: bool,
    /// Nothing happens to it before then.
    quiet_until: Time,
    /// Calls on board.
    aboard: Vec<usize>,
    plan: Vec<PlannedStop>,
    breaks: Vec<PlannedBreak>,
    log: Vec<PlannedStop>,
    rests: Vec<PlannedBreak>,
}

/// The live engine.
#[derive(Debug, Clone)]
pub struct Live {
    travel: Travel,
    weights: Weights,
    scale: i64,
    settings: Settings,
    now: Time,
    cars: Vec<Car>,
    calls: Vec<Call>,
}

impl Live {
    /// A day without calls yet.
    ///
    /// # Errors
    /// What [`Instance::check`] says of the vehicles and [`Travel::check`] of the places.
    pub fn new(
        vehicles: Vec<Vehicle>,
        travel: Travel,
        weights: Weights,
        scale: i64,
        settings: Settings,
    ) -> Result<Self, Problem> {
        let empty = Instance { requests: Vec::new(), vehicles, travel, weights, scale };
        empty.check()?;
        empty.travel.check()?;
        let car = |vehicle: Vehicle| Car {
            place: vehicle.start,
            free: vehicle.shift.earliest,
            owed: vehicle.breaks.clone(),
            vehicle,
            under_way: false,
            began: None,
            ended: None,
            out: false,
            quiet_until: 0,
            aboard: Vec::new(),
            plan: Vec::new(),
            breaks: Vec::new(),
            log: Vec::new(),
            rests: Vec::new(),
        };
        let cars = empty.vehicles.into_iter().map(car).collect();
        let (travel, calls, now) = (empty.travel, Vec::new(), 0);
        Ok(Self { travel, weights, scale, settings, now, cars, calls })
    }

    /// All calls so far; their index is their number everywhere in this module.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Planned stops of a vehicle that are still to come.
    pub fn stops(&self, vehicle: usize) -> &[PlannedStop] {
        self.cars.get(vehicle).map_or(&[], |car| &car.plan)
    }

    /// Adds a place and gives its number; a table cannot grow.
    pub fn add_place(&mut self, point: (f64, f64)) -> Option<usize> {
        self.travel.add_point(point)
    }

    /// Changes how decisions are made from now on.
    pub fn change(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Lifts a call's binding to certain vehicles.
    pub fn release(&mut self, call: usize) {
        if let Some(call) = self.calls.get_mut(call) {
            call.request.only = None;
        }
    }

    /// Lets the time pass: everything planned up to `now` happens as planned.
    pub fn advance(&mut self, now: Time) {
        self.now = self.now.max(now);
        for c in 0..self.cars.len() {
            if self.now >= self.cars[c].quiet_until {
                while self.step(c) {}
            }
        }
    }

    /// Carries out the next thing a vehicle does, if its time has come.
    fn step(&mut self, c: usize) -> bool {
        let now = self.now;
        let car = &mut self.cars[c];
        if car.out || car.ended.is_some() {
            return false;
        }
        if let Some(at) = car.breaks.iter().position(|pause| pause.after == 0) {
            if car.breaks[at].begin > now || car.under_way {
                car.quiet_until = if car.under_way { 0 } else { car.breaks[at].begin };
                return false;
            }
            let pause = car.breaks.remove(at);
            car.began.get_or_insert(car.free.max(car.vehicle.shift.earliest).min(pause.begin));
            car.free = pause.end;
            car.rests.push(PlannedBreak { after: car.log.len(), ..pause });
            let lasts = pause.end - pause.begin;
            let owed = car.vehicle.breaks.iter().position(|b| b.lasts == lasts);
            owed.map(|at| car.vehicle.breaks.remove(at));
            return true;
        }
        let Some(stop) = car.plan.first().copied() else { return self.close(c) };
        let there = self.place_of(stop.visit);
        let leave = self.leave(c, there, stop.begin);
        let car = &mut self.cars[c];
        if leave > now {
            car.quiet_until = leave;
            return false;
        }
        car.began.get_or_insert(leave);
        car.free = leave;
        car.under_way = true;
        if stop.begin > now {
            car.quiet_until = stop.begin;
            return false;
        }
        car.under_way = false;
        car.place = there;
        car.free = stop.depart;
        car.log.push(stop);
        car.plan.remove(0);
        for pause in &mut car.breaks {
            pause.after = pause.after.saturating_sub(1);
        }
        match stop.visit.end {
            End::Pickup => car.aboard.push(stop.visit.request),
            End::Delivery => car.aboard.retain(|&call| call != stop.visit.request),
        }
        self.calls[stop.visit.request].state = match stop.visit.end {
            End::Pickup => State::Aboard { vehicle: c, since: stop.depart },
            End::Delivery => State::Done,
        };
        true
    }

    /// The latest departure that reaches a stop in time; at once where drives depend on the hour.
    fn leave(&self, c: usize, there: usize, begin: Time) -> Time {
        let car = &self.cars[c];
        if car.under_way || self.travel.profile().is_some() {
            return car.free;
        }
        let drive = self.travel.leg(car.place, there).map_or(0, |leg| leg.0);
        car.free.max(begin - drive)
    }

    /// Ends a tour with nothing left to do when it is time to go home.
    fn close(&mut self, c: usize) -> bool {
        let car = &self.cars[c];
        let Some(began) = car.began else {
            self.cars[c].quiet_until = Time::MAX / 8;
            return false;
        };
        let longest = car.vehicle.max_duration.map_or(Time::MAX, |most| began + most);
        let until = car.vehicle.shift.latest.min(longest);
        let home = car.vehicle.end.and_then(|end| self.travel.leg(car.place, end));
        let drive = home.map_or(0, |leg| leg.0);
        if until - drive <= self.now || self.now >= Time::MAX / 8 {
            let free = car.free;
            let arrive = car.vehicle.end.and_then(|end| self.travel.arrive(car.place, end, free));
            self.cars[c].ended = Some(arrive.unwrap_or(free));
        }
        self.cars[c].quiet_until = until - drive;
        false
    }

    fn place_of(&self, visit: Visit) -> usize {
        let request = &self.calls[visit.request].request;
        match visit.end {
            End::Pickup => request.pickup.place,
            End::Delivery => request.delivery.place,
        }
    }

    /// For each interior whether it holds every load of these stops.
    fn layouts(&self, vehicle: &Vehicle, stops: &[PlannedStop]) -> Vec<bool> {
        let rooms: Vec<[i16; 4]> =
            vehicle.layouts.iter().map(|room| room.map(|a| a as i16)).collect();
        let mut fit = vec![true; rooms.len()];
        let mut load = Load::default();
        for stop in stops {
            let one = load_of(&self.calls[stop.visit.request].request);
            let sign = if stop.visit.end == End::Pickup { one } else { one.minus() };
            load = load.plus(sign);
            fit.iter_mut().zip(&rooms).for_each(|(fit, room)| *fit &= fits(&load, room));
        }
        fit
    }

    /// Cost of what is still planned, by distance alone, in cost units.
    fn planned_distance(&self, c: usize) -> i64 {
        let car = &self.cars[c];
        let mut place = car.place;
        let mut sum = 0;
        for stop in &car.plan {
            let there = self.place_of(stop.visit);
            sum += self.travel.leg(place, there).map_or(0, |leg| leg.1);
            place = there;
        }
        sum
    }

    /// Drives everything planned to its end and gives the day as it was, with the instance whose
    /// windows are the promises made: what [`crate::checker::check`] can judge. Calls that were
    /// refused are not part of it.
    pub fn finish(mut self) -> (Instance, Plan) {
        self.advance(Time::MAX / 4);
        let served: Vec<usize> =
            (0..self.calls.len()).filter(|&i| self.calls[i].state == State::Done).collect();
        let mut plan = Plan::default();
        for (vehicle, car) in self.cars.iter().enumerate() {
            if car.log.is_empty() {
                continue;
            }
            let mut place = car.vehicle.start;
            let mut distance = 0;
            for stop in &car.log {
                let there = self.place_of(stop.visit);
                distance += self.travel.leg(place, there).map_or(0, |leg| leg.1);
                place = there;
            }
            let home = car.vehicle.end.and_then(|end| self.travel.leg(place, end));
            distance += home.map_or(0, |leg| leg.1);
            let stops = car.log.clone();
            let breaks = car.rests.clone();
            let (start, end) = (car.began.unwrap_or(0), car.ended.unwrap_or(car.free));
            plan.distance += distance;
            let fitting = self.layouts(&car.vehicle, &stops);
            let layout = fitting.iter().position(|&fit| fit).unwrap_or(0);
            plan.routes.push(PlannedRoute { vehicle, start, end, stops, breaks, layout, distance });
        }
        let done: BTreeSet<usize> = served.into_iter().collect();
        let left = (0..self.calls.len()).filter(|i| !done.contains(i));
        plan.unserved = left.map(|i| (i, Reason::Taken)).collect();
        let instance = Instance {
            requests: self.calls.into_iter().map(|call| call.request).collect(),
            vehicles: self
                .cars
                .into_iter()
                .map(|car| Vehicle { breaks: car.owed, ..car.vehicle })
                .collect(),
            travel: self.travel,
            weights: self.weights,
            scale: self.scale,
        };
        plan.cost = crate::plan::cost(&instance, &plan);
        (instance, plan)
    }
}
