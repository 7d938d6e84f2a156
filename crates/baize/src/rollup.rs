//! `baize bench rollup`: the city's annex of 10,000 institutions x 300 cells x 5 phases from the
//! sums that approvals keep, beside one SQL statement over all cells in the same run.

use ::dispatch::bench::Row;
use rules::calendar::{Calendar, WeekStart};
use server::clock::steady_ms;
use store::campaign::made::{self, Size};
use store::{Db, Ids};

use crate::{Trouble, live, packs};

/// The city of the bench; `BAIZE_BENCH_INSTITUTIONS` makes a smaller one.
const INSTITUTIONS: i64 = 10_000;
const CELLS: i64 = 300;
const PHASES: i64 = 5;
const LINES: i64 = 100;
/// The city's annex is there within a second.
const LIMIT_MS: f64 = 1_000.0;
/// Readings of each figure; the middle one counts.
const TIMES: usize = 7;

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// What one size of city costs, in milliseconds: kept sums, one statement, one annex in and out.
async fn measure(size: Size) -> Result<[f64; 3], Trouble> {
    let scratch = live::Scratch::make()?;
    measure_at(&scratch.url(), size).await
}

async fn measure_at(url: &str, size: Size) -> Result<[f64; 3], Trouble> {
    let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
    let db = Db::open(url, packs::read(calendar)?, Ids::counted(1), rules::Time(0)).await?;
    for phase in 1..=size.phases {
        db.write(move |tx| Box::pin(async move { made::make_phase(tx, size, phase).await }))
            .await?;
    }
    let mut figures = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..TIMES {
        let mut tx = db.read().await?;
        let from = steady_ms();
        let kept = made::city_from_sums(&mut tx).await?;
        figures[0].push(steady_ms() - from);
        // The statement over every cell takes long: twice is enough to see that it is no accident.
        if round < 2 {
            let from = steady_ms();
            let anew = made::city_from_cells(&mut tx).await?;
            figures[1].push(steady_ms() - from);
            if kept != anew {
                return Err(Trouble::say(format!("the sums differ: {kept:?} and {anew:?}")));
            }
        }
        drop(tx);
        let unit = 1 + i64::try_from(round).unwrap_or(0) * 11;
        let from = steady_ms();
        db.write(move |tx| Box::pin(async move { made::in_and_out(tx, size, unit).await })).await?;
        figures[2].push(steady_ms() - from);
    }
    Ok(figures.map(middle))
}

fn row(figure: &str, value: f64, (peer, peer_value): (&str, f64), target: &str) -> Row {
    Row {
        bench: "rollup",
        figure: figure.into(),
        value,
        unit: "ms",
        peer: peer.into(),
        peer_value,
        ratio: if value > 0.0 { peer_value / value } else { 0.0 },
        target: target.into(),
    }
}

/// Makes a small and a large city and measures both in one run.
///
/// # Errors
/// A sentence when there is no room for the city, or when the two ways disagree.
pub async fn rows() -> Result<Vec<Row>, Trouble> {
    let asked = std::env::var("BAIZE_BENCH_INSTITUTIONS").ok().and_then(|n| n.parse().ok());
    let institutions: i64 = asked.unwrap_or(INSTITUTIONS).clamp(10, 100_000);
    let large = Size { institutions, cells: CELLS, phases: PHASES, lines: LINES };
    let small = Size { institutions: institutions / 10, ..large };
    let [few_kept, _, few_edit] = measure(small).await?;
    let [kept, anew, edit] = measure(large).await?;
    let city = format!("the city's annex: {institutions} institutions x {CELLS} cells x {PHASES}");
    let tenth = "a tenth of the institutions";
    Ok(vec![
        row(&city, kept, ("limit", LIMIT_MS), "at most 1000 ms"),
        row(&city, kept, ("one SQL statement over all cells", anew), ">= 1"),
        row("the city's annex, flat", kept, (tenth, few_kept), ">= 0.5"),
        row("one institution's annex out and in again", edit, (tenth, few_edit), ">= 0.5"),
    ])
}
