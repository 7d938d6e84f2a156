//! What an annex lacks before it can be issued, by part and row, so that whoever lays out its
//! columns is told where.

use super::annex::{Annex, Cell, CellSource, Rate, Rule};
use super::draft::{PlanFault, rows, sound, titled};
use crate::coded;

coded! {
    /// The part of an annex that something is wrong with.
    AnnexPart {
        Head = "head",
        Cell = "cell",
        Rule = "rule",
        Rate = "rate",
    }
}

/// A fault and where it is: the part, and which of its rows, from 0.
pub type AnnexFault = (AnnexPart, usize, PlanFault);

impl Annex {
    fn knows(&self, mut codes: impl Iterator<Item = impl AsRef<str>>) -> bool {
        codes.all(|code| self.cell(code.as_ref()).is_some())
    }

    fn faults_of_cell(index: usize, cell: &Cell) -> Vec<AnnexFault> {
        let mut faults = Vec::new();
        if cell.entry.is_some() && cell.source != CellSource::Ledger {
            faults.push((AnnexPart::Cell, index, PlanFault::Unknown));
        }
        if cell.max.is_some_and(|max| max < 1) {
            faults.push((AnnexPart::Cell, index, PlanFault::Number));
        }
        faults
    }

    fn faults_of_rule(&self, index: usize, rule: &Rule) -> Vec<AnnexFault> {
        let fault = |why| vec![(AnnexPart::Rule, index, why)];
        if rule.left.is_empty() || rule.right.is_empty() {
            return fault(PlanFault::Absent);
        }
        if !self.knows(rule.left.iter().chain(&rule.right)) {
            return fault(PlanFault::Unknown);
        }
        Vec::new()
    }

    fn faults_of_rate(&self, index: usize, rate: &Rate) -> Vec<AnnexFault> {
        let fault = |why| vec![(AnnexPart::Rate, index, why)];
        if rate.over.is_empty() || rate.of.is_empty() {
            return fault(PlanFault::Absent);
        }
        if !self.knows(rate.cells()) {
            return fault(PlanFault::Unknown);
        }
        let aims = [rate.at_least, rate.at_most];
        let crossed = rate.at_least.zip(rate.at_most).is_some_and(|(least, most)| least > most);
        if crossed || aims.into_iter().flatten().any(|percent| !(0..=100).contains(&percent)) {
            return fault(PlanFault::Number);
        }
        Vec::new()
    }

    /// Everything that keeps the annex from being issued; empty when nothing does.
    pub fn draft_faults(&self) -> Vec<AnnexFault> {
        let mut faults = Vec::new();
        if !sound(&self.code) {
            faults.push((AnnexPart::Head, 0, PlanFault::Code));
        }
        if !titled(&self.title_zh, &self.title_en) {
            faults.push((AnnexPart::Head, 0, PlanFault::Title));
        }
        if !(0..=3_660).contains(&self.expires_days) {
            faults.push((AnnexPart::Head, 0, PlanFault::Number));
        }
        if self.cells.is_empty() {
            faults.push((AnnexPart::Cell, 0, PlanFault::Absent));
        }
        let cells = self.cells.iter().map(|one| (&*one.code, [&*one.title_zh, &*one.title_en]));
        faults.extend(rows(AnnexPart::Cell, cells));
        let rules = self.rules.iter().map(|one| (&*one.code, [&*one.says_zh, &*one.says_en]));
        faults.extend(rows(AnnexPart::Rule, rules));
        let rates = self.rates.iter().map(|one| (&*one.code, [&*one.title_zh, &*one.title_en]));
        faults.extend(rows(AnnexPart::Rate, rates));
        let cells = self.cells.iter().enumerate();
        faults.extend(cells.flat_map(|(index, one)| Annex::faults_of_cell(index, one)));
        let rules = self.rules.iter().enumerate();
        faults.extend(rules.flat_map(|(index, one)| self.faults_of_rule(index, one)));
        let rates = self.rates.iter().enumerate();
        faults.extend(rates.flat_map(|(index, one)| self.faults_of_rate(index, one)));
        faults
    }
}
