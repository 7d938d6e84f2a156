//! Draws of spot checks: seed, frame and result, so that anyone can repeat them; sealed until the
//! last check of a draw is done.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use store::campaign::{self, Draw, DrawFilter};
use store::page::Slice;

use super::ledger::Choice;
use super::spot::{all_kinds, kind_word};
use super::{Names, Pairs, takes_part};
use crate::App;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, Fault, InLang, Kind, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;

pub(super) struct DrawShown {
    pub id: String,
    /// Seed and result stay closed to this reader until the last check is done.
    pub sealed: bool,
    pub open: i64,
    pub when: String,
    pub by: String,
    pub kind: &'static str,
    pub line: String,
    pub seed: String,
    pub size: i64,
    pub frame: Vec<String>,
    pub drawn: Vec<String>,
}

pub(super) fn drawn(names: &Names<'_>, when: When, one: &Draw) -> DrawShown {
    let lang = names.lang;
    DrawShown {
        id: one.draw_id.clone(),
        sealed: one.sealed(),
        open: one.open,
        when: when.stamp_hm(&one.drawn_at),
        by: lang.pick_or(one.name_zh.as_deref(), one.name_en.as_deref()).to_owned(),
        kind: kind_word(lang, &one.kind),
        line: match &*one.branch {
            "city" => lang.cp_whole_city().to_owned(),
            line => names.line(line),
        },
        seed: one.seed.clone(),
        size: one.size,
        frame: one.frame.lines().map(str::to_owned).collect(),
        drawn: one.drawn.lines().map(str::to_owned).collect(),
    }
}

#[derive(Template)]
#[template(path = "campaign/draws.html")]
struct Page {
    shell: Shell,
    id: String,
    campaign: String,
    draws: Vec<DrawShown>,
    pager: Pager,
    fields: Fields,
    filtered: bool,
    query: String,
    kinds: Vec<Choice>,
    branches: Vec<Choice>,
}

fn filter_of(fields: &Fields) -> DrawFilter {
    DrawFilter { draw_id: None, branch: fields.some("branch"), kind: fields.some("kind") }
}

/// `GET /campaigns/{campaign_id}/draws`
pub(crate) async fn draws(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let fields = Fields::of(query);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, &id).await.told(lang)?;
    let (filter, slice) = (filter_of(&fields), Slice::page(fields.page()));
    let listed = campaign::draws(&mut tx, scope, &id, &filter, slice).await.told(lang)?;
    let shell = shell(&app, &who, &mut tx, "/campaigns").await?;
    let (when, names) = (shell.when, Names::read(&app, lang, &mut tx).await?);
    let (mut branches, _) = super::ledger::choices(&mut tx, &who, &names, &one).await?;
    branches.push(Choice { value: "city".into(), word: lang.cp_whole_city().to_owned() });
    let path = format!("/campaigns/{id}/draws");
    let page = Page {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        draws: listed.rows.iter().map(|one| drawn(&names, when, one)).collect(),
        pager: pager(&path, &fields, listed.rows.len(), listed.total),
        filtered: fields.any(&["branch", "kind"]),
        query: fields.with("page", ""),
        kinds: all_kinds(lang),
        branches,
        fields,
        id,
        shell,
    };
    draw(&page, lang)
}

/// Draws of a campaign that a file holds: more than any city makes.
const FILE_ROWS: i64 = 10_000;

/// `GET /campaigns/{campaign_id}/draws.xlsx`
pub(crate) async fn draws_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let lang = who.lang;
    let mut tx = app.db().read().await.told(lang)?;
    let (filter, slice) = (filter_of(&Fields::of(query)), Slice::first(FILE_ROWS));
    let listed = campaign::draws(&mut tx, &who.scope, &id, &filter, slice).await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let when = When { lang, calendar: app.city().calendar };
    let mut lines = Lines::new(&[
        lang.cd_when(),
        lang.cp_col_line(),
        lang.cp_draw_kind(),
        lang.cd_by(),
        lang.cp_draw_size(),
        lang.cd_frame(),
        lang.cp_spot_todo(),
        lang.cd_seed(),
        lang.cd_drawn(),
    ]);
    for one in listed.rows.iter().map(|one| drawn(&names, when, one)) {
        let hidden = format!("sha256 {}", one.seed);
        lines.add(&[
            &one.when,
            &one.line,
            one.kind,
            &one.by,
            &one.size.to_string(),
            &one.frame.len().to_string(),
            &one.open.to_string(),
            if one.sealed { &hidden } else { &one.seed },
            &one.drawn.join(" "),
        ]);
    }
    Ok(lines.file("draws", lang.cp_draws()))
}

/// `GET /campaigns/{campaign_id}/draws/{draw_id}/frame.txt`: whom a draw was made from, one a line,
/// as the line of shell beside it reads it.
pub(crate) async fn frame(
    State(app): State<App>,
    who: SignedIn,
    Path((id, draw_id)): Path<(String, String)>,
) -> Answer {
    takes_part(&who)?;
    let mut tx = app.db().read().await.told(who.lang)?;
    let filter = DrawFilter { draw_id: Some(draw_id), ..DrawFilter::default() };
    let found = campaign::draws(&mut tx, &who.scope, &id, &filter, Slice::first(1)).await;
    let found = found.told(who.lang)?.rows.pop();
    let found = found.ok_or_else(|| Fault::new(Kind::NotFound, who.lang))?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"frame.txt\""),
    ];
    Ok((headers, format!("{}\n", found.frame)).into_response())
}
