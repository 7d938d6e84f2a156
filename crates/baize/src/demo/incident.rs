//! Adverse events of a city as its files tell them, filed and handled through the same functions
//! that serve reporters and departments.

use std::collections::HashMap;

use rules::Time;
use rules::incident::{
    Allow, Closure, Finding, Grade, Kind, Physical, Psychological, Reporter, Severity,
    Step as Handling,
};
use serde::Deserialize;
use store::incident::{self, Details, NewAction, NewIncident, NewReporter, Settled};
use store::{Scope, Tx};

use super::load::{Data, tables};
use super::times::{Day, Moment};

tables! {
    Incident {
        key: String,
        institution: Option<String>,
        region: Option<String>,
        /// Who reports from within; without it the report came by the public form.
        by: Option<String>,
        at: Moment,
        occurred: Option<Moment>,
        discovered: Option<Moment>,
        kind: Kind,
        category: String,
        #[serde(default)] department: String,
        #[serde(default)] where_zh: String,
        reporter: Reporter,
        people: i64,
        physical: Physical,
        psychological: Psychological,
        story_zh: String,
        #[serde(default)] done_zh: String,
        #[serde(default)] product_zh: String,
        #[serde(default)] lot: String,
        #[serde(default)] to_authority: bool,
        allow: Option<Allow>,
        #[serde(default)] name_zh: String,
        #[serde(default)] address: String,
        #[serde(default)] steps: Vec<IncidentStep>,
    }

    IncidentStep {
        at: Moment,
        /// Nobody when the reporter writes by the code.
        by: Option<String>,
        what: What,
        grade: Option<Grade>,
        severity: Option<Severity>,
        closure: Option<Closure>,
        finding: Option<Finding>,
        #[serde(default)] summary_zh: String,
        #[serde(default)] text_zh: String,
        #[serde(default)] causes: Vec<String>,
        #[serde(default)] owner_zh: String,
        due: Option<Day>,
        action: Option<i64>,
        duty: Option<String>,
        #[serde(default)] external_no: String,
    }
}

/// What happens to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Accept,
    Grade,
    Analyse,
    Close,
    SendUp,
    Find,
    /// An action is planned, or done.
    Act,
    Done,
    /// A report that the law asks for was made.
    Reported,
    /// To the reporter; without a person, by the reporter.
    Write,
    /// Between department and authority.
    WriteUp,
}

impl What {
    fn step(self) -> Option<Handling> {
        Some(match self {
            What::Accept => Handling::Accept,
            What::Grade => Handling::Grade,
            What::Analyse => Handling::Analyse,
            What::Close => Handling::Close,
            What::SendUp => Handling::SendUp,
            What::Find => Handling::Find,
            What::Act | What::Done | What::Reported | What::Write | What::WriteUp => return None,
        })
    }
}

/// A report, or a step of one, by their places in the data.
#[derive(Clone, Copy, Debug)]
pub enum IncidentAct {
    File(usize),
    Step(usize, usize),
}

/// The reports' steps with their times.
pub(super) fn steps(data: &Data) -> Vec<(Time, IncidentAct)> {
    let calendar = data.calendar();
    let mut steps = Vec::new();
    for (index, incident) in data.incidents.iter().enumerate() {
        steps.push((incident.at.at(calendar), IncidentAct::File(index)));
        for (number, step) in incident.steps.iter().enumerate() {
            steps.push((step.at.at(calendar), IncidentAct::Step(index, number)));
        }
    }
    steps
}

/// Ids that the steps have made, by the report's place in the data.
pub(super) type Made = HashMap<usize, String>;

/// The code that a demo's reporter keeps: twenty letters that follow from the place in the data.
fn code_of(index: usize) -> String {
    format!("{:0>20}", index + 1)
}

/// Runs one step.
pub(super) async fn run(
    tx: &mut Tx,
    data: &Data,
    scopes: &HashMap<String, Scope>,
    made: &mut Made,
    act: IncidentAct,
    now: Time,
) -> store::Result<()> {
    let scope = |login: &str| scopes.get(login).ok_or(store::Error::NotFound("account"));
    match act {
        IncidentAct::File(index) => {
            let told = &data.incidents[index];
            let new = new_incident(data, told, index);
            let filed = match &told.by {
                Some(login) => incident::file_as(tx, scope(login)?, &new, now).await?,
                None => incident::file(tx, &new, now).await?,
            };
            made.insert(index, filed.incident_id);
            Ok(())
        }
        IncidentAct::Step(index, number) => {
            let told = &data.incidents[index].steps[number];
            let id = made.get(&index).ok_or(store::Error::NotFound("incident"))?;
            match &told.by {
                None => incident::write_by_code(tx, &code_of(index), &told.text_zh, now).await,
                Some(login) => handle(tx, data, scope(login)?, id, told, now).await,
            }
        }
    }
}

async fn handle(
    tx: &mut Tx,
    data: &Data,
    scope: &Scope,
    id: &str,
    told: &IncidentStep,
    now: Time,
) -> store::Result<()> {
    let text = &told.text_zh;
    if let Some(step) = told.what.step() {
        return incident::step(tx, scope, id, step, &details(told), now).await;
    }
    match told.what {
        What::Act => {
            let due = told.due.ok_or(store::Error::NotFound("due"))?;
            let new = NewAction {
                what: text.clone(),
                owner: told.owner_zh.clone(),
                due_at: data.calendar().day_start(due.0 + 1),
            };
            incident::add_action(tx, scope, id, &new, now).await
        }
        What::Done => {
            let number = told.action.unwrap_or(1);
            incident::settle_action(tx, scope, id, number, (Settled::Done, text), now).await
        }
        What::Reported => {
            let duty = told.duty.as_deref().unwrap_or("event");
            incident::report_duty(tx, scope, id, duty, &told.external_no, now).await
        }
        What::WriteUp => incident::write(tx, scope, id, "authority", text, now).await,
        _ => incident::write(tx, scope, id, "reporter", text, now).await,
    }
}

fn details(told: &IncidentStep) -> Details {
    Details {
        text: told.text_zh.clone(),
        grade: told.grade,
        severity: told.severity,
        summary: told.summary_zh.clone(),
        causes: told.causes.clone(),
        closure: told.closure,
        finding: told.finding,
        ..Details::default()
    }
}

fn new_incident(data: &Data, told: &Incident, index: usize) -> NewIncident {
    let calendar = data.calendar();
    NewIncident {
        request_key: format!("demo-incident-{}", told.key),
        code: code_of(index),
        reporter: told.reporter,
        kind: told.kind,
        category: told.category.clone(),
        department: told.department.clone(),
        institution_id: told.institution.clone(),
        region_code: told.region.clone(),
        said_where: told.where_zh.clone(),
        to_authority: told.to_authority,
        people: told.people,
        physical: told.physical,
        psychological: told.psychological,
        occurred_at: told.occurred.map(|at| at.at(calendar)),
        discovered_at: told.discovered.map(|at| at.at(calendar)),
        story: told.story_zh.clone(),
        done_at_once: told.done_zh.clone(),
        product: told.product_zh.clone(),
        lot: told.lot.clone(),
        who: told.allow.map(|allow| NewReporter {
            name: told.name_zh.clone(),
            address: told.address.clone(),
            allow,
        }),
    }
}
