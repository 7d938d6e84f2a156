//! Antidotes and emergency drugs by lot: where 35 vials are, what expires, what is missing [Z11].

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use crate::account::Channel;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A lot as it was counted.
#[derive(Clone, Debug)]
pub struct NewStock {
    /// A hospital or an institution.
    pub holder_id: String,
    pub item: String,
    pub lot: String,
    pub quantity: i64,
    /// The last moment it may be used.
    pub expires_at: Time,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StockRow {
    pub stock_id: String,
    pub holder_id: String,
    pub item: String,
    pub lot: String,
    pub quantity: i64,
    pub expires_at: i64,
    pub counted_at: i64,
}

const QUANTITY_MAX: i64 = 100_000;
const LOT_CHARS_MAX: usize = 40;

/// Whose stock an account may write down.
fn may_count(scope: &Scope, holder_id: &str, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let own = match scope.channel() {
        Channel::Hospital(id) | Channel::Institution(id) => id == holder_id,
        Channel::City => true,
        Channel::Nothing => false,
    };
    let role = [Permission::ManageHospital, Permission::Declare, Permission::ManageChannel];
    if own && role.iter().any(|permission| scope.may(*permission)) {
        return Ok(By::account(&account.account_id, now));
    }
    Err(Refusal::NotAllowed.into())
}

/// Writes down what was counted; the same lot again is a new count of it.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Unknown`] for an item nobody knows, [`Refusal::Quantity`],
/// [`Refusal::Text`] for a lot without a number.
pub async fn count_stock(tx: &mut Tx, scope: &Scope, new: &NewStock, now: Time) -> Result<String> {
    let by = may_count(scope, &new.holder_id, now)?;
    let stock_id = enter_stock(tx, &by, new).await?;
    super::watch::look_at_stock(tx, &by, &new.holder_id).await?;
    Ok(stock_id)
}

/// The same without asking who; for entering a city's files.
pub async fn enter_stock(tx: &mut Tx, by: &By, new: &NewStock) -> Result<String> {
    let lot = new.lot.trim();
    if tx.packs().channel_at(by.now).item(&new.item).is_none() {
        return Err(Refusal::Unknown.into());
    }
    if !(0..=QUANTITY_MAX).contains(&new.quantity) {
        return Err(Refusal::Quantity.into());
    }
    if lot.is_empty() || lot.chars().count() > LOT_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let stock_id = tx.id("stk", by.now)?;
    let row = sqlx::query(
        "insert into stock (stock_id, holder_id, item, lot, quantity, expires_at, counted_at,
            counted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (holder_id, item, lot) do update set quantity = excluded.quantity,
            expires_at = excluded.expires_at, counted_at = excluded.counted_at,
            counted_by = excluded.counted_by
         returning stock_id",
    )
    .bind(&stock_id)
    .bind(&new.holder_id)
    .bind(&new.item)
    .bind(lot)
    .bind(new.quantity)
    .bind(new.expires_at.0)
    .bind(by.now.0)
    .bind(by.actor.code())
    .fetch_one(tx.conn())
    .await?;
    let stock_id: String = row.try_get(0)?;
    let particulars = json!({"item": new.item, "quantity": new.quantity});
    let subject = Subject { kind: "stock", id: &stock_id, institution_id: &new.holder_id };
    event::append(tx, by, subject, "counted", particulars).await?;
    Ok(stock_id)
}

/// Takes a lot off the shelf: expired, used or thrown away.
pub async fn discard_stock(tx: &mut Tx, scope: &Scope, stock_id: &str, now: Time) -> Result<()> {
    let row = sqlx::query("select holder_id, item from stock where stock_id = $1")
        .bind(stock_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("stock"))?;
    let (holder_id, item): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let by = may_count(scope, &holder_id, now)?;
    sqlx::query("delete from stock where stock_id = $1").bind(stock_id).execute(tx.conn()).await?;
    let subject = Subject { kind: "stock", id: stock_id, institution_id: &holder_id };
    event::append(tx, &by, subject, "discarded", json!({"item": item})).await?;
    super::watch::look_at_stock(tx, &by, &holder_id).await
}

/// A place that holds antidotes, by id, with what the map needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Holder {
    pub holder_id: String,
    pub hospital: i64,
    pub name_zh: String,
    pub name_en: String,
    pub lat: f64,
    pub lng: f64,
    /// Units of the item that may be used.
    pub units: i64,
    pub first_expiry: i64,
    pub counted_at: i64,
}

/// Where an item is, the most first. Clinics see hospitals and themselves; what another clinic
/// holds is shown to the QC centre and to hospitals, which may have to send for it.
pub async fn holders_of(tx: &mut Tx, scope: &Scope, item: &str, now: Time) -> Result<Vec<Holder>> {
    let (all, own) = match scope.channel() {
        Channel::Nothing => return Ok(Vec::new()),
        Channel::City | Channel::Hospital(_) => (1, ""),
        Channel::Institution(id) => (0, id.as_str()),
    };
    Ok(sqlx::query_as(
        "select stock.holder_id,
            cast(sum(case when hospital.hospital_id is null then 0 else 1 end) as bigint)
                as hospital,
            min(coalesce(hospital.name_zh, institution.name_zh)) as name_zh,
            min(coalesce(hospital.name_en, institution.name_en)) as name_en,
            min(coalesce(hospital.lat, institution.lat)) as lat,
            min(coalesce(hospital.lng, institution.lng)) as lng,
            cast(sum(quantity) as bigint) as units, min(expires_at) as first_expiry,
            min(counted_at) as counted_at
         from stock
         left join hospital on hospital.hospital_id = stock.holder_id
         left join institution on institution.institution_id = stock.holder_id
         where item = $1 and expires_at > $2 and quantity > 0
           and ($3 > 0 or hospital.hospital_id is not null or stock.holder_id = $4)
           and (hospital.hospital_id is not null or institution.institution_id is not null)
         group by stock.holder_id order by units desc, stock.holder_id",
    )
    .bind(item)
    .bind(now.0)
    .bind(i64::from(all))
    .bind(own)
    .fetch_all(tx.conn())
    .await?)
}

/// The lots of one holder, by item and expiry; nothing of another's.
pub async fn stock(tx: &mut Tx, scope: &Scope, holder_id: &str) -> Result<Vec<StockRow>> {
    let sees = match scope.channel() {
        Channel::City => true,
        Channel::Hospital(id) | Channel::Institution(id) => id == holder_id,
        Channel::Nothing => false,
    };
    if !sees {
        return Ok(Vec::new());
    }
    lots(tx, holder_id).await
}

pub(super) async fn lots(tx: &mut Tx, holder_id: &str) -> Result<Vec<StockRow>> {
    Ok(sqlx::query_as(
        "select stock_id, holder_id, item, lot, quantity, expires_at, counted_at from stock
         where holder_id = $1 order by item, expires_at, lot",
    )
    .bind(holder_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Units of each item that may be used, by hospital: holder, item, units.
pub(super) async fn usable_of_hospitals(
    tx: &mut Tx,
    now: Time,
) -> Result<Vec<(String, String, i64)>> {
    let rows = sqlx::query(
        "select holder_id, item, cast(sum(quantity) as bigint) from stock
         join hospital on hospital.hospital_id = stock.holder_id
         where expires_at > $1 group by holder_id, item",
    )
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// Units of an item in hospitals that may be used, for the public readiness page.
pub async fn usable_units(tx: &mut Tx, item: &str, now: Time) -> Result<i64> {
    let rows = usable_of_hospitals(tx, now).await?;
    Ok(rows.iter().filter(|(_, known, _)| known == item).map(|(_, _, units)| units).sum())
}
