//! Rectification campaigns on screen: the city's page, a unit's tasks, self-inspection, the ledger,
//! spot checks, annexes with the entries behind each figure, and what is said between levels.

mod activity;
mod annex;
mod annex_draft;
mod annex_file;
mod annex_form;
mod annex_unit;
mod answers;
mod assessment;
mod coverage;
mod draft;
mod draft_form;
mod draw;
mod draws;
mod export;
mod indicators;
mod ledger;
mod list;
mod long_form;
mod pack;
mod page;
mod problem;
mod rate;
mod report;
mod routine;
mod sheet;
mod sheet_file;
mod sheet_import;
mod spot;
mod talk;
mod upload;

pub(crate) use activity::{activities, activities_xlsx, add_activity};
pub(crate) use annex::{annex, entries};
pub(crate) use annex_draft::{annex_draft, write_annex_draft};
pub(crate) use annex_file::{annex_xlsx, read_annex, sums_xlsx};
pub(crate) use annex_unit::{cell, unit};
pub(crate) use answers::{answer, answers, item_evidence, item_file};
pub(crate) use assessment::{assessment, assessment_xlsx};
pub(crate) use coverage::{coverage, coverage_xlsx};
pub(crate) use draft::{draft, write_draft};
pub(crate) use draws::{draws, draws_xlsx, frame};
pub(crate) use export::ledger_xlsx;
pub(crate) use indicators::{indicators, indicators_xlsx};
pub(crate) use ledger::{ledger, print};
pub(crate) use list::{create, list};
pub(crate) use pack::readiness;
pub(crate) use page::{page, step};
pub(crate) use problem::{evidence, file, problem, problem_record, problem_step, remove_file};
pub(crate) use report::{hand, report, reports, write};
pub(crate) use routine::{routine, routine_xlsx, write_routine};
pub(crate) use sheet::{sheet, sheets};
pub(crate) use sheet_import::{confirm_import, import, marked_import, read_import, sheets_xlsx};
pub(crate) use spot::{draw_spots, spot, spot_step, spots, spots_xlsx};
pub(crate) use talk::{say, talk};

use rules::account::Permission;
use rules::campaign::{Branch, WHOLE};
use store::register::Region;
use store::{Packs, Tx, register};

use crate::App;
use crate::fault::{Answer, Fault, InLang};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::words::Lang;

type Pairs = Vec<(String, String)>;

/// The form that was refused: what was typed stays, and the sentence stands beside it.
#[derive(Default)]
struct Typed {
    form: String,
    fields: Fields,
    wrong: Option<String>,
}

impl Typed {
    fn refused(form: &str, fields: Fields, wrong: String) -> Typed {
        Typed { form: form.to_owned(), fields, wrong: Some(wrong) }
    }

    /// What was typed, and nothing wrong with it yet.
    fn kept(form: &str, fields: Fields) -> Typed {
        Typed { form: form.to_owned(), fields, wrong: None }
    }

    /// What was typed into a field, when its form was sent.
    fn some(&self, form: &str, name: &str) -> Option<String> {
        let known = self.form == form && self.fields.has(name);
        known.then(|| self.fields.get(name).to_owned())
    }

    fn get(&self, form: &str, name: &str) -> &str {
        if self.form == form { self.fields.get(name) } else { "" }
    }

    fn wrong(&self, form: &str) -> Option<&str> {
        self.wrong.as_deref().filter(|_| self.form == form)
    }
}

/// Everybody who takes part in campaigns.
fn takes_part(who: &SignedIn) -> Answer<()> {
    who.need(Permission::Campaign)
}

/// What came of a step: nothing to say, or the sentence of its refusal.
fn settled<T>(app: &App, lang: Lang, result: store::Result<T>) -> Answer<Result<T, String>> {
    match result {
        Ok(value) => {
            app.wake_feed();
            Ok(Ok(value))
        }
        Err(error @ store::Error::Refused(_)) => Ok(Err(Fault::of(error, lang).sentence())),
        Err(error) => Err(Fault::of(error, lang)),
    }
}

/// The names a page needs: districts, departments, items.
struct Names<'t> {
    lang: Lang,
    regions: Vec<Region>,
    packs: &'t Packs,
}

impl<'t> Names<'t> {
    async fn read(app: &'t App, lang: Lang, tx: &mut Tx) -> Answer<Names<'t>> {
        let regions = register::regions(tx, app.now()).await.told(lang)?;
        Ok(Names { lang, regions, packs: app.db().packs() })
    }

    /// A line of the roll-up: a district, or a branch that is none.
    fn line(&self, line: &str) -> String {
        if let Some(branch) = Branch::of(line) {
            return self.lang.cp_branch(branch).to_owned();
        }
        let region = self.regions.iter().find(|one| one.region_code == line);
        region.map_or(line, |one| self.lang.pick(&one.name_zh, &one.name_en)).to_owned()
    }

    fn department(&self, code: &str) -> String {
        if code == WHOLE {
            return self.lang.cp_whole().to_owned();
        }
        let known = self.packs.department(code);
        known.map_or(code, |one| self.lang.pick(&one.name_zh, &one.name_en)).to_owned()
    }

    /// The text of a checklist's item; empty for what no list asks.
    fn item(&self, code: &str) -> String {
        let known = self.packs.checklist_item(code);
        known.map_or("", |one| self.lang.pick(&one.title_zh, &one.title_en)).to_owned()
    }
}
