//! Small mixed instances against exact enumeration: every split of requests over vehicles and
//! every order of stops and place of the break, judged by the checker's Bellman-Ford alone.

use dispatch::checker::{check, earliest};
use dispatch::problem::{Break, End, Instance, Visit};
use dispatch::solve::{Limit, Options, solve};

use crate::fixture::{line, request, vehicle};

/// Requests left out by priority, highest first, then distance: least first.
type Worth = ([usize; 6], i64);

/// The best that can be had at all.
fn enumerate(instance: &Instance) -> Worth {
    let (n, m) = (instance.requests.len(), instance.vehicles.len());
    let mut best = ([usize::MAX; 6], 0);
    let mut tour = vec![vec![None; 1 << n]; m];
    for (v, row) in tour.iter_mut().enumerate() {
        for (set, cost) in row.iter_mut().enumerate() {
            *cost = cheapest(instance, v, set, &mut Vec::new(), 0);
        }
    }
    let mut split = vec![0; n];
    loop {
        let mut sets = vec![0; m + 1];
        for (r, &v) in split.iter().enumerate() {
            sets[v] |= 1 << r;
        }
        let cost: Option<i64> = (0..m).map(|v| tour[v][sets[v]]).sum();
        if let Some(cost) = cost {
            let mut left = [0; 6];
            for r in (0..n).filter(|r| sets[m] & (1 << r) != 0) {
                left[5 - usize::from(instance.requests[r].priority)] += 1;
            }
            best = best.min((left, cost));
        }
        let Some(r) = (0..n).find(|&r| split[r] < m) else { return best };
        split[..r].fill(0);
        split[r] += 1;
    }
}

fn cheapest(
    instance: &Instance,
    v: usize,
    set: usize,
    stops: &mut Vec<Visit>,
    aboard: usize,
) -> Option<i64> {
    if set == 0 && aboard == 0 {
        return cost(instance, v, stops);
    }
    let mut best: Option<i64> = None;
    for r in 0..instance.requests.len() {
        let bit = 1 << r;
        let (set, aboard, end) = if set & bit != 0 {
            (set & !bit, aboard | bit, End::Pickup)
        } else if aboard & bit != 0 {
            (set, aboard & !bit, End::Delivery)
        } else {
            continue;
        };
        stops.push(Visit { request: r, end });
        if let Some(cost) = cheapest(instance, v, set, stops, aboard) {
            best = Some(best.map_or(cost, |known| known.min(cost)));
        }
        stops.pop();
    }
    best
}

fn cost(instance: &Instance, v: usize, stops: &[Visit]) -> Option<i64> {
    let who = &instance.vehicles[v];
    let mut seats = vec![0_i64; 4];
    let mut inside: Vec<usize> = Vec::new();
    let mut fits = vec![true; who.layouts.len()];
    let mut place = who.start;
    let mut driven = 0;
    for stop in stops {
        let r = &instance.requests[stop.request];
        if r.needs.iter().any(|need| !who.features.contains(need))
            || r.crew.iter().any(|(role, count)| who.crew.get(role).is_none_or(|has| has < count))
            || r.only.as_ref().is_some_and(|only| !only.contains(&v))
        {
            return None;
        }
        let (there, sign) = match stop.end {
            End::Pickup => (r.pickup.place, 1),
            End::Delivery => (r.delivery.place, -1),
        };
        for (sum, &amount) in seats.iter_mut().zip(&r.load) {
            *sum += sign * i64::from(amount);
        }
        inside.retain(|&x| x != stop.request);
        if sign > 0 {
            inside.push(stop.request);
        }
        if inside.len() > 1 && inside.iter().any(|&x| instance.requests[x].alone) {
            return None;
        }
        for (fit, room) in fits.iter_mut().zip(&who.layouts) {
            *fit &= seated(&seats, room);
        }
        driven += instance.travel.leg(place, there)?.1;
        place = there;
    }
    if !fits.contains(&true) {
        return None;
    }
    if stops.is_empty() {
        return Some(0);
    }
    driven += who.end.map_or(Some(0), |end| instance.travel.leg(place, end).map(|leg| leg.1))?;
    timed(instance, v, stops).then_some(driven)
}

/// Whether a tour has a schedule: without its break if it ends in time, or with the break after
/// any stop that leaves nobody aboard.
fn timed(instance: &Instance, v: usize, stops: &[Visit]) -> bool {
    let end = |times: Vec<i64>| times.last().copied();
    let Some(pause) = instance.vehicles[v].breaks.first() else {
        return earliest(instance, v, stops, &[], &[]).is_some();
    };
    let without = earliest(instance, v, stops, &[], &[]).and_then(end);
    if without.is_some_and(|end| end <= pause.latest) {
        return true;
    }
    let window = (pause.earliest, pause.latest, pause.lasts);
    (0..=stops.len()).any(|after| {
        let count = |end| stops[..after].iter().filter(|stop| stop.end == end).count();
        (pause.aboard || count(End::Pickup) == count(End::Delivery))
            && earliest(instance, v, stops, &[after], &[window]).is_some()
    })
}

/// Tries every way of seating people.
fn seated(load: &[i64], room: &[u16; 4]) -> bool {
    let room = room.map(i64::from);
    let beds = 0..=room[2] - load[2];
    load[3] <= room[3]
        && beds.into_iter().any(|patients| {
            let sitting = (load[1] - patients).max(0);
            let left = room[2] - load[2] - patients + room[1] - sitting + room[0];
            sitting <= room[1] && load[0] <= left
        })
}

/// A small number from a seed (SplitMix64).
fn draw(seed: &mut u64, bound: u64) -> i64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (*seed ^ (*seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    i64::try_from((x ^ (x >> 31)) % bound).expect("small")
}

fn mixed(seed: u64) -> Instance {
    let mut s = seed;
    let n = 4;
    let at: Vec<f64> = (0..2 + 2 * n).map(|_| draw(&mut s, 100) as f64).collect();
    let mut requests = Vec::new();
    for i in 0..n {
        let mut r = request(i as i64, 2 + 2 * i, 3 + 2 * i);
        let open = draw(&mut s, 200);
        r.pickup.window.earliest = open;
        let wide = open + 60 + draw(&mut s, 100);
        (r.pickup.window.due, r.pickup.window.latest) = (wide, wide);
        r.pickup.service = draw(&mut s, 5);
        r.max_ride = 40 + draw(&mut s, 120);
        r.load = [[0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [2, 0, 1, 0], [0, 0, 0, 1]]
            [draw(&mut s, 5) as usize];
        r.alone = draw(&mut s, 6) == 0;
        if draw(&mut s, 4) == 0 {
            r.needs.push("oxygen".to_owned());
        }
        if draw(&mut s, 4) == 0 {
            r.crew.insert("nurse".to_owned(), 1 + draw(&mut s, 2) as u16);
        }
        if draw(&mut s, 6) == 0 {
            r.only = Some(vec![draw(&mut s, 2) as usize]);
        }
        r.priority = draw(&mut s, 3) as u8;
        requests.push(r);
    }
    let mut one = vehicle(1);
    one.layouts = vec![[1, 1, 1, 0], [0, 2, 0, 1]];
    one.features.insert("oxygen".to_owned());
    one.max_duration = Some(250 + draw(&mut s, 200));
    let mut two = vehicle(2);
    two.layouts = vec![[1, 2, 1, 1]];
    two.start = 1;
    two.end = None;
    two.shift.latest = 300 + draw(&mut s, 200);
    two.shift.due = two.shift.latest;
    two.crew.insert("nurse".to_owned(), 1);
    one.crew.insert("nurse".to_owned(), 2);
    let open = draw(&mut s, 150);
    let aboard = draw(&mut s, 2) == 0;
    two.breaks = vec![Break { earliest: open, latest: open + 60, lasts: 20, aboard }];
    line(&at, requests, vec![one, two])
}

#[test]
fn small_mixed_instances_are_solved_exactly() {
    let (mut served, mut rested) = (0, 0);
    for seed in 0..60 {
        let instance = mixed(seed * 7_919 + 1);
        let best = enumerate(&instance);
        let limit = Limit::Iterations(400);
        let (plan, _) = solve(&instance, &Options::default(), limit, &|| ()).expect("good");
        assert_eq!(check(&instance, &plan), [], "seed {seed}");
        assert_eq!((plan.cost.unserved, plan.distance), best, "seed {seed}");
        served += 4 - plan.unserved.len();
        rested += plan.routes.iter().map(|route| route.breaks.len()).sum::<usize>();
    }
    // They would say little if most were impossible.
    assert!(served > 120 && rested > 10, "{served} of 240 served, {rested} breaks");
}
