//! Annexes added up: institution to line to city, each figure with the entries behind it.

use crate::page::{Listed, Slice};
use crate::{Result, Scope, Tx};

use super::plan::campaign;
use super::read::ProblemLine;

/// A line's sum of one cell.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct CellTotal {
    pub branch: String,
    pub cell: String,
    pub total: i64,
    pub institutions: i64,
    /// The state of the line's own submission; none for lines that are no territory.
    pub state: Option<String>,
}

impl CellTotal {
    /// Whether the city's annex counts it: the city has approved the line, or none is between.
    pub fn counts(&self) -> bool {
        !rules::campaign::Branch::is_district(&self.branch)
            || self.state.as_deref() == Some("approved")
    }
}

/// The sums of every line in reach, of what the lines have approved.
///
/// # Errors
/// Not found outside the scope.
pub async fn roll_up(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    annex: &str,
) -> Result<Vec<CellTotal>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    // An institution reads its own annex, not its district's.
    if institution.is_some() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "select annex_total.branch, cell, total, institutions, state from annex_total
         left join submission on submission.campaign_id = annex_total.campaign_id
            and deliverable = annex and holder = annex_total.branch
         where annex_total.campaign_id = $1 and annex = $2 and institutions > 0
           and (cast($3 as text) is null or annex_total.branch = $3)
         order by annex_total.branch, cell",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(line)
    .fetch_all(tx.conn())
    .await?)
}

/// An institution's figure of one cell.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AnnexLine {
    pub institution_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub branch: String,
    pub level: String,
    pub cell: String,
    pub value: Option<i64>,
    pub reason: String,
    pub state: String,
}

/// Figures of the institutions of a line that have handed in.
pub async fn annex_lines(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, annex): (&str, &str),
    branch: Option<&str>,
) -> Result<Vec<AnnexLine>> {
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select annex_value.institution_id, name_zh, name_en, annex_value.branch, level, cell,
            value, reason, state
         from annex_value
         join institution on institution.institution_id = annex_value.institution_id
         join institution_profile
           on institution_profile.institution_id = annex_value.institution_id
         join submission on submission.campaign_id = annex_value.campaign_id
            and deliverable = annex and holder = annex_value.institution_id
         where annex_value.campaign_id = $1 and annex = $2
           and state in ('submitted', 'approved')
           and (cast($3 as text) is null or annex_value.branch = $3)
           and (cast($4 as text) is null or annex_value.institution_id = $4)
           and (cast($5 as text) is null or annex_value.branch = $5)
         order by annex_value.branch, sort_key, cell limit $6",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(line)
    .bind(institution)
    .bind(branch)
    .bind(LINES_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// Figures of one line shown at once: a district of two thousand institutions with twelve cells.
const LINES_MAX: i64 = 24_000;

/// The entries of the ledger behind a figure: of an institution, a line, or the city.
pub async fn annex_entries(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, annex, cell): (&str, &str, &str),
    (branch, of_institution): (Option<&str>, Option<&str>),
    slice: Slice,
) -> Result<Listed<ProblemLine>> {
    let (line, institution, department) = scope.campaign().bounds();
    let rows: Vec<ProblemLine> = sqlx::query_as(
        "select problem.problem_id, problem.institution_id, number, problem.branch,
            problem.department, item, source, weight, title, found_at, problem.state, measure,
            owner, due_at, submitted_at, struck_off_at, reopened, reached, institution.name_zh,
            institution.name_en, cast(null as text) as verifier_zh,
            cast(null as text) as verifier_en, cast(null as text) as striker_zh,
            cast(null as text) as striker_en, cast(0 as bigint) as files,
            count(*) over () as total
         from annex_entry
         join problem on problem.institution_id = annex_entry.institution_id
            and problem.problem_id = annex_entry.problem_id
         join institution on institution.institution_id = problem.institution_id
         join submission on submission.campaign_id = annex_entry.campaign_id
            and submission.deliverable = annex_entry.annex
            and submission.holder = annex_entry.institution_id
         left join submission as above on above.campaign_id = annex_entry.campaign_id
            and above.deliverable = annex_entry.annex and above.holder = problem.branch
         where annex_entry.campaign_id = $1 and annex_entry.annex = $2 and annex_entry.cell = $3
           and (cast($4 as text) is null or problem.branch = $4)
           and (cast($5 as text) is null or problem.institution_id = $5)
           and (cast($6 as text) is null or problem.department = $6)
           and (cast($7 as text) is null or problem.branch = $7)
           and (cast($8 as text) is null or problem.institution_id = $8)
           and (cast($8 as text) is not null or submission.state = 'approved')
           and (cast($7 as text) is not null or cast($8 as text) is not null
                or above.state = 'approved'
                or problem.branch in ('affiliated', 'provincial', 'military'))
         order by problem.branch, sort_key, number limit $9 offset $10",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(cell)
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(branch)
    .bind(of_institution)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}
