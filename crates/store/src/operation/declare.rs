//! Declaring an operation, and what a clinic does with it by hand.

use std::collections::HashMap;

use rules::Time;
use rules::alert::Rule;
use rules::operation::{
    Action, GateFacts, GateLine, MemberFacts, declared_late, nobody_came_due, passes,
};
use rules::register::{Anaesthesia, Claim, Role, lacks};
use serde_json::json;
use sqlx::Row;

use super::read::operation;
use crate::alert::{NewAlert, raise};
use crate::checkin;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::{Error, Refusal, Result, Scope, Tx, register};

/// Who takes part, in which role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub practitioner_id: String,
    pub role: Role,
}

/// What a clinic declares.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Made by the form once; sending the same form twice declares once.
    pub request_key: String,
    pub room_id: String,
    pub procedure_code: String,
    pub anaesthesia: Anaesthesia,
    pub planned_at: Time,
    pub planned_min: i64,
    pub volume_ml: Option<i64>,
    /// The real name, which only the clinic itself ever sees.
    pub client_name: String,
    pub client_alias_zh: String,
    pub client_alias_en: String,
    pub members: Vec<Member>,
}

/// The gate's answer for a declaration that is being written.
#[derive(Clone, Debug)]
pub struct Gated {
    pub lines: Vec<GateLine>,
    pub level: i64,
    pub level_max: i64,
    pub rules_version: String,
}

impl Gated {
    pub fn passes(&self) -> bool {
        passes(&self.lines)
    }
}

/// Asks the gate without declaring anything.
///
/// # Errors
/// [`Refusal::UnknownProcedure`], [`Refusal::UnknownRoom`].
pub async fn gate(
    tx: &mut Tx,
    institution_id: &str,
    declaration: &Declaration,
    now: Time,
) -> Result<Gated> {
    let planned_at = declaration.planned_at;
    let procedure = tx
        .packs()
        .procedures_at(planned_at)
        .procedure(&declaration.procedure_code)
        .ok_or(Refusal::UnknownProcedure)?
        .clone();
    register::room_of(tx, institution_id, &declaration.room_id)
        .await?
        .ok_or(Refusal::UnknownRoom)?;
    let institution = register::institution(tx, &Scope::system(), institution_id).await?;
    let kind = institution.kind()?;
    let mut members = Vec::with_capacity(declaration.members.len());
    for member in &declaration.members {
        members.push(
            member_facts(tx, institution_id, declaration, member, procedure.category, now).await?,
        );
    }
    let facts = GateFacts {
        now,
        planned_at,
        planned_min: declaration.planned_min,
        // A suspended person's standing says so too; the institution's line says it once.
        suspended: register::suspended(tx, institution_id, planned_at).await?,
        kind,
        level: procedure.level_at(declaration.volume_ml),
        level_max: tx.packs().rules_at(planned_at).level_max(kind),
        volume_needed: !procedure.volume_levels.is_empty(),
        volume_ml: declaration.volume_ml,
        anaesthesia: declaration.anaesthesia,
        anaesthesia_allowed: procedure.anaesthesia.contains(&declaration.anaesthesia),
        members,
        room_taken: room_taken(tx, institution_id, declaration).await?,
    };
    Ok(Gated {
        lines: rules::operation::gate(&facts),
        level: facts.level,
        level_max: facts.level_max,
        rules_version: tx.packs().rules_at(planned_at).pack.version.clone(),
    })
}

/// An operation planned this soon begins now.
const BEGINS_NOW_MIN: i64 = 15;

async fn member_facts(
    tx: &mut Tx,
    institution_id: &str,
    declaration: &Declaration,
    member: &Member,
    category: rules::register::Category,
    now: Time,
) -> Result<MemberFacts> {
    let at = declaration.planned_at;
    let mut standing = register::standing(tx, &member.practitioner_id, institution_id, at).await?;
    standing.institution_suspended = false;
    let claim = Claim { role: member.role, category: Some(category), at };
    let planned = sqlx::query(
        "select min(operation.planned_at) from operation
         join operation_member on operation_member.institution_id = operation.institution_id
           and operation_member.operation_id = operation.operation_id
         where practitioner_id = $1 and cancelled_at is null and signed_out_at is null
           and request_key <> $2
           and planned_at < $4 and planned_at + planned_min * 60000 > $3",
    )
    .bind(&member.practitioner_id)
    .bind(&declaration.request_key)
    .bind(at.0)
    .bind(at.plus_min(declaration.planned_min).0)
    .fetch_one(tx.conn())
    .await?;
    // Where somebody is at this moment matters only to an operation that begins about now.
    let begins_now = at <= now.plus_min(BEGINS_NOW_MIN);
    Ok(MemberFacts {
        role: member.role,
        lacks: lacks(&standing, claim),
        inside_elsewhere: begins_now && checkin::is_inside(tx, &member.practitioner_id).await?,
        planned_elsewhere: planned.try_get::<Option<i64>, _>(0)?.map(Time),
    })
}

async fn room_taken(
    tx: &mut Tx,
    institution_id: &str,
    declaration: &Declaration,
) -> Result<Option<Time>> {
    let row = sqlx::query(
        "select min(planned_at) from operation
         where institution_id = $1 and room_id = $2 and cancelled_at is null
           and signed_out_at is null and request_key <> $3
           and planned_at < $5 and planned_at + planned_min * 60000 > $4",
    )
    .bind(institution_id)
    .bind(&declaration.room_id)
    .bind(&declaration.request_key)
    .bind(declaration.planned_at.0)
    .bind(declaration.planned_at.plus_min(declaration.planned_min).0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(Time))
}

/// Declares an operation; the same request key with the same contents declares once.
///
/// # Errors
/// [`Refusal::Gate`] when the gate forbids it, [`Refusal::Text`] without a client,
/// [`Refusal::RequestKeyReused`] when the key came with another operation before.
pub async fn declare(
    tx: &mut Tx,
    scope: &Scope,
    declaration: &Declaration,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    let institution_id = account.institution_id.clone().ok_or(Refusal::NotAllowed)?;
    if !scope.may(rules::account::Permission::Declare) {
        return Err(Refusal::NotAllowed.into());
    }
    let named = !declaration.client_name.trim().is_empty()
        && !declaration.client_alias_zh.trim().is_empty();
    if !named || declaration.client_name.chars().count() > 60 {
        return Err(Refusal::Text.into());
    }
    // Asked first: a form whose answer was lost gets it again, whatever the gate says by now.
    if let Some(operation_id) = declared_before(tx, &institution_id, declaration).await? {
        return Ok(operation_id);
    }
    let gated = gate(tx, &institution_id, declaration, now).await?;
    if !gated.passes() {
        return Err(Refusal::Gate.into());
    }
    let operation_id = tx.id("opr", now)?;
    if !insert(tx, &institution_id, &operation_id, &account.account_id, declaration, &gated, now)
        .await?
    {
        let before = declared_before(tx, &institution_id, declaration).await?;
        return before.ok_or_else(|| Error::Lost("the operation vanished".into()));
    }
    add_members(tx, &institution_id, &operation_id, &declaration.members).await?;
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "operation", id: &operation_id, institution_id: &institution_id };
    let particulars = json!({
        "procedure": declaration.procedure_code, "level": gated.level,
        "planned_at": declaration.planned_at.0, "room": declaration.room_id,
    });
    event::append(tx, &by, subject, "declared", particulars).await?;
    if declared_late(now, declaration.planned_at) {
        late(tx, &by, &institution_id, &operation_id, declaration).await?;
    }
    let minutes = tx.packs().rules_at(now).presence.nobody_came_min;
    let due = nobody_came_due(declaration.planned_at.max(now), minutes);
    deadline::set(tx, Kind::NobodyCame, &operation_id, due).await?;
    Ok(operation_id)
}

async fn insert(
    tx: &mut Tx,
    institution_id: &str,
    operation_id: &str,
    account_id: &str,
    declaration: &Declaration,
    gated: &Gated,
    now: Time,
) -> Result<bool> {
    let (procedure, catalogue) = {
        let pack = tx.packs().procedures_at(declaration.planned_at);
        let procedure = pack.procedure(&declaration.procedure_code);
        (procedure.ok_or(Refusal::UnknownProcedure)?.clone(), pack.pack.version.clone())
    };
    let inserted = sqlx::query(
        "insert into operation (institution_id, operation_id, number, room_id, procedure_code,
            modality, category, level, anaesthesia, min_minutes, catalogue, planned_at,
            planned_min, volume_ml, client_name, client_alias_zh, client_alias_en, declared_at,
            declared_by, request_key)
         values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
            $18, $19)
         on conflict (institution_id, request_key) do nothing",
    )
    .bind(institution_id)
    .bind(operation_id)
    .bind(&declaration.room_id)
    .bind(&procedure.code)
    .bind(procedure.modality.code())
    .bind(procedure.category.code())
    .bind(gated.level)
    .bind(declaration.anaesthesia.code())
    .bind(procedure.min_minutes)
    .bind(catalogue)
    .bind(declaration.planned_at.0)
    .bind(declaration.planned_min)
    .bind(declaration.volume_ml)
    .bind(declaration.client_name.trim())
    .bind(declaration.client_alias_zh.trim())
    .bind(declaration.client_alias_en.trim())
    .bind(now.0)
    .bind(account_id)
    .bind(&declaration.request_key)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if inserted == 0 {
        return Ok(false);
    }
    let day = tx.packs().calendar.compact_date(now);
    let running = next_in_series(tx, &format!("operation:{day}")).await?;
    sqlx::query("update operation set number = $3 where institution_id = $1 and operation_id = $2")
        .bind(institution_id)
        .bind(operation_id)
        .bind(format!("SS-{day}-{running:04}"))
        .execute(tx.conn())
        .await?;
    Ok(true)
}

async fn add_members(
    tx: &mut Tx,
    institution_id: &str,
    operation_id: &str,
    members: &[Member],
) -> Result<()> {
    for member in members {
        sqlx::query(
            "insert into operation_member (institution_id, operation_id, practitioner_id, role)
             values ($1, $2, $3, $4)
             on conflict (institution_id, operation_id, practitioner_id) do nothing",
        )
        .bind(institution_id)
        .bind(operation_id)
        .bind(&member.practitioner_id)
        .bind(member.role.code())
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// The operation that this request key declared before, if its contents are the same.
async fn declared_before(
    tx: &mut Tx,
    institution_id: &str,
    declaration: &Declaration,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "select operation_id, procedure_code, planned_at, planned_min, room_id, anaesthesia,
            volume_ml, client_name, client_alias_zh, client_alias_en
         from operation where institution_id = $1 and request_key = $2",
    )
    .bind(institution_id)
    .bind(&declaration.request_key)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let operation_id: String = row.try_get(0)?;
    let same = row.try_get::<String, _>(1)? == declaration.procedure_code
        && row.try_get::<i64, _>(2)? == declaration.planned_at.0
        && row.try_get::<i64, _>(3)? == declaration.planned_min
        && row.try_get::<String, _>(4)? == declaration.room_id
        && row.try_get::<String, _>(5)? == declaration.anaesthesia.code()
        && row.try_get::<Option<i64>, _>(6)? == declaration.volume_ml
        && row.try_get::<String, _>(7)? == declaration.client_name.trim()
        && row.try_get::<String, _>(8)? == declaration.client_alias_zh.trim()
        && row.try_get::<String, _>(9)? == declaration.client_alias_en.trim()
        && same_team(tx, institution_id, &operation_id, &declaration.members).await?;
    if same { Ok(Some(operation_id)) } else { Err(Refusal::RequestKeyReused.into()) }
}

/// Whether exactly these people were declared. Who came without being declared does not count.
async fn same_team(
    tx: &mut Tx,
    institution_id: &str,
    operation_id: &str,
    members: &[Member],
) -> Result<bool> {
    let rows = sqlx::query(
        "select practitioner_id, role, first_in_at from operation_member
         where institution_id = $1 and operation_id = $2",
    )
    .bind(institution_id)
    .bind(operation_id)
    .fetch_all(tx.conn())
    .await?;
    let mut declared = HashMap::new();
    for member in members {
        // Named twice, the first role holds, as it does when the team is written.
        declared.entry(member.practitioner_id.clone()).or_insert(member.role.code());
    }
    for row in rows {
        let role: String = row.try_get(1)?;
        match declared.remove(&row.try_get::<String, _>(0)?) {
            Some(named) if named == role => {}
            None if row.try_get::<Option<i64>, _>(2)?.is_some() => {}
            Some(_) | None => return Ok(false),
        }
    }
    Ok(declared.is_empty())
}

async fn late(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    operation_id: &str,
    declaration: &Declaration,
) -> Result<()> {
    let new = NewAlert {
        raised_at: by.now,
        operation_id: Some(operation_id.to_owned()),
        room_id: Some(declaration.room_id.clone()),
        inputs: json!({"declared_at": by.now.0, "started_at": declaration.planned_at.0}),
        ..NewAlert::of(Rule::A11, institution_id, format!("A11:{operation_id}"))
    };
    raise(tx, by, new).await.map(drop)
}

/// What a volume of fat may be, in millilitres.
pub const VOLUME_ML: std::ops::RangeInclusive<i64> = 0..=20_000;

/// Cancels or confirms an operation.
///
/// # Errors
/// [`Refusal::NotAllowed`] when its state does not allow the action.
pub async fn act(
    tx: &mut Tx,
    scope: &Scope,
    operation_id: &str,
    action: Action,
    reason: &str,
    actual_volume_ml: Option<i64>,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    if !scope.may(rules::account::Permission::Declare) {
        return Err(Refusal::NotAllowed.into());
    }
    let before = operation(tx, scope, operation_id).await?;
    if !before.state().actions().contains(&action) {
        return Err(Refusal::NotAllowed.into());
    }
    let changed = match action {
        Action::Cancel => {
            cancel(tx, &before.institution_id, operation_id, &account.account_id, reason, now)
                .await?
        }
        Action::Confirm => sqlx::query(
            "update operation set confirmed_at = $3, confirmed_by = $4, actual_volume_ml = $5
                 where institution_id = $1 and operation_id = $2 and confirmed_at is null
                   and signed_out_at is not null and cancelled_at is null",
        )
        .bind(&before.institution_id)
        .bind(operation_id)
        .bind(now.0)
        .bind(&account.account_id)
        .bind(actual_volume_ml)
        .execute(tx.conn())
        .await?
        .rows_affected(),
    };
    if changed == 0 {
        // Somebody checked in, or another tab was quicker.
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    let subject =
        Subject { kind: "operation", id: operation_id, institution_id: &before.institution_id };
    let done = match action {
        Action::Cancel => "cancelled",
        Action::Confirm => "confirmed",
    };
    event::append(tx, &by, subject, done, json!({"volume_ml": actual_volume_ml})).await
}

async fn cancel(
    tx: &mut Tx,
    institution_id: &str,
    operation_id: &str,
    account_id: &str,
    reason: &str,
    now: Time,
) -> Result<u64> {
    let length = reason.trim().chars().count();
    if length == 0 || length > 500 {
        return Err(Refusal::Text.into());
    }
    let changed = sqlx::query(
        "update operation set cancelled_at = $3, cancelled_by = $4, cancel_reason = $5
         where institution_id = $1 and operation_id = $2 and cancelled_at is null
           and first_in_at is null",
    )
    .bind(institution_id)
    .bind(operation_id)
    .bind(now.0)
    .bind(account_id)
    .bind(reason.trim())
    .execute(tx.conn())
    .await?
    .rows_affected();
    deadline::clear(tx, Kind::NobodyCame, operation_id).await?;
    Ok(changed)
}

/// A12, when its time has come: unless somebody came or it was cancelled.
pub(crate) async fn nobody_came(tx: &mut Tx, by: &By, operation_id: &str, due: Time) -> Result<()> {
    let row = sqlx::query(
        "select institution_id, room_id, planned_at from operation
         where operation_id = $1 and cancelled_at is null
           and (first_in_at is null or first_in_at > $2)",
    )
    .bind(operation_id)
    .bind(due.0)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(()) };
    let institution_id: String = row.try_get(0)?;
    let planned_at: i64 = row.try_get(2)?;
    let minutes = tx.packs().rules_at(due).presence.nobody_came_min;
    let new = NewAlert {
        raised_at: due,
        operation_id: Some(operation_id.to_owned()),
        room_id: Some(row.try_get(1)?),
        inputs: json!({"planned_at": planned_at, "minutes": minutes}),
        ..NewAlert::of(Rule::A12, &institution_id, format!("A12:{operation_id}"))
    };
    raise(tx, by, new).await.map(drop)
}
