//! The form from within an institution: two minutes, anonymous if wished.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use rules::Time;
use rules::account::Permission;
use rules::incident::{Allow, Reporter};
use store::incident;
use store::{Tx, register};

use super::again;
use super::form::{Choice, Choices, read};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::green::{code_of, fresh_code, in_parts};
use crate::oncall::{Pairs, field_of, moment};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

#[derive(Template)]
#[template(path = "incident/new.html")]
struct Page {
    shell: Shell,
    code: String,
    typed: Fields,
    choices: Choices,
    institutions: Vec<Choice>,
    names: Vec<Choice>,
    discovered: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "incident/new_filed.html")]
struct Filed {
    shell: Shell,
    number: String,
    code: String,
    href: String,
}

/// The institutions one works in.
async fn own_institutions(tx: &mut Tx, who: &SignedIn, now: Time) -> Answer<Vec<(String, String)>> {
    let lang = who.lang;
    let ids = register::ids_in(tx, &who.scope, now).await.told(lang)?;
    let mut named = Vec::with_capacity(ids.len());
    for id in ids {
        let one = register::institution(tx, &who.scope, &id).await.told(lang)?;
        named.push((id, lang.pick(&one.name_zh, &one.name_en).to_owned()));
    }
    Ok(named)
}

/// `GET /incidents/new`
pub(crate) async fn form(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    draw(&page(&app, &who, Fields::of(query), None).await?, who.lang)
}

async fn page(app: &App, who: &SignedIn, typed: Fields, error: Option<String>) -> Answer<Page> {
    who.need(Permission::ReportEvent)?;
    let (lang, now) = (who.lang, app.now());
    let code = match code_of(typed.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/incidents").await?;
    let own = own_institutions(&mut tx, who, now).await?;
    let chosen = typed.some("institution").or_else(|| own.first().map(|(id, _)| id.clone()));
    let chosen = chosen.unwrap_or_default();
    let allow = typed.some("allow").unwrap_or_else(|| Allow::Nobody.code().to_owned());
    Ok(Page {
        choices: Choices::of(lang, tx.packs().incident_at(now), &typed),
        institutions: own.iter().map(|(id, name)| Choice::new(id, name, &chosen)).collect(),
        names: [
            (Allow::Nobody, lang.inc_new_anonymous()),
            (Allow::Department, lang.inc_new_named()),
            (Allow::Both, lang.inc_new_named_both()),
        ]
        .map(|(one, word)| Choice::new(one.code(), word, &allow))
        .into(),
        discovered: typed.some("discovered").unwrap_or_else(|| field_of(shell.when, &now.0)),
        code,
        typed,
        shell,
        error,
    })
}

/// `POST /incidents`
pub(crate) async fn file(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    who.need(Permission::ReportEvent)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, calendar) = (who.lang, app.now(), app.city().calendar);
    let code = match code_of(fields.get("code")) {
        Some(code) => code,
        None => fresh_code(lang)?,
    };
    let Some(mut new) = read(&fields, &code, calendar) else {
        let wrong = Some(lang.report_bad_choice().to_owned());
        return Ok(again(draw(&page(&app, &who, fields, wrong).await?, lang)?));
    };
    new.reporter = Reporter::Staff;
    new.institution_id = fields.some("institution");
    new.occurred_at = moment(&fields, "occurred", calendar);
    // The field has minutes; the minute that runs is no future.
    new.discovered_at = moment(&fields, "discovered", calendar).map(|at| at.min(now));
    let scope = who.scope.clone();
    let written = app
        .db()
        .write(move |tx| Box::pin(async move { incident::file_as(tx, &scope, &new, now).await }));
    let filed = match written.await {
        Err(store::Error::Refused(refusal)) => {
            let wrong = Some(lang.refusal(refusal).to_owned());
            return Ok(again(draw(&page(&app, &who, fields, wrong).await?, lang)?));
        }
        other => other.told(lang)?,
    };
    app.wake_feed();
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/incidents").await?;
    let code = in_parts(&code);
    let href = format!("/report/{code}{}", if lang.is_en() { "?lang=en" } else { "" });
    draw(&Filed { shell, number: filed.number, code, href }, lang)
}
