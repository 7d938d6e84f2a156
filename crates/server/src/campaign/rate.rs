//! Indicators as pages show them: a share with what it is of, and whether it is what was asked for.

use rules::campaign::Rate;

use crate::words::Lang;

/// A share, ready to be shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// In percent, with two places cut off.
    pub text: String,
    /// So many of so many.
    pub what: String,
    pub met: Option<bool>,
    /// Some institutions gave only one of its figures.
    pub partial: bool,
    /// The figures that it is made of.
    pub href: Option<String>,
}

pub(super) fn percent(hundredths: i64) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// The share from figures by cell; `counted` says of how many institutions a figure is the sum.
pub(super) fn shown(
    rate: &Rate,
    figure: impl Fn(&str) -> Option<i64>,
    counted: impl Fn(&str) -> Option<i64>,
) -> Option<Shown> {
    let share = rate.share(figure)?;
    let mut counts = rate.cells().map(|code| counted(code));
    let first = counts.next().flatten();
    Some(Shown {
        text: percent(share.hundredths()),
        what: format!("{} / {}", share.over, share.of),
        met: rate.met(share),
        partial: counts.any(|count| count != first),
        href: None,
    })
}

/// What is asked for, in words.
pub(super) fn aim(lang: Lang, rate: &Rate) -> String {
    match (rate.at_least, rate.at_most) {
        (Some(least), None) => lang.ci_at_least(least),
        (None, Some(most)) => lang.ci_at_most(most),
        (Some(least), Some(most)) => lang.ci_between(least, most),
        (None, None) => lang.ci_no_aim().to_owned(),
    }
}
