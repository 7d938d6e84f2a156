//! A tour with everything that insertion tests need, and the set of tours that make a plan.
//!
//! A tour never changes once built, so it is shared between plans by reference count, and keeps
//! the best insertion of every request it was asked about. [`Shelf`] finds a tour again when the
//! search returns to it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::model::{FAR, Load, Model, NEVER};
use crate::problem::Time;
use crate::window::{Scratch, extra_cost, greatest, least, own_high, own_low};

/// Where a request goes: after position `a`, its delivery after position `b` of the tour as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub cost: i64,
    pub a: u16,
    pub b: u16,
}

pub(crate) const UNKNOWN: Place = Place { cost: i64::MIN, a: 0, b: 0 };
pub(crate) const NO_PLACE: Place = Place { cost: NEVER, a: 0, b: 0 };

/// See the module.
pub(crate) struct Route {
    pub class: u16,
    /// Nodes, terminals included.
    pub seq: Vec<u16>,
    /// Earliest and latest beginning of service by position, breaks left aside.
    pub low: Vec<Time>,
    pub high: Vec<Time>,
    /// Load when leaving each position.
    pub load: Vec<Load>,
    /// Interiors that hold every load.
    pub mask: u32,
    /// Cost beside distance, and in all.
    pub extra: i64,
    pub cost: i64,
    cache: RefCell<Vec<Place>>,
}

impl Route {
    /// Builds a tour, or `None` when no schedule of it keeps the rules.
    pub fn build(model: &Model, class: u16, seq: Vec<u16>, work: &mut Scratch) -> Option<Self> {
        let kind = &model.classes[usize::from(class)];
        own_low(model, kind, &seq, &mut work.begin);
        own_high(model, kind, &seq, &mut work.high, FAR);
        if !least(model, kind, &seq, (&mut work.begin, &work.high), &mut work.at, &[], 0) {
            return None;
        }
        let low = work.begin.clone();
        let mut high = work.high.clone();
        greatest(model, kind, &seq, &mut high, &work.at, &[]);
        let mut load = Vec::with_capacity(seq.len());
        let (mut now, mut mask) = (Load::default(), u32::MAX);
        for &x in &seq {
            now = now.plus(model.load[usize::from(x)]);
            mask &= kind.mask(&now);
            load.push(now);
        }
        if mask == 0 {
            return None;
        }
        let mut cost = 0;
        if seq.len() > 2 {
            cost = seq.windows(2).map(|leg| model.drive(leg[0], leg[1])).sum();
        }
        if cost >= FAR {
            return None;
        }
        let extra = if kind.rich { extra_cost(model, kind, &seq, work)? } else { 0 };
        let cache = RefCell::new(vec![UNKNOWN; model.n]);
        let cost = cost + extra;
        Some(Self { class, seq, low, high, load, mask, extra, cost, cache })
    }

    /// No stops but the terminals.
    pub fn is_empty(&self) -> bool {
        self.seq.len() <= 2
    }

    pub fn cached(&self, request: usize) -> Place {
        self.cache.borrow()[request]
    }

    pub fn remember(&self, request: usize, place: Place) {
        self.cache.borrow_mut()[request] = place;
    }
}

fn hash(class: u16, seq: &[u16]) -> u64 {
    let start = u64::from(class).wrapping_add(0x9E37_79B9_7F4A_7C15);
    seq.iter()
        .fold(start, |h, &x| (h.rotate_left(5) ^ u64::from(x)).wrapping_mul(0x517C_C1B7_2722_0A95))
}

/// Tours seen lately, by their stops.
pub(crate) struct Shelf {
    slots: Vec<Option<Rc<Route>>>,
    pub found: u64,
    pub built: u64,
}

impl Shelf {
    /// Room for `2^bits` tours; none with 0 bits.
    pub fn new(bits: u32) -> Self {
        let slots = if bits == 0 { Vec::new() } else { vec![None; 1 << bits] };
        Self { slots, found: 0, built: 0 }
    }

    /// The tour with these stops, from the shelf or built.
    pub fn get(
        &mut self,
        model: &Model,
        class: u16,
        seq: Vec<u16>,
        work: &mut Scratch,
    ) -> Option<Rc<Route>> {
        let slot = if self.slots.is_empty() {
            0
        } else {
            let bits = self.slots.len().trailing_zeros();
            (hash(class, &seq) >> (64 - bits)) as usize
        };
        if let Some(Some(known)) = self.slots.get(slot)
            && known.class == class
            && known.seq == seq
        {
            self.found += 1;
            return Some(Rc::clone(known));
        }
        self.built += 1;
        let route = Rc::new(Route::build(model, class, seq, work)?);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(Rc::clone(&route));
        }
        Some(route)
    }
}

/// A plan while searching: one tour for each vehicle and the requests left out.
#[derive(Clone)]
pub(crate) struct Solution {
    pub routes: Vec<Rc<Route>>,
    pub bank: Vec<u16>,
    pub score: i64,
}

impl Solution {
    /// The plan in which vehicles do only what is locked; `None` if that breaks a rule.
    pub fn empty(model: &Model, shelf: &mut Shelf, work: &mut Scratch) -> Option<Self> {
        let mut routes = Vec::with_capacity(model.class_of.len());
        for &class in &model.class_of {
            let kind = &model.classes[usize::from(class)];
            let mut seq = vec![kind.start];
            seq.extend(&kind.locked);
            seq.push(kind.end);
            routes.push(shelf.get(model, class, seq, work)?);
        }
        let mut solution = Self { routes, bank: Vec::new(), score: 0 };
        solution.bank =
            (0..model.n as u16).filter(|&r| !model.fixed[usize::from(model.mate(r))]).collect();
        solution.rescore(model);
        Some(solution)
    }

    pub fn rescore(&mut self, model: &Model) {
        let left: i64 = self.bank.iter().map(|&r| model.penalty[usize::from(r)]).sum();
        self.score = self.routes.iter().map(|route| route.cost).sum::<i64>() + left;
    }

    /// By request: the vehicle that serves it, `u16::MAX` when none.
    pub fn vehicle_of(&self, model: &Model, of: &mut Vec<u16>) {
        of.clear();
        of.resize(model.n, u16::MAX);
        for (v, route) in self.routes.iter().enumerate() {
            for &x in &route.seq {
                let x = usize::from(x);
                if (model.n..2 * model.n).contains(&x) {
                    of[x - model.n] = v as u16;
                }
            }
        }
    }

    /// Takes requests out of their tours into the bank. Locked stops stay.
    pub fn remove(&mut self, model: &Model, ids: &[u16], shelf: &mut Shelf, work: &mut Scratch) {
        let mut gone = vec![false; model.service.len()];
        for &r in ids {
            gone[usize::from(r)] = !model.fixed[usize::from(r)];
            gone[usize::from(model.mate(r))] = true;
            self.bank.push(r);
        }
        for v in 0..self.routes.len() {
            let route = &self.routes[v];
            if !route.seq.iter().any(|&x| gone[usize::from(x)]) {
                continue;
            }
            let kept: Vec<u16> =
                route.seq.iter().copied().filter(|&x| !gone[usize::from(x)]).collect();
            let class = route.class;
            if let Some(shorter) = shelf.get(model, class, kept, work) {
                self.routes[v] = shorter;
                continue;
            }
            // Only a table that is no shortest-path table can get here: empty the tour.
            let fixed = |x: u16| usize::from(x) >= 2 * model.n || model.fixed[usize::from(x)];
            for &x in &self.routes[v].seq {
                let x = usize::from(x);
                if (model.n..2 * model.n).contains(&x) && !gone[x] && !model.fixed[x] {
                    self.bank.push((x - model.n) as u16);
                }
            }
            let bare = self.routes[v].seq.iter().copied().filter(|&x| fixed(x)).collect();
            if let Some(bare) = shelf.get(model, class, bare, work) {
                self.routes[v] = bare;
            }
        }
    }
}
