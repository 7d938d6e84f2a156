//! Drafts, activities and what stays after a campaign.

use super::{at, plan, rows};
use crate::campaign::*;

/// What is done to plan A, and the first fault it makes: part, row, kind.
type Spoil = fn(&mut Plan);
const SPOILT: &[(Spoil, &str)] = &[
    (|_| {}, ""),
    (|plan| plan.phases[1].until = plan.phases[1].from, "phase 1 days"),
    (|plan| plan.phases[2].title_en.clear(), "phase 2 title"),
    (|plan| plan.phases[3].code = plan.phases[0].code.clone(), "phase 3 code"),
    (|plan| plan.phases[0].code = "a b".into(), "phase 0 code"),
    (|plan| plan.phases.clear(), "phase 0 absent"),
    (|plan| plan.targets.clear(), "target 0 absent"),
    (|plan| plan.deliverables[1].phase = "gone".into(), "due 1 unknown"),
    (|plan| plan.deliverables[1].due_at = plan.phases[1].from, "due 1 early"),
    (|plan| plan.deliverables[1].title_zh = "长".repeat(201), "due 1 title"),
    (|plan| drop(plan.deliverables.pop()), "annex 2 unknown"),
    (|plan| plan.checklists[2].departments = Some(Vec::new()), "list 2 absent"),
    (|plan| plan.objectives[0].target_percent = 101, "goal 0 number"),
    (|plan| plan.objectives[0].title_zh = " ".into(), "goal 0 title"),
    (|plan| plan.sections[0].deliverable = "gone".into(), "section 0 unknown"),
    (|plan| plan.sections[1].code = plan.sections[0].code.clone(), "section 1 code"),
    (|plan| plan.clocks.urge_days = 0, "clocks 2 number"),
    (|plan| plan.weights.coverage += 1, "weights 0 sum"),
    (|plan| plan.weights.spot_check = -1, "weights 3 number"),
    (|plan| plan.targets = vec![TargetRule::default(); 41], "target 40 too_many"),
];

#[test]
fn a_draft_says_what_keeps_it_from_being_issued() {
    for (spoil, expected) in SPOILT {
        let mut plan = plan("wuxi-2017-a.toml");
        spoil(&mut plan);
        let faults = plan.faults();
        let first =
            faults.first().map(|(part, row, why)| format!("{} {row} {}", part.code(), why.code()));
        assert_eq!(first.unwrap_or_default(), *expected, "{faults:?}");
    }
    for file in ["wuxi-2017-b.toml", "reproduction-2023.toml", "transfer-2025.toml"] {
        assert_eq!(plan(file).faults(), [], "{file}");
    }
}

/// Kind, people, tested, passed, officers, agencies, units | fault.
const EFFORTS: &str = "
    kick_off   |  120 |   0 |   0 |   0 |  0 |   0 |
    kick_off   |   -1 |   0 |   0 |   0 |  0 |   0 | number
    training   |  100 |  90 |  80 |   0 |  0 |   0 |
    training   |  100 | 101 |  80 |   0 |  0 |   0 | tested
    training   |  100 |  90 |  91 |   0 |  0 |   0 | tested
    drill      |   30 |  99 |  99 |   1 |  5 |   0 |
    inspection |    0 |   0 |   0 | 473 | 11 | 286 |
    inspection |    0 |   0 |   0 |   1 |  1 |   3 | officers
    inspection |    0 |   0 |   0 |   2 |  3 |   3 | agencies
    inspection |    0 |   0 |   0 |   2 |  2 |   0 | units
    publicity  | 1000001 | 0 |  0 |   0 |  0 |   0 | number
";

#[test]
fn an_activity_counts_what_belongs_to_its_kind() {
    for row in rows(EFFORTS) {
        let kind = ActivityKind::of(row[0]).unwrap();
        let n: Vec<i64> = row[1..7].iter().map(|cell| cell.parse().unwrap()).collect();
        let effort = Effort {
            people: n[0],
            tested: n[1],
            passed: n[2],
            officers: n[3],
            agencies: n[4],
            units: n[5],
        };
        let fault = effort.fault(kind).map_or("", EffortFault::code);
        assert_eq!(fault, row.get(7).copied().unwrap_or(""), "{row:?}");
    }
    let drill = Effort { people: 30, tested: 9, officers: 2, ..Effort::default() };
    assert_eq!(drill.of(ActivityKind::Drill), Effort { people: 30, ..Effort::default() });
}

/// Made, last look, every so many days, now | due, state.
const ROUTINES: &str = "
    2017-03-26 00:00 |                  | 30 | 2017-04-18 23:59 | 2017-04-25 00:00 | fresh
    2017-03-26 00:00 |                  | 30 | 2017-04-19 00:00 | 2017-04-25 00:00 | soon
    2017-03-26 00:00 |                  | 30 | 2017-04-24 23:59 | 2017-04-25 00:00 | soon
    2017-03-26 00:00 |                  | 30 | 2017-04-25 00:00 | 2017-04-25 00:00 | overdue
    2017-03-26 00:00 | 2017-04-20 10:00 | 30 | 2017-04-25 00:00 | 2017-05-20 10:00 | fresh
    2017-03-26 00:00 | 2017-03-20 10:00 | 30 | 2017-04-01 00:00 | 2017-04-25 00:00 | fresh
    2017-03-26 00:00 |                  |  1 | 2017-03-26 08:00 | 2017-03-27 00:00 | soon
";

#[test]
fn a_routine_item_is_due_so_many_days_after_its_last_look() {
    for row in rows(ROUTINES) {
        let last = (!row[1].is_empty()).then(|| at(row[1]));
        let every: i64 = row[2].parse().unwrap();
        let due = routine_due(last, at(row[0]), every);
        assert_eq!(due, at(row[4]), "{row:?}");
        assert_eq!(routine_state(due, every, at(row[3])).code(), row[5], "{row:?}");
    }
}
