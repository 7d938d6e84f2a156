//! The list of bookings, with its export.

use askama::Template;
use axum::extract::{Query, State};
use rules::account::Permission;
use rules::transfer::{Class, Source, State as Where};
use store::page::Slice;
use store::transfer::{BookingFilter, BookingLine, bookings};

use super::calls::trip_word;
use super::needs_line;
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;

/// Rows of one export.
const EXPORTED_MAX: i64 = 10_000;

pub(crate) struct Row {
    pub booking_id: String,
    pub number: String,
    pub at: String,
    pub promise: String,
    pub patient: String,
    pub way: String,
    pub trip: String,
    pub class: &'static str,
    pub needs: String,
    pub vehicle: String,
    pub state: &'static str,
    pub source: &'static str,
    pub red: bool,
    pub waits: bool,
}

#[derive(Template)]
#[template(path = "transfer/bookings.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    views: Vec<(String, &'static str)>,
    rows: Vec<Row>,
    pager: Pager,
    trip_types: Vec<(String, String)>,
    classes: Vec<(String, &'static str)>,
    filtered: bool,
    export: String,
}

fn need(who: &SignedIn) -> Answer<()> {
    who.need_any(&[
        Permission::TakeCalls,
        Permission::ManageFleet,
        Permission::RequestTransfer,
        Permission::OverseeTransfer,
        Permission::Liaise120,
    ])
}

pub(crate) fn filter_of(fields: &Fields, app: &App) -> BookingFilter {
    let calendar = app.city().calendar;
    let view = match fields.get("view") {
        known @ ("ended" | "all") => known,
        other if Where::of(other).is_some() => other,
        _ => "open",
    };
    BookingFilter {
        view: view.to_owned(),
        trip_type: fields.some("trip_type"),
        class: fields.some("class"),
        site_id: fields.some("site"),
        operator_id: fields.some("operator"),
        shift_id: fields.some("shift"),
        text: fields.some("text"),
        from: fields.day("from", calendar),
        until: fields.day_end("until", calendar),
    }
}

pub(crate) fn row(app: &App, when: When, line: &BookingLine) -> Row {
    let lang = when.lang;
    let class = line.class.as_deref().and_then(Class::of);
    let state = Where::of(&line.state);
    let at = match (line.ready_at, line.appointment_at, line.will_call_at) {
        (Some(at), _, _) => when.month_day_hm(&at),
        (None, Some(at), _) => lang.tb_be_there(when.month_day_hm(&at)),
        _ => lang.tb_will_call().to_owned(),
    };
    let promise = line.promise_from.zip(line.promise_until);
    Row {
        booking_id: line.booking_id.clone(),
        number: line.number.clone(),
        at,
        promise: promise.map_or(String::new(), |(from, until)| {
            lang.tb_promise(when.hm(&from), when.hm(&until))
        }),
        patient: line.patient.clone(),
        way: format!("{} → {}", line.from_place, line.to_place),
        trip: trip_word(app, lang, &line.trip_type),
        class: class.map_or("", |class| lang.transfer_class(class)),
        needs: needs_line(lang, &line.needs()),
        vehicle: line.call_sign.clone().unwrap_or_default(),
        state: state.map_or("", |state| lang.booking_state(state)),
        source: Source::of(&line.source).map_or("", |source| lang.booking_source(source)),
        red: class == Some(Class::Emergency) && state.is_some_and(Where::is_open),
        waits: state == Some(Where::Requested),
    }
}

/// `GET /transfer/bookings`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let lang = who.lang;
    let fields = Fields::of(query);
    let filter = filter_of(&fields, &app);
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/bookings").await?;
    let slice = Slice::page(fields.page());
    let listed = bookings(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let rows: Vec<Row> = listed.rows.iter().map(|line| row(&app, shell.when, line)).collect();
    let open = [Where::Requested, Where::Confirmed, Where::OnCall]
        .map(|state| (state.code().to_owned(), lang.booking_state(state)));
    let mut views = vec![("open".to_owned(), lang.tc_view_open())];
    views.extend(open);
    views.extend([("ended".to_owned(), lang.tc_view_ended()), ("all".to_owned(), lang.all())]);
    let service = app.db().packs().service_at(app.now());
    let page = List {
        pager: pager("/transfer/bookings", &fields, rows.len(), listed.total),
        trip_types: service
            .trip_types
            .iter()
            .map(|one| (one.code.clone(), lang.pick(&one.name_zh, &one.name_en).to_owned()))
            .collect(),
        classes: Class::ALL
            .iter()
            .map(|class| (class.code().to_owned(), lang.transfer_class(*class)))
            .collect(),
        filtered: fields.any(&["text", "trip_type", "class", "from", "until", "site"]),
        export: format!("/transfer/bookings.xlsx?{}", fields.with("page", "")),
        view: filter.view,
        rows,
        views,
        fields,
        shell,
    };
    draw(&page, lang)
}

/// `GET /transfer/bookings.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    need(&who)?;
    let lang = who.lang;
    let fields = Fields::of(query);
    let filter = filter_of(&fields, &app);
    let mut tx = app.db().read().await.told(lang)?;
    let slice = Slice::first(EXPORTED_MAX);
    let listed = bookings(&mut tx, &who.scope, &filter, slice).await.told(lang)?;
    let when = When { lang, calendar: app.city().calendar };
    let mut lines = Lines::new(&[
        lang.tb_col_number(),
        lang.tb_col_when(),
        lang.tb_col_patient(),
        lang.tb_col_way(),
        lang.tc_type(),
        lang.tb_col_class(),
        lang.tb_col_needs(),
        lang.tb_col_vehicle(),
        lang.tb_col_state(),
        lang.tb_col_source(),
    ]);
    for line in &listed.rows {
        let row = row(&app, when, line);
        lines.add(&[
            &row.number,
            &row.at,
            &row.patient,
            &row.way,
            &row.trip,
            row.class,
            &row.needs,
            &row.vehicle,
            row.state,
            row.source,
        ]);
    }
    Ok(lines.file("bookings", lang.nav_bookings()))
}
