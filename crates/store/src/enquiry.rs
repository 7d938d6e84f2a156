//! Questions of the public to the QC centre, with a reply clock [Z23], and the follow-up of a case
//! between client, clinic and expert by code [Z26]. Whoever asks keeps a code; the database keeps
//! its hash, and no name is asked for.

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use crate::account::{Channel, token_hash};
use crate::deadline::{self, Kind};
use crate::event::{self, Actor, By, Subject};
use crate::order::next_in_series;
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx, emergency};

/// A question.
#[derive(Clone, Debug)]
pub struct NewEnquiry {
    pub request_key: String,
    /// The code its asker keeps: the caller's randomness.
    pub code: String,
    pub text: String,
    /// The institution it is about, if one was named.
    pub institution_id: Option<String>,
    /// A case that it follows.
    pub emergency_id: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Enquiry {
    pub enquiry_id: String,
    pub number: String,
    pub kind: String,
    pub emergency_id: Option<String>,
    pub institution_id: String,
    pub asked_at: i64,
    pub due_at: i64,
    pub answered_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub first: Option<String>,
    pub total: i64,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EnquiryMessage {
    pub at: i64,
    /// `client` or an account.
    pub by_whom: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub role: Option<String>,
    pub body: String,
}

const TEXT_MAX: usize = 2_000;
/// What was asked is forgotten half a year after its end: no longer than an answer is disputed.
const KEPT_DAYS: i64 = 180;
/// Messages of one thread.
const MESSAGES_MAX: i64 = 200;

fn sound(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text)
}

/// Asks; the same form twice asks once. The caller has limited how often.
///
/// # Errors
/// [`Refusal::Text`].
pub async fn ask(tx: &mut Tx, new: &NewEnquiry, now: Time) -> Result<String> {
    enter(tx, &By::system("public", now), new).await
}

async fn enter(tx: &mut Tx, by: &By, new: &NewEnquiry) -> Result<String> {
    let (text, now) = (sound(&new.text)?.to_owned(), by.now);
    crate::order::hold_series(tx, &format!("ask:{}", new.request_key)).await?;
    let before = sqlx::query("select number from enquiry where request_key = $1")
        .bind(&new.request_key)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = before {
        return Ok(row.try_get(0)?);
    }
    let enquiry_id = tx.id("enq", now)?;
    let day = tx.packs().calendar.compact_date(now);
    let n = next_in_series(tx, &format!("ZX-{day}")).await?;
    let number = format!("ZX-{day}-{n:03}");
    let due = now.plus_min(tx.packs().channel_at(now).watch.enquiry_h * 60);
    let kind = if new.emergency_id.is_some() { "follow_up" } else { "question" };
    sqlx::query(
        "insert into enquiry (enquiry_id, number, code_hash, kind, emergency_id, institution_id,
            asked_at, due_at, request_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&enquiry_id)
    .bind(&number)
    .bind(token_hash(&new.code))
    .bind(kind)
    .bind(&new.emergency_id)
    .bind(new.institution_id.as_deref().unwrap_or(""))
    .bind(now.0)
    .bind(due.0)
    .bind(&new.request_key)
    .execute(tx.conn())
    .await?;
    match &by.actor {
        Actor::Account(account_id) => write(tx, &enquiry_id, account_id, &text, now).await?,
        _ => {
            write(tx, &enquiry_id, "client", &text, now).await?;
            deadline::set(tx, Kind::EnquiryDue, &enquiry_id, due).await?;
        }
    }
    let subject = Subject { kind: "enquiry", id: &enquiry_id, institution_id: "" };
    event::append(tx, by, subject, "asked", json!({"kind": kind, "due_at": due.0})).await?;
    Ok(number)
}

/// Opens the follow-up of a case: whoever takes part hands the client a code, and writes first.
/// The clinic, the hospital that accepted and the QC centre read and answer the same thread.
///
/// # Errors
/// [`Refusal::Text`] without a first message, [`Refusal::NotAllowed`] for a reader; not found for a
/// case the scope does not reach.
pub async fn follow_up(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    (request_key, code): (&str, &str),
    text: &str,
    now: Time,
) -> Result<String> {
    let text = sound(text)?.to_owned();
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let case = emergency::case(tx, scope, emergency_id).await?;
    if emergency::party(tx, scope, &case).await? == rules::emergency::Party::Reader {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    let new = NewEnquiry {
        request_key: request_key.to_owned(),
        code: code.to_owned(),
        text,
        institution_id: Some(case.institution_id).filter(|id| !id.is_empty()),
        emergency_id: Some(emergency_id.to_owned()),
    };
    let number = enter(tx, &by, &new).await?;
    // The client has not asked yet: no clock runs.
    sqlx::query("update enquiry set answered_at = $2 where number = $1")
        .bind(&number)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(number)
}

async fn write(tx: &mut Tx, enquiry_id: &str, by: &str, body: &str, now: Time) -> Result<()> {
    let row =
        sqlx::query("select cast(count(*) as bigint) from enquiry_message where enquiry_id = $1")
            .bind(enquiry_id)
            .fetch_one(tx.conn())
            .await?;
    let count: i64 = row.try_get(0)?;
    if count >= MESSAGES_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into enquiry_message (enquiry_id, message_no, at, by_whom, body)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(enquiry_id)
    .bind(count + 1)
    .bind(now.0)
    .bind(by)
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The thread behind a code.
///
/// # Errors
/// Not found for a code that nobody has.
pub async fn by_code(tx: &mut Tx, code: &str) -> Result<(Enquiry, Vec<EnquiryMessage>)> {
    let row: Option<Enquiry> = sqlx::query_as(
        "select enquiry_id, number, kind, emergency_id, institution_id, asked_at, due_at,
            answered_at, closed_at, cast(null as text) as first, cast(1 as bigint) as total
         from enquiry where code_hash = $1",
    )
    .bind(token_hash(code))
    .fetch_optional(tx.conn())
    .await?;
    let enquiry = row.ok_or(Error::NotFound("enquiry"))?;
    let messages = messages(tx, &enquiry.enquiry_id).await?;
    Ok((enquiry, messages))
}

async fn messages(tx: &mut Tx, enquiry_id: &str) -> Result<Vec<EnquiryMessage>> {
    Ok(sqlx::query_as(
        "select at, by_whom, name_zh, name_en, role, body from enquiry_message
         left join account on account.account_id = by_whom
         where enquiry_id = $1 order by message_no",
    )
    .bind(enquiry_id)
    .fetch_all(tx.conn())
    .await?)
}

/// The asker writes again: what was answered or closed opens anew with a new clock, what still
/// waits keeps the clock it has.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::TooMany`]; not found for a code that nobody has.
pub async fn write_by_code(tx: &mut Tx, code: &str, text: &str, now: Time) -> Result<()> {
    let text = sound(text)?.to_owned();
    let (enquiry, _) = by_code(tx, code).await?;
    write(tx, &enquiry.enquiry_id, "client", &text, now).await?;
    let waits = enquiry.answered_at.is_none() && enquiry.closed_at.is_none();
    let due = match waits {
        true => Time(enquiry.due_at),
        false => now.plus_min(tx.packs().channel_at(now).watch.enquiry_h * 60),
    };
    sqlx::query(
        "update enquiry set answered_at = null, closed_at = null, delete_at = null, due_at = $2
         where enquiry_id = $1",
    )
    .bind(&enquiry.enquiry_id)
    .bind(due.0)
    .execute(tx.conn())
    .await?;
    if !waits {
        deadline::set(tx, Kind::EnquiryDue, &enquiry.enquiry_id, due).await?;
    }
    let by = By::system("public", now);
    let subject = Subject { kind: "enquiry", id: &enquiry.enquiry_id, institution_id: "" };
    event::append(tx, &by, subject, "asked_again", json!({"due_at": due.0})).await
}

/// Threads an account answers: the QC centre all, a clinic those of its own cases, a hospital
/// those of cases it accepted.
pub async fn enquiries(
    tx: &mut Tx,
    scope: &Scope,
    view: &str,
    slice: Slice,
) -> Result<Listed<Enquiry>> {
    let (hospital, institution) = scope.channel().bounds();
    let rows: Vec<Enquiry> = sqlx::query_as(
        "select enquiry.enquiry_id, enquiry.number, kind, enquiry.emergency_id,
            enquiry.institution_id, asked_at, due_at, answered_at, enquiry.closed_at,
            (select body from enquiry_message
             where enquiry_message.enquiry_id = enquiry.enquiry_id and message_no = 1) as first,
            count(*) over () as total
         from enquiry left join emergency on emergency.emergency_id = enquiry.emergency_id
         where (cast($1 as text) is null or emergency.hospital_id = $1)
           and (cast($2 as text) is null or emergency.institution_id = $2)
           and ($3 = 'all' or ($3 = 'open' and answered_at is null and enquiry.closed_at is null)
                or ($3 = 'answered' and (answered_at is not null or enquiry.closed_at is not null)))
         order by case when answered_at is null and enquiry.closed_at is null then 0 else 1 end,
            due_at, enquiry.enquiry_id limit $4 offset $5",
    )
    .bind(hospital)
    .bind(institution)
    .bind(view)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// One thread within a scope.
pub async fn enquiry(
    tx: &mut Tx,
    scope: &Scope,
    enquiry_id: &str,
) -> Result<(Enquiry, Vec<EnquiryMessage>)> {
    let (hospital, institution) = scope.channel().bounds();
    let row: Option<Enquiry> = sqlx::query_as(
        "select enquiry.enquiry_id, enquiry.number, kind, enquiry.emergency_id,
            enquiry.institution_id, asked_at, due_at, answered_at, enquiry.closed_at,
            cast(null as text) as first, cast(1 as bigint) as total
         from enquiry left join emergency on emergency.emergency_id = enquiry.emergency_id
         where enquiry.enquiry_id = $1
           and (cast($2 as text) is null or emergency.hospital_id = $2)
           and (cast($3 as text) is null or emergency.institution_id = $3)",
    )
    .bind(enquiry_id)
    .bind(hospital)
    .bind(institution)
    .fetch_optional(tx.conn())
    .await?;
    let enquiry = row.ok_or(Error::NotFound("enquiry"))?;
    let messages = messages(tx, enquiry_id).await?;
    Ok((enquiry, messages))
}

/// Answers a thread, or closes it.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::NotAllowed`] for a role that answers nobody.
pub async fn answer(
    tx: &mut Tx,
    scope: &Scope,
    enquiry_id: &str,
    text: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let answers = [Permission::ManageChannel, Permission::Receive, Permission::Declare];
    if *scope.channel() == Channel::Nothing || !answers.iter().any(|one| scope.may(*one)) {
        return Err(Refusal::NotAllowed.into());
    }
    let text = sound(text)?.to_owned();
    let (known, _) = enquiry(tx, scope, enquiry_id).await?;
    write(tx, enquiry_id, &account.account_id, &text, now).await?;
    sqlx::query(
        "update enquiry set answered_at = coalesce(answered_at, $2), delete_at = $3
         where enquiry_id = $1",
    )
    .bind(enquiry_id)
    .bind(now.0)
    .bind(now.plus_days(KEPT_DAYS).0)
    .execute(tx.conn())
    .await?;
    deadline::clear(tx, Kind::EnquiryDue, enquiry_id).await?;
    let by = By::account(&account.account_id, now);
    let subject =
        Subject { kind: "enquiry", id: enquiry_id, institution_id: &known.institution_id };
    event::append(tx, &by, subject, "answered", json!({"in_time": now.0 <= known.due_at})).await
}

/// A question that nobody answered in time: the desk's list shows it red; the event tells it.
pub(crate) async fn overdue(tx: &mut Tx, by: &By, enquiry_id: &str) -> Result<()> {
    let subject = Subject { kind: "enquiry", id: enquiry_id, institution_id: "" };
    event::append(tx, by, subject, "overdue", json!({})).await
}

/// Removes the texts of threads whose time is over.
pub async fn forget(tx: &mut Tx, now: Time) -> Result<u64> {
    sqlx::query(
        "delete from enquiry_message where enquiry_id in (
            select enquiry_id from enquiry where delete_at <= $1)",
    )
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    let forgotten = sqlx::query("delete from enquiry where delete_at <= $1")
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    Ok(forgotten.rows_affected())
}
