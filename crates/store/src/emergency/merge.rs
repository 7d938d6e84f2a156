//! What a case takes over from one that is merged into it, beside what people have told.

use serde_json::json;
use sqlx::Row;

use super::mark::{advise_anew, called};
use super::read::Case;
use crate::event::{self, By, Subject};
use crate::order::hold_series;
use crate::{Result, Tx};

/// Whether the case that is left becomes the one of the other's institution and operation.
pub(super) fn takes_operation(from: &Case, into: &Case) -> bool {
    let known = into.operation_id.is_some() || from.institution_id.is_empty();
    !known && (into.institution_id.is_empty() || into.institution_id == from.institution_id)
}

/// Takes what a cry from the same operation takes first: it must find the case that is left, not
/// the moment between the two.
pub(super) async fn hold_operation(tx: &mut Tx, emergency_id: &str) -> Result<()> {
    let row = sqlx::query("select operation_id from emergency where emergency_id = $1")
        .bind(emergency_id)
        .fetch_optional(tx.conn())
        .await?;
    let operation_id: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    match operation_id {
        Some(id) => hold_series(tx, &format!("raise:operation:{id}")).await,
        None => Ok(()),
    }
}

/// Fills in what the case that is left does not know: whom to call back, since when, that 120 was
/// called, the institution with its operation and place. What it knows stays as it is.
pub(super) async fn adopt(tx: &mut Tx, by: &By, from: &Case, into: &Case) -> Result<()> {
    sqlx::query(
        "update emergency set callback = case when callback = '' then $2 else callback end,
            onset_at = coalesce(onset_at, $3), called_120_at = coalesce(called_120_at, $4)
         where emergency_id = $1",
    )
    .bind(&into.emergency_id)
    .bind(&from.callback)
    .bind(from.onset_at)
    .bind(from.called_120_at)
    .execute(tx.conn())
    .await?;
    if takes_operation(from, into) {
        institution(tx, from, into).await?;
    }
    if let (None, Some(at)) = (into.position(), from.position()) {
        sqlx::query("update emergency set lat = $2, lng = $3 where emergency_id = $1")
            .bind(&into.emergency_id)
            .bind(at.lat)
            .bind(at.lng)
            .execute(tx.conn())
            .await?;
        let cards = tx.packs().cards_of(&into.card_version).cloned();
        if let Some(card) = cards.as_ref().and_then(|cards| cards.card(&into.card)) {
            advise_anew(tx, by, into, card, Some(at)).await?;
        }
    }
    let hospitals = called(tx, &into.emergency_id).await?;
    let institution_id = match &*into.institution_id {
        "" => &from.institution_id,
        own => own,
    };
    let subject = Subject { kind: "emergency", id: &into.emergency_id, institution_id };
    let particulars = json!({"from": from.emergency_id, "hospitals": hospitals});
    event::append(tx, by, subject, "took_over", particulars).await
}

/// The institution's people now read the case that is left, and a further cry from the same
/// operation joins it.
async fn institution(tx: &mut Tx, from: &Case, into: &Case) -> Result<()> {
    sqlx::query(
        "update emergency set institution_id = $2, operation_id = $3, room_id = $4,
            region_code = coalesce(region_code, (
                select origin.region_code from emergency as origin where origin.emergency_id = $5)),
            place = case when place = '' then $6 else place end,
            open_key = case when drill_at is null then $7 end
         where emergency_id = $1",
    )
    .bind(&into.emergency_id)
    .bind(&from.institution_id)
    .bind(&from.operation_id)
    .bind(&from.room_id)
    .bind(&from.emergency_id)
    .bind(&from.place)
    .bind(from.operation_id.as_ref().map(|id| format!("operation:{id}")))
    .execute(tx.conn())
    .await?;
    Ok(())
}
