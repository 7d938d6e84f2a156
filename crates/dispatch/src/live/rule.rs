//! Why a vehicle cannot take a call: the first rule that keeps it from doing so.

use crate::live::offer::insert_last;
use crate::live::{Live, State};
use crate::model::refusal;
use crate::plan::{PlannedStop, Reason};
use crate::problem::{End, FARTHEST, Instance, Request, Visit, Window};

/// The first rule that keeps a vehicle from taking a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The vehicle is out of service or its tour has ended.
    OutOfService,
    /// Not among the vehicles the call is bound to, lacks equipment, crew or room, or no way.
    Unfit(Reason),
    /// Its shift or longest tour leaves no time.
    Shift,
    /// It cannot be there within the windows, even with nothing else to do.
    Window,
    /// The person would be aboard too long, even with nothing else to do.
    Ride,
    /// Others take the room.
    Room,
    /// Somebody else's promise, ride limit or break would be broken.
    Others,
}

impl Rule {
    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutOfService => "out_of_service",
            Self::Unfit(reason) => reason.code(),
            Self::Shift => "shift",
            Self::Window => "window",
            Self::Ride => "ride",
            Self::Room => "room_taken",
            Self::Others => "others",
        }
    }
}

/// Why one vehicle cannot take a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub vehicle: usize,
    pub rule: Rule,
}

impl Live {
    /// The first rule that keeps a vehicle from taking a call, found by lifting rules one by one.
    pub(super) fn first_rule(&self, c: usize, request: &Request) -> Rule {
        let car = &self.cars[c];
        if !car.serves() {
            return Rule::OutOfService;
        }
        let view = self.view(&[c], &[], Some(request));
        let new = view.instance.requests.len() - 1;
        if let Some(unfit) = refusal(&view.instance, 0, new) {
            return Rule::Unfit(Reason::of(unfit));
        }
        let bare = self.bare(c, request);
        let alone = |change: &dyn Fn(&mut Instance)| {
            let mut instance = bare.clone();
            change(&mut instance);
            insert_last(&instance, &locked_only(&instance)).is_some()
        };
        let last = |i: &Instance| i.requests.len() - 1;
        if !alone(&|_| ()) {
            let unbound = |i: &mut Instance| {
                let r = last(i);
                i.requests[r].max_ride = FARTHEST;
            };
            let open = |i: &mut Instance| {
                let r = last(i);
                i.requests[r].pickup.window = Window::hard(0, FARTHEST);
                i.requests[r].delivery.window = Window::hard(0, FARTHEST);
            };
            let rule = if alone(&unbound) { Rule::Ride } else { Rule::Window };
            return if rule == Rule::Window && !alone(&open) { Rule::Shift } else { rule };
        }
        let mut roomy = view.instance.clone();
        roomy.vehicles[0].layouts = vec![[1_000; 4]];
        roomy.requests.iter_mut().for_each(|r| r.alone = false);
        if insert_last(&roomy, &view.stops[0]).is_some() { Rule::Room } else { Rule::Others }
    }

    /// A car with only the people aboard and the stop it is driving to, and the new call.
    fn bare(&self, c: usize, request: &Request) -> Instance {
        let car = &self.cars[c];
        let aboard =
            |visit: &Visit| matches!(self.calls[visit.request].state, State::Aboard { .. });
        let next = car.plan.first().filter(|_| car.under_way).map(|stop| stop.visit.request);
        let stays = |stop: &&PlannedStop| aboard(&stop.visit) || Some(stop.visit.request) == next;
        let plan: Vec<PlannedStop> = car.plan.iter().filter(stays).copied().collect();
        self.view_of(&[c], &[&plan], &[], Some(request)).instance
    }
}

/// What must be driven whatever comes: locked stops, then deliveries of who is aboard or next.
fn locked_only(instance: &Instance) -> Vec<Visit> {
    let mut tour = instance.vehicles[0].locked.clone();
    for r in 0..instance.requests.len() - 1 {
        for end in [End::Pickup, End::Delivery] {
            let visit = Visit { request: r, end };
            if !tour.contains(&visit) {
                tour.push(visit);
            }
        }
    }
    tour
}
