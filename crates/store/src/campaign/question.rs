//! Questions to the commission [W3]: asked by a unit, answered to it, shared when of use to all.

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use super::plan::campaign;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Question {
    pub question_id: String,
    pub institution_id: String,
    pub asked_at: i64,
    pub body: String,
    pub answered_at: Option<i64>,
    pub answer: Option<String>,
    pub shared_at: Option<i64>,
    /// None for what another unit asked.
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
}

const TEXT_MAX: usize = 2_000;

fn sound(text: &str) -> Result<&str> {
    let text = text.trim();
    let fine = !text.is_empty() && text.chars().count() <= TEXT_MAX;
    if fine { Ok(text) } else { Err(Refusal::Text.into()) }
}

/// # Errors
/// [`Refusal::Text`], [`Refusal::NotAllowed`] for whoever belongs to no institution.
pub async fn ask_question(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    text: &str,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let Some(institution_id) = scope.campaign().bounds().1.map(str::to_owned) else {
        return Err(Refusal::NotAllowed.into());
    };
    campaign(tx, scope, campaign_id).await?.open()?;
    let text = sound(text)?;
    let question_id = tx.id("qst", now)?;
    sqlx::query(
        "insert into campaign_question (question_id, campaign_id, institution_id, asked_at,
            asked_by, body)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&question_id)
    .bind(campaign_id)
    .bind(&institution_id)
    .bind(now.0)
    .bind(&account)
    .bind(text)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account, now);
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "asked", json!({"question": question_id})).await?;
    Ok(question_id)
}

/// Questions in reach: a unit's own and those that were shared; a bureau's those of its line.
///
/// # Errors
/// Not found outside the scope.
pub async fn questions(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<Question>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select question_id, campaign_question.institution_id, asked_at, body, answered_at, answer,
            shared_at,
            case when (cast($2 as text) is null or branch = $2)
                  and (cast($3 as text) is null or campaign_question.institution_id = $3)
                 then name_zh end as name_zh,
            case when (cast($2 as text) is null or branch = $2)
                  and (cast($3 as text) is null or campaign_question.institution_id = $3)
                 then name_en end as name_en
         from campaign_question
         join campaign_target on campaign_target.campaign_id = campaign_question.campaign_id
            and campaign_target.institution_id = campaign_question.institution_id
         join institution on institution.institution_id = campaign_question.institution_id
         where campaign_question.campaign_id = $1
           and (shared_at is not null
                or ((cast($2 as text) is null or branch = $2)
                    and (cast($3 as text) is null or campaign_question.institution_id = $3)))
         order by case when answered_at is null then 0 else 1 end, asked_at desc, question_id
         limit 200",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?)
}

/// # Errors
/// [`Refusal::NotAllowed`] for anybody but a commission, [`Refusal::Text`]; not found outside the
/// scope.
pub async fn answer_question(
    tx: &mut Tx,
    scope: &Scope,
    question_id: &str,
    text: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    if !scope.may(Permission::RunCampaign) {
        return Err(Refusal::NotAllowed.into());
    }
    let text = sound(text)?;
    let (campaign_id, institution_id) = of(tx, scope, question_id).await?;
    sqlx::query(
        "update campaign_question set answered_at = $2, answered_by = $3, answer = $4
         where question_id = $1",
    )
    .bind(question_id)
    .bind(now.0)
    .bind(&account)
    .bind(text)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account, now);
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "question_answered", json!({"question": question_id})).await
}

async fn of(tx: &mut Tx, scope: &Scope, question_id: &str) -> Result<(String, String)> {
    let row = sqlx::query(
        "select campaign_id, institution_id from campaign_question where question_id = $1",
    )
    .bind(question_id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("campaign_question"))?;
    let (campaign_id, institution_id): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    super::list::line_of(tx, scope, &campaign_id, &institution_id).await?;
    Ok((campaign_id, institution_id))
}

/// Shows question and answer to every unit of the campaign, without who asked.
///
/// # Errors
/// [`Refusal::NotAllowed`] for anybody but the city, or before it is answered.
pub async fn share_answer(tx: &mut Tx, scope: &Scope, question_id: &str, now: Time) -> Result<()> {
    let by = super::plan::city(scope, now)?;
    let shared = sqlx::query(
        "update campaign_question set shared_at = $2
         where question_id = $1 and answered_at is not null and shared_at is null
         returning campaign_id",
    )
    .bind(question_id)
    .bind(now.0)
    .fetch_optional(tx.conn())
    .await?;
    let campaign_id: String = shared.ok_or(Refusal::NotAllowed)?.try_get(0)?;
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id: "" };
    event::append(tx, &by, subject, "question_shared", json!({"question": question_id})).await
}
