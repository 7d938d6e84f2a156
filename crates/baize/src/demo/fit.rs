//! Whether the entries of a city's files fit together: every name that is used is known, and times
//! stand in their order. Left out: what only the packs can say, which the gate says at seeding.

use std::collections::{HashMap, HashSet};

use rules::account::AccountRole;

use super::load::{Account, File, Institution, Operation};

/// Every name that other entries may use.
struct Names<'a> {
    regions: HashSet<&'a str>,
    institutions: HashMap<&'a str, &'a Institution>,
    units: HashSet<&'a str>,
    practitioners: HashSet<&'a str>,
    logins: HashSet<&'a str>,
    /// Institutions that have a clinic head, who declares for them.
    headed: HashSet<&'a str>,
    operations: HashSet<&'a str>,
    /// Of each kind, what stood twice.
    twice: Vec<String>,
}

/// A sentence for everything that does not fit.
pub(super) fn faults(files: &[(&str, File)]) -> Vec<String> {
    let names = Names::of(files);
    let mut faults = names.twice.clone();
    for (name, file) in files {
        let mut say = |entry: String, what: String| faults.push(format!("{name}: {entry}: {what}"));
        register(file, &names, &mut say);
        operations(file, &names, &mut say);
        story(file, &names, &mut say);
    }
    faults.extend(super::transfer::faults(files));
    faults
}

impl<'a> Names<'a> {
    fn of(files: &'a [(&str, File)]) -> Names<'a> {
        let mut names = Names {
            regions: HashSet::new(),
            institutions: HashMap::new(),
            units: HashSet::new(),
            practitioners: HashSet::new(),
            logins: HashSet::new(),
            headed: HashSet::new(),
            operations: HashSet::new(),
            twice: Vec::new(),
        };
        for (name, file) in files {
            let twice = &mut names.twice;
            let mut once = |fresh: bool, table: &str, id: &str| {
                if !fresh {
                    twice.push(format!("{name}: [[{table}]] \"{id}\" stands twice"));
                }
            };
            for region in &file.regions {
                once(names.regions.insert(&region.code), "region", &region.code);
            }
            for institution in &file.institutions {
                let before = names.institutions.insert(&institution.id, institution);
                once(before.is_none(), "institution", &institution.id);
            }
            for unit in &file.units {
                once(names.units.insert(&unit.id), "unit", &unit.id);
            }
            for practitioner in &file.practitioners {
                let fresh = names.practitioners.insert(&practitioner.id);
                once(fresh, "practitioner", &practitioner.id);
            }
            for account in &file.accounts {
                once(names.logins.insert(&account.login), "account", &account.login);
                if account.role == AccountRole::ClinicHead {
                    names.headed.extend(account.institution.as_deref());
                }
            }
            for operation in &file.operations {
                once(names.operations.insert(&operation.key), "operation", &operation.key);
            }
        }
        names
    }

    fn region(&self, code: &str) -> Option<String> {
        (!self.regions.contains(code)).then(|| format!("region \"{code}\" is not known"))
    }

    fn institution(&self, id: &str) -> Option<String> {
        let known = self.institutions.contains_key(id) || self.units.contains(id);
        (!known).then(|| format!("institution \"{id}\" is not known"))
    }

    fn practitioner(&self, id: &str) -> Option<String> {
        let known = self.practitioners.contains(id);
        (!known).then(|| format!("practitioner \"{id}\" is not known"))
    }

    fn login(&self, login: &str) -> Option<String> {
        (!self.logins.contains(login)).then(|| format!("account \"{login}\" is not known"))
    }

    fn declares(&self, id: &str) -> Option<String> {
        let headed = self.headed.contains(id);
        (!headed).then(|| format!("institution \"{id}\" has no account with role clinic_head"))
    }

    /// Rooms are named T1, T2 and so on for theatres, R1, R2 for treatment rooms.
    fn room(&self, institution_id: &str, room: &str) -> Option<String> {
        let Some(institution) = self.institutions.get(institution_id) else {
            return self.institution(institution_id);
        };
        let (kind, number) = room.split_at_checked(1).unwrap_or(("", ""));
        let rooms = match kind {
            "T" => institution.theatres,
            "R" => institution.treatment_rooms,
            _ => 0,
        };
        let exists = number.parse::<i64>().is_ok_and(|number| (1..=rooms).contains(&number));
        (!exists).then(|| format!("\"{institution_id}\" has no room \"{room}\""))
    }
}

/// Takes an entry and what is wrong with it.
type Say<'s> = dyn FnMut(String, String) + 's;

fn register(file: &File, names: &Names<'_>, say: &mut Say<'_>) {
    if let Some(city) = &file.city
        && let Some(what) = names.region(&city.home_region)
    {
        say("[city]".into(), what);
    }
    for region in &file.regions {
        for what in region.parent.iter().filter_map(|parent| names.region(parent)) {
            say(format!("[[region]] \"{}\"", region.code), what);
        }
    }
    for unit in &file.units {
        if let Some(what) = names.region(&unit.region) {
            say(format!("[[unit]] \"{}\"", unit.id), what);
        }
        if unit.staff < 0 || unit.stations < 0 {
            say(format!("[[unit]] \"{}\"", unit.id), "staff and stations are from 0".into());
        }
    }
    for institution in &file.institutions {
        let entry = format!("[[institution]] \"{}\"", institution.id);
        if let Some(what) = names.region(&institution.region) {
            say(entry.clone(), what);
        }
        if institution.opens >= institution.closes {
            say(entry.clone(), "it closes before it opens".into());
        }
        let on_earth = institution.lat.abs() <= 90.0 && institution.lng.abs() <= 180.0;
        if !on_earth {
            say(entry.clone(), "lat and lng are no place on earth".into());
        }
        if !(0..=99).contains(&institution.theatres)
            || !(0..=99).contains(&institution.treatment_rooms)
        {
            say(entry, "theatres and treatment_rooms are numbers from 0 to 99".into());
        }
    }
    for practitioner in &file.practitioners {
        for filing in &practitioner.filings {
            if let Some(what) = names.institution(&filing.institution) {
                say(format!("[[practitioner]] \"{}\"", practitioner.id), what);
            }
        }
    }
    for entry in &file.accounts {
        for what in account(entry, names) {
            say(format!("[[account]] \"{}\"", entry.login), what);
        }
    }
}

fn account(account: &Account, names: &Names<'_>) -> Vec<String> {
    let lacks = |field: &str| format!("role {} needs {field}", account.role.code());
    let mut found = Vec::new();
    match account.role {
        AccountRole::Director | AccountRole::Officer | AccountRole::DutyViewer => {
            found.extend(account.region.is_none().then(|| lacks("region")));
        }
        AccountRole::ClinicHead => {
            found.extend(account.institution.is_none().then(|| lacks("institution")));
        }
        AccountRole::Doctor => {
            found.extend(account.practitioner.is_none().then(|| lacks("practitioner")));
        }
        AccountRole::HospitalDesk | AccountRole::OnCallDoctor => {
            found.extend(account.hospital.is_none().then(|| lacks("hospital")));
        }
        AccountRole::OperatorManager => {
            found.extend(account.operator.is_none().then(|| lacks("operator")));
        }
        AccountRole::Crew => found.extend(account.crew.is_none().then(|| lacks("crew"))),
        AccountRole::WardDesk => found.extend(account.site.is_none().then(|| lacks("site"))),
        AccountRole::QcDirector
        | AccountRole::QcClerk
        | AccountRole::CallTaker
        | AccountRole::Dispatcher
        | AccountRole::TransferOfficer
        | AccountRole::Liaison120 => {}
        AccountRole::MedicalOfficer => {
            found.extend(account.region.is_none().then(|| lacks("region")));
        }
        AccountRole::FirstResponsible | AccountRole::MedicalDepartment => {
            found.extend(account.institution.is_none().then(|| lacks("institution")));
        }
        AccountRole::DepartmentHead => {
            found.extend(account.institution.is_none().then(|| lacks("institution")));
            found.extend(account.department.is_none().then(|| lacks("department")));
        }
    }
    found.extend(account.region.iter().filter_map(|code| names.region(code)));
    found.extend(account.institution.iter().filter_map(|id| names.institution(id)));
    found.extend(account.practitioner.iter().filter_map(|id| names.practitioner(id)));
    found
}

fn operations(file: &File, names: &Names<'_>, say: &mut Say<'_>) {
    for routine in &file.routines {
        let entry = format!("[[routine]] of {} in \"{}\"", routine.who, routine.institution);
        let people = [Some(&routine.who), routine.anaesthetist.as_ref()];
        let mut found: Vec<String> =
            people.into_iter().flatten().filter_map(|who| names.practitioner(who)).collect();
        found.extend(names.room(&routine.institution, &routine.room));
        found.extend(names.declares(&routine.institution));
        if routine.every_days < 1 || routine.lasts_min < 1 {
            found.push("every_days and lasts_min are at least 1".into());
        }
        found.into_iter().for_each(|what| say(entry.clone(), what));
    }
    for entry in &file.operations {
        for what in operation(entry, names) {
            say(format!("[[operation]] \"{}\"", entry.key), what);
        }
    }
    for check in &file.checks {
        let entry = format!("[[check]] of {} in \"{}\"", check.who, check.institution);
        let mut found = Vec::from_iter(names.room(&check.institution, &check.room));
        found.extend(names.practitioner(&check.who));
        let unknown = |key: &&String| !names.operations.contains(key.as_str());
        let missing = check.operation.iter().filter(unknown);
        found.extend(missing.map(|key| format!("operation \"{key}\" is not known")));
        if check.score.is_some_and(|score| !(-1.0..=1.0).contains(&score)) {
            found.push("score lies between -1 and 1".into());
        }
        found.into_iter().for_each(|what| say(entry.clone(), what));
    }
    for event in &file.terminal_events {
        if let Some(what) = names.room(&event.institution, &event.room) {
            say(format!("[[terminal_event]] in \"{}\"", event.institution), what);
        }
    }
    for silent in &file.silents {
        let entry = format!("[[silent]] in \"{}\"", silent.institution);
        if let Some(what) = names.room(&silent.institution, &silent.room) {
            say(entry.clone(), what);
        }
        if silent.from >= silent.until {
            say(entry, "until must be later than from".into());
        }
    }
}

fn operation(operation: &Operation, names: &Names<'_>) -> Vec<String> {
    let mut found = Vec::from_iter(names.room(&operation.institution, &operation.room));
    found.extend(names.declares(&operation.institution));
    if operation.team.is_empty() {
        found.push("nobody is in the team".into());
    }
    for member in &operation.team {
        found.extend(names.practitioner(&member.who));
        match (member.came, member.left) {
            (Some(came), Some(left)) if left <= came => {
                found.push(format!("{} leaves before coming in", member.who));
            }
            (None, Some(_)) => found.push(format!("{} leaves without coming in", member.who)),
            _ => {}
        }
    }
    found
}

fn story(file: &File, names: &Names<'_>, say: &mut Say<'_>) {
    for disposal in &file.disposals {
        let entry =
            format!("[[disposal]] {} of \"{}\"", disposal.rule.code(), disposal.institution);
        if let Some(what) = names.institution(&disposal.institution) {
            say(entry.clone(), what);
        }
        let logins = disposal.steps.iter().flat_map(|step| [Some(&step.by), step.second.as_ref()]);
        for what in logins.flatten().filter_map(|login| names.login(login)) {
            say(entry.clone(), what);
        }
        if !disposal.steps.is_sorted_by_key(|step| step.at) {
            say(entry, "its steps do not follow each other in time".into());
        }
    }
    for inspection in &file.inspections {
        let entry = format!("[[inspection]] of \"{}\"", inspection.institution);
        let mut found = Vec::from_iter(names.institution(&inspection.institution));
        let logins = inspection.officers.iter().chain([&inspection.proposed_by]);
        found.extend(logins.filter_map(|login| names.login(login)));
        if inspection.officers[0] == inspection.officers[1] {
            found.push("two different officers go on site".into());
        }
        if inspection.carried_out_at < inspection.proposed_at {
            found.push("it is carried out before it is proposed".into());
        }
        found.into_iter().for_each(|what| say(entry.clone(), what));
    }
    for incident in &file.incidents {
        let entry = format!("[[incident]] \"{}\"", incident.key);
        let logins = incident.steps.iter().map(|step| &step.by).chain([&incident.by]);
        let wrong = logins.flatten().filter_map(|login| names.login(login));
        let place = incident.institution.as_deref().and_then(|id| names.institution(id));
        wrong.chain(place).for_each(|what| say(entry.clone(), what));
        if !incident.steps.is_sorted_by_key(|step| step.at) {
            say(entry, "its steps do not follow each other in time".into());
        }
    }
    for suspension in &file.suspensions {
        let entry = format!("[[suspension]] of \"{}\"", suspension.institution);
        let found = [names.institution(&suspension.institution), names.login(&suspension.by)];
        found.into_iter().flatten().for_each(|what| say(entry.clone(), what));
    }
}
