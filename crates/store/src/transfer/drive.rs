//! Drives (专项行动) that the service takes part in, such as a hundred days for what troubles people
//! most [T18]: a document, a period, and a district or the whole city. Their figures are the
//! monthly report's own, of that period and of the days before it.

use rules::Time;
use rules::account::Permission;
use serde_json::json;

use super::contract::may_oversee;
use crate::event::{self, Subject};
use crate::{Refusal, Result, Scope, Tx};

/// A drive as it is entered.
#[derive(Clone, Debug)]
pub struct NewDrive {
    pub number: String,
    pub title: [String; 2],
    /// The whole city without.
    pub region_code: Option<String>,
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Drive {
    pub drive_id: String,
    pub number: String,
    pub title_zh: String,
    pub title_en: String,
    pub region_code: Option<String>,
    pub from_at: i64,
    pub until_at: i64,
    /// A campaign that was issued under the same document number.
    pub campaign_id: Option<String>,
}

/// The longest drive, in days: the transfer drive of 2025 runs a year.
const DAYS_MAX: i64 = 800;

/// Enters a drive.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::Hours`] for a period that cannot be,
/// [`Refusal::Taken`] when the document is entered for that place.
pub async fn add_drive(tx: &mut Tx, scope: &Scope, new: &NewDrive, now: Time) -> Result<String> {
    let by = may_oversee(scope, now)?;
    let texts = [new.number.trim(), new.title[0].trim(), new.title[1].trim()];
    if texts.iter().any(|text| text.is_empty() || text.chars().count() > 200) {
        return Err(Refusal::Text.into());
    }
    if new.until <= new.from || new.from.plus_days(DAYS_MAX) < new.until {
        return Err(Refusal::Hours.into());
    }
    crate::order::hold_series(tx, "transfer_drive").await?;
    let drive_id = tx.id("drv", now)?;
    let made = sqlx::query(
        "insert into transfer_drive (drive_id, number, title_zh, title_en, region_code, from_at,
            until_at, made_at, made_by)
         select $1, cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text),
            cast($6 as bigint), cast($7 as bigint), cast($8 as bigint), cast($9 as text)
         where not exists (select 1 from transfer_drive
            where number = $2 and coalesce(region_code, '') = coalesce($5, '')
              and withdrawn_at is null)",
    )
    .bind(&drive_id)
    .bind(texts[0])
    .bind(texts[1])
    .bind(texts[2])
    .bind(&new.region_code)
    .bind(new.from.0)
    .bind(new.until.0)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if made == 0 {
        return Err(Refusal::Taken.into());
    }
    let subject = Subject { kind: "transfer_drive", id: &drive_id, institution_id: "" };
    let particulars = json!({"from": new.from.0, "until": new.until.0});
    event::append(tx, &by, subject, "entered", particulars).await?;
    Ok(drive_id)
}

/// Takes a drive back that was entered by mistake.
///
/// # Errors
/// [`Refusal::NotAllowed`], also when it was taken back before.
pub async fn withdraw_drive(tx: &mut Tx, scope: &Scope, drive_id: &str, now: Time) -> Result<()> {
    let by = may_oversee(scope, now)?;
    let done = sqlx::query(
        "update transfer_drive set withdrawn_at = $2, withdrawn_by = $3
         where drive_id = $1 and withdrawn_at is null",
    )
    .bind(drive_id)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if done == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject = Subject { kind: "transfer_drive", id: drive_id, institution_id: "" };
    event::append(tx, &by, subject, "withdrawn", json!({})).await
}

/// The drives, the latest first, for whoever oversees or runs a fleet.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub async fn drives(tx: &mut Tx, scope: &Scope) -> Result<Vec<Drive>> {
    if !scope.may(Permission::OverseeTransfer) && !scope.may(Permission::ManageFleet) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(sqlx::query_as(
        "select drive_id, number, title_zh, title_en, region_code, from_at, until_at,
            (select min(campaign_id) from campaign
             where campaign.number = transfer_drive.number and published_at is not null)
                as campaign_id
         from transfer_drive where withdrawn_at is null
         order by from_at desc, drive_id limit 200",
    )
    .fetch_all(tx.conn())
    .await?)
}
