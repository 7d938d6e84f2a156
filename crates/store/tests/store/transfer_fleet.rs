//! Vehicles, crews, what they must hold, and when they are on duty.

use rules::account::AccountRole;
use rules::transfer::accreditation::{Certificate, Holder};
use rules::transfer::{CrewRole, OutageReason};
use rules::{Position, Time};
use store::account::{self, NewAccount};
use store::deadline::fire;
use store::page::Slice;
use store::transfer::{
    self, NewAccreditation, NewCrewMember, NewOperator, NewOutage, NewShift, NewSite, NewVehicle,
};
use store::{By, Error, Refusal, Result, Scope, Tx};

use crate::city::{ONLINE, refusal, step};
use crate::house::{House, clock, on_both};

const PLACE: Position = Position { lat: 36.5, lng: 117.86 };
/// The certificates of the stories end here: fifty days after their day.
pub const ENDS: &str = "+50 00:00";

/// Login, role, operator, crew, site.
type Person = (&'static str, AccountRole, &'static str, &'static str, &'static str);
pub const PEOPLE: [Person; 10] = [
    ("officer_t", AccountRole::TransferOfficer, "", "", ""),
    ("officer_t2", AccountRole::TransferOfficer, "", "", ""),
    ("call", AccountRole::CallTaker, "", "", ""),
    ("dispatch", AccountRole::Dispatcher, "", "", ""),
    ("manager_x", AccountRole::OperatorManager, "op_x", "", ""),
    ("manager_y", AccountRole::OperatorManager, "op_y", "", ""),
    ("crew_x1", AccountRole::Crew, "", "x1", ""),
    ("ward_s", AccountRole::WardDesk, "", "", "site_s"),
    ("liaison", AccountRole::Liaison120, "", "", ""),
    ("manager_lost", AccountRole::OperatorManager, "", "", ""),
];

/// Two companies with a vehicle and two people each, all accredited; one hospital.
pub async fn furnish(house: &House) {
    let by = By::system("seed", ONLINE);
    step!(house.db, |tx| enter(tx, &by)).unwrap();
}

fn both(text: &str) -> [String; 2] {
    [text.to_owned(), text.to_owned()]
}

async fn enter(tx: &mut Tx, by: &By) -> Result<()> {
    for letter in ["x", "y"] {
        let operator_id = format!("op_{letter}");
        let new = NewOperator {
            operator_id: operator_id.clone(),
            name: both(&format!("{letter} 转送公司")),
            short: both(letter),
            uscc: format!("9100000000000000{letter}"),
            phone: "0533-0000 6101".into(),
            complaint_phone: "0533-0000 6191".into(),
            joined_at: ONLINE,
        };
        transfer::add_operator(tx, by, &new).await?;
        transfer::add_vehicle(tx, by, &vehicle(&format!("v_{letter}"), &operator_id)).await?;
        for (number, role) in [(1, CrewRole::Driver), (2, CrewRole::Escort)] {
            let id = format!("{letter}{number}");
            transfer::add_crew_member(tx, by, &member(&id, &operator_id, role)).await?;
            let kinds = match role {
                CrewRole::Driver => "driving_licence driver_card first_aid health_check",
                _ => "first_aid health_check",
            };
            hold(tx, by, &id, kinds, clock(ENDS)).await?;
        }
        let kinds = "operating_licence inspection insurance disinfection";
        hold(tx, by, &format!("v_{letter}"), kinds, clock(ENDS)).await?;
    }
    let site = NewSite {
        site_id: "site_s".into(),
        region_code: "320613".into(),
        kind: "hospital".into(),
        name: both("市第一医院"),
        short: both("市第一医院"),
        address: both("公园路"),
        gate: both("北门"),
        phone: "0533-0000 2101".into(),
        at: PLACE,
        joined_at: Some(ONLINE),
    };
    transfer::add_site(tx, by, &site).await?;
    for (login, role, operator, crew, site) in PEOPLE {
        let some = |id: &str| (!id.is_empty()).then(|| id.to_owned());
        let new = NewAccount {
            login: login.into(),
            role,
            name_zh: login.into(),
            name_en: login.into(),
            region_code: None,
            institution_id: None,
            practitioner_id: None,
            hospital_id: None,
            operator_id: some(operator),
            crew_id: some(crew),
            site_id: some(site),
            department: None,
            password_hash: "x".into(),
        };
        account::open(tx, by, &new).await?;
    }
    Ok(())
}

pub fn vehicle(id: &str, operator_id: &str) -> NewVehicle {
    NewVehicle {
        vehicle_id: id.into(),
        operator_id: operator_id.into(),
        call_sign: "6".into(),
        plate: format!("鲁C·{id}"),
        model: "ZT5040".into(),
        layouts: vec![[2, 2, 1, 0]],
        features: vec!["oxygen".into()],
        base: both("博山站"),
        at: PLACE,
        qr_serial: format!("CODE-{id}"),
        joined_at: ONLINE,
    }
}

fn member(id: &str, operator_id: &str, role: CrewRole) -> NewCrewMember {
    NewCrewMember {
        crew_id: id.into(),
        operator_id: operator_id.into(),
        role,
        name: both(&format!("{id} 师傅")),
        phone: "19900002101".into(),
        joined_at: ONLINE,
    }
}

async fn hold(tx: &mut Tx, by: &By, holder: &str, kinds: &str, until: Time) -> Result<()> {
    for kind in kinds.split_whitespace() {
        transfer::add_accreditation(tx, by, &certificate(holder, kind, until)).await?;
    }
    Ok(())
}

fn certificate(holder: &str, kind: &str, until: Time) -> NewAccreditation {
    NewAccreditation {
        holder_id: holder.into(),
        certificate: Certificate::of(kind).unwrap(),
        number: format!("NO-{kind}"),
        from: ONLINE,
        until,
    }
}

/// A turn as text: `v_x x1,x2 +1 08:00 +1 17:00`, overtime of an hour.
fn turn(text: &str) -> NewShift {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [vehicle, crew, day_from, from, day_until, until] = words[..] else { panic!("{text}") };
    let until = clock(&format!("{day_until} {until}"));
    NewShift {
        shift_id: None,
        vehicle_id: vehicle.into(),
        from_at: clock(&format!("{day_from} {from}")),
        until_at: until,
        latest_at: until.plus_min(60),
        breaks: Vec::new(),
        crew: crew.split(',').map(str::to_owned).collect(),
    }
}

impl House {
    async fn planned(&self, login: &str, text: &str) -> Result<String> {
        let (scope, new) = (self.scope(login).await, turn(text));
        step!(self.db, |tx| transfer::plan_shift(tx, &scope, &new, clock("10:00")))
    }
}

#[tokio::test]
async fn nobody_stands_on_two_vehicles_or_beyond_a_certificate() {
    proves!("T13", "T23");
    on_both(async |house| {
        furnish(&house).await;
        house.planned("manager_x", "v_x x1,x2 +1 08:00 +1 17:00").await.unwrap();
        for (login, text, expected) in [
            ("manager_x", "v_x x2 +1 16:00 +1 20:00", "Clash"),
            ("manager_x", "v_x x1 +1 07:00 +1 08:30", "Clash"),
            ("manager_x", "v_x x1 +2 17:00 +2 08:00", "Hours"),
            ("manager_x", "v_x x1 +2 06:00 +2 23:00", "Hours"),
            ("manager_x", "v_x y1 +2 08:00 +2 17:00", "NotFound"),
            ("manager_x", "v_y y1 +2 08:00 +2 17:00", "NotFound"),
            ("call", "v_x x1 +2 08:00 +2 17:00", "NotAllowed"),
            // The last hour of overtime lies behind the last day of the certificates.
            ("manager_x", "v_x x1 +49 15:00 +49 23:30", "NotAccredited"),
            ("manager_x", "v_x x1 +60 08:00 +60 17:00", "NotAccredited"),
        ] {
            assert_eq!(refusal(house.planned(login, text).await), expected, "{login} {text}");
        }
        // One turn may follow the other at once.
        house.planned("manager_x", "v_x x1 +1 17:00 +1 20:00").await.unwrap();
        let late = house.planned("manager_x", "v_x x1 +49 13:00 +49 22:00").await.unwrap();
        let crew = house.column("select crew_id from shift_crew order by crew_id").await;
        assert_eq!(crew, ["x1", "x1", "x1", "x2"]);

        // It can be taken back until it begins.
        let (other, id) = (house.scope("manager_y").await, late.clone());
        let refused = step!(house.db, |tx| transfer::drop_shift(tx, &other, &id, clock("10:01")));
        assert_eq!(refusal(refused), "NotFound");
        let (own, id) = (house.scope("manager_x").await, late.clone());
        step!(house.db, |tx| transfer::drop_shift(tx, &own, &id, clock("10:01"))).unwrap();
        house.raw("update shift set began_at = 1").await;
        let id = house.column("select shift_id from shift").await[0].clone();
        let own = house.scope("manager_x").await;
        let refused = step!(house.db, |tx| transfer::drop_shift(tx, &own, &id, clock("10:02")));
        assert_eq!(refusal(refused), "NotAllowed");
    })
    .await;
}

#[tokio::test]
async fn thirty_two_desks_plan_one_person_once() {
    proves!("T23");
    on_both(async |house| {
        furnish(&house).await;
        let scope = house.scope("manager_x").await;
        let tries = (0..32).map(|n| {
            let (db, scope) = (house.db.clone(), scope.clone());
            // Overlapping, never the same.
            let new = turn(&format!("v_x x1 +1 08:{n:02} +1 17:00"));
            tokio::spawn(async move {
                step!(db, |tx| transfer::plan_shift(tx, &scope, &new, clock("10:00"))).is_ok()
            })
        });
        let mut won = 0;
        for one in tries.collect::<Vec<_>>() {
            won += i64::from(one.await.unwrap());
        }
        assert_eq!(won, 1);
        assert_eq!(house.number("select count(*) from shift").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_ends_warns_ahead_and_then_stops_the_vehicle() {
    proves!("T13");
    on_both(async |house| {
        furnish(&house).await;
        let unfit = async |at: &str| {
            let mut unfit: Vec<String> = transfer::unaccredited(&mut house.read().await, clock(at))
                .await
                .unwrap()
                .into_iter()
                .collect();
            unfit.sort();
            unfit.join(" ")
        };
        assert_eq!(unfit("10:00").await, "");
        let manager = house.scope("manager_x").await;
        let renewed = NewAccreditation {
            from: clock(ENDS),
            ..certificate("v_x", "inspection", clock("+400 00:00"))
        };
        let own = manager.clone();
        step!(house.db, |tx| transfer::certify(tx, &own, &renewed, clock("10:00"))).unwrap();
        let foreign = certificate("v_y", "inspection", clock("+400 00:00"));
        let own = manager.clone();
        let refused = step!(house.db, |tx| transfer::certify(tx, &own, &foreign, clock("10:00")));
        assert_eq!(refusal(refused), "NotFound");

        // Warnings come as events when their day comes, not when somebody looks.
        let told = async |action: &str| {
            let sql = format!("select count(*) from event where action = '{action}'");
            house.number(&sql).await
        };
        assert_eq!(told("expiring").await, 0);
        while fire(&house.db, clock("+20 00:01")).await.unwrap() > 0 {}
        // Six holders, at thirty days.
        assert_eq!(told("expiring").await, 6);
        while fire(&house.db, clock("+51 00:00")).await.unwrap() > 0 {}
        assert_eq!(told("lapsed").await, 6, "once each");
        assert_eq!(unfit("+51 00:00").await, "v_x v_y x1 x2 y1 y2");
        let mut tx = house.read().await;
        let standing =
            transfer::standing(&mut tx, Holder::Vehicle, "v_x", clock("+51 00:00")).await.unwrap();
        let lacks: Vec<_> = standing.lacks.iter().map(|lack| lack.certificate.code()).collect();
        assert_eq!(lacks, ["operating_licence", "insurance", "disinfection"]);
        drop(tx);

        // The regulator takes one away: it is gone at once.
        let officer = house.scope("officer_t").await;
        let sql = "select accreditation_id from accreditation
                   where holder_id = 'y1' and kind = 'driver_card'";
        let id = house.column(sql).await[0].clone();
        step!(house.db, |tx| transfer::revoke_accreditation(tx, &officer, &id, clock("11:00")))
            .unwrap();
        assert_eq!(unfit("11:00").await, "y1");
        // A crew without its driver's card can be found on a rota; it is never planned.
        let (by, new) = (By::system("seed", clock("11:01")), turn("v_y y1 +1 08:00 +1 17:00"));
        step!(house.db, |tx| transfer::add_shift(tx, &by, &new)).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_vehicle_out_of_service_says_why_and_until_when() {
    proves!("T13");
    on_both(async |house| {
        furnish(&house).await;
        let stop = async |login: &str, until: Option<&str>| {
            let scope = house.scope(login).await;
            let new = NewOutage {
                vehicle_id: "v_x".into(),
                reason: OutageReason::Breakdown,
                from: clock("10:00"),
                until: until.map(clock),
            };
            step!(house.db, |tx| transfer::stop_vehicle(tx, &scope, &new, clock("10:00")))
        };
        assert_eq!(refusal(stop("manager_y", None).await), "NotFound");
        assert_eq!(refusal(stop("call", None).await), "NotAllowed");
        assert_eq!(refusal(stop("manager_x", Some("09:00")).await), "Hours");
        // The dispatcher hears of a breakdown first.
        let id = stop("dispatch", None).await.unwrap();
        let out = async |at: &str| {
            let (scope, at) = (house.scope("manager_x").await, clock(at));
            let mut tx = house.read().await;
            transfer::outages(&mut tx, &scope, at, at.plus_ms(1)).await.unwrap().len()
        };
        assert_eq!((out("09:59").await, out("10:00").await, out("+9 10:00").await), (0, 1, 1));
        let scope = house.scope("manager_x").await;
        step!(house.db, |tx| transfer::end_outage(tx, &scope, &id, clock("12:00"))).unwrap();
        assert_eq!((out("11:59").await, out("12:00").await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn anybody_finds_a_vehicle_by_its_code_or_plate() {
    proves!("T13");
    on_both(async |house| {
        furnish(&house).await;
        for code in ["CODE-v_x", "鲁C·v_x"] {
            let found = transfer::vehicle_by_code(&mut house.read().await, code).await.unwrap();
            assert_eq!((found.vehicle_id.as_str(), found.operator_id.as_str()), ("v_x", "op_x"));
        }
        let lost = transfer::vehicle_by_code(&mut house.read().await, "CODE").await;
        assert!(matches!(lost, Err(Error::NotFound(_))));
        // A plate is on one vehicle, and a company enters its own alone.
        let scope = house.scope("manager_x").await;
        let mut new = vehicle("v_new", "op_x");
        new.plate = "鲁C·v_y".into();
        let (own, twice) = (scope.clone(), new.clone());
        let taken = step!(house.db, |tx| transfer::join_vehicle(tx, &own, &twice, clock("10:00")));
        assert!(matches!(taken, Err(Error::Refused(Refusal::Taken))));
        new.plate = "鲁C·v_new".into();
        new.operator_id = "op_y".into();
        let refused =
            step!(house.db, |tx| transfer::join_vehicle(tx, &scope, &new, clock("10:00")));
        assert_eq!(refusal(refused), "NotAllowed");
    })
    .await;
}

/// The columns are [`PEOPLE`]: what each person gets, by letter of the company (`x`, `y`) or how
/// many.
const TABLE: &str = "
    transfer::operators       xy xy xy xy x y - - - -
    transfer::vehicles        xy xy xy xy x y x - - -
    transfer::vehicle         xy xy xy xy x y x - - -
    transfer::crew            4  4  4  4  2 2 1 - - -
    transfer::crew_member     xy xy xy xy x y x - - -
    transfer::accreditations  xy xy xy xy x y x - - -
    transfer::outages         xy xy xy xy x y x - - -
    transfer::shifts          xy xy xy xy x y x - - -
    transfer::riders          4  4  4  4  2 2 2 - - -
    transfer::vehicle_months  xy xy xy xy x y - - - -
    transfer::crew_months     4  4  4  4  2 2 1 - - -
";

/// Functions that act for a person; the stories above and those of `transfer_oversight` show whom
/// they refuse.
const ACTING: [&str; 8] = [
    "transfer::certify",
    "transfer::drop_shift",
    "transfer::end_outage",
    "transfer::join_crew_member",
    "transfer::join_vehicle",
    "transfer::plan_shift",
    "transfer::revoke_accreditation",
    "transfer::stop_vehicle",
];

/// Every function that stands in this file.
pub fn named() -> Vec<String> {
    let rows = TABLE.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut named: Vec<String> =
        rows.map(|row| row.split_whitespace().next().unwrap().to_owned()).collect();
    named.extend(ACTING.map(str::to_owned));
    named
}

fn letters(operators: impl Iterator<Item = String>) -> String {
    let mut found: Vec<char> = operators.filter_map(|id| id.chars().last()).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { "-".into() } else { found.into_iter().collect() }
}

fn count(rows: usize) -> String {
    if rows == 0 { "-".into() } else { rows.to_string() }
}

async fn seen(tx: &mut Tx, scope: &Scope, function: &str) -> Result<String> {
    let (from, until) = (clock("+1 00:00"), clock("+2 00:00"));
    let mut found = Vec::new();
    match function {
        "transfer::vehicle" => {
            for letter in ["x", "y"] {
                let one = transfer::vehicle(tx, scope, &format!("v_{letter}")).await;
                found.extend(one.is_ok().then(|| letter.to_owned()));
            }
        }
        "transfer::crew_member" => {
            for letter in ["x", "y"] {
                let one = transfer::crew_member(tx, scope, &format!("{letter}1")).await;
                found.extend(one.is_ok().then(|| letter.to_owned()));
            }
        }
        "transfer::accreditations" => {
            for letter in ["x", "y"] {
                let id = format!("v_{letter}");
                let one = transfer::accreditations(tx, scope, Holder::Vehicle, &id).await;
                found.extend(one.is_ok().then(|| letter.to_owned()));
            }
        }
        "transfer::operators" => {
            found.extend(transfer::operators(tx, scope).await?.into_iter().map(|o| o.operator_id));
        }
        "transfer::vehicles" => {
            found.extend(transfer::vehicles(tx, scope).await?.into_iter().map(|v| v.operator_id));
        }
        "transfer::outages" => {
            let rows = transfer::outages(tx, scope, from, until).await?;
            found.extend(rows.into_iter().map(|one| one.vehicle_id));
        }
        "transfer::shifts" => {
            let rows = transfer::shifts(tx, scope, from, until).await?;
            found.extend(rows.into_iter().map(|one| one.operator_id));
        }
        "transfer::vehicle_months" => {
            let rows = transfer::vehicle_months(tx, scope, from, until).await?;
            found.extend(rows.into_iter().map(|one| one.operator_id));
        }
        "transfer::crew" => {
            let rows = transfer::crew(tx, scope, "", None, Slice::first(20)).await?;
            return Ok(count(rows.rows.len()));
        }
        "transfer::riders" => {
            return Ok(count(transfer::riders(tx, scope, from, until).await?.len()));
        }
        "transfer::crew_months" => {
            return Ok(count(transfer::crew_months(tx, scope, from, until).await?.len()));
        }
        other => panic!("{other}"),
    }
    Ok(letters(found.into_iter()))
}

#[tokio::test]
async fn nobody_reads_another_companys_fleet() {
    proves!("T17");
    on_both(async |house| {
        furnish(&house).await;
        for letter in ["x", "y"] {
            let text = format!("v_{letter} {letter}1,{letter}2 +1 08:00 +1 17:00");
            house.planned(&format!("manager_{letter}"), &text).await.unwrap();
            let by = By::system("seed", clock("10:00"));
            let new = NewOutage {
                vehicle_id: format!("v_{letter}"),
                reason: OutageReason::Repair,
                from: clock("+1 18:00"),
                until: None,
            };
            step!(house.db, |tx| transfer::add_outage(tx, &by, &new)).unwrap();
        }
        let mut wrong = String::new();
        for line in TABLE.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let row: Vec<&str> = line.split_whitespace().collect();
            let mut got = vec![row[0].to_owned()];
            for (login, ..) in PEOPLE {
                let scope = house.scope(login).await;
                got.push(seen(&mut house.read().await, &scope, row[0]).await.unwrap());
            }
            if got != row {
                wrong += &format!("\nexpected {}\nseen     {}", row.join(" "), got.join(" "));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    })
    .await;
}
