//! What a vehicle and each member of its crew must hold, and what one lacks on a day [T13, T23].
//!
//! A40 (车辆或人员未认证) is a condition of today, not a record of the past: it is asked again at
//! each plan, and whoever lacks something is never planned.

use serde::{Deserialize, Serialize};

use super::CrewRole;
use crate::pack::Head;
use crate::{Time, coded};

coded! {
    /// Who holds a certificate.
    Holder {
        Vehicle = "vehicle",
        Crew = "crew",
    }
}

coded! {
    Certificate {
        /// 转送服务登记: this vehicle of this operator may carry patients here.
        OperatingLicence = "operating_licence",
        /// 机动车安全技术检验
        Inspection = "inspection",
        /// 机动车交通事故责任强制保险
        Insurance = "insurance",
        /// 车辆消毒评价
        Disinfection = "disinfection",
        /// 机动车驾驶证
        DrivingLicence = "driving_licence",
        /// 转送驾驶员上岗证
        DriverCard = "driver_card",
        /// 急救员培训证
        FirstAid = "first_aid",
        /// 护士执业注册
        NurseLicence = "nurse_licence",
        /// 医师执业注册
        DoctorLicence = "doctor_licence",
        /// 健康体检
        HealthCheck = "health_check",
    }
}

impl Certificate {
    /// Which kind of holder it is for.
    pub fn holder(self) -> Holder {
        use Certificate as C;
        match self {
            C::OperatingLicence | C::Inspection | C::Insurance | C::Disinfection => Holder::Vehicle,
            C::DrivingLicence
            | C::DriverCard
            | C::FirstAid
            | C::NurseLicence
            | C::DoctorLicence
            | C::HealthCheck => Holder::Crew,
        }
    }
}

/// What a city asks for, in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccreditationPack {
    pub pack: Head,
    pub rule: Condition,
    pub watch: Watch,
    #[serde(rename = "demand")]
    pub demands: Vec<Demand>,
}

/// A40 as people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    pub name_zh: String,
    pub name_en: String,
    pub what_zh: String,
    pub what_en: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// Days before the end at which the operator is warned, falling.
    pub warn_days: Vec<i64>,
}

/// One certificate that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    pub certificate: Certificate,
    /// Crew of these roles; empty for every member, and for vehicles.
    #[serde(default)]
    pub roles: Vec<CrewRole>,
    pub clause_zh: String,
    pub clause_en: String,
    /// Whether a legal reviewer has read the clause.
    pub clause_checked: bool,
}

impl AccreditationPack {
    /// What is wrong with the pack, as sentences for its editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let days = &self.watch.warn_days;
        if days.is_empty() || days.iter().any(|days| *days <= 0) {
            faults.push("watch.warn_days must name days above 0".into());
        }
        if days.windows(2).any(|pair| pair[0] <= pair[1]) {
            faults.push("watch.warn_days must fall".into());
        }
        for (index, demand) in self.demands.iter().enumerate() {
            let code = demand.certificate.code();
            if self.demands[..index].iter().any(|one| one.certificate == demand.certificate) {
                faults.push(format!("demand {code} stands twice"));
            }
            if demand.certificate.holder() == Holder::Vehicle && !demand.roles.is_empty() {
                faults.push(format!("demand {code}: a vehicle has no role"));
            }
        }
        for holder in Holder::ALL {
            if !self.demands.iter().any(|demand| demand.certificate.holder() == *holder) {
                faults.push(format!("nothing is demanded of a {}", holder.code()));
            }
        }
        faults
    }

    /// What a vehicle (`None`) or a member of the crew in a role must hold.
    pub fn demanded(&self, role: Option<CrewRole>) -> impl Iterator<Item = &Demand> {
        self.demands.iter().filter(move |demand| match role {
            None => demand.certificate.holder() == Holder::Vehicle,
            Some(role) => {
                demand.certificate.holder() == Holder::Crew
                    && (demand.roles.is_empty() || demand.roles.contains(&role))
            }
        })
    }
}

/// A certificate as it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub certificate: Certificate,
    pub from: Time,
    /// The first moment at which it no longer holds.
    pub until: Time,
    pub revoked_at: Option<Time>,
}

impl Held {
    /// The first moment at which it no longer holds, by its date or by order.
    pub fn ends(&self) -> Time {
        self.revoked_at.map_or(self.until, |at| at.min(self.until))
    }

    pub fn holds(&self, at: Time) -> bool {
        self.from <= at && at < self.ends()
    }
}

coded! {
    Why {
        Missing = "missing",
        NotYet = "not_yet",
        Expired = "expired",
        Revoked = "revoked",
    }
}

/// What is missing for the accreditation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    pub certificate: Certificate,
    pub why: Why,
    /// Since when, or from when on it will be there.
    pub at: Option<Time>,
}

/// What a vehicle (`None`) or a member of the crew in a role lacks at a moment: empty for an
/// accredited one.
pub fn lacks(
    pack: &AccreditationPack,
    role: Option<CrewRole>,
    held: &[Held],
    at: Time,
) -> Vec<Lack> {
    pack.demanded(role).filter_map(|demand| lack(demand.certificate, held, at)).collect()
}

fn lack(certificate: Certificate, held: &[Held], at: Time) -> Option<Lack> {
    let of_kind = || held.iter().filter(|one| one.certificate == certificate);
    if of_kind().any(|one| one.holds(at)) {
        return None;
    }
    // The last one that held says why; a coming one only when there was none before.
    let ended = of_kind().filter(|one| one.from <= at).max_by_key(|one| one.ends());
    let coming = of_kind().filter(|one| one.from > at).min_by_key(|one| one.from);
    Some(match (ended, coming) {
        (Some(one), _) => {
            let revoked = one.revoked_at.is_some_and(|at| at < one.until);
            let why = if revoked { Why::Revoked } else { Why::Expired };
            Lack { certificate, why, at: Some(one.ends()) }
        }
        (None, Some(one)) => Lack { certificate, why: Why::NotYet, at: Some(one.from) },
        (None, None) => Lack { certificate, why: Why::Missing, at: None },
    })
}

/// The first moment from `at` on at which the holder is not accredited: `at` itself when it is not
/// accredited then, `None` when nothing is demanded.
pub fn accredited_until(
    pack: &AccreditationPack,
    role: Option<CrewRole>,
    held: &[Held],
    at: Time,
) -> Option<Time> {
    pack.demanded(role).map(|demand| covered_until(demand.certificate, held, at)).min()
}

/// Certificates of one kind may follow each other without a gap.
fn covered_until(certificate: Certificate, held: &[Held], at: Time) -> Time {
    let mut until = at;
    while let Some(longer) = held
        .iter()
        .filter(|one| one.certificate == certificate && one.holds(until))
        .map(Held::ends)
        .max()
    {
        until = longer;
    }
    until
}

/// A certificate that will end soon and is not yet followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    pub certificate: Certificate,
    pub ends: Time,
    /// The step of the pack it has reached: 60, 30, 7 days.
    pub within_days: i64,
}

/// What to renew, the most urgent first.
pub fn warnings(
    pack: &AccreditationPack,
    role: Option<CrewRole>,
    held: &[Held],
    now: Time,
) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = pack
        .demanded(role)
        .filter_map(|demand| {
            let certificate = demand.certificate;
            let ends = covered_until(certificate, held, now);
            let reached = pack.watch.warn_days.iter().rev();
            let mut reached = reached.filter(|days| ends <= now.plus_days(**days));
            let within_days = *reached.next().filter(|_| ends > now)?;
            Some(Warning { certificate, ends, within_days })
        })
        .collect();
    warnings.sort_by_key(|warning| (warning.ends, warning.certificate));
    warnings
}

/// The next moment after `now` at which a holder's standing changes: a warning falls due, or a
/// certificate ends. `None` when nothing that it holds is demanded.
pub fn next_look(
    pack: &AccreditationPack,
    role: Option<CrewRole>,
    held: &[Held],
    now: Time,
) -> Option<Time> {
    let steps = |ends: Time| pack.watch.warn_days.iter().map(move |days| ends.plus_days(-days));
    pack.demanded(role)
        .map(|demand| covered_until(demand.certificate, held, now))
        .flat_map(|ends| steps(ends).chain([ends]))
        .filter(|at| *at > now)
        .min()
}

#[cfg(test)]
mod tests;
