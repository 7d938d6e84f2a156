//! Emergency cases (急救病例): where one stands, who may take it further, what its clock says.
//!
//! Care comes first: no mark waits for another that real life may skip. A patient may be moving
//! before a hospital has accepted, and a hospital may accept before the desk has looked.

mod ladder;
mod packet;
mod recommend;
mod triage;

pub use ladder::{Answers, Call, Rung, rung};
pub use packet::{Airway, DoseUnit, Fact, FactFault, Packet, Told, packet};
pub use recommend::{
    Candidate, HospitalFacts, Need, Part, Plea, Recommendation, Shortfall, inside, minutes_between,
    overlap_percent, recommend, within_hours,
};
pub use triage::{Triage, questions, triage};

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::card::Targets;
use crate::coded;

coded! {
    /// Who cried for help.
    Source {
        Clinic = "clinic",
        Hotline = "hotline",
        /// A client through the symptom page.
        Public = "public",
        /// From a place that is not in the register: care comes first, nobody is asked who he is.
        Unlicensed = "unlicensed",
    }
}

coded! {
    /// Who acts on a case.
    Party {
        /// The institution where it happened.
        Clinic = "clinic",
        /// The QC centre's desk.
        Desk = "desk",
        /// The hospital that has accepted.
        Hospital = "hospital",
        /// A hospital that was called and has not accepted.
        Called = "called",
        /// Who only reads: a hospital that declined or was withdrawn.
        Reader = "reader",
    }
}

coded! {
    /// What moves a case on.
    Mark {
        Acknowledge = "acknowledge",
        Accept = "accept",
        Decline = "decline",
        Move = "move",
        Arrive = "arrive",
        HandOver = "hand_over",
        Close = "close",
        StandDown = "stand_down",
        /// 改派: the desk calls another hospital.
        Redirect = "redirect",
        Merge = "merge",
        Called120 = "called_120",
    }
}

coded! {
    Outcome {
        Recovered = "recovered",
        Observed = "observed",
        Admitted = "admitted",
        /// Settled where it happened, no hospital needed.
        OnSite = "on_site",
        /// The patient declined to go on.
        Refused = "refused",
        Died = "died",
    }
}

coded! {
    /// Why a hospital cannot take a case; a code, so that it can be counted.
    DeclineReason {
        Capability = "capability",
        Beds = "beds",
        Theatre = "theatre",
        Staff = "staff",
        Antidote = "antidote",
        Other = "other",
    }
}

coded! {
    /// Where a case stands, in one word.
    Standing {
        Raised = "raised",
        Acknowledged = "acknowledged",
        Accepted = "accepted",
        Moving = "moving",
        Arrived = "arrived",
        HandedOver = "handed_over",
        Closed = "closed",
        StoodDown = "stood_down",
        Merged = "merged",
    }
}

/// The times of a case. A mark once set is never moved, except that a redirection takes back
/// the acceptance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub onset_at: Option<Time>,
    pub raised_at: Option<Time>,
    pub called_120_at: Option<Time>,
    pub acknowledged_at: Option<Time>,
    pub accepted_at: Option<Time>,
    pub moving_at: Option<Time>,
    pub arrived_at: Option<Time>,
    pub handed_over_at: Option<Time>,
    pub closed_at: Option<Time>,
    pub stood_down_at: Option<Time>,
    pub merged_at: Option<Time>,
}

impl Course {
    pub fn standing(&self) -> Standing {
        let marks = [
            (self.merged_at, Standing::Merged),
            (self.stood_down_at, Standing::StoodDown),
            (self.closed_at, Standing::Closed),
            (self.handed_over_at, Standing::HandedOver),
            (self.arrived_at, Standing::Arrived),
            (self.moving_at, Standing::Moving),
            (self.accepted_at, Standing::Accepted),
            (self.acknowledged_at, Standing::Acknowledged),
        ];
        let reached = marks.into_iter().find(|(at, _)| at.is_some());
        reached.map_or(Standing::Raised, |(_, standing)| standing)
    }

    pub fn is_open(&self) -> bool {
        self.closed_at.is_none() && self.stood_down_at.is_none() && self.merged_at.is_none()
    }

    /// What a party may do now: pages draw these as buttons, the store refuses all others.
    pub fn marks(&self, party: Party) -> Vec<Mark> {
        Mark::ALL.iter().copied().filter(|mark| self.allows(*mark, party)).collect()
    }

    fn allows(&self, mark: Mark, party: Party) -> bool {
        if !self.is_open() {
            return false;
        }
        let (desk, clinic) = (party == Party::Desk, party == Party::Clinic);
        let accepted = self.accepted_at.is_some();
        match mark {
            // Of the case; a place's own call it may answer as well while that rings.
            Mark::Acknowledge => {
                self.acknowledged_at.is_none() && matches!(party, Party::Desk | Party::Called)
            }
            // The desk writes down what a hospital said on the phone.
            Mark::Accept | Mark::Decline => {
                !accepted && matches!(party, Party::Desk | Party::Called)
            }
            Mark::Move => self.moving_at.is_none() && self.arrived_at.is_none() && (desk || clinic),
            Mark::Arrive => {
                self.arrived_at.is_none() && accepted && (desk || party == Party::Hospital)
            }
            Mark::HandOver => {
                self.handed_over_at.is_none()
                    && self.arrived_at.is_some()
                    && (desk || party == Party::Hospital)
            }
            Mark::Close => {
                let handed = self.handed_over_at.is_some();
                let settled = self.acknowledged_at.is_some() && self.arrived_at.is_none();
                (desk && (handed || settled)) || (party == Party::Hospital && handed)
            }
            Mark::StandDown => self.arrived_at.is_none() && (desk || (clinic && !accepted)),
            Mark::Redirect => self.arrived_at.is_none() && desk,
            Mark::Merge => desk,
            Mark::Called120 => self.called_120_at.is_none() && party != Party::Reader,
        }
    }

    /// Whether a human has heard of the case, and how long it took in milliseconds.
    pub fn heard_ms(&self) -> Option<i64> {
        let raised = self.raised_at?;
        let heard = [self.acknowledged_at, self.accepted_at].into_iter().flatten().min()?;
        Some(raised.ms_until(heard).max(0))
    }
}

coded! {
    /// The stages of the clock on the receiving screen.
    Stage {
        Acknowledge = "acknowledge",
        Accept = "accept",
        Move = "move",
        Arrive = "arrive",
        Treat = "treat",
    }
}

coded! {
    Verdict {
        Met = "met",
        Missed = "missed",
        /// Its time is running and not over.
        Running = "running",
        /// An earlier stage runs first.
        Waiting = "waiting",
        /// Its time is over and it has not happened.
        Overdue = "overdue",
    }
}

/// One box of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLine {
    pub stage: Stage,
    pub target_s: i64,
    pub due_at: Time,
    pub at: Option<Time>,
    /// From the stage's own start to `at`, or to now.
    pub took_ms: i64,
    pub verdict: Verdict,
}

/// The card's targets against the case's times. `Treat` counts from the onset where it is known,
/// all others from the moment the case was raised; the treatment itself is taken to begin with the
/// hand-over.
pub fn clock(targets: &Targets, course: &Course, now: Time) -> Vec<TargetLine> {
    let Some(raised) = course.raised_at else { return Vec::new() };
    let onset = course.onset_at.unwrap_or(raised);
    let stages = [
        (Stage::Acknowledge, targets.acknowledge_s, raised, course.acknowledged_at),
        (Stage::Accept, targets.accept_s, raised, course.accepted_at),
        (Stage::Move, targets.move_s, raised, course.moving_at.or(course.arrived_at)),
        (Stage::Arrive, targets.arrive_s, raised, course.arrived_at),
        (Stage::Treat, targets.treat_s, onset, course.handed_over_at),
    ];
    let mut running = false;
    let mut lines = Vec::with_capacity(stages.len());
    for (stage, target_s, start, at) in stages {
        let due_at = start.plus_ms(target_s.saturating_mul(Time::SECOND_MS));
        let verdict = match at {
            Some(at) if at <= due_at => Verdict::Met,
            Some(_) => Verdict::Missed,
            None if now > due_at => Verdict::Overdue,
            None if running => Verdict::Waiting,
            None => Verdict::Running,
        };
        running |= at.is_none();
        let took_ms = start.ms_until(at.unwrap_or(now)).max(0);
        lines.push(TargetLine { stage, target_s, due_at, at, took_ms, verdict });
    }
    lines
}

/// Answer times that the city publishes, in seconds.
pub const SHARES_S: [i64; 5] = [10, 15, 20, 60, 180];

/// How many of `answered_ms` lie within each limit; `None` stands for never answered. With the
/// number of all, so that a share is never shown without what it is a share of.
pub fn shares(answered_ms: &[Option<i64>]) -> ([i64; 5], i64) {
    let within = SHARES_S.map(|limit| {
        let fast = |ms: &&Option<i64>| ms.is_some_and(|ms| ms <= limit * Time::SECOND_MS);
        i64::try_from(answered_ms.iter().filter(fast).count()).unwrap_or(i64::MAX)
    });
    (within, i64::try_from(answered_ms.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
