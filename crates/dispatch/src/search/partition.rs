//! Set partitioning: of the tours seen, the cheapest choice that serves each request at most once
//! and uses no vehicle twice.
//!
//! A Lagrangian bound by subgradient steps (Held and Karp 1971; Fisher 1981) prices the requests.
//! Tours whose reduced cost exceeds the gap to the incumbent can be in no better choice and go.
//! Branch and bound over the rest is exact unless its node limit ends it. Deterministic.

/// A tour as the partition sees it.
#[derive(Debug, Clone)]
pub(crate) struct Tour {
    pub class: usize,
    pub requests: Vec<u16>,
    pub cost: i64,
}

/// The problem: tours, what leaving out each request costs, how many vehicles each class has.
pub(crate) struct Partition<'a> {
    pub tours: &'a [Tour],
    pub penalty: &'a [i64],
    pub vehicles: &'a [usize],
    /// Cost of the best choice known.
    pub incumbent: i64,
}

/// Most nodes that branch and bound visits.
const NODES: u32 = 2_000;

/// Most tours that branch and bound starts with.
const KEPT: usize = 1_000;

impl Partition<'_> {
    /// A choice strictly cheaper than the incumbent, or `None`.
    pub fn solve(&self, steps: u32) -> Option<Vec<usize>> {
        let (price, bound) = self.prices(steps);
        let gap = self.incumbent as f64 - bound;
        if gap <= 0.5 {
            return None;
        }
        let reduced: Vec<f64> = self.tours.iter().map(|tour| reduced(tour, &price)).collect();
        let mut kept: Vec<usize> =
            (0..self.tours.len()).filter(|&t| reduced[t] < gap - 0.5).collect();
        kept.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]).then(a.cmp(&b)));
        kept.truncate(KEPT);
        Branch::new(self, &price, &reduced, &kept).run()
    }

    /// Prices of the requests that give a good lower bound, and the bound.
    fn prices(&self, steps: u32) -> (Vec<f64>, f64) {
        let n = self.penalty.len();
        let mut price = self.first_prices();
        let mut best = (price.clone(), f64::NEG_INFINITY);
        let (mut scale, mut stale) = (1.0, 0);
        let mut by_class: Vec<Vec<(f64, usize)>> = vec![Vec::new(); self.vehicles.len()];
        for _ in 0..steps {
            by_class.iter_mut().for_each(Vec::clear);
            for (t, tour) in self.tours.iter().enumerate() {
                let value = reduced(tour, &price);
                if value < 0.0 {
                    by_class[tour.class].push((value, t));
                }
            }
            let mut bound: f64 = price.iter().sum();
            let mut slack = vec![1.0_f64; n];
            for (list, &most) in by_class.iter_mut().zip(self.vehicles) {
                if list.len() > most && most > 0 {
                    list.select_nth_unstable_by(most - 1, |a, b| {
                        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
                    });
                    list.truncate(most);
                }
                for &(value, t) in list.iter() {
                    bound += value;
                    for &r in &self.tours[t].requests {
                        slack[usize::from(r)] -= 1.0;
                    }
                }
            }
            if bound > best.1 + 1.0 {
                best = (price.clone(), bound);
                stale = 0;
            } else {
                stale += 1;
                if stale >= 12 {
                    scale *= 0.6;
                    stale = 0;
                    price.clone_from(&best.0);
                }
            }
            let norm: f64 = slack.iter().map(|s| s * s).sum();
            let gap = self.incumbent as f64 - bound;
            if norm < 0.5 || gap <= 0.5 || scale < 1e-3 {
                break;
            }
            let step = scale * gap / norm;
            for ((p, s), &most) in price.iter_mut().zip(&slack).zip(self.penalty) {
                *p = (*p + step * s).min(most as f64);
            }
        }
        best
    }

    /// Each request's share of the cheapest tour that holds it, by head.
    fn first_prices(&self) -> Vec<f64> {
        let mut price: Vec<f64> = self.penalty.iter().map(|&p| p as f64).collect();
        for tour in self.tours {
            let share = tour.cost as f64 / tour.requests.len().max(1) as f64;
            for &r in &tour.requests {
                let p = &mut price[usize::from(r)];
                *p = p.min(share);
            }
        }
        price
    }
}

fn reduced(tour: &Tour, price: &[f64]) -> f64 {
    tour.cost as f64 - tour.requests.iter().map(|&r| price[usize::from(r)]).sum::<f64>()
}

/// Depth-first search over the tours that are left.
struct Branch<'a> {
    problem: &'a Partition<'a>,
    tours: Vec<usize>,
    value: Vec<f64>,
    bits: Vec<Vec<u64>>,
    /// By request: positions in `tours`, cheapest first.
    holding: Vec<Vec<usize>>,
    price: &'a [f64],
    /// Most negative reduced costs, added up: what so many more tours may still save.
    saving: Vec<f64>,
    covered: Vec<u64>,
    used: Vec<usize>,
    chosen: Vec<usize>,
    nodes: u32,
    best: f64,
    answer: Option<Vec<usize>>,
}

impl<'a> Branch<'a> {
    fn new(problem: &'a Partition<'a>, price: &'a [f64], reduced: &[f64], kept: &[usize]) -> Self {
        let n = problem.penalty.len();
        let words = n.div_ceil(64);
        let mut holding = vec![Vec::new(); n];
        let mut bits = Vec::with_capacity(kept.len());
        for (i, &t) in kept.iter().enumerate() {
            let mut set = vec![0_u64; words];
            for &r in &problem.tours[t].requests {
                set[usize::from(r) / 64] |= 1 << (r % 64);
                holding[usize::from(r)].push(i);
            }
            bits.push(set);
        }
        let value: Vec<f64> = kept.iter().map(|&t| reduced[t]).collect();
        let mut saving = vec![0.0];
        for v in value.iter().filter(|v| **v < 0.0).take(problem.vehicles.iter().sum()) {
            saving.push(saving[saving.len() - 1] + v);
        }
        Self {
            problem,
            tours: kept.to_vec(),
            value,
            bits,
            holding,
            price,
            saving,
            covered: vec![0; words],
            used: vec![0; problem.vehicles.len()],
            chosen: Vec::new(),
            nodes: 0,
            best: problem.incumbent as f64 - 0.5,
            answer: None,
        }
    }

    fn run(&mut self) -> Option<Vec<usize>> {
        let base = self.price.iter().sum();
        self.down(base);
        let tours = &self.tours;
        self.answer.take().map(|list| list.into_iter().map(|i| tours[i]).collect())
    }

    fn down(&mut self, bound: f64) {
        self.nodes += 1;
        let left: usize = self.problem.vehicles.iter().sum::<usize>() - self.chosen.len();
        let hope = self.saving[left.min(self.saving.len() - 1)];
        if self.nodes > NODES || bound + hope >= self.best {
            return;
        }
        let Some((request, open)) = self.tightest() else {
            if bound < self.best {
                self.best = bound;
                self.answer = Some(self.chosen.clone());
            }
            return;
        };
        for i in open {
            if bound + self.value[i] + hope.min(0.0) >= self.best {
                break;
            }
            let class = self.problem.tours[self.tours[i]].class;
            self.flip(i);
            self.used[class] += 1;
            self.chosen.push(i);
            self.down(bound + self.value[i]);
            self.chosen.pop();
            self.used[class] -= 1;
            self.flip(i);
        }
        let (word, bit) = (usize::from(request) / 64, 1_u64 << (request % 64));
        let out =
            self.problem.penalty[usize::from(request)] as f64 - self.price[usize::from(request)];
        if bound + out + hope < self.best {
            self.covered[word] |= bit;
            self.down(bound + out);
            self.covered[word] &= !bit;
        }
    }

    fn flip(&mut self, i: usize) {
        for (mine, theirs) in self.covered.iter_mut().zip(&self.bits[i]) {
            *mine ^= theirs;
        }
    }

    /// The uncovered request with the fewest tours left, and those tours.
    fn tightest(&self) -> Option<(u16, Vec<usize>)> {
        let mut best: Option<(u16, Vec<usize>)> = None;
        for r in 0..self.holding.len() {
            if self.covered[r / 64] & (1 << (r % 64)) != 0 {
                continue;
            }
            let most = best.as_ref().map_or(usize::MAX, |b| b.1.len());
            let mut open = Vec::new();
            for &i in &self.holding[r] {
                let class = self.problem.tours[self.tours[i]].class;
                let free = self.used[class] < self.problem.vehicles[class];
                let apart = self.bits[i].iter().zip(&self.covered).all(|(a, b)| a & b == 0);
                if free && apart {
                    open.push(i);
                    if open.len() >= most {
                        break;
                    }
                }
            }
            if open.len() < most {
                let done = open.is_empty();
                best = Some((r as u16, open));
                if done {
                    break;
                }
            }
        }
        best
    }
}
