//! Booking by the public: a phone is proved by a code, then the same questions and the same price
//! as at the desk. Works without a script and without a login [T22]. And the check of a quote.

use std::net::IpAddr;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use rules::transfer::{Class, Source};
use store::transfer::{self, CODE_VALID_MIN};
use store::{By, Error, Refusal};

use super::booking::{QuoteRow, quote_row};
use super::call::{Asked, asking, questions};
use super::gate::{Gate, judged};
use super::journey::{code_in_parts, code_of, yuan};
use super::ward::trip_types;
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::{Fields, fresh_key};
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

#[derive(Template)]
#[template(path = "transfer/order.html")]
struct Order {
    frame: Frame,
    /// 1 the phone, 2 the code, 3 the journey, 4 the price.
    step: i64,
    typed: Fields,
    error: Option<String>,
    demo_code: Option<String>,
    trip_types: Vec<(String, String)>,
    red: Vec<Asked>,
    care: Vec<Asked>,
    suggestions: Vec<String>,
    gate: Option<Gate>,
    today: String,
    /// A red flag was answered: nothing else matters.
    urgent: bool,
    valid_min: i64,
}

#[derive(Template)]
#[template(path = "transfer/ordered.html")]
struct Ordered {
    frame: Frame,
    number: String,
    total: String,
    code: String,
}

fn with_status(status: StatusCode, page: &impl Template, lang: Lang) -> Answer {
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok((status, Html(html)).into_response())
}

/// `GET /book`
pub(crate) async fn form(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let page = step(&app, visitor.lang, &Fields::of(query), Fields::default(), 1, None).await?;
    with_status(StatusCode::OK, &page, visitor.lang)
}

async fn step(
    app: &App,
    lang: Lang,
    query: &Fields,
    typed: Fields,
    step: i64,
    error: Option<String>,
) -> Answer<Order> {
    let frame = Frame::of(app, lang, "/book", query);
    let judged = judged(app, lang, &typed, None, false).await?;
    let tiers = app.db().packs().tiers_at(app.now()).clone();
    let urgent = judged.verdict.class == Some(Class::Emergency);
    Ok(Order {
        today: frame.when.iso(&frame.now),
        trip_types: trip_types(app, lang),
        red: questions(&judged, lang, Class::Emergency, &typed),
        care: questions(&judged, lang, Class::Care, &typed),
        suggestions: judged.ground.suggestions(lang),
        gate: (step >= 3).then(|| judged.gate(frame.when, &tiers, &typed)),
        step,
        typed,
        error,
        demo_code: None,
        urgent: urgent && step >= 3,
        valid_min: CODE_VALID_MIN,
        frame,
    })
}

/// `POST /book`
pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) => go_on(&app, lang, address, &query, fields).await,
        Err(fault) => Err(fault),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn go_on(app: &App, lang: Lang, address: IpAddr, query: &Fields, fields: Fields) -> Answer {
    match fields.get("do") {
        "code" => send_code(app, lang, address, query, fields).await,
        "prove" => prove(app, lang, address, query, fields).await,
        "change" => {
            let page = step(app, lang, query, fields, 3, None).await?;
            with_status(StatusCode::OK, &page, lang)
        }
        "price" => priced(app, lang, query, fields).await,
        _ => book(app, lang, address, query, fields).await,
    }
}

async fn wrong(
    app: &App,
    lang: Lang,
    query: &Fields,
    fields: Fields,
    at: i64,
    sentence: String,
) -> Answer {
    let page = step(app, lang, query, fields, at, Some(sentence)).await?;
    with_status(StatusCode::UNPROCESSABLE_ENTITY, &page, lang)
}

async fn send_code(
    app: &App,
    lang: Lang,
    address: IpAddr,
    query: &Fields,
    fields: Fields,
) -> Answer {
    if !app.stranger_may(address, "book-code") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let (phone, now, code) = (fields.get("phone").to_owned(), app.now(), six_digits(lang)?);
    let own = code.clone();
    let sent = app.db().write(move |tx| {
        Box::pin(async move { transfer::send_phone_code(tx, &phone, &own, now).await })
    });
    match sent.await {
        Ok(check_id) => {
            let typed = fields.and("check", &check_id);
            let mut page = step(app, lang, query, typed, 2, None).await?;
            // Nobody receives a demo's messages.
            page.demo_code = app.city().demo.then_some(code);
            with_status(StatusCode::OK, &page, lang)
        }
        Err(Error::Refused(refusal)) => {
            let sentence = match refusal {
                Refusal::TooMany => Fault::new(Kind::TooMany, lang).sentence(),
                other => lang.refusal(other).to_owned(),
            };
            wrong(app, lang, query, fields, 1, sentence).await
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

fn six_digits(lang: Lang) -> Answer<String> {
    let mut bytes = [0u8; 4];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok(format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000))
}

async fn prove(app: &App, lang: Lang, address: IpAddr, query: &Fields, fields: Fields) -> Answer {
    if !app.stranger_may(address, "book-prove") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let (check, code, now) =
        (fields.get("check").to_owned(), fields.get("code").to_owned(), app.now());
    let proved = app.db().write(move |tx| {
        Box::pin(async move { transfer::prove_phone(tx, &check, &code, now).await })
    });
    match proved.await.told(lang)? {
        Ok(()) => {
            let typed = fields.and("request_key", &fresh_key());
            let page = step(app, lang, query, typed, 3, None).await?;
            with_status(StatusCode::OK, &page, lang)
        }
        Err(refusal) => wrong(app, lang, query, fields, 2, lang.refusal(refusal).to_owned()).await,
    }
}

/// The price, before anything is booked; a red flag shows 120 instead.
async fn priced(app: &App, lang: Lang, query: &Fields, fields: Fields) -> Answer {
    let judged = judged(app, lang, &fields, None, false).await?;
    match asking(&judged, lang, &fields, Source::Public, false) {
        Ok(_) => {
            let page = step(app, lang, query, fields, 4, None).await?;
            with_status(StatusCode::OK, &page, lang)
        }
        Err(sentence) => wrong(app, lang, query, fields, 3, sentence).await,
    }
}

async fn book(app: &App, lang: Lang, address: IpAddr, query: &Fields, fields: Fields) -> Answer {
    if !app.stranger_may(address, "book") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let now = app.now();
    let judged = judged(app, lang, &fields, None, false).await?;
    let mut asking = match asking(&judged, lang, &fields, Source::Public, true) {
        Ok(asking) => asking,
        Err(sentence) => return wrong(app, lang, query, fields, 3, sentence).await,
    };
    // Agreed to what was shown, not to what it costs by now.
    asking.agreed_fen = fields.number("agreed_fen");
    let (check, phone) = (fields.get("check").to_owned(), fields.get("phone").to_owned());
    let (key, back) = (app.city().quote_key.clone(), judged.heard.with_return);
    let asked = app.db().write(move |tx| {
        Box::pin(async move {
            let proved = transfer::proved_at(tx, &check, &phone, now).await?;
            asking.booking.phone_verified_at = Some(proved);
            let by = By::system("public", now);
            let asked = transfer::ask(tx, &by, &asking, &key).await?;
            if back && asked.confirmed {
                transfer::return_of(tx, &by, &asked.booking_id, &key).await?;
            }
            Ok(asked)
        })
    });
    match asked.await {
        Ok(asked) => {
            app.wake_feed();
            let page = Ordered {
                frame: Frame::of(app, lang, "/book", query),
                number: asked.number,
                total: yuan(asked.total_fen),
                code: code_in_parts(&asked.code),
            };
            with_status(StatusCode::OK, &page, lang)
        }
        Err(Error::Refused(Refusal::Unverified)) => {
            wrong(app, lang, query, fields, 1, lang.refusal(Refusal::Unverified).to_owned()).await
        }
        Err(Error::Refused(refusal)) => {
            wrong(app, lang, query, fields, 3, lang.refusal(refusal).to_owned()).await
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

#[derive(Template)]
#[template(path = "transfer/quote.html")]
struct Check {
    frame: Frame,
    typed: String,
    found: Option<Found>,
    asked: bool,
}

struct Found {
    row: QuoteRow,
    of: String,
    newest: bool,
    agreed: Option<String>,
}

/// `GET /quotes?code=`: whether a price is the one that the platform made.
pub(crate) async fn check(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let frame = Frame::of(&app, lang, "/quotes", &fields);
    let typed = fields.get("code").chars().take(40).collect::<String>();
    let code = code_of(&typed);
    let mut tx = app.db().read().await.told(lang)?;
    let found = match transfer::quote_by_code(&mut tx, &code).await {
        Ok(quote) => {
            let newest = transfer::is_newest(&mut tx, &quote).await.told(lang)?;
            let at = frame.when.stamp_hm(&quote.made_at);
            Some(Found {
                of: lang.tp_quote_of(&quote.number, at),
                agreed: quote.accepted_at.map(|at| frame.when.stamp_hm(&at)),
                row: quote_row(&app, &tx, frame.when, &quote, newest)?,
                newest,
            })
        }
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(Fault::of(error, lang)),
    };
    // Only wrong codes count: whoever has the right one is never shut out.
    if found.is_none() && !code.is_empty() && !app.stranger_may(address, "quote") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    let asked = !code.is_empty();
    let status = if asked && found.is_none() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    let page = Check { frame, typed, found, asked };
    with_status(status, &page, lang)
}
