//! What check-ins do to an operation: who came in, who left, when it began and when it was over.

use rules::Time;
use rules::register::Role;

use crate::{Result, Tx};

/// One person who passed the door, validly.
pub(crate) struct Passed<'a> {
    pub institution_id: &'a str,
    pub operation_id: &'a str,
    pub practitioner_id: &'a str,
    pub role: Role,
    pub at: Time,
}

/// Written before it is read: checks into one operation take turns, whichever door they come by,
/// and with a clinic that cancels or confirms it. Without that the last two who leave at once would
/// each see the other still inside.
pub(crate) async fn hold(tx: &mut Tx, institution_id: &str, operation_id: &str) -> Result<()> {
    sqlx::query(
        "update operation set operation_id = operation_id
         where institution_id = $1 and operation_id = $2",
    )
    .bind(institution_id)
    .bind(operation_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody is in: the first one makes it ready, the attending starts the timer [N12].
pub(crate) async fn came_in(tx: &mut Tx, passed: &Passed<'_>) -> Result<()> {
    sqlx::query(
        "insert into operation_member (institution_id, operation_id, practitioner_id, role,
            first_in_at)
         values ($1, $2, $3, $4, $5)
         on conflict (institution_id, operation_id, practitioner_id) do update
         set first_in_at = coalesce(operation_member.first_in_at, excluded.first_in_at)",
    )
    .bind(passed.institution_id)
    .bind(passed.operation_id)
    .bind(passed.practitioner_id)
    .bind(passed.role.code())
    .bind(passed.at.0)
    .execute(tx.conn())
    .await?;
    let started = (passed.role == Role::Attending).then_some(passed.at.0);
    sqlx::query(
        "update operation set first_in_at = coalesce(first_in_at, $3),
            started_at = coalesce(started_at, $4), signed_out_at = null
         where institution_id = $1 and operation_id = $2 and confirmed_at is null",
    )
    .bind(passed.institution_id)
    .bind(passed.operation_id)
    .bind(passed.at.0)
    .bind(started)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Somebody left; signed out is when the last one of those who went in has left [N14].
pub(crate) async fn went_out(tx: &mut Tx, passed: &Passed<'_>) -> Result<()> {
    sqlx::query(
        "update operation_member set last_out_at = $4
         where institution_id = $1 and operation_id = $2 and practitioner_id = $3",
    )
    .bind(passed.institution_id)
    .bind(passed.operation_id)
    .bind(passed.practitioner_id)
    .bind(passed.at.0)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "update operation set signed_out_at = $3
         where institution_id = $1 and operation_id = $2 and started_at is not null
           and not exists (select 1 from open_presence
                where open_presence.institution_id = operation.institution_id
                  and open_presence.operation_id = operation.operation_id)",
    )
    .bind(passed.institution_id)
    .bind(passed.operation_id)
    .bind(passed.at.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}
