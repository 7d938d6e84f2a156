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
    "transfer/service-2025.11.toml",
    "transfer/triage-2025.11.toml",
    "transfer/tiers-2025.11.toml",
    "transfer/tariff-yuhuan-whole-2025.10.toml",
    "transfer/tariff-yuhuan-part-2025.10.toml",
    "transfer/crew-2023.06.toml",
    "transfer/accreditation-2023.06.toml",
    "transfer/oversight-2023.06.toml",
];

/// Reads them.
///
/// # Errors
/// A sentence naming the pack and what is wrong with it.
pub fn read(calendar: Calendar) -> store::Result<Packs> {
    let texts: Vec<&str> = FILES.iter().map(|(_, text)| *text).collect();
    Packs::read(calendar, &texts)
}
