//! Calls to 96120: as they rang, and what was typed so far. The draft lies here and not in a
//! browser, so that neither a dropped line nor a broken screen loses it [T3].

use rules::Time;
use rules::account::Permission;
use rules::transfer::call::Outcome;
use serde_json::json;
use sqlx::Row;

use crate::event::{self, By, Subject};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A draft holds one form; longer ones are nobody's typing.
const DRAFT_BYTES_MAX: usize = 32 * 1024;
/// A call and what was said in it are forgotten so long after its end.
pub(super) const KEPT_DAYS: i64 = 90;

/// One call.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PhoneCall {
    pub call_id: String,
    pub phone: String,
    pub rang_at: i64,
    pub answered_at: Option<i64>,
    pub taken_by: Option<String>,
    pub taker_zh: Option<String>,
    pub taker_en: Option<String>,
    pub ended_at: Option<i64>,
    pub outcome: Option<String>,
    /// The form as it was typed: a JSON object of its fields.
    pub draft: String,
    pub booking_id: Option<String>,
    pub number: Option<String>,
    pub total: i64,
}

/// What is known of a caller from before.
#[derive(Clone, Debug, Default)]
pub struct CallerHistory {
    /// Calls of this number before this one.
    pub calls: i64,
    /// The newest booking: id, kind of trip, when it was asked for.
    pub last: Option<(String, String, i64)>,
    /// The newest words for who is calling.
    pub caller: String,
}

pub(super) fn subject(call_id: &str) -> Subject<'_> {
    Subject { kind: "phone_call", id: call_id, institution_id: "" }
}

/// Digits alone: one number is written in many ways.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// A number that can be called back; an exchange that tells none sends nothing.
pub(super) fn sound_phone(phone: &str) -> Result<String> {
    let digits = digits(phone);
    if phone.trim().is_empty() || (3..=20).contains(&digits.len()) {
        return Ok(digits);
    }
    Err(Refusal::Phone.into())
}

/// The telephone exchange tells that somebody calls.
///
/// # Errors
/// [`Refusal::Phone`] for what is no number.
pub async fn ring(tx: &mut Tx, by: &By, phone: &str) -> Result<String> {
    let phone = sound_phone(phone)?;
    let call_id = tx.id("cal", by.now)?;
    sqlx::query(
        "insert into phone_call (call_id, phone, rang_at, draft) values ($1, $2, $3, '{}')",
    )
    .bind(&call_id)
    .bind(&phone)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    event::append(tx, by, subject(&call_id), "rang", json!({})).await?;
    Ok(call_id)
}

/// Takes a call that rings: whoever is first has it.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Answered`] for a call that has ended or is a colleague's.
pub async fn answer(tx: &mut Tx, scope: &Scope, call_id: &str, now: Time) -> Result<()> {
    let account_id = taker(scope)?;
    let taken = sqlx::query(
        "update phone_call set answered_at = coalesce(answered_at, $2), taken_by = $3
         where call_id = $1 and ended_at is null and (taken_by is null or taken_by = $3)",
    )
    .bind(call_id)
    .bind(now.0)
    .bind(&account_id)
    .execute(tx.conn())
    .await?;
    told(tx, call_id, &account_id, "answered", taken.rows_affected(), now).await
}

/// Takes over a call that a colleague has left open, with its draft.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Answered`] for a call that has ended.
pub async fn take_over_call(tx: &mut Tx, scope: &Scope, call_id: &str, now: Time) -> Result<()> {
    let account_id = taker(scope)?;
    let taken = sqlx::query(
        "update phone_call set answered_at = coalesce(answered_at, $2), taken_by = $3
         where call_id = $1 and ended_at is null",
    )
    .bind(call_id)
    .bind(now.0)
    .bind(&account_id)
    .execute(tx.conn())
    .await?;
    told(tx, call_id, &account_id, "taken_over", taken.rows_affected(), now).await
}

async fn told(
    tx: &mut Tx,
    call_id: &str,
    account_id: &str,
    action: &'static str,
    rows: u64,
    now: Time,
) -> Result<()> {
    if rows == 0 {
        return Err(Refusal::Answered.into());
    }
    event::append(tx, &By::account(account_id, now), subject(call_id), action, json!({})).await
}

fn taker(scope: &Scope) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(account.account_id.clone())
}

/// Keeps what was typed. The open form sends it after each pause; nothing tells the others, or
/// every key would redraw their screens.
///
/// # Errors
/// [`Refusal::Answered`] when the call has ended, [`Refusal::Text`] for a draft beyond measure.
pub async fn keep_draft(
    tx: &mut Tx,
    scope: &Scope,
    call_id: &str,
    phone: &str,
    draft: &str,
) -> Result<()> {
    taker(scope)?;
    if draft.len() > DRAFT_BYTES_MAX {
        return Err(Refusal::Text.into());
    }
    // A number half typed is kept in the draft alone.
    let phone = sound_phone(phone).unwrap_or_default();
    let kept = sqlx::query(
        "update phone_call set draft = $2, phone = case when $3 = '' then phone else $3 end
         where call_id = $1 and ended_at is null",
    )
    .bind(call_id)
    .bind(draft)
    .bind(&phone)
    .execute(tx.conn())
    .await?;
    if kept.rows_affected() == 0 {
        return Err(Refusal::Answered.into());
    }
    Ok(())
}

/// Ends a call with what became of it; the draft stays until the call is forgotten.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Answered`] for one that has ended.
pub async fn end_call(
    tx: &mut Tx,
    scope: &Scope,
    call_id: &str,
    outcome: Outcome,
    booking_id: Option<&str>,
    now: Time,
) -> Result<()> {
    let account_id = taker(scope)?;
    let ended = sqlx::query(
        "update phone_call set ended_at = $2, outcome = $3, booking_id = $4, delete_at = $5,
            answered_at = coalesce(answered_at, $6)
         where call_id = $1 and ended_at is null",
    )
    .bind(call_id)
    .bind(now.0)
    .bind(outcome.code())
    .bind(booking_id)
    .bind(now.plus_days(KEPT_DAYS).0)
    // A call that nobody answered was not answered by being written off.
    .bind(Some(now.0).filter(|_| outcome != Outcome::Lost))
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Refusal::Answered.into());
    }
    let by = By::account(&account_id, now);
    let particulars = json!({"outcome": outcome.code(), "booking": booking_id});
    event::append(tx, &by, subject(call_id), "ended", particulars).await
}

/// One call; only whoever answers calls reads them.
pub async fn call(tx: &mut Tx, scope: &Scope, call_id: &str) -> Result<PhoneCall> {
    let row = sqlx::query_as(
        "select call_id, phone_call.phone, rang_at, phone_call.answered_at, taken_by,
            account.name_zh as taker_zh, account.name_en as taker_en, phone_call.ended_at, outcome,
            draft, phone_call.booking_id, booking.number, cast(1 as bigint) as total
         from phone_call
         left join account on account.account_id = taken_by
         left join booking on booking.booking_id = phone_call.booking_id
         where call_id = $1 and $2 > 0",
    )
    .bind(call_id)
    .bind(i64::from(scope.may(Permission::TakeCalls)))
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("phone_call"))
}

/// Calls: `open` are those that ring, are spoken or were left with a draft; `ended` the others.
pub async fn calls(
    tx: &mut Tx,
    scope: &Scope,
    view: &str,
    slice: Slice,
) -> Result<Listed<PhoneCall>> {
    let rows: Vec<PhoneCall> = sqlx::query_as(
        "select call_id, phone_call.phone, rang_at, phone_call.answered_at, taken_by,
            account.name_zh as taker_zh, account.name_en as taker_en, phone_call.ended_at, outcome,
            draft, phone_call.booking_id, booking.number, count(*) over () as total
         from phone_call
         left join account on account.account_id = taken_by
         left join booking on booking.booking_id = phone_call.booking_id
         where $1 > 0
           and ($2 = 'all' or ($2 = 'open' and phone_call.ended_at is null)
                or ($2 = 'ended' and phone_call.ended_at is not null))
         order by case when phone_call.answered_at is null and phone_call.ended_at is null
            then 0 else 1 end, rang_at desc, call_id desc limit $3 offset $4",
    )
    .bind(i64::from(scope.may(Permission::TakeCalls)))
    .bind(view)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// What is known of a caller from calls and bookings before.
pub async fn caller_history(
    tx: &mut Tx,
    scope: &Scope,
    phone: &str,
    call_id: &str,
) -> Result<CallerHistory> {
    let digits = digits(phone);
    if !scope.may(Permission::TakeCalls) || digits.len() < 3 {
        return Ok(CallerHistory::default());
    }
    let row = sqlx::query("select count(*) from phone_call where phone = $1 and call_id <> $2")
        .bind(&digits)
        .bind(call_id)
        .fetch_one(tx.conn())
        .await?;
    let last = sqlx::query(
        "select booking_id, trip_type, asked_at, caller from booking
         where replace(replace(phone, ' ', ''), '-', '') = $1
         order by asked_at desc, booking_id desc limit 1",
    )
    .bind(&digits)
    .fetch_optional(tx.conn())
    .await?;
    let mut history = CallerHistory { calls: row.try_get(0)?, ..CallerHistory::default() };
    if let Some(row) = last {
        history.last = Some((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        history.caller = row.try_get(3)?;
    }
    Ok(history)
}

/// How quickly calls were answered in a span: rang, answered, and the median in milliseconds.
pub async fn answer_figures(tx: &mut Tx, from: Time, until: Time) -> Result<(i64, i64, i64)> {
    let rows = sqlx::query(
        "select rang_at, answered_at from phone_call where rang_at >= $1 and rang_at < $2
         order by rang_at limit 200000",
    )
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?;
    let mut waits = Vec::new();
    for row in &rows {
        let (rang, answered): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
        waits.extend(answered.map(|at| at - rang));
    }
    waits.sort_unstable();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let median = waits.get(waits.len() / 2).copied().unwrap_or(0);
    Ok((count(rows.len()), count(waits.len()), median))
}

/// Blanks what is known of callers whose time is over.
pub async fn forget_calls(tx: &mut Tx, now: Time) -> Result<u64> {
    let forgotten = sqlx::query(
        "update phone_call set phone = '', draft = '{}', delete_at = null where delete_at <= $1",
    )
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(forgotten.rows_affected())
}
