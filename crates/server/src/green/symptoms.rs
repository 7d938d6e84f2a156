//! The symptom page [Z25]: choose, answer, and be sent to 120, the hotline, the clinic, or told to
//! watch — with the reasons, never a diagnosis. From there the hotline can be asked to call back.

use std::net::IpAddr;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rules::channel::{Advice, ChannelPack};
use rules::emergency::Source;
use store::emergency::{self, NewCase};
use store::{Error, Refusal, Scope, oncall};

use super::answers::{Answers, Item, QUESTION, SYMPTOM};
use super::{Line, fresh_key, is_key, opened, position, reporter_hash, steady, with_status};
use crate::App;
use crate::fault::{Answer, Fault, Kind, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::{Peer, Visitor, same_origin};
use crate::words::Lang;

const PATH: &str = "/symptoms";
/// A place in words; the desk asks for the rest.
const PLACE_CHARS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "green/symptoms.html")]
struct Choose {
    frame: Frame,
    lines: Vec<Line>,
    symptoms: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "green/questions.html")]
struct Questions {
    frame: Frame,
    lines: Vec<Line>,
    answers: Answers,
}

#[derive(Template)]
#[template(path = "green/advice.html")]
struct Advised {
    frame: Frame,
    lines: Vec<Line>,
    advice: Advice,
    title: &'static str,
    what: &'static str,
    because: Vec<Item>,
    /// Every answer once more, for the form that asks for help.
    kept: Vec<(String, String)>,
    note: String,
    help: Help,
    script: String,
}

impl Advised {
    fn danger(&self) -> bool {
        self.advice == Advice::Call120
    }

    /// Whether the hotline can be asked to call back.
    fn urgent(&self) -> bool {
        matches!(self.advice, Advice::Call120 | Advice::Hotline)
    }
}

/// The form that asks the hotline to call back, as it was typed.
#[derive(Default)]
struct Help {
    key: String,
    phone: String,
    place: String,
    lat: String,
    lng: String,
    unlicensed: bool,
    phone_error: Option<&'static str>,
    place_error: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "green/raised.html")]
struct RaisedPage {
    frame: Frame,
    lines: Vec<Line>,
    number: String,
    phone: String,
    map: String,
}

/// `GET /symptoms`
pub(crate) async fn symptoms(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = choose(&app, visitor.lang, &fields).await;
    steady(&app, visitor.lang, &fields, PATH, answer).await
}

async fn choose(app: &App, lang: Lang, fields: &Fields) -> Answer {
    let (tx, lines) = opened(app, lang).await?;
    let pack = tx.packs().channel_at(app.now());
    let symptoms = pack.symptoms.iter().map(|symptom| {
        let name = lang.pick(&symptom.name_zh, &symptom.name_en);
        (format!("{SYMPTOM}{}", symptom.code), name.to_owned())
    });
    let symptoms = symptoms.collect();
    draw(&Choose { frame: Frame::of(app, lang, PATH, fields), lines, symptoms }, lang)
}

/// `POST /symptoms`: from the symptoms to the questions, from the answers to the advice. Nothing is
/// written; a form instead of an address keeps what was ticked out of histories and logs.
pub(crate) async fn sort(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) if fields.get("step") == "answered" => {
            advise(&app, lang, &query, &fields, StatusCode::OK, Help::default()).await
        }
        Ok(()) => ask(&app, lang, &query, &fields).await,
        Err(fault) => Err(fault),
    };
    steady(&app, lang, &query, PATH, answer).await
}

async fn ask(app: &App, lang: Lang, query: &Fields, fields: &Fields) -> Answer {
    let (tx, lines) = opened(app, lang).await?;
    let answers = Answers::of(tx.packs().channel_at(app.now()), lang, fields);
    draw(&Questions { frame: Frame::of(app, lang, PATH, query), lines, answers }, lang)
}

/// The advice, with the form for help as it was typed before.
async fn advise(
    app: &App,
    lang: Lang,
    query: &Fields,
    fields: &Fields,
    status: StatusCode,
    mut help: Help,
) -> Answer {
    let (tx, lines) = opened(app, lang).await?;
    let pack: &ChannelPack = tx.packs().channel_at(app.now());
    let answers = Answers::of(pack, lang, fields);
    let found = answers.triage(pack);
    if help.key.is_empty() {
        help.key = fresh_key(lang)?;
    }
    let ticked = answers.symptoms.iter().map(|item| (format!("{SYMPTOM}{}", item.code), "1"));
    let replied = answers
        .flags
        .iter()
        .filter_map(|item| Some((format!("{QUESTION}{}", item.code), item.reply?.code())));
    let kept = ticked.chain(replied).map(|(name, value)| (name, value.to_owned())).collect();
    let frame = Frame::of(app, lang, PATH, query);
    let page = Advised {
        because: answers.because(&found.because),
        advice: found.advice,
        title: lang.advice_word(found.advice),
        what: lang.advice_what(found.advice),
        kept,
        note: lang.pick(&pack.pack.note_zh, &pack.pack.note_en).to_owned(),
        help,
        script: frame.asset("islands/nearest.js"),
        lines,
        frame,
    };
    with_status(status, &page, lang)
}

/// `POST /symptoms/help`
pub(crate) async fn help(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    headers: HeaderMap,
    Query(query): Query<Vec<(String, String)>>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, query, fields) = (visitor.lang, Fields::of(query), Fields::of(sent));
    let answer = match same_origin(&headers, lang) {
        Ok(()) => call_back(&app, lang, address, &query, &fields).await,
        Err(fault) => Err(fault),
    };
    steady(&app, lang, &query, PATH, answer).await
}

async fn call_back(
    app: &App,
    lang: Lang,
    address: IpAddr,
    query: &Fields,
    fields: &Fields,
) -> Answer {
    let text = |name: &str| fields.get(name).to_owned();
    let mut help = Help {
        key: Some(text("key")).filter(|key| is_key(key)).unwrap_or_default(),
        phone: text("phone"),
        place: text("place"),
        lat: text("lat"),
        lng: text("lng"),
        unlicensed: !fields.get("unlicensed").is_empty(),
        ..Help::default()
    };
    if !oncall::is_phone(&help.phone) {
        help.phone_error = Some(lang.help_phone_wrong());
    }
    if help.place.chars().count() > PLACE_CHARS_MAX {
        help.place_error = Some(lang.help_place_long());
    }
    if help.phone_error.is_some() || help.place_error.is_some() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return advise(app, lang, query, fields, status, help).await;
    }
    if !app.stranger_may(address, "help") {
        return Err(Fault::new(Kind::TooMany, lang));
    }
    if help.key.is_empty() {
        help.key = fresh_key(lang)?;
    }
    match raise(app, lang, address, fields, &help).await {
        Ok(number) => raised(app, lang, query, fields, help, number).await,
        Err(Error::Refused(refusal @ (Refusal::Phone | Refusal::Text))) => {
            help.phone_error = Some(lang.refusal(refusal));
            advise(app, lang, query, fields, StatusCode::UNPROCESSABLE_ENTITY, help).await
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// Raises the case and returns its number.
async fn raise(
    app: &App,
    lang: Lang,
    address: IpAddr,
    fields: &Fields,
    help: &Help,
) -> store::Result<String> {
    let now = app.now();
    let pack = app.db().packs().channel_at(now);
    // The desk reads Chinese, whatever the page was in.
    let answers = Answers::of(pack, Lang::Zh, fields);
    let mut said = answers.said(Lang::Zh);
    if lang.is_en() {
        said.push_str("\n\n");
        said.push_str(Lang::Zh.help_speaks_english());
    }
    let card = answers.triage(pack).card.unwrap_or_else(|| "other".to_owned());
    let day = app.city().calendar.compact_date(now);
    let new = NewCase {
        source: if help.unlicensed { Source::Unlicensed } else { Source::Public },
        request_key: format!("public:{}", help.key),
        institution_id: None,
        operation_id: None,
        place: help.place.clone(),
        at: position(fields),
        callback: help.phone.clone(),
        card,
        onset_at: None,
        drill: false,
        said,
        reporter_hash: Some(reporter_hash(address, &day)),
    };
    let raised = app.db().write(move |tx| {
        Box::pin(async move {
            let raised = emergency::raise_public(tx, &new, now).await?;
            Ok(emergency::case(tx, &Scope::system(), &raised.emergency_id).await?.number)
        })
    });
    let number = raised.await?;
    app.wake_feed();
    Ok(number)
}

async fn raised(
    app: &App,
    lang: Lang,
    query: &Fields,
    fields: &Fields,
    help: Help,
    number: String,
) -> Answer {
    let (_, lines) = opened(app, lang).await?;
    let frame = Frame::of(app, lang, PATH, query);
    let map = match position(fields) {
        Some(at) => format!("/green?lat={:.6}&lng={:.6}", at.lat, at.lng),
        None if help.place.is_empty() => "/green".to_owned(),
        None => format!("/green?place={}", crate::fault::encode(&help.place)),
    };
    let map = frame.link(&map);
    draw(&RaisedPage { frame, lines, number, phone: help.phone, map }, lang)
}
