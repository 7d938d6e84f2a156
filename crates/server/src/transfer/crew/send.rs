//! What a crew's phone sends: reports it kept, positions, and the same from a form without scripts.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use rules::Time;
use rules::account::Permission;
use rules::transfer::Filed;
use serde::Deserialize;
use serde_json::json;
use store::transfer::{self, CrewReport, Report};

use super::crew_page;
use crate::App;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;

/// Reports of one message; a day without a network has fewer.
const REPORTS_MAX: usize = 200;

/// What a phone sends, as it kept it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Batch {
    csrf: String,
    /// The phone's clock when it sent this; only differences of it are used.
    sent_ms: i64,
    reports: Vec<Kept>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    key: String,
    shift: String,
    #[serde(default)]
    booking: Option<String>,
    /// The phone's clock when it happened.
    at_ms: i64,
    report: serde_json::Value,
}

/// `POST /crew/reports`: everything a phone has kept, oldest first. Each gets its own answer; one
/// that cannot be read does not hold up the others.
pub(crate) async fn reports(
    State(app): State<App>,
    who: SignedIn,
    body: Result<Json<Batch>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let lang = who.lang;
    let Ok(Json(batch)) = body else {
        return Fault::new(Kind::BadForm("reports".into()), lang).problem();
    };
    if let Err(fault) = who.check(&batch.csrf).and_then(|()| who.need(Permission::Ride)) {
        return fault.problem();
    }
    if batch.reports.len() > REPORTS_MAX {
        return Fault::new(Kind::BadForm("reports".into()), lang).problem();
    }
    let now = app.now();
    let speed = app.clock().speed();
    let mut answers = Vec::new();
    for kept in batch.reports {
        // A phone's clock may be wrong; how long ago something was by it is right.
        let ago_ms = (batch.sent_ms.saturating_sub(kept.at_ms)).max(0) as f64 * speed;
        let at = now.plus_ms(-(ago_ms as i64));
        let answer = file(&app, &who, &kept, at, now).await;
        answers.push(match answer {
            Ok(filed) => json!({
                "key": kept.key, "filed": filed.code(), "sentence": lang.filed(filed),
            }),
            Err(fault) => {
                json!({"key": kept.key, "problem": fault.code(), "sentence": fault.sentence()})
            }
        });
    }
    app.wake_feed();
    Json(json!({"answers": answers})).into_response()
}

async fn file(app: &App, who: &SignedIn, kept: &Kept, at: Time, now: Time) -> Answer<Filed> {
    let lang = who.lang;
    let wrong = |what: &str| Fault::new(Kind::BadForm(what.into()), lang);
    if kept.key.len() != 32 || !kept.key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong("key"));
    }
    let report: Report =
        serde_json::from_value(kept.report.clone()).map_err(|_| wrong("report"))?;
    let sent = CrewReport {
        key: kept.key.clone(),
        shift_id: kept.shift.clone(),
        booking_id: kept.booking.clone(),
        at,
        report,
    };
    let scope = who.scope.clone();
    app.db()
        .write(move |tx| {
            Box::pin(async move { transfer::file_report(tx, &scope, &sent, now).await })
        })
        .await
        .told(lang)
}

/// Where a phone was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Track {
    csrf: String,
    shift: String,
    sent_ms: i64,
    positions: Vec<Fix>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fix {
    at_ms: i64,
    lat: f64,
    lng: f64,
    accuracy_m: i64,
}

/// Positions of one message: a day without a network at one every 15 seconds, thinned by the phone.
const POSITIONS_MAX: usize = 2_000;

/// `POST /crew/positions`: where the vehicle was, oldest first. One that cannot be true is kept and
/// not used; the phone need not know.
pub(crate) async fn positions(
    State(app): State<App>,
    who: SignedIn,
    body: Result<Json<Track>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let lang = who.lang;
    let Ok(Json(sent)) = body else {
        return Fault::new(Kind::BadForm("positions".into()), lang).problem();
    };
    if let Err(fault) = who.check(&sent.csrf).and_then(|()| who.need(Permission::Ride)) {
        return fault.problem();
    }
    if sent.positions.len() > POSITIONS_MAX {
        return Fault::new(Kind::BadForm("positions".into()), lang).problem();
    }
    let (now, speed, scope) = (app.now(), app.clock().speed(), who.scope.clone());
    let fixes = sent.positions.into_iter().map(move |fix| {
        let ago_ms = sent.sent_ms.saturating_sub(fix.at_ms).max(0) as f64 * speed;
        transfer::Fix {
            at: now.plus_ms(-(ago_ms as i64)),
            place: rules::Position { lat: fix.lat, lng: fix.lng },
            accuracy_m: fix.accuracy_m,
        }
    });
    let (fixes, shift_id) = (fixes.collect::<Vec<_>>(), sent.shift);
    let kept = app
        .db()
        .write(move |tx| {
            Box::pin(
                async move { transfer::crew_positions(tx, &scope, &shift_id, &fixes, now).await },
            )
        })
        .await;
    match kept.told(lang) {
        Ok(used) => {
            app.wake_feed();
            Json(json!({"used": used})).into_response()
        }
        Err(fault) => fault.problem(),
    }
}

/// `POST /crew/report`: the same from a form, for a phone without scripts.
pub(crate) async fn report(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::Ride)?;
    let kept = Kept {
        key: fields.get("key").to_owned(),
        shift: fields.get("shift").to_owned(),
        booking: fields.some("booking"),
        at_ms: 0,
        report: of_fields(&fields),
    };
    let now = app.now();
    match file(&app, &who, &kept, now, now).await {
        Ok(_) => {
            app.wake_feed();
            Ok(Redirect::to("/crew").into_response())
        }
        Err(fault) if matches!(fault.kind, Kind::Refused(_) | Kind::BadForm(_)) => {
            let page = crew_page(&app, &who, Some(fault.sentence())).await?;
            let mut response = draw(&page, who.lang)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(fault) => Err(fault),
    }
}

/// A report from the fields of a form; what is missing fails when it is read.
fn of_fields(fields: &Fields) -> serde_json::Value {
    match fields.get("kind") {
        "step" => json!({
            "kind": "step", "mark": fields.get("mark"), "reason": fields.some("reason"),
        }),
        kind @ ("begin" | "finish") => json!({"kind": kind, "km": fields.number("km")}),
        "checklist" => {
            let answers: BTreeMap<String, String> = fields
                .pairs()
                .into_iter()
                .filter_map(|(name, value)| {
                    let code = name.strip_prefix("item_")?.to_owned();
                    Some((code, value)).filter(|(_, value)| !value.is_empty())
                })
                .collect();
            json!({"kind": "checklist", "list": fields.get("list"), "answers": answers})
        }
        "incident" => json!({
            "kind": "incident", "what": fields.get("what"), "grade": fields.number("grade"),
            "words": fields.get("words"),
        }),
        "handover" => {
            let strokes: serde_json::Value =
                serde_json::from_str(fields.get("strokes")).unwrap_or_else(|_| json!([]));
            json!({"kind": "handover", "receiver": fields.get("receiver"), "strokes": strokes})
        }
        "triage" => {
            let answers: Vec<(String, String)> = fields
                .pairs()
                .into_iter()
                .filter_map(|(name, value)| Some((name.strip_prefix("ask_")?.to_owned(), value)))
                .collect();
            json!({"kind": "triage", "moment": fields.get("moment"), "answers": answers})
        }
        "to_120" => json!({"kind": "to_120", "moment": fields.get("moment")}),
        kind => json!({"kind": kind, "words": fields.get("words")}),
    }
}

#[cfg(test)]
mod tests {
    use rules::transfer::{ListKind, Mark};

    use super::*;

    #[test]
    fn forms_say_what_phones_say() {
        let report = |text: &str| {
            let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            let fields = Fields::of(pairs.map(|(k, v)| (k.into(), v.into())).collect());
            serde_json::from_value::<Report>(of_fields(&fields))
        };
        assert_eq!(
            report("kind=step&mark=load").unwrap(),
            Report::Step { mark: Mark::Load, reason: None }
        );
        assert_eq!(report("kind=begin&km=1200").unwrap(), Report::Begin { km: 1_200 });
        let list = report("kind=checklist&list=pickup&item_identity=yes&item_papers=").unwrap();
        let answers = BTreeMap::from([("identity".to_owned(), "yes".to_owned())]);
        assert_eq!(list, Report::Checklist { list: ListKind::Pickup, answers });
        for wrong in ["kind=step&mark=fly", "kind=begin", "kind=x", "kind=begin&km=ten"] {
            assert!(report(wrong).is_err(), "{wrong}");
        }
    }
}
