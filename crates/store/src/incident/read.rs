//! Reading events within a scope. Two kinds of people read two kinds of things: who handles a
//! report reads the reporter's words, an authority that it climbed to reads the department's
//! account.

use rules::incident::{
    Allow, Grade, Holder, Kind, Party, Physical, Psychological, Rung, Severity, Standing, Step,
    steps,
};

use super::Sees;
use crate::error::coded;
use crate::{Error, Result, Scope, Tx};

#[derive(sqlx::FromRow)]
struct Row {
    incident_id: String,
    number: String,
    source: String,
    reporter: String,
    kind: String,
    category: String,
    department: String,
    institution_id: String,
    institution_zh: Option<String>,
    institution_en: Option<String>,
    holder: String,
    kept_from_at: Option<i64>,
    people: i64,
    physical: String,
    psychological: String,
    occurred_at: i64,
    discovered_at: i64,
    filed_at: i64,
    story: String,
    done_at_once: String,
    product: String,
    lot: String,
    said_where: String,
    state: String,
    grade: Option<String>,
    severity: Option<String>,
    graded_at: Option<i64>,
    summary: String,
    analysed_at: Option<i64>,
    rung: String,
    rung_at: i64,
    closure: Option<String>,
    closed_at: Option<i64>,
    feedback: String,
    waits_at: Option<i64>,
    pack_version: String,
}

/// What only those who handle a report read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub source: String,
    pub reporter: String,
    pub story: String,
    pub done_at_once: String,
    pub said_where: String,
    pub feedback: String,
    pub waits_at: Option<i64>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Incident {
    pub incident_id: String,
    pub number: String,
    pub party: Party,
    pub kind: Kind,
    pub category: String,
    pub department: String,
    pub institution_id: String,
    pub institution: Option<[String; 2]>,
    pub holder: Holder,
    pub kept_from_at: Option<i64>,
    pub people: i64,
    pub physical: Physical,
    pub psychological: Psychological,
    pub occurred_at: i64,
    pub discovered_at: i64,
    pub filed_at: i64,
    pub product: String,
    pub lot: String,
    pub state: Standing,
    pub grade: Option<Grade>,
    pub severity: Option<Severity>,
    pub graded_at: Option<i64>,
    pub summary: String,
    pub analysed_at: Option<i64>,
    pub rung: Rung,
    pub rung_at: i64,
    pub closure: Option<String>,
    pub closed_at: Option<i64>,
    pub told: Option<Told>,
    pub pack_version: String,
}

impl Incident {
    /// What the reader may do now.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = steps(self.state, self.holder, self.rung, self.party);
        if !rules::incident::may_find(self.kind, self.severity) {
            steps.retain(|step| *step != Step::Find);
        }
        if self.kept_from_at.is_some() {
            steps.retain(|step| *step != Step::Assign);
        }
        steps
    }

    fn of(row: Row, party: Party) -> Result<Incident> {
        let told = (party == Party::Reviewer).then_some(Told {
            source: row.source,
            reporter: row.reporter,
            story: row.story,
            done_at_once: row.done_at_once,
            said_where: row.said_where,
            feedback: row.feedback,
            waits_at: row.waits_at,
        });
        let word = |option: &Option<String>| option.clone().unwrap_or_default();
        let mind = &row.psychological;
        Ok(Incident {
            party,
            kind: coded(Kind::of(&row.kind), "incident.kind", &row.kind)?,
            holder: coded(Holder::of(&row.holder), "incident.holder", &row.holder)?,
            physical: coded(Physical::of(&row.physical), "incident.physical", &row.physical)?,
            psychological: coded(Psychological::of(mind), "incident.psychological", mind)?,
            state: coded(Standing::of(&row.state), "incident.state", &row.state)?,
            rung: coded(Rung::of(&row.rung), "incident.rung", &row.rung)?,
            grade: row.grade.as_deref().and_then(Grade::of),
            severity: row.severity.as_deref().and_then(Severity::of),
            institution: row
                .institution_zh
                .is_some()
                .then(|| [word(&row.institution_zh), word(&row.institution_en)]),
            told,
            incident_id: row.incident_id,
            number: row.number,
            category: row.category,
            department: row.department,
            institution_id: row.institution_id,
            kept_from_at: row.kept_from_at,
            people: row.people,
            occurred_at: row.occurred_at,
            discovered_at: row.discovered_at,
            filed_at: row.filed_at,
            product: row.product,
            lot: row.lot,
            graded_at: row.graded_at,
            summary: row.summary,
            analysed_at: row.analysed_at,
            rung_at: row.rung_at,
            closure: row.closure,
            closed_at: row.closed_at,
            pack_version: row.pack_version,
        })
    }
}

/// One event within a scope.
///
/// # Errors
/// Not found for one that the scope does not reach.
pub async fn incident(tx: &mut Tx, scope: &Scope, incident_id: &str) -> Result<Incident> {
    let sees = Sees::of(scope);
    let (sight, whose) = sees.bounds();
    let row: Option<Row> = sqlx::query_as(
        "select incident.incident_id, number, source, reporter, incident.kind, category, department,
            incident.institution_id, institution.name_zh as institution_zh,
            institution.name_en as institution_en, holder, kept_from_at, people, physical,
            psychological, occurred_at, discovered_at, filed_at, story, done_at_once, product, lot,
            said_where, state, grade, severity, graded_at, summary, analysed_at, rung, rung_at,
            closure, incident.closed_at, feedback, waits_at, pack_version
         from incident
         left join institution on institution.institution_id = incident.institution_id
         where incident_id = $3
           and (($1 = 'own' and holder = 'institution' and incident.institution_id = $2)
             or ($1 = 'district' and incident.region_code = $2
                 and (holder = 'authority' or rung <> 'institution'))
             or ($1 = 'city' and (holder = 'authority' or rung = 'city')))",
    )
    .bind(sight)
    .bind(whose)
    .bind(incident_id)
    .fetch_optional(tx.conn())
    .await?;
    let row = row.ok_or(Error::NotFound("incident"))?;
    let holder = coded(Holder::of(&row.holder), "incident.holder", &row.holder)?;
    let party = sees.party(holder).ok_or(Error::NotFound("incident"))?;
    Incident::of(row, party)
}

/// Who reported, for whom the reporter has named; nobody else learns even that there is a name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Known {
    pub name: String,
    pub address: String,
    pub account_zh: Option<String>,
    pub account_en: Option<String>,
    pub allow: String,
    pub delete_at: i64,
}

pub async fn reporter(tx: &mut Tx, scope: &Scope, incident_id: &str) -> Result<Option<Known>> {
    let event = incident(tx, scope, incident_id).await?;
    if event.party != Party::Reviewer {
        return Ok(None);
    }
    let known: Option<Known> = sqlx::query_as(
        "select name, address, account.name_zh as account_zh, account.name_en as account_en, allow,
            delete_at
         from incident_reporter
         left join account on account.account_id = incident_reporter.account_id
         where incident_id = $1",
    )
    .bind(incident_id)
    .fetch_optional(tx.conn())
    .await?;
    let shown = |known: &Known| Allow::of(&known.allow).is_some_and(|one| one.shows(event.holder));
    Ok(known.filter(shown))
}

/// One step of handling.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StepRow {
    pub step: String,
    pub at: i64,
    pub by_zh: Option<String>,
    pub by_en: Option<String>,
    pub grade: Option<String>,
    pub severity: Option<String>,
    pub closure: Option<String>,
    pub finding: Option<String>,
    pub rung: Option<String>,
    pub body: String,
}

/// The steps of an event that the caller has read with its scope. A watcher reads what was graded,
/// analysed, sent up and found; not how the department sorted the report, nor what it answered.
pub async fn steps_of(tx: &mut Tx, event: &Incident) -> Result<Vec<StepRow>> {
    let rows: Vec<StepRow> = sqlx::query_as(
        "select step, at, account.name_zh as by_zh, account.name_en as by_en, grade, severity,
            closure, finding, rung, body
         from incident_step left join account on account.account_id = by_account
         where incident_id = $1 order by step_no",
    )
    .bind(&event.incident_id)
    .fetch_all(tx.conn())
    .await?;
    if event.party == Party::Reviewer {
        return Ok(rows);
    }
    let shown = |row: &StepRow| !matches!(row.step.as_str(), "accept" | "assign" | "reopen");
    Ok(rows.into_iter().filter(shown).map(for_watcher).collect())
}

/// What is written to the reporter at closing is the reporter's.
fn for_watcher(mut row: StepRow) -> StepRow {
    if row.step == "close" {
        row.body = String::new();
    }
    row
}

/// The causes found, by their codes.
pub async fn causes(tx: &mut Tx, event: &Incident) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("select cause from incident_cause where incident_id = $1 order by cause")
            .bind(&event.incident_id)
            .fetch_all(tx.conn())
            .await?;
    Ok(rows.into_iter().map(|(cause,)| cause).collect())
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Message {
    pub at: i64,
    /// `reporter` or an account.
    pub by_whom: String,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub role: Option<String>,
    pub body: String,
}

/// What was written with the reporter, or with the authorities; a watcher reads the latter only.
pub async fn messages(tx: &mut Tx, event: &Incident, audience: &str) -> Result<Vec<Message>> {
    if audience == "reporter" && event.party != Party::Reviewer {
        return Ok(Vec::new());
    }
    thread(tx, &event.incident_id, audience).await
}

pub(super) async fn thread(tx: &mut Tx, id: &str, audience: &str) -> Result<Vec<Message>> {
    Ok(sqlx::query_as(
        "select at, by_whom, name_zh, name_en, role, body from incident_message
         left join account on account.account_id = by_whom
         where incident_id = $1 and audience = $2 order by message_no",
    )
    .bind(id)
    .bind(audience)
    .fetch_all(tx.conn())
    .await?)
}
