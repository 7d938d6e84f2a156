//! When a vehicle cannot be planned: inspection, repair, breakdown, disinfection.

use rules::Time;
use rules::account::Permission;
use rules::transfer::OutageReason;
use serde_json::json;
use sqlx::Row;

use super::fleet;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewOutage {
    pub vehicle_id: String,
    pub reason: OutageReason,
    pub from: Time,
    /// Empty until somebody knows.
    pub until: Option<Time>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Outage {
    pub outage_id: String,
    pub vehicle_id: String,
    pub reason: String,
    pub from_at: i64,
    pub until_at: Option<i64>,
}

/// Outages of one reading.
const OUTAGES_MAX: i64 = 1_000;

/// Who may take a vehicle out of service: its operator, and the dispatcher who hears of a
/// breakdown first.
fn may_stop(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let stops =
        [Permission::ManageFleet, Permission::DispatchVehicles, Permission::OverseeTransfer];
    if stops.iter().any(|one| scope.may(*one)) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// Takes a vehicle out of service for a time.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`add_outage`]; not found for another's vehicle.
pub async fn stop_vehicle(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewOutage,
    now: Time,
) -> Result<String> {
    let by = may_stop(scope, now)?;
    fleet::vehicle(tx, scope, &new.vehicle_id).await?;
    add_outage(tx, &by, new).await
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Hours`] for one that ends before it begins.
pub async fn add_outage(tx: &mut Tx, by: &By, new: &NewOutage) -> Result<String> {
    if new.until.is_some_and(|until| until <= new.from) {
        return Err(Refusal::Hours.into());
    }
    let outage_id = tx.id("out", by.now)?;
    sqlx::query(
        "insert into vehicle_outage (outage_id, vehicle_id, reason, from_at, until_at, made_at,
            made_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&outage_id)
    .bind(&new.vehicle_id)
    .bind(new.reason.code())
    .bind(new.from.0)
    .bind(new.until.map(|until| until.0))
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let until = new.until.map(|until| until.0);
    stopped(tx, by, &new.vehicle_id, "stopped", json!({"from": new.from.0, "until": until}))
        .await?;
    Ok(outage_id)
}

async fn stopped(
    tx: &mut Tx,
    by: &By,
    vehicle_id: &str,
    action: &'static str,
    mut particulars: serde_json::Value,
) -> Result<()> {
    let row = sqlx::query("select operator_id from vehicle where vehicle_id = $1")
        .bind(vehicle_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("vehicle"))?;
    particulars["parties"] = json!([row.try_get::<String, _>(0)?]);
    let subject = Subject { kind: "vehicle", id: vehicle_id, institution_id: "" };
    event::append(tx, by, subject, action, particulars).await
}

/// The vehicle drives again from now on. Returns which one.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found when it has ended before.
pub async fn end_outage(tx: &mut Tx, scope: &Scope, outage_id: &str, now: Time) -> Result<String> {
    let by = may_stop(scope, now)?;
    let row = sqlx::query("select vehicle_id from vehicle_outage where outage_id = $1")
        .bind(outage_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("vehicle_outage"))?;
    let vehicle_id: String = row.try_get(0)?;
    fleet::vehicle(tx, scope, &vehicle_id).await?;
    // One that has not begun is taken back: it ends where it begins.
    let ended = sqlx::query(
        "update vehicle_outage set until_at = case when from_at > $2 then from_at else $2 end,
            ended_by = $3
         where outage_id = $1 and (until_at is null or until_at > $2)",
    )
    .bind(outage_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound("vehicle_outage"));
    }
    stopped(tx, &by, &vehicle_id, "drives_again", json!({})).await?;
    Ok(vehicle_id)
}

/// Outages that overlap a span, by their start.
pub async fn outages(tx: &mut Tx, scope: &Scope, from: Time, until: Time) -> Result<Vec<Outage>> {
    let bounds = scope.fleet().bounds();
    Ok(sqlx::query_as(
        "select outage_id, vehicle_outage.vehicle_id, reason, from_at, until_at
         from vehicle_outage join vehicle on vehicle.vehicle_id = vehicle_outage.vehicle_id
         where from_at < $2 and (until_at is null or until_at > $1)
           and (until_at is null or until_at > from_at)
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from shift inner join shift_crew on shift_crew.shift_id = shift.shift_id
                where shift.vehicle_id = vehicle.vehicle_id and shift_crew.crew_id = $4))
         order by from_at, outage_id limit $5",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(bounds.operator.or(bounds.site).or(bounds.handed))
    .bind(bounds.crew)
    .bind(OUTAGES_MAX)
    .fetch_all(tx.conn())
    .await?)
}
