//! A finished plan: tours with times, what it costs, and who is left out and why.

use serde::{Deserialize, Serialize};

use crate::model::{Class, Load, Model, Unfit, refusal};
use crate::problem::{End, Instance, Time, Visit};
use crate::search::insert::Finder;
use crate::search::route::{Route, Shelf};
use crate::window::{Scratch, schedule};

/// One stop of a tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedStop {
    pub visit: Visit,
    /// When service begins, and when it ends.
    pub begin: Time,
    pub depart: Time,
}

/// A break in a tour: after so many stops, from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedBreak {
    pub after: usize,
    pub begin: Time,
    pub end: Time,
}

/// The tour of one vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRoute {
    /// Index of the vehicle.
    pub vehicle: usize,
    /// Leaving the start, and reaching the end (or leaving the last stop of an open tour).
    pub start: Time,
    pub end: Time,
    pub stops: Vec<PlannedStop>,
    pub breaks: Vec<PlannedBreak>,
    /// Index of the interior used.
    pub layout: usize,
    pub distance: i64,
}

/// Why a request is in no tour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No vehicle it is allowed to use.
    Pinned,
    /// No vehicle has the equipment.
    Feature,
    /// No vehicle has the crew.
    Crew,
    /// No vehicle has the room.
    Room,
    /// There is no way to it.
    Unreachable,
    /// Its windows or ride limit cannot be met even by an unused vehicle.
    Window,
    /// Each vehicle that could serve it is taken by others.
    Taken,
}

impl Reason {
    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Feature => "feature",
            Self::Crew => "crew",
            Self::Room => "room",
            Self::Unreachable => "unreachable",
            Self::Window => "window",
            Self::Taken => "taken",
        }
    }

    pub(crate) fn of(unfit: Unfit) -> Self {
        match unfit {
            Unfit::Pinned => Self::Pinned,
            Unfit::Feature => Self::Feature,
            Unfit::Crew => Self::Crew,
            Unfit::Room => Self::Room,
            Unfit::Unreachable => Self::Unreachable,
        }
    }
}

/// What a plan costs, in the order in which plans are compared: a smaller first part wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cost {
    /// Requests left out, the highest priority first.
    pub unserved: [usize; 6],
    /// Time by which services begin after they were due, added up.
    pub lateness: Time,
    /// Distance, time and overtime by their weights.
    pub work: i64,
    /// Time aboard beyond the direct drive, added up over requests.
    pub excess_ride: Time,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Used vehicles only, by vehicle.
    pub routes: Vec<PlannedRoute>,
    /// Requests (indices) in no tour.
    pub unserved: Vec<(usize, Reason)>,
    pub cost: Cost,
    /// Sum of driven distance in fine units.
    pub distance: i64,
}

impl Plan {
    /// Stops by vehicle, without times: what the search needs to take a plan up again.
    pub fn sequences(&self, vehicles: usize) -> Vec<Vec<Visit>> {
        let mut list = vec![Vec::new(); vehicles];
        for route in &self.routes {
            list[route.vehicle] = route.stops.iter().map(|stop| stop.visit).collect();
        }
        list
    }

    /// The tour and stop of one end of a request.
    pub fn find(&self, visit: Visit) -> Option<(&PlannedRoute, &PlannedStop)> {
        self.routes.iter().find_map(|route| {
            let stop = route.stops.iter().find(|stop| stop.visit == visit)?;
            Some((route, stop))
        })
    }
}

/// Makes a plan out of tours given as nodes; tours without a schedule are a fault of the caller
/// and their requests come back unserved.
pub(crate) fn assemble(model: &Model, tours: &[Vec<u16>]) -> Plan {
    let mut work = Scratch::new(model);
    let mut plan = Plan::default();
    let mut served = vec![false; model.n];
    for (vehicle, seq) in tours.iter().enumerate() {
        let class = &model.classes[usize::from(model.class_of[vehicle])];
        if seq.len() <= 2 {
            continue;
        }
        if let Some(route) = planned(model, class, vehicle, seq, &mut work) {
            for stop in route.stops.iter().filter(|s| s.visit.end == End::Delivery) {
                served[stop.visit.request] = true;
            }
            plan.distance += route.distance;
            plan.routes.push(route);
        }
    }
    let left: Vec<usize> = (0..model.n).filter(|&r| !served[r]).collect();
    plan.unserved = reasons(model, &left);
    plan.cost = cost(model.instance, &plan);
    plan
}

fn planned(
    model: &Model,
    class: &Class,
    vehicle: usize,
    seq: &[u16],
    work: &mut Scratch,
) -> Option<PlannedRoute> {
    let times = schedule(model, class, seq, work)?;
    let (mut stops, mut breaks) = (Vec::new(), Vec::new());
    let (mut load, mut mask) = (Load::default(), u32::MAX);
    for (i, &x) in seq.iter().enumerate() {
        let node = usize::from(x);
        let begin = times.begin[i];
        let mut free = begin + model.service[node];
        for (_, pause) in times.gaps.iter().filter(|gap| gap.0 == i) {
            let from = free.max(pause.earliest);
            free = from + pause.lasts;
            breaks.push(PlannedBreak { after: i, begin: from, end: free });
        }
        load = load.plus(model.load[node]);
        mask &= class.mask(&load);
        if node < 2 * model.n {
            let depart = begin + model.service[node];
            stops.push(PlannedStop { visit: model.visit(x), begin, depart });
        }
    }
    Some(PlannedRoute {
        vehicle,
        start: times.begin[0],
        end: times.begin[seq.len() - 1],
        stops,
        breaks,
        layout: mask.trailing_zeros() as usize,
        distance: seq.windows(2).map(|leg| model.distance(leg[0], leg[1])).sum(),
    })
}

/// What a plan costs, from its times.
pub(crate) fn cost(instance: &Instance, plan: &Plan) -> Cost {
    let mut cost = Cost::default();
    for &(r, _) in &plan.unserved {
        let priority = usize::from(instance.requests[r].priority.min(5));
        cost.unserved[5 - priority] += 1;
    }
    let weights = instance.weights;
    for route in &plan.routes {
        let vehicle = &instance.vehicles[route.vehicle];
        cost.work += route.distance * weights.distance
            + (route.end - route.start) * weights.time
            + (route.end - vehicle.shift.due).max(0) * weights.overtime;
        for stop in &route.stops {
            let request = &instance.requests[stop.visit.request];
            let window = match stop.visit.end {
                End::Pickup => request.pickup.window,
                End::Delivery => request.delivery.window,
            };
            cost.lateness += (stop.begin - window.due).max(0);
            if stop.visit.end == End::Pickup {
                continue;
            }
            let pickup = Visit { end: End::Pickup, ..stop.visit };
            let boarded = route.stops.iter().find(|s| s.visit == pickup).map(|s| s.depart);
            let direct = instance.travel.leg(request.pickup.place, request.delivery.place);
            if let (Some(boarded), Some((direct, _))) = (boarded, direct) {
                cost.excess_ride += (stop.begin - boarded - direct).max(0);
            }
        }
    }
    cost
}

fn reasons(model: &Model, left: &[usize]) -> Vec<(usize, Reason)> {
    let mut finder = Finder::new(model);
    let mut shelf = Shelf::new(0);
    let mut bare: Vec<Option<std::rc::Rc<Route>>> = Vec::new();
    if !left.is_empty() {
        for (c, class) in model.classes.iter().enumerate() {
            let mut seq = vec![class.start];
            seq.extend(&class.locked);
            seq.push(class.end);
            bare.push(shelf.get(model, c as u16, seq, &mut finder.work));
        }
    }
    let mut why = |r: usize| {
        let fit: Vec<usize> = (0..model.classes.len()).filter(|&c| model.allows(c, r)).collect();
        if fit.is_empty() {
            let all = model.members.iter().filter_map(|m| refusal(model.instance, m[0], r));
            return all.map(Reason::of).max().unwrap_or(Reason::Taken);
        }
        let alone = fit
            .iter()
            .filter_map(|&c| bare[c].as_ref())
            .any(|route| finder.best(model, route, r as u16).cost < crate::model::NEVER);
        if alone { Reason::Taken } else { Reason::Window }
    };
    left.iter().map(|&r| (r, why(r))).collect()
}
