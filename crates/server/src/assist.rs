//! Expert opinions: asked for on an alert, assigned by the QC centre, answered by the expert [Z20].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use store::assist::{self, Opinion};
use store::page::Slice;
use store::{Tx, oncall};

use crate::App;
use crate::alert::unprocessable;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// An opinion as pages show it.
pub(crate) struct OpinionShown {
    pub id: String,
    pub number: String,
    pub rule: String,
    pub asked: String,
    pub question: String,
    pub expert: String,
    pub answer: Option<String>,
    pub answered: String,
    pub mark: Mark,
    pub state: &'static str,
    /// The asker of this page is the named expert and has not answered.
    pub mine: bool,
}

fn shown(tx: &Tx, who: &SignedIn, when: When, row: &Opinion) -> OpinionShown {
    let lang = when.lang;
    let own = who.scope.account().map(|account| account.account_id.as_str());
    let (mark, state) = match (row.answered_at, &row.expert_id) {
        (Some(_), _) => (Mark::Ok, lang.opinion_answered()),
        (None, Some(_)) => (Mark::Live, lang.opinion_assigned()),
        (None, None) => (Mark::Todo, lang.opinion_open()),
    };
    let version = tx.packs().rules_at(rules::Time(row.asked_at)).pack.version.clone();
    OpinionShown {
        id: row.opinion_id.clone(),
        number: row.number.clone(),
        rule: sentence::rule_name(lang, tx.packs(), &row.rule, &version),
        asked: when.stamp_hm(&row.asked_at),
        question: row.question.clone(),
        expert: lang.pick_or(row.expert_zh.as_deref(), row.expert_en.as_deref()).to_owned(),
        answer: row.answer.clone(),
        answered: row.answered_at.map_or(String::new(), |at| when.stamp_hm(&at)),
        mark,
        state,
        mine: row.answered_at.is_none() && row.expert_id.as_deref() == own,
    }
}

/// The opinions about an alert, for its page.
pub(crate) async fn of_alert(
    tx: &mut Tx,
    who: &SignedIn,
    when: When,
    alert_id: &str,
) -> Answer<Vec<OpinionShown>> {
    let rows = assist::opinions_of_alert(tx, &who.scope, alert_id).await.told(who.lang)?;
    Ok(rows.iter().map(|row| shown(tx, who, when, row)).collect())
}

/// `POST /alerts/{alert_id}/opinion`
pub(crate) async fn ask(
    State(app): State<App>,
    who: SignedIn,
    Path(alert_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::AskOpinion)?;
    let (scope, id, now) = (who.scope.clone(), alert_id.clone(), app.now());
    let (key, question) = (fields.get("request_key").to_owned(), fields.get("question").to_owned());
    let asked = app
        .db()
        .write(move |tx| {
            Box::pin(
                async move { assist::ask_opinion(tx, &scope, &id, (&key, &question), now).await },
            )
        })
        .await;
    match asked {
        Ok(_) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/alerts/{alert_id}?done=opinion#opinions")).into_response())
        }
        Err(error) => Err(Fault::of(error, who.lang)),
    }
}

#[derive(Template)]
#[template(path = "assist/list.html")]
struct List {
    shell: Shell,
    rows: Vec<OpinionShown>,
    pager: Pager,
    experts: Vec<(String, String)>,
    manages: bool,
    typed: Fields,
    /// Which opinion's form was refused.
    typed_for: String,
    refused: Option<String>,
    /// Whose form the server has taken.
    done: Option<String>,
}

/// `GET /opinions`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let list = opinions_page(&app, &who, &Fields::of(query), Fields::default()).await?;
    draw(&list, who.lang)
}

async fn opinions_page(app: &App, who: &SignedIn, fields: &Fields, typed: Fields) -> Answer<List> {
    let manages = who.scope.may(Permission::ManageChannel);
    if !manages && !who.scope.may(Permission::OnCall) {
        return Err(Fault::new(Kind::Forbidden, who.lang));
    }
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/opinions").await?;
    let done = fields.some("done");
    shell.done = done.as_ref().map(|_| lang.opinion_done().to_owned());
    let slice = Slice::page(fields.page());
    let listed = assist::opinions(&mut tx, &who.scope, slice).await.told(lang)?;
    let people = oncall::people_of(&mut tx, &who.scope).await.told(lang)?;
    let hospitals = oncall::hospitals(&mut tx, app.now()).await.told(lang)?;
    let place = |id: &str| {
        let found = hospitals.iter().find(|one| one.hospital_id == id);
        found.map_or("", |one| lang.pick(&one.short_zh, &one.short_en))
    };
    let experts = people.iter().filter(|person| person.role == "on_call_doctor").map(|person| {
        let name = lang.pick(&person.name_zh, &person.name_en);
        (person.account_id.clone(), format!("{} {name}", place(&person.hospital_id)))
    });
    let experts = experts.collect();
    let rows: Vec<OpinionShown> =
        listed.rows.iter().map(|row| shown(&tx, who, shell.when, row)).collect();
    let filter = Fields::of(vec![("page".into(), fields.get("page").into())]);
    let pager = pager("/opinions", &filter, rows.len(), listed.total);
    let typed_for = String::new();
    Ok(List { shell, rows, pager, experts, manages, typed, typed_for, refused: None, done })
}

/// `POST /opinions/{opinion_id}`: the QC centre names an expert, or the expert answers.
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(opinion_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, sent) = (who.scope.clone(), app.now(), fields.clone());
    let done_id = opinion_id.clone();
    let done = app
        .db()
        .write(move |tx| {
            Box::pin(async move {
                if let Some(expert) = sent.some("expert") {
                    return assist::assign_opinion(tx, &scope, &opinion_id, &expert, now).await;
                }
                let answer = (sent.get("answer"), sent.get("free") == "1");
                assist::answer_opinion(tx, &scope, &opinion_id, answer, now).await
            })
        })
        .await;
    match done {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/opinions?done={done_id}")).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            let mut list = opinions_page(&app, &who, &Fields::default(), fields).await?;
            list.typed_for = done_id;
            list.refused = Some(who.lang.refusal(refusal).to_owned());
            draw(&list, who.lang).map(unprocessable)
        }
        Err(error) => Err(Fault::of(error, who.lang)),
    }
}
