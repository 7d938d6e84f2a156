//! Agreements, the roll-out, complaints, improvements, and the facts of the monthly report.

use rules::transfer::complaint::{Act, ComplaintKind, Progress, Upheld};
use rules::transfer::report::{Facts, Indicator, figures};
use rules::transfer::{Need, Source};
use rules::{Position, Time};
use store::deadline::fire;
use store::page::Slice;
use store::transfer::{
    self, ComplaintFilter, ComplaintStep, ContractFilter, End, NewBooking, NewComplaint,
    NewContract, NewImprovement, Place, ReportFilter,
};
use store::{By, Error, Refusal, Result, Scope, Tx};

use crate::city::{refusal, step};
use crate::house::{House, clock, on_both, packs};
use crate::transfer_fleet::{PEOPLE, furnish};

const NOW: &str = "10:00";

fn contract(number: &str, operator: &str, site: Option<&str>, days: i64) -> NewContract {
    NewContract {
        number: number.into(),
        operator_id: operator.into(),
        site_id: site.map(str::to_owned),
        tariff: "tariff-yuhuan-whole".into(),
        on_time_permille: 950,
        pickup_within_min: 30,
        complaint_days: days,
        from: clock("00:00"),
        until: clock("+30 00:00"),
    }
}

#[tokio::test]
async fn a_hospitals_own_agreement_goes_before_the_citys() {
    proves!("T8");
    on_both(async |house| {
        furnish(&house).await;
        let sign = async |login: &str, new: NewContract| {
            let scope = house.scope(login).await;
            step!(house.db, |tx| transfer::sign_contract(tx, &scope, &new, clock(NOW)))
        };
        let city = contract("XY-1", "op_x", None, 7);
        assert_eq!(refusal(sign("manager_x", city.clone()).await), "NotAllowed");
        assert_eq!(refusal(sign("call", city.clone()).await), "NotAllowed");
        sign("officer_t", city.clone()).await.unwrap();
        assert_eq!(refusal(sign("officer_t", city.clone()).await), "Taken");
        let mut wrong = contract("XY-2", "op_x", None, 7);
        wrong.on_time_permille = 1_001;
        assert_eq!(refusal(sign("officer_t", wrong).await), "Quantity");
        let mut wrong = contract("XY-2", "op_x", None, 7);
        wrong.until = wrong.from;
        assert_eq!(refusal(sign("officer_t", wrong).await), "Hours");
        let own = sign("officer_t", contract("XY-2", "op_x", Some("site_s"), 3)).await.unwrap();

        let at = async |site: Option<&str>, when: &str| {
            let mut tx = house.read().await;
            let found = transfer::contract_at(&mut tx, "op_x", site, clock(when)).await.unwrap();
            found.map_or("-".to_owned(), |one| one.number)
        };
        assert_eq!(at(Some("site_s"), NOW).await, "XY-2");
        assert_eq!(at(None, NOW).await, "XY-1");
        assert_eq!(at(Some("site_s"), "+30 00:00").await, "-", "the term is over");
        let scope = house.scope("officer_t").await;
        let (id, early) = (own.clone(), scope.clone());
        let refused =
            step!(house.db, |tx| transfer::end_contract(tx, &early, &id, " ", clock("12:00")));
        assert_eq!(refusal(refused), "Text");
        step!(house.db, |tx| transfer::end_contract(tx, &scope, &own, "双方商定", clock("12:00")))
            .unwrap();
        assert_eq!(at(Some("site_s"), "11:59").await, "XY-2");
        assert_eq!(at(Some("site_s"), "12:00").await, "XY-1");

        let listed = async |login: &str, view: &str| {
            let scope = house.scope(login).await;
            let filter = ContractFilter { view: view.into(), operator_id: None, expiring_days: 60 };
            let mut tx = house.read().await;
            let (now, slice) = (clock("13:00"), Slice::first(10));
            transfer::contracts(&mut tx, &scope, &filter, now, slice).await.unwrap().total
        };
        for (login, view, total) in [
            ("officer_t", "all", 2),
            ("officer_t", "in_force", 1),
            ("officer_t", "expiring", 1),
            ("officer_t", "ended", 1),
            ("manager_x", "all", 2),
            ("manager_y", "all", 0),
            ("ward_s", "all", 1),
        ] {
            assert_eq!(listed(login, view).await, total, "{login} {view}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_pilot_hospital_first_then_its_district() {
    proves!("T9");
    on_both(async |house| {
        furnish(&house).await;
        let site = || Place::Site("site_s".into());
        let open = async |login: &str, place: Place, from: &str| {
            let (scope, from) = (house.scope(login).await, clock(from));
            step!(house.db, |tx| transfer::open_area(tx, &scope, &place, from, clock(NOW)))
        };
        assert_eq!(refusal(open("manager_x", site(), "00:00").await), "NotAllowed");
        let nowhere = Place::Region("999999".into());
        assert_eq!(refusal(open("officer_t", nowhere, "00:00").await), "NotFound");
        open("officer_t", site(), "00:00").await.unwrap();
        assert_eq!(refusal(open("officer_t", site(), "+5 00:00").await), "Taken");
        let district = Place::Region("320613".into());
        let later = open("officer_t", district, "+5 00:00").await.unwrap();
        let served = async |region: &str, site: &str, at: &str| {
            let mut tx = house.read().await;
            transfer::served(&mut tx, &[region], &[site], clock(at)).await.unwrap()
        };
        assert!(served("320613", "site_s", NOW).await, "the pilot");
        assert!(!served("320613", "", NOW).await, "its district not yet");
        assert!(served("320613", "", "+5 00:00").await);
        assert!(!served("320614", "", "+5 00:00").await, "another district never");
        // The roll-out is put off: what has not begun is taken back.
        let scope = house.scope("officer_t").await;
        let end = clock(NOW);
        step!(house.db, |tx| transfer::end_area(tx, &scope, &later, end, end)).unwrap();
        assert!(!served("320613", "", "+5 00:00").await);
        let areas = transfer::areas(&mut house.read().await).await.unwrap();
        assert_eq!(areas.len(), 1);
    })
    .await;
}

fn complaint(key: &str, vehicle: &str) -> NewComplaint {
    NewComplaint {
        request_key: key.into(),
        code: format!("code-{key}"),
        kind: ComplaintKind::Price,
        words: "多收了五十元，没有说明。".into(),
        phone: "19900009999".into(),
        vehicle: vehicle.into(),
        booking: String::new(),
    }
}

async fn complained(house: &House, key: &str, vehicle: &str, at: &str) -> String {
    let (new, at) = (complaint(key, vehicle), clock(at));
    step!(house.db, |tx| transfer::complain(tx, &new, at)).unwrap();
    let sql = format!("select complaint_id from transfer_complaint where request_key = '{key}'");
    house.column(&sql).await[0].clone()
}

async fn stepped(
    house: &House,
    login: &str,
    id: &str,
    step: ComplaintStep,
    at: &str,
) -> Result<()> {
    let (scope, id, at) = (house.scope(login).await, id.to_owned(), clock(at));
    step!(house.db, |tx| transfer::complaint_step(tx, &scope, &id, &step, at))
}

#[tokio::test]
async fn a_complaint_is_answered_in_time_or_seen_late() {
    proves!("T4", "T5");
    on_both(async |house| {
        furnish(&house).await;
        let scope = house.scope("officer_t").await;
        let new = contract("XY-1", "op_x", None, 3);
        step!(house.db, |tx| transfer::sign_contract(tx, &scope, &new, clock("09:00"))).unwrap();
        let id = complained(&house, "one", "CODE-v_x", NOW).await;
        assert_eq!(complained(&house, "one", "CODE-v_x", NOW).await, id, "the form sent twice");
        let by_code = async || {
            transfer::complaint_by_code(&mut house.read().await, "code-one").await.unwrap()
        };
        // The agreement's days, not the usual seven.
        assert_eq!(by_code().await.due_at, clock("+3 10:00").0);
        assert_eq!(by_code().await.operator_id.as_deref(), Some("op_x"));
        assert_eq!(by_code().await.phone, "");

        // The company hears of it when it is handed over; the phone never.
        let answer = || ComplaintStep::Answer("已核实，多收部分今天退还。".into());
        assert_eq!(refusal(stepped(&house, "manager_x", &id, answer(), "11:00").await), "NotFound");
        let close = || ComplaintStep::Close(Upheld::Upheld);
        assert_eq!(
            refusal(stepped(&house, "officer_t", &id, close(), "11:00").await),
            "NotAllowed"
        );
        let assign = ComplaintStep::Assign("op_x".into());
        stepped(&house, "officer_t", &id, assign, "11:00").await.unwrap();
        let manager = house.scope("manager_x").await;
        let seen = transfer::complaint(&mut house.read().await, &manager, &id).await.unwrap();
        assert_eq!(seen.phone, "");
        assert_eq!(refusal(stepped(&house, "manager_y", &id, answer(), "12:00").await), "NotFound");
        assert_eq!(refusal(stepped(&house, "call", &id, answer(), "12:00").await), "NotAllowed");

        // Nobody answers: the log says so once, and it counts as missed.
        fire(&house.db, clock("+3 10:01")).await.unwrap();
        let overdue = "select count(*) from event where action = 'overdue'";
        assert_eq!(house.number(overdue).await, 1);
        stepped(&house, "manager_x", &id, answer(), "+3 11:00").await.unwrap();
        assert_eq!(
            refusal(stepped(&house, "manager_x", &id, close(), "+3 12:00").await),
            "NotAllowed"
        );
        stepped(&house, "officer_t", &id, close(), "+3 12:00").await.unwrap();
        let known = by_code().await;
        assert_eq!(known.clock().kept(clock("+3 12:00")), Some(false));
        assert!(known.clock().upheld);
        assert_eq!(known.answer.as_deref(), Some("已核实，多收部分今天退还。"));

        // Half a year later the texts are gone, the finding stays.
        let gone = step!(house.db, |tx| transfer::forget_complaints(tx, clock("+190 00:00")));
        assert_eq!(gone.unwrap(), 1);
        let known = by_code().await;
        assert_eq!((known.words.as_str(), known.upheld.as_deref()), ("", Some("upheld")));
        let leaked = "select count(*) from event where particulars like '%多收%'
                      or particulars like '%19900009999%'";
        assert_eq!(house.number(leaked).await, 0);
    })
    .await;
}

#[tokio::test]
async fn another_officer_checks_an_improvement() {
    proves!("T21");
    on_both(async |house| {
        furnish(&house).await;
        let order = async |login: &str, due: &str| {
            let scope = house.scope(login).await;
            let new = NewImprovement {
                operator_id: Some("op_x".into()),
                indicator: Indicator::OnTime,
                finding: "准时接到率 86%".into(),
                measure: "早高峰加一辆车".into(),
                owner: "调度主管".into(),
                due: clock(due),
            };
            step!(house.db, |tx| transfer::order_improvement(tx, &scope, &new, clock(NOW)))
        };
        assert_eq!(refusal(order("manager_x", "+9 00:00").await), "NotAllowed");
        assert_eq!(refusal(order("officer_t", "09:00").await), "Hours");
        let id = order("officer_t", "+9 00:00").await.unwrap();
        let act = async |login: &str, act: Act, text: &str, at: &str| {
            let (scope, id, text) = (house.scope(login).await, id.clone(), text.to_owned());
            let at = clock(at);
            step!(house.db, |tx| transfer::act_on_improvement(tx, &scope, &id, act, &text, at))
        };
        let done = "六月十日起早班增加 5 号车";
        assert_eq!(refusal(act("manager_y", Act::Finish, done, "11:00").await), "NotFound");
        assert_eq!(refusal(act("call", Act::Finish, done, "11:00").await), "NotFound");
        assert_eq!(refusal(act("manager_x", Act::Finish, " ", "11:00").await), "Text");
        assert_eq!(refusal(act("officer_t", Act::Check, "", "11:00").await), "NotAllowed");
        act("officer_t", Act::Finish, done, "11:00").await.unwrap();
        // Whoever finished it cannot check it.
        assert_eq!(refusal(act("officer_t", Act::Check, "", "12:00").await), "NotAllowed");
        assert_eq!(refusal(act("manager_x", Act::Check, "", "12:00").await), "NotAllowed");
        act("officer_t2", Act::Reject, "", "12:00").await.unwrap();
        act("manager_x", Act::Finish, done, "13:00").await.unwrap();
        act("officer_t", Act::Check, "", "14:00").await.unwrap();
        let scope = house.scope("officer_t").await;
        let known = transfer::improvement(&mut house.read().await, &scope, &id).await.unwrap();
        assert_eq!(known.progress(), Progress::Checked);
        assert_eq!(known.done_zh.as_deref(), Some("manager_x"));
    })
    .await;
}

/// A journey of the First Hospital's patient, wanted at a moment.
fn journey(key: &str, wanted: Time) -> NewBooking {
    let at = Position { lat: 36.5, lng: 117.86 };
    let end = |site: Option<&str>, place: &str| End {
        site_id: site.map(str::to_owned),
        place: place.into(),
        at,
        floor: 1,
        lift: true,
    };
    NewBooking {
        request_key: key.into(),
        source: Source::Phone,
        trip_type: "discharge".into(),
        region_code: "320613".into(),
        patient: format!("{key} 老伯"),
        patient_born: None,
        weight_kg: None,
        caller: "家属".into(),
        relation: "子女".into(),
        phone: "19900001111".into(),
        phone_verified_at: None,
        words: String::new(),
        language: String::new(),
        from: end(Some("site_s"), "市第一医院"),
        to: end(None, "家"),
        needs: vec![Need::Stretcher],
        companions: 0,
        carry: 0,
        ready_at: Some(wanted),
        appointment_at: None,
        will_call_at: None,
        return_of: None,
        series_id: None,
    }
}

async fn journeys(house: &House) {
    for (n, company) in ["op_x", "op_x", "op_y"].into_iter().enumerate() {
        let key = format!("k{n}");
        let (by, new) = (By::system("seed", clock("08:00")), journey(&key, clock("09:00")));
        let id = step!(house.db, |tx| transfer::book(tx, &by, &new)).unwrap();
        let scene = clock(if n == 1 { "09:40" } else { "09:10" }).0;
        let (confirmed, due, done) = (clock("08:30").0, clock("09:20").0, clock("09:50").0);
        house
            .raw(&format!(
                "update booking set operator_id = '{company}', state = 'completed',
                    confirmed_at = {confirmed}, promise_until = {due}, on_scene_at = {scene},
                    loaded_at = {scene}, completed_at = {done}, ended_at = {done}
                 where booking_id = '{id}';
                 insert into rating (booking_id, score, words, at, request_key)
                 values ('{id}', {}, '', {done}, 'r{n}')",
                if n == 1 { 2 } else { 5 }
            ))
            .await;
    }
    let (rang, answered) = (clock("08:00").0, clock("08:00").0 + 12_000);
    house
        .raw(&format!(
            "insert into phone_call (call_id, phone, rang_at, answered_at, draft)
             values ('c1', '1', {rang}, {answered}, ''), ('c2', '2', {rang}, null, '')"
        ))
        .await;
}

#[tokio::test]
async fn every_figure_is_the_sum_of_its_list() {
    proves!("T5", "T19");
    on_both(async |house| {
        furnish(&house).await;
        journeys(&house).await;
        complained(&house, "one", "CODE-v_x", NOW).await;
        let told = async |login: &str, operator: Option<&str>| {
            let scope = house.scope(login).await;
            let filter = ReportFilter {
                from: clock("00:00"),
                until: clock("+1 00:00"),
                operator_id: operator.map(str::to_owned),
                region_code: None,
                site_id: None,
            };
            let mut tx = house.read().await;
            let trips = transfer::report_trips(&mut tx, &scope, &filter).await.unwrap();
            let (from, until) = (filter.from, filter.until);
            let calls = transfer::report_calls(&mut tx, &scope, from, until).await.unwrap();
            let facts = Facts {
                trips: trips.iter().map(|one| one.trip()).collect(),
                calls: calls.iter().map(|one| one.call()).collect(),
                complaints: Vec::new(),
            };
            let packs = packs();
            let pack = packs.oversight_at(clock(NOW));
            let all = figures(pack, &facts, clock("+1 00:00")).into_iter();
            let shown = all.filter(|one| one.whole > 0);
            let words: Vec<String> = shown
                .map(|one| format!("{} {}/{}", one.indicator.code(), one.part, one.whole))
                .collect();
            words.join(", ")
        };
        let city = "answer 1/2, on_time 2/3, completion 3/3, incident 0/3, satisfied 2/3";
        assert_eq!(told("officer_t", None).await, city);
        let of_x = "on_time 1/2, completion 2/2, incident 0/2, satisfied 1/2";
        assert_eq!(told("manager_x", None).await, of_x);
        assert_eq!(told("manager_x", Some("op_y")).await, "");
        let narrowed = "answer 1/2, on_time 1/1, completion 1/1, incident 0/1, satisfied 1/1";
        assert_eq!(told("officer_t", Some("op_y")).await, narrowed);
        assert_eq!(told("manager_lost", None).await, "");
    })
    .await;
}

/// The columns are [`PEOPLE`].
const TABLE: &str = "
    transfer::contracts            2 2 2 2 1 1 - 1 - -
    transfer::complaint            2 2 - - 1 1 - - - -
    transfer::complaints           2 2 - - 1 1 - - - -
    transfer::improvement          2 2 - - 1 1 - - - -
    transfer::improvements         2 2 - - 1 1 - - - -
    transfer::improvements_waiting - - - - 1 1 - - - -
    transfer::report_trips         3 3 3 3 2 1 - 3 - -
    transfer::report_calls         2 2 2 2 - - - - - -
";

/// Functions that act for a person; the stories above show whom they refuse.
const ACTING: [&str; 8] = [
    "transfer::act_on_improvement",
    "transfer::complaint_step",
    "transfer::end_area",
    "transfer::end_contract",
    "transfer::open_area",
    "transfer::order_improvement",
    "transfer::add_drive",
    "transfer::withdraw_drive",
];

/// Every function that stands in this file.
pub fn named() -> Vec<String> {
    let rows = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut named: Vec<String> =
        rows.map(|row| row.split_whitespace().next().unwrap().to_owned()).collect();
    named.extend(ACTING.map(str::to_owned));
    named.push("transfer::sign_contract".into());
    named.push("transfer::drives".into());
    named
}

struct Made {
    complaints: Vec<String>,
    improvements: Vec<String>,
}

async fn seen(tx: &mut Tx, scope: &Scope, function: &str, made: &Made) -> Result<usize> {
    let (now, slice) = (clock("+1 00:00"), Slice::first(20));
    let all = |view: &str| view.to_owned();
    Ok(match function {
        "transfer::contracts" => {
            let filter = ContractFilter { view: all("all"), ..ContractFilter::default() };
            transfer::contracts(tx, scope, &filter, now, slice).await?.rows.len()
        }
        "transfer::complaints" => {
            let filter = ComplaintFilter { view: all("all"), ..ComplaintFilter::default() };
            transfer::complaints(tx, scope, &filter, now, slice).await?.rows.len()
        }
        "transfer::complaint" => {
            let mut found = 0;
            for id in &made.complaints {
                found += usize::from(transfer::complaint(tx, scope, id).await.is_ok());
            }
            found
        }
        "transfer::improvement" => {
            let mut found = 0;
            for id in &made.improvements {
                found += usize::from(transfer::improvement(tx, scope, id).await.is_ok());
            }
            found
        }
        "transfer::improvements" => {
            transfer::improvements(tx, scope, "all", None, now, slice).await?.rows.len()
        }
        "transfer::improvements_waiting" => {
            usize::try_from(transfer::improvements_waiting(tx, scope).await?).unwrap()
        }
        "transfer::report_trips" => {
            let filter = ReportFilter {
                from: clock("00:00"),
                until: now,
                operator_id: None,
                region_code: None,
                site_id: None,
            };
            transfer::report_trips(tx, scope, &filter).await?.len()
        }
        "transfer::report_calls" => {
            transfer::report_calls(tx, scope, clock("00:00"), now).await?.len()
        }
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn a_company_reads_its_own_part_of_the_oversight() {
    proves!("T17");
    on_both(async |house| {
        furnish(&house).await;
        journeys(&house).await;
        let mut made = Made { complaints: Vec::new(), improvements: Vec::new() };
        for letter in ["x", "y"] {
            let site = (letter == "x").then_some("site_s");
            let new = contract(&format!("XY-{letter}"), &format!("op_{letter}"), site, 7);
            let by = By::system("seed", clock(NOW));
            step!(house.db, |tx| transfer::add_contract(tx, &by, &new)).unwrap();
            let id = complained(&house, letter, &format!("CODE-v_{letter}"), NOW).await;
            let assign = ComplaintStep::Assign(format!("op_{letter}"));
            stepped(&house, "officer_t", &id, assign, NOW).await.unwrap();
            made.complaints.push(id);
            let by = By::system("seed", clock(NOW));
            let new = NewImprovement {
                operator_id: Some(format!("op_{letter}")),
                indicator: Indicator::Answer,
                finding: "慢".into(),
                measure: "快".into(),
                owner: "主管".into(),
                due: clock("+9 00:00"),
            };
            let id = step!(house.db, |tx| transfer::add_improvement(tx, &by, &new)).unwrap();
            made.improvements.push(id);
        }
        let mut wrong = String::new();
        for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let row: Vec<&str> = line.split_whitespace().collect();
            let mut got = vec![row[0].to_owned()];
            for (login, ..) in PEOPLE {
                let scope = house.scope(login).await;
                let count = seen(&mut house.read().await, &scope, row[0], &made).await.unwrap();
                got.push(if count == 0 { "-".into() } else { count.to_string() });
            }
            if got != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), got.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
        // Nobody without an account's own reach finds a complaint by its id.
        let scope = house.scope("call").await;
        let lost = transfer::complaint(&mut house.read().await, &scope, &made.complaints[0]).await;
        assert!(matches!(lost, Err(Error::NotFound(_))));
        let empty = NewComplaint { words: " ".into(), ..complaint("z", "") };
        let refused = step!(house.db, |tx| transfer::complain(tx, &empty, clock(NOW)));
        assert!(matches!(refused, Err(Error::Refused(Refusal::Text))));
    })
    .await;
}
