//! How far a scope reaches in the green channel and in campaigns.

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

/// What of the green channel a scope reaches. Bureaus reach nothing of it but figures: a cry for
/// help must never be a report against oneself (docs/decisions/0010-care-is-no-evidence.md).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Nothing,
    City,
    /// What this hospital was called to.
    Hospital(String),
    /// What happened in this institution.
    Institution(String),
}

impl Channel {
    pub(super) fn of(account: &Account) -> Channel {
        let named = |id: &Option<String>| id.clone().unwrap_or_else(|| NOBODYS.to_owned());
        match account.role {
            AccountRole::Director | AccountRole::Officer | AccountRole::DutyViewer => {
                Channel::Nothing
            }
            AccountRole::ClinicHead | AccountRole::Doctor => {
                Channel::Institution(named(&account.institution_id))
            }
            AccountRole::QcDirector | AccountRole::QcClerk => Channel::City,
            AccountRole::HospitalDesk | AccountRole::OnCallDoctor => {
                Channel::Hospital(named(&account.hospital_id))
            }
            AccountRole::MedicalOfficer
            | AccountRole::FirstResponsible
            | AccountRole::MedicalDepartment
            | AccountRole::DepartmentHead => Channel::Nothing,
        }
    }

    /// The bounds a query of the channel filters by: hospital, institution. `None` does not bound.
    pub(crate) fn bounds(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Channel::Nothing => (Some(NOBODYS), Some(NOBODYS)),
            Channel::City => (None, None),
            Channel::Hospital(id) => (Some(id), None),
            Channel::Institution(id) => (None, Some(id)),
        }
    }
}
