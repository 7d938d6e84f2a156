//! Reminders before a deadline [W55], and how the people of a unit are told of what is asked of it.

use rules::Time;
use rules::account::AccountRole as Role;
use rules::calendar::civil;
use rules::campaign::Holder;
use rules::notice::Way;
use serde_json::{Value, json};
use sqlx::Row;

use super::plan::campaign;
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::notice::{self, NewNotice};
use crate::{Result, Scope, Tx, oncall};

/// Those of a unit who are told: the first responsible person and the medical department.
pub(super) async fn leaders(tx: &mut Tx, institution_id: &str) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "select account_id from account
         where institution_id = $1 and role in ($2, $3) and disabled_at is null
         order by account_id",
    )
    .bind(institution_id)
    .bind(Role::FirstResponsible.code())
    .bind(Role::MedicalDepartment.code())
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

/// Puts a message to everybody named into the queue, on the ways that they have proved; returns to
/// how many ways.
pub(super) async fn tell(
    tx: &mut Tx,
    by: &By,
    people: &[String],
    template: &'static str,
    values: &Value,
    subject: (&'static str, &str),
) -> Result<i64> {
    let mut count = 0;
    for way in oncall::ways_to(tx, people).await? {
        let new = NewNotice {
            channel: coded(Way::of(&way.channel), "contact.channel", &way.channel)?,
            contact_id: Some(way.contact_id),
            account_id: Some(way.account_id),
            template,
            particulars: values.clone(),
            subject,
        };
        notice::send(tx, by, new).await?;
        count += 1;
    }
    Ok(count)
}

/// The last day that is in time, as people write it in a text message.
pub(super) fn last_day(tx: &Tx, due: Time) -> String {
    let calendar = tx.packs().calendar;
    let (year, month, day) = civil(calendar.day_number(due.plus_ms(-1)));
    format!("{year}-{month:02}-{day:02}")
}

/// Who owes a deliverable and has not handed it in: the people of units, and of bureaus.
async fn owing(
    tx: &mut Tx,
    campaign_id: &str,
    deliverable: (&str, Holder, bool),
) -> Result<Vec<String>> {
    let (code, holder, dialysis_only) = deliverable;
    let asked = match holder {
        Holder::Institution => sqlx::query(
            "select account_id from account
             join campaign_target on campaign_target.institution_id = account.institution_id
             join institution_profile
               on institution_profile.institution_id = account.institution_id
             left join submission on submission.campaign_id = campaign_target.campaign_id
               and submission.deliverable = $2 and submission.holder = account.institution_id
             where campaign_target.campaign_id = $1 and role in ($3, $4) and disabled_at is null
               and first_submitted_at is null and ($5 = 0 or dialysis_stations > 0)
             order by account_id",
        ),
        Holder::Branch => sqlx::query(
            "select account_id from account
             left join submission on submission.campaign_id = $1
               and submission.deliverable = $2 and submission.holder = account.region_code
             where role in ($3, $4) and region_code is not null and disabled_at is null
               and first_submitted_at is null and cast($5 as bigint) = $5
             order by account_id",
        ),
    };
    let roles = match holder {
        Holder::Institution => [Role::FirstResponsible, Role::MedicalDepartment],
        Holder::Branch => [Role::MedicalOfficer, Role::MedicalOfficer],
    };
    let rows = asked
        .bind(campaign_id)
        .bind(code)
        .bind(roles[0].code())
        .bind(roles[1].code())
        .bind(i64::from(dialysis_only))
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

/// A deadline is near: those who have not handed in are told.
pub(crate) async fn remind(tx: &mut Tx, by: &By, subject: &str, at: Time) -> Result<()> {
    let Some((campaign_id, deliverable)) = subject.split_once(':') else { return Ok(()) };
    let found = campaign(tx, &Scope::system(), campaign_id).await?;
    let Some(one) = found.plan.deliverable(deliverable).filter(|_| found.open().is_ok()) else {
        return Ok(());
    };
    let people = owing(tx, campaign_id, (deliverable, one.holder, one.dialysis_only)).await?;
    let values = json!({
        "id": campaign_id,
        "number": found.number,
        "what": one.title_zh,
        "day": last_day(tx, one.due_at),
    });
    let told = tell(tx, by, &people, "campaign_near", &values, ("campaign", campaign_id)).await?;
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    let particulars = json!({"deliverable": deliverable, "at": at.0, "ways": told});
    event::append(tx, by, subject, "deadline_near", particulars).await
}
