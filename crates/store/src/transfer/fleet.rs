//! The fleet: companies, the places that book, vehicles, crews and their turns of duty.

use rules::transfer::CrewRole;
use rules::{Position, Time};
use serde_json::json;

use crate::event::{self, By, Subject};
use crate::order::sort_key;
use crate::{Refusal, Result, Scope, Tx};

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

/// # Errors
/// [`Refusal::Quantity`] for a vehicle that can carry nobody.
pub async fn add_vehicle(tx: &mut Tx, by: &By, new: &NewVehicle) -> Result<()> {
    if new.layouts.is_empty() || new.layouts.iter().all(|room| room[1..] == [0; 3]) {
        return Err(Refusal::Quantity.into());
    }
    sqlx::query(
        "insert into vehicle (vehicle_id, operator_id, call_sign, plate, model, layouts, features,
            base_zh, base_en, lat, lng, qr_serial, qr_issued_at, joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
    )
    .bind(&new.vehicle_id)
    .bind(&new.operator_id)
    .bind(&new.call_sign)
    .bind(&new.plate)
    .bind(&new.model)
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
    let subject = Subject { kind: "vehicle", id: &new.vehicle_id, institution_id: "" };
    event::append(tx, by, subject, "joined", json!({"parties": [new.operator_id]})).await
}

/// The vehicles a scope reaches: of the city or of the own company.
pub async fn vehicles(tx: &mut Tx, scope: &Scope) -> Result<Vec<Vehicle>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.site).or(bounds.handed);
    Ok(sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, joined_at, left_at
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

/// Puts a vehicle and a crew on duty.
///
/// # Errors
/// [`Refusal::Hours`] for a turn that ends before it begins, [`Refusal::Quantity`] without a crew.
pub async fn add_shift(tx: &mut Tx, by: &By, new: &NewShift) -> Result<String> {
    if new.until_at <= new.from_at || new.latest_at < new.until_at {
        return Err(Refusal::Hours.into());
    }
    if new.crew.is_empty() {
        return Err(Refusal::Quantity.into());
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
    for crew_id in &new.crew {
        sqlx::query("insert into shift_crew (shift_id, crew_id) values ($1, $2)")
            .bind(&shift_id)
            .bind(crew_id)
            .execute(tx.conn())
            .await?;
    }
    let subject = Subject { kind: "shift", id: &shift_id, institution_id: "" };
    let what = json!({"vehicle": new.vehicle_id, "parties": new.crew});
    event::append(tx, by, subject, "made", what).await?;
    Ok(shift_id)
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
