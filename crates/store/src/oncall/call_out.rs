//! Unannounced call-out tests (呼叫演练): the same ladder as a real call, answered by one tap; the
//! times are kept and published.

use rules::Time;
use rules::channel::ChannelRule;
use rules::emergency::{Answers, Call, rung};
use rules::notice::Way;
use serde_json::json;
use sqlx::Row;

use super::hospital::may_run;
use crate::account::Channel;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::notice::{self, NewNotice};
use crate::{Error, Refusal, Result, Scope, Tx, error};

/// A test that nobody answers ends after so long.
const MISSED_AFTER_S: i64 = 300;

/// Calls hospitals without a word beforehand; one that is being tested already is left alone.
/// Returns how many were called.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre.
pub async fn start_call_outs(
    tx: &mut Tx,
    scope: &Scope,
    hospital_ids: &[String],
    now: Time,
) -> Result<usize> {
    let by = may_run(scope, now)?;
    let round = tx.id("rnd", now)?;
    let mut called = 0;
    for hospital_id in hospital_ids {
        called += usize::from(enter_call_out(tx, &by, hospital_id, &round).await?.is_some());
    }
    Ok(called)
}

/// Starts one test; `None` when one is open.
pub async fn enter_call_out(
    tx: &mut Tx,
    by: &By,
    hospital_id: &str,
    round: &str,
) -> Result<Option<String>> {
    super::hospital(tx, hospital_id).await?;
    let call_out_id = tx.id("cot", by.now)?;
    let opened = sqlx::query(
        "insert into call_out (call_out_id, hospital_id, round, called_at, called_by, rung)
         values ($1, $2, $3, $4, $5, 0) on conflict do nothing",
    )
    .bind(&call_out_id)
    .bind(hospital_id)
    .bind(round)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    if opened.rows_affected() == 0 {
        return Ok(None);
    }
    let subject = Subject { kind: "call_out", id: &call_out_id, institution_id: hospital_id };
    event::append(tx, by, subject, "called", json!({"hospitals": [hospital_id]})).await?;
    let open = Open {
        call_out_id: call_out_id.clone(),
        hospital_id: hospital_id.to_owned(),
        called_at: by.now,
        rung: 0,
    };
    step(tx, by, &open).await?;
    let missed = by.now.plus_ms(MISSED_AFTER_S * Time::SECOND_MS);
    deadline::set(tx, Kind::CallOutMissed, &call_out_id, missed).await?;
    Ok(Some(call_out_id))
}

struct Open {
    call_out_id: String,
    hospital_id: String,
    called_at: Time,
    rung: i64,
}

async fn open(tx: &mut Tx, call_out_id: &str) -> Result<Option<Open>> {
    let row = sqlx::query(
        "select hospital_id, called_at, rung from call_out
         where call_out_id = $1 and answered_at is null and missed_at is null",
    )
    .bind(call_out_id)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(Open {
            call_out_id: call_out_id.to_owned(),
            hospital_id: row.try_get(0)?,
            called_at: Time(row.try_get(1)?),
            rung: row.try_get(2)?,
        })
    })
    .transpose()
}

/// Takes a test's row before its deadlines', in the order in which an answer takes them.
pub(crate) async fn hold(tx: &mut Tx, call_out_id: &str) -> Result<()> {
    sqlx::query("update call_out set rung = rung where call_out_id = $1")
        .bind(call_out_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Does what stands on the rung and sets the next one's deadline.
async fn step(tx: &mut Tx, by: &By, open: &Open) -> Result<()> {
    let word = super::hospital(tx, &open.hospital_id).await?.answers_by;
    let answers = error::coded(Answers::of(&word), "hospital.answers_by", &word)?;
    let policy = tx.packs().channel_at(open.called_at).escalation.clone();
    let lines: &[i64] = match rung(&policy, answers, open.rung).call {
        Call::Screen | Call::AllScreens => &[],
        Call::FirstLine => &[1],
        Call::SecondLine => &[2],
        Call::Next | Call::Again => &[1, 2],
    };
    let on_call = super::lines_at(tx, Some(&open.hospital_id), by.now).await?;
    let people: Vec<String> = on_call
        .into_iter()
        .filter(|person| lines.contains(&person.line))
        .map(|person| person.account_id)
        .collect();
    for way in super::ways_to(tx, &people).await? {
        let new = NewNotice {
            channel: error::coded(Way::of(&way.channel), "contact.channel", &way.channel)?,
            contact_id: Some(way.contact_id),
            account_id: Some(way.account_id),
            template: "call_out_test",
            particulars: json!({"id": open.call_out_id}),
            subject: ("call_out", &open.call_out_id),
        };
        notice::send(tx, by, new).await?;
    }
    let next = rung(&policy, answers, open.rung + 1);
    let due = open.called_at.plus_ms(next.after_s * Time::SECOND_MS);
    if next.after_s < MISSED_AFTER_S {
        deadline::set(tx, Kind::CallOutClimbs, &open.call_out_id, due).await?;
    }
    Ok(())
}

/// The next rung of a test has come: called by its deadline.
pub(crate) async fn climb(tx: &mut Tx, by: &By, call_out_id: &str) -> Result<()> {
    let Some(mut open) = open(tx, call_out_id).await? else { return Ok(()) };
    open.rung += 1;
    sqlx::query("update call_out set rung = $2 where call_out_id = $1")
        .bind(call_out_id)
        .bind(open.rung)
        .execute(tx.conn())
        .await?;
    let subject = Subject { kind: "call_out", id: call_out_id, institution_id: &open.hospital_id };
    let particulars = json!({"rung": open.rung, "hospitals": [open.hospital_id]});
    event::append(tx, by, subject, "climbed", particulars).await?;
    step(tx, by, &open).await
}

/// Nobody answered a test: called by its deadline.
pub(crate) async fn missed_after(tx: &mut Tx, by: &By, call_out_id: &str, due: Time) -> Result<()> {
    let Some(open) = open(tx, call_out_id).await? else { return Ok(()) };
    sqlx::query("update call_out set missed_at = $2 where call_out_id = $1")
        .bind(call_out_id)
        .bind(due.0)
        .execute(tx.conn())
        .await?;
    let subject = Subject { kind: "call_out", id: call_out_id, institution_id: &open.hospital_id };
    let particulars = json!({"hospitals": [open.hospital_id]});
    event::append(tx, by, subject, "missed", particulars).await?;
    let key = format!("{}:{call_out_id}", ChannelRule::A29.code());
    super::watch::raise(tx, by, ChannelRule::A29, &key, &open.hospital_id, json!({"test": true}))
        .await
}

/// Answers the test of the own hospital.
///
/// # Errors
/// [`Refusal::NotAllowed`]; [`Refusal::TooLate`] when it is over.
pub async fn answer_call_out(
    tx: &mut Tx,
    scope: &Scope,
    call_out_id: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let (Some(own), true) = (scope.hospital(), scope.may(rules::account::Permission::Receive))
    else {
        return Err(Refusal::NotAllowed.into());
    };
    let answered = sqlx::query(
        "update call_out set answered_at = $3, answered_by = $4
         where call_out_id = $1 and hospital_id = $2 and answered_at is null and missed_at is null",
    )
    .bind(call_out_id)
    .bind(own)
    .bind(now.0)
    .bind(&account.account_id)
    .execute(tx.conn())
    .await?;
    if answered.rows_affected() == 0 {
        let known =
            sqlx::query("select 1 from call_out where call_out_id = $1 and hospital_id = $2")
                .bind(call_out_id)
                .bind(own)
                .fetch_optional(tx.conn())
                .await?;
        return Err(known.map_or(Error::NotFound("call_out"), |_| Refusal::TooLate.into()));
    }
    deadline::clear(tx, Kind::CallOutClimbs, call_out_id).await?;
    deadline::clear(tx, Kind::CallOutMissed, call_out_id).await?;
    let by = By::account(&account.account_id, now);
    let subject = Subject { kind: "call_out", id: call_out_id, institution_id: own };
    event::append(tx, &by, subject, "answered", json!({"hospitals": [own]})).await
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CallOut {
    pub call_out_id: String,
    pub hospital_id: String,
    pub called_at: i64,
    pub rung: i64,
    pub answered_at: Option<i64>,
    pub missed_at: Option<i64>,
}

/// Tests of the scope's hospitals that wait for an answer.
pub async fn call_outs_waiting(tx: &mut Tx, scope: &Scope) -> Result<Vec<CallOut>> {
    let Channel::Hospital(own) = scope.channel() else { return Ok(Vec::new()) };
    Ok(sqlx::query_as(
        "select call_out_id, hospital_id, called_at, rung, answered_at, missed_at from call_out
         where hospital_id = $1 and answered_at is null and missed_at is null order by called_at",
    )
    .bind(own)
    .fetch_all(tx.conn())
    .await?)
}

/// The tests since a moment, the latest first: published, so nobody's scope is asked.
pub async fn call_out_history(tx: &mut Tx, since: Time, limit: i64) -> Result<Vec<CallOut>> {
    Ok(sqlx::query_as(
        "select call_out_id, hospital_id, called_at, rung, answered_at, missed_at from call_out
         where called_at >= $1 order by called_at desc, call_out_id desc limit $2",
    )
    .bind(since.0)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// What a hospital's tests say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    pub hospital_id: String,
    pub tests: i64,
    pub answered: i64,
    pub median_ms: Option<i64>,
    pub last_ms: Option<i64>,
    pub last_at: Option<i64>,
    pub last_missed: bool,
}

/// Readiness of each hospital from the tests that ended since a moment.
pub async fn readiness(tx: &mut Tx, since: Time) -> Result<Vec<Readiness>> {
    let tests = call_out_history(tx, since, 2_000).await?;
    let mut found: Vec<Readiness> = Vec::new();
    let mut times: Vec<Vec<i64>> = Vec::new();
    for test in tests.iter().filter(|test| test.answered_at.or(test.missed_at).is_some()) {
        let answered = test.answered_at.map(|at| at - test.called_at);
        let known = found.iter().position(|one| one.hospital_id == test.hospital_id);
        // The latest test comes first and says how the last one went.
        let index = known.unwrap_or_else(|| {
            found.push(Readiness {
                hospital_id: test.hospital_id.clone(),
                tests: 0,
                answered: 0,
                median_ms: None,
                last_ms: answered,
                last_at: Some(test.called_at),
                last_missed: test.missed_at.is_some(),
            });
            times.push(Vec::new());
            found.len() - 1
        });
        found[index].tests += 1;
        found[index].answered += i64::from(answered.is_some());
        times[index].extend(answered);
    }
    for (one, mut ms) in found.iter_mut().zip(times) {
        ms.sort_unstable();
        one.median_ms = ms.get(ms.len() / 2).copied();
    }
    Ok(found)
}
