//! Service tiers (服务档次): what each needs of crew and vehicle at the least [T11]. The planner
//! refuses a vehicle whose equipment or crew does not reach (`planning::unfit`), and one whose
//! certificates do not (`accreditation`, A40): whatever a tier asks for is asked of its holder
//! always, which a test holds the packs to.

use serde::{Deserialize, Serialize};

use super::accreditation::Certificate;
use super::{Class, CrewRole, Need};
use crate::pack::Head;

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
    pub papers: Vec<Certificate>,
    #[serde(rename = "post")]
    pub posts: Vec<Post>,
}

/// People of whom at least so many ride along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Any of these may fill it.
    pub roles: Vec<CrewRole>,
    pub papers: Vec<Certificate>,
    pub count: usize,
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
