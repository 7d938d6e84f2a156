//! Annexes as workbooks: a unit's cells out and back, and the sums of a line or the city out.
//! What comes back only fills the form; nothing is written before somebody has seen it and saves.

use axum::extract::{Multipart, Path, Query, State};
use axum::response::Response;
use rules::campaign::CellSource;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use store::Refusal;
use store::campaign::{self, AnnexCell};

use super::annex::{Sums, sums_of};
use super::annex_unit::unit_of;
use super::export::broken;
use super::sheet_file::Foreign;
use super::sheet_import::first_rows;
use super::{Pairs, Typed, takes_part};
use crate::App;
use crate::fault::{Answer, Fault, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::table_file::{download, xlsx};
use crate::words::Lang;
use crate::workbook::{self, Rows};

/// Says which kind of workbook it is; stands in the first cell.
const MARK: &str = "baize-annex-1";
/// Columns: code, title, figure, why there is none, where it comes from, revision.
const COLUMNS: usize = 6;
/// Columns that are read back.
const CODE: u32 = 0;
const FIGURE: u32 = 2;
const REASON: u32 = 3;
const REVISION: u32 = 5;

fn heads(lang: Lang) -> [&'static str; COLUMNS] {
    [
        lang.ca_code(),
        lang.cp_col_cell(),
        lang.cp_value(),
        lang.cp_cell_reason(),
        lang.cp_where_from(),
        lang.ca_revision(),
    ]
}

fn fill(
    page: &mut Worksheet,
    lang: Lang,
    of: [&str; 3],
    cells: &[AnnexCell],
) -> Result<(), XlsxError> {
    let quiet = Format::new().set_font_color("808080");
    let bold = Format::new().set_bold();
    page.set_name(lang.ca_sheet())?;
    for (column, text) in (0u16..).zip([MARK, of[0], of[1], of[2], lang.cx_do_not_touch()]) {
        page.write_string_with_format(0, column, text, &quiet)?;
    }
    for (column, head) in (0u16..).zip(heads(lang)) {
        page.write_string_with_format(1, column, head, &bold)?;
    }
    for (row, one) in (2u32..).zip(cells) {
        let entered = one.cell.source == CellSource::Entered;
        page.write_string_with_format(row, 0, &*one.cell.code, &quiet)?;
        let title = lang.pick(&one.cell.title_zh, &one.cell.title_en);
        page.write_string(
            row,
            1,
            format!("{title}{}", if one.cell.compulsory { " *" } else { "" }),
        )?;
        // Figures stay below the 15 digits that a workbook keeps exactly.
        match one.value {
            Some(value) if entered => {
                page.write_number(row, 2, value as f64)?;
            }
            Some(value) => {
                page.write_number_with_format(row, 2, value as f64, &quiet)?;
            }
            None => {}
        }
        page.write_string(row, 3, &*one.reason)?;
        page.write_string_with_format(row, 4, lang.cp_cell_source(one.cell.source), &quiet)?;
        page.write_number_with_format(row, 5, one.revision as f64, &quiet)?;
    }
    for (column, wide) in (0u16..).zip([20, 40, 14, 40, 20, 8]) {
        page.set_column_width(column, wide)?;
    }
    page.set_freeze_panes(2, 2)?;
    Ok(())
}

/// `GET /campaigns/{campaign_id}/annex/{annex}/{institution_id}/annex.xlsx`
pub(crate) async fn annex_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, unit)): Path<(String, String, String)>,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let of = (&*id, &*code, &*unit);
    let one = campaign::campaign(&mut tx, &who.scope, &id).await.told(lang)?;
    let cells = campaign::annex_cells(&mut tx, &who.scope, of).await.told(lang)?;
    drop(tx);
    let mut book = Workbook::new();
    fill(book.add_worksheet(), lang, [&id, &code, &unit], &cells).map_err(broken(lang))?;
    let body = book.save_to_buffer().map_err(broken(lang))?;
    Ok(download(&format!("{code}-{}", one.code), body))
}

/// The fields that a workbook fills in, and in sentences what of it was not taken.
struct Read {
    fields: Vec<(String, String)>,
    left: Vec<String>,
    changes: usize,
}

/// Reads the rows against the cells as they stand; words of either language are taken.
fn read(lang: Lang, rows: &Rows, of: [&str; 3], cells: &[AnnexCell]) -> Result<Read, Foreign> {
    let text = |row: u32, column: u32| workbook::text(rows, row, column);
    if text(0, 0) != MARK || (1u32..).zip(of).any(|(column, own)| text(0, column) != own) {
        return Err(Foreign::Other);
    }
    if !workbook::headed(rows, heads(Lang::Zh), heads(Lang::En)) {
        return Err(Foreign::Moved);
    }
    let mut read = Read { fields: Vec::new(), left: Vec::new(), changes: 0 };
    let mut seen: Vec<&str> = Vec::new();
    for row in rows.range(2..).map(|(row, _)| *row) {
        let (code, figure, reason) = (text(row, CODE), text(row, FIGURE), text(row, REASON));
        let at = |column: char| format!("{column}{}", row + 1);
        let Some(one) = cells.iter().find(|one| one.cell.code == code) else {
            read.left.push(lang.cx_at(at('A'), lang.ca_no_cell(code)));
            continue;
        };
        if seen.contains(&code) {
            read.left.push(lang.cx_at(at('A'), lang.ca_cell_twice()));
            continue;
        }
        seen.push(code);
        let standing = one.value.map_or(String::new(), |value| value.to_string());
        if one.cell.source != CellSource::Entered {
            if figure != standing {
                read.left.push(lang.cx_at(at('C'), lang.ca_counted_kept()));
            }
            continue;
        }
        read.changes += usize::from(figure != standing || reason != one.reason);
        for (name, text) in [("", figure), ("_reason", reason), ("_revision", text(row, REVISION))]
        {
            read.fields.push((format!("{code}{name}"), text.to_owned()));
        }
    }
    Ok(read)
}

/// `POST /campaigns/{campaign_id}/annex/{annex}/{institution_id}/annex.xlsx`: fills the form.
pub(crate) async fn read_annex(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, unit)): Path<(String, String, String)>,
    form: Multipart,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let of = (&*id, &*code, &*unit);
    let rows = first_rows(&who, form).await?;
    let mut tx = app.db().read().await.told(lang)?;
    let cells = campaign::annex_cells(&mut tx, &who.scope, of).await.told(lang)?;
    drop(tx);
    let found = rows.and_then(|rows| {
        read(lang, &rows, [&id, &code, &unit], &cells).map_err(|why| match why {
            Foreign::Other => lang.ca_other_file(),
            Foreign::Moved => lang.cx_heads_moved(),
        })
    });
    match found {
        Ok(found) => {
            let typed = Typed::kept("cells", Fields::of(found.fields));
            let mut page = unit_of(&app, &who, of, "", typed).await?;
            if !page.writable {
                return Err(Fault::of(Refusal::Locked.into(), lang));
            }
            page.read = Some(lang.ca_read(found.changes));
            page.left = found.left;
            draw(&page, lang)
        }
        Err(wrong) => {
            let typed = Typed::refused("file", Fields::default(), wrong.to_owned());
            let page = unit_of(&app, &who, of, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
    }
}

/// The sums as a list, as the page shows them.
fn lines(lang: Lang, sums: &Sums) -> Response {
    let mut heads = vec![lang.cp_line()];
    heads.extend(sums.columns.iter().map(|one| &*one.name));
    heads.extend(sums.rates.iter().map(|(name, _)| &**name));
    heads.push(lang.cp_col_state());
    let rows = sums.rows.iter().chain([&sums.sum]).map(|row| {
        let mut cells = vec![row.name.clone()];
        let figure = |one: &super::annex::Figure| match one.value {
            Some(value) => value.to_string(),
            None => one.reason.clone(),
        };
        cells.extend(row.figures.iter().map(figure));
        let share = |one: &Option<super::rate::Shown>| {
            one.as_ref().map_or(String::new(), |one| one.text.clone())
        };
        cells.extend(row.shares.iter().map(share));
        cells.push(row.state.to_owned());
        cells
    });
    xlsx(&sums.code, &sums.title, &heads, rows)
}

/// `GET /campaigns/{campaign_id}/annex/{annex}/sums.xlsx`
pub(crate) async fn sums_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let sums = sums_of(&app, &who, (&id, &code), &fields, Typed::default()).await?;
    Ok(lines(who.lang, &sums))
}
