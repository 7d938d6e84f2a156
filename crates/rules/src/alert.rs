//! Alerts (预警): the catalogue's names, the states of disposal, and the rank on the worklist.
//!
//! An alert is a clue, not evidence. The clinic may explain before it counts against it; the
//! machine proposes, officers decide, in pairs where they go on site.

use crate::Time;
use crate::account::{AccountRole, Permission, may};
use crate::coded;

coded! {
    /// The part of the alert catalogue that this version judges.
    Rule {
        /// 非本人打卡 identity mismatch [N15]
        A01 = "A01",
        /// 未在本机构注册备案 not registered here, not in role, expired, suspended [N6]
        A03 = "A03",
        /// 手术打卡时间过短 [N16]
        A07 = "A07",
        /// 同时在两处在场 [N13]
        A09 = "A09",
        /// 未申报即打卡 [N3]
        A10 = "A10",
        /// 开始后才申报 [N3]
        A11 = "A11",
        /// 申报后无人到场
        A12 = "A12",
        /// 进入顺序有误 [N5], a warning only
        A14 = "A14",
        /// 终端移位 [N17]
        A15 = "A15",
        /// 终端离线
        A16 = "A16",
        /// 半个月无手术记录 [N18, N19]
        A18 = "A18",
    }
}

coded! {
    Level {
        Danger = "danger",
        Warn = "warn",
    }
}

coded! {
    Outcome {
        /// 说明成立
        Explained = "explained",
        /// 设备或系统差错
        DeviceFault = "device_fault",
        /// 转监督检查
        Referred = "referred",
    }
}

coded! {
    /// How an officer verified.
    Method {
        Records = "records",
        Video = "video",
        /// On site: two officers or more (行政处罚法: law-enforcement staff act in pairs).
        OnSite = "on_site",
    }
}

/// Where the disposal of an alert stands, with who and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    New,
    Claimed { at: Time, by: String },
    Asked { at: Time, by: String },
    Explained { at: Time, by: String },
    Verified { at: Time, by: String },
    Closed { at: Time, by: String, outcome: Outcome },
}

coded! {
    Step {
        Claim = "claim",
        /// Ask the clinic, or send an explanation back for more.
        Ask = "ask",
        Explain = "explain",
        Verify = "verify",
        Close = "close",
    }
}

impl State {
    pub fn code(&self) -> &'static str {
        match self {
            State::New => "new",
            State::Claimed { .. } => "claimed",
            State::Asked { .. } => "asked",
            State::Explained { .. } => "explained",
            State::Verified { .. } => "verified",
            State::Closed { .. } => "closed",
        }
    }

    /// The steps a role may take now: pages draw these as buttons, the store refuses all others.
    pub fn steps(&self, role: AccountRole) -> &'static [Step] {
        use Step::{Ask, Claim, Close, Explain, Verify};
        if may(role, Permission::Dispose) {
            match self {
                State::New => &[Claim, Ask],
                State::Claimed { .. } => &[Ask, Verify],
                State::Asked { .. } => &[Verify],
                State::Explained { .. } => &[Ask, Verify],
                State::Verified { .. } => &[Close],
                State::Closed { .. } => &[],
            }
        } else if may(role, Permission::Explain) {
            match self {
                State::New | State::Claimed { .. } | State::Asked { .. } => &[Explain],
                State::Explained { .. } | State::Verified { .. } | State::Closed { .. } => &[],
            }
        } else {
            &[]
        }
    }

    /// The state after a step.
    ///
    /// # Errors
    /// `NotAllowed` when this role cannot take this step in this state; `OutcomeMissing` when an
    /// alert is closed without an outcome.
    pub fn after(
        &self,
        step: Step,
        role: AccountRole,
        by: &str,
        at: Time,
        outcome: Option<Outcome>,
    ) -> Result<State, Refusal> {
        if !self.steps(role).contains(&step) {
            return Err(Refusal::NotAllowed);
        }
        let by = by.to_owned();
        Ok(match step {
            Step::Claim => State::Claimed { at, by },
            Step::Ask => State::Asked { at, by },
            Step::Explain => State::Explained { at, by },
            Step::Verify => State::Verified { at, by },
            Step::Close => {
                State::Closed { at, by, outcome: outcome.ok_or(Refusal::OutcomeMissing)? }
            }
        })
    }
}

coded! {
    /// Why a step of disposal is refused.
    Refusal {
        NotAllowed = "not_allowed",
        OutcomeMissing = "outcome_missing",
        TextMissing = "text_missing",
        /// On-site verification needs a second officer.
        SecondOfficerMissing = "second_officer_missing",
        /// The clinic has neither explained nor run out of time.
        ClinicNotHeard = "clinic_not_heard",
    }
}

/// What decides whether an alert may be referred to inspection now.
#[derive(Clone, Copy, Debug)]
pub struct Hearing {
    pub explained: bool,
    pub explain_due_at: Time,
    /// The pack allows an unannounced inspection for this rule (surprise checks [N19, N36]).
    pub unannounced: bool,
}

/// The clinic may explain before an alert counts against it; the other outcomes do not.
///
/// # Errors
/// `ClinicNotHeard` when it would be referred before the clinic was heard or its time was over.
pub fn may_close(outcome: Outcome, hearing: Hearing, now: Time) -> Result<(), Refusal> {
    let heard = hearing.explained || now >= hearing.explain_due_at || hearing.unannounced;
    if outcome == Outcome::Referred && !heard {
        return Err(Refusal::ClinicNotHeard);
    }
    Ok(())
}

/// What ranks an open alert.
#[derive(Clone, Copy, Debug)]
pub struct RiskFacts {
    /// Points of the rule, from the pack.
    pub rule_points: i64,
    /// Other alerts of the institution within the pack's `repeat_days`.
    pub repeats: i64,
    pub explain_overdue: bool,
}

/// The points with their sources: never a score without its reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Risk {
    pub rule_points: i64,
    pub repeat_points: i64,
    pub overdue_points: i64,
}

const REPEAT_POINTS: i64 = 5;
const REPEATS_COUNTED_MAX: i64 = 4;
const OVERDUE_POINTS: i64 = 10;

impl Risk {
    pub fn total(self) -> i64 {
        self.rule_points + self.repeat_points + self.overdue_points
    }
}

pub fn risk(facts: RiskFacts) -> Risk {
    Risk {
        rule_points: facts.rule_points,
        repeat_points: facts.repeats.clamp(0, REPEATS_COUNTED_MAX) * REPEAT_POINTS,
        overdue_points: if facts.explain_overdue { OVERDUE_POINTS } else { 0 },
    }
}

/// Rules whose open alert proposes the institution for key supervision (高风险重点监督) [N17, N18].
pub fn proposes_key_supervision(rule: Rule) -> bool {
    matches!(rule, Rule::A15 | Rule::A18)
}

#[cfg(test)]
mod tests;
