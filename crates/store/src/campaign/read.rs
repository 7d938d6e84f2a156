//! Reading the ledger: one problem with its record, the list by filter, its counts.

use rules::Time;

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx};

/// One problem.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProblemRow {
    pub institution_id: String,
    pub problem_id: String,
    pub campaign_id: String,
    pub number: String,
    pub branch: String,
    pub department: String,
    pub item: String,
    pub source: String,
    pub weight: String,
    pub fix: String,
    pub title: String,
    pub found_at: i64,
    pub state: String,
    pub state_at: i64,
    pub measure: Option<String>,
    pub owner: Option<String>,
    pub owner_account: Option<String>,
    pub due_at: Option<i64>,
    pub submitted_at: Option<i64>,
    pub submitted_by: Option<String>,
    pub verified_at: Option<i64>,
    pub verified_by: Option<String>,
    pub struck_off_at: Option<i64>,
    pub struck_off_by: Option<String>,
    pub reopened: i64,
    pub repeats: i64,
    pub reached: String,
    pub climbs_at: Option<i64>,
    pub name_zh: String,
    pub name_en: String,
    pub sort_key: String,
}

impl ProblemRow {
    /// Evidence of an earlier end does not count for the next one.
    pub(super) fn evidence_since(&self) -> Time {
        Time(if self.reopened > 0 { self.state_at } else { self.found_at })
    }
}

/// # Errors
/// Not found outside the scope.
pub async fn problem(tx: &mut Tx, scope: &Scope, problem_id: &str) -> Result<ProblemRow> {
    let (line, institution, department) = scope.campaign().bounds();
    let row: Option<ProblemRow> = sqlx::query_as(
        "select problem.institution_id, problem_id, campaign_id, number, branch, department, item,
            source, weight, fix, title, found_at, state, state_at, measure, owner, owner_account,
            due_at, submitted_at, submitted_by, verified_at, verified_by, struck_off_at,
            struck_off_by, reopened, repeats, reached, climbs_at, name_zh, name_en, sort_key
         from problem join institution on institution.institution_id = problem.institution_id
         where problem_id = $1 and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or problem.institution_id = $3)
           and (cast($4 as text) is null or department = $4)",
    )
    .bind(problem_id)
    .bind(line)
    .bind(institution)
    .bind(department)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("problem"))
}

/// One line of a problem's record.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProblemStep {
    pub step: String,
    pub at: i64,
    pub by_account: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub role: Option<String>,
    pub body: String,
}

/// # Errors
/// Not found outside the scope.
pub async fn problem_steps(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
) -> Result<Vec<ProblemStep>> {
    let row = problem(tx, scope, problem_id).await?;
    Ok(sqlx::query_as(
        "select step, at, by_account, name_zh, name_en, role, body from problem_step
         left join account on account.account_id = by_account
         where problem_step.institution_id = $1 and problem_id = $2 order by step_no",
    )
    .bind(&row.institution_id)
    .bind(problem_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Which entries a list shows.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    /// `all`, `overdue`, `submitted`, `spot`, `reopened`, `open`, `struck_off`, `major`.
    pub view: String,
    pub branch: Option<String>,
    pub institution_id: Option<String>,
    pub department: Option<String>,
    pub item: Option<String>,
    pub text: Option<String>,
}

/// A problem on a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProblemLine {
    pub problem_id: String,
    pub institution_id: String,
    pub number: String,
    pub branch: String,
    pub department: String,
    pub item: String,
    pub source: String,
    pub weight: String,
    pub title: String,
    pub found_at: i64,
    pub state: String,
    pub measure: Option<String>,
    pub owner: Option<String>,
    pub due_at: Option<i64>,
    pub submitted_at: Option<i64>,
    pub struck_off_at: Option<i64>,
    pub reopened: i64,
    pub reached: String,
    pub name_zh: String,
    pub name_en: String,
    pub verifier_zh: Option<String>,
    pub verifier_en: Option<String>,
    pub striker_zh: Option<String>,
    pub striker_en: Option<String>,
    pub files: i64,
    pub total: i64,
}

/// The ledger by filter: overdue first, then by how near the end is, then the newest.
pub async fn ledger(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    filter: &LedgerFilter,
    now: Time,
    slice: Slice,
) -> Result<Listed<ProblemLine>> {
    let (line, institution, department) = scope.campaign().bounds();
    let rows: Vec<ProblemLine> = sqlx::query_as(
        "select problem_id, problem.institution_id, number, branch, problem.department, item,
            source, weight, title, found_at, state, measure, owner, due_at, submitted_at,
            struck_off_at, reopened, reached, institution.name_zh, institution.name_en,
            verifier.name_zh as verifier_zh, verifier.name_en as verifier_en,
            striker.name_zh as striker_zh, striker.name_en as striker_en,
            (select count(*) from attachment
             where subject_kind = 'problem' and subject = problem.problem_id
               and removed_at is null) as files,
            count(*) over () as total
         from problem join institution on institution.institution_id = problem.institution_id
         left join account as verifier on verifier.account_id = verified_by
         left join account as striker on striker.account_id = struck_off_by
         where campaign_id = $1 and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or problem.institution_id = $3)
           and (cast($4 as text) is null or problem.department = $4)
           and ($5 = 'all'
                or ($5 = 'overdue' and due_at < $6 and submitted_at is null
                    and state <> 'struck_off')
                or ($5 = 'submitted' and state in ('submitted', 'verified'))
                or ($5 = 'spot' and source <> 'self_inspection')
                or ($5 = 'reopened' and reopened > 0)
                or ($5 = 'open' and state <> 'struck_off')
                or ($5 = 'struck_off' and state = 'struck_off')
                or ($5 = 'major' and weight = 'major'))
           and (cast($7 as text) is null or branch = $7)
           and (cast($8 as text) is null or problem.institution_id = $8)
           and (cast($9 as text) is null or problem.department = $9)
           and (cast($10 as text) is null or item = $10)
           and (cast($11 as text) is null or title like $11 escape '!'
                or number like $11 escape '!' or institution.sort_key like $11 escape '!')
         order by case when state = 'struck_off' then 2
                       when due_at < $6 and submitted_at is null then 0 else 1 end,
            due_at nulls last, found_at desc, problem_id limit $12 offset $13",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(&filter.view)
    .bind(now.0)
    .bind(&filter.branch)
    .bind(&filter.institution_id)
    .bind(&filter.department)
    .bind(&filter.item)
    .bind(filter.text.as_deref().map(like_pattern))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// What the ledger's head shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct LedgerCounts {
    pub all: i64,
    pub overdue: i64,
    pub submitted: i64,
    pub spot: i64,
    pub reopened: i64,
    pub struck_off: i64,
    pub major: i64,
    /// How often anything was struck off, and how often anything came back.
    pub ends: i64,
    pub returns: i64,
}

pub async fn ledger_counts(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    now: Time,
) -> Result<LedgerCounts> {
    let (line, institution, department) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select count(*) as \"all\",
            count(case when due_at < $5 and submitted_at is null and state <> 'struck_off'
                       then 1 end) as overdue,
            count(case when state in ('submitted', 'verified') then 1 end) as submitted,
            count(case when source <> 'self_inspection' then 1 end) as spot,
            count(case when reopened > 0 then 1 end) as reopened,
            count(case when state = 'struck_off' then 1 end) as struck_off,
            count(case when weight = 'major' then 1 end) as major,
            cast(coalesce(sum(struck_off), 0) as bigint) as ends,
            cast(coalesce(sum(reopened), 0) as bigint) as returns
         from problem where campaign_id = $1 and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or institution_id = $3)
           and (cast($4 as text) is null or department = $4)",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(now.0)
    .fetch_one(tx.conn())
    .await?)
}

/// Whoever may own a rectification: the people of the problem's own institution.
///
/// # Errors
/// Not found outside the scope.
pub async fn owners(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
) -> Result<Vec<crate::account::Colleague>> {
    let row = problem(tx, scope, problem_id).await?;
    // A bureau needs no list of a hospital's accounts.
    if scope.campaign().bounds().1.is_none() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "select account_id, name_zh, name_en from account
         where institution_id = $1 and disabled_at is null
           and role in ('medical_department', 'department_head', 'first_responsible')
         order by login",
    )
    .bind(&row.institution_id)
    .fetch_all(tx.conn())
    .await?)
}
