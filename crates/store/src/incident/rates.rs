//! How many events of each kind, beside how many operations [Z7]. Numbers of a whole territory are
//! everybody's who watches it; which reports they are is not.

use rules::Time;

use super::Sees;
use crate::{Result, Scope, Tx};

/// What happened in a span, by when it happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counted {
    /// Operations planned in the span and not cancelled.
    pub operations: i64,
    /// Adverse events and disputes: what the rate is made of.
    pub incidents: i64,
    /// Of them disputes.
    pub disputes: i64,
    pub near_misses: i64,
    pub risks: i64,
    pub good_care: i64,
    /// Of the incidents by grade.
    pub grade_1: i64,
    pub grade_2: i64,
    pub grade_3: i64,
    pub ungraded: i64,
    /// Incidents that the reader's list names; the others have not climbed to it.
    pub listed: i64,
}

/// The figures of a scope's territory; an institution's own for its department.
pub async fn rates(tx: &mut Tx, scope: &Scope, from: Time, until: Time) -> Result<Counted> {
    let sees = Sees::of(scope);
    if sees == Sees::Nothing {
        return Ok(Counted::default());
    }
    let (sight, whose) = sees.bounds();
    Ok(sqlx::query_as(
        "select (select count(*) from operation
             join institution on institution.institution_id = operation.institution_id
             where planned_at >= $3 and planned_at < $4 and cancelled_at is null
               and ($1 = 'city' or ($1 = 'own' and operation.institution_id = $2)
                    or ($1 = 'district' and institution.region_code = $2))) as operations,
            count(case when kind = 'incident' then 1 end) as incidents,
            count(case when kind = 'incident' and category = 'dispute' then 1 end) as disputes,
            count(case when kind = 'near_miss' then 1 end) as near_misses,
            count(case when kind = 'risk' then 1 end) as risks,
            count(case when kind = 'good_care' then 1 end) as good_care,
            count(case when kind = 'incident' and grade = 'I' then 1 end) as grade_1,
            count(case when kind = 'incident' and grade = 'II' then 1 end) as grade_2,
            count(case when kind = 'incident' and grade = 'III' then 1 end) as grade_3,
            count(case when kind = 'incident' and grade is null then 1 end) as ungraded,
            count(case when kind = 'incident'
                and ($1 = 'own' or holder = 'authority' or rung = $1
                     or ($1 = 'district' and rung = 'city')) then 1 end) as listed
         from incident
         where occurred_at >= $3 and occurred_at < $4
           and (closure is null or closure not in ('duplicate', 'not_event'))
           and ($1 = 'city' or ($1 = 'own' and institution_id = $2 and holder = 'institution')
                or ($1 = 'district' and region_code = $2))",
    )
    .bind(sight)
    .bind(whose)
    .bind(from.0)
    .bind(until.0)
    .fetch_one(tx.conn())
    .await?)
}
