//! Reading alerts: counters, lists, the worklist, one alert with its steps.

use rules::Time;
use rules::alert::{Level, Outcome, Risk, RiskFacts, Rule, State, risk};
use rules::calendar::Periods;

use crate::order::like_pattern;
use crate::page::{Listed, Slice};
use crate::{Error, Result, Scope, Tx, error::coded};

/// One alert with the names its page shows.
#[derive(Clone, Debug)]
pub struct Alert {
    pub institution_id: String,
    pub alert_id: String,
    pub number: String,
    pub rule: String,
    pub level: Level,
    pub raised_at: i64,
    pub recorded_at: i64,
    pub operation_id: Option<String>,
    pub practitioner_id: Option<String>,
    pub terminal_id: Option<String>,
    pub checkin_id: Option<String>,
    pub inputs: serde_json::Value,
    pub pack_version: String,
    pub explain_due_at: i64,
    pub state: State,
    pub explained_at: Option<i64>,
    pub institution: [String; 2],
    pub region_code: String,
    pub room: Option<(String, i64)>,
    pub practitioner: Option<[String; 2]>,
}

#[derive(sqlx::FromRow)]
struct AlertRow {
    institution_id: String,
    alert_id: String,
    number: String,
    rule: String,
    level: String,
    raised_at: i64,
    recorded_at: i64,
    operation_id: Option<String>,
    practitioner_id: Option<String>,
    terminal_id: Option<String>,
    checkin_id: Option<String>,
    inputs: String,
    pack_version: String,
    explain_due_at: i64,
    state: String,
    state_at: i64,
    state_by: Option<String>,
    explained_at: Option<i64>,
    outcome: Option<String>,
    institution_zh: String,
    institution_en: String,
    region_code: String,
    room_kind: Option<String>,
    room_number: Option<i64>,
    practitioner_zh: Option<String>,
    practitioner_en: Option<String>,
}

impl AlertRow {
    fn alert(self) -> Result<Alert> {
        let at = Time(self.state_at);
        let by = self.state_by.unwrap_or_default();
        let state = match self.state.as_str() {
            "new" => State::New,
            "claimed" => State::Claimed { at, by },
            "asked" => State::Asked { at, by },
            "explained" => State::Explained { at, by },
            "verified" => State::Verified { at, by },
            _ => {
                let word = self.outcome.unwrap_or_default();
                State::Closed { at, by, outcome: coded(Outcome::of(&word), "outcome", &word)? }
            }
        };
        Ok(Alert {
            institution_id: self.institution_id,
            alert_id: self.alert_id,
            number: self.number,
            level: coded(Level::of(&self.level), "alert.level", &self.level)?,
            rule: self.rule,
            raised_at: self.raised_at,
            recorded_at: self.recorded_at,
            operation_id: self.operation_id,
            practitioner_id: self.practitioner_id,
            terminal_id: self.terminal_id,
            checkin_id: self.checkin_id,
            inputs: serde_json::from_str(&self.inputs)
                .map_err(|error| Error::Corrupt(format!("alert.inputs: {error}")))?,
            pack_version: self.pack_version,
            explain_due_at: self.explain_due_at,
            state,
            explained_at: self.explained_at,
            institution: [self.institution_zh, self.institution_en],
            region_code: self.region_code,
            room: self.room_kind.zip(self.room_number),
            practitioner: self.practitioner_zh.zip(self.practitioner_en).map(|(zh, en)| [zh, en]),
        })
    }
}

pub async fn alert(tx: &mut Tx, scope: &Scope, alert_id: &str) -> Result<Alert> {
    let reach = scope.reach();
    let row: Option<AlertRow> = sqlx::query_as(
        "select alert.institution_id, alert.alert_id, alert.number, rule, level, raised_at,
            recorded_at, operation_id, alert.practitioner_id, terminal_id, checkin_id, inputs,
            pack_version, explain_due_at, state, state_at, state_by, explained_at, outcome,
            institution.name_zh as institution_zh, institution.name_en as institution_en,
            institution.region_code, room.kind as room_kind, room.number as room_number,
            practitioner.name_zh as practitioner_zh, practitioner.name_en as practitioner_en
         from alert
         join institution on institution.institution_id = alert.institution_id
         left join room on room.room_id = alert.room_id
         left join practitioner on practitioner.practitioner_id = alert.practitioner_id
         where alert.alert_id = $1
           and (cast($2 as text) is null or institution.region_code = $2)
           and (cast($3 as text) is null or alert.institution_id = $3)
           and (cast($4 as text) is null or alert.practitioner_id = $4)",
    )
    .bind(alert_id)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .fetch_optional(tx.conn())
    .await?;
    row.ok_or(Error::NotFound("alert"))?.alert()
}

/// Alerts raised in the running day, week and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AlertCounts {
    pub day: i64,
    pub week: i64,
    pub month: i64,
}

/// Counts by the day an alert was raised [N10].
pub async fn counts(
    tx: &mut Tx,
    scope: &Scope,
    periods: Periods,
    now: Time,
) -> Result<AlertCounts> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select count(case when raised_at >= $1 then 1 end) as day,
            count(case when raised_at >= $2 then 1 end) as week,
            count(case when raised_at >= $3 then 1 end) as month
         from alert join institution on institution.institution_id = alert.institution_id
         where raised_at >= $4 and raised_at <= $5
           and (cast($6 as text) is null or institution.region_code = $6)
           and (cast($7 as text) is null or alert.institution_id = $7)",
    )
    .bind(periods.day.0)
    .bind(periods.week.0)
    .bind(periods.month.0)
    .bind(periods.week.0.min(periods.month.0))
    .bind(now.0)
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?)
}

/// Open alerts by who has to act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OpenCounts {
    pub open: i64,
    /// New, claimed or asked: the clinic may still explain.
    pub waiting_for_clinic: i64,
    /// Explained or verified: an officer's turn.
    pub waiting_for_officer: i64,
    pub danger: i64,
}

pub async fn open_counts(tx: &mut Tx, scope: &Scope) -> Result<OpenCounts> {
    let reach = scope.institutions_reach();
    Ok(sqlx::query_as(
        "select count(*) as open,
            count(case when state in ('new', 'claimed', 'asked') then 1 end) as waiting_for_clinic,
            count(case when state in ('explained', 'verified') then 1 end) as waiting_for_officer,
            count(case when level = 'danger' then 1 end) as danger
         from alert join institution on institution.institution_id = alert.institution_id
         where alert.closed_at is null
           and (cast($1 as text) is null or institution.region_code = $1)
           and (cast($2 as text) is null or alert.institution_id = $2)",
    )
    .bind(&reach.region)
    .bind(&reach.institution)
    .fetch_one(tx.conn())
    .await?)
}

/// One line of a list of alerts.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AlertLine {
    pub institution_id: String,
    pub alert_id: String,
    pub number: String,
    pub rule: String,
    pub level: String,
    pub raised_at: i64,
    pub explain_due_at: i64,
    pub state: String,
    pub outcome: Option<String>,
    pub inputs: String,
    pub pack_version: String,
    pub institution_zh: String,
    pub institution_en: String,
    pub street_zh: String,
    pub street_en: String,
    pub room_kind: Option<String>,
    pub room_number: Option<i64>,
    pub practitioner_zh: Option<String>,
    pub practitioner_en: Option<String>,
    /// Other alerts of the institution in the pack's repeat span.
    pub repeats: i64,
    /// How many rows the whole filter finds.
    pub total: i64,
}

impl AlertLine {
    pub fn rule(&self) -> Result<Rule> {
        coded(Rule::of(&self.rule), "alert.rule", &self.rule)
    }

    pub fn level(&self) -> Result<Level> {
        coded(Level::of(&self.level), "alert.level", &self.level)
    }

    /// The rank with its working, by the pack the alert was judged by.
    pub fn risk(&self, tx: &Tx, now: Time) -> Result<Risk> {
        let rule = self.rule()?;
        let rule_points = tx
            .packs()
            .rules_of(&self.pack_version)
            .and_then(|pack| pack.rule(rule))
            .map_or(0, |text| text.risk);
        let waiting = matches!(self.state.as_str(), "new" | "claimed" | "asked");
        Ok(risk(RiskFacts {
            rule_points,
            repeats: self.repeats,
            explain_overdue: waiting && now.0 >= self.explain_due_at,
        }))
    }
}

/// What a list of alerts is narrowed to; empty fields do not narrow.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// open | clinic | officer | closed | all
    pub view: String,
    pub rule: Option<String>,
    pub level: Option<String>,
    pub text: Option<String>,
    pub institution_id: Option<String>,
    pub operation_id: Option<String>,
    pub from: Option<Time>,
    pub until: Option<Time>,
}

pub async fn alerts(
    tx: &mut Tx,
    scope: &Scope,
    filter: &AlertFilter,
    now: Time,
    slice: Slice,
) -> Result<Listed<AlertLine>> {
    let repeat_days = tx.packs().rules_at(now).disposal.repeat_days;
    let reach = scope.reach();
    let rows: Vec<AlertLine> = sqlx::query_as(
        "select alert.institution_id, alert.alert_id, alert.number, rule, level, raised_at,
            explain_due_at, state, outcome, inputs, pack_version,
            institution.name_zh as institution_zh, institution.name_en as institution_en,
            street_zh, street_en, room.kind as room_kind, room.number as room_number,
            practitioner.name_zh as practitioner_zh, practitioner.name_en as practitioner_en,
            (select count(*) from alert as other
             where other.institution_id = alert.institution_id
               and other.alert_id <> alert.alert_id and other.raised_at <= alert.raised_at
               and other.raised_at > alert.raised_at - $1) as repeats,
            count(*) over () as total
         from alert
         join institution on institution.institution_id = alert.institution_id
         left join room on room.room_id = alert.room_id
         left join practitioner on practitioner.practitioner_id = alert.practitioner_id
         where (cast($2 as text) is null or institution.region_code = $2)
           and (cast($3 as text) is null or alert.institution_id = $3)
           and (cast($4 as text) is null or alert.practitioner_id = $4)
           and (cast($5 as text) is null or alert.institution_id = $5)
           and (cast($6 as text) is null or rule = $6)
           and (cast($7 as text) is null or level = $7)
           and (cast($8 as text) is null or lower(institution.sort_key) like lower($8) escape '!'
                or lower(institution.name_en) like lower($8) escape '!'
                or lower(alert.number) like lower($8) escape '!')
           and raised_at >= $9 and raised_at < $10
           and ($11 = 'all' or ($11 = 'open' and alert.closed_at is null)
                or ($11 = 'closed' and alert.closed_at is not null)
                or ($11 = 'clinic' and state in ('new', 'claimed', 'asked'))
                or ($11 = 'officer' and state in ('explained', 'verified')))
           and (cast($14 as text) is null or alert.operation_id = $14)
         order by raised_at desc, alert.alert_id desc limit $12 offset $13",
    )
    .bind(repeat_days * Time::DAY_MS)
    .bind(&reach.region)
    .bind(&reach.institution)
    .bind(&reach.practitioner)
    .bind(&filter.institution_id)
    .bind(&filter.rule)
    .bind(&filter.level)
    .bind(filter.text.as_deref().filter(|text| !text.trim().is_empty()).map(like_pattern))
    .bind(filter.from.map_or(i64::MIN, |at| at.0))
    .bind(filter.until.map_or(i64::MAX, |at| at.0))
    .bind(&filter.view)
    .bind(slice.limit)
    .bind(slice.offset)
    .bind(&filter.operation_id)
    .fetch_all(tx.conn())
    .await?;
    Ok(Listed { total: rows.first().map_or(0, |row| row.total), rows })
}

/// Open alerts that are ranked against each other; older ones beyond it wait their turn.
const RANKED_MAX: i64 = 500;

/// The alerts of one operation, newest first.
pub async fn of_operation(
    tx: &mut Tx,
    scope: &Scope,
    operation_id: &str,
    now: Time,
) -> Result<Vec<AlertLine>> {
    let filter = AlertFilter {
        view: "all".into(),
        operation_id: Some(operation_id.to_owned()),
        ..AlertFilter::default()
    };
    Ok(alerts(tx, scope, &filter, now, Slice::first(OF_OPERATION_MAX)).await?.rows)
}

const OF_OPERATION_MAX: i64 = 50;

/// Open alerts ranked by risk; equal ranks by age, oldest first [N44].
pub async fn worklist(
    tx: &mut Tx,
    scope: &Scope,
    now: Time,
    limit: usize,
) -> Result<Listed<(AlertLine, Risk)>> {
    let filter = AlertFilter { view: "open".into(), ..AlertFilter::default() };
    let open = alerts(tx, scope, &filter, now, Slice::first(RANKED_MAX)).await?;
    let mut ranked = Vec::with_capacity(open.rows.len());
    for line in open.rows {
        let risk = line.risk(tx, now)?;
        ranked.push((line, risk));
    }
    ranked.sort_by_key(|(line, risk)| (-risk.total(), line.raised_at));
    ranked.truncate(limit);
    Ok(Listed { rows: ranked, total: open.total })
}

/// One step of disposal with the names its page shows.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StepRow {
    pub step: String,
    pub at: i64,
    pub by_zh: String,
    pub by_en: String,
    pub second_zh: Option<String>,
    pub second_en: Option<String>,
    pub method: Option<String>,
    pub outcome: Option<String>,
    pub body: String,
}

/// The steps of an alert that the caller has read with its scope.
pub async fn steps(tx: &mut Tx, alert: &Alert) -> Result<Vec<StepRow>> {
    Ok(sqlx::query_as(
        "select step, at, account.name_zh as by_zh, account.name_en as by_en,
            second.name_zh as second_zh, second.name_en as second_en, method, outcome, body
         from alert_step
         join account on account.account_id = alert_step.by_account
         left join account as second on second.account_id = alert_step.second_account
         where alert_step.institution_id = $1 and alert_id = $2 order by step_no",
    )
    .bind(&alert.institution_id)
    .bind(&alert.alert_id)
    .fetch_all(tx.conn())
    .await?)
}
