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

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> ChannelPack {
        let text = include_str!("../../../../packs/aesthetics/channel-2025.03.toml");
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_packs_questions_lead_where_they_should() {
        let pack = pack();
        assert_eq!(pack.faults(), [] as [String; 0]);
        // Every symptom that the source names leads somewhere, and no flag is weaker than another.
        for symptom in &pack.symptoms {
            let plain = triage(&pack, &[&symptom.code], &[], &[]);
            assert_eq!(plain.advice, symptom.otherwise, "{}", symptom.code);
            for flag in questions(&pack, &[&symptom.code]) {
                let found = triage(&pack, &[&symptom.code], &[&flag.code], &[]);
                assert_eq!(found.advice, flag.advice.min(symptom.otherwise), "{}", flag.code);
            }
        }
    }

    #[test]
    fn in_doubt_a_human_asks() {
        let pack = pack();
        let urgent = pack.red_flags.iter().find(|flag| flag.advice == Advice::Call120).unwrap();
        let symptom = urgent.symptoms.first().unwrap_or(&pack.symptoms[0].code).clone();
        let unsure = triage(&pack, &[&symptom], &[], &[&urgent.code]);
        assert!(unsure.advice <= Advice::Hotline);
        assert_eq!(triage(&pack, &[], &[], &[]).advice, Advice::Hotline);
        let all: Vec<&str> = pack.red_flags.iter().map(|flag| &*flag.code).collect();
        let worst = triage(&pack, &[&symptom], &all, &[]);
        assert_eq!(worst.advice, Advice::Call120);
        assert!(worst.because.contains(&urgent.code));
    }
}
