//! Items of a campaign that stay (长效机制) [W44]: the city makes them routine, each place looks at
//! them again within so many days, and what fails opens its old number in the ledger.

use std::collections::HashMap;

use rules::Time;
use rules::campaign::{Answer, RoutineState, Source, WHOLE, Weight, routine_due, routine_state};
use serde_json::json;

use super::found::{Finding, enter};
use super::list::line_of;
use super::plan::{Campaign, campaign, city};
use super::self_inspection::{items_of, writer};
use crate::error::coded;
use crate::event::{self, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// An item that stays after the campaign.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Routine {
    pub item: String,
    pub every_days: i64,
    pub made_at: i64,
}

/// Makes an item of the campaign a routine one, or gives it other days; 0 days end it.
///
/// # Errors
/// [`Refusal::NotAllowed`] for anybody but the city, [`Refusal::CampaignClosed`] for a draft,
/// [`Refusal::Unknown`] item, [`Refusal::Quantity`] of days.
pub async fn make_routine(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    (item, every_days): (&str, i64),
    now: Time,
) -> Result<()> {
    let by = city(scope, now)?;
    let found = campaign(tx, scope, campaign_id).await?;
    found.open()?;
    let packs = tx.packs();
    let here = found.plan.checklists.iter().any(|used| {
        let list = packs.checklist(&used.checklist, &used.version);
        list.is_some_and(|list| list.items.iter().any(|known| known.code == item))
    });
    if !here {
        return Err(Refusal::Unknown.into());
    }
    if !(0..=366).contains(&every_days) {
        return Err(Refusal::Quantity.into());
    }
    if every_days == 0 {
        // What was looked at stays on record.
        sqlx::query("delete from routine_item where campaign_id = $1 and item = $2")
            .bind(campaign_id)
            .bind(item)
            .execute(tx.conn())
            .await?;
    } else {
        sqlx::query(
            "insert into routine_item (campaign_id, item, every_days, made_at, made_by)
             values ($1, $2, $3, $4, $5)
             on conflict (campaign_id, item) do update set every_days = excluded.every_days",
        )
        .bind(campaign_id)
        .bind(item)
        .bind(every_days)
        .bind(now.0)
        .bind(by.actor.code())
        .execute(tx.conn())
        .await?;
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: "" };
    let particulars = json!({"item": item, "every_days": every_days});
    event::append(tx, &by, subject, "routine", particulars).await
}

/// # Errors
/// Not found outside the scope.
pub async fn routines(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Vec<Routine>> {
    campaign(tx, scope, campaign_id).await?;
    Ok(sqlx::query_as(
        "select item, every_days, made_at from routine_item where campaign_id = $1 order by item",
    )
    .bind(campaign_id)
    .fetch_all(tx.conn())
    .await?)
}

/// A routine item at a place.
#[derive(Clone, Debug)]
pub struct RoutineLine {
    pub institution_id: String,
    pub branch: String,
    pub name_zh: String,
    pub name_en: String,
    pub department: String,
    pub item: String,
    pub every_days: i64,
    pub due_at: i64,
    pub state: RoutineState,
    /// The last look: when, and what was found.
    pub last: Option<(i64, Answer, String)>,
    /// The entry of the ledger that the last look opened.
    pub problem_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct PlaceRow {
    institution_id: String,
    branch: String,
    name_zh: String,
    name_en: String,
    department: String,
}

#[derive(sqlx::FromRow)]
struct LookRow {
    institution_id: String,
    department: String,
    item: String,
    checked_at: i64,
    answer: String,
    note: String,
    problem_id: Option<String>,
}

async fn places(
    tx: &mut Tx,
    campaign_id: &str,
    (line, institution, department): (Option<&str>, Option<&str>, Option<&str>),
    now: Time,
) -> Result<Vec<PlaceRow>> {
    Ok(sqlx::query_as(
        "with place as (
            select branch, campaign_target.institution_id, department.department
            from campaign_target
            join department on department.institution_id = campaign_target.institution_id
            where campaign_id = $1 and (closed_at is null or closed_at > $2)
            union all
            select branch, institution_id, cast($3 as text) from campaign_target
            where campaign_id = $1)
         select place.institution_id, place.branch, name_zh, name_en, place.department
         from place
         join institution on institution.institution_id = place.institution_id
         where (cast($4 as text) is null or place.branch = $4)
           and (cast($5 as text) is null or place.institution_id = $5)
           and (cast($6 as text) is null or place.department = $6)
         order by place.branch, sort_key, place.institution_id, place.department",
    )
    .bind(campaign_id)
    .bind(now.0)
    .bind(WHOLE)
    .bind(line)
    .bind(institution)
    .bind(department)
    .fetch_all(tx.conn())
    .await?)
}

/// The last look at each item of each place in reach.
async fn looks(
    tx: &mut Tx,
    campaign_id: &str,
    (line, institution): (Option<&str>, Option<&str>),
) -> Result<HashMap<(String, String, String), LookRow>> {
    let rows: Vec<LookRow> = sqlx::query_as(
        "select routine_check.institution_id, department, item, checked_at, answer, note,
            problem_id
         from routine_check
         join campaign_target on campaign_target.campaign_id = routine_check.campaign_id
           and campaign_target.institution_id = routine_check.institution_id
         where routine_check.campaign_id = $1
           and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or routine_check.institution_id = $3)
           and checked_at = (select max(later.checked_at) from routine_check as later
                where later.institution_id = routine_check.institution_id
                  and later.campaign_id = routine_check.campaign_id
                  and later.department = routine_check.department
                  and later.item = routine_check.item)",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?;
    let key =
        |row: &LookRow| (row.institution_id.clone(), row.department.clone(), row.item.clone());
    Ok(rows.into_iter().map(|row| (key(&row), row)).collect())
}

fn line_at(
    place: &PlaceRow,
    item: &Routine,
    last: Option<&LookRow>,
    now: Time,
) -> Result<RoutineLine> {
    let seen = last.map(|row| Time(row.checked_at));
    let due = routine_due(seen, Time(item.made_at), item.every_days);
    let found = match last {
        Some(row) => {
            let answer = coded(Answer::of(&row.answer), "routine_check.answer", &row.answer)?;
            Some((row.checked_at, answer, row.note.clone()))
        }
        None => None,
    };
    Ok(RoutineLine {
        institution_id: place.institution_id.clone(),
        branch: place.branch.clone(),
        name_zh: place.name_zh.clone(),
        name_en: place.name_en.clone(),
        department: place.department.clone(),
        item: item.item.clone(),
        every_days: item.every_days,
        due_at: due.0,
        state: routine_state(due, item.every_days, now),
        last: found,
        problem_id: last.and_then(|row| row.problem_id.clone()),
    })
}

/// The items that a place is asked of, among the routine ones.
fn asked<'r>(tx: &Tx, found: &Campaign, routines: &'r [Routine], place: &str) -> Vec<&'r Routine> {
    let items = items_of(tx.packs(), found, place);
    routines.iter().filter(|one| items.iter().any(|item| item.code == one.item)).collect()
}

/// Every routine item of every place in reach, by line, unit and place.
///
/// # Errors
/// Not found outside the scope.
pub async fn routine_lines(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    now: Time,
) -> Result<Vec<RoutineLine>> {
    let found = campaign(tx, scope, campaign_id).await?;
    let routines = routines(tx, scope, campaign_id).await?;
    if routines.is_empty() {
        return Ok(Vec::new());
    }
    let (line, institution, department) = scope.campaign().bounds();
    let places = places(tx, campaign_id, (line, institution, department), now).await?;
    let looks = looks(tx, campaign_id, (line, institution)).await?;
    let mut by_place: HashMap<String, Vec<&Routine>> = HashMap::new();
    let mut lines = Vec::new();
    for place in &places {
        let here = by_place
            .entry(place.department.clone())
            .or_insert_with(|| asked(tx, &found, &routines, &place.department));
        for item in here.iter() {
            let key = (place.institution_id.clone(), place.department.clone(), item.item.clone());
            lines.push(line_at(place, item, looks.get(&key), now)?);
        }
    }
    Ok(lines)
}

/// Notes a look at a routine item; what is not met enters the ledger, and the answer is its entry.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Unknown`] for an item that is not routine there,
/// [`Refusal::Text`] for what is not met or does not apply without a word, [`Refusal::Answered`]
/// when somebody noted one at this moment.
pub async fn check_routine(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, department, item): (&str, &str, &str),
    (answer, note): (Answer, &str),
    now: Time,
) -> Result<Option<String>> {
    let by = writer(scope, now)?;
    let (_, institution, own) = scope.campaign().bounds();
    let institution_id = institution.ok_or(Refusal::NotAllowed)?.to_owned();
    if own.is_some_and(|own| own != department) {
        return Err(Error::NotFound("routine_item"));
    }
    let found = campaign(tx, scope, campaign_id).await?;
    found.open()?;
    line_of(tx, scope, campaign_id, &institution_id).await?;
    let routines = routines(tx, scope, campaign_id).await?;
    let open =
        places(tx, campaign_id, (None, Some(&institution_id), Some(department)), now).await?;
    let here = asked(tx, &found, &routines, department).iter().any(|one| one.item == item);
    if open.is_empty() || !here {
        return Err(Refusal::Unknown.into());
    }
    let note = note.trim();
    if (answer != Answer::Met && note.is_empty()) || note.chars().count() > 1_000 {
        return Err(Refusal::Text.into());
    }
    let problem_id = match answer {
        Answer::NotMet => {
            let finding = Finding {
                campaign_id: campaign_id.to_owned(),
                institution_id: institution_id.clone(),
                department: department.to_owned(),
                item: Some(item.to_owned()),
                source: Source::SelfInspection,
                weight: Weight::Ordinary,
                text: note.to_owned(),
                spot_check_id: None,
            };
            Some(enter(tx, scope, &by, &finding).await?)
        }
        _ => None,
    };
    let kept = sqlx::query(
        "insert into routine_check (institution_id, campaign_id, department, item, checked_at,
            answer, note, checked_by, problem_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (institution_id, campaign_id, department, item, checked_at) do nothing",
    )
    .bind(&institution_id)
    .bind(campaign_id)
    .bind(department)
    .bind(item)
    .bind(now.0)
    .bind(answer.code())
    .bind(note)
    .bind(by.actor.code())
    .bind(&problem_id)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if kept == 0 {
        return Err(Refusal::Answered.into());
    }
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id: &institution_id };
    let particulars = json!({"item": item, "department": department, "answer": answer.code()});
    event::append(tx, &by, subject, "routine_checked", particulars).await?;
    Ok(problem_id)
}
