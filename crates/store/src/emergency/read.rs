//! Reading cases: each account sees those it takes part in.

use rules::account::Permission;
use rules::emergency::{Course, Party, Recommendation};
use rules::{Position, Time};
use sqlx::Row;

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx};

/// One case.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Case {
    pub emergency_id: String,
    pub number: String,
    pub source: String,
    pub institution_id: String,
    pub institution_zh: Option<String>,
    pub institution_en: Option<String>,
    pub operation_id: Option<String>,
    pub room_id: Option<String>,
    pub region_zh: Option<String>,
    pub region_en: Option<String>,
    pub place: String,
    pub lat: Option<f64>,
    pub lng: Option<f64>,
    pub callback: String,
    pub card: String,
    pub card_version: String,
    pub drill_at: Option<i64>,
    pub onset_at: Option<i64>,
    pub raised_at: i64,
    pub called_120_at: Option<i64>,
    pub acknowledged_at: Option<i64>,
    pub accepted_at: Option<i64>,
    pub hospital_id: Option<String>,
    pub moving_at: Option<i64>,
    pub eta_at: Option<i64>,
    pub arrived_at: Option<i64>,
    pub handed_over_at: Option<i64>,
    pub closed_at: Option<i64>,
    pub outcome: Option<String>,
    pub stood_down_at: Option<i64>,
    pub merged_into: Option<String>,
    pub merged_at: Option<i64>,
    pub recommendation: String,
}

impl Case {
    pub fn course(&self) -> Course {
        let at = |ms: Option<i64>| ms.map(Time);
        Course {
            onset_at: at(self.onset_at),
            raised_at: Some(Time(self.raised_at)),
            called_120_at: at(self.called_120_at),
            acknowledged_at: at(self.acknowledged_at),
            accepted_at: at(self.accepted_at),
            moving_at: at(self.moving_at),
            arrived_at: at(self.arrived_at),
            handed_over_at: at(self.handed_over_at),
            closed_at: at(self.closed_at),
            stood_down_at: at(self.stood_down_at),
            merged_at: at(self.merged_at),
        }
    }

    /// Where the patient is, or was when help was called.
    pub fn position(&self) -> Option<Position> {
        self.lat.zip(self.lng).map(|(lat, lng)| Position { lat, lng })
    }

    /// The recommendation as it was made.
    pub fn recommendation(&self) -> Result<Recommendation> {
        serde_json::from_str(&self.recommendation)
            .map_err(|error| Error::Corrupt(format!("emergency.recommendation: {error}")))
    }

    /// Minutes by road to the hospital that accepted, as the recommendation reckoned.
    pub fn minutes_to_hospital(&self) -> Option<i64> {
        let recommendation = self.recommendation().ok()?;
        recommendation.candidate(self.hospital_id.as_deref()?)?.minutes
    }
}

/// One case; not found where the scope does not reach.
pub async fn case(tx: &mut Tx, scope: &Scope, emergency_id: &str) -> Result<Case> {
    let (hospital, institution) = scope.channel().bounds();
    let row = sqlx::query_as(
        "select emergency_id, number, source, emergency.institution_id,
            institution.name_zh as institution_zh, institution.name_en as institution_en,
            operation_id, room_id, region.name_zh as region_zh, region.name_en as region_en, place,
            emergency.lat, emergency.lng, callback, card, card_version, drill_at, onset_at,
            raised_at, called_120_at, acknowledged_at, accepted_at, hospital_id, moving_at, eta_at,
            arrived_at, handed_over_at, emergency.closed_at, outcome, stood_down_at, merged_into,
            merged_at, recommendation
         from emergency
         left join institution on institution.institution_id = emergency.institution_id
         left join region on region.region_code = emergency.region_code
         where emergency_id = $1
           and (cast($2 as text) is null or exists (
                select 1 from emergency_call
                where emergency_call.emergency_id = emergency.emergency_id
                  and emergency_call.hospital_id = $2))
           and (cast($3 as text) is null or emergency.institution_id = $3)",
    )
    .bind(emergency_id)
    .bind(hospital)
    .bind(institution)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("emergency"))
}

/// Which part an account takes in a case that it may read.
pub async fn party(tx: &mut Tx, scope: &Scope, case: &Case) -> Result<Party> {
    if scope.may(Permission::RunDesk) {
        return Ok(Party::Desk);
    }
    if scope.own_institution() == Some(&*case.institution_id) && scope.may(Permission::Raise) {
        return Ok(Party::Clinic);
    }
    let (Some(own), true) = (scope.hospital(), scope.may(Permission::Receive)) else {
        return Ok(Party::Reader);
    };
    if case.hospital_id.as_deref() == Some(own) {
        return Ok(Party::Hospital);
    }
    let open = sqlx::query(
        "select 1 from emergency_call where emergency_id = $1 and hospital_id = $2
           and withdrawn_at is null and declined_at is null",
    )
    .bind(&case.emergency_id)
    .bind(own)
    .fetch_optional(tx.conn())
    .await?;
    Ok(if open.is_some() { Party::Called } else { Party::Reader })
}

#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// `open`, `ended`, `drill`, `all`
    pub view: String,
    pub card: Option<String>,
    pub text: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// A case on a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CaseLine {
    pub emergency_id: String,
    pub number: String,
    pub source: String,
    pub state: String,
    pub card: String,
    pub place: String,
    pub institution_zh: Option<String>,
    pub institution_en: Option<String>,
    pub region_zh: Option<String>,
    pub region_en: Option<String>,
    pub drill_at: Option<i64>,
    pub onset_at: Option<i64>,
    pub raised_at: i64,
    pub acknowledged_at: Option<i64>,
    pub accepted_at: Option<i64>,
    pub hospital_id: Option<String>,
    pub handed_over_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub outcome: Option<String>,
    /// The own place's call: 1 while it waits for an answer.
    pub waits: i64,
    pub rung: i64,
    pub total: i64,
}

/// The cases an account takes part in: open ones first, the newest first.
pub async fn cases(
    tx: &mut Tx,
    scope: &Scope,
    filter: &CaseFilter,
    slice: Slice,
) -> Result<Listed<CaseLine>> {
    let (hospital, institution) = scope.channel().bounds();
    // Whose call makes a line loud: the own hospital's, or the QC centre's.
    let own = scope.hospital().unwrap_or(super::QC);
    let rows: Vec<CaseLine> = sqlx::query_as(
        "select emergency_id, number, source, state, card, place,
            institution.short_zh as institution_zh, institution.short_en as institution_en,
            region.name_zh as region_zh, region.name_en as region_en, drill_at, onset_at,
            raised_at, acknowledged_at, accepted_at, hospital_id, handed_over_at,
            coalesce(emergency.closed_at, stood_down_at, merged_at) as ended_at, outcome,
            (select count(*) from emergency_call
             where emergency_call.emergency_id = emergency.emergency_id
               and emergency_call.hospital_id = $8 and emergency_call.acknowledged_at is null
               and declined_at is null and withdrawn_at is null
               and emergency.accepted_at is null and emergency.closed_at is null
               and stood_down_at is null and merged_at is null) as waits,
            (select coalesce(max(rung), 0) from emergency_call
             where emergency_call.emergency_id = emergency.emergency_id
               and emergency_call.hospital_id = $8) as rung,
            count(*) over () as total
         from emergency
         left join institution on institution.institution_id = emergency.institution_id
         left join region on region.region_code = emergency.region_code
         where (cast($1 as text) is null or exists (
                select 1 from emergency_call
                where emergency_call.emergency_id = emergency.emergency_id
                  and emergency_call.hospital_id = $1))
           and (cast($2 as text) is null or emergency.institution_id = $2)
           and ($3 = 'all'
                or ($3 = 'open' and coalesce(emergency.closed_at, stood_down_at, merged_at) is null)
                or ($3 = 'ended'
                    and coalesce(emergency.closed_at, stood_down_at, merged_at) is not null)
                or ($3 = 'drill' and drill_at is not null))
           and (cast($4 as text) is null or card = $4)
           and (cast($5 as text) is null or number like $5 escape '!' or place like $5 escape '!'
                or lower(institution.sort_key) like lower($5) escape '!')
           and (cast($6 as bigint) is null or raised_at >= $6)
           and (cast($7 as bigint) is null or raised_at < $7)
         order by case when coalesce(emergency.closed_at, stood_down_at, merged_at) is null
            then 0 else 1 end, raised_at desc, emergency_id desc limit $9 offset $10",
    )
    .bind(hospital)
    .bind(institution)
    .bind(&filter.view)
    .bind(&filter.card)
    .bind(filter.text.as_deref().map(like_pattern))
    .bind(filter.from.map(|at| at.0))
    .bind(filter.until.map(|at| at.0))
    .bind(own)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// One call of a case.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CallRow {
    pub call_id: String,
    pub hospital_id: String,
    pub part: String,
    pub called_at: i64,
    pub rung: i64,
    pub acknowledged_at: Option<i64>,
    pub accepted_at: Option<i64>,
    pub declined_at: Option<i64>,
    pub reason: Option<String>,
    pub withdrawn_at: Option<i64>,
    pub unanswered_at: Option<i64>,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
}

/// The calls of a case that was read within a scope, in their order.
pub async fn calls(tx: &mut Tx, emergency_id: &str) -> Result<Vec<CallRow>> {
    Ok(sqlx::query_as(
        "select call_id, emergency_call.hospital_id, part, called_at, rung, acknowledged_at,
            accepted_at, declined_at, reason, withdrawn_at, unanswered_at,
            account.name_zh as by_zh, account.name_en as by_en
         from emergency_call
         left join account on account.account_id = coalesce(answered_by, acknowledged_by)
         where emergency_id = $1 order by called_at, call_id",
    )
    .bind(emergency_id)
    .fetch_all(tx.conn())
    .await?)
}

/// How many open cases an account takes part in: the number beside its entry.
pub async fn open_count(tx: &mut Tx, scope: &Scope) -> Result<i64> {
    let (hospital, institution) = scope.channel().bounds();
    let row = sqlx::query(
        "select count(*) from emergency
         where closed_at is null and stood_down_at is null and merged_at is null
           and (cast($1 as text) is null or exists (
                select 1 from emergency_call
                where emergency_call.emergency_id = emergency.emergency_id
                  and emergency_call.hospital_id = $1 and declined_at is null
                  and withdrawn_at is null))
           and (cast($2 as text) is null or institution_id = $2)",
    )
    .bind(hospital)
    .bind(institution)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// The open case of an operation, if there is one: its page shows the way back to it. Called only
/// for an operation that was read within a scope.
pub async fn open_of_operation(tx: &mut Tx, operation_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select emergency_id from emergency where open_key = $1")
        .bind(format!("operation:{operation_id}"))
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
