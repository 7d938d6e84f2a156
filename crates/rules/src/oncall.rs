//! Who is on call (24小时值守): the rotas of a hospital, the overrides, and the spans with nobody.
//!
//! No shift is stored: who is on call follows from the rotas each time it is asked, so a changed
//! rota needs nothing worked out again. How people are reached is not told here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::calendar::Calendar;
use crate::coded;

coded! {
    RotaKind {
        /// People take turns, for ever.
        Rotation = "rotation",
        /// One person on some days of the week.
        Weekly = "weekly",
        /// One person every day.
        Daily = "daily",
    }
}

/// When a rota puts people on call; minutes count from the city's midnight, 0 to 1439.
///
/// A shift that ends at or before the minute it starts crosses midnight and belongs to the day it
/// starts on; with both minutes the same it lasts 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pattern {
    Rotation {
        hands_over_min: i64,
        every_days: i64,
    },
    Weekly {
        /// Bit 0 is Monday, bit 6 Sunday, whatever day the city's week starts on.
        weekdays: u8,
        starts_min: i64,
        ends_min: i64,
    },
    Daily {
        starts_min: i64,
        ends_min: i64,
    },
}

impl Pattern {
    pub fn kind(&self) -> RotaKind {
        match self {
            Pattern::Rotation { .. } => RotaKind::Rotation,
            Pattern::Weekly { .. } => RotaKind::Weekly,
            Pattern::Daily { .. } => RotaKind::Daily,
        }
    }
}

/// One rota (值班表): in force from `from` up to, not including, `until`.
///
/// Both ends cut the shift that is running, so that of two rotas that follow each other at midnight
/// the second covers the rest of the night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rota {
    pub rota_id: String,
    /// 1 is called first, 2 next.
    pub line: i64,
    pub pattern: Pattern,
    /// Accounts, in their turn; exactly one unless the pattern is a rotation.
    pub people: Vec<String>,
    pub from: Time,
    pub until: Option<Time>,
}

/// An approved override: for its span this person is on the line, and nobody else.
///
/// It also holds where no rota would have put anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    pub override_id: String,
    pub line: i64,
    pub from: Time,
    pub until: Time,
    pub takes: String,
}

/// Somebody on call for a span, and which rota or override says so; exactly one of them does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub line: i64,
    pub from: Time,
    pub until: Time,
    pub who: String,
    pub rota_id: Option<String>,
    pub override_id: Option<String>,
}

/// A span with nobody on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub line: i64,
    pub from: Time,
    pub until: Time,
}

/// Who is on one line from `from` up to, not including, `until`, by start.
///
/// Several rotas may hold at once; all their people are listed, those that start together in the
/// order of `rotas`. Overrides are passed in the order in which they were approved: where two
/// overlap, the last one holds. A rota with a fault puts nobody on call, because a gap is seen and
/// a guess is not.
pub fn shifts(
    calendar: Calendar,
    rotas: &[Rota],
    overrides: &[Override],
    line: i64,
    from: Time,
    until: Time,
) -> Vec<Shift> {
    let window = Span { from, until };
    let taken = taken(overrides, line, window);
    let mut found = taken.clone();
    for rota in rotas.iter().filter(|rota| rota.line == line) {
        found.extend(without(turns(calendar, rota, window), &taken));
    }
    found.sort_by_key(|shift| shift.from);
    found
}

/// The people on one line at a moment, each once: an override's person alone, else in the order of
/// `rotas`.
pub fn on_call_at(
    calendar: Calendar,
    rotas: &[Rota],
    overrides: &[Override],
    line: i64,
    at: Time,
) -> Vec<String> {
    let mut people = Vec::new();
    for shift in shifts(calendar, rotas, overrides, line, at, at.plus_ms(1)) {
        if !people.contains(&shift.who) {
            people.push(shift.who);
        }
    }
    people
}

/// The spans of the window in which nobody is on the line, by start.
pub fn gaps(
    calendar: Calendar,
    rotas: &[Rota],
    overrides: &[Override],
    line: i64,
    from: Time,
    until: Time,
) -> Vec<Gap> {
    let mut found = Vec::new();
    let mut covered = from;
    for shift in shifts(calendar, rotas, overrides, line, from, until) {
        if covered < shift.from {
            found.push(Gap { line, from: covered, until: shift.from });
        }
        covered = covered.max(shift.until);
    }
    if covered < until {
        found.push(Gap { line, from: covered, until });
    }
    found
}

/// From its first moment up to, not including, its last.
#[derive(Clone, Copy)]
struct Span {
    from: Time,
    until: Time,
}

impl Span {
    /// What lies in both; `None` when that is nothing.
    fn within(self, other: Span) -> Option<Span> {
        let both = Span { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.from < both.until).then_some(both)
    }
}

/// The shifts of overrides in a window: they never overlap, because the last approved holds alone.
fn taken(overrides: &[Override], line: i64, window: Span) -> Vec<Shift> {
    let mut edges = Vec::new();
    for (place, one) in overrides.iter().enumerate().filter(|(_, one)| one.line == line) {
        if let Some(span) = window.within(Span { from: one.from, until: one.until }) {
            edges.push((span.from, place, true));
            edges.push((span.until, place, false));
        }
    }
    edges.sort_unstable();
    let mut found = Vec::new();
    let mut running = BTreeSet::new();
    let mut since = window.from;
    for (at, place, begins) in edges {
        if let Some(one) = running.last().and_then(|last: &usize| overrides.get(*last)) {
            push(&mut found, by_override(one, Span { from: since, until: at }));
        }
        since = at;
        if begins {
            running.insert(place);
        } else {
            running.remove(&place);
        }
    }
    found
}

fn by_override(one: &Override, span: Span) -> Shift {
    Shift {
        line: one.line,
        from: span.from,
        until: span.until,
        who: one.takes.clone(),
        rota_id: None,
        override_id: Some(one.override_id.clone()),
    }
}

fn by_rota(rota: &Rota, who: &str, span: Span) -> Shift {
    Shift {
        line: rota.line,
        from: span.from,
        until: span.until,
        who: who.to_owned(),
        rota_id: Some(rota.rota_id.clone()),
        override_id: None,
    }
}

/// Adds the next shift of one source: it lengthens the last one of the same person where they meet.
fn push(found: &mut Vec<Shift>, next: Shift) {
    if next.from >= next.until {
        return;
    }
    match found.last_mut() {
        Some(last)
            if last.until == next.from
                && last.who == next.who
                && last.override_id == next.override_id =>
        {
            last.until = next.until;
        }
        _ => found.push(next),
    }
}

/// The shifts of one rota less the spans that overrides take; both lists by start, each without
/// overlap, so that one walk along both is enough.
fn without(turns: Vec<Shift>, taken: &[Shift]) -> Vec<Shift> {
    let mut found = Vec::new();
    let mut ahead = taken;
    for mut turn in turns {
        while let Some((next, rest)) = ahead.split_first() {
            if next.from >= turn.until {
                break;
            }
            if turn.from < next.from {
                found.push(Shift { until: next.from, ..turn.clone() });
            }
            turn.from = turn.from.max(next.until);
            // One that outlasts this turn takes from the next turn too.
            if next.until > turn.until {
                break;
            }
            ahead = rest;
        }
        if turn.from < turn.until {
            found.push(turn);
        }
    }
    found
}

/// The shifts of one rota in a window, as if there were no overrides.
fn turns(calendar: Calendar, rota: &Rota, window: Span) -> Vec<Shift> {
    let in_force = Span { from: rota.from, until: rota.until.unwrap_or(window.until) };
    let (Some(span), true) = (window.within(in_force), faults(rota).is_empty()) else {
        return Vec::new();
    };
    match rota.pattern {
        Pattern::Rotation { hands_over_min, every_days } => {
            rotation(calendar, rota, hands_over_min, every_days, span)
        }
        Pattern::Weekly { weekdays, starts_min, ends_min } => {
            days(calendar, rota, weekdays, (starts_min, ends_min), span)
        }
        Pattern::Daily { starts_min, ends_min } => {
            days(calendar, rota, EVERY_DAY, (starts_min, ends_min), span)
        }
    }
}

/// The turns of a rotation. The first turn that touches the span is reckoned, not walked to: a rota
/// may have begun years ago.
fn rotation(
    calendar: Calendar,
    rota: &Rota,
    hands_over_min: i64,
    every_days: i64,
    span: Span,
) -> Vec<Shift> {
    let first = calendar.day_start(calendar.day_number(rota.from)).plus_min(hands_over_min);
    let lasts_ms = every_days.saturating_mul(Time::DAY_MS);
    let passed = first.ms_until(span.from).div_euclid(lasts_ms).max(0);
    let mut from = first.plus_ms(passed.saturating_mul(lasts_ms));
    let place = usize::try_from(passed.rem_euclid(rota.people.len() as i64)).unwrap_or(0);
    let mut found = Vec::new();
    for who in rota.people.iter().cycle().skip(place) {
        if from >= span.until {
            break;
        }
        let until = from.plus_ms(lasts_ms);
        if let Some(part) = span.within(Span { from, until }) {
            push(&mut found, by_rota(rota, who, part));
        }
        from = until;
    }
    found
}

/// All seven bits of `weekdays`.
const EVERY_DAY: u8 = 0b111_1111;
const DAY_MIN: i64 = 24 * 60;

/// The shifts of one person on some days of the week.
fn days(
    calendar: Calendar,
    rota: &Rota,
    weekdays: u8,
    (starts_min, ends_min): (i64, i64),
    span: Span,
) -> Vec<Shift> {
    let lasts_min = if ends_min > starts_min { 0 } else { DAY_MIN } + ends_min - starts_min;
    // The night that began the day before may still be running.
    let first = calendar.day_number(span.from) - 1;
    let last = calendar.day_number(span.until.plus_ms(-1));
    let mut found = Vec::new();
    for day in first..=last {
        // 1970-01-01 was a Thursday.
        if weekdays >> (day + 3).rem_euclid(7) & 1 == 0 {
            continue;
        }
        let from = calendar.day_start(day).plus_min(starts_min);
        let part = span.within(Span { from, until: from.plus_min(lasts_min) });
        if let (Some(who), Some(part)) = (rota.people.first(), part) {
            push(&mut found, by_rota(rota, who, part));
        }
    }
    found
}

coded! {
    /// Why a rota cannot be.
    RotaFault {
        NoPeople = "no_people",
        /// Only in a rotation do people take turns.
        TooManyPeople = "too_many_people",
        /// A weekly rota without a day of the week.
        NoDays = "no_days",
        /// A minute of the day that is none.
        Times = "times",
        /// Ends at or before the moment it begins.
        EndsBeforeStart = "ends_before_start",
        EveryDays = "every_days",
    }
}

/// How many days one turn of a rotation may last: nobody is on call for more than two months.
pub const EVERY_DAYS: std::ops::RangeInclusive<i64> = 1..=60;

/// What is wrong with a rota, in the order of [`RotaFault::ALL`].
pub fn faults(rota: &Rota) -> Vec<RotaFault> {
    let (minutes, weekdays, every_days) = match rota.pattern {
        Pattern::Rotation { hands_over_min, every_days } => {
            ([hands_over_min, hands_over_min], EVERY_DAY, every_days)
        }
        Pattern::Weekly { weekdays, starts_min, ends_min } => ([starts_min, ends_min], weekdays, 1),
        Pattern::Daily { starts_min, ends_min } => ([starts_min, ends_min], EVERY_DAY, 1),
    };
    let alone = rota.pattern.kind() != RotaKind::Rotation;
    let has = |fault: RotaFault| match fault {
        RotaFault::NoPeople => rota.people.is_empty(),
        RotaFault::TooManyPeople => alone && rota.people.len() > 1,
        RotaFault::NoDays => weekdays & EVERY_DAY == 0,
        RotaFault::Times => !minutes.iter().all(|minute| (0..DAY_MIN).contains(minute)),
        RotaFault::EndsBeforeStart => rota.until.is_some_and(|until| until <= rota.from),
        RotaFault::EveryDays => !EVERY_DAYS.contains(&every_days),
    };
    RotaFault::ALL.iter().copied().filter(|fault| has(*fault)).collect()
}

coded! {
    /// Where a swap stands. Once approved it is an override.
    SwapState {
        Asked = "asked",
        /// The colleague has said yes.
        Taken = "taken",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }
}

coded! {
    SwapAct {
        Take = "take",
        Approve = "approve",
        Refuse = "refuse",
        Withdraw = "withdraw",
    }
}

coded! {
    /// Who acts on a swap.
    SwapWho {
        /// Who is on call and wants to be relieved.
        Asker = "asker",
        /// Who is to take the span.
        Colleague = "colleague",
        /// The hospital's desk.
        Desk = "desk",
    }
}

impl SwapState {
    /// The one table of steps: pages draw these as buttons, the store refuses all others.
    ///
    /// The desk need not wait for the colleague's yes: it may name the substitute itself. A
    /// colleague who has said yes is bound; from then on only the desk refuses.
    pub fn actions(self, who: SwapWho) -> Vec<SwapAct> {
        match (self, who) {
            (SwapState::Asked, SwapWho::Colleague) => vec![SwapAct::Take, SwapAct::Refuse],
            (SwapState::Asked | SwapState::Taken, SwapWho::Desk) => {
                vec![SwapAct::Approve, SwapAct::Refuse]
            }
            (SwapState::Asked | SwapState::Taken, SwapWho::Asker) => vec![SwapAct::Withdraw],
            (SwapState::Taken, SwapWho::Colleague)
            | (SwapState::Approved | SwapState::Refused | SwapState::Withdrawn, _) => vec![],
        }
    }

    /// The state after a step; `None` for a step that is not in the table.
    pub fn after(self, act: SwapAct, who: SwapWho) -> Option<SwapState> {
        self.actions(who).contains(&act).then_some(match act {
            SwapAct::Take => SwapState::Taken,
            SwapAct::Approve => SwapState::Approved,
            SwapAct::Refuse => SwapState::Refused,
            SwapAct::Withdraw => SwapState::Withdrawn,
        })
    }
}

#[cfg(test)]
mod tests;
