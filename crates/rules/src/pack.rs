//! Packs: dated, sourced numbers and texts that a city may edit.
//!
//! A pack is never edited in place: a change is a new version with its own `valid_from`, and every
//! verdict keeps the version it was judged by. Reading the file is `store`'s business.

use serde::{Deserialize, Serialize};

use crate::alert::{Level, Rule};
use crate::campaign::CampaignPack;
use crate::card::CardPack;
use crate::channel::ChannelPack;
use crate::incident::IncidentPack;
use crate::register::{Anaesthesia, Category, InstitutionKind, Modality};
use crate::transfer::CrewPack;
use crate::transfer::accreditation::AccreditationPack;
use crate::transfer::report::OversightPack;
use crate::transfer::service::ServicePack;
use crate::transfer::tariff::TariffPack;
use crate::transfer::tier::TierPack;
use crate::transfer::triage::TriagePack;

/// What every pack says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: String,
    pub version: String,
    /// First city day it holds, `YYYY-MM-DD`.
    pub valid_from: String,
    pub title_zh: String,
    pub title_en: String,
    pub source_zh: String,
    pub source_en: String,
    /// `draft` until the legal reviewer (rules) or the QC centre (catalogue) has approved it.
    pub status: Status,
    #[serde(default)]
    pub note_zh: String,
    #[serde(default)]
    pub note_en: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    Approved,
}

/// What every kind of pack has, so that one reader serves all of them.
pub trait Pack {
    fn head(&self) -> &Head;
    /// What is wrong with it, as sentences for its editor.
    fn faults(&self) -> Vec<String>;
}

macro_rules! packs {
    ($($kind:ty),+ $(,)?) => {$(
        impl Pack for $kind {
            fn head(&self) -> &Head {
                &self.pack
            }

            fn faults(&self) -> Vec<String> {
                <$kind>::faults(self)
            }
        }
    )+};
}

packs! {
    RulePack, ProcedurePack, CardPack, ChannelPack, ServicePack, TriagePack, TierPack, TariffPack,
    IncidentPack, CampaignPack, CrewPack, AccreditationPack, OversightPack,
}

/// Thresholds and the alert catalogue of one sector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulePack {
    pub pack: Head,
    pub presence: Presence,
    pub terminal: TerminalLimits,
    pub disposal: Disposal,
    #[serde(rename = "kind")]
    pub kinds: Vec<KindLimit>,
    #[serde(rename = "rule")]
    pub rules: Vec<RuleText>,
}

/// Limits on check-ins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presence {
    /// Cosine similarity below which a face is not accepted as the person's.
    pub face_score_min: f64,
    /// From here up to `face_score_min` a human reviews; below it the mismatch is plain.
    pub face_score_review: f64,
    /// An operation that nobody entered this long after its planned start.
    pub nobody_came_min: i64,
    /// Days online without one recorded operation.
    pub zero_record_days: i64,
    /// A second open presence of an anaesthetist or assistant in the same institution.
    pub second_presence_same_institution: Weight,
    /// The same in another institution.
    pub second_presence_other_institution: Weight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    Ignored,
    Information,
    Alert,
}

/// Limits on what terminals report about themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminalLimits {
    pub clock_difference_s: i64,
    pub late_min: i64,
    pub silent_min: i64,
    pub moved_m: i64,
}

/// How alerts are disposed of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disposal {
    /// Hours the clinic has to explain before an officer decides without it.
    pub explain_h: i64,
    /// How long an open alert keeps an institution on the worklist at full weight.
    pub repeat_days: i64,
}

/// The highest surgery level a kind of institution may do (卫办医政发〔2009〕220 号 as editable data).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindLimit {
    pub kind: InstitutionKind,
    pub level_max: i64,
}

/// One entry of the alert catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    pub id: Rule,
    pub level: Level,
    /// Points on the worklist; shown beside the rank.
    pub risk: i64,
    /// Whether an inspection may follow before the clinic has explained (突击检查).
    #[serde(default)]
    pub unannounced: bool,
    pub name_zh: String,
    pub name_en: String,
    pub what_zh: String,
    pub what_en: String,
    pub clause_zh: String,
    pub clause_en: String,
    /// Whether the legal reviewer has checked the clause.
    pub clause_checked: bool,
}

impl RulePack {
    pub fn rule(&self, id: Rule) -> Option<&RuleText> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    pub fn level_max(&self, kind: InstitutionKind) -> i64 {
        self.kinds.iter().find(|limit| limit.kind == kind).map_or(0, |limit| limit.level_max)
    }

    /// What is wrong with the pack as a whole, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for rule in Rule::ALL {
            let count = self.rules.iter().filter(|text| text.id == *rule).count();
            // An older version lacks the rules that came after it.
            if count > 1 {
                faults.push(format!("rule {} stands {count} times", rule.code()));
            }
        }
        for kind in InstitutionKind::ALL.iter().filter(|kind| kind.is_aesthetic()) {
            if !self.kinds.iter().any(|limit| limit.kind == *kind) {
                faults.push(format!("kind {} has no level_max", kind.code()));
            }
        }
        let score = |value: f64| (-1.0..=1.0).contains(&value);
        let presence = &self.presence;
        if !score(presence.face_score_min) || !score(presence.face_score_review) {
            faults.push("face scores lie between -1 and 1".into());
        } else if presence.face_score_review > presence.face_score_min {
            faults.push("face_score_review is above face_score_min".into());
        }
        let positive = [
            ("nobody_came_min", presence.nobody_came_min),
            ("zero_record_days", presence.zero_record_days),
            ("clock_difference_s", self.terminal.clock_difference_s),
            ("late_min", self.terminal.late_min),
            ("silent_min", self.terminal.silent_min),
            ("moved_m", self.terminal.moved_m),
            ("explain_h", self.disposal.explain_h),
            ("repeat_days", self.disposal.repeat_days),
        ];
        for (name, value) in positive {
            if value <= 0 {
                faults.push(format!("{name} must be above 0"));
            }
        }
        faults
    }
}

/// The catalogue of procedures (诊疗项目) of one sector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcedurePack {
    pub pack: Head,
    #[serde(rename = "procedure")]
    pub procedures: Vec<Procedure>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub modality: Modality,
    pub category: Category,
    /// 1 to 4 for graded surgery; 0 for what is not graded.
    pub level: i64,
    /// Shorter attendance of the attending than this is an alert [N16].
    pub min_minutes: i64,
    pub usual_minutes: i64,
    /// What may be used; the first is usual.
    pub anaesthesia: Vec<Anaesthesia>,
    /// Liposuction: the planned volume decides the level.
    #[serde(default)]
    pub volume_levels: Vec<VolumeLevel>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeLevel {
    pub below_ml: i64,
    pub level: i64,
}

impl Procedure {
    /// The level at a planned volume; a volume above the last step takes one level more than it.
    pub fn level_at(&self, volume_ml: Option<i64>) -> i64 {
        let Some(volume_ml) = volume_ml else { return self.level };
        match self.volume_levels.iter().find(|step| volume_ml < step.below_ml) {
            Some(step) => step.level,
            None => self.volume_levels.last().map_or(self.level, |step| step.level + 1),
        }
    }
}

impl ProcedurePack {
    pub fn procedure(&self, code: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.code == code)
    }

    /// What is wrong with the catalogue, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, procedure) in self.procedures.iter().enumerate() {
            let code = &procedure.code;
            if self.procedures[..index].iter().any(|earlier| earlier.code == *code) {
                faults.push(format!("{code} stands twice"));
            }
            if !(0..=4).contains(&procedure.level) {
                faults.push(format!("{code}: level {} is not 0 to 4", procedure.level));
            }
            if procedure.min_minutes <= 0 || procedure.usual_minutes < procedure.min_minutes {
                faults.push(format!("{code}: usual_minutes must reach min_minutes above 0"));
            }
            if procedure.anaesthesia.is_empty() {
                faults.push(format!("{code}: no anaesthesia named"));
            }
            if !procedure.volume_levels.is_sorted_by_key(|step| step.below_ml) {
                faults.push(format!("{code}: volume_levels must rise"));
            }
        }
        faults
    }
}
