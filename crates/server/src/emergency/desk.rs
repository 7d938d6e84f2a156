//! The QC centre's desk: every case on one screen, worked by keyboard.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::channel::ChannelRule;
use rules::emergency::Source;
use rules::{Position, Time};
use store::emergency::{self, CaseFilter, NewCase, cases, figures};
use store::oncall::{self, ChannelAlert};
use store::page::Slice;
use store::{Tx, register};

use super::list::{Row, rows};
use super::page::FACT_KINDS;
use super::view::{View, airways, view};
use crate::App;
use crate::alert::unprocessable;
use crate::fault::{Answer, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// What the desk did today.
struct Today {
    ended: i64,
    median: String,
    unheard: i64,
    hotline: String,
}

#[derive(Template)]
#[template(path = "emergency/desk.html")]
struct Desk {
    shell: Shell,
    rows: Vec<Row>,
    view: Option<View>,
    today: Today,
    alerts: Vec<(String, String)>,
    reachable: String,
    drill: String,
    experts: Vec<(String, String)>,
    back: &'static str,
    typed: Fields,
    refused: Option<String>,
    fact_kinds: &'static [&'static str],
    facts_to: String,
    airways: Vec<(&'static str, &'static str)>,
    loudest: i64,
}

const CASES: i64 = 60;
const ALERTS: i64 = 6;

/// `GET /desk?case=`
pub(crate) async fn desk(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::RunDesk)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(&app, &who, &mut tx, "/desk").await?;
    shell.done = lang.case_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let filter = CaseFilter { view: "open".into(), ..CaseFilter::default() };
    let listed = cases(&mut tx, &who.scope, &filter, Slice::first(CASES)).await.told(lang)?;
    let mut drawn = rows(&mut tx, when, &listed.rows, now.0).await?;
    // Unheard ones first, then real ones before drills, then the newest.
    drawn.sort_by_key(|row| (!row.waits, row.drill, std::cmp::Reverse(row.raised_at)));
    let chosen = fields.some("case").or_else(|| drawn.first().map(|row| row.emergency_id.clone()));
    let shown = match &chosen {
        Some(id) => Some(view(&app, &mut tx, &who, when, id).await?),
        None => None,
    };
    let on_call = oncall::on_call_now(&mut tx, &who.scope, now).await.told(lang)?;
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let standing =
        oncall::alerts_of_channel(&mut tx, &who.scope, false, ALERTS).await.told(lang)?;
    let alerts = standing.iter().map(|alert| alert_words(&tx, when, alert)).collect();
    let manned = hospitals
        .iter()
        .filter(|one| on_call.iter().any(|(_, person)| person.hospital_id == one.hospital_id));
    let manned = i64::try_from(manned.count()).unwrap_or(0);
    let all = i64::try_from(hospitals.len()).unwrap_or(0);
    let loudest = drawn.iter().filter(|row| row.waits).map(|row| row.rung + 1).max().unwrap_or(0);
    let page = Desk {
        today: today(&mut tx, when, now).await?,
        drill: last_drill(&mut tx, when, now).await?,
        experts: experts(&mut tx, &who, &on_call, &hospitals).await?,
        rows: drawn,
        view: shown,
        alerts,
        reachable: lang.hospitals_manned(manned, all),
        back: "desk",
        typed: Fields::default(),
        refused: None,
        fact_kinds: FACT_KINDS,
        airways: airways(lang),
        facts_to: chosen.map_or(String::new(), |id| format!("/emergencies/{id}/facts")),
        loudest,
        shell,
    };
    draw(&page, lang)
}

async fn today(tx: &mut Tx, when: When, now: Time) -> Answer<Today> {
    let lang = when.lang;
    let day = when.calendar.periods(now).day;
    let found = figures(tx, day, now.plus_ms(1), false).await.told(lang)?;
    let hotlines = oncall::hotlines(tx, now).await.told(lang)?;
    let city = hotlines.into_iter().find(|line| line.hospital_id.is_none());
    Ok(Today {
        ended: found.cases - found.open,
        median: found.median_heard_ms.map_or("—".into(), |ms| when.span(&ms)),
        unheard: found.unheard,
        hotline: city.map_or(lang.hotline_none().to_owned(), |line| line.number),
    })
}

/// How the last round of call-out tests went.
async fn last_drill(tx: &mut Tx, when: When, now: Time) -> Answer<String> {
    let lang = when.lang;
    let tests = oncall::call_out_history(tx, now.plus_days(-90), 200).await.told(lang)?;
    let Some(first) = tests.first() else { return Ok(lang.drill_none().to_owned()) };
    let day = when.calendar.day_number(Time(first.called_at));
    let round = tests.iter().filter(|test| when.calendar.day_number(Time(test.called_at)) == day);
    let (mut answered, mut all) = (0, 0);
    for test in round {
        all += 1;
        answered += i64::from(test.answered_at.is_some());
    }
    Ok(lang.drill_last(when.day(&first.called_at), answered, all))
}

/// Who can be rung up: people on call, with their hospital.
async fn experts(
    tx: &mut Tx,
    who: &SignedIn,
    on_call: &[(i64, oncall::Person)],
    hospitals: &[oncall::Hospital],
) -> Answer<Vec<(String, String)>> {
    let lang = who.lang;
    let hotlines = oncall::hotlines(tx, Time(i64::MAX / 4)).await.told(lang)?;
    Ok(on_call
        .iter()
        .filter_map(|(line, person)| {
            let hospital = hospitals.iter().find(|one| one.hospital_id == person.hospital_id)?;
            let own = hotlines
                .iter()
                .find(|known| known.hospital_id.as_ref() == Some(&hospital.hospital_id));
            // People are rung through their hospital: private numbers stay private.
            let number = own.map_or(&hospital.phone, |line| &line.number);
            let name = lang.pick(&person.name_zh, &person.name_en);
            let place = lang.pick(&hospital.short_zh, &hospital.short_en);
            Some((number.clone(), lang.expert_line(place, name, line)))
        })
        .collect())
}

/// A standing alert of the channel in words: what, and where with its numbers.
pub(crate) fn alert_words(tx: &Tx, when: When, alert: &ChannelAlert) -> (String, String) {
    let lang = when.lang;
    let pack = tx.packs().channel_at(Time(alert.raised_at));
    let rule = ChannelRule::of(&alert.rule).and_then(|rule| pack.rule(rule));
    let name =
        rule.map_or(alert.rule.clone(), |rule| lang.pick(&rule.name_zh, &rule.name_en).to_owned());
    let inputs: serde_json::Value = serde_json::from_str(&alert.inputs).unwrap_or_default();
    let number = |key: &str| inputs[key].as_i64();
    let holder = lang.pick_or(alert.holder_zh.as_deref(), alert.holder_en.as_deref());
    let item = inputs["item"].as_str().and_then(|code| pack.item(code));
    let item = item.map_or("", |item| lang.pick(&item.name_zh, &item.name_en));
    let what = match (ChannelRule::of(&alert.rule), number("least"), alert.from_at) {
        (Some(ChannelRule::A31), Some(least), _) => {
            lang.stock_below(item, number("units").unwrap_or(0), least)
        }
        (Some(ChannelRule::A31), None, _) => {
            let until = alert.until_at.unwrap_or(0);
            lang.stock_expires(item, number("units").unwrap_or(0), when.iso(&until))
        }
        (Some(ChannelRule::A30), _, Some(from)) => {
            let until = alert.until_at.unwrap_or(from);
            let line = number("line").unwrap_or(1);
            lang.rota_gap(line, when.month_day_hm(&from), when.month_day_hm(&until))
        }
        _ => when.stamp_hm(&alert.raised_at),
    };
    (name, lang.alert_at(holder, what))
}

#[derive(Template)]
#[template(path = "emergency/call.html")]
struct CallForm {
    shell: Shell,
    typed: Fields,
    refused: Option<String>,
    request_key: String,
    cards: Vec<(String, String, String)>,
    institutions: Vec<(String, String)>,
}

/// `GET /desk/call`: what a caller says, keyboard first.
pub(crate) async fn call_form(State(app): State<App>, who: SignedIn) -> Answer {
    who.need(Permission::RunDesk)?;
    let page = call_page(&app, &who, Fields::default()).await?;
    draw(&page, who.lang)
}

async fn call_page(app: &App, who: &SignedIn, typed: Fields) -> Answer<CallForm> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/desk").await?;
    let names = register::names(&mut tx, now).await.told(lang)?;
    let cards = tx.packs().cards_at(now).cards.iter().map(|card| {
        let text = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
        let name = text(&card.name_zh, &card.name_en);
        (card.code.clone(), name, text(&card.recognise_zh, &card.recognise_en))
    });
    Ok(CallForm {
        cards: cards.collect(),
        institutions: names
            .into_iter()
            .map(|(id, zh, en)| (id, lang.pick(&zh, &en).to_owned()))
            .collect(),
        request_key: typed.some("request_key").unwrap_or_else(fresh_key),
        shell,
        typed,
        refused: None,
    })
}

/// `POST /desk/call`
pub(crate) async fn take_call(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::RunDesk)?;
    let (lang, now) = (who.lang, app.now());
    let new = match heard(&app, &who, &fields).await? {
        Ok(new) => new,
        Err(sentence) => {
            let mut page = call_page(&app, &who, fields).await?;
            page.refused = Some(sentence);
            return draw(&page, lang).map(unprocessable);
        }
    };
    let scope = who.scope.clone();
    let raised = app
        .db()
        .write(move |tx| Box::pin(async move { emergency::raise(tx, &scope, &new, now).await }))
        .await;
    match raised {
        Ok(raised) => {
            app.wake_feed();
            let to = format!("/desk?case={}&done=raised", raised.emergency_id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut page = call_page(&app, &who, fields).await?;
            page.refused = Some(lang.refusal(refusal).to_owned());
            draw(&page, lang).map(unprocessable)
        }
        Err(error) => Err(error).told(lang),
    }
}

/// What was heard, or the sentence that says what cannot be.
async fn heard(app: &App, who: &SignedIn, fields: &Fields) -> Answer<Result<NewCase, String>> {
    let (lang, now) = (who.lang, app.now());
    let typed = fields.get("institution");
    let institution_id = if typed.is_empty() {
        None
    } else {
        let mut tx = app.db().read().await.told(lang)?;
        let names = register::names(&mut tx, now).await.told(lang)?;
        let found =
            names.into_iter().find(|(id, zh, en)| id == typed || zh == typed || en == typed);
        // A name nobody knows is a place like any other: care comes first.
        found.map(|(id, _, _)| id)
    };
    let place = match (&institution_id, fields.get("place")) {
        (None, place) if !typed.is_empty() => format!("{typed} {place}").trim().to_owned(),
        (_, place) => place.to_owned(),
    };
    if institution_id.is_none() && place.is_empty() {
        return Ok(Err(lang.call_no_place().to_owned()));
    }
    let ago = fields.number("onset_min").filter(|minutes| (0..=1_440).contains(minutes));
    if ago.is_none() && !fields.get("onset_min").is_empty() {
        return Ok(Err(lang.call_onset_wrong().to_owned()));
    }
    let degrees = |name: &str| fields.get(name).parse::<f64>().ok().filter(|v| v.is_finite());
    let at = degrees("lat").zip(degrees("lng")).map(|(lat, lng)| Position { lat, lng });
    let unlicensed = fields.get("source") == "unlicensed";
    Ok(Ok(NewCase {
        source: if unlicensed { Source::Unlicensed } else { Source::Hotline },
        request_key: fields.some("request_key").unwrap_or_else(fresh_key),
        institution_id,
        operation_id: None,
        place,
        at,
        callback: fields.get("callback").to_owned(),
        card: fields.some("card").unwrap_or_else(|| "other".into()),
        onset_at: ago.map(|minutes| now.plus_min(-minutes)),
        drill: fields.get("drill") == "1",
        said: fields.get("said").to_owned(),
        reporter_hash: None,
    }))
}
