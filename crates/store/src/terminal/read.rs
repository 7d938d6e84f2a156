//! Reading terminals, and what the server owes them after its own absence.

use rules::Time;
use rules::terminal::{OpeningHours, silent_due};
use sqlx::Row;

use crate::deadline::{self, Kind};
use crate::{Result, Scope, Tx};

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Terminal {
    pub terminal_id: String,
    pub institution_id: String,
    pub institution_zh: String,
    pub institution_en: String,
    pub room_kind: String,
    pub room_number: i64,
    pub last_seq: i64,
    pub last_seen_at: Option<i64>,
    pub clock_diff_ms: Option<i64>,
    pub missing: i64,
    pub moved_at: Option<i64>,
    pub retired_at: Option<i64>,
    pub firmware: Option<String>,
    pub enrolled: i64,
    pub suspended: i64,
}

/// The terminals of a territory or of one institution, those that need a look first.
pub async fn terminals(
    tx: &mut Tx,
    scope: &Scope,
    institution_id: Option<&str>,
    now: Time,
) -> Result<Vec<Terminal>> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select terminal_id, terminal.institution_id, institution.name_zh as institution_zh,
            institution.name_en as institution_en, room.kind as room_kind,
            room.number as room_number, last_seq, last_seen_at, clock_diff_ms, missing, moved_at,
            retired_at, firmware,
            (select count(*) from terminal_key
             where terminal_key.terminal_id = terminal.terminal_id) as enrolled,
            (select count(*) from institution_status
             where institution_status.institution_id = terminal.institution_id
               and from_at <= $4 and (until_at is null or until_at > $4)) as suspended
         from terminal
         join institution on institution.institution_id = terminal.institution_id
         join room on room.room_id = terminal.room_id
         where (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or terminal.institution_id = $2)
           and (cast($3 as text) is null or terminal.institution_id = $3)
         order by case when moved_at is null then 1 else 0 end,
            coalesce(last_seen_at, 0), terminal_id",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(institution_id)
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?)
}

/// How many operating institutions have a terminal that is heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Online {
    pub online: i64,
    pub expected: i64,
}

/// Institutions in operation, and those of them of which no terminal has fallen silent.
pub async fn online(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Online> {
    let reach = scope.institutions_reach();
    let silent_min = tx.packs().rules_at(now).terminal.silent_min;
    Ok(sqlx::query_as(
        "select count(case when silent = 0 and heard > 0 then 1 end) as online,
            count(*) as expected
         from (select (select count(*) from terminal
                  where terminal.institution_id = institution.institution_id
                    and retired_at is null and last_seen_at < $2) as silent,
                (select count(*) from terminal
                  where terminal.institution_id = institution.institution_id
                    and retired_at is null and last_seen_at >= $2) as heard
               from institution
               where online_at <= $1 and closed_at is null
                 and not exists (select 1 from institution_status
                    where institution_status.institution_id = institution.institution_id
                      and from_at <= $1 and (until_at is null or until_at > $1))
                 and (cast($3 as text) is null or region_code = $3)
                 and (cast($4 as text) is null or institution_id = $4)) as house",
    )
    .bind(now.0)
    .bind(now.plus_min(-silent_min).0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?)
}

/// What was refused of one terminal lately.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Refused {
    pub terminal_id: String,
    pub reason: String,
    pub times: i64,
    pub last_at: i64,
}

pub async fn refusals(tx: &mut Tx, scope: &Scope, limit: i64) -> Result<Vec<Refused>> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select terminal_refusal.terminal_id, reason,
            cast(sum(times) as bigint) as times, max(last_at) as last_at
         from terminal_refusal
         join terminal on terminal.terminal_id = terminal_refusal.terminal_id
         join institution on institution.institution_id = terminal.institution_id
         where (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or terminal.institution_id = $2)
         group by terminal_refusal.terminal_id, reason
         order by 4 desc limit $3",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// After the server itself was away, silence is not the terminals' fault: their watches start
/// anew, as if all had been heard of now. Returns how many were moved.
pub async fn resume(tx: &mut Tx, now: Time) -> Result<u64> {
    let waiting = sqlx::query(
        "select subject, opens_min, closes_min from deadline
         join terminal on terminal_id = subject
         join institution on institution.institution_id = terminal.institution_id
         where deadline.kind = 'terminal_silent' and done_at is null order by subject",
    )
    .fetch_all(tx.conn())
    .await?;
    let mut moved = 0;
    for row in waiting {
        let hours = OpeningHours { opens: row.try_get(1)?, closes: row.try_get(2)? };
        let packs = tx.packs();
        let due = silent_due(now, hours, packs.calendar, &packs.rules_at(now).terminal);
        let terminal_id: String = row.try_get(0)?;
        moved += deadline::postpone(tx, Kind::TerminalSilent, &terminal_id, due).await?;
    }
    Ok(moved)
}
