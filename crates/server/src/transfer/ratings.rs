//! Ratings, and the calls that follow low ones [T20].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use store::page::Slice;
use store::transfer::{self, RatingFilter, RatingLine};

use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;

/// Rows of one export.
const EXPORTED_MAX: i64 = 10_000;

struct Row {
    booking_id: String,
    number: String,
    phone: String,
    vehicle: String,
    operator: String,
    score: i64,
    words: String,
    at: String,
    call: String,
    mark: Option<Mark>,
    waits: bool,
}

#[derive(Template)]
#[template(path = "transfer/ratings.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: &'static str,
    waiting: i64,
    rows: Vec<Row>,
    pager: Pager,
    may_call: bool,
    export: String,
    filtered: bool,
    /// The form that was refused, as it was typed.
    refused: Option<(String, String, String)>,
}

impl List {
    fn refused_of(&self, booking_id: &str) -> Option<(&str, &str)> {
        let (own, said, typed) = self.refused.as_ref()?;
        (own == booking_id).then_some((said.as_str(), typed.as_str()))
    }
}

fn need(who: &SignedIn) -> Answer<()> {
    who.need_any(&[Permission::TakeCalls, Permission::ManageFleet, Permission::OverseeTransfer])
}

fn filter_of(fields: &Fields, calendar: rules::calendar::Calendar) -> RatingFilter {
    RatingFilter {
        view: if fields.get("view") == "all" { "all" } else { "waiting" }.into(),
        score: fields.number("score").filter(|score| (1..=5).contains(score)),
        operator_id: fields.some("operator"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    }
}

fn row(when: When, line: &RatingLine, now: i64) -> Row {
    let lang = when.lang;
    let waits = line.callback_due.is_some() && line.called_at.is_none();
    let (call, mark) = match (line.called_at, line.callback_due) {
        (Some(at), _) => (lang.ratings_called(when.stamp_hm(&at)), None),
        (None, Some(due)) if due < now => {
            (lang.ratings_overdue(when.span(&(now - due))), Some(Mark::Danger))
        }
        (None, Some(due)) => (lang.ratings_due(when.stamp_hm(&due)), Some(Mark::Warn)),
        (None, None) => (String::new(), None),
    };
    Row {
        booking_id: line.booking_id.clone(),
        number: line.number.clone(),
        phone: line.phone.clone(),
        vehicle: line.call_sign.clone().unwrap_or_default(),
        operator: lang.pick_or(line.operator_zh.as_deref(), line.operator_en.as_deref()).to_owned(),
        score: line.score,
        words: line.words.clone(),
        at: when.stamp_hm(&line.at),
        call,
        mark,
        waits,
    }
}

/// `GET /transfer/ratings`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    draw(&page(&app, &who, Fields::of(query), None).await?, who.lang)
}

async fn page(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    refused: Option<(String, String, String)>,
) -> Answer<List> {
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&fields, app.city().calendar);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/ratings").await?;
    let slice = Slice::page(fields.page());
    let listed = transfer::ratings(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let waiting = RatingFilter { view: "waiting".into(), ..RatingFilter::default() };
    let waiting =
        transfer::ratings(&mut tx, &who.scope, &waiting, Slice::first(1)).await.told(lang)?.total;
    let when = shell.when;
    let rows: Vec<Row> = listed.rows.iter().map(|line| row(when, line, now.0)).collect();
    Ok(List {
        view: if filter.view == "all" { "all" } else { "waiting" },
        waiting,
        pager: pager("/transfer/ratings", &fields, rows.len(), listed.total),
        rows,
        may_call: who.scope.may(Permission::TakeCalls),
        export: format!("/transfer/ratings.xlsx?{}", fields.with("page", "")),
        filtered: fields.any(&["score", "from", "until", "operator"]),
        shell,
        fields,
        refused,
    })
}

/// `GET /transfer/ratings.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&Fields::of(query), app.city().calendar);
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORTED_MAX);
    let listed = transfer::ratings(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let mut lines = Lines::new(&[
        lang.tr_booking(),
        lang.tr_operator(),
        lang.tr_vehicle(),
        lang.ratings_score(),
        lang.ratings_words(),
        lang.tr_time(),
        lang.ratings_call(),
    ]);
    for line in &listed.rows {
        let row = row(when, line, now.0);
        let score = row.score.to_string();
        let cells =
            [&*row.number, &row.operator, &row.vehicle, &score, &row.words, &row.at, &row.call];
        lines.add(&cells);
    }
    Ok(lines.file("ratings", lang.nav_ratings()))
}

/// `POST /transfer/ratings/{booking_id}`
pub(crate) async fn call(
    State(app): State<App>,
    who: SignedIn,
    Path(booking_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::TakeCalls)?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let (id, words) = (booking_id.clone(), fields.get("words").to_owned());
    let called = app
        .db()
        .write(move |tx| {
            Box::pin(async move { transfer::called_back(tx, &scope, &id, &words, now).await })
        })
        .await;
    app.wake_feed();
    match called.told(lang) {
        Ok(()) => Ok(Redirect::to("/transfer/ratings").into_response()),
        Err(fault) if matches!(fault.kind, Kind::Refused(_)) => {
            let refused = (booking_id, fault.sentence(), fields.get("words").to_owned());
            let page = page(&app, &who, Fields::default(), Some(refused)).await?;
            let mut response = draw(&page, lang)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(fault) => Err(fault),
    }
}
