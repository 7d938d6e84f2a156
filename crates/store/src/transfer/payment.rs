//! Payments and refunds: recorded with a receipt's number, never processed.

use rules::Time;
use rules::transfer::Party;
use rules::transfer::money::{Kind, Method, RefundReason, Standing, Wrong};
use serde_json::json;
use sqlx::Row;

use super::booking;
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::{Error, Refusal, Result, Scope, Tx};

const INVOICE_CHARS_MAX: usize = 40;

/// Money that changed hands.
#[derive(Clone, Debug)]
pub struct NewPayment {
    pub request_key: String,
    pub kind: Kind,
    pub method: Method,
    pub amount_fen: i64,
    pub invoice_no: Option<String>,
    /// Why money goes back.
    pub reason: Option<RefundReason>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payment {
    pub payment_id: String,
    pub booking_id: String,
    pub kind: String,
    pub method: String,
    pub amount_fen: i64,
    pub receipt_no: String,
    pub invoice_no: Option<String>,
    pub reason: Option<String>,
    pub at: i64,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
}

/// What a booking owes and what was paid; the booking was read within a scope.
pub async fn standing(tx: &mut Tx, booking_id: &str) -> Result<Standing> {
    let agreed = sqlx::query(
        "select total_fen from quote where booking_id = $1 and accepted_at is not null
         order by quote_no desc limit 1",
    )
    .bind(booking_id)
    .fetch_optional(tx.conn())
    .await?;
    let sums = sqlx::query(
        "select cast(coalesce(sum(case when kind = 'payment' then amount_fen else 0 end), 0)
                as bigint),
            cast(coalesce(sum(case when kind = 'refund' then amount_fen else 0 end), 0) as bigint)
         from payment where booking_id = $1",
    )
    .bind(booking_id)
    .fetch_one(tx.conn())
    .await?;
    Ok(Standing {
        agreed: agreed.map(|row| row.try_get(0)).transpose()?.unwrap_or(0),
        paid: sums.try_get(0)?,
        refunded: sums.try_get(1)?,
    })
}

/// Records a payment or a refund; the same form twice records once.
///
/// # Errors
/// [`Refusal::NotOwed`], [`Refusal::NeverPaid`], [`Refusal::Quantity`]; [`Refusal::Reason`] for a
/// refund without one; [`Refusal::NotAllowed`] for who takes no money.
pub async fn pay(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    new: &NewPayment,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &found);
    // A crew takes cash and codes at the door; money goes back by the desk alone.
    let takes = party == Party::Desk || (party == Party::Crew && new.kind == Kind::Payment);
    if !takes {
        return Err(Refusal::NotAllowed.into());
    }
    let before = sqlx::query("select booking_id, receipt_no from payment where request_key = $1")
        .bind(&new.request_key)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = before {
        if row.try_get::<String, _>(0)? != booking_id {
            return Err(Refusal::RequestKeyReused.into());
        }
        return Ok(row.try_get(1)?);
    }
    match standing(tx, booking_id).await?.wrong(new.kind, new.amount_fen) {
        None => {}
        Some(Wrong::Amount) => return Err(Refusal::Quantity.into()),
        Some(Wrong::TooMuch) => return Err(Refusal::NotOwed.into()),
        Some(Wrong::NeverPaid) => return Err(Refusal::NeverPaid.into()),
    }
    if new.kind == Kind::Refund && new.reason.is_none() {
        return Err(Refusal::Reason.into());
    }
    let receipt_no = insert(tx, &by, booking_id, new).await?;
    let what = json!({
        "kind": new.kind.code(), "method": new.method.code(), "amount_fen": new.amount_fen,
        "receipt": receipt_no, "reason": new.reason.map(RefundReason::code),
        "parties": booking::parties(tx, &found).await?,
    });
    let action = if new.kind == Kind::Payment { "paid" } else { "refunded" };
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, action, what).await?;
    Ok(receipt_no)
}

async fn insert(tx: &mut Tx, by: &By, booking_id: &str, new: &NewPayment) -> Result<String> {
    let day = tx.packs().calendar.compact_date(by.now);
    let number = next_in_series(tx, &format!("SJ-{day}")).await?;
    let receipt_no = format!("SJ-{day}-{number:04}");
    let payment_id = tx.id("pay", by.now)?;
    sqlx::query(
        "insert into payment (payment_id, booking_id, kind, method, amount_fen, receipt_no,
            invoice_no, reason, request_key, at, by_account)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&payment_id)
    .bind(booking_id)
    .bind(new.kind.code())
    .bind(new.method.code())
    .bind(new.amount_fen)
    .bind(&receipt_no)
    .bind(sound_invoice(new.invoice_no.as_deref())?)
    .bind(new.reason.map(RefundReason::code))
    .bind(&new.request_key)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(receipt_no)
}

fn sound_invoice(number: Option<&str>) -> Result<Option<&str>> {
    let number = number.map(str::trim).filter(|number| !number.is_empty());
    match number {
        Some(number) if number.chars().count() > INVOICE_CHARS_MAX => Err(Refusal::Text.into()),
        number => Ok(number),
    }
}

/// Writes the number of the tax invoice beside a receipt once it is known; one that is set stays.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::NotAllowed`]; not found for a receipt of another booking.
pub async fn set_invoice(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    receipt_no: &str,
    invoice_no: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let found = booking::booking(tx, scope, booking_id).await?;
    if booking::party(scope, &found) != Party::Desk {
        return Err(Refusal::NotAllowed.into());
    }
    let invoice_no = sound_invoice(Some(invoice_no))?.ok_or(Refusal::Text)?;
    let set = sqlx::query(
        "update payment set invoice_no = $3
         where booking_id = $1 and receipt_no = $2 and invoice_no is null",
    )
    .bind(booking_id)
    .bind(receipt_no)
    .bind(invoice_no)
    .execute(tx.conn())
    .await?;
    if set.rows_affected() == 0 {
        return Err(Error::NotFound("payment"));
    }
    let by = By::account(&account.account_id, now);
    let what = json!({"receipt": receipt_no, "invoice": invoice_no});
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, "invoiced", what).await
}

/// The receipts of a booking that was read within a scope, the first one first.
pub async fn payments(tx: &mut Tx, booking_id: &str) -> Result<Vec<Payment>> {
    Ok(sqlx::query_as(
        "select payment_id, booking_id, kind, method, amount_fen, receipt_no, invoice_no, reason,
            at, name_zh as by_zh, name_en as by_en
         from payment left join account on account.account_id = by_account
         where booking_id = $1 order by at, receipt_no limit 100",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}
