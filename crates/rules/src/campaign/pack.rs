//! The packs of campaigns: departments, checklists and templates; each file may hold any of them.

use serde::{Deserialize, Serialize};

use super::annex::Annex;
use super::annex_draft::AnnexFault;
use super::checklist::Checklist;
use super::plan::{self, Clocks, Due, Objective, PhaseDates, Plan, Section, Used};
use super::sample::Weights;
use super::target::TargetRule;
use crate::calendar::Calendar;
use crate::channel;
use crate::pack::Head;

/// A kind of department that checklists and key-department lists name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
}

/// A campaign as a document that can be issued again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    /// What it was issued as, or is to be.
    pub number: String,
    pub issuer_zh: String,
    pub issuer_en: String,
    /// The notice above it [W1].
    pub basis_zh: String,
    pub basis_en: String,
    pub contact_zh: String,
    pub contact_en: String,
    /// Key departments, in the document's order [W20, W54].
    pub departments: Vec<String>,
    #[serde(rename = "target")]
    pub targets: Vec<TargetRule>,
    #[serde(rename = "phase")]
    pub phases: Vec<PhaseDates>,
    #[serde(default, rename = "due")]
    pub dues: Vec<Due>,
    #[serde(rename = "uses")]
    pub checklists: Vec<Used>,
    #[serde(default, rename = "objective")]
    pub objectives: Vec<Objective>,
    #[serde(default, rename = "annex")]
    pub annexes: Vec<Annex>,
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
    pub clocks: Clocks,
    pub weights: Weights,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignPack {
    pub pack: Head,
    #[serde(default, rename = "department")]
    pub departments: Vec<Department>,
    #[serde(default, rename = "checklist")]
    pub checklists: Vec<Checklist>,
    #[serde(default, rename = "template")]
    pub templates: Vec<Template>,
    /// Texts that a gateway sends.
    #[serde(default, rename = "message")]
    pub messages: Vec<channel::Template>,
}

impl Template {
    /// The plan with the document's own days.
    ///
    /// # Errors
    /// A sentence naming the day that does not exist, or a deadline that says nothing.
    pub fn plan(
        &self,
        calendar: Calendar,
        day: &dyn Fn(&str) -> Option<i64>,
    ) -> Result<Plan, String> {
        let phases = self.phases.iter().map(|dates| plan::phase(dates, calendar, day));
        let dues = self.dues.iter().map(|due| plan::deliverable(due, calendar, day));
        let plan = Plan {
            phases: phases.collect::<Result<_, _>>()?,
            deliverables: dues.collect::<Result<_, _>>()?,
            departments: self.departments.clone(),
            targets: self.targets.clone(),
            checklists: self.checklists.clone(),
            objectives: self.objectives.clone(),
            annexes: self.annexes.clone(),
            sections: self.sections.clone(),
            clocks: self.clocks,
            weights: self.weights,
        };
        let unknown = plan.deliverables.iter().find(|one| plan.phase(&one.phase).is_none());
        match unknown {
            Some(one) => Err(format!("{}: phase {} is not in the plan", one.code, one.phase)),
            None => Ok(plan),
        }
    }

    fn faults(&self, faults: &mut Vec<String>) {
        for annex in &self.annexes {
            let told = |(part, row, why): AnnexFault| {
                let (part, why, row) = (part.code(), why.code(), row + 1);
                format!("{}: annex {}: {part} {row}: {why}", self.code, annex.code)
            };
            faults.extend(annex.draft_faults().into_iter().map(told));
            if !self.dues.iter().any(|due| due.code == annex.code) {
                faults.push(format!("{}: annex {} has no deadline", self.code, annex.code));
            }
        }
        if self.phases.is_empty() || self.targets.is_empty() {
            faults.push(format!("{}: a template needs phases and targets", self.code));
        }
        let clocks = [self.clocks.climb_h, self.clocks.resubmit_days, self.clocks.urge_days];
        if clocks.iter().any(|value| *value <= 0) || self.clocks.remind_h <= 0 {
            faults.push(format!("{}: clocks must be above 0", self.code));
        }
        if self.weights.sum() != 100 {
            faults.push(format!("{}: the weights make {}, not 100", self.code, self.weights.sum()));
        }
    }
}

impl CampaignPack {
    /// What is wrong with this file by itself, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for list in &self.checklists {
            let codes: Vec<&str> = list.items.iter().map(|item| &*item.code).collect();
            for (index, item) in list.items.iter().enumerate() {
                if codes[..index].contains(&&*item.code) {
                    faults.push(format!("{}: item {} stands twice", list.code, item.code));
                }
                let before = |when: &super::checklist::When| codes[..index].contains(&&*when.item);
                if !item.when.as_ref().is_none_or(before) {
                    faults.push(format!("{}: {} waits for no earlier item", list.code, item.code));
                }
            }
        }
        for template in &self.templates {
            template.faults(&mut faults);
        }
        faults
    }
}
