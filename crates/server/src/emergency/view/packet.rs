//! The packet in words: facts, totals, and what nobody has said yet.

use rules::emergency::{Fact, Told, packet};
use store::emergency::FactRow;

use super::{FactShown, round};
use crate::when::When;
use crate::words::Lang;

pub(super) fn person(lang: Lang, facts: &[Told]) -> String {
    let mut words = Vec::new();
    for told in facts {
        match &told.fact {
            Fact::Person { sex, years } => words.push(lang.person(lang.sex_word(sex), years)),
            Fact::Weight { kg } => words.push(format!("{} kg", round(*kg))),
            Fact::Filler { product, site, ml, .. } => {
                words.push(format!("{product} {} ml {site}", round(*ml)));
            }
            _ => {}
        }
    }
    words.join(lang.comma())
}

/// What a receiving doctor asks first and nobody has said yet.
pub(super) fn missing(lang: Lang, facts: &[Told]) -> Vec<&'static str> {
    let said = |code: &str| facts.iter().any(|told| told.fact.code() == code);
    ["person", "weight", "allergies", "airway", "vitals", "drug"]
        .into_iter()
        .filter(|code| !said(code))
        .map(|code| lang.fact_word(code))
        .collect()
}

pub(super) fn facts_shown(when: When, rows: &[FactRow], standing: &[Told]) -> Vec<FactShown> {
    let lang = when.lang;
    let holds = |row: &&FactRow| standing.contains(&row.told);
    rows.iter()
        .filter(holds)
        .map(|row| FactShown {
            label: lang.fact_word(row.told.fact.code()),
            value: fact_value(lang, &row.told.fact),
            when: when.hm(&row.told.at.0),
            before: row.before,
        })
        .collect()
}

fn fact_value(lang: Lang, fact: &Fact) -> String {
    let number = |value: &Option<i64>| value.map_or("—".to_owned(), |value| value.to_string());
    match fact {
        Fact::Weight { kg } => format!("{} kg", round(*kg)),
        Fact::Person { sex, years } => lang.person(lang.sex_word(sex), years),
        Fact::Allergies { text } | Fact::Access { text } => text.clone(),
        Fact::Drug { name, amount, unit } | Fact::Given { name, amount, unit } => {
            format!("{name} {} {}", round(*amount), unit.code())
        }
        Fact::Filler { product, lot, site, ml } => {
            let lot = if lot.is_empty() { lang.lot_unknown().to_owned() } else { lang.lot_of(lot) };
            [product.clone(), format!("{} ml", round(*ml)), site.clone(), lot].join(lang.comma())
        }
        Fact::Volumes { in_ml, out_ml } => lang.volumes(in_ml, out_ml),
        Fact::Airway { airway } => lang.airway(*airway).to_owned(),
        Fact::Vitals { systolic, pulse, spo2 } => {
            lang.vitals(number(systolic), number(pulse), number(spo2))
        }
    }
}

/// The facts of an operation: label, value, when; and the totals of its drugs.
pub(crate) fn facts_of(
    when: When,
    rows: &[FactRow],
) -> (Vec<(&'static str, String, String)>, Vec<String>) {
    let told: Vec<Told> = rows.iter().map(|row| row.told.clone()).collect();
    let built = packet(&told);
    let shown = facts_shown(when, rows, &built.facts);
    let facts = shown.into_iter().map(|fact| (fact.label, fact.value, fact.when)).collect();
    (facts, totals(when.lang, &built))
}

/// The total of each drug, by weight where it is known.
pub(super) fn totals(lang: Lang, built: &rules::emergency::Packet) -> Vec<String> {
    let words = |(name, mg, kg): &(String, f64, Option<f64>)| {
        lang.drug_total(name, round(*mg), kg.map(round))
    };
    built.totals.iter().map(words).collect()
}
