//! Several reports that look like one cause: same category in one department, one institution, or
//! one lot in the whole city [W23]. A hint, never a verdict: people look and say what it was.

use rules::Time;
use rules::incident::{Across, Cluster, ClusterFinding};
use serde_json::json;
use sqlx::Row;

use super::{Sees, TEXT_MAX, acting, sound};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A hint as its readers see it: where, what and how many; not which reports.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ClusterRow {
    pub cluster_id: String,
    pub rule: String,
    pub institution_id: String,
    pub institution_zh: Option<String>,
    pub institution_en: Option<String>,
    pub department: String,
    pub category: String,
    pub lot: String,
    pub events: i64,
    pub first_at: i64,
    pub last_at: i64,
    pub raised_at: i64,
    pub spread_at: Option<i64>,
    pub settled_at: Option<i64>,
    pub finding: Option<String>,
    pub body: String,
}

/// What of a report decides which clusters it may belong to.
#[derive(sqlx::FromRow)]
struct Report {
    kind: String,
    category: String,
    institution_id: String,
    region_code: Option<String>,
    department: String,
    lot: String,
    holder: String,
}

/// Looks whether a new report makes a cluster. The rows that open ones stand in make callers take
/// turns.
pub(super) async fn look(tx: &mut Tx, by: &By, incident_id: &str) -> Result<()> {
    let report: Report = sqlx::query_as(
        "select kind, category, institution_id, region_code, department, lot, holder
         from incident where incident_id = $1",
    )
    .bind(incident_id)
    .fetch_one(tx.conn())
    .await?;
    if report.kind == "good_care" {
        return Ok(());
    }
    let pack = tx.packs().incident_at(by.now);
    let named =
        |rule: &Cluster| rule.categories.is_empty() || rule.categories.contains(&report.category);
    let rules: Vec<Cluster> = pack.clusters.iter().filter(|rule| named(rule)).cloned().collect();
    for rule in rules {
        if let Some(key) = Key::of(&rule, &report) {
            count(tx, by, &rule, &report, &key).await?;
        }
    }
    Ok(())
}

/// What the reports of one cluster have in common; empty parts are not compared.
struct Key {
    institution_id: String,
    department: String,
    lot: String,
    sameness: String,
}

impl Key {
    fn of(rule: &Cluster, report: &Report) -> Option<Key> {
        // What was kept from the institution must not show in its hints either.
        let its_own = report.holder == "institution" && !report.institution_id.is_empty();
        let (institution_id, department, lot) = match rule.across {
            Across::Department if its_own && !report.department.is_empty() => {
                (report.institution_id.clone(), report.department.clone(), String::new())
            }
            Across::Institution if its_own => {
                (report.institution_id.clone(), String::new(), String::new())
            }
            Across::Lot if !report.lot.is_empty() => {
                (String::new(), String::new(), report.lot.clone())
            }
            _ => return None,
        };
        let category = &report.category;
        let sameness = format!("{}:{institution_id}:{department}:{category}:{lot}", rule.code);
        Some(Key { institution_id, department, lot, sameness })
    }
}

async fn count(tx: &mut Tx, by: &By, rule: &Cluster, report: &Report, key: &Key) -> Result<()> {
    crate::order::hold_series(tx, &format!("cluster:{}", key.sameness)).await?;
    let since = looked_at(tx, rule, report, key).await?;
    let row = sqlx::query(
        "select count(*), min(discovered_at), max(discovered_at) from incident
         where kind <> 'good_care' and category = $1 and discovered_at > $2 and filed_at > $3
           and (closure is null or closure not in ('duplicate', 'not_event'))
           and ($4 = '' or (institution_id = $4 and holder = 'institution'))
           and ($5 = '' or department = $5) and ($6 = '' or lot = $6)",
    )
    .bind(&report.category)
    .bind(by.now.plus_days(-rule.days).0)
    .bind(since)
    .bind(&key.institution_id)
    .bind(&key.department)
    .bind(&key.lot)
    .fetch_one(tx.conn())
    .await?;
    let events: i64 = row.try_get(0)?;
    if events < rule.count {
        return Ok(());
    }
    let span = (row.try_get(1)?, row.try_get(2)?);
    keep(tx, by, (rule, report, key), events, span).await
}

/// When somebody last said what the same reports were; those are not counted again.
async fn looked_at(tx: &mut Tx, rule: &Cluster, report: &Report, key: &Key) -> Result<i64> {
    let row = sqlx::query(
        "select coalesce(max(settled_at), 0) from incident_cluster
         where rule = $1 and institution_id = $2 and department = $3 and category = $4
           and lot = $5",
    )
    .bind(&rule.code)
    .bind(&key.institution_id)
    .bind(&key.department)
    .bind(&report.category)
    .bind(&key.lot)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

async fn keep(
    tx: &mut Tx,
    by: &By,
    (rule, report, key): (&Cluster, &Report, &Key),
    events: i64,
    (first_at, last_at): (i64, i64),
) -> Result<()> {
    let cluster_id = tx.id("icl", by.now)?;
    let version = tx.packs().incident_at(by.now).pack.version.clone();
    let region = report.region_code.as_ref().filter(|_| !key.institution_id.is_empty());
    sqlx::query(
        "insert into incident_cluster (cluster_id, rule, sameness, institution_id, region_code,
            department, category, lot, events, first_at, last_at, raised_at, spread_at,
            pack_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         on conflict (sameness) do update set events = excluded.events,
            last_at = excluded.last_at",
    )
    .bind(&cluster_id)
    .bind(&rule.code)
    .bind(&key.sameness)
    .bind(&key.institution_id)
    .bind(region)
    .bind(&key.department)
    .bind(&report.category)
    .bind(&key.lot)
    .bind(events)
    .bind(first_at)
    .bind(last_at)
    .bind(by.now.0)
    .bind(rule.spread.then_some(by.now.0))
    .bind(version)
    .execute(tx.conn())
    .await?;
    let id: String = sqlx::query("select cluster_id from incident_cluster where sameness = $1")
        .bind(&key.sameness)
        .fetch_one(tx.conn())
        .await?
        .try_get(0)?;
    let subject =
        Subject { kind: "incident_cluster", id: &id, institution_id: &key.institution_id };
    let particulars = json!({"rule": rule.code, "events": events});
    event::append(tx, by, subject, "seen", particulars).await
}

/// How many reports an open cluster that may be spreading counts, if this one belongs to it.
pub(super) async fn spread_of(tx: &mut Tx, incident_id: &str) -> Result<i64> {
    let row = sqlx::query(
        "select coalesce(max(events), 0) from incident_cluster
         join incident on incident.incident_id = $1
         where spread_at is not null and settled_at is null
           and incident_cluster.category = incident.category
           and (incident_cluster.institution_id = ''
                or incident_cluster.institution_id = incident.institution_id)
           and (incident_cluster.department = ''
                or incident_cluster.department = incident.department)
           and (incident_cluster.lot = '' or incident_cluster.lot = incident.lot)",
    )
    .bind(incident_id)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// Hints that are shown.
const CLUSTERS_MAX: i64 = 50;

/// Hints within a scope: an institution sees its own, and that one of its lots is not alone; an
/// authority sees what may be spreading. Open ones first.
pub async fn clusters(tx: &mut Tx, scope: &Scope) -> Result<Vec<ClusterRow>> {
    let sees = Sees::of(scope);
    let (sight, whose) = sees.bounds();
    Ok(sqlx::query_as(
        "select cluster_id, rule, incident_cluster.institution_id,
            institution.name_zh as institution_zh, institution.name_en as institution_en,
            department, category, lot, events, first_at, last_at, raised_at, spread_at, settled_at,
            finding, body
         from incident_cluster
         left join institution on institution.institution_id = incident_cluster.institution_id
         where ($1 = 'own' and incident_cluster.institution_id = $2)
            or ($1 = 'own' and lot <> '' and exists (select 1 from incident
                where incident.lot = incident_cluster.lot
                  and incident.category = incident_cluster.category
                  and incident.institution_id = $2 and holder = 'institution'))
            or ($1 = 'district' and spread_at is not null
                and incident_cluster.region_code = $2)
            or ($1 = 'city' and spread_at is not null)
         order by case when settled_at is null then 0 else 1 end, raised_at desc, cluster_id
         limit $3",
    )
    .bind(sight)
    .bind(whose)
    .bind(CLUSTERS_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// Whether a reader may say what a cluster was: a lot is the whole city's, and one institution
/// cannot say that all is well.
pub fn settles(scope: &Scope, row: &ClusterRow) -> bool {
    row.settled_at.is_none() && (!row.institution_id.is_empty() || Sees::of(scope) == Sees::City)
}

/// Says what a cluster was.
///
/// # Errors
/// [`Refusal::Text`] without a word, [`Refusal::NotAllowed`] where only the city may say it or
/// somebody has; not found outside the scope.
pub async fn settle_cluster(
    tx: &mut Tx,
    scope: &Scope,
    cluster_id: &str,
    finding: ClusterFinding,
    text: &str,
    now: Time,
) -> Result<()> {
    let by = acting(scope, now)?;
    let text = sound(text, TEXT_MAX)?;
    let seen = clusters(tx, scope).await?;
    let row = seen.iter().find(|row| row.cluster_id == cluster_id);
    let row = row.ok_or(Error::NotFound("incident_cluster"))?;
    if !settles(scope, row) {
        return Err(Refusal::NotAllowed.into());
    }
    let changed = sqlx::query(
        "update incident_cluster set settled_at = $2, settled_by = $3, finding = $4, body = $5,
            sameness = cluster_id
         where cluster_id = $1 and settled_at is null",
    )
    .bind(cluster_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(finding.code())
    .bind(text)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if changed == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let subject =
        Subject { kind: "incident_cluster", id: cluster_id, institution_id: &row.institution_id };
    event::append(tx, &by, subject, "settled", json!({"finding": finding.code()})).await
}
