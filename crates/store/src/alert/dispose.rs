//! The steps of disposal: claim, ask, explain, verify, close.

use rules::Time;
use rules::alert::{Hearing, Method, Outcome, Rule, State, Step, may_close};
use serde_json::json;

use super::read::{Alert, alert};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, account, inspection};

/// One step as a person asks for it.
#[derive(Clone, Debug)]
pub struct Disposal {
    pub step: Step,
    pub text: String,
    pub method: Option<Method>,
    pub outcome: Option<Outcome>,
    /// The second officer on site, by account.
    pub second_account: Option<String>,
}

/// The longest explanation or opinion that is kept.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// Takes one step; a referral proposes an inspection in the same transaction.
///
/// # Errors
/// [`Refusal`] when the state, the role, a missing text, a missing second officer or an unheard
/// clinic forbids it. [`Error::NotFound`] outside the scope.
pub async fn dispose(
    tx: &mut Tx,
    scope: &Scope,
    alert_id: &str,
    disposal: &Disposal,
    now: Time,
) -> Result<()> {
    let actor = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    lock(tx, alert_id).await?;
    let before = alert(tx, scope, alert_id).await?;
    check(tx, scope, &before, disposal, now).await?;
    let by = By::account(&actor.account_id, now);
    let after =
        before.state.after(disposal.step, actor.role, &actor.account_id, now, disposal.outcome)?;
    record(tx, &before, disposal, &actor.account_id, &after, now).await?;
    let subject = Subject { kind: "alert", id: alert_id, institution_id: &before.institution_id };
    let particulars = json!({
        "step": disposal.step.code(),
        "outcome": disposal.outcome.map(Outcome::code),
        "method": disposal.method.map(Method::code),
    });
    event::append(tx, &by, subject, disposal.step.code(), particulars).await?;
    if let State::Closed { outcome: Outcome::Referred, .. } = after {
        inspection::propose(tx, &by, &before.institution_id, Some(alert_id)).await?;
    }
    Ok(())
}

/// Two officers pressing at once take turns: the row is the lock, and the second sees the first.
async fn lock(tx: &mut Tx, alert_id: &str) -> Result<()> {
    sqlx::query("update alert set state = state where alert_id = $1")
        .bind(alert_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn check(
    tx: &mut Tx,
    scope: &Scope,
    before: &Alert,
    disposal: &Disposal,
    now: Time,
) -> Result<()> {
    let text_needed = matches!(disposal.step, Step::Explain | Step::Verify);
    let length = disposal.text.trim().chars().count();
    if (text_needed && length == 0) || length > TEXT_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    if disposal.step == Step::Verify {
        match disposal.method {
            None => return Err(Refusal::NotAllowed.into()),
            Some(Method::OnSite) => {
                let second = disposal.second_account.as_deref().unwrap_or("");
                let colleagues = account::colleagues(tx, scope).await?;
                if !colleagues.iter().any(|colleague| colleague.account_id == second) {
                    return Err(Refusal::SecondOfficer.into());
                }
            }
            Some(Method::Records | Method::Video) => {}
        }
    }
    if let (Step::Close, Some(outcome)) = (disposal.step, disposal.outcome) {
        let unannounced = tx
            .packs()
            .rules_of(&before.pack_version)
            .and_then(|pack| Rule::of(&before.rule).and_then(|rule| pack.rule(rule)))
            .is_some_and(|text| text.unannounced);
        let hearing = Hearing {
            explained: before.explained_at.is_some(),
            explain_due_at: Time(before.explain_due_at),
            unannounced,
        };
        may_close(outcome, hearing, now)?;
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    before: &Alert,
    disposal: &Disposal,
    account_id: &str,
    after: &State,
    now: Time,
) -> Result<()> {
    sqlx::query(
        "insert into alert_step (institution_id, alert_id, step_no, step, at, by_account,
            second_account, method, outcome, body)
         select $1, $2, (select count(*) + 1 from alert_step
                         where institution_id = $1 and alert_id = $2),
            cast($3 as text), cast($4 as bigint), cast($5 as text), cast($6 as text),
            cast($7 as text), cast($8 as text), cast($9 as text)",
    )
    .bind(&before.institution_id)
    .bind(&before.alert_id)
    .bind(disposal.step.code())
    .bind(now.0)
    .bind(account_id)
    // Only on site was it looked up who that is.
    .bind(disposal.second_account.as_ref().filter(|_| disposal.method == Some(Method::OnSite)))
    .bind(disposal.method.map(Method::code))
    .bind(disposal.outcome.map(Outcome::code))
    .bind(disposal.text.trim())
    .execute(tx.conn())
    .await?;
    let explained = matches!(after, State::Explained { .. }).then_some(now.0);
    let closed = matches!(after, State::Closed { .. }).then_some(now.0);
    let changed = sqlx::query(
        "update alert set state = $3, state_at = $4, state_by = $5,
            explained_at = coalesce(explained_at, $6), outcome = $7, closed_at = $8
         where institution_id = $1 and alert_id = $2",
    )
    .bind(&before.institution_id)
    .bind(&before.alert_id)
    .bind(after.code())
    .bind(now.0)
    .bind(account_id)
    .bind(explained)
    .bind(disposal.outcome.filter(|_| closed.is_some()).map(Outcome::code))
    .bind(closed)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 1 { Ok(()) } else { Err(Error::NotFound("alert")) }
}
