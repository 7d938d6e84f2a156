//! How people are reached. An address counts only after its owner has typed back a code.

use rules::Time;
use rules::account::Permission;
use rules::notice::Way;
use serde_json::json;
use sqlx::Row;
use subtle::ConstantTimeEq;

use super::hospital::is_phone;
use crate::account::token_hash;
use crate::event::{self, By, Subject};
use crate::notice::{self, NewNotice};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contact {
    pub contact_id: String,
    pub account_id: String,
    pub channel: String,
    pub address: String,
    pub verified_at: Option<i64>,
    /// When the code that was sent ends.
    pub code_until: Option<i64>,
}

const CONTACTS_MAX: i64 = 8;
const CODE_VALID_MIN: i64 = 15;
const WRONG_CODES_MAX: i64 = 5;

fn own_account(scope: &Scope) -> Result<String> {
    let reached = [
        Permission::OnCall,
        Permission::RunDesk,
        Permission::ManageHospital,
        Permission::AnswerFor,
        Permission::RunCampaign,
    ];
    if !reached.iter().any(|permission| scope.may(*permission)) {
        return Err(Refusal::NotAllowed.into());
    }
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    Ok(account.account_id.clone())
}

fn sound(way: Way, address: &str) -> std::result::Result<(), Refusal> {
    let good = match way {
        Way::Phone | Way::Sms => is_phone(address),
        Way::Email => {
            let (name, host) = address.split_once('@').unwrap_or(("", ""));
            !name.is_empty() && host.contains('.') && !address.contains(char::is_whitespace)
        }
        Way::Webhook => address.starts_with("https://") && !address.contains(char::is_whitespace),
        Way::App => false,
    };
    if good && address.chars().count() <= 200 { Ok(()) } else { Err(Refusal::Address) }
}

/// Adds an own address; it counts once [`confirm_contact`] has seen its code.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Address`], [`Refusal::TooMany`].
pub async fn add_contact(
    tx: &mut Tx,
    scope: &Scope,
    way: Way,
    address: &str,
    now: Time,
) -> Result<String> {
    let account_id = own_account(scope)?;
    let known = contacts_of(tx, scope).await?;
    if i64::try_from(known.len()).unwrap_or(i64::MAX) >= CONTACTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let by = By::account(&account_id, now);
    enter_contact(tx, &by, &account_id, way, address, None).await
}

/// Enters an address without asking who; for a city's files.
pub async fn enter_contact(
    tx: &mut Tx,
    by: &By,
    account_id: &str,
    way: Way,
    address: &str,
    verified: Option<Time>,
) -> Result<String> {
    let address = address.trim();
    sound(way, address)?;
    let contact_id = tx.id("con", by.now)?;
    sqlx::query(
        "insert into contact (contact_id, account_id, channel, address, added_at, verified_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&contact_id)
    .bind(account_id)
    .bind(way.code())
    .bind(address)
    .bind(by.now.0)
    .bind(verified.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "contact", id: &contact_id, institution_id: "" };
    event::append(tx, by, subject, "added", json!({"channel": way.code()})).await?;
    Ok(contact_id)
}

pub async fn contacts_of(tx: &mut Tx, scope: &Scope) -> Result<Vec<Contact>> {
    let own = scope.account().map(|account| account.account_id.clone()).unwrap_or_default();
    Ok(sqlx::query_as(
        "select contact_id, account_id, channel, address, verified_at, code_until from contact
         where account_id = $1 and removed_at is null order by added_at, contact_id",
    )
    .bind(own)
    .fetch_all(tx.conn())
    .await?)
}

/// Sends a code to an own address. The code is the caller's randomness: six digits.
///
/// # Errors
/// Not found for an address of somebody else.
pub async fn send_check(
    tx: &mut Tx,
    scope: &Scope,
    contact_id: &str,
    code: &str,
    now: Time,
) -> Result<()> {
    let account_id = own_account(scope)?;
    let row = sqlx::query(
        "update contact set code_hash = $3, code_until = $4, wrong_codes = 0
         where contact_id = $1 and account_id = $2 and removed_at is null returning channel",
    )
    .bind(contact_id)
    .bind(&account_id)
    .bind(token_hash(&format!("{contact_id}:{code}")))
    .bind(now.plus_min(CODE_VALID_MIN).0)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("contact"))?;
    let channel: String = row.try_get(0)?;
    let new = NewNotice {
        channel: crate::error::coded(Way::of(&channel), "contact.channel", &channel)?,
        contact_id: Some(contact_id.to_owned()),
        account_id: Some(account_id.clone()),
        template: "contact_check",
        particulars: json!({"code": code}),
        subject: ("contact", contact_id),
    };
    notice::send(tx, &By::account(&account_id, now), new).await.map(drop)
}

/// Verifies an own address by the code that was sent to it.
///
/// # Errors
/// [`Refusal::Code`] for a wrong or old one; five wrong ones end it.
pub async fn confirm_contact(
    tx: &mut Tx,
    scope: &Scope,
    contact_id: &str,
    code: &str,
    now: Time,
) -> Result<std::result::Result<(), Refusal>> {
    let account_id = own_account(scope)?;
    let row = sqlx::query(
        "update contact set wrong_codes = wrong_codes + 1
         where contact_id = $1 and account_id = $2 and removed_at is null
           and code_until > $3 and wrong_codes < $4
         returning code_hash",
    )
    .bind(contact_id)
    .bind(&account_id)
    .bind(now.0)
    .bind(WRONG_CODES_MAX)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Err(Refusal::Code)) };
    let kept: Option<String> = row.try_get(0)?;
    let sent = token_hash(&format!("{contact_id}:{}", code.trim()));
    if !kept.is_some_and(|kept| bool::from(kept.as_bytes().ct_eq(sent.as_bytes()))) {
        // Counted, so the row above has to stay.
        return Ok(Err(Refusal::Code));
    }
    sqlx::query("update contact set verified_at = $2, code_hash = null where contact_id = $1")
        .bind(contact_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    let by = By::account(&account_id, now);
    let subject = Subject { kind: "contact", id: contact_id, institution_id: "" };
    event::append(tx, &by, subject, "verified", json!({})).await?;
    Ok(Ok(()))
}

pub async fn remove_contact(tx: &mut Tx, scope: &Scope, contact_id: &str, now: Time) -> Result<()> {
    let account_id = own_account(scope)?;
    let removed = sqlx::query(
        "update contact set removed_at = $3 where contact_id = $1 and account_id = $2
           and removed_at is null",
    )
    .bind(contact_id)
    .bind(&account_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound("contact"));
    }
    let subject = Subject { kind: "contact", id: contact_id, institution_id: "" };
    event::append(tx, &By::account(&account_id, now), subject, "removed", json!({})).await
}

/// One verified way to somebody.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Reached {
    pub contact_id: String,
    pub account_id: String,
    pub channel: String,
}

/// The verified ways to people, phone and text message first.
pub(crate) async fn ways_to(tx: &mut Tx, account_ids: &[String]) -> Result<Vec<Reached>> {
    let mut ways = Vec::new();
    for account_id in account_ids {
        let rows: Vec<Reached> = sqlx::query_as(
            "select contact_id, account_id, channel from contact
             where account_id = $1 and removed_at is null and verified_at is not null
             order by case channel when 'phone' then 0 when 'sms' then 1 else 2 end, contact_id",
        )
        .bind(account_id)
        .fetch_all(tx.conn())
        .await?;
        ways.extend(rows);
    }
    Ok(ways)
}

/// Makes a private calendar address for an own account; the token is the caller's randomness and
/// an earlier one ends.
pub async fn calendar_feed(tx: &mut Tx, scope: &Scope, token: &str, now: Time) -> Result<()> {
    let account_id = own_account(scope)?;
    sqlx::query(
        "update calendar_feed set revoked_at = $2 where account_id = $1 and revoked_at is null",
    )
    .bind(&account_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    sqlx::query("insert into calendar_feed (token_hash, account_id, made_at) values ($1, $2, $3)")
        .bind(token_hash(token))
        .bind(&account_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    let subject = Subject { kind: "account", id: &account_id, institution_id: "" };
    event::append(tx, &By::account(&account_id, now), subject, "feed_made", json!({})).await
}

/// The scope of whoever a private calendar address belongs to; it ends with the account.
pub async fn feed_scope(tx: &mut Tx, token: &str) -> Result<Scope> {
    let row = sqlx::query(
        "select login from calendar_feed
         join account on account.account_id = calendar_feed.account_id
         where token_hash = $1 and revoked_at is null and disabled_at is null",
    )
    .bind(token_hash(token))
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("calendar"))?;
    let login: String = row.try_get(0)?;
    crate::account::scope_of_login(tx, &login).await
}
