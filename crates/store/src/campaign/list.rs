//! Lists of campaigns and of the institutions they are for.

use sqlx::Row;

use crate::{Error, Result, Scope, Tx};

/// A campaign on a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CampaignLine {
    pub campaign_id: String,
    pub code: String,
    /// The programme that it is part of.
    pub parent_id: Option<String>,
    pub title_zh: String,
    pub title_en: String,
    pub number: String,
    pub begins_at: i64,
    pub ends_at: i64,
    pub published_at: Option<i64>,
    pub cancelled_at: Option<i64>,
    pub targets: i64,
    pub problems: i64,
    pub struck_off: i64,
}

/// Campaigns shown at once; a city has a few a year.
const CAMPAIGNS_MAX: i64 = 200;

/// Campaigns, the latest first, with their figures as far as the scope reaches.
pub async fn campaigns(tx: &mut Tx, scope: &Scope) -> Result<Vec<CampaignLine>> {
    let (line, institution, department) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select campaign_id, code, parent_id, title_zh, title_en, number, begins_at, ends_at,
            published_at, cancelled_at,
            (select count(*) from campaign_target
             where campaign_target.campaign_id = campaign.campaign_id
               and (cast($1 as text) is null or branch = $1)
               and (cast($2 as text) is null or institution_id = $2)) as targets,
            (select count(*) from problem where problem.campaign_id = campaign.campaign_id
               and (cast($1 as text) is null or branch = $1)
               and (cast($2 as text) is null or institution_id = $2)
               and (cast($3 as text) is null or department = $3)) as problems,
            (select count(*) from problem where problem.campaign_id = campaign.campaign_id
               and state = 'struck_off'
               and (cast($1 as text) is null or branch = $1)
               and (cast($2 as text) is null or institution_id = $2)
               and (cast($3 as text) is null or department = $3)) as struck_off
         from campaign
         where (cast($1 as text) is null and cast($2 as text) is null)
            or exists (select 1 from campaign_target
                where campaign_target.campaign_id = campaign.campaign_id
                  and (cast($1 as text) is null or branch = $1)
                  and (cast($2 as text) is null or institution_id = $2))
         order by begins_at desc, code limit $4",
    )
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(CAMPAIGNS_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// An institution that a campaign is for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Target {
    pub institution_id: String,
    pub branch: String,
    pub name_zh: String,
    pub name_en: String,
    pub code: String,
    pub level: String,
    pub ownership: String,
    pub staff: i64,
    pub dialysis_stations: i64,
    pub focus_at: Option<i64>,
}

/// The targets in reach, by line and name.
pub async fn targets(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<Target>> {
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select campaign_target.institution_id, campaign_target.branch, name_zh, name_en, code,
            level, ownership, staff, dialysis_stations, focus_at
         from campaign_target
         join institution on institution.institution_id = campaign_target.institution_id
         join institution_profile
           on institution_profile.institution_id = campaign_target.institution_id
         where campaign_id = $1 and (cast($2 as text) is null or campaign_target.branch = $2)
           and (cast($3 as text) is null or campaign_target.institution_id = $3)
         order by campaign_target.branch, sort_key",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?)
}

/// The line of a target within the scope.
///
/// # Errors
/// Not found when the campaign is not for that institution, or the scope does not reach it.
pub(super) async fn line_of(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    institution_id: &str,
) -> Result<String> {
    let (line, institution, _) = scope.campaign().bounds();
    let row = sqlx::query(
        "select branch from campaign_target
         where campaign_id = $1 and institution_id = $2
           and (cast($3 as text) is null or branch = $3)
           and (cast($4 as text) is null or institution_id = $4)",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(line)
    .bind(institution)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.ok_or(Error::NotFound("campaign_target"))?.try_get(0)?)
}

/// The units whose changes an account's live stream tells of.
pub async fn units_heard(tx: &mut Tx, scope: &Scope) -> Result<Vec<String>> {
    let (line, institution, _) = scope.campaign().bounds();
    let rows = sqlx::query(
        "select distinct institution_id from campaign_target
         where (cast($1 as text) is null or branch = $1)
           and (cast($2 as text) is null or institution_id = $2) order by institution_id",
    )
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}
