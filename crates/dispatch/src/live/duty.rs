//! What vehicles report, and who comes on duty or leaves it.
//!
//! Each report puts the plan right again: as it is if it still holds; with people moved to other
//! vehicles if not; late if it must be.

use crate::live::events::relax;
use crate::live::offer::timed;
use crate::live::{Car, Consequence, Duty, Live, Standing, State};
use crate::model::refusal;
use crate::plan::{PlannedBreak, PlannedStop};
use crate::problem::{End, FARTHEST, Problem, Time, Vehicle, Visit};

impl Live {
    /// Lets the time pass without anything having happened: what was planned before `now` and
    /// was not reported is still to come.
    pub fn wait(&mut self, now: Time) -> Vec<Consequence> {
        self.now = self.now.max(now);
        let mut found = Vec::new();
        for c in 0..self.cars.len() {
            let Some(stop) = self.cars[c].plan.first() else { continue };
            let (begin, there) = (stop.begin, self.place_of(stop.visit));
            let car = &self.cars[c];
            let pause = car.breaks.iter().any(|b| b.after == 0 && b.begin < self.now);
            let on_time = if car.under_way { begin } else { self.leave(c, there, begin) };
            if on_time < self.now || (pause && !car.under_way) {
                found.extend(self.replan(c));
            }
        }
        found
    }

    /// A vehicle was at this place at that moment. `None` if there is no such vehicle or place,
    /// or it does not drive.
    pub fn report(&mut self, vehicle: usize, place: usize, at: Time) -> Option<Vec<Consequence>> {
        let known = place < self.travel.len() && (0..=FARTHEST).contains(&at);
        let car = self.cars.get_mut(vehicle).filter(|car| known && car.drives())?;
        car.place = place;
        car.free = car.free.max(at);
        Some(self.replan(vehicle))
    }

    /// A vehicle has left for its first planned stop. `None` if it has nothing to go to.
    pub fn left(&mut self, vehicle: usize, at: Time) -> Option<Vec<Consequence>> {
        let known = (0..=FARTHEST).contains(&at);
        let drives = |car: &&mut Car| known && car.drives() && !car.plan.is_empty();
        let car = self.cars.get_mut(vehicle).filter(drives)?;
        car.under_way = true;
        car.free = at.max(car.log.last().map_or(0, |stop| stop.depart));
        car.began.get_or_insert(car.free);
        Some(self.replan(vehicle))
    }

    /// A planned stop of a vehicle is behind it, served from `begin` to `depart`; it need not
    /// have been the next one. `None` if the vehicle has no such stop or the times run backwards.
    pub fn happened(
        &mut self,
        vehicle: usize,
        visit: Visit,
        begin: Time,
        depart: Time,
    ) -> Option<Vec<Consequence>> {
        let car = self.cars.get(vehicle).filter(|car| car.drives())?;
        let at = car.plan.iter().position(|stop| stop.visit == visit)?;
        let pickup = Visit { end: End::Pickup, ..visit };
        let unfetched = visit.end == End::Delivery && car.plan.iter().any(|s| s.visit == pickup);
        let after = car.log.last().map_or(0, |stop| stop.depart);
        if unfetched || begin < after || depart < begin || depart > FARTHEST {
            return None;
        }
        let there = self.place_of(visit);
        let drive = self.travel.leg(car.place, there).map_or(0, |leg| leg.0);
        let car = &mut self.cars[vehicle];
        car.began.get_or_insert((begin - drive).max(0));
        car.plan.remove(at);
        car.plan.insert(0, PlannedStop { visit, begin, depart });
        self.serve(vehicle, there);
        Some(self.replan(vehicle))
    }

    /// A vehicle's crew has rested. `None` if there is no such vehicle or the times run backwards.
    pub fn rested(&mut self, vehicle: usize, begin: Time, end: Time) -> Option<Vec<Consequence>> {
        let sound = begin >= 0 && begin <= end && end <= FARTHEST;
        let car = self.cars.get_mut(vehicle).filter(|car| sound && car.drives())?;
        car.began.get_or_insert(begin);
        car.rest(PlannedBreak { after: 0, begin, end });
        Some(self.replan(vehicle))
    }

    /// A vehicle comes on duty; gives its number.
    ///
    /// # Errors
    /// An impossible vehicle.
    pub fn join(&mut self, vehicle: Vehicle) -> Result<usize, Problem> {
        vehicle.check(self.travel.len())?;
        self.cars.push(Standing::fresh(vehicle).into_car(Vec::new()));
        self.show(self.cars.len() - 1);
        Ok(self.cars.len() - 1)
    }

    /// A vehicle goes off duty: it ends what it has begun, everybody else is planned anew.
    pub fn retire(&mut self, vehicle: usize) -> Vec<Consequence> {
        let Some(car) = self.cars.get_mut(vehicle).filter(|car| car.serves()) else {
            return Vec::new();
        };
        car.duty = Duty::Leaving;
        self.nearby.remove(vehicle);
        self.part(vehicle)
    }

    /// A vehicle that was out, leaving or home takes calls again, from this place and moment on.
    /// False if there is no such vehicle or place.
    pub fn resume(&mut self, vehicle: usize, place: usize, at: Time) -> bool {
        let known = place < self.travel.len() && (0..=FARTHEST).contains(&at);
        let Some(car) = self.cars.get_mut(vehicle).filter(|_| known) else { return false };
        if !car.drives() {
            car.place = place;
            car.free = at;
        }
        car.duty = Duty::On;
        car.ended = None;
        car.quiet_until = 0;
        self.show(vehicle);
        true
    }

    /// Times a car's plan; where it no longer holds, keeps who must stay with the car and plans
    /// everybody else anew.
    pub(super) fn replan(&mut self, c: usize) -> Vec<Consequence> {
        let known = self.late_in(c);
        if !self.still_holds(c) {
            return self.part(c);
        }
        let mut late = self.late_in(c);
        late.retain(|(call, by)| !known.iter().any(|(other, was)| other == call && was >= by));
        late.into_iter().map(|(call, by)| Consequence::Late { call, by }).collect()
    }

    /// Times a car's plan as it is; false if it breaks a rule.
    pub(super) fn still_holds(&mut self, c: usize) -> bool {
        let tour: Vec<Visit> = self.cars[c].plan.iter().map(|stop| stop.visit).collect();
        self.suits(c) && self.retime_or_not(&[(c, tour)])
    }

    /// Keeps who must stay with a car and plans everybody else anew.
    pub(super) fn part(&mut self, c: usize) -> Vec<Consequence> {
        let (stay, loose) = self.held(c);
        let mut found = self.hold(c, &stay);
        found.extend(self.mend(&loose));
        found
    }

    /// Everybody whose plan is later than it should be, and by how much.
    pub fn late(&self) -> Vec<(usize, Time)> {
        (0..self.cars.len()).flat_map(|c| self.late_in(c)).collect()
    }

    /// Whether a car may serve everybody it is to fetch, by equipment, crew and room.
    fn suits(&self, c: usize) -> bool {
        let view = self.view(&[c], &[], None);
        let fetched = view.stops[0].iter().filter(|visit| visit.end == End::Pickup);
        let mut fetched = fetched.map(|visit| visit.request);
        fetched.all(|r| refusal(&view.instance, 0, r).is_none())
    }

    /// Stops that stay with a car whatever comes (people aboard and the stop it is driving to),
    /// and the calls that need not.
    fn held(&self, c: usize) -> (Vec<Visit>, Vec<usize>) {
        let car = &self.cars[c];
        let next = car.plan.first().filter(|_| car.under_way).map(|stop| stop.visit.request);
        let (mut stay, mut loose) = (Vec::new(), Vec::new());
        for visit in car.plan.iter().map(|stop| stop.visit) {
            let aboard = matches!(self.calls[visit.request].state, State::Aboard { .. });
            if aboard || Some(visit.request) == next {
                stay.push(visit);
            } else if visit.end == End::Pickup {
                loose.push(visit.request);
            }
        }
        (stay, loose)
    }

    /// Gives a car these stops only, on time if it can be, else late, over time, without the
    /// break that can no longer be taken; whoever cannot even so be served is lost.
    fn hold(&mut self, c: usize, stay: &[Visit]) -> Vec<Consequence> {
        let tour = [(c, stay.to_vec())];
        if self.retime_or_not(&tour) {
            return Vec::new();
        }
        let mut calls: Vec<usize> = stay.iter().map(|visit| visit.request).collect();
        calls.sort_unstable();
        calls.dedup();
        for &call in &calls {
            relax(&mut self.calls[call].request);
        }
        let mut found = Vec::new();
        if !self.retime_or_not(&tour) {
            let shift = self.closing(c);
            self.cars[c].overrun = FARTHEST;
            if !self.retime_or_not(&tour) {
                let missed = std::mem::take(&mut self.cars[c].vehicle.breaks);
                found.extend(missed.iter().map(|_| Consequence::BreakMissed { vehicle: c }));
                if !self.retime_or_not(&tour) {
                    return self.lose(c, &calls);
                }
            }
            let back = self.back(c);
            self.cars[c].overrun = back;
            if back > shift {
                found.push(Consequence::Overtime { vehicle: c, by: back - shift });
            }
        }
        found.extend(self.lateness(&calls));
        found
    }

    fn lose(&mut self, c: usize, calls: &[usize]) -> Vec<Consequence> {
        let car = &mut self.cars[c];
        car.plan.clear();
        car.breaks.clear();
        car.under_way = false;
        car.aboard.retain(|call| !calls.contains(call));
        car.overrun = 0;
        let lost = |&call: &usize| {
            self.calls[call].state = State::Lost;
            Consequence::Lost { call }
        };
        calls.iter().map(lost).collect()
    }

    /// When a car must be back by its shift and longest tour.
    pub(super) fn closing(&self, c: usize) -> Time {
        let car = &self.cars[c];
        let longest = car.began.zip(car.vehicle.max_duration).map(|(began, most)| began + most);
        car.vehicle.shift.latest.min(longest.unwrap_or(FARTHEST))
    }

    /// When a car will be back after what is planned.
    fn back(&self, c: usize) -> Time {
        let view = self.view(&[c], &[], None);
        timed(&view.instance, &view.stops[0]).map_or(self.now, |route| route.end)
    }
}
