//! The settings of a city's transfer service: kinds of trip, how a pick-up is promised, places that
//! callers name, texts that go out. Data of the health commission, versioned.

use serde::{Deserialize, Serialize};

use crate::channel::Template;
use crate::pack::Head;
use crate::{Position, Time};

/// The settings of one city, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServicePack {
    pub pack: Head,
    /// The tariff where no contract names another one: a pack's id.
    pub tariff: String,
    pub promise: Promise,
    pub travel: Travel,
    pub area: Area,
    #[serde(rename = "trip_type")]
    pub trip_types: Vec<TripType>,
    #[serde(rename = "place", default)]
    pub places: Vec<Place>,
    #[serde(rename = "template")]
    pub templates: Vec<Template>,
}

/// When a pick-up may be asked for, and how it is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Width of the window that is promised to a family.
    pub window_min: i64,
    /// Nobody can be fetched sooner than this.
    pub soonest_min: i64,
    /// Nobody books further ahead.
    pub ahead_days: i64,
    /// At the door and in the vehicle before it moves, and out again.
    pub load_min: i64,
    /// An appointment is reached this long before it begins.
    pub before_min: i64,
    /// Two pick-ups of one patient closer than this look like the same trip.
    pub twice_min: i64,
    /// What a booking holds of persons is forgotten so many days after its end.
    pub kept_days: i64,
}

/// Driving time where no road times are at hand: great-circle distance times a detour factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Travel {
    pub detour: f64,
    pub km_per_h: f64,
}

/// What counts as inside the city where no boundary is at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// A point farther than this from every known place lies outside.
    pub reach_m: i64,
}

/// A kind of trip (出院、入院、转院, extensible) [T2].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TripType {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// A treatment that repeats by weekday.
    #[serde(default)]
    pub repeats: bool,
    /// A way back that is called for when the treatment is over.
    #[serde(default)]
    pub returns: bool,
    /// Stands on lists of past trips only.
    #[serde(default)]
    pub ended: bool,
}

/// A street or town that callers name, by its centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub region_code: String,
    pub lat: f64,
    pub lng: f64,
}

impl Place {
    pub fn position(&self) -> Position {
        Position { lat: self.lat, lng: self.lng }
    }
}

/// Why a time cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongTime {
    /// Sooner than anybody can be there; before now included.
    TooSoon,
    TooFar,
    /// The appointment begins before anybody who is ready then can be there.
    Missed,
}

impl ServicePack {
    pub fn trip_type(&self, code: &str) -> Option<&TripType> {
        self.trip_types.iter().find(|known| known.code == code)
    }

    pub fn template(&self, code: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.code == code)
    }

    /// The known place nearest to a point, with its distance.
    pub fn nearest_place(&self, at: Position) -> Option<(&Place, i64)> {
        let by_distance = self.places.iter().map(|place| (place, at.distance_m(place.position())));
        by_distance.min_by_key(|(_, distance)| *distance)
    }

    /// Driving without a road graph, in metres and seconds.
    pub fn straight(&self, from: Position, to: Position) -> (i64, i64) {
        let metres = from.distance_m(to) as f64 * self.travel.detour;
        let seconds = metres / (self.travel.km_per_h / 3.6);
        (metres.round() as i64, seconds.round() as i64)
    }

    /// Whether somebody can be fetched when they say they are ready, and be there in time.
    pub fn wrong_time(
        &self,
        now: Time,
        ready: Option<Time>,
        appointment: Option<Time>,
        drive_s: i64,
    ) -> Option<WrongTime> {
        let promise = &self.promise;
        let (soonest, farthest) =
            (now.plus_min(promise.soonest_min), now.plus_days(promise.ahead_days));
        let needed = promise.load_min * 2 + promise.before_min;
        let needed_ms = needed * Time::MINUTE_MS + drive_s * Time::SECOND_MS;
        match (ready, appointment) {
            (Some(at), _) | (None, Some(at)) if at > farthest => Some(WrongTime::TooFar),
            (Some(ready), _) if ready < soonest => Some(WrongTime::TooSoon),
            (Some(ready), Some(at)) if ready.plus_ms(needed_ms) > at => Some(WrongTime::Missed),
            (None, Some(at)) if soonest.plus_ms(needed_ms) > at => Some(WrongTime::TooSoon),
            _ => None,
        }
    }

    /// When somebody must be ready who has to be there at `appointment`.
    pub fn ready_for(&self, appointment: Time, drive_s: i64) -> Time {
        let promise = &self.promise;
        let minutes = promise.load_min * 2 + promise.before_min;
        appointment.plus_min(-minutes).plus_ms(-drive_s * Time::SECOND_MS)
    }

    /// What is wrong with the settings, as sentences for their editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let promise = &self.promise;
        for (name, value) in [
            ("promise.window_min", promise.window_min),
            ("promise.soonest_min", promise.soonest_min),
            ("promise.ahead_days", promise.ahead_days),
            ("promise.load_min", promise.load_min),
            ("promise.before_min", promise.before_min),
            ("promise.twice_min", promise.twice_min),
            ("promise.kept_days", promise.kept_days),
            ("area.reach_m", self.area.reach_m),
        ] {
            if value <= 0 {
                faults.push(format!("{name} must be above 0"));
            }
        }
        if !(self.travel.detour >= 1.0 && self.travel.km_per_h > 0.0) {
            faults.push("travel: detour from 1, km_per_h above 0".into());
        }
        let mut once = |table: &str, codes: Vec<&str>| {
            for (index, code) in codes.iter().enumerate() {
                if codes[..index].contains(code) {
                    faults.push(format!("{table} {code} stands twice"));
                }
            }
        };
        once("trip_type", self.trip_types.iter().map(|entry| &*entry.code).collect());
        once("place", self.places.iter().map(|entry| &*entry.code).collect());
        once("template", self.templates.iter().map(|entry| &*entry.code).collect());
        if self.trip_types.iter().all(|entry| entry.ended) {
            faults.push("trip_type: at least one must be in use".into());
        }
        faults
    }
}

#[cfg(test)]
mod tests;
