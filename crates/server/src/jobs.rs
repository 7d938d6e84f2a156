//! What runs without being asked: numbering of events, deadlines, and the feeder of the live
//! stream. Each round is a function of the database, so any number of nodes may run them.

use std::time::Duration;

use store::{deadline, event};

use crate::live::Change;
use crate::routes::Run;
use crate::{App, gateway};

const SEQUENCE_EVERY: Duration = Duration::from_millis(100);
/// A call climbs after ten seconds: its rung must not come a second late.
const DEADLINES_EVERY: Duration = Duration::from_millis(250);
/// The feeder is woken by this node's own writes; other nodes' writes it finds by looking.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const EVENTS_A_LOOK: i64 = 500;
/// A round of deadlines later than this, in city time, means that the platform was away.
const AWAY_MS: i64 = 60 * rules::Time::SECOND_MS;
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// One round of numbering and deadlines.
///
/// # Errors
/// When the database fails; the next round tries again.
pub async fn tick(app: &App) -> store::Result<()> {
    while deadline::fire(app.db(), app.now()).await? > 0 {}
    event::sequence(app.db()).await?;
    app.wake_feed();
    Ok(())
}

/// Runs the jobs until the runtime stops.
pub(crate) async fn run(app: App, options: Run) {
    if options.deadlines {
        tokio::spawn(fire_deadlines(app.clone()));
        tokio::spawn(crate::transfer::planner::run(app.clone()));
    }
    tokio::spawn(gateway::run(app.clone(), options.gateway));
    tokio::spawn(sequence(app.clone()));
    tokio::spawn(repeat(app.clone()));
    tokio::spawn(forget(app.clone()));
    feed(app).await;
}

async fn fire_deadlines(app: App) {
    let mut rounds = tokio::time::interval(DEADLINES_EVERY);
    // The round before this one, when it succeeded.
    let mut last = None;
    loop {
        rounds.tick().await;
        let now = app.now();
        let away = last.is_none_or(|at: rules::Time| now.0 - at.0 > AWAY_MS);
        match round(&app, now, away).await {
            Ok(fired) => {
                last = Some(now);
                if fired > 0 {
                    app.wake_feed();
                }
            }
            Err(error) => {
                // While the database was away no terminal could be heard.
                last = None;
                tracing::warn!(%error, "deadlines wait for the next round");
            }
        }
    }
}

/// Fires what is due. After an absence the watches for silence start anew first: nobody could
/// have been heard, so no terminal is to blame.
async fn round(app: &App, now: rules::Time, away: bool) -> store::Result<usize> {
    if away {
        app.db()
            .write(move |tx| Box::pin(async move { store::terminal::resume(tx, now).await }))
            .await?;
    }
    deadline::fire(app.db(), now).await
}

async fn forget(app: App) {
    let mut rounds = tokio::time::interval(FORGET_EVERY);
    loop {
        rounds.tick().await;
        app.forget_idle_senders();
        let now = app.now();
        let forgotten = app
            .db()
            .write(move |tx| Box::pin(async move { store::enquiry::forget(tx, now).await }))
            .await;
        if let Err(error) = forgotten {
            tracing::warn!(%error, "old enquiries wait for the next round");
        }
        let callers = app.db().write(move |tx| {
            Box::pin(async move {
                store::transfer::forget_calls(tx, now).await?;
                store::transfer::forget_handovers(tx, now).await?;
                store::transfer::forget_bookings(tx, now).await?;
                store::transfer::forget_complaints(tx, now).await?;
                store::transfer::forget_positions(tx, now).await?;
                store::transfer::forget_phone_checks(tx, now).await
            })
        });
        if let Err(error) = callers.await {
            tracing::warn!(%error, "old calls wait for the next round");
        }
    }
}

/// Makes the bookings of repeating transfers for the days ahead.
async fn repeat(app: App) {
    let mut rounds = tokio::time::interval(FORGET_EVERY);
    loop {
        rounds.tick().await;
        if let Err(error) = repeat_once(&app).await {
            tracing::warn!(%error, "repeated bookings wait for the next round");
        }
    }
}

async fn repeat_once(app: &App) -> store::Result<()> {
    let now = app.now();
    let mut tx = app.db().read().await?;
    let due = store::transfer::series_due(&mut tx, now).await?;
    drop(tx);
    for series_id in due {
        let (key, id) = (app.city().quote_key.clone(), series_id.clone());
        let made = app.db().write(move |tx| {
            Box::pin(async move {
                let by = store::By::system("series", now);
                store::transfer::make_due(tx, &by, &id, &key).await
            })
        });
        // One that cannot be made must not hold up the others.
        if let Err(error) = made.await {
            tracing::warn!(%error, series_id, "a repeated booking waits for the next round");
        }
    }
    Ok(())
}

async fn sequence(app: App) {
    let mut rounds = tokio::time::interval(SEQUENCE_EVERY);
    loop {
        rounds.tick().await;
        match event::sequence(app.db()).await {
            Ok(0) => {}
            Ok(_) => app.wake_feed(),
            Err(error) => tracing::warn!(%error, "events wait for their positions"),
        }
    }
}

async fn feed(app: App) {
    let mut wakes = app.feed_wakes();
    let mut last = None;
    loop {
        match look(&app, last).await {
            Ok(position) => last = Some(position),
            Err(error) => tracing::warn!(%error, "the live feed looks again"),
        }
        // Whichever comes first; a closed channel means the application is gone.
        let woken = tokio::time::timeout(LOOK_EVERY, wakes.changed()).await;
        if matches!(woken, Ok(Err(_))) {
            return;
        }
    }
}

async fn look(app: &App, last: Option<i64>) -> store::Result<i64> {
    let mut tx = app.db().read().await?;
    let Some(last) = last else { return event::last_position(&mut tx).await };
    let events = event::after(&mut tx, last, EVENTS_A_LOOK).await?;
    for change in events.iter().filter_map(Change::of) {
        // Nobody listening is no fault.
        let _ = app.changes().send(change);
    }
    Ok(events.last().map_or(last, |event| event.position))
}
