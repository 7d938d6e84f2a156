//! The activities of a campaign and the effort they took: officer-times, institutions by class,
//! people trained and tested [Z1, W12, W24, W52, N54].

use rules::Time;
use rules::account::Permission;
use rules::campaign::{ActivityKind, Category, Effort};
use serde_json::json;
use sqlx::Row;

use super::list::line_of;
use super::plan::campaign;
use crate::event::{self, By, Subject};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

/// The line of what the city itself did.
pub const CITY: &str = "city";
/// Institutions that one inspection can go to.
const UNITS_MAX: usize = 2_000;

/// An activity as it is written.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// The same form sent twice is written once.
    pub request_key: String,
    pub kind: ActivityKind,
    pub title: String,
    pub place: String,
    pub held_at: Time,
    /// Its `units` are counted from [`NewActivity::units`].
    pub effort: Effort,
    /// Of an inspection: the institutions it went to.
    pub units: Vec<String>,
    pub body: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Activity {
    pub activity_id: String,
    pub branch: String,
    pub institution_id: Option<String>,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub kind: String,
    pub title: String,
    pub place: String,
    pub held_at: i64,
    pub people: i64,
    pub tested: i64,
    pub passed: i64,
    pub officers: i64,
    pub agencies: i64,
    pub units: i64,
    pub body: String,
    pub withdrawn_at: Option<i64>,
    pub total: i64,
}

/// Which activities a list shows.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    pub kind: Option<String>,
    pub branch: Option<String>,
    /// Part of the title or the place.
    pub text: Option<String>,
}

/// Whose work it is: the line, and the institution when it is one's own.
fn owner(scope: &Scope) -> (String, Option<String>) {
    let (line, institution, _) = scope.campaign().bounds();
    (line.unwrap_or(CITY).to_owned(), institution.map(str::to_owned))
}

/// Writes down what was done; bureaus and units do, each for itself.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::Quantity`] for numbers that cannot be
/// (`rules::campaign::Effort::fault`), [`Refusal::Hours`] for a day to come,
/// [`Refusal::CampaignClosed`]; not found for a unit outside reach.
pub async fn add_activity(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    new: &NewActivity,
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let (mut line, institution) = owner(scope);
    let bureau = scope.may(Permission::RunCampaign);
    let unit = institution.is_some() && scope.may(Permission::AnswerFor);
    let inspection = new.kind == ActivityKind::Inspection;
    // A unit writes down its own work; it inspects nobody.
    if !bureau && (inspection || !unit) {
        return Err(Refusal::NotAllowed.into());
    }
    campaign(tx, scope, campaign_id).await?.open()?;
    if let Some(own) = &institution {
        line = line_of(tx, scope, campaign_id, own).await?;
    }
    if new.title.trim().is_empty()
        || [&new.title, &new.place].iter().any(|text| text.chars().count() > 200)
        || new.body.chars().count() > 2_000
    {
        return Err(Refusal::Text.into());
    }
    if new.held_at > now {
        return Err(Refusal::Hours.into());
    }
    let mut units = if inspection { new.units.clone() } else { Vec::new() };
    units.sort_unstable();
    units.dedup();
    let count = i64::try_from(units.len()).unwrap_or(i64::MAX);
    let effort = Effort { units: count, ..new.effort };
    if units.len() > UNITS_MAX || effort.fault(new.kind).is_some() {
        return Err(Refusal::Quantity.into());
    }
    for unit in &units {
        line_of(tx, scope, campaign_id, unit).await?;
    }
    let by = By::account(&account, now);
    let owner = (&*line, institution.as_deref());
    let Some(id) = insert(tx, &by, campaign_id, new, owner).await? else {
        return known(tx, scope, &new.request_key).await;
    };
    for unit in &units {
        sqlx::query(
            "insert into campaign_activity_unit (activity_id, institution_id) values ($1, $2)",
        )
        .bind(&id)
        .bind(unit)
        .execute(tx.conn())
        .await?;
    }
    let institution_id = institution.as_deref().unwrap_or("");
    let subject = Subject { kind: "campaign", id: campaign_id, institution_id };
    let particulars = json!({"activity": id, "kind": new.kind.code(), "units": units.len()});
    event::append(tx, &by, subject, "activity", particulars).await?;
    Ok(id)
}

async fn insert(
    tx: &mut Tx,
    by: &By,
    campaign_id: &str,
    new: &NewActivity,
    (line, institution): (&str, Option<&str>),
) -> Result<Option<String>> {
    let id = tx.id("act", by.now)?;
    let effort = new.effort.of(new.kind);
    let made = sqlx::query(
        "insert into campaign_activity (activity_id, campaign_id, branch, institution_id, kind,
            title, place, held_at, people, tested, passed, officers, agencies, body, request_key,
            made_at, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (request_key) do nothing",
    )
    .bind(&id)
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(new.kind.code())
    .bind(new.title.trim())
    .bind(new.place.trim())
    .bind(new.held_at.0)
    .bind(effort.people)
    .bind(effort.tested)
    .bind(effort.passed)
    .bind(effort.officers)
    .bind(effort.agencies)
    .bind(new.body.trim())
    .bind(&new.request_key)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok((made > 0).then_some(id))
}

/// The activity that a form sent before has made.
async fn known(tx: &mut Tx, scope: &Scope, request_key: &str) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let row = sqlx::query(
        "select activity_id from campaign_activity where request_key = $1 and made_by = $2",
    )
    .bind(request_key)
    .bind(By::account(&account.account_id, Time(0)).actor.code())
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.ok_or(Error::Refused(Refusal::RequestKeyReused))?.try_get(0)?)
}

/// Takes back what was written by mistake: it stays readable and counts no more.
///
/// # Errors
/// [`Refusal::NotAllowed`] for another's work.
pub async fn withdraw_activity(
    tx: &mut Tx,
    scope: &Scope,
    activity_id: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let (line, institution) = owner(scope);
    if !scope.may(Permission::RunCampaign) && !scope.may(Permission::AnswerFor) {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account, now);
    let row = sqlx::query(
        "update campaign_activity set withdrawn_at = $2, withdrawn_by = $3
         where activity_id = $1 and withdrawn_at is null
           and coalesce(institution_id, '') = $4 and ($4 <> '' or branch = $5)
         returning campaign_id",
    )
    .bind(activity_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(institution.as_deref().unwrap_or(""))
    .bind(&line)
    .fetch_optional(tx.conn())
    .await?;
    let campaign_id: String = row.ok_or(Refusal::NotAllowed)?.try_get(0)?;
    let institution_id = institution.as_deref().unwrap_or("");
    let subject = Subject { kind: "campaign", id: &campaign_id, institution_id };
    let particulars = json!({"activity": activity_id});
    event::append(tx, &by, subject, "activity_withdrawn", particulars).await
}

/// Activities in reach, the latest first: a unit's own, a district's line, all for the city.
///
/// # Errors
/// Not found outside the scope.
pub async fn activities(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    filter: &ActivityFilter,
    slice: Slice,
) -> Result<Listed<Activity>> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    let text = filter.text.as_deref().map(crate::order::like_pattern);
    let rows: Vec<Activity> = sqlx::query_as(
        "select activity_id, campaign_activity.branch, campaign_activity.institution_id, name_zh,
            name_en, campaign_activity.kind, title, place, held_at, people, tested, passed,
            officers, agencies,
            (select count(*) from campaign_activity_unit
             where campaign_activity_unit.activity_id = campaign_activity.activity_id) as units,
            body, withdrawn_at, count(*) over () as total
         from campaign_activity
         left join institution
           on institution.institution_id = campaign_activity.institution_id
         where campaign_id = $1
           and (cast($2 as text) is null or campaign_activity.branch = $2)
           and (cast($3 as text) is null or campaign_activity.institution_id = $3)
           and (cast($4 as text) is null or campaign_activity.kind = $4)
           and (cast($5 as text) is null or campaign_activity.branch = $5)
           and (cast($6 as text) is null or lower(title) like lower($6) escape '!'
                or lower(place) like lower($6) escape '!')
         order by held_at desc, activity_id desc limit $7 offset $8",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .bind(&filter.kind)
    .bind(&filter.branch)
    .bind(text)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}

/// What a campaign has come to, within reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Efforts {
    /// Officers of joint inspections, and two for each spot check that was carried out.
    pub officer_times: i64,
    /// Institutions that officers went to, each once, by the class of the register.
    pub assisted_reproduction: i64,
    pub maternal_child: i64,
    pub other: i64,
    pub trainings: i64,
    pub trained: i64,
    pub tested: i64,
    pub passed: i64,
    /// All other activities.
    pub activities: i64,
}

impl Efforts {
    pub fn institutions(&self) -> i64 {
        self.assisted_reproduction + self.maternal_child + self.other
    }
}

/// Sums the effort within reach [N54]; nothing withdrawn counts, no institution counts twice.
///
/// # Errors
/// Not found outside the scope.
pub async fn efforts(tx: &mut Tx, scope: &Scope, campaign_id: &str) -> Result<Efforts> {
    campaign(tx, scope, campaign_id).await?;
    let (line, institution, _) = scope.campaign().bounds();
    let mut sum = Efforts::default();
    let row = sqlx::query(
        "select cast(coalesce(sum(officers), 0) as bigint),
            cast(coalesce(sum(case when kind = 'training' then 1 else 0 end), 0) as bigint),
            cast(coalesce(sum(case when kind = 'training' then people else 0 end), 0) as bigint),
            cast(coalesce(sum(tested), 0) as bigint), cast(coalesce(sum(passed), 0) as bigint),
            cast(coalesce(sum(case when kind in ('training', 'inspection') then 0 else 1 end), 0)
                as bigint)
         from campaign_activity
         where campaign_id = $1 and withdrawn_at is null
           and (cast($2 as text) is null or branch = $2)
           and (cast($3 as text) is null or institution_id = $3)",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_one(tx.conn())
    .await?;
    sum.officer_times = row.try_get(0)?;
    (sum.trainings, sum.trained) = (row.try_get(1)?, row.try_get(2)?);
    (sum.tested, sum.passed, sum.activities) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let visits = sqlx::query(
        "with visited as (
            select distinct campaign_activity_unit.institution_id
            from campaign_activity_unit
            join campaign_activity
              on campaign_activity.activity_id = campaign_activity_unit.activity_id
            where campaign_id = $1 and withdrawn_at is null
            union
            select institution_id from spot_check
            where campaign_id = $1 and carried_out_at is not null)
         select category, count(*),
            (select count(*) from spot_check
             where spot_check.campaign_id = $1 and carried_out_at is not null
               and (cast($2 as text) is null or spot_check.branch = $2)
               and (cast($3 as text) is null or spot_check.institution_id = $3))
         from visited
         join campaign_target on campaign_target.institution_id = visited.institution_id
           and campaign_target.campaign_id = $1
         join institution_profile
           on institution_profile.institution_id = visited.institution_id
         where (cast($2 as text) is null or campaign_target.branch = $2)
           and (cast($3 as text) is null or visited.institution_id = $3)
         group by category",
    )
    .bind(campaign_id)
    .bind(line)
    .bind(institution)
    .fetch_all(tx.conn())
    .await?;
    let mut spots = 0;
    for row in visits {
        let (category, count): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        spots = row.try_get(2)?;
        match Category::of(&category) {
            Some(Category::Reproduction) => sum.assisted_reproduction += count,
            Some(Category::MaternalChild) => sum.maternal_child += count,
            _ => sum.other += count,
        }
    }
    sum.officer_times += 2 * spots;
    Ok(sum)
}
