//! The order of events: a reader that follows positions misses nothing and sees nothing twice.

use std::sync::Arc;

use serde_json::json;
use store::event::{self, Event, Subject, after, sequence};
use store::{By, Db, Engine, Result, Tx};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::city::step;
use crate::house::{House, NOW, on, on_both};

async fn probe(tx: &mut Tx, id: String) -> Result<()> {
    let subject = Subject { kind: "probe", id: &id, institution_id: "ins_qing" };
    event::append(tx, &By::system("test", NOW), subject, "probed", json!({})).await
}

/// The probes after a position.
async fn poll(db: &Db, position: i64) -> Vec<Event> {
    let mut tx = db.read().await.unwrap();
    let found = after(&mut tx, position, 10_000).await.unwrap();
    found.into_iter().filter(|event| event.subject_kind == "probe").collect()
}

async fn start_of_story(house: &House) -> i64 {
    while sequence(&house.db).await.unwrap() > 0 {}
    event::last_position(&mut house.read().await).await.unwrap()
}

#[tokio::test]
async fn the_later_transaction_commits_first_and_nothing_is_missed() {
    proves!("N7");
    on(Engine::Postgres, &async |house| {
        let start = start_of_story(&house).await;
        let (begun, has_begun) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let db = house.db.clone();
        let a = tokio::spawn(async move {
            step!(db, |tx| async move {
                probe(tx, "A".into()).await?;
                begun.send(()).unwrap();
                released.await.unwrap();
                Ok(())
            })
        });
        has_begun.await.unwrap();
        step!(house.db, |tx| probe(tx, "B".into())).unwrap();
        assert_eq!(sequence(&house.db).await.unwrap(), 1);
        let first = poll(&house.db, start).await;
        let subjects = |events: &[Event]| -> Vec<String> {
            events.iter().map(|event| event.subject.clone()).collect()
        };
        assert_eq!(subjects(&first), ["B"]);

        release.send(()).unwrap();
        a.await.unwrap().unwrap();
        assert_eq!(sequence(&house.db).await.unwrap(), 1);
        let second = poll(&house.db, first[0].position).await;
        assert_eq!(subjects(&second), ["A"]);
        assert_eq!([first[0].position, second[0].position], [start + 1, start + 2]);
        // Nothing more to number: the sequencer may run as often as it likes.
        assert_eq!(sequence(&house.db).await.unwrap(), 0);
    })
    .await;
}

const WRITERS: usize = 32;
const EACH: usize = 4;

/// Many write while one reads; the reader never sees a position without the one before it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_beside_thirty_two_writers_has_every_event_once_in_order() {
    proves!("N7");
    on_both(async |house| {
        let start = start_of_story(&house).await;
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let db = house.db.clone();
            writers.spawn(async move {
                for n in 0..EACH {
                    step!(db, |tx| probe(tx, format!("{writer}-{n}"))).unwrap();
                }
            });
        }
        let mut seen: Vec<Event> = Vec::new();
        while seen.len() < WRITERS * EACH {
            sequence(&house.db).await.unwrap();
            let position = seen.last().map_or(start, |event| event.position);
            seen.extend(poll(&house.db, position).await);
            tokio::task::yield_now().await;
        }
        writers.join_all().await;
        let expected: Vec<i64> = (1..).take(WRITERS * EACH).map(|n| start + n).collect();
        let positions: Vec<i64> = seen.iter().map(|event| event.position).collect();
        assert_eq!(positions, expected);
        // Each writer waited for its commit before it went on: its own events keep their order.
        for writer in 0..WRITERS {
            let own = seen.iter().filter(|event| event.subject.starts_with(&format!("{writer}-")));
            let own: Vec<&str> = own.map(|event| event.subject.as_str()).collect();
            let in_turn: Vec<String> = (0..EACH).map(|n| format!("{writer}-{n}")).collect();
            assert!(house.engine == Engine::Postgres || own == in_turn, "{own:?}");
            assert_eq!(own.len(), EACH);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_sequencers_at_once_number_without_gaps() {
    on(Engine::Postgres, &async |house| {
        let start = start_of_story(&house).await;
        let house = Arc::new(house);
        let mut nodes = JoinSet::new();
        for node in 0..4 {
            let db = house.another().await;
            nodes.spawn(async move {
                let mut placed = 0;
                for n in 0..50 {
                    step!(db, |tx| probe(tx, format!("{node}-{n}"))).unwrap();
                    placed += sequence(&db).await.unwrap();
                }
                placed
            });
        }
        let placed: u64 = nodes.join_all().await.into_iter().sum();
        let rest = sequence(&house.db).await.unwrap();
        assert_eq!(placed + rest, 200);
        let positions: Vec<i64> =
            poll(&house.db, start).await.iter().map(|event| event.position).collect();
        let expected: Vec<i64> = (1..=200).map(|n| start + n).collect();
        assert_eq!(positions, expected);
        assert_eq!(house.number("select last_position from sequencer").await, start + 200);
    })
    .await;
}
