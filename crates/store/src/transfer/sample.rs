//! What trips that ended teach about the hours of the day [T21].

use rules::Time;
use rules::transfer::planning::teaches;
use sqlx::Row;

use crate::{Result, Tx};

/// Older trips were driven on other roads.
const LEARNED_DAYS: i64 = 90;

/// Learns from trips that have ended since: how long each took against its plain drive. Each trip
/// teaches once; returns how many were new.
pub async fn learn(tx: &mut Tx, now: Time) -> Result<u64> {
    let rows = sqlx::query(
        "select booking_id, drive_s, loaded_at, arrived_at from booking
         where completed_at is not null and drive_s is not null and loaded_at is not null
           and arrived_at is not null and completed_at > $1
           and not exists (select 1 from travel_sample
                where travel_sample.booking_id = booking.booking_id)
           and not exists (select 1 from relief where relief.booking_id = booking.booking_id)
         order by completed_at limit 500",
    )
    .bind(now.plus_days(-2).0)
    .fetch_all(tx.conn())
    .await?;
    let calendar = tx.packs().calendar;
    let mut learned = 0;
    for row in rows {
        let (plain_s, loaded, arrived): (i64, i64, i64) =
            (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        let took_s = (arrived - loaded) / Time::SECOND_MS;
        if !teaches(plain_s, took_s) {
            continue;
        }
        let minute = loaded / Time::MINUTE_MS + calendar.offset_min;
        let kept = sqlx::query(
            "insert into travel_sample (booking_id, hour, plain_s, took_s, at)
             values ($1, $2, $3, $4, $5) on conflict (booking_id) do nothing",
        )
        .bind(row.try_get::<String, _>(0)?)
        .bind(minute.div_euclid(60).rem_euclid(24))
        .bind(plain_s)
        .bind(took_s)
        .bind(arrived)
        .execute(tx.conn())
        .await?;
        learned += kept.rows_affected();
    }
    Ok(learned)
}

/// By hour of the day: plain seconds and seconds taken, added up.
pub async fn hours(tx: &mut Tx, now: Time) -> Result<Vec<(i64, i64, i64)>> {
    let rows = sqlx::query(
        "select hour, cast(sum(plain_s) as bigint), cast(sum(took_s) as bigint)
         from travel_sample where at > $1 group by hour order by hour",
    )
    .bind(now.plus_days(-LEARNED_DAYS).0)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
