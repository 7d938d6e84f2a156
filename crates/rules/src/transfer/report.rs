//! The figures by which the transfer service is judged [T19, T21]: what counts, what was kept.
//!
//! Each figure is a share of cases. The same functions say for one case whether it counts and
//! whether it was kept, so that a figure and the list behind it never differ.

use serde::{Deserialize, Serialize};

use super::State;
use crate::pack::Head;
use crate::{Time, coded};

coded! {
    Indicator {
        /// 及时接听: calls answered in time.
        Answer = "answer",
        /// 准时接到: at the door by the end of the promise.
        OnTime = "on_time",
        /// 完成: confirmed journeys that were driven.
        Completion = "completion",
        /// 每千次不良事件
        Incident = "incident",
        /// 120 及时接手
        Handover = "handover",
        /// 满意
        Satisfied = "satisfied",
        /// 低分回访
        Callback = "callback",
        /// 投诉按期答复
        Complaint = "complaint",
    }
}

coded! {
    /// Which way a figure should go.
    Better {
        Higher = "higher",
        Lower = "lower",
    }
}

/// How the service is judged, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OversightPack {
    pub pack: Head,
    pub limits: Limits,
    #[serde(rename = "indicator")]
    pub indicators: Vec<Measure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub answer_within_s: i64,
    pub handover_within_min: i64,
    /// A score of so many stars or more is a satisfied family.
    pub satisfied_from: i64,
    /// Days to answer a complaint where no agreement names them.
    pub complaint_days: i64,
    /// Days before the end of an agreement at which it is shown as ending.
    pub contract_days: i64,
}

/// A figure as people read it, with its formula, its source and what it should reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub code: Indicator,
    pub better: Better,
    /// Per 10,000.
    pub target: i64,
    pub name_zh: String,
    pub name_en: String,
    pub formula_zh: String,
    pub formula_en: String,
    pub source_zh: String,
    pub source_en: String,
}

impl OversightPack {
    pub fn measure(&self, code: Indicator) -> Option<&Measure> {
        self.indicators.iter().find(|measure| measure.code == code)
    }

    /// What is wrong with the pack, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let limits = &self.limits;
        let positive = [
            ("limits.answer_within_s", limits.answer_within_s),
            ("limits.handover_within_min", limits.handover_within_min),
            ("limits.complaint_days", limits.complaint_days),
            ("limits.contract_days", limits.contract_days),
        ];
        for (name, value) in positive {
            if value <= 0 {
                faults.push(format!("{name} must be above 0"));
            }
        }
        if !(1..=5).contains(&limits.satisfied_from) {
            faults.push("limits.satisfied_from is a number of stars, 1 to 5".into());
        }
        for code in Indicator::ALL {
            let count = self.indicators.iter().filter(|measure| measure.code == *code).count();
            if count != 1 {
                faults.push(format!("indicator {} stands {count} times", code.code()));
            }
        }
        for measure in &self.indicators {
            if !(0..=WHOLE).contains(&measure.target) {
                let code = measure.code.code();
                faults.push(format!("indicator {code}: target lies between 0 and 10000"));
            }
        }
        faults
    }
}

/// A figure of everything.
pub const WHOLE: i64 = 10_000;

/// A booking, with what happened to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trip {
    pub state: Option<State>,
    pub confirmed_at: Option<Time>,
    pub promise_until: Option<Time>,
    pub on_scene_at: Option<Time>,
    pub loaded_at: Option<Time>,
    pub incidents: i64,
    /// When it was handed to 120, and when 120 took it.
    pub to_120_at: Option<Time>,
    pub taken_120_at: Option<Time>,
    pub stars: Option<i64>,
    pub callback_due: Option<Time>,
    pub called_at: Option<Time>,
}

impl Trip {
    /// Whether a figure counts this journey (`None` if not), and whether it was kept.
    pub fn kept(&self, indicator: Indicator, limits: &Limits, now: Time) -> Option<bool> {
        match indicator {
            Indicator::OnTime => self.on_time(now),
            Indicator::Completion => self.completed(),
            Indicator::Incident => (self.state == Some(State::Completed) || self.incidents > 0)
                .then_some(self.incidents == 0),
            Indicator::Handover => {
                let due = self.to_120_at?.plus_min(limits.handover_within_min);
                in_time(due, self.taken_120_at, now)
            }
            Indicator::Satisfied => Some(self.stars? >= limits.satisfied_from),
            Indicator::Callback => in_time(self.callback_due?, self.called_at, now),
            // Of calls and complaints.
            Indicator::Answer | Indicator::Complaint => None,
        }
    }

    /// At the door by the end of the promise. Whoever was never promised a time, or called it off
    /// before it came, does not count.
    fn on_time(&self, now: Time) -> Option<bool> {
        let due = self.promise_until?;
        let came = self.on_scene_at.or(self.loaded_at);
        match self.state? {
            State::Cancelled | State::To120 => came.map(|at| at <= due),
            State::TurnedDown => Some(false),
            _ => in_time(due, came, now),
        }
    }

    /// A confirmed journey that ended: driven, or lost to the service. Called off in time, or
    /// passed to 120 because it had to be, is neither.
    fn completed(&self) -> Option<bool> {
        self.confirmed_at?;
        match self.state? {
            State::Completed => Some(true),
            State::CancelledLate | State::NoShow | State::TurnedDown => Some(false),
            _ => None,
        }
    }
}

/// Kept by its time; not counted while there is still time.
fn in_time(due: Time, done: Option<Time>, now: Time) -> Option<bool> {
    match done {
        Some(at) => Some(at <= due),
        None if now <= due => None,
        None => Some(false),
    }
}

/// A call as it rang.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub rang_at: Time,
    pub answered_at: Option<Time>,
}

impl Call {
    pub fn kept(&self, limits: &Limits, now: Time) -> Option<bool> {
        in_time(
            self.rang_at.plus_ms(limits.answer_within_s * Time::SECOND_MS),
            self.answered_at,
            now,
        )
    }
}

/// A complaint with its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub due_at: Time,
    pub answered_at: Option<Time>,
    pub upheld: bool,
}

impl Complaint {
    pub fn kept(&self, now: Time) -> Option<bool> {
        in_time(self.due_at, self.answered_at, now)
    }
}

/// A figure: so many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    pub indicator: Indicator,
    /// Kept; for incidents their number.
    pub part: i64,
    pub whole: i64,
}

impl Figure {
    pub fn of(indicator: Indicator, kept: impl Iterator<Item = Option<bool>>) -> Figure {
        let mut figure = Figure { indicator, part: 0, whole: 0 };
        for kept in kept.flatten() {
            figure.whole += 1;
            figure.part += i64::from(kept);
        }
        figure
    }

    /// Per 10,000, rounded to the nearest; `None` when nothing counts.
    pub fn value(&self) -> Option<i64> {
        (self.whole > 0).then(|| (self.part * WHOLE * 2 + self.whole).div_euclid(self.whole * 2))
    }

    /// Whether it is as it should be; nothing is judged by nothing.
    pub fn reaches(&self, measure: &Measure) -> Option<bool> {
        // Compared as fractions: rounding must not decide.
        let (have, want) = (self.part * WHOLE, measure.target * self.whole);
        (self.whole > 0).then_some(match measure.better {
            Better::Higher => have >= want,
            Better::Lower => have <= want,
        })
    }
}

/// A month of facts.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub trips: Vec<Trip>,
    pub calls: Vec<Call>,
    pub complaints: Vec<Complaint>,
}

/// Every figure, in the order of the pack.
pub fn figures(pack: &OversightPack, facts: &Facts, now: Time) -> Vec<Figure> {
    let limits = &pack.limits;
    pack.indicators
        .iter()
        .map(|measure| match measure.code {
            Indicator::Answer => {
                Figure::of(measure.code, facts.calls.iter().map(|call| call.kept(limits, now)))
            }
            Indicator::Complaint => {
                Figure::of(measure.code, facts.complaints.iter().map(|one| one.kept(now)))
            }
            Indicator::Incident => incidents(&facts.trips),
            code => Figure::of(code, facts.trips.iter().map(|trip| trip.kept(code, limits, now))),
        })
        .collect()
}

/// Incidents are counted, not journeys with one: two on one journey are two.
fn incidents(trips: &[Trip]) -> Figure {
    let driven = trips.iter().filter(|trip| trip.state == Some(State::Completed)).count();
    Figure {
        indicator: Indicator::Incident,
        part: trips.iter().map(|trip| trip.incidents).sum(),
        whole: i64::try_from(driven).unwrap_or(i64::MAX),
    }
}

/// Mean of the stars in hundredths, rounded to the nearest.
pub fn mean_stars(trips: &[Trip]) -> Option<i64> {
    let stars: Vec<i64> = trips.iter().filter_map(|trip| trip.stars).collect();
    let count = i64::try_from(stars.len()).ok().filter(|count| *count > 0)?;
    Some((stars.iter().sum::<i64>() * 200 + count).div_euclid(count * 2))
}

/// The middle of the spans in milliseconds; of two middles the lower.
pub fn median_ms(mut spans: Vec<i64>) -> Option<i64> {
    spans.sort_unstable();
    let middle = spans.len().checked_sub(1)? / 2;
    spans.get(middle).copied()
}

#[cfg(test)]
mod tests;
