//! What each vehicle answers to somebody who asks: when it would come, or the first rule that
//! keeps it from coming.

use dispatch::live::{Live, Offer as Found, Rule, State as Standing};
use dispatch::plan::Reason;
use dispatch::problem::{End, FARTHEST, Request, Stop, Visit, Window};
use rules::Time;
use rules::transfer::planning::{Asked, Post, Room, Why, unfit};
use serde_json::{Value, json};

use super::day::{Day, crew_map, crewed, demand};
use super::{Ask, OFFERS, Offer, Slots, VehicleAnswer, broken};
use crate::fault::Answer;
use crate::transfer::roads::{Source, Way};

/// A vehicle that can come, with the engine's own offer.
pub(super) struct Candidate {
    pub vehicle: usize,
    pub found: Found,
    pub late_s: i64,
    pub empty_m: i64,
    pub makes_room: bool,
}

/// The engine's whole answer to one question.
pub(super) struct Ranking {
    /// The plan without whoever asks, if they were planned already.
    pub live: Live,
    /// The recommended one first; late ones last.
    pub candidates: Vec<Candidate>,
    /// Vehicles that cannot come, with the first rule.
    pub refused: Vec<(usize, Why)>,
    pub way: Way,
}

/// What is asked of the engine, as it was asked and with every window open.
struct Question {
    request: Request,
    open: Request,
}

impl Day {
    /// See [`super::slots`].
    pub fn slots(&self, ask: &Ask) -> Answer<Slots> {
        let ranking = self.rank(ask)?;
        let mut answers: Vec<VehicleAnswer> =
            ranking.candidates.iter().map(|one| self.answer_of(one)).collect();
        let on_offer =
            ranking.candidates.iter().filter(|one| one.late_s == 0 || ask.promise.is_none());
        let offers = on_offer.take(OFFERS).map(|one| self.offer_of(one, ask)).collect();
        let soonest = answers.iter().filter_map(|answer| answer.pickup_at).min();
        for (vehicle, why) in ranking.refused {
            answers.push(VehicleAnswer { why: Some(why), ..self.blank(vehicle) });
        }
        Ok(Slots { offers, answers, way: ranking.way, soonest })
    }

    pub(super) fn blank(&self, vehicle: usize) -> VehicleAnswer {
        let shift = &self.duty(vehicle).shift;
        VehicleAnswer {
            shift_id: shift.shift_id.clone(),
            vehicle_id: shift.vehicle_id.clone(),
            call_sign: shift.call_sign.clone(),
            pickup_at: None,
            arrive_at: None,
            late_min: 0,
            empty_m: 0,
            makes_room: false,
            why: None,
        }
    }

    pub(super) fn answer_of(&self, one: &Candidate) -> VehicleAnswer {
        VehicleAnswer {
            pickup_at: Some(self.time(one.found.pickup)),
            arrive_at: Some(self.time(one.found.delivery)),
            late_min: (one.late_s + 59) / 60,
            empty_m: one.empty_m,
            makes_room: one.makes_room,
            ..self.blank(one.vehicle)
        }
    }

    pub(super) fn offer_of(&self, one: &Candidate, ask: &Ask) -> Offer {
        let shift = &self.duty(one.vehicle).shift;
        // What the family is told leaves the plan some minutes in hand.
        let told = self.time(one.found.promise.1).plus_min(self.planning.tight_min);
        let found = (self.time(one.found.promise.0), told);
        let pickup_at = self.time(one.found.pickup);
        // A promise made is kept as it was told, where it is kept at all.
        let kept = ask.promise.filter(|promise| one.late_s == 0 && pickup_at <= promise.1);
        Offer {
            shift_id: shift.shift_id.clone(),
            call_sign: shift.call_sign.clone(),
            pickup_at,
            arrive_at: self.time(one.found.delivery),
            promise: kept.unwrap_or(found),
            empty_m: one.empty_m,
        }
    }

    /// Asks every vehicle.
    pub(super) fn rank(&self, ask: &Ask) -> Answer<Ranking> {
        let mut live = self.live.clone();
        if let Some(call) = ask.booking_id.as_deref().and_then(|id| self.call(id)) {
            live.cancel(call);
        }
        let ends = self.places.find(ask.from).zip(self.places.find(ask.to));
        let leg = ends.and_then(|(from, to)| self.leg(from, to));
        let (Some((from, to)), Some((drive_s, distance_m))) = (ends, leg) else {
            let refused = (0..self.live.vehicles()).map(|v| (v, Why::Unreachable)).collect();
            let way = Way { distance_m: 0, drive_s: 0, source: Source::Straight };
            return Ok(Ranking { live, candidates: Vec::new(), refused, way });
        };
        let way = Way { distance_m, drive_s, source: self.source };
        let demand = demand(&self.planning, &self.tiers, ask, Some((drive_s, distance_m)));
        let question = self.question(ask, &demand, (from, to), drive_s);
        let (mut candidates, mut refused) = (Vec::new(), Vec::new());
        let answers = live.offers(&question.request).map_err(broken(self.lang))?;
        let open = live.offers(&question.open).map_err(broken(self.lang))?;
        let asked = self.asked(ask, &question);
        for (vehicle, (answer, open)) in answers.into_iter().zip(open).enumerate() {
            if !asked.contains(&vehicle) {
                continue;
            }
            let unfit = self.off[vehicle].clone();
            let unfit = unfit.or_else(|| unfit_of(&demand, self.duty(vehicle)));
            if let Some(why) = unfit {
                refused.push((vehicle, why));
                continue;
            }
            match (answer, open) {
                (Ok(found), _) => {
                    candidates.push(self.candidate(&live, vehicle, found, ask, &question))
                }
                (Err(refusal), Ok(found)) if lateness_helps(refusal.rule) => {
                    candidates.push(self.candidate(&live, vehicle, found, ask, &question));
                }
                (Err(refusal), _) => {
                    let why = self.why(vehicle, refusal.rule, &question.request, drive_s);
                    refused.push((vehicle, why));
                }
            }
        }
        candidates.sort_by_key(|one| {
            (one.late_s > 0, one.late_s.max(0) / 60, one.found.cost, one.vehicle)
        });
        if candidates.first().is_none_or(|first| first.late_s > 0) {
            self.make_room(&live, ask, &question, &mut candidates, &mut refused)?;
        }
        Ok(Ranking { live, candidates, refused, way })
    }

    /// Nobody can come on time as plans stand: maybe when others change vehicles.
    fn make_room(
        &self,
        live: &Live,
        ask: &Ask,
        question: &Question,
        candidates: &mut Vec<Candidate>,
        refused: &mut Vec<(usize, Why)>,
    ) -> Answer<()> {
        let found = live.offer(&question.request).map_err(broken(self.lang))?;
        let Ok(found) = found else { return Ok(()) };
        let vehicle = found.vehicle;
        if !self.asked(ask, question).contains(&vehicle) {
            return Ok(());
        }
        let mut one = self.candidate(live, vehicle, found, ask, question);
        if one.late_s > 0 && candidates.iter().any(|known| known.vehicle == vehicle) {
            return Ok(());
        }
        one.makes_room = true;
        candidates.retain(|known| known.vehicle != vehicle);
        refused.retain(|(known, _)| *known != vehicle);
        candidates.insert(0, one);
        Ok(())
    }

    /// Vehicles whose turn of duty touches the time that is asked for; the turns of other days say
    /// nothing. All of them, where none does.
    fn asked(&self, ask: &Ask, question: &Question) -> Vec<usize> {
        let window = question.request.pickup.window;
        let patience = self.planning.patience_min * 60;
        let touches = |vehicle: &usize| {
            let shift = &self.duty(*vehicle).shift;
            let until = self.secs(Time(shift.latest_at));
            self.secs(Time(shift.from_at)) <= window.latest + patience && until >= window.earliest
        };
        let own = |vehicle: &usize| {
            let call = ask.booking_id.as_deref().and_then(|id| self.call(id));
            call.is_some_and(|call| self.live.vehicle_of(call) == Some(*vehicle))
        };
        let all: Vec<usize> = (0..self.ground.duties.len()).collect();
        let some: Vec<usize> = all.iter().copied().filter(|v| touches(v) || own(v)).collect();
        if some.is_empty() { all } else { some }
    }

    fn question(
        &self,
        ask: &Ask,
        demand: &rules::transfer::planning::Demand,
        (from, to): (usize, usize),
        drive_s: i64,
    ) -> Question {
        let asked = Asked { ready_at: ask.ready_at, appointment_at: ask.appointment_at };
        let windows = self.planning.windows(&asked, drive_s, demand.board_s, self.now);
        let [first, due, last] = windows.pickup.map(|at| self.secs(at));
        let pickup = match ask.promise {
            Some((from, until)) => {
                let (from, until) = (self.secs(from), self.secs(until));
                Window::hard(from.min(until), until)
            }
            None => Window { earliest: first, due, latest: last },
        };
        let leave = self.secs(windows.delivery);
        let leave = Window { earliest: 0, due: leave, latest: leave };
        let stop = |place, service, window| Stop { place, service, window };
        let request = Request {
            max_ride: demand.ride_s,
            alone: demand.alone,
            needs: demand.equipment.clone(),
            crew: crew_map(demand.crew),
            ..Request::new(
                i64::try_from(self.calls.len()).unwrap_or(0),
                stop(from, demand.board_s, pickup),
                stop(to, demand.leave_s, leave),
                demand.load,
            )
        };
        let mut open = request.clone();
        open.pickup.window.latest = FARTHEST;
        open.delivery.window.latest = FARTHEST;
        Question { request, open }
    }

    fn candidate(
        &self,
        live: &Live,
        vehicle: usize,
        found: Found,
        ask: &Ask,
        question: &Question,
    ) -> Candidate {
        // Without a promise, late is what keeps somebody who is ready waiting; with an
        // appointment also who would come after it.
        let due = question.request.pickup.window.due;
        let mut late_s = (found.pickup - due).max(0);
        if ask.appointment_at.is_some() {
            late_s = late_s.max(found.delivery - question.request.delivery.window.latest);
        }
        let empty_m = self.empty_m(live, vehicle, &found);
        Candidate { vehicle, found, late_s, empty_m, makes_room: false }
    }

    /// Metres driven with nobody aboard to the door.
    fn empty_m(&self, live: &Live, vehicle: usize, found: &Found) -> i64 {
        let mut after = live.clone();
        let Some(call) = after.accept(found.clone()) else { return 0 };
        let Some((mut place, _)) = after.stands(vehicle) else { return 0 };
        let mut aboard = after.calls().iter().filter(|one| aboard_in(&one.state, vehicle)).count();
        for stop in after.stops(vehicle) {
            let there = self.place_in(&after, stop.visit);
            if stop.visit == (Visit { request: call, end: End::Pickup }) {
                let metres = after.travel().leg(place, there).map_or(0, |leg| leg.1);
                return if aboard == 0 { metres } else { 0 };
            }
            match stop.visit.end {
                End::Pickup => aboard += 1,
                End::Delivery => aboard = aboard.saturating_sub(1),
            }
            place = there;
        }
        0
    }

    /// Where a planned stop lies.
    pub fn stop_place(&self, visit: Visit) -> usize {
        self.place_in(&self.live, visit)
    }

    /// Whether no vehicle can serve somebody who waits, on time or late.
    pub fn unmet(&self, trip: &store::transfer::Trip) -> bool {
        let ask = Ask::of_trip(trip);
        let ends = self.places.find(ask.from).zip(self.places.find(ask.to));
        let leg = ends.and_then(|(from, to)| self.leg(from, to));
        let (Some(ends), Some((drive_s, _))) = (ends, leg) else { return true };
        let demand = demand(&self.planning, &self.tiers, &ask, leg);
        let question = self.question(&ask, &demand, ends, drive_s);
        let asked = self.asked(&ask, &question);
        let fits = |vehicle: &usize| {
            self.off[*vehicle].is_none() && unfit_of(&demand, self.duty(*vehicle)).is_none()
        };
        let fit: Vec<usize> = asked.into_iter().filter(fits).collect();
        let answers = self.live.offers(&question.open).unwrap_or_default();
        !fit.into_iter().any(|vehicle| answers.get(vehicle).is_some_and(Result::is_ok))
    }

    pub(super) fn place_in(&self, live: &Live, visit: Visit) -> usize {
        let request = &live.calls()[visit.request].request;
        match visit.end {
            End::Pickup => request.pickup.place,
            End::Delivery => request.delivery.place,
        }
    }

    /// The engine's rule in the words of the rules.
    fn why(&self, vehicle: usize, rule: Rule, request: &Request, drive_s: i64) -> Why {
        let latest = Time(self.duty(vehicle).shift.latest_at);
        let stops = request.pickup.service + request.delivery.service;
        let end = request.pickup.window.earliest + stops + drive_s;
        match rule {
            // The turn ends before a journey that begins when it may begin: that says more.
            Rule::Window if end > self.secs(latest) => Why::ShiftEnd { latest },
            Rule::OutOfService => Why::OffDuty,
            Rule::Unfit(Reason::Pinned) => Why::Pinned,
            Rule::Unfit(Reason::Unreachable) => Why::Unreachable,
            Rule::Unfit(Reason::Feature) => Why::Equipment { codes: Vec::new() },
            Rule::Unfit(Reason::Crew) => Why::Crew { post: Post::Hands },
            Rule::Unfit(Reason::Room) => Why::Room { room: Room::Seat },
            Rule::Unfit(Reason::Window) | Rule::Window => Why::Window,
            Rule::Unfit(Reason::Taken) | Rule::Others => Why::Others,
            Rule::Shift => Why::ShiftEnd { latest },
            Rule::Ride => Why::Ride,
            Rule::Room => Why::RoomTaken,
        }
    }
}

fn aboard_in(state: &Standing, vehicle: usize) -> bool {
    matches!(state, Standing::Aboard { vehicle: v, .. } if *v == vehicle)
}

fn unfit_of(
    demand: &rules::transfer::planning::Demand,
    duty: &store::transfer::Duty,
) -> Option<Why> {
    unfit(demand, &crewed(duty))
}

/// Rules that a later pick-up can keep.
fn lateness_helps(rule: Rule) -> bool {
    matches!(rule, Rule::Window | Rule::Others | Rule::Room | Rule::Unfit(Reason::Taken))
}

/// The answers as they are kept with a choice: ids, codes, numbers and times.
pub(super) fn kept(answers: &[VehicleAnswer]) -> Value {
    let one = |answer: &VehicleAnswer| {
        json!({
            "shift": answer.shift_id, "vehicle": answer.vehicle_id,
            "pickup_at": answer.pickup_at, "arrive_at": answer.arrive_at,
            "late_min": answer.late_min, "empty_m": answer.empty_m,
            "makes_room": answer.makes_room, "why": answer.why,
        })
    };
    answers.iter().map(one).collect()
}
