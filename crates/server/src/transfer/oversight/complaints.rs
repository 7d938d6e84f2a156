//! Complaints with their reply clock: assigned to a company, answered, closed with what was found.

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::transfer::complaint::{ComplaintKind, Side, State as Stands, Step, Upheld};
use store::page::Slice;
use store::transfer::{self, Complaint, ComplaintFilter, ComplaintStep};

use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, Sheet, Table, Typed, file, period, settled,
    views,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

const PATH: &str = "/transfer/complaints";
const EXPORT_MAX: i64 = 20_000;

fn clock_cell(when: When, one: &Complaint, now: Time) -> Cell {
    let lang = when.lang;
    match one.answered_at {
        Some(at) if at > one.due_at => {
            Cell::marked(Some(Mark::Warn), lang.tf_answered_late()).sub(when.stamp_hm(&at))
        }
        Some(at) => Cell::of(lang.tf_answered()).sub(when.stamp_hm(&at)),
        None => {
            let left = when.span(&(one.due_at - now.0));
            if one.due_at < now.0 {
                Cell::marked(Some(Mark::Danger), lang.tf_late_by(left))
                    .sub(when.stamp_hm(&one.due_at))
            } else {
                Cell::of(lang.tf_left(left)).sub(when.stamp_hm(&one.due_at))
            }
        }
    }
}

fn state_cell(lang: Lang, one: &Complaint) -> Cell {
    let found = one.upheld.as_deref().and_then(Upheld::of);
    let state = lang.complaint_state(one.state());
    match found {
        Some(found) => Cell::of(state).sub(lang.upheld(found)),
        None if one.state() == Stands::New => Cell::marked(Some(Mark::Warn), state),
        None => Cell::of(state),
    }
}

fn kind_word(lang: Lang, one: &Complaint) -> &'static str {
    ComplaintKind::of(&one.kind).map_or("", |kind| lang.complaint_kind(kind))
}

fn table(when: When, rows: &[Complaint], now: Time) -> Table {
    let lang = when.lang;
    let rows = rows.iter().map(|one| {
        let operator = lang.pick_or(one.operator_zh.as_deref(), one.operator_en.as_deref());
        let vehicle = one.call_sign.as_ref().map(|sign| lang.tf_vehicle_no(sign));
        Row::from(vec![
            Cell::link(&*one.number, format!("{PATH}/{}", one.complaint_id)),
            Cell::of(kind_word(lang, one)),
            Cell::of(operator).sub(vehicle.unwrap_or_default()),
            match (&one.booking_id, &one.booking_number) {
                (Some(id), Some(number)) => {
                    Cell::link(&**number, format!("/transfer/bookings/{id}"))
                }
                _ => Cell::default(),
            },
            Cell::of(when.stamp_hm(&one.made_at)),
            clock_cell(when, one, now),
            state_cell(lang, one),
        ])
    });
    Table {
        heads: vec![
            lang.tf_number(),
            lang.tf_kind(),
            lang.tf_operator(),
            lang.tf_booking(),
            lang.tf_made(),
            lang.tf_clock(),
            lang.col_state(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_complaints_none(), lang.tf_complaints_none_what()],
        ..Table::default()
    }
}

fn filter(app: &App, fields: &Fields) -> ComplaintFilter {
    let view = match fields.get("view") {
        known @ ("overdue" | "closed" | "all") => known,
        _ => "open",
    };
    let named = fields.any(&["month", "from"]);
    let named = named.then(|| period(fields, app.city().calendar, app.now()));
    ComplaintFilter {
        view: view.into(),
        operator_id: fields.some("operator"),
        kind: ComplaintKind::of(fields.get("kind")),
        text: fields.get("text").to_owned(),
        from: named.as_ref().map(|(from, ..)| *from),
        until: named.as_ref().map(|(_, until, _)| *until),
    }
}

/// `GET /transfer/complaints`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, PATH).await?;
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let asked = filter(&app, &fields);
    let slice = Slice::page(fields.page());
    let listed = transfer::complaints(&mut tx, &who.scope, &asked, now, slice).await.told(lang)?;
    let late = ComplaintFilter { view: "overdue".into(), ..ComplaintFilter::default() };
    let late = transfer::complaints(&mut tx, &who.scope, &late, now, Slice::first(1)).await;
    let late = late.told(lang)?.total;
    let mut table = table(shell.when, &listed.rows, now);
    table.pager = Some(pager(PATH, &fields, listed.rows.len(), listed.total));
    let lead = match late {
        0 => lang.tf_complaints_lead_ok().to_owned(),
        late => lang.tf_complaints_lead(late),
    };
    let tabs = [
        ("open", lang.tf_open_ones()),
        ("overdue", lang.tf_overdue()),
        ("closed", lang.tf_closed()),
        ("all", lang.all()),
    ];
    let kinds = std::iter::once(Choice::of("", lang.all())).chain(
        ComplaintKind::ALL.iter().map(|kind| Choice::of(kind.code(), lang.complaint_kind(*kind))),
    );
    let mut filters = vec![
        Input::text("view", "", fields.get("view")).kind("hidden"),
        Input::text("text", lang.tf_number(), fields.get("text")).kind("search"),
        Input::select("kind", lang.tf_kind(), fields.get("kind"), kinds.collect()),
        Input::text("month", lang.tf_month(), fields.get("month")).kind("month"),
    ];
    if names.several() {
        let choices = names.choices(Some(lang.all()));
        filters.push(Input::select(
            "operator",
            lang.tf_operator(),
            fields.get("operator"),
            choices,
        ));
    }
    let pane = Pane {
        views: views(PATH, &fields, "view", "open", &tabs),
        filters,
        path: PATH.into(),
        ..Pane::new("complaints", lang.tf_nav_complaints(), Body::Table(table))
    };
    let export = format!("{PATH}.xlsx?{}", fields.with("page", ""));
    let sheet = Sheet {
        acts: vec![Link::new(export, lang.tf_export(listed.total), "file-spreadsheet")],
        here: format!("{PATH}?{}", fields.with("page", fields.get("page"))),
        panes: vec![pane],
        ..Sheet::new(shell, lang.tf_nav_complaints(), lead)
    };
    sheet.answer(false)
}

/// `GET /transfer/complaints.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let (asked, slice) = (filter(&app, &fields), Slice::first(EXPORT_MAX));
    let listed = transfer::complaints(&mut tx, &who.scope, &asked, now, slice).await.told(lang)?;
    Ok(file("complaints", &when.iso(&now.0), &table(when, &listed.rows, now)))
}

/// `GET /transfer/complaints/{complaint_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    drawn(&app, &who, &id, fields.get("done"), Typed::default()).await
}

async fn drawn(app: &App, who: &SignedIn, id: &str, done: &str, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let one = transfer::complaint(&mut tx, &who.scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, PATH).await?;
    shell.done = lang.tf_done(done).map(str::to_owned);
    let when = shell.when;
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let regulator = who.scope.may(Permission::OverseeTransfer);
    let side = if regulator { Side::Regulator } else { Side::Operator };
    let steps = one.state().steps(side);
    let operator = lang.pick_or(one.operator_zh.as_deref(), one.operator_en.as_deref());
    let mut facts = vec![
        (lang.tf_kind(), Cell::of(kind_word(lang, &one))),
        (lang.tf_operator(), Cell::of(operator)),
        (
            lang.tf_vehicle(),
            match (&one.vehicle_id, &one.call_sign) {
                (Some(id), Some(sign)) => {
                    Cell::link(lang.tf_vehicle_no(sign), format!("/transfer/fleet/{id}"))
                }
                _ => Cell::of(lang.tf_not_known()),
            },
        ),
        (
            lang.tf_booking(),
            match (&one.booking_id, &one.booking_number) {
                (Some(id), Some(number)) => {
                    Cell::link(&**number, format!("/transfer/bookings/{id}"))
                }
                _ => Cell::of(lang.tf_not_known()),
            },
        ),
        (lang.tf_made(), Cell::of(when.stamp_hm(&one.made_at))),
        (lang.tf_clock(), clock_cell(when, &one, now)),
    ];
    if !one.phone.is_empty() {
        facts.push((lang.tf_phone(), Cell::of(&*one.phone)));
    }
    let words =
        if one.words.is_empty() { lang.tf_forgotten().to_owned() } else { one.words.clone() };
    let mut panes = vec![
        Pane::new("words", lang.tf_said(), Body::Quote(words)).width("c7"),
        Pane::new("facts", lang.tf_about(), Body::Facts(facts)).width("c5"),
    ];
    if let Some(answer) = one.answer.clone().filter(|answer| !answer.is_empty()) {
        panes.push(Pane::new("answer", lang.tf_answer(), Body::Quote(answer)));
    }
    panes.extend(steps.iter().map(|step| step_pane(lang, id, *step, &names, &one, &typed)));
    let refused = typed.is_refused();
    let mark = match one.state() {
        Stands::Closed => Mark::Ok,
        _ if one.answered_at.is_none() && one.due_at < now.0 => Mark::Danger,
        _ => Mark::Live,
    };
    let found = one.upheld.as_deref().and_then(Upheld::of).map(|found| lang.upheld(found));
    let sheet = Sheet {
        crumb: Some(Link::new(PATH, lang.tf_nav_complaints(), "message-report")),
        standing: Some((mark, lang.complaint_state(one.state()).to_owned())),
        here: format!("{PATH}/{id}"),
        panes,
        ..Sheet::new(shell, &*one.number, found.unwrap_or(lang.tf_complaint_lead()))
    };
    sheet.answer(refused)
}

fn step_pane(
    lang: Lang,
    id: &str,
    step: Step,
    names: &Names,
    one: &Complaint,
    typed: &Typed,
) -> Pane {
    let action = format!("{PATH}/{id}/steps");
    let hidden = Input::text("step", "", step.code()).kind("hidden");
    let (key, title, form) = match step {
        Step::Assign => {
            let chosen = one.operator_id.clone().unwrap_or_default();
            let inputs = vec![
                hidden,
                Input::select("operator", lang.tf_operator(), chosen, names.choices(None)).need(),
            ];
            let form = Form { inputs, icon: "send", ..Form::new(action, lang.tf_assign_do()) };
            ("assign", lang.tf_assign_title(), form)
        }
        Step::Answer => {
            let text = typed.or("answer", "text", one.answer.clone().unwrap_or_default());
            let form = Form {
                inputs: vec![hidden, Input::area("text", lang.tf_answer(), text).need()],
                icon: "send",
                hint: lang.tf_answer_hint().to_owned(),
                wrong: typed.wrong("answer"),
                ..Form::new(action, lang.tf_answer_do())
            };
            ("reply", lang.tf_answer_title(), form)
        }
        Step::Close => {
            let found = Upheld::ALL.iter();
            let found = found.map(|one| Choice::of(one.code(), lang.upheld(*one))).collect();
            let inputs = vec![hidden, Input::select("upheld", lang.tf_found(), "", found).need()];
            let form = Form {
                inputs,
                icon: "check",
                wrong: typed.wrong("close"),
                ..Form::new(action, lang.tf_close_do())
            };
            ("close", lang.tf_close_title(), form)
        }
    };
    Pane::new(key, title, Body::Form(form)).width(if step == Step::Answer { "c7" } else { "c5" })
}

/// `POST /transfer/complaints/{complaint_id}/steps`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let step = match Step::of(fields.get("step")) {
        Some(Step::Assign) => {
            Some(("assign", ComplaintStep::Assign(fields.get("operator").to_owned())))
        }
        Some(Step::Answer) => {
            Some(("answer", ComplaintStep::Answer(fields.get("text").to_owned())))
        }
        Some(Step::Close) => {
            Upheld::of(fields.get("upheld")).map(|found| ("close", ComplaintStep::Close(found)))
        }
        None => None,
    };
    let Some((form, step)) = step else {
        let wrong = lang.tf_found_choose().to_owned();
        let typed = Typed::refused("close", fields, wrong);
        return drawn(&app, &who, &id, "", typed).await;
    };
    let own = id.clone();
    let done = app.db().write(move |tx| {
        Box::pin(async move { transfer::complaint_step(tx, &scope, &own, &step, now).await })
    });
    match settled(&app, lang, done.await)? {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}/{id}?done={form}")).into_response()),
        Err(wrong) => drawn(&app, &who, &id, "", Typed::refused(form, fields, wrong)).await,
    }
}
