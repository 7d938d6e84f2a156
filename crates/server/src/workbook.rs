//! Workbooks that people send: read without trust. The container is walked first and everything in
//! it inflated under a limit, because opening a workbook inflates whole parts of it; then cells are
//! read one by one, so that no range that a file claims is ever laid out in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Xlsx, open_workbook_from_rs};
use rules::calendar::civil;
use tokio::sync::Semaphore;
use zip::ZipArchive;

/// The largest file that is taken.
pub(crate) const FILE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Parts of a container, and what they inflate to: one, and all together.
const PARTS_MAX: usize = 200;
const PART_BYTES_MAX: u64 = 20 * 1024 * 1024;
const BYTES_MAX: u64 = 60 * 1024 * 1024;
/// Cells beyond are not looked at.
const ROWS_MAX: u32 = 5_000;
const COLUMNS_MAX: u32 = 40;
const CELL_CHARS_MAX: usize = 4_000;

/// Why a file is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    TooLarge,
    /// No workbook: a text, a picture, something broken.
    Other,
    /// The container of old workbooks and of those with a password.
    OldOrLocked,
    /// It unfolds to more than anybody writes.
    Bomb,
    /// More rows than a list has.
    TooLong,
}

/// A cell as text, and whether it was computed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub text: String,
    pub formula: bool,
}

/// The rows of the first sheet by number from 0, without empty ones.
pub(crate) type Rows = BTreeMap<u32, BTreeMap<u32, Cell>>;

/// What a cell says; nothing where there is none.
pub(crate) fn text(rows: &Rows, row: u32, column: u32) -> &str {
    rows.get(&row).and_then(|cells| cells.get(&column)).map_or("", |cell| &*cell.text)
}

/// Whether the second row is a list's headings in either language, whoever downloaded it.
pub(crate) fn headed<const N: usize>(rows: &Rows, zh: [&str; N], en: [&str; N]) -> bool {
    (0u32..).zip(zh.iter().zip(&en)).all(|(column, known)| {
        let head = text(rows, 1, column);
        head == *known.0 || head == *known.1
    })
}

/// Two files at once: reading one takes memory.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Reads the first sheet of a workbook.
pub(crate) async fn read(bytes: Vec<u8>) -> Result<Rows, Unreadable> {
    let _turn = TURNS.acquire().await.map_err(|_| Unreadable::Other)?;
    let done = tokio::task::spawn_blocking(move || read_now(&bytes)).await;
    done.unwrap_or(Err(Unreadable::Other))
}

fn read_now(bytes: &[u8]) -> Result<Rows, Unreadable> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Unreadable::OldOrLocked);
    }
    walk(bytes)?;
    let mut book: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(bytes)).map_err(|_| Unreadable::Other)?;
    let name = calamine::Reader::sheet_names(&book).into_iter().next();
    let name = name.ok_or(Unreadable::Other)?;
    let mut rows = Rows::new();
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| Unreadable::Other)?;
    while let Some(cell) = cells.next_cell().map_err(|_| Unreadable::Other)? {
        let (row, column) = cell.get_position();
        if column >= COLUMNS_MAX {
            continue;
        }
        let text = text_of(cell.get_value());
        if text.is_empty() {
            continue;
        }
        if row >= ROWS_MAX {
            return Err(Unreadable::TooLong);
        }
        rows.entry(row).or_default().insert(column, Cell { text, formula: false });
    }
    drop(cells);
    let mut formulas = book.worksheet_cells_reader(&name).map_err(|_| Unreadable::Other)?;
    while let Some(cell) = formulas.next_formula().map_err(|_| Unreadable::Other)? {
        let (row, column) = cell.get_position();
        let computed = !cell.get_value().is_empty();
        if computed && row < ROWS_MAX && column < COLUMNS_MAX {
            rows.entry(row).or_default().entry(column).or_default().formula = true;
        }
    }
    Ok(rows)
}

/// Inflates everything under a limit; what a container says of its own sizes is not believed.
fn walk(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Other)?;
    if archive.len() > PARTS_MAX {
        return Err(Unreadable::Bomb);
    }
    let mut all = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| Unreadable::Other)?;
        let mut limited = part.take(PART_BYTES_MAX + 1);
        let read = std::io::copy(&mut limited, &mut std::io::sink());
        let read = read.map_err(|_| Unreadable::Other)?;
        all += read;
        if read > PART_BYTES_MAX || all > BYTES_MAX {
            return Err(Unreadable::Bomb);
        }
    }
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    let text = match value {
        DataRef::String(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(at) => day(at.as_f64()),
        DataRef::DateTimeIso(text) => text.chars().take(10).collect(),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    };
    text.chars().take(CELL_CHARS_MAX).collect()
}

/// A whole number without a point.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        value.to_string()
    }
}

/// The day of a serial number: day 25569 is 1970-01-01 in the calendar of workbooks.
fn day(serial: f64) -> String {
    const EPOCH: i64 = 25_569;
    if !(1.0..2_958_466.0).contains(&serial) {
        return number(serial);
    }
    // Bounded above, so the cast keeps the whole days.
    let (year, month, day) = civil(serial.floor() as i64 - EPOCH);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
    use zip::write::SimpleFileOptions;

    use super::*;

    fn book(fill: fn(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
        let mut book = Workbook::new();
        fill(book.add_worksheet());
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn cells_are_texts_days_and_marked_formulas() {
        let bytes = book(|page| {
            let date = Format::new().set_num_format("yyyy-mm-dd");
            page.write_string(0, 0, " 符合 ").unwrap();
            page.write_number(0, 1, 12).unwrap();
            let day = ExcelDateTime::from_ymd(2017, 3, 10).unwrap();
            page.write_datetime_with_format(0, 2, day, &date).unwrap();
            page.write_formula(2, 0, Formula::new("=1+1").set_result("2")).unwrap();
            page.write_string(1, 60, "far away").unwrap();
        });
        let rows = read_now(&bytes).unwrap();
        let texts: Vec<&str> = rows[&0].values().map(|cell| &*cell.text).collect();
        assert_eq!(texts, ["符合", "12", "2017-03-10"]);
        assert!(rows[&2][&0].formula && !rows[&0][&0].formula);
        assert!(!rows.contains_key(&1), "what is far to the right is not looked at");
    }

    #[test]
    fn what_is_no_workbook_is_told_apart() {
        let zip = |parts: &[(&str, usize)]| {
            let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for (name, mb) in parts {
                out.start_file(*name, SimpleFileOptions::default()).unwrap();
                let zeros = vec![0u8; 1024 * 1024];
                for _ in 0..*mb {
                    out.write_all(&zeros).unwrap();
                }
            }
            out.finish().unwrap().into_inner()
        };
        let many: Vec<(String, usize)> = (0..201).map(|n| (format!("part{n}"), 0)).collect();
        let many: Vec<(&str, usize)> = many.iter().map(|(name, n)| (&**name, *n)).collect();
        let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        let long = book(|page| {
            page.write_string(5_000, 0, "x").unwrap();
        });
        let whole = book(|page| {
            page.write_string(0, 0, "x").unwrap();
        });
        for (bytes, why) in [
            ("科室,回答\n重症,符合".as_bytes().to_vec(), Unreadable::Other),
            (Vec::new(), Unreadable::Other),
            (old.to_vec(), Unreadable::OldOrLocked),
            (whole[..whole.len() / 2].to_vec(), Unreadable::Other),
            (zip(&[("xl/workbook.xml", 0)]), Unreadable::Other),
            (zip(&[("xl/sharedStrings.xml", 21)]), Unreadable::Bomb),
            (zip(&[("a", 19), ("b", 19), ("c", 19), ("d", 19)]), Unreadable::Bomb),
            (zip(&many), Unreadable::Bomb),
            (vec![b'P'; FILE_BYTES_MAX + 1], Unreadable::TooLarge),
            (long, Unreadable::TooLong),
        ] {
            assert_eq!(read_now(&bytes), Err(why), "{} bytes", bytes.len());
        }
    }
}
