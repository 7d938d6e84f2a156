//! What terminals say about themselves: silence, lateness, clocks.

use crate::Time;
use crate::calendar::Calendar;
use crate::pack::TerminalLimits;

/// Opening hours in minutes of the city's day; `closes` is the first minute that is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    pub opens: i64,
    pub closes: i64,
}

impl OpeningHours {
    fn holds(self, minute: i64) -> bool {
        (self.opens..self.closes).contains(&minute)
    }
}

/// When a terminal last heard of at `seen_at` becomes A16 (silent or off in opening hours).
///
/// Silence outside opening hours is nobody's fault: a clinic may switch off at night. It is due
/// when the silence has lasted `silent_min` of opening time.
pub fn silent_due(
    seen_at: Time,
    hours: OpeningHours,
    calendar: Calendar,
    limits: &TerminalLimits,
) -> Time {
    let due = seen_at.plus_min(limits.silent_min);
    if hours.opens >= hours.closes || hours.holds(calendar.minute_of_day(due)) {
        return due;
    }
    let day = calendar.day_number(due);
    let later_today = calendar.minute_of_day(due) < hours.opens;
    let opening = calendar.day_start(if later_today { day } else { day + 1 });
    opening.plus_min(hours.opens + limits.silent_min)
}

/// How an event's own time relates to when it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    InTime,
    /// Queued while the network was away: its own time still holds.
    Late {
        by_ms: i64,
    },
    /// Stamped in the city's future: the clock is wrong, the time of arrival counts.
    FromTheFuture {
        by_ms: i64,
    },
}

pub fn arrival(at_device: Time, received_at: Time, limits: &TerminalLimits) -> Arrival {
    let delay_ms = at_device.ms_until(received_at);
    if delay_ms < -limits.clock_difference_s * Time::SECOND_MS {
        Arrival::FromTheFuture { by_ms: -delay_ms }
    } else if delay_ms > limits.late_min * Time::MINUTE_MS {
        Arrival::Late { by_ms: delay_ms }
    } else {
        Arrival::InTime
    }
}

/// The moment an event counts at: its own, unless that lies in the future.
pub fn counted_at(at_device: Time, received_at: Time, limits: &TerminalLimits) -> Time {
    match arrival(at_device, received_at, limits) {
        Arrival::FromTheFuture { .. } => received_at,
        Arrival::InTime | Arrival::Late { .. } => at_device,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::WeekStart;

    const CALENDAR: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
    const LIMITS: TerminalLimits =
        TerminalLimits { clock_difference_s: 120, late_min: 10, silent_min: 5, moved_m: 50 };

    /// Columns: last seen (day hh:mm), when the silence is due. Open from 08:30 to 20:30.
    const SILENCE: &str = "
        0 15:10  0 15:15
        0 08:30  0 08:35
        0 08:26  0 08:31
        0 08:24  0 08:35
        0 03:00  0 08:35
        0 20:24  0 20:29
        0 20:25  1 08:35
        0 23:59  1 08:35
    ";

    #[test]
    fn silence_counts_in_opening_hours() {
        let hours = OpeningHours { opens: 510, closes: 1_230 };
        let at = |day: &str, time: &str| {
            let (h, m) = time.split_once(':').unwrap();
            let minute = h.parse::<i64>().unwrap() * 60 + m.parse::<i64>().unwrap();
            CALENDAR.day_start(day.parse().unwrap()).plus_min(minute)
        };
        for row in SILENCE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<&str> = row.split_whitespace().collect();
            let due = silent_due(at(cells[0], cells[1]), hours, CALENDAR, &LIMITS);
            assert_eq!(due, at(cells[2], cells[3]), "row: {row}");
        }
    }

    #[test]
    fn a_late_event_keeps_its_time_and_a_future_one_does_not() {
        let now = Time(10_000_000);
        for (device_s, expected, counts) in [
            (0, Arrival::InTime, true),
            (-600, Arrival::InTime, true),
            (-601, Arrival::Late { by_ms: 601_000 }, true),
            (120, Arrival::InTime, true),
            (121, Arrival::FromTheFuture { by_ms: 121_000 }, false),
        ] {
            let at_device = now.plus_ms(device_s * 1_000);
            assert_eq!(arrival(at_device, now, &LIMITS), expected);
            let at = counted_at(at_device, now, &LIMITS);
            assert_eq!(at, if counts { at_device } else { now });
        }
    }
}
