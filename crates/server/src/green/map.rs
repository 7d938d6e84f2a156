//! `GET /green`: the published map — whom to call, the nearest hospital, all hospitals [Z8, Z13,
//! Z14, Z15].

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rules::Time;
use rules::channel::ChannelPack;
use rules::emergency::within_hours;
use store::Tx;
use store::oncall::{self, Capability, Hospital, Readiness};

use super::near::{Nearest, Spot};
use super::picture::{self, Picture, Subject, dense};
use super::{Channel, Line, lines, near, position, steady, tel};
use crate::App;
use crate::fault::{Answer, InLang, draw, encode};
use crate::form::Fields;
use crate::go::Go;
use crate::public::Frame;
use crate::session::Visitor;
use crate::when::When;
use crate::words::Lang;

/// A hospital of the list.
pub(super) struct Row {
    pub hospital_id: String,
    pub name: String,
    pub address: String,
    pub gate: String,
    pub lines: Vec<Line>,
    pub zones: String,
    /// What it can do all day and night.
    pub always: String,
    /// What it can do at some hours, and whether now.
    pub hours: Vec<String>,
    pub readiness: String,
    pub go: Go,
}

/// What became of a search for a place.
enum Asked {
    Nothing,
    /// What was typed is no place that is known; it stays in the field.
    Unknown,
    /// Two numbers that are no place.
    Numbers,
    Found(Box<Nearest>, Vec<(String, String)>),
}

#[derive(Template)]
#[template(path = "green/map.html")]
struct Map {
    frame: Frame,
    lines: Vec<Line>,
    place: String,
    lat: String,
    lng: String,
    asked: Asked,
    picture: Option<Picture>,
    close_up: Option<Picture>,
    rows: Vec<Row>,
    note: String,
    estimate: String,
    script: String,
}

/// `GET /green?place=&lat=&lng=`
pub(crate) async fn map(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = drawn(&app, visitor.lang, &fields).await;
    steady(&app, visitor.lang, &fields, "/green", answer).await
}

async fn drawn(app: &App, lang: Lang, fields: &Fields) -> Answer {
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let channel = Channel::read(&mut tx, now).await.told(lang)?;
    let pack = tx.packs().channel_at(now).clone();
    let travel = &pack.travel;
    let (place, lat, lng) = (fields.get("place"), fields.get("lat"), fields.get("lng"));
    let path = if fields.any(&["place", "lat", "lng"]) {
        format!("/green?place={}&lat={}&lng={}", encode(place), encode(lat), encode(lng))
    } else {
        "/green".to_owned()
    };
    let frame = Frame::of(app, lang, &path, fields);
    let asked = asked(&mut tx, &frame, &channel, &pack, fields).await.told(lang)?;
    let (at, chosen) = match &asked {
        Asked::Found(found, _) if !found.away => {
            let own = found.zone.iter().map(|(_, way)| way.hospital_id.clone());
            let chosen = own.chain([found.nearest.hospital_id.clone()]).collect();
            (Some(found.spot.at), chosen)
        }
        _ => (None, Vec::new()),
    };
    let minute = tx.packs().calendar.minute_of_day(now);
    // Around a place the picture is close already.
    let near = if at.is_none() { dense(&channel) } else { Vec::new() };
    let subject = Subject { spot: at, around: &chosen, chosen: &chosen, unnamed: &near };
    let picture = picture::picture(lang, &channel, subject);
    let close = Subject { around: &near, ..Subject::default() };
    let close_up = (!near.is_empty()).then(|| picture::picture(lang, &channel, close)).flatten();
    let page = Map {
        lines: lines(lang, &channel.hotlines, None),
        place: place.to_owned(),
        lat: lat.to_owned(),
        lng: lng.to_owned(),
        picture,
        close_up,
        rows: rows(frame.when, &channel, &pack, minute),
        note: lang.pick(&app.city().map_note[0], &app.city().map_note[1]).to_owned(),
        estimate: lang.near_estimate(travel.detour, travel.km_per_h, travel.extra_min),
        script: frame.asset("islands/nearest.js"),
        asked,
        frame,
    };
    draw(&page, lang)
}

async fn asked(
    tx: &mut Tx,
    frame: &Frame,
    channel: &Channel,
    pack: &ChannelPack,
    fields: &Fields,
) -> store::Result<Asked> {
    let (lang, now) = (frame.lang, Time(frame.now));
    let mut spots = match (position(fields), fields.some("place")) {
        (Some(at), _) => vec![Spot { name: lang.near_here().to_owned(), at, rough: false }],
        (None, _) if fields.any(&["lat", "lng"]) => return Ok(Asked::Numbers),
        (None, Some(text)) => near::spots(tx, lang, channel, &text, now).await?,
        (None, None) => return Ok(Asked::Nothing),
    };
    if spots.is_empty() {
        return Ok(Asked::Unknown);
    }
    let spot = spots.remove(0);
    let zone = oncall::zone_at(tx, spot.at, now).await?;
    let found = near::nearest(lang, channel, zone.as_ref(), &pack.travel, spot);
    let Some(found) = found else { return Ok(Asked::Unknown) };
    let other = |spot: Spot| {
        let href = format!("/green?lat={:.6}&lng={:.6}", spot.at.lat, spot.at.lng);
        (spot.name, frame.link(&href))
    };
    Ok(Asked::Found(Box::new(found), spots.into_iter().map(other).collect()))
}

pub(super) fn rows(when: When, channel: &Channel, pack: &ChannelPack, minute: i64) -> Vec<Row> {
    let row = |hospital| row(when, channel, pack, minute, hospital);
    channel.hospitals.iter().map(row).collect()
}

fn row(when: When, channel: &Channel, pack: &ChannelPack, minute: i64, hospital: &Hospital) -> Row {
    let lang = when.lang;
    let id = &hospital.hospital_id;
    let mut numbers = lines(lang, &channel.hotlines, Some(id));
    numbers.push(Line {
        number: hospital.phone.clone(),
        href: tel(&hospital.phone),
        label: lang.green_switchboard().to_owned(),
    });
    let named = |capability: &Capability| {
        let name = pack.capability(&capability.capability)?;
        Some(lang.pick(&name.name_zh, &name.name_en).to_owned())
    };
    let own: Vec<&Capability> =
        channel.capabilities.iter().filter(|one| one.hospital_id == *id).collect();
    let always: Vec<String> =
        own.iter().filter(|one| one.hours().is_none()).filter_map(|one| named(one)).collect();
    let at_hours = own.iter().filter_map(|one| Some((named(one)?, one.hours()?)));
    let zones: Vec<&str> =
        channel.zones_of(id).map(|zone| lang.pick(&zone.name_zh, &zone.name_en)).collect();
    Row {
        hospital_id: id.clone(),
        name: lang.pick(&hospital.name_zh, &hospital.name_en).to_owned(),
        address: lang.pick(&hospital.address_zh, &hospital.address_en).to_owned(),
        gate: lang.pick(&hospital.gate_zh, &hospital.gate_en).to_owned(),
        lines: numbers,
        zones: zones.join(lang.list_comma()),
        always: always.join(lang.list_comma()),
        hours: at_hours.map(|(name, hours)| at_hours_words(lang, &name, hours, minute)).collect(),
        readiness: readiness(when, channel.readiness.iter().find(|one| one.hospital_id == *id)),
        go: Go::to(&hospital.name_zh, hospital.at()),
    }
}

fn at_hours_words(lang: Lang, name: &str, (from, until): (i64, i64), minute: i64) -> String {
    let hm = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let now = if within_hours(minute, (from, until)) {
        lang.green_open_now()
    } else {
        lang.green_shut_now()
    };
    lang.green_hours(name, hm(from), hm(until), now)
}

/// What the unannounced tests of a year say.
fn readiness(when: When, found: Option<&Readiness>) -> String {
    let lang = when.lang;
    let Some(found) = found else { return lang.ready_never().to_owned() };
    let mut sentences = Vec::new();
    if let Some(median) = found.median_ms {
        sentences.push(lang.ready_median(found.tests, found.answered, when.span(&median)));
    }
    if let Some(at) = found.last_at {
        let day = when.long_day(&at);
        sentences.push(match found.last_ms {
            Some(ms) => lang.ready_last(day, when.span(&ms)),
            None => lang.ready_last_missed(day),
        });
    }
    sentences.join(lang.pick("", " "))
}
