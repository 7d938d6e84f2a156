//! The telephone exchange of 96120 at our door: it tells of ringing, answered and ended calls as
//! JSON, with a token of its own; the call-takers' screens ring, and answer times are the
//! exchange's.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use store::transfer::{self, Signal};
use store::{By, Error};
use subtle::ConstantTimeEq;
use utoipa::OpenApi;

use super::api::problem;
use crate::App;
use crate::fault::{Fault, Kind};
use crate::session::Peer;
use crate::words::Lang;

/// Machines read codes; the title beside it is Chinese, as for terminals.
const MACHINE: Lang = Lang::Zh;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tells {
    /// The exchange's own name of the call.
    call: String,
    /// `ringing`, `answered`, `ended`
    state: String,
    #[serde(default)]
    phone: String,
    /// Who lifted the receiver: a login of the platform.
    #[serde(default)]
    login: Option<String>,
    /// Milliseconds UTC; now when it is left out.
    #[serde(default)]
    at_ms: Option<i64>,
}

/// Whether the request carries the exchange's token; without one set, nobody does.
fn known(app: &App, headers: &HeaderMap) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let sent = sent.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or("");
    let own = app.city().exchange_token.as_deref().unwrap_or("");
    !own.is_empty() && bool::from(own.as_bytes().ct_eq(sent.as_bytes()))
}

/// `POST /api/v1/exchange/calls`
#[utoipa::path(post, path = "/api/v1/exchange/calls", tag = "transfers",
    request_body(content_type = "application/json",
        description = "call (the exchange's own name of it), state (ringing, answered, ended), \
            phone with ringing, login of whoever answered, at_ms (UTC)"),
    responses(
        (status = 200, description = "call_id; telling the same again changes nothing"),
        (status = 400, description = "not_a_call"),
        (status = 401, description = "token_unknown"),
        (status = 422, description = "refused: phone, text"),
        (status = 429, description = "too many requests")))]
pub(crate) async fn tells(
    State(app): State<App>,
    Peer(address): Peer,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !app.device_may_send(address, "exchange") {
        return Fault::new(Kind::TooMany, MACHINE).problem();
    }
    if !known(&app, &headers) {
        return problem(StatusCode::UNAUTHORIZED, "token_unknown", "令牌无效或没有设置");
    }
    let told: Result<Tells, _> = serde_json::from_slice(&body);
    let told = match told {
        Ok(told) => told,
        Err(error) => {
            return problem(StatusCode::BAD_REQUEST, "not_a_call", &format!("内容有误：{error}"));
        }
    };
    let what = match told.state.as_str() {
        "ringing" => Signal::Rings(told.phone.clone()),
        "answered" => Signal::Answered(told.login.clone()),
        "ended" => Signal::HungUp,
        _ => {
            return problem(
                StatusCode::BAD_REQUEST,
                "not_a_call",
                "state 只能是 ringing、answered、ended",
            );
        }
    };
    let now = app.now();
    // The exchange's clock is the machine's; the city's may be another in a demo.
    let at = told.at_ms.map_or(now, |at| now.plus_ms(at - app.clock().machine().0));
    let noted = app.db().write(move |tx| {
        Box::pin(async move {
            let by = By::system("exchange", now);
            transfer::exchange_tells(tx, &by, &told.call, &what, at).await
        })
    });
    match noted.await {
        Ok(call_id) => {
            app.wake_feed();
            Json(json!({ "call_id": call_id })).into_response()
        }
        Err(error @ Error::Refused(_)) => Fault::of(error, MACHINE).problem(),
        Err(error) => Fault::of(error, MACHINE).problem(),
    }
}

#[derive(OpenApi)]
#[openapi(paths(tells))]
struct Described;

/// What the description of the interface says of the exchange.
pub(crate) fn described() -> utoipa::openapi::OpenApi {
    Described::openapi()
}
