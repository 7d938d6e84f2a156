//! What a journey asks of a vehicle and its crew, when it may be driven, and the first rule that
//! keeps a vehicle from it. The search for a plan lies elsewhere; it is told these numbers only.

use serde::{Deserialize, Serialize};

use super::service::ServicePack;
use super::tier::Tier;
use super::{Class, CrewRole, Need};
use crate::{Time, coded};

/// The numbers a city plans by. Drafts until its health commission has checked them; the bound of
/// 400 km and four hours is the Yuhuan tariff's and the road safety law's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planning {
    /// At the door and in the vehicle before it moves, and out again.
    pub load_min: i64,
    /// So much more for each floor where somebody is carried down by hand.
    pub floor_min: i64,
    /// A promised pick-up begins so long before and after the planned time at most.
    pub promise_before_min: i64,
    pub promise_after_min: i64,
    /// Somebody who is ready is offered a pick-up this long after at the latest.
    pub patience_min: i64,
    /// An appointment is reached this long before it begins, and not longer before than the second.
    pub before_min: i64,
    pub early_min: i64,
    /// Aboard at most so many thousandths of the direct drive, and so many minutes more.
    pub ride_permille: i64,
    pub ride_extra_min: i64,
    /// Beyond either two drivers take turns.
    pub two_drivers_km: i64,
    pub two_drivers_min: i64,
    /// Driving where no road times are at hand: detour in thousandths of the straight line.
    pub detour_permille: u32,
    pub km_per_h: f64,
    /// A better plan is taken up only if it saves so many metres, and so many more for each person
    /// who changes vehicles.
    pub threshold_m: i64,
    pub move_m: i64,
    /// The last minutes of a promise that a plan keeps in hand.
    pub tight_min: i64,
    /// Where a vehicle was seen longer ago than this says nothing about where it is.
    pub seen_min: i64,
}

impl Default for Planning {
    fn default() -> Planning {
        Planning {
            load_min: 10,
            floor_min: 3,
            promise_before_min: 10,
            promise_after_min: 15,
            patience_min: 120,
            before_min: 15,
            early_min: 60,
            ride_permille: 1_500,
            ride_extra_min: 20,
            two_drivers_km: 400,
            two_drivers_min: 240,
            detour_permille: 1_350,
            km_per_h: 34.0,
            threshold_m: 3_000,
            move_m: 2_000,
            tight_min: 5,
            seen_min: 20,
        }
    }
}

/// One person's way as the planner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    pub needs: Vec<Need>,
    pub class: Option<Class>,
    pub companions: i64,
    /// People needed to carry by hand.
    pub carry: i64,
    /// Floors without a lift at both ends.
    pub stairs: [i64; 2],
    /// The direct drive.
    pub drive_s: i64,
    pub distance_m: i64,
    /// What the tier it was priced by brings along at the least.
    pub tier: Minimum,
}

/// Crew and equipment of a tier at the least.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minimum {
    pub crew: Posts,
    pub equipment: Vec<String>,
}

impl Minimum {
    pub fn of(tier: &Tier) -> Minimum {
        let mut crew = Posts::default();
        for post in &tier.posts {
            let count = u16::try_from(post.count).unwrap_or(u16::MAX);
            crew.hands += count;
            match post.roles[..] {
                [CrewRole::Driver] => crew.drivers += count,
                [CrewRole::Nurse] => crew.nurses += count,
                [CrewRole::Doctor] => crew.doctors += count,
                _ => {}
            }
        }
        Minimum { crew, equipment: tier.equipment.clone() }
    }
}

coded! {
    /// The four things a vehicle can be full of, in the order of its layouts.
    Room {
        /// Companions and escorts.
        Staff = "staff",
        Seat = "seat",
        Stretcher = "stretcher",
        Wheelchair = "wheelchair",
    }
}

/// What a journey asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// By [`Room`].
    pub load: [u16; 4],
    pub equipment: Vec<String>,
    pub crew: Posts,
    /// Nobody else may be aboard at the same time.
    pub alone: bool,
    pub board_s: i64,
    pub leave_s: i64,
    /// Longest time aboard.
    pub ride_s: i64,
}

/// People on a vehicle, or asked of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posts {
    pub drivers: u16,
    pub nurses: u16,
    pub doctors: u16,
    /// Everybody, drivers included: who can lift.
    pub hands: u16,
}

impl Posts {
    pub fn of(roles: impl IntoIterator<Item = CrewRole>) -> Posts {
        let mut posts = Posts::default();
        for role in roles {
            posts.hands += 1;
            match role {
                CrewRole::Driver => posts.drivers += 1,
                CrewRole::Nurse => posts.nurses += 1,
                CrewRole::Doctor => posts.doctors += 1,
                CrewRole::Escort => {}
            }
        }
        posts
    }
}

/// A vehicle with the crew of a turn of duty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crewed {
    pub layouts: Vec<[u16; 4]>,
    pub equipment: Vec<String>,
    pub crew: Posts,
}

coded! {
    /// Who of the crew is too few.
    Post {
        Driver = "driver",
        /// Over 400 km or four hours.
        SecondDriver = "second_driver",
        Nurse = "nurse",
        Doctor = "doctor",
        Hands = "hands",
    }
}

/// The first rule that keeps a vehicle from a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// Inspection, repair, breakdown, disinfection.
    Outage {
        reason: String,
        until: Option<Time>,
    },
    /// The vehicle or one of its crew lacks a certificate (A40).
    Unaccredited,
    /// Not on duty, or the turn has ended.
    OffDuty,
    Equipment {
        codes: Vec<String>,
    },
    Room {
        room: Room,
    },
    Crew {
        post: Post,
    },
    Unreachable,
    /// The turn of duty ends before the journey would.
    ShiftEnd {
        latest: Time,
    },
    /// Cannot be there within the window, even with nothing else to do.
    Window,
    /// The person would be aboard too long.
    Ride,
    /// Others take the room.
    RoomTaken,
    /// Somebody else's promise, time aboard, or the crew's break would be broken.
    Others,
    /// Bound to another vehicle by hand.
    Pinned,
}

impl Planning {
    /// The numbers by a city's settings.
    pub fn of(service: &ServicePack) -> Planning {
        let (promise, travel) = (&service.promise, &service.travel);
        let before = promise.window_min / 4;
        Planning {
            load_min: promise.load_min,
            before_min: promise.before_min,
            promise_before_min: before,
            promise_after_min: promise.window_min - before,
            detour_permille: (travel.detour * 1_000.0).round().clamp(500.0, 5_000.0) as u32,
            km_per_h: travel.km_per_h.clamp(1.0, 200.0),
            ..Planning::default()
        }
    }

    /// What a journey asks for.
    pub fn demand(&self, journey: &Journey) -> Demand {
        let has = |need: Need| journey.needs.contains(&need);
        let small = |n: i64| u16::try_from(n.clamp(0, 100)).unwrap_or(0);
        let mut load = [small(journey.companions), 0, 0, 0];
        let place = match (has(Need::Stretcher), has(Need::Wheelchair)) {
            (true, _) => 2,
            (false, true) => 3,
            (false, false) => 1,
        };
        load[place] = 1;
        let table =
            [(Need::Oxygen, "oxygen"), (Need::Monitor, "monitor"), (Need::Bariatric, "bariatric")];
        let wanted = table.iter().filter(|(need, _)| has(*need));
        let mut equipment = journey.tier.equipment.clone();
        equipment.extend(wanted.map(|(_, code)| (*code).to_owned()));
        equipment.sort();
        equipment.dedup();
        let nursed = [Need::Oxygen, Need::Tube, Need::Escort, Need::Infusion, Need::Monitor];
        let care = journey.class == Some(Class::Care) || nursed.into_iter().any(has);
        let treated = has(Need::Monitor) || has(Need::Infusion);
        let drivers = if self.takes_two(journey.drive_s, journey.distance_m) { 2 } else { 1 };
        let lifted = if has(Need::Stretcher) || journey.carry > 0 { 2 } else { 1 };
        let least = journey.tier.crew;
        let crew = Posts {
            drivers: least.drivers.max(drivers),
            nurses: least.nurses.max(u16::from(care)),
            doctors: least.doctors.max(u16::from(treated)),
            hands: small(journey.carry).max(lifted).max(drivers).max(least.hands),
        };
        let service = |end: usize| (self.load_min + self.floor_min * journey.stairs[end]) * 60;
        Demand {
            load,
            equipment,
            crew,
            alone: has(Need::Infection),
            board_s: service(0),
            leave_s: service(1),
            ride_s: journey.drive_s * self.ride_permille / 1_000 + self.ride_extra_min * 60,
        }
    }

    /// Whether a drive is so long that two drivers take turns.
    pub fn takes_two(&self, drive_s: i64, distance_m: i64) -> bool {
        distance_m > self.two_drivers_km * 1_000 || drive_s > self.two_drivers_min * 60
    }

    /// When a journey may be driven.
    pub fn windows(&self, asked: &Asked, drive_s: i64, board_s: i64, now: Time) -> Windows {
        let needed = (board_s + drive_s) * Time::SECOND_MS;
        let at_door = asked.appointment_at.map(|at| at.plus_min(-self.before_min));
        let first = match (asked.ready_at, at_door) {
            (Some(ready), _) => ready,
            (None, Some(door)) => door.plus_ms(-needed).plus_min(-self.early_min),
            (None, None) => now,
        };
        let first = first.max(now);
        // An appointment says when it is too late to be fetched; without one, patience does.
        let patient = first.plus_min(self.patience_min);
        let last = at_door.map_or(patient, |door| door.plus_ms(-needed)).min(patient);
        let due = first.plus_min(self.promise_after_min);
        let last = last.max(first);
        let delivered = asked.appointment_at.unwrap_or(last.plus_ms(needed).plus_min(12 * 60));
        Windows { pickup: [first, due.min(last), last], delivery: delivered.max(first) }
    }
}

/// When somebody wants to be fetched or to arrive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub ready_at: Option<Time>,
    pub appointment_at: Option<Time>,
}

/// When a journey may be driven: the pick-up first, on time until, at the latest; the delivery at
/// the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    pub pickup: [Time; 3],
    pub delivery: Time,
}

/// The first rule of equipment, room and crew that a vehicle breaks, the driver's first.
pub fn unfit(demand: &Demand, crewed: &Crewed) -> Option<Why> {
    let missing: Vec<String> =
        demand.equipment.iter().filter(|code| !crewed.equipment.contains(code)).cloned().collect();
    let holds = |layout: &[u16; 4]| (0..4).all(|i| layout[i] >= demand.load[i]);
    if !crewed.layouts.iter().any(holds) {
        // The scarcest thing is named: a stretcher before a companion's seat.
        let scarce = [2, 3, 1, 0].into_iter().find(|i| {
            demand.load[*i] > 0 && crewed.layouts.iter().all(|l| l[*i] < demand.load[*i])
        });
        return Some(Why::Room { room: Room::ALL[scarce.unwrap_or(0)] });
    }
    if !missing.is_empty() {
        return Some(Why::Equipment { codes: missing });
    }
    let (want, have) = (demand.crew, crewed.crew);
    let posts = [
        (have.drivers < 1, Post::Driver),
        (have.drivers < want.drivers, Post::SecondDriver),
        (have.doctors < want.doctors, Post::Doctor),
        (have.nurses < want.nurses, Post::Nurse),
        (have.hands < want.hands, Post::Hands),
    ];
    let few = posts.into_iter().find(|(few, _)| *few);
    few.map(|(_, post)| Why::Crew { post })
}

/// How the hours of the day stretch a plain drive, in thousandths, learned from trips that ended:
/// by hour what it should have taken and what it took. Few trips are believed little: each hour
/// begins with ten plain ones of half an hour.
pub fn hour_profile(samples: &[(i64, i64, i64)]) -> [u16; 24] {
    const PRIOR_S: i64 = 10 * 1_800;
    let mut sums = [(PRIOR_S, PRIOR_S); 24];
    for (hour, plain_s, took_s) in samples {
        let Some(sum) = usize::try_from(*hour).ok().and_then(|hour| sums.get_mut(hour)) else {
            continue;
        };
        sum.0 = sum.0.saturating_add((*plain_s).max(0));
        sum.1 = sum.1.saturating_add((*took_s).max(0));
    }
    sums.map(|(plain, took)| {
        let permille = took.saturating_mul(1_000) / plain.max(1);
        u16::try_from(permille.clamp(500, 3_000)).unwrap_or(1_000)
    })
}

/// Whether a finished trip teaches anything: a forgotten button does not.
pub fn teaches(plain_s: i64, took_s: i64) -> bool {
    plain_s >= 120 && took_s >= 60 && took_s <= plain_s * 4 && took_s * 4 >= plain_s
}

#[cfg(test)]
mod tests;
