use rules::campaign::{Answered, Evidence, Fix, Item, Mending};
use rules::{Time, calendar::Calendar, calendar::WeekStart};
use store::campaign::Standing;

use super::*;

const CALENDAR: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
const EXPORTED: i64 = 1_487_000_000_000;

fn item(code: &str, always: bool) -> Item {
    Item {
        code: code.into(),
        title_zh: format!("{code} 题"),
        title_en: code.into(),
        hint_zh: String::new(),
        hint_en: String::new(),
        major: false,
        evidence: Evidence::None,
        when: None,
        always,
    }
}

/// ICU with four items: `a` answered before the export, `b` after it by somebody else.
fn sheets() -> HashMap<String, Sheet> {
    let said = |code: &str, note: &str| Answered {
        item: code.into(),
        answer: rules::campaign::Answer::Met,
        note: note.into(),
        files: 0,
        mending: Mending::default(),
    };
    let since = |code: &str, at: i64| Standing {
        item: code.into(),
        answered_at: at,
        account_id: "acc_2".into(),
        name_zh: Some("蒋望舒".into()),
        name_en: Some("Jiang".into()),
    };
    let icu = Sheet {
        department: "icu".into(),
        lists: Vec::new(),
        items: vec![item("a", false), item("b", false), item("c", true), item("d", false)],
        answers: vec![said("a", "看过"), said("b", "")],
        standing: vec![since("a", EXPORTED - 1), since("b", EXPORTED + 1)],
        missing: Vec::new(),
        submitted_at: None,
        locked: false,
    };
    let closed = Sheet { department: "dialysis".into(), locked: true, ..icu.clone() };
    [("icu".to_owned(), icu), ("dialysis".to_owned(), closed)].into()
}

/// A workbook as it is downloaded, then edited by hand.
fn edited(edit: fn(&mut Worksheet) -> Result<(), XlsxError>) -> Result<Book, Foreign> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (column, text) in (0u16..).zip([MARK, "cmp_1", "ins_1", &EXPORTED.to_string()]) {
        page.write_string(0, column, text).unwrap();
    }
    for (column, head) in (0u16..).zip(heads(Lang::Zh)) {
        page.write_string(1, column, head).unwrap();
    }
    for (row, code) in (2u32..).zip(["a", "b", "c", "d"]) {
        page.write_string(row, 0, "icu").unwrap();
        page.write_string(row, 2, code).unwrap();
    }
    edit(page).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let rows = runtime.block_on(workbook::read(bytes)).unwrap();
    sheet_file::book(&rows, "cmp_1", "ins_1")
}

/// Each row in a word; what is wrong with its cells.
fn verdicts(edit: fn(&mut Worksheet) -> Result<(), XlsxError>) -> String {
    let book = edited(edit).unwrap();
    let sheets = sheets();
    let mut judge = Judge {
        lang: Lang::Zh,
        calendar: CALENDAR,
        now: Time(EXPORTED + 9),
        exported_at: book.exported_at,
        sheets: &sheets,
        seen: HashMap::new(),
    };
    let told = book.rows.iter().map(|row| match judge.judge(row) {
        Verdict::Blank => "-".to_owned(),
        Verdict::Same => "same".to_owned(),
        Verdict::Change(edit) => format!("{} {}", edit.item, edit.answer.code()),
        Verdict::Conflict(edit) => format!("conflict {}", edit.item),
        Verdict::Wrong(faults) => {
            let cells: Vec<String> =
                faults.iter().map(|(cell, what)| format!("{cell} {what}")).collect();
            cells.join("; ")
        }
    });
    told.collect::<Vec<_>>().join(" | ")
}

#[test]
fn a_row_is_new_the_same_in_conflict_or_wrong_by_its_cell() {
    type Edit = fn(&mut Worksheet) -> Result<(), XlsxError>;
    let table: &[(Edit, &str)] = &[
        (|_| Ok(()), "- | - | - | -"),
        (
            |page| {
                page.write_string(2, 4, "符合")?.write_string(2, 5, "看过")?;
                page.write_string(3, 4, "Not met")?.write_string(3, 5, "缺签名")?;
                page.write_string(5, 4, "不符合").map(drop)
            },
            "same | conflict b | - | d not_met",
        ),
        (
            |page| page.write_string(2, 4, "大概符合").map(drop),
            "E3 只能填“符合”“不符合”“不适用”，现为“大概符合” | - | - | -",
        ),
        (
            |page| page.write_string(4, 4, "不适用").map(drop),
            "- | - | E5 这一条对所有单位适用，不能填“不适用” | -",
        ),
        (
            |page| {
                page.write_string(2, 4, "不符合")?.write_string(2, 6, "以后")?;
                page.write_string(2, 8, "三月底").map(drop)
            },
            "G3 只能填“立行立改”或“限期整改”，现为“以后”; I3 日期应为 2017-03-10 这样，现为“三月底” | - | - | -",
        ),
        (
            |page| {
                page.write_string(2, 2, "a.b")?.write_string(2, 4, "符合")?;
                page.write_string(3, 0, "ward_9")?.write_string(3, 4, "符合")?;
                page.write_string(4, 0, "dialysis")?.write_string(4, 4, "符合").map(drop)
            },
            "C3 这里没有条目“a.b”，代码不能改 | A4 没有科室“ward_9”，或不由您填报 | \
             A5 自查报告已报送，这张表不能改 | -",
        ),
        (
            |page| {
                page.write_string(5, 4, "符合")?;
                page.write_string(6, 0, "icu")?.write_string(6, 2, "d")?;
                page.write_string(6, 4, "不符合").map(drop)
            },
            "- | - | - | d met | C7 和第 6 行是同一条目",
        ),
        (
            |page| {
                let formula = rust_xlsxwriter::Formula::new("=A1").set_result("符合");
                page.write_formula(2, 4, formula).map(drop)
            },
            "E3 不能用公式，请填文字 | - | - | -",
        ),
        (
            |page| page.write_string(2, 4, "符合")?.write_string(2, 5, "长".repeat(501)).map(drop),
            "F3 不超过 500 字 | - | - | -",
        ),
        (
            |page| {
                // Cells merged over rows leave the lower ones empty.
                let plain = Format::new();
                page.merge_range(2, 4, 3, 4, "符合", &plain).map(drop)
            },
            "a met | - | - | -",
        ),
        (
            |page| page.write_number(2, 4, -1).map(drop),
            "E3 只能填“符合”“不符合”“不适用”，现为“-1” | - | - | -",
        ),
    ];
    for (edit, expected) in table {
        assert_eq!(verdicts(*edit), *expected);
    }
}

#[test]
fn a_day_is_read_from_a_date_or_a_text() {
    let book = edited(|page| {
        let format = Format::new().set_num_format("yyyy/m/d");
        let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2017, 3, 10)?;
        page.write_string(2, 4, "不符合")?.write_string(2, 6, "限期整改")?;
        page.write_datetime_with_format(2, 8, day, &format).map(drop)
    });
    assert_eq!(book.unwrap().rows[0].cells[8], "2017-03-10");
    let sheets = sheets();
    let mut judge = Judge {
        lang: Lang::Zh,
        calendar: CALENDAR,
        now: Time(EXPORTED),
        exported_at: EXPORTED,
        sheets: &sheets,
        seen: HashMap::new(),
    };
    let mut row = Row { number: 3, cells: Default::default(), formulas: Vec::new(), mine: false };
    for (place, text) in [(0, "icu"), (2, "d"), (4, "不符合"), (6, "限期整改"), (8, "2017-03-10")]
    {
        row.cells[place] = text.into();
    }
    let Verdict::Change(edit) = judge.judge(&row) else { panic!("a change") };
    assert_eq!(edit.mending.fix, Some(Fix::Planned));
    // 2017-03-11 00:00 at UTC+8: the day itself is in time.
    assert_eq!(edit.mending.due_at, Some(Time(1_489_161_600_000)));
}

#[test]
fn a_foreign_workbook_and_moved_columns_are_told_apart() {
    assert_eq!(
        edited(|page| page.write_string(0, 2, "ins_2").map(drop)).unwrap_err(),
        Foreign::Other
    );
    assert_eq!(
        edited(|page| page.write_string(0, 3, "yesterday").map(drop)).unwrap_err(),
        Foreign::Other
    );
    assert_eq!(
        edited(|page| page.write_string(1, 4, "说明")?.write_string(1, 5, "回答").map(drop))
            .unwrap_err(),
        Foreign::Moved
    );
}
