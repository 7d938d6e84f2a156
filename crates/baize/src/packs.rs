//! The packs that come with the binary.

use rules::calendar::Calendar;
use store::Packs;

/// Files with their texts, embedded so that the binary needs none beside it.
macro_rules! files {
    ($($file:literal),+ $(,)?) => {
        &[$((concat!("packs/", $file), include_str!(concat!("../../../packs/", $file)))),+]
    };
}

/// Every pack, all versions; what each is, its id says.
pub const FILES: &[(&str, &str)] = files![
    "aesthetics/rules-2024.01.toml",
    "aesthetics/procedures-2024.01.toml",
    "aesthetics/cards-2025.03.toml",
    "aesthetics/channel-2025.03.toml",
    "incident/incident-2024.01.toml",
    "campaign/departments.toml",
    "campaign/checklists-2017.02.toml",
    "campaign/checklists-2023.09.toml",
    "campaign/checklists-2025.10.toml",
    "campaign/wuxi-2017-a.toml",
    "campaign/wuxi-2017-b.toml",
    "campaign/reproduction-2023.toml",
    "campaign/transfer-2025.toml",
    "campaign/messages-2025.11.toml",
    "transfer/service-2025.11.toml",
    "transfer/triage-2025.11.toml",
    "transfer/tiers-2025.11.toml",
    "transfer/tariff-yuhuan-whole-2025.10.toml",
    "transfer/tariff-yuhuan-part-2025.10.toml",
    "transfer/crew-2023.06.toml",
    "transfer/accreditation-2023.06.toml",
    "transfer/oversight-2023.06.toml",
];

/// A pack says so. What cannot be read is said by the reader of cities, with its place.
pub fn is_pack(text: &str) -> bool {
    text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("pack"))
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
    if own.iter().any(|text| !is_pack(text)) {
        return Err(store::Error::Pack("a file given as a pack is none".into()));
    }
    let carried = FILES.iter().map(|(_, text)| *text);
    let texts: Vec<&str> = carried.chain(own.iter().map(String::as_str)).collect();
    Packs::read(calendar, &texts)
}
