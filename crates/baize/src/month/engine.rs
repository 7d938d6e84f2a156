//! The engine's day: every call is offered a promise when it comes in, vehicles drive as fate has
//! it, and the engine is told what happened.

use dispatch::live::{Live, Settings, State};
use dispatch::problem::{End, Problem, Time, Visit, Weights};
use dispatch::solve::Limit;

use super::{Call, Day, Driven, FIRST, Fate, HOUR, LAST, MINUTE, PATIENCE};

/// What a vehicle is doing.
#[derive(Clone, Copy)]
enum Doing {
    Nothing,
    Driving { visit: Visit, until: Time },
    Serving { until: Time },
    Resting { from: Time, until: Time },
}

/// The plan keeps so much of a promise in hand: roads are not as quick every day.
const MARGIN: Time = 7 * MINUTE;
/// What the hours have taught: drives take this much of the plain time in the mean.
const LEARNED_PERMILLE: u32 = 1_030;
/// Minutes between two looks for a better plan, and how long each lasts.
const LOOK_MIN: Time = 10;
const IDEAS: u64 = 300;

struct Play<'d> {
    day: &'d Day,
    live: Live,
    /// By call of the engine: the call of the day.
    calls: Vec<usize>,
    /// Calls of the day that nothing was promised to yet.
    unmet: Vec<usize>,
    doing: Vec<Doing>,
    driven: Driven,
}

pub(super) fn play(day: &Day) -> Result<Driven, Problem> {
    let settings = Settings {
        promise_before: 10 * MINUTE,
        promise_after: 15 * MINUTE - MARGIN,
        threshold: 3_000,
        move_cost: 2_000,
        ..Settings::default()
    };
    let (vehicles, travel) = (day.vehicles.clone(), day.learned(LEARNED_PERMILLE)?);
    let live = Live::new(vehicles, travel, Weights::default(), 1, settings)?;
    let driven = Driven { fates: vec![Fate::default(); day.calls.len()], ..Driven::default() };
    let doing = vec![Doing::Nothing; day.vehicles.len()];
    let mut play = Play { day, live, calls: Vec::new(), unmet: Vec::new(), doing, driven };
    let mut next = 0;
    for minute in FIRST / MINUTE..LAST / MINUTE {
        let now = minute * MINUTE;
        play.live.wait(now);
        while let Some(call) = day.calls.get(next).filter(|call| call.known <= now) {
            if !play.promise(next, call)? {
                play.unmet.push(next);
            }
            next += 1;
        }
        for vehicle in 0..day.vehicles.len() {
            play.step(vehicle, now);
        }
        if minute % LOOK_MIN == 0 {
            play.live.reoptimise(Limit::Iterations(IDEAS));
            play.look_again(now)?;
        }
    }
    play.home();
    Ok(play.driven)
}

impl Play<'_> {
    /// Promises what was asked for or, when no vehicle can keep that, the first time that one can,
    /// even after the appointment: the desk says so, and whoever calls would rather be late than
    /// left.
    fn promise(&mut self, number: usize, call: &Call) -> Result<bool, Problem> {
        for later in [0, HOUR, PATIENCE] {
            let mut asked = call.request.clone();
            // The other dispatcher still sets off at the end of patience, so that it comes later.
            asked.pickup.window.latest += later.min(HOUR);
            asked.delivery.window.latest += later;
            let Ok(offer) = self.live.offer(&asked)? else { continue };
            let until = offer.promise.1 + MARGIN;
            if self.live.accept(offer).is_some() {
                self.calls.push(number);
                self.driven.fates[number].promised_until = Some(until);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whoever could not be promised anything stays on the board and is looked at again: journeys
    /// end early, plans get better.
    fn look_again(&mut self, now: Time) -> Result<(), Problem> {
        for number in std::mem::take(&mut self.unmet) {
            let call = &self.day.calls[number];
            if now <= call.ready + PATIENCE && !self.promise(number, call)? {
                self.unmet.push(number);
            }
        }
        Ok(())
    }

    /// Carries out what a vehicle does by now; each change may lead to the next.
    fn step(&mut self, vehicle: usize, now: Time) {
        loop {
            let doing = self.doing[vehicle];
            match doing {
                Doing::Driving { visit, until } if until <= now => {
                    self.serve(vehicle, visit, until);
                }
                Doing::Serving { until } if until <= now => {
                    self.doing[vehicle] = Doing::Nothing;
                }
                Doing::Resting { from, until } if until <= now => {
                    self.live.rested(vehicle, from, until);
                    self.doing[vehicle] = Doing::Nothing;
                }
                Doing::Nothing => {
                    if !self.begin(vehicle, now) {
                        return;
                    }
                }
                _ => return,
            }
        }
    }

    fn serve(&mut self, vehicle: usize, visit: Visit, there: Time) {
        let call = &self.live.calls()[visit.request];
        let (stop, open) = match visit.end {
            End::Pickup => (call.request.pickup, call.request.pickup.window.earliest),
            End::Delivery => (call.request.delivery, there),
        };
        let begin = there.max(open);
        let until = begin + stop.service;
        let fate = &mut self.driven.fates[self.calls[visit.request]];
        match visit.end {
            End::Pickup => fate.picked_up = Some(begin),
            End::Delivery => fate.delivered = Some(begin),
        }
        self.live.happened(vehicle, visit, begin, until);
        self.doing[vehicle] = Doing::Serving { until };
    }

    /// Sets off or rests, if it is time; false when it is not.
    fn begin(&mut self, vehicle: usize, now: Time) -> bool {
        let pause = self.live.breaks(vehicle).iter().find(|pause| pause.after == 0);
        if let Some(pause) = pause.filter(|pause| pause.begin <= now) {
            let lasts = pause.end - pause.begin;
            self.doing[vehicle] = Doing::Resting { from: now, until: now + lasts };
            return true;
        }
        let Some(stop) = self.live.stops(vehicle).first().copied() else { return false };
        let Some((place, _)) = self.live.stands(vehicle) else { return false };
        let call = &self.live.calls()[stop.visit.request];
        let there = match stop.visit.end {
            End::Pickup => call.request.pickup.place,
            End::Delivery => call.request.delivery.place,
        };
        let expected = self.live.travel().arrive(place, there, now).unwrap_or(now);
        if expected < stop.begin {
            return false;
        }
        let luck = self.day.calls[self.calls[stop.visit.request]].luck;
        let (until, metres) = self.day.drive(place, there, now, luck);
        let inside =
            |state: &State| matches!(state, State::Aboard { vehicle: v, .. } if *v == vehicle);
        let empty = !self.live.calls().iter().any(|call| inside(&call.state));
        self.driven.metres += metres;
        self.driven.empty_metres += if empty { metres } else { 0 };
        self.live.left(vehicle, now);
        self.doing[vehicle] = Doing::Driving { visit: stop.visit, until };
        true
    }

    /// Everybody drives home at the end of the day.
    fn home(&mut self) {
        for (vehicle, own) in self.day.vehicles.iter().enumerate() {
            let Some((place, _)) = self.live.stands(vehicle) else { continue };
            let metres = self.day.travel.leg(place, own.start).map_or(0, |leg| leg.1);
            self.driven.metres += metres;
            self.driven.empty_metres += metres;
        }
    }
}
