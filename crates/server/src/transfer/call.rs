//! The call-taker's one screen: journey, questions, class, price, times; keyboard first. Whatever
//! is typed lies in the database after each pause.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::transfer::call::Outcome;
use rules::transfer::money::Why;
use rules::transfer::triage::{Answer as Said, TriagePack};
use rules::transfer::{Class, Moment, Need, Source};
use store::page::Slice;
use store::transfer::{self, Asking, NewQuote, NewTriage, Told};
use store::{By, Error, Refusal};

use super::calls::{masked, trip_word};
use super::gate::{Gate, Judged, judged, promise_of};
use super::journey::fresh_code;
use super::planner::{self, Choice};
use super::small_map::SmallMap;
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

pub(crate) struct Asked {
    pub code: String,
    pub ask: String,
    pub yes: bool,
    pub no: bool,
}

/// The fields of one end of the journey.
pub(crate) struct EndFields {
    pub name: &'static str,
    pub label: &'static str,
    pub lat: &'static str,
    pub lng: &'static str,
    pub floor: &'static str,
    pub lift: &'static str,
}

pub(crate) fn ends(lang: Lang) -> [EndFields; 2] {
    [
        EndFields {
            name: "from",
            label: lang.tc_from(),
            lat: "from_lat",
            lng: "from_lng",
            floor: "from_floor",
            lift: "from_lift",
        },
        EndFields {
            name: "to",
            label: lang.tc_to(),
            lat: "to_lat",
            lng: "to_lng",
            floor: "to_floor",
            lift: "to_lift",
        },
    ]
}

#[derive(Template)]
#[template(path = "transfer/call.html")]
struct Screen {
    shell: Shell,
    call_id: String,
    typed: Fields,
    gate: Gate,
    phone: String,
    talking_from: i64,
    talking: String,
    known: String,
    red: Vec<Asked>,
    care: Vec<Asked>,
    trip_types: Vec<(String, String)>,
    suggestions: Vec<String>,
    map: SmallMap,
    ends: [EndFields; 2],
    today: String,
    waits_120: i64,
    ended: bool,
    /// Somebody else has it.
    other: Option<String>,
    refused: Option<String>,
    live: Mark,
    ticked: Vec<(String, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "transfer/gate.html")]
struct GatePart {
    gate: Gate,
    saved: String,
}

pub(crate) fn questions(judged: &Judged, lang: Lang, class: Class, typed: &Fields) -> Vec<Asked> {
    let asked = judged.ground.triage.asked(Moment::Call, class).into_iter();
    asked
        .map(|question| {
            let said = Said::of(typed.get(&format!("q_{}", question.code)));
            Asked {
                code: question.code.clone(),
                ask: lang.pick(&question.ask_zh, &question.ask_en).to_owned(),
                yes: said == Some(Said::Yes),
                no: said == Some(Said::No),
            }
        })
        .collect()
}

/// The questions of a moment with nothing answered.
pub(crate) fn asked_questions(pack: &TriagePack, lang: Lang, moment: Moment) -> Vec<Asked> {
    let asked = pack.questions.iter().filter(|question| question.asked_at(moment));
    asked
        .map(|question| Asked {
            code: question.code.clone(),
            ask: lang.pick(&question.ask_zh, &question.ask_en).to_owned(),
            yes: false,
            no: false,
        })
        .collect()
}

/// The draft as fields.
fn fields_of(draft: &str) -> Fields {
    let kept: std::collections::BTreeMap<String, String> =
        serde_json::from_str(draft).unwrap_or_default();
    Fields::of(kept.into_iter().collect())
}

/// The fields as a draft: everything but the proof that the form is ours.
fn draft_of(fields: &Fields) -> String {
    let pairs =
        fields.pairs().into_iter().filter(|(key, value)| !value.is_empty() && key != "csrf");
    let kept: std::collections::BTreeMap<String, String> = pairs.collect();
    serde_json::to_string(&kept).unwrap_or_else(|_| "{}".into())
}

/// `GET /transfer/calls/{call_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
) -> Answer {
    who.need(Permission::TakeCalls)?;
    screen(&app, &who, &call_id, None, None).await
}

async fn screen(
    app: &App,
    who: &SignedIn,
    call_id: &str,
    typed: Option<Fields>,
    refused: Option<String>,
) -> Answer {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let call = transfer::call(&mut tx, &who.scope, call_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/calls").await?;
    let known = transfer::caller_history(&mut tx, &who.scope, &call.phone, call_id).await;
    let known = known.told(lang)?;
    let waiting =
        transfer::handovers(&mut tx, &who.scope, "open", Slice::first(50)).await.told(lang)?;
    let waits_120 = waiting.rows.iter().filter(|one| one.direction == "to_120").count();
    let tiers = tx.packs().tiers_at(now).clone();
    drop(tx);
    let mut typed = typed.unwrap_or_else(|| fields_of(&call.draft));
    for (name, value) in
        [("phone", &call.phone), ("caller", &known.caller), ("request_key", &fresh_key())]
    {
        if typed.get(name).is_empty() {
            typed = typed.and(name, value);
        }
    }
    let judged = judged(app, lang, &typed, Some(who), refused.is_some()).await?;
    let when = shell.when;
    let own = call.taken_by.as_deref() == Some(shell.account_id.as_str());
    let service = &judged.ground.service;
    let kinds = service.trip_types.iter().filter(|kind| !kind.ended);
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Screen {
        gate: judged.gate(when, &tiers, &typed),
        phone: if call.phone.is_empty() {
            lang.tc_no_number().to_owned()
        } else {
            masked(&call.phone)
        },
        talking_from: call.answered_at.unwrap_or(call.rang_at),
        talking: when.timer(&(now.0 - call.answered_at.unwrap_or(call.rang_at))),
        known: known_line(app, lang, when, &known),
        red: questions(&judged, lang, Class::Emergency, &typed),
        care: questions(&judged, lang, Class::Care, &typed),
        trip_types: kinds
            .map(|kind| (kind.code.clone(), lang.pick(&kind.name_zh, &kind.name_en).to_owned()))
            .collect(),
        suggestions: judged.ground.suggestions(lang),
        map: SmallMap::of(&judged.ground, lang),
        ends: ends(lang),
        today: when.iso(&now.0),
        waits_120: i64::try_from(waits_120).unwrap_or(0),
        ended: call.ended_at.is_some(),
        other: (!own && call.taken_by.is_some() && call.ended_at.is_none())
            .then(|| lang.pick_or(call.taker_zh.as_deref(), call.taker_en.as_deref()).to_owned()),
        call_id: call.call_id,
        refused,
        live: Mark::Live,
        ticked: ticked(lang, &typed),
        typed,
        shell,
    };
    let mut response = draw(&page, lang)?;
    *response.status_mut() = status;
    Ok(response)
}

fn known_line(
    app: &App,
    lang: Lang,
    when: crate::when::When,
    known: &transfer::CallerHistory,
) -> String {
    if known.calls == 0 && known.last.is_none() {
        return lang.tc_caller_first().to_owned();
    }
    let mut line = lang.tc_caller_known(known.calls + 1);
    if let Some((_, trip, at)) = &known.last {
        line.push_str(&lang.tc_caller_last(when.day(at), trip_word(app, lang, trip)));
    }
    line
}

/// `POST /transfer/calls/{call_id}/gate`: keeps the draft and answers with what it leads to.
pub(crate) async fn gate(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (lang, now) = (who.lang, app.now());
    let ended = match keep(&app, &who, &call_id, &fields).await {
        Ok(()) => false,
        // Sent by a form whose call has ended meanwhile: it is told, and nothing was to be kept.
        Err(fault) if matches!(fault.kind, Kind::Refused(Refusal::Answered)) => true,
        Err(fault) => return Err(fault),
    };
    let tiers = app.db().packs().tiers_at(now).clone();
    let judged = judged(&app, lang, &fields, Some(&who), true).await?;
    let when = crate::when::When { lang, calendar: app.city().calendar };
    let part = GatePart {
        gate: judged.gate(when, &tiers, &fields),
        saved: if ended { lang.tc_ended().to_owned() } else { lang.tc_draft_at(when.time(&now.0)) },
    };
    draw(&part, lang)
}

async fn keep(app: &App, who: &SignedIn, call_id: &str, fields: &Fields) -> Answer<()> {
    let (scope, id) = (who.scope.clone(), call_id.to_owned());
    let (phone, draft) = (fields.get("phone").to_owned(), draft_of(fields));
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::keep_draft(tx, &scope, &id, &phone, &draft).await })
        })
        .await
        .told(who.lang)
}

/// Everything the form says, ready to be asked; or the sentences that stand in the way.
pub(crate) fn asking(
    judged: &Judged,
    lang: Lang,
    fields: &Fields,
    source: Source,
    agreed: bool,
) -> Result<Asking, String> {
    if judged.verdict.class == Some(Class::Emergency) {
        return Err(lang.refusal(store::Refusal::RedFlag).to_owned());
    }
    if let Some((_, sentence)) = judged.heard.wrong.first() {
        return Err(sentence.clone());
    }
    if judged.verdict.class.is_none() {
        return Err(lang.refusal(store::Refusal::Unasked).to_owned());
    }
    let timed = judged.heard.ready_at.is_some() || judged.heard.appointment_at.is_some();
    let (Some(booking), Some(trip), Some(way), true) =
        (judged.heard.booking(fields, source), judged.trip.clone(), judged.way, timed)
    else {
        return Err(lang.tc_not_ready().to_owned());
    };
    if booking.patient.is_empty() || booking.phone.is_empty() {
        return Err(lang.tc_not_ready().to_owned());
    }
    let total = match &judged.price {
        Some(Ok((_, fare))) => fare.total_fen,
        Some(Err(sentence)) => return Err(sentence.clone()),
        None => return Err(lang.refusal(store::Refusal::NoTariff).to_owned()),
    };
    Ok(Asking {
        triage: NewTriage {
            moment: Moment::Call,
            answers: judged.heard.answers.clone(),
            raised: judged.heard.raised,
        },
        quote: NewQuote {
            trip,
            drive_s: way.drive_s,
            travel_source: way.source.code().to_owned(),
            why: Why::First,
            code: fresh_code(),
        },
        agreed_fen: agreed.then_some(total),
        promise: promise_of(fields.get("slot")).map(|(_, window)| window),
        booking,
    })
}

/// `POST /transfer/calls/{call_id}/book`: the family agrees.
pub(crate) async fn book(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (lang, now) = (who.lang, app.now());
    keep(&app, &who, &call_id, &fields).await?;
    let judged = judged(&app, lang, &fields, Some(&who), false).await?;
    let asking = match asking(&judged, lang, &fields, Source::Phone, true) {
        Ok(asking) => asking,
        Err(sentence) => {
            return screen(&app, &who, &call_id, Some(fields), Some(sentence)).await;
        }
    };
    let back = judged.heard.with_return;
    let (scope, key, id) = (who.scope.clone(), app.city().quote_key.clone(), call_id.clone());
    let account = who.scope.account().map(|one| one.account_id.clone()).unwrap_or_default();
    let from_120 = fields.some("handover");
    let asked = app.db().write(move |tx| {
        Box::pin(async move {
            let by = By::account(&account, now);
            let asked = transfer::ask(tx, &by, &asking, &key).await?;
            if back {
                transfer::book_return(tx, &scope, &asked.booking_id, None, &key, now).await?;
            }
            if let Some(handover) = from_120 {
                transfer::booked_from_120(tx, &handover, &asked.booking_id).await?;
            }
            let booking = Some(asked.booking_id.as_str());
            transfer::end_call(tx, &scope, &id, Outcome::Booked, booking, now).await?;
            Ok(asked)
        })
    });
    let asked = match asked.await {
        Ok(asked) => asked,
        Err(Error::Refused(refusal)) => {
            let sentence = lang.refusal(refusal).to_owned();
            return screen(&app, &who, &call_id, Some(fields), Some(sentence)).await;
        }
        Err(error) => return Err(Fault::of(error, lang)),
    };
    app.wake_feed();
    let done = assigned(&app, &who, &asked.booking_id, fields.get("slot")).await?;
    Ok(Redirect::to(&format!("/transfer/bookings/{}?done={done}", asked.booking_id))
        .into_response())
}

/// Puts the booking on the vehicle that was offered; when that is gone meanwhile, the dispatcher
/// sees it unplanned, with the window that was promised.
async fn assigned(app: &App, who: &SignedIn, booking_id: &str, slot: &str) -> Answer<&'static str> {
    let Some((shift_id, promise)) = promise_of(slot) else { return Ok("booked") };
    if !who.scope.may(Permission::DispatchVehicles) {
        return Ok("booked");
    }
    let choice = Choice { shift_id: Some(shift_id), override_reason: None, promise: Some(promise) };
    match planner::assign(app, who, booking_id, choice).await? {
        Ok(_) => Ok("assigned"),
        Err(_) => Ok("unplanned"),
    }
}

/// `POST /transfer/calls/{call_id}/to-120`: hands over with whatever has been typed.
pub(crate) async fn to_120(
    State(app): State<App>,
    who: SignedIn,
    Path(call_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (lang, now) = (who.lang, app.now());
    keep(&app, &who, &call_id, &fields).await?;
    let judged = judged(&app, lang, &fields, None, false).await?;
    let flags = judged.heard.answers.iter().filter(|(_, said)| *said == Said::Yes);
    let flags: Vec<String> = flags.map(|(code, _)| code.clone()).collect();
    let red = judged
        .verdict
        .reasons
        .iter()
        .any(|reason| matches!(reason, rules::transfer::triage::Reason::Question(_)))
        && judged.verdict.class == Some(Class::Emergency);
    let told = Told {
        place: fields.get("from").to_owned(),
        lat: judged.heard.from.as_ref().map(|spot| spot.at.lat),
        lng: judged.heard.from.as_ref().map(|spot| spot.at.lng),
        to: fields.get("to").to_owned(),
        phone: fields.get("phone").to_owned(),
        caller: fields.get("caller").to_owned(),
        patient: fields.get("patient").to_owned(),
        said: fields.get("words").to_owned(),
        flags,
    };
    let (scope, id) = (who.scope.clone(), call_id.clone());
    let reason = if red { "red_flag" } else { "judgement" };
    let handed = app.db().write(move |tx| {
        Box::pin(async move {
            let handover = transfer::call_to_120(tx, &scope, reason, &told, now).await?;
            transfer::end_call(tx, &scope, &id, Outcome::To120, None, now).await?;
            Ok(handover)
        })
    });
    match handed.await {
        Ok(handover) => {
            app.wake_feed();
            let to = format!("/transfer/handovers?view=all&done=told&own={handover}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(Error::Refused(refusal)) => {
            let sentence = lang.refusal(refusal).to_owned();
            screen(&app, &who, &call_id, Some(fields), Some(sentence)).await
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// What can be ticked beside posture and questions.
pub(crate) const TICKED: [Need; 3] = [Need::Bariatric, Need::Escort, Need::Language];

/// Needs that a form ticks, with their words.
pub(crate) fn ticked(lang: Lang, typed: &Fields) -> Vec<(String, &'static str, bool)> {
    let one = |need: &Need| {
        let name = format!("need_{}", need.code());
        let on = typed.get(&name) == "1";
        (name, lang.need(*need), on)
    };
    TICKED.iter().map(one).collect()
}
