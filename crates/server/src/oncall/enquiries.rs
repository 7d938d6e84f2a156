//! Questions of the public and follow-ups of cases, with a reply clock [Z23, Z26].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::{AccountRole, Permission};
use store::enquiry::{self, Enquiry, EnquiryMessage};
use store::page::Slice;

use super::{Pairs, Typed, need_any, settled};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// Who answers: the QC centre, a hospital and a clinic in their own cases.
const ANSWERS: [Permission; 3] =
    [Permission::ManageChannel, Permission::Receive, Permission::Declare];

/// A thread and its clock.
struct Thread {
    id: String,
    number: String,
    kind: &'static str,
    asked: String,
    due: String,
    mark: Option<Mark>,
    state: &'static str,
    open: bool,
    first: String,
    case: Option<String>,
}

fn thread(when: When, one: &Enquiry, now: i64) -> Thread {
    let lang = when.lang;
    let open = one.answered_at.is_none() && one.closed_at.is_none();
    let left = one.due_at - now;
    let at = when.stamp_hm(&one.due_at);
    let (mark, state, due) = match (open, left) {
        (false, _) => {
            let ended = one.answered_at.or(one.closed_at).unwrap_or(one.asked_at);
            let took = lang.oc_took(when.span(&(ended - one.asked_at)));
            let late = one.answered_at.is_some_and(|at| at > one.due_at);
            (late.then_some(Mark::Warn), lang.oc_answered(), took)
        }
        (true, ..0) => {
            let over = lang.oc_due_at(lang.due_over(when.span(&left)), at);
            (Some(Mark::Danger), lang.oc_overdue(), over)
        }
        (true, _) => {
            let left = lang.oc_due_at(lang.due_left(when.span(&left)), at);
            (Some(Mark::Todo), lang.oc_waits(), left)
        }
    };
    Thread {
        id: one.enquiry_id.clone(),
        number: one.number.clone(),
        kind: match one.kind.as_str() {
            "follow_up" => lang.oc_follow_up(),
            _ => lang.oc_question(),
        },
        asked: when.stamp_hm(&one.asked_at),
        due,
        mark,
        state,
        open,
        first: one.first.clone().unwrap_or_default(),
        case: one.emergency_id.clone(),
    }
}

#[derive(Template)]
#[template(path = "oncall/enquiries.html")]
struct List {
    shell: Shell,
    fields: Fields,
    view: String,
    views: [(&'static str, &'static str); 3],
    rows: Vec<Thread>,
    pager: Pager,
    overdue: usize,
}

/// `GET /enquiries`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need_any(&who, &ANSWERS)?;
    let (lang, now) = (who.lang, app.now());
    let fields = Fields::of(query);
    let view = match fields.get("view") {
        known @ ("answered" | "all") => known.to_owned(),
        _ => "open".to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/enquiries").await?;
    let slice = Slice::page(fields.page());
    let listed = enquiry::enquiries(&mut tx, &who.scope, &view, slice).await.told(lang)?;
    let rows: Vec<Thread> = listed.rows.iter().map(|one| thread(shell.when, one, now.0)).collect();
    let list = List {
        overdue: rows.iter().filter(|row| row.mark == Some(Mark::Danger)).count(),
        pager: pager("/enquiries", &fields, rows.len(), listed.total),
        rows,
        views: [
            ("open", lang.oc_view_open()),
            ("answered", lang.oc_view_answered()),
            ("all", lang.all()),
        ],
        view,
        fields,
        shell,
    };
    draw(&list, lang)
}

struct Message {
    when: String,
    by: String,
    asker: bool,
    body: String,
}

fn message(when: When, one: &EnquiryMessage) -> Message {
    let lang = when.lang;
    let asker = one.by_whom == "client";
    let name = lang.pick_or(one.name_zh.as_deref(), one.name_en.as_deref());
    let role = one.role.as_deref().and_then(AccountRole::of);
    Message {
        when: when.stamp_hm(&one.at),
        by: match (asker, role) {
            (true, _) => lang.oc_asker().to_owned(),
            (false, Some(role)) => format!("{name}·{}", lang.account_role(role)),
            (false, None) => name.to_owned(),
        },
        asker,
        body: one.body.clone(),
    }
}

#[derive(Template)]
#[template(path = "oncall/enquiry.html")]
struct ThreadPage {
    shell: Shell,
    typed: Typed,
    thread: Thread,
    messages: Vec<Message>,
}

async fn thread_page(
    app: &App,
    who: &SignedIn,
    enquiry_id: &str,
    done: &str,
    typed: Typed,
) -> Answer<ThreadPage> {
    need_any(who, &ANSWERS)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let found = enquiry::enquiry(&mut tx, &who.scope, enquiry_id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/enquiries").await?;
    shell.done = lang.oc_done(done).map(str::to_owned);
    let (one, messages) = found;
    Ok(ThreadPage {
        thread: thread(shell.when, &one, now.0),
        messages: messages.iter().map(|one| message(shell.when, one)).collect(),
        typed,
        shell,
    })
}

/// `GET /enquiries/{enquiry_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(enquiry_id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let done = fields.get("done");
    draw(&thread_page(&app, &who, &enquiry_id, done, Typed::default()).await?, who.lang)
}

/// `POST /enquiries/{enquiry_id}`
pub(crate) async fn answer(
    State(app): State<App>,
    who: SignedIn,
    Path(enquiry_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    need_any(&who, &ANSWERS)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, id) = (who.scope.clone(), app.now(), enquiry_id.clone());
    let text = fields.get("text").to_owned();
    let answered = app.db().write(move |tx| {
        Box::pin(async move { enquiry::answer(tx, &scope, &id, &text, now).await })
    });
    match settled(&app, who.lang, answered.await)? {
        None => Ok(Redirect::to(&format!("/enquiries/{enquiry_id}?done=reply")).into_response()),
        Some(wrong) => {
            let typed = Typed::refused("reply", fields, wrong);
            let page = thread_page(&app, &who, &enquiry_id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}
