//! Who sees what: every function that reads for a person, against every kind of person.

use std::path::Path;

use rules::register::Role;
use store::blob::{Owner, attach, attached};
use store::page::Slice;
use store::{By, Error, Result, Scope, Tx};
use store::{account, alert, checkin, event, inspection, operation, register, terminal};

use crate::city::{Kiosk, check, declaration, step};
use crate::door::Door;
use crate::house::{House, NOW, clock, on_both, packs};

const HOUSES: [&str; 3] = ["ins_qing", "ins_lan", "ins_bai"];
const TERMINALS: [&str; 3] = ["T-01", "T-03", "T-04"];

/// A letter a house: `q` and `l` stand in district A, `b` in district B.
const LETTERS: [&str; 3] = ["q", "l", "b"];

/// The columns of the table. `duty_a` is a duty viewer of district A, `doctor_xu` operates at q;
/// the last three lack the institution, the district and the person that their roles need.
const LOGINS: [&str; 11] = [
    "city",
    "officer_a",
    "duty_a",
    "officer_b",
    "head_qing",
    "head_lan",
    "head_bai",
    "doctor_xu",
    "head_lost",
    "officer_lost",
    "doctor_lost",
];

/// What each person gets from each function: the houses whose rows, or how many are counted.
const TABLE: &str = "
    register::institution    qlb  ql ql b q l b qlb - - -
    register::ids_in         qlb  ql ql b q l b qlb - - -
    register::institutions   qlb  ql ql b q l b -   - - -
    register::coverage       3    2  2  1 1 1 1 -   - - -
    register::view_counts    3    2  2  1 1 1 1 -   - - -
    register::map_points     qlb  ql ql b q l b -   - - -
    register::filings_of     -    -  -  - - - - qlb - - -
    operation::operation     qlb  ql ql b q l b q   - - -
    operation::operations    qlb  ql ql b q l b q   - - -
    operation::month_of      qlb  ql ql b q l b -   - - -
    operation::counts        3    2  2  1 1 1 1 -   - - -
    operation::hours         3    2  2  1 1 1 1 -   - - -
    operation::open_now      qlb  ql ql b q l b -   - - -
    checkin::feed            qlb  ql ql b q l b q   - - -
    checkin::presences_of    -    -  -  - - - - q   - - -
    alert::alert             qlb  ql ql b q l b q   - - -
    alert::alerts            qlb  ql ql b q l b q   - - -
    alert::of_operation      qlb  ql ql b q l b q   - - -
    alert::worklist          qlb  ql ql b q l b q   - - -
    alert::counts            3    2  2  1 1 1 1 -   - - -
    alert::open_counts       3    2  2  1 1 1 1 -   - - -
    terminal::terminals      qlb  ql ql b q l b -   - - -
    terminal::online         3    2  2  1 1 1 1 -   - - -
    terminal::refusals       qlb  ql ql b q l b -   - - -
    event::of_subject        qlb  ql ql b q l b -   - - -
    inspection::of_institution qlb ql ql b - - - -  - - -
    blob::attached           qlb  ql ql b q l b -   - - -
    account::colleagues      5    2  3  - - - - -   - - -
";

/// Functions that act for a person; their own stories show whom they refuse.
const ACTING: [&str; 6] = [
    "alert::dispose",
    "operation::act",
    "operation::declare",
    "register::set_suspended",
    "terminal::enrolment_code",
    "terminal::retire",
];

/// One of everything in every house, by house.
#[derive(Default)]
struct City {
    operations: Vec<String>,
    alerts: Vec<String>,
    blobs: Vec<String>,
}

async fn one_of_everything(house: &House) -> City {
    let mut city = City::default();
    for (index, doctor) in ["xu", "sun", "fei"].into_iter().enumerate() {
        let (institution_id, terminal) = (HOUSES[index], TERMINALS[index]);
        let room = format!("{institution_id}:T1");
        let form = declaration("form-1", &room, clock("15:00"), &[(doctor, Role::Attending)]);
        let head = institution_id.replace("ins", "head");
        let op = house.declare_as(&head, &form, clock("14:00")).await.unwrap();
        Door::new(house)
            .naming("OP", &op)
            .told(&format!(
                "15:00 {terminal} {doctor} attending in face:0.1 OP -> A01 (void)
                 15:01 {terminal} {doctor} attending in face:0.9 OP -> ok"
            ))
            .await;
        let mut stranger = Kiosk::new("stranger");
        let forged = stranger.sign(check("xu attending in witness", None), NOW);
        assert_eq!(house.send(terminal, &forged, NOW).await, "bad_signature");
        let by = By::system("test", clock("15:00"));
        let blob = step!(house.db, |tx| belongings(tx, &by, institution_id)).unwrap();
        city.operations.push(op);
        city.blobs.push(blob);
    }
    for institution_id in HOUSES {
        let sql = format!("select alert_id from alert where institution_id = '{institution_id}'");
        city.alerts.extend(house.column(&sql).await);
    }
    city
}

async fn belongings(tx: &mut Tx, by: &By, institution_id: &str) -> Result<String> {
    inspection::propose(tx, by, institution_id, None).await?;
    let owner = Owner { institution_id, subject_kind: "alert", subject: "alr_1", kind: "photo" };
    attach(tx, by, owner, "image/png", b"image", None).await
}

/// The letters of the houses named, in the table's order.
fn letters<'a>(houses: impl IntoIterator<Item = &'a str>) -> String {
    let houses: Vec<&str> = houses.into_iter().collect();
    let letter = |(house, letter): (&&str, &'static str)| houses.contains(house).then_some(letter);
    let found: String = HOUSES.iter().zip(LETTERS).filter_map(letter).collect();
    if found.is_empty() { "-".into() } else { found }
}

/// The letters of the houses for which an answer was given.
fn given<T>(answers: [Result<T>; 3]) -> String {
    letters(answers.into_iter().zip(HOUSES).filter_map(|(answer, house)| match answer {
        Ok(_) => Some(house),
        Err(Error::NotFound(_)) => None,
        Err(error) => panic!("{error:?}"),
    }))
}

fn number(count: i64) -> String {
    if count == 0 { "-".into() } else { count.to_string() }
}

/// Calls a reading function once for each house.
macro_rules! each {
    ($n:ident => $call:expr) => {
        [
            {
                let $n = 0;
                $call.await
            },
            {
                let $n = 1;
                $call.await
            },
            {
                let $n = 2;
                $call.await
            },
        ]
    };
}

async fn register_seen(tx: &mut Tx, scope: &Scope, function: &str) -> Result<String> {
    let all = register::InstitutionFilter { view: "all".into(), ..Default::default() };
    let slice = Slice::first(20);
    Ok(match function {
        "register::institution" => given(each!(n => register::institution(tx, scope, HOUSES[n]))),
        "register::ids_in" => {
            let ids = register::ids_in(tx, scope, NOW).await?;
            letters(ids.iter().map(String::as_str))
        }
        "register::institutions" => {
            let listed = register::institutions(tx, scope, &all, NOW, NOW, slice).await?;
            assert_eq!(listed.total, i64::try_from(listed.rows.len()).unwrap());
            letters(listed.rows.iter().map(|row| row.institution_id.as_str()))
        }
        "register::coverage" => number(register::coverage(tx, scope, NOW).await?.registered),
        "register::view_counts" => number(register::view_counts(tx, scope, NOW).await?.all),
        "register::map_points" => {
            let points = register::map_points(tx, scope, NOW).await?;
            letters(points.iter().map(|row| row.institution_id.as_str()))
        }
        "register::filings_of" => {
            let places = register::filings_of(tx, scope).await?;
            letters(places.iter().map(|place| house_of(&place.name_en)))
        }
        other => panic!("{other}"),
    })
}

fn house_of(name_en: &str) -> &'static str {
    match name_en {
        "Qinghe" => HOUSES[0],
        "Lanting" => HOUSES[1],
        "Bailu" => HOUSES[2],
        other => panic!("{other}"),
    }
}

async fn work_seen(tx: &mut Tx, scope: &Scope, function: &str, city: &City) -> Result<String> {
    let ops = &city.operations;
    let all = operation::OperationFilter { view: "all".into(), ..Default::default() };
    let (midnight, periods) = (clock("00:00"), packs().calendar.periods(NOW));
    Ok(match function {
        "operation::operation" => given(each!(n => operation::operation(tx, scope, &ops[n]))),
        "operation::operations" => {
            let slice = Slice::first(20);
            let listed = operation::operations(tx, scope, &all, midnight, slice).await?;
            letters(listed.rows.iter().map(|row| row.institution_id.as_str()))
        }
        "operation::month_of" => {
            let counts = each!(n => operation::month_of(tx, scope, HOUSES[n], periods.month, NOW));
            let seen = counts.into_iter().zip(HOUSES);
            letters(seen.filter(|(count, _)| matches!(count, Ok(1))).map(|(_, house)| house))
        }
        "operation::counts" => number(operation::counts(tx, scope, periods, NOW).await?.day),
        "operation::hours" => {
            let hours = operation::hours(tx, scope, midnight, NOW).await?;
            number(hours.iter().map(|hour| hour.operations).sum())
        }
        "operation::open_now" => {
            let open = operation::open_now(tx, scope, 20).await?;
            letters(open.iter().map(|row| row.institution_id.as_str()))
        }
        "checkin::feed" => {
            let rows = checkin::feed(tx, scope, None, 20).await?;
            letters(rows.iter().map(|row| row.institution_id.as_str()))
        }
        "checkin::presences_of" => {
            let rows = checkin::presences_of(tx, scope).await?;
            letters(rows.iter().map(|row| house_of(&row.institution_en)))
        }
        other => panic!("{other}"),
    })
}

async fn alerts_seen(tx: &mut Tx, scope: &Scope, function: &str, city: &City) -> Result<String> {
    let all = alert::AlertFilter { view: "all".into(), ..Default::default() };
    Ok(match function {
        "alert::alert" => given(each!(n => alert::alert(tx, scope, &city.alerts[n]))),
        "alert::alerts" => {
            let listed = alert::alerts(tx, scope, &all, NOW, Slice::first(20)).await?;
            letters(listed.rows.iter().map(|row| row.institution_id.as_str()))
        }
        "alert::of_operation" => {
            let lists = each!(n => alert::of_operation(tx, scope, &city.operations[n], NOW));
            let mut rows = Vec::new();
            for list in lists {
                rows.extend(list?);
            }
            letters(rows.iter().map(|row| row.institution_id.as_str()))
        }
        "alert::worklist" => {
            let listed = alert::worklist(tx, scope, NOW, 20).await?;
            letters(listed.rows.iter().map(|(row, _)| row.institution_id.as_str()))
        }
        "alert::counts" => {
            let periods = packs().calendar.periods(NOW);
            number(alert::counts(tx, scope, periods, NOW).await?.day)
        }
        "alert::open_counts" => number(alert::open_counts(tx, scope).await?.open),
        other => panic!("{other}"),
    })
}

async fn rest_seen(tx: &mut Tx, scope: &Scope, function: &str, city: &City) -> Result<String> {
    Ok(match function {
        "terminal::terminals" => {
            let rows = terminal::terminals(tx, scope, None, NOW).await?;
            letters(rows.iter().map(|row| row.institution_id.as_str()))
        }
        "terminal::online" => number(terminal::online(tx, scope, NOW).await?.expected),
        "terminal::refusals" => {
            let rows = terminal::refusals(tx, scope, 20).await?;
            let at = |id: &str| TERMINALS.iter().position(|terminal| *terminal == id).unwrap();
            letters(rows.iter().map(|row| HOUSES[at(&row.terminal_id)]))
        }
        "event::of_subject" => {
            let ops = &city.operations;
            let lists = each!(n => event::of_subject(tx, scope, "operation", &ops[n], 20));
            let seen = lists.into_iter().zip(HOUSES);
            letters(seen.filter_map(|(list, house)| (!list.unwrap().is_empty()).then_some(house)))
        }
        "inspection::of_institution" => {
            let lists = each!(n => inspection::of_institution(tx, scope, HOUSES[n], NOW));
            let seen = lists.into_iter().zip(HOUSES);
            letters(seen.filter_map(|(list, house)| (!list.unwrap().is_empty()).then_some(house)))
        }
        "blob::attached" => {
            let blobs = each!(n => attached(tx, scope, &city.blobs[n]));
            let seen = blobs.into_iter().zip(HOUSES);
            letters(seen.filter_map(|(blob, house)| blob.unwrap().map(|_| house)))
        }
        "account::colleagues" => {
            let colleagues = account::colleagues(tx, scope).await?;
            number(i64::try_from(colleagues.len()).unwrap())
        }
        other => panic!("{other}"),
    })
}

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect())
}

#[tokio::test]
async fn nobody_sees_another_territory_or_another_house() {
    proves!("N26", "N2");
    on_both(async |house| {
        let city = one_of_everything(&house).await;
        let mut scopes = Vec::new();
        for login in LOGINS {
            scopes.push(house.scope(login).await);
        }
        let mut wrong = String::new();
        for row in rows() {
            let mut seen = vec![row[0].to_owned()];
            for scope in &scopes {
                let mut tx = house.read().await;
                let drawer = row[0].split_once("::").unwrap().0;
                let cell = match drawer {
                    "register" => register_seen(&mut tx, scope, row[0]).await,
                    "operation" | "checkin" => work_seen(&mut tx, scope, row[0], &city).await,
                    "alert" => alerts_seen(&mut tx, scope, row[0], &city).await,
                    _ => rest_seen(&mut tx, scope, row[0], &city).await,
                };
                seen.push(cell.unwrap());
            }
            if seen != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), seen.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

/// Public functions that ask for a scope, by drawer.
fn scoped_functions() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).unwrap().to_str().unwrap();
            let drawer = inside.split(['/', '.']).next().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            for function in text.split("\npub async fn ").skip(1) {
                let signature = function.split('{').next().unwrap();
                if signature.contains("&Scope") {
                    let name = function.split(['(', '<']).next().unwrap();
                    found.push(format!("{drawer}::{name}"));
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_table_of_scopes_names_every_function() {
    let mut named: Vec<String> = rows().map(|row| row[0].to_owned()).collect();
    named.extend(ACTING.map(str::to_owned));
    named.extend(crate::campaign_scope::named());
    named.extend(crate::channel_scope::named());
    named.extend(crate::transfer_sight::named());
    named.extend(crate::transfer_plan::named());
    named.extend(crate::transfer_fleet::named());
    named.extend(crate::transfer_oversight::named());
    named.extend(crate::transfer_ward::named());
    named.extend(crate::incident_scope::INCIDENT_FUNCTIONS.map(str::to_owned));
    named.extend(crate::policy::POLICY_FUNCTIONS.map(str::to_owned));
    named.sort();
    assert_eq!(named, scoped_functions(), "each needs a row in a table, or a story and ACTING");
}

#[tokio::test]
async fn a_clients_name_is_the_clinics_own() {
    proves!("N51");
    on_both(async |house| {
        let city = one_of_everything(&house).await;
        let mut seen = Vec::new();
        for login in LOGINS {
            let scope = house.scope(login).await;
            for (op, letter) in city.operations.iter().zip(LETTERS) {
                let read = operation::operation(&mut house.read().await, &scope, op).await;
                let Ok(read) = read else { continue };
                assert_eq!(read.client_alias_zh, "李女士", "{login}");
                if read.client_name.is_some() {
                    seen.push(format!("{login} {letter}"));
                }
            }
        }
        assert_eq!(seen, ["head_qing q", "head_lan l", "head_bai b"]);
        let (mut tx, system) = (house.read().await, Scope::system());
        let read = operation::operation(&mut tx, &system, &city.operations[0]).await.unwrap();
        assert_eq!(read.client_name, None);
        // Nor does it stand in the log, in an alert, or in what a terminal sent.
        for sql in [
            "select particulars from event where particulars like '%林真名%'",
            "select inputs from alert where inputs like '%林真名%'",
            "select body from terminal_event where body like '%林真名%'",
        ] {
            assert_eq!(house.column(sql).await, [] as [String; 0]);
        }
    })
    .await;
}
