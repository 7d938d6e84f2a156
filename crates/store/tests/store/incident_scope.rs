//! Who sees what of adverse events, function by function: the design that punishes nobody, as a
//! table. And the rates, whose numbers open the reports behind them.

use rules::Time;
use rules::account::AccountRole;
use rules::incident::{Allow, Grade, Kind, Physical, Severity, Step};
use rules::register::Role;
use store::account::{self, NewAccount};
use store::deadline::fire;
use store::incident::{self, Counted, Details, Filter, NewIncident};
use store::page::Slice;
use store::{By, Error, Result, Scope, Tx};

use crate::city::{declaration, refusal, step};
use crate::house::{House, clock, on_both};
use crate::incident::{graded, named, report};

const LOGINS: [&str; 14] = [
    "city",
    "qc_head",
    "director_a",
    "director_b",
    "officer_a",
    "duty_a",
    "qc_clerk",
    "head_qing",
    "head_lan",
    "head_bai",
    "doctor_xu",
    "head_lost",
    "director_lost",
    "officer_lost",
];

/// The reports: a near miss (`n`) and a grade II (`g`) of ins_qing, a grade I that climbed to the
/// city (`m`) of ins_lan, a grade II (`b`) of ins_bai in the other district, one without an
/// institution (`u`), one of ins_lan that its reporter kept from it (`k`).
const LETTERS: [char; 6] = ['n', 'g', 'm', 'b', 'u', 'k'];

/// What each person gets. `story`: whose reporter's words are read. `reporter`: whose name is
/// known; `g` was reported by name for the authority's eyes alone, and the authority does not
/// handle it, so nobody sees it.
const TABLE: &str = "
    incident::incident   muk muk gmk b - - - ng m b - - - -
    incident::incidents  muk muk gmk b - - - ng m b - - - -
    incident::story      uk  uk  k   - - - - ng m b - - - -
    incident::reporter   k   k   k   - - - - n  - - - - - -
    incident::waiting    2   2   1   - - - - 1  - - - - - -
    incident::rates      5   5   3   1 - - - 1  1 1 - - - -
    incident::clusters   2   2   1   - - - - 1  2 - - - - -
    incident::mine       -   -   -   - - - - -  - - 1 - - -
";

/// Who may act on `n`, `g`, `m` and `k`: done (`d`), refused (`x`), told that there is no such
/// thing (`-`).
const ACTING_TABLE: &str = "
    accept_k     d   d   d   - - - - -  - - - - - -
    accept_n     -   -   -   - - - - d  - - - - - -
    grade_g      -   -   x   - - - - d  - - - - - -
    send_up_g    -   -   d   - - - - x  - - - - - -
    find_m       d   d   d   - - - - -  x - - - - -
    add_action_g -   -   x   - - - - d  - - - - - -
    write_g      -   -   d   - - - - d  - - - - - -
    write_to_reporter_g - - x - - - - d - - - - - -
";

/// Functions that act for a person, or stand in the table above.
pub const INCIDENT_FUNCTIONS: [&str; 15] = [
    "incident::add_action",
    "incident::clusters",
    "incident::file_as",
    "incident::incident",
    "incident::incidents",
    "incident::mine",
    "incident::note_export",
    "incident::rates",
    "incident::report_duty",
    "incident::reporter",
    "incident::settle_action",
    "incident::settle_cluster",
    "incident::step",
    "incident::waiting",
    "incident::write",
];

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect())
}

async fn open(
    tx: &mut Tx,
    by: &By,
    login: &str,
    role: AccountRole,
    region: Option<&str>,
) -> Result<()> {
    let account = NewAccount {
        login: login.into(),
        role,
        name_zh: login.into(),
        name_en: login.into(),
        region_code: region.map(str::to_owned),
        institution_id: None,
        practitioner_id: None,
        hospital_id: None,
        password_hash: "argon2".into(),
        operator_id: None,
        crew_id: None,
        site_id: None,
        department: None,
    };
    account::open(tx, by, &account).await.map(drop)
}

async fn more_people(tx: &mut Tx, by: &By) -> Result<()> {
    open(tx, by, "director_b", AccountRole::Director, Some("320614")).await?;
    open(tx, by, "director_lost", AccountRole::Director, None).await?;
    open(tx, by, "qc_head", AccountRole::QcDirector, None).await?;
    open(tx, by, "qc_clerk", AccountRole::QcClerk, None).await
}

/// One of everything, in the order of the letters.
async fn one_of_everything(house: &House) -> Vec<String> {
    let at = clock("09:00");
    let by = By::system("seed", at);
    step!(house.db, |tx| more_people(tx, &by)).unwrap();
    let near = NewIncident {
        kind: Kind::NearMiss,
        physical: Physical::None,
        who: named(Allow::Department),
        ..report("n", Some("ins_qing"))
    };
    let mut ids = vec![house.filed(near, at).await.incident_id];
    // A doctor reports by name, for the authority's eyes alone.
    let device = NewIncident {
        category: "device".into(),
        lot: "HY1".into(),
        who: named(Allow::Authority),
        ..report("g", Some("ins_qing"))
    };
    ids.push(house.filed_as("doctor_xu", device, at).await.unwrap().incident_id);
    let major = NewIncident {
        category: "device".into(),
        lot: "HY1".into(),
        physical: Physical::Severe,
        ..report("m", Some("ins_lan"))
    };
    ids.push(house.filed(major, at).await.incident_id);
    ids.push(house.filed(report("b", Some("ins_bai")), at).await.incident_id);
    let unknown = NewIncident { said_where: "不清楚".into(), ..report("u", None) };
    ids.push(house.filed(unknown, at).await.incident_id);
    let kept = NewIncident {
        to_authority: true,
        who: named(Allow::Authority),
        ..report("k", Some("ins_lan"))
    };
    ids.push(house.filed(kept, at).await.incident_id);
    for (login, n, grade, severity) in [
        ("head_qing", 1, Grade::II, Severity::General),
        ("head_lan", 2, Grade::I, Severity::Major),
        ("head_bai", 3, Grade::II, Severity::General),
    ] {
        let details = graded(grade, Some(severity));
        house.takes(login, &ids[n], Step::Grade, details, at.plus_min(10)).await.unwrap();
    }
    fire(&house.db, clock("22:00")).await.unwrap();
    // A cluster of one house that may be spreading, beside the lot of two.
    for key in ["i1", "i2", "i3"] {
        let infection = NewIncident {
            kind: Kind::Risk,
            category: "infection".into(),
            physical: Physical::None,
            occurred_at: Some(clock("-30 09:00")),
            ..report(key, Some("ins_lan"))
        };
        house.filed(infection, clock("22:10")).await;
    }
    house.raw("delete from incident where request_key in ('i1', 'i2', 'i3')").await;
    ids
}

fn letters(found: impl Iterator<Item = char>) -> String {
    let found: String = found.collect();
    if found.is_empty() { "-".into() } else { found }
}

fn number(count: i64) -> String {
    if count == 0 { "-".into() } else { count.to_string() }
}

async fn seen(tx: &mut Tx, scope: &Scope, function: &str, ids: &[String]) -> Result<String> {
    let now = clock("22:20");
    let mut found = Vec::new();
    match function {
        "incident::incident" | "incident::story" | "incident::reporter" => {
            for (id, letter) in ids.iter().zip(LETTERS) {
                let shown = match function {
                    "incident::reporter" => match incident::reporter(tx, scope, id).await {
                        Ok(known) => known.is_some(),
                        Err(Error::NotFound(_)) => false,
                        Err(error) => return Err(error),
                    },
                    _ => match incident::incident(tx, scope, id).await {
                        Ok(event) => function == "incident::incident" || event.told.is_some(),
                        Err(Error::NotFound(_)) => false,
                        Err(error) => return Err(error),
                    },
                };
                found.extend(shown.then_some(letter));
            }
            Ok(letters(found.into_iter()))
        }
        "incident::incidents" => {
            let all = Filter { view: "all".into(), ..Filter::default() };
            let listed = incident::incidents(tx, scope, &all, now, Slice::first(50)).await?;
            let has = |id: &&String| listed.rows.iter().any(|row| row.incident_id == **id);
            Ok(letters(ids.iter().zip(LETTERS).filter(|(id, _)| has(id)).map(|(_, one)| one)))
        }
        "incident::waiting" => {
            let waiting = incident::waiting(tx, scope, now).await?;
            Ok(number(waiting.fresh))
        }
        "incident::rates" => {
            let counted = incident::rates(tx, scope, clock("00:00"), clock("+1 00:00")).await?;
            Ok(number(counted.incidents))
        }
        "incident::clusters" => {
            Ok(number(i64::try_from(incident::clusters(tx, scope).await?.len()).unwrap()))
        }
        "incident::mine" => {
            Ok(number(i64::try_from(incident::mine(tx, scope).await?.len()).unwrap()))
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn nobody_learns_of_an_event_whom_it_did_not_reach() {
    proves!("W10", "W34");
    on_both(async |house| {
        let ids = one_of_everything(&house).await;
        let mut wrong = String::new();
        for row in rows(TABLE) {
            let mut found = vec![row[0].to_owned()];
            for login in LOGINS {
                let scope = house.scope(login).await;
                let mut tx = house.read().await;
                found.push(seen(&mut tx, &scope, row[0], &ids).await.unwrap());
            }
            if found != row {
                wrong += &format!("\nexpected {}\nfound    {}", row.join(" "), found.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

/// Tries something and leaves nothing behind.
async fn tried(house: &House, login: &str, what: &'static str, ids: &[String]) -> String {
    let (scope, ids, now) = (house.scope(login).await, ids.to_vec(), clock("22:30"));
    let tried: Result<()> = step!(house.db, |tx| async move {
        act(tx, &scope, what, &ids, now).await?;
        Err(Error::Lost("done".into()))
    });
    match tried {
        Err(Error::Lost(_)) => "d".into(),
        other => match refusal(other).as_str() {
            "NotFound" => "-".into(),
            "NotAllowed" => "x".into(),
            odd => odd.to_owned(),
        },
    }
}

async fn act(tx: &mut Tx, scope: &Scope, what: &str, ids: &[String], now: Time) -> Result<()> {
    let at = |letter: char| &ids[LETTERS.iter().position(|one| *one == letter).unwrap()];
    let text = Details { text: "意见".into(), ..Details::default() };
    match what {
        "accept_k" => incident::step(tx, scope, at('k'), Step::Accept, &text, now).await,
        "accept_n" => incident::step(tx, scope, at('n'), Step::Accept, &text, now).await,
        "grade_g" => {
            let details = graded(Grade::II, Some(Severity::General));
            incident::step(tx, scope, at('g'), Step::Grade, &details, now).await
        }
        "send_up_g" => incident::step(tx, scope, at('g'), Step::SendUp, &text, now).await,
        "find_m" => {
            let finding = Some(rules::incident::Finding::System);
            let details = Details { finding, ..text };
            incident::step(tx, scope, at('m'), Step::Find, &details, now).await
        }
        "add_action_g" => {
            let new = incident::NewAction {
                what: "x".into(),
                owner: "y".into(),
                due_at: now.plus_days(1),
            };
            incident::add_action(tx, scope, at('g'), &new, now).await
        }
        "write_g" => incident::write(tx, scope, at('g'), "authority", "请补充", now).await,
        "write_to_reporter_g" => {
            incident::write(tx, scope, at('g'), "reporter", "请补充", now).await
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn only_whose_turn_it_is_may_act() {
    on_both(async |house| {
        let ids = one_of_everything(&house).await;
        let mut wrong = String::new();
        for row in rows(ACTING_TABLE) {
            let mut found = vec![row[0].to_owned()];
            for login in LOGINS {
                found.push(tried(&house, login, row[0], &ids).await);
            }
            if found != row {
                wrong += &format!("\nexpected {}\nfound    {}", row.join(" "), found.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{}{wrong}", LOGINS.join(" "));
    })
    .await;
}

/// Four operations at ins_qing; six reports of the day, one of them none after all; one of the day
/// before and one of another house.
async fn a_days_reports(house: &House, at: Time) {
    for n in 0..4 {
        let form = declaration(
            &format!("op-{n}"),
            "ins_qing:T1",
            clock(&format!("1{n}:30")),
            &[("xu", Role::Attending)],
        );
        house.declare_as("head_qing", &form, at).await.unwrap();
    }
    let kinds = [
        ("a", Kind::Incident, "surgery"),
        ("b", Kind::Incident, "dispute"),
        ("c", Kind::NearMiss, "drug"),
        ("d", Kind::Risk, "facility"),
        ("e", Kind::GoodCare, "nursing"),
        ("f", Kind::Incident, "surgery"),
    ];
    let mut last = String::new();
    for (key, kind, category) in kinds {
        let harm = if kind == Kind::Incident { Physical::Low } else { Physical::None };
        let new = NewIncident {
            kind,
            category: category.into(),
            physical: harm,
            ..report(key, Some("ins_qing"))
        };
        last = house.filed(new, at).await.incident_id;
    }
    // Of the others one is of yesterday and one of another house.
    let before =
        NewIncident { occurred_at: Some(clock("-1 23:59")), ..report("g", Some("ins_qing")) };
    house.filed(before, at).await;
    house.filed(report("h", Some("ins_bai")), at).await;
    // What turned out to be none counts no more.
    let none = Details {
        closure: Some(rules::incident::Closure::NotEvent),
        text: "不属于".into(),
        ..Details::default()
    };
    house.takes("head_qing", &last, Step::Close, none, at).await.unwrap();
}

#[tokio::test]
async fn rates_add_up_to_the_reports_behind_them() {
    proves!("Z7");
    on_both(async |house| {
        let at = clock("09:00");
        a_days_reports(&house, at).await;
        let of = async |login: &str| {
            let scope = house.scope(login).await;
            let span = (clock("00:00"), clock("+1 00:00"));
            incident::rates(&mut house.read().await, &scope, span.0, span.1).await.unwrap()
        };
        let own = of("head_qing").await;
        let expected = Counted {
            operations: 4,
            incidents: 2,
            disputes: 1,
            near_misses: 1,
            risks: 1,
            good_care: 1,
            ungraded: 2,
            listed: 2,
            ..Counted::default()
        };
        assert_eq!(own, expected);
        let filter = Filter {
            view: "counted".into(),
            from: Some(clock("00:00")),
            until: Some(clock("+1 00:00")),
            ..Filter::default()
        };
        let scope = house.scope("head_qing").await;
        let slice = Slice::first(1);
        let listed = incident::incidents(&mut house.read().await, &scope, &filter, at, slice).await;
        assert_eq!(listed.unwrap().total, own.incidents, "the number opens the reports behind it");
        let district = of("director_a").await;
        assert_eq!((district.incidents, district.operations, district.listed), (2, 4, 0));
        assert_eq!(of("city").await.incidents, 3);
        assert_eq!(of("officer_a").await, Counted::default());
    })
    .await;
}
