//! What the telephone exchange tells of 96120's calls: they ring, somebody lifts the receiver, the
//! line is put down [T1]. It tells by its own name of a call, as often as it likes and in any
//! order.

use rules::Time;
use rules::account::AccountRole;
use rules::transfer::call::Outcome;
use serde_json::json;
use sqlx::Row;

use super::call::{KEPT_DAYS, sound_phone, subject};
use crate::event::{self, By};
use crate::{Refusal, Result, Tx};

/// What happened to a call at the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The caller's number; empty when it is withheld.
    Rings(String),
    /// By whom: a login of the platform, when the exchange knows it.
    Answered(Option<String>),
    HungUp,
}

/// The longest name of a call.
const NAME_CHARS_MAX: usize = 100;

/// Notes what the exchange tells; returns the call's id here. `at` is the exchange's own moment, at
/// most now: answer times are its own.
///
/// # Errors
/// [`Refusal::Text`] for a name that is none, [`Refusal::Phone`] for what is no number.
pub async fn exchange_tells(
    tx: &mut Tx,
    by: &By,
    name: &str,
    told: &Signal,
    at: Time,
) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let at = at.min(by.now);
    let phone = match told {
        Signal::Rings(phone) => sound_phone(phone)?,
        // Signal of before it rang: the ringing was lost, the call was not.
        Signal::Answered(_) | Signal::HungUp => String::new(),
    };
    let call_id = open(tx, by, name, &phone, at).await?;
    match told {
        Signal::Rings(_) => {}
        Signal::Answered(login) => answered(tx, by, &call_id, login.as_deref(), at).await?,
        Signal::HungUp => hung_up(tx, by, &call_id, at).await?,
    }
    Ok(call_id)
}

/// The row of the exchange's call, made when this is the first that is told of it.
async fn open(tx: &mut Tx, by: &By, name: &str, phone: &str, at: Time) -> Result<String> {
    let call_id = tx.id("cal", by.now)?;
    let made = sqlx::query(
        "insert into phone_call (call_id, phone, rang_at, draft, exchange_call)
         values ($1, $2, $3, '{}', $4) on conflict (exchange_call) do nothing",
    )
    .bind(&call_id)
    .bind(phone)
    .bind(at.0)
    .bind(name)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if made > 0 {
        event::append(tx, by, subject(&call_id), "rang", json!({})).await?;
        return Ok(call_id);
    }
    // The number may come after something else was told; whatever was typed goes before it.
    let row = sqlx::query(
        "update phone_call set phone = case when phone = '' then $2 else phone end,
            rang_at = case when $2 <> '' and $3 < rang_at then $3 else rang_at end
         where exchange_call = $1 returning call_id",
    )
    .bind(name)
    .bind(phone)
    .bind(at.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

async fn answered(
    tx: &mut Tx,
    by: &By,
    call_id: &str,
    login: Option<&str>,
    at: Time,
) -> Result<()> {
    let done = sqlx::query(
        "update phone_call set answered_at = $2,
            taken_by = coalesce(taken_by, (select account_id from account
                where login = $3 and role in ($4, $5) and disabled_at is null))
         where call_id = $1 and answered_at is null and ended_at is null",
    )
    .bind(call_id)
    .bind(at.0)
    .bind(login)
    .bind(AccountRole::CallTaker.code())
    .bind(AccountRole::Dispatcher.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if done > 0 {
        event::append(tx, by, subject(call_id), "answered", json!({})).await?;
    }
    Ok(())
}

/// Nobody had answered: the call is lost. Else its draft stays open: a line that drops ends
/// nothing.
async fn hung_up(tx: &mut Tx, by: &By, call_id: &str, at: Time) -> Result<()> {
    let done = sqlx::query(
        "update phone_call set hung_up_at = $2,
            ended_at = case when answered_at is null and ended_at is null then $2
                            else ended_at end,
            outcome = case when answered_at is null and ended_at is null then $3
                           else outcome end,
            delete_at = case when answered_at is null and ended_at is null then $4
                             else delete_at end
         where call_id = $1 and hung_up_at is null",
    )
    .bind(call_id)
    .bind(at.0)
    .bind(Outcome::Lost.code())
    .bind(by.now.plus_days(KEPT_DAYS).0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if done > 0 {
        event::append(tx, by, subject(call_id), "hung_up", json!({})).await?;
    }
    Ok(())
}
