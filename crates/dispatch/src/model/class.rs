//! Which vehicles are alike, and which of them may never serve whom.

use std::collections::BTreeMap;

use super::{Class, FAR, Pause, fits, load_of};
use crate::problem::{End, Instance, Vehicle, Visit};

/// Why a vehicle may never serve a request, whatever else it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    Pinned,
    Feature,
    Crew,
    Room,
    Unreachable,
}

/// The first reason why this vehicle may never serve this request.
pub(crate) fn refusal(instance: &Instance, vehicle: usize, request: usize) -> Option<Unfit> {
    let (v, r) = (&instance.vehicles[vehicle], &instance.requests[request]);
    if r.only.as_ref().is_some_and(|only| !only.contains(&vehicle)) {
        return Some(Unfit::Pinned);
    }
    if !r.needs.iter().all(|need| v.features.contains(need)) {
        return Some(Unfit::Feature);
    }
    let has = |role: &String| v.crew.get(role).copied().unwrap_or(0);
    if r.crew.iter().any(|(role, &count)| has(role) < count) {
        return Some(Unfit::Crew);
    }
    let load = load_of(r);
    if !v.layouts.iter().any(|room| fits(&load, &room.map(|a| a as i16))) {
        return Some(Unfit::Room);
    }
    let (a, b) = (r.pickup.place, r.delivery.place);
    let ways = [Some((v.start, a)), Some((a, b)), v.end.map(|end| (b, end))];
    let hole = ways.iter().flatten().any(|&(from, to)| instance.travel.leg(from, to).is_none());
    hole.then_some(Unfit::Unreachable)
}

/// The classes, the class of each vehicle, and the places where tours begin or end.
pub(super) fn classes(instance: &Instance) -> (Vec<Class>, Vec<u16>, Vec<usize>) {
    let n = instance.requests.len();
    let mut terminal: Vec<usize> = Vec::new();
    for vehicle in &instance.vehicles {
        for place in [Some(vehicle.start), vehicle.end].into_iter().flatten() {
            if !terminal.contains(&place) {
                terminal.push(place);
            }
        }
    }
    let number = |place: Option<usize>| {
        let at = place.and_then(|p| terminal.iter().position(|&t| t == p));
        (2 * n + at.unwrap_or(terminal.len())) as u16
    };
    let named: Vec<usize> =
        instance.requests.iter().flat_map(|r| r.only.iter().flatten().copied()).collect();
    let soft = instance.requests.iter().any(|r| {
        r.pickup.window.due < r.pickup.window.latest
            || r.delivery.window.due < r.delivery.window.latest
    });
    let mut known: BTreeMap<Class, u16> = BTreeMap::new();
    let mut list = Vec::new();
    let mut class_of = Vec::new();
    for (v, vehicle) in instance.vehicles.iter().enumerate() {
        let own = if named.contains(&v) { v + 1 } else { 0 };
        let mut class = class(instance, vehicle, own, soft);
        class.start = number(Some(vehicle.start));
        class.end = number(vehicle.end);
        let next = list.len() as u16;
        let id = *known.entry(class.clone()).or_insert(next);
        if id == next {
            list.push(class);
        }
        class_of.push(id);
    }
    (list, class_of, terminal)
}

fn class(instance: &Instance, vehicle: &Vehicle, apart: usize, soft: bool) -> Class {
    let n = instance.requests.len();
    let pauses: Vec<Pause> = vehicle
        .breaks
        .iter()
        .map(|b| Pause { earliest: b.earliest, latest: b.latest, lasts: b.lasts, aboard: b.aboard })
        .collect();
    let node = |visit: &Visit| match visit.end {
        End::Pickup => visit.request as u16,
        End::Delivery => (visit.request + n) as u16,
    };
    let over = vehicle.shift.due < vehicle.shift.latest && instance.weights.overtime > 0;
    Class {
        start: 0,
        end: 0,
        from: vehicle.shift.earliest,
        due: vehicle.shift.due,
        until: vehicle.shift.latest,
        longest: vehicle.max_duration.unwrap_or(FAR),
        rich: soft || over || instance.weights.time > 0 || !pauses.is_empty(),
        pauses,
        rooms: vehicle.layouts.iter().map(|room| room.map(|a| a as i16)).collect(),
        locked: vehicle.locked.iter().map(node).collect(),
        features: vehicle.features.iter().cloned().collect(),
        crew: vehicle.crew.iter().map(|(role, &count)| (role.clone(), count)).collect(),
        apart,
    }
}
