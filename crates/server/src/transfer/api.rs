//! Booking by a hospital's own system: JSON with a token of the hospital, an idempotency key, and
//! problem+json for whatever cannot be [T6].

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rules::transfer::Source;
use serde::Deserialize;
use serde_json::json;
use store::transfer;
use store::{By, Error, Refusal};
use utoipa::OpenApi;

use super::call::asking;
use super::gate::judged;
use super::journey::{code_in_parts, yuan};
use crate::App;
use crate::fault::{Fault, InLang, Kind};
use crate::form::Fields;
use crate::session::Peer;
use crate::words::Lang;

/// Machines read codes; the title beside it is Chinese, as for terminals.
const MACHINE: Lang = Lang::Zh;
const KEY_CHARS_MAX: usize = 80;

/// One end of a journey.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    place: String,
    #[serde(default)]
    lat: Option<f64>,
    #[serde(default)]
    lng: Option<f64>,
    #[serde(default)]
    floor: Option<i64>,
    #[serde(default)]
    lift: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    trip_type: String,
    patient: String,
    #[serde(default)]
    age: Option<i64>,
    #[serde(default)]
    weight_kg: Option<i64>,
    #[serde(default)]
    caller: String,
    phone: String,
    from: End,
    to: End,
    /// City time, `2025-11-10T10:30`; one of both.
    #[serde(default)]
    ready_at: Option<String>,
    #[serde(default)]
    appointment_at: Option<String>,
    /// seat, wheelchair, stretcher
    #[serde(default)]
    posture: String,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    companions: i64,
    #[serde(default)]
    carry: i64,
    /// Question code to yes or no: every question of the pack in force.
    answers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    words: String,
    /// Agreed to this total: the booking is confirmed at once.
    #[serde(default)]
    agreed_fen: Option<i64>,
}

impl Order {
    /// The same fields as a form has, so that the same reading judges both.
    fn fields(&self, key: &str) -> Fields {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        add("request_key", key.to_owned());
        add("trip_type", self.trip_type.clone());
        add("patient", self.patient.clone());
        add("caller", self.caller.clone());
        add("phone", self.phone.clone());
        add("words", self.words.clone());
        add("posture", self.posture.clone());
        add("companions", self.companions.to_string());
        add("carry", self.carry.to_string());
        for (name, value) in [("age", self.age), ("weight_kg", self.weight_kg)] {
            add(name, value.map_or(String::new(), |number| number.to_string()));
        }
        for (name, end) in [("from", &self.from), ("to", &self.to)] {
            add(name, end.place.clone());
            let degrees = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
            add(&format!("{name}_lat"), degrees(end.lat));
            add(&format!("{name}_lng"), degrees(end.lng));
            add(&format!("{name}_floor"), end.floor.unwrap_or(1).to_string());
            let lift = if end.lift == Some(false) { "0" } else { "1" };
            add(&format!("{name}_lift"), lift.to_owned());
        }
        let (when, at) = match (&self.ready_at, &self.appointment_at) {
            (Some(at), _) => ("ready", at.as_str()),
            (None, at) => ("appointment", at.as_deref().unwrap_or("")),
        };
        let (day, time) = at.split_once('T').unwrap_or(("", ""));
        add("when", when.to_owned());
        add("day", day.to_owned());
        add("time", time.get(..5).unwrap_or(time).to_owned());
        for need in &self.needs {
            add(&format!("need_{need}"), "1".to_owned());
        }
        for (code, answer) in &self.answers {
            add(&format!("q_{code}"), answer.clone());
        }
        Fields::of(pairs)
    }
}

pub(super) fn problem(status: StatusCode, code: &str, title: &str) -> Response {
    let body = json!({"type": format!("/problems/{code}"), "title": title,
        "status": status.as_u16()});
    let mut response = (status, Json(body)).into_response();
    let kind = axum::http::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// The hospital behind the request's token.
async fn site(app: &App, headers: &HeaderMap) -> Result<String, Response> {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("").to_owned();
    let now = app.now();
    let found = app
        .db()
        .write(move |tx| Box::pin(async move { transfer::site_of_token(tx, &token, now).await }))
        .await
        .told(MACHINE)
        .map_err(Fault::problem)?;
    found.ok_or_else(|| problem(StatusCode::UNAUTHORIZED, "token_unknown", "令牌无效或已停用"))
}

/// `POST /api/v1/transfers`
#[utoipa::path(post, path = "/api/v1/transfers", tag = "transfers",
    request_body(content_type = "application/json",
        description = "trip_type, patient, phone, from {place, lat, lng, floor, lift}, to, \
            ready_at or appointment_at (city time, 2025-11-10T10:30), posture, needs, answers \
            {question: yes|no} to every triage question, agreed_fen to confirm at once"),
    responses(
        (status = 201, description = "booking_id, number, state, class, quote {code, total_fen}"),
        (status = 200, description = "the same key again: the same answer"),
        (status = 400, description = "not_an_order, key_missing"),
        (status = 401, description = "token_unknown"),
        (status = 403, description = "not_your_hospital"),
        (status = 422, description = "red_flag, unasked, outside_area, no_tariff, wrong"),
        (status = 429, description = "too many requests")))]
pub(crate) async fn order(
    State(app): State<App>,
    Peer(address): Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !app.device_may_send(address, "transfers") {
        return Fault::new(Kind::TooMany, MACHINE).problem();
    }
    let own = match site(&app, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or("");
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        return problem(StatusCode::BAD_REQUEST, "key_missing", "缺少 Idempotency-Key");
    }
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => {
            return problem(StatusCode::BAD_REQUEST, "not_an_order", &format!("内容有误：{error}"));
        }
    };
    let fields = order.fields(&format!("api:{own}:{key}"));
    match asked(&app, &own, &order, &fields).await {
        Ok(response) => response,
        Err(fault) => fault.problem(),
    }
}

async fn asked(app: &App, own: &str, order: &Order, fields: &Fields) -> crate::fault::Answer {
    let now = app.now();
    let judged = judged(app, MACHINE, fields, None, false).await?;
    let mut asking = match asking(&judged, MACHINE, fields, Source::Api, false) {
        Ok(asking) => asking,
        Err(_) if judged.verdict.class == Some(rules::transfer::Class::Emergency) => {
            return Ok(problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "red_flag",
                MACHINE.refusal(Refusal::RedFlag),
            ));
        }
        Err(sentence) => return Ok(problem(StatusCode::UNPROCESSABLE_ENTITY, "wrong", &sentence)),
    };
    asking.agreed_fen = order.agreed_fen;
    let ends = [&asking.booking.from.site_id, &asking.booking.to.site_id];
    if !ends.into_iter().flatten().any(|site| site == own) {
        return Ok(problem(StatusCode::FORBIDDEN, "not_your_hospital", "起点或终点须为本院"));
    }
    let quote_key = app.city().quote_key.clone();
    let made = app.db().write(move |tx| {
        Box::pin(async move {
            let by = By::system("api", now);
            transfer::ask(tx, &by, &asking, &quote_key).await
        })
    });
    let made = match made.await {
        Ok(made) => made,
        Err(error @ Error::Refused(_)) => return Ok(Fault::of(error, MACHINE).problem()),
        Err(error) => return Err(Fault::of(error, MACHINE)),
    };
    app.wake_feed();
    let body = json!({
        "booking_id": made.booking_id,
        "number": made.number,
        "state": if made.confirmed { "confirmed" } else { "quoted" },
        "class": made.class.code(),
        "quote": {
            "no": made.quote_no, "code": code_in_parts(&made.code),
            "total_fen": made.total_fen, "total_yuan": yuan(made.total_fen),
        },
    });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// `GET /api/v1/transfers/{booking_id}`
#[utoipa::path(get, path = "/api/v1/transfers/{booking_id}", tag = "transfers",
    params(("booking_id" = String, Path, description = "as the order answered")),
    responses(
        (status = 200, description = "number, state and times of a booking of the own hospital"),
        (status = 401, description = "token_unknown"), (status = 404, description = "not_found")))]
pub(crate) async fn standing(
    State(app): State<App>,
    headers: HeaderMap,
    Path(booking_id): Path<String>,
) -> Response {
    let own = match site(&app, &headers).await {
        Ok(own) => own,
        Err(response) => return response,
    };
    match read(&app, &own, &booking_id).await {
        Ok(response) => response,
        Err(fault) => fault.problem(),
    }
}

async fn read(app: &App, own: &str, booking_id: &str) -> crate::fault::Answer {
    let mut tx = app.db().read().await.told(MACHINE)?;
    let system = store::Scope::system();
    let found = transfer::booking(&mut tx, &system, booking_id).await.told(MACHINE)?;
    let ends = [&found.from_site_id, &found.to_site_id];
    if !ends.into_iter().flatten().any(|site| site == own) {
        return Err(Fault::new(Kind::NotFound, MACHINE));
    }
    let body = json!({
        "number": found.number, "state": found.course().state().code(), "class": found.class,
        "ready_at": found.ready_at, "promise_from": found.promise_from,
        "promise_until": found.promise_until, "confirmed_at": found.confirmed_at,
        "started_at": found.started_at, "on_scene_at": found.on_scene_at,
        "loaded_at": found.loaded_at, "arrived_at": found.arrived_at,
        "completed_at": found.completed_at, "ended_at": found.ended_at,
    });
    Ok(Json(body).into_response())
}

/// `GET /api/v1/transfers/questions`: the triage questions in force, for a hospital's own form.
#[utoipa::path(get, path = "/api/v1/transfers/questions", tag = "transfers",
    responses((status = 200, description = "version, questions [{code, class, ask_zh, ask_en}]")))]
pub(crate) async fn questions(State(app): State<App>) -> Response {
    let pack = app.db().packs().triage_at(app.now());
    let asked = pack.questions.iter().filter(|one| one.asked_at(rules::transfer::Moment::Call));
    let asked: Vec<serde_json::Value> = asked
        .map(|one| {
            json!({"code": one.code, "class": one.class.code(), "ask_zh": one.ask_zh,
                "ask_en": one.ask_en})
        })
        .collect();
    Json(json!({"version": pack.pack.version, "status": pack.pack.status, "questions": asked}))
        .into_response()
}

#[derive(OpenApi)]
#[openapi(paths(order, standing, questions))]
struct Described;

/// What the description of the interface says of transfers.
pub(crate) fn described() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
