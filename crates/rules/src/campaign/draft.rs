//! What a plan lacks before it can be issued: found while a draft is written, so that its author
//! is told where, and asked again before the draft is kept.

use super::plan::Plan;
use crate::coded;

/// As many rows of one kind as a plan may have; the documents of the field have five or fewer.
pub const ROWS_MAX: usize = 40;

coded! {
    /// The part of a plan that something is wrong with.
    PlanPart {
        Phase = "phase",
        Due = "due",
        Target = "target",
        Checklist = "list",
        Objective = "goal",
        Section = "section",
        Annex = "annex",
        Clocks = "clocks",
        Weights = "weights",
    }
}

coded! {
    PlanFault {
        /// Nothing of this kind, where one is needed.
        Absent = "absent",
        /// More than [`ROWS_MAX`].
        TooMany = "too_many",
        /// Without a title, or with one over 200 characters.
        Title = "title",
        /// Without a code, or with one that stands before it.
        Code = "code",
        /// It ends before it begins.
        Days = "days",
        /// It names a phase, a deliverable or a department that the plan does not have.
        Unknown = "unknown",
        /// It is to be handed in before its phase has begun.
        Early = "early",
        /// A number out of its range.
        Number = "number",
        /// The weights do not make 100.
        Sum = "sum",
    }
}

/// A fault and where it is: the part, and which of its rows, from 0.
pub type Fault = (PlanPart, usize, PlanFault);

pub(super) fn titled(zh: &str, en: &str) -> bool {
    [zh, en].iter().all(|text| !text.trim().is_empty() && text.chars().count() <= 200)
}

/// Whether a code can be part of addresses and of what was handed in under it: 1 to 60 lower-case
/// letters, digits and underscores.
pub fn sound(code: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=60).contains(&code.len()) && code.chars().all(letter)
}

/// Rows with titles and codes of their own.
pub(super) fn rows<'a, P: Copy>(
    part: P,
    rows: impl Iterator<Item = (&'a str, [&'a str; 2])>,
) -> Vec<(P, usize, PlanFault)> {
    let rows: Vec<_> = rows.collect();
    let mut faults = Vec::new();
    if rows.len() > ROWS_MAX {
        faults.push((part, ROWS_MAX, PlanFault::TooMany));
    }
    for (index, (code, [zh, en])) in rows.iter().enumerate() {
        if !titled(zh, en) {
            faults.push((part, index, PlanFault::Title));
        }
        if !sound(code) || rows[..index].iter().any(|(before, _)| before == code) {
            faults.push((part, index, PlanFault::Code));
        }
    }
    faults
}

impl Plan {
    fn faults_of_dues(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, one) in self.deliverables.iter().enumerate() {
            match self.phase(&one.phase) {
                None => faults.push((PlanPart::Due, index, PlanFault::Unknown)),
                Some(phase) if one.due_at <= phase.from => {
                    faults.push((PlanPart::Due, index, PlanFault::Early));
                }
                Some(_) => {}
            }
        }
        for (index, annex) in self.annexes.iter().enumerate() {
            if self.deliverable(&annex.code).is_none() {
                faults.push((PlanPart::Annex, index, PlanFault::Unknown));
            }
            let own = annex.draft_faults();
            faults.extend(own.into_iter().map(|(_, _, why)| (PlanPart::Annex, index, why)).take(1));
            if self.annexes[..index].iter().any(|before| before.code == annex.code) {
                faults.push((PlanPart::Annex, index, PlanFault::Code));
            }
        }
        for (index, section) in self.sections.iter().enumerate() {
            if self.deliverable(&section.deliverable).is_none() {
                faults.push((PlanPart::Section, index, PlanFault::Unknown));
            }
        }
        faults
    }

    fn faults_of_numbers(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, goal) in self.objectives.iter().enumerate() {
            if !titled(&goal.title_zh, &goal.title_en) {
                faults.push((PlanPart::Objective, index, PlanFault::Title));
            }
            if !(1..=100).contains(&goal.target_percent) {
                faults.push((PlanPart::Objective, index, PlanFault::Number));
            }
        }
        let c = self.clocks;
        let clocks = [c.climb_h, c.resubmit_days, c.urge_days, c.remind_h];
        for (index, value) in clocks.into_iter().enumerate() {
            if !(1..=8_784).contains(&value) {
                faults.push((PlanPart::Clocks, index, PlanFault::Number));
            }
        }
        let w = self.weights;
        for (index, value) in
            [w.coverage, w.timeliness, w.close_out, w.spot_check].into_iter().enumerate()
        {
            if !(0..=100).contains(&value) {
                faults.push((PlanPart::Weights, index, PlanFault::Number));
            }
        }
        if !faults.iter().any(|fault| fault.0 == PlanPart::Weights) && w.sum() != 100 {
            faults.push((PlanPart::Weights, 0, PlanFault::Sum));
        }
        faults
    }

    /// Everything that keeps the plan from being issued, by part and row; empty when nothing does.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.phases.is_empty() {
            faults.push((PlanPart::Phase, 0, PlanFault::Absent));
        }
        if self.targets.is_empty() {
            faults.push((PlanPart::Target, 0, PlanFault::Absent));
        }
        let phases = self.phases.iter();
        faults.extend(rows(
            PlanPart::Phase,
            phases.map(|one| (&*one.code, [&*one.title_zh, &*one.title_en])),
        ));
        for (index, phase) in self.phases.iter().enumerate() {
            if phase.until <= phase.from {
                faults.push((PlanPart::Phase, index, PlanFault::Days));
            }
        }
        let dues = self.deliverables.iter();
        faults.extend(rows(
            PlanPart::Due,
            dues.map(|one| (&*one.code, [&*one.title_zh, &*one.title_en])),
        ));
        for (index, section) in self.sections.iter().enumerate() {
            if !titled(&section.title_zh, &section.title_en) {
                faults.push((PlanPart::Section, index, PlanFault::Title));
            }
            let same = |one: &super::plan::Section| {
                one.deliverable == section.deliverable && one.code == section.code
            };
            if !sound(&section.code) || self.sections[..index].iter().any(same) {
                faults.push((PlanPart::Section, index, PlanFault::Code));
            }
        }
        for (index, used) in self.checklists.iter().enumerate() {
            if used.departments.as_ref().is_some_and(Vec::is_empty) {
                faults.push((PlanPart::Checklist, index, PlanFault::Absent));
            }
        }
        let others = [
            (PlanPart::Target, self.targets.len()),
            (PlanPart::Objective, self.objectives.len()),
            (PlanPart::Section, self.sections.len()),
        ];
        let many = others.into_iter().filter(|(_, count)| *count > ROWS_MAX);
        faults.extend(many.map(|(part, _)| (part, ROWS_MAX, PlanFault::TooMany)));
        faults.extend(self.faults_of_dues());
        faults.extend(self.faults_of_numbers());
        faults
    }
}
