//! The fleet: companies, the places that book, vehicles and crews.
//!
//! What they must hold stands in `accreditation`, when they are on duty in `shift`.

use rules::transfer::CrewRole;
use rules::{Position, Time};
use serde_json::json;
use sqlx::{FromRow, Row};

use super::accreditation::may_manage;
use crate::event::{self, By, Subject};
use crate::order::{like_pattern, sort_key};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx, error};

/// Longest names and numbers of a form, in characters.
const NAME_MAX: usize = 80;
const FEATURES_MAX: usize = 20;
const LAYOUTS_MAX: usize = 8;
/// People and things in one interior.
const PLACES_MAX: u16 = 20;

/// A name or number that says something and is not too long.
pub(super) fn named(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text)
}

/// A company that joins the platform.
#[derive(Clone, Debug)]
pub struct NewOperator {
    pub operator_id: String,
    pub name: [String; 2],
    pub short: [String; 2],
    pub uscc: String,
    pub phone: String,
    pub complaint_phone: String,
    pub joined_at: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Operator {
    pub operator_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub short_zh: String,
    pub short_en: String,
    pub uscc: String,
    pub phone: String,
    pub complaint_phone: String,
    pub joined_at: i64,
    pub left_at: Option<i64>,
}

pub async fn add_operator(tx: &mut Tx, by: &By, new: &NewOperator) -> Result<()> {
    sqlx::query(
        "insert into operator (operator_id, name_zh, name_en, short_zh, short_en, sort_key, uscc,
            phone, complaint_phone, joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&new.operator_id)
    .bind(&new.name[0])
    .bind(&new.name[1])
    .bind(&new.short[0])
    .bind(&new.short[1])
    .bind(sort_key(&new.name[0]))
    .bind(&new.uscc)
    .bind(&new.phone)
    .bind(&new.complaint_phone)
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "operator", id: &new.operator_id, institution_id: "" };
    event::append(tx, by, subject, "joined", json!({})).await
}

/// The companies a scope reaches: all of the city, or the own one.
pub async fn operators(tx: &mut Tx, scope: &Scope) -> Result<Vec<Operator>> {
    let bounds = scope.fleet().bounds();
    // A crew and a ward see who drives for them on their bookings, not the list.
    let own = bounds.operator.or(bounds.crew).or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select operator_id, name_zh, name_en, short_zh, short_en, uscc, phone, complaint_phone,
            joined_at, left_at
         from operator where (cast($1 as text) is null or operator_id = $1) order by sort_key",
    )
    .bind(own)
    .fetch_all(tx.conn())
    .await?)
}

/// One company, whoever asks: its name stands on its vehicles.
pub async fn operator(tx: &mut Tx, operator_id: &str) -> Result<Operator> {
    let row = sqlx::query_as(
        "select operator_id, name_zh, name_en, short_zh, short_en, uscc, phone, complaint_phone,
            joined_at, left_at
         from operator where operator_id = $1",
    )
    .bind(operator_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("operator"))
}

/// A place that books and receives.
#[derive(Clone, Debug)]
pub struct NewSite {
    pub site_id: String,
    pub region_code: String,
    pub kind: String,
    pub name: [String; 2],
    pub short: [String; 2],
    pub address: [String; 2],
    /// Where a stretcher van stops and who opens.
    pub gate: [String; 2],
    pub phone: String,
    pub at: Position,
    pub joined_at: Option<Time>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Site {
    pub site_id: String,
    pub region_code: String,
    pub kind: String,
    pub name_zh: String,
    pub name_en: String,
    pub short_zh: String,
    pub short_en: String,
    pub sort_key: String,
    pub address_zh: String,
    pub address_en: String,
    pub gate_zh: String,
    pub gate_en: String,
    pub phone: String,
    pub lat: f64,
    pub lng: f64,
    pub joined_at: Option<i64>,
}

impl Site {
    pub fn at(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

pub async fn add_site(tx: &mut Tx, by: &By, new: &NewSite) -> Result<()> {
    sqlx::query(
        "insert into transfer_site (site_id, region_code, kind, name_zh, name_en, short_zh,
            short_en, sort_key, address_zh, address_en, gate_zh, gate_en, phone, lat, lng,
            joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&new.site_id)
    .bind(&new.region_code)
    .bind(&new.kind)
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
    .bind(new.joined_at.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "transfer_site", id: &new.site_id, institution_id: "" };
    event::append(tx, by, subject, "entered", json!({})).await
}

/// Places a booking can name: public knowledge, so without a scope.
pub async fn sites(tx: &mut Tx) -> Result<Vec<Site>> {
    Ok(sqlx::query_as(
        "select site_id, region_code, kind, name_zh, name_en, short_zh, short_en, sort_key,
            address_zh, address_en, gate_zh, gate_en, phone, lat, lng, joined_at
         from transfer_site where left_at is null order by sort_key limit 2000",
    )
    .fetch_all(tx.conn())
    .await?)
}

#[derive(Clone, Debug)]
pub struct NewVehicle {
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub plate: String,
    pub model: String,
    /// Alternative interiors: staff seats, patient seats, stretchers, wheelchair places.
    pub layouts: Vec<[u16; 4]>,
    pub features: Vec<String>,
    pub base: [String; 2],
    pub at: Position,
    pub qr_serial: String,
    pub joined_at: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Vehicle {
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub plate: String,
    pub model: String,
    layouts: String,
    features: String,
    pub base_zh: String,
    pub base_en: String,
    pub lat: f64,
    pub lng: f64,
    pub qr_serial: String,
    pub qr_issued_at: i64,
    pub joined_at: i64,
    pub left_at: Option<i64>,
}

impl Vehicle {
    pub fn layouts(&self) -> Vec<[u16; 4]> {
        serde_json::from_str(&self.layouts).unwrap_or_default()
    }

    pub fn features(&self) -> Vec<String> {
        serde_json::from_str(&self.features).unwrap_or_default()
    }

    pub fn base(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// A vehicle joins its own company's fleet.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another's company, those of [`add_vehicle`].
pub async fn join_vehicle(tx: &mut Tx, scope: &Scope, new: &NewVehicle, now: Time) -> Result<()> {
    let by = may_manage(scope, now)?;
    of_own(scope, &new.operator_id)?;
    add_vehicle(tx, &by, new).await
}

/// An operator's account acts for its own company alone.
fn of_own(scope: &Scope, operator_id: &str) -> Result<()> {
    match scope.fleet().bounds().operator {
        Some(own) if own != operator_id => Err(Refusal::NotAllowed.into()),
        _ => Ok(()),
    }
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Quantity`] for a vehicle that can carry nobody, [`Refusal::Text`] for a text that is
/// missing or too long, [`Refusal::Taken`] for a plate that another vehicle has.
pub async fn add_vehicle(tx: &mut Tx, by: &By, new: &NewVehicle) -> Result<()> {
    let real = |room: &[u16; 4]| room.iter().all(|places| *places <= PLACES_MAX);
    if new.layouts.is_empty()
        || new.layouts.len() > LAYOUTS_MAX
        || new.layouts.iter().all(|room| room[1..] == [0; 3])
        || !new.layouts.iter().all(real)
    {
        return Err(Refusal::Quantity.into());
    }
    if new.features.len() > FEATURES_MAX {
        return Err(Refusal::TooMany.into());
    }
    let (call_sign, plate, model) =
        (named(&new.call_sign)?, named(&new.plate)?, named(&new.model)?);
    let joined = sqlx::query(
        "insert into vehicle (vehicle_id, operator_id, call_sign, plate, model, layouts, features,
            base_zh, base_en, lat, lng, qr_serial, qr_issued_at, joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
         on conflict (plate) do nothing",
    )
    .bind(&new.vehicle_id)
    .bind(&new.operator_id)
    .bind(call_sign)
    .bind(plate)
    .bind(model)
    .bind(json!(new.layouts).to_string())
    .bind(json!(new.features).to_string())
    .bind(&new.base[0])
    .bind(&new.base[1])
    .bind(new.at.lat)
    .bind(new.at.lng)
    .bind(&new.qr_serial)
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    if joined.rows_affected() == 0 {
        return Err(Refusal::Taken.into());
    }
    let subject = Subject { kind: "vehicle", id: &new.vehicle_id, institution_id: "" };
    event::append(tx, by, subject, "joined", json!({"parties": [new.operator_id]})).await
}

/// The vehicles a scope reaches: of the city or of the own company.
pub async fn vehicles(tx: &mut Tx, scope: &Scope) -> Result<Vec<Vehicle>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle
         where (cast($1 as text) is null or operator_id = $1)
           and (cast($2 as text) is null or exists (
                select 1 from shift inner join shift_crew on shift_crew.shift_id = shift.shift_id
                where shift.vehicle_id = vehicle.vehicle_id and shift_crew.crew_id = $2))
         order by operator_id, length(call_sign), call_sign limit 2000",
    )
    .bind(own)
    .bind(bounds.crew)
    .fetch_all(tx.conn())
    .await?)
}

/// One vehicle that the scope reaches.
pub async fn vehicle(tx: &mut Tx, scope: &Scope, vehicle_id: &str) -> Result<Vehicle> {
    let bounds = scope.fleet().bounds();
    let row = sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle
         where vehicle_id = $1 and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or exists (
                select 1 from shift inner join shift_crew on shift_crew.shift_id = shift.shift_id
                where shift.vehicle_id = vehicle.vehicle_id and shift_crew.crew_id = $3))",
    )
    .bind(vehicle_id)
    .bind(bounds.operator.or(bounds.site).or(bounds.handed))
    .bind(bounds.crew)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("vehicle"))
}

/// The vehicle with a code at its door or with a plate: for everybody [T13].
pub async fn vehicle_by_code(tx: &mut Tx, code: &str) -> Result<Vehicle> {
    let row = sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle where qr_serial = $1 or plate = $1",
    )
    .bind(code)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("vehicle"))
}

#[derive(Clone, Debug)]
pub struct NewCrewMember {
    pub crew_id: String,
    pub operator_id: String,
    pub role: CrewRole,
    pub name: [String; 2],
    pub phone: String,
    pub joined_at: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CrewMember {
    pub crew_id: String,
    pub operator_id: String,
    pub role: String,
    pub name_zh: String,
    pub name_en: String,
    pub phone: String,
    pub joined_at: i64,
    pub left_at: Option<i64>,
}

impl CrewMember {
    pub fn role(&self) -> Result<CrewRole> {
        error::coded(CrewRole::of(&self.role), "crew_member.role", &self.role)
    }
}

/// Somebody joins the crews of the own company.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another's company, [`Refusal::Text`], [`Refusal::Phone`].
pub async fn join_crew_member(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewCrewMember,
    now: Time,
) -> Result<()> {
    let by = may_manage(scope, now)?;
    of_own(scope, &new.operator_id)?;
    named(&new.name[0])?;
    named(&new.name[1])?;
    if !crate::oncall::is_phone(&new.phone) {
        return Err(Refusal::Phone.into());
    }
    add_crew_member(tx, &by, new).await
}

/// Members of crews by name, of the city or of the own company; somebody of a crew sees the own
/// row.
pub async fn crew(
    tx: &mut Tx,
    scope: &Scope,
    text: &str,
    role: Option<CrewRole>,
    slice: Slice,
) -> Result<Listed<CrewMember>> {
    let bounds = scope.fleet().bounds();
    let rows = sqlx::query(
        "select crew_id, operator_id, role, name_zh, name_en, phone, joined_at, left_at,
            count(*) over () as total
         from crew_member
         where (cast($1 as text) is null or operator_id = $1)
           and (cast($2 as text) is null or crew_id = $2)
           and (cast($3 as text) is null or role = $3)
           and lower(sort_key || ' ' || name_en || ' ' || phone) like lower($4) escape '!'
         order by sort_key, crew_id limit $5 offset $6",
    )
    .bind(bounds.operator.or(bounds.site).or(bounds.handed))
    .bind(bounds.crew)
    .bind(role.map(CrewRole::code))
    .bind(like_pattern(text))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    let rows = rows.iter().map(CrewMember::from_row).collect::<sqlx::Result<_>>()?;
    Ok(Listed { rows, total })
}

/// One member of a crew that the scope reaches.
pub async fn crew_member(tx: &mut Tx, scope: &Scope, crew_id: &str) -> Result<CrewMember> {
    let bounds = scope.fleet().bounds();
    let row = sqlx::query_as(
        "select crew_id, operator_id, role, name_zh, name_en, phone, joined_at, left_at
         from crew_member
         where crew_id = $1 and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or crew_id = $3)",
    )
    .bind(crew_id)
    .bind(bounds.operator.or(bounds.site).or(bounds.handed))
    .bind(bounds.crew)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("crew_member"))
}

pub async fn add_crew_member(tx: &mut Tx, by: &By, new: &NewCrewMember) -> Result<()> {
    sqlx::query(
        "insert into crew_member (crew_id, operator_id, role, name_zh, name_en, sort_key, phone,
            joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&new.crew_id)
    .bind(&new.operator_id)
    .bind(new.role.code())
    .bind(&new.name[0])
    .bind(&new.name[1])
    .bind(sort_key(&new.name[0]))
    .bind(&new.phone)
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "crew_member", id: &new.crew_id, institution_id: "" };
    let what = json!({"role": new.role.code(), "parties": [new.operator_id]});
    event::append(tx, by, subject, "joined", what).await
}
