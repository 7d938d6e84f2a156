//! A new call: the best place for it among promises made.

use crate::live::view::View;
use crate::live::{Call, Car, Live, Refusal, Rule, State};
use crate::model::{Model, NEVER};
use crate::plan::{Plan, PlannedRoute, assemble};
use crate::problem::{End, FARTHEST, Instance, Problem, Request, Time, Visit, Window};
use crate::search::insert::{Finder, with};
use crate::search::route::Route;
use crate::solve::{Limit, Options, improve};

/// Cars tried for a call once one of them can take it: the bound sorts them well, and the work
/// for a call must not grow with the fleet.
const TRIED: usize = 24;

/// Cars looked at first for a call, of those that come nearest.
const NEAR: usize = 48;

/// A way to serve a call, good until the next event.
#[derive(Debug, Clone)]
pub struct Offer {
    pub vehicle: usize,
    /// Planned beginning of service at the pickup and at the delivery.
    pub pickup: Time,
    pub delivery: Time,
    /// What the caller is promised for the pickup.
    pub promise: (Time, Time),
    /// What it adds to the cost of the plan.
    pub cost: i64,
    request: Request,
    /// New tours by car.
    tours: Vec<(usize, Vec<Visit>)>,
    at: Time,
}

/// Least detours for a pickup, a delivery, and both on one leg.
struct Detour {
    on: i64,
    off: i64,
    together: i64,
}

impl Default for Detour {
    fn default() -> Self {
        Self { on: FARTHEST, off: FARTHEST, together: FARTHEST }
    }
}

impl Offer {
    /// New tours by car, the new call numbered as the next one.
    pub(super) fn tours(&self) -> &[(usize, Vec<Visit>)] {
        &self.tours
    }
}

impl Live {
    /// The best way to serve a call at `now`, or for each vehicle the first rule it would break.
    /// Nothing changes until [`Live::accept`].
    ///
    /// # Errors
    /// A [`Problem`] if the request itself is impossible.
    pub fn offer(&self, request: &Request) -> Result<Result<Offer, Vec<Refusal>>, Problem> {
        self.possible(request)?;
        if let Some(offer) = self.direct(request) {
            return Ok(Ok(offer));
        }
        if let Some(offer) = self.make_room(request) {
            return Ok(Ok(offer));
        }
        let rule = |vehicle| Refusal { vehicle, rule: self.first_rule(vehicle, request) };
        Ok(Err((0..self.cars.len()).map(rule).collect()))
    }

    fn possible(&self, request: &Request) -> Result<(), Problem> {
        if self.cars.is_empty() {
            return Err(Problem::NoVehicles);
        }
        request.check(self.travel.len(), self.cars.len())
    }

    /// For each vehicle, in their order, the best way to serve a call without moving anybody else,
    /// or the first rule that keeps it from doing so.
    ///
    /// # Errors
    /// A [`Problem`] if the request itself is impossible.
    pub fn offers(&self, request: &Request) -> Result<Vec<Result<Offer, Refusal>>, Problem> {
        self.possible(request)?;
        let answer = |vehicle: usize| {
            let offer = self
                .alone(vehicle, request)
                .and_then(|(view, cost, route)| self.offered(request, &view, &[(0, route)], cost));
            offer.ok_or_else(|| Refusal { vehicle, rule: self.first_rule(vehicle, request) })
        };
        Ok((0..self.cars.len()).map(answer).collect())
    }

    /// Plans a call with a promise that was made before, in the given vehicle or any; gives its
    /// number. For an offer that has been talked over while the day went on.
    ///
    /// # Errors
    /// A [`Problem`] if the request itself is impossible.
    pub fn book(
        &mut self,
        request: &Request,
        vehicle: Option<usize>,
        promise: (Time, Time),
    ) -> Result<Result<usize, Vec<Refusal>>, Problem> {
        let mut bound = request.clone();
        bound.pickup.window = Window::hard(promise.0, promise.1);
        if let Some(vehicle) = vehicle {
            bound.only = Some(vec![vehicle]);
        }
        let offer = match self.offer(&bound)? {
            Ok(offer) => offer,
            Err(refusals) => return Ok(Err(refusals)),
        };
        let Some(call) = self.accept(offer) else {
            let rule = |vehicle| Refusal { vehicle, rule: Rule::Others };
            return Ok(Err((0..self.cars.len()).map(rule).collect()));
        };
        self.calls[call] = Call::promised(request.clone(), promise);
        Ok(Ok(call))
    }

    /// The best place of a call in one car's plan.
    fn alone(&self, c: usize, request: &Request) -> Option<(View, i64, PlannedRoute)> {
        self.least_detour(c, request)?;
        let view = self.view(&[c], &[], Some(request));
        let (cost, route) = insert_last(&view.instance, &view.stops[0])?;
        Some((view, cost, route))
    }

    /// The cheapest insertion that moves nobody to another vehicle: among the cars that come near,
    /// then among more of them, then among all.
    fn direct(&self, request: &Request) -> Option<Offer> {
        let span = self.span(request);
        let mut tried = vec![false; self.cars.len()];
        let mut count = NEAR;
        loop {
            let mut cars = match span {
                Some(span) if count < self.cars.len() => {
                    self.nearby.around(&self.travel, request.pickup.place, span, count)
                }
                _ => (0..self.cars.len()).collect(),
            };
            let all = count >= self.cars.len() || span.is_none();
            cars.retain(|&c| !std::mem::replace(&mut tried[c], true));
            let best = self.best_of(&cars, request);
            if best.is_some() || all {
                return best;
            }
            count *= 4;
        }
    }

    /// When the pickup can be, if the way to the delivery is known.
    fn span(&self, request: &Request) -> Option<(Time, Time)> {
        let (board, leave) = (request.pickup.window, request.delivery.window);
        let direct = self.travel.leg(request.pickup.place, request.delivery.place)?.0;
        let before = request.max_ride.saturating_add(request.pickup.service);
        let first = board.earliest.max(leave.earliest - before).max(self.now);
        let last = board.latest.min(leave.latest - direct - request.pickup.service);
        (first <= last).then_some((first, last))
    }

    /// The cheapest insertion in one of these cars. They are tried in the order of a lower bound
    /// on the detour, and left aside once it exceeds the best found or [`TRIED`] were tried.
    fn best_of(&self, cars: &[usize], request: &Request) -> Option<Offer> {
        let mut order: Vec<(i64, usize)> = cars
            .iter()
            .filter_map(|&c| self.least_detour(c, request).map(|bound| (bound, c)))
            .collect();
        order.sort_unstable();
        let mut best: Option<Offer> = None;
        for (tried, (bound, c)) in order.into_iter().enumerate() {
            if best.as_ref().is_some_and(|offer| bound >= offer.cost || tried >= TRIED) {
                break;
            }
            let view = self.view(&[c], &[], Some(request));
            let found = insert_last(&view.instance, &view.stops[0]);
            let Some((cost, route)) = found else { continue };
            if best.as_ref().is_none_or(|offer| cost < offer.cost) {
                best = self.offered(request, &view, &[(0, route)], cost);
            }
        }
        best
    }

    /// A lower bound of what the request costs a car, or `None` if the car cannot take it.
    fn least_detour(&self, c: usize, request: &Request) -> Option<i64> {
        let car = &self.cars[c];
        if !car.serves() {
            return None;
        }
        let (from, to) = (request.pickup.place, request.delivery.place);
        let reach = self.travel.arrive(car.place, from, self.ready(c))?;
        if reach > request.pickup.window.latest {
            return None;
        }
        // When each end can be served at all, and the legs whose stops leave time for it.
        let (board, leave) = (request.pickup.window, request.delivery.window);
        let first = board.earliest.max(reach) + request.pickup.service;
        let last = board.latest + request.pickup.service;
        let direct = self.travel.leg(from, to)?.0 + request.pickup.service;
        // Plain times bound from below only without an hour profile that can be faster.
        let direct = if self.travel.profile().is_some() { 0 } else { direct };
        let on = (
            board.earliest.max(leave.earliest - request.max_ride - request.pickup.service),
            board.latest.min(leave.latest - direct),
        );
        let off = (leave.earliest.max(first), leave.latest.min(last + request.max_ride));
        let mut least = Detour::default();
        let mut place = Some((car.place, 0));
        let ends = car.plan.iter().map(|stop| {
            let window = self.window_of(stop.visit);
            Some((self.place_of(stop.visit), window))
        });
        let home = car.vehicle.end.map(|end| (end, Window::hard(0, FARTHEST)));
        for next in ends.chain([home]) {
            let from = place.take()?;
            let until = next.map_or(FARTHEST, |(_, window)| window.latest);
            let fits = |span: (Time, Time)| from.1 <= span.1 && until >= span.0;
            if fits(on) || fits(off) {
                let here = (from.0, next.map(|(place, _)| place));
                let unused = car.plan.is_empty() && car.log.is_empty();
                self.detour(here, request, (fits(on), fits(off)), unused, &mut least)?;
            }
            place = next.map(|(place, window)| (place, window.earliest)).or(Some(from));
        }
        let bound = least.together.min(least.on.saturating_add(least.off)).max(0);
        (bound < FARTHEST).then(|| bound.saturating_mul(self.weights.distance))
    }

    pub(super) fn window_of(&self, visit: Visit) -> Window {
        let request = &self.calls[visit.request].request;
        match visit.end {
            End::Pickup => request.pickup.window,
            End::Delivery => request.delivery.window,
        }
    }

    /// Lowers the bounds by what one leg offers; `None` if there is no way.
    fn detour(
        &self,
        (place, next): (usize, Option<usize>),
        request: &Request,
        (on, off): (bool, bool),
        unused: bool,
        least: &mut Detour,
    ) -> Option<()> {
        let (from, to) = (request.pickup.place, request.delivery.place);
        let leg = |a: usize, b: usize| self.travel.leg(a, b).map(|leg| leg.1);
        let onward = |a: usize| next.map_or(Some(0), |next| leg(a, next));
        let own = if unused { 0 } else { onward(place)? };
        let there = leg(place, from)?;
        if on {
            least.on = least.on.min(there + onward(from)? - own);
        }
        if off {
            let last = onward(to)?;
            least.off = least.off.min(leg(place, to)? + last - own);
            if on {
                least.together = least.together.min(there + leg(from, to)? + last - own);
            }
        }
        Some(())
    }

    /// Plans everything anew with the call, keeping all promises.
    fn make_room(&self, request: &Request) -> Option<Offer> {
        if self.settings.room_iterations == 0 {
            return None;
        }
        let near = self.least_cars(request);
        let view = self.view(&near, &[], Some(request));
        let options = Options { threads: 1, seed: self.settings.seed, ..Options::default() };
        let limit = Limit::Iterations(self.settings.room_iterations);
        let result = improve(&view.instance, &options, limit, &|| (), Some(&view.stops));
        let (plan, _) = result.ok()?;
        if !plan.unserved.is_empty() || plan.cost.lateness > 0 {
            return None;
        }
        let tours: Vec<(usize, PlannedRoute)> =
            plan.routes.iter().map(|route| (route.vehicle, route.clone())).collect();
        let before: i64 = near.iter().map(|&c| self.planned_distance(c)).sum();
        let cost = plan.cost.work - before * self.weights.distance;
        self.offered(request, &view, &tours, cost)
    }

    /// Up to sixteen cars that could reach the call, those with the least detour first.
    fn least_cars(&self, request: &Request) -> Vec<usize> {
        let mut order: Vec<(i64, usize)> = (0..self.cars.len())
            .filter_map(|c| self.least_detour(c, request).map(|bound| (bound, c)))
            .collect();
        order.sort_unstable();
        order.truncate(16);
        order.into_iter().map(|(_, c)| c).collect()
    }

    fn offered(
        &self,
        request: &Request,
        view: &View,
        routes: &[(usize, PlannedRoute)],
        cost: i64,
    ) -> Option<Offer> {
        let new = view.instance.requests.len() - 1;
        let of = |end| Visit { request: new, end };
        let find = |visit| {
            routes.iter().find_map(|(v, route)| {
                let stop = route.stops.iter().find(|stop| stop.visit == visit)?;
                Some((*v, stop.begin))
            })
        };
        let (v, pickup) = find(of(End::Pickup))?;
        let (_, delivery) = find(of(End::Delivery))?;
        let window = request.pickup.window;
        let from = (pickup - self.settings.promise_before).max(window.earliest);
        let until = (pickup + self.settings.promise_after).min(window.latest);
        let mut tours: Vec<(usize, Vec<Visit>)> = Vec::new();
        for (v, route) in routes {
            let stops = route.stops.iter().map(|stop| stop.visit).collect();
            tours.push((view.cars[*v], to_calls(stops, view, self.calls.len())));
        }
        for (v, &c) in view.cars.iter().enumerate() {
            if !routes.iter().any(|(w, _)| *w == v) {
                tours.push((c, Vec::new()));
            }
        }
        let request = request.clone();
        let vehicle = view.cars[v];
        let promise = (from, until.max(from));
        Some(Offer { vehicle, pickup, delivery, promise, cost, request, tours, at: self.now })
    }

    /// Takes up an offer: the call is planned and its promise binds. Gives the call's number, or
    /// `None` if something has happened since the offer.
    pub fn accept(&mut self, offer: Offer) -> Option<usize> {
        if offer.at != self.now {
            return None;
        }
        let number = self.calls.len();
        let mut request = offer.request;
        request.pickup.window = Window::hard(offer.promise.0, offer.promise.1);
        let promise = Some(offer.promise);
        self.calls.push(Call { request, state: State::Planned, promise });
        if self.retime_or_not(&offer.tours) {
            return Some(number);
        }
        self.calls.pop();
        None
    }

    /// Times tours and takes them up, or leaves everything as it was.
    pub(super) fn retime_or_not(&mut self, tours: &[(usize, Vec<Visit>)]) -> bool {
        let cars: Vec<usize> = tours.iter().map(|tour| tour.0).collect();
        let before: Vec<Car> = cars.iter().map(|&c| self.cars[c].clone()).collect();
        if self.retime(&cars, tours) {
            return true;
        }
        for (c, car) in cars.into_iter().zip(before) {
            self.cars[c] = car;
        }
        false
    }

    /// Times tours given in call numbers and takes them up; false and half done if one of them
    /// has no schedule.
    pub(super) fn retime(&mut self, cars: &[usize], tours: &[(usize, Vec<Visit>)]) -> bool {
        for (c, tour) in tours {
            let car = &mut self.cars[*c];
            car.plan = tour
                .iter()
                .filter(|visit| {
                    let aboard = matches!(self.calls[visit.request].state, State::Aboard { .. });
                    !(aboard && visit.end == End::Pickup)
                })
                .map(|&visit| crate::plan::PlannedStop { visit, begin: 0, depart: 0 })
                .collect();
        }
        for &c in cars {
            let view = self.view(&[c], &[], None);
            let Some(route) = timed(&view.instance, &view.stops[0]) else { return false };
            self.take_up(&view, 0, Some(&route));
        }
        true
    }
}

fn to_calls(stops: Vec<Visit>, view: &View, new: usize) -> Vec<Visit> {
    let call = |visit: Visit| {
        let call = view.calls[visit.request];
        Visit { request: if call == usize::MAX { new } else { call }, ..visit }
    };
    stops.into_iter().map(call).collect()
}

/// Best place of the last request in the only tour: what it costs, and the tour with it.
pub(super) fn insert_last(instance: &Instance, stops: &[Visit]) -> Option<(i64, PlannedRoute)> {
    let model = Model::new(instance);
    let mut finder = Finder::new(&model);
    let seq = sequence(&model, stops);
    let route = Route::build(&model, 0, seq, &mut finder.work)?;
    let new = model.n as u16 - 1;
    let place = finder.best(&model, &route, new);
    if place.cost >= NEVER {
        return None;
    }
    let tour = with(&model, &route, new, place);
    let plan = assemble(&model, &[tour]);
    Some((place.cost, plan.routes.into_iter().next()?))
}

fn sequence(model: &Model, stops: &[Visit]) -> Vec<u16> {
    let class = &model.classes[0];
    let node = |visit: &Visit| {
        (visit.request + if visit.end == End::Delivery { model.n } else { 0 }) as u16
    };
    std::iter::once(class.start).chain(stops.iter().map(node)).chain([class.end]).collect()
}

/// The schedule of a tour, if it keeps every rule.
pub(super) fn timed(instance: &Instance, stops: &[Visit]) -> Option<PlannedRoute> {
    if stops.is_empty() {
        let (vehicle, place) = (0, instance.vehicles[0].shift.earliest);
        let (stops, breaks) = (Vec::new(), Vec::new());
        return Some(PlannedRoute {
            vehicle,
            start: place,
            end: place,
            stops,
            breaks,
            layout: 0,
            distance: 0,
        });
    }
    let model = Model::new(instance);
    let mut work = crate::window::Scratch::new(&model);
    let seq = sequence(&model, stops);
    Route::build(&model, 0, seq.clone(), &mut work)?;
    let plan: Plan = assemble(&model, &[seq]);
    plan.routes.into_iter().next()
}
