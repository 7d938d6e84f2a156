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
pub const INCIDENT: &[(&str, &str)] = &[(
    "packs/incident/incident-2024.01.toml",
    include_str!("../../../packs/incident/incident-2024.01.toml"),
)];

/// Reads them.
///
/// # Errors
/// A sentence naming the pack and what is wrong with it.
pub fn read(calendar: Calendar) -> store::Result<Packs> {
    let texts = |files: &[(&str, &'static str)]| -> Vec<&'static str> {
        files.iter().map(|(_, text)| *text).collect()
    };
    let (rules, procedures) = (texts(RULES), texts(PROCEDURES));
    let (cards, channel, incident) = (texts(CARDS), texts(CHANNEL), texts(INCIDENT));
    let texts = Texts {
        rules: &rules,
        procedures: &procedures,
        cards: &cards,
        channel: &channel,
        incident: &incident,
    };
    Packs::read(calendar, texts)
}
