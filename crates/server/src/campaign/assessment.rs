//! The year-end assessment of a campaign: the formula, what went into it, and the points it gives,
//! each beside its working [W41].

use askama::Template;
use axum::extract::{Path, State};
use rules::campaign::{Branch, Weights};
use store::campaign::{self, LineFigures};

use super::{Names, takes_part};
use crate::App;
use crate::fault::{Answer, InLang, draw};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

/// One part of a score: so much of so many, and the points that makes.
struct Part {
    part: i64,
    whole: i64,
    points: String,
}

struct Row {
    code: String,
    name: String,
    parts: [Part; 4],
    total: String,
}

#[derive(Template)]
#[template(path = "campaign/assessment.html")]
struct Page {
    shell: Shell,
    id: String,
    title: String,
    weights: Weights,
    rows: Vec<Row>,
    bureau: bool,
}

fn points(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn row(names: &Names<'_>, one: &LineFigures) -> Row {
    let (facts, score) = (one.facts, one.score);
    let part = |part, whole, hundredths| Part { part, whole, points: points(hundredths) };
    Row {
        name: names.line(&one.branch),
        code: one.branch.clone(),
        parts: [
            part(facts.answered, facts.items, score.coverage),
            part(facts.in_time, facts.expected, score.timeliness),
            part(facts.struck_off, facts.problems, score.close_out),
            part(facts.met, facts.looked_at, score.spot_check),
        ],
        total: points(score.total()),
    }
}

async fn rows(app: &App, who: &SignedIn, id: &str) -> Answer<(campaign::Campaign, Vec<Row>)> {
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, id).await.told(lang)?;
    let lines = campaign::assessments(&mut tx, &who.scope, id, app.now()).await.told(lang)?;
    let names = Names::read(app, lang, &mut tx).await?;
    let mut rows: Vec<Row> = lines.iter().map(|line| row(&names, line)).collect();
    rows.sort_by_key(|one| (!Branch::is_district(&one.code), one.code.clone()));
    Ok((one, rows))
}

/// `GET /campaigns/{campaign_id}/assessment`
pub(crate) async fn assessment(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    takes_part(&who)?;
    let (one, rows) = rows(&app, &who, &id).await?;
    let mut tx = app.db().read().await.told(who.lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let page = Page {
        title: who.lang.pick(&one.title[0], &one.title[1]).to_owned(),
        weights: one.plan.weights,
        bureau: who.scope.campaign_place().0.is_none(),
        id,
        rows,
        shell,
    };
    draw(&page, who.lang)
}

/// `GET /campaigns/{campaign_id}/assessment.xlsx`
pub(crate) async fn assessment_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let (_, rows) = rows(&app, &who, &id).await?;
    let parts = [
        lang.cps_part_coverage(),
        lang.cps_part_time(),
        lang.cps_part_closed(),
        lang.cps_part_spot(),
    ];
    let mut heads = vec![lang.cp_line().to_owned()];
    for part in parts {
        heads.push(part.to_owned());
        heads.push(lang.cps_of_whole(part));
        heads.push(lang.cps_points_of(part));
    }
    heads.push(lang.cps_total().to_owned());
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let lines = rows.iter().map(|row| {
        let mut cells = vec![row.name.clone()];
        for part in &row.parts {
            cells.extend([part.part.to_string(), part.whole.to_string(), part.points.clone()]);
        }
        cells.push(row.total.clone());
        cells
    });
    Ok(crate::table_file::xlsx("assessment", lang.cps_assessment(), &heads, lines))
}
