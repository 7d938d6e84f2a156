//! Reports, plans and summaries: who has handed in, what was written, what the level above did.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::account::Permission;
use rules::campaign::{Grade, SubmissionState, SubmissionStep};
use store::campaign::{self, Handing, SubmissionStepRow};
use store::page::Slice;

use super::annex::buttons;
use super::draw::handed;
use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

struct Row {
    unit: String,
    name: String,
    line: String,
    grade: &'static str,
    mark: Option<Mark>,
    state: &'static str,
    came: String,
    returns: i64,
}

#[derive(Template)]
#[template(path = "campaign/reports.html")]
struct Reports {
    shell: Shell,
    id: String,
    campaign: String,
    code: String,
    title: String,
    due: String,
    view: String,
    views: [(&'static str, &'static str); 4],
    fields: Fields,
    rows: Vec<Row>,
    pager: Pager,
}

/// `GET /campaigns/{campaign_id}/reports/{deliverable}`
pub(crate) async fn reports(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code)): Path<(String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let fields = Fields::of(query);
    let view = match fields.get("view") {
        known @ ("missing" | "late" | "returned") => known.to_owned(),
        _ => "all".to_owned(),
    };
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let missing = || Fault::new(Kind::NotFound, lang);
    let due = one.plan.deliverable(&code).ok_or_else(missing)?.clone();
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let (when, names) = (shell.when, Names::read(&app, lang, &mut tx).await?);
    let branch = fields.some("branch");
    let asked = (&*view, branch.as_deref());
    let slice = Slice::page(fields.page());
    let listed =
        campaign::submissions(&mut tx, scope, &id, &code, asked, slice).await.told(lang)?;
    let rows: Vec<Row> = listed
        .rows
        .iter()
        .map(|one| {
            let late =
                one.first_submitted_at.zip(one.held_to_at).is_some_and(|(at, due)| at >= due);
            let (mark, state) = handed(when, one.state.as_deref(), late, now.0 >= due.due_at.0);
            Row {
                unit: one.institution_id.clone(),
                name: lang.pick(&one.name_zh, &one.name_en).to_owned(),
                line: names.line(&one.branch),
                grade: Grade::of(&one.level).map_or("", |grade| lang.cp_grade(grade)),
                mark,
                state,
                came: one.first_submitted_at.map_or("—".into(), |at| when.stamp(&at)),
                returns: one.returns,
            }
        })
        .collect();
    let page = Reports {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        title: lang.pick(&due.title_zh, &due.title_en).to_owned(),
        due: when.stamp_hm(&due.due_at.0),
        views: [
            ("all", lang.all()),
            ("missing", lang.cp_missing()),
            ("late", lang.cp_late()),
            ("returned", lang.cp_submission(SubmissionState::Returned)),
        ],
        pager: pager(&format!("/campaigns/{id}/reports/{code}"), &fields, rows.len(), listed.total),
        rows,
        view,
        fields,
        id,
        code,
        shell,
    };
    draw(&page, lang)
}

struct SectionShown {
    code: String,
    name: String,
    body: String,
}

#[derive(Template)]
#[template(path = "campaign/report.html")]
struct Report {
    shell: Shell,
    id: String,
    code: String,
    holder: String,
    campaign: String,
    number: String,
    title: String,
    whose: String,
    sections: Vec<SectionShown>,
    writable: bool,
    mark: Option<Mark>,
    state: &'static str,
    due: String,
    came: Option<String>,
    steps: Vec<(&'static str, &'static str, bool)>,
    past: Vec<Past>,
    places_left: Vec<String>,
    typed: Typed,
}

/// A line of what was done with a submission: when, by whom, what, why.
pub(super) type Past = (String, String, &'static str, String);

pub(super) fn past_of(when: When, steps: &[SubmissionStepRow]) -> Vec<Past> {
    let lang = when.lang;
    let past = |step: &SubmissionStepRow| {
        let by = lang.pick_or(step.name_zh.as_deref(), step.name_en.as_deref());
        let what = SubmissionStep::of(&step.step).map_or("", |step| lang.cp_handed(step));
        (when.stamp_hm(&step.at), by.to_owned(), what, step.body.clone())
    };
    steps.iter().map(past).collect()
}

async fn report_of(
    app: &App,
    who: &SignedIn,
    (id, code, holder): (&str, &str, &str),
    done: &str,
    typed: Typed,
) -> Answer<Report> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let missing = || Fault::new(Kind::NotFound, lang);
    let due = one.plan.deliverable(code).ok_or_else(missing)?.clone();
    let handing = Handing { campaign_id: id, deliverable: code, holder };
    let (found, steps) = campaign::submission(&mut tx, scope, handing).await.told(lang)?;
    let texts = campaign::section_texts(&mut tx, scope, handing).await.told(lang)?;
    let past = campaign::submission_steps(&mut tx, scope, handing).await.told(lang)?;
    let targets = campaign::targets(&mut tx, scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let unit = targets.iter().find(|one| one.institution_id == holder);
    let whose = match unit {
        Some(unit) => lang.pick(&unit.name_zh, &unit.name_en).to_owned(),
        None => names.line(holder),
    };
    let mut places_left = Vec::new();
    if unit.is_some() && code == "self_report" {
        let places = campaign::places(&mut tx, scope, id, holder, now).await.told(lang)?;
        let left = places.into_iter().filter(|place| place.submitted_at.is_none());
        places_left = left.map(|place| names.department(&place.department)).collect();
    }
    let state = SubmissionState::of(&found.state).unwrap_or(SubmissionState::Open);
    let own = scope.campaign_place().0 == Some(holder) || scope.campaign_line() == Some(holder);
    let writes = scope.may(Permission::KeepLedger) || scope.may(Permission::RunCampaign);
    let sections = one.plan.sections_of(code).map(|section| SectionShown {
        code: section.code.clone(),
        name: lang.pick(&section.title_zh, &section.title_en).to_owned(),
        body: texts
            .iter()
            .find(|text| text.section == section.code)
            .map_or(String::new(), |text| text.body.clone()),
    });
    let (mark, word) = handed(when, Some(&found.state), found.late(), now >= due.due_at);
    Ok(Report {
        sections: sections.collect(),
        writable: own && writes && state.writable(),
        mark,
        state: word,
        due: when.stamp_hm(&due.due_at.0),
        came: found.first_submitted_at.map(|at| when.stamp(&at)),
        steps: buttons(lang, &steps),
        past: past_of(when, &past),
        id: id.to_owned(),
        code: code.to_owned(),
        holder: holder.to_owned(),
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        title: lang.pick(&due.title_zh, &due.title_en).to_owned(),
        number: one.number,
        whose,
        places_left,
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/reports/{deliverable}/{holder}`
pub(crate) async fn report(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, holder)): Path<(String, String, String)>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    let of = (&*id, &*code, &*holder);
    draw(&report_of(&app, &who, of, fields.get("done"), Typed::default()).await?, who.lang)
}

/// `POST /campaigns/{campaign_id}/reports/{deliverable}/{holder}`: the sections.
pub(crate) async fn write(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, holder)): Path<(String, String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, typed) = (who.scope.clone(), app.now(), fields.clone());
    let of = [id.clone(), code.clone(), holder.clone()];
    let written = app.db().write(move |tx| {
        Box::pin(async move {
            let handing = Handing { campaign_id: &of[0], deliverable: &of[1], holder: &of[2] };
            for (name, body) in typed.pairs() {
                let Some(section) = name.strip_prefix("section_") else { continue };
                campaign::write_section(tx, &scope, handing, (section, &body), now).await?;
            }
            Ok(())
        })
    });
    match settled(&app, who.lang, written.await)? {
        Ok(()) => {
            let to = format!("/campaigns/{id}/reports/{code}/{holder}?done=written");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused("write", fields, wrong);
            let page = report_of(&app, &who, (&id, &code, &holder), "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

/// `POST /campaigns/{campaign_id}/hand/{deliverable}/{holder}`: in, back, approved, returned.
pub(crate) async fn hand(
    State(app): State<App>,
    who: SignedIn,
    Path((id, code, holder)): Path<(String, String, String)>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let unknown = || Fault::new(Kind::BadForm(fields.get("step").to_owned()), who.lang);
    let step = SubmissionStep::of(fields.get("step")).ok_or_else(unknown)?;
    let of = [id.clone(), code.clone(), holder.clone()];
    let (scope, now, text) = (who.scope.clone(), app.now(), fields.get("text").to_owned());
    let handed = app.db().write(move |tx| {
        Box::pin(async move {
            let handing = Handing { campaign_id: &of[0], deliverable: &of[1], holder: &of[2] };
            campaign::hand(tx, &scope, handing, step, &text, now).await
        })
    });
    let annexed = code.starts_with("annex");
    let unit = holder.starts_with("ins_");
    let back = match (annexed, unit) {
        (true, true) => format!("/campaigns/{id}/annex/{code}/{holder}"),
        (true, false) => format!("/campaigns/{id}/annex/{code}?branch={holder}"),
        (false, _) => format!("/campaigns/{id}/reports/{code}/{holder}"),
    };
    match settled(&app, who.lang, handed.await)? {
        Ok(_) => {
            let sign = if back.contains('?') { '&' } else { '?' };
            Ok(Redirect::to(&format!("{back}{sign}done={}", step.code())).into_response())
        }
        Err(wrong) => {
            let typed = Typed::refused("hand", fields, wrong);
            let of = (&*id, &*code, &*holder);
            let drawn = match (annexed, unit) {
                (true, _) => super::annex::refused(&app, &who, of, typed).await?,
                (false, _) => draw(&report_of(&app, &who, of, "", typed).await?, who.lang)?,
            };
            Ok(crate::alert::unprocessable(drawn))
        }
    }
}
