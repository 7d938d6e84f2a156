//! One event: what happened, what was done about it, what is owed, and the next step of whoever
//! reads it.

use askama::Template;
use axum::extract::{Path, Query, State};
use rules::Time;
use rules::incident::{
    Cause, Closure, Finding, Grade, Holder, Kind, Party, Physical, Psychological, Reporter, Rung,
    Severity, Standing, Step, suggested,
};
use store::Tx;
use store::incident::{self, Action, DutyRow, Incident, Known, Message, StepRow};

use super::draw::{Names, state};
use super::form::{Choice, named};
use super::list::HANDLES;
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::oncall::{Pairs, Typed, need_any};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// One record of the course.
pub(super) struct Record {
    pub title: String,
    pub at: String,
    pub by: String,
    pub tags: Vec<String>,
    pub text: String,
    pub mark: Mark,
}

/// A report owed.
pub(super) struct Duty {
    pub duty: String,
    pub name: String,
    pub to: String,
    pub clause: String,
    pub mark: Option<Mark>,
    pub due: String,
    pub done: Option<String>,
    pub lifted: bool,
    pub external: bool,
}

pub(super) struct ActionShown {
    pub number: i64,
    pub what: String,
    pub owner: String,
    pub due: String,
    pub late: bool,
    pub settled: Option<String>,
}

struct MessageShown {
    at: String,
    by: String,
    own: bool,
    body: String,
}

struct Who {
    name: String,
    address: String,
    until: String,
}

/// The causes of one group.
struct Group {
    name: String,
    causes: Vec<Choice>,
}

/// What of an event its page and its print draw.
pub(super) struct View {
    pub event: Incident,
    pub kind: &'static str,
    pub what: String,
    pub place: String,
    pub mark: Option<Mark>,
    pub state: String,
    pub grade: Option<&'static str>,
    pub severity: Option<&'static str>,
    pub harm: [&'static str; 2],
    /// Who reported by their own word; empty for a watcher.
    pub reporter: &'static str,
    pub rung: &'static str,
    pub climbs: Option<String>,
    pub records: Vec<Record>,
    pub duties: Vec<Duty>,
    /// What may be reported to a system of its own although no clock asks for it.
    pub voluntary: Option<String>,
    pub actions: Vec<ActionShown>,
    pub causes: Vec<String>,
    pub cause_codes: Vec<String>,
}

#[derive(Template)]
#[template(path = "incident/page.html")]
pub(super) struct Page {
    shell: Shell,
    typed: Typed,
    view: View,
    steps: Vec<Step>,
    known: Option<Who>,
    with_reporter: Vec<MessageShown>,
    with_authority: Vec<MessageShown>,
    groups: Vec<Group>,
    categories: Vec<Choice>,
    suggestion: Option<String>,
    tomorrow: String,
    sheet: bool,
}

impl Page {
    fn reviewer(&self) -> bool {
        self.view.event.party == Party::Reviewer
    }

    fn may(&self, step: &str) -> bool {
        self.steps.iter().any(|one| one.code() == step)
    }

    fn open(&self) -> bool {
        self.view.event.state != Standing::Closed
    }

    fn reads_along(&self) -> bool {
        self.view.event.holder == Holder::Institution && self.view.event.rung > Rung::Institution
    }

    fn kinds(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let chosen = self.typed.or("grade", "kind", self.view.event.kind.code());
        let choice = |one: &Kind| Choice::new(one.code(), lang.incident_kind(*one), chosen);
        Kind::ALL.iter().map(choice).collect()
    }

    fn physical(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let chosen = self.typed.or("grade", "physical", self.view.event.physical.code());
        let choice = |one: &Physical| Choice::new(one.code(), lang.physical_harm(*one), chosen);
        Physical::ALL.iter().map(choice).collect()
    }

    fn psychological(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let chosen = self.typed.or("grade", "psychological", self.view.event.psychological.code());
        let choice =
            |one: &Psychological| Choice::new(one.code(), lang.psychological_harm(*one), chosen);
        Psychological::ALL.iter().map(choice).collect()
    }

    fn grades(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let usual = self.view.event.grade.map_or("", Grade::code);
        let chosen = self.typed.or("grade", "grade", usual);
        let choice = |one: &Grade| Choice::new(one.code(), lang.incident_grade(*one), chosen);
        Grade::ALL.iter().map(choice).collect()
    }

    fn severities(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let usual = self.view.event.severity.map_or("", Severity::code);
        let chosen = self.typed.or("grade", "severity", usual);
        let choice = |one: &Severity| Choice::new(one.code(), lang.event_severity(*one), chosen);
        Severity::ALL.iter().map(choice).collect()
    }

    fn closures(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let chosen = self.typed.get("close", "closure");
        let choice = |one: &Closure| Choice::new(one.code(), lang.incident_closure(*one), chosen);
        Closure::ALL.iter().map(choice).collect()
    }

    fn findings(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let chosen = self.typed.get("find", "finding");
        let choice = |one: &Finding| Choice::new(one.code(), lang.incident_finding(*one), chosen);
        Finding::ALL.iter().map(choice).collect()
    }
}

/// `GET /incidents/{incident_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(incident_id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let lang = who.lang;
    let mut page = read(&app, &who, &incident_id, Typed::default()).await?;
    page.shell.done = match fields.get("done") {
        "duty" => Some(lang.inc_done_duty().to_owned()),
        "action" => Some(lang.inc_done_action().to_owned()),
        "message" => Some(lang.inc_done_write().to_owned()),
        other => Step::of(other).map(|step| lang.inc_done_step(lang.incident_step(step))),
    };
    draw(&page, lang)
}

pub(super) async fn read(
    app: &App,
    who: &SignedIn,
    incident_id: &str,
    typed: Typed,
) -> Answer<Page> {
    need_any(who, &HANDLES)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let event = incident::incident(&mut tx, &who.scope, incident_id).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/incidents").await?;
    let when = shell.when;
    let known = incident::reporter(&mut tx, &who.scope, incident_id).await.told(lang)?;
    let reporter = incident::messages(&mut tx, &event, "reporter").await.told(lang)?;
    let authority = incident::messages(&mut tx, &event, "authority").await.told(lang)?;
    let view = view(&mut tx, when, event, now).await?;
    let pack = tx.packs().incident_at(now);
    let chosen = typed.or("grade", "category", &view.event.category).to_owned();
    let people = view.event.people;
    let level = suggested(view.event.kind, view.event.physical, people);
    Ok(Page {
        steps: view.event.steps(),
        known: known.map(|one| person(when, &one)),
        with_reporter: reporter.iter().map(|one| message(when, one)).collect(),
        with_authority: authority.iter().map(|one| message(when, one)).collect(),
        groups: groups(lang, &pack.causes, &view.cause_codes),
        categories: named(lang, &pack.categories, &chosen),
        suggestion: level.map(|one| lang.inc_grade_suggested(lang.event_severity(one))),
        tomorrow: when.iso(&now.plus_days(1).0),
        sheet: view.event.severity.is_some() || view.event.rung > Rung::Institution,
        view,
        typed,
        shell,
    })
}

/// Everything of an event that is drawn, read within one moment.
pub(super) async fn view(tx: &mut Tx, when: When, event: Incident, now: Time) -> Answer<View> {
    let lang = when.lang;
    let rows = incident::steps_of(tx, &event).await.told(lang)?;
    let duties = incident::duties(tx, &event).await.told(lang)?;
    let actions = incident::actions(tx, &event).await.told(lang)?;
    let cause_codes = incident::causes(tx, &event).await.told(lang)?;
    let climbs = incident::climbs_at(tx, &event).await.told(lang)?.map(|at| {
        let left = at - now.0;
        lang.inc_rung_waits(when.stamp_hm(&at), lang.due_left(when.span(&left)))
    });
    let pack = tx.packs().incident_at(now);
    let names = Names { lang, pack };
    let cause = |code: &String| {
        let one = pack.cause(code);
        one.map_or(code.as_str(), |one| lang.pick(&one.name_zh, &one.name_en)).to_owned()
    };
    let (mark, state) = state(lang, event.state.code(), event.closure.as_deref());
    Ok(View {
        kind: lang.incident_kind(event.kind),
        what: names.what(&event.category, &event.department),
        place: match &event.institution {
            Some([zh, en]) => lang.pick(zh, en).to_owned(),
            None => lang.inc_no_institution().to_owned(),
        },
        grade: event.grade.map(|grade| lang.incident_grade(grade)),
        severity: event.severity.map(|one| lang.event_severity(one)),
        harm: [lang.physical_harm(event.physical), lang.psychological_harm(event.psychological)],
        reporter: event
            .told
            .as_ref()
            .and_then(|told| Reporter::of(&told.reporter))
            .filter(|one| *one != Reporter::Unsaid)
            .map_or("", |one| lang.incident_reporter(one)),
        rung: lang.incident_rung(event.rung),
        climbs,
        records: rows.iter().map(|row| record(when, row)).collect(),
        voluntary: pack
            .category(&event.category)
            .filter(|one| one.external && event.kind == Kind::Incident)
            .filter(|_| event.holder == Holder::Institution)
            .filter(|one| duties.iter().all(|row| row.duty != one.code))
            .map(|one| one.code.clone()),
        duties: duties.iter().map(|row| duty(when, &names, row, now)).collect(),
        actions: actions.iter().map(|one| action(when, one, now)).collect(),
        causes: cause_codes.iter().map(cause).collect(),
        cause_codes,
        mark,
        state,
        event,
    })
}

fn record(when: When, row: &StepRow) -> Record {
    let lang = when.lang;
    let by = lang.pick_or(row.by_zh.as_deref(), row.by_en.as_deref());
    let step = Step::of(&row.step);
    let rung = row.rung.as_deref().and_then(Rung::of).map(|rung| lang.incident_rung(rung));
    let grade = row.grade.as_deref().and_then(Grade::of).map(|one| lang.inc_grade(one.code()));
    let severity = row.severity.as_deref().and_then(Severity::of);
    let closure = row.closure.as_deref().and_then(Closure::of);
    let finding = row.finding.as_deref().and_then(Finding::of);
    let words = [
        rung.map(str::to_owned),
        grade,
        severity.map(|one| lang.event_severity(one).to_owned()),
        closure.map(|one| lang.incident_closure(one).to_owned()),
        finding.map(|one| lang.incident_finding(one).to_owned()),
    ];
    Record {
        title: match step {
            Some(step) => lang.incident_step(step).to_owned(),
            None => lang.incident_step(Step::SendUp).to_owned(),
        },
        at: when.stamp_hm(&row.at),
        by: if by.is_empty() { lang.inc_by_clock().to_owned() } else { by.to_owned() },
        tags: words.into_iter().flatten().collect(),
        text: row.body.clone(),
        mark: match step {
            Some(Step::Close | Step::Analyse) => Mark::Ok,
            None => Mark::Warn,
            _ => Mark::Live,
        },
    }
}

fn duty(when: When, names: &Names<'_>, row: &DutyRow, now: Time) -> Duty {
    let lang = when.lang;
    let clock = names.pack.clock(&row.clock);
    let text = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let left = row.due_at - now.0;
    let open = row.reported_at.is_none() && row.lifted_at.is_none();
    let word =
        if left <= 0 { lang.due_over(when.span(&left)) } else { lang.due_left(when.span(&left)) };
    Duty {
        duty: row.duty.clone(),
        name: match clock {
            Some(one) => text(&one.name_zh, &one.name_en),
            None if row.clock == incident::VOLUNTARY => lang.inc_clock_voluntary().to_owned(),
            None => row.clock.clone(),
        },
        to: clock.map_or(String::new(), |one| lang.inc_clock_to(text(&one.to_zh, &one.to_en))),
        clause: clock.map_or(String::new(), |one| text(&one.clause_zh, &one.clause_en)),
        mark: match (open, left <= 0) {
            (true, true) => Some(Mark::Danger),
            (true, false) => Some(Mark::Warn),
            (false, _) => None,
        },
        due: lang.inc_clock_due(when.stamp_hm(&row.due_at), word),
        done: row.reported_at.map(|at| reported(when, row, at)),
        lifted: row.lifted_at.is_some(),
        external: row.duty != "event",
    }
}

fn reported(when: When, row: &DutyRow, at: i64) -> String {
    let lang = when.lang;
    let done = match row.external_no.is_empty() {
        true => lang.inc_clock_reported(when.stamp_hm(&at)),
        false => lang.inc_clock_reported_no(when.stamp_hm(&at), &row.external_no),
    };
    let late = at - row.due_at;
    if late > 0 { lang.inc_clock_late(done, when.span(&late)) } else { done }
}

fn action(when: When, one: &Action, now: Time) -> ActionShown {
    let lang = when.lang;
    let open = one.done_at.is_none() && one.dropped_at.is_none();
    ActionShown {
        number: one.action_no,
        what: one.what.clone(),
        owner: one.owner.clone(),
        // The last day that is in time.
        due: when.iso(&(one.due_at - 1)),
        late: open && one.due_at <= now.0,
        settled: match (one.done_at, one.dropped_at) {
            (Some(_), _) => Some(lang.inc_action_settled_done(&one.outcome)),
            (None, Some(_)) => Some(lang.inc_action_settled_dropped(&one.outcome)),
            (None, None) => None,
        },
    }
}

fn message(when: When, one: &Message) -> MessageShown {
    let lang = when.lang;
    let asker = one.by_whom == "reporter";
    let name = lang.pick_or(one.name_zh.as_deref(), one.name_en.as_deref());
    MessageShown {
        at: when.stamp_hm(&one.at),
        by: if asker { lang.inc_reporter_word().to_owned() } else { name.to_owned() },
        own: !asker,
        body: one.body.clone(),
    }
}

fn person(when: When, known: &Known) -> Who {
    let lang = when.lang;
    let account = lang.pick_or(known.account_zh.as_deref(), known.account_en.as_deref());
    Who {
        name: if known.name.is_empty() { account.to_owned() } else { known.name.clone() },
        address: known.address.clone(),
        until: lang.inc_who_until(when.iso(&known.delete_at)),
    }
}

fn groups(lang: Lang, causes: &[Cause], chosen: &[String]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for cause in causes {
        let name = lang.pick(&cause.group_zh, &cause.group_en);
        let on = if chosen.contains(&cause.code) { &*cause.code } else { "" };
        let choice = Choice::new(&cause.code, lang.pick(&cause.name_zh, &cause.name_en), on);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.causes.push(choice),
            None => groups.push(Group { name: name.to_owned(), causes: vec![choice] }),
        }
    }
    groups
}
