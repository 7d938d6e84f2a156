//! Entering rows into the register.

use rules::account::Permission;
use rules::register::{Category, CredentialKind, InstitutionKind, Role, Span, Title};
use rules::{Position, Time};
use serde_json::json;

use crate::event::{self, By, Subject};
use crate::order::sort_key;
use crate::{Refusal, Result, Scope, Tx, account};

#[derive(Clone, Debug)]
pub struct NewRegion {
    pub region_code: String,
    pub parent_code: Option<String>,
    pub name_zh: String,
    pub name_en: String,
    pub bureau_zh: Option<String>,
    pub bureau_en: Option<String>,
    pub centre: Position,
    pub span: Span,
}

pub async fn add_region(tx: &mut Tx, new: &NewRegion) -> Result<()> {
    sqlx::query(
        "insert into region (region_code, parent_code, name_zh, name_en, bureau_zh, bureau_en,
            lat, lng, valid_from, valid_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&new.region_code)
    .bind(&new.parent_code)
    .bind(&new.name_zh)
    .bind(&new.name_en)
    .bind(&new.bureau_zh)
    .bind(&new.bureau_en)
    .bind(new.centre.lat)
    .bind(new.centre.lng)
    .bind(new.span.from.0)
    .bind(new.span.to.map(|to| to.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(Clone, Debug)]
pub struct NewInstitution {
    pub institution_id: String,
    pub region_code: String,
    pub kind: InstitutionKind,
    pub name: [String; 2],
    pub short: [String; 2],
    pub address: [String; 2],
    pub street: [String; 2],
    pub uscc: String,
    pub licence_no: String,
    pub licence: Span,
    pub phone: String,
    pub at: Position,
    pub opens_min: i64,
    pub closes_min: i64,
    pub categories: Vec<Category>,
    pub qr_serial: Option<String>,
    pub qr_issued_at: Option<Time>,
    pub registered_at: Time,
    pub installed_at: Option<Time>,
    pub tested_at: Option<Time>,
    pub online_at: Option<Time>,
}

/// Registers an institution; going online arms the clock of the first record [N19].
pub async fn add_institution(tx: &mut Tx, by: &By, new: &NewInstitution) -> Result<()> {
    let [name_zh, name_en] = &new.name;
    sqlx::query(
        "insert into institution (institution_id, region_code, kind, name_zh, name_en, short_zh,
            short_en, sort_key, uscc, licence_no, licence_from, licence_until, address_zh,
            address_en, street_zh, street_en, phone, lat, lng, opens_min, closes_min, qr_serial,
            qr_issued_at, registered_at, installed_at, tested_at, online_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
            $19, $20, $21, $22, $23, $24, $25, $26, $27)",
    )
    .bind(&new.institution_id)
    .bind(&new.region_code)
    .bind(new.kind.code())
    .bind(name_zh)
    .bind(name_en)
    .bind(&new.short[0])
    .bind(&new.short[1])
    .bind(sort_key(name_zh))
    .bind(&new.uscc)
    .bind(&new.licence_no)
    .bind(new.licence.from.0)
    .bind(new.licence.to.map_or(i64::MAX, |to| to.0))
    .bind(&new.address[0])
    .bind(&new.address[1])
    .bind(&new.street[0])
    .bind(&new.street[1])
    .bind(&new.phone)
    .bind(new.at.lat)
    .bind(new.at.lng)
    .bind(new.opens_min)
    .bind(new.closes_min)
    .bind(&new.qr_serial)
    .bind(new.qr_issued_at.map(|at| at.0))
    .bind(new.registered_at.0)
    .bind(new.installed_at.map(|at| at.0))
    .bind(new.tested_at.map(|at| at.0))
    .bind(new.online_at.map(|at| at.0))
    .execute(tx.conn())
    .await?;
    for category in &new.categories {
        sqlx::query("insert into institution_category (institution_id, category) values ($1, $2)")
            .bind(&new.institution_id)
            .bind(category.code())
            .execute(tx.conn())
            .await?;
    }
    let id = &new.institution_id;
    let subject = Subject { kind: "institution", id, institution_id: id };
    event::append(tx, by, subject, "registered", json!({"kind": new.kind.code()})).await?;
    if let Some(online_at) = new.online_at {
        let online = By { actor: by.actor.clone(), now: online_at };
        event::append(tx, &online, subject, "went_online", json!({})).await?;
        let days = tx.packs().rules_at(online_at).presence.zero_record_days;
        let due = rules::operation::zero_record_due(online_at, days);
        crate::deadline::set(tx, crate::deadline::Kind::ZeroRecord, id, due).await?;
    }
    Ok(())
}

/// A theatre or treatment room; its id is made of the institution's and its own number.
pub async fn add_room(
    tx: &mut Tx,
    institution_id: &str,
    kind: &str,
    number: i64,
) -> Result<String> {
    let letter = if kind == "theatre" { 'T' } else { 'R' };
    let room_id = format!("{institution_id}:{letter}{number}");
    sqlx::query("insert into room (room_id, institution_id, kind, number) values ($1, $2, $3, $4)")
        .bind(&room_id)
        .bind(institution_id)
        .bind(kind)
        .bind(number)
        .execute(tx.conn())
        .await?;
    Ok(room_id)
}

#[derive(Clone, Debug)]
pub struct NewPractitioner {
    pub practitioner_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub sex: String,
    pub title: Title,
}

pub async fn add_practitioner(tx: &mut Tx, new: &NewPractitioner) -> Result<()> {
    sqlx::query(
        "insert into practitioner (practitioner_id, name_zh, name_en, sort_key, sex, title)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&new.practitioner_id)
    .bind(&new.name_zh)
    .bind(&new.name_en)
    .bind(sort_key(&new.name_zh))
    .bind(&new.sex)
    .bind(new.title.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(Clone, Debug)]
pub struct NewCredential {
    pub practitioner_id: String,
    pub kind: CredentialKind,
    pub number: String,
    pub category: Option<Category>,
    pub span: Span,
}

pub async fn add_credential(tx: &mut Tx, by: &By, new: &NewCredential) -> Result<()> {
    let credential_id = tx.id("crd", by.now)?;
    sqlx::query(
        "insert into credential (credential_id, practitioner_id, kind, number, category, from_at,
            to_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(credential_id)
    .bind(&new.practitioner_id)
    .bind(new.kind.code())
    .bind(&new.number)
    .bind(new.category.map(Category::code))
    .bind(new.span.from.0)
    .bind(new.span.to.map(|to| to.0))
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[derive(Clone, Debug)]
pub struct NewFiling {
    pub practitioner_id: String,
    pub institution_id: String,
    pub role: Role,
    pub category: Option<Category>,
    pub span: Span,
    pub main: bool,
}

pub async fn add_filing(tx: &mut Tx, by: &By, new: &NewFiling) -> Result<()> {
    let filing_id = tx.id("fil", by.now)?;
    sqlx::query(
        "insert into filing (filing_id, practitioner_id, institution_id, role, category, from_at,
            to_at, main_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&filing_id)
    .bind(&new.practitioner_id)
    .bind(&new.institution_id)
    .bind(new.role.code())
    .bind(new.category.map(Category::code))
    .bind(new.span.from.0)
    .bind(new.span.to.map(|to| to.0))
    .bind(new.main.then_some(new.span.from.0))
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "filing", id: &filing_id, institution_id: &new.institution_id };
    let particulars = json!({"practitioner": new.practitioner_id, "role": new.role.code()});
    event::append(tx, by, subject, "filed", particulars).await
}

/// Registers the status that officers decided on: two of them, as the law has it.
///
/// # Errors
/// [`Refusal::NotAllowed`] for who may not dispose and for a status that already holds,
/// [`Refusal::SecondOfficer`] without a colleague of the same territory.
pub async fn set_suspended(
    tx: &mut Tx,
    scope: &Scope,
    institution_id: &str,
    second_account: &str,
    suspended: bool,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.clone();
    if !scope.may(Permission::Dispose) {
        return Err(Refusal::NotAllowed.into());
    }
    super::institution(tx, scope, institution_id).await?;
    let colleagues = account::colleagues(tx, scope).await?;
    if !colleagues.iter().any(|colleague| colleague.account_id == second_account) {
        return Err(Refusal::SecondOfficer.into());
    }
    // Written before it is read: two officers pressing at once take turns on the row.
    sqlx::query("update institution set sort_key = sort_key where institution_id = $1")
        .bind(institution_id)
        .execute(tx.conn())
        .await?;
    if super::suspended(tx, institution_id, now).await? == suspended {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account.account_id, now);
    if suspended {
        suspend(tx, &by, institution_id, "attending_missing", now).await?;
        return Ok(());
    }
    sqlx::query(
        "update institution_status set until_at = $2
         where institution_id = $1 and from_at <= $2 and (until_at is null or until_at > $2)",
    )
    .bind(institution_id)
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "institution", id: institution_id, institution_id };
    event::append(tx, &by, subject, "resumed", json!({"second": second_account})).await?;
    // Half a month without a record is counted from the day it may operate again.
    let days = tx.packs().rules_at(now).presence.zero_record_days;
    let due = rules::operation::zero_record_due(now, days);
    crate::deadline::set(tx, crate::deadline::Kind::ZeroRecord, institution_id, due).await
}

/// Registers an order to suspend and rectify (责令停业整改) from a moment on [N37].
pub async fn suspend(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    reason: &str,
    from: Time,
) -> Result<String> {
    let status_id = tx.id("sts", by.now)?;
    sqlx::query(
        "insert into institution_status (status_id, institution_id, status, reason, from_at,
            made_at, made_by)
         values ($1, $2, 'suspended', $3, $4, $5, $6)",
    )
    .bind(&status_id)
    .bind(institution_id)
    .bind(reason)
    .bind(from.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "institution", id: institution_id, institution_id };
    let particulars = json!({"status": status_id, "reason": reason, "from": from.0});
    event::append(tx, by, subject, "suspended", particulars).await?;
    Ok(status_id)
}
