//! The ledger of a campaign: by filter, page by page, and as the office prints it.

use askama::Template;
use axum::extract::{Path, Query, State};
use rules::Time;
use rules::campaign::WHOLE;
use store::campaign::{self, LedgerCounts, LedgerFilter};
use store::page::Slice;

use super::draw::{Entry, entry};
use super::{Names, Pairs, takes_part};
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

pub(super) struct Choice {
    pub value: String,
    pub word: String,
}

const VIEWS: [&str; 8] =
    ["all", "overdue", "submitted", "spot", "reopened", "open", "struck_off", "major"];

pub(super) fn view_of(fields: &Fields) -> String {
    let asked = fields.get("view");
    let known = VIEWS.iter().find(|view| **view == asked);
    known.map_or("all", |view| view).to_owned()
}

pub(super) fn filter_of(fields: &Fields) -> LedgerFilter {
    LedgerFilter {
        view: view_of(fields),
        branch: fields.some("branch"),
        institution_id: fields.some("institution"),
        department: fields.some("department"),
        item: fields.some("item"),
        text: fields.some("text"),
    }
}

#[derive(Template)]
#[template(path = "campaign/ledger.html")]
struct Ledger {
    shell: Shell,
    id: String,
    title: String,
    fields: Fields,
    view: String,
    counts: LedgerCounts,
    rows: Vec<Entry>,
    pager: Pager,
    branches: Vec<Choice>,
    departments: Vec<Choice>,
    filtered: bool,
    query: String,
    bureau: bool,
}

/// The lines and departments a filter offers.
pub(super) async fn choices(
    tx: &mut store::Tx,
    who: &SignedIn,
    names: &Names<'_>,
    one: &campaign::Campaign,
) -> Answer<(Vec<Choice>, Vec<Choice>)> {
    let lang = who.lang;
    let targets = campaign::targets(tx, &who.scope, &one.campaign_id).await.told(lang)?;
    let mut lines: Vec<String> = targets.into_iter().map(|one| one.branch).collect();
    lines.dedup();
    let lines = lines.into_iter().map(|line| Choice { word: names.line(&line), value: line });
    let places = one.plan.departments.iter().map(String::as_str).chain([WHOLE]);
    let places = places.map(|code| Choice { value: code.to_owned(), word: names.department(code) });
    Ok((lines.collect(), places.collect()))
}

/// `GET /campaigns/{campaign_id}/ledger`
pub(crate) async fn ledger(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let filter = filter_of(&fields);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, &id).await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let counts = campaign::ledger_counts(&mut tx, &who.scope, &id, now).await.told(lang)?;
    let slice = Slice::page(fields.page());
    let listed =
        campaign::ledger(&mut tx, &who.scope, &id, &filter, now, slice).await.told(lang)?;
    let rows: Vec<Entry> =
        listed.rows.iter().map(|row| entry(&names, shell.when, row, now.0)).collect();
    let (branches, departments) = choices(&mut tx, &who, &names, &one).await?;
    let page = Ledger {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        pager: pager(&format!("/campaigns/{id}/ledger"), &fields, rows.len(), listed.total),
        filtered: fields.any(&["branch", "department", "institution", "item", "text"]),
        query: fields.with("page", ""),
        bureau: who.scope.campaign_place().0.is_none(),
        view: filter.view,
        counts,
        rows,
        branches,
        departments,
        fields,
        id,
        shell,
    };
    draw(&page, lang)
}

/// Entries on one print or in one export.
pub(super) const ENTRIES_MAX: i64 = 20_000;

/// Every entry of a filter.
pub(super) async fn entries_of(
    app: &App,
    who: &SignedIn,
    (id, fields): (&str, &Fields),
    now: Time,
) -> Answer<(campaign::Campaign, Vec<Entry>)> {
    takes_part(who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let names = Names::read(app, lang, &mut tx).await?;
    let when = crate::when::When { lang, calendar: app.city().calendar };
    let all = Slice::first(ENTRIES_MAX);
    let filter = filter_of(fields);
    let listed = campaign::ledger(&mut tx, &who.scope, id, &filter, now, all).await.told(lang)?;
    let rows = listed.rows.iter().map(|row| entry(&names, when, row, now.0)).collect();
    Ok((one, rows))
}

#[derive(Template)]
#[template(path = "campaign/ledger_print.html")]
struct Print {
    shell: Shell,
    title: String,
    number: String,
    issuer: String,
    rows: Vec<Entry>,
    printed: String,
}

/// `GET /campaigns/{campaign_id}/ledger/print`: A4 across, as the office keeps it.
pub(crate) async fn print(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let (one, rows) = entries_of(&app, &who, (&id, &fields), now).await?;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let page = Print {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        issuer: lang.pick(&one.issuer[0], &one.issuer[1]).to_owned(),
        printed: shell.when.stamp_hm(&now.0),
        number: one.number,
        rows,
        shell,
    };
    draw(&page, lang)
}
