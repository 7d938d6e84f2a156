//! The demo cities: their data, and how it becomes a running platform.

mod campaign;
mod campaign_annex;
mod campaign_story;
mod campaign_talk;
mod campaign_work;
mod channel;
mod fit;
mod incident;
mod journey;
mod life;
mod load;
mod portrait;
pub(crate) mod register;
mod seed;
mod timeline;
mod times;
mod transfer;

pub use campaign::Unit;
pub use load::{Account, Data, Wrong};
pub use seed::{Seeded, Trouble, seed};
pub use timeline::Timeline;
pub use times::read_at;
pub(crate) use transfer::CrewMember;

/// The one password of all demo accounts: whoever runs a demo may be anybody in it.
pub const PASSWORD: &str = "baize-demo";

/// The files of a city, embedded so that the binary needs none beside it.
macro_rules! city_files {
    ($city:literal: $($file:literal),+) => {
        &[$((
            concat!("demo/", $city, "/", $file),
            include_str!(concat!("../../../../demo/", $city, "/", $file)),
        )),+]
    };
}

const NANTONG: &[(&str, &str)] = city_files!(
    "nantong": "city.toml", "institutions.toml", "practitioners.toml", "operations.toml",
    "story.toml", "incidents.toml"
);

const ZHUHAI: &[(&str, &str)] = city_files!(
    "zhuhai": "city.toml", "institutions.toml", "practitioners.toml", "operations.toml",
    "channel.toml", "incidents.toml"
);

const ZIBO: &[(&str, &str)] =
    city_files!("zibo": "city.toml", "service.toml", "fleet.toml", "shifts.toml", "day.toml");

const WUXI: &[(&str, &str)] = city_files!("wuxi": "city.toml", "units.toml", "campaign.toml");

/// The cities a demo exists for, by the word of `--city`.
pub const CITIES: &[(&str, &[(&str, &str)])] =
    &[("nantong", NANTONG), ("zhuhai", ZHUHAI), ("zibo", ZIBO), ("wuxi", WUXI)];

/// Reads a demo city by its word.
///
/// # Errors
/// A sentence when there is no such city; what is wrong with its files otherwise.
pub fn city(word: &str) -> Result<Data, Wrong> {
    match CITIES.iter().find(|(known, _)| *known == word) {
        Some((_, files)) => Data::read(files),
        None => {
            let known: Vec<&str> = CITIES.iter().map(|(known, _)| *known).collect();
            Err(Wrong(vec![format!("no demo city \"{word}\"; there is {}", known.join(", "))]))
        }
    }
}
