//! A tiny city: two districts, three institutions, a handful of people, their accounts and their
//! terminals. Everything is entered through the drawers.

use ed25519_dalek::SigningKey;
use presence::event::{
    Check, Direction, Engine as Face, Envelope, Fix, Kind, Liveness, Method, Place, Role as Part,
    Signer, to_base64url,
};
use rules::account::AccountRole;
use rules::register::{Anaesthesia, Category, CredentialKind, InstitutionKind, Role, Span, Title};
use rules::{Position, Time};
use sha2::{Digest, Sha256};
use store::account::{self, NewAccount};
use store::operation::{self, Declaration, Member};
use store::register::{self, NewCredential, NewFiling, NewInstitution, NewPractitioner, NewRegion};
use store::terminal::{self, NewTerminal};
use store::{By, Error, Result, Scope, Tx};

use crate::house::{House, MIDNIGHT, clock};

const ENTERED: Time = Time(MIDNIGHT.0 - 30 * Time::DAY_MS);

/// When every institution of the city went online: noon, ten days before the stories' day.
pub const ONLINE: Time = Time(MIDNIGHT.0 - 10 * Time::DAY_MS + 12 * Time::HOUR_MS);

const REGIONS: [(&str, Option<&str>, &str, &str); 3] = [
    ("320600", None, "南通市", "Nantong"),
    ("320613", Some("320600"), "崇川区", "Chongchuan"),
    ("320614", Some("320600"), "通州区", "Tongzhou"),
];

/// Two houses in one district, one in the other.
const HOUSES: [(&str, &str, InstitutionKind, &str, &str); 3] = [
    ("ins_qing", "320613", InstitutionKind::OutpatientAnaesthesia, "青禾门诊部", "Qinghe"),
    ("ins_lan", "320613", InstitutionKind::Hospital, "兰亭医院", "Lanting"),
    ("ins_bai", "320614", InstitutionKind::Hospital, "白露医院", "Bailu"),
];

/// Who is filed where, in which role.
const PEOPLE: [(&str, &str, &str, Role, &[&str]); 7] = [
    ("xu", "徐医生", "Dr Xu", Role::Attending, &["ins_qing", "ins_lan", "ins_bai"]),
    ("sun", "孙医生", "Dr Sun", Role::Attending, &["ins_qing", "ins_lan"]),
    ("fei", "费医生", "Dr Fei", Role::Attending, &["ins_bai"]),
    // Filed, but the practice certificate has lapsed.
    ("gu", "顾医生", "Dr Gu", Role::Attending, &["ins_qing"]),
    ("wang", "王医生", "Dr Wang", Role::Anaesthetist, &["ins_qing", "ins_bai"]),
    ("liu", "刘医生", "Dr Liu", Role::Assistant, &["ins_qing"]),
    ("he", "何医生", "Dr He", Role::Assistant, &["ins_bai"]),
];

/// Login, role, region, institution, practitioner.
type Login = (&'static str, AccountRole, Option<&'static str>, Option<&'static str>, &'static str);
const LOGINS: [Login; 13] = [
    ("city", AccountRole::Director, Some("320600"), None, ""),
    ("director_a", AccountRole::Director, Some("320613"), None, ""),
    ("officer_a", AccountRole::Officer, Some("320613"), None, ""),
    ("officer_a2", AccountRole::Officer, Some("320613"), None, ""),
    ("officer_b", AccountRole::Officer, Some("320614"), None, ""),
    ("duty_a", AccountRole::DutyViewer, Some("320613"), None, ""),
    ("head_qing", AccountRole::ClinicHead, None, Some("ins_qing"), ""),
    ("head_lan", AccountRole::ClinicHead, None, Some("ins_lan"), ""),
    ("head_bai", AccountRole::ClinicHead, None, Some("ins_bai"), ""),
    ("doctor_xu", AccountRole::Doctor, None, None, "xu"),
    // Accounts that lack what their role needs.
    ("head_lost", AccountRole::ClinicHead, None, None, ""),
    ("officer_lost", AccountRole::Officer, None, None, ""),
    ("doctor_lost", AccountRole::Doctor, None, None, ""),
];

/// Terminal, institution, theatre.
const TERMINALS: [(&str, &str, i64); 4] = [
    ("T-01", "ins_qing", 1),
    ("T-02", "ins_qing", 2),
    ("T-03", "ins_lan", 1),
    ("T-04", "ins_bai", 1),
];

pub const HOME: Position = Position { lat: 31.98, lng: 120.89 };

pub fn always() -> Span {
    Span { from: ENTERED, to: None }
}

/// Runs one step in a transaction of its own: `step!(house.db, |tx| suspend(tx, &by, "ins", ..))`.
/// What the step names it takes along, so clone what is needed afterwards.
macro_rules! step {
    ($db:expr, |$tx:ident| $step:expr) => {
        $db.write(move |$tx| Box::pin(async move { $step.await })).await
    };
}
pub(crate) use step;

/// Enters the whole city.
pub async fn furnish(house: &House) {
    let by = By::system("seed", ENTERED);
    step!(house.db, |tx| enter_register(tx, &by)).unwrap();
    let by = By::system("seed", ENTERED);
    step!(house.db, |tx| enter_people(tx, &by)).unwrap();
    step!(house.db, |tx| enter_terminals(tx)).unwrap();
}

async fn enter_register(tx: &mut Tx, by: &By) -> Result<()> {
    for (code, parent, zh, en) in REGIONS {
        register::add_region(tx, &new_region(code, parent, [zh, en])).await?;
    }
    for (id, region, kind, zh, en) in HOUSES {
        register::add_institution(tx, by, &new_institution(id, region, kind, [zh, en])).await?;
        register::add_room(tx, id, "theatre", 1).await?;
        register::add_room(tx, id, "theatre", 2).await?;
    }
    Ok(())
}

pub fn new_region(code: &str, parent: Option<&str>, [zh, en]: [&str; 2]) -> NewRegion {
    NewRegion {
        region_code: code.into(),
        parent_code: parent.map(str::to_owned),
        name_zh: zh.into(),
        name_en: en.into(),
        bureau_zh: None,
        bureau_en: None,
        centre: HOME,
        span: always(),
    }
}

pub fn new_institution(
    id: &str,
    region: &str,
    kind: InstitutionKind,
    name: [&str; 2],
) -> NewInstitution {
    let both = |zh: &str, en: &str| [zh.to_owned(), en.to_owned()];
    NewInstitution {
        institution_id: id.into(),
        region_code: region.into(),
        kind,
        name: both(name[0], name[1]),
        short: both(name[0], name[1]),
        address: both("人民路 1 号", "1 Renmin Road"),
        street: both("人民路", "Renmin Road"),
        uscc: format!("91000000{id}"),
        licence_no: format!("PDY{id}"),
        licence: always(),
        phone: "0513-0000 0000".into(),
        at: HOME,
        opens_min: 8 * 60 + 30,
        closes_min: 20 * 60 + 30,
        categories: vec![Category::Surgery],
        qr_serial: Some(format!("QR-{id}")),
        qr_issued_at: Some(ONLINE),
        registered_at: ENTERED,
        installed_at: Some(ONLINE),
        tested_at: Some(ONLINE),
        online_at: Some(ONLINE),
    }
}

async fn enter_people(tx: &mut Tx, by: &By) -> Result<()> {
    for (id, zh, en, role, houses) in PEOPLE {
        add_person(tx, by, [id, zh, en], role, houses).await?;
    }
    for (login, role, region, institution, practitioner) in LOGINS {
        let account = NewAccount {
            login: login.into(),
            role,
            name_zh: login.into(),
            name_en: login.into(),
            region_code: region.map(str::to_owned),
            institution_id: institution.map(str::to_owned),
            practitioner_id: (!practitioner.is_empty()).then(|| practitioner.to_owned()),
            hospital_id: None,
            operator_id: None,
            crew_id: None,
            site_id: None,
            department: None,
            password_hash: "argon2".into(),
        };
        account::open(tx, by, &account).await?;
    }
    Ok(())
}

pub async fn add_person(
    tx: &mut Tx,
    by: &By,
    [id, zh, en]: [&str; 3],
    role: Role,
    houses: &[&str],
) -> Result<()> {
    let person = NewPractitioner {
        practitioner_id: id.into(),
        name_zh: zh.into(),
        name_en: en.into(),
        sex: "f".into(),
        title: Title::AttendingPhysician,
    };
    register::add_practitioner(tx, &person).await?;
    let lapsed = Span { from: ENTERED, to: Some(MIDNIGHT) };
    let mut credential = NewCredential {
        practitioner_id: id.into(),
        kind: CredentialKind::Practice,
        number: format!("1103{id}"),
        category: None,
        span: if id == "gu" { lapsed } else { always() },
    };
    register::add_credential(tx, by, &credential).await?;
    if role == Role::Attending {
        credential.kind = CredentialKind::Attending;
        credential.span = always();
        register::add_credential(tx, by, &credential).await?;
    }
    for (index, house) in houses.iter().enumerate() {
        let filing = NewFiling {
            practitioner_id: id.into(),
            institution_id: (*house).into(),
            role,
            category: (role == Role::Attending).then_some(Category::Surgery),
            span: always(),
            main: index == 0,
        };
        register::add_filing(tx, by, &filing).await?;
    }
    Ok(())
}

async fn enter_terminals(tx: &mut Tx) -> Result<()> {
    for (id, house, theatre) in TERMINALS {
        install(tx, id, house, theatre).await?;
    }
    Ok(())
}

/// Installs a terminal and enrols it with the key that [`Kiosk::new`] signs with.
pub async fn install(tx: &mut Tx, id: &str, house: &str, theatre: i64) -> Result<()> {
    let new = NewTerminal {
        terminal_id: id.into(),
        institution_id: house.into(),
        room_id: format!("{house}:T{theatre}"),
        at: HOME,
    };
    terminal::install(tx, &By::system("seed", ONLINE), &new).await?;
    let officer = account::scope_of_login(tx, "city").await?;
    terminal::enrolment_code(tx, &officer, id, &format!("code-{id}"), ONLINE).await?;
    let key = to_base64url(key(id).verifying_key().to_bytes());
    let enrolled = terminal::enrol(tx, &format!("code-{id}"), &key, ONLINE).await?;
    assert_eq!(enrolled.as_deref(), Ok(id));
    Ok(())
}

/// A key that follows from a name.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&Sha256::digest(name.as_bytes()).into())
}

/// A terminal at its theatre's door.
pub struct Kiosk {
    pub id: String,
    pub signer: Signer,
}

pub fn at_home() -> Place {
    away_m(0.0)
}

/// So many metres north of where the terminal belongs, by satellites, within five metres.
pub fn away_m(metres: f64) -> Place {
    let lat = HOME.lat + metres / 111_194.93;
    Place::Gnss(Fix { lat, lng: HOME.lng, accuracy_m: 5.0 })
}

impl Kiosk {
    pub fn new(id: &str) -> Kiosk {
        let signer = Signer::new(key(id), id, "boot-1", "kiosk-1.4.0", "config-1");
        Kiosk { id: id.to_owned(), signer }
    }

    /// The next event, signed at home.
    pub fn sign(&mut self, kind: Kind, at: Time) -> Envelope {
        self.signer.next(kind, at.0, 1, at_home())
    }
}

/// A check as text: `xu attending in face:0.91` and the operation, if one was declared.
pub fn check(text: &str, operation: Option<&str>) -> Kind {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [person, role, direction, method] = words[..] else { panic!("not a check: {text}") };
    let (method, score) = method.split_once(':').unwrap_or((method, ""));
    let engine = score.parse().ok().map(|score| Face {
        model_hash: "model-1".into(),
        score,
        threshold: 0.45,
        liveness: Liveness::Passed,
    });
    Kind::Check(Check {
        operation: operation.map(str::to_owned),
        practitioner: person.into(),
        role: Part::from_code(role).unwrap(),
        direction: Direction::from_code(direction).unwrap(),
        method: Method::from_code(method).unwrap(),
        engine,
    })
}

impl House {
    pub async fn scope(&self, login: &str) -> Scope {
        account::scope_of_login(&mut self.read().await, login).await.unwrap()
    }

    /// Sends one event and says how it was answered.
    pub async fn send(&self, device: &str, envelope: &Envelope, received_at: Time) -> &'static str {
        let (device, envelope) = (device.to_owned(), envelope.clone());
        let sent = step!(self.db, |tx| terminal::receive(tx, &device, &envelope, received_at));
        sent.unwrap().answer.code()
    }

    /// Signs and sends in one breath.
    pub async fn event(&self, kiosk: &mut Kiosk, kind: Kind, at: Time) {
        let envelope = kiosk.sign(kind, at);
        assert_eq!(self.send(&kiosk.id, &envelope, at).await, "recorded");
    }

    pub async fn declare_as(
        &self,
        login: &str,
        declaration: &Declaration,
        at: Time,
    ) -> Result<String> {
        let (scope, declaration) = (self.scope(login).await, declaration.clone());
        step!(self.db, |tx| operation::declare(tx, &scope, &declaration, at))
    }

    /// Declares at ins_qing an hour before the planned start.
    pub async fn declare(&self, key: &str, planned: &str, team: &[(&str, Role)]) -> String {
        let declaration = declaration(key, "ins_qing:T1", clock(planned), team);
        let at = declaration.planned_at.plus_min(-60);
        self.declare_as("head_qing", &declaration, at).await.unwrap()
    }

    pub async fn suspend(&self, institution_id: &'static str, from: Time) {
        let by = By::system("seed", from);
        step!(self.db, |tx| register::suspend(tx, &by, institution_id, "no_attending", from))
            .unwrap();
    }
}

/// The usual team.
pub const TEAM: [(&str, Role); 3] =
    [("xu", Role::Attending), ("wang", Role::Anaesthetist), ("liu", Role::Assistant)];

/// Fat grafting under general anaesthesia: at least forty minutes of the attending.
pub fn declaration(key: &str, room: &str, at: Time, team: &[(&str, Role)]) -> Declaration {
    let anaesthetist = team.iter().any(|(_, role)| *role == Role::Anaesthetist);
    let anaesthesia = if anaesthetist { Anaesthesia::IvGeneral } else { Anaesthesia::Local };
    Declaration {
        request_key: key.into(),
        room_id: room.into(),
        procedure_code: "fat_grafting_face".into(),
        anaesthesia,
        planned_at: at,
        planned_min: 60,
        volume_ml: None,
        client_name: "林真名".into(),
        client_alias_zh: "李女士".into(),
        client_alias_en: "Ms Li".into(),
        members: team
            .iter()
            .map(|(id, role)| Member { practitioner_id: (*id).into(), role: *role })
            .collect(),
    }
}

/// What an answer was refused with, as a word for tables.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> String {
    match answer {
        Err(Error::Refused(refusal)) => format!("{refusal:?}"),
        Err(Error::NotFound(_)) => "NotFound".into(),
        other => panic!("not refused: {other:?}"),
    }
}
