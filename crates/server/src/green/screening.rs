//! The client's own check before a procedure [Z24]: to print and to take along. Nothing is kept.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::answers::{self, Item};
use super::{opened, steady};
use crate::App;
use crate::fault::{Answer, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::{Visitor, same_origin};
use crate::words::Lang;

const PATH: &str = "/screening";

#[derive(Template)]
#[template(path = "green/screening.html")]
struct Page {
    frame: Frame,
    items: Vec<Item>,
    /// The answers were sent: the page is to be printed.
    answered: bool,
    note: String,
}

/// `GET /screening`
pub(crate) async fn screening(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = page(&app, visitor.lang, &fields, None).await;
    steady(&app, visitor.lang, &fields, PATH, answer).await
}

/// `POST /screening`
pub(crate) async fn screened(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) => page(&app, lang, &query, Some(&fields)).await,
        Err(fault) => Err(fault),
    };
    steady(&app, lang, &query, PATH, answer).await
}

async fn page(app: &App, lang: Lang, query: &Fields, sent: Option<&Fields>) -> Answer {
    let (tx, _) = opened(app, lang).await?;
    let pack = tx.packs().channel_at(app.now());
    let page = Page {
        frame: Frame::of(app, lang, PATH, query),
        items: answers::screening(&pack.screening, lang, sent),
        answered: sent.is_some(),
        note: lang.pick(&pack.pack.note_zh, &pack.pack.note_en).to_owned(),
    };
    draw(&page, lang)
}
