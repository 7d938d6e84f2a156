//! The steps of handling: accept, grade, analyse, close, and what authorities do. Each is a record
//! of its own.

use rules::Time;
use rules::incident::{
    Closing, Closure, Finding, Grade, Grading, Holder, Kind, Party, Physical, Psychological, Rung,
    Severity, Standing, Step,
};
use serde_json::json;
use sqlx::Row;

use super::climb;
use super::read::{self, Incident};
use super::{TEXT_MAX, acting, duty, hold, optional, sound, tell};
use crate::deadline;
use crate::event::By;
use crate::{Refusal, Result, Scope, Tx};

/// What a step says besides its name.
#[derive(Clone, Debug, Default)]
pub struct Details {
    pub text: String,
    pub kind: Option<Kind>,
    pub category: Option<String>,
    pub physical: Option<Physical>,
    pub psychological: Option<Psychological>,
    pub people: Option<i64>,
    pub grade: Option<Grade>,
    pub severity: Option<Severity>,
    /// The account that authorities read.
    pub summary: String,
    pub causes: Vec<String>,
    pub closure: Option<Closure>,
    /// The number of the event that a duplicate repeats.
    pub same_as: String,
    pub institution_id: Option<String>,
    pub finding: Option<Finding>,
}

/// Takes one step.
///
/// # Errors
/// A refusal that says what is missing; not found outside the scope.
pub async fn step(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    step: Step,
    details: &Details,
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    hold(tx, incident_id).await?;
    let event = read::incident(tx, scope, incident_id).await?;
    if step == Step::Assign && event.kept_from_at.is_some() {
        return Err(Refusal::ReporterAsked.into());
    }
    if !event.steps().contains(&step) {
        return Err(Refusal::NotAllowed.into());
    }
    match step {
        Step::Accept => accept(tx, &by, &event).await,
        Step::Grade => grade(tx, &by, &event, details).await,
        Step::Analyse => analyse(tx, &by, &event, details).await,
        Step::Close => close(tx, &by, &event, details).await,
        Step::Reopen => reopen(tx, &by, &event, details).await,
        Step::Assign => assign(tx, &by, scope, &event, details).await,
        Step::SendUp => climb::send_up(tx, &by, &event, &details.text).await,
        Step::Find => find(tx, &by, &event, details).await,
    }
}

/// What a step's record holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry<'e> {
    pub grade: Option<Grade>,
    pub severity: Option<Severity>,
    pub closure: Option<Closure>,
    pub finding: Option<Finding>,
    pub rung: Option<Rung>,
    pub body: &'e str,
}

pub(super) async fn record(
    tx: &mut Tx,
    by: &By,
    incident_id: &str,
    step: &str,
    entry: Entry<'_>,
) -> Result<()> {
    sqlx::query(
        "insert into incident_step (incident_id, step_no, step, at, by_account, grade, severity,
            closure, finding, rung, body)
         values ($1, (select count(*) + 1 from incident_step where incident_id = $1), $2, $3, $4,
            $5, $6, $7, $8, $9, $10)",
    )
    .bind(incident_id)
    .bind(step)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(entry.grade.map(Grade::code))
    .bind(entry.severity.map(Severity::code))
    .bind(entry.closure.map(Closure::code))
    .bind(entry.finding.map(Finding::code))
    .bind(entry.rung.map(Rung::code))
    .bind(entry.body)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn stand(tx: &mut Tx, by: &By, incident_id: &str, state: Standing) -> Result<()> {
    sqlx::query(
        "update incident set state = $2, state_at = $3, state_by = $4 where incident_id = $1",
    )
    .bind(incident_id)
    .bind(state.code())
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn accept(tx: &mut Tx, by: &By, event: &Incident) -> Result<()> {
    stand(tx, by, &event.incident_id, Standing::Accepted).await?;
    record(tx, by, &event.incident_id, "accept", Entry::default()).await?;
    tell(tx, by, (&event.incident_id, &event.institution_id), "accepted", json!({})).await
}

async fn grade(tx: &mut Tx, by: &By, event: &Incident, details: &Details) -> Result<()> {
    let summary = optional(&details.summary, TEXT_MAX)?;
    let text = optional(&details.text, TEXT_MAX)?;
    let grading = Grading {
        kind: details.kind.unwrap_or(event.kind),
        physical: details.physical.unwrap_or(event.physical),
        psychological: details.psychological.unwrap_or(event.psychological),
        people: details.people.unwrap_or(event.people),
        grade: details.grade,
        severity: details.severity,
        summary: !summary.is_empty(),
        reason: !text.is_empty(),
    };
    grading.judge()?;
    let category = details.category.clone().unwrap_or_else(|| event.category.clone());
    if tx.packs().incident_at(by.now).category(&category).is_none() {
        return Err(Refusal::Unknown.into());
    }
    if !(0..=9_999).contains(&grading.people) {
        return Err(Refusal::Quantity.into());
    }
    let state = if event.state == Standing::Analysed { event.state } else { Standing::Graded };
    write_grading(tx, by, event, &grading, &category, &summary).await?;
    stand(tx, by, &event.incident_id, state).await?;
    let entry =
        Entry { grade: grading.grade, severity: grading.severity, body: &text, ..Entry::default() };
    record(tx, by, &event.incident_id, "grade", entry).await?;
    let particulars = json!({
        "kind": grading.kind.code(), "category": category, "physical": grading.physical.code(),
        "grade": grading.grade.map(Grade::code), "people": grading.people,
        "severity": grading.severity.map(Severity::code),
    });
    tell(tx, by, (&event.incident_id, &event.institution_id), "graded", particulars).await?;
    duty::follow(tx, by, event, &grading, &category).await?;
    climb::follow(tx, by, event, &grading).await
}

async fn write_grading(
    tx: &mut Tx,
    by: &By,
    event: &Incident,
    grading: &Grading,
    category: &str,
    summary: &str,
) -> Result<()> {
    sqlx::query(
        "update incident set kind = $2, category = $3, physical = $4, psychological = $5,
            people = $6, grade = $7, severity = $8, graded_at = $9, summary = $10
         where incident_id = $1",
    )
    .bind(&event.incident_id)
    .bind(grading.kind.code())
    .bind(category)
    .bind(grading.physical.code())
    .bind(grading.psychological.code())
    .bind(grading.people)
    .bind(grading.grade.map(Grade::code))
    .bind(grading.severity.map(Severity::code))
    .bind(by.now.0)
    .bind(summary)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn analyse(tx: &mut Tx, by: &By, event: &Incident, details: &Details) -> Result<()> {
    let text = sound(&details.text, TEXT_MAX)?;
    let pack = tx.packs().incident_at(by.now);
    let mut causes = details.causes.clone();
    causes.sort();
    causes.dedup();
    if causes.iter().any(|cause| pack.cause(cause).is_none()) {
        return Err(Refusal::Unknown.into());
    }
    if causes.is_empty() {
        return Err(Refusal::AnalysisMissing.into());
    }
    sqlx::query("delete from incident_cause where incident_id = $1")
        .bind(&event.incident_id)
        .execute(tx.conn())
        .await?;
    for cause in &causes {
        sqlx::query("insert into incident_cause (incident_id, cause) values ($1, $2)")
            .bind(&event.incident_id)
            .bind(cause)
            .execute(tx.conn())
            .await?;
    }
    sqlx::query("update incident set analysed_at = $2 where incident_id = $1")
        .bind(&event.incident_id)
        .bind(by.now.0)
        .execute(tx.conn())
        .await?;
    stand(tx, by, &event.incident_id, Standing::Analysed).await?;
    let entry = Entry { body: &text, ..Entry::default() };
    record(tx, by, &event.incident_id, "analyse", entry).await?;
    let about = (event.incident_id.as_str(), event.institution_id.as_str());
    tell(tx, by, about, "analysed", json!({"causes": causes})).await
}

async fn close(tx: &mut Tx, by: &By, event: &Incident, details: &Details) -> Result<()> {
    let feedback = optional(&details.text, TEXT_MAX)?;
    let row = sqlx::query(
        "select count(case when dropped_at is null then 1 end),
            count(case when done_at is null and dropped_at is null then 1 end)
         from incident_action where incident_id = $1",
    )
    .bind(&event.incident_id)
    .fetch_one(tx.conn())
    .await?;
    let closing = Closing {
        graded: matches!(event.state, Standing::Graded | Standing::Analysed),
        grade: event.grade,
        closure: details.closure,
        analysed: event.analysed_at.is_some(),
        actions: row.try_get(0)?,
        actions_open: row.try_get(1)?,
        feedback: !feedback.is_empty(),
    };
    closing.judge()?;
    let closure = details.closure.ok_or(Refusal::Outcome)?;
    let same_as = (closure == Closure::Duplicate).then(|| details.same_as.trim());
    sqlx::query(
        "update incident set closure = $2, closed_at = $3, same_as = $4, feedback = $5,
            waits_at = null
         where incident_id = $1",
    )
    .bind(&event.incident_id)
    .bind(closure.code())
    .bind(by.now.0)
    .bind(same_as.filter(|number| !number.is_empty()))
    .bind(&feedback)
    .execute(tx.conn())
    .await?;
    forget_sooner(tx, &event.incident_id, by.now).await?;
    if !closure.counts() {
        deadline::clear(tx, deadline::Kind::IncidentClimbs, &event.incident_id).await?;
        duty::lift(tx, by, &event.incident_id).await?;
    }
    stand(tx, by, &event.incident_id, Standing::Closed).await?;
    let entry = Entry { closure: Some(closure), body: &feedback, ..Entry::default() };
    record(tx, by, &event.incident_id, "close", entry).await?;
    let about = (event.incident_id.as_str(), event.institution_id.as_str());
    tell(tx, by, about, "closed", json!({"closure": closure.code()})).await
}

/// Once the answer was read nobody needs to know any more who asked.
async fn forget_sooner(tx: &mut Tx, incident_id: &str, now: Time) -> Result<()> {
    let days = tx.packs().incident_at(now).keep.after_closing_days;
    sqlx::query(
        "update incident_reporter set delete_at = case when delete_at > $2 then cast($2 as bigint)
                                                       else delete_at end
         where incident_id = $1",
    )
    .bind(incident_id)
    .bind(now.plus_days(days).0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn reopen(tx: &mut Tx, by: &By, event: &Incident, details: &Details) -> Result<()> {
    let text = sound(&details.text, TEXT_MAX)?;
    let state = match (event.analysed_at, event.graded_at) {
        (Some(_), _) => Standing::Analysed,
        (None, Some(_)) => Standing::Graded,
        (None, None) => Standing::Accepted,
    };
    sqlx::query(
        "update incident set closure = null, closed_at = null, same_as = null, feedback = ''
         where incident_id = $1",
    )
    .bind(&event.incident_id)
    .execute(tx.conn())
    .await?;
    stand(tx, by, &event.incident_id, state).await?;
    let entry = Entry { body: &text, ..Entry::default() };
    record(tx, by, &event.incident_id, "reopen", entry).await?;
    tell(tx, by, (&event.incident_id, &event.institution_id), "reopened", json!({})).await
}

/// The authority hands a report to the institution it is about; its clock starts there.
async fn assign(
    tx: &mut Tx,
    by: &By,
    scope: &Scope,
    event: &Incident,
    details: &Details,
) -> Result<()> {
    let id = details.institution_id.as_deref().ok_or(Refusal::Unknown)?;
    // Who lacks the institution's territory cannot hand anything to it.
    let row = sqlx::query(
        "select region_code from institution
         where institution_id = $1 and closed_at is null
           and (cast($2 as text) is null or region_code = $2)",
    )
    .bind(id)
    .bind(&scope.reach().region)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Refusal::Unknown)?;
    let region: String = row.try_get(0)?;
    if !super::file::reviewed(tx, id).await? {
        return Err(Refusal::Unknown.into());
    }
    sqlx::query(
        "update incident set institution_id = $2, region_code = $3, holder = $4, discovered_at = $5
         where incident_id = $1",
    )
    .bind(&event.incident_id)
    .bind(id)
    .bind(&region)
    .bind(Holder::Institution.code())
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    stand(tx, by, &event.incident_id, Standing::Filed).await?;
    record(tx, by, &event.incident_id, "assign", Entry::default()).await?;
    if event.kind == Kind::Incident && event.physical >= Physical::Severe {
        let due = by.now.plus_min(tx.packs().incident_at(by.now).climb.institution_min);
        deadline::set(tx, deadline::Kind::IncidentClimbs, &event.incident_id, due).await?;
    }
    tell(tx, by, (&event.incident_id, id), "assigned", json!({"institution": id})).await?;
    super::cluster::look(tx, by, &event.incident_id).await
}

async fn find(tx: &mut Tx, by: &By, event: &Incident, details: &Details) -> Result<()> {
    let text = sound(&details.text, TEXT_MAX)?;
    let finding = details.finding.ok_or(Refusal::Outcome)?;
    let entry = Entry { finding: Some(finding), body: &text, ..Entry::default() };
    record(tx, by, &event.incident_id, "find", entry).await?;
    let about = (event.incident_id.as_str(), event.institution_id.as_str());
    tell(tx, by, about, "found", json!({"finding": finding.code()})).await
}

/// Messages of one event.
const MESSAGES_MAX: i64 = 400;

pub(super) async fn put(
    tx: &mut Tx,
    incident_id: &str,
    (by_whom, audience): (&str, &str),
    body: &str,
    now: Time,
) -> Result<()> {
    let row = sqlx::query("select count(*) from incident_message where incident_id = $1")
        .bind(incident_id)
        .fetch_one(tx.conn())
        .await?;
    let count: i64 = row.try_get(0)?;
    if count >= MESSAGES_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into incident_message (incident_id, message_no, at, by_whom, audience, body)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(incident_id)
    .bind(count + 1)
    .bind(now.0)
    .bind(by_whom)
    .bind(audience)
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes to the reporter, who reads it by the code, or between department and authorities.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::TooMany`]; [`Refusal::NotAllowed`] for a watcher who would write
/// to the reporter, and where no authority reads along.
pub async fn write(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    audience: &str,
    text: &str,
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    let text = sound(text, TEXT_MAX)?;
    hold(tx, incident_id).await?;
    let event = read::incident(tx, scope, incident_id).await?;
    let audience = match (audience, event.party) {
        ("reporter", Party::Reviewer) => "reporter",
        ("authority", _)
            if event.holder == Holder::Institution && event.rung > Rung::Institution =>
        {
            "authority"
        }
        _ => return Err(Refusal::NotAllowed.into()),
    };
    put(tx, incident_id, (&by.actor.code(), audience), &text, now).await?;
    if audience == "reporter" {
        sqlx::query("update incident set waits_at = null where incident_id = $1")
            .bind(incident_id)
            .execute(tx.conn())
            .await?;
    }
    let about = (incident_id, event.institution_id.as_str());
    tell(tx, &by, about, "wrote", json!({"audience": audience})).await
}
