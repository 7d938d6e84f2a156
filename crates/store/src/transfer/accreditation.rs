//! Certificates of vehicles and crews, and who may not be planned without one (A40) [T13, T23].

use std::collections::{HashMap, HashSet};

use rules::Time;
use rules::account::Permission;
use rules::transfer::CrewRole;
use rules::transfer::accreditation::{
    Certificate, Held, Holder, Lack, Warning, accredited_until, lacks, next_look, warnings,
};
use serde_json::json;
use sqlx::Row;

use super::fleet;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, error};

/// A certificate as it is entered.
#[derive(Clone, Debug)]
pub struct NewAccreditation {
    /// A vehicle or a member of a crew, by the certificate's kind.
    pub holder_id: String,
    pub certificate: Certificate,
    pub number: String,
    pub from: Time,
    /// The first moment at which it no longer holds.
    pub until: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Accreditation {
    pub accreditation_id: String,
    pub holder_kind: String,
    pub holder_id: String,
    pub kind: String,
    pub number: String,
    pub from_at: i64,
    pub until_at: i64,
    pub revoked_at: Option<i64>,
}

impl Accreditation {
    pub fn held(&self) -> Result<Held> {
        Ok(Held {
            certificate: error::coded(
                Certificate::of(&self.kind),
                "accreditation.kind",
                &self.kind,
            )?,
            from: Time(self.from_at),
            until: Time(self.until_at),
            revoked_at: self.revoked_at.map(Time),
        })
    }
}

/// How a vehicle or a member of a crew stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// A40: what is missing now. Empty for an accredited one.
    pub lacks: Vec<Lack>,
    pub warnings: Vec<Warning>,
    /// The first moment at which it is not accredited.
    pub until: Option<Time>,
}

/// Certificates of one holder.
const CERTIFICATES_MAX: i64 = 200;

/// Enters a certificate for the own vehicle or crew; a renewal is a row of its own.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`add_accreditation`]; not found for another's holder.
pub async fn certify(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewAccreditation,
    now: Time,
) -> Result<String> {
    let by = may_manage(scope, now)?;
    match new.certificate.holder() {
        Holder::Vehicle => drop(fleet::vehicle(tx, scope, &new.holder_id).await?),
        Holder::Crew => drop(fleet::crew_member(tx, scope, &new.holder_id).await?),
    }
    add_accreditation(tx, &by, new).await
}

/// Who manages vehicles and crews: the operator its own, the regulator every one.
pub(super) fn may_manage(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if scope.may(Permission::ManageFleet) || scope.may(Permission::OverseeTransfer) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Text`] for one without a number, [`Refusal::Hours`] for one that ends before it
/// begins, [`Refusal::TooMany`].
pub async fn add_accreditation(tx: &mut Tx, by: &By, new: &NewAccreditation) -> Result<String> {
    let number = fleet::named(&new.number)?;
    if new.from >= new.until {
        return Err(Refusal::Hours.into());
    }
    let holder = new.certificate.holder();
    let before = certificates(tx, holder, &new.holder_id).await?;
    if i64::try_from(before.len()).unwrap_or(i64::MAX) >= CERTIFICATES_MAX {
        return Err(Refusal::TooMany.into());
    }
    let id = tx.id("acr", by.now)?;
    sqlx::query(
        "insert into accreditation (accreditation_id, holder_kind, holder_id, kind, number,
            from_at, until_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&id)
    .bind(holder.code())
    .bind(&new.holder_id)
    .bind(new.certificate.code())
    .bind(number)
    .bind(new.from.0)
    .bind(new.until.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let particulars = json!({"certificate": new.certificate.code(), "until": new.until.0});
    of_holder(tx, by, holder, &new.holder_id, "certified", particulars).await?;
    watch(tx, by, holder, &new.holder_id).await?;
    Ok(id)
}

/// Takes a certificate away: the regulator, or whoever entered a wrong one.
///
/// # Errors
/// [`Refusal::NotAllowed`]; not found for another's, or one that was revoked before.
pub async fn revoke_accreditation(
    tx: &mut Tx,
    scope: &Scope,
    accreditation_id: &str,
    now: Time,
) -> Result<()> {
    let by = may_manage(scope, now)?;
    let row: Option<Accreditation> = sqlx::query_as(
        "select accreditation_id, holder_kind, holder_id, kind, number, from_at, until_at,
            revoked_at
         from accreditation where accreditation_id = $1 and revoked_at is null",
    )
    .bind(accreditation_id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Error::NotFound("accreditation"))?;
    let certificate = row.held()?.certificate;
    match certificate.holder() {
        Holder::Vehicle => drop(fleet::vehicle(tx, scope, &row.holder_id).await?),
        Holder::Crew => drop(fleet::crew_member(tx, scope, &row.holder_id).await?),
    }
    sqlx::query("update accreditation set revoked_at = $2 where accreditation_id = $1")
        .bind(accreditation_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    let particulars = json!({"certificate": certificate.code()});
    of_holder(tx, &by, certificate.holder(), &row.holder_id, "revoked", particulars).await?;
    watch(tx, &by, certificate.holder(), &row.holder_id).await
}

/// An event about a holder, which its operator's pages hear of.
async fn of_holder(
    tx: &mut Tx,
    by: &By,
    holder: Holder,
    holder_id: &str,
    action: &'static str,
    mut particulars: serde_json::Value,
) -> Result<()> {
    let operator = operator_of(tx, holder, holder_id).await?;
    particulars["parties"] = json!([operator]);
    let kind = match holder {
        Holder::Vehicle => "vehicle",
        Holder::Crew => "crew_member",
    };
    let subject = Subject { kind, id: holder_id, institution_id: "" };
    event::append(tx, by, subject, action, particulars).await
}

async fn operator_of(tx: &mut Tx, holder: Holder, holder_id: &str) -> Result<String> {
    let row = match holder {
        Holder::Vehicle => {
            sqlx::query("select operator_id from vehicle where vehicle_id = $1")
                .bind(holder_id)
                .fetch_optional(tx.conn())
                .await?
        }
        Holder::Crew => {
            sqlx::query("select operator_id from crew_member where crew_id = $1")
                .bind(holder_id)
                .fetch_optional(tx.conn())
                .await?
        }
    };
    Ok(row.ok_or(Error::NotFound("holder"))?.try_get(0)?)
}

async fn certificates(tx: &mut Tx, holder: Holder, holder_id: &str) -> Result<Vec<Accreditation>> {
    Ok(sqlx::query_as(
        "select accreditation_id, holder_kind, holder_id, kind, number, from_at, until_at,
            revoked_at
         from accreditation where holder_kind = $1 and holder_id = $2
         order by kind, from_at, accreditation_id limit $3",
    )
    .bind(holder.code())
    .bind(holder_id)
    .bind(CERTIFICATES_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// The certificates of the own vehicle or member, by kind and date.
pub async fn accreditations(
    tx: &mut Tx,
    scope: &Scope,
    holder: Holder,
    holder_id: &str,
) -> Result<Vec<Accreditation>> {
    match holder {
        Holder::Vehicle => drop(fleet::vehicle(tx, scope, holder_id).await?),
        Holder::Crew => drop(fleet::crew_member(tx, scope, holder_id).await?),
    }
    certificates(tx, holder, holder_id).await
}

/// A holder with its role (`None` for a vehicle) and what it holds.
struct Holding {
    role: Option<CrewRole>,
    held: Vec<Held>,
}

impl Holding {
    fn standing(&self, tx: &Tx, now: Time) -> Standing {
        let pack = tx.packs().accreditation_at(now);
        Standing {
            lacks: lacks(pack, self.role, &self.held, now),
            warnings: warnings(pack, self.role, &self.held, now),
            until: accredited_until(pack, self.role, &self.held, now),
        }
    }
}

async fn holding(tx: &mut Tx, holder: Holder, holder_id: &str) -> Result<Holding> {
    let rows = certificates(tx, holder, holder_id).await?;
    let held = rows.iter().map(Accreditation::held).collect::<Result<_>>()?;
    let role = match holder {
        Holder::Vehicle => None,
        Holder::Crew => {
            let row = sqlx::query("select role from crew_member where crew_id = $1")
                .bind(holder_id)
                .fetch_optional(tx.conn())
                .await?
                .ok_or(Error::NotFound("crew_member"))?;
            let role: String = row.try_get(0)?;
            Some(error::coded(CrewRole::of(&role), "crew_member.role", &role)?)
        }
    };
    Ok(Holding { role, held })
}

/// How one holder stands, whoever asks: whether a vehicle is accredited is public.
pub async fn standing(tx: &mut Tx, holder: Holder, holder_id: &str, now: Time) -> Result<Standing> {
    let holding = holding(tx, holder, holder_id).await?;
    Ok(holding.standing(tx, now))
}

/// How every vehicle and every member of a crew stands, by id, read at once.
pub async fn standings(tx: &mut Tx, now: Time) -> Result<HashMap<String, Standing>> {
    let holdings = holdings(tx).await?;
    Ok(holdings.into_iter().map(|(id, one)| (id, one.standing(tx, now))).collect())
}

async fn holdings(tx: &mut Tx) -> Result<HashMap<String, Holding>> {
    let mut holdings = HashMap::new();
    for row in sqlx::query("select vehicle_id from vehicle").fetch_all(tx.conn()).await? {
        holdings.insert(row.try_get(0)?, Holding { role: None, held: Vec::new() });
    }
    for row in sqlx::query("select crew_id, role from crew_member").fetch_all(tx.conn()).await? {
        let role: String = row.try_get(1)?;
        let role = Some(error::coded(CrewRole::of(&role), "crew_member.role", &role)?);
        holdings.insert(row.try_get(0)?, Holding { role, held: Vec::new() });
    }
    let rows: Vec<Accreditation> = sqlx::query_as(
        "select accreditation_id, holder_kind, holder_id, kind, number, from_at, until_at,
            revoked_at
         from accreditation order by accreditation_id",
    )
    .fetch_all(tx.conn())
    .await?;
    for row in &rows {
        if let Some(holding) = holdings.get_mut(&row.holder_id) {
            holding.held.push(row.held()?);
        }
    }
    Ok(holdings)
}

/// Vehicles and members of crews that must not be planned at a moment (A40).
pub async fn unaccredited(tx: &mut Tx, at: Time) -> Result<HashSet<String>> {
    let standings = standings(tx, at).await?;
    Ok(standings.into_iter().filter(|(_, one)| !one.lacks.is_empty()).map(|(id, _)| id).collect())
}

/// Until when a holder is accredited from a moment on; the moment itself when it is not.
pub(super) async fn good_until(
    tx: &mut Tx,
    holder: Holder,
    holder_id: &str,
    from: Time,
) -> Result<Option<Time>> {
    let holding = holding(tx, holder, holder_id).await?;
    let pack = tx.packs().accreditation_at(from);
    Ok(accredited_until(pack, holding.role, &holding.held, from))
}

fn subject_of(holder: Holder, holder_id: &str) -> String {
    format!("{}:{holder_id}", holder.code())
}

/// Sets when the holder is looked at next: a warning falls due, or a certificate ends.
async fn watch(tx: &mut Tx, by: &By, holder: Holder, holder_id: &str) -> Result<()> {
    let holding = holding(tx, holder, holder_id).await?;
    let pack = tx.packs().accreditation_at(by.now);
    let subject = subject_of(holder, holder_id);
    match next_look(pack, holding.role, &holding.held, by.now) {
        Some(at) => deadline::set(tx, Kind::AccreditationWatch, &subject, at).await,
        None => deadline::clear(tx, Kind::AccreditationWatch, &subject).await,
    }
}

/// The deadline of a holder: says on its operator's pages what is due or lacks, and looks again.
pub(crate) async fn look_at_holder(tx: &mut Tx, by: &By, subject: &str) -> Result<()> {
    let (kind, holder_id) = subject.split_once(':').unwrap_or((subject, ""));
    let holder = error::coded(Holder::of(kind), "deadline.subject", subject)?;
    let standing = standing(tx, holder, holder_id, by.now).await?;
    if let Some(lack) = standing.lacks.first() {
        let particulars = json!({"rule": "A40", "certificate": lack.certificate.code()});
        of_holder(tx, by, holder, holder_id, "lapsed", particulars).await?;
    } else if let Some(warning) = standing.warnings.first() {
        let particulars = json!({
            "certificate": warning.certificate.code(), "within_days": warning.within_days,
        });
        of_holder(tx, by, holder, holder_id, "expiring", particulars).await?;
    }
    watch(tx, by, holder, holder_id).await
}
