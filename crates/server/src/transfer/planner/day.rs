//! The day: rows of the database as the engine's values.
//!
//! Plans are taken as they are: nobody is moved by reading. Whoever is late by what has happened
//! may be as late as that and no later, so that a new call never makes it worse.

use std::collections::{BTreeMap, HashMap};

use dispatch::live::{Consequence, Live, Settings};
use dispatch::problem::FARTHEST;
use dispatch::travel::Profile;
use rules::transfer::planning::{
    Crewed, Demand, Journey, Minimum, Planning, Posts, Why, hour_profile,
};
use rules::transfer::tier::TierPack;
use rules::{Position, Time};
use store::transfer::{Duty, Ground, Trip};

use super::kit::Kit;
use super::{apart, broken, ground, planning};
use crate::App;
use crate::fault::Answer;
use crate::transfer::roads::Source;
use crate::words::Lang;

/// Hours before and after a moment that one plan looks at.
const BEHIND_MIN: i64 = 14 * 60;
const AHEAD_MIN: i64 = 26 * 60;

/// See the module.
pub(crate) struct Day {
    pub live: Live,
    /// The engine counts seconds from here, a midnight of the city.
    pub base: Time,
    pub now: Time,
    pub lang: Lang,
    pub ground: Ground,
    pub planning: Planning,
    pub tiers: TierPack,
    pub source: Source,
    /// By call of the engine: the trip.
    pub calls: Vec<usize>,
    /// By vehicle (the same number as the duty): why it takes nobody now.
    pub off: Vec<Option<Why>>,
    /// What the rows alone have led to: vehicles back late, breaks missed, people whose vehicle
    /// cannot fetch them any more.
    pub upset: Vec<Consequence>,
    pub places: Places,
    /// Trips that no engine takes: their rows contradict themselves.
    pub unreadable: Vec<usize>,
}

/// Places by number, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    list: Vec<Position>,
    known: HashMap<(i64, i64), usize>,
}

/// A place to about a metre.
fn fine(at: Position) -> (i64, i64) {
    let fine = |degrees: f64| (degrees * 100_000.0).round() as i64;
    (fine(at.lat), fine(at.lng))
}

impl Places {
    pub fn add(&mut self, at: Position) -> usize {
        let sound = at.lat.abs() <= 90.0 && at.lng.abs() <= 180.0;
        let place = if sound { at } else { Position { lat: 0.0, lng: 0.0 } };
        let next = self.list.len();
        let list = &mut self.list;
        *self.known.entry(fine(at)).or_insert_with(|| {
            list.push(place);
            next
        })
    }

    pub fn find(&self, at: Position) -> Option<usize> {
        self.known.get(&fine(at)).copied()
    }

    pub fn count(&self) -> usize {
        self.list.len()
    }

    pub fn at(&self, place: usize) -> Position {
        self.list.get(place).copied().unwrap_or(Position { lat: 0.0, lng: 0.0 })
    }
}

impl Day {
    /// Reads the day around a moment. `extra` are places that a question brings along.
    pub async fn read(app: &App, lang: Lang, around: Time, extra: &[Position]) -> Answer<Day> {
        let now = app.now();
        // The day of the question and, if that is today, who is still out from last night.
        let from = around.plus_min(-BEHIND_MIN).max(now.plus_min(-BEHIND_MIN));
        let ground = ground(app, lang, from, around.plus_min(AHEAD_MIN)).await?;
        let planning = planning(app);
        let tiers = app.db().packs().tiers_at(now).clone();
        let base = app.city().calendar.day_start(app.city().calendar.day_number(now) - 1);
        let mut places = Places::default();
        for duty in &ground.duties {
            places.add(duty.shift.base());
        }
        for at in ground.seen.iter().map(|seen| seen.place()) {
            places.add(at);
        }
        for trip in &ground.trips {
            places.add(trip.from());
            places.add(trip.to());
        }
        for at in ground.reliefs.iter().map(|relief| relief.place()).chain(extra.iter().copied()) {
            places.add(at);
        }
        let hours = hour_profile(&ground.hours);
        let profile = Profile::new(hours, 3_600).map_err(broken(lang))?;
        let (travel, source) = app.roads().travel(&places.list, &planning, profile).await;
        let kit = Kit { base, now, lang, ground, planning, tiers, source, places, travel };
        apart(lang, move || kit.into_day()).await
    }

    pub fn secs(&self, at: Time) -> i64 {
        secs(self.base, at)
    }

    pub fn time(&self, secs: i64) -> Time {
        self.base.plus_ms(secs.saturating_mul(1_000))
    }

    pub fn duty(&self, vehicle: usize) -> &Duty {
        &self.ground.duties[vehicle]
    }

    pub fn trip(&self, call: usize) -> &Trip {
        &self.ground.trips[self.calls[call]]
    }

    /// The vehicle number of a shift.
    pub fn vehicle(&self, shift_id: &str) -> Option<usize> {
        self.ground.duties.iter().position(|duty| duty.shift.shift_id == shift_id)
    }

    /// The call of a booking.
    pub fn call(&self, booking_id: &str) -> Option<usize> {
        (0..self.calls.len()).find(|call| self.trip(*call).booking_id == booking_id)
    }

    /// Plain seconds and metres between two places.
    pub fn leg(&self, from: usize, to: usize) -> Option<(i64, i64)> {
        self.live.travel().leg(from, to)
    }

    /// Trips that wait for a vehicle, the first to be driven first.
    pub fn waiting(&self) -> impl Iterator<Item = &Trip> {
        let waits = |trip: &&Trip| trip.is_open() && trip.shift_id.is_none();
        self.ground.trips.iter().filter(waits)
    }
}

pub(super) fn secs(base: Time, at: Time) -> i64 {
    (base.ms_until(at) / 1_000).clamp(0, FARTHEST / 4)
}

/// The vehicle and crew of a duty as rules see them.
pub(super) fn crewed(duty: &Duty) -> Crewed {
    Crewed {
        layouts: duty.shift.layouts(),
        equipment: duty.shift.features(),
        crew: Posts::of(duty.crew.iter().filter_map(|one| one.role)),
    }
}

/// Crew and equipment as the engine counts them.
pub(super) fn crew_map(posts: Posts) -> BTreeMap<String, u16> {
    [
        ("driver", posts.drivers),
        ("nurse", posts.nurses),
        ("doctor", posts.doctors),
        ("hands", posts.hands),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| (name.to_owned(), count))
    .collect()
}

/// What a question asks of a vehicle.
pub(super) fn demand(
    planning: &Planning,
    tiers: &TierPack,
    ask: &super::Ask,
    leg: Option<(i64, i64)>,
) -> Demand {
    let tier = tiers.tiers.iter().find(|tier| ask.tier.as_ref() == Some(&tier.code));
    let (drive_s, distance_m) = leg.unwrap_or((0, 0));
    planning.demand(&Journey {
        needs: ask.needs.clone(),
        class: ask.class,
        companions: ask.companions,
        carry: ask.carry,
        stairs: ask.stairs,
        drive_s,
        distance_m,
        tier: tier.map(Minimum::of).unwrap_or_default(),
    })
}

pub(super) fn settings(planning: &Planning) -> Settings {
    Settings {
        promise_before: planning.promise_before_min * 60,
        promise_after: (planning.promise_after_min - planning.tight_min).max(1) * 60,
        threshold: planning.threshold_m,
        move_cost: planning.move_m,
        ..Settings::default()
    }
}
