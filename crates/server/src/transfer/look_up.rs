//! Who drives here: the page behind the code at a vehicle's door, for everybody, and the card that
//! is printed for the door [T13].

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use rules::transfer::accreditation::Holder;
use store::Error;
use store::transfer::{self, Operator, Standing, Vehicle};

use super::fleet;
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::proxy::origin;
use crate::public::Frame;
use crate::qr::Qr;
use crate::session::{Peer, SignedIn, Visitor};
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

struct Found {
    vehicle: Vehicle,
    operator: Operator,
    standing: Standing,
}

async fn found(app: &App, lang: Lang, code: &str) -> Answer<Option<Found>> {
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let vehicle = match transfer::vehicle_by_code(&mut tx, code).await {
        Ok(vehicle) => vehicle,
        Err(Error::NotFound(_)) => return Ok(None),
        Err(error) => return Err(Fault::of(error, lang)),
    };
    let operator = transfer::operator(&mut tx, &vehicle.operator_id).await.told(lang)?;
    let standing = transfer::standing(&mut tx, Holder::Vehicle, &vehicle.vehicle_id, now).await;
    Ok(Some(Found { standing: standing.told(lang)?, vehicle, operator }))
}

#[derive(Template)]
#[template(path = "transfer/look_up.html")]
struct Page {
    frame: Frame,
    /// What was asked for.
    code: String,
    found: Option<Found>,
    mark: Mark,
    state: &'static str,
    /// What is missing, by name of the certificate alone.
    lacks: Vec<&'static str>,
    rooms: String,
}

impl Page {
    fn complain(&self) -> String {
        let serial = self.found.as_ref().map(|one| one.vehicle.qr_serial.as_str());
        let serial = crate::fault::encode(serial.unwrap_or_default());
        self.frame.link(&format!("/complain?vehicle={serial}"))
    }

    fn operator(&self) -> &str {
        let name = self
            .found
            .as_ref()
            .map(|one| self.frame.lang.pick(&one.operator.name_zh, &one.operator.name_en));
        name.unwrap_or("")
    }
}

/// `GET /v?code=`: by plate or by the code at the door.
pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Response {
    let fields = Fields::of(query);
    let frame = Frame::of(&app, visitor.lang, "/v", &fields);
    match fields.some("code") {
        Some(code) => {
            let code = crate::fault::encode(&plate(&code)).replace('/', "%2F");
            Redirect::to(&frame.link(&format!("/v/{code}"))).into_response()
        }
        None => shown(&app, visitor.lang, &fields, "", None).unwrap_or_else(Fault::into_response),
    }
}

/// A plate as it is kept: capitals, with the point after the place.
fn plate(typed: &str) -> String {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let typed = typed.to_uppercase().replace(['.', '•', '・'], "·");
    let mut letters = typed.chars();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(place), Some(letter), Some(next))
            if !place.is_ascii() && letter.is_ascii_uppercase() && next != '·' =>
        {
            let rest: String = typed.chars().skip(2).collect();
            format!("{place}{letter}·{rest}")
        }
        _ => typed,
    }
}

/// `GET /v/{code}`
pub(crate) async fn vehicle(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Path(code): Path<String>,
    Query(query): Query<Pairs>,
) -> Response {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let answer = async {
        let found = found(&app, lang, &code).await?;
        // Only wrong codes count, so that nobody lists the vehicles by guessing.
        if found.is_none() && !app.stranger_may(address, "vehicle") {
            return Err(Fault::new(Kind::TooMany, lang));
        }
        shown(&app, lang, &fields, &code, found)
    };
    answer.await.unwrap_or_else(Fault::into_response)
}

fn shown(app: &App, lang: Lang, fields: &Fields, code: &str, found: Option<Found>) -> Answer {
    let lost = found.is_none() && !code.is_empty();
    let (mark, state) = match &found {
        None => (Mark::Danger, lang.tf_not_registered()),
        Some(one) if one.vehicle.left_at.is_some() => (Mark::Stop, lang.tf_left_service()),
        Some(one) if one.standing.lacks.is_empty() => (Mark::Ok, lang.tf_accredited_public()),
        Some(_) => (Mark::Danger, lang.tf_not_accredited_public()),
    };
    let lacks = found.iter().flat_map(|one| &one.standing.lacks);
    let path = match code {
        "" => "/v".to_owned(),
        code => format!("/v/{}", crate::fault::encode(code).replace('/', "%2F")),
    };
    let page = Page {
        frame: Frame::of(app, lang, &path, fields),
        code: code.chars().take(40).collect(),
        mark,
        state,
        lacks: lacks.map(|lack| lang.certificate(lack.certificate)).collect(),
        rooms: found.as_ref().map_or(String::new(), |one| fleet::rooms(lang, &one.vehicle)),
        found,
    };
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    let status = if lost { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok((status, Html(html)).into_response())
}

#[derive(Template)]
#[template(path = "transfer/card.html")]
struct Card {
    lang: Lang,
    frame: Frame,
    platform: String,
    vehicle: Vehicle,
    operator: Operator,
    qr: String,
    address: String,
    issued: String,
}

/// `GET /transfer/fleet/{vehicle_id}/card`: for the door, to be printed.
pub(crate) async fn card(
    State(app): State<App>,
    who: SignedIn,
    Peer(peer): Peer,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    fleet::need(&who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let vehicle = transfer::vehicle(&mut tx, &who.scope, &id).await.told(lang)?;
    let operator = transfer::operator(&mut tx, &vehicle.operator_id).await.told(lang)?;
    let host = origin(app.city(), &headers, peer).unwrap_or_default();
    let address = format!("{host}{}", fleet::public_path(&vehicle));
    let broken = || Fault::new(Kind::Broken("the address makes no QR code".into()), lang);
    let frame = Frame::of(&app, lang, "/v", &Fields::default());
    let card = Card {
        lang,
        platform: frame.platform.clone(),
        issued: frame.when.iso(&vehicle.qr_issued_at),
        qr: Qr::of(&address).ok_or_else(broken)?.svg(),
        frame,
        address,
        vehicle,
        operator,
    };
    draw(&card, lang)
}

#[cfg(test)]
mod tests {
    #[test]
    fn plates_as_people_type_them() {
        for typed in ["鲁C·OI101", "鲁coi101", "鲁C OI101", "鲁C.OI101", "鲁C•oi101"] {
            assert_eq!(super::plate(typed), "鲁C·OI101", "{typed}");
        }
        assert_eq!(super::plate("zbgzruhuye01"), "ZBGZRUHUYE01");
    }
}
