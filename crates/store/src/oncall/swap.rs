//! Somebody else for a while: ordered by the desk, or a swap that colleagues agree on and the desk
//! approves.

use rules::Time;
use rules::account::Permission;
use rules::oncall::{SwapAct, SwapState, SwapWho};
use serde_json::json;
use sqlx::Row;

use super::hospital::may_manage;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, error};

/// A swap on the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SwapRow {
    pub override_id: String,
    pub hospital_id: String,
    pub line: i64,
    pub from_at: i64,
    pub until_at: i64,
    pub takes: String,
    pub takes_zh: String,
    pub takes_en: String,
    pub instead_of: Option<String>,
    pub state: String,
    pub asked_by: String,
}

/// Longer than this is no swap but another rota.
const LONGEST_DAYS: i64 = 31;

/// The desk puts somebody on a line for a span; it holds at once.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Hours`], [`Refusal::Unknown`].
#[expect(clippy::too_many_arguments, reason = "a span, a line and two people are what it takes")]
pub async fn order_override(
    tx: &mut Tx,
    scope: &Scope,
    hospital_id: &str,
    line: i64,
    span: (Time, Time),
    takes: &str,
    instead_of: Option<&str>,
    now: Time,
) -> Result<String> {
    let by = may_manage(scope, hospital_id, now)?;
    let new = New { hospital_id, line, span, takes, instead_of, state: SwapState::Approved };
    let id = enter(tx, &by, &new).await?;
    super::watch::look_at_rotas(tx, &by, hospital_id).await?;
    Ok(id)
}

/// Somebody on call asks a colleague to take a span.
///
/// # Errors
/// Those of [`order_override`]; [`Refusal::NotAllowed`] for somebody who is not on call anywhere.
pub async fn ask_swap(
    tx: &mut Tx,
    scope: &Scope,
    line: i64,
    span: (Time, Time),
    takes: &str,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    let (Some(hospital_id), true) = (scope.hospital(), scope.may(Permission::OnCall)) else {
        return Err(Refusal::NotAllowed.into());
    };
    let by = By::account(&account.account_id, now);
    let instead_of = Some(account.account_id.as_str());
    let new = New { hospital_id, line, span, takes, instead_of, state: SwapState::Asked };
    enter(tx, &by, &new).await
}

/// Enters an override without asking who; for a city's files.
pub async fn enter_override(
    tx: &mut Tx,
    by: &By,
    hospital_id: &str,
    line: i64,
    span: (Time, Time),
    people: (&str, Option<&str>),
    state: SwapState,
) -> Result<String> {
    let (takes, instead_of) = people;
    enter(tx, by, &New { hospital_id, line, span, takes, instead_of, state }).await
}

struct New<'n> {
    hospital_id: &'n str,
    line: i64,
    span: (Time, Time),
    takes: &'n str,
    instead_of: Option<&'n str>,
    state: SwapState,
}

async fn enter(tx: &mut Tx, by: &By, new: &New<'_>) -> Result<String> {
    let (from, until) = new.span;
    if until <= from || until > from.plus_days(LONGEST_DAYS) || !(1..=2).contains(&new.line) {
        return Err(Refusal::Hours.into());
    }
    let own = crate::account::of_hospital(tx, new.hospital_id).await?;
    let known = |person: &str| own.iter().any(|one| one == person);
    if !known(new.takes) || new.instead_of.is_some_and(|one| !known(one) || one == new.takes) {
        return Err(Refusal::Unknown.into());
    }
    let override_id = tx.id("ovr", by.now)?;
    sqlx::query(
        "insert into rota_override (override_id, hospital_id, line, from_at, until_at, takes,
            instead_of, state, asked_at, asked_by, state_at, state_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10)",
    )
    .bind(&override_id)
    .bind(new.hospital_id)
    .bind(new.line)
    .bind(from.0)
    .bind(until.0)
    .bind(new.takes)
    .bind(new.instead_of)
    .bind(new.state.code())
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject =
        Subject { kind: "rota_override", id: &override_id, institution_id: new.hospital_id };
    event::append(tx, by, subject, new.state.code(), json!({"line": new.line})).await?;
    Ok(override_id)
}

/// Takes a swap further.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a step this account does not have now.
pub async fn swap_step(
    tx: &mut Tx,
    scope: &Scope,
    override_id: &str,
    act: SwapAct,
    now: Time,
) -> Result<()> {
    let row = sqlx::query(
        "update rota_override set state = state where override_id = $1
         returning hospital_id, state, takes, asked_by",
    )
    .bind(override_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("swap"))?;
    let hospital_id: String = row.try_get(0)?;
    let word: String = row.try_get(1)?;
    let (takes, asked_by): (String, String) = (row.try_get(2)?, row.try_get(3)?);
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let who = who_is(scope, &hospital_id, &takes, &asked_by).ok_or(Error::NotFound("swap"))?;
    let state = error::coded(SwapState::of(&word), "rota_override.state", &word)?;
    let after = state.after(act, who).ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    sqlx::query(
        "update rota_override set state = $2, state_at = $3, state_by = $4 where override_id = $1",
    )
    .bind(override_id)
    .bind(after.code())
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "rota_override", id: override_id, institution_id: &hospital_id };
    event::append(tx, &by, subject, after.code(), json!({})).await?;
    super::watch::look_at_rotas(tx, &by, &hospital_id).await
}

/// Which side of a swap an account is on.
pub(super) fn who_is(
    scope: &Scope,
    hospital_id: &str,
    takes: &str,
    asked_by: &str,
) -> Option<SwapWho> {
    let account = scope.account()?;
    let own = scope.hospital() == Some(hospital_id);
    let desk =
        (own && scope.may(Permission::ManageHospital)) || scope.may(Permission::ManageChannel);
    if desk {
        Some(SwapWho::Desk)
    } else if own && account.account_id == takes {
        Some(SwapWho::Colleague)
    } else if own && account.account_id == asked_by {
        Some(SwapWho::Asker)
    } else {
        None
    }
}

impl SwapRow {
    /// What an account may do with it: pages draw these as buttons.
    pub fn actions(&self, scope: &Scope) -> Vec<SwapAct> {
        let who = who_is(scope, &self.hospital_id, &self.takes, &self.asked_by);
        match (SwapState::of(&self.state), who) {
            (Some(state), Some(who)) => state.actions(who),
            _ => Vec::new(),
        }
    }
}

/// Overrides and swaps that are not over, the next first; the hospitals of the scope only.
pub async fn swaps(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Vec<SwapRow>> {
    let channel = scope.channel();
    if matches!(channel, crate::account::Channel::Nothing | crate::account::Channel::Institution(_))
    {
        return Ok(Vec::new());
    }
    let (hospital, _) = channel.bounds();
    Ok(sqlx::query_as(
        "select override_id, rota_override.hospital_id, line, from_at, until_at, takes,
            account.name_zh as takes_zh, account.name_en as takes_en, instead_of, state, asked_by
         from rota_override join account on account.account_id = takes
         where until_at > $1 and state in ('asked', 'taken', 'approved')
           and (cast($2 as text) is null or rota_override.hospital_id = $2)
         order by from_at, override_id limit 200",
    )
    .bind(now.0)
    .bind(hospital)
    .fetch_all(tx.conn())
    .await?)
}
