//! Opening the database, and the transaction that drawers work in.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use rules::Time;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Row, Transaction};

use crate::pack::Packs;
use crate::writer::Writer;
use crate::{Error, Ids, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    pool: AnyPool,
    /// SQLite has one writer; PostgreSQL writes through the pool.
    writer: Option<Writer>,
    context: Arc<Context>,
}

/// What every transaction carries besides its connection.
pub(crate) struct Context {
    pub engine: Engine,
    pub ids: Ids,
    pub packs: Packs,
}

/// An open transaction, handed to the drawers' functions.
pub struct Tx {
    conn: Conn,
    context: Arc<Context>,
}

enum Conn {
    /// The SQLite writer's own connection, inside a savepoint.
    Writer(AnyConnection),
    Pooled(Transaction<'static, Any>),
}

impl Tx {
    pub(crate) fn of_writer(conn: AnyConnection, context: Arc<Context>) -> Tx {
        Tx { conn: Conn::Writer(conn), context }
    }

    /// The connection, for queries.
    pub(crate) fn conn(&mut self) -> &mut AnyConnection {
        match &mut self.conn {
            Conn::Writer(conn) => conn,
            Conn::Pooled(transaction) => transaction,
        }
    }

    pub(crate) fn engine(&self) -> Engine {
        self.context.engine
    }

    /// The packs this database judges by.
    pub fn packs(&self) -> &Packs {
        &self.context.packs
    }

    pub(crate) fn id(&self, prefix: &str, now: Time) -> Result<String> {
        self.context.ids.make(prefix, now)
    }
}

/// A step of work in one transaction.
pub type Step<'c, T> = BoxFuture<'c, Result<T>>;

pub(crate) static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Connections that read at the same time.
const READERS_MAX: u32 = 8;

impl Db {
    /// Opens the database at `url` (`sqlite://FILE` or `postgres://...`), brings its schema up to
    /// date and keeps the packs' texts in it.
    ///
    /// # Errors
    /// When it cannot be reached, when SQLite was built without what durability needs, or when a
    /// PostgreSQL database would sort text by a locale.
    pub async fn open(url: &str, packs: Packs, ids: Ids, now: Time) -> Result<Db> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres };
        let url = match engine {
            Engine::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        migrate(&url, engine).await?;
        let pool = AnyPoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |conn, _| Box::pin(prepare(conn, engine)))
            .connect(&url)
            .await?;
        let context = Arc::new(Context { engine, ids, packs });
        let writer = match engine {
            Engine::Sqlite => Some(Writer::start(&url, context.clone()).await?),
            Engine::Postgres => None,
        };
        let db = Db { inner: Arc::new(Inner { engine, pool, writer, context }) };
        db.write(move |tx| Box::pin(crate::pack::keep(tx, now))).await?;
        Ok(db)
    }

    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    pub fn packs(&self) -> &Packs {
        &self.inner.context.packs
    }

    /// A transaction for reading: everything read in it belongs to one moment. Dropping ends it.
    pub async fn read(&self) -> Result<Tx> {
        let begin = match self.inner.engine {
            Engine::Sqlite => "begin",
            Engine::Postgres => "begin isolation level repeatable read read only",
        };
        let transaction = self.inner.pool.begin_with(begin).await?;
        Ok(Tx { conn: Conn::Pooled(transaction), context: self.inner.context.clone() })
    }

    /// Runs `step` in a transaction of its own and commits it when it succeeds.
    ///
    /// On SQLite the step runs in a savepoint of a commit that other callers share; when this
    /// returns `Ok`, the commit is on the disk. An error leaves nothing of the step behind.
    pub async fn write<T, F>(&self, step: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Tx) -> Step<'c, T> + Send + 'static,
    {
        if let Some(writer) = &self.inner.writer {
            return writer.run(step).await;
        }
        let transaction = self.inner.pool.begin().await?;
        let mut tx = Tx { conn: Conn::Pooled(transaction), context: self.inner.context.clone() };
        let value = step(&mut tx).await?;
        if let Conn::Pooled(transaction) = tx.conn {
            transaction.commit().await?;
        }
        Ok(value)
    }

    /// Runs raw SQL on a connection of its own; for tests that look behind the drawers.
    #[doc(hidden)]
    pub async fn raw(&self, sql: &str) -> Result<()> {
        let mut conn = self.inner.pool.acquire().await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *conn).await?;
        Ok(())
    }
}

async fn migrate(url: &str, engine: Engine) -> Result<()> {
    let mut conn = AnyConnection::connect(url).await?;
    prepare(&mut conn, engine).await?;
    if engine == Engine::Postgres {
        refuse_locale(&mut conn).await?;
    }
    MIGRATOR.run(&mut conn).await.map_err(sqlx::Error::from)?;
    conn.close().await?;
    Ok(())
}

/// Sets what a connection needs before its first statement.
pub(crate) async fn prepare(conn: &mut AnyConnection, engine: Engine) -> sqlx::Result<()> {
    if engine == Engine::Sqlite {
        // FULL: with NORMAL a power cut loses commits that were already acknowledged.
        let pragmas = "pragma journal_mode = wal; pragma synchronous = full; \
                       pragma foreign_keys = on; pragma busy_timeout = 10000";
        sqlx::raw_sql(pragmas).execute(&mut *conn).await?;
        let row = sqlx::query("pragma synchronous").fetch_one(&mut *conn).await?;
        if row.try_get::<i64, _>(0)? != 2 {
            return Err(sqlx::Error::Protocol("SQLite does not keep synchronous=FULL".into()));
        }
    }
    Ok(())
}

/// Chinese order comes from stored sort keys, and both databases must agree on every other order.
async fn refuse_locale(conn: &mut AnyConnection) -> Result<()> {
    let sql = "select datcollate from pg_database where datname = current_database()";
    let collate: String = sqlx::query(sql).fetch_one(conn).await?.try_get(0)?;
    if matches!(collate.as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
        return Ok(());
    }
    Err(Error::Lost(format!(
        "the database sorts by {collate}; create it with LC_COLLATE 'C' and TEMPLATE template0"
    )))
}
