//! Long forms with rows that come and go: their fields are collected, read, added to and moved,
//! and whatever was typed stands until it is saved.

use crate::form::Fields;
use crate::words::Lang;

/// A form's fields as they are collected.
#[derive(Default)]
pub(super) struct Pen(Vec<(String, String)>);

impl Pen {
    pub fn set(&mut self, name: String, value: impl Into<String>) {
        self.0.push((name, value.into()));
    }

    pub fn tick(&mut self, name: String, on: bool) {
        if on {
            self.set(name, "on");
        }
    }

    pub fn titles(&mut self, row: &str, zh: &str, en: &str) {
        self.set(format!("{row}_zh"), zh);
        self.set(format!("{row}_en"), en);
    }

    pub fn fields(self) -> Fields {
        Fields::of(self.0)
    }
}

/// Both titles of a row; an empty English one is the Chinese one.
pub(super) fn titles(fields: &Fields, row: &str) -> [String; 2] {
    let zh = fields.get(&format!("{row}_zh")).to_owned();
    let en = fields.some(&format!("{row}_en")).unwrap_or_else(|| zh.clone());
    [zh, en]
}

/// What stands behind a prefix in the names of the boxes that are ticked.
pub(super) fn ticked<T>(fields: &Fields, prefix: &str, of: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let names = fields.pairs().into_iter().filter(|(_, value)| value == "on");
    names.filter_map(|(name, _)| of(name.strip_prefix(prefix)?)).collect()
}

/// A box to tick.
pub(super) struct Tick {
    pub name: String,
    pub word: String,
}

/// The boxes of one condition.
pub(super) struct Group {
    pub word: &'static str,
    pub ticks: Vec<Tick>,
}

/// What is wrong, and with which row of which part.
pub(super) struct Said<P> {
    pub part: P,
    pub row: usize,
    pub text: &'static str,
}

/// A long form as its page reads it.
pub(super) struct LongForm(pub Fields);

impl LongForm {
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name)
    }

    pub fn on(&self, name: &str) -> bool {
        self.0.get(name) == "on"
    }

    pub fn rows(&self, part: &str) -> std::ops::Range<usize> {
        0..rows(&self.0, part)
    }

    pub fn cell(&self, part: &str, row: &usize, name: &str) -> &str {
        self.0.get(&format!("{part}_{row}_{name}"))
    }
}

/// How the page of a long form comes back.
#[derive(Default)]
pub(super) struct Back {
    /// What was typed; what stands when nothing was.
    pub fields: Option<Fields>,
    /// Whether faults are shown.
    pub check: bool,
    pub note: Option<(&'static str, String)>,
    /// Somebody else has changed the draft meanwhile.
    pub changed: bool,
}

impl Back {
    /// What stands above the form, with so many faults below it.
    pub fn above(self, lang: Lang, faults: usize) -> Option<(&'static str, String)> {
        match (&self.note, faults) {
            (None, 0) if self.check => Some(("is-ok", lang.cw_checked().to_owned())),
            (None, n) if self.check => Some(("is-danger", lang.cw_wrong_lead(n))),
            _ => self.note,
        }
    }

    /// Rows came or went: nothing is saved by it.
    pub fn unsaved(lang: Lang, fields: Fields) -> Back {
        let note = Some(("is-info", lang.cw_unsaved().to_owned()));
        Back { fields: Some(fields), note, ..Back::default() }
    }

    /// Faults are asked for.
    pub fn checked(fields: Fields) -> Back {
        Back { fields: Some(fields), check: true, ..Back::default() }
    }
}

/// The form with a row more, less or elsewhere; nothing is saved by it.
pub(super) fn moved(fields: Fields, step: &str, parts: &[&str]) -> Fields {
    let mut words = step.split(':');
    let (verb, part) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let row = words.next().and_then(|row| row.parse::<usize>().ok());
    match (verb, row) {
        _ if !parts.contains(&part) => fields,
        ("add", _) => add(fields, part),
        ("drop", Some(row)) => drop_row(&fields, part, row),
        ("up", Some(row)) => raise_row(&fields, part, row),
        _ => fields,
    }
}

/// How many rows a part has.
pub(super) fn rows(fields: &Fields, part: &str) -> usize {
    let typed = fields.number(&format!("{part}_rows")).unwrap_or(0);
    usize::try_from(typed).unwrap_or(0).min(rules::campaign::ROWS_MAX + 1)
}

/// One more row at the end. What others point at gets a code that no row has.
fn add(fields: Fields, part: &str) -> Fields {
    let count = rows(&fields, part);
    if count > rules::campaign::ROWS_MAX {
        return fields;
    }
    let taken = |code: &str| (0..count).any(|i| fields.get(&format!("{part}_{i}_code")) == code);
    let fresh = (1..).map(|n| format!("{part}_{n}")).find(|code| !taken(code));
    let fields = fields.and(&format!("{part}_{count}_code"), &fresh.unwrap_or_default());
    fields.and(&format!("{part}_rows"), &(count + 1).to_string())
}

/// The fields with each row of a part where `to` puts it; none drops the row.
fn placed(fields: &Fields, part: &str, to: impl Fn(usize) -> Option<usize>) -> Fields {
    let prefix = format!("{part}_");
    let moved = fields.pairs().into_iter().filter_map(|(key, value)| {
        let place = key.strip_prefix(&prefix).and_then(|rest| rest.split_once('_'));
        let row = place.and_then(|(row, rest)| Some((row.parse::<usize>().ok()?, rest)));
        match row {
            Some((row, rest)) => Some((format!("{part}_{}_{rest}", to(row)?), value)),
            None => Some((key, value)),
        }
    });
    Fields::of(moved.collect())
}

/// Without one row: those after it move up.
fn drop_row(fields: &Fields, part: &str, gone: usize) -> Fields {
    let count = rows(fields, part);
    let to = |row: usize| (row != gone).then(|| row - usize::from(row > gone));
    let fields = placed(fields, part, to);
    fields.and(&format!("{part}_rows"), &count.saturating_sub(1).to_string())
}

/// With one row before the one above it.
fn raise_row(fields: &Fields, part: &str, row: usize) -> Fields {
    let to = |one: usize| match one {
        one if one == row && row > 0 => Some(one - 1),
        one if one + 1 == row => Some(one + 1),
        one => Some(one),
    };
    placed(fields, part, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_and_go_and_the_others_keep_what_was_typed() {
        let typed = |pairs: &[(&str, &str)]| {
            Fields::of(pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
        };
        let fields = typed(&[
            ("phase_rows", "3"),
            ("phase_0_code", "phase_2"),
            ("phase_1_zh", "自查"),
            ("phase_2_zh", "总结"),
            ("phase_2_tasks_zh", "一\n二"),
            ("title_zh", "专项"),
        ]);
        let more = add(fields, "phase");
        assert_eq!(rows(&more, "phase"), 4);
        assert_eq!(more.get("phase_3_code"), "phase_1");
        let fewer = drop_row(&more, "phase", 1);
        assert_eq!(rows(&fewer, "phase"), 3);
        assert_eq!(fewer.get("phase_1_zh"), "总结");
        assert_eq!(fewer.get("phase_1_tasks_zh"), "一\n二");
        assert_eq!(fewer.get("phase_0_code"), "phase_2");
        assert_eq!(fewer.get("phase_2_code"), "phase_1");
        assert_eq!(fewer.get("title_zh"), "专项");
        let raised = raise_row(&fewer, "phase", 1);
        assert_eq!(raised.get("phase_0_zh"), "总结");
        assert_eq!(raised.get("phase_1_code"), "phase_2");
        assert_eq!(raise_row(&raised, "phase", 0).get("phase_0_zh"), "总结");
        // A section's fields are no phase's.
        assert_eq!(drop_row(&fewer, "section", 0).get("phase_1_zh"), "总结");
    }
}
