//! Call-out tests and what the channel achieves: started without a word, published for all [Z13].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use store::emergency::{Figures, figures};
use store::oncall::{self, CallOut, Hospital};

use super::plan::SEES;
use super::{AlertShown, Choice, Pairs, Typed, alerts, hospital_choices, need_any, settled, short};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// Tests of so many days count for readiness.
const DAYS: [i64; 3] = [30, 90, 365];
/// Tests that are read for the list.
const TESTS_MAX: i64 = 2_000;
/// The limits that `Figures::within` counts.
const WITHIN_S: [i64; 5] = [10, 15, 20, 60, 180];

struct FigureRow {
    word: &'static str,
    drills: bool,
    cases: i64,
    shares: Vec<String>,
    heard: String,
    accepted: String,
    arrived: String,
    unheard: i64,
}

struct ReadyRow {
    hospital: String,
    tests: i64,
    answered: i64,
    median: String,
    last: String,
    last_at: String,
    missed: bool,
}

struct TestRow {
    hospital: String,
    called: String,
    answered: String,
    rung: i64,
    mark: Option<Mark>,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "oncall/readiness.html")]
struct ReadinessPage {
    shell: Shell,
    fields: Fields,
    typed: Typed,
    runs: bool,
    figures: Vec<FigureRow>,
    within: [i64; 5],
    ready: Vec<ReadyRow>,
    never: Vec<String>,
    tests: Vec<TestRow>,
    pager: Pager,
    hospitals: Vec<Choice>,
    days: i64,
    day_choices: Vec<(i64, String)>,
    chosen: String,
    alerts: Vec<AlertShown>,
}

/// `GET /readiness`
pub(crate) async fn readiness(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    draw(&page(&app, &who, Fields::of(query), Typed::default()).await?, who.lang)
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer<ReadinessPage> {
    need_any(who, &SEES)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/readiness").await?;
    shell.done = lang.oc_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let asked = fields.number("days").filter(|days| DAYS.contains(days));
    let days = asked.unwrap_or(DAYS[1]);
    let since = now.plus_days(-days);
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let chosen = fields.get("hospital").to_owned();
    let history = oncall::call_out_history(&mut tx, since, TESTS_MAX).await.told(lang)?;
    let wanted: Vec<&CallOut> =
        history.iter().filter(|test| chosen.is_empty() || test.hospital_id == chosen).collect();
    let slice = store::page::Slice::page(fields.page());
    let tests: Vec<TestRow> = wanted
        .iter()
        .skip(usize::try_from(slice.offset).unwrap_or(0))
        .take(usize::try_from(slice.limit).unwrap_or(0))
        .map(|one| test(when, &hospitals, one))
        .collect();
    let ready = oncall::readiness(&mut tx, since).await.told(lang)?;
    let periods = app.city().calendar.periods(now);
    let mut rows = Vec::new();
    for drills in [false, true] {
        for (word, from) in [
            (lang.today(), periods.day),
            (lang.this_week(), periods.week),
            (lang.this_month(), periods.month),
        ] {
            let found = figures(&mut tx, from, now.plus_ms(1), drills).await.told(lang)?;
            rows.push(figure(when, word, drills, &found));
        }
    }
    let alerts = alerts(&mut tx, &who.scope, when, |alert| alert.rule == "A29").await?;
    let fields = Fields::of(fields.pairs().into_iter().filter(|(key, _)| key != "done").collect());
    let total = i64::try_from(wanted.len()).unwrap_or(0);
    Ok(ReadinessPage {
        runs: who.scope.may(Permission::ManageChannel),
        figures: rows,
        within: WITHIN_S,
        never: hospitals
            .iter()
            .filter(|one| !ready.iter().any(|known| known.hospital_id == one.hospital_id))
            .map(|one| lang.pick(&one.short_zh, &one.short_en).to_owned())
            .collect(),
        ready: ready.iter().map(|one| ready_row(when, &hospitals, one)).collect(),
        pager: pager("/readiness", &fields, tests.len(), total),
        tests,
        hospitals: hospital_choices(lang, &hospitals),
        days,
        day_choices: DAYS.iter().map(|days| (*days, lang.oc_last_days(days))).collect(),
        chosen,
        alerts,
        fields,
        typed,
        shell,
    })
}

fn span(when: When, ms: Option<i64>) -> String {
    ms.map_or("—".into(), |ms| when.span(&ms))
}

fn figure(when: When, word: &'static str, drills: bool, found: &Figures) -> FigureRow {
    let share = |count: &i64| match found.cases {
        0 => "—".to_owned(),
        cases => format!("{} %", (count * 200 + cases) / (cases * 2)),
    };
    FigureRow {
        word,
        drills,
        cases: found.cases,
        shares: found.within.iter().map(share).collect(),
        heard: span(when, found.median_heard_ms),
        accepted: span(when, found.median_accepted_ms),
        arrived: span(when, found.median_arrived_ms),
        unheard: found.unheard,
    }
}

fn ready_row(when: When, hospitals: &[Hospital], one: &oncall::Readiness) -> ReadyRow {
    ReadyRow {
        hospital: short(when.lang, hospitals, &one.hospital_id),
        tests: one.tests,
        answered: one.answered,
        median: span(when, one.median_ms),
        last: span(when, one.last_ms),
        last_at: one.last_at.map_or(String::new(), |at| when.stamp_hm(&at)),
        missed: one.last_missed,
    }
}

fn test(when: When, hospitals: &[Hospital], one: &CallOut) -> TestRow {
    let lang = when.lang;
    let (mark, state) = match (one.answered_at, one.missed_at) {
        (Some(_), _) => (None, lang.oc_test_answered()),
        (None, Some(_)) => (Some(Mark::Danger), lang.oc_test_missed()),
        (None, None) => (Some(Mark::Live), lang.oc_test_open()),
    };
    TestRow {
        hospital: short(lang, hospitals, &one.hospital_id),
        called: when.stamp(&one.called_at),
        answered: span(when, one.answered_at.map(|at| at - one.called_at)),
        rung: one.rung + 1,
        mark,
        state,
    }
}

/// `POST /readiness/tests`: calls the chosen hospitals without a word beforehand.
pub(crate) async fn start(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let chosen: Vec<String> = fields
        .pairs()
        .iter()
        .filter_map(|(key, _)| key.strip_prefix("test_").map(str::to_owned))
        .collect();
    if chosen.is_empty() {
        let wrong = who.lang.oc_choose_hospital().to_owned();
        let typed = Typed::refused("test", fields, wrong);
        let page = page(&app, &who, Fields::default(), typed).await?;
        return Ok(crate::alert::unprocessable(draw(&page, who.lang)?));
    }
    let (scope, now) = (who.scope.clone(), app.now());
    let started = app.db().write(move |tx| {
        Box::pin(async move { oncall::start_call_outs(tx, &scope, &chosen, now).await })
    });
    let called = started.await.told(who.lang)?;
    app.wake_feed();
    // A hospital that is being tested already is left alone.
    let done = if called == 0 { "tests_running" } else { "tests" };
    Ok(Redirect::to(&format!("/readiness?done={done}")).into_response())
}

/// `POST /readiness/tests/{call_out_id}/answer`: one tap of the own hospital.
pub(crate) async fn answer(
    State(app): State<App>,
    who: SignedIn,
    Path(call_out_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::Receive)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (scope, now): (_, Time) = (who.scope.clone(), app.now());
    let answered = app.db().write(move |tx| {
        Box::pin(async move { oncall::answer_call_out(tx, &scope, &call_out_id, now).await })
    });
    match answered.await {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to("/hospital?done=answered").into_response())
        }
        // Somebody else answered, or it ended: the desk shows what stands now.
        Err(store::Error::Refused(store::Refusal::TooLate)) => {
            Ok(Redirect::to("/hospital").into_response())
        }
        Err(error) => Err(Fault::of(error, who.lang)),
    }
}

/// `POST /oncall/alerts/{alert_id}/clear`: an unanswered call that was talked about.
pub(crate) async fn clear(
    State(app): State<App>,
    who: SignedIn,
    Path(alert_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ManageChannel)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let cleared = app
        .db()
        .write(move |tx| Box::pin(async move { oncall::clear(tx, &scope, &alert_id, now).await }));
    if let Some(wrong) = settled(&app, who.lang, cleared.await)? {
        let typed = Typed::refused("clear", fields, wrong);
        let page = page(&app, &who, Fields::default(), typed).await?;
        return Ok(crate::alert::unprocessable(draw(&page, who.lang)?));
    }
    let path = match fields.get("back") {
        "readiness" => "/readiness?done=cleared",
        _ => "/oncall?done=cleared",
    };
    Ok(Redirect::to(path).into_response())
}
