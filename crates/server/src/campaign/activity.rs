//! The activities of a campaign with their effort: officer-times and institutions by class, people
//! trained and tested [N54, Z1, W12, W24, W52].

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::campaign::{ActivityKind, Effort, Part};
use store::campaign::{self, Activity, ActivityFilter, CITY, Efforts, NewActivity};
use store::page::Slice;

use super::ledger::Choice;
use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

struct Row {
    id: String,
    held: String,
    kind: &'static str,
    title: String,
    place: String,
    by: String,
    numbers: String,
    body: String,
    withdrawn: bool,
    own: bool,
}

#[derive(Template)]
#[template(path = "campaign/activities.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    sum: Efforts,
    pass_rate: String,
    rows: Vec<Row>,
    pager: Pager,
    fields: Fields,
    filtered: bool,
    query: String,
    kinds: Vec<Choice>,
    lines: Vec<Choice>,
    /// What the account may write down; empty for whoever may not.
    may: Vec<Choice>,
    units: Vec<(String, Vec<Choice>)>,
    inspects: bool,
    key: String,
    picked: Vec<String>,
    typed: Typed,
}

fn numbers(names: &Names<'_>, one: &Activity) -> String {
    let lang = names.lang;
    match ActivityKind::of(&one.kind) {
        Some(ActivityKind::Inspection) => lang.cw_n_officers(one.officers, one.agencies, one.units),
        Some(ActivityKind::Training) => {
            let people = lang.cw_n_people(one.people);
            format!("{people} · {}", lang.cw_n_tested(one.tested, one.passed))
        }
        _ => lang.cw_n_people(one.people),
    }
}

/// Whose work it is, in words.
fn by(names: &Names<'_>, one: &Activity) -> String {
    match (&one.name_zh, &one.name_en) {
        (Some(zh), Some(en)) => names.lang.pick(zh, en).to_owned(),
        _ if one.branch == CITY => names.lang.cw_city().to_owned(),
        _ => names.line(&one.branch),
    }
}

fn row(names: &Names<'_>, who: &SignedIn, when: When, one: &Activity) -> Row {
    let lang = names.lang;
    let (unit, _) = who.scope.campaign_place();
    let line = who.scope.campaign_line().unwrap_or(CITY);
    let own = match unit {
        Some(unit) => one.institution_id.as_deref() == Some(unit) && may_write(who),
        None => one.institution_id.is_none() && one.branch == line && may_write(who),
    };
    Row {
        id: one.activity_id.clone(),
        held: when.iso(&one.held_at),
        kind: ActivityKind::of(&one.kind).map_or("", |kind| lang.cw_kind_of(kind)),
        title: one.title.clone(),
        place: one.place.clone(),
        by: by(names, one),
        numbers: numbers(names, one),
        body: one.body.clone(),
        withdrawn: one.withdrawn_at.is_some(),
        own: own && one.withdrawn_at.is_none(),
    }
}

fn may_write(who: &SignedIn) -> bool {
    let unit = who.scope.campaign_place().0.is_some();
    let bureau = who.scope.may(Permission::RunCampaign);
    bureau || (unit && who.scope.may(Permission::AnswerFor))
}

fn filter_of(fields: &Fields) -> ActivityFilter {
    ActivityFilter {
        kind: fields.some("kind"),
        branch: fields.some("branch"),
        text: fields.some("text"),
    }
}

fn kinds(names: &Names<'_>, inspects: bool) -> Vec<Choice> {
    let all = ActivityKind::ALL.iter();
    let all = all.filter(|one| inspects || **one != ActivityKind::Inspection);
    all.map(|one| Choice {
        value: one.code().to_owned(),
        word: names.lang.cw_kind_of(*one).to_owned(),
    })
    .collect()
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: Fields,
    (typed, picked): (Typed, Vec<String>),
) -> Answer<Page> {
    takes_part(who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let sum = campaign::efforts(&mut tx, scope, id).await.told(lang)?;
    let slice = Slice::page(fields.page());
    let filter = filter_of(&fields);
    let listed = campaign::activities(&mut tx, scope, id, &filter, slice).await.told(lang)?;
    let inspects = scope.may(Permission::RunCampaign);
    let targets = match inspects {
        true => campaign::targets(&mut tx, scope, id).await.told(lang)?,
        false => Vec::new(),
    };
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let names = Names::read(app, lang, &mut tx).await?;
    let when = shell.when;
    let mut units: Vec<(String, Vec<Choice>)> = Vec::new();
    for target in targets {
        let line = names.line(&target.branch);
        let word = lang.pick(&target.name_zh, &target.name_en).to_owned();
        let choice = Choice { value: target.institution_id, word };
        match units.last_mut().filter(|(last, _)| *last == line) {
            Some((_, choices)) => choices.push(choice),
            None => units.push((line, vec![choice])),
        }
    }
    let (mut lines, _) = super::ledger::choices(&mut tx, who, &names, &one).await?;
    if scope.campaign_part() == Part::City {
        lines.insert(0, Choice { value: CITY.to_owned(), word: lang.cw_city().to_owned() });
    }
    let open = one.published_at.is_some() && one.cancelled_at.is_none();
    let rate = (sum.tested > 0).then(|| sum.passed * 1_000 / sum.tested);
    Ok(Page {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        pass_rate: rate.map_or("—".into(), |rate| format!("{}.{} %", rate / 10, rate % 10)),
        rows: listed.rows.iter().map(|one| row(&names, who, when, one)).collect(),
        pager: pager(
            &format!("/campaigns/{id}/activities"),
            &fields,
            listed.rows.len(),
            listed.total,
        ),
        filtered: fields.any(&["kind", "branch", "text"]),
        query: fields.with("page", ""),
        kinds: kinds(&names, true),
        may: if open && may_write(who) { kinds(&names, inspects) } else { Vec::new() },
        key: typed.fields.some("request_key").unwrap_or_else(fresh_key),
        id: id.to_owned(),
        lines,
        units,
        inspects,
        sum,
        fields,
        picked,
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/activities`
pub(crate) async fn activities(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let blank = (Typed::default(), Vec::new());
    draw(&page_of(&app, &who, &id, Fields::of(query), blank).await?, who.lang)
}

/// What was typed, or the sentence that says which number cannot be.
fn read(
    who: &SignedIn,
    fields: &Fields,
    units: Vec<String>,
    held: Option<rules::Time>,
) -> Result<NewActivity, String> {
    let lang = who.lang;
    let sentence = |refusal: store::Refusal| {
        crate::fault::Fault::of(store::Error::Refused(refusal), lang).sentence()
    };
    let kind = ActivityKind::of(fields.get("kind"));
    let kind = kind.ok_or_else(|| sentence(store::Refusal::Unknown))?;
    let held_at = held.ok_or_else(|| sentence(store::Refusal::Hours))?;
    // Nothing typed is nobody; what is no number is a fault.
    let number = |name: &str| match fields.get(name) {
        "" => 0,
        _ => fields.number(name).unwrap_or(-1),
    };
    let effort = Effort {
        people: number("people"),
        tested: number("tested"),
        passed: number("passed"),
        officers: number("officers"),
        agencies: number("agencies"),
        units: i64::try_from(units.len()).unwrap_or(i64::MAX),
    };
    if let Some(fault) = effort.fault(kind) {
        return Err(lang.cw_effort_fault(fault).to_owned());
    }
    Ok(NewActivity {
        request_key: fields.get("request_key").to_owned(),
        kind,
        title: fields.get("title").to_owned(),
        place: fields.get("place").to_owned(),
        held_at,
        effort,
        units,
        body: fields.get("body").to_owned(),
    })
}

/// `POST /campaigns/{campaign_id}/activities`
pub(crate) async fn add_activity(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let units = pairs.iter().filter(|(name, _)| name == "units");
    let units: Vec<String> = units.map(|(_, value)| value.clone()).collect();
    let fields = Fields::of(pairs);
    who.check(fields.get("csrf"))?;
    let (scope, now, same) = (who.scope.clone(), app.now(), id.clone());
    let step = fields.get("step").to_owned();
    let taken = if step == "activity_withdrawn" {
        let of = fields.get("of").to_owned();
        let taken = app.db().write(move |tx| {
            Box::pin(async move { campaign::withdraw_activity(tx, &scope, &of, now).await })
        });
        settled(&app, who.lang, taken.await)?
    } else {
        let held = fields.day("held", app.city().calendar);
        match read(&who, &fields, units.clone(), held) {
            Err(wrong) => Err(wrong),
            Ok(new) => {
                let taken = app.db().write(move |tx| {
                    Box::pin(async move {
                        campaign::add_activity(tx, &scope, &same, &new, now).await.map(drop)
                    })
                });
                settled(&app, who.lang, taken.await)?
            }
        }
    };
    match taken {
        Ok(()) => {
            let to = format!("/campaigns/{id}/activities?done={step}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = (Typed::refused(&step, fields, wrong), units);
            let page = page_of(&app, &who, &id, Fields::default(), typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// The most that one file takes; beyond it the filter is the way.
const EXPORT_MAX: i64 = 20_000;

/// `GET /campaigns/{campaign_id}/activities.xlsx`: the current filter.
pub(crate) async fn activities_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let filter = filter_of(&Fields::of(query));
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let slice = Slice::first(EXPORT_MAX);
    let listed = campaign::activities(&mut tx, scope, &id, &filter, slice).await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let when = When { lang, calendar: app.city().calendar };
    let heads = [
        lang.cw_held(),
        lang.cw_kind(),
        lang.cw_what(),
        lang.cw_place(),
        lang.cw_by(),
        lang.cw_people(),
        lang.cw_tested(),
        lang.cw_passed(),
        lang.cw_officers(),
        lang.cw_agencies(),
        lang.cw_units(),
        lang.cp_col_state(),
        lang.cw_body(),
    ];
    let rows = listed.rows.iter().map(|one| {
        let withdrawn = if one.withdrawn_at.is_some() { lang.cw_withdrawn() } else { "" };
        vec![
            when.iso(&one.held_at),
            ActivityKind::of(&one.kind).map_or("", |kind| lang.cw_kind_of(kind)).to_owned(),
            one.title.clone(),
            one.place.clone(),
            by(&names, one),
            one.people.to_string(),
            one.tested.to_string(),
            one.passed.to_string(),
            one.officers.to_string(),
            one.agencies.to_string(),
            one.units.to_string(),
            withdrawn.to_owned(),
            one.body.clone(),
        ]
    });
    let name = format!("activities-{}-{}", one.code, when.iso(&app.now().0));
    Ok(crate::table_file::xlsx(&name, lang.cw_activities(), &heads, rows))
}
