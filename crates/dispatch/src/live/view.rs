//! The open part of the day as an instance of its own: some vehicles where they are now, their
//! people aboard and planned, and maybe one call more.

use std::collections::BTreeMap;

use crate::live::{Live, State};
use crate::plan::{PlannedBreak, PlannedRoute, PlannedStop};
use crate::problem::{End, Instance, Request, Stop, Time, Vehicle, Visit, Window};

/// See the module.
pub(super) struct View {
    pub instance: Instance,
    /// By request of the instance: its call, `usize::MAX` for the call that is not in yet.
    pub calls: Vec<usize>,
    /// By vehicle of the instance: the car.
    pub cars: Vec<usize>,
    /// By vehicle of the instance: locked and planned stops, in numbers of the instance.
    pub stops: Vec<Vec<Visit>>,
}

struct Places {
    local: BTreeMap<usize, usize>,
    list: Vec<usize>,
}

impl Places {
    fn number(&mut self, place: usize) -> usize {
        let next = self.list.len();
        let list = &mut self.list;
        *self.local.entry(place).or_insert_with(|| {
            list.push(place);
            next
        })
    }
}

impl Live {
    /// The instance of these cars and their calls, plus `loose` planned calls that have no tour,
    /// plus a new one.
    pub(super) fn view(&self, cars: &[usize], loose: &[usize], extra: Option<&Request>) -> View {
        let plans: Vec<&[PlannedStop]> = cars.iter().map(|&c| &self.cars[c].plan[..]).collect();
        self.view_of(cars, &plans, loose, extra)
    }

    /// The same with these plans instead of the cars' own.
    pub(super) fn view_of(
        &self,
        cars: &[usize],
        plans: &[&[PlannedStop]],
        loose: &[usize],
        extra: Option<&Request>,
    ) -> View {
        let mut places = Places { local: BTreeMap::new(), list: Vec::new() };
        let (mut calls, mut requests, mut vehicles) = (Vec::new(), Vec::new(), Vec::new());
        let mut stops = Vec::new();
        for (v, &c) in cars.iter().enumerate() {
            let (vehicle, ready) = self.vehicle_now(c, &mut places);
            let mut locked = Vec::new();
            for &i in &self.cars[c].aboard {
                let call = &self.calls[i];
                let State::Aboard { since, .. } = call.state else { continue };
                let request = self.aboard(&call.request, (c, since), ready, &mut places);
                locked.push(Visit { request: requests.len(), end: End::Pickup });
                calls.push(i);
                requests.push(Request { only: Some(vec![v]), ..request });
            }
            let mut tour = locked.clone();
            for stop in plans[v] {
                let call = stop.visit.request;
                let known = calls.iter().position(|&other| other == call);
                let request = known.unwrap_or_else(|| {
                    calls.push(call);
                    requests.push(self.local(&self.calls[call].request, cars, &mut places));
                    requests.len() - 1
                });
                tour.push(Visit { request, ..stop.visit });
            }
            if self.cars[c].under_way
                && let Some(&next) = tour.get(locked.len())
            {
                locked.push(next);
                let request: &mut Request = &mut requests[next.request];
                not_before(stop_of(request, next.end), self.now);
            }
            vehicles.push(Vehicle { locked, ..vehicle });
            stops.push(tour);
        }
        for &call in loose {
            calls.push(call);
            requests.push(self.local(&self.calls[call].request, cars, &mut places));
        }
        if let Some(request) = extra {
            calls.push(usize::MAX);
            requests.push(self.local(request, cars, &mut places));
        }
        let travel = self.travel.subset(&places.list);
        let (weights, scale) = (self.weights, self.scale);
        let instance = Instance { requests, vehicles, travel, weights, scale };
        View { instance, calls, cars: cars.to_vec(), stops }
    }

    /// When a car may leave where it stands, or when it left.
    pub(super) fn ready(&self, c: usize) -> Time {
        let car = &self.cars[c];
        if car.under_way {
            return car.free;
        }
        car.free.max(self.now).max(car.vehicle.shift.earliest)
    }

    fn vehicle_now(&self, c: usize, places: &mut Places) -> (Vehicle, Time) {
        let car = &self.cars[c];
        let ready = self.ready(c);
        let mut vehicle = car.vehicle.clone();
        vehicle.start = places.number(car.place);
        vehicle.end = vehicle.end.map(|end| places.number(end));
        if car.began.is_some() {
            vehicle.max_duration = None;
        }
        vehicle.shift.latest = self.closing(c).max(car.overrun);
        // The interior stays as it was when the first rider boarded.
        let fitting = self.layouts(&car.vehicle, &car.log);
        let mut fitting = fitting.into_iter();
        vehicle.layouts.retain(|_| fitting.next().unwrap_or(false));
        vehicle.shift.earliest = ready;
        vehicle.shift.latest = vehicle.shift.latest.max(ready);
        vehicle.shift.due = vehicle.shift.due.clamp(ready, vehicle.shift.latest);
        (vehicle, ready)
    }

    /// Somebody aboard: boards where the car is now, with what is left of the ride limit.
    fn aboard(
        &self,
        request: &Request,
        (c, since): (usize, Time),
        ready: Time,
        places: &mut Places,
    ) -> Request {
        let place = places.number(self.cars[c].place);
        let pickup = Stop { place, service: 0, window: Window::hard(ready, ready) };
        let mut delivery = request.delivery;
        delivery.place = places.number(delivery.place);
        let max_ride = (request.max_ride - (ready - since)).max(0);
        Request { pickup, delivery, max_ride, ..request.clone() }
    }

    fn local(&self, request: &Request, cars: &[usize], places: &mut Places) -> Request {
        let mut request = request.clone();
        request.pickup.place = places.number(request.pickup.place);
        request.delivery.place = places.number(request.delivery.place);
        if let Some(only) = request.only.take() {
            let here = cars.iter().enumerate().filter(|(_, c)| only.contains(c));
            request.only = Some(here.map(|(v, _)| v).collect());
        }
        request
    }

    /// Plans the breaks of a car that has nothing more to do but go home, if it comes home too late
    /// to owe none.
    pub(super) fn rest_before_home(&mut self, c: usize) {
        let car = &self.cars[c];
        if car.began.is_none() || !car.drives() {
            return;
        }
        let home = car.vehicle.end.and_then(|end| self.travel.leg(car.place, end));
        let drive = home.map_or(0, |leg| leg.0);
        let (mut free, mut list) = (car.free, Vec::new());
        for pause in &car.vehicle.breaks {
            let begin = free.max(pause.earliest);
            if free + drive > pause.latest && begin <= pause.latest {
                free = begin + pause.lasts;
                list.push(PlannedBreak { after: 0, begin, end: free });
            }
        }
        self.cars[c].breaks = list;
    }

    /// Takes over the tour of a view's vehicle.
    pub(super) fn take_up(&mut self, view: &View, v: usize, route: Option<&PlannedRoute>) {
        self.take_over(view, v, route);
        self.show(view.cars[v]);
    }

    fn take_over(&mut self, view: &View, v: usize, route: Option<&PlannedRoute>) {
        let aboard: Vec<Visit> = {
            let locked = &view.instance.vehicles[v].locked;
            let boarded = |visit: &&Visit| {
                let call = view.calls[visit.request];
                visit.end == End::Pickup
                    && call < self.calls.len()
                    && matches!(self.calls[call].state, State::Aboard { .. })
            };
            locked.iter().filter(boarded).copied().collect()
        };
        let car = &mut self.cars[view.cars[v]];
        car.quiet_until = 0;
        car.plan.clear();
        car.breaks.clear();
        let Some(route) = route.filter(|route| !route.stops.is_empty()) else {
            return self.rest_before_home(view.cars[v]);
        };
        for stop in route.stops.iter().filter(|stop| !aboard.contains(&stop.visit)) {
            let mut stop = *stop;
            stop.visit.request = view.calls[stop.visit.request];
            car.plan.push(stop);
        }
        for pause in &route.breaks {
            let after = pause.after.saturating_sub(aboard.len());
            car.breaks.push(PlannedBreak { after, ..*pause });
        }
    }

    /// Enters into the index where a car will be.
    pub(super) fn show(&mut self, c: usize) {
        let car = &self.cars[c];
        if !car.serves() {
            return self.nearby.remove(c);
        }
        let ready = self.ready(c);
        let mut way = vec![(car.place, ready, ready)];
        way.extend(
            car.plan.iter().map(|stop| (self.place_of(stop.visit), stop.begin, stop.depart)),
        );
        let end = self.closing(c);
        self.nearby.put(&self.travel, c, &way, end);
    }
}

pub(super) fn stop_of(request: &mut Request, end: End) -> &mut Stop {
    match end {
        End::Pickup => &mut request.pickup,
        End::Delivery => &mut request.delivery,
    }
}

fn not_before(stop: &mut Stop, now: Time) {
    stop.window.earliest = stop.window.earliest.max(now).min(stop.window.latest);
    stop.window.due = stop.window.due.max(stop.window.earliest);
}
