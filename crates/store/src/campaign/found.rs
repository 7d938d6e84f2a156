//! Findings become entries of the ledger: a new number, or the old one again.

use rules::Time;
use rules::campaign::{Fix, Found, Level, ProblemState, Source, Weight, again, climb_due};
use serde_json::json;
use sqlx::Row;

use super::list::line_of;
use super::plan::campaign;
use crate::deadline::{self, Kind};
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::order::next_in_series;
use crate::{Refusal, Result, Scope, Tx, register};

/// What was found where.
#[derive(Clone, Debug)]
pub struct Finding {
    pub campaign_id: String,
    pub institution_id: String,
    pub department: String,
    /// The checklist's item; none for what no list asks.
    pub item: Option<String>,
    pub source: Source,
    /// An item of the list decides; this is for what no list asks.
    pub weight: Weight,
    pub text: String,
    pub spot_check_id: Option<String>,
}

/// The longest description of a problem.
pub(super) const TEXT_MAX: usize = 1_000;

/// Enters a finding; the answer is the problem's id. What is open already keeps its number and is
/// counted again; what was struck off opens again by itself.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::CampaignClosed`]; not found outside the scope or the campaign.
pub async fn find(tx: &mut Tx, scope: &Scope, finding: &Finding, now: Time) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let inspects = scope.may(rules::account::Permission::RunCampaign);
    let own = scope.may(rules::account::Permission::SelfInspect);
    let (_, _, department) = scope.campaign().bounds();
    let elsewhere = department.is_some_and(|own| own != finding.department);
    if !(inspects || own) || elsewhere || (own && finding.source == Source::SpotCheck) {
        return Err(Refusal::NotAllowed.into());
    }
    enter(tx, scope, &By::account(&account, now), finding).await
}

/// The same within a step that has already asked who may.
pub(super) async fn enter(
    tx: &mut Tx,
    scope: &Scope,
    by: &By,
    finding: &Finding,
) -> Result<String> {
    let text = finding.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    let found = campaign(tx, scope, &finding.campaign_id).await?;
    found.open()?;
    let line = line_of(tx, scope, &finding.campaign_id, &finding.institution_id).await?;
    let item = match &finding.item {
        Some(item) => item.clone(),
        // What no list asks is the same as nothing else.
        None => tx.id("free", by.now)?,
    };
    // Two who find the same at once take turns.
    let (institution_id, department) = (&finding.institution_id, &finding.department);
    let series = format!("found:{}:{institution_id}:{department}:{item}", finding.campaign_id);
    crate::order::hold_series(tx, &series).await?;
    let known = sqlx::query(
        "select problem_id, state, weight from problem
         where campaign_id = $1 and institution_id = $2 and department = $3 and item = $4",
    )
    .bind(&finding.campaign_id)
    .bind(institution_id)
    .bind(department)
    .bind(&item)
    .fetch_optional(tx.conn())
    .await?;
    let Some(known) = known else {
        let clocks = found.plan.clocks;
        return new(tx, by, finding, (&found.code, &item, &line), clocks.climb_h).await;
    };
    let (problem_id, word): (String, String) = (known.try_get(0)?, known.try_get(1)?);
    let state = coded(ProblemState::of(&word), "problem.state", &word)?;
    let returned = again(Some(state)) == Found::Returned;
    if returned {
        reopen(tx, by, institution_id, &problem_id).await?;
        let weight: String = known.try_get(2)?;
        if weight == Weight::Major.code() {
            rise(tx, &problem_id, by.now, found.plan.clocks.climb_h).await?;
        }
    } else {
        sqlx::query(
            "update problem set repeats = repeats + 1
             where institution_id = $1 and problem_id = $2",
        )
        .bind(institution_id)
        .bind(&problem_id)
        .execute(tx.conn())
        .await?;
    }
    let (step, action) = if returned { ("reopen", "returned") } else { ("seen", "seen_again") };
    write_step(tx, by, institution_id, &problem_id, step, text).await?;
    let subject = Subject { kind: "problem", id: &problem_id, institution_id };
    let particulars = json!({"source": finding.source.code()});
    event::append(tx, by, subject, action, particulars).await?;
    Ok(problem_id)
}

/// Opens an old number again: its verification and its end no longer hold.
pub(super) async fn reopen(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    problem_id: &str,
) -> Result<()> {
    sqlx::query(
        "update problem set state = 'reopened', state_at = $3, state_by = $4,
            reopened = reopened + 1, submitted_at = null, submitted_by = null, verified_at = null,
            verified_by = null, struck_off_at = null, struck_off_by = null, due_at = null,
            reached = 'institution'
         where institution_id = $1 and problem_id = $2",
    )
    .bind(institution_id)
    .bind(problem_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    deadline::clear(tx, Kind::ProblemDue, problem_id).await
}

/// Starts the clock of an especially important problem.
async fn rise(tx: &mut Tx, problem_id: &str, now: Time, climb_h: i64) -> Result<()> {
    let Some(due) = climb_due(Level::Institution, now, climb_h) else { return Ok(()) };
    sqlx::query("update problem set climbs_at = $2 where problem_id = $1")
        .bind(problem_id)
        .bind(due.0)
        .execute(tx.conn())
        .await?;
    deadline::set(tx, Kind::ProblemClimbs, problem_id, due).await
}

async fn new(
    tx: &mut Tx,
    by: &By,
    finding: &Finding,
    (code, item, line): (&str, &str, &str),
    climb_h: i64,
) -> Result<String> {
    let now = by.now;
    let institution_id = &finding.institution_id;
    let profile = register::profile(tx, institution_id).await?;
    let listed = tx.packs().checklist_item(item).map(|item| item.major);
    let major = listed.unwrap_or(finding.weight == Weight::Major);
    let weight = if major { Weight::Major } else { Weight::Ordinary };
    let problem_id = tx.id("prb", now)?;
    let series = format!("problem:{code}:{}", profile.code);
    let n = next_in_series(tx, &series).await?;
    let number = format!("{}-{code}-{n:03}", profile.code);
    sqlx::query(
        "insert into problem (institution_id, problem_id, campaign_id, number, branch, department,
            item, source, weight, fix, title, found_at, found_by, spot_check_id, state, state_at,
            state_by, reached)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $12, $13, $16)",
    )
    .bind(institution_id)
    .bind(&problem_id)
    .bind(&finding.campaign_id)
    .bind(&number)
    .bind(line)
    .bind(&finding.department)
    .bind(item)
    .bind(finding.source.code())
    .bind(weight.code())
    .bind(Fix::Planned.code())
    .bind(finding.text.trim())
    .bind(now.0)
    .bind(by.actor.code())
    .bind(&finding.spot_check_id)
    .bind(ProblemState::Found.code())
    .bind(Level::Institution.code())
    .execute(tx.conn())
    .await?;
    write_step(tx, by, institution_id, &problem_id, "found", finding.text.trim()).await?;
    if weight == Weight::Major {
        rise(tx, &problem_id, now, climb_h).await?;
    }
    let subject = Subject { kind: "problem", id: &problem_id, institution_id };
    let particulars = json!({"source": finding.source.code(), "item": item, "number": number});
    event::append(tx, by, subject, "found", particulars).await?;
    Ok(problem_id)
}

/// Appends to a problem's record; nothing in it is overwritten.
pub(super) async fn write_step(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    problem_id: &str,
    step: &str,
    body: &str,
) -> Result<()> {
    sqlx::query(
        "insert into problem_step (institution_id, problem_id, step_no, step, at, by_account, body)
         select $1, $2, (select count(*) + 1 from problem_step
                         where institution_id = $1 and problem_id = $2),
            cast($3 as text), cast($4 as bigint), cast($5 as text), cast($6 as text)",
    )
    .bind(institution_id)
    .bind(problem_id)
    .bind(step)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}
