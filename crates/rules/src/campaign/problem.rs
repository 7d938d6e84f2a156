//! The problem ledger (问题台账): from found to struck off, and back when it returns.
//!
//! Who mends, who verifies and who strikes off are recorded apart; whoever mends never verifies.

use crate::Time;
use crate::coded;

coded! {
    Source {
        /// 自查
        SelfInspection = "self_inspection",
        /// 督查抽查
        SpotCheck = "spot_check",
        /// An adverse event or complaint.
        Event = "event",
    }
}

coded! {
    Weight {
        Ordinary = "ordinary",
        /// 特别重要: climbs institution, district, city with a clock
        Major = "major",
    }
}

coded! {
    /// 立行立改 or 限期整改 [W60]
    Fix {
        Immediate = "immediate",
        Planned = "planned",
    }
}

coded! {
    ProblemState {
        Found = "found",
        /// 已建档
        Filed = "filed",
        /// 已定方案
        Planned = "planned",
        Fixing = "fixing",
        /// 待验证
        Submitted = "submitted",
        /// 已验证，待销号
        Verified = "verified",
        /// 已销号
        StruckOff = "struck_off",
        /// 再次出现
        Reopened = "reopened",
    }
}

coded! {
    Step {
        File = "file",
        Plan = "plan",
        Start = "start",
        Submit = "submit",
        Verify = "verify",
        /// What was handed in does not do.
        SendBack = "send_back",
        StrikeOff = "strike_off",
        /// It is there again.
        Reopen = "reopen",
        /// Report an especially important one upwards before its clock does.
        Report = "report",
    }
}

coded! {
    /// In which part somebody looks at a problem.
    Part {
        /// 科室负责人
        Department = "department",
        /// 医务科
        MedicalDepartment = "medical_department",
        /// 第一责任人
        FirstResponsible = "first_responsible",
        /// A district's bureau.
        District = "district",
        City = "city",
        Reader = "reader",
    }
}

coded! {
    /// How far a problem has been reported.
    Level {
        Institution = "institution",
        District = "district",
        City = "city",
    }
}

impl Level {
    /// The next level up; a branch that is no territory has no district between.
    pub fn next(self, district: bool) -> Option<Level> {
        match self {
            Level::Institution if district => Some(Level::District),
            Level::Institution | Level::District => Some(Level::City),
            Level::City => None,
        }
    }
}

coded! {
    Refusal {
        NotAllowed = "not_allowed",
        /// The verifier mends it, or handed it in.
        SamePerson = "same_person",
        /// An especially important one is struck off by the bureau it was reported to.
        BureauOnly = "bureau_only",
        MeasureMissing = "measure_missing",
        OwnerMissing = "owner_missing",
        /// No day, a day past, or one beyond a year.
        DueWrong = "due_wrong",
        EvidenceMissing = "evidence_missing",
        TextMissing = "text_missing",
    }
}

impl ProblemState {
    pub fn is_open(self) -> bool {
        self != ProblemState::StruckOff
    }

    /// The steps a part may take now: pages draw these, the store refuses all others.
    pub fn steps(self, part: Part) -> &'static [Step] {
        use ProblemState as S;
        use Step::{File, Plan, Reopen, Report, SendBack, Start, StrikeOff, Submit, Verify};
        match (self, part) {
            (S::Found, Part::MedicalDepartment) => &[File, Report],
            (S::Filed, Part::MedicalDepartment) => &[Plan, Submit, Report],
            (S::Filed | S::Fixing, Part::Department) => &[Submit],
            (S::Reopened, Part::MedicalDepartment) => &[Plan, Report],
            (S::Planned, Part::MedicalDepartment) => &[Start, Submit, Plan, Report],
            (S::Planned, Part::Department) => &[Start, Submit],
            (S::Fixing, Part::MedicalDepartment) => &[Submit, Plan, Report],
            (S::Submitted, Part::MedicalDepartment | Part::FirstResponsible)
            | (S::Submitted, Part::District | Part::City) => &[Verify, SendBack],
            (S::Verified, Part::MedicalDepartment | Part::FirstResponsible) => &[StrikeOff],
            (S::Verified, Part::District | Part::City) => &[StrikeOff, SendBack],
            (S::StruckOff, Part::MedicalDepartment | Part::District | Part::City) => &[Reopen],
            _ => &[],
        }
    }

    /// Where a step leads.
    pub fn after(self, step: Step) -> ProblemState {
        use ProblemState as S;
        match step {
            Step::File => S::Filed,
            Step::Plan => S::Planned,
            Step::Start | Step::SendBack => S::Fixing,
            Step::Submit => S::Submitted,
            Step::Verify => S::Verified,
            Step::StrikeOff => S::StruckOff,
            Step::Reopen => S::Reopened,
            Step::Report => self,
        }
    }
}

/// What decides about a step.
#[derive(Clone, Debug)]
pub struct Problem {
    pub state: ProblemState,
    pub weight: Weight,
    pub fix: Fix,
    pub reached: Level,
    pub owner: Option<String>,
    pub submitted_by: Option<String>,
}

/// What somebody brings to a step.
#[derive(Clone, Debug, Default)]
pub struct Closing {
    pub text: String,
    pub owner: Option<String>,
    pub due_at: Option<Time>,
    pub files: i64,
}

/// The longest time a plan may take.
const PLAN_DAYS_MAX: i64 = 366;

impl Problem {
    /// Whether somebody may take a step now, and where it leads.
    ///
    /// # Errors
    /// [`Refusal`] naming what stands in the way.
    pub fn take(
        &self,
        step: Step,
        part: Part,
        who: &str,
        with: &Closing,
        now: Time,
    ) -> Result<ProblemState, Refusal> {
        if !self.state.steps(part).contains(&step) {
            return Err(Refusal::NotAllowed);
        }
        // A plan is asked for unless it was filed to be mended at once.
        if self.state == ProblemState::Filed && step == Step::Submit && self.fix == Fix::Planned {
            return Err(Refusal::MeasureMissing);
        }
        let silent = with.text.trim().is_empty();
        match step {
            Step::Plan if silent => return Err(Refusal::MeasureMissing),
            Step::Plan if with.owner.as_deref().is_none_or(|owner| owner.trim().is_empty()) => {
                return Err(Refusal::OwnerMissing);
            }
            Step::Plan => {
                let last = now.plus_days(PLAN_DAYS_MAX);
                if !with.due_at.is_some_and(|due| due > now && due <= last) {
                    return Err(Refusal::DueWrong);
                }
            }
            Step::Submit if silent && with.files == 0 => return Err(Refusal::EvidenceMissing),
            Step::SendBack | Step::Reopen | Step::Report if silent => {
                return Err(Refusal::TextMissing);
            }
            Step::Report if self.weight != Weight::Major || self.reached == Level::City => {
                return Err(Refusal::NotAllowed);
            }
            Step::Verify | Step::StrikeOff => self.second(step, part, who)?,
            _ => {}
        }
        Ok(self.state.after(step))
    }

    /// The second pair of eyes.
    fn second(&self, step: Step, part: Part, who: &str) -> Result<(), Refusal> {
        let mends = self.owner.as_deref() == Some(who);
        if mends || self.submitted_by.as_deref() == Some(who) {
            return Err(Refusal::SamePerson);
        }
        let bureau = match self.reached {
            Level::Institution => true,
            Level::District => matches!(part, Part::District | Part::City),
            Level::City => part == Part::City,
        };
        if step == Step::StrikeOff && self.weight == Weight::Major && !bureau {
            return Err(Refusal::BureauOnly);
        }
        Ok(())
    }
}

/// What a failing item becomes at an institution that may know it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    New,
    /// It is open already: seen again, no new number.
    Known,
    /// It was struck off: the old number opens by itself.
    Returned,
}

pub fn again(known: Option<ProblemState>) -> Found {
    match known {
        None => Found::New,
        Some(ProblemState::StruckOff) => Found::Returned,
        Some(_) => Found::Known,
    }
}

/// When an especially important problem climbs on; never from the city, never once it is mended.
pub fn climb_due(reached: Level, since: Time, climb_h: i64) -> Option<Time> {
    (reached != Level::City).then(|| since.plus_min(climb_h * 60))
}

/// What a ledger says about the honesty of a place, in tenths of a percent; nothing from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Honesty {
    pub self_found_permille: Option<i64>,
    /// Of what was struck off, how much came back.
    pub relapse_permille: Option<i64>,
}

pub fn honesty(self_found: i64, inspector_found: i64, struck_off: i64, reopened: i64) -> Honesty {
    let share = |part: i64, whole: i64| (whole > 0).then(|| part * 1_000 / whole);
    Honesty {
        self_found_permille: share(self_found, self_found + inspector_found),
        relapse_permille: share(reopened, struck_off),
    }
}
