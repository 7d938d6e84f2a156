//! The best place of a request in a tour: cheap necessary tests sort out most places, the rest is
//! tried in the order of cost until one has an exact schedule.
//!
//! The tests compare with the earliest and latest schedule of the tour as it is. Inserting only
//! delays, so they never lose a feasible place as long as the table of legs obeys the triangle
//! inequality; where it does not, a place may be missed, but never a rule broken.

use crate::model::{Class, Load, Model};
use crate::problem::Time;
use crate::search::route::{NO_PLACE, Place, Route, UNKNOWN};
use crate::window::{Scratch, extra_cost, least};

/// Working memory of the insertion tests.
#[derive(Default)]
pub(crate) struct Finder {
    pub work: Scratch,
    places: Vec<Place>,
    aboard: Vec<u16>,
    /// Exact schedules computed, for the record.
    pub checks: u64,
    pub asked: u64,
}

impl Finder {
    pub fn new(model: &Model) -> Self {
        Self { work: Scratch::new(model), ..Self::default() }
    }

    /// The best place of a request in a tour, from the tour's memory or computed.
    pub fn best(&mut self, model: &Model, route: &Route, request: u16) -> Place {
        let known = route.cached(usize::from(request));
        if known != UNKNOWN {
            return known;
        }
        let place = self.search(model, route, request);
        route.remember(usize::from(request), place);
        place
    }

    fn search(&mut self, model: &Model, route: &Route, request: u16) -> Place {
        self.asked += 1;
        if !model.allows(usize::from(route.class), usize::from(request)) {
            return NO_PLACE;
        }
        let class = &model.classes[usize::from(route.class)];
        self.places.clear();
        if model.home[usize::from(request)].is_some() {
            self.collect_delivery(model, class, route, request);
        } else {
            self.collect(model, class, route, request);
        }
        self.cheapest(model, class, route, request)
    }

    /// Places for a whole request.
    fn collect(&mut self, model: &Model, class: &Class, route: &Route, p: u16) {
        let seq = &route.seq;
        let add = model.load[usize::from(p)];
        let (svc, early, late) = (
            model.service[usize::from(p)],
            model.early[usize::from(p)],
            model.late[usize::from(p)],
        );
        self.aboard.clear();
        for a in 0..seq.len() - 1 {
            let va = seq[a];
            let vx = usize::from(va);
            if vx < model.n {
                if model.never_together(vx, usize::from(p)) {
                    self.aboard.push(va);
                }
            } else if vx < 2 * model.n && !self.aboard.is_empty() {
                self.aboard.retain(|&x| model.mate(x) != va);
            }
            if a < class.locked.len() {
                continue;
            }
            let come = route.low[a] + model.service[vx] + model.time(va, p);
            if come > late {
                break;
            }
            if !self.aboard.is_empty() || !room(class, route, a, &add) {
                continue;
            }
            let next = seq[a + 1];
            let to_next = model.time(p, next);
            let begin = come.max(early);
            self.right_after(model, route, (p, a), begin);
            if begin + svc + to_next > route.high[a + 1] {
                continue;
            }
            // The pickup can be no later than this if the next stop keeps its latest time.
            let latest = late.min(route.high[a + 1] - to_next - svc);
            self.later(model, class, route, (p, a), begin, latest);
        }
    }

    /// The delivery directly after the pickup.
    #[inline]
    fn right_after(&mut self, model: &Model, route: &Route, (p, a): (u16, usize), begin: Time) {
        let d = model.mate(p);
        let (va, next) = (route.seq[a], route.seq[a + 1]);
        let leave = begin + model.service[usize::from(p)];
        let come = (leave + model.time(p, d)).max(model.early[usize::from(d)]);
        if come > model.late[usize::from(d)]
            || come + model.service[usize::from(d)] + model.time(d, next) > route.high[a + 1]
        {
            return;
        }
        let cost = model.drive(va, p) + model.drive(p, d) + model.drive(d, next)
            - own_leg(model, route, a);
        self.places.push(Place { cost, a: a as u16, b: a as u16 });
    }

    /// The delivery after later stops.
    #[inline]
    fn later(
        &mut self,
        model: &Model,
        class: &Class,
        route: &Route,
        (p, a): (u16, usize),
        begin: Time,
        latest: Time,
    ) {
        let seq = &route.seq;
        let d = model.mate(p);
        let add = model.load[usize::from(p)];
        let limit = model.limit[usize::from(p)];
        let last = model.late[usize::from(d)];
        let base = model.drive(seq[a], p) + model.drive(p, seq[a + 1]) - own_leg(model, route, a);
        let mut ride = model.service[usize::from(p)];
        let mut leave = begin + ride;
        let mut from = p;
        for b in a + 1..seq.len() - 1 {
            let (vb, next) = (seq[b], seq[b + 1]);
            let vx = usize::from(vb);
            let leg = model.time(from, vb);
            let at = (leave + leg).max(route.low[b]);
            ride += leg;
            if at > route.high[b] || ride > limit || !room(class, route, b, &add) {
                return;
            }
            if vx < model.n && model.never_together(vx, usize::from(p)) {
                return;
            }
            from = vb;
            leave = at + model.service[vx];
            ride += model.service[vx];
            let to = model.time(vb, d);
            let come = (leave + to).max(model.early[usize::from(d)]);
            if come > last {
                return;
            }
            if ride + to > limit
                || come - latest > limit
                || come + model.service[usize::from(d)] + model.time(d, next) > route.high[b + 1]
            {
                continue;
            }
            let cost = base + model.drive(vb, d) + model.drive(d, next) - own_leg(model, route, b);
            self.places.push(Place { cost, a: a as u16, b: b as u16 });
        }
    }

    /// Places for the delivery of somebody who is already aboard or whose pickup is locked.
    fn collect_delivery(&mut self, model: &Model, class: &Class, route: &Route, p: u16) {
        let d = model.mate(p);
        let from = class.locked.len();
        for b in from..route.seq.len() - 1 {
            let (vb, next) = (route.seq[b], route.seq[b + 1]);
            let leave = route.low[b] + model.service[usize::from(vb)];
            let come = (leave + model.time(vb, d)).max(model.early[usize::from(d)]);
            if come > model.late[usize::from(d)] {
                break;
            }
            if come + model.service[usize::from(d)] + model.time(d, next) > route.high[b + 1] {
                continue;
            }
            let cost = model.drive(vb, d) + model.drive(d, next) - own_leg(model, route, b);
            self.places.push(Place { cost, a: u16::MAX, b: b as u16 });
        }
    }

    /// The cheapest collected place that has a schedule.
    fn cheapest(&mut self, model: &Model, class: &Class, route: &Route, request: u16) -> Place {
        let mut best = NO_PLACE;
        for tried in 0..self.places.len() {
            if tried < 3 {
                let rest = self.places[tried..].iter().enumerate();
                let least = rest.min_by_key(|(_, p)| p.cost).map_or(0, |(i, _)| i);
                self.places.swap(tried, tried + least);
            } else if tried == 3 {
                self.places[3..].sort_by_key(|place| place.cost);
            }
            let place = self.places[tried];
            if place.cost >= best.cost {
                break;
            }
            if !self.fits(model, class, route, request, place) {
                continue;
            }
            if !class.rich {
                return place;
            }
            let seq = std::mem::take(&mut self.work.seq);
            let extra = extra_cost(model, class, &seq, &mut self.work);
            self.work.seq = seq;
            if let Some(extra) = extra {
                let cost = place.cost + extra - route.extra;
                if cost < best.cost {
                    best = Place { cost, ..place };
                }
            }
        }
        best
    }

    /// Whether the tour with the request at this place has a schedule and an interior.
    fn fits(
        &mut self,
        model: &Model,
        class: &Class,
        route: &Route,
        request: u16,
        place: Place,
    ) -> bool {
        self.checks += 1;
        if class.rooms.len() > 1 && !self.interior(model, class, route, request, place) {
            return false;
        }
        let Scratch { seq, begin, high, at, .. } = &mut self.work;
        seq.clear();
        begin.clear();
        high.clear();
        let mut put = |x: u16, low: Time, top: Time| {
            seq.push(x);
            begin.push(low);
            high.push(top);
        };
        let own = |x: u16| (model.early[usize::from(x)], model.late[usize::from(x)]);
        for (i, &x) in route.seq.iter().enumerate() {
            put(x, route.low[i], route.high[i]);
            if i == usize::from(place.a) {
                let (low, top) = own(request);
                put(request, low, top);
            }
            if i == usize::from(place.b) {
                let d = model.mate(request);
                let (low, top) = own(d);
                put(d, low, top);
            }
        }
        let first = usize::from(place.a.min(place.b));
        least(model, class, seq, (begin, high), at, &[], first)
    }

    fn interior(
        &self,
        model: &Model,
        class: &Class,
        route: &Route,
        request: u16,
        place: Place,
    ) -> bool {
        if place.a == u16::MAX {
            return true;
        }
        let add = model.load[usize::from(request)];
        let span = &route.load[usize::from(place.a)..=usize::from(place.b)];
        span.iter().fold(route.mask, |mask, load| mask & class.mask(&load.plus(add))) != 0
    }
}

#[inline]
fn room(class: &Class, route: &Route, at: usize, add: &Load) -> bool {
    class.mask(&route.load[at].plus(*add)) & route.mask != 0
}

/// Cost of the leg after a position; an unused vehicle drives nothing.
#[inline]
fn own_leg(model: &Model, route: &Route, at: usize) -> i64 {
    if route.is_empty() { 0 } else { model.drive(route.seq[at], route.seq[at + 1]) }
}

/// The stops of a tour with a request put in.
pub(crate) fn with(model: &Model, route: &Route, request: u16, place: Place) -> Vec<u16> {
    let mut seq = Vec::with_capacity(route.seq.len() + 2);
    for (i, &x) in route.seq.iter().enumerate() {
        seq.push(x);
        if i == usize::from(place.a) {
            seq.push(request);
        }
        if i == usize::from(place.b) {
            seq.push(model.mate(request));
        }
    }
    seq
}
