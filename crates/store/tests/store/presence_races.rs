//! Many at once: what must be true of several rows is kept by keys and locks, not by luck.

use std::time::Duration;

use rules::account::AccountRole;
use rules::operation::{Action, State};
use rules::register::{InstitutionKind, Role};
use store::account::{self, NewAccount};
use store::operation::{act, declare, operation};
use store::register::{NewFiling, add_filing, add_institution, add_room};
use store::terminal::receive;
use store::{By, Db, Result, Tx};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::city::{
    Kiosk, TEAM, always, check, declaration, install, new_institution, refusal, step,
};
use crate::door::{Door, alerts};
use crate::house::{House, NOW, clock, on_both};

const CLIENTS: usize = 32;

/// Four servers on one database, so that as many statements run at once as there are clients.
async fn servers(house: &House) -> Vec<Db> {
    let mut servers = Vec::new();
    for _ in 0..4 {
        servers.push(house.another().await);
    }
    servers
}

/// A house with a theatre, a terminal, a head, Dr Xu filed there, and an operation declared.
async fn open_house(tx: &mut Tx, n: usize) -> Result<String> {
    let id = format!("ins_{n:02}");
    let by = By::system("seed", clock("08:00"));
    let name = ["示例医院", "Sample"];
    let house = new_institution(&id, "320613", InstitutionKind::Hospital, name);
    add_institution(tx, &by, &house).await?;
    add_room(tx, &id, "theatre", 1).await?;
    install(tx, &format!("T-{n:02}-race"), &id, 1).await?;
    let filing = NewFiling {
        practitioner_id: "xu".into(),
        institution_id: id.clone(),
        role: Role::Attending,
        category: Some(rules::register::Category::Surgery),
        span: always(),
        main: false,
    };
    add_filing(tx, &by, &filing).await?;
    let head = NewAccount {
        login: format!("head_{n:02}"),
        role: AccountRole::ClinicHead,
        name_zh: "负责人".into(),
        name_en: "Head".into(),
        region_code: None,
        institution_id: Some(id.clone()),
        practitioner_id: None,
        hospital_id: None,
        operator_id: None,
        crew_id: None,
        site_id: None,
        department: None,
        password_hash: "argon2".into(),
    };
    account::open(tx, &by, &head).await?;
    let scope = account::scope_of_login(tx, &head.login).await?;
    let form = declaration("form-1", &format!("{id}:T1"), clock("15:00"), &TEAM[..1]);
    declare(tx, &scope, &form, clock("14:00")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn thirty_two_terminals_check_one_attending_in_at_once() {
    proves!("N13");
    on_both(async |house| {
        let mut checks = Vec::new();
        for n in 0..CLIENTS {
            let operation = step!(house.db, |tx| open_house(tx, n)).unwrap();
            let mut kiosk = Kiosk::new(&format!("T-{n:02}-race"));
            let kind = check("xu attending in face:0.9", Some(&operation));
            checks.push((kiosk.id.clone(), kiosk.sign(kind, clock("15:00"))));
        }
        let servers = servers(&house).await;
        let mut clients = JoinSet::new();
        for (n, (device, envelope)) in checks.into_iter().enumerate() {
            let db = servers[n % servers.len()].clone();
            clients.spawn(async move {
                step!(db, |tx| receive(tx, &device, &envelope, clock("15:00"))).unwrap()
            });
        }
        let answers = clients.join_all().await;
        assert!(answers.iter().all(|answer| answer.answer.code() == "recorded"));
        assert_eq!(house.number("select count(*) from open_presence").await, 1);
        let valid = "select count(*) from checkin where valid_at is not null";
        assert_eq!(house.number(valid).await, 1);
        let started = "select count(*) from operation where started_at is not null";
        assert_eq!(house.number(started).await, 1);
        let numbers: Vec<String> = (1..CLIENTS).map(|n| format!("{n:04} A09 danger xu")).collect();
        assert_eq!(alerts(&house).await, numbers);
        let operations = "select count(distinct operation_id) from alert";
        assert_eq!(house.number(operations).await, 31);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_form_sent_thirty_two_times_at_once_declares_once() {
    on_both(async |house| {
        let servers = servers(&house).await;
        let head = house.scope("head_qing").await;
        let mut clients = JoinSet::new();
        for n in 0..CLIENTS {
            let (db, head) = (servers[n % servers.len()].clone(), head.clone());
            let form = declaration("form-1", "ins_qing:T1", clock("16:00"), &TEAM);
            clients.spawn(async move { step!(db, |tx| declare(tx, &head, &form, NOW)).unwrap() });
        }
        let mut ids = clients.join_all().await;
        ids.dedup();
        assert_eq!(ids.len(), 1);
        let numbers = house.column("select number from operation").await;
        assert_eq!(numbers, ["SS-20240102-0001"]);
        assert_eq!(house.number("select count(*) from operation_member").await, 3);
    })
    .await;
}

/// The same findings from thirty-two doors, half of them with one finding more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_alert_raised_thirty_two_times_at_once_is_one() {
    proves!("N10");
    on_both(async |house| {
        let mut checks = Vec::new();
        for n in 0..CLIENTS {
            let id = format!("T-{n:02}-race");
            let device = id.clone();
            step!(house.db, |tx| install(tx, &device, "ins_qing", 1)).unwrap();
            let score = if n % 2 == 0 { "0.9" } else { "0.1" };
            let kind = check(&format!("fei attending in face:{score}"), None);
            checks.push((id.clone(), Kiosk::new(&id).sign(kind, NOW)));
        }
        let servers = servers(&house).await;
        let mut clients = JoinSet::new();
        for (n, (device, envelope)) in checks.into_iter().enumerate() {
            let db = servers[n % servers.len()].clone();
            clients.spawn(
                async move { step!(db, |tx| receive(tx, &device, &envelope, NOW)).unwrap() },
            );
        }
        clients.join_all().await;
        assert_eq!(house.number("select count(*) from checkin").await, 32);
        let rules = house.column("select rule from alert order by rule").await;
        assert_eq!(rules, ["A01", "A03", "A10"]);
        let numbers = house.column("select number from alert order by number").await;
        assert_eq!(numbers, ["YJ-20240102-0001", "YJ-20240102-0002", "YJ-20240102-0003"]);
    })
    .await;
}

/// A step that has done its work and holds its transaction open until it is let go.
async fn held(db: Db, device: &str, envelope: presence::event::Envelope) -> Held {
    let (done, is_done) = oneshot::channel();
    let (release, released) = oneshot::channel();
    let device = device.to_owned();
    let task = tokio::spawn(async move {
        step!(db, |tx| async move {
            receive(tx, &device, &envelope, clock("16:00")).await?;
            done.send(()).unwrap();
            released.await.unwrap();
            Ok(())
        })
    });
    is_done.await.unwrap();
    Held { release, task }
}

struct Held {
    release: oneshot::Sender<()>,
    task: JoinHandle<Result<()>>,
}

impl Held {
    async fn let_go(self) {
        // Long enough for the other transaction to reach the rows that this one holds.
        tokio::time::sleep(Duration::from_millis(150)).await;
        self.release.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_two_leave_by_two_doors_at_once_and_the_operation_is_signed_out() {
    proves!("N14");
    on_both(async |house| {
        let op = house.declare("form-1", "15:00", &TEAM[..2]).await;
        let mut first = Kiosk::new("T-01");
        let mut second = Kiosk::new("T-02");
        let wang_in = check("wang anaesthetist in face:0.9", Some(&op));
        house.event(&mut first, wang_in, clock("14:50")).await;
        let xu_in = check("xu attending in face:0.9", Some(&op));
        house.event(&mut second, xu_in, clock("15:00")).await;
        let xu_out = first.sign(check("xu attending out face:0.9", Some(&op)), clock("16:00"));
        let wang_out =
            second.sign(check("wang anaesthetist out face:0.9", Some(&op)), clock("16:00"));
        let held = held(house.db.clone(), "T-01", xu_out).await;
        let (sent, ()) = tokio::join!(house.send("T-02", &wang_out, clock("16:00")), held.let_go());
        assert_eq!(sent, "recorded");
        assert_eq!(house.number("select count(*) from open_presence").await, 0);
        let scope = house.scope("head_qing").await;
        let read = operation(&mut house.read().await, &scope, &op).await.unwrap();
        assert_eq!(read.state(), State::SignedOut { at: clock("16:00") });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn either_it_is_cancelled_or_somebody_is_in() {
    on_both(async |house| {
        let op = house.declare("form-1", "16:00", &TEAM[..1]).await;
        let mut kiosk = Kiosk::new("T-01");
        let xu_in = kiosk.sign(check("xu attending in face:0.9", Some(&op)), clock("16:00"));
        let held = held(house.db.clone(), "T-01", xu_in).await;
        let (head, id) = (house.scope("head_qing").await, op.clone());
        let cancel = async {
            step!(house.db, |tx| act(tx, &head, &id, Action::Cancel, "改期", None, clock("16:00")))
        };
        let (cancelled, ()) = tokio::join!(cancel, held.let_go());
        assert_eq!(refusal(cancelled), "NotAllowed");
        Door::new(&house).told("16:01 T-02 liu assistant in badge_pin - -> A10").await;
    })
    .await;
}
