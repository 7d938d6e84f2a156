//! Rotas: who is on call at a hospital, when, and where nobody is.

use rules::Time;
use rules::oncall::{
    Gap, Override, Pattern, Rota, RotaKind, Shift, faults, gaps, on_call_at, shifts,
};
use serde_json::json;
use sqlx::Row;

use super::hospital::may_manage;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, error};

/// A rota to be entered.
#[derive(Clone, Debug)]
pub struct NewRota {
    pub hospital_id: String,
    pub line: i64,
    pub pattern: Pattern,
    /// Accounts of the hospital, in their turn.
    pub people: Vec<String>,
    pub from: Time,
    pub until: Option<Time>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct StoredRota {
    rota_id: String,
    hospital_id: String,
    line: i64,
    kind: String,
    start_min: i64,
    end_min: i64,
    every_days: i64,
    weekdays: i64,
    from_at: i64,
    until_at: Option<i64>,
}

/// A rota with the hospital it belongs to.
#[derive(Clone, Debug)]
pub struct RotaRow {
    pub hospital_id: String,
    pub rota: Rota,
}

const LINES: std::ops::RangeInclusive<i64> = 1..=2;
const PEOPLE_MAX: usize = 60;

/// Enters a rota and looks for gaps at once.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the hospital's desk and the QC centre; those of
/// [`enter_rota`].
pub async fn add_rota(tx: &mut Tx, scope: &Scope, new: &NewRota, now: Time) -> Result<String> {
    let by = may_manage(scope, &new.hospital_id, now)?;
    let rota_id = enter_rota(tx, &by, new).await?;
    super::watch::look_at_rotas(tx, &by, &new.hospital_id).await?;
    Ok(rota_id)
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Hours`] for a pattern that cannot be, [`Refusal::Unknown`] for people who are not of
/// the hospital.
pub async fn enter_rota(tx: &mut Tx, by: &By, new: &NewRota) -> Result<String> {
    let rota_id = tx.id("rot", by.now)?;
    let rota = Rota {
        rota_id: rota_id.clone(),
        line: new.line,
        pattern: new.pattern.clone(),
        people: new.people.clone(),
        from: new.from,
        until: new.until,
    };
    if !faults(&rota).is_empty() || !LINES.contains(&new.line) || new.people.len() > PEOPLE_MAX {
        return Err(Refusal::Hours.into());
    }
    let own = crate::account::of_hospital(tx, &new.hospital_id).await?;
    if !new.people.iter().all(|person| own.contains(person)) {
        return Err(Refusal::Unknown.into());
    }
    let (kind, start, end, every, days) = match new.pattern {
        Pattern::Rotation { hands_over_min, every_days } => {
            (RotaKind::Rotation, hands_over_min, hands_over_min, every_days, 0)
        }
        Pattern::Weekly { weekdays, starts_min, ends_min } => {
            (RotaKind::Weekly, starts_min, ends_min, 1, i64::from(weekdays))
        }
        Pattern::Daily { starts_min, ends_min } => (RotaKind::Daily, starts_min, ends_min, 1, 0),
    };
    sqlx::query(
        "insert into rota (rota_id, hospital_id, line, kind, start_min, end_min, every_days,
            weekdays, from_at, until_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&rota_id)
    .bind(&new.hospital_id)
    .bind(new.line)
    .bind(kind.code())
    .bind(start)
    .bind(end)
    .bind(every)
    .bind(days)
    .bind(new.from.0)
    .bind(new.until.map(|until| until.0))
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    for (turn, person) in (0i64..).zip(&new.people) {
        sqlx::query("insert into rota_person (rota_id, turn, account_id) values ($1, $2, $3)")
            .bind(&rota_id)
            .bind(turn)
            .bind(person)
            .execute(tx.conn())
            .await?;
    }
    let subject = Subject { kind: "rota", id: &rota_id, institution_id: &new.hospital_id };
    event::append(tx, by, subject, "entered", json!({"line": new.line, "kind": kind.code()}))
        .await?;
    Ok(rota_id)
}

/// Ends a rota.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found when it has ended before.
pub async fn end_rota(
    tx: &mut Tx,
    scope: &Scope,
    rota_id: &str,
    until: Time,
    now: Time,
) -> Result<()> {
    let row = sqlx::query("select hospital_id from rota where rota_id = $1")
        .bind(rota_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("rota"))?;
    let hospital_id: String = row.try_get(0)?;
    let by = may_manage(scope, &hospital_id, now)?;
    let ended = sqlx::query(
        "update rota set until_at = $2 where rota_id = $1 and (until_at is null or until_at > $2)",
    )
    .bind(rota_id)
    .bind(until.0)
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound("rota"));
    }
    let subject = Subject { kind: "rota", id: rota_id, institution_id: &hospital_id };
    event::append(tx, &by, subject, "ended", json!({"at": until.0})).await?;
    super::watch::look_at_rotas(tx, &by, &hospital_id).await
}

fn pattern(row: &StoredRota) -> Result<Pattern> {
    let kind = error::coded(RotaKind::of(&row.kind), "rota.kind", &row.kind)?;
    Ok(match kind {
        RotaKind::Rotation => {
            Pattern::Rotation { hands_over_min: row.start_min, every_days: row.every_days }
        }
        RotaKind::Weekly => Pattern::Weekly {
            weekdays: u8::try_from(row.weekdays).unwrap_or(0),
            starts_min: row.start_min,
            ends_min: row.end_min,
        },
        RotaKind::Daily => Pattern::Daily { starts_min: row.start_min, ends_min: row.end_min },
    })
}

/// The rotas that hold at any time from `from` on, of one hospital or of all.
pub async fn rotas_of(tx: &mut Tx, hospital_id: Option<&str>, from: Time) -> Result<Vec<RotaRow>> {
    let rows: Vec<StoredRota> = sqlx::query_as(
        "select rota_id, hospital_id, line, kind, start_min, end_min, every_days, weekdays, from_at,
            until_at
         from rota where (cast($1 as text) is null or hospital_id = $1)
           and (until_at is null or until_at > $2)
         order by hospital_id, line, from_at, rota_id",
    )
    .bind(hospital_id)
    .bind(from.0)
    .fetch_all(tx.conn())
    .await?;
    let people = sqlx::query(
        "select rota_person.rota_id, account_id from rota_person
         join rota on rota.rota_id = rota_person.rota_id
         where (cast($1 as text) is null or hospital_id = $1)
           and (until_at is null or until_at > $2)
         order by rota_person.rota_id, turn",
    )
    .bind(hospital_id)
    .bind(from.0)
    .fetch_all(tx.conn())
    .await?;
    let mut turns: std::collections::HashMap<String, Vec<String>> = Default::default();
    for row in &people {
        turns.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    rows.iter()
        .map(|row| {
            let rota = Rota {
                rota_id: row.rota_id.clone(),
                line: row.line,
                pattern: pattern(row)?,
                people: turns.remove(&row.rota_id).unwrap_or_default(),
                from: Time(row.from_at),
                until: row.until_at.map(Time),
            };
            Ok(RotaRow { hospital_id: row.hospital_id.clone(), rota })
        })
        .collect()
}

/// Approved overrides that touch a span, with their hospital.
pub(super) async fn overrides_of(
    tx: &mut Tx,
    hospital_id: Option<&str>,
    from: Time,
    until: Time,
) -> Result<Vec<(String, Override)>> {
    let rows = sqlx::query(
        "select hospital_id, override_id, line, from_at, until_at, takes from rota_override
         where state = 'approved' and (cast($1 as text) is null or hospital_id = $1)
           and until_at > $2 and from_at < $3
         order by state_at, override_id",
    )
    .bind(hospital_id)
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let one = Override {
                override_id: row.try_get(1)?,
                line: row.try_get(2)?,
                from: Time(row.try_get(3)?),
                until: Time(row.try_get(4)?),
                takes: row.try_get(5)?,
            };
            Ok((row.try_get(0)?, one))
        })
        .collect()
}

/// Somebody on call at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    pub hospital_id: String,
    pub line: i64,
    pub account_id: String,
}

/// Who is on call at a moment, at one hospital or at all.
pub(crate) async fn lines_at(
    tx: &mut Tx,
    hospital_id: Option<&str>,
    at: Time,
) -> Result<Vec<OnCall>> {
    let calendar = tx.packs().calendar;
    let rotas = rotas_of(tx, hospital_id, at).await?;
    let overrides = overrides_of(tx, hospital_id, at, at.plus_ms(1)).await?;
    let mut hospitals: Vec<&String> = rotas.iter().map(|row| &row.hospital_id).collect();
    hospitals.extend(overrides.iter().map(|(hospital_id, _)| hospital_id));
    hospitals.sort();
    hospitals.dedup();
    let mut found = Vec::new();
    for hospital_id in hospitals {
        let own: Vec<Rota> = rotas
            .iter()
            .filter(|row| row.hospital_id == *hospital_id)
            .map(|row| row.rota.clone())
            .collect();
        let instead: Vec<Override> = overrides
            .iter()
            .filter(|(known, _)| known == hospital_id)
            .map(|(_, one)| one.clone())
            .collect();
        for line in LINES {
            let people = on_call_at(calendar, &own, &instead, line, at);
            found.extend(people.into_iter().map(|account_id| OnCall {
                hospital_id: hospital_id.clone(),
                line,
                account_id,
            }));
        }
    }
    Ok(found)
}

/// A person by name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    pub account_id: String,
    pub hospital_id: String,
    pub role: String,
    pub name_zh: String,
    pub name_en: String,
}

/// The people of the hospitals in a scope, by name: nobody of the public, nobody of a clinic.
pub async fn people_of(tx: &mut Tx, scope: &Scope) -> Result<Vec<Person>> {
    let channel = scope.channel();
    if matches!(channel, crate::account::Channel::Nothing | crate::account::Channel::Institution(_))
    {
        return Ok(Vec::new());
    }
    let (hospital, _) = channel.bounds();
    people_named(tx, hospital).await
}

pub(crate) async fn people_named(tx: &mut Tx, hospital_id: Option<&str>) -> Result<Vec<Person>> {
    Ok(sqlx::query_as(
        "select account_id, hospital_id, role, name_zh, name_en from account
         where hospital_id is not null and disabled_at is null
           and (cast($1 as text) is null or hospital_id = $1)
         order by hospital_id, login",
    )
    .bind(hospital_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Who is on call now, with names; the hospitals of the scope only.
pub async fn on_call_now(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Vec<(i64, Person)>> {
    let people = people_of(tx, scope).await?;
    let lines = lines_at(tx, scope.hospital(), now).await?;
    let named = |account_id: &str| people.iter().find(|one| one.account_id == account_id).cloned();
    Ok(lines
        .iter()
        .filter_map(|line| named(&line.account_id).map(|person| (line.line, person)))
        .collect())
}

/// The plan of a hospital: shifts and gaps of both lines.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub shifts: Vec<Shift>,
    pub gaps: Vec<Gap>,
}

/// The plan of one hospital for a span of at most 100 days.
pub async fn plan(tx: &mut Tx, hospital_id: &str, from: Time, until: Time) -> Result<Plan> {
    let until = until.min(from.plus_days(100));
    let calendar = tx.packs().calendar;
    let rotas: Vec<Rota> =
        rotas_of(tx, Some(hospital_id), from).await?.into_iter().map(|row| row.rota).collect();
    let overrides: Vec<Override> = overrides_of(tx, Some(hospital_id), from, until)
        .await?
        .into_iter()
        .map(|(_, one)| one)
        .collect();
    let mut plan = Plan::default();
    for line in LINES {
        plan.shifts.extend(shifts(calendar, &rotas, &overrides, line, from, until));
        plan.gaps.extend(gaps(calendar, &rotas, &overrides, line, from, until));
    }
    Ok(plan)
}
