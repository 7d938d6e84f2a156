//! Where vehicles say they are. Each report is kept; one that cannot be true is marked and not
//! used.

use rules::transfer::position::{Implausible, Report, judge};
use rules::{Position, Time};
use sqlx::Row;

use crate::{Result, Scope, Tx};

/// Reports are kept so long, then only what was decided by them.
const KEPT_DAYS: i64 = 30;

/// Keeps a report and says whether it is used. The same vehicle and moment is the same report,
/// however often it is sent.
pub async fn report(
    tx: &mut Tx,
    vehicle_id: &str,
    new: &Report,
    source: &'static str,
    now: Time,
) -> Result<Option<Implausible>> {
    // Whoever writes first makes the others wait: two reports are judged one after the other.
    let known = sqlx::query("update vehicle set vehicle_id = vehicle_id where vehicle_id = $1")
        .bind(vehicle_id)
        .execute(tx.conn())
        .await?;
    if known.rows_affected() == 0 {
        return Err(crate::Error::NotFound("vehicle"));
    }
    let used = last(tx, vehicle_id, new.at, false).await?;
    let jumped = last(tx, vehicle_id, new.at, true).await?;
    // A jump before the last good report says nothing any more.
    let jumped = jumped.filter(|jumped| used.is_none_or(|used| jumped.at >= used.at));
    let refused = judge(used.as_ref(), jumped.as_ref(), new, now);
    // A place that is none is kept as the middle of nowhere: numbers only.
    let finite = |degrees: f64| if degrees.is_finite() { degrees } else { 0.0 };
    sqlx::query(
        "insert into position_report (vehicle_id, at, lat, lng, accuracy_m, source, received_at,
            refused)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (vehicle_id, at) do nothing",
    )
    .bind(vehicle_id)
    .bind(new.at.0)
    .bind(finite(new.place.lat))
    .bind(finite(new.place.lng))
    .bind(new.accuracy_m)
    .bind(source)
    .bind(now.0)
    .bind(refused.map(Implausible::code))
    .execute(tx.conn())
    .await?;
    Ok(refused)
}

/// The newest report before a moment, of those used or of those marked as jumps.
async fn last(tx: &mut Tx, vehicle_id: &str, before: Time, jumps: bool) -> Result<Option<Report>> {
    let row = sqlx::query(
        "select at, lat, lng, accuracy_m from position_report
         where vehicle_id = $1 and at < $2
           and (($3 > 0 and refused = 'jump') or ($3 = 0 and refused is null))
         order by at desc limit 1",
    )
    .bind(vehicle_id)
    .bind(before.0)
    .bind(i64::from(jumps))
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Report {
        at: Time(row.try_get(0)?),
        place: Position { lat: row.try_get(1)?, lng: row.try_get(2)? },
        accuracy_m: row.try_get(3)?,
    }))
}

/// One report as a person sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Track {
    pub at: i64,
    pub lat: f64,
    pub lng: f64,
    pub refused: Option<String>,
}

/// Where a vehicle of the scope was, newest first, those not used included.
pub async fn track(
    tx: &mut Tx,
    scope: &Scope,
    vehicle_id: &str,
    since: Time,
) -> Result<Vec<Track>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select at, position_report.lat, position_report.lng, refused
         from position_report
         inner join vehicle on vehicle.vehicle_id = position_report.vehicle_id
         where position_report.vehicle_id = $1 and at >= $2
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from shift inner join shift_crew on shift_crew.shift_id = shift.shift_id
                where shift.vehicle_id = vehicle.vehicle_id and shift_crew.crew_id = $4))
         order by at desc limit 2000",
    )
    .bind(vehicle_id)
    .bind(since.0)
    .bind(own)
    .bind(bounds.crew)
    .fetch_all(tx.conn())
    .await?)
}

/// Forgets where vehicles were long ago; returns how many reports.
pub async fn forget_positions(tx: &mut Tx, now: Time) -> Result<u64> {
    let gone = sqlx::query("delete from position_report where at < $1")
        .bind(now.plus_days(-KEPT_DAYS).0)
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected())
}
