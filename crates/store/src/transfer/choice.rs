//! What the engine recommended, what was done instead, and what it said of each vehicle: kept for
//! every assignment [T12].

use serde_json::Value;

use crate::event::By;
use crate::{Result, Scope, Tx};

pub(super) struct NewChoice<'c> {
    pub booking_id: &'c str,
    pub recommended: Option<&'c str>,
    pub chosen: Option<&'c str>,
    /// One line a vehicle: its times, or the first rule it breaks.
    pub reasons: &'c Value,
    pub override_reason: Option<&'c str>,
}

pub(super) async fn keep(tx: &mut Tx, by: &By, new: &NewChoice<'_>) -> Result<()> {
    let choice_id = tx.id("chc", by.now)?;
    sqlx::query(
        "insert into dispatch_choice (choice_id, booking_id, at, by_account, recommended, chosen,
            reasons, override_reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&choice_id)
    .bind(new.booking_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(new.recommended)
    .bind(new.chosen)
    .bind(new.reasons.to_string())
    .bind(new.override_reason)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One choice as it was made.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Choice {
    pub at: i64,
    pub by_account: String,
    pub recommended: Option<String>,
    pub chosen: Option<String>,
    pub reasons: String,
    pub override_reason: Option<String>,
}

/// The choices made for a booking that the scope reaches, newest first.
pub async fn choices(tx: &mut Tx, scope: &Scope, booking_id: &str) -> Result<Vec<Choice>> {
    super::booking::booking(tx, scope, booking_id).await?;
    Ok(sqlx::query_as(
        "select at, by_account, recommended, chosen, reasons, override_reason
         from dispatch_choice where booking_id = $1 order by at desc, choice_id desc limit 50",
    )
    .bind(booking_id)
    .fetch_all(tx.conn())
    .await?)
}
