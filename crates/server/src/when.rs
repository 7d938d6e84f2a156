//! Moments as people read them, in the city's time.

use rules::Time;
use rules::calendar::{Calendar, civil};

use crate::words::Lang;

/// Draws moments for one page: language and calendar.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub lang: Lang,
    pub calendar: Calendar,
}

const WEEKDAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS_EN: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl When {
    fn parts(self, ms: i64) -> (i64, i64, i64, usize) {
        let day_number = self.calendar.day_number(Time(ms));
        let (year, month, day) = civil(day_number);
        let weekday = usize::try_from((day_number + 3).rem_euclid(7)).unwrap_or(0);
        (year, month, day, weekday)
    }

    fn second_of_day(self, ms: i64) -> i64 {
        (ms + self.calendar.offset_min * Time::MINUTE_MS).rem_euclid(Time::DAY_MS) / 1_000
    }

    /// `15:00:12`
    pub fn time(self, ms: &i64) -> String {
        let s = self.second_of_day(*ms);
        format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
    }

    /// `15:00`
    pub fn hm(self, ms: &i64) -> String {
        let s = self.second_of_day(*ms);
        format!("{:02}:{:02}", s / 3_600, s / 60 % 60)
    }

    /// `2024-01-02`, for tables and form fields.
    pub fn iso(self, ms: &i64) -> String {
        let (year, month, day, _) = self.parts(*ms);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `2024-01-02 周二`, `Tue 2 Jan 2024`
    pub fn date(self, ms: &i64) -> String {
        let (year, month, day, weekday) = self.parts(*ms);
        match self.lang {
            Lang::Zh => format!("{year:04}-{month:02}-{day:02} {}", WEEKDAYS_ZH[weekday]),
            Lang::En => {
                let month = MONTHS_EN[usize::try_from(month - 1).unwrap_or(0)];
                format!("{} {day} {month} {year}", WEEKDAYS_EN[weekday])
            }
        }
    }

    /// `1 月 2 日`, `2 Jan`: in sentences.
    pub fn day(self, ms: &i64) -> String {
        let (_, month, day, _) = self.parts(*ms);
        match self.lang {
            Lang::Zh => format!("{month} 月 {day} 日"),
            Lang::En => format!("{day} {}", MONTHS_EN[usize::try_from(month - 1).unwrap_or(0)]),
        }
    }

    /// `2026 年 8 月 31 日`, `31 Aug 2026`: on public pages.
    pub fn long_day(self, ms: &i64) -> String {
        let (year, month, day, _) = self.parts(*ms);
        match self.lang {
            Lang::Zh => format!("{year} 年 {month} 月 {day} 日"),
            Lang::En => {
                format!("{day} {} {year}", MONTHS_EN[usize::try_from(month - 1).unwrap_or(0)])
            }
        }
    }

    /// `12-28 13:24`: in the feed, for days gone by.
    pub fn month_day_hm(self, ms: &i64) -> String {
        let (_, month, day, _) = self.parts(*ms);
        format!("{month:02}-{day:02} {}", self.hm(ms))
    }

    /// `2024-01-02 13:24:47`
    pub fn stamp(self, ms: &i64) -> String {
        format!("{} {}", self.iso(ms), self.time(ms))
    }

    /// `2024-01-02 13:24`
    pub fn stamp_hm(self, ms: &i64) -> String {
        format!("{} {}", self.iso(ms), self.hm(ms))
    }

    /// `22 分 37 秒`, `3 小时 12 分`, `2 天 4 小时`: the two largest units.
    pub fn span(self, ms: &i64) -> String {
        let s = ms.abs() / 1_000;
        let (d, h, m, s) = (s / 86_400, s / 3_600 % 24, s / 60 % 60, s % 60);
        let two = |a: i64, unit_a: &str, b: i64, unit_b: &str| {
            if b == 0 { format!("{a} {unit_a}") } else { format!("{a} {unit_a} {b} {unit_b}") }
        };
        let [day, hour, minute, second] = match self.lang {
            Lang::Zh => ["天", "小时", "分", "秒"],
            Lang::En => ["d", "h", "min", "s"],
        };
        match (d, h, m) {
            (0, 0, 0) => format!("{s} {second}"),
            (0, 0, _) => two(m, minute, s, second),
            (0, _, _) => two(h, hour, m, minute),
            _ => two(d, day, h, hour),
        }
    }

    /// `00:22:52`: a timer drawn by the server, which the page then keeps running.
    pub fn timer(self, ms: &i64) -> String {
        let s = ms.max(&0) / 1_000;
        format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60)
    }

    pub fn weekdays(self) -> String {
        match self.lang {
            Lang::Zh => "周日,周一,周二,周三,周四,周五,周六".into(),
            Lang::En => "Sun,Mon,Tue,Wed,Thu,Fri,Sat".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use rules::calendar::WeekStart;

    use super::*;

    #[test]
    fn moments_in_both_languages() {
        let calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };
        let [zh, en] = [Lang::Zh, Lang::En].map(|lang| When { lang, calendar });
        let at = 1_704_180_600_000;
        assert_eq!(zh.date(&at), "2024-01-02 周二");
        assert_eq!(en.date(&at), "Tue 2 Jan 2024");
        assert_eq!(zh.stamp(&at), "2024-01-02 15:30:00");
        assert_eq!((zh.day(&at), en.day(&at)), ("1 月 2 日".into(), "2 Jan".into()));
        for (ms, in_zh, in_en) in [
            (1_357_000, "22 分 37 秒", "22 min 37 s"),
            (11_520_000, "3 小时 12 分", "3 h 12 min"),
            (3_600_000, "1 小时", "1 h"),
            (9_000, "9 秒", "9 s"),
            (187_200_000, "2 天 4 小时", "2 d 4 h"),
        ] {
            assert_eq!((zh.span(&ms), en.span(&ms)), (in_zh.into(), in_en.into()));
        }
        assert_eq!(zh.timer(&1_800_000), "00:30:00");
    }
}
