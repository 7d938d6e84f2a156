//! Holes in the channel, found before they matter: a gap in a rota, an antidote that runs out, a
//! call that nobody answered. Raised once, cleared by itself when the hole is closed.

use rules::Time;
use rules::channel::ChannelRule;
use serde_json::{Value, json};
use sqlx::Row;

use crate::account::Channel;
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx, oncall};

/// An alert of the channel.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ChannelAlert {
    pub channel_alert_id: String,
    pub rule: String,
    pub holder_id: String,
    pub holder_zh: Option<String>,
    pub holder_en: Option<String>,
    pub raised_at: i64,
    pub from_at: Option<i64>,
    pub until_at: Option<i64>,
    pub inputs: String,
    pub cleared_at: Option<i64>,
}

/// How often each hospital's rotas are looked at without being asked.
const LOOK_EVERY_MIN: i64 = 30;

/// Raises an alert once; the same hole again raises nothing while it stands.
pub(super) async fn raise(
    tx: &mut Tx,
    by: &By,
    rule: ChannelRule,
    sameness: &str,
    holder_id: &str,
    inputs: Value,
) -> Result<()> {
    let id = tx.id("cal", by.now)?;
    let version = tx.packs().channel_at(by.now).pack.version.clone();
    let (from, until) = (inputs["from"].as_i64(), inputs["until"].as_i64());
    let raised = sqlx::query(
        "insert into channel_alert (channel_alert_id, rule, sameness, holder_id, raised_at, from_at,
            until_at, inputs, pack_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (sameness) do update set cleared_at = null, cleared_by = null,
            raised_at = excluded.raised_at, from_at = excluded.from_at,
            until_at = excluded.until_at, inputs = excluded.inputs
            where channel_alert.cleared_at is not null
         returning channel_alert_id",
    )
    .bind(&id)
    .bind(rule.code())
    .bind(sameness)
    .bind(holder_id)
    .bind(by.now.0)
    .bind(from)
    .bind(until)
    .bind(inputs.to_string())
    .bind(version)
    .fetch_optional(tx.conn())
    .await?;
    let Some(raised) = raised else { return Ok(()) };
    // A hole that opened again keeps its row, and with it the id of the first time.
    let id: String = raised.try_get(0)?;
    let subject = Subject { kind: "channel_alert", id: &id, institution_id: holder_id };
    let particulars = json!({"rule": rule.code(), "hospitals": [holder_id]});
    event::append(tx, by, subject, "raised", particulars).await
}

/// Clears the standing alerts of a rule and holder that are not among `standing`.
async fn clear_others(
    tx: &mut Tx,
    by: &By,
    rule: ChannelRule,
    holder_id: &str,
    standing: &[String],
) -> Result<()> {
    let rows = sqlx::query(
        "select channel_alert_id, sameness from channel_alert
         where rule = $1 and holder_id = $2 and cleared_at is null",
    )
    .bind(rule.code())
    .bind(holder_id)
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let (id, sameness): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !standing.contains(&sameness) {
            write_clear(tx, by, &id, holder_id).await?;
        }
    }
    Ok(())
}

async fn write_clear(tx: &mut Tx, by: &By, id: &str, holder_id: &str) -> Result<()> {
    sqlx::query(
        "update channel_alert set cleared_at = $2, cleared_by = $3
         where channel_alert_id = $1 and cleared_at is null",
    )
    .bind(id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "channel_alert", id, institution_id: holder_id };
    event::append(tx, by, subject, "cleared", json!({"hospitals": [holder_id]})).await
}

/// Looks for gaps of a hospital's rotas within the pack's lead time [A30].
pub(crate) async fn look_at_rotas(tx: &mut Tx, by: &By, hospital_id: &str) -> Result<()> {
    // First of all: whoever fires this deadline has its row, and all others come here by it.
    deadline::set(tx, Kind::RotaWatch, hospital_id, by.now.plus_min(LOOK_EVERY_MIN)).await?;
    let ahead_h = tx.packs().channel_at(by.now).watch.gap_ahead_h;
    let until = by.now.plus_min(ahead_h * 60);
    // A gap that has begun is reckoned from the half hour, so that it stays the same gap.
    let step = LOOK_EVERY_MIN * Time::MINUTE_MS;
    let from = Time(by.now.0.div_euclid(step) * step);
    let end = until.plus_days(1);
    let plan = oncall::plan(tx, hospital_id, from, end).await?;
    let mut standing = Vec::new();
    for gap in plan.gaps.iter().filter(|gap| gap.from < until) {
        // The same gap is known by its line and its end: its beginning moves while it lasts, and
        // so does the end of one that goes on beyond what was looked at.
        let ends = if gap.until < end { gap.until.0.to_string() } else { "open".to_owned() };
        let key = format!("A30:{hospital_id}:{}:{ends}", gap.line);
        let inputs = json!({"line": gap.line, "from": gap.from.0, "until": gap.until.0});
        raise(tx, by, ChannelRule::A30, &key, hospital_id, inputs).await?;
        standing.push(key);
    }
    clear_others(tx, by, ChannelRule::A30, hospital_id, &standing).await
}

/// Looks at what a holder has: expired, expiring, below what it should hold, not counted [A31].
pub(crate) async fn look_at_stock(tx: &mut Tx, by: &By, holder_id: &str) -> Result<()> {
    deadline::set(tx, Kind::StockWatch, holder_id, by.now.plus_days(1)).await?;
    let pack = tx.packs().channel_at(by.now).clone();
    let soon = by.now.plus_days(pack.watch.expiry_days);
    let lots = super::stock::lots(tx, holder_id).await?;
    let is_hospital = super::hospital(tx, holder_id).await.is_ok();
    let mut standing = Vec::new();
    for item in &pack.items {
        let own = lots.iter().filter(|lot| lot.item == item.code && lot.quantity > 0);
        let usable = own.clone().filter(|lot| lot.expires_at > by.now.0);
        let units: i64 = usable.map(|lot| lot.quantity).sum();
        let least = if is_hospital { item.hospital_min } else { item.clinic_min };
        // A clinic is asked for what it holds of; only hospitals must hold what the pack says.
        let asked = is_hospital || lots.iter().any(|lot| lot.item == item.code);
        if asked && units < least {
            let inputs = json!({"item": item.code, "units": units, "least": least});
            let key = format!("A31:{holder_id}:{}:least", item.code);
            raise(tx, by, ChannelRule::A31, &key, holder_id, inputs).await?;
            standing.push(key);
        }
        for lot in own.filter(|lot| lot.expires_at <= soon.0) {
            let key = format!("A31:{holder_id}:{}:{}", lot.stock_id, lot.expires_at);
            let inputs = json!({
                "item": item.code, "units": lot.quantity, "until": lot.expires_at,
            });
            raise(tx, by, ChannelRule::A31, &key, holder_id, inputs).await?;
            standing.push(key);
        }
    }
    clear_others(tx, by, ChannelRule::A31, holder_id, &standing).await
}

/// Nobody answered a call to the last rung [A29].
pub(crate) async fn unanswered(
    tx: &mut Tx,
    by: &By,
    hospital_id: &str,
    call_id: &str,
) -> Result<()> {
    let key = format!("A29:{call_id}");
    raise(tx, by, ChannelRule::A29, &key, hospital_id, json!({"test": false})).await
}

/// Starts watching everything that is there: after a city's files were entered.
pub async fn arm(tx: &mut Tx, by: &By) -> Result<()> {
    for hospital in super::hospitals(tx, by.now).await? {
        look_at_rotas(tx, by, &hospital.hospital_id).await?;
    }
    let rows = sqlx::query("select distinct holder_id from stock order by holder_id")
        .fetch_all(tx.conn())
        .await?;
    for row in rows {
        let holder_id: String = row.try_get(0)?;
        look_at_stock(tx, by, &holder_id).await?;
    }
    Ok(())
}

/// Standing alerts of the scope's own holders, the oldest first; with `ended` also those cleared.
pub async fn alerts_of_channel(
    tx: &mut Tx,
    scope: &Scope,
    ended: bool,
    limit: i64,
) -> Result<Vec<ChannelAlert>> {
    let holder = match scope.channel() {
        Channel::Nothing => return Ok(Vec::new()),
        Channel::City => None,
        Channel::Hospital(id) | Channel::Institution(id) => Some(id.as_str()),
    };
    Ok(sqlx::query_as(
        "select channel_alert_id, rule, holder_id,
            coalesce(hospital.short_zh, institution.short_zh) as holder_zh,
            coalesce(hospital.short_en, institution.short_en) as holder_en, raised_at, from_at,
            until_at, inputs, cleared_at
         from channel_alert
         left join hospital on hospital.hospital_id = holder_id
         left join institution on institution.institution_id = holder_id
         where (cast($1 as text) is null or holder_id = $1)
           and ($2 > 0 or cleared_at is null)
         order by case when cleared_at is null then 0 else 1 end, rule, raised_at,
            channel_alert_id limit $3",
    )
    .bind(holder)
    .bind(i64::from(ended))
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// Takes an unanswered call off the list once it was talked about; the other kinds clear
/// themselves.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the QC centre, and for what clears itself.
pub async fn clear(tx: &mut Tx, scope: &Scope, id: &str, now: Time) -> Result<()> {
    let by = super::hospital::may_run(scope, now)?;
    let row = sqlx::query(
        "select rule, holder_id from channel_alert
         where channel_alert_id = $1 and cleared_at is null",
    )
    .bind(id)
    .fetch_optional(tx.conn())
    .await?
    .ok_or(Error::NotFound("channel_alert"))?;
    let (rule, holder_id): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    if rule != ChannelRule::A29.code() {
        return Err(Refusal::NotAllowed.into());
    }
    write_clear(tx, &by, id, &holder_id).await
}
