//! `GET /green/readiness`: how fast somebody answered — unannounced tests, real calls, and drills
//! apart. Counts only: no place, no person.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use rules::Time;
use rules::emergency::{SHARES_S, shares};
use store::emergency::{Figures, figures};
use store::oncall::{self, CallOut, Hospital};
use store::{Tx, emergency};

use super::{Line, opened, steady};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::public::Frame;
use crate::session::Visitor;
use crate::when::When;
use crate::words::Lang;

/// The spans that are published.
const DAYS: [i64; 2] = [30, 365];
/// More tests than a city makes in a year.
const TESTS_MAX: i64 = 20_000;

/// One column of the table.
struct Column {
    what: &'static str,
    days: i64,
    count: i64,
    /// `12（80%）` for each limit; a dash where there was nothing.
    within: Vec<String>,
    unheard: String,
    median: String,
}

struct Limit {
    words: String,
    cells: Vec<String>,
}

/// A hospital's tests of the longer span.
struct Tested {
    name: String,
    count: usize,
    unheard: usize,
    median: String,
}

#[derive(Template)]
#[template(path = "green/readiness.html")]
struct Page {
    frame: Frame,
    lines: Vec<Line>,
    columns: Vec<Column>,
    limits: Vec<Limit>,
    hospitals: Vec<Tested>,
    empty: bool,
}

/// `GET /green/readiness`
pub(crate) async fn readiness(
    State(app): State<App>,
    visitor: Visitor,
    Query(query): Query<Vec<(String, String)>>,
) -> Response {
    let fields = Fields::of(query);
    let answer = page(&app, visitor.lang, &fields).await;
    steady(&app, visitor.lang, &fields, "/green/readiness", answer).await
}

async fn page(app: &App, lang: Lang, fields: &Fields) -> Answer {
    let frame = Frame::of(app, lang, "/green/readiness", fields);
    let now = app.now();
    let (mut tx, lines) = opened(app, lang).await?;
    let hospitals = oncall::hospitals(&mut tx, now).await.told(lang)?;
    let mut tests =
        oncall::call_out_history(&mut tx, now.plus_days(-DAYS[1]), TESTS_MAX).await.told(lang)?;
    // One that still rings has no answer time yet.
    tests.retain(|test| test.answered_at.or(test.missed_at).is_some());
    let mut columns = Vec::new();
    for days in DAYS {
        columns.push(tested(frame.when, &tests, days, now));
    }
    for (what, drills) in [(lang.ready_cases(), false), (lang.ready_drills(), true)] {
        for days in DAYS {
            columns.push(called(&mut tx, frame.when, what, days, drills, now).await.told(lang)?);
        }
    }
    let limit = |(index, seconds): (usize, i64)| Limit {
        words: lang.ready_within(seconds),
        cells: columns.iter().filter_map(|column| column.within.get(index).cloned()).collect(),
    };
    let limits = SHARES_S.into_iter().enumerate().map(limit).collect();
    let empty = columns.iter().all(|column| column.count == 0);
    let hospitals = by_hospital(frame.when, &hospitals, &tests);
    draw(&Page { frame, lines, columns, limits, hospitals, empty }, lang)
}

fn answered(test: &CallOut) -> Option<i64> {
    test.answered_at.map(|at| at - test.called_at)
}

fn middle(mut times: Vec<i64>) -> Option<i64> {
    times.sort_unstable();
    times.get(times.len() / 2).copied()
}

fn tested(when: When, tests: &[CallOut], days: i64, now: Time) -> Column {
    let since = now.plus_days(-days).0;
    let span = tests.iter().filter(|test| test.called_at >= since);
    let times: Vec<Option<i64>> = span.map(answered).collect();
    let (within, count) = shares(&times);
    let heard: Vec<i64> = times.iter().flatten().copied().collect();
    let unheard = count - i64::try_from(heard.len()).unwrap_or(0);
    column(when, when.lang.ready_tests(), days, (within, count), unheard, middle(heard))
}

async fn called(
    tx: &mut Tx,
    when: When,
    what: &'static str,
    days: i64,
    drills: bool,
    now: Time,
) -> store::Result<Column> {
    let found: emergency::Figures = figures(tx, now.plus_days(-days), now, drills).await?;
    let Figures { within, cases, unheard, median_heard_ms, .. } = found;
    Ok(column(when, what, days, (within, cases), unheard, median_heard_ms))
}

fn column(
    when: When,
    what: &'static str,
    days: i64,
    (within, count): ([i64; 5], i64),
    unheard: i64,
    median: Option<i64>,
) -> Column {
    let share = |n: i64| match count {
        0 => "–".to_owned(),
        _ => when.lang.ready_share(n, (n * 100 + count / 2) / count),
    };
    Column {
        what,
        days,
        count,
        within: within.map(share).into(),
        unheard: if count == 0 { "–".into() } else { unheard.to_string() },
        median: median.map_or_else(|| "–".into(), |ms| when.span(&ms)),
    }
}

fn by_hospital(when: When, hospitals: &[Hospital], tests: &[CallOut]) -> Vec<Tested> {
    let row = |hospital: &Hospital| {
        let own = tests.iter().filter(|test| test.hospital_id == hospital.hospital_id);
        let times: Vec<Option<i64>> = own.map(answered).collect();
        let heard: Vec<i64> = times.iter().flatten().copied().collect();
        Tested {
            name: when.lang.pick(&hospital.short_zh, &hospital.short_en).to_owned(),
            count: times.len(),
            unheard: times.len() - heard.len(),
            median: middle(heard).map_or_else(|| "–".into(), |ms| when.span(&ms)),
        }
    };
    hospitals.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use rules::calendar::{Calendar, WeekStart};

    use super::*;

    #[test]
    fn shares_stand_beside_what_they_are_of() {
        let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
        let when = When { lang: Lang::Zh, calendar };
        let now = Time(100 * Time::DAY_MS);
        let test = |days: i64, ms: Option<i64>| {
            let called_at = now.plus_days(-days).0;
            CallOut {
                call_out_id: String::new(),
                hospital_id: "hos_a".into(),
                called_at,
                rung: 0,
                answered_at: ms.map(|ms| called_at + ms),
                missed_at: ms.is_none().then_some(called_at + 300_000),
            }
        };
        let tests = [test(1, Some(9_000)), test(2, None), test(3, Some(61_000)), test(60, Some(1))];
        let month = tested(when, &tests, 30, now);
        assert_eq!((month.count, &*month.unheard, &*month.median), (3, "1", "1 分 1 秒"));
        assert_eq!(month.within[0], "1（33%）");
        assert_eq!(month.within[4], "2（67%）");
        let none = tested(when, &[], 30, now);
        assert_eq!((none.count, &*none.within[0], &*none.median), (0, "–", "–"));
    }
}
