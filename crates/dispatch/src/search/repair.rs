//! Putting requests back: regret insertion (Ropke and Pisinger 2006) and greedy insertion with
//! blinks in a drawn order (Christiaens and Vanden Berghe 2020, SISR).

use crate::model::{Model, NEVER};
use crate::search::insert::{Finder, with};
use crate::search::rng::Rng;
use crate::search::route::{NO_PLACE, Place, Shelf, Solution};

/// How requests are put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repair {
    /// By the difference of the best `k` tours; 1 is the cheapest insertion first.
    Regret(usize),
    /// One by one in a drawn order, skipping a tour now and then.
    Blink,
    /// One by one in the order of their windows, each where it costs least.
    InTurn,
}

/// What a repair works with.
pub(crate) struct Hands<'a, 'm> {
    pub model: &'a Model<'m>,
    pub finder: &'a mut Finder,
    pub shelf: &'a mut Shelf,
    pub rng: &'a mut Rng,
}

impl Hands<'_, '_> {
    /// Puts back what can be put back; the rest stays in the bank.
    pub fn repair(&mut self, solution: &mut Solution, how: Repair, noise: f64) {
        match how {
            Repair::Regret(k) => self.regret(solution, k, noise),
            Repair::Blink => self.blink(solution),
            Repair::InTurn => self.in_turn(solution),
        }
        solution.rescore(self.model);
    }

    /// Best place of a request in a vehicle's tour; an unused twin of an unused vehicle before it
    /// counts as no place.
    fn place(&mut self, solution: &Solution, first: &[bool], v: usize, r: u16) -> Place {
        if !first[v] {
            return NO_PLACE;
        }
        self.finder.best(self.model, &solution.routes[v], r)
    }

    fn put(&mut self, solution: &mut Solution, v: usize, r: u16, place: Place) -> bool {
        let seq = with(self.model, &solution.routes[v], r, place);
        let class = solution.routes[v].class;
        match self.shelf.get(self.model, class, seq, &mut self.finder.work) {
            Some(route) => {
                solution.routes[v] = route;
                true
            }
            None => false,
        }
    }

    fn regret(&mut self, solution: &mut Solution, k: usize, noise: f64) {
        let vehicles = solution.routes.len();
        let mut first = first_unused(self.model, solution);
        let mut left = std::mem::take(&mut solution.bank);
        let mut table: Vec<Place> = Vec::with_capacity(left.len() * vehicles);
        for &r in &left {
            for v in 0..vehicles {
                let place = self.place(solution, &first, v, r);
                table.push(self.shaken(place, noise));
            }
        }
        while let Some((i, v)) = choose(self.model, &left, &table, vehicles, k) {
            let place = table[i * vehicles + v];
            let r = left[i];
            let unused = solution.routes[v].is_empty();
            let put = self.put(solution, v, r, place);
            if put {
                left.swap_remove(i);
                let last = left.len();
                for w in 0..vehicles {
                    table.swap(i * vehicles + w, last * vehicles + w);
                }
                table.truncate(last * vehicles);
            } else {
                table[i * vehicles + v] = NO_PLACE;
            }
            let before = std::mem::replace(&mut first, first_unused(self.model, solution));
            for (j, &other) in left.iter().enumerate() {
                for w in 0..vehicles {
                    if (w == v && put) || (unused && first[w] != before[w]) {
                        let place = self.place(solution, &first, w, other);
                        table[j * vehicles + w] = self.shaken(place, noise);
                    }
                }
            }
        }
        solution.bank = left;
    }

    fn shaken(&mut self, place: Place, noise: f64) -> Place {
        if noise <= 0.0 || place.cost >= NEVER {
            return place;
        }
        let shake = (noise * (2.0 * self.rng.unit() - 1.0)) as i64;
        Place { cost: (place.cost + shake).max(0), ..place }
    }

    fn blink(&mut self, solution: &mut Solution) {
        let model = self.model;
        let mut order = std::mem::take(&mut solution.bank);
        self.rng.shuffle(&mut order);
        let at = |r: u16| usize::from(r);
        let home = model.classes[0].start;
        match self.rng.below(11) {
            0..4 => {}
            4..6 => order.sort_by_key(|&r| model.late[at(r)] - model.early[at(r)]),
            6..8 => order.sort_by_key(|&r| -model.time(home, r)),
            8 => order.sort_by_key(|&r| model.early[at(r)]),
            9 => order.sort_by_key(|&r| -model.late[at(model.mate(r))]),
            _ => order.sort_by_key(|&r| -model.time(r, model.mate(r))),
        }
        self.one_by_one(solution, order, true);
    }

    fn in_turn(&mut self, solution: &mut Solution) {
        let mut order = std::mem::take(&mut solution.bank);
        let model = self.model;
        order.sort_by_key(|&r| {
            let d = usize::from(model.mate(r));
            (model.late[usize::from(r)].min(model.late[d]), r)
        });
        self.one_by_one(solution, order, false);
        if !solution.bank.is_empty() {
            self.regret(solution, 2, 0.0);
        }
    }

    fn one_by_one(&mut self, solution: &mut Solution, mut order: Vec<u16>, blink: bool) {
        let model = self.model;
        order.sort_by_key(|&r| std::cmp::Reverse(model.penalty[usize::from(r)]));
        for r in order {
            let first = first_unused(model, solution);
            let mut best: Option<(Place, usize)> = None;
            for v in 0..solution.routes.len() {
                if blink && self.rng.next().is_multiple_of(100) {
                    continue;
                }
                let place = self.place(solution, &first, v, r);
                if place.cost < best.map_or(NEVER, |b| b.0.cost) {
                    best = Some((place, v));
                }
            }
            let done = best.is_some_and(|(place, v)| self.put(solution, v, r, place));
            if !done {
                solution.bank.push(r);
            }
        }
    }
}

/// For each vehicle, false if it is unused and an unused vehicle of its class comes before it.
pub(crate) fn first_unused(model: &Model, solution: &Solution) -> Vec<bool> {
    let mut seen = vec![false; model.classes.len()];
    let judge = |route: &std::rc::Rc<crate::search::route::Route>| {
        let class = usize::from(route.class);
        !(route.is_empty() && std::mem::replace(&mut seen[class], true))
    };
    solution.routes.iter().map(judge).collect()
}

/// The request with the largest regret and its best vehicle.
fn choose(
    model: &Model,
    left: &[u16],
    table: &[Place],
    vehicles: usize,
    k: usize,
) -> Option<(usize, usize)> {
    let mut best: Option<(f64, usize, usize)> = None;
    for (i, &r) in left.iter().enumerate() {
        let mut top = [NEVER; 5];
        let mut vehicle = 0;
        for (v, place) in table[i * vehicles..(i + 1) * vehicles].iter().enumerate() {
            if place.cost >= top[4] {
                continue;
            }
            let at = top.iter().position(|&t| place.cost < t).unwrap_or(4);
            top.copy_within(at..4, at + 1);
            top[at] = place.cost;
            if at == 0 {
                vehicle = v;
            }
        }
        if top[0] >= NEVER {
            continue;
        }
        let worst = model.penalty[usize::from(r)];
        let mut key = -(top[0] as f64);
        if k > 1 {
            let others = top[1..k.min(5).min(vehicles.max(2))].iter();
            let regret: f64 = others.map(|&t| (t.min(worst) - top[0]) as f64).sum();
            key = regret - 1e-3 * top[0] as f64;
        }
        if best.is_none_or(|(known, ..)| key > known) {
            best = Some((key, i, vehicle));
        }
    }
    best.map(|(_, i, v)| (i, v))
}
