//! Fields of forms and filters, read without trust.

use std::collections::BTreeMap;

use rules::Time;
use rules::calendar::Calendar;

/// The fields of a form or a query, as text; a field sent twice keeps its last value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(BTreeMap<String, String>);

/// Longer values than any of our fields takes.
const FIELD_CHARS_MAX: usize = 8_000;

impl Fields {
    pub fn of(pairs: Vec<(String, String)>) -> Fields {
        let kept = pairs.into_iter().map(|(key, value)| {
            let value = value.replace("\r\n", "\n").replace('\0', "");
            (key, value.chars().take(FIELD_CHARS_MAX).collect())
        });
        Fields(kept.collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn pairs(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The same fields with one set: what the platform knows fills what nobody has typed.
    pub fn and(mut self, name: &str, value: &str) -> Fields {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A value that says something.
    pub fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty()).map(str::to_owned)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).replace([',', ' '], "").parse().ok()
    }

    /// The page of a list, from 1.
    pub fn page(&self) -> i64 {
        self.number("page").unwrap_or(1).clamp(1, store::page::PAGES_MAX)
    }

    /// A city day as `YYYY-MM-DD`.
    pub fn day(&self, name: &str, calendar: Calendar) -> Option<Time> {
        store::pack::parse_date(self.get(name)).map(|day| calendar.day_start(day))
    }

    /// The end of a city day: what a filter's last day reaches to.
    pub fn day_end(&self, name: &str, calendar: Calendar) -> Option<Time> {
        self.day(name, calendar).map(|day| day.plus_days(1))
    }

    /// Whether any of these says something.
    pub fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| !self.get(name).is_empty())
    }

    /// Minutes of a day as `HH:MM`.
    pub fn minute(&self, name: &str) -> Option<i64> {
        let (hour, minute) = self.get(name).split_once(':')?;
        let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
        let real = (0..24).contains(&hour) && (0..60).contains(&minute);
        real.then_some(hour * 60 + minute)
    }

    /// The same fields with one changed, as a query: how filters and pages link to each other.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut fields = self.0.clone();
        fields.insert(name.to_owned(), value.to_owned());
        if name != "page" {
            fields.remove("page");
        }
        fields
            .iter()
            .filter(|(key, value)| !value.is_empty() && *key != "csrf")
            .map(|(key, value)| format!("{}={}", query(key), query(value)))
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// Text as it may stand in a query: unlike a path, `/` and `&` are encoded.
fn query(text: &str) -> String {
    crate::fault::encode(text).replace('/', "%2F")
}

/// A key that no other form has.
pub(crate) fn fresh_key() -> String {
    let mut bytes = [0u8; 16];
    // Without randomness two forms would share a key: the second is taken for the first.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_keep_each_other() {
        let fields = Fields::of(vec![
            ("text".into(), "青禾 & co".into()),
            ("page".into(), "3".into()),
            ("rule".into(), String::new()),
        ]);
        assert_eq!(fields.with("page", "4"), "page=4&text=%E9%9D%92%E7%A6%BE%20%26%20co");
        assert_eq!(fields.with("rule", "A07"), "rule=A07&text=%E9%9D%92%E7%A6%BE%20%26%20co");
    }

    #[test]
    fn times_that_exist() {
        let at = |text: &str| Fields::of(vec![("t".into(), text.into())]).minute("t");
        assert_eq!(at("14:45"), Some(885));
        for wrong in ["24:00", "12:60", "-1:10", "x", "", "12"] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
