//! What people do on a case's screens: marks, taps, ticks, words. Each leads back to the screen it
//! came from; a refusal says why, and what was typed stands there again.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use rules::emergency::{Airway, DeclineReason, DoseUnit, Fact, Mark, Outcome};
use store::emergency::{self, Details};

use super::page;
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::green::{fresh_code, in_parts};
use crate::qr::Qr;
use crate::session::{Origin, SignedIn};
use crate::shell::{Shell, shell};

type Pairs = Vec<(String, String)>;

/// Where a form leads back to: one of our own screens of cases.
fn back(fields: &Fields, emergency_id: &str, done: &str) -> Redirect {
    let path = match fields.get("back") {
        "desk" => format!("/desk?case={emergency_id}&done={done}"),
        "hospital" => format!("/hospital?done={done}"),
        _ => format!("/emergencies/{emergency_id}?done={done}"),
    };
    Redirect::to(&path)
}

/// Runs a step; what it refuses is told on the case's own page, with the fields as typed.
async fn settle(
    app: &App,
    who: &SignedIn,
    emergency_id: &str,
    fields: Fields,
    result: store::Result<()>,
    done: &str,
) -> Answer {
    match result {
        Ok(()) => {
            app.wake_feed();
            Ok(back(&fields, emergency_id, done).into_response())
        }
        Err(store::Error::Refused(refusal)) => {
            page::refused(app, who, emergency_id, fields, who.lang.refusal(refusal)).await
        }
        Err(error) => Err(error).told(who.lang),
    }
}

/// `POST /emergencies/{id}/marks`
pub(crate) async fn mark(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let mark = Mark::of(fields.get("mark"))
        .ok_or_else(|| Fault::new(Kind::BadForm("mark".into()), who.lang))?;
    let details = Details {
        hospital_id: fields.some("hospital"),
        reason: DeclineReason::of(fields.get("reason")),
        outcome: Outcome::of(fields.get("outcome")),
        eta_min: fields.number("eta_min"),
        into: fields.some("into"),
        said: fields.get("said").to_owned(),
    };
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let result = app
        .db()
        .write(move |tx| {
            Box::pin(async move { emergency::mark(tx, &scope, &id, mark, &details, now).await })
        })
        .await;
    settle(&app, &who, &emergency_id, fields, result, mark.code()).await
}

/// `POST /emergencies/{id}/card`
pub(crate) async fn card(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let code = fields.get("card").to_owned();
    let result = app
        .db()
        .write(move |tx| {
            Box::pin(async move { emergency::set_card(tx, &scope, &id, &code, now).await })
        })
        .await;
    settle(&app, &who, &emergency_id, fields, result, "card").await
}

/// `POST /emergencies/{id}/ticks`
pub(crate) async fn tick(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let step = fields.get("step").to_owned();
    let result = app
        .db()
        .write(move |tx| {
            Box::pin(async move { emergency::tick(tx, &scope, &id, &step, now).await })
        })
        .await;
    settle(&app, &who, &emergency_id, fields, result, "tick").await
}

/// `POST /emergencies/{id}/messages`
pub(crate) async fn message(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let body = fields.get("body").to_owned();
    let result = app
        .db()
        .write(move |tx| {
            Box::pin(async move { emergency::add_message(tx, &scope, &id, &body, now).await })
        })
        .await;
    settle(&app, &who, &emergency_id, fields, result, "message").await
}

/// `POST /emergencies/{id}/facts`
pub(crate) async fn fact(
    State(app): State<App>,
    who: SignedIn,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let Some(fact) = fact_of(&fields) else {
        let sentence = who.lang.refusal(store::Refusal::Quantity);
        return page::refused(&app, &who, &emergency_id, fields, sentence).await;
    };
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let result = app
        .db()
        .write(move |tx| {
            Box::pin(async move { emergency::add_fact(tx, &scope, &id, &fact, now).await })
        })
        .await;
    settle(&app, &who, &emergency_id, fields, result, "fact").await
}

#[derive(Template)]
#[template(path = "emergency/thread.html")]
struct Thread {
    shell: Shell,
    emergency_id: String,
    number: String,
    code: String,
    /// What the client opens, and its code for a phone's camera.
    address: String,
    qr: Option<Qr>,
}

/// `POST /emergencies/{id}/thread`: the code a client follows up by, shown this once.
pub(crate) async fn thread(
    State(app): State<App>,
    who: SignedIn,
    Origin(origin): Origin,
    Path(emergency_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    // A code as the public page makes and reads them.
    let code = fresh_code(lang)?;
    let (scope, id, now) = (who.scope.clone(), emergency_id.clone(), app.now());
    let (text, kept) = (fields.get("said").to_owned(), code.clone());
    let made = app
        .db()
        .write(move |tx| {
            Box::pin(async move {
                // The code is new each time, so it is its own key.
                let keys = (kept.as_str(), kept.as_str());
                store::enquiry::follow_up(tx, &scope, &id, keys, &text, now).await
            })
        })
        .await;
    let number = match made {
        Ok(number) => number,
        Err(store::Error::Refused(refusal)) => {
            return page::refused(&app, &who, &emergency_id, fields, lang.refusal(refusal)).await;
        }
        Err(error) => return Err(error).told(lang),
    };
    app.wake_feed();
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/emergencies").await?;
    let code = in_parts(&code);
    let address = format!("{origin}/thread/{code}");
    let qr = Qr::of(&address);
    draw(&Thread { shell, emergency_id, number, code, address, qr }, lang)
}

/// A decimal as people type it: also with a Chinese point or a comma.
fn decimal(fields: &Fields, name: &str) -> Option<f64> {
    let text = fields.get(name).replace([',', '，', '。', '．'], ".");
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The fact that a form tells; `None` when a number cannot be read.
pub(super) fn fact_of(fields: &Fields) -> Option<Fact> {
    let text = |name: &str| fields.get(name).to_owned();
    let dose = || -> Option<(String, f64, DoseUnit)> {
        let unit = DoseUnit::of(fields.get("unit")).unwrap_or(DoseUnit::Mg);
        Some((text("name"), decimal(fields, "amount")?, unit))
    };
    // An empty field says nothing; one that cannot be read is a slip.
    let maybe = |name: &str| -> Option<Option<i64>> {
        if fields.get(name).is_empty() { Some(None) } else { fields.number(name).map(Some) }
    };
    Some(match fields.get("kind") {
        "weight" => Fact::Weight { kg: decimal(fields, "kg")? },
        "person" => Fact::Person { sex: text("sex"), years: fields.number("years")? },
        "allergies" => Fact::Allergies { text: text("text") },
        "access" => Fact::Access { text: text("text") },
        "airway" => Fact::Airway { airway: Airway::of(fields.get("airway"))? },
        "drug" => {
            let (name, amount, unit) = dose()?;
            Fact::Drug { name, amount, unit }
        }
        "given" => {
            let (name, amount, unit) = dose()?;
            Fact::Given { name, amount, unit }
        }
        "filler" => Fact::Filler {
            product: text("product"),
            lot: text("lot"),
            site: text("site"),
            ml: decimal(fields, "ml")?,
        },
        "volumes" => Fact::Volumes {
            in_ml: maybe("in_ml")?.unwrap_or(0),
            out_ml: maybe("out_ml")?.unwrap_or(0),
        },
        "vitals" => Fact::Vitals {
            systolic: maybe("systolic")?,
            pulse: maybe("pulse")?,
            spo2: maybe("spo2")?,
        },
        _ => return None,
    })
}
