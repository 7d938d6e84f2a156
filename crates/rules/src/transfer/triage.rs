//! Triage into three (三类分诊): 120, care transfer, plain transport [T12].
//!
//! Red flags are asked first; one yes is 120, whatever else was answered, and nothing that anybody
//! types makes it less. Without an answer to every question there is no class. The questions are a
//! pack's, versioned, and a draft until the local 120 has signed them off.

use serde::{Deserialize, Serialize};

use super::{Class, Moment, Need};
use crate::coded;
use crate::pack::Head;

/// The questions in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriagePack {
    pub pack: Head,
    /// On the way the red flags are asked again after so many minutes.
    pub again_min: i64,
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// A question whose yes decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub code: String,
    /// What a yes leads to: 120, or care on the way.
    pub class: Class,
    pub ask_zh: String,
    pub ask_en: String,
    /// How a yes reads as a reason.
    pub why_zh: String,
    pub why_en: String,
    /// What a yes brings along: room, equipment or crew.
    #[serde(default)]
    pub need: Option<Need>,
    /// When it is asked; empty for always.
    #[serde(default)]
    pub moments: Vec<Moment>,
}

impl Question {
    pub fn asked_at(&self, moment: Moment) -> bool {
        self.moments.is_empty() || self.moments.contains(&moment)
    }
}

coded! {
    Answer {
        Yes = "yes",
        No = "no",
    }
}

/// What was answered: question and answer.
pub type Answers = Vec<(String, Answer)>;

/// Why a class was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A question answered with yes.
    Question(String),
    /// What the person needs on the way cannot be given by a driver alone.
    Need(Need),
    /// Somebody who listened holds it to be more serious than the questions say.
    Judgement,
    /// Every question was answered with no.
    NoneOf(i64),
}

/// The outcome of a triage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Nothing while a question is open, unless a red flag has decided already.
    pub class: Option<Class>,
    pub reasons: Vec<Reason>,
    /// Questions that nobody has answered, in their order.
    pub open: Vec<String>,
    /// Needs that were told and those that answers bring along.
    pub needs: Vec<Need>,
}

/// What cannot be looked after by a driver alone.
const CARE: &[Need] =
    &[Need::Oxygen, Need::Monitor, Need::Infusion, Need::Tube, Need::Escort, Need::Infection];

/// Judges. `raised` makes the outcome more serious than the questions do, never less.
pub fn judge(
    pack: &TriagePack,
    moment: Moment,
    answers: &[(String, Answer)],
    needs: &[Need],
    raised: Option<Class>,
) -> Verdict {
    let answer = |question: &Question| {
        // The last answer counts: people correct themselves.
        answers.iter().rev().find(|(code, _)| *code == question.code).map(|(_, answer)| *answer)
    };
    let asked: Vec<&Question> =
        pack.questions.iter().filter(|question| question.asked_at(moment)).collect();
    let yes = |class: Class| {
        asked.iter().filter(move |question| {
            question.class == class && answer(question) == Some(Answer::Yes)
        })
    };
    let mut needs = needs.to_vec();
    needs.extend(
        asked
            .iter()
            .filter_map(|question| question.need.filter(|_| answer(question) == Some(Answer::Yes))),
    );
    needs.sort_unstable();
    needs.dedup();
    let open: Vec<String> = asked
        .iter()
        .filter(|question| answer(question).is_none())
        .map(|question| question.code.clone())
        .collect();
    let reason = |question: &&Question| Reason::Question(question.code.clone());
    let mut reasons: Vec<Reason> = yes(Class::Emergency).map(reason).collect();
    let mut class = (!reasons.is_empty()).then_some(Class::Emergency);
    if class.is_none() && open.is_empty() {
        reasons.extend(yes(Class::Care).map(reason));
        let told = |need: &&Need| {
            CARE.contains(need) && !yes(Class::Care).any(|question| question.need == Some(**need))
        };
        reasons.extend(needs.iter().filter(told).map(|need| Reason::Need(*need)));
        class = Some(if reasons.is_empty() { Class::Plain } else { Class::Care });
    }
    if let Some(raised) = raised {
        let more = class.is_none_or(|class| raised.weight() > class.weight());
        // Somebody in danger is not asked to the end first.
        if more && (class.is_some() || raised == Class::Emergency) {
            class = Some(raised);
            reasons.push(Reason::Judgement);
        }
    }
    if class == Some(Class::Plain) {
        reasons.push(Reason::NoneOf(i64::try_from(asked.len()).unwrap_or(0)));
    }
    Verdict { class, reasons, open, needs }
}

impl Class {
    /// How serious: 120 weighs most.
    pub fn weight(self) -> i64 {
        match self {
            Class::Plain => 0,
            Class::Care => 1,
            Class::Emergency => 2,
        }
    }
}

impl TriagePack {
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.code == code)
    }

    /// The questions of a moment that lead to a class, in their order.
    pub fn asked(&self, moment: Moment, class: Class) -> Vec<&Question> {
        let wanted = |question: &&Question| question.class == class && question.asked_at(moment);
        self.questions.iter().filter(wanted).collect()
    }

    /// What is wrong with the questions, as sentences for their editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, question) in self.questions.iter().enumerate() {
            let code = &question.code;
            if self.questions[..index].iter().any(|earlier| earlier.code == *code) {
                faults.push(format!("question {code} stands twice"));
            }
            if question.class == Class::Plain {
                faults.push(format!("question {code}: a yes leads to 120 or to care"));
            }
        }
        for moment in Moment::ALL {
            if self.asked(*moment, Class::Emergency).is_empty() {
                faults.push(format!("no red flag is asked at {}", moment.code()));
            }
        }
        if self.again_min <= 0 {
            faults.push("again_min must be above 0".into());
        }
        faults
    }
}

#[cfg(test)]
mod tests;
