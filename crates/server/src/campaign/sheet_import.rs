//! `GET /campaigns/{campaign_id}/sheets.xlsx` and back: a unit's sheets are filled in as a
//! workbook, checked, and written once somebody has seen what changes.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rust_xlsxwriter::{DataValidation, Format, Workbook, Worksheet, XlsxError};
use store::Tx;
use store::campaign::{self, AnswerEdit, Sheet};

use super::export::broken;
use super::sheet::unit_of;
use super::sheet_file::{
    self, Book, COLUMNS, Foreign, Judge, MARK, Row, Verdict, answer_word, fix_word, heads,
};
use super::{Names, Pairs, settled, takes_part};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::download;
use crate::when::When;
use crate::words::Lang;
use crate::workbook::{self, FILE_BYTES_MAX, Rows, Unreadable};

/// The sheets of the unit that the account may fill in, in the order of its places.
async fn sheets(
    tx: &mut Tx,
    who: &SignedIn,
    (id, unit): (&str, &str),
    now: rules::Time,
) -> Answer<Vec<Sheet>> {
    let lang = who.lang;
    if !who.scope.may(Permission::SelfInspect) {
        return Err(Fault::of(store::Refusal::NotAllowed.into(), lang));
    }
    let own = who.scope.campaign_place().1.map(str::to_owned);
    let places = campaign::places(tx, &who.scope, id, unit, now).await.told(lang)?;
    let mut found = Vec::new();
    for place in places {
        if own.as_ref().is_none_or(|own| *own == place.department) {
            let of = (id, unit, &*place.department);
            let sheet = campaign::sheet(tx, &who.scope, of.0, of.1, of.2).await.told(lang)?;
            found.push(sheet);
        }
    }
    Ok(found)
}

fn fill(
    page: &mut Worksheet,
    when: When,
    names: &Names<'_>,
    (of, sheets): ((&str, &str, i64), &[Sheet]),
) -> Result<(), XlsxError> {
    let lang = when.lang;
    let quiet = Format::new().set_font_color("808080");
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap();
    page.set_name(lang.cp_sheets())?;
    page.write_string_with_format(0, 0, MARK, &quiet)?;
    page.write_string_with_format(0, 1, of.0, &quiet)?;
    page.write_string_with_format(0, 2, of.1, &quiet)?;
    page.write_string_with_format(0, 3, of.2.to_string(), &quiet)?;
    page.write_string_with_format(0, 4, lang.cx_do_not_touch(), &quiet)?;
    for (column, head) in (0u16..).zip(heads(lang)) {
        page.write_string_with_format(1, column, head, &bold)?;
    }
    let mut row = 2;
    for sheet in sheets {
        let place = (&*sheet.department, &*names.department(&sheet.department));
        for item in &sheet.items {
            let said = sheet.answers.iter().find(|one| one.item == item.code);
            for (column, text) in (0u16..).zip(sheet_file::cells(when, place, item, said)) {
                match column {
                    0 | 2 => page.write_string_with_format(row, column, text, &quiet)?,
                    3 | 5 | 7 => page.write_string_with_format(row, column, text, &wrap)?,
                    _ => page.write_string(row, column, text)?,
                };
            }
            row += 1;
        }
    }
    let last = row.max(3) - 1;
    let answers = [lang.cx_met(), lang.cx_not_met(), lang.cx_na()];
    let answers = DataValidation::new().allow_list_strings(&answers)?;
    page.add_data_validation(2, 4, last, 4, &answers)?;
    let fixes = [lang.cx_at_once(), lang.cx_by_plan()];
    let fixes = DataValidation::new().allow_list_strings(&fixes)?;
    page.add_data_validation(2, 6, last, 6, &fixes)?;
    for (column, wide) in (0u16..).zip([12, 16, 26, 48, 12, 36, 12, 36, 14]) {
        page.set_column_width(column, wide)?;
    }
    page.set_freeze_panes(2, 4)?;
    Ok(())
}

/// `GET /campaigns/{campaign_id}/sheets.xlsx`
pub(crate) async fn sheets_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now) = (who.lang, app.now());
    let unit = unit_of(&who, Fields::of(query).some("institution"))?;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, &id).await.told(lang)?;
    let sheets = sheets(&mut tx, &who, (&id, &unit), now).await?;
    let names = Names::read(&app, lang, &mut tx).await?;
    drop(tx);
    let when = When { lang, calendar: app.city().calendar };
    let mut book = Workbook::new();
    let what = ((&*id, &*unit, now.0), &*sheets);
    fill(book.add_worksheet(), when, &names, what).map_err(broken(lang))?;
    let body = book.save_to_buffer().map_err(broken(lang))?;
    Ok(download(&format!("self-inspection-{}-{}", one.code, when.iso(&now.0)), body))
}

/// A row of the preview.
struct Shown {
    number: u32,
    place: String,
    item: String,
    yours: String,
    theirs: String,
    wrong: String,
}

#[derive(Template)]
#[template(path = "campaign/import.html")]
struct Page {
    shell: Shell,
    id: String,
    campaign: String,
    unit: String,
    wrong: Option<String>,
    /// The rows as they are sent again; none before a file was read.
    sent: Option<String>,
    changes: Vec<Shown>,
    conflicts: Vec<Shown>,
    wrongs: Vec<Shown>,
    same: usize,
    blank: usize,
}

fn told(when: When, answer: &AnswerEdit) -> String {
    let lang = when.lang;
    let mut words = vec![answer_word(lang, answer.answer).to_owned(), answer.note.clone()];
    if let Some(fix) = answer.mending.fix {
        words.push(fix_word(lang, fix).to_owned());
        words.push(answer.mending.measure.clone());
        words.extend(answer.mending.due_at.map(|at| when.iso(&(at.0 - 1))));
    }
    words.retain(|word| !word.is_empty());
    words.join("；")
}

fn standing(when: When, sheet: &Sheet, item: &str) -> String {
    let lang = when.lang;
    let Some(said) = sheet.answers.iter().find(|one| one.item == item) else {
        return String::new();
    };
    let mut text = answer_word(lang, said.answer).to_owned();
    if !said.note.is_empty() {
        text += &format!("；{}", said.note);
    }
    if let Some(one) = sheet.standing.iter().find(|one| one.item == item) {
        let name = lang.pick_or(one.name_zh.as_deref(), one.name_en.as_deref());
        text += &format!("（{}）", lang.cps_answer_of(name, when.stamp_hm(&one.answered_at)));
    }
    text
}

/// What every row comes to, with the sheets that it was held against.
struct Judged {
    rows: Vec<(Row, Verdict)>,
    sheets: HashMap<String, Sheet>,
}

async fn judged(
    app: &App,
    tx: &mut Tx,
    who: &SignedIn,
    (id, unit): (&str, &str),
    book: Book,
) -> Answer<Judged> {
    let now = app.now();
    let sheets = sheets(tx, who, (id, unit), now).await?;
    let sheets: HashMap<String, Sheet> =
        sheets.into_iter().map(|sheet| (sheet.department.clone(), sheet)).collect();
    let mut judge = Judge {
        lang: who.lang,
        calendar: app.city().calendar,
        now,
        exported_at: book.exported_at,
        sheets: &sheets,
        seen: HashMap::new(),
    };
    let rows: Vec<(Row, Verdict)> = book
        .rows
        .into_iter()
        .map(|row| {
            let verdict = judge.judge(&row);
            (row, verdict)
        })
        .collect();
    Ok(Judged { rows, sheets })
}

/// The rows by what they come to.
#[derive(Default)]
struct Sorted {
    changes: Vec<Shown>,
    conflicts: Vec<Shown>,
    wrongs: Vec<Shown>,
    same: usize,
    blank: usize,
    /// Those that are sent again.
    kept: Vec<Row>,
}

fn sort(judged: Judged, names: &Names<'_>, when: When) -> Sorted {
    let lang = names.lang;
    let mut sorted = Sorted::default();
    for (row, verdict) in judged.rows {
        let place = names.department(&row.cells[0]);
        let mut shown = Shown {
            number: row.number,
            item: match names.item(&row.cells[2]) {
                empty if empty.is_empty() => row.cells[3].clone(),
                known => known,
            },
            yours: String::new(),
            theirs: match judged.sheets.get(&row.cells[0]) {
                Some(sheet) => standing(when, sheet, &row.cells[2]),
                None => String::new(),
            },
            wrong: String::new(),
            place,
        };
        match verdict {
            Verdict::Blank => {
                sorted.blank += 1;
                continue;
            }
            Verdict::Same => {
                sorted.same += 1;
                continue;
            }
            Verdict::Change(edit) => {
                shown.yours = told(when, &edit);
                sorted.changes.push(shown);
            }
            Verdict::Conflict(edit) => {
                shown.yours = told(when, &edit);
                sorted.conflicts.push(shown);
            }
            Verdict::Wrong(faults) => {
                shown.wrong = sentence(lang, &faults);
                sorted.wrongs.push(shown);
            }
        }
        sorted.kept.push(row);
    }
    sorted
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    (id, unit): (&str, &str),
    (book, wrong): (Option<Book>, Option<String>),
) -> Answer<Page> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let exported_at = book.as_ref().map(|book| book.exported_at);
    let judged = match book {
        Some(book) => judged(app, &mut tx, who, (id, unit), book).await?,
        None => Judged { rows: Vec::new(), sheets: HashMap::new() },
    };
    let shell = shell(app, who, &mut tx, "/campaigns").await?;
    let names = Names::read(app, lang, &mut tx).await?;
    let when = shell.when;
    let sorted = sort(judged, &names, when);
    let sent = exported_at.map(|exported_at| Book { exported_at, rows: sorted.kept });
    let sent = sent.map(|book| serde_json::to_string(&book).unwrap_or_default());
    Ok(Page {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        id: id.to_owned(),
        unit: unit.to_owned(),
        wrong,
        sent,
        changes: sorted.changes,
        conflicts: sorted.conflicts,
        wrongs: sorted.wrongs,
        same: sorted.same,
        blank: sorted.blank,
        shell,
    })
}

fn sentence(lang: Lang, faults: &[(String, String)]) -> String {
    let named = faults.iter().map(|(cell, what)| lang.cx_at(cell, what));
    named.collect::<Vec<_>>().join("；")
}

/// `GET /campaigns/{campaign_id}/sheets/import`
pub(crate) async fn import(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    takes_part(&who)?;
    let unit = unit_of(&who, None)?;
    draw(&page_of(&app, &who, (&id, &unit), (None, None)).await?, who.lang)
}

/// The first file of a form, no more of it than is taken.
async fn first_file(who: &SignedIn, mut form: Multipart) -> Answer<Result<Vec<u8>, Unreadable>> {
    let bad = |error: axum::extract::multipart::MultipartError| {
        Fault::new(Kind::BadForm(error.body_text()), who.lang)
    };
    let (mut csrf, mut body) = (String::new(), Vec::new());
    let mut large = false;
    while let Some(mut field) = form.next_field().await.map_err(bad)? {
        if field.name() != Some("file") {
            let csrf_field = field.name() == Some("csrf");
            let text = field.text().await.map_err(bad)?;
            if csrf_field {
                csrf = text;
            }
            continue;
        }
        while let Some(chunk) = field.chunk().await.map_err(bad)? {
            large |= body.len() + chunk.len() > FILE_BYTES_MAX;
            if !large {
                body.extend_from_slice(&chunk);
            }
        }
    }
    who.check(&csrf)?;
    Ok(if large { Err(Unreadable::TooLarge) } else { Ok(body) })
}

/// The rows of a form's first file, or why it is not read.
pub(super) async fn first_rows(
    who: &SignedIn,
    form: Multipart,
) -> Answer<Result<Rows, &'static str>> {
    let lang = who.lang;
    Ok(match first_file(who, form).await? {
        Ok(body) if body.is_empty() => Err(lang.cx_none()),
        Ok(body) => workbook::read(body).await.map_err(|why| lang.cx_unreadable(why)),
        Err(why) => Err(lang.cx_unreadable(why)),
    })
}

/// `POST /campaigns/{campaign_id}/sheets/import`: reads and shows, writes nothing.
pub(crate) async fn read_import(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    form: Multipart,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let rows = first_rows(&who, form).await?;
    let unit = unit_of(&who, None)?;
    let book = rows.and_then(|rows| {
        sheet_file::book(&rows, &id, &unit).map_err(|why| match why {
            Foreign::Other => lang.cx_other_file(),
            Foreign::Moved => lang.cx_heads_moved(),
        })
    });
    match book {
        Ok(book) => draw(&page_of(&app, &who, (&id, &unit), (Some(book), None)).await?, lang),
        Err(wrong) => {
            let wrong = (None, Some(wrong.to_owned()));
            let page = page_of(&app, &who, (&id, &unit), wrong).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
    }
}

/// The rows as a page sends them again, with the conflicts that were ticked.
fn sent(who: &SignedIn, pairs: &Pairs) -> Answer<Book> {
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, v)| &**v);
    who.check(get("csrf"))?;
    let bad = |error: serde_json::Error| Fault::new(Kind::BadForm(error.to_string()), who.lang);
    let mut book: Book = serde_json::from_str(get("rows")).map_err(bad)?;
    for row in &mut book.rows {
        row.mine = get(&format!("mine_{}", row.number)) == "on";
    }
    Ok(book)
}

/// `POST /campaigns/{campaign_id}/sheets/import/confirm`: judged anew, then written in one go.
pub(crate) async fn confirm_import(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now) = (who.lang, app.now());
    let book = sent(&who, &pairs)?;
    let unit = unit_of(&who, None)?;
    let again = book.clone();
    let mut tx = app.db().read().await.told(lang)?;
    let judged = judged(&app, &mut tx, &who, (&id, &unit), book).await?;
    drop(tx);
    let mut edits: HashMap<String, Vec<AnswerEdit>> = HashMap::new();
    for (row, verdict) in judged.rows {
        match verdict {
            Verdict::Change(edit) => edits.entry(row.cells[0].clone()).or_default().push(edit),
            Verdict::Conflict(edit) if row.mine => {
                edits.entry(row.cells[0].clone()).or_default().push(edit);
            }
            _ => {}
        }
    }
    let (scope, of) = (who.scope.clone(), [id.clone(), unit.clone()]);
    let kept = app.db().write(move |tx| {
        Box::pin(async move {
            for (place, edits) in &edits {
                let at = (&*of[0], &*of[1], &**place);
                campaign::answer_items(tx, &scope, at, edits, now).await?;
            }
            Ok(())
        })
    });
    match settled(&app, lang, kept.await)? {
        Ok(()) => {
            Ok(Redirect::to(&format!("/campaigns/{id}/sheets?done=imported")).into_response())
        }
        Err(wrong) => {
            let what = (Some(again), Some(wrong));
            let page = page_of(&app, &who, (&id, &unit), what).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
    }
}

/// `POST /campaigns/{campaign_id}/sheets/import/marked`: the rows that are wrong, with a column
/// that says why; filled in again, the same workbook can be sent once more.
pub(crate) async fn marked_import(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let book = sent(&who, &pairs)?;
    let unit = unit_of(&who, None)?;
    let exported_at = book.exported_at;
    let mut tx = app.db().read().await.told(lang)?;
    let judged = judged(&app, &mut tx, &who, (&id, &unit), book).await?;
    drop(tx);
    let mut out = Workbook::new();
    marked(out.add_worksheet(), lang, (&id, &unit, exported_at), &judged).map_err(broken(lang))?;
    let body = out.save_to_buffer().map_err(broken(lang))?;
    Ok(download("self-inspection-marked", body))
}

fn marked(
    page: &mut Worksheet,
    lang: Lang,
    of: (&str, &str, i64),
    judged: &Judged,
) -> Result<(), XlsxError> {
    let red = Format::new().set_font_color("B42318").set_text_wrap();
    let bold = Format::new().set_bold();
    page.set_name(lang.cp_sheets())?;
    for (column, text) in (0u16..).zip([MARK, of.0, of.1, &of.2.to_string()]) {
        page.write_string(0, column, text)?;
    }
    for (column, head) in (0u16..).zip(heads(lang).into_iter().chain([lang.cx_problem()])) {
        page.write_string_with_format(1, column, head, &bold)?;
    }
    for (line, (row, verdict)) in (2..).zip(&judged.rows) {
        let why = match verdict {
            Verdict::Wrong(faults) => sentence(lang, faults),
            Verdict::Conflict(_) => lang.cx_conflicts().to_owned(),
            _ => String::new(),
        };
        for (column, text) in (0u16..).zip(&row.cells) {
            page.write_string(line, column, text)?;
        }
        let last = u16::try_from(COLUMNS).unwrap_or(9);
        page.write_string_with_format(line, last, why, &red)?;
    }
    for (column, wide) in (0u16..).zip([12, 16, 26, 48, 12, 36, 12, 36, 14, 60]) {
        page.set_column_width(column, wide)?;
    }
    page.set_freeze_panes(2, 4)?;
    Ok(())
}

#[cfg(test)]
mod tests;
