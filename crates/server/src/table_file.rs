//! A list as a file for a spreadsheet: text stays text, so that nothing in it runs as a formula,
//! and whole numbers are numbers.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// Longer texts than a cell of a workbook takes are cut.
const CELL_CHARS_MAX: usize = 32_000;
/// Widest column, in characters.
const WIDTH_MAX: usize = 48;

/// How many half-width characters a text takes: a Chinese one takes two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// Digits alone are a number; what begins with 0 is a code, and long ones are ids.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let code = digits.len() > 1 && digits.starts_with('0');
    if plain && !code && digits.len() <= 9 { text.parse().ok() } else { None }
}

/// A workbook of one sheet, as bytes.
pub(crate) fn sheet(
    name: &str,
    heads: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let safe: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if !safe.is_empty() {
        page.set_name(safe)?;
    }
    let bold = Format::new().set_bold();
    let mut widths: Vec<usize> = heads.iter().map(|head| width(head)).collect();
    for (column, head) in heads.iter().enumerate() {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        page.write_string_with_format(0, column, *head, &bold)?;
    }
    let mut last = 0;
    for (index, cells) in rows.enumerate() {
        last = u32::try_from(index + 1).unwrap_or(u32::MAX);
        for (column, cell) in cells.iter().enumerate() {
            if let Some(known) = widths.get_mut(column) {
                *known = (*known).max(width(cell));
            }
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            match number(cell) {
                Some(value) => page.write_number(last, column, value)?,
                None => {
                    let text: String = cell.chars().take(CELL_CHARS_MAX).collect();
                    page.write_string(last, column, text)?
                }
            };
        }
    }
    for (column, chars) in widths.iter().enumerate() {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        let chars = u32::try_from((*chars).min(WIDTH_MAX) + 2).unwrap_or(10);
        page.set_column_width(column, f64::from(chars))?;
    }
    page.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(heads.len().max(1) - 1).unwrap_or(u16::MAX);
    page.autofilter(0, 0, last, columns)?;
    book.save_to_buffer()
}

/// A workbook as a file that a browser keeps as `name.xlsx`.
pub(crate) fn download(name: &str, body: Vec<u8>) -> Response {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.xlsx\"")),
    ];
    (headers, body).into_response()
}

/// A list that is gathered line by line; the first line are the headings.
pub(crate) struct Lines {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Lines {
    pub fn new(heads: &[&str]) -> Lines {
        Lines { heads: heads.iter().map(|one| (*one).to_owned()).collect(), rows: Vec::new() }
    }

    pub fn add(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|one| (*one).to_owned()).collect());
    }

    /// The answer that a browser keeps as `name.xlsx`.
    pub fn file(self, name: &str, sheet: &str) -> Response {
        let heads: Vec<&str> = self.heads.iter().map(String::as_str).collect();
        xlsx(name, sheet, &heads, self.rows.into_iter())
    }
}

/// A list as a workbook of one sheet.
pub(crate) fn xlsx(
    name: &str,
    sheet: &str,
    heads: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Response {
    match self::sheet(sheet, heads, rows) {
        Ok(body) => download(name, body),
        Err(error) => {
            tracing::error!(%error, "a workbook was not written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_formulas_stay_text() {
        for (text, value) in [
            ("12", Some(12.0)),
            ("-3", Some(-3.0)),
            ("0", Some(0.0)),
            ("0012", None),
            ("=1+1", None),
            ("+1", None),
            ("1.5", None),
            ("320613199001011234", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
        let rows = [vec!["=1+1".to_owned(), "12".to_owned()]];
        let bytes = sheet("问题/台账", &["内容", "数"], rows.into_iter()).unwrap();
        assert_eq!(&bytes[..2], b"PK");
    }
}
