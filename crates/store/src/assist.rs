//! Expert opinions: an officer asks about an alert, the QC centre names an expert, the expert
//! answers [Z20]. The question is the officer's; the expert sees neither the alert's file nor the
//! clinic's record, and says first that nothing ties him to the institution.

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use crate::event::{self, By, Subject};
use crate::order::{hold_series, next_in_series};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx, alert};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Opinion {
    pub opinion_id: String,
    pub number: String,
    pub institution_id: String,
    pub alert_id: String,
    pub rule: String,
    pub asked_at: i64,
    pub question: String,
    pub assigned_at: Option<i64>,
    pub expert_id: Option<String>,
    pub expert_zh: Option<String>,
    pub expert_en: Option<String>,
    pub answered_at: Option<i64>,
    pub answer: Option<String>,
    pub total: i64,
}

const TEXT_MAX: usize = 2_000;

fn sound(text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text.to_owned())
}

/// Asks for an opinion about an alert of the own territory; the same form twice asks once.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`]; not found for an alert of another territory.
pub async fn ask_opinion(
    tx: &mut Tx,
    scope: &Scope,
    alert_id: &str,
    (request_key, question): (&str, &str),
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::AskOpinion) {
        return Err(Refusal::NotAllowed.into());
    }
    let question = sound(question)?;
    let about = alert::alert(tx, scope, alert_id).await?;
    hold_series(tx, &format!("opinion:{request_key}")).await?;
    let before = sqlx::query("select opinion_id from opinion where request_key = $1")
        .bind(request_key)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = before {
        return Ok(row.try_get(0)?);
    }
    let opinion_id = tx.id("opi", now)?;
    let day = tx.packs().calendar.compact_date(now);
    let n = next_in_series(tx, &format!("ZJ-{day}")).await?;
    sqlx::query(
        "insert into opinion (opinion_id, number, institution_id, alert_id, rule, asked_at,
            asked_by, question, request_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&opinion_id)
    .bind(format!("ZJ-{day}-{n:03}"))
    .bind(&about.institution_id)
    .bind(alert_id)
    .bind(&about.rule)
    .bind(now.0)
    .bind(&account.account_id)
    .bind(question)
    .bind(request_key)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account.account_id, now);
    let subject =
        Subject { kind: "opinion", id: &opinion_id, institution_id: &about.institution_id };
    event::append(tx, &by, subject, "asked", json!({"alert": alert_id})).await?;
    Ok(opinion_id)
}

/// Names the expert who answers; another one until there is an answer.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre, [`Refusal::Unknown`] for somebody who
/// is no doctor on call.
pub async fn assign_opinion(
    tx: &mut Tx,
    scope: &Scope,
    opinion_id: &str,
    expert_id: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::ManageChannel) {
        return Err(Refusal::NotAllowed.into());
    }
    let experts = crate::account::of_role(tx, "on_call_doctor").await?;
    if !experts.iter().any(|expert| expert == expert_id) {
        return Err(Refusal::Unknown.into());
    }
    let assigned = sqlx::query(
        "update opinion set expert_id = $2, assigned_at = $3
         where opinion_id = $1 and answered_at is null returning institution_id",
    )
    .bind(opinion_id)
    .bind(expert_id)
    .bind(now.0)
    .fetch_optional(tx.conn())
    .await?;
    let row = assigned.ok_or(Error::NotFound("opinion"))?;
    let institution_id: String = row.try_get(0)?;
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "opinion", id: opinion_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "assigned", json!({"expert": expert_id})).await
}

/// The named expert answers, once, and says that nothing ties him to the institution.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Conflict`] without that word; not found for everybody else.
pub async fn answer_opinion(
    tx: &mut Tx,
    scope: &Scope,
    opinion_id: &str,
    (answer, free): (&str, bool),
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let answer = sound(answer)?;
    if !free {
        return Err(Refusal::Conflict.into());
    }
    let answered = sqlx::query(
        "update opinion set answer = $3, answered_at = $4, free_at = $4
         where opinion_id = $1 and expert_id = $2 and answered_at is null
         returning institution_id",
    )
    .bind(opinion_id)
    .bind(&account.account_id)
    .bind(answer)
    .bind(now.0)
    .fetch_optional(tx.conn())
    .await?;
    let row = answered.ok_or(Error::NotFound("opinion"))?;
    let institution_id: String = row.try_get(0)?;
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "opinion", id: opinion_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "answered", json!({})).await
}

/// Opinions an account has to do with: the QC centre all, an expert those named to him; open ones
/// first. Officers read theirs on the alert.
pub async fn opinions(tx: &mut Tx, scope: &Scope, slice: Slice) -> Result<Listed<Opinion>> {
    let account = scope.account().map(|account| account.account_id.clone()).unwrap_or_default();
    if !scope.may(Permission::ManageChannel) && !scope.may(Permission::OnCall) {
        return Ok(Listed { rows: Vec::new(), total: 0 });
    }
    let own = (!scope.may(Permission::ManageChannel)).then_some(account);
    let rows: Vec<Opinion> = sqlx::query_as(
        "select opinion_id, number, opinion.institution_id, alert_id, rule, asked_at, question,
            assigned_at, expert_id, account.name_zh as expert_zh, account.name_en as expert_en,
            answered_at, answer, count(*) over () as total
         from opinion left join account on account.account_id = expert_id
         where (cast($1 as text) is null or expert_id = $1)
         order by case when answered_at is null then 0 else 1 end, asked_at desc, opinion_id
         limit $2 offset $3",
    )
    .bind(own)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// The opinions about an alert, for whoever may ask for one in its territory.
pub async fn opinions_of_alert(tx: &mut Tx, scope: &Scope, alert_id: &str) -> Result<Vec<Opinion>> {
    if !scope.may(Permission::Watch) {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "select opinion_id, number, opinion.institution_id, alert_id, rule, asked_at, question,
            assigned_at, expert_id, account.name_zh as expert_zh, account.name_en as expert_en,
            answered_at, answer, cast(1 as bigint) as total
         from opinion
         join institution on institution.institution_id = opinion.institution_id
         left join account on account.account_id = expert_id
         where alert_id = $1 and (cast($2 as text) is null or institution.region_code = $2)
         order by asked_at, opinion_id",
    )
    .bind(alert_id)
    .bind(&scope.reach().region)
    .fetch_all(tx.conn())
    .await?)
}
