//! The special report of a grave event for print [W36]: made from what authorities may read.

use askama::Template;
use axum::extract::{Path, State};
use store::incident;

use super::list::HANDLES;
use super::page::{View, view};
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::oncall::need_any;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

#[derive(Template)]
#[template(path = "incident/sheet.html")]
struct Sheet {
    shell: Shell,
    view: View,
}

/// `GET /incidents/{incident_id}/sheet`
pub(crate) async fn sheet(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
) -> Answer {
    need_any(&who, &HANDLES)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let event = incident::incident(&mut tx, &who.scope, &incident_id).await.told(lang)?;
    if event.summary.is_empty() {
        return Err(Fault::new(Kind::NotFound, lang));
    }
    let shell = shell(&app, &who, &mut tx, "/incidents").await?;
    let view = view(&mut tx, shell.when, event, now).await?;
    draw(&Sheet { shell, view }, lang)
}
