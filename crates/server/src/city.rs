//! What is particular to one city.

use rules::calendar::Calendar;

use crate::Network;

#[derive(Clone, Debug)]
pub struct City {
    /// GB/T 2260 code of the city.
    pub code: String,
    /// Chinese, English.
    pub name: [String; 2],
    pub platform: [String; 2],
    pub calendar: Calendar,
    /// The district the map shows first.
    pub home_region: String,
    /// Source of the boundaries and the map's approval number (审图号).
    pub map_note: [String; 2],
    /// What signs quotes of the transfer service; empty where the operator has set none.
    pub quote_key: Vec<u8>,
    /// What the telephone exchange of 96120 shows when it tells of calls; none takes none.
    pub exchange_token: Option<String>,
    /// Where the public finds the platform, `https://NAME`: posters and calendars carry it. Without
    /// it they carry the address under which the visitor came.
    pub public_url: Option<String>,
    /// Proxies whose word about senders is believed.
    pub trusted_proxies: Vec<Network>,
    /// Every page of a demo city says that its data are invented.
    pub demo: bool,
}
