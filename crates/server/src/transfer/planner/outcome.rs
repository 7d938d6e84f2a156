//! What would change if: a vehicle breaks down, runs late, or takes somebody else's passenger. A
//! dry run first; the breakdown is then carried out as it was shown, or shown anew if the day has
//! moved on.

use dispatch::live::{Live, State};
use dispatch::problem::End;
use rules::Time;
use rules::transfer::OutageReason;
use store::transfer::{NewOutage, ShiftPlan};
use store::{By, Refusal};

use super::day::Day;
use super::{Ask, apart};
use crate::App;
use crate::fault::{Answer, Fault};
use crate::session::SignedIn;
use crate::words::Lang;

/// What somebody wants to know before it happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// A vehicle drives no further.
    Out { vehicle_id: String },
    /// A vehicle is late by so many minutes.
    Late { vehicle_id: String, minutes: i64 },
    /// A booking goes to this shift.
    Give { booking_id: String, shift_id: String },
}

/// What would become of one booking.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub booking_id: String,
    pub number: String,
    pub trip_type: String,
    pub from_place: String,
    pub to_place: String,
    /// Call signs before and after; none when nobody can come.
    pub before: Option<String>,
    pub after: Option<String>,
    pub pickup_before: Option<Time>,
    pub pickup_after: Option<Time>,
    pub late_min: i64,
    /// Is in a vehicle that drives no further and is taken over by another.
    pub aboard: bool,
}

/// What would change, and everything that is needed to make it so.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub call_sign: String,
    pub changes: Vec<Change>,
    /// How many bookings of the day stay exactly as they are.
    pub untouched: usize,
    plans: Vec<ShiftPlan>,
    lost: Vec<String>,
    /// Who is aboard, with shift and place.
    aboard: Vec<(String, String, rules::Position)>,
}

/// A pick-up that moves by less is not a change for anybody.
const NOTICED_S: i64 = 5 * 60;
const TRIES: usize = 6;

/// A dry run; `None` when there is no such vehicle on duty or booking.
pub(crate) async fn preview(app: &App, lang: Lang, question: Question) -> Answer<Option<Preview>> {
    let day = Day::read(app, lang, app.now(), &[]).await?;
    apart(lang, move || day.preview(&question)).await
}

/// A vehicle breaks down: it is taken out, its passengers are taken over, everybody else changes
/// as little as can be.
pub(crate) async fn carry_out(
    app: &App,
    who: &SignedIn,
    vehicle_id: &str,
    reason: OutageReason,
) -> Answer<Result<Preview, Refusal>> {
    let lang = who.lang;
    for _ in 0..TRIES {
        let question = Question::Out { vehicle_id: vehicle_id.to_owned() };
        let found = preview(app, lang, question).await?;
        let (scope, now) = (who.scope.clone(), app.now());
        let (vehicle_id, until) = (vehicle_id.to_owned(), None);
        let outage = NewOutage { vehicle_id, reason, from: now, until };
        let work = found.clone();
        let done = app.db().write(move |tx| {
            Box::pin(async move {
                store::transfer::stop_vehicle(tx, &scope, &outage, now).await?;
                let Some(work) = work else { return Ok(()) };
                let account = scope.account().ok_or(Refusal::NotAllowed)?;
                let by = By::account(&account.account_id, now);
                for (booking_id, shift_id, at) in &work.aboard {
                    store::transfer::relieve(tx, &by, booking_id, shift_id, *at).await?;
                }
                store::transfer::take_up(tx, &by, &work.plans, &work.lost).await
            })
        });
        match done.await {
            Ok(()) => {
                app.wake_feed();
                let empty = Preview {
                    call_sign: String::new(),
                    changes: Vec::new(),
                    untouched: 0,
                    plans: Vec::new(),
                    lost: Vec::new(),
                    aboard: Vec::new(),
                };
                return Ok(Ok(found.unwrap_or(empty)));
            }
            Err(store::Error::Refused(Refusal::PlanMoved)) => {}
            Err(store::Error::Refused(refusal)) => return Ok(Err(refusal)),
            Err(error) => return Err(Fault::of(error, lang)),
        }
    }
    Ok(Err(Refusal::PlanMoved))
}

impl Day {
    fn on_duty(&self, vehicle_id: &str) -> Option<usize> {
        let now = self.now.0;
        let own = |vehicle: &usize| self.duty(*vehicle).shift.vehicle_id == vehicle_id;
        let mut all: Vec<usize> = (0..self.ground.duties.len()).filter(own).collect();
        // The turn that runs now, else the next one.
        all.sort_by_key(|v| {
            let shift = &self.duty(*v).shift;
            (shift.ended_at.is_some() || shift.latest_at <= now, shift.from_at)
        });
        all.first().copied()
    }

    /// What an answer to a question would change.
    pub fn preview(&self, question: &Question) -> Answer<Option<Preview>> {
        let mut live = self.live.clone();
        let mut new = None;
        let vehicle = match question {
            Question::Out { vehicle_id } => {
                let Some(vehicle) = self.on_duty(vehicle_id) else { return Ok(None) };
                // Whoever was bound to it is bound no longer.
                for call in 0..self.calls.len() {
                    if self.live.vehicle_of(call) == Some(vehicle) {
                        live.release(call);
                    }
                }
                live.break_down(vehicle);
                vehicle
            }
            Question::Late { vehicle_id, minutes } => {
                let Some(vehicle) = self.on_duty(vehicle_id) else { return Ok(None) };
                live.delay(vehicle, minutes.clamp(&0, &(24 * 60)) * 60);
                vehicle
            }
            Question::Give { booking_id, shift_id } => {
                let trip = self.ground.trips.iter().find(|trip| trip.booking_id == *booking_id);
                let (Some(trip), Some(vehicle)) = (trip, self.vehicle(shift_id)) else {
                    return Ok(None);
                };
                let ranking = self.rank(&Ask::of_trip(trip))?;
                live = ranking.live;
                let found = ranking.candidates.into_iter().find(|one| one.vehicle == vehicle);
                new = found.and_then(|one| live.accept(one.found)).map(|call| (call, booking_id));
                vehicle
            }
        };
        let new = new.map(|(call, id)| (call, id.as_str()));
        Ok(Some(self.compare(&live, vehicle, new, question)))
    }

    fn compare(
        &self,
        live: &Live,
        vehicle: usize,
        new: Option<(usize, &str)>,
        question: &Question,
    ) -> Preview {
        let mut changes = Vec::new();
        let mut untouched = 0;
        for call in 0..self.calls.len() {
            let given = new.filter(|(_, id)| self.trip(call).booking_id == *id);
            let after = given.map_or(call, |(number, _)| number);
            match self.change(live, call, after) {
                Some(change) => changes.push(change),
                None => untouched += 1,
            }
        }
        // Somebody who has no vehicle yet.
        if let Some((call, id)) = new.filter(|(_, id)| self.call(id).is_none())
            && let Some(trip) = self.ground.trips.iter().find(|trip| trip.booking_id == id)
        {
            let mut change = blank(trip);
            change.after = live.vehicle_of(call).map(|v| self.duty(v).shift.call_sign.clone());
            change.pickup_after = self.pickup(live, call).map(|at| self.time(at));
            changes.push(change);
        }
        let lost = |call: &usize| live.calls()[*call].state == State::Lost && !self.inside(*call);
        let lost = (0..self.calls.len()).filter(lost).map(|c| self.trip(c).booking_id.clone());
        let out = matches!(question, Question::Out { .. });
        let at = live.stands(vehicle).map(|(place, _)| self.places.at(place));
        let aboard = (0..self.calls.len()).filter(|call| out && self.aboard_of(*call, vehicle));
        let shift_id = &self.duty(vehicle).shift.shift_id;
        let aboard = aboard
            .filter_map(|call| Some((self.trip(call).booking_id.clone(), shift_id.clone(), at?)));
        let mut plans = self.plans(live, new);
        // The vehicle's own row is taken in any case, so that nobody plans onto it meanwhile.
        if plans.iter().all(|plan| plan.shift_id != *shift_id) {
            plans.push(self.plan_of(live, vehicle, new));
        }
        Preview {
            call_sign: self.duty(vehicle).shift.call_sign.clone(),
            changes,
            untouched,
            plans,
            lost: lost.collect(),
            aboard: aboard.collect(),
        }
    }

    fn inside(&self, call: usize) -> bool {
        matches!(self.live.calls()[call].state, State::Aboard { .. })
    }

    fn aboard_of(&self, call: usize, vehicle: usize) -> bool {
        matches!(self.live.calls()[call].state, State::Aboard { vehicle: v, .. } if v == vehicle)
    }

    fn pickup(&self, live: &Live, call: usize) -> Option<i64> {
        let vehicle = live.vehicle_of(call)?;
        let at = |end: End| {
            let mut stops = live.stops(vehicle).iter();
            stops.find(|s| s.visit.request == call && s.visit.end == end).map(|s| s.begin)
        };
        at(End::Pickup).or_else(|| at(End::Delivery))
    }

    /// What becomes of a call, if anybody would notice.
    fn change(&self, live: &Live, call: usize, after: usize) -> Option<Change> {
        let trip = self.trip(call);
        let vehicles = (self.live.vehicle_of(call), live.vehicle_of(after));
        let times = (self.pickup(&self.live, call), self.pickup(live, after));
        let lost = live.calls()[after].state == State::Lost;
        let moved = times.0.zip(times.1).is_some_and(|(a, b)| (b - a).abs() >= NOTICED_S);
        let aboard =
            self.inside(call) && !matches!(live.calls()[after].state, State::Aboard { .. });
        if vehicles.0 == vehicles.1 && !moved && !lost && !aboard {
            return None;
        }
        let until = trip.promise_until.map(|at| self.secs(Time(at)));
        let late = times.1.zip(until).map_or(0, |(at, until)| (at - until).max(0));
        let call_sign = |v: Option<usize>| v.map(|v| self.duty(v).shift.call_sign.clone());
        Some(Change {
            before: call_sign(vehicles.0),
            after: call_sign(vehicles.1),
            pickup_before: times.0.map(|at| self.time(at)),
            pickup_after: times.1.map(|at| self.time(at)),
            late_min: if self.inside(call) { 0 } else { (late + 59) / 60 },
            aboard,
            ..blank(trip)
        })
    }
}

fn blank(trip: &store::transfer::Trip) -> Change {
    Change {
        booking_id: trip.booking_id.clone(),
        number: trip.number.clone(),
        trip_type: trip.trip_type.clone(),
        from_place: trip.from_place.clone(),
        to_place: trip.to_place.clone(),
        before: None,
        after: None,
        pickup_before: None,
        pickup_after: None,
        late_min: 0,
        aboard: false,
    }
}
