//! Mileage and hours of a month, by vehicle and by person.

use axum::extract::{Query, State};
use rules::Time;
use rules::transfer::CrewRole;
use store::transfer::{self, CrewMonth, VehicleMonth};
use store::{Scope, Tx};

use super::{Names, need};
use crate::App;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{Body, Cell, Input, Link, Pane, Row, Sheet, Table, file, month};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

fn hours(ms: i64) -> String {
    format!("{:.1}", ms as f64 / Time::HOUR_MS as f64)
}

struct Months {
    names: Names,
    vehicles: Vec<VehicleMonth>,
    people: Vec<CrewMonth>,
}

impl Months {
    async fn read(
        tx: &mut Tx,
        scope: &Scope,
        lang: Lang,
        (from, until): (Time, Time),
        operator: &str,
    ) -> Answer<Months> {
        let own = |id: &str| operator.is_empty() || id == operator;
        let vehicles = transfer::vehicle_months(tx, scope, from, until).await.told(lang)?;
        let people = transfer::crew_months(tx, scope, from, until).await.told(lang)?;
        Ok(Months {
            names: Names::read(tx, scope, lang).await?,
            vehicles: vehicles.into_iter().filter(|one| own(&one.operator_id)).collect(),
            people: people.into_iter().filter(|one| own(&one.operator_id)).collect(),
        })
    }

    fn vehicles(&self, lang: Lang) -> Table {
        let rows = self.vehicles.iter().map(|one| {
            // What the odometer says beyond the way with somebody aboard.
            let empty = one.km * 1_000 - one.loaded_m;
            let share =
                (one.km > 0 && empty >= 0).then(|| format!("{} %", empty * 100 / (one.km * 1_000)));
            Row::from(vec![
                Cell::link(
                    lang.tf_vehicle_no(&one.call_sign),
                    format!("/transfer/fleet/{}", one.vehicle_id),
                )
                .sub(&one.plate)
                .own(),
                Cell::of(self.names.of(&one.operator_id)),
                Cell::num(one.shifts),
                Cell::num(hours(one.planned_ms)),
                Cell::num(hours(one.on_duty_ms)),
                Cell::num(one.trips),
                Cell::num(one.km),
                Cell::num(share.unwrap_or_default()),
            ])
        });
        Table {
            heads: vec![
                lang.tf_vehicle(),
                lang.tf_operator(),
                lang.tf_shifts_word(),
                lang.tf_hours_planned(),
                lang.tf_hours_on_duty(),
                lang.tf_trips(),
                lang.tf_km(),
                lang.tf_empty_share(),
            ],
            rows: rows.collect(),
            blank: [lang.tf_vehicles_none(), lang.tf_vehicles_none_what()],
            ..Table::default()
        }
    }

    fn people(&self, lang: Lang) -> Table {
        let rows = self.people.iter().map(|one| {
            let role = CrewRole::of(&one.role).map_or("", |role| lang.crew_role(role));
            Row::from(vec![
                Cell::link(
                    lang.pick(&one.name_zh, &one.name_en),
                    format!("/transfer/crews/{}", one.crew_id),
                ),
                Cell::of(role),
                Cell::of(self.names.of(&one.operator_id)),
                Cell::num(one.shifts),
                Cell::num(hours(one.planned_ms)),
                Cell::num(hours(one.on_duty_ms)),
                Cell::num(one.trips),
            ])
        });
        Table {
            heads: vec![
                lang.tf_name(),
                lang.tf_role(),
                lang.tf_operator(),
                lang.tf_shifts_word(),
                lang.tf_hours_planned(),
                lang.tf_hours_on_duty(),
                lang.tf_trips(),
            ],
            rows: rows.collect(),
            blank: [lang.tf_crews_none(), lang.tf_crews_none_what()],
            ..Table::default()
        }
    }
}

/// `GET /transfer/hours`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, fields) = (who.lang, Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/hours").await?;
    let (from, until, word) = month(&fields, app.city().calendar, app.now());
    let operator = fields.get("operator");
    let months = Months::read(&mut tx, &who.scope, lang, (from, until), operator).await?;
    let (km, trips): (i64, i64) =
        months.vehicles.iter().fold((0, 0), |(km, trips), one| (km + one.km, trips + one.trips));
    let mut filters = vec![Input::text("month", lang.tf_month(), &*word).kind("month")];
    if months.names.several() {
        let choices = months.names.choices(Some(lang.all()));
        filters.push(Input::select("operator", lang.tf_operator(), operator, choices));
    }
    let vehicles = Pane {
        filters,
        path: "/transfer/hours".into(),
        ..Pane::new("vehicles", lang.tf_vehicles(), Body::Table(months.vehicles(lang)))
    };
    let people = Pane::new("people", lang.tf_nav_crews(), Body::Table(months.people(lang)));
    let export = |what: &str| format!("/transfer/hours.xlsx?{}", fields.with("what", what));
    let sheet = Sheet {
        acts: vec![
            Link::new(export("vehicles"), lang.tf_export_vehicles(), "file-spreadsheet"),
            Link::new(export("people"), lang.tf_export_people(), "file-spreadsheet"),
        ],
        here: format!("/transfer/hours?{}", fields.with("page", "")),
        panes: vec![vehicles, people],
        ..Sheet::new(shell, lang.tf_nav_hours(), lang.tf_hours_lead(word, trips, km))
    };
    sheet.answer(false)
}

/// `GET /transfer/hours.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, fields) = (who.lang, Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let (from, until, _) = month(&fields, when.calendar, app.now());
    let operator = fields.get("operator");
    let months = Months::read(&mut tx, &who.scope, lang, (from, until), operator).await?;
    let (name, table) = match fields.get("what") {
        "people" => ("crew-hours", months.people(lang)),
        _ => ("vehicle-hours", months.vehicles(lang)),
    };
    Ok(file(name, &when.iso(&from.0), &table))
}
