//! What somebody has ticked on the symptom page or the checklist. Nothing of it is kept: the
//! answers travel in the form.

use rules::channel::{ChannelPack, Screening};
use rules::emergency::{Triage, questions, triage};

use crate::form::Fields;
use crate::words::Lang;

/// Fields of the forms: `s_` and a symptom, `q_` and a question.
pub(super) const SYMPTOM: &str = "s_";
pub(super) const QUESTION: &str = "q_";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    Yes,
    No,
    Unsure,
    /// Left open: sorted like not knowing.
    Open,
}

impl Reply {
    fn of(fields: &Fields, code: &str) -> Reply {
        match fields.get(&format!("{QUESTION}{code}")) {
            "yes" => Reply::Yes,
            "no" => Reply::No,
            "unsure" => Reply::Unsure,
            _ => Reply::Open,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Reply::Yes => "yes",
            Reply::No => "no",
            Reply::Unsure => "unsure",
            Reply::Open => "",
        }
    }

    pub fn word(self, lang: Lang) -> &'static str {
        match self {
            Reply::Yes => lang.reply_yes(),
            Reply::No => lang.reply_no(),
            Reply::Unsure => lang.reply_unsure(),
            Reply::Open => lang.reply_open(),
        }
    }
}

/// One tick or one question with its answer.
#[derive(Clone)]
pub(super) struct Item {
    pub code: String,
    pub text: String,
    pub why: String,
    pub reply: Option<Reply>,
}

impl Item {
    pub fn word(&self, lang: &Lang) -> &'static str {
        self.reply.map_or("", |reply| reply.word(*lang))
    }
}

/// The answers of the symptom page.
pub(super) struct Answers {
    pub symptoms: Vec<Item>,
    pub flags: Vec<Item>,
}

impl Answers {
    /// The ticked symptoms and the questions they lead to.
    pub fn of(pack: &ChannelPack, lang: Lang, fields: &Fields) -> Answers {
        let ticked = |code: &str| !fields.get(&format!("{SYMPTOM}{code}")).is_empty();
        let symptoms: Vec<Item> = pack
            .symptoms
            .iter()
            .filter(|symptom| ticked(&symptom.code))
            .map(|symptom| Item {
                code: symptom.code.clone(),
                text: lang.pick(&symptom.name_zh, &symptom.name_en).to_owned(),
                why: String::new(),
                reply: None,
            })
            .collect();
        let codes: Vec<&str> = symptoms.iter().map(|item| &*item.code).collect();
        let flags = questions(pack, &codes)
            .into_iter()
            .map(|flag| Item {
                code: flag.code.clone(),
                text: lang.pick(&flag.ask_zh, &flag.ask_en).to_owned(),
                why: String::new(),
                reply: Some(Reply::of(fields, &flag.code)),
            })
            .collect();
        Answers { symptoms, flags }
    }

    pub fn triage(&self, pack: &ChannelPack) -> Triage {
        let flags = |replies: &[Reply]| -> Vec<&str> {
            let own = |item: &&Item| item.reply.is_some_and(|reply| replies.contains(&reply));
            self.flags.iter().filter(own).map(|item| &*item.code).collect()
        };
        let symptoms: Vec<&str> = self.symptoms.iter().map(|item| &*item.code).collect();
        let unsure = flags(&[Reply::Unsure, Reply::Open]);
        triage(pack, &symptoms, &flags(&[Reply::Yes]), &unsure)
    }

    /// The answers that decided, in the order of the page.
    pub fn because(&self, codes: &[String]) -> Vec<Item> {
        let all = self.flags.iter().chain(&self.symptoms);
        all.filter(|item| codes.contains(&item.code)).cloned().collect()
    }

    /// What the hotline reads first.
    pub fn said(&self, lang: Lang) -> String {
        let symptoms: Vec<&str> = self.symptoms.iter().map(|item| &*item.text).collect();
        let mut said = match symptoms.is_empty() {
            true => lang.help_said_nothing().to_owned(),
            false => lang.help_said(symptoms.join(lang.list_comma())),
        };
        for flag in self.flags.iter().filter(|flag| flag.reply != Some(Reply::No)) {
            said.push('\n');
            said.push_str(&format!("{} {}", flag.text, flag.word(&lang)));
        }
        said
    }
}

/// The checklist before a procedure, with what was answered.
pub(super) fn screening(list: &[Screening], lang: Lang, fields: Option<&Fields>) -> Vec<Item> {
    let item = |one: &Screening| Item {
        code: one.code.clone(),
        text: lang.pick(&one.ask_zh, &one.ask_en).to_owned(),
        why: lang.pick(&one.why_zh, &one.why_en).to_owned(),
        reply: fields.map(|fields| Reply::of(fields, &one.code)),
    };
    list.iter().map(item).collect()
}

#[cfg(test)]
mod tests {
    use rules::calendar::{Calendar, WeekStart};
    use rules::channel::Advice;

    use super::*;

    fn pack() -> ChannelPack {
        let text = |name: &str| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/aesthetics/");
            std::fs::read_to_string(format!("{folder}{name}.toml")).unwrap()
        };
        let rules = text("rules-2024.01");
        let procedures = text("procedures-2024.01");
        let (cards, channel) = (text("cards-2025.03"), text("channel-2025.03"));
        let texts = store::pack::Texts {
            rules: &[&rules],
            procedures: &[&procedures],
            cards: &[&cards],
            channel: &[&channel],
            campaign: &[],
        };
        let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
        let packs = store::Packs::read(calendar, texts).unwrap();
        packs.channel_at(rules::Time(1_741_953_600_000)).clone()
    }

    /// Fields of the form, and where they lead.
    const ROWS: &str = "
        s_pain q_=no                    clinic
        s_pain q_=no q_breathless=yes   call_120
        s_pain                          hotline
        s_allergy q_=no                 hotline
        q_=no                           hotline
        s_poor_result q_=no             clinic
        s_pain q_=no q_filler_skin=yes  hotline
        s_nothing q_=no                 hotline
    ";

    #[test]
    fn answers_lead_where_they_should() {
        let pack = pack();
        for row in ROWS.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let (fields, advice) = row.rsplit_once(' ').unwrap();
            let mut pairs: Vec<(String, String)> = Vec::new();
            if fields.contains("q_=no") {
                let no = |flag: &rules::channel::RedFlag| {
                    (format!("{QUESTION}{}", flag.code), "no".to_owned())
                };
                pairs.extend(pack.red_flags.iter().map(no));
            }
            for field in fields.split_whitespace().filter(|field| *field != "q_=no") {
                let (name, value) = field.split_once('=').unwrap_or((field, "1"));
                pairs.push((name.to_owned(), value.to_owned()));
            }
            let answers = Answers::of(&pack, Lang::Zh, &Fields::of(pairs));
            let found = answers.triage(&pack);
            assert_eq!(found.advice, Advice::of(advice.trim()).unwrap(), "row: {row}");
            let named = answers.because(&found.because);
            assert_eq!(named.len(), found.because.len(), "every reason is named: {row}");
        }
    }
}
