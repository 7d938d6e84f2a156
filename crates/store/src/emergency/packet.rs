//! What is known of the patient, the card's steps that were done, and what people wrote.

use rules::Time;
use rules::account::Permission;
use rules::emergency::{Fact, Party, Told};
use serde_json::json;
use sqlx::Row;

use super::read::{Case, case, party};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A fact with who told it.
#[derive(Clone, Debug)]
pub struct FactRow {
    pub told: Told,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
    /// Noted during the operation, before anybody cried for help.
    pub before: bool,
}

/// Facts of one case, or of one operation; nobody taps more.
const FACTS_MAX: i64 = 500;

/// Adds a fact to an open case.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a reader, [`Refusal::Quantity`], [`Refusal::Text`].
pub async fn add_fact(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    fact: &Fact,
    now: Time,
) -> Result<()> {
    super::call::hold(tx, emergency_id).await?;
    let (case, by) = taking_part(tx, scope, emergency_id, now).await?;
    write_fact(tx, &by, ("emergency", emergency_id), &case.institution_id, fact).await?;
    told(tx, &by, &case, "fact_added", json!({"fact": fact.code()})).await
}

/// Adds a fact to an operation that is going on, so that it is there should help be needed.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the operation's own institution.
pub async fn add_operation_fact(
    tx: &mut Tx,
    scope: &Scope,
    operation_id: &str,
    fact: &Fact,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let operation = crate::operation::operation(tx, scope, operation_id).await?;
    let institution_id = operation.institution_id;
    if !scope.may(Permission::Raise) || scope.own_institution() != Some(&*institution_id) {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    crate::order::hold_series(tx, &format!("packet:{operation_id}")).await?;
    write_fact(tx, &by, ("operation", operation_id), &institution_id, fact).await?;
    if let Some(emergency_id) = super::open_of_operation(tx, operation_id).await? {
        let case = case(tx, scope, &emergency_id).await?;
        return told(tx, &by, &case, "fact_added", json!({"fact": fact.code()})).await;
    }
    // Before anybody has cried for help it is the clinic's own matter: a bureau, which reads what
    // happened to an operation, learns not even that something was noted.
    let subject = Subject { kind: "packet", id: operation_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "fact_added", json!({})).await
}

async fn write_fact(
    tx: &mut Tx,
    by: &By,
    (kind, subject): (&str, &str),
    institution_id: &str,
    fact: &Fact,
) -> Result<()> {
    fact.sound().map_err(|fault| match fault {
        rules::emergency::FactFault::Number => Refusal::Quantity,
        rules::emergency::FactFault::Text => Refusal::Text,
    })?;
    let body = serde_json::to_string(fact)
        .map_err(|error| Error::Corrupt(format!("packet_fact: {error}")))?;
    let row = sqlx::query(
        "select cast(count(*) as bigint) from packet_fact where subject_kind = $1 and subject = $2",
    )
    .bind(kind)
    .bind(subject)
    .fetch_one(tx.conn())
    .await?;
    let count: i64 = row.try_get(0)?;
    if count >= FACTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into packet_fact (subject_kind, subject, fact_no, institution_id, kind, body, at,
            by_account)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(kind)
    .bind(subject)
    .bind(count + 1)
    .bind(institution_id)
    .bind(fact.code())
    .bind(body)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The facts of a case that was read within a scope, with those of its operation, oldest first.
pub async fn facts(tx: &mut Tx, case: &Case) -> Result<Vec<FactRow>> {
    facts_about(tx, &case.emergency_id, case.operation_id.as_deref().unwrap_or("")).await
}

/// The facts noted during an operation that was read within a scope.
pub async fn facts_of_operation(tx: &mut Tx, operation_id: &str) -> Result<Vec<FactRow>> {
    facts_about(tx, "", operation_id).await
}

async fn facts_about(tx: &mut Tx, emergency_id: &str, operation_id: &str) -> Result<Vec<FactRow>> {
    let rows = sqlx::query(
        "select body, at, account.name_zh, account.name_en, subject_kind from packet_fact
         left join account on account.account_id = packet_fact.by_account
         where (subject_kind = 'emergency' and subject = $1)
            or (subject_kind = 'operation' and subject = $2)
         order by at, subject_kind desc, fact_no",
    )
    .bind(emergency_id)
    .bind(operation_id)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let body: String = row.try_get(0)?;
            let fact = serde_json::from_str(&body)
                .map_err(|error| Error::Corrupt(format!("packet_fact.body: {error}")))?;
            let kind: String = row.try_get(4)?;
            Ok(FactRow {
                told: Told { at: Time(row.try_get(1)?), fact },
                by_zh: row.try_get(2)?,
                by_en: row.try_get(3)?,
                before: kind == "operation",
            })
        })
        .collect()
}

/// Somebody who takes part in an open case; readers and bureaus do not.
async fn taking_part(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    now: Time,
) -> Result<(Case, By)> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    let case = case(tx, scope, emergency_id).await?;
    let party = party(tx, scope, &case).await?;
    if party == Party::Reader || case.merged_into.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    Ok((case, by))
}

async fn told(
    tx: &mut Tx,
    by: &By,
    case: &Case,
    action: &'static str,
    mut particulars: serde_json::Value,
) -> Result<()> {
    particulars["hospitals"] = json!(super::mark::called(tx, &case.emergency_id).await?);
    let (id, institution_id) = (&case.emergency_id, &case.institution_id);
    let subject = Subject { kind: "emergency", id, institution_id };
    event::append(tx, by, subject, action, particulars).await
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TickRow {
    pub step_key: String,
    pub at: i64,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
}

/// Ticks a step of the card; a repeated step may be ticked again and again.
///
/// # Errors
/// [`Refusal::Unknown`] for a step the card does not have, [`Refusal::NotAllowed`].
pub async fn tick(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    step_key: &str,
    now: Time,
) -> Result<()> {
    super::call::hold(tx, emergency_id).await?;
    let (case, by) = taking_part(tx, scope, emergency_id, now).await?;
    let cards = tx.packs().cards_of(&case.card_version);
    let card = cards.and_then(|cards| cards.card(&case.card)).ok_or(Refusal::Unknown)?;
    let step = card.steps.iter().find(|step| step.key == step_key).ok_or(Refusal::Unknown)?;
    let repeats = step.every_min.is_some();
    let row = sqlx::query(
        "select cast(count(*) as bigint) from emergency_tick
         where emergency_id = $1 and step_key = $2",
    )
    .bind(emergency_id)
    .bind(step_key)
    .fetch_one(tx.conn())
    .await?;
    let done: i64 = row.try_get(0)?;
    if done > 0 && !repeats {
        // Two who tick the same step mean the same.
        return Ok(());
    }
    sqlx::query(
        "insert into emergency_tick (emergency_id, step_key, tick_no, at, by_account)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(emergency_id)
    .bind(step_key)
    .bind(done + 1)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    told(tx, &by, &case, "ticked", json!({"step": step_key})).await
}

/// The ticks of a case that was read within a scope, oldest first.
pub async fn ticks(tx: &mut Tx, emergency_id: &str) -> Result<Vec<TickRow>> {
    Ok(sqlx::query_as(
        "select step_key, at, name_zh, name_en from emergency_tick
         left join account on account.account_id = emergency_tick.by_account
         where emergency_id = $1 order by at, step_key, tick_no",
    )
    .bind(emergency_id)
    .fetch_all(tx.conn())
    .await?)
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MessageRow {
    pub message_no: i64,
    pub at: i64,
    pub reach: String,
    pub body: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
}

const MESSAGE_CHARS_MAX: usize = 2_000;

/// Writes into the course of a case.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::NotAllowed`].
pub async fn add_message(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    body: &str,
    now: Time,
) -> Result<()> {
    let body = body.trim();
    if body.is_empty() || body.chars().count() > MESSAGE_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    super::call::hold(tx, emergency_id).await?;
    let (case, by) = taking_part(tx, scope, emergency_id, now).await?;
    write_message(tx, &by, emergency_id, body, "parties").await?;
    told(tx, &by, &case, "message", json!({})).await
}

pub(super) async fn write_message(
    tx: &mut Tx,
    by: &By,
    emergency_id: &str,
    body: &str,
    reach: &str,
) -> Result<()> {
    sqlx::query(
        "insert into emergency_message (emergency_id, message_no, at, by_account, reach, body)
         select cast($1 as text), coalesce(max(message_no), 0) + 1, cast($2 as bigint),
            cast($3 as text), cast($4 as text), cast($5 as text)
         from emergency_message where emergency_id = $1",
    )
    .bind(emergency_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(reach)
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The messages of a case that was read within a scope, oldest first.
pub async fn messages(tx: &mut Tx, emergency_id: &str) -> Result<Vec<MessageRow>> {
    Ok(sqlx::query_as(
        "select message_no, at, reach, body, name_zh, name_en from emergency_message
         left join account on account.account_id = emergency_message.by_account
         where emergency_id = $1 order by message_no",
    )
    .bind(emergency_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Copies everything told about a case to the one it was merged into: nothing is lost. What was
/// noted during its operation comes along where that operation does not.
pub(super) async fn copy(tx: &mut Tx, by: &By, from: &Case, into: &Case) -> Result<()> {
    let moves = super::merge::takes_operation(from, into) || from.operation_id == into.operation_id;
    let operation_id = from.operation_id.as_deref().filter(|_| !moves).unwrap_or("");
    let into = &*into.emergency_id;
    sqlx::query(
        "insert into packet_fact (subject_kind, subject, fact_no, institution_id, kind, body, at,
            by_account)
         select 'emergency', cast($2 as text), row_number() over (
                order by packet_fact.at, subject_kind desc, fact_no) + (
            select count(*) from packet_fact as known
            where known.subject_kind = 'emergency' and known.subject = $2),
            institution_id, kind, body, packet_fact.at, by_account
         from packet_fact
         where (subject_kind = 'emergency' and subject = $1)
            or (subject_kind = 'operation' and subject = $3)",
    )
    .bind(&from.emergency_id)
    .bind(into)
    .bind(operation_id)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into emergency_message (emergency_id, message_no, at, by_account, reach, body)
         select cast($2 as text), message_no + (
            select coalesce(max(message_no), 0) from emergency_message as known
            where known.emergency_id = $2),
            at, by_account, reach, '[' || cast($3 as text) || '] ' || body
         from emergency_message where emergency_id = $1",
    )
    .bind(&from.emergency_id)
    .bind(into)
    .bind(&from.number)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into emergency_tick (emergency_id, step_key, tick_no, at, by_account)
         select cast($2 as text), step_key, tick_no + (
            select coalesce(max(tick_no), 0) from emergency_tick as known
            where known.emergency_id = $2 and known.step_key = told.step_key), at, by_account
         from emergency_tick as told where emergency_id = $1",
    )
    .bind(&from.emergency_id)
    .bind(into)
    .execute(tx.conn())
    .await?;
    let place = format!("[{}] {} {}", from.number, from.place, from.callback);
    write_message(tx, by, into, place.trim(), "parties").await
}
