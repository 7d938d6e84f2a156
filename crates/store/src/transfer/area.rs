//! Where the service is offered: a hospital of the pilot first, then district by district [T9].

use rules::Time;
use serde_json::json;
use sqlx::Row;

use super::contract::may_oversee;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// What is opened: a district, or one place of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Region(String),
    Site(String),
}

impl Place {
    fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Place::Region(code) => (Some(code), None),
            Place::Site(id) => (None, Some(id)),
        }
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Area {
    pub area_id: String,
    pub region_code: Option<String>,
    pub site_id: Option<String>,
    pub name_zh: String,
    pub name_en: String,
    pub from_at: i64,
    pub until_at: Option<i64>,
}

/// Opens a district or a hospital from a day on.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`add_area`].
pub async fn open_area(
    tx: &mut Tx,
    scope: &Scope,
    place: &Place,
    from: Time,
    now: Time,
) -> Result<String> {
    let by = may_oversee(scope, now)?;
    add_area(tx, &by, place, from).await
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Taken`] when it is open then, or will be; not found for no such place.
pub async fn add_area(tx: &mut Tx, by: &By, place: &Place, from: Time) -> Result<String> {
    let (region, site) = place.columns();
    let known = sqlx::query(
        "select (select count(*) from region where region_code = $1)
              + (select count(*) from transfer_site where site_id = $2) as known",
    )
    .bind(region)
    .bind(site)
    .fetch_one(tx.conn())
    .await?;
    if known.try_get::<i64, _>(0)? == 0 {
        return Err(Error::NotFound("place"));
    }
    // Two officers open the same place one after the other.
    crate::order::hold_series(tx, "service_area").await?;
    let open = sqlx::query(
        "select count(*) from service_area
         where (region_code = $1 or site_id = $2)
           and (until_at is null or until_at > $3)",
    )
    .bind(region)
    .bind(site)
    .bind(from.0)
    .fetch_one(tx.conn())
    .await?;
    if open.try_get::<i64, _>(0)? > 0 {
        return Err(Refusal::Taken.into());
    }
    let area_id = tx.id("are", by.now)?;
    sqlx::query(
        "insert into service_area (area_id, region_code, site_id, from_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&area_id)
    .bind(region)
    .bind(site)
    .bind(from.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "service_area", id: &area_id, institution_id: "" };
    event::append(tx, by, subject, "opened", json!({"from": from.0})).await?;
    Ok(area_id)
}

/// Ends the service of a place from a moment on; one that has not begun is taken back.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found when it has ended.
pub async fn end_area(
    tx: &mut Tx,
    scope: &Scope,
    area_id: &str,
    until: Time,
    now: Time,
) -> Result<()> {
    let by = may_oversee(scope, now)?;
    // What was driven until now was driven inside the area.
    let until = until.max(now);
    let ended = sqlx::query(
        "update service_area set until_at = case when from_at > $2 then from_at else $2 end
         where area_id = $1 and (until_at is null or until_at > $2)",
    )
    .bind(area_id)
    .bind(until.0)
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Error::NotFound("service_area"));
    }
    let subject = Subject { kind: "service_area", id: area_id, institution_id: "" };
    event::append(tx, &by, subject, "ended", json!({"until": until.0})).await
}

/// Everything that is, was or will be open, in the order of the roll-out. Public knowledge.
pub async fn areas(tx: &mut Tx) -> Result<Vec<Area>> {
    Ok(sqlx::query_as(
        "select area_id, service_area.region_code, service_area.site_id,
            coalesce(transfer_site.name_zh, region.name_zh) as name_zh,
            coalesce(transfer_site.name_en, region.name_en) as name_en, from_at, until_at
         from service_area
         left join transfer_site on transfer_site.site_id = service_area.site_id
         left join region on region.region_code = service_area.region_code
         where until_at is null or until_at > from_at
         order by from_at, coalesce(service_area.region_code, ''), area_id",
    )
    .fetch_all(tx.conn())
    .await?)
}

/// Whether a journey is served: one of its ends lies in a district or a place that is open then.
pub async fn served(tx: &mut Tx, regions: &[&str], sites: &[&str], at: Time) -> Result<bool> {
    let open = areas(tx).await?;
    Ok(open.iter().any(|area| {
        let now = area.from_at <= at.0 && area.until_at.is_none_or(|until| at.0 < until);
        let here = area.region_code.as_deref().is_some_and(|code| regions.contains(&code))
            || area.site_id.as_deref().is_some_and(|id| sites.contains(&id));
        now && here
    }))
}
