//! Full coverage, no dead corner (全覆盖、无死角): institutions by departments by items, and every
//! place whose sheet is still open by its name.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::{Branch, Coverage};
use store::campaign::{self, Corner, CornerFilter};
use store::page::Slice;

use super::ledger::{Choice, choices};
use super::{Names, Pairs, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;

/// A line of the roll-up.
struct Row {
    code: String,
    name: String,
    units: i64,
    cover: Coverage,
    corners: i64,
    /// Hundredths as people read them.
    percent: String,
    whole: bool,
}

/// A place that has not handed in.
struct Open {
    unit: String,
    name: String,
    line: String,
    code: String,
    place: String,
    answered: i64,
    items: i64,
    mark: Mark,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "campaign/coverage.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    fields: Fields,
    rows: Vec<Row>,
    sum: Row,
    open: Vec<Open>,
    pager: Pager,
    branches: Vec<Choice>,
    departments: Vec<Choice>,
    filtered: bool,
    query: String,
}

fn row(code: &str, name: String, units: i64, cover: Coverage) -> Row {
    let hundredths = cover.hundredths();
    Row {
        code: code.to_owned(),
        name,
        units,
        corners: cover.places - cover.places_done,
        percent: format!("{}.{:02} %", hundredths / 100, hundredths % 100),
        whole: cover.whole(),
        cover,
    }
}

fn open(names: &Names<'_>, one: &Corner) -> Open {
    let lang = names.lang;
    let begun = one.answered > 0;
    Open {
        unit: one.institution_id.clone(),
        name: lang.pick(&one.name_zh, &one.name_en).to_owned(),
        line: names.line(&one.branch),
        place: names.department(&one.department),
        code: one.department.clone(),
        answered: one.answered.min(one.items),
        items: one.items,
        mark: if begun { Mark::Live } else { Mark::Todo },
        state: if begun { lang.cp_sheet_going() } else { lang.cp_sheet_todo() },
    }
}

fn filter_of(fields: &Fields) -> CornerFilter {
    CornerFilter { branch: fields.some("branch"), department: fields.some("department") }
}

/// `GET /campaigns/{campaign_id}/coverage`
pub(crate) async fn coverage(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    if who.scope.campaign_place().0.is_some() {
        // A unit's coverage is the list of its own places.
        return Ok(Redirect::to(&format!("/campaigns/{id}/sheets")).into_response());
    }
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let covered = campaign::coverage(&mut tx, scope, &id, now).await.told(lang)?;
    let targets = campaign::targets(&mut tx, scope, &id).await.told(lang)?;
    let slice = Slice::page(fields.page());
    let filter = filter_of(&fields);
    let listed = campaign::dead_corners(&mut tx, scope, &id, &filter, now, slice);
    let listed = listed.await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let (branches, departments) = choices(&mut tx, &who, &names, &one).await?;
    let units = |line: &str| {
        i64::try_from(targets.iter().filter(|one| one.branch == line).count()).unwrap_or(0)
    };
    let lines = covered.iter();
    let mut rows: Vec<Row> =
        lines.map(|(line, cover)| row(line, names.line(line), units(line), *cover)).collect();
    rows.sort_by_key(|one| (!Branch::is_district(&one.code), one.code.clone()));
    let all = covered.values().fold(Coverage::default(), |sum, one| sum.plus(*one));
    let count = i64::try_from(targets.len()).unwrap_or(0);
    let open: Vec<Open> = listed.rows.iter().map(|one| open(&names, one)).collect();
    let page = Page {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        pager: pager(&format!("/campaigns/{id}/coverage"), &fields, open.len(), listed.total),
        filtered: fields.any(&["branch", "department"]),
        query: fields.with("page", ""),
        sum: row("", lang.cps_sum().to_owned(), count, all),
        id,
        rows,
        open,
        branches,
        departments,
        fields,
        shell,
    };
    draw(&page, lang)
}

/// The most that one file takes; beyond it the filter is the way.
const EXPORT_MAX: i64 = 20_000;

/// `GET /campaigns/{campaign_id}/coverage.xlsx`: the open places of the filter.
pub(crate) async fn coverage_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let filter = filter_of(&Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let all = Slice::first(EXPORT_MAX);
    let listed = campaign::dead_corners(&mut tx, scope, &id, &filter, now, all);
    let listed = listed.await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let heads = [
        lang.cp_col_line(),
        lang.cp_col_unit(),
        lang.cp_col_department(),
        lang.cps_answered(),
        lang.cps_items(),
        lang.cp_col_state(),
    ];
    let mut lines = Lines::new(&heads);
    for one in listed.rows.iter().map(|one| open(&names, one)) {
        let (answered, items) = (one.answered.to_string(), one.items.to_string());
        lines.add(&[&one.line, &one.name, &one.place, &answered, &items, one.state]);
    }
    Ok(lines.file("dead-corners", lang.cps_corners()))
}
