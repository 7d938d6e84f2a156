//! The list of cases, and its export.

use askama::Template;
use axum::extract::{Query, State};
use rules::account::Permission;
use rules::emergency::{Outcome, Source, Standing};
use store::emergency::{CaseFilter, CaseLine, cases};
use store::page::Slice;
use store::{Tx, oncall};

use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;
use crate::words::Lang;

/// A case on a list.
pub(crate) struct Row {
    pub emergency_id: String,
    pub number: String,
    pub title: String,
    pub place: String,
    pub source: &'static str,
    pub raised: String,
    pub raised_at: i64,
    pub heard: String,
    pub hospital: String,
    pub mark: Mark,
    pub state: &'static str,
    pub outcome: &'static str,
    pub drill: bool,
    pub open: bool,
    /// Its own call waits for an answer, and how loudly.
    pub waits: bool,
    pub rung: i64,
    pub clock_from: i64,
    pub clock_to: Option<i64>,
    pub clock: String,
}

#[derive(Template)]
#[template(path = "emergency/list.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    rows: Vec<Row>,
    pager: Pager,
    cards: Vec<(String, String)>,
    views: [(&'static str, &'static str); 4],
    filtered: bool,
    export: String,
}

fn filter_of(fields: &Fields, calendar: rules::calendar::Calendar) -> CaseFilter {
    let view = match fields.get("view") {
        known @ ("open" | "ended" | "drill") => known,
        _ => "all",
    };
    CaseFilter {
        view: view.to_owned(),
        card: fields.some("card"),
        text: fields.some("text"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    }
}

/// Whoever takes part in cases; a bureau does not.
fn need(who: &SignedIn) -> Answer<()> {
    who.need_any(&[Permission::RunDesk, Permission::Receive, Permission::Raise])
}

/// Draws lines of cases.
pub(super) async fn rows(
    tx: &mut Tx,
    when: When,
    lines: &[CaseLine],
    now: i64,
) -> Answer<Vec<Row>> {
    let lang = when.lang;
    let hospitals = oncall::hospitals(tx, rules::Time(now)).await.told(lang)?;
    let pack = tx.packs().cards_at(rules::Time(now));
    Ok(lines
        .iter()
        .map(|line| {
            let card = pack.card(&line.card);
            let title = card.map_or(&*line.card, |card| lang.pick(&card.name_zh, &card.name_en));
            let hospital = hospitals
                .iter()
                .find(|one| Some(&one.hospital_id) == line.hospital_id.as_ref())
                .map_or(String::new(), |one| lang.pick(&one.short_zh, &one.short_en).to_owned());
            let heard = [line.acknowledged_at, line.accepted_at].into_iter().flatten().min();
            let standing = Standing::of(&line.state).unwrap_or(Standing::Raised);
            let start = line.onset_at.unwrap_or(line.raised_at);
            let stop = line.handed_over_at.or(line.ended_at);
            Row {
                emergency_id: line.emergency_id.clone(),
                number: line.number.clone(),
                title: title.to_owned(),
                place: place(lang, line),
                source: Source::of(&line.source).map_or("", |source| lang.case_source(source)),
                raised: when.stamp_hm(&line.raised_at),
                raised_at: line.raised_at,
                heard: heard.map_or("—".into(), |at| when.span(&(at - line.raised_at))),
                hospital,
                mark: mark_of(standing, line),
                state: lang.standing(standing),
                outcome: line
                    .outcome
                    .as_deref()
                    .and_then(Outcome::of)
                    .map_or("", |outcome| lang.case_outcome(outcome)),
                drill: line.drill_at.is_some(),
                open: line.ended_at.is_none(),
                waits: line.waits > 0,
                rung: line.rung,
                clock_from: start,
                clock_to: stop,
                clock: when.timer(&(stop.unwrap_or(now) - start)),
            }
        })
        .collect())
}

fn mark_of(standing: Standing, line: &CaseLine) -> Mark {
    match standing {
        _ if line.drill_at.is_some() && line.ended_at.is_none() => Mark::Todo,
        Standing::Raised | Standing::Acknowledged => Mark::Danger,
        Standing::HandedOver | Standing::Closed => Mark::Ok,
        Standing::StoodDown | Standing::Merged => Mark::Off,
        Standing::Accepted | Standing::Moving | Standing::Arrived => Mark::Live,
    }
}

fn place(lang: Lang, line: &CaseLine) -> String {
    let institution = lang.pick_or(line.institution_zh.as_deref(), line.institution_en.as_deref());
    let region = lang.pick_or(line.region_zh.as_deref(), line.region_en.as_deref());
    match (region.is_empty(), institution.is_empty()) {
        (_, true) if lang.is_en() => lang.place_reported().to_owned(),
        (_, true) => line.place.clone(),
        (true, false) => institution.to_owned(),
        (false, false) => format!("{region}·{institution}"),
    }
}

/// `GET /emergencies`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let filter = filter_of(&fields, app.city().calendar);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/emergencies").await?;
    let slice = Slice::page(fields.page());
    let listed = cases(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let rows = rows(&mut tx, shell.when, &listed.rows, now.0).await?;
    let pack = tx.packs().cards_at(now).cards.iter();
    let cards =
        pack.map(|card| (card.code.clone(), lang.pick(&card.name_zh, &card.name_en).to_owned()));
    let pager = pager("/emergencies", &fields, rows.len(), listed.total);
    let views = [
        ("all", lang.all()),
        ("open", lang.view_case_open()),
        ("ended", lang.view_case_ended()),
        ("drill", lang.view_case_drill()),
    ];
    let filtered = fields.any(&["card", "text", "from", "until"]);
    let export = format!("/emergencies.xlsx?{}", fields.with("page", ""));
    let list = List {
        shell,
        view: filter.view,
        rows,
        pager,
        cards: cards.collect(),
        views,
        filtered,
        export,
        fields,
    };
    draw(&list, lang)
}

/// Rows of one export.
const EXPORTED_MAX: i64 = 10_000;

/// `GET /emergencies.xlsx`: the current filter as a workbook.
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let filter = filter_of(&fields, app.city().calendar);
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORTED_MAX);
    let listed = cases(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let rows = rows(&mut tx, when, &listed.rows, now.0).await?;
    let head = [
        lang.col_number(),
        lang.col_case(),
        lang.col_place(),
        lang.col_source(),
        lang.col_raised(),
        lang.col_heard(),
        lang.col_hospital(),
        lang.col_state(),
        lang.col_outcome(),
        lang.col_drill(),
    ];
    let mut lines = Lines::new(&head);
    for row in &rows {
        lines.add(&[
            &row.number,
            &row.title,
            &row.place,
            row.source,
            &row.raised,
            &row.heard,
            &row.hospital,
            row.state,
            row.outcome,
            if row.drill { lang.yes() } else { "" },
        ]);
    }
    Ok(lines.file(&format!("cases-{}", when.iso(&now.0)), lang.nav_cases()))
}
