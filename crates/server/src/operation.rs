//! Operations: the list, one operation with who was in when, and what a clinic does by hand.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::operation::{Action, State as OperationState};
use rules::register::{Anaesthesia, Modality, Role};
use store::operation::{Operation, OperationFilter, OperationLine};
use store::page::Slice;
use store::{alert, checkin, operation};

use crate::App;
use crate::alert::unprocessable;
use crate::assets::Mark;
use crate::bureau::{Pager, Ranked, pager, ranked};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::sentence::{self, FeedLine};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "operation/list.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    rows: Vec<Row>,
    pager: Pager,
    modalities: Vec<(&'static str, &'static str)>,
    views: [(&'static str, &'static str); 4],
    filtered: bool,
}

struct Row {
    operation_id: String,
    number: String,
    institution: String,
    room: String,
    procedure: String,
    modality: &'static str,
    level: i64,
    client: String,
    attending: String,
    planned: String,
    started: String,
    timer_from: Option<i64>,
    timer: String,
    mark: Option<Mark>,
    state: &'static str,
}

/// The mark and the word of a state; a normal one has no mark.
pub(crate) fn state_shown(lang: Lang, state: &OperationState) -> (Option<Mark>, &'static str) {
    match state {
        OperationState::Declared => (Some(Mark::Todo), lang.op_declared()),
        OperationState::Ready { .. } => (Some(Mark::Live), lang.op_ready()),
        OperationState::InProgress { .. } => (Some(Mark::Live), lang.op_in_progress()),
        OperationState::SignedOut { .. } => (None, lang.op_signed_out()),
        OperationState::Confirmed { .. } => (None, lang.op_confirmed()),
        OperationState::Cancelled { .. } => (Some(Mark::Stop), lang.op_cancelled()),
    }
}

/// `GET /operations`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let calendar = app.city().calendar;
    let view = match fields.get("view") {
        known @ ("open" | "all" | "unconfirmed") => known.to_owned(),
        _ => "today".to_owned(),
    };
    let filter = OperationFilter {
        view: view.clone(),
        modality: fields.some("modality"),
        institution_id: fields.some("institution"),
        text: fields.some("text"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    };
    let filtered = fields.any(&["modality", "institution", "text", "from", "until"]);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/operations").await?;
    let day = calendar.periods(now).day;
    let slice = Slice::page(fields.page());
    let listed =
        operation::operations(&mut tx, &who.scope, &filter, day, slice).await.told(lang)?;
    let rows: Vec<Row> =
        listed.rows.iter().map(|line| row(shell.when, tx.packs(), line, now.0)).collect();
    let modalities = Modality::ALL.iter().map(|one| (one.code(), lang.modality(*one))).collect();
    let pager = pager("/operations", &fields, rows.len(), listed.total);
    let views = [
        ("today", lang.view_today()),
        ("open", lang.view_running()),
        ("unconfirmed", lang.view_unconfirmed()),
        ("all", lang.all()),
    ];
    draw(&List { shell, fields, view, rows, pager, modalities, views, filtered }, lang)
}

fn row(when: When, packs: &store::Packs, line: &OperationLine, now: i64) -> Row {
    let lang = when.lang;
    let (mark, state) = state_shown(lang, &line.state());
    let running = line.started_at.filter(|_| line.signed_out_at.is_none());
    let attending = lang.pick_or(line.attending_zh.as_deref(), line.attending_en.as_deref());
    Row {
        operation_id: line.operation_id.clone(),
        number: line.number.clone(),
        institution: lang.pick(&line.institution_zh, &line.institution_en).to_owned(),
        room: sentence::room(lang, &line.room_kind, line.room_number),
        procedure: sentence::procedure(lang, packs, &line.procedure_code, line.planned_at),
        modality: Modality::of(&line.modality).map_or("", |one| lang.modality(one)),
        level: line.level,
        client: sentence::alias(lang, &line.client_alias_zh, &line.client_alias_en),
        attending: attending.to_owned(),
        planned: when.stamp_hm(&line.planned_at),
        started: line.started_at.map_or(String::new(), |at| when.hm(&at)),
        timer: running.map_or(String::new(), |from| when.timer(&(now - from))),
        timer_from: running,
        mark,
        state,
    }
}

struct Person {
    name: String,
    role: &'static str,
    came: Option<String>,
    left: Option<String>,
    inside: bool,
}

#[derive(Template)]
#[template(path = "operation/page.html")]
struct OperationPage {
    shell: Shell,
    operation: Operation,
    title: String,
    place: String,
    client: String,
    anaesthesia: &'static str,
    modality: &'static str,
    mark: Option<Mark>,
    state: &'static str,
    timer: Option<(i64, String)>,
    team: Vec<Person>,
    feed: Vec<FeedLine>,
    alerts: Vec<Ranked>,
    actions: &'static [Action],
    refused: Option<String>,
    typed: Fields,
}

impl OperationPage {
    fn may(&self, action: &str) -> bool {
        self.actions.iter().any(|allowed| allowed.code() == action)
    }
}

/// `GET /operations/{operation_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(operation_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let mut page = operation_page(&app, &who, &operation_id).await?;
    page.shell.done = match Fields::of(query).get("done") {
        "declared" => Some(who.lang.declared_done().to_owned()),
        "cancel" => Some(who.lang.cancelled_done().to_owned()),
        "confirm" => Some(who.lang.confirmed_done().to_owned()),
        _ => None,
    };
    draw(&page, who.lang)
}

/// Checks shown on one operation's page.
const CHECKS_SHOWN: i64 = 40;

async fn operation_page(app: &App, who: &SignedIn, operation_id: &str) -> Answer<OperationPage> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let found = operation::operation(&mut tx, &who.scope, operation_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/operations").await?;
    let when = shell.when;
    let team = operation::team(&mut tx, &found.institution_id, operation_id).await.told(lang)?;
    let rows =
        checkin::feed(&mut tx, &who.scope, Some(operation_id), CHECKS_SHOWN).await.told(lang)?;
    let alerts = alert::of_operation(&mut tx, &who.scope, operation_id, now).await.told(lang)?;
    let mut shown = Vec::new();
    for line in &alerts {
        let risk = line.risk(&tx, now).told(lang)?;
        shown.push(ranked(when, &tx, 0, line, risk, now.0));
    }
    let state = found.state();
    let (mark, word) = state_shown(lang, &state);
    let alias = sentence::alias(lang, &found.client_alias_zh, &found.client_alias_en);
    Ok(OperationPage {
        title: sentence::procedure(lang, tx.packs(), &found.procedure_code, found.planned_at),
        place: format!(
            "{}·{}",
            lang.pick(&found.institution_zh, &found.institution_en),
            sentence::room(lang, &found.room_kind, found.room_number)
        ),
        client: match &found.client_name {
            Some(name) => format!("{name}·{alias}"),
            None => alias,
        },
        anaesthesia: Anaesthesia::of(&found.anaesthesia).map_or("", |one| lang.anaesthesia(one)),
        modality: Modality::of(&found.modality).map_or("", |one| lang.modality(one)),
        timer: found
            .started_at
            .filter(|_| matches!(state, OperationState::InProgress { .. }))
            .map(|from| (from, when.timer(&(now.0 - from)))),
        team: team
            .iter()
            .map(|row| Person {
                name: lang.pick(&row.name_zh, &row.name_en).to_owned(),
                role: Role::of(&row.role).map_or("", |role| lang.role(role)),
                came: row.first_in_at.map(|at| when.hm(&at)),
                left: row.last_out_at.filter(|_| row.inside == 0).map(|at| when.hm(&at)),
                inside: row.inside > 0,
            })
            .collect(),
        feed: rows.iter().map(|row| sentence::feed_line(when, tx.packs(), row, now.0)).collect(),
        alerts: shown,
        actions: if who.scope.may(Permission::Declare) { state.actions() } else { &[] },
        mark,
        state: word,
        operation: found,
        shell,
        refused: None,
        typed: Fields::default(),
    })
}

/// `POST /operations/{operation_id}/actions`
pub(crate) async fn act(
    State(app): State<App>,
    who: SignedIn,
    Path(operation_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let action = Action::of(fields.get("action"))
        .ok_or_else(|| Fault::new(Kind::BadForm("action".into()), lang))?;
    let (scope, now, id) = (who.scope.clone(), app.now(), operation_id.clone());
    let volume_ml = fields.number("volume_ml").filter(|ml| operation::VOLUME_ML.contains(ml));
    // What was typed and cannot be read must not be recorded as nothing.
    if volume_ml.is_none() && !fields.get("volume_ml").trim().is_empty() {
        let mut page = operation_page(&app, &who, &operation_id).await?;
        page.refused = Some(lang.no_such_volume().into());
        page.typed = fields;
        return Ok(unprocessable(draw(&page, lang)?));
    }
    let reason = fields.get("reason").to_owned();
    let acted = app.db().write(move |tx| {
        Box::pin(
            async move { operation::act(tx, &scope, &id, action, &reason, volume_ml, now).await },
        )
    });
    match acted.await {
        Ok(()) => {
            app.wake_feed();
            let next = format!("/operations/{operation_id}?done={}", action.code());
            Ok(Redirect::to(&next).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut page = operation_page(&app, &who, &operation_id).await?;
            page.refused = Some(lang.refusal(refusal).to_owned());
            page.typed = fields;
            Ok(unprocessable(draw(&page, lang)?))
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}
