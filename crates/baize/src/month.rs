//! `baize bench day`: a month of patient transfers, played twice from one seed. Once the planning
//! engine decides, once a dispatcher who sends the nearest free vehicle when a call falls due.
//! Calls, roads and delays are the same for both; people, places and counts are made up.

use std::collections::{BTreeMap, BTreeSet};

use dispatch::bench::Row;
use dispatch::problem::{Amount, Break, Problem, Request, Stop, Time, Vehicle, Window};
use dispatch::travel::{Profile, Travel};

mod engine;
mod nearest;
mod rng;

use rng::Rng;

/// Days of the month, and the seed of all of it.
const DAYS: u64 = 30;
const SEED: u64 = 96_120;
const MINUTE: Time = 60;
const HOUR: Time = 3_600;
/// Who is fetched later than this against what they asked for waited too long.
const GRACE: Time = 15 * MINUTE;
/// Who has not been fetched by then is not fetched any more.
const PATIENCE: Time = 120 * MINUTE;
/// The day begins and ends for the play.
const FIRST: Time = 6 * HOUR;
const LAST: Time = 23 * HOUR;

/// Hospitals with their share of the trips; about where towns of a prefecture lie.
const TOWNS: [(f64, f64, u64); 6] = [
    (117.85, 36.49, 34),
    (117.96, 36.65, 18),
    (118.05, 36.81, 24),
    (117.87, 36.80, 8),
    (118.31, 36.82, 10),
    (118.10, 36.96, 6),
];

/// One call as it is asked, and what fate has in store for it.
struct Call {
    /// When the desk hears of it.
    known: Time,
    ready: Time,
    appointment: Option<Time>,
    request: Request,
    /// Drives for this call take so many thousandths of the plain time.
    luck: i64,
}

/// One day: the same for both dispatchers.
struct Day {
    vehicles: Vec<Vehicle>,
    travel: Travel,
    calls: Vec<Call>,
}

/// What became of a call.
#[derive(Clone, Copy, Default)]
struct Fate {
    promised_until: Option<Time>,
    picked_up: Option<Time>,
    delivered: Option<Time>,
}

/// How a day was driven.
#[derive(Clone, Default)]
struct Driven {
    fates: Vec<Fate>,
    metres: i64,
    empty_metres: i64,
}

/// Sums over the month.
#[derive(Clone, Copy, Default)]
struct Month {
    calls: usize,
    served: usize,
    promised: usize,
    kept: usize,
    on_time: usize,
    metres: i64,
    empty_metres: i64,
}

impl Month {
    fn add(&mut self, day: &Day, driven: &Driven) {
        for (call, fate) in day.calls.iter().zip(&driven.fates) {
            self.calls += 1;
            self.promised += usize::from(fate.promised_until.is_some());
            let Some(picked_up) = fate.picked_up else { continue };
            self.served += 1;
            let kept = fate.promised_until.is_some_and(|until| picked_up <= until);
            let there = fate.delivered.zip(call.appointment).is_none_or(|(at, due)| at <= due);
            self.kept += usize::from(kept);
            self.on_time += usize::from(picked_up <= call.ready + GRACE && there);
        }
        self.metres += driven.metres;
        self.empty_metres += driven.empty_metres;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64 * 100.0
}

/// Plays the month with both and compares.
///
/// # Errors
/// What the engine says of a day that cannot be planned: none of these.
pub fn rows() -> Result<Vec<Row>, Problem> {
    let (mut engine, mut nearest) = (Month::default(), Month::default());
    for number in 0..DAYS {
        let day = made(number)?;
        engine.add(&day, &engine::play(&day)?);
        nearest.add(&day, &nearest::play(&day));
    }
    let row = |figure: &str, unit, values: (f64, f64), less: bool, target: &str| {
        let (value, peer_value) = values;
        let ratio = if less { peer_value / value.max(1e-9) } else { value / peer_value.max(1e-9) };
        Row {
            bench: "day",
            figure: format!("{figure} ({} calls, {DAYS} days)", engine.calls),
            value,
            unit,
            peer: "nearest vehicle first".into(),
            peer_value,
            ratio,
            target: target.into(),
        }
    };
    let both = |figure: fn(&Month) -> f64| (figure(&engine), figure(&nearest));
    let empty_km = |month: &Month| month.empty_metres as f64 / 1e3 / month.served.max(1) as f64;
    let empty_share =
        |month: &Month| month.empty_metres as f64 / month.metres.max(1) as f64 * 100.0;
    Ok(vec![
        row("served", "%", both(|m| share(m.served, m.calls)), false, ">= 1"),
        row("promises kept", "%", both(|m| share(m.kept, m.promised)), false, ">= 1"),
        row(
            "fetched and brought on time, of all calls",
            "%",
            both(|m| share(m.on_time, m.calls)),
            false,
            ">= 1",
        ),
        row("empty km for each person served", "km", both(empty_km), true, ">= 1"),
        row("driven empty", "%", both(empty_share), true, ">= 1"),
    ])
}

/// The hours stretch drives as in a town with two rushes.
fn profile(permille: u32) -> Result<Profile, Problem> {
    let mut factor: [u32; 24] = [1_000; 24];
    for (hour, permille) in
        [(7, 1_250), (8, 1_350), (9, 1_100), (11, 1_100), (17, 1_300), (18, 1_250)]
    {
        factor[hour] = permille;
    }
    let stretched = factor.map(|hour| u16::try_from(hour * permille / 1_000).unwrap_or(1_000));
    Profile::new(stretched, 3_600)
}

fn made(number: u64) -> Result<Day, Problem> {
    let mut rng = Rng::new(SEED.wrapping_add(number.wrapping_mul(7_919)));
    let mut points: Vec<(f64, f64)> = TOWNS.iter().map(|(lng, lat, _)| (*lng, *lat)).collect();
    let weekend = number % 7 >= 5;
    let count = if weekend { 28 } else { 44 } + rng.below(9);
    let mut calls: Vec<Call> = (0..count).map(|n| call(&mut rng, n, &mut points)).collect();
    calls.sort_by_key(|call| (call.known, call.request.id));
    let travel = Travel::Globe {
        points,
        detour_milli: 1_350,
        metres_per_s: 9.5,
        profile: Some(profile(1_000)?),
    };
    Ok(Day { vehicles: vehicles(), travel, calls })
}

/// Interiors, equipment, crew, and how many of them.
type Kind = (&'static [Amount], &'static [&'static str], &'static [(&'static str, u16)], usize);

/// Fourteen vehicles: stretchers with and without a nurse, two with a doctor, four for wheelchairs.
fn vehicles() -> Vec<Vehicle> {
    let kinds: [Kind; 4] = [
        (&[[2, 2, 1, 0]], &["oxygen"], &[("driver", 1), ("hands", 2)], 3),
        (&[[2, 2, 1, 0]], &["oxygen"], &[("driver", 1), ("nurse", 1), ("hands", 2)], 5),
        (
            &[[3, 2, 1, 0]],
            &["oxygen", "monitor"],
            &[("driver", 1), ("nurse", 1), ("doctor", 1), ("hands", 3)],
            2,
        ),
        (&[[1, 3, 0, 2]], &[], &[("driver", 1), ("hands", 1)], 4),
    ];
    let mut vehicles = Vec::new();
    for (layouts, features, crew, count) in kinds {
        for _ in 0..count {
            let number = vehicles.len();
            let from = if number % 3 == 2 { 9 * HOUR } else { 7 * HOUR + HOUR / 2 };
            let shift = Window { earliest: from, due: from + 10 * HOUR, latest: from + 11 * HOUR };
            let depot = [0, 1, 2, 0, 2, 4][number % 6];
            let id = i64::try_from(number).unwrap_or(0);
            let mut vehicle = Vehicle::new(id, depot, shift, layouts.to_vec());
            vehicle.features =
                features.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<_>>();
            vehicle.crew = map(crew);
            let (earliest, latest) = (11 * HOUR, 14 * HOUR);
            vehicle.breaks = vec![Break { earliest, latest, lasts: 40 * MINUTE, aboard: false }];
            vehicles.push(vehicle);
        }
    }
    vehicles
}

fn map(crew: &[(&str, u16)]) -> BTreeMap<String, u16> {
    crew.iter().map(|(role, count)| ((*role).to_owned(), *count)).collect()
}

/// A home somewhere around a town, farther out ever more rarely.
fn home(rng: &mut Rng, town: usize) -> (f64, f64) {
    let (lng, lat, _) = TOWNS[town];
    let (east, north) = (rng.unit() + rng.unit() - 1.0, rng.unit() + rng.unit() - 1.0);
    (lng + east * 0.14, lat + north * 0.11)
}

fn town(rng: &mut Rng) -> usize {
    let mut left = rng.below(TOWNS.iter().map(|town| town.2).sum());
    TOWNS
        .iter()
        .position(|town| {
            let here = left < town.2;
            left = left.saturating_sub(town.2);
            here
        })
        .unwrap_or(0)
}

fn call(rng: &mut Rng, number: u64, points: &mut Vec<(f64, f64)>) -> Call {
    let hospital = town(rng);
    // Home from hospital, to hospital, from hospital to hospital.
    let kind = rng.below(10);
    let other = if kind >= 8 { town(rng) } else { hospital };
    let far = home(rng, if kind >= 8 { other } else { hospital });
    let far = if kind >= 8 { (TOWNS[other].0 + 0.01, TOWNS[other].1) } else { far };
    points.push((TOWNS[hospital].0, TOWNS[hospital].1));
    points.push(far);
    let (near, away) = (points.len() - 2, points.len() - 1);
    let (from, to) = if !(4..8).contains(&kind) { (near, away) } else { (away, near) };
    // Most leave hospital in the late morning; who comes for treatment comes early.
    let peak = if kind < 4 { 10 * HOUR + HOUR / 2 } else { 8 * HOUR + HOUR / 2 };
    let spread = (rng.unit() + rng.unit() + rng.unit() - 0.8) * 3.0 * HOUR as f64;
    let ready = (peak + spread as Time).clamp(8 * HOUR, 16 * HOUR + HOUR / 2);
    let known = if rng.below(100) < 55 {
        FIRST + rng.below(30) as Time * MINUTE
    } else {
        (ready - (30 + rng.below(150) as Time) * MINUTE).max(FIRST)
    };
    let appointed = (4..8).contains(&kind) && rng.below(100) < 70;
    let appointment = appointed.then(|| ready + (90 + rng.below(45) as Time) * MINUTE);
    let latest = appointment.unwrap_or(LAST);
    let stop = |place, window| Stop { place, service: 10 * MINUTE, window };
    let pickup = Window { earliest: ready, due: ready + GRACE, latest: ready + PATIENCE };
    let id = i64::try_from(number).unwrap_or(0);
    let pickup = stop(from, pickup);
    let mut request = Request::new(id, pickup, stop(to, Window::hard(0, latest)), [0; 4]);
    needs(rng, &mut request);
    Call { known, ready, appointment, request, luck: 900 + rng.below(260) as i64 }
}

fn needs(rng: &mut Rng, request: &mut Request) {
    let companions = u16::from(rng.below(3) > 0);
    let (load, needs, crew): (Amount, &[&str], &[(&str, u16)]) = match rng.below(100) {
        0..34 => ([companions, 0, 1, 0], &[], &[("driver", 1), ("hands", 2)]),
        34..52 => {
            ([companions, 0, 1, 0], &["oxygen"], &[("driver", 1), ("nurse", 1), ("hands", 2)])
        }
        52..58 => (
            [companions, 0, 1, 0],
            &["oxygen", "monitor"],
            &[("driver", 1), ("nurse", 1), ("doctor", 1)],
        ),
        58..84 => ([companions, 0, 0, 1], &[], &[("driver", 1)]),
        _ => ([companions, 1, 0, 0], &[], &[("driver", 1)]),
    };
    request.load = load;
    request.needs = needs.iter().map(|one| (*one).to_owned()).collect();
    request.crew = map(crew);
    // Longer than three quarters of an hour more than the drive nobody sits in a van.
    request.max_ride = 2 * HOUR + HOUR / 2;
}

impl Day {
    /// Drives as somebody expects them who has learned from earlier days.
    fn learned(&self, permille: u32) -> Result<Travel, Problem> {
        let mut travel = self.travel.clone();
        if let Travel::Globe { profile: hours, .. } = &mut travel {
            *hours = Some(profile(permille)?);
        }
        Ok(travel)
    }

    /// When a drive that begins now ends in truth, and its metres.
    fn drive(&self, from: usize, to: usize, now: Time, luck: i64) -> (Time, i64) {
        let metres = self.travel.leg(from, to).map_or(0, |leg| leg.1);
        let arrive = self.travel.arrive(from, to, now).unwrap_or(now);
        (now + (arrive - now) * luck / 1_000, metres)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_day_for_both() {
        let (one, two) = (made(3).unwrap(), made(3).unwrap());
        let asked = |day: &Day| -> Vec<(Time, Time, i64)> {
            day.calls.iter().map(|call| (call.known, call.ready, call.luck)).collect()
        };
        assert_eq!(asked(&one), asked(&two));
        assert!(one.calls.iter().all(|call| call.known <= call.ready));
        let (driven, again) = (engine::play(&one).unwrap(), engine::play(&two).unwrap());
        assert_eq!((driven.metres, driven.empty_metres), (again.metres, again.empty_metres));
        // Whoever was picked up was brought, and nobody before they were ready.
        for (call, fate) in one.calls.iter().zip(&driven.fates) {
            assert_eq!(fate.picked_up.is_some(), fate.delivered.is_some());
            assert!(fate.picked_up.is_none_or(|at| at >= call.ready));
        }
    }
}
