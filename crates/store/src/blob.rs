//! Files are rows, so that one backup and one failover hold everything.
//!
//! The bytes are cleaned (decoded, turned upright, stripped, re-encoded) before they come here.

use rules::Time;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::event::By;
use crate::pack::hex;
use crate::{Refusal, Result, Scope, Tx};

pub const BYTES_MAX: usize = 5 * 1024 * 1024;

/// A kept file.
#[derive(Clone, Debug, PartialEq)]
pub struct Blob {
    pub sha256: String,
    pub media_type: String,
    pub body: Vec<u8>,
}

/// What a file belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    pub institution_id: &'a str,
    pub subject_kind: &'a str,
    pub subject: &'a str,
    pub kind: &'a str,
}

/// Keeps a file and attaches it to its subject; equal bytes are kept once.
///
/// # Errors
/// [`Refusal::Image`] above [`BYTES_MAX`] or when empty.
pub async fn attach(
    tx: &mut Tx,
    by: &By,
    owner: Owner<'_>,
    media_type: &str,
    body: &[u8],
    delete_at: Option<Time>,
) -> Result<String> {
    if body.is_empty() || body.len() > BYTES_MAX {
        return Err(Refusal::Image.into());
    }
    let sha256 = hex(&Sha256::digest(body));
    sqlx::query(
        "insert into blob (sha256, media_type, size_bytes, body, made_at, delete_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (sha256) do nothing",
    )
    .bind(&sha256)
    .bind(media_type)
    .bind(i64::try_from(body.len()).unwrap_or(i64::MAX))
    .bind(body.to_vec())
    .bind(by.now.0)
    .bind(delete_at.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    let attachment_id = tx.id("att", by.now)?;
    sqlx::query(
        "insert into attachment (attachment_id, institution_id, subject_kind, subject, kind,
            sha256, added_at, added_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&attachment_id)
    .bind(owner.institution_id)
    .bind(owner.subject_kind)
    .bind(owner.subject)
    .bind(owner.kind)
    .bind(&sha256)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(attachment_id)
}

/// An attached file, when the reader may see what it is attached to.
pub async fn attached(tx: &mut Tx, scope: &Scope, attachment_id: &str) -> Result<Option<Blob>> {
    let reach = scope.institutions_reach();
    let row = sqlx::query(
        "select blob.sha256, blob.media_type, blob.body from attachment
         join blob on blob.sha256 = attachment.sha256
         join institution on institution.institution_id = attachment.institution_id
         where attachment_id = $1
           and (cast($2 as text) is null or institution.region_code = $2)
           and (cast($3 as text) is null or attachment.institution_id = $3)
           and removed_at is null",
    )
    .bind(attachment_id)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Blob { sha256: row.try_get(0)?, media_type: row.try_get(1)?, body: row.try_get(2)? })
    })
    .transpose()
}

/// How many files a subject has got since a moment.
pub(crate) async fn count_of(
    tx: &mut Tx,
    subject_kind: &str,
    subject: &str,
    since: Time,
) -> Result<i64> {
    let row = sqlx::query(
        "select count(*) from attachment
         where subject_kind = $1 and subject = $2 and added_at >= $3 and removed_at is null",
    )
    .bind(subject_kind)
    .bind(subject)
    .bind(since.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// A file of a subject, without its bytes.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FileLine {
    pub attachment_id: String,
    pub kind: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub added_at: i64,
}

/// The files of a subject whose scope the caller has asked.
pub(crate) async fn files_of(
    tx: &mut Tx,
    subject_kind: &str,
    subject: &str,
) -> Result<Vec<FileLine>> {
    Ok(sqlx::query_as(
        "select attachment_id, kind, media_type, size_bytes, added_at from attachment
         join blob on blob.sha256 = attachment.sha256
         where subject_kind = $1 and subject = $2 and removed_at is null
         order by added_at, attachment_id",
    )
    .bind(subject_kind)
    .bind(subject)
    .fetch_all(tx.conn())
    .await?)
}

/// A file of a subject whose scope the caller has asked.
pub(crate) async fn file_of(
    tx: &mut Tx,
    subject_kind: &str,
    subject: &str,
    attachment_id: &str,
) -> Result<Option<Blob>> {
    let row = sqlx::query(
        "select blob.sha256, blob.media_type, blob.body from attachment
         join blob on blob.sha256 = attachment.sha256
         where attachment_id = $1 and subject_kind = $2 and subject = $3
           and removed_at is null",
    )
    .bind(attachment_id)
    .bind(subject_kind)
    .bind(subject)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Blob { sha256: row.try_get(0)?, media_type: row.try_get(1)?, body: row.try_get(2)? })
    })
    .transpose()
}

/// Takes a file away from a subject whose scope the caller has asked; who and when stay on record.
/// Whether it was there.
pub(crate) async fn remove(
    tx: &mut Tx,
    by: &By,
    (subject_kind, subject): (&str, &str),
    attachment_id: &str,
) -> Result<bool> {
    let removed = sqlx::query(
        "update attachment set removed_at = $4, removed_by = $5
         where attachment_id = $1 and subject_kind = $2 and subject = $3 and removed_at is null",
    )
    .bind(attachment_id)
    .bind(subject_kind)
    .bind(subject)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(removed.rows_affected() > 0)
}
