//! The facts behind the monthly report: bookings with what happened to them, calls, vehicles' and
//! crews' hours [T5, T19]. What counts and what was kept, `rules` says.

use rules::Time;
use rules::account::Permission;
use rules::transfer::State;
use rules::transfer::report::{Call, Trip};

use crate::{Result, Scope, Tx};

/// Which part of the service a report is about.
#[derive(Clone, Debug)]
pub struct ReportFilter {
    pub from: Time,
    pub until: Time,
    pub operator_id: Option<String>,
    pub region_code: Option<String>,
    pub site_id: Option<String>,
}

/// A booking of the period with what happened to it; no names and no places.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportTrip {
    pub booking_id: String,
    pub number: String,
    pub state: String,
    pub trip_type: String,
    pub class: Option<String>,
    pub operator_id: Option<String>,
    /// When it was wanted.
    pub wanted_at: i64,
    pub confirmed_at: Option<i64>,
    pub promise_until: Option<i64>,
    pub on_scene_at: Option<i64>,
    pub loaded_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub distance_m: Option<i64>,
    pub incidents: i64,
    pub to_120_at: Option<i64>,
    pub taken_120_at: Option<i64>,
    /// Came from 120.
    pub from_120: i64,
    pub stars: Option<i64>,
    pub callback_due: Option<i64>,
    pub called_at: Option<i64>,
}

impl ReportTrip {
    pub fn trip(&self) -> Trip {
        let at = |ms: Option<i64>| ms.map(Time);
        Trip {
            state: State::of(&self.state),
            confirmed_at: at(self.confirmed_at),
            promise_until: at(self.promise_until),
            on_scene_at: at(self.on_scene_at),
            loaded_at: at(self.loaded_at),
            incidents: self.incidents,
            to_120_at: at(self.to_120_at),
            taken_120_at: at(self.taken_120_at),
            stars: self.stars,
            callback_due: at(self.callback_due),
            called_at: at(self.called_at),
        }
    }
}

/// Bookings of one report: a month of more than a thousand a day.
const TRIPS_MAX: i64 = 50_000;
const CALLS_MAX: i64 = 200_000;

/// The bookings that were wanted in a period, by that time.
pub async fn report_trips(
    tx: &mut Tx,
    scope: &Scope,
    filter: &ReportFilter,
) -> Result<Vec<ReportTrip>> {
    let bounds = scope.fleet().bounds();
    Ok(sqlx::query_as(
        "select booking.booking_id, booking.number, state, trip_type, class, operator_id,
            coalesce(ready_at, appointment_at, booking.asked_at) as wanted_at, confirmed_at,
            promise_until, on_scene_at, loaded_at, completed_at, distance_m,
            (select count(*) from transfer_incident
             where transfer_incident.booking_id = booking.booking_id) as incidents,
            (select min(handed.asked_at) from handover_120 as handed
             where handed.booking_id = booking.booking_id
               and handed.direction = 'to_120') as to_120_at,
            (select min(handed.accepted_at) from handover_120 as handed
             where handed.booking_id = booking.booking_id
               and handed.direction = 'to_120') as taken_120_at,
            (select count(*) from handover_120 as handed
             where handed.booking_id = booking.booking_id
               and handed.direction = 'from_120') as from_120,
            rating.score as stars, rating.callback_due, rating.called_at
         from booking left join rating on rating.booking_id = booking.booking_id
         where coalesce(ready_at, appointment_at, booking.asked_at) >= $1
           and coalesce(ready_at, appointment_at, booking.asked_at) < $2
           and (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or from_site_id = $4 or to_site_id = $4)
           and (cast($5 as text) is null or operator_id = $5)
           and (cast($6 as text) is null or region_code = $6)
           and (cast($7 as text) is null or from_site_id = $7 or to_site_id = $7)
         order by wanted_at, booking.number limit $8",
    )
    .bind(filter.from.0)
    .bind(filter.until.0)
    .bind(bounds.operator.or(bounds.crew).or(bounds.handed))
    .bind(bounds.site)
    .bind(&filter.operator_id)
    .bind(&filter.region_code)
    .bind(&filter.site_id)
    .bind(TRIPS_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// A call of the period, without its number.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportCall {
    pub call_id: String,
    pub rang_at: i64,
    pub answered_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub outcome: Option<String>,
    pub booking_id: Option<String>,
    pub booking_number: Option<String>,
}

impl ReportCall {
    pub fn call(&self) -> Call {
        Call { rang_at: Time(self.rang_at), answered_at: self.answered_at.map(Time) }
    }
}

/// The calls that rang in a period; calls belong to the city's desk, not to a company or a place.
pub async fn report_calls(
    tx: &mut Tx,
    scope: &Scope,
    from: Time,
    until: Time,
) -> Result<Vec<ReportCall>> {
    let reads = [Permission::OverseeTransfer, Permission::TakeCalls];
    if !reads.iter().any(|one| scope.may(*one)) {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "select call_id, rang_at, answered_at, phone_call.ended_at, outcome,
            phone_call.booking_id, booking.number as booking_number
         from phone_call left join booking on booking.booking_id = phone_call.booking_id
         where rang_at >= $1 and rang_at < $2 order by rang_at, call_id limit $3",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(CALLS_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// What a vehicle drove in a period.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VehicleMonth {
    pub vehicle_id: String,
    pub operator_id: String,
    pub call_sign: String,
    pub plate: String,
    pub shifts: i64,
    /// Planned hours, and those from the start to the end of duty.
    pub planned_ms: i64,
    pub on_duty_ms: i64,
    /// By the odometer.
    pub km: i64,
    pub trips: i64,
    /// With somebody aboard, by the road.
    pub loaded_m: i64,
}

/// Mileage and hours of every vehicle that the scope reaches, by company and call sign.
pub async fn vehicle_months(
    tx: &mut Tx,
    scope: &Scope,
    from: Time,
    until: Time,
) -> Result<Vec<VehicleMonth>> {
    let bounds = scope.fleet().bounds();
    Ok(sqlx::query_as(
        "select vehicle.vehicle_id, operator_id, call_sign, plate, count(shift.shift_id) as shifts,
            cast(coalesce(sum(shift.until_at - shift.from_at), 0) as bigint) as planned_ms,
            cast(coalesce(sum(shift.ended_at - shift.began_at), 0) as bigint) as on_duty_ms,
            cast(coalesce(sum(shift.end_km - shift.start_km), 0) as bigint) as km,
            cast(coalesce(sum((select count(*) from booking
                where booking.shift_id = shift.shift_id and completed_at is not null)), 0)
                as bigint) as trips,
            cast(coalesce(sum((select coalesce(sum(distance_m), 0) from booking
                where booking.shift_id = shift.shift_id and completed_at is not null)), 0)
                as bigint) as loaded_m
         from vehicle left join shift on shift.vehicle_id = vehicle.vehicle_id
            and shift.from_at >= $1 and shift.from_at < $2
         where (cast($3 as text) is null or operator_id = $3)
         group by vehicle.vehicle_id, operator_id, call_sign, plate
         order by operator_id, length(call_sign), call_sign",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(bounds.operator.or(bounds.crew).or(bounds.site).or(bounds.handed))
    .fetch_all(tx.conn())
    .await?)
}

/// The hours of a member of a crew in a period.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CrewMonth {
    pub crew_id: String,
    pub operator_id: String,
    pub role: String,
    pub name_zh: String,
    pub name_en: String,
    pub shifts: i64,
    pub planned_ms: i64,
    pub on_duty_ms: i64,
    pub trips: i64,
}

/// Hours of everybody that the scope reaches, by name.
pub async fn crew_months(
    tx: &mut Tx,
    scope: &Scope,
    from: Time,
    until: Time,
) -> Result<Vec<CrewMonth>> {
    let bounds = scope.fleet().bounds();
    Ok(sqlx::query_as(
        "select crew_member.crew_id, operator_id, role, name_zh, name_en,
            count(shift.shift_id) as shifts,
            cast(coalesce(sum(shift.until_at - shift.from_at), 0) as bigint) as planned_ms,
            cast(coalesce(sum(shift.ended_at - shift.began_at), 0) as bigint) as on_duty_ms,
            cast(coalesce(sum((select count(*) from booking
                where booking.shift_id = shift.shift_id and completed_at is not null)), 0)
                as bigint) as trips
         from crew_member
         left join shift_crew on shift_crew.crew_id = crew_member.crew_id
         left join shift on shift.shift_id = shift_crew.shift_id
            and shift.from_at >= $1 and shift.from_at < $2
         where (cast($3 as text) is null or operator_id = $3)
           and (cast($4 as text) is null or crew_member.crew_id = $4)
         group by crew_member.crew_id, operator_id, role, name_zh, name_en, sort_key
         order by sort_key, crew_member.crew_id",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(bounds.operator.or(bounds.site).or(bounds.handed))
    .bind(bounds.crew)
    .fetch_all(tx.conn())
    .await?)
}
