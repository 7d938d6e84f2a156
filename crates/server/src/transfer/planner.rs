//! The planner: the day as the database has it, given to the engine, and the engine's answer given
//! back to people.
//!
//! Nothing is kept between two questions. Each one reads the rows, restores the engine, asks, and
//! writes what changed under the revisions it read; whoever comes second computes again.

use dispatch::travel::Profile;
use rules::transfer::planning::{Planning, Why, hour_profile};
use rules::transfer::{Class, Need};
use rules::{Position, Time};
use store::transfer::{Booking, Trip};

use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::transfer::roads::Way;
use crate::words::Lang;

mod assign;
mod background;
mod day;
mod kit;
mod offers;
mod outcome;

pub(crate) use assign::{Choice, Refused, assign, give_up};
pub(crate) use background::run;
pub(crate) use day::Day;
pub(crate) use outcome::{Change, Preview, Question, carry_out};

/// What somebody asks for. Nothing personal.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// A booking that exists already, so that it is not counted twice.
    pub booking_id: Option<String>,
    pub from: Position,
    pub to: Position,
    /// Floors without a lift at both ends.
    pub stairs: [i64; 2],
    pub needs: Vec<Need>,
    pub class: Option<Class>,
    pub companions: i64,
    pub carry: i64,
    /// The tier's code, where it was priced: it brings crew and equipment at the least.
    pub tier: Option<String>,
    pub ready_at: Option<Time>,
    pub appointment_at: Option<Time>,
    /// One made already binds.
    pub promise: Option<(Time, Time)>,
}

impl Ask {
    pub fn of(booking: &Booking) -> Ask {
        let stairs = |floor: i64, lift: i64| {
            if lift > 0 { 0 } else { (floor - 1).max(-floor).max(0) }
        };
        Ask {
            booking_id: Some(booking.booking_id.clone()),
            from: booking.from_at(),
            to: booking.to_at(),
            stairs: [
                stairs(booking.from_floor, booking.from_lift),
                stairs(booking.to_floor, booking.to_lift),
            ],
            needs: booking.needs(),
            class: booking.class.as_deref().and_then(Class::of),
            companions: booking.companions,
            carry: booking.carry,
            tier: booking.tier.clone(),
            ready_at: booking.ready_at.map(Time),
            appointment_at: booking.appointment_at.map(Time),
            promise: promise(booking.promise_from, booking.promise_until),
        }
    }

    pub(super) fn of_trip(trip: &Trip) -> Ask {
        Ask {
            booking_id: Some(trip.booking_id.clone()),
            from: trip.from(),
            to: trip.to(),
            stairs: trip.stairs(),
            needs: trip.needs(),
            class: trip.class(),
            companions: trip.companions,
            carry: trip.carry,
            tier: trip.tier.clone(),
            ready_at: trip.ready_at.map(Time),
            appointment_at: trip.appointment_at.map(Time),
            promise: promise(trip.promise_from, trip.promise_until),
        }
    }

    /// Around when it would be driven.
    fn around(&self, now: Time) -> Time {
        self.ready_at.or(self.appointment_at).unwrap_or(now).max(now)
    }
}

fn promise(from: Option<i64>, until: Option<i64>) -> Option<(Time, Time)> {
    from.zip(until).map(|(from, until)| (Time(from), Time(until)))
}

/// What a vehicle answers to a question.
#[derive(Clone, Debug)]
pub(crate) struct VehicleAnswer {
    pub shift_id: String,
    pub vehicle_id: String,
    pub call_sign: String,
    /// When it would be at the door and at the other end, if it can come at all.
    pub pickup_at: Option<Time>,
    pub arrive_at: Option<Time>,
    pub late_min: i64,
    /// Driven empty to the door.
    pub empty_m: i64,
    /// Others change vehicles to make room.
    pub makes_room: bool,
    /// The first rule that keeps it from coming.
    pub why: Option<Why>,
}

/// A way to serve somebody.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub shift_id: String,
    pub call_sign: String,
    pub pickup_at: Time,
    pub arrive_at: Time,
    pub promise: (Time, Time),
    pub empty_m: i64,
}

/// The planner's answer to somebody who asks.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    /// Up to three on time, the recommended one first.
    pub offers: Vec<Offer>,
    /// Every vehicle of that day once: those that can come first, then those that come late, then
    /// those that cannot.
    pub answers: Vec<VehicleAnswer>,
    pub way: Way,
    /// The soonest that any vehicle could come, late or not.
    pub soonest: Option<Time>,
}

/// Offers shown to a caller.
const OFFERS: usize = 3;

/// What a call can be offered, and why each other vehicle cannot come.
pub(crate) async fn slots(app: &App, lang: Lang, ask: Ask) -> Answer<Slots> {
    let day = Day::read(app, lang, ask.around(app.now()), &[ask.from, ask.to]).await?;
    apart(lang, move || day.slots(&ask)).await
}

/// Distance and driving time of one journey, and what they rest on. Never fails: a straight line
/// is left.
pub(crate) async fn way(app: &App, from: Position, to: Position, at: Time) -> Way {
    let planning = planning(app);
    let hours = hours(app).await;
    let profile = Profile::new(hour_profile(&hours), 3_600).ok();
    let profile = profile.or_else(|| Profile::new([1_000; 24], 3_600).ok());
    let straight = || {
        let distance_m = from.distance_m(to) * i64::from(planning.detour_permille) / 1_000;
        let drive_s = (distance_m as f64 / (planning.km_per_h / 3.6)).ceil() as i64;
        Way { distance_m, drive_s, source: super::roads::Source::Straight }
    };
    let Some(profile) = profile else { return straight() };
    let (travel, source) = app.roads().travel(&[from, to], &planning, profile).await;
    let Some((plain_s, distance_m)) = travel.leg(0, 1) else { return straight() };
    let minute = at.0.div_euclid(Time::MINUTE_MS) + app.city().calendar.offset_min;
    let depart = minute.rem_euclid(24 * 60) * 60;
    let drive_s = travel.arrive(0, 1, depart).map_or(plain_s, |arrive| arrive - depart);
    Way { distance_m, drive_s, source }
}

async fn hours(app: &App) -> Vec<(i64, i64, i64)> {
    let Ok(mut tx) = app.db().read().await else { return Vec::new() };
    store::transfer::hours(&mut tx, app.now()).await.unwrap_or_default()
}

/// The numbers the city plans by.
pub(crate) fn planning(app: &App) -> Planning {
    Planning::of(app.db().packs().service_at(app.now()))
}

/// Runs the engine beside the threads that answer pages.
async fn apart<T: Send + 'static>(
    lang: Lang,
    work: impl FnOnce() -> Answer<T> + Send + 'static,
) -> Answer<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(Fault::new(Kind::Broken(error.to_string()), lang)),
    }
}

fn broken(lang: Lang) -> impl Fn(dispatch::problem::Problem) -> Fault {
    move |problem| Fault::new(Kind::Broken(format!("planner: {problem}")), lang)
}

/// Reads a transaction's answer in the language of whoever asks.
async fn ground(app: &App, lang: Lang, from: Time, until: Time) -> Answer<store::transfer::Ground> {
    let mut tx = app.db().read().await.told(lang)?;
    store::transfer::ground(&mut tx, from, until, app.now()).await.told(lang)
}
