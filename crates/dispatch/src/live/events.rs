//! What happens to a plan: cancellations, breakdowns, delays, returns on call, and the search for
//! a better plan behind the one in force.

use serde::{Deserialize, Serialize};

use crate::live::offer::timed;
use crate::live::view::{View, stop_of};
use crate::live::{Call, Duty, Live, State};
use crate::plan::Cost;
use crate::problem::{End, FARTHEST, Problem, Request, Time, Visit, Window};
use crate::solve::{Limit, Options, improve};

/// What an event did to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Another vehicle comes, in time.
    Moved { call: usize, vehicle: usize },
    /// The promise or ride limit cannot be kept; late by so much at pickup or delivery.
    Late { call: usize, by: Time },
    /// Nobody can serve it; a person must decide.
    Lost { call: usize },
    /// The vehicle comes back so much after its shift or longest tour.
    Overtime { vehicle: usize, by: Time },
    /// A break can no longer be taken when it is owed.
    BreakMissed { vehicle: usize },
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
        let Some(car) = self.cars.get_mut(vehicle).filter(|car| car.drives()) else {
            return Vec::new();
        };
        car.duty = Duty::Out;
        self.nearby.remove(vehicle);
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
        if !self.cars.get(vehicle).is_some_and(|car| car.drives()) {
            return Vec::new();
        }
        let ready = self.ready(vehicle);
        self.cars[vehicle].free = ready + by.clamp(0, FARTHEST / 2);
        self.replan(vehicle)
    }

    /// Finds tours for calls that lost theirs.
    pub(super) fn mend(&mut self, loose: &[usize]) -> Vec<Consequence> {
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
    pub(super) fn lateness(&self, calls: &[usize]) -> Vec<Consequence> {
        let late = |&call: &usize| {
            let late = self.late_in(self.vehicle_of(call)?);
            let by = late.iter().find(|(other, _)| *other == call)?.1;
            Some(Consequence::Late { call, by })
        };
        calls.iter().filter_map(late).collect()
    }

    /// Who is late in a car's plan, and by how much at most.
    pub(super) fn late_in(&self, c: usize) -> Vec<(usize, Time)> {
        let mut late: Vec<(usize, Time)> = Vec::new();
        for stop in &self.cars[c].plan {
            let by = stop.begin - self.window_of(stop.visit).due;
            match late.iter_mut().find(|(call, _)| *call == stop.visit.request) {
                _ if by <= 0 => {}
                Some((_, known)) => *known = by.max(*known),
                None => late.push((stop.visit.request, by)),
            }
        }
        late
    }

    /// The vehicle planned for a call.
    pub fn vehicle_of(&self, call: usize) -> Option<usize> {
        let has = |car: &crate::live::Car| car.plan.iter().any(|s| s.visit.request == call);
        self.cars.iter().position(has)
    }

    /// Registers a return whose time is not known; nothing is planned until [`Live::ready_for`].
    ///
    /// # Errors
    /// A [`Problem`] if the request itself is impossible.
    pub fn on_call(&mut self, request: Request) -> Result<usize, Problem> {
        request.check(self.travel.len(), self.cars.len())?;
        self.calls.push(Call::on_call(request));
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
        let cars: Vec<usize> = (0..self.cars.len()).filter(|&c| self.cars[c].serves()).collect();
        if cars.iter().map(|&c| self.cars[c].plan.len()).sum::<usize>() < 3 {
            return false;
        }
        let view = self.view(&cars, &[], None);
        let options = Options { threads: 1, seed: self.settings.seed, ..Options::default() };
        let Ok((plan, _)) = improve(&view.instance, &options, limit, &|| (), Some(&view.stops))
        else {
            return false;
        };
        let Some(before) = self.cost_of(&view) else { return false };
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
    fn cost_of(&self, view: &View) -> Option<Cost> {
        let mut plan = crate::plan::Plan::default();
        for (v, tour) in view.stops.iter().enumerate() {
            if tour.is_empty() {
                continue;
            }
            let one = self.view(&[view.cars[v]], &[], None);
            let mut route = timed(&one.instance, &one.stops[0])?;
            plan.distance += route.distance;
            route.vehicle = v;
            for (stop, visit) in route.stops.iter_mut().zip(tour) {
                stop.visit = *visit;
            }
            plan.routes.push(route);
        }
        Some(crate::plan::cost(&view.instance, &plan))
    }
}

/// Lets a request be late: what was forbidden becomes lateness.
pub(super) fn relax(request: &mut Request) {
    for end in [End::Pickup, End::Delivery] {
        let window = &mut stop_of(request, end).window;
        window.due = window.due.min(window.latest);
        window.latest = FARTHEST;
    }
    request.max_ride = FARTHEST;
}
