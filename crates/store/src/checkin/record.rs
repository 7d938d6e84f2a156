//! Recording one check: facts from the register and the earlier checks, the verdict of `rules`,
//! then the presence, the operation's marks, the check itself, its alerts and one event.

use rules::Time;
use rules::alert::Rule;
use rules::checkin::{
    Check, Direction, Facts, Finding, OpenElsewhere, OperationFacts, Verdict, judge,
};
use rules::operation::zero_record_due;
use rules::pack::Weight;
use rules::register::{Anaesthesia, Category, Claim, Lack, Role, lacks};
use serde_json::{Value, json};
use sqlx::Row;

use crate::alert::{NewAlert, raise};
use crate::deadline::{self, Kind};
use crate::event::{self, By, Subject};
use crate::operation::{self, Passed};
use crate::{Result, Tx, error::coded, register};

/// A check as the terminal sent it, with where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub institution_id: String,
    pub terminal_id: String,
    pub room_id: String,
    pub seq: i64,
    pub operation_id: Option<String>,
    pub practitioner_id: String,
    pub check: Check,
    pub liveness: Option<&'static str>,
    pub received_at: Time,
}

/// What the database knew before the check.
struct Before {
    facts: Facts,
    /// The operation named, when this institution has it.
    operation_id: Option<String>,
    started: bool,
}

impl Before {
    /// The operation that the check moves on: one that is cancelled or confirmed stays as it is.
    fn open_operation(&self) -> Option<&str> {
        let open = self.facts.operation.as_ref().is_some_and(|operation| !operation.closed);
        self.operation_id.as_deref().filter(|_| open)
    }
}

/// Records the check whatever it shows, and raises one alert per finding that is one.
pub(crate) async fn record(tx: &mut Tx, by: &By, seen: &Seen) -> Result<()> {
    let (limits, version) = {
        let pack = tx.packs().rules_at(seen.check.at);
        (pack.presence.clone(), pack.pack.version.clone())
    };
    if let Some(operation_id) = &seen.operation_id {
        operation::hold(tx, &seen.institution_id, operation_id).await?;
    }
    let mut before = before(tx, seen).await?;
    let mut verdict = judge(&seen.check, &before.facts, &limits);
    let checkin_id = tx.id("chk", by.now)?;
    if verdict.valid
        && seen.check.direction == Direction::In
        && !open_presence(tx, seen, &before, &checkin_id).await?
    {
        // Another terminal opened this person's presence since the facts were read: judge again
        // by what is true now.
        before = self::before(tx, seen).await?;
        verdict = judge(&seen.check, &before.facts, &limits);
        verdict.valid = false;
    }
    if verdict.valid {
        match seen.check.direction {
            Direction::In => came_in(tx, seen, &before).await?,
            Direction::Out => went_out(tx, seen, &before).await?,
        }
    }
    keep(tx, seen, &before, &verdict, &checkin_id, &version, limits.face_score_min).await?;
    for finding in &verdict.findings {
        if let Some(new) = alert_of(tx, seen, &before, finding, &checkin_id) {
            raise(tx, by, new).await?;
        }
    }
    let subject =
        Subject { kind: "checkin", id: &checkin_id, institution_id: &seen.institution_id };
    let particulars = json!({
        "operation": before.operation_id, "practitioner": seen.practitioner_id,
        "role": seen.check.role.code(), "direction": seen.check.direction.code(),
        "at": seen.check.at.0, "valid": verdict.valid,
        "terminal": seen.terminal_id, "seq": seen.seq,
    });
    event::append(tx, by, subject, "recorded", particulars).await
}

async fn before(tx: &mut Tx, seen: &Seen) -> Result<Before> {
    let named = operation_facts(tx, seen).await?;
    let category = named.as_ref().map(|(_, category)| *category);
    let standing =
        register::standing(tx, &seen.practitioner_id, &seen.institution_id, seen.check.at).await?;
    let claim = Claim { role: seen.check.role, category, at: seen.check.at };
    let operation_id = named.as_ref().and(seen.operation_id.clone());
    let open = sqlx::query(
        "select institution_id, operation_id, since from open_presence
         where practitioner_id = $1 order by since",
    )
    .bind(&seen.practitioner_id)
    .fetch_all(tx.conn())
    .await?;
    let mut inside_since = None;
    let mut elsewhere = None;
    for row in open {
        let institution_id: String = row.try_get(0)?;
        let open_operation: Option<String> = row.try_get(1)?;
        let since = Time(row.try_get(2)?);
        let same_institution = institution_id == seen.institution_id;
        if same_institution && open_operation == operation_id {
            inside_since = Some(since);
        } else {
            elsewhere = Some(OpenElsewhere { same_institution, since });
        }
    }
    let operation = named.map(|(operation, _)| operation);
    let clock_difference_s = tx.packs().rules_at(seen.check.at).terminal.clock_difference_s;
    let started = operation.as_ref().is_some_and(|facts| facts.attending_in_at.is_some());
    let facts = Facts {
        lacks: lacks(&standing, claim),
        operation,
        inside_since,
        elsewhere,
        clock_grace_ms: clock_difference_s * Time::SECOND_MS,
    };
    Ok(Before { started, facts, operation_id })
}

async fn operation_facts(tx: &mut Tx, seen: &Seen) -> Result<Option<(OperationFacts, Category)>> {
    let row = sqlx::query(
        "select declared_at, anaesthesia, min_minutes, started_at, category,
            (select count(*) from operation_member
             where operation_member.institution_id = operation.institution_id
               and operation_member.operation_id = operation.operation_id
               and role = 'anaesthetist' and first_in_at is not null) as anaesthetists_in,
            (select count(*) from operation_member
             where operation_member.institution_id = operation.institution_id
               and operation_member.operation_id = operation.operation_id
               and practitioner_id = $3 and role = $4) as in_team,
            case when cancelled_at is not null or confirmed_at is not null
                 then cast(1 as bigint) else cast(0 as bigint) end as closed
         from operation where institution_id = $1 and operation_id = $2",
    )
    .bind(&seen.institution_id)
    .bind(&seen.operation_id)
    .bind(&seen.practitioner_id)
    .bind(seen.check.role.code())
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let anaesthesia: String = row.try_get(1)?;
    let category: String = row.try_get(4)?;
    let facts = OperationFacts {
        declared_at: Time(row.try_get(0)?),
        closed: row.try_get::<i64, _>(7)? > 0,
        in_team: row.try_get::<i64, _>(6)? > 0,
        needs_anaesthetist: coded(Anaesthesia::of(&anaesthesia), "anaesthesia", &anaesthesia)?
            .needs_anaesthetist(),
        anaesthetist_in: row.try_get::<i64, _>(5)? > 0,
        attending_in_at: row.try_get::<Option<i64>, _>(3)?.map(Time),
        min_minutes: row.try_get(2)?,
    };
    Ok(Some((facts, coded(Category::of(&category), "category", &category)?)))
}

/// The slot of a presence: attendings share one in the whole city, everybody else has one a place.
fn slot(seen: &Seen, before: &Before) -> String {
    match (seen.check.role, &before.operation_id) {
        (Role::Attending, _) => String::new(),
        (_, Some(operation_id)) => operation_id.clone(),
        (_, None) => seen.room_id.clone(),
    }
}

/// Opens the presence; `false` when the slot is taken.
async fn open_presence(
    tx: &mut Tx,
    seen: &Seen,
    before: &Before,
    checkin_id: &str,
) -> Result<bool> {
    let opened = sqlx::query(
        "insert into open_presence (practitioner_id, slot, institution_id, operation_id, room_id,
            role, checkin_id, since)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (practitioner_id, slot) do nothing",
    )
    .bind(&seen.practitioner_id)
    .bind(slot(seen, before))
    .bind(&seen.institution_id)
    .bind(&before.operation_id)
    .bind(&seen.room_id)
    .bind(seen.check.role.code())
    .bind(checkin_id)
    .bind(seen.check.at.0)
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(opened == 1)
}

async fn came_in(tx: &mut Tx, seen: &Seen, before: &Before) -> Result<()> {
    let Some(operation_id) = before.open_operation() else { return Ok(()) };
    let at = seen.check.at;
    let passed = Passed {
        institution_id: &seen.institution_id,
        operation_id,
        practitioner_id: &seen.practitioner_id,
        role: seen.check.role,
        at,
    };
    operation::came_in(tx, &passed).await?;
    // A check that arrives late does not undo an alert that was due before it was made.
    deadline::met(tx, Kind::NobodyCame, operation_id, at).await?;
    if seen.check.role == Role::Attending && !before.started {
        let days = tx.packs().rules_at(at).presence.zero_record_days;
        let due = zero_record_due(at, days);
        deadline::postpone(tx, Kind::ZeroRecord, &seen.institution_id, due).await?;
    }
    Ok(())
}

async fn went_out(tx: &mut Tx, seen: &Seen, before: &Before) -> Result<()> {
    sqlx::query(
        "delete from open_presence where practitioner_id = $1 and institution_id = $2
           and (operation_id = $3 or (operation_id is null and cast($3 as text) is null))",
    )
    .bind(&seen.practitioner_id)
    .bind(&seen.institution_id)
    .bind(&before.operation_id)
    .execute(tx.conn())
    .await?;
    let Some(operation_id) = before.open_operation() else { return Ok(()) };
    let passed = Passed {
        institution_id: &seen.institution_id,
        operation_id,
        practitioner_id: &seen.practitioner_id,
        role: seen.check.role,
        at: seen.check.at,
    };
    operation::went_out(tx, &passed).await
}

async fn keep(
    tx: &mut Tx,
    seen: &Seen,
    before: &Before,
    verdict: &Verdict,
    checkin_id: &str,
    version: &str,
    score_min: f64,
) -> Result<()> {
    let findings: Vec<Value> = verdict.findings.iter().map(describe).collect();
    // Only a face has a score. The number is bound all the same: sqlx 0.9.0 declares a missing f64
    // to PostgreSQL as an f32, and the statement it keeps would refuse the next score.
    sqlx::query(
        "insert into checkin (institution_id, checkin_id, operation_id, practitioner_id, role,
            direction, method, score, score_min, liveness, terminal_id, seq, room_id, at,
            received_at, valid_at, findings, pack_version)
         values ($1, $2, $3, $4, $5, $6, $7,
            case when $7 = 'face' then cast($8 as double precision) end,
            case when $7 = 'face' then cast($9 as double precision) end,
            $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(&seen.institution_id)
    .bind(checkin_id)
    .bind(&before.operation_id)
    .bind(&seen.practitioner_id)
    .bind(seen.check.role.code())
    .bind(seen.check.direction.code())
    .bind(seen.check.method.code())
    .bind(seen.check.face_score.unwrap_or(0.0))
    .bind(score_min)
    .bind(seen.liveness)
    .bind(&seen.terminal_id)
    .bind(seen.seq)
    .bind(&seen.room_id)
    .bind(seen.check.at.0)
    .bind(seen.received_at.0)
    .bind(verdict.valid.then_some(seen.check.at.0))
    .bind(Value::Array(findings).to_string())
    .bind(version)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The rule of a finding, when it is an alert.
fn rule_of(finding: &Finding) -> Option<Rule> {
    match finding {
        Finding::IdentityMismatch { .. } => Some(Rule::A01),
        Finding::NotEntitled { .. } => Some(Rule::A03),
        Finding::TooShort { .. } => Some(Rule::A07),
        Finding::OpenElsewhere { weight, .. } => (*weight == Weight::Alert).then_some(Rule::A09),
        Finding::Undeclared => Some(Rule::A10),
        Finding::DeclaredAfterStart { .. } => Some(Rule::A11),
        Finding::BeforeAnaesthetist => Some(Rule::A14),
        Finding::AlreadyInside { .. } | Finding::OutWithoutIn => None,
    }
}

/// A finding as it is stored: a code and the numbers, never a name.
fn describe(finding: &Finding) -> Value {
    match finding {
        Finding::IdentityMismatch { score, min, review } => {
            json!({"code": "A01", "score": score, "min": min, "review": review})
        }
        Finding::NotEntitled { lacks } => {
            let codes: Vec<_> = lacks.iter().copied().map(Lack::code).collect();
            json!({"code": "A03", "lacks": codes})
        }
        Finding::TooShort { lasted_ms, min_minutes } => {
            json!({"code": "A07", "lasted_ms": lasted_ms, "min_minutes": min_minutes})
        }
        Finding::OpenElsewhere { same_institution, since, .. } => {
            json!({"code": "A09", "same_institution": same_institution, "since": since.0})
        }
        Finding::Undeclared => json!({"code": "A10"}),
        Finding::DeclaredAfterStart { declared_at, started_at } => {
            json!({"code": "A11", "declared_at": declared_at.0, "started_at": started_at.0})
        }
        Finding::BeforeAnaesthetist => json!({"code": "A14"}),
        Finding::AlreadyInside { since } => json!({"code": "inside", "since": since.0}),
        Finding::OutWithoutIn => json!({"code": "out_without_in"}),
    }
}

/// The alert of a finding. One operation raises each rule once per person, however often the
/// person tries; without an operation it is once per person and day.
fn alert_of(
    tx: &Tx,
    seen: &Seen,
    before: &Before,
    finding: &Finding,
    checkin_id: &str,
) -> Option<NewAlert> {
    let rule = rule_of(finding)?;
    let place = match &before.operation_id {
        Some(operation_id) => operation_id.clone(),
        None => {
            format!("{}:{}", seen.institution_id, tx.packs().calendar.day_number(seen.check.at))
        }
    };
    let who = &seen.practitioner_id;
    let sameness = match finding {
        // Whether the operation was declared in time is one fact, whoever came first.
        Finding::DeclaredAfterStart { .. } => format!("A11:{place}"),
        Finding::IdentityMismatch { .. } => {
            format!("A01:{place}:{who}:{}", seen.check.direction.code())
        }
        _ => format!("{}:{place}:{who}", rule.code()),
    };
    let mut inputs = describe(finding);
    inputs["direction"] = json!(seen.check.direction.code());
    inputs["role"] = json!(seen.check.role.code());
    inputs["method"] = json!(seen.check.method.code());
    inputs["seq"] = json!(seen.seq);
    if let (Finding::TooShort { .. }, Some(operation)) = (finding, &before.facts.operation) {
        inputs["in_at"] = json!(operation.attending_in_at.map(|at| at.0));
        inputs["out_at"] = json!(seen.check.at.0);
    }
    Some(NewAlert {
        raised_at: seen.check.at,
        operation_id: before.operation_id.clone(),
        practitioner_id: Some(seen.practitioner_id.clone()),
        terminal_id: Some(seen.terminal_id.clone()),
        room_id: Some(seen.room_id.clone()),
        checkin_id: Some(checkin_id.to_owned()),
        inputs,
        ..NewAlert::of(rule, &seen.institution_id, sameness)
    })
}
