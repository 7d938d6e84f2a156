//! When a vehicle is on duty and with whom [T23].

use rules::transfer::accreditation::Holder;
use rules::{Position, Time};
use serde_json::json;
use sqlx::Row;

use super::accreditation::{good_until, may_manage};
use super::fleet;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// Longest turn of duty with its overtime.
const SHIFT_MAX_MS: i64 = 16 * Time::HOUR_MS;
/// People on one vehicle.
const CREW_MAX: usize = 6;
const BREAKS_MAX: usize = 4;

/// A break owed to a crew, and when it may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Break {
    pub from_at: i64,
    pub until_at: i64,
    pub lasts_min: i64,
}

#[derive(Clone, Debug)]
pub struct NewShift {
    pub shift_id: Option<String>,
    pub vehicle_id: String,
    pub from_at: Time,
    pub until_at: Time,
    /// Nobody drives after that.
    pub latest_at: Time,
    pub breaks: Vec<Break>,
    pub crew: Vec<String>,
}

/// One vehicle with its crew for one turn of duty.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Shift {
    pub shift_id: String,
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub plate: String,
    layouts: String,
    features: String,
    pub lat: f64,
    pub lng: f64,
    pub from_at: i64,
    pub until_at: i64,
    pub latest_at: i64,
    breaks: String,
    pub began_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub start_km: Option<i64>,
    pub end_km: Option<i64>,
    pub revision: i64,
}

impl Shift {
    pub fn layouts(&self) -> Vec<[u16; 4]> {
        serde_json::from_str(&self.layouts).unwrap_or_default()
    }

    pub fn features(&self) -> Vec<String> {
        serde_json::from_str(&self.features).unwrap_or_default()
    }

    pub fn breaks(&self) -> Vec<Break> {
        serde_json::from_str(&self.breaks).unwrap_or_default()
    }

    pub fn base(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// Plans a turn of duty of an own vehicle with an own crew.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`add_shift`], [`Refusal::NotAccredited`] when the vehicle or
/// somebody is not accredited to the last minute (A40); not found for what is another company's.
pub async fn plan_shift(tx: &mut Tx, scope: &Scope, new: &NewShift, now: Time) -> Result<String> {
    let by = may_manage(scope, now)?;
    fleet::vehicle(tx, scope, &new.vehicle_id).await?;
    let mut holders = vec![(Holder::Vehicle, &new.vehicle_id)];
    for crew_id in &new.crew {
        fleet::crew_member(tx, scope, crew_id).await?;
        holders.push((Holder::Crew, crew_id));
    }
    for (holder, id) in holders {
        let until = good_until(tx, holder, id, new.from_at).await?;
        if until.is_some_and(|until| until < new.latest_at) {
            return Err(Refusal::NotAccredited.into());
        }
    }
    add_shift(tx, &by, new).await
}

fn sound(new: &NewShift) -> Result<()> {
    let (from, latest) = (new.from_at.0, new.latest_at.0);
    let spans = new.from_at < new.until_at
        && new.until_at <= new.latest_at
        && latest - from <= SHIFT_MAX_MS;
    let breaks = new.breaks.iter().all(|one| {
        from <= one.from_at
            && one.from_at <= one.until_at
            && one.lasts_min > 0
            && Time(one.until_at).plus_min(one.lasts_min).0 <= latest
    });
    if !spans || !breaks || new.breaks.len() > BREAKS_MAX {
        return Err(Refusal::Hours.into());
    }
    if new.crew.is_empty() || new.crew.len() > CREW_MAX {
        return Err(Refusal::Quantity.into());
    }
    Ok(())
}

/// Puts a vehicle and a crew on duty. Who lacks a certificate is entered all the same, for the rota
/// of a city that joins, and never planned.
///
/// # Errors
/// [`Refusal::Hours`] for a turn or a break that cannot be, [`Refusal::Quantity`] without a crew,
/// [`Refusal::Clash`] when the vehicle or somebody is on duty elsewhere then; not found for a crew
/// of another company.
pub async fn add_shift(tx: &mut Tx, by: &By, new: &NewShift) -> Result<String> {
    sound(new)?;
    let mut crew = new.crew.clone();
    crew.sort();
    crew.dedup();
    let operator_id = hold(tx, &new.vehicle_id, &crew).await?;
    if clashes(tx, new, &crew).await? {
        return Err(Refusal::Clash.into());
    }
    let shift_id = match &new.shift_id {
        Some(id) => id.clone(),
        None => tx.id("shf", by.now)?,
    };
    sqlx::query(
        "insert into shift (shift_id, vehicle_id, from_at, until_at, latest_at, breaks, made_at,
            made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&shift_id)
    .bind(&new.vehicle_id)
    .bind(new.from_at.0)
    .bind(new.until_at.0)
    .bind(new.latest_at.0)
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
    told(tx, by, (&shift_id, &new.vehicle_id), operator_id, crew, "made").await?;
    Ok(shift_id)
}

async fn told(
    tx: &mut Tx,
    by: &By,
    (shift_id, vehicle_id): (&str, &str),
    operator_id: String,
    crew: Vec<String>,
    action: &'static str,
) -> Result<()> {
    let mut parties = crew;
    parties.push(operator_id);
    let particulars = json!({"vehicle": vehicle_id, "parties": parties});
    let subject = Subject { kind: "shift", id: shift_id, institution_id: "" };
    event::append(tx, by, subject, action, particulars).await
}

/// Takes the rows of the vehicle and its crew, so that two turns of one of them wait for each
/// other: the vehicle first, then the crew by id. Returns the company.
async fn hold(tx: &mut Tx, vehicle_id: &str, crew: &[String]) -> Result<String> {
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
    Ok(operator_id)
}

/// Whether the vehicle or somebody is on duty elsewhere then. Overtime may reach into the next turn
/// of the plan: only regular hours clash.
async fn clashes(tx: &mut Tx, new: &NewShift, crew: &[String]) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) from shift where vehicle_id = $1 and from_at < $3
           and coalesce(ended_at, until_at) > $2",
    )
    .bind(&new.vehicle_id)
    .bind(new.from_at.0)
    .bind(new.until_at.0)
    .fetch_one(tx.conn())
    .await?;
    let mut found: i64 = row.try_get(0)?;
    for crew_id in crew {
        let row = sqlx::query(
            "select count(*) from shift
             inner join shift_crew on shift_crew.shift_id = shift.shift_id
             where crew_id = $1 and from_at < $3 and coalesce(ended_at, until_at) > $2",
        )
        .bind(crew_id)
        .bind(new.from_at.0)
        .bind(new.until_at.0)
        .fetch_one(tx.conn())
        .await?;
        found += row.try_get::<i64, _>(0)?;
    }
    Ok(found > 0)
}

/// Takes a turn of duty back that has not begun and carries nobody yet.
///
/// # Errors
/// [`Refusal::NotAllowed`] when it has begun or a booking is planned onto it; not found for
/// another company's.
pub async fn drop_shift(tx: &mut Tx, scope: &Scope, shift_id: &str, now: Time) -> Result<()> {
    let by = may_manage(scope, now)?;
    // The row is the lock: a plan that takes the turn up writes its revision.
    let row = sqlx::query(
        "update shift set revision = revision + 1 where shift_id = $1 returning vehicle_id",
    )
    .bind(shift_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("shift"))?;
    let vehicle_id: String = row.try_get(0)?;
    let vehicle = fleet::vehicle(tx, scope, &vehicle_id).await?;
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
    let rows = sqlx::query("delete from shift_crew where shift_id = $1 returning crew_id")
        .bind(shift_id)
        .fetch_all(tx.conn())
        .await?;
    let crew = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    sqlx::query("delete from shift where shift_id = $1").bind(shift_id).execute(tx.conn()).await?;
    told(tx, &by, (shift_id, &vehicle_id), vehicle.operator_id, crew, "dropped").await
}

/// Turns of duty that touch a span of time, by vehicle.
pub async fn shifts(tx: &mut Tx, scope: &Scope, from: Time, until: Time) -> Result<Vec<Shift>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select shift_id, shift.vehicle_id, operator_id, call_sign, plate, layouts, features, lat,
            lng, from_at, until_at, latest_at, breaks, began_at, ended_at, start_km, end_km,
            revision
         from shift inner join vehicle on vehicle.vehicle_id = shift.vehicle_id
         where from_at < $2 and latest_at > $1
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from shift_crew where shift_crew.shift_id = shift.shift_id
                  and shift_crew.crew_id = $4))
         order by operator_id, length(call_sign), call_sign, from_at limit 2000",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(own)
    .bind(bounds.crew)
    .fetch_all(tx.conn())
    .await?)
}

/// Somebody on a turn of duty.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Rider {
    pub shift_id: String,
    pub crew_id: String,
    pub role: String,
    pub name_zh: String,
    pub name_en: String,
    pub phone: String,
}

/// Who rides on the turns of duty that touch a span of time.
pub async fn riders(tx: &mut Tx, scope: &Scope, from: Time, until: Time) -> Result<Vec<Rider>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select shift.shift_id, crew_member.crew_id, crew_member.role, crew_member.name_zh,
            crew_member.name_en, crew_member.phone
         from shift
         inner join shift_crew on shift_crew.shift_id = shift.shift_id
         inner join crew_member on crew_member.crew_id = shift_crew.crew_id
         where from_at < $2 and latest_at > $1
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from shift_crew as own where own.shift_id = shift.shift_id
                  and own.crew_id = $4))
         order by shift.shift_id, crew_member.role, crew_member.sort_key limit 6000",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(own)
    .bind(bounds.crew)
    .fetch_all(tx.conn())
    .await?)
}
