//! Bookings: asked for, read, and moved on by the one table of marks.

mod enter;
mod read;

pub use enter::{End, NewBooking, book, twins};
pub use read::{Booking, BookingFilter, BookingLine, booking, bookings};

use rules::Time;
use rules::account::Permission;
use rules::transfer::{Mark, Party, State};
use serde_json::{Value, json};
use sqlx::Row;

use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// What is known of people is blanked this long after the end [DESIGN 3].
const KEPT_DAYS: i64 = 180;

/// Which part an account takes in a booking that it may read.
pub fn party(scope: &Scope, booking: &Booking) -> Party {
    if scope.may(Permission::TakeCalls) {
        return Party::Desk;
    }
    if scope.may(Permission::Ride) {
        return Party::Crew;
    }
    if scope.may(Permission::Liaise120) {
        return Party::Liaison;
    }
    let own = scope.site().is_some() && scope.site() == booking.from_site_id.as_deref();
    let asked = scope.account().is_some_and(|account| account.account_id == booking.asked_by);
    if scope.may(Permission::RequestTransfer) && (own || asked) {
        return Party::Ward;
    }
    Party::Reader
}

/// What an account may do to a booking now.
pub fn marks(scope: &Scope, booking: &Booking) -> Vec<Mark> {
    booking.course().marks(party(scope, booking))
}

/// What some marks need.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// Cancel, no-show, turn down: a code of the service's settings.
    pub reason: Option<String>,
    /// When it happened, where a crew's phone was offline; never later than now.
    pub at: Option<Time>,
    /// A return on call: ready from then on.
    pub ready_at: Option<Time>,
}

/// Takes the booking's row: whoever writes first makes the others wait.
pub(super) async fn hold(tx: &mut Tx, booking_id: &str) -> Result<()> {
    let held = sqlx::query("update booking set state = state where booking_id = $1")
        .bind(booking_id)
        .execute(tx.conn())
        .await?;
    if held.rows_affected() == 0 {
        return Err(Error::NotFound("booking"));
    }
    Ok(())
}

/// Moves a booking on. Triage, quotes, confirmation, vehicles and the way to 120 have functions of
/// their own.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a mark the party does not have now, [`Refusal::Reason`] where one
/// is needed; not found where the scope does not reach.
pub async fn mark(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    mark: Mark,
    details: &Details,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let by = By::account(&account.account_id, now);
    hold(tx, booking_id).await?;
    let found = booking(tx, scope, booking_id).await?;
    let party = party(scope, &found);
    mark_as(tx, &by, &found, party, mark, details).await
}

/// The same for a party that holds a link or a code instead of an account; the row is held.
pub(super) async fn mark_as(
    tx: &mut Tx,
    by: &By,
    booking: &Booking,
    party: Party,
    mark: Mark,
    details: &Details,
) -> Result<()> {
    let course = booking.course();
    if !course.allows(mark, party) {
        return Err(Refusal::NotAllowed.into());
    }
    let at = details.at.unwrap_or(by.now).min(by.now).max(Time(booking.asked_at));
    let id = &booking.booking_id;
    match mark {
        Mark::Approve => {
            sqlx::query(
                "update booking set approved_at = $2, approved_by = $3 where booking_id = $1",
            )
            .bind(id)
            .bind(at.0)
            .bind(by.actor.code())
            .execute(tx.conn())
            .await?;
        }
        Mark::CallReturn => {
            let ready_at = details.ready_at.unwrap_or(at).max(at);
            sqlx::query("update booking set ready_at = $2 where booking_id = $1")
                .bind(id)
                .bind(ready_at.0)
                .execute(tx.conn())
                .await?;
        }
        Mark::Acknowledge
        | Mark::Start
        | Mark::OnScene
        | Mark::Load
        | Mark::Arrive
        | Mark::Complete => stamp(tx, id, mark, at).await?,
        Mark::Cancel => {
            let late = course.cancels_late();
            let ended = if late { State::CancelledLate } else { State::Cancelled };
            end(tx, by, id, ended, details, at).await?;
        }
        Mark::NoShow => end(tx, by, id, State::NoShow, details, at).await?,
        Mark::TurnDown => end(tx, by, id, State::TurnedDown, details, at).await?,
        Mark::Triage
        | Mark::Quote
        | Mark::Confirm
        | Mark::Assign
        | Mark::Unassign
        | Mark::To120 => return Err(Refusal::NotAllowed.into()),
    }
    if mark == Mark::Complete {
        ended_at(tx, id, State::Completed, at).await?;
    }
    settle(tx, by, id, mark, json!({"party": party.code(), "reason": details.reason})).await
}

/// Writes one of the times of the journey; one that is set stays.
pub(super) async fn stamp(tx: &mut Tx, id: &str, mark: Mark, at: Time) -> Result<()> {
    let update = match mark {
        Mark::Acknowledge => sqlx::query(
            "update booking set acknowledged_at = coalesce(acknowledged_at, $2)
             where booking_id = $1",
        ),
        Mark::Start => sqlx::query(
            "update booking set started_at = coalesce(started_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::OnScene => sqlx::query(
            "update booking set on_scene_at = coalesce(on_scene_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::Load => sqlx::query(
            "update booking set loaded_at = coalesce(loaded_at, $2),
                acknowledged_at = case when acknowledged_at < $2 then acknowledged_at else $2 end
             where booking_id = $1",
        ),
        Mark::Arrive => sqlx::query(
            "update booking set arrived_at = coalesce(arrived_at, $2) where booking_id = $1",
        ),
        _ => sqlx::query(
            "update booking set completed_at = coalesce(completed_at, $2) where booking_id = $1",
        ),
    };
    update.bind(id).bind(at.0).execute(tx.conn()).await?;
    Ok(())
}

async fn end(
    tx: &mut Tx,
    by: &By,
    id: &str,
    state: State,
    details: &Details,
    at: Time,
) -> Result<()> {
    let reason = details.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.ok_or(Refusal::Reason)?;
    sqlx::query("update booking set end_reason = $2, ended_by = $3 where booking_id = $1")
        .bind(id)
        .bind(reason)
        .bind(by.actor.code())
        .execute(tx.conn())
        .await?;
    ended_at(tx, id, state, at).await
}

/// Ends a booking; what is known of people is blanked half a year later.
pub(super) async fn ended_at(tx: &mut Tx, id: &str, state: State, at: Time) -> Result<()> {
    sqlx::query(
        "update booking set ended_at = $2, state = $3, delete_at = $4 where booking_id = $1",
    )
    .bind(id)
    .bind(at.0)
    .bind(state.code())
    .bind(at.plus_days(KEPT_DAYS).0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps the state's word and tells everybody who takes part. `what` holds ids, codes, numbers and
/// times.
pub(super) async fn settle(
    tx: &mut Tx,
    by: &By,
    booking_id: &str,
    mark: Mark,
    mut what: Value,
) -> Result<()> {
    let after = booking(tx, &Scope::system(), booking_id).await?;
    let state = after.course().state();
    sqlx::query("update booking set state = $2 where booking_id = $1")
        .bind(booking_id)
        .bind(state.code())
        .execute(tx.conn())
        .await?;
    what["parties"] = json!(parties(tx, &after).await?);
    what["state"] = json!(state.code());
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, by, subject, mark.code(), what).await
}

/// Whose screens hear of a booking besides the city's: the operator, the crew, both sites.
pub(super) async fn parties(tx: &mut Tx, booking: &Booking) -> Result<Vec<String>> {
    let named = [&booking.operator_id, &booking.from_site_id, &booking.to_site_id];
    let mut parties: Vec<String> = named.into_iter().flatten().cloned().collect();
    let rows = sqlx::query("select crew_id from shift_crew where shift_id = $1 order by crew_id")
        .bind(&booking.shift_id)
        .fetch_all(tx.conn())
        .await?;
    for row in rows {
        parties.push(row.try_get(0)?);
    }
    Ok(parties)
}

/// Blanks what is known of people where its time is over; figures and the log stay. Returns how
/// many bookings were blanked.
pub async fn forget_bookings(tx: &mut Tx, now: Time) -> Result<u64> {
    sqlx::query(
        "update crew_report set body = '{\"kind\":\"note\",\"words\":\"-\"}'
         where kind in ('handover', 'note', 'incident') and booking_id in (
            select booking_id from booking where delete_at <= $1)",
    )
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    let blanked = sqlx::query(
        "update booking set patient = '', patient_born = null, patient_hash = booking_id,
            caller = '', relation = '', phone = '', words = '',
            from_place = case when from_site_id is null then '' else from_place end,
            to_place = case when to_site_id is null then '' else to_place end,
            delete_at = null
         where delete_at <= $1",
    )
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(blanked.rows_affected())
}
