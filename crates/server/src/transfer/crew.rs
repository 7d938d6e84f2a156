//! The crew's phone page. It works without a network: the page's own worker keeps it, `crew.js`
//! keeps what was tapped and sends it when it can, and every report is filed once by its key.

mod send;

pub(crate) use send::{positions, report, reports};

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rules::Time;
use rules::account::Permission;
use rules::transfer::triage::TriagePack;
use rules::transfer::{Class, CrewRole, Filed, ListKind, Mark, Moment, Need, State as Standing};
use serde_json::json;
use store::Tx;
use store::page::Slice;
use store::transfer::{self, Booking, BookingFilter, KeptReport, Report, Shift};

use super::{km, needs_line};
use crate::App;
use crate::assets;
use crate::fault::{Answer, InLang, draw};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// The steps of a journey, in the order of the buttons.
const STEPS: [Mark; 6] =
    [Mark::Acknowledge, Mark::Start, Mark::OnScene, Mark::Load, Mark::Arrive, Mark::Complete];
/// Journeys of one turn of duty.
const JOURNEYS_MAX: i64 = 40;

struct ListItem {
    code: String,
    word: String,
    must: bool,
    answer: String,
}

struct StepShown {
    mark: &'static str,
    word: &'static str,
    at: Option<String>,
    next: bool,
}

struct EndShown {
    label: &'static str,
    place: String,
    access: String,
    geo: String,
}

struct Journey {
    id: String,
    number: String,
    state: Standing,
    state_word: &'static str,
    time: String,
    promise: Option<String>,
    needs: String,
    patient: String,
    weight: Option<String>,
    phone: String,
    words: String,
    from: EndShown,
    to: EndShown,
    leg: Option<String>,
    steps: Vec<StepShown>,
    /// When the red flags are asked now, and the questions.
    moment: Moment,
    moment_word: &'static str,
    questions: Vec<(String, String)>,
    asked: Option<String>,
    told_120: bool,
    pickup: Vec<ListItem>,
    handover: Vec<ListItem>,
    receiver: Option<String>,
}

#[derive(Template)]
#[template(path = "transfer/crew.html")]
struct CrewPage {
    shell: Shell,
    shift: Option<ShiftShown>,
    journeys: Vec<Journey>,
    done: Vec<(String, String, &'static str)>,
    incidents: Vec<(String, String)>,
    texts: String,
    position_s: i64,
    refused: Option<String>,
}

struct ShiftShown {
    id: String,
    title: String,
    span: String,
    with: String,
    began: bool,
    departure: Vec<ListItem>,
}

/// `GET /crew`
pub(crate) async fn page(State(app): State<App>, who: SignedIn) -> Answer {
    who.need(Permission::Ride)?;
    draw(&crew_page(&app, &who, None).await?, who.lang)
}

async fn crew_page(app: &App, who: &SignedIn, refused: Option<String>) -> Answer<CrewPage> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/crew").await?;
    // A phone in the hand: the same column of large targets as a clinic's.
    shell.is_clinic = true;
    let when = shell.when;
    let shift = transfer::own_shift(&mut tx, &who.scope, now).await.told(lang)?;
    let pack = tx.packs().crew_at(now).clone();
    let mut drawn = CrewPage {
        shell,
        shift: None,
        journeys: Vec::new(),
        done: Vec::new(),
        incidents: pack
            .incidents
            .iter()
            .map(|kind| (kind.code.clone(), lang.pick(&kind.name_zh, &kind.name_en).to_owned()))
            .collect(),
        texts: texts(lang),
        position_s: pack.position.every_s,
        refused,
    };
    let flags = tx.packs().triage_at(now).clone();
    let Some(shift) = shift else { return Ok(drawn) };
    let reports = transfer::reports_on(&mut tx, &shift).await.told(lang)?;
    let filter = BookingFilter {
        view: "all".into(),
        shift_id: Some(shift.shift_id.clone()),
        ..BookingFilter::default()
    };
    let listed = transfer::bookings(&mut tx, &who.scope, &filter, Slice::first(JOURNEYS_MAX))
        .await
        .told(lang)?;
    let legs = transfer::legs(&mut tx, &who.scope, &shift.shift_id).await.told(lang)?;
    let mut all_needs: Vec<Need> = Vec::new();
    for line in &listed.rows {
        let booking = transfer::booking(&mut tx, &who.scope, &line.booking_id).await.told(lang)?;
        all_needs.extend(booking.needs());
        let state = booking.course().state();
        if !state.is_open() {
            let at = when.hm(&booking.ended_at.unwrap_or(booking.asked_at));
            drawn.done.push((booking.number.clone(), at, lang.booking_state(state)));
            continue;
        }
        let own: Vec<&KeptReport> = reports
            .iter()
            .filter(|one| one.booking_id.as_deref() == Some(&booking.booking_id))
            .collect();
        let leg = legs
            .iter()
            .find(|leg| leg.booking_id == booking.booking_id && leg.stop == "pickup")
            .map(|leg| km(leg.leg_m));
        drawn.journeys.push(journey(lang, when, &pack, &booking, &own, leg, &flags));
    }
    let on_shift: Vec<&KeptReport> =
        reports.iter().filter(|one| one.booking_id.is_none()).collect();
    let departure = items(lang, &pack, ListKind::Departure, &all_needs, &on_shift);
    let with = riders(&mut tx, who, &shift).await?;
    drawn.shift = Some(shift_shown(lang, when, &shift, with, departure));
    Ok(drawn)
}

/// Who rides along, with their roles.
async fn riders(tx: &mut Tx, who: &SignedIn, shift: &Shift) -> Answer<Vec<String>> {
    let lang = who.lang;
    let (from, until) = (Time(shift.from_at), Time(shift.latest_at));
    let riders = transfer::riders(tx, &who.scope, from, until).await.told(lang)?;
    let named = riders.iter().filter(|rider| rider.shift_id == shift.shift_id).map(|rider| {
        let role = CrewRole::of(&rider.role).map_or("", |role| lang.crew_role(role));
        format!("{} {role}", lang.pick(&rider.name_zh, &rider.name_en))
    });
    Ok(named.collect())
}

fn shift_shown(
    lang: Lang,
    when: When,
    shift: &Shift,
    with: Vec<String>,
    departure: Vec<ListItem>,
) -> ShiftShown {
    ShiftShown {
        id: shift.shift_id.clone(),
        title: lang.crew_vehicle(&shift.call_sign, &shift.plate),
        span: format!("{}–{}", when.hm(&shift.from_at), when.hm(&shift.until_at)),
        with: with.join(lang.pick("、", ", ")),
        began: shift.began_at.is_some(),
        departure,
    }
}

fn journey(
    lang: Lang,
    when: When,
    pack: &rules::transfer::CrewPack,
    booking: &Booking,
    reports: &[&KeptReport],
    leg: Option<String>,
    flags: &TriagePack,
) -> Journey {
    let course = booking.course();
    let state = course.state();
    let next = course.next_step();
    let needs = booking.needs();
    let planned = booking.plan_pickup_at.or(booking.ready_at).unwrap_or(booking.asked_at);
    let aboard = course.loaded_at.is_some();
    let moment = if aboard { Moment::EnRoute } else { Moment::Pickup };
    let asked = reports.iter().rev().find(
        |one| matches!(one.report(), Ok(Report::Triage { moment: own, .. }) if own == moment),
    );
    let receiver = reports.iter().rev().find_map(|one| match one.report() {
        Ok(Report::Handover { receiver, .. }) => Some(receiver),
        _ => None,
    });
    let [from, to] = ends(lang, booking);
    Journey {
        id: booking.booking_id.clone(),
        number: booking.number.clone(),
        state,
        state_word: lang.booking_state(state),
        time: when.hm(&planned),
        promise: booking
            .promise_from
            .zip(booking.promise_until)
            .map(|(from, until)| format!("{}–{}", when.hm(&from), when.hm(&until))),
        patient: match booking.patient_born {
            Some(born) => lang.crew_patient_born(&booking.patient, born),
            None => booking.patient.clone(),
        },
        weight: booking.weight_kg.map(|kg| format!("{kg} kg")),
        phone: booking.phone.clone(),
        words: booking.words.clone(),
        from,
        to,
        leg,
        steps: STEPS
            .iter()
            .map(|mark| StepShown {
                mark: mark.code(),
                word: lang.booking_mark(*mark),
                at: course.step_at(*mark).map(|at| when.hm(&at.0)),
                next: next == Some(*mark),
            })
            .collect(),
        moment,
        moment_word: lang.triage_moment(moment),
        questions: questions(lang, flags, moment),
        asked: asked.map(|one| when.hm(&one.at)),
        told_120: reports.iter().any(|one| one.kind == "to_120")
            || booking.class.as_deref() == Some(Class::Emergency.code()),
        pickup: items(lang, pack, ListKind::Pickup, &needs, reports),
        handover: items(lang, pack, ListKind::Handover, &needs, reports),
        receiver,
        needs: needs_line(lang, &needs),
    }
}

/// Where somebody is fetched and brought to, and how one gets in.
fn ends(lang: Lang, booking: &Booking) -> [EndShown; 2] {
    let floor = |floor: i64, lift: i64| match (floor, lift > 0) {
        (0 | 1, _) => lang.crew_ground().to_owned(),
        (n, true) => lang.crew_floor_lift(n),
        (n, false) => lang.crew_floor_stairs(n),
    };
    let end = |label, place: &str, access: String, at: rules::Position| EndShown {
        label,
        place: place.to_owned(),
        access,
        geo: format!("geo:{:.6},{:.6}?q={:.6},{:.6}", at.lat, at.lng, at.lat, at.lng),
    };
    let carry = if booking.carry > 0 { lang.crew_carry(booking.carry) } else { String::new() };
    let access = [floor(booking.from_floor, booking.from_lift), carry];
    let access: Vec<String> = access.into_iter().filter(|part| !part.is_empty()).collect();
    let to_access = floor(booking.to_floor, booking.to_lift);
    [
        end(lang.crew_from(), &booking.from_place, access.join(" · "), booking.from_at()),
        end(lang.crew_to(), &booking.to_place, to_access, booking.to_at()),
    ]
}

/// The lines of a list with the newest answers.
fn items(
    lang: Lang,
    pack: &rules::transfer::CrewPack,
    list: ListKind,
    needs: &[Need],
    reports: &[&KeptReport],
) -> Vec<ListItem> {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for one in reports {
        if let Ok(Report::Checklist { list: own, answers }) = one.report()
            && own == list
        {
            known.extend(answers);
        }
    }
    pack.list(list, needs)
        .map(|item| ListItem {
            code: item.code.clone(),
            word: lang.pick(&item.name_zh, &item.name_en).to_owned(),
            must: item.must,
            answer: known.get(&item.code).cloned().unwrap_or_default(),
        })
        .collect()
}

/// The red flags that are asked again.
fn questions(lang: Lang, pack: &TriagePack, moment: Moment) -> Vec<(String, String)> {
    pack.questions
        .iter()
        .filter(|question| question.asked_at(moment))
        .map(|question| {
            (question.code.clone(), lang.pick(&question.ask_zh, &question.ask_en).to_owned())
        })
        .collect()
}

/// The sentences of the island, as it shows them.
fn texts(lang: Lang) -> String {
    let filed: BTreeMap<&str, &str> =
        Filed::ALL.iter().map(|filed| (filed.code(), lang.filed(*filed))).collect();
    json!({
        "sent": lang.crew_all_sent(),
        "waiting": lang.crew_waiting("{n}"),
        "offline": lang.crew_offline(),
        "signedOut": lang.crew_signed_out(),
        "refused": lang.crew_refused(),
        "filed": filed,
    })
    .to_string()
}

/// `GET /crew/worker.js`: the worker may look after `/crew` itself, not only what lies below.
pub(crate) async fn worker() -> Response {
    let Some(asset) = assets::find("crew-worker.js") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (HeaderName::from_static("service-worker-allowed"), HeaderValue::from_static("/crew")),
    ];
    (fields, asset.bytes).into_response()
}
