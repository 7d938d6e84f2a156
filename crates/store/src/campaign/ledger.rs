//! The steps of a problem, each a record of its own, and the clocks that watch it.

use rules::Time;
use rules::campaign::Branch;
use rules::campaign::{Closing, Fix, Level, Part, Problem, ProblemState, Step, Weight, climb_due};
use serde_json::json;

use super::found::{TEXT_MAX, reopen, write_step};
use super::plan::{Campaign, campaign};
use super::read::{ProblemRow, problem};
use crate::deadline::{self, Kind};
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx, blob};

/// A step as somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct Doing {
    pub text: String,
    /// Filing: to be mended at once, or by a plan.
    pub fix: Option<Fix>,
    /// The plan's owner in words, and the account if there is one.
    pub owner: Option<String>,
    pub owner_account: Option<String>,
    pub due_at: Option<Time>,
}

impl ProblemRow {
    /// What decides about steps.
    pub fn facts(&self) -> Result<Problem> {
        Ok(Problem {
            state: coded(ProblemState::of(&self.state), "problem.state", &self.state)?,
            weight: coded(Weight::of(&self.weight), "problem.weight", &self.weight)?,
            fix: coded(Fix::of(&self.fix), "problem.fix", &self.fix)?,
            reached: coded(Level::of(&self.reached), "problem.reached", &self.reached)?,
            owner: self.owner_account.clone(),
            submitted_by: self.submitted_by.clone(),
        })
    }
}

/// Takes one step.
///
/// # Errors
/// A [`Refusal`] naming what stands in the way; not found outside the scope.
pub async fn step(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
    step: Step,
    doing: &Doing,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    if doing.text.chars().count() > TEXT_MAX {
        return Err(Refusal::Text.into());
    }
    // Two pressing at once take turns: the row is the lock.
    hold(tx, problem_id).await?;
    let row = problem(tx, scope, problem_id).await?;
    let found = campaign(tx, scope, &row.campaign_id).await?;
    // A cancelled campaign takes nothing new, but what is open is still mended and struck off.
    if found.published_at.is_none() {
        return Err(Refusal::CampaignClosed.into());
    }
    let facts = row.facts()?;
    let with = Closing {
        text: doing.text.clone(),
        owner: doing.owner.clone(),
        due_at: doing.due_at,
        files: blob::count_of(tx, "problem", problem_id, row.evidence_since()).await?,
    };
    let part = scope.campaign_part();
    let after = facts.take(step, part, &account.account_id, &with, now)?;
    let by = By::account(&account.account_id, now);
    match step {
        Step::Reopen => reopen(tx, &by, &row.institution_id, problem_id).await?,
        Step::Report => {
            climb(tx, &found, &row, &facts, part, now).await?;
        }
        _ => settle(tx, &by, &row, step, after, doing).await?,
    }
    write_step(tx, &by, &row.institution_id, problem_id, step.code(), doing.text.trim()).await?;
    let subject = Subject { kind: "problem", id: problem_id, institution_id: &row.institution_id };
    let particulars = json!({"step": step.code(), "state": after.code()});
    event::append(tx, &by, subject, step.code(), particulars).await
}

async fn hold(tx: &mut Tx, problem_id: &str) -> Result<()> {
    sqlx::query("update problem set state = state where problem_id = $1")
        .bind(problem_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes where the problem stands after a step.
async fn settle(
    tx: &mut Tx,
    by: &By,
    row: &ProblemRow,
    step: Step,
    after: ProblemState,
    doing: &Doing,
) -> Result<()> {
    let at = |wanted: Step| (step == wanted).then_some(by.now.0);
    let who = |wanted: Step| (step == wanted).then(|| by.actor.code());
    let text = |wanted: Step| (step == wanted).then(|| doing.text.trim().to_owned());
    let back = if step == Step::SendBack { 1_i64 } else { 0 };
    sqlx::query(
        "update problem set state = $3, state_at = $4, state_by = $5,
            fix = coalesce(cast($6 as text), fix),
            measure = coalesce(cast($7 as text), measure),
            owner = coalesce(cast($8 as text), owner),
            owner_account = coalesce(cast($9 as text), owner_account),
            due_at = coalesce(cast($10 as bigint), due_at),
            submitted_at = case when $17 = 1 then null
                else coalesce(cast($11 as bigint), submitted_at) end,
            submitted_by = case when $17 = 1 then null
                else coalesce(cast($12 as text), submitted_by) end,
            verified_at = case when $17 = 1 then null
                else coalesce(cast($13 as bigint), verified_at) end,
            verified_by = case when $17 = 1 then null
                else coalesce(cast($14 as text), verified_by) end,
            struck_off_at = coalesce(cast($15 as bigint), struck_off_at),
            struck_off_by = coalesce(cast($16 as text), struck_off_by),
            struck_off = struck_off + case when cast($15 as bigint) is null then 0 else 1 end
         where institution_id = $1 and problem_id = $2",
    )
    .bind(&row.institution_id)
    .bind(&row.problem_id)
    .bind(after.code())
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(doing.fix.filter(|_| step == Step::File).map(Fix::code))
    .bind(text(Step::Plan))
    .bind(doing.owner.clone().filter(|_| step == Step::Plan))
    .bind(doing.owner_account.clone().filter(|_| step == Step::Plan))
    .bind(doing.due_at.filter(|_| step == Step::Plan).map(|due| due.0))
    .bind(at(Step::Submit))
    .bind(who(Step::Submit))
    .bind(at(Step::Verify))
    .bind(who(Step::Verify))
    .bind(at(Step::StrikeOff))
    .bind(who(Step::StrikeOff))
    .bind(back)
    .execute(tx.conn())
    .await?;
    match (step, doing.due_at) {
        (Step::Plan, Some(due)) => deadline::set(tx, Kind::ProblemDue, &row.problem_id, due).await,
        (Step::Submit, _) => deadline::met(tx, Kind::ProblemDue, &row.problem_id, by.now).await,
        (Step::StrikeOff, _) => {
            deadline::clear(tx, Kind::ProblemDue, &row.problem_id).await?;
            deadline::clear(tx, Kind::ProblemClimbs, &row.problem_id).await
        }
        _ => Ok(()),
    }
}

/// One level up, and the next clock.
async fn climb(
    tx: &mut Tx,
    found: &Campaign,
    row: &ProblemRow,
    facts: &Problem,
    part: Part,
    now: Time,
) -> Result<Option<Level>> {
    // A bureau that reports does so to the level above its own.
    let from = match part {
        Part::District => Level::District.max(facts.reached),
        _ => facts.reached,
    };
    let Some(next) = from.next(Branch::is_district(&row.branch)) else { return Ok(None) };
    let due = climb_due(next, now, found.plan.clocks.climb_h);
    sqlx::query(
        "update problem set reached = $3, climbs_at = $4
         where institution_id = $1 and problem_id = $2",
    )
    .bind(&row.institution_id)
    .bind(&row.problem_id)
    .bind(next.code())
    .bind(due.map(|due| due.0))
    .execute(tx.conn())
    .await?;
    match due {
        Some(due) => deadline::set(tx, Kind::ProblemClimbs, &row.problem_id, due).await?,
        None => deadline::clear(tx, Kind::ProblemClimbs, &row.problem_id).await?,
    }
    Ok(Some(next))
}

/// Nobody reported it in time: it climbs by itself [W34].
pub(crate) async fn problem_climbs(tx: &mut Tx, by: &By, problem_id: &str, at: Time) -> Result<()> {
    hold(tx, problem_id).await?;
    let system = Scope::system();
    let row = problem(tx, &system, problem_id).await?;
    let found = campaign(tx, &system, &row.campaign_id).await?;
    let facts = row.facts()?;
    let moot = !facts.state.is_open() || facts.weight != Weight::Major;
    if moot || found.cancelled_at.is_some() {
        return Ok(());
    }
    // Dated when it fell due, so that a server that slept does not give a level more time.
    let Some(next) = climb(tx, &found, &row, &facts, Part::Reader, at).await? else {
        return Ok(());
    };
    write_step(tx, by, &row.institution_id, problem_id, "climbed", next.code()).await?;
    let subject = Subject { kind: "problem", id: problem_id, institution_id: &row.institution_id };
    event::append(tx, by, subject, "climbed", json!({"to": next.code(), "at": at.0})).await
}

/// The day of a plan has passed: whoever follows the log hears of it.
pub(crate) async fn problem_due(tx: &mut Tx, by: &By, problem_id: &str) -> Result<()> {
    let row = problem(tx, &Scope::system(), problem_id).await?;
    if row.submitted_at.is_some() || row.state == ProblemState::StruckOff.code() {
        return Ok(());
    }
    let subject = Subject { kind: "problem", id: problem_id, institution_id: &row.institution_id };
    event::append(tx, by, subject, "overdue", json!({"due_at": row.due_at})).await
}
