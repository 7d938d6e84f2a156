//! An independent judge of plans: it shares no code with the search.
//!
//! It looks at a plan from outside: first whether the times written in it keep every rule, then,
//! by Bellman-Ford over the constraints of each tour, whether a schedule exists at all. Nothing
//! here is fast; everything here is plain.

use std::collections::BTreeSet;

use crate::plan::{Plan, PlannedRoute};
use crate::problem::{Amount, End, Instance, Request, Stop, Time, Vehicle, Visit, Window};

/// A rule that a plan breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("vehicle {vehicle:?}: {what}")]
pub struct Fault {
    /// Index of the vehicle, if one is at fault.
    pub vehicle: Option<usize>,
    pub what: String,
}

/// Every rule that the plan breaks; empty for a good plan.
pub fn check(instance: &Instance, plan: &Plan) -> Vec<Fault> {
    let mut judge = Judge { instance, faults: Vec::new(), vehicle: None };
    let mut vehicles = BTreeSet::new();
    let mut seen: BTreeSet<Visit> = BTreeSet::new();
    for route in &plan.routes {
        judge.vehicle = Some(route.vehicle);
        if route.vehicle >= instance.vehicles.len() || !vehicles.insert(route.vehicle) {
            judge.fault("unknown or used twice");
            continue;
        }
        for stop in &route.stops {
            if stop.visit.request >= instance.requests.len() || !seen.insert(stop.visit) {
                judge.fault("a stop that is unknown or planned twice");
                return judge.faults;
            }
        }
        judge.route(route);
    }
    judge.vehicle = None;
    for (v, vehicle) in instance.vehicles.iter().enumerate() {
        if !vehicle.locked.is_empty() && !vehicles.contains(&v) {
            judge.fault("locked stops left out");
        }
    }
    let mut left = vec![0; instance.requests.len()];
    for (r, _) in &plan.unserved {
        match left.get_mut(*r) {
            Some(count) => *count += 1,
            None => judge.fault("an unknown request left out"),
        }
    }
    for (r, left) in left.into_iter().enumerate() {
        let served = seen.contains(&Visit { request: r, end: End::Delivery });
        if left + usize::from(served) != 1 {
            judge.fault(format!("request {r} is neither served once nor left out once"));
        }
    }
    if plan.distance != plan.routes.iter().map(|route| route.distance).sum::<i64>() {
        judge.fault("distances do not add up");
    }
    judge.faults
}

struct Judge<'a> {
    instance: &'a Instance,
    faults: Vec<Fault>,
    vehicle: Option<usize>,
}

impl Judge<'_> {
    fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(Fault { vehicle: self.vehicle, what: what.into() });
    }

    fn need(&mut self, holds: bool, what: &str) {
        if !holds {
            self.fault(what);
        }
    }

    fn route(&mut self, route: &PlannedRoute) {
        let vehicle = &self.instance.vehicles[route.vehicle];
        let visits: Vec<Visit> = route.stops.iter().map(|stop| stop.visit).collect();
        self.need(visits.starts_with(&vehicle.locked), "locked stops do not come first");
        self.fit(route, vehicle);
        self.clock(route, vehicle);
        self.pauses(route, vehicle);
        self.loads(route, vehicle);
        let spots: Vec<usize> = route.breaks.iter().map(|pause| pause.after).collect();
        let pauses = taken(vehicle, route);
        let exists = earliest(self.instance, route.vehicle, &visits, &spots, &pauses);
        self.need(exists.is_some(), "no schedule exists (Bellman-Ford)");
    }

    fn fit(&mut self, route: &PlannedRoute, vehicle: &Vehicle) {
        for (i, stop) in route.stops.iter().enumerate() {
            let request = &self.instance.requests[stop.visit.request];
            if stop.visit.end == End::Delivery {
                let pickup = Visit { end: End::Pickup, ..stop.visit };
                let before = route.stops[..i].iter().find(|s| s.visit == pickup);
                match before {
                    Some(from) => {
                        self.need(stop.begin - from.depart <= request.max_ride, "ride too long");
                    }
                    None => self.fault("a delivery without its pickup before it"),
                }
                continue;
            }
            let delivery = Visit { end: End::Delivery, ..stop.visit };
            let after = route.stops[i..].iter().any(|s| s.visit == delivery);
            self.need(after || vehicle.locked.contains(&stop.visit), "a pickup without delivery");
            let only = request.only.as_ref();
            self.need(only.is_none_or(|list| list.contains(&route.vehicle)), "not its vehicle");
            let fitted = request.needs.iter().all(|need| vehicle.features.contains(need));
            self.need(fitted, "equipment is missing");
            let crew = request.crew.iter().all(|(role, count)| {
                vehicle.crew.get(role).is_some_and(|have| have >= count) || *count == 0
            });
            self.need(crew, "crew is missing");
        }
    }

    fn clock(&mut self, route: &PlannedRoute, vehicle: &Vehicle) {
        let mut place = vehicle.start;
        let mut free = route.start;
        let mut distance = 0;
        self.need(route.start >= vehicle.shift.earliest, "away before the shift");
        self.need(route.end <= vehicle.shift.latest, "back after the shift");
        let longest = vehicle.max_duration.unwrap_or(Time::MAX);
        self.need(route.end - route.start <= longest, "the tour lasts too long");
        for (i, stop) in route.stops.iter().enumerate() {
            free = self.after_pauses(route, i, free);
            let there = end_of(&self.instance.requests[stop.visit.request], stop.visit);
            match self.instance.travel.arrive(place, there.place, free) {
                Some(come) => self.need(stop.begin >= come, "begins before it can be reached"),
                None => self.fault("no way to a stop"),
            }
            distance += self.instance.travel.leg(place, there.place).map_or(0, |leg| leg.1);
            let Window { earliest, latest, .. } = there.window;
            let open = stop.begin >= earliest && stop.begin <= latest;
            self.need(open, "outside the window");
            self.need(stop.depart == stop.begin + there.service, "service is cut short");
            (place, free) = (there.place, stop.depart);
        }
        free = self.after_pauses(route, route.stops.len(), free);
        if let Some(end) = vehicle.end {
            match self.instance.travel.arrive(place, end, free) {
                Some(come) => self.need(route.end >= come, "back before it can be reached"),
                None => self.fault("no way back"),
            }
            distance += self.instance.travel.leg(place, end).map_or(0, |leg| leg.1);
        } else {
            self.need(route.end >= free, "ends before its last stop");
        }
        self.need(distance == route.distance, "distance is wrong");
    }

    fn after_pauses(&mut self, route: &PlannedRoute, after: usize, free: Time) -> Time {
        let mut free = free;
        for pause in route.breaks.iter().filter(|pause| pause.after == after) {
            self.need(pause.begin >= free, "a break begins during something else");
            free = pause.end;
        }
        free
    }

    fn pauses(&mut self, route: &PlannedRoute, vehicle: &Vehicle) {
        let mut owed = vehicle.breaks.clone();
        owed.sort_by_key(|pause| (pause.earliest, pause.latest, pause.lasts));
        for taken in &route.breaks {
            let at = owed.iter().position(|pause| {
                taken.begin >= pause.earliest
                    && taken.begin <= pause.latest
                    && taken.end - taken.begin == pause.lasts
            });
            let Some(at) = at else {
                self.fault("a break that is not owed or not then");
                continue;
            };
            let pause = owed.remove(at);
            let aboard = aboard_after(route, taken.after);
            self.need(pause.aboard || aboard == 0, "a break with somebody aboard");
        }
        let late = owed.iter().any(|pause| route.end > pause.latest);
        self.need(!late, "a break is owed");
    }

    fn loads(&mut self, route: &PlannedRoute, vehicle: &Vehicle) {
        let Some(room) = vehicle.layouts.get(route.layout) else {
            return self.fault("unknown layout");
        };
        let mut load = [0_i64; 4];
        let (mut riders, mut alone) = (0_i64, 0_i64);
        for stop in &route.stops {
            let request = &self.instance.requests[stop.visit.request];
            let sign = if stop.visit.end == End::Pickup { 1 } else { -1 };
            for (sum, &amount) in load.iter_mut().zip(&request.load) {
                *sum += sign * i64::from(amount);
            }
            riders += sign;
            alone += sign * i64::from(request.alone);
            self.need(seated(&load, room), "no room aboard");
            self.need(alone == 0 || riders <= 1, "somebody must ride alone");
        }
    }
}

/// Seats people hardest first, which is optimal because the choices are nested.
fn seated(load: &[i64; 4], room: &Amount) -> bool {
    let room = room.map(i64::from);
    let beds = room[2] - load[2];
    let on_beds = (load[1] - room[1]).max(0);
    let standing = (load[0] - room[0]).max(0);
    let spare = (room[1] - load[1]).max(0) + beds - on_beds;
    load[3] <= room[3] && beds >= 0 && on_beds <= beds && standing <= spare
}

fn end_of(request: &Request, visit: Visit) -> &Stop {
    match visit.end {
        End::Pickup => &request.pickup,
        End::Delivery => &request.delivery,
    }
}

fn aboard_after(route: &PlannedRoute, after: usize) -> usize {
    let before = &route.stops[..after.min(route.stops.len())];
    let pickups = before.iter().filter(|s| s.visit.end == End::Pickup).count();
    pickups - before.iter().filter(|s| s.visit.end == End::Delivery).count().min(pickups)
}

/// The windows of the breaks a tour takes, in its order.
fn taken(vehicle: &Vehicle, route: &PlannedRoute) -> Vec<(Time, Time, Time)> {
    let mut owed = vehicle.breaks.clone();
    owed.sort_by_key(|pause| (pause.earliest, pause.latest, pause.lasts));
    let mut list = Vec::new();
    for taken in &route.breaks {
        let fits = |pause: &crate::problem::Break| {
            taken.begin >= pause.earliest
                && taken.begin <= pause.latest
                && taken.end - taken.begin == pause.lasts
        };
        if let Some(at) = owed.iter().position(fits) {
            let pause = owed.remove(at);
            list.push((pause.earliest, pause.latest, pause.lasts));
        }
    }
    list
}

/// The earliest time of each point of a tour: leaving the start, each stop, the end. `None` when
/// no schedule exists. `spots` says after how many stops each of `pauses` (earliest, latest,
/// length) is taken.
///
/// Bellman-Ford: every rule says "this time is at least that time plus so much"; times rise until
/// all rules hold. Without an hour profile, rising in more rounds than there are points proves a
/// cycle that can never hold.
pub fn earliest(
    instance: &Instance,
    vehicle: usize,
    visits: &[Visit],
    spots: &[usize],
    pauses: &[(Time, Time, Time)],
) -> Option<Vec<Time>> {
    let who = &instance.vehicles[vehicle];
    let stops: Vec<&Stop> =
        visits.iter().map(|v| end_of(&instance.requests[v.request], *v)).collect();
    let k = stops.len() + 2;
    let mut time = vec![who.shift.earliest];
    time.extend(stops.iter().map(|stop| stop.window.earliest));
    time.push(who.shift.earliest);
    let latest = |i: usize| {
        let inner = i.checked_sub(1).and_then(|i| stops.get(i));
        inner.map_or(who.shift.latest, |stop| stop.window.latest)
    };
    let rounds = if instance.travel.profile().is_some() { 100 * k } else { k + 1 };
    for _ in 0..=rounds {
        let before = time.clone();
        for i in 1..k {
            let from = if i == 1 { who.start } else { stops[i - 2].place };
            let mut leave = time[i - 1] + if i == 1 { 0 } else { stops[i - 2].service };
            for (_, pause) in spots.iter().zip(pauses).filter(|(spot, _)| **spot == i - 1) {
                leave = leave.max(pause.0);
                if leave > pause.1 {
                    return None;
                }
                leave += pause.2;
            }
            let to = stops.get(i - 1).map(|stop| stop.place).or(who.end);
            let come = to.map_or(Some(leave), |to| instance.travel.arrive(from, to, leave))?;
            time[i] = time[i].max(come);
        }
        for (i, visit) in visits.iter().enumerate().filter(|(_, v)| v.end == End::Pickup) {
            let delivery = Visit { end: End::Delivery, ..*visit };
            if let Some(j) = visits.iter().position(|v| *v == delivery) {
                let least = time[j + 1] - instance.requests[visit.request].max_ride;
                time[i + 1] = time[i + 1].max(least - stops[i].service);
            }
        }
        if let Some(longest) = who.max_duration {
            time[0] = time[0].max(time[k - 1] - longest);
        }
        if (0..k).any(|i| time[i] > latest(i)) {
            return None;
        }
        if time == before {
            return Some(time);
        }
    }
    None
}
