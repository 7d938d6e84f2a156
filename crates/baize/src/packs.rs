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
/// Embeds the files of a folder of packs.
macro_rules! campaign_files {
    ($($file:literal),+) => {
        &[$((
            concat!("packs/campaign/", $file),
            include_str!(concat!("../../../packs/campaign/", $file)),
        )),+]
    };
}
pub const CAMPAIGN: &[(&str, &str)] = campaign_files!(
    "departments.toml",
    "checklists-2017.02.toml",
    "checklists-2023.09.toml",
    "checklists-2025.10.toml",
    "wuxi-2017-a.toml",
    "wuxi-2017-b.toml",
    "reproduction-2023.toml",
    "transfer-2025.toml"
);

/// Reads them.
///
/// # Errors
/// A sentence naming the pack and what is wrong with it.
pub fn read(calendar: Calendar) -> store::Result<Packs> {
    let texts = |files: &[(&str, &'static str)]| -> Vec<&'static str> {
        files.iter().map(|(_, text)| *text).collect()
    };
    let (rules, procedures) = (texts(RULES), texts(PROCEDURES));
    let (cards, channel) = (texts(CARDS), texts(CHANNEL));
    let campaign = texts(CAMPAIGN);
    let texts = Texts {
        rules: &rules,
        procedures: &procedures,
        cards: &cards,
        channel: &channel,
        campaign: &campaign,
    };
    Packs::read(calendar, texts)
}
