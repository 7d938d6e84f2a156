//! Improvements: what was found, what is done about it, by whom, until when, and who looked whether
//! it holds [T21].

use axum::Form as Posted;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::account::Permission;
use rules::transfer::complaint::{Act, Progress};
use rules::transfer::report::{Indicator, OversightPack};
use store::page::Slice;
use store::transfer::{self, Improvement, NewImprovement};

use crate::App;
use crate::assets::Mark;
use crate::bureau::pager;
use crate::fault::{Answer, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::shell;
use crate::transfer::fleet::{Names, need};
use crate::transfer::sheet::{
    Body, Cell, Choice, Form, Input, Link, Pane, Row, Sheet, Table, Typed, file, settled, views,
};
use crate::when::When;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

const PATH: &str = "/transfer/improvements";
const EXPORT_MAX: i64 = 10_000;

fn indicator_name(lang: Lang, pack: &OversightPack, code: &str) -> String {
    let measure = Indicator::of(code).and_then(|code| pack.measure(code));
    measure.map_or(String::new(), |one| lang.pick(&one.name_zh, &one.name_en).to_owned())
}

fn state_cell(when: When, one: &Improvement, now: Time) -> Cell {
    let lang = when.lang;
    let word = lang.improvement_state(one.progress());
    if one.overdue(now) {
        return Cell::marked(Some(Mark::Danger), lang.tf_overdue());
    }
    match one.progress() {
        Progress::Open => Cell::marked(Some(Mark::Live), word),
        Progress::Done => Cell::marked(Some(Mark::Warn), word),
        Progress::Checked => Cell::marked(Some(Mark::Ok), word),
        Progress::Dropped => Cell::of(word),
    }
}

fn table(when: When, pack: &OversightPack, rows: &[Improvement], now: Time) -> Table {
    let lang = when.lang;
    let rows = rows.iter().map(|one| {
        let operator = match (&one.operator_zh, &one.operator_en) {
            (None, None) => lang.tf_everybody(),
            (zh, en) => lang.pick_or(zh.as_deref(), en.as_deref()),
        };
        Row::from(vec![
            Cell::link(&*one.number, format!("{PATH}/{}", one.improvement_id)),
            Cell::of(indicator_name(lang, pack, &one.indicator)),
            Cell::of(operator),
            Cell::of(&*one.measure).own(),
            Cell::of(&*one.owner).own(),
            Cell::of(when.iso(&(one.due_at - 1))),
            state_cell(when, one, now),
        ])
    });
    Table {
        heads: vec![
            lang.tf_number(),
            lang.tf_indicator(),
            lang.tf_operator(),
            lang.tf_measure(),
            lang.tf_owner(),
            lang.tf_due(),
            lang.col_state(),
        ],
        rows: rows.collect(),
        blank: [lang.tf_improvements_none(), lang.tf_improvements_none_what()],
        ..Table::default()
    }
}

/// `GET /transfer/improvements`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    listed(&app, &who, Fields::of(query), Typed::default()).await
}

async fn listed(app: &App, who: &SignedIn, fields: Fields, typed: Typed) -> Answer {
    need(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, PATH).await?;
    shell.done = lang.tf_done(fields.get("done")).map(str::to_owned);
    let pack = tx.packs().oversight_at(now).clone();
    let names = Names::read(&mut tx, &who.scope, lang).await?;
    let indicator = Indicator::of(fields.get("indicator"));
    let view = match fields.get("view") {
        known @ ("overdue" | "ended" | "all") => known,
        _ => "open",
    };
    let slice = Slice::page(fields.page());
    let found = transfer::improvements(&mut tx, &who.scope, view, indicator, now, slice)
        .await
        .told(lang)?;
    let waiting = transfer::improvements_waiting(&mut tx, &who.scope).await.told(lang)?;
    let mut table = table(shell.when, &pack, &found.rows, now);
    table.pager = Some(pager(PATH, &fields, found.rows.len(), found.total));
    let tabs = [
        ("open", lang.tf_open_ones()),
        ("overdue", lang.tf_overdue()),
        ("ended", lang.tf_closed()),
        ("all", lang.all()),
    ];
    let measures = || {
        pack.indicators
            .iter()
            .map(|one| Choice::of(one.code.code(), lang.pick(&one.name_zh, &one.name_en)))
    };
    let any = std::iter::once(Choice::of("", lang.all())).chain(measures());
    let chosen = fields.get("indicator");
    let pane = Pane {
        views: views(PATH, &fields, "view", "open", &tabs),
        filters: vec![
            Input::text("view", "", fields.get("view")).kind("hidden"),
            Input::select("indicator", lang.tf_indicator(), chosen, any.collect()),
        ],
        path: PATH.into(),
        ..Pane::new("improvements", lang.tf_nav_improvements(), Body::Table(table))
    };
    let mut panes = vec![pane];
    let oversees = who.scope.may(Permission::OverseeTransfer);
    if oversees {
        panes.push(order_pane(lang, measures().collect(), &names, &typed));
    }
    let lead = match (waiting, oversees) {
        (0, _) => lang.tf_improvements_lead_ok().to_owned(),
        (n, true) => lang.tf_improvements_lead_check(n),
        (n, false) => lang.tf_improvements_lead_do(n),
    };
    let export = format!("{PATH}.xlsx?{}", fields.with("page", ""));
    let refused = typed.is_refused();
    let sheet = Sheet {
        acts: vec![Link::new(export, lang.tf_export(found.total), "file-spreadsheet")],
        here: format!("{PATH}?{}", fields.with("done", "")),
        panes,
        ..Sheet::new(shell, lang.tf_nav_improvements(), lead)
    };
    sheet.answer(refused)
}

fn order_pane(lang: Lang, measures: Vec<Choice>, names: &Names, typed: &Typed) -> Pane {
    let get = |name: &str| typed.get("order", name);
    let operators = names.choices(Some(lang.tf_everybody()));
    let form = Form {
        inputs: vec![
            Input::select("indicator", lang.tf_indicator(), get("indicator"), measures).need(),
            Input::select("operator", lang.tf_operator(), get("operator"), operators),
            Input::text("owner", lang.tf_owner(), get("owner")).need(),
            Input::text("due", lang.tf_due(), get("due")).kind("date").need(),
            Input::area("finding", lang.tf_finding(), get("finding")).need(),
            Input::area("measure", lang.tf_measure(), get("measure")).need(),
        ],
        icon: "checklist",
        hint: lang.tf_order_hint().to_owned(),
        wrong: typed.wrong("order"),
        ..Form::new(PATH, lang.tf_improve_do())
    };
    Pane::new("order", lang.tf_order_title(), Body::Form(form))
}

/// `GET /transfer/improvements.xlsx`
pub(crate) async fn xlsx(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    need(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let when = When { lang, calendar: app.city().calendar };
    let mut tx = app.db().read().await.told(lang)?;
    let pack = tx.packs().oversight_at(now).clone();
    let indicator = Indicator::of(fields.get("indicator"));
    let slice = Slice::first(EXPORT_MAX);
    let view = fields.get("view");
    let found = transfer::improvements(&mut tx, &who.scope, view, indicator, now, slice)
        .await
        .told(lang)?;
    Ok(file("improvements", &when.iso(&now.0), &table(when, &pack, &found.rows, now)))
}

/// `POST /transfer/improvements`
pub(crate) async fn order(
    State(app): State<App>,
    who: SignedIn,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let due = fields.day_end("due", app.city().calendar);
    let ordered = match (Indicator::of(fields.get("indicator")), due) {
        (Some(indicator), Some(due)) => {
            let new = NewImprovement {
                operator_id: fields.some("operator"),
                indicator,
                finding: fields.get("finding").to_owned(),
                measure: fields.get("measure").to_owned(),
                owner: fields.get("owner").to_owned(),
                due,
            };
            let ordered = app.db().write(move |tx| {
                Box::pin(async move { transfer::order_improvement(tx, &scope, &new, now).await })
            });
            settled(&app, lang, ordered.await)?
        }
        (None, _) => Err(lang.tf_indicator_choose().to_owned()),
        (_, None) => Err(lang.no_such_day().to_owned()),
    };
    match ordered {
        Ok(id) => Ok(Redirect::to(&format!("{PATH}/{id}?done=ordered")).into_response()),
        Err(wrong) => {
            listed(&app, &who, Fields::default(), Typed::refused("order", fields, wrong)).await
        }
    }
}

/// `GET /transfer/improvements/{improvement_id}`
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
    let one = transfer::improvement(&mut tx, &who.scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, PATH).await?;
    shell.done = lang.tf_done(done).map(str::to_owned);
    let when = shell.when;
    let pack = tx.packs().oversight_at(now).clone();
    let operator = match (&one.operator_zh, &one.operator_en) {
        (None, None) => lang.tf_everybody(),
        (zh, en) => lang.pick_or(zh.as_deref(), en.as_deref()),
    };
    let mut facts = vec![
        (lang.tf_operator(), Cell::of(operator)),
        (lang.tf_owner(), Cell::of(&*one.owner).own()),
        (lang.tf_made(), Cell::of(when.stamp_hm(&one.made_at))),
        (lang.tf_due(), Cell::of(when.iso(&(one.due_at - 1)))),
    ];
    if let Some(at) = one.done_at {
        let by = lang.pick_or(one.done_zh.as_deref(), one.done_en.as_deref());
        facts.push((lang.tf_done_by(), Cell::of(by).sub(when.stamp_hm(&at))));
    }
    if let Some(at) = one.checked_at {
        let by = lang.pick_or(one.checked_zh.as_deref(), one.checked_en.as_deref());
        facts.push((lang.tf_checked_by(), Cell::of(by).sub(when.stamp_hm(&at))));
    }
    let mut panes = vec![
        Pane::new("finding", lang.tf_finding(), Body::Quote(one.finding.clone())).width("c7"),
        Pane::new("facts", lang.tf_about(), Body::Facts(facts)).width("c5"),
        Pane::new("measure", lang.tf_measure(), Body::Quote(one.measure.clone())),
    ];
    if let Some(result) = one.result.clone() {
        panes.push(Pane::new("result", lang.tf_result(), Body::Quote(result)));
    }
    let acts = one.acts(&who.scope);
    panes.extend(acts.iter().map(|act| act_pane(lang, id, *act, &typed)));
    let own_work = one.progress() == Progress::Done && acts.is_empty();
    let lead = match one.progress() {
        Progress::Done if own_work => lang.tf_waits_for_another(),
        Progress::Done => lang.tf_waits_for_check(),
        _ => "",
    };
    let state = state_cell(when, &one, now);
    let refused = typed.is_refused();
    let name = indicator_name(lang, &pack, &one.indicator);
    let sheet = Sheet {
        crumb: Some(Link::new(PATH, lang.tf_nav_improvements(), "checklist")),
        standing: state.mark.map(|mark| (mark, state.text)),
        here: format!("{PATH}/{id}"),
        panes,
        ..Sheet::new(shell, format!("{} {name}", one.number), lead)
    };
    sheet.answer(refused)
}

fn act_pane(lang: Lang, id: &str, act: Act, typed: &Typed) -> Pane {
    let mut form = Form {
        inputs: vec![Input::text("act", "", act.code()).kind("hidden")],
        wrong: typed.wrong(act.code()),
        ..Form::new(format!("{PATH}/{id}/acts"), lang.improvement_act(act))
    };
    let text =
        |label: &'static str| Input::area("text", label, typed.get(act.code(), "text")).need();
    match act {
        Act::Finish => form.inputs.push(text(lang.tf_result())),
        Act::Drop => {
            form.inputs.push(text(lang.tf_reason()));
            form.primary = false;
        }
        Act::Check => form.hint = lang.tf_check_hint().to_owned(),
        Act::Reject => form.primary = false,
    }
    let key = match act {
        Act::Finish => "finish",
        Act::Check => "check",
        Act::Reject => "reject",
        Act::Drop => "drop",
    };
    Pane::new(key, lang.improvement_act(act), Body::Form(form)).width("c6")
}

/// `POST /transfer/improvements/{improvement_id}/acts`
pub(crate) async fn act(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Posted(fields): Posted<Pairs>,
) -> Answer {
    need(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (lang, now, scope) = (who.lang, app.now(), who.scope.clone());
    let Some(act) = Act::of(fields.get("act")) else {
        return drawn(&app, &who, &id, "", Typed::default()).await;
    };
    let (own, text) = (id.clone(), fields.get("text").to_owned());
    let done = app.db().write(move |tx| {
        Box::pin(
            async move { transfer::act_on_improvement(tx, &scope, &own, act, &text, now).await },
        )
    });
    match settled(&app, lang, done.await)? {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}/{id}?done=act")).into_response()),
        Err(wrong) => drawn(&app, &who, &id, "", Typed::refused(act.code(), fields, wrong)).await,
    }
}
