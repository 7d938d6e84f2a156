//! The campaigns of a city, and how one is made from a template or another campaign.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::Part;
use store::campaign::{self, Make};

use super::{Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};

struct Row {
    id: String,
    title: String,
    number: String,
    code: String,
    span: String,
    mark: Option<Mark>,
    state: &'static str,
    targets: i64,
    problems: i64,
    struck_off: i64,
}

struct Choice {
    value: String,
    word: String,
    what: String,
}

#[derive(Template)]
#[template(path = "campaign/list.html")]
struct List {
    shell: Shell,
    rows: Vec<Row>,
    running: usize,
    /// Empty for whoever makes none.
    templates: Vec<Choice>,
    typed: Typed,
}

async fn list_of(app: &App, who: &SignedIn, done: &str, typed: Typed) -> Answer<List> {
    takes_part(who)?;
    let (lang, now) = (who.lang, app.now().0);
    let mut tx = app.db().read().await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let when = shell.when;
    let lines = campaign::campaigns(&mut tx, &who.scope).await.told(lang)?;
    let makes = who.scope.campaign_part() == Part::City;
    let mut templates = Vec::new();
    if makes {
        for (head, one) in app.db().packs().campaign_templates() {
            let source = lang.pick(&head.source_zh, &head.source_en).to_owned();
            let word = lang.pick(&head.title_zh, &head.title_en).to_owned();
            templates.push(Choice { value: one.code.clone(), word, what: source });
        }
        for one in &lines {
            let title = lang.pick(&one.title_zh, &one.title_en);
            let word = lang.cp_clone_of(format!("{} {title}", one.code));
            let what = one.number.clone();
            templates.push(Choice { value: one.campaign_id.clone(), word, what });
        }
    }
    let running = |begins: i64, ends: i64| begins <= now && now < ends;
    let rows: Vec<Row> = lines
        .iter()
        .map(|one| {
            let live = running(one.begins_at, one.ends_at);
            let (mark, state) = match (one.cancelled_at, one.published_at) {
                (Some(_), _) => (Some(Mark::Stop), lang.cp_cancelled()),
                (None, None) => (Some(Mark::Todo), lang.cp_draft()),
                _ if live => (Some(Mark::Live), lang.cp_running()),
                _ if now < one.begins_at => (None, lang.cp_to_come()),
                _ => (None, lang.cp_over()),
            };
            Row {
                id: one.campaign_id.clone(),
                title: lang.pick(&one.title_zh, &one.title_en).to_owned(),
                number: one.number.clone(),
                code: one.code.clone(),
                span: lang
                    .cp_from_to(when.long_day(&one.begins_at), when.long_day(&(one.ends_at - 1))),
                mark,
                state,
                targets: one.targets,
                problems: one.problems,
                struck_off: one.struck_off,
            }
        })
        .collect();
    let open = |one: &&campaign::CampaignLine| {
        running(one.begins_at, one.ends_at) && one.cancelled_at.is_none()
    };
    let running = lines.iter().filter(open).count();
    Ok(List { running, rows, templates, typed, shell })
}

/// `GET /campaigns`
pub(crate) async fn list(
    State(app): State<App>,
    who: SignedIn,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&list_of(&app, &who, fields.get("done"), Typed::default()).await?, who.lang)
}

/// `POST /campaigns`
pub(crate) async fn create(
    State(app): State<App>,
    who: SignedIn,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let title = fields.some("title_zh").map(|zh| {
        let en = fields.some("title_en").unwrap_or_else(|| zh.clone());
        [zh, en]
    });
    let make = Make {
        code: fields.get("code").to_owned(),
        from: fields.get("from").to_owned(),
        moved_days: fields.number("moved_days").unwrap_or(0).clamp(-7_300, 7_300),
        number: fields.some("number"),
        title,
        parent_id: None,
    };
    let (scope, now) = (who.scope.clone(), app.now());
    let made = app
        .db()
        .write(move |tx| Box::pin(async move { campaign::create(tx, &scope, &make, now).await }));
    match settled(&app, who.lang, made.await)? {
        Ok(id) => Ok(Redirect::to(&format!("/campaigns/{id}?done=made")).into_response()),
        Err(wrong) => {
            let list = list_of(&app, &who, "", Typed::refused("create", fields, wrong)).await?;
            Ok(crate::alert::unprocessable(draw(&list, who.lang)?))
        }
    }
}
