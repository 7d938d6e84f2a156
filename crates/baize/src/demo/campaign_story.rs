//! How the demo's campaign has gone so far, run through the same functions that serve requests.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rules::Time;
use rules::account::AccountRole;
use rules::campaign::{
    Answer, Branch, Evidence, Fix, Item, Mending, Source, Step, SubmissionStep, WHOLE, Weight,
};
use store::account::{self, NewAccount};
use store::campaign::{self, AnswerEdit, Doing, Finding, Handing, Make};
use store::page::Slice;
use store::{By, Db, Error, Result, Scope, Tx};

use super::campaign::{Line, Story, Unit};
use super::load::Data;

/// Something to be found: the unit, the place, the item, and what is wrong in words.
#[derive(Clone)]
struct Fault {
    place: String,
    item: String,
    text: String,
}

/// What the story has made.
pub(super) struct Told {
    pub id: String,
    scopes: HashMap<String, Scope>,
}

impl Told {
    pub fn scope(&self, login: &str) -> Result<Scope> {
        self.scopes.get(login).cloned().ok_or(Error::NotFound("account"))
    }
}

/// Runs a step in one transaction of its own.
macro_rules! write {
    ($db:expr, |$tx:ident| $step:expr) => {
        $db.write(move |$tx| Box::pin(async move { $step.await })).await
    };
}

/// Tells every campaign of the data.
pub(super) async fn tell(db: &Db, data: &Arc<Data>, password_hash: &str) -> Result<()> {
    for index in 0..data.campaigns.len() {
        let (one, hash) = (data.clone(), password_hash.to_owned());
        let told = write!(db, |tx| begin(tx, &one, index, &hash))?;
        let told = Arc::new(told);
        for line in 0..data.campaigns[index].lines.len() {
            let (one, same) = (data.clone(), told.clone());
            write!(db, |tx| tell_line(tx, &one, &same, (index, line)))?;
        }
        let (one, same) = (data.clone(), told.clone());
        write!(db, |tx| tell_rest(tx, &one, &same, index))?;
    }
    Ok(())
}

/// Accounts for the units' people, then the campaign by three hands.
async fn begin(tx: &mut Tx, data: &Data, index: usize, hash: &str) -> Result<Told> {
    let story = &data.campaigns[index];
    let published = story.published.at(data.calendar());
    let by = By::system("register", published.plus_days(-30));
    let mut scopes = HashMap::new();
    for unit in &data.units {
        for role in [AccountRole::MedicalDepartment, AccountRole::FirstResponsible] {
            let login = unit.login(role);
            if unit.people.iter().all(|person| person.role != role) {
                open(tx, &by, (&login, role), unit, hash).await?;
            }
            scopes.insert(login.clone(), account::scope_of_login(tx, &login).await?);
        }
    }
    for account in &data.accounts {
        let scope = account::scope_of_login(tx, &account.login).await?;
        scopes.insert(account.login.clone(), scope);
    }
    let author = scopes.get(&story.author).ok_or(Error::NotFound("account"))?.clone();
    let make = |from: &str, code: &str| Make {
        code: code.to_owned(),
        from: from.to_owned(),
        moved_days: 0,
        number: None,
        title: None,
        parent_id: None,
    };
    let first = make(&story.template, &story.code);
    let id = campaign::create(tx, &author, &first, published.plus_days(-2)).await?;
    let told = Told { id, scopes };
    let reviewer = told.scope(&story.reviewer)?;
    campaign::review(tx, &reviewer, &told.id, published.plus_days(-1)).await?;
    campaign::publish(tx, &told.scope(&story.approver)?, &told.id, published).await?;
    // The second plan of the same spring, still a draft: for trying out review and approval.
    let second = make("wuxi_2017_b", "2017B");
    campaign::create(tx, &author, &second, published).await?;
    Ok(told)
}

async fn open(
    tx: &mut Tx,
    by: &By,
    (login, role): (&str, AccountRole),
    unit: &Unit,
    hash: &str,
) -> Result<()> {
    let [zh, en] = match role {
        AccountRole::MedicalDepartment => ["医务科", "Medical department"],
        _ => ["院长", "Director"],
    };
    let new = NewAccount {
        login: login.to_owned(),
        role,
        name_zh: format!("{}{zh}", unit.name_zh),
        name_en: format!("{en}, {}", unit.name_en),
        region_code: None,
        institution_id: Some(unit.id.clone()),
        practitioner_id: None,
        hospital_id: None,
        operator_id: None,
        crew_id: None,
        site_id: None,
        department: None,
        password_hash: hash.to_owned(),
    };
    account::open(tx, by, &new).await.map(drop)
}

/// An order that looks like chance and is always the same.
fn shuffled(index: usize, salt: usize) -> usize {
    (index.wrapping_mul(2_654_435_761).wrapping_add(salt.wrapping_mul(40_503)) >> 7) % 10_007
}

/// What can be found in a unit: the story's own troubles first, then any item of its sheets.
fn faults_of(story: &Story, unit: &Unit, sheets: &HashMap<String, Vec<Item>>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for trouble in &story.troubles {
        let asked = sheets.get(&trouble.department).is_some_and(|items| {
            items.iter().any(|item| item.code == trouble.item && item.when.is_none())
        });
        if asked {
            faults.push(Fault {
                place: trouble.department.clone(),
                item: trouble.item.clone(),
                text: trouble.text_zh.clone(),
            });
        }
    }
    for place in unit.departments.iter().map(String::as_str).chain([WHOLE]) {
        let plain =
            |item: &&Item| item.when.is_none() && item.evidence == Evidence::None && !item.major;
        for item in sheets.get(place).into_iter().flatten().filter(plain) {
            if faults.iter().any(|known| known.place == place && known.item == item.code) {
                continue;
            }
            let title = item.title_zh.split('：').next().unwrap_or(&item.title_zh);
            faults.push(Fault {
                place: place.to_owned(),
                item: item.code.clone(),
                text: format!("{title}落实不到位，抽查记录有缺项"),
            });
        }
    }
    faults
}

/// The sheets a campaign has for a unit.
async fn sheets_of(
    tx: &mut Tx,
    scope: &Scope,
    id: &str,
    unit: &Unit,
) -> Result<HashMap<String, Vec<Item>>> {
    let mut sheets = HashMap::new();
    for place in unit.departments.iter().map(String::as_str).chain([WHOLE]) {
        match campaign::sheet(tx, scope, id, &unit.id, place).await {
            Ok(sheet) => drop(sheets.insert(place.to_owned(), sheet.items)),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(sheets)
}

const HOUR: i64 = 60;

/// Everything that one line of the roll-up has done.
async fn tell_line(
    tx: &mut Tx,
    data: &Data,
    told: &Told,
    (index, number): (usize, usize),
) -> Result<()> {
    let story = &data.campaigns[index];
    let line = &story.lines[number];
    let published = story.published.at(data.calendar());
    let units: Vec<&Unit> = data.units.iter().filter(|unit| unit.line() == line.code).collect();
    let came = usize::try_from(line.came).unwrap_or(0).min(units.len());
    let mut found: Vec<(usize, Fault)> = Vec::new();
    let mut sheets = Vec::new();
    for (place, unit) in units.iter().enumerate().take(came) {
        let scope = told.scope(&unit.login(AccountRole::MedicalDepartment))?;
        let here = sheets_of(tx, &scope, &told.id, unit).await?;
        found.extend(faults_of(story, unit, &here).into_iter().map(|fault| (place, fault)));
        sheets.push(here);
    }
    // The story's own words come first everywhere, then chance.
    let own = |fault: &Fault| story.troubles.iter().any(|one| one.text_zh == fault.text);
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|place| (!own(&found[*place].1), shuffled(*place, number)));
    let district = Branch::is_district(&line.code);
    let spot = if district { line.problems * story.by_inspectors / 100 } else { 0 };
    let self_found = usize::try_from(line.problems - spot).unwrap_or(0);
    let by_self: HashSet<usize> = order.iter().copied().take(self_found).collect();
    for (place, unit) in units.iter().enumerate().take(came) {
        let failing: Vec<Fault> = found
            .iter()
            .enumerate()
            .filter(|(at, (of, _))| *of == place && by_self.contains(at))
            .map(|(_, (_, fault))| fault.clone())
            .collect();
        let day = i64::try_from(4 + shuffled(place, number) % 10).unwrap_or(4);
        let at = published.plus_days(day).plus_min(i64::try_from(place).unwrap_or(0) * 3);
        report(tx, told, unit, (&sheets[place], &failing), at).await?;
    }
    let wanted = usize::try_from(spot).unwrap_or(0);
    let rest: Vec<&(usize, Fault)> =
        order.iter().skip(self_found).take(wanted).map(|place| &found[*place]).collect();
    inspect(tx, story, told, (line, &units, &rest), published.plus_days(19)).await?;
    mend(tx, story, told, (line, &units), published).await?;
    come_back(tx, story, told, line, &units, published.plus_days(20)).await
}

/// One unit's self-inspection and its report.
async fn report(
    tx: &mut Tx,
    told: &Told,
    unit: &Unit,
    (sheets, failing): (&HashMap<String, Vec<Item>>, &[Fault]),
    at: Time,
) -> Result<()> {
    let scope = told.scope(&unit.login(AccountRole::MedicalDepartment))?;
    for (place, items) in sheets {
        let here = (&*told.id, &*unit.id, &**place);
        let mut edits = Vec::new();
        for item in items {
            let fault = failing.iter().find(|one| one.place == *place && one.item == item.code);
            let (answer, note) = match fault {
                Some(fault) => (Answer::NotMet, fault.text.clone()),
                None => (Answer::Met, String::new()),
            };
            let (code, mending) = (item.code.clone(), Mending::default());
            edits.push(AnswerEdit { item: code, answer, note, answered_at: at, mending });
            if item.evidence == Evidence::Met && fault.is_none() {
                let file = ("application/pdf", &b"%PDF-1.4\n% demo\n%%EOF\n"[..]);
                let of = (here.0, here.1, here.2, &*item.code);
                campaign::add_item_evidence(tx, &scope, of, file, at).await?;
            }
        }
        campaign::answer_items(tx, &scope, here, &edits, at).await?;
        campaign::submit_sheet(tx, &scope, here, at.plus_min(20)).await?;
    }
    let handing = Handing { campaign_id: &told.id, deliverable: "self_report", holder: &unit.id };
    let when = at.plus_min(2 * HOUR);
    for (section, text) in [
        ("activity", "召开部署会，明确任务分工，落实到科到人。"),
        ("self_inspection", "按检查表逐科逐条自查，全覆盖。"),
        ("problems", "发现的问题已全部建档编号，见台账。"),
        ("measures", "逐一制定整改方案，明确责任人和完成时间。"),
    ] {
        campaign::write_section(tx, &scope, handing, (section, text), when).await?;
    }
    let submit = SubmissionStep::Submit;
    campaign::hand(tx, &scope, handing, submit, "", when.plus_min(10)).await.map(drop)
}

/// The district's officers draw, look, and note what is not met.
async fn inspect(
    tx: &mut Tx,
    story: &Story,
    told: &Told,
    (line, units, rest): (&Line, &[&Unit], &[&(usize, Fault)]),
    at: Time,
) -> Result<()> {
    let Some([_, first, second]) = story.officers.iter().find(|one| one[0] == line.code) else {
        return Ok(());
    };
    let (scope, mate) = (told.scope(first)?, told.scope(second)?);
    let mate = mate.account().ok_or(Error::NotFound("account"))?.account_id.clone();
    let seed = format!("{}-{}-demo", story.code, line.code);
    let size = i64::try_from(units.len() / 5).unwrap_or(3).max(3);
    let of = (&*told.id, "district");
    campaign::draw_spots(tx, &scope, of, (&seed, size), &mate, at).await?;
    let spots =
        campaign::spots(tx, &scope, &told.id, &Default::default(), Slice::first(500)).await?.rows;
    // What was seen beyond the drawn units came from notices and complaints; it is no spot check.
    for (number, (place, fault)) in rest.iter().enumerate() {
        let minute = i64::try_from(number).unwrap_or(0) * 7;
        let finding = Finding {
            campaign_id: told.id.clone(),
            institution_id: units[*place].id.clone(),
            department: fault.place.clone(),
            item: Some(fault.item.clone()),
            source: Source::SpotCheck,
            weight: Weight::Ordinary,
            text: fault.text.clone(),
            spot_check_id: None,
        };
        campaign::find(tx, &scope, &finding, at.plus_min(HOUR + minute)).await?;
    }
    for (number, spot) in spots.iter().enumerate() {
        // Some are still to be done on the demo's day.
        if number % 4 == 3 {
            continue;
        }
        let when = at.plus_days(1).plus_min(i64::try_from(number).unwrap_or(0) * 90);
        let unit = units.iter().find(|unit| unit.id == spot.institution_id);
        let place = unit.and_then(|unit| unit.departments.first()).map_or(WHOLE, |one| one);
        for item in ["rounds", "handover", "records", "checking", "rescue", "deaths"] {
            let seen = (Answer::Met, "");
            let item = format!("core_systems.{item}");
            let of = (place, &*item);
            campaign::answer_spot(tx, &scope, &spot.spot_check_id, of, seen, when).await?;
        }
        let text = "现场查看制度执行和记录，总体到位";
        campaign::carry_out(tx, &scope, &spot.spot_check_id, text, when.plus_min(60)).await?;
    }
    Ok(())
}

/// Takes a problem some steps along.
async fn along(
    tx: &mut Tx,
    told: &Told,
    (unit, problem_id): (&Unit, &str),
    (steps, measure): (usize, &str),
    (from, due): (Time, Time),
) -> Result<()> {
    let med = told.scope(&unit.login(AccountRole::MedicalDepartment))?;
    let first = told.scope(&unit.login(AccountRole::FirstResponsible))?;
    let text = |text: &str| Doing { text: text.to_owned(), ..Doing::default() };
    let filed = Doing { fix: Some(Fix::Planned), ..Doing::default() };
    let plan = Doing { owner: Some("科室负责人".into()), due_at: Some(due), ..text(measure) };
    let course = [
        (&med, Step::File, filed, HOUR),
        (&med, Step::Plan, plan, 2 * HOUR),
        (&med, Step::Start, Doing::default(), 5 * HOUR),
        (&med, Step::Submit, text("已按方案整改，资料归档"), 20 * HOUR),
        (&first, Step::Verify, text("现场核对，整改到位"), 30 * HOUR),
        (&first, Step::StrikeOff, Doing::default(), 31 * HOUR),
    ];
    for (scope, step, doing, minutes) in course.into_iter().take(steps) {
        campaign::step(tx, scope, problem_id, step, &doing, from.plus_min(minutes)).await?;
    }
    Ok(())
}

/// Mends what was found: so many struck off, the others in every state.
async fn mend(
    tx: &mut Tx,
    story: &Story,
    told: &Told,
    (line, units): (&Line, &[&Unit]),
    published: Time,
) -> Result<()> {
    let filter = campaign::LedgerFilter {
        view: "all".into(),
        branch: Some(line.code.clone()),
        ..campaign::LedgerFilter::default()
    };
    let city = told.scope(&story.author)?;
    let all = store::page::Slice::first(1_000);
    let now = published.plus_days(22);
    let listed = campaign::ledger(tx, &city, &told.id, &filter, now, all).await?;
    let mut rows = listed.rows;
    rows.sort_by(|a, b| (a.found_at, &a.number).cmp(&(b.found_at, &b.number)));
    let struck = usize::try_from(line.struck_off).unwrap_or(0);
    for (number, row) in rows.iter().enumerate() {
        let unit = units.iter().find(|unit| unit.id == row.institution_id);
        let unit = unit.ok_or(Error::NotFound("institution"))?;
        let trouble = story.troubles.iter().find(|one| one.text_zh == row.title);
        let measure = trouble.map_or("补齐记录，科室培训并复查", |one| &one.measure_zh);
        let from = Time(row.found_at);
        let open = rows.len().saturating_sub(struck);
        let steps = if number < struck { 6 } else { [3, 4, 2, 3, 5, 4, 1, 3, 0][number % 9] };
        // A few plans have run out by the demo's day; the others have a week to go.
        let late = number >= struck && steps == 3 && (number - struck) * 9 < open;
        let due = if late { published.plus_days(21) } else { published.plus_days(28) };
        along(tx, told, (unit, &row.problem_id), (steps, measure), (from, due)).await?;
    }
    Ok(())
}

/// Some reports are returned.
async fn come_back(
    tx: &mut Tx,
    story: &Story,
    told: &Told,
    line: &Line,
    units: &[&Unit],
    at: Time,
) -> Result<()> {
    let officer = story.officers.iter().find(|one| one[0] == line.code);
    let login = officer.map_or(&story.author, |one| &one[1]);
    let scope = told.scope(login)?;
    let count = usize::try_from(line.returned).unwrap_or(0);
    let came = usize::try_from(line.came).unwrap_or(0);
    for (number, unit) in units.iter().take(came).enumerate() {
        let handing =
            Handing { campaign_id: &told.id, deliverable: "self_report", holder: &unit.id };
        let (step, why) = if number < count {
            (SubmissionStep::Return, "自查情况过于简略，请按科室补充")
        } else {
            (SubmissionStep::Approve, "")
        };
        let when = at.plus_min(i64::try_from(number).unwrap_or(0));
        campaign::hand(tx, &scope, handing, step, why, when).await?;
    }
    Ok(())
}

/// Annexes that came early, and what was said between the levels.
async fn tell_rest(tx: &mut Tx, data: &Data, told: &Told, index: usize) -> Result<()> {
    let story = &data.campaigns[index];
    let at = story.published.at(data.calendar()).plus_days(22);
    returns(tx, data, story, told, at).await?;
    super::campaign_annex::early(tx, data, story, told, at).await?;
    super::campaign_work::after(tx, data, story, (&told.id, &told.scopes), at).await
}

/// What had been struck off and is there again.
async fn returns(tx: &mut Tx, data: &Data, story: &Story, told: &Told, at: Time) -> Result<()> {
    let city = told.scope(&story.author)?;
    let filter =
        campaign::LedgerFilter { view: "struck_off".into(), ..campaign::LedgerFilter::default() };
    let some = store::page::Slice::first(400);
    let rows = campaign::ledger(tx, &city, &told.id, &filter, at, some).await?.rows;
    let wanted = usize::try_from(story.returned).unwrap_or(0);
    for row in rows.iter().step_by(97).take(wanted) {
        let Some(unit) = data.units.iter().find(|unit| unit.id == row.institution_id) else {
            continue;
        };
        let scope = told.scope(&unit.login(AccountRole::MedicalDepartment))?;
        let finding = Finding {
            campaign_id: told.id.clone(),
            institution_id: unit.id.clone(),
            department: row.department.clone(),
            item: Some(row.item.clone()),
            source: Source::SelfInspection,
            weight: Weight::Ordinary,
            text: row.title.clone(),
            spot_check_id: None,
        };
        campaign::find(tx, &scope, &finding, at).await?;
    }
    Ok(())
}
