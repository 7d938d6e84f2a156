//! Exact timing of one tour: does a schedule exist, which is the earliest, which the best.
//!
//! The rules are lower bounds that grow with each other (drive, serve, pause, ride limit, longest
//! tour), so the earliest schedule is a least fixpoint: if any schedule exists, this one does, and
//! every stop in it is as early as in any other. Lateness and overtime are least in it too. Without
//! an hour profile these are difference constraints and the fixpoint equals the Bellman-Ford
//! potentials, which [`crate::checker`] computes independently.
//!
//! Left out: choosing the order of stops.

use crate::model::{Class, FAR, Load, Model, Pause};
use crate::problem::Time;

mod ease;

/// A break taken after the stop at this position, before driving on.
pub(crate) type Gap = (usize, Pause);

/// Working memory, kept to avoid allocation.
#[derive(Default)]
pub(crate) struct Scratch {
    pub seq: Vec<u16>,
    pub begin: Vec<Time>,
    pub high: Vec<Time>,
    /// By node: its position in the tour timed last.
    pub at: Vec<u32>,
    pub gaps: Vec<Gap>,
    pub best_gaps: Vec<Gap>,
    low: Vec<Time>,
    back: Vec<Time>,
}

impl Scratch {
    pub fn new(model: &Model) -> Self {
        Self { at: vec![u32::MAX; model.service.len()], ..Self::default() }
    }
}

/// Upper bounds of a tour by its own windows; `cap` also bounds the end.
pub(crate) fn own_high(model: &Model, class: &Class, seq: &[u16], high: &mut Vec<Time>, cap: Time) {
    high.clear();
    high.extend(seq.iter().map(|&x| model.late[usize::from(x)]));
    if let Some(first) = high.first_mut() {
        *first = class.until;
    }
    if let Some(last) = high.last_mut() {
        *last = class.until.min(cap);
    }
}

/// Lower bounds of a tour by its own windows.
pub(crate) fn own_low(model: &Model, class: &Class, seq: &[u16], begin: &mut Vec<Time>) {
    begin.clear();
    begin.extend(seq.iter().map(|&x| model.early[usize::from(x)]));
    if let Some(first) = begin.first_mut() {
        *first = class.from;
    }
}

/// Raises `begin` to the least schedule at or above it and at or below `high`; false if none.
///
/// `begin` must hold lower bounds that are right up to and including position `first`.
pub(crate) fn least(
    model: &Model,
    class: &Class,
    seq: &[u16],
    times: (&mut [Time], &[Time]),
    at: &mut [u32],
    gaps: &[Gap],
    first: usize,
) -> bool {
    let (begin, high) = times;
    let k = seq.len();
    for (i, &x) in seq.iter().enumerate().skip(1).take(k.saturating_sub(2)) {
        at[usize::from(x)] = i as u32;
    }
    if !forward(model, seq, begin, high, gaps, first + 1) {
        return false;
    }
    let rounds = if model.timed { 8 * k + 64 } else { k + 2 };
    for _ in 0..rounds {
        let mut lowest = k;
        let start = begin[k - 1] - class.longest;
        if start > begin[0] {
            begin[0] = start;
            lowest = 0;
        }
        for i in (1..k - 1).rev() {
            let x = seq[i];
            if usize::from(x) >= model.n {
                continue;
            }
            let j = at[usize::from(model.mate(x))] as usize;
            if j >= k || seq[j] != model.mate(x) {
                continue;
            }
            let start = begin[j] - model.limit[usize::from(x)];
            if start > begin[i] {
                if start > high[i] {
                    return false;
                }
                begin[i] = start;
                lowest = lowest.min(i);
            }
        }
        if lowest == k {
            return begin[0] <= high[0];
        }
        if begin[0] > high[0] || !forward(model, seq, begin, high, gaps, lowest + 1) {
            return false;
        }
    }
    false
}

#[inline]
fn forward(
    model: &Model,
    seq: &[u16],
    begin: &mut [Time],
    high: &[Time],
    gaps: &[Gap],
    from: usize,
) -> bool {
    for i in from..seq.len() {
        let (x, y) = (seq[i - 1], seq[i]);
        let mut leave = begin[i - 1] + model.service[usize::from(x)];
        if !gaps.is_empty() {
            for (_, pause) in gaps.iter().filter(|gap| gap.0 == i - 1) {
                leave = leave.max(pause.earliest);
                if leave > pause.latest {
                    return false;
                }
                leave += pause.lasts;
            }
        }
        let t = model.arrive(x, y, leave).max(begin[i]);
        if t > high[i] {
            return false;
        }
        begin[i] = t;
    }
    true
}

/// Lowers `high` to the greatest schedule at or below it, by plain driving times: an upper bound
/// of every schedule, and itself a schedule when there is no hour profile.
pub(crate) fn greatest(
    model: &Model,
    class: &Class,
    seq: &[u16],
    high: &mut [Time],
    at: &[u32],
    gaps: &[Gap],
) {
    let k = seq.len();
    for _ in 0..k + 2 {
        for i in (0..k - 1).rev() {
            let (x, y) = (seq[i], seq[i + 1]);
            let mut leave = high[i + 1] - model.time(x, y);
            for (_, pause) in gaps.iter().filter(|gap| gap.0 == i).rev() {
                leave = (leave - pause.lasts).min(pause.latest);
            }
            high[i] = high[i].min(leave - model.service[usize::from(x)]);
        }
        let mut calm = true;
        let end = high[0].saturating_add(class.longest);
        if end < high[k - 1] {
            high[k - 1] = end;
            calm = false;
        }
        for i in 1..k - 1 {
            let x = seq[i];
            if usize::from(x) >= model.n {
                continue;
            }
            let j = at[usize::from(model.mate(x))] as usize;
            if j < k && seq[j] == model.mate(x) {
                let end = high[i].saturating_add(model.limit[usize::from(x)]);
                if end < high[j] {
                    high[j] = end;
                    calm = false;
                }
            }
        }
        if calm {
            return;
        }
    }
}

/// What a timed tour costs beside its distance, or `None` if it has no schedule. The breaks that
/// give the least cost are left in `scratch.best_gaps`, its earliest schedule in `scratch.begin`.
pub(crate) fn extra_cost(
    model: &Model,
    class: &Class,
    seq: &[u16],
    work: &mut Scratch,
) -> Option<i64> {
    work.gaps.clear();
    work.best_gaps.clear();
    let mut best = None;
    let mut owed = class.pauses.clone();
    owed.sort_unstable();
    if seq.len() <= 2 {
        owed.clear();
    }
    place(model, class, seq, work, &owed, (1, FAR), &mut best);
    let cost = best?;
    let gaps = std::mem::take(&mut work.best_gaps);
    retime(model, class, seq, work, &gaps, FAR);
    work.best_gaps = gaps;
    Some(cost)
}

/// Tries every place for the breaks still owed and keeps the cheapest.
fn place(
    model: &Model,
    class: &Class,
    seq: &[u16],
    work: &mut Scratch,
    owed: &[Pause],
    (from, cap): (usize, Time),
    best: &mut Option<i64>,
) {
    let Some((pause, later)) = owed.split_first() else {
        let gaps = std::mem::take(&mut work.gaps);
        if retime(model, class, seq, work, &gaps, cap) {
            let cost = timed_cost(model, class, seq, work, &gaps);
            if best.is_none_or(|known| cost < known) {
                *best = Some(cost);
                work.best_gaps.clone_from(&gaps);
            }
        }
        work.gaps = gaps;
        return;
    };
    place(model, class, seq, work, later, (from, cap.min(pause.latest)), best);
    let lowest = class.locked.len();
    let mut load = Load::default();
    for i in 0..seq.len() - 1 {
        load = load.plus(model.load[usize::from(seq[i])]);
        if i + 1 < from || i < lowest || (load.riders > 0 && !pause.aboard) {
            continue;
        }
        work.gaps.push((i, *pause));
        place(model, class, seq, work, later, (i + 1, cap), best);
        work.gaps.pop();
    }
}

/// The earliest schedule with these breaks, into `work.begin`; false if there is none.
pub(crate) fn retime(
    model: &Model,
    class: &Class,
    seq: &[u16],
    work: &mut Scratch,
    gaps: &[Gap],
    cap: Time,
) -> bool {
    own_low(model, class, seq, &mut work.begin);
    own_high(model, class, seq, &mut work.high, cap);
    least(model, class, seq, (&mut work.begin, &work.high), &mut work.at, gaps, 0)
}

fn timed_cost(model: &Model, class: &Class, seq: &[u16], work: &mut Scratch, gaps: &[Gap]) -> i64 {
    let weights = model.instance.weights;
    let stops = seq.iter().zip(&work.begin);
    let late: Time = stops.map(|(&x, &b)| (b - model.due[usize::from(x)]).max(0)).sum();
    let end = work.begin[seq.len() - 1];
    let mut cost = model.lateness_cost(late) + (end - class.due).max(0) * weights.overtime;
    if weights.time > 0 && seq.len() > 2 {
        cost += (end - latest_start(model, class, seq, work, gaps)) * weights.time;
    }
    cost
}

/// The latest start that keeps the end and every lateness as they are in `work.begin`.
///
/// With fixed driving times this gives the shortest tour: any schedule shifted to the same end and
/// joined with the earliest one is again a schedule.
fn latest_start(
    model: &Model,
    class: &Class,
    seq: &[u16],
    work: &mut Scratch,
    gaps: &[Gap],
) -> Time {
    let k = seq.len();
    let caps = |work: &Scratch, i: usize| {
        let x = usize::from(seq[i]);
        model.due[x].max(work.begin[i]).min(model.late[x])
    };
    work.back.clear();
    for i in 0..k {
        let cap = caps(work, i);
        work.back.push(cap);
    }
    work.back[0] = class.until;
    work.back[k - 1] = work.begin[k - 1];
    if !model.timed {
        greatest(model, class, seq, &mut work.back, &work.at, gaps);
        return work.back[0];
    }
    let (mut good, mut bad) = (work.begin[0], work.begin[k - 1] + 1);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        work.low.clear();
        work.low.extend_from_slice(&work.begin);
        work.low[0] = middle;
        let fits = least(model, class, seq, (&mut work.low, &work.back), &mut work.at, gaps, 0);
        if fits {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// The schedule to drive by: breaks, then for each position the beginning of service.
pub(crate) struct Schedule {
    pub begin: Vec<Time>,
    pub gaps: Vec<Gap>,
}

/// Times a tour for people: end and lateness as small as can be, the start as late as that
/// allows, then the least time aboard, so that waiting happens with nobody inside. (With an hour
/// profile times aboard are left as the earliest schedule has them.)
pub(crate) fn schedule(
    model: &Model,
    class: &Class,
    seq: &[u16],
    work: &mut Scratch,
) -> Option<Schedule> {
    extra_cost(model, class, seq, work)?;
    let gaps = work.best_gaps.clone();
    let start = latest_start(model, class, seq, work, &gaps);
    let mut begin = work.begin.clone();
    begin[0] = start;
    let high = work.back.clone();
    if !least(model, class, seq, (&mut begin, &high), &mut work.at, &gaps, 0) {
        return None;
    }
    if !model.timed {
        ease::ease(model, seq, &mut begin, &high, &work.at, &gaps);
    }
    Some(Schedule { begin, gaps })
}

#[cfg(test)]
mod tests;
