//! Operations (手术登记): declared beforehand, entered, left, confirmed.
//!
//! Here are the states with their one table of steps, and the gate that answers before the knife
//! whether this procedure may be done here by these people.

use crate::coded;
use crate::register::{Anaesthesia, InstitutionKind, Lack, Role};
use crate::{Position, Time};

/// Where an operation stands, with who and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Declared,
    /// Somebody of the team is in, the attending not yet.
    Ready {
        at: Time,
    },
    /// The attending is in; the timer runs from here.
    InProgress {
        since: Time,
    },
    /// Everybody who went in has signed out.
    SignedOut {
        at: Time,
    },
    Confirmed {
        at: Time,
        by: String,
    },
    Cancelled {
        at: Time,
        by: String,
    },
}

coded! {
    /// What a clinic may do with an operation by hand. Everything else follows from check-ins.
    Action {
        Cancel = "cancel",
        Confirm = "confirm",
    }
}

impl State {
    pub fn code(&self) -> &'static str {
        match self {
            State::Declared => "declared",
            State::Ready { .. } => "ready",
            State::InProgress { .. } => "in_progress",
            State::SignedOut { .. } => "signed_out",
            State::Confirmed { .. } => "confirmed",
            State::Cancelled { .. } => "cancelled",
        }
    }

    /// The one table of steps: pages draw these as buttons, the store refuses all others.
    pub fn actions(&self) -> &'static [Action] {
        match self {
            State::Declared => &[Action::Cancel],
            State::SignedOut { .. } => &[Action::Confirm],
            State::Ready { .. }
            | State::InProgress { .. }
            | State::Confirmed { .. }
            | State::Cancelled { .. } => &[],
        }
    }

    /// Whether check-ins still belong to it.
    pub fn closed(&self) -> bool {
        matches!(self, State::Confirmed { .. } | State::Cancelled { .. })
    }
}

/// The moments stored with an operation, from which its state follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub first_in_at: Option<Time>,
    pub started_at: Option<Time>,
    pub signed_out_at: Option<Time>,
    pub confirmed: Option<(Time, String)>,
    pub cancelled: Option<(Time, String)>,
}

pub fn state(marks: &Marks) -> State {
    if let Some((at, by)) = marks.cancelled.clone() {
        return State::Cancelled { at, by };
    }
    if let Some((at, by)) = marks.confirmed.clone() {
        return State::Confirmed { at, by };
    }
    match (marks.signed_out_at, marks.started_at, marks.first_in_at) {
        (Some(at), _, _) => State::SignedOut { at },
        (None, Some(since), _) => State::InProgress { since },
        (None, None, Some(at)) => State::Ready { at },
        (None, None, None) => State::Declared,
    }
}

coded! {
    /// What the gate looks at, in the order it shows.
    Topic {
        Institution = "institution",
        Level = "level",
        Attending = "attending",
        Anaesthesia = "anaesthesia",
        Anaesthetist = "anaesthetist",
        Assistant = "assistant",
        Room = "room",
        Time = "time",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Met,
    /// Allowed, but the clinic should know.
    Warned(Reason),
    Failed(Reason),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    Suspended,
    LevelAboveInstitution {
        level: i64,
        level_max: i64,
    },
    VolumeMissing,
    NotEntitled(Vec<Lack>),
    Missing,
    AnaesthesiaNotAllowed,
    NoAnaesthetistDepartment,
    InsideElsewhere,
    PlannedElsewhere {
        from: Time,
    },
    RoomTaken {
        from: Time,
    },
    /// The planned start lies before the declaration [N3]: allowed, and an alert (A11).
    PlannedInThePast {
        planned_at: Time,
    },
    DurationOutOfRange,
}

/// One line of the gate's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct GateLine {
    pub topic: Topic,
    pub answer: Answer,
}

/// One person of the declared team, as the register and the other declarations see them.
#[derive(Clone, Debug)]
pub struct MemberFacts {
    pub role: Role,
    pub lacks: Vec<Lack>,
    pub inside_elsewhere: bool,
    pub planned_elsewhere: Option<Time>,
}

#[derive(Clone, Debug)]
pub struct GateFacts {
    pub now: Time,
    pub planned_at: Time,
    pub planned_min: i64,
    pub suspended: bool,
    pub kind: InstitutionKind,
    pub level: i64,
    pub level_max: i64,
    pub volume_needed: bool,
    pub volume_ml: Option<i64>,
    pub anaesthesia: Anaesthesia,
    pub anaesthesia_allowed: bool,
    pub members: Vec<MemberFacts>,
    pub room_taken: Option<Time>,
}

/// Whether the operation may be declared, line by line; failed lines come first.
///
/// Sources: attending-responsibility [N33], registered here and in role [N6], level by kind of
/// institution (卫办医政发〔2009〕220 号, through the pack), anaesthesia department (same).
pub fn gate(facts: &GateFacts) -> Vec<GateLine> {
    let mut lines = vec![
        line(Topic::Institution, facts.suspended.then_some(Answer::Failed(Reason::Suspended))),
        level(facts),
    ];
    let needs_anaesthetist = facts.anaesthesia.needs_anaesthetist();
    lines.push(person(Topic::Attending, Role::Attending, true, facts));
    lines.push(anaesthesia(facts));
    let has = |role| facts.members.iter().any(|member| member.role == role);
    if needs_anaesthetist || has(Role::Anaesthetist) {
        lines.push(person(Topic::Anaesthetist, Role::Anaesthetist, needs_anaesthetist, facts));
    }
    if has(Role::Assistant) {
        lines.push(person(Topic::Assistant, Role::Assistant, false, facts));
    }
    let taken = facts.room_taken.map(|from| Answer::Warned(Reason::RoomTaken { from }));
    lines.push(line(Topic::Room, taken));
    lines.push(time(facts));
    lines.sort_by_key(|line| match line.answer {
        Answer::Failed(_) => 0,
        Answer::Warned(_) => 1,
        Answer::Met => 2,
    });
    lines
}

/// Whether nothing in the gate's answer forbids the declaration.
pub fn passes(lines: &[GateLine]) -> bool {
    !lines.iter().any(|line| matches!(line.answer, Answer::Failed(_)))
}

fn line(topic: Topic, objection: Option<Answer>) -> GateLine {
    GateLine { topic, answer: objection.unwrap_or(Answer::Met) }
}

fn level(facts: &GateFacts) -> GateLine {
    let objection = if facts.volume_needed && facts.volume_ml.is_none() {
        Some(Answer::Failed(Reason::VolumeMissing))
    } else if facts.level > facts.level_max {
        Some(Answer::Failed(Reason::LevelAboveInstitution {
            level: facts.level,
            level_max: facts.level_max,
        }))
    } else {
        None
    };
    line(Topic::Level, objection)
}

fn anaesthesia(facts: &GateFacts) -> GateLine {
    let department =
        matches!(facts.kind, InstitutionKind::OutpatientAnaesthesia | InstitutionKind::Hospital);
    let objection = if !facts.anaesthesia_allowed {
        Some(Answer::Failed(Reason::AnaesthesiaNotAllowed))
    } else if facts.anaesthesia.needs_anaesthetist() && !department {
        Some(Answer::Failed(Reason::NoAnaesthetistDepartment))
    } else {
        None
    };
    line(Topic::Anaesthesia, objection)
}

fn person(topic: Topic, role: Role, required: bool, facts: &GateFacts) -> GateLine {
    let mut members = facts.members.iter().filter(|member| member.role == role).peekable();
    if members.peek().is_none() {
        return line(topic, required.then_some(Answer::Failed(Reason::Missing)));
    }
    let mut objection = None;
    for member in members {
        if !member.lacks.is_empty() {
            return line(topic, Some(Answer::Failed(Reason::NotEntitled(member.lacks.clone()))));
        }
        if let Some(from) = member.planned_elsewhere {
            objection = Some(Answer::Warned(Reason::PlannedElsewhere { from }));
        } else if member.inside_elsewhere {
            objection = Some(Answer::Warned(Reason::InsideElsewhere));
        }
    }
    line(topic, objection)
}

/// The longest operation that can be declared: a full day.
pub const PLANNED_MIN_MAX: i64 = 24 * 60;

fn time(facts: &GateFacts) -> GateLine {
    let objection = if !(1..=PLANNED_MIN_MAX).contains(&facts.planned_min) {
        Some(Answer::Failed(Reason::DurationOutOfRange))
    } else if facts.planned_at < facts.now {
        Some(Answer::Warned(Reason::PlannedInThePast { planned_at: facts.planned_at }))
    } else {
        None
    };
    line(Topic::Time, objection)
}

/// A11 at the desk: the operation was declared after its own planned start [N3].
pub fn declared_late(declared_at: Time, planned_at: Time) -> bool {
    // A form opened at 14:45 for 14:45 is not late: the minute in which it starts still counts.
    declared_at >= planned_at.plus_min(1)
}

/// When an operation that nobody has entered becomes A12.
pub fn nobody_came_due(planned_at: Time, nobody_came_min: i64) -> Time {
    planned_at.plus_min(nobody_came_min)
}

/// When an institution without a record becomes A18, counted from its last record or, before the
/// first one, from going online [N19].
pub fn zero_record_due(since: Time, zero_record_days: i64) -> Time {
    since.plus_days(zero_record_days)
}

/// A satellite fix coarser than this, in metres, says nothing about where a terminal stands.
const COARSEST_FIX_M: f64 = 1_000.0;

/// How much further away than it is a terminal may seem by a fix of this accuracy, both in metres;
/// `None` when the fix is too coarse to accuse anybody.
pub fn fix_slack_m(accuracy_m: f64) -> Option<i64> {
    (0.0..=COARSEST_FIX_M).contains(&accuracy_m).then(|| accuracy_m.ceil() as i64)
}

/// Whether a terminal stands more than `limit_m` away from where it is registered [N17].
pub fn moved(home: Position, seen: Position, limit_m: i64) -> Option<i64> {
    let by_m = home.distance_m(seen);
    (by_m > limit_m).then_some(by_m)
}

#[cfg(test)]
mod tests;
