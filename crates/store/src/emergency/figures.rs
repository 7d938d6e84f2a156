//! What the channel achieves, from the cases' own times. Drills are counted apart and merged cases
//! not twice.

use rules::Time;
use rules::emergency::shares;
use sqlx::Row;

use crate::{Result, Tx};

/// How long it took until a human heard a case; `None` while nobody has.
#[derive(Clone, Debug)]
pub struct Heard {
    pub emergency_id: String,
    pub heard_ms: Option<i64>,
    pub accepted_ms: Option<i64>,
    pub arrived_ms: Option<i64>,
    pub open: bool,
}

/// The cases of a span, oldest first. Public figures: no place, no person, no institution.
pub async fn heard(tx: &mut Tx, from: Time, until: Time, drills: bool) -> Result<Vec<Heard>> {
    let rows = sqlx::query(
        "select emergency_id, raised_at, acknowledged_at, accepted_at, arrived_at,
            coalesce(closed_at, stood_down_at) as ended_at
         from emergency
         where raised_at >= $1 and raised_at < $2 and merged_at is null
           and (drill_at is null) = ($3 = 0)
         order by raised_at, emergency_id",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(i64::from(drills))
    .fetch_all(tx.conn())
    .await?;
    rows.iter()
        .map(|row| {
            let raised: i64 = row.try_get(1)?;
            let since = |at: Option<i64>| at.map(|at| (at - raised).max(0));
            let acknowledged: Option<i64> = row.try_get(2)?;
            let accepted: Option<i64> = row.try_get(3)?;
            let first = [acknowledged, accepted].into_iter().flatten().min();
            let ended: Option<i64> = row.try_get(5)?;
            Ok(Heard {
                emergency_id: row.try_get(0)?,
                heard_ms: since(first),
                accepted_ms: since(accepted),
                arrived_ms: since(row.try_get(4)?),
                open: ended.is_none(),
            })
        })
        .collect()
}

/// The figures of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    pub cases: i64,
    pub open: i64,
    /// Heard within 10, 15, 20, 60 and 180 seconds.
    pub within: [i64; 5],
    pub median_heard_ms: Option<i64>,
    pub median_accepted_ms: Option<i64>,
    pub median_arrived_ms: Option<i64>,
    pub unheard: i64,
}

fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => None,
        1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2),
    }
}

/// The figures of the cases of a span; drills apart.
pub async fn figures(tx: &mut Tx, from: Time, until: Time, drills: bool) -> Result<Figures> {
    let cases = heard(tx, from, until, drills).await?;
    let times: Vec<Option<i64>> = cases.iter().map(|case| case.heard_ms).collect();
    let (within, count) = shares(&times);
    Ok(Figures {
        cases: count,
        open: i64::try_from(cases.iter().filter(|case| case.open).count()).unwrap_or(0),
        within,
        median_heard_ms: median(times.iter().flatten().copied().collect()),
        median_accepted_ms: median(cases.iter().filter_map(|case| case.accepted_ms).collect()),
        median_arrived_ms: median(cases.iter().filter_map(|case| case.arrived_ms).collect()),
        unheard: i64::try_from(times.iter().filter(|ms| ms.is_none()).count()).unwrap_or(0),
    })
}
