//! The fixpoint against Bellman-Ford, on drawn tours.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::{Gap, Scratch, greatest, least, own_high, own_low, retime, schedule};
use crate::checker;
use crate::model::{FAR, Model};
use crate::problem::{Break, Instance, Request, Stop, Time, Vehicle, Visit, Weights, Window};
use crate::travel::{Profile, Travel};

#[derive(Debug, Clone)]
struct Drawn {
    points: Vec<(f64, f64)>,
    windows: Vec<(Time, Time)>,
    rides: Vec<Time>,
    services: Vec<Time>,
    order: Vec<prop::sample::Index>,
    longest: Option<Time>,
    pause: Option<(usize, Time, Time)>,
    hours: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let n = 4_usize;
    let point = (0.0..60.0_f64, 0.0..60.0_f64);
    let window = (0_i64..200, 150_i64..600);
    (
        prop::collection::vec(point, 2 * n + 1),
        prop::collection::vec(window, 2 * n),
        prop::collection::vec(60_i64..400, n),
        prop::collection::vec(0_i64..10, 2 * n),
        prop::collection::vec(any::<prop::sample::Index>(), 2 * n),
        prop::option::of(250_i64..600),
        prop::option::of((0_usize..9, 0_i64..300, 5_i64..40)),
        any::<bool>(),
    )
        .prop_map(|(points, windows, rides, services, order, longest, pause, hours)| Drawn {
            points,
            windows,
            rides,
            services,
            order,
            longest,
            pause,
            hours,
        })
}

fn instance(drawn: &Drawn) -> Instance {
    let n = drawn.rides.len();
    let stop = |x: usize| {
        let (open, wide) = drawn.windows[x];
        let (service, place) = (drawn.services[x], x + 1);
        Stop { place, service, window: Window::hard(open, open + wide) }
    };
    let request = |i: usize| Request {
        id: i as i64,
        pickup: stop(i),
        delivery: stop(i + n),
        max_ride: drawn.rides[i],
        load: [0, 1, 0, 0],
        alone: false,
        needs: Vec::new(),
        crew: BTreeMap::new(),
        priority: 0,
        only: None,
    };
    let pause = drawn.pause.map(|(_, open, lasts)| Break {
        earliest: open,
        latest: open + 200,
        lasts,
        aboard: true,
    });
    let vehicle = Vehicle {
        id: 1,
        start: 0,
        end: Some(0),
        shift: Window::hard(0, 900),
        max_duration: drawn.longest,
        breaks: pause.into_iter().collect(),
        layouts: vec![[0, 9, 0, 0]],
        features: BTreeSet::new(),
        crew: BTreeMap::new(),
        locked: Vec::new(),
    };
    let mut factor = [1_000; 24];
    (factor[2], factor[3], factor[5]) = (1_700, 600, 2_300);
    let profile = drawn.hours.then(|| Profile::new(factor, 60).expect("a good profile"));
    let points = drawn.points.iter().map(|p| (118.0 + p.0 * 1e-4, 36.0 + p.1 * 1e-4)).collect();
    Instance {
        requests: (0..n).map(request).collect(),
        vehicles: vec![vehicle],
        travel: Travel::Globe { points, detour_milli: 1_000, metres_per_s: 10.0, profile },
        weights: Weights { distance: 1, time: 1, overtime: 0 },
        scale: 1,
    }
}

/// A legal order of some requests: each drawn index takes the next stop that may come.
fn order(drawn: &Drawn) -> Vec<u16> {
    let n = drawn.rides.len() as u16;
    let mut open: Vec<u16> = (0..n).collect();
    let mut list = Vec::new();
    for pick in &drawn.order {
        let x = open.remove(pick.index(open.len()));
        if x < n {
            open.push(x + n);
        }
        list.push(x);
    }
    list
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn fixpoint_equals_bellman_ford(drawn in drawn()) {
        let instance = instance(&drawn);
        let model = Model::new(&instance);
        let class = &model.classes[0];
        let stops = order(&drawn);
        let mut seq = vec![class.start];
        seq.extend(&stops);
        seq.push(class.end);
        let gap = |(after, ..): (usize, _, _)| (after.min(stops.len()), class.pauses[0]);
        let gaps: Vec<Gap> = drawn.pause.map(gap).into_iter().collect();
        let visits: Vec<Visit> = stops.iter().map(|&x| model.visit(x)).collect();
        let spots: Vec<usize> = gaps.iter().map(|gap| gap.0).collect();
        let pauses: Vec<_> =
            gaps.iter().map(|gap| (gap.1.earliest, gap.1.latest, gap.1.lasts)).collect();
        let expected = checker::earliest(&instance, 0, &visits, &spots, &pauses);
        let mut work = Scratch::new(&model);
        let found = retime(&model, class, &seq, &mut work, &gaps, FAR)
            .then(|| work.begin.clone());
        prop_assert_eq!(&found, &expected);
        if let Some(begin) = found {
            let mut high = Vec::new();
            own_high(&model, class, &seq, &mut high, FAR);
            greatest(&model, class, &seq, &mut high, &work.at, &gaps);
            let ordered = begin.iter().zip(&high).all(|(low, high)| low <= high);
            prop_assert!(ordered, "the earliest schedule is above the upper bound");
        }
    }

    #[test]
    fn the_schedule_to_drive_by_keeps_end_and_rules(drawn in drawn()) {
        let mut drawn = drawn;
        drawn.pause = None;
        let instance = instance(&drawn);
        let mut model = Model::new(&instance);
        model.keep_apart();
        let class = &model.classes[0];
        let mut seq = vec![class.start];
        seq.extend(order(&drawn));
        seq.push(class.end);
        let mut work = Scratch::new(&model);
        let mut low = Vec::new();
        own_low(&model, class, &seq, &mut low);
        if let Some(times) = schedule(&model, class, &seq, &mut work) {
            retime(&model, class, &seq, &mut work, &[], FAR);
            prop_assert_eq!(times.begin.last(), work.begin.last());
            prop_assert!(times.begin[0] >= work.begin[0]);
            let seen = times.begin.iter().zip(&low).all(|(t, low)| t >= low);
            prop_assert!(seen);
        }
    }
}

/// The sum of times aboard of a schedule.
fn aboard(seq: &[u16], begin: &[Time], n: u16) -> Time {
    let at = |x: u16| begin[seq.iter().position(|&y| y == x).expect("in the tour")];
    (0..n).map(|p| at(p + n) - at(p)).sum()
}

/// The least time aboard with this start and end, by trying every set of stops at every step,
/// which is exact for difference constraints.
fn eased(model: &Model, seq: &[u16], begin: &[Time], high: &[Time]) -> Time {
    let n = model.n as u16;
    let k = seq.len();
    let fits = |t: &[Time]| {
        let drive = |i: usize| model.service[usize::from(seq[i])] + model.time(seq[i], seq[i + 1]);
        let ride = |p: u16| {
            let at = |x: u16| t[seq.iter().position(|&y| y == x).expect("in the tour")];
            at(p + n) - at(p) <= model.limit[usize::from(p)]
        };
        (0..k - 1).all(|i| t[i] + drive(i) <= t[i + 1])
            && (0..n).all(ride)
            && t.iter().zip(high).all(|(t, high)| t <= high)
    };
    let mut now = begin.to_vec();
    loop {
        let raised = |set: u32| -> Vec<Time> {
            (0..k).map(|i| now[i] + Time::from(set & (1 << i) != 0)).collect()
        };
        // Terminals are left alone: bits 1 to k - 2.
        let sets = (1..1_u32 << (k - 2)).map(|set| raised(set << 1)).filter(|t| fits(t));
        let best = sets.min_by_key(|t| aboard(seq, t, n)).unwrap_or_else(|| now.clone());
        if aboard(seq, &best, n) >= aboard(seq, &now, n) {
            return aboard(seq, &now, n);
        }
        now = best;
    }
}

#[test]
fn the_time_aboard_is_the_least_there_is() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut judged, mut saved) = (0, 0);
    while judged < 12 {
        let mut drawn = drawn().new_tree(&mut runner).expect("a tour").current();
        (drawn.pause, drawn.hours) = (None, false);
        drawn.windows.iter_mut().for_each(|window| *window = (window.0 * 2, window.1 / 4));
        drawn.longest = None;
        let instance = instance(&drawn);
        let model = Model::new(&instance);
        let class = &model.classes[0];
        let mut seq = vec![class.start];
        seq.extend(order(&drawn));
        seq.push(class.end);
        let mut work = Scratch::new(&model);
        let Some(times) = schedule(&model, class, &seq, &mut work) else { continue };
        let high = work.back.clone();
        retime(&model, class, &seq, &mut work, &[], FAR);
        let mut low = work.begin.clone();
        low[0] = times.begin[0];
        assert!(least(&model, class, &seq, (&mut low, &high), &mut work.at, &[], 0));
        let n = model.n as u16;
        assert_eq!(aboard(&seq, &times.begin, n), eased(&model, &seq, &low, &high), "{seq:?}");
        judged += 1;
        saved += usize::from(aboard(&seq, &times.begin, n) < aboard(&seq, &low, n));
    }
    assert!(saved > 2, "only {saved} of {judged} could be eased at all");
}

/// The property would say little if drawn tours were hardly ever feasible.
#[test]
fn drawn_tours_are_often_feasible() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut feasible = 0;
    for _ in 0..400 {
        let drawn = drawn().new_tree(&mut runner).expect("a tour").current();
        let instance = instance(&drawn);
        let model = Model::new(&instance);
        let class = &model.classes[0];
        let mut seq = vec![class.start];
        seq.extend(order(&drawn));
        seq.push(class.end);
        let mut work = Scratch::new(&model);
        feasible += usize::from(retime(&model, class, &seq, &mut work, &[], FAR));
    }
    assert!((20..380).contains(&feasible), "{feasible} of 400 feasible");
}
