//! Hospitals on call, what they can do, and the numbers they answer.

use rules::emergency::HospitalFacts;
use rules::{Position, Time};
use serde_json::json;

use crate::account::Channel;
use crate::event::{self, By, Subject};
use crate::order::sort_key;
use crate::{Error, Refusal, Result, Scope, Tx};

/// A hospital that joins the channel.
#[derive(Clone, Debug)]
pub struct NewHospital {
    pub hospital_id: String,
    pub region_code: String,
    pub name: [String; 2],
    pub short: [String; 2],
    pub address: [String; 2],
    /// Where the emergency entrance is and how a van drives in.
    pub gate: [String; 2],
    pub phone: String,
    pub at: Position,
    pub answers: rules::emergency::Answers,
    pub joined_at: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Hospital {
    pub hospital_id: String,
    pub region_code: String,
    pub name_zh: String,
    pub name_en: String,
    pub short_zh: String,
    pub short_en: String,
    pub address_zh: String,
    pub address_en: String,
    pub gate_zh: String,
    pub gate_en: String,
    pub phone: String,
    pub lat: f64,
    pub lng: f64,
    pub answers_by: String,
}

impl Hospital {
    pub fn at(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// What a hospital can do; without minutes all day and night.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Capability {
    pub hospital_id: String,
    pub capability: String,
    pub from_min: Option<i64>,
    pub until_min: Option<i64>,
}

impl Capability {
    pub fn hours(&self) -> Option<(i64, i64)> {
        self.from_min.zip(self.until_min)
    }
}

pub async fn add_hospital(tx: &mut Tx, by: &By, new: &NewHospital) -> Result<()> {
    sqlx::query(
        "insert into hospital (hospital_id, region_code, name_zh, name_en, short_zh, short_en,
            sort_key, address_zh, address_en, gate_zh, gate_en, phone, lat, lng, answers_by,
            joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&new.hospital_id)
    .bind(&new.region_code)
    .bind(&new.name[0])
    .bind(&new.name[1])
    .bind(&new.short[0])
    .bind(&new.short[1])
    .bind(sort_key(&new.name[0]))
    .bind(&new.address[0])
    .bind(&new.address[1])
    .bind(&new.gate[0])
    .bind(&new.gate[1])
    .bind(&new.phone)
    .bind(new.at.lat)
    .bind(new.at.lng)
    .bind(new.answers.code())
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    let id = &new.hospital_id;
    let subject = Subject { kind: "hospital", id, institution_id: id };
    event::append(tx, by, subject, "joined", json!({})).await
}

/// What a hospital says of its door: where a van drives in, and the number that answers there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrance {
    pub gate: [String; 2],
    pub phone: String,
}

const GATE_CHARS_MAX: usize = 200;

/// Says where the emergency entrance is and which number answers.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre and the hospital itself,
/// [`Refusal::Text`], [`Refusal::Phone`]; not found for a hospital nobody knows.
pub async fn set_entrance(
    tx: &mut Tx,
    scope: &Scope,
    hospital_id: &str,
    entrance: &Entrance,
    now: Time,
) -> Result<()> {
    let by = may_manage(scope, hospital_id, now)?;
    let [zh, en] = &entrance.gate;
    let sound = |text: &String| (1..=GATE_CHARS_MAX).contains(&text.trim().chars().count());
    if !sound(zh) || !sound(en) {
        return Err(Refusal::Text.into());
    }
    if !is_phone(entrance.phone.trim()) {
        return Err(Refusal::Phone.into());
    }
    let set = sqlx::query(
        "update hospital set gate_zh = $2, gate_en = $3, phone = $4 where hospital_id = $1",
    )
    .bind(hospital_id)
    .bind(zh.trim())
    .bind(en.trim())
    .bind(entrance.phone.trim())
    .execute(tx.conn())
    .await?;
    if set.rows_affected() == 0 {
        return Err(Error::NotFound("hospital"));
    }
    let subject = Subject { kind: "hospital", id: hospital_id, institution_id: hospital_id };
    event::append(tx, &by, subject, "entrance_set", json!({})).await
}

/// Says that a hospital can do something, or until when of the day; `None` takes it back.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre and the hospital itself.
pub async fn set_capability(
    tx: &mut Tx,
    scope: &Scope,
    hospital_id: &str,
    capability: &str,
    hours: Option<Option<(i64, i64)>>,
    now: Time,
) -> Result<()> {
    let by = may_manage(scope, hospital_id, now)?;
    enter_capability(tx, &by, hospital_id, capability, hours).await
}

/// The same without asking who; for entering a city's files.
pub async fn enter_capability(
    tx: &mut Tx,
    by: &By,
    hospital_id: &str,
    capability: &str,
    hours: Option<Option<(i64, i64)>>,
) -> Result<()> {
    if tx.packs().channel_at(by.now).capability(capability).is_none() {
        return Err(Refusal::Unknown.into());
    }
    sqlx::query("delete from hospital_capability where hospital_id = $1 and capability = $2")
        .bind(hospital_id)
        .bind(capability)
        .execute(tx.conn())
        .await?;
    if let Some(hours) = hours {
        let minute = |minute: i64| (0..1_440).contains(&minute);
        if hours.is_some_and(|(from, until)| !minute(from) || !minute(until)) {
            return Err(Refusal::Hours.into());
        }
        sqlx::query(
            "insert into hospital_capability (hospital_id, capability, from_min, until_min)
             values ($1, $2, $3, $4)",
        )
        .bind(hospital_id)
        .bind(capability)
        .bind(hours.map(|(from, _)| from))
        .bind(hours.map(|(_, until)| until))
        .execute(tx.conn())
        .await?;
    }
    let subject = Subject { kind: "hospital", id: hospital_id, institution_id: hospital_id };
    let particulars = json!({"capability": capability, "has": hours.is_some()});
    event::append(tx, by, subject, "capability_set", particulars).await
}

/// Who may change what a hospital says of itself: the hospital's own desk and the QC centre.
pub(super) fn may_manage(scope: &Scope, hospital_id: &str, now: Time) -> Result<By> {
    use rules::account::Permission::{ManageChannel, ManageHospital};
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let own =
        scope.may(ManageHospital) && *scope.channel() == Channel::Hospital(hospital_id.to_owned());
    if own || scope.may(ManageChannel) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// Who may change what is the QC centre's own.
pub(super) fn may_run(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if scope.may(rules::account::Permission::ManageChannel) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// The hospitals of the channel, by name: public knowledge.
pub async fn hospitals(tx: &mut Tx, now: Time) -> Result<Vec<Hospital>> {
    Ok(sqlx::query_as(
        "select hospital_id, region_code, name_zh, name_en, short_zh, short_en, address_zh,
            address_en, gate_zh, gate_en, phone, lat, lng, answers_by
         from hospital where joined_at <= $1 and (left_at is null or left_at > $1)
         order by sort_key",
    )
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?)
}

pub async fn hospital(tx: &mut Tx, hospital_id: &str) -> Result<Hospital> {
    let row = sqlx::query_as(
        "select hospital_id, region_code, name_zh, name_en, short_zh, short_en, address_zh,
            address_en, gate_zh, gate_en, phone, lat, lng, answers_by
         from hospital where hospital_id = $1",
    )
    .bind(hospital_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("hospital"))
}

pub async fn capabilities(tx: &mut Tx) -> Result<Vec<Capability>> {
    Ok(sqlx::query_as(
        "select hospital_id, capability, from_min, until_min from hospital_capability
         order by hospital_id, capability",
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Everything that the recommendation weighs, for every hospital of the channel.
pub async fn facts(
    tx: &mut Tx,
    zone: Option<&super::Zone>,
    now: Time,
) -> Result<Vec<HospitalFacts>> {
    let hospitals = hospitals(tx, now).await?;
    let capabilities = capabilities(tx).await?;
    let stock = super::stock::usable_of_hospitals(tx, now).await?;
    let lines = super::lines_at(tx, None, now).await?;
    let of = |id: &str| id.to_owned();
    Ok(hospitals
        .iter()
        .map(|hospital| {
            let id = &hospital.hospital_id;
            HospitalFacts {
                hospital_id: of(id),
                at: hospital.at(),
                capabilities: capabilities
                    .iter()
                    .filter(|row| row.hospital_id == *id)
                    .map(|row| (row.capability.clone(), row.hours()))
                    .collect(),
                stock: stock
                    .iter()
                    .filter(|(holder, _, _)| holder == id)
                    .map(|(_, item, units)| (item.clone(), *units))
                    .collect(),
                on_call: lines.iter().any(|line| line.hospital_id == *id),
                zone_primary: zone.is_some_and(|zone| zone.primary_id == *id),
                zone_backup: zone.is_some_and(|zone| zone.backup_id.as_ref() == Some(id)),
            }
        })
        .collect())
}

/// A number that is announced.
#[derive(Clone, Debug)]
pub struct NewHotline {
    /// `None` for the city's own.
    pub hospital_id: Option<String>,
    pub number: String,
    pub label: [String; 2],
    pub from: Time,
    /// The one it replaces, which ends when this one begins.
    pub replaces: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Hotline {
    pub hotline_id: String,
    pub hospital_id: Option<String>,
    pub number: String,
    pub label_zh: String,
    pub label_en: String,
    pub from_at: i64,
    pub until_at: Option<i64>,
}

/// Whether a text is a telephone number: 3 to 20 digits, with spaces, hyphens and one leading plus.
pub fn is_phone(text: &str) -> bool {
    let text = text.trim();
    let body = text.strip_prefix('+').unwrap_or(text);
    let digits = body.chars().filter(char::is_ascii_digit).count();
    (3..=20).contains(&digits) && body.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-')
}

/// Announces a number; the one it replaces ends, and both stay in the history.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Phone`], [`Refusal::Text`].
pub async fn set_hotline(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewHotline,
    now: Time,
) -> Result<String> {
    let by = may_run(scope, now)?;
    enter_hotline(tx, &by, new).await
}

/// The same without asking who; for entering a city's files.
pub async fn enter_hotline(tx: &mut Tx, by: &By, new: &NewHotline) -> Result<String> {
    if !is_phone(&new.number) {
        return Err(Refusal::Phone.into());
    }
    if new.label.iter().any(|label| label.trim().is_empty() || label.chars().count() > 60) {
        return Err(Refusal::Text.into());
    }
    let hotline_id = tx.id("hot", by.now)?;
    sqlx::query(
        "insert into hotline (hotline_id, hospital_id, number, label_zh, label_en, from_at, made_at,
            made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&hotline_id)
    .bind(&new.hospital_id)
    .bind(new.number.trim())
    .bind(new.label[0].trim())
    .bind(new.label[1].trim())
    .bind(new.from.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if let Some(old) = &new.replaces {
        close_hotline(tx, by, old, new.from).await?;
    }
    let subject = Subject { kind: "hotline", id: &hotline_id, institution_id: "" };
    event::append(tx, by, subject, "announced", json!({"replaces": new.replaces})).await?;
    Ok(hotline_id)
}

/// Ends a number without another.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found when it has ended before.
pub async fn end_hotline(tx: &mut Tx, scope: &Scope, hotline_id: &str, now: Time) -> Result<()> {
    let by = may_run(scope, now)?;
    close_hotline(tx, &by, hotline_id, now).await?;
    let subject = Subject { kind: "hotline", id: hotline_id, institution_id: "" };
    event::append(tx, &by, subject, "ended", json!({})).await
}

async fn close_hotline(tx: &mut Tx, by: &By, hotline_id: &str, at: Time) -> Result<()> {
    let ended = sqlx::query(
        "update hotline set until_at = $2, ended_by = $3
         where hotline_id = $1 and until_at is null",
    )
    .bind(hotline_id)
    .bind(at.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound("hotline"));
    }
    Ok(())
}

/// The numbers that answer now, the city's own first.
pub async fn hotlines(tx: &mut Tx, now: Time) -> Result<Vec<Hotline>> {
    Ok(sqlx::query_as(
        "select hotline_id, hospital_id, number, label_zh, label_en, from_at, until_at from hotline
         where from_at <= $1 and (until_at is null or until_at > $1)
         order by case when hospital_id is null then 0 else 1 end, hospital_id, from_at",
    )
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?)
}

/// Every number there ever was, the latest first.
pub async fn hotline_history(tx: &mut Tx) -> Result<Vec<Hotline>> {
    Ok(sqlx::query_as(
        "select hotline_id, hospital_id, number, label_zh, label_en, from_at, until_at from hotline
         order by from_at desc, hotline_id desc limit 200",
    )
    .fetch_all(tx.conn())
    .await?)
}
