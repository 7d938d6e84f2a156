//! Evidence of a problem: files that belong to it, for those who may read it.

use rules::Time;
use rules::account::Permission;
use rules::campaign::ProblemState;
use serde_json::json;

use super::read::problem;
use crate::blob::{self, Blob};
use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx};

pub use crate::blob::FileLine as ProblemFile;

/// Files of one problem.
const FILES_MAX: i64 = 40;

/// Keeps a file with a problem.
///
/// # Errors
/// [`Refusal::Image`] when it is too large, [`Refusal::TooMany`], [`Refusal::NotAllowed`] for a
/// reader or once it is struck off; not found outside the scope.
pub async fn add_evidence(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
    (media_type, body): (&str, &[u8]),
    now: Time,
) -> Result<String> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let row = problem(tx, scope, problem_id).await?;
    let may = scope.may(Permission::SelfInspect) || scope.may(Permission::RunCampaign);
    if !may || row.state == ProblemState::StruckOff.code() {
        return Err(Refusal::NotAllowed.into());
    }
    if blob::count_of(tx, "problem", problem_id, Time(0)).await? >= FILES_MAX {
        return Err(Refusal::TooMany.into());
    }
    let by = By::account(&account, now);
    let id = &row.institution_id;
    let owner = blob::Owner {
        institution_id: id,
        subject_kind: "problem",
        subject: problem_id,
        kind: "evidence",
    };
    let file = blob::attach(tx, &by, owner, media_type, body, None).await?;
    let subject = Subject { kind: "problem", id: problem_id, institution_id: id };
    event::append(tx, &by, subject, "evidence", json!({"file": file})).await?;
    Ok(file)
}

/// Takes a file away that was added by mistake, before the result is handed in: from then on it is
/// what somebody verified by.
///
/// # Errors
/// [`Refusal::NotAllowed`] for a reader or afterwards; not found outside the scope.
pub async fn remove_evidence(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
    attachment_id: &str,
    now: Time,
) -> Result<()> {
    use ProblemState as S;
    let account = scope.account().ok_or(Refusal::NotAllowed)?.account_id.clone();
    let row = problem(tx, scope, problem_id).await?;
    let open = [S::Found, S::Filed, S::Planned, S::Fixing, S::Reopened];
    if !scope.may(Permission::SelfInspect) || !open.iter().any(|state| state.code() == row.state) {
        return Err(Refusal::NotAllowed.into());
    }
    let by = By::account(&account, now);
    if !blob::remove(tx, &by, ("problem", problem_id), attachment_id).await? {
        return Err(crate::Error::NotFound("attachment"));
    }
    let subject = Subject { kind: "problem", id: problem_id, institution_id: &row.institution_id };
    event::append(tx, &by, subject, "evidence_removed", json!({"file": attachment_id})).await
}

/// # Errors
/// Not found outside the scope.
pub async fn evidence(tx: &mut Tx, scope: &Scope, problem_id: &str) -> Result<Vec<ProblemFile>> {
    problem(tx, scope, problem_id).await?;
    blob::files_of(tx, "problem", problem_id).await
}

/// # Errors
/// Not found outside the scope.
pub async fn evidence_file(
    tx: &mut Tx,
    scope: &Scope,
    problem_id: &str,
    attachment_id: &str,
) -> Result<Option<Blob>> {
    problem(tx, scope, problem_id).await?;
    blob::file_of(tx, "problem", problem_id, attachment_id).await
}
