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
use super::channel::{CallOut, Case, Contact, Hospital, Hotline, Override, Rota, Stock, Zone};
use super::times::{Day, Moment, TimeOfDay};

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

tables! {
    /// One file as it stands.
    File {
        city: Option<CityHead>,
        #[serde(default, rename = "region")] regions: Vec<Region>,
        #[serde(default, rename = "account")] accounts: Vec<Account>,
        #[serde(default, rename = "spare_terminal")] spare_terminals: Vec<SpareTerminal>,
        #[serde(default, rename = "institution")] institutions: Vec<Institution>,
        #[serde(default, rename = "practitioner")] practitioners: Vec<Practitioner>,
        #[serde(default, rename = "routine")] routines: Vec<Routine>,
        #[serde(default, rename = "operation")] operations: Vec<Operation>,
        #[serde(default, rename = "check")] checks: Vec<Check>,
        #[serde(default, rename = "terminal_event")] terminal_events: Vec<TerminalEvent>,
        #[serde(default, rename = "silent")] silents: Vec<Silent>,
        #[serde(default, rename = "disposal")] disposals: Vec<Disposal>,
        #[serde(default, rename = "inspection")] inspections: Vec<Inspection>,
        #[serde(default, rename = "suspension")] suspensions: Vec<Suspension>,
        #[serde(default, rename = "hospital")] hospitals: Vec<Hospital>,
        #[serde(default, rename = "hotline")] hotlines: Vec<Hotline>,
        #[serde(default, rename = "zone")] zones: Vec<Zone>,
        #[serde(default, rename = "rota")] rotas: Vec<Rota>,
        #[serde(default, rename = "override")] overrides: Vec<Override>,
        #[serde(default, rename = "contact")] contacts: Vec<Contact>,
        #[serde(default, rename = "stock")] stocks: Vec<Stock>,
        #[serde(default, rename = "case")] cases: Vec<Case>,
        #[serde(default, rename = "call_out")] call_outs: Vec<CallOut>,
        #[serde(default, rename = "unit")] units: Vec<Unit>,
        #[serde(default, rename = "campaign")] campaigns: Vec<Story>,
    }

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

/// A city as its files tell it.
#[derive(Clone, Debug)]
pub struct Data {
    pub city: CityHead,
    pub regions: Vec<Region>,
    pub accounts: Vec<Account>,
    pub spare_terminals: Vec<SpareTerminal>,
    pub institutions: Vec<Institution>,
    pub practitioners: Vec<Practitioner>,
    pub routines: Vec<Routine>,
    pub operations: Vec<Operation>,
    pub checks: Vec<Check>,
    pub terminal_events: Vec<TerminalEvent>,
    pub silents: Vec<Silent>,
    pub disposals: Vec<Disposal>,
    pub inspections: Vec<Inspection>,
    pub suspensions: Vec<Suspension>,
    pub hospitals: Vec<Hospital>,
    pub hotlines: Vec<Hotline>,
    pub zones: Vec<Zone>,
    pub rotas: Vec<Rota>,
    pub overrides: Vec<Override>,
    pub contacts: Vec<Contact>,
    pub stocks: Vec<Stock>,
    pub cases: Vec<Case>,
    pub call_outs: Vec<CallOut>,
    pub units: Vec<Unit>,
    pub campaigns: Vec<Story>,
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

    fn merge(city: CityHead, files: impl Iterator<Item = File>) -> Data {
        let mut data = Data {
            city,
            regions: Vec::new(),
            accounts: Vec::new(),
            spare_terminals: Vec::new(),
            institutions: Vec::new(),
            practitioners: Vec::new(),
            routines: Vec::new(),
            operations: Vec::new(),
            checks: Vec::new(),
            terminal_events: Vec::new(),
            silents: Vec::new(),
            disposals: Vec::new(),
            inspections: Vec::new(),
            suspensions: Vec::new(),
            hospitals: Vec::new(),
            hotlines: Vec::new(),
            zones: Vec::new(),
            rotas: Vec::new(),
            overrides: Vec::new(),
            contacts: Vec::new(),
            stocks: Vec::new(),
            cases: Vec::new(),
            call_outs: Vec::new(),
            units: Vec::new(),
            campaigns: Vec::new(),
        };
        for file in files {
            data.regions.extend(file.regions);
            data.accounts.extend(file.accounts);
            data.spare_terminals.extend(file.spare_terminals);
            data.institutions.extend(file.institutions);
            data.practitioners.extend(file.practitioners);
            data.routines.extend(file.routines);
            data.operations.extend(file.operations);
            data.checks.extend(file.checks);
            data.terminal_events.extend(file.terminal_events);
            data.silents.extend(file.silents);
            data.disposals.extend(file.disposals);
            data.inspections.extend(file.inspections);
            data.suspensions.extend(file.suspensions);
            data.hospitals.extend(file.hospitals);
            data.hotlines.extend(file.hotlines);
            data.zones.extend(file.zones);
            data.rotas.extend(file.rotas);
            data.overrides.extend(file.overrides);
            data.contacts.extend(file.contacts);
            data.stocks.extend(file.stocks);
            data.cases.extend(file.cases);
            data.call_outs.extend(file.call_outs);
            data.accounts.extend(file.units.iter().flat_map(Unit::accounts));
            data.units.extend(file.units);
            data.campaigns.extend(file.campaigns);
        }
        data
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
    pub fn calendar(&self) -> Calendar {
        Calendar { offset_min: self.offset_min, week_starts_on: self.week_starts_on }
    }
}
