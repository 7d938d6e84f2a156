//! What a transfer costs: a dated tariff and a trip in, itemised lines out. Integer fen and metres.

use serde::{Deserialize, Serialize};

use super::Need;
use crate::coded;
use crate::pack::Head;

/// One published price list in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffPack {
    pub pack: Head,
    /// For the trip to the patient and the first metres.
    pub base_fen: i64,
    pub base_m: i64,
    /// Each further unit of length; a part counts as a whole.
    pub unit_m: i64,
    pub unit_fen: i64,
    pub outside: OutsideRule,
    pub waiting: Waiting,
    /// The way back with the patient, of what the way there cost before waiting.
    pub return_permille: i64,
    pub tolls: Tolls,
    /// Beyond either, two drivers take turns.
    pub two_drivers: TwoDrivers,
    #[serde(rename = "extra", default)]
    pub extras: Vec<Extra>,
}

/// What a trip costs that leaves the city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideRule {
    pub unit_fen: i64,
    pub reading: Reading,
}

coded! {
    /// How "outside the city" is read.
    Reading {
        /// A trip that leaves the city costs more from the first unit after the base.
        Whole = "whole",
        /// Only the units driven outside cost more.
        Part = "part",
    }
}

/// A part of a period counts as a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    pub free_min: i64,
    pub period_min: i64,
    pub period_fen: i64,
}

coded! {
    Tolls {
        Included = "included",
        /// Paid by the family as they come; not part of the price.
        AtCost = "at_cost",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TwoDrivers {
    pub over_m: i64,
    pub over_min: i64,
}

/// What is charged beside the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub per: Per,
    pub fen: i64,
    /// Charged when this is needed.
    #[serde(default)]
    pub need: Option<Need>,
}

coded! {
    Per {
        Trip = "trip",
        /// Each floor somebody is carried where no lift runs.
        CarriedFloor = "carried_floor",
    }
}

/// What is priced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trip {
    /// From where the patient is fetched to where the patient is brought.
    pub distance_m: i64,
    /// Of these, beyond the city.
    pub outside_m: i64,
    pub drive_min: i64,
    pub waiting_min: i64,
    /// The same vehicle brings the patient back.
    pub with_return: bool,
    pub carried_floors: i64,
    pub needs: Vec<Need>,
}

coded! {
    /// What a line of a price is for.
    Item {
        Base = "base",
        Distance = "distance",
        Outside = "outside",
        Extra = "extra",
        Return = "return",
        Waiting = "waiting",
        Tolls = "tolls",
    }
}

/// One line: so many of something at so much each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub item: Item,
    /// Of an extra: which one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Units of length, periods, floors; of a return, per mille.
    pub count: i64,
    pub each_fen: i64,
    pub fen: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fare {
    pub lines: Vec<Line>,
    pub total_fen: i64,
    /// Metres that were charged, the part counted as a whole.
    pub charged_m: i64,
    pub drivers: i64,
}

/// No trip is longer: it would lead out of the country.
pub const DISTANCE_M_MAX: i64 = 6_000_000;
/// Three days.
pub const WAITING_MIN_MAX: i64 = 4_320;
const FLOORS_MAX: i64 = 120;

impl TariffPack {
    /// The itemised price; `None` for a trip that cannot be.
    pub fn price(&self, trip: &Trip) -> Option<Fare> {
        let sound = (0..=DISTANCE_M_MAX).contains(&trip.distance_m)
            && (0..=trip.distance_m).contains(&trip.outside_m)
            && (0..=WAITING_MIN_MAX).contains(&trip.waiting_min)
            && (0..=FLOORS_MAX).contains(&trip.carried_floors)
            && trip.drive_min >= 0;
        if !sound {
            return None;
        }
        let line = |item, count, each_fen| Line {
            item,
            code: String::new(),
            count,
            each_fen,
            fen: count * each_fen,
        };
        let mut lines = vec![line(Item::Base, 1, self.base_fen)];
        let (inside, outside) = self.units(trip);
        if inside > 0 {
            lines.push(line(Item::Distance, inside, self.unit_fen));
        }
        if outside > 0 {
            lines.push(line(Item::Outside, outside, self.outside.unit_fen));
        }
        let way: i64 = lines.iter().map(|line| line.fen).sum();
        lines.extend(self.extra_lines(trip));
        if trip.with_return && self.return_permille > 0 {
            let fen = (way * self.return_permille + 500) / 1_000;
            let back = Line { fen, ..line(Item::Return, self.return_permille, way) };
            lines.push(back);
        }
        let waited = trip.waiting_min - self.waiting.free_min;
        let periods = whole(waited, self.waiting.period_min);
        if trip.waiting_min > 0 {
            lines.push(line(Item::Waiting, periods, self.waiting.period_fen));
        }
        if self.tolls == Tolls::Included {
            lines.push(line(Item::Tolls, 1, 0));
        }
        let limit = &self.two_drivers;
        let long = trip.distance_m > limit.over_m || trip.drive_min > limit.over_min;
        Some(Fare {
            total_fen: lines.iter().map(|line| line.fen).sum(),
            charged_m: whole(trip.distance_m, self.unit_m) * self.unit_m,
            drivers: if long { 2 } else { 1 },
            lines,
        })
    }

    /// Units beyond the base, inside and outside. The whole way is rounded up once; the first
    /// units are the base's and the last ones those outside, so that no metre counts twice.
    fn units(&self, trip: &Trip) -> (i64, i64) {
        let beyond = whole(trip.distance_m - self.base_m, self.unit_m);
        let outside = match self.outside.reading {
            Reading::Whole if trip.outside_m > 0 => beyond,
            Reading::Whole => 0,
            Reading::Part => whole(trip.outside_m, self.unit_m).min(beyond),
        };
        (beyond - outside, outside)
    }

    fn extra_lines(&self, trip: &Trip) -> Vec<Line> {
        let charged = self.extras.iter().filter_map(|extra| {
            let wanted = extra.need.is_none_or(|need| trip.needs.contains(&need));
            let count = match extra.per {
                Per::Trip => 1,
                Per::CarriedFloor => trip.carried_floors,
            };
            (wanted && count > 0).then(|| Line {
                item: Item::Extra,
                code: extra.code.clone(),
                count,
                each_fen: extra.fen,
                fen: count * extra.fen,
            })
        });
        charged.collect()
    }

    pub fn extra(&self, code: &str) -> Option<&Extra> {
        self.extras.iter().find(|extra| extra.code == code)
    }

    /// What is wrong with the tariff, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (name, value) in [
            ("unit_m", self.unit_m),
            ("waiting.period_min", self.waiting.period_min),
            ("two_drivers.over_m", self.two_drivers.over_m),
            ("two_drivers.over_min", self.two_drivers.over_min),
        ] {
            if value <= 0 {
                faults.push(format!("{name} must be above 0"));
            }
        }
        for (name, value) in [
            ("base_fen", self.base_fen),
            ("base_m", self.base_m),
            ("unit_fen", self.unit_fen),
            ("waiting.free_min", self.waiting.free_min),
            ("waiting.period_fen", self.waiting.period_fen),
        ] {
            if value < 0 {
                faults.push(format!("{name} must not be below 0"));
            }
        }
        // Else a longer way could cost less.
        if self.outside.unit_fen < self.unit_fen {
            faults.push("outside.unit_fen must reach unit_fen".into());
        }
        if !(0..=1_000).contains(&self.return_permille) {
            faults.push("return_permille lies between 0 and 1000".into());
        }
        for (index, extra) in self.extras.iter().enumerate() {
            if self.extras[..index].iter().any(|earlier| earlier.code == extra.code) {
                faults.push(format!("extra {} stands twice", extra.code));
            }
            if extra.fen < 0 {
                faults.push(format!("extra {}: fen must not be below 0", extra.code));
            }
        }
        faults
    }
}

/// So many whole units; a part counts as a whole, nothing and less as none.
fn whole(amount: i64, unit: i64) -> i64 {
    if amount <= 0 { 0 } else { (amount + unit - 1) / unit.max(1) }
}

#[cfg(test)]
mod tests;
