//! What is handed in: reports, plans, summaries and annexes, level by level with lock and return.

use rules::Time;
use rules::account::Permission;
use rules::campaign::{
    Branch, Deliverable, Hand, Holder, Relating, SubmissionState, SubmissionStep, may_submit,
};
use serde_json::json;
use sqlx::Row;

use super::annex;
use super::plan::{Campaign, campaign};
use super::self_inspection::{REPORT, all_handed_in};
use crate::account::CampaignReach;
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// What is handed in by whom: the campaign, the deliverable, and an institution or a line.
#[derive(Clone, Copy, Debug)]
pub struct Handing<'h> {
    pub campaign_id: &'h str,
    pub deliverable: &'h str,
    pub holder: &'h str,
}

/// Where a submission stands.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Submission {
    pub deliverable: String,
    pub holder: String,
    pub branch: String,
    pub state: String,
    pub state_at: i64,
    pub first_submitted_at: Option<i64>,
    pub held_to_at: Option<i64>,
    pub returns: i64,
}

impl Submission {
    /// Late by the deadline that held when it first came; what never came is late once it is over.
    pub fn late(&self) -> bool {
        match (self.first_submitted_at, self.held_to_at) {
            (Some(at), Some(due)) => at >= due,
            _ => false,
        }
    }
}

/// Who holds it: an institution of a line, or the line itself.
struct Place {
    /// The institution, for the log.
    institution_id: String,
    line: String,
    /// The holder is the line.
    is_line: bool,
}

async fn place(tx: &mut Tx, handing: Handing<'_>) -> Result<Place> {
    let row = sqlx::query(
        "select branch from campaign_target where campaign_id = $1 and institution_id = $2",
    )
    .bind(handing.campaign_id)
    .bind(handing.holder)
    .fetch_optional(tx.conn())
    .await?;
    if let Some(row) = row {
        let (institution_id, line) = (handing.holder.to_owned(), row.try_get(0)?);
        return Ok(Place { institution_id, line, is_line: false });
    }
    let row =
        sqlx::query("select count(*) from campaign_target where campaign_id = $1 and branch = $2")
            .bind(handing.campaign_id)
            .bind(handing.holder)
            .fetch_one(tx.conn())
            .await?;
    if row.try_get::<i64, _>(0)? == 0 {
        return Err(Error::NotFound("submission"));
    }
    Ok(Place { institution_id: String::new(), line: handing.holder.to_owned(), is_line: true })
}

/// Whether a place hands such a thing in. What a line hands in, units that answer to no district
/// hand in themselves; an annex rises through a district's line.
fn holds(place: &Place, holder: Holder, annexed: bool) -> bool {
    let district = Branch::is_district(&place.line);
    match (holder, place.is_line) {
        (Holder::Institution, false) => true,
        (Holder::Institution, true) => annexed && district,
        (Holder::Branch, is_line) => is_line == district,
    }
}

/// How an account relates to a submission.
fn relating(scope: &Scope, place: &Place) -> Relating {
    let district = Branch::is_district(&place.line);
    match scope.campaign() {
        CampaignReach::Institution(own) if *own == place.institution_id => {
            let may = scope.may(Permission::KeepLedger) || scope.may(Permission::AnswerFor);
            if may { Relating::Holder } else { Relating::Other }
        }
        CampaignReach::Line(line) if *line == place.line && place.is_line => Relating::Holder,
        CampaignReach::Line(line) if *line == place.line => Relating::Superior,
        // A unit that answers to no district answers to the city.
        CampaignReach::City if place.is_line || !district => Relating::Superior,
        _ => Relating::Other,
    }
}

/// Makes the row if need be and holds it until the transaction ends.
async fn hold(tx: &mut Tx, handing: Handing<'_>, line: &str, by: &By) -> Result<SubmissionState> {
    let row = sqlx::query(
        "insert into submission (campaign_id, deliverable, holder, branch, state, state_at,
            state_by)
         values ($1, $2, $3, $4, 'open', $5, $6)
         on conflict (campaign_id, deliverable, holder) do update set state = submission.state
         returning state",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .bind(line)
    .bind(by.now.0)
    .bind(by.actor.code())
    .fetch_one(tx.conn())
    .await?;
    let word: String = row.try_get(0)?;
    coded(SubmissionState::of(&word), "submission.state", &word)
}

/// The state of a submission; open when nobody has touched it.
pub(super) async fn state_of(
    tx: &mut Tx,
    campaign_id: &str,
    deliverable: &str,
    holder: &str,
) -> Result<SubmissionState> {
    let row = sqlx::query(
        "select state from submission
         where campaign_id = $1 and deliverable = $2 and holder = $3",
    )
    .bind(campaign_id)
    .bind(deliverable)
    .bind(holder)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(SubmissionState::Open) };
    let word: String = row.try_get(0)?;
    coded(SubmissionState::of(&word), "submission.state", &word)
}

const REASON_MAX: usize = 500;

/// Hands in, withdraws, approves, returns or un-approves.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Incomplete`], [`Refusal::Children`], [`Refusal::Expired`],
/// [`Refusal::Reason`]; not found outside the scope.
pub async fn hand(
    tx: &mut Tx,
    scope: &Scope,
    handing: Handing<'_>,
    step: SubmissionStep,
    text: &str,
    now: Time,
) -> Result<SubmissionState> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let by = By::account(&account, now);
    let found = campaign(tx, scope, handing.campaign_id).await?;
    found.open()?;
    let one = found.plan.deliverable(handing.deliverable).ok_or(Refusal::Unknown)?.clone();
    let place = place(tx, handing).await?;
    let relating = relating(scope, &place);
    let annexed = found.plan.annex(&one.code).is_some();
    if relating == Relating::Other || !holds(&place, one.holder, annexed) {
        return Err(Error::NotFound("submission"));
    }
    // The line comes first: whoever hands it in sees every child as it then stays.
    let above = Handing { holder: &place.line, ..handing };
    let above_locked = !place.is_line && hold(tx, above, &place.line, &by).await?.locks_below();
    let state = hold(tx, handing, &place.line, &by).await?;
    let after = Hand { state, above_locked }.after(step, relating).ok_or(if above_locked {
        Refusal::Locked
    } else {
        Refusal::NotAllowed
    })?;
    reasoned(step, text)?;
    if step == SubmissionStep::Submit {
        ready(tx, &by, &found, &one, &place, text).await?;
    }
    settle(tx, &by, handing, &one, step, after).await?;
    if annexed && !place.is_line {
        let (id, line) = (&place.institution_id, &place.line);
        match (state.counts(), after.counts()) {
            (false, true) => annex::count_in(tx, handing, id, line, 1).await?,
            (true, false) => annex::count_in(tx, handing, id, line, -1).await?,
            _ => {}
        }
    }
    record(tx, &by, handing, step, text).await?;
    let subject =
        Subject { kind: "submission", id: handing.holder, institution_id: &place.institution_id };
    let particulars = json!({"deliverable": one.code, "campaign": handing.campaign_id,
        "state": after.code()});
    event::append(tx, &by, subject, step.code(), particulars).await?;
    Ok(after)
}

fn reasoned(step: SubmissionStep, text: &str) -> Result<()> {
    let needed = matches!(step, SubmissionStep::Return | SubmissionStep::Unapprove);
    if (needed && text.trim().is_empty()) || text.chars().count() > REASON_MAX {
        return Err(Refusal::Reason.into());
    }
    Ok(())
}

/// Whether what is handed in is whole.
async fn ready(
    tx: &mut Tx,
    by: &By,
    found: &Campaign,
    one: &Deliverable,
    place: &Place,
    text: &str,
) -> Result<()> {
    let id = &place.institution_id;
    let holder = if place.is_line { &place.line } else { id };
    if let Some(annex) = found.plan.annex(&one.code) {
        if by.now >= one.due_at.plus_days(annex.expires_days) {
            return Err(Refusal::Expired.into());
        }
        if place.is_line {
            let [children, approved] = children(tx, found, one, &place.line).await?;
            let may = may_submit(children, approved, text);
            return if may { Ok(()) } else { Err(Refusal::Children.into()) };
        }
        return annex::freeze(tx, by, found, annex, id, &place.line).await;
    }
    if one.code == REPORT && !all_handed_in(tx, found, id, by.now).await? {
        return Err(Refusal::Incomplete.into());
    }
    let row = sqlx::query(
        "select count(*) from submission_text
         where campaign_id = $1 and deliverable = $2 and holder = $3 and body <> ''",
    )
    .bind(&found.campaign_id)
    .bind(&one.code)
    .bind(holder)
    .fetch_one(tx.conn())
    .await?;
    let written: i64 = row.try_get(0)?;
    let sections = i64::try_from(found.plan.sections_of(&one.code).count()).unwrap_or(0);
    if written < sections { Err(Refusal::Incomplete.into()) } else { Ok(()) }
}

/// The children of a line for a deliverable, and how many are approved.
async fn children(
    tx: &mut Tx,
    found: &Campaign,
    one: &Deliverable,
    line: &str,
) -> Result<[i64; 2]> {
    let row = sqlx::query(
        "select count(*),
            count(case when submission.state = 'approved' then 1 end)
         from campaign_target
         join institution_profile
           on institution_profile.institution_id = campaign_target.institution_id
         left join submission on submission.campaign_id = campaign_target.campaign_id
            and submission.deliverable = $3 and submission.holder = campaign_target.institution_id
         where campaign_target.campaign_id = $1 and campaign_target.branch = $2
           and ($4 = 0 or dialysis_stations > 0)",
    )
    .bind(&found.campaign_id)
    .bind(line)
    .bind(&one.code)
    .bind(i64::from(one.dialysis_only))
    .fetch_one(tx.conn())
    .await?;
    Ok([row.try_get(0)?, row.try_get(1)?])
}

async fn settle(
    tx: &mut Tx,
    by: &By,
    handing: Handing<'_>,
    one: &Deliverable,
    step: SubmissionStep,
    after: SubmissionState,
) -> Result<()> {
    let submits = (step == SubmissionStep::Submit).then_some(by.now.0);
    let held_to = submits.map(|_| one.due_at.0);
    sqlx::query(
        "update submission set state = $4, state_at = $5, state_by = $6,
            first_submitted_at = coalesce(first_submitted_at, cast($7 as bigint)),
            held_to_at = coalesce(held_to_at, cast($8 as bigint)), returns = returns + $9
         where campaign_id = $1 and deliverable = $2 and holder = $3",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .bind(after.code())
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(submits)
    .bind(held_to)
    .bind(i64::from(step == SubmissionStep::Return))
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn record(
    tx: &mut Tx,
    by: &By,
    handing: Handing<'_>,
    step: SubmissionStep,
    body: &str,
) -> Result<()> {
    sqlx::query(
        "insert into submission_step (campaign_id, deliverable, holder, step_no, step, at,
            by_account, body)
         select $1, $2, $3, (select count(*) + 1 from submission_step
                             where campaign_id = $1 and deliverable = $2 and holder = $3),
            cast($4 as text), cast($5 as bigint), cast($6 as text), cast($7 as text)",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .bind(step.code())
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(body.trim())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the scope reaches a holder: institutions of its line, its own institution, its line.
pub(super) async fn reach(tx: &mut Tx, scope: &Scope, handing: Handing<'_>) -> Result<String> {
    campaign(tx, scope, handing.campaign_id).await?;
    let place = place(tx, handing).await?;
    let sees = match scope.campaign() {
        CampaignReach::City => true,
        CampaignReach::Line(line) => *line == place.line,
        CampaignReach::Institution(own) | CampaignReach::Department(own, _) => {
            *own == place.institution_id
        }
        CampaignReach::Nothing => false,
    };
    if sees { Ok(place.line) } else { Err(Error::NotFound("submission")) }
}

/// One submission, with what the account may do now.
///
/// # Errors
/// Not found outside the scope.
pub async fn submission(
    tx: &mut Tx,
    scope: &Scope,
    handing: Handing<'_>,
) -> Result<(Submission, Vec<SubmissionStep>)> {
    let line = reach(tx, scope, handing).await?;
    let row: Option<Submission> = sqlx::query_as(
        "select deliverable, holder, branch, state, state_at, first_submitted_at, held_to_at,
            returns
         from submission where campaign_id = $1 and deliverable = $2 and holder = $3",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .fetch_optional(tx.conn())
    .await?;
    let one = row.unwrap_or_else(|| Submission {
        deliverable: handing.deliverable.to_owned(),
        holder: handing.holder.to_owned(),
        branch: line.clone(),
        state: SubmissionState::Open.code().to_owned(),
        state_at: 0,
        first_submitted_at: None,
        held_to_at: None,
        returns: 0,
    });
    let place = place(tx, handing).await?;
    let above = state_of(tx, handing.campaign_id, handing.deliverable, &line).await?;
    let state = coded(SubmissionState::of(&one.state), "submission.state", &one.state)?;
    let hand = Hand { state, above_locked: !place.is_line && above.locks_below() };
    let steps = hand.steps(relating(scope, &place)).to_vec();
    Ok((one, steps))
}

/// A line of a submission's record.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SubmissionStepRow {
    pub step: String,
    pub at: i64,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub body: String,
}

/// # Errors
/// Not found outside the scope.
pub async fn submission_steps(
    tx: &mut Tx,
    scope: &Scope,
    handing: Handing<'_>,
) -> Result<Vec<SubmissionStepRow>> {
    reach(tx, scope, handing).await?;
    Ok(sqlx::query_as(
        "select step, at, name_zh, name_en, body from submission_step
         left join account on account.account_id = by_account
         where campaign_id = $1 and deliverable = $2 and holder = $3 order by step_no",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(handing.holder)
    .fetch_all(tx.conn())
    .await?)
}
