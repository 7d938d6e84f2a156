//! Sort keys and serial numbers: orders that both databases must agree on.

use pinyin::ToPinyin;
use sqlx::Row;

use crate::{Result, Tx};

/// The stored key by which Chinese names sort: pinyin without tones, then the name itself so that
/// homophones keep one order. The initials stand in front, for search by initials.
pub(crate) fn sort_key(name: &str) -> String {
    let mut syllables = String::new();
    let mut initials = String::new();
    for (character, pinyin) in name.chars().zip(name.to_pinyin()) {
        match pinyin {
            Some(pinyin) => {
                syllables.push_str(pinyin.plain());
                initials.push_str(pinyin.first_letter());
            }
            None => {
                syllables.extend(character.to_lowercase());
                initials.extend(character.to_lowercase());
            }
        }
        syllables.push(' ');
    }
    format!("{syllables}|{initials}|{name}")
}

/// Locks a series until the transaction ends, without taking a number.
pub(crate) async fn hold_series(tx: &mut Tx, series: &str) -> Result<()> {
    sqlx::query(
        "insert into serial (series, last) values ($1, 0)
         on conflict (series) do update set last = serial.last",
    )
    .bind(series)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The last number taken from a series; 0 before the first.
pub(crate) async fn last_in_series(tx: &mut Tx, series: &str) -> Result<i64> {
    let row = sqlx::query("select last from serial where series = $1")
        .bind(series)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0))
}

/// The next number of a series, from 1, without gaps.
pub(crate) async fn next_in_series(tx: &mut Tx, series: &str) -> Result<i64> {
    let row = sqlx::query(
        "insert into serial (series, last) values ($1, 1)
         on conflict (series) do update set last = serial.last + 1 returning last",
    )
    .bind(series)
    .fetch_one(tx.conn())
    .await?;
    Ok(row.try_get(0)?)
}

/// A search pattern for `like ... escape '!'`, with the pattern's own signs taken literally.
pub(crate) fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.trim().chars().take(60) {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_sound_and_are_found_by_initials() {
        let mut names = ["青禾门诊部", "白露诊所", "见山门诊部"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["白露诊所", "见山门诊部", "青禾门诊部"]);
        assert!(sort_key("青禾").contains("|qh|"));
    }

    #[test]
    fn search_text_is_literal() {
        assert_eq!(like_pattern(" 50%_! "), "%50!%!_!!%");
    }
}
