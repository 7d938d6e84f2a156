//! Events per 1,000 operations: a span against its baseline, and month by month; every number
//! opens the reports behind it [Z7].

use askama::Template;
use axum::extract::{Query, State};
use rules::Time;
use rules::incident::{Change, change, rate};
use store::Tx;
use store::incident::{Counted, rates as counted};

use super::list::HANDLES;
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::oncall::{Pairs, need_any};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// A span with its figures.
struct Span {
    name: String,
    href: String,
    figures: Counted,
    rate: String,
    interval: String,
    hidden: i64,
}

#[derive(Template)]
#[template(path = "incident/rates.html")]
struct Page {
    shell: Shell,
    /// First and last days of both spans, as the form has them.
    days: [String; 4],
    spans: Vec<Span>,
    change: Option<(Option<Mark>, &'static str)>,
    months: Vec<Span>,
}

/// Spans that are compared when nobody has said others.
const SPAN_DAYS: i64 = 90;
const MONTHS: usize = 12;

async fn span(
    tx: &mut Tx,
    who: &SignedIn,
    when: When,
    name: String,
    (from, until): (Time, Time),
) -> Answer<Span> {
    let figures = counted(tx, &who.scope, from, until).await.told(who.lang)?;
    let last = until.plus_ms(-1);
    let found = rate(figures.incidents, figures.operations);
    Ok(Span {
        name,
        href: format!(
            "/incidents?view=counted&from={}&until={}",
            when.iso(&from.0),
            when.iso(&last.0)
        ),
        rate: found.map_or("—".into(), |one| format!("{:.2}", one.per_thousand)),
        interval: found.map_or_else(
            || who.lang.inc_rates_nothing().to_owned(),
            |one| format!("{:.2}–{:.2}", one.low, one.high),
        ),
        hidden: figures.incidents - figures.listed,
        figures,
    })
}

/// `GET /incidents/rates`
pub(crate) async fn rates(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need_any(&who, &HANDLES)?;
    let (lang, now, calendar) = (who.lang, app.now(), app.city().calendar);
    let fields = Fields::of(query);
    let tomorrow = calendar.periods(now).day.plus_days(1);
    let until = fields.day_end("until", calendar).unwrap_or(tomorrow);
    let from = fields.day("from", calendar).unwrap_or(until.plus_days(-SPAN_DAYS));
    let base_until = fields.day_end("base_until", calendar).unwrap_or(from);
    let base_from = fields.day("base_from", calendar).unwrap_or(base_until.plus_days(-SPAN_DAYS));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/incidents").await?;
    let when = shell.when;
    let base_name = lang.inc_rates_base().to_owned();
    let base = span(&mut tx, &who, when, base_name, (base_from, base_until)).await?;
    let now_name = lang.inc_rates_now().to_owned();
    let this = span(&mut tx, &who, when, now_name, (from, until)).await?;
    let sides = [&base, &this].map(|one| (one.figures.incidents, one.figures.operations));
    let change = change(sides[0], sides[1]).map(|one| {
        let mark = match one {
            Change::Fell => Some(Mark::Ok),
            Change::Rose => Some(Mark::Warn),
            Change::Unclear => None,
        };
        (mark, lang.rate_change(one))
    });
    let mut months = Vec::with_capacity(MONTHS);
    let mut end = tomorrow;
    let mut start = calendar.periods(now).month;
    for _ in 0..MONTHS {
        let name = when.iso(&start.0)[..7].to_owned();
        months.push(span(&mut tx, &who, when, name, (start, end)).await?);
        end = start;
        start = calendar.periods(start.plus_ms(-1)).month;
    }
    let days = [base_from.0, base_until.0 - 1, from.0, until.0 - 1].map(|at| when.iso(&at));
    draw(&Page { shell, days, spans: vec![base, this], change, months }, lang)
}
