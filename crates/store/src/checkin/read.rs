//! Reading check-ins: the live feed, and one person's presences.

use sqlx::Row;

use crate::{Result, Scope, Tx};

/// One check of the live feed, with the register's answer about the person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FeedRow {
    pub institution_id: String,
    pub checkin_id: String,
    pub at: i64,
    pub received_at: i64,
    pub direction: String,
    pub method: String,
    pub score: Option<f64>,
    pub liveness: Option<String>,
    pub valid_at: Option<i64>,
    pub findings: String,
    pub terminal_id: String,
    pub seq: i64,
    pub role: String,
    pub practitioner_id: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub title: Option<String>,
    pub category: Option<String>,
    pub institution_zh: String,
    pub institution_en: String,
    pub room_kind: String,
    pub room_number: i64,
    pub operation_id: Option<String>,
    pub procedure_code: Option<String>,
    pub client_alias_zh: Option<String>,
    pub client_alias_en: Option<String>,
    pub started_at: Option<i64>,
    pub signed_out_at: Option<i64>,
    /// When the same person came into the same operation, for a sign-out.
    pub in_at: Option<i64>,
    /// When the anaesthetist of the operation came in.
    pub anaesthetist_in_at: Option<i64>,
}

/// The latest checks [N7, N8]; of one operation when it is named.
pub async fn feed(
    tx: &mut Tx,
    scope: &Scope,
    operation_id: Option<&str>,
    limit: i64,
) -> Result<Vec<FeedRow>> {
    let reach = scope.reach();
    Ok(sqlx::query_as(
        "select checkin.institution_id, checkin_id, checkin.at, received_at, direction, method,
            score, liveness, valid_at, findings, terminal_id, seq, checkin.role,
            checkin.practitioner_id, practitioner.name_zh, practitioner.name_en,
            practitioner.title,
            (select max(filing.category) from filing
             where filing.practitioner_id = checkin.practitioner_id
               and filing.institution_id = checkin.institution_id
               and filing.role = checkin.role and filing.from_at <= checkin.at
               and (filing.to_at is null or filing.to_at > checkin.at)) as category,
            institution.short_zh as institution_zh, institution.short_en as institution_en,
            room.kind as room_kind, room.number as room_number,
            checkin.operation_id, procedure_code, client_alias_zh, client_alias_en,
            operation.started_at, operation.signed_out_at,
            own.first_in_at as in_at,
            (select min(first_in_at) from operation_member
             where operation_member.institution_id = checkin.institution_id
               and operation_member.operation_id = checkin.operation_id
               and operation_member.role = 'anaesthetist') as anaesthetist_in_at
         from checkin
         join institution on institution.institution_id = checkin.institution_id
         join room on room.room_id = checkin.room_id
         left join practitioner on practitioner.practitioner_id = checkin.practitioner_id
         left join operation on operation.institution_id = checkin.institution_id
           and operation.operation_id = checkin.operation_id
         left join operation_member as own on own.institution_id = checkin.institution_id
           and own.operation_id = checkin.operation_id
           and own.practitioner_id = checkin.practitioner_id
         where (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or checkin.institution_id = $2)
           and (cast($3 as text) is null or checkin.practitioner_id = $3)
           and (cast($4 as text) is null or checkin.operation_id = $4)
         order by checkin.at desc, checkin.seq desc limit $5",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .bind(operation_id)
    .bind(limit)
    .fetch_all(tx.conn())
    .await?)
}

/// One open presence.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Presence {
    pub institution_zh: String,
    pub institution_en: String,
    pub room_kind: String,
    pub room_number: i64,
    pub role: String,
    pub since: i64,
    pub operation_id: Option<String>,
}

/// Where the person of this scope is inside now.
pub async fn presences_of(tx: &mut Tx, scope: &Scope) -> Result<Vec<Presence>> {
    Ok(sqlx::query_as(
        "select institution.name_zh as institution_zh, institution.name_en as institution_en,
            room.kind as room_kind, room.number as room_number, open_presence.role, since,
            operation_id
         from open_presence
         join institution on institution.institution_id = open_presence.institution_id
         join room on room.room_id = open_presence.room_id
         where practitioner_id = $1 order by since",
    )
    .bind(scope.reach().practitioner.clone().unwrap_or_default())
    .fetch_all(tx.conn())
    .await?)
}

/// Whether a person is inside anywhere in the city now.
pub(crate) async fn is_inside(tx: &mut Tx, practitioner_id: &str) -> Result<bool> {
    let row = sqlx::query("select count(*) from open_presence where practitioner_id = $1")
        .bind(practitioner_id)
        .fetch_one(tx.conn())
        .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}
