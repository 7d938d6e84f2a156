//! A dispatcher without a plan: everybody is promised what they ask for, and when a call falls due
//! the nearest free vehicle that fits is sent, and only for this one call.

use dispatch::problem::{Request, Time, Vehicle};

use super::{Call, Day, Driven, FIRST, Fate, GRACE, LAST, MINUTE, PATIENCE};

/// A vehicle sets off so early that it is there a little before.
const EARLY: Time = 5 * MINUTE;

struct Car {
    place: usize,
    free: Time,
    rested: bool,
}

pub(super) fn play(day: &Day) -> Driven {
    let promise =
        |call: &Call| Fate { promised_until: Some(call.ready + GRACE), ..Fate::default() };
    let mut driven = Driven { fates: day.calls.iter().map(promise).collect(), ..Driven::default() };
    let car = |vehicle: &Vehicle| Car {
        place: vehicle.start,
        free: vehicle.shift.earliest,
        rested: false,
    };
    let mut cars: Vec<Car> = day.vehicles.iter().map(car).collect();
    let mut order: Vec<usize> = (0..day.calls.len()).collect();
    order.sort_by_key(|call| (day.calls[*call].ready, *call));
    for minute in FIRST / MINUTE..LAST / MINUTE {
        let now = minute * MINUTE;
        rest(day, &mut cars, now);
        order.retain(|&number| {
            let call = &day.calls[number];
            if now > call.ready + PATIENCE {
                return false;
            }
            if call.known > now {
                return true;
            }
            let Some((vehicle, there)) = nearest(day, &cars, call, now) else { return true };
            if there < call.ready - EARLY {
                return true;
            }
            send(day, &mut cars[vehicle], call, now, (&mut driven, number));
            false
        });
    }
    for (car, vehicle) in cars.iter().zip(&day.vehicles) {
        let metres = day.travel.leg(car.place, vehicle.start).map_or(0, |leg| leg.1);
        driven.metres += metres;
        driven.empty_metres += metres;
    }
    driven
}

/// Whoever is free when the break may be taken takes it.
fn rest(day: &Day, cars: &mut [Car], now: Time) {
    for (car, vehicle) in cars.iter_mut().zip(&day.vehicles) {
        let due = vehicle.breaks.iter().find(|pause| pause.earliest <= now && now <= pause.latest);
        if let Some(pause) = due.filter(|_| !car.rested && car.free <= now) {
            car.free = now + pause.lasts;
            car.rested = true;
        }
    }
}

fn fits(vehicle: &Vehicle, request: &Request) -> bool {
    let holds = |layout: &[u16; 4]| (0..4).all(|i| layout[i] >= request.load[i]);
    let crew = |(role, count): (&String, &u16)| vehicle.crew.get(role).is_some_and(|n| n >= count);
    vehicle.layouts.iter().any(holds)
        && request.needs.iter().all(|need| vehicle.features.contains(need))
        && request.crew.iter().all(crew)
}

/// The free vehicle that would be there first, if its turn of duty lasts.
fn nearest(day: &Day, cars: &[Car], call: &Call, now: Time) -> Option<(usize, Time)> {
    let request = &call.request;
    let (from, to) = (request.pickup.place, request.delivery.place);
    let reach = |(number, (car, vehicle)): (usize, (&Car, &Vehicle))| {
        let fit = car.free <= now && now >= vehicle.shift.earliest && fits(vehicle, request);
        let there = day.travel.arrive(car.place, from, now).filter(|_| fit)?;
        let begin = there.max(call.ready) + request.pickup.service;
        let end = day.travel.arrive(from, to, begin)? + request.delivery.service;
        let home = day.travel.arrive(to, vehicle.start, end)?;
        (home <= vehicle.shift.latest).then_some((number, there))
    };
    let free = cars.iter().zip(&day.vehicles).enumerate().filter_map(reach);
    free.min_by_key(|(number, there)| (*there, *number))
}

fn send(day: &Day, car: &mut Car, call: &Call, now: Time, (driven, number): (&mut Driven, usize)) {
    let request = &call.request;
    let (from, to) = (request.pickup.place, request.delivery.place);
    let (there, empty) = day.drive(car.place, from, now, call.luck);
    let begin = there.max(call.ready);
    let (end, ridden) = day.drive(from, to, begin + request.pickup.service, call.luck);
    driven.metres += empty + ridden;
    driven.empty_metres += empty;
    let fate = &mut driven.fates[number];
    (fate.picked_up, fate.delivered) = (Some(begin), Some(end));
    car.place = to;
    car.free = end + request.delivery.service;
}
