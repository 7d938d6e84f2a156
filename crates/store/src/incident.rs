//! Adverse events (不良事件): reported by code or from within, handled by the institution's medical
//! department, climbing to the district and the city when they are grave.
//!
//! Nothing here is written to alerts, inspections or credit, and no other drawer reads these
//! tables. Who reported is kept apart from what was reported, shown to nobody whom the reporter has
//! not named, and forgotten in time; events of the log name the reporter as nobody.

mod action;
mod climb;
mod cluster;
mod code;
mod duty;
mod file;
mod list;
mod rates;
mod read;
mod step;

pub(crate) use action::action_overdue;
pub use action::{Action, NewAction, Settled, actions, add_action, settle_action};
pub(crate) use climb::climbs;
pub use climb::climbs_at;
pub use cluster::{ClusterRow, clusters, settle_cluster, settles};
pub use code::{Own, by_code, forget, set_allowed, withdraw_name, write_by_code};
pub(crate) use duty::duty_overdue;
pub use duty::{DutyRow, VOLUNTARY, duties, report_duty};
pub use file::{Filed, NewIncident, NewReporter, file, file_as};
pub use list::{Filter, Line, Mine, Waiting, incidents, mine, note_export, waiting};
pub use rates::{Counted, rates};
pub use read::{
    Incident, Known, Message, StepRow, Told, causes, incident, messages, reporter, steps_of,
};
pub use step::{Details, step, write};

use rules::account::Permission;
use rules::incident::{Holder, Party, Rung};
use serde_json::Value;

use crate::account::Channel;
use crate::event::{self, By, Subject};
use crate::{Refusal, Result, Scope, Tx};

/// What of adverse events a scope reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sees {
    /// Officers who punish, viewers, doctors, strangers.
    Nothing,
    /// The events that the own institution handles.
    Own(String),
    /// What has climbed to the district, and what it holds itself.
    District(String),
    City,
}

/// Not the empty text: that marks reports whose institution is unknown.
const NOBODYS: &str = "-";

impl Sees {
    fn of(scope: &Scope) -> Sees {
        let reach = scope.reach();
        if scope.may(Permission::ReviewEvents) {
            return Sees::Own(reach.institution.clone().unwrap_or_else(|| NOBODYS.to_owned()));
        }
        if !scope.may(Permission::WatchEvents) {
            return Sees::Nothing;
        }
        match &reach.region {
            // An account without the district that its role needs.
            Some(region) if region.is_empty() => Sees::Nothing,
            Some(region) => Sees::District(region.clone()),
            // The QC centre belongs to the city and to no district.
            None if reach.institution.is_none() || *scope.channel() == Channel::City => Sees::City,
            None => Sees::Nothing,
        }
    }

    /// What queries filter by: a word, and an institution or a district.
    fn bounds(&self) -> (&'static str, &str) {
        match self {
            Sees::Nothing => ("nothing", NOBODYS),
            Sees::Own(id) => ("own", id),
            Sees::District(region) => ("district", region),
            Sees::City => ("city", ""),
        }
    }

    fn party(&self, holder: Holder) -> Option<Party> {
        match (self, holder) {
            (Sees::Nothing, _) => None,
            (Sees::Own(_), _) | (_, Holder::Authority) => Some(Party::Reviewer),
            (Sees::District(_), Holder::Institution) => Some(Party::Watcher(Rung::District)),
            (Sees::City, Holder::Institution) => Some(Party::Watcher(Rung::City)),
        }
    }
}

/// The account that acts; the platform itself handles no report.
fn acting(scope: &Scope, now: rules::Time) -> Result<By> {
    let account = scope.account().ok_or(Refusal::NotAllowed)?;
    Ok(By::account(&account.account_id, now))
}

async fn tell(
    tx: &mut Tx,
    by: &By,
    (incident_id, institution_id): (&str, &str),
    action: &'static str,
    particulars: Value,
) -> Result<()> {
    let subject = Subject { kind: "incident", id: incident_id, institution_id };
    event::append(tx, by, subject, action, particulars).await
}

/// Holds the row until the transaction ends, so that callers take turns.
async fn hold(tx: &mut Tx, incident_id: &str) -> Result<()> {
    sqlx::query("update incident set state = state where incident_id = $1")
        .bind(incident_id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Holds the event that a deadline's subject begins with.
pub(crate) async fn hold_of(tx: &mut Tx, subject: &str) -> Result<()> {
    hold(tx, subject.split(':').next().unwrap_or_default()).await
}

/// Longest texts, in characters.
const STORY_MAX: usize = 4_000;
const TEXT_MAX: usize = 2_000;
const SHORT_MAX: usize = 120;

/// A text that must say something.
fn sound(text: &str, max: usize) -> Result<String> {
    let text = optional(text, max)?;
    if text.is_empty() { Err(Refusal::Text.into()) } else { Ok(text) }
}

fn optional(text: &str, max: usize) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Refusal::Text.into());
    }
    Ok(text.to_owned())
}
