//! An annex of a draft as the fields of a form and back: columns, rules between them, indicators.

use rules::campaign::{
    Annex, Cell, CellSource, Entry, ProblemState, Rate, Relation, Rule, Source, Weight,
};

use super::long_form::{Pen, rows, ticked, titles};
use crate::form::Fields;

/// The rows of the form.
pub(super) const PARTS: [&str; 3] = ["cell", "rule", "rate"];

impl Pen {
    fn number(&mut self, name: String, value: Option<i64>) {
        self.set(name, value.map_or(String::new(), |value| value.to_string()));
    }

    fn column(&mut self, i: usize, cell: &Cell) {
        let row = format!("cell_{i}");
        self.set(format!("{row}_code"), &*cell.code);
        self.titles(&row, &cell.title_zh, &cell.title_en);
        self.set(format!("{row}_source"), cell.source.code());
        self.tick(format!("{row}_compulsory"), cell.compulsory);
        self.number(format!("{row}_max"), cell.max);
        let Some(entry) = &cell.entry else { return };
        for one in &entry.sources {
            self.tick(format!("{row}_src:{}", one.code()), true);
        }
        for one in &entry.states {
            self.tick(format!("{row}_state:{}", one.code()), true);
        }
        for one in &entry.weights {
            self.tick(format!("{row}_weight:{}", one.code()), true);
        }
        for one in &entry.departments {
            self.tick(format!("{row}_dep:{one}"), true);
        }
        self.tick(format!("{row}_reopened"), entry.reopened);
    }

    fn ticks(&mut self, row: &str, codes: &[String]) {
        for code in codes {
            self.tick(format!("{row}:{code}"), true);
        }
    }
}

/// The fields of an annex as it stands.
pub(super) fn fields_of(annex: &Annex) -> Fields {
    let mut pen = Pen::default();
    pen.titles("title", &annex.title_zh, &annex.title_en);
    pen.set("expires_days".into(), annex.expires_days.to_string());
    pen.tick("dialysis".into(), annex.dialysis_only);
    pen.set("cell_rows".into(), annex.cells.len().to_string());
    for (i, cell) in annex.cells.iter().enumerate() {
        pen.column(i, cell);
    }
    pen.set("rule_rows".into(), annex.rules.len().to_string());
    for (i, rule) in annex.rules.iter().enumerate() {
        pen.set(format!("rule_{i}_code"), &*rule.code);
        pen.titles(&format!("rule_{i}"), &rule.says_zh, &rule.says_en);
        pen.set(format!("rule_{i}_relation"), rule.relation.code());
        pen.ticks(&format!("rule_{i}_left"), &rule.left);
        pen.ticks(&format!("rule_{i}_right"), &rule.right);
    }
    pen.set("rate_rows".into(), annex.rates.len().to_string());
    for (i, rate) in annex.rates.iter().enumerate() {
        pen.set(format!("rate_{i}_code"), &*rate.code);
        pen.titles(&format!("rate_{i}"), &rate.title_zh, &rate.title_en);
        pen.number(format!("rate_{i}_least"), rate.at_least);
        pen.number(format!("rate_{i}_most"), rate.at_most);
        pen.ticks(&format!("rate_{i}_over"), &rate.over);
        pen.ticks(&format!("rate_{i}_of"), &rate.of);
    }
    pen.fields()
}

/// What was typed, as an annex; what cannot be read becomes a value that its own faults name.
pub(super) struct Reader<'a> {
    pub fields: &'a Fields,
}

impl Reader<'_> {
    fn get(&self, name: &str) -> String {
        self.fields.get(name).to_owned()
    }

    fn on(&self, name: &str) -> bool {
        self.fields.get(name) == "on"
    }

    fn pair(&self, row: &str) -> [String; 2] {
        titles(self.fields, row)
    }

    /// None when nothing is typed, -1 for what is no number.
    fn number(&self, name: &str) -> Option<i64> {
        self.fields.some(name).map(|_| self.fields.number(name).unwrap_or(-1))
    }

    fn ticked<T>(&self, prefix: &str, of: impl Fn(&str) -> Option<T>) -> Vec<T> {
        ticked(self.fields, prefix, of)
    }

    fn entry(&self, row: &str) -> Option<Entry> {
        let entry = Entry {
            sources: self.ticked(&format!("{row}_src:"), Source::of),
            states: self.ticked(&format!("{row}_state:"), ProblemState::of),
            weights: self.ticked(&format!("{row}_weight:"), Weight::of),
            departments: self.ticked(&format!("{row}_dep:"), |code| Some(code.to_owned())),
            reopened: self.on(&format!("{row}_reopened")),
        };
        (entry != Entry::default()).then_some(entry)
    }

    fn cell(&self, i: usize) -> Cell {
        let row = format!("cell_{i}");
        let [title_zh, title_en] = self.pair(&row);
        let source = CellSource::of(self.fields.get(&format!("{row}_source")));
        let source = source.unwrap_or(CellSource::Entered);
        Cell {
            code: self.get(&format!("{row}_code")),
            title_zh,
            title_en,
            source,
            // Conditions of a source that is chosen no more say nothing.
            entry: (source == CellSource::Ledger).then(|| self.entry(&row)).flatten(),
            compulsory: self.on(&format!("{row}_compulsory")),
            max: match source {
                CellSource::Entered => self.number(&format!("{row}_max")),
                _ => None,
            },
        }
    }

    /// The columns that are ticked, in the annex's order.
    fn columns(&self, name: &str, cells: &[Cell]) -> Vec<String> {
        let codes = cells.iter().map(|cell| cell.code.clone());
        codes.filter(|code| self.on(&format!("{name}:{code}"))).collect()
    }

    /// Everything that was typed.
    pub fn annex(&self, code: &str) -> Annex {
        let [title_zh, title_en] = self.pair("title");
        let cells: Vec<Cell> = (0..rows(self.fields, "cell")).map(|i| self.cell(i)).collect();
        let rule = |i: usize| {
            let [says_zh, says_en] = self.pair(&format!("rule_{i}"));
            let relation = Relation::of(self.fields.get(&format!("rule_{i}_relation")));
            Rule {
                code: self.get(&format!("rule_{i}_code")),
                left: self.columns(&format!("rule_{i}_left"), &cells),
                relation: relation.unwrap_or(Relation::AtMost),
                right: self.columns(&format!("rule_{i}_right"), &cells),
                says_zh,
                says_en,
            }
        };
        let rate = |i: usize| {
            let [title_zh, title_en] = self.pair(&format!("rate_{i}"));
            Rate {
                code: self.get(&format!("rate_{i}_code")),
                title_zh,
                title_en,
                over: self.columns(&format!("rate_{i}_over"), &cells),
                of: self.columns(&format!("rate_{i}_of"), &cells),
                at_least: self.number(&format!("rate_{i}_least")),
                at_most: self.number(&format!("rate_{i}_most")),
            }
        };
        Annex {
            code: code.to_owned(),
            title_zh,
            title_en,
            dialysis_only: self.on("dialysis"),
            expires_days: self.number("expires_days").unwrap_or(-1),
            rules: (0..rows(self.fields, "rule")).map(rule).collect(),
            rates: (0..rows(self.fields, "rate")).map(rate).collect(),
            cells,
        }
    }
}

#[cfg(test)]
mod tests {
    use rules::campaign::CampaignPack;

    use super::*;

    #[test]
    fn every_annex_of_the_packs_comes_back_as_it_was() {
        let texts = [
            include_str!("../../../../packs/campaign/wuxi-2017-a.toml"),
            include_str!("../../../../packs/campaign/wuxi-2017-b.toml"),
            include_str!("../../../../packs/campaign/reproduction-2023.toml"),
            include_str!("../../../../packs/campaign/transfer-2025.toml"),
        ];
        let mut count = 0;
        for text in texts {
            let pack: CampaignPack = toml::from_str(text).unwrap();
            for annex in pack.templates.iter().flat_map(|one| &one.annexes) {
                let fields = fields_of(annex);
                // Sums do not ask for an order of their own.
                let mut sorted = annex.clone();
                for rule in &mut sorted.rules {
                    rule.left.sort_by_key(|code| annex.cells.iter().position(|c| c.code == *code));
                    rule.right.sort_by_key(|code| annex.cells.iter().position(|c| c.code == *code));
                }
                for entry in sorted.cells.iter_mut().filter_map(|cell| cell.entry.as_mut()) {
                    entry.sources.sort_by_key(|one| one.code());
                }
                assert_eq!(Reader { fields: &fields }.annex(&annex.code), sorted);
                count += 1;
            }
        }
        assert!(count >= 5, "{count} annexes");
    }

    #[test]
    fn what_is_no_number_is_told_and_not_dropped() {
        let text = include_str!("../../../../packs/campaign/wuxi-2017-a.toml");
        let pack: CampaignPack = toml::from_str(text).unwrap();
        let fields = fields_of(&pack.templates[0].annexes[2]);
        let fields = fields.and("rate_0_least", "全部").and("cell_1_max", "many");
        let annex = Reader { fields: &fields }.annex("indicators");
        let told: Vec<String> = annex
            .draft_faults()
            .iter()
            .map(|(part, row, why)| format!("{} {row} {}", part.code(), why.code()))
            .collect();
        assert_eq!(told, ["cell 1 number", "rate 0 number"]);
    }
}
