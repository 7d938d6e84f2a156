//! What campaigns ask of an institution: branch, grade, ownership, category, departments.

use rules::Time;
use rules::campaign::{Branch, Category, Grade, Ownership, Profile};
use serde_json::json;

use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Tx};

/// A profile as it is entered.
#[derive(Clone, Debug)]
pub struct NewProfile {
    pub institution_id: String,
    /// Part of every permanent number of the ledger, such as `WX014`.
    pub code: String,
    pub branch: Branch,
    pub grade: Grade,
    pub ownership: Ownership,
    pub category: Category,
    pub staff: i64,
    pub dialysis_stations: i64,
}

/// An institution with what target rules ask.
#[derive(Clone, Debug)]
pub struct Profiled {
    pub institution_id: String,
    pub code: String,
    pub staff: i64,
    pub profile: Profile,
}

#[derive(sqlx::FromRow)]
struct ProfileRow {
    institution_id: String,
    code: String,
    region_code: String,
    branch: String,
    level: String,
    ownership: String,
    category: String,
    staff: i64,
    dialysis_stations: i64,
}

impl ProfileRow {
    fn profiled(self) -> Result<Profiled> {
        let profile = Profile {
            branch: coded(Branch::of(&self.branch), "profile.branch", &self.branch)?,
            grade: coded(Grade::of(&self.level), "profile.level", &self.level)?,
            ownership: coded(Ownership::of(&self.ownership), "profile.owner", &self.ownership)?,
            category: coded(Category::of(&self.category), "profile.category", &self.category)?,
            region_code: self.region_code,
            dialysis_stations: self.dialysis_stations,
        };
        let (institution_id, code, staff) = (self.institution_id, self.code, self.staff);
        Ok(Profiled { institution_id, code, staff, profile })
    }
}

/// Enters or changes what the register says for campaigns.
///
/// # Errors
/// [`Refusal::Quantity`] below nothing.
pub async fn set_profile(tx: &mut Tx, by: &By, new: &NewProfile) -> Result<()> {
    if new.staff < 0 || new.dialysis_stations < 0 {
        return Err(Refusal::Quantity.into());
    }
    sqlx::query(
        "insert into institution_profile (institution_id, code, branch, level, ownership, category,
            staff, dialysis_stations, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (institution_id) do update set branch = excluded.branch,
            level = excluded.level, ownership = excluded.ownership, category = excluded.category,
            staff = excluded.staff, dialysis_stations = excluded.dialysis_stations,
            changed_at = excluded.changed_at",
    )
    .bind(&new.institution_id)
    .bind(&new.code)
    .bind(new.branch.code())
    .bind(new.grade.code())
    .bind(new.ownership.code())
    .bind(new.category.code())
    .bind(new.staff)
    .bind(new.dialysis_stations)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    let id = &new.institution_id;
    let subject = Subject { kind: "institution", id, institution_id: id };
    let particulars = json!({"branch": new.branch.code(), "grade": new.grade.code()});
    event::append(tx, by, subject, "profiled", particulars).await
}

/// Opens a department.
///
/// # Errors
/// [`Refusal::Unknown`] for a kind that no pack names.
pub async fn open_department(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    department: &str,
) -> Result<()> {
    if tx.packs().department(department).is_none() {
        return Err(Refusal::Unknown.into());
    }
    sqlx::query(
        "insert into department (institution_id, department, opened_at) values ($1, $2, $3)
         on conflict (institution_id, department) do update set closed_at = null",
    )
    .bind(institution_id)
    .bind(department)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "institution", id: institution_id, institution_id };
    let particulars = json!({"department": department});
    event::append(tx, by, subject, "department_opened", particulars).await
}

/// Closes a department: from now on nothing is expected of it; what it wrote stays.
pub async fn close_department(
    tx: &mut Tx,
    by: &By,
    institution_id: &str,
    department: &str,
) -> Result<()> {
    let closed = sqlx::query(
        "update department set closed_at = $3
         where institution_id = $1 and department = $2 and closed_at is null",
    )
    .bind(institution_id)
    .bind(department)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    if closed == 0 {
        return Err(Error::NotFound("department"));
    }
    let subject = Subject { kind: "institution", id: institution_id, institution_id };
    let particulars = json!({"department": department});
    event::append(tx, by, subject, "department_closed", particulars).await
}

/// Every institution that campaigns can aim at: not closed, with a profile.
pub(crate) async fn profiles(tx: &mut Tx, at: Time) -> Result<Vec<Profiled>> {
    let rows: Vec<ProfileRow> = sqlx::query_as(
        "select institution_profile.institution_id, code, region_code, branch, level, ownership,
            category, staff, dialysis_stations
         from institution_profile
         join institution on institution.institution_id = institution_profile.institution_id
         where closed_at is null or closed_at > $1
         order by sort_key",
    )
    .bind(at.0)
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ProfileRow::profiled).collect()
}

/// The profile of one institution.
///
/// # Errors
/// Not found without one.
pub(crate) async fn profile(tx: &mut Tx, institution_id: &str) -> Result<Profiled> {
    let row: Option<ProfileRow> = sqlx::query_as(
        "select institution_profile.institution_id, code, region_code, branch, level, ownership,
            category, staff, dialysis_stations
         from institution_profile
         join institution on institution.institution_id = institution_profile.institution_id
         where institution_profile.institution_id = $1",
    )
    .bind(institution_id)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("institution_profile"))?.profiled()
}

/// The departments an institution has at a moment.
pub(crate) async fn departments_of(
    tx: &mut Tx,
    institution_id: &str,
    at: Time,
) -> Result<Vec<String>> {
    use sqlx::Row;
    let rows = sqlx::query(
        "select department from department
         where institution_id = $1 and (closed_at is null or closed_at > $2)
         order by department",
    )
    .bind(institution_id)
    .bind(at.0)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?)
}
