//! Calls to desks and people, and how they climb until a human answers.

use rules::Time;
use rules::channel::ChannelRule;
use rules::emergency::{Answers, Call, Part, Recommendation, rung};
use rules::notice::Way;
use serde_json::json;
use sqlx::Row;

use super::QC;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::notice::{self, NewNotice};
use crate::{Error, Result, Tx, account, error, oncall};

/// Opens a call and does what stands on its first rung. A place that has an open call is not called
/// twice.
pub(super) async fn open(
    tx: &mut Tx,
    by: &By,
    emergency_id: &str,
    hospital_id: &str,
    part: Part,
) -> Result<()> {
    let call_id = tx.id("call", by.now)?;
    let opened = sqlx::query(
        "insert into emergency_call (call_id, emergency_id, hospital_id, part, called_at, rung)
         select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text),
            cast($5 as bigint), cast(0 as bigint)
         where not exists (select 1 from emergency_call where emergency_id = $2
            and hospital_id = $3 and withdrawn_at is null and declined_at is null)",
    )
    .bind(&call_id)
    .bind(emergency_id)
    .bind(hospital_id)
    .bind(part.code())
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    if opened.rows_affected() == 0 {
        return Ok(());
    }
    let call = OpenCall {
        call_id,
        emergency_id: emergency_id.to_owned(),
        hospital_id: hospital_id.to_owned(),
        called_at: by.now,
        rung: 0,
    };
    tell(tx, by, &call, "called", json!({"part": part.code()})).await?;
    let policy = tx.packs().channel_at(by.now).escalation.clone();
    let answers = answers(tx, hospital_id).await?;
    // Where nobody sits before a screen, people are paged at once.
    if answers == Answers::Person {
        page(tx, by, &call, &[1]).await?;
    }
    arm(tx, &call, answers).await?;
    if hospital_id != QC {
        let due = by.now.plus_ms(policy.accept_s * Time::SECOND_MS);
        deadline::set(tx, Kind::CallAccept, &call.call_id, due).await?;
    }
    Ok(())
}

/// The QC centre has a desk; a hospital says how it answers.
async fn answers(tx: &mut Tx, hospital_id: &str) -> Result<Answers> {
    if hospital_id == QC {
        return Ok(Answers::Desk);
    }
    let word = oncall::hospital(tx, hospital_id).await?.answers_by;
    error::coded(Answers::of(&word), "hospital.answers_by", &word)
}

struct OpenCall {
    call_id: String,
    emergency_id: String,
    hospital_id: String,
    called_at: Time,
    rung: i64,
}

/// Sets the deadline of the next rung; times count from the call, so a late round is no delay.
async fn arm(tx: &mut Tx, call: &OpenCall, answers: Answers) -> Result<()> {
    let policy = tx.packs().channel_at(call.called_at).escalation.clone();
    let next = rung(&policy, answers, call.rung + 1);
    let due = call.called_at.plus_ms(next.after_s * Time::SECOND_MS);
    deadline::set(tx, Kind::CallClimbs, &call.call_id, due).await
}

/// The row while nobody has answered and the case needs an answer.
async fn unanswered(tx: &mut Tx, call_id: &str) -> Result<Option<OpenCall>> {
    let row = sqlx::query(
        "select emergency_call.emergency_id, emergency_call.hospital_id, called_at, rung
         from emergency_call
         join emergency on emergency.emergency_id = emergency_call.emergency_id
         where call_id = $1 and emergency_call.acknowledged_at is null
           and emergency_call.accepted_at is null and declined_at is null and withdrawn_at is null
           and emergency.accepted_at is null and closed_at is null and stood_down_at is null
           and merged_at is null",
    )
    .bind(call_id)
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| {
        Ok(OpenCall {
            call_id: call_id.to_owned(),
            emergency_id: row.try_get(0)?,
            hospital_id: row.try_get(1)?,
            called_at: Time(row.try_get(2)?),
            rung: row.try_get(3)?,
        })
    })
    .transpose()
}

/// A call's next rung has come: called by its deadline.
pub(crate) async fn climb(tx: &mut Tx, by: &By, call_id: &str, due: Time) -> Result<()> {
    let Some(emergency_id) = case_of(tx, call_id).await? else { return Ok(()) };
    hold(tx, &emergency_id).await?;
    let Some(mut call) = unanswered(tx, call_id).await? else { return Ok(()) };
    let answers = answers(tx, &call.hospital_id).await?;
    let policy = tx.packs().channel_at(call.called_at).escalation.clone();
    call.rung += 1;
    let now_on = rung(&policy, answers, call.rung);
    sqlx::query("update emergency_call set rung = $2 where call_id = $1")
        .bind(call_id)
        .bind(call.rung)
        .execute(tx.conn())
        .await?;
    let particulars = json!({"rung": call.rung, "call": now_on.call.code(), "due_at": due.0});
    tell(tx, by, &call, "climbed", particulars).await?;
    act(tx, by, &call, now_on.call).await?;
    arm(tx, &call, answers).await
}

/// Takes the row of a call's case before the deadline's own: whoever answers takes them in this
/// order, and PostgreSQL ends one of two that meet halfway.
pub(crate) async fn hold_case_of(tx: &mut Tx, call_id: &str) -> Result<()> {
    match case_of(tx, call_id).await? {
        Some(emergency_id) => hold(tx, &emergency_id).await,
        None => Ok(()),
    }
}

async fn case_of(tx: &mut Tx, call_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select emergency_id from emergency_call where call_id = $1")
        .bind(call_id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Takes the case's row until the transaction ends: who acts at the same time waits.
pub(super) async fn hold(tx: &mut Tx, emergency_id: &str) -> Result<()> {
    let held = sqlx::query("update emergency set state = state where emergency_id = $1")
        .bind(emergency_id)
        .execute(tx.conn())
        .await?;
    if held.rows_affected() == 0 {
        return Err(Error::NotFound("emergency"));
    }
    Ok(())
}

/// An event about a call: the hospital's screens and the case's hear it.
async fn tell(
    tx: &mut Tx,
    by: &By,
    call: &OpenCall,
    action: &'static str,
    mut particulars: serde_json::Value,
) -> Result<()> {
    let institution_id = institution_of(tx, &call.emergency_id).await?;
    particulars["hospitals"] = json!([call.hospital_id]);
    particulars["call_id"] = json!(call.call_id);
    let subject =
        Subject { kind: "emergency", id: &call.emergency_id, institution_id: &institution_id };
    event::append(tx, by, subject, action, particulars).await
}

pub(super) async fn institution_of(tx: &mut Tx, emergency_id: &str) -> Result<String> {
    let row = sqlx::query("select institution_id from emergency where emergency_id = $1")
        .bind(emergency_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("emergency"))?;
    Ok(row.try_get(0)?)
}

/// Does what stands on a rung. Screens need nothing more than the event: they show what is
/// unanswered, louder the higher the rung.
async fn act(tx: &mut Tx, by: &By, call: &OpenCall, what: Call) -> Result<()> {
    match what {
        Call::Screen | Call::AllScreens => Ok(()),
        Call::FirstLine => page(tx, by, call, &[1]).await,
        Call::SecondLine => page(tx, by, call, &[2]).await,
        Call::Next => {
            sqlx::query("update emergency_call set unanswered_at = $2 where call_id = $1")
                .bind(&call.call_id)
                .bind(by.now.0)
                .execute(tx.conn())
                .await?;
            if call.hospital_id != QC {
                oncall::unanswered(tx, by, &call.hospital_id, &call.call_id).await?;
                call_next(tx, by, &call.emergency_id).await?;
            }
            page_directors(tx, by, call).await
        }
        Call::Again => {
            page(tx, by, call, &[1, 2]).await?;
            if call.hospital_id != QC {
                call_next(tx, by, &call.emergency_id).await?;
            }
            Ok(())
        }
    }
}

/// Pages whoever is on these lines now. A line with nobody on it passes the page to the other one,
/// and a hospital with nobody on call to everybody who has an account there: better one too many.
async fn page(tx: &mut Tx, by: &By, call: &OpenCall, lines: &[i64]) -> Result<()> {
    let people: Vec<String> = if call.hospital_id == QC {
        account::of_role(tx, "qc_clerk").await?
    } else {
        let on_call = oncall::lines_at(tx, Some(&call.hospital_id), by.now).await?;
        let named: Vec<String> = on_call
            .iter()
            .filter(|person| lines.contains(&person.line))
            .map(|person| person.account_id.clone())
            .collect();
        match (named.is_empty(), on_call.is_empty()) {
            (false, _) => named,
            (true, false) => on_call.into_iter().map(|person| person.account_id).collect(),
            (true, true) => account::of_hospital(tx, &call.hospital_id).await?,
        }
    };
    send(tx, by, call, &people, "oncall_page").await
}

async fn page_directors(tx: &mut Tx, by: &By, call: &OpenCall) -> Result<()> {
    let directors = account::of_role(tx, "qc_director").await?;
    send(tx, by, call, &directors, "oncall_backup").await
}

async fn send(
    tx: &mut Tx,
    by: &By,
    call: &OpenCall,
    people: &[String],
    template: &'static str,
) -> Result<()> {
    let (number, place) = number_of(tx, &call.emergency_id).await?;
    let ways = oncall::ways_to(tx, people).await?;
    let reached = ways.len();
    for way in ways {
        let channel = error::coded(Way::of(&way.channel), "contact.channel", &way.channel)?;
        let new = NewNotice {
            channel,
            contact_id: Some(way.contact_id),
            account_id: Some(way.account_id),
            template,
            particulars: json!({"number": number, "place": place, "id": call.emergency_id}),
            subject: ("emergency", &call.emergency_id),
        };
        notice::send(tx, by, new).await?;
    }
    let particulars = json!({"people": people.len(), "ways": reached, "template": template});
    tell(tx, by, call, "paged", particulars).await
}

/// A case's number, and its institution's short name for a text message; a place that is no
/// institution is not sent anywhere.
async fn number_of(tx: &mut Tx, emergency_id: &str) -> Result<(String, String)> {
    let row = sqlx::query(
        "select number, coalesce(short_zh, '') from emergency
         left join institution on institution.institution_id = emergency.institution_id
         where emergency_id = $1",
    )
    .bind(emergency_id)
    .fetch_one(tx.conn())
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Calls the next hospital of the recommendation; when all have been called, says so.
pub(super) async fn call_next(tx: &mut Tx, by: &By, emergency_id: &str) -> Result<()> {
    let row = sqlx::query("select recommendation from emergency where emergency_id = $1")
        .bind(emergency_id)
        .fetch_one(tx.conn())
        .await?;
    let body: String = row.try_get(0)?;
    let recommendation: Recommendation = serde_json::from_str(&body)
        .map_err(|error| Error::Corrupt(format!("emergency.recommendation: {error}")))?;
    // A call that ended because another hospital accepted is no answer: after a redirection that
    // hospital may be called again.
    let rows = sqlx::query(
        "select hospital_id from emergency_call where emergency_id = $1
           and (withdrawn_at is null or accepted_at is not null)",
    )
    .bind(emergency_id)
    .fetch_all(tx.conn())
    .await?;
    let called: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    if let Some((hospital_id, part)) = recommendation.next_after(&called) {
        return open(tx, by, emergency_id, &hospital_id, part).await;
    }
    let institution_id = institution_of(tx, emergency_id).await?;
    let subject = Subject { kind: "emergency", id: emergency_id, institution_id: &institution_id };
    event::append(tx, by, subject, "all_called", json!({"rule": ChannelRule::A29.code()})).await?;
    call_desk_again(tx, by, emergency_id).await
}

/// Calls the QC centre's desk anew, its ladder from the start, when it has answered before and no
/// hospital is left that may still accept: otherwise nobody would be called by anything.
async fn call_desk_again(tx: &mut Tx, by: &By, emergency_id: &str) -> Result<()> {
    let ended = sqlx::query(
        "update emergency_call set withdrawn_at = $3
         where emergency_id = $1 and hospital_id = $2 and acknowledged_at is not null
           and withdrawn_at is null and not exists (
                select 1 from emergency_call as other
                where other.emergency_id = $1 and other.hospital_id <> $2
                  and other.withdrawn_at is null and other.declined_at is null)",
    )
    .bind(emergency_id)
    .bind(QC)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Ok(());
    }
    Box::pin(open(tx, by, emergency_id, QC, Part::Other)).await
}

/// A hospital that heard the call has neither accepted nor declined in time: the next is called as
/// well; the first one may still accept.
pub(crate) async fn accept_overdue(tx: &mut Tx, by: &By, call_id: &str) -> Result<()> {
    let Some(emergency_id) = case_of(tx, call_id).await? else { return Ok(()) };
    hold(tx, &emergency_id).await?;
    let row = sqlx::query(
        "select 1 from emergency_call
         join emergency on emergency.emergency_id = emergency_call.emergency_id
         where call_id = $1 and emergency_call.accepted_at is null and declined_at is null
           and withdrawn_at is null and emergency.accepted_at is null and closed_at is null
           and stood_down_at is null and merged_at is null",
    )
    .bind(call_id)
    .fetch_optional(tx.conn())
    .await?;
    if row.is_none() {
        return Ok(());
    }
    call_next(tx, by, &emergency_id).await
}

/// Which open calls end.
#[derive(Clone, Copy)]
pub(super) enum Ended<'h> {
    All,
    /// All but this hospital's.
    But(&'h str),
    Only(&'h str),
}

/// Ends calls that are open; whoever was paged is told that it is over.
pub(super) async fn withdraw(
    tx: &mut Tx,
    by: &By,
    emergency_id: &str,
    ended: Ended<'_>,
) -> Result<()> {
    let (but, only) = match ended {
        Ended::All => (None, None),
        Ended::But(hospital_id) => (Some(hospital_id), None),
        Ended::Only(hospital_id) => (None, Some(hospital_id)),
    };
    let rows = sqlx::query(
        "update emergency_call set withdrawn_at = $3
         where emergency_id = $1 and withdrawn_at is null and declined_at is null
           and hospital_id <> $4 and (cast($2 as text) is null or hospital_id <> $2)
           and (cast($5 as text) is null or hospital_id = $5)
         returning call_id, hospital_id, called_at, rung",
    )
    .bind(emergency_id)
    .bind(but)
    .bind(by.now.0)
    .bind(QC)
    .bind(only)
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let call = OpenCall {
            call_id: row.try_get(0)?,
            emergency_id: emergency_id.to_owned(),
            hospital_id: row.try_get(1)?,
            called_at: Time(row.try_get(2)?),
            rung: row.try_get(3)?,
        };
        deadline::clear(tx, Kind::CallClimbs, &call.call_id).await?;
        deadline::clear(tx, Kind::CallAccept, &call.call_id).await?;
        let paged = paged_for(tx, &call).await?;
        if !paged.is_empty() {
            send(tx, by, &call, &paged, "oncall_withdrawn").await?;
        }
        tell(tx, by, &call, "withdrawn", json!({})).await?;
    }
    Ok(())
}

/// The people of a call's hospital who were paged for this case.
async fn paged_for(tx: &mut Tx, call: &OpenCall) -> Result<Vec<String>> {
    let people = crate::notice::people_about(tx, "emergency", &call.emergency_id).await?;
    let own = account::of_hospital(tx, &call.hospital_id).await?;
    Ok(people.into_iter().filter(|person| own.contains(person)).collect())
}
