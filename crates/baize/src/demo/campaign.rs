//! The units of a city as its files tell them in short, and how they are entered: institutions of
//! general medicine with profile, departments and people.

use rules::account::AccountRole;
use rules::campaign::{Branch, Category, Grade, Ownership};
use rules::register::{InstitutionKind, Span};
use rules::{Position, Time};
use serde::Deserialize;
use store::register::{NewInstitution, NewProfile};
use store::{By, Tx};

use super::load::{Account, Data, tables};
use super::times::Moment;

tables! {
    /// An institution of general medicine, without what only supervision needs.
    Unit {
        id: String,
        code: String,
        uscc: String,
        region: String,
        name_zh: String,
        name_en: String,
        branch: Branch,
        grade: Grade,
        ownership: Ownership,
        category: Category,
        staff: i64,
        stations: i64,
        lat: f64,
        lng: f64,
        departments: Vec<String>,
        #[serde(default, rename = "person")] people: Vec<Person>,
    }

    Person {
        login: String,
        role: AccountRole,
        name_zh: String,
        name_en: String,
        department: Option<String>,
    }

    /// A campaign and how far it has come.
    Story {
        template: String,
        code: String,
        author: String,
        reviewer: String,
        approver: String,
        published: Moment,
        by_inspectors: i64,
        returned: i64,
        main_unit: String,
        /// A district and its two officers.
        officers: Vec<[String; 3]>,
        #[serde(rename = "line")] lines: Vec<Line>,
        #[serde(rename = "trouble")] troubles: Vec<Trouble>,
    }

    /// What has come of a line of the roll-up.
    Line {
        code: String,
        came: i64,
        returned: i64,
        problems: i64,
        struck_off: i64,
    }

    /// What may be wrong with an item, in words.
    Trouble {
        item: String,
        department: String,
        text_zh: String,
        measure_zh: String,
    }
}

const JOB: &str = "register";

impl Unit {
    /// The line of the roll-up it belongs to.
    pub fn line(&self) -> String {
        self.branch.line(&self.region)
    }

    /// The accounts its file names.
    pub fn accounts(&self) -> impl Iterator<Item = Account> {
        self.people.iter().map(|person| Account {
            login: person.login.clone(),
            role: person.role,
            name_zh: person.name_zh.clone(),
            name_en: person.name_en.clone(),
            region: None,
            institution: Some(self.id.clone()),
            practitioner: None,
            hospital: None,
            operator: None,
            crew: None,
            site: None,
            department: person.department.clone(),
        })
    }

    /// Whoever keeps its ledger, and whoever verifies: named in the file or made for the demo.
    pub fn login(&self, role: AccountRole) -> String {
        let named = self.people.iter().find(|person| person.role == role);
        let prefix = if role == AccountRole::MedicalDepartment { "med" } else { "first" };
        let number = self.code.trim_start_matches(|c: char| !c.is_ascii_digit());
        named.map_or_else(|| format!("{prefix}-{number}"), |person| person.login.clone())
    }
}

/// Enters the units before the accounts that belong to them.
pub(super) async fn enter_units(tx: &mut Tx, data: &Data, now: Time) -> store::Result<()> {
    // Known to the register long before the campaign; what the files do not tell stays plain.
    let since = now.plus_days(-730);
    let by = By::system(JOB, since);
    for unit in &data.units {
        let both = [unit.name_zh.clone(), unit.name_en.clone()];
        let region = data.regions.iter().find(|one| one.code == unit.region);
        let place = region.map_or([String::new(), String::new()], |one| {
            [one.name_zh.clone(), one.name_en.clone()]
        });
        let new = NewInstitution {
            institution_id: unit.id.clone(),
            region_code: unit.region.clone(),
            kind: InstitutionKind::Medical,
            name: both.clone(),
            short: both,
            address: place.clone(),
            street: place,
            uscc: unit.uscc.clone(),
            licence_no: unit.uscc.clone(),
            licence: Span { from: since, to: Some(now.plus_days(1_825)) },
            phone: "0510-0000 0000".into(),
            at: Position { lat: unit.lat, lng: unit.lng },
            opens_min: 8 * 60,
            closes_min: 17 * 60,
            categories: Vec::new(),
            qr_serial: None,
            qr_issued_at: None,
            registered_at: since,
            installed_at: None,
            tested_at: None,
            online_at: None,
        };
        store::register::add_institution(tx, &by, &new).await?;
        let profile = NewProfile {
            institution_id: unit.id.clone(),
            code: unit.code.clone(),
            branch: unit.branch,
            grade: unit.grade,
            ownership: unit.ownership,
            category: unit.category,
            staff: unit.staff,
            dialysis_stations: unit.stations,
        };
        store::register::set_profile(tx, &by, &profile).await?;
        for department in &unit.departments {
            store::register::open_department(tx, &by, &unit.id, department).await?;
        }
    }
    Ok(())
}
