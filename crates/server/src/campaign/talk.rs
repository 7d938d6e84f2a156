//! What is said between the levels of a campaign: notices and who has read them, urge notices with
//! receipt and reply, questions and answers, responsible persons, commendations and accountability.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::campaign::Part;
use store::campaign::{self, DUTIES, NewNotice, NewRecord};
use store::{Scope, Tx};

use super::ledger::Choice;
use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

struct NoticeShown {
    id: String,
    number: String,
    title: String,
    issued: String,
    phase: String,
    body: String,
    credits: String,
    draft: bool,
    reviewed: bool,
    asks: &'static str,
    acknowledged: i64,
    expected: i64,
    /// The form that the reader may fill: the unit's own, or staff numbers.
    form: Option<&'static str>,
}

struct UrgeShown {
    id: String,
    number: String,
    unit: String,
    body: String,
    issued: String,
    due: String,
    mark: Mark,
    state: String,
    reply: Option<String>,
    problem: Option<String>,
    received: bool,
}

struct QuestionShown {
    id: String,
    unit: String,
    asked: String,
    body: String,
    answer: Option<String>,
    shared: bool,
}

struct RecordShown {
    kind: &'static str,
    /// The problem that led to it.
    problem: Option<String>,
    decision: String,
    good: bool,
    unit: String,
    whom: String,
    body: String,
    at: String,
}

struct Duty {
    code: String,
    name: String,
    person: String,
    title: String,
}

#[derive(Template)]
#[template(path = "campaign/talk.html")]
struct Talk {
    shell: Shell,
    id: String,
    campaign: String,
    contact: String,
    city: bool,
    bureau: bool,
    unit: bool,
    answers_for: bool,
    notices: Vec<NoticeShown>,
    urges: Vec<UrgeShown>,
    questions: Vec<QuestionShown>,
    records: Vec<RecordShown>,
    duties: Vec<Duty>,
    units: Vec<Choice>,
    phases: Vec<Choice>,
    typed: Typed,
}

fn notice(
    who: &SignedIn,
    when: crate::when::When,
    plan: &rules::campaign::Plan,
    one: &campaign::Notice,
) -> NoticeShown {
    let lang = who.lang;
    let unit = who.scope.campaign_place().0.is_some();
    let form = match &*one.acknowledged_by {
        "unit" if unit && who.scope.may(Permission::AnswerFor) && one.acknowledged == 0 => {
            Some("unit")
        }
        "employee" if unit && who.scope.may(Permission::SelfInspect) => Some("employee"),
        _ => None,
    };
    let phase = one.phase.as_deref().and_then(|code| plan.phase(code));
    let name = |zh: &Option<String>, en: &Option<String>| {
        lang.pick_or(zh.as_deref(), en.as_deref()).to_owned()
    };
    NoticeShown {
        id: one.notice_id.clone(),
        number: one.number.clone(),
        title: lang.pick(&one.title_zh, &one.title_en).to_owned(),
        issued: when.iso(&one.issued_at),
        phase: phase.map_or("", |phase| lang.pick(&phase.title_zh, &phase.title_en)).to_owned(),
        body: one.body.clone(),
        credits: lang.cp_credits(
            name(&one.author_zh, &one.author_en),
            name(&one.reviewer_zh, &one.reviewer_en),
            name(&one.approver_zh, &one.approver_en),
        ),
        draft: one.published_at.is_none(),
        reviewed: one.reviewed_at.is_some(),
        asks: match &*one.acknowledged_by {
            "unit" => lang.cp_ack_unit(),
            "employee" => lang.cp_ack_employee(),
            _ => lang.cp_ack_nobody(),
        },
        acknowledged: one.acknowledged,
        expected: one.expected,
        form,
    }
}

fn urge(
    lang: crate::words::Lang,
    when: crate::when::When,
    one: &campaign::Urge,
    now: i64,
) -> UrgeShown {
    let (mark, state) = match (one.replied_at, one.received_at) {
        (Some(at), _) => (Mark::Ok, lang.cp_urge_replied(when.stamp_hm(&at))),
        (None, _) if now >= one.due_at => (Mark::Danger, lang.cp_urge_over().to_owned()),
        (None, Some(at)) => (Mark::Live, lang.cp_urge_received(when.stamp_hm(&at))),
        (None, None) => (Mark::Todo, lang.cp_urge_sent().to_owned()),
    };
    UrgeShown {
        id: one.urge_id.clone(),
        number: one.number.clone(),
        unit: lang.pick(&one.name_zh, &one.name_en).to_owned(),
        body: one.body.clone(),
        issued: when.stamp_hm(&one.issued_at),
        due: when.stamp_hm(&one.due_at),
        mark,
        state,
        reply: one.reply.clone(),
        problem: one.problem_id.clone(),
        received: one.received_at.is_some(),
    }
}

/// The responsibility matrix of the own unit.
async fn duties(
    tx: &mut Tx,
    who: &SignedIn,
    names: &Names<'_>,
    (id, now): (&str, rules::Time),
) -> Answer<Vec<Duty>> {
    let lang = who.lang;
    let Some(unit) = who.scope.campaign_place().0 else { return Ok(Vec::new()) };
    let named = campaign::responsibles(tx, &who.scope, id, unit).await.told(lang)?;
    let places = campaign::places(tx, &who.scope, id, unit, now).await.told(lang)?;
    let fixed = DUTIES.map(str::to_owned).to_vec();
    let departments = places.into_iter().filter(|one| one.department != rules::campaign::WHOLE);
    let departments = departments.map(|one| format!("department:{}", one.department));
    let duties = fixed.into_iter().chain(departments).map(|code| {
        let known = named.iter().find(|one| one.duty == code);
        Duty {
            name: match code.strip_prefix("department:") {
                Some(department) => names.department(department),
                None => lang.cp_duty(&code).to_owned(),
            },
            person: known.map_or(String::new(), |one| one.person.clone()),
            title: known.map_or(String::new(), |one| one.title.clone()),
            code,
        }
    });
    Ok(duties.collect())
}

/// A kind of record in words.
pub(super) fn kind_of(lang: crate::words::Lang, kind: &str) -> &'static str {
    match kind {
        "commendation" => lang.cp_commendation(),
        "sanction" => lang.cw_sanction(),
        _ => lang.cp_accountability(),
    }
}

fn record(lang: crate::words::Lang, when: crate::when::When, row: campaign::Record) -> RecordShown {
    RecordShown {
        good: row.kind == "commendation",
        kind: kind_of(lang, &row.kind),
        problem: row.problem_id.clone(),
        decision: row.decision.clone(),
        unit: lang.pick(&row.name_zh, &row.name_en).to_owned(),
        at: when.iso(&row.at),
        whom: row.whom,
        body: row.body,
    }
}

async fn talk_of(app: &App, who: &SignedIn, id: &str, done: &str, typed: Typed) -> Answer<Talk> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let notices = campaign::notices(&mut tx, scope, id).await.told(lang)?;
    let urges = campaign::urges(&mut tx, scope, id).await.told(lang)?;
    let questions = campaign::questions(&mut tx, scope, id).await.told(lang)?;
    let records = campaign::records(&mut tx, scope, id, None).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let part = scope.campaign_part();
    let bureau = matches!(part, Part::City | Part::District);
    let targets =
        if bureau { campaign::targets(&mut tx, scope, id).await.told(lang)? } else { Vec::new() };
    Ok(Talk {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        contact: lang.pick(&one.contact[0], &one.contact[1]).to_owned(),
        city: part == Part::City,
        bureau,
        unit: scope.campaign_place().0.is_some(),
        answers_for: scope.may(Permission::AnswerFor),
        notices: notices.iter().map(|row| notice(who, when, &one.plan, row)).collect(),
        urges: urges.iter().map(|row| urge(lang, when, row, now.0)).collect(),
        questions: questions
            .into_iter()
            .map(|row| QuestionShown {
                unit: lang.pick_or(row.name_zh.as_deref(), row.name_en.as_deref()).to_owned(),
                asked: when.stamp_hm(&row.asked_at),
                shared: row.shared_at.is_some(),
                id: row.question_id,
                body: row.body,
                answer: row.answer,
            })
            .collect(),
        records: records.into_iter().map(|row| record(lang, when, row)).collect(),
        duties: duties(&mut tx, who, &names, (id, now)).await?,
        units: targets
            .into_iter()
            .map(|one| Choice {
                word: lang.pick(&one.name_zh, &one.name_en).to_owned(),
                value: one.institution_id,
            })
            .collect(),
        phases: one
            .plan
            .phases
            .iter()
            .map(|phase| Choice {
                value: phase.code.clone(),
                word: lang.pick(&phase.title_zh, &phase.title_en).to_owned(),
            })
            .collect(),
        id: id.to_owned(),
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/talk`
pub(crate) async fn talk(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&talk_of(&app, &who, &id, fields.get("done"), Typed::default()).await?, who.lang)
}

/// One thing said.
async fn take(
    tx: &mut Tx,
    scope: &Scope,
    id: &str,
    fields: &Fields,
    (issued, now): (rules::Time, rules::Time),
) -> store::Result<()> {
    let of = fields.get("of");
    match fields.get("step") {
        "notice" => {
            let zh = fields.get("title_zh").to_owned();
            let new = NewNotice {
                number: fields.get("number").to_owned(),
                title: [zh.clone(), fields.some("title_en").unwrap_or(zh)],
                issued_at: issued,
                phase: fields.some("phase"),
                body: fields.get("body").to_owned(),
                acknowledged_by: fields.get("asks").to_owned(),
            };
            campaign::add_notice(tx, scope, id, &new, now).await.map(drop)
        }
        "notice_review" => campaign::review_notice(tx, scope, of, now).await,
        "notice_approve" => campaign::approve_notice(tx, scope, of, now).await,
        "acknowledge" => {
            let split = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；');
            let staff = fields.get("staff").split(split).filter(|one| !one.is_empty());
            let staff: Vec<String> = staff.map(str::to_owned).collect();
            campaign::acknowledge(tx, scope, of, &staff, now).await.map(drop)
        }
        "urge" => {
            let units = [of.to_owned()];
            let body = fields.get("body");
            campaign::urge(tx, scope, id, &units, (None, None), body, now).await.map(drop)
        }
        "receive" => campaign::receive_urge(tx, scope, of, now).await,
        "reply" => campaign::reply_urge(tx, scope, of, fields.get("body"), now).await,
        "ask" => campaign::ask_question(tx, scope, id, fields.get("body"), now).await.map(drop),
        "answer" => campaign::answer_question(tx, scope, of, fields.get("body"), now).await,
        "share" => campaign::share_answer(tx, scope, of, now).await,
        "record" => {
            let new = NewRecord {
                kind: fields.get("kind").to_owned(),
                institution_id: of.to_owned(),
                problem_id: None,
                whom: fields.get("whom").to_owned(),
                body: fields.get("body").to_owned(),
                ..NewRecord::default()
            };
            campaign::add_record(tx, scope, id, &new, now).await.map(drop)
        }
        "duty" => {
            let person = (fields.get("person"), fields.get("title"));
            campaign::name_responsible(tx, scope, id, of, person, now).await
        }
        _ => Err(store::Refusal::NotAllowed.into()),
    }
}

/// `POST /campaigns/{campaign_id}/talk`
pub(crate) async fn say(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let issued = fields.day("issued", app.city().calendar).unwrap_or(now);
    let (same, typed) = (id.clone(), fields.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { take(tx, &scope, &same, &typed, (issued, now)).await })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(()) => {
            let step = fields.get("step");
            Ok(Redirect::to(&format!("/campaigns/{id}/talk?done={step}#{step}")).into_response())
        }
        Err(wrong) => {
            let form = fields.get("step").to_owned();
            let typed = Typed::refused(&form, fields, wrong);
            let page = talk_of(&app, &who, &id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}
