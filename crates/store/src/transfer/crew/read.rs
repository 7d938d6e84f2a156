//! What a crew has before it, and what it has told.

use rules::Time;

use super::Report;
use crate::transfer::{Booking, Shift, shifts};
use crate::{Error, Result, Scope, Tx};

/// A turn of duty is shown so long before it begins.
const AHEAD_MIN: i64 = 12 * 60;

/// The crew member's turn of duty: the one that runs, else the next one.
pub async fn own_shift(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Option<Shift>> {
    if scope.crew().is_none() {
        return Ok(None);
    }
    let shifts = shifts(tx, scope, now, now.plus_min(AHEAD_MIN)).await?;
    let open = shifts.into_iter().filter(|shift| shift.ended_at.is_none());
    Ok(open.min_by_key(|shift| (shift.began_at.is_none(), shift.from_at)))
}

/// A stop of a turn of duty, in the order of the plan.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Leg {
    pub booking_id: String,
    /// `pickup` or `delivery`
    pub stop: String,
    pub begin_at: i64,
    pub leg_m: i64,
}

/// What a crew drives, in order; only for who rides on it or watches over it.
pub async fn legs(tx: &mut Tx, scope: &Scope, shift_id: &str) -> Result<Vec<Leg>> {
    let bounds = scope.fleet().bounds();
    let none = bounds.site.or(bounds.handed);
    Ok(sqlx::query_as(
        "select booking_id, stop, begin_at, leg_m from planned_stop
         where shift_id = $1
           and (cast($2 as text) is null or exists (
                select 1 from shift inner join vehicle on vehicle.vehicle_id = shift.vehicle_id
                where shift.shift_id = $1 and operator_id = $2))
           and (cast($3 as text) is null or exists (
                select 1 from shift_crew where shift_crew.shift_id = $1 and crew_id = $3))
           and (cast($4 as text) is null or $4 = $1)
         order by stop_no",
    )
    .bind(shift_id)
    .bind(bounds.operator)
    .bind(bounds.crew)
    .bind(none)
    .fetch_all(tx.conn())
    .await?)
}

/// A report as it is shown.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeptReport {
    pub booking_id: Option<String>,
    pub kind: String,
    pub body: String,
    pub at: i64,
    pub received_at: i64,
    pub outcome: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
}

impl KeptReport {
    pub fn report(&self) -> Result<Report> {
        serde_json::from_str(&self.body)
            .map_err(|error| Error::Corrupt(format!("crew_report.body: {error}")))
    }
}

/// What the crew reported about a booking that was read within a scope, oldest first.
pub async fn reports_of(tx: &mut Tx, booking: &Booking) -> Result<Vec<KeptReport>> {
    Ok(sqlx::query_as(
        "select booking_id, kind, body, at, received_at, outcome, account.name_zh,
            account.name_en
         from crew_report left join account on account.account_id = crew_report.by_account
         where booking_id = $1 order by at, report_key limit 200",
    )
    .bind(&booking.booking_id)
    .fetch_all(tx.conn())
    .await?)
}

/// What the crew reported on a turn of duty that was read within a scope, oldest first.
pub async fn reports_on(tx: &mut Tx, shift: &Shift) -> Result<Vec<KeptReport>> {
    Ok(sqlx::query_as(
        "select booking_id, kind, body, at, received_at, outcome, account.name_zh,
            account.name_en
         from crew_report left join account on account.account_id = crew_report.by_account
         where shift_id = $1 order by at, report_key limit 500",
    )
    .bind(&shift.shift_id)
    .fetch_all(tx.conn())
    .await?)
}
