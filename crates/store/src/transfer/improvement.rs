//! What is done about a figure that is not good enough: an owner, a day, a result, and another
//! person who looks whether it holds [T21].

use rules::Time;
use rules::account::Permission;
use rules::transfer::complaint::{Act, Progress, Side};
use rules::transfer::report::Indicator;
use serde_json::json;
use sqlx::{FromRow, Row};

use super::complaint::side;
use super::contract::may_oversee;
use super::fleet::named;
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewImprovement {
    /// One company's, or everybody's.
    pub operator_id: Option<String>,
    pub indicator: Indicator,
    pub finding: String,
    pub measure: String,
    /// Who sees to it, by name and office.
    pub owner: String,
    pub due: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Improvement {
    pub improvement_id: String,
    pub number: String,
    pub operator_id: Option<String>,
    pub operator_zh: Option<String>,
    pub operator_en: Option<String>,
    pub indicator: String,
    pub finding: String,
    pub measure: String,
    pub owner: String,
    pub due_at: i64,
    pub made_at: i64,
    pub done_at: Option<i64>,
    pub done_by: Option<String>,
    pub done_zh: Option<String>,
    pub done_en: Option<String>,
    pub result: Option<String>,
    pub checked_at: Option<i64>,
    pub checked_zh: Option<String>,
    pub checked_en: Option<String>,
    pub dropped_at: Option<i64>,
}

impl Improvement {
    pub fn progress(&self) -> Progress {
        match (self.dropped_at, self.checked_at, self.done_at) {
            (Some(_), _, _) => Progress::Dropped,
            (None, Some(_), _) => Progress::Checked,
            (None, None, Some(_)) => Progress::Done,
            (None, None, None) => Progress::Open,
        }
    }

    /// What an account may do with it now.
    pub fn acts(&self, scope: &Scope) -> &'static [Act] {
        let Ok(side) = side(scope) else { return &[] };
        let own = scope.account().map(|account| account.account_id.as_str());
        self.progress().acts(side, own == self.done_by.as_deref())
    }

    pub fn overdue(&self, now: Time) -> bool {
        self.progress() == Progress::Open && self.due_at < now.0
    }
}

const TEXT_MAX: usize = 2_000;

fn sound(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text)
}

/// Orders an improvement.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::Hours`] for a day that has passed.
pub async fn order_improvement(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewImprovement,
    now: Time,
) -> Result<String> {
    let by = may_oversee(scope, now)?;
    add_improvement(tx, &by, new).await
}

/// The same without asking who; for a demo's story.
///
/// # Errors
/// As [`order_improvement`].
pub async fn add_improvement(tx: &mut Tx, by: &By, new: &NewImprovement) -> Result<String> {
    let (finding, measure, owner) =
        (sound(&new.finding)?, sound(&new.measure)?, named(&new.owner)?);
    if new.due <= by.now {
        return Err(Refusal::Hours.into());
    }
    if let Some(operator_id) = &new.operator_id {
        super::operator(tx, operator_id).await?;
    }
    let month = tx.packs().calendar.compact_date(by.now);
    let month = month.get(..6).unwrap_or_default().to_owned();
    let n = next_in_series(tx, &format!("GJ-{month}")).await?;
    let improvement_id = tx.id("imp", by.now)?;
    sqlx::query(
        "insert into improvement (improvement_id, number, operator_id, indicator, finding, measure,
            owner, due_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&improvement_id)
    .bind(format!("GJ-{month}-{n:03}"))
    .bind(&new.operator_id)
    .bind(new.indicator.code())
    .bind(finding)
    .bind(measure)
    .bind(owner)
    .bind(new.due.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let what = json!({"indicator": new.indicator.code(), "due_at": new.due.0});
    told(tx, by, &improvement_id, new.operator_id.as_deref(), "ordered", what).await?;
    Ok(improvement_id)
}

async fn told(
    tx: &mut Tx,
    by: &By,
    improvement_id: &str,
    operator_id: Option<&str>,
    action: &'static str,
    mut what: serde_json::Value,
) -> Result<()> {
    what["parties"] = json!(operator_id.into_iter().collect::<Vec<&str>>());
    let subject = Subject { kind: "improvement", id: improvement_id, institution_id: "" };
    event::append(tx, by, subject, action, what).await
}

/// The company an account is bound to; `None` reads everything, not found for everybody else.
fn bound(scope: &Scope) -> Result<Option<&str>> {
    if scope.may(Permission::OverseeTransfer) || scope.account().is_none() {
        return Ok(None);
    }
    scope.operator().map(Some).ok_or(Error::NotFound("improvement"))
}

pub async fn improvement(tx: &mut Tx, scope: &Scope, id: &str) -> Result<Improvement> {
    let operator = bound(scope)?;
    let row = sqlx::query_as(
        "select improvement_id, number, improvement.operator_id, operator.short_zh as operator_zh,
            operator.short_en as operator_en, indicator, finding, measure, owner, due_at, made_at,
            done_at, done_by, doer.name_zh as done_zh, doer.name_en as done_en, result, checked_at,
            checker.name_zh as checked_zh, checker.name_en as checked_en, dropped_at
         from improvement
         left join operator on operator.operator_id = improvement.operator_id
         left join account as doer on doer.account_id = done_by
         left join account as checker on checker.account_id = checked_by
         where improvement_id = $1
           and (cast($2 as text) is null or improvement.operator_id = $2)",
    )
    .bind(id)
    .bind(operator)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("improvement"))
}

/// Improvements, those first whose day comes first.
pub async fn improvements(
    tx: &mut Tx,
    scope: &Scope,
    view: &str,
    indicator: Option<Indicator>,
    now: Time,
    slice: Slice,
) -> Result<Listed<Improvement>> {
    let Ok(operator) = bound(scope) else {
        return Ok(Listed { rows: Vec::new(), total: 0 });
    };
    let rows = sqlx::query(
        "select improvement_id, number, improvement.operator_id, operator.short_zh as operator_zh,
            operator.short_en as operator_en, indicator, finding, measure, owner, due_at, made_at,
            done_at, done_by, doer.name_zh as done_zh, doer.name_en as done_en, result, checked_at,
            checker.name_zh as checked_zh, checker.name_en as checked_en, dropped_at,
            count(*) over () as total
         from improvement
         left join operator on operator.operator_id = improvement.operator_id
         left join account as doer on doer.account_id = done_by
         left join account as checker on checker.account_id = checked_by
         where (cast($1 as text) is null or improvement.operator_id = $1)
           and ($2 = 'all'
                or ($2 = 'open' and checked_at is null and dropped_at is null)
                or ($2 = 'overdue' and done_at is null and dropped_at is null and due_at < $3)
                or ($2 = 'ended' and (checked_at is not null or dropped_at is not null)))
           and (cast($4 as text) is null or indicator = $4)
         order by case when checked_at is null and dropped_at is null then 0 else 1 end, due_at,
            improvement_id limit $5 offset $6",
    )
    .bind(operator)
    .bind(if view.is_empty() { "open" } else { view })
    .bind(now.0)
    .bind(indicator.map(Indicator::code))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    let rows = rows.iter().map(Improvement::from_row).collect::<sqlx::Result<_>>()?;
    Ok(Listed { rows, total })
}

/// Finishes, checks, sends back or drops an improvement; `text` is what was done, or why.
///
/// # Errors
/// [`Refusal::NotAllowed`] for what its state does not allow this person, above all checking what
/// one did oneself; [`Refusal::Text`] for a result that says nothing.
pub async fn act_on_improvement(
    tx: &mut Tx,
    scope: &Scope,
    id: &str,
    act: Act,
    text: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    sqlx::query("update improvement set indicator = indicator where improvement_id = $1")
        .bind(id)
        .execute(tx.conn())
        .await?;
    let known = improvement(tx, scope, id).await?;
    if !known.acts(scope).contains(&act) {
        return Err(Refusal::NotAllowed.into());
    }
    let update = match act {
        Act::Finish => sqlx::query(
            "update improvement set done_at = $2, done_by = $3, result = $4
             where improvement_id = $1",
        )
        .bind(id)
        .bind(now.0)
        .bind(by.actor.code())
        .bind(sound(text)?),
        Act::Check => sqlx::query(
            "update improvement set checked_at = $2, checked_by = $3 where improvement_id = $1",
        )
        .bind(id)
        .bind(now.0)
        .bind(by.actor.code()),
        // What was said to be done stays to be read; the day has passed or is near.
        Act::Reject => sqlx::query(
            "update improvement set done_at = null, done_by = null where improvement_id = $1",
        )
        .bind(id),
        Act::Drop => sqlx::query(
            "update improvement set dropped_at = $2, result = $3 where improvement_id = $1",
        )
        .bind(id)
        .bind(now.0)
        .bind(sound(text)?),
    };
    update.execute(tx.conn()).await?;
    let what = json!({"late": now.0 > known.due_at});
    told(tx, &by, id, known.operator_id.as_deref(), act.code(), what).await
}

/// Improvements that a side still has to do with: of the company, or to be checked.
pub async fn improvements_waiting(tx: &mut Tx, scope: &Scope) -> Result<i64> {
    let Ok(operator) = bound(scope) else { return Ok(0) };
    let done = i64::from(side(scope).is_ok_and(|side| side == Side::Regulator));
    let row = sqlx::query(
        "select count(*) from improvement
         where checked_at is null and dropped_at is null
           and (cast($1 as text) is null or operator_id = $1)
           and (($2 > 0 and done_at is not null) or ($2 = 0 and done_at is null))",
    )
    .bind(operator)
    .bind(done)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}
