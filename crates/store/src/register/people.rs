//! The register's people: what the rules ask about them, and who is filed where.

use rules::Time;
use rules::register::{Category, Credential, CredentialKind, Filing, Role, Span, Standing};
use sqlx::Row;

use crate::{Result, Scope, Tx, error::coded};

/// What the register says of a person at an institution, for the rules.
pub async fn standing(
    tx: &mut Tx,
    practitioner_id: &str,
    institution_id: &str,
    at: Time,
) -> Result<Standing> {
    let filings = sqlx::query(
        "select role, category, from_at, to_at from filing
         where practitioner_id = $1 and institution_id = $2",
    )
    .bind(practitioner_id)
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?;
    let credentials = sqlx::query(
        "select kind, category, from_at, to_at from credential where practitioner_id = $1",
    )
    .bind(practitioner_id)
    .fetch_all(tx.conn())
    .await?;
    let mut standing = Standing {
        institution_suspended: suspended(tx, institution_id, at).await?,
        ..Standing::default()
    };
    for row in filings {
        let role: String = row.try_get(0)?;
        standing.filings_here.push(Filing {
            role: coded(Role::of(&role), "filing.role", &role)?,
            category: category(&row, 1)?,
            span: span(&row, 2)?,
        });
    }
    for row in credentials {
        let kind: String = row.try_get(0)?;
        standing.credentials.push(Credential {
            kind: coded(CredentialKind::of(&kind), "credential.kind", &kind)?,
            category: category(&row, 1)?,
            span: span(&row, 2)?,
        });
    }
    Ok(standing)
}

fn category(row: &sqlx::any::AnyRow, index: usize) -> Result<Option<Category>> {
    let word: Option<String> = row.try_get(index)?;
    word.map(|word| coded(Category::of(&word), "category", &word)).transpose()
}

fn span(row: &sqlx::any::AnyRow, index: usize) -> Result<Span> {
    let to: Option<i64> = row.try_get(index + 1)?;
    Ok(Span { from: Time(row.try_get(index)?), to: to.map(Time) })
}

/// Suspended or closed: silence is then by order.
pub(crate) async fn suspended_or_closed(
    tx: &mut Tx,
    institution_id: &str,
    at: Time,
) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) from institution where institution_id = $1 and closed_at <= $2",
    )
    .bind(institution_id)
    .bind(at.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0 || suspended(tx, institution_id, at).await?)
}

pub(crate) async fn suspended(tx: &mut Tx, institution_id: &str, at: Time) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) from institution_status where institution_id = $1
           and from_at <= $2 and (until_at is null or until_at > $2)",
    )
    .bind(institution_id)
    .bind(at.0)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// One person filed at an institution, with what the public may know.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Filed {
    pub practitioner_id: String,
    pub name_zh: String,
    pub name_en: String,
    pub title: String,
    pub role: String,
    pub category: Option<String>,
    pub main_at: Option<i64>,
    pub from_at: i64,
    /// The earliest end among the practice certificates and the filing, when one has an end.
    pub valid_until: Option<i64>,
}

/// Who is filed at an institution on a day, attendings first.
pub async fn filed_at(tx: &mut Tx, institution_id: &str, now: Time) -> Result<Vec<Filed>> {
    Ok(sqlx::query_as(
        "select practitioner.practitioner_id, practitioner.name_zh, practitioner.name_en,
            practitioner.title, filing.role, filing.category, filing.main_at, filing.from_at,
            (select min(credential.to_at) from credential
             where credential.practitioner_id = practitioner.practitioner_id
               and credential.from_at <= $2) as valid_until
         from filing
         join practitioner on practitioner.practitioner_id = filing.practitioner_id
         where filing.institution_id = $1 and filing.from_at <= $2
           and (filing.to_at is null or filing.to_at > $2)
         order by case filing.role when 'attending' then 0 when 'anaesthetist' then 1
                  when 'assistant' then 2 else 3 end,
                  filing.from_at, practitioner.practitioner_id",
    )
    .bind(institution_id)
    .bind(now.0)
    .fetch_all(tx.conn())
    .await?)
}

/// The people of an institution by role: what its forms offer.
#[derive(Clone, Debug, Default)]
pub struct Team {
    pub attendings: Vec<Filed>,
    pub anaesthetists: Vec<Filed>,
    pub assistants: Vec<Filed>,
}

pub async fn team_of(tx: &mut Tx, institution_id: &str, now: Time) -> Result<Team> {
    let mut team = Team::default();
    for filed in filed_at(tx, institution_id, now).await? {
        match filed.role.as_str() {
            "attending" => team.attendings.push(filed),
            "anaesthetist" => team.anaesthetists.push(filed),
            _ => team.assistants.push(filed),
        }
    }
    Ok(team)
}

/// One filing of a person, with where it is.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FiledAt {
    pub name_zh: String,
    pub name_en: String,
    pub role: String,
    pub category: Option<String>,
    pub main_at: Option<i64>,
    pub from_at: i64,
    pub to_at: Option<i64>,
}

/// The places where the person of this scope is filed, oldest first.
pub async fn filings_of(tx: &mut Tx, scope: &Scope) -> Result<Vec<FiledAt>> {
    let practitioner = scope.reach().practitioner.clone().unwrap_or_default();
    Ok(sqlx::query_as(
        "select institution.name_zh, institution.name_en, filing.role, filing.category,
            filing.main_at, filing.from_at, filing.to_at
         from filing
         join institution on institution.institution_id = filing.institution_id
         where filing.practitioner_id = $1 order by filing.from_at",
    )
    .bind(practitioner)
    .fetch_all(tx.conn())
    .await?)
}
