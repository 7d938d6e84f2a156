//! Dead corners (死角): places of the campaign whose sheet has not been handed in, unit by unit and
//! department by department [W30].

use rules::Time;
use rules::campaign::WHOLE;

use super::plan::campaign;
use super::self_inspection::items_of;
use crate::page::{Listed, Slice};
use crate::{Result, Scope, Tx};

/// A place whose sheet is still open.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Corner {
    pub institution_id: String,
    pub branch: String,
    pub name_zh: String,
    pub name_en: String,
    pub department: String,
    pub started_at: Option<i64>,
    pub answered: i64,
    /// Set from the lists: how many items the place has.
    #[sqlx(default)]
    pub items: i64,
    pub total: i64,
}

/// Which corners a list shows.
#[derive(Clone, Debug, Default)]
pub struct CornerFilter {
    pub branch: Option<String>,
    pub department: Option<String>,
}

/// The open places in reach, by line, unit and department.
///
/// # Errors
/// Not found outside the scope.
pub async fn dead_corners(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    filter: &CornerFilter,
    now: Time,
    slice: Slice,
) -> Result<Listed<Corner>> {
    let found = campaign(tx, scope, campaign_id).await?;
    let (line, institution, own) = scope.campaign().bounds();
    let (own, line) = (own.map(str::to_owned), line.map(str::to_owned));
    let institution = institution.map(str::to_owned);
    let packs = tx.packs();
    // Only places that a list asks something of can be corners.
    let known = packs.departments().map(|one| one.code.clone()).chain([WHOLE.to_owned()]);
    let asked: Vec<String> =
        known.filter(|place| !items_of(packs, &found, place).is_empty()).collect();
    let mut rows: Vec<Corner> = sqlx::query_as(
        "with place as (
            select branch, campaign_target.institution_id, department.department
            from campaign_target
            join department on department.institution_id = campaign_target.institution_id
            where campaign_id = $1 and (closed_at is null or closed_at > $2)
            union all
            select branch, institution_id, cast($3 as text) from campaign_target
            where campaign_id = $1)
         select place.institution_id, place.branch, name_zh, name_en, place.department, started_at,
            (select count(*) from self_inspection_answer
             where self_inspection_answer.campaign_id = $1
               and self_inspection_answer.institution_id = place.institution_id
               and self_inspection_answer.department = place.department) as answered,
            count(*) over () as total
         from place
         join institution on institution.institution_id = place.institution_id
         left join self_inspection on self_inspection.campaign_id = $1
            and self_inspection.institution_id = place.institution_id
            and self_inspection.department = place.department
         where submitted_at is null and cast($4 as text) like '%,' || place.department || ',%'
           and (cast($5 as text) is null or place.branch = $5)
           and (cast($6 as text) is null or place.institution_id = $6)
           and (cast($7 as text) is null or place.department = $7)
           and (cast($8 as text) is null or place.branch = $8)
           and (cast($9 as text) is null or place.department = $9)
         order by place.branch, sort_key, place.institution_id, place.department
         limit $10 offset $11",
    )
    .bind(campaign_id)
    .bind(now.0)
    .bind(WHOLE)
    .bind(format!(",{},", asked.join(",")))
    .bind(line)
    .bind(institution)
    .bind(own)
    .bind(&filter.branch)
    .bind(&filter.department)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    for row in &mut rows {
        let items = items_of(tx.packs(), &found, &row.department).len();
        row.items = i64::try_from(items).unwrap_or(0);
    }
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}
