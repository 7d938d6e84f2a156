//! Self-inspection (自查自纠): sheets by institution and department, and what they find.

use rules::Time;
use rules::account::Permission;
use rules::campaign::{
    Answer, Answered, Checklist, Fix, Item, ItemFault, Mending, Source, WHOLE, Weight, faults,
};
use serde_json::json;
use sqlx::Row;

use super::found::{Finding, enter};
use super::list::line_of;
use super::plan::{Campaign, campaign};
use super::submission::state_of;
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::{Error, Packs, Refusal, Result, Scope, Tx, register};

/// The report that closes self-inspection; once it is handed in, sheets are locked.
pub(super) const REPORT: &str = "self_report";

/// The lists that a campaign asks of a department, or of the institution as a whole.
fn lists_of<'p>(packs: &'p Packs, found: &Campaign, place: &str) -> Vec<&'p Checklist> {
    let mut lists = Vec::new();
    for used in &found.plan.checklists {
        let Some(list) = packs.checklist(&used.checklist, &used.version) else { continue };
        let departments = used.departments.as_ref().unwrap_or(&list.departments);
        let here = match place {
            WHOLE => departments.is_empty(),
            department => departments.iter().any(|one| one == department),
        };
        if here {
            lists.push(list);
        }
    }
    lists
}

/// Their items, in the order of the lists.
pub(super) fn items_of<'p>(packs: &'p Packs, found: &Campaign, place: &str) -> Vec<&'p Item> {
    lists_of(packs, found, place).into_iter().flat_map(|list| &list.items).collect()
}

/// The places of an institution that items are asked of: itself, then its departments.
pub(super) async fn places_of(
    tx: &mut Tx,
    found: &Campaign,
    institution_id: &str,
    now: Time,
) -> Result<Vec<String>> {
    let mut places = vec![WHOLE.to_owned()];
    places.extend(register::departments_of(tx, institution_id, now).await?);
    let packs = tx.packs();
    places.retain(|place| !items_of(packs, found, place).is_empty());
    Ok(places)
}

/// A list that a sheet's items come from.
#[derive(Clone, Debug)]
pub struct ListHead {
    pub title_zh: String,
    pub title_en: String,
    pub version: String,
    pub items: usize,
}

/// Whose answer to an item stands, and since when: two people may fill in one sheet.
#[derive(Clone, Debug)]
pub struct Standing {
    pub item: String,
    pub answered_at: i64,
    pub account_id: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
}

/// A sheet: which items it has, what was answered, whether it was handed in.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub department: String,
    /// In the order of the items.
    pub lists: Vec<ListHead>,
    pub items: Vec<Item>,
    pub answers: Vec<Answered>,
    pub standing: Vec<Standing>,
    pub missing: Vec<(String, ItemFault)>,
    pub submitted_at: Option<i64>,
    /// The institution's report is handed in: nothing can be changed.
    pub locked: bool,
}

/// What a file of an item belongs to.
pub(super) fn evidence_subject(
    campaign_id: &str,
    institution_id: &str,
    place: &str,
    item: &str,
) -> String {
    format!("{campaign_id}:{institution_id}:{place}:{item}")
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    item: String,
    answer: String,
    note: String,
    files: i64,
    fix: Option<String>,
    measure: Option<String>,
    due_at: Option<i64>,
    answered_at: i64,
    answered_by: String,
    name_zh: Option<String>,
    name_en: Option<String>,
}

impl AnswerRow {
    fn read(self) -> Result<(Answered, Standing)> {
        let answer = coded(Answer::of(&self.answer), "self_inspection.answer", &self.answer)?;
        let fix = self.fix.as_deref().and_then(Fix::of);
        let (measure, due_at) = (self.measure.unwrap_or_default(), self.due_at.map(Time));
        let standing = Standing {
            item: self.item.clone(),
            answered_at: self.answered_at,
            account_id: self.answered_by,
            name_zh: self.name_zh,
            name_en: self.name_en,
        };
        let mending = Mending { fix, measure, due_at };
        let (item, note, files) = (self.item, self.note, self.files);
        Ok((Answered { item, answer, note, files, mending }, standing))
    }
}

async fn answers(
    tx: &mut Tx,
    campaign_id: &str,
    institution_id: &str,
    place: &str,
) -> Result<Vec<(Answered, Standing)>> {
    let rows: Vec<AnswerRow> = sqlx::query_as(
        "select item, answer, note,
            (select count(*) from attachment where removed_at is null
               and subject_kind = 'self_inspection'
               and subject = $4 || item) as files,
            fix, measure, due_at, answered_at, answered_by, name_zh, name_en
         from self_inspection_answer
         left join account on account.account_id = answered_by
         where campaign_id = $1 and self_inspection_answer.institution_id = $2
           and self_inspection_answer.department = $3 order by item",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .bind(evidence_subject(campaign_id, institution_id, place, ""))
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(AnswerRow::read).collect()
}

/// The sheet of a place.
///
/// # Errors
/// Not found outside the scope, or where the campaign asks nothing.
pub async fn sheet(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    institution_id: &str,
    place: &str,
) -> Result<Sheet> {
    let found = campaign(tx, scope, campaign_id).await?;
    line_of(tx, scope, campaign_id, institution_id).await?;
    let (_, _, department) = scope.campaign().bounds();
    let items: Vec<Item> = items_of(tx.packs(), &found, place).into_iter().cloned().collect();
    if items.is_empty() || department.is_some_and(|own| own != place) {
        return Err(Error::NotFound("self_inspection"));
    }
    let heads = lists_of(tx.packs(), &found, place).into_iter().map(|list| ListHead {
        title_zh: list.title_zh.clone(),
        title_en: list.title_en.clone(),
        version: list.version.clone(),
        items: list.items.len(),
    });
    let lists: Vec<ListHead> = heads.collect();
    let answers = answers(tx, campaign_id, institution_id, place).await?;
    let (answers, standing): (Vec<Answered>, Vec<Standing>) = answers.into_iter().unzip();
    let asked: Vec<&Item> = items.iter().collect();
    let missing = faults(&asked, &answers);
    let missing = missing.into_iter().map(|(item, fault)| (item.to_owned(), fault)).collect();
    let row = sqlx::query(
        "select submitted_at from self_inspection
         where campaign_id = $1 and institution_id = $2 and department = $3",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .fetch_optional(tx.conn())
    .await?;
    let submitted_at = match row {
        Some(row) => row.try_get(0)?,
        None => None,
    };
    let state = state_of(tx, campaign_id, REPORT, institution_id).await?;
    let locked = !state.writable();
    let department = place.to_owned();
    Ok(Sheet { department, lists, items, answers, standing, missing, submitted_at, locked })
}

/// One answer as a page or a phone sends it.
#[derive(Clone, Debug)]
pub struct AnswerEdit {
    pub item: String,
    pub answer: Answer,
    pub note: String,
    /// When it was given: on the device, at most now.
    pub answered_at: Time,
    /// Kept with "not met" only.
    pub mending: Mending,
}

/// The longest note on an item.
const NOTE_MAX: usize = 500;
/// Answers in one form; a place has far fewer items.
const ANSWERS_MAX: usize = 400;

/// Keeps answers. A phone that was without a network sends them later: the newer answer stays,
/// whichever comes first. Returns how many were kept.
///
/// # Errors
/// [`Refusal::Locked`] once the report is handed in, [`Refusal::Unknown`] item, [`Refusal::Text`].
pub async fn answer_items(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place): (&str, &str, &str),
    edits: &[AnswerEdit],
    now: Time,
) -> Result<u64> {
    let by = writer(scope, now)?;
    let sheet = sheet(tx, scope, campaign_id, institution_id, place).await?;
    campaign(tx, scope, campaign_id).await?.open()?;
    if sheet.locked {
        return Err(Refusal::Locked.into());
    }
    if edits.len() > ANSWERS_MAX {
        return Err(Refusal::TooMany.into());
    }
    begin(tx, &by, campaign_id, institution_id, place).await?;
    let mut kept = 0;
    for edit in edits {
        if !sheet.items.iter().any(|item| item.code == edit.item) {
            return Err(Refusal::Unknown.into());
        }
        let long = |text: &str| text.chars().count() > NOTE_MAX;
        if long(&edit.note) || long(&edit.mending.measure) {
            return Err(Refusal::Text.into());
        }
        kept += keep(tx, &by, (campaign_id, institution_id, place), edit).await?;
    }
    if kept > 0 {
        reopen_sheet(tx, (campaign_id, institution_id, place)).await?;
        let subject = Subject { kind: "self_inspection", id: campaign_id, institution_id };
        let particulars = json!({"department": place, "answers": kept});
        event::append(tx, &by, subject, "answered", particulars).await?;
    }
    Ok(kept)
}

/// A sheet that changes is to be handed in again.
pub(super) async fn reopen_sheet(
    tx: &mut Tx,
    (campaign_id, institution_id, place): (&str, &str, &str),
) -> Result<()> {
    sqlx::query(
        "update self_inspection set submitted_at = null, submitted_by = null
         where campaign_id = $1 and institution_id = $2 and department = $3",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps one answer unless a newer one stands; 1 when it changed something.
async fn keep(
    tx: &mut Tx,
    by: &By,
    (campaign_id, institution_id, place): (&str, &str, &str),
    edit: &AnswerEdit,
) -> Result<u64> {
    let none = Mending::default();
    let mending = if edit.answer == Answer::NotMet { &edit.mending } else { &none };
    let changed = sqlx::query(
        "insert into self_inspection_answer (campaign_id, institution_id, department, item,
            answer, note, answered_at, answered_by, fix, measure, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (campaign_id, institution_id, department, item) do update set
            answer = excluded.answer, note = excluded.note, fix = excluded.fix,
            measure = excluded.measure, due_at = excluded.due_at,
            answered_at = excluded.answered_at, answered_by = excluded.answered_by
         where self_inspection_answer.answered_at <= excluded.answered_at
           and (self_inspection_answer.answer <> excluded.answer
                or self_inspection_answer.note <> excluded.note
                or coalesce(self_inspection_answer.fix, '') <> coalesce(excluded.fix, '')
                or coalesce(self_inspection_answer.measure, '') <> coalesce(excluded.measure, '')
                or coalesce(self_inspection_answer.due_at, 0) <> coalesce(excluded.due_at, 0))",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .bind(&edit.item)
    .bind(edit.answer.code())
    .bind(edit.note.trim())
    .bind(edit.answered_at.0.min(by.now.0))
    .bind(by.actor.code())
    .bind(mending.fix.map(Fix::code))
    .bind(mending.measure.trim())
    .bind(mending.due_at.map(|due| due.0))
    .execute(tx.conn())
    .await?;
    Ok(changed.rows_affected())
}

/// What the department that found a problem means to do about it.
///
/// # Errors
/// Not found outside the scope.
pub async fn proposal(tx: &mut Tx, scope: &Scope, problem_id: &str) -> Result<Mending> {
    let row = super::read::problem(tx, scope, problem_id).await?;
    let (place, unit) = (&row.department, &row.institution_id);
    let answers = answers(tx, &row.campaign_id, unit, place).await?;
    let found = answers.into_iter().find(|(answer, _)| answer.item == row.item);
    Ok(found.map_or_else(Mending::default, |(answer, _)| answer.mending))
}

pub(super) fn writer(scope: &Scope, now: Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    if !scope.may(Permission::SelfInspect) {
        return Err(Refusal::NotAllowed.into());
    }
    Ok(By::account(&account.account_id, now))
}

async fn begin(
    tx: &mut Tx,
    by: &By,
    campaign_id: &str,
    institution_id: &str,
    place: &str,
) -> Result<()> {
    // The row is the lock: two phones of one department take turns.
    sqlx::query(
        "insert into self_inspection (campaign_id, institution_id, department, started_at)
         values ($1, $2, $3, $4)
         on conflict (campaign_id, institution_id, department) do update
            set started_at = self_inspection.started_at",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .bind(by.now.0)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Hands a sheet in: what is not met becomes an entry of the ledger. Returns how many.
///
/// # Errors
/// [`Refusal::Incomplete`] while anything is missing, [`Refusal::Locked`].
pub async fn submit_sheet(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, institution_id, place): (&str, &str, &str),
    now: Time,
) -> Result<i64> {
    let by = writer(scope, now)?;
    begin(tx, &by, campaign_id, institution_id, place).await?;
    let sheet = sheet(tx, scope, campaign_id, institution_id, place).await?;
    if sheet.locked {
        return Err(Refusal::Locked.into());
    }
    if !sheet.missing.is_empty() {
        return Err(Refusal::Incomplete.into());
    }
    if sheet.submitted_at.is_some() {
        return Ok(0);
    }
    let open: Vec<&Item> = sheet.items.iter().collect();
    let asked = rules::campaign::asked(&open, &sheet.answers);
    let mut problems = 0;
    for answered in sheet.answers.iter().filter(|one| one.answer == Answer::NotMet) {
        // What an earlier answer hides is no longer asked; what is known and open is not new.
        let hidden = !asked.iter().any(|item| item.code == answered.item);
        if hidden || open_already(tx, campaign_id, institution_id, place, &answered.item).await? {
            continue;
        }
        let finding = Finding {
            campaign_id: campaign_id.to_owned(),
            institution_id: institution_id.to_owned(),
            department: place.to_owned(),
            item: Some(answered.item.clone()),
            source: Source::SelfInspection,
            weight: Weight::Ordinary,
            text: answered.note.clone(),
            spot_check_id: None,
        };
        enter(tx, scope, &by, &finding).await?;
        problems += 1;
    }
    sqlx::query(
        "update self_inspection set submitted_at = $4, submitted_by = $5
         where campaign_id = $1 and institution_id = $2 and department = $3",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .bind(now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    let subject = Subject { kind: "self_inspection", id: campaign_id, institution_id };
    let particulars = json!({"department": place, "problems": problems});
    event::append(tx, &by, subject, "submitted", particulars).await?;
    Ok(problems)
}

async fn open_already(
    tx: &mut Tx,
    campaign_id: &str,
    institution_id: &str,
    place: &str,
    item: &str,
) -> Result<bool> {
    let row = sqlx::query(
        "select count(*) from problem where campaign_id = $1 and institution_id = $2
           and department = $3 and item = $4 and state <> 'struck_off'",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .bind(place)
    .bind(item)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get::<i64, _>(0)? > 0)
}

/// A place and how far its sheet is.
#[derive(Clone, Debug)]
pub struct PlaceLine {
    pub department: String,
    pub asked: i64,
    pub answered: i64,
    pub not_met: i64,
    pub submitted_at: Option<i64>,
}

/// The places of an institution: no dead corner [W30].
///
/// # Errors
/// Not found outside the scope.
pub async fn places(
    tx: &mut Tx,
    scope: &Scope,
    campaign_id: &str,
    institution_id: &str,
    now: Time,
) -> Result<Vec<PlaceLine>> {
    let found = campaign(tx, scope, campaign_id).await?;
    line_of(tx, scope, campaign_id, institution_id).await?;
    let (_, _, department) = scope.campaign().bounds();
    let department = department.map(str::to_owned);
    let mut lines = Vec::new();
    for place in places_of(tx, &found, institution_id, now).await? {
        if department.as_ref().is_some_and(|own| *own != place) {
            continue;
        }
        let sheet = sheet(tx, scope, campaign_id, institution_id, &place).await?;
        let items: Vec<&Item> = sheet.items.iter().collect();
        let asked = rules::campaign::asked(&items, &sheet.answers);
        let count = |want: &dyn Fn(&Answered) -> bool| {
            let here = asked.iter().filter(|item| {
                sheet.answers.iter().any(|answered| answered.item == item.code && want(answered))
            });
            i64::try_from(here.count()).unwrap_or(0)
        };
        lines.push(PlaceLine {
            asked: i64::try_from(asked.len()).unwrap_or(0),
            answered: count(&|_| true),
            not_met: count(&|answered| answered.answer == Answer::NotMet),
            submitted_at: sheet.submitted_at,
            department: place,
        });
    }
    Ok(lines)
}

/// Whether every place has handed in; the institution's report waits for it.
pub(super) async fn all_handed_in(
    tx: &mut Tx,
    found: &Campaign,
    institution_id: &str,
    now: Time,
) -> Result<bool> {
    let places = places_of(tx, found, institution_id, now).await?;
    let rows = sqlx::query(
        "select department from self_inspection
         where campaign_id = $1 and institution_id = $2 and submitted_at is not null",
    )
    .bind(&found.campaign_id)
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?;
    let done: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>()?;
    Ok(places.iter().all(|place| done.contains(place)))
}
