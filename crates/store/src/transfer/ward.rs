//! The ward's side: a request that stands behind an approval, and what it hands over with a
//! patient [T10].

use rules::Time;
use rules::account::Permission;
use rules::transfer::{Mark, Party, Source};
use serde_json::json;
use sqlx::Row;

use super::ask::{Asked, Asking, ask};
use super::booking::{self, Details};
use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx};

const WORDS_CHARS_MAX: usize = 500;
const RECORDS_MAX: i64 = 20;
/// What is handed over: papers, medicines, films, belongings; the condition it goes with.
const ITEMS: [&str; 8] = [
    "identity",
    "summary",
    "medicines",
    "films",
    "belongings",
    "lines",
    "condition",
    "family_told",
];

/// Asks for a transfer from or to the own hospital; it waits for approval.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a journey that does not touch the own hospital, and what
/// [`ask`] refuses.
pub async fn request(
    tx: &mut Tx,
    scope: &Scope,
    asking: &Asking,
    key: &[u8],
    now: Time,
) -> Result<Asked> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let own = scope.site().filter(|_| scope.may(Permission::RequestTransfer));
    let own = own.ok_or(Refusal::NotAllowed)?;
    let new = &asking.booking;
    let touches = [&new.from.site_id, &new.to.site_id].into_iter().flatten().any(|id| id == own);
    if !touches || new.source != Source::Ward {
        return Err(Refusal::NotAllowed.into());
    }
    ask(tx, &By::account(&account.account_id, now), asking, key).await
}

/// The hospital stands behind a request: another person than the one who asked [T10].
///
/// # Errors
/// [`Refusal::OwnRequest`] for the person who asked, [`Refusal::NotAllowed`] for one that was
/// approved before.
pub async fn approve_request(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    now: Time,
) -> Result<()> {
    let found = booking::booking(tx, scope, booking_id).await?;
    let asked = scope.account().is_some_and(|account| account.account_id == found.asked_by);
    if asked && booking::party(scope, &found) == Party::Ward {
        return Err(Refusal::OwnRequest.into());
    }
    booking::mark(tx, scope, booking_id, Mark::Approve, &Details::default(), now).await
}

/// What goes with a patient.
#[derive(Clone, Debug)]
pub struct NewRecord {
    pub items: Vec<String>,
    pub words: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WardRecord {
    pub record_no: i64,
    items: String,
    pub words: String,
    pub at: i64,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
}

impl WardRecord {
    pub fn items(&self) -> Vec<String> {
        serde_json::from_str(&self.items).unwrap_or_default()
    }
}

/// The codes a record may tick.
pub fn record_items() -> &'static [&'static str] {
    &ITEMS
}

/// Records what the ward hands over; records add up and none is overwritten.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another hospital's booking, [`Refusal::Text`] with nothing said,
/// [`Refusal::Unknown`] for an item nobody has, [`Refusal::TooMany`].
pub async fn add_record(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    new: &NewRecord,
    now: Time,
) -> Result<i64> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    if scope.site().is_none() || !scope.may(Permission::RequestTransfer) {
        return Err(Refusal::NotAllowed.into());
    }
    let words = new.words.trim();
    if words.chars().count() > WORDS_CHARS_MAX || (words.is_empty() && new.items.is_empty()) {
        return Err(Refusal::Text.into());
    }
    if new.items.iter().any(|item| !ITEMS.contains(&item.as_str())) {
        return Err(Refusal::Unknown.into());
    }
    let row = sqlx::query(
        "select coalesce(max(record_no), 0) + 1 from ward_record where booking_id = $1",
    )
    .bind(booking_id)
    .fetch_one(tx.conn())
    .await?;
    let no: i64 = row.try_get(0)?;
    if no > RECORDS_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into ward_record (booking_id, record_no, items, words, at, by_account)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(booking_id)
    .bind(no)
    .bind(json!(new.items).to_string())
    .bind(words)
    .bind(now.0)
    .bind(&account.account_id)
    .execute(tx.conn())
    .await?;
    let what = json!({
        "no": no, "items": new.items, "parties": booking::parties(tx, &found).await?,
    });
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, "ward_record", what).await?;
    Ok(no)
}

/// The records of a booking that was read within a scope, the first one first.
pub async fn records(tx: &mut Tx, booking_id: &str) -> Result<Vec<WardRecord>> {
    Ok(sqlx::query_as(
        "select record_no, items, words, at, name_zh as by_zh, name_en as by_en
         from ward_record left join account on account.account_id = by_account
         where booking_id = $1 order by record_no",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}
