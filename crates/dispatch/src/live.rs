//! Planning while the day runs: calls come in, vehicles drive, break down or run late.
//!
//! The caller says what time it is and what happened; the engine keeps the plan. What has been
//! driven is fixed, the stop a vehicle drives to is fixed, and a promise made to a caller is a
//! hard window for every later decision. Only a breakdown, a delay or a return on call may make
//! somebody late, and then the answer says whom and by how much ([`Consequence`]).
//!
//! # A server that keeps its state in a database
//!
//! The engine is a value that can be thrown away. [`Live::restore`] makes it from plain values
//! ([`Saved`]: vehicles with what they have done and what is planned, calls with their promises),
//! [`Live::saved`] gives them back; both sides are serde values. What is kept may have holes: a
//! call that was promised but stands in no vehicle's plan is placed, a plan that reality has
//! overtaken is mended, and whoever cannot be served as promised is named. Numbers of vehicles and
//! calls are their positions in [`Saved`]. A server thus reads its rows, restores, asks one
//! question, and writes what changed in its own transaction.
//!
//! Two ways to let time pass: [`Live::wait`] knows nothing of the vehicles but what was said by
//! [`Live::left`], [`Live::happened`], [`Live::rested`] and [`Live::report`]; [`Live::advance`]
//! takes it that everything planned happened as planned (simulations, demos).
//!
//! ```
//! use dispatch::live::{Call, Live, Saved, Settings, Standing, State};
//! use dispatch::problem::{End, Request, Stop, Vehicle, Visit, Weights, Window};
//! use dispatch::solve::Limit;
//! use dispatch::travel::Travel;
//!
//! // Places: 0 the depot, 1 and 2 a home and a hospital, 3 and 4 another pair.
//! let (depot, home, ward) = ((118.05, 36.81), (118.02, 36.84), (118.09, 36.80));
//! let points = vec![depot, home, ward, (118.03, 36.83), (118.08, 36.79)];
//! let travel = Travel::Globe { points, detour_milli: 1_300, metres_per_s: 9.0, profile: None };
//! let shift = Window { earliest: 25_200, due: 61_200, latest: 64_800 };
//! let vehicle = |id| Vehicle::new(id, 0, shift, vec![[1, 1, 1, 0], [1, 3, 0, 0]]);
//! let stop = |place, from, until| Stop { place, service: 300, window: Window::hard(from, until) };
//!
//! // As the rows say at nine o'clock: the first vehicle has fetched somebody at 8:50 and is on the
//! // way to the hospital; the second has done nothing yet.
//! let boarded = dispatch::plan::PlannedStop {
//!     visit: Visit { request: 0, end: End::Pickup },
//!     begin: 31_500,
//!     depart: 31_800,
//! };
//! let ride = Request {
//!     max_ride: 3_600,
//!     ..Request::new(71, stop(1, 31_000, 32_000), stop(2, 0, 36_000), [1, 1, 0, 0])
//! };
//! let first = Standing {
//!     place: 1,
//!     free: 31_800,
//!     under_way: true,
//!     began: Some(30_600),
//!     done: vec![boarded],
//!     plan: vec![Visit { request: 0, end: End::Delivery }],
//!     ..Standing::fresh(vehicle(1))
//! };
//! let saved = Saved {
//!     now: 32_400,
//!     vehicles: vec![first, Standing::fresh(vehicle(2))],
//!     calls: vec![Call::aboard(ride, 0, 31_800, Some((31_000, 32_000)))],
//! };
//! let text = serde_json::to_string(&saved)?;
//! let saved: Saved = serde_json::from_str(&text)?;
//! let (weights, settings) = (Weights::default(), Settings::default());
//! let (mut live, trouble) = Live::restore(saved, travel, weights, 1, settings)?;
//! assert_eq!(trouble, [], "everybody is served as promised");
//!
//! // A caller asks: what can each vehicle do, and which rule keeps the others from it?
//! let asked = Request::new(72, stop(3, 33_000, 36_000), stop(4, 0, 40_000), [0, 0, 1, 0]);
//! for answer in live.offers(&asked)? {
//!     match answer {
//!         Ok(offer) => println!("vehicle {} at {}", offer.vehicle, offer.pickup),
//!         Err(refusal) => println!("vehicle {}: {}", refusal.vehicle, refusal.rule.code()),
//!     }
//! }
//!
//! // The best of them, making room if need be; its promise binds from now on.
//! let offer = live.offer(&asked)?.expect("two vehicles are free");
//! let (vehicle, promise) = (offer.vehicle, offer.promise);
//! // Minutes later the caller agrees. The same vehicle and promise, if they still hold:
//! live.wait(32_600);
//! let call = live.book(&asked, Some(vehicle), promise)?.expect("nothing has changed");
//! assert_eq!(live.calls()[call].state, State::Planned);
//!
//! // A vehicle says where it is; a passenger has arrived; somebody looks for a better plan.
//! let here = live.add_place((118.07, 36.81)).expect("points can be added");
//! assert_eq!(live.report(0, here, 32_700), Some(vec![]), "it will be in time");
//! live.wait(33_000);
//! live.happened(0, Visit { request: 0, end: End::Delivery }, 32_950, 33_000);
//! assert_eq!(live.calls()[0].state, State::Done);
//! live.reoptimise(Limit::Iterations(200));
//! let rows_to_write = live.saved();
//! # assert_eq!(rows_to_write.calls.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Left out: who tells the crew and the caller; numbers, names and rows of the caller's own.

use serde::{Deserialize, Serialize};

use crate::model::{Load, fits, load_of};
use crate::plan::{PlannedBreak, PlannedStop};
use crate::problem::{Break, End, Problem, Request, Time, Vehicle, Visit, Weights, Window};
use crate::travel::Travel;

mod driven;
mod duty;
mod events;
mod keep;
mod look;
mod nearby;
mod offer;
pub mod replay;
mod rule;
mod view;

use nearby::Nearby;

pub use events::Consequence;
pub use keep::{Saved, Standing};
pub use offer::Offer;
pub use rule::{Refusal, Rule};

/// How the live engine decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// Whether a vehicle takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    On,
    /// It ends what it has begun and takes nothing new.
    Leaving,
    /// Broken down or gone.
    Out,
}

/// A call with its promise as hard windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub request: Request,
    pub state: State,
    /// First and last moment promised for the pickup.
    pub promise: Option<(Time, Time)>,
}

impl Call {
    /// A call that is still to be fetched within its promise.
    pub fn promised(mut request: Request, promise: (Time, Time)) -> Self {
        request.pickup.window = Window::hard(promise.0, promise.1);
        Self { request, state: State::Planned, promise: Some(promise) }
    }

    /// Somebody who has been in a vehicle since then.
    pub fn aboard(
        request: Request,
        vehicle: usize,
        since: Time,
        promise: Option<(Time, Time)>,
    ) -> Self {
        Self { request, state: State::Aboard { vehicle, since }, promise }
    }

    /// A return whose time is not known yet.
    pub fn on_call(request: Request) -> Self {
        Self { request, state: State::OnCall, promise: None }
    }
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
    duty: Duty,
    /// How late it may be back because of what has happened; no new call may make it later.
    overrun: Time,
    /// Nothing happens to it before then.
    quiet_until: Time,
    /// Calls on board.
    aboard: Vec<usize>,
    plan: Vec<PlannedStop>,
    breaks: Vec<PlannedBreak>,
    log: Vec<PlannedStop>,
    rests: Vec<PlannedBreak>,
}

impl Car {
    /// A break is behind it.
    fn rest(&mut self, pause: PlannedBreak) {
        self.free = pause.end;
        self.rests.push(PlannedBreak { after: self.log.len(), ..pause });
        self.vehicle.breaks = still_owed(&self.owed, &self.rests);
    }

    /// Whether it may be given new calls.
    fn serves(&self) -> bool {
        self.duty == Duty::On && self.ended.is_none()
    }

    /// Whether it still drives what is planned.
    fn drives(&self) -> bool {
        self.duty != Duty::Out && self.ended.is_none()
    }
}

/// Breaks of a shift that have not been taken.
fn still_owed(all: &[Break], taken: &[PlannedBreak]) -> Vec<Break> {
    let mut owed = all.to_vec();
    for rest in taken {
        let (begin, lasts) = (rest.begin, rest.end - rest.begin);
        let when = |b: &Break| b.lasts <= lasts && b.earliest <= begin && begin <= b.latest;
        // A break taken at another hour than planned is a break all the same.
        let at = owed.iter().position(when);
        if let Some(at) = at.or_else(|| owed.iter().position(|b| b.lasts <= lasts)) {
            owed.remove(at);
        }
    }
    owed
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
    nearby: Nearby,
}

impl Live {
    /// A day without calls yet.
    ///
    /// # Errors
    /// What [`crate::problem::Instance::check`] says of the vehicles and [`Travel::check`] of the
    /// places.
    pub fn new(
        vehicles: Vec<Vehicle>,
        travel: Travel,
        weights: Weights,
        scale: i64,
        settings: Settings,
    ) -> Result<Self, Problem> {
        let vehicles = vehicles.into_iter().map(Standing::fresh).collect();
        let saved = Saved { now: 0, vehicles, calls: Vec::new() };
        Self::restore(saved, travel, weights, scale, settings).map(|(live, _)| live)
    }

    /// What time it is for the engine.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Number of vehicles, those out of service included.
    pub fn vehicles(&self) -> usize {
        self.cars.len()
    }

    /// All calls so far; their index is their number everywhere in this module.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Planned stops of a vehicle that are still to come.
    pub fn stops(&self, vehicle: usize) -> &[PlannedStop] {
        self.cars.get(vehicle).map_or(&[], |car| &car.plan)
    }

    /// Planned breaks of a vehicle that are still to come; `after` counts from the next stop.
    pub fn breaks(&self, vehicle: usize) -> &[PlannedBreak] {
        self.cars.get(vehicle).map_or(&[], |car| &car.breaks)
    }

    /// Adds a place and gives its number; a table needs [`Live::add_place_by_legs`]. `None` also
    /// for what is no point.
    pub fn add_place(&mut self, point: (f64, f64)) -> Option<usize> {
        self.travel.add_point(point)
    }

    /// Adds a place to a table by its legs to and from each known place.
    ///
    /// # Errors
    /// Travel that is no table, another number of legs than places, numbers out of range.
    pub fn add_place_by_legs(
        &mut self,
        to: &[Option<(Time, i64)>],
        from: &[Option<(Time, i64)>],
    ) -> Result<usize, Problem> {
        self.travel.add_legs(to, from)
    }

    /// Changes how decisions are made from now on.
    pub fn change(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Binds a call to one vehicle; what is planned is left as it is. False if there is no such
    /// vehicle or another one has the call.
    pub fn pin(&mut self, call: usize, vehicle: usize) -> bool {
        let other = self.vehicle_of(call).is_some_and(|v| v != vehicle);
        match self.calls.get_mut(call) {
            Some(call) if !other && vehicle < self.cars.len() => {
                call.request.only = Some(vec![vehicle]);
                true
            }
            _ => false,
        }
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
        if !car.drives() {
            return false;
        }
        if let Some(at) = car.breaks.iter().position(|pause| pause.after == 0) {
            if car.breaks[at].begin > now || car.under_way {
                car.quiet_until = if car.under_way { 0 } else { car.breaks[at].begin };
                return false;
            }
            let pause = car.breaks.remove(at);
            car.began.get_or_insert(car.free.max(car.vehicle.shift.earliest).min(pause.begin));
            car.rest(pause);
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
        self.serve(c, there);
        true
    }

    /// The first planned stop of a car is behind it.
    fn serve(&mut self, c: usize, there: usize) {
        let car = &mut self.cars[c];
        let stop = car.plan.remove(0);
        car.under_way = false;
        car.place = there;
        car.free = stop.depart;
        car.log.push(stop);
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
        let leaving = car.duty == Duty::Leaving;
        let longest = car.vehicle.max_duration.map_or(Time::MAX, |most| began + most);
        let until = car.vehicle.shift.latest.min(longest);
        let home = car.vehicle.end.and_then(|end| self.travel.leg(car.place, end));
        let drive = home.map_or(0, |leg| leg.0);
        if leaving || until - drive <= self.now || self.now >= Time::MAX / 8 {
            let free = car.free;
            let arrive = car.vehicle.end.and_then(|end| self.travel.arrive(car.place, end, free));
            self.cars[c].ended = Some(arrive.unwrap_or(free));
            self.nearby.remove(c);
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
}
