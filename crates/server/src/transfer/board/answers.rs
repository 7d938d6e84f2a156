//! The planner's answer beside the chosen booking: which vehicle, when, and what keeps each of the
//! others from it.

use rules::Time;
use rules::transfer::OutageReason;
use rules::transfer::planning::Why;
use store::transfer::Booking;

use super::super::planner::{Ask, Day, VehicleAnswer};
use super::list::joined;
use crate::App;
use crate::assets::Mark;
use crate::fault::Answer;
use crate::when::When;
use crate::words::Lang;

/// Rows a digit can choose.
const DIGITS: usize = 9;

pub(crate) struct Answers {
    pub rows: Vec<Line>,
    /// Why nobody can come, or how many can.
    pub sum: String,
    pub way: String,
    /// Whether a vehicle can be sent now.
    pub open: bool,
    /// Why not, in words, for a booking that is not to be assigned now.
    pub closed: String,
}

/// One vehicle.
pub(crate) struct Line {
    pub shift_id: String,
    pub vehicle: String,
    pub arrives: String,
    pub mark: Mark,
    pub words: String,
    pub empty: String,
    pub can: bool,
    pub best: bool,
    /// Drives it as planned now.
    pub current: bool,
    pub digit: String,
    pub button: String,
    /// At the door, and at the other end.
    pub times: Option<(Time, Time)>,
}

impl Answers {
    pub fn best(&self) -> Option<&Line> {
        self.rows.first().filter(|line| line.can)
    }
}

pub(crate) fn answers(
    _app: &App,
    day: &Day,
    when: When,
    booking: &Booking,
    ask: &Ask,
) -> Answer<Option<Answers>> {
    let lang = when.lang;
    let course = booking.course();
    let open = course.allows(rules::transfer::Mark::Assign, rules::transfer::Party::Desk);
    if booking.loaded_at.is_some() || !course.state().is_open() {
        return Ok(None);
    }
    let slots = day.slots(ask)?;
    let can = slots.answers.iter().filter(|answer| answer.pickup_at.is_some()).count();
    let prompt = slots.answers.iter().filter(|a| a.pickup_at.is_some() && a.late_min == 0).count();
    let needs: Vec<&str> = ask.needs.iter().map(|need| lang.need(*need)).collect();
    let rows = slots.answers.iter().enumerate().map(|(index, answer)| {
        let current = booking.shift_id.as_ref() == Some(&answer.shift_id);
        line(when, index, answer, current, &needs)
    });
    let km = slots.way.distance_m as f64 / 1_000.0;
    let source = lang.travel_source(slots.way.source.code());
    Ok(Some(Answers {
        rows: rows.collect(),
        sum: match (can, prompt) {
            (0, _) => lang.board_nobody_can(slots.answers.len()),
            (_, 0) => lang.board_all_late(can),
            _ => lang.board_compared(slots.answers.len(), prompt),
        },
        way: lang.board_way(format!("{km:.1}"), slots.way.drive_s / 60, source),
        closed: if open { String::new() } else { lang.board_not_now().to_owned() },
        open,
    }))
}

fn line(when: When, index: usize, answer: &VehicleAnswer, current: bool, needs: &[&str]) -> Line {
    let lang = when.lang;
    let vehicle = lang.board_vehicle(&answer.call_sign);
    let (mark, words) = match (&answer.why, answer.late_min, answer.makes_room) {
        (Some(why), _, _) => (Mark::Danger, why_words(when, why)),
        (None, late, _) if late > 0 => (Mark::Warn, lang.board_late(late)),
        (None, _, true) => (Mark::Warn, lang.board_makes_room().to_owned()),
        (None, _, false) => (Mark::Ok, lang.board_fits(joined(lang, needs))),
    };
    let can = answer.pickup_at.is_some();
    let km = answer.empty_m as f64 / 1_000.0;
    Line {
        arrives: answer.pickup_at.map_or_else(String::new, |at| lang.board_arrives(when.hm(&at.0))),
        empty: if can { lang.board_empty(format!("{km:.1}")) } else { "—".into() },
        digit: if index < DIGITS && can { (index + 1).to_string() } else { String::new() },
        button: lang.board_send(&vehicle),
        shift_id: answer.shift_id.clone(),
        best: index == 0 && can,
        times: answer.pickup_at.zip(answer.arrive_at),
        vehicle,
        current,
        words,
        mark,
        can,
    }
}

/// The first broken rule in words.
pub(crate) fn why_words(when: When, why: &Why) -> String {
    let lang = when.lang;
    match why {
        Why::Outage { reason, until } => {
            let reason = OutageReason::of(reason).map_or("", |reason| lang.outage_word(reason));
            match until {
                Some(Time(until)) => lang.board_out_until(reason, when.month_day_hm(until)),
                None => reason.to_owned(),
            }
        }
        Why::Unaccredited => lang.board_unaccredited().to_owned(),
        Why::OffDuty => lang.board_off_duty().to_owned(),
        Why::Equipment { codes } => {
            let words: Vec<&str> = codes.iter().map(|code| lang.equipment(code)).collect();
            lang.board_lacks(joined_missing(lang, &words))
        }
        Why::Room { room } => lang.board_no_room(lang.room(*room)),
        Why::Crew { post } => lang.board_no_crew(lang.post(*post)),
        Why::Unreachable => lang.board_unreachable().to_owned(),
        Why::ShiftEnd { latest: Time(latest) } => lang.board_shift_end(when.hm(latest)),
        Why::Window => lang.board_not_in_time().to_owned(),
        Why::Ride => lang.board_too_long().to_owned(),
        Why::RoomTaken => lang.board_room_taken().to_owned(),
        Why::Others => lang.board_others().to_owned(),
        Why::Pinned => lang.board_pinned().to_owned(),
    }
}

fn joined_missing(lang: Lang, words: &[&str]) -> String {
    if words.is_empty() {
        return lang.board_equipment().to_owned();
    }
    words.join(lang.pick("、", ", "))
}
