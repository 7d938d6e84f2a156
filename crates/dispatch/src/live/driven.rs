//! The day as it was driven, for the checker and for figures.

use std::collections::BTreeSet;

use crate::live::{Live, State};
use crate::plan::{Plan, PlannedRoute, Reason};
use crate::problem::{Instance, Time, Vehicle};

impl Live {
    /// Drives everything planned to its end and gives the day as it was, with the instance whose
    /// windows are the promises made: what [`crate::checker::check`] can judge. Calls that were
    /// refused are not part of it.
    pub fn finish(mut self) -> (Instance, Plan) {
        self.advance(Time::MAX / 4);
        let served: Vec<usize> =
            (0..self.calls.len()).filter(|&i| self.calls[i].state == State::Done).collect();
        let mut plan = Plan::default();
        for (vehicle, car) in self.cars.iter().enumerate() {
            if car.log.is_empty() {
                continue;
            }
            let mut place = car.vehicle.start;
            let mut distance = 0;
            for stop in &car.log {
                let there = self.place_of(stop.visit);
                distance += self.travel.leg(place, there).map_or(0, |leg| leg.1);
                place = there;
            }
            let home = car.vehicle.end.and_then(|end| self.travel.leg(place, end));
            distance += home.map_or(0, |leg| leg.1);
            let stops = car.log.clone();
            let breaks = car.rests.clone();
            let (start, end) = (car.began.unwrap_or(0), car.ended.unwrap_or(car.free));
            plan.distance += distance;
            let fitting = self.layouts(&car.vehicle, &stops);
            let layout = fitting.iter().position(|&fit| fit).unwrap_or(0);
            plan.routes.push(PlannedRoute { vehicle, start, end, stops, breaks, layout, distance });
        }
        let done: BTreeSet<usize> = served.into_iter().collect();
        let left = (0..self.calls.len()).filter(|i| !done.contains(i));
        plan.unserved = left.map(|i| (i, Reason::Taken)).collect();
        let instance = Instance {
            requests: self.calls.into_iter().map(|call| call.request).collect(),
            vehicles: self
                .cars
                .into_iter()
                .map(|car| Vehicle { breaks: car.owed, ..car.vehicle })
                .collect(),
            travel: self.travel,
            weights: self.weights,
            scale: self.scale,
        };
        plan.cost = crate::plan::cost(&instance, &plan);
        (instance, plan)
    }
}
