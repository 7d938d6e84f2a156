//! Raising a case: at once, with what is known; the packet grows afterwards.

use rules::account::Permission;
use rules::card::Card;
use rules::emergency::{Part, Plea, Recommendation, Source, recommend};
use rules::{Position, Time};
use serde_json::json;
use sqlx::Row;

use super::{QC, call};
use crate::account::Channel;
use crate::event::{self, By, Subject};
use crate::order::{hold_series, last_in_series, next_in_series};
use crate::{Error, Refusal, Result, Scope, Tx, oncall, register};

/// A cry for help.
#[derive(Clone, Debug)]
pub struct NewCase {
    pub source: Source,
    /// Made by the form once; sending it twice raises once.
    pub request_key: String,
    pub institution_id: Option<String>,
    pub operation_id: Option<String>,
    /// Where the patient is, in words; may be empty when an institution is named.
    pub place: String,
    pub at: Option<Position>,
    /// Whom to call back; may be empty.
    pub callback: String,
    /// A card's code; one that no card has becomes `other`.
    pub card: String,
    pub onset_at: Option<Time>,
    /// An exercise: everything runs, everything says so.
    pub drill: bool,
    /// What was said, for the course.
    pub said: String,
    /// Who reports, as a hash, when nobody has signed in.
    pub reporter_hash: Option<String>,
}

/// What became of a cry for help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    pub emergency_id: String,
    /// It joined a case that was open already.
    pub joined: bool,
}

const TEXT_MAX: usize = 2_000;
/// The card of whatever no other card describes.
const OTHER: &str = "other";

/// Raises a case for somebody who has signed in: a clinic from its operation or without one, the
/// desk from a call.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`] for texts beyond measure, [`Refusal::Phone`];
/// not found for an operation of another institution.
pub async fn raise(tx: &mut Tx, scope: &Scope, new: &NewCase, now: Time) -> Result<Raised> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    let mut new = new.clone();
    if let Channel::Institution(own) = scope.channel() {
        if !scope.may(Permission::Raise) {
            return Err(Refusal::NotAllowed.into());
        }
        // A clinic speaks for itself alone.
        new.institution_id = Some(own.clone());
        new.source = Source::Clinic;
    } else if !scope.may(Permission::RunDesk) {
        return Err(Refusal::NotAllowed.into());
    }
    write(tx, &by, &new).await
}

/// Raises a case for somebody who has not signed in; the caller has limited how often.
///
/// # Errors
/// [`Refusal::Phone`] without a number to call back, [`Refusal::Text`].
pub async fn raise_public(tx: &mut Tx, new: &NewCase, now: Time) -> Result<Raised> {
    if new.callback.trim().is_empty() {
        return Err(Refusal::Phone.into());
    }
    let mut new = new.clone();
    new.source = if new.source == Source::Unlicensed { new.source } else { Source::Public };
    new.operation_id = None;
    new.drill = false;
    write(tx, &By::system("public", now), &new).await
}

/// What the register says of the place.
struct Place {
    institution_id: String,
    region_code: Option<String>,
    room_id: Option<String>,
    at: Option<Position>,
    words: String,
}

async fn place(tx: &mut Tx, new: &NewCase) -> Result<Place> {
    let mut place = Place {
        institution_id: String::new(),
        region_code: None,
        room_id: None,
        at: new.at.filter(|at| at.lat.abs() <= 90.0 && at.lng.abs() <= 180.0),
        words: new.place.trim().to_owned(),
    };
    let Some(institution_id) = &new.institution_id else { return Ok(place) };
    let found = register::institution(tx, &Scope::system(), institution_id).await?;
    place.at = place.at.or(Some(Position { lat: found.lat, lng: found.lng }));
    place.region_code = Some(found.region_code);
    if place.words.is_empty() {
        place.words = found.address_zh;
    }
    if let Some(operation_id) = &new.operation_id {
        let room = crate::operation::room_of_operation(tx, institution_id, operation_id).await?;
        place.room_id = Some(room.ok_or(Error::NotFound("operation"))?);
    }
    place.institution_id = institution_id.clone();
    Ok(place)
}

/// Which hospitals, for a card and a place.
pub(super) struct Advice {
    pub zone_id: Option<String>,
    pub recommendation: Recommendation,
}

/// Weighs every hospital of the channel for this card at this place and hour.
pub(super) async fn advise(
    tx: &mut Tx,
    card: &Card,
    at: Option<Position>,
    now: Time,
) -> Result<Advice> {
    let zone = match at {
        Some(at) => oncall::zone_at(tx, at, now).await?,
        None => None,
    };
    let facts = oncall::facts(tx, zone.as_ref(), now).await?;
    let minute_of_day = tx.packs().calendar.minute_of_day(now);
    let travel = tx.packs().channel_at(now).travel.clone();
    let recommendation = recommend(Plea { card, at, minute_of_day }, &facts, &travel);
    Ok(Advice { zone_id: zone.map(|zone| zone.zone_id), recommendation })
}

/// The recommendation as it is kept.
pub(super) fn kept(recommendation: &Recommendation) -> Result<String> {
    serde_json::to_string(recommendation)
        .map_err(|error| Error::Corrupt(format!("recommendation: {error}")))
}

async fn write(tx: &mut Tx, by: &By, new: &NewCase) -> Result<Raised> {
    let now = by.now;
    if let Some(raised) = raised_before(tx, new).await? {
        return Ok(raised);
    }
    if new.place.chars().count() > TEXT_MAX || new.said.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    let callback = new.callback.trim();
    if !callback.is_empty() && !oncall::is_phone(callback) {
        return Err(Refusal::Phone.into());
    }
    let place = place(tx, new).await?;
    if let Some(raised) = join(tx, by, new).await? {
        return Ok(raised);
    }
    // Where nobody answers, nobody must believe to have been heard.
    if oncall::hospitals(tx, now).await?.is_empty() {
        return Err(Refusal::NoChannel.into());
    }
    let cards = tx.packs().cards_at(now).clone();
    let known = cards.card(&new.card).or_else(|| cards.card(OTHER)).or(cards.cards.first());
    let card = known.ok_or(Refusal::Unknown)?;
    let advice = advise(tx, card, place.at, now).await?;
    let recommendation = &advice.recommendation;
    let emergency_id = tx.id("emg", now)?;
    let row = Known { emergency_id: &emergency_id, place: &place, card: &card.code };
    let version = &cards.pack.version;
    insert(tx, by, new, row, version, &advice).await?;
    if !new.said.trim().is_empty() {
        super::packet::write_message(tx, by, &emergency_id, new.said.trim(), "parties").await?;
    }
    let called = recommendation.first_called();
    let hospitals: Vec<&String> = called.iter().map(|(id, _)| id).collect();
    let particulars = json!({
        "source": new.source.code(), "card": card.code, "drill": new.drill,
        "hospitals": hospitals, "zone": recommendation.zone,
        "recommended": recommendation.recommended,
    });
    let institution_id = &place.institution_id;
    let subject = Subject { kind: "emergency", id: &emergency_id, institution_id };
    event::append(tx, by, subject, "raised", particulars).await?;
    call::open(tx, by, &emergency_id, QC, Part::Other).await?;
    for (hospital_id, part) in called {
        call::open(tx, by, &emergency_id, &hospital_id, part).await?;
    }
    Ok(Raised { emergency_id, joined: false })
}

struct Known<'r> {
    emergency_id: &'r str,
    place: &'r Place,
    card: &'r str,
}

/// `JZ-20250321-003`
async fn number(tx: &mut Tx, now: Time) -> Result<String> {
    let day = tx.packs().calendar.compact_date(now);
    let n = next_in_series(tx, &format!("JZ-{day}")).await?;
    Ok(format!("JZ-{day}-{n:03}"))
}

async fn insert(
    tx: &mut Tx,
    by: &By,
    new: &NewCase,
    row: Known<'_>,
    version: &str,
    advice: &Advice,
) -> Result<()> {
    let now = by.now;
    let number = number(tx, now).await?;
    sqlx::query(
        "insert into emergency (emergency_id, number, source, institution_id, operation_id, room_id,
            region_code, zone_id, place, lat, lng, callback, card, card_version, drill_at,
            request_key, open_key, onset_at, raised_at, raised_by, state, recommendation,
            reporter_hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
            case when $24 > 0 then cast($10 as double precision) end,
            case when $24 > 0 then cast($11 as double precision) end,
            $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
    )
    .bind(row.emergency_id)
    .bind(&number)
    .bind(new.source.code())
    .bind(&row.place.institution_id)
    .bind(&new.operation_id)
    .bind(&row.place.room_id)
    .bind(&row.place.region_code)
    .bind(&advice.zone_id)
    .bind(&row.place.words)
    .bind(row.place.at.map_or(0.0, |at| at.lat))
    .bind(row.place.at.map_or(0.0, |at| at.lng))
    .bind(new.callback.trim())
    .bind(row.card)
    .bind(version)
    .bind(new.drill.then_some(now.0))
    .bind(&new.request_key)
    .bind(open_key(new))
    .bind(new.onset_at.map(|at| at.0.min(now.0)))
    .bind(now.0)
    .bind(by.actor.code())
    .bind(rules::emergency::Standing::Raised.code())
    .bind(kept(&advice.recommendation)?)
    .bind(&new.reporter_hash)
    .bind(i64::from(row.place.at.is_some()))
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn open_key(new: &NewCase) -> Option<String> {
    let operation = new.operation_id.as_ref().filter(|_| !new.drill);
    operation.map(|operation_id| format!("operation:{operation_id}"))
}

async fn raised_before(tx: &mut Tx, new: &NewCase) -> Result<Option<Raised>> {
    // The key's row is the lock: two taps of one form take turns here.
    hold_series(tx, &format!("raise:{}", new.request_key)).await?;
    let row = sqlx::query("select emergency_id from emergency where request_key = $1")
        .bind(&new.request_key)
        .fetch_optional(tx.conn())
        .await?;
    row.map(|row| Ok(Raised { emergency_id: row.try_get(0)?, joined: false })).transpose()
}

/// A second cry from the same operation joins the open case, with what was said; each form says it
/// once, however often it is sent.
async fn join(tx: &mut Tx, by: &By, new: &NewCase) -> Result<Option<Raised>> {
    let Some(key) = open_key(new) else { return Ok(None) };
    hold_series(tx, &format!("raise:{key}")).await?;
    let form = format!("raise:{}", new.request_key);
    // Takes the case's row: it may be ending, and messages are numbered one after another.
    let row = sqlx::query(
        "update emergency set state = state where open_key = $1
         returning emergency_id, institution_id",
    )
    .bind(&key)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else {
        // The form has joined a case that is over by now: sent again it is no new cry.
        let joined = last_in_series(tx, &form).await? > 0;
        return if joined { joined_before(tx, new).await } else { Ok(None) };
    };
    let (emergency_id, institution_id): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let first = next_in_series(tx, &form).await? == 1;
    if first && !new.said.trim().is_empty() {
        super::packet::write_message(tx, by, &emergency_id, new.said.trim(), "parties").await?;
        let called = super::mark::called(tx, &emergency_id).await?;
        let institution_id = &institution_id;
        let subject = Subject { kind: "emergency", id: &emergency_id, institution_id };
        event::append(tx, by, subject, "message", json!({"hospitals": called})).await?;
    }
    Ok(Some(Raised { emergency_id, joined: true }))
}

/// The last case of a form's operation.
async fn joined_before(tx: &mut Tx, new: &NewCase) -> Result<Option<Raised>> {
    let row = sqlx::query(
        "select emergency_id from emergency where operation_id = $1 and drill_at is null
         order by raised_at desc, emergency_id desc limit 1",
    )
    .bind(&new.operation_id)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| Ok(Raised { emergency_id: row.try_get(0)?, joined: true })).transpose()
}
