//! The library of policy documents (政策文件库) [Z3, Z28]: number, issuer, day, version; each version
//! is written by one person, reviewed by a second and approved by a third before anybody reads it.

use rules::Time;
use rules::account::Permission;
use serde_json::json;
use sqlx::Row;

use crate::account::CampaignReach;
use crate::event::{self, By, Subject};
use crate::order::{hold_series, like_pattern};
use crate::page::{Listed, Slice};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A document as it is written.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    pub number: String,
    pub title: [String; 2],
    pub issuer: String,
    pub issued_at: Time,
    pub body: String,
    /// Where the issuer published it; empty, or an address of the web.
    pub link: String,
    /// Whether everybody may read it, or only those who sign in.
    pub public: bool,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Policy {
    pub document_id: String,
    pub number: String,
    pub version: i64,
    pub title_zh: String,
    pub title_en: String,
    pub issuer: String,
    pub issued_at: i64,
    pub body: String,
    pub link: String,
    pub public_at: Option<i64>,
    pub made_at: i64,
    pub reviewed_at: Option<i64>,
    pub approved_at: Option<i64>,
    pub withdrawn_at: Option<i64>,
    pub author_zh: Option<String>,
    pub author_en: Option<String>,
    pub reviewer_zh: Option<String>,
    pub reviewer_en: Option<String>,
    pub approver_zh: Option<String>,
    pub approver_en: Option<String>,
    pub total: i64,
}

/// Which documents a list shows.
#[derive(Clone, Debug, Default)]
pub struct PolicyFilter {
    /// Part of title, number or issuer.
    pub text: Option<String>,
    /// `draft`, `reviewed`, `approved`, `withdrawn`; all when none.
    pub state: Option<String>,
}

/// The longest text of a document that the library keeps; longer ones stand behind their link.
pub const BODY_MAX: usize = 8_000;

/// Who keeps the library: the city's commission and its QC centre, no district.
fn keeper(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    let commission = scope.may(Permission::RunCampaign);
    if !scope.may(Permission::KeepPolicies)
        || (commission && *scope.campaign() != CampaignReach::City)
    {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(By::account(&account.account_id, now))
}

/// Whether the account keeps the library.
pub fn keeps(scope: &Scope) -> bool {
    keeper(scope, Time(0)).is_ok()
}

/// Writes a draft: the first version of its number, or the next one.
///
/// # Errors
/// [`Refusal::NotAllowed`], [`Refusal::Text`], [`Refusal::Address`] for a link that is none,
/// [`Refusal::Hours`] for a day to come.
pub async fn add_policy(tx: &mut Tx, scope: &Scope, new: &NewPolicy, now: Time) -> Result<String> {
    let by = keeper(scope, now)?;
    let (number, issuer) = (new.number.trim(), new.issuer.trim());
    let heads = [number, issuer, new.title[0].trim(), new.title[1].trim()];
    let body = new.body.trim();
    if heads.iter().any(|text| text.is_empty() || text.chars().count() > 200)
        || body.is_empty()
        || body.chars().count() > BODY_MAX
    {
        return Err(Refusal::Text.into());
    }
    let link = new.link.trim();
    let web = link.starts_with("https://") || link.starts_with("http://");
    if !link.is_empty()
        && (!web || link.chars().count() > 500 || link.contains(char::is_whitespace))
    {
        return Err(Refusal::Address.into());
    }
    if new.issued_at > now {
        return Err(Refusal::Hours.into());
    }
    // Two who write the next version of one number take turns.
    hold_series(tx, &format!("policy:{number}")).await?;
    let document_id = tx.id("pol", now)?;
    sqlx::query(
        "insert into policy_document (document_id, number, version, title_zh, title_en, issuer,
            issued_at, body, link, public_at, made_at, made_by)
         select $1, $2, coalesce(max(version), 0) + 1, cast($3 as text), cast($4 as text),
            cast($5 as text), cast($6 as bigint), cast($7 as text), cast($8 as text),
            cast($9 as bigint), cast($10 as bigint), cast($11 as text)
         from policy_document where number = $2",
    )
    .bind(&document_id)
    .bind(number)
    .bind(heads[2])
    .bind(heads[3])
    .bind(issuer)
    .bind(new.issued_at.0)
    .bind(body)
    .bind(link)
    .bind(new.public.then_some(now.0))
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    told(tx, &by, &document_id, "written").await?;
    Ok(document_id)
}

async fn told(tx: &mut Tx, by: &By, document_id: &str, action: &'static str) -> Result<()> {
    let subject = Subject { kind: "policy", id: document_id, institution_id: "" };
    event::append(tx, by, subject, action, json!({})).await
}

/// A second person reviews, a third approves; a keeper withdraws.
///
/// # Errors
/// [`Refusal::NotAllowed`] out of turn, [`Refusal::SamePerson`], [`Refusal::Unknown`] step.
pub async fn step_policy(
    tx: &mut Tx,
    scope: &Scope,
    document_id: &str,
    step: &str,
    now: Time,
) -> Result<()> {
    let by = keeper(scope, now)?;
    let who = by.actor.code();
    // The row is the lock; what it says is asked again by each statement.
    let row = sqlx::query(
        "update policy_document set number = number where document_id = $1
         returning made_by, reviewed_by",
    )
    .bind(document_id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Error::NotFound("policy_document"))?;
    let (author, reviewer): (String, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    let same = author == who || (step == "approve" && reviewer.as_deref() == Some(&*who));
    if same && step != "withdraw" {
        return Err(Refusal::SamePerson.into());
    }
    let (taken, action) = match step {
        "review" => (
            sqlx::query(
                "update policy_document set reviewed_at = $2, reviewed_by = $3
             where document_id = $1 and reviewed_at is null and withdrawn_at is null",
            ),
            "reviewed",
        ),
        "approve" => (
            sqlx::query(
                "update policy_document set approved_at = $2, approved_by = $3
             where document_id = $1 and reviewed_at is not null and approved_at is null
               and withdrawn_at is null",
            ),
            "approved",
        ),
        "withdraw" => (
            sqlx::query(
                "update policy_document set withdrawn_at = $2, withdrawn_by = $3
             where document_id = $1 and withdrawn_at is null",
            ),
            "withdrawn",
        ),
        _ => return Err(Refusal::Unknown.into()),
    };
    let done =
        taken.bind(document_id).bind(now.0).bind(&who).execute(tx.conn()).await?.rows_affected();
    if done == 0 {
        return Err(Refusal::NotAllowed.into());
    }
    told(tx, &by, document_id, action).await
}

/// Which part of the library is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Every version in every state.
    Keeper,
    /// The newest approved version of each number.
    Inside,
    /// The same, of what is public.
    Public,
}

async fn read(
    tx: &mut Tx,
    reader: Reader,
    (document_id, filter): (Option<&str>, &PolicyFilter),
    slice: Slice,
) -> Result<Listed<Policy>> {
    let text = filter.text.as_deref().map(like_pattern);
    let rows: Vec<Policy> = sqlx::query_as(
        "select document_id, number, version, title_zh, title_en, issuer, issued_at, body, link,
            public_at, made_at, reviewed_at, approved_at, withdrawn_at,
            author.name_zh as author_zh, author.name_en as author_en,
            reviewer.name_zh as reviewer_zh, reviewer.name_en as reviewer_en,
            approver.name_zh as approver_zh, approver.name_en as approver_en,
            count(*) over () as total
         from policy_document as one
         left join account as author on author.account_id = made_by
         left join account as reviewer on reviewer.account_id = reviewed_by
         left join account as approver on approver.account_id = approved_by
         where ($1 = 'keeper'
                or (approved_at is not null and withdrawn_at is null
                    and ($1 = 'inside' or public_at is not null)))
           and (cast($2 as text) is null or document_id = $2)
           and (cast($3 as text) is null or lower(title_zh) like lower($3) escape '!'
                or lower(title_en) like lower($3) escape '!'
                or lower(number) like lower($3) escape '!'
                or lower(issuer) like lower($3) escape '!')
           and (cast($4 as text) is null
                or $4 = case when withdrawn_at is not null then 'withdrawn'
                             when approved_at is not null then 'approved'
                             when reviewed_at is not null then 'reviewed' else 'draft' end)
           and ($1 = 'keeper' or cast($2 as text) is not null
                or not exists (select 1 from policy_document as later
                    where later.number = one.number and later.version > one.version
                      and later.approved_at is not null and later.withdrawn_at is null
                      and ($1 = 'inside' or later.public_at is not null)))
         order by issued_at desc, number, version desc limit $5 offset $6",
    )
    .bind(match reader {
        Reader::Keeper => "keeper",
        Reader::Inside => "inside",
        Reader::Public => "public",
    })
    .bind(document_id)
    .bind(text)
    .bind(&filter.state)
    .bind(slice.limit)
    .bind(slice.offset)
    .fetch_all(tx.conn())
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Listed { rows, total })
}

/// Documents for somebody who signed in: keepers see every version and draft, others what holds.
///
/// # Errors
/// [`Refusal::NotAllowed`] without an account.
pub async fn policies(
    tx: &mut Tx,
    scope: &Scope,
    filter: &PolicyFilter,
    slice: Slice,
) -> Result<Listed<Policy>> {
    scope.account().ok_or(Refusal::NotAllowed)?;
    let reader = if keeps(scope) { Reader::Keeper } else { Reader::Inside };
    read(tx, reader, (None, filter), slice).await
}

/// One document; an earlier version stays readable as long as it is not withdrawn.
///
/// # Errors
/// Not found for a draft of which the account is no keeper.
pub async fn policy(tx: &mut Tx, scope: &Scope, document_id: &str) -> Result<Policy> {
    scope.account().ok_or(Refusal::NotAllowed)?;
    let reader = if keeps(scope) { Reader::Keeper } else { Reader::Inside };
    one(tx, reader, document_id).await
}

async fn one(tx: &mut Tx, reader: Reader, document_id: &str) -> Result<Policy> {
    let all = PolicyFilter::default();
    let found = read(tx, reader, (Some(document_id), &all), Slice::first(1)).await?;
    found.rows.into_iter().next().ok_or(Error::NotFound("policy_document"))
}

/// What anybody may read, the newest version of each.
pub async fn public_policies(
    tx: &mut Tx,
    text: Option<&str>,
    slice: Slice,
) -> Result<Listed<Policy>> {
    let filter = PolicyFilter { text: text.map(str::to_owned), state: None };
    read(tx, Reader::Public, (None, &filter), slice).await
}

/// One public document.
///
/// # Errors
/// Not found for what is not public.
pub async fn public_policy(tx: &mut Tx, document_id: &str) -> Result<Policy> {
    one(tx, Reader::Public, document_id).await
}
