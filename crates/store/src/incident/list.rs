//! Lists of events, what waits for a reader, own reports, exports.

use rules::Time;
use serde_json::json;

use super::{Sees, acting};
use crate::event::{self, Subject};
use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Result, Scope, Tx};

/// One line of a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Line {
    pub incident_id: String,
    pub number: String,
    pub kind: String,
    pub category: String,
    pub department: String,
    pub institution_id: String,
    pub institution_zh: Option<String>,
    pub institution_en: Option<String>,
    pub said_where: String,
    pub holder: String,
    pub physical: String,
    pub grade: Option<String>,
    pub severity: Option<String>,
    pub occurred_at: i64,
    pub filed_at: i64,
    pub state: String,
    pub closure: Option<String>,
    pub rung: String,
    pub waits_at: Option<i64>,
    /// The next report that the law asks for and that was not made.
    pub duty_due_at: Option<i64>,
    /// Actions that are open, and of them overdue.
    pub actions_open: i64,
    pub actions_late: i64,
    /// How many rows the whole filter finds.
    pub total: i64,
}

/// What a list is narrowed to; empty fields do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// open | new | waits | late | closed | counted | all
    pub view: String,
    pub kind: Option<String>,
    pub category: Option<String>,
    pub department: Option<String>,
    pub grade: Option<String>,
    pub institution_id: Option<String>,
    pub text: Option<String>,
    /// By when it happened.
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// Events within a scope, the newest first; what waits for the reader stands above.
pub async fn incidents(
    tx: &mut Tx,
    scope: &Scope,
    filter: &Filter,
    now: Time,
    slice: Slice,
) -> Result<Listed<Line>> {
    let sees = Sees::of(scope);
    let (sight, whose) = sees.bounds();
    let rows: Vec<Line> = sqlx::query_as(
        "select incident.incident_id, number, incident.kind, category, department,
            incident.institution_id, institution.name_zh as institution_zh,
            institution.name_en as institution_en,
            case when $1 = 'own' or holder = 'authority' then said_where else '' end as said_where,
            holder, physical, grade, severity, occurred_at, filed_at, state, closure, rung,
            case when $1 = 'own' or holder = 'authority' then waits_at end as waits_at,
            (select min(due_at) from incident_duty
             where incident_duty.incident_id = incident.incident_id
               and reported_at is null and lifted_at is null) as duty_due_at,
            (select count(*) from incident_action
             where incident_action.incident_id = incident.incident_id
               and done_at is null and dropped_at is null) as actions_open,
            (select count(*) from incident_action
             where incident_action.incident_id = incident.incident_id
               and done_at is null and dropped_at is null and due_at <= $13) as actions_late,
            count(*) over () as total
         from incident
         left join institution on institution.institution_id = incident.institution_id
         where (($1 = 'own' and holder = 'institution' and incident.institution_id = $2)
             or ($1 = 'district' and incident.region_code = $2
                 and (holder = 'authority' or rung <> 'institution'))
             or ($1 = 'city' and (holder = 'authority' or rung = 'city')))
           and (cast($3 as text) is null or incident.kind = $3)
           and (cast($4 as text) is null or category = $4)
           and (cast($5 as text) is null or department = $5)
           and (cast($6 as text) is null or grade = $6)
           and (cast($7 as text) is null or incident.institution_id = $7)
           and (cast($8 as text) is null or lower(number) like lower($8) escape '!'
                or lower(institution.sort_key) like lower($8) escape '!'
                or lower(institution.name_en) like lower($8) escape '!')
           and occurred_at >= $9 and occurred_at < $10
           and ($11 = 'all'
                or ($11 = 'open' and state <> 'closed')
                or ($11 = 'new' and state in ('filed', 'accepted'))
                or ($11 = 'waits' and waits_at is not null
                    and ($1 = 'own' or holder = 'authority'))
                or ($11 = 'late' and (exists (select 1 from incident_duty
                        where incident_duty.incident_id = incident.incident_id
                          and reported_at is null and lifted_at is null and due_at <= $13)
                    or exists (select 1 from incident_action
                        where incident_action.incident_id = incident.incident_id
                          and done_at is null and dropped_at is null and due_at <= $13)))
                or ($11 = 'closed' and state = 'closed')
                or ($11 = 'counted' and incident.kind = 'incident'
                    and (closure is null or closure not in ('duplicate', 'not_event'))))
         order by case when $11 = 'open' and state = 'filed' then 0 else 1 end,
            filed_at desc, incident.incident_id desc limit $12 offset $14",
    )
    .bind(sight)
    .bind(whose)
    .bind(&filter.kind)
    .bind(&filter.category)
    .bind(&filter.department)
    .bind(&filter.grade)
    .bind(&filter.institution_id)
    .bind(filter.text.as_deref().filter(|text| !text.trim().is_empty()).map(like_pattern))
    .bind(filter.from.map_or(i64::MIN, |at| at.0))
    .bind(filter.until.map_or(i64::MAX, |at| at.0))
    .bind(&filter.view)
    .bind(slice.limit)
    .bind(now.0)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// What waits for a reader: for the side bar and the first sentence of the list.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Waiting {
    /// Not graded yet.
    pub fresh: i64,
    /// The reporter wrote.
    pub wrote: i64,
    /// Reports owed whose time is over, and actions whose time is over.
    pub duties_late: i64,
    pub actions_late: i64,
}

impl Waiting {
    pub fn total(self) -> i64 {
        self.fresh + self.wrote + self.duties_late + self.actions_late
    }
}

pub async fn waiting(tx: &mut Tx, scope: &Scope, now: Time) -> Result<Waiting> {
    let sees = Sees::of(scope);
    if sees == Sees::Nothing {
        return Ok(Waiting::default());
    }
    let (sight, whose) = sees.bounds();
    Ok(sqlx::query_as(
        "select count(case when state in ('filed', 'accepted') then 1 end) as fresh,
            count(case when waits_at is not null
                and ($1 = 'own' or holder = 'authority') then 1 end) as wrote,
            count(case when exists (select 1 from incident_duty
                where incident_duty.incident_id = incident.incident_id
                  and reported_at is null and lifted_at is null and due_at <= $3) then 1 end)
                as duties_late,
            count(case when exists (select 1 from incident_action
                where incident_action.incident_id = incident.incident_id
                  and done_at is null and dropped_at is null and due_at <= $3) then 1 end)
                as actions_late
         from incident
         where (($1 = 'own' and holder = 'institution' and institution_id = $2)
             or ($1 = 'district' and region_code = $2
                 and (holder = 'authority' or rung <> 'institution'))
             or ($1 = 'city' and (holder = 'authority' or rung = 'city')))",
    )
    .bind(sight)
    .bind(whose)
    .bind(now.0)
    .fetch_one(tx.conn())
    .await?)
}

/// A report that an account filed under its own name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Mine {
    pub number: String,
    pub kind: String,
    pub category: String,
    pub filed_at: i64,
    pub state: String,
    pub closure: Option<String>,
    pub feedback: String,
}

/// Own reports that are shown.
const MINE_MAX: i64 = 100;

/// What the account itself reported by name. Anonymous reports are found by their code alone.
pub async fn mine(tx: &mut Tx, scope: &Scope) -> Result<Vec<Mine>> {
    let Some(account) = scope.account() else { return Ok(Vec::new()) };
    Ok(sqlx::query_as(
        "select number, kind, category, filed_at, state, closure, feedback
         from incident join incident_reporter
           on incident_reporter.incident_id = incident.incident_id
         where account_id = $1 order by filed_at desc limit $2",
    )
    .bind(&account.account_id)
    .bind(MINE_MAX)
    .fetch_all(tx.conn())
    .await?)
}

/// Who took a list out of the platform, and how many rows.
pub async fn note_export(tx: &mut Tx, scope: &Scope, rows: i64, now: Time) -> Result<()> {
    let by = acting(scope, now)?;
    let subject = Subject { kind: "incident_export", id: "list", institution_id: "" };
    event::append(tx, &by, subject, "exported", json!({"rows": rows})).await
}
