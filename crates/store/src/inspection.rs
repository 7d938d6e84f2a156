//! Inspections (监督检查): proposed by a referred alert, carried out by two officers.
//!
//! Planning, forms and sanctions come with the inspection service; here is what a proposal needs
//! to be followed to its end.

use rules::Time;
use serde_json::json;

use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx};

/// Proposes a surprise inspection (突击检查) [N19].
pub async fn propose(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    alert_id: Option<&str>,
) -> Result<String> {
    let inspection_id = tx.id("isp", by.now)?;
    sqlx::query(
        "insert into inspection (institution_id, inspection_id, kind, alert_id, proposed_at,
            proposed_by)
         values ($1, $2, 'surprise', $3, $4, $5)",
    )
    .bind(institution_id)
    .bind(&inspection_id)
    .bind(alert_id)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "inspection", id: &inspection_id, institution_id };
    event::append(tx, by, subject, "proposed", json!({"alert": alert_id})).await?;
    Ok(inspection_id)
}

/// Records what two officers found on site.
///
/// # Errors
/// [`Refusal::SecondOfficer`] unless two different officers went.
pub async fn carry_out(
    tx: &mut Tx,
    by: &By,
    inspection_id: &str,
    officers: [&str; 2],
    finding: &'static str,
    body: &str,
) -> Result<()> {
    if officers[0] == officers[1] || officers.iter().any(|officer| officer.is_empty()) {
        return Err(Refusal::SecondOfficer.into());
    }
    let changed = sqlx::query(
        "update inspection set carried_out_at = $2, first_officer = $3, second_officer = $4,
            finding = $5, body = $6
         where inspection_id = $1 and carried_out_at is null returning institution_id",
    )
    .bind(inspection_id)
    .bind(by.now.0)
    .bind(officers[0])
    .bind(officers[1])
    .bind(finding)
    .bind(body)
    .fetch_optional(tx.conn())
    .await?;
    let row = changed.ok_or(crate::Error::NotFound("inspection"))?;
    let institution_id: String = sqlx::Row::try_get(&row, 0)?;
    let subject =
        Subject { kind: "inspection", id: inspection_id, institution_id: &institution_id };
    event::append(tx, by, subject, "carried_out", json!({"finding": finding})).await
}

/// One inspection as an institution's page tells it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Inspection {
    pub inspection_id: String,
    pub kind: String,
    pub alert_id: Option<String>,
    pub proposed_at: i64,
    pub carried_out_at: Option<i64>,
    pub finding: Option<String>,
    pub body: Option<String>,
    pub first_zh: Option<String>,
    pub first_en: Option<String>,
    pub second_zh: Option<String>,
    pub second_en: Option<String>,
}

/// The inspections of an institution, oldest first; only a bureau sees them.
pub async fn of_institution(
    tx: &mut Tx,
    scope: &Scope,
    institution_id: &str,
    now: Time,
) -> Result<Vec<Inspection>> {
    if !scope.may(rules::account::Permission::Watch) {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(
        "select inspection_id, inspection.kind, alert_id, proposed_at, carried_out_at, finding,
            body, first.name_zh as first_zh, first.name_en as first_en,
            second.name_zh as second_zh, second.name_en as second_en
         from inspection
         join institution on institution.institution_id = inspection.institution_id
         left join account as first on first.account_id = first_officer
         left join account as second on second.account_id = second_officer
         where inspection.institution_id = $1 and proposed_at <= $2
           and (cast($3 as text) is null or institution.region_code = $3)
         order by proposed_at",
    )
    .bind(institution_id)
    .bind(now.0)
    .bind(&scope.reach().region)
    .fetch_all(tx.conn())
    .await?)
}
