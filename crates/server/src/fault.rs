//! What went wrong, as a page or as problem+json: a sentence in the person's language, a code for
//! machines, and an id that stands in the log beside the cause.

use askama::Template;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;
use store::{Error, Refusal};

use crate::words::Lang;

/// A fault with the language it is told in.
#[derive(Debug)]
pub(crate) struct Fault {
    pub kind: Kind,
    pub lang: Lang,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Sign in first; the path is where the person wanted to go.
    SignIn(String),
    NotFound,
    Forbidden,
    BadForm(String),
    Refused(Refusal),
    TooMany,
    Broken(String),
}

pub(crate) type Answer<T = Response> = Result<T, Fault>;

/// Turns store errors into faults in the language of the page.
pub(crate) trait InLang<T> {
    fn told(self, lang: Lang) -> Answer<T>;
}

impl<T> InLang<T> for store::Result<T> {
    fn told(self, lang: Lang) -> Answer<T> {
        self.map_err(|error| Fault::of(error, lang))
    }
}

impl Fault {
    pub fn of(error: Error, lang: Lang) -> Fault {
        let kind = match error {
            Error::NotFound(_) => Kind::NotFound,
            Error::Refused(refusal) => Kind::Refused(refusal),
            other => Kind::Broken(chain(&other)),
        };
        Fault { kind, lang }
    }

    pub fn new(kind: Kind, lang: Lang) -> Fault {
        Fault { kind, lang }
    }

    fn status(&self) -> StatusCode {
        match &self.kind {
            Kind::SignIn(_) => StatusCode::UNAUTHORIZED,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::BadForm(_) => StatusCode::BAD_REQUEST,
            Kind::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The machine-readable code.
    pub fn code(&self) -> String {
        match &self.kind {
            Kind::SignIn(_) => "sign_in".into(),
            Kind::NotFound => "not_found".into(),
            Kind::Forbidden => "forbidden".into(),
            Kind::BadForm(_) => "bad_form".into(),
            Kind::Refused(refusal) => snake(&format!("{refusal:?}")),
            Kind::TooMany => "too_many".into(),
            Kind::Broken(_) => "broken".into(),
        }
    }

    pub fn sentence(&self) -> String {
        let lang = self.lang;
        match &self.kind {
            Kind::SignIn(_) => lang.fault_sign_in().into(),
            Kind::NotFound => lang.fault_not_found().into(),
            Kind::Forbidden => lang.fault_forbidden().into(),
            Kind::BadForm(what) => lang.fault_bad_form(what),
            Kind::Refused(refusal) => lang.refusal(*refusal).into(),
            Kind::TooMany => lang.fault_too_many().into(),
            Kind::Broken(_) => lang.fault_broken().into(),
        }
    }

    /// As an answer to a machine.
    pub fn problem(self) -> Response {
        let id = self.log();
        let body = json!({
            "type": format!("/problems/{}", self.code()),
            "title": self.sentence(),
            "status": self.status().as_u16(),
            "instance": id,
        });
        let mut response = (self.status(), Json(body)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }

    /// Writes the cause of a broken request to the log and returns the id that stands beside it.
    fn log(&self) -> String {
        let Kind::Broken(cause) = &self.kind else { return String::new() };
        let mut bytes = [0u8; 6];
        // Without randomness the id is zeros; the log line stands all the same.
        let _ = getrandom::fill(&mut bytes);
        let id: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        tracing::error!(%id, %cause, "a request failed");
        id
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn snake(camel: &str) -> String {
    let mut snake = String::new();
    for (index, character) in camel.chars().enumerate() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    lang: Lang,
    title: &'a str,
    sentence: &'a str,
    id: &'a str,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Kind::SignIn(wanted) = &self.kind {
            return Redirect::to(&format!("/sign-in?next={}", encode(wanted))).into_response();
        }
        let id = self.log();
        let page = FaultPage {
            lang: self.lang,
            title: match self.kind {
                Kind::NotFound => self.lang.fault_title_not_found(),
                Kind::Broken(_) => self.lang.fault_title_broken(),
                _ => self.lang.fault_title(),
            },
            sentence: &self.sentence(),
            id: &id,
        };
        match page.render() {
            Ok(html) => (self.status(), Html(html)).into_response(),
            Err(_) => (self.status(), self.sentence()).into_response(),
        }
    }
}

/// Percent-encodes a path so that it can stand in a query.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Draws a template, or says that it could not.
pub(crate) fn draw(template: &impl Template, lang: Lang) -> Answer {
    template
        .render()
        .map(|html| Html(html).into_response())
        .map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))
}
