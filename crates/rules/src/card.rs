//! Clinical cards: what an emergency of aesthetics needs, as dated and sourced data of the QC
//! centre. A card is a reference and no advice; until the QC centre has approved it, every page
//! that shows it says that it is a draft.

use serde::{Deserialize, Serialize};

use crate::coded;
use crate::pack::{Head, Status};

/// The cards of one sector, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardPack {
    pub pack: Head,
    #[serde(rename = "card")]
    pub cards: Vec<Card>,
}

/// One emergency: how to recognise it, what it needs, by when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    pub recognise_zh: String,
    pub recognise_en: String,
    /// Capabilities of a hospital that can treat this.
    pub needs: Vec<String>,
    /// Capabilities that help.
    #[serde(default)]
    pub wants: Vec<String>,
    /// Antidotes it takes, and how much for a usual course.
    #[serde(default)]
    pub antidotes: Vec<Antidote>,
    pub targets: Targets,
    #[serde(rename = "step")]
    pub steps: Vec<CardStep>,
    #[serde(default, rename = "dose")]
    pub doses: Vec<Dose>,
    pub source_zh: String,
    pub source_en: String,
    pub status: Status,
    /// The last city day it holds, `YYYY-MM-DD`.
    pub valid_until: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Antidote {
    /// An item of the channel pack.
    pub item: String,
    /// Units of the item for a patient of 70 kg.
    pub units: i64,
}

/// Seconds from the case's clock by which each step should be done. The clock starts at onset
/// where it is known, else when the case was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// From raised to acknowledged.
    pub acknowledge_s: i64,
    /// From raised to accepted by a hospital.
    pub accept_s: i64,
    /// From raised to moving.
    pub move_s: i64,
    /// From raised to arrived.
    pub arrive_s: i64,
    /// From onset to the treatment that counts.
    pub treat_s: i64,
    /// From onset: after this the chance is mostly gone; at least `treat_s`.
    pub last_s: i64,
    pub treat_zh: String,
    pub treat_en: String,
}

coded! {
    /// Who does a step of a card.
    CardRole {
        Clinic = "clinic",
        Desk = "desk",
        Hospital = "hospital",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardStep {
    pub key: String,
    pub who: CardRole,
    pub zh: String,
    pub en: String,
    /// Repeated after so many minutes until the hand-over.
    #[serde(default)]
    pub every_min: Option<i64>,
}

/// A dose by weight. Amounts are in the drug's own unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dose {
    pub drug_zh: String,
    pub drug_en: String,
    /// `mg`, `ml`, `IU`
    pub unit: String,
    /// Per kg of body weight; `None` for a fixed dose.
    #[serde(default)]
    pub per_kg: Option<f64>,
    #[serde(default)]
    pub fixed: Option<f64>,
    /// Never more than this in one dose.
    #[serde(default)]
    pub at_most: Option<f64>,
    pub how_zh: String,
    pub how_en: String,
}

impl Dose {
    /// The amount for a body weight in kg; `None` without a weight where it is needed, or for a
    /// weight nobody has.
    pub fn amount(&self, weight_kg: Option<f64>) -> Option<f64> {
        let plain = match self.per_kg {
            Some(per_kg) => per_kg * weight_kg.filter(|kg| (2.0..=300.0).contains(kg))?,
            None => self.fixed?,
        };
        Some(self.at_most.map_or(plain, |most| plain.min(most)))
    }
}

impl Targets {
    fn rise(&self) -> bool {
        let line = [self.acknowledge_s, self.accept_s, self.move_s, self.arrive_s];
        line[0] > 0 && line.is_sorted() && self.treat_s > 0 && self.last_s >= self.treat_s
    }
}

impl CardPack {
    pub fn card(&self, code: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.code == code)
    }

    /// What is wrong with the cards, as sentences for their editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, card) in self.cards.iter().enumerate() {
            let code = &card.code;
            if self.cards[..index].iter().any(|earlier| earlier.code == *code) {
                faults.push(format!("card {code} stands twice"));
            }
            if !card.targets.rise() {
                faults.push(format!("{code}: targets must be above 0 and rise"));
            }
            if card.steps.is_empty() {
                faults.push(format!("{code}: no step"));
            }
            for (index, step) in card.steps.iter().enumerate() {
                if card.steps[..index].iter().any(|earlier| earlier.key == step.key) {
                    faults.push(format!("{code}: step {} stands twice", step.key));
                }
                if step.every_min.is_some_and(|minutes| minutes <= 0) {
                    faults.push(format!("{code}: step {}: every_min must be above 0", step.key));
                }
            }
            for dose in &card.doses {
                let amounts = [dose.per_kg, dose.fixed, dose.at_most];
                let positive =
                    amounts.iter().flatten().all(|amount| amount.is_finite() && *amount > 0.0);
                if !positive || dose.per_kg.is_some() == dose.fixed.is_some() {
                    let drug = &dose.drug_en;
                    faults.push(format!("{code}: {drug}: either per_kg or fixed, above 0"));
                }
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doses_by_weight_stop_at_their_most() {
        let dose = |per_kg, fixed, at_most| Dose {
            drug_zh: String::new(),
            drug_en: String::new(),
            unit: "ml".into(),
            per_kg,
            fixed,
            at_most,
            how_zh: String::new(),
            how_en: String::new(),
        };
        let lipid = dose(Some(1.5), None, Some(100.0));
        for (weight, amount) in [
            (Some(54.0), Some(81.0)),
            (Some(90.0), Some(100.0)),
            (None, None),
            (Some(0.5), None),
            (Some(f64::NAN), None),
        ] {
            assert_eq!(lipid.amount(weight), amount, "{weight:?}");
        }
        assert_eq!(dose(None, Some(0.5), None).amount(None), Some(0.5));
    }
}
