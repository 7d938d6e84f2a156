//! `baize check`: reads packs and city files and says what is wrong with them.

use std::path::PathBuf;

use rules::card::CardPack;
use rules::channel::ChannelPack;
use rules::pack::{ProcedurePack, RulePack};

use crate::demo::{CITIES, Data};
use crate::packs::{CAMPAIGN, CARDS, CHANNEL, PROCEDURES, RULES};

/// What a file is, told by what stands in it.
enum Kind {
    Rules,
    Procedures,
    Cards,
    Channel,
    City,
}

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
        let aesthetics = RULES.iter().chain(PROCEDURES).chain(CARDS).chain(CHANNEL);
        for (name, text) in aesthetics.chain(CAMPAIGN) {
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
            Ok(text) => match kind_of(&text) {
                Kind::City => city.push((name, text)),
                Kind::Rules | Kind::Procedures | Kind::Cards | Kind::Channel => {
                    checked.pack(&name, &text, &mut catalogues);
                }
            },
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

fn kind_of(text: &str) -> Kind {
    match text.parse::<toml::Table>() {
        Ok(table) if table.contains_key("procedure") => Kind::Procedures,
        Ok(table) if table.contains_key("card") => Kind::Cards,
        Ok(table) if table.contains_key("escalation") => Kind::Channel,
        Ok(table) if table.contains_key("pack") => Kind::Rules,
        // What cannot be read is said by the reader of cities, with its place.
        Ok(_) | Err(_) => Kind::City,
    }
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
        let day = |valid_from: &str| match store::pack::parse_date(valid_from) {
            Some(_) => None,
            None => Some(format!("valid_from \"{valid_from}\" is not a day")),
        };
        let faults = match kind_of(text) {
            Kind::Procedures => toml::from_str::<ProcedurePack>(text).map(|pack| {
                let faults: Vec<String> =
                    pack.faults().into_iter().chain(day(&pack.pack.valid_from)).collect();
                catalogues.push(pack);
                faults
            }),
            Kind::Cards => toml::from_str::<CardPack>(text)
                .map(|pack| pack.faults().into_iter().chain(day(&pack.pack.valid_from)).collect()),
            Kind::Channel => toml::from_str::<ChannelPack>(text)
                .map(|pack| pack.faults().into_iter().chain(day(&pack.pack.valid_from)).collect()),
            Kind::Rules | Kind::City => toml::from_str::<RulePack>(text)
                .map(|pack| pack.faults().into_iter().chain(day(&pack.pack.valid_from)).collect()),
        };
        match faults {
            Ok(faults) => self.say(name, &faults),
            Err(error) => self.wrong(name, &[error.to_string().trim_end().to_owned()]),
        }
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
