//! The written parts of reports and summaries, and the list of what has come.

use rules::Time;
use rules::account::Permission;

use super::plan::campaign;
use super::submission::{Handing, reach, state_of};
use crate::account::CampaignReach;
use crate::event::By;
use crate::page::{Listed, Slice};
use crate::{Refusal, Result, Scope, Tx};

/// A section as it was written.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SectionText {
    pub section: String,
    pub body: String,
    pub written_at: i64,
}

/// The longest section.
const SECTION_MAX: usize = 5_000;

/// Writes a section of what is to be handed in [W43, W46].
///
/// # Errors
/// [`Refusal::Locked`] once it is handed in, [`Refusal::Unknown`] section, [`Refusal::Text`],
/// [`Refusal::NotAllowed`] for a reader; not found outside the scope.
pub async fn write_section(
    tx: &mut Tx,
    scope: &Scope,
    handing: Handing<'_>,
    (section, body): (&str, &str),
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let found = campaign(tx, scope, handing.campaign_id).await?;
    found.open()?;
    reach(tx, scope, handing).await?;
    let own = match scope.campaign() {
        CampaignReach::Line(line) => *line == handing.holder,
        CampaignReach::Institution(id) => *id == handing.holder,
        _ => false,
    };
    let writes = scope.may(Permission::KeepLedger) || scope.may(Permission::RunCampaign);
    if !own || !writes {
        return Err(Refusal::NotAllowed.into());
    }
    if !found.plan.sections_of(handing.deliverable).any(|known| known.code == section) {
        return Err(Refusal::Unknown.into());
    }
    if body.chars().count() > SECTION_MAX {
        return Err(Refusal::Text.into());
    }
    let state = state_of(tx, handing.campaign_id, handing.deliverable, handing.holder).await?;
    if !state.writable() {
        return Err(Refusal::Locked.into());
    }
    let by = By::account(&account, now);
    sqlx::query(
        "insert into submission_text (campaign_id, deliverable, holder, section, body, written_at,
            written_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (campaign_id, deliverable, holder, section) do update set
            body = excluded.body, written_at = excluded.written_at,
            written_by = excluded.written_by",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .bind(section)
    .bind(body.trim())
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// # Errors
/// Not found outside the scope.
pub async fn section_texts(
    tx: &mut Tx,
    scope: &Scope,
    handing: Handing<'_>,
) -> Result<Vec<SectionText>> {
    reach(tx, scope, handing).await?;
    Ok(sqlx::query_as(
        "select section, body, written_at from submission_text
         where campaign_id = $1 and deliverable = $2 and holder = $3 order by section",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .fetch_all(tx.conn())
    .await?)
}

/// An institution and what it has handed in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SubmissionLine {
    pub institution_id: String,
    pub branch: String,
    pub name_zh: String,
    pub name_en: String,
    pub level: String,
    pub state: Option<String>,
    pub first_submitted_at: Option<i64>,
    pub held_to_at: Option<i64>,
    pub returns: i64,
    pub total: i64,
}

/// Who has handed in a deliverable, and who has not: `all`, `missing`, `late`, `returned`.
pub async fn submissions(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    deliverable: &str,
    (view, branch): (&str, Option<&str>),
    slice: Slice,
) -> Result<Listed<SubmissionLine>> {
    let (line, institution, _) = scope.campaign().bounds();
    let rows: Vec<SubmissionLine> = sqlx::query_as(
        "select campaign_target.institution_id, campaign_target.branch, name_zh, name_en, level,
            state, first_submitted_at, held_to_at, coalesce(returns, 0) as returns,
            count(*) over () as total
         from campaign_target
         join institution on institution.institution_id = campaign_target.institution_id
         join institution_profile
           on institution_profile.institution_id = campaign_target.institution_id
         left join submission on submission.campaign_id = campaign_target.campaign_id
            and submission.deliverable = $2 and submission.holder = campaign_target.institution_id
         where campaign_target.campaign_id = $1
           and (cast($3 as text) is null or campaign_target.branch = $3)
           and (cast($4 as text) is null or campaign_target.institution_id = $4)
           and (cast($6 as text) is null or campaign_target.branch = $6)
           and ($5 = 'all' or ($5 = 'missing' and first_submitted_at is null)
                or ($5 = 'late' and first_submitted_at >= held_to_at)
                or ($5 = 'returned' and state = 'returned'))
         order by campaign_target.branch, sort_key limit $7 offset $8",
    )
    .bind(campaign_id)
    .bind(deliverable)
    .bind(line)
    .bind(institution)
    .bind(view)
    .bind(branch)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}
