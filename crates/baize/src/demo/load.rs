//! The files of a city, read: any file may hold any of these tables.
//!
//! What a single file says wrongly is found here, with its place; what does not fit together is
//! found by `fit`.

use rules::account::AccountRole;
use rules::alert::{Method as VerifyMethod, Outcome, Rule, Step};
use rules::calendar::{Calendar, WeekStart};
use rules::checkin::{Direction, Method};
use rules::register::{Anaesthesia, Category, CredentialKind, InstitutionKind, Role, Title};
use serde::Deserialize;

use super::campaign::{Story, Unit};
use super::channel::{
    CallOut, Case, Contact, Enquiry, Hospital, Hotline, Override, Rota, Stock, Zone,
};
use super::incident::Incident;
use super::journey::{Complaint, Drive, Improvement, Journey, LostCall};
use super::times::{Day, Moment, TimeOfDay};
use super::transfer::{Area, Contract, CrewMember, Operator, Outage, Site, Turn, Vehicle};

/// What is wrong with the files of a city, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("{}", first(.0))]
pub struct Wrong(pub Vec<String>);

/// Sentences shown at once; `baize check` says them all.
const SHOWN: usize = 20;

fn first(sentences: &[String]) -> String {
    let mut shown = sentences[..sentences.len().min(SHOWN)].join("\n");
    if sentences.len() > SHOWN {
        shown.push_str(&format!("\n... {} more", sentences.len() - SHOWN));
    }
    shown
}

/// Structs whose fields are a table's, and nothing else is let through.
macro_rules! tables {
    ($($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[$about])*
            #[derive(Clone, Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$meta])* pub $field: $type,)+ }
        )+
    };
}

pub(super) use tables;

/// The tables of a city: any file may hold any of them, and what all files say stands together.
macro_rules! gathered {
    ($($field:ident: $row:ident = $table:literal,)+) => {
        /// One file as it stands.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct File {
            pub city: Option<CityHead>,
            $(#[serde(default, rename = $table)] pub $field: Vec<$row>,)+
        }

        /// A city as its files tell it.
        #[derive(Clone, Debug)]
        pub struct Data {
            pub city: CityHead,
            $(pub $field: Vec<$row>,)+
        }

        impl Data {
            fn merge(city: CityHead, files: impl Iterator<Item = File>) -> Data {
                let mut data = Data { city, $($field: Vec::new(),)+ };
                for file in files {
                    $(data.$field.extend(file.$field);)+
                }
                // Each unit of a campaign has its people.
                let people: Vec<Account> = data.units.iter().flat_map(Unit::accounts).collect();
                data.accounts.extend(people);
                data
            }
        }
    };
}

gathered! {
    regions: Region = "region",
    accounts: Account = "account",
    spare_terminals: SpareTerminal = "spare_terminal",
    institutions: Institution = "institution",
    practitioners: Practitioner = "practitioner",
    routines: Routine = "routine",
    operations: Operation = "operation",
    checks: Check = "check",
    terminal_events: TerminalEvent = "terminal_event",
    silents: Silent = "silent",
    disposals: Disposal = "disposal",
    inspections: Inspection = "inspection",
    suspensions: Suspension = "suspension",
    hospitals: Hospital = "hospital",
    hotlines: Hotline = "hotline",
    zones: Zone = "zone",
    rotas: Rota = "rota",
    overrides: Override = "override",
    contacts: Contact = "contact",
    stocks: Stock = "stock",
    cases: Case = "case",
    call_outs: CallOut = "call_out",
    operators: Operator = "operator",
    sites: Site = "site",
    areas: Area = "area",
    contracts: Contract = "contract",
    vehicles: Vehicle = "vehicle",
    crew_members: CrewMember = "crew_member",
    turns: Turn = "turn",
    outages: Outage = "outage",
    enquiries: Enquiry = "enquiry",
    incidents: Incident = "incident",
    units: Unit = "unit",
    campaigns: Story = "campaign",
    journeys: Journey = "journey",
    lost_calls: LostCall = "lost_call",
    complaints: Complaint = "complaint",
    improvements: Improvement = "improvement",
    drives: Drive = "drive",
}

tables! {
    CityHead {
        code: String,
        name_zh: String,
        name_en: String,
        platform_zh: String,
        platform_en: String,
        offset_min: i64,
        week_starts_on: WeekStart,
        default_at: Moment,
        home_region: String,
        map_note_zh: String,
        map_note_en: String,
        /// What to try first in a demo of this city.
        hint_zh: Option<String>,
        hint_en: Option<String>,
        /// Where the public finds the platform: `https://NAME`.
        public_url: Option<String>,
        /// Proxies in front, as addresses or blocks: only they are believed about senders.
        #[serde(default)] trusted_proxies: Vec<String>,
    }

    /// A terminal that is installed and waits to be enrolled.
    SpareTerminal {
        id: String,
        institution: String,
        room: String,
    }

    Region {
        code: String,
        parent: Option<String>,
        name_zh: String,
        name_en: String,
        bureau_zh: Option<String>,
        bureau_en: Option<String>,
        lat: f64,
        lng: f64,
        valid_from: Day,
        /// The first day on which the code no longer holds.
        valid_to: Option<Day>,
    }

    Account {
        login: String,
        role: AccountRole,
        name_zh: String,
        name_en: String,
        region: Option<String>,
        institution: Option<String>,
        practitioner: Option<String>,
        hospital: Option<String>,
        operator: Option<String>,
        crew: Option<String>,
        site: Option<String>,
        department: Option<String>,
    }

    Institution {
        id: String,
        name_zh: String,
        name_en: String,
        short_zh: String,
        short_en: String,
        kind: InstitutionKind,
        region: String,
        street_zh: String,
        street_en: String,
        address_zh: String,
        address_en: String,
        lat: f64,
        lng: f64,
        uscc: String,
        licence_no: String,
        licence_from: Day,
        licence_until: Day,
        phone: String,
        opens: TimeOfDay,
        closes: TimeOfDay,
        categories: Vec<Category>,
        registered_on: Day,
        installed_on: Option<Day>,
        tested_on: Option<Day>,
        online_on: Option<Day>,
        theatres: i64,
        treatment_rooms: i64,
        qr_serial: Option<String>,
        qr_issued_on: Option<Day>,
    }

    Practitioner {
        id: String,
        name_zh: String,
        name_en: String,
        sex: String,
        title: Title,
        #[serde(default, rename = "credential")] credentials: Vec<Credential>,
        #[serde(default, rename = "filing")] filings: Vec<Filing>,
    }

    Credential {
        kind: CredentialKind,
        number: String,
        category: Option<Category>,
        from: Day,
        /// The last day it is valid.
        until: Option<Day>,
    }

    Filing {
        institution: String,
        role: Role,
        category: Option<Category>,
        from: Day,
        /// The first day on which it no longer holds.
        to: Option<Day>,
        main: bool,
    }

    /// An operation that repeats every so many days, for the history.
    Routine {
        institution: String,
        room: String,
        procedure: String,
        anaesthesia: Anaesthesia,
        who: String,
        anaesthetist: Option<String>,
        from: Day,
        /// The last day on which it may happen.
        until: Option<Day>,
        every_days: i64,
        at: TimeOfDay,
        lasts_min: i64,
    }

    Operation {
        key: String,
        institution: String,
        room: String,
        procedure: String,
        anaesthesia: Anaesthesia,
        client: String,
        alias_zh: String,
        alias_en: String,
        declared: Moment,
        planned: Moment,
        planned_min: i64,
        volume_ml: Option<i64>,
        team: Vec<Member>,
    }

    Member {
        who: String,
        role: Role,
        #[serde(rename = "in")] came: Option<Moment>,
        #[serde(rename = "out")] left: Option<Moment>,
        method: Option<Method>,
    }

    /// A check outside the written operations.
    Check {
        institution: String,
        room: String,
        who: String,
        role: Role,
        direction: Direction,
        at: Moment,
        operation: Option<String>,
        score: Option<f64>,
        method: Method,
    }

    TerminalEvent {
        institution: String,
        room: String,
        at: Moment,
        kind: TerminalEventKind,
        lat: f64,
        lng: f64,
        moved_m: i64,
    }

    /// A span in which a terminal has no network.
    Silent {
        institution: String,
        room: String,
        from: Moment,
        until: Moment,
    }

    /// How an alert is disposed of.
    Disposal {
        institution: String,
        rule: Rule,
        raised_on: Day,
        steps: Vec<DisposalStep>,
    }

    DisposalStep {
        kind: Step,
        by: String,
        at: Moment,
        method: Option<VerifyMethod>,
        outcome: Option<Outcome>,
        second: Option<String>,
        #[serde(default)] text_zh: String,
        #[serde(default)] text_en: String,
    }

    Inspection {
        institution: String,
        kind: InspectionKind,
        /// The rule whose referred alert proposed it; none when officers proposed it themselves.
        rule: Option<Rule>,
        proposed_at: Moment,
        proposed_by: String,
        carried_out_at: Moment,
        officers: [String; 2],
        finding: Finding,
        text_zh: String,
        text_en: String,
    }

    Suspension {
        institution: String,
        from: Moment,
        reason: Finding,
        by: String,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TerminalEventKind {
    Moved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InspectionKind {
    Surprise,
}

/// What an inspection finds and a suspension is ordered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    AttendingMissing,
}

impl Finding {
    pub fn code(self) -> &'static str {
        match self {
            Finding::AttendingMissing => "attending_missing",
        }
    }
}

impl Data {
    /// Reads the files of one city, each given with its name.
    ///
    /// # Errors
    /// [`Wrong`] with a sentence for everything that is wrong, each naming file and entry.
    pub fn read(files: &[(&str, &str)]) -> Result<Data, Wrong> {
        let mut read = Vec::new();
        let mut wrong = Vec::new();
        for (name, text) in files {
            match toml::from_str::<File>(text) {
                Ok(file) => read.push((*name, file)),
                Err(error) => wrong.push(format!("{name}: {}", error.to_string().trim_end())),
            }
        }
        if wrong.is_empty() {
            wrong = super::fit::faults(&read);
        }
        for (name, file) in &read {
            let faults = file.city.iter().flat_map(CityHead::faults);
            wrong.extend(faults.map(|fault| format!("{name}: {fault}")));
        }
        let cities = read.iter().filter(|(_, file)| file.city.is_some()).count();
        if wrong.is_empty() && cities != 1 {
            wrong.push(format!("one file says [city], here are {cities}"));
        }
        let head = read.iter().find_map(|(_, file)| file.city.clone());
        match head {
            Some(head) if wrong.is_empty() => {
                Ok(Data::merge(head, read.into_iter().map(|(_, file)| file)))
            }
            _ => Err(Wrong(wrong)),
        }
    }

    pub fn calendar(&self) -> Calendar {
        self.city.calendar()
    }

    pub fn institution(&self, id: &str) -> Option<&Institution> {
        self.institutions.iter().find(|institution| institution.id == id)
    }

    /// The login of an institution's clinic head.
    pub fn clinic_login(&self, institution_id: &str) -> Option<&str> {
        let head = |account: &&Account| {
            account.role == AccountRole::ClinicHead
                && account.institution.as_deref() == Some(institution_id)
        };
        self.accounts.iter().find(head).map(|account| account.login.as_str())
    }
}

impl CityHead {
    /// What is wrong with how the city is reached.
    fn faults(&self) -> Vec<String> {
        let url = self.public_url.iter().filter_map(|url| server::public_url(url).err());
        let proxies = self.trusted_proxies.iter();
        let proxies = proxies.filter_map(|text| text.parse::<server::Network>().err());
        url.chain(proxies.map(|fault| format!("trusted_proxies: {fault}"))).collect()
    }

    pub fn calendar(&self) -> Calendar {
        Calendar { offset_min: self.offset_min, week_starts_on: self.week_starts_on }
    }
}
