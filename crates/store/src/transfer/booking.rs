//! Bookings: asked for, read, and moved on by the one table of marks.

use rules::account::Permission;
use rules::transfer::{Class, Course, Mark, Need, Party, Source, State};
use rules::{Position, Time};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::event::{self, By, Subject};
use crate::order::{like_pattern, next_in_series};
use crate::pack::hex;
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

/// Longest of what people write into one field.
const TEXT_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 60;
/// A transfer is booked at most this far ahead.
const AHEAD_DAYS_MAX: i64 = 90;
/// Floors that exist.
const FLOORS: std::ops::RangeInclusive<i64> = -5..=120;
/// What is known of people is blanked this long after the end [DESIGN 3].
const KEPT_DAYS: i64 = 180;

/// One end of a journey.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    pub site_id: Option<String>,
    pub place: String,
    pub at: Position,
    pub floor: i64,
    pub lift: bool,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct NewBooking {
    /// The same key with the same contents is the same booking, however often it is sent.
    pub request_key: String,
    pub source: Source,
    /// A code of the service's settings.
    pub trip_type: String,
    pub region_code: String,
    pub patient: String,
    /// Year of birth.
    pub patient_born: Option<i64>,
    pub weight_kg: Option<i64>,
    pub caller: String,
    pub relation: String,
    pub phone: String,
    pub phone_verified_at: Option<Time>,
    pub words: String,
    pub language: String,
    pub from: End,
    pub to: End,
    pub needs: Vec<Need>,
    pub companions: i64,
    /// People needed to carry by hand.
    pub carry: i64,
    pub ready_at: Option<Time>,
    pub appointment_at: Option<Time>,
    pub will_call_at: Option<Time>,
    pub return_of: Option<String>,
    pub series_id: Option<String>,
}

impl NewBooking {
    /// What cannot be, before anything is written.
    fn check(&self, now: Time) -> Result<()> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        for end in [&self.from, &self.to] {
            if end.place.trim().is_empty() || long(&end.place, TEXT_CHARS_MAX) {
                return Err(Refusal::Text.into());
            }
            if !FLOORS.contains(&end.floor) {
                return Err(Refusal::Quantity.into());
            }
        }
        let names = [&self.patient, &self.caller, &self.relation, &self.language];
        if self.patient.trim().is_empty()
            || names.into_iter().any(|name| long(name, NAME_CHARS_MAX))
            || long(&self.words, TEXT_CHARS_MAX)
        {
            return Err(Refusal::Text.into());
        }
        if !(0..=4).contains(&self.companions)
            || !(0..=8).contains(&self.carry)
            || self.weight_kg.is_some_and(|kg| !(1..=400).contains(&kg))
        {
            return Err(Refusal::Quantity.into());
        }
        // A time that has passed by more than a call takes, or an appointment before the pick-up.
        let times = [self.ready_at, self.appointment_at, self.will_call_at];
        let (from, until) = (now.plus_min(-30), now.plus_days(AHEAD_DAYS_MAX));
        let outside = times.into_iter().flatten().any(|at| at < from || at > until);
        let none = times.iter().all(Option::is_none);
        let crossed = self.ready_at.zip(self.appointment_at).is_some_and(|(a, b)| b <= a);
        if outside || none || crossed {
            return Err(Refusal::Hours.into());
        }
        Ok(())
    }

    /// The same person is seen again without reading names.
    fn patient_hash(&self) -> String {
        let digits: String = self.phone.chars().filter(char::is_ascii_digit).collect();
        hex(&Sha256::digest(format!("{}|{digits}", self.patient.trim())))
    }
}

/// Asks for a transfer.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Quantity`], [`Refusal::Hours`] for what cannot be;
/// [`Refusal::RequestKeyReused`] when the key came with another journey.
pub async fn book(tx: &mut Tx, by: &By, new: &NewBooking) -> Result<String> {
    new.check(by.now)?;
    let kept = sqlx::query(
        "select booking_id, patient_hash, from_place, to_place from booking
         where request_key = $1",
    )
    .bind(&new.request_key)
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = kept {
        let same = row.try_get::<String, _>(1)? == new.patient_hash()
            && row.try_get::<String, _>(2)? == new.from.place
            && row.try_get::<String, _>(3)? == new.to.place;
        let booking_id = row.try_get(0)?;
        return if same { Ok(booking_id) } else { Err(Refusal::RequestKeyReused.into()) };
    }
    let booking_id = tx.id("bok", by.now)?;
    let number = next_number(tx, by.now).await?;
    let state = if new.source == Source::Ward { State::Requested } else { State::Booked };
    insert(tx, by, new, &booking_id, &number, state).await?;
    let particulars = json!({
        "source": new.source.code(),
        "trip_type": new.trip_type,
        "ready_at": new.ready_at,
        "return_of": new.return_of,
        "parties": sites_of(new),
    });
    let subject = Subject { kind: "booking", id: &booking_id, institution_id: "" };
    event::append(tx, by, subject, "asked", particulars).await?;
    Ok(booking_id)
}

fn sites_of(new: &NewBooking) -> Vec<&String> {
    [&new.from.site_id, &new.to.site_id].into_iter().flatten().collect()
}

/// `ZS-20230621-0032`: a day's bookings count from 1 without gaps.
async fn next_number(tx: &mut Tx, now: Time) -> Result<String> {
    let calendar = tx.packs().calendar;
    let (year, month, day) = rules::calendar::civil(calendar.day_number(now));
    let series = format!("ZS-{year:04}{month:02}{day:02}");
    let number = next_in_series(tx, &series).await?;
    Ok(format!("{series}-{number:04}"))
}

async fn insert(
    tx: &mut Tx,
    by: &By,
    new: &NewBooking,
    booking_id: &str,
    number: &str,
    state: State,
) -> Result<()> {
    let needs: Vec<&str> = new.needs.iter().map(|need| need.code()).collect();
    sqlx::query(
        "insert into booking (booking_id, number, request_key, source, state, trip_type,
            region_code, patient, patient_born, patient_hash, weight_kg, caller, relation, phone,
            phone_verified_at, words, language, from_site_id, from_place, from_lat, from_lng,
            from_floor, from_lift, to_site_id, to_place, to_lat, to_lng, to_floor, to_lift, needs,
            companions, carry, ready_at, appointment_at, will_call_at, return_of, series_id,
            asked_at, asked_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
            $36, $37, $38, $39)",
    )
    .bind(booking_id)
    .bind(number)
    .bind(&new.request_key)
    .bind(new.source.code())
    .bind(state.code())
    .bind(&new.trip_type)
    .bind(&new.region_code)
    .bind(new.patient.trim())
    .bind(new.patient_born)
    .bind(new.patient_hash())
    .bind(new.weight_kg)
    .bind(new.caller.trim())
    .bind(&new.relation)
    .bind(new.phone.trim())
    .bind(new.phone_verified_at.map(|at| at.0))
    .bind(new.words.trim())
    .bind(&new.language)
    .bind(&new.from.site_id)
    .bind(new.from.place.trim())
    .bind(new.from.at.lat)
    .bind(new.from.at.lng)
    .bind(new.from.floor)
    .bind(i64::from(new.from.lift))
    .bind(&new.to.site_id)
    .bind(new.to.place.trim())
    .bind(new.to.at.lat)
    .bind(new.to.at.lng)
    .bind(new.to.floor)
    .bind(i64::from(new.to.lift))
    .bind(json!(needs).to_string())
    .bind(new.companions)
    .bind(new.carry)
    .bind(new.ready_at.map(|at| at.0))
    .bind(new.appointment_at.map(|at| at.0))
    .bind(new.will_call_at.map(|at| at.0))
    .bind(&new.return_of)
    .bind(&new.series_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

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
fn sees_people(scope: &Scope) -> bool {
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

/// Open bookings of the same person around the same time: two bookings of one patient are shown
/// to whoever books, never merged by themselves.
pub async fn twins(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewBooking,
    now: Time,
) -> Result<Vec<(String, String)>> {
    if !sees_people(scope) {
        return Ok(Vec::new());
    }
    let around = new.ready_at.or(new.appointment_at).unwrap_or(now);
    let rows = sqlx::query(
        "select booking_id, number from booking
         where patient_hash = $1 and ended_at is null and request_key <> $2
           and coalesce(ready_at, appointment_at, asked_at) between $3 and $4
         order by number limit 10",
    )
    .bind(new.patient_hash())
    .bind(&new.request_key)
    .bind(around.plus_min(-12 * 60).0)
    .bind(around.plus_min(12 * 60).0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Which part an account takes in a booking that it may read.
pub fn party(scope: &Scope, booking: &Booking) -> Party {
    if scope.may(Permission::TakeCalls) {
        return Party::Desk;
    }
    if scope.may(Permission::Ride) {
        return Party::Crew;
    }
    if scope.may(Permission::Liaise120) {
        return Party::Liaison;
    }
    let own = scope.site().is_some() && scope.site() == booking.from_site_id.as_deref();
    let asked = scope.account().is_some_and(|account| account.account_id == booking.asked_by);
    if scope.may(Permission::RequestTransfer) && (own || asked) {
        return Party::Ward;
    }
    Party::Reader
}

/// What an account may do to a booking now.
pub fn marks(scope: &Scope, booking: &Booking) -> Vec<Mark> {
    booking.course().marks(party(scope, booking))
}

/// What some marks need.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Cancel, no-show, turn down: a code of the service's settings.
    pub reason: Option<String>,
    /// When it happened, where a crew's phone was offline; never later than now.
    pub at: Option<Time>,
    /// A return on call: ready from then on.
    pub ready_at: Option<Time>,
}

/// Takes the booking's row: whoever writes first makes the others wait.
pub(super) async fn hold(tx: &mut Tx, booking_id: &str) -> Result<()> {
    let held = sqlx::query("update booking set state = state where booking_id = $1")
        .bind(booking_id)
        .execute(tx.conn())
        .await?;
    if held.rows_affected() == 0 {
        return Err(Error::NotFound("booking"));
    }
    Ok(())
}

/// Moves a booking on. Triage, quotes, confirmation, vehicles and the way to 120 have functions of
/// their own.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a mark the party does not have now, [`Refusal::Reason`] where one
/// is needed; not found where the scope does not reach.
pub async fn mark(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    mark: Mark,
    details: &Details,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    hold(tx, booking_id).await?;
    let found = booking(tx, scope, booking_id).await?;
    let party = party(scope, &found);
    mark_as(tx, &by, &found, party, mark, details).await
}

/// The same for a party that holds a link or a code instead of an account; the row is held.
pub(super) async fn mark_as(
    tx: &mut Tx,
    by: &By,
    booking: &Booking,
    party: Party,
    mark: Mark,
    details: &Details,
) -> Result<()> {
    let course = booking.course();
    if !course.allows(mark, party) {
        return Err(Refusal::NotAllowed.into());
    }
    let at = details.at.unwrap_or(by.now).min(by.now).max(Time(booking.asked_at));
    let id = &booking.booking_id;
    match mark {
        Mark::Approve => {
            sqlx::query(
                "update booking set approved_at = $2, approved_by = $3 where booking_id = $1",
            )
            .bind(id)
            .bind(at.0)
            .bind(by.actor.code())
            .execute(tx.conn())
            .await?;
        }
        Mark::CallReturn => {
            let ready_at = details.ready_at.unwrap_or(at).max(at);
            sqlx::query("update booking set ready_at = $2 where booking_id = $1")
                .bind(id)
                .bind(ready_at.0)
                .execute(tx.conn())
                .await?;
        }
        Mark::Acknowledge
        | Mark::Start
        | Mark::OnScene
        | Mark::Load
        | Mark::Arrive
        | Mark::Complete => stamp(tx, id, mark, at).await?,
        Mark::Cancel => {
            let late = course.cancels_late();
            let ended = if late { State::CancelledLate } else { State::Cancelled };
            end(tx, by, id, ended, details, at).await?;
        }
        Mark::NoShow => end(tx, by, id, State::NoShow, details, at).await?,
        Mark::TurnDown => end(tx, by, id, State::TurnedDown, details, at).await?,
        Mark::Triage
        | Mark::Quote
        | Mark::Confirm
        | Mark::Assign
        | Mark::Unassign
        | Mark::To120 => return Err(Refusal::NotAllowed.into()),
    }
    if mark == Mark::Complete {
        ended_at(tx, id, State::Completed, at).await?;
    }
    settle(tx, by, id, mark, json!({"party": party.code(), "reason": details.reason})).await
}

/// Writes one of the times of the journey; one that is set stays.
pub(super) async fn stamp(tx: &mut Tx, id: &str, mark: Mark, at: Time) -> Result<()> {
    let update = match mark {
        Mark::Acknowledge => sqlx::query(
            "update booking set acknowledged_at = coalesce(acknowledged_at, $2)
             where booking_id = $1",
        ),
        Mark::Start => sqlx::query(
            "update booking set started_at = coalesce(started_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::OnScene => sqlx::query(
            "update booking set on_scene_at = coalesce(on_scene_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::Load => sqlx::query(
            "update booking set loaded_at = coalesce(loaded_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::Arrive => sqlx::query(
            "update booking set arrived_at = coalesce(arrived_at, $2) where booking_id = $1",
        ),
        _ => sqlx::query(
            "update booking set completed_at = coalesce(completed_at, $2) where booking_id = $1",
        ),
    };
    update.bind(id).bind(at.0).execute(tx.conn()).await?;
    Ok(())
}

async fn end(
    tx: &mut Tx,
    by: &By,
    id: &str,
    state: State,
    details: &Details,
    at: Time,
) -> Result<()> {
    let reason = details.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.ok_or(Refusal::Reason)?;
    sqlx::query("update booking set end_reason = $2, ended_by = $3 where booking_id = $1")
        .bind(id)
        .bind(reason)
        .bind(by.actor.code())
        .execute(tx.conn())
        .await?;
    ended_at(tx, id, state, at).await
}

/// Ends a booking; what is known of people is blanked half a year later.
pub(super) async fn ended_at(tx: &mut Tx, id: &str, state: State, at: Time) -> Result<()> {
    sqlx::query(
        "update booking set ended_at = $2, state = $3, delete_at = $4 where booking_id = $1",
    )
    .bind(id)
    .bind(at.0)
    .bind(state.code())
    .bind(at.plus_days(KEPT_DAYS).0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the state's word and tells everybody who takes part. `what` holds ids, codes, numbers and
/// times.
pub(super) async fn settle(
    tx: &mut Tx,
    by: &By,
    booking_id: &str,
    mark: Mark,
    mut what: Value,
) -> Result<()> {
    let after = booking(tx, &Scope::system(), booking_id).await?;
    let state = after.course().state();
    sqlx::query("update booking set state = $2 where booking_id = $1")
        .bind(booking_id)
        .bind(state.code())
        .execute(tx.conn())
        .await?;
    what["parties"] = json!(parties(tx, &after).await?);
    what["state"] = json!(state.code());
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, by, subject, mark.code(), what).await
}

/// Whose screens hear of a booking besides the city's: the operator, the crew, both sites.
pub(super) async fn parties(tx: &mut Tx, booking: &Booking) -> Result<Vec<String>> {
    let named = [&booking.operator_id, &booking.from_site_id, &booking.to_site_id];
    let mut parties: Vec<String> = named.into_iter().flatten().cloned().collect();
    let rows = sqlx::query("select crew_id from shift_crew where shift_id = $1 order by crew_id")
        .bind(&booking.shift_id)
        .fetch_all(tx.conn())
        .await?;
    for row in rows {
        parties.push(row.try_get(0)?);
    }
    Ok(parties)
}
