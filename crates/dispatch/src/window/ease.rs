//! Less waiting aboard: the same tour, as early at its end and as late in nothing, with people
//! fetched as late as their deliveries allow.
//!
//! The sum of times aboard is linear over difference constraints, so from the earliest schedule
//! the best one is reached by raising sets of stops only (steepest ascent on an L-natural convex
//! function, Murota 2003). A set that may rise holds with each stop every stop that it pushes.

use super::Gap;
use crate::model::Model;
use crate::problem::Time;

/// Rounds after which a schedule is good enough; a tour seldom needs as many as it has stops.
const ROUNDS: usize = 400;

/// A tour while it is being eased.
struct Tour<'a> {
    model: &'a Model<'a>,
    seq: &'a [u16],
    /// By position: the least time to the next beginning of service, breaks included.
    step: Vec<Time>,
    /// By position: the other end of the request in this tour, `usize::MAX` when there is none.
    mate: Vec<usize>,
    high: Vec<Time>,
}

/// Raises `begin`, the least schedule with this start and end, to one with the least time aboard
/// that keeps start and end and stays at or below `high`.
pub(super) fn ease(
    model: &Model,
    seq: &[u16],
    begin: &mut [Time],
    high: &[Time],
    at: &[u32],
    gaps: &[Gap],
) {
    let tour = Tour::new(model, seq, high, at, gaps);
    let ends: Vec<usize> = (1..seq.len().max(1) - 1).collect();
    for _ in 0..ROUNDS {
        let mut calm = true;
        for &i in ends.iter().rev() {
            calm &= !tour.raise(begin, &[i]);
        }
        if calm {
            // Two stops may have to rise together, where each alone gains nothing.
            let mut pairs = ends.iter().flat_map(|&i| ends.iter().map(move |&j| [i, j]));
            if !pairs.any(|[i, j]| i < j && tour.raise(begin, &[i, j])) {
                return;
            }
        }
    }
}

impl<'a> Tour<'a> {
    fn new(model: &'a Model, seq: &'a [u16], high: &[Time], at: &[u32], gaps: &[Gap]) -> Self {
        let mut tour = Self {
            model,
            seq,
            step: Vec::with_capacity(seq.len()),
            mate: Vec::with_capacity(seq.len()),
            high: high.to_vec(),
        };
        for (i, &x) in seq.iter().enumerate() {
            let mut step = model.service[usize::from(x)];
            for (_, pause) in gaps.iter().filter(|gap| gap.0 == i) {
                tour.high[i] = tour.high[i].min(pause.latest - step);
                step += pause.lasts;
            }
            step += seq.get(i + 1).map_or(0, |&y| model.time(x, y));
            tour.step.push(step);
            tour.mate.push(tour.other(usize::from(x), at));
        }
        tour
    }

    fn other(&self, node: usize, at: &[u32]) -> usize {
        let n = self.model.n;
        if node >= 2 * n {
            return usize::MAX;
        }
        let mate = if node < n { node + n } else { node - n };
        let there = at[mate] as usize;
        let here = self.seq.get(there).is_some_and(|&x| usize::from(x) == mate);
        if here { there } else { usize::MAX }
    }

    fn is_pickup(&self, i: usize) -> bool {
        usize::from(self.seq[i]) < self.model.n
    }

    /// Raises these stops and whatever they push, as far as it goes, if that shortens the time
    /// aboard; says whether it did.
    fn raise(&self, begin: &mut [Time], first: &[usize]) -> bool {
        let last = self.seq.len() - 1;
        let mut set = first.to_vec();
        let mut seen = 0;
        let mut gain = 0_i64;
        while let Some(&i) = set.get(seen) {
            seen += 1;
            if i == last || begin[i] >= self.high[i] {
                return false;
            }
            if !set.contains(&(i + 1)) && begin[i] + self.step[i] >= begin[i + 1] {
                set.push(i + 1);
            }
            let mate = self.mate[i];
            if mate == usize::MAX {
                continue;
            }
            if self.is_pickup(i) {
                gain += 1;
                continue;
            }
            gain -= 1;
            if !set.contains(&mate) && begin[i] - begin[mate] >= self.limit(mate) {
                set.push(mate);
            }
        }
        if gain <= 0 {
            return false;
        }
        let room = set.iter().map(|&i| self.room(begin, &set, i)).min().unwrap_or(0);
        set.iter().for_each(|&i| begin[i] += room);
        room > 0
    }

    fn limit(&self, pickup: usize) -> Time {
        self.model.limit[usize::from(self.seq[pickup])]
    }

    /// How far a stop of a set may rise before it pushes a stop outside.
    fn room(&self, begin: &[Time], set: &[usize], i: usize) -> Time {
        let mut room = self.high[i] - begin[i];
        if !set.contains(&(i + 1)) {
            room = room.min(begin[i + 1] - begin[i] - self.step[i]);
        }
        let mate = self.mate[i];
        if mate != usize::MAX && !self.is_pickup(i) && !set.contains(&mate) {
            room = room.min(begin[mate] + self.limit(mate) - begin[i]);
        }
        room
    }
}
