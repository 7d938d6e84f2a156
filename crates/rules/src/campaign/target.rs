//! Which institutions a campaign is for [W5, W45]: by level, ownership, category, district, and the
//! branches that are no territory.

use serde::{Deserialize, Serialize};

use crate::coded;

coded! {
    /// Who an institution answers to in the roll-up [W25, W45].
    Branch {
        /// 属地: the district it stands in
        Territorial = "territorial",
        /// 市属: directly affiliated to the city's commission
        Affiliated = "affiliated",
        /// 省属
        Provincial = "provincial",
        /// 部队
        Military = "military",
    }
}

impl Branch {
    /// The line of the roll-up: a district's code, or the branch itself.
    pub fn line(self, region_code: &str) -> String {
        match self {
            Branch::Territorial => region_code.to_owned(),
            other => other.code().to_owned(),
        }
    }

    /// Whether a line is a district's: then a bureau stands between the institution and the city.
    pub fn is_district(line: &str) -> bool {
        Branch::of(line).is_none()
    }
}

coded! {
    /// 医院等级
    Grade {
        Tertiary = "tertiary",
        Secondary = "secondary",
        Primary = "primary",
        Ungraded = "ungraded",
    }
}

coded! {
    Ownership {
        Public = "public",
        /// 非公立
        Private = "private",
    }
}

coded! {
    Category {
        General = "general",
        Tcm = "tcm",
        MaternalChild = "maternal_child",
        Specialist = "specialist",
        Stomatology = "stomatology",
        Dialysis = "dialysis",
        Community = "community",
        OutpatientClinic = "outpatient_clinic",
        /// 经批准开展人类辅助生殖技术
        Reproduction = "reproduction",
        Emergency = "emergency",
    }
}

/// What the register says of an institution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub region_code: String,
    pub branch: Branch,
    pub grade: Grade,
    pub ownership: Ownership,
    pub category: Category,
    pub dialysis_stations: i64,
}

/// One line of a campaign's target rules: every condition that is named must hold; a condition left
/// out holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRule {
    #[serde(default)]
    pub levels: Vec<Grade>,
    #[serde(default)]
    pub ownerships: Vec<Ownership>,
    #[serde(default)]
    pub categories: Vec<Category>,
    #[serde(default)]
    pub regions: Vec<String>,
    #[serde(default)]
    pub branches: Vec<Branch>,
    #[serde(default)]
    pub dialysis_only: bool,
    /// 重点: inspected first.
    #[serde(default)]
    pub focus: bool,
}

impl TargetRule {
    fn holds(&self, profile: &Profile) -> bool {
        fn named<T: PartialEq>(list: &[T], value: &T) -> bool {
            list.is_empty() || list.contains(value)
        }
        named(&self.levels, &profile.grade)
            && named(&self.ownerships, &profile.ownership)
            && named(&self.categories, &profile.category)
            && named(&self.regions, &profile.region_code)
            && named(&self.branches, &profile.branch)
            && (!self.dialysis_only || profile.dialysis_stations > 0)
    }
}

/// Whether any rule names the institution, and whether one of those makes it a focus.
pub fn hit(rules: &[TargetRule], profile: &Profile) -> Option<bool> {
    let holding: Vec<&TargetRule> = rules.iter().filter(|rule| rule.holds(profile)).collect();
    (!holding.is_empty()).then(|| holding.iter().any(|rule| rule.focus))
}
