//! The officer's home: what needs me today, on one screen.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use rules::account::Permission;
use rules::alert::{Risk, Rule, proposes_key_supervision};
use serde_json::json;
use store::alert::{AlertCounts, AlertLine, OpenCounts};
use store::operation::OperationCounts;
use store::register::{Coverage, MapPoint};
use store::terminal::Online;
use store::{Tx, alert, checkin, operation, register, terminal};

use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::sentence::{self, FeedLine};
use crate::session::SignedIn;
use crate::shell::{Shell, shell, wants_fragment};
use crate::when::When;

/// Checks shown on the home page; the first is open with its card.
const FEED_ROWS: i64 = 7;
const WORKLIST_ROWS: usize = 8;

/// The counters of a territory.
pub(crate) struct Counters {
    pub operations: OperationCounts,
    pub alerts: AlertCounts,
    pub coverage: Coverage,
    pub online: Online,
    pub open: OpenCounts,
}

pub(crate) async fn counters(app: &App, who: &SignedIn, tx: &mut Tx) -> Answer<Counters> {
    let (scope, lang, now) = (&who.scope, who.lang, app.now());
    let periods = app.city().calendar.periods(now);
    Ok(Counters {
        operations: operation::counts(tx, scope, periods, now).await.told(lang)?,
        alerts: alert::counts(tx, scope, periods, now).await.told(lang)?,
        coverage: register::coverage(tx, scope, now).await.told(lang)?,
        online: terminal::online(tx, scope, now).await.told(lang)?,
        open: alert::open_counts(tx, scope).await.told(lang)?,
    })
}

/// One ranked line of the worklist.
pub(crate) struct Ranked {
    pub rank: usize,
    pub alert_id: String,
    pub institution: String,
    pub street: String,
    pub mark: Mark,
    pub name: String,
    pub why: String,
    pub risk: Risk,
    pub working: String,
    pub due: String,
    pub late: bool,
    pub due_at: i64,
    pub raised_at: i64,
    pub age: String,
    pub state: &'static str,
    pub key_proposed: bool,
}

pub(crate) fn state_word(lang: crate::words::Lang, state: &str) -> &'static str {
    match state {
        "new" => lang.state_new(),
        "claimed" => lang.state_claimed(),
        "asked" => lang.state_asked(),
        "explained" => lang.state_explained(),
        "verified" => lang.state_verified(),
        _ => lang.state_closed_word(),
    }
}

/// Who an alert is about, as its sentence begins.
pub(crate) fn person(lang: crate::words::Lang, line: &AlertLine) -> String {
    lang.pick_or(line.practitioner_zh.as_deref(), line.practitioner_en.as_deref()).to_owned()
}

pub(crate) fn ranked(
    when: When,
    tx: &Tx,
    rank: usize,
    line: &AlertLine,
    risk: Risk,
    now: i64,
) -> Ranked {
    let lang = when.lang;
    let inputs = serde_json::from_str(&line.inputs).unwrap_or_default();
    let left = line.explain_due_at - now;
    let rule = Rule::of(&line.rule);
    Ranked {
        rank,
        alert_id: line.alert_id.clone(),
        institution: lang.pick(&line.institution_zh, &line.institution_en).to_owned(),
        street: lang.pick(&line.street_zh, &line.street_en).to_owned(),
        mark: line.level().map_or(Mark::Warn, sentence::mark_of),
        name: sentence::rule_name(lang, tx.packs(), &line.rule, &line.pack_version),
        why: sentence::alert(when, &line.rule, &person(lang, line), &inputs),
        working: lang.risk_working(risk.rule_points, risk.repeat_points, risk.overdue_points),
        risk,
        due: match left {
            ..0 => lang.due_over(when.span(&left)),
            _ => lang.due_left(when.span(&left)),
        },
        late: left < 0,
        due_at: line.explain_due_at,
        raised_at: line.raised_at,
        age: when.timer(&(now - line.raised_at)),
        state: state_word(lang, &line.state),
        key_proposed: rule.is_some_and(proposes_key_supervision),
    }
}

/// A territory's map as its island reads it.
pub(crate) struct Map {
    pub json: String,
    pub boundaries: String,
    pub note: String,
}

pub(crate) async fn map(app: &App, who: &SignedIn, tx: &mut Tx) -> Answer<Map> {
    let (lang, now) = (who.lang, app.now());
    let points = register::map_points(tx, &who.scope, now).await.told(lang)?;
    let district = who.scope.account().and_then(|account| account.district.clone());
    let focus = district.unwrap_or_else(|| app.city().home_region.clone());
    let regions = register::regions(tx, now).await.told(lang)?;
    let names: std::collections::BTreeMap<&str, &str> = regions
        .iter()
        .map(|one| (one.region_code.as_str(), lang.pick(&one.name_zh, &one.name_en)))
        .collect();
    let drawn: Vec<_> = points.iter().map(|point| draw_point(lang, point)).collect();
    let (zh, en) = (&app.city().map_note[0], &app.city().map_note[1]);
    let prefix: String = app.city().code.chars().take(4).collect();
    let data = json!({
        "points": drawn,
        "focus": focus,
        "box": frame(&points),
        "names": names,
    });
    Ok(Map {
        json: crate::assets::script_json(&data),
        boundaries: crate::assets::url(&format!("boundaries/{prefix}.geojson")),
        note: lang.pick(zh, en).to_owned(),
    })
}

/// West, south, east, north of the institutions, with some air.
fn frame(points: &[MapPoint]) -> [f64; 4] {
    let mut frame = [180.0_f64, 90.0_f64, -180.0_f64, -90.0_f64];
    for point in points {
        frame[0] = frame[0].min(point.lng - 0.02);
        frame[1] = frame[1].min(point.lat - 0.015);
        frame[2] = frame[2].max(point.lng + 0.02);
        frame[3] = frame[3].max(point.lat + 0.015);
    }
    if points.is_empty() { [73.0, 18.0, 135.0, 54.0] } else { frame }
}

/// The most urgent state wins.
fn draw_point(lang: crate::words::Lang, point: &MapPoint) -> serde_json::Value {
    let state = if point.open_danger > 0 && point.suspended == 0 {
        "danger"
    } else if point.open_warn > 0 && point.suspended == 0 {
        "warn"
    } else if point.suspended > 0 {
        "stop"
    } else if point.operating_now > 0 {
        "live"
    } else if point.silent_terminals > 0 {
        "off"
    } else {
        "open"
    };
    let named = matches!(state, "danger" | "warn");
    json!({
        "at": [point.lng, point.lat],
        "s": state,
        "t": if named { lang.pick(&point.short_zh, &point.short_en) } else { "" },
        "n": lang.pick(&point.name_zh, &point.name_en),
        "href": format!("/institutions/{}", point.institution_id),
    })
}

#[derive(Template)]
#[template(path = "bureau/home.html")]
struct Home {
    shell: Shell,
    counters: Counters,
    lead: String,
    feed: Vec<FeedLine>,
    worklist: Vec<Ranked>,
    map: Map,
    /// Whether this is a part that takes the place of what the page shows.
    part: bool,
}

/// The parts that live, each swapped where it stands, so that map and reading place stay.
#[derive(Template)]
#[template(path = "bureau/home_part.html")]
struct HomePart {
    shell: Shell,
    counters: Counters,
    lead: String,
    feed: Vec<FeedLine>,
    worklist: Vec<Ranked>,
    map: Map,
    part: bool,
}

/// `GET /bureau`; the parts that live, when the page itself asks.
pub(crate) async fn home(State(app): State<App>, who: SignedIn, headers: HeaderMap) -> Answer {
    who.need(Permission::Watch)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/bureau").await?;
    let when = shell.when;
    let counters = counters(&app, &who, &mut tx).await?;
    let lead = lead(&counters, lang);
    let rows = checkin::feed(&mut tx, &who.scope, None, FEED_ROWS).await.told(lang)?;
    let feed = rows.iter().map(|row| sentence::feed_line(when, tx.packs(), row, now.0)).collect();
    let listed = alert::worklist(&mut tx, &who.scope, now, WORKLIST_ROWS).await.told(lang)?;
    let worklist = listed
        .rows
        .iter()
        .enumerate()
        .map(|(index, (line, risk))| ranked(when, &tx, index + 1, line, *risk, now.0))
        .collect();
    let map = map(&app, &who, &mut tx).await?;
    if wants_fragment(&headers) {
        let part = HomePart { shell, counters, lead, feed, worklist, map, part: true };
        return draw(&part, lang);
    }
    draw(&Home { shell, counters, lead, feed, worklist, map, part: false }, lang)
}

/// One sentence that says what needs you today.
fn lead(counters: &Counters, lang: crate::words::Lang) -> String {
    let open = counters.open;
    let alerts = if open.open == 0 {
        lang.lead_nothing().to_owned()
    } else {
        lang.lead_open(open.open, open.waiting_for_clinic, open.waiting_for_officer)
    };
    let same = counters.operations.week == counters.operations.month;
    let week = if same { lang.lead_week_is_month() } else { lang.lead_week() };
    format!("{alerts}{}{week}", lang.pick("", " "))
}

/// The fields of a list's filter, for its template.
pub(crate) struct Pager {
    pub from: i64,
    pub to: i64,
    pub total: i64,
    pub previous: Option<String>,
    pub next: Option<String>,
}

/// Where a list stands and how to leaf through it; the filter stays in the address.
pub(crate) fn pager(path: &str, fields: &Fields, shown: usize, total: i64) -> Pager {
    let page = fields.page();
    let before = (page - 1) * store::page::ROWS;
    let to = before + i64::try_from(shown).unwrap_or(0);
    let link = |number: i64| format!("{path}?{}", fields.with("page", &number.to_string()));
    Pager {
        from: if shown == 0 { 0 } else { before + 1 },
        to,
        total,
        previous: (page > 1).then(|| link(page - 1)),
        next: (to < total).then(|| link(page + 1)),
    }
}
