//! One case on a page of its own: for the clinic's phone and the hospital's screen; and the
//! hand-over sheet to print.

use askama::Template;
use axum::extract::{Path, Query, State};

use super::view::{View, airways, view};
use crate::App;
use crate::alert::unprocessable;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

#[derive(Template)]
#[template(path = "emergency/case.html")]
struct CasePage {
    shell: Shell,
    view: View,
    back: &'static str,
    typed: Fields,
    refused: Option<String>,
    fact_kinds: &'static [&'static str],
    facts_to: String,
    airways: Vec<(&'static str, &'static str)>,
}

/// The taps, in the order a receiving doctor asks.
pub(super) const FACT_KINDS: &[&str] = &[
    "airway",
    "vitals",
    "person",
    "weight",
    "allergies",
    "drug",
    "filler",
    "volumes",
    "given",
    "access",
];

/// The entry of the side bar that cases belong to.
fn home(who: &SignedIn) -> &'static str {
    if who.scope.own_institution().is_some() { "/sos" } else { "/emergencies" }
}

/// `GET /emergencies/{id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(query);
    let mut page = case_page(&app, &who, &emergency_id, Fields::default()).await?;
    page.shell.done = who.lang.case_done(fields.get("done")).map(str::to_owned);
    draw(&page, who.lang)
}

async fn case_page(
    app: &App,
    who: &SignedIn,
    emergency_id: &str,
    typed: Fields,
) -> Answer<CasePage> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, home(who)).await?;
    let view = view(app, &mut tx, who, shell.when, emergency_id).await?;
    let facts_to = format!("/emergencies/{emergency_id}/facts");
    let (back, fact_kinds) = ("", FACT_KINDS);
    Ok(CasePage {
        shell,
        view,
        back,
        typed,
        refused: None,
        fact_kinds,
        facts_to,
        airways: airways(lang),
    })
}

/// The page as it was left, with the reason of a refusal.
pub(super) async fn refused(
    app: &App,
    who: &SignedIn,
    emergency_id: &str,
    typed: Fields,
    sentence: &str,
) -> Answer {
    let mut page = case_page(app, who, emergency_id, typed).await?;
    page.refused = Some(sentence.to_owned());
    draw(&page, who.lang).map(unprocessable)
}

#[derive(Template)]
#[template(path = "emergency/sheet.html")]
struct Sheet {
    shell: Shell,
    view: View,
}

/// `GET /emergencies/{id}/sheet`: the hand-over sheet, signed by both sides.
pub(crate) async fn sheet(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
) -> Answer {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, home(&who)).await?;
    let mut view = view(&app, &mut tx, &who, shell.when, &emergency_id).await?;
    // On paper things are read from the beginning.
    view.course.reverse();
    draw(&Sheet { shell, view }, lang)
}
