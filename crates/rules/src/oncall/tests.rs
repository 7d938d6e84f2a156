use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::calendar::WeekStart;

const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

/// Monday 2024-01-01, the day 0 of the tables.
const MONDAY: i64 = 19_723;

/// `2T08:30` or `2` for midnight: days after the Monday and the city's time of day.
fn moment(word: &str) -> Time {
    let (day, time) = word.split_once('T').unwrap_or((word, "00:00"));
    CHINA.day_start(MONDAY + day.parse::<i64>().unwrap()).plus_min(minute(time))
}

fn minute(word: &str) -> i64 {
    let (hours, minutes) = word.split_once(':').unwrap();
    hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
}

fn said(at: Time) -> String {
    let minute = CHINA.minute_of_day(at);
    format!("{}T{:02}:{:02}", CHINA.day_number(at) - MONDAY, minute / 60, minute % 60)
}

/// `rotation 08:00 7 0..- li,wu`, `weekly x---x-- 18:00-08:00 0..- li` with one letter a day from
/// Monday on, `daily - 18:00-08:00 0..9 li`; `@` before it puts it on line 2.
fn rota(place: usize, words: &str) -> Rota {
    let (line, words) = words.strip_prefix('@').map_or((1, words), |rest| (2, rest));
    let cells: Vec<&str> = words.split_whitespace().collect();
    let hours = || {
        let (starts, ends) = cells[2].split_once('-').unwrap();
        (minute(starts), minute(ends))
    };
    let pattern = match RotaKind::of(cells[0]).unwrap() {
        RotaKind::Rotation => Pattern::Rotation {
            hands_over_min: minute(cells[1]),
            every_days: cells[2].parse().unwrap(),
        },
        RotaKind::Weekly => {
            let bit = |(day, letter)| u8::from(letter == 'x') << day;
            let weekdays = (0..).zip(cells[1].chars()).map(bit).sum();
            Pattern::Weekly { weekdays, starts_min: hours().0, ends_min: hours().1 }
        }
        RotaKind::Daily => Pattern::Daily { starts_min: hours().0, ends_min: hours().1 },
    };
    let (from, until) = cells[3].split_once("..").unwrap();
    Rota {
        rota_id: format!("r{place}"),
        line,
        pattern,
        people: cells[4].split(',').filter(|who| *who != "-").map(str::to_owned).collect(),
        from: moment(from),
        until: (until != "-").then(|| moment(until)),
    }
}

/// `1T08:00..2 sun`; `@` before it puts it on line 2.
fn instead(place: usize, words: &str) -> Override {
    let (line, words) = words.strip_prefix('@').map_or((1, words), |rest| (2, rest));
    let (span, takes) = words.split_once(' ').unwrap();
    let (from, until) = span.split_once("..").unwrap();
    Override {
        override_id: format!("o{place}"),
        line,
        from: moment(from),
        until: moment(until),
        takes: takes.to_owned(),
    }
}

fn each<T>(cell: &str, read: impl Fn(usize, &str) -> T) -> Vec<T> {
    let words = cell.split(';').map(str::trim).filter(|words| *words != "-");
    words.enumerate().map(|(place, words)| read(place, words)).collect()
}

/// A table's rows as cells; a row goes on where a line begins with `|` or `;`.
fn rows(table: &str) -> Vec<Vec<String>> {
    let joined = table.lines().map(str::trim).fold(String::new(), |text, line| {
        let glue = if line.starts_with(['|', ';']) { " " } else { "\n" };
        text + glue + line
    });
    let full = joined.lines().filter(|row| !row.is_empty());
    full.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Columns: rotas, overrides, window, shifts with their source, gaps; all of line 1.
const SHIFTS: &str = "
    rotation 08:00 1 0..- li,wu,he | - | 0..3
      | 0T08:00..1T08:00 li r0; 1T08:00..2T08:00 wu r0; 2T08:00..3T00:00 he r0 | 0T00:00..0T08:00
    rotation 08:00 1 0T12:00..2T06:00 li,wu | - | 0..3
      | 0T12:00..1T08:00 li r0; 1T08:00..2T06:00 wu r0 | 0T00:00..0T12:00; 2T06:00..3T00:00
    rotation 00:00 7 0..- li,wu | - | 6T23:59..14T00:01
      | 6T23:59..7T00:00 li r0; 7T00:00..14T00:00 wu r0; 14T00:00..14T00:01 li r0 | -
    rotation 08:00 2 0T08:00..- li | - | 1..100 | 1T00:00..100T00:00 li r0 | -
    rotation 08:00 1 0T08:00..- li,li,wu | - | 1..4
      | 1T00:00..2T08:00 li r0; 2T08:00..3T08:00 wu r0; 3T08:00..4T00:00 li r0 | -
    rotation 08:00 7 0T08:00..- li,wu,he | - | 3653..3655
      | 3653T00:00..3654T08:00 he r0; 3654T08:00..3655T00:00 li r0 | -
    rotation 08:00 1 0T08:00..- li,wu,he | - | 2000000000T09:00..2000000000T10:00
      | 2000000000T09:00..2000000000T10:00 he r0 | -

    daily - 08:00-18:00 0..- li | - | 0..2 | 0T08:00..0T18:00 li r0; 1T08:00..1T18:00 li r0
      | 0T00:00..0T08:00; 0T18:00..1T08:00; 1T18:00..2T00:00
    daily - 18:00-08:00 -9..- li | - | 1..2 | 1T00:00..1T08:00 li r0; 1T18:00..2T00:00 li r0
      | 1T08:00..1T18:00
    daily - 18:00-08:00 1..2 li | - | 0..3 | 1T00:00..1T08:00 li r0; 1T18:00..2T00:00 li r0
      | 0T00:00..1T00:00; 1T08:00..1T18:00; 2T00:00..3T00:00
    daily - 08:00-08:00 -9..- li | - | 0..9 | 0T00:00..9T00:00 li r0 | -
    daily - 08:00-00:00 -9..- li | - | 0..1 | 0T08:00..1T00:00 li r0 | 0T00:00..0T08:00

    weekly x---x-- 18:00-08:00 -9..- li | - | 0..7
      | 0T18:00..1T08:00 li r0; 4T18:00..5T08:00 li r0
      | 0T00:00..0T18:00; 1T08:00..4T18:00; 5T08:00..7T00:00
    weekly ------x 20:00-08:00 -9..- li | - | 0..0T12:00
      | 0T00:00..0T08:00 li r0 | 0T08:00..0T12:00
    weekly -----xx 08:00-08:00 0..- li; weekly xxxxx-- 08:00-08:00 0T08:00..- wu | - | 0..8
      | 0T00:00..0T08:00 li r0; 0T08:00..5T08:00 wu r1; 5T08:00..7T08:00 li r0
      ; 7T08:00..8T00:00 wu r1 | -

    daily - 08:00-20:00 0..- li; daily - 18:00-22:00 0..- wu | - | 0T08:00..0T22:00
      | 0T08:00..0T20:00 li r0; 0T18:00..0T22:00 wu r1 | -
    daily - 08:00-20:00 0..- li; daily - 08:00-12:00 0..- li | - | 0T08:00..0T20:00
      | 0T08:00..0T20:00 li r0; 0T08:00..0T12:00 li r1 | -
    @daily - 00:00-00:00 0..- li | @0..1 wu | 0..1 | - | 0T00:00..1T00:00

    daily - 00:00-00:00 -9..- li | 0T08:00..0T12:00 wu | 0..1
      | 0T00:00..0T08:00 li r0; 0T08:00..0T12:00 wu o0; 0T12:00..1T00:00 li r0 | -
    daily - 00:00-00:00 -9..- li; daily - 09:00-12:00 -9..- he | 0T10:00..0T11:00 wu
      | 0T09:00..0T12:00 | 0T09:00..0T10:00 li r0; 0T09:00..0T10:00 he r1; 0T10:00..0T11:00 wu o0
      ; 0T11:00..0T12:00 li r0; 0T11:00..0T12:00 he r1 | -
    rotation 08:00 1 0T08:00..- li,wu | 0T20:00..3T09:00 he | 0T08:00..4
      | 0T08:00..0T20:00 li r0; 0T20:00..3T09:00 he o0; 3T09:00..4T00:00 wu r0 | -
    - | 0..0T10:00 li; 0T05:00..0T07:00 wu; 0T06:00..0T12:00 he | 0..1
      | 0T00:00..0T05:00 li o0; 0T05:00..0T06:00 wu o1; 0T06:00..0T12:00 he o2
      | 0T12:00..1T00:00
    - | 0T05:00..0T07:00 wu; 0..0T10:00 li | 0..0T10:00 | 0T00:00..0T10:00 li o1 | -
    - | 0..0T10:00 li; 0T05:00..0T07:00 wu | 0..0T10:00
      | 0T00:00..0T05:00 li o0; 0T05:00..0T07:00 wu o1; 0T07:00..0T10:00 li o0 | -
    - | -3..0T01:00 li; 0T01:00..9 li | 0..1 | 0T00:00..0T01:00 li o0; 0T01:00..1T00:00 li o1 | -
    - | 0T05:00..0T05:00 li; 0T07:00..0T06:00 wu | 0..1 | - | 0T00:00..1T00:00

    daily - 00:00-00:00 0..- li,wu | - | 0..1 | - | 0T00:00..1T00:00
    daily - 00:00-00:00 0..- - | - | 0..1 | - | 0T00:00..1T00:00
    daily - 00:00-00:00 0..- li | - | 1..1 | - | -
    daily - 00:00-00:00 0..- li | 0..2 wu | 1..0 | - | -
";

#[test]
fn a_line_is_cut_into_shifts_and_gaps() {
    for row in rows(SHIFTS) {
        let (rotas, overrides) = (each(&row[0], rota), each(&row[1], instead));
        let (from, until) = row[2].split_once("..").unwrap();
        let (from, until) = (moment(from), moment(until));
        let source = |shift: &Shift| match (&shift.rota_id, &shift.override_id) {
            (Some(id), None) | (None, Some(id)) => id.clone(),
            _ => panic!("one source, {shift:?}, row: {row:?}"),
        };
        let span = |from, until| format!("{}..{}", said(from), said(until));
        let on = shifts(CHINA, &rotas, &overrides, 1, from, until);
        let on: Vec<String> = on
            .iter()
            .map(|one| format!("{} {} {}", span(one.from, one.until), one.who, source(one)))
            .collect();
        assert_eq!(on, each(&row[3], |_, words| words.to_owned()), "row: {row:?}");
        let off = gaps(CHINA, &rotas, &overrides, 1, from, until);
        let off: Vec<String> = off.iter().map(|gap| span(gap.from, gap.until)).collect();
        assert_eq!(off, each(&row[4], |_, words| words.to_owned()), "row: {row:?}");
    }
}

/// Columns: rotas, overrides, moment, people on line 1.
const MOMENTS: &str = "
    rotation 08:00 1 0..- li,wu | - | 0T07:59 | -
    rotation 08:00 1 0..- li,wu | - | 0T08:00 | li
    rotation 08:00 1 0..- li,wu | - | 1T07:59 | li
    rotation 08:00 1 0..- li,wu | - | 1T08:00 | wu
    weekly x------ 00:00-00:00 -9..- li | - | 0T00:00 | li
    weekly x------ 00:00-00:00 -9..- li | - | 0T23:59 | li
    weekly x------ 00:00-00:00 -9..- li | - | -1T23:59 | -
    weekly x------ 00:00-00:00 -9..- li | - | 1T00:00 | -
    daily - 08:00-20:00 0..- wu; daily - 00:00-00:00 0..- li | - | 0T09:00 | wu,li
    daily - 08:00-20:00 0..- li; daily - 00:00-00:00 0..- li | - | 0T09:00 | li
    daily - 08:00-20:00 0..- li; daily - 00:00-00:00 0..- wu | 0T09:00..0T10:00 he | 0T09:00 | he
    daily - 08:00-20:00 0..- li; daily - 00:00-00:00 0..- wu | 0T09:00..0T10:00 he | 0T10:00 | li,wu
";

#[test]
fn who_is_on_call_changes_on_the_minute_in_the_city() {
    for row in rows(MOMENTS) {
        let (rotas, overrides) = (each(&row[0], rota), each(&row[1], instead));
        let people = on_call_at(CHINA, &rotas, &overrides, 1, moment(&row[2]));
        let got = if people.is_empty() { "-".to_owned() } else { people.join(",") };
        assert_eq!(got, row[3], "row: {row:?}");
    }
}

/// Columns: rota, faults.
const FAULTS: &str = "
    rotation 08:00 60 0..- li,wu | -
    rotation 08:00 0 0..- li | every_days
    rotation 08:00 61 0..- li | every_days
    rotation 24:00 1 0..- li | times
    rotation 24:01 -5 0..0 - | no_people times ends_before_start every_days
    weekly xxxxxxx 00:00-23:59 0..1 li | -
    weekly ------- 00:00-23:59 0..1 li,wu | too_many_people no_days
    weekly -------x 00:00-23:59 0..1 li | no_days
    daily - 08:00-24:00 0..- li | times
    daily - 99:00-08:00 0..- li | times
    daily - 08:00-08:00 1..0 li,wu | too_many_people ends_before_start
    daily - 08:00-08:00 0..- - | no_people
";

#[test]
fn a_rota_that_cannot_be_is_told_why_and_puts_nobody_on_call() {
    for row in rows(FAULTS) {
        let one = rota(0, &row[0]);
        let got: Vec<&str> = faults(&one).into_iter().map(RotaFault::code).collect();
        let got = if got.is_empty() { "-".to_owned() } else { got.join(" ") };
        assert_eq!(got, row[1], "row: {row:?}");
        let on = shifts(CHINA, std::slice::from_ref(&one), &[], 1, moment("-9"), moment("9"));
        assert_eq!(on.is_empty(), got != "-", "row: {row:?}");
    }
}

#[test]
fn a_rota_is_kept_under_the_word_of_its_kind() {
    for words in [
        "rotation 08:00 7 0..- li,wu",
        "weekly x---x-- 18:00-08:00 0..7 li",
        "daily - 18:00-08:00 0..- li",
    ] {
        let rota = rota(0, words);
        let text = toml::to_string(&rota).unwrap();
        assert!(text.contains(&format!("kind = \"{}\"", rota.pattern.kind().code())), "{text}");
        assert_eq!(toml::from_str::<Rota>(&text).unwrap(), rota);
    }
}

/// Columns: state, who, what may be done and where it leads; whatever is not here is refused.
const SWAPS: &str = "
    asked | asker     | withdraw>withdrawn
    asked | colleague | take>taken refuse>refused
    asked | desk      | approve>approved refuse>refused
    taken | asker     | withdraw>withdrawn
    taken | desk      | approve>approved refuse>refused
";

#[test]
fn a_swap_takes_only_the_steps_of_the_table() {
    let rows = rows(SWAPS);
    for (state, who) in
        SwapState::ALL.iter().flat_map(|state| SwapWho::ALL.iter().map(move |who| (*state, *who)))
    {
        let row = rows.iter().find(|row| row[0] == state.code() && row[1] == who.code());
        let steps: Vec<String> = SwapAct::ALL
            .iter()
            .filter_map(|act| Some((act, state.after(*act, who)?)))
            .map(|(act, after)| format!("{}>{}", act.code(), after.code()))
            .collect();
        let expected = row.map_or("", |row| row[2].as_str());
        assert_eq!(steps.join(" "), expected, "{state:?} {who:?}");
        let acts: Vec<SwapAct> = state.actions(who);
        for act in SwapAct::ALL {
            assert_eq!(acts.contains(act), state.after(*act, who).is_some());
        }
    }
}

/// Who is on call by walking every shift from the rota's start: slow, and plainly so.
fn walked(rota: &Rota, at: Time) -> Option<&str> {
    if at < rota.from || rota.until.is_some_and(|until| at >= until) {
        return None;
    }
    let holds = |from: Time, min: i64| (from <= at && at < from.plus_min(min)).then_some(());
    let began = CHINA.day_number(rota.from);
    let (weekdays, starts_min, ends_min) = match rota.pattern {
        Pattern::Rotation { hands_over_min, every_days } => {
            let mut from = CHINA.day_start(began).plus_min(hands_over_min);
            for who in rota.people.iter().cycle() {
                if from > at {
                    return None;
                }
                if holds(from, every_days * 1_440).is_some() {
                    return Some(who);
                }
                from = from.plus_days(every_days);
            }
            return None;
        }
        Pattern::Weekly { weekdays, starts_min, ends_min } => (weekdays, starts_min, ends_min),
        Pattern::Daily { starts_min, ends_min } => (127, starts_min, ends_min),
    };
    let min =
        if ends_min > starts_min { ends_min - starts_min } else { ends_min + 1_440 - starts_min };
    (began - 1..=CHINA.day_number(at))
        .filter(|day| weekdays & (1 << (day - MONDAY).rem_euclid(7)) != 0)
        .find_map(|day| holds(CHINA.day_start(day).plus_min(starts_min), min))
        .and_then(|()| rota.people.first().map(String::as_str))
}

const DAY: i64 = 1_440;

fn some_minute() -> impl Strategy<Value = i64> {
    prop_oneof![0..DAY, select(vec![0, 480, 1_080, 1_439])]
}

fn some_pattern() -> impl Strategy<Value = Pattern> {
    let minutes = || (some_minute(), some_minute());
    prop_oneof![
        (some_minute(), 1_i64..9).prop_map(|(hands_over_min, every_days)| Pattern::Rotation {
            hands_over_min,
            every_days
        }),
        (1_u8..128, minutes()).prop_map(|(weekdays, (starts_min, ends_min))| Pattern::Weekly {
            weekdays,
            starts_min,
            ends_min
        }),
        minutes().prop_map(|(starts_min, ends_min)| Pattern::Daily { starts_min, ends_min }),
    ]
}

/// Minutes after the Monday.
fn later(min: i64) -> Time {
    moment("0").plus_min(min)
}

fn some_rota() -> impl Strategy<Value = Rota> {
    let people = prop::collection::vec(select(vec!["li", "wu", "he"]), 1..5);
    let lasts = prop::option::of(1..40 * DAY);
    (some_pattern(), people, -30 * DAY..20 * DAY, lasts, 1_i64..=2, any::<u32>()).prop_map(
        |(pattern, mut people, from, lasts, line, id)| {
            if pattern.kind() != RotaKind::Rotation {
                people.truncate(1);
            }
            Rota {
                rota_id: format!("r{id}"),
                line,
                pattern,
                people: people.into_iter().map(str::to_owned).collect(),
                from: later(from),
                until: lasts.map(|lasts| later(from + lasts)),
            }
        },
    )
}

fn some_override() -> impl Strategy<Value = Override> {
    let takes = select(vec!["li", "sun", "zhou"]);
    (-5 * DAY..25 * DAY, -60..4 * DAY, takes, 1_i64..=2, any::<u32>()).prop_map(
        |(from, lasts, takes, line, id)| Override {
            override_id: format!("o{id}"),
            line,
            from: later(from),
            until: later(from + lasts),
            takes: takes.to_owned(),
        },
    )
}

fn source(shift: &Shift) -> (&Option<String>, &Option<String>, &str) {
    (&shift.rota_id, &shift.override_id, &shift.who)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn shifts_and_gaps_cover_the_window_exactly(
        rotas in prop::collection::vec(some_rota(), 0..4),
        overrides in prop::collection::vec(some_override(), 0..5),
        from in -DAY..20 * DAY,
        lasts in 1..20 * DAY,
    ) {
        let (from, until) = (later(from), later(from + lasts));
        let on = shifts(CHINA, &rotas, &overrides, 1, from, until);
        let off = gaps(CHINA, &rotas, &overrides, 1, from, until);
        prop_assert!(on.is_sorted_by_key(|shift| shift.from));
        for (place, shift) in on.iter().enumerate() {
            prop_assert!(from <= shift.from && shift.from < shift.until && shift.until <= until);
            prop_assert_eq!(shift.rota_id.is_some(), shift.override_id.is_none());
            for next in &on[place + 1..] {
                let apart = shift.until < next.from;
                prop_assert!(apart || source(shift) != source(next), "{:?} {:?}", shift, next);
                let alone = shift.override_id.is_some() || next.override_id.is_some();
                prop_assert!(!alone || shift.until <= next.from, "{:?} {:?}", shift, next);
            }
            for gap in &off {
                prop_assert!(gap.until <= shift.from || shift.until <= gap.from);
            }
        }
        let mut spans: Vec<(Time, Time)> = on.iter().map(|one| (one.from, one.until)).collect();
        spans.extend(off.iter().map(|gap| (gap.from, gap.until)));
        spans.sort();
        let mut covered = from;
        for (begins, ends) in spans {
            prop_assert!(begins <= covered);
            covered = covered.max(ends);
        }
        prop_assert_eq!(covered, until);
    }

    #[test]
    fn a_moment_agrees_with_the_shifts_around_it_and_with_a_walk_from_the_start(
        rotas in prop::collection::vec(some_rota(), 0..4),
        overrides in prop::collection::vec(some_override(), 0..5),
        moments in prop::collection::vec(0..20 * DAY, 1..20),
    ) {
        let on = shifts(CHINA, &rotas, &overrides, 1, later(0), later(20 * DAY));
        for min in moments {
            let at = later(min);
            let mut people = on_call_at(CHINA, &rotas, &overrides, 1, at);
            people.sort();
            let around = on.iter().filter(|shift| shift.from <= at && at < shift.until);
            let mut around: Vec<&str> = around.map(|shift| shift.who.as_str()).collect();
            around.sort();
            around.dedup();
            prop_assert_eq!(&people, &around);

            let holds = |one: &&Override| one.line == 1 && one.from <= at && at < one.until;
            let mut expected: Vec<&str> = match overrides.iter().rev().find(holds) {
                Some(one) => vec![&one.takes],
                None => rotas.iter().filter(|rota| rota.line == 1)
                    .filter_map(|rota| walked(rota, at)).collect(),
            };
            expected.sort();
            expected.dedup();
            prop_assert_eq!(&people, &expected);
        }
    }

    #[test]
    fn nothing_leaves_a_swap_that_is_over(
        acts in prop::collection::vec((select(SwapAct::ALL), select(SwapWho::ALL)), 0..12),
    ) {
        let mut state = SwapState::Asked;
        for (act, who) in acts {
            let over = !matches!(state, SwapState::Asked | SwapState::Taken);
            let after = state.after(act, who);
            prop_assert!(!over || after.is_none());
            state = after.unwrap_or(state);
        }
    }
}
