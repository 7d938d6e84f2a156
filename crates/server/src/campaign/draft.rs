//! A draft on screen: document, phases, what is handed in, whom it is for, lists, objectives,
//! sections, annexes, clocks and weights; checked while it is written, saved whole.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use rules::campaign::{
    Annex, Branch, Category, Checklist, Fault, Grade, Holder, Measure, Ownership, Part, Plan,
    PlanPart,
};
use store::Refusal;
use store::campaign::{self, Adapt, Campaign, CampaignLine};
use store::register::Region;

use super::draft_form::{PARTS, Reader, annexes, fields_of, library};
use super::ledger::Choice;
use super::long_form::{Back, Group, LongForm, Said, Tick, moved, rows};
use super::{Names, Pairs, takes_part};
use crate::App;
use crate::fault::{Answer, Fault as Wrong, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

/// A checklist of the library.
struct List {
    name: String,
    title: String,
    what: String,
    open: bool,
    ticks: Vec<Tick>,
    wrong: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "campaign/draft.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    stand: String,
    form: LongForm,
    said: Vec<Said<PlanPart>>,
    /// Above the form: saved, checked, or why not.
    note: Option<(&'static str, String)>,
    /// Somebody else has changed the draft meanwhile.
    changed: bool,
    parents: Vec<Choice>,
    phases: Vec<Choice>,
    dues: Vec<Choice>,
    measures: Vec<Choice>,
    departments: Vec<Tick>,
    annexes: Vec<Tick>,
    lists: Vec<List>,
    regions: Vec<Region>,
    aims: (i64, i64),
}

impl Page {
    fn wrong(&self, part: &str, row: &usize) -> Option<&'static str> {
        let here = |one: &&Said<PlanPart>| one.part.code() == part && one.row == *row;
        self.said.iter().find(here).map(|one| one.text)
    }

    /// The first fault of a part that has no rows of its own.
    fn wrong_in(&self, part: &str) -> Option<&'static str> {
        self.said.iter().find(|one| one.part.code() == part).map(|one| one.text)
    }

    fn is_annex(&self, row: &usize) -> bool {
        self.form.on(&format!("annex:{}", self.form.cell("due", row, "code")))
    }

    /// The conditions of a target row.
    fn groups(&self, row: &usize) -> Vec<Group> {
        let lang = self.shell.lang;
        let tick = |kind: &str, code: &str, word: &str| Tick {
            name: format!("target_{row}_{kind}:{code}"),
            word: word.to_owned(),
        };
        let levels = Grade::ALL.iter().map(|one| tick("level", one.code(), lang.cp_grade(*one)));
        let owners = Ownership::ALL.iter();
        let owners = owners.map(|one| tick("ownership", one.code(), lang.cw_ownership_of(*one)));
        let kinds = Category::ALL.iter();
        let kinds = kinds.map(|one| tick("category", one.code(), lang.cw_category_of(*one)));
        let branches = Branch::ALL.iter();
        let branches = branches.map(|one| tick("branch", one.code(), lang.cp_branch(*one)));
        let regions = self.regions.iter().filter(|one| one.parent_code.is_some());
        let regions = regions
            .map(|one| tick("region", &one.region_code, lang.pick(&one.name_zh, &one.name_en)));
        vec![
            Group { word: lang.cw_level(), ticks: levels.collect() },
            Group { word: lang.cw_ownership(), ticks: owners.collect() },
            Group { word: lang.cw_category(), ticks: kinds.collect() },
            Group { word: lang.cw_branch(), ticks: branches.collect() },
            Group { word: lang.cw_region(), ticks: regions.collect() },
        ]
    }
}

/// The row of the form that a fault is about: annexes that are not used leave the plan, so what is
/// handed in is found by its code and a list by its name.
fn row_of(fields: &Fields, plan: &Plan, (part, index, _): Fault) -> usize {
    let Some(due) = plan.deliverables.get(index).filter(|_| part == PlanPart::Due) else {
        return index;
    };
    let same = |row: &usize| fields.get(&format!("due_{row}_code")) == due.code;
    (0..rows(fields, "due")).find(same).unwrap_or(index)
}

fn said(lang: Lang, fields: &Fields, plan: &Plan) -> Vec<Said<PlanPart>> {
    let one = |fault: Fault| Said {
        part: fault.0,
        row: row_of(fields, plan, fault),
        text: lang.cw_fault(fault.0, fault.2),
    };
    plan.faults().into_iter().map(one).collect()
}

fn lists(names: &Names<'_>, fields: &Fields, adapt: &Adapt) -> Vec<List> {
    let lang = names.lang;
    let faulty = adapt.plan.faults();
    let of = |list: &Checklist| {
        let key = format!("{}@{}", list.code, list.version);
        let position = adapt
            .plan
            .checklists
            .iter()
            .position(|used| used.checklist == list.code && used.version == list.version);
        let fault = faulty
            .iter()
            .find(|(part, row, _)| *part == PlanPart::Checklist && Some(*row) == position);
        let wrong = fault.map(|(part, _, why)| lang.cw_fault(*part, *why));
        let ticks: Vec<Tick> = if list.departments.is_empty() {
            Vec::new()
        } else {
            let all = names.packs.departments();
            let tick = |code: &str| Tick {
                name: format!("listdep:{key}:{code}"),
                word: names.department(code),
            };
            all.map(|one| tick(&one.code)).collect()
        };
        let chosen = ticks.iter().filter(|tick| fields.get(&tick.name) == "on").count();
        let place = match ticks.is_empty() {
            true => lang.cw_list_whole().to_owned(),
            false => lang.cw_list_in(chosen),
        };
        List {
            name: format!("list:{key}"),
            title: lang.pick(&list.title_zh, &list.title_en).to_owned(),
            what: format!("{} · {} · {place}", list.version, lang.cw_list_items(list.items.len())),
            open: wrong.is_some(),
            ticks,
            wrong,
        }
    };
    library(names.packs).map(of).collect()
}

fn parents(lang: Lang, one: &Campaign, all: &[CampaignLine]) -> Vec<Choice> {
    let others = all.iter().filter(|line| line.campaign_id != one.campaign_id);
    let choice = |line: &CampaignLine| Choice {
        value: line.campaign_id.clone(),
        word: format!("{} {}", line.code, lang.pick(&line.title_zh, &line.title_en)),
    };
    others.map(choice).collect()
}

fn titled(fields: &Fields, lang: Lang, part: &str) -> Vec<Choice> {
    let choice = |row: usize| {
        let get = |name: &str| fields.get(&format!("{part}_{row}_{name}")).to_owned();
        let (zh, en) = (get("zh"), get("en"));
        let word = match lang.pick(&zh, &en) {
            "" => zh.clone(),
            word => word.to_owned(),
        };
        Choice { value: get("code"), word }
    };
    (0..rows(fields, part)).map(choice).collect()
}

async fn page_of(app: &App, who: &SignedIn, id: &str, mut back: Back) -> Answer<Page> {
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let (packs, calendar) = (app.db().packs(), app.city().calendar);
    let standing = campaign::stand(&one).told(lang)?;
    let fields = back
        .fields
        .take()
        .unwrap_or_else(|| fields_of(&one, packs, calendar).and("stand", &standing));
    let adapt = Reader { fields: &fields, packs, calendar }.adapt(&one);
    let all = campaign::campaigns(&mut tx, scope).await.told(lang)?;
    let aims = campaign::aims(&mut tx, scope, &adapt.plan.targets, now).await.told(lang)?;
    let shell = shell(app, who, &mut tx, "/campaigns").await?;
    let names = Names::read(app, lang, &mut tx).await?;
    let departments = packs.departments().map(|one| Tick {
        name: format!("dep:{}", one.code),
        word: lang.pick(&one.name_zh, &one.name_en).to_owned(),
    });
    let annex = |annex: Annex| Tick {
        word: format!(
            "{} · {}",
            lang.pick(&annex.title_zh, &annex.title_en),
            lang.cw_annex_cells(annex.cells.len())
        ),
        name: format!("annex:{}", annex.code),
    };
    let measure = |one: &Measure| Choice {
        value: one.code().to_owned(),
        word: lang.cw_measure_of(*one).to_owned(),
    };
    let said = if back.check { said(lang, &fields, &adapt.plan) } else { Vec::new() };
    Ok(Page {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        stand: fields.get("stand").to_owned(),
        changed: back.changed,
        note: back.above(lang, said.len()),
        parents: parents(lang, &one, &all),
        phases: titled(&fields, lang, "phase"),
        dues: titled(&fields, lang, "due"),
        measures: Measure::ALL.iter().map(measure).collect(),
        departments: departments.collect(),
        annexes: annexes(packs, &one).into_iter().map(annex).collect(),
        lists: lists(&names, &fields, &adapt),
        regions: names.regions,
        aims,
        said,
        id: id.to_owned(),
        form: LongForm(fields),
        shell,
    })
}

/// Drafts are the city's, and only a draft is edited: elsewhere with whoever asks for another.
pub(super) async fn editable(app: &App, who: &SignedIn, id: &str) -> Answer<Option<Response>> {
    takes_part(who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    if who.scope.campaign_part() != Part::City {
        return Err(Wrong::of(Refusal::NotAllowed.into(), lang));
    }
    let draft = one.published_at.is_none() && one.cancelled_at.is_none();
    Ok((!draft).then(|| Redirect::to(&format!("/campaigns/{id}")).into_response()))
}

/// `GET /campaigns/{campaign_id}/draft`
pub(crate) async fn draft(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    if let Some(elsewhere) = editable(&app, &who, &id).await? {
        return Ok(elsewhere);
    }
    let saved = Fields::of(query).get("done") == "adapted";
    let note = who.lang.cp_done("adapted").filter(|_| saved);
    let note = note.map(|word| ("is-ok", word.to_owned()));
    let back = Back { note, ..Back::default() };
    draw(&page_of(&app, &who, &id, back).await?, who.lang)
}

/// `POST /campaigns/{campaign_id}/draft`
pub(crate) async fn write_draft(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    if let Some(elsewhere) = editable(&app, &who, &id).await? {
        return Ok(elsewhere);
    }
    let lang = who.lang;
    let step = fields.get("do").to_owned();
    // Saved first, then on to an annex's columns.
    let columns = step.strip_prefix("annex:").filter(|code| rules::campaign::sound(code));
    if columns.is_none() && !matches!(&*step, "save" | "over" | "check") {
        let back = Back::unsaved(lang, moved(fields, &step, &PARTS));
        return draw(&page_of(&app, &who, &id, back).await?, lang);
    }
    if step == "check" {
        let back = Back::checked(fields);
        return draw(&page_of(&app, &who, &id, back).await?, lang);
    }
    match save(&app, &who, &id, &fields, step == "over").await? {
        Ok(()) => {
            app.wake_feed();
            let to = match columns {
                Some(annex) => format!("/campaigns/{id}/draft/annexes/{annex}"),
                None => format!("/campaigns/{id}/draft?done=adapted"),
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(refusal) => {
            let changed = refusal == Refusal::Changed;
            let note = match refusal {
                Refusal::Incomplete => None,
                other => Some(("is-danger", Wrong::of(other.into(), lang).sentence())),
            };
            let back = Back { fields: Some(fields), check: true, note, changed };
            let page = page_of(&app, &who, &id, back).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
    }
}

/// Saves what was typed over the state that it was read from, or over whatever stands.
async fn save(
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: &Fields,
    over: bool,
) -> Answer<Result<(), Refusal>> {
    let (packs, calendar) = (app.db().packs(), app.city().calendar);
    let adapt = |one: &Campaign| Reader { fields, packs, calendar }.adapt(one);
    let stand = (!over).then(|| fields.get("stand"));
    saved(app, who, id, (stand, adapt)).await
}

/// Saves a draft as it is to become over the state that was read, or over whatever stands.
pub(super) async fn saved(
    app: &App,
    who: &SignedIn,
    id: &str,
    (stand, adapt): (Option<&str>, impl Fn(&Campaign) -> Adapt),
) -> Answer<Result<(), Refusal>> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    drop(tx);
    let adapt = adapt(&one);
    let before = match stand {
        None => campaign::stand(&one).told(lang)?,
        Some(stand) => stand.to_owned(),
    };
    let (scope, now, id) = (who.scope.clone(), app.now(), id.to_owned());
    let written = app.db().write(move |tx| {
        Box::pin(async move { campaign::adapt(tx, &scope, (&id, &before), &adapt, now).await })
    });
    match written.await {
        Ok(()) => Ok(Ok(())),
        Err(store::Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(Wrong::of(error, lang)),
    }
}

impl Page {
    /// Who hands something in.
    fn holders(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let pairs =
            [(Holder::Institution, lang.cw_holder_unit()), (Holder::Branch, lang.cw_holder_line())];
        let choice = |(holder, word): (Holder, &str)| Choice {
            value: holder.code().to_owned(),
            word: word.to_owned(),
        };
        pairs.map(choice).into()
    }

    /// The clocks by the names of their fields.
    fn clocks(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        fields_named([
            ("climb_h", lang.cw_climb_h()),
            ("resubmit_days", lang.cw_resubmit_days()),
            ("urge_days", lang.cw_urge_days()),
            ("remind_h", lang.cw_remind_h()),
        ])
    }

    /// The weights by the names of their fields.
    fn weights(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        fields_named([
            ("weight_coverage", lang.cw_weight_coverage()),
            ("weight_timeliness", lang.cw_weight_timeliness()),
            ("weight_close_out", lang.cw_weight_close_out()),
            ("weight_spot", lang.cw_weight_spot()),
        ])
    }
}

fn fields_named(names: [(&str, &str); 4]) -> Vec<Choice> {
    names.map(|(name, word)| Choice { value: name.to_owned(), word: word.to_owned() }).into()
}
