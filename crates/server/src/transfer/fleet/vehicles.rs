//! The vehicles of a company, and what needs it today.

use std::collections::HashMap;

use axum::Form as Posted;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use rules::account::Permission;
use rules::transfer::OutageReason;
use rules::{Position, Time};
use store::transfer::{self, NewVehicle, Outage, Standing, Vehicle};
use store::{Scope, Tx};

use super::{Names, fresh_id, need, standing_cell, stands, stands_choices};
use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, Sheet, Table, Typed, file, settled,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// What a vehicle can have besides room.
pub(super) const FEATURES: [&str; 6] =
    ["oxygen", "monitor", "infusion", "lift", "bariatric", "infection"];

/// Everything the list draws from.
struct Fleet {
    vehicles: Vec<Vehicle>,
    names: Names,
    standings: HashMap<String, Standing>,
    outages: HashMap<String, Outage>,
}

async fn read(tx: &mut Tx, scope: &Scope, lang: Lang, now: Time) -> Answer<Fleet> {
    let outages = transfer::outages(tx, scope, now, now.plus_ms(1)).await.told(lang)?;
    Ok(Fleet {
        vehicles: transfer::vehicles(tx, scope).await.told(lang)?,
        names: Names::read(tx, scope, lang).await?,
        standings: transfer::standings(tx, now).await.told(lang)?,
        outages: outages.into_iter().map(|one| (one.vehicle_id.clone(), one)).collect(),
    })
}

impl Fleet {
    fn standing(&self, id: &str) -> Standing {
        self.standings.get(id).cloned().unwrap_or_default()
    }

    fn shown(&self, fields: &Fields) -> Vec<&Vehicle> {
        let text = fields.get("text").to_lowercase();
        let operator = fields.get("operator");
        let wanted = fields.get("standing");
        self.vehicles
            .iter()
            .filter(|one| one.left_at.is_none())
            .filter(|one| operator.is_empty() || one.operator_id == operator)
            .filter(|one| match wanted {
                "out" => self.outages.contains_key(&one.vehicle_id),
                _ => stands(&self.standing(&one.vehicle_id), wanted),
            })
            .filter(|one| {
                text.is_empty()
                    || one.call_sign.to_lowercase() == text
                    || one.plate.to_lowercase().contains(&text)
                    || one.model.to_lowercase().contains(&text)
            })
            .collect()
    }

    fn row(&self, when: When, one: &Vehicle, now: Time) -> Row {
        let lang = when.lang;
        let outage = self.outages.get(&one.vehicle_id).map(|outage| outage_cell(when, outage));
        let mut cells = vec![
            Cell::link(
                lang.tf_vehicle_no(&one.call_sign),
                format!("/transfer/fleet/{}", one.vehicle_id),
            )
            .sub(&one.plate)
            .own(),
        ];
        if self.names.several() {
            cells.push(Cell::of(self.names.of(&one.operator_id)));
        }
        cells.extend([
            Cell::of(&*one.model).sub(rooms(lang, one)),
            Cell::of(features(lang, one)),
            Cell::of(lang.pick(&one.base_zh, &one.base_en)),
            standing_cell(when, &self.standing(&one.vehicle_id), now),
            outage.unwrap_or_default(),
        ]);
        cells.into()
    }

    fn table(&self, when: When, shown: &[&Vehicle], now: Time) -> Table {
        let lang = when.lang;
        let mut heads = vec![lang.tf_vehicle()];
        if self.names.several() {
            heads.push(lang.tf_operator());
        }
        heads.extend([
            lang.tf_model(),
            lang.tf_equipment(),
            lang.tf_base(),
            lang.tf_accreditation(),
            lang.tf_out_of_service(),
        ]);
        Table {
            heads,
            rows: shown.iter().map(|one| self.row(when, one, now)).collect(),
            blank: [lang.tf_vehicles_none(), lang.tf_vehicles_none_what()],
            ..Table::default()
        }
    }
}

/// Why a vehicle stands, and until when.
pub(super) fn outage_cell(when: When, outage: &Outage) -> Cell {
    let lang = when.lang;
    let word = OutageReason::of(&outage.reason).map_or("", |reason| lang.outage_reason(reason));
    let until = match outage.until_at {
        Some(until) => lang.tf_until(when.month_day_hm(&until)),
        None => lang.tf_until_open().to_owned(),
    };
    Cell::marked(Some(Mark::Stop), word).sub(until)
}

/// The alternative interiors in words.
pub(crate) fn rooms(lang: Lang, vehicle: &Vehicle) -> String {
    let one = |[staff, seats, stretchers, wheelchairs]: [u16; 4]| {
        let parts = [
            (stretchers, lang.tf_stretchers(stretchers)),
            (wheelchairs, lang.tf_wheelchairs(wheelchairs)),
            (seats, lang.tf_seats(seats)),
            (staff, lang.tf_staff(staff)),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, word)| word);
        parts.collect::<Vec<_>>().join(lang.pick("、", ", "))
    };
    vehicle.layouts().into_iter().map(one).collect::<Vec<_>>().join(lang.pick("；或 ", "; or "))
}

pub(super) fn features(lang: Lang, vehicle: &Vehicle) -> String {
    let words = vehicle.features();
    let words: Vec<&str> = words.iter().map(|code| lang.tf_feature(code)).collect();
    words.join(lang.pick("、", ", "))
}

/// `GET /transfer/fleet`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    page(&app, &who, Fields::of(query), Typed::default()).await
}

async fn page(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/transfer/fleet").await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let when = shell.when;
    let fleet = read(&mut tx, &who.scope, lang, now).await?;
    let shown = fleet.shown(&fields);
    let total = i64::try_from(shown.len()).unwrap_or(0);
    let slice = store::page::Slice::page(fields.page());
    let skipped = usize::try_from(slice.offset).unwrap_or(0);
    let rows: Vec<&Vehicle> =
        shown.into_iter().skip(skipped).take(usize::try_from(slice.limit).unwrap_or(0)).collect();
    let mut table = fleet.table(when, &rows, now);
    table.pager = Some(pager("/transfer/fleet", &fields, rows.len(), total));
    let count = |wanted: &str| {
        let all = fleet.vehicles.iter().filter(|one| one.left_at.is_none());
        all.filter(|one| stands(&fleet.standing(&one.vehicle_id), wanted)).count()
    };
    let (unfit, soon, out) = (count("unfit"), count("soon"), fleet.outages.len());
    let lead = match (unfit, soon, out) {
        (0, 0, 0) => lang.tf_fleet_lead_ok().to_owned(),
        _ => lang.tf_fleet_lead(unfit, soon, out),
    };
    let export = format!("/transfer/fleet.xlsx?{}", fields.with("page", ""));
    let mut standing = stands_choices(lang);
    standing.push(Choice::of("out", lang.tf_out_of_service()));
    let mut filters = vec![
        Input::text("text", lang.tf_find_vehicle(), fields.get("text")).kind("search"),
        Input::select("standing", lang.tf_accreditation(), fields.get("standing"), standing),
    ];
    if fleet.names.several() {
        let choices = fleet.names.choices(Some(lang.all()));
        let chosen = fields.get("operator");
        filters.push(Input::select("operator", lang.tf_operator(), chosen, choices));
    }
    let pane = Pane {
        end: lang.tf_count(total),
        filters,
        path: "/transfer/fleet".into(),
        ..Pane::new("vehicles", lang.tf_vehicles(), Body::Table(table))
    };
    let join = join_pane(lang, &fleet.names, &who.scope, &typed);
    let sheet = Sheet {
        acts: vec![
            Link::new(export, lang.tf_export(total), "file-spreadsheet"),
            Link::new("#join", lang.tf_join_title(), "plus"),
        ],
        here: format!("/transfer/fleet?{}", fields.with("done", "")),
        panes: vec![pane, join],
        ..Sheet::new(shell, lang.tf_nav_fleet(), lead)
    };
    sheet.answer(typed.is_refused())
}

fn join_pane(lang: Lang, names: &Names, scope: &Scope, typed: &Typed) -> Pane {
    let get = |name: &str| typed.get("join", name);
    let number = |name, label, usual: &str| {
        Input::text(name, label, typed.or("join", name, usual)).kind("number")
    };
    let mut inputs = Vec::new();
    if scope.may(Permission::OverseeTransfer) {
        let choices = names.choices(None);
        inputs.push(Input::select("operator", lang.tf_operator(), get("operator"), choices).need());
    }
    let features = FEATURES.iter().map(|code| Choice::of(*code, lang.tf_feature(code))).collect();
    let ticked: Vec<&str> = FEATURES
        .iter()
        .copied()
        .filter(|code| !typed.get("join", &format!("feature_{code}")).is_empty())
        .collect();
    inputs.extend([
        Input::text("call_sign", lang.tf_call_sign(), get("call_sign")).need(),
        Input::text("plate", lang.tf_plate(), get("plate")).need(),
        Input::text("model", lang.tf_model(), get("model")).need(),
        number("stretchers", lang.tf_stretchers_label(), "1"),
        number("wheelchairs", lang.tf_wheelchairs_label(), "0"),
        number("seats", lang.tf_seats_label(), "2"),
        number("staff", lang.tf_staff_label(), "2"),
        Input::text("base_zh", lang.tf_base_zh(), get("base_zh")).need(),
        Input::text("base_en", lang.tf_base_en(), get("base_en")).need(),
        Input::text("lat", lang.tf_lat(), get("lat")).need(),
        Input::text("lng", lang.tf_lng(), get("lng")).need(),
        Input {
            choices: features,
            ..Input::text("feature", lang.tf_equipment(), ticked.join(" ")).kind("checks")
        },
    ]);
    let form = Form {
        inputs,
        icon: "plus",
        hint: lang.tf_join_hint().to_owned(),
        wrong: typed.wrong("join"),
        ..Form::new("/transfer/fleet", lang.tf_join_do())
    };
    Pane::new("join", lang.tf_join_title(), Body::Form(form))
}

/// `GET /transfer/fleet.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let fleet = read(&mut tx, &who.scope, lang, now).await?;
    let table = fleet.table(when, &fleet.shown(&fields), now);
    Ok(file("vehicles", &when.iso(&now.0), &table))
}

/// The vehicle of a form, or why it cannot be read.
fn vehicle_of(scope: &Scope, lang: Lang, fields: &Fields, now: Time) -> Result<NewVehicle, String> {
    let place = fields.get("lat").parse::<f64>().ok().zip(fields.get("lng").parse::<f64>().ok());
    let place = place.filter(|(lat, lng)| lat.abs() <= 90.0 && lng.abs() <= 180.0);
    let (lat, lng) = place.ok_or(lang.tf_place_wrong())?;
    let count = |name: &str| {
        fields.number(name).and_then(|count| u16::try_from(count).ok()).ok_or(lang.tf_rooms_wrong())
    };
    let room = [count("staff")?, count("seats")?, count("stretchers")?, count("wheelchairs")?];
    let ticked = |code: &&str| !fields.get(&format!("feature_{code}")).is_empty();
    let vehicle_id = fresh_id("veh");
    Ok(NewVehicle {
        operator_id: scope.operator().unwrap_or(fields.get("operator")).to_owned(),
        call_sign: fields.get("call_sign").to_owned(),
        plate: fields.get("plate").to_owned(),
        model: fields.get("model").to_owned(),
        layouts: vec![room],
        features: FEATURES.iter().copied().filter(ticked).map(str::to_owned).collect(),
        base: [fields.get("base_zh").to_owned(), fields.get("base_en").to_owned()],
        at: Position { lat, lng },
        qr_serial: vehicle_id.chars().rev().take(16).collect::<String>().to_uppercase(),
        vehicle_id,
        joined_at: now,
    })
}

/// `POST /transfer/fleet`
pub(crate) async fn join(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let joined = match vehicle_of(&scope, lang, &fields, now) {
        Err(wrong) => Err(wrong),
        Ok(new) => {
            let id = new.vehicle_id.clone();
            let joined = app.db().write(move |tx| {
                Box::pin(async move { transfer::join_vehicle(tx, &scope, &new, now).await })
            });
            settled(&app, lang, joined.await)?.map(|()| id)
        }
    };
    match joined {
        Ok(id) => Ok(to(&format!("/transfer/fleet/{id}?done=vehicle"))),
        Err(wrong) => {
            let typed = Typed::refused("join", fields, wrong);
            page(&app, &who, Fields::default(), typed).await
        }
    }
}

pub(super) fn to(path: &str) -> Response {
    Redirect::to(path).into_response()
}
