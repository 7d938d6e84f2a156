//! The symptom page's sorting: 120, the hotline, the clinic, or watch [Z25]. Never a diagnosis;
//! in doubt the more careful answer.

use crate::channel::{Advice, ChannelPack, RedFlag};

/// Where somebody is sent, and because of which answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triage {
    pub advice: Advice,
    /// Codes of the red flags, or of the symptoms when no flag decided.
    pub because: Vec<String>,
    /// The card the hotline starts with.
    pub card: Option<String>,
}

/// The questions for these symptoms, in the pack's order.
pub fn questions<'p>(pack: &'p ChannelPack, symptoms: &[&str]) -> Vec<&'p RedFlag> {
    let asked = |flag: &&RedFlag| {
        flag.symptoms.is_empty() || flag.symptoms.iter().any(|one| symptoms.contains(&&**one))
    };
    pack.red_flags.iter().filter(asked).collect()
}

/// Sorts by the answers: `yes` are flags answered with yes, `unsure` those answered with "I do not
/// know". Whoever does not know about something that would mean 120 is sent to the hotline, where
/// a human asks; no symptom at all is the hotline too.
pub fn triage(pack: &ChannelPack, symptoms: &[&str], yes: &[&str], unsure: &[&str]) -> Triage {
    let mut advice = None;
    let mut because = Vec::new();
    let mut card = None;
    let mut say = |one: Advice, code: &str, its_card: Option<&String>| {
        // `Advice` is ordered, the most urgent first.
        if advice.is_none_or(|known| one < known) {
            advice = Some(one);
            because.clear();
            card = None;
        }
        if advice == Some(one) {
            because.push(code.to_owned());
            if card.is_none() {
                card = its_card.cloned();
            }
        }
    };
    for flag in questions(pack, symptoms) {
        if yes.contains(&&*flag.code) {
            say(flag.advice, &flag.code, flag.card.as_ref());
        } else if unsure.contains(&&*flag.code) && flag.advice == Advice::Call120 {
            say(Advice::Hotline, &flag.code, flag.card.as_ref());
        }
    }
    for symptom in &pack.symptoms {
        if symptoms.contains(&&*symptom.code) {
            say(symptom.otherwise, &symptom.code, symptom.card.as_ref());
        }
    }
    Triage { advice: advice.unwrap_or(Advice::Hotline), because, card }
}
