//! Events climb from the institution to the district to the city [W34, W36]: sent up with an
//! opinion, or by themselves when nobody did in time. An event never climbs down: what an authority
//! has read it has read.

use rules::Time;
use rules::incident::{Grading, Holder, Party, Rung};
use serde_json::json;
use sqlx::Row;

use super::read::Incident;
use super::step::{Entry, record};
use super::{TEXT_MAX, optional, sound, tell};
use crate::deadline::{self, Kind as Deadline};
use crate::error::coded;
use crate::event::By;
use crate::{Result, Tx};

/// The rung above; a region without a parent has no district between it and the city.
async fn above(tx: &mut Tx, rung: Rung, region_code: Option<&str>) -> Result<Option<Rung>> {
    let next = rung.above();
    if next != Some(Rung::District) {
        return Ok(next);
    }
    let row = sqlx::query(
        "select count(*) from region where region_code = $1 and parent_code is not null",
    )
    .bind(region_code)
    .fetch_one(tx.conn())
    .await?;
    let in_district = row.try_get::<i64, _>(0)? > 0;
    Ok(Some(if in_district { Rung::District } else { Rung::City }))
}

async fn region_of(tx: &mut Tx, incident_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select region_code from incident where incident_id = $1")
        .bind(incident_id)
        .fetch_one(tx.conn())
        .await?;
    Ok(row.try_get(0)?)
}

/// One rung up, with the record, the event and the next clock.
async fn rise(
    tx: &mut Tx,
    by: &By,
    (incident_id, institution_id): (&str, &str),
    from: Rung,
    step: &'static str,
    body: &str,
) -> Result<Option<Rung>> {
    let region = region_of(tx, incident_id).await?;
    let Some(to) = above(tx, from, region.as_deref()).await? else { return Ok(None) };
    sqlx::query("update incident set rung = $2, rung_at = $3 where incident_id = $1")
        .bind(incident_id)
        .bind(to.code())
        .bind(by.now.0)
        .execute(tx.conn())
        .await?;
    let entry = Entry { rung: Some(to), body, ..Entry::default() };
    record(tx, by, incident_id, step, entry).await?;
    let particulars = json!({"from": from.code(), "to": to.code(), "step": step});
    tell(tx, by, (incident_id, institution_id), "climbed", particulars).await?;
    Ok(Some(to))
}

/// When an event that the caller has read climbs by itself, if a clock runs.
pub async fn climbs_at(tx: &mut Tx, event: &Incident) -> Result<Option<i64>> {
    let row = sqlx::query(
        "select due_at from deadline
         where kind = 'incident_climbs' and subject = $1 and done_at is null",
    )
    .bind(&event.incident_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// After a grading: grave events are shown to the district, important ones get the clock to the
/// city, all others none.
pub(super) async fn follow(
    tx: &mut Tx,
    by: &By,
    event: &Incident,
    grading: &Grading,
) -> Result<()> {
    let pack = tx.packs().incident_at(by.now);
    let shared = grading.grade.is_some_and(|grade| pack.share.grades.contains(&grade));
    let important = pack.important(grading.grade, grading.severity);
    let due = by.now.plus_min(pack.climb.district_min);
    let mut rung = event.rung;
    if event.holder == Holder::Institution && rung == Rung::Institution && (shared || important) {
        let about = (event.incident_id.as_str(), event.institution_id.as_str());
        rung = rise(tx, by, about, rung, "climb", "").await?.unwrap_or(rung);
    }
    deadline::clear(tx, Deadline::IncidentClimbs, &event.incident_id).await?;
    if important && rung == Rung::District {
        deadline::set(tx, Deadline::IncidentClimbs, &event.incident_id, due).await?;
    }
    Ok(())
}

/// Sent up by whoever stands on the rung. A department that sends up what it has not yet told
/// tells it now; an authority adds its opinion.
pub(super) async fn send_up(tx: &mut Tx, by: &By, event: &Incident, text: &str) -> Result<()> {
    let text = match event.party {
        Party::Reviewer if !event.summary.is_empty() => optional(text, TEXT_MAX)?,
        _ => sound(text, TEXT_MAX)?,
    };
    if event.party == Party::Reviewer && event.summary.is_empty() {
        sqlx::query("update incident set summary = $2 where incident_id = $1")
            .bind(&event.incident_id)
            .bind(&text)
            .execute(tx.conn())
            .await?;
    }
    let about = (event.incident_id.as_str(), event.institution_id.as_str());
    let rung = rise(tx, by, about, event.rung, "send_up", &text).await?;
    deadline::clear(tx, Deadline::IncidentClimbs, &event.incident_id).await?;
    let pack = tx.packs().incident_at(by.now);
    if rung == Some(Rung::District) && pack.important(event.grade, event.severity) {
        let due = by.now.plus_min(pack.climb.district_min);
        deadline::set(tx, Deadline::IncidentClimbs, &event.incident_id, due).await?;
    }
    Ok(())
}

/// Nobody passed it on in time: it climbs by itself, dated when it fell due.
pub(crate) async fn climbs(tx: &mut Tx, by: &By, incident_id: &str, due_at: Time) -> Result<()> {
    let row = sqlx::query("select institution_id, rung from incident where incident_id = $1")
        .bind(incident_id)
        .fetch_optional(tx.conn())
        .await?;
    let Some(row) = row else { return Ok(()) };
    let (institution_id, rung): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let rung = coded(Rung::of(&rung), "incident.rung", &rung)?;
    let by = By { actor: by.actor.clone(), now: due_at.min(by.now) };
    let to = rise(tx, &by, (incident_id, &institution_id), rung, "climb", "").await?;
    if to == Some(Rung::District) {
        let minutes = tx.packs().incident_at(due_at).climb.district_min;
        let due = due_at.plus_min(minutes);
        deadline::set(tx, Deadline::IncidentClimbs, incident_id, due).await?;
    }
    Ok(())
}
