//! What goes out to people. A notice is a row until its gateway has taken it, so that a restart
//! loses none; values fill an approved template, and nothing clinical or personal is among them.

use rules::Time;
use rules::notice::{Way, next_try};
use serde_json::Value;
use sqlx::Row;

use crate::event::By;
use crate::{Db, Result, Tx};

/// A notice to be sent.
pub(crate) struct NewNotice<'a> {
    pub channel: Way,
    pub contact_id: Option<String>,
    pub account_id: Option<String>,
    /// A template's code in the channel pack.
    pub template: &'static str,
    pub particulars: Value,
    /// What it is about.
    pub subject: (&'static str, &'a str),
}

/// Puts a notice into the queue.
pub(crate) async fn send(tx: &mut Tx, by: &By, new: NewNotice<'_>) -> Result<String> {
    let notice_id = tx.id("not", by.now)?;
    sqlx::query(
        "insert into notice (notice_id, channel, contact_id, account_id, template, particulars,
            subject_kind, subject, made_at, next_try_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(&notice_id)
    .bind(new.channel.code())
    .bind(&new.contact_id)
    .bind(&new.account_id)
    .bind(new.template)
    .bind(new.particulars.to_string())
    .bind(new.subject.0)
    .bind(new.subject.1)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    Ok(notice_id)
}

/// Puts a notice to a number that no account keeps: the public's. It is forgotten with the sending.
pub(crate) async fn send_to(
    tx: &mut Tx,
    by: &By,
    address: &str,
    template: &'static str,
    particulars: Value,
    subject: (&'static str, &str),
) -> Result<()> {
    let new = NewNotice {
        channel: Way::Sms,
        contact_id: None,
        account_id: None,
        template,
        particulars,
        subject,
    };
    let notice_id = send(tx, by, new).await?;
    sqlx::query("update notice set address = $2 where notice_id = $1")
        .bind(&notice_id)
        .bind(address)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A notice that a gateway should take now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Outgoing {
    pub notice_id: String,
    pub channel: String,
    pub template: String,
    pub particulars: String,
    pub address: Option<String>,
    pub tries: i64,
}

/// How long a taken notice belongs to whoever took it.
const LEASE_MS: i64 = 30 * Time::SECOND_MS;

/// Nobody is sent what is older than this.
const STALE_MIN: i64 = 15;

/// Everything made so far counts as sent: what a demo's past has sent.
pub async fn assume_sent(tx: &mut Tx) -> Result<()> {
    sqlx::query(
        "update notice set sent_at = made_at + 2000, next_try_at = null, address = null
         where sent_at is null and failed_at is null",
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes what waits, oldest first; what another node has taken is left to it until its lease ends.
pub async fn take(db: &Db, now: Time, limit: i64) -> Result<Vec<Outgoing>> {
    let mut tx = db.read().await?;
    let waiting = sqlx::query(
        "select count(*) from notice where sent_at is null and failed_at is null
           and next_try_at <= $1 and (taken_until is null or taken_until <= $1)",
    )
    .bind(now.0)
    .fetch_one(tx.conn())
    .await?;
    // Most rounds find nothing, and then nothing is written.
    if waiting.try_get::<i64, _>(0)? == 0 {
        return Ok(Vec::new());
    }
    drop(tx);
    db.write(move |tx| {
        Box::pin(async move {
            // A page that comes too late calls people to what is over: the ladder went on.
            sqlx::query(
                "update notice set failed_at = $1, fault = 'stale', address = null
                 where sent_at is null and failed_at is null and made_at < $2",
            )
            .bind(now.0)
            .bind(now.plus_min(-STALE_MIN).0)
            .execute(tx.conn())
            .await?;
            // Only what this statement has taken is this round's, whoever takes at the same moment.
            let mut taken: Vec<Outgoing> = sqlx::query_as(
                "update notice set taken_until = $2 where notice_id in (
                    select notice_id from notice where sent_at is null and failed_at is null
                      and next_try_at <= $1 and (taken_until is null or taken_until <= $1)
                    order by made_at, notice_id limit $3)
                   and (taken_until is null or taken_until <= $1)
                 returning notice_id, channel, template, particulars, tries,
                    coalesce(notice.address, (select contact.address from contact
                        where contact.contact_id = notice.contact_id)) as address",
            )
            .bind(now.0)
            .bind(now.plus_ms(LEASE_MS).0)
            .bind(limit)
            .fetch_all(tx.conn())
            .await?;
            taken.sort_by(|a, b| a.notice_id.cmp(&b.notice_id));
            Ok(taken)
        })
    })
    .await
}

/// The gateway took it, or said why not; `fault` is a code or a status, never an address.
pub async fn settled(tx: &mut Tx, notice_id: &str, fault: Option<&str>, now: Time) -> Result<()> {
    let Some(fault) = fault else {
        sqlx::query(
            "update notice set sent_at = $2, taken_until = null, fault = null, address = null
             where notice_id = $1",
        )
        .bind(notice_id)
        .bind(now.0)
        .execute(tx.conn())
        .await?;
        return Ok(());
    };
    let row = sqlx::query(
        "update notice set tries = tries + 1, taken_until = null, fault = $2
         where notice_id = $1 returning tries",
    )
    .bind(notice_id)
    .bind(fault)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(()) };
    let again = next_try(now, row.try_get(0)?);
    sqlx::query(
        "update notice set next_try_at = coalesce($2, next_try_at),
            failed_at = case when cast($2 as bigint) is null then cast($3 as bigint) end,
            address = case when cast($2 as bigint) is null then null else address end
         where notice_id = $1",
    )
    .bind(notice_id)
    .bind(again.map(|at| at.0))
    .bind(now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What became of the notices about one thing: channel, template, made, sent, failed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Sent {
    pub channel: String,
    pub template: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub made_at: i64,
    pub sent_at: Option<i64>,
    pub failed_at: Option<i64>,
}

/// Called only for a subject that was read within a scope.
pub async fn about(tx: &mut Tx, kind: &str, subject: &str) -> Result<Vec<Sent>> {
    Ok(sqlx::query_as(
        "select channel, template, account.name_zh, account.name_en, made_at, sent_at, failed_at
         from notice left join account on account.account_id = notice.account_id
         where subject_kind = $1 and subject = $2 order by made_at, notice_id limit 200",
    )
    .bind(kind)
    .bind(subject)
    .fetch_all(tx.conn())
    .await?)
}

/// Who was sent something about one thing, each once.
pub(crate) async fn people_about(tx: &mut Tx, kind: &str, subject: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select distinct account_id from notice
         where subject_kind = $1 and subject = $2 and account_id is not null order by account_id",
    )
    .bind(kind)
    .bind(subject)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}
