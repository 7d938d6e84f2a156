//! Who puts a booking on a vehicle, takes it away again, and what happens to people in a vehicle
//! that breaks down.

use std::collections::BTreeSet;

use rules::account::Permission;
use rules::transfer::{Mark, Party};
use rules::{Position, Time};
use serde_json::{Value, json};

use super::{ShiftPlan, hold_shifts, no_orphans, write};
use crate::event::By;
use crate::transfer::booking::{self, booking, settle};
use crate::transfer::choice::{self, NewChoice};
use crate::{Refusal, Result, Scope, Tx};

const REASON_CHARS_MAX: usize = 200;

/// A person puts a booking on a vehicle.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub booking_id: String,
    pub shift_id: String,
    /// What the family was or is told; one made already stays unless this is a new one.
    pub promise: (Time, Time),
    /// What the engine recommended, and what it said of each vehicle.
    pub recommended: Option<String>,
    pub reasons: Value,
    /// Why another vehicle than the recommended one: it then stays, whatever the engine finds.
    pub override_reason: Option<String>,
    pub distance_m: i64,
    pub drive_s: i64,
    pub travel_source: &'static str,
}

/// Puts a booking on a vehicle by plans that hold it.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a booking that cannot be assigned now or a role that may not;
/// [`Refusal::OverrideReason`] when another vehicle than the recommended one is chosen without
/// saying why; [`Refusal::PlanMoved`] when somebody was faster: compute again;
/// [`Refusal::PlanBroken`] for a plan that breaks a rule.
pub async fn assign(
    tx: &mut Tx,
    scope: &Scope,
    new: &Assignment,
    plans: &[ShiftPlan],
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    let other = new.recommended.as_ref().is_some_and(|shift| *shift != new.shift_id);
    let reason = reason_of(new.override_reason.as_deref())?;
    if other && (reason.is_none() || !scope.may(Permission::DispatchVehicles)) {
        return Err(Refusal::OverrideReason.into());
    }
    if !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    hold_shifts(tx, plans).await?;
    booking::hold(tx, &new.booking_id).await?;
    let found = booking(tx, scope, &new.booking_id).await?;
    if !found.course().allows(Mark::Assign, Party::Desk) {
        return Err(Refusal::NotAllowed.into());
    }
    let planned = plans.iter().find(|plan| plan.shift_id == new.shift_id);
    let stands = |plan: &&ShiftPlan| plan.stops.iter().any(|s| s.booking_id == new.booking_id);
    if planned.filter(stands).is_none() || new.promise.0 > new.promise.1 {
        return Err(Refusal::PlanBroken.into());
    }
    sqlx::query(
        "update booking set promise_from = $2, promise_until = $3, distance_m = $4, drive_s = $5,
            travel_source = $6, pinned_at = $7, pinned_by = $8
         where booking_id = $1",
    )
    .bind(&new.booking_id)
    .bind(new.promise.0.0)
    .bind(new.promise.1.0)
    .bind(new.distance_m)
    .bind(new.drive_s)
    .bind(new.travel_source)
    .bind(other.then_some(now.0))
    .bind(other.then_some(&account.account_id))
    .execute(tx.conn())
    .await?;
    write(tx, &by, plans, &BTreeSet::from([new.booking_id.as_str()])).await?;
    let choice = NewChoice {
        booking_id: &new.booking_id,
        recommended: new.recommended.as_deref(),
        chosen: Some(&new.shift_id),
        reasons: &new.reasons,
        override_reason: reason,
    };
    choice::keep(tx, &by, &choice).await?;
    no_orphans(tx, plans).await
}

fn reason_of(reason: Option<&str>) -> Result<Option<&str>> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > REASON_CHARS_MAX) {
        return Err(Refusal::Text.into());
    }
    Ok(reason)
}

/// Takes the vehicle away again; the promise stays and binds whoever plans it next.
///
/// # Errors
/// [`Refusal::NotAllowed`] for somebody who is aboard or has no vehicle; [`Refusal::PlanMoved`]
/// when the shift has changed.
pub async fn unassign(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    plans: &[ShiftPlan],
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::DispatchVehicles) {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    hold_shifts(tx, plans).await?;
    booking::hold(tx, booking_id).await?;
    booking(tx, scope, booking_id).await?;
    take_away(tx, &by, booking_id, json!({})).await?;
    write(tx, &by, plans, &BTreeSet::new()).await?;
    no_orphans(tx, plans).await
}

/// A booking loses its vehicle; its row is taken first.
pub(super) async fn take_away(
    tx: &mut Tx,
    by: &By,
    booking_id: &str,
    mut what: Value,
) -> Result<()> {
    booking::hold(tx, booking_id).await?;
    let found = booking(tx, &Scope::system(), booking_id).await?;
    let Some(shift_id) = found.shift_id.clone() else { return Err(Refusal::NotAllowed.into()) };
    if !found.course().allows(Mark::Unassign, Party::Desk) {
        return Err(Refusal::NotAllowed.into());
    }
    // Whoever drove it is told while they still stand in the row.
    what["from_shift"] = json!(shift_id);
    settle(tx, by, booking_id, Mark::Unassign, what).await?;
    sqlx::query("delete from planned_stop where booking_id = $1")
        .bind(booking_id)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "update booking set shift_id = null, operator_id = null, plan_pickup_at = null,
            plan_arrive_at = null, pinned_at = null, pinned_by = null, assigned_at = null,
            acknowledged_at = null, started_at = null, on_scene_at = null, state = 'confirmed'
         where booking_id = $1",
    )
    .bind(booking_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody aboard a vehicle that broke down waits there for another one. Once for each breakdown.
pub async fn relieve(
    tx: &mut Tx,
    by: &By,
    booking_id: &str,
    from_shift: &str,
    at: Position,
) -> Result<()> {
    sqlx::query(
        "insert into relief (booking_id, asked_at, asked_by, from_shift, lat, lng)
         select $1, $2, $3, $4, $5, $6
         where not exists (select 1 from relief where booking_id = $1 and taken_at is null)",
    )
    .bind(booking_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(from_shift)
    .bind(at.lat)
    .bind(at.lng)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether somebody waits in a vehicle that broke down.
pub(super) async fn waits(tx: &mut Tx, booking_id: &str) -> Result<bool> {
    let row = sqlx::query("select 1 from relief where booking_id = $1 and taken_at is null")
        .bind(booking_id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// Somebody who waited in a vehicle that broke down is aboard the other one.
///
/// # Errors
/// [`Refusal::NotAllowed`] when nobody waits, or for a role that may not.
pub async fn take_over(tx: &mut Tx, scope: &Scope, booking_id: &str, now: Time) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::TakeCalls) && !scope.may(Permission::Ride) {
        return Err(Refusal::NotAllowed.into());
    }
    booking::hold(tx, booking_id).await?;
    booking(tx, scope, booking_id).await?;
    let taken =
        sqlx::query("update relief set taken_at = $2 where booking_id = $1 and taken_at is null")
            .bind(booking_id)
            .bind(now.0)
            .execute(tx.conn())
            .await?;
    if taken.rows_affected() == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    settle(tx, &by, booking_id, Mark::Load, json!({"relief": true})).await
}
