//! Annexes of an institution: cells that are written, cells that are counted, and the moment of
//! handing in, when the entries behind each counted cell are kept with it.

use std::collections::HashMap;

use rules::Time;
use rules::account::Permission;
use rules::campaign::{Annex, Cell, CellSource, Entry, ProblemState, Source, Value, WHOLE, Weight};
use serde_json::json;
use sqlx::Row;

use super::list::line_of;
use super::plan::{Campaign, campaign};
use super::submission::{Handing, state_of};
use crate::account::CampaignReach;
use crate::error::coded;
use crate::event::{self, By, Subject};
use crate::{Error, Refusal, Result, Scope, Tx};

/// A cell with its figure.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnexCell {
    pub cell: Cell,
    pub value: Option<i64>,
    pub reason: String,
    pub revision: i64,
    pub entered_at: Option<i64>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct ValueRow {
    cell: String,
    value: Option<i64>,
    reason: String,
    revision: i64,
    entered_at: i64,
}

async fn values(
    tx: &mut Tx,
    campaign_id: &str,
    annex: &str,
    institution_id: &str,
) -> Result<Vec<ValueRow>> {
    Ok(sqlx::query_as(
        "select cell, value, reason, revision, entered_at from annex_value
         where campaign_id = $1 and annex = $2 and institution_id = $3",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?)
}

/// The entries of an institution's ledger as cells count them.
struct Counted {
    problem_id: String,
    source: Source,
    state: ProblemState,
    weight: Weight,
    department: String,
    reopened: i64,
}

async fn entries_of(tx: &mut Tx, campaign_id: &str, institution_id: &str) -> Result<Vec<Counted>> {
    let rows = sqlx::query(
        "select problem_id, source, state, weight, department, reopened from problem
         where campaign_id = $1 and institution_id = $2 order by number",
    )
    .bind(campaign_id)
    .bind(institution_id)
    .fetch_all(tx.conn())
    .await?;
    let read = |row: &sqlx::any::AnyRow| {
        let (source, state): (String, String) = (row.try_get(1)?, row.try_get(2)?);
        let weight: String = row.try_get(3)?;
        Ok(Counted {
            problem_id: row.try_get(0)?,
            source: coded(Source::of(&source), "problem.source", &source)?,
            state: coded(ProblemState::of(&state), "problem.state", &state)?,
            weight: coded(Weight::of(&weight), "problem.weight", &weight)?,
            department: row.try_get(4)?,
            reopened: row.try_get(5)?,
        })
    };
    rows.iter().map(read).collect()
}

/// What a counted cell is now, with the entries behind it.
async fn counted(
    tx: &mut Tx,
    found: &Campaign,
    annex: &Annex,
    institution_id: &str,
) -> Result<HashMap<String, (i64, Vec<String>)>> {
    let entries = entries_of(tx, &found.campaign_id, institution_id).await?;
    let row = sqlx::query(
        "select count(case when submitted_at is not null and department <> $3 then 1 end),
            (select count(*) from self_inspection_answer
             where campaign_id = $1 and institution_id = $2)
         from self_inspection where campaign_id = $1 and institution_id = $2",
    )
    .bind(&found.campaign_id)
    .bind(institution_id)
    .bind(WHOLE)
    .fetch_one(tx.conn())
    .await?;
    let (departments, items): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let mut figures = HashMap::new();
    for cell in &annex.cells {
        let figure = match cell.source {
            CellSource::Entered => continue,
            CellSource::Departments => (departments, Vec::new()),
            CellSource::Items => (items, Vec::new()),
            CellSource::Ledger => {
                let asked = cell.entry.clone().unwrap_or_default();
                let behind = entries.iter().filter(|one| holds(&asked, one));
                let ids: Vec<String> = behind.map(|one| one.problem_id.clone()).collect();
                (i64::try_from(ids.len()).unwrap_or(0), ids)
            }
        };
        figures.insert(cell.code.clone(), figure);
    }
    Ok(figures)
}

fn holds(asked: &Entry, one: &Counted) -> bool {
    asked.holds(one.source, one.state, one.weight, &one.department, one.reopened)
}

/// The annex of an institution: while it is open counted cells follow the ledger; handed in, they
/// stay as they were.
///
/// # Errors
/// Not found outside the scope, or for an annex that the institution does not fill.
pub async fn annex_cells(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, annex, institution_id): (&str, &str, &str),
) -> Result<Vec<AnnexCell>> {
    let found = campaign(tx, scope, campaign_id).await?;
    line_of(tx, scope, campaign_id, institution_id).await?;
    let annex = found.plan.annex(annex).ok_or(Error::NotFound("annex"))?;
    let kept = values(tx, campaign_id, &annex.code, institution_id).await?;
    let open = state_of(tx, campaign_id, &annex.code, institution_id).await?.writable();
    let live =
        if open { counted(tx, &found, annex, institution_id).await? } else { HashMap::new() };
    let cells = annex.cells.iter().map(|cell| {
        let kept = kept.iter().find(|value| value.cell == cell.code);
        let value = match live.get(&cell.code) {
            Some((figure, _)) => Some(*figure),
            None => kept.and_then(|value| value.value),
        };
        AnnexCell {
            cell: cell.clone(),
            value,
            reason: kept.map_or(String::new(), |value| value.reason.clone()),
            revision: kept.map_or(0, |value| value.revision),
            entered_at: kept.map(|value| value.entered_at),
        }
    });
    Ok(cells.collect())
}

/// A change of one cell.
#[derive(Clone, Debug)]
pub struct CellEdit {
    pub cell: String,
    pub value: Option<i64>,
    pub reason: String,
    /// The revision that was on the page: another in the database means somebody was quicker.
    pub revision: i64,
}

const REASON_MAX: usize = 200;

/// Writes a cell.
///
/// # Errors
/// [`Refusal::Locked`] once handed in, [`Refusal::Changed`] when somebody was quicker,
/// [`Refusal::Quantity`] for what the cell cannot take, [`Refusal::NotAllowed`] for cells that are
/// counted.
pub async fn edit_cell(
    tx: &mut Tx,
    scope: &Scope,
    (campaign_id, annex, institution_id): (&str, &str, &str),
    edit: &CellEdit,
    now: Time,
) -> Result<i64> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let found = campaign(tx, scope, campaign_id).await?;
    found.open()?;
    let line = line_of(tx, scope, campaign_id, institution_id).await?;
    let own = matches!(scope.campaign(), CampaignReach::Institution(id) if id == institution_id);
    if !own || !scope.may(Permission::KeepLedger) {
        return Err(Refusal::NotAllowed.into());
    }
    let known = found.plan.annex(annex).ok_or(Error::NotFound("annex"))?;
    let cell = known.cell(&edit.cell).ok_or(Refusal::Unknown)?;
    if cell.source != CellSource::Entered {
        return Err(Refusal::NotAllowed.into());
    }
    if edit.reason.chars().count() > REASON_MAX {
        return Err(Refusal::Text.into());
    }
    if edit.value.is_some_and(|value| !cell.takes(value)) {
        return Err(Refusal::Quantity.into());
    }
    hold_open(tx, campaign_id, annex, institution_id).await?;
    let written = write(tx, &account, (campaign_id, annex, institution_id), &line, edit, now);
    let revision = written.await?;
    let subject = Subject { kind: "annex", id: campaign_id, institution_id };
    let particulars = json!({"annex": annex, "cell": edit.cell, "value": edit.value});
    event::append(tx, &By::account(&account, now), subject, "cell", particulars).await?;
    Ok(revision)
}

/// A cell is written before or after its annex is handed in, never beside it.
async fn hold_open(
    tx: &mut Tx,
    campaign_id: &str,
    annex: &str,
    institution_id: &str,
) -> Result<()> {
    sqlx::query(
        "update submission set state = state
         where campaign_id = $1 and deliverable = $2 and holder = $3",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(institution_id)
    .execute(tx.conn())
    .await?;
    let state = state_of(tx, campaign_id, annex, institution_id).await?;
    if state.writable() { Ok(()) } else { Err(Refusal::Locked.into()) }
}

async fn write(
    tx: &mut Tx,
    account: &str,
    (campaign_id, annex, institution_id): (&str, &str, &str),
    line: &str,
    edit: &CellEdit,
    now: Time,
) -> Result<i64> {
    let row = sqlx::query(
        "insert into annex_value (campaign_id, annex, institution_id, cell, branch, value, reason,
            revision, entered_at, entered_by)
         select cast($1 as text), cast($2 as text), cast($3 as text), cast($4 as text),
            cast($5 as text), cast($6 as bigint), cast($7 as text), cast(1 as bigint),
            cast($8 as bigint), cast($9 as text)
         where cast($10 as bigint) = 0 or exists (select 1 from annex_value
            where campaign_id = $1 and annex = $2 and institution_id = $3 and cell = $4)
         on conflict (campaign_id, annex, institution_id, cell) do update set
            value = excluded.value, reason = excluded.reason,
            revision = annex_value.revision + 1, entered_at = excluded.entered_at,
            entered_by = excluded.entered_by
         where annex_value.revision = $10
         returning revision",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(institution_id)
    .bind(&edit.cell)
    .bind(line)
    .bind(edit.value)
    .bind(edit.reason.trim())
    .bind(now.0)
    .bind(account)
    .bind(edit.revision)
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.ok_or(Refusal::Changed)?.try_get(0)?)
}

/// Keeps the counted cells and their entries as they are now; the annex must be valid.
pub(super) async fn freeze(
    tx: &mut Tx,
    by: &By,
    found: &Campaign,
    annex: &Annex,
    institution_id: &str,
    line: &str,
) -> Result<()> {
    let live = counted(tx, found, annex, institution_id).await?;
    let kept = values(tx, &found.campaign_id, &annex.code, institution_id).await?;
    let figures: Vec<Value<'_>> = annex
        .cells
        .iter()
        .map(|cell| {
            let kept = kept.iter().find(|value| value.cell == cell.code);
            let value = match live.get(&cell.code) {
                Some((figure, _)) => Some(*figure),
                None => kept.and_then(|value| value.value),
            };
            (&*cell.code, value, kept.map_or("", |value| &*value.reason))
        })
        .collect();
    if !annex.check(&figures).is_empty() {
        return Err(Refusal::Incomplete.into());
    }
    sqlx::query(
        "delete from annex_entry where campaign_id = $1 and annex = $2 and institution_id = $3",
    )
    .bind(&found.campaign_id)
    .bind(&annex.code)
    .bind(institution_id)
    .execute(tx.conn())
    .await?;
    for (cell, (figure, entries)) in &live {
        keep(tx, by, (&found.campaign_id, &annex.code, institution_id, cell), line, *figure)
            .await?;
        for problem_id in entries {
            sqlx::query(
                "insert into annex_entry (campaign_id, annex, institution_id, cell, problem_id)
                 values ($1, $2, $3, $4, $5)",
            )
            .bind(&found.campaign_id)
            .bind(&annex.code)
            .bind(institution_id)
            .bind(cell)
            .bind(problem_id)
            .execute(tx.conn())
            .await?;
        }
    }
    Ok(())
}

async fn keep(
    tx: &mut Tx,
    by: &By,
    (campaign_id, annex, institution_id, cell): (&str, &str, &str, &str),
    line: &str,
    figure: i64,
) -> Result<()> {
    sqlx::query(
        "insert into annex_value (campaign_id, annex, institution_id, cell, branch, value, reason,
            revision, entered_at, entered_by)
         values ($1, $2, $3, $4, $5, $6, '', 1, $7, $8)
         on conflict (campaign_id, annex, institution_id, cell) do update set
            value = excluded.value, revision = annex_value.revision + 1,
            entered_at = excluded.entered_at, entered_by = excluded.entered_by",
    )
    .bind(campaign_id)
    .bind(annex)
    .bind(institution_id)
    .bind(cell)
    .bind(line)
    .bind(figure)
    .bind(by.now.0)
    .bind(by.actor.code())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds an approved institution's figures to its line's sums, or takes them out again.
pub(super) async fn count_in(
    tx: &mut Tx,
    handing: Handing<'_>,
    institution_id: &str,
    line: &str,
    sign: i64,
) -> Result<()> {
    sqlx::query(
        "insert into annex_total (campaign_id, annex, branch, cell, total, institutions)
         select campaign_id, annex, cast($4 as text), cell, value * $5, cast($5 as bigint)
         from annex_value
         where campaign_id = $1 and annex = $2 and institution_id = $3 and value is not null
         on conflict (campaign_id, annex, branch, cell) do update set
            total = annex_total.total + excluded.total,
            institutions = annex_total.institutions + excluded.institutions",
    )
    .bind(handing.campaign_id)
    .bind(handing.deliverable)
    .bind(institution_id)
    .bind(line)
    .bind(sign)
    .execute(tx.conn())
    .await?;
    Ok(())
}
