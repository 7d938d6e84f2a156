//! Complaints of the public about a transfer: no login, no name; who has the code reads the answer.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rules::transfer::complaint::{ComplaintKind, Upheld};
use store::Error;
use store::transfer::{self, Complaint, NewComplaint};

use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::green::ask::{code_of, fresh_code, in_parts, key_of};
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

struct KindChoice {
    code: &'static str,
    word: &'static str,
}

#[derive(Template)]
#[template(path = "transfer/complain.html")]
struct Page {
    frame: Frame,
    code: String,
    kinds: Vec<KindChoice>,
    fields: Fields,
    days: i64,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "transfer/complained.html")]
struct Sent {
    frame: Frame,
    number: String,
    code: String,
    href: String,
    due: String,
}

#[derive(Template)]
#[template(path = "transfer/complaint.html")]
struct Read {
    frame: Frame,
    /// Nothing when the code is wrong.
    complaint: Option<Complaint>,
    code: String,
    kind: &'static str,
    state: String,
    found: Option<&'static str>,
}

fn page(app: &App, lang: Lang, query: &Fields, sent: Fields, error: Option<String>) -> Answer {
    let code = match code_of(sent.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let kinds = ComplaintKind::ALL.iter();
    let page = Page {
        frame: Frame::of(app, lang, "/complain", query),
        code,
        kinds: kinds
            .map(|kind| KindChoice { code: kind.code(), word: lang.complaint_kind(*kind) })
            .collect(),
        fields: sent,
        days: app.db().packs().oversight_at(app.now()).limits.complaint_days,
        error,
    };
    let refused = page.error.is_some();
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    let status = if refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, Html(html)).into_response())
}

/// `GET /complain`, with `vehicle` or `booking` where a page led here.
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Answer {
    let query = Fields::of(query);
    page(&app, visitor.lang, &query, query.clone(), None)
}

/// `POST /complain`
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Query(query): Query<Pairs>,
    Form(sent): Form<Pairs>,
) -> Answer {
    let (lang, query, sent) = (visitor.lang, Fields::of(query), Fields::of(sent));
    same_origin(&headers, lang)?;
    let refuse = |sent: Fields, why: String| page(&app, lang, &query, sent, Some(why));
    let Some(kind) = ComplaintKind::of(sent.get("kind")) else {
        return refuse(sent, lang.tf_kind_choose().to_owned());
    };
    if !app.stranger_may(address, "complain") {
        return refuse(sent, lang.ask_too_many().to_owned());
    }
    let code = match code_of(sent.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let new = NewComplaint {
        request_key: key_of(&code),
        code: code.clone(),
        kind,
        words: sent.get("words").to_owned(),
        phone: sent.get("phone").to_owned(),
        vehicle: sent.get("vehicle").to_owned(),
        booking: sent.get("booking").to_owned(),
    };
    let (own, now) = (code.clone(), app.now());
    let written = app.db().write(move |tx| {
        Box::pin(async move {
            let number = transfer::complain(tx, &new, now).await?;
            Ok((number, transfer::complaint_by_code(tx, &own).await?.due_at))
        })
    });
    let (number, due_at) = match written.await {
        Err(Error::Refused(refusal)) => return refuse(sent, lang.refusal(refusal).to_owned()),
        other => other.told(lang)?,
    };
    app.wake_feed();
    let frame = Frame::of(&app, lang, "/complain", &query);
    let page = Sent {
        number,
        href: frame.link(&format!("/complaint/{}", in_parts(&code))),
        code: in_parts(&code),
        due: frame.when.stamp_hm(&due_at),
        frame,
    };
    draw(&page, lang)
}

/// `GET /complaint?code=`: from the typed code to its page.
pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Response {
    let fields = Fields::of(query);
    let frame = Frame::of(&app, visitor.lang, "/complain", &fields);
    let typed = fields.get("code");
    let path = match code_of(typed) {
        Some(code) => format!("/complaint/{}", in_parts(&code)),
        None if typed.is_empty() => "/complain".to_owned(),
        None => format!("/complaint/{}", crate::fault::encode(typed).replace('/', "%2F")),
    };
    Redirect::to(&frame.link(&path)).into_response()
}

/// `GET /complaint/{code}`
pub(crate) async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Path(typed): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let complaint = match code_of(&typed) {
        Some(code) => {
            let mut tx = app.db().read().await.told(lang)?;
            match transfer::complaint_by_code(&mut tx, &code).await {
                Ok(found) => Some(found),
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(Fault::of(error, lang)),
            }
        }
        None => None,
    };
    // Only wrong codes count, so that nobody is shut out of the own answer.
    if complaint.is_none() && !app.stranger_may(address, "complaint") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let path = format!("/complaint/{}", crate::fault::encode(&typed).replace('/', "%2F"));
    let frame = Frame::of(&app, lang, &path, &fields);
    let state = complaint.as_ref().map_or(String::new(), |one| state(&frame, one));
    let found = complaint.as_ref().and_then(|one| one.upheld.as_deref()).and_then(Upheld::of);
    let kind = complaint.as_ref().and_then(|one| ComplaintKind::of(&one.kind));
    let status = if complaint.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let page = Read {
        code: typed.chars().take(60).collect(),
        kind: kind.map_or("", |kind| lang.complaint_kind(kind)),
        found: found.map(|found| lang.upheld(found)),
        state,
        complaint,
        frame,
    };
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok((status, Html(html)).into_response())
}

fn state(frame: &Frame, one: &Complaint) -> String {
    let (lang, stamp) = (frame.lang, |at: i64| frame.when.stamp_hm(&at));
    match (one.closed_at, one.answered_at) {
        (Some(at), _) => lang.tf_public_closed(stamp(at)),
        (None, Some(at)) => lang.tf_public_answered(stamp(at)),
        (None, None) if one.due_at < frame.now => lang.tf_public_late(stamp(one.due_at)),
        (None, None) => lang.tf_public_due(stamp(one.due_at)),
    }
}
