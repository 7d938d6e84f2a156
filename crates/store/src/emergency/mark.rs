//! Marks: what moves a case on. Each party's marks stand in `rules`; here they are written.

use rules::card::Card;
use rules::emergency::{DeclineReason, Mark, Outcome, Part, Party, Standing};
use rules::{Position, Time};
use serde_json::{Value, json};

use super::call::Ended;
use super::read::{Case, case, party};
use super::{QC, call};
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// What some marks need besides the party.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Accept and decline by the desk, redirect: which hospital.
    pub hospital_id: Option<String>,
    pub reason: Option<DeclineReason>,
    pub outcome: Option<Outcome>,
    /// Move: minutes until arrival, when somebody knows.
    pub eta_min: Option<i64>,
    /// Merge: the case it belongs to.
    pub into: Option<String>,
    /// Stand down, close: a sentence for the course.
    pub said: String,
}

/// Sets a mark.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a mark the party does not have now, [`Refusal::TooLate`] when
/// another hospital has accepted, [`Refusal::Reason`], [`Refusal::Outcome`]; not found for a case
/// the scope does not reach.
pub async fn mark(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    mark: Mark,
    details: &Details,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    if mark == Mark::Merge {
        super::merge::hold_operation(tx, emergency_id).await?;
    }
    // Two that are merged into each other are taken in one order.
    let other = details.into.as_deref().filter(|into| mark == Mark::Merge && *into < emergency_id);
    if let Some(into) = other {
        call::hold(tx, into).await?;
    }
    call::hold(tx, emergency_id).await?;
    let case = case(tx, scope, emergency_id).await?;
    let party = party(tx, scope, &case).await?;
    let course = case.course();
    // Each place stops its own ladder, also after another one has heard the case.
    let own_call = mark == Mark::Acknowledge && waits(tx, scope, &case, party).await?;
    if !own_call && !course.marks(party).contains(&mark) {
        // Somebody was quicker: another answer than to somebody who may not at all.
        let late = matches!(mark, Mark::Accept | Mark::Decline) && course.accepted_at.is_some();
        return Err(if late { Refusal::TooLate } else { Refusal::NotAllowed }.into());
    }
    let step = Step { by: &by, case: &case, party, scope, details };
    match mark {
        Mark::Acknowledge => step.acknowledge(tx).await?,
        Mark::Accept => step.accept(tx).await?,
        Mark::Decline => step.decline(tx).await?,
        Mark::Move => step.moving(tx).await?,
        Mark::Arrive => step.stamp(tx, Stamp::Arrived).await?,
        Mark::HandOver => step.stamp(tx, Stamp::HandedOver).await?,
        Mark::Called120 => step.stamp(tx, Stamp::Called120).await?,
        Mark::Close => step.close(tx).await?,
        Mark::StandDown => step.stand_down(tx).await?,
        Mark::Redirect => step.redirect(tx).await?,
        Mark::Merge => step.merge(tx).await?,
    }
    step.settle(tx, mark).await
}

/// Whether the party's own place is being called and nobody there has answered.
async fn waits(tx: &mut Tx, scope: &Scope, case: &Case, party: Party) -> Result<bool> {
    let place = match party {
        Party::Desk => Some(QC),
        Party::Called => scope.hospital(),
        _ => None,
    };
    let course = case.course();
    if !course.is_open() || course.accepted_at.is_some() {
        return Ok(false);
    }
    let row = sqlx::query(
        "select 1 from emergency_call where emergency_id = $1 and hospital_id = $2
           and acknowledged_at is null and declined_at is null and withdrawn_at is null",
    )
    .bind(&case.emergency_id)
    .bind(place)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some())
}

enum Stamp {
    Arrived,
    HandedOver,
    Called120,
}

struct Step<'s> {
    by: &'s By,
    case: &'s Case,
    party: Party,
    scope: &'s Scope,
    details: &'s Details,
}

impl Step<'_> {
    fn id(&self) -> &str {
        &self.case.emergency_id
    }

    fn now(&self) -> i64 {
        self.by.now.0
    }

    /// Which hospital answers: the party's own, or the one the desk names.
    fn hospital(&self) -> Result<&str> {
        match self.party {
            Party::Desk => self.details.hospital_id.as_deref().ok_or(Error::NotFound("hospital")),
            _ => self.scope.hospital().ok_or(Error::Refused(Refusal::NotAllowed)),
        }
    }

    async fn heard(&self, tx: &mut Tx) -> Result<()> {
        sqlx::query(
            "update emergency set acknowledged_at = coalesce(acknowledged_at, $2),
                acknowledged_by = coalesce(acknowledged_by, $3) where emergency_id = $1",
        )
        .bind(self.id())
        .bind(self.now())
        .bind(self.by.actor.code())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// The call of a place has been heard by a human.
    async fn answered(&self, tx: &mut Tx, hospital_id: &str) -> Result<Option<String>> {
        let row = sqlx::query(
            "update emergency_call set acknowledged_at = coalesce(acknowledged_at, $3),
                acknowledged_by = coalesce(acknowledged_by, $4)
             where emergency_id = $1 and hospital_id = $2 and withdrawn_at is null
               and declined_at is null
             returning call_id",
        )
        .bind(self.id())
        .bind(hospital_id)
        .bind(self.now())
        .bind(self.by.actor.code())
        .fetch_optional(tx.conn())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let call_id: String = sqlx::Row::try_get(&row, 0)?;
        deadline::clear(tx, Kind::CallClimbs, &call_id).await?;
        Ok(Some(call_id))
    }

    async fn acknowledge(&self, tx: &mut Tx) -> Result<()> {
        self.heard(tx).await?;
        let place = if self.party == Party::Desk { QC } else { self.hospital()? };
        self.answered(tx, place).await.map(drop)
    }

    /// The first acceptance wins; the others are told at once.
    async fn accept(&self, tx: &mut Tx) -> Result<()> {
        let hospital_id = self.hospital()?.to_owned();
        crate::oncall::hospital(tx, &hospital_id).await?;
        if self.party == Party::Desk {
            // Somebody said yes on the phone before the platform had called.
            call::open(tx, self.by, self.id(), &hospital_id, Part::Chosen).await?;
        }
        let won = sqlx::query(
            "update emergency set accepted_at = $2, hospital_id = $3
             where emergency_id = $1 and accepted_at is null",
        )
        .bind(self.id())
        .bind(self.now())
        .bind(&hospital_id)
        .execute(tx.conn())
        .await?;
        if won.rows_affected() == 0 {
            return Err(Refusal::TooLate.into());
        }
        self.heard(tx).await?;
        let call_id = self.answered(tx, &hospital_id).await?;
        let call_id = call_id.ok_or(Refusal::NotAllowed)?;
        sqlx::query(
            "update emergency_call set accepted_at = $2, answered_by = $3 where call_id = $1",
        )
        .bind(&call_id)
        .bind(self.now())
        .bind(self.by.actor.code())
        .execute(tx.conn())
        .await?;
        deadline::clear(tx, Kind::CallAccept, &call_id).await?;
        call::withdraw(tx, self.by, self.id(), Ended::But(&hospital_id)).await
    }

    /// Who declines is replaced at once.
    async fn decline(&self, tx: &mut Tx) -> Result<()> {
        let hospital_id = self.hospital()?;
        let reason = self.details.reason.ok_or(Refusal::Reason)?;
        self.heard(tx).await?;
        let call_id = self.answered(tx, hospital_id).await?.ok_or(Error::NotFound("call"))?;
        sqlx::query(
            "update emergency_call set declined_at = $2, reason = $3, answered_by = $4
             where call_id = $1",
        )
        .bind(&call_id)
        .bind(self.now())
        .bind(reason.code())
        .bind(self.by.actor.code())
        .execute(tx.conn())
        .await?;
        deadline::clear(tx, Kind::CallAccept, &call_id).await?;
        call::call_next(tx, self.by, self.id()).await
    }

    async fn moving(&self, tx: &mut Tx) -> Result<()> {
        let eta = self.details.eta_min.filter(|minutes| (1..=600).contains(minutes));
        let eta = eta.or(self.case.minutes_to_hospital());
        sqlx::query("update emergency set moving_at = $2, eta_at = $3 where emergency_id = $1")
            .bind(self.id())
            .bind(self.now())
            .bind(eta.map(|minutes| self.by.now.plus_min(minutes).0))
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    async fn stamp(&self, tx: &mut Tx, stamp: Stamp) -> Result<()> {
        let update = match stamp {
            Stamp::Arrived => sqlx::query(
                "update emergency set arrived_at = $2, moving_at = coalesce(moving_at, $2)
                 where emergency_id = $1",
            ),
            Stamp::HandedOver => {
                sqlx::query("update emergency set handed_over_at = $2 where emergency_id = $1")
            }
            Stamp::Called120 => {
                sqlx::query("update emergency set called_120_at = $2 where emergency_id = $1")
            }
        };
        update.bind(self.id()).bind(self.now()).execute(tx.conn()).await?;
        Ok(())
    }

    async fn say(&self, tx: &mut Tx) -> Result<()> {
        let said = self.details.said.trim();
        if said.is_empty() {
            return Ok(());
        }
        super::packet::write_message(tx, self.by, self.id(), said, "parties").await
    }

    async fn close(&self, tx: &mut Tx) -> Result<()> {
        let outcome = self.details.outcome.ok_or(Refusal::Outcome)?;
        sqlx::query(
            "update emergency set closed_at = $2, outcome = $3, open_key = null
             where emergency_id = $1",
        )
        .bind(self.id())
        .bind(self.now())
        .bind(outcome.code())
        .execute(tx.conn())
        .await?;
        self.say(tx).await?;
        let treats = self.case.hospital_id.as_deref();
        call::withdraw(tx, self.by, self.id(), treats.map_or(Ended::All, Ended::But)).await
    }

    async fn stand_down(&self, tx: &mut Tx) -> Result<()> {
        if self.details.said.trim().is_empty() {
            return Err(Refusal::Text.into());
        }
        sqlx::query(
            "update emergency set stood_down_at = $2, open_key = null where emergency_id = $1",
        )
        .bind(self.id())
        .bind(self.now())
        .execute(tx.conn())
        .await?;
        self.say(tx).await?;
        call::withdraw(tx, self.by, self.id(), Ended::All).await
    }

    /// Takes the acceptance back and calls the named hospital; others that are called stay called.
    async fn redirect(&self, tx: &mut Tx) -> Result<()> {
        let hospital_id = self.hospital()?.to_owned();
        crate::oncall::hospital(tx, &hospital_id).await?;
        if self.case.hospital_id.as_deref() == Some(&hospital_id) {
            return Err(Refusal::SameHospital.into());
        }
        sqlx::query(
            "update emergency set accepted_at = null, hospital_id = null, eta_at = null
             where emergency_id = $1",
        )
        .bind(self.id())
        .execute(tx.conn())
        .await?;
        if let Some(old) = &self.case.hospital_id {
            call::withdraw(tx, self.by, self.id(), Ended::Only(old)).await?;
        }
        call::open(tx, self.by, self.id(), &hospital_id, Part::Chosen).await
    }

    /// What was reported twice becomes one: everything told about this case is copied to the other.
    async fn merge(&self, tx: &mut Tx) -> Result<()> {
        let into = self.details.into.as_deref().ok_or(Error::NotFound("emergency"))?;
        if into == self.id() {
            return Err(Refusal::NotAllowed.into());
        }
        call::hold(tx, into).await?;
        let other = case(tx, self.scope, into).await?;
        // An exercise takes no real cry with it, and leaves no trace in one.
        let alike = self.case.drill_at.is_some() == other.drill_at.is_some();
        if !other.course().is_open() || !alike {
            return Err(Refusal::NotAllowed.into());
        }
        // A hospital that is getting ready must not hear that it is over.
        if self.case.accepted_at.is_some() && other.accepted_at.is_none() {
            return Err(Refusal::MergeTheOther.into());
        }
        super::packet::copy(tx, self.by, self.case, &other).await?;
        sqlx::query(
            "update emergency set merged_at = $2, merged_into = $3, open_key = null
             where emergency_id = $1",
        )
        .bind(self.id())
        .bind(self.now())
        .bind(into)
        .execute(tx.conn())
        .await?;
        super::merge::adopt(tx, self.by, self.case, &other).await?;
        call::withdraw(tx, self.by, self.id(), Ended::All).await
    }

    /// Keeps the state's word and tells everybody.
    async fn settle(&self, tx: &mut Tx, mark: Mark) -> Result<()> {
        let after = case(tx, &Scope::system(), self.id()).await?;
        let standing: Standing = after.course().standing();
        sqlx::query("update emergency set state = $2 where emergency_id = $1")
            .bind(self.id())
            .bind(standing.code())
            .execute(tx.conn())
            .await?;
        let details = self.details;
        // Only what the mark has looked up: the log keeps ids, never what somebody typed.
        let names = matches!(mark, Mark::Accept | Mark::Decline | Mark::Redirect);
        let named = details.hospital_id.as_ref().filter(|_| names && self.party == Party::Desk);
        let into = details.into.as_ref().filter(|_| mark == Mark::Merge);
        let particulars: Value = json!({
            "party": self.party.code(),
            "hospitals": called(tx, self.id()).await?,
            "hospital": after.hospital_id,
            "named": named,
            "reason": details.reason.map(DeclineReason::code),
            "outcome": details.outcome.map(Outcome::code),
            "into": into,
        });
        let institution_id = &self.case.institution_id;
        let subject = Subject { kind: "emergency", id: self.id(), institution_id };
        event::append(tx, self.by, subject, mark.code(), particulars).await
    }
}

/// Every hospital that was called to a case: their screens hear of each change.
pub(super) async fn called(tx: &mut Tx, emergency_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select distinct hospital_id from emergency_call where emergency_id = $1
         order by hospital_id",
    )
    .bind(emergency_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| sqlx::Row::try_get(row, 0)).collect::<sqlx::Result<_>>()?)
}

/// Says what it is: another card with its own clock, steps and needs. The recommendation is made
/// anew, and whoever it names is called as well; nobody who was called is let go.
///
/// # Errors
/// [`Refusal::Unknown`] for a card nobody has, [`Refusal::NotAllowed`] for a reader and in a case
/// that has ended.
pub async fn set_card(
    tx: &mut Tx,
    scope: &Scope,
    emergency_id: &str,
    code: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    call::hold(tx, emergency_id).await?;
    let case = case(tx, scope, emergency_id).await?;
    let reader = party(tx, scope, &case).await? == Party::Reader;
    if reader || !case.course().is_open() {
        return Err(Refusal::NotAllowed.into());
    }
    let cards = tx.packs().cards_at(now).clone();
    let card = cards.card(code).ok_or(Refusal::Unknown)?;
    sqlx::query("update emergency set card = $2, card_version = $3 where emergency_id = $1")
        .bind(emergency_id)
        .bind(code)
        .bind(&cards.pack.version)
        .execute(tx.conn())
        .await?;
    let recommended = advise_anew(tx, &by, &case, card, case.position()).await?;
    let particulars = json!({
        "card": code, "hospitals": called(tx, emergency_id).await?, "recommended": recommended,
    });
    let institution_id = &case.institution_id;
    let subject = Subject { kind: "emergency", id: emergency_id, institution_id };
    event::append(tx, &by, subject, "card_set", particulars).await
}

/// Makes the recommendation of a case anew and calls whoever it names, unless a hospital has
/// accepted; returns the hospital that it recommends.
pub(super) async fn advise_anew(
    tx: &mut Tx,
    by: &By,
    case: &Case,
    card: &Card,
    at: Option<Position>,
) -> Result<Option<String>> {
    let made = super::raise::advise(tx, card, at, by.now).await?;
    sqlx::query(
        "update emergency set recommendation = $2, zone_id = coalesce(zone_id, $3)
         where emergency_id = $1",
    )
    .bind(&case.emergency_id)
    .bind(super::raise::kept(&made.recommendation)?)
    .bind(&made.zone_id)
    .execute(tx.conn())
    .await?;
    if case.accepted_at.is_none() {
        for (hospital_id, part) in made.recommendation.first_called() {
            call::open(tx, by, &case.emergency_id, &hospital_id, part).await?;
        }
    }
    Ok(made.recommendation.recommended)
}
