//! Planning a whole day at once: several searches that meet at fixed iteration counts, and set
//! partitioning over what they found.
//!
//! With [`Limit::Iterations`] the result depends on the seed and the number of threads alone, not
//! on the speed of the machine. The engine reads no clock: the caller's function says how much of
//! its budget is spent.

use std::sync::{Barrier, Mutex, PoisonError};

use crate::model::Model;
use crate::plan::{Plan, assemble};
use crate::problem::{End, Instance, Problem, Visit};
use crate::search::partition::{Partition, Tour};
use crate::search::pool::Column;
use crate::search::repair::Repair;
pub use crate::search::worker::Ideas;
use crate::search::worker::Worker;

mod large;

/// Iterations between two meetings of the threads.
const ROUND: u64 = 1_000;

/// Tours each thread brings to a partition.
const COLUMNS: usize = 6_000;

/// Above this many requests the plan is improved part by part.
const WHOLE: usize = 600;

/// When to stop.
#[derive(Clone, Copy)]
pub enum Limit<'a> {
    /// So many iterations in each thread; the result repeats exactly.
    Iterations(u64),
    /// How much of the budget the calling thread has spent: the search ends at 1.0 and cools
    /// towards it. A plain stop function is one that returns 0.0 or 1.0.
    Share(&'a (dyn Fn() -> f64 + Sync)),
}

/// How to search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    pub threads: usize,
    pub seed: u64,
    pub ideas: Ideas,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1, seed: 1, ideas: Ideas::default() }
    }
}

/// What the search did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    pub iterations: u64,
    /// Exact schedules computed.
    pub checks: u64,
    /// Tours found again, and built.
    pub found: u64,
    pub built: u64,
    /// Times the partition found something better.
    pub partitions: u64,
}

/// Plans an instance. `first` is called once, when the first plan stands.
///
/// # Errors
/// A [`Problem`] when the instance cannot be planned at all; requests that fit nowhere are no
/// error but come back unserved with their reason.
pub fn solve(
    instance: &Instance,
    options: &Options,
    limit: Limit,
    first: &(dyn Fn() + Sync),
) -> Result<(Plan, Effort), Problem> {
    improve(instance, options, limit, first, None)
}

/// Plans an instance starting from stops already planned, by vehicle. What of them breaks a rule
/// or does not belong is planned anew.
///
/// # Errors
/// As [`solve`].
pub fn improve(
    instance: &Instance,
    options: &Options,
    limit: Limit,
    first: &(dyn Fn() + Sync),
    from: Option<&[Vec<Visit>]>,
) -> Result<(Plan, Effort), Problem> {
    instance.check()?;
    instance.travel.check()?;
    if instance.requests.len() > WHOLE {
        return large::solve(instance, options, limit, first, from);
    }
    let mut model = Model::new(instance);
    let start = match from {
        Some(from) => nodes(&model, from),
        None => quick(&model, options).ok_or_else(locked)?,
    };
    first();
    if options.ideas.preprocess {
        model.keep_apart();
    }
    let Some((tours, effort)) = search(&model, options, limit, &start) else {
        return Err(locked());
    };
    Ok((assemble(&model, &tours), effort))
}

/// A first plan, at once: one insertion after the other.
fn quick(model: &Model, options: &Options) -> Option<Vec<Vec<u16>>> {
    let ideas = Ideas { shelf: false, partition: false, ..options.ideas };
    let worker = Worker::new(model, ideas, (options.seed, 0), Repair::InTurn)?;
    Some(worker.tours())
}

fn locked() -> Problem {
    let why = "no schedule keeps their rules".to_owned();
    Problem::Locked { what: "vehicles".to_owned(), why }
}

/// Stops by vehicle as nodes with terminals.
fn nodes(model: &Model, from: &[Vec<Visit>]) -> Vec<Vec<u16>> {
    let tour = |(v, &class): (usize, &u16)| {
        let class = &model.classes[usize::from(class)];
        let stops = from.get(v).into_iter().flatten().map(|visit| {
            let node = visit.request + if visit.end == End::Delivery { model.n } else { 0 };
            node as u16
        });
        std::iter::once(class.start).chain(stops).chain([class.end]).collect()
    };
    model.class_of.iter().enumerate().map(tour).collect()
}

/// What a thread brings to a meeting.
#[derive(Default)]
struct Brought {
    score: i64,
    tours: Vec<Vec<u16>>,
    columns: Vec<Column>,
    share: f64,
}

/// What the meeting decides for everybody.
#[derive(Default)]
struct Decided {
    best: Option<(i64, Vec<Vec<u16>>)>,
    done: bool,
    partitions: u64,
}

struct Meeting<'a> {
    model: &'a Model<'a>,
    options: Options,
    limit: Limit<'a>,
    brought: Vec<Mutex<Brought>>,
    decided: Mutex<Decided>,
    barrier: Barrier,
}

fn search(
    model: &Model,
    options: &Options,
    limit: Limit,
    start: &[Vec<u16>],
) -> Option<(Vec<Vec<u16>>, Effort)> {
    let threads = options.threads.clamp(1, 64);
    let meeting = Meeting {
        model,
        options: *options,
        limit,
        brought: (0..threads).map(|_| Mutex::default()).collect(),
        decided: Mutex::default(),
        barrier: Barrier::new(threads),
    };
    let total = Mutex::new(Effort::default());
    std::thread::scope(|scope| {
        for stream in 1..threads {
            let (meeting, total) = (&meeting, &total);
            scope.spawn(move || meeting.attend(stream, start, total));
        }
        meeting.attend(0, start, &total);
    });
    let decided = meeting.decided.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut effort = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    effort.partitions = decided.partitions;
    decided.best.map(|(_, tours)| (tours, effort))
}

impl Meeting<'_> {
    /// One thread from first plan to the end.
    fn attend(&self, stream: usize, start: &[Vec<u16>], total: &Mutex<Effort>) {
        let seeds = (self.options.seed, stream as u64);
        let made = Worker::new(self.model, self.options.ideas, seeds, Repair::Regret(2));
        // Every thread sees the same locked stops, so all of them leave here or none.
        let Some(mut worker) = made else { return };
        worker.adopt(start);
        let mut share = 0.0;
        for round in 0.. {
            let next = self.round(&mut worker, round, share);
            let columns =
                if self.partition_now(round) { worker.columns(COLUMNS) } else { Vec::new() };
            let mut mine = lock(&self.brought[stream]);
            *mine =
                Brought { score: worker.best.score, tours: worker.tours(), columns, share: next };
            drop(mine);
            self.barrier.wait();
            if stream == 0 {
                self.decide();
            }
            self.barrier.wait();
            let decided = lock(&self.decided);
            if decided.done {
                break;
            }
            if let Some((score, tours)) = &decided.best {
                // The partition's find is everybody's; another thread's is taken up only by
                // threads that fell behind, so that they do not all search the same valley.
                let behind = worker.current.score - score > (worker.mean * 2.0) as i64;
                if worker.best.score > *score && (stream.is_multiple_of(2) || behind) {
                    worker.adopt(tours);
                }
            }
            share = next;
        }
        let (checks, found, built) = worker.counts();
        let mut total = lock(total);
        total.iterations += worker.iterations;
        total.checks += checks;
        total.found += found;
        total.built += built;
    }

    /// Iterates for one round and says how much of the budget is spent.
    fn round(&self, worker: &mut Worker, round: u64, share: f64) -> f64 {
        if self.model.n == 0 {
            return 1.0;
        }
        match self.limit {
            Limit::Iterations(all) => {
                let count = ROUND.min(all.saturating_sub(round * ROUND));
                let next = (round * ROUND + count) as f64 / all.max(1) as f64;
                worker.run(count, (share, next), &|| false);
                if round * ROUND + count >= all { 1.0 } else { next }
            }
            Limit::Share(spent) => {
                let now = spent().clamp(0.0, 1.0);
                let ahead = if round == 0 { now } else { 2.0 * now - share };
                worker.run(ROUND, (now, ahead.clamp(now, 1.0)), &|| spent() >= 1.0);
                spent()
            }
        }
    }

    fn partition_now(&self, round: u64) -> bool {
        let last = matches!(self.limit, Limit::Iterations(all) if (round + 1) * ROUND >= all);
        self.options.ideas.partition && (round % 5 == 4 || last)
    }

    /// Compares what was brought, runs the partition, decides whether to go on.
    fn decide(&self) {
        let mut decided = lock(&self.decided);
        let mut columns = Vec::new();
        for slot in &self.brought {
            let mut brought = lock(slot);
            if decided.best.as_ref().is_none_or(|(score, _)| brought.score < *score) {
                decided.best = Some((brought.score, brought.tours.clone()));
            }
            columns.append(&mut brought.columns);
            decided.done |= brought.share >= 1.0;
        }
        if !columns.is_empty()
            && let Some((score, _)) = &decided.best
            && let Some(better) = partition(self.model, &columns, *score)
        {
            decided.best = Some(better);
            decided.partitions += 1;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A plan better than the incumbent out of the tours seen, or `None`.
fn partition(model: &Model, columns: &[Column], score: i64) -> Option<(i64, Vec<Vec<u16>>)> {
    let mut shelf = crate::search::route::Shelf::new(0);
    let mut work = crate::window::Scratch::new(model);
    let bare = crate::search::route::Solution::empty(model, &mut shelf, &mut work)?;
    let mut base = vec![0; model.classes.len()];
    for route in &bare.routes {
        base[usize::from(route.class)] = route.cost;
    }
    let fixed = |r: u16| model.fixed[usize::from(model.mate(r))];
    let penalty: Vec<i64> =
        (0..model.n).map(|r| if fixed(r as u16) { 0 } else { model.penalty[r] }).collect();
    let vehicles: Vec<usize> = model.members.iter().map(Vec::len).collect();
    let tours: Vec<Tour> = columns
        .iter()
        .map(|column| {
            let mut requests = column.requests(model);
            requests.retain(|&r| !fixed(r));
            let class = usize::from(column.class);
            Tour { class, requests, cost: column.cost - base[class] }
        })
        .collect();
    let floor: i64 = bare.routes.iter().map(|route| route.cost).sum();
    let problem = Partition {
        tours: &tours,
        penalty: &penalty,
        vehicles: &vehicles,
        incumbent: score - floor,
    };
    let chosen = problem.solve(200)?;
    let mut result: Vec<Vec<u16>> = bare.routes.iter().map(|route| route.seq.clone()).collect();
    let mut next = vec![0; model.classes.len()];
    let mut cost = floor + penalty.iter().sum::<i64>();
    for t in chosen {
        let class = tours[t].class;
        let vehicle = model.members[class][next[class]];
        next[class] += 1;
        result[vehicle].clone_from(&columns[t].seq);
        cost += tours[t].cost;
        cost -= tours[t].requests.iter().map(|&r| penalty[usize::from(r)]).sum::<i64>();
    }
    (cost < score).then_some((cost, result))
}
