//! The bookings and calls behind a figure: what counted, what was kept, what was missed.

use axum::extract::{Query, State};
use rules::Time;
use rules::transfer::State as Stands;
use rules::transfer::report::Indicator;
use store::page::Slice;
use store::transfer::{ReportCall, ReportTrip};

use super::report::{Month, filters};
use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{Body, Cell, Input, Link, Pane, Row, Sheet, Table, file, views};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// What the list shows of a figure.
struct Asked {
    indicator: Option<Indicator>,
    kept: Option<bool>,
}

impl Asked {
    fn of(fields: &Fields) -> Asked {
        Asked {
            indicator: Indicator::of(fields.get("indicator")),
            kept: match fields.get("kept") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
        }
    }

    fn shows(&self, kept: Option<bool>) -> bool {
        match (self.indicator, self.kept) {
            (None, _) => true,
            (Some(_), None) => kept.is_some(),
            (Some(_), wanted) => kept == wanted,
        }
    }
}

fn kept_cell(lang: Lang, kept: Option<bool>) -> Cell {
    match kept {
        None => Cell::of("—"),
        Some(true) => Cell::of(lang.tf_kept()),
        Some(false) => Cell::marked(Some(Mark::Warn), lang.tf_missed_one()),
    }
}

fn trips<'m>(month: &'m Month, asked: &Asked, now: Time) -> Vec<(&'m ReportTrip, Option<bool>)> {
    let limits = &month.pack.limits;
    let kept = |one: &ReportTrip| match asked.indicator {
        Some(indicator) => one.trip().kept(indicator, limits, now),
        None => None,
    };
    let all = month.trips.iter().map(|one| (one, kept(one)));
    all.filter(|(_, kept)| asked.shows(*kept)).collect()
}

fn calls<'m>(month: &'m Month, asked: &Asked, now: Time) -> Vec<(&'m ReportCall, Option<bool>)> {
    let limits = &month.pack.limits;
    let all = month.calls.iter().map(|one| (one, one.call().kept(limits, now)));
    all.filter(|(_, kept)| asked.shows(*kept)).collect()
}

fn trips_table(when: When, shown: &[(&ReportTrip, Option<bool>)], names: &Names) -> Table {
    let lang = when.lang;
    let at = |ms: Option<i64>| ms.map_or(String::new(), |ms| when.month_day_hm(&ms));
    let rows = shown.iter().map(|(one, kept)| {
        let state = Stands::of(&one.state).map_or("", |state| lang.booking_state(state));
        let operator = one.operator_id.as_deref().map_or(String::new(), |id| names.of(id));
        Row::from(vec![
            Cell::link(&*one.number, format!("/transfer/bookings/{}", one.booking_id)),
            Cell::of(state),
            Cell::of(operator),
            Cell::of(when.month_day_hm(&one.wanted_at)),
            Cell::of(at(one.promise_until)),
            Cell::of(at(one.on_scene_at.or(one.loaded_at))),
            Cell::of(at(one.completed_at)),
            Cell::num(one.stars.map_or(String::new(), |stars| stars.to_string())),
            Cell::num(if one.incidents > 0 { one.incidents.to_string() } else { String::new() }),
            Cell::of(at(one.to_120_at)),
            kept_cell(lang, *kept),
        ])
    });
    Table {
        heads: vec![
            lang.tf_booking(),
            lang.col_state(),
            lang.tf_operator(),
            lang.tf_wanted(),
            lang.tf_promised(),
            lang.tf_at_door(),
            lang.tf_completed(),
            lang.tf_stars(),
            lang.tf_incidents(),
            lang.tf_to_120(),
            lang.tf_verdict(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_cases_none(), lang.tf_cases_none_what()],
        ..Table::default()
    }
}

fn calls_table(when: When, shown: &[(&ReportCall, Option<bool>)]) -> Table {
    let lang = when.lang;
    let rows = shown.iter().map(|(one, kept)| {
        let waited = one.answered_at.map(|at| when.span(&(at - one.rang_at)));
        let booking = match (&one.booking_id, &one.booking_number) {
            (Some(id), Some(number)) => Cell::link(&**number, format!("/transfer/bookings/{id}")),
            _ => Cell::default(),
        };
        Row::from(vec![
            Cell::of(when.stamp(&one.rang_at)),
            Cell::of(waited.unwrap_or_else(|| lang.tf_not_answered().to_owned())),
            booking,
            kept_cell(lang, *kept),
        ])
    });
    Table {
        heads: vec![lang.tf_rang(), lang.tf_waited(), lang.tf_booking(), lang.tf_verdict()],
        rows: rows.collect(),
        blank: [lang.tf_cases_none(), lang.tf_cases_none_what()],
        ..Table::default()
    }
}

/// The rows of one page, or all of them for a file.
fn table(
    when: When,
    month: &Month,
    asked: &Asked,
    names: &Names,
    slice: Option<Slice>,
    now: Time,
) -> (Table, usize) {
    let skip = slice.map_or(0, |slice| usize::try_from(slice.offset).unwrap_or(0));
    let take = slice.map_or(usize::MAX, |slice| usize::try_from(slice.limit).unwrap_or(0));
    if asked.indicator == Some(Indicator::Answer) {
        let all = calls(month, asked, now);
        let shown: Vec<_> = all.iter().skip(skip).take(take).copied().collect();
        return (calls_table(when, &shown), all.len());
    }
    let all = trips(month, asked, now);
    let shown: Vec<_> = all.iter().skip(skip).take(take).copied().collect();
    (trips_table(when, &shown, names), all.len())
}

/// `GET /transfer/report/cases`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/transfer/report").await?;
    let month = Month::read(&app, &mut tx, &who.scope, &fields).await?;
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let asked = Asked::of(&fields);
    let slice = Slice::page(fields.page());
    let (mut table, total) = table(shell.when, &month, &asked, &names, Some(slice), now);
    let path = "/transfer/report/cases";
    let total_rows = i64::try_from(total).unwrap_or(0);
    table.pager = Some(pager(path, &fields, table.rows.len(), total_rows));
    let measure = asked.indicator.and_then(|code| month.pack.measure(code));
    let title = match measure {
        Some(measure) => lang.pick(&measure.name_zh, &measure.name_en).to_owned(),
        None => lang.tf_all_cases().to_owned(),
    };
    let lead = measure.map_or_else(
        || lang.tf_cases_lead(&month.word, total),
        |measure| lang.pick(&measure.formula_zh, &measure.formula_en).to_owned(),
    );
    let mut inputs = filters(&app, &mut tx, lang, &names, &fields, &month.word).await?;
    let own = |name: &'static str| Input::text(name, "", fields.get(name)).kind("hidden");
    inputs.extend([own("indicator"), own("kept")]);
    let tabs = [("", lang.all()), ("no", lang.tf_missed_one()), ("yes", lang.tf_kept())];
    let pane = Pane {
        views: asked.indicator.map(|_| views(path, &fields, "kept", "", &tabs)).unwrap_or_default(),
        filters: inputs,
        path: path.into(),
        end: lang.tf_count(total),
        ..Pane::new("cases", &*month.word, Body::Table(table))
    };
    let back = fields.pairs();
    let keep = ["month", "operator", "region", "site"];
    let back =
        Fields::of(back.into_iter().filter(|(key, _)| keep.contains(&key.as_str())).collect());
    let export = format!("/transfer/report/cases.xlsx?{}", fields.with("page", ""));
    let sheet = Sheet {
        crumb: Some(Link::new(
            format!("/transfer/report?{}", back.with("page", "")),
            lang.tf_report_title(&month.word),
            "chart-bar",
        )),
        acts: vec![Link::new(export, lang.tf_export(total), "file-spreadsheet")],
        here: format!("{path}?{}", fields.with("page", fields.get("page"))),
        panes: vec![pane],
        ..Sheet::new(shell, title, lead)
    };
    sheet.answer(false)
}

/// `GET /transfer/report/cases.xlsx`
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
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let (table, _) = table(when, &month, &Asked::of(&fields), &names, None, now);
    Ok(file("cases", &month.word, &table))
}
