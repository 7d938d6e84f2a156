//! Many steps share a commit; what one of them does wrong stays its own.

use rules::register::Title;
use store::register::{NewPractitioner, add_practitioner, add_region, regions};
use store::{Db, Engine, Error, Refusal, Result, Tx};
use tokio::task::JoinSet;

use crate::city::{new_region, step};
use crate::house::{House, NOW, on};

fn person(id: String) -> NewPractitioner {
    NewPractitioner {
        practitioner_id: id,
        name_zh: "何医生".into(),
        name_en: "Dr He".into(),
        sex: "f".into(),
        title: Title::Chief,
    }
}

async fn add(tx: &mut Tx, id: String) -> Result<()> {
    add_practitioner(tx, &person(id)).await
}

/// What a step does after it has written its row.
async fn act(tx: &mut Tx, n: usize) -> Result<()> {
    add(tx, format!("prc_{n:02}")).await?;
    match n {
        30 => panic!("a step panics on purpose"),
        // The database's own error: the row is there already.
        31 => add(tx, "prc_31".into()).await,
        n if n % 7 == 0 => Err(Refusal::NotAllowed.into()),
        _ => Ok(()),
    }
}

fn succeeds(n: usize) -> bool {
    !n.is_multiple_of(7) && n != 30 && n != 31
}

async fn people(house: &House) -> Vec<String> {
    house.column("select practitioner_id from practitioner order by practitioner_id").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_steps_exactly_the_successful_ones_are_kept() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(engine, &async |house| {
            let mut steps = JoinSet::new();
            for n in 0..64 {
                let db = house.db.clone();
                steps.spawn(async move {
                    // On PostgreSQL the panic comes out in the caller, so it has a task to itself.
                    let told = tokio::spawn(async move { step!(db, |tx| act(tx, n)) }).await;
                    assert_eq!(matches!(told, Ok(Ok(()))), succeeds(n), "step {n}: {told:?}");
                });
            }
            steps.join_all().await;
            let kept: Vec<String> =
                (0..64).filter(|n| succeeds(*n)).map(|n| format!("prc_{n:02}")).collect();
            assert_eq!(people(&house).await, kept);
            step!(house.db, |tx| add(tx, "prc_99".into())).unwrap();
            assert_eq!(people(&house).await.len(), kept.len() + 1);
        })
        .await;
    }
}

/// A panic before the step has made its future is a panic of the step all the same.
#[tokio::test]
async fn a_step_that_panics_at_once_does_not_stop_the_writer() {
    on(Engine::Sqlite, &async |house| {
        async fn at_once(db: Db) -> Result<()> {
            db.write(|_| panic!("a step panics on purpose")).await
        }
        assert!(matches!(at_once(house.db.clone()).await, Err(Error::Lost(_))));
        step!(house.db, |tx| add(tx, "prc_1".into())).unwrap();
        assert_eq!(people(&house).await, ["prc_1"]);
    })
    .await;
}

/// A caller that goes away loses its answer, not the writer.
#[tokio::test]
async fn a_caller_that_goes_away_harms_nobody() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(engine, &async |house| {
            let db = house.db.clone();
            let gone = tokio::spawn(async move { step!(db, |tx| add(tx, "prc_1".into())) });
            gone.abort();
            let _ = gone.await;
            step!(house.db, |tx| add(tx, "prc_2".into())).unwrap();
            assert!(people(&house).await.contains(&"prc_2".to_owned()));
        })
        .await;
    }
}

/// What is committed while a read goes on is not in it.
#[tokio::test]
async fn one_read_belongs_to_one_moment() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        on(engine, &async |house| {
            let mut reading = house.read().await;
            assert_eq!(regions(&mut reading, NOW).await.unwrap(), []);
            let region = new_region("320600", None, ["南通市", "Nantong"]);
            step!(house.db, |tx| add_region(tx, &region)).unwrap();
            assert_eq!(regions(&mut reading, NOW).await.unwrap(), []);
            drop(reading);
            assert_eq!(regions(&mut house.read().await, NOW).await.unwrap().len(), 1);
        })
        .await;
    }
}
