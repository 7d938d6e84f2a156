//! The instance as the search reads it: dense arrays by node number, and classes of alike
//! vehicles. Nodes are pickups `0..n`, deliveries `n..2n`, then one terminal for each place where
//! tours begin or end, then one that is free to reach (open ends).
//!
//! Left out: anything that changes while searching.

mod class;

use class::classes;
pub(crate) use class::{Unfit, refusal};

use crate::problem::{End, Instance, Request, TOP_PRIORITY, Time, Visit};
use crate::travel::Travel;

/// Time and cost that stand for "no way".
pub(crate) const FAR: i64 = 1 << 50;

/// Cost that stands for "cannot be inserted".
pub(crate) const NEVER: i64 = i64::MAX / 4;

/// What one unit of lateness costs against one unit of distance.
const LATE: i64 = 1_000;

/// Number of nodes up to which legs are kept in a dense table.
const DENSE: usize = 3_000;

/// A load, or what a stop adds to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Load {
    pub amount: [i16; 4],
    pub riders: i16,
    pub alone: i16,
}

impl Load {
    pub fn plus(self, other: Self) -> Self {
        let mut sum = self;
        for (mine, theirs) in sum.amount.iter_mut().zip(other.amount) {
            *mine += theirs;
        }
        sum.riders += other.riders;
        sum.alone += other.alone;
        sum
    }

    pub fn minus(self) -> Self {
        let amount = self.amount.map(|a| -a);
        Self { amount, riders: -self.riders, alone: -self.alone }
    }
}

/// Whether a load fits an interior. Staff may take a patient seat or a stretcher, a seated patient
/// a stretcher; a wheelchair takes only its own place (Parragh 2011, upgrading conditions).
pub(crate) fn fits(load: &Load, room: &[i16; 4]) -> bool {
    let [staff, seat, stretcher, chair] = load.amount;
    chair <= room[3]
        && stretcher <= room[2]
        && stretcher + seat <= room[2] + room[1]
        && stretcher + seat + staff <= room[2] + room[1] + room[0]
        && (load.alone == 0 || load.riders <= 1)
}

/// A crew break as the schedule reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pause {
    pub earliest: Time,
    pub latest: Time,
    pub lasts: Time,
    pub aboard: bool,
}

/// Vehicles that differ in nothing but their number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    pub start: u16,
    pub end: u16,
    pub from: Time,
    pub due: Time,
    pub until: Time,
    pub longest: Time,
    pub pauses: Vec<Pause>,
    pub rooms: Vec<[i16; 4]>,
    pub locked: Vec<u16>,
    features: Vec<String>,
    crew: Vec<(String, u16)>,
    /// Set when requests name vehicles: each vehicle is then its own class.
    apart: usize,
    /// Cost is more than distance, so insertions must be scheduled to know it.
    pub rich: bool,
}

impl Class {
    /// Bits of the interiors that hold this load.
    pub fn mask(&self, load: &Load) -> u32 {
        let bits = self.rooms.iter().enumerate();
        bits.fold(0, |mask, (i, room)| mask | (u32::from(fits(load, room)) << i))
    }
}

/// What stands for the place of the open end.
const NOWHERE: u32 = u32::MAX;

enum Legs {
    Dense { width: usize, time: Vec<i32>, distance: Option<Vec<i32>> },
    Sparse,
}

/// See the module.
pub(crate) struct Model<'a> {
    pub instance: &'a Instance,
    /// Number of requests.
    pub n: usize,
    legs: Legs,
    /// By node: its place.
    place: Vec<u32>,
    travel: &'a Travel,
    /// By node: service, earliest, due, latest, load added.
    pub service: Vec<Time>,
    pub early: Vec<Time>,
    pub due: Vec<Time>,
    pub late: Vec<Time>,
    pub load: Vec<Load>,
    /// By request: longest time from the beginning of one service to the beginning of the other.
    pub limit: Vec<Time>,
    /// By request: what leaving it out costs.
    pub penalty: Vec<i64>,
    pub classes: Vec<Class>,
    /// By vehicle: its class.
    pub class_of: Vec<u16>,
    /// By class: its vehicles.
    pub members: Vec<Vec<usize>>,
    /// By request: the class whose locked stops hold its pickup.
    pub home: Vec<Option<u16>>,
    /// By node: locked in place.
    pub fixed: Vec<bool>,
    allowed: Vec<bool>,
    apart: Vec<u64>,
    apart_width: usize,
    pub timed: bool,
}

impl<'a> Model<'a> {
    /// Compiles a checked instance.
    pub fn new(instance: &'a Instance) -> Self {
        let n = instance.requests.len();
        let (classes, class_of, terminal) = classes(instance);
        let mut members = vec![Vec::new(); classes.len()];
        for (vehicle, &class) in class_of.iter().enumerate() {
            members[usize::from(class)].push(vehicle);
        }
        let mut model = Self {
            instance,
            n,
            legs: Legs::Sparse,
            place: Vec::new(),
            travel: &instance.travel,
            service: Vec::new(),
            early: Vec::new(),
            due: Vec::new(),
            late: Vec::new(),
            load: Vec::new(),
            limit: Vec::new(),
            penalty: Vec::new(),
            classes,
            class_of,
            members,
            home: vec![None; n],
            fixed: vec![false; 2 * n],
            allowed: Vec::new(),
            apart: Vec::new(),
            apart_width: 0,
            timed: instance.travel.profile().is_some(),
        };
        model.fill_nodes(&terminal);
        model.fill_legs(&terminal);
        model.tighten();
        model.fill_allowed();
        model.fill_penalty();
        model
    }

    fn fill_nodes(&mut self, terminal: &[usize]) {
        let requests = &self.instance.requests;
        for stop in requests.iter().map(|r| &r.pickup).chain(requests.iter().map(|r| &r.delivery)) {
            self.service.push(stop.service);
            self.early.push(stop.window.earliest);
            self.due.push(stop.window.due);
            self.late.push(stop.window.latest);
        }
        for _ in 0..=terminal.len() {
            self.service.push(0);
            self.early.push(0);
            self.due.push(FAR);
            self.late.push(FAR);
        }
        self.load = requests.iter().map(load_of).collect();
        let back: Vec<Load> = self.load.iter().map(|load| load.minus()).collect();
        self.load.extend(back);
        self.load.resize(self.service.len(), Load::default());
        self.limit = requests.iter().map(|r| r.max_ride.saturating_add(r.pickup.service)).collect();
        for (c, class) in self.classes.iter().enumerate() {
            for &node in &class.locked {
                self.fixed[usize::from(node)] = true;
                if usize::from(node) < self.n {
                    self.home[usize::from(node)] = u16::try_from(c).ok();
                }
            }
        }
    }

    fn fill_legs(&mut self, terminal: &[usize]) {
        let requests = &self.instance.requests;
        let mut place: Vec<usize> = requests.iter().map(|r| r.pickup.place).collect();
        place.extend(requests.iter().map(|r| r.delivery.place));
        place.extend(terminal);
        self.place = place.iter().map(|&p| u32::try_from(p).unwrap_or(NOWHERE)).collect();
        self.place.push(NOWHERE);
        let width = place.len() + 1;
        if width > DENSE {
            return;
        }
        let least = self.travel.profile().map_or(1_000, crate::travel::Profile::least);
        let (mut time, mut distance) = (vec![0; width * width], vec![0; width * width]);
        for (a, &from) in place.iter().enumerate() {
            for (b, &to) in place.iter().enumerate() {
                let leg = self.travel.leg(from, to);
                let small = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
                let (t, d) =
                    leg.map_or((i32::MAX, i32::MAX), |(t, d)| (small(t * least / 1_000), small(d)));
                time[a * width + b] = t;
                distance[a * width + b] = d;
            }
        }
        let distance = (time != distance).then_some(distance);
        self.legs = Legs::Dense { width, time, distance };
    }

    /// Plain driving time between nodes: a lower bound where an hour profile applies.
    #[inline]
    pub fn time(&self, a: u16, b: u16) -> Time {
        match &self.legs {
            Legs::Dense { width, time, .. } => {
                let t = time[usize::from(a) * width + usize::from(b)];
                if t == i32::MAX { FAR } else { i64::from(t) }
            }
            Legs::Sparse => self.far_leg(a, b).0,
        }
    }

    /// Distance between nodes.
    #[inline]
    pub fn distance(&self, a: u16, b: u16) -> i64 {
        match &self.legs {
            Legs::Dense { width, time, distance } => {
                let table = distance.as_ref().unwrap_or(time);
                let d = table[usize::from(a) * width + usize::from(b)];
                if d == i32::MAX { FAR } else { i64::from(d) }
            }
            Legs::Sparse => self.far_leg(a, b).1,
        }
    }

    fn far_leg(&self, a: u16, b: u16) -> (Time, i64) {
        let (Some(from), Some(to)) = (self.place(a), self.place(b)) else { return (0, 0) };
        let least = self.travel.profile().map_or(1_000, crate::travel::Profile::least);
        self.travel.leg(from, to).map_or((FAR, FAR), |(t, d)| (t * least / 1_000, d))
    }

    /// Cost of driving between nodes.
    #[inline]
    pub fn drive(&self, a: u16, b: u16) -> i64 {
        self.distance(a, b) * self.instance.weights.distance
    }

    /// Arrival at `b` when leaving `a` at `depart`, hour profile included.
    #[inline]
    pub fn arrive(&self, a: u16, b: u16, depart: Time) -> Time {
        if !self.timed {
            return depart + self.time(a, b);
        }
        let (Some(from), Some(to)) = (self.place(a), self.place(b)) else { return depart };
        self.travel.arrive(from, to, depart).unwrap_or(FAR)
    }

    /// The place of a node; the open end has none.
    #[inline]
    pub fn place(&self, node: u16) -> Option<usize> {
        let place = self.place[usize::from(node)];
        (place != NOWHERE).then_some(place as usize)
    }

    /// The delivery of a pickup.
    #[inline]
    pub fn mate(&self, pickup: u16) -> u16 {
        pickup + self.n as u16
    }

    /// What a node means outside.
    pub fn visit(&self, node: u16) -> Visit {
        let node = usize::from(node);
        if node < self.n {
            Visit { request: node, end: End::Pickup }
        } else {
            Visit { request: node - self.n, end: End::Delivery }
        }
    }

    /// Whether a class may serve a request at all.
    #[inline]
    pub fn allows(&self, class: usize, request: usize) -> bool {
        self.allowed[class * self.n + request]
    }

    /// Whether two people can never be aboard together.
    #[inline]
    pub fn never_together(&self, a: usize, b: usize) -> bool {
        self.apart_width > 0 && self.apart[a * self.apart_width + b / 64] & (1 << (b % 64)) != 0
    }

    /// Narrows windows by what each request implies for itself (Cordeau 2006, section 5.1.1).
    /// Locked stops keep theirs: reality has decided them.
    fn tighten(&mut self) {
        let (n, from) = (self.n, self.classes.iter().map(|c| c.from).min().unwrap_or(0));
        for i in 0..n {
            let j = i + n;
            if self.home[i].is_some() {
                continue;
            }
            let ride = self.time(i as u16, j as u16) + self.service[i];
            self.early[i] = self.early[i].max(self.early[j] - self.limit[i]).max(from);
            self.late[i] = self.late[i].min(self.late[j] - ride);
            self.early[j] = self.early[j].max(self.early[i] + ride);
            self.late[j] = self.late[j].min(self.late[i].saturating_add(self.limit[i]));
        }
    }

    fn fill_allowed(&mut self) {
        self.allowed = vec![false; self.classes.len() * self.n];
        for c in 0..self.classes.len() {
            for r in 0..self.n {
                self.allowed[c * self.n + r] = self.home[r].is_none_or(|h| usize::from(h) == c)
                    && refusal(self.instance, self.members[c][0], r).is_none();
            }
        }
    }

    /// Penalties that put being served above every saving, and each priority above all below it.
    fn fill_penalty(&mut self) {
        let weights = self.instance.weights;
        let reach = self.classes.iter().map(|c| c.until).max().unwrap_or(0).min(FAR);
        let soft = (0..2 * self.n).map(|x| self.late[x].min(reach) - self.due[x]).max();
        let mut longest = 1;
        for i in 0..self.n {
            for class in &self.classes {
                let (a, b) = (i as u16, self.mate(i as u16));
                for leg in [self.distance(class.start, a), self.distance(b, class.end)] {
                    longest = longest.max(if leg < FAR { leg } else { 0 });
                }
                longest = longest.max(self.distance(a, b).min(FAR - 1) % FAR);
            }
        }
        let work = longest.saturating_mul(weights.distance.max(1)).saturating_mul(8);
        let hours = reach.saturating_mul(weights.time + weights.overtime);
        let late = soft.unwrap_or(0).max(0).saturating_mul(LATE).saturating_mul(4);
        let base = work.saturating_add(hours).saturating_add(late).clamp(1, 1 << 40);
        self.penalty = self.levels(base);
    }

    /// One person left out costs more than everybody of lower levels together; whoever is aboard
    /// or fetched next is above all levels. Where so many people have so many levels that numbers
    /// would not hold it, a level outweighs as large a share of those below it as they do hold.
    fn levels(&self, base: i64) -> Vec<i64> {
        const LEVELS: usize = TOP_PRIORITY as usize + 2;
        let level = |r: usize| match self.home[r] {
            Some(_) => LEVELS - 1,
            None => usize::from(self.instance.requests[r].priority.min(TOP_PRIORITY)),
        };
        let mut count = [0_i64; LEVELS];
        (0..self.n).for_each(|r| count[level(r)] += 1);
        // The most that all penalties together may come to.
        let most = f64::from(1 << 30) * f64::from(1 << 29);
        let mut share = 1.0;
        loop {
            let mut price = [base; LEVELS];
            let mut below = 0.0;
            for (price, &people) in price.iter_mut().zip(&count) {
                let exact = base as f64 + below * share;
                *price = exact.min(most) as i64;
                below += exact * people as f64;
            }
            if below <= most || share < 1e-3 {
                return (0..self.n).map(|r| price[level(r)]).collect();
            }
            share /= 2.0;
        }
    }

    /// Marks pairs that cannot share a vehicle at the same time, whatever the order: none of the
    /// four overlapping orders fits the windows and ride limits on their own. (The idea of the
    /// pair elimination in Cordeau 2006, section 5.1.2, as used by Gschwind and Drexl 2019.)
    pub fn keep_apart(&mut self) {
        if self.timed || self.n > 1_000 {
            return;
        }
        self.apart_width = self.n.div_ceil(64);
        self.apart = vec![0; self.n * self.apart_width];
        let mut ends = vec![0; 4];
        for i in 0..self.n {
            for j in i + 1..self.n {
                let (a, b) = (i as u16, j as u16);
                let (x, y) = (self.mate(a), self.mate(b));
                let orders = [[a, b, x, y], [a, b, y, x], [b, a, y, x], [b, a, x, y]];
                if !orders.iter().any(|order| self.pair_fits(order, &mut ends)) {
                    self.apart[i * self.apart_width + j / 64] |= 1 << (j % 64);
                    self.apart[j * self.apart_width + i / 64] |= 1 << (i % 64);
                }
            }
        }
    }

    fn pair_fits(&self, order: &[u16; 4], begin: &mut [Time]) -> bool {
        let load = self.load[usize::from(order[0])].plus(self.load[usize::from(order[1])]);
        if !self.classes.iter().any(|class| class.mask(&load) != 0) {
            return false;
        }
        begin[0] = self.early[usize::from(order[0])];
        for _ in 0..6 {
            for i in 1..4 {
                let (x, y) = (usize::from(order[i - 1]), usize::from(order[i]));
                let at = begin[i - 1] + self.service[x] + self.time(order[i - 1], order[i]);
                begin[i] = begin[i].max(at).max(self.early[y]);
            }
            if (0..4).any(|i| begin[i] > self.late[usize::from(order[i])]) {
                begin.fill(0);
                return false;
            }
            let mut calm = true;
            for i in 0..2 {
                let at = order.iter().position(|&x| x == self.mate(order[i])).unwrap_or(3);
                let least = begin[at] - self.limit[usize::from(order[i])];
                calm &= least <= begin[i];
                begin[i] = begin[i].max(least);
            }
            if calm {
                begin.fill(0);
                return true;
            }
        }
        begin.fill(0);
        true
    }

    /// Cost of being late or over time, per unit.
    pub fn lateness_cost(&self, late: Time) -> i64 {
        late.saturating_mul(LATE * self.instance.weights.distance.max(1)).min(NEVER / 8)
    }
}

pub(crate) fn load_of(request: &Request) -> Load {
    let amount = request.load.map(|a| i16::try_from(a).unwrap_or(i16::MAX));
    Load { amount, riders: 1, alone: i16::from(request.alone) }
}
