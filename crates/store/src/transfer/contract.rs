//! Agreements between a hospital, or the city, and an operator: term, tariff, service levels [T8].

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::{FromRow, Row};

use super::fleet::named;
use crate::event::{self, By, Subject};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewContract {
    pub number: String,
    pub operator_id: String,
    /// One hospital's, or the city's.
    pub site_id: Option<String>,
    /// The tariff pack by its id.
    pub tariff: String,
    pub on_time_permille: i64,
    pub pickup_within_min: i64,
    pub complaint_days: i64,
    pub from: Time,
    /// The first moment at which it no longer holds.
    pub until: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contract {
    pub contract_id: String,
    pub number: String,
    pub operator_id: String,
    pub operator_zh: String,
    pub operator_en: String,
    pub site_id: Option<String>,
    pub site_zh: Option<String>,
    pub site_en: Option<String>,
    pub tariff: String,
    pub on_time_permille: i64,
    pub pickup_within_min: i64,
    pub complaint_days: i64,
    pub from_at: i64,
    pub until_at: i64,
    pub ended_at: Option<i64>,
    pub end_reason: Option<String>,
}

impl Contract {
    /// When it no longer holds, by its term or because it was ended.
    pub fn ends(&self) -> i64 {
        self.ended_at.map_or(self.until_at, |at| at.min(self.until_at))
    }
}

/// Minutes and days that an agreement may name.
const MINUTES: std::ops::RangeInclusive<i64> = 1..=1_440;
const DAYS: std::ops::RangeInclusive<i64> = 1..=90;

/// Who keeps agreements, areas and complaints: the regulator.
pub(super) fn may_oversee(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if scope.may(Permission::OverseeTransfer) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// Writes an agreement into the register.
///
/// # Errors
/// [`Refusal::NotAllowed`], those of [`add_contract`].
pub async fn sign_contract(
    tx: &mut Tx,
    scope: &Scope,
    new: &NewContract,
    now: Time,
) -> Result<String> {
    let by = may_oversee(scope, now)?;
    add_contract(tx, &by, new).await
}

/// The same without asking who; for entering a city's files.
///
/// # Errors
/// [`Refusal::Text`], [`Refusal::Quantity`] for levels that cannot be, [`Refusal::Hours`] for a
/// term that ends before it begins, [`Refusal::Taken`] for a number that another agreement has.
pub async fn add_contract(tx: &mut Tx, by: &By, new: &NewContract) -> Result<String> {
    let (number, tariff) = (named(&new.number)?, named(&new.tariff)?);
    let real = (1..=1_000).contains(&new.on_time_permille)
        && MINUTES.contains(&new.pickup_within_min)
        && DAYS.contains(&new.complaint_days);
    if !real {
        return Err(Refusal::Quantity.into());
    }
    if new.from >= new.until {
        return Err(Refusal::Hours.into());
    }
    super::fleet::operator(tx, &new.operator_id).await?;
    let contract_id = tx.id("con", by.now)?;
    let signed = sqlx::query(
        "insert into contract (contract_id, number, operator_id, site_id, tariff, on_time_permille,
            pickup_within_min, complaint_days, from_at, until_at, made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (number) do nothing",
    )
    .bind(&contract_id)
    .bind(number)
    .bind(&new.operator_id)
    .bind(&new.site_id)
    .bind(tariff)
    .bind(new.on_time_permille)
    .bind(new.pickup_within_min)
    .bind(new.complaint_days)
    .bind(new.from.0)
    .bind(new.until.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if signed.rows_affected() == 0 {
        return Err(Refusal::Taken.into());
    }
    let particulars = json!({"parties": [new.operator_id], "until": new.until.0});
    let subject = Subject { kind: "contract", id: &contract_id, institution_id: "" };
    event::append(tx, by, subject, "signed", particulars).await?;
    Ok(contract_id)
}

/// Ends an agreement before its term.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`] without a reason; not found when it has ended.
pub async fn end_contract(
    tx: &mut Tx,
    scope: &Scope,
    contract_id: &str,
    reason: &str,
    now: Time,
) -> Result<()> {
    let by = may_oversee(scope, now)?;
    let reason = named(reason)?;
    let row = sqlx::query(
        "update contract set ended_at = $2, end_reason = $3
         where contract_id = $1 and ended_at is null and until_at > $2 returning operator_id",
    )
    .bind(contract_id)
    .bind(now.0)
    .bind(reason)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("contract"))?;
    let operator_id: String = row.try_get(0)?;
    let subject = Subject { kind: "contract", id: contract_id, institution_id: "" };
    event::append(tx, &by, subject, "ended", json!({"parties": [operator_id]})).await
}

/// Which agreements a list shows.
#[derive(Clone, Debug, Default)]
pub struct ContractFilter {
    /// `in_force`, `expiring` within so many days, `ended`, `all`
    pub view: String,
    pub operator_id: Option<String>,
    pub expiring_days: i64,
}

/// Agreements by their end: the city's for the regulator, the own ones for a company or a hospital.
pub async fn contracts(
    tx: &mut Tx,
    scope: &Scope,
    filter: &ContractFilter,
    now: Time,
    slice: Slice,
) -> Result<Listed<Contract>> {
    let bounds = scope.fleet().bounds();
    let rows = sqlx::query(
        "select contract_id, number, contract.operator_id, operator.short_zh as operator_zh,
            operator.short_en as operator_en, contract.site_id,
            transfer_site.short_zh as site_zh, transfer_site.short_en as site_en, tariff,
            on_time_permille, pickup_within_min, complaint_days, from_at, until_at, ended_at,
            end_reason, count(*) over () as total
         from contract inner join operator on operator.operator_id = contract.operator_id
         left join transfer_site on transfer_site.site_id = contract.site_id
         where (cast($1 as text) is null or contract.operator_id = $1)
           and (cast($2 as text) is null or contract.site_id = $2)
           and (cast($3 as text) is null or contract.operator_id = $3)
           and ($4 = 'all'
                or ($4 = 'in_force' and ended_at is null and from_at <= $5 and until_at > $5)
                or ($4 = 'expiring' and ended_at is null and until_at > $5 and until_at <= $6)
                or ($4 = 'ended' and (ended_at is not null or until_at <= $5)))
         order by until_at, number limit $7 offset $8",
    )
    .bind(bounds.operator.or(bounds.crew).or(bounds.handed))
    .bind(bounds.site)
    .bind(&filter.operator_id)
    .bind(if filter.view.is_empty() { "in_force" } else { &filter.view })
    .bind(now.0)
    .bind(now.plus_days(filter.expiring_days).0)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(Ok(0), |row| row.try_get("total"))?;
    let rows = rows.iter().map(Contract::from_row).collect::<sqlx::Result<_>>()?;
    Ok(Listed { rows, total })
}

/// The agreement by which an operator drives for a place at a moment: the hospital's own before
/// the city's, the newest first.
pub async fn contract_at(
    tx: &mut Tx,
    operator_id: &str,
    site_id: Option<&str>,
    at: Time,
) -> Result<Option<Contract>> {
    Ok(sqlx::query_as(
        "select contract_id, number, contract.operator_id, operator.short_zh as operator_zh,
            operator.short_en as operator_en, contract.site_id,
            transfer_site.short_zh as site_zh, transfer_site.short_en as site_en, tariff,
            on_time_permille, pickup_within_min, complaint_days, from_at, until_at, ended_at,
            end_reason
         from contract inner join operator on operator.operator_id = contract.operator_id
         left join transfer_site on transfer_site.site_id = contract.site_id
         where contract.operator_id = $1 and from_at <= $3 and until_at > $3
           and (ended_at is null or ended_at > $3)
           and (contract.site_id is null or contract.site_id = $2)
         order by case when contract.site_id is null then 1 else 0 end, from_at desc, number
         limit 1",
    )
    .bind(operator_id)
    .bind(site_id)
    .bind(at.0)
    .fetch_optional(tx.conn())
    .await?)
}
