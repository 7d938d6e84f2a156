//! The settings of a city's green channel (绿色通道): how calls escalate, what hospitals can be able
//! to do, which antidotes are counted, how symptoms are sorted. Data of the QC centre, versioned.

use serde::{Deserialize, Serialize};

use crate::coded;
use crate::pack::Head;

/// The settings of one sector, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelPack {
    pub pack: Head,
    pub escalation: Escalation,
    pub watch: Watch,
    pub travel: Travel,
    #[serde(rename = "capability")]
    pub capabilities: Vec<Named>,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    #[serde(rename = "symptom")]
    pub symptoms: Vec<Symptom>,
    #[serde(rename = "red_flag")]
    pub red_flags: Vec<RedFlag>,
    #[serde(rename = "screening")]
    pub screening: Vec<Screening>,
    #[serde(rename = "template")]
    pub templates: Vec<Template>,
    #[serde(rename = "rule")]
    pub rules: Vec<Condition>,
}

/// Seconds after which an unanswered call goes on to the next level. A desk has a screen and
/// sound in front of somebody; a person has a phone in a pocket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    pub desk_s: Vec<i64>,
    pub person_s: Vec<i64>,
    /// After the last level everybody is called again this often until somebody answers.
    pub again_s: i64,
    /// A paged hospital that has neither accepted nor declined: the next one is called as well.
    pub accept_s: i64,
}

/// What is looked at ahead of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// A gap in a rota is an alert this long before it begins.
    pub gap_ahead_h: i64,
    /// An antidote that expires within so many days.
    pub expiry_days: i64,
    /// A stock nobody has counted for so many days.
    pub count_days: i64,
    /// A contact must have answered a check within so many days to count as verified.
    pub contact_days: i64,
    /// An enquiry of the public is answered within so many hours.
    pub enquiry_h: i64,
}

/// Driving time where no road times are at hand: great-circle distance times a detour factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Travel {
    pub detour: f64,
    pub km_per_h: f64,
    /// Minutes until a vehicle moves and until a patient is inside.
    pub extra_min: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
}

/// An antidote or emergency drug whose stock is known in the city.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub unit_zh: String,
    pub unit_en: String,
    pub strength: String,
    /// What an on-call hospital should hold; 0 for nothing.
    pub hospital_min: i64,
    /// What a clinic that operates should hold.
    pub clinic_min: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// The card it makes likely, for the hotline.
    #[serde(default)]
    pub card: Option<String>,
    /// What follows when no red flag is answered with yes.
    pub otherwise: Advice,
}

coded! {
    /// Where a person with a symptom is sent, the most urgent first.
    Advice {
        Call120 = "call_120",
        Hotline = "hotline",
        Clinic = "clinic",
        Watch = "watch",
    }
}

/// A question whose yes decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedFlag {
    pub code: String,
    /// Symptoms it is asked for; empty for all.
    #[serde(default)]
    pub symptoms: Vec<String>,
    pub ask_zh: String,
    pub ask_en: String,
    pub advice: Advice,
    #[serde(default)]
    pub card: Option<String>,
}

/// A question of the client's own checklist before a procedure [Z24].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    pub code: String,
    pub ask_zh: String,
    pub ask_en: String,
    pub why_zh: String,
    pub why_en: String,
}

/// A text message as the gateway has approved it; only the id and the values are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub code: String,
    /// The gateway's id of the approved text.
    pub gateway_id: String,
    /// The approved text with `{name}` places, for the record.
    pub text_zh: String,
}

coded! {
    /// What goes wrong with the channel itself: seen by the QC centre and the hospital, never part
    /// of supervision.
    ChannelRule {
        /// 值守呼叫未应答
        A29 = "A29",
        /// 24 小时值守有空档
        A30 = "A30",
        /// 急救药品近效期、过期或不足
        A31 = "A31",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub id: ChannelRule,
    pub name_zh: String,
    pub name_en: String,
    pub what_zh: String,
    pub what_en: String,
}

impl ChannelPack {
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }

    pub fn capability(&self, code: &str) -> Option<&Named> {
        self.capabilities.iter().find(|capability| capability.code == code)
    }

    pub fn template(&self, code: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.code == code)
    }

    pub fn rule(&self, id: ChannelRule) -> Option<&Condition> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// What is wrong with the settings, as sentences for their editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let escalation = &self.escalation;
        for (name, levels) in [("desk_s", &escalation.desk_s), ("person_s", &escalation.person_s)] {
            let rises = levels.windows(2).all(|pair| pair[0] < pair[1]);
            if levels.is_empty() || levels[0] <= 0 || !rises {
                faults.push(format!("escalation.{name} must name rising seconds above 0"));
            }
        }
        let positive = [
            ("escalation.again_s", escalation.again_s),
            ("escalation.accept_s", escalation.accept_s),
            ("watch.gap_ahead_h", self.watch.gap_ahead_h),
            ("watch.expiry_days", self.watch.expiry_days),
            ("watch.count_days", self.watch.count_days),
            ("watch.contact_days", self.watch.contact_days),
            ("watch.enquiry_h", self.watch.enquiry_h),
        ];
        for (name, value) in positive {
            if value <= 0 {
                faults.push(format!("{name} must be above 0"));
            }
        }
        let travel = &self.travel;
        if !(travel.detour >= 1.0 && travel.km_per_h > 0.0 && travel.extra_min >= 0) {
            faults.push("travel: detour from 1, km_per_h above 0, extra_min from 0".into());
        }
        self.codes(&mut faults);
        for rule in ChannelRule::ALL {
            if self.rule(*rule).is_none() {
                faults.push(format!("rule {} has no text", rule.code()));
            }
        }
        faults
    }

    fn codes(&self, faults: &mut Vec<String>) {
        let mut once = |table: &str, codes: Vec<&str>| {
            for (index, code) in codes.iter().enumerate() {
                if codes[..index].contains(code) {
                    faults.push(format!("{table} {code} stands twice"));
                }
            }
        };
        once("capability", self.capabilities.iter().map(|entry| &*entry.code).collect());
        once("item", self.items.iter().map(|entry| &*entry.code).collect());
        once("symptom", self.symptoms.iter().map(|entry| &*entry.code).collect());
        once("red_flag", self.red_flags.iter().map(|entry| &*entry.code).collect());
        once("screening", self.screening.iter().map(|entry| &*entry.code).collect());
        once("template", self.templates.iter().map(|entry| &*entry.code).collect());
        for flag in &self.red_flags {
            for symptom in &flag.symptoms {
                if !self.symptoms.iter().any(|known| known.code == *symptom) {
                    faults.push(format!("red_flag {}: symptom {symptom} is not known", flag.code));
                }
            }
        }
    }
}
