//! The command line of the board: `6` sends vehicle 6, `6 out` shows what its breakdown would
//! change, `6 late 20` what a delay would, `120` hands over, anything else is looked for.

use crate::fault::encode;

/// What a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meant {
    /// The chosen booking on this shift: shown first, with its reason to give.
    Give(String),
    Out(String),
    Late(String, i64),
    To120,
    NewCall,
    Find(String),
}

/// Longest line that is looked for.
const FIND_CHARS_MAX: usize = 60;

/// Reads a line; vehicles by call sign with their id and shift. `None` for what names no vehicle
/// on duty or says nothing.
pub(crate) fn meant(line: &str, vehicles: &[(&str, &str, &str)]) -> Option<Meant> {
    let line = line.trim().trim_start_matches('/').trim();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    match *first {
        "120" => return Some(Meant::To120),
        "n" | "N" | "new" | "新来电" => return Some(Meant::NewCall),
        "find" | "查" => {
            let text: String = rest.join(" ").chars().take(FIND_CHARS_MAX).collect();
            return (!text.is_empty()).then_some(Meant::Find(text));
        }
        _ => {}
    }
    let sign = first.trim_end_matches("号车").trim_end_matches('号');
    let known = vehicles.iter().find(|(call_sign, _, _)| *call_sign == sign);
    let digits = !sign.is_empty() && sign.chars().all(|letter| letter.is_ascii_digit());
    match (known, rest.first().copied()) {
        (Some((_, _, shift)), None) => Some(Meant::Give((*shift).to_owned())),
        (Some((_, vehicle, _)), Some("out" | "故障")) => Some(Meant::Out((*vehicle).to_owned())),
        (Some((_, vehicle, _)), Some("late" | "晚")) => {
            let minutes =
                rest.get(1)?.parse().ok().filter(|minutes| (1..=600).contains(minutes))?;
            Some(Meant::Late((*vehicle).to_owned(), minutes))
        }
        (None, None) if !digits => Some(Meant::Find(line.chars().take(FIND_CHARS_MAX).collect())),
        _ => None,
    }
}

impl Meant {
    /// Where it leads; `back` are the fields of the view as a query.
    pub fn address(&self, booking_id: &str, back: &str) -> String {
        let view: Vec<&str> = back
            .split('&')
            .filter(|pair| ["view=", "table="].iter().any(|kept| pair.starts_with(kept)))
            .collect();
        let view = view.join("&");
        let ask =
            |what: String| format!("/transfer/board?{view}&booking={}&{what}", encode(booking_id));
        match self {
            Meant::Give(shift) => ask(format!("ask=give&shift={}", encode(shift))),
            Meant::Out(vehicle) => ask(format!("ask=out&vehicle={}", encode(vehicle))),
            Meant::Late(vehicle, minutes) => {
                ask(format!("ask=late&vehicle={}&minutes={minutes}", encode(vehicle)))
            }
            Meant::To120 => format!("/transfer/bookings/{}#to-120", encode(booking_id)),
            Meant::NewCall => "/transfer/calls".to_owned(),
            Meant::Find(text) => {
                format!("/transfer/board?{view}&find={}", encode(text).replace('/', "%2F"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "
        6          | give s6
        6号车      | give s6
        /6 out     | out v6
        6 故障     | out v6
        6 late 20  | late v6 20
        6 晚 20    | late v6 20
        6 late     | nothing
        6 late 0   | nothing
        6 late x   | nothing
        6 fly      | nothing
        9          | nothing
        9 out      | nothing
        120        | 120
        n          | call
        find 博山  | find 博山
        find       | nothing
        血液净化   | find 血液净化
        /          | nothing
    ";

    #[test]
    fn lines_and_what_they_mean() {
        let vehicles = [("6", "v6", "s6"), ("12", "v12", "s12")];
        for row in LINES.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let (line, expected) = row.split_once('|').unwrap();
            let found = match meant(line, &vehicles) {
                None => "nothing".to_owned(),
                Some(Meant::Give(shift)) => format!("give {shift}"),
                Some(Meant::Out(vehicle)) => format!("out {vehicle}"),
                Some(Meant::Late(vehicle, minutes)) => format!("late {vehicle} {minutes}"),
                Some(Meant::To120) => "120".to_owned(),
                Some(Meant::NewCall) => "call".to_owned(),
                Some(Meant::Find(text)) => format!("find {text}"),
            };
            assert_eq!(found, expected.trim(), "row: {row}");
        }
    }
}
