//! What a crew's phone says. A phone may be offline for hours and send everything twice: each
//! report is kept once by its key, dated by when it happened, and judged against what has become
//! of the booking meanwhile.

mod read;

pub use read::{KeptReport, Leg, legs, own_shift, reports_of, reports_on};

use std::collections::BTreeMap;

use rules::Time;
use rules::account::Permission;
use rules::transfer::position::Report as Fix;
use rules::transfer::triage::Answers;
use rules::transfer::{Filed, ListKind, Mark, Moment, Party};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::Row;

use super::booking::{self, Booking, Details};
use super::handover;
use super::incident::{self, NewIncident};
use super::triage::{self, NewTriage};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// Bounds of what one report may carry.
const WORDS_CHARS_MAX: usize = 500;
const STROKES_MAX: usize = 60;
const POINTS_MAX: usize = 2_000;
const ANSWERS_MAX: usize = 40;
/// Kilometres that a meter shows.
const KM_MAX: i64 = 2_000_000;

/// One thing a phone reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Report {
    /// The turn of duty begins; the meter's kilometres.
    Begin {
        km: i64,
    },
    Finish {
        km: i64,
    },
    Step {
        mark: Mark,
        #[serde(default)]
        reason: Option<String>,
    },
    /// A list with its answers: `yes`, `no` or `none` (does not apply).
    Checklist {
        list: ListKind,
        answers: BTreeMap<String, String>,
    },
    Incident {
        what: String,
        grade: i64,
        words: String,
    },
    /// Who took over, with the finger's strokes as points of a 600 x 200 field; none when nobody
    /// could sign.
    Handover {
        receiver: String,
        strokes: Vec<Vec<[i16; 2]>>,
    },
    /// The questions asked again at the door or on the way; a red flag goes to 120 at once.
    Triage {
        moment: Moment,
        answers: Answers,
    },
    /// 120 is needed, whatever the questions say.
    To120 {
        moment: Moment,
    },
    Note {
        words: String,
    },
}

impl Report {
    fn code(&self) -> &'static str {
        match self {
            Report::Begin { .. } => "begin",
            Report::Finish { .. } => "finish",
            Report::Step { .. } => "step",
            Report::Checklist { .. } => "checklist",
            Report::Incident { .. } => "incident",
            Report::Handover { .. } => "handover",
            Report::Triage { .. } => "triage",
            Report::To120 { .. } => "to_120",
            Report::Note { .. } => "note",
        }
    }

    /// What cannot be, whoever sends it.
    fn check(&self) -> Result<()> {
        let text = |text: &str, most: usize| {
            let count = text.trim().chars().count();
            if count == 0 || count > most { Err(Refusal::Text) } else { Ok(()) }
        };
        match self {
            Report::Begin { km } | Report::Finish { km } if !(0..=KM_MAX).contains(km) => {
                return Err(Refusal::Quantity.into());
            }
            Report::Checklist { answers, .. } => {
                let known = |answer: &String| matches!(&**answer, "yes" | "no" | "none");
                if answers.len() > ANSWERS_MAX || !answers.values().all(known) {
                    return Err(Refusal::Unknown.into());
                }
            }
            Report::Triage { answers, .. } if answers.len() > ANSWERS_MAX => {
                return Err(Refusal::Unknown.into());
            }
            Report::Incident { grade, words, .. } => {
                text(words, WORDS_CHARS_MAX)?;
                if !(1..=4).contains(grade) {
                    return Err(Refusal::Quantity.into());
                }
            }
            Report::Handover { receiver, strokes } => {
                text(receiver, 40)?;
                let points: usize = strokes.iter().map(Vec::len).sum();
                let inside = |p: &[i16; 2]| (0..=600).contains(&p[0]) && (0..=200).contains(&p[1]);
                if strokes.len() > STROKES_MAX
                    || points > POINTS_MAX
                    || !strokes.iter().flatten().all(inside)
                {
                    return Err(Refusal::Quantity.into());
                }
            }
            Report::Note { words } => text(words, WORDS_CHARS_MAX)?,
            _ => {}
        }
        Ok(())
    }
}

/// A report with its key, its subject and its time.
#[derive(Clone, Debug)]
pub struct CrewReport {
    /// Made by the phone, once a report.
    pub key: String,
    pub shift_id: String,
    pub booking_id: Option<String>,
    /// When it happened, by the city's clock.
    pub at: Time,
    pub report: Report,
}

/// Files one report. The answer to the same key is always the same.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who is not of the crew, [`Refusal::RequestKeyReused`] when the key
/// came with something else; what [`Report`] cannot be.
pub async fn file_report(
    tx: &mut Tx,
    scope: &Scope,
    sent: &CrewReport,
    now: Time,
) -> Result<Filed> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let crew_id = scope.crew().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::Ride) || !rides(tx, &sent.shift_id, crew_id).await? {
        return Err(Refusal::NotAllowed.into());
    }
    sent.report.check()?;
    let by = By::account(&account.account_id, now);
    let at = sent.at.min(now);
    let body = serde_json::to_string(&sent.report).map_err(|e| Error::Corrupt(e.to_string()))?;
    // The row comes first: the same report sent twice at once is one.
    let fresh = sqlx::query(
        "insert into crew_report (report_key, shift_id, booking_id, kind, body, at, received_at,
            by_account, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'late') on conflict (report_key) do nothing",
    )
    .bind(&sent.key)
    .bind(&sent.shift_id)
    .bind(&sent.booking_id)
    .bind(sent.report.code())
    .bind(&body)
    .bind(at.0)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if fresh.rows_affected() == 0 {
        return kept(tx, sent, &body).await;
    }
    let filed = match &sent.report {
        Report::Begin { km } => begin(tx, &by, &sent.shift_id, *km, at).await?,
        Report::Finish { km } => finish(tx, &by, &sent.shift_id, *km, at).await?,
        Report::Step { mark, reason } => {
            step(tx, &by, scope, sent, *mark, reason.as_deref(), at).await?
        }
        Report::Triage { moment, answers } => {
            let new = NewTriage { moment: *moment, answers: answers.clone(), raised: None };
            match own(tx, scope, sent).await? {
                Some(found) if found.course().allows(Mark::Triage, Party::Crew) => {
                    triage::triage_as(tx, &by, &found, Party::Crew, &new).await?;
                    Filed::Done
                }
                _ => Filed::Late,
            }
        }
        Report::To120 { moment } => match own(tx, scope, sent).await? {
            Some(found) if found.course().allows(Mark::To120, Party::Crew) => {
                handover::tell_120(tx, &by, &found, Party::Crew, *moment, "judgement").await?;
                Filed::Done
            }
            _ => Filed::Late,
        },
        other => told(tx, &by, scope, sent, other, at).await?,
    };
    sqlx::query("update crew_report set outcome = $2 where report_key = $1")
        .bind(&sent.key)
        .bind(filed.code())
        .execute(tx.conn())
        .await?;
    Ok(filed)
}

async fn rides(tx: &mut Tx, shift_id: &str, crew_id: &str) -> Result<bool> {
    let row = sqlx::query("select 1 from shift_crew where shift_id = $1 and crew_id = $2")
        .bind(shift_id)
        .bind(crew_id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.is_some())
}

/// The answer that a key had before.
async fn kept(tx: &mut Tx, sent: &CrewReport, body: &str) -> Result<Filed> {
    let row = sqlx::query(
        "select body, outcome, booking_id, shift_id from crew_report where report_key = $1",
    )
    .bind(&sent.key)
    .fetch_one(tx.conn())
    .await?;
    let same = row.try_get::<String, _>(0)? == body
        && row.try_get::<Option<String>, _>(2)? == sent.booking_id
        && row.try_get::<String, _>(3)? == sent.shift_id;
    if !same {
        return Err(Refusal::RequestKeyReused.into());
    }
    let outcome: String = row.try_get(1)?;
    crate::error::coded(Filed::of(&outcome), "crew_report.outcome", &outcome)
}

async fn begin(tx: &mut Tx, by: &By, shift_id: &str, km: i64, at: Time) -> Result<Filed> {
    let begun = sqlx::query(
        "update shift set began_at = $2, start_km = $3 where shift_id = $1 and began_at is null",
    )
    .bind(shift_id)
    .bind(at.0)
    .bind(km)
    .execute(tx.conn())
    .await?;
    on_duty(tx, by, shift_id, "began", begun.rows_affected()).await
}

/// A turn of duty ends when nobody is aboard.
async fn finish(tx: &mut Tx, by: &By, shift_id: &str, km: i64, at: Time) -> Result<Filed> {
    let aboard = sqlx::query(
        "select 1 from booking where shift_id = $1 and loaded_at is not null
           and completed_at is null and ended_at is null",
    )
    .bind(shift_id)
    .fetch_optional(tx.conn())
    .await?;
    if aboard.is_some() {
        return Err(Refusal::Aboard.into());
    }
    let finished = sqlx::query(
        "update shift set ended_at = $2, end_km = $3
         where shift_id = $1 and ended_at is null and began_at is not null
           and start_km <= $3",
    )
    .bind(shift_id)
    .bind(at.0)
    .bind(km)
    .execute(tx.conn())
    .await?;
    if finished.rows_affected() == 0 {
        let row = sqlx::query("select start_km, ended_at from shift where shift_id = $1")
            .bind(shift_id)
            .fetch_one(tx.conn())
            .await?;
        // A meter does not run backwards.
        if row.try_get::<Option<i64>, _>(1)?.is_none() {
            return Err(Refusal::Quantity.into());
        }
    }
    on_duty(tx, by, shift_id, "finished", finished.rows_affected()).await
}

async fn on_duty(
    tx: &mut Tx,
    by: &By,
    shift_id: &str,
    action: &'static str,
    changed: u64,
) -> Result<Filed> {
    if changed == 0 {
        return Ok(Filed::Again);
    }
    let what = json!({"parties": parties(tx, shift_id).await?});
    let subject = Subject { kind: "shift", id: shift_id, institution_id: "" };
    event::append(tx, by, subject, action, what).await?;
    Ok(Filed::Done)
}

/// Whose screens hear of a turn of duty besides the city's.
async fn parties(tx: &mut Tx, shift_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select operator_id from vehicle
         inner join shift on shift.vehicle_id = vehicle.vehicle_id where shift_id = $1
         union select crew_id from shift_crew where shift_id = $1",
    )
    .bind(shift_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

/// A step of a journey: what it does is for `rules` to say.
async fn step(
    tx: &mut Tx,
    by: &By,
    scope: &Scope,
    sent: &CrewReport,
    mark: Mark,
    reason: Option<&str>,
    at: Time,
) -> Result<Filed> {
    let Some(found) = own(tx, scope, sent).await? else { return Ok(Filed::Late) };
    let booking_id = &found.booking_id;
    let (filed, at) = found.course().file(mark, at);
    match filed {
        Filed::Done => {
            let details =
                Details { reason: reason.map(str::to_owned), at: Some(at), ready_at: None };
            booking::mark_as(tx, by, &found, Party::Crew, mark, &details).await?;
        }
        Filed::Filled => {
            booking::stamp(tx, booking_id, mark, at).await?;
            let what = json!({"party": "crew", "filled": true});
            booking::settle(tx, by, booking_id, mark, what).await?;
        }
        Filed::Again | Filed::Late => {}
    }
    Ok(filed)
}

/// The booking of a report, held; nothing when it is somebody else's by now or over. The report is
/// kept all the same.
async fn own(tx: &mut Tx, scope: &Scope, sent: &CrewReport) -> Result<Option<Booking>> {
    let booking_id = sent.booking_id.as_deref().ok_or(Error::NotFound("booking"))?;
    booking::hold(tx, booking_id).await?;
    let found = match booking::booking(tx, scope, booking_id).await {
        Err(Error::NotFound(_)) => return Ok(None),
        found => found?,
    };
    Ok(Some(found).filter(|found| found.shift_id.as_deref() == Some(&*sent.shift_id)))
}

/// What is told and moves nothing: lists, incidents, hand-overs, notes.
async fn told(
    tx: &mut Tx,
    by: &By,
    scope: &Scope,
    sent: &CrewReport,
    report: &Report,
    at: Time,
) -> Result<Filed> {
    if let Report::Checklist { list, answers } = report {
        let pack = tx.packs().crew_at(by.now);
        let known =
            |code: &String| pack.items.iter().any(|item| item.list == *list && item.code == *code);
        if !answers.keys().all(known) {
            return Err(Refusal::Unknown.into());
        }
        not_in_order(tx, by, sent, *list, answers, at).await?;
    }
    if let Some(booking_id) = &sent.booking_id {
        booking::booking(tx, scope, booking_id).await?;
    }
    if let Report::Incident { what, grade, words } = report {
        let new = NewIncident {
            booking_id: sent.booking_id.clone(),
            shift_id: Some(sent.shift_id.clone()),
            kind: what.clone(),
            grade: *grade,
            words: words.clone(),
            at,
        };
        incident::enter(tx, by, &new).await?;
        return Ok(Filed::Done);
    }
    let booking = sent.booking_id.as_deref();
    let subject = Subject {
        kind: if booking.is_some() { "booking" } else { "shift" },
        id: booking.unwrap_or(&sent.shift_id),
        institution_id: "",
    };
    let what = json!({
        "report": report.code(),
        "list": match report {
            Report::Checklist { list, .. } => Some(list.code()),
            _ => None,
        },
        "parties": parties(tx, &sent.shift_id).await?,
    });
    event::append(tx, by, subject, "reported", what).await?;
    Ok(Filed::Done)
}

/// What must be in order and is not is an incident of its own: nobody looks through lists for it.
async fn not_in_order(
    tx: &mut Tx,
    by: &By,
    sent: &CrewReport,
    list: ListKind,
    answers: &BTreeMap<String, String>,
    at: Time,
) -> Result<()> {
    let items = tx.packs().crew_at(by.now).items.clone();
    let missing = items.into_iter().filter(|item| {
        item.list == list
            && item.must
            && answers.get(&item.code).is_some_and(|answer| answer == "no")
    });
    for item in missing {
        let new = NewIncident {
            booking_id: sent.booking_id.clone(),
            shift_id: Some(sent.shift_id.clone()),
            kind: "not_in_order".into(),
            grade: 4,
            words: item.name_zh,
            at,
        };
        incident::enter(tx, by, &new).await?;
    }
    Ok(())
}

/// Where the vehicle of a turn of duty was, told by a phone on board, oldest first. Returns how
/// many are used; what cannot be true is kept and not used.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who is not of the crew.
pub async fn crew_positions(
    tx: &mut Tx,
    scope: &Scope,
    shift_id: &str,
    fixes: &[Fix],
    now: Time,
) -> Result<u64> {
    let crew_id = scope.crew().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::Ride) || !rides(tx, shift_id, crew_id).await? {
        return Err(Refusal::NotAllowed.into());
    }
    let row = sqlx::query("select vehicle_id from shift where shift_id = $1")
        .bind(shift_id)
        .fetch_one(tx.conn())
        .await?;
    let vehicle_id: String = row.try_get(0)?;
    let mut used = 0;
    for fix in fixes {
        if super::report(tx, &vehicle_id, fix, "phone", now).await?.is_none() {
            used += 1;
        }
    }
    if used > 0 {
        // One line for the whole message: screens ask where the vehicle is, the log keeps no track.
        let account = scope.account().ok_or(Refusal::NotAllowed)?;
        let by = By::account(&account.account_id, now);
        let subject = Subject { kind: "vehicle", id: &vehicle_id, institution_id: "" };
        let what = json!({"parties": parties(tx, shift_id).await?});
        event::append(tx, &by, subject, "seen", what).await?;
    }
    Ok(used)
}
