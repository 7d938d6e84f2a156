//! A code to a phone before the public may book: the number is proved, nobody is registered [T22].

use rules::Time;
use serde_json::json;
use sqlx::Row;
use subtle::ConstantTimeEq;

use crate::account::token_hash;
use crate::event::By;
use crate::{Refusal, Result, Tx, notice};

/// A code is typed within a few minutes.
pub const CODE_VALID_MIN: i64 = 10;
/// Guesses before a code ends.
const WRONG_CODES_MAX: i64 = 5;
/// Codes to one number within an hour: nobody's phone is flooded through our page.
const CODES_AN_HOUR: i64 = 4;
/// How long a proved number stands for the form it was proved in.
const PROVED_MIN: i64 = 60;

fn digits(phone: &str) -> Result<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let others = phone.chars().any(|c| !c.is_ascii_digit() && !"+- ".contains(c));
    // A mobile number of the country: anything else cannot take a message.
    let national = digits.strip_prefix("86").filter(|rest| rest.len() == 11).unwrap_or(&digits);
    if others || national.len() != 11 || !national.starts_with('1') {
        return Err(Refusal::Phone.into());
    }
    Ok(national.to_owned())
}

/// Sends a code; returns the id that the form carries on.
///
/// # Errors
/// [`Refusal::Phone`] for what is no mobile number, [`Refusal::TooMany`] for one that was sent
/// several within the hour.
pub async fn send_phone_code(tx: &mut Tx, phone: &str, code: &str, now: Time) -> Result<String> {
    let phone = digits(phone)?;
    let phone_hash = token_hash(&format!("phone:{phone}"));
    // Callers take turns, so that many at once do not pass the limit together.
    crate::order::hold_series(tx, &format!("phone:{phone_hash}")).await?;
    let row =
        sqlx::query("select count(*) from phone_check where phone_hash = $1 and made_at > $2")
            .bind(&phone_hash)
            .bind(now.plus_min(-60).0)
            .fetch_one(tx.conn())
            .await?;
    if row.try_get::<i64, _>(0)? >= CODES_AN_HOUR {
        return Err(Refusal::TooMany.into());
    }
    let check_id = tx.id("chk", now)?;
    sqlx::query(
        "insert into phone_check (check_id, phone_hash, code_hash, made_at, until_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(&check_id)
    .bind(&phone_hash)
    .bind(token_hash(&format!("{check_id}:{code}")))
    .bind(now.0)
    .bind(now.plus_min(CODE_VALID_MIN).0)
    .execute(tx.conn())
    .await?;
    let by = By::system("public", now);
    let values = json!({"code": code, "minutes": CODE_VALID_MIN});
    notice::send_to(tx, &by, &phone, "transfer_code", values, ("phone_check", &check_id)).await?;
    Ok(check_id)
}

/// Proves a number by the code that was sent to it.
///
/// # Errors
/// [`Refusal::Code`] for a wrong or old one; five wrong ones end it. A wrong code is a value, for
/// it has to be counted.
pub async fn prove_phone(
    tx: &mut Tx,
    check_id: &str,
    code: &str,
    now: Time,
) -> Result<std::result::Result<(), Refusal>> {
    let row = sqlx::query(
        "update phone_check set wrong_codes = wrong_codes + 1
         where check_id = $1 and until_at > $2 and wrong_codes < $3 and verified_at is null
         returning code_hash",
    )
    .bind(check_id)
    .bind(now.0)
    .bind(WRONG_CODES_MAX)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Err(Refusal::Code)) };
    let kept: String = row.try_get(0)?;
    let sent = token_hash(&format!("{check_id}:{}", code.trim()));
    if !bool::from(kept.as_bytes().ct_eq(sent.as_bytes())) {
        return Ok(Err(Refusal::Code));
    }
    sqlx::query("update phone_check set verified_at = $2 where check_id = $1")
        .bind(check_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(Ok(()))
}

/// When a number was proved with this check.
///
/// # Errors
/// [`Refusal::Unverified`] for another number, for one not proved, and after an hour.
pub async fn proved_at(tx: &mut Tx, check_id: &str, phone: &str, now: Time) -> Result<Time> {
    let phone_hash = token_hash(&format!("phone:{}", digits(phone)?));
    let row = sqlx::query(
        "select verified_at from phone_check
         where check_id = $1 and phone_hash = $2 and verified_at > $3",
    )
    .bind(check_id)
    .bind(&phone_hash)
    .bind(now.plus_min(-PROVED_MIN).0)
    .fetch_optional(tx.conn())
    .await?;
    Ok(Time(row.ok_or(Refusal::Unverified)?.try_get(0)?))
}

/// Removes checks that are over.
pub async fn forget_phone_checks(tx: &mut Tx, now: Time) -> Result<u64> {
    let forgotten = sqlx::query("delete from phone_check where made_at < $1")
        .bind(now.plus_days(-1).0)
        .execute(tx.conn())
        .await?;
    Ok(forgotten.rows_affected())
}
