//! Asking for a transfer in one step: booked, triaged by the answers given, priced, and where
//! somebody agreed at once, confirmed. The desk, a ward, the public and a hospital's own system
//! all come through here, so that none of them can leave a question out.

use rules::Time;
use rules::transfer::{Class, Mark, Party, Source};

use super::booking::{self, NewBooking, book};
use super::quote::{NewQuote, confirm_as, newest, quote_as};
use super::triage::{NewTriage, triage_as};
use crate::event::By;
use crate::{Refusal, Result, Scope, Tx};

/// Everything one form says.
#[derive(Clone, Debug)]
pub struct Asking {
    pub booking: NewBooking,
    pub triage: NewTriage,
    pub quote: NewQuote,
    /// Somebody has agreed to exactly this total; the window that was chosen goes with it.
    pub agreed_fen: Option<i64>,
    pub promise: Option<(Time, Time)>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub booking_id: String,
    pub number: String,
    pub class: Class,
    pub quote_no: i64,
    pub code: String,
    pub total_fen: i64,
    pub confirmed: bool,
}

/// Asks. The same key again answers the same and does nothing twice.
///
/// # Errors
/// [`Refusal::RedFlag`]: nothing is booked, this is 120's. [`Refusal::Unasked`] while a question is
/// open, [`Refusal::OutsideArea`], [`Refusal::NoTariff`], [`Refusal::NoQuoteKey`], and what
/// [`book`] refuses. [`Refusal::OldQuote`] when the price is not the one agreed to.
pub async fn ask(tx: &mut Tx, by: &By, asking: &Asking, key: &[u8]) -> Result<Asked> {
    let new = &asking.booking;
    if new.region_code.is_empty() {
        return Err(Refusal::OutsideArea.into());
    }
    // Two posts of one form take turns.
    crate::order::hold_series(tx, &format!("booking:{}", new.request_key)).await?;
    let booking_id = book(tx, by, new).await?;
    booking::hold(tx, &booking_id).await?;
    let mut found = booking::booking(tx, &Scope::system(), &booking_id).await?;
    if found.triaged_at.is_none() {
        let done = triage_as(tx, by, &found, Party::Desk, &asking.triage).await?;
        if done.class == Class::Emergency {
            return Err(Refusal::RedFlag.into());
        }
        found = booking::booking(tx, &Scope::system(), &booking_id).await?;
    }
    if found.quoted_at.is_none() {
        quote_as(tx, by, &found, Party::Desk, &asking.quote, key).await?;
        found = booking::booking(tx, &Scope::system(), &booking_id).await?;
    }
    let quote = newest(tx, &booking_id).await?.ok_or(Refusal::NotAllowed)?;
    let wants = asking.agreed_fen.is_some() && found.confirmed_at.is_none();
    if wants && found.course().allows(Mark::Confirm, Party::Desk) {
        if asking.agreed_fen != Some(quote.total_fen) {
            return Err(Refusal::OldQuote.into());
        }
        let party = match new.source {
            Source::Phone => Party::Desk,
            Source::Public => Party::Family,
            Source::Ward | Source::Api => Party::Ward,
        };
        confirm_as(tx, by, &found, party, quote.quote_no, asking.promise).await?;
        found = booking::booking(tx, &Scope::system(), &booking_id).await?;
    }
    Ok(Asked {
        class: found.class.as_deref().and_then(Class::of).unwrap_or(Class::Plain),
        number: found.number,
        quote_no: quote.quote_no,
        code: quote.code,
        total_fen: quote.total_fen,
        confirmed: found.confirmed_at.is_some(),
        booking_id,
    })
}
