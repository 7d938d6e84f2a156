//! Dates and times as the demo's files write them: the city's own, without an offset.

use rules::Time;
use rules::calendar::Calendar;
use serde::Deserialize;

/// A day, `YYYY-MM-DD`, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Day(pub i64);

/// A time of day, `HH:MM` or `HH:MM:SS`, in seconds since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeOfDay(pub i64);

/// A moment, `YYYY-MM-DDTHH:MM:SS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Moment {
    pub day: Day,
    pub time: TimeOfDay,
}

impl Day {
    /// The first moment of the day.
    pub fn start(self, calendar: Calendar) -> Time {
        calendar.day_start(self.0)
    }

    /// The last millisecond of the day: what is valid "until" a day is valid on that day.
    pub fn end(self, calendar: Calendar) -> Time {
        calendar.day_start(self.0 + 1).plus_ms(-1)
    }
}

impl TimeOfDay {
    pub fn minute(self) -> i64 {
        self.0 / 60
    }
}

impl Moment {
    pub fn at(self, calendar: Calendar) -> Time {
        self.day.start(calendar).plus_ms(self.time.0 * Time::SECOND_MS)
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        let wrong = || format!("\"{text}\" is not a day like 2024-01-02");
        store::pack::parse_date(&text).filter(|_| text.len() == 10).map(Day).ok_or_else(wrong)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<TimeOfDay, String> {
        let wrong = || format!("\"{text}\" is not a time of day like 15:30 or 15:30:00");
        let parts: Vec<&str> = text.split(':').collect();
        let two_digits = |part: &&str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !(2..=3).contains(&parts.len()) || !parts.iter().all(two_digits) {
            return Err(wrong());
        }
        let numbers: Vec<i64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
        let (hour, minute) = (numbers[0], numbers[1]);
        let second = numbers.get(2).copied().unwrap_or(0);
        if hour > 23 || minute > 59 || second > 59 {
            return Err(wrong());
        }
        Ok(TimeOfDay(hour * 3_600 + minute * 60 + second))
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Moment, String> {
        let wrong = || format!("\"{text}\" is not a local time like 2024-01-02T15:30:00");
        let (day, time) = text.split_once('T').ok_or_else(wrong)?;
        let day = Day::try_from(day.to_owned()).map_err(|_| wrong())?;
        let time = TimeOfDay::try_from(time.to_owned()).map_err(|_| wrong())?;
        Ok(Moment { day, time })
    }
}

/// A moment given on the command line: RFC 3339 with an offset, or the city's local time.
///
/// # Errors
/// A sentence when it is neither.
pub fn read_at(text: &str, calendar: Calendar) -> Result<Time, String> {
    if let Ok(moment) = Moment::try_from(text.to_owned()) {
        return Ok(moment.at(calendar));
    }
    match text.parse::<jiff::Timestamp>() {
        Ok(timestamp) => Ok(Time(timestamp.as_millisecond())),
        Err(_) => Err(format!(
            "\"{text}\" is no time: write 2024-01-02T15:30:00+08:00, or the city's own time \
             2024-01-02T15:30:00"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::calendar::WeekStart;

    const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

    #[test]
    fn times_on_the_command_line() {
        let expected = Ok(Time(1_704_180_600_000));
        for text in [
            "2024-01-02T15:30:00+08:00",
            "2024-01-02T15:30+08:00",
            "2024-01-02T07:30:00Z",
            "2024-01-02T15:30:00",
            "2024-01-02T15:30",
        ] {
            assert_eq!(read_at(text, CHINA), expected, "{text}");
        }
        for text in ["", "noon", "2024-01-02", "2024-13-02T15:30:00", "2024-01-02T25:30:00"] {
            assert!(read_at(text, CHINA).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_of_validity_ends_at_its_own_midnight() {
        let day = Day::try_from("2024-01-02".to_owned()).unwrap();
        assert_eq!(CHINA.day_number(day.end(CHINA)), day.0);
        assert_eq!(day.end(CHINA).plus_ms(1), CHINA.day_start(day.0 + 1));
    }
}
