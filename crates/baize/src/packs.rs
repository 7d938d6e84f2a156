//! The packs that come with the binary.

use rules::calendar::Calendar;
use store::Packs;

pub const RULES: &[(&str, &str)] = &[(
    "packs/aesthetics/rules-2024.01.toml",
    include_str!("../../../packs/aesthetics/rules-2024.01.toml"),
)];
pub const PROCEDURES: &[(&str, &str)] = &[(
    "packs/aesthetics/procedures-2024.01.toml",
    include_str!("../../../packs/aesthetics/procedures-2024.01.toml"),
)];

/// Reads them.
///
/// # Errors
/// A sentence naming the pack and what is wrong with it.
pub fn read(calendar: Calendar) -> store::Result<Packs> {
    let texts = |files: &[(&str, &'static str)]| -> Vec<&'static str> {
        files.iter().map(|(_, text)| *text).collect()
    };
    Packs::read(calendar, &texts(RULES), &texts(PROCEDURES))
}
