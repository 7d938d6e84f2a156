//! Questions to the QC centre [Z23] and the thread behind a code [Z26]: no name, no address; who
//! has the code reads the answer.

use std::net::IpAddr;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rules::account::AccountRole;
use sha2::{Digest, Sha256};
use store::enquiry::{self, Enquiry, EnquiryMessage, NewEnquiry};
use store::page::Slice;
use store::{Error, Refusal, public};

use super::{hex, steady, with_status};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

/// Figures and letters that cannot be mistaken for each other (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 20 letters of 5 bits: 100 random bits, too many to guess.
const CODE_LETTERS: usize = 20;

/// A new code.
pub(crate) fn fresh_code(lang: Lang) -> Answer<String> {
    let mut bytes = [0u8; CODE_LETTERS];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    // 32 divides 256: every letter is as likely as every other.
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// A code as it was made from what was typed: without hyphens, whatever the case, and with the
/// letters that people read for figures; `None` for what is no code.
pub(crate) fn code_of(typed: &str) -> Option<String> {
    let letter = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let code: String = typed.chars().filter(|c| !"- ".contains(*c)).map(letter).collect();
    let known = |byte: u8| LETTERS.contains(&byte);
    (code.len() == CODE_LETTERS && code.bytes().all(known)).then_some(code)
}

/// `ABCDE-12345-…`: in parts that can be read aloud.
pub(crate) fn in_parts(code: &str) -> String {
    let parts: Vec<&str> =
        (0..code.len()).step_by(5).filter_map(|at| code.get(at..at + 5)).collect();
    parts.join("-")
}

/// The key that makes a form count once. It is made from the code so that a form sent twice shows
/// the code that works, and tells nobody the code.
pub(crate) fn key_of(code: &str) -> String {
    hex(&Sha256::new().chain_update("baize ask\0").chain_update(code).finalize())
}

#[derive(Template)]
#[template(path = "green/ask.html")]
struct Ask {
    frame: Frame,
    code: String,
    text: String,
    institution: String,
    hours: i64,
    error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "green/asked.html")]
struct Asked {
    frame: Frame,
    number: String,
    code: String,
    href: String,
    due: String,
    institution: Option<String>,
}

/// `GET /ask`
pub(crate) async fn ask_form(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let answer = form(&app, lang, &fields, &Fields::default(), None);
    steady(&app, lang, &fields, "/ask", answer).await
}

fn form(
    app: &App,
    lang: Lang,
    query: &Fields,
    sent: &Fields,
    error: Option<&'static str>,
) -> Answer {
    let code = match code_of(sent.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let page = Ask {
        frame: Frame::of(app, lang, "/ask", query),
        code,
        text: sent.get("text").to_owned(),
        institution: sent.get("institution").to_owned(),
        hours: app.db().packs().channel_at(app.now()).watch.enquiry_h,
        error,
    };
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    with_status(status, &page, lang)
}

/// `POST /ask`
pub(crate) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) => asked(&app, lang, address, &query, &fields).await,
        Err(fault) => Err(fault),
    };
    steady(&app, lang, &query, "/ask", answer).await
}

async fn asked(app: &App, lang: Lang, address: IpAddr, query: &Fields, sent: &Fields) -> Answer {
    if sent.get("text").is_empty() {
        return form(app, lang, query, sent, Some(lang.refusal(Refusal::Text)));
    }
    if !app.stranger_may(address, "ask") {
        // What was typed is not lost: the form comes back with it.
        return form(app, lang, query, sent, Some(lang.ask_too_many()));
    }
    let code = match code_of(sent.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let now = app.now();
    let named = institution(app, lang, sent.get("institution")).await?;
    let mut text = sent.get("text").to_owned();
    if let (Some(typed), None) = (sent.some("institution"), &named) {
        text = format!("{}\n{text}", Lang::Zh.ask_about(typed));
    }
    let new = NewEnquiry {
        request_key: key_of(&code),
        code: code.clone(),
        text,
        institution_id: named.as_ref().map(|(id, _)| id.clone()),
        emergency_id: None,
    };
    let own = code.clone();
    let written = app.db().write(move |tx| {
        Box::pin(async move {
            let number = enquiry::ask(tx, &new, now).await?;
            let (row, _) = enquiry::by_code(tx, &own).await?;
            Ok((number, row.due_at))
        })
    });
    let (number, due_at) = match written.await {
        Err(Error::Refused(refusal)) => {
            return form(app, lang, query, sent, Some(lang.refusal(refusal)));
        }
        other => other.told(lang)?,
    };
    app.wake_feed();
    let frame = Frame::of(app, lang, "/ask", query);
    let page = Asked {
        number,
        href: frame.link(&format!("/thread/{}", in_parts(&code))),
        code: in_parts(&code),
        due: frame.when.stamp_hm(&due_at),
        institution: named.map(|(_, name)| name),
        frame,
    };
    draw(&page, lang)
}

/// The institution that a name means, when it means one only.
async fn institution(app: &App, lang: Lang, typed: &str) -> Answer<Option<(String, String)>> {
    if typed.chars().count() < 2 {
        return Ok(None);
    }
    let mut tx = app.db().read().await.told(lang)?;
    let found = public::search(&mut tx, typed, app.now(), Slice::first(2)).await.told(lang)?;
    let [one] = &found.rows[..] else { return Ok(None) };
    let name = lang.pick(&one.name_zh, &one.name_en).to_owned();
    Ok(Some((one.institution_id.clone(), name)))
}

struct Message {
    own: bool,
    who: &'static str,
    at: String,
    body: String,
}

#[derive(Template)]
#[template(path = "green/thread.html")]
struct Thread {
    frame: Frame,
    /// Nothing when the code is wrong.
    enquiry: Option<Enquiry>,
    state: String,
    messages: Vec<Message>,
    code: String,
    text: String,
    error: Option<&'static str>,
}

/// `GET /thread?code=`: from the typed code to its page.
pub(crate) async fn find_thread(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let frame = Frame::of(&app, visitor.lang, "/thread", &fields);
    let typed = fields.get("code");
    let path = match code_of(typed) {
        Some(code) => format!("/thread/{}", in_parts(&code)),
        None if typed.is_empty() => "/ask".to_owned(),
        None => format!("/thread/{}", crate::fault::encode(typed).replace('/', "%2F")),
    };
    Redirect::to(&frame.link(&path)).into_response()
}

/// `GET /thread/{code}`
pub(crate) async fn thread(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Path(code): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let (lang, query) = (visitor.lang, Fields::of(query));
    let answer = read(&app, lang, address, &query, &code, String::new(), None).await;
    steady(&app, lang, &query, "/ask", answer).await
}

async fn read(
    app: &App,
    lang: Lang,
    address: IpAddr,
    query: &Fields,
    typed: &str,
    text: String,
    error: Option<&'static str>,
) -> Answer {
    let found = match code_of(typed) {
        Some(code) => {
            let mut tx = app.db().read().await.told(lang)?;
            match enquiry::by_code(&mut tx, &code).await {
                Ok(found) => Some((code, found)),
                Err(Error::NotFound(_)) => None,
                Err(error) => return Err(Fault::of(error, lang)),
            }
        }
        None => None,
    };
    let Some((code, (enquiry, messages))) = found else {
        // Only wrong codes count, so that nobody is shut out of an own thread.
        if !app.stranger_may(address, "code") {
            return Err(Fault::new(Kind::TooMany, lang));
        }
        let frame = Frame::of(app, lang, "/ask", query);
        let code = typed.chars().take(60).collect();
        let page = Thread {
            frame,
            enquiry: None,
            state: String::new(),
            messages: Vec::new(),
            code,
            text,
            error: None,
        };
        return with_status(StatusCode::NOT_FOUND, &page, lang);
    };
    let code = in_parts(&code);
    let frame = Frame::of(app, lang, &format!("/thread/{code}"), query);
    let state = state(&frame, &enquiry);
    let messages = messages.into_iter().map(|message| shown(&frame, message)).collect();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Thread { frame, enquiry: Some(enquiry), state, messages, code, text, error };
    with_status(status, &page, lang)
}

fn state(frame: &Frame, enquiry: &Enquiry) -> String {
    let lang = frame.lang;
    match (enquiry.answered_at, enquiry.closed_at) {
        (_, Some(at)) => lang.thread_closed(frame.when.stamp_hm(&at)),
        (Some(at), None) => lang.thread_answered(frame.when.stamp_hm(&at)),
        (None, None) if enquiry.due_at < frame.now => {
            lang.thread_late(frame.when.stamp_hm(&enquiry.due_at))
        }
        (None, None) => lang.thread_due(frame.when.stamp_hm(&enquiry.due_at)),
    }
}

fn shown(frame: &Frame, message: EnquiryMessage) -> Message {
    let own = message.by_whom == "client";
    let role = message.role.as_deref().and_then(AccountRole::of);
    let who = match role {
        _ if own => frame.lang.thread_you(),
        Some(role) => frame.lang.account_role(role),
        None => frame.lang.thread_centre(),
    };
    Message { own, who, at: frame.when.stamp_hm(&message.at), body: message.body }
}

/// `POST /thread/{code}`
pub(crate) async fn write(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Path(typed): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) => written(&app, lang, address, &query, &typed, fields.get("text")).await,
        Err(fault) => Err(fault),
    };
    steady(&app, lang, &query, "/ask", answer).await
}

async fn written(
    app: &App,
    lang: Lang,
    address: IpAddr,
    query: &Fields,
    typed: &str,
    text: &str,
) -> Answer {
    let again = |error| read(app, lang, address, query, typed, text.to_owned(), Some(error));
    let Some(code) = code_of(typed) else { return again(lang.thread_wrong()).await };
    if !app.stranger_may(address, "thread") {
        return again(lang.ask_too_many()).await;
    }
    let (now, own, body) = (app.now(), code.clone(), text.to_owned());
    let done = app.db().write(move |tx| {
        Box::pin(async move { enquiry::write_by_code(tx, &own, &body, now).await })
    });
    match done.await {
        Ok(()) => {
            app.wake_feed();
            let frame = Frame::of(app, lang, "/ask", query);
            let href = frame.link(&format!("/thread/{}", in_parts(&code)));
            Ok(Redirect::to(&href).into_response())
        }
        Err(Error::Refused(refusal)) => again(lang.refusal(refusal)).await,
        Err(Error::NotFound(_)) => again(lang.thread_wrong()).await,
        Err(error) => Err(Fault::of(error, lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = fresh_code(Lang::Zh).unwrap();
        assert_eq!(code_of(&in_parts(&code)), Some(code.clone()));
        assert_eq!(code_of(&in_parts(&code).to_lowercase()), Some(code.clone()));
        assert_ne!(fresh_code(Lang::Zh).unwrap(), code);
        assert_eq!(code_of("oil23-45678 9abcd-efghj"), Some("01123456789ABCDEFGHJ".to_owned()));
        for wrong in ["", "ABC", "ABCDE-12345-ABCDE-1234U", "ABCDE-12345-ABCDE-123451", "甲"] {
            assert_eq!(code_of(wrong), None, "{wrong}");
        }
        assert_eq!(in_parts("0112345678ABCDEFGHJK"), "01123-45678-ABCDE-FGHJK");
        assert_ne!(key_of(&code), key_of("0112345678ABCDEFGHJK"));
        assert!(!key_of(&code).contains(&code));
    }
}
