//! Enrolment by one-time code, and keys.

use presence::event::EnrolRefusal;
use rules::account::Permission;
use rules::{Position, Time};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::Row;

use crate::event::{self, Actor, By, Subject};
use crate::pack::hex;
use crate::{Error, Refusal, Result, Scope, Tx};

#[derive(Clone, Debug)]
pub struct NewTerminal {
    pub terminal_id: String,
    pub institution_id: String,
    pub room_id: String,
    pub at: Position,
}

/// Registers a terminal at a theatre's door; it has no key until it is enrolled.
pub async fn install(tx: &mut Tx, by: &By, new: &NewTerminal) -> Result<()> {
    sqlx::query(
        "insert into terminal (terminal_id, institution_id, room_id, lat, lng, installed_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&new.terminal_id)
    .bind(&new.institution_id)
    .bind(&new.room_id)
    .bind(new.at.lat)
    .bind(new.at.lng)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    let subject =
        Subject { kind: "terminal", id: &new.terminal_id, institution_id: &new.institution_id };
    event::append(tx, by, subject, "installed", json!({"room": new.room_id})).await
}

/// Takes a lost or broken terminal out of service; what it signs from now on is refused.
pub async fn retire(tx: &mut Tx, scope: &Scope, terminal_id: &str, now: Time) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let institution_id = institution_of(tx, scope, terminal_id).await?;
    sqlx::query("update terminal set retired_at = $2 where terminal_id = $1")
        .bind(terminal_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
    crate::deadline::clear(tx, crate::deadline::Kind::TerminalSilent, terminal_id).await?;
    let by = By::account(&account, now);
    let subject = Subject { kind: "terminal", id: terminal_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "retired", json!({})).await
}

/// Where a terminal stands that this scope may enrol and retire.
async fn institution_of(tx: &mut Tx, scope: &Scope, terminal_id: &str) -> Result<String> {
    if !scope.may(Permission::EnrolTerminals) {
        return Err(Refusal::NotAllowed.into());
    }
    let row = sqlx::query(
        "select terminal.institution_id from terminal
         join institution on institution.institution_id = terminal.institution_id
         where terminal_id = $1 and retired_at is null
           and (cast($2 as text) is null or institution.region_code = $2)
           and (cast($3 as text) is null or terminal.institution_id = $3)",
    )
    .bind(terminal_id)
    .bind(&scope.reach().region)
    .bind(&scope.reach().institution)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.ok_or(Error::NotFound("terminal"))?.try_get(0)?)
}

/// How long an enrolment code holds.
pub const CODE_HOURS: i64 = 24;

fn code_hash(code: &str) -> String {
    hex(&Sha256::digest(code.trim().to_uppercase().as_bytes()))
}

/// Gives out a one-time code for a terminal that has never had a key. The code itself is kept by
/// nobody but the person who types it in.
///
/// # Errors
/// [`Refusal::KeyReused`] when the terminal was enrolled before: a lost device gets a new name,
/// never a second chain under the old one.
pub async fn enrolment_code(
    tx: &mut Tx,
    scope: &Scope,
    terminal_id: &str,
    code: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let institution_id = institution_of(tx, scope, terminal_id).await?;
    let keys = sqlx::query("select count(*) from terminal_key where terminal_id = $1")
        .bind(terminal_id)
        .fetch_one(tx.conn())
        .await?;
    if keys.try_get::<i64, _>(0)? > 0 {
        return Err(Refusal::KeyReused.into());
    }
    // An older code of the same terminal no longer holds.
    sqlx::query("delete from terminal_enrolment where terminal_id = $1 and used_at is null")
        .bind(terminal_id)
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "insert into terminal_enrolment (code_hash, terminal_id, made_at, made_by, expires_at)
         values ($1, $2, $3, $4, $5)",
    )
    .bind(code_hash(code))
    .bind(terminal_id)
    .bind(now.0)
    .bind(&account)
    .bind(now.plus_min(CODE_HOURS * 60).0)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account, now);
    let subject = Subject { kind: "terminal", id: terminal_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "code_given", json!({})).await
}

/// Enrols the device that shows a code, with its first key. The same code with the same key gives
/// the same answer again, so that a lost answer can be asked for once more.
pub async fn enrol(
    tx: &mut Tx,
    code: &str,
    public_key: &str,
    now: Time,
) -> Result<std::result::Result<String, EnrolRefusal>> {
    let Some(key) = usable_key(public_key) else { return Ok(Err(EnrolRefusal::KeyInvalid)) };
    // Written before it is read: two requests with one code take turns, and the second sees what
    // the first one did.
    sqlx::query("update terminal_enrolment set code_hash = code_hash where code_hash = $1")
        .bind(code_hash(code))
        .execute(tx.conn())
        .await?;
    let row = sqlx::query(
        "select terminal_enrolment.terminal_id, expires_at, used_at, used_key, institution_id
         from terminal_enrolment
         join terminal on terminal.terminal_id = terminal_enrolment.terminal_id
         where code_hash = $1",
    )
    .bind(code_hash(code))
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Err(EnrolRefusal::CodeUnknown)) };
    let terminal_id: String = row.try_get(0)?;
    if row.try_get::<Option<i64>, _>(2)?.is_some() {
        let same = row.try_get::<Option<String>, _>(3)?.as_deref() == Some(key.as_str());
        return Ok(if same { Ok(terminal_id) } else { Err(EnrolRefusal::CodeUsed) });
    }
    if row.try_get::<i64, _>(1)? <= now.0 {
        return Ok(Err(EnrolRefusal::CodeExpired));
    }
    let used = sqlx::query(
        "update terminal_enrolment set used_at = $2, used_key = $3
         where code_hash = $1 and used_at is null",
    )
    .bind(code_hash(code))
    .bind(now.0)
    .bind(&key)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if used == 0 {
        return Ok(Err(EnrolRefusal::CodeUsed));
    }
    if !add_key(tx, &terminal_id, &key, now, 1).await? {
        // The code stays usable with another key: undo the mark.
        sqlx::query(
            "update terminal_enrolment set used_at = null, used_key = null where code_hash = $1",
        )
        .bind(code_hash(code))
        .execute(tx.conn())
        .await?;
        return Ok(Err(EnrolRefusal::KeyUsed));
    }
    let by = By { actor: Actor::Device(terminal_id.clone()), now };
    let institution_id: String = row.try_get(4)?;
    let subject = Subject { kind: "terminal", id: &terminal_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "enrolled", json!({})).await?;
    Ok(Ok(terminal_id))
}

/// The stored form of a public key that can verify anything at all.
pub(super) fn usable_key(public_key: &str) -> Option<String> {
    presence::event::public_key(public_key).map(|bytes| hex(&bytes))
}

/// Adds a key; `false` when any terminal has ever used it.
pub(super) async fn add_key(
    tx: &mut Tx,
    terminal_id: &str,
    key: &str,
    now: Time,
    from_seq: i64,
) -> Result<bool> {
    let added = sqlx::query(
        "insert into terminal_key (public_key, terminal_id, from_at, from_seq)
         values ($1, $2, $3, $4) on conflict (public_key) do nothing",
    )
    .bind(key)
    .bind(terminal_id)
    .bind(now.0)
    .bind(from_seq)
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(added == 1)
}
