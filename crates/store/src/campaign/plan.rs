//! A campaign from its template to its end: made, adapted, reviewed, published, cancelled.

use rules::Time;
use rules::account::Permission;
use rules::campaign::{Plan, hit};
use serde_json::json;

use crate::account::CampaignReach;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, register};

/// What a campaign is made from.
#[derive(Clone, Debug)]
pub struct Make {
    /// Short, unique: part of every number of its ledger, such as `2017A`.
    pub code: String,
    /// A template's code, or the id of a campaign that is cloned.
    pub from: String,
    /// How many days later than its model it begins.
    pub moved_days: i64,
    pub number: Option<String>,
    pub title: Option<[String; 2]>,
    pub parent_id: Option<String>,
}

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

fn plan_text(plan: &Plan) -> Result<String> {
    serde_json::to_string(plan).map_err(|error| Error::Corrupt(format!("plan: {error}")))
}

fn sound_code(code: &str) -> bool {
    let letters = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    (2..=12).contains(&code.len()) && code.chars().all(letters)
}

/// What a campaign takes from its model.
async fn model(tx: &mut Tx, scope: &Scope, make: &Make) -> Result<Campaign> {
    if make.from.starts_with("cmp_") {
        return campaign(tx, scope, &make.from).await;
    }
    let packs = tx.packs();
    let (head, template) = packs
        .campaign_templates()
        .find(|(_, template)| template.code == make.from)
        .ok_or(Refusal::Unknown)?;
    let plan = template
        .plan(packs.calendar, &crate::pack::parse_date)
        .map_err(|why| Error::Pack(format!("{}: {why}", head.id)))?;
    let (begins, ends) = plan.span().ok_or(Refusal::Hours)?;
    Ok(Campaign {
        campaign_id: String::new(),
        code: String::new(),
        template: template.code.clone(),
        pack_version: head.version.clone(),
        parent_id: None,
        title: [template.title_zh.clone(), template.title_en.clone()],
        number: template.number.clone(),
        issuer: [template.issuer_zh.clone(), template.issuer_en.clone()],
        basis: [template.basis_zh.clone(), template.basis_en.clone()],
        contact: [template.contact_zh.clone(), template.contact_en.clone()],
        begins_at: begins.0,
        ends_at: ends.0,
        plan,
        made_by: String::new(),
        reviewed_at: None,
        reviewed_by: None,
        published_at: None,
        published_by: None,
        cancelled_at: None,
        cancel_reason: None,
    })
}

/// Makes a draft from a template or from another campaign [W64].
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Unknown`] template, [`Refusal::Code`] for a code that is not
/// short, capital and new.
pub async fn create(tx: &mut Tx, scope: &Scope, make: &Make, now: Time) -> Result<String> {
    let by = city(scope, now)?;
    if !sound_code(&make.code) {
        return Err(Refusal::Code.into());
    }
    let model = model(tx, scope, make).await?;
    let plan = model.plan.moved(make.moved_days);
    let (begins, ends) = plan.span().ok_or(Refusal::Hours)?;
    let campaign_id = tx.id("cmp", now)?;
    let [title_zh, title_en] = make.title.clone().unwrap_or(model.title);
    let made = sqlx::query(
        "insert into campaign (campaign_id, code, template, pack_version, parent_id, title_zh,
            title_en, number, issuer_zh, issuer_en, basis_zh, basis_en, contact_zh, contact_en,
            begins_at, ends_at, plan, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19) on conflict (code) do nothing",
    )
    .bind(&campaign_id)
    .bind(&make.code)
    .bind(&model.template)
    .bind(&model.pack_version)
    .bind(&make.parent_id)
    .bind(title_zh)
    .bind(title_en)
    .bind(make.number.as_ref().unwrap_or(&model.number))
    .bind(&model.issuer[0])
    .bind(&model.issuer[1])
    .bind(&model.basis[0])
    .bind(&model.basis[1])
    .bind(&model.contact[0])
    .bind(&model.contact[1])
    .bind(begins.0)
    .bind(ends.0)
    .bind(plan_text(&plan)?)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if made == 0 {
        return Err(Refusal::Code.into());
    }
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: "" };
    let particulars = json!({"code": make.code, "template": model.template});
    event::append(tx, &by, subject, "made", particulars).await?;
    Ok(campaign_id)
}

/// What may be changed in a draft.
#[derive(Clone, Debug)]
pub struct Adapt {
    pub title: [String; 2],
    pub number: String,
    pub contact: [String; 2],
    pub plan: Plan,
}

/// Changes a draft; a published campaign keeps its plan, only deadlines move.
///
/// # Errors
/// [`Refusal::NotAllowed`] once it is published, [`Refusal::Hours`] for phases that cannot be,
/// [`Refusal::Text`].
pub async fn adapt(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    adapt: &Adapt,
    now: Time,
) -> Result<()> {
    let by = city(scope, now)?;
    let whole = adapt.plan.phases.iter().all(|phase| phase.from < phase.until);
    let (begins, ends) = adapt.plan.span().filter(|_| whole).ok_or(Refusal::Hours)?;
    let texts = [&adapt.title[0], &adapt.title[1], &adapt.number];
    if texts.iter().any(|text| text.trim().is_empty() || text.chars().count() > 200) {
        return Err(Refusal::Text.into());
    }
    // A reviewed draft that is changed wants another review.
    let changed = sqlx::query(
        "update campaign set title_zh = $2, title_en = $3, number = $4, contact_zh = $5,
            contact_en = $6, plan = $7, begins_at = $8, ends_at = $9, reviewed_at = null,
            reviewed_by = null
         where campaign_id = $1 and published_at is null and cancelled_at is null",
    )
    .bind(campaign_id)
    .bind(adapt.title[0].trim())
    .bind(adapt.title[1].trim())
    .bind(adapt.number.trim())
    .bind(adapt.contact[0].trim())
    .bind(adapt.contact[1].trim())
    .bind(plan_text(&adapt.plan)?)
    .bind(begins.0)
    .bind(ends.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "adapted", json!({})).await
}

/// A second person reads the draft [Z28].
///
/// # Errors
/// [`Refusal::SamePerson`] for its author, [`Refusal::NotAllowed`] when there is nothing to review.
pub async fn review(tx: &mut Tx, scope: &Scope, campaign_id: &str, now: Time) -> Result<()> {
    let by = city(scope, now)?;
    let found = campaign(tx, scope, campaign_id).await?;
    if found.made_by == by.actor.code() {
        return Err(Refusal::SamePerson.into());
    }
    let reviewed = sqlx::query(
        "update campaign set reviewed_at = $2, reviewed_by = $3
         where campaign_id = $1 and reviewed_at is null and published_at is null
           and cancelled_at is null",
    )
    .bind(campaign_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if reviewed == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "reviewed", json!({})).await
}

/// A third person approves: the campaign is public, and its targets stand.
///
/// # Errors
/// [`Refusal::SamePerson`] for author or reviewer, [`Refusal::NotAllowed`] before the review.
pub async fn publish(tx: &mut Tx, scope: &Scope, campaign_id: &str, now: Time) -> Result<i64> {
    let by = city(scope, now)?;
    let found = campaign(tx, scope, campaign_id).await?;
    let who = by.actor.code();
    if found.made_by == who || found.reviewed_by.as_deref() == Some(&who) {
        return Err(Refusal::SamePerson.into());
    }
    let published = sqlx::query(
        "update campaign set published_at = $2, published_by = $3
         where campaign_id = $1 and reviewed_at is not null and published_at is null
           and cancelled_at is null",
    )
    .bind(campaign_id)
    .bind(now.0)
    .bind(&who)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if published == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let count = enrol(tx, &found, now).await?;
    for one in &found.plan.deliverables {
        arm(tx, &found, &one.code, one.due_at).await?;
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "published", json!({"targets": count})).await?;
    Ok(count)
}

async fn enrol(tx: &mut Tx, found: &Campaign, now: Time) -> Result<i64> {
    let mut count = 0;
    for one in register::profiles(tx, now).await? {
        let Some(focus) = hit(&found.plan.targets, &one.profile) else { continue };
        sqlx::query(
            "insert into campaign_target (campaign_id, institution_id, branch, focus_at, added_at)
             values ($1, $2, $3, $4, $5) on conflict (campaign_id, institution_id) do nothing",
        )
        .bind(&found.campaign_id)
        .bind(&one.institution_id)
        .bind(one.profile.branch.line(&one.profile.region_code))
        .bind(focus.then_some(now.0))
        .bind(now.0)
        .execute(tx.conn())
        .await?;
        count += 1;
    }
    Ok(count)
}

/// Sets the reminder before a deadline.
async fn arm(tx: &mut Tx, found: &Campaign, deliverable: &str, due: Time) -> Result<()> {
    let subject = format!("{}:{deliverable}", found.campaign_id);
    let at = due.plus_min(-found.plan.clocks.remind_h * 60);
    deadline::set(tx, Kind::CampaignRemind, &subject, at).await
}

/// A deadline is near: whoever follows the log reminds those who have not handed in [W55].
pub(crate) async fn remind(tx: &mut Tx, by: &By, subject: &str, at: Time) -> Result<()> {
    let Some((campaign_id, deliverable)) = subject.split_once(':') else { return Ok(()) };
    let found = campaign(tx, &Scope::system(), campaign_id).await?;
    if found.open().is_err() || found.plan.deliverable(deliverable).is_none() {
        return Ok(());
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    let particulars = json!({"deliverable": deliverable, "at": at.0});
    event::append(tx, by, subject, "deadline_near", particulars).await
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
async fn hold(tx: &mut Tx, campaign_id: &str) -> Result<()> {
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
            plan, made_by, reviewed_at, reviewed_by, published_at, published_by, cancelled_at,
            cancel_reason
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
