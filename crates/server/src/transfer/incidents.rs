//! Incidents on the way [T16]: listed, exported, looked at.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::transfer::IncidentKind;
use store::page::Slice;
use store::transfer::{self, IncidentFilter, IncidentLine};

use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;
use crate::words::Lang;

/// Rows of one export.
const EXPORTED_MAX: i64 = 10_000;

struct Row {
    incident_id: String,
    number: String,
    booking_id: Option<String>,
    booking: String,
    vehicle: String,
    operator: String,
    kind: String,
    grade: i64,
    outcome: &'static str,
    words: String,
    at: String,
    review: Option<String>,
}

#[derive(Template)]
#[template(path = "transfer/incidents.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: &'static str,
    open: i64,
    rows: Vec<Row>,
    pager: Pager,
    kinds: Vec<(String, String)>,
    may_review: bool,
    export: String,
    filtered: bool,
    refused: Option<(String, String, String)>,
}

impl List {
    fn refused_of(&self, incident_id: &str) -> Option<(&str, &str)> {
        let (own, said, typed) = self.refused.as_ref()?;
        (own == incident_id).then_some((said.as_str(), typed.as_str()))
    }
}

fn need(who: &SignedIn) -> Answer<()> {
    who.need_any(&[Permission::TakeCalls, Permission::ManageFleet, Permission::OverseeTransfer])
}

fn filter_of(fields: &Fields, calendar: rules::calendar::Calendar) -> IncidentFilter {
    IncidentFilter {
        view: if fields.get("view") == "all" { "all" } else { "open" }.into(),
        kind: fields.some("kind"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    }
}

fn grade_word(lang: Lang, grade: i64) -> &'static str {
    match grade {
        1 => lang.crew_grade_1(),
        2 => lang.crew_grade_2(),
        3 => lang.crew_grade_3(),
        _ => lang.crew_grade_4(),
    }
}

fn row(when: When, kinds: &[IncidentKind], line: &IncidentLine) -> Row {
    let lang = when.lang;
    let kind = kinds.iter().find(|kind| kind.code == line.kind);
    Row {
        incident_id: line.incident_id.clone(),
        number: line.number.clone(),
        booking_id: line.booking_id.clone(),
        booking: line.booking_number.clone().unwrap_or_default(),
        vehicle: line.call_sign.clone().unwrap_or_default(),
        operator: lang.pick_or(line.operator_zh.as_deref(), line.operator_en.as_deref()).to_owned(),
        kind: kind
            .map_or(line.kind.clone(), |kind| lang.pick(&kind.name_zh, &kind.name_en).to_owned()),
        grade: line.grade,
        outcome: grade_word(lang, line.grade),
        words: line.words.clone(),
        at: when.stamp_hm(&line.at),
        review: line.review.clone(),
    }
}

/// `GET /transfer/incidents`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    draw(&page(&app, &who, Fields::of(query), None).await?, who.lang)
}

async fn page(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    refused: Option<(String, String, String)>,
) -> Answer<List> {
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&fields, app.city().calendar);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/transfer/incidents").await?;
    let slice = Slice::page(fields.page());
    let listed = transfer::incidents(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let open = IncidentFilter { view: "open".into(), ..IncidentFilter::default() };
    let open =
        transfer::incidents(&mut tx, &who.scope, &open, Slice::first(1)).await.told(lang)?.total;
    let kinds = &tx.packs().crew_at(now).incidents;
    let when = shell.when;
    let rows: Vec<Row> = listed.rows.iter().map(|line| row(when, kinds, line)).collect();
    Ok(List {
        view: if filter.view == "all" { "all" } else { "open" },
        open,
        pager: pager("/transfer/incidents", &fields, rows.len(), listed.total),
        rows,
        kinds: kinds
            .iter()
            .map(|kind| (kind.code.clone(), lang.pick(&kind.name_zh, &kind.name_en).to_owned()))
            .collect(),
        may_review: who.scope.may(Permission::OverseeTransfer),
        export: format!("/transfer/incidents.xlsx?{}", fields.with("page", "")),
        filtered: fields.any(&["kind", "from", "until"]),
        shell,
        fields,
        refused,
    })
}

/// `GET /transfer/incidents.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let (lang, now) = (who.lang, app.now());
    let filter = filter_of(&Fields::of(query), app.city().calendar);
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORTED_MAX);
    let listed = transfer::incidents(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let mut lines = Lines::new(&[
        lang.incidents_title(),
        lang.tr_booking(),
        lang.tr_operator(),
        lang.tr_vehicle(),
        lang.incidents_kind(),
        lang.incidents_grade(),
        lang.incidents_what(),
        lang.tr_time(),
        lang.incidents_review(),
    ]);
    let kinds = &tx.packs().crew_at(now).incidents;
    for line in &listed.rows {
        let row = row(when, kinds, line);
        lines.add(&[
            &row.number,
            &row.booking,
            &row.operator,
            &row.vehicle,
            &row.kind,
            row.outcome,
            &row.words,
            &row.at,
            row.review.as_deref().unwrap_or(""),
        ]);
    }
    Ok(lines.file("incidents", lang.nav_transfer_incidents()))
}

/// `POST /transfer/incidents/{incident_id}`
pub(crate) async fn review(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    who.need(Permission::OverseeTransfer)?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let (id, words) = (incident_id.clone(), fields.get("words").to_owned());
    let reviewed = app
        .db()
        .write(move |tx| {
            Box::pin(async move { transfer::review_incident(tx, &scope, &id, &words, now).await })
        })
        .await;
    match reviewed.told(lang) {
        Ok(()) => Ok(Redirect::to("/transfer/incidents").into_response()),
        Err(fault) if matches!(fault.kind, Kind::Refused(_)) => {
            let refused = (incident_id, fault.sentence(), fields.get("words").to_owned());
            let page = page(&app, &who, Fields::default(), Some(refused)).await?;
            let mut response = draw(&page, lang)?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(fault) => Err(fault),
    }
}
