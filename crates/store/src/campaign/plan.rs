//! A campaign as it stands: read, its deadlines moved, cancelled.

use rules::Time;
use rules::account::Permission;
use rules::campaign::Plan;
use serde_json::json;

use crate::account::CampaignReach;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct Campaign {
    pub campaign_id: String,
    pub code: String,
    pub template: String,
    pub pack_version: String,
    pub parent_id: Option<String>,
    pub title: [String; 2],
    pub number: String,
    pub issuer: [String; 2],
    pub basis: [String; 2],
    pub contact: [String; 2],
    pub begins_at: i64,
    pub ends_at: i64,
    pub plan: Plan,
    pub made_by: String,
    /// Who changed the draft last, when somebody did.
    pub adapted_by: Option<String>,
    pub reviewed_at: Option<i64>,
    pub reviewed_by: Option<String>,
    pub published_at: Option<i64>,
    pub published_by: Option<String>,
    pub cancelled_at: Option<i64>,
    pub cancel_reason: Option<String>,
}

impl Campaign {
    /// Whether work is taken: published, and not cancelled.
    pub(super) fn open(&self) -> Result<()> {
        if self.published_at.is_some() && self.cancelled_at.is_none() {
            return Ok(());
        }
        Err(Refusal::CampaignClosed.into())
    }

    /// Whether the words of the draft are this person's.
    pub(super) fn wrote(&self, who: &str) -> bool {
        self.made_by == who || self.adapted_by.as_deref() == Some(who)
    }
}

#[derive(sqlx::FromRow)]
struct CampaignRow {
    campaign_id: String,
    code: String,
    template: String,
    pack_version: String,
    parent_id: Option<String>,
    title_zh: String,
    title_en: String,
    number: String,
    issuer_zh: String,
    issuer_en: String,
    basis_zh: String,
    basis_en: String,
    contact_zh: String,
    contact_en: String,
    begins_at: i64,
    ends_at: i64,
    plan: String,
    made_by: String,
    adapted_by: Option<String>,
    reviewed_at: Option<i64>,
    reviewed_by: Option<String>,
    published_at: Option<i64>,
    published_by: Option<String>,
    cancelled_at: Option<i64>,
    cancel_reason: Option<String>,
}

impl CampaignRow {
    fn campaign(self) -> Result<Campaign> {
        Ok(Campaign {
            plan: serde_json::from_str(&self.plan)
                .map_err(|error| Error::Corrupt(format!("campaign.plan: {error}")))?,
            campaign_id: self.campaign_id,
            code: self.code,
            template: self.template,
            pack_version: self.pack_version,
            parent_id: self.parent_id,
            title: [self.title_zh, self.title_en],
            number: self.number,
            issuer: [self.issuer_zh, self.issuer_en],
            basis: [self.basis_zh, self.basis_en],
            contact: [self.contact_zh, self.contact_en],
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            made_by: self.made_by,
            adapted_by: self.adapted_by,
            reviewed_at: self.reviewed_at,
            reviewed_by: self.reviewed_by,
            published_at: self.published_at,
            published_by: self.published_by,
            cancelled_at: self.cancelled_at,
            cancel_reason: self.cancel_reason,
        })
    }
}

/// Only the city's commission makes, reviews, publishes and cancels.
pub(super) fn city(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if *scope.campaign() != CampaignReach::City || !scope.may(Permission::RunCampaign) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(By::account(&account.account_id, now))
}

pub(super) fn plan_text(plan: &Plan) -> Result<String> {
    serde_json::to_string(plan).map_err(|error| Error::Corrupt(format!("plan: {error}")))
}

/// Sets the reminder before a deadline.
pub(super) async fn arm(tx: &mut Tx, found: &Campaign, deliverable: &str, due: Time) -> Result<()> {
    let subject = format!("{}:{deliverable}", found.campaign_id);
    let at = due.plus_min(-found.plan.clocks.remind_h * 60);
    deadline::set(tx, Kind::CampaignRemind, &subject, at).await
}

/// Moves a deadline. What was handed in before keeps the deadline that held then.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Reason`] without a reason, [`Refusal::Unknown`].
pub async fn move_deadline(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    deliverable: &str,
    (due, reason): (Time, &str),
    now: Time,
) -> Result<()> {
    let by = city(scope, now)?;
    if reason.trim().is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::Reason.into());
    }
    hold(tx, campaign_id).await?;
    let mut found = campaign(tx, scope, campaign_id).await?;
    found.open()?;
    let one = found.plan.deliverables.iter_mut().find(|one| one.code == deliverable);
    let one = one.ok_or(Refusal::Unknown)?;
    let before = std::mem::replace(&mut one.due_at, due);
    sqlx::query("update campaign set plan = $2 where campaign_id = $1")
        .bind(campaign_id)
        .bind(plan_text(&found.plan)?)
        .execute(tx.conn())
        .await?;
    arm(tx, &found, deliverable, due).await?;
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    let particulars = json!({"deliverable": deliverable, "from": before.0, "to": due.0});
    event::append(tx, &by, subject, "deadline_moved", particulars).await
}

/// Callers that change one campaign take turns.
pub(super) async fn hold(tx: &mut Tx, campaign_id: &str) -> Result<()> {
    sqlx::query("update campaign set code = code where campaign_id = $1")
        .bind(campaign_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Cancels a campaign: everything written stays readable, nothing more is taken.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Reason`].
pub async fn cancel(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    reason: &str,
    now: Time,
) -> Result<()> {
    let by = city(scope, now)?;
    if reason.trim().is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::Reason.into());
    }
    let cancelled = sqlx::query(
        "update campaign set cancelled_at = $2, cancelled_by = $3, cancel_reason = $4
         where campaign_id = $1 and cancelled_at is null",
    )
    .bind(campaign_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(reason.trim())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if cancelled == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "cancelled", json!({})).await
}

/// One campaign: drafts are the city's, published ones those of the units they are for.
///
/// # Errors
/// Not found outside the scope.
pub async fn campaign(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Campaign> {
    let (line, institution, _) = scope.campaign().bounds();
    let row: Option<CampaignRow> = sqlx::query_as(
        "select campaign_id, code, template, pack_version, parent_id, title_zh, title_en, number,
            issuer_zh, issuer_en, basis_zh, basis_en, contact_zh, contact_en, begins_at, ends_at,
            plan, made_by, adapted_by, reviewed_at, reviewed_by, published_at, published_by,
            cancelled_at, cancel_reason
         from campaign
         where campaign_id = $1
           and ((cast($2 as text) is null and cast($3 as text) is null)
                or exists (select 1 from campaign_target
                    where campaign_target.campaign_id = campaign.campaign_id
                      and (cast($2 as text) is null or branch = $2)
                      and (cast($3 as text) is null or institution_id = $3)))",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("campaign"))?.campaign()
}
