//! What happens to a plan: cancellations, breakdowns, delays, returns on call, and the search for
//! a better plan behind the one in force.

use crate::live::offer::timed;
use crate::live::view::stop_of;
use crate::live::{Call, Live, State};
use crate::plan::Cost;
use crate::problem::{End, FARTHEST, Problem, Request, Time, Visit, Window};
use crate::solve::{Limit, Options, improve};

/// What an event did to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Another vehicle comes, in time.
    Moved { call: usize, vehicle: usize },
    /// The promise or ride limit cannot be kept; late by so much at pickup or delivery.
    Late { call: usize, by: Time },
    /// Nobody can serve it; a person must decide.
    Lost { call: usize },
}

impl Live {
    /// Takes a call out of the plan; false if the person is aboard or the call is over.
    pub fn cancel(&mut self, call: usize) -> bool {
        match self.calls.get(call).map(|c| c.state) {
            Some(State::OnCall) => {}
            Some(State::Planned) => self.take_out(call),
            _ => return false,
        }
        self.calls[call].state = State::Cancelled;
        true
    }

    /// Removes the stops of a call. A car already driving to it drives on to that place.
    fn take_out(&mut self, call: usize) {
        for c in 0..self.cars.len() {
            let car = &self.cars[c];
            if !car.plan.iter().any(|stop| stop.visit.request == call) {
                continue;
            }
            let next = car.plan[0].visit;
            if car.under_way && next.request == call {
                let there = self.place_of(next);
                let car = &mut self.cars[c];
                let come = self.travel.arrive(car.place, there, car.free);
                car.place = there;
                car.free = come.unwrap_or(car.free);
                car.under_way = false;
            }
            self.cars[c].plan.retain(|stop| stop.visit.request != call);
            let tour = self.cars[c].plan.iter().map(|stop| stop.visit).collect();
            self.retime(&[c], &[(c, tour)]);
        }
    }

    /// A vehicle stops for good. Its people aboard are fetched where it stands (its last stop),
    /// everybody is planned anew: in time if any vehicle can, late otherwise.
    pub fn break_down(&mut self, vehicle: usize) -> Vec<Consequence> {
        let Some(car) = self.cars.get_mut(vehicle) else { return Vec::new() };
        car.out = true;
        car.under_way = false;
        car.ended = Some(self.now);
        let place = car.place;
        let plan = std::mem::take(&mut car.plan);
        car.breaks.clear();
        car.aboard.clear();
        let mut loose: Vec<usize> = plan.iter().map(|stop| stop.visit.request).collect();
        loose.sort_unstable();
        loose.dedup();
        for &call in &loose {
            let call = &mut self.calls[call];
            if matches!(call.state, State::Aboard { .. }) {
                call.state = State::Planned;
                call.request.pickup.place = place;
                call.request.pickup.window = Window::hard(self.now, self.now);
                relax(&mut call.request);
            }
        }
        self.mend(&loose)
    }

    /// A vehicle is late by so much. Who can still be fetched in time is, by another vehicle if
    /// need be; the others are late.
    pub fn delay(&mut self, vehicle: usize, by: Time) -> Vec<Consequence> {
        let ready = self.cars.get(vehicle).map(|_| self.ready(vehicle));
        let Some(ready) = ready else { return Vec::new() };
        let car = &mut self.cars[vehicle];
        car.free = ready + by.clamp(0, FARTHEST);
        let tour: Vec<Visit> = car.plan.iter().map(|stop| stop.visit).collect();
        if self.retime(&[vehicle], &[(vehicle, tour.clone())]) {
            return Vec::new();
        }
        // People aboard and the stop it is driving to stay with it, late if it must be.
        let held = |live: &Self, visit: &Visit| {
            let aboard = matches!(live.calls[visit.request].state, State::Aboard { .. });
            let next = live.cars[vehicle].under_way && visit.request == tour[0].request;
            aboard || next
        };
        let (mut stay, mut loose) = (Vec::new(), Vec::new());
        for visit in &tour {
            if held(self, visit) {
                stay.push(*visit);
            } else if visit.end == End::Pickup {
                loose.push(visit.request);
            }
        }
        let mut late = Vec::new();
        if !self.retime(&[vehicle], &[(vehicle, stay.clone())]) {
            for visit in &stay {
                relax(&mut self.calls[visit.request].request);
                late.push(visit.request);
            }
            let shift = &mut self.cars[vehicle].vehicle.shift;
            shift.latest = shift.latest.saturating_mul(2).min(FARTHEST);
            self.retime(&[vehicle], &[(vehicle, stay)]);
        }
        let mut found = self.lateness(&late);
        found.extend(self.mend(&loose));
        found
    }

    /// Finds tours for calls that lost theirs.
    fn mend(&mut self, loose: &[usize]) -> Vec<Consequence> {
        let mut order = loose.to_vec();
        order.sort_by_key(|&call| {
            let request = &self.calls[call].request;
            (std::cmp::Reverse(request.priority), request.pickup.window.latest, call)
        });
        let mut found = Vec::new();
        for call in order {
            if self.place_again(call) {
                let late = self.lateness(&[call]);
                if late.is_empty() {
                    let vehicle = self.vehicle_of(call);
                    found.extend(vehicle.map(|vehicle| Consequence::Moved { call, vehicle }));
                }
                found.extend(late);
                continue;
            }
            relax(&mut self.calls[call].request);
            if self.place_again(call) {
                found.extend(self.lateness(&[call]));
            } else {
                self.calls[call].state = State::Lost;
                found.push(Consequence::Lost { call });
            }
        }
        found
    }

    /// Inserts a known call without changing its windows; false if it fits nowhere.
    fn place_again(&mut self, call: usize) -> bool {
        let request = self.calls[call].request.clone();
        let Ok(Ok(offer)) = self.offer(&request) else { return false };
        let new = self.calls.len();
        let rename = |visit: &Visit| {
            let request = if visit.request == new { call } else { visit.request };
            Visit { request, ..*visit }
        };
        let tours: Vec<(usize, Vec<Visit>)> =
            offer.tours().iter().map(|(c, tour)| (*c, tour.iter().map(rename).collect())).collect();
        self.retime_or_not(&tours)
    }

    /// How late calls are against what they were promised.
    fn lateness(&self, calls: &[usize]) -> Vec<Consequence> {
        let late = |&call: &usize| {
            let request = &self.calls[call].request;
            let mut by = 0;
            for stop in self.cars.iter().flat_map(|car| &car.plan) {
                if stop.visit.request == call {
                    let due = match stop.visit.end {
                        End::Pickup => request.pickup.window.due,
                        End::Delivery => request.delivery.window.due,
                    };
                    by = by.max(stop.begin - due);
                }
            }
            (by > 0).then_some(Consequence::Late { call, by })
        };
        calls.iter().filter_map(late).collect()
    }

    /// The vehicle planned for a call.
    pub fn vehicle_of(&self, call: usize) -> Option<usize> {
        let has = |car: &crate::live::Car| car.plan.iter().any(|s| s.visit.request == call);
        self.cars.iter().position(has)
    }

    /// Registers a return whose time is not known; nothing is planned until [`Live::ready_for`].
    ///
    /// # Errors
    /// None yet; the request is judged when its time is known.
    pub fn on_call(&mut self, request: Request) -> Result<usize, Problem> {
        self.calls.push(Call { request, state: State::OnCall, promise: None });
        Ok(self.calls.len() - 1)
    }

    /// A return is ready to be fetched: within the promise if possible, later otherwise. `None`
    /// if the call is not waiting.
    pub fn ready_for(&mut self, call: usize) -> Option<Vec<Consequence>> {
        let now = self.now;
        let waiting = self.calls.get_mut(call).filter(|c| c.state == State::OnCall)?;
        waiting.state = State::Planned;
        waiting.request.pickup.window = Window::hard(now, now + self.settings.promise_after);
        let latest = waiting.request.delivery.window.latest.max(now);
        waiting.request.delivery.window = Window::hard(now.min(latest), latest);
        waiting.promise = Some((now, now + self.settings.promise_after));
        Some(self.mend(&[call]))
    }

    /// Looks for a better plan behind the one in force, and takes it up only if it serves the
    /// lost, is less late, or saves more than the threshold and the moves it asks of people.
    /// Gives true if it was taken up.
    pub fn reoptimise(&mut self, limit: Limit) -> bool {
        let cars: Vec<usize> = (0..self.cars.len())
            .filter(|&c| !self.cars[c].out && self.cars[c].ended.is_none())
            .collect();
        if cars.iter().map(|&c| self.cars[c].plan.len()).sum::<usize>() < 3 {
            return false;
        }
        let view = self.view(&cars, &[], None);
        let options = Options { threads: 1, seed: self.settings.seed, ..Options::default() };
        let Ok((plan, _)) = improve(&view.instance, &options, limit, &|| (), Some(&view.stops))
        else {
            return false;
        };
        let Some(before) = self.cost_of(&view.instance, &view.stops) else { return false };
        let sequences = plan.sequences(cars.len());
        let moves = view.stops.iter().zip(&sequences).map(|(old, new)| {
            let pickups = new.iter().filter(|visit| visit.end == End::Pickup);
            pickups.filter(|visit| !old.contains(visit)).count()
        });
        let price = self.settings.threshold + self.settings.move_cost * moves.sum::<usize>() as i64;
        let harder = (plan.cost.unserved, plan.cost.lateness);
        let known = (before.unserved, before.lateness);
        if harder > known || (harder == known && plan.cost.work + price > before.work) {
            return false;
        }
        for v in 0..cars.len() {
            let route = plan.routes.iter().find(|route| route.vehicle == v);
            self.take_up(&view, v, route);
        }
        true
    }

    /// Cost of tours as they are planned.
    fn cost_of(&self, instance: &crate::problem::Instance, stops: &[Vec<Visit>]) -> Option<Cost> {
        let mut plan = crate::plan::Plan::default();
        for (v, tour) in stops.iter().enumerate() {
            if tour.is_empty() {
                continue;
            }
            let view = self.view(&[self.car_at(v)?], &[], None);
            let timed = timed(&view.instance, &view.stops[0])?;
            plan.distance += timed.distance;
            let first = plan.routes.len();
            plan.routes.push(timed);
            let route = &mut plan.routes[first];
            route.vehicle = v;
            for (stop, visit) in route.stops.iter_mut().zip(tour) {
                stop.visit = *visit;
            }
        }
        Some(crate::plan::cost(instance, &plan))
    }

    fn car_at(&self, v: usize) -> Option<usize> {
        let on_duty = |c: &usize| !self.cars[*c].out && self.cars[*c].ended.is_none();
        (0..self.cars.len()).filter(on_duty).nth(v)
    }
}

/// Lets a request be late: what was forbidden becomes lateness.
fn relax(request: &mut Request) {
    for end in [End::Pickup, End::Delivery] {
        let window = &mut stop_of(request, end).window;
        window.due = window.due.min(window.latest);
        window.latest = FARTHEST;
    }
    request.max_ride = FARTHEST;
}
