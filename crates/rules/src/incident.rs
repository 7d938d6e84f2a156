//! Adverse events (不良事件): what is reported, how it is graded, who may do what with it, and when
//! it may be closed.
//!
//! Reporting is voluntary, confidential and punishes nobody: nothing here knows an alert, a credit
//! or a person. The clocks of the law stand in `pack`, the figures in `rate`.

mod pack;
mod rate;

pub use pack::{Across, Cause, Climb, Clock, Cluster, Counts, Facts, IncidentPack, Named, Share};
pub use rate::{Change, Rate, change, rate};

use crate::coded;

coded! {
    /// What is reported; learning from what went well and from what nearly went wrong counts as
    /// much as harm.
    Kind {
        /// 不良事件: reached a patient.
        Incident = "incident",
        /// 未遂事件: was caught before it did.
        NearMiss = "near_miss",
        /// 隐患: nothing happened yet.
        Risk = "risk",
        /// 良好实践
        GoodCare = "good_care",
    }
}

coded! {
    /// 分级: I sentinel, II harm from care, III no or little harm, IV caught.
    Grade { I = "I", II = "II", III = "III", IV = "IV", }
}

coded! {
    /// Harm to the body.
    Physical {
        None = "none",
        Low = "low",
        Moderate = "moderate",
        /// Lasting loss, or a life in danger.
        Severe = "severe",
        Fatal = "fatal",
    }
}

coded! {
    /// Harm to the mind is asked for by itself: it hides behind a body that has healed.
    Psychological {
        None = "none",
        Low = "low",
        Moderate = "moderate",
        Severe = "severe",
    }
}

coded! {
    /// The statutory levels of a medical safety event (医疗质量安全事件).
    Severity {
        General = "general",
        Major = "major",
        ExtraMajor = "extra_major",
    }
}

coded! {
    /// Who reports, as they say themselves.
    Reporter {
        Unsaid = "unsaid",
        Patient = "patient",
        Family = "family",
        Staff = "staff",
        Other = "other",
    }
}

coded! {
    /// By which form it came.
    Source {
        Public = "public",
        Staff = "staff",
    }
}

coded! {
    /// Who may see who reported: nobody whom the reporter has not named.
    Allow {
        Nobody = "nobody",
        Department = "department",
        Authority = "authority",
        Both = "both",
    }
}

impl Allow {
    /// Whether those who handle the report may see its reporter.
    pub fn shows(self, holder: Holder) -> bool {
        match holder {
            Holder::Institution => matches!(self, Allow::Department | Allow::Both),
            Holder::Authority => matches!(self, Allow::Authority | Allow::Both),
        }
    }
}

coded! {
    /// Who handles a report.
    Holder {
        /// The institution's medical department.
        Institution = "institution",
        /// The health authority: no institution is known, or the reporter asked for it.
        Authority = "authority",
    }
}

coded! {
    /// How high an event has climbed [W34].
    Rung {
        Institution = "institution",
        District = "district",
        City = "city",
    }
}

impl Rung {
    pub fn above(self) -> Option<Rung> {
        match self {
            Rung::Institution => Some(Rung::District),
            Rung::District => Some(Rung::City),
            Rung::City => None,
        }
    }
}

coded! {
    Standing {
        Filed = "filed",
        Accepted = "accepted",
        Graded = "graded",
        Analysed = "analysed",
        Closed = "closed",
    }
}

coded! {
    Step {
        Accept = "accept",
        /// Grade, or grade anew.
        Grade = "grade",
        /// Causes and contributing factors.
        Analyse = "analyse",
        Close = "close",
        Reopen = "reopen",
        /// The authority hands a report to the institution it is about.
        Assign = "assign",
        /// One rung up, with an opinion.
        SendUp = "send_up",
        /// What an authority finds about responsibility in a major event [W26, W38].
        Find = "find",
    }
}

coded! {
    Closure {
        /// Analysed, acted on.
        Learned = "learned",
        /// Nothing more to be done.
        NoFurther = "no_further",
        Duplicate = "duplicate",
        NotEvent = "not_event",
    }
}

impl Closure {
    /// Whether the report still counts as an event in figures.
    pub fn counts(self) -> bool {
        matches!(self, Closure::Learned | Closure::NoFurther)
    }
}

coded! {
    /// Where responsibility for a major event lies. Posts and rules, never a name: persons are
    /// dealt with elsewhere, by people, with a hearing.
    Finding {
        NoBlame = "no_blame",
        /// 制度缺失
        System = "system",
        /// 管理失察
        Management = "management",
        /// 事前责任: the hazard was known before and nobody acted.
        BeforeFact = "before_fact",
    }
}

coded! {
    /// What a cluster of reports turned out to be.
    ClusterFinding {
        SameSource = "same_source",
        Chance = "chance",
        Unclear = "unclear",
    }
}

coded! {
    /// Why a step is refused.
    Refusal {
        NotAllowed = "not_allowed",
        TextMissing = "text_missing",
        /// This grade does not fit this harm.
        GradeHarm = "grade_harm",
        /// Below the statutory level that harm and numbers suggest, without a reason.
        SeverityLow = "severity_low",
        /// What counts is graded first.
        Ungraded = "ungraded",
        AnalysisMissing = "analysis_missing",
        ActionsOpen = "actions_open",
        ClosureMissing = "closure_missing",
        /// The reporter asked that the institution not get it.
        ReporterAsked = "reporter_asked",
    }
}

/// What somebody is to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Handles it: the medical department, or the authority that holds it.
    Reviewer,
    /// An authority that it has climbed to.
    Watcher(Rung),
}

/// The steps a party may take now: pages draw these as buttons, the store refuses all others.
pub fn steps(standing: Standing, holder: Holder, rung: Rung, party: Party) -> Vec<Step> {
    use Step::{Accept, Analyse, Assign, Close, Find, Grade, Reopen, SendUp};
    let mut steps = match (party, standing) {
        (Party::Reviewer, Standing::Filed) => vec![Accept, Grade, Close],
        (Party::Reviewer, Standing::Accepted) => vec![Grade, Close],
        (Party::Reviewer, Standing::Graded | Standing::Analysed) => vec![Grade, Analyse, Close],
        (Party::Reviewer, Standing::Closed) => vec![Reopen],
        (Party::Watcher(_), _) => vec![],
    };
    let graded = matches!(standing, Standing::Graded | Standing::Analysed | Standing::Closed);
    match party {
        Party::Reviewer if holder == Holder::Authority && standing != Standing::Closed => {
            steps.push(Assign);
        }
        Party::Reviewer if holder == Holder::Institution && rung == Rung::Institution && graded => {
            steps.push(SendUp);
        }
        Party::Watcher(Rung::District) if rung == Rung::District => steps.push(SendUp),
        _ => {}
    }
    if matches!(party, Party::Watcher(_)) && graded {
        steps.push(Find);
    }
    steps
}

/// Responsibility is looked for in major events alone [W38]; what was caught, feared or went well
/// is reported because nobody is held responsible for it.
pub fn may_find(kind: Kind, severity: Option<Severity>) -> bool {
    kind == Kind::Incident && severity >= Some(Severity::Major)
}

/// The grades that fit what happened; none for what has no grade.
pub fn grades(kind: Kind, physical: Physical, psychological: Psychological) -> &'static [Grade] {
    match (kind, physical) {
        (Kind::Risk | Kind::GoodCare, _) => &[],
        (Kind::NearMiss, _) => &[Grade::IV],
        (Kind::Incident, Physical::Fatal) => &[Grade::I],
        (Kind::Incident, Physical::Severe) => &[Grade::I, Grade::II],
        (Kind::Incident, Physical::Moderate) => &[Grade::II],
        (Kind::Incident, Physical::Low) => &[Grade::II, Grade::III],
        (Kind::Incident, Physical::None) => match psychological {
            Psychological::None | Psychological::Low => &[Grade::III],
            Psychological::Moderate | Psychological::Severe => &[Grade::II, Grade::III],
        },
    }
}

/// The statutory level that harm and the number of people suggest. The people decide whether care
/// or a product caused it, so this proposes and never orders.
pub fn suggested(kind: Kind, physical: Physical, people: i64) -> Option<Severity> {
    if kind != Kind::Incident {
        return None;
    }
    match (physical, people >= 3) {
        (Physical::None, _) => None,
        (Physical::Fatal | Physical::Severe, true) => Some(Severity::ExtraMajor),
        (Physical::Fatal | Physical::Severe, false) => Some(Severity::Major),
        (Physical::Low | Physical::Moderate, true) => Some(Severity::Major),
        (Physical::Low | Physical::Moderate, false) => Some(Severity::General),
    }
}

/// A grading as a reviewer enters it.
#[derive(Clone, Copy, Debug)]
pub struct Grading {
    pub kind: Kind,
    pub physical: Physical,
    pub psychological: Psychological,
    pub people: i64,
    pub grade: Option<Grade>,
    pub severity: Option<Severity>,
    /// The account that an authority reads, without names.
    pub summary: bool,
    /// Why the statutory level is below what is suggested.
    pub reason: bool,
}

impl Grading {
    /// # Errors
    /// What has to be put right before it can be recorded.
    pub fn judge(&self) -> Result<(), Refusal> {
        let fits = grades(self.kind, self.physical, self.psychological);
        let harmed = self.physical != Physical::None;
        if self.kind != Kind::Incident && harmed {
            return Err(Refusal::GradeHarm);
        }
        match self.grade {
            None if !fits.is_empty() => return Err(Refusal::GradeHarm),
            Some(grade) if !fits.contains(&grade) => return Err(Refusal::GradeHarm),
            _ => {}
        }
        if self.severity.is_some() && !(self.kind == Kind::Incident && harmed) {
            return Err(Refusal::GradeHarm);
        }
        if self.severity < suggested(self.kind, self.physical, self.people) && !self.reason {
            return Err(Refusal::SeverityLow);
        }
        let told = matches!(self.grade, Some(Grade::I | Grade::II)) || self.severity.is_some();
        if told && !self.summary {
            return Err(Refusal::TextMissing);
        }
        Ok(())
    }
}

/// What decides whether an event may be closed.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// Somebody has graded it, even if it has no grade.
    pub graded: bool,
    pub grade: Option<Grade>,
    pub closure: Option<Closure>,
    pub analysed: bool,
    pub actions: i64,
    pub actions_open: i64,
    /// What the reporter reads.
    pub feedback: bool,
}

impl Closing {
    /// # Errors
    /// What is still missing. Nobody who reported is left without an answer.
    pub fn judge(&self) -> Result<(), Refusal> {
        let Some(closure) = self.closure else { return Err(Refusal::ClosureMissing) };
        if !self.feedback {
            return Err(Refusal::TextMissing);
        }
        if !closure.counts() {
            return Ok(());
        }
        if !self.graded {
            return Err(Refusal::Ungraded);
        }
        let grave = matches!(self.grade, Some(Grade::I | Grade::II));
        if grave && (!self.analysed || self.actions == 0) {
            return Err(Refusal::AnalysisMissing);
        }
        if self.actions_open > 0 {
            return Err(Refusal::ActionsOpen);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
