//! Photos and documents of the items of a sheet, for those who may read it.

use rules::Time;
use serde_json::json;
use sqlx::Row;

use super::self_inspection::{evidence_subject, sheet, writer};
use crate::blob::{self, Blob};
use crate::event::{self, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

const KIND: &str = "self_inspection";
/// Files of one item of one place.
const FILES_MAX: i64 = 12;

/// A file of an item, without its bytes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ItemFile {
    pub item: String,
    pub attachment_id: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub added_at: i64,
}

/// Keeps a file as evidence of an item.
///
/// # Errors
/// [`Refusal::Image`] above five megabytes, [`Refusal::Locked`], [`Refusal::TooMany`].
pub async fn add_item_evidence(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place, item): (&str, &str, &str, &str),
    (media_type, body): (&str, &[u8]),
    now: Time,
) -> Result<String> {
    let by = writer(scope, now)?;
    let sheet = sheet(tx, scope, campaign_id, institution_id, place).await?;
    if sheet.locked {
        return Err(Refusal::Locked.into());
    }
    if !sheet.items.iter().any(|known| known.code == item) {
        return Err(Refusal::Unknown.into());
    }
    let subject = evidence_subject(campaign_id, institution_id, place, item);
    if blob::count_of(tx, KIND, &subject, Time(0)).await? >= FILES_MAX {
        return Err(Refusal::TooMany.into());
    }
    let owner =
        blob::Owner { institution_id, subject_kind: KIND, subject: &subject, kind: "evidence" };
    let file = blob::attach(tx, &by, owner, media_type, body, None).await?;
    let subject = Subject { kind: KIND, id: campaign_id, institution_id };
    let particulars = json!({"department": place, "item": item, "file": file});
    event::append(tx, &by, subject, "evidence", particulars).await?;
    Ok(file)
}

/// The files of a sheet by item, oldest first.
///
/// # Errors
/// Not found outside the scope.
pub async fn item_files(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place): (&str, &str, &str),
) -> Result<Vec<ItemFile>> {
    sheet(tx, scope, campaign_id, institution_id, place).await?;
    let from = evidence_subject(campaign_id, institution_id, place, "");
    // Every subject of the place begins so: the next text after them ends in `;` instead of `:`.
    let until = format!("{};", from.trim_end_matches(':'));
    Ok(sqlx::query_as(
        "select substr(subject, $3) as item, attachment_id, media_type, size_bytes, added_at
         from attachment join blob on blob.sha256 = attachment.sha256
         where subject_kind = 'self_inspection' and subject >= $1 and subject < $2
           and removed_at is null
         order by added_at, attachment_id",
    )
    .bind(&from)
    .bind(&until)
    .bind(i32::try_from(from.chars().count() + 1).unwrap_or(i32::MAX))
    .fetch_all(tx.conn())
    .await?)
}

/// Takes a file away that was added by mistake, before the report is handed in [W8].
///
/// # Errors
/// [`Refusal::Locked`] afterwards, [`Refusal::NotAllowed`] for a reader; not found outside the
/// scope and for a file that is not this place's.
pub async fn remove_item_evidence(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place): (&str, &str, &str),
    attachment_id: &str,
    now: Time,
) -> Result<()> {
    let by = writer(scope, now)?;
    let found = sheet(tx, scope, campaign_id, institution_id, place).await?;
    if found.locked {
        return Err(Refusal::Locked.into());
    }
    let files = item_files(tx, scope, (campaign_id, institution_id, place)).await?;
    let file = files.iter().find(|one| one.attachment_id == attachment_id);
    let item = file.ok_or(Error::NotFound("attachment"))?.item.clone();
    let subject = evidence_subject(campaign_id, institution_id, place, &item);
    if !blob::remove(tx, &by, (KIND, &subject), attachment_id).await? {
        return Err(Error::NotFound("attachment"));
    }
    // A sheet whose evidence changed is to be handed in again.
    super::self_inspection::reopen_sheet(tx, (campaign_id, institution_id, place)).await?;
    let subject = Subject { kind: KIND, id: campaign_id, institution_id };
    let particulars = json!({"department": place, "item": item, "file": attachment_id});
    event::append(tx, &by, subject, "evidence_removed", particulars).await
}

/// One of them with its bytes.
///
/// # Errors
/// Not found outside the scope.
pub async fn item_file(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place): (&str, &str, &str),
    attachment_id: &str,
) -> Result<Option<Blob>> {
    sheet(tx, scope, campaign_id, institution_id, place).await?;
    let row = sqlx::query(
        "select subject from attachment
         where attachment_id = $1 and subject_kind = 'self_inspection'",
    )
    .bind(attachment_id)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let subject: String = row.try_get(0)?;
    if !subject.starts_with(&evidence_subject(campaign_id, institution_id, place, "")) {
        return Ok(None);
    }
    blob::file_of(tx, KIND, &subject, attachment_id).await
}
