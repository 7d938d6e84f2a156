//! Declaring an operation: the form, the gate's answer under it, and sending it once.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use rules::operation::{Answer as GateAnswer, GateLine, Reason, Topic};
use rules::register::{Anaesthesia, Lack, Modality, Role};
use store::operation::{Declaration, Gated, Member};
use store::register::Team;
use store::{operation, register};

use super::own_institution;
use crate::App;
use crate::alert::unprocessable;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::institution::people_shown;
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

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
    let count = |wanted: fn(&GateAnswer) -> bool| {
        gated.lines.iter().filter(|line| wanted(&line.answer)).count()
    };
    let failed = count(|answer| matches!(answer, GateAnswer::Failed(_)));
    let warned = count(|answer| matches!(answer, GateAnswer::Warned(_)));
    let lines: Vec<GateShown> =
        gated.lines.iter().map(|line| gate_line(when, gated, line, names)).collect();
    let first = lines.first().map_or(String::new(), |line| line.title.clone());
    GateView {
        lang,
        passes: gated.passes(),
        title: match (failed, warned) {
            (0, 0) => lang.gate_passes().into(),
            (0, n) => lang.gate_warns(n),
            (1, _) => lang.gate_fails_one(first),
            (n, _) => lang.gate_fails(n),
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
    if volume_typed && volume_ml.is_none_or(|ml| !operation::VOLUME_ML.contains(&ml)) {
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
