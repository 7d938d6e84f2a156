//! One thread's search: adaptive large neighbourhood search with simulated annealing
//! (Ropke and Pisinger 2006), in rounds of a fixed number of iterations so that threads can
//! exchange at points that do not depend on speed.

use crate::model::Model;
use crate::search::destroy::{Destroy, choose};
use crate::search::insert::Finder;
use crate::search::pool::{Column, Pool};
use crate::search::repair::{Hands, Repair};
use crate::search::rng::Rng;
use crate::search::route::{Shelf, Solution};

/// What the search may use; switched off one by one for the ablation table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ideas {
    /// Pair tests before the search (windows and ride limits that can never share a vehicle).
    pub preprocess: bool,
    /// Set partitioning over the tours seen.
    pub partition: bool,
    /// Strings of neighbouring stops and insertion with blinks.
    pub strings: bool,
    /// Regret insertion with more than one alternative.
    pub regret: bool,
    /// Finding tours again with their cached insertions.
    pub shelf: bool,
}

impl Default for Ideas {
    fn default() -> Self {
        Self { preprocess: true, partition: true, strings: true, regret: true, shelf: true }
    }
}

const DESTROYS: [Destroy; 6] = [
    Destroy::Random,
    Destroy::Worst,
    Destroy::Related,
    Destroy::Tour,
    Destroy::Hour,
    Destroy::Strings,
];
const REPAIRS: [Repair; 5] =
    [Repair::Regret(1), Repair::Regret(2), Repair::Regret(3), Repair::Regret(4), Repair::Blink];

/// Warmest and coldest temperature, against the mean cost of a request.
const WARM: f64 = 3.0;
const COLD: f64 = 0.02;

/// Most requests taken out at once, and how much small numbers are preferred.
const MOST: f64 = 24.0;
const SKEW: f64 = 1.5;

/// Noise on insertion costs, against the mean cost of a request.
const NOISE: f64 = 0.06;

/// The same for so few requests that a search would turn in circles: it must try the dear ways too.
const FEW: usize = 12;
const FEW_NOISE: f64 = 0.6;

/// See the module.
pub(crate) struct Worker<'a> {
    model: &'a Model<'a>,
    rng: Rng,
    finder: Finder,
    shelf: Shelf,
    pub pool: Pool,
    pub current: Solution,
    pub best: Solution,
    weight: Vec<f64>,
    score: Vec<f64>,
    uses: Vec<f64>,
    /// Mean cost of serving a request.
    pub mean: f64,
    pub iterations: u64,
}

impl<'a> Worker<'a> {
    /// A worker with a first plan; `None` if what is locked breaks a rule.
    pub fn new(
        model: &'a Model<'a>,
        ideas: Ideas,
        (seed, stream): (u64, u64),
        how: Repair,
    ) -> Option<Self> {
        let mut finder = Finder::new(model);
        let mut rng = Rng::new(seed, stream);
        let mut shelf = Shelf::new(if ideas.shelf { shelf_bits(model.n) } else { 0 });
        let mut first = Solution::empty(model, &mut shelf, &mut finder.work)?;
        let mut hands = Hands { model, finder: &mut finder, shelf: &mut shelf, rng: &mut rng };
        hands.repair(&mut first, how, 0.0);
        let pairs = DESTROYS.len() * REPAIRS.len();
        let mut worker = Self {
            model,
            rng,
            finder,
            shelf,
            pool: Pool::new(if ideas.partition { 40_000 } else { 0 }),
            current: first.clone(),
            best: first,
            weight: vec![1.0; pairs],
            score: vec![0.0; pairs],
            uses: vec![0.0; pairs],
            mean: 1.0,
            iterations: 0,
        };
        for (i, weight) in worker.weight.iter_mut().enumerate() {
            let (d, r) = (DESTROYS[i % DESTROYS.len()], REPAIRS[i / DESTROYS.len()]);
            let string = d == Destroy::Strings || r == Repair::Blink;
            let deep = matches!(r, Repair::Regret(k) if k > 1);
            if (string && !ideas.strings) || (deep && !ideas.regret) {
                *weight = 0.0;
            }
        }
        worker.measure();
        worker.pool.add(model, &worker.best);
        Some(worker)
    }

    fn measure(&mut self) {
        let routes: i64 = self.best.routes.iter().map(|route| route.cost).sum();
        let served = self.model.n - self.best.bank.len();
        self.mean = (routes as f64 / served.max(1) as f64).max(1.0);
    }

    /// Iterates up to `count` times at the temperature of `share` (0 to 1) of the whole run, or
    /// until `stop` says so (asked every 16 iterations).
    pub fn run(&mut self, count: u64, share: (f64, f64), stop: &dyn Fn() -> bool) {
        if self.model.n == 0 {
            return;
        }
        for i in 0..count {
            if i.is_multiple_of(16) && stop() {
                return;
            }
            let part = i as f64 / count as f64;
            let at = share.0 + (share.1 - share.0) * part;
            let temperature = WARM * self.mean * (COLD / WARM).powf(at.clamp(0.0, 1.0));
            self.step(temperature);
        }
    }

    fn step(&mut self, temperature: f64) {
        self.iterations += 1;
        let pair = self.draw();
        let (destroy, repair) = (DESTROYS[pair % DESTROYS.len()], REPAIRS[pair / DESTROYS.len()]);
        let most = (self.model.n as f64 * 0.4).clamp(4.0, MOST);
        let count = 2 + (self.rng.unit().powf(SKEW) * (most - 1.0)) as usize;
        let mut next = self.current.clone();
        let ids = choose(self.model, &next, destroy, count, &mut self.rng);
        next.remove(self.model, &ids, &mut self.shelf, &mut self.finder.work);
        let shaken = repair != Repair::Blink && self.rng.next().is_multiple_of(2);
        let most = if self.model.n <= FEW { FEW_NOISE } else { NOISE };
        let noise = if shaken { most * self.mean * self.rng.unit() } else { 0.0 };
        let mut hands = Hands {
            model: self.model,
            finder: &mut self.finder,
            shelf: &mut self.shelf,
            rng: &mut self.rng,
        };
        hands.repair(&mut next, repair, noise);
        self.uses[pair] += 1.0;
        self.judge(next, pair, temperature);
        if self.iterations.is_multiple_of(200) {
            self.adapt();
        }
    }

    fn judge(&mut self, next: Solution, pair: usize, temperature: f64) {
        let worse = (next.score - self.current.score) as f64;
        if next.score < self.best.score {
            self.score[pair] += 33.0;
            self.best = next.clone();
            self.current = next;
            self.measure();
            self.pool.add(self.model, &self.current);
        } else if worse < 0.0 {
            self.score[pair] += 13.0;
            self.current = next;
            self.pool.add(self.model, &self.current);
        } else if worse > 0.0 && self.rng.unit() < (-worse / temperature).exp() {
            self.score[pair] += 5.0;
            self.current = next;
            self.pool.add(self.model, &self.current);
        }
    }

    fn draw(&mut self) -> usize {
        let total: f64 = self.weight.iter().sum();
        let mut x = self.rng.unit() * total;
        for (i, &weight) in self.weight.iter().enumerate() {
            if weight > 0.0 && x < weight {
                return i;
            }
            x -= weight;
        }
        0
    }

    fn adapt(&mut self) {
        for i in 0..self.weight.len() {
            if self.uses[i] > 0.0 && self.weight[i] > 0.0 {
                let fresh = self.score[i] / self.uses[i];
                self.weight[i] = (0.8 * self.weight[i] + 0.2 * fresh).max(0.1);
            }
            self.score[i] = 0.0;
            self.uses[i] = 0.0;
        }
    }

    /// Takes up a plan given as stops by vehicle. Tours that have no schedule are dropped and
    /// their requests put back where they fit.
    pub fn adopt(&mut self, tours: &[Vec<u16>]) {
        let work = &mut self.finder.work;
        let Some(mut next) = Solution::empty(self.model, &mut self.shelf, work) else { return };
        for (v, tour) in tours.iter().enumerate() {
            let class = next.routes[v].class;
            if let Some(route) = self.shelf.get(self.model, class, tour.clone(), work) {
                next.routes[v] = route;
            }
        }
        let mut of = Vec::new();
        next.vehicle_of(self.model, &mut of);
        next.bank = (0..self.model.n as u16).filter(|&r| of[usize::from(r)] == u16::MAX).collect();
        next.rescore(self.model);
        if !next.bank.is_empty() {
            let mut hands = Hands {
                model: self.model,
                finder: &mut self.finder,
                shelf: &mut self.shelf,
                rng: &mut self.rng,
            };
            hands.repair(&mut next, Repair::Regret(2), 0.0);
        }
        if next.score < self.best.score {
            self.best = next.clone();
            self.measure();
            self.pool.add(self.model, &next);
        }
        self.current = next;
    }

    /// The best plan as stops by vehicle.
    pub fn tours(&self) -> Vec<Vec<u16>> {
        self.best.routes.iter().map(|route| route.seq.clone()).collect()
    }

    /// Tours for the partition.
    pub fn columns(&self, most: usize) -> Vec<Column> {
        self.pool.best(most)
    }

    /// Exact schedules computed, tours found again, tours built.
    pub fn counts(&self) -> (u64, u64, u64) {
        (self.finder.checks, self.shelf.found, self.shelf.built)
    }
}

/// Shelf size that keeps memory near 100 MB whatever the number of requests.
fn shelf_bits(n: usize) -> u32 {
    let each = 400 + n * 16;
    let most = (100_000_000 / each).clamp(256, 32_768);
    usize::BITS - 1 - most.leading_zeros()
}
