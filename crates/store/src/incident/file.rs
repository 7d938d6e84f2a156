//! A report comes in: without login, or from within an institution.

use rules::Time;
use rules::account::{AccountRole, Permission};
use rules::incident::{Allow, Holder, Kind, Physical, Psychological, Reporter, Rung, Source};
use serde_json::json;
use sqlx::Row;

use super::{SHORT_MAX, STORY_MAX, TEXT_MAX, cluster, optional, sound, tell};
use crate::account::token_hash;
use crate::deadline;
use crate::error::coded;
use crate::event::By;
use crate::order::{hold_series, next_in_series};
use crate::{Refusal, Result, Scope, Tx};

/// A report as its form gives it.
#[derive(Clone, Debug)]
pub struct NewIncident {
    pub request_key: String,
    /// The code that the reporter keeps: the caller's randomness.
    pub code: String,
    pub reporter: Reporter,
    pub kind: Kind,
    pub category: String,
    /// Empty when unknown.
    pub department: String,
    pub institution_id: Option<String>,
    /// Where it happened, when no institution is known.
    pub region_code: Option<String>,
    /// The place in the reporter's words.
    pub said_where: String,
    /// The reporter wants the authority to handle it, not the institution.
    pub to_authority: bool,
    pub people: i64,
    pub physical: Physical,
    pub psychological: Psychological,
    pub occurred_at: Option<Time>,
    /// When the institution knew; for a report from outside that is now.
    pub discovered_at: Option<Time>,
    pub story: String,
    pub done_at_once: String,
    pub product: String,
    pub lot: String,
    /// Nothing for an anonymous report.
    pub who: Option<NewReporter>,
}

/// Who reports, and who may know.
#[derive(Clone, Debug)]
pub struct NewReporter {
    pub name: String,
    /// A telephone number or an address.
    pub address: String,
    pub allow: Allow,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    pub incident_id: String,
    pub number: String,
    /// Who handles it.
    pub holder: Holder,
}

/// People one event can reach.
const PEOPLE_MAX: i64 = 9_999;
/// Nobody reports what is older.
const PAST_DAYS: i64 = 3_660;

/// Files a report without login; the same form twice is one report. The caller has limited how
/// often a stranger may.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Unknown`] for a code that the pack lacks, [`Refusal::Hours`] for a
/// time in the future, [`Refusal::Quantity`].
pub async fn file(tx: &mut Tx, new: &NewIncident, now: Time) -> Result<Filed> {
    enter(tx, new, Source::Public, None, now).await
}

/// Files a report from within an institution. The account is kept only with a name that somebody
/// may see.
///
/// # Errors
/// As [`file`]; [`Refusal::NotAllowed`] for who works in no institution, or not in this one.
pub async fn file_as(tx: &mut Tx, scope: &Scope, new: &NewIncident, now: Time) -> Result<Filed> {
    let account = scope.account().cloned().ok_or(Refusal::NotAllowed)?;
    let institution_id = new.institution_id.as_deref().ok_or(Refusal::NotAllowed)?;
    let known = crate::register::institution(tx, scope, institution_id).await;
    if !scope.may(Permission::ReportEvent) || known.is_err() {
        return Err(Refusal::NotAllowed.into());
    }
    let account_id = new.who.is_some().then_some(account.account_id);
    enter(tx, new, Source::Staff, account_id, now).await
}

async fn enter(
    tx: &mut Tx,
    new: &NewIncident,
    source: Source,
    account_id: Option<String>,
    now: Time,
) -> Result<Filed> {
    hold_series(tx, &format!("incident:{}", new.request_key)).await?;
    if let Some(before) = filed_before(tx, &new.request_key).await? {
        return Ok(before);
    }
    let ready = Ready::of(tx, new, source, now).await?;
    let incident_id = tx.id("inc", now)?;
    let day = tx.packs().calendar.compact_date(now);
    let n = next_in_series(tx, &format!("SJ-{day}")).await?;
    let number = format!("SJ-{day}-{n:03}");
    let filed = Filed { incident_id, number, holder: ready.holder };
    insert(tx, &filed, new, &ready, source, now).await?;
    keep_reporter(tx, &filed.incident_id, new, account_id, now).await?;
    let grave = new.kind == Kind::Incident && new.physical >= Physical::Severe;
    if grave && ready.holder == Holder::Institution {
        let climb = &tx.packs().incident_at(now).climb;
        let due = ready.discovered_at.plus_min(climb.institution_min);
        deadline::set(tx, deadline::Kind::IncidentClimbs, &filed.incident_id, due).await?;
    }
    // Who reports is nobody's to follow: the log names the form.
    let by = By::system("report", now);
    let particulars = json!({
        "source": source.code(), "kind": new.kind.code(), "category": new.category,
        "physical": new.physical.code(), "holder": ready.holder.code(),
    });
    let about = (filed.incident_id.as_str(), ready.institution_id.as_str());
    tell(tx, &by, about, "filed", particulars).await?;
    cluster::look(tx, &by, &filed.incident_id).await?;
    Ok(filed)
}

async fn filed_before(tx: &mut Tx, request_key: &str) -> Result<Option<Filed>> {
    let row =
        sqlx::query("select incident_id, number, holder from incident where request_key = $1")
            .bind(request_key)
            .fetch_optional(tx.conn())
            .await?;
    let Some(row) = row else { return Ok(None) };
    let holder: String = row.try_get(2)?;
    let holder = coded(Holder::of(&holder), "incident.holder", &holder)?;
    Ok(Some(Filed { incident_id: row.try_get(0)?, number: row.try_get(1)?, holder }))
}

/// What a form says, after it was looked at.
struct Ready {
    institution_id: String,
    region_code: Option<String>,
    holder: Holder,
    occurred_at: Time,
    discovered_at: Time,
    pack_version: String,
    story: String,
    done_at_once: String,
    product: String,
    lot: String,
    said_where: String,
}

impl Ready {
    async fn of(tx: &mut Tx, new: &NewIncident, source: Source, now: Time) -> Result<Ready> {
        let pack = tx.packs().incident_at(now);
        let pack_version = pack.pack.version.clone();
        let department = new.department.is_empty() || pack.department(&new.department).is_some();
        if pack.category(&new.category).is_none() || !department {
            return Err(Refusal::Unknown.into());
        }
        if !(0..=PEOPLE_MAX).contains(&new.people) {
            return Err(Refusal::Quantity.into());
        }
        let discovered_at = match source {
            Source::Public => now,
            Source::Staff => new.discovered_at.unwrap_or(now),
        };
        let occurred_at = new.occurred_at.unwrap_or(discovered_at);
        let order = occurred_at <= discovered_at && discovered_at <= now;
        if !order || occurred_at < now.plus_days(-PAST_DAYS) {
            return Err(Refusal::Hours.into());
        }
        let region = match &new.institution_id {
            Some(id) => region_of(tx, id).await?,
            None => known_region(tx, new.region_code.as_deref()).await?,
        };
        let ours = match &new.institution_id {
            Some(id) if !new.to_authority => reviewed(tx, id).await?,
            _ => false,
        };
        Ok(Ready {
            institution_id: new.institution_id.clone().unwrap_or_default(),
            region_code: region.filter(|code| !code.is_empty()),
            holder: if ours { Holder::Institution } else { Holder::Authority },
            occurred_at,
            discovered_at,
            pack_version,
            story: sound(&new.story, STORY_MAX)?,
            done_at_once: optional(&new.done_at_once, TEXT_MAX)?,
            product: optional(&new.product, SHORT_MAX)?,
            lot: lot_of(&optional(&new.lot, SHORT_MAX)?),
            said_where: optional(&new.said_where, SHORT_MAX)?,
        })
    }
}

/// A lot as it is compared: without blanks, in capitals.
fn lot_of(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()
}

async fn region_of(tx: &mut Tx, institution_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select region_code from institution where institution_id = $1")
        .bind(institution_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Refusal::Unknown)?;
    Ok(Some(row.try_get(0)?))
}

/// Whether anybody at the institution handles reports: none lands where nobody reads it.
pub(super) async fn reviewed(tx: &mut Tx, institution_id: &str) -> Result<bool> {
    let rows = sqlx::query(
        "select distinct role from account where institution_id = $1 and disabled_at is null",
    )
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?;
    for row in &rows {
        let role: String = row.try_get(0)?;
        let reviews = |role| rules::account::may(role, Permission::ReviewEvents);
        if AccountRole::of(&role).is_some_and(reviews) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A region that somebody chose, if there is one.
async fn known_region(tx: &mut Tx, code: Option<&str>) -> Result<Option<String>> {
    let Some(code) = code.filter(|code| !code.is_empty()) else { return Ok(None) };
    let row = sqlx::query("select count(*) from region where region_code = $1")
        .bind(code)
        .fetch_one(tx.conn())
        .await?;
    if row.try_get::<i64, _>(0)? == 0 {
        return Err(Refusal::Unknown.into());
    }
    Ok(Some(code.to_owned()))
}

async fn insert(
    tx: &mut Tx,
    filed: &Filed,
    new: &NewIncident,
    ready: &Ready,
    source: Source,
    now: Time,
) -> Result<()> {
    let kept_from = (new.to_authority && !ready.institution_id.is_empty()).then_some(now.0);
    sqlx::query(
        "insert into incident (incident_id, number, code_hash, request_key, source, reporter, kind,
            category, department, institution_id, region_code, holder, kept_from_at, people,
            physical, psychological, occurred_at, discovered_at, filed_at, story, done_at_once,
            product, lot, said_where, state, state_at, rung, rung_at, pack_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, 'filed', $19, $25, $19, $26)",
    )
    .bind(&filed.incident_id)
    .bind(&filed.number)
    .bind(token_hash(&new.code))
    .bind(&new.request_key)
    .bind(source.code())
    .bind(new.reporter.code())
    .bind(new.kind.code())
    .bind(&new.category)
    .bind(&new.department)
    .bind(&ready.institution_id)
    .bind(&ready.region_code)
    .bind(ready.holder.code())
    .bind(kept_from)
    .bind(new.people)
    .bind(new.physical.code())
    .bind(new.psychological.code())
    .bind(ready.occurred_at.0)
    .bind(ready.discovered_at.0)
    .bind(now.0)
    .bind(&ready.story)
    .bind(&ready.done_at_once)
    .bind(&ready.product)
    .bind(&ready.lot)
    .bind(&ready.said_where)
    .bind(Rung::Institution.code())
    .bind(&ready.pack_version)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps who reported, if somebody may see it; what nobody may see is not kept at all.
async fn keep_reporter(
    tx: &mut Tx,
    incident_id: &str,
    new: &NewIncident,
    account_id: Option<String>,
    now: Time,
) -> Result<()> {
    let Some(who) = new.who.as_ref().filter(|who| who.allow != Allow::Nobody) else {
        return Ok(());
    };
    let (name, address) = (optional(&who.name, SHORT_MAX)?, optional(&who.address, SHORT_MAX)?);
    if name.is_empty() && address.is_empty() && account_id.is_none() {
        return Ok(());
    }
    let days = tx.packs().incident_at(now).keep.contact_days;
    sqlx::query(
        "insert into incident_reporter (incident_id, name, address, account_id, allow, made_at,
            delete_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(incident_id)
    .bind(name)
    .bind(address)
    .bind(account_id)
    .bind(who.allow.code())
    .bind(now.0)
    .bind(now.plus_days(days).0)
    .execute(tx.conn())
    .await?;
    Ok(())
}
