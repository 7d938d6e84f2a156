//! Self-inspection on phone and desk: the places of a unit, and the sheet of one place.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::campaign::{Answer as Said, Evidence, Item};
use store::campaign::{self, AnswerEdit};

use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

struct Place {
    code: String,
    name: String,
    asked: i64,
    answered: i64,
    not_met: i64,
    percent: i64,
    mark: Option<Mark>,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "campaign/sheets.html")]
struct Sheets {
    shell: Shell,
    id: String,
    unit: String,
    name: String,
    campaign: String,
    places: Vec<Place>,
    left: usize,
}

/// Whose sheets are shown: the own unit's, or for a bureau the one it names.
fn unit_of(who: &SignedIn, fields: &Fields) -> Answer<String> {
    let own = who.scope.campaign_place().0.map(str::to_owned);
    let unit = own.or_else(|| fields.some("institution"));
    unit.ok_or_else(|| Fault::new(Kind::NotFound, who.lang))
}

/// `GET /campaigns/{campaign_id}/sheets`
pub(crate) async fn sheets(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let unit = unit_of(&who, &Fields::of(query))?;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let lines = campaign::places(&mut tx, scope, &id, &unit, now).await.told(lang)?;
    let targets = campaign::targets(&mut tx, scope, &id).await.told(lang)?;
    let target = targets.iter().find(|one| one.institution_id == unit);
    let name = target.map_or("", |one| lang.pick(&one.name_zh, &one.name_en)).to_owned();
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let places: Vec<Place> = lines
        .into_iter()
        .map(|line| {
            let (mark, state) = match (line.submitted_at, line.answered) {
                (Some(_), _) => (Some(Mark::Ok), lang.cp_sheet_in()),
                (None, 0) => (Some(Mark::Todo), lang.cp_sheet_todo()),
                (None, _) => (Some(Mark::Live), lang.cp_sheet_going()),
            };
            Place {
                name: names.department(&line.department),
                percent: line.answered * 100 / line.asked.max(1),
                code: line.department,
                asked: line.asked,
                answered: line.answered,
                not_met: line.not_met,
                mark,
                state,
            }
        })
        .collect();
    let left = places.iter().filter(|place| place.mark != Some(Mark::Ok)).count();
    let campaign = lang.pick(&one.title[0], &one.title[1]).to_owned();
    draw(&Sheets { shell, id, unit, name, campaign, places, left }, lang)
}

struct Line {
    code: String,
    title: String,
    hint: String,
    answer: &'static str,
    note: String,
    files: i64,
    major: bool,
    evidence: Option<&'static str>,
    na: bool,
    /// Asked by an earlier answer only.
    when: Option<(String, &'static str)>,
    hidden: bool,
    fault: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "campaign/sheet.html")]
struct Sheet {
    shell: Shell,
    id: String,
    unit: String,
    code: String,
    campaign: String,
    place: String,
    lines: Vec<Line>,
    missing: usize,
    answered: usize,
    writable: bool,
    locked: bool,
    submitted: bool,
    typed: Typed,
}

async fn sheet_of(
    app: &App,
    who: &SignedIn,
    (id, unit, code): (&str, &str, &str),
    done: &str,
    typed: Typed,
) -> Answer<Sheet> {
    takes_part(who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let found = campaign::sheet(&mut tx, scope, id, unit, code).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let names = Names::read(app, lang, &mut tx).await?;
    let items: Vec<&Item> = found.items.iter().collect();
    let asked = rules::campaign::asked(&items, &found.answers);
    let tried = typed.wrong.is_some();
    let lines = found.items.iter().map(|item| {
        let answer = found.answers.iter().find(|one| one.item == item.code);
        let fault = found.missing.iter().find(|(code, _)| *code == item.code);
        Line {
            code: item.code.clone(),
            title: lang.pick(&item.title_zh, &item.title_en).to_owned(),
            hint: lang.pick(&item.hint_zh, &item.hint_en).to_owned(),
            answer: answer.map_or("", |one| one.answer.code()),
            note: answer.map_or(String::new(), |one| one.note.clone()),
            files: answer.map_or(0, |one| one.files),
            major: item.major,
            evidence: match item.evidence {
                Evidence::None => None,
                Evidence::Met => Some(lang.cp_evidence_met()),
                Evidence::NotMet => Some(lang.cp_evidence_not_met()),
            },
            na: !item.always,
            when: item.when.as_ref().map(|when| (when.item.clone(), when.is.code())),
            hidden: !asked.iter().any(|one| one.code == item.code),
            fault: fault.filter(|_| tried).map(|(_, fault)| lang.cp_item_fault(*fault)),
        }
    });
    let own = scope.campaign_place().0 == Some(unit);
    Ok(Sheet {
        lines: lines.collect(),
        missing: found.missing.len(),
        answered: asked.len().saturating_sub(found.missing.len()),
        writable: own && !found.locked && scope.may(rules::account::Permission::SelfInspect),
        locked: found.locked,
        submitted: found.submitted_at.is_some(),
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        place: names.department(code),
        id: id.to_owned(),
        unit: unit.to_owned(),
        code: code.to_owned(),
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/sheets/{department}`
pub(crate) async fn sheet(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let unit = unit_of(&who, &fields)?;
    let of = (&*id, &*unit, &*code);
    draw(&sheet_of(&app, &who, of, fields.get("done"), Typed::default()).await?, who.lang)
}

/// The answers of a form. `at` is when the device gave them; without one it is now.
fn edits(fields: &Fields, now: Time) -> Vec<AnswerEdit> {
    let answered_at = fields.number("at").map_or(now, Time);
    let pairs = fields.pairs();
    let answers = pairs.iter().filter_map(|(name, value)| {
        let item = name.strip_prefix("a_")?;
        Some(AnswerEdit {
            item: item.to_owned(),
            answer: Said::of(value)?,
            note: fields.get(&format!("n_{item}")).to_owned(),
            answered_at,
        })
    });
    answers.collect()
}

/// `POST /campaigns/{campaign_id}/sheets/{department}`: keeps answers, and hands in when asked.
pub(crate) async fn answer(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    form: axum::extract::Multipart,
) -> Answer {
    takes_part(&who)?;
    let (fields, file) = super::problem::upload(&who, form).await?;
    let unit = unit_of(&who, &fields)?;
    let (scope, now) = (who.scope.clone(), app.now());
    let edits = edits(&fields, now);
    let (submit, item) = (fields.get("step") == "submit", fields.some("item"));
    let of = [id.clone(), unit.clone(), code.clone()];
    let kept = app.db().write(move |tx| {
        Box::pin(async move {
            let at = (&*of[0], &*of[1], &*of[2]);
            campaign::answer_items(tx, &scope, at, &edits, now).await?;
            if let (Some((_, body)), Some(item)) = (&file, &item) {
                let kind = super::problem::kind_of(body).ok_or(store::Refusal::Image)?;
                let at = (&*of[0], &*of[1], &*of[2], &**item);
                campaign::add_item_evidence(tx, &scope, at, (kind, body), now).await?;
            }
            Ok(())
        })
    });
    let done = match settled(&app, who.lang, kept.await)? {
        Err(wrong) => Err(wrong),
        // What was answered is kept, whatever handing in says.
        Ok(()) if submit => {
            let (scope, of) = (who.scope.clone(), [id.clone(), unit.clone(), code.clone()]);
            let handed = app.db().write(move |tx| {
                Box::pin(async move {
                    let at = (&*of[0], &*of[1], &*of[2]);
                    campaign::submit_sheet(tx, &scope, at, now).await
                })
            });
            settled(&app, who.lang, handed.await)?.map(|_| "sheet_in")
        }
        Ok(()) => Ok("kept"),
    };
    match done {
        Ok(done) => {
            let to = format!("/campaigns/{id}/sheets/{code}?done={done}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused("sheet", fields, wrong);
            let page = sheet_of(&app, &who, (&id, &unit, &code), "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_a_form() {
        let pairs = [
            ("a_core.rounds", "not_met"),
            ("n_core.rounds", "缺记录"),
            ("a_core.deaths", "met"),
            ("a_core.x", "perhaps"),
            ("at", "1000"),
        ];
        let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        let read = edits(&Fields::of(pairs), Time(9_000));
        let said: Vec<String> = read
            .iter()
            .map(|one| {
                format!("{} {} {} {}", one.item, one.answer.code(), one.note, one.answered_at.0)
            })
            .collect();
        assert_eq!(said, ["core.deaths met  1000", "core.rounds not_met 缺记录 1000"]);
    }
}
