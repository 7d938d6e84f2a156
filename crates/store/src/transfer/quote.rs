//! Prices as they were told to people: itemised, signed, never overwritten. The last accepted one
//! holds; each change says why.

use hmac::{Hmac, KeyInit, Mac};
use rules::Time;
use rules::transfer::money::Why;
use rules::transfer::tariff::{Fare, Item, Line, TariffPack, Trip};
use rules::transfer::{Class, Mark, Party};
use serde_json::json;
use sha2::Sha256;
use sqlx::Row;
use subtle::ConstantTimeEq;

use super::booking::{self, Booking};
use crate::event::By;
use crate::pack::hex;
use crate::{Error, Refusal, Result, Scope, Tx, notice};

/// What a price rests on.
#[derive(Clone, Debug)]
pub struct NewQuote {
    pub trip: Trip,
    /// Seconds of the drive, and where they come from: straight, road, osrm, valhalla.
    pub drive_s: i64,
    pub travel_source: String,
    pub why: Why,
    /// The short code a family types: the caller's randomness.
    pub code: String,
}

/// One quote as it was kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Quote {
    pub booking_id: String,
    pub number: String,
    pub quote_no: i64,
    pub code: String,
    pub tariff: String,
    pub tariff_version: String,
    inputs: String,
    lines: String,
    pub total_fen: i64,
    signature: String,
    pub reason: String,
    pub made_at: i64,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
    pub accepted_at: Option<i64>,
}

impl Quote {
    pub fn lines(&self) -> Result<Vec<Line>> {
        serde_json::from_str(&self.lines)
            .map_err(|error| Error::Corrupt(format!("quote.lines: {error}")))
    }

    pub fn trip(&self) -> Result<Trip> {
        serde_json::from_str(&self.inputs)
            .map_err(|error| Error::Corrupt(format!("quote.inputs: {error}")))
    }

    /// Whether it is as it was signed, by this key.
    pub fn is_genuine(&self, key: &[u8]) -> bool {
        let Ok(signed) = self.sign(key) else { return false };
        bool::from(signed.as_bytes().ct_eq(self.signature.as_bytes()))
    }

    /// The keyed hash over everything a family was told.
    fn sign(&self, key: &[u8]) -> Result<String> {
        if key.is_empty() {
            return Err(Refusal::NoQuoteKey.into());
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(key)
            .map_err(|error| Error::Lost(format!("quote key: {error}")))?;
        let told = json!([
            "baize quote 1",
            self.number,
            self.quote_no,
            self.code,
            self.tariff,
            self.tariff_version,
            self.inputs,
            self.lines,
            self.total_fen,
            self.reason,
            self.made_at,
        ]);
        mac.update(told.to_string().as_bytes());
        Ok(hex(&mac.finalize().into_bytes()))
    }
}

/// The tariff of a trip between two places: that of a contract, else the city's.
///
/// # Errors
/// [`Refusal::NoTariff`] when none is in force.
pub async fn tariff_between(
    tx: &mut Tx,
    from_site: Option<&str>,
    to_site: Option<&str>,
    at: Time,
) -> Result<TariffPack> {
    let row = sqlx::query(
        "select tariff from contract
         where from_at <= $3 and until_at > $3 and (ended_at is null or ended_at > $3)
           and (site_id is null or site_id = $1 or site_id = $2)
         order by case when site_id = $1 then 0 when site_id = $2 then 1 else 2 end, from_at desc,
            contract_id limit 1",
    )
    .bind(from_site)
    .bind(to_site)
    .bind(at.0)
    .fetch_optional(tx.conn())
    .await?;
    let agreed = row.map(|row| row.try_get::<String, _>(0)).transpose()?;
    let packs = tx.packs();
    let id = agreed.unwrap_or_else(|| packs.service_at(at).tariff.clone());
    Ok(packs.tariff_at(&id, at).ok_or(Refusal::NoTariff)?.clone())
}

/// Prices a booking; the price before stays and counts no longer.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::RedFlag`] for what belongs to 120, [`Refusal::NoTariff`],
/// [`Refusal::NoQuoteKey`], [`Refusal::Quantity`] for a trip that cannot be.
pub async fn quote(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    new: &NewQuote,
    key: &[u8],
    now: Time,
) -> Result<i64> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &found);
    quote_as(tx, &by, &found, party, new, key).await
}

/// The same for whoever has a code or a token; the row is held.
pub(super) async fn quote_as(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    party: Party,
    new: &NewQuote,
    key: &[u8],
) -> Result<i64> {
    if found.class.as_deref() == Some(Class::Emergency.code()) {
        return Err(Refusal::RedFlag.into());
    }
    if !found.course().allows(Mark::Quote, party) {
        return Err(Refusal::NotAllowed.into());
    }
    let (from, to) = (found.from_site_id.as_deref(), found.to_site_id.as_deref());
    let tariff = tariff_between(tx, from, to, by.now).await?;
    let fare = tariff.price(&new.trip).ok_or(Refusal::Quantity)?;
    write(tx, by, found, new, &tariff, &fare, key).await
}

async fn write(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    new: &NewQuote,
    tariff: &TariffPack,
    fare: &Fare,
    key: &[u8],
) -> Result<i64> {
    let row = sqlx::query("select coalesce(max(quote_no), 0) + 1 from quote where booking_id = $1")
        .bind(&found.booking_id)
        .fetch_one(tx.conn())
        .await?;
    let quote_no: i64 = row.try_get(0)?;
    let mut made = Quote {
        booking_id: found.booking_id.clone(),
        number: found.number.clone(),
        quote_no,
        code: new.code.clone(),
        tariff: tariff.pack.id.clone(),
        tariff_version: tariff.pack.version.clone(),
        inputs: json!(new.trip).to_string(),
        lines: json!(fare.lines).to_string(),
        total_fen: fare.total_fen,
        signature: String::new(),
        reason: if quote_no == 1 { Why::First } else { new.why }.code().to_owned(),
        made_at: by.now.0,
        by_zh: None,
        by_en: None,
        accepted_at: None,
    };
    made.signature = made.sign(key)?;
    insert(tx, by, &made).await?;
    sqlx::query(
        "update booking set quoted_at = $2, distance_m = $3, drive_s = $4, travel_source = $5
         where booking_id = $1",
    )
    .bind(&found.booking_id)
    .bind(by.now.0)
    .bind(new.trip.distance_m)
    .bind(new.drive_s)
    .bind(&new.travel_source)
    .execute(tx.conn())
    .await?;
    let what = json!({
        "no": quote_no, "total_fen": made.total_fen, "tariff": made.tariff,
        "version": made.tariff_version, "why": made.reason,
    });
    booking::settle(tx, by, &found.booking_id, Mark::Quote, what).await?;
    Ok(quote_no)
}

async fn insert(tx: &mut Tx, by: &By, made: &Quote) -> Result<()> {
    sqlx::query(
        "insert into quote (booking_id, quote_no, code, tariff, tariff_version, inputs, lines,
            total_fen, signature, reason, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&made.booking_id)
    .bind(made.quote_no)
    .bind(&made.code)
    .bind(&made.tariff)
    .bind(&made.tariff_version)
    .bind(&made.inputs)
    .bind(&made.lines)
    .bind(made.total_fen)
    .bind(&made.signature)
    .bind(&made.reason)
    .bind(made.made_at)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The way back of a trip whose price held both: nothing more to pay, and a quote like any other.
pub(super) async fn quote_included(
    tx: &mut Tx,
    by: &By,
    back: &Booking,
    of: &Quote,
    code: &str,
    key: &[u8],
) -> Result<i64> {
    let tariff = tx.packs().tariff_of(&of.tariff, &of.tariff_version);
    let tariff = tariff.ok_or(Refusal::NoTariff)?.clone();
    let included = Line { item: Item::Return, code: String::new(), count: 0, each_fen: 0, fen: 0 };
    let trip = Trip { with_return: false, waiting_min: 0, ..of.trip()? };
    let fare = Fare { lines: vec![included], total_fen: 0, charged_m: 0, drivers: 1 };
    let outward = booking::booking(tx, &Scope::system(), &of.booking_id).await?;
    let new = NewQuote {
        trip,
        drive_s: outward.drive_s.unwrap_or(0),
        travel_source: outward.travel_source.unwrap_or_default(),
        why: Why::Return,
        code: code.to_owned(),
    };
    write(tx, by, back, &new, &tariff, &fare, key).await
}

/// Agrees to the newest price. The first agreement confirms the booking; a later one is to a price
/// that was changed on the way. `promise` is the window that was chosen.
///
/// # Errors
/// [`Refusal::OldQuote`] when another price has been made since, [`Refusal::NotAllowed`],
/// [`Refusal::RedFlag`].
pub async fn confirm(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    quote_no: i64,
    promise: Option<(Time, Time)>,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &found);
    confirm_as(tx, &by, &found, party, quote_no, promise).await
}

pub(super) async fn confirm_as(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    party: Party,
    quote_no: i64,
    promise: Option<(Time, Time)>,
) -> Result<()> {
    if found.class.as_deref() == Some(Class::Emergency.code()) {
        return Err(Refusal::RedFlag.into());
    }
    let newest = newest(tx, &found.booking_id).await?.ok_or(Refusal::NotAllowed)?;
    if newest.quote_no != quote_no {
        return Err(Refusal::OldQuote.into());
    }
    let first = found.confirmed_at.is_none();
    let agrees = matches!(party, Party::Desk | Party::Ward | Party::Family | Party::Crew);
    let allowed = if first {
        found.course().allows(Mark::Confirm, party)
    } else {
        agrees && newest.accepted_at.is_none()
    };
    if !allowed {
        return Err(Refusal::NotAllowed.into());
    }
    sqlx::query(
        "update quote set accepted_at = $3, accepted_by = $4
         where booking_id = $1 and quote_no = $2",
    )
    .bind(&found.booking_id)
    .bind(quote_no)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update booking set confirmed_at = coalesce(confirmed_at, $2),
            promise_from = coalesce($3, promise_from), promise_until = coalesce($4, promise_until)
         where booking_id = $1",
    )
    .bind(&found.booking_id)
    .bind(by.now.0)
    .bind(promise.map(|(from, _)| from.0))
    .bind(promise.map(|(_, until)| until.0))
    .execute(tx.conn())
    .await?;
    let what = json!({
        "no": quote_no, "total_fen": newest.total_fen, "party": party.code(),
        "promise_from": promise.map(|(from, _)| from.0), "again": !first,
    });
    booking::settle(tx, by, &found.booking_id, Mark::Confirm, what).await
}

pub(super) async fn newest(tx: &mut Tx, booking_id: &str) -> Result<Option<Quote>> {
    Ok(quotes(tx, booking_id).await?.pop())
}

/// The prices of a booking that was read within a scope, the first one first.
pub async fn quotes(tx: &mut Tx, booking_id: &str) -> Result<Vec<Quote>> {
    Ok(sqlx::query_as(
        "select quote.booking_id, booking.number, quote_no, code, tariff, tariff_version, inputs,
            lines, total_fen, signature, reason, made_at, name_zh as by_zh, name_en as by_en,
            accepted_at
         from quote join booking on booking.booking_id = quote.booking_id
         left join account on account.account_id = made_by
         where quote.booking_id = $1 order by quote_no limit 100",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}

/// The quote behind a code: what anybody may know who has been told the code. It names nobody.
///
/// # Errors
/// Not found for a code that no quote has.
pub async fn quote_by_code(tx: &mut Tx, code: &str) -> Result<Quote> {
    let row = sqlx::query_as(
        "select quote.booking_id, booking.number, quote_no, code, tariff, tariff_version, inputs,
            lines, total_fen, signature, reason, made_at, cast(null as text) as by_zh,
            cast(null as text) as by_en, accepted_at
         from quote join booking on booking.booking_id = quote.booking_id
         where code = $1",
    )
    .bind(code)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("quote"))
}

/// Whether a later price of the same booking has taken its place.
pub async fn is_newest(tx: &mut Tx, quote: &Quote) -> Result<bool> {
    let newest = newest(tx, &quote.booking_id).await?;
    Ok(newest.is_some_and(|newest| newest.quote_no == quote.quote_no))
}

/// Sends the newest price to the caller's phone.
///
/// # Errors
/// [`Refusal::NotAllowed`] without a price, [`Refusal::Phone`] without a number.
pub async fn send_quote(tx: &mut Tx, scope: &Scope, booking_id: &str, now: Time) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let found = booking::booking(tx, scope, booking_id).await?;
    if booking::party(scope, &found) != Party::Desk {
        return Err(Refusal::NotAllowed.into());
    }
    let newest = newest(tx, booking_id).await?.ok_or(Refusal::NotAllowed)?;
    if found.phone.is_empty() {
        return Err(Refusal::Phone.into());
    }
    let by = By::account(&account.account_id, now);
    let total = format!("{}.{:02}", newest.total_fen / 100, newest.total_fen % 100);
    let values = json!({"total": total, "quote": newest.code});
    let subject = ("booking", booking_id);
    notice::send_to(tx, &by, &found.phone, "transfer_quote", values, subject).await
}
