//! Who drives and what with: operators, their vehicles and crews; and the places that book.
//!
//! What they must hold stands in `accreditation`, when they are on duty in `shift`.

use rules::Position;
use rules::transfer::CrewRole;
use serde_json::json;
use sqlx::Row;

use crate::account::Fleet;
use crate::event::{self, By, Subject};
use crate::order::{like_pattern, sort_key};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx, error};
use rules::Time;

/// A company that drives.
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

/// A place that books and receives.
#[derive(Clone, Debug)]
pub struct NewSite {
    pub site_id: String,
    pub region_code: String,
    /// hospital, care_home, dialysis
    pub kind: String,
    pub name: [String; 2],
    pub short: [String; 2],
    pub address: [String; 2],
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
    pub address_zh: String,
    pub address_en: String,
    pub gate_zh: String,
    pub gate_en: String,
    pub phone: String,
    pub lat: f64,
    pub lng: f64,
    pub joined_at: Option<i64>,
    pub left_at: Option<i64>,
}

/// A vehicle with its alternative interiors.
#[derive(Clone, Debug)]
pub struct NewVehicle {
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub plate: String,
    pub model: String,
    /// Each interior: staff, seats, stretchers, wheelchairs.
    pub layouts: Vec<[i64; 4]>,
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
    pub layouts: String,
    pub features: String,
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
    pub fn at(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }

    /// Each interior: staff, seats, stretchers, wheelchairs.
    pub fn interiors(&self) -> Vec<[i64; 4]> {
        serde_json::from_str(&self.layouts).unwrap_or_default()
    }

    pub fn equipment(&self) -> Vec<String> {
        serde_json::from_str(&self.features).unwrap_or_default()
    }
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

/// Longest texts of a form, in characters.
const NAME_MAX: usize = 80;
const FEATURES_MAX: usize = 20;
const LAYOUTS_MAX: usize = 8;
/// People and things in one interior.
const PLACES_MAX: i64 = 20;

pub(super) fn named(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text)
}

pub async fn enter_operator(tx: &mut Tx, by: &By, new: &NewOperator) -> Result<()> {
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
    event::append(tx, by, subject, "joined", json!({"parties": [new.operator_id]})).await
}

pub async fn enter_site(tx: &mut Tx, by: &By, new: &NewSite) -> Result<()> {
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
    event::append(tx, by, subject, "entered", json!({"kind": new.kind})).await
}

/// Enters a vehicle. Without asking who; for a city's files.
///
/// # Errors
/// [`Refusal::Text`] for a text that is missing or too long, [`Refusal::Quantity`] for an interior
/// that cannot be.
pub async fn enter_vehicle(tx: &mut Tx, by: &By, new: &NewVehicle) -> Result<()> {
    let real = |layout: &[i64; 4]| layout.iter().all(|places| (0..=PLACES_MAX).contains(places));
    let layouts = &new.layouts;
    if layouts.is_empty() || layouts.len() > LAYOUTS_MAX || !layouts.iter().all(real) {
        return Err(Refusal::Quantity.into());
    }
    if new.features.len() > FEATURES_MAX {
        return Err(Refusal::TooMany.into());
    }
    let (call_sign, plate, model) =
        (named(&new.call_sign)?, named(&new.plate)?, named(&new.model)?);
    let inserted = sqlx::query(
        "insert into vehicle (vehicle_id, operator_id, call_sign, plate, model, layouts, features,
            base_zh, base_en, lat, lng, qr_serial, qr_issued_at, joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (plate) do nothing",
    )
    .bind(&new.vehicle_id)
    .bind(&new.operator_id)
    .bind(call_sign)
    .bind(plate)
    .bind(model)
    .bind(json!(new.layouts).to_string())
    .bind(json!(new.features).to_string())
    .bind(named(&new.base[0])?)
    .bind(named(&new.base[1])?)
    .bind(new.at.lat)
    .bind(new.at.lng)
    .bind(&new.qr_serial)
    .bind(by.now.0)
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    // A plate is on one vehicle.
    if inserted.rows_affected() == 0 {
        return Err(Refusal::TooMany.into());
    }
    told(tx, by, "vehicle", &new.vehicle_id, "joined", &new.operator_id).await
}

/// Enters a member of a crew. Without asking who; for a city's files.
pub async fn enter_crew_member(tx: &mut Tx, by: &By, new: &NewCrewMember) -> Result<()> {
    if !crate::oncall::is_phone(&new.phone) {
        return Err(Refusal::Phone.into());
    }
    sqlx::query(
        "insert into crew_member (crew_id, operator_id, role, name_zh, name_en, sort_key, phone,
            joined_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&new.crew_id)
    .bind(&new.operator_id)
    .bind(new.role.code())
    .bind(named(&new.name[0])?)
    .bind(named(&new.name[1])?)
    .bind(sort_key(&new.name[0]))
    .bind(new.phone.trim())
    .bind(new.joined_at.0)
    .execute(tx.conn())
    .await?;
    told(tx, by, "crew_member", &new.crew_id, "joined", &new.operator_id).await
}

/// An event that the operator's pages hear of.
pub(super) async fn told(
    tx: &mut Tx,
    by: &By,
    kind: &'static str,
    id: &str,
    action: &'static str,
    operator_id: &str,
) -> Result<()> {
    let subject = Subject { kind, id, institution_id: "" };
    event::append(tx, by, subject, action, json!({"parties": [operator_id]})).await
}

/// Whose vehicles and crews a scope reaches: by operator, by member of the crew. A hospital or 120
/// sees a vehicle through its booking only.
pub(super) fn reach(scope: &Scope) -> (Option<&str>, Option<&str>) {
    const NOBODYS: Option<&str> = Some("-");
    match scope.fleet() {
        Fleet::City => (None, None),
        Fleet::Operator(id) => (Some(id), None),
        Fleet::Crew(id) => (None, Some(id)),
        Fleet::Nothing | Fleet::Site(_) | Fleet::HandedOver => (NOBODYS, NOBODYS),
    }
}

/// Operators, the own one alone for a company's account. Companies are public: their names stand
/// on the vehicles.
pub async fn operators(tx: &mut Tx, scope: &Scope) -> Result<Vec<Operator>> {
    let (operator, crew) = reach(scope);
    Ok(sqlx::query_as(
        "select operator_id, name_zh, name_en, short_zh, short_en, uscc, phone, complaint_phone,
            joined_at, left_at
         from operator
         where (cast($1 as text) is null or operator_id = $1)
           and (cast($2 as text) is null or exists (select 1 from crew_member
                where crew_member.operator_id = operator.operator_id and crew_id = $2))
         order by sort_key, operator_id",
    )
    .bind(operator)
    .bind(crew)
    .fetch_all(tx.conn())
    .await?)
}

/// One operator, whoever asks.
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

/// Places that book and receive, by name. Addresses are public.
pub async fn sites(tx: &mut Tx) -> Result<Vec<Site>> {
    Ok(sqlx::query_as(
        "select site_id, region_code, kind, name_zh, name_en, short_zh, short_en, address_zh,
            address_en, gate_zh, gate_en, phone, lat, lng, joined_at, left_at
         from transfer_site order by region_code, sort_key, site_id",
    )
    .fetch_all(tx.conn())
    .await?)
}

pub async fn site(tx: &mut Tx, site_id: &str) -> Result<Site> {
    let row = sqlx::query_as(
        "select site_id, region_code, kind, name_zh, name_en, short_zh, short_en, address_zh,
            address_en, gate_zh, gate_en, phone, lat, lng, joined_at, left_at
         from transfer_site where site_id = $1",
    )
    .bind(site_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("transfer_site"))
}

/// Vehicles by operator and call sign; a member of a crew sees those of the own company.
pub async fn vehicles(tx: &mut Tx, scope: &Scope) -> Result<Vec<Vehicle>> {
    let (operator, crew) = reach(scope);
    Ok(sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle
         where (cast($1 as text) is null or operator_id = $1)
           and (cast($2 as text) is null or exists (select 1 from crew_member
                where crew_member.operator_id = vehicle.operator_id and crew_id = $2))
         order by operator_id, call_sign, vehicle_id",
    )
    .bind(operator)
    .bind(crew)
    .fetch_all(tx.conn())
    .await?)
}

pub async fn vehicle(tx: &mut Tx, scope: &Scope, vehicle_id: &str) -> Result<Vehicle> {
    let (operator, crew) = reach(scope);
    let row = sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle
         where vehicle_id = $1 and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or exists (select 1 from crew_member
                where crew_member.operator_id = vehicle.operator_id and crew_id = $3))",
    )
    .bind(vehicle_id)
    .bind(operator)
    .bind(crew)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("vehicle"))
}

/// The vehicle whose code somebody scanned: for everybody.
pub async fn vehicle_by_code(tx: &mut Tx, qr_serial: &str) -> Result<Vehicle> {
    let row = sqlx::query_as(
        "select vehicle_id, operator_id, call_sign, plate, model, layouts, features, base_zh,
            base_en, lat, lng, qr_serial, qr_issued_at, joined_at, left_at
         from vehicle where qr_serial = $1 or plate = $1",
    )
    .bind(qr_serial)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("vehicle"))
}

/// Members of crews by name; one of them sees the own row.
pub async fn crew(
    tx: &mut Tx,
    scope: &Scope,
    text: &str,
    role: Option<&str>,
    slice: Slice,
) -> Result<Listed<CrewMember>> {
    let (operator, crew) = reach(scope);
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
    .bind(operator)
    .bind(crew)
    .bind(role)
    .bind(like_pattern(text))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    let rows = rows.iter().map(<CrewMember as sqlx::FromRow<_>>::from_row);
    Ok(Listed { rows: rows.collect::<sqlx::Result<_>>()?, total })
}

pub async fn crew_member(tx: &mut Tx, scope: &Scope, crew_id: &str) -> Result<CrewMember> {
    let (operator, crew) = reach(scope);
    let row = sqlx::query_as(
        "select crew_id, operator_id, role, name_zh, name_en, phone, joined_at, left_at
         from crew_member
         where crew_id = $1 and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or crew_id = $3)",
    )
    .bind(crew_id)
    .bind(operator)
    .bind(crew)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("crew_member"))
}
