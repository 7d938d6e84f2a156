//! The clinic's pages: what is running, what is to do, who is filed here.

mod declare;

pub(crate) use declare::{declare, declare_form, gate};

use askama::Template;
use axum::extract::State;
use rules::account::Permission;
use rules::register::Role;
use store::alert::AlertFilter;
use store::operation::OperationFilter;
use store::page::Slice;
use store::{alert, operation, register};

use crate::App;
use crate::assets::Mark;
use crate::bureau::{Ranked, ranked};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::institution::{PersonShown, people_shown};
use crate::sentence;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

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
