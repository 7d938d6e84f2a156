//! A campaign before it stands: made from a template or another campaign, adapted, reviewed by a
//! second person and published by a third [W64, Z28].

use rules::Time;
use rules::campaign::{Plan, TargetRule, hit};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::plan::{Campaign, arm, campaign, city, hold, plan_text};
use crate::event::{self, Subject};
use crate::pack::hex;
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
        adapted_by: None,
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
    pub issuer: [String; 2],
    pub basis: [String; 2],
    pub contact: [String; 2],
    pub parent_id: Option<String>,
    pub plan: Plan,
}

/// The state of a draft that somebody has read, in 32 hexadecimal digits: who saves changes says
/// which state they changed, and two who edit one draft do not undo each other.
pub fn stand(found: &Campaign) -> Result<String> {
    let told = json!([
        found.title,
        found.number,
        found.issuer,
        found.basis,
        found.contact,
        found.parent_id,
    ]);
    let text = format!("{told}\n{}", plan_text(&found.plan)?);
    let mut digits = hex(&Sha256::digest(text.as_bytes()));
    digits.truncate(32);
    Ok(digits)
}

fn short(texts: &[&str], may_be_empty: bool) -> bool {
    texts
        .iter()
        .all(|text| text.chars().count() <= 200 && (may_be_empty || !text.trim().is_empty()))
}

/// Changes a draft; a published campaign keeps its plan, only deadlines move.
///
/// # Errors
/// [`Refusal::Changed`] when somebody else has changed it since `before` ([`stand`]),
/// [`Refusal::NotAllowed`] once it is published, [`Refusal::Incomplete`] for a plan with faults,
/// [`Refusal::Unknown`] for a checklist, department or parent that does not exist,
/// [`Refusal::Text`].
pub async fn adapt(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, before): (&str, &str),
    adapt: &Adapt,
    now: Time,
) -> Result<()> {
    let by = city(scope, now)?;
    hold(tx, campaign_id).await?;
    let found = campaign(tx, scope, campaign_id).await?;
    if found.published_at.is_some() || found.cancelled_at.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    if stand(&found)? != before {
        return Err(Refusal::Changed.into());
    }
    let [title_zh, title_en] = [adapt.title[0].trim(), adapt.title[1].trim()];
    let free = [&*adapt.issuer[0], &adapt.issuer[1], &adapt.basis[0], &adapt.basis[1]];
    if !short(&[title_zh, title_en, &adapt.number], false)
        || !short(&free, true)
        || !short(&[&adapt.contact[0], &adapt.contact[1]], true)
    {
        return Err(Refusal::Text.into());
    }
    if !adapt.plan.faults().is_empty() {
        return Err(Refusal::Incomplete.into());
    }
    known(tx, scope, adapt, campaign_id).await?;
    let (begins, ends) = adapt.plan.span().ok_or(Refusal::Hours)?;
    // A reviewed draft that is changed wants another review, and not by whoever changed it.
    sqlx::query(
        "update campaign set title_zh = $2, title_en = $3, number = $4, issuer_zh = $5,
            issuer_en = $6, basis_zh = $7, basis_en = $8, contact_zh = $9, contact_en = $10,
            parent_id = $11, plan = $12, begins_at = $13, ends_at = $14, adapted_by = $15,
            reviewed_at = null, reviewed_by = null
         where campaign_id = $1",
    )
    .bind(campaign_id)
    .bind(title_zh)
    .bind(title_en)
    .bind(adapt.number.trim())
    .bind(adapt.issuer[0].trim())
    .bind(adapt.issuer[1].trim())
    .bind(adapt.basis[0].trim())
    .bind(adapt.basis[1].trim())
    .bind(adapt.contact[0].trim())
    .bind(adapt.contact[1].trim())
    .bind(&adapt.parent_id)
    .bind(plan_text(&adapt.plan)?)
    .bind(begins.0)
    .bind(ends.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "adapted", json!({})).await
}

/// Whether everything the plan names exists.
async fn known(tx: &mut Tx, scope: &Scope, adapt: &Adapt, campaign_id: &str) -> Result<()> {
    let packs = tx.packs();
    let plan = &adapt.plan;
    let lists = plan.checklists.iter().all(|used| {
        let overriding = used.departments.iter().flatten();
        packs.checklist(&used.checklist, &used.version).is_some()
            && overriding.into_iter().all(|code| packs.department(code).is_some())
    });
    let counted = plan.annexes.iter().flat_map(|annex| &annex.cells);
    let counted = counted.filter_map(|cell| cell.entry.as_ref()).flat_map(|one| &one.departments);
    let mut named = plan.departments.iter().chain(counted);
    if !lists || !named.all(|code| packs.department(code).is_some()) {
        return Err(Refusal::Unknown.into());
    }
    let mut above = adapt.parent_id.clone();
    // A programme has campaigns, which have none of themselves above them.
    while let Some(parent) = above {
        if parent == campaign_id {
            return Err(Refusal::Unknown.into());
        }
        above = campaign(tx, scope, &parent).await?.parent_id;
    }
    Ok(())
}

/// How many institutions the rules name now, and how many of them as a focus: told before a draft
/// is published.
pub async fn aims(
    tx: &mut Tx,
    scope: &Scope,
    rules: &[TargetRule],
    now: Time,
) -> Result<(i64, i64)> {
    city(scope, now)?;
    let (mut all, mut focus) = (0, 0);
    for one in register::profiles(tx, now).await? {
        if let Some(first) = hit(rules, &one.profile) {
            (all, focus) = (all + 1, focus + i64::from(first));
        }
    }
    Ok((all, focus))
}

/// A second person reads the draft [Z28].
///
/// # Errors
/// [`Refusal::SamePerson`] for its author, [`Refusal::NotAllowed`] when there is nothing to review.
pub async fn review(tx: &mut Tx, scope: &Scope, campaign_id: &str, now: Time) -> Result<()> {
    let by = city(scope, now)?;
    let found = campaign(tx, scope, campaign_id).await?;
    if found.wrote(&by.actor.code()) {
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
    if found.wrote(&who) || found.reviewed_by.as_deref() == Some(&who) {
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
