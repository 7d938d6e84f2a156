//! Tokens by which a hospital's own system books [T6]. The database keeps their hashes.

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use crate::account::token_hash;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

const LABEL_CHARS_MAX: usize = 60;
const TOKENS_MAX: i64 = 10;
/// A use is noted at most this often.
const USED_EVERY_MS: i64 = Time::MINUTE_MS;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApiToken {
    /// The first letters of the hash: enough to revoke the right one.
    pub token_hash: String,
    pub site_id: String,
    pub label: String,
    pub made_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// Whose tokens an account manages: a ward desk those of the own hospital.
fn own_site(scope: &Scope) -> Result<String> {
    let site = scope.site().filter(|_| scope.may(Permission::RequestTransfer));
    Ok(site.ok_or(Refusal::NotAllowed)?.to_owned())
}

/// Makes a token for the own hospital; the token is the caller's randomness and shown once.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`] without a label, [`Refusal::TooMany`].
pub async fn make_token(
    tx: &mut Tx,
    scope: &Scope,
    label: &str,
    token: &str,
    now: Time,
) -> Result<()> {
    let site_id = own_site(scope)?;
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let label = label.trim();
    if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    crate::order::hold_series(tx, &format!("tokens:{site_id}")).await?;
    let row =
        sqlx::query("select count(*) from api_token where site_id = $1 and revoked_at is null")
            .bind(&site_id)
            .fetch_one(tx.conn())
            .await?;
    if row.try_get::<i64, _>(0)? >= TOKENS_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into api_token (token_hash, site_id, label, made_at, made_by)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash(token))
    .bind(&site_id)
    .bind(label)
    .bind(now.0)
    .bind(&account.account_id)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "transfer_site", id: &site_id, institution_id: "" };
    event::append(tx, &by, subject, "token_made", json!({})).await
}

/// Ends a token of the own hospital.
///
/// # Errors
/// Not found for a token of another one, or one that has ended.
pub async fn revoke_token(tx: &mut Tx, scope: &Scope, hash: &str, now: Time) -> Result<()> {
    let site_id = own_site(scope)?;
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let revoked = sqlx::query(
        "update api_token set revoked_at = $3
         where token_hash = $1 and site_id = $2 and revoked_at is null",
    )
    .bind(hash)
    .bind(&site_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    if revoked.rows_affected() == 0 {
        return Err(Error::NotFound("api_token"));
    }
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "transfer_site", id: &site_id, institution_id: "" };
    event::append(tx, &by, subject, "token_revoked", json!({})).await
}

/// The tokens of the own hospital, the newest first.
pub async fn tokens(tx: &mut Tx, scope: &Scope) -> Result<Vec<ApiToken>> {
    let Ok(site_id) = own_site(scope) else { return Ok(Vec::new()) };
    Ok(sqlx::query_as(
        "select token_hash, site_id, label, made_at, used_at, revoked_at from api_token
         where site_id = $1 order by made_at desc, token_hash limit 50",
    )
    .bind(site_id)
    .fetch_all(tx.conn())
    .await?)
}

/// The hospital behind a token; `None` for a token that nobody has or that has ended.
pub async fn site_of_token(tx: &mut Tx, token: &str, now: Time) -> Result<Option<String>> {
    let hash = token_hash(token);
    let row = sqlx::query(
        "select api_token.site_id, used_at from api_token
         join transfer_site on transfer_site.site_id = api_token.site_id
         where token_hash = $1 and revoked_at is null and left_at is null",
    )
    .bind(&hash)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let used_at: Option<i64> = row.try_get(1)?;
    if used_at.is_none_or(|at| now.0 - at > USED_EVERY_MS) {
        sqlx::query("update api_token set used_at = $2 where token_hash = $1")
            .bind(&hash)
            .bind(now.0)
            .execute(tx.conn())
            .await?;
    }
    Ok(Some(row.try_get(0)?))
}
