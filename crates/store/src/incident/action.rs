//! Corrective actions: what, by whom, by when; done or dropped with a word.

use rules::Time;
use rules::incident::{Party, Standing};
use serde_json::json;
use sqlx::Row;

use super::read::{self, Incident};
use super::{SHORT_MAX, TEXT_MAX, acting, hold, sound, tell};
use crate::deadline::{self, Kind as Deadline};
use crate::event::By;
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Action {
    pub action_no: i64,
    pub what: String,
    /// A department or a post, as the reviewer wrote it.
    pub owner: String,
    pub due_at: i64,
    pub made_at: i64,
    pub done_at: Option<i64>,
    pub dropped_at: Option<i64>,
    pub outcome: String,
}

#[derive(Clone, Debug)]
pub struct NewAction {
    pub what: String,
    pub owner: String,
    pub due_at: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Done,
    Dropped,
}

/// Actions of one event.
const ACTIONS_MAX: i64 = 50;
/// No action is planned further ahead.
const AHEAD_DAYS: i64 = 1_100;

/// The actions of an event that the caller has read with its scope.
pub async fn actions(tx: &mut Tx, event: &Incident) -> Result<Vec<Action>> {
    Ok(sqlx::query_as(
        "select action_no, what, owner, due_at, made_at, done_at, dropped_at, outcome
         from incident_action where incident_id = $1 order by action_no",
    )
    .bind(&event.incident_id)
    .fetch_all(tx.conn())
    .await?)
}

async fn open_to(tx: &mut Tx, scope: &Scope, incident_id: &str) -> Result<Incident> {
    hold(tx, incident_id).await?;
    let event = read::incident(tx, scope, incident_id).await?;
    if event.party != Party::Reviewer || event.state == Standing::Closed {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(event)
}

/// Plans an action.
///
/// # Errors
/// [`Refusal::Text`] without what or who, [`Refusal::Hours`] for a day gone by,
/// [`Refusal::NotAllowed`] for a watcher or a closed event, [`Refusal::TooMany`].
pub async fn add_action(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    new: &NewAction,
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    let (what, owner) = (sound(&new.what, TEXT_MAX)?, sound(&new.owner, SHORT_MAX)?);
    if new.due_at <= now || new.due_at > now.plus_days(AHEAD_DAYS) {
        return Err(Refusal::Hours.into());
    }
    let event = open_to(tx, scope, incident_id).await?;
    let row = sqlx::query("select count(*) from incident_action where incident_id = $1")
        .bind(incident_id)
        .fetch_one(tx.conn())
        .await?;
    let count: i64 = row.try_get(0)?;
    if count >= ACTIONS_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into incident_action (incident_id, action_no, what, owner, due_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(incident_id)
    .bind(count + 1)
    .bind(what)
    .bind(owner)
    .bind(new.due_at.0)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = format!("{incident_id}:{}", count + 1);
    deadline::set(tx, Deadline::IncidentAction, &subject, new.due_at).await?;
    let particulars = json!({"action": count + 1, "due_at": new.due_at.0});
    tell(tx, &by, (incident_id, &event.institution_id), "action_planned", particulars).await
}

/// Says that an action is done, or why it is not needed any more.
///
/// # Errors
/// [`Refusal::Text`] without a word about it, [`Refusal::NotAllowed`]; not found for one that is
/// settled already.
pub async fn settle_action(
    tx: &mut Tx,
    scope: &Scope,
    incident_id: &str,
    action_no: i64,
    (settled, outcome): (Settled, &str),
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    let outcome = sound(outcome, TEXT_MAX)?;
    let event = open_to(tx, scope, incident_id).await?;
    let (done, dropped) = match settled {
        Settled::Done => (Some(now.0), None),
        Settled::Dropped => (None, Some(now.0)),
    };
    let changed = sqlx::query(
        "update incident_action set done_at = $3, dropped_at = $4, settled_by = $5, outcome = $6
         where incident_id = $1 and action_no = $2 and done_at is null and dropped_at is null",
    )
    .bind(incident_id)
    .bind(action_no)
    .bind(done)
    .bind(dropped)
    .bind(by.actor.code())
    .bind(outcome)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Error::NotFound("action"));
    }
    let subject = format!("{incident_id}:{action_no}");
    deadline::clear(tx, Deadline::IncidentAction, &subject).await?;
    let action = if settled == Settled::Done { "action_done" } else { "action_dropped" };
    let particulars = json!({"action": action_no});
    tell(tx, &by, (incident_id, &event.institution_id), action, particulars).await
}

/// The day of an action has come and gone.
pub(crate) async fn action_overdue(
    tx: &mut Tx,
    by: &By,
    subject: &str,
    due_at: Time,
) -> Result<()> {
    let Some((incident_id, number)) = subject.split_once(':') else { return Ok(()) };
    let Ok(action_no) = number.parse::<i64>() else { return Ok(()) };
    let late = sqlx::query(
        "update incident_action set overdue_at = $3
         where incident_id = $1 and action_no = $2 and done_at is null and dropped_at is null",
    )
    .bind(incident_id)
    .bind(action_no)
    .bind(due_at.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if late == 0 {
        return Ok(());
    }
    let particulars = json!({"action": action_no, "due_at": due_at.0});
    tell(tx, by, (incident_id, ""), "action_overdue", particulars).await
}
