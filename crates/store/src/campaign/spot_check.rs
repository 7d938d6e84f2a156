//! Spot checks (抽查): draws that anybody can recompute, teams of two, findings that become entries
//! of the ledger in one gesture, and the city's second look at a district's checks [W40].

use rules::Time;
use rules::account::Permission;
use rules::campaign::{Answer, Branch, Source, Weight, draw};
use serde_json::json;
use sqlx::Row;

use super::draws::draw_key;
use super::found::{Finding, enter};
use super::plan::campaign;
use crate::account::CampaignReach;
use crate::event::{self, By, Subject};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

/// The most that one draw takes.
const DRAW_MAX: i64 = 200;

fn inspector(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::RunCampaign) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(By::account(&account.account_id, now))
}

/// Draws institutions (`district`, `city`), or for the city districts' finished checks
/// (`checkers`). The seed is the caller's randomness; `second` comes along.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::SecondOfficer`] without a colleague, [`Refusal::Quantity`],
/// [`Refusal::NothingToDraw`].
pub async fn draw_spots(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, kind): (&str, &str),
    (seed, size): (&str, i64),
    second: &str,
    now: Time,
) -> Result<String> {
    let by = inspector(scope, now)?;
    campaign(tx, scope, campaign_id).await?.open()?;
    if !(1..=DRAW_MAX).contains(&size) {
        return Err(Refusal::Quantity.into());
    }
    let city = *scope.campaign() == CampaignReach::City;
    if city != matches!(kind, "city" | "checkers")
        || !matches!(kind, "district" | "city" | "checkers")
    {
        return Err(Refusal::NotAllowed.into());
    }
    let mates = mates(tx, scope).await?;
    if !mates.iter().any(|(id, _, _)| id == second) {
        return Err(Refusal::SecondOfficer.into());
    }
    let frame = frame(tx, scope, campaign_id, kind).await?;
    if frame.is_empty() {
        return Err(Refusal::NothingToDraw.into());
    }
    let taken = usize::try_from(size).unwrap_or(0);
    let drawn = draw(&frame, taken, |id| draw_key(seed, id));
    let draw_id = tx.id("drw", now)?;
    let line = scope.campaign_line().unwrap_or("city").to_owned();
    sqlx::query(
        "insert into spot_draw (draw_id, campaign_id, branch, kind, drawn_at, drawn_by, seed, size,
            frame, drawn)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&draw_id)
    .bind(campaign_id)
    .bind(&line)
    .bind(kind)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(seed)
    .bind(size)
    .bind(frame.join("\n"))
    .bind(drawn.join("\n"))
    .execute(tx.conn())
    .await?;
    for id in &drawn {
        plan_spot(tx, &by, campaign_id, (&draw_id, kind), id, second).await?;
    }
    let subject = Subject { kind: "spot_draw", id: &draw_id, institution_id: "" };
    let particulars = json!({"kind": kind, "seed": seed, "size": size, "of": frame.len()});
    event::append(tx, &by, subject, "drawn", particulars).await?;
    Ok(draw_id)
}

/// Whom a draw is made from: targets in reach that this draw's kind has not planned yet.
async fn frame(tx: &mut Tx, scope: &Scope, campaign_id: &str, kind: &str) -> Result<Vec<String>> {
    let line = scope.campaign().bounds().0;
    let rows = if kind == "checkers" {
        sqlx::query(
            "select spot_check_id from spot_check
             where campaign_id = $1 and kind = 'district' and carried_out_at is not null
               and not exists (select 1 from spot_check as again
                   where again.rechecks = spot_check.spot_check_id)
             order by spot_check_id",
        )
        .bind(campaign_id)
        .fetch_all(tx.conn())
        .await?
    } else {
        sqlx::query(
            "select institution_id from campaign_target
             where campaign_id = $1 and (cast($2 as text) is null or branch = $2)
               and not exists (select 1 from spot_check
                   where spot_check.campaign_id = campaign_target.campaign_id
                     and spot_check.institution_id = campaign_target.institution_id
                     and spot_check.kind = $3)
             order by institution_id",
        )
        .bind(campaign_id)
        .bind(line)
        .bind(kind)
        .fetch_all(tx.conn())
        .await?
    };
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}

async fn plan_spot(
    tx: &mut Tx,
    by: &By,
    campaign_id: &str,
    (draw_id, kind): (&str, &str),
    id: &str,
    second: &str,
) -> Result<()> {
    let (institution_id, rechecks) = if kind == "checkers" {
        let row = sqlx::query("select institution_id from spot_check where spot_check_id = $1")
            .bind(id)
            .fetch_one(tx.conn())
            .await?;
        (row.try_get::<String, _>(0)?, Some(id))
    } else {
        (id.to_owned(), None)
    };
    let spot_check_id = tx.id("spt", by.now)?;
    sqlx::query(
        "insert into spot_check (institution_id, spot_check_id, campaign_id, draw_id, branch, kind,
            rechecks, first_officer, second_officer, planned_at)
         select $1, $2, $3, $4, branch, cast($5 as text), cast($6 as text), cast($7 as text),
            cast($8 as text), cast($9 as bigint)
         from campaign_target where campaign_id = $3 and institution_id = $1",
    )
    .bind(&institution_id)
    .bind(&spot_check_id)
    .bind(campaign_id)
    .bind(draw_id)
    .bind(kind)
    .bind(rechecks)
    .bind(by.actor.code())
    .bind(second)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Colleagues of the same commission: id and names.
pub async fn mates(tx: &mut Tx, scope: &Scope) -> Result<Vec<(String, String, String)>> {
    let Some(account) = scope.account() else { return Ok(Vec::new()) };
    if !scope.may(Permission::RunCampaign) {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "select account_id, name_zh, name_en from account
         where role = 'medical_officer' and disabled_at is null and account_id <> $1
           and region_code = (select region_code from account where account_id = $1)
         order by login",
    )
    .bind(&account.account_id)
    .fetch_all(tx.conn())
    .await?;
    let read = |row: &sqlx::any::AnyRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// A spot check.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SpotLine {
    pub spot_check_id: String,
    pub institution_id: String,
    pub campaign_id: String,
    pub draw_id: String,
    pub branch: String,
    pub kind: String,
    pub rechecks: Option<String>,
    pub first_officer: String,
    pub second_officer: String,
    pub planned_at: i64,
    pub carried_out_at: Option<i64>,
    pub conclusion: Option<String>,
    pub name_zh: String,
    pub name_en: String,
    pub first_zh: String,
    pub first_en: String,
    pub second_zh: String,
    pub second_en: String,
    pub looked_at: i64,
    pub met: i64,
    pub not_met: i64,
    pub total: i64,
}

/// Which spot checks a list shows.
#[derive(Clone, Debug, Default)]
pub struct SpotFilter {
    pub branch: Option<String>,
    /// `district`, `city`, `checkers`.
    pub kind: Option<String>,
    /// `open` or `done`; all when none.
    pub state: Option<String>,
    /// Part of the institution's name.
    pub text: Option<String>,
}

/// Spot checks in reach. An institution sees those that were carried out, and a district of the
/// city's likewise: none is announced.
///
/// # Errors
/// Not found outside the scope.
pub async fn spots(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    filter: &SpotFilter,
    slice: Slice,
) -> Result<Listed<SpotLine>> {
    campaign(tx, scope, campaign_id).await?;
    let rows = select(tx, scope, campaign_id, None, (filter, slice)).await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// # Errors
/// Not found outside the scope.
pub async fn spot(tx: &mut Tx, scope: &Scope, spot_check_id: &str) -> Result<SpotLine> {
    let row = sqlx::query("select campaign_id from spot_check where spot_check_id = $1")
        .bind(spot_check_id)
        .fetch_optional(tx.conn())
        .await?
        .ok_or(Error::NotFound("spot_check"))?;
    let campaign_id: String = row.try_get(0)?;
    let all = (&SpotFilter::default(), Slice::first(1));
    let found = select(tx, scope, &campaign_id, Some(spot_check_id), all).await?;
    found.into_iter().next().ok_or(Error::NotFound("spot_check"))
}

async fn select(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    one: Option<&str>,
    (filter, slice): (&SpotFilter, Slice),
) -> Result<Vec<SpotLine>> {
    let (line, institution, _) = scope.campaign().bounds();
    let text = filter.text.as_deref().map(crate::order::like_pattern);
    Ok(sqlx::query_as(
        "select spot_check_id, spot_check.institution_id, campaign_id, draw_id, branch,
            spot_check.kind, rechecks, first_officer, second_officer, planned_at, carried_out_at,
            conclusion,
            institution.name_zh, institution.name_en, one.name_zh as first_zh,
            one.name_en as first_en, two.name_zh as second_zh, two.name_en as second_en,
            (select count(*) from spot_answer where spot_answer.answer <> 'not_applicable'
               and spot_answer.spot_check_id = spot_check.spot_check_id) as looked_at,
            (select count(*) from spot_answer where spot_answer.answer = 'met'
               and spot_answer.spot_check_id = spot_check.spot_check_id) as met,
            (select count(*) from spot_answer where spot_answer.answer = 'not_met'
               and spot_answer.spot_check_id = spot_check.spot_check_id) as not_met,
            count(*) over () as total
         from spot_check
         join institution on institution.institution_id = spot_check.institution_id
         join account as one on one.account_id = first_officer
         join account as two on two.account_id = second_officer
         where campaign_id = $1 and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or spot_check.institution_id = $3)
           and (cast($3 as text) is null or carried_out_at is not null)
           and (cast($2 as text) is null or spot_check.kind = 'district'
                or carried_out_at is not null)
           and (cast($4 as text) is null or spot_check_id = $4)
           and (cast($5 as text) is null or branch = $5)
           and (cast($6 as text) is null or spot_check.kind = $6)
           and (cast($7 as text) is null or ($7 = 'open' and carried_out_at is null)
                or ($7 = 'done' and carried_out_at is not null))
           and (cast($8 as text) is null or lower(institution.name_zh) like lower($8) escape '!'
                or lower(institution.name_en) like lower($8) escape '!')
         order by case when carried_out_at is null then 0 else 1 end, planned_at desc, sort_key,
            spot_check_id limit $9 offset $10",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(one)
    .bind(&filter.branch)
    .bind(&filter.kind)
    .bind(&filter.state)
    .bind(text)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?)
}

/// What inspectors saw of an item.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SpotAnswer {
    pub department: String,
    pub item: String,
    pub answer: String,
    pub note: String,
    pub problem_id: Option<String>,
    pub number: Option<String>,
}

/// # Errors
/// Not found outside the scope.
pub async fn spot_answers(
    tx: &mut Tx,
    scope: &Scope,
    spot_check_id: &str,
) -> Result<Vec<SpotAnswer>> {
    let found = spot(tx, scope, spot_check_id).await?;
    Ok(sqlx::query_as(
        "select spot_answer.department, spot_answer.item, answer, note, spot_answer.problem_id,
            number
         from spot_answer left join problem on problem.problem_id = spot_answer.problem_id
         where spot_answer.institution_id = $1 and spot_answer.spot_check_id = $2
         order by spot_answer.department, spot_answer.item",
    )
    .bind(&found.institution_id)
    .bind(spot_check_id)
    .fetch_all(tx.conn())
    .await?)
}

/// One of the two of the team.
fn member(scope: &Scope, found: &SpotLine, now: Time) -> Result<By> {
    let by = inspector(scope, now)?;
    let who = by.actor.code();
    if who != found.first_officer && who != found.second_officer {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(by)
}

/// Notes what was seen; what is not met becomes an entry of the ledger in the same step.
///
/// # Errors
/// [`Refusal::NotAllowed`] outside the team or after the end, [`Refusal::Unknown`] item,
/// [`Refusal::Text`] without a description of what is wrong.
pub async fn answer_spot(
    tx: &mut Tx,
    scope: &Scope,
    spot_check_id: &str,
    (department, item): (&str, &str),
    (answer, note): (Answer, &str),
    now: Time,
) -> Result<Option<String>> {
    let found = spot(tx, scope, spot_check_id).await?;
    let by = member(scope, &found, now)?;
    if found.carried_out_at.is_some() {
        return Err(Refusal::NotAllowed.into());
    }
    if tx.packs().checklist_item(item).is_none() {
        return Err(Refusal::Unknown.into());
    }
    let mut problem_id = None;
    if answer == Answer::NotMet {
        let finding = Finding {
            campaign_id: found.campaign_id.clone(),
            institution_id: found.institution_id.clone(),
            department: department.to_owned(),
            item: Some(item.to_owned()),
            source: Source::SpotCheck,
            weight: Weight::Ordinary,
            text: note.to_owned(),
            spot_check_id: Some(spot_check_id.to_owned()),
        };
        problem_id = Some(enter(tx, scope, &by, &finding).await?);
    }
    sqlx::query(
        "insert into spot_answer (institution_id, spot_check_id, department, item, answer, note,
            answered_at, answered_by, problem_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (institution_id, spot_check_id, department, item) do update set
            answer = excluded.answer, note = excluded.note, answered_at = excluded.answered_at,
            answered_by = excluded.answered_by,
            problem_id = coalesce(excluded.problem_id, spot_answer.problem_id)",
    )
    .bind(&found.institution_id)
    .bind(spot_check_id)
    .bind(department)
    .bind(item)
    .bind(answer.code())
    .bind(note.trim())
    .bind(now.0)
    .bind(by.actor.code())
    .bind(&problem_id)
    .execute(tx.conn())
    .await?;
    Ok(problem_id)
}

/// Ends a spot check with its conclusion.
///
/// # Errors
/// [`Refusal::NotAllowed`] outside the team or twice, [`Refusal::Text`], [`Refusal::Incomplete`]
/// when nothing was looked at.
pub async fn carry_out(
    tx: &mut Tx,
    scope: &Scope,
    spot_check_id: &str,
    conclusion: &str,
    now: Time,
) -> Result<()> {
    let found = spot(tx, scope, spot_check_id).await?;
    let by = member(scope, &found, now)?;
    if conclusion.trim().is_empty() || conclusion.chars().count() > 1_000 {
        return Err(Refusal::Text.into());
    }
    if found.looked_at == 0 {
        return Err(Refusal::Incomplete.into());
    }
    let ended = sqlx::query(
        "update spot_check set carried_out_at = $3, conclusion = $4
         where institution_id = $1 and spot_check_id = $2 and carried_out_at is null",
    )
    .bind(&found.institution_id)
    .bind(spot_check_id)
    .bind(now.0)
    .bind(conclusion.trim())
    .execute(tx.conn())
    .await?
    .rows_affected();
    if ended == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    let id = &found.institution_id;
    let subject = Subject { kind: "spot_check", id: spot_check_id, institution_id: id };
    let particulars = json!({"kind": found.kind, "looked_at": found.looked_at, "met": found.met,
        "district": Branch::is_district(&found.branch)});
    event::append(tx, &by, subject, "carried_out", particulars).await
}
