//! What the planner does without being asked: it keeps the times of the plan true, looks for a
//! better plan behind the one in force, and learns from trips that ended.

use std::time::Duration;

use dispatch::live::Consequence;
use dispatch::solve::Limit;
use store::transfer::ShiftPlan;
use store::{By, Refusal};

use super::apart;
use super::day::Day;
use crate::App;
use crate::fault::Answer;
use crate::words::Lang;

const ROUND: Duration = Duration::from_secs(20);
/// Iterations of one search: a second or so for a city's day.
const IDEAS: u64 = 1_500;
/// Times that differ by less from those kept are left as they are.
const DRIFT_MS: i64 = 120_000;

/// Runs until the runtime stops.
pub(crate) async fn run(app: App) {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let now = app.now();
        let learned = app
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    store::transfer::forget_positions(tx, now).await?;
                    store::transfer::learn(tx, now).await
                })
            })
            .await;
        if let Err(error) = learned {
            tracing::warn!(%error, "the hour profile waits for the next round");
        }
        if let Err(fault) = improve(&app).await {
            tracing::warn!(fault = fault.sentence(), "the plan waits for the next round");
        }
    }
}

/// One round: true if a plan was written.
pub(crate) async fn improve(app: &App) -> Answer<bool> {
    let day = Day::read(app, Lang::Zh, app.now(), &[]).await?;
    if day.calls.is_empty() {
        return Ok(false);
    }
    let plans = apart(Lang::Zh, move || Ok(day.improved())).await?;
    if plans.is_empty() {
        return Ok(false);
    }
    let now = app.now();
    let written = app.db().write(move |tx| {
        Box::pin(async move {
            let by = By::system("planner", now);
            store::transfer::take_up(tx, &by, &plans, &[]).await
        })
    });
    match written.await {
        Ok(()) => {
            app.wake_feed();
            Ok(true)
        }
        // Somebody planned meanwhile; the next round looks again.
        Err(store::Error::Refused(Refusal::PlanMoved | Refusal::PlanBroken)) => Ok(false),
        Err(error) => Err(crate::fault::Fault::of(error, Lang::Zh)),
    }
}

impl Day {
    /// Plans worth writing. Where the rows alone have upset the day, people decide first.
    fn improved(&self) -> Vec<ShiftPlan> {
        let undecided =
            |one: &Consequence| matches!(one, Consequence::Moved { .. } | Consequence::Lost { .. });
        if self.upset.iter().any(undecided) || !self.ground.reliefs.is_empty() {
            return Vec::new();
        }
        let mut live = self.live.clone();
        live.reoptimise(Limit::Iterations(IDEAS));
        let mut plans = self.plans(&live, None);
        for vehicle in 0..live.vehicles() {
            let shift_id = &self.duty(vehicle).shift.shift_id;
            let known = plans.iter().any(|plan| plan.shift_id == *shift_id);
            let plan = self.plan_of(&live, vehicle, None);
            if !known && self.drifted(&plan) {
                plans.push(plan);
            }
        }
        plans
    }

    fn drifted(&self, plan: &ShiftPlan) -> bool {
        let rows = self.ground.stops.iter().filter(|stop| stop.shift_id == plan.shift_id);
        let mut pairs = rows.zip(&plan.stops);
        pairs.any(|(row, stop)| (row.begin_at - stop.begin_at.0).abs() > DRIFT_MS)
    }
}
