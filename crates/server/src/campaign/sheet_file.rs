//! A unit's self-inspection as a workbook: what is written into one, and what one that came back
//! says, row by row: new, the same, older than what somebody else has answered since, or wrong.

use std::collections::HashMap;

use rules::Time;
use rules::calendar::Calendar;
use rules::campaign::{Answer, Answered, Fix, Item, Mending};
use serde::{Deserialize, Serialize};
use store::campaign::{AnswerEdit, Sheet};

use crate::when::When;
use crate::words::Lang;
use crate::workbook::{self, Rows};

/// Says which kind of workbook it is; stands in the first cell.
pub(super) const MARK: &str = "baize-sheet-1";
/// Columns: department code and name, item code and text, answer, note, fix, measure, day.
pub(super) const COLUMNS: usize = 9;
/// The longest note and measure that are kept.
const NOTE_MAX: usize = 500;

/// A row as it came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Row {
    /// As people count them, from 1.
    pub number: u32,
    pub cells: [String; COLUMNS],
    /// Columns that were computed.
    pub formulas: Vec<usize>,
    /// For a conflict: whether the workbook's answer is taken.
    #[serde(default)]
    pub mine: bool,
}

/// What a workbook holds, and when it was written out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Book {
    pub exported_at: i64,
    pub rows: Vec<Row>,
}

/// Why a workbook is not this unit's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    Other,
    Moved,
}

/// The headings, of which the first row of data follows in row 3.
pub(super) fn heads(lang: Lang) -> [&'static str; COLUMNS] {
    [
        lang.cx_place_code(),
        lang.cx_place(),
        lang.cx_item_code(),
        lang.cx_item(),
        lang.cx_answer(),
        lang.cx_note(),
        lang.cx_fix(),
        lang.cx_measure(),
        lang.cx_due(),
    ]
}

pub(super) fn answer_word(lang: Lang, answer: Answer) -> &'static str {
    match answer {
        Answer::Met => lang.cx_met(),
        Answer::NotMet => lang.cx_not_met(),
        Answer::NotApplicable => lang.cx_na(),
    }
}

pub(super) fn fix_word(lang: Lang, fix: Fix) -> &'static str {
    match fix {
        Fix::Immediate => lang.cx_at_once(),
        Fix::Planned => lang.cx_by_plan(),
    }
}

/// Reads the rows; words of either language are taken, whoever downloaded it.
pub(super) fn book(rows: &Rows, campaign_id: &str, unit: &str) -> Result<Book, Foreign> {
    let text = |row: u32, column: u32| workbook::text(rows, row, column);
    if text(0, 0) != MARK || text(0, 1) != campaign_id || text(0, 2) != unit {
        return Err(Foreign::Other);
    }
    let exported_at = text(0, 3).parse().map_err(|_| Foreign::Other)?;
    if !workbook::headed(rows, heads(Lang::Zh), heads(Lang::En)) {
        return Err(Foreign::Moved);
    }
    let rows = rows.range(2..).map(|(index, cells)| {
        let mut row =
            Row { number: index + 1, cells: Default::default(), formulas: Vec::new(), mine: false };
        for (column, place) in (0u32..).zip(0..COLUMNS) {
            if let Some(cell) = cells.get(&column) {
                row.cells[place].clone_from(&cell.text);
                if cell.formula {
                    row.formulas.push(place);
                }
            }
        }
        row
    });
    Ok(Book { exported_at, rows: rows.collect() })
}

/// What a row comes to.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// No answer in it.
    Blank,
    Same,
    Change(AnswerEdit),
    /// Somebody has answered otherwise since the workbook was written out.
    Conflict(AnswerEdit),
    /// Each with its cell, such as `E7`.
    Wrong(Vec<(String, String)>),
}

/// A value and the word that a cell may hold for it.
type Word<T> = (T, fn(Lang) -> &'static str);

/// The sheets that the account may fill in, by place.
pub(super) struct Judge<'s> {
    pub lang: Lang,
    pub calendar: Calendar,
    pub now: Time,
    pub exported_at: i64,
    pub sheets: &'s HashMap<String, Sheet>,
    /// Places that exist but whose report is handed in.
    pub seen: HashMap<(String, String), u32>,
}

fn cell_name(column: usize, row: u32) -> String {
    let letter = char::from(b'A' + u8::try_from(column).unwrap_or(25).min(25));
    format!("{letter}{row}")
}

/// Same as a person would say; answers carry no time of their own here.
fn same(edit: &AnswerEdit, standing: &Answered) -> bool {
    let mending =
        if edit.answer == Answer::NotMet { edit.mending.clone() } else { Mending::default() };
    edit.answer == standing.answer
        && edit.note.trim() == standing.note
        && mending.fix == standing.mending.fix
        && mending.measure.trim() == standing.mending.measure
        && mending.due_at == standing.mending.due_at
}

impl Judge<'_> {
    fn word<T: Copy>(&self, text: &str, known: &[Word<T>]) -> Option<T> {
        let holds = |word: fn(Lang) -> &'static str| {
            [Lang::Zh, Lang::En].iter().any(|lang| word(*lang).eq_ignore_ascii_case(text))
        };
        known.iter().find(|(_, word)| holds(*word)).map(|(value, _)| *value)
    }

    fn edit(&self, row: &Row, item: &Item, wrong: &mut Vec<(usize, String)>) -> Option<AnswerEdit> {
        let lang = self.lang;
        let [_, _, _, _, said, note, fix, measure, due] = &row.cells;
        let answer = self.word::<Answer>(
            said,
            &[
                (Answer::Met, Lang::cx_met),
                (Answer::NotMet, Lang::cx_not_met),
                (Answer::NotApplicable, Lang::cx_na),
            ],
        );
        if answer.is_none() {
            wrong.push((4, lang.cx_answer_wrong(said)));
        }
        if answer == Some(Answer::NotApplicable) && item.always {
            wrong.push((4, lang.cx_always().to_owned()));
        }
        let fixed = self.word::<Fix>(
            fix,
            &[(Fix::Immediate, Lang::cx_at_once), (Fix::Planned, Lang::cx_by_plan)],
        );
        if fixed.is_none() && !fix.is_empty() {
            wrong.push((6, lang.cx_fix_wrong(fix)));
        }
        let day = store::pack::parse_date(due);
        if day.is_none() && !due.is_empty() {
            wrong.push((8, lang.cx_due_wrong(due)));
        }
        for (column, text) in [(5, note), (7, measure)] {
            if text.chars().count() > NOTE_MAX {
                wrong.push((column, lang.cx_too_long().to_owned()));
            }
        }
        let due_at = day.map(|day| self.calendar.day_start(day).plus_days(1));
        let mending = Mending { fix: fixed, measure: measure.clone(), due_at };
        let (item, note) = (item.code.clone(), note.clone());
        Some(AnswerEdit { item, answer: answer?, note, answered_at: self.now, mending })
    }

    /// Judges the next row; the same item twice is wrong the second time.
    pub fn judge(&mut self, row: &Row) -> Verdict {
        let lang = self.lang;
        let [place, _, code, ..] = &row.cells;
        let filled = row.cells[4..].iter().any(|text| !text.is_empty());
        if !filled && row.formulas.is_empty() {
            return Verdict::Blank;
        }
        let mut wrong: Vec<(usize, String)> =
            row.formulas.iter().map(|column| (*column, lang.cx_formula().to_owned())).collect();
        let sheet = self.sheets.get(place);
        let item = sheet.and_then(|sheet| sheet.items.iter().find(|item| item.code == *code));
        match (sheet, item) {
            (None, _) => wrong.push((0, lang.cx_place_unknown(place))),
            (Some(_), None) => wrong.push((2, lang.cx_item_unknown(code))),
            (Some(sheet), Some(_)) if sheet.locked => {
                wrong.push((0, lang.cx_locked().to_owned()));
            }
            _ => {}
        }
        let key = (place.clone(), code.clone());
        if let Some(before) = self.seen.get(&key) {
            wrong.push((2, lang.cx_twice(before)));
        }
        let edit = item.and_then(|item| self.edit(row, item, &mut wrong));
        self.seen.entry(key).or_insert(row.number);
        let (Some(edit), Some(sheet), true) = (edit, sheet, wrong.is_empty()) else {
            let named = |(column, what): (usize, String)| (cell_name(column, row.number), what);
            return Verdict::Wrong(wrong.into_iter().map(named).collect());
        };
        let standing = sheet.answers.iter().find(|one| one.item == edit.item);
        if standing.is_some_and(|standing| same(&edit, standing)) {
            return Verdict::Same;
        }
        let since = sheet.standing.iter().find(|one| one.item == edit.item);
        match since {
            Some(one) if one.answered_at > self.exported_at => Verdict::Conflict(edit),
            _ => Verdict::Change(edit),
        }
    }
}

/// The cells of an item as they stand, for a workbook.
pub(super) fn cells(
    when: When,
    place: (&str, &str),
    item: &Item,
    said: Option<&Answered>,
) -> [String; COLUMNS] {
    let lang = when.lang;
    let (code, name) = place;
    let title = lang.pick(&item.title_zh, &item.title_en).to_owned();
    let (mut answer, mut note) = (String::new(), String::new());
    let (mut fix, mut measure, mut due) = (String::new(), String::new(), String::new());
    if let Some(said) = said {
        answer = answer_word(lang, said.answer).to_owned();
        note.clone_from(&said.note);
        fix = said.mending.fix.map_or("", |fix| fix_word(lang, fix)).to_owned();
        measure.clone_from(&said.mending.measure);
        due = said.mending.due_at.map_or(String::new(), |at| when.iso(&(at.0 - 1)));
    }
    [code.to_owned(), name.to_owned(), item.code.clone(), title, answer, note, fix, measure, due]
}
