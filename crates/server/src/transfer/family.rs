//! The family's link: without login and without script, large enough for old eyes, and silent about
//! who lies in the vehicle. Making and revoking links is the desk's and the ward's.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use rules::transfer::{LinkView, Mark, Party};
use rules::{Position, Time};
use store::transfer::{self, Details, FamilyView};

use super::needs_line;
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::{Fields, fresh_key};
use crate::public::Frame;
use crate::qr::Qr;
use crate::session::{Peer, SignedIn, Visitor};
use crate::shell::{Shell, shell};
use crate::words::Lang;

/// Why a family cancels; codes, so that they can be counted.
const REASONS: [&str; 4] = ["not_needed", "other_means", "postponed", "price"];
/// A page on the way draws itself again after so many seconds.
const AGAIN_S: i64 = 20;

struct StepShown {
    word: &'static str,
    at: Option<String>,
    now: bool,
}

/// A drawn map: where the vehicle is, where it goes, in a frame of 360 x 220.
struct MapShown {
    vehicle: (f64, f64),
    from: (f64, f64),
    to: (f64, f64),
}

#[derive(Template)]
#[template(path = "transfer/family.html")]
struct FamilyPage {
    frame: Frame,
    view: LinkView,
    standing: &'static str,
    number: String,
    patient: String,
    from: String,
    to: String,
    needs: String,
    promise: Option<String>,
    /// When the vehicle comes, or when it arrives.
    eta: Option<String>,
    carrier: Option<CarrierShown>,
    seen: Option<String>,
    old: bool,
    map: Option<MapShown>,
    steps: Vec<StepShown>,
    ended: Option<&'static str>,
    may_cancel: bool,
    late: bool,
    may_call: bool,
    may_rate: bool,
    rated: Option<i64>,
    key: String,
    score: String,
    words: String,
    error: Option<String>,
}

impl FamilyPage {
    /// The best first.
    fn scores(&self) -> [(&'static str, &'static str); 5] {
        let lang = self.frame.lang;
        [
            ("5", lang.family_score_5()),
            ("4", lang.family_score_4()),
            ("3", lang.family_score_3()),
            ("2", lang.family_score_2()),
            ("1", lang.family_score_1()),
        ]
    }
}

struct CarrierShown {
    title: String,
    operator: String,
    complaint_phone: String,
    verify: String,
}

/// `GET /t/{token}`
pub(crate) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let drawn = family_page(&app, visitor.lang, &token, &fields, None).await;
    answer(&app, visitor.lang, &fields, drawn, StatusCode::OK)
}

#[derive(Template)]
#[template(path = "transfer/family_gone.html")]
struct GonePage {
    frame: Frame,
}

fn answer(
    app: &App,
    lang: Lang,
    fields: &Fields,
    drawn: Answer<FamilyPage>,
    status: StatusCode,
) -> Response {
    let response = match drawn {
        Ok(page) => {
            let again = page.view == LinkView::Live && page.error.is_none();
            draw(&page, lang).map(|mut response| {
                *response.status_mut() = status;
                // Without a script; what is being typed stands on pages that do not refresh.
                if again && let Ok(value) = HeaderValue::from_str(&AGAIN_S.to_string()) {
                    response.headers_mut().insert(HeaderName::from_static("refresh"), value);
                }
                response
            })
        }
        Err(Fault { kind: Kind::NotFound, .. }) => {
            let page = GonePage { frame: Frame::of(app, lang, "/t/-", fields) };
            draw(&page, lang).map(|mut response| {
                *response.status_mut() = StatusCode::NOT_FOUND;
                response
            })
        }
        Err(fault) => Err(fault),
    };
    let mut response = response.unwrap_or_else(IntoResponse::into_response);
    // The address is the key: no other site may learn it.
    let none = HeaderValue::from_static("no-referrer");
    response.headers_mut().insert(axum::http::header::REFERRER_POLICY, none);
    let hidden = HeaderValue::from_static("noindex, nofollow");
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), hidden);
    response
}

async fn family_page(
    app: &App,
    lang: Lang,
    token: &str,
    fields: &Fields,
    error: Option<String>,
) -> Answer<FamilyPage> {
    let now = app.now();
    let mut tx = app.db().read().await.told(lang)?;
    let shown = transfer::by_link(&mut tx, token, now).await.told(lang)?;
    let fresh_s = tx.packs().crew_at(now).position.fresh_s;
    drop(tx);
    let path = format!("/t/{token}");
    let frame = Frame::of(app, lang, &path, fields);
    let when = frame.when;
    let booking = &shown.booking;
    let course = booking.course();
    let state = course.state();
    let marks = course.marks(Party::Family);
    let eta = match shown.view {
        LinkView::Live if course.loaded_at.is_some() && course.arrived_at.is_none() => {
            booking.plan_arrive_at.map(|at| lang.family_arrives(when.hm(&at)))
        }
        LinkView::Live if course.arrived_at.is_none() => {
            booking.plan_pickup_at.map(|at| lang.family_comes(when.hm(&at)))
        }
        _ => None,
    };
    Ok(FamilyPage {
        view: shown.view,
        standing: lang.link_view(shown.view),
        number: booking.number.clone(),
        patient: booking.patient.clone(),
        from: booking.from_place.clone(),
        to: booking.to_place.clone(),
        needs: needs_line(lang, &booking.needs()),
        promise: booking
            .promise_from
            .zip(booking.promise_until)
            .map(|(from, until)| format!("{}–{}", when.stamp_hm(&from), when.hm(&until)))
            .or_else(|| booking.ready_at.map(|at| when.stamp_hm(&at))),
        eta,
        carrier: shown.carrier.as_ref().map(|carrier| CarrierShown {
            title: lang.crew_vehicle(&carrier.call_sign, &carrier.plate),
            operator: lang.pick(&carrier.operator_zh, &carrier.operator_en).to_owned(),
            complaint_phone: carrier.complaint_phone.clone(),
            verify: frame.link(&format!("/v/{}", carrier.qr_serial)),
        }),
        seen: shown.seen.map(|seen| when.hm(&seen.at.0)),
        old: shown.seen.is_some_and(|seen| seen.at.ms_until(now) > fresh_s * Time::SECOND_MS),
        map: map(&shown),
        steps: steps(lang, &shown, |at| when.hm(&at)),
        ended: (!state.is_open()).then(|| lang.booking_state(state)),
        may_cancel: marks.contains(&Mark::Cancel),
        late: course.cancels_late(),
        may_call: marks.contains(&Mark::CallReturn),
        may_rate: course.arrived_at.is_some() && shown.rated.is_none(),
        rated: shown.rated,
        key: fields.some("request_key").unwrap_or_else(fresh_key),
        score: fields.get("score").to_owned(),
        words: fields.get("words").to_owned(),
        error,
        frame,
    })
}

/// What the family follows: fetched, aboard, arrived.
fn steps(lang: Lang, shown: &FamilyView, hm: impl Fn(i64) -> String) -> Vec<StepShown> {
    let booking = &shown.booking;
    let steps = [
        (lang.family_step_booked(), Some(booking.confirmed_at.unwrap_or(booking.asked_at))),
        (lang.family_step_assigned(), booking.assigned_at),
        (lang.family_step_started(), booking.started_at),
        (lang.family_step_on_scene(), booking.on_scene_at),
        (lang.family_step_loaded(), booking.loaded_at),
        (lang.family_step_arrived(), booking.arrived_at),
    ];
    let last = steps.iter().rposition(|(_, at)| at.is_some()).unwrap_or(0);
    steps
        .into_iter()
        .enumerate()
        .map(|(place, (word, at))| StepShown {
            word,
            at: at.map(&hm),
            now: place == last && booking.completed_at.is_none(),
        })
        .collect()
}

/// The map needs no script and no tiles; the sentence beside it says the same.
fn map(shown: &FamilyView) -> Option<MapShown> {
    let seen = shown.seen?;
    let places = [seen.position, shown.booking.from_at(), shown.booking.to_at()];
    let bound = |pick: fn(&Position) -> f64| {
        let low = places.iter().map(pick).fold(f64::INFINITY, f64::min);
        let high = places.iter().map(pick).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    };
    let ((west, east), (south, north)) = (bound(|p| p.lng), bound(|p| p.lat));
    let shrink = ((south + north) / 2.0).to_radians().cos();
    // At least some two kilometres, so that a vehicle at the door does not fill the frame.
    let (wide, high) = (((east - west) * shrink).max(0.02), (north - south).max(0.02));
    let scale = (300.0 / wide).min(150.0 / high);
    let point = |at: Position| {
        let x = 180.0 + (at.lng - (west + east) / 2.0) * shrink * scale;
        let y = 110.0 - (at.lat - (south + north) / 2.0) * scale;
        ((x * 10.0).round() / 10.0, (y * 10.0).round() / 10.0)
    };
    Some(MapShown { vehicle: point(places[0]), from: point(places[1]), to: point(places[2]) })
}

/// `POST /t/{token}`: rate, cancel, ask for the way back. The token is the proof: whoever has the
/// link is the family.
pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Peer(address): Peer,
    Path(token): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let (lang, fields) = (visitor.lang, Fields::of(fields));
    if !app.stranger_may(address, "family") {
        return Fault::new(Kind::TooMany, lang).into_response();
    }
    let done = acted(&app, lang, &token, &fields).await;
    app.wake_feed();
    match done {
        Ok(()) => {
            let frame = Frame::of(&app, lang, "", &fields);
            Redirect::to(&frame.link(&format!("/t/{token}"))).into_response()
        }
        Err(fault) if matches!(fault.kind, Kind::Refused(_)) => {
            let drawn = family_page(&app, lang, &token, &fields, Some(fault.sentence())).await;
            answer(&app, lang, &fields, drawn, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(fault) => answer(&app, lang, &fields, Err(fault), StatusCode::UNPROCESSABLE_ENTITY),
    }
}

async fn acted(app: &App, lang: Lang, token: &str, fields: &Fields) -> Answer<()> {
    let (now, token) = (app.now(), token.to_owned());
    match fields.get("act") {
        "rate" => {
            let score = fields.number("score").unwrap_or(0);
            let words = fields.get("words").to_owned();
            let key = fields.some("request_key").unwrap_or_else(fresh_key);
            app.db()
                .write(move |tx| {
                    Box::pin(
                        async move { transfer::rate(tx, &token, score, &words, &key, now).await },
                    )
                })
                .await
                .told(lang)
        }
        "cancel" | "return" => {
            let cancels = fields.get("act") == "cancel";
            let mark = if cancels { Mark::Cancel } else { Mark::CallReturn };
            let reason = fields.some("reason").filter(|code| REASONS.contains(&code.as_str()));
            let details = Details { reason, ..Details::default() };
            app.db()
                .write(move |tx| {
                    Box::pin(async move {
                        transfer::mark_by_link(tx, &token, mark, &details, now).await
                    })
                })
                .await
                .told(lang)
        }
        _ => Err(Fault::new(Kind::BadForm("act".into()), lang)),
    }
}

#[derive(Template)]
#[template(path = "transfer/links.html")]
struct LinksPage {
    shell: Shell,
    booking_id: String,
    number: String,
    open: i64,
    /// Shown once: the database keeps its hash alone.
    made: Option<(String, String)>,
    refused: Option<String>,
}

/// `GET /transfer/bookings/{booking_id}/links`
pub(crate) async fn links(
    State(app): State<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
) -> Answer {
    draw(&links_page(&app, &who, &booking_id, None, None).await?, who.lang)
}

async fn links_page(
    app: &App,
    who: &SignedIn,
    booking_id: &str,
    made: Option<(String, String)>,
    refused: Option<String>,
) -> Answer<LinksPage> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/bookings").await?;
    let booking = transfer::booking(&mut tx, &who.scope, booking_id).await.told(lang)?;
    let party = transfer::party(&who.scope, &booking);
    if !matches!(party, Party::Desk | Party::Ward) {
        return Err(Fault::new(Kind::Forbidden, lang));
    }
    let open = transfer::open_links(&mut tx, &booking).await.told(lang)?;
    Ok(LinksPage {
        shell,
        booking_id: booking.booking_id,
        number: booking.number,
        open,
        made,
        refused,
    })
}

/// `POST /transfer/bookings/{booking_id}/links`
pub(crate) async fn make_link(
    State(app): State<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Peer(peer): Peer,
    headers: axum::http::HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let token = random_token(lang)?;
    let (own, id) = (token.clone(), booking_id.clone());
    let made = app
        .db()
        .write(move |tx| {
            Box::pin(async move { transfer::make_link(tx, &scope, &id, &own, now).await })
        })
        .await;
    match made.told(lang) {
        Ok(()) => {
            let origin = crate::proxy::origin(app.city(), &headers, peer).unwrap_or_default();
            let link = format!("{origin}/t/{token}");
            let picture = Qr::of(&link).map(|code| code.svg()).unwrap_or_default();
            let page = links_page(&app, &who, &booking_id, Some((link, picture)), None).await?;
            draw(&page, lang)
        }
        Err(fault) if matches!(fault.kind, Kind::Refused(_)) => {
            let said = Some(fault.sentence());
            draw(&links_page(&app, &who, &booking_id, None, said).await?, lang)
        }
        Err(fault) => Err(fault),
    }
}

/// 128 bits as 32 hex digits.
fn random_token(lang: Lang) -> Answer<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// `POST /transfer/bookings/{booking_id}/links/revoke`
pub(crate) async fn revoke(
    State(app): State<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let id = booking_id.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::revoke_links(tx, &scope, &id, now).await })
        })
        .await
        .told(lang)?;
    Ok(Redirect::to(&format!("/transfer/bookings/{booking_id}/links")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_128_bits_and_differ() {
        let [a, b] = [(); 2].map(|()| random_token(Lang::Zh).unwrap());
        assert_eq!(a.len(), 32);
        assert_ne!(a, b);
    }
}
