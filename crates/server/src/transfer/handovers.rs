//! Hand-overs between 120 and 96120: both desks work on this page [T14, T15].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::transfer::Moment;
use rules::transfer::call::{Direction, Standing, may_answer};
use store::page::Slice;
use store::transfer::{self, Handover};
use store::{By, Error, Tx};

use super::calls::masked;
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// A hand-over as it is drawn.
pub(crate) struct Told {
    pub id: String,
    pub direction: &'static str,
    pub moment: &'static str,
    pub reason: &'static str,
    pub asked: String,
    pub asked_by: String,
    /// Waiting since, for the running timer.
    pub timer_from: Option<i64>,
    pub timer: String,
    pub standing: String,
    pub mark: Option<Mark>,
    pub number_120: String,
    pub booking: Option<(String, String)>,
    pub place: String,
    pub to: String,
    pub phone: String,
    pub who: String,
    pub said: String,
    pub flags: String,
    pub answers: bool,
    pub from_120: bool,
}

pub(crate) fn told(tx: &Tx, when: When, one: &Handover) -> Told {
    let lang = when.lang;
    let data = one.told();
    let pack = tx.packs().triage_at(rules::Time(one.asked_at));
    let flags = data.flags.iter().map(|code| {
        let question = pack.question(code);
        question.map_or(code.as_str(), |question| lang.pick(&question.why_zh, &question.why_en))
    });
    let by = lang.pick_or(one.accepted_zh.as_deref(), one.accepted_en.as_deref());
    let (standing, mark) = match one.standing() {
        Standing::Asked => (lang.th_waiting().to_owned(), Some(Mark::Live)),
        Standing::Accepted(at) => {
            (format!("{}·{by}", lang.th_accepted(when.span(&(at.0 - one.asked_at)))), None)
        }
        Standing::Declined(_) => (format!("{}·{by}", lang.th_declined()), Some(Mark::Warn)),
    };
    let waits = one.standing() == Standing::Asked;
    let from_120 = one.direction() == Direction::From120;
    let people: Vec<&str> = [data.patient.as_str(), data.caller.as_str()]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect();
    Told {
        id: one.handover_id.clone(),
        direction: if from_120 { lang.th_from_120() } else { lang.th_to_120() },
        moment: Moment::of(&one.moment).map_or("", |moment| lang.triage_moment(moment)),
        reason: lang.handover_reason(&one.reason),
        asked: when.month_day_hm(&one.asked_at),
        asked_by: lang.pick_or(one.asked_zh.as_deref(), one.asked_en.as_deref()).to_owned(),
        timer_from: waits.then_some(one.asked_at),
        timer: when.timer(&0),
        standing,
        mark,
        number_120: one.number_120.clone(),
        booking: one.booking_id.clone().zip(one.booking_number.clone()),
        place: data.place.clone(),
        to: data.to.clone(),
        phone: data.phone.clone(),
        who: people.join("·"),
        said: data.said.clone(),
        flags: flags.collect::<Vec<&str>>().join(lang.pick("、", ", ")),
        answers: false,
        from_120,
    }
}

#[derive(Template)]
#[template(path = "transfer/handovers.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    views: [(&'static str, &'static str); 4],
    rows: Vec<Told>,
    pager: Pager,
    waiting: usize,
    is_120: bool,
    today: String,
    reasons: Vec<(&'static str, &'static str)>,
    typed: Fields,
    refused: Option<String>,
}

/// `GET /transfer/handovers`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let page = read(&app, &who, Fields::of(query)).await?;
    draw(&page, who.lang)
}

async fn read(app: &App, who: &SignedIn, fields: Fields) -> Answer<List> {
    let (lang, now) = (who.lang, app.now());
    let parts = [Permission::TakeCalls, Permission::Liaise120, Permission::OverseeTransfer];
    if !parts.iter().any(|part| who.scope.may(*part)) {
        return Err(Fault::new(Kind::Forbidden, lang));
    }
    let view = match fields.get("view") {
        known @ ("to_120" | "from_120" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/handovers").await?;
    shell.done = lang.tb_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let slice = Slice::page(fields.page());
    let listed = transfer::handovers(&mut tx, &who.scope, &view, slice).await.told(lang)?;
    let is_120 = who.scope.may(Permission::Liaise120);
    let answers = is_120 || who.scope.may(Permission::TakeCalls);
    let rows: Vec<Told> = listed
        .rows
        .iter()
        .map(|one| {
            let may = answers && may_answer(one.standing(), one.direction(), is_120);
            let timer = when.timer(&(now.0 - one.asked_at));
            Told { answers: may, timer, ..told(&tx, when, one) }
        })
        .collect();
    let day = when.calendar.periods(now).day;
    let mut figures = Vec::new();
    for direction in [Direction::To120, Direction::From120] {
        let found = transfer::handover_figures(&mut tx, direction, day, now.plus_ms(1)).await;
        figures.push(found.told(lang)?);
    }
    let span = |ms: i64| if ms > 0 { when.span(&ms) } else { "—".to_owned() };
    Ok(List {
        waiting: rows.iter().filter(|row| row.answers).count(),
        pager: pager("/transfer/handovers", &fields, rows.len(), listed.total),
        rows,
        views: [
            ("open", lang.th_view_open()),
            ("to_120", lang.th_to_120()),
            ("from_120", lang.th_from_120()),
            ("all", lang.all()),
        ],
        today: lang.th_today(
            figures[0].asked,
            span(figures[0].median_ms),
            figures[1].asked,
            span(figures[1].median_ms),
        ),
        reasons: ["not_urgent", "discharge", "care_home", "caller_asks"]
            .map(|code| (code, lang.handover_reason(code)))
            .to_vec(),
        view,
        fields,
        is_120,
        typed: Fields::default(),
        refused: None,
        shell,
    })
}

async fn again(app: &App, who: &SignedIn, typed: Fields, error: Error) -> Answer {
    let sentence = match error {
        Error::Refused(refusal) => who.lang.refusal(refusal).to_owned(),
        error => return Err(Fault::of(error, who.lang)),
    };
    let mut page = read(app, who, Fields::default()).await?;
    (page.typed, page.refused) = (typed, Some(sentence));
    let mut response = draw(&page, who.lang)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// `POST /transfer/handovers`: 120 hands a call over that is not urgent.
pub(crate) async fn ask(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let data = transfer::Told {
        place: fields.get("place").to_owned(),
        to: fields.get("to").to_owned(),
        phone: fields.get("phone").to_owned(),
        caller: fields.get("caller").to_owned(),
        patient: fields.get("patient").to_owned(),
        said: fields.get("said").to_owned(),
        ..transfer::Told::default()
    };
    let (scope, now) = (who.scope.clone(), app.now());
    let (number, reason) = (fields.get("number_120").to_owned(), fields.get("reason").to_owned());
    let asked = app.db().write(move |tx| {
        Box::pin(async move { transfer::from_120(tx, &scope, &number, &reason, &data, now).await })
    });
    match asked.await {
        Ok(_) => {
            app.wake_feed();
            Ok(Redirect::to("/transfer/handovers?view=all&done=sent").into_response())
        }
        Err(error) => again(&app, &who, fields, error).await,
    }
}

/// `POST /transfer/handovers/{handover_id}/{act}`: accept or hand back. What 120 hands over becomes
/// a call with its draft filled in.
pub(crate) async fn act(
    State(app): State<App>,
    who: SignedIn,
    Path((handover_id, act)): Path<(String, String)>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now) = (who.lang, app.now());
    let (scope, id) = (who.scope.clone(), handover_id.clone());
    let account = who.scope.account().map(|one| one.account_id.clone()).unwrap_or_default();
    let number = fields.get("number_120").to_owned();
    let why = fields.get("why").to_owned();
    let accepts = match act.as_str() {
        "accept" => true,
        "decline" => false,
        _ => return Err(Fault::new(Kind::NotFound, lang)),
    };
    let done = app.db().write(move |tx| {
        Box::pin(async move {
            if !accepts {
                transfer::decline(tx, &scope, &id, &why, now).await?;
                return Ok(None);
            }
            let found = transfer::handover(tx, &scope, &id).await?;
            transfer::accept(tx, &scope, &id, &number, now).await?;
            if found.direction() == Direction::To120 {
                return Ok(None);
            }
            let data = found.told();
            let by = By::account(&account, now);
            let call_id = transfer::ring(tx, &by, &data.phone).await?;
            transfer::answer(tx, &scope, &call_id, now).await?;
            let draft = serde_json::json!({
                "from": data.place, "to": data.to, "phone": data.phone, "caller": data.caller,
                "patient": data.patient, "words": data.said, "handover": id,
            });
            transfer::keep_draft(tx, &scope, &call_id, &data.phone, &draft.to_string()).await?;
            Ok(Some(call_id))
        })
    });
    match done.await {
        Ok(call) => {
            app.wake_feed();
            let to = match call {
                Some(call_id) => format!("/transfer/calls/{call_id}"),
                None if accepts => "/transfer/handovers?view=all&done=accepted".into(),
                None => "/transfer/handovers?view=all&done=declined".into(),
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => again(&app, &who, fields, error).await,
    }
}

/// A number as the other service sees it: whole while it waits, masked afterwards.
impl Told {
    pub fn number(&self) -> String {
        if self.timer_from.is_some() { self.phone.clone() } else { masked(&self.phone) }
    }
}
