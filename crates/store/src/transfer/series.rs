//! Repeats of one booking (透析) and ways back: by the clock or by a call.

use rules::Time;
use rules::transfer::{Mark, Party, Source};
use serde_json::json;
use sqlx::Row;

use super::booking::{self, Booking, Details, End, NewBooking};
use super::quote::Quote;
use super::triage::copy_triage;
use super::{payment, quote};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// Bookings of a series stand in the list this far ahead.
const MADE_AHEAD_DAYS: i64 = 14;
/// A series is agreed on for at most this long; then somebody asks how the patient is.
const SERIES_DAYS_MAX: i64 = 184;

/// When a booking repeats.
#[derive(Clone, Debug)]
pub struct NewSeries {
    /// Bit 0 is Monday.
    pub weekdays: i64,
    /// Minute of the day at which the patient is ready.
    pub pickup_min: i64,
    /// The last day, as a moment of it.
    pub until: Time,
    /// Each one has a way back that waits for a call.
    pub returns: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Series {
    pub series_id: String,
    pub booking_id: String,
    pub weekdays: i64,
    pub pickup_min: i64,
    pub from_at: i64,
    pub until_at: i64,
    pub made_until: i64,
    pub ended_at: Option<i64>,
}

fn subject(series_id: &str) -> Subject<'_> {
    Subject { kind: "booking_series", id: series_id, institution_id: "" }
}

/// Repeats a confirmed booking. What was triaged and agreed for the first one holds for the
/// others, and each is triaged again at the door.
///
/// # Errors
/// [`Refusal::NotAllowed`] before the first one is confirmed, [`Refusal::Hours`] for days that
/// cannot be.
pub async fn start_series(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    new: &NewSeries,
    key: &[u8],
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let first = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &first);
    let may = matches!(party, Party::Desk | Party::Ward);
    if !may || first.confirmed_at.is_none() || first.series_id.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    let days = (1..128).contains(&new.weekdays) && (0..1_440).contains(&new.pickup_min);
    if !days || new.until <= now || new.until > now.plus_days(SERIES_DAYS_MAX) {
        return Err(Refusal::Hours.into());
    }
    let series_id = tx.id("ser", now)?;
    let from = first.ready_at.or(first.appointment_at).map_or(now, Time);
    sqlx::query(
        "insert into booking_series (series_id, booking_id, weekdays, pickup_min, from_at,
            until_at, made_until, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&series_id)
    .bind(booking_id)
    .bind(new.weekdays)
    .bind(new.pickup_min)
    .bind(from.0)
    .bind(new.until.0)
    // The first one's own day is made already.
    .bind(from.0)
    .bind(&account.account_id)
    .execute(tx.conn())
    .await?;
    set_series(tx, booking_id, &series_id).await?;
    let what = json!({"weekdays": new.weekdays, "until": new.until.0, "returns": new.returns});
    event::append(tx, &by, subject(&series_id), "series_started", what).await?;
    if new.returns && first.return_of.is_none() {
        back_of(tx, &by, &first, None, &format!("{booking_id}:back"), key).await?;
    }
    make_due(tx, &by, &series_id, key).await?;
    Ok(series_id)
}

async fn set_series(tx: &mut Tx, booking_id: &str, series_id: &str) -> Result<()> {
    sqlx::query("update booking set series_id = $2 where booking_id = $1")
        .bind(booking_id)
        .bind(series_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A series; called for a booking that was read within a scope.
pub async fn series(tx: &mut Tx, series_id: &str) -> Result<Series> {
    let row = sqlx::query_as(
        "select series_id, booking_id, weekdays, pickup_min, from_at, until_at, made_until, ended_at
         from booking_series where series_id = $1",
    )
    .bind(series_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("booking_series"))
}

/// Makes the bookings of a series for the days ahead. Each day's key is its own, so that two rounds
/// make it once.
pub async fn make_due(tx: &mut Tx, by: &By, series_id: &str, key: &[u8]) -> Result<i64> {
    sqlx::query("update booking_series set weekdays = weekdays where series_id = $1")
        .bind(series_id)
        .execute(tx.conn())
        .await?;
    let found = series(tx, series_id).await?;
    let horizon = Time(found.until_at.min(by.now.plus_days(MADE_AHEAD_DAYS).0));
    if found.ended_at.is_some() || found.made_until >= found.until_at {
        return Ok(0);
    }
    let calendar = tx.packs().calendar;
    let (last, until) = (calendar.day_number(Time(found.made_until)), calendar.day_number(horizon));
    // A node whose clock is behind must not set the mark back.
    if until <= last {
        return Ok(0);
    }
    let mut made = 0;
    for day in last + 1..=until {
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        let ready = calendar.day_start(day).plus_min(found.pickup_min);
        if found.weekdays & (1 << weekday) != 0 && ready > by.now {
            repeat(tx, by, &found, day, ready, key).await?;
            made += 1;
        }
    }
    sqlx::query("update booking_series set made_until = $2 where series_id = $1")
        .bind(series_id)
        .bind(calendar.day_start(until).0)
        .execute(tx.conn())
        .await?;
    Ok(made)
}

/// Series whose days ahead have to be made; a job asks each minute, on any node.
pub async fn series_due(tx: &mut Tx, now: Time) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select series_id from booking_series
         where ended_at is null and made_until < until_at and made_until < $1
         order by series_id limit 200",
    )
    .bind(now.plus_days(MADE_AHEAD_DAYS - 1).0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The booking of one day of a series: asked, triaged, priced and agreed as the first one.
async fn repeat(
    tx: &mut Tx,
    by: &By,
    series: &Series,
    day: i64,
    ready: Time,
    key: &[u8],
) -> Result<()> {
    let first = booking::booking(tx, &Scope::system(), &series.booking_id).await?;
    let new = NewBooking {
        request_key: format!("{}:{day}", series.series_id),
        ready_at: Some(ready),
        appointment_at: first
            .appointment_at
            .zip(first.ready_at)
            .map(|(appointment, first_ready)| ready.plus_ms(appointment - first_ready)),
        will_call_at: None,
        series_id: Some(series.series_id.clone()),
        ..again(&first)
    };
    let made = follow(tx, by, &new, &first, key).await?;
    let back = sqlx::query("select 1 from booking where return_of = $1")
        .bind(&first.booking_id)
        .fetch_optional(tx.conn())
        .await?;
    if back.is_some() {
        let made = booking::booking(tx, &Scope::system(), &made).await?;
        let key_of_return = format!("{}:{day}:back", series.series_id);
        back_of(tx, by, &made, None, &key_of_return, key).await?;
    }
    Ok(())
}

/// The same journey asked for anew.
fn again(of: &Booking) -> NewBooking {
    let end = |site: &Option<String>, place: &str, at, floor, lift: i64| End {
        site_id: site.clone(),
        place: place.to_owned(),
        at,
        floor,
        lift: lift != 0,
    };
    NewBooking {
        request_key: String::new(),
        source: Source::of(&of.source).unwrap_or(Source::Phone),
        trip_type: of.trip_type.clone(),
        region_code: of.region_code.clone(),
        patient: of.patient.clone(),
        patient_born: of.patient_born,
        weight_kg: of.weight_kg,
        caller: of.caller.clone(),
        relation: of.relation.clone(),
        phone: of.phone.clone(),
        phone_verified_at: of.phone_verified_at.map(Time),
        words: of.words.clone(),
        language: of.language.clone(),
        from: end(&of.from_site_id, &of.from_place, of.from_at(), of.from_floor, of.from_lift),
        to: end(&of.to_site_id, &of.to_place, of.to_at(), of.to_floor, of.to_lift),
        needs: of.needs(),
        companions: of.companions,
        carry: of.carry,
        ready_at: of.ready_at.map(Time),
        appointment_at: of.appointment_at.map(Time),
        will_call_at: None,
        return_of: None,
        series_id: None,
    }
}

/// Books what follows from a booking that is agreed on: the class and the price are known.
async fn follow(
    tx: &mut Tx,
    by: &By,
    new: &NewBooking,
    of: &Booking,
    key: &[u8],
) -> Result<String> {
    let made_id = booking::book(tx, by, new).await?;
    booking::hold(tx, &made_id).await?;
    let mut made = booking::booking(tx, &Scope::system(), &made_id).await?;
    if made.confirmed_at.is_some() {
        return Ok(made_id);
    }
    if made.course().needs_approval && made.approved_at.is_none() {
        booking::mark_as(tx, by, &made, Party::Desk, Mark::Approve, &Details::default()).await?;
        made = booking::booking(tx, &Scope::system(), &made_id).await?;
    }
    copy_triage(tx, by, &of.booking_id, &made).await?;
    made = booking::booking(tx, &Scope::system(), &made_id).await?;
    let agreed = quote::newest(tx, &of.booking_id).await?.ok_or(Refusal::NotAllowed)?;
    let no = price(tx, by, &made, of, &agreed, key).await?;
    made = booking::booking(tx, &Scope::system(), &made_id).await?;
    quote::confirm_as(tx, by, &made, Party::Desk, no, None).await?;
    Ok(made_id)
}

async fn price(
    tx: &mut Tx,
    by: &By,
    made: &Booking,
    of: &Booking,
    agreed: &Quote,
    key: &[u8],
) -> Result<i64> {
    let code = code_of(&made.booking_id);
    if made.return_of.as_deref() == Some(&of.booking_id) && agreed.trip()?.with_return {
        return quote::quote_included(tx, by, made, agreed, &code, key).await;
    }
    let new = quote::NewQuote {
        trip: agreed.trip()?,
        drive_s: of.drive_s.unwrap_or(0),
        travel_source: of.travel_source.clone().unwrap_or_default(),
        why: rules::transfer::money::Why::First,
        code,
    };
    quote::quote_as(tx, by, made, Party::Desk, &new, key).await
}

/// A short code from an id that is random already: its last letters.
fn code_of(booking_id: &str) -> String {
    booking_id.chars().rev().take(8).collect::<Vec<char>>().into_iter().rev().collect()
}

/// Books the way back of a confirmed booking: at a time, or waiting for a call.
///
/// # Errors
/// [`Refusal::NotAllowed`] before the way there is confirmed, and for a way back of its own.
pub async fn book_return(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    ready: Option<Time>,
    key: &[u8],
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let of = booking::booking(tx, scope, booking_id).await?;
    let may = matches!(booking::party(scope, &of), Party::Desk | Party::Ward);
    if !may || of.confirmed_at.is_none() || of.return_of.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    back_of(tx, &by, &of, ready, &format!("{booking_id}:back"), key).await
}

/// The way back that belongs to a booking just made by somebody without an account; called only
/// with what [`super::ask`] answered.
///
/// # Errors
/// As [`book_return`].
pub async fn return_of(tx: &mut Tx, by: &By, booking_id: &str, key: &[u8]) -> Result<String> {
    booking::hold(tx, booking_id).await?;
    let of = booking::booking(tx, &Scope::system(), booking_id).await?;
    if of.confirmed_at.is_none() || of.return_of.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    back_of(tx, by, &of, None, &format!("{booking_id}:back"), key).await
}

/// The way back, once, whoever asks for it again.
pub(super) async fn back_of(
    tx: &mut Tx,
    by: &By,
    of: &Booking,
    ready: Option<Time>,
    request_key: &str,
    key: &[u8],
) -> Result<String> {
    let there = again(of);
    let new = NewBooking {
        request_key: request_key.to_owned(),
        from: there.to.clone(),
        to: there.from.clone(),
        ready_at: ready,
        appointment_at: None,
        // It waits from when the way there should have ended.
        will_call_at: match ready {
            Some(_) => None,
            None => of.appointment_at.or(of.ready_at).map(Time).or(Some(by.now)),
        },
        return_of: Some(of.booking_id.clone()),
        series_id: of.series_id.clone(),
        ..there
    };
    follow(tx, by, &new, of, key).await
}

/// Ends a series: what has not begun and is not paid is cancelled.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found where the scope does not reach.
pub async fn end_series(tx: &mut Tx, scope: &Scope, series_id: &str, now: Time) -> Result<i64> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    let found = series(tx, series_id).await?;
    let first = booking::booking(tx, scope, &found.booking_id).await?;
    if !matches!(booking::party(scope, &first), Party::Desk | Party::Ward) {
        return Err(Refusal::NotAllowed.into());
    }
    let ended = sqlx::query(
        "update booking_series set ended_at = $2 where series_id = $1 and ended_at is null",
    )
    .bind(series_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Refusal::Answered.into());
    }
    let rows = sqlx::query(
        "select booking_id from booking
         where series_id = $1 and ended_at is null and started_at is null
           and coalesce(ready_at, will_call_at, appointment_at) > $2
         order by booking_id limit 200",
    )
    .bind(series_id)
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?;
    let mut cancelled = 0;
    for row in rows {
        let id: String = row.try_get(0)?;
        booking::hold(tx, &id).await?;
        let one = booking::booking(tx, &Scope::system(), &id).await?;
        let details = Details { reason: Some("series_ended".into()), ..Details::default() };
        let paid = payment::standing(tx, &id).await?.paid > 0;
        if !paid && one.course().allows(Mark::Cancel, Party::Desk) {
            booking::mark_as(tx, &by, &one, Party::Desk, Mark::Cancel, &details).await?;
            cancelled += 1;
        }
    }
    let what = json!({"cancelled": cancelled});
    event::append(tx, &by, subject(series_id), "series_ended", what).await?;
    Ok(cancelled)
}

/// The bookings of a series or the way back of one: id, number, state, when.
pub async fn related(
    tx: &mut Tx,
    scope: &Scope,
    of: &Booking,
) -> Result<Vec<(String, String, String, Option<i64>)>> {
    booking::booking(tx, scope, &of.booking_id).await?;
    let rows = sqlx::query(
        "select booking_id, number, state, coalesce(ready_at, appointment_at, will_call_at)
         from booking
         where booking_id <> $1
           and (return_of = $1 or booking_id = $2 or (series_id = $3 and return_of is null))
         order by coalesce(ready_at, appointment_at, will_call_at, asked_at) limit 60",
    )
    .bind(&of.booking_id)
    .bind(&of.return_of)
    .bind(&of.series_id)
    .fetch_all(tx.conn())
    .await?;
    let line = |row: &sqlx::any::AnyRow| {
        Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))
    };
    rows.iter().map(line).collect()
}
