//! Rows as the engine's values: where each vehicle is and what it has to do, who is aboard, what
//! was promised, and how late people are already.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dispatch::live::{Call, Consequence, Duty as Service, Live, Saved, Standing, State};
use dispatch::plan::PlannedStop;
use dispatch::problem::{Break, End, FARTHEST, Request, Stop, Vehicle, Visit, Weights, Window};
use dispatch::travel::Travel;
use rules::transfer::planning::{Asked, Demand, Planning, Why};
use rules::transfer::tier::TierPack;
use rules::{Position, Time};
use store::transfer::{Duty, Ground, Trip};

use super::day::{Day, Places, crew_map, crewed, demand, secs, settings};
use super::{Ask, broken};
use crate::fault::Answer;
use crate::transfer::roads::Source;
use crate::words::Lang;

/// What the day is made of.
pub(super) struct Kit {
    pub base: Time,
    pub now: Time,
    pub lang: Lang,
    pub ground: Ground,
    pub planning: Planning,
    pub tiers: TierPack,
    pub source: Source,
    pub places: Places,
    pub travel: Travel,
}

/// How late trips may be by what has happened: pick-up, delivery, time aboard; and vehicles.
#[derive(Default)]
struct Slack {
    trips: BTreeMap<usize, [i64; 3]>,
    overrun: BTreeMap<usize, i64>,
}

impl Kit {
    fn secs(&self, at: Time) -> i64 {
        secs(self.base, at)
    }

    /// A place the day was made with.
    fn place(&self, at: Position) -> usize {
        self.places.find(at).unwrap_or(0)
    }

    pub fn into_day(self) -> Answer<Day> {
        let mut unreadable = Vec::new();
        // First as if nothing bound, to see when everybody is served; then bound by that.
        let (saved, _) = self.saved(None, &mut unreadable);
        let loose = self.restore(saved)?.0;
        let slack = self.slack(&loose);
        let (saved, calls) = self.saved(Some(&slack), &mut unreadable);
        let (live, upset) = self.restore(saved)?;
        let off = self.ground.duties.iter().map(|duty| self.off(duty)).collect();
        Ok(Day {
            live,
            base: self.base,
            now: self.now,
            lang: self.lang,
            planning: self.planning,
            tiers: self.tiers,
            source: self.source,
            calls,
            off,
            upset,
            places: self.places,
            unreadable,
            ground: self.ground,
        })
    }

    fn restore(&self, saved: Saved) -> Answer<(Live, Vec<Consequence>)> {
        let settings = settings(&self.planning);
        Live::restore(saved, self.travel.clone(), Weights::default(), 1, settings)
            .map_err(broken(self.lang))
    }

    /// How late everybody is in the plan as it stands.
    fn slack(&self, live: &Live) -> Slack {
        let mut slack = Slack::default();
        let (_, calls) = self.numbering();
        for vehicle in 0..live.vehicles() {
            let mut boarded: BTreeMap<usize, i64> = BTreeMap::new();
            for stop in live.stops(vehicle) {
                let call = stop.visit.request;
                let bounds = slack.trips.entry(calls[call]).or_default();
                match stop.visit.end {
                    End::Pickup => {
                        bounds[0] = stop.begin;
                        boarded.insert(call, stop.depart);
                    }
                    End::Delivery => {
                        bounds[1] = stop.begin;
                        let since = match live.calls()[call].state {
                            State::Aboard { since, .. } => since,
                            _ => boarded.get(&call).copied().unwrap_or(stop.begin),
                        };
                        bounds[2] = stop.begin - since;
                    }
                }
            }
            if let Some(back) = live.back_at(vehicle) {
                slack.overrun.insert(vehicle, back);
            }
        }
        slack
    }

    /// Trips the engine knows, in its numbers: those with a vehicle that is not done with them.
    fn numbering(&self) -> (HashMap<&str, usize>, Vec<usize>) {
        let mut numbers = HashMap::new();
        let mut calls = Vec::new();
        for (index, trip) in self.ground.trips.iter().enumerate() {
            let known = trip.shift_id.as_deref().is_some_and(|shift| self.vehicle(shift).is_some());
            if known && trip.is_open() && trip.arrived_at.is_none() {
                numbers.insert(trip.booking_id.as_str(), calls.len());
                calls.push(index);
            }
        }
        (numbers, calls)
    }

    fn vehicle(&self, shift_id: &str) -> Option<usize> {
        self.ground.duties.iter().position(|duty| duty.shift.shift_id == shift_id)
    }

    fn saved(&self, slack: Option<&Slack>, unreadable: &mut Vec<usize>) -> (Saved, Vec<usize>) {
        let (numbers, calls) = self.numbering();
        let numbers: HashMap<String, usize> =
            numbers.into_iter().map(|(id, number)| (id.to_owned(), number)).collect();
        let mut vehicles = Vec::with_capacity(self.ground.duties.len());
        for vehicle in 0..self.ground.duties.len() {
            vehicles.push(self.standing(vehicle, &numbers, &calls, slack));
        }
        let mut made = Vec::with_capacity(calls.len());
        for (call, index) in calls.iter().enumerate() {
            let trip = self.ground.trips[*index].clone();
            let vehicle = trip.shift_id.as_deref().and_then(|shift| self.vehicle(shift));
            let bounds = slack.map(|slack| slack.trips.get(index).copied().unwrap_or_default());
            let request = self.request(call, &trip, vehicle, bounds, unreadable, *index);
            made.push(self.call(&trip, request, vehicle, &vehicles));
        }
        (Saved { now: self.secs(self.now), vehicles, calls: made }, calls)
    }

    fn call(
        &self,
        trip: &Trip,
        request: Request,
        vehicle: Option<usize>,
        vehicles: &[Standing],
    ) -> Call {
        let promise = trip.promise_from.zip(trip.promise_until);
        let promise = promise.map(|(a, b)| (self.secs(Time(a)), self.secs(Time(b))));
        let drives = vehicle.filter(|v| vehicles[*v].duty != Service::Out);
        match (trip.loaded_at.filter(|_| !self.relieved(trip)), drives) {
            (Some(since), Some(vehicle)) => {
                Call::aboard(request, vehicle, self.secs(Time(since)), promise)
            }
            _ => Call { request, state: State::Planned, promise },
        }
    }

    /// Waits in a vehicle that broke down.
    fn relieved(&self, trip: &Trip) -> bool {
        self.ground.reliefs.iter().any(|relief| relief.booking_id == trip.booking_id)
    }

    /// A trip as a request. `bounds` are when it is served as things stand; without, nothing binds.
    fn request(
        &self,
        call: usize,
        trip: &Trip,
        vehicle: Option<usize>,
        bounds: Option<[i64; 3]>,
        unreadable: &mut Vec<usize>,
        index: usize,
    ) -> Request {
        let relief = self.ground.reliefs.iter().find(|one| one.booking_id == trip.booking_id);
        let from = relief.map_or(trip.from(), |relief| relief.place());
        let (from, to) = (self.place(from), self.place(trip.to()));
        let ask = Ask::of_trip(trip);
        let demand = demand(&self.planning, &self.tiers, &ask, self.travel.leg(from, to));
        let (promised, latest) = self.promised(trip, &demand, (from, to));
        let [pickup_at, delivery_at, aboard] = bounds.unwrap_or([FARTHEST, FARTHEST, FARTHEST]);
        let window = |earliest: i64, due: i64, actual: i64| {
            let due = due.max(earliest);
            Window { earliest, due, latest: due.max(actual).min(FARTHEST) }
        };
        // The plan keeps the last minutes of a promise in hand: roads are not as quick every day.
        let due = promised.1 - self.planning.tight_min * 60;
        let last = promised.1.max(pickup_at);
        let mut pickup = window(promised.0, due, last);
        if relief.is_some() {
            pickup = window(0, promised.1, FARTHEST);
        }
        let mut request = Request {
            max_ride: demand.ride_s.max(aboard),
            alone: demand.alone,
            needs: demand.equipment.clone(),
            crew: crew_map(demand.crew),
            only: self.bound(trip, vehicle),
            ..Request::new(
                i64::try_from(call).unwrap_or(0),
                Stop { place: from, service: demand.board_s, window: pickup },
                Stop { place: to, service: demand.leave_s, window: window(0, latest, delivery_at) },
                demand.load,
            )
        };
        if request.check(self.places.count(), self.ground.duties.len()).is_err() {
            // What contradicts itself stays where it is and asks for nothing.
            if !unreadable.contains(&index) {
                unreadable.push(index);
            }
            request.load = [0, 1, 0, 0];
            request.pickup.window = Window { earliest: 0, due: FARTHEST, latest: FARTHEST };
            request.delivery.window = request.pickup.window;
        }
        request
    }

    /// The promise of a pick-up, and when it must be delivered.
    fn promised(
        &self,
        trip: &Trip,
        demand: &Demand,
        (from, to): (usize, usize),
    ) -> ((i64, i64), i64) {
        let drive_s = self.travel.leg(from, to).map_or(0, |leg| leg.0);
        let asked = Asked {
            ready_at: trip.ready_at.map(Time),
            appointment_at: trip.appointment_at.map(Time),
        };
        let windows = self.planning.windows(&asked, drive_s, demand.board_s, self.now);
        let pickup = match trip.promise_from.zip(trip.promise_until) {
            Some((from, until)) => (self.secs(Time(from)), self.secs(Time(until))),
            None => (self.secs(windows.pickup[0]), self.secs(windows.pickup[2])),
        };
        let latest = trip.appointment_at.map_or(FARTHEST, |at| self.secs(Time(at)));
        (pickup, latest)
    }

    /// Who may not change vehicles: bound by hand, aboard, or driven to already.
    fn bound(&self, trip: &Trip, vehicle: Option<usize>) -> Option<Vec<usize>> {
        let on_the_way = trip.started_at.is_some() || trip.on_scene_at.is_some();
        let bound = trip.pinned_at.is_some() || on_the_way;
        if self.relieved(trip) {
            return None;
        }
        vehicle.filter(|_| bound || trip.loaded_at.is_some()).map(|vehicle| vec![vehicle])
    }

    /// Why a duty takes nobody now.
    fn off(&self, duty: &Duty) -> Option<Why> {
        let shift = &duty.shift;
        if duty.lacking_from.is_some_and(|from| from.0 <= self.now.0.max(shift.from_at)) {
            return Some(Why::Unaccredited);
        }
        if shift.ended_at.is_some() || shift.latest_at <= self.now.0 {
            return Some(Why::OffDuty);
        }
        let out = self.ground.outs.iter().find(|out| {
            let ends_in_time = out.until_at.is_some_and(|until| until < shift.until_at);
            out.vehicle_id == shift.vehicle_id
                && out.from_at <= self.now.0.max(shift.from_at)
                && out.until_at.is_none_or(|until| until > self.now.0)
                && !ends_in_time
        });
        out.map(|out| Why::Outage { reason: out.reason.clone(), until: out.until_at.map(Time) })
    }

    /// From when to when a duty can be planned: outages ahead cut it short.
    fn span(&self, duty: &Duty) -> (i64, i64, i64) {
        let shift = &duty.shift;
        let (mut from, mut until) = (shift.from_at, shift.latest_at);
        until = duty.lacking_from.map_or(until, |end| until.min(end.0));
        for out in self.ground.outs.iter().filter(|out| out.vehicle_id == shift.vehicle_id) {
            let begun = out.from_at <= self.now.0.max(shift.from_at);
            match out.until_at {
                Some(end) if begun && end < shift.until_at => from = from.max(end),
                _ if !begun && out.from_at > self.now.0 => until = until.min(out.from_at),
                _ => {}
            }
        }
        let (from, until) = (self.secs(Time(from)), self.secs(Time(until)));
        let due = self.secs(Time(shift.until_at)).clamp(from, until.max(from));
        (from, due, until.max(from))
    }

    fn standing(
        &self,
        vehicle: usize,
        numbers: &HashMap<String, usize>,
        calls: &[usize],
        slack: Option<&Slack>,
    ) -> Standing {
        let duty = self.ground.duties[vehicle].clone();
        let crewed = crewed(&duty);
        let base = self.place(duty.shift.base());
        let (earliest, due, latest) = self.span(&duty);
        let mut car = Vehicle::new(
            i64::try_from(vehicle).unwrap_or(0),
            base,
            Window { earliest, due, latest },
            crewed.layouts,
        );
        car.features = crewed.equipment.into_iter().collect::<BTreeSet<_>>();
        car.crew = crew_map(crewed.crew);
        let own: Vec<Trip> = self.own(&duty.shift.shift_id);
        let here = self.here(&duty, &own, (base, earliest));
        car.breaks = self.breaks(&duty, &own, here.1);
        let off = self.off(&duty);
        let mut standing = Standing::fresh(car);
        (standing.place, standing.free) = here;
        let plan = self.plan(&duty.shift.shift_id, &own, numbers, calls);
        let aboard: Vec<&Trip> =
            own.iter().filter(|trip| trip.loaded_at.is_some() && !self.relieved(trip)).collect();
        standing.duty = match off {
            None => Service::On,
            // Whoever is in it is brought to the end.
            Some(_) if !aboard.is_empty() => Service::Leaving,
            Some(_) => Service::Out,
        };
        standing.done = boarded(&aboard, numbers, |at| self.secs(Time(at)));
        let begun = own.iter().any(|trip| trip.started_at.is_some());
        standing.began = (begun || duty.shift.began_at.is_some()).then_some(standing.free);
        if standing.duty == Service::Out {
            return standing;
        }
        let bound = plan.first().is_some_and(|visit| {
            let trip = &self.ground.trips[calls[visit.request]];
            let on_the_way = trip.started_at.is_some() || trip.on_scene_at.is_some();
            visit.end == End::Delivery || on_the_way
        });
        standing.under_way = bound;
        standing.plan = plan;
        standing.overrun = match slack {
            None => FARTHEST,
            Some(slack) => {
                slack.overrun.get(&vehicle).copied().filter(|at| *at > latest).unwrap_or(0)
            }
        };
        standing
    }

    /// Trips of a shift that are not over.
    fn own(&self, shift_id: &str) -> Vec<Trip> {
        let own = |trip: &&Trip| trip.shift_id.as_deref() == Some(shift_id);
        self.ground.trips.iter().filter(own).cloned().collect()
    }

    /// Where a vehicle is and since when, by the newest of what is known: seen, at a door, or at
    /// its base.
    fn here(&self, duty: &Duty, own: &[Trip], base: (usize, i64)) -> (usize, i64) {
        let mut known: Vec<(i64, usize, i64)> = vec![(i64::MIN, base.0, base.1)];
        for trip in own.iter().filter(|trip| !self.relieved(trip)) {
            let journey = Ask::of_trip(trip);
            let demand = demand(&self.planning, &self.tiers, &journey, None);
            let (from, to) = (self.place(trip.from()), self.place(trip.to()));
            if let Some(at) = trip.arrived_at {
                let free = trip.completed_at.unwrap_or(at + demand.leave_s * 1_000);
                known.push((at, to, self.secs(Time(free))));
            } else if let Some(at) = trip.loaded_at.or(trip.on_scene_at) {
                known.push((at, from, self.secs(Time(at))));
            }
        }
        let fresh = self.now.plus_min(-self.planning.seen_min).0;
        let seen = self.ground.seen.iter().find(|seen| seen.vehicle_id == duty.shift.vehicle_id);
        if let Some(seen) = seen.filter(|seen| seen.at >= fresh).cloned() {
            let place = self.place(seen.place());
            known.push((seen.at, place, self.secs(Time(seen.at)).max(base.1)));
        }
        let newest = known.into_iter().max_by_key(|one| one.0);
        newest.map_or(base, |(_, place, free)| (place, free))
    }

    /// Breaks still owed: one whose time has passed is over, and so is one that a long wait was.
    fn breaks(&self, duty: &Duty, own: &[Trip], free: i64) -> Vec<Break> {
        let now = self.secs(self.now);
        let moving = own.iter().any(|trip| trip.started_at.is_some() && trip.arrived_at.is_none());
        let owed = duty.shift.breaks().into_iter().filter_map(|pause| {
            let earliest = self.secs(Time(pause.from_at));
            let latest = self.secs(Time(pause.until_at));
            let lasts = pause.lasts_min.clamp(0, 24 * 60) * 60;
            let waited = !moving && now - free.max(earliest) >= lasts;
            (latest > now && latest >= earliest && !waited).then_some(Break {
                earliest,
                latest,
                lasts,
                aboard: false,
            })
        });
        owed.take(4).collect()
    }

    /// What is still to be done, in the kept order; whoever is driven to comes first, and whoever
    /// stands in no plan is left to the engine.
    fn plan(
        &self,
        shift_id: &str,
        own: &[Trip],
        numbers: &HashMap<String, usize>,
        calls: &[usize],
    ) -> Vec<Visit> {
        let mut plan: Vec<Visit> = Vec::new();
        for stop in self.ground.stops.iter().filter(|stop| stop.shift_id == shift_id) {
            let Some(&request) = numbers.get(&stop.booking_id) else { continue };
            let trip = &self.ground.trips[calls[request]];
            if trip.shift_id.as_deref() != Some(shift_id) {
                continue;
            }
            let end = if stop.stop == "pickup" { End::Pickup } else { End::Delivery };
            let visit = Visit { request, end };
            let over = end == End::Pickup && trip.loaded_at.is_some() && !self.relieved(trip);
            if !over && !plan.contains(&visit) {
                plan.push(visit);
            }
        }
        let whole = |visit: &Visit| {
            let other = Visit { end: End::Pickup, ..*visit };
            let trip = &self.ground.trips[calls[visit.request]];
            let boarded = trip.loaded_at.is_some() && !self.relieved(trip);
            boarded
                || (plan.contains(&other) && plan.contains(&Visit { end: End::Delivery, ..other }))
        };
        let mut plan: Vec<Visit> = plan.iter().copied().filter(whole).collect();
        let next = own.iter().find(|trip| {
            let on_the_way = trip.started_at.is_some() || trip.on_scene_at.is_some();
            on_the_way && trip.loaded_at.is_none() && trip.is_open()
        });
        let next = next.and_then(|trip| numbers.get(&trip.booking_id));
        if let Some(&request) = next {
            let pickup = Visit { request, end: End::Pickup };
            if let Some(at) = plan.iter().position(|visit| *visit == pickup) {
                plan.remove(at);
                plan.insert(0, pickup);
            }
        }
        plan
    }
}

/// What those aboard have done: they were fetched.
fn boarded(
    aboard: &[&Trip],
    numbers: &HashMap<String, usize>,
    secs: impl Fn(i64) -> i64,
) -> Vec<PlannedStop> {
    let mut done: Vec<PlannedStop> = aboard
        .iter()
        .filter_map(|trip| {
            let request = *numbers.get(&trip.booking_id)?;
            let at = secs(trip.loaded_at?);
            let visit = Visit { request, end: End::Pickup };
            Some(PlannedStop { visit, begin: at, depart: at })
        })
        .collect();
    done.sort_by_key(|stop| stop.begin);
    done
}
