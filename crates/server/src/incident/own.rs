//! A report as its reporter sees it, by the code: where it stands, the answer, the messages, and
//! whose eyes the own name is for.

use std::net::IpAddr;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rules::incident::{Allow, Closure, Holder, Kind, Standing};
use store::Error;
use store::incident::{self, Message, Own};

use super::form::Choice;
use super::with_status;
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind as FaultKind};
use crate::form::Fields;
use crate::green::{code_of, in_parts};
use crate::oncall::Pairs;
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

struct Shown {
    who: &'static str,
    at: String,
    body: String,
}

/// The report behind a right code.
struct Report {
    number: String,
    what: String,
    filed: String,
    handled_by: String,
    state: &'static str,
    closed: bool,
    feedback: String,
    actions: Option<String>,
    messages: Vec<Shown>,
    name_until: Option<String>,
    allows: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "incident/own.html")]
struct Page {
    frame: Frame,
    code: String,
    /// Where its forms go.
    action: String,
    /// Nothing when the code is wrong.
    report: Option<Report>,
    text: String,
    error: Option<&'static str>,
}

/// `GET /report/find?code=`: from the typed code to its page.
pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Response {
    let fields = Fields::of(query);
    let frame = Frame::of(&app, visitor.lang, "/report", &fields);
    let typed = fields.get("code");
    let path = match code_of(typed) {
        Some(code) => format!("/report/{}", in_parts(&code)),
        None if typed.is_empty() => "/report".to_owned(),
        None => format!("/report/{}", crate::fault::encode(typed).replace('/', "%2F")),
    };
    Redirect::to(&frame.link(&path)).into_response()
}

/// `GET /report/{code}`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Path(code): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    read(&app, visitor.lang, address, &Fields::of(query), (&code, ""), None).await
}

async fn read(
    app: &App,
    lang: Lang,
    address: IpAddr,
    query: &Fields,
    (typed, text): (&str, &str),
    error: Option<&'static str>,
) -> Answer {
    let found = match code_of(typed) {
        Some(code) => {
            let mut tx = app.db().read().await.told(lang)?;
            match incident::by_code(&mut tx, &code).await {
                Ok((own, messages)) => {
                    let category = tx.packs().incident_at(app.now()).category(&own.category);
                    let category =
                        category.map_or("", |one| lang.pick(&one.name_zh, &one.name_en)).to_owned();
                    Some((code, own, messages, category))
                }
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(Fault::of(error, lang)),
            }
        }
        None => None,
    };
    let Some((code, own, messages, category)) = found else {
        // Only wrong codes count, so that nobody is shut out of an own report.
        if !app.stranger_may(address, "code") {
            return Err(Fault::new(FaultKind::TooMany, lang));
        }
        let frame = Frame::of(app, lang, "/report", query);
        let code = typed.chars().take(60).collect();
        let (action, text) = (String::new(), String::new());
        let page = Page { frame, code, action, report: None, text, error: None };
        return with_status(StatusCode::NOT_FOUND, &page, lang);
    };
    let code = in_parts(&code);
    let frame = Frame::of(app, lang, &format!("/report/{code}"), query);
    let report = Some(report(&frame, &own, messages, &category));
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let action = frame.link(&format!("/report/{code}"));
    let page = Page { frame, code, action, report, text: text.to_owned(), error };
    with_status(status, &page, lang)
}

fn report(frame: &Frame, own: &Own, messages: Vec<Message>, category: &str) -> Report {
    let (lang, when) = (frame.lang, frame.when);
    let kind = Kind::of(&own.kind).map_or("", |kind| lang.incident_kind(kind));
    let name = lang.pick_or(own.institution_zh.as_deref(), own.institution_en.as_deref());
    let state = match Standing::of(&own.state) {
        Some(Standing::Accepted) => lang.report_state_accepted(),
        Some(Standing::Graded) => lang.report_state_graded(),
        Some(Standing::Analysed) => lang.report_state_analysed(),
        Some(Standing::Closed) => own
            .closure
            .as_deref()
            .and_then(Closure::of)
            .map_or(lang.report_state_closed(), |closure| lang.incident_closure(closure)),
        Some(Standing::Filed) | None => lang.report_state_filed(),
    };
    let allow = own.allow.clone().unwrap_or_default();
    let shown = |one: Message| Shown {
        who: if one.by_whom == "reporter" { lang.report_you() } else { lang.report_they() },
        at: when.stamp_hm(&one.at),
        body: one.body,
    };
    Report {
        number: own.number.clone(),
        what: format!("{kind}·{category}"),
        filed: when.stamp_hm(&own.filed_at),
        handled_by: match Holder::of(&own.holder) {
            Some(Holder::Institution) => lang.report_handled_by(name),
            _ => lang.report_handled_authority().to_owned(),
        },
        state,
        closed: own.closed_at.is_some(),
        feedback: own.feedback.clone(),
        actions: (own.actions > 0).then(|| lang.report_actions(own.actions_done, own.actions)),
        messages: messages.into_iter().map(shown).collect(),
        name_until: own.delete_at.map(|at| when.long_day(&at)),
        allows: Allow::ALL
            .iter()
            .filter(|one| **one != Allow::Nobody)
            .map(|one| Choice::new(one.code(), lang.report_allowed(*one), &allow))
            .collect(),
    }
}

/// `POST /report/{code}`: adds a message, changes who may know, or takes back the own name.
pub(crate) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Path(typed): Path<String>,
    Query(query): Query<Pairs>,
    Form(sent): Form<Pairs>,
) -> Answer {
    let (lang, query, sent) = (visitor.lang, Fields::of(query), Fields::of(sent));
    same_origin(&headers, lang)?;
    let text = sent.get("text").to_owned();
    let Some(code) = code_of(&typed) else {
        return read(&app, lang, address, &query, (&typed, &text), None).await;
    };
    if !app.stranger_may(address, "thread") {
        let error = Some(lang.report_too_many());
        return read(&app, lang, address, &query, (&typed, &text), error).await;
    }
    let (now, own, body) = (app.now(), code.clone(), text.clone());
    let (what, allow) = (sent.get("do").to_owned(), Allow::of(sent.get("allow")));
    let done = app.db().write(move |tx| {
        Box::pin(async move {
            match (what.as_str(), allow) {
                ("withdraw", _) => incident::withdraw_name(tx, &own, now).await,
                ("allow", Some(allow)) => incident::set_allowed(tx, &own, allow, now).await,
                _ => incident::write_by_code(tx, &own, &body, now).await,
            }
        })
    });
    match done.await {
        Ok(()) => {
            app.wake_feed();
            let frame = Frame::of(&app, lang, "/report", &query);
            let href = frame.link(&format!("/report/{}", in_parts(&code)));
            Ok(Redirect::to(&href).into_response())
        }
        Err(Error::Refused(refusal)) => {
            let error = Some(lang.refusal(refusal));
            read(&app, lang, address, &query, (&typed, &text), error).await
        }
        Err(Error::NotFound(_)) => read(&app, lang, address, &query, (&typed, &text), None).await,
        Err(error) => Err(Fault::of(error, lang)),
    }
}
