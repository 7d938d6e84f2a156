//! Everything a planner knows of a span of time: turns of duty with their crews, who is to be
//! fetched, what is planned, where vehicles were seen.
//!
//! Read for the planner alone, hence without a scope; what a person sees of its answer goes
//! through the pages.

use rules::transfer::{Class, CrewRole, Need};
use rules::{Position, Time};

use super::{PlannedStop, stops};
use crate::transfer::accreditation::standings;
use crate::transfer::outage::{Outage, outages};
use crate::transfer::shift::{Rider, Shift, riders, shifts};
use crate::{Result, Scope, Tx};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub duties: Vec<Duty>,
    pub trips: Vec<Trip>,
    pub stops: Vec<PlannedStop>,
    pub seen: Vec<Seen>,
    pub outs: Vec<Outage>,
    pub reliefs: Vec<Relief>,
    /// What hours do to plain drives: hour, plain seconds, seconds taken.
    pub hours: Vec<(i64, i64, i64)>,
}

/// A turn of duty with its crew.
#[derive(Clone, Debug)]
pub struct Duty {
    pub shift: Shift,
    pub crew: Vec<Crewmate>,
    /// The vehicle or one of its crew lacks a certificate from then on (A40).
    pub lacking_from: Option<Time>,
}

/// Somebody of a crew, as a board shows them.
#[derive(Clone, Debug)]
pub struct Crewmate {
    pub crew_id: String,
    pub role: Option<CrewRole>,
    pub name_zh: String,
    pub name_en: String,
}

impl From<&Rider> for Crewmate {
    fn from(rider: &Rider) -> Crewmate {
        Crewmate {
            crew_id: rider.crew_id.clone(),
            role: CrewRole::of(&rider.role),
            name_zh: rider.name_zh.clone(),
            name_en: rider.name_en.clone(),
        }
    }
}

/// A booking without its person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Trip {
    pub booking_id: String,
    pub number: String,
    pub trip_type: String,
    pub state: String,
    pub class: Option<String>,
    pub tier: Option<String>,
    pub from_site_id: Option<String>,
    pub from_place: String,
    pub from_lat: f64,
    pub from_lng: f64,
    pub from_floor: i64,
    pub from_lift: i64,
    pub to_site_id: Option<String>,
    pub to_place: String,
    pub to_lat: f64,
    pub to_lng: f64,
    pub to_floor: i64,
    pub to_lift: i64,
    needs: String,
    pub companions: i64,
    pub carry: i64,
    pub ready_at: Option<i64>,
    pub appointment_at: Option<i64>,
    pub promise_from: Option<i64>,
    pub promise_until: Option<i64>,
    pub plan_pickup_at: Option<i64>,
    pub plan_arrive_at: Option<i64>,
    pub shift_id: Option<String>,
    pub pinned_at: Option<i64>,
    pub distance_m: Option<i64>,
    pub drive_s: Option<i64>,
    pub travel_source: Option<String>,
    pub assigned_at: Option<i64>,
    pub acknowledged_at: Option<i64>,
    pub started_at: Option<i64>,
    pub on_scene_at: Option<i64>,
    pub loaded_at: Option<i64>,
    pub arrived_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub ended_at: Option<i64>,
}

impl Trip {
    pub fn needs(&self) -> Vec<Need> {
        let codes: Vec<String> = serde_json::from_str(&self.needs).unwrap_or_default();
        codes.iter().filter_map(|code| Need::of(code)).collect()
    }

    pub fn class(&self) -> Option<Class> {
        self.class.as_deref().and_then(Class::of)
    }

    pub fn from(&self) -> Position {
        Position { lat: self.from_lat, lng: self.from_lng }
    }

    pub fn to(&self) -> Position {
        Position { lat: self.to_lat, lng: self.to_lng }
    }

    /// Floors without a lift at both ends.
    pub fn stairs(&self) -> [i64; 2] {
        let one = |floor: i64, lift: i64| if lift > 0 { 0 } else { (floor - 1).max(-floor).max(0) };
        [one(self.from_floor, self.from_lift), one(self.to_floor, self.to_lift)]
    }

    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }
}

/// Where a vehicle was seen last.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Seen {
    pub vehicle_id: String,
    pub at: i64,
    pub lat: f64,
    pub lng: f64,
}

impl Seen {
    pub fn place(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// Somebody who waits in a vehicle that broke down.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Relief {
    pub booking_id: String,
    pub from_shift: String,
    pub lat: f64,
    pub lng: f64,
    pub asked_at: i64,
}

impl Relief {
    pub fn place(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// Reads the ground between two moments.
pub async fn ground(tx: &mut Tx, from: Time, until: Time, now: Time) -> Result<Ground> {
    let system = Scope::system();
    let turns = shifts(tx, &system, from, until).await?;
    let people = riders(tx, &system, from, until).await?;
    let standing = standings(tx, now).await?;
    let mut duties = Vec::with_capacity(turns.len());
    for shift in turns {
        if shift.ended_at.is_some() && shift.until_at <= now.0 {
            continue;
        }
        let own = people.iter().filter(|rider| rider.shift_id == shift.shift_id);
        let crew: Vec<Crewmate> = own.map(Crewmate::from).collect();
        let ids = crew.iter().map(|one| &one.crew_id).chain([&shift.vehicle_id]);
        let ends = ids.filter_map(|id| {
            let one = standing.get(id)?;
            if one.lacks.is_empty() { one.until } else { Some(now) }
        });
        duties.push(Duty { lacking_from: ends.min(), crew, shift });
    }
    Ok(Ground {
        duties,
        trips: trips(tx, from, until).await?,
        stops: stops(tx, from, until).await?,
        seen: seen(tx, now.plus_days(-1)).await?,
        outs: outages(tx, &system, from, until).await?,
        reliefs: reliefs(tx).await?,
        hours: super::super::sample::hours(tx, now).await?,
    })
}

async fn trips(tx: &mut Tx, from: Time, until: Time) -> Result<Vec<Trip>> {
    Ok(sqlx::query_as(
        "select booking_id, number, trip_type, state, class, tier, from_site_id, from_place,
            from_lat, from_lng, from_floor, from_lift, to_site_id, to_place, to_lat, to_lng,
            to_floor, to_lift, needs, companions, carry, ready_at, appointment_at, promise_from,
            promise_until, plan_pickup_at, plan_arrive_at, shift_id, pinned_at, distance_m,
            drive_s, travel_source, assigned_at, acknowledged_at, started_at, on_scene_at,
            loaded_at, arrived_at, completed_at, ended_at
         from booking
         where exists (select 1 from shift where shift.shift_id = booking.shift_id
                and shift.from_at < $2 and shift.latest_at > $1)
            or (ended_at is null and confirmed_at is not null and shift_id is null
                and coalesce(ready_at, appointment_at) < $2)
         order by coalesce(plan_pickup_at, ready_at, appointment_at) nulls last, number
         limit 5000",
    )
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?)
}

/// The last report of each vehicle that could be true.
async fn seen(tx: &mut Tx, since: Time) -> Result<Vec<Seen>> {
    Ok(sqlx::query_as(
        "select vehicle_id, at, lat, lng from position_report
         where refused is null and at > $1
           and at = (select max(newest.at) from position_report as newest
                where newest.vehicle_id = position_report.vehicle_id and newest.refused is null)
         order by vehicle_id limit 2000",
    )
    .bind(since.0)
    .fetch_all(tx.conn())
    .await?)
}

async fn reliefs(tx: &mut Tx) -> Result<Vec<Relief>> {
    Ok(sqlx::query_as(
        "select booking_id, from_shift, lat, lng, asked_at from relief
         where taken_at is null order by asked_at limit 500",
    )
    .fetch_all(tx.conn())
    .await?)
}
