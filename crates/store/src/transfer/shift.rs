//! When a vehicle is on duty with whom, and when it cannot be: shifts and outages [T23].

use std::collections::HashMap;

use rules::Time;
use rules::transfer::accreditation::Holder;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;

use super::accreditation::{good_until, may_manage};
use super::fleet;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A break that is owed, and when it may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    pub from_at: Time,
    pub until_at: Time,
    pub lasts_min: i64,
}

#[derive(Clone, Debug)]
pub struct NewShift {
    pub vehicle_id: String,
    pub crew: Vec<String>,
    pub from: Time,
    /// Regular end; after it is overtime, after `latest` nobody drives.
    pub until: Time,
    pub latest: Time,
    pub breaks: Vec<Break>,
}

/// A member of a shift's crew.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ShiftCrew {
    pub shift_id: String,
    pub crew_id: String,
    pub role: String,
    pub name_zh: String,
    pub name_en: String,
    pub phone: String,
}

#[derive(Clone, Debug)]
pub struct Shift {
    pub shift_id: String,
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub from_at: i64,
    pub until_at: i64,
    pub latest_at: i64,
    pub breaks: Vec<Break>,
    pub began_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub start_km: Option<i64>,
    pub end_km: Option<i64>,
    pub revision: i64,
    pub crew: Vec<ShiftCrew>,
}

#[derive(sqlx::FromRow)]
struct ShiftRow {
    shift_id: String,
    vehicle_id: String,
    operator_id: String,
    call_sign: String,
    from_at: i64,
    until_at: i64,
    latest_at: i64,
    breaks: String,
    began_at: Option<i64>,
    ended_at: Option<i64>,
    start_km: Option<i64>,
    end_km: Option<i64>,
    revision: i64,
}

impl ShiftRow {
    fn shift(self, crew: Vec<ShiftCrew>) -> Shift {
        Shift {
            shift_id: self.shift_id,
            vehicle_id: self.vehicle_id,
            operator_id: self.operator_id,
            call_sign: self.call_sign,
            from_at: self.from_at,
            until_at: self.until_at,
            latest_at: self.latest_at,
            // What cannot be read owes no break; what is written always can.
            breaks: serde_json::from_str(&self.breaks).unwrap_or_default(),
            began_at: self.began_at,
            ended_at: self.ended_at,
            start_km: self.start_km,
            end_km: self.end_km,
            revision: self.revision,
            crew,
        }
    }
}

/// Longest turn of duty with its overtime.
const SHIFT_MAX_MS: i64 = 16 * Time::HOUR_MS;
/// People on one vehicle.
const CREW_MAX: usize = 6;
const BREAKS_MAX: usize = 4;
/// Shifts of one reading: a week of a hundred vehicles, twice a day.
const SHIFTS_MAX: i64 = 2_000;

/// Plans a shift of an own vehicle.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`enter_shift`]; not found for another's vehicle.
pub async fn add_shift(tx: &mut Tx, scope: &Scope, new: &NewShift, now: Time) -> Result<String> {
    let by = may_manage(scope, now)?;
    fleet::vehicle(tx, scope, &new.vehicle_id).await?;
    for crew_id in &new.crew {
        fleet::crew_member(tx, scope, crew_id).await?;
    }
    enter_shift(tx, &by, new).await
}

fn sound(new: &NewShift) -> Result<()> {
    let spans = new.from < new.until
        && new.until <= new.latest
        && new.from.ms_until(new.latest) <= SHIFT_MAX_MS;
    let breaks = new.breaks.iter().all(|one| {
        new.from <= one.from_at
            && one.from_at <= one.until_at
            && one.lasts_min > 0
            && one.until_at.plus_min(one.lasts_min) <= new.latest
    });
    if !spans || !breaks || new.breaks.len() > BREAKS_MAX {
        return Err(Refusal::Hours.into());
    }
    if new.crew.is_empty() || new.crew.len() > CREW_MAX {
        return Err(Refusal::Quantity.into());
    }
    Ok(())
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Hours`], [`Refusal::Quantity`] for a crew of nobody; [`Refusal::Clash`] when the
/// vehicle or a member is on duty elsewhere, [`Refusal::NotAccredited`] when one of them is not
/// accredited to the shift's end; not found for a vehicle or member that is not of one company.
pub async fn enter_shift(tx: &mut Tx, by: &By, new: &NewShift) -> Result<String> {
    sound(new)?;
    let mut crew = new.crew.clone();
    crew.sort();
    crew.dedup();
    hold(tx, &new.vehicle_id, &crew).await?;
    if clashes(tx, new, &crew).await? {
        return Err(Refusal::Clash.into());
    }
    let mut holders = vec![(Holder::Vehicle, &new.vehicle_id)];
    holders.extend(crew.iter().map(|id| (Holder::Crew, id)));
    for (holder, id) in holders {
        let until = good_until(tx, holder, id, new.from).await?;
        // Whoever loses a certificate on the way is not planned at all.
        if until.is_some_and(|until| until < new.latest) {
            return Err(Refusal::NotAccredited.into());
        }
    }
    let shift_id = tx.id("sft", by.now)?;
    sqlx::query(
        "insert into shift (shift_id, vehicle_id, from_at, until_at, latest_at, breaks, made_at,
            made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&shift_id)
    .bind(&new.vehicle_id)
    .bind(new.from.0)
    .bind(new.until.0)
    .bind(new.latest.0)
    .bind(json!(new.breaks).to_string())
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    for crew_id in &crew {
        sqlx::query("insert into shift_crew (shift_id, crew_id) values ($1, $2)")
            .bind(&shift_id)
            .bind(crew_id)
            .execute(tx.conn())
            .await?;
    }
    shift_told(tx, by, &shift_id, &new.vehicle_id, &crew, "planned").await?;
    Ok(shift_id)
}

async fn shift_told(
    tx: &mut Tx,
    by: &By,
    shift_id: &str,
    vehicle_id: &str,
    crew: &[String],
    action: &'static str,
) -> Result<()> {
    let row = sqlx::query("select operator_id from vehicle where vehicle_id = $1")
        .bind(vehicle_id)
        .fetch_one(tx.conn())
        .await?;
    let mut parties = vec![row.try_get::<String, _>(0)?];
    parties.extend(crew.iter().cloned());
    let particulars = json!({"vehicle": vehicle_id, "parties": parties});
    let subject = Subject { kind: "shift", id: shift_id, institution_id: "" };
    event::append(tx, by, subject, action, particulars).await
}

/// Takes the rows of the vehicle and its crew, so that two shifts of one of them take turns; always
/// the vehicle first, then the crew by id.
async fn hold(tx: &mut Tx, vehicle_id: &str, crew: &[String]) -> Result<()> {
    let row = sqlx::query(
        "update vehicle set call_sign = call_sign where vehicle_id = $1 and left_at is null
         returning operator_id",
    )
    .bind(vehicle_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("vehicle"))?;
    let operator_id: String = row.try_get(0)?;
    for crew_id in crew {
        let held = sqlx::query(
            "update crew_member set sort_key = sort_key
             where crew_id = $1 and operator_id = $2 and left_at is null",
        )
        .bind(crew_id)
        .bind(&operator_id)
        .execute(tx.conn())
        .await?;
        if held.rows_affected() == 0 {
            return Err(Error::NotFound("crew_member"));
        }
    }
    Ok(())
}

async fn clashes(tx: &mut Tx, new: &NewShift, crew: &[String]) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) from shift where vehicle_id = $1 and from_at < $3 and latest_at > $2
           and (ended_at is null or ended_at > $2)",
    )
    .bind(&new.vehicle_id)
    .bind(new.from.0)
    .bind(new.latest.0)
    .fetch_one(tx.conn())
    .await?;
    let mut found: i64 = row.try_get(0)?;
    for crew_id in crew {
        // People go home at the regular end; the vehicle may be late.
        let row = sqlx::query(
            "select count(*) from shift join shift_crew on shift_crew.shift_id = shift.shift_id
             where crew_id = $1 and from_at < $3 and latest_at > $2
               and (ended_at is null or ended_at > $2)",
        )
        .bind(crew_id)
        .bind(new.from.0)
        .bind(new.latest.0)
        .fetch_one(tx.conn())
        .await?;
        found += row.try_get::<i64, _>(0)?;
    }
    Ok(found > 0)
}

/// Takes a shift back that has not begun and carries nobody yet.
///
/// # Errors
/// [`Refusal::NotAllowed`] when it has begun or a booking is planned onto it.
pub async fn drop_shift(tx: &mut Tx, scope: &Scope, shift_id: &str, now: Time) -> Result<()> {
    let by = may_manage(scope, now)?;
    let known = shift(tx, scope, shift_id).await?;
    let crew: Vec<String> = known.crew.iter().map(|one| one.crew_id.clone()).collect();
    // The row is the lock: a plan that takes the shift up writes its revision.
    sqlx::query("update shift set revision = revision + 1 where shift_id = $1")
        .bind(shift_id)
        .execute(tx.conn())
        .await?;
    let row = sqlx::query(
        "select (select count(*) from shift where shift_id = $1 and began_at is not null)
              + (select count(*) from booking where shift_id = $1)
              + (select count(*) from planned_stop where shift_id = $1)
              + (select count(*) from crew_report where shift_id = $1) as bound",
    )
    .bind(shift_id)
    .fetch_one(tx.conn())
    .await?;
    if row.try_get::<i64, _>(0)? > 0 {
        return Err(Refusal::NotAllowed.into());
    }
    sqlx::query("delete from shift_crew where shift_id = $1")
        .bind(shift_id)
        .execute(tx.conn())
        .await?;
    sqlx::query("delete from shift where shift_id = $1")
        .bind(shift_id)
        .execute(tx.conn())
        .await?;
    shift_told(tx, &by, shift_id, &known.vehicle_id, &crew, "dropped").await
}

/// Shifts that overlap a span, by operator, call sign and start. A member of a crew sees the own.
pub async fn shifts(tx: &mut Tx, scope: &Scope, from: Time, until: Time) -> Result<Vec<Shift>> {
    let (operator, crew) = fleet::reach(scope);
    let rows: Vec<ShiftRow> = sqlx::query_as(
        "select shift_id, shift.vehicle_id, operator_id, call_sign, from_at, until_at, latest_at,
            breaks, began_at, ended_at, start_km, end_km, revision
         from shift join vehicle on vehicle.vehicle_id = shift.vehicle_id
         where from_at < $2 and latest_at > $1
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or exists (select 1 from shift_crew
                where shift_crew.shift_id = shift.shift_id and crew_id = $4))
         order by operator_id, call_sign, from_at, shift_id limit $5",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(operator)
    .bind(crew)
    .bind(SHIFTS_MAX)
    .fetch_all(tx.conn())
    .await?;
    let members: Vec<ShiftCrew> = sqlx::query_as(
        "select shift_crew.shift_id, crew_member.crew_id, role, name_zh, name_en, phone
         from shift_crew join crew_member on crew_member.crew_id = shift_crew.crew_id
         join shift on shift.shift_id = shift_crew.shift_id
         where from_at < $2 and latest_at > $1
         order by case role when 'driver' then 0 else 1 end, sort_key",
    )
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?;
    let mut crews: HashMap<String, Vec<ShiftCrew>> = HashMap::new();
    for member in members {
        crews.entry(member.shift_id.clone()).or_default().push(member);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let crew = crews.remove(&row.shift_id).unwrap_or_default();
            row.shift(crew)
        })
        .collect())
}

pub async fn shift(tx: &mut Tx, scope: &Scope, shift_id: &str) -> Result<Shift> {
    let (operator, crew) = fleet::reach(scope);
    let row: Option<ShiftRow> = sqlx::query_as(
        "select shift_id, shift.vehicle_id, operator_id, call_sign, from_at, until_at, latest_at,
            breaks, began_at, ended_at, start_km, end_km, revision
         from shift join vehicle on vehicle.vehicle_id = shift.vehicle_id
         where shift_id = $1
           and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or exists (select 1 from shift_crew
                where shift_crew.shift_id = shift.shift_id and crew_id = $3))",
    )
    .bind(shift_id)
    .bind(operator)
    .bind(crew)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Error::NotFound("shift"))?;
    let crew = sqlx::query_as(
        "select shift_crew.shift_id, crew_member.crew_id, role, name_zh, name_en, phone
         from shift_crew join crew_member on crew_member.crew_id = shift_crew.crew_id
         where shift_id = $1
         order by case role when 'driver' then 0 else 1 end, sort_key",
    )
    .bind(shift_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(row.shift(crew))
}
