//! The green channel of the tiny city: four hospitals, three zones, who is on call, antidotes, and
//! the steps that its stories are told in.

use rules::account::AccountRole;
use rules::emergency::{Answers, Mark, Source};
use rules::notice::Way;
use rules::oncall::Pattern;
use rules::{Position, Time};
use store::account::{self, NewAccount};
use store::emergency::{self, Details, NewCase, Raised};
use store::oncall::{self, NewHospital, NewHotline, NewRota, NewStock, NewZone};
use store::{By, Db, Result, Tx, deadline};

use crate::city::{ONLINE, step};
use crate::house::{House, MIDNIGHT, clock};

/// Hospital, name, who answers there, place, what it can do.
type Row = (&'static str, [&'static str; 2], Answers, [f64; 2], &'static [&'static str]);

/// The city's institutions stand at 31.98, 120.89: `h_shi` is near but has no ophthalmology,
/// `h_yan` is the nearest that has, `h_tong` can do the most and is far, `h_kang` answers by phone.
pub const HOSPITALS: [Row; 4] = [
    (
        "h_shi",
        ["市一院", "First"],
        Answers::Desk,
        [31.99, 120.90],
        &["emergency", "icu", "anaesthesia", "blood", "plastic_surgery"],
    ),
    (
        "h_yan",
        ["眼耳鼻医院", "Eye"],
        Answers::Desk,
        [32.01, 120.93],
        &["emergency", "ophthalmology"],
    ),
    (
        "h_tong",
        ["通大附院", "Affiliated"],
        Answers::Desk,
        [32.08, 121.06],
        &["emergency", "icu", "anaesthesia", "ophthalmology", "plastic_surgery", "toxicology"],
    ),
    ("h_kang", ["康复医院", "Kang"], Answers::Person, [31.93, 120.70], &["emergency", "burns"]),
];

pub const HOSPITAL_IDS: [&str; 4] = ["h_shi", "h_yan", "h_tong", "h_kang"];

/// Zone, its hospital, its backup, corners as west, south, east, north.
type Drawn = ([&'static str; 2], &'static str, Option<&'static str>, [f64; 4]);

/// The whole small city lies in the first one.
const ZONES: [Drawn; 3] = [
    (["东片", "East"], "h_shi", Some("h_tong"), [120.80, 31.90, 121.00, 32.05]),
    (["西片", "West"], "h_kang", Some("h_shi"), [120.50, 31.90, 120.80, 32.05]),
    (["北片", "North"], "h_tong", None, [120.50, 32.05, 121.20, 32.30]),
];

/// Holder, item, lot, units, days until it expires.
const STOCK: [(&str, &str, &str, i64, i64); 5] = [
    ("h_shi", "hyaluronidase", "L-1", 20, 400),
    ("h_yan", "hyaluronidase", "L-2", 10, 400),
    ("h_yan", "hyaluronidase", "L-old", 7, -1),
    ("h_tong", "hyaluronidase", "L-3", 5, 90),
    ("ins_qing", "hyaluronidase", "L-4", 2, 400),
];

/// Furnishes the channel; the city stands already.
pub async fn furnish(house: &House) {
    let by = By::system("seed", ONLINE);
    step!(house.db, |tx| enter_hospitals(tx, &by)).unwrap();
    let by = By::system("seed", ONLINE);
    step!(house.db, |tx| enter_people(tx, &by)).unwrap();
    let by = By::system("seed", ONLINE);
    step!(house.db, |tx| enter_things(tx, &by)).unwrap();
}

pub fn both(text: [&str; 2]) -> [String; 2] {
    text.map(str::to_owned)
}

async fn enter_hospitals(tx: &mut Tx, by: &By) -> Result<()> {
    for (id, name, answers, [lat, lng], capabilities) in HOSPITALS {
        let new = NewHospital {
            hospital_id: id.into(),
            region_code: "320613".into(),
            name: both(name),
            short: both(name),
            address: both(["人民路 8 号", "8 Renmin Road"]),
            gate: both(["急诊在东门", "East gate"]),
            phone: "0513-0000 0008".into(),
            at: Position { lat, lng },
            answers,
            joined_at: by.now,
        };
        oncall::add_hospital(tx, by, &new).await?;
        for capability in capabilities {
            oncall::enter_capability(tx, by, id, capability, Some(None)).await?;
        }
    }
    Ok(())
}

pub fn new_zone(drawn: Drawn, from: Time) -> NewZone {
    let (name, primary, backup, [west, south, east, north]) = drawn;
    NewZone {
        name: both(name),
        primary_id: primary.into(),
        backup_id: backup.map(str::to_owned),
        ring: vec![[west, south], [east, south], [east, north], [west, north]],
        from,
        until: None,
    }
}

pub async fn open_account(
    tx: &mut Tx,
    by: &By,
    login: &str,
    role: AccountRole,
    hospital: Option<&str>,
) -> Result<String> {
    let new = NewAccount {
        login: login.into(),
        role,
        name_zh: login.into(),
        name_en: login.into(),
        region_code: None,
        institution_id: None,
        practitioner_id: None,
        hospital_id: hospital.map(str::to_owned),
        operator_id: None,
        crew_id: None,
        site_id: None,
        department: None,
        password_hash: "argon2".into(),
    };
    account::open(tx, by, &new).await
}

/// A verified number for text messages that follows from the login, so that a story knows whose it
/// is.
pub fn number_of(login: &str) -> String {
    let sum: u32 = login.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 1_000_000);
    format!("139{sum:08}")
}

/// At the QC centre a director and two clerks; at each hospital a desk and two doctors, the first
/// on line 1 and the second on line 2, day and night.
async fn enter_people(tx: &mut Tx, by: &By) -> Result<()> {
    let centre = [
        ("qc_director", AccountRole::QcDirector),
        ("qc_a", AccountRole::QcClerk),
        ("qc_b", AccountRole::QcClerk),
    ];
    for (login, role) in centre {
        let account_id = open_account(tx, by, login, role, None).await?;
        verified(tx, by, &account_id, login).await?;
    }
    for id in HOSPITAL_IDS {
        let name = id.trim_start_matches("h_");
        let desk = format!("desk_{name}");
        open_account(tx, by, &desk, AccountRole::HospitalDesk, Some(id)).await?;
        for line in 1..=2 {
            let login = format!("doc_{name}{line}");
            let doctor = AccountRole::OnCallDoctor;
            let account_id = open_account(tx, by, &login, doctor, Some(id)).await?;
            verified(tx, by, &account_id, &login).await?;
            oncall::enter_rota(tx, by, &all_day(id, line, &account_id, by.now)).await?;
        }
    }
    Ok(())
}

async fn verified(tx: &mut Tx, by: &By, account_id: &str, login: &str) -> Result<()> {
    let number = number_of(login);
    oncall::enter_contact(tx, by, account_id, Way::Sms, &number, Some(by.now)).await.map(drop)
}

pub fn all_day(hospital_id: &str, line: i64, account_id: &str, from: Time) -> NewRota {
    NewRota {
        hospital_id: hospital_id.into(),
        line,
        pattern: Pattern::Daily { starts_min: 0, ends_min: 0 },
        people: vec![account_id.into()],
        from,
        until: None,
    }
}

async fn enter_things(tx: &mut Tx, by: &By) -> Result<()> {
    for drawn in ZONES {
        oncall::add_zone(tx, by, &new_zone(drawn, by.now)).await?;
    }
    for (holder, item, lot, quantity, days) in STOCK {
        oncall::enter_stock(tx, by, &new_stock(holder, item, lot, quantity, days)).await?;
    }
    let hotline = NewHotline {
        hospital_id: None,
        number: "0513-0000 0120".into(),
        label: both(["质控中心", "QC centre"]),
        from: by.now,
        replaces: None,
    };
    oncall::enter_hotline(tx, by, &hotline).await.map(drop)
}

pub fn new_stock(holder: &str, item: &str, lot: &str, quantity: i64, days: i64) -> NewStock {
    NewStock {
        holder_id: holder.into(),
        item: item.into(),
        lot: lot.into(),
        quantity,
        expires_at: MIDNIGHT.plus_days(days),
    }
}

/// A moment of the stories' day with seconds: `15:00` and so many more.
pub fn after(time: &str, seconds: i64) -> Time {
    clock(time).plus_ms(seconds * Time::SECOND_MS)
}

/// A clinic's cry for help.
pub fn cry(key: &str, card: &str) -> NewCase {
    NewCase {
        source: Source::Clinic,
        request_key: key.into(),
        institution_id: None,
        operation_id: None,
        place: String::new(),
        at: None,
        callback: String::new(),
        card: card.into(),
        onset_at: None,
        drill: false,
        said: String::new(),
        reporter_hash: None,
    }
}

/// Lets time pass up to a moment: each deadline fires when it is due.
pub async fn pass(db: &Db, until: Time) {
    loop {
        let due = deadline::next_due(&mut db.read().await.unwrap()).await.unwrap();
        let Some(due) = due.filter(|due| *due <= until) else { break };
        let fired = deadline::fire(db, due).await.unwrap();
        assert!(fired > 0, "a deadline of {due:?} does not fire");
    }
}

pub fn declining(reason: rules::emergency::DeclineReason) -> Details {
    Details { reason: Some(reason), ..Details::default() }
}

pub fn saying(said: &str) -> Details {
    Details { said: said.into(), ..Details::default() }
}

pub fn naming(hospital_id: &str) -> Details {
    Details { hospital_id: Some(hospital_id.into()), ..Details::default() }
}

impl House {
    pub async fn raise_as(&self, login: &str, new: &NewCase, at: Time) -> Result<Raised> {
        let (scope, new) = (self.scope(login).await, new.clone());
        step!(self.db, |tx| emergency::raise(tx, &scope, &new, at))
    }

    /// Raised by the head of ins_qing, who stands in the first zone.
    pub async fn raised(&self, key: &str, card: &str, at: Time) -> String {
        self.raise_as("head_qing", &cry(key, card), at).await.unwrap().emergency_id
    }

    pub async fn mark_as(
        &self,
        login: &str,
        id: &str,
        mark: Mark,
        details: &Details,
        at: Time,
    ) -> Result<()> {
        let (scope, id, details) = (self.scope(login).await, id.to_owned(), details.clone());
        step!(self.db, |tx| emergency::mark(tx, &scope, &id, mark, &details, at))
    }

    /// A mark that needs nothing and is not refused.
    pub async fn marked(&self, login: &str, id: &str, mark: Mark, at: Time) {
        self.mark_as(login, id, mark, &Details::default(), at).await.unwrap();
    }

    /// The calls of a case in their order, as `h_shi zone 2 open`.
    pub async fn calls_of(&self, id: &str) -> Vec<String> {
        let mut tx = self.read().await;
        let calls = emergency::calls(&mut tx, id).await.unwrap();
        let mut rows: Vec<String> = calls
            .iter()
            .map(|call| {
                let word = match call {
                    call if call.withdrawn_at.is_some() => "withdrawn",
                    call if call.declined_at.is_some() => "declined",
                    call if call.accepted_at.is_some() => "accepted",
                    call if call.acknowledged_at.is_some() => "heard",
                    _ => "open",
                };
                format!("{} {} {} {word}", call.hospital_id, call.part, call.rung)
            })
            .collect();
        rows.sort();
        rows
    }

    /// What went out about a case: seconds after `from`, to whom, by which template.
    pub async fn pages_of(&self, id: &str, from: Time) -> Vec<String> {
        let sql = format!(
            "select cast((made_at - ({})) / 1000 as text) || ' ' || login || ' ' || template
             from notice join account on account.account_id = notice.account_id
             where subject = '{id}' order by made_at, login, template",
            from.0
        );
        self.column(&sql).await
    }

    /// When a call climbed, in seconds after `from`: `10 all_screens`.
    pub async fn rungs_of(&self, id: &str, hospital_id: &str, from: Time) -> Vec<String> {
        let sql = format!(
            "select particulars from event where subject = '{id}' and action = 'climbed'
               and particulars like '%\"{hospital_id}\"%' order by at, event_id"
        );
        let rung = |body: &String| {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            let seconds = (body["due_at"].as_i64().unwrap() - from.0) / 1_000;
            (body["rung"].as_i64(), format!("{seconds} {}", body["call"].as_str().unwrap()))
        };
        let mut rungs: Vec<_> = self.column(&sql).await.iter().map(rung).collect();
        rungs.sort();
        rungs.into_iter().map(|(_, text)| text).collect()
    }

    /// How many events of a kind a case has.
    pub async fn count_of(&self, id: &str, action: &str) -> i64 {
        let sql =
            format!("select count(*) from event where subject = '{id}' and action = '{action}'");
        self.number(&sql).await
    }

    pub async fn account_of(&self, login: &str) -> String {
        let sql = format!("select account_id from account where login = '{login}'");
        self.column(&sql).await.remove(0)
    }
}
