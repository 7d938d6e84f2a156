//! Spot checks: a draw anybody can repeat, and the team's form, where a finding is an entry of the
//! ledger in one gesture.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::campaign::{Answer as Seen, Part, WHOLE};
use store::campaign::{self, SpotLine};

use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

struct DrawShown {
    when: String,
    by: String,
    kind: &'static str,
    line: String,
    seed: String,
    size: i64,
    frame: Vec<String>,
    drawn: Vec<String>,
}

struct Row {
    id: String,
    unit: String,
    line: String,
    kind: &'static str,
    team: String,
    planned: String,
    carried: Option<String>,
    mark: Option<Mark>,
    state: &'static str,
    looked_at: i64,
    met: i64,
    not_met: i64,
}

#[derive(Template)]
#[template(path = "campaign/spots.html")]
struct Spots {
    shell: Shell,
    id: String,
    campaign: String,
    rows: Vec<Row>,
    draws: Vec<DrawShown>,
    kinds: Vec<(&'static str, &'static str)>,
    mates: Vec<(String, String)>,
    typed: Typed,
}

fn kind_word(lang: crate::words::Lang, kind: &str) -> &'static str {
    match kind {
        "district" => lang.cp_spot_district(),
        "city" => lang.cp_spot_city(),
        _ => lang.cp_spot_checkers(),
    }
}

fn row(names: &Names<'_>, when: When, one: &SpotLine) -> Row {
    let lang = names.lang;
    let pick = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    let (mark, state) = match one.carried_out_at {
        Some(_) => (Some(Mark::Ok), lang.cp_spot_done()),
        None if one.looked_at > 0 => (Some(Mark::Live), lang.cp_spot_going()),
        None => (Some(Mark::Todo), lang.cp_spot_todo()),
    };
    let first = pick(&one.first_zh, &one.first_en);
    let second = pick(&one.second_zh, &one.second_en);
    Row {
        id: one.spot_check_id.clone(),
        unit: pick(&one.name_zh, &one.name_en),
        line: names.line(&one.branch),
        kind: kind_word(lang, &one.kind),
        team: lang.cp_team(first, second),
        planned: when.iso(&one.planned_at),
        carried: one.carried_out_at.map(|at| when.stamp_hm(&at)),
        mark,
        state,
        looked_at: one.looked_at,
        met: one.met,
        not_met: one.not_met,
    }
}

async fn spots_of(app: &App, who: &SignedIn, id: &str, done: &str, typed: Typed) -> Answer<Spots> {
    takes_part(who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let rows = campaign::spots(&mut tx, scope, id).await.told(lang)?;
    let draws = campaign::draws(&mut tx, scope, id).await.told(lang)?;
    let mates = campaign::mates(&mut tx, scope).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(done).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let kinds: &[&str] = match scope.campaign_part() {
        Part::City => &["city", "checkers"],
        Part::District => &["district"],
        _ => &[],
    };
    let draws = draws.iter().map(|one| DrawShown {
        when: when.stamp_hm(&one.drawn_at),
        by: lang.pick_or(one.name_zh.as_deref(), one.name_en.as_deref()).to_owned(),
        kind: kind_word(lang, &one.kind),
        line: if one.branch == "city" {
            lang.cp_whole_city().to_owned()
        } else {
            names.line(&one.branch)
        },
        seed: one.seed.clone(),
        size: one.size,
        frame: one.frame.lines().map(str::to_owned).collect(),
        drawn: one.drawn.lines().map(str::to_owned).collect(),
    });
    Ok(Spots {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        rows: rows.iter().map(|one| row(&names, when, one)).collect(),
        draws: draws.collect(),
        kinds: kinds.iter().map(|kind| (*kind, kind_word(lang, kind))).collect(),
        mates: mates.into_iter().map(|(id, zh, en)| (id, lang.pick(&zh, &en).to_owned())).collect(),
        id: id.to_owned(),
        typed,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}/spots`
pub(crate) async fn spots(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&spots_of(&app, &who, &id, fields.get("done"), Typed::default()).await?, who.lang)
}

/// `POST /campaigns/{campaign_id}/spots`: a draw with a fresh seed.
pub(crate) async fn draw_spots(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now, same) = (who.scope.clone(), app.now(), id.clone());
    // Nobody chooses a seed: it is random, and stands on record with the frame.
    let (seed, size) = (fresh_key(), fields.number("size").unwrap_or(0));
    let (kind, second) = (fields.get("kind").to_owned(), fields.get("second").to_owned());
    let drawn = app.db().write(move |tx| {
        Box::pin(async move {
            let of = (&*same, &*kind);
            campaign::draw_spots(tx, &scope, of, (&seed, size), &second, now).await
        })
    });
    match settled(&app, who.lang, drawn.await)? {
        Ok(_) => Ok(Redirect::to(&format!("/campaigns/{id}/spots?done=drawn")).into_response()),
        Err(wrong) => {
            let typed = Typed::refused("draw", fields, wrong);
            let page = spots_of(&app, &who, &id, "", typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

struct Line {
    code: String,
    title: String,
    answer: String,
    note: String,
    problem: Option<(String, String)>,
    major: bool,
}

#[derive(Template)]
#[template(path = "campaign/spot.html")]
struct Spot {
    shell: Shell,
    id: String,
    campaign: String,
    spot: Row,
    conclusion: Option<String>,
    place: String,
    places: Vec<(String, String)>,
    lines: Vec<Line>,
    open: bool,
    typed: Typed,
}

async fn spot_of(
    app: &App,
    who: &SignedIn,
    spot_id: &str,
    fields: &Fields,
    typed: Typed,
) -> Answer<Spot> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let found = campaign::spot(&mut tx, scope, spot_id).await.told(lang)?;
    let (id, unit) = (&found.campaign_id, &found.institution_id);
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let answers = campaign::spot_answers(&mut tx, scope, spot_id).await.told(lang)?;
    let places = campaign::places(&mut tx, scope, id, unit, now).await.told(lang)?;
    let wanted = fields.get("place");
    let known = places.iter().find(|place| place.department == wanted);
    let place = known.or(places.iter().find(|place| place.department != WHOLE));
    let place = place.or(places.first()).map_or(WHOLE.to_owned(), |one| one.department.clone());
    let sheet = campaign::sheet(&mut tx, scope, id, unit, &place).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let names = Names::read(app, lang, &mut tx).await?;
    let lines = sheet.items.iter().map(|item| {
        let seen = answers.iter().find(|one| one.item == item.code && one.department == place);
        Line {
            code: item.code.clone(),
            title: lang.pick(&item.title_zh, &item.title_en).to_owned(),
            answer: seen.map_or(String::new(), |one| one.answer.clone()),
            note: seen.map_or(String::new(), |one| one.note.clone()),
            problem: seen.and_then(|one| one.problem_id.clone().zip(one.number.clone())),
            major: item.major,
        }
    });
    let mine = scope.account().is_some_and(|account| {
        account.account_id == found.first_officer || account.account_id == found.second_officer
    });
    Ok(Spot {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        lines: lines.collect(),
        places: places
            .iter()
            .map(|one| (one.department.clone(), names.department(&one.department)))
            .collect(),
        open: mine && found.carried_out_at.is_none(),
        conclusion: found.conclusion.clone(),
        spot: row(&names, shell.when, &found),
        id: id.clone(),
        place,
        typed,
        shell,
    })
}

/// `GET /spots/{spot_check_id}`
pub(crate) async fn spot(
    State(app): State<App>,
    who: SignedIn,
    Path(spot_id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&spot_of(&app, &who, &spot_id, &fields, Typed::default()).await?, who.lang)
}

/// `POST /spots/{spot_check_id}`: what was seen of an item, or the end.
pub(crate) async fn spot_step(
    State(app): State<App>,
    who: SignedIn,
    Path(spot_id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    let (scope, now) = (who.scope.clone(), app.now());
    let (same, typed) = (spot_id.clone(), fields.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move {
            if typed.get("step") == "end" {
                let conclusion = typed.get("conclusion");
                return campaign::carry_out(tx, &scope, &same, conclusion, now).await;
            }
            let seen = Seen::of(typed.get("answer")).ok_or(store::Refusal::Unknown)?;
            let place = (typed.get("place"), typed.get("item"));
            let seen = (seen, typed.get("note"));
            campaign::answer_spot(tx, &scope, &same, place, seen, now).await.map(drop)
        })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(()) => {
            let place = crate::fault::encode(fields.get("place"));
            let done = if fields.get("step") == "end" { "spot_end" } else { "seen" };
            let to = format!("/spots/{spot_id}?place={place}&done={done}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let form = if fields.get("step") == "end" { "end" } else { fields.get("item") };
            let form = form.to_owned();
            let typed = Typed::refused(&form, fields.clone(), wrong);
            let page = spot_of(&app, &who, &spot_id, &fields, typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}
