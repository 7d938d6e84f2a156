//! Moments and places, in the units the whole house uses.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    pub const SECOND_MS: i64 = 1_000;
    pub const MINUTE_MS: i64 = 60_000;
    pub const HOUR_MS: i64 = 3_600_000;
    pub const DAY_MS: i64 = 86_400_000;

    pub fn plus_ms(self, ms: i64) -> Time {
        Time(self.0.saturating_add(ms))
    }

    pub fn plus_min(self, minutes: i64) -> Time {
        self.plus_ms(minutes.saturating_mul(Self::MINUTE_MS))
    }

    pub fn plus_days(self, days: i64) -> Time {
        self.plus_ms(days.saturating_mul(Self::DAY_MS))
    }

    /// Milliseconds from `self` to `later`; negative when `later` is earlier.
    pub fn ms_until(self, later: Time) -> i64 {
        later.0.saturating_sub(self.0)
    }
}

/// WGS-84 degrees. Maps that want GCJ-02 convert at the edge.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lat: f64,
    pub lng: f64,
}

impl Position {
    /// Great-circle distance in whole metres on a sphere of radius 6,371 km (haversine).
    pub fn distance_m(self, other: Position) -> i64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let dlat = (other.lat - self.lat).to_radians();
        let dlng = (other.lng - self.lng).to_radians();
        let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlng / 2.0).sin().powi(2);
        (2.0 * 6_371_000.0 * h.sqrt().min(1.0).asin()).round() as i64
    }
}
