//! What somebody asks for, and how it becomes a booking.

use rules::transfer::{Need, Source, State};
use rules::{Position, Time};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Row;

use super::read::sees_people;
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::pack::hex;
use crate::{Refusal, Result, Scope, Tx};

/// Longest of what people write into one field.
const TEXT_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 60;
/// A transfer is booked at most this far ahead.
const AHEAD_DAYS_MAX: i64 = 90;
/// Floors that exist.
const FLOORS: std::ops::RangeInclusive<i64> = -5..=120;
/// One end of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub site_id: Option<String>,
    pub place: String,
    pub at: Position,
    pub floor: i64,
    pub lift: bool,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBooking {
    /// The same key with the same contents is the same booking, however often it is sent.
    pub request_key: String,
    pub source: Source,
    /// A code of the service's settings.
    pub trip_type: String,
    pub region_code: String,
    pub patient: String,
    /// Year of birth.
    pub patient_born: Option<i64>,
    pub weight_kg: Option<i64>,
    pub caller: String,
    pub relation: String,
    pub phone: String,
    pub phone_verified_at: Option<Time>,
    pub words: String,
    pub language: String,
    pub from: End,
    pub to: End,
    pub needs: Vec<Need>,
    pub companions: i64,
    /// People needed to carry by hand.
    pub carry: i64,
    pub ready_at: Option<Time>,
    pub appointment_at: Option<Time>,
    pub will_call_at: Option<Time>,
    pub return_of: Option<String>,
    pub series_id: Option<String>,
}

impl NewBooking {
    /// What cannot be, before anything is written.
    fn check(&self, now: Time) -> Result<()> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        for end in [&self.from, &self.to] {
            if end.place.trim().is_empty() || long(&end.place, TEXT_CHARS_MAX) {
                return Err(Refusal::Text.into());
            }
            if !FLOORS.contains(&end.floor) {
                return Err(Refusal::Quantity.into());
            }
        }
        let names = [&self.patient, &self.caller, &self.relation, &self.language];
        if self.patient.trim().is_empty()
            || names.into_iter().any(|name| long(name, NAME_CHARS_MAX))
            || long(&self.words, TEXT_CHARS_MAX)
        {
            return Err(Refusal::Text.into());
        }
        if !(0..=4).contains(&self.companions)
            || !(0..=8).contains(&self.carry)
            || self.weight_kg.is_some_and(|kg| !(1..=400).contains(&kg))
        {
            return Err(Refusal::Quantity.into());
        }
        // A time that has passed by more than a call takes, or an appointment before the pick-up.
        let times = [self.ready_at, self.appointment_at, self.will_call_at];
        let (from, until) = (now.plus_min(-30), now.plus_days(AHEAD_DAYS_MAX));
        let outside = times.into_iter().flatten().any(|at| at < from || at > until);
        let none = times.iter().all(Option::is_none);
        let crossed = self.ready_at.zip(self.appointment_at).is_some_and(|(a, b)| b <= a);
        if outside || none || crossed {
            return Err(Refusal::Hours.into());
        }
        Ok(())
    }

    /// The same person is seen again without reading names.
    fn patient_hash(&self) -> String {
        let digits: String = self.phone.chars().filter(char::is_ascii_digit).collect();
        hex(&Sha256::digest(format!("{}|{digits}", self.patient.trim())))
    }
}

/// Asks for a transfer.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Quantity`], [`Refusal::Hours`] for what cannot be;
/// [`Refusal::RequestKeyReused`] when the key came with another journey.
pub async fn book(tx: &mut Tx, by: &By, new: &NewBooking) -> Result<String> {
    new.check(by.now)?;
    let kept = sqlx::query(
        "select booking_id, patient_hash, from_place, to_place from booking
         where request_key = $1",
    )
    .bind(&new.request_key)
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = kept {
        let same = row.try_get::<String, _>(1)? == new.patient_hash()
            && row.try_get::<String, _>(2)? == new.from.place
            && row.try_get::<String, _>(3)? == new.to.place;
        let booking_id = row.try_get(0)?;
        return if same { Ok(booking_id) } else { Err(Refusal::RequestKeyReused.into()) };
    }
    let booking_id = tx.id("bok", by.now)?;
    let number = next_number(tx, by.now).await?;
    let state = if new.source == Source::Ward { State::Requested } else { State::Booked };
    insert(tx, by, new, &booking_id, &number, state).await?;
    let particulars = json!({
        "source": new.source.code(),
        "trip_type": new.trip_type,
        "ready_at": new.ready_at,
        "return_of": new.return_of,
        "parties": sites_of(new),
    });
    let subject = Subject { kind: "booking", id: &booking_id, institution_id: "" };
    event::append(tx, by, subject, "asked", particulars).await?;
    Ok(booking_id)
}

fn sites_of(new: &NewBooking) -> Vec<&String> {
    [&new.from.site_id, &new.to.site_id].into_iter().flatten().collect()
}

/// `ZS-20230621-0032`: a day's bookings count from 1 without gaps.
async fn next_number(tx: &mut Tx, now: Time) -> Result<String> {
    let calendar = tx.packs().calendar;
    let (year, month, day) = rules::calendar::civil(calendar.day_number(now));
    let series = format!("ZS-{year:04}{month:02}{day:02}");
    let number = next_in_series(tx, &series).await?;
    Ok(format!("{series}-{number:04}"))
}

async fn insert(
    tx: &mut Tx,
    by: &By,
    new: &NewBooking,
    booking_id: &str,
    number: &str,
    state: State,
) -> Result<()> {
    let needs: Vec<&str> = new.needs.iter().map(|need| need.code()).collect();
    sqlx::query(
        "insert into booking (booking_id, number, request_key, source, state, trip_type,
            region_code, patient, patient_born, patient_hash, weight_kg, caller, relation, phone,
            phone_verified_at, words, language, from_site_id, from_place, from_lat, from_lng,
            from_floor, from_lift, to_site_id, to_place, to_lat, to_lng, to_floor, to_lift, needs,
            companions, carry, ready_at, appointment_at, will_call_at, return_of, series_id,
            asked_at, asked_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
            $36, $37, $38, $39)",
    )
    .bind(booking_id)
    .bind(number)
    .bind(&new.request_key)
    .bind(new.source.code())
    .bind(state.code())
    .bind(&new.trip_type)
    .bind(&new.region_code)
    .bind(new.patient.trim())
    .bind(new.patient_born)
    .bind(new.patient_hash())
    .bind(new.weight_kg)
    .bind(new.caller.trim())
    .bind(&new.relation)
    .bind(new.phone.trim())
    .bind(new.phone_verified_at.map(|at| at.0))
    .bind(new.words.trim())
    .bind(&new.language)
    .bind(&new.from.site_id)
    .bind(new.from.place.trim())
    .bind(new.from.at.lat)
    .bind(new.from.at.lng)
    .bind(new.from.floor)
    .bind(i64::from(new.from.lift))
    .bind(&new.to.site_id)
    .bind(new.to.place.trim())
    .bind(new.to.at.lat)
    .bind(new.to.at.lng)
    .bind(new.to.floor)
    .bind(i64::from(new.to.lift))
    .bind(json!(needs).to_string())
    .bind(new.companions)
    .bind(new.carry)
    .bind(new.ready_at.map(|at| at.0))
    .bind(new.appointment_at.map(|at| at.0))
    .bind(new.will_call_at.map(|at| at.0))
    .bind(&new.return_of)
    .bind(&new.series_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Open bookings of the same person around the same time: two bookings of one patient are shown
/// to whoever books, never merged by themselves.
pub async fn twins(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewBooking,
    now: Time,
) -> Result<Vec<(String, String)>> {
    if !sees_people(scope) {
        return Ok(Vec::new());
    }
    let around = new.ready_at.or(new.appointment_at).unwrap_or(now);
    let rows = sqlx::query(
        "select booking_id, number from booking
         where patient_hash = $1 and ended_at is null and request_key <> $2
           and coalesce(ready_at, appointment_at, asked_at) between $3 and $4
         order by number limit 10",
    )
    .bind(new.patient_hash())
    .bind(&new.request_key)
    .bind(around.plus_min(-12 * 60).0)
    .bind(around.plus_min(12 * 60).0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
