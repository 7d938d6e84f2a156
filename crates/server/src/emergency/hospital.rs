//! A hospital's own desk: what calls now, who is on call, what is missing.

use askama::Template;
use axum::extract::{Query, State};
use rules::account::Permission;
use store::emergency::{CaseFilter, cases};
use store::oncall;
use store::page::Slice;

use super::list::{Row, rows};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

/// A call-out test that waits for an answer.
struct Test {
    id: String,
    since: String,
    from: i64,
    timer: String,
}

#[derive(Template)]
#[template(path = "emergency/hospital.html")]
struct Home {
    shell: Shell,
    waiting: Vec<Row>,
    running: Vec<Row>,
    tests: Vec<Test>,
    on_call: Vec<(i64, String)>,
    alerts: Vec<(String, String)>,
    reasons: Vec<(&'static str, &'static str)>,
    gate: String,
    loudest: i64,
}

const CASES: i64 = 40;
const ALERTS: i64 = 12;

/// `GET /hospital`
pub(crate) async fn hospital(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    who.need(Permission::Receive)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(&app, &who, &mut tx, "/hospital").await?;
    shell.done = lang.case_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let filter = CaseFilter { view: "open".into(), ..CaseFilter::default() };
    let listed = cases(&mut tx, &who.scope, &filter, Slice::first(CASES)).await.told(lang)?;
    let drawn = rows(&mut tx, when, &listed.rows, now.0).await?;
    let (waiting, running): (Vec<Row>, Vec<Row>) = drawn.into_iter().partition(|row| row.waits);
    let tests = oncall::call_outs_waiting(&mut tx, &who.scope).await.told(lang)?;
    let on_call = oncall::on_call_now(&mut tx, &who.scope, now).await.told(lang)?;
    let standing =
        oncall::alerts_of_channel(&mut tx, &who.scope, false, ALERTS).await.told(lang)?;
    let own = who.scope.hospital().unwrap_or_default().to_owned();
    let place = oncall::hospital(&mut tx, &own).await.told(lang)?;
    let alerts = standing.iter().map(|alert| super::desk::alert_words(&tx, when, alert)).collect();
    let loudest = waiting.iter().map(|row| row.rung + 1).max().unwrap_or(0);
    let page = Home {
        waiting,
        running,
        tests: tests
            .iter()
            .map(|test| Test {
                id: test.call_out_id.clone(),
                since: when.time(&test.called_at),
                from: test.called_at,
                timer: when.timer(&(now.0 - test.called_at)),
            })
            .collect(),
        on_call: on_call
            .into_iter()
            .map(|(line, one)| (line, lang.pick(&one.name_zh, &one.name_en).to_owned()))
            .collect(),
        alerts,
        reasons: super::view::reasons(lang),
        gate: lang.pick(&place.gate_zh, &place.gate_en).to_owned(),
        loudest,
        shell,
    };
    draw(&page, lang)
}
