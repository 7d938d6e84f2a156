//! The family's link: 128 random bits lead to one booking, its vehicle while it drives, the
//! receipt and the rating. Only the hash of the token is kept.

use rules::account::Permission;
use rules::transfer::{LinkView, Mark, Party};
use rules::{Position, Time};
use serde_json::json;
use sqlx::Row;

use super::booking::{self, Booking, Details};
use crate::account::token_hash;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// Links of one booking that may be open at once: two children and a neighbour.
const LINKS_MAX: i64 = 5;

/// Makes a link. `token` is the caller's randomness.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the desk and the ward that asked,
/// [`Refusal::TooMany`].
pub async fn make_link(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    token: &str,
    now: Time,
) -> Result<()> {
    let (by, found) = holder(tx, scope, booking_id, now).await?;
    let open = sqlx::query(
        "select count(*) from family_link where booking_id = $1 and revoked_at is null",
    )
    .bind(&found.booking_id)
    .fetch_one(tx.conn())
    .await?;
    if open.try_get::<i64, _>(0)? >= LINKS_MAX {
        return Err(Refusal::TooMany.into());
    }
    sqlx::query(
        "insert into family_link (token_hash, booking_id, made_at, made_by)
         values ($1, $2, $3, $4)",
    )
    .bind(token_hash(token))
    .bind(&found.booking_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, "link_made", json!({})).await
}

/// Takes every link of a booking back.
///
/// # Errors
/// As [`make_link`].
pub async fn revoke_links(tx: &mut Tx, scope: &Scope, booking_id: &str, now: Time) -> Result<u64> {
    let (by, found) = holder(tx, scope, booking_id, now).await?;
    let revoked = sqlx::query(
        "update family_link set revoked_at = $2 where booking_id = $1 and revoked_at is null",
    )
    .bind(&found.booking_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, "links_revoked", json!({"count": revoked})).await?;
    Ok(revoked)
}

/// How many links of a booking, read within a scope, are open.
pub async fn open_links(tx: &mut Tx, booking: &Booking) -> Result<i64> {
    let row = sqlx::query(
        "select count(*) from family_link where booking_id = $1 and revoked_at is null",
    )
    .bind(&booking.booking_id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

async fn holder(tx: &mut Tx, scope: &Scope, booking_id: &str, now: Time) -> Result<(By, Booking)> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, scope, booking_id).await?;
    let ward = booking::party(scope, &found) == Party::Ward;
    if !scope.may(Permission::TakeCalls) && !ward {
        return Err(Refusal::NotAllowed.into());
    }
    Ok((By::account(&account.account_id, now), found))
}

/// Who drives, as the family sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Carrier {
    pub vehicle_id: String,
    pub call_sign: String,
    pub plate: String,
    pub qr_serial: String,
    pub operator_zh: String,
    pub operator_en: String,
    pub complaint_phone: String,
}

/// Where a vehicle was last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastSeen {
    pub at: Time,
    pub position: Position,
    pub accuracy_m: i64,
}

/// What a link shows.
#[derive(Clone, Debug)]
pub struct FamilyView {
    pub booking: Booking,
    pub view: LinkView,
    pub carrier: Option<Carrier>,
    /// Only while the link is live.
    pub seen: Option<LastSeen>,
    /// Points given, once there is a rating.
    pub rated: Option<i64>,
}

/// What the holder of a token sees now.
///
/// # Errors
/// Not found for a token nobody made, one that was taken back, and one whose time is over: the
/// holder of an old link learns nothing.
pub async fn by_link(tx: &mut Tx, token: &str, now: Time) -> Result<FamilyView> {
    let booking_id = booking_of(tx, token).await?;
    // The token is the scope: it reaches this booking and no other.
    let mut booking = booking::booking(tx, &Scope::system(), &booking_id).await?;
    let limits = tx.packs().crew_at(now).family;
    let view = limits.view(&booking.course(), booking.ended_at.map(Time), now);
    if view == LinkView::Gone {
        return Err(Error::NotFound("family_link"));
    }
    let carrier = carrier(tx, &booking).await?;
    let seen = match (&carrier, view) {
        (Some(carrier), LinkView::Live) => last_seen(tx, &carrier.vehicle_id, now).await?,
        _ => None,
    };
    let rated = sqlx::query("select score from rating where booking_id = $1")
        .bind(&booking_id)
        .fetch_optional(tx.conn())
        .await?
        .map(|row| row.try_get(0))
        .transpose()?;
    // A link that was passed on must not tell who lies in the vehicle, nor how to reach them.
    booking.patient = veiled(&booking.patient);
    booking.caller.clear();
    booking.phone.clear();
    booking.words.clear();
    Ok(FamilyView { booking, view, carrier, seen, rated })
}

async fn booking_of(tx: &mut Tx, token: &str) -> Result<String> {
    let row = sqlx::query(
        "select booking_id from family_link where token_hash = $1 and revoked_at is null",
    )
    .bind(token_hash(token))
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.ok_or(Error::NotFound("family_link"))?.try_get(0)?)
}

/// The first character and a star for each other.
fn veiled(name: &str) -> String {
    let mut characters = name.chars();
    let first: String = characters.next().into_iter().collect();
    first + &"＊".repeat(characters.count().min(2))
}

async fn carrier(tx: &mut Tx, booking: &Booking) -> Result<Option<Carrier>> {
    Ok(sqlx::query_as(
        "select vehicle.vehicle_id, call_sign, plate, qr_serial, operator.short_zh as operator_zh,
            operator.short_en as operator_en, complaint_phone
         from shift
         inner join vehicle on vehicle.vehicle_id = shift.vehicle_id
         inner join operator on operator.operator_id = vehicle.operator_id
         where shift_id = $1",
    )
    .bind(&booking.shift_id)
    .fetch_optional(tx.conn())
    .await?)
}

/// Nobody's position is older than this.
const SEEN_WITHIN_MIN: i64 = 12 * 60;

async fn last_seen(tx: &mut Tx, vehicle_id: &str, now: Time) -> Result<Option<LastSeen>> {
    let row = sqlx::query(
        "select at, lat, lng, accuracy_m from position_report
         where vehicle_id = $1 and refused is null and at between $2 and $3
         order by at desc limit 1",
    )
    .bind(vehicle_id)
    .bind(now.plus_min(-SEEN_WITHIN_MIN).0)
    .bind(now.0)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(LastSeen {
            at: Time(row.try_get(0)?),
            position: Position { lat: row.try_get(1)?, lng: row.try_get(2)? },
            accuracy_m: row.try_get(3)?,
        })
    })
    .transpose()
}

/// What the family does through its link: agree to the price, call for the way back, cancel.
///
/// # Errors
/// As for [`by_link`]; [`Refusal::NotAllowed`] for what the family may not do now.
pub async fn mark_by_link(
    tx: &mut Tx,
    token: &str,
    mark: Mark,
    details: &Details,
    now: Time,
) -> Result<()> {
    let view = by_link(tx, token, now).await?;
    let booking_id = &view.booking.booking_id;
    booking::hold(tx, booking_id).await?;
    let found = booking::booking(tx, &Scope::system(), booking_id).await?;
    let by = By::system("family", now);
    booking::mark_as(tx, &by, &found, Party::Family, mark, details).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_by_its_first_character() {
        for (name, shown) in [("李真名", "李＊＊"), ("王", "王"), ("", ""), ("欧阳建国", "欧＊＊")]
        {
            assert_eq!(veiled(name), shown);
        }
    }
}
