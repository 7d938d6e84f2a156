//! What is made from the map: the poster for a clinic's wall and the small page that other sites
//! put into theirs [Z8, Z13].

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use fast_qr::QRBuilder;

use super::map::{Row, rows};
use super::{Channel, Line, lines, opened, steady};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::Visitor;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "green/poster.html")]
struct Poster {
    frame: Frame,
    city: String,
    lines: Vec<Line>,
    rows: Vec<Row>,
    url: String,
    qr: Qr,
    note: String,
}

/// A code as one path: `size` modules a side, a module one unit.
struct Qr {
    size: usize,
    path: String,
}

/// The quiet zone that readers need around a code, in modules.
const QUIET: usize = 4;

fn qr(text: &str) -> Option<Qr> {
    let code = QRBuilder::new(text).build().ok()?;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row][column].value() {
                path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
            }
        }
    }
    Some(Qr { size: code.size + 2 * QUIET, path })
}

/// Where the visitor found us: what the code on the poster leads back to.
pub(crate) fn origin(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text("host")?;
    let sound = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if host.is_empty() || host.len() > 200 || !host.chars().all(sound) {
        return None;
    }
    let here = host.starts_with("localhost") || host.starts_with("127.");
    let scheme = match text("x-forwarded-proto") {
        Some("http") => "http",
        Some("https") => "https",
        _ if here => "http",
        _ => "https",
    };
    Some(format!("{scheme}://{host}"))
}

/// `GET /green/poster`: A4, for printing.
pub(crate) async fn poster(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = poster_page(&app, visitor.lang, &headers, &fields).await;
    steady(&app, visitor.lang, &fields, "/green/poster", answer).await
}

async fn poster_page(app: &App, lang: Lang, headers: &HeaderMap, fields: &Fields) -> Answer {
    let frame = Frame::of(app, lang, "/green/poster", fields);
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let channel = Channel::read(&mut tx, now).await.told(lang)?;
    let pack = tx.packs().channel_at(now).clone();
    let minute = tx.packs().calendar.minute_of_day(now);
    let host = origin(headers).unwrap_or_default();
    let url = format!("{host}/green{}", if lang.is_en() { "?lang=en" } else { "" });
    let broken = || Fault::new(Kind::Broken("the address makes no QR code".into()), lang);
    let [zh, en] = &app.city().name;
    let page = Poster {
        city: lang.pick(zh, en).to_owned(),
        lines: lines(lang, &channel.hotlines, None),
        rows: rows(frame.when, &channel, &pack, minute),
        qr: qr(&url).ok_or_else(broken)?,
        url,
        note: lang.pick(&pack.pack.note_zh, &pack.pack.note_en).to_owned(),
        frame,
    };
    draw(&page, lang)
}

#[derive(Template)]
#[template(path = "green/widget.html")]
struct Widget {
    frame: Frame,
    lines: Vec<Line>,
}

/// No script, and any site may frame it: it shows numbers and links, and takes nothing.
const WIDGET_CSP: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; \
    frame-ancestors *; base-uri 'none'; form-action 'none'";

/// `GET /green/widget`
pub(crate) async fn widget(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = widget_page(&app, visitor.lang, &fields).await;
    let mut response = steady(&app, visitor.lang, &fields, "/green/widget", answer).await;
    let policy = HeaderValue::from_static(WIDGET_CSP);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

async fn widget_page(app: &App, lang: Lang, fields: &Fields) -> Answer {
    let (_, lines) = opened(app, lang).await?;
    draw(&Widget { frame: Frame::of(app, lang, "/green/widget", fields), lines }, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_square_and_quiet() {
        let code = qr("https://example.org/green").unwrap();
        assert!(code.size >= 21 + 2 * QUIET && (code.size - 17 - 2 * QUIET).is_multiple_of(4));
        // The corner of the first finder pattern.
        assert!(code.path.starts_with("M4 4h1v1h-1z"));
        assert!(!code.path.contains("M0 ") && !code.path.contains("M3 "));
    }

    #[test]
    fn addresses_come_from_sound_hosts() {
        let from = |host: &'static str, proto: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(host));
            proto.map(|p| headers.insert("x-forwarded-proto", HeaderValue::from_static(p)));
            origin(&headers)
        };
        assert_eq!(from("b.example", None).as_deref(), Some("https://b.example"));
        assert_eq!(from("127.0.0.1:8091", None).as_deref(), Some("http://127.0.0.1:8091"));
        assert_eq!(from("b.example", Some("http")).as_deref(), Some("http://b.example"));
        assert_eq!(from("b.example/<x>", None), None);
        assert_eq!(origin(&HeaderMap::new()), None);
    }
}
