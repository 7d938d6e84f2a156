//! The one log of changes: who did what to what, when.
//!
//! `particulars` holds ids, codes, numbers and times, never a name, a phone, free text or an
//! image: the evidence log is made from these rows and cannot be cleaned afterwards.

use rules::Time;
use serde_json::Value;
use sqlx::Row;

use crate::{Db, Engine, Result, Scope, Tx};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Account(String),
    Device(String),
    /// A job of the platform itself, by name.
    System(&'static str),
}

impl Actor {
    pub fn code(&self) -> String {
        match self {
            Actor::Account(id) => id.clone(),
            Actor::Device(id) => format!("device:{id}"),
            Actor::System(job) => format!("system:{job}"),
        }
    }
}

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct By {
    pub actor: Actor,
    pub now: Time,
}

impl By {
    pub fn system(job: &'static str, now: Time) -> By {
        By { actor: Actor::System(job), now }
    }

    pub fn account(account_id: &str, now: Time) -> By {
        By { actor: Actor::Account(account_id.to_owned()), now }
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub kind: &'static str,
    pub id: &'a str,
    /// Empty for what belongs to no institution.
    pub institution_id: &'a str,
}

/// Writes one event in the transaction of the change it tells of.
pub async fn append(
    tx: &mut Tx,
    by: &By,
    subject: Subject<'_>,
    action: &'static str,
    particulars: Value,
) -> Result<()> {
    let event_id = tx.id("evt", by.now)?;
    // SQLite has one writer, so the position can be given at once; on PostgreSQL two transactions
    // may overlap, and the sequencer numbers rows after they are committed.
    let position = match tx.engine() {
        Engine::Sqlite => Some(next_positions(tx, 1).await? + 1),
        Engine::Postgres => None,
    };
    sqlx::query(
        "insert into event (institution_id, event_id, position, at, actor, subject_kind, subject,
            action, particulars)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(subject.institution_id)
    .bind(&event_id)
    .bind(position)
    .bind(by.now.0)
    .bind(by.actor.code())
    .bind(subject.kind)
    .bind(subject.id)
    .bind(action)
    .bind(particulars.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes `count` positions and returns the last one given before; locks the sequencer's row.
async fn next_positions(tx: &mut Tx, count: i64) -> Result<i64> {
    let row = sqlx::query(
        "update sequencer set last_position = last_position + $1 where name = 'event'
         returning last_position",
    )
    .bind(count)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<i64, _>(0)? - count)
}

/// Rows numbered in one go.
const SEQUENCED_MAX: i64 = 1_000;

/// Gives committed events their position; returns how many. Needed on PostgreSQL only, harmless on
/// SQLite. Several nodes may run it: the sequencer's row makes them take turns.
pub async fn sequence(db: &Db) -> Result<u64> {
    if db.engine() == Engine::Sqlite {
        return Ok(0);
    }
    db.write(|tx| Box::pin(number_unplaced(tx))).await
}

async fn number_unplaced(tx: &mut Tx) -> Result<u64> {
    // The lock comes first: whoever holds it sees every row that earlier holders numbered.
    let last = next_positions(tx, 0).await?;
    let placed = sqlx::query(
        "with fresh as (
            select event_id, row_number() over (order by at, event_id) as n
            from (select event_id, at from event where position is null
                  order by at, event_id limit $2) as unplaced)
         update event set position = cast($1 as bigint) + fresh.n
         from fresh where event.event_id = fresh.event_id",
    )
    .bind(last)
    .bind(SEQUENCED_MAX)
    .execute(tx.conn())
    .await?
    .rows_affected();
    next_positions(tx, i64::try_from(placed).unwrap_or(0)).await?;
    Ok(placed)
}

/// One event as readers see it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Event {
    pub position: i64,
    pub institution_id: String,
    pub at: i64,
    pub actor: String,
    pub subject_kind: String,
    pub subject: String,
    pub action: String,
    pub particulars: String,
}

/// Events after a position, in order: the only way to follow the log.
pub async fn after(tx: &mut Tx, position: i64, limit: i64) -> Result<Vec<Event>> {
    Ok(sqlx::query_as(
        "select position, institution_id, at, actor, subject_kind, subject, action, particulars
         from event where position > $1 order by position limit $2",
    )
    .bind(position)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// The last position given.
pub async fn last_position(tx: &mut Tx) -> Result<i64> {
    let row =
        sqlx::query("select coalesce(max(position), 0) from event").fetch_one(tx.conn()).await?;
    Ok(row.try_get(0)?)
}

/// What happened to one subject, oldest first.
pub async fn of_subject(
    tx: &mut Tx,
    scope: &Scope,
    kind: &str,
    subject: &str,
    limit: i64,
) -> Result<Vec<Event>> {
    // What happened in the green channel is told by its own drawers, never to a bureau.
    let channel = matches!(kind, "emergency" | "packet");
    if channel && *scope.channel() == crate::account::Channel::Nothing {
        return Ok(Vec::new());
    }
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select coalesce(event.position, 0) as position, event.institution_id, event.at,
            event.actor, event.subject_kind, event.subject, event.action, event.particulars
         from event
         left join institution on institution.institution_id = event.institution_id
         where event.subject_kind = $1 and event.subject = $2
           and (cast($3 as text) is null or institution.region_code = $3)
           and (cast($4 as text) is null or event.institution_id = $4)
         order by event.at, event.event_id limit $5",
    )
    .bind(kind)
    .bind(subject)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}
