//! Large fleets: the index over plans saves work and loses nobody.

use dispatch::checker::check;
use dispatch::generate::district;
use dispatch::live::replay::{Dispatcher, as_day, replay};
use dispatch::live::{Live, Settings};
use dispatch::problem::{Vehicle, Weights, Window};
use dispatch::travel::{Matrix, Travel};

use crate::fixture::{request, vehicle};

/// Two hundred vehicles on a street of 200 places, and one with equipment at its far end.
fn street(travel: Travel) -> Live {
    let mut cars: Vec<Vehicle> = (0..200)
        .map(|v| Vehicle { start: v % 20, end: Some(v % 20), ..vehicle(v as i64) })
        .collect();
    let mut fitted = Vehicle { start: 199, end: Some(199), ..vehicle(200) };
    fitted.features.insert("icu".to_owned());
    cars.push(fitted);
    let settings = Settings { room_iterations: 0, ..Settings::default() };
    Live::new(cars, travel, Weights::default(), 1, settings).expect("good vehicles")
}

#[test]
fn the_only_vehicle_that_can_is_found_however_far_it_stands() {
    let at = |x: usize| (x as f64 * 10.0, (x % 7) as f64 * 10.0);
    let plane = Travel::Plane { points: (0..200).map(at).collect(), scale: 1 };
    let row = |a: usize| (0..200).map(|b| plane.leg(a, b)).collect();
    let rows: Vec<Vec<Option<(i64, i64)>>> = (0..200).map(row).collect();
    let table = Travel::Table(Matrix::from_rows(&rows).expect("a table"));
    for travel in [plane, table] {
        let mut day = street(travel);
        let mut asked = request(1, 3, 7);
        asked.needs.push("icu".to_owned());
        let offer = day.offer(&asked).expect("possible").expect("the last one can");
        assert_eq!(offer.vehicle, 200);
        day.accept(offer).expect("nothing has happened");
        let mut soon = request(2, 150, 190);
        soon.pickup.window = Window::hard(0, 500);
        let offer = day.offer(&soon).expect("possible").expect("it stands near");
        assert_eq!(offer.vehicle, 200, "though it drives to the other end later");
        let mut gone = request(3, 150, 190);
        gone.pickup.window = Window::hard(0, 400);
        let refused = day.offer(&gone).expect("possible").expect_err("nobody can be there");
        assert_eq!(refused.len(), 201);
        assert!(refused.iter().all(|refusal| refusal.rule.code() == "window"), "{refused:?}");
    }
}

#[test]
fn a_large_day_is_served() {
    for (seed, hourly) in [(3, false), (4, true)] {
        let day = as_day(&district(400, 60, seed, hourly), 7_200);
        let settings = Settings { room_iterations: 0, ..Settings::default() };
        let outcome = replay(&day, settings, Dispatcher::Engine { iterations: 0 }).expect("good");
        assert_eq!(check(&outcome.instance, &outcome.plan), []);
        assert!(outcome.refused <= 8, "{} of 400 refused", outcome.refused);
    }
}
