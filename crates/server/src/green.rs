//! The public face of the green channel (绿色通道): the map and what is made from it, the symptom
//! page with its cry for help, the checklist before a procedure, questions to the QC centre. No
//! login, no cookie, and nothing that needs a script.

mod answers;
pub(crate) mod ask;
mod feeds;
mod map;
mod near;
mod picture;
pub(crate) mod poster;
mod readiness;
mod screening;
mod symptoms;

pub(crate) use ask::{ask, ask_form, find_thread, fresh_code, in_parts, thread, write};
pub(crate) use feeds::{cap, geojson};
pub(crate) use map::map;
pub(crate) use poster::{poster, widget};
pub(crate) use readiness::readiness;
pub(crate) use screening::{screened, screening};
pub(crate) use symptoms::{help, sort, symptoms};

use std::net::IpAddr;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rules::{Position, Time};
use sha2::{Digest, Sha256};
use store::Tx;
use store::oncall::{self, Capability, Hospital, Hotline, Readiness, Zone};

use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind};
use crate::form::Fields;
use crate::public::Frame;
use crate::words::Lang;

/// How far back the published tests reach.
const TESTS_DAYS: i64 = 365;

/// What the city publishes of its channel.
struct Channel {
    hospitals: Vec<Hospital>,
    capabilities: Vec<Capability>,
    zones: Vec<Zone>,
    hotlines: Vec<Hotline>,
    readiness: Vec<Readiness>,
}

impl Channel {
    async fn read(tx: &mut Tx, now: Time) -> store::Result<Channel> {
        Ok(Channel {
            hospitals: oncall::hospitals(tx, now).await?,
            capabilities: oncall::capabilities(tx).await?,
            zones: oncall::zones(tx, now, false).await?,
            hotlines: oncall::hotlines(tx, now).await?,
            readiness: oncall::readiness(tx, now.plus_days(-TESTS_DAYS)).await?,
        })
    }

    fn hospital(&self, hospital_id: &str) -> Option<&Hospital> {
        self.hospitals.iter().find(|hospital| hospital.hospital_id == hospital_id)
    }

    /// The zones a hospital answers for.
    fn zones_of<'c>(&'c self, hospital_id: &'c str) -> impl Iterator<Item = &'c Zone> {
        self.zones.iter().filter(move |zone| zone.primary_id == hospital_id)
    }
}

/// A number to tap.
#[derive(Clone)]
struct Line {
    number: String,
    href: String,
    label: String,
}

impl Line {
    fn of(lang: Lang, hotline: &Hotline) -> Line {
        Line {
            number: hotline.number.clone(),
            href: tel(&hotline.number),
            label: lang.pick(&hotline.label_zh, &hotline.label_en).to_owned(),
        }
    }
}

/// The numbers of a place, or the city's own.
fn lines(lang: Lang, hotlines: &[Hotline], hospital_id: Option<&str>) -> Vec<Line> {
    let own = hotlines.iter().filter(|line| line.hospital_id.as_deref() == hospital_id);
    own.map(|hotline| Line::of(lang, hotline)).collect()
}

async fn city_lines(tx: &mut Tx, lang: Lang, now: Time) -> store::Result<Vec<Line>> {
    Ok(lines(lang, &oncall::hotlines(tx, now).await?, None))
}

/// A number as phones dial it.
fn tel(number: &str) -> String {
    let dialled = number.chars().filter(|c| c.is_ascii_digit() || *c == '+');
    format!("tel:{}", dialled.collect::<String>())
}

/// A place typed or filled in as two numbers; `None` when one is missing or no place on earth.
fn position(fields: &Fields) -> Option<Position> {
    let number = |name: &str| fields.get(name).parse::<f64>().ok().filter(|n| n.is_finite());
    let at = Position { lat: number("lat")?, lng: number("lng")? };
    (at.lat.abs() <= 90.0 && at.lng.abs() <= 180.0).then_some(at)
}

/// Random bytes as hex: the key of a form that is sent once.
fn fresh_key(lang: Lang) -> Answer<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok(hex(&bytes))
}

/// A key as [`fresh_key`] makes them; whatever else was sent is nobody's.
fn is_key(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who reports, so that a second cry from the same place can be seen; tomorrow it is another.
fn reporter_hash(address: IpAddr, day: &str) -> String {
    hex(&Sha256::new().chain_update(address.to_string()).chain_update(day).finalize())
}

/// A page that says what did not work, and before that whom to call.
#[derive(Template)]
#[template(path = "green/sorry.html")]
struct Sorry {
    frame: Frame,
    lines: Vec<Line>,
    sentence: String,
}

/// The answer, or a page that still shows 120 and the hotline: nobody in need meets a bare error.
async fn steady(app: &App, lang: Lang, fields: &Fields, path: &str, answer: Answer) -> Response {
    let fault = match answer {
        Ok(page) => return page,
        Err(fault) => fault,
    };
    let sentence = match fault.kind {
        Kind::Broken(_) => lang.green_broken().to_owned(),
        _ => fault.sentence(),
    };
    // Its own page is thrown away; the cause is in the log.
    let status = fault.into_response().status();
    let lines = match app.db().read().await {
        Ok(mut tx) => city_lines(&mut tx, lang, app.now()).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let sorry = Sorry { frame: Frame::of(app, lang, path, fields), lines, sentence };
    with_status(status, &sorry, lang).unwrap_or_else(IntoResponse::into_response)
}

fn with_status(status: StatusCode, page: &impl Template, lang: Lang) -> Answer {
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok((status, Html(html)).into_response())
}

/// What every page of the channel begins with, and the settings in force.
async fn opened(app: &App, lang: Lang) -> Answer<(Tx, Vec<Line>)> {
    let mut tx = app.db().read().await.told(lang)?;
    let lines = city_lines(&mut tx, lang, app.now()).await.told(lang)?;
    Ok((tx, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_phones_dial_them() {
        assert_eq!(tel("0756-0000 1200"), "tel:075600001200");
        assert_eq!(tel("+86 756 1"), "tel:+867561");
    }

    #[test]
    fn places_that_are_on_earth() {
        let at = |lat: &str, lng: &str| {
            let fields = vec![("lat".into(), lat.into()), ("lng".into(), lng.into())];
            position(&Fields::of(fields)).is_some()
        };
        assert!(at("22.25", "113.5"));
        for (lat, lng) in [("91", "0"), ("x", "1"), ("", ""), ("NaN", "1"), ("1", "inf")] {
            assert!(!at(lat, lng), "{lat} {lng}");
        }
    }

    #[test]
    fn a_reporter_is_another_every_day() {
        let address = IpAddr::from([127, 0, 0, 1]);
        assert_ne!(reporter_hash(address, "20250314"), reporter_hash(address, "20250315"));
        assert_eq!(reporter_hash(address, "20250314").len(), 64);
        assert!(is_key(&"0a".repeat(16)) && !is_key("demo-1"));
    }
}
