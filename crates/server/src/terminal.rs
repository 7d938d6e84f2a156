//! Terminals: the protocol's two doors, the time, and the bureau's list.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use presence::event::{Batch, Enrol, EnrolRefusal, Enrolled, MAX_BATCH, MAX_CODE, Reply};
use rules::account::Permission;
use serde_json::json;
use store::terminal::{Refused, Terminal};
use utoipa::OpenApi;

use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::sentence;
use crate::session::{Peer, SignedIn};
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// Machines are answered in codes; the sentences beside them are Chinese first.
const MACHINE: Lang = Lang::Zh;

fn problem(status: StatusCode, code: &str, title: &str) -> Response {
    let body =
        json!({"type": format!("/problems/{code}"), "title": title, "status": status.as_u16()});
    let mut response = (status, Json(body)).into_response();
    let media = axum::http::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, media);
    response
}

fn city_offset_ms(app: &App) -> i64 {
    app.clock().city().0 - app.clock().machine().0
}

/// `GET /api/v1/time`: what a terminal sets its offset by.
#[utoipa::path(get, path = "/api/v1/time", tag = "terminals",
    responses((status = 200, description = "server_time_ms and city_offset_ms")))]
pub(crate) async fn time(State(app): State<App>) -> Json<serde_json::Value> {
    Json(json!({
        "server_time_ms": app.clock().machine().0, "city_offset_ms": city_offset_ms(&app),
    }))
}

/// `POST /api/v1/terminals/{device}/events`
#[utoipa::path(post, path = "/api/v1/terminals/{device}/events", tag = "terminals",
    params(("device" = String, Path, description = "name given at enrolment")),
    request_body(content_type = "application/json",
        description = "{\"events\":[{\"bytes\":base64url,\"sig\":base64url}]}, at most 100"),
    responses(
        (status = 200, description = "one answer for each event, see docs/terminal-protocol.md"),
        (status = 400, description = "not a batch (problem+json)"),
        (status = 413, description = "more than 100 events or too many bytes (problem+json)"),
        (status = 429, description = "too many requests (problem+json)")))]
pub(crate) async fn events(
    State(app): State<App>,
    Peer(address): Peer,
    Path(device): Path<String>,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "一次发送的内容过大");
    };
    // No terminal has such a name; it is not worth remembering who sends by it.
    if device.len() > MAX_CODE {
        return Fault::new(Kind::NotFound, MACHINE).problem();
    }
    if !app.device_may_send(address, &device) {
        return Fault::new(Kind::TooMany, MACHINE).problem();
    }
    let Ok(batch) = serde_json::from_slice::<Batch>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "not_a_batch", "内容不是协议规定的批次");
    };
    if batch.events.len() > MAX_BATCH {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_many_events", "一批最多 100 条");
    }
    let mut answers = Vec::with_capacity(batch.events.len());
    for envelope in batch.events {
        let (device, now) = (device.clone(), app.now());
        // One transaction an event: a fault in one leaves the ones before it recorded.
        let received = app.db().write(move |tx| {
            Box::pin(async move { store::terminal::receive(tx, &device, &envelope, now).await })
        });
        match received.await {
            Ok(answer) => answers.push(answer),
            // The device keeps what was not answered and sends it again.
            Err(error) if answers.is_empty() => return Fault::of(error, MACHINE).problem(),
            Err(error) => {
                tracing::error!(%error, "a batch was cut short");
                break;
            }
        }
    }
    app.wake_feed();
    let reply = Reply {
        answers,
        server_time_ms: app.clock().machine().0,
        city_offset_ms: city_offset_ms(&app),
    };
    Json(reply).into_response()
}

/// `POST /api/v1/terminals/enrol`
#[utoipa::path(post, path = "/api/v1/terminals/enrol", tag = "terminals",
    request_body(content_type = "application/json",
        description = "{\"code\":text, \"public_key\":base64url}"),
    responses(
        (status = 200, description = "device, server_time_ms, city_offset_ms"),
        (status = 400, description = "key_invalid"), (status = 404, description = "code_unknown"),
        (status = 409, description = "code_used or key_used"),
        (status = 410, description = "code_expired"),
        (status = 429, description = "too many requests")))]
pub(crate) async fn enrol(State(app): State<App>, body: Bytes) -> Response {
    if !app.may_enrol() {
        return Fault::new(Kind::TooMany, MACHINE).problem();
    }
    let Ok(asked) = serde_json::from_slice::<Enrol>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "not_an_enrolment", "内容不是协议规定的登记");
    };
    let now = app.now();
    let enrolled = app.db().write(move |tx| {
        Box::pin(
            async move { store::terminal::enrol(tx, &asked.code, &asked.public_key, now).await },
        )
    });
    match enrolled.await {
        Ok(Ok(device)) => Json(Enrolled {
            device,
            server_time_ms: app.clock().machine().0,
            city_offset_ms: city_offset_ms(&app),
        })
        .into_response(),
        Ok(Err(refusal)) => {
            let (status, title) = match refusal {
                EnrolRefusal::CodeUnknown => (StatusCode::NOT_FOUND, "没有这个登记码"),
                EnrolRefusal::CodeUsed => (StatusCode::CONFLICT, "登记码已经用过"),
                EnrolRefusal::CodeExpired => (StatusCode::GONE, "登记码已过期"),
                EnrolRefusal::KeyInvalid => (StatusCode::BAD_REQUEST, "公钥不可用"),
                EnrolRefusal::KeyUsed => (StatusCode::CONFLICT, "公钥曾被使用"),
            };
            problem(status, refusal.code(), title)
        }
        Err(error) => Fault::of(error, MACHINE).problem(),
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Baize terminal API",
        version = "1",
        description = "See docs/terminal-protocol.md for the signed bytes."
    ),
    paths(time, events, enrol)
)]
struct Described;

/// `GET /api/v1/openapi.json`
pub(crate) async fn openapi() -> Response {
    let mut described = Described::openapi();
    described.merge(crate::transfer::described());
    described.merge(crate::transfer::exchange_described());
    Json(described).into_response()
}

struct Row {
    terminal: Terminal,
    institution: String,
    room: String,
    mark: Option<Mark>,
    state: &'static str,
    seen: String,
    clock: String,
}

#[derive(Template)]
#[template(path = "terminal/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    total: usize,
    text: String,
    refusals: Vec<(String, String, i64, String)>,
    may_enrol: bool,
    /// A code just given out: shown once, kept by nobody.
    code: Option<(String, String)>,
}

/// Rows on the page; a district has a few hundred terminals at most, the filter finds one.
const ROWS: usize = 100;

async fn draw_list(
    app: &App,
    who: &SignedIn,
    text: &str,
    code: Option<(String, String)>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/terminals").await?;
    let when = shell.when;
    let silent_ms = tx.packs().rules_at(now).terminal.silent_min * 60_000;
    let found = store::terminal::terminals(&mut tx, &who.scope, None, now).await.told(lang)?;
    let wanted = text.to_lowercase();
    let rows: Vec<Row> = found
        .into_iter()
        .map(|terminal| row(when, terminal, now.0, silent_ms))
        .filter(|row| {
            wanted.is_empty()
                || row.terminal.terminal_id.to_lowercase().contains(&wanted)
                || row.institution.to_lowercase().contains(&wanted)
        })
        .collect();
    let refusals = store::terminal::refusals(&mut tx, &who.scope, 20).await.told(lang)?;
    let refusals = refusals.iter().map(|one| refusal(when, one)).collect();
    let total = rows.len();
    let may_enrol = who.scope.may(Permission::EnrolTerminals);
    let rows = rows.into_iter().take(ROWS).collect();
    let list = List { shell, rows, total, text: text.to_owned(), refusals, may_enrol, code };
    draw(&list, lang)
}

fn refusal(when: When, one: &Refused) -> (String, String, i64, String) {
    let word = when.lang.terminal_refusal(&one.reason).to_owned();
    (one.terminal_id.clone(), word, one.times, when.stamp(&one.last_at))
}

fn row(when: When, terminal: Terminal, now: i64, silent_ms: i64) -> Row {
    let lang = when.lang;
    let silent = terminal.last_seen_at.is_none_or(|seen| seen < now - silent_ms);
    let (mark, state) = if terminal.retired_at.is_some() {
        (Some(Mark::Stop), lang.terminal_retired())
    } else if terminal.suspended > 0 {
        (Some(Mark::Stop), lang.suspended())
    } else if terminal.enrolled == 0 {
        (Some(Mark::Todo), lang.terminal_not_enrolled())
    } else if terminal.moved_at.is_some() {
        (Some(Mark::Danger), lang.terminal_moved())
    } else if silent {
        (Some(Mark::Off), lang.terminal_silent())
    } else {
        (None, lang.terminal_online())
    };
    Row {
        institution: lang.pick(&terminal.institution_zh, &terminal.institution_en).to_owned(),
        room: sentence::room(lang, &terminal.room_kind, terminal.room_number),
        mark,
        state,
        seen: terminal.last_seen_at.map_or("—".into(), |at| when.stamp(&at)),
        clock: terminal
            .clock_diff_ms
            .map_or("—".into(), |ms| format!("{:+.1} s", ms as f64 / 1_000.0)),
        terminal,
    }
}

/// `GET /terminals`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::Watch)?;
    draw_list(&app, &who, Fields::of(query).get("text"), None).await
}

/// Letters and digits that nobody mistakes for one another.
const CODE_SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 10;

fn new_code() -> Option<String> {
    let mut bytes = [0u8; CODE_LENGTH];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| char::from(CODE_SIGNS[usize::from(*byte) % 32])).collect())
}

/// `POST /terminals/{terminal_id}/code`
pub(crate) async fn code(
    State(app): State<App>,
    who: SignedIn,
    Path(terminal_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::EnrolTerminals)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let lang = who.lang;
    let code = new_code()
        .ok_or_else(|| Fault::new(Kind::Broken("no randomness for a code".into()), lang))?;
    let (scope, id, given, now) = (who.scope.clone(), terminal_id.clone(), code.clone(), app.now());
    let kept = app.db().write(move |tx| {
        Box::pin(async move { store::terminal::enrolment_code(tx, &scope, &id, &given, now).await })
    });
    kept.await.told(lang)?;
    draw_list(&app, &who, "", Some((terminal_id, code))).await
}
