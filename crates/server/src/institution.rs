//! The register's pages: institutions, one institution with its story, the rule pack.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::alert::Level;
use rules::register::{Category, InstitutionKind, Role, Title};
use store::alert::AlertFilter;
use store::page::Slice;
use store::register::{Coverage, Institution, InstitutionFilter, InstitutionLine, ViewCounts};
use store::terminal::Terminal;
use store::{alert, inspection, operation, register, terminal};

use crate::App;
use crate::alert::{colleagues, unprocessable};
use crate::assets::Mark;
use crate::bureau::{Pager, Ranked, pager, ranked};
use crate::fault::{Answer, Fault, InLang, draw};
use crate::form::Fields;
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "register/list.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    views: [(&'static str, &'static str, i64); 6],
    sorts: [(&'static str, &'static str); 4],
    coverage: Coverage,
    rows: Vec<Row>,
    pager: Pager,
    kinds: Vec<(&'static str, &'static str)>,
    filtered: bool,
}

struct Row {
    line: InstitutionLine,
    name: String,
    street: String,
    kind: &'static str,
    mark: Option<Mark>,
    state: &'static str,
    licence_until: String,
    licence_left: Option<String>,
}

/// `GET /institutions`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::Watch)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let view = match fields.get("view") {
        known @ ("operating" | "suspended" | "key" | "expiring" | "silent") => known.to_owned(),
        _ => "all".to_owned(),
    };
    let filter = InstitutionFilter {
        text: fields.some("text"),
        kind: fields.some("kind"),
        view: view.clone(),
        sort: fields.get("sort").to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/institutions").await?;
    let month = app.city().calendar.periods(now).month;
    let slice = Slice::page(fields.page());
    let scope = &who.scope;
    let listed =
        register::institutions(&mut tx, scope, &filter, month, now, slice).await.told(lang)?;
    let counts = register::view_counts(&mut tx, scope, now).await.told(lang)?;
    let coverage = register::coverage(&mut tx, scope, now).await.told(lang)?;
    let rows: Vec<Row> = listed.rows.into_iter().map(|line| row(shell.when, line, now.0)).collect();
    let pager = pager("/institutions", &fields, rows.len(), listed.total);
    let kinds = InstitutionKind::ALL
        .iter()
        .map(|kind| (kind.code(), lang.institution_kind(*kind)))
        .collect();
    let filtered = fields.some("text").is_some() || fields.some("kind").is_some();
    let list = List {
        shell,
        fields,
        view,
        views: views(lang, counts),
        sorts: [
            ("", lang.sort_by()),
            ("operations", lang.sort_operations()),
            ("alerts", lang.sort_alerts()),
            ("licence", lang.sort_licence()),
        ],
        coverage,
        rows,
        pager,
        kinds,
        filtered,
    };
    draw(&list, lang)
}

fn views(lang: Lang, counts: ViewCounts) -> [(&'static str, &'static str, i64); 6] {
    [
        ("all", lang.all(), counts.all),
        ("operating", lang.view_operating(), counts.operating),
        ("suspended", lang.view_suspended(), counts.suspended),
        ("key", lang.view_key(), counts.key),
        ("expiring", lang.view_expiring(), counts.expiring),
        ("silent", lang.view_silent(), counts.silent),
    ]
}

fn row(when: When, line: InstitutionLine, now: i64) -> Row {
    let lang = when.lang;
    let left = line.licence_until - now;
    let (mark, state) = standing(lang, &line);
    Row {
        name: lang.pick(&line.name_zh, &line.name_en).to_owned(),
        street: lang.pick(&line.street_zh, &line.street_en).to_owned(),
        kind: InstitutionKind::of(&line.kind).map_or("", |kind| lang.institution_kind(kind)),
        mark,
        state,
        licence_until: when.iso(&line.licence_until),
        licence_left: (left < register::EXPIRING_DAYS * 86_400_000)
            .then(|| lang.days_left(left.div_euclid(86_400_000))),
        line,
    }
}

fn standing(lang: Lang, line: &InstitutionLine) -> (Option<Mark>, &'static str) {
    if line.suspended > 0 {
        (Some(Mark::Stop), lang.suspended())
    } else if line.key_supervision > 0 {
        (Some(Mark::Danger), lang.proposes_key())
    } else if line.open_danger > 0 {
        (Some(Mark::Danger), lang.level_danger())
    } else if line.open_alerts > 0 {
        (Some(Mark::Warn), lang.has_open_alerts())
    } else {
        (None, lang.normal())
    }
}

/// One line of an institution's story, with when it was.
struct Told {
    at: i64,
    day: String,
    mark: Option<Mark>,
    title: String,
    text: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "register/page.html")]
struct InstitutionPage {
    shell: Shell,
    institution: Institution,
    name: String,
    kind: &'static str,
    address: String,
    suspended: bool,
    story: Vec<Told>,
    people: Vec<PersonShown>,
    operations_month: i64,
    terminals: Vec<Terminal>,
    /// Who may come along; empty for who may not decide.
    colleagues: Vec<(String, String)>,
    refused: Option<&'static str>,
}

pub(crate) struct PersonShown {
    pub practitioner_id: String,
    pub name: String,
    pub role: &'static str,
    pub role_code: String,
    pub category: &'static str,
    pub title: &'static str,
    pub main: bool,
    pub until: Option<String>,
    pub days_left: Option<i64>,
}

impl PersonShown {
    /// Whether a certificate ends within the days in which clinics are told.
    pub fn soon(&self) -> bool {
        self.days_left.is_some_and(|left| left <= register::EXPIRING_DAYS)
    }
}

pub(crate) fn people_shown(when: When, filed: &[register::Filed], now: i64) -> Vec<PersonShown> {
    let lang = when.lang;
    filed
        .iter()
        .map(|one| PersonShown {
            practitioner_id: one.practitioner_id.clone(),
            name: lang.pick(&one.name_zh, &one.name_en).to_owned(),
            role: Role::of(&one.role).map_or("", |role| lang.role(role)),
            role_code: one.role.clone(),
            category: one
                .category
                .as_deref()
                .and_then(Category::of)
                .map_or("", |category| lang.category(category)),
            title: Title::of(&one.title).map_or("", |title| lang.title(title)),
            main: one.main_at.is_some(),
            until: one.valid_until.map(|at| when.iso(&at)),
            days_left: one.valid_until.map(|at| (at - now).div_euclid(86_400_000)),
        })
        .collect()
}

/// `GET /institutions/{institution_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(institution_id): Path<String>,
) -> Answer {
    who.need(Permission::Watch)?;
    draw(&institution_page(&app, &who, &institution_id).await?, who.lang)
}

async fn institution_page(
    app: &App,
    who: &SignedIn,
    institution_id: &str,
) -> Answer<InstitutionPage> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let scope = &who.scope;
    let found = register::institution(&mut tx, scope, institution_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/institutions").await?;
    let when = shell.when;
    let filter = AlertFilter {
        view: "all".into(),
        institution_id: Some(institution_id.to_owned()),
        ..AlertFilter::default()
    };
    let raised =
        alert::alerts(&mut tx, scope, &filter, now, Slice::first(STORY_ALERTS)).await.told(lang)?;
    let mut alerts = Vec::new();
    for line in &raised.rows {
        let risk = line.risk(&tx, now).told(lang)?;
        alerts.push(ranked(when, &tx, 0, line, risk, now.0));
    }
    let inspections =
        inspection::of_institution(&mut tx, scope, institution_id, now).await.told(lang)?;
    let statuses = register::statuses(&mut tx, institution_id).await.told(lang)?;
    let filed = register::filed_at(&mut tx, institution_id, now).await.told(lang)?;
    let periods = app.city().calendar.periods(now);
    let operations_month =
        operation::month_of(&mut tx, scope, institution_id, periods.month, now).await.told(lang)?;
    let terminals =
        terminal::terminals(&mut tx, scope, Some(institution_id), now).await.told(lang)?;
    let suspended = statuses
        .iter()
        .any(|one| one.from_at <= now.0 && one.until_at.is_none_or(|until| until > now.0));
    let colleagues = colleagues(&mut tx, who).await?;
    Ok(InstitutionPage {
        name: lang.pick(&found.name_zh, &found.name_en).to_owned(),
        kind: InstitutionKind::of(&found.kind).map_or("", |kind| lang.institution_kind(kind)),
        address: lang.pick(&found.address_zh, &found.address_en).to_owned(),
        suspended,
        story: story(when, &found, &alerts, &inspections, &statuses),
        people: people_shown(when, &filed, now.0),
        operations_month,
        terminals,
        institution: found,
        shell,
        colleagues,
        refused: None,
    })
}

/// Alerts told in a story; older ones are in the list.
const STORY_ALERTS: i64 = 30;

/// What happened to the institution, in order [N2, N19, N37].
fn story(
    when: When,
    institution: &Institution,
    alerts: &[Ranked],
    inspections: &[inspection::Inspection],
    statuses: &[register::Status],
) -> Vec<Told> {
    let lang = when.lang;
    let mut told = Vec::new();
    let mut tell = |at: i64, mark, title: String, text: String, href| {
        told.push(Told { at, day: when.stamp_hm(&at), mark, title, text, href });
    };
    tell(institution.registered_at, None, lang.story_registered().into(), String::new(), None);
    let steps = [
        (institution.installed_at, lang.story_installed()),
        (institution.tested_at, lang.story_tested()),
        (institution.online_at, lang.story_online()),
        (institution.closed_at, lang.story_closed()),
    ];
    for (at, title) in steps {
        if let Some(at) = at {
            tell(at, None, title.into(), String::new(), None);
        }
    }
    for alert in alerts {
        let href = Some(format!("/alerts/{}", alert.alert_id));
        let title = lang.story_alert(&alert.name);
        tell(alert.raised_at, Some(alert.mark), title, alert.why.clone(), href);
    }
    for one in inspections {
        let title = lang.story_proposed().to_owned();
        tell(one.proposed_at, Some(Mark::Live), title, String::new(), None);
        if let Some(at) = one.carried_out_at {
            let first = lang.pick_or(one.first_zh.as_deref(), one.first_en.as_deref());
            let second = lang.pick_or(one.second_zh.as_deref(), one.second_en.as_deref());
            let finding = lang.finding(one.finding.as_deref().unwrap_or(""));
            let text = match (&one.body, lang) {
                (Some(body), Lang::Zh) if !body.is_empty() => format!("{finding}。{body}"),
                _ => finding.to_owned(),
            };
            tell(at, Some(Mark::Live), lang.story_carried_out(first, second), text, None);
        }
    }
    for status in statuses {
        let reason = lang.finding(&status.reason).to_owned();
        tell(status.from_at, Some(Mark::Stop), lang.story_suspended().into(), reason, None);
        if let Some(until) = status.until_at {
            tell(until, None, lang.story_resumed().into(), String::new(), None);
        }
    }
    told.sort_by_key(|one| one.at);
    told
}

/// `POST /institutions/{institution_id}/status`: suspends or resumes, by two officers.
pub(crate) async fn status(
    State(app): State<App>,
    who: SignedIn,
    Path(institution_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::Dispose)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, id, now) = (who.scope.clone(), institution_id.clone(), app.now());
    let (second, suspended) = (fields.get("second").to_owned(), fields.get("to") == "suspended");
    let set = app.db().write(move |tx| {
        Box::pin(
            async move { register::set_suspended(tx, &scope, &id, &second, suspended, now).await },
        )
    });
    match set.await {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/institutions/{institution_id}")).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut page = institution_page(&app, &who, &institution_id).await?;
            page.refused = Some(who.lang.refusal(refusal));
            Ok(unprocessable(draw(&page, who.lang)?))
        }
        Err(error) => Err(Fault::of(error, who.lang)),
    }
}

struct RuleRow {
    code: &'static str,
    mark: Mark,
    level: &'static str,
    name: String,
    what: String,
    clause: String,
    checked: bool,
    risk: i64,
}

#[derive(Template)]
#[template(path = "register/rules.html")]
struct RulesPage {
    shell: Shell,
    title: String,
    version: String,
    valid_from: String,
    source: String,
    draft: bool,
    numbers: Vec<(&'static str, String)>,
    kinds: Vec<(&'static str, i64)>,
    rows: Vec<RuleRow>,
    body: String,
}

/// `GET /rules`: the pack in force, or the version a verdict names.
pub(crate) async fn rules(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/rules").await?;
    let packs = tx.packs().clone();
    let pack = packs.rules_of(fields.get("version")).unwrap_or_else(|| packs.rules_at(now));
    let body = store::pack::body(&mut tx, &pack.pack.id, &pack.pack.version)
        .await
        .told(lang)?
        .unwrap_or_default();
    let rows = pack
        .rules
        .iter()
        .map(|rule| RuleRow {
            code: rule.id.code(),
            mark: sentence::mark_of(rule.level),
            level: match rule.level {
                Level::Danger => lang.level_danger(),
                Level::Warn => lang.level_warn(),
            },
            name: lang.pick(&rule.name_zh, &rule.name_en).to_owned(),
            what: lang.pick(&rule.what_zh, &rule.what_en).to_owned(),
            clause: lang.pick(&rule.clause_zh, &rule.clause_en).to_owned(),
            checked: rule.clause_checked,
            risk: rule.risk,
        })
        .collect();
    let kinds = pack
        .kinds
        .iter()
        .map(|limit| (lang.institution_kind(limit.kind), limit.level_max))
        .collect();
    let (presence, terminal) = (&pack.presence, &pack.terminal);
    let numbers = vec![
        (lang.number_face(), format!("{:.2}", presence.face_score_min)),
        (lang.number_nobody(), lang.minutes(presence.nobody_came_min)),
        (lang.number_zero(), lang.days(presence.zero_record_days)),
        (lang.number_clock(), lang.seconds(terminal.clock_difference_s)),
        (lang.number_late(), lang.minutes(terminal.late_min)),
        (lang.number_silent(), lang.minutes(terminal.silent_min)),
        (lang.number_moved(), lang.metres(terminal.moved_m)),
        (lang.number_explain(), lang.hours(pack.disposal.explain_h)),
    ];
    draw(
        &RulesPage {
            title: lang.pick(&pack.pack.title_zh, &pack.pack.title_en).to_owned(),
            version: pack.pack.version.clone(),
            valid_from: pack.pack.valid_from.clone(),
            source: lang.pick(&pack.pack.source_zh, &pack.pack.source_en).to_owned(),
            draft: pack.pack.status == rules::pack::Status::Draft,
            numbers,
            kinds,
            rows,
            body: if lang.is_en() { String::new() } else { body },
            shell,
        },
        lang,
    )
}
