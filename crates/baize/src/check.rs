//! `baize check`: reads packs and city files and says what is wrong with them.

use std::path::PathBuf;

use rules::pack::ProcedurePack;

use crate::demo::{CITIES, Data};
use crate::packs::{FILES, is_pack};

/// The answer: a line for each file or city, and whether all is well.
#[derive(Debug)]
pub struct Checked {
    pub lines: Vec<String>,
    pub well: bool,
}

/// Checks the files given, all city files together as one city; without any, what the binary
/// carries.
pub fn run(files: &[PathBuf]) -> Checked {
    let mut checked = Checked { lines: Vec::new(), well: true };
    let mut catalogues = Vec::new();
    if files.is_empty() {
        for (name, text) in FILES {
            checked.pack(name, text, &mut catalogues);
        }
        for (_, texts) in CITIES {
            checked.city(texts, &catalogues);
        }
        return checked;
    }
    let mut city = Vec::new();
    for file in files {
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) if is_pack(&text) => checked.pack(&name, &text, &mut catalogues),
            Ok(text) => city.push((name, text)),
            Err(error) => checked.wrong(&name, &[error.to_string()]),
        }
    }
    if !city.is_empty() {
        let texts: Vec<(&str, &str)> =
            city.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        checked.city(&texts, &catalogues);
    }
    checked
}

impl Checked {
    fn right(&mut self, name: &str) {
        self.lines.push(format!("{name}: 无误 / all well"));
    }

    fn wrong(&mut self, name: &str, faults: &[String]) {
        self.well = false;
        self.lines.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
    }

    fn say(&mut self, name: &str, faults: &[String]) {
        if faults.is_empty() { self.right(name) } else { self.wrong(name, faults) }
    }

    fn pack(&mut self, name: &str, text: &str, catalogues: &mut Vec<ProcedurePack>) {
        catalogues.extend(toml::from_str::<ProcedurePack>(text));
        self.say(name, &store::pack::faults(text));
    }

    fn city(&mut self, texts: &[(&str, &str)], catalogues: &[ProcedurePack]) {
        match Data::read(texts) {
            Ok(data) => {
                let faults = unknown_procedures(&data, catalogues);
                let name = format!("{} {}", data.city.code, data.city.name_en);
                self.say(&name, &faults);
            }
            Err(wrong) => {
                self.well = false;
                self.lines.extend(wrong.0);
            }
        }
    }
}

/// Operations whose procedure no catalogue has, or not with their anaesthesia.
fn unknown_procedures(data: &Data, catalogues: &[ProcedurePack]) -> Vec<String> {
    if catalogues.is_empty() {
        return Vec::new();
    }
    let routines = data
        .routines
        .iter()
        .map(|routine| (&routine.institution, &routine.procedure, routine.anaesthesia));
    let operations = data
        .operations
        .iter()
        .map(|operation| (&operation.institution, &operation.procedure, operation.anaesthesia));
    let mut faults = Vec::new();
    for (institution, code, anaesthesia) in routines.chain(operations) {
        match catalogues.iter().find_map(|catalogue| catalogue.procedure(code)) {
            None => faults.push(format!("\"{institution}\": procedure \"{code}\" is not known")),
            Some(procedure) if !procedure.anaesthesia.contains(&anaesthesia) => {
                let anaesthesia = anaesthesia.code();
                faults.push(format!("\"{institution}\": {code} is not done under {anaesthesia}"));
            }
            Some(_) => {}
        }
    }
    faults
}
