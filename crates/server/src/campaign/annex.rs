//! Annexes: the city's and a district's sums, a unit's cells, and the entries behind each figure.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::{Annex, Branch, Cell, CellSource, SubmissionState, SubmissionStep};
use store::Tx;
use store::campaign::{self, AnnexLine, Handing};
use store::page::Slice;

use super::draw::{Entry, entry, handed};
use super::rate::{self, Shown};
use super::{Names, Pairs, Typed, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

pub(super) struct Column {
    pub name: String,
    ledger: bool,
}

/// A figure and where it leads.
pub(super) struct Figure {
    pub value: Option<i64>,
    /// The entries behind it, for figures counted from the ledger.
    pub href: Option<String>,
    pub reason: String,
    unusual: bool,
}

pub(super) struct Row {
    pub name: String,
    href: Option<String>,
    mark: Option<Mark>,
    pub state: &'static str,
    pub figures: Vec<Figure>,
    pub shares: Vec<Option<Shown>>,
    /// A line that the city does not count yet.
    pending: bool,
}

#[derive(Template)]
#[template(path = "campaign/annex.html")]
pub(super) struct Sums {
    shell: Shell,
    id: String,
    pub code: String,
    campaign: String,
    number: String,
    issuer: String,
    pub title: String,
    line: Option<(String, String)>,
    pub columns: Vec<Column>,
    /// The indicators beside them: title, and what is asked for.
    pub rates: Vec<(String, String)>,
    pub rows: Vec<Row>,
    pub sum: Row,
    due: String,
    steps: Vec<(&'static str, &'static str, bool)>,
    holder: String,
    missing: i64,
    printed: String,
    typed: Typed,
}

fn columns(lang: Lang, annex: &Annex) -> Vec<Column> {
    let column = |cell: &Cell| Column {
        name: lang.pick(&cell.title_zh, &cell.title_en).to_owned(),
        ledger: cell.source == CellSource::Ledger,
    };
    annex.cells.iter().map(column).collect()
}

fn rates(lang: Lang, annex: &Annex) -> Vec<(String, String)> {
    let head = |one: &rules::campaign::Rate| {
        (lang.pick(&one.title_zh, &one.title_en).to_owned(), rate::aim(lang, one))
    };
    annex.rates.iter().map(head).collect()
}

/// Sums of figures, and of how many institutions each is.
struct Whole {
    sums: Vec<i64>,
    counts: Vec<i64>,
}

impl Whole {
    fn of(annex: &Annex) -> Whole {
        Whole { sums: vec![0; annex.cells.len()], counts: vec![0; annex.cells.len()] }
    }

    fn add(&mut self, place: usize, value: Option<i64>, institutions: i64) {
        self.sums[place] += value.unwrap_or(0);
        self.counts[place] += institutions;
    }
}

/// One page of figures: whose annex it is, and how a figure's entries are found.
pub(super) struct At<'a> {
    pub id: &'a str,
    pub annex: &'a Annex,
}

impl At<'_> {
    pub(super) fn figure(&self, cell: &Cell, value: Option<i64>, of: &str) -> Figure {
        let counted = cell.source == CellSource::Ledger && value.is_some_and(|value| value > 0);
        let (id, code) = (self.id, &self.annex.code);
        let href = counted
            .then(|| format!("/campaigns/{id}/annex/{code}/entries?cell={}&{of}", cell.code));
        Figure { value, href, reason: String::new(), unusual: false }
    }

    /// The indicators of a row: from its figures, each the sum of so many institutions.
    fn shares(&self, figures: &[Figure], counts: &[i64]) -> Vec<Option<Shown>> {
        let place = |code: &str| self.annex.cells.iter().position(|cell| cell.code == code);
        let figure = |code: &str| place(code).and_then(|place| figures[place].value);
        let counted = |code: &str| place(code).map(|place| counts[place]);
        self.annex.rates.iter().map(|one| rate::shown(one, figure, counted)).collect()
    }

    /// The lines of the city, from what they have approved.
    async fn lines(
        &self,
        tx: &mut Tx,
        who: &SignedIn,
        (names, when): (&Names<'_>, crate::when::When),
    ) -> Answer<(Vec<Row>, Row)> {
        let (lang, id) = (who.lang, self.id);
        let sums = campaign::roll_up(tx, &who.scope, id, &self.annex.code).await.told(lang)?;
        let mut by_line: BTreeMap<(bool, &str), Vec<&campaign::CellTotal>> = BTreeMap::new();
        for one in &sums {
            let key = (!Branch::is_district(&one.branch), &*one.branch);
            by_line.entry(key).or_default().push(one);
        }
        let mut whole = Whole::of(self.annex);
        let mut rows = Vec::new();
        for ((not_district, line), cells) in by_line {
            let state = cells.first().and_then(|one| one.state.clone());
            let counts = cells.first().is_some_and(|one| one.counts());
            let mut figures = Vec::new();
            let mut institutions = Vec::new();
            for (place, cell) in self.annex.cells.iter().enumerate() {
                let found = cells.iter().find(|one| one.cell == cell.code);
                let (value, of) =
                    (found.map(|one| one.total), found.map_or(0, |one| one.institutions));
                if counts {
                    whole.add(place, value, of);
                }
                institutions.push(of);
                figures.push(self.figure(cell, value, &format!("branch={line}")));
            }
            let (mark, word) = match (not_district, state.as_deref()) {
                (true, _) => (None, lang.cp_direct()),
                (false, state) => handed(when, state, false, false),
            };
            rows.push(Row {
                name: names.line(line),
                href: Some(format!("/campaigns/{id}/annex/{}?branch={line}", self.annex.code)),
                mark,
                state: word,
                shares: self.shares(&figures, &institutions),
                figures,
                pending: !counts,
            });
        }
        Ok((rows, self.sum(lang.cp_whole_city(), &whole, "")))
    }

    /// The last row; its figures lead to the entries of all that were added up.
    fn sum(&self, name: &str, whole: &Whole, of: &str) -> Row {
        let cells = self.annex.cells.iter().zip(&whole.sums);
        let figures: Vec<Figure> =
            cells.map(|(cell, value)| self.figure(cell, Some(*value), of)).collect();
        Row {
            name: name.to_owned(),
            href: None,
            mark: None,
            state: "",
            shares: self.shares(&figures, &whole.counts),
            figures,
            pending: false,
        }
    }

    /// The units of a line, and the sum of those it has approved.
    fn units(&self, lang: Lang, when: crate::when::When, lines: &[AnnexLine]) -> (Vec<Row>, Row) {
        let mut units: Vec<(&AnnexLine, Vec<&AnnexLine>)> = Vec::new();
        for one in lines {
            match units.last_mut() {
                Some((first, cells)) if first.institution_id == one.institution_id => {
                    cells.push(one);
                }
                _ => units.push((one, vec![one])),
            }
        }
        let mut whole = Whole::of(self.annex);
        let mut rows = Vec::new();
        for (first, cells) in &units {
            let unit = &first.institution_id;
            let counts = SubmissionState::of(&first.state).is_some_and(SubmissionState::counts);
            let mut figures = Vec::new();
            for (place, cell) in self.annex.cells.iter().enumerate() {
                let found = cells.iter().find(|one| one.cell == cell.code);
                let value = found.and_then(|one| one.value);
                if counts {
                    whole.add(place, value, i64::from(value.is_some()));
                }
                let mut figure = self.figure(cell, value, &format!("institution={unit}"));
                figure.reason = found.map_or(String::new(), |one| one.reason.clone());
                figures.push(figure);
            }
            let (mark, state) = handed(when, Some(&first.state), false, false);
            rows.push(Row {
                name: lang.pick(&first.name_zh, &first.name_en).to_owned(),
                href: Some(format!("/campaigns/{}/annex/{}/{unit}", self.id, self.annex.code)),
                mark,
                state,
                shares: self.shares(&figures, &vec![1; figures.len()]),
                figures,
                pending: !counts,
            });
        }
        self.hint(&units, &mut rows);
        let line = lines.first().map_or("", |one| &*one.branch);
        let sum = self.sum(lang.cp_sum_approved(), &whole, &format!("branch={line}"));
        (rows, sum)
    }

    /// Marks figures far from those of units of the same grade.
    fn hint(&self, units: &[(&AnnexLine, Vec<&AnnexLine>)], rows: &mut [Row]) {
        let mut grades: Vec<&str> = units.iter().map(|(first, _)| &*first.level).collect();
        grades.sort_unstable();
        grades.dedup();
        for grade in grades {
            let peers: Vec<usize> =
                (0..units.len()).filter(|index| units[*index].0.level == grade).collect();
            for place in 0..self.annex.cells.len() {
                let known: Vec<usize> = peers
                    .iter()
                    .copied()
                    .filter(|peer| rows[*peer].figures[place].value.is_some())
                    .collect();
                let values = known.iter().filter_map(|peer| rows[*peer].figures[place].value);
                let values: Vec<i64> = values.collect();
                for far in rules::campaign::hints(&values) {
                    rows[known[far]].figures[place].unusual = true;
                }
            }
        }
    }
}

/// What may be done with a submission, as buttons: the step, its word, whether it wants a reason.
pub(super) fn buttons(
    lang: Lang,
    steps: &[SubmissionStep],
) -> Vec<(&'static str, &'static str, bool)> {
    let reasons =
        |step: SubmissionStep| matches!(step, SubmissionStep::Return | SubmissionStep::Unapprove);
    steps.iter().map(|step| (step.code(), lang.cp_hand(*step), reasons(*step))).collect()
}

/// The sums of the city, or of one line by unit.
pub(super) async fn sums_of(
    app: &App,
    who: &SignedIn,
    (id, code): (&str, &str),
    fields: &Fields,
    typed: Typed,
) -> Answer<Sums> {
    takes_part(who)?;
    let (lang, now) = (who.lang, app.now());
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let missing = || Fault::new(Kind::NotFound, lang);
    let annex = one.plan.annex(code).ok_or_else(missing)?.clone();
    let due = one.plan.deliverable(code).ok_or_else(missing)?.due_at;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let at = At { id, annex: &annex };
    let line = who.scope.campaign_line().map(str::to_owned).or_else(|| fields.some("branch"));
    let (rows, sum) = match &line {
        None => at.lines(&mut tx, who, (&names, when)).await?,
        Some(line) => {
            let of = (id, code);
            let lines =
                campaign::annex_lines(&mut tx, &who.scope, of, Some(line)).await.told(lang)?;
            at.units(lang, when, &lines)
        }
    };
    let district = line.as_deref().filter(|line| Branch::is_district(line));
    let steps = match district {
        None => Vec::new(),
        Some(line) => {
            let handing = Handing { campaign_id: id, deliverable: code, holder: line };
            let (_, steps) = campaign::submission(&mut tx, &who.scope, handing).await.told(lang)?;
            buttons(lang, &steps)
        }
    };
    let waiting = (!annex.dialysis_only).then_some(line.as_deref());
    let missing = match waiting {
        None => 0,
        Some(line) => {
            let view = ("missing", line);
            let slice = Slice::first(1);
            let listed = campaign::submissions(&mut tx, &who.scope, id, code, view, slice);
            listed.await.told(lang)?.total
        }
    };
    Ok(Sums {
        id: id.to_owned(),
        code: code.to_owned(),
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        issuer: lang.pick(&one.issuer[0], &one.issuer[1]).to_owned(),
        title: lang.pick(&annex.title_zh, &annex.title_en).to_owned(),
        columns: columns(lang, &annex),
        rates: rates(lang, &annex),
        due: when.day(&(due.0 - 1)),
        holder: line.clone().unwrap_or_default(),
        line: line.map(|line| (names.line(&line), line)),
        printed: when.stamp_hm(&now.0),
        number: one.number,
        rows,
        sum,
        steps,
        missing,
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/annex/{annex}`
pub(crate) async fn annex(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    // An institution reads its own.
    if let Some(unit) = who.scope.campaign_place().0 {
        let to = format!("/campaigns/{id}/annex/{code}/{unit}");
        return Ok(Redirect::to(&to).into_response());
    }
    let page = sums_of(&app, &who, (&id, &code), &fields, Typed::default()).await?;
    draw(&page, who.lang)
}

#[derive(Template)]
#[template(path = "campaign/entries.html")]
struct Entries {
    shell: Shell,
    id: String,
    code: String,
    campaign: String,
    title: String,
    cell: String,
    whose: String,
    rows: Vec<Entry>,
    pager: Pager,
}

/// `GET /campaigns/{campaign_id}/annex/{annex}/entries`: what stands behind a figure.
pub(crate) async fn entries(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let missing = || Fault::new(Kind::NotFound, lang);
    let annex = one.plan.annex(&code).ok_or_else(missing)?;
    let cell = annex.cell(fields.get("cell")).ok_or_else(missing)?;
    let (branch, unit) = (fields.some("branch"), fields.some("institution"));
    let place = (&*id, &*code, &*cell.code);
    let of = (branch.as_deref(), unit.as_deref());
    let slice = Slice::page(fields.page());
    let listed = campaign::annex_entries(&mut tx, scope, place, of, slice).await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let rows: Vec<Entry> =
        listed.rows.iter().map(|row| entry(&names, shell.when, row, now.0)).collect();
    let path = format!("/campaigns/{id}/annex/{code}/entries");
    let whose = match (&branch, rows.first(), &unit) {
        (_, Some(row), Some(_)) => row.unit.clone(),
        (Some(line), _, _) => names.line(line),
        _ => lang.cp_whole_city().to_owned(),
    };
    let page = Entries {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        title: lang.pick(&annex.title_zh, &annex.title_en).to_owned(),
        cell: lang.pick(&cell.title_zh, &cell.title_en).to_owned(),
        pager: pager(&path, &fields, rows.len(), listed.total),
        whose,
        rows,
        id,
        code,
        shell,
    };
    draw(&page, lang)
}

/// The annex page again, with the sentence of a refused step.
pub(super) async fn refused(
    app: &App,
    who: &SignedIn,
    (id, code, holder): (&str, &str, &str),
    typed: Typed,
) -> Answer {
    if holder.starts_with("ins_") {
        return super::annex_unit::refused(app, who, (id, code, holder), typed).await;
    }
    let fields = Fields::of(vec![("branch".into(), holder.into())]);
    draw(&sums_of(app, who, (id, code), &fields, typed).await?, who.lang)
}
