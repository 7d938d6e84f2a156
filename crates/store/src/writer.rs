//! SQLite's one writer, with group commit.
//!
//! Everything that waits goes into one transaction, each step in a savepoint of its own, so that
//! one fsync serves many callers and one caller's error leaves the others alone. After an error
//! the writer checks whether the transaction still lives; when SQLite has rolled it back (disk
//! full, I/O error), the whole batch is answered with that and the connection is opened anew.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::{AnyConnection, Connection};
use tokio::sync::{mpsc, oneshot};

use crate::db::{Context, Engine, Step, Tx, prepare};
use crate::{Error, Result};

/// Steps that wait before callers have to wait for room.
const QUEUE_MAX: usize = 1_024;
/// Steps that share one commit.
const BATCH_MAX: usize = 64;

/// Tells the caller how its step ended; given the error when the shared commit failed.
type Reply = Box<dyn FnOnce(Option<String>) + Send>;

struct Done {
    succeeded: bool,
    reply: Reply,
}

type Job = Box<dyn for<'c> FnOnce(&'c mut Tx) -> BoxFuture<'c, Done> + Send>;

pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    pub async fn start(url: &str, context: Arc<Context>) -> Result<Writer> {
        let (jobs, waiting) = mpsc::channel(QUEUE_MAX);
        let tx = open(url, &context).await?;
        tokio::spawn(serve(url.to_owned(), context, tx, waiting));
        Ok(Writer { jobs })
    }

    pub async fn run<T, F>(&self, step: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Tx) -> Step<'c, T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                // Inside the block, because a step may panic before it has made its future.
                let stepped = AssertUnwindSafe(async { step(tx).await }).catch_unwind().await;
                let result = match stepped {
                    Ok(result) => result,
                    Err(_) => Err(Error::Lost("the step panicked".into())),
                };
                let succeeded = result.is_ok();
                let reply: Reply = Box::new(move |lost| {
                    // A caller that went away no longer needs its answer.
                    let _ = answer.send(match lost {
                        Some(reason) => Err(Error::Lost(reason)),
                        None => result,
                    });
                });
                Done { succeeded, reply }
            })
        });
        let gone = || Error::Lost("the writer has stopped".into());
        self.jobs.send(job).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn open(url: &str, context: &Arc<Context>) -> Result<Tx> {
    let mut conn = AnyConnection::connect(url).await?;
    prepare(&mut conn, Engine::Sqlite).await?;
    Ok(Tx::of_writer(conn, context.clone()))
}

async fn serve(url: String, context: Arc<Context>, tx: Tx, mut waiting: mpsc::Receiver<Job>) {
    let mut tx = Some(tx);
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH_MAX).await > 0 {
        let mut writer = match tx.take() {
            Some(writer) => writer,
            None => match open(&url, &context).await {
                Ok(writer) => writer,
                Err(error) => {
                    // Dropping a job drops its answer: its caller learns that it was lost.
                    tracing::error!(%error, "the database cannot be opened again");
                    batch.clear();
                    continue;
                }
            },
        };
        match commit_batch(&mut writer, &mut batch).await {
            Ok(()) => tx = Some(writer),
            Err(error) => tracing::error!(%error, "a batch was lost; opening the database again"),
        }
        // What a lost batch did not reach is dropped, and with it its answer.
        batch.clear();
    }
}

/// Runs a batch in one transaction and answers every caller.
///
/// # Errors
/// When the connection can no longer be trusted; every caller has been answered all the same.
async fn commit_batch(tx: &mut Tx, batch: &mut Vec<Job>) -> sqlx::Result<()> {
    let mut replies: Vec<Reply> = Vec::with_capacity(batch.len());
    let outcome = run_batch(tx, batch, &mut replies).await;
    let lost = outcome.as_ref().err().map(ToString::to_string);
    for reply in replies {
        reply(lost.clone());
    }
    outcome
}

async fn run_batch(
    tx: &mut Tx,
    batch: &mut Vec<Job>,
    replies: &mut Vec<Reply>,
) -> sqlx::Result<()> {
    execute(tx, "begin immediate").await?;
    for job in batch.drain(..) {
        execute(tx, "savepoint step").await?;
        let done = job(tx).await;
        replies.push(done.reply);
        if !done.succeeded {
            // Fails when SQLite has already rolled the whole transaction back.
            execute(tx, "rollback to step").await?;
        }
        execute(tx, "release step").await?;
    }
    execute(tx, "commit").await
}

async fn execute(tx: &mut Tx, sql: &'static str) -> sqlx::Result<()> {
    sqlx::raw_sql(sql).execute(tx.conn()).await.map(drop)
}
