//! Incidents on the way [T16]: written down by whoever was there, looked at by the regulator.

use rules::Time;
use rules::account::Permission;
use serde_json::json;

use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::page::{Listed, Slice};
use crate::{Refusal, Result, Scope, Tx};

const WORDS_CHARS_MAX: usize = 1_000;

#[derive(Clone, Debug)]
pub struct NewIncident {
    pub booking_id: Option<String>,
    pub shift_id: Option<String>,
    /// A code of the crew's settings.
    pub kind: String,
    /// 1 (harm that stays) to 4 (no harm).
    pub grade: i64,
    pub words: String,
    pub at: Time,
}

/// Writes one down: by a crew's report, or by the desk.
///
/// # Errors
/// [`Refusal::Unknown`] for a kind nobody has, [`Refusal::Text`], [`Refusal::Quantity`].
pub(super) async fn enter(tx: &mut Tx, by: &By, new: &NewIncident) -> Result<String> {
    let words = new.words.trim();
    if words.is_empty() || words.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    if !(1..=4).contains(&new.grade) {
        return Err(Refusal::Quantity.into());
    }
    let known = tx.packs().crew_at(by.now).incidents.iter().any(|kind| kind.code == new.kind);
    if !known {
        return Err(Refusal::Unknown.into());
    }
    let incident_id = tx.id("inc", by.now)?;
    let calendar = tx.packs().calendar;
    let (year, month, _) = rules::calendar::civil(calendar.day_number(by.now));
    let series = format!("SJ-{year:04}{month:02}");
    let number = format!("{series}-{:03}", next_in_series(tx, &series).await?);
    sqlx::query(
        "insert into transfer_incident (incident_id, number, booking_id, shift_id, kind, grade,
            words, at, by_account)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&incident_id)
    .bind(&number)
    .bind(&new.booking_id)
    .bind(&new.shift_id)
    .bind(&new.kind)
    .bind(new.grade)
    .bind(words)
    .bind(new.at.min(by.now).0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let id = new.booking_id.as_deref().or(new.shift_id.as_deref()).unwrap_or("");
    let kind = if new.booking_id.is_some() { "booking" } else { "shift" };
    let subject = Subject { kind, id, institution_id: "" };
    let what = json!({"incident": incident_id, "kind": new.kind, "grade": new.grade});
    event::append(tx, by, subject, "incident", what).await?;
    Ok(incident_id)
}

/// The desk writes an incident down.
///
/// # Errors
/// As [`enter`]; [`Refusal::NotAllowed`] for everybody but the desk.
pub async fn report_incident(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewIncident,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    if let Some(booking_id) = &new.booking_id {
        super::booking(tx, scope, booking_id).await?;
    }
    enter(tx, &By::account(&account.account_id, now), new).await
}

/// What the regulator found; an incident is looked at once.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::TooLate`] when somebody was quicker.
pub async fn review_incident(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    review: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::OverseeTransfer) {
        return Err(Refusal::NotAllowed.into());
    }
    let review = review.trim();
    if review.is_empty() || review.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let by = By::account(&account.account_id, now);
    let reviewed = sqlx::query(
        "update transfer_incident set reviewed_at = $2, reviewed_by = $3, review = $4
         where incident_id = $1 and reviewed_at is null",
    )
    .bind(incident_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(review)
    .execute(tx.conn())
    .await?;
    if reviewed.rows_affected() == 0 {
        return Err(Refusal::TooLate.into());
    }
    let subject = Subject { kind: "transfer_incident", id: incident_id, institution_id: "" };
    event::append(tx, &by, subject, "reviewed", json!({})).await
}

#[derive(Clone, Debug, Default)]
pub struct IncidentFilter {
    /// `open` (not looked at), `all`
    pub view: String,
    pub kind: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IncidentLine {
    pub incident_id: String,
    pub number: String,
    pub booking_id: Option<String>,
    pub booking_number: Option<String>,
    pub operator_zh: Option<String>,
    pub operator_en: Option<String>,
    pub call_sign: Option<String>,
    pub kind: String,
    pub grade: i64,
    pub words: String,
    pub at: i64,
    pub reviewed_at: Option<i64>,
    pub review: Option<String>,
    pub total: i64,
}

/// Incidents, the newest first: of the city, or of the own company.
pub async fn incidents(
    tx: &mut Tx,
    scope: &Scope,
    filter: &IncidentFilter,
    slice: Slice,
) -> Result<Listed<IncidentLine>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.crew).or(bounds.site).or(bounds.handed);
    let rows: Vec<IncidentLine> = sqlx::query_as(
        "select incident_id, transfer_incident.number, transfer_incident.booking_id,
            booking.number as booking_number, operator.short_zh as operator_zh,
            operator.short_en as operator_en, vehicle.call_sign, kind, grade,
            transfer_incident.words, at, reviewed_at, review, count(*) over () as total
         from transfer_incident
         left join booking on booking.booking_id = transfer_incident.booking_id
         left join shift on shift.shift_id = transfer_incident.shift_id
         left join vehicle on vehicle.vehicle_id = shift.vehicle_id
         left join operator
            on operator.operator_id = coalesce(vehicle.operator_id, booking.operator_id)
         where (cast($1 as text) is null or operator.operator_id = $1)
           and ($2 = 'all' or reviewed_at is null)
           and (cast($3 as text) is null or kind = $3)
           and (cast($4 as bigint) is null or at >= $4)
           and (cast($5 as bigint) is null or at < $5)
         order by at desc, incident_id limit $6 offset $7",
    )
    .bind(own)
    .bind(if filter.view == "all" { "all" } else { "open" })
    .bind(&filter.kind)
    .bind(filter.from.map(|at| at.0))
    .bind(filter.until.map(|at| at.0))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}
