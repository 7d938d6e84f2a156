//! Simulated life against a running server: what the demo shows, through the front doors only.

use std::sync::Arc;
use std::time::Duration;

use baize::demo::{PASSWORD, city, read_at};
use server::{App, City, Clock, Gateway, Run};
use sim::{Act, What};
use store::{Db, Scope};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::proves;
use crate::story::seeded_with;

/// Looks again until it holds, or gives up after half a minute.
async fn until(db: &Db, what: &str, holds: impl AsyncFn(&mut store::Tx) -> bool) {
    for _ in 0..300 {
        let mut tx = db.read().await.unwrap();
        if holds(&mut tx).await {
            return;
        }
        drop(tx);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never happened: {what}");
}

fn settings(data: &baize::demo::Data) -> City {
    City {
        code: data.city.code.clone(),
        name: ["南通市".into(), "Nantong".into()],
        platform: ["平台".into(), "Platform".into()],
        calendar: data.calendar(),
        home_region: data.city.home_region.clone(),
        map_note: [String::new(), String::new()],
        quote_key: b"a key of a test".to_vec(),
        exchange_token: Some("exchange-of-a-test".into()),
        public_url: None,
        trusted_proxies: Vec::new(),
        demo: true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctors_check_in_while_the_officer_watches() {
    proves!("N4", "N5");
    let data = Arc::new(city("nantong").unwrap());
    let at = read_at("2024-01-02T14:44:30+08:00", data.calendar()).unwrap();
    let hash = server::hash_password(PASSWORD, b"a salt of a test");
    let city = seeded_with(data.clone(), at, &hash).await.unwrap();
    let seeded = city.seeded.clone();
    let declared_live: Vec<String> = seeded
        .later
        .iter()
        .filter(|step| step.at <= at.plus_min(20))
        .filter_map(|step| match &step.act {
            Act::Declare(declare) => Some(declare.client.name.clone()),
            _ => None,
        })
        .collect();
    assert!(!declared_live.is_empty());
    let heartbeat = |step: &&sim::Step| match &step.act {
        Act::Event(event) => matches!(event.what, What::Heartbeat),
        _ => false,
    };
    assert_eq!(seeded.later.iter().filter(heartbeat).count(), 0, "life sends its own");

    let clock = Clock::by_hand(at, at.plus_days(600));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    // The simulation is there before the server answers: what it cannot send, it keeps.
    drop(listener);
    let plan = sim::Plan {
        calendar: data.calendar(),
        password: PASSWORD.to_owned(),
        devices: seeded.devices,
        steps: seeded.later,
        operations: seeded.operations.clone(),
        templates: seeded.templates,
        campaign: sim::CampaignPlan::default(),
        channel: sim::ChannelPlan::default(),
        crews: sim::CrewsPlan::default(),
        hotline: sim::HotlinePlan::default(),
        heartbeat_ms: 60_000,
    };
    let (stop, stopped) = watch::channel(false);
    let life = sim::Simulation::new(&format!("http://{address}"), plan).unwrap();
    let life = tokio::spawn(life.run(stopped));
    tokio::time::sleep(Duration::from_millis(600)).await;
    let listener = TcpListener::bind(address).await.unwrap();
    let app = App::new(city.db.clone(), settings(&data), clock.clone());
    let run = Run { deadlines: false, gateway: Gateway::Demo };
    let serving = tokio::spawn(server::serve(app, listener, run, std::future::pending()));

    let id = seeded.operations["li"].clone();
    clock.advance(31_000);
    until(&city.db, "the anaesthetist is in", async |tx| {
        let li = store::operation::operation(tx, &Scope::system(), &id).await.unwrap();
        li.first_in_at == Some(city.local("2024-01-02T14:45").0) && li.started_at.is_none()
    })
    .await;
    clock.advance(15 * 60_000);
    until(&city.db, "the attending is in", async |tx| {
        let li = store::operation::operation(tx, &Scope::system(), &id).await.unwrap();
        li.started_at == Some(city.local("2024-01-02T15:00").0)
    })
    .await;
    for name in declared_live {
        let of_name = format!("the declaration for {name}");
        until(&city.db, &of_name, async |tx| declared(tx, &city, &name).await).await;
    }
    stop.send(true).unwrap();
    life.await.unwrap();
    serving.abort();
    let raised = city.alerts("director", store::alert::AlertFilter::default()).await;
    assert_eq!(raised.len(), 6, "nothing by accident: {raised:?}");
}

/// Whether a clinic has declared an operation of this client.
async fn declared(tx: &mut store::Tx, city: &crate::story::City, name: &str) -> bool {
    let events = store::event::after(tx, 0, 100_000).await.unwrap();
    for event in events.iter().rev().filter(|event| event.action == "declared").take(30) {
        let login = city.data.accounts.iter().find(|account| {
            account.institution.as_deref() == Some(&event.institution_id)
                && account.practitioner.is_none()
        });
        let scope = store::account::scope_of_login(tx, &login.unwrap().login).await.unwrap();
        let operation = store::operation::operation(tx, &scope, &event.subject).await.unwrap();
        if operation.client_name.as_deref() == Some(name) {
            return true;
        }
    }
    false
}
