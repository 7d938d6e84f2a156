use super::*;
use crate::Time;
use crate::calendar::{Calendar, WeekStart};

const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

fn pack() -> IncidentPack {
    let text = include_str!("../../../../packs/incident/incident-2024.01.toml");
    toml::from_str(text).unwrap()
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().map(str::trim).filter(|row| !row.is_empty());
    lines.map(|row| row.split_whitespace().collect())
}

/// Kind, physical and psychological harm, people; grades that fit; statutory level suggested.
const GRADES: &str = "
    incident   fatal     none      1  I       major
    incident   fatal     none      3  I       extra_major
    incident   severe    low       2  I,II    major
    incident   severe    low       3  I,II    extra_major
    incident   moderate  none      2  II      general
    incident   moderate  none      3  II      major
    incident   low       severe    1  II,III  general
    incident   low       none      5  II,III  major
    incident   none      none      1  III     -
    incident   none      low       1  III     -
    incident   none      moderate  1  II,III  -
    near_miss  none      none      1  IV      -
    risk       none      none      0  -       -
    good_care  none      none      0  -       -
";

#[test]
fn grades_follow_harm() {
    for row in rows(GRADES) {
        let kind = Kind::of(row[0]).unwrap();
        let (physical, mind) = (Physical::of(row[1]).unwrap(), Psychological::of(row[2]).unwrap());
        let people: i64 = row[3].parse().unwrap();
        let fits: Vec<_> = grades(kind, physical, mind).iter().map(|one| one.code()).collect();
        let fits = if fits.is_empty() { "-".to_owned() } else { fits.join(",") };
        let level = suggested(kind, physical, people).map_or("-", Severity::code);
        assert_eq!([&*fits, level], [row[4], row[5]], "row: {row:?}");
    }
}

/// Kind, harm, people, grade, severity, summary and reason given; the answer.
const GRADINGS: &str = "
    incident   fatal     1  I    major        s-  ok
    incident   fatal     1  I    major        --  text_missing
    incident   fatal     1  II   major        s-  grade_harm
    incident   fatal     1  I    -            s-  severity_low
    incident   fatal     1  I    -            sr  ok
    incident   fatal     3  I    major        s-  severity_low
    incident   moderate  1  II   general      s-  ok
    incident   moderate  1  III  general      s-  grade_harm
    incident   moderate  1  -    general      s-  grade_harm
    incident   none      1  III  -            --  ok
    incident   none      1  III  general      s-  grade_harm
    incident   low       1  III  general      --  text_missing
    incident   low       1  III  -            -r  ok
    near_miss  none      1  IV   -            --  ok
    near_miss  none      1  III  -            --  grade_harm
    near_miss  low       1  IV   -            --  grade_harm
    risk       none      0  -    -            --  ok
    risk       none      0  IV   -            --  grade_harm
    good_care  none      0  -    -            --  ok
";

#[test]
fn gradings_that_cannot_be_are_told() {
    for row in rows(GRADINGS) {
        let grading = Grading {
            kind: Kind::of(row[0]).unwrap(),
            physical: Physical::of(row[1]).unwrap(),
            psychological: Psychological::None,
            people: row[2].parse().unwrap(),
            grade: Grade::of(row[3]),
            severity: Severity::of(row[4]),
            summary: row[5].contains('s'),
            reason: row[5].contains('r'),
        };
        let answer = grading.judge().err().map_or("ok", Refusal::code);
        assert_eq!(answer, row[6], "row: {row:?}");
    }
}

/// Graded, grade, closure, analysed, actions, of them open, feedback; the answer.
const CLOSINGS: &str = "
    g I    learned     a 1 0 f  ok
    g I    learned     - 1 0 f  analysis_missing
    g II   learned     a 0 0 f  analysis_missing
    g II   no_further  a 1 1 f  actions_open
    g III  no_further  - 0 0 f  ok
    g III  no_further  - 0 0 -  text_missing
    g III  -           - 0 0 f  closure_missing
    g -    learned     - 0 0 f  ok
    - -    learned     - 0 0 f  ungraded
    g I    duplicate   - 0 0 f  ok
    - -    duplicate   - 0 0 f  ok
    - -    not_event   - 0 0 -  text_missing
    g IV   learned     - 2 1 f  actions_open
";

#[test]
fn nothing_grave_is_closed_without_learning_and_nothing_without_an_answer() {
    for row in rows(CLOSINGS) {
        let closing = Closing {
            graded: row[0] == "g",
            grade: Grade::of(row[1]),
            closure: Closure::of(row[2]),
            analysed: row[3] == "a",
            actions: row[4].parse().unwrap(),
            actions_open: row[5].parse().unwrap(),
            feedback: row[6] == "f",
        };
        assert_eq!(closing.judge().err().map_or("ok", Refusal::code), row[7], "row: {row:?}");
    }
}

/// Standing, holder, rung; what the reviewer, the district and the city may do.
const STEPS: &str = "
    filed    institution institution  accept,grade,close            -             -
    filed    institution district     accept,grade,close            send_up       -
    accepted institution institution  grade,close                   -             -
    graded   institution institution  grade,analyse,close,send_up   find          find
    graded   institution district     grade,analyse,close           send_up,find  find
    analysed institution city         grade,analyse,close           find          find
    closed   institution district     reopen                        send_up,find  find
    closed   institution institution  reopen,send_up                find          find
    filed    authority   institution  accept,grade,close,assign     -             -
    closed   authority   institution  reopen                        find          find
";

#[test]
fn who_may_do_what_when() {
    for row in rows(STEPS) {
        let standing = Standing::of(row[0]).unwrap();
        let (holder, rung) = (Holder::of(row[1]).unwrap(), Rung::of(row[2]).unwrap());
        let parties = [Party::Reviewer, Party::Watcher(Rung::District), Party::Watcher(Rung::City)];
        for (party, expected) in parties.into_iter().zip(&row[3..]) {
            let found: Vec<_> =
                steps(standing, holder, rung, party).iter().map(|step| step.code()).collect();
            let found = if found.is_empty() { "-".to_owned() } else { found.join(",") };
            assert_eq!(found, *expected, "row: {row:?}");
        }
    }
}

#[test]
fn responsibility_is_looked_for_in_major_events_alone() {
    assert!(may_find(Kind::Incident, Some(Severity::Major)));
    assert!(!may_find(Kind::Incident, Some(Severity::General)));
    assert!(!may_find(Kind::Incident, None));
    assert!(!may_find(Kind::NearMiss, Some(Severity::Major)));
    assert!(!may_find(Kind::Risk, None) && !may_find(Kind::GoodCare, None));
}

#[test]
fn a_reporter_is_shown_to_whom_the_reporter_allows() {
    let shown = |allow: Allow| Holder::ALL.iter().filter(|one| allow.shows(**one)).count();
    assert_eq!(
        [Allow::Nobody, Allow::Department, Allow::Authority, Allow::Both].map(shown),
        [0, 1, 1, 2]
    );
    assert!(!Allow::Authority.shows(Holder::Institution));
}

/// Kind, category, harm, severity, similar reports; the clocks that run.
const DUTIES: &str = "
    incident  medical   fatal     major        0   event_major
    incident  medical   fatal     extra_major  0   event_extra_major
    incident  medical   moderate  general      0   event_general
    incident  medical   moderate  -            0   -
    incident  drug      fatal     major        0   event_major,drug_death
    incident  drug      low       -            0   drug_other
    incident  drug      severe    -            0   drug_serious
    incident  device    fatal     -            0   device_death
    incident  device    severe    -            0   device_serious
    incident  infection low       -            4   -
    incident  infection low       -            5   outbreak
    incident  infection low       -            10  outbreak_large
    near_miss drug      none      -            0   -
    good_care drug      none      -            0   -
";

#[test]
fn the_clocks_of_the_law() {
    let pack = pack();
    assert_eq!(pack.faults(), [] as [String; 0]);
    for row in rows(DUTIES) {
        let facts = Facts {
            kind: Kind::of(row[0]).unwrap(),
            category: row[1],
            physical: Physical::of(row[2]).unwrap(),
            severity: Severity::of(row[3]),
            spread: row[4].parse().unwrap(),
        };
        let found: Vec<&str> = pack.duties(facts).iter().map(|one| &*one.code).collect();
        let found = if found.is_empty() { "-".to_owned() } else { found.join(",") };
        assert_eq!(found, row[5], "row: {row:?}");
    }
}

#[test]
fn hours_count_from_the_moment_and_days_from_the_next_midnight() {
    let pack = pack();
    let found_at = CHINA.day_start(19_724).plus_min(15 * 60 + 30);
    let due = |code: &str| pack.clock(code).unwrap().due(CHINA, found_at);
    assert_eq!(due("event_extra_major"), found_at.plus_min(120));
    assert_eq!(due("event_major"), found_at.plus_min(720));
    // Found on 2 January: the 15th day after it ends with the 17th.
    assert_eq!(due("event_general"), CHINA.day_start(19_724 + 16));
    assert_eq!(due("event_general"), Time(1_705_507_200_000), "2024-01-18T00:00+08:00");
}

#[test]
fn what_climbs_beyond_the_district() {
    let pack = pack();
    assert!(pack.important(Some(Grade::I), None));
    assert!(pack.important(Some(Grade::II), Some(Severity::Major)));
    assert!(!pack.important(Some(Grade::II), Some(Severity::General)));
    assert!(!pack.important(Some(Grade::IV), None) && !pack.important(None, None));
}

#[test]
fn rates_say_how_much_may_be_chance() {
    let five = rate(5, 1_000).unwrap();
    // Exact Poisson limits of 5 are 1.62 and 11.67.
    assert!((five.per_thousand - 5.0).abs() < 1e-9);
    assert!((five.low - 1.62).abs() < 0.05 && (five.high - 11.67).abs() < 0.05, "{five:?}");
    // Of none: 0 and 3.69.
    let none = rate(0, 1_000).unwrap();
    assert!(none.low == 0.0 && (none.high - 3.69).abs() < 0.4, "{none:?}");
    assert_eq!(rate(3, 0), None);
    assert_eq!(rate(-1, 10), None);
    for (before, now, expected) in [
        ((100, 10_000), (50, 10_000), Change::Fell),
        ((50, 10_000), (100, 10_000), Change::Rose),
        ((5, 1_000), (3, 1_000), Change::Unclear),
        ((0, 1_000), (3, 1_000), Change::Unclear),
        ((0, 1_000), (30, 1_000), Change::Rose),
        ((30, 1_000), (0, 1_000), Change::Fell),
        ((0, 10), (0, 10), Change::Unclear),
    ] {
        assert_eq!(change(before, now), Some(expected), "{before:?} {now:?}");
    }
    assert_eq!(change((1, 0), (1, 10)), None);
}
