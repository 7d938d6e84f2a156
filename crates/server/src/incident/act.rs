//! What is done on an event's page. A refused form comes back as it was typed, with its sentence.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use rules::incident::{
    Closure, ClusterFinding, Finding, Grade, Kind, Physical, Psychological, Severity, Step,
};
use store::incident::{self, Details, NewAction, Settled};
use store::page::Slice;
use store::public;

use super::list::{self, HANDLES};
use super::{again, page};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind as FaultKind, draw};
use crate::form::Fields;
use crate::oncall::{Pairs, Typed, need_any, settled};
use crate::session::SignedIn;

fn opened(who: &SignedIn, fields: &Fields) -> Answer<()> {
    need_any(who, &HANDLES)?;
    who.check(fields.get("csrf"))
}

/// Back to the page, or the page with what was wrong.
async fn answered<T>(
    app: &App,
    who: &SignedIn,
    incident_id: &str,
    (form, done, fields): (&'static str, &str, Fields),
    result: store::Result<T>,
) -> Answer {
    match settled(app, who.lang, result)? {
        None => {
            // What was handed on is no longer the reader's.
            let mut tx = app.db().read().await.told(who.lang)?;
            let still = incident::incident(&mut tx, &who.scope, incident_id).await.is_ok();
            let path = match still {
                true => format!("/incidents/{incident_id}?done={done}"),
                false => "/incidents".to_owned(),
            };
            Ok(Redirect::to(&path).into_response())
        }
        Some(wrong) => {
            let typed = Typed::refused(form, fields, wrong);
            let page = page::read(app, who, incident_id, typed).await?;
            Ok(again(draw(&page, who.lang)?))
        }
    }
}

/// The form that a step stands in.
fn form_of(step: Step) -> &'static str {
    step.code()
}

fn details(fields: &Fields) -> Details {
    let text = |name: &str| fields.get(name).to_owned();
    let causes = fields
        .pairs()
        .into_iter()
        .filter_map(|(name, _)| name.strip_prefix("cause_").map(str::to_owned));
    Details {
        text: text("text"),
        kind: Kind::of(fields.get("kind")),
        category: fields.some("category"),
        physical: Physical::of(fields.get("physical")),
        psychological: Psychological::of(fields.get("psychological")),
        people: fields.number("people"),
        grade: Grade::of(fields.get("grade")),
        severity: Severity::of(fields.get("severity")),
        summary: text("summary"),
        causes: causes.collect(),
        closure: Closure::of(fields.get("closure")),
        same_as: text("same_as"),
        institution_id: None,
        finding: Finding::of(fields.get("finding")),
    }
}

/// `POST /incidents/{incident_id}/steps`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let bad = || Fault::new(FaultKind::BadForm("step".into()), who.lang);
    let step = Step::of(fields.get("step")).ok_or_else(bad)?;
    let mut details = details(&fields);
    if step == Step::Assign {
        details.institution_id = named(&app, &who, fields.get("institution")).await?;
    }
    let (scope, now, id) = (who.scope.clone(), app.now(), incident_id.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { incident::step(tx, &scope, &id, step, &details, now).await })
    });
    let told = (form_of(step), step.code(), fields);
    answered(&app, &who, &incident_id, told, taken.await).await
}

/// The institution of a name, if it means one.
async fn named(app: &App, who: &SignedIn, typed: &str) -> Answer<Option<String>> {
    if typed.chars().count() < 2 {
        return Ok(None);
    }
    let mut tx = app.db().read().await.told(who.lang)?;
    let found = public::search(&mut tx, typed, app.now(), Slice::first(5)).await.told(who.lang)?;
    let exact = found.rows.iter().find(|one| one.name_zh == typed || one.name_en == typed);
    let only = found.rows.first().filter(|_| found.rows.len() == 1);
    Ok(exact.or(only).map(|one| one.institution_id.clone()))
}

/// `POST /incidents/{incident_id}/actions`
pub(crate) async fn add_action(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let due = fields.day_end("due", app.city().calendar);
    let new = NewAction {
        what: fields.get("what").to_owned(),
        owner: fields.get("owner").to_owned(),
        // A day that cannot be read has gone by.
        due_at: due.unwrap_or(rules::Time(0)),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), incident_id.clone());
    let added = app.db().write(move |tx| {
        Box::pin(async move { incident::add_action(tx, &scope, &id, &new, now).await })
    });
    answered(&app, &who, &incident_id, ("action", "action", fields), added.await).await
}

/// `POST /incidents/{incident_id}/actions/{action_no}`
pub(crate) async fn action(
    State(app): State<App>,
    who: SignedIn,
    Path((incident_id, action_no)): Path<(String, i64)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let how = if fields.get("settled") == "dropped" { Settled::Dropped } else { Settled::Done };
    let outcome = fields.get("outcome").to_owned();
    let (scope, now, id) = (who.scope.clone(), app.now(), incident_id.clone());
    let done = app.db().write(move |tx| {
        Box::pin(async move {
            incident::settle_action(tx, &scope, &id, action_no, (how, &outcome), now).await
        })
    });
    answered(&app, &who, &incident_id, ("settle", "action", fields), done.await).await
}

/// `POST /incidents/{incident_id}/duties/{duty}`
pub(crate) async fn duty(
    State(app): State<App>,
    who: SignedIn,
    Path((incident_id, duty)): Path<(String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let number = fields.get("external_no").to_owned();
    let (scope, now, id) = (who.scope.clone(), app.now(), incident_id.clone());
    let done = app.db().write(move |tx| {
        Box::pin(async move { incident::report_duty(tx, &scope, &id, &duty, &number, now).await })
    });
    answered(&app, &who, &incident_id, ("duty", "duty", fields), done.await).await
}

/// `POST /incidents/{incident_id}/messages`
pub(crate) async fn message(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let reporter = fields.get("audience") == "reporter";
    let audience = if reporter { "reporter" } else { "authority" };
    let text = fields.get("text").to_owned();
    let (scope, now, id) = (who.scope.clone(), app.now(), incident_id.clone());
    let sent = app.db().write(move |tx| {
        Box::pin(async move { incident::write(tx, &scope, &id, audience, &text, now).await })
    });
    let form = if reporter { "to_reporter" } else { "to_authority" };
    answered(&app, &who, &incident_id, (form, "message", fields), sent.await).await
}

/// `POST /incidents/clusters/{cluster_id}`
pub(crate) async fn cluster(
    State(app): State<App>,
    who: SignedIn,
    Path(cluster_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    opened(&who, &fields)?;
    let finding = ClusterFinding::of(fields.get("finding")).unwrap_or(ClusterFinding::Unclear);
    let text = fields.get("text").to_owned();
    let (scope, now) = (who.scope.clone(), app.now());
    let done = app.db().write(move |tx| {
        Box::pin(async move {
            incident::settle_cluster(tx, &scope, &cluster_id, finding, &text, now).await
        })
    });
    match settled(&app, who.lang, done.await)? {
        None => Ok(Redirect::to("/incidents?done=cluster").into_response()),
        Some(wrong) => {
            let typed = Typed::refused("cluster", fields, wrong);
            let page = list::page(&app, &who, Fields::default(), typed).await?;
            Ok(again(draw(&page, who.lang)?))
        }
    }
}
