//! Urge notices (督办): to one institution or to all that have not handed in, with receipt and reply.

use rules::Time;
use rules::account::Permission;
use serde_json::json;

use super::list::line_of;
use super::plan::campaign;
use super::reminder::{last_day, leaders, tell};
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Urge {
    pub urge_id: String,
    pub number: String,
    pub campaign_id: String,
    pub institution_id: String,
    pub problem_id: Option<String>,
    pub deliverable: Option<String>,
    pub issued_at: i64,
    pub due_at: i64,
    pub body: String,
    pub received_at: Option<i64>,
    pub replied_at: Option<i64>,
    pub reply: Option<String>,
    pub name_zh: String,
    pub name_en: String,
    pub issuer_zh: Option<String>,
    pub issuer_en: Option<String>,
}

const TEXT_MAX: usize = 1_000;

/// Urges the institutions named, about a problem or about what has not been handed in.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`]; not found outside the scope.
pub async fn urge(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    institutions: &[String],
    (problem_id, deliverable): (Option<&str>, Option<&str>),
    body: &str,
    now: Time,
) -> Result<Vec<String>> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    if !scope.may(Permission::RunCampaign) {
        return Err(Refusal::NotAllowed.into());
    }
    let body = body.trim();
    if body.is_empty() || body.chars().count() > TEXT_MAX || institutions.is_empty() {
        return Err(Refusal::Text.into());
    }
    let found = campaign(tx, scope, campaign_id).await?;
    found.open()?;
    let by = By::account(&account, now);
    let due = now.plus_days(found.plan.clocks.urge_days);
    let mut numbers = Vec::new();
    for institution_id in institutions {
        line_of(tx, scope, campaign_id, institution_id).await?;
        let n = next_in_series(tx, &format!("urge:{}", found.code)).await?;
        let number = format!("DB-{}-{n:04}", found.code);
        let urge_id = tx.id("urg", now)?;
        sqlx::query(
            "insert into urge (urge_id, number, campaign_id, institution_id, problem_id,
                deliverable, issued_at, issued_by, due_at, body)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&urge_id)
        .bind(&number)
        .bind(campaign_id)
        .bind(institution_id)
        .bind(problem_id)
        .bind(deliverable)
        .bind(now.0)
        .bind(&account)
        .bind(due.0)
        .bind(body)
        .execute(tx.conn())
        .await?;
        let subject = Subject { kind: "urge", id: &urge_id, institution_id };
        let particulars = json!({"number": number, "due_at": due.0, "deliverable": deliverable});
        event::append(tx, &by, subject, "issued", particulars).await?;
        let values = json!({"id": campaign_id, "number": number, "day": last_day(tx, due)});
        let people = leaders(tx, institution_id).await?;
        tell(tx, &by, &people, "campaign_urge", &values, ("urge", &urge_id)).await?;
        numbers.push(number);
    }
    Ok(numbers)
}

/// Urge notices in reach, open ones first.
///
/// # Errors
/// Not found outside the scope.
pub async fn urges(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<Urge>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select urge_id, number, urge.campaign_id, urge.institution_id, problem_id, deliverable,
            issued_at, due_at, body, received_at, replied_at, reply, institution.name_zh,
            institution.name_en, account.name_zh as issuer_zh, account.name_en as issuer_en
         from urge join institution on institution.institution_id = urge.institution_id
         join campaign_target on campaign_target.campaign_id = urge.campaign_id
            and campaign_target.institution_id = urge.institution_id
         left join account on account.account_id = issued_by
         where urge.campaign_id = $1 and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or urge.institution_id = $3)
         order by case when replied_at is null then 0 else 1 end, due_at, number limit 300",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?)
}

async fn own(tx: &mut Tx, scope: &Scope, urge_id: &str, now: Time) -> Result<(By, String)> {
    use sqlx::Row;
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    let institution = scope.campaign().bounds().1.map(str::to_owned);
    let row = sqlx::query("select institution_id from urge where urge_id = $1")
        .bind(urge_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("urge"))?;
    let holder: String = row.try_get(0)?;
    if institution.as_deref() != Some(&holder) {
        return Err(Error::NotFound("urge"));
    }
    if !scope.may(Permission::AnswerFor) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok((by, holder))
}

/// The institution signs for a notice.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found for anybody else's.
pub async fn receive_urge(tx: &mut Tx, scope: &Scope, urge_id: &str, now: Time) -> Result<()> {
    let (by, institution_id) = own(tx, scope, urge_id, now).await?;
    let received = sqlx::query(
        "update urge set received_at = $2, received_by = $3
         where urge_id = $1 and received_at is null",
    )
    .bind(urge_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if received == 0 {
        return Ok(());
    }
    let subject = Subject { kind: "urge", id: urge_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "received", json!({})).await
}

/// The institution answers a notice; answering signs for it as well.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::NotAllowed`] the second time; not found for anybody else's.
pub async fn reply_urge(
    tx: &mut Tx,
    scope: &Scope,
    urge_id: &str,
    reply: &str,
    now: Time,
) -> Result<()> {
    if reply.trim().is_empty() || reply.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    receive_urge(tx, scope, urge_id, now).await?;
    let (by, institution_id) = own(tx, scope, urge_id, now).await?;
    let replied = sqlx::query(
        "update urge set replied_at = $2, replied_by = $3, reply = $4
         where urge_id = $1 and replied_at is null",
    )
    .bind(urge_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(reply.trim())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if replied == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "urge", id: urge_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "replied", json!({})).await
}
