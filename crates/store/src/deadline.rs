//! Durable deadlines: what no event can show is found when its time has come.
//!
//! A deadline is a row. Firing it marks the row and does its work in one transaction, so a restart
//! loses none and two servers fire each once: the second one finds the row already marked. The
//! alert it raises is dated when it fell due, not when somebody noticed.

use rules::Time;
use rules::alert::Rule;
use serde_json::json;
use sqlx::Row;

use crate::alert::{self, NewAlert};
use crate::event::By;
use crate::{
    Db, Result, Tx, campaign, emergency, enquiry, error, incident, oncall, operation, terminal,
    transfer,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An institution online without a record [N19]: A18.
    ZeroRecord,
    /// A declared operation that nobody entered: A12.
    NobodyCame,
    /// A terminal that sends nothing in opening hours: A16.
    TerminalSilent,
    /// A call of an emergency case that nobody has answered: its next rung.
    CallClimbs,
    /// A hospital that has neither accepted nor declined.
    CallAccept,
    /// A call-out test: its next rung, and its end.
    CallOutClimbs,
    CallOutMissed,
    /// A hospital's rotas are looked at: A30.
    RotaWatch,
    /// A holder's antidotes are looked at: A31.
    StockWatch,
    /// A question of the public that nobody has answered.
    EnquiryDue,
    /// Certificates of a vehicle or a member of a crew are looked at: A40.
    AccreditationWatch,
    /// A complaint about a transfer that nobody has answered.
    ComplaintDue,
    /// An adverse event that nobody has passed on: it climbs by itself.
    IncidentClimbs,
    /// A report that the law asks for: A28.
    IncidentDuty,
    /// A corrective action.
    IncidentAction,
    /// An especially important problem stays too long at one level.
    ProblemClimbs,
    /// A problem whose rectification is overdue.
    ProblemDue,
    /// A deadline of a campaign is near: those who have not handed in are reminded.
    CampaignRemind,
}

/// The word stored for each kind.
const CODES: [(Kind, &str); 18] = [
    (Kind::ZeroRecord, "zero_record"),
    (Kind::NobodyCame, "nobody_came"),
    (Kind::TerminalSilent, "terminal_silent"),
    (Kind::CallClimbs, "call_climbs"),
    (Kind::CallAccept, "call_accept"),
    (Kind::CallOutClimbs, "call_out_climbs"),
    (Kind::CallOutMissed, "call_out_missed"),
    (Kind::RotaWatch, "rota_watch"),
    (Kind::StockWatch, "stock_watch"),
    (Kind::EnquiryDue, "enquiry_due"),
    (Kind::AccreditationWatch, "accreditation_watch"),
    (Kind::ComplaintDue, "complaint_due"),
    (Kind::IncidentClimbs, "incident_climbs"),
    (Kind::IncidentDuty, "incident_duty"),
    (Kind::IncidentAction, "incident_action"),
    (Kind::ProblemClimbs, "problem_climbs"),
    (Kind::ProblemDue, "problem_due"),
    (Kind::CampaignRemind, "campaign_remind"),
];

impl Kind {
    fn code(self) -> &'static str {
        CODES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, code)| code)
    }

    fn of(word: &str) -> Option<Kind> {
        CODES.iter().find(|(_, code)| *code == word).map(|(kind, _)| *kind)
    }
}

/// Sets or moves the deadline of a subject.
pub(crate) async fn set(tx: &mut Tx, kind: Kind, subject: &str, due: Time) -> Result<()> {
    sqlx::query(
        "insert into deadline (kind, subject, due_at) values ($1, $2, $3)
         on conflict (kind, subject) do update set due_at = excluded.due_at, done_at = null",
    )
    .bind(kind.code())
    .bind(subject)
    .bind(due.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Moves a deadline later if there is one; never back, and never creates one. Returns how many.
pub(crate) async fn postpone(tx: &mut Tx, kind: Kind, subject: &str, due: Time) -> Result<u64> {
    let moved = sqlx::query(
        "update deadline set due_at = $3, done_at = null
         where kind = $1 and subject = $2 and due_at < $3",
    )
    .bind(kind.code())
    .bind(subject)
    .bind(due.0)
    .execute(tx.conn())
    .await?;
    Ok(moved.rows_affected())
}

/// What the deadline watched for happened in time; one that was due before `at` stands.
pub(crate) async fn met(tx: &mut Tx, kind: Kind, subject: &str, at: Time) -> Result<()> {
    sqlx::query("delete from deadline where kind = $1 and subject = $2 and due_at >= $3")
        .bind(kind.code())
        .bind(subject)
        .bind(at.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(crate) async fn clear(tx: &mut Tx, kind: Kind, subject: &str) -> Result<()> {
    sqlx::query("delete from deadline where kind = $1 and subject = $2")
        .bind(kind.code())
        .bind(subject)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// When the next deadline falls due; in the past when one is overdue.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Time>> {
    let row = sqlx::query("select min(due_at) from deadline where done_at is null")
        .fetch_one(tx.conn())
        .await?;
    Ok(row.try_get::<Option<i64>, _>(0)?.map(Time))
}

/// A deadline whose time has come.
#[derive(Clone, Debug)]
struct Due {
    kind: Kind,
    subject: String,
    at: Time,
}

/// Fires in one go at most.
const FIRED_MAX: i64 = 200;

/// Fires everything that is due, oldest first; returns how many rows were fired.
///
/// # Errors
/// When the rows cannot be read. One whose work fails is logged and left for the next run.
pub async fn fire(db: &Db, now: Time) -> Result<usize> {
    let mut tx = db.read().await?;
    let rows = sqlx::query(
        "select kind, subject, due_at from deadline
         where done_at is null and due_at <= $1 order by due_at, kind, subject limit $2",
    )
    .bind(now.0)
    .bind(FIRED_MAX)
    .fetch_all(tx.conn())
    .await?;
    drop(tx);
    let mut fired = 0;
    for row in rows {
        let code: String = row.try_get(0)?;
        let due = Due {
            kind: error::coded(Kind::of(&code), "deadline.kind", &code)?,
            subject: row.try_get(1)?,
            at: Time(row.try_get(2)?),
        };
        let named = due.clone();
        match db.write(move |tx| Box::pin(async move { fire_one(tx, &due, now).await })).await {
            Ok(won) => fired += usize::from(won),
            // One that cannot be fired must not hold up those behind it.
            Err(error) => {
                tracing::warn!(%error, kind = named.kind.code(), subject = named.subject,
                    "a deadline waits for the next round");
            }
        }
    }
    Ok(fired)
}

/// Marks the row and does its work; `false` when another server was quicker or it was moved.
async fn fire_one(tx: &mut Tx, due: &Due, now: Time) -> Result<bool> {
    match due.kind {
        Kind::CallClimbs | Kind::CallAccept => emergency::hold_case_of(tx, &due.subject).await?,
        Kind::CallOutClimbs | Kind::CallOutMissed => {
            oncall::hold_call_out(tx, &due.subject).await?;
        }
        // As a step of a person does: first the event's row, then its deadlines.
        Kind::IncidentClimbs | Kind::IncidentDuty | Kind::IncidentAction => {
            incident::hold_of(tx, &due.subject).await?;
        }
        _ => {}
    }
    let marked = sqlx::query(
        "update deadline set done_at = $4
         where kind = $1 and subject = $2 and due_at = $3 and done_at is null",
    )
    .bind(due.kind.code())
    .bind(&due.subject)
    .bind(due.at.0)
    .bind(now.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if marked == 0 {
        return Ok(false);
    }
    let by = By::system("deadline", now);
    match due.kind {
        Kind::ZeroRecord => zero_record(tx, &by, due).await?,
        Kind::NobodyCame => operation::nobody_came(tx, &by, &due.subject, due.at).await?,
        Kind::TerminalSilent => terminal::fell_silent(tx, &by, &due.subject, due.at).await?,
        Kind::CallClimbs => emergency::climb(tx, &by, &due.subject, due.at).await?,
        Kind::CallAccept => emergency::accept_overdue(tx, &by, &due.subject).await?,
        Kind::CallOutClimbs => oncall::call_out_climbs(tx, &by, &due.subject).await?,
        Kind::CallOutMissed => oncall::missed_after(tx, &by, &due.subject, due.at).await?,
        Kind::RotaWatch => oncall::look_at_rotas(tx, &by, &due.subject).await?,
        Kind::StockWatch => oncall::look_at_stock(tx, &by, &due.subject).await?,
        Kind::EnquiryDue => enquiry::overdue(tx, &by, &due.subject).await?,
        Kind::AccreditationWatch => transfer::look_at_holder(tx, &by, &due.subject).await?,
        Kind::ComplaintDue => transfer::complaint_overdue(tx, &by, &due.subject).await?,
        Kind::IncidentClimbs => incident::climbs(tx, &by, &due.subject, due.at).await?,
        Kind::IncidentDuty => incident::duty_overdue(tx, &by, &due.subject, due.at).await?,
        Kind::IncidentAction => incident::action_overdue(tx, &by, &due.subject, due.at).await?,
        Kind::ProblemClimbs => campaign::problem_climbs(tx, &by, &due.subject, due.at).await?,
        Kind::ProblemDue => campaign::problem_due(tx, &by, &due.subject).await?,
        Kind::CampaignRemind => campaign::remind(tx, &by, &due.subject, due.at).await?,
    }
    Ok(true)
}

async fn zero_record(tx: &mut Tx, by: &By, due: &Due) -> Result<()> {
    let institution_id = &due.subject;
    let days = tx.packs().rules_at(due.at).presence.zero_record_days;
    // If the silence goes on, half a month later it is due again.
    set(tx, Kind::ZeroRecord, institution_id, due.at.plus_days(days)).await?;
    // A suspended or closed institution is silent by order.
    if crate::register::suspended_or_closed(tx, institution_id, due.at).await? {
        return Ok(());
    }
    let new = NewAlert {
        raised_at: due.at,
        inputs: json!({"days": days, "since": due.at.plus_days(-days).0}),
        ..NewAlert::of(Rule::A18, institution_id, format!("A18:{institution_id}:{}", due.at.0))
    };
    alert::raise(tx, by, new).await.map(drop)
}
