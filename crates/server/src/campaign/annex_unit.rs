//! A unit's annex: its cells, what is wrong with them, and what its levels have done with it.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::{Annex, CellFault, CellSource, Rate, SubmissionState, Value};
use store::campaign::{self, CellEdit, Handing};

use super::annex::{At, buttons};
use super::draw::handed;
use super::rate::{self, Shown};
use super::report::{Past, past_of};
use super::{Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::words::Lang;

struct CellShown {
    code: String,
    name: String,
    value: Option<i64>,
    /// What stands in the field: as typed, or as it is.
    text: String,
    reason: String,
    /// What somebody else has written since the form was drawn or the workbook saved.
    standing: Option<String>,
    revision: i64,
    entered: bool,
    compulsory: bool,
    href: Option<String>,
    fault: Option<String>,
    source: &'static str,
}

#[derive(Template)]
#[template(path = "campaign/annex_unit.html")]
pub(super) struct Unit {
    shell: Shell,
    id: String,
    code: String,
    unit: String,
    name: String,
    campaign: String,
    title: String,
    cells: Vec<CellShown>,
    /// Indicators: title, what is asked for, and what they are.
    rates: Vec<(String, String, Option<Shown>)>,
    faults: Vec<String>,
    /// Cells that lack a figure or hold one that cannot be.
    missing: usize,
    /// The form holds what nobody has saved.
    unsaved: bool,
    pub writable: bool,
    /// A workbook was read: how much of it is new, and what was not taken.
    pub read: Option<String>,
    pub left: Vec<String>,
    mark: Option<Mark>,
    state: &'static str,
    due: String,
    steps: Vec<(&'static str, &'static str, bool)>,
    past: Vec<Past>,
    typed: Typed,
}

/// What is wrong with an annex, by cell and in sentences.
fn faults(
    lang: Lang,
    annex: &Annex,
    cells: &[campaign::AnnexCell],
) -> (BTreeMap<String, String>, Vec<String>) {
    let values: Vec<Value<'_>> =
        cells.iter().map(|one| (&*one.cell.code, one.value, &*one.reason)).collect();
    let (mut by_cell, mut sentences) = (BTreeMap::new(), Vec::new());
    for fault in annex.check(&values) {
        match fault {
            CellFault::Missing(cell) => {
                by_cell.insert(cell, lang.cp_cell_missing().to_owned());
            }
            CellFault::OutOfRange(cell) => {
                by_cell.insert(cell, lang.cp_cell_range().to_owned());
            }
            CellFault::Rule(code) => {
                let rule = annex.rules.iter().find(|rule| rule.code == code);
                let says = rule.map(|rule| lang.pick(&rule.says_zh, &rule.says_en).to_owned());
                sentences.extend(says);
            }
        }
    }
    (by_cell, sentences)
}

fn rates(
    lang: Lang,
    annex: &Annex,
    cells: &[campaign::AnnexCell],
) -> Vec<(String, String, Option<Shown>)> {
    let figure =
        |code: &str| cells.iter().find(|one| one.cell.code == code).and_then(|one| one.value);
    let one = |one: &Rate| {
        let title = lang.pick(&one.title_zh, &one.title_en).to_owned();
        (title, rate::aim(lang, one), rate::shown(one, figure, |_| Some(1)))
    };
    annex.rates.iter().map(one).collect()
}

/// A cell as the form shows it: what was typed stands until it is saved.
fn cell_shown(
    lang: Lang,
    one: &campaign::AnnexCell,
    typed: &Typed,
    fault: Option<&String>,
) -> CellShown {
    let code = &one.cell.code;
    let mut fault = fault.cloned();
    let entered = one.cell.source == CellSource::Entered;
    let number = one.value.map_or(String::new(), |value| value.to_string());
    let (mut text, mut reason, mut standing) = (number, one.reason.clone(), None);
    if let Some(new) = typed.some("cells", code).filter(|_| entered) {
        let seen = typed.fields.number(&format!("{code}_revision"));
        if seen != Some(one.revision) && new != text {
            standing = Some(lang.ca_standing(if text.is_empty() { "—" } else { &text }));
        }
        fault = match (new.is_empty(), typed.fields.number(code)) {
            (false, None) => Some(lang.ca_not_number(&new)),
            (false, Some(value)) if !one.cell.takes(value) => Some(lang.cp_cell_range().to_owned()),
            _ => None,
        };
        text = new;
        reason = typed.fields.get(&format!("{code}_reason")).to_owned();
    }
    CellShown {
        code: code.clone(),
        name: lang.pick(&one.cell.title_zh, &one.cell.title_en).to_owned(),
        value: one.value,
        text,
        reason,
        standing,
        revision: one.revision,
        entered,
        compulsory: one.cell.compulsory,
        href: None,
        fault,
        source: lang.cp_cell_source(one.cell.source),
    }
}

pub(super) async fn unit_of(
    app: &App,
    who: &SignedIn,
    (id, code, unit): (&str, &str, &str),
    done: &str,
    typed: Typed,
) -> Answer<Unit> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let missing = || Fault::new(Kind::NotFound, lang);
    let annex = one.plan.annex(code).ok_or_else(missing)?.clone();
    let due = one.plan.deliverable(code).ok_or_else(missing)?.due_at;
    let cells = campaign::annex_cells(&mut tx, scope, (id, code, unit)).await.told(lang)?;
    let handing = Handing { campaign_id: id, deliverable: code, holder: unit };
    let (found, steps) = campaign::submission(&mut tx, scope, handing).await.told(lang)?;
    let past = campaign::submission_steps(&mut tx, scope, handing).await.told(lang)?;
    let targets = campaign::targets(&mut tx, scope, id).await.told(lang)?;
    let name = targets.iter().find(|one| one.institution_id == unit).ok_or_else(missing)?;
    let name = lang.pick(&name.name_zh, &name.name_en).to_owned();
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let when = shell.when;
    let (by_cell, sentences) = faults(lang, &annex, &cells);
    let state = SubmissionState::of(&found.state).unwrap_or(SubmissionState::Open);
    let own = scope.campaign_place().0 == Some(unit);
    let at = At { id, annex: &annex };
    let shown = cells.iter().map(|one| CellShown {
        href: match state {
            SubmissionState::Open | SubmissionState::Returned => None,
            _ => at.figure(&one.cell, one.value, &format!("institution={unit}")).href,
        },
        ..cell_shown(lang, one, &typed, by_cell.get(&one.cell.code))
    });
    let (mark, word) = handed(when, Some(&found.state), found.late(), now >= due);
    Ok(Unit {
        rates: rates(lang, &annex, &cells),
        cells: shown.collect(),
        read: None,
        left: Vec::new(),
        faults: sentences,
        missing: by_cell.len(),
        unsaved: typed.form == "cells",
        writable: own && state.writable() && scope.may(rules::account::Permission::KeepLedger),
        mark,
        state: word,
        due: when.day(&(due.0 - 1)),
        steps: buttons(lang, &steps),
        past: past_of(when, &past),
        id: id.to_owned(),
        code: code.to_owned(),
        unit: unit.to_owned(),
        name,
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        title: lang.pick(&annex.title_zh, &annex.title_en).to_owned(),
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/annex/{annex}/{institution_id}`
pub(crate) async fn unit(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, unit)): Path<(String, String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let of = (&*id, &*code, &*unit);
    draw(&unit_of(&app, &who, of, fields.get("done"), Typed::default()).await?, who.lang)
}

/// `POST /campaigns/{campaign_id}/annex/{annex}/{institution_id}`: every cell that was changed.
pub(crate) async fn cell(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, unit)): Path<(String, String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let of = [id.clone(), code.clone(), unit.clone()];
    let (scope, now, typed) = (who.scope.clone(), app.now(), fields.clone());
    let written = app.db().write(move |tx| {
        Box::pin(async move {
            let at = (&*of[0], &*of[1], &*of[2]);
            for cell in campaign::annex_cells(tx, &scope, at).await? {
                let code = &cell.cell.code;
                let (text, reason) =
                    (typed.get(code), typed.get(&format!("{code}_reason")).to_owned());
                let Some(revision) = typed.number(&format!("{code}_revision")) else { continue };
                let value = match text {
                    "" => None,
                    _ => Some(typed.number(code).ok_or(store::Refusal::Quantity)?),
                };
                if value == cell.value && reason == cell.reason {
                    continue;
                }
                let edit = CellEdit { cell: code.clone(), value, reason, revision };
                campaign::edit_cell(tx, &scope, at, &edit, now).await?;
            }
            Ok(())
        })
    });
    match settled(&app, who.lang, written.await)? {
        Ok(()) => {
            let to = format!("/campaigns/{id}/annex/{code}/{unit}?done=cells");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused("cells", fields, wrong);
            let page = unit_of(&app, &who, (&id, &code, &unit), "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// The page again, with the sentence of a refused step.
pub(super) async fn refused(
    app: &App,
    who: &SignedIn,
    of: (&str, &str, &str),
    typed: Typed,
) -> Answer {
    draw(&unit_of(app, who, of, "", typed).await?, who.lang)
}
