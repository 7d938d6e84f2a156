//! Annexes (附表): data sets with compulsory cells, validation rules and hints at outliers.

use serde::{Deserialize, Serialize};

use super::problem::{ProblemState, Source, Weight};
use crate::coded;

coded! {
    /// Where a cell's figure comes from.
    CellSource {
        /// Written by the institution.
        Entered = "entered",
        /// Counted from the ledger; its entries are kept with it.
        Ledger = "ledger",
        /// Counted from self-inspection: departments handed in.
        Departments = "departments",
        /// Counted from self-inspection: items answered.
        Items = "items",
    }
}

/// A cell of the annex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub source: CellSource,
    /// Which entries of the ledger are counted; all when nothing is named.
    #[serde(default)]
    pub entry: Option<Entry>,
    #[serde(default)]
    pub compulsory: bool,
    #[serde(default)]
    pub max: Option<i64>,
}

impl Cell {
    /// Whether the cell can hold a figure.
    pub fn takes(&self, value: i64) -> bool {
        (0..=self.max.unwrap_or(VALUE_MAX)).contains(&value)
    }
}

/// Conditions on a ledger entry; each that is named must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    #[serde(default)]
    pub sources: Vec<Source>,
    #[serde(default)]
    pub states: Vec<ProblemState>,
    #[serde(default)]
    pub weights: Vec<Weight>,
    #[serde(default)]
    pub departments: Vec<String>,
    #[serde(default)]
    pub reopened: bool,
}

impl Entry {
    pub fn holds(
        &self,
        source: Source,
        state: ProblemState,
        weight: Weight,
        department: &str,
        reopened: i64,
    ) -> bool {
        (self.sources.is_empty() || self.sources.contains(&source))
            && (self.states.is_empty() || self.states.contains(&state))
            && (self.weights.is_empty() || self.weights.contains(&weight))
            && (self.departments.is_empty() || self.departments.iter().any(|d| d == department))
            && (!self.reopened || reopened > 0)
    }
}

coded! {
    Relation {
        /// The left side is at most the right.
        AtMost = "at_most",
        Equals = "equals",
    }
}

/// A rule between sums of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub code: String,
    pub left: Vec<String>,
    pub relation: Relation,
    pub right: Vec<String>,
    pub says_zh: String,
    pub says_en: String,
}

/// An indicator: the share of one sum of cells in another, read with an annex and summed with it
/// [W11].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    pub over: Vec<String>,
    pub of: Vec<String>,
    /// What is asked for, in percent; neither when the share is only told.
    #[serde(default)]
    pub at_least: Option<i64>,
    #[serde(default)]
    pub at_most: Option<i64>,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    pub over: i64,
    pub of: i64,
}

impl Share {
    /// Hundredths of a percent, cut off.
    pub fn hundredths(self) -> i64 {
        let exact = i128::from(self.over) * 10_000 / i128::from(self.of.max(1));
        i64::try_from(exact).unwrap_or(i64::MAX)
    }
}

impl Rate {
    /// None where a figure is missing, or where there was nothing to have a share of.
    pub fn share(&self, figure: impl Fn(&str) -> Option<i64>) -> Option<Share> {
        let sum = |codes: &[String]| codes.iter().map(|code| figure(code)).sum::<Option<i64>>();
        let share = Share { over: sum(&self.over)?, of: sum(&self.of)? };
        (share.of > 0).then_some(share)
    }

    /// Whether the share is what was asked for, without rounding; none when nothing was.
    pub fn met(&self, share: Share) -> Option<bool> {
        let (hundred, of) = (i128::from(share.over) * 100, i128::from(share.of));
        let least = self.at_least.map(|percent| hundred >= i128::from(percent) * of);
        let most = self.at_most.map(|percent| hundred <= i128::from(percent) * of);
        match (least, most) {
            (None, None) => None,
            (least, most) => Some(least.unwrap_or(true) && most.unwrap_or(true)),
        }
    }

    /// The cells that it needs.
    pub fn cells(&self) -> impl Iterator<Item = &String> {
        self.over.iter().chain(&self.of)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annex {
    pub code: String,
    pub title_zh: String,
    pub title_en: String,
    /// Only units with dialysis stations fill it [W48].
    #[serde(default)]
    pub dialysis_only: bool,
    /// After so many days from its deadline nothing is taken any more.
    pub expires_days: i64,
    #[serde(rename = "cell")]
    pub cells: Vec<Cell>,
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    #[serde(default, rename = "rate")]
    pub rates: Vec<Rate>,
}

/// What keeps an annex from being complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellFault {
    /// Neither a value nor a reason.
    Missing(String),
    /// Below nothing, or above what the cell allows.
    OutOfRange(String),
    /// A rule between cells does not hold; its code.
    Rule(String),
}

/// The largest figure a cell takes: sums of ten thousand institutions stay far from overflow.
const VALUE_MAX: i64 = 1_000_000_000_000;

/// A value, and the reason when there is none.
pub type Value<'v> = (&'v str, Option<i64>, &'v str);

impl Annex {
    pub fn cell(&self, code: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.code == code)
    }

    /// Complete only if valid: what stands in the way, in the annex's order.
    pub fn check(&self, values: &[Value<'_>]) -> Vec<CellFault> {
        let given = |code: &str| values.iter().find(|(cell, _, _)| *cell == code);
        let mut found = Vec::new();
        for cell in &self.cells {
            let value = given(&cell.code).and_then(|(_, value, _)| *value);
            let reason = given(&cell.code).is_some_and(|(_, _, why)| !why.trim().is_empty());
            match value {
                None if cell.compulsory && !reason => {
                    found.push(CellFault::Missing(cell.code.clone()));
                }
                Some(value) if !cell.takes(value) => {
                    found.push(CellFault::OutOfRange(cell.code.clone()));
                }
                _ => {}
            }
        }
        for rule in &self.rules {
            // A missing cell with its reason takes its rules with it.
            let sum = |codes: &[String]| -> Option<i64> {
                codes.iter().map(|code| given(code).and_then(|(_, value, _)| *value)).sum()
            };
            let (Some(left), Some(right)) = (sum(&rule.left), sum(&rule.right)) else { continue };
            let holds = match rule.relation {
                Relation::AtMost => left <= right,
                Relation::Equals => left == right,
            };
            if !holds {
                found.push(CellFault::Rule(rule.code.clone()));
            }
        }
        found
    }
}

/// Peers needed before anything is called unusual.
const PEERS_MIN: usize = 5;
/// How many median distances away is unusual.
const DISTANCES: i64 = 5;

/// Which of the figures of peers lie far from the middle: a hint to ask, never a fault.
///
/// By the median and the median distance from it, so that one wrong figure does not hide itself.
pub fn hints(figures: &[i64]) -> Vec<usize> {
    if figures.len() < PEERS_MIN {
        return Vec::new();
    }
    let middle = median(figures.to_vec());
    let distances: Vec<i64> = figures.iter().map(|figure| (figure - middle).abs()).collect();
    // Where most are equal, one step away is not yet far.
    let usual = median(distances.clone()).max(1);
    let far = |distance: i64| distance > usual.saturating_mul(DISTANCES);
    (0..figures.len()).filter(|index| far(distances[*index])).collect()
}

fn median(mut figures: Vec<i64>) -> i64 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}
