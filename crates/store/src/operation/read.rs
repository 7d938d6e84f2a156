//! Reading operations: counters, what is open now, lists, one operation with its team.

use rules::Time;
use rules::calendar::Periods;
use rules::operation::{Marks, State, state};
use sqlx::Row;

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx};

/// One operation as its page shows it. The client's real name is there only when the scope is the
/// clinic's own.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Operation {
    pub institution_id: String,
    pub operation_id: String,
    pub number: String,
    pub room_id: String,
    pub room_kind: String,
    pub room_number: i64,
    pub procedure_code: String,
    pub catalogue: String,
    pub modality: String,
    pub category: String,
    pub level: i64,
    pub anaesthesia: String,
    pub min_minutes: i64,
    pub planned_at: i64,
    pub planned_min: i64,
    pub volume_ml: Option<i64>,
    pub actual_volume_ml: Option<i64>,
    pub client_name: Option<String>,
    pub client_alias_zh: String,
    pub client_alias_en: String,
    pub declared_at: i64,
    pub first_in_at: Option<i64>,
    pub started_at: Option<i64>,
    pub signed_out_at: Option<i64>,
    pub confirmed_at: Option<i64>,
    pub confirmed_by: Option<String>,
    pub cancelled_at: Option<i64>,
    pub cancelled_by: Option<String>,
    pub cancel_reason: Option<String>,
    pub institution_zh: String,
    pub institution_en: String,
}

impl Operation {
    pub fn state(&self) -> State {
        let who = |at: Option<i64>, by: &Option<String>| {
            at.map(|at| (Time(at), by.clone().unwrap_or_default()))
        };
        state(&Marks {
            first_in_at: self.first_in_at.map(Time),
            started_at: self.started_at.map(Time),
            signed_out_at: self.signed_out_at.map(Time),
            confirmed: who(self.confirmed_at, &self.confirmed_by),
            cancelled: who(self.cancelled_at, &self.cancelled_by),
        })
    }
}

pub async fn operation(tx: &mut Tx, scope: &Scope, operation_id: &str) -> Result<Operation> {
    let reach = scope.reach();
    let row: Option<Operation> = sqlx::query_as(
        "select operation.institution_id, operation_id, operation.number, operation.room_id,
            room.kind as room_kind, room.number as room_number, procedure_code, catalogue,
            modality, category, level, anaesthesia, min_minutes, planned_at, planned_min,
            volume_ml, actual_volume_ml, client_name, client_alias_zh, client_alias_en,
            declared_at, first_in_at, started_at, signed_out_at, confirmed_at, confirmed_by,
            cancelled_at, cancelled_by, cancel_reason,
            institution.name_zh as institution_zh, institution.name_en as institution_en
         from operation
         join institution on institution.institution_id = operation.institution_id
         join room on room.room_id = operation.room_id
         where operation_id = $1
           and (cast($2 as text) is null or institution.region_code = $2)
           and (cast($3 as text) is null or operation.institution_id = $3)
           and (cast($4 as text) is null or exists (
                select 1 from operation_member
                where operation_member.institution_id = operation.institution_id
                  and operation_member.operation_id = operation.operation_id
                  and operation_member.practitioner_id = $4))",
    )
    .bind(operation_id)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .fetch_optional(tx.conn())
    .await?;
    let mut operation = row.ok_or(Error::NotFound("operation"))?;
    if !scope.sees_client_names(&operation.institution_id) {
        operation.client_name = None;
    }
    Ok(operation)
}

/// One declared person with when they were in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TeamRow {
    pub practitioner_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub role: String,
    pub first_in_at: Option<i64>,
    pub last_out_at: Option<i64>,
    pub inside: i64,
}

/// The team of an operation that the caller has read with its scope.
pub async fn team(tx: &mut Tx, institution_id: &str, operation_id: &str) -> Result<Vec<TeamRow>> {
    Ok(sqlx::query_as(
        "select operation_member.practitioner_id, name_zh, name_en, operation_member.role,
            operation_member.first_in_at, operation_member.last_out_at,
            (select count(*) from open_presence
             where open_presence.practitioner_id = operation_member.practitioner_id
               and open_presence.operation_id = operation_member.operation_id) as inside
         from operation_member
         join practitioner on practitioner.practitioner_id = operation_member.practitioner_id
         where institution_id = $1 and operation_id = $2
         order by case role when 'attending' then 0 when 'anaesthetist' then 1 else 2 end,
            operation_member.practitioner_id",
    )
    .bind(institution_id)
    .bind(operation_id)
    .fetch_all(tx.conn())
    .await?)
}

/// Operations of the running day, week and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OperationCounts {
    pub day: i64,
    pub week: i64,
    pub month: i64,
    /// The attending is in now.
    pub open: i64,
}

/// An operation counts on the city's day of its attending's first valid check-in [N9].
pub async fn counts(
    tx: &mut Tx,
    scope: &Scope,
    periods: Periods,
    now: Time,
) -> Result<OperationCounts> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select count(case when started_at >= $1 then 1 end) as day,
            count(case when started_at >= $2 then 1 end) as week,
            count(case when started_at >= $3 then 1 end) as month,
            count(case when signed_out_at is null and cancelled_at is null then 1 end) as open
         from operation join institution on institution.institution_id = operation.institution_id
         where (started_at >= $4 or (started_at is not null and signed_out_at is null))
           and started_at <= $5
           and (cast($6 as text) is null or institution.region_code = $6)
           and (cast($7 as text) is null or operation.institution_id = $7)",
    )
    .bind(periods.day.0)
    .bind(periods.week.0)
    .bind(periods.month.0)
    .bind(periods.week.0.min(periods.month.0))
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?)
}

/// Operations of one institution since the start of the month.
pub async fn month_of(
    tx: &mut Tx,
    scope: &Scope,
    institution_id: &str,
    month: Time,
    now: Time,
) -> Result<i64> {
    let reach = scope.institutions_reach();
    let row = sqlx::query(
        "select count(*) from operation
         join institution on institution.institution_id = operation.institution_id
         where operation.institution_id = $1 and started_at >= $2 and started_at <= $3
           and (cast($4 as text) is null or institution.region_code = $4)
           and (cast($5 as text) is null or operation.institution_id = $5)",
    )
    .bind(institution_id)
    .bind(month.0)
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// How many operations began in an hour of the running day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    pub hour: i64,
    pub operations: i64,
}

pub async fn hours(tx: &mut Tx, scope: &Scope, day: Time, now: Time) -> Result<Vec<Hour>> {
    let reach = scope.institutions_reach();
    let rows = sqlx::query(
        "select (started_at - $1) / 3600000 as hour, count(*) from operation
         join institution on institution.institution_id = operation.institution_id
         where started_at >= $1 and started_at <= $2
           and (cast($3 as text) is null or institution.region_code = $3)
           and (cast($4 as text) is null or operation.institution_id = $4)
         group by (started_at - $1) / 3600000 order by 1",
    )
    .bind(day.0)
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_all(tx.conn())
    .await?;
    rows.iter().map(|row| Ok(Hour { hour: row.try_get(0)?, operations: row.try_get(1)? })).collect()
}

/// An operation whose attending is in.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenOperation {
    pub institution_id: String,
    pub operation_id: String,
    pub short_zh: String,
    pub short_en: String,
    pub room_kind: String,
    pub room_number: i64,
    pub procedure_code: String,
    pub level: i64,
    pub volume_ml: Option<i64>,
    pub planned_at: i64,
    pub planned_min: i64,
    pub started_at: i64,
    pub attending_zh: Option<String>,
    pub attending_en: Option<String>,
}

pub async fn open_now(tx: &mut Tx, scope: &Scope, limit: i64) -> Result<Vec<OpenOperation>> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select operation.institution_id, operation.operation_id, short_zh, short_en,
            room.kind as room_kind, room.number as room_number, procedure_code, level, volume_ml,
            planned_at, planned_min, started_at,
            (select max(practitioner.name_zh) from operation_member
             join practitioner on practitioner.practitioner_id = operation_member.practitioner_id
             where operation_member.operation_id = operation.operation_id
               and operation_member.role = 'attending') as attending_zh,
            (select max(practitioner.name_en) from operation_member
             join practitioner on practitioner.practitioner_id = operation_member.practitioner_id
             where operation_member.operation_id = operation.operation_id
               and operation_member.role = 'attending') as attending_en
         from operation
         join institution on institution.institution_id = operation.institution_id
         join room on room.room_id = operation.room_id
         where started_at is not null and signed_out_at is null and cancelled_at is null
           and (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or operation.institution_id = $2)
         order by started_at desc, operation.operation_id limit $3",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// One line of a list of operations.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OperationLine {
    pub institution_id: String,
    pub operation_id: String,
    pub number: String,
    pub institution_zh: String,
    pub institution_en: String,
    pub room_kind: String,
    pub room_number: i64,
    pub procedure_code: String,
    pub modality: String,
    pub level: i64,
    pub client_alias_zh: String,
    pub client_alias_en: String,
    pub planned_at: i64,
    pub first_in_at: Option<i64>,
    pub started_at: Option<i64>,
    pub signed_out_at: Option<i64>,
    pub confirmed_at: Option<i64>,
    pub cancelled_at: Option<i64>,
    pub attending_zh: Option<String>,
    pub attending_en: Option<String>,
    /// How many rows the whole filter finds.
    pub total: i64,
}

impl OperationLine {
    pub fn state(&self) -> State {
        let who = |at: Option<i64>| at.map(|at| (Time(at), String::new()));
        state(&Marks {
            first_in_at: self.first_in_at.map(Time),
            started_at: self.started_at.map(Time),
            signed_out_at: self.signed_out_at.map(Time),
            confirmed: who(self.confirmed_at),
            cancelled: who(self.cancelled_at),
        })
    }
}

/// What a list of operations is narrowed to; empty fields do not narrow.
#[derive(Clone, Debug, Default)]
pub struct OperationFilter {
    /// open | today | unconfirmed | all
    pub view: String,
    pub modality: Option<String>,
    pub institution_id: Option<String>,
    pub text: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

pub async fn operations(
    tx: &mut Tx,
    scope: &Scope,
    filter: &OperationFilter,
    day: Time,
    slice: Slice,
) -> Result<Listed<OperationLine>> {
    let reach = scope.reach();
    let rows: Vec<OperationLine> = sqlx::query_as(
        "select operation.institution_id, operation.operation_id, operation.number,
            institution.name_zh as institution_zh, institution.name_en as institution_en,
            room.kind as room_kind, room.number as room_number, procedure_code, modality, level,
            client_alias_zh, client_alias_en, planned_at, operation.first_in_at, started_at,
            signed_out_at, confirmed_at, cancelled_at,
            attending.name_zh as attending_zh, attending.name_en as attending_en,
            count(*) over () as total
         from operation
         join institution on institution.institution_id = operation.institution_id
         join room on room.room_id = operation.room_id
         left join practitioner as attending on attending.practitioner_id = (
            select min(lead.practitioner_id) from operation_member as lead
            where lead.institution_id = operation.institution_id
              and lead.operation_id = operation.operation_id and lead.role = 'attending')
         where (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or operation.institution_id = $2)
           and (cast($3 as text) is null or exists (
                select 1 from operation_member as own
                where own.operation_id = operation.operation_id and own.practitioner_id = $3))
           and (cast($4 as text) is null or operation.institution_id = $4)
           and (cast($5 as text) is null or modality = $5)
           and (cast($6 as text) is null or lower(institution.sort_key) like lower($6) escape '!'
                or lower(institution.name_en) like lower($6) escape '!'
                or lower(operation.number) like lower($6) escape '!'
                or lower(attending.sort_key) like lower($6) escape '!')
           and planned_at >= $7 and planned_at < $8
           and ($9 = 'all' or ($9 = 'today' and planned_at >= $10)
                or ($9 = 'open' and started_at is not null and signed_out_at is null
                    and cancelled_at is null)
                or ($9 = 'unconfirmed' and signed_out_at is not null and confirmed_at is null))
         order by case when started_at is not null and signed_out_at is null
                       and cancelled_at is null then 0 else 1 end,
            planned_at desc, operation.operation_id desc limit $11 offset $12",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .bind(&filter.institution_id)
    .bind(&filter.modality)
    .bind(filter.text.as_deref().filter(|text| !text.trim().is_empty()).map(like_pattern))
    .bind(filter.from.map_or(i64::MIN, |at| at.0))
    .bind(filter.until.map_or(i64::MAX, |at| at.0))
    .bind(&filter.view)
    .bind(day.0)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// The room of an operation of one institution.
pub(crate) async fn room_of_operation(
    tx: &mut Tx,
    institution_id: &str,
    operation_id: &str,
) -> Result<Option<String>> {
    let row = sqlx::query(
        "select room_id from operation where institution_id = $1 and operation_id = $2",
    )
    .bind(institution_id)
    .bind(operation_id)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
