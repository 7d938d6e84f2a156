//! What is made from the map: the poster for a clinic's wall and the small page that other sites
//! put into theirs [Z8, Z13].

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::map::{Row, rows};
use super::picture::{Picture, Subject, picture};
use super::{Channel, Line, lines, opened, steady};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::qr::Qr;
use crate::session::{Origin, Visitor};
use crate::words::Lang;

#[derive(Template)]
#[template(path = "green/poster.html")]
struct Poster {
    frame: Frame,
    city: String,
    lines: Vec<Line>,
    rows: Vec<Row>,
    /// Zones and hospitals, as on the map.
    map: Option<Picture>,
    map_note: String,
    url: String,
    qr: Qr,
    note: String,
    /// The code leads to wherever the visitor came from: nobody has said where the city is.
    unset: bool,
}

/// `GET /green/poster`: A4, for printing.
pub(crate) async fn poster(
    State(app): State<App>,
    visitor: Visitor,
    Origin(origin): Origin,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = poster_page(&app, visitor.lang, &origin, &fields).await;
    steady(&app, visitor.lang, &fields, "/green/poster", answer).await
}

async fn poster_page(app: &App, lang: Lang, origin: &str, fields: &Fields) -> Answer {
    let frame = Frame::of(app, lang, "/green/poster", fields);
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let channel = Channel::read(&mut tx, now).await.told(lang)?;
    let pack = tx.packs().channel_at(now).clone();
    let minute = tx.packs().calendar.minute_of_day(now);
    let url = format!("{origin}/green{}", if lang.is_en() { "?lang=en" } else { "" });
    let broken = || Fault::new(Kind::Broken("the address makes no QR code".into()), lang);
    let [zh, en] = &app.city().name;
    let page = Poster {
        city: lang.pick(zh, en).to_owned(),
        lines: lines(lang, &channel.hotlines, None),
        rows: rows(frame.when, &channel, &pack, minute),
        map: picture(lang, &channel, Subject::default()),
        map_note: lang.pick(&app.city().map_note[0], &app.city().map_note[1]).to_owned(),
        qr: Qr::of(&url).ok_or_else(broken)?,
        url,
        note: lang.pick(&pack.pack.note_zh, &pack.pack.note_en).to_owned(),
        unset: app.city().public_url.is_none(),
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
