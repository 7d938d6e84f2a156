//! Reading the register.

use rules::Time;
use rules::alert::{Rule, proposes_key_supervision};
use rules::register::InstitutionKind;
use sqlx::Row;

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx, error::coded};

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Region {
    pub region_code: String,
    pub parent_code: Option<String>,
    pub name_zh: String,
    pub name_en: String,
    pub bureau_zh: Option<String>,
    pub bureau_en: Option<String>,
    pub lat: f64,
    pub lng: f64,
}

/// Regions whose codes hold at a moment.
pub async fn regions(tx: &mut Tx, now: Time) -> Result<Vec<Region>> {
    Ok(sqlx::query_as(
        "select region_code, parent_code, name_zh, name_en, bureau_zh, bureau_en, lat, lng
         from region where valid_from <= $1 and (valid_to is null or valid_to > $1)
         order by region_code",
    )
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?)
}

pub async fn region(tx: &mut Tx, region_code: &str) -> Result<Region> {
    sqlx::query_as(
        "select region_code, parent_code, name_zh, name_en, bureau_zh, bureau_en, lat, lng
         from region where region_code = $1",
    )
    .bind(region_code)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("region"))
}

/// One institution as its page shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Institution {
    pub institution_id: String,
    pub region_code: String,
    pub kind: String,
    pub name_zh: String,
    pub name_en: String,
    pub short_zh: String,
    pub short_en: String,
    pub uscc: String,
    pub licence_no: String,
    pub licence_until: i64,
    pub address_zh: String,
    pub address_en: String,
    pub street_zh: String,
    pub street_en: String,
    pub phone: String,
    pub lat: f64,
    pub lng: f64,
    pub opens_min: i64,
    pub closes_min: i64,
    pub qr_serial: Option<String>,
    pub qr_issued_at: Option<i64>,
    pub registered_at: i64,
    pub installed_at: Option<i64>,
    pub tested_at: Option<i64>,
    pub online_at: Option<i64>,
    pub closed_at: Option<i64>,
}

impl Institution {
    pub fn kind(&self) -> Result<InstitutionKind> {
        coded(InstitutionKind::of(&self.kind), "institution.kind", &self.kind)
    }
}

pub async fn institution(tx: &mut Tx, scope: &Scope, institution_id: &str) -> Result<Institution> {
    let reach = scope.reach();
    sqlx::query_as(
        "select institution_id, region_code, kind, name_zh, name_en, short_zh, short_en, uscc,
            licence_no, licence_until, address_zh, address_en, street_zh, street_en, phone, lat,
            lng, opens_min, closes_min, qr_serial, qr_issued_at, registered_at, installed_at,
            tested_at, online_at, closed_at
         from institution where institution_id = $1
           and (cast($2 as text) is null or region_code = $2)
           and (cast($3 as text) is null or institution_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from filing where filing.institution_id = institution.institution_id
                  and filing.practitioner_id = $4))",
    )
    .bind(institution_id)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("institution"))
}

/// How far the roll-out has come [N2].
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Coverage {
    pub registered: i64,
    pub installed: i64,
    pub tested: i64,
    /// Online at some time and not closed: 覆盖.
    pub covered: i64,
    /// Covered and not suspended: 营业.
    pub operating: i64,
    pub suspended: i64,
    pub closed: i64,
}

pub async fn coverage(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Coverage> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select count(*) as registered,
            count(case when installed_at <= $1 then 1 end) as installed,
            count(case when tested_at <= $1 then 1 end) as tested,
            count(case when online_at <= $1 and closed_at is null then 1 end) as covered,
            count(case when online_at <= $1 and closed_at is null and suspended = 0 then 1 end)
                as operating,
            count(case when closed_at is null and suspended > 0 then 1 end) as suspended,
            count(case when closed_at <= $1 then 1 end) as closed
         from (select installed_at, tested_at, online_at, closed_at,
                (select count(*) from institution_status
                 where institution_status.institution_id = institution.institution_id
                   and from_at <= $1 and (until_at is null or until_at > $1)) as suspended
               from institution
               where registered_at <= $1 and (cast($2 as text) is null or region_code = $2)
                 and (cast($3 as text) is null or institution_id = $3)) as rollout",
    )
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?)
}

/// One line of the institutions' list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct InstitutionLine {
    pub institution_id: String,
    pub kind: String,
    pub name_zh: String,
    pub name_en: String,
    pub street_zh: String,
    pub street_en: String,
    pub licence_until: i64,
    pub online_at: Option<i64>,
    pub attendings: i64,
    pub anaesthetists: i64,
    pub suspended: i64,
    pub operations: i64,
    pub alerts: i64,
    pub open_danger: i64,
    pub open_alerts: i64,
    pub key_supervision: i64,
    /// How many rows the whole filter finds.
    pub total: i64,
}

/// What the list of institutions is narrowed to; empty fields do not narrow.
#[derive(Clone, Debug, Default)]
pub struct InstitutionFilter {
    pub text: Option<String>,
    pub kind: Option<String>,
    /// all | operating | suspended | key | expiring | silent
    pub view: String,
    pub sort: String,
}

pub async fn institutions(
    tx: &mut Tx,
    scope: &Scope,
    filter: &InstitutionFilter,
    month_from: Time,
    now: Time,
    slice: Slice,
) -> Result<Listed<InstitutionLine>> {
    let reach = scope.institutions_reach();
    let (recent, expiring) = recent_and_expiring(tx, now);
    let rows: Vec<InstitutionLine> = sqlx::query_as(
        "with line as (
            select institution_id, kind, name_zh, name_en, street_zh, street_en, licence_until,
                online_at, closed_at, sort_key,
                (select count(distinct practitioner_id) from filing
                 where filing.institution_id = institution.institution_id and role = 'attending'
                   and from_at <= $1 and (to_at is null or to_at > $1)) as attendings,
                (select count(distinct practitioner_id) from filing
                 where filing.institution_id = institution.institution_id
                   and role = 'anaesthetist'
                   and from_at <= $1 and (to_at is null or to_at > $1)) as anaesthetists,
                (select count(*) from institution_status
                 where institution_status.institution_id = institution.institution_id
                   and from_at <= $1 and (until_at is null or until_at > $1)) as suspended,
                (select count(*) from operation
                 where operation.institution_id = institution.institution_id
                   and started_at >= $2 and started_at <= $1) as operations,
                (select count(*) from alert
                 where alert.institution_id = institution.institution_id
                   and raised_at >= $2 and raised_at <= $1) as alerts,
                (select count(*) from alert
                 where alert.institution_id = institution.institution_id
                   and closed_at is null and level = 'danger') as open_danger,
                (select count(*) from alert
                 where alert.institution_id = institution.institution_id
                   and closed_at is null) as open_alerts,
                (select count(*) from alert
                 where alert.institution_id = institution.institution_id
                   and closed_at is null and $13 like '%,' || rule || ',%') as key_supervision,
                (select count(*) from operation
                 where operation.institution_id = institution.institution_id
                   and started_at > $8) as recent
            from institution
            where registered_at <= $1 and (cast($3 as text) is null or region_code = $3)
              and (cast($4 as text) is null or institution_id = $4)
              and (cast($5 as text) is null or kind = $5)
              and (cast($6 as text) is null or lower(sort_key) like lower($6) escape '!'
                   or lower(name_en) like lower($6) escape '!'
                   or licence_no like $6 escape '!'))
         select institution_id, kind, name_zh, name_en, street_zh, street_en, licence_until,
            online_at, attendings, anaesthetists, suspended, operations, alerts, open_danger,
            open_alerts, key_supervision, count(*) over () as total
         from line
         where $7 = 'all'
            or (closed_at is null
                and (($7 = 'operating' and suspended = 0 and online_at <= $1)
                  or ($7 = 'suspended' and suspended > 0)
                  or ($7 = 'key' and key_supervision > 0)
                  or ($7 = 'expiring' and licence_until < $9)
                  or ($7 = 'silent' and recent = 0 and suspended = 0 and online_at <= $8)))
         order by case when $10 = 'operations' then -operations
                       when $10 = 'alerts' then -alerts
                       when $10 = 'licence' then licence_until else 0 end, sort_key
         limit $11 offset $12",
    )
    .bind(now.0)
    .bind(month_from.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&filter.kind)
    .bind(filter.text.as_deref().filter(|text| !text.trim().is_empty()).map(like_pattern))
    .bind(&filter.view)
    .bind(recent.0)
    .bind(expiring.0)
    .bind(&filter.sort)
    .bind(slice.limit)
    .bind(slice.offset)
    .bind(key_rules())
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// The rules that propose key supervision, as `,A15,A18,`.
fn key_rules() -> String {
    let codes: Vec<&str> = Rule::ALL
        .iter()
        .filter(|rule| proposes_key_supervision(**rule))
        .map(|rule| rule.code())
        .collect();
    format!(",{},", codes.join(","))
}

fn recent_and_expiring(tx: &Tx, now: Time) -> (Time, Time) {
    let days = tx.packs().rules_at(now).presence.zero_record_days;
    (now.plus_days(-days), now.plus_days(EXPIRING_DAYS))
}

/// A licence is said to expire soon from this many days before.
pub const EXPIRING_DAYS: i64 = 60;

/// How many institutions each view of the list holds.
#[derive(Clone, Copy, Debug)]
pub struct ViewCounts {
    pub all: i64,
    pub operating: i64,
    pub suspended: i64,
    pub key: i64,
    pub expiring: i64,
    pub silent: i64,
}

pub async fn view_counts(tx: &mut Tx, scope: &Scope, now: Time) -> Result<ViewCounts> {
    let mut counts = [0; 6];
    let views = ["all", "operating", "suspended", "key", "expiring", "silent"];
    for (count, view) in counts.iter_mut().zip(views) {
        let filter = InstitutionFilter { view: view.into(), ..InstitutionFilter::default() };
        *count = institutions(tx, scope, &filter, now, now, Slice::first(1)).await?.total;
    }
    let [all, operating, suspended, key, expiring, silent] = counts;
    Ok(ViewCounts { all, operating, suspended, key, expiring, silent })
}

/// A dated status of an institution.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Status {
    pub status: String,
    pub reason: String,
    pub from_at: i64,
    pub until_at: Option<i64>,
}

/// All dated statuses of an institution, oldest first.
pub async fn statuses(tx: &mut Tx, institution_id: &str) -> Result<Vec<Status>> {
    Ok(sqlx::query_as(
        "select status, reason, from_at, until_at from institution_status
         where institution_id = $1 order by from_at",
    )
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?)
}

#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Room {
    pub room_id: String,
    pub institution_id: String,
    pub kind: String,
    pub number: i64,
}

pub async fn rooms(tx: &mut Tx, institution_id: &str) -> Result<Vec<Room>> {
    Ok(sqlx::query_as(
        "select room_id, institution_id, kind, number from room where institution_id = $1
         order by kind, number",
    )
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?)
}

/// A room of this institution; another institution's room is not found.
pub async fn room_of(tx: &mut Tx, institution_id: &str, room_id: &str) -> Result<Option<Room>> {
    Ok(sqlx::query_as(
        "select room_id, institution_id, kind, number from room
         where room_id = $1 and institution_id = $2",
    )
    .bind(room_id)
    .bind(institution_id)
    .fetch_optional(tx.conn())
    .await?)
}

/// One institution on the map, with what decides its marker.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MapPoint {
    pub institution_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub short_zh: String,
    pub short_en: String,
    pub lat: f64,
    pub lng: f64,
    pub suspended: i64,
    pub open_danger: i64,
    pub open_warn: i64,
    pub operating_now: i64,
    pub silent_terminals: i64,
}

pub async fn map_points(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Vec<MapPoint>> {
    let reach = scope.institutions_reach();
    let silent_min = tx.packs().rules_at(now).terminal.silent_min;
    Ok(sqlx::query_as(
        "select institution_id, name_zh, name_en, short_zh, short_en, lat, lng,
            (select count(*) from institution_status
             where institution_status.institution_id = institution.institution_id
               and from_at <= $1 and (until_at is null or until_at > $1)) as suspended,
            (select count(*) from alert where alert.institution_id = institution.institution_id
               and closed_at is null and level = 'danger') as open_danger,
            (select count(*) from alert where alert.institution_id = institution.institution_id
               and closed_at is null and level = 'warn') as open_warn,
            (select count(*) from operation
             where operation.institution_id = institution.institution_id
               and started_at is not null and signed_out_at is null
               and cancelled_at is null) as operating_now,
            (select count(*) from terminal
             where terminal.institution_id = institution.institution_id and retired_at is null
               and last_seen_at < $2) as silent_terminals
         from institution
         where online_at <= $1 and closed_at is null
           and (cast($3 as text) is null or region_code = $3)
           and (cast($4 as text) is null or institution_id = $4)
         order by sort_key",
    )
    .bind(now.0)
    .bind(now.plus_min(-silent_min).0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_all(tx.conn())
    .await?)
}

/// The institutions a scope reaches, by id.
pub async fn ids_in(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Vec<String>> {
    let reach = scope.reach();
    let rows = sqlx::query(
        "select institution_id from institution
         where registered_at <= $1 and (cast($2 as text) is null or region_code = $2)
           and (cast($3 as text) is null or institution_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from filing where filing.institution_id = institution.institution_id
                  and filing.practitioner_id = $4))",
    )
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

/// Id and names of every institution that is open: what a desk may be told by a caller. Public
/// knowledge, so nobody's scope is asked.
pub async fn names(tx: &mut Tx, now: Time) -> Result<Vec<(String, String, String)>> {
    let rows = sqlx::query(
        "select institution_id, name_zh, name_en from institution
         where registered_at <= $1 and closed_at is null order by sort_key",
    )
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
