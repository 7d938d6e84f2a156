//! The day as plain values: what a database keeps, and the engine made of it again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::live::nearby::Nearby;
use crate::live::{Call, Car, Consequence, Duty, Live, Settings, State, still_owed};
use crate::plan::{PlannedBreak, PlannedStop};
use crate::problem::{End, Instance, Problem, Time, Vehicle, Visit, Weights};
use crate::travel::Travel;

/// A vehicle as the day has left it. Visits count calls by their position in [`Saved::calls`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// As it came on duty, with all breaks of the shift; `locked` is not looked at.
    pub vehicle: Vehicle,
    /// Where it stands, was seen last, or left from.
    pub place: usize,
    /// Since when it may leave that place, or when it left it.
    pub free: Time,
    /// It is driving to the first stop of its plan.
    pub under_way: bool,
    /// When its tour began and ended.
    pub began: Option<Time>,
    pub ended: Option<Time>,
    pub duty: Duty,
    /// How late it may be back because of what has happened; 0 if its shift holds.
    pub overrun: Time,
    /// What it has done so far.
    pub done: Vec<PlannedStop>,
    pub rests: Vec<PlannedBreak>,
    /// What it is to do next, in this order. Times are computed anew.
    pub plan: Vec<Visit>,
}

impl Standing {
    /// A vehicle that has done nothing yet and has nothing to do.
    pub fn fresh(vehicle: Vehicle) -> Self {
        Self {
            place: vehicle.start,
            free: vehicle.shift.earliest,
            vehicle,
            under_way: false,
            began: None,
            ended: None,
            duty: Duty::On,
            overrun: 0,
            done: Vec::new(),
            rests: Vec::new(),
            plan: Vec::new(),
        }
    }
}

/// The whole day in plain values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub now: Time,
    pub vehicles: Vec<Standing>,
    pub calls: Vec<Call>,
}

impl Live {
    /// Takes a day up again at [`Saved::now`].
    ///
    /// A planned call that stands in no plan is placed; a plan that no longer holds is mended as
    /// after a delay. What became of people by that is in the list; who was late before is not
    /// ([`Live::late`]).
    ///
    /// # Errors
    /// Impossible vehicles, calls or places, and plans that contradict the calls' states.
    pub fn restore(
        saved: Saved,
        travel: Travel,
        weights: Weights,
        scale: i64,
        settings: Settings,
    ) -> Result<(Self, Vec<Consequence>), Problem> {
        travel.check()?;
        Instance::check_weights(&weights)?;
        let (places, vehicles) = (travel.len(), saved.vehicles.len());
        saved.vehicles.iter().try_for_each(|standing| standing.check(places, saved.calls.len()))?;
        saved.calls.iter().try_for_each(|call| call.request.check(places, vehicles))?;
        check_states(&saved)?;
        let Saved { now, vehicles, calls } = saved;
        let aboard_in = |v: usize| {
            let inside =
                |call: &Call| matches!(call.state, State::Aboard { vehicle, .. } if vehicle == v);
            (0..calls.len()).filter(|&i| inside(&calls[i])).collect()
        };
        let fleet: Vec<&Vehicle> = vehicles.iter().map(|standing| &standing.vehicle).collect();
        let nearby = Nearby::new(&travel, &fleet);
        let cars =
            vehicles.into_iter().enumerate().map(|(v, s)| s.into_car(aboard_in(v))).collect();
        let mut live = Self { travel, weights, scale, settings, now, cars, calls, nearby };
        let found = live.settle();
        Ok((live, found))
    }

    /// Everything that [`Live::restore`] needs to go on from here.
    pub fn saved(&self) -> Saved {
        let vehicles = self.cars.iter().map(Car::standing).collect();
        Saved { now: self.now, vehicles, calls: self.calls.clone() }
    }

    /// Times what was kept and places whom it left out.
    fn settle(&mut self) -> Vec<Consequence> {
        let mut found = Vec::new();
        for c in 0..self.cars.len() {
            if self.cars[c].plan.is_empty() {
                self.rest_before_home(c);
                self.show(c);
            } else if !self.still_holds(c) {
                found.extend(self.part(c));
            }
        }
        let mut planned: BTreeSet<usize> = BTreeSet::new();
        planned.extend(self.cars.iter().flat_map(|car| &car.plan).map(|stop| stop.visit.request));
        let loose: Vec<usize> = (0..self.calls.len())
            .filter(|i| self.calls[*i].state == State::Planned && !planned.contains(i))
            .collect();
        found.extend(self.mend(&loose));
        found
    }
}

impl Standing {
    fn check(&self, places: usize, calls: usize) -> Result<(), Problem> {
        self.vehicle.check(places)?;
        let what = format!("vehicle {}", self.vehicle.id);
        if self.place >= places {
            return Err(Problem::UnknownPlace { what, place: self.place });
        }
        let times = [self.free, self.overrun, self.began.unwrap_or(0), self.ended.unwrap_or(0)];
        let stops = self.done.iter().flat_map(|stop| [stop.begin, stop.depart]);
        let rests = self.rests.iter().flat_map(|rest| [rest.begin, rest.end]);
        for time in times.into_iter().chain(stops).chain(rests) {
            crate::problem::number(&what, time)?;
        }
        let visits = self.done.iter().map(|stop| &stop.visit).chain(&self.plan);
        if visits.into_iter().any(|visit| visit.request >= calls) {
            return Err(Problem::Kept { what, why: "a call that is not among them".to_owned() });
        }
        Ok(())
    }

    pub(super) fn into_car(self, aboard: Vec<usize>) -> Car {
        let Self { vehicle, place, free, under_way, began, ended, duty, overrun, .. } = self;
        let owed = vehicle.breaks.clone();
        let breaks = still_owed(&owed, &self.rests);
        let mut plan = self.plan;
        // Whoever is aboard must get out, whatever the rows say.
        for &call in &aboard {
            let out = Visit { request: call, end: End::Delivery };
            if !plan.contains(&out) {
                plan.push(out);
            }
        }
        let untimed = |visit| PlannedStop { visit, begin: 0, depart: 0 };
        Car {
            vehicle: Vehicle { breaks, locked: Vec::new(), ..vehicle },
            owed,
            place,
            free,
            under_way: under_way && !plan.is_empty(),
            began,
            ended,
            duty,
            overrun,
            quiet_until: 0,
            aboard,
            plan: plan.into_iter().map(untimed).collect(),
            breaks: Vec::new(),
            log: self.done,
            rests: self.rests,
        }
    }
}

impl Car {
    fn standing(&self) -> Standing {
        Standing {
            vehicle: Vehicle { breaks: self.owed.clone(), ..self.vehicle.clone() },
            place: self.place,
            free: self.free,
            under_way: self.under_way,
            began: self.began,
            ended: self.ended,
            duty: self.duty,
            overrun: self.overrun,
            done: self.log.clone(),
            rests: self.rests.clone(),
            plan: self.plan.iter().map(|stop| stop.visit).collect(),
        }
    }
}

/// Plans and states must say the same: a planned call has both ends, in order, in one plan or
/// none; whoever is aboard is only delivered, there; nobody else is in a plan.
fn check_states(saved: &Saved) -> Result<(), Problem> {
    let mut seen: BTreeSet<Visit> = BTreeSet::new();
    for (v, standing) in saved.vehicles.iter().enumerate() {
        let fail = |why: &str| {
            let what = format!("vehicle {}", standing.vehicle.id);
            Err(Problem::Kept { what, why: why.to_owned() })
        };
        for (at, visit) in standing.plan.iter().enumerate() {
            if !seen.insert(*visit) {
                return fail("a stop twice");
            }
            let pickup = Visit { end: End::Pickup, ..*visit };
            let fits = match (saved.calls[visit.request].state, visit.end) {
                (State::Planned, End::Pickup) => {
                    standing.plan[at..].contains(&Visit { end: End::Delivery, ..*visit })
                }
                (State::Planned, End::Delivery) => standing.plan[..at].contains(&pickup),
                (State::Aboard { vehicle, .. }, End::Delivery) => vehicle == v,
                _ => false,
            };
            if !fits {
                return fail("a planned stop that its call's state does not allow");
            }
        }
        let idle = standing.duty == Duty::Out || standing.ended.is_some();
        if idle && !standing.plan.is_empty() {
            return fail("a plan for a vehicle that is out of service");
        }
    }
    for (i, call) in saved.calls.iter().enumerate() {
        let what = format!("request {}", call.request.id);
        let State::Aboard { vehicle, since } = call.state else { continue };
        crate::problem::number(&what, since)?;
        let gone = saved
            .vehicles
            .get(vehicle)
            .is_none_or(|standing| standing.duty == Duty::Out || standing.ended.is_some());
        if gone {
            let why = format!("call {i} is aboard a vehicle that does not drive");
            return Err(Problem::Kept { what, why });
        }
    }
    Ok(())
}
