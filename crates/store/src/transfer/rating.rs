//! What the family says of a journey [T20]; whoever was not content is called back.

use rules::Time;
use rules::account::Permission;
use rules::transfer::LinkView;
use serde_json::json;

use super::family;
use crate::event::{self, By, Subject};
use crate::page::{Listed, Slice};
use crate::{Refusal, Result, Scope, Tx};

const WORDS_CHARS_MAX: usize = 500;

/// Rates a journey by the family's link, once; the same form twice is one rating.
///
/// # Errors
/// [`Refusal::NotAllowed`] before the arrival, [`Refusal::Quantity`] for other than 1 to 5 points,
/// [`Refusal::Text`], [`Refusal::TooLate`] when the journey was rated by another form.
pub async fn rate(
    tx: &mut Tx,
    token: &str,
    score: i64,
    words: &str,
    request_key: &str,
    now: Time,
) -> Result<()> {
    let view = family::by_link(tx, token, now).await?;
    let over = view.booking.arrived_at.is_some() || view.view == LinkView::Receipt;
    if !over {
        return Err(Refusal::NotAllowed.into());
    }
    if !(1..=5).contains(&score) {
        return Err(Refusal::Quantity.into());
    }
    let words = words.trim();
    if words.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let due = tx.packs().crew_at(now).family.callback_due(score, now);
    let booking_id = &view.booking.booking_id;
    let rated = sqlx::query(
        "insert into rating (booking_id, score, words, at, callback_due, request_key)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind(booking_id)
    .bind(score)
    .bind(words)
    .bind(now.0)
    .bind(due.map(|due| due.0))
    .bind(request_key)
    .execute(tx.conn())
    .await?;
    if rated.rows_affected() == 0 {
        let same = sqlx::query("select 1 from rating where booking_id = $1 and request_key = $2")
            .bind(booking_id)
            .bind(request_key)
            .fetch_optional(tx.conn())
            .await?;
        return if same.is_some() { Ok(()) } else { Err(Refusal::TooLate.into()) };
    }
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    let what = json!({"score": score, "callback_due": due, "parties": [view.booking.operator_id]});
    event::append(tx, &By::system("family", now), subject, "rated", what).await
}

/// Writes down that somebody was called back, and what was said.
///
/// # Errors
/// [`Refusal::NotAllowed`] for everybody but the desk, [`Refusal::Text`], [`Refusal::TooLate`] when
/// somebody else has called.
pub async fn called_back(
    tx: &mut Tx,
    scope: &Scope,
    booking_id: &str,
    words: &str,
    now: Time,
) -> Result<()> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::TakeCalls) {
        return Err(Refusal::NotAllowed.into());
    }
    let words = words.trim();
    if words.is_empty() || words.chars().count() > WORDS_CHARS_MAX {
        return Err(Refusal::Text.into());
    }
    let by = By::account(&account.account_id, now);
    let called = sqlx::query(
        "update rating set called_at = $2, called_by = $3, call_words = $4
         where booking_id = $1 and called_at is null",
    )
    .bind(booking_id)
    .bind(now.0)
    .bind(by.actor.code())
    .bind(words)
    .execute(tx.conn())
    .await?;
    if called.rows_affected() == 0 {
        return Err(Refusal::TooLate.into());
    }
    let subject = Subject { kind: "booking", id: booking_id, institution_id: "" };
    event::append(tx, &by, subject, "called_back", json!({})).await
}

#[derive(Clone, Debug, Default)]
pub struct RatingFilter {
    /// `waiting` for a call back, `all`
    pub view: String,
    pub score: Option<i64>,
    pub operator_id: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RatingLine {
    pub booking_id: String,
    pub number: String,
    /// Empty for whoever has no need of it.
    pub phone: String,
    pub operator_zh: Option<String>,
    pub operator_en: Option<String>,
    pub call_sign: Option<String>,
    pub score: i64,
    pub words: String,
    pub at: i64,
    pub callback_due: Option<i64>,
    pub called_at: Option<i64>,
    pub call_words: Option<String>,
    pub total: i64,
}

/// Ratings: those that wait for a call first, by when it is due, then the newest.
pub async fn ratings(
    tx: &mut Tx,
    scope: &Scope,
    filter: &RatingFilter,
    slice: Slice,
) -> Result<Listed<RatingLine>> {
    let bounds = scope.fleet().bounds();
    let own = bounds.operator.or(bounds.crew).or(bounds.site).or(bounds.handed);
    let mut rows: Vec<RatingLine> = sqlx::query_as(
        "select rating.booking_id, booking.number, booking.phone,
            operator.short_zh as operator_zh, operator.short_en as operator_en,
            vehicle.call_sign, score, rating.words, rating.at, callback_due, called_at,
            call_words, count(*) over () as total
         from rating
         inner join booking on booking.booking_id = rating.booking_id
         left join shift on shift.shift_id = booking.shift_id
         left join vehicle on vehicle.vehicle_id = shift.vehicle_id
         left join operator on operator.operator_id = booking.operator_id
         where (cast($1 as text) is null or booking.operator_id = $1)
           and ($2 = 'all' or (callback_due is not null and called_at is null))
           and (cast($3 as bigint) is null or score = $3)
           and (cast($4 as text) is null or booking.operator_id = $4)
           and (cast($5 as bigint) is null or rating.at >= $5)
           and (cast($6 as bigint) is null or rating.at < $6)
         order by case when callback_due is not null and called_at is null then 0 else 1 end,
            case when called_at is null then callback_due end nulls last, rating.at desc,
            rating.booking_id
         limit $7 offset $8",
    )
    .bind(own)
    .bind(if filter.view == "all" { "all" } else { "waiting" })
    .bind(filter.score)
    .bind(&filter.operator_id)
    .bind(filter.from.map(|at| at.0))
    .bind(filter.until.map(|at| at.0))
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    if !scope.may(Permission::TakeCalls) {
        rows.iter_mut().for_each(|row| row.phone.clear());
    }
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}
