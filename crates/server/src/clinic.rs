//! The clinic's pages: what is running, what is to do, and declaring an operation in half a minute.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use rules::account::Permission;
use rules::operation::{Answer as GateAnswer, GateLine, Reason, Topic};
use rules::register::{Anaesthesia, Lack, Modality, Role};
use store::alert::AlertFilter;
use store::operation::{Declaration, Gated, Member, OperationFilter};
use store::page::Slice;
use store::register::Team;
use store::{alert, operation, register};

use crate::App;
use crate::alert::unprocessable;
use crate::assets::Mark;
use crate::bureau::{Ranked, ranked};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::institution::{PersonShown, people_shown};
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// The institution of a clinic's account.
fn own_institution(who: &SignedIn) -> Answer<String> {
    who.need(Permission::Declare)?;
    let own = who.scope.account().and_then(|account| account.institution_id.clone());
    own.ok_or_else(|| Fault::new(Kind::Forbidden, who.lang))
}

struct Running {
    operation_id: String,
    room: String,
    procedure: String,
    level: i64,
    volume: Option<i64>,
    from: i64,
    timer: String,
    team: Vec<(String, &'static str, String)>,
}

struct ToDo {
    mark: Mark,
    href: String,
    title: String,
    what: String,
}

#[derive(Template)]
#[template(path = "clinic/home.html")]
struct Home {
    shell: Shell,
    running: Vec<Running>,
    todo: Vec<ToDo>,
    month: (i64, i64),
    month_from: String,
    today: i64,
    suspended: bool,
}

#[derive(Template)]
#[template(path = "clinic/home.html", block = "live")]
struct HomeFragment {
    shell: Shell,
    running: Vec<Running>,
    todo: Vec<ToDo>,
    month: (i64, i64),
    month_from: String,
    today: i64,
    suspended: bool,
}

/// Lines of the to-do list; the tabs lead to the rest.
const TODO_ALERTS: i64 = 6;
const RUNNING: i64 = 10;

/// `GET /clinic`
pub(crate) async fn home(
    State(app): State<App>,
    who: SignedIn,
    headers: axum::http::HeaderMap,
) -> Answer {
    let institution_id = own_institution(&who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/clinic").await?;
    let periods = app.city().calendar.periods(now);
    let operations = operation::counts(&mut tx, &who.scope, periods, now).await.told(lang)?;
    let alerts = alert::counts(&mut tx, &who.scope, periods, now).await.told(lang)?;
    let running = running(&mut tx, &who, shell.when, now.0).await?;
    let todo = todo(&mut tx, &who, shell.when, &institution_id, now.0).await?;
    let coverage = register::coverage(&mut tx, &who.scope, now).await.told(lang)?;
    let month = (operations.month, alerts.month);
    let month_from = lang.since_day(shell.when.day(&periods.month.0));
    let (today, suspended) = (operations.day, coverage.suspended > 0);
    if crate::shell::wants_fragment(&headers) {
        let part = HomeFragment { shell, running, todo, month, month_from, today, suspended };
        return draw(&part, lang);
    }
    draw(&Home { shell, running, todo, month, month_from, today, suspended }, lang)
}

async fn running(tx: &mut store::Tx, who: &SignedIn, when: When, now: i64) -> Answer<Vec<Running>> {
    let lang = who.lang;
    let open = operation::open_now(tx, &who.scope, RUNNING).await.told(lang)?;
    let mut shown = Vec::with_capacity(open.len());
    for one in open {
        let team = operation::team(tx, &one.institution_id, &one.operation_id).await.told(lang)?;
        shown.push(Running {
            room: sentence::room(lang, &one.room_kind, one.room_number),
            procedure: sentence::procedure(lang, tx.packs(), &one.procedure_code, one.planned_at),
            level: one.level,
            volume: one.volume_ml,
            from: one.started_at,
            timer: when.timer(&(now - one.started_at)),
            team: team
                .iter()
                .map(|row| {
                    let passed = match (row.inside > 0, row.first_in_at, row.last_out_at) {
                        (true, Some(at), _) => lang.in_at(when.hm(&at)),
                        (false, _, Some(at)) => lang.out_at(when.hm(&at)),
                        _ => lang.not_in_yet().to_owned(),
                    };
                    let role = Role::of(&row.role).map_or("", |role| lang.role(role));
                    (lang.pick(&row.name_zh, &row.name_en).to_owned(), role, passed)
                })
                .collect(),
            operation_id: one.operation_id,
        });
    }
    Ok(shown)
}

async fn todo(
    tx: &mut store::Tx,
    who: &SignedIn,
    when: When,
    institution_id: &str,
    now: i64,
) -> Answer<Vec<ToDo>> {
    let lang = who.lang;
    let at = rules::Time(now);
    let mut todo = Vec::new();
    let filter = AlertFilter { view: "clinic".into(), ..AlertFilter::default() };
    let slice = Slice::first(TODO_ALERTS);
    let listed = alert::alerts(tx, &who.scope, &filter, at, slice).await.told(lang)?;
    for line in &listed.rows {
        let risk = line.risk(tx, at).told(lang)?;
        let one: Ranked = ranked(when, tx, 0, line, risk, now);
        todo.push(ToDo {
            mark: one.mark,
            href: format!("/alerts/{}", one.alert_id),
            title: lang.todo_explain(&one.name),
            what: lang.todo_explain_what(when.stamp_hm(&one.raised_at), &one.due),
        });
    }
    let filed = register::filed_at(tx, institution_id, at).await.told(lang)?;
    for person in people_shown(when, &filed, now) {
        let (Some(left), Some(until)) = (person.days_left, &person.until) else { continue };
        if left <= register::EXPIRING_DAYS {
            todo.push(ToDo {
                mark: Mark::Warn,
                href: "/clinic/people".into(),
                title: lang.todo_expiry(&person.name, left),
                what: lang.todo_expiry_what(until),
            });
        }
    }
    let unconfirmed = OperationFilter { view: "unconfirmed".into(), ..OperationFilter::default() };
    let waiting = operation::operations(tx, &who.scope, &unconfirmed, at, Slice::first(1))
        .await
        .told(lang)?;
    if waiting.total > 0 {
        todo.push(ToDo {
            mark: Mark::Todo,
            href: "/operations?view=unconfirmed".into(),
            title: lang.todo_confirm(waiting.total),
            what: lang.todo_confirm_what().into(),
        });
    }
    Ok(todo)
}

/// One line of the gate's answer in words.
struct GateShown {
    mark: Mark,
    title: String,
    what: String,
}

struct GateView {
    lang: Lang,
    passes: bool,
    title: String,
    lines: Vec<GateShown>,
    version: String,
}

#[derive(Template)]
#[template(path = "clinic/gate.html")]
struct GatePart {
    gate: GateView,
}

fn gate_view(when: When, gated: &Gated, names: &Names) -> GateView {
    let lang = when.lang;
    let failed =
        gated.lines.iter().filter(|line| matches!(line.answer, GateAnswer::Failed(_))).count();
    let lines: Vec<GateShown> =
        gated.lines.iter().map(|line| gate_line(when, gated, line, names)).collect();
    let first = lines.first().map_or(String::new(), |line| line.title.clone());
    GateView {
        lang,
        passes: gated.passes(),
        title: match (gated.passes(), failed) {
            (true, _) => lang.gate_passes(gated.level),
            (false, 1) => lang.gate_fails_one(first),
            (false, n) => lang.gate_fails(n),
        },
        lines,
        version: gated.rules_version.clone(),
    }
}

/// The people named in the form, for the gate's words.
#[derive(Default)]
struct Names {
    attending: String,
    anaesthetist: String,
    assistant: String,
}

impl Names {
    fn of(lang: Lang, team: &Team, fields: &Fields) -> Names {
        let find = |people: &[register::Filed], id: &str| {
            people
                .iter()
                .find(|one| one.practitioner_id == id)
                .map_or(String::new(), |one| lang.pick(&one.name_zh, &one.name_en).to_owned())
        };
        Names {
            attending: find(&team.attendings, fields.get("attending")),
            anaesthetist: find(&team.anaesthetists, fields.get("anaesthetist")),
            assistant: find(&team.assistants, fields.get("assistant")),
        }
    }

    fn of_topic(&self, topic: Topic) -> &str {
        match topic {
            Topic::Attending => &self.attending,
            Topic::Anaesthetist => &self.anaesthetist,
            Topic::Assistant => &self.assistant,
            _ => "",
        }
    }
}

fn gate_line(when: When, gated: &Gated, line: &GateLine, names: &Names) -> GateShown {
    let lang = when.lang;
    let (mark, what) = match &line.answer {
        GateAnswer::Met => (Mark::Ok, lang.gate_met(line.topic).to_owned()),
        GateAnswer::Warned(reason) => (Mark::Warn, reason_words(when, reason)),
        GateAnswer::Failed(reason) => (Mark::Danger, reason_words(when, reason)),
    };
    let title = match line.topic {
        Topic::Level => lang.gate_level(gated.level),
        topic => format!("{} {}", lang.gate_topic(topic), names.of_topic(topic)).trim().to_owned(),
    };
    GateShown { mark, title, what }
}

fn reason_words(when: When, reason: &Reason) -> String {
    let lang = when.lang;
    match reason {
        Reason::Suspended => lang.reason_suspended().into(),
        Reason::LevelAboveInstitution { level, level_max } => lang.reason_level(*level, *level_max),
        Reason::VolumeMissing => lang.reason_volume().into(),
        Reason::NotEntitled(lacks) => {
            let words: Vec<&str> = lacks.iter().map(|lack: &Lack| lang.lack(*lack)).collect();
            words.join(lang.pick("、", ", "))
        }
        Reason::Missing => lang.reason_missing().into(),
        Reason::AnaesthesiaNotAllowed => lang.reason_anaesthesia().into(),
        Reason::NoAnaesthetistDepartment => lang.reason_department().into(),
        Reason::InsideElsewhere => lang.reason_inside().into(),
        Reason::PlannedElsewhere { from } => lang.reason_planned(when.stamp_hm(&from.0)),
        Reason::RoomTaken { from } => lang.reason_room(when.stamp_hm(&from.0)),
        Reason::PlannedInThePast { planned_at } => lang.reason_past(when.stamp_hm(&planned_at.0)),
        Reason::DurationOutOfRange => lang.reason_duration().into(),
    }
}

struct Choice {
    value: String,
    word: String,
}

struct ProcedureChoice {
    code: String,
    word: String,
    usual: i64,
    anaesthesia: &'static str,
    volume: bool,
}

#[derive(Template)]
#[template(path = "clinic/declare.html")]
struct DeclarePage {
    shell: Shell,
    typed: Fields,
    request_key: String,
    rooms: Vec<Choice>,
    groups: Vec<(&'static str, Vec<ProcedureChoice>)>,
    anaesthesias: Vec<Choice>,
    attendings: Vec<Choice>,
    anaesthetists: Vec<Choice>,
    assistants: Vec<Choice>,
    gate: Option<GateView>,
    faults: Vec<(&'static str, String)>,
}

impl DeclarePage {
    fn chosen(&self, name: &str, value: &str) -> bool {
        self.typed.get(name) == value
    }

    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|(field, _)| *field == name).map(|(_, text)| text.as_str())
    }
}

/// `GET /clinic/declare`
pub(crate) async fn declare_form(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let page = declare_page(&app, &who, Fields::of(query), None, Vec::new()).await?;
    draw(&page, who.lang)
}

async fn declare_page(
    app: &App,
    who: &SignedIn,
    typed: Fields,
    gated: Option<&Gated>,
    faults: Vec<(&'static str, String)>,
) -> Answer<DeclarePage> {
    let institution_id = own_institution(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/clinic").await?;
    let rooms = register::rooms(&mut tx, &institution_id).await.told(lang)?;
    let team = register::team_of(&mut tx, &institution_id, now).await.told(lang)?;
    let people = |people: &[register::Filed]| -> Vec<Choice> {
        people_shown(shell.when, people, now.0)
            .into_iter()
            .map(|one| Choice {
                value: one.practitioner_id,
                word: if one.category.is_empty() {
                    one.name
                } else {
                    format!("{}·{}", one.name, one.category)
                },
            })
            .collect()
    };
    let request_key = match typed.some("request_key") {
        Some(key) => key,
        None => crate::account::new_token()
            .ok_or_else(|| Fault::new(Kind::Broken("no randomness".into()), lang))?,
    };
    let names = Names::of(lang, &team, &typed);
    Ok(DeclarePage {
        rooms: rooms
            .iter()
            .map(|room| Choice {
                value: room.room_id.clone(),
                word: sentence::room(lang, &room.kind, room.number),
            })
            .collect(),
        groups: groups(lang, &tx, now),
        anaesthesias: Anaesthesia::ALL
            .iter()
            .map(|one| Choice { value: one.code().into(), word: lang.anaesthesia(*one).into() })
            .collect(),
        attendings: people(&team.attendings),
        anaesthetists: people(&team.anaesthetists),
        assistants: people(&team.assistants),
        gate: gated.map(|gated| gate_view(shell.when, gated, &names)),
        shell,
        typed,
        request_key,
        faults,
    })
}

/// The catalogue by modality.
fn groups(
    lang: Lang,
    tx: &store::Tx,
    now: rules::Time,
) -> Vec<(&'static str, Vec<ProcedureChoice>)> {
    let catalogue = tx.packs().procedures_at(now);
    Modality::ALL
        .iter()
        .map(|modality| {
            let choices = catalogue
                .procedures
                .iter()
                .filter(|one| one.modality == *modality)
                .map(|one| ProcedureChoice {
                    code: one.code.clone(),
                    word: lang.pick(&one.name_zh, &one.name_en).to_owned(),
                    usual: one.usual_minutes,
                    anaesthesia: one.anaesthesia.first().map_or("none", |first| first.code()),
                    volume: !one.volume_levels.is_empty(),
                })
                .collect();
            (lang.modality(*modality), choices)
        })
        .collect()
}

/// Reads the form; every field that cannot be read gets its sentence.
fn read(
    app: &App,
    lang: Lang,
    fields: &Fields,
) -> Result<Declaration, Vec<(&'static str, String)>> {
    let mut faults = Vec::new();
    let mut fault = |field: &'static str, text: &str| faults.push((field, text.to_owned()));
    for (field, text) in [
        ("procedure", lang.choose_procedure()),
        ("room", lang.choose_room()),
        ("attending", lang.choose_attending()),
        ("client_name", lang.name_client()),
        ("alias_zh", lang.name_alias()),
    ] {
        if fields.get(field).is_empty() {
            fault(field, text);
        }
    }
    let day = fields.day("date", app.city().calendar);
    if day.is_none() {
        fault("date", lang.no_such_day());
    }
    let minute = fields.minute("time");
    if minute.is_none() {
        fault("time", lang.no_such_time());
    }
    let planned_min = fields.number("planned_min");
    if planned_min.is_none_or(|minutes| !(1..=1_440).contains(&minutes)) {
        fault("planned_min", lang.no_such_duration());
    }
    let volume_ml = fields.number("volume_ml");
    let volume_typed = fields.some("volume_ml").is_some();
    if volume_typed && volume_ml.is_none_or(|ml| !(0..=20_000).contains(&ml)) {
        fault("volume_ml", lang.no_such_volume());
    }
    let anaesthesia = Anaesthesia::of(fields.get("anaesthesia"));
    if anaesthesia.is_none() {
        fault("anaesthesia", lang.choose_anaesthesia());
    }
    let (Some(day), Some(minute), Some(planned_min), Some(anaesthesia), true) =
        (day, minute, planned_min, anaesthesia, faults.is_empty())
    else {
        return Err(faults);
    };
    let roles = [
        ("attending", Role::Attending),
        ("anaesthetist", Role::Anaesthetist),
        ("assistant", Role::Assistant),
    ];
    Ok(Declaration {
        request_key: fields.get("request_key").chars().take(100).collect(),
        room_id: fields.get("room").to_owned(),
        procedure_code: fields.get("procedure").to_owned(),
        anaesthesia,
        planned_at: day.plus_min(minute),
        planned_min,
        volume_ml,
        client_name: fields.get("client_name").to_owned(),
        client_alias_zh: fields.get("alias_zh").to_owned(),
        client_alias_en: fields.get("alias_en").to_owned(),
        members: roles
            .into_iter()
            .filter_map(|(field, role)| {
                fields.some(field).map(|practitioner_id| Member { practitioner_id, role })
            })
            .collect(),
    })
}

/// `POST /clinic/gate`: the answer under the fields it judges, while they are filled in.
pub(crate) async fn gate(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let institution_id = own_institution(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now) = (who.lang, app.now());
    let Ok(declaration) = read(&app, lang, &with_placeholders(&fields)) else {
        // Not enough is filled in to say anything yet.
        return Ok(String::new().into_response());
    };
    let mut tx = app.db().read().await.told(lang)?;
    let team = register::team_of(&mut tx, &institution_id, now).await.told(lang)?;
    let gated = operation::gate(&mut tx, &institution_id, &declaration, now).await.told(lang)?;
    let when = When { lang, calendar: app.city().calendar };
    let gate = gate_view(when, &gated, &Names::of(lang, &team, &fields));
    draw(&GatePart { gate }, lang)
}

/// The gate does not ask for the client: the answer may come before the name is typed.
fn with_placeholders(fields: &Fields) -> Fields {
    let mut pairs = fields.pairs();
    for name in ["client_name", "alias_zh"] {
        if fields.get(name).is_empty() {
            pairs.push((name.to_owned(), "-".to_owned()));
        }
    }
    Fields::of(pairs)
}

/// `POST /clinic/operations`
pub(crate) async fn declare(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let institution_id = own_institution(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let lang = who.lang;
    let declaration = match read(&app, lang, &fields) {
        Ok(declaration) => declaration,
        Err(faults) => return again(&app, &who, fields, None, faults).await,
    };
    let (scope, asked, now) = (who.scope.clone(), declaration.clone(), app.now());
    let declared = app.db().write(move |tx| {
        Box::pin(async move { operation::declare(tx, &scope, &asked, now).await })
    });
    match declared.await {
        Ok(operation_id) => {
            app.wake_feed();
            let next = format!("/operations/{operation_id}?done=declared");
            Ok(Redirect::to(&next).into_response())
        }
        Err(store::Error::Refused(store::Refusal::Gate)) => {
            let mut tx = app.db().read().await.told(lang)?;
            let gated =
                operation::gate(&mut tx, &institution_id, &declaration, now).await.told(lang)?;
            drop(tx);
            again(&app, &who, fields, Some(&gated), Vec::new()).await
        }
        Err(store::Error::Refused(refusal)) => {
            let fault = ("form", lang.refusal(refusal).to_owned());
            again(&app, &who, fields, None, vec![fault]).await
        }
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// The form as it was sent, with what is wrong beside it.
async fn again(
    app: &App,
    who: &SignedIn,
    fields: Fields,
    gated: Option<&Gated>,
    faults: Vec<(&'static str, String)>,
) -> Answer<Response> {
    let page = declare_page(app, who, fields, gated, faults).await?;
    Ok(unprocessable(draw(&page, who.lang)?))
}

#[derive(Template)]
#[template(path = "clinic/people.html")]
struct People {
    shell: Shell,
    people: Vec<PersonShown>,
    institution: register::Institution,
    kind: &'static str,
}

/// `GET /clinic/people`: who is filed here and until when.
pub(crate) async fn people(State(app): State<App>, who: SignedIn) -> Answer {
    let institution_id = own_institution(&who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/clinic/people").await?;
    let institution =
        register::institution(&mut tx, &who.scope, &institution_id).await.told(lang)?;
    let filed = register::filed_at(&mut tx, &institution_id, now).await.told(lang)?;
    let people = people_shown(shell.when, &filed, now.0);
    let kind = institution.kind().map_or("", |kind| lang.institution_kind(kind));
    draw(&People { shell, people, institution, kind }, lang)
}
