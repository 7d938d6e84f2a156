//! Workbooks: the ledger in the office's columns, and the readiness pack (迎检资料包) for an
//! inspection from above as one download.
//!
//! A cell that begins like a formula is written as text; nothing in a workbook is computed.

use axum::extract::{Path, Query, State};
use rules::campaign::Branch;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use store::campaign::{self, SpotFilter};
use store::page::Slice;

use super::draw::Entry;
use super::ledger::entries_of;
use super::{Names, Pairs};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::table_file::download;
use crate::when::When;
use crate::words::Lang;

pub(super) fn broken(lang: Lang) -> impl Fn(XlsxError) -> Fault {
    move |error| Fault::new(Kind::Broken(error.to_string()), lang)
}

fn head_format() -> Format {
    Format::new().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center)
}

fn cell_format() -> Format {
    Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top)
}

/// One sheet: a title, heads, rows of text. `write_string` writes text and never a formula.
fn fill(
    sheet: &mut Worksheet,
    (name, title): (&str, &str),
    heads: &[(&str, f64)],
    rows: &[Vec<String>],
) -> Result<(), XlsxError> {
    let (head, cell) = (head_format(), cell_format());
    sheet.set_name(name)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(1, 1)?;
    sheet.write_string_with_format(0, 0, title, &Format::new().set_bold())?;
    for (column, (word, width)) in (0_u16..).zip(heads) {
        sheet.write_string_with_format(1, column, *word, &head)?;
        sheet.set_column_width(column, *width)?;
    }
    for (line, row) in (2_u32..).zip(rows) {
        for (column, text) in (0_u16..).zip(row) {
            sheet.write_string_with_format(line, column, text, &cell)?;
        }
    }
    sheet.set_freeze_panes(2, 0)?;
    Ok(())
}

fn ledger_heads(lang: Lang) -> [(&'static str, f64); 15] {
    [
        (lang.cp_col_number(), 20.0),
        (lang.cp_col_line(), 12.0),
        (lang.cp_col_unit(), 24.0),
        (lang.cp_col_department(), 14.0),
        (lang.cp_col_item(), 30.0),
        (lang.cp_col_problem(), 30.0),
        (lang.cp_col_source(), 10.0),
        (lang.cp_col_found(), 12.0),
        (lang.cp_col_measure(), 28.0),
        (lang.cp_col_owner(), 12.0),
        (lang.cp_col_due(), 12.0),
        (lang.cp_col_state(), 14.0),
        (lang.cp_col_verifier(), 12.0),
        (lang.cp_col_striker(), 12.0),
        (lang.cp_col_struck(), 12.0),
    ]
}

fn ledger_row(row: &Entry) -> Vec<String> {
    [
        &row.number,
        &row.line,
        &row.unit,
        &row.department,
        &row.item,
        &row.title,
        &row.source.to_owned(),
        &row.found,
        &row.measure,
        &row.owner,
        &row.due,
        &row.state,
        &row.verifier,
        &row.striker,
        &row.struck_off,
    ]
    .map(Clone::clone)
    .to_vec()
}

/// `GET /campaigns/{campaign_id}/ledger.xlsx`: the current filter.
pub(crate) async fn ledger_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let (one, rows) = entries_of(&app, &who, (&id, &Fields::of(query)), now).await?;
    let when = When { lang, calendar: app.city().calendar };
    let title = lang.cp_ledger_of(lang.pick(&one.title[0], &one.title[1]), when.iso(&now.0));
    let rows: Vec<Vec<String>> = rows.iter().map(ledger_row).collect();
    let mut book = Workbook::new();
    let names = (lang.cp_ledger_short(), &*title);
    fill(book.add_worksheet(), names, &ledger_heads(lang), &rows).map_err(broken(lang))?;
    let body = book.save_to_buffer().map_err(broken(lang))?;
    Ok(download(&format!("ledger-{}-{}", one.code, when.iso(&now.0)), body))
}

/// What the readiness pack holds beside the ledger: sheets of text.
type Sheet = (&'static str, Vec<(&'static str, f64)>, Vec<Vec<String>>);

async fn reports_sheet(
    tx: &mut store::Tx,
    who: &SignedIn,
    (one, names, when): (&campaign::Campaign, &Names<'_>, When),
) -> Answer<Sheet> {
    let lang = who.lang;
    let mut rows = Vec::new();
    for due in &one.plan.deliverables {
        let all = Slice::first(super::ledger::ENTRIES_MAX);
        let id = &one.campaign_id;
        let listed = campaign::submissions(tx, &who.scope, id, &due.code, ("all", None), all);
        for row in listed.await.told(lang)?.rows {
            let late =
                row.first_submitted_at.zip(row.held_to_at).is_some_and(|(at, due)| at >= due);
            let (_, state) = super::draw::handed(when, row.state.as_deref(), late, false);
            rows.push(vec![
                lang.pick(&due.title_zh, &due.title_en).to_owned(),
                names.line(&row.branch),
                lang.pick(&row.name_zh, &row.name_en).to_owned(),
                state.to_owned(),
                row.first_submitted_at.map_or(String::new(), |at| when.stamp(&at)),
                row.returns.to_string(),
            ]);
        }
    }
    let heads = vec![
        (lang.cp_col_what(), 16.0),
        (lang.cp_col_line(), 12.0),
        (lang.cp_col_unit(), 28.0),
        (lang.cp_col_state(), 12.0),
        (lang.cp_col_came(), 20.0),
        (lang.cp_col_returns(), 10.0),
    ];
    Ok((lang.cp_pack_reports(), heads, rows))
}

async fn annex_sheet(
    tx: &mut store::Tx,
    who: &SignedIn,
    (one, names): (&campaign::Campaign, &Names<'_>),
) -> Answer<Sheet> {
    let lang = who.lang;
    let mut rows = Vec::new();
    for annex in &one.plan.annexes {
        let sums = campaign::roll_up(tx, &who.scope, &one.campaign_id, &annex.code);
        for sum in sums.await.told(lang)? {
            let Some(cell) = annex.cell(&sum.cell) else { continue };
            rows.push(vec![
                lang.pick(&annex.title_zh, &annex.title_en).to_owned(),
                names.line(&sum.branch),
                lang.pick(&cell.title_zh, &cell.title_en).to_owned(),
                sum.total.to_string(),
                sum.institutions.to_string(),
            ]);
        }
    }
    let heads = vec![
        (lang.cp_col_what(), 40.0),
        (lang.cp_col_line(), 14.0),
        (lang.cp_col_cell(), 28.0),
        (lang.cp_col_figure(), 12.0),
        (lang.cp_col_units(), 12.0),
    ];
    Ok((lang.cp_pack_annexes(), heads, rows))
}

async fn spots_sheet(
    tx: &mut store::Tx,
    who: &SignedIn,
    (one, names, when): (&campaign::Campaign, &Names<'_>, When),
) -> Answer<Sheet> {
    let lang = who.lang;
    let (filter, slice) = (SpotFilter::default(), Slice::first(20_000));
    let spots = campaign::spots(tx, &who.scope, &one.campaign_id, &filter, slice);
    let spots = spots.await.told(lang)?.rows;
    let rows = spots.iter().map(|row| {
        vec![
            names.line(&row.branch),
            lang.pick(&row.name_zh, &row.name_en).to_owned(),
            lang.cp_team(
                lang.pick(&row.first_zh, &row.first_en),
                lang.pick(&row.second_zh, &row.second_en),
            ),
            row.carried_out_at.map_or(String::new(), |at| when.stamp_hm(&at)),
            format!("{}/{}", row.met, row.looked_at),
            row.conclusion.clone().unwrap_or_default(),
        ]
    });
    let heads = vec![
        (lang.cp_col_line(), 12.0),
        (lang.cp_col_unit(), 28.0),
        (lang.cp_col_team(), 20.0),
        (lang.cp_col_carried(), 18.0),
        (lang.cp_col_met(), 12.0),
        (lang.cp_col_conclusion(), 40.0),
    ];
    Ok((lang.cp_pack_spots(), heads, rows.collect()))
}

async fn cover_sheet(
    tx: &mut store::Tx,
    who: &SignedIn,
    (one, names, when): (&campaign::Campaign, &Names<'_>, When),
    now: rules::Time,
) -> Answer<Sheet> {
    let lang = who.lang;
    let mut rows = vec![
        vec![lang.cp_cover_number().to_owned(), one.number.clone()],
        vec![
            lang.cp_cover_issuer().to_owned(),
            lang.pick(&one.issuer[0], &one.issuer[1]).to_owned(),
        ],
        vec![lang.cp_cover_basis().to_owned(), lang.pick(&one.basis[0], &one.basis[1]).to_owned()],
        vec![lang.cp_cover_at().to_owned(), when.stamp(&now.0)],
    ];
    let scores = campaign::assessments(tx, &who.scope, &one.campaign_id, now).await.told(lang)?;
    for line in scores.iter().filter(|line| Branch::is_district(&line.branch)) {
        let total = line.score.total();
        rows.push(vec![
            lang.cp_cover_score(names.line(&line.branch)),
            format!("{}.{:02}", total / 100, total % 100),
        ]);
    }
    for notice in campaign::notices(tx, &who.scope, &one.campaign_id).await.told(lang)? {
        let title = lang.pick(&notice.title_zh, &notice.title_en);
        rows.push(vec![notice.number.clone(), format!("{} {title}", when.iso(&notice.issued_at))]);
    }
    let heads = vec![(lang.cp_col_what(), 28.0), (lang.cp_col_content(), 70.0)];
    Ok((lang.cp_pack_cover(), heads, rows))
}

/// The workbook of the readiness pack: cover, ledger, reports, annexes, spot checks.
pub(super) async fn book(
    app: &App,
    who: &SignedIn,
    id: &str,
    now: rules::Time,
) -> Answer<(campaign::Campaign, Vec<u8>)> {
    let lang = who.lang;
    let (one, entries) = entries_of(app, who, (id, &Fields::default()), now).await?;
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let names = Names::read(app, lang, &mut tx).await?;
    let of = (&one, &names, when);
    let ledger: Vec<Vec<String>> = entries.iter().map(ledger_row).collect();
    let sheets: Vec<Sheet> = vec![
        cover_sheet(&mut tx, who, of, now).await?,
        (lang.cp_ledger_short(), ledger_heads(lang).to_vec(), ledger),
        reports_sheet(&mut tx, who, of).await?,
        annex_sheet(&mut tx, who, (&one, &names)).await?,
        spots_sheet(&mut tx, who, of).await?,
    ];
    let title = lang.cp_pack_title(lang.pick(&one.title[0], &one.title[1]));
    let mut book = Workbook::new();
    for (name, heads, rows) in &sheets {
        fill(book.add_worksheet(), (name, &title), heads, rows).map_err(broken(lang))?;
    }
    let body = book.save_to_buffer().map_err(broken(lang))?;
    drop(names);
    Ok((one, body))
}
