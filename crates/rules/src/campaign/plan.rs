//! The plan of a campaign: phases that may overlap, what is handed in until when, which lists hold.
//!
//! A span begins with its first moment and ends before its end; a deadline is the first moment that
//! is late. So 23:59:59 is in time and 00:00:00 is not, and "before 5 March" says what it means.

use serde::{Deserialize, Serialize};

use super::annex::Annex;
use super::sample::Weights;
use super::target::TargetRule;
use crate::Time;
use crate::calendar::Calendar;
use crate::coded;

coded! {
    /// Who hands something in.
    Holder {
        Institution = "institution",
        /// A district, or a branch that is no territory.
        Branch = "branch",
    }
}

/// Days as a pack writes them: the last day belongs to the phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseDates {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub from: String,
    /// The last day.
    pub until: String,
    #[serde(default)]
    pub tasks_zh: Vec<String>,
    #[serde(default)]
    pub tasks_en: Vec<String>,
}

/// A deadline as a pack writes it: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub holder: Holder,
    pub phase: String,
    /// The last day on which it is in time.
    #[serde(default)]
    pub by: Option<String>,
    /// The first day on which it is late: "before 5 March".
    #[serde(default)]
    pub before: Option<String>,
    #[serde(default)]
    pub dialysis_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
    pub tasks_zh: Vec<String>,
    pub tasks_en: Vec<String>,
}

impl Phase {
    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

/// Something that is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliverable {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub holder: Holder,
    pub phase: String,
    /// The first moment that is late.
    pub due_at: Time,
    pub dialysis_only: bool,
}

impl Deliverable {
    pub fn late(&self, at: Time) -> bool {
        at >= self.due_at
    }
}

/// A checklist as a campaign uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Used {
    pub checklist: String,
    pub version: String,
    /// Instead of the checklist's own departments.
    #[serde(default)]
    pub departments: Option<Vec<String>>,
}

coded! {
    /// What an objective is measured by.
    Measure {
        /// Coverage of institutions x departments x items.
        Coverage = "coverage",
        /// Reports that came in time.
        Timeliness = "timeliness",
        /// Problems struck off.
        CloseOut = "close_out",
        /// Employees who have read the notice.
        Acknowledged = "acknowledged",
        /// Self-found problems among all.
        SelfFound = "self_found",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    pub title_zh: String,
    pub title_en: String,
    pub measure: Measure,
    pub target_percent: i64,
}

/// Hours and days a campaign gives; drafts of the pack until the issuer approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clocks {
    /// An especially important problem stays so long at each level before it climbs [W34].
    pub climb_h: i64,
    /// A returned report comes again within so many days.
    pub resubmit_days: i64,
    /// An urge notice is answered within so many days.
    pub urge_days: i64,
    /// Reminders before a deadline.
    pub remind_h: i64,
}

/// A section of a written report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub deliverable: String,
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
}

/// Everything a campaign goes by, as adapted; kept with it, so that a later pack changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub phases: Vec<Phase>,
    pub deliverables: Vec<Deliverable>,
    pub departments: Vec<String>,
    pub targets: Vec<TargetRule>,
    pub checklists: Vec<Used>,
    pub objectives: Vec<Objective>,
    pub annexes: Vec<Annex>,
    pub sections: Vec<Section>,
    pub clocks: Clocks,
    pub weights: Weights,
}

impl Plan {
    /// An annex without a deadline is handed in by the end of the last phase.
    pub fn give_deadline(&mut self, annex: &Annex) {
        let last = self.phases.iter().max_by_key(|phase| phase.until);
        let (None, Some(last)) = (self.deliverable(&annex.code), last) else { return };
        self.deliverables.push(Deliverable {
            code: annex.code.clone(),
            title_zh: annex.title_zh.clone(),
            title_en: annex.title_en.clone(),
            holder: Holder::Institution,
            phase: last.code.clone(),
            due_at: last.until,
            dialysis_only: annex.dialysis_only,
        });
    }

    /// The phases that run; several may.
    pub fn running(&self, at: Time) -> Vec<&Phase> {
        self.phases.iter().filter(|phase| phase.holds(at)).collect()
    }

    pub fn phase(&self, code: &str) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.code == code)
    }

    pub fn deliverable(&self, code: &str) -> Option<&Deliverable> {
        self.deliverables.iter().find(|one| one.code == code)
    }

    pub fn annex(&self, code: &str) -> Option<&Annex> {
        self.annexes.iter().find(|one| one.code == code)
    }

    pub fn sections_of(&self, deliverable: &str) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(move |section| section.deliverable == deliverable)
    }

    /// From the first moment of the first phase to the end of the last.
    pub fn span(&self) -> Option<(Time, Time)> {
        let from = self.phases.iter().map(|phase| phase.from).min()?;
        let until = self.phases.iter().map(|phase| phase.until).max()?;
        Some((from, until))
    }

    /// The same plan so many days later: how a campaign is cloned.
    pub fn moved(&self, days: i64) -> Plan {
        let mut plan = self.clone();
        for phase in &mut plan.phases {
            (phase.from, phase.until) = (phase.from.plus_days(days), phase.until.plus_days(days));
        }
        for one in &mut plan.deliverables {
            one.due_at = one.due_at.plus_days(days);
        }
        plan
    }
}

/// Reads the days of a pack. `day` gives the number of a written day.
pub(super) fn phase(
    dates: &PhaseDates,
    calendar: Calendar,
    day: &dyn Fn(&str) -> Option<i64>,
) -> Result<Phase, String> {
    let read = |text: &str| day(text).ok_or_else(|| format!("phase {}: {text}?", dates.code));
    let (first, last) = (read(&dates.from)?, read(&dates.until)?);
    if last < first {
        return Err(format!("phase {} ends before it begins", dates.code));
    }
    Ok(Phase {
        code: dates.code.clone(),
        title_zh: dates.title_zh.clone(),
        title_en: dates.title_en.clone(),
        from: calendar.day_start(first),
        until: calendar.day_start(last + 1),
        tasks_zh: dates.tasks_zh.clone(),
        tasks_en: dates.tasks_en.clone(),
    })
}

pub(super) fn deliverable(
    due: &Due,
    calendar: Calendar,
    day: &dyn Fn(&str) -> Option<i64>,
) -> Result<Deliverable, String> {
    let wrong = || format!("{}: either `by` or `before`, as a day", due.code);
    let first_late = match (&due.by, &due.before) {
        (Some(by), None) => day(by).ok_or_else(wrong)? + 1,
        (None, Some(before)) => day(before).ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    Ok(Deliverable {
        code: due.code.clone(),
        title_zh: due.title_zh.clone(),
        title_en: due.title_en.clone(),
        holder: due.holder,
        phase: due.phase.clone(),
        due_at: calendar.day_start(first_late),
        dialysis_only: due.dialysis_only,
    })
}
