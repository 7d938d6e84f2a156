//! Service tiers (服务档次): what each needs of crew and vehicle at the least [T11]. A tier is
//! refused where certificates or equipment do not reach, and the refusal says which.

use serde::{Deserialize, Serialize};

use super::{Class, CrewRole, Need};
use crate::coded;
use crate::pack::Head;

coded! {
    /// What a vehicle or somebody of its crew must hold.
    Paper {
        OperatingLicence = "operating_licence",
        Inspection = "inspection",
        Insurance = "insurance",
        Disinfection = "disinfection",
        DrivingLicence = "driving_licence",
        DriverCard = "driver_card",
        FirstAid = "first_aid",
        NurseLicence = "nurse_licence",
        DoctorLicence = "doctor_licence",
        HealthCheck = "health_check",
    }
}

/// The tiers in one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPack {
    pub pack: Head,
    /// The modest ones first: the first that reaches is taken.
    #[serde(rename = "tier")]
    pub tiers: Vec<Tier>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    pub code: String,
    pub class: Class,
    pub name_zh: String,
    pub name_en: String,
    pub what_zh: String,
    pub what_en: String,
    /// What can be looked after.
    pub needs: Vec<Need>,
    /// What the vehicle carries.
    pub equipment: Vec<String>,
    /// What the vehicle must hold.
    pub papers: Vec<Paper>,
    #[serde(rename = "post")]
    pub posts: Vec<Post>,
}

/// People of whom at least so many ride along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Any of these may fill it.
    pub roles: Vec<CrewRole>,
    pub papers: Vec<Paper>,
    pub count: usize,
}

/// A vehicle as it stands when the trip is driven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehicleFacts {
    pub equipment: Vec<String>,
    /// Those that hold for the whole trip.
    pub papers: Vec<Paper>,
}

/// Somebody who rides along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewFacts {
    pub role: CrewRole,
    pub papers: Vec<Paper>,
}

/// Why a vehicle with its crew cannot give a tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    Equipment(String),
    VehiclePaper(Paper),
    /// So many too few who may fill this post.
    Crew {
        roles: Vec<CrewRole>,
        missing: usize,
    },
    /// There are people enough, but one lacks a certificate.
    CrewPaper {
        role: CrewRole,
        paper: Paper,
    },
}

/// Why a tier is not enough for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Short {
    Class(Class),
    Need(Need),
}

impl Tier {
    /// What this tier leaves unmet of a class and its needs.
    pub fn short_of(&self, class: Class, needs: &[Need]) -> Vec<Short> {
        let mut short = Vec::new();
        if class.weight() > self.class.weight() {
            short.push(Short::Class(class));
        }
        let unmet = needs.iter().filter(|need| !self.needs.contains(need));
        short.extend(unmet.map(|need| Short::Need(*need)));
        short
    }

    /// What a vehicle and its crew lack to give this tier; empty when they reach.
    pub fn lacks(&self, vehicle: &VehicleFacts, crew: &[CrewFacts]) -> Vec<Lack> {
        let mut lacks: Vec<Lack> = Vec::new();
        let unmet = self.equipment.iter().filter(|one| !vehicle.equipment.contains(one));
        lacks.extend(unmet.map(|one| Lack::Equipment(one.clone())));
        let unmet = self.papers.iter().filter(|one| !vehicle.papers.contains(one));
        lacks.extend(unmet.map(|one| Lack::VehiclePaper(*one)));
        let seats: Vec<&Post> =
            self.posts.iter().flat_map(|post| std::iter::repeat_n(post, post.count)).collect();
        if !seated(&seats, crew, 0) {
            lacks.extend(crew_lacks(&self.posts, crew));
        }
        lacks
    }
}

/// Whether every seat finds somebody of its own; crews are small enough to try all.
fn seated(seats: &[&Post], crew: &[CrewFacts], taken: u64) -> bool {
    let Some((seat, rest)) = seats.split_first() else { return true };
    crew.iter().take(64).enumerate().any(|(index, one)| {
        taken & (1 << index) == 0 && fills(seat, one) && seated(rest, crew, taken | (1 << index))
    })
}

fn fills(post: &Post, one: &CrewFacts) -> bool {
    post.roles.contains(&one.role) && post.papers.iter().all(|paper| one.papers.contains(paper))
}

/// Why the posts cannot be filled: too few of a role, or who of them lacks what.
fn crew_lacks(posts: &[Post], crew: &[CrewFacts]) -> Vec<Lack> {
    let mut lacks = Vec::new();
    for post in posts {
        let may: Vec<&CrewFacts> =
            crew.iter().filter(|one| post.roles.contains(&one.role)).collect();
        if may.len() < post.count {
            let roles = post.roles.clone();
            lacks.push(Lack::Crew { roles, missing: post.count - may.len() });
        }
        for one in may {
            let missing = post.papers.iter().filter(|paper| !one.papers.contains(paper));
            lacks.extend(missing.map(|paper| Lack::CrewPaper { role: one.role, paper: *paper }));
        }
    }
    if lacks.is_empty() {
        // Each post alone could be filled, but not all of them with the people there are.
        let last = posts.last().map_or(Vec::new(), |post| post.roles.clone());
        lacks.push(Lack::Crew { roles: last, missing: 1 });
    }
    lacks
}

impl TierPack {
    pub fn tier(&self, code: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.code == code)
    }

    /// The most modest tier that is enough.
    pub fn least(&self, class: Class, needs: &[Need]) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.short_of(class, needs).is_empty())
    }

    /// What is wrong with the tiers, as sentences for their editor.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (index, tier) in self.tiers.iter().enumerate() {
            let code = &tier.code;
            if self.tiers[..index].iter().any(|earlier| earlier.code == *code) {
                faults.push(format!("tier {code} stands twice"));
            }
            if tier.class == Class::Emergency {
                faults.push(format!("tier {code}: an emergency is 120's"));
            }
            let drivers = tier.posts.iter().filter(|post| post.roles.contains(&CrewRole::Driver));
            if drivers.map(|post| post.count).sum::<usize>() == 0 {
                faults.push(format!("tier {code}: somebody has to drive"));
            }
            if tier.posts.iter().any(|post| post.roles.is_empty() || post.count == 0) {
                faults.push(format!("tier {code}: a post names roles and a count"));
            }
        }
        if !self.tiers.is_sorted_by_key(|tier| tier.class.weight()) {
            faults.push("plain tiers come before care tiers".into());
        }
        let bare = self.tiers.iter().filter(|tier| tier.class == Class::Care).count();
        if bare == 0 {
            faults.push("no tier gives care on the way".into());
        }
        faults
    }
}

#[cfg(test)]
mod tests;
