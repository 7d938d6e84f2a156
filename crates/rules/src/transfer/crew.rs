//! What a crew's phone says, perhaps hours later: nothing is lost, and nothing that came too late
//! changes what has been decided meanwhile.

use serde::{Deserialize, Serialize};

use super::{Course, Mark, Party, State};
use crate::pack::Head;
use crate::{Time, coded};

coded! {
    /// What became of a report.
    Filed {
        /// It moved the booking on.
        Done = "done",
        /// A step that others had overtaken: its time is filled in.
        Filled = "filled",
        /// The time was known already.
        Again = "again",
        /// Kept, and changes nothing: the booking was ended or given to somebody else.
        Late = "late",
    }
}

coded! {
    /// Lists that a crew goes through.
    ListKind {
        /// Before the first journey of a turn of duty: the vehicle.
        Departure = "departure",
        /// At the bedside, before anybody is lifted.
        Pickup = "pickup",
        /// With whoever takes over.
        Handover = "handover",
    }
}

/// The steps of a journey in their order.
const STEPS: [Mark; 6] =
    [Mark::Acknowledge, Mark::Start, Mark::OnScene, Mark::Load, Mark::Arrive, Mark::Complete];

impl Course {
    /// When a step of the journey was taken.
    pub fn step_at(&self, mark: Mark) -> Option<Time> {
        match mark {
            Mark::Acknowledge => self.acknowledged_at,
            Mark::Start => self.started_at,
            Mark::OnScene => self.on_scene_at,
            Mark::Load => self.loaded_at,
            Mark::Arrive => self.arrived_at,
            Mark::Complete => self.completed_at,
            _ => None,
        }
    }

    /// The step a crew takes next; a phone shows it as the one large button.
    pub fn next_step(&self) -> Option<Mark> {
        let last = STEPS.iter().rposition(|step| self.step_at(*step).is_some());
        let next = STEPS.get(last.map_or(0, |last| last + 1))?;
        self.allows(*next, Party::Crew).then_some(*next)
    }

    /// What a step reported for `at` does, and the time it is written with: never before a step
    /// that came earlier, never after one that came later.
    pub fn file(&self, mark: Mark, at: Time) -> (Filed, Time) {
        let Some(place) = STEPS.iter().position(|step| *step == mark) else {
            let done = self.allows(mark, Party::Crew);
            return (if done { Filed::Done } else { Filed::Late }, at);
        };
        if self.step_at(mark).is_some() {
            return (Filed::Again, at);
        }
        // Seen is implied by every step and bounds none.
        let driven_before = STEPS.get(1..place).unwrap_or_default();
        let earlier = driven_before.iter().filter_map(|step| self.step_at(*step)).max();
        let later = STEPS[place..].iter().filter_map(|step| self.step_at(*step)).min();
        let at = earlier.map_or(at, |earlier| at.max(earlier));
        let at = later.map_or(at, |later| at.min(later));
        if self.allows(mark, Party::Crew) {
            return (Filed::Done, at);
        }
        let driven = matches!(self.ended, None | Some(State::Completed));
        if driven && later.is_some() {
            return (Filed::Filled, at);
        }
        (Filed::Late, at)
    }
}

/// The lists of a crew, the kinds of incidents, and what the family may see for how long. Data of
/// the service, versioned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrewPack {
    pub pack: Head,
    pub family: FamilyLimits,
    pub position: PositionLimits,
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    #[serde(rename = "incident")]
    pub incidents: Vec<IncidentKind>,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub list: ListKind,
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// Asked only where the journey needs this; a code of [`super::Need`].
    #[serde(default)]
    pub need: Option<super::Need>,
    /// A no is an incident of its own.
    #[serde(default)]
    pub must: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentKind {
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
}

/// What a family's link shows, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyLimits {
    /// The vehicle stays on the map so long after the arrival.
    pub live_after_min: i64,
    /// Receipt and rating stay so long after the end.
    pub kept_days: i64,
    /// A rating of at most so many points is called back,
    pub callback_score_max: i64,
    /// within so many hours.
    pub callback_within_h: i64,
}

/// How a phone tells where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionLimits {
    pub every_s: i64,
    /// An older position is shown as old.
    pub fresh_s: i64,
}

impl CrewPack {
    /// What is wrong with the pack; empty when nothing is.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for list in ListKind::ALL {
            if !self.items.iter().any(|item| item.list == *list) {
                faults.push(format!("list {} is empty", list.code()));
            }
        }
        let mut codes: Vec<(ListKind, &str)> =
            self.items.iter().map(|item| (item.list, item.code.as_str())).collect();
        codes.sort_unstable();
        if codes.windows(2).any(|pair| pair[0] == pair[1]) {
            faults.push("an item stands twice".into());
        }
        if self.incidents.is_empty() {
            faults.push("no kind of incident".into());
        }
        let family = self.family;
        let numbers = [family.live_after_min, family.kept_days, family.callback_within_h];
        if numbers.iter().any(|number| *number < 0) || !(0..=4).contains(&family.callback_score_max)
        {
            faults.push("family: a number that cannot be".into());
        }
        if self.position.every_s < 1 || self.position.fresh_s < self.position.every_s {
            faults.push("position: a number that cannot be".into());
        }
        faults
    }

    /// The lines of a list for a journey with these needs.
    pub fn list<'p>(
        &'p self,
        list: ListKind,
        needs: &'p [super::Need],
    ) -> impl Iterator<Item = &'p Item> {
        self.items
            .iter()
            .filter(move |item| item.list == list)
            .filter(move |item| item.need.is_none_or(|need| needs.contains(&need)))
    }
}

coded! {
    /// What a family's link shows now.
    LinkView {
        /// The promise, before anybody has left.
        Promise = "promise",
        /// The vehicle and when it comes.
        Live = "live",
        /// Receipt and rating.
        Receipt = "receipt",
        Gone = "gone",
    }
}

impl FamilyLimits {
    /// From the departure to some hours after the arrival the vehicle is shown; then the receipt;
    /// then nothing.
    pub fn view(&self, course: &Course, ended_at: Option<Time>, now: Time) -> LinkView {
        if let Some(arrived) = course.arrived_at
            && now <= arrived.plus_min(self.live_after_min)
        {
            return LinkView::Live;
        }
        if let Some(ended) = ended_at.or(course.arrived_at) {
            let kept = now <= ended.plus_days(self.kept_days);
            return if kept { LinkView::Receipt } else { LinkView::Gone };
        }
        if course.started_at.is_some() || course.on_scene_at.is_some() {
            return LinkView::Live;
        }
        LinkView::Promise
    }

    /// Until when somebody calls back; `None` for a score that asks for no call.
    pub fn callback_due(&self, score: i64, at: Time) -> Option<Time> {
        let low = score <= self.callback_score_max;
        low.then(|| at.plus_min(self.callback_within_h.saturating_mul(60)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transfer::Class;

    fn assigned() -> Course {
        Course {
            asked_at: Some(Time(0)),
            class: Some(Class::Care),
            triaged_at: Some(Time(1)),
            quoted_at: Some(Time(2)),
            confirmed_at: Some(Time(3)),
            assigned_at: Some(Time(4)),
            ..Course::default()
        }
    }

    fn put(course: &mut Course, mark: Mark, at: Time) {
        match mark {
            Mark::Acknowledge => course.acknowledged_at = Some(at),
            Mark::Start => course.started_at = Some(at),
            Mark::OnScene => course.on_scene_at = Some(at),
            Mark::Load => course.loaded_at = Some(at),
            Mark::Arrive => course.arrived_at = Some(at),
            Mark::Complete => {
                course.completed_at = Some(at);
                course.ended = Some(State::Completed);
            }
            _ => panic!("{mark:?}"),
        }
        // As the store writes it: whoever took a step had seen the journey by then.
        if mark != Mark::Acknowledge {
            course.acknowledged_at = course.acknowledged_at.map(|seen| seen.min(at)).or(Some(at));
        }
    }

    /// What arrives, in order, as `step@time`, and what becomes of each.
    const TABLE: &str = "
acknowledge@10 start@20 on_scene@30 load@40 arrive@50 complete@60 | done done done done done done
load@40 on_scene@30 start@20 | done filled filled
load@40 load@41              | done again
arrive@50                    | late
load@40 on_scene@10 acknowledge@5 | done filled again
load@40 arrive@50 on_scene@45 | done done filled
load@40 arrive@50 complete@60 start@20 | done done done filled
";

    #[test]
    fn a_phone_that_was_offline_catches_up() {
        for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
            let (steps, expected) = row.split_once('|').unwrap();
            let mut course = assigned();
            let mut filed = Vec::new();
            for step in steps.split_whitespace() {
                let (mark, at) = step.split_once('@').unwrap();
                let mark = Mark::of(mark).unwrap();
                let (what, at) = course.file(mark, Time(at.parse().unwrap()));
                filed.push(what.code());
                if matches!(what, Filed::Done | Filed::Filled) {
                    put(&mut course, mark, at);
                }
            }
            assert_eq!(filed.join(" "), expected.trim(), "row: {row}");
        }
    }

    #[test]
    fn what_was_ended_meanwhile_stays_ended() {
        let mut course = assigned();
        course.ended = Some(State::Cancelled);
        assert_eq!(course.file(Mark::Load, Time(40)).0, Filed::Late);
        let mut taken = assigned();
        taken.assigned_at = None;
        assert_eq!(taken.file(Mark::Start, Time(40)).0, Filed::Late);
    }

    proptest! {
        /// In whatever order the steps of a journey arrive, their times end in the journey's order.
        #[test]
        fn times_never_cross(
            order in Just(STEPS.to_vec()).prop_shuffle(),
            jitter in proptest::collection::vec(-15i64..15, 6),
        ) {
            let mut course = assigned();
            for mark in order {
                let place = STEPS.iter().position(|step| *step == mark).unwrap();
                let at = Time(10 * (place as i64 + 1) + jitter[place]);
                let (filed, at) = course.file(mark, at);
                if matches!(filed, Filed::Done | Filed::Filled) {
                    put(&mut course, mark, at);
                }
            }
            let times: Vec<Time> =
                STEPS.iter().filter_map(|step| course.step_at(*step)).collect();
            prop_assert!(times.is_sorted(), "{times:?}");
        }
    }

    #[test]
    fn the_link_shows_the_vehicle_from_the_departure_until_two_hours_after_the_arrival() {
        let limits = FamilyLimits {
            live_after_min: 120,
            kept_days: 30,
            callback_score_max: 2,
            callback_within_h: 24,
        };
        let mut course = assigned();
        assert_eq!(limits.view(&course, None, Time(5)), LinkView::Promise);
        course.started_at = Some(Time(10));
        assert_eq!(limits.view(&course, None, Time(11)), LinkView::Live);
        let arrived = Time(Time::HOUR_MS);
        course.loaded_at = Some(Time(20));
        course.arrived_at = Some(arrived);
        let ended = Some(arrived.plus_min(5));
        for (at, expected) in [
            (arrived.plus_min(120), LinkView::Live),
            (arrived.plus_min(121), LinkView::Receipt),
            (arrived.plus_min(5).plus_days(30), LinkView::Receipt),
            (arrived.plus_min(6).plus_days(30), LinkView::Gone),
        ] {
            assert_eq!(limits.view(&course, ended, at), expected, "{at:?}");
        }
        assert_eq!(limits.callback_due(3, Time(0)), None);
        assert_eq!(limits.callback_due(2, Time(0)), Some(Time(Time::DAY_MS)));
    }

    #[test]
    fn the_pack_holds_together() {
        let text = include_str!("../../../../packs/transfer/crew-2023.06.toml");
        let pack: CrewPack = toml::from_str(text).unwrap();
        assert_eq!(pack.faults(), Vec::<String>::new());
        let plain = pack.list(ListKind::Pickup, &[]).count();
        let oxygen = pack.list(ListKind::Pickup, &[crate::transfer::Need::Oxygen]).count();
        assert!(oxygen > plain);
    }
}
