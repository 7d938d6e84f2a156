//! One entry of the ledger: found, mended, verified, struck off, each with who and when apart.

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use rules::account::AccountRole;
use rules::campaign::{Fix, Level, Mending, ProblemState, Source, Step, Weight};
use store::campaign::{self, Doing, ProblemFile, ProblemRow, ProblemStep};

use super::{Names, Pairs, Typed, settled, takes_part, upload};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::picture::Clean;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

struct Past {
    when: String,
    by: String,
    what: &'static str,
    body: String,
}

struct Doable {
    code: &'static str,
    word: &'static str,
    what: &'static str,
    /// The text it asks for, if it does.
    asks: Option<&'static str>,
    primary: bool,
}

#[derive(Template)]
#[template(path = "campaign/problem.html")]
struct Page {
    shell: Shell,
    row: ProblemRow,
    campaign: String,
    unit: String,
    department: String,
    item: String,
    source: &'static str,
    major: bool,
    mark: Mark,
    state: String,
    reached: &'static str,
    climbs: Option<String>,
    due: Option<String>,
    found: String,
    past: Vec<Past>,
    files: Vec<(String, String)>,
    steps: Vec<Doable>,
    adds: bool,
    removes: bool,
    owners: Vec<(String, String)>,
    /// What the department that found it means to do: fills the form of the plan.
    proposed: Proposed,
    /// What it has led to: accountability and sanctions.
    records: Vec<Led>,
    /// Whether the account writes one.
    records_it: bool,
    typed: Typed,
}

/// A record of the problem.
struct Led {
    kind: &'static str,
    whom: String,
    body: String,
    decision: String,
    at: String,
}

fn led(when: When, one: &campaign::Record) -> Led {
    let decision = match one.decision.as_str() {
        "" => String::new(),
        number => format!("{number} · {}", one.basis),
    };
    Led {
        kind: super::talk::kind_of(when.lang, &one.kind),
        whom: one.whom.clone(),
        body: one.body.clone(),
        decision,
        at: when.iso(&one.at),
    }
}

struct Proposed {
    fix: &'static str,
    measure: String,
    due: String,
    due_word: String,
}

fn past(when: When, step: &ProblemStep) -> Past {
    let lang = when.lang;
    let name = lang.pick_or(step.name_zh.as_deref(), step.name_en.as_deref());
    let role = step.role.as_deref().and_then(AccountRole::of);
    let by = match role {
        Some(role) => format!("{name}·{}", lang.account_role(role)),
        None => lang.cp_by_itself().to_owned(),
    };
    let what = match step.step.as_str() {
        "found" => lang.cp_past_found(),
        "seen" => lang.cp_past_seen(),
        "climbed" => lang.cp_past_climbed(),
        other => Step::of(other).map_or("", |step| lang.cp_past(step)),
    };
    let body = match Level::of(&step.body) {
        Some(level) if step.step == "climbed" => lang.cp_level(level).to_owned(),
        _ => step.body.clone(),
    };
    Past { when: when.stamp_hm(&step.at), by, what, body }
}

fn doable(lang: crate::words::Lang, step: Step) -> Doable {
    let asks = match step {
        Step::Plan => Some(lang.cp_ask_measure()),
        Step::Submit => Some(lang.cp_ask_result()),
        Step::SendBack | Step::Reopen | Step::Report => Some(lang.cp_ask_why()),
        Step::Verify => Some(lang.cp_ask_seen()),
        Step::File | Step::Start | Step::StrikeOff => None,
    };
    let primary = matches!(step, Step::File | Step::Submit | Step::Verify | Step::StrikeOff);
    let (word, what) = (lang.cp_step(step), lang.cp_step_what(step));
    Doable { code: step.code(), word, what, asks, primary }
}

fn proposed(when: When, mending: Mending) -> Proposed {
    let last = mending.due_at.map(|due| due.0 - 1);
    Proposed {
        fix: mending.fix.map_or("", Fix::code),
        due: last.map_or(String::new(), |day| when.iso(&day)),
        due_word: last.map_or(String::new(), |day| when.day(&day)),
        measure: mending.measure,
    }
}

fn file_line(when: When, file: &ProblemFile) -> (String, String) {
    let kb = (file.size_bytes + 1_023) / 1_024;
    let word = when.lang.cp_file(when.stamp_hm(&file.added_at), kb);
    (file.attachment_id.clone(), word)
}

/// Heads of department and whoever else may own a rectification, from the unit's own accounts.
async fn page_of(
    app: &App,
    who: &SignedIn,
    problem_id: &str,
    done: &str,
    typed: Typed,
) -> Answer<Page> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let row = campaign::problem(&mut tx, scope, problem_id).await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &row.campaign_id).await.told(lang)?;
    let steps = campaign::problem_steps(&mut tx, scope, problem_id).await.told(lang)?;
    let files = campaign::evidence(&mut tx, scope, problem_id).await.told(lang)?;
    let owners = campaign::owners(&mut tx, scope, problem_id).await.told(lang)?;
    let about = Some(problem_id);
    let records = campaign::records(&mut tx, scope, &row.campaign_id, about).await.told(lang)?;
    let mending = campaign::proposal(&mut tx, scope, problem_id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let facts = row.facts().told(lang)?;
    let late = row.due_at.filter(|due| *due < now.0 && row.submitted_at.is_none());
    let overdue = late.filter(|_| facts.state.is_open());
    let part = scope.campaign_part();
    let allowed = facts.state.steps(part).iter().filter(|step| {
        **step != Step::Report || (facts.weight == Weight::Major && facts.reached != Level::City)
    });
    Ok(Page {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        unit: lang.pick(&row.name_zh, &row.name_en).to_owned(),
        department: names.department(&row.department),
        item: names.item(&row.item),
        source: Source::of(&row.source).map_or("", |source| lang.cp_source(source)),
        major: facts.weight == Weight::Major,
        mark: super::draw::mark_of(facts.state, overdue.is_some()),
        state: match overdue {
            Some(due) => lang.cp_overdue_by(when.span(&(now.0 - due))),
            None => lang.cp_state(facts.state).to_owned(),
        },
        reached: lang.cp_level(facts.reached),
        climbs: row.climbs_at.filter(|_| facts.state.is_open()).map(|at| when.stamp_hm(&at)),
        due: row.due_at.map(|due| when.stamp_hm(&due)),
        found: when.stamp_hm(&row.found_at),
        past: steps.iter().map(|step| past(when, step)).collect(),
        files: files.iter().map(|file| file_line(when, file)).collect(),
        steps: allowed.map(|step| doable(lang, *step)).collect(),
        removes: matches!(
            facts.state,
            ProblemState::Found
                | ProblemState::Filed
                | ProblemState::Planned
                | ProblemState::Fixing
                | ProblemState::Reopened
        ) && scope.may(rules::account::Permission::SelfInspect),
        adds: facts.state != ProblemState::StruckOff
            && scope.may(rules::account::Permission::SelfInspect),
        owners: owners
            .into_iter()
            .map(|one| (one.account_id, lang.pick(&one.name_zh, &one.name_en).to_owned()))
            .collect(),
        proposed: proposed(when, mending),
        records: records.iter().map(|one| led(when, one)).collect(),
        records_it: scope.may(rules::account::Permission::RunCampaign),
        typed,
        row,
        shell,
    })
}

/// `GET /problems/{problem_id}`
pub(crate) async fn problem(
    State(app): State<App>,
    who: SignedIn,
    Path(problem_id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let done = fields.get("done");
    draw(&page_of(&app, &who, &problem_id, done, Typed::default()).await?, who.lang)
}

/// `POST /problems/{problem_id}/steps`
pub(crate) async fn problem_step(
    State(app): State<App>,
    who: SignedIn,
    Path(problem_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let unknown = || Fault::new(Kind::BadForm(fields.get("step").to_owned()), who.lang);
    let step = Step::of(fields.get("step")).ok_or_else(unknown)?;
    let doing = Doing {
        text: fields.get("text").to_owned(),
        fix: Fix::of(fields.get("fix")),
        owner: fields.some("owner"),
        owner_account: fields.some("owner_account"),
        due_at: fields.day_end("due", app.city().calendar),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), problem_id.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { campaign::step(tx, &scope, &id, step, &doing, now).await })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(()) => {
            let to = format!("/problems/{problem_id}?done={}", step.code());
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused(step.code(), fields, wrong);
            let page = page_of(&app, &who, &problem_id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `POST /problems/{problem_id}/records`: a bureau writes down what the problem has led to.
pub(crate) async fn problem_record(
    State(app): State<App>,
    who: SignedIn,
    Path(problem_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, id, typed) =
        (who.scope.clone(), app.now(), problem_id.clone(), fields.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move {
            let row = campaign::problem(tx, &scope, &id).await?;
            let new = campaign::NewRecord {
                kind: typed.get("kind").to_owned(),
                institution_id: row.institution_id,
                problem_id: Some(id),
                whom: typed.get("whom").to_owned(),
                body: typed.get("body").to_owned(),
                decision: typed.get("decision").to_owned(),
                basis: typed.get("basis").to_owned(),
            };
            campaign::add_record(tx, &scope, &row.campaign_id, &new, now).await
        })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(_) => Ok(Redirect::to(&format!("/problems/{problem_id}?done=record")).into_response()),
        Err(wrong) => {
            let typed = Typed::refused("record", fields, wrong);
            let page = page_of(&app, &who, &problem_id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `POST /problems/{problem_id}/files`
pub(crate) async fn evidence(
    State(app): State<App>,
    who: SignedIn,
    Path(problem_id): Path<String>,
    form: Multipart,
) -> Answer {
    takes_part(&who)?;
    let (fields, files, wrong) = upload::read(&who, form).await?.cleaned().await;
    let (scope, now, id) = (who.scope.clone(), app.now(), problem_id.clone());
    let kept = app.db().write(move |tx| {
        Box::pin(async move {
            for (_, Clean { media_type, body }) in &files {
                campaign::add_evidence(tx, &scope, &id, (media_type, body), now).await?;
            }
            Ok(files.len())
        })
    });
    let kept = match (wrong, settled(&app, who.lang, kept.await)?) {
        (Some(why), Ok(_)) => Err(upload::unusable(who.lang, why).to_owned()),
        (None, Ok(0)) => Err(who.lang.cps_file_none().to_owned()),
        (_, kept) => kept,
    };
    match kept {
        Ok(_) => Ok(Redirect::to(&format!("/problems/{problem_id}?done=file")).into_response()),
        Err(wrong) => {
            let typed = Typed::refused("file", fields, wrong);
            let page = page_of(&app, &who, &problem_id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `POST /problems/{problem_id}/files/{attachment_id}`: takes a file away that was added by
/// mistake.
pub(crate) async fn remove_file(
    State(app): State<App>,
    who: SignedIn,
    Path((problem_id, attachment_id)): Path<(String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    who.check(Fields::of(fields).get("csrf"))?;
    let (scope, now, id) = (who.scope.clone(), app.now(), problem_id.clone());
    let gone = app.db().write(move |tx| {
        Box::pin(
            async move { campaign::remove_evidence(tx, &scope, &id, &attachment_id, now).await },
        )
    });
    match settled(&app, who.lang, gone.await)? {
        Ok(()) => {
            let to = format!("/problems/{problem_id}?done=file_removed#files");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused("file", Fields::default(), wrong);
            let page = page_of(&app, &who, &problem_id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `GET /problems/{problem_id}/files/{attachment_id}`
pub(crate) async fn file(
    State(app): State<App>,
    who: SignedIn,
    Path((problem_id, attachment_id)): Path<(String, String)>,
) -> Answer {
    takes_part(&who)?;
    let mut tx = app.db().read().await.told(who.lang)?;
    let found = campaign::evidence_file(&mut tx, &who.scope, &problem_id, &attachment_id);
    let blob = found.await.told(who.lang)?;
    let blob = blob.ok_or_else(|| Fault::new(Kind::NotFound, who.lang))?;
    let inline = blob.media_type.starts_with("image/");
    let place = if inline { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, blob.media_type.clone()),
        (header::CONTENT_DISPOSITION, place.to_owned()),
    ];
    Ok((headers, blob.body).into_response())
}
