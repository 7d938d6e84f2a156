//! 96120 patient transfer: the pages of call-takers, dispatchers, crews, families, operators,
//! hospitals and the regulator.

mod board;
pub(crate) mod complain;
mod crew;
mod family;
pub(crate) mod fleet;
mod incidents;
pub(crate) mod look_up;
pub(crate) mod oversight;
pub(crate) mod planner;
mod ratings;
pub(crate) mod roads;
mod sheet;

pub(crate) use crew::{page as crew, report as crew_report, reports as crew_reports, worker};
pub(crate) use family::{
    act as family_act, links, make_link, page as family, revoke as revoke_links,
};
pub(crate) use incidents::{csv as incidents_csv, list as incidents, review as review_incident};
pub(crate) use ratings::{call as call_back, csv as ratings_csv, list as ratings};
pub use roads::Roads;

use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use rules::transfer::Need;

use crate::fault::Answer;
use crate::words::Lang;

/// What somebody needs, as a line of words.
pub(crate) fn needs_line(lang: Lang, needs: &[Need]) -> String {
    let words: Vec<&str> = needs.iter().map(|need| lang.need(*need)).collect();
    words.join(lang.pick("、", ", "))
}

/// Metres as people say them: `850 m`, `18.4 km`.
pub(crate) fn km(metres: i64) -> String {
    if metres < 1_000 {
        format!("{metres} m")
    } else {
        format!("{:.1} km", metres as f64 / 1_000.0)
    }
}

/// An export: a table that Excel and WPS open.
pub(crate) fn csv_answer(name: &str, text: String) -> Answer {
    let fields: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".into()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((fields, text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_as_people_say_them() {
        assert_eq!((km(850), km(18_400)), ("850 m".into(), "18.4 km".into()));
    }
}
