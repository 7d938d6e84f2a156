//! What stays after a campaign (长效机制) [W44]: items that places look at again and again.

use std::collections::BTreeSet;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::campaign::{Answer as Found, Part, RoutineState};
use store::campaign::{self, RoutineLine};
use store::page::{PAGES_MAX, ROWS, Slice};

use super::ledger::Choice;
use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;
use crate::words::Lang;

/// An item that stays.
struct Kept {
    item: String,
    title: String,
    every_days: i64,
    since: String,
    overdue: usize,
}

/// An item at a place.
struct Row {
    /// Which form of the page this row has.
    form: String,
    unit: String,
    place: String,
    department: String,
    item: String,
    title: String,
    every: String,
    due: String,
    mark: Mark,
    state: &'static str,
    last: String,
    note: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "campaign/routine.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    kept: Vec<Kept>,
    overdue: usize,
    rows: Vec<Row>,
    pager: Pager,
    fields: Fields,
    filtered: bool,
    query: String,
    units: bool,
    makes: bool,
    looks: bool,
    /// Items of the campaign that could stay.
    items: Vec<(String, Vec<Choice>)>,
    places: Vec<Choice>,
    states: Vec<Choice>,
    typed: Typed,
}

fn mark(state: RoutineState) -> Mark {
    match state {
        RoutineState::Fresh => Mark::Ok,
        RoutineState::Soon => Mark::Todo,
        RoutineState::Overdue => Mark::Danger,
    }
}

fn found(lang: Lang, answer: Found) -> &'static str {
    match answer {
        Found::Met => lang.cw_met(),
        Found::NotMet => lang.cw_not_met(),
        Found::NotApplicable => lang.cw_not_applicable(),
    }
}

fn row(names: &Names<'_>, when: When, one: &RoutineLine) -> Row {
    let lang = names.lang;
    let (last, note) = match &one.last {
        None => (lang.cw_never().to_owned(), String::new()),
        Some((at, answer, note)) => {
            (format!("{} · {}", when.iso(at), found(lang, *answer)), note.clone())
        }
    };
    Row {
        form: format!("{}:{}", one.department, one.item),
        unit: lang.pick(&one.name_zh, &one.name_en).to_owned(),
        place: names.department(&one.department),
        department: one.department.clone(),
        item: one.item.clone(),
        title: names.item(&one.item),
        every: lang.cw_every(one.every_days),
        due: when.iso(&(one.due_at - 1)),
        mark: mark(one.state),
        state: lang.cw_routine_state(one.state),
        last,
        note,
        problem: one.problem_id.clone(),
    }
}

fn shown<'l>(lines: &'l [RoutineLine], fields: &Fields) -> Vec<&'l RoutineLine> {
    let holds = |name: &str, value: &str| fields.get(name).is_empty() || fields.get(name) == value;
    let mut lines: Vec<&RoutineLine> = lines
        .iter()
        .filter(|one| {
            holds("state", one.state.code())
                && holds("department", &one.department)
                && holds("item", &one.item)
        })
        .collect();
    lines.sort_by_key(|one| one.due_at);
    lines
}

/// Items of the campaign's lists that are not yet routine, by list.
fn candidates(
    names: &Names<'_>,
    one: &campaign::Campaign,
    kept: &[campaign::Routine],
) -> Vec<(String, Vec<Choice>)> {
    let lang = names.lang;
    let lists = one.plan.checklists.iter();
    let lists = lists.filter_map(|used| names.packs.checklist(&used.checklist, &used.version));
    lists
        .map(|list| {
            let open = list.items.iter().filter(|item| !kept.iter().any(|k| k.item == item.code));
            let choice = |item: &rules::campaign::Item| Choice {
                value: item.code.clone(),
                word: lang.pick(&item.title_zh, &item.title_en).to_owned(),
            };
            (lang.pick(&list.title_zh, &list.title_en).to_owned(), open.map(choice).collect())
        })
        .collect()
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: Fields,
    typed: Typed,
) -> Answer<Page> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let lines = campaign::routine_lines(&mut tx, scope, id, now).await.told(lang)?;
    let routines = campaign::routines(&mut tx, scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let names = Names::read(app, lang, &mut tx).await?;
    let when = shell.when;
    let late = |item: &str| {
        lines.iter().filter(|l| l.item == item && l.state == RoutineState::Overdue).count()
    };
    let kept = routines.iter().map(|one| Kept {
        item: one.item.clone(),
        title: names.item(&one.item),
        every_days: one.every_days,
        since: when.iso(&one.made_at),
        overdue: late(&one.item),
    });
    let kept: Vec<Kept> = kept.collect();
    let all = shown(&lines, &fields);
    let slice = Slice::page(fields.page().min(PAGES_MAX));
    let from = usize::try_from(slice.offset).unwrap_or(usize::MAX).min(all.len());
    let until = (from + usize::try_from(ROWS).unwrap_or(20)).min(all.len());
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let rows: Vec<Row> = all[from..until].iter().map(|one| row(&names, when, one)).collect();
    let departments: BTreeSet<&str> = lines.iter().map(|one| &*one.department).collect();
    let open = one.published_at.is_some() && one.cancelled_at.is_none();
    let makes = open && scope.campaign_part() == Part::City;
    let unit = scope.campaign_place().0.is_some();
    Ok(Page {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        overdue: lines.iter().filter(|one| one.state == RoutineState::Overdue).count(),
        pager: pager(&format!("/campaigns/{id}/routine"), &fields, rows.len(), total),
        filtered: fields.any(&["state", "department", "item"]),
        query: fields.with("page", ""),
        units: !unit,
        makes,
        looks: open && unit && scope.may(Permission::SelfInspect),
        items: if makes { candidates(&names, &one, &routines) } else { Vec::new() },
        places: departments
            .into_iter()
            .map(|code| Choice { value: code.to_owned(), word: names.department(code) })
            .collect(),
        states: RoutineState::ALL
            .iter()
            .map(|one| Choice {
                value: one.code().to_owned(),
                word: lang.cw_routine_state(*one).to_owned(),
            })
            .collect(),
        id: id.to_owned(),
        kept,
        rows,
        fields,
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/routine`
pub(crate) async fn routine(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let page = page_of(&app, &who, &id, Fields::of(query), Typed::default()).await?;
    draw(&page, who.lang)
}

/// `POST /campaigns/{campaign_id}/routine`: the city makes an item stay, a place notes a look.
pub(crate) async fn write_routine(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, same, typed) = (who.scope.clone(), app.now(), id.clone(), fields.clone());
    let looked = fields.get("step") == "looked";
    let taken = app.db().write(move |tx| {
        Box::pin(async move {
            let item = typed.get("item");
            if !looked {
                let days = typed.number("every_days").unwrap_or(-1);
                return campaign::make_routine(tx, &scope, &same, (item, days), now).await;
            }
            let answer = Found::of(typed.get("answer")).ok_or(store::Refusal::Unknown)?;
            let at = (&*same, typed.get("department"), item);
            let seen = (answer, typed.get("note"));
            campaign::check_routine(tx, &scope, at, seen, now).await.map(drop)
        })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(()) => {
            let step = if looked { "looked" } else { "routine" };
            Ok(Redirect::to(&format!("/campaigns/{id}/routine?done={step}")).into_response())
        }
        Err(wrong) => {
            let form = match looked {
                true => format!("{}:{}", fields.get("department"), fields.get("item")),
                false => "routine".to_owned(),
            };
            let typed = Typed::refused(&form, fields, wrong);
            let page = page_of(&app, &who, &id, Fields::default(), typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `GET /campaigns/{campaign_id}/routine.xlsx`: the current filter.
pub(crate) async fn routine_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, fields) = (who.lang, app.now(), Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, &id).await.told(lang)?;
    let lines = campaign::routine_lines(&mut tx, &who.scope, &id, now).await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let when = When { lang, calendar: app.city().calendar };
    let heads = [
        lang.cp_col_unit(),
        lang.cp_col_department(),
        lang.cw_item(),
        lang.cw_every_days(),
        lang.cw_next_due(),
        lang.cp_col_state(),
        lang.cw_last_look(),
        lang.cw_note(),
    ];
    let rows = shown(&lines, &fields).into_iter().map(|line| {
        let told = row(&names, when, line);
        let days = line.every_days.to_string();
        let state = told.state.to_owned();
        vec![told.unit, told.place, told.title, days, told.due, state, told.last, told.note]
    });
    let name = format!("routine-{}-{}", one.code, when.iso(&now.0));
    Ok(crate::table_file::xlsx(&name, lang.cw_routine(), &heads, rows))
}
