//! How far a scope reaches in campaigns.

use rules::account::AccountRole;

use super::Account;

/// An institution that does not exist. Not the empty text: that marks events of no institution.
pub(super) const NOBODYS: &str = "-";

/// What of campaigns a scope reaches. Health inspection and the green channel have no part in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CampaignReach {
    Nothing,
    City,
    /// One line of the roll-up: the territorial institutions of a district.
    Line(String),
    Institution(String),
    Department(String, String),
}

impl CampaignReach {
    pub(super) fn of(account: &Account) -> CampaignReach {
        let institution = || account.institution_or_none();
        match account.role {
            AccountRole::MedicalOfficer => match &account.district {
                None => CampaignReach::City,
                Some(district) => CampaignReach::Line(district.clone()),
            },
            AccountRole::FirstResponsible | AccountRole::MedicalDepartment => {
                CampaignReach::Institution(institution())
            }
            AccountRole::DepartmentHead => CampaignReach::Department(
                institution(),
                account.department.clone().unwrap_or_else(|| NOBODYS.to_owned()),
            ),
            _ => CampaignReach::Nothing,
        }
    }

    /// What a query filters by: line, institution, department. `None` does not bound.
    pub(crate) fn bounds(&self) -> (Option<&str>, Option<&str>, Option<&str>) {
        match self {
            CampaignReach::Nothing => (Some(NOBODYS), Some(NOBODYS), Some(NOBODYS)),
            CampaignReach::City => (None, None, None),
            CampaignReach::Line(line) => (Some(line), None, None),
            CampaignReach::Institution(id) => (None, Some(id), None),
            CampaignReach::Department(id, department) => (None, Some(id), Some(department)),
        }
    }
}
