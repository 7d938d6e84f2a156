//! Raising an alert, once.

use rules::Time;
use rules::alert::Rule;
use serde_json::{Value, json};

use crate::event::{self, By, Subject};
use crate::order::{hold_series, next_in_series};
use crate::{Error, Result, Tx};

/// What an alert is about. `inputs` holds numbers, codes and ids; the sentence is made when shown.
#[derive(Clone, Debug)]
pub(crate) struct NewAlert {
    pub rule: Rule,
    pub institution_id: String,
    /// What makes it the same alert; a second one with this key is not raised.
    pub sameness: String,
    pub raised_at: Time,
    pub operation_id: Option<String>,
    pub practitioner_id: Option<String>,
    pub terminal_id: Option<String>,
    pub room_id: Option<String>,
    pub checkin_id: Option<String>,
    pub inputs: Value,
}

impl NewAlert {
    pub fn of(rule: Rule, institution_id: &str, sameness: String) -> NewAlert {
        NewAlert {
            rule,
            institution_id: institution_id.to_owned(),
            sameness,
            raised_at: Time(0),
            operation_id: None,
            practitioner_id: None,
            terminal_id: None,
            room_id: None,
            checkin_id: None,
            inputs: json!({}),
        }
    }
}

/// Raises an alert unless the same one was raised before; `None` then.
pub(crate) async fn raise(tx: &mut Tx, by: &By, new: NewAlert) -> Result<Option<String>> {
    let (level, version, explain_h) = {
        let pack = tx.packs().rules_at(new.raised_at);
        let text = pack
            .rule(new.rule)
            .ok_or_else(|| Error::Pack(format!("no text for {}", new.rule.code())))?;
        (text.level, pack.pack.version.clone(), pack.disposal.explain_h)
    };
    let series = format!("alert:{}", tx.packs().calendar.compact_date(new.raised_at));
    // The series is locked before the row: in the other order two transactions that raise several
    // alerts each could wait for one another for ever.
    hold_series(tx, &series).await?;
    let alert_id = tx.id("alr", by.now)?;
    let explain_due_at = by.now.max(new.raised_at).plus_min(explain_h * 60);
    // The number is taken only when the row is new, so that numbers have no gaps.
    let raised = sqlx::query(
        "insert into alert (institution_id, alert_id, number, rule, level, sameness, raised_at,
            recorded_at, operation_id, practitioner_id, terminal_id, room_id, checkin_id, inputs,
            pack_version, explain_due_at, state, state_at)
         values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'new', $6)
         on conflict (sameness) do nothing",
    )
    .bind(&new.institution_id)
    .bind(&alert_id)
    .bind(new.rule.code())
    .bind(level.code())
    .bind(&new.sameness)
    .bind(new.raised_at.0)
    .bind(by.now.0)
    .bind(&new.operation_id)
    .bind(&new.practitioner_id)
    .bind(&new.terminal_id)
    .bind(&new.room_id)
    .bind(&new.checkin_id)
    .bind(new.inputs.to_string())
    .bind(version)
    .bind(explain_due_at.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if raised == 0 {
        return Ok(None);
    }
    let running = next_in_series(tx, &series).await?;
    let day = tx.packs().calendar.compact_date(new.raised_at);
    sqlx::query("update alert set number = $3 where institution_id = $1 and alert_id = $2")
        .bind(&new.institution_id)
        .bind(&alert_id)
        .bind(format!("YJ-{day}-{running:04}"))
        .execute(tx.conn())
        .await?;
    let subject = Subject { kind: "alert", id: &alert_id, institution_id: &new.institution_id };
    let particulars = json!({
        "rule": new.rule.code(), "level": level.code(), "raised_at": new.raised_at.0,
    });
    event::append(tx, by, subject, "raised", particulars).await?;
    Ok(Some(alert_id))
}
