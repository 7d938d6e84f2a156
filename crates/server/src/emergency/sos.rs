//! A clinic's cry for help: one tap from the operation that is open, with 120 first.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::emergency::Source;
use store::emergency::{self, CaseFilter, NewCase};
use store::page::Slice;
use store::{oncall, operation};

use super::act::fact_of;
use super::page::FACT_KINDS;
use crate::App;
use crate::alert::unprocessable;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::{Fields, fresh_key};
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

/// An operation that is going on.
struct OpenOperation {
    operation_id: String,
    room: String,
    procedure: String,
    from: i64,
    timer: String,
    request_key: String,
    /// Help was called already.
    case: Option<String>,
}

struct OpenCase {
    emergency_id: String,
    number: String,
    title: String,
    since: String,
}

#[derive(Template)]
#[template(path = "emergency/sos.html")]
struct Sos {
    shell: Shell,
    operations: Vec<OpenOperation>,
    cases: Vec<OpenCase>,
    cards: Vec<(String, String)>,
    hotline: Option<String>,
    request_key: String,
    typed: Fields,
    refused: Option<String>,
}

/// Cards that a clinic meets; the rest is behind "something else" and can be set on the case.
const CARDS_SHOWN: usize = 14;

/// `GET /sos`
pub(crate) async fn sos(State(app): State<App>, who: SignedIn) -> Answer {
    who.need(Permission::Raise)?;
    let page = sos_page(&app, &who, Fields::default()).await?;
    draw(&page, who.lang)
}

async fn sos_page(app: &App, who: &SignedIn, typed: Fields) -> Answer<Sos> {
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/sos").await?;
    let when = shell.when;
    let mut operations = Vec::new();
    for one in operation::open_now(&mut tx, &who.scope, 20).await.told(lang)? {
        let case = emergency::open_of_operation(&mut tx, &one.operation_id).await.told(lang)?;
        let procedure = sentence::procedure(lang, tx.packs(), &one.procedure_code, one.planned_at);
        operations.push(OpenOperation {
            room: sentence::room(lang, &one.room_kind, one.room_number),
            procedure,
            from: one.started_at,
            timer: when.timer(&(now.0 - one.started_at)),
            request_key: fresh_key(),
            case,
            operation_id: one.operation_id,
        });
    }
    let filter = CaseFilter { view: "open".into(), ..CaseFilter::default() };
    let listed =
        emergency::cases(&mut tx, &who.scope, &filter, Slice::first(10)).await.told(lang)?;
    let pack = tx.packs().cards_at(now).clone();
    let name = |code: &str| {
        let card = pack.card(code);
        card.map_or(code.to_owned(), |card| lang.pick(&card.name_zh, &card.name_en).to_owned())
    };
    let hotlines = oncall::hotlines(&mut tx, now).await.told(lang)?;
    let city = hotlines.into_iter().find(|line| line.hospital_id.is_none());
    Ok(Sos {
        operations,
        cases: listed
            .rows
            .iter()
            .map(|row| OpenCase {
                emergency_id: row.emergency_id.clone(),
                number: row.number.clone(),
                title: name(&row.card),
                since: when.hm(&row.raised_at),
            })
            .collect(),
        cards: pack
            .cards
            .iter()
            .take(CARDS_SHOWN)
            .map(|card| (card.code.clone(), name(&card.code)))
            .collect(),
        hotline: city.map(|line| line.number),
        request_key: fresh_key(),
        shell,
        typed,
        refused: None,
    })
}

/// `POST /sos`: raises at once; the packet grows on the page it leads to.
pub(crate) async fn raise(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::Raise)?;
    let lang = who.lang;
    let key = fields.some("request_key").unwrap_or_else(fresh_key);
    let new = NewCase {
        source: Source::Clinic,
        request_key: key,
        institution_id: None,
        operation_id: fields.some("operation"),
        place: fields.get("place").to_owned(),
        at: None,
        callback: fields.get("callback").to_owned(),
        card: fields.some("card").unwrap_or_else(|| "other".into()),
        onset_at: None,
        drill: fields.get("drill") == "1",
        said: fields.get("said").to_owned(),
        reporter_hash: None,
    };
    let (scope, now) = (who.scope.clone(), app.now());
    let raised = app
        .db()
        .write(move |tx| Box::pin(async move { emergency::raise(tx, &scope, &new, now).await }))
        .await;
    match raised {
        Ok(raised) => {
            app.wake_feed();
            let done = if raised.joined { "joined" } else { "raised" };
            let to = format!("/emergencies/{}?done={done}", raised.emergency_id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut page = sos_page(&app, &who, fields).await?;
            page.refused = Some(lang.refusal(refusal).to_owned());
            draw(&page, lang).map(unprocessable)
        }
        Err(error) => Err(error).told(lang),
    }
}

#[derive(Template)]
#[template(path = "emergency/operation.html")]
struct OfOperation {
    shell: Shell,
    operation_id: String,
    title: String,
    room: String,
    facts: Vec<(&'static str, String, String)>,
    totals: Vec<String>,
    typed: Fields,
    refused: Option<String>,
    fact_kinds: &'static [&'static str],
    facts_to: String,
    airways: Vec<(&'static str, &'static str)>,
    request_key: String,
}

/// `GET /sos/{operation_id}`: what to note during an operation, so that it is there if help is
/// needed.
pub(crate) async fn of_operation(
    State(app): State<App>,
    who: SignedIn,
    Path(operation_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(query);
    let mut page = operation_page(&app, &who, &operation_id, Fields::default()).await?;
    page.shell.done = who.lang.case_done(fields.get("done")).map(str::to_owned);
    draw(&page, who.lang)
}

async fn operation_page(
    app: &App,
    who: &SignedIn,
    operation_id: &str,
    typed: Fields,
) -> Answer<OfOperation> {
    who.need(Permission::Raise)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/sos").await?;
    let found = operation::operation(&mut tx, &who.scope, operation_id).await.told(lang)?;
    if who.scope.own_institution() != Some(found.institution_id.as_str()) {
        return Err(Fault::new(Kind::NotFound, lang));
    }
    let rows = emergency::facts_of_operation(&mut tx, operation_id).await.told(lang)?;
    let (facts, totals) = super::view::facts_of(shell.when, &rows);
    Ok(OfOperation {
        title: sentence::procedure(lang, tx.packs(), &found.procedure_code, found.planned_at),
        room: sentence::room(lang, &found.room_kind, found.room_number),
        operation_id: operation_id.to_owned(),
        facts,
        totals,
        shell,
        typed,
        refused: None,
        fact_kinds: FACT_KINDS,
        airways: super::view::airways(lang),
        facts_to: format!("/sos/{operation_id}/facts"),
        request_key: fresh_key(),
    })
}

/// `POST /sos/{operation_id}/facts`
pub(crate) async fn fact_of_operation(
    State(app): State<App>,
    who: SignedIn,
    Path(operation_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let result = match fact_of(&fields) {
        None => Err(store::Refusal::Quantity.into()),
        Some(fact) => {
            let (scope, id, now) = (who.scope.clone(), operation_id.clone(), app.now());
            app.db()
                .write(move |tx| {
                    Box::pin(async move {
                        emergency::add_operation_fact(tx, &scope, &id, &fact, now).await
                    })
                })
                .await
        }
    };
    match result {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/sos/{operation_id}?done=fact")).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut page = operation_page(&app, &who, &operation_id, fields).await?;
            page.refused = Some(lang.refusal(refusal).to_owned());
            draw(&page, lang).map(unprocessable)
        }
        Err(error) => Err(error).told(lang),
    }
}
