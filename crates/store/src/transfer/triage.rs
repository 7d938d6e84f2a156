//! Triages of a booking: every one is kept with its answers and its pack's version [T12].

use rules::Time;
use rules::transfer::triage::{Answers, Reason, Verdict, judge};
use rules::transfer::{Class, Mark, Moment, Need, Party};
use serde_json::json;
use sqlx::Row;

use super::booking::{self, Booking};
use super::handover;
use crate::event::By;
use crate::{Error, Refusal, Result, Scope, Tx};

/// What was asked and answered.
#[derive(Clone, Debug)]
pub struct NewTriage {
    pub moment: Moment,
    pub answers: Answers,
    /// Held to be more serious than the answers say.
    pub raised: Option<Class>,
}

/// What came of a triage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triaged {
    pub class: Class,
    pub reasons: Vec<Reason>,
    /// The most modest tier that is enough; nothing for 120 and where none is.
    pub tier: Option<String>,
    /// A red flag on the way has been told to 120 already.
    pub handover_id: Option<String>,
}

/// One triage as it was kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeptTriage {
    pub triage_no: i64,
    pub moment: String,
    answers: String,
    pub class: String,
    reasons: String,
    pub pack_version: String,
    pub at: i64,
    pub by_account: String,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
}

impl KeptTriage {
    pub fn answers(&self) -> Answers {
        serde_json::from_str(&self.answers).unwrap_or_default()
    }

    pub fn reasons(&self) -> Vec<Reason> {
        serde_json::from_str(&self.reasons).unwrap_or_default()
    }
}

/// Triages a booking: at the call, at the door, on the way.
///
/// # Errors
/// [`Refusal::Unasked`] while questions are open and no red flag has decided; [`Refusal::NoTier`]
/// when nothing is enough for what is needed.
pub async fn triage(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    new: &NewTriage,
    now: Time,
) -> Result<Triaged> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let party = booking::party(scope, &found);
    triage_as(tx, &by, &found, party, new).await
}

/// The same for whoever has a code or a token instead of an account; the row is held.
pub(super) async fn triage_as(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    party: Party,
    new: &NewTriage,
) -> Result<Triaged> {
    if !found.course().allows(Mark::Triage, party) {
        return Err(Refusal::NotAllowed.into());
    }
    let pack = tx.packs().triage_at(by.now);
    let (version, pack_id) = (pack.pack.version.clone(), pack.pack.id.clone());
    let verdict = judge(pack, new.moment, &new.answers, &found.needs(), new.raised);
    let class = verdict.class.ok_or(Refusal::Unasked)?;
    let tier = match class {
        Class::Emergency => None,
        _ => {
            let tier = tx.packs().tiers_at(by.now).least(class, &verdict.needs);
            Some(tier.ok_or(Refusal::NoTier)?.code.clone())
        }
    };
    let no = keep(tx, by, found, new, &verdict, class, &version).await?;
    apply(tx, by, found, class, tier.as_deref(), &verdict.needs).await?;
    let what = json!({
        "no": no, "moment": new.moment.code(), "class": class.code(), "tier": tier,
        "reasons": verdict.reasons, "pack": pack_id, "version": version, "party": party.code(),
    });
    booking::settle(tx, by, &found.booking_id, Mark::Triage, what).await?;
    // Whatever happens on the way, a red flag goes to 120 and never waits for a click.
    let handover_id = if class == Class::Emergency && new.moment != Moment::Call {
        Some(handover::tell_120(tx, by, found, party, new.moment, "red_flag").await?)
    } else {
        None
    };
    Ok(Triaged { class, reasons: verdict.reasons, tier, handover_id })
}

async fn keep(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    new: &NewTriage,
    verdict: &Verdict,
    class: Class,
    version: &str,
) -> Result<i64> {
    let row =
        sqlx::query("select coalesce(max(triage_no), 0) + 1 from triage where booking_id = $1")
            .bind(&found.booking_id)
            .fetch_one(tx.conn())
            .await?;
    let no: i64 = row.try_get(0)?;
    sqlx::query(
        "insert into triage (booking_id, triage_no, moment, answers, class, reasons, pack_version,
            at, by_account)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&found.booking_id)
    .bind(no)
    .bind(new.moment.code())
    .bind(json!(new.answers).to_string())
    .bind(class.code())
    .bind(json!(verdict.reasons).to_string())
    .bind(version)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(no)
}

async fn apply(
    tx: &mut Tx,
    by: &By,
    found: &Booking,
    class: Class,
    tier: Option<&str>,
    needs: &[Need],
) -> Result<()> {
    let needs: Vec<&str> = needs.iter().map(|need| need.code()).collect();
    sqlx::query(
        "update booking set class = $2, tier = $3, needs = $4, triaged_at = $5
         where booking_id = $1",
    )
    .bind(&found.booking_id)
    .bind(class.code())
    .bind(tier)
    .bind(json!(needs).to_string())
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The triages of a booking that was read within a scope, the first one first.
pub async fn triages(tx: &mut Tx, booking_id: &str) -> Result<Vec<KeptTriage>> {
    Ok(sqlx::query_as(
        "select triage_no, moment, answers, class, reasons, pack_version, at, by_account,
            name_zh as by_zh, name_en as by_en
         from triage left join account on account.account_id = by_account
         where booking_id = $1 order by triage_no limit 100",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Copies the newest triage of one booking to another one of the same person: a way back, or the
/// next of a series. It is asked again at the door.
pub(super) async fn copy_triage(tx: &mut Tx, by: &By, from: &str, to: &Booking) -> Result<()> {
    let newest = triages(tx, from).await?.pop().ok_or(Error::NotFound("triage"))?;
    let new = NewTriage {
        moment: Moment::Call,
        answers: newest.answers(),
        raised: Class::of(&newest.class).filter(|_| newest.reasons().contains(&Reason::Judgement)),
    };
    triage_as(tx, by, to, Party::Desk, &new).await.map(drop)
}

/// How many bookings each class got in a span, by the triage at the call; and of these 120.
pub async fn triage_figures(tx: &mut Tx, from: Time, until: Time) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "select class, count(*) from triage where moment = 'call' and at >= $1 and at < $2
         group by class order by class",
    )
    .bind(from.0)
    .bind(until.0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
