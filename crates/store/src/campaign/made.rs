//! A made city of any size, for measuring the roll-up: nothing a real city ever calls.
//!
//! Each phase is a campaign of its own here, so that one city holds institutions x cells x phases.

use sqlx::Row;

use crate::{Result, Tx};

/// How large the made city is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub institutions: i64,
    pub cells: i64,
    pub phases: i64,
    /// Lines of the roll-up.
    pub lines: i64,
}

/// Fills the values of one phase, as approved, and the sums that approvals would have kept.
///
/// # Errors
/// When the database refuses.
pub async fn make_phase(tx: &mut Tx, size: Size, phase: i64) -> Result<u64> {
    let campaign_id = format!("cmp_made_{phase}");
    let rows = sqlx::query(
        "with recursive unit (n) as (select cast(1 as bigint) union all
            select n + 1 from unit where n < $2),
          cell (c) as (select cast(1 as bigint) union all select c + 1 from cell where c < $3)
         insert into annex_value (campaign_id, annex, institution_id, cell, branch, value, reason,
            revision, entered_at, entered_by)
         select cast($1 as text), 'annex_1', 'ins_' || n, 'c' || c, 'line_' || (n % $4),
            (n * 7 + c * 13) % 100, '', 1, 0, 'made'
         from unit cross join cell",
    )
    .bind(&campaign_id)
    .bind(size.institutions)
    .bind(size.cells)
    .bind(size.lines)
    .execute(tx.conn())
    .await?
    .rows_affected();
    sqlx::query(
        "insert into annex_total (campaign_id, annex, branch, cell, total, institutions)
         select campaign_id, annex, branch, cell, cast(sum(value) as bigint), count(*)
         from annex_value where campaign_id = $1 group by campaign_id, annex, branch, cell",
    )
    .bind(&campaign_id)
    .execute(tx.conn())
    .await?;
    Ok(rows)
}

/// The city's annex of every phase from the kept sums: cells, and what they add up to.
///
/// # Errors
/// When the database refuses.
pub async fn city_from_sums(tx: &mut Tx) -> Result<(i64, i64)> {
    let rows = sqlx::query(
        "select campaign_id, cell, cast(sum(total) as bigint) from annex_total
         where annex = 'annex_1' group by campaign_id, cell",
    )
    .fetch_all(tx.conn())
    .await?;
    added(&rows)
}

/// The same from every institution's cells, as one statement.
///
/// # Errors
/// When the database refuses.
pub async fn city_from_cells(tx: &mut Tx) -> Result<(i64, i64)> {
    let rows = sqlx::query(
        "select campaign_id, cell, cast(sum(value) as bigint) from annex_value
         where annex = 'annex_1' group by campaign_id, cell",
    )
    .fetch_all(tx.conn())
    .await?;
    added(&rows)
}

fn added(rows: &[sqlx::any::AnyRow]) -> Result<(i64, i64)> {
    let mut sum = 0;
    for row in rows {
        sum += row.try_get::<i64, _>(2)?;
    }
    Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), sum))
}

/// Takes one institution's figures out of its line and in again, as a returned annex does.
///
/// # Errors
/// When the database refuses.
pub async fn in_and_out(tx: &mut Tx, size: Size, unit: i64) -> Result<()> {
    let (institution, line) = (format!("ins_{unit}"), format!("line_{}", unit % size.lines));
    let handing =
        super::Handing { campaign_id: "cmp_made_1", deliverable: "annex_1", holder: &institution };
    super::annex::count_in(tx, handing, &institution, &line, -1).await?;
    super::annex::count_in(tx, handing, &institution, &line, 1).await
}
