//! The public form [W10]: no login, no cookie, no script; anonymous unless the reporter says who
//! may know.

use std::net::IpAddr;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use rules::incident::Holder;
use store::incident::{self, NewIncident};
use store::page::Slice;
use store::{Error, public};

use super::form::{Choice, Choices, read};
use super::with_status;
use crate::App;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::green::{code_of, fresh_code, in_parts};
use crate::oncall::Pairs;
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

#[derive(Template)]
#[template(path = "incident/report.html")]
struct Page {
    frame: Frame,
    code: String,
    typed: Fields,
    choices: Choices,
    regions: Vec<Choice>,
    today: String,
    to_authority: bool,
    /// What the reporter opened before is open again.
    product_open: bool,
    who_open: bool,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "incident/filed.html")]
struct Filed {
    frame: Frame,
    number: String,
    code: String,
    href: String,
    goes_to: String,
}

/// `GET /report`
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Answer {
    let query = Fields::of(query);
    // The address may name the institution, as the page behind a clinic's code does.
    let named = vec![("institution".to_owned(), query.get("institution").to_owned())];
    draw(&app, visitor.lang, &query, Fields::of(named), None).await
}

async fn draw(
    app: &App,
    lang: Lang,
    query: &Fields,
    typed: Fields,
    error: Option<String>,
) -> Answer {
    let code = match code_of(typed.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let regions = store::register::regions(&mut tx, now).await.told(lang)?;
    let chosen = typed.get("region");
    let regions = regions
        .iter()
        .filter(|region| region.parent_code.is_some())
        .map(|one| Choice::new(&one.region_code, lang.pick(&one.name_zh, &one.name_en), chosen))
        .collect();
    let frame = Frame::of(app, lang, "/report", query);
    let page = Page {
        today: frame.when.iso(&now.0),
        choices: Choices::of(lang, tx.packs().incident_at(now), &typed),
        to_authority: typed.get("holder") == "authority",
        product_open: typed.any(&["product", "lot"]),
        who_open: typed.any(&["name", "address"]),
        code,
        regions,
        typed,
        frame,
        error,
    };
    let status =
        if page.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_status(status, &page, lang)
}

/// `POST /report`
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
    filed(&app, lang, address, &query, sent).await
}

async fn filed(app: &App, lang: Lang, address: IpAddr, query: &Fields, sent: Fields) -> Answer {
    let code = match code_of(sent.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let Some(mut new) = read(&sent, &code, app.city().calendar) else {
        return draw(app, lang, query, sent, Some(lang.report_bad_choice().into())).await;
    };
    if !app.stranger_may(address, "report") {
        return draw(app, lang, query, sent, Some(lang.report_too_many().into())).await;
    }
    let place = whose(app, lang, sent.get("institution")).await?;
    place_of(&mut new, &sent, place.as_ref().map(|(id, _)| id.clone()));
    let now = app.now();
    let written =
        app.db().write(move |tx| Box::pin(async move { incident::file(tx, &new, now).await }));
    let filed = match written.await {
        Err(Error::Refused(refusal)) => {
            return draw(app, lang, query, sent, Some(lang.refusal(refusal).into())).await;
        }
        other => other.told(lang)?,
    };
    app.wake_feed();
    let frame = Frame::of(app, lang, "/report", query);
    let page = Filed {
        number: filed.number,
        href: frame.link(&format!("/report/{}", in_parts(&code))),
        code: in_parts(&code),
        goes_to: match (filed.holder, place) {
            (Holder::Institution, Some((_, name))) => lang.report_goes_to(name),
            _ => lang.report_goes_authority().to_owned(),
        },
        frame,
    };
    crate::fault::draw(&page, lang)
}

fn place_of(new: &mut NewIncident, sent: &Fields, institution_id: Option<String>) {
    new.to_authority = sent.get("holder") == "authority";
    new.region_code = sent.some("region").filter(|_| institution_id.is_none());
    new.said_where = match institution_id {
        Some(_) => String::new(),
        None => sent.get("institution").to_owned(),
    };
    new.institution_id = institution_id;
}

/// Names looked through for the one that is meant.
const LOOKED_AT: i64 = 10;

/// The institution that a name means: the one called so, or the only one found.
async fn whose(app: &App, lang: Lang, typed: &str) -> Answer<Option<(String, String)>> {
    if typed.chars().count() < 2 {
        return Ok(None);
    }
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(LOOKED_AT);
    let found = public::search(&mut tx, typed, app.now(), slice).await.told(lang)?;
    let called = |one: &&public::Place| one.name_zh == typed || one.name_en == typed;
    let exact = found.rows.iter().find(called);
    let only = found.rows.first().filter(|_| found.rows.len() == 1);
    let named = |one: &public::Place| {
        (one.institution_id.clone(), lang.pick(&one.name_zh, &one.name_en).to_owned())
    };
    Ok(exact.or(only).map(named))
}
