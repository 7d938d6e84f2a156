//! The packet: what a receiving doctor must know, as facts that come in one tap at a time and are
//! never overwritten. A later fact of a single kind takes the place of the earlier one; drugs,
//! fillers and doses given add up.

use serde::{Deserialize, Serialize};

use crate::{Time, coded};

coded! {
    Airway {
        Clear = "clear",
        Assisted = "assisted",
        Tube = "tube",
        Blocked = "blocked",
    }
}

coded! {
    DoseUnit {
        Mg = "mg",
        Ml = "ml",
        Iu = "iu",
    }
}

/// One fact as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    Weight {
        kg: f64,
    },
    Person {
        sex: String,
        years: i64,
    },
    Allergies {
        text: String,
    },
    /// Before or during the operation, local anaesthetics above all.
    Drug {
        name: String,
        amount: f64,
        unit: DoseUnit,
    },
    Filler {
        product: String,
        lot: String,
        site: String,
        ml: f64,
    },
    Volumes {
        in_ml: i64,
        out_ml: i64,
    },
    Airway {
        airway: Airway,
    },
    Vitals {
        systolic: Option<i64>,
        pulse: Option<i64>,
        spo2: Option<i64>,
    },
    /// Given since the emergency began.
    Given {
        name: String,
        amount: f64,
        unit: DoseUnit,
    },
    /// Who comes along, how to reach them, where to drive in.
    Access {
        text: String,
    },
}

coded! {
    FactFault {
        /// A number that no patient has.
        Number = "number",
        Text = "text",
    }
}

const TEXT_MAX: usize = 200;

impl Fact {
    pub fn code(&self) -> &'static str {
        match self {
            Fact::Weight { .. } => "weight",
            Fact::Person { .. } => "person",
            Fact::Allergies { .. } => "allergies",
            Fact::Drug { .. } => "drug",
            Fact::Filler { .. } => "filler",
            Fact::Volumes { .. } => "volumes",
            Fact::Airway { .. } => "airway",
            Fact::Vitals { .. } => "vitals",
            Fact::Given { .. } => "given",
            Fact::Access { .. } => "access",
        }
    }

    /// # Errors
    /// What cannot be; the wide limits refuse slips of the finger, not unusual patients.
    pub fn sound(&self) -> Result<(), FactFault> {
        let text = |text: &str| (1..=TEXT_MAX).contains(&text.trim().chars().count());
        let may_be_empty = |text: &str| text.chars().count() <= TEXT_MAX;
        let amount = |value: f64, most: f64| value.is_finite() && value > 0.0 && value <= most;
        let within =
            |value: &Option<i64>, low, high| value.is_none_or(|v| (low..=high).contains(&v));
        let (texts, numbers) = match self {
            Fact::Weight { kg } => (true, kg.is_finite() && (2.0..=300.0).contains(kg)),
            Fact::Person { sex, years } => (matches!(&**sex, "f" | "m"), (0..=120).contains(years)),
            Fact::Allergies { text: one } | Fact::Access { text: one } => (text(one), true),
            Fact::Drug { name, amount: mg, .. } | Fact::Given { name, amount: mg, .. } => {
                (text(name), amount(*mg, 100_000.0))
            }
            Fact::Filler { product, lot, site, ml } => {
                (text(product) && may_be_empty(lot) && text(site), amount(*ml, 1_000.0))
            }
            Fact::Volumes { in_ml, out_ml } => {
                (true, [in_ml, out_ml].iter().all(|ml| (0..=30_000).contains(*ml)))
            }
            Fact::Airway { .. } => (true, true),
            Fact::Vitals { systolic, pulse, spo2 } => {
                let some = systolic.is_some() || pulse.is_some() || spo2.is_some();
                let ranges =
                    within(systolic, 0, 300) && within(pulse, 0, 350) && within(spo2, 0, 100);
                (true, some && ranges)
            }
        };
        match (texts, numbers) {
            (false, _) => Err(FactFault::Text),
            (_, false) => Err(FactFault::Number),
            _ => Ok(()),
        }
    }

    /// Whether a later one takes the place of an earlier one.
    fn single(&self) -> bool {
        !matches!(self, Fact::Drug { .. } | Fact::Filler { .. } | Fact::Given { .. })
    }
}

/// A fact and when it was told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    pub at: Time,
    pub fact: Fact,
}

/// What is known now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Packet {
    /// The facts that hold, in the order they were told.
    pub facts: Vec<Told>,
    pub weight_kg: Option<f64>,
    /// Each drug with its total in mg, and mg per kg where the weight is known.
    pub totals: Vec<(String, f64, Option<f64>)>,
}

/// Builds the packet from all facts, oldest first.
pub fn packet(told: &[Told]) -> Packet {
    let mut facts: Vec<Told> = Vec::new();
    for one in told {
        if one.fact.single() {
            facts.retain(|known| known.fact.code() != one.fact.code());
        }
        facts.push(one.clone());
    }
    let weight_kg = facts.iter().find_map(|told| match told.fact {
        Fact::Weight { kg } => Some(kg),
        _ => None,
    });
    let mut totals: Vec<(String, f64, Option<f64>)> = Vec::new();
    for told in &facts {
        let (Fact::Drug { name, amount, unit: DoseUnit::Mg }
        | Fact::Given { name, amount, unit: DoseUnit::Mg }) = &told.fact
        else {
            continue;
        };
        let name = name.trim();
        match totals.iter_mut().find(|(known, _, _)| known == name) {
            Some((_, total, _)) => *total += amount,
            None => totals.push((name.to_owned(), *amount, None)),
        }
    }
    for (_, total, per_kg) in &mut totals {
        *per_kg = weight_kg.map(|kg| *total / kg);
    }
    Packet { facts, weight_kg, totals }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_facts_stand_and_drugs_add_up() {
        let told = |ms, fact| Told { at: Time(ms), fact };
        let drug = |amount| Fact::Drug { name: "利多卡因".into(), amount, unit: DoseUnit::Mg };
        let given = Fact::Given { name: "脂肪乳".into(), amount: 81.0, unit: DoseUnit::Ml };
        let built = packet(&[
            told(1, Fact::Weight { kg: 50.0 }),
            told(2, drug(200.0)),
            told(3, drug(70.0)),
            told(4, Fact::Weight { kg: 54.0 }),
            told(5, given),
        ]);
        assert_eq!(built.weight_kg, Some(54.0));
        assert_eq!(built.facts.len(), 4);
        assert_eq!(built.totals, [("利多卡因".to_owned(), 270.0, Some(5.0))]);
    }

    #[test]
    fn slips_of_the_finger_are_refused() {
        let drug = |amount| Fact::Drug { name: "x".into(), amount, unit: DoseUnit::Mg };
        let vitals = |spo2| Fact::Vitals { systolic: None, pulse: None, spo2 };
        for (fact, fault) in [
            (Fact::Weight { kg: 540.0 }, Some(FactFault::Number)),
            (Fact::Weight { kg: f64::NAN }, Some(FactFault::Number)),
            (drug(0.0), Some(FactFault::Number)),
            (drug(f64::INFINITY), Some(FactFault::Number)),
            (Fact::Allergies { text: " ".into() }, Some(FactFault::Text)),
            (vitals(None), Some(FactFault::Number)),
            (vitals(Some(101)), Some(FactFault::Number)),
            (vitals(Some(97)), None),
            (Fact::Person { sex: "x".into(), years: 31 }, Some(FactFault::Text)),
            (Fact::Volumes { in_ml: 0, out_ml: 900 }, None),
        ] {
            assert_eq!(fact.sound().err(), fault, "{fact:?}");
        }
    }
}
