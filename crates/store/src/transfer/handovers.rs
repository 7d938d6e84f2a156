//! Reading hand-overs: who may, one and many, and how fast they were taken.

use rules::Time;
use rules::account::Permission;
use rules::transfer::call::Direction;
use sqlx::Row;

use super::handover::Handover;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx, error};

/// Both desks read hand-overs, and whoever oversees the service; nobody else.
fn reads(scope: &Scope) -> (i64, bool) {
    let desks = scope.may(Permission::TakeCalls) || scope.may(Permission::Liaise120);
    let all = desks || scope.may(Permission::OverseeTransfer) || scope.account().is_none();
    (i64::from(all), desks || scope.account().is_none())
}

/// One hand-over.
pub async fn handover(tx: &mut Tx, scope: &Scope, handover_id: &str) -> Result<Handover> {
    let (may, people) = reads(scope);
    let row: Option<Handover> = sqlx::query_as(
        "select handover_id, handover_120.booking_id, booking.number as booking_number, direction,
            moment, reason, handover_120.asked_at, asker.name_zh as asked_zh,
            asker.name_en as asked_en, handover_120.accepted_at, taker.name_zh as accepted_zh,
            taker.name_en as accepted_en, declined_at, number_120, handover_120.words,
            cast(1 as bigint) as total
         from handover_120
         left join booking on booking.booking_id = handover_120.booking_id
         left join account asker on asker.account_id = handover_120.asked_by
         left join account taker on taker.account_id = handover_120.accepted_by
         where handover_id = $1 and $2 > 0",
    )
    .bind(handover_id)
    .bind(may)
    .fetch_optional(tx.conn())
    .await?;
    let mut found = row.ok_or(Error::NotFound("handover_120"))?;
    error::coded(Direction::of(&found.direction), "handover_120.direction", &found.direction)?;
    if !people {
        found.words = "{}".into();
    }
    Ok(found)
}

/// Hand-overs: `open`, `to_120`, `from_120` or `all`; those that wait come first, the oldest first.
pub async fn handovers(
    tx: &mut Tx,
    scope: &Scope,
    view: &str,
    slice: Slice,
) -> Result<Listed<Handover>> {
    let (may, people) = reads(scope);
    let mut rows: Vec<Handover> = sqlx::query_as(
        "select handover_id, handover_120.booking_id, booking.number as booking_number, direction,
            moment, reason, handover_120.asked_at, asker.name_zh as asked_zh,
            asker.name_en as asked_en, handover_120.accepted_at, taker.name_zh as accepted_zh,
            taker.name_en as accepted_en, declined_at, number_120, handover_120.words,
            count(*) over () as total
         from handover_120
         left join booking on booking.booking_id = handover_120.booking_id
         left join account asker on asker.account_id = handover_120.asked_by
         left join account taker on taker.account_id = handover_120.accepted_by
         where $1 > 0
           and ($2 = 'all' or direction = $2
                or ($2 = 'open' and handover_120.accepted_at is null and declined_at is null))
         order by case when handover_120.accepted_at is null and declined_at is null
            then handover_120.asked_at else cast(9000000000000000 as bigint) end,
            handover_120.asked_at desc, handover_id limit $3 offset $4",
    )
    .bind(may)
    .bind(view)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    if !people {
        rows.iter_mut().for_each(|row| row.words = "{}".into());
    }
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// The hand-overs of a booking that was read within a scope.
pub async fn handovers_of(tx: &mut Tx, booking_id: &str) -> Result<Vec<Handover>> {
    Ok(sqlx::query_as(
        "select handover_id, handover_120.booking_id, cast(null as text) as booking_number,
            direction, moment, reason, asked_at, asker.name_zh as asked_zh,
            asker.name_en as asked_en, accepted_at, taker.name_zh as accepted_zh,
            taker.name_en as accepted_en, declined_at, number_120, words,
            cast(1 as bigint) as total
         from handover_120
         left join account asker on asker.account_id = asked_by
         left join account taker on taker.account_id = accepted_by
         where booking_id = $1 order by asked_at, handover_id limit 50",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}

/// What passed between the two services in a span, one direction a row [T14].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandoverFigures {
    pub asked: i64,
    pub accepted: i64,
    pub declined: i64,
    /// Until somebody accepted.
    pub median_ms: i64,
    pub longest_ms: i64,
}

pub async fn handover_figures(
    tx: &mut Tx,
    direction: Direction,
    from: Time,
    until: Time,
) -> Result<HandoverFigures> {
    let rows = sqlx::query(
        "select asked_at, accepted_at, declined_at from handover_120
         where direction = $1 and asked_at >= $2 and asked_at < $3 order by asked_at limit 100000",
    )
    .bind(direction.code())
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?;
    let (mut figures, mut waits) = (HandoverFigures::default(), Vec::new());
    for row in &rows {
        let asked_at: i64 = row.try_get(0)?;
        let (accepted, declined): (Option<i64>, Option<i64>) = (row.try_get(1)?, row.try_get(2)?);
        figures.asked += 1;
        figures.declined += i64::from(declined.is_some());
        waits.extend(accepted.map(|at| at - asked_at));
    }
    waits.sort_unstable();
    figures.accepted = i64::try_from(waits.len()).unwrap_or(i64::MAX);
    figures.median_ms = waits.get(waits.len() / 2).copied().unwrap_or(0);
    figures.longest_ms = waits.last().copied().unwrap_or(0);
    Ok(figures)
}

/// Blanks what was told along with hand-overs whose time is over.
pub async fn forget_handovers(tx: &mut Tx, now: Time) -> Result<u64> {
    let forgotten =
        sqlx::query("update handover_120 set words = '{}', delete_at = null where delete_at <= $1")
            .bind(now.0)
            .execute(tx.conn())
            .await?;
    Ok(forgotten.rows_affected())
}
