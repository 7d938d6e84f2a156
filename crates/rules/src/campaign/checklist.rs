//! Checklists of self-inspection and spot checks: which items are asked, what an answer lacks, and
//! how much of institutions x departments x items is covered [W9, W30].

use serde::{Deserialize, Serialize};

use super::problem::Fix;
use crate::Time;
use crate::coded;

/// The place of items that concern the whole institution, beside its departments.
pub const WHOLE: &str = "whole";

coded! {
    Answer {
        Met = "met",
        NotMet = "not_met",
        /// 不适用: with a reason
        NotApplicable = "not_applicable",
    }
}

coded! {
    /// What has to come with an answer.
    Evidence {
        /// Nothing.
        None = "none",
        /// A document or photo that the requirement is met.
        Met = "met",
        /// A photo of what is wrong.
        NotMet = "not_met",
    }
}

/// An item is asked only where another one was answered like this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    pub item: String,
    pub is: Answer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    #[serde(default)]
    pub hint_zh: String,
    #[serde(default)]
    pub hint_en: String,
    /// Failing is especially important: it climbs to the bureau with a clock [W34].
    #[serde(default)]
    pub major: bool,
    #[serde(default = "no_evidence")]
    pub evidence: Evidence,
    #[serde(default)]
    pub when: Option<When>,
    /// Departments that may not answer "does not apply".
    #[serde(default)]
    pub always: bool,
}

fn no_evidence() -> Evidence {
    Evidence::None
}

/// A list of items for some departments; a change is a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    pub code: String,
    pub version: String,
    pub title_zh: String,
    pub title_en: String,
    /// Where it is used unless a campaign says otherwise; empty for the whole institution.
    #[serde(default)]
    pub departments: Vec<String>,
    pub source_zh: String,
    pub source_en: String,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
}

/// What the department that found a problem means to do about it: at once or by a plan, how and
/// until when. The medical department files it and decides [W31, W60].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mending {
    pub fix: Option<Fix>,
    pub measure: String,
    pub due_at: Option<Time>,
}

/// An answer as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub item: String,
    pub answer: Answer,
    pub note: String,
    pub files: i64,
    pub mending: Mending,
}

coded! {
    /// What an item lacks before a list can be handed in.
    ItemFault {
        Unanswered = "unanswered",
        /// "Does not apply" without a reason.
        ReasonMissing = "reason_missing",
        /// What is wrong was not described.
        ProblemMissing = "problem_missing",
        EvidenceMissing = "evidence_missing",
        /// An item that applies everywhere.
        Applies = "applies",
        /// "By a plan" without measure or day.
        PlanMissing = "plan_missing",
    }
}

fn answer_of<'a>(answers: &'a [Answered], item: &str) -> Option<&'a Answered> {
    answers.iter().find(|answered| answered.item == item)
}

/// The items asked of a place, given what was answered so far.
pub fn asked<'i>(items: &[&'i Item], answers: &[Answered]) -> Vec<&'i Item> {
    let open = |item: &&&'i Item| match &item.when {
        None => true,
        Some(when) => {
            answer_of(answers, &when.item).is_some_and(|answered| answered.answer == when.is)
        }
    };
    items.iter().filter(open).copied().collect()
}

/// A plan has a measure and a day; what is mended at once was mended.
fn unplanned(mending: &Mending) -> bool {
    mending.fix == Some(Fix::Planned)
        && (mending.measure.trim().is_empty() || mending.due_at.is_none())
}

/// What is still missing, in the order of the list; empty when it can be handed in.
pub fn faults<'i>(items: &[&'i Item], answers: &[Answered]) -> Vec<(&'i str, ItemFault)> {
    let fault = |item: &&'i Item| {
        let Some(answered) = answer_of(answers, &item.code) else {
            return Some((item.code.as_str(), ItemFault::Unanswered));
        };
        let silent = answered.note.trim().is_empty();
        let fault = match answered.answer {
            Answer::NotApplicable if item.always => ItemFault::Applies,
            Answer::NotApplicable if silent => ItemFault::ReasonMissing,
            Answer::NotMet if silent => ItemFault::ProblemMissing,
            Answer::NotMet if unplanned(&answered.mending) => ItemFault::PlanMissing,
            Answer::NotMet if item.evidence == Evidence::NotMet && answered.files == 0 => {
                ItemFault::EvidenceMissing
            }
            Answer::Met if item.evidence == Evidence::Met && answered.files == 0 => {
                ItemFault::EvidenceMissing
            }
            _ => return None,
        };
        Some((item.code.as_str(), fault))
    };
    asked(items, answers).iter().filter_map(fault).collect()
}

/// How much of what was to be looked at has been looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Places (an institution's departments, and the institution as a whole) with items.
    pub places: i64,
    pub places_done: i64,
    pub items: i64,
    pub answered: i64,
}

impl Coverage {
    /// In hundredths of a percent, so that 99.99 % is not told as "no dead corner".
    pub fn hundredths(self) -> i64 {
        if self.items == 0 { 0 } else { self.answered.saturating_mul(10_000) / self.items }
    }

    /// 全覆盖、无死角: every place handed in, every item answered.
    pub fn whole(self) -> bool {
        self.items > 0 && self.places_done >= self.places && self.answered >= self.items
    }

    pub fn plus(self, other: Coverage) -> Coverage {
        Coverage {
            places: self.places + other.places,
            places_done: self.places_done + other.places_done,
            items: self.items + other.items,
            answered: self.answered + other.answered,
        }
    }
}
