//! The packs that come with the binary.

use rules::calendar::Calendar;
use store::Packs;
use store::pack::{Texts, TransferTexts};

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
pub const SERVICE: &[(&str, &str)] = &[(
    "packs/transfer/service-2025.11.toml",
    include_str!("../../../packs/transfer/service-2025.11.toml"),
)];
pub const TRIAGE: &[(&str, &str)] = &[(
    "packs/transfer/triage-2025.11.toml",
    include_str!("../../../packs/transfer/triage-2025.11.toml"),
)];
pub const TIERS: &[(&str, &str)] = &[(
    "packs/transfer/tiers-2025.11.toml",
    include_str!("../../../packs/transfer/tiers-2025.11.toml"),
)];
pub const TARIFFS: &[(&str, &str)] = &[
    (
        "packs/transfer/tariff-yuhuan-whole-2025.10.toml",
        include_str!("../../../packs/transfer/tariff-yuhuan-whole-2025.10.toml"),
    ),
    (
        "packs/transfer/tariff-yuhuan-part-2025.10.toml",
        include_str!("../../../packs/transfer/tariff-yuhuan-part-2025.10.toml"),
    ),
];
pub const CREW: &[(&str, &str)] = &[(
    "packs/transfer/crew-2023.06.toml",
    include_str!("../../../packs/transfer/crew-2023.06.toml"),
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
    let (cards, channel) = (texts(CARDS), texts(CHANNEL));
    let (service, triage) = (texts(SERVICE), texts(TRIAGE));
    let (tiers, tariffs) = (texts(TIERS), texts(TARIFFS));
    let crew = texts(CREW);
    let transfer = TransferTexts {
        service: &service,
        triage: &triage,
        tiers: &tiers,
        tariffs: &tariffs,
        crew: &crew,
    };
    let texts = Texts {
        rules: &rules,
        procedures: &procedures,
        cards: &cards,
        channel: &channel,
        transfer,
    };
    Packs::read(calendar, texts)
}
