//! Complaints of the public by code, with a reply clock [T4, T5]. Whoever complains keeps a code;
//! the database keeps its hash. The regulator assigns, the company answers, the regulator closes.

use rules::Time;
use rules::account::Permission;
use rules::transfer::complaint::{ComplaintKind, Side, State, Step, Upheld};
use rules::transfer::report;
use serde_json::json;
use sqlx::{FromRow, Row};

use crate::account::token_hash;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::order::{like_pattern, next_in_series};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx, error};

#[derive(Clone, Debug)]
pub struct NewComplaint {
    pub request_key: String,
    /// The code its writer keeps: the caller's randomness.
    pub code: String,
    pub kind: ComplaintKind,
    pub words: String,
    /// To be called back; may be empty.
    pub phone: String,
    /// A vehicle's code or plate, where one was scanned or read.
    pub vehicle: String,
    /// A booking's number or the code of its quote.
    pub booking: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Complaint {
    pub complaint_id: String,
    pub number: String,
    pub booking_id: Option<String>,
    pub booking_number: Option<String>,
    pub operator_id: Option<String>,
    pub operator_zh: Option<String>,
    pub operator_en: Option<String>,
    pub vehicle_id: Option<String>,
    pub call_sign: Option<String>,
    pub kind: String,
    pub words: String,
    /// Empty for everybody but the regulator.
    pub phone: String,
    pub made_at: i64,
    pub due_at: i64,
    pub assigned_at: Option<i64>,
    pub answered_at: Option<i64>,
    pub answer: Option<String>,
    pub upheld: Option<String>,
    pub closed_at: Option<i64>,
}

impl Complaint {
    pub fn state(&self) -> State {
        match (self.closed_at, self.answered_at, self.assigned_at) {
            (Some(_), _, _) => State::Closed,
            (None, Some(_), _) => State::Answered,
            (None, None, Some(_)) => State::Assigned,
            (None, None, None) => State::New,
        }
    }

    pub fn clock(&self) -> report::Complaint {
        let found = self.upheld.as_deref().and_then(Upheld::of);
        report::Complaint {
            due_at: Time(self.due_at),
            answered_at: self.answered_at.map(Time),
            upheld: found.is_some_and(|found| found != Upheld::NotUpheld),
        }
    }
}

const WORDS_MAX: usize = 2_000;
const REFERENCE_MAX: usize = 40;
/// Texts and numbers are forgotten half a year after the end.
const KEPT_DAYS: i64 = 180;

fn sound(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > WORDS_MAX {
        return Err(Refusal::Text.into());
    }
    Ok(text)
}

/// Complains; the same form twice complains once. The caller has limited how often.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Phone`].
pub async fn complain(tx: &mut Tx, new: &NewComplaint, now: Time) -> Result<String> {
    let words = sound(&new.words)?.to_owned();
    let phone = new.phone.trim();
    if !phone.is_empty() && !crate::oncall::is_phone(phone) {
        return Err(Refusal::Phone.into());
    }
    crate::order::hold_series(tx, &format!("complain:{}", new.request_key)).await?;
    let before = sqlx::query("select number from transfer_complaint where request_key = $1")
        .bind(&new.request_key)
        .fetch_optional(tx.conn())
        .await?;
    if let Some(row) = before {
        return Ok(row.try_get(0)?);
    }
    let about = about(tx, new).await?;
    let days = answer_days(tx, &about, now).await?;
    let due = now.plus_days(days);
    let day = tx.packs().calendar.compact_date(now);
    let n = next_in_series(tx, &format!("TS-{day}")).await?;
    let number = format!("TS-{day}-{n:03}");
    let complaint_id = tx.id("cmp", now)?;
    sqlx::query(
        "insert into transfer_complaint (complaint_id, number, booking_id, operator_id, vehicle_id,
            code_hash, kind, words, phone, made_at, due_at, request_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&complaint_id)
    .bind(&number)
    .bind(&about.booking_id)
    .bind(&about.operator_id)
    .bind(&about.vehicle_id)
    .bind(token_hash(&new.code))
    .bind(new.kind.code())
    .bind(words)
    .bind(phone)
    .bind(now.0)
    .bind(due.0)
    .bind(&new.request_key)
    .execute(tx.conn())
    .await?;
    deadline::set(tx, Kind::ComplaintDue, &complaint_id, due).await?;
    // The company hears of it when the regulator hands it over.
    let what = json!({"kind": new.kind.code(), "due_at": due.0});
    let subject = Subject { kind: "transfer_complaint", id: &complaint_id, institution_id: "" };
    event::append(tx, &By::system("public", now), subject, "made", what).await?;
    Ok(number)
}

/// What a complaint is about, as far as it can be told.
#[derive(Default)]
struct About {
    booking_id: Option<String>,
    operator_id: Option<String>,
    vehicle_id: Option<String>,
    site_id: Option<String>,
}

async fn about(tx: &mut Tx, new: &NewComplaint) -> Result<About> {
    let short = |text: &str| text.trim().chars().take(REFERENCE_MAX).collect::<String>();
    let mut about = About::default();
    let (booking, vehicle) = (short(&new.booking), short(&new.vehicle));
    if !booking.is_empty() {
        let row = sqlx::query(
            "select booking_id, operator_id, from_site_id,
                (select vehicle_id from shift where shift.shift_id = booking.shift_id)
             from booking where upper(number) = upper($1) or booking_id = (
                select booking_id from quote where upper(code) = upper($1))",
        )
        .bind(&booking)
        .fetch_optional(tx.conn())
        .await?;
        if let Some(row) = row {
            about.booking_id = row.try_get(0)?;
            about.operator_id = row.try_get(1)?;
            about.site_id = row.try_get(2)?;
            about.vehicle_id = row.try_get(3)?;
        }
    }
    if !vehicle.is_empty() && about.operator_id.is_none() {
        let row = sqlx::query(
            "select vehicle_id, operator_id from vehicle where qr_serial = $1 or plate = $1",
        )
        .bind(&vehicle)
        .fetch_optional(tx.conn())
        .await?;
        if let Some(row) = row {
            about.vehicle_id = row.try_get(0)?;
            about.operator_id = row.try_get(1)?;
        }
    }
    Ok(about)
}

async fn answer_days(tx: &mut Tx, about: &About, now: Time) -> Result<i64> {
    let usual = tx.packs().oversight_at(now).limits.complaint_days;
    let Some(operator_id) = &about.operator_id else { return Ok(usual) };
    let site_id = about.site_id.as_deref();
    let contract = super::contract_at(tx, operator_id, site_id, now).await?;
    Ok(contract.map_or(usual, |contract| contract.complaint_days))
}

/// The complaint behind a code, with its answer.
///
/// # Errors
/// Not found for a code that nobody has.
pub async fn complaint_by_code(tx: &mut Tx, code: &str) -> Result<Complaint> {
    let row = sqlx::query("select complaint_id from transfer_complaint where code_hash = $1")
        .bind(token_hash(code))
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("transfer_complaint"))?;
    let id: String = row.try_get(0)?;
    let mut complaint = read(tx, &id, None).await?;
    complaint.phone.clear();
    Ok(complaint)
}

/// What of the complaints a scope reaches: all for the regulator, those handed over for a company;
/// `None` for everybody else.
fn bound(scope: &Scope) -> Option<Option<&str>> {
    if scope.account().is_none() || scope.may(Permission::OverseeTransfer) {
        return Some(None);
    }
    scope.operator().map(Some)
}

pub(super) fn side(scope: &Scope) -> Result<Side> {
    if scope.may(Permission::OverseeTransfer) {
        return Ok(Side::Regulator);
    }
    if scope.may(Permission::ManageFleet) {
        return Ok(Side::Operator);
    }
    Err(Refusal::NotAllowed.into())
}

async fn read(tx: &mut Tx, complaint_id: &str, operator: Option<&str>) -> Result<Complaint> {
    let row = sqlx::query_as(
        "select complaint_id, transfer_complaint.number, transfer_complaint.booking_id,
            booking.number as booking_number, transfer_complaint.operator_id,
            operator.short_zh as operator_zh, operator.short_en as operator_en,
            transfer_complaint.vehicle_id, vehicle.call_sign, kind, transfer_complaint.words,
            transfer_complaint.phone, made_at, due_at, transfer_complaint.assigned_at,
            answered_at, answer, upheld, closed_at
         from transfer_complaint
         left join booking on booking.booking_id = transfer_complaint.booking_id
         left join operator on operator.operator_id = transfer_complaint.operator_id
         left join vehicle on vehicle.vehicle_id = transfer_complaint.vehicle_id
         where complaint_id = $1
           and (cast($2 as text) is null or (transfer_complaint.operator_id = $2
                and transfer_complaint.assigned_at is not null))",
    )
    .bind(complaint_id)
    .bind(operator)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("transfer_complaint"))
}

pub async fn complaint(tx: &mut Tx, scope: &Scope, complaint_id: &str) -> Result<Complaint> {
    let operator = bound(scope).ok_or(Error::NotFound("transfer_complaint"))?;
    let mut complaint = read(tx, complaint_id, operator).await?;
    if operator.is_some() {
        complaint.phone.clear();
    }
    Ok(complaint)
}

/// Which complaints a list shows.
#[derive(Clone, Debug, Default)]
pub struct ComplaintFilter {
    /// `open`, `overdue`, `closed`, `all`
    pub view: String,
    pub operator_id: Option<String>,
    pub kind: Option<ComplaintKind>,
    /// Number of the complaint or of its booking.
    pub text: String,
    /// Bounds of when it was made.
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// Complaints, those first whose time runs out first.
pub async fn complaints(
    tx: &mut Tx,
    scope: &Scope,
    filter: &ComplaintFilter,
    now: Time,
    slice: Slice,
) -> Result<Listed<Complaint>> {
    let Some(operator) = bound(scope) else {
        return Ok(Listed { rows: Vec::new(), total: 0 });
    };
    let rows = sqlx::query(
        "select complaint_id, transfer_complaint.number, transfer_complaint.booking_id,
            booking.number as booking_number, transfer_complaint.operator_id,
            operator.short_zh as operator_zh, operator.short_en as operator_en,
            transfer_complaint.vehicle_id, vehicle.call_sign, kind, transfer_complaint.words,
            transfer_complaint.phone, made_at, due_at, transfer_complaint.assigned_at,
            answered_at, answer, upheld, closed_at, count(*) over () as total
         from transfer_complaint
         left join booking on booking.booking_id = transfer_complaint.booking_id
         left join operator on operator.operator_id = transfer_complaint.operator_id
         left join vehicle on vehicle.vehicle_id = transfer_complaint.vehicle_id
         where (cast($1 as text) is null or (transfer_complaint.operator_id = $1
                and transfer_complaint.assigned_at is not null))
           and ($2 = 'all' or ($2 = 'open' and closed_at is null)
                or ($2 = 'overdue' and answered_at is null and due_at < $3)
                or ($2 = 'closed' and closed_at is not null))
           and (cast($4 as text) is null or transfer_complaint.operator_id = $4)
           and (cast($5 as text) is null or kind = $5)
           and (lower(transfer_complaint.number) like lower($6) escape '!'
                or lower(coalesce(booking.number, '')) like lower($6) escape '!')
           and (cast($7 as bigint) is null or made_at >= $7)
           and (cast($8 as bigint) is null or made_at < $8)
         order by case when answered_at is null then 0 when closed_at is null then 1 else 2 end,
            due_at, complaint_id limit $9 offset $10",
    )
    .bind(operator)
    .bind(if filter.view.is_empty() { "open" } else { &filter.view })
    .bind(now.0)
    .bind(&filter.operator_id)
    .bind(filter.kind.map(ComplaintKind::code))
    .bind(like_pattern(&filter.text))
    .bind(filter.from.map(|at| at.0))
    .bind(filter.until.map(|at| at.0))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    let mut rows =
        rows.iter().map(Complaint::from_row).collect::<sqlx::Result<Vec<Complaint>>>()?;
    if operator.is_some() {
        rows.iter_mut().for_each(|row| row.phone.clear());
    }
    Ok(Listed { rows, total })
}

/// A step with what it needs.
#[derive(Clone, Debug)]
pub enum ComplaintStep {
    /// To this company.
    Assign(String),
    Answer(String),
    Close(Upheld),
}

impl ComplaintStep {
    fn step(&self) -> Step {
        match self {
            ComplaintStep::Assign(_) => Step::Assign,
            ComplaintStep::Answer(_) => Step::Answer,
            ComplaintStep::Close(_) => Step::Close,
        }
    }
}

/// Takes a complaint further.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a step that its state does not allow this side, [`Refusal::Text`]
/// for an empty answer; not found for what the scope does not reach.
pub async fn complaint_step(
    tx: &mut Tx,
    scope: &Scope,
    complaint_id: &str,
    step: &ComplaintStep,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let (by, side) = (By::account(&account.account_id, now), side(scope)?);
    sqlx::query("update transfer_complaint set kind = kind where complaint_id = $1")
        .bind(complaint_id)
        .execute(tx.conn())
        .await?;
    let known = complaint(tx, scope, complaint_id).await?;
    if !known.state().steps(side).contains(&step.step()) {
        return Err(Refusal::NotAllowed.into());
    }
    let mut operator_id = known.operator_id;
    let what = match step {
        ComplaintStep::Assign(operator) => {
            super::operator(tx, operator).await?;
            operator_id = Some(operator.clone());
            sqlx::query(
                "update transfer_complaint set operator_id = $2, assigned_at = $3
                 where complaint_id = $1",
            )
            .bind(complaint_id)
            .bind(operator)
            .bind(now.0)
            .execute(tx.conn())
            .await?;
            json!({})
        }
        ComplaintStep::Answer(text) => {
            // The clock stands with the first answer; a better one may follow.
            sqlx::query(
                "update transfer_complaint set answer = $2, answered_by = $3,
                    answered_at = coalesce(answered_at, $4) where complaint_id = $1",
            )
            .bind(complaint_id)
            .bind(sound(text)?)
            .bind(by.actor.code())
            .bind(now.0)
            .execute(tx.conn())
            .await?;
            deadline::clear(tx, Kind::ComplaintDue, complaint_id).await?;
            json!({"in_time": now.0 <= known.due_at})
        }
        ComplaintStep::Close(upheld) => {
            sqlx::query(
                "update transfer_complaint set upheld = $2, closed_at = $3, closed_by = $4,
                    delete_at = $5 where complaint_id = $1",
            )
            .bind(complaint_id)
            .bind(upheld.code())
            .bind(now.0)
            .bind(by.actor.code())
            .bind(now.plus_days(KEPT_DAYS).0)
            .execute(tx.conn())
            .await?;
            json!({"upheld": upheld.code()})
        }
    };
    let mut what = what;
    what["parties"] = json!(operator_id.into_iter().collect::<Vec<String>>());
    let subject = Subject { kind: "transfer_complaint", id: complaint_id, institution_id: "" };
    event::append(tx, &by, subject, step.step().code(), what).await
}

/// Nobody answered in time: the list shows it red; the event tells it.
pub(crate) async fn complaint_overdue(tx: &mut Tx, by: &By, complaint_id: &str) -> Result<()> {
    let row = sqlx::query("select operator_id from transfer_complaint where complaint_id = $1")
        .bind(complaint_id)
        .fetch_optional(tx.conn())
        .await?;
    let operator: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    let parties: Vec<String> = operator.into_iter().collect();
    let subject = Subject { kind: "transfer_complaint", id: complaint_id, institution_id: "" };
    event::append(tx, by, subject, "overdue", json!({"parties": parties})).await
}

/// Blanks what people wrote when its time is over; what was found stays for the figures.
pub async fn forget_complaints(tx: &mut Tx, now: Time) -> Result<u64> {
    let blanked = sqlx::query(
        "update transfer_complaint set words = '', phone = '', answer = '', delete_at = null
         where delete_at <= $1",
    )
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(blanked.rows_affected())
}

/// The kind of a complaint that was read back.
pub fn complaint_kind(complaint: &Complaint) -> Result<ComplaintKind> {
    error::coded(ComplaintKind::of(&complaint.kind), "transfer_complaint.kind", &complaint.kind)
}
