//! Who is responsible [W6, W58], who is commended, who is held to account, and which sanctions a
//! problem has led to [W26, W39, W57, W61].

use rules::Time;
use rules::account::Permission;
use serde_json::json;

use super::list::line_of;
use super::plan::campaign;
use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx};

/// The duties that are named; a department's is `department:icu`.
pub const DUTIES: [&str; 4] =
    ["first_responsible", "leader_in_charge", "medical_department", "committee"];

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Responsible {
    pub institution_id: String,
    pub duty: String,
    pub person: String,
    pub title: String,
    pub named_at: i64,
}

/// Names who answers for a duty.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Unknown`] duty, [`Refusal::Text`].
pub async fn name_responsible(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    duty: &str,
    (person, title): (&str, &str),
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let Some(institution_id) = scope.campaign().bounds().1.map(str::to_owned) else {
        return Err(Refusal::NotAllowed.into());
    };
    if !scope.may(Permission::AnswerFor) {
        return Err(Refusal::NotAllowed.into());
    }
    let department = duty.strip_prefix("department:");
    let known = DUTIES.contains(&duty)
        || department.is_some_and(|code| tx.packs().department(code).is_some());
    if !known {
        return Err(Refusal::Unknown.into());
    }
    let (person, title) = (person.trim(), title.trim());
    if person.is_empty() || person.chars().count() > 200 || title.chars().count() > 100 {
        return Err(Refusal::Text.into());
    }
    campaign(tx, scope, campaign_id).await?.open()?;
    line_of(tx, scope, campaign_id, &institution_id).await?;
    sqlx::query(
        "insert into responsibility (campaign_id, institution_id, duty, person, title, named_at,
            named_by)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (campaign_id, institution_id, duty) do update set person = excluded.person,
            title = excluded.title, named_at = excluded.named_at, named_by = excluded.named_by",
    )
    .bind(campaign_id)
    .bind(&institution_id)
    .bind(duty)
    .bind(person)
    .bind(title)
    .bind(now.0)
    .bind(&account)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account, now);
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: &institution_id };
    event::append(tx, &by, subject, "responsible_named", json!({"duty": duty})).await
}

/// The responsibility matrix of an institution.
///
/// # Errors
/// Not found outside the scope.
pub async fn responsibles(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    institution_id: &str,
) -> Result<Vec<Responsible>> {
    line_of(tx, scope, campaign_id, institution_id).await?;
    Ok(sqlx::query_as(
        "select institution_id, duty, person, title, named_at from responsibility
         where campaign_id = $1 and institution_id = $2 order by duty",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?)
}

/// The kinds of records, as they are stored.
pub const RECORDS: [&str; 3] = ["commendation", "accountability", "sanction"];

/// A commendation, an accountability record or a sanction as it is written.
#[derive(Clone, Debug, Default)]
pub struct NewRecord {
    /// One of [`RECORDS`].
    pub kind: String,
    /// Of a sanction: the number of the decision and the provision it rests on. The case itself is
    /// the authority's; here stands what it came to.
    pub decision: String,
    pub basis: String,
    pub institution_id: String,
    pub problem_id: Option<String>,
    pub whom: String,
    pub body: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Record {
    pub record_id: String,
    pub kind: String,
    pub institution_id: String,
    pub problem_id: Option<String>,
    pub whom: String,
    pub body: String,
    pub decision: String,
    pub basis: String,
    pub at: i64,
    pub name_zh: String,
    pub name_en: String,
}

/// Writes one; a bureau does, about a unit of its own line.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Unknown`] kind, [`Refusal::Text`]: a sanction names decision
/// and provision.
pub async fn add_record(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    new: &NewRecord,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    if !scope.may(Permission::RunCampaign) {
        return Err(Refusal::NotAllowed.into());
    }
    if !RECORDS.contains(&&*new.kind) {
        return Err(Refusal::Unknown.into());
    }
    let sanction = new.kind == "sanction";
    let (decision, basis) = (new.decision.trim(), new.basis.trim());
    if [decision, basis].iter().any(|text| text.is_empty() == sanction)
        || [decision, basis].iter().any(|text| text.chars().count() > 200)
    {
        return Err(Refusal::Text.into());
    }
    let (whom, body) = (new.whom.trim(), new.body.trim());
    if whom.is_empty() || whom.chars().count() > 200 || body.is_empty() {
        return Err(Refusal::Text.into());
    }
    if body.chars().count() > 2_000 {
        return Err(Refusal::Text.into());
    }
    campaign(tx, scope, campaign_id).await?;
    let line = line_of(tx, scope, campaign_id, &new.institution_id).await?;
    if let Some(problem_id) = &new.problem_id {
        super::read::problem(tx, scope, problem_id).await?;
    }
    let record_id = tx.id("rcd", now)?;
    sqlx::query(
        "insert into campaign_record (record_id, campaign_id, kind, branch, institution_id,
            problem_id, whom, body, at, by_account, decision, basis)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(&record_id)
    .bind(campaign_id)
    .bind(&new.kind)
    .bind(line)
    .bind(&new.institution_id)
    .bind(&new.problem_id)
    .bind(whom)
    .bind(body)
    .bind(now.0)
    .bind(&account)
    .bind(decision)
    .bind(basis)
    .execute(tx.conn())
    .await?;
    let by = By::account(&account, now);
    let subject =
        Subject { kind: "campaign", id: campaign_id, institution_id: &new.institution_id };
    let particulars = json!({"kind": new.kind, "problem": new.problem_id});
    event::append(tx, &by, subject, "record", particulars).await?;
    Ok(record_id)
}

/// Records in reach, of one problem when it is named. Commendations are everybody's in the
/// campaign; accountability and sanctions are the bureau's and the unit's own.
///
/// # Errors
/// Not found outside the scope.
pub async fn records(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    problem_id: Option<&str>,
) -> Result<Vec<Record>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    Ok(sqlx::query_as(
        "select record_id, campaign_record.kind, campaign_record.institution_id, problem_id, whom,
            body, decision, basis, at, name_zh, name_en
         from campaign_record
         join institution on institution.institution_id = campaign_record.institution_id
         where campaign_id = $1
           and (campaign_record.kind = 'commendation'
                or ((cast($2 as text) is null or branch = $2)
                    and (cast($3 as text) is null or campaign_record.institution_id = $3)))
           and (cast($4 as text) is null or problem_id = $4)
         order by at desc, record_id limit 200",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(problem_id)
    .fetch_all(tx.conn())
    .await?)
}
