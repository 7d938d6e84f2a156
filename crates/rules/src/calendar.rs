//! Where days, weeks and months begin in the city.
//!
//! China keeps one offset all year, so a fixed offset in minutes is enough and no time-zone data is
//! needed. Which day a week starts on is a setting; the Nantong screen of 2024-01-02 fits Monday.

use serde::{Deserialize, Serialize};

use crate::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekStart {
    Monday,
    Sunday,
}

/// How a city reckons time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Minutes east of UTC: 480 in China.
    pub offset_min: i64,
    pub week_starts_on: WeekStart,
}

/// The starts of the running day, week and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    pub day: Time,
    pub week: Time,
    pub month: Time,
}

impl Calendar {
    fn local_ms(self, at: Time) -> i64 {
        at.0 + self.offset_min * Time::MINUTE_MS
    }

    /// The number of the city's day that `at` falls on, counted from 1970-01-01.
    pub fn day_number(self, at: Time) -> i64 {
        self.local_ms(at).div_euclid(Time::DAY_MS)
    }

    /// Midnight at the start of a day counted from 1970-01-01.
    pub fn day_start(self, day_number: i64) -> Time {
        Time(day_number * Time::DAY_MS - self.offset_min * Time::MINUTE_MS)
    }

    /// Minutes since the city's midnight, 0 to 1439.
    pub fn minute_of_day(self, at: Time) -> i64 {
        self.local_ms(at).rem_euclid(Time::DAY_MS) / Time::MINUTE_MS
    }

    pub fn periods(self, at: Time) -> Periods {
        let day = self.day_number(at);
        // 1970-01-01 was a Thursday.
        let since_week_start = match self.week_starts_on {
            WeekStart::Monday => (day + 3).rem_euclid(7),
            WeekStart::Sunday => (day + 4).rem_euclid(7),
        };
        let (_, _, day_of_month) = civil(day);
        Periods {
            day: self.day_start(day),
            week: self.day_start(day - since_week_start),
            month: self.day_start(day - (day_of_month - 1)),
        }
    }

    /// `YYYYMMDD` of the city's day, for serial numbers.
    pub fn compact_date(self, at: Time) -> String {
        let (year, month, day) = civil(self.day_number(at));
        format!("{year:04}{month:02}{day:02}")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// The era-based algorithm of H. Hinnant ("chrono-compatible low-level date algorithms"): exact for
/// every day an i64 of milliseconds can name.
pub fn civil(day_number: i64) -> (i64, i64, i64) {
    let z = day_number + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

    /// UTC milliseconds of a moment given as days since 1970 and minutes, in China.
    fn at(day_number: i64, minute: i64) -> Time {
        CHINA.day_start(day_number).plus_min(minute)
    }

    #[test]
    fn the_second_of_january_2024_is_a_tuesday_whose_week_is_its_month() {
        let tuesday = at(19_724, 15 * 60 + 30);
        assert_eq!(civil(19_724), (2024, 1, 2));
        assert_eq!(tuesday, Time(1_704_180_600_000), "2024-01-02T15:30+08:00");
        let periods = CHINA.periods(tuesday);
        assert_eq!(periods.day, at(19_724, 0));
        assert_eq!(periods.week, at(19_723, 0));
        assert_eq!(periods.month, at(19_723, 0));
        let sunday = Calendar { week_starts_on: WeekStart::Sunday, ..CHINA };
        assert_eq!(sunday.periods(tuesday).week, at(19_722, 0));
    }

    #[test]
    fn a_day_ends_at_midnight_in_the_city_not_in_utc() {
        assert_eq!(CHINA.day_number(at(19_724, 0)), 19_724);
        assert_eq!(CHINA.day_number(at(19_724, 0).plus_ms(-1)), 19_723);
        assert_eq!(CHINA.minute_of_day(at(19_724, 885)), 885);
        assert_eq!(CHINA.compact_date(at(19_724, 1)), "20240102");
    }

    #[test]
    fn leap_days_and_centuries() {
        for (day, date) in [
            (0, (1970, 1, 1)),
            (-1, (1969, 12, 31)),
            (11_016, (2000, 2, 29)),
            (19_782, (2024, 2, 29)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(civil(day), date);
        }
    }
}
