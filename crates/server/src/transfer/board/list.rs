//! The bookings of the day, and what needs somebody now: late ahead of time, unserved, unseen.

use dispatch::live::State as Standing;
use dispatch::problem::End;
use rules::Time;
use rules::transfer::State;
use rules::transfer::service::ServicePack;
use store::transfer::{Booking, BookingLine, Trip};

use super::super::planner::Day;
use super::soon;
use crate::assets::Mark;
use crate::when::When;
use crate::words::Lang;

/// A crew that has not seen a job after this long is called.
const UNSEEN_MIN: i64 = 3;
/// A pick-up so near without a vehicle is loud.
const NEAR_MIN: i64 = 30;
/// Trips asked for in full when looking for unmet demand.
const LOOKED_AT: usize = 20;

/// One booking of the list.
pub(crate) struct Row {
    pub booking_id: String,
    pub at: String,
    pub trip: String,
    pub from: String,
    pub to: String,
    pub needs: String,
    pub mark: Mark,
    /// Drawn without a colour.
    pub plain: bool,
    pub state: String,
    pub vehicle: String,
    pub chosen: bool,
    /// May be dropped on a vehicle.
    pub drag: bool,
}

/// Something that needs somebody now.
pub(crate) struct Worry {
    pub mark: Mark,
    pub words: String,
    pub booking_id: String,
    /// 0 is silent, 1 calls, 2 calls louder.
    pub loud: i64,
}

/// The name of a kind of trip.
pub(crate) fn trip_type<'a>(lang: Lang, names: &'a ServicePack, code: &'a str) -> &'a str {
    let named = names.trip_types.iter().find(|one| one.code == code);
    named.map_or(code, |one| lang.pick(&one.name_zh, &one.name_en))
}

/// Words in a row, as each language strings them together.
pub(crate) fn joined(lang: Lang, words: &[&str]) -> String {
    if words.is_empty() { lang.board_none().to_owned() } else { words.join(lang.pick("·", ", ")) }
}

/// How much is waiting, and how much is on the road.
pub(crate) fn counts(lang: Lang, listed: &[BookingLine]) -> String {
    let count = |wanted: &dyn Fn(State) -> bool| {
        listed.iter().filter(|line| State::of(&line.state).is_some_and(wanted)).count()
    };
    let waiting = count(&|state| state == State::Confirmed);
    let moving = count(&|state| state.is_moving());
    lang.board_counts(listed.len(), waiting, moving)
}

pub(crate) fn rows(
    day: &Day,
    when: When,
    names: &ServicePack,
    listed: &[BookingLine],
    chosen: Option<&Booking>,
) -> Vec<Row> {
    listed
        .iter()
        .map(|line| {
            let lang = when.lang;
            let state = State::of(&line.state).unwrap_or(State::Booked);
            let at = line.plan_pickup_at.or(line.ready_at).or(line.appointment_at);
            let known = clock(day, when, &line.booking_id, state);
            let (mark, words, plain) = match known {
                Some((mark, words)) => (mark, words, false),
                None => plain_state(lang, state),
            };
            let needs: Vec<&str> = line.needs().into_iter().map(|need| lang.need(need)).collect();
            let vehicle = line.call_sign.as_ref().map(|sign| lang.board_vehicle(sign));
            Row {
                at: at.map_or_else(|| lang.board_on_call().to_owned(), |at| when.hm(&at)),
                trip: trip_type(lang, names, &line.trip_type).to_owned(),
                from: line.from_place.clone(),
                to: line.to_place.clone(),
                needs: joined(lang, &needs),
                state: words,
                vehicle: vehicle.unwrap_or_else(|| "—".into()),
                chosen: chosen.is_some_and(|one| one.booking_id == line.booking_id),
                drag: matches!(state, State::Confirmed | State::Assigned),
                booking_id: line.booking_id.clone(),
                mark,
                plain,
            }
        })
        .collect()
}

fn plain_state(lang: Lang, state: State) -> (Mark, String, bool) {
    let (mark, plain) = match state {
        State::Started | State::OnScene | State::Loaded | State::Arrived => (Mark::Live, false),
        State::Assigned => (Mark::Ok, false),
        State::To120 | State::NoShow => (Mark::Danger, false),
        State::Completed | State::Cancelled | State::CancelledLate | State::TurnedDown => {
            (Mark::Todo, true)
        }
        _ => (Mark::Todo, true),
    };
    (mark, lang.booking_state(state).to_owned(), plain)
}

/// What is not as it should be with a booking: late, without a vehicle, not seen by its crew.
pub(crate) fn clock(
    day: &Day,
    when: When,
    booking_id: &str,
    state: State,
) -> Option<(Mark, String)> {
    let lang = when.lang;
    if let Some(call) = day.call(booking_id) {
        if let Some(late) = late_min(day, call) {
            return Some((Mark::Warn, lang.board_will_be_late(late)));
        }
        if stranded(day, call) {
            return Some((Mark::Danger, lang.board_stranded().to_owned()));
        }
        let trip = day.trip(call);
        if state == State::Assigned && unseen(day, trip) {
            return Some((Mark::Warn, lang.board_unseen().to_owned()));
        }
        return None;
    }
    if state != State::Confirmed {
        return None;
    }
    let trip = day.ground.trips.iter().find(|trip| trip.booking_id == booking_id)?;
    let at = Time(trip.promise_until.or(trip.ready_at).or(trip.appointment_at)?);
    if at < day.now {
        let minutes = at.ms_until(day.now) / Time::MINUTE_MS;
        return Some((Mark::Danger, lang.board_overdue(minutes)));
    }
    soon(day.now, at).then(|| {
        let minutes = day.now.ms_until(at) / Time::MINUTE_MS;
        (Mark::Warn, lang.board_waits(minutes))
    })
}

/// By how many minutes a promise will be missed as things stand.
pub(crate) fn late_min(day: &Day, call: usize) -> Option<i64> {
    let trip = day.trip(call);
    let vehicle = day.live.vehicle_of(call)?;
    let bound = match day.live.calls()[call].state {
        Standing::Aboard { .. } => (End::Delivery, trip.appointment_at?),
        _ => (End::Pickup, trip.promise_until?),
    };
    let mut stops = day.live.stops(vehicle).iter();
    let stop = stops.find(|stop| stop.visit.request == call && stop.visit.end == bound.0)?;
    let late_ms = day.time(stop.begin).0 - bound.1;
    (late_ms > 0).then_some((late_ms + Time::MINUTE_MS - 1) / Time::MINUTE_MS)
}

/// The vehicle that is to fetch somebody does not drive.
pub(crate) fn stranded(day: &Day, call: usize) -> bool {
    let trip = day.trip(call);
    let own = trip.shift_id.as_deref().and_then(|shift| day.vehicle(shift));
    let relief = day.ground.reliefs.iter().any(|one| one.booking_id == trip.booking_id);
    let waits = matches!(day.live.calls()[call].state, Standing::Planned | Standing::Lost);
    let planned = day.ground.stops.iter().any(|stop| {
        stop.booking_id == trip.booking_id && Some(&stop.shift_id) == trip.shift_id.as_ref()
    });
    waits && own.is_some_and(|own| day.off[own].is_some()) || (relief && !planned)
}

fn unseen(day: &Day, trip: &Trip) -> bool {
    let assigned = trip.assigned_at.map_or(day.now.0, |at| at);
    trip.acknowledged_at.is_none()
        && Time(assigned).plus_min(UNSEEN_MIN) <= day.now
        && trip.plan_pickup_at.is_some_and(|at| at <= day.now.plus_min(60).0)
}

/// Everything that needs somebody now, the most urgent first.
pub(crate) fn worries(day: &Day, when: When, names: &ServicePack) -> Vec<Worry> {
    let lang = when.lang;
    let mut worries = Vec::new();
    for call in 0..day.calls.len() {
        let trip = day.trip(call);
        let name = name(when, names, trip);
        let mut worry = |mark, words, loud| {
            worries.push(Worry { mark, words, booking_id: trip.booking_id.clone(), loud });
        };
        if stranded(day, call) {
            worry(Mark::Danger, lang.board_worry_stranded(&name), 2);
        } else if let Some(late) = late_min(day, call) {
            worry(Mark::Warn, lang.board_worry_late(&name, late), 0);
        } else if unseen(day, trip) && State::of(&trip.state) == Some(State::Assigned) {
            worry(Mark::Warn, lang.board_worry_unseen(&name), 1);
        }
    }
    for index in &day.unreadable {
        let trip = &day.ground.trips[*index];
        let words = lang.board_worry_rows(name(when, names, trip));
        let booking_id = trip.booking_id.clone();
        worries.push(Worry { mark: Mark::Danger, words, booking_id, loud: 1 });
    }
    for trip in day.waiting().take(LOOKED_AT) {
        let at = trip.promise_until.or(trip.ready_at).or(trip.appointment_at);
        let Some(at) = at.map(Time).filter(|at| soon(day.now, *at)) else { continue };
        let near = at <= day.now.plus_min(NEAR_MIN);
        let name = name(when, names, trip);
        if day.unmet(trip) {
            let words = lang.board_worry_unmet(&name);
            let booking_id = trip.booking_id.clone();
            worries.push(Worry {
                mark: Mark::Danger,
                words,
                booking_id,
                loud: i64::from(near) * 2,
            });
        } else if near {
            let words = lang.board_worry_waiting(&name);
            let booking_id = trip.booking_id.clone();
            worries.push(Worry { mark: Mark::Warn, words, booking_id, loud: 1 });
        }
    }
    worries.sort_by_key(|worry| (worry.mark != Mark::Danger, -worry.loud));
    worries
}

fn name(when: When, names: &ServicePack, trip: &Trip) -> String {
    let at = trip.plan_pickup_at.or(trip.ready_at).or(trip.appointment_at);
    let at = at.map_or_else(String::new, |at| format!("{} ", when.hm(&at)));
    format!("{at}{}", trip_type(when.lang, names, &trip.trip_type))
}
