//! The desk's side of the transfer service in a tiny city, and the steps its stories are told in.

use rules::account::AccountRole;
use rules::transfer::money::Why;
use rules::transfer::tariff::Trip;
use rules::transfer::triage::{Answer, Answers};
use rules::transfer::{Moment, Source};
use rules::{Position, Time};
use store::account::{self, NewAccount};
use store::transfer::{
    self, Asked, Asking, End, NewBooking, NewOperator, NewQuote, NewSite, NewTriage,
};
use store::{By, Result, Tx};

use crate::city::{ONLINE, step};
use crate::house::{House, packs};

/// What signs quotes in these stories.
pub const KEY: &[u8] = b"the key of the stories";

/// Login, role, site.
const PEOPLE: [(&str, AccountRole, Option<&str>); 9] = [
    ("call_a", AccountRole::CallTaker, None),
    ("call_b", AccountRole::CallTaker, None),
    ("dispatch_a", AccountRole::Dispatcher, None),
    ("ward_first", AccountRole::WardDesk, Some("s_first")),
    ("ward_first2", AccountRole::WardDesk, Some("s_first")),
    ("ward_other", AccountRole::WardDesk, Some("s_other")),
    ("regulator", AccountRole::TransferOfficer, None),
    ("liaison", AccountRole::Liaison120, None),
    ("manager", AccountRole::OperatorManager, None),
];

pub const FIRST: Position = Position { lat: 36.49, lng: 117.85 };
pub const OTHER: Position = Position { lat: 36.80, lng: 118.05 };

/// Furnishes the service; the city stands already.
pub async fn furnish(house: &House) {
    let by = By::system("seed", ONLINE);
    step!(house.db, |tx| enter(tx, &by)).unwrap();
}

async fn enter(tx: &mut Tx, by: &By) -> Result<()> {
    let both = |text: &str| [text.to_owned(), text.to_owned()];
    for (id, at) in [("s_first", FIRST), ("s_other", OTHER)] {
        let new = NewSite {
            site_id: id.into(),
            region_code: "320613".into(),
            kind: "hospital".into(),
            name: both(id),
            short: both(id),
            address: both("公园路 4 号"),
            gate: both("住院部北门"),
            phone: "0533-0000001".into(),
            at,
            joined_at: Some(ONLINE),
        };
        transfer::add_site(tx, by, &new).await?;
    }
    let new = NewOperator {
        operator_id: "o_one".into(),
        name: both("一号转送"),
        short: both("一号"),
        uscc: "91370304000000000A".into(),
        phone: "0533-0000002".into(),
        complaint_phone: "0533-0000003".into(),
        joined_at: ONLINE,
    };
    transfer::add_operator(tx, by, &new).await?;
    for (login, role, site) in PEOPLE {
        open(tx, by, login, role, site).await?;
    }
    Ok(())
}

async fn open(
    tx: &mut Tx,
    by: &By,
    login: &str,
    role: AccountRole,
    site: Option<&str>,
) -> Result<()> {
    let new = NewAccount {
        login: login.into(),
        role,
        name_zh: login.into(),
        name_en: login.into(),
        region_code: None,
        institution_id: None,
        practitioner_id: None,
        hospital_id: None,
        operator_id: (role == AccountRole::OperatorManager).then(|| "o_one".to_owned()),
        crew_id: None,
        site_id: site.map(str::to_owned),
        password_hash: "x".into(),
        department: None,
    };
    account::open(tx, by, &new).await.map(drop)
}

/// Every question of the call answered with no, but these.
pub fn answers(moment: Moment, yes: &[&str]) -> Answers {
    let packs = packs();
    let pack = packs.triage_at(ONLINE);
    let asked = pack.questions.iter().filter(|question| question.asked_at(moment));
    asked
        .map(|question| {
            let yes = yes.contains(&&*question.code);
            (question.code.clone(), if yes { Answer::Yes } else { Answer::No })
        })
        .collect()
}

fn end(site: Option<&str>, place: &str, at: Position) -> End {
    End { site_id: site.map(str::to_owned), place: place.into(), at, floor: 3, lift: true }
}

/// Grandfather Li goes home from the First Hospital: 18.4 km, 41 minutes.
pub fn asking(key: &str, source: Source, ready: Time, yes: &[&str]) -> Asking {
    let booking = NewBooking {
        request_key: key.into(),
        source,
        trip_type: "discharge".into(),
        region_code: "370304".into(),
        patient: "李老伯".into(),
        patient_born: Some(1945),
        weight_kg: Some(71),
        caller: "李先生".into(),
        relation: "儿子".into(),
        phone: "139 0000 6021".into(),
        phone_verified_at: None,
        words: "右髋术后第 6 天".into(),
        language: String::new(),
        from: end(Some("s_first"), "市第一医院 骨科 12 床", FIRST),
        to: end(None, "张店区马尚街道", OTHER),
        needs: vec![rules::transfer::Need::Stretcher],
        companions: 1,
        carry: 2,
        ready_at: Some(ready),
        appointment_at: None,
        will_call_at: None,
        return_of: None,
        series_id: None,
    };
    let trip = Trip { distance_m: 18_400, drive_min: 41, waiting_min: 45, ..Trip::default() };
    Asking {
        booking,
        triage: NewTriage {
            moment: Moment::Call,
            answers: answers(Moment::Call, yes),
            raised: None,
        },
        quote: NewQuote {
            trip,
            drive_s: 2_460,
            travel_source: "straight".into(),
            why: Why::First,
            code: format!("Q-{key}"),
        },
        agreed_fen: None,
        promise: None,
    }
}

impl House {
    /// Asks as somebody of the desk.
    pub async fn asks(&self, login: &str, asking: Asking, now: Time) -> Result<Asked> {
        let by = By::account(&self.account_of(login).await, now);
        step!(self.db, |tx| transfer::ask(tx, &by, &asking, KEY))
    }

    /// A confirmed booking of the desk, at 370 yuan.
    pub async fn booked(&self, key: &str, ready: Time, now: Time) -> Asked {
        let mut asking = asking(key, Source::Phone, ready, &["oxygen"]);
        asking.agreed_fen = Some(37_000);
        asking.promise = Some((ready, ready.plus_min(20)));
        let asked = self.asks("call_a", asking, now).await.unwrap();
        assert!(asked.confirmed);
        asked
    }

    pub async fn state_of(&self, booking_id: &str) -> String {
        let sql = format!("select state from booking where booking_id = '{booking_id}'");
        self.column(&sql).await[0].clone()
    }
}
