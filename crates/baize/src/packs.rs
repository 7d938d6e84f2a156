//! The packs that come with the binary.

use rules::calendar::Calendar;
use store::Packs;
use store::pack::Texts;

pub const RULES: &[(&str, &str)] = &[(
    "packs/aesthetics/rules-2024.01.toml",
    include_str!("../../../packs/aesthetics/rules-2024.01.toml"),
)];
pub const PROCEDURES: &[(&str, &str)] = &[(
    "packs/aesthetics/procedures-2024.01.toml",
    include_str!("../../../packs/aesthetics/procedures-2024.01.toml"),
)];
pub const CARDS: &[(&str, &str)] = &[(
    "packs/aesthetics/cards-2025.03.toml",
    include_str!("../../../packs/aesthetics/cards-2025.03.toml"),
)];
pub const CHANNEL: &[(&str, &str)] = &[(
    "packs/aesthetics/channel-2025.03.toml",
    include_str!("../../../packs/aesthetics/channel-2025.03.toml"),
)];

/// What a file is, told by what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rules,
    Procedures,
    Cards,
    Channel,
    City,
}

pub fn kind_of(text: &str) -> Kind {
    match text.parse::<toml::Table>() {
        Ok(table) if table.contains_key("procedure") => Kind::Procedures,
        Ok(table) if table.contains_key("card") => Kind::Cards,
        Ok(table) if table.contains_key("escalation") => Kind::Channel,
        Ok(table) if table.contains_key("pack") => Kind::Rules,
        // What cannot be read is said by the reader of cities, with its place.
        Ok(_) | Err(_) => Kind::City,
    }
}

/// Reads them.
///
/// # Errors
/// A sentence naming the pack and what is wrong with it.
pub fn read(calendar: Calendar) -> store::Result<Packs> {
    read_with(calendar, &[])
}

/// Reads them with a city's own versions beside them: the newest in force holds.
///
/// # Errors
/// As [`read`]; also for a text that is no pack.
pub fn read_with(calendar: Calendar, own: &[String]) -> store::Result<Packs> {
    if own.iter().any(|text| kind_of(text) == Kind::City) {
        return Err(store::Error::Pack("a file given as a pack is none".into()));
    }
    let texts = |files: &[(&str, &'static str)], kind: Kind| -> Vec<String> {
        let carried = files.iter().map(|(_, text)| (*text).to_owned());
        carried.chain(own.iter().filter(|text| kind_of(text) == kind).cloned()).collect()
    };
    let (rules, procedures) = (texts(RULES, Kind::Rules), texts(PROCEDURES, Kind::Procedures));
    let (cards, channel) = (texts(CARDS, Kind::Cards), texts(CHANNEL, Kind::Channel));
    let [rules, procedures, cards, channel] = [&rules, &procedures, &cards, &channel]
        .map(|texts| texts.iter().map(String::as_str).collect::<Vec<&str>>());
    let texts = Texts { rules: &rules, procedures: &procedures, cards: &cards, channel: &channel };
    Packs::read(calendar, texts)
}
