//! Reports that the law asks for, each with its clock. A28 is the reminder that one is late: of the
//! medical department, and of an authority that the event has climbed to; no alert of supervision.

use rules::Time;
use rules::incident::{Facts, Grading, Holder, Kind, Party};
use serde_json::json;
use sqlx::Row;

use super::read::{self, Incident};
use super::{SHORT_MAX, acting, cluster, hold, optional, tell};
use crate::deadline::{self, Kind as Deadline};
use crate::event::By;
use crate::{Error, Refusal, Result, Scope, Tx};

/// A report owed, made, or no longer owed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DutyRow {
    pub duty: String,
    pub clock: String,
    pub pack_version: String,
    pub due_at: i64,
    pub reported_at: Option<i64>,
    pub external_no: String,
    pub overdue_at: Option<i64>,
    pub lifted_at: Option<i64>,
}

/// The duties of an event that the caller has read with its scope.
pub async fn duties(tx: &mut Tx, event: &Incident) -> Result<Vec<DutyRow>> {
    Ok(sqlx::query_as(
        "select duty, clock, pack_version, due_at, reported_at, external_no, overdue_at, lifted_at
         from incident_duty where incident_id = $1 order by due_at, duty",
    )
    .bind(&event.incident_id)
    .fetch_all(tx.conn())
    .await?)
}

/// What a deadline of a duty is about.
fn subject(incident_id: &str, duty: &str) -> String {
    format!("{incident_id}:{duty}")
}

/// After a grading: the clocks that now run are set, those that no longer do are lifted. What was
/// reported stays reported.
pub(super) async fn follow(
    tx: &mut Tx,
    by: &By,
    event: &Incident,
    grading: &Grading,
    category: &str,
) -> Result<()> {
    // Institutions owe; an authority that handles a report itself owes nobody.
    if event.holder != Holder::Institution {
        return Ok(());
    }
    let spread = cluster::spread_of(tx, &event.incident_id).await?;
    let (calendar, discovered) = (tx.packs().calendar, Time(event.discovered_at));
    let pack = tx.packs().incident_at(by.now);
    let version = pack.pack.version.clone();
    let facts = Facts {
        kind: grading.kind,
        category,
        physical: grading.physical,
        severity: grading.severity,
        spread,
    };
    let clocks: Vec<(String, String, Time)> = pack
        .duties(facts)
        .into_iter()
        .map(|clock| (clock.duty.clone(), clock.code.clone(), clock.due(calendar, discovered)))
        .collect();
    for (duty, clock, due) in &clocks {
        owe(tx, by, event, (duty, clock, &version), *due).await?;
    }
    for row in duties(tx, event).await? {
        let runs = clocks.iter().any(|(duty, _, _)| *duty == row.duty);
        if !runs && row.reported_at.is_none() && row.lifted_at.is_none() {
            lift_one(tx, by, &event.incident_id, &row.duty).await?;
        }
    }
    Ok(())
}

async fn owe(
    tx: &mut Tx,
    by: &By,
    event: &Incident,
    (duty, clock, version): (&str, &str, &str),
    due: Time,
) -> Result<()> {
    let set = sqlx::query(
        "insert into incident_duty (incident_id, duty, clock, pack_version, set_at, due_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (incident_id, duty) do update set clock = excluded.clock,
            pack_version = excluded.pack_version, set_at = excluded.set_at,
            due_at = excluded.due_at, lifted_at = null,
            overdue_at = case when excluded.due_at > incident_duty.due_at then null
                              else incident_duty.overdue_at end
         where incident_duty.reported_at is null
           and (incident_duty.clock <> excluded.clock or incident_duty.lifted_at is not null)",
    )
    .bind(&event.incident_id)
    .bind(duty)
    .bind(clock)
    .bind(version)
    .bind(by.now.0)
    .bind(due.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if set == 0 {
        return Ok(());
    }
    deadline::set(tx, Deadline::IncidentDuty, &subject(&event.incident_id, duty), due).await?;
    let about = (event.incident_id.as_str(), event.institution_id.as_str());
    tell(tx, by, about, "owed", json!({"duty": duty, "clock": clock, "due_at": due.0})).await
}

async fn lift_one(tx: &mut Tx, by: &By, incident_id: &str, duty: &str) -> Result<()> {
    sqlx::query("update incident_duty set lifted_at = $3 where incident_id = $1 and duty = $2")
        .bind(incident_id)
        .bind(duty)
        .bind(by.now.0)
        .execute(tx.conn())
        .await?;
    deadline::clear(tx, Deadline::IncidentDuty, &subject(incident_id, duty)).await
}

/// Nothing is owed for what was no event.
pub(super) async fn lift(tx: &mut Tx, by: &By, incident_id: &str) -> Result<()> {
    let rows = sqlx::query(
        "select duty from incident_duty
         where incident_id = $1 and reported_at is null and lifted_at is null",
    )
    .bind(incident_id)
    .fetch_all(tx.conn())
    .await?;
    for row in &rows {
        let duty: String = row.try_get(0)?;
        lift_one(tx, by, incident_id, &duty).await?;
    }
    Ok(())
}

/// The department records that it has reported, with the number it got there. To the systems of
/// drugs and devices it may report what no clock asks for.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a watcher; not found for a duty that does not run.
pub async fn report_duty(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    duty: &str,
    external_no: &str,
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    hold(tx, incident_id).await?;
    let event = read::incident(tx, scope, incident_id).await?;
    if event.party != Party::Reviewer {
        return Err(Refusal::NotAllowed.into());
    }
    if voluntary(tx, &event, duty, now).await? {
        volunteer(tx, &event, duty, now).await?;
    }
    let row = sqlx::query(
        "update incident_duty set reported_at = $3, reported_by = $4, external_no = $5
         where incident_id = $1 and duty = $2 and reported_at is null and lifted_at is null
         returning due_at",
    )
    .bind(incident_id)
    .bind(duty)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(optional(external_no, SHORT_MAX)?)
    .fetch_optional(tx.conn())
    .await?;
    let due_at: i64 = row.ok_or(Error::NotFound("duty"))?.try_get(0)?;
    deadline::met(tx, Deadline::IncidentDuty, &subject(incident_id, duty), now).await?;
    let about = (incident_id, event.institution_id.as_str());
    let particulars = json!({"duty": duty, "in_time": now.0 <= due_at, "due_at": due_at});
    tell(tx, &by, about, "reported", particulars).await
}

/// The clock of a report that nobody has to make.
pub const VOLUNTARY: &str = "voluntary";

/// Drugs and devices have systems of their own that take what no clock asks for.
async fn voluntary(tx: &mut Tx, event: &Incident, duty: &str, now: Time) -> Result<bool> {
    let external = tx.packs().incident_at(now).category(duty).is_some_and(|one| one.external);
    let ours = event.kind == Kind::Incident && event.holder == Holder::Institution;
    if !external || event.category != duty || !ours {
        return Ok(false);
    }
    Ok(duties(tx, event).await?.iter().all(|row| row.duty != duty))
}

async fn volunteer(tx: &mut Tx, event: &Incident, duty: &str, now: Time) -> Result<()> {
    let version = tx.packs().incident_at(now).pack.version.clone();
    sqlx::query(
        "insert into incident_duty (incident_id, duty, clock, pack_version, set_at, due_at)
         values ($1, $2, $3, $4, $5, $5)",
    )
    .bind(&event.incident_id)
    .bind(duty)
    .bind(VOLUNTARY)
    .bind(version)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A28: the time is over and nothing was recorded. Dated when it fell due.
pub(crate) async fn duty_overdue(tx: &mut Tx, by: &By, subject: &str, due_at: Time) -> Result<()> {
    let Some((incident_id, duty)) = subject.split_once(':') else { return Ok(()) };
    let late = sqlx::query(
        "update incident_duty set overdue_at = $3
         where incident_id = $1 and duty = $2 and reported_at is null and lifted_at is null",
    )
    .bind(incident_id)
    .bind(duty)
    .bind(due_at.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if late == 0 {
        return Ok(());
    }
    let row = sqlx::query("select institution_id from incident where incident_id = $1")
        .bind(incident_id)
        .fetch_one(tx.conn())
        .await?;
    let institution_id: String = row.try_get(0)?;
    let code = tx.packs().incident_at(due_at).overdue.code.clone();
    let particulars = json!({"rule": code, "duty": duty, "due_at": due_at.0});
    tell(tx, by, (incident_id, &institution_id), "overdue", particulars).await
}
