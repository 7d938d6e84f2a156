//! Figures of a campaign by line: what has come, what is covered, what was found and struck off.

use std::collections::BTreeMap;

use rules::Time;
use rules::campaign::{Assessment, Coverage, Score, WHOLE, assess};
use sqlx::Row;

use super::plan::{Campaign, campaign};
use super::self_inspection::items_of;
use crate::{Error, Result, Scope, Tx};

/// Completeness and timeliness of a deliverable by line, with the line's ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Completeness {
    pub branch: String,
    pub expected: i64,
    /// Handed in at least once.
    pub came: i64,
    pub in_time: i64,
    /// Returned and not yet handed in again.
    pub returned: i64,
    pub problems: i64,
    pub struck_off: i64,
}

/// By line, in the order of their codes.
///
/// # Errors
/// Not found outside the scope.
pub async fn completeness(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    deliverable: &str,
) -> Result<Vec<Completeness>> {
    let found = campaign(tx, scope, campaign_id).await?;
    let one = found.plan.deliverable(deliverable).ok_or(Error::NotFound("deliverable"))?;
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select campaign_target.branch, count(*) as expected,
            count(submission.first_submitted_at) as came,
            count(case when first_submitted_at < held_to_at then 1 end) as in_time,
            count(case when submission.state = 'returned' then 1 end) as returned,
            (select count(*) from problem where problem.campaign_id = $1
               and problem.branch = campaign_target.branch
               and (cast($5 as text) is null or problem.institution_id = $5)) as problems,
            (select count(*) from problem where problem.campaign_id = $1
               and problem.branch = campaign_target.branch and problem.state = 'struck_off'
               and (cast($5 as text) is null or problem.institution_id = $5)) as struck_off
         from campaign_target
         join institution_profile
           on institution_profile.institution_id = campaign_target.institution_id
         left join submission on submission.campaign_id = campaign_target.campaign_id
            and submission.deliverable = $2 and submission.holder = campaign_target.institution_id
         where campaign_target.campaign_id = $1 and ($3 = 0 or dialysis_stations > 0)
           and (cast($4 as text) is null or campaign_target.branch = $4)
           and (cast($5 as text) is null or campaign_target.institution_id = $5)
         group by campaign_target.branch order by campaign_target.branch",
    )
    .bind(campaign_id)
    .bind(deliverable)
    .bind(i64::from(one.dialysis_only))
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?)
}

/// Coverage by line: institutions x departments x items [W30].
///
/// # Errors
/// Not found outside the scope.
pub async fn coverage(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    now: Time,
) -> Result<BTreeMap<String, Coverage>> {
    let found = campaign(tx, scope, campaign_id).await?;
    let mut by_line: BTreeMap<String, Coverage> = BTreeMap::new();
    for (line, place, count, done, answered) in places_by_line(tx, scope, &found, now).await? {
        let items = i64::try_from(items_of(tx.packs(), &found, &place).len()).unwrap_or(0);
        if items == 0 {
            continue;
        }
        let part = Coverage {
            places: count,
            places_done: done,
            items: items * count,
            // A place that handed in has answered everything that was asked of it.
            answered: done * items + answered.min((count - done) * items),
        };
        let sum = by_line.entry(line).or_default();
        *sum = sum.plus(part);
    }
    Ok(by_line)
}

type Places = (String, String, i64, i64, i64);

/// Line, place, how many institutions have it, how many handed its sheet in, and the answers of
/// those that have not.
async fn places_by_line(
    tx: &mut Tx,
    scope: &Scope,
    found: &Campaign,
    now: Time,
) -> Result<Vec<Places>> {
    let (line, institution, _) = scope.campaign().bounds();
    let rows = sqlx::query(
        "with place as (
            select branch, campaign_target.institution_id, department.department
            from campaign_target
            join department on department.institution_id = campaign_target.institution_id
            where campaign_id = $1 and (closed_at is null or closed_at > $2)
            union all
            select branch, institution_id, cast($3 as text) from campaign_target
            where campaign_id = $1)
         select place.branch, place.department, count(*),
            count(self_inspection.submitted_at),
            cast(coalesce(sum(case when self_inspection.submitted_at is null then
               (select count(*) from self_inspection_answer
                where self_inspection_answer.campaign_id = $1
                  and self_inspection_answer.institution_id = place.institution_id
                  and self_inspection_answer.department = place.department) end), 0) as bigint)
         from place
         left join self_inspection on self_inspection.campaign_id = $1
            and self_inspection.institution_id = place.institution_id
            and self_inspection.department = place.department
         where (cast($4 as text) is null or place.branch = $4)
           and (cast($5 as text) is null or place.institution_id = $5)
         group by place.branch, place.department order by place.branch, place.department",
    )
    .bind(&found.campaign_id)
    .bind(now.0)
    .bind(WHOLE)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?))
    };
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// A line's facts and points.
#[derive(Clone, Debug)]
pub struct LineFigures {
    pub branch: String,
    pub facts: Assessment,
    pub score: Score,
}

/// The year-end assessment by line with its working [W41].
///
/// # Errors
/// Not found outside the scope.
pub async fn assessments(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    now: Time,
) -> Result<Vec<LineFigures>> {
    let found = campaign(tx, scope, campaign_id).await?;
    let covered = coverage(tx, scope, campaign_id, now).await?;
    let (line, institution, _) = scope.campaign().bounds();
    let rows = sqlx::query(
        "select spot_check.branch, count(*), count(case when answer = 'met' then 1 end)
         from spot_answer
         join spot_check on spot_check.institution_id = spot_answer.institution_id
            and spot_check.spot_check_id = spot_answer.spot_check_id
         where campaign_id = $1 and answer <> 'not_applicable'
           and (cast($2 as text) is null or spot_check.branch = $2)
           and (cast($3 as text) is null or spot_check.institution_id = $3)
         group by spot_check.branch",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?;
    let mut looked: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in &rows {
        looked.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
    }
    let mut lines = Vec::new();
    for one in completeness(tx, scope, campaign_id, super::self_inspection::REPORT).await? {
        let cover = covered.get(&one.branch).copied().unwrap_or_default();
        let (looked_at, met) = looked.get(&one.branch).copied().unwrap_or_default();
        let facts = Assessment {
            answered: cover.answered,
            items: cover.items,
            in_time: one.in_time,
            expected: one.expected,
            struck_off: one.struck_off,
            problems: one.problems,
            looked_at,
            met,
        };
        let score = assess(found.plan.weights, facts);
        lines.push(LineFigures { branch: one.branch, facts, score });
    }
    Ok(lines)
}
