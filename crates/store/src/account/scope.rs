//! Whose data a reader may see.

use rules::account::{AccountRole, Permission};
use rules::campaign::Part;

use super::Account;
use super::reach::{CampaignReach, NOBODYS};

/// Whose data a reader may see. Only this file makes one, so a page cannot forget territory (属地)
/// or leak another clinic's data.
#[derive(Clone, Debug)]
pub struct Scope {
    reach: Reach,
    channel: Channel,
    fleet: Fleet,
    campaign: CampaignReach,
    account: Option<Account>,
}

/// What of the transfer service a scope reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fleet {
    Nothing,
    City,
    /// What this company drives.
    Operator(String),
    /// What this person drives or rides along with.
    Crew(String),
    /// What comes from or goes to this place.
    Site(String),
    /// What was handed to 120, or comes from it.
    HandedOver,
}

impl Fleet {
    fn of(account: &Account) -> Fleet {
        let named = |id: &Option<String>| id.clone().unwrap_or_else(|| NOBODYS.to_owned());
        match account.role {
            AccountRole::CallTaker | AccountRole::Dispatcher | AccountRole::TransferOfficer => {
                Fleet::City
            }
            AccountRole::OperatorManager => Fleet::Operator(named(&account.operator_id)),
            AccountRole::Crew => Fleet::Crew(named(&account.crew_id)),
            AccountRole::WardDesk => Fleet::Site(named(&account.site_id)),
            AccountRole::Liaison120 => Fleet::HandedOver,
            _ => Fleet::Nothing,
        }
    }

    /// The bounds a query of bookings filters by; `None` does not bound.
    pub(crate) fn bounds(&self) -> FleetBounds<'_> {
        let nobody = Some(NOBODYS);
        let (operator, crew, site, handed) = match self {
            Fleet::Nothing => (nobody, nobody, nobody, None),
            Fleet::City => (None, None, None, None),
            Fleet::Operator(id) => (Some(id.as_str()), None, None, None),
            Fleet::Crew(id) => (None, Some(id.as_str()), None, None),
            Fleet::Site(id) => (None, None, Some(id.as_str()), None),
            Fleet::HandedOver => (None, None, None, Some("to_120")),
        };
        FleetBounds { operator, crew, site, handed }
    }
}

/// See [`Fleet::bounds`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct FleetBounds<'s> {
    pub operator: Option<&'s str>,
    pub crew: Option<&'s str>,
    pub site: Option<&'s str>,
    /// Only bookings with a hand-over to 120.
    pub handed: Option<&'s str>,
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
    fn of(account: &Account) -> Channel {
        let named = |id: &Option<String>| id.clone().unwrap_or_else(|| NOBODYS.to_owned());
        match account.role {
            AccountRole::ClinicHead | AccountRole::Doctor => {
                Channel::Institution(named(&account.institution_id))
            }
            AccountRole::QcDirector | AccountRole::QcClerk => Channel::City,
            AccountRole::HospitalDesk | AccountRole::OnCallDoctor => {
                Channel::Hospital(named(&account.hospital_id))
            }
            _ => Channel::Nothing,
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

/// Which changes a live stream tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listens {
    /// Those of the institutions in the scope's territory.
    Register,
    /// Those of one hospital.
    Holder(String),
    /// Everything of the green channel.
    Channel,
    /// The transfer service: what the same bounds reach.
    Transfer,
    /// Those of the campaigns' units in reach.
    Campaign,
}

/// The bounds a query filters by; `None` does not bound.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    pub region: Option<String>,
    pub institution: Option<String>,
    pub practitioner: Option<String>,
}

impl Scope {
    pub(super) fn of_account(account: Account) -> Scope {
        let reach = match account.role {
            AccountRole::Director | AccountRole::Officer | AccountRole::DutyViewer => {
                Reach { region: account.district.clone(), ..Reach::default() }
            }
            AccountRole::ClinicHead => {
                Reach { institution: Some(account.institution_or_none()), ..Reach::default() }
            }
            AccountRole::Doctor => Reach {
                practitioner: Some(account.practitioner_id.clone().unwrap_or_default()),
                ..Reach::default()
            },
            // The people of the other services see nothing of supervision.
            _ => Reach { institution: Some(NOBODYS.to_owned()), ..Reach::default() },
        };
        let (channel, fleet) = (Channel::of(&account), Fleet::of(&account));
        let campaign = CampaignReach::of(&account);
        Scope { reach, channel, fleet, campaign, account: Some(account) }
    }

    /// The platform's own jobs see the whole city.
    pub fn system() -> Scope {
        let (reach, channel, fleet) = (Reach::default(), Channel::City, Fleet::City);
        Scope { reach, channel, fleet, campaign: CampaignReach::City, account: None }
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }

    pub(crate) fn campaign(&self) -> &CampaignReach {
        &self.campaign
    }

    /// In which part the account looks at a campaign.
    pub fn campaign_part(&self) -> Part {
        match (&self.campaign, self.account.as_ref().map(|account| account.role)) {
            (CampaignReach::City, Some(_)) => Part::City,
            (CampaignReach::Line(_), Some(_)) => Part::District,
            (_, Some(AccountRole::FirstResponsible)) => Part::FirstResponsible,
            (_, Some(AccountRole::MedicalDepartment)) => Part::MedicalDepartment,
            (_, Some(AccountRole::DepartmentHead)) => Part::Department,
            _ => Part::Reader,
        }
    }

    /// The institution and the department of an account that takes part in campaigns.
    pub fn campaign_place(&self) -> (Option<&str>, Option<&str>) {
        let (_, institution, department) = self.campaign.bounds();
        (institution, department)
    }

    /// The district of a bureau's officer.
    pub fn campaign_line(&self) -> Option<&str> {
        self.campaign.bounds().0
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// The company of an account that manages vehicles.
    pub fn operator(&self) -> Option<&str> {
        match &self.fleet {
            Fleet::Operator(id) => Some(id),
            _ => None,
        }
    }

    /// The crew member of an account that drives or rides along.
    pub fn crew(&self) -> Option<&str> {
        match &self.fleet {
            Fleet::Crew(id) => Some(id),
            _ => None,
        }
    }

    /// The place of an account that asks for transfers.
    pub fn site(&self) -> Option<&str> {
        match &self.fleet {
            Fleet::Site(id) => Some(id),
            _ => None,
        }
    }

    /// The hospital of an account of the channel.
    pub fn hospital(&self) -> Option<&str> {
        match &self.channel {
            Channel::Hospital(id) => Some(id),
            _ => None,
        }
    }

    /// The institution an account cries for help from.
    pub fn own_institution(&self) -> Option<&str> {
        match &self.channel {
            Channel::Institution(id) => Some(id),
            _ => None,
        }
    }

    /// Whose changes the account's live stream tells of: `None` for everybody's.
    pub fn listens(&self) -> Listens {
        if self.may(Permission::Campaign) {
            return Listens::Campaign;
        }
        if self.account.is_some() && self.fleet != Fleet::Nothing {
            return Listens::Transfer;
        }
        match &self.channel {
            Channel::City => Listens::Channel,
            Channel::Hospital(id) => Listens::Holder(id.clone()),
            Channel::Nothing | Channel::Institution(_) => Listens::Register,
        }
    }

    pub(crate) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The reach for rows that belong to an institution and to no person: a doctor, who is bound to
    /// the own person alone, reaches none of them.
    pub(crate) fn institutions_reach(&self) -> Reach {
        let mut reach = self.reach.clone();
        if reach.practitioner.is_some() {
            reach.institution = Some(NOBODYS.to_owned());
        }
        reach
    }

    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Whether clients' real names may be shown: only to the clinic itself [N51].
    pub fn sees_client_names(&self, institution_id: &str) -> bool {
        self.may(Permission::Declare) && self.reach.institution.as_deref() == Some(institution_id)
    }

    pub fn may(&self, permission: Permission) -> bool {
        self.account.as_ref().is_some_and(|account| rules::account::may(account.role, permission))
    }
}
