//! Taking requests out: at random, the dearest, alike ones (Shaw 1998), whole tours, and strings
//! of neighbouring stops (Christiaens and Vanden Berghe 2020, SISR).

use crate::model::Model;
use crate::search::rng::Rng;
use crate::search::route::{Route, Solution};

/// How requests are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Destroy {
    Random,
    Worst,
    Related,
    Tour,
    Strings,
    Hour,
}

/// Up to `count` requests to take out.
pub(crate) fn choose(
    model: &Model,
    solution: &Solution,
    how: Destroy,
    count: usize,
    rng: &mut Rng,
) -> Vec<u16> {
    let mut of = Vec::new();
    solution.vehicle_of(model, &mut of);
    let free =
        |r: &u16| of[usize::from(*r)] != u16::MAX && !model.fixed[usize::from(model.mate(*r))];
    let mut served: Vec<u16> = (0..model.n as u16).filter(free).collect();
    let count = count.min(served.len());
    if count == 0 {
        return served;
    }
    match how {
        Destroy::Random => {
            rng.shuffle(&mut served);
            served.truncate(count);
            served
        }
        Destroy::Worst => worst(model, solution, served, count, rng),
        Destroy::Related => related(model, solution, served, count, rng),
        Destroy::Tour => tours(model, solution, count, rng),
        Destroy::Strings => strings(model, solution, &served, &of, count, rng),
        Destroy::Hour => {
            let seed = served[rng.below(served.len())];
            let key = |r: u16| {
                let (a, b) = (usize::from(r), usize::from(seed));
                (model.early[a] - model.early[b]).abs() + (model.late[a] - model.late[b]).abs()
            };
            served.sort_by_key(|&r| key(r));
            take_skewed(served, count, 3.0, rng)
        }
    }
}

fn take_skewed(mut sorted: Vec<u16>, count: usize, power: f64, rng: &mut Rng) -> Vec<u16> {
    let mut taken = Vec::with_capacity(count);
    while taken.len() < count && !sorted.is_empty() {
        let at = (rng.unit().powf(power) * sorted.len() as f64) as usize;
        taken.push(sorted.remove(at.min(sorted.len() - 1)));
    }
    taken
}

fn worst(
    model: &Model,
    solution: &Solution,
    mut served: Vec<u16>,
    count: usize,
    rng: &mut Rng,
) -> Vec<u16> {
    let mut saving = vec![0; model.n];
    for route in &solution.routes {
        for (i, &x) in route.seq.iter().enumerate() {
            if usize::from(x) >= model.n {
                continue;
            }
            let mate = model.mate(x);
            if let Some(j) = route.seq.iter().position(|&y| y == mate) {
                saving[usize::from(x)] = detour(model, route, i, j);
            }
        }
    }
    served.sort_by_key(|&r| -saving[usize::from(r)]);
    take_skewed(served, count, 4.0, rng)
}

fn detour(model: &Model, route: &Route, i: usize, j: usize) -> i64 {
    let drive = |a: usize, b: usize| model.drive(route.seq[a], route.seq[b]);
    if j == i + 1 {
        return drive(i - 1, i) + drive(i, j) + drive(j, j + 1) - drive(i - 1, j + 1);
    }
    drive(i - 1, i) + drive(i, i + 1) - drive(i - 1, i + 1) + drive(j - 1, j) + drive(j, j + 1)
        - drive(j - 1, j + 1)
}

fn related(
    model: &Model,
    solution: &Solution,
    mut served: Vec<u16>,
    count: usize,
    rng: &mut Rng,
) -> Vec<u16> {
    let mut begin = vec![0; model.service.len()];
    for route in &solution.routes {
        for (&x, &low) in route.seq.iter().zip(&route.low) {
            begin[usize::from(x)] = low;
        }
    }
    let alike = |a: u16, b: u16| {
        let (x, y) = (model.mate(a), model.mate(b));
        let time = (begin[usize::from(a)] - begin[usize::from(b)]).abs()
            + (begin[usize::from(x)] - begin[usize::from(y)]).abs();
        model.time(a, b) + model.time(x, y) + time / 7
    };
    let mut taken = vec![served.swap_remove(rng.below(served.len()))];
    while taken.len() < count && !served.is_empty() {
        let seed = taken[rng.below(taken.len())];
        let rank = ((rng.unit().powi(5)) * served.len() as f64) as usize;
        let rank = rank.min(served.len() - 1);
        served.select_nth_unstable_by_key(rank, |&r| (alike(seed, r), r));
        taken.push(served.swap_remove(rank));
    }
    taken
}

fn tours(model: &Model, solution: &Solution, count: usize, rng: &mut Rng) -> Vec<u16> {
    let mut order: Vec<usize> = (0..solution.routes.len()).collect();
    rng.shuffle(&mut order);
    let mut taken = Vec::new();
    for v in order {
        if taken.len() >= count.min(3) {
            break;
        }
        taken.extend(free_pickups(model, &solution.routes[v]));
    }
    taken
}

/// Requests of a tour, in order of pickup, whose delivery may be taken out.
fn free_pickups<'a>(model: &'a Model, route: &'a Route) -> impl Iterator<Item = u16> + 'a {
    let pickups = route.seq.iter().copied().filter(|&x| usize::from(x) < model.n);
    pickups.filter(|&x| {
        let mate = model.mate(x);
        !model.fixed[usize::from(mate)] && route.seq.contains(&mate)
    })
}

fn strings(
    model: &Model,
    solution: &Solution,
    served: &[u16],
    of: &[u16],
    count: usize,
    rng: &mut Rng,
) -> Vec<u16> {
    let seed = served[rng.below(served.len())];
    let near = |r: u16| {
        let (x, y) = (model.mate(seed), model.mate(r));
        model.time(seed, r).min(model.time(x, y))
    };
    let mut order = served.to_vec();
    order.sort_by_cached_key(|&r| near(r));
    let longest = 2 + rng.below(9);
    let mut used = vec![false; solution.routes.len()];
    let mut taken = Vec::new();
    for r in order {
        if taken.len() >= count {
            break;
        }
        let v = usize::from(of[usize::from(r)]);
        if std::mem::replace(&mut used[v], true) {
            continue;
        }
        let riders: Vec<u16> = free_pickups(model, &solution.routes[v]).collect();
        let Some(at) = riders.iter().position(|&x| x == r) else { continue };
        let length = (1 + rng.below(longest)).min(riders.len()).min(count - taken.len());
        let from = at.saturating_sub(rng.below(length)).min(riders.len() - length);
        // Now and then a stretch in the middle of a longer string stays (split string).
        let skip = if length > 2 && rng.unit() < 0.3 {
            from + 1 + rng.below(length - 1)
        } else {
            usize::MAX
        };
        let string = riders.iter().enumerate().skip(from).take(length);
        taken.extend(string.filter(|&(i, _)| i != skip).map(|(_, &x)| x));
    }
    taken
}
