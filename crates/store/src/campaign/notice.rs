//! Notices of a campaign: several may feed one phase; some are to reach every employee [W29, W51].

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use super::plan::{campaign, city};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewNotice {
    pub number: String,
    pub title: [String; 2],
    pub issued_at: Time,
    pub phase: Option<String>,
    pub body: String,
    /// `nobody`, `unit` or `employee`.
    pub acknowledged_by: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Notice {
    pub notice_id: String,
    pub number: String,
    pub title_zh: String,
    pub title_en: String,
    pub issued_at: i64,
    pub phase: Option<String>,
    pub body: String,
    pub acknowledged_by: String,
    pub reviewed_at: Option<i64>,
    pub published_at: Option<i64>,
    pub author_zh: Option<String>,
    pub author_en: Option<String>,
    pub reviewer_zh: Option<String>,
    pub reviewer_en: Option<String>,
    pub approver_zh: Option<String>,
    pub approver_en: Option<String>,
    /// Acknowledged within reach, and by how many it should be.
    pub acknowledged: i64,
    pub expected: i64,
}

/// Drafts a notice.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::Unknown`] phase or kind of reader.
pub async fn add_notice(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    new: &NewNotice,
    now: Time,
) -> Result<String> {
    let by = city(scope, now)?;
    let found = campaign(tx, scope, campaign_id).await?;
    let texts = [&new.number, &new.title[0], &new.title[1], &new.body];
    let limits = [100, 200, 200, 20_000];
    let sound =
        |(text, most): (&&String, usize)| !text.trim().is_empty() && text.chars().count() <= most;
    if !texts.iter().zip(limits).all(sound) {
        return Err(Refusal::Text.into());
    }
    let phase_known = new.phase.as_deref().is_none_or(|code| found.plan.phase(code).is_some());
    if !phase_known || !matches!(&*new.acknowledged_by, "nobody" | "unit" | "employee") {
        return Err(Refusal::Unknown.into());
    }
    let notice_id = tx.id("ntc", now)?;
    sqlx::query(
        "insert into campaign_notice (notice_id, campaign_id, number, title_zh, title_en,
            issued_at, phase, body, acknowledged_by, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&notice_id)
    .bind(campaign_id)
    .bind(new.number.trim())
    .bind(new.title[0].trim())
    .bind(new.title[1].trim())
    .bind(new.issued_at.0)
    .bind(&new.phase)
    .bind(new.body.trim())
    .bind(&new.acknowledged_by)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "notice_made", json!({"notice": notice_id})).await?;
    Ok(notice_id)
}

async fn hands_of(tx: &mut Tx, notice_id: &str) -> Result<(String, String, Option<String>)> {
    let row = sqlx::query(
        "update campaign_notice set number = number where notice_id = $1
         returning campaign_id, made_by, reviewed_by",
    )
    .bind(notice_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("campaign_notice"))?;
    Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
}

/// A second person reviews a notice.
///
/// # Errors
/// [`Refusal::SamePerson`] for its author, [`Refusal::NotAllowed`] twice.
pub async fn review_notice(tx: &mut Tx, scope: &Scope, notice_id: &str, now: Time) -> Result<()> {
    let by = city(scope, now)?;
    let (campaign_id, author, reviewer) = hands_of(tx, notice_id).await?;
    if author == by.actor.code() {
        return Err(Refusal::SamePerson.into());
    }
    if reviewer.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    sqlx::query(
        "update campaign_notice set reviewed_at = $2, reviewed_by = $3 where notice_id = $1",
    )
    .bind(notice_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "notice_reviewed", json!({"notice": notice_id})).await
}

/// A third person approves it: it is published.
///
/// # Errors
/// [`Refusal::SamePerson`] for author or reviewer, [`Refusal::NotAllowed`] before the review.
pub async fn approve_notice(tx: &mut Tx, scope: &Scope, notice_id: &str, now: Time) -> Result<()> {
    let by = city(scope, now)?;
    let (campaign_id, author, reviewer) = hands_of(tx, notice_id).await?;
    let who = by.actor.code();
    let Some(reviewer) = reviewer else { return Err(Refusal::NotAllowed.into()) };
    if author == who || reviewer == who {
        return Err(Refusal::SamePerson.into());
    }
    let published = sqlx::query(
        "update campaign_notice set published_at = $2, published_by = $3
         where notice_id = $1 and published_at is null",
    )
    .bind(notice_id)
    .bind(now.0)
    .bind(&who)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if published == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "notice_published", json!({"notice": notice_id})).await
}

/// Notices of a campaign: drafts are the city's, published ones everybody's in it.
///
/// # Errors
/// Not found outside the scope.
pub async fn notices(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<Notice>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    let all = i64::from(line.is_none() && institution.is_none());
    Ok(sqlx::query_as(
        "select notice_id, number, title_zh, title_en, issued_at, phase, body, acknowledged_by,
            reviewed_at, published_at, author.name_zh as author_zh, author.name_en as author_en,
            reviewer.name_zh as reviewer_zh, reviewer.name_en as reviewer_en,
            approver.name_zh as approver_zh, approver.name_en as approver_en,
            (select count(*) from acknowledgement
             join campaign_target
               on campaign_target.institution_id = acknowledgement.institution_id
                  and campaign_target.campaign_id = campaign_notice.campaign_id
             where acknowledgement.notice_id = campaign_notice.notice_id
               and (cast($2 as text) is null or branch = $2)
               and (cast($3 as text) is null or acknowledgement.institution_id = $3))
               as acknowledged,
            cast(coalesce((select sum(case when acknowledged_by = 'employee' then staff else 1 end)
             from campaign_target join institution_profile
               on institution_profile.institution_id = campaign_target.institution_id
             where campaign_target.campaign_id = campaign_notice.campaign_id
               and acknowledged_by <> 'nobody'
               and (cast($2 as text) is null or campaign_target.branch = $2)
               and (cast($3 as text) is null or campaign_target.institution_id = $3)), 0)
               as bigint) as expected
         from campaign_notice
         left join account as author on author.account_id = made_by
         left join account as reviewer on reviewer.account_id = reviewed_by
         left join account as approver on approver.account_id = published_by
         where campaign_id = $1 and ($4 = 1 or published_at is not null)
         order by issued_at, notice_id",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(all)
    .fetch_all(tx.conn())
    .await?)
}

/// Staff numbers in one form.
const STAFF_MAX: usize = 2_000;

/// Notes who has read a notice: the unit itself, or employees by staff number. Returns how many are
/// new.
///
/// # Errors
/// [`Refusal::NotAllowed`] outside the institution or when nobody is asked, [`Refusal::TooMany`],
/// [`Refusal::Text`] for a staff number that cannot be.
pub async fn acknowledge(
    tx: &mut Tx,
    scope: &Scope,
    notice_id: &str,
    staff: &[String],
    now: Time,
) -> Result<u64> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let Some(institution_id) = scope.campaign().bounds().1.map(str::to_owned) else {
        return Err(Refusal::NotAllowed.into());
    };
    let row = sqlx::query(
        "select acknowledged_by, campaign_id from campaign_notice
         where notice_id = $1 and published_at is not null",
    )
    .bind(notice_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("campaign_notice"))?;
    let (asked, campaign_id): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    campaign(tx, scope, &campaign_id).await?;
    let lines: Vec<String> = match &*asked {
        "unit" if scope.may(Permission::AnswerFor) => vec!["unit".to_owned()],
        "employee" if scope.may(Permission::SelfInspect) => staff.to_vec(),
        _ => return Err(Refusal::NotAllowed.into()),
    };
    if lines.len() > STAFF_MAX {
        return Err(Refusal::TooMany.into());
    }
    let sound = |one: &String| {
        !one.is_empty() && one.len() <= 24 && one.chars().all(|c| c.is_ascii_alphanumeric())
    };
    if lines.is_empty() || !lines.iter().all(sound) {
        return Err(Refusal::Text.into());
    }
    let mut new = 0;
    for staff_no in &lines {
        new += sqlx::query(
            "insert into acknowledgement (notice_id, institution_id, staff_no, at, by_account)
             values ($1, $2, $3, $4, $5)
             on conflict (notice_id, institution_id, staff_no) do nothing",
        )
        .bind(notice_id)
        .bind(&institution_id)
        .bind(staff_no)
        .bind(now.0)
        .bind(&account)
        .execute(tx.conn())
        .await?
        .rows_affected();
    }
    let by = By::account(&account, now);
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: &institution_id };
    let particulars = json!({"notice": notice_id, "new": new});
    event::append(tx, &by, subject, "acknowledged", particulars).await?;
    Ok(new)
}
