//! Putting a booking on a vehicle and taking it away: the engine plans, the store writes under the
//! revisions that were read. Whoever comes second computes again from what is true then.

use dispatch::live::Live;
use dispatch::problem::{End, Visit};
use rules::Time;
use rules::transfer::planning::Why;
use serde_json::Value;
use store::Refusal;
use store::transfer::{Assignment, ShiftPlan, Stop, StopEnd};

use super::day::Day;
use super::offers::kept;
use super::{Ask, Offer, VehicleAnswer, apart};
use crate::App;
use crate::fault::{Answer, Fault, InLang};
use crate::session::SignedIn;
use crate::transfer::roads::Way;

/// What a person chose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// The recommended one when left open.
    pub shift_id: Option<String>,
    /// Why another one than the recommended.
    pub override_reason: Option<String>,
    /// What the caller was told.
    pub promise: Option<(Time, Time)>,
}

/// Why nothing was assigned.
#[derive(Clone, Debug)]
pub(crate) enum Refused {
    Store(Refusal),
    /// The chosen vehicle cannot come, or none can: the first rule.
    NoVehicle(Option<Why>),
}

/// Tries before a planner that always comes second gives up.
const TRIES: usize = 12;

/// What is written for a choice.
struct Work {
    offer: Offer,
    way: Way,
    plans: Vec<ShiftPlan>,
    recommended: Option<String>,
    reasons: Value,
}

/// Puts a confirmed booking on a vehicle.
pub(crate) async fn assign(
    app: &App,
    who: &SignedIn,
    booking_id: &str,
    choice: Choice,
) -> Answer<Result<Offer, Refused>> {
    let lang = who.lang;
    for _ in 0..TRIES {
        let mut tx = app.db().read().await.told(lang)?;
        let booking = store::transfer::booking(&mut tx, &who.scope, booking_id).await.told(lang)?;
        drop(tx);
        let mut ask = Ask::of(&booking);
        ask.promise = choice.promise.or(ask.promise);
        let day = Day::read(app, lang, ask.around(app.now()), &[ask.from, ask.to]).await?;
        let shift_id = choice.shift_id.clone();
        let work = apart(lang, move || day.work(&ask, shift_id.as_deref())).await?;
        let work = match work {
            Ok(work) => work,
            Err(why) => return Ok(Err(Refused::NoVehicle(why))),
        };
        match write(app, who, booking_id, &choice, &work).await {
            Ok(()) => {
                app.wake_feed();
                return Ok(Ok(work.offer));
            }
            Err(store::Error::Refused(Refusal::PlanMoved)) => {}
            Err(store::Error::Refused(refusal)) => return Ok(Err(Refused::Store(refusal))),
            Err(error) => return Err(Fault::of(error, lang)),
        }
    }
    Ok(Err(Refused::Store(Refusal::PlanMoved)))
}

async fn write(
    app: &App,
    who: &SignedIn,
    booking_id: &str,
    choice: &Choice,
    work: &Work,
) -> store::Result<()> {
    let (scope, now) = (who.scope.clone(), app.now());
    let new = Assignment {
        booking_id: booking_id.to_owned(),
        shift_id: work.offer.shift_id.clone(),
        promise: work.offer.promise,
        recommended: work.recommended.clone(),
        reasons: work.reasons.clone(),
        override_reason: choice.override_reason.clone(),
        distance_m: work.way.distance_m,
        drive_s: work.way.drive_s,
        travel_source: work.way.source.code(),
    };
    let plans = work.plans.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { store::transfer::assign(tx, &scope, &new, &plans, now).await })
        })
        .await
}

/// Takes the vehicle of a booking away; the promise stays.
pub(crate) async fn give_up(
    app: &App,
    who: &SignedIn,
    booking_id: &str,
) -> Answer<Result<(), Refusal>> {
    let lang = who.lang;
    for _ in 0..TRIES {
        let mut tx = app.db().read().await.told(lang)?;
        let booking = store::transfer::booking(&mut tx, &who.scope, booking_id).await.told(lang)?;
        drop(tx);
        let around = booking.plan_pickup_at.map_or(app.now(), Time).max(app.now());
        let day = Day::read(app, lang, around, &[]).await?;
        let id = booking_id.to_owned();
        let plans = apart(lang, move || {
            let mut live = day.live.clone();
            if let Some(call) = day.call(&id) {
                live.cancel(call);
            }
            Ok(day.plans(&live, None))
        })
        .await?;
        let (scope, id, now) = (who.scope.clone(), booking_id.to_owned(), app.now());
        let taken = app.db().write(move |tx| {
            Box::pin(async move { store::transfer::unassign(tx, &scope, &id, &plans, now).await })
        });
        match taken.await {
            Ok(()) => {
                app.wake_feed();
                return Ok(Ok(()));
            }
            Err(store::Error::Refused(Refusal::PlanMoved)) => {}
            Err(store::Error::Refused(refusal)) => return Ok(Err(refusal)),
            Err(error) => return Err(Fault::of(error, lang)),
        }
    }
    Ok(Err(Refusal::PlanMoved))
}

impl Day {
    /// What a choice leads to, or why the chosen vehicle cannot come.
    fn work(&self, ask: &Ask, shift_id: Option<&str>) -> Answer<Result<Work, Option<Why>>> {
        let ranking = self.rank(ask)?;
        let recommended = ranking.candidates.first().map(|one| one.vehicle);
        let chosen = match shift_id {
            None => recommended,
            Some(shift_id) => self.vehicle(shift_id),
        };
        let found = ranking.candidates.iter().find(|one| Some(one.vehicle) == chosen);
        let Some(found) = found else {
            let refused = ranking.refused.iter().find(|(vehicle, _)| Some(*vehicle) == chosen);
            return Ok(Err(refused.map(|(_, why)| why.clone())));
        };
        let mut answers: Vec<VehicleAnswer> =
            ranking.candidates.iter().map(|one| self.answer_of(one)).collect();
        let refused = ranking
            .refused
            .iter()
            .map(|(vehicle, why)| VehicleAnswer { why: Some(why.clone()), ..self.blank(*vehicle) });
        answers.extend(refused);
        let offer = self.offer_of(found, ask);
        let mut live = ranking.live.clone();
        let Some(call) = live.accept(found.found.clone()) else { return Ok(Err(None)) };
        let booking_id = ask.booking_id.clone().unwrap_or_default();
        let plans = self.plans(&live, Some((call, &booking_id)));
        let recommended = recommended.map(|v| self.duty(v).shift.shift_id.clone());
        let reasons = kept(&answers);
        Ok(Ok(Work { offer, way: ranking.way, plans, recommended, reasons }))
    }

    /// Plans of the shifts whose stops are no longer those of the rows. `new` is a call that has
    /// no row among the trips yet.
    pub(super) fn plans(&self, live: &Live, new: Option<(usize, &str)>) -> Vec<ShiftPlan> {
        let changed = |vehicle: &usize| self.sequence(live, *vehicle, new) != self.kept(*vehicle);
        (0..live.vehicles()).filter(changed).map(|v| self.plan_of(live, v, new)).collect()
    }

    fn sequence(
        &self,
        live: &Live,
        vehicle: usize,
        new: Option<(usize, &str)>,
    ) -> Vec<(String, StopEnd)> {
        let stops = live.stops(vehicle).iter();
        stops.map(|stop| (self.name(stop.visit.request, new), end_of(stop.visit))).collect()
    }

    fn kept(&self, vehicle: usize) -> Vec<(String, StopEnd)> {
        let shift_id = &self.duty(vehicle).shift.shift_id;
        let rows = self.ground.stops.iter().filter(|stop| stop.shift_id == *shift_id);
        rows.map(|stop| {
            let end = if stop.stop == "pickup" { StopEnd::Pickup } else { StopEnd::Delivery };
            (stop.booking_id.clone(), end)
        })
        .collect()
    }

    fn name(&self, call: usize, new: Option<(usize, &str)>) -> String {
        match new {
            Some((number, booking_id)) if number == call => booking_id.to_owned(),
            _ => self.trip(call).booking_id.clone(),
        }
    }

    /// A vehicle's plan as rows.
    pub(super) fn plan_of(
        &self,
        live: &Live,
        vehicle: usize,
        new: Option<(usize, &str)>,
    ) -> ShiftPlan {
        let shift = &self.duty(vehicle).shift;
        let mut place = live.stands(vehicle).map_or(0, |stands| stands.0);
        let mut stops = Vec::new();
        for stop in live.stops(vehicle) {
            let there = self.place_in(live, stop.visit);
            let (leg_s, leg_m) = live.travel().leg(place, there).unwrap_or((0, 0));
            place = there;
            stops.push(Stop {
                booking_id: self.name(stop.visit.request, new),
                end: end_of(stop.visit),
                begin_at: self.time(stop.begin),
                depart_at: self.time(stop.depart),
                leg_m,
                leg_s,
            });
        }
        ShiftPlan { shift_id: shift.shift_id.clone(), revision: shift.revision, stops }
    }
}

fn end_of(visit: Visit) -> StopEnd {
    match visit.end {
        End::Pickup => StopEnd::Pickup,
        End::Delivery => StopEnd::Delivery,
    }
}
