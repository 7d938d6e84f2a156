//! What the reporter may do with the code: read the state and the answer, write again, take back
//! the own name.

use rules::Time;
use rules::incident::Allow;
use serde_json::json;
use sqlx::Row;

use super::read::{self, Message};
use super::{TEXT_MAX, hold, sound, step, tell};
use crate::account::token_hash;
use crate::event::By;
use crate::{Error, Result, Tx};

/// A report as its reporter sees it: where it stands and what was answered, nobody's notes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Own {
    pub incident_id: String,
    pub number: String,
    pub kind: String,
    pub category: String,
    pub holder: String,
    pub institution_id: String,
    pub institution_zh: Option<String>,
    pub institution_en: Option<String>,
    pub filed_at: i64,
    pub state: String,
    pub state_at: i64,
    pub closure: Option<String>,
    pub closed_at: Option<i64>,
    pub feedback: String,
    /// Corrective actions, and how many are done.
    pub actions: i64,
    pub actions_done: i64,
    /// Who may see who reported, and until when; nothing when nobody is known.
    pub allow: Option<String>,
    pub delete_at: Option<i64>,
}

/// The report behind a code, and what was written to and fro.
///
/// # Errors
/// Not found for a code that nobody has.
pub async fn by_code(tx: &mut Tx, code: &str) -> Result<(Own, Vec<Message>)> {
    let row: Option<Own> = sqlx::query_as(
        "select incident.incident_id, number, incident.kind, category, holder,
            incident.institution_id, institution.name_zh as institution_zh,
            institution.name_en as institution_en, filed_at, state, state_at, closure,
            incident.closed_at, feedback,
            (select count(*) from incident_action
             where incident_action.incident_id = incident.incident_id
               and dropped_at is null) as actions,
            (select count(*) from incident_action
             where incident_action.incident_id = incident.incident_id
               and done_at is not null) as actions_done,
            incident_reporter.allow, incident_reporter.delete_at
         from incident
         left join institution on institution.institution_id = incident.institution_id
         left join incident_reporter on incident_reporter.incident_id = incident.incident_id
         where code_hash = $1",
    )
    .bind(token_hash(code))
    .fetch_optional(tx.conn())
    .await?;
    let own = row.ok_or(Error::NotFound("incident"))?;
    let messages = read::thread(tx, &own.incident_id, "reporter").await?;
    Ok((own, messages))
}

/// The reporter adds something; it waits for an answer.
///
/// # Errors
/// [`crate::Refusal::Text`], [`crate::Refusal::TooMany`]; not found for a code that nobody has.
pub async fn write_by_code(tx: &mut Tx, code: &str, text: &str, now: Time) -> Result<()> {
    let text = sound(text, TEXT_MAX)?;
    let (own, _) = by_code(tx, code).await?;
    hold(tx, &own.incident_id).await?;
    step::put(tx, &own.incident_id, ("reporter", "reporter"), &text, now).await?;
    sqlx::query("update incident set waits_at = coalesce(waits_at, $2) where incident_id = $1")
        .bind(&own.incident_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    let about = (own.incident_id.as_str(), own.institution_id.as_str());
    tell(tx, &By::system("report", now), about, "reporter_wrote", json!({})).await
}

/// The reporter changes who may know. A name that was not given cannot be shown afterwards.
///
/// # Errors
/// Not found for a code that nobody has.
pub async fn set_allowed(tx: &mut Tx, code: &str, allow: Allow, now: Time) -> Result<()> {
    if allow == Allow::Nobody {
        return withdraw_name(tx, code, now).await;
    }
    let (own, _) = by_code(tx, code).await?;
    sqlx::query("update incident_reporter set allow = $2 where incident_id = $1")
        .bind(&own.incident_id)
        .bind(allow.code())
        .execute(tx.conn())
        .await?;
    let about = (own.incident_id.as_str(), own.institution_id.as_str());
    tell(tx, &By::system("report", now), about, "allowed", json!({"allow": allow.code()})).await
}

/// The reporter takes back the own name: it is removed at once.
///
/// # Errors
/// Not found for a code that nobody has.
pub async fn withdraw_name(tx: &mut Tx, code: &str, now: Time) -> Result<()> {
    let (own, _) = by_code(tx, code).await?;
    let gone = sqlx::query("delete from incident_reporter where incident_id = $1")
        .bind(&own.incident_id)
        .execute(tx.conn())
        .await?
        .rows_affected();
    if gone == 0 {
        return Ok(());
    }
    let about = (own.incident_id.as_str(), own.institution_id.as_str());
    tell(tx, &By::system("report", now), about, "name_withdrawn", json!({})).await
}

/// Removes who reported where the time is over; the report stays. Returns how many.
pub async fn forget(tx: &mut Tx, now: Time) -> Result<u64> {
    let rows = sqlx::query("select incident_id from incident_reporter where delete_at <= $1")
        .bind(now.0)
        .fetch_all(tx.conn())
        .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let by = By::system("forget", now);
    for row in &rows {
        let incident_id: String = row.try_get(0)?;
        tell(tx, &by, (&incident_id, ""), "name_forgotten", json!({})).await?;
    }
    let gone = sqlx::query("delete from incident_reporter where delete_at <= $1")
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(gone.rows_affected())
}
