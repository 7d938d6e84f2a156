//! Alerts: the list, one alert with its three records, and the steps of disposal.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use rules::account::Permission;
use rules::alert::{Method, Outcome, Rule, State as AlertState, Step};
use store::alert::{Alert, AlertFilter, Disposal, StepRow};
use store::page::Slice;
use store::{Tx, account, alert};

use crate::App;
use crate::assets::Mark;
use crate::assist::{self, OpinionShown};
use crate::bureau::{Pager, Ranked, pager, ranked};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

#[derive(Template)]
#[template(path = "alert/list.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    rows: Vec<Row>,
    pager: Pager,
    rules: Vec<(String, String)>,
    views: [(&'static str, &'static str); 5],
    filtered: bool,
}

struct Row {
    line: Ranked,
    number: String,
    raised: String,
    place: String,
}

/// `GET /alerts`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let calendar = app.city().calendar;
    let view = match fields.get("view") {
        known @ ("all" | "closed" | "clinic" | "officer") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let filter = AlertFilter {
        view: view.clone(),
        rule: fields.some("rule"),
        level: fields.some("level"),
        text: fields.some("text"),
        institution_id: fields.some("institution"),
        operation_id: None,
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    };
    let filtered = fields.any(&["rule", "level", "text", "from", "until", "institution"]);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/alerts").await?;
    let slice = Slice::page(fields.page());
    let listed = alert::alerts(&mut tx, &who.scope, &filter, now, slice).await.told(lang)?;
    let mut rows = Vec::with_capacity(listed.rows.len());
    for line in &listed.rows {
        let risk = line.risk(&tx, now).told(lang)?;
        let room = line.room_kind.as_deref().zip(line.room_number);
        rows.push(Row {
            line: ranked(shell.when, &tx, 0, line, risk, now.0),
            number: line.number.clone(),
            raised: shell.when.stamp_hm(&line.raised_at),
            place: room.map_or(String::new(), |(kind, n)| sentence::room(lang, kind, n)),
        });
    }
    let rules = tx
        .packs()
        .rules_at(now)
        .rules
        .iter()
        .map(|rule| {
            let code = rule.id.code();
            (code.to_owned(), format!("{code} {}", lang.pick(&rule.name_zh, &rule.name_en)))
        })
        .collect();
    let pager = pager("/alerts", &fields, rows.len(), listed.total);
    let views = [
        ("open", lang.view_open()),
        ("clinic", lang.view_clinic()),
        ("officer", lang.view_officer()),
        ("closed", lang.view_closed()),
        ("all", lang.all()),
    ];
    draw(&List { shell, fields, view, rows, pager, rules, views, filtered }, lang)
}

/// One record of the course as its page shows it.
struct Record {
    mark: Mark,
    title: &'static str,
    when: String,
    by: String,
    tag: Option<String>,
    text: String,
}

#[derive(Template)]
#[template(path = "alert/page.html")]
struct AlertPage {
    shell: Shell,
    alert: Alert,
    name: String,
    mark: Mark,
    place: String,
    region: String,
    sentence: String,
    ruler: Option<Ruler>,
    records: Vec<Record>,
    rule: RuleShown,
    inputs: Vec<(&'static str, String)>,
    steps: &'static [Step],
    due: String,
    colleagues: Vec<(String, String)>,
    opinions: Vec<OpinionShown>,
    /// A QC centre is there to ask, and this person may.
    asks: bool,
    request_key: String,
    /// An opinion was just asked for: the server has the question.
    asked: bool,
    /// What was typed before a step was refused.
    typed: Fields,
    refused: Option<String>,
    closed: Option<String>,
}

impl AlertPage {
    fn may(&self, step: &str) -> bool {
        self.steps.iter().any(|allowed| allowed.code() == step)
    }

    fn chosen(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }

    /// The outcomes with what each leads to.
    fn outcomes(&self) -> [(Outcome, &'static str); 3] {
        let lang = self.shell.lang;
        [
            (Outcome::Explained, lang.outcome_explained_what()),
            (Outcome::DeviceFault, lang.outcome_fault_what()),
            (Outcome::Referred, lang.outcome_referred_what()),
        ]
    }
}

/// The rule as the pack that judged has it.
struct RuleShown {
    name: String,
    what: String,
    clause: String,
    clause_checked: bool,
    pack: String,
    valid_from: String,
}

/// The ruler of an attendance that was too short: actual against minimum.
struct Ruler {
    ticks: Vec<(String, String)>,
    actual: String,
    actual_word: String,
    planned: String,
    limit_left: String,
    limit_word: String,
}

/// `GET /alerts/{alert_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(alert_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(query);
    let asked = fields.get("done") == "opinion";
    let done = Step::of(fields.get("done")).map(|step| who.lang.step_done(who.lang.step(step)));
    let done = done.or_else(|| asked.then(|| who.lang.opinion_asked_done().to_owned()));
    let mut page = alert_page(&app, &who, &alert_id, Fields::default()).await?;
    page.shell.done = done;
    page.asked = asked;
    draw(&page, who.lang)
}

async fn alert_page(app: &App, who: &SignedIn, alert_id: &str, typed: Fields) -> Answer<AlertPage> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let alert = alert::alert(&mut tx, &who.scope, alert_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/alerts").await?;
    let when = shell.when;
    let role = who.scope.account().map(|account| account.role);
    let rows = alert::steps(&mut tx, &alert).await.told(lang)?;
    let region = store::register::region(&mut tx, &alert.region_code).await.told(lang)?;
    let person =
        alert.practitioner.as_ref().map_or(String::new(), |[zh, en]| lang.pick(zh, en).to_owned());
    let sentence = sentence::alert(when, &alert.rule, &person, &alert.inputs);
    let left = alert.explain_due_at - now.0;
    let room = alert
        .room
        .as_ref()
        .map_or(String::new(), |(kind, n)| format!("·{}", sentence::room(lang, kind, *n)));
    let colleagues = colleagues(&mut tx, who).await?;
    let opinions = assist::of_alert(&mut tx, who, when, alert_id).await?;
    Ok(AlertPage {
        name: sentence::rule_name(lang, tx.packs(), &alert.rule, &alert.pack_version),
        mark: sentence::mark_of(alert.level),
        place: format!("{}{room}", lang.pick(&alert.institution[0], &alert.institution[1])),
        region: lang.pick(&region.name_zh, &region.name_en).to_owned(),
        ruler: ruler(when, &alert, &person),
        records: records(when, &alert, &rows),
        rule: rule_shown(&tx, lang, &alert),
        inputs: sentence::inputs(when, &alert.rule, &alert.inputs),
        steps: role.map_or(&[], |role| alert.state.steps(role)),
        due: lang.explain_due(
            when.stamp_hm(&alert.explain_due_at),
            match left {
                ..0 => lang.due_over(when.span(&left)),
                _ => lang.due_left(when.span(&left)),
            },
        ),
        closed: match &alert.state {
            AlertState::Closed { outcome, .. } => Some(lang.closed_as(lang.outcome(*outcome))),
            _ => None,
        },
        asks: shell.channel && who.scope.may(Permission::AskOpinion),
        request_key: crate::form::fresh_key(),
        opinions,
        shell,
        alert,
        sentence,
        colleagues,
        asked: false,
        typed,
        refused: None,
    })
}

/// The officers who may come along, for who may decide at all.
pub(crate) async fn colleagues(tx: &mut Tx, who: &SignedIn) -> Answer<Vec<(String, String)>> {
    let lang = who.lang;
    if !who.scope.may(Permission::Dispose) {
        return Ok(Vec::new());
    }
    let found = account::colleagues(tx, &who.scope).await.told(lang)?;
    let named = found
        .into_iter()
        .map(|one| (one.account_id, lang.pick(&one.name_zh, &one.name_en).to_owned()));
    Ok(named.collect())
}

fn rule_shown(tx: &Tx, lang: crate::words::Lang, alert: &Alert) -> RuleShown {
    let pack = tx.packs().rules_of(&alert.pack_version);
    let rule = pack.and_then(|pack| Rule::of(&alert.rule).and_then(|rule| pack.rule(rule)));
    let text = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    RuleShown {
        name: rule.map_or(String::new(), |rule| text(&rule.name_zh, &rule.name_en)),
        what: rule.map_or(String::new(), |rule| text(&rule.what_zh, &rule.what_en)),
        clause: rule.map_or(String::new(), |rule| text(&rule.clause_zh, &rule.clause_en)),
        clause_checked: rule.is_some_and(|rule| rule.clause_checked),
        pack: pack.map_or(alert.pack_version.clone(), |pack| {
            format!("{} {}", text(&pack.pack.title_zh, &pack.pack.title_en), pack.pack.version)
        }),
        valid_from: pack.map_or(String::new(), |pack| pack.pack.valid_from.clone()),
    }
}

/// Everything done about the alert after it was raised, oldest first.
fn records(when: When, alert: &Alert, rows: &[StepRow]) -> Vec<Record> {
    let lang = when.lang;
    rows.iter()
        .map(|row| {
            let step = Step::of(&row.step);
            let mark = match step {
                Some(Step::Explain | Step::Verify | Step::Close) => Mark::Ok,
                _ => Mark::Live,
            };
            let mut by = lang.pick(&row.by_zh, &row.by_en).to_owned();
            if let (Some(zh), Some(en)) = (&row.second_zh, &row.second_en) {
                by.push_str(&lang.with_second(lang.pick(zh, en)));
            }
            let tag = match step {
                Some(Step::Explain) => {
                    let hours = (alert.explain_due_at - alert.recorded_at) / 3_600_000;
                    Some(lang.explained_in(hours, when.span(&(row.at - alert.recorded_at))))
                }
                Some(Step::Verify) => row
                    .method
                    .as_deref()
                    .and_then(Method::of)
                    .map(|method| lang.verify_method(method).to_owned()),
                Some(Step::Close) => row
                    .outcome
                    .as_deref()
                    .and_then(Outcome::of)
                    .map(|outcome| lang.outcome(outcome).to_owned()),
                _ => None,
            };
            Record {
                mark,
                title: step.map_or("", |step| lang.step(step)),
                when: when.stamp(&row.at),
                by,
                tag,
                text: row.body.clone(),
            }
        })
        .collect()
}

const RULER_STEP_MS: i64 = 15 * 60_000;

fn ruler(when: When, alert: &Alert, person: &str) -> Option<Ruler> {
    let number = |key: &str| alert.inputs.get(key).and_then(serde_json::Value::as_i64);
    let (in_at, out_at, min) = (number("in_at")?, number("out_at")?, number("min_minutes")?);
    let limit_at = in_at + min * 60_000;
    let start = (in_at - 5 * 60_000).div_euclid(RULER_STEP_MS) * RULER_STEP_MS;
    let end = (limit_at.max(out_at) + 10 * 60_000).div_euclid(RULER_STEP_MS) * RULER_STEP_MS
        + RULER_STEP_MS;
    let percent = |at: i64| (at - start) as f64 * 100.0 / (end - start) as f64;
    let steps = (end - start) / RULER_STEP_MS;
    // At most eight words on the ruler, however long the operation.
    let every = (steps + 7) / 8;
    let ticks = (0..=steps)
        .filter(|n| n % every == 0)
        .map(|n| start + n * RULER_STEP_MS)
        .map(|at| (format!("{:.3}", percent(at)), when.hm(&at)))
        .collect();
    let bar = |from: i64, to: i64| {
        format!("left:{:.3}%;width:{:.3}%", percent(from), percent(to) - percent(from))
    };
    Some(Ruler {
        ticks,
        actual: bar(in_at, out_at),
        actual_word: format!("{person} {}", when.span(&(out_at - in_at))),
        planned: bar(in_at, limit_at),
        limit_left: format!("{:.3}", percent(limit_at)),
        limit_word: when.lang.min_line(when.time(&limit_at)),
    })
}

/// `POST /alerts/{alert_id}/steps`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(alert_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    if !who.scope.may(Permission::Explain) {
        who.need(Permission::Dispose)?;
    }
    let disposals =
        disposals(&fields).ok_or_else(|| Fault::new(Kind::BadForm("step".into()), lang))?;
    let last = disposals.last().map_or("", |disposal| disposal.step.code());
    let (scope, now, id) = (who.scope.clone(), app.now(), alert_id.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move {
            for disposal in &disposals {
                alert::dispose(tx, &scope, &id, disposal, now).await?;
            }
            Ok(())
        })
    });
    match taken.await {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/alerts/{alert_id}?done={last}")).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            // The page comes back as it was left, with the reason beside the form.
            let mut page = alert_page(&app, &who, &alert_id, fields).await?;
            page.refused = Some(lang.refusal(refusal).to_owned());
            let response = draw(&page, lang)?;
            Ok(unprocessable(response))
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// The steps a form asks for: `decide` verifies and closes in one transaction.
fn disposals(fields: &Fields) -> Option<Vec<Disposal>> {
    let one = |step| Disposal {
        step,
        text: fields.get("text").to_owned(),
        method: Method::of(fields.get("method")).filter(|_| step == Step::Verify),
        outcome: Outcome::of(fields.get("outcome")).filter(|_| step == Step::Close),
        second_account: fields.some("second").filter(|_| step == Step::Verify),
    };
    if fields.get("step") == "decide" {
        return Some(vec![one(Step::Verify), Disposal { text: String::new(), ..one(Step::Close) }]);
    }
    Step::of(fields.get("step")).map(|step| vec![one(step)])
}

pub(crate) fn unprocessable(mut response: Response) -> Response {
    *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    response
}
