//! What a campaign did (活动): kick-off, meetings, training, drills, publicity and joint inspections,
//! with the effort of each.

use crate::coded;

coded! {
    ActivityKind {
        /// 启动仪式
        KickOff = "kick_off",
        /// 部署会、推进会
        Meeting = "meeting",
        /// 培训与三基三严考核
        Training = "training",
        /// 应急演练
        Drill = "drill",
        /// 宣传
        Publicity = "publicity",
        /// 联合检查
        Inspection = "inspection",
    }
}

/// The numbers of an activity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Who took part.
    pub people: i64,
    /// Of a training: who was tested, and who passed.
    pub tested: i64,
    pub passed: i64,
    /// Of an inspection: officers sent out, the agencies they came from, institutions they went to.
    pub officers: i64,
    pub agencies: i64,
    pub units: i64,
}

coded! {
    EffortFault {
        /// A number below nothing or beyond belief.
        Number = "number",
        /// More passed than were tested, or more tested than were there.
        Tested = "tested",
        /// Officials act in pairs: an inspection with fewer than two.
        Officers = "officers",
        /// More agencies than officers.
        Agencies = "agencies",
        /// An inspection that went nowhere.
        Units = "units",
    }
}

/// More people than a city's institutions have together.
const PEOPLE_MAX: i64 = 1_000_000;

impl Effort {
    /// What of it counts for a kind of activity: a kick-off has no officers, a drill no tests.
    pub fn of(self, kind: ActivityKind) -> Effort {
        let inspection = kind == ActivityKind::Inspection;
        let training = kind == ActivityKind::Training;
        let keep = |value: i64, there: bool| if there { value } else { 0 };
        Effort {
            people: keep(self.people, !inspection),
            tested: keep(self.tested, training),
            passed: keep(self.passed, training),
            officers: keep(self.officers, inspection),
            agencies: keep(self.agencies, inspection),
            units: keep(self.units, inspection),
        }
    }

    /// What is wrong with the numbers that count.
    pub fn fault(self, kind: ActivityKind) -> Option<EffortFault> {
        let one = self.of(kind);
        let all = [one.people, one.tested, one.passed, one.officers, one.agencies, one.units];
        if all.iter().any(|value| !(0..=PEOPLE_MAX).contains(value)) {
            return Some(EffortFault::Number);
        }
        if one.passed > one.tested || one.tested > one.people {
            return Some(EffortFault::Tested);
        }
        if kind != ActivityKind::Inspection {
            return None;
        }
        match one {
            Effort { officers: ..2, .. } => Some(EffortFault::Officers),
            Effort { agencies, officers, .. } if agencies > officers => Some(EffortFault::Agencies),
            Effort { units: 0, .. } => Some(EffortFault::Units),
            _ => None,
        }
    }
}
