//! The channel for machines: RFC 7946 GeoJSON and an alert after CAP 1.2, so that other maps and
//! other cities' systems can show it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rules::{Position, Time};
use serde_json::{Value, json};
use store::oncall::Readiness;

use super::{Channel, lines};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::session::Visitor;
use crate::when::When;
use crate::words::Lang;

/// `GET /green.geojson`
pub(crate) async fn geojson(State(app): State<App>, visitor: Visitor) -> Response {
    match read(&app, visitor.lang).await {
        Ok(channel) => typed(features(&channel).to_string(), "application/geo+json"),
        Err(fault) => fault.problem(),
    }
}

async fn read(app: &App, lang: Lang) -> Answer<Channel> {
    let mut tx = app.db().read().await.told(lang)?;
    Channel::read(&mut tx, app.now()).await.told(lang)
}

fn typed(body: String, media: &'static str) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

fn features(channel: &Channel) -> Value {
    let mut features: Vec<Value> = Vec::new();
    for zone in &channel.zones {
        features.push(json!({
            "type": "Feature", "id": zone.zone_id,
            "geometry": { "type": "Polygon", "coordinates": [outer(&zone.ring)] },
            "properties": {
                "kind": "zone", "name_zh": zone.name_zh, "name_en": zone.name_en,
                "hospital": zone.primary_id, "backup": zone.backup_id,
            },
        }));
    }
    for hospital in &channel.hospitals {
        let id = &hospital.hospital_id;
        let able = channel.capabilities.iter().filter(|one| one.hospital_id == *id);
        let able: Vec<Value> = able
            .map(|one| {
                let (from, until) = (one.from_min, one.until_min);
                json!({"code": one.capability, "from_min": from, "until_min": until})
            })
            .collect();
        let numbers = lines(Lang::Zh, &channel.hotlines, Some(id));
        let numbers: Vec<String> = numbers.into_iter().map(|line| line.number).collect();
        let ready = channel.readiness.iter().find(|one| one.hospital_id == *id);
        features.push(json!({
            "type": "Feature", "id": id,
            "geometry": { "type": "Point", "coordinates": [hospital.lng, hospital.lat] },
            "properties": {
                "kind": "hospital", "name_zh": hospital.name_zh, "name_en": hospital.name_en,
                "address_zh": hospital.address_zh, "address_en": hospital.address_en,
                "gate_zh": hospital.gate_zh, "gate_en": hospital.gate_en,
                "phone": hospital.phone, "hotlines": numbers, "capabilities": able,
                "tests": ready.map(tests),
            },
        }));
    }
    json!({ "type": "FeatureCollection", "features": features })
}

fn tests(ready: &Readiness) -> Value {
    json!({
        "count": ready.tests, "answered": ready.answered, "median_ms": ready.median_ms,
        "last_at": ready.last_at, "last_ms": ready.last_ms,
    })
}

/// A closed ring, against the clock: what the right-hand rule of RFC 7946 asks of an outer ring.
fn outer(ring: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut ring = ring.to_vec();
    if ring.first() != ring.last() {
        ring.extend(ring.first().copied());
    }
    let doubled: f64 =
        ring.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * (pair[1][1] + pair[0][1])).sum();
    // The sum is positive with the clock.
    if doubled > 0.0 {
        ring.reverse();
    }
    ring
}

/// One language of the alert.
struct Info {
    tag: &'static str,
    event: &'static str,
    sender: String,
    headline: String,
    what: String,
    instruction: String,
    contact: String,
    areas: Vec<Area>,
}

struct Area {
    name: String,
    polygon: Option<String>,
    circle: Option<String>,
}

#[derive(Template)]
#[template(path = "green/cap.xml")]
struct Cap {
    identifier: String,
    sender: String,
    sent: String,
    expires: String,
    exercise: bool,
    infos: Vec<Info>,
}

/// `GET /green.cap`
pub(crate) async fn cap(State(app): State<App>, visitor: Visitor) -> Response {
    let answer = match read(&app, visitor.lang).await {
        Ok(channel) => alert(&app, &channel)
            .render()
            .map_err(|error| Fault::new(Kind::Broken(error.to_string()), visitor.lang)),
        Err(fault) => Err(fault),
    };
    match answer {
        Ok(xml) => typed(xml, "application/cap+xml; charset=utf-8"),
        Err(fault) => fault.problem(),
    }
}

fn alert(app: &App, channel: &Channel) -> Cap {
    let city = app.city();
    let when = When { lang: Lang::Zh, calendar: city.calendar };
    let now = app.now();
    // The same alert keeps its number until a new day or a change: readers compare numbers.
    let day = city.calendar.day_start(city.calendar.day_number(now));
    let zones = channel.zones.iter().map(|zone| zone.from_at);
    let changed = channel.hotlines.iter().map(|line| line.from_at).chain(zones);
    let sent = changed.fold(day.0, i64::max);
    let infos = [Lang::Zh, Lang::En].map(|lang| {
        let numbers = lines(lang, &channel.hotlines, None);
        let number = numbers.first().map_or("120", |line| &*line.number);
        let name = lang.pick(&city.name[0], &city.name[1]);
        Info {
            tag: lang.pick("zh-CN", "en-US"),
            event: lang.green_event(),
            sender: xml_text(lang.pick(&city.platform[0], &city.platform[1])),
            headline: xml_text(&lang.cap_headline(name)),
            what: lang.cap_what(channel.hospitals.len(), channel.zones.len()),
            instruction: xml_text(&lang.cap_instruction(number)),
            contact: xml_text(&lang.cap_contact(number)),
            areas: areas(lang, channel),
        }
    });
    Cap {
        identifier: format!("baize-{}-green-{}", city.code, sent),
        sender: format!("baize.{}", city.code),
        sent: moment(when, Time(sent)),
        expires: moment(when, day.plus_days(1)),
        exercise: city.demo,
        infos: infos.into(),
    }
}

/// `2025-03-14T20:00:00+08:00`
fn moment(when: When, at: Time) -> String {
    let offset = when.calendar.offset_min;
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    format!("{}T{}{sign}{hours:02}:{minutes:02}", when.iso(&at.0), when.time(&at.0))
}

/// A circle says where a hospital is, not how far it answers: some hundred metres.
const CIRCLE_KM: f64 = 0.3;

fn areas(lang: Lang, channel: &Channel) -> Vec<Area> {
    let pair = |at: Position| format!("{:.6},{:.6}", at.lat, at.lng);
    let mut areas = Vec::new();
    for zone in &channel.zones {
        let corners: Vec<String> =
            outer(&zone.ring).into_iter().map(|[lng, lat]| pair(Position { lat, lng })).collect();
        let hospital = channel.hospital(&zone.primary_id);
        let hospital = hospital.map_or("", |one| lang.pick(&one.name_zh, &one.name_en));
        let name = lang.cap_zone(lang.pick(&zone.name_zh, &zone.name_en), hospital);
        areas.push(Area { name: xml_text(&name), polygon: Some(corners.join(" ")), circle: None });
    }
    for hospital in &channel.hospitals {
        let name = lang.pick(&hospital.name_zh, &hospital.name_en);
        let address = lang.pick(&hospital.address_zh, &hospital.address_en);
        areas.push(Area {
            name: xml_text(&lang.cap_hospital(name, address, &hospital.phone)),
            polygon: None,
            circle: Some(format!("{} {CIRCLE_KM}", pair(hospital.at()))),
        });
    }
    areas
}

/// Without the characters that XML 1.0 cannot carry at all; the template escapes the rest.
fn xml_text(text: &str) -> String {
    let carried = |c: &char| {
        matches!(*c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(carried).collect()
}

#[cfg(test)]
mod tests;
