//! The columns of an annex, laid out on screen while its campaign is a draft: what is filled in,
//! what is counted from where, the rules between columns, and the indicators made of them.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::{
    Annex, AnnexFault, AnnexPart, Cell, CellSource, Plan, ProblemState, Relation, Source, Weight,
};
use store::Refusal;
use store::campaign::{self, Adapt, Campaign};

use super::annex_form::{PARTS, Reader, fields_of};
use super::draft::{editable, saved};
use super::draft_form;
use super::ledger::Choice;
use super::long_form::{Back, Group, LongForm, Said, Tick, moved};
use super::{Pairs, takes_part};
use crate::App;
use crate::fault::{Answer, Fault as Wrong, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

/// The address of an annex that does not exist yet.
const NEW: &str = "new";

#[derive(Template)]
#[template(path = "campaign/annex_draft.html")]
struct Page {
    shell: Shell,
    id: String,
    code: String,
    campaign: String,
    stand: String,
    form: LongForm,
    said: Vec<Said<AnnexPart>>,
    note: Option<(&'static str, String)>,
    changed: bool,
    /// The columns as they stand, for rules and indicators.
    columns: Vec<Choice>,
    departments: Vec<(String, String)>,
}

impl Page {
    fn here(&self) -> String {
        format!("/campaigns/{}/draft/annexes/{}", self.id, self.code)
    }

    fn wrong(&self, part: &str, row: &usize) -> Option<&'static str> {
        let here = |one: &&Said<AnnexPart>| one.part.code() == part && one.row == *row;
        self.said.iter().find(here).map(|one| one.text)
    }

    /// The first fault of a part as a whole.
    fn wrong_in(&self, part: &str) -> Option<&'static str> {
        let beyond = self.form.rows(part).len();
        let whole =
            |one: &&Said<AnnexPart>| one.part.code() == part && (one.row >= beyond || beyond == 0);
        self.said.iter().find(whole).map(|one| one.text)
    }

    fn counted(&self, row: &usize) -> bool {
        self.form.cell("cell", row, "source") == CellSource::Ledger.code()
    }

    fn sources(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let choice = |one: &CellSource| Choice {
            value: one.code().to_owned(),
            word: lang.ca_source(*one).to_owned(),
        };
        CellSource::ALL.iter().map(choice).collect()
    }

    fn relations(&self) -> Vec<Choice> {
        let lang = self.shell.lang;
        let choice = |one: &Relation| Choice {
            value: one.code().to_owned(),
            word: lang.ca_relation(*one).to_owned(),
        };
        Relation::ALL.iter().map(choice).collect()
    }

    /// The conditions on entries that a counted column has.
    fn groups(&self, row: &usize) -> Vec<Group> {
        let lang = self.shell.lang;
        let tick = |kind: &str, code: &str, word: &str| Tick {
            name: format!("cell_{row}_{kind}:{code}"),
            word: word.to_owned(),
        };
        let sources = Source::ALL.iter().map(|one| tick("src", one.code(), lang.cp_source(*one)));
        let states = ProblemState::ALL.iter();
        let states = states.map(|one| tick("state", one.code(), lang.cp_state(*one)));
        let weights = Weight::ALL.iter();
        let weights = weights.map(|one| tick("weight", one.code(), lang.ca_weight(*one)));
        let places = self.departments.iter().map(|(code, name)| tick("dep", code, name));
        vec![
            Group { word: lang.ca_by_source(), ticks: sources.collect() },
            Group { word: lang.ca_by_state(), ticks: states.collect() },
            Group { word: lang.ca_by_weight(), ticks: weights.collect() },
            Group { word: lang.cp_col_department(), ticks: places.collect() },
        ]
    }
}

/// An annex that nobody has laid out yet, with a code that nothing has.
fn fresh(plan: &Plan) -> Annex {
    let taken = |code: &str| plan.annex(code).is_some() || plan.deliverable(code).is_some();
    let code = (1..).map(|n| format!("annex_{n}")).find(|code| !taken(code)).unwrap_or_default();
    let cell = Cell {
        code: "cell_1".into(),
        title_zh: String::new(),
        title_en: String::new(),
        source: CellSource::Entered,
        entry: None,
        compulsory: true,
        max: None,
    };
    Annex {
        code,
        title_zh: String::new(),
        title_en: String::new(),
        dialysis_only: false,
        expires_days: 30,
        cells: vec![cell],
        rules: Vec::new(),
        rates: Vec::new(),
    }
}

/// The annex of the draft that an address names.
fn found(lang: Lang, one: &Campaign, code: &str) -> Answer<Annex> {
    if code == NEW {
        return Ok(fresh(&one.plan));
    }
    one.plan.annex(code).cloned().ok_or_else(|| Wrong::new(Kind::NotFound, lang))
}

/// The plan with the annex as it is to be; what is handed in of it follows the annex.
fn placed(plan: &mut Plan, annex: Annex) {
    plan.give_deadline(&annex);
    for due in plan.deliverables.iter_mut().filter(|due| due.code == annex.code) {
        due.dialysis_only = annex.dialysis_only;
    }
    match plan.annexes.iter_mut().find(|one| one.code == annex.code) {
        Some(known) => *known = annex,
        None => plan.annexes.push(annex),
    }
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    (id, code): (&str, &str),
    mut back: Back,
) -> Answer<Page> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let annex = found(lang, &one, code)?;
    let standing = campaign::stand(&one).told(lang)?;
    let fields = back.fields.take().unwrap_or_else(|| fields_of(&annex).and("stand", &standing));
    let typed = Reader { fields: &fields }.annex(&annex.code);
    let faults = if back.check { typed.draft_faults() } else { Vec::new() };
    let said = |fault: AnnexFault| Said {
        part: fault.0,
        row: fault.1,
        text: lang.ca_fault(fault.0, fault.2),
    };
    let said: Vec<Said<AnnexPart>> = faults.into_iter().map(said).collect();
    let column = |cell: &Cell| Choice {
        value: cell.code.clone(),
        word: match lang.pick(&cell.title_zh, &cell.title_en) {
            "" => cell.code.clone(),
            title => title.to_owned(),
        },
    };
    let departments = app.db().packs().departments();
    let departments =
        departments.map(|one| (one.code.clone(), lang.pick(&one.name_zh, &one.name_en).to_owned()));
    Ok(Page {
        shell: shell(app, who, &mut tx, "/campaigns").await?,
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        stand: fields.get("stand").to_owned(),
        changed: back.changed,
        note: back.above(lang, said.len()),
        columns: typed.cells.iter().map(column).collect(),
        departments: departments.collect(),
        said,
        id: id.to_owned(),
        code: code.to_owned(),
        form: LongForm(fields),
    })
}

/// `GET /campaigns/{campaign_id}/draft/annexes/{annex}`
pub(crate) async fn annex_draft(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
) -> Answer {
    if let Some(elsewhere) = editable(&app, &who, &id).await? {
        return Ok(elsewhere);
    }
    draw(&page_of(&app, &who, (&id, &code), Back::default()).await?, who.lang)
}

/// `POST /campaigns/{campaign_id}/draft/annexes/{annex}`
pub(crate) async fn write_annex_draft(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
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
    let of = (&*id, &*code);
    match &*step {
        "save" | "over" => {}
        "check" => {
            let back = Back::checked(fields);
            return draw(&page_of(&app, &who, of, back).await?, lang);
        }
        _ => {
            let back = Back::unsaved(lang, moved(fields, &step, &PARTS));
            return draw(&page_of(&app, &who, of, back).await?, lang);
        }
    }
    match save(&app, &who, of, &fields, step == "over").await? {
        Ok(()) => {
            app.wake_feed();
            Ok(Redirect::to(&format!("/campaigns/{id}/draft?done=adapted")).into_response())
        }
        Err(refusal) => {
            let changed = refusal == Refusal::Changed;
            let note = match refusal {
                Refusal::Incomplete if wrong_here(&fields) => None,
                Refusal::Incomplete => Some(("is-danger", lang.ca_elsewhere().to_owned())),
                other => Some(("is-danger", Wrong::of(other.into(), lang).sentence())),
            };
            let back = Back { fields: Some(fields), check: true, note, changed };
            let page = page_of(&app, &who, of, back).await?;
            Ok(crate::alert::unprocessable(draw(&page, lang)?))
        }
    }
}

/// Whether the annex itself lacks something, and not the rest of its draft.
fn wrong_here(fields: &Fields) -> bool {
    !Reader { fields }.annex("annex").draft_faults().is_empty()
}

async fn save(
    app: &App,
    who: &SignedIn,
    (id, code): (&str, &str),
    fields: &Fields,
    over: bool,
) -> Answer<Result<(), Refusal>> {
    let (packs, calendar) = (app.db().packs(), app.city().calendar);
    let adapt = |one: &Campaign| -> Adapt {
        let standing = draft_form::fields_of(one, packs, calendar);
        let mut adapt = draft_form::Reader { fields: &standing, packs, calendar }.adapt(one);
        let code = if code == NEW { fresh(&one.plan).code } else { code.to_owned() };
        placed(&mut adapt.plan, Reader { fields }.annex(&code));
        adapt
    };
    let stand = (!over).then(|| fields.get("stand"));
    saved(app, who, id, (stand, adapt)).await
}
