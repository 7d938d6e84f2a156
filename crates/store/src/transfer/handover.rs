//! Warm hand-overs between 96120 and 120, with the minutes until somebody took them [T14, T15].
//!
//! Asking does not end a booking: until 120 has accepted, it is still ours. One that 120 declines
//! stays open and is triaged again.

use rules::Time;
use rules::account::Permission;
use rules::transfer::call::{Direction, Standing, may_answer};
use rules::transfer::{Mark, Moment, Party, State};
use serde_json::{Value, json};
use sqlx::Row;

use super::booking::{self, Booking};
use super::handovers::handover;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

const TEXT_CHARS_MAX: usize = 500;
/// What was told along is forgotten so long after the answer.
const KEPT_DAYS: i64 = 180;

/// What is told along. Personal, so it stands in the row and in no event.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Told {
    pub place: String,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub to: String,
    pub phone: String,
    pub caller: String,
    pub patient: String,
    pub said: String,
    /// Codes of questions answered with yes.
    pub flags: Vec<String>,
}

/// One hand-over.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Handover {
    pub handover_id: String,
    pub booking_id: Option<String>,
    pub booking_number: Option<String>,
    pub direction: String,
    pub moment: String,
    pub reason: String,
    pub asked_at: i64,
    pub asked_zh: Option<String>,
    pub asked_en: Option<String>,
    pub accepted_at: Option<i64>,
    pub accepted_zh: Option<String>,
    pub accepted_en: Option<String>,
    pub declined_at: Option<i64>,
    pub number_120: String,
    pub(super) words: String,
    pub total: i64,
}

impl Handover {
    pub fn told(&self) -> Told {
        serde_json::from_str(&self.words).unwrap_or_default()
    }

    pub fn direction(&self) -> Direction {
        Direction::of(&self.direction).unwrap_or(Direction::To120)
    }

    pub fn standing(&self) -> Standing {
        match (self.accepted_at, self.declined_at) {
            (Some(at), _) => Standing::Accepted(Time(at)),
            (None, Some(at)) => Standing::Declined(Time(at)),
            (None, None) => Standing::Asked,
        }
    }
}

/// Why somebody is handed over: a red flag, a judgement, or 120's own reason.
const REASONS: [&str; 6] =
    ["red_flag", "judgement", "caller_asks", "not_urgent", "care_home", "discharge"];

fn sound(told: &Told) -> Result<()> {
    let long = |text: &str| text.chars().count() > TEXT_CHARS_MAX;
    let texts = [&told.place, &told.to, &told.phone, &told.caller, &told.patient, &told.said];
    if texts.into_iter().any(|text| long(text)) || told.flags.len() > 40 {
        return Err(Refusal::Text.into());
    }
    Ok(())
}

struct New<'a> {
    booking_id: Option<&'a str>,
    direction: Direction,
    moment: Moment,
    reason: &'a str,
    number_120: &'a str,
    told: &'a Told,
}

async fn enter(tx: &mut Tx, by: &By, new: New<'_>, parties: &[String]) -> Result<String> {
    sound(new.told)?;
    if !REASONS.contains(&new.reason) {
        return Err(Refusal::Reason.into());
    }
    let handover_id = tx.id("hnd", by.now)?;
    sqlx::query(
        "insert into handover_120 (handover_id, booking_id, direction, moment, reason, asked_at,
            asked_by, number_120, words)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&handover_id)
    .bind(new.booking_id)
    .bind(new.direction.code())
    .bind(new.moment.code())
    .bind(new.reason)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(new.number_120)
    .bind(json!(new.told).to_string())
    .execute(tx.conn())
    .await?;
    let what = json!({
        "direction": new.direction.code(), "moment": new.moment.code(), "reason": new.reason,
        "booking": new.booking_id, "flags": new.told.flags, "parties": parties,
    });
    told_event(tx, by, &handover_id, "asked", what).await?;
    Ok(handover_id)
}

async fn told_event(
    tx: &mut Tx,
    by: &By,
    handover_id: &str,
    action: &'static str,
    what: Value,
) -> Result<()> {
    let subject = Subject { kind: "handover_120", id: handover_id, institution_id: "" };
    event::append(tx, by, subject, action, what).await
}

/// Hands a booking to 120 with all that is known of it.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a booking that is over; not found where the scope does not reach.
pub async fn to_120(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    moment: Moment,
    reason: &str,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &found);
    tell_120(tx, &by, &found, party, moment, reason).await
}

/// The same with the row held; asking twice asks once.
pub(super) async fn tell_120(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    party: Party,
    moment: Moment,
    reason: &str,
) -> Result<String> {
    if !found.course().allows(Mark::To120, party) {
        return Err(Refusal::NotAllowed.into());
    }
    let waiting = sqlx::query(
        "select handover_id from handover_120
         where booking_id = $1 and direction = $2 and accepted_at is null and declined_at is null",
    )
    .bind(&found.booking_id)
    .bind(Direction::To120.code())
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = waiting {
        return Ok(row.try_get(0)?);
    }
    let told = Told {
        place: found.from_place.clone(),
        lat: Some(found.from_lat),
        lng: Some(found.from_lng),
        to: found.to_place.clone(),
        phone: found.phone.clone(),
        caller: found.caller.clone(),
        patient: found.patient.clone(),
        said: found.words.clone(),
        flags: flags_of(tx, &found.booking_id).await?,
    };
    let parties = booking::parties(tx, found).await?;
    let new = New {
        booking_id: Some(&found.booking_id),
        direction: Direction::To120,
        moment,
        reason,
        number_120: "",
        told: &told,
    };
    enter(tx, by, new, &parties).await
}

/// What the newest triage answered with yes.
async fn flags_of(tx: &mut Tx, booking_id: &str) -> Result<Vec<String>> {
    use rules::transfer::triage::Answer;
    let newest = super::triage::triages(tx, booking_id).await?.pop();
    let answers = newest.map(|triage| triage.answers()).unwrap_or_default();
    let yes = answers.into_iter().filter(|(_, answer)| *answer == Answer::Yes);
    Ok(yes.map(|(code, _)| code).collect())
}

/// Hands a call to 120 that is no booking yet: with whatever has been typed.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`].
pub async fn call_to_120(
    tx: &mut Tx,
    scope: &Scope,
    reason: &str,
    told: &Told,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    let new = New {
        booking_id: None,
        direction: Direction::To120,
        moment: Moment::Call,
        reason,
        number_120: "",
        told,
    };
    enter(tx, &by, new, &[]).await
}

/// 120 hands somebody to 96120 who needs no ambulance.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`] without a place or a number to call back.
pub async fn from_120(
    tx: &mut Tx,
    scope: &Scope,
    number_120: &str,
    reason: &str,
    told: &Told,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::Liaise120) {
        return Err(Refusal::NotAllowed.into());
    }
    let digits = told.phone.chars().filter(char::is_ascii_digit).count();
    if !(3..=20).contains(&digits) {
        return Err(Refusal::Phone.into());
    }
    if told.place.trim().is_empty() || number_120.chars().count() > 40 {
        return Err(Refusal::Text.into());
    }
    let by = By::account(&account.account_id, now);
    let new = New {
        booking_id: None,
        direction: Direction::From120,
        moment: Moment::Call,
        reason,
        number_120: number_120.trim(),
        told,
    };
    enter(tx, &by, new, &[]).await
}

/// Accepts a hand-over: 120 what comes from 96120, the desk what comes from 120. With 120's
/// acceptance a booking has ended.
///
/// # Errors
/// [`Refusal::Answered`] when it was answered before, [`Refusal::NotAllowed`] for the side that
/// asked.
pub async fn accept(
    tx: &mut Tx,
    scope: &Scope,
    handover_id: &str,
    number_120: &str,
    now: Time,
) -> Result<()> {
    let (by, found) = answering(tx, scope, handover_id, now).await?;
    if number_120.chars().count() > 40 {
        return Err(Refusal::Text.into());
    }
    sqlx::query(
        "update handover_120 set accepted_at = $2, accepted_by = $3, delete_at = $4,
            number_120 = case when $5 = '' then number_120 else $5 end
         where handover_id = $1",
    )
    .bind(handover_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(now.plus_days(KEPT_DAYS).0)
    .bind(number_120.trim())
    .execute(tx.conn())
    .await?;
    let waited_ms = now.0 - found.asked_at;
    let parties = parties_of(tx, &found).await?;
    let what = json!({
        "direction": found.direction, "booking": found.booking_id, "waited_ms": waited_ms,
        "parties": parties,
    });
    told_event(tx, &by, handover_id, "accepted", what).await?;
    let Some(booking_id) = found.booking_id.filter(|_| found.direction == Direction::To120.code())
    else {
        return Ok(());
    };
    let ours = booking::booking(tx, &Scope::system(), &booking_id).await?;
    if ours.ended_at.is_some() {
        return Ok(());
    }
    booking::ended_at(tx, &booking_id, State::To120, now).await?;
    sqlx::query("update booking set end_reason = $2, ended_by = $3 where booking_id = $1")
        .bind(&booking_id)
        .bind(&found.reason)
        .bind(by.actor.code())
        .execute(tx.conn())
        .await?;
    let what = json!({"handover": handover_id, "waited_ms": waited_ms});
    booking::settle(tx, &by, &booking_id, Mark::To120, what).await
}

/// Hands back: whoever was asked does not take it.
///
/// # Errors
/// As [`accept`]; [`Refusal::Text`] without a sentence why.
pub async fn decline(
    tx: &mut Tx,
    scope: &Scope,
    handover_id: &str,
    why: &str,
    now: Time,
) -> Result<()> {
    let why = why.trim();
    if why.is_empty() || why.chars().count() > TEXT_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let (by, found) = answering(tx, scope, handover_id, now).await?;
    let mut told = found.told();
    told.said = format!("{}\n{why}", told.said).trim().to_owned();
    sqlx::query(
        "update handover_120 set declined_at = $2, accepted_by = $3, words = $4, delete_at = $5
         where handover_id = $1",
    )
    .bind(handover_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(json!(told).to_string())
    .bind(now.plus_days(KEPT_DAYS).0)
    .execute(tx.conn())
    .await?;
    let parties = parties_of(tx, &found).await?;
    let what = json!({
        "direction": found.direction, "booking": found.booking_id,
        "waited_ms": now.0 - found.asked_at, "parties": parties,
    });
    told_event(tx, &by, handover_id, "declined", what).await
}

async fn parties_of(tx: &mut Tx, found: &Handover) -> Result<Vec<String>> {
    let Some(booking_id) = &found.booking_id else { return Ok(Vec::new()) };
    let ours = booking::booking(tx, &Scope::system(), booking_id).await?;
    booking::parties(tx, &ours).await
}

/// Takes the rows, and asks whether this account answers for the side that was asked.
async fn answering(
    tx: &mut Tx,
    scope: &Scope,
    handover_id: &str,
    now: Time,
) -> Result<(By, Handover)> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    // The booking's row comes first, as everywhere; else two could wait for each other.
    let row = sqlx::query("select booking_id from handover_120 where handover_id = $1")
        .bind(handover_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("handover_120"))?;
    if let Some(booking_id) = row.try_get::<Option<String>, _>(0)? {
        booking::hold(tx, &booking_id).await?;
    }
    sqlx::query("update handover_120 set direction = direction where handover_id = $1")
        .bind(handover_id)
        .execute(tx.conn())
        .await?;
    let found = handover(tx, scope, handover_id).await?;
    let is_120 = scope.may(Permission::Liaise120);
    if !is_120 && !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    match may_answer(found.standing(), found.direction(), is_120) {
        true => Ok((by, found)),
        false if found.standing() == Standing::Asked => Err(Refusal::NotAllowed.into()),
        false => Err(Refusal::Answered.into()),
    }
}

/// A booking was made of what 120 handed over.
pub async fn booked_from_120(tx: &mut Tx, handover_id: &str, booking_id: &str) -> Result<()> {
    sqlx::query(
        "update handover_120 set booking_id = $2
         where handover_id = $1 and direction = $3 and booking_id is null",
    )
    .bind(handover_id)
    .bind(booking_id)
    .bind(Direction::From120.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}
