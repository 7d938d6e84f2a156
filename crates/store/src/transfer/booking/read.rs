//! Bookings as a scope sees them.

use rules::account::Permission;
use rules::transfer::{Class, Course, Need, Source, State};
use rules::{Position, Time};

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx};

/// One booking as a scope sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Booking {
    pub booking_id: String,
    pub number: String,
    pub source: String,
    pub state: String,
    pub trip_type: String,
    pub region_code: String,
    /// Empty where the scope has no need of names, as are `caller`, `phone` and `words`.
    pub patient: String,
    pub patient_born: Option<i64>,
    pub patient_hash: String,
    pub weight_kg: Option<i64>,
    pub caller: String,
    pub relation: String,
    pub phone: String,
    pub phone_verified_at: Option<i64>,
    pub words: String,
    pub language: String,
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
    pub will_call_at: Option<i64>,
    pub return_of: Option<String>,
    pub series_id: Option<String>,
    pub class: Option<String>,
    pub tier: Option<String>,
    pub distance_m: Option<i64>,
    pub drive_s: Option<i64>,
    pub travel_source: Option<String>,
    pub operator_id: Option<String>,
    pub shift_id: Option<String>,
    pub promise_from: Option<i64>,
    pub promise_until: Option<i64>,
    pub plan_pickup_at: Option<i64>,
    pub plan_arrive_at: Option<i64>,
    pub pinned_at: Option<i64>,
    pub asked_at: i64,
    pub asked_by: String,
    pub approved_at: Option<i64>,
    pub triaged_at: Option<i64>,
    pub quoted_at: Option<i64>,
    pub confirmed_at: Option<i64>,
    pub assigned_at: Option<i64>,
    pub acknowledged_at: Option<i64>,
    pub started_at: Option<i64>,
    pub on_scene_at: Option<i64>,
    pub loaded_at: Option<i64>,
    pub arrived_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
}

impl Booking {
    pub fn course(&self) -> Course {
        let at = |ms: Option<i64>| ms.map(Time);
        let state = State::of(&self.state);
        Course {
            asked_at: Some(Time(self.asked_at)),
            needs_approval: self.source == Source::Ward.code(),
            approved_at: at(self.approved_at),
            class: self.class.as_deref().and_then(Class::of),
            triaged_at: at(self.triaged_at),
            quoted_at: at(self.quoted_at),
            confirmed_at: at(self.confirmed_at),
            will_call_at: at(self.will_call_at),
            ready_at: at(self.ready_at),
            assigned_at: at(self.assigned_at),
            acknowledged_at: at(self.acknowledged_at),
            started_at: at(self.started_at),
            on_scene_at: at(self.on_scene_at),
            loaded_at: at(self.loaded_at),
            arrived_at: at(self.arrived_at),
            completed_at: at(self.completed_at),
            ended: self.ended_at.and(state),
        }
    }

    pub fn needs(&self) -> Vec<Need> {
        let codes: Vec<String> = serde_json::from_str(&self.needs).unwrap_or_default();
        codes.iter().filter_map(|code| Need::of(code)).collect()
    }

    pub fn from_at(&self) -> Position {
        Position { lat: self.from_lat, lng: self.from_lng }
    }

    pub fn to_at(&self) -> Position {
        Position { lat: self.to_lat, lng: self.to_lng }
    }
}

/// Whether a scope has need of names and phones: who talks to people or fetches them.
pub(super) fn sees_people(scope: &Scope) -> bool {
    scope.account().is_none()
        || scope.may(Permission::TakeCalls)
        || scope.may(Permission::Ride)
        || scope.may(Permission::RequestTransfer)
        || scope.may(Permission::Liaise120)
}

/// One booking; not found where the scope does not reach.
pub async fn booking(tx: &mut Tx, scope: &Scope, booking_id: &str) -> Result<Booking> {
    let bounds = scope.fleet().bounds();
    let row: Option<Booking> = sqlx::query_as(
        "select booking_id, number, source, state, trip_type, region_code, patient, patient_born,
            patient_hash, weight_kg, caller, relation, phone, phone_verified_at, words, language,
            from_site_id, from_place, from_lat, from_lng, from_floor, from_lift, to_site_id,
            to_place, to_lat, to_lng, to_floor, to_lift, needs, companions, carry, ready_at,
            appointment_at, will_call_at, return_of, series_id, class, tier, distance_m, drive_s,
            travel_source, operator_id, shift_id, promise_from, promise_until, plan_pickup_at,
            plan_arrive_at, pinned_at, asked_at, asked_by, approved_at, triaged_at, quoted_at,
            confirmed_at, assigned_at, acknowledged_at, started_at, on_scene_at, loaded_at,
            arrived_at, completed_at, ended_at, end_reason
         from booking
         where booking_id = $1
           and (cast($2 as text) is null or operator_id = $2)
           and (cast($3 as text) is null or exists (
                select 1 from shift_crew where shift_crew.shift_id = booking.shift_id
                  and shift_crew.crew_id = $3))
           and (cast($4 as text) is null or from_site_id = $4 or to_site_id = $4)
           and (cast($5 as text) is null or exists (
                select 1 from handover_120 where handover_120.booking_id = booking.booking_id))",
    )
    .bind(booking_id)
    .bind(bounds.operator)
    .bind(bounds.crew)
    .bind(bounds.site)
    .bind(bounds.handed)
    .fetch_optional(tx.conn())
    .await?;
    let mut booking = row.ok_or(Error::NotFound("booking"))?;
    if !sees_people(scope) {
        booking.patient.clear();
        booking.caller.clear();
        booking.phone.clear();
        booking.words.clear();
    }
    Ok(booking)
}

/// Which bookings a list shows.
#[derive(Clone, Debug, Default)]
pub struct BookingFilter {
    /// `open`, `ended`, `all`, or the code of one state.
    pub view: String,
    pub trip_type: Option<String>,
    pub class: Option<String>,
    pub site_id: Option<String>,
    pub operator_id: Option<String>,
    pub shift_id: Option<String>,
    /// Number, place, or a name where names are seen.
    pub text: Option<String>,
    /// Bounds of the pick-up time asked for, the call's time where there is none.
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// A booking on a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct BookingLine {
    pub booking_id: String,
    pub number: String,
    pub source: String,
    pub state: String,
    pub trip_type: String,
    pub class: Option<String>,
    pub tier: Option<String>,
    pub patient: String,
    pub from_place: String,
    pub to_place: String,
    needs: String,
    pub ready_at: Option<i64>,
    pub appointment_at: Option<i64>,
    pub will_call_at: Option<i64>,
    pub promise_from: Option<i64>,
    pub promise_until: Option<i64>,
    pub plan_pickup_at: Option<i64>,
    pub plan_arrive_at: Option<i64>,
    pub shift_id: Option<String>,
    pub call_sign: Option<String>,
    pub operator_id: Option<String>,
    pub acknowledged_at: Option<i64>,
    pub loaded_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub asked_at: i64,
    pub total: i64,
}

impl BookingLine {
    pub fn needs(&self) -> Vec<Need> {
        let codes: Vec<String> = serde_json::from_str(&self.needs).unwrap_or_default();
        codes.iter().filter_map(|code| Need::of(code)).collect()
    }
}

/// Bookings in the order in which they are driven; those that wait for a call come last.
pub async fn bookings(
    tx: &mut Tx,
    scope: &Scope,
    filter: &BookingFilter,
    slice: Slice,
) -> Result<Listed<BookingLine>> {
    let bounds = scope.fleet().bounds();
    let people = sees_people(scope);
    let text = filter.text.as_deref().filter(|text| !text.trim().is_empty());
    let mut rows: Vec<BookingLine> = sqlx::query_as(
        "select booking_id, number, source, state, trip_type, class, tier, patient, from_place,
            to_place, needs, ready_at, appointment_at, will_call_at, promise_from, promise_until,
            plan_pickup_at, plan_arrive_at, booking.shift_id, vehicle.call_sign,
            booking.operator_id, acknowledged_at, loaded_at, completed_at, asked_at,
            count(*) over () as total
         from booking
         left join shift on shift.shift_id = booking.shift_id
         left join vehicle on vehicle.vehicle_id = shift.vehicle_id
         where (cast($1 as text) is null or booking.operator_id = $1)
           and (cast($2 as text) is null or exists (
                select 1 from shift_crew where shift_crew.shift_id = booking.shift_id
                  and shift_crew.crew_id = $2))
           and (cast($3 as text) is null or from_site_id = $3 or to_site_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from handover_120 where handover_120.booking_id = booking.booking_id))
           and ($5 = 'all' or ($5 = 'open' and booking.ended_at is null)
                or ($5 = 'ended' and booking.ended_at is not null) or state = $5)
           and (cast($6 as text) is null or trip_type = $6)
           and (cast($7 as text) is null or class = $7)
           and (cast($8 as text) is null or from_site_id = $8 or to_site_id = $8)
           and (cast($9 as text) is null or booking.operator_id = $9)
           and (cast($10 as text) is null or booking.shift_id = $10)
           and (cast($11 as text) is null or lower(number) like lower($11) escape '!'
                or lower(from_place) like lower($11) escape '!'
                or lower(to_place) like lower($11) escape '!'
                or ($12 > 0 and lower(patient) like lower($11) escape '!'))
           and (cast($13 as bigint) is null
                or coalesce(ready_at, appointment_at, asked_at) >= $13)
           and (cast($14 as bigint) is null
                or coalesce(ready_at, appointment_at, asked_at) < $14)
         order by coalesce(plan_pickup_at, ready_at, appointment_at) nulls last, number
         limit $15 offset $16",
    )
    .bind(bounds.operator)
    .bind(bounds.crew)
    .bind(bounds.site)
    .bind(bounds.handed)
    .bind(if filter.view.is_empty() { "open" } else { &filter.view })
    .bind(&filter.trip_type)
    .bind(&filter.class)
    .bind(&filter.site_id)
    .bind(&filter.operator_id)
    .bind(&filter.shift_id)
    .bind(text.map(like_pattern))
    .bind(i64::from(people))
    .bind(filter.from.map(|at| at.0))
    .bind(filter.until.map(|at| at.0))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    if !people {
        rows.iter_mut().for_each(|row| row.patient.clear());
    }
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}
