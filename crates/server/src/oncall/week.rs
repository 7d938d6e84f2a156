//! A week of shifts on one ruler, and the same as a table.

use std::collections::BTreeMap;

use rules::Time;
use rules::account::Permission;
use store::oncall::{self, Hospital, Person};
use store::{Scope, Tx};

use super::field_of;
use crate::fault::{Answer, InLang};
use crate::when::When;

/// Days on one ruler.
pub(super) const DAYS: i64 = 7;

/// A shift or a gap on its lane.
pub(super) struct Bar {
    pub class: &'static str,
    /// Where it stands, as a style.
    pub place: String,
    pub word: String,
    pub title: String,
}

/// One line of one hospital; a second lane of the same line has no name.
pub(super) struct Lane {
    pub hospital: String,
    pub line: String,
    pub bars: Vec<Bar>,
}

/// A row of the table.
pub(super) struct Row {
    pub hospital: String,
    pub line: i64,
    pub from: String,
    pub until: String,
    pub name: String,
    pub gap: bool,
    pub swapped: bool,
    pub now: bool,
    /// Fills the swap form with this shift: of the person who looks.
    pub swap: Option<String>,
}

#[derive(Default)]
pub(super) struct Week {
    pub lanes: Vec<Lane>,
    pub rows: Vec<Row>,
    pub ticks: Vec<(String, String)>,
    /// Where now is, if it is within the week.
    pub now: Option<String>,
    pub gaps: usize,
}

struct Piece {
    line: i64,
    from: Time,
    until: Time,
    /// Nobody in a gap.
    who: Option<String>,
    swapped: bool,
}

struct Drawn<'a> {
    when: When,
    from: Time,
    until: Time,
    now: Time,
    names: BTreeMap<&'a str, &'a str>,
    /// The account whose shifts lead to the swap form.
    own: Option<String>,
}

/// Draws the week of these hospitals.
pub(super) async fn week(
    tx: &mut Tx,
    scope: &Scope,
    when: When,
    hospitals: &[&Hospital],
    people: &[Person],
    from: Time,
    now: Time,
) -> Answer<Week> {
    let lang = when.lang;
    let until = from.plus_days(DAYS);
    let account = scope.account().filter(|_| scope.may(Permission::OnCall));
    let drawn = Drawn {
        when,
        from,
        until,
        now,
        names: people
            .iter()
            .map(|one| (one.account_id.as_str(), lang.pick(&one.name_zh, &one.name_en)))
            .collect(),
        own: account.map(|account| account.account_id.clone()),
    };
    let mut week = Week { ticks: drawn.ticks(), ..Week::default() };
    if (from..until).contains(&now) {
        week.now = Some(drawn.percent(now));
    }
    for hospital in hospitals {
        let plan = oncall::plan(tx, &hospital.hospital_id, from, until).await.told(lang)?;
        let mut pieces: Vec<Piece> = plan
            .shifts
            .into_iter()
            .map(|one| Piece {
                line: one.line,
                from: one.from,
                until: one.until,
                who: Some(one.who),
                swapped: one.override_id.is_some(),
            })
            .collect();
        week.gaps += plan.gaps.len();
        pieces.extend(plan.gaps.iter().map(|gap| Piece {
            line: gap.line,
            from: gap.from,
            until: gap.until,
            who: None,
            swapped: false,
        }));
        pieces.sort_by_key(|piece| (piece.line, piece.from));
        let name = lang.pick(&hospital.short_zh, &hospital.short_en);
        week.rows.extend(pieces.iter().map(|piece| drawn.row(name, piece)));
        drawn.lanes(name, &pieces, &mut week.lanes);
    }
    Ok(week)
}

impl Drawn<'_> {
    fn percent(&self, at: Time) -> String {
        let whole = self.from.ms_until(self.until) as f64;
        format!("{:.3}", self.from.ms_until(at) as f64 / whole * 100.0)
    }

    fn ticks(&self) -> Vec<(String, String)> {
        (0..DAYS)
            .map(|day| {
                let at = self.from.plus_days(day);
                // `2024-01-02 周二`, `Tue 2 Jan 2024`: the ruler has room for the short half.
                let date = self.when.date(&at.0);
                let word = match self.when.lang {
                    crate::words::Lang::Zh => date.chars().skip(5).collect(),
                    crate::words::Lang::En => date.chars().take(date.len() - 5).collect(),
                };
                (self.percent(at), word)
            })
            .collect()
    }

    fn name(&self, who: &str) -> String {
        let known = self.names.get(who);
        known.map_or_else(|| self.when.lang.oc_gone().to_owned(), |name| (*name).to_owned())
    }

    fn runs(&self, piece: &Piece) -> bool {
        piece.from <= self.now && self.now < piece.until
    }

    fn span(&self, piece: &Piece) -> (String, String) {
        (self.when.month_day_hm(&piece.from.0), self.when.month_day_hm(&piece.until.0))
    }

    fn row(&self, hospital: &str, piece: &Piece) -> Row {
        let (from, until) = self.span(piece);
        let own = piece.who.is_some() && piece.who == self.own && piece.until > self.now;
        let begins = piece.from.max(self.now);
        Row {
            hospital: hospital.to_owned(),
            line: piece.line,
            from,
            until,
            name: piece.who.as_deref().map_or(String::new(), |who| self.name(who)),
            gap: piece.who.is_none(),
            swapped: piece.swapped,
            now: self.runs(piece),
            swap: own.then(|| {
                format!(
                    "line={}&from_at={}&until_at={}",
                    piece.line,
                    field_of(self.when, &begins.0),
                    field_of(self.when, &piece.until.0)
                )
            }),
        }
    }

    fn bar(&self, piece: &Piece) -> Bar {
        let (from, until) = self.span(piece);
        let width = piece.from.ms_until(piece.until) as f64;
        let width = width / self.from.ms_until(self.until) as f64 * 100.0;
        let word = match &piece.who {
            Some(who) => self.name(who),
            None => self.when.lang.oc_nobody().to_owned(),
        };
        Bar {
            class: match (&piece.who, piece.swapped, self.runs(piece)) {
                (None, _, _) => " is-danger",
                (Some(_), _, true) => " is-live",
                (Some(_), true, false) => " is-plan",
                (Some(_), false, false) => "",
            },
            place: format!("left:{}%;width:{width:.3}%", self.percent(piece.from)),
            title: format!("{word} {from} – {until}"),
            word,
        }
    }

    /// People who are on one line together stand on lanes of their own.
    fn lanes(&self, hospital: &str, pieces: &[Piece], lanes: &mut Vec<Lane>) {
        for line in 1..=2 {
            let first = lanes.len();
            let mut ends: Vec<Time> = Vec::new();
            for piece in pieces.iter().filter(|piece| piece.line == line) {
                let free = ends.iter().position(|end| *end <= piece.from);
                let place = free.unwrap_or(ends.len());
                if place == ends.len() {
                    ends.push(piece.until);
                    let named = place == 0;
                    let word = if named { self.when.lang.hospital_line(line) } else { "".into() };
                    let hospital = if named { hospital } else { "" };
                    lanes.push(Lane { hospital: hospital.into(), line: word, bars: Vec::new() });
                }
                ends[place] = piece.until;
                lanes[first + place].bars.push(self.bar(piece));
            }
        }
    }
}
