//! Roll-up (逐级汇总): what is handed in is approved level by level, locked, returned, un-approved.
//!
//! An institution hands in to its line; a district's line hands in to the city once all its
//! children are approved. Lines that are no territory have no bureau: the city approves their
//! institutions.

use crate::coded;

coded! {
    SubmissionState {
        /// Being written.
        Open = "open",
        Submitted = "submitted",
        /// 已审核并锁定
        Approved = "approved",
        /// 已退回
        Returned = "returned",
    }
}

coded! {
    SubmissionStep {
        Submit = "submit",
        /// Taken back by its holder before anybody approved it.
        Withdraw = "withdraw",
        Approve = "approve",
        Return = "return",
        /// 取消审核: opens what was locked
        Unapprove = "unapprove",
    }
}

coded! {
    /// Who looks at a submission.
    Relating {
        Holder = "holder",
        Superior = "superior",
        Other = "other",
    }
}

/// A submission as the level above has left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    pub state: SubmissionState,
    /// The line above has handed in or been approved: what lies below is locked.
    pub above_locked: bool,
}

impl SubmissionState {
    /// Whether the figures of this submission count in the sum above it.
    pub fn counts(self) -> bool {
        self == SubmissionState::Approved
    }

    /// Whether its holder may still write.
    pub fn writable(self) -> bool {
        matches!(self, SubmissionState::Open | SubmissionState::Returned)
    }

    pub fn locks_below(self) -> bool {
        matches!(self, SubmissionState::Submitted | SubmissionState::Approved)
    }
}

impl Hand {
    pub fn steps(self, relating: Relating) -> &'static [SubmissionStep] {
        use SubmissionState as S;
        use SubmissionStep::{Approve, Return, Submit, Unapprove, Withdraw};
        if self.above_locked {
            return &[];
        }
        match (self.state, relating) {
            (S::Open | S::Returned, Relating::Holder) => &[Submit],
            (S::Submitted, Relating::Holder) => &[Withdraw],
            (S::Submitted, Relating::Superior) => &[Approve, Return],
            (S::Approved, Relating::Superior) => &[Unapprove],
            _ => &[],
        }
    }

    /// The state after a step; `None` when it may not be taken.
    pub fn after(self, step: SubmissionStep, relating: Relating) -> Option<SubmissionState> {
        if !self.steps(relating).contains(&step) {
            return None;
        }
        Some(match step {
            SubmissionStep::Submit => SubmissionState::Submitted,
            SubmissionStep::Withdraw => SubmissionState::Open,
            SubmissionStep::Approve => SubmissionState::Approved,
            SubmissionStep::Return => SubmissionState::Returned,
            // It goes back to its superior, who may return it.
            SubmissionStep::Unapprove => SubmissionState::Submitted,
        })
    }
}

/// All children first: a line hands in when each is approved, or says why some are missing.
pub fn may_submit(children: i64, approved: i64, reason: &str) -> bool {
    approved >= children || !reason.trim().is_empty()
}
