//! The monthly report: figures with their formula, source and target, each leading to the list it
//! was counted from [T5, T19]. Printable, and exported as it is drawn.

use axum::extract::{Query, State};
use rules::Time;
use rules::transfer::State as Stands;
use rules::transfer::report::{
    Facts, Figure, Indicator, OversightPack, Trip, figures, mean_stars, median_ms,
};
use store::page::Slice;
use store::transfer::{self, ComplaintFilter, ReportCall, ReportFilter, ReportTrip};
use store::{Scope, Tx, register};

use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{
    Body, Cell, Choice, Input, Link, Pane, Row, Sheet, Table, file, percent, period,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// Complaints of one month that a report counts.
const COMPLAINTS_MAX: i64 = 20_000;

/// Everything a month's figures are counted from.
pub(super) struct Month {
    pub word: String,
    pub trips: Vec<ReportTrip>,
    pub calls: Vec<ReportCall>,
    pub facts: Facts,
    pub pack: OversightPack,
}

impl Month {
    pub async fn read(app: &App, tx: &mut Tx, scope: &Scope, fields: &Fields) -> Answer<Month> {
        let (lang, now) = (Lang::Zh, app.now());
        let (from, until, word) = period(fields, app.city().calendar, now);
        let filter = ReportFilter {
            from,
            until,
            operator_id: fields.some("operator"),
            region_code: fields.some("region"),
            site_id: fields.some("site"),
        };
        let trips = transfer::report_trips(tx, scope, &filter).await.told(lang)?;
        // Calls ring at the city's desk: they say nothing about one company or one place.
        let whole = !fields.any(&["operator", "region", "site"]);
        let calls = if whole {
            transfer::report_calls(tx, scope, from, until).await.told(lang)?
        } else {
            Vec::new()
        };
        let complaints = ComplaintFilter {
            view: "all".into(),
            operator_id: fields.some("operator"),
            from: Some(from),
            until: Some(until),
            ..ComplaintFilter::default()
        };
        let slice = Slice::first(COMPLAINTS_MAX);
        let complaints = transfer::complaints(tx, scope, &complaints, now, slice).await;
        let facts = Facts {
            trips: trips.iter().map(ReportTrip::trip).collect(),
            calls: calls.iter().map(ReportCall::call).collect(),
            complaints: complaints.told(lang)?.rows.iter().map(|one| one.clock()).collect(),
        };
        // A month is judged by what held at its end.
        let pack = tx.packs().oversight_at(until.plus_ms(-1).min(now.max(from))).clone();
        Ok(Month { word, trips, calls, facts, pack })
    }
}

fn count(trips: &[Trip], state: Stands) -> usize {
    trips.iter().filter(|trip| trip.state == Some(state)).count()
}

/// The value of a figure as people read it: incidents by the thousand, the rest as a share.
pub(super) fn value(figure: &Figure) -> String {
    match (figure.value(), figure.indicator) {
        (None, _) => "—".to_owned(),
        (Some(value), Indicator::Incident) => format!("{}.{}", value / 10, value % 10),
        (Some(value), _) => percent(value),
    }
}

fn target(indicator: Indicator, target: i64) -> String {
    match indicator {
        Indicator::Incident => format!("≤ {}.{}", target / 10, target % 10),
        _ => format!("≥ {}", percent(target)),
    }
}

fn table(lang: Lang, month: &Month, fields: &Fields, now: Time) -> Table {
    let rows = figures(&month.pack, &month.facts, now).into_iter().filter_map(|figure| {
        let measure = month.pack.measure(figure.indicator)?;
        let code = figure.indicator.code();
        let href = match figure.indicator {
            Indicator::Complaint => complaints_href(month, fields),
            _ => format!("/transfer/report/cases?{}", fields.with("indicator", code)),
        };
        let missed = match figure.indicator {
            Indicator::Incident => figure.part,
            _ => figure.whole - figure.part,
        };
        let missed_href = match figure.indicator {
            Indicator::Complaint => href.clone(),
            _ => format!("{href}&kept=no"),
        };
        let state = match figure.reaches(measure) {
            None => Cell::of(lang.tf_not_judged()),
            Some(true) => Cell::marked(Some(Mark::Ok), lang.tf_reached()),
            Some(false) => Cell::marked(Some(Mark::Danger), lang.tf_not_reached()),
        };
        Some(Row::from(vec![
            Cell { strong: true, ..Cell::of(lang.pick(&measure.name_zh, &measure.name_en)) }
                .sub(lang.pick(&measure.formula_zh, &measure.formula_en)),
            Cell { num: true, ..Cell::link(value(&figure), &*href) },
            Cell::num(target(figure.indicator, measure.target)),
            state,
            Cell { num: true, strong: false, ..Cell::link(figure.whole.to_string(), &*href) },
            Cell { num: true, strong: false, ..Cell::link(missed.to_string(), missed_href) },
            Cell::of(lang.pick(&measure.source_zh, &measure.source_en)),
        ]))
    });
    Table {
        heads: vec![
            lang.tf_indicator(),
            lang.tf_value(),
            lang.tf_target(),
            lang.tf_verdict(),
            lang.tf_counted(),
            lang.tf_missed(),
            lang.tf_source(),
        ],
        rows: rows.collect(),
        ..Table::default()
    }
}

fn complaints_href(month: &Month, fields: &Fields) -> String {
    let operator = match fields.get("operator") {
        "" => String::new(),
        id => format!("&operator={}", crate::fault::encode(id)),
    };
    let days = match fields.get("from") {
        "" => format!("month={}", month.word),
        from => format!("from={from}&until={}", fields.get("until")),
    };
    format!("/transfer/complaints?view=all&{days}{operator}")
}

/// Figures that have no target: how many, and how long it took.
fn counts(when: When, month: &Month) -> Vec<(String, String, bool)> {
    let lang = when.lang;
    let trips = &month.facts.trips;
    let answered = month
        .facts
        .calls
        .iter()
        .filter_map(|call| call.answered_at.map(|at| call.rang_at.ms_until(at)));
    let lost = month.facts.calls.iter().filter(|call| call.answered_at.is_none()).count();
    let to_120 = trips.iter().filter(|trip| trip.to_120_at.is_some());
    let taken =
        to_120.clone().filter_map(|trip| Some(trip.to_120_at?.ms_until(trip.taken_120_at?)));
    let from_120 = month.trips.iter().filter(|trip| trip.from_120 > 0).count();
    let upheld = month.facts.complaints.iter().filter(|one| one.upheld).count();
    let span = |ms: Option<i64>| ms.map_or("—".to_owned(), |ms| when.span(&ms));
    let stars = mean_stars(trips)
        .map_or("—".to_owned(), |mean| format!("{}.{:02}", mean / 100, mean % 100));
    let word = |word: &str, figure: String| (word.to_owned(), figure, false);
    vec![
        word(lang.tf_bookings(), trips.len().to_string()),
        word(lang.tf_driven(), count(trips, Stands::Completed).to_string()),
        word(lang.tf_calls(), month.calls.len().to_string()),
        (lang.tf_lost().to_owned(), lost.to_string(), lost > 0),
        word(lang.tf_answer_median(), span(median_ms(answered.collect()))),
        word(lang.tf_to_120(), to_120.count().to_string()),
        word(lang.tf_taken_median(), span(median_ms(taken.collect()))),
        word(lang.tf_from_120(), from_120.to_string()),
        word(lang.tf_stars(), stars),
        (lang.tf_upheld_count().to_owned(), upheld.to_string(), upheld > 0),
    ]
}

/// Each company by the figures that are its own.
fn by_operator(lang: Lang, (month, fields): (&Month, &Fields), names: &Names, now: Time) -> Table {
    let limits = &month.pack.limits;
    let rows = names.operators().iter().map(|operator| {
        let own: Vec<Trip> = month
            .trips
            .iter()
            .filter(|trip| trip.operator_id.as_deref() == Some(&*operator.operator_id))
            .map(ReportTrip::trip)
            .collect();
        let cell = |indicator: Indicator| {
            let kept = own.iter().map(|trip| trip.kept(indicator, limits, now));
            let figure = Figure::of(indicator, kept);
            let measure = month.pack.measure(indicator);
            let missed = measure.and_then(|measure| figure.reaches(measure)) == Some(false);
            Cell { num: true, ..Cell::marked(missed.then_some(Mark::Danger), value(&figure)) }
        };
        let incidents: i64 = own.iter().map(|trip| trip.incidents).sum();
        Row::from(vec![
            Cell::link(
                lang.pick(&operator.short_zh, &operator.short_en),
                format!("/transfer/report?{}", fields.with("operator", &operator.operator_id)),
            ),
            Cell::num(own.len()),
            Cell::num(count(&own, Stands::Completed)),
            cell(Indicator::OnTime),
            cell(Indicator::Completion),
            cell(Indicator::Satisfied),
            Cell::num(incidents),
        ])
    });
    Table {
        heads: vec![
            lang.tf_operator(),
            lang.tf_bookings(),
            lang.tf_driven(),
            lang.tf_on_time(),
            lang.tf_completion(),
            lang.tf_satisfied(),
            lang.tf_incidents(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_operators_none(), ""],
        ..Table::default()
    }
}

/// The filters of the report, which its lists share.
pub(super) async fn filters(
    app: &App,
    tx: &mut Tx,
    lang: Lang,
    names: &Names,
    fields: &Fields,
    word: &str,
) -> Answer<Vec<Input>> {
    // The month is empty while days are named.
    let named = if fields.get("from").is_empty() { word } else { "" };
    let mut filters = vec![
        Input::text("month", lang.tf_month(), named).kind("month"),
        Input::text("from", lang.tf_or_from(), fields.get("from")).kind("date"),
        Input::text("until", lang.tf_or_until(), fields.get("until")).kind("date"),
    ];
    if names.several() {
        let choices = names.choices(Some(lang.all()));
        filters.push(Input::select(
            "operator",
            lang.tf_operator(),
            fields.get("operator"),
            choices,
        ));
    }
    let regions = register::regions(tx, app.now()).await.told(lang)?;
    let districts = regions.iter().filter(|one| one.region_code != app.city().code);
    let all = || std::iter::once(Choice::of("", lang.all()));
    let districts =
        districts.map(|one| Choice::of(&*one.region_code, lang.pick(&one.name_zh, &one.name_en)));
    let chosen = fields.get("region");
    filters.push(Input::select(
        "region",
        lang.tf_district(),
        chosen,
        all().chain(districts).collect(),
    ));
    let sites = transfer::sites(tx).await.told(lang)?;
    let sites =
        sites.iter().map(|one| Choice::of(&*one.site_id, lang.pick(&one.short_zh, &one.short_en)));
    let chosen = fields.get("site");
    filters.push(Input::select("site", lang.tf_site(), chosen, all().chain(sites).collect()));
    Ok(filters)
}

/// `GET /transfer/report`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/report").await?;
    let when = shell.when;
    let month = Month::read(&app, &mut tx, &who.scope, &fields).await?;
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let judged = figures(&month.pack, &month.facts, now);
    let missed = judged.iter().filter(|figure| {
        month.pack.measure(figure.indicator).and_then(|one| figure.reaches(one)) == Some(false)
    });
    let missed = missed.count();
    let lead = match (month.trips.len(), missed) {
        (0, _) => lang.tf_report_lead_none(&month.word),
        (_, 0) => lang.tf_report_lead_ok(&month.word),
        _ => lang.tf_report_lead(&month.word, missed),
    };
    let head = &month.pack.pack;
    let figures = Pane {
        filters: filters(&app, &mut tx, lang, &names, &fields, &month.word).await?,
        path: "/transfer/report".into(),
        end: lang.tf_pack_line(&head.version),
        ..Pane::new("figures", lang.tf_figures(), Body::Table(table(lang, &month, &fields, now)))
    };
    let mut panes = vec![figures];
    if names.several() && fields.get("operator").is_empty() {
        let table = by_operator(lang, (&month, &fields), &names, now);
        panes.push(Pane::new("operators", lang.tf_by_operator(), Body::Table(table)));
    }
    let query = fields.with("page", "");
    let sheet = Sheet {
        acts: vec![
            Link::new(
                format!("/transfer/report.xlsx?{query}"),
                lang.tf_export_report(),
                "file-spreadsheet",
            ),
            Link::new(format!("/transfer/report/cases?{query}"), lang.tf_all_cases(), "list"),
            Link::new("/transfer/improvements#order", lang.tf_improve_do(), "checklist"),
        ],
        note: Some(lang.pick(&head.note_zh, &head.note_en).to_owned()),
        counts: counts(when, &month),
        here: format!("/transfer/report?{query}"),
        panes,
        ..Sheet::new(shell, lang.tf_report_title(&month.word), lead)
    };
    sheet.answer(false)
}

/// `GET /transfer/report.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let month = Month::read(&app, &mut tx, &who.scope, &fields).await?;
    let mut table = table(lang, &month, &fields, now);
    // The counts stand below the figures: word and number.
    table.rows.extend(
        counts(when, &month)
            .into_iter()
            .map(|(word, figure, _)| Row::from(vec![Cell::of(word), Cell::num(figure)])),
    );
    Ok(file("report", &month.word, &table))
}
