//! What anybody may look up, without login, script or cookie: the start page, the search, and the
//! page behind the QR code [N24, N25].

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rules::register::{Category, InstitutionKind};
use store::page::Slice;
use store::public::{Place, QrPage};

use crate::App;
use crate::assets::{self, Mark};
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::institution::{PersonShown, people_shown};
use crate::session::Visitor;
use crate::when::When;
use crate::words::Lang;

/// What every public page carries.
pub(crate) struct Frame {
    pub(crate) lang: Lang,
    pub(crate) when: When,
    pub(crate) platform: String,
    pub(crate) demo: bool,
    pub(crate) large: bool,
    /// The page's own address with every field but language and print size.
    pub(crate) path: String,
    pub(crate) now: i64,
}

impl Frame {
    pub(crate) fn of(app: &App, lang: Lang, path: &str, fields: &Fields) -> Frame {
        let [zh, en] = &app.city().platform;
        Frame {
            lang,
            when: When { lang, calendar: app.city().calendar },
            platform: lang.pick(zh, en).to_owned(),
            demo: app.city().demo,
            large: fields.get("large") == "1",
            path: path.to_owned(),
            now: app.now().0,
        }
    }

    /// An address of our own in this page's language and print size.
    pub(crate) fn link(&self, path: &str) -> String {
        self.link_as(path, self.lang, self.large)
    }

    pub(crate) fn link_as(&self, path: &str, lang: Lang, large: bool) -> String {
        let mut link = path.to_owned();
        let mut add = |pair: &str| {
            link.push(if link.contains('?') { '&' } else { '?' });
            link.push_str(pair);
        };
        if lang.is_en() {
            add("lang=en");
        }
        if large {
            add("large=1");
        }
        link
    }

    pub(crate) fn other_lang(&self) -> String {
        let other = if self.lang.is_en() { Lang::Zh } else { Lang::En };
        self.link_as(&self.path, other, self.large)
    }

    pub(crate) fn other_size(&self) -> String {
        self.link_as(&self.path, self.lang, !self.large)
    }

    pub(crate) fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    pub(crate) fn icon(&self, name: &str) -> String {
        assets::icon(name)
    }
}

struct PlaceRow {
    name: String,
    kind: &'static str,
    address: String,
    href: Option<String>,
    mark: Mark,
    state: &'static str,
}

fn place_row(frame: &Frame, place: &Place) -> PlaceRow {
    let lang = frame.lang;
    let (mark, state) = standing(lang, place, frame.now);
    PlaceRow {
        name: lang.pick(&place.name_zh, &place.name_en).to_owned(),
        kind: InstitutionKind::of(&place.kind).map_or("", |kind| lang.institution_kind(kind)),
        address: lang.pick(&place.address_zh, &place.address_en).to_owned(),
        href: place.qr_serial.as_ref().map(|serial| frame.link(&format!("/q/{serial}"))),
        mark,
        state,
    }
}

/// What a client must know first.
fn standing(lang: Lang, place: &Place, now: i64) -> (Mark, &'static str) {
    if place.suspended > 0 {
        (Mark::Stop, lang.public_suspended())
    } else if place.licence_until <= now {
        (Mark::Danger, lang.public_licence_over())
    } else {
        (Mark::Ok, lang.public_open())
    }
}

#[derive(Template)]
#[template(path = "public/start.html")]
struct Start {
    frame: Frame,
    /// The city has a green channel: its pages are linked.
    green: bool,
}

/// `GET /`
pub(crate) async fn start(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let lang = visitor.lang;
    let frame = Frame::of(&app, lang, "/", &Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let green = !store::oncall::hospitals(&mut tx, app.now()).await.told(lang)?.is_empty();
    draw(&Start { frame, green }, lang)
}

#[derive(Template)]
#[template(path = "public/search.html")]
struct Search {
    frame: Frame,
    text: String,
    rows: Vec<PlaceRow>,
    pager: Pager,
}

/// `GET /search?text=`
pub(crate) async fn search(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let lang = visitor.lang;
    let fields = Fields::of(query);
    let text = fields.get("text").to_owned();
    let frame =
        Frame::of(&app, lang, &format!("/search?text={}", crate::fault::encode(&text)), &fields);
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::page(fields.page());
    let listed = store::public::search(&mut tx, &text, app.now(), slice).await.told(lang)?;
    let rows: Vec<PlaceRow> = listed.rows.iter().map(|place| place_row(&frame, place)).collect();
    let pager = pager("/search", &fields, rows.len(), listed.total);
    draw(&Search { frame, text, rows, pager }, lang)
}

#[derive(Template)]
#[template(path = "public/qr.html")]
struct Qr {
    frame: Frame,
    page: QrPage,
    name: String,
    bureau: String,
    mark: Mark,
    state: &'static str,
    scope: String,
    address: String,
    attendings: Vec<PersonShown>,
    anaesthetists: Vec<PersonShown>,
    others: Vec<PersonShown>,
    /// The green channel's number, where the city has one.
    hotline: Option<String>,
}

impl Qr {
    /// The form for a safety event, with this institution in it.
    fn report_link(&self) -> String {
        let name = crate::fault::encode(&self.name).replace('/', "%2F");
        self.frame.link(&format!("/report?institution={name}"))
    }
}

/// `GET /q/{serial}`
pub(crate) async fn qr_page(
    State(app): State<App>,
    visitor: Visitor,
    Path(serial): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let lang = visitor.lang;
    let frame = Frame::of(&app, lang, &format!("/q/{serial}"), &Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let page = store::public::by_serial(&mut tx, &serial, app.now()).await.told(lang)?;
    let hotlines = store::oncall::hotlines(&mut tx, app.now()).await.told(lang)?;
    let city = hotlines.into_iter().find(|line| line.hospital_id.is_none());
    let (mark, state) = standing(lang, &page.place, frame.now);
    let people = people_shown(frame.when, &page.people, frame.now);
    let (mut attendings, mut anaesthetists, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for person in people {
        match person.role_code.as_str() {
            "attending" => attendings.push(person),
            "anaesthetist" => anaesthetists.push(person),
            _ => others.push(person),
        }
    }
    let place = &page.place;
    draw(
        &Qr {
            name: lang.pick(&place.name_zh, &place.name_en).to_owned(),
            bureau: lang.pick_or(place.bureau_zh.as_deref(), place.bureau_en.as_deref()).to_owned(),
            address: lang.pick(&place.address_zh, &place.address_en).to_owned(),
            scope: scope_words(lang, &page),
            mark,
            state,
            attendings,
            anaesthetists,
            others,
            hotline: city.map(|line| line.number),
            page,
            frame,
        },
        lang,
    )
}

/// `美容外科一级、二级手术，美容皮肤科`
fn scope_words(lang: Lang, page: &QrPage) -> String {
    let words: Vec<String> = page
        .categories
        .iter()
        .filter_map(|code| Category::of(code))
        .map(|category| match category {
            Category::Surgery => lang.public_surgery(lang.levels(page.level_max)),
            other => lang.category(other).to_owned(),
        })
        .collect();
    words.join(lang.pick("，", ", "))
}

/// `GET /portraits/{practitioner_id}`: the photo on file of a doctor who is filed somewhere.
pub(crate) async fn portrait(
    State(app): State<App>,
    visitor: Visitor,
    Path(practitioner_id): Path<String>,
) -> Answer {
    let lang = visitor.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let found = store::public::portrait(&mut tx, &practitioner_id).await.told(lang)?;
    let blob = found.ok_or_else(|| Fault::new(Kind::NotFound, lang))?;
    let media = HeaderValue::from_str(&blob.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response: Response = blob.body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, media);
    let hour = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, hour);
    Ok(response)
}
