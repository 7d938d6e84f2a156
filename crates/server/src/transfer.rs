//! 96120 patient transfer: the pages of call-takers, dispatchers, crews, families, operators,
//! hospitals and the regulator.

mod api;
mod board;
mod booking;
mod booking_act;
mod bookings;
mod call;
mod calls;
pub(crate) mod complain;
mod crew;
mod exchange;
mod family;
pub(crate) mod fleet;
mod gate;
mod handovers;
mod incidents;
mod journey;
pub(crate) mod look_up;
mod order;
pub(crate) mod oversight;
pub(crate) mod planner;
mod ratings;
pub(crate) mod roads;
mod sheet;
mod small_map;
mod ward;

pub(crate) use api::{
    described, order as api_order, questions as api_questions, standing as api_standing,
};
pub(crate) use board::{assign, back, board, out, say, take_over, unassign};
pub(crate) use booking::{page as booking, receipt};
pub(crate) use booking_act::act as booking_act;
pub(crate) use bookings::{list as bookings, xlsx as bookings_xlsx};
pub(crate) use call::{book as book_call, gate as call_gate, page as call, to_120 as call_to_120};
pub(crate) use calls::{answer as answer_call, end as end_call, list as calls, open as open_call};
pub(crate) use crew::{
    page as crew, positions as crew_positions, report as crew_report, reports as crew_reports,
    worker,
};
pub(crate) use exchange::{described as exchange_described, tells as exchange_tells};
pub(crate) use family::{
    act as family_act, links, make_link, page as family, revoke as revoke_links,
};
pub(crate) use handovers::{act as handover_act, ask as ask_handover, list as handovers};
pub(crate) use incidents::{list as incidents, review as review_incident, xlsx as incidents_xlsx};
pub(crate) use order::{check as check_quote, form as order_form, send as send_order};
pub(crate) use ratings::{call as call_back, list as ratings, xlsx as ratings_xlsx};
pub use roads::Roads;
pub(crate) use ward::{
    form as ward_form, gate as ward_gate, home as ward_home, request as ward_request,
    tokens as ward_tokens,
};

use rules::transfer::Need;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_as_people_say_them() {
        assert_eq!((km(850), km(18_400)), ("850 m".into(), "18.4 km".into()));
    }
}
