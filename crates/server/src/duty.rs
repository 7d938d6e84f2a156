//! The duty screen: one picture for a wall, cut at fixed numbers, alive for days [N52's mode].

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use rules::account::Permission;
use store::{alert, checkin, operation};

use crate::App;
use crate::bureau::{Counters, Map, Ranked, counters, map, ranked};
use crate::fault::{Answer, InLang, draw};
use crate::sentence::{self, FeedLine};
use crate::session::SignedIn;
use crate::shell::{Shell, shell, wants_fragment};

const ALERTS: usize = 4;
const CHECKS: i64 = 6;
const OPERATIONS: i64 = 3;
/// The first hour of the chart; earlier operations are counted in it.
const FIRST_HOUR: i64 = 8;
const LAST_HOUR: i64 = 20;

/// One bar of the chart of hours, in the chart's own units.
pub(crate) struct Bar {
    pub hour: i64,
    pub count: i64,
    pub x: i64,
    pub y: i64,
    pub height: i64,
    pub now: bool,
}

/// One lane of the ruler of running operations.
pub(crate) struct Lane {
    pub place: String,
    pub what: String,
    pub planned: String,
    pub running: String,
    pub words: String,
    pub from: i64,
    pub timer: String,
}

pub(crate) struct Board {
    pub counters: Counters,
    pub alerts: Vec<Ranked>,
    pub more: i64,
    pub feed: Vec<FeedLine>,
    pub lanes: Vec<Lane>,
    pub ticks: Vec<(String, String)>,
    pub bars: Vec<Bar>,
    pub bars_text: String,
}

#[derive(Template)]
#[template(path = "bureau/duty.html")]
struct Duty {
    shell: Shell,
    board: Board,
    map: Map,
    part: bool,
}

#[derive(Template)]
#[template(path = "bureau/duty_part.html")]
struct DutyPart {
    shell: Shell,
    board: Board,
    map: Map,
    part: bool,
}

/// `GET /duty`
pub(crate) async fn screen(State(app): State<App>, who: SignedIn, headers: HeaderMap) -> Answer {
    who.need(Permission::Watch)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/duty").await?;
    let board = board(&app, &who, &mut tx, &shell).await?;
    let map = map(&app, &who, &mut tx).await?;
    if wants_fragment(&headers) {
        return draw(&DutyPart { shell, board, map, part: true }, lang);
    }
    draw(&Duty { shell, board, map, part: false }, lang)
}

async fn board(app: &App, who: &SignedIn, tx: &mut store::Tx, shell: &Shell) -> Answer<Board> {
    let (lang, now, when) = (who.lang, app.now(), shell.when);
    let counters = counters(app, who, tx).await?;
    let listed = alert::worklist(tx, &who.scope, now, ALERTS).await.told(lang)?;
    let alerts: Vec<Ranked> =
        listed.rows.iter().map(|(line, risk)| ranked(when, tx, 0, line, *risk, now.0)).collect();
    let rows = checkin::feed(tx, &who.scope, None, CHECKS).await.told(lang)?;
    let feed = rows.iter().map(|row| sentence::feed_line(when, tx.packs(), row, now.0)).collect();
    let open = operation::open_now(tx, &who.scope, OPERATIONS).await.told(lang)?;
    // Four hours on the ruler: one that has passed, three to come.
    let start = (now.0 - 3_600_000).div_euclid(3_600_000) * 3_600_000;
    let span = 4 * 3_600_000;
    let percent = |at: i64| (at - start).clamp(0, span) as f64 * 100.0 / span as f64;
    let bar = |from: i64, to: i64| {
        format!("left:{:.3}%;width:{:.3}%", percent(from), (percent(to) - percent(from)).max(0.2))
    };
    let lanes = open
        .iter()
        .map(|one| Lane {
            place: format!(
                "{}·{}",
                lang.pick(&one.short_zh, &one.short_en),
                sentence::room(lang, &one.room_kind, one.room_number)
            ),
            what: format!(
                "{}{}{}",
                sentence::procedure(lang, tx.packs(), &one.procedure_code, one.planned_at),
                lang.pick("，", ", "),
                lang.pick_or(one.attending_zh.as_deref(), one.attending_en.as_deref())
            ),
            planned: bar(one.planned_at, one.planned_at + one.planned_min * 60_000),
            running: bar(one.started_at, now.0),
            words: format!("left:calc({:.3}% + 12px)", percent(now.0)),
            from: one.started_at,
            timer: when.timer(&(now.0 - one.started_at)),
        })
        .collect();
    let ticks = (0..=4)
        .map(|n| start + n * 3_600_000)
        .map(|at| (format!("{:.3}", percent(at)), when.hm(&at)))
        .collect();
    let hours = operation::hours(tx, &who.scope, app.city().calendar.periods(now).day, now)
        .await
        .told(lang)?;
    let (bars, bars_text) = bars(shell, &hours, now.0);
    Ok(Board {
        more: listed.total - i64::try_from(alerts.len()).unwrap_or(0),
        counters,
        alerts,
        feed,
        lanes,
        ticks,
        bars,
        bars_text,
    })
}

/// The chart is drawn in 360 by 180 units.
fn bars(shell: &Shell, hours: &[operation::Hour], now: i64) -> (Vec<Bar>, String) {
    let calendar = shell.when.calendar;
    let hour_now = calendar.minute_of_day(rules::Time(now)) / 60;
    let last = hour_now.clamp(FIRST_HOUR + 7, LAST_HOUR);
    let count_of = |hour: i64| -> i64 {
        hours
            .iter()
            .filter(|one| one.hour == hour || (hour == FIRST_HOUR && one.hour < hour))
            .map(|one| one.operations)
            .sum()
    };
    let most = (FIRST_HOUR..=last).map(count_of).max().unwrap_or(0).max(1);
    let width = 360 / (last - FIRST_HOUR + 1);
    let bars: Vec<Bar> = (FIRST_HOUR..=last)
        .map(|hour| {
            let count = count_of(hour);
            let height = count * 130 / most;
            Bar {
                hour,
                count,
                x: (hour - FIRST_HOUR) * width + width / 6,
                y: 152 - height,
                height,
                now: hour == hour_now,
            }
        })
        .collect();
    let words: Vec<String> = bars
        .iter()
        .filter(|bar| bar.count > 0)
        .map(|bar| shell.lang.duty_hour_text(bar.hour, bar.count))
        .collect();
    (bars, words.join(shell.lang.pick("，", ", ")))
}
