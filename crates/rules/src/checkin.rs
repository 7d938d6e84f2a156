//! Checking in and out (打卡 / 签退) at the theatre door.
//!
//! The terminal records and shows, it never bars a door; so every check is kept, and what is wrong
//! with it is a list of findings. A check opens or closes a presence only when it is *valid*: the
//! person is who they say, entitled to the role, and not already inside elsewhere.

use crate::Time;
use crate::coded;
use crate::pack::{Presence, Weight};
use crate::register::{Lack, Role};

coded! {
    Direction {
        In = "in",
        Out = "out",
    }
}

coded! {
    /// How the person proved to be who they are. All have equal standing.
    Method {
        Face = "face",
        BadgePin = "badge_pin",
        BadgeTotp = "badge_totp",
        Witness = "witness",
    }
}

/// One check as the terminal signed it.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    pub direction: Direction,
    pub role: Role,
    pub at: Time,
    pub method: Method,
    /// Cosine similarity; only a face has one.
    pub face_score: Option<f64>,
}

/// The declared operation that the check names, as it stood before the check.
#[derive(Clone, Debug)]
pub struct OperationFacts {
    pub declared_at: Time,
    /// Cancelled or confirmed: nobody can check into it any more.
    pub closed: bool,
    /// Whether the person was declared for it, in this role.
    pub in_team: bool,
    pub needs_anaesthetist: bool,
    pub anaesthetist_in: bool,
    pub attending_in_at: Option<Time>,
    /// The shortest attendance of the attending that the catalogue allows.
    pub min_minutes: i64,
}

/// A presence of this person that is open somewhere else.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenElsewhere {
    pub same_institution: bool,
    pub since: Time,
}

/// What the register and the earlier checks say about this check.
#[derive(Clone, Debug)]
pub struct Facts {
    pub lacks: Vec<Lack>,
    /// `None` when the check names no operation, or one this institution does not have.
    pub operation: Option<OperationFacts>,
    /// Since when this person is inside this operation.
    pub inside_since: Option<Time>,
    pub elsewhere: Option<OpenElsewhere>,
    /// How far the device's clock may lag behind the desk's without anybody being late.
    pub clock_grace_ms: i64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// A01
    IdentityMismatch { score: f64, min: f64, review: bool },
    /// A03
    NotEntitled { lacks: Vec<Lack> },
    /// A07
    TooShort { lasted_ms: i64, min_minutes: i64 },
    /// A09
    OpenElsewhere { same_institution: bool, since: Time, weight: Weight },
    /// A10
    Undeclared,
    /// A11
    DeclaredAfterStart { declared_at: Time, started_at: Time },
    /// A14
    BeforeAnaesthetist,
    /// Checked in twice without leaving: kept, no alert.
    AlreadyInside { since: Time },
    /// Signed out without having checked in: kept, no alert of its own.
    OutWithoutIn,
}

/// What a check leads to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub findings: Vec<Finding>,
    /// A valid check opens or closes the presence and moves the operation on.
    pub valid: bool,
}

/// Judges one check. The order of findings is the order of the alert catalogue.
///
/// Sources: A01 [N15], A03 [N6], A07 [N16], A09 [N13, in the Suzhou wording: while an operation is
/// in progress], A10 [N3], A11 [N3], A14 [N5].
pub fn judge(check: &Check, facts: &Facts, limits: &Presence) -> Verdict {
    let mut findings = Vec::new();
    identity(check, limits, &mut findings);
    if !facts.lacks.is_empty() && check.direction == Direction::In {
        findings.push(Finding::NotEntitled { lacks: facts.lacks.clone() });
    }
    // Whoever is not confirmed as the person has not signed the person out.
    if findings.is_empty() {
        duration(check, facts, &mut findings);
    }
    if check.direction == Direction::In && facts.inside_since.is_none() {
        elsewhere(check, facts, limits, &mut findings);
    }
    declaration(check, facts, &mut findings);
    order(check, facts, &mut findings);
    match (check.direction, facts.inside_since) {
        (Direction::In, Some(since)) => findings.push(Finding::AlreadyInside { since }),
        (Direction::Out, None) => findings.push(Finding::OutWithoutIn),
        _ => {}
    }
    let valid = !findings.iter().any(|finding| finding.spoils(check.role));
    Verdict { findings, valid }
}

impl Finding {
    /// Whether a check with this finding counts for nothing.
    fn spoils(&self, role: Role) -> bool {
        match self {
            Finding::IdentityMismatch { .. }
            | Finding::NotEntitled { .. }
            | Finding::AlreadyInside { .. }
            | Finding::OutWithoutIn => true,
            Finding::OpenElsewhere { .. } => role == Role::Attending,
            Finding::TooShort { .. }
            | Finding::Undeclared
            | Finding::DeclaredAfterStart { .. }
            | Finding::BeforeAnaesthetist => false,
        }
    }
}

fn identity(check: &Check, limits: &Presence, findings: &mut Vec<Finding>) {
    let Some(score) = check.face_score else { return };
    // A score that is not a number must not pass.
    let passes = score.is_finite() && score >= limits.face_score_min;
    if check.method == Method::Face && !passes {
        findings.push(Finding::IdentityMismatch {
            score,
            min: limits.face_score_min,
            review: score >= limits.face_score_review,
        });
    }
}

fn duration(check: &Check, facts: &Facts, findings: &mut Vec<Finding>) {
    let (Some(operation), Role::Attending, Direction::Out) =
        (&facts.operation, check.role, check.direction)
    else {
        return;
    };
    if let (Some(first_in), Some(_)) = (operation.attending_in_at, facts.inside_since) {
        let lasted_ms = first_in.ms_until(check.at);
        if lasted_ms < operation.min_minutes * Time::MINUTE_MS {
            findings.push(Finding::TooShort { lasted_ms, min_minutes: operation.min_minutes });
        }
    }
}

fn elsewhere(check: &Check, facts: &Facts, limits: &Presence, findings: &mut Vec<Finding>) {
    let Some(open) = &facts.elsewhere else { return };
    let weight = match (check.role, open.same_institution) {
        (Role::Attending, _) => Weight::Alert,
        (_, true) => limits.second_presence_same_institution,
        (_, false) => limits.second_presence_other_institution,
    };
    if weight != Weight::Ignored {
        findings.push(Finding::OpenElsewhere {
            same_institution: open.same_institution,
            since: open.since,
            weight,
        });
    }
}

fn declaration(check: &Check, facts: &Facts, findings: &mut Vec<Finding>) {
    if check.direction == Direction::Out {
        return;
    }
    match &facts.operation {
        None => findings.push(Finding::Undeclared),
        Some(operation) if operation.closed || !operation.in_team => {
            findings.push(Finding::Undeclared);
        }
        Some(operation) if check.at.plus_ms(facts.clock_grace_ms) < operation.declared_at => {
            findings.push(Finding::DeclaredAfterStart {
                declared_at: operation.declared_at,
                started_at: check.at,
            });
        }
        Some(_) => {}
    }
}

fn order(check: &Check, facts: &Facts, findings: &mut Vec<Finding>) {
    let Some(operation) = &facts.operation else { return };
    if check.role == Role::Attending
        && check.direction == Direction::In
        && operation.needs_anaesthetist
        && !operation.anaesthetist_in
        && operation.attending_in_at.is_none()
    {
        findings.push(Finding::BeforeAnaesthetist);
    }
}

#[cfg(test)]
mod tests;
