//! The plan: which vehicle fetches whom, and when. A shift's stops are replaced as a whole, and
//! only by whoever computed them from the shift as it still is.
//!
//! Shifts are taken before bookings, and both in the order of their ids, so that two planners wait
//! for each other instead of holding each other up.

use std::collections::{BTreeMap, BTreeSet};

use rules::Time;
use rules::transfer::{Mark, Party};
use serde_json::json;
use sqlx::Row;

use super::booking::{self, booking, settle};
use crate::event::By;
use crate::{Refusal, Result, Scope, Tx};

mod assign;
mod ground;

pub use assign::{Assignment, assign, relieve, take_over, unassign};
pub use ground::{Crewmate, Duty, Ground, Relief, Seen, Trip, ground};

/// Which end of a journey a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Pickup,
    Delivery,
}

impl End {
    pub fn code(self) -> &'static str {
        match self {
            End::Pickup => "pickup",
            End::Delivery => "delivery",
        }
    }
}

/// A planned stop of a shift.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    pub booking_id: String,
    pub end: End,
    pub begin_at: Time,
    pub depart_at: Time,
    /// Driven to this stop.
    pub leg_m: i64,
    pub leg_s: i64,
}

/// What a shift is to do from now on, computed from one revision of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShiftPlan {
    pub shift_id: String,
    pub revision: i64,
    pub stops: Vec<Stop>,
}

/// Takes up plans that nobody asked for in particular: a better one found in the background, or
/// what becomes of everybody when a vehicle breaks down. `lost` are bookings that no vehicle has
/// any more; their promise stays.
///
/// # Errors
/// [`Refusal::PlanMoved`] when a shift or a booking is no longer as it was: compute again.
/// [`Refusal::PlanBroken`] for a plan that breaks a rule.
pub async fn take_up(tx: &mut Tx, by: &By, plans: &[ShiftPlan], lost: &[String]) -> Result<()> {
    hold_shifts(tx, plans).await?;
    write(tx, by, plans, &BTreeSet::new()).await?;
    for booking_id in lost {
        assign::take_away(tx, by, booking_id, json!({"reason": "no_vehicle"})).await?;
    }
    no_orphans(tx, plans).await
}

/// Takes the shifts' rows if they are still at the revisions the plans were computed from.
async fn hold_shifts(tx: &mut Tx, plans: &[ShiftPlan]) -> Result<()> {
    let mut ordered: Vec<&ShiftPlan> = plans.iter().collect();
    ordered.sort_by(|one, other| one.shift_id.cmp(&other.shift_id));
    for plan in ordered {
        let held = sqlx::query(
            "update shift set revision = revision + 1
             where shift_id = $1 and revision = $2 and ended_at is null",
        )
        .bind(&plan.shift_id)
        .bind(plan.revision)
        .execute(tx.conn())
        .await?;
        if held.rows_affected() == 0 {
            return Err(Refusal::PlanMoved.into());
        }
    }
    Ok(())
}

/// Where a booking stands in the new plans.
struct Place<'p> {
    shift_id: &'p str,
    pickup: Option<Time>,
    delivery: Option<Time>,
}

/// Each booking's place; refuses what no plan may be, whoever computed it.
fn places(plans: &[ShiftPlan]) -> Result<BTreeMap<&str, Place<'_>>> {
    let broken = || Refusal::PlanBroken;
    let mut places: BTreeMap<&str, Place<'_>> = BTreeMap::new();
    for plan in plans {
        let mut last = Time(i64::MIN);
        for stop in &plan.stops {
            if stop.begin_at < last || stop.depart_at < stop.begin_at {
                return Err(broken().into());
            }
            last = stop.depart_at;
            let shift_id = plan.shift_id.as_str();
            let place = places.entry(&stop.booking_id).or_insert(Place {
                shift_id,
                pickup: None,
                delivery: None,
            });
            let twice = match stop.end {
                End::Pickup => place.pickup.replace(stop.begin_at).is_some(),
                End::Delivery => place.delivery.replace(stop.begin_at).is_some(),
            };
            // One vehicle, each end once, and nobody gets out before getting in.
            let early = stop.end == End::Pickup && place.delivery.is_some();
            if twice || early || place.shift_id != shift_id {
                return Err(broken().into());
            }
        }
    }
    if places.values().any(|place| place.delivery.is_none()) {
        return Err(broken().into());
    }
    Ok(places)
}

/// Writes plans whose shifts are held. `chosen` are bookings that a person puts on a vehicle: they
/// may be taken from one they were bound to.
async fn write(tx: &mut Tx, by: &By, plans: &[ShiftPlan], chosen: &BTreeSet<&str>) -> Result<()> {
    let places = places(plans)?;
    for booking_id in places.keys() {
        booking::hold(tx, booking_id).await?;
    }
    for plan in plans {
        fit_for_duty(tx, plan, by.now).await?;
        replace_stops(tx, plan).await?;
    }
    for (booking_id, place) in &places {
        move_booking(tx, by, booking_id, place, plans, chosen.contains(booking_id)).await?;
    }
    Ok(())
}

/// A vehicle that is out or lacks a certificate is given nobody new: whoever stands in its plan
/// must be aboard already.
async fn fit_for_duty(tx: &mut Tx, plan: &ShiftPlan, now: Time) -> Result<()> {
    let Some(first) = plan.stops.iter().find(|stop| stop.end == End::Pickup) else {
        return Ok(());
    };
    let row = sqlx::query(
        "select shift.latest_at, (select count(*) from vehicle_outage
            where vehicle_outage.vehicle_id = shift.vehicle_id
              and vehicle_outage.from_at <= $2
              and (vehicle_outage.until_at is null or vehicle_outage.until_at > $3)) as outages
         from shift where shift.shift_id = $1",
    )
    .bind(&plan.shift_id)
    .bind(first.begin_at.0.max(now.0))
    .bind(first.begin_at.0)
    .fetch_one(tx.conn())
    .await?;
    let latest: i64 = row.try_get(0)?;
    let late = plan.stops.iter().any(|stop| stop.end == End::Pickup && stop.begin_at.0 > latest);
    if late || row.try_get::<i64, _>(1)? > 0 {
        return Err(Refusal::PlanBroken.into());
    }
    Ok(())
}

async fn replace_stops(tx: &mut Tx, plan: &ShiftPlan) -> Result<()> {
    sqlx::query("delete from planned_stop where shift_id = $1")
        .bind(&plan.shift_id)
        .execute(tx.conn())
        .await?;
    for (number, stop) in (1_i64..).zip(&plan.stops) {
        sqlx::query(
            "insert into planned_stop (shift_id, stop_no, booking_id, stop, begin_at, depart_at,
                leg_m, leg_s)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&plan.shift_id)
        .bind(number)
        .bind(&stop.booking_id)
        .bind(stop.end.code())
        .bind(stop.begin_at.0)
        .bind(stop.depart_at.0)
        .bind(stop.leg_m)
        .bind(stop.leg_s)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Gives a held booking its place: new times, and another vehicle where it changes.
async fn move_booking(
    tx: &mut Tx,
    by: &By,
    booking_id: &str,
    place: &Place<'_>,
    plans: &[ShiftPlan],
    chosen: bool,
) -> Result<()> {
    let found = booking(tx, &Scope::system(), booking_id).await?;
    let course = found.course();
    if !course.state().is_open() || found.arrived_at.is_some() {
        return Err(Refusal::PlanMoved.into());
    }
    let moved = found.shift_id.as_deref() != Some(place.shift_id);
    let from = found.shift_id.as_deref();
    // Somebody else's plan still holds it: that one must change in the same step.
    if moved && from.is_some_and(|from| plans.iter().all(|plan| plan.shift_id != from)) {
        return Err(Refusal::PlanMoved.into());
    }
    if moved && found.pinned_at.is_some() && !chosen {
        return Err(Refusal::PlanBroken.into());
    }
    let relieved = found.loaded_at.is_some() && assign::waits(tx, booking_id).await?;
    if moved && !course.allows(Mark::Assign, Party::Desk) && !relieved {
        return Err(Refusal::PlanMoved.into());
    }
    let pickup = place.pickup.map(|at| at.0).or(found.plan_pickup_at);
    sqlx::query(
        "update booking set plan_pickup_at = $2, plan_arrive_at = $3 where booking_id = $1",
    )
    .bind(booking_id)
    .bind(pickup)
    .bind(place.delivery.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    if !moved {
        return Ok(());
    }
    // The crew before stops caring; the new one has not seen it yet.
    sqlx::query(
        "update booking set shift_id = $2, assigned_at = $3, acknowledged_at = null,
            started_at = case when loaded_at is null then null else started_at end,
            on_scene_at = case when loaded_at is null then null else on_scene_at end,
            operator_id = (select operator_id from vehicle inner join shift
                on shift.vehicle_id = vehicle.vehicle_id where shift.shift_id = $2)
         where booking_id = $1",
    )
    .bind(booking_id)
    .bind(place.shift_id)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    let what = json!({
        "shift": place.shift_id, "from_shift": from, "pickup_at": pickup,
        "promise_until": found.promise_until,
    });
    settle(tx, by, booking_id, Mark::Assign, what).await
}

/// Whoever is on one of these shifts and not yet there stands in its plan.
async fn no_orphans(tx: &mut Tx, plans: &[ShiftPlan]) -> Result<()> {
    for plan in plans {
        let row = sqlx::query(
            "select count(*) from booking
             where shift_id = $1 and ended_at is null and arrived_at is null
               and not exists (select 1 from planned_stop
                    where planned_stop.booking_id = booking.booking_id
                      and planned_stop.shift_id = $1)
               and not exists (select 1 from relief
                    where relief.booking_id = booking.booking_id and taken_at is null)",
        )
        .bind(&plan.shift_id)
        .fetch_one(tx.conn())
        .await?;
        if row.try_get::<i64, _>(0)? > 0 {
            return Err(Refusal::PlanMoved.into());
        }
    }
    Ok(())
}

/// A kept stop of a plan.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlannedStop {
    pub shift_id: String,
    pub stop_no: i64,
    pub booking_id: String,
    pub stop: String,
    pub begin_at: i64,
    pub depart_at: i64,
    pub leg_m: i64,
    pub leg_s: i64,
}

/// The stops of the shifts that touch a span of time, in order.
async fn stops(tx: &mut Tx, from: Time, until: Time) -> Result<Vec<PlannedStop>> {
    Ok(sqlx::query_as(
        "select planned_stop.shift_id, stop_no, booking_id, stop, begin_at, depart_at, leg_m,
            leg_s
         from planned_stop inner join shift on shift.shift_id = planned_stop.shift_id
         where shift.from_at < $2 and shift.latest_at > $1
         order by planned_stop.shift_id, stop_no limit 20000",
    )
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?)
}
