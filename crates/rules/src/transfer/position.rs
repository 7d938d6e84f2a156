//! Where vehicles say they are. Every report is kept; one that no vehicle can have driven is marked
//! and not used.

use crate::{Position, Time, coded};

coded! {
    /// Why a report is not used.
    Implausible {
        /// Farther from the place before than a vehicle drives in that time.
        Jump = "jump",
        /// Dated after it came in.
        Future = "future",
        /// A cell of the radio network and no place.
        Coarse = "coarse",
        /// No place on earth.
        Nowhere = "nowhere",
    }
}

/// One report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    pub at: Time,
    pub place: Position,
    pub accuracy_m: i64,
}

/// Nobody drives faster, even in a straight line, metres a second.
const FASTEST_M_PER_S: i64 = 42;
/// Satellites err by this much between two houses.
const SLACK_M: i64 = 300;
/// A radio cell and no place.
const COARSE_M: i64 = 1_500;
/// Phones' clocks differ.
const AHEAD_MS: i64 = 2 * Time::MINUTE_MS;

/// Whether one can have driven from one report to the other.
fn drivable(from: &Report, to: &Report) -> bool {
    let ms = from.at.ms_until(to.at).abs();
    let reach = ms / 1_000 * FASTEST_M_PER_S + SLACK_M + from.accuracy_m + to.accuracy_m;
    from.place.distance_m(to.place) <= reach
}

/// Judges a report by the last one used, and by the last one that was marked as a jump since: two
/// jumps in a row to the same neighbourhood mean that the vehicle is there.
pub fn judge(
    used: Option<&Report>,
    jumped: Option<&Report>,
    new: &Report,
    received: Time,
) -> Option<Implausible> {
    let (lat, lng) = (new.place.lat, new.place.lng);
    if !(lat.is_finite() && lng.is_finite() && lat.abs() <= 90.0 && lng.abs() <= 180.0) {
        return Some(Implausible::Nowhere);
    }
    if new.at.0 > received.0 + AHEAD_MS {
        return Some(Implausible::Future);
    }
    if new.accuracy_m > COARSE_M {
        return Some(Implausible::Coarse);
    }
    let from_used = used.is_none_or(|used| drivable(used, new));
    let confirmed = jumped.is_some_and(|jumped| jumped.at < new.at && drivable(jumped, new));
    (!from_used && !confirmed).then_some(Implausible::Jump)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Minutes and degrees of longitude at 36.5 north (about 89 m to a thousandth of a degree).
    fn report(minutes: i64, lng: f64) -> Report {
        Report { at: Time(0).plus_min(minutes), place: Position { lat: 36.5, lng }, accuracy_m: 20 }
    }

    #[test]
    fn a_jump_is_not_used_until_the_vehicle_is_really_there() {
        let used = report(0, 118.00);
        let near = report(1, 118.02);
        assert_eq!(judge(Some(&used), None, &near, near.at), None, "1.8 km in a minute");
        let far = report(1, 118.50);
        let found = judge(Some(&used), None, &far, far.at);
        assert_eq!(found, Some(Implausible::Jump), "45 km in a minute");
        let beside = report(2, 118.51);
        assert_eq!(judge(Some(&used), Some(&far), &beside, beside.at), None, "it is there");
        let elsewhere = report(2, 117.50);
        let found = judge(Some(&used), Some(&far), &elsewhere, elsewhere.at);
        assert_eq!(found, Some(Implausible::Jump));
    }

    #[test]
    fn reports_that_are_no_places() {
        let good = report(0, 118.0);
        let coarse = Report { accuracy_m: 3_000, ..good };
        let nowhere = Report { place: Position { lat: f64::NAN, lng: 118.0 }, ..good };
        let beyond = Report { place: Position { lat: 91.0, lng: 118.0 }, ..good };
        assert_eq!(judge(None, None, &coarse, good.at), Some(Implausible::Coarse));
        assert_eq!(judge(None, None, &nowhere, good.at), Some(Implausible::Nowhere));
        assert_eq!(judge(None, None, &beyond, good.at), Some(Implausible::Nowhere));
        let early = good.at.plus_min(-10);
        assert_eq!(judge(None, None, &good, early), Some(Implausible::Future));
        assert_eq!(judge(None, None, &good, good.at), None);
    }
}
