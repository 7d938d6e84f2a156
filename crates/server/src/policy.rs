//! The library of policy documents, for its keepers, for whoever signs in, and for the public.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use store::page::Slice;
use store::policy::{self, NewPolicy, Policy, PolicyFilter};

use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::{SignedIn, Visitor};
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// A document of a list.
struct Row {
    id: String,
    number: String,
    version: String,
    title: String,
    issuer: String,
    issued: String,
    mark: Mark,
    state: &'static str,
    reach: &'static str,
}

fn state(lang: Lang, one: &Policy) -> (Mark, &'static str) {
    match (one.withdrawn_at, one.approved_at, one.reviewed_at) {
        (Some(_), _, _) => (Mark::Stop, lang.po_withdrawn()),
        (None, Some(_), _) => (Mark::Ok, lang.po_approved()),
        (None, None, Some(_)) => (Mark::Live, lang.po_reviewed()),
        (None, None, None) => (Mark::Todo, lang.po_draft()),
    }
}

fn row(when: When, one: &Policy) -> Row {
    let lang = when.lang;
    let (mark, state) = state(lang, one);
    Row {
        id: one.document_id.clone(),
        number: one.number.clone(),
        version: lang.po_version(one.version),
        title: lang.pick(&one.title_zh, &one.title_en).to_owned(),
        issuer: one.issuer.clone(),
        issued: when.iso(&one.issued_at),
        mark,
        state,
        reach: if one.public_at.is_some() { lang.po_public() } else { lang.po_inside() },
    }
}

fn filter_of(fields: &Fields) -> PolicyFilter {
    PolicyFilter { text: fields.some("text"), state: fields.some("state") }
}

#[derive(Template)]
#[template(path = "policy/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    pager: Pager,
    fields: Fields,
    query: String,
    filtered: bool,
    states: [(&'static str, &'static str); 4],
    keeps: bool,
    typed: Fields,
    wrong: Option<String>,
}

fn done(lang: Lang, step: &str) -> Option<String> {
    let word = match step {
        "written" => lang.po_written_done(),
        "review" => lang.po_review_done(),
        "approve" => lang.po_approve_done(),
        "withdraw" => lang.po_withdraw_done(),
        _ => return None,
    };
    Some(word.to_owned())
}

async fn list_of(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    (typed, wrong): (Fields, Option<String>),
) -> Answer<List> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::page(fields.page());
    let filter = filter_of(&fields);
    let listed = policy::policies(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/policies").await?;
    shell.done = done(lang, fields.get("done"));
    let when = shell.when;
    Ok(List {
        pager: pager("/policies", &fields, listed.rows.len(), listed.total),
        rows: listed.rows.iter().map(|one| row(when, one)).collect(),
        query: fields.with("page", ""),
        filtered: fields.any(&["text", "state"]),
        states: [
            ("draft", lang.po_draft()),
            ("reviewed", lang.po_reviewed()),
            ("approved", lang.po_approved()),
            ("withdrawn", lang.po_withdrawn()),
        ],
        keeps: policy::keeps(&who.scope),
        fields,
        typed,
        wrong,
        shell,
    })
}

/// `GET /policies`; `?next={document_id}` fills the form with the version before.
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let mut typed = Fields::default();
    if let Some(id) = fields.some("next") {
        let mut tx = app.db().read().await.told(who.lang)?;
        let one = policy::policy(&mut tx, &who.scope, &id).await.told(who.lang)?;
        typed = typed
            .and("number", &one.number)
            .and("title_zh", &one.title_zh)
            .and("title_en", &one.title_en)
            .and("issuer", &one.issuer)
            .and("body", &one.body)
            .and("link", &one.link)
            .and("public", if one.public_at.is_some() { "1" } else { "" });
    }
    draw(&list_of(&app, &who, fields, (typed, None)).await?, who.lang)
}

/// `POST /policies`
pub(crate) async fn add(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let zh = fields.get("title_zh").to_owned();
    let issued = fields.day("issued", app.city().calendar);
    let new = NewPolicy {
        number: fields.get("number").to_owned(),
        title: [zh.clone(), fields.some("title_en").unwrap_or(zh)],
        issuer: fields.get("issuer").to_owned(),
        // A day that cannot be read is refused as one to come.
        issued_at: issued.unwrap_or(rules::Time(i64::MAX)),
        body: fields.get("body").to_owned(),
        link: fields.get("link").to_owned(),
        public: fields.get("public") == "1",
    };
    let (scope, now) = (who.scope.clone(), app.now());
    let made = app
        .db()
        .write(move |tx| Box::pin(async move { policy::add_policy(tx, &scope, &new, now).await }));
    match made.await {
        Ok(id) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/policies/{id}?done=written")).into_response())
        }
        Err(error @ store::Error::Refused(_)) => {
            let wrong = Some(Fault::of(error, lang).sentence());
            let list = list_of(&app, &who, Fields::default(), (fields, wrong)).await?;
            Ok(crate::alert::unprocessable(draw(&list, lang)?))
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

#[derive(Template)]
#[template(path = "policy/page.html")]
struct Page {
    shell: Shell,
    one: Policy,
    row: Row,
    credits: Vec<String>,
    step: Option<(&'static str, &'static str)>,
    withdraws: bool,
    keeps: bool,
    wrong: Option<String>,
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    id: &str,
    (step, wrong): (&str, Option<String>),
) -> Answer<Page> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = policy::policy(&mut tx, &who.scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/policies").await?;
    shell.done = done(lang, step);
    let keeps = policy::keeps(&who.scope);
    let next = match (one.withdrawn_at, one.reviewed_at, one.approved_at) {
        (None, None, _) => Some(("review", lang.po_review())),
        (None, Some(_), None) => Some(("approve", lang.po_approve())),
        _ => None,
    };
    let name = |zh: &Option<String>, en: &Option<String>| {
        let known = zh.is_some().then(|| lang.pick_or(zh.as_deref(), en.as_deref()).to_owned());
        known.unwrap_or_else(|| "—".to_owned())
    };
    Ok(Page {
        credits: vec![
            name(&one.author_zh, &one.author_en),
            name(&one.reviewer_zh, &one.reviewer_en),
            name(&one.approver_zh, &one.approver_en),
        ],
        row: row(shell.when, &one),
        step: next.filter(|_| keeps),
        withdraws: keeps && one.withdrawn_at.is_none(),
        keeps,
        one,
        wrong,
        shell,
    })
}

/// `GET /policies/{document_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&page_of(&app, &who, &id, (fields.get("done"), None)).await?, who.lang)
}

/// `POST /policies/{document_id}`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, step) = (who.lang, fields.get("step").to_owned());
    let (scope, now, same, taken) = (who.scope.clone(), app.now(), id.clone(), step.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { policy::step_policy(tx, &scope, &same, &taken, now).await })
    });
    match taken.await {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/policies/{id}?done={step}")).into_response())
        }
        Err(error @ store::Error::Refused(_)) => {
            let wrong = Some(Fault::of(error, lang).sentence());
            let page = page_of(&app, &who, &id, ("", wrong)).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// The most that one file takes; beyond it the filter is the way.
const EXPORT_MAX: i64 = 20_000;

/// `GET /policies.xlsx`: the current filter.
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let lang = who.lang;
    let filter = filter_of(&Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORT_MAX);
    let listed = policy::policies(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let when = When { lang, calendar: app.city().calendar };
    let heads = [
        lang.po_number(),
        lang.po_title(),
        lang.po_issuer(),
        lang.po_issued(),
        lang.po_version_word(),
        lang.po_state(),
        lang.po_reach(),
    ];
    let rows = listed.rows.iter().map(|one| {
        let told = row(when, one);
        vec![
            told.number,
            told.title,
            told.issuer,
            told.issued,
            one.version.to_string(),
            told.state.to_owned(),
            told.reach.to_owned(),
        ]
    });
    let name = format!("policies-{}", when.iso(&app.now().0));
    Ok(crate::table_file::xlsx(&name, lang.nav_policies(), &heads, rows))
}

#[derive(Template)]
#[template(path = "policy/public_list.html")]
struct PublicList {
    frame: Frame,
    rows: Vec<Row>,
    text: String,
    previous: Option<String>,
    next: Option<String>,
}

/// `GET /library`: what anybody may read.
pub(crate) async fn library(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Pairs>,
) -> Answer {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::page(fields.page());
    let text = fields.some("text");
    let listed = policy::public_policies(&mut tx, text.as_deref(), slice).await.told(lang)?;
    let frame = Frame::of(&app, lang, "/library", &fields);
    let pager = pager("/library", &fields, listed.rows.len(), listed.total);
    let page = PublicList {
        rows: listed.rows.iter().map(|one| row(frame.when, one)).collect(),
        text: text.unwrap_or_default(),
        previous: pager.previous,
        next: pager.next,
        frame,
    };
    draw(&page, lang)
}

#[derive(Template)]
#[template(path = "policy/public_page.html")]
struct PublicPage {
    frame: Frame,
    one: Policy,
    row: Row,
}

/// `GET /library/{document_id}`
pub(crate) async fn document(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer<Response> {
    let (lang, fields) = (visitor.lang, Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let one = policy::public_policy(&mut tx, &id).await.told(lang)?;
    let frame = Frame::of(&app, lang, &format!("/library/{id}"), &fields);
    draw(&PublicPage { row: row(frame.when, &one), one, frame }, lang)
}
