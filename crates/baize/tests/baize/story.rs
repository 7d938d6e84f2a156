//! The second of January 2024 in Nantong, seeded as the demo seeds it and read through `store`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use baize::demo::{Data, Seeded, city, seed};
use presence::event::{Answer, Direction as Way, Method, Role as Door};
use rules::Time;
use rules::alert::Rule;
use rules::register::{Anaesthesia, Role};
use sim::{Check, What};
use store::alert::{AlertCounts, AlertFilter, alerts};
use store::operation::{Declaration, Member};
use store::page::Slice;
use store::{By, Db, Ids, Scope};
use tokio::sync::OnceCell;

use crate::proves;

pub(crate) struct City {
    pub db: Db,
    pub data: Arc<Data>,
    pub seeded: Seeded,
    pub at: Time,
    file: PathBuf,
}

impl Drop for City {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.file.display()));
        }
    }
}

static FILES: AtomicU32 = AtomicU32::new(0);
/// Seeding is the slow part and always gives the same city: it is done once and copied.
static SEEDED: OnceCell<(City, Vec<u8>)> = OnceCell::const_new();

fn fresh_file() -> PathBuf {
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("baize-story-{}-{number}.db", std::process::id()))
}

async fn open(file: &Path, data: &Data, at: Time) -> Db {
    let packs = baize::packs::read(data.calendar()).unwrap();
    let url = format!("sqlite://{}", file.display());
    Db::open(&url, packs, Ids::counted(1), at).await.unwrap()
}

async fn seeded_at(data: Arc<Data>, at: Time) -> Result<City, String> {
    // No one signs in there, so the hash is never compared.
    seeded_with(data, at, "no hash").await
}

/// A city seeded up to a moment, on a file of its own.
pub(crate) async fn seeded_with(
    data: Arc<Data>,
    at: Time,
    password_hash: &str,
) -> Result<City, String> {
    let file = fresh_file();
    let db = open(&file, &data, at).await;
    let seeded = seed(&db, data.clone(), at, password_hash).await;
    let seeded = seeded.map_err(|error| error.to_string())?;
    Ok(City { db, data, seeded, at, file })
}

/// The demo city at its own moment: a copy of what was seeded once.
pub(crate) async fn nantong() -> City {
    let make = async || {
        let data = Arc::new(city("nantong").unwrap());
        let at = data.city.default_at.at(data.calendar());
        let hash = server::hash_password(baize::demo::PASSWORD, b"a salt of a test");
        let city = seeded_with(data, at, &hash).await.unwrap();
        let copy = fresh_file();
        city.db.raw(&format!("vacuum into '{}'", copy.display())).await.unwrap();
        let bytes = std::fs::read(&copy).unwrap();
        std::fs::remove_file(copy).unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", city.file.display()));
        }
        (city, bytes)
    };
    let (first, bytes) = SEEDED.get_or_init(make).await;
    let file = fresh_file();
    std::fs::write(&file, bytes).unwrap();
    let db = open(&file, &first.data, first.at).await;
    City { db, data: first.data.clone(), seeded: first.seeded.clone(), at: first.at, file }
}

impl City {
    async fn scope(&self, login: &str) -> Scope {
        let mut tx = self.db.read().await.unwrap();
        store::account::scope_of_login(&mut tx, login).await.unwrap()
    }

    /// Operations and alerts of the day, week and month, and how many institutions operate.
    async fn numbers(&self, login: &str, now: Time) -> ([i64; 3], [i64; 3], i64) {
        let scope = self.scope(login).await;
        let mut tx = self.db.read().await.unwrap();
        let periods = self.data.calendar().periods(now);
        let operations = store::operation::counts(&mut tx, &scope, periods, now).await.unwrap();
        let AlertCounts { day, week, month } =
            store::alert::counts(&mut tx, &scope, periods, now).await.unwrap();
        let coverage = store::register::coverage(&mut tx, &scope, now).await.unwrap();
        (
            [operations.day, operations.week, operations.month],
            [day, week, month],
            coverage.operating,
        )
    }

    pub(crate) fn local(&self, text: &str) -> Time {
        baize::demo::read_at(text, self.data.calendar()).unwrap()
    }

    pub(crate) async fn alerts(
        &self,
        login: &str,
        filter: AlertFilter,
    ) -> Vec<store::alert::AlertLine> {
        let scope = self.scope(login).await;
        let mut tx = self.db.read().await.unwrap();
        let filter = AlertFilter { view: "all".into(), ..filter };
        alerts(&mut tx, &scope, &filter, self.at, Slice::first(100)).await.unwrap().rows
    }
}

#[tokio::test]
async fn the_screen_of_the_second_of_january() {
    proves!("N9", "N10", "N30");
    let city = nantong().await;
    let (operations, raised, operating) = city.numbers("director", city.at).await;
    assert_eq!(operations, [17, 38, 38]);
    assert_eq!(raised, [5, 6, 6]);
    assert_eq!(operating, 62);
    let mut rules: Vec<String> =
        city.alerts("director", default()).await.into_iter().map(|line| line.rule).collect();
    rules.sort();
    // Six since New Year, and the one of December: history raises nothing else.
    assert_eq!(rules, ["A01", "A07", "A12", "A14", "A15", "A16", "A18"]);
    let scope = city.scope("director").await;
    let mut tx = city.db.read().await.unwrap();
    let open = store::operation::open_now(&mut tx, &scope, 10).await.unwrap();
    assert_eq!(open.len(), 3);
}

fn default() -> AlertFilter {
    AlertFilter::default()
}

#[tokio::test]
async fn sixty_six_covered_and_four_suspended() {
    proves!("N2", "N37", "N38");
    let city = nantong().await;
    let scope = city.scope("officer").await;
    let mut tx = city.db.read().await.unwrap();
    let coverage = store::register::coverage(&mut tx, &scope, city.at).await.unwrap();
    assert_eq!((coverage.covered, coverage.operating, coverage.suspended), (66, 62, 4));
    let mut suspended = Vec::new();
    for institution in &city.data.institutions {
        for status in store::register::statuses(&mut tx, &institution.id).await.unwrap() {
            assert_eq!((&*status.status, &*status.reason), ("suspended", "attending_missing"));
            assert!(status.from_at > city.at.plus_days(-31).0 && status.from_at < city.at.0);
            suspended.push(institution.id.as_str());
        }
    }
    suspended.sort_unstable();
    assert_eq!(suspended, ["ins_mujin", "ins_shutong", "ins_tingyu", "ins_wenying"]);
}

#[tokio::test]
async fn half_a_month_of_silence_ends_in_a_suspension() {
    proves!("N18", "N19");
    let city = nantong().await;
    let filter = AlertFilter { institution_id: Some("ins_mujin".into()), ..default() };
    let lines = city.alerts("officer", filter).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].rule, Rule::A18.code());
    let compact = city.data.calendar().compact_date(Time(lines[0].raised_at));
    assert_eq!(compact, "20231212");
    let scope = city.scope("officer").await;
    let mut tx = city.db.read().await.unwrap();
    let seen = store::inspection::of_institution(&mut tx, &scope, "ins_mujin", city.at);
    let inspections = seen.await.unwrap();
    assert_eq!(inspections.len(), 1);
    let inspection = &inspections[0];
    assert_eq!(inspection.alert_id.as_deref(), Some(&*lines[0].alert_id));
    assert_eq!(inspection.finding.as_deref(), Some("attending_missing"));
    let statuses = store::register::statuses(&mut tx, "ins_mujin").await.unwrap();
    let order = [
        lines[0].raised_at,
        inspection.proposed_at,
        inspection.carried_out_at.unwrap(),
        statuses[0].from_at,
    ];
    assert!(order.is_sorted_by(|before, after| before < after), "{order:?}");
}

#[tokio::test]
async fn the_other_district_sees_nothing_of_it() {
    let city = nantong().await;
    let filter = || AlertFilter { from: Some(city.local("2024-01-01T00:00")), ..default() };
    assert!(city.alerts("officer-tz", filter()).await.is_empty());
    let (operations, raised, operating) = city.numbers("officer-tz", city.at).await;
    assert_eq!((raised, operating), ([0, 0, 0], 2));
    assert!(operations[2] < 38);
    let scope = city.scope("officer-tz").await;
    let mut tx = city.db.read().await.unwrap();
    let li = store::operation::operation(&mut tx, &scope, &city.seeded.operations["li"]).await;
    assert!(li.is_err());
}

#[tokio::test]
async fn ms_lis_operation() {
    proves!("N4", "N5", "N51");
    let city = nantong().await;
    let id = &city.seeded.operations["li"];
    let officer = city.scope("officer").await;
    let clinic = city.scope("clinic").await;
    let mut tx = city.db.read().await.unwrap();
    let seen = store::operation::operation(&mut tx, &officer, id).await.unwrap();
    assert_eq!(seen.state().code(), "in_progress");
    assert_eq!(seen.started_at, Some(city.local("2024-01-02T15:00").0));
    assert_eq!((seen.client_name, &*seen.client_alias_zh), (None, "李女士"));
    let team = store::operation::team(&mut tx, "ins_qinghe", id).await.unwrap();
    let came = |role: &str| team.iter().find(|row| row.role == role).unwrap().first_in_at;
    assert_eq!(came("anaesthetist"), Some(city.local("2024-01-02T14:45").0));
    assert_eq!(came("attending"), Some(city.local("2024-01-02T15:00").0));
    let own = store::operation::operation(&mut tx, &clinic, id).await.unwrap();
    assert_eq!(own.client_name.as_deref(), Some("李念初"));
    let other = city.scope("clinic-yunting").await;
    assert!(store::operation::operation(&mut tx, &other, id).await.is_err());
}

#[tokio::test]
async fn the_qr_page_of_her_clinic() {
    proves!("N20", "N24");
    let city = nantong().await;
    let mut tx = city.db.read().await.unwrap();
    let page = store::public::by_serial(&mut tx, "QR-320613-0301", city.at).await.unwrap();
    assert_eq!(page.place.institution_id, "ins_qinghe");
    let count = |role: &str| page.people.iter().filter(|filed| filed.role == role).count();
    assert_eq!((count("attending"), count("anaesthetist"), count("assistant")), (7, 1, 1));
}

#[tokio::test]
async fn one_more_of_each_moves_every_number_by_one() {
    proves!("N16", "N37");
    let mut city = nantong().await;
    let fired = store::deadline::fire(&city.db, city.at).await.unwrap();
    assert_eq!(fired, 0, "nothing is left to fire");
    assert_eq!(city.numbers("director", city.at).await.1, [5, 6, 6]);

    let clinic = city.scope("clinic-fangzhou").await;
    let declaration = Declaration {
        request_key: "one-more".into(),
        room_id: "ins_fangzhou:R1".into(),
        procedure_code: "botulinum_masseter".into(),
        anaesthesia: Anaesthesia::None,
        planned_at: city.at.plus_min(1),
        planned_min: 20,
        volume_ml: None,
        client_name: "何小满".into(),
        client_alias_zh: "何女士".into(),
        client_alias_en: "Ms He".into(),
        members: vec![Member { practitioner_id: "prc_yanglang".into(), role: Role::Attending }],
    };
    let now = city.at;
    let id = city
        .db
        .write(move |tx| {
            Box::pin(async move { store::operation::declare(tx, &clinic, &declaration, now).await })
        })
        .await
        .unwrap();
    let room = "ins_fangzhou:R1";
    let index = city.seeded.devices.iter().position(|device| device.room_id == room).unwrap();
    // In, and out again after two minutes: too short.
    for (direction, minutes) in [(Way::In, 1), (Way::Out, 3)] {
        let at = city.at.plus_min(minutes);
        let check = Check {
            operation: Some("one-more".into()),
            practitioner: "prc_yanglang".into(),
            role: Door::Attending,
            direction,
            method: Method::Face,
            score: 0.9,
        };
        let device = &mut city.seeded.devices[index];
        let envelope = device.sign(at, &What::Check(check), Some(id.clone()));
        let name = device.id().to_owned();
        let answered = city
            .db
            .write(move |tx| {
                Box::pin(async move { store::terminal::receive(tx, &name, &envelope, at).await })
            })
            .await
            .unwrap();
        assert_eq!(answered.answer, Answer::Recorded);
    }
    let director = city.scope("director").await;
    let by = By::account(&director.account().unwrap().account_id, city.at.plus_min(4));
    city.db
        .write(move |tx| {
            Box::pin(async move {
                let from = by.now;
                store::register::suspend(tx, &by, "ins_fangzhou", "attending_missing", from).await
            })
        })
        .await
        .unwrap();
    let (operations, raised, operating) = city.numbers("director", city.at.plus_min(5)).await;
    assert_eq!(operations, [18, 39, 39]);
    assert_eq!(raised, [6, 7, 7]);
    assert_eq!(operating, 61);
}

#[tokio::test]
async fn a_demo_may_start_earlier_or_later() {
    proves!("N4", "N5");
    let data = Arc::new(city("nantong").unwrap());
    let at = baize::demo::read_at("2024-01-02T14:44:30+08:00", data.calendar()).unwrap();
    let city = seeded_at(data.clone(), at).await.unwrap();
    let scope = city.scope("officer").await;
    let mut tx = city.db.read().await.unwrap();
    let id = &city.seeded.operations["li"];
    let li = store::operation::operation(&mut tx, &scope, id).await.unwrap();
    assert_eq!(li.state().code(), "declared");
    let first = city.seeded.later.iter().find(|step| match &step.act {
        sim::Act::Event(event) => matches!(&event.what, What::Check(check)
            if check.operation.as_deref() == Some("li")),
        _ => false,
    });
    assert_eq!(first.unwrap().at, city.local("2024-01-02T14:45"));
    drop(tx);
    drop(city);
    let next_day = "2024-01-03T09:00";
    let at = baize::demo::read_at(next_day, data.calendar()).unwrap();
    let city = seeded_at(data.clone(), at).await.unwrap();
    let filter = AlertFilter { rule: Some("A16".into()), ..default() };
    assert_eq!(city.alerts("officer", filter).await.len(), 1, "one silence, one alert");
    for outside in ["2023-12-01T00:00", "2025-01-01T00:00"] {
        let at = city.local(outside);
        let refused = seeded_at(data.clone(), at).await.err().unwrap();
        assert!(refused.contains("the demo can start from 2024-01-01T00:00"), "{refused}");
    }
}
