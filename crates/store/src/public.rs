//! What anybody may look up: no login, no tracking, nothing of clients.

use rules::Time;
use sqlx::Row;

use crate::blob::Blob;
use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::register::{Filed, filed_at};
use crate::{Error, Result, Tx};

/// An institution as the public sees it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Place {
    pub institution_id: String,
    pub kind: String,
    pub name_zh: String,
    pub name_en: String,
    pub address_zh: String,
    pub address_en: String,
    pub licence_until: i64,
    pub qr_serial: Option<String>,
    pub qr_issued_at: Option<i64>,
    pub bureau_zh: Option<String>,
    pub bureau_en: Option<String>,
    pub suspended: i64,
    pub orders_three_years: i64,
    /// How many rows the whole search finds.
    pub total: i64,
}

/// Institutions by name, pinyin or its initials, licence number or QR serial.
pub async fn search(tx: &mut Tx, text: &str, now: Time, slice: Slice) -> Result<Listed<Place>> {
    let rows: Vec<Place> = sqlx::query_as(
        "select institution_id, kind, institution.name_zh, institution.name_en, address_zh,
            address_en, licence_until, qr_serial, qr_issued_at, bureau_zh, bureau_en,
            (select count(*) from institution_status
             where institution_status.institution_id = institution.institution_id
               and from_at <= $1 and (until_at is null or until_at > $1)) as suspended,
            (select count(*) from institution_status
             where institution_status.institution_id = institution.institution_id
               and from_at <= $1 and from_at > $2) as orders_three_years,
            count(*) over () as total
         from institution join region on region.region_code = institution.region_code
         where registered_at <= $1 and closed_at is null
           and (lower(sort_key) like lower($3) escape '!'
                or lower(institution.name_en) like lower($3) escape '!'
                or licence_no like $3 escape '!' or qr_serial like $3 escape '!')
         order by sort_key limit $4 offset $5",
    )
    .bind(now.0)
    .bind(now.plus_days(-3 * 365).0)
    .bind(like_pattern(text))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// What the QR page shows [N24].
#[derive(Clone, Debug)]
pub struct QrPage {
    pub place: Place,
    pub categories: Vec<String>,
    pub people: Vec<Filed>,
    pub level_max: i64,
}

/// The page behind a QR serial.
pub async fn by_serial(tx: &mut Tx, serial: &str, now: Time) -> Result<QrPage> {
    let place: Option<Place> = sqlx::query_as(
        "select institution_id, kind, institution.name_zh, institution.name_en, address_zh,
            address_en, licence_until, qr_serial, qr_issued_at, bureau_zh, bureau_en,
            (select count(*) from institution_status
             where institution_status.institution_id = institution.institution_id
               and from_at <= $2 and (until_at is null or until_at > $2)) as suspended,
            (select count(*) from institution_status
             where institution_status.institution_id = institution.institution_id
               and from_at <= $2 and from_at > $3) as orders_three_years,
            cast(1 as bigint) as total
         from institution join region on region.region_code = institution.region_code
         where qr_serial = $1 and closed_at is null",
    )
    .bind(serial)
    .bind(now.0)
    .bind(now.plus_days(-3 * 365).0)
    .fetch_optional(tx.conn())
    .await?;
    let place = place.ok_or(Error::NotFound("qr_serial"))?;
    let rows = sqlx::query(
        "select category from institution_category where institution_id = $1
         order by case category when 'surgery' then 0 when 'dermatology' then 1 else 2 end,
            category",
    )
    .bind(&place.institution_id)
    .fetch_all(tx.conn())
    .await?;
    let categories = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    let people = filed_at(tx, &place.institution_id, now).await?;
    let kind = crate::error::coded(
        rules::register::InstitutionKind::of(&place.kind),
        "institution.kind",
        &place.kind,
    )?;
    let level_max = tx.packs().rules_at(now).level_max(kind);
    Ok(QrPage { place, categories, people, level_max })
}

/// The latest portrait of a practitioner; what the QR page shows beside the name.
pub async fn portrait(tx: &mut Tx, practitioner_id: &str) -> Result<Option<Blob>> {
    let row = sqlx::query(
        "select blob.sha256, blob.media_type, blob.body from attachment
         join blob on blob.sha256 = attachment.sha256
         where subject_kind = 'practitioner' and subject = $1 and attachment.kind = 'portrait'
           and removed_at is null
         order by added_at desc, attachment_id desc limit 1",
    )
    .bind(practitioner_id)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Blob { sha256: row.try_get(0)?, media_type: row.try_get(1)?, body: row.try_get(2)? })
    })
    .transpose()
}
