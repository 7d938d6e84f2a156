//! One campaign: phases on the ruler, what has come from each line, the ledger's head; for a unit,
//! what is asked of it and until when.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect};
use rules::Time;
use rules::campaign::{Annex, Branch, Holder, Part, Plan};
use store::campaign::{self, Campaign, Handing, LedgerCounts, LedgerFilter};
use store::page::Slice;
use store::{Scope, Tx};

use super::draw::{Entry, Ruler, entry, handed, ruler};
use super::ledger::Choice;
use super::{Names, Pairs, Typed, settled, takes_part};
use crate::App;
use crate::assets::Mark;
use crate::fault::{Answer, InLang, draw};
use crate::form::Fields;
use crate::session::SignedIn;
use crate::shell::{Shell, shell};
use crate::when::When;

/// A line of the completeness table.
struct Line {
    code: String,
    name: String,
    expected: i64,
    came: i64,
    in_time: i64,
    missing: i64,
    percent: i64,
    returned: i64,
    problems: i64,
    struck_off: i64,
    points: String,
    working: String,
}

/// Something that is to be handed in.
struct Task {
    href: String,
    name: String,
    due: String,
    mark: Option<Mark>,
    state: &'static str,
}

struct Due {
    code: String,
    name: String,
    due: String,
}

/// What an objective's measure says.
struct Goal {
    title: String,
    target: i64,
    /// Hundredths of a percent.
    actual: String,
    met: bool,
}

#[derive(Template)]
#[template(path = "campaign/page.html")]
struct Page {
    shell: Shell,
    one: Campaign,
    title: String,
    issuer: String,
    basis: String,
    contact: String,
    span: String,
    lead: String,
    city: bool,
    runs: bool,
    unit: Option<String>,
    ruler: Ruler,
    report: String,
    report_name: String,
    report_due: String,
    lines: Vec<Line>,
    sum: Line,
    tasks: Vec<Task>,
    goals: Vec<Goal>,
    counts: LedgerCounts,
    rows: Vec<Entry>,
    view: String,
    /// Code, what it is called for short, and its title.
    annexes: Vec<(String, String, String)>,
    /// The programme it is part of, and its own parts.
    above: Option<Choice>,
    below: Vec<Choice>,
    dues: Vec<Due>,
    self_found: String,
    relapse: String,
    typed: Typed,
}

const LEDGER_ROWS: i64 = 8;

fn permille(value: Option<i64>) -> String {
    value.map_or("—".into(), |value| format!("{}.{} %", value / 10, value % 10))
}

fn points(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What has come by line, with its points.
async fn lines(
    tx: &mut Tx,
    scope: &Scope,
    names: &Names<'_>,
    (one, report): (&Campaign, &str),
    now: Time,
) -> Answer<Vec<Line>> {
    let lang = names.lang;
    let come = campaign::completeness(tx, scope, &one.campaign_id, report).await.told(lang)?;
    let scores = campaign::assessments(tx, scope, &one.campaign_id, now).await.told(lang)?;
    let mut lines: Vec<Line> = come
        .iter()
        .map(|line| {
            let score = scores.iter().find(|one| one.branch == line.branch).map(|one| one.score);
            Line {
                code: line.branch.clone(),
                name: names.line(&line.branch),
                expected: line.expected,
                came: line.came,
                in_time: line.in_time,
                missing: line.expected - line.came,
                percent: if line.expected == 0 { 100 } else { line.came * 100 / line.expected },
                returned: line.returned,
                problems: line.problems,
                struck_off: line.struck_off,
                points: score.map_or(String::new(), |score| points(score.total())),
                working: score.map_or(String::new(), |score| {
                    lang.cp_working(
                        points(score.coverage),
                        points(score.timeliness),
                        points(score.close_out),
                        points(score.spot_check),
                    )
                }),
            }
        })
        .collect();
    // Districts first, then the branches that are none.
    lines.sort_by_key(|line| (!Branch::is_district(&line.code), line.code.clone()));
    Ok(lines)
}

fn sum_of(name: &str, lines: &[Line]) -> Line {
    let add = |get: &dyn Fn(&Line) -> i64| lines.iter().map(get).sum::<i64>();
    let (expected, came) = (add(&|line| line.expected), add(&|line| line.came));
    Line {
        code: String::new(),
        name: name.to_owned(),
        expected,
        came,
        in_time: add(&|line| line.in_time),
        missing: expected - came,
        percent: if expected == 0 { 100 } else { came * 100 / expected },
        returned: add(&|line| line.returned),
        problems: add(&|line| line.problems),
        struck_off: add(&|line| line.struck_off),
        points: String::new(),
        working: String::new(),
    }
}

/// What is asked of the account's own unit, or of a district's bureau.
async fn tasks(
    tx: &mut Tx,
    who: &SignedIn,
    when: When,
    one: &Campaign,
    now: i64,
) -> Answer<Vec<Task>> {
    let lang = who.lang;
    let (institution, _) = who.scope.campaign_place();
    let line = who.scope.campaign_line();
    let holder = institution.or(line).map(str::to_owned);
    let Some(holder) = holder.filter(|_| one.published_at.is_some()) else {
        return Ok(Vec::new());
    };
    let mut tasks = Vec::new();
    for due in &one.plan.deliverables {
        let annexed = one.plan.annex(&due.code).is_some();
        let mine = match (institution.is_some(), due.holder) {
            (true, Holder::Institution) => true,
            (false, Holder::Branch) => true,
            (false, Holder::Institution) => annexed,
            (true, Holder::Branch) => false,
        };
        if !mine {
            continue;
        }
        let handing =
            Handing { campaign_id: &one.campaign_id, deliverable: &due.code, holder: &holder };
        let Ok((found, _)) = campaign::submission(tx, &who.scope, handing).await else {
            continue;
        };
        let (mark, state) = handed(when, Some(&found.state), found.late(), now >= due.due_at.0);
        let id = &one.campaign_id;
        let href = match (annexed, institution) {
            (true, Some(unit)) => format!("/campaigns/{id}/annex/{}/{unit}", due.code),
            (true, None) => format!("/campaigns/{id}/annex/{}", due.code),
            _ => format!("/campaigns/{id}/reports/{}/{holder}", due.code),
        };
        let name = lang.pick(&due.title_zh, &due.title_en).to_owned();
        let due = lang.cp_until(when.day(&(due.due_at.0 - 1)));
        tasks.push(Task { href, name, due, mark, state });
    }
    Ok(tasks)
}

/// The objectives with what they have come to.
async fn goals(
    tx: &mut Tx,
    scope: &Scope,
    (one, sum, counts): (&Campaign, &Line, LedgerCounts),
    (names, now): (&Names<'_>, Time),
) -> Answer<Vec<Goal>> {
    use rules::campaign::Measure;
    let lang = names.lang;
    let covered = campaign::coverage(tx, scope, &one.campaign_id, now).await.told(lang)?;
    let covered = covered.values().fold(rules::campaign::Coverage::default(), |a, b| a.plus(*b));
    let notices = campaign::notices(tx, scope, &one.campaign_id).await.told(lang)?;
    let share = |part: i64, whole: i64| (whole > 0).then(|| part * 10_000 / whole);
    let asked = notices.iter().filter(|notice| notice.acknowledged_by == "employee");
    let (read, of) = asked.fold((0, 0), |(a, b), one| (a + one.acknowledged, b + one.expected));
    let goals = one.plan.objectives.iter().map(|goal| {
        let actual = match goal.measure {
            Measure::Coverage => Some(covered.hundredths()),
            Measure::Timeliness => share(sum.in_time, sum.expected),
            Measure::CloseOut => share(counts.struck_off, counts.all),
            Measure::SelfFound => share(counts.all - counts.spot, counts.all),
            Measure::Acknowledged => share(read, of),
        };
        Goal {
            title: lang.pick(&goal.title_zh, &goal.title_en).to_owned(),
            target: goal.target_percent,
            actual: actual.map_or("—".into(), |value| format!("{} %", points(value))),
            met: actual.is_some_and(|value| value >= goal.target_percent * 100),
        }
    });
    Ok(goals.collect())
}

fn annexes(lang: crate::words::Lang, plan: &Plan) -> Vec<(String, String, String)> {
    let named = |annex: &Annex| {
        let title = lang.pick(&annex.title_zh, &annex.title_en).to_owned();
        let due = plan.deliverable(&annex.code);
        let short =
            due.map_or(title.clone(), |one| lang.pick(&one.title_zh, &one.title_en).to_owned());
        (annex.code.clone(), short, title)
    };
    plan.annexes.iter().map(named).collect()
}

fn lead(lang: crate::words::Lang, one: &Campaign, sum: &Line, counts: &LedgerCounts) -> String {
    match (one.cancelled_at, one.published_at) {
        (Some(_), _) => lang.cp_lead_cancelled(one.cancel_reason.as_deref().unwrap_or("")),
        (None, None) if one.reviewed_at.is_some() => lang.cp_lead_reviewed().to_owned(),
        (None, None) => lang.cp_lead_draft().to_owned(),
        _ => lang.cp_lead(sum.missing, counts.overdue, counts.submitted),
    }
}

/// What is handed in until when, for whoever moves a deadline.
fn dues(when: When, one: &Campaign) -> Vec<Due> {
    let due = |due: &rules::campaign::Deliverable| Due {
        code: due.code.clone(),
        name: when.lang.pick(&due.title_zh, &due.title_en).to_owned(),
        due: when.stamp_hm(&due.due_at.0),
    };
    one.plan.deliverables.iter().map(due).collect()
}

/// The programme that a campaign is part of, and its own parts, as far as the account sees them.
async fn kin(
    tx: &mut Tx,
    scope: &Scope,
    lang: crate::words::Lang,
    one: &Campaign,
) -> Answer<(Option<Choice>, Vec<Choice>)> {
    let all = campaign::campaigns(tx, scope).await.told(lang)?;
    let choice = |line: &campaign::CampaignLine| Choice {
        value: line.campaign_id.clone(),
        word: format!("{} {}", line.code, lang.pick(&line.title_zh, &line.title_en)),
    };
    let above = all.iter().find(|line| one.parent_id.as_ref() == Some(&line.campaign_id));
    let below = all.iter().filter(|line| line.parent_id.as_ref() == Some(&one.campaign_id));
    Ok((above.map(choice), below.map(choice).collect()))
}

async fn page_of(
    app: &App,
    who: &SignedIn,
    id: &str,
    fields: &Fields,
    typed: Typed,
) -> Answer<Page> {
    takes_part(who)?;
    let (lang, now, scope) = (who.lang, app.now(), &who.scope);
    let mut tx = app.db().read().await.told(lang)?;
    let one = campaign::campaign(&mut tx, scope, id).await.told(lang)?;
    let mut shell = shell(app, who, &mut tx, "/campaigns").await?;
    shell.done = lang.cp_done(fields.get("done")).map(str::to_owned);
    let (when, names) = (shell.when, Names::read(app, lang, &mut tx).await?);
    let first = one.plan.deliverables.iter().find(|one| one.holder == Holder::Institution);
    let report = first.map_or(String::new(), |one| one.code.clone());
    let report_name =
        first.map_or(String::new(), |one| lang.pick(&one.title_zh, &one.title_en).to_owned());
    let report_due = first.map_or(String::new(), |one| when.day(&(one.due_at.0 - 1)));
    let lines = lines(&mut tx, scope, &names, (&one, &report), now).await?;
    let sum = sum_of(lang.cp_whole_city(), &lines);
    let counts = campaign::ledger_counts(&mut tx, scope, id, now).await.told(lang)?;
    let view = super::ledger::view_of(fields);
    let filter = LedgerFilter { view: view.clone(), ..LedgerFilter::default() };
    let slice = Slice::first(LEDGER_ROWS);
    let listed = campaign::ledger(&mut tx, scope, id, &filter, now, slice).await.told(lang)?;
    let rows = listed.rows.iter().map(|one| entry(&names, when, one, now.0)).collect();
    let (above, below) = kin(&mut tx, scope, lang, &one).await?;
    let honesty = rules::campaign::honesty(
        counts.all - counts.spot,
        counts.spot,
        counts.ends,
        counts.returns,
    );
    let part = scope.campaign_part();
    Ok(Page {
        title: lang.pick(&one.title[0], &one.title[1]).to_owned(),
        issuer: lang.pick(&one.issuer[0], &one.issuer[1]).to_owned(),
        basis: lang.pick(&one.basis[0], &one.basis[1]).to_owned(),
        contact: lang.pick(&one.contact[0], &one.contact[1]).to_owned(),
        span: lang.cp_from_to(when.long_day(&one.begins_at), when.long_day(&(one.ends_at - 1))),
        lead: lead(lang, &one, &sum, &counts),
        city: part == Part::City,
        runs: matches!(part, Part::City | Part::District),
        unit: scope.campaign_place().0.map(str::to_owned),
        ruler: ruler(when, &one.plan, now.0),
        tasks: tasks(&mut tx, who, when, &one, now.0).await?,
        goals: goals(&mut tx, scope, (&one, &sum, counts), (&names, now)).await?,
        dues: dues(when, &one),
        annexes: annexes(lang, &one.plan),
        above,
        below,
        self_found: permille(honesty.self_found_permille),
        relapse: permille(honesty.relapse_permille),
        report,
        report_name,
        report_due,
        lines,
        sum,
        counts,
        rows,
        view,
        typed,
        one,
        shell,
    })
}

/// `GET /campaigns/{campaign_id}`
pub(crate) async fn page(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Answer {
    let fields = Fields::of(query);
    draw(&page_of(&app, &who, &id, &fields, Typed::default()).await?, who.lang)
}

/// One step of a campaign's own course.
async fn take(
    tx: &mut Tx,
    scope: &Scope,
    id: &str,
    fields: &Fields,
    (due, now): (Option<Time>, Time),
) -> store::Result<()> {
    match fields.get("step") {
        "review" => campaign::review(tx, scope, id, now).await,
        "publish" => campaign::publish(tx, scope, id, now).await.map(drop),
        "cancel" => campaign::cancel(tx, scope, id, fields.get("reason"), now).await,
        "move" => {
            let due = due.ok_or(store::Refusal::Hours)?;
            let to = (due, fields.get("reason"));
            campaign::move_deadline(tx, scope, id, fields.get("deliverable"), to, now).await
        }
        "urge" => {
            let missing = Slice::first(1_000);
            let what = fields.get("deliverable").to_owned();
            let listed =
                campaign::submissions(tx, scope, id, &what, ("missing", None), missing).await?;
            let units: Vec<String> =
                listed.rows.into_iter().map(|one| one.institution_id).collect();
            let about = (None, Some(&*what));
            campaign::urge(tx, scope, id, &units, about, fields.get("body"), now).await.map(drop)
        }
        _ => Err(store::Refusal::NotAllowed.into()),
    }
}

/// `POST /campaigns/{campaign_id}/steps`
pub(crate) async fn step(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<String>,
    Form(fields): Form<Pairs>,
) -> Answer {
    takes_part(&who)?;
    let fields = Fields::of(fields);
    who.check(fields.get("csrf"))?;
    // A day is given: the deadline is the midnight after it.
    let due = fields.day_end("due", app.city().calendar);
    let (scope, now, same, typed) = (who.scope.clone(), app.now(), id.clone(), fields.clone());
    let taken = app.db().write(move |tx| {
        Box::pin(async move { take(tx, &scope, &same, &typed, (due, now)).await })
    });
    match settled(&app, who.lang, taken.await)? {
        Ok(()) => {
            let to = format!("/campaigns/{id}?done={}", fields.get("step"));
            Ok(Redirect::to(&to).into_response())
        }
        Err(wrong) => {
            let form = fields.get("step").to_owned();
            let typed = Typed::refused(&form, fields, wrong);
            let page = page_of(&app, &who, &id, &Fields::default(), typed).await?;
            Ok(crate::alert::unprocessable(draw(&page, who.lang)?))
        }
    }
}
