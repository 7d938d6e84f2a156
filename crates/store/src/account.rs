//! Accounts, sessions, and the scope that every reading function asks for.
//!
//! Passwords are hashed by `server`, which can bound how many hashes run at once. Times of sessions
//! and locks are machine time, not city time.

use rules::Time;
use rules::account::{AccountRole, LOCKED_MIN, Permission, WRONG_PASSWORDS_MAX};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::event::{self, By, Subject};
use crate::pack::hex;
use crate::{Error, Result, Tx, error};

mod reach;
mod scope;

pub(crate) use reach::CampaignReach;
pub(crate) use scope::Channel;
pub use scope::{Listens, Scope};

/// An account as signed in.
#[derive(Clone, Debug)]
pub struct Account {
    pub account_id: String,
    pub login: String,
    pub role: AccountRole,
    pub name_zh: String,
    pub name_en: String,
    /// `None` for an account of the whole city.
    pub district: Option<String>,
    pub institution_id: Option<String>,
    pub practitioner_id: Option<String>,
    pub hospital_id: Option<String>,
    pub operator_id: Option<String>,
    pub crew_id: Option<String>,
    pub site_id: Option<String>,
    pub department: Option<String>,
}

impl Account {
    /// An account without the institution its role needs must see nothing, not everything.
    fn institution_or_none(&self) -> String {
        self.institution_id.clone().unwrap_or_else(|| reach::NOBODYS.to_owned())
    }
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    account_id: String,
    login: String,
    role: String,
    name_zh: String,
    name_en: String,
    region_code: Option<String>,
    institution_id: Option<String>,
    practitioner_id: Option<String>,
    hospital_id: Option<String>,
    operator_id: Option<String>,
    crew_id: Option<String>,
    site_id: Option<String>,
    department: Option<String>,
    city: i64,
}

impl AccountRow {
    fn account(self) -> Result<Account> {
        let role = error::coded(AccountRole::of(&self.role), "account.role", &self.role)?;
        // A bureau account of a region without a parent is the city's own.
        let district =
            if self.city > 0 { None } else { Some(self.region_code.unwrap_or_default()) };
        Ok(Account {
            account_id: self.account_id,
            login: self.login,
            role,
            name_zh: self.name_zh,
            name_en: self.name_en,
            district,
            institution_id: self.institution_id,
            practitioner_id: self.practitioner_id,
            hospital_id: self.hospital_id,
            operator_id: self.operator_id,
            crew_id: self.crew_id,
            site_id: self.site_id,
            department: self.department,
        })
    }
}

/// What it takes to open an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub login: String,
    pub role: AccountRole,
    pub name_zh: String,
    pub name_en: String,
    pub region_code: Option<String>,
    pub institution_id: Option<String>,
    pub practitioner_id: Option<String>,
    pub hospital_id: Option<String>,
    pub operator_id: Option<String>,
    pub crew_id: Option<String>,
    pub site_id: Option<String>,
    pub department: Option<String>,
    pub password_hash: String,
}

pub async fn open(tx: &mut Tx, by: &By, new: &NewAccount) -> Result<String> {
    let account_id = tx.id("acc", by.now)?;
    sqlx::query(
        "insert into account (account_id, login, role, name_zh, name_en, region_code,
            institution_id, practitioner_id, password_hash, hospital_id, operator_id, crew_id,
            site_id, department)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(&account_id)
    .bind(&new.login)
    .bind(new.role.code())
    .bind(&new.name_zh)
    .bind(&new.name_en)
    .bind(&new.region_code)
    .bind(&new.institution_id)
    .bind(&new.practitioner_id)
    .bind(&new.password_hash)
    .bind(&new.hospital_id)
    .bind(&new.operator_id)
    .bind(&new.crew_id)
    .bind(&new.site_id)
    .bind(&new.department)
    .execute(tx.conn())
    .await?;
    let institution_id = new.institution_id.as_deref().unwrap_or("");
    let subject = Subject { kind: "account", id: &account_id, institution_id };
    event::append(tx, by, subject, "opened", json!({"role": new.role.code()})).await?;
    Ok(account_id)
}

/// What signing in needs to know; the hash is compared by the caller.
pub struct Credentials {
    pub account_id: String,
    pub password_hash: String,
    pub locked_until: Option<Time>,
}

pub async fn credentials(tx: &mut Tx, login: &str) -> Result<Option<Credentials>> {
    let row = sqlx::query(
        "select account_id, password_hash, locked_until from account
         where login = $1 and disabled_at is null",
    )
    .bind(login)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Credentials {
            account_id: row.try_get(0)?,
            password_hash: row.try_get(1)?,
            locked_until: row.try_get::<Option<i64>, _>(2)?.map(Time),
        })
    })
    .transpose()
}

/// Counts a wrong password; after five the account rests for fifteen minutes.
pub async fn wrong_password(tx: &mut Tx, account_id: &str, machine_now: Time) -> Result<()> {
    sqlx::query(
        "update account set
            wrong_passwords = case when locked_until <= $4 then 1 else wrong_passwords + 1 end,
            locked_until = case when locked_until <= $4 then null
                                when wrong_passwords + 1 >= $2 then cast($3 as bigint)
                                else locked_until end
         where account_id = $1",
    )
    .bind(account_id)
    .bind(WRONG_PASSWORDS_MAX)
    .bind(machine_now.plus_min(LOCKED_MIN).0)
    .bind(machine_now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A session ends after this long without use.
pub const SESSION_IDLE_MS: i64 = 12 * Time::HOUR_MS;

/// A session ends after this long however busy it is; a duty screen is signed in once a month.
pub const SESSION_LONGEST_MS: i64 = 30 * Time::DAY_MS;

pub fn token_hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Starts a session for a token that only the browser keeps; the database has its hash.
pub async fn start_session(
    tx: &mut Tx,
    by: &By,
    account_id: &str,
    token: &str,
    machine_now: Time,
) -> Result<()> {
    sqlx::query(
        "update account set wrong_passwords = 0, locked_until = null where account_id = $1",
    )
    .bind(account_id)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into session (token_hash, account_id, made_at, seen_at) values ($1, $2, $3, $3)",
    )
    .bind(token_hash(token))
    .bind(account_id)
    .bind(machine_now.0)
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "account", id: account_id, institution_id: "" };
    event::append(tx, by, subject, "signed_in", json!({})).await
}

pub async fn end_session(tx: &mut Tx, by: &By, token: &str, machine_now: Time) -> Result<()> {
    let ended = sqlx::query(
        "update session set revoked_at = $2 where token_hash = $1 and revoked_at is null
         returning account_id",
    )
    .bind(token_hash(token))
    .bind(machine_now.0)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = ended else { return Ok(()) };
    let account_id: String = row.try_get(0)?;
    let subject = Subject { kind: "account", id: &account_id, institution_id: "" };
    event::append(tx, by, subject, "signed_out", json!({})).await
}

/// The scope behind a session token, and when it was last seen; `None` when it does not hold.
pub async fn scope(tx: &mut Tx, token: &str, machine_now: Time) -> Result<Option<(Scope, Time)>> {
    let row = sqlx::query(
        "select seen_at, account_id from session
         where token_hash = $1 and revoked_at is null and seen_at > $2 and made_at > $3",
    )
    .bind(token_hash(token))
    .bind(machine_now.0 - SESSION_IDLE_MS)
    .bind(machine_now.0 - SESSION_LONGEST_MS)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let seen_at = Time(row.try_get(0)?);
    let account_id: String = row.try_get(1)?;
    match account(tx, &account_id).await {
        Ok(account) => Ok(Some((Scope::of_account(account), seen_at))),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

pub async fn session_seen(tx: &mut Tx, token: &str, machine_now: Time) -> Result<()> {
    sqlx::query("update session set seen_at = $2 where token_hash = $1")
        .bind(token_hash(token))
        .bind(machine_now.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

async fn account(tx: &mut Tx, account_id: &str) -> Result<Account> {
    let row: Option<AccountRow> = sqlx::query_as(
        "select account_id, login, role, account.name_zh, account.name_en, account.region_code,
            institution_id, practitioner_id, hospital_id, operator_id, crew_id, site_id,
            department,
            (select count(*) from region
             where region.region_code = account.region_code and parent_code is null) as city
         from account where account_id = $1 and disabled_at is null",
    )
    .bind(account_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("account"))?.account()
}

/// The scope of an account by its login, for seeding and for tests.
pub async fn scope_of_login(tx: &mut Tx, login: &str) -> Result<Scope> {
    let row = sqlx::query("select account_id from account where login = $1")
        .bind(login)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("account"))?;
    let account_id: String = row.try_get(0)?;
    Ok(Scope::of_account(account(tx, &account_id).await?))
}

/// A colleague who can come along on site.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Colleague {
    pub account_id: String,
    pub name_zh: String,
    pub name_en: String,
}

/// The other officers of the same territory; nobody outside a bureau has any.
pub async fn colleagues(tx: &mut Tx, scope: &Scope) -> Result<Vec<Colleague>> {
    if !scope.may(Permission::Watch) {
        return Ok(Vec::new());
    }
    let own = scope.account().map(|account| account.account_id.clone()).unwrap_or_default();
    Ok(sqlx::query_as(
        "select account_id, name_zh, name_en from account
         where role in ('officer', 'director') and disabled_at is null and account_id <> $1
           and (cast($2 as text) is null or region_code = $2)
         order by login",
    )
    .bind(own)
    .bind(scope.reach().region.clone())
    .fetch_all(tx.conn())
    .await?)
}

/// One demo or bureau account, for the list of logins that `baize demo` prints.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Login {
    pub login: String,
    pub role: String,
    pub name_zh: String,
}

pub async fn logins(tx: &mut Tx) -> Result<Vec<Login>> {
    Ok(sqlx::query_as("select login, role, name_zh from account order by login")
        .fetch_all(tx.conn())
        .await?)
}

/// The accounts of a role in the whole city, by login.
pub(crate) async fn of_role(tx: &mut Tx, role: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select account_id from account where role = $1 and disabled_at is null order by login",
    )
    .bind(role)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

/// The accounts of a hospital, by login.
pub(crate) async fn of_hospital(tx: &mut Tx, hospital_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select account_id from account where hospital_id = $1 and disabled_at is null
         order by login",
    )
    .bind(hospital_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}
