//! The dispatcher's board: bookings, vehicles on one ruler, a map, and the planner's answer with
//! the reason of every vehicle. Worked by keys; everything also by links and buttons.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State as Extract};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::transfer::OutageReason;
use rules::transfer::planning::Why;
use store::page::Slice;
use store::transfer::{Booking, BookingFilter, BookingLine, bookings};

use self::answers::{Answers, answers};
use self::list::{Row, Worry, rows, worries};
use self::preview::{Shown, question, shown};
use self::ruler::{Ruler, ruler};
use super::planner::{self, Ask, Choice, Day, Refused};
use crate::App;
use crate::alert::unprocessable;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

mod answers;
mod command;
mod list;
mod map;
mod preview;
mod ruler;

/// Bookings of one day on one screen.
const BOOKINGS: i64 = 300;
/// Views of the list, by the code in the address.
const VIEWS: [&str; 4] = ["open", "confirmed", "ended", "all"];

/// The booking in the middle of the screen.
struct Chosen {
    booking: Booking,
    title: String,
    state: &'static str,
    /// Until it is driven, or what is wrong.
    clock: Option<(crate::assets::Mark, String)>,
    facts: Vec<(String, String)>,
    may_unassign: bool,
    relief: bool,
}

#[derive(Template)]
#[template(path = "transfer/board.html")]
struct Board {
    shell: Shell,
    view: String,
    counts: String,
    rows: Vec<Row>,
    worries: Vec<Worry>,
    loudest: i64,
    chosen: Option<Chosen>,
    answers: Option<Answers>,
    shown: Option<Shown>,
    ruler: Ruler,
    table: bool,
    map: String,
    boundaries: String,
    map_note: String,
    refused: Option<String>,
    typed: Fields,
    /// The address of this very view, for live refreshes.
    here: String,
}

impl Board {
    /// The address with another booking, view or question.
    fn with(&self, name: &str, value: &str) -> String {
        format!("/transfer/board?{}", self.typed.with(name, value))
    }

    fn views(&self) -> Vec<(String, &'static str, bool)> {
        let word = |code: &str| self.shell.lang.board_view(code);
        VIEWS.iter().map(|code| (self.with("view", code), word(code), *code == self.view)).collect()
    }
}

type Pairs = Vec<(String, String)>;

/// `GET /transfer/board?booking=&view=&ask=`
pub(crate) async fn board(
    Extract(app): Extract<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    who.need(Permission::DispatchVehicles)?;
    let mut page = page(&app, &who, Fields::of(query)).await?;
    let done = page.typed.get("done").to_owned();
    page.shell.done = who.lang.board_done(&done).map(str::to_owned);
    draw(&page, who.lang)
}

/// The screen again with the sentence that says why not.
async fn refuse(app: &App, who: &SignedIn, fields: Fields, sentence: String) -> Answer {
    let mut page = page(app, who, fields).await?;
    page.refused = Some(sentence);
    draw(&page, who.lang).map(unprocessable)
}

async fn page(app: &App, who: &SignedIn, typed: Fields) -> Answer<Board> {
    let (lang, now) = (who.lang, app.now());
    let listed = list_of(app, who, &typed).await?;
    let chosen = match typed.some("booking").or_else(|| first_waiting(&listed)) {
        Some(id) => Some(read_booking(app, who, &id).await?),
        None => None,
    };
    let ask = chosen.as_ref().map(Ask::of);
    let around = ask.as_ref().map_or(now, |ask| ask.ready_at.or(ask.appointment_at).unwrap_or(now));
    // The ruler shows today; somebody who books for another day is planned on that one.
    let today = around.max(now) <= now.plus_min(12 * 60);
    let extra: Vec<_> = ask.iter().flat_map(|ask| [ask.from, ask.to]).collect();
    let day = Day::read(app, lang, if today { now } else { around }, &extra).await?;
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/board").await?;
    drop(tx);
    let when = shell.when;
    let packs = app.db().packs();
    let names = packs.service_at(now);
    let found = match (&ask, &chosen) {
        (Some(ask), Some(booking)) => answers(app, &day, when, booking, ask)?,
        _ => None,
    };
    let question = question(&typed);
    let shown = match question {
        Some(question) => shown(app, when, &day, question, names)?,
        None => None,
    };
    let worried = worries(&day, when, names);
    let loudest = worried.iter().map(|worry| worry.loud).max().unwrap_or(0);
    let drawn = rows(&day, when, names, &listed, chosen.as_ref());
    let city = app.city();
    let prefix = city.code.get(..4).unwrap_or("");
    let view = typed.some("view").unwrap_or_else(|| "open".into());
    let here = format!("/transfer/board?{}", typed.with("done", ""));
    shell.done = None;
    Ok(Board {
        counts: list::counts(lang, &listed),
        ruler: ruler(&day, when, names, chosen.as_ref(), found.as_ref()),
        map: map::map(&day, &city.home_region, chosen.as_ref(), found.as_ref(), lang),
        chosen: chosen.map(|booking| describe(&day, when, names, booking)),
        table: typed.get("table") == "1",
        boundaries: crate::assets::url(&format!("boundaries/{prefix}.geojson")),
        map_note: lang.pick(&city.map_note[0], &city.map_note[1]).to_owned(),
        rows: drawn,
        worries: worried,
        answers: found,
        refused: None,
        loudest,
        shown,
        typed,
        shell,
        view,
        here,
    })
}

async fn list_of(app: &App, who: &SignedIn, typed: &Fields) -> Answer<Vec<BookingLine>> {
    let (lang, now) = (who.lang, app.now());
    let calendar = app.city().calendar;
    let midnight = calendar.day_start(calendar.day_number(now));
    let view = typed.some("view").filter(|view| VIEWS.contains(&view.as_str()));
    let view = view.unwrap_or_else(|| "open".into());
    let open = matches!(view.as_str(), "open" | "confirmed");
    let filter = BookingFilter {
        // Whatever is still open counts, however old; of the rest, today's.
        from: (!open).then_some(midnight),
        until: Some(midnight.plus_days(1).plus_min(6 * 60)),
        text: typed.some("find"),
        view,
        ..BookingFilter::default()
    };
    let mut tx = app.db().read().await.told(lang)?;
    let listed = bookings(&mut tx, &who.scope, &filter, Slice::first(BOOKINGS)).await;
    Ok(listed.told(lang)?.rows)
}

/// Whoever waits for a vehicle first, else the first of the list.
fn first_waiting(listed: &[BookingLine]) -> Option<String> {
    let waits = listed.iter().find(|line| line.state == "confirmed");
    waits.or_else(|| listed.first()).map(|line| line.booking_id.clone())
}

async fn read_booking(app: &App, who: &SignedIn, booking_id: &str) -> Answer<Booking> {
    let mut tx = app.db().read().await.told(who.lang)?;
    store::transfer::booking(&mut tx, &who.scope, booking_id).await.told(who.lang)
}

fn describe(
    day: &Day,
    when: crate::when::When,
    names: &rules::transfer::service::ServicePack,
    booking: Booking,
) -> Chosen {
    let lang = when.lang;
    let state = booking.course().state();
    let trip = list::trip_type(lang, names, &booking.trip_type);
    let at = booking.plan_pickup_at.or(booking.ready_at).or(booking.appointment_at);
    let at = at.map_or_else(|| lang.board_on_call().to_owned(), |at| when.hm(&at));
    let needs: Vec<&str> = booking.needs().into_iter().map(|need| lang.need(need)).collect();
    let mut facts = vec![(lang.board_needs().to_owned(), list::joined(lang, &needs))];
    if let Some((from, until)) = booking.promise_from.zip(booking.promise_until) {
        let window = lang.board_promise_window(when.hm(&from), when.hm(&until));
        facts.push((lang.board_promise().to_owned(), window));
    }
    if let Some(source) = booking.travel_source.as_deref() {
        let km = booking.distance_m.unwrap_or(0) as f64 / 1_000.0;
        let minutes = booking.drive_s.unwrap_or(0) / 60;
        let way = lang.board_way(format!("{km:.1}"), minutes, lang.travel_source(source));
        facts.push((lang.board_drive().to_owned(), way));
    }
    let relief = day.ground.reliefs.iter().any(|one| one.booking_id == booking.booking_id);
    Chosen {
        title: lang.board_title_of(&at, trip, &booking.from_place, &booking.to_place),
        clock: list::clock(day, when, &booking.booking_id, state),
        state: lang.booking_state(state),
        may_unassign: booking
            .course()
            .allows(rules::transfer::Mark::Unassign, rules::transfer::Party::Desk),
        relief,
        facts,
        booking,
    }
}

/// `POST /transfer/bookings/{id}/assign`
pub(crate) async fn assign(
    Extract(app): Extract<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let mut fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::DispatchVehicles)?;
    let choice = Choice {
        shift_id: fields.some("shift"),
        override_reason: fields.some("reason"),
        promise: None,
    };
    let day = app.now();
    match planner::assign(&app, &who, &booking_id, choice).await? {
        Ok(offer) => {
            let done = if offer.promise.1 < day { "assigned_late" } else { "assigned" };
            let to = format!("/transfer/board?done={done}&{}", fields.with("booking", ""));
            Ok(Redirect::to(&clean(&to)).into_response())
        }
        Err(refused) => {
            let sentence = sentence_of(&app, &who, refused);
            fields = fields_with(&fields, &booking_id);
            refuse(&app, &who, fields, sentence).await
        }
    }
}

/// A form leads back to the same view, without what was typed into it.
fn clean(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let kept = ["done", "view", "find", "table", "booking"];
    let pairs = query.split('&').filter(|pair| {
        pair.split_once('=').is_some_and(|(key, value)| kept.contains(&key) && !value.is_empty())
    });
    let pairs: Vec<&str> = pairs.collect();
    format!("{path}?{}", pairs.join("&"))
}

fn fields_with(fields: &Fields, booking_id: &str) -> Fields {
    let mut pairs = fields.pairs();
    pairs.push(("booking".into(), booking_id.to_owned()));
    Fields::of(pairs)
}

fn sentence_of(app: &App, who: &SignedIn, refused: Refused) -> String {
    let when = crate::when::When { lang: who.lang, calendar: app.city().calendar };
    match refused {
        Refused::Store(refusal) => who.lang.refusal(refusal).to_owned(),
        Refused::NoVehicle(Some(why)) => {
            let why: &Why = &why;
            who.lang.board_cannot(answers::why_words(when, why))
        }
        Refused::NoVehicle(None) => who.lang.board_no_vehicle().to_owned(),
    }
}

/// `POST /transfer/bookings/{id}/unassign`
pub(crate) async fn unassign(
    Extract(app): Extract<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = fields_with(&Fields::of(fields), &booking_id);
    who.check(fields.get("csrf"))?;
    who.need(Permission::DispatchVehicles)?;
    match planner::give_up(&app, &who, &booking_id).await? {
        Ok(()) => {
            let to = format!("/transfer/board?done=unassigned&{}", fields.with("done", ""));
            Ok(Redirect::to(&clean(&to)).into_response())
        }
        Err(refusal) => {
            let sentence = who.lang.refusal(refusal).to_owned();
            refuse(&app, &who, fields, sentence).await
        }
    }
}

/// `POST /transfer/bookings/{id}/take-over`: somebody who waited in a broken vehicle is aboard.
pub(crate) async fn take_over(
    Extract(app): Extract<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = fields_with(&Fields::of(fields), &booking_id);
    who.check(fields.get("csrf"))?;
    who.need(Permission::DispatchVehicles)?;
    let (scope, id, now) = (who.scope.clone(), booking_id.clone(), app.now());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { store::transfer::take_over(tx, &scope, &id, now).await })
    });
    match taken.await {
        Ok(()) => {
            app.wake_feed();
            let to = format!("/transfer/board?done=taken_over&{}", fields.with("done", ""));
            Ok(Redirect::to(&clean(&to)).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let sentence = who.lang.refusal(refusal).to_owned();
            refuse(&app, &who, fields, sentence).await
        }
        Err(error) => Err(error).told(who.lang),
    }
}

/// `POST /transfer/vehicles/{id}/out`: what the preview showed is carried out.
pub(crate) async fn out(
    Extract(app): Extract<App>,
    who: SignedIn,
    Path(vehicle_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::DispatchVehicles)?;
    let reason = OutageReason::of(fields.get("outage")).unwrap_or(OutageReason::Breakdown);
    match planner::carry_out(&app, &who, &vehicle_id, reason).await? {
        Ok(_) => {
            let to = format!("/transfer/board?done=out&{}", fields.with("done", ""));
            Ok(Redirect::to(&clean(&to)).into_response())
        }
        Err(refusal) => {
            let sentence = who.lang.refusal(refusal).to_owned();
            refuse(&app, &who, fields, sentence).await
        }
    }
}

/// `POST /transfer/vehicles/{id}/back`: it drives again.
pub(crate) async fn back(
    Extract(app): Extract<App>,
    who: SignedIn,
    Path(vehicle_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::DispatchVehicles)?;
    let (scope, now) = (who.scope.clone(), app.now());
    let ended = app.db().write(move |tx| {
        Box::pin(async move {
            let open = store::transfer::outages(tx, &scope, now, now.plus_min(1)).await?;
            for outage in open.iter().filter(|outage| outage.vehicle_id == vehicle_id) {
                store::transfer::end_outage(tx, &scope, &outage.outage_id, now).await?;
            }
            Ok(())
        })
    });
    ended.await.told(who.lang)?;
    app.wake_feed();
    let to = format!("/transfer/board?done=back&{}", fields.with("done", ""));
    Ok(Redirect::to(&clean(&to)).into_response())
}

/// `GET /transfer/board/command?say=6`: one line instead of the mouse.
pub(crate) async fn say(
    Extract(app): Extract<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    who.need(Permission::DispatchVehicles)?;
    let fields = Fields::of(query);
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let (from, until) = (now.plus_min(-12 * 60), now.plus_min(12 * 60));
    let shifts = store::transfer::shifts(&mut tx, &who.scope, from, until).await.told(lang)?;
    drop(tx);
    let on_duty = shifts.iter().filter(|shift| {
        shift.ended_at.is_none() && shift.from_at <= until.0 && shift.latest_at > now.0
    });
    let named: Vec<(&str, &str, &str)> =
        on_duty.map(|shift| (&*shift.call_sign, &*shift.vehicle_id, &*shift.shift_id)).collect();
    let back = fields.with("say", "");
    match command::meant(fields.get("say"), &named) {
        Some(meant) => {
            Ok(Redirect::to(&meant.address(fields.get("booking"), &back)).into_response())
        }
        None => {
            let sentence = lang.board_command_unknown(fields.get("say"));
            refuse(&app, &who, fields, sentence).await
        }
    }
}

/// Whether a moment is near enough to be said in minutes.
fn soon(now: Time, at: Time) -> bool {
    now.ms_until(at).abs() <= 3 * Time::HOUR_MS
}
