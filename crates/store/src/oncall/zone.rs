//! Zones contracted to hospitals (分包片区): drawn, dated, never overwritten.

use rules::emergency::inside;
use rules::{Position, Time};
use serde_json::json;

use super::hospital::may_run;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewZone {
    pub name: [String; 2],
    pub primary_id: String,
    pub backup_id: Option<String>,
    /// Corners as `[lng, lat]`, WGS-84; closed or not.
    pub ring: Vec<[f64; 2]>,
    pub from: Time,
    pub until: Option<Time>,
}

#[derive(Clone, Debug)]
pub struct Zone {
    pub zone_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub primary_id: String,
    pub backup_id: Option<String>,
    pub ring: Vec<[f64; 2]>,
    pub from_at: i64,
    pub until_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ZoneRow {
    zone_id: String,
    name_zh: String,
    name_en: String,
    primary_id: String,
    backup_id: Option<String>,
    ring: String,
    from_at: i64,
    until_at: Option<i64>,
}

impl ZoneRow {
    fn zone(self) -> Result<Zone> {
        let ring = serde_json::from_str(&self.ring)
            .map_err(|error| Error::Corrupt(format!("zone.ring: {error}")))?;
        Ok(Zone {
            zone_id: self.zone_id,
            name_zh: self.name_zh,
            name_en: self.name_en,
            primary_id: self.primary_id,
            backup_id: self.backup_id,
            ring,
            from_at: self.from_at,
            until_at: self.until_at,
        })
    }
}

/// Corners a drawn zone may have.
const CORNERS_MAX: usize = 2_000;

fn sound(new: &NewZone) -> std::result::Result<(), Refusal> {
    let real = |[lng, lat]: &[f64; 2]| {
        lng.is_finite() && lat.is_finite() && lng.abs() <= 180.0 && lat.abs() <= 90.0
    };
    let mut corners: Vec<&[f64; 2]> = Vec::new();
    for corner in &new.ring {
        if !corners.contains(&corner) {
            corners.push(corner);
        }
    }
    if corners.len() < 3 || new.ring.len() > CORNERS_MAX || !new.ring.iter().all(real) {
        return Err(Refusal::Ring);
    }
    if new.name.iter().any(|name| name.trim().is_empty() || name.chars().count() > 60) {
        return Err(Refusal::Text);
    }
    if new.until.is_some_and(|until| until <= new.from) {
        return Err(Refusal::Hours);
    }
    if new.backup_id.as_ref() == Some(&new.primary_id) {
        return Err(Refusal::SameHospital);
    }
    Ok(())
}

/// Draws a zone.
///
/// # Errors
/// [`Refusal::Ring`] for fewer than three corners or corners that are no places, [`Refusal::Text`],
/// [`Refusal::Hours`], [`Refusal::SameHospital`].
pub async fn add_zone(tx: &mut Tx, by: &By, new: &NewZone) -> Result<String> {
    sound(new)?;
    let zone_id = tx.id("zon", by.now)?;
    sqlx::query(
        "insert into zone (zone_id, name_zh, name_en, primary_id, backup_id, ring, from_at,
            until_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&zone_id)
    .bind(new.name[0].trim())
    .bind(new.name[1].trim())
    .bind(&new.primary_id)
    .bind(&new.backup_id)
    .bind(json!(new.ring).to_string())
    .bind(new.from.0)
    .bind(new.until.map(|until| until.0))
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "zone", id: &zone_id, institution_id: "" };
    event::append(tx, by, subject, "drawn", json!({"primary": new.primary_id})).await?;
    Ok(zone_id)
}

/// Ends a zone at `new.from` and draws its successor; without a successor it only ends.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre, those of [`add_zone`]; not found when
/// the zone has ended before.
pub async fn change_zone(
    tx: &mut Tx,
    scope: &Scope,
    zone_id: Option<&str>,
    new: Option<&NewZone>,
    now: Time,
) -> Result<()> {
    let by = may_run(scope, now)?;
    if let Some(zone_id) = zone_id {
        let end = new.map_or(now, |new| new.from);
        let ended = sqlx::query(
            "update zone set until_at = $2 where zone_id = $1
               and (until_at is null or until_at > $2)",
        )
        .bind(zone_id)
        .bind(end.0)
        .execute(tx.conn())
        .await?;
        if ended.rows_affected() == 0 {
            return Err(Error::NotFound("zone"));
        }
        let subject = Subject { kind: "zone", id: zone_id, institution_id: "" };
        event::append(tx, &by, subject, "ended", json!({"at": end.0})).await?;
    }
    if let Some(new) = new {
        add_zone(tx, &by, new).await?;
    }
    Ok(())
}

/// The zones that hold at a moment and those still to come, by name.
pub async fn zones(tx: &mut Tx, now: Time, with_coming: bool) -> Result<Vec<Zone>> {
    let rows: Vec<ZoneRow> = sqlx::query_as(
        "select zone_id, name_zh, name_en, primary_id, backup_id, ring, from_at, until_at from zone
         where (from_at <= $1 or $2 > 0) and (until_at is null or until_at > $1)
         order by name_zh, from_at",
    )
    .bind(now.0)
    .bind(i64::from(with_coming))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ZoneRow::zone).collect()
}

/// The zone a place lies in; of several that overlap the one that began last.
pub async fn zone_at(tx: &mut Tx, at: Position, now: Time) -> Result<Option<Zone>> {
    let mut zones = zones(tx, now, false).await?;
    zones.retain(|zone| inside(&zone.ring, at));
    zones.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(zones.pop())
}

impl Zone {
    /// The later one answers where two overlap.
    fn order(&self) -> (i64, &str) {
        (self.from_at, &self.zone_id)
    }

    /// Whether this zone and not the other answers where the two overlap.
    pub fn prevails_over(&self, other: &Zone) -> bool {
        self.order() > other.order()
    }

    /// How much of the smaller of two zones lies in the other at the same time, in percent.
    pub fn overlap_percent(&self, other: &Zone) -> i64 {
        let ends = |zone: &Zone| zone.until_at.unwrap_or(i64::MAX);
        let together = self.from_at < ends(other) && other.from_at < ends(self);
        if together { rules::emergency::overlap_percent(&self.ring, &other.ring) } else { 0 }
    }
}
