//! The list of events with what waits today, the clusters above it, and its export. Who handles no
//! events sees the own reports instead.

use askama::Template;
use axum::extract::{Query, State};
use rules::account::Permission;
use rules::calendar::Calendar;
use rules::incident::{ClusterFinding, Grade, Kind};
use store::incident::{self, ClusterRow, Filter, Waiting};
use store::page::Slice;

use super::draw::{Names, Row, row, state};
use super::form::{Choice, named};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::oncall::{Pairs, Typed, need_any};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;

/// A hint of several that look like one.
pub(super) struct Hint {
    id: String,
    sentence: String,
    place: String,
    spread: bool,
    settled: Option<String>,
    /// The reader may say what it was.
    settles: bool,
}

#[derive(Template)]
#[template(path = "incident/list.html")]
struct List {
    shell: Shell,
    typed: Typed,
    fields: Fields,
    view: String,
    views: Vec<(&'static str, &'static str)>,
    lead: Vec<String>,
    rows: Vec<Row>,
    pager: Pager,
    hints: Vec<Hint>,
    kinds: Vec<Choice>,
    categories: Vec<Choice>,
    grades: Vec<Choice>,
    filtered: bool,
    export: String,
    /// Handles its own institution's events, or watches others'.
    reviews: bool,
}

impl List {
    fn findings(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let choice = |one: &ClusterFinding| Choice::new(one.code(), lang.cluster_finding(*one), "");
        ClusterFinding::ALL.iter().map(choice).collect()
    }
}

pub(super) const HANDLES: [Permission; 2] = [Permission::ReviewEvents, Permission::WatchEvents];

fn filter_of(fields: &Fields, calendar: Calendar) -> Filter {
    let view = match fields.get("view") {
        known @ ("new" | "waits" | "late" | "closed" | "counted" | "all") => known,
        _ => "open",
    };
    Filter {
        view: view.to_owned(),
        kind: fields.some("kind"),
        category: fields.some("category"),
        department: fields.some("department"),
        grade: fields.some("grade"),
        institution_id: fields.some("institution"),
        text: fields.some("text"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    }
}

/// `GET /incidents`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    if HANDLES.iter().any(|one| who.scope.may(*one)) {
        let page = page(&app, &who, Fields::of(query), Typed::default()).await?;
        return draw(&page, who.lang);
    }
    mine(&app, &who).await
}

pub(super) async fn page(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    typed: Typed,
) -> Answer<impl Template + use<>> {
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&fields, app.city().calendar);
    let reviews = who.scope.may(Permission::ReviewEvents);
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/incidents").await?;
    if fields.get("done") == "cluster" {
        shell.done = Some(lang.inc_done_cluster().to_owned());
    }
    let slice = Slice::page(fields.page());
    let listed = incident::incidents(&mut tx, &who.scope, &filter, now, slice).await.told(lang)?;
    let waiting = incident::waiting(&mut tx, &who.scope, now).await.told(lang)?;
    let clusters = incident::clusters(&mut tx, &who.scope).await.told(lang)?;
    let pack = tx.packs().incident_at(now);
    let names = Names { lang, pack };
    let hints = clusters
        .iter()
        .map(|one| Hint {
            id: one.cluster_id.clone(),
            sentence: cluster_sentence(shell.when, &names, one),
            place: lang
                .pick_or(one.institution_zh.as_deref(), one.institution_en.as_deref())
                .to_owned(),
            spread: one.spread_at.is_some(),
            settled: one.settled_at.is_some().then(|| settled_as(shell.when, one)),
            settles: incident::settles(&who.scope, one),
        })
        .take(HINTS_MAX)
        .collect();
    let rows: Vec<Row> =
        listed.rows.iter().map(|line| row(shell.when, &names, line, now)).collect();
    let grade =
        |one: &Grade| Choice::new(one.code(), lang.incident_grade(*one), fields.get("grade"));
    let kind = |one: &Kind| Choice::new(one.code(), lang.incident_kind(*one), fields.get("kind"));
    let filtered =
        fields.any(&["text", "kind", "category", "grade", "from", "until", "institution"]);
    Ok(List {
        pager: pager("/incidents", &fields, rows.len(), listed.total),
        export: format!("/incidents.xlsx?{}", fields.with("page", "")),
        views: views(lang, reviews, &filter.view),
        lead: lead(lang, waiting),
        kinds: Kind::ALL.iter().map(kind).collect(),
        categories: named(lang, &pack.categories, fields.get("category")),
        grades: Grade::ALL.iter().map(grade).collect(),
        view: filter.view,
        hints,
        rows,
        filtered,
        reviews,
        typed,
        fields,
        shell,
    })
}

/// Hints above the list; older ones are in the log.
const HINTS_MAX: usize = 6;

fn views(lang: crate::words::Lang, reviews: bool, view: &str) -> Vec<(&'static str, &'static str)> {
    let mut views = vec![("open", lang.view_inc_open()), ("new", lang.view_inc_new())];
    if reviews {
        views.push(("waits", lang.view_inc_waits()));
    }
    views.extend([
        ("late", lang.view_inc_late()),
        ("closed", lang.view_inc_closed()),
        ("all", lang.all()),
    ]);
    // Reached from a number of the rates.
    if view == "counted" {
        views.push(("counted", lang.view_inc_counted()));
    }
    views
}

fn lead(lang: crate::words::Lang, waiting: Waiting) -> Vec<String> {
    let Waiting { fresh, wrote, duties_late, actions_late } = waiting;
    let parts = [
        (duties_late, lang.inc_lead_duties(duties_late)),
        (fresh, lang.inc_lead_fresh(fresh)),
        (wrote, lang.inc_lead_wrote(wrote)),
        (actions_late, lang.inc_lead_actions(actions_late)),
    ];
    parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, word)| word).collect()
}

fn cluster_sentence(when: When, names: &Names<'_>, one: &ClusterRow) -> String {
    let lang = when.lang;
    let rule = names.pack.cluster(&one.rule);
    let name = rule.map_or(&*one.rule, |rule| lang.pick(&rule.name_zh, &rule.name_en));
    let (from, until) = (when.iso(&one.first_at), when.iso(&one.last_at));
    let what = match one.lot.is_empty() {
        true => names.what(&one.category, &one.department),
        false => format!("{}·{}", names.category(&one.category), lang.inc_cluster_lot(&one.lot)),
    };
    let sentence = lang.inc_cluster(name, one.events, from, until);
    format!("{sentence}{}{what}", lang.comma())
}

fn settled_as(when: When, one: &ClusterRow) -> String {
    let finding = one.finding.as_deref().and_then(ClusterFinding::of);
    let finding = finding.map_or("", |finding| when.lang.cluster_finding(finding));
    when.lang.inc_cluster_was(finding, &one.body)
}

struct Mine {
    number: String,
    what: String,
    filed: String,
    mark: Option<Mark>,
    state: String,
    feedback: String,
}

#[derive(Template)]
#[template(path = "incident/mine.html")]
struct MinePage {
    shell: Shell,
    rows: Vec<Mine>,
}

async fn mine(app: &App, who: &SignedIn) -> Answer {
    need_any(who, &[Permission::ReportEvent])?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/incidents").await?;
    let own = incident::mine(&mut tx, &who.scope).await.told(lang)?;
    let names = Names { lang, pack: tx.packs().incident_at(now) };
    let rows = own
        .iter()
        .map(|one| {
            let (mark, state) = state(lang, &one.state, one.closure.as_deref());
            let kind = Kind::of(&one.kind).map_or("", |kind| lang.incident_kind(kind));
            Mine {
                number: one.number.clone(),
                what: format!("{kind}·{}", names.category(&one.category)),
                filed: shell.when.stamp_hm(&one.filed_at),
                mark,
                state,
                feedback: one.feedback.clone(),
            }
        })
        .collect();
    draw(&MinePage { shell, rows }, lang)
}

/// Rows of one export.
const EXPORTED_MAX: i64 = 10_000;

/// `GET /incidents.xlsx`: the current filter as a workbook. Who took how many
/// rows is an event; no row holds a reporter or a reporter's words.
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need_any(&who, &HANDLES)?;
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&Fields::of(query), app.city().calendar);
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORTED_MAX);
    let listed = incident::incidents(&mut tx, &who.scope, &filter, now, slice).await.told(lang)?;
    let names = Names { lang, pack: tx.packs().incident_at(now) };
    let mut lines = Lines::new(&[
        lang.col_number(),
        lang.report_what(),
        lang.inc_col_what(),
        lang.col_institution(),
        lang.inc_col_grade(),
        lang.inc_col_harm(),
        lang.inc_col_occurred(),
        lang.inc_col_filed(),
        lang.inc_col_state(),
        lang.inc_col_rung(),
        lang.inc_col_clock(),
    ]);
    for line in &listed.rows {
        let row = row(when, &names, line, now);
        let clock = row.clock.map_or(String::new(), |(_, word)| word);
        lines.add(&[
            &row.number,
            row.kind,
            &row.what,
            &row.place,
            &row.grade,
            row.harm,
            &row.occurred,
            &row.filed,
            &row.state,
            row.rung,
            &clock,
        ]);
    }
    let count = i64::try_from(listed.rows.len()).unwrap_or(EXPORTED_MAX);
    drop(tx);
    let scope = who.scope.clone();
    let noted = app.db().write(move |tx| {
        Box::pin(async move { incident::note_export(tx, &scope, count, now).await })
    });
    noted.await.told(lang)?;
    Ok(lines.file(&format!("events-{}", when.iso(&now.0)), lang.nav_incidents()))
}
