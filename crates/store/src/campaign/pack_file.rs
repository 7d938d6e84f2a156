//! The evidence behind a campaign, for the pack that an inspection from above is given [W49].

use super::plan::campaign;
use crate::blob::{self, Blob};
use crate::{Result, Scope, Tx};

/// A file of evidence: of a problem, or of an item of a sheet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PackFile {
    pub attachment_id: String,
    pub subject_kind: String,
    pub subject: String,
    pub name_zh: String,
    pub name_en: String,
    /// The problem's permanent number; none for a sheet.
    pub number: Option<String>,
    pub department: Option<String>,
    /// The checklist's item; of a problem that no list asks, its own code.
    pub item: Option<String>,
    pub media_type: String,
    pub size_bytes: i64,
    pub added_at: i64,
}

/// Files named in one pack.
const FILES_MAX: i64 = 20_000;

/// The files in reach, problems first, oldest first: problems by number, then sheets by unit.
///
/// # Errors
/// Not found outside the scope.
pub async fn pack_files(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<PackFile>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, department) = scope.campaign().bounds();
    let mut files: Vec<PackFile> = sqlx::query_as(
        "select attachment_id, subject_kind, subject, name_zh, name_en, number, department, item,
            media_type, size_bytes, attachment.added_at
         from problem
         join attachment on subject_kind = 'problem' and subject = problem_id
         join blob on blob.sha256 = attachment.sha256
         join institution on institution.institution_id = problem.institution_id
         where campaign_id = $1 and removed_at is null
           and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or problem.institution_id = $3)
           and (cast($4 as text) is null or department = $4)
         order by number, attachment.added_at, attachment_id limit $5",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(FILES_MAX)
    .fetch_all(tx.conn())
    .await?;
    let left = FILES_MAX - i64::try_from(files.len()).unwrap_or(FILES_MAX);
    let sheets: Vec<PackFile> = sqlx::query_as(
        "select attachment_id, subject_kind, subject, name_zh, name_en,
            cast(null as text) as number, cast(null as text) as department,
            cast(null as text) as item, media_type, size_bytes, attachment.added_at
         from campaign_target
         join attachment on subject_kind = 'self_inspection'
           and attachment.institution_id = campaign_target.institution_id
           and subject like $1 || ':%'
         join blob on blob.sha256 = attachment.sha256
         join institution on institution.institution_id = campaign_target.institution_id
         where campaign_id = $1 and removed_at is null
           and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or campaign_target.institution_id = $3)
           and (cast($4 as text) is null or subject like '%:' || $4 || ':%')
         order by sort_key, subject, attachment.added_at, attachment_id limit $5",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(department)
    .bind(left)
    .fetch_all(tx.conn())
    .await?;
    files.extend(sheets.into_iter().map(|mut file| {
        // A sheet's subject is `campaign:unit:place:item`.
        let mut parts = file.subject.splitn(4, ':').skip(2).map(str::to_owned);
        (file.department, file.item) = (parts.next(), parts.next());
        file
    }));
    Ok(files)
}

/// The bytes of a file that [`pack_files`] has named to the same reader.
pub async fn pack_file(tx: &mut Tx, file: &PackFile) -> Result<Option<Blob>> {
    blob::file_of(tx, &file.subject_kind, &file.subject, &file.attachment_id).await
}
