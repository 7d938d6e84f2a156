//! Spot checks: a draw anybody can repeat, and the team's form, where a finding is an entry of the
//! ledger in one gesture.

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::campaign::{Answer as Seen, Item, Part, WHOLE};
use store::campaign::{self, DrawFilter, SpotAnswer, SpotFilter, SpotLine};
use store::page::Slice;
use store::{Scope, Tx};

use super::draws::{DrawShown, drawn};
use super::ledger::Choice;
use super::{Names, Pairs, Typed, settled, takes_part, upload};
use crate::App;
use crate::assets::Mark;
use crate::bureau::{Pager, pager};
use crate::fault::{Answer, InLang, draw};
use crate::form::{Fields, fresh_key};
use crate::picture::Clean;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::table_file::Lines;
use crate::when::When;

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
    pager: Pager,
    fields: Fields,
    filtered: bool,
    query: String,
    branches: Vec<Choice>,
    all_kinds: Vec<Choice>,
    states: Vec<Choice>,
    draws: Vec<DrawShown>,
    draws_total: i64,
    kinds: Vec<(&'static str, &'static str)>,
    mates: Vec<(String, String)>,
    typed: Typed,
}

pub(super) fn kind_word(lang: crate::words::Lang, kind: &str) -> &'static str {
    match kind {
        "district" => lang.cp_spot_district(),
        "city" => lang.cp_spot_city(),
        _ => lang.cp_spot_checkers(),
    }
}

pub(super) fn all_kinds(lang: crate::words::Lang) -> Vec<Choice> {
    let kind = |kind: &str| Choice { value: kind.into(), word: kind_word(lang, kind).to_owned() };
    ["district", "city", "checkers"].map(kind).into()
}

/// As many draws as stand below the list of checks.
const DRAWS_SHOWN: i64 = 5;

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

fn filter_of(fields: &Fields) -> SpotFilter {
    SpotFilter {
        branch: fields.some("branch"),
        kind: fields.some("kind"),
        state: fields.some("state"),
        text: fields.some("text"),
    }
}

async fn spots_of(
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: Fields,
    typed: Typed,
) -> Answer<Spots> {
    takes_part(who)?;
    let (lang, scope) = (who.lang, &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let (filter, slice) = (filter_of(&fields), Slice::page(fields.page()));
    let listed = campaign::spots(&mut tx, scope, id, &filter, slice).await.told(lang)?;
    let rows = listed.rows;
    let (newest, all) = (Slice::first(DRAWS_SHOWN), DrawFilter::default());
    let draws = campaign::draws(&mut tx, scope, id, &all, newest).await.told(lang)?;
    let mates = campaign::mates(&mut tx, scope).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let kinds: &[&str] = match scope.campaign_part() {
        Part::City => &["city", "checkers"],
        Part::District => &["district"],
        _ => &[],
    };
    let (branches, _) = super::ledger::choices(&mut tx, who, &names, &one).await?;
    Ok(Spots {
        pager: pager(&format!("/campaigns/{id}/spots"), &fields, rows.len(), listed.total),
        filtered: fields.any(&["branch", "kind", "state", "text"]),
        query: fields.with("page", ""),
        all_kinds: all_kinds(lang),
        states: vec![
            Choice { value: "open".into(), word: lang.cp_spot_todo().to_owned() },
            Choice { value: "done".into(), word: lang.cp_spot_done().to_owned() },
        ],
        branches,
        fields,
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        rows: rows.iter().map(|one| row(&names, when, one)).collect(),
        draws: draws.rows.iter().map(|one| drawn(&names, when, one)).collect(),
        draws_total: draws.total,
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
    let page = spots_of(&app, &who, &id, Fields::of(query), Typed::default()).await?;
    draw(&page, who.lang)
}

/// The most that one file takes; beyond it the filter is the way.
const EXPORT_MAX: i64 = 20_000;

/// `GET /campaigns/{campaign_id}/spots.xlsx`: the current filter.
pub(crate) async fn spots_xlsx(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let (lang, filter) = (who.lang, filter_of(&Fields::of(query)));
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, &who.scope, &id).await.told(lang)?;
    let slice = Slice::first(EXPORT_MAX);
    let listed = campaign::spots(&mut tx, &who.scope, &id, &filter, slice).await.told(lang)?;
    let names = Names::read(&app, lang, &mut tx).await?;
    let when = When { lang, calendar: app.city().calendar };
    let mut lines = Lines::new(&[
        lang.cp_col_unit(),
        lang.cp_col_line(),
        lang.cp_draw_kind(),
        lang.cp_col_team(),
        lang.cp_col_carried(),
        lang.cp_col_met(),
        lang.cw_not_met(),
        lang.cp_col_state(),
    ]);
    for one in listed.rows.iter().map(|one| row(&names, when, one)) {
        let (met, not_met) = (one.met.to_string(), one.not_met.to_string());
        let at = one.carried.unwrap_or(one.planned);
        lines.add(&[&one.unit, &one.line, one.kind, &one.team, &at, &met, &not_met, one.state]);
    }
    let name = format!("spot-checks-{}-{}", one.code, when.iso(&app.now().0));
    Ok(lines.file(&name, lang.cp_spots()))
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
            let page = spots_of(&app, &who, &id, Fields::default(), typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}

struct Line {
    code: String,
    title: String,
    hint: String,
    answer: String,
    note: String,
    problem: Option<(String, String)>,
    /// What the district's officers saw, where the city looks at their check once more.
    before: Option<&'static str>,
    differs: bool,
    major: bool,
}

/// A place on the team's form.
struct Stop {
    code: String,
    name: String,
    seen: usize,
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
    places: Vec<Stop>,
    lines: Vec<Line>,
    open: bool,
    rechecks: Option<String>,
    differing: usize,
    /// The form that the server has now: its draft in the browser is done.
    said: String,
    typed: Typed,
}

/// An answer as a word.
fn seen_word(lang: crate::words::Lang, answer: &str) -> &'static str {
    match Seen::of(answer) {
        Some(Seen::Met) => lang.cp_yes(),
        Some(Seen::NotMet) => lang.cp_no(),
        Some(Seen::NotApplicable) => lang.cp_na(),
        None => "",
    }
}

/// The lines of one place, with what the team and those before it saw.
fn lines(
    lang: crate::words::Lang,
    sheet: &campaign::Sheet,
    (answers, before): (&[SpotAnswer], &[SpotAnswer]),
) -> Vec<Line> {
    let place = &sheet.department;
    let of = |rows: &[SpotAnswer], item: &str| {
        rows.iter().find(|one| one.item == item && one.department == *place).cloned()
    };
    let line = |item: &Item| {
        let (seen, first) = (of(answers, &item.code), of(before, &item.code));
        let answer = seen.as_ref().map_or(String::new(), |one| one.answer.clone());
        let other = first.as_ref().is_some_and(|one| one.answer != answer);
        Line {
            code: item.code.clone(),
            title: lang.pick(&item.title_zh, &item.title_en).to_owned(),
            hint: lang.pick(&item.hint_zh, &item.hint_en).to_owned(),
            note: seen.as_ref().map_or(String::new(), |one| one.note.clone()),
            problem: seen.and_then(|one| one.problem_id.zip(one.number)),
            before: first.map(|one| seen_word(lang, &one.answer)),
            differs: other && !answer.is_empty(),
            major: item.major,
            answer,
        }
    };
    sheet.items.iter().map(line).collect()
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
    let before = match &found.rechecks {
        Some(first) => campaign::spot_answers(&mut tx, scope, first).await.told(lang)?,
        None => Vec::new(),
    };
    let wanted = fields.get("place");
    let at = |code: &str| places.iter().find(|place| place.department == code);
    // The city begins where the district has looked.
    let looked = before.first().and_then(|one| at(&one.department));
    let known = at(wanted).or(looked);
    let place = known.or(places.iter().find(|place| place.department != WHOLE));
    let place = place.or(places.first()).map_or(WHOLE.to_owned(), |one| one.department.clone());
    let sheet = campaign::sheet(&mut tx, scope, id, unit, &place).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let names = Names::read(app, lang, &mut tx).await?;
    let mine = scope.account().is_some_and(|account| {
        account.account_id == found.first_officer || account.account_id == found.second_officer
    });
    let stops = places.iter().map(|one| Stop {
        code: one.department.clone(),
        name: names.department(&one.department),
        seen: answers.iter().filter(|seen| seen.department == one.department).count(),
    });
    let differing = answers.iter().filter(|seen| {
        let mut first = before.iter().filter(|one| one.department == seen.department);
        first.any(|one| one.item == seen.item && one.answer != seen.answer)
    });
    Ok(Spot {
        campaign: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        lines: lines(lang, &sheet, (&answers, &before)),
        places: stops.collect(),
        open: mine && found.carried_out_at.is_none(),
        differing: differing.count(),
        rechecks: found.rechecks.clone(),
        conclusion: found.conclusion.clone(),
        spot: row(&names, shell.when, &found),
        id: id.clone(),
        place,
        said: fields.get("said").to_owned(),
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

/// What was seen of an item with its photo, or the end.
async fn take(
    tx: &mut Tx,
    scope: &Scope,
    spot_id: &str,
    (fields, files): (&Fields, &[(String, Clean)]),
    now: Time,
) -> store::Result<()> {
    if fields.get("step") == "end" {
        return campaign::carry_out(tx, scope, spot_id, fields.get("conclusion"), now).await;
    }
    let seen = Seen::of(fields.get("answer")).ok_or(store::Refusal::Unknown)?;
    let place = (fields.get("place"), fields.get("item"));
    let seen = (seen, fields.get("note"));
    let problem = campaign::answer_spot(tx, scope, spot_id, place, seen, now).await?;
    // A photo belongs to what is wrong; where nothing is, there is nothing to show.
    for (_, Clean { media_type, body }) in files {
        let Some(problem) = &problem else { continue };
        campaign::add_evidence(tx, scope, problem, (media_type, body), now).await?;
    }
    Ok(())
}

/// `POST /spots/{spot_check_id}`: one gesture notes what was seen, and what is not met is in the
/// ledger with its photo.
pub(crate) async fn spot_step(
    State(app): State<App>,
    who: SignedIn,
    Path(spot_id): Path<String>,
    form: Multipart,
) -> Answer {
    takes_part(&who)?;
    let (fields, files, unusable) = upload::read(&who, form).await?.cleaned().await;
    let end = fields.get("step") == "end";
    let (scope, now) = (who.scope.clone(), app.now());
    let (same, typed) = (spot_id.clone(), fields.clone());
    let taken = match unusable {
        // Better told before anything is in the ledger than after.
        Some(why) => Err(upload::unusable(who.lang, why).to_owned()),
        None => {
            let taken = app.db().write(move |tx| {
                Box::pin(async move { take(tx, &scope, &same, (&typed, &files), now).await })
            });
            settled(&app, who.lang, taken.await)?
        }
    };
    match taken {
        Ok(()) => {
            let place = crate::fault::encode(fields.get("place"));
            let done = if end { "spot_end" } else { "seen" };
            let here = if end { "" } else { fields.get("item") };
            let said = if end { "end" } else { here };
            let to = format!("/spots/{spot_id}?place={place}&done={done}&said={said}#i-{here}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let form = if end { "end" } else { fields.get("item") }.to_owned();
            let typed = Typed::refused(&form, fields.clone(), wrong);
            let page = spot_of(&app, &who, &spot_id, &fields, typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}
