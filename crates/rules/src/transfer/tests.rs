use super::*;

/// A course as text: the words of the times that are set.
fn course(text: &str) -> Course {
    let mut course = Course { asked_at: Some(Time(1)), ..Course::default() };
    let at = Some(Time(2));
    for word in text.split_whitespace() {
        match word {
            "ward" => course.needs_approval = true,
            "approved" => course.approved_at = at,
            "care" => (course.class, course.triaged_at) = (Some(Class::Care), at),
            "red" => (course.class, course.triaged_at) = (Some(Class::Emergency), at),
            "quoted" => course.quoted_at = at,
            "confirmed" => course.confirmed_at = at,
            "will_call" => course.will_call_at = at,
            "ready" => course.ready_at = at,
            "assigned" => course.assigned_at = at,
            "seen" => course.acknowledged_at = at,
            "started" => course.started_at = at,
            "on_scene" => course.on_scene_at = at,
            "loaded" => course.loaded_at = at,
            "arrived" => course.arrived_at = at,
            "completed" => course.completed_at = at,
            "cancelled" => course.ended = Some(State::Cancelled),
            "-" => {}
            other => panic!("{other}"),
        }
    }
    course
}

/// Course | state | desk | crew | family
const TABLE: &str = "
-                            | booked    | triage cancel turn_down to_120 | triage to_120 | cancel
ward                         | requested | approve triage cancel turn_down to_120 | triage to_120 | cancel
ward approved care           | triaged   | triage quote cancel turn_down to_120 | triage to_120 | cancel
care quoted                  | quoted    | triage quote confirm cancel turn_down to_120 | triage to_120 | confirm cancel
ward care quoted             | requested | approve triage quote cancel turn_down to_120 | triage to_120 | cancel
red quoted                   | quoted    | triage quote cancel turn_down to_120 | triage to_120 | cancel
care quoted confirmed        | confirmed | triage quote assign cancel turn_down to_120 | triage to_120 | cancel
care quoted confirmed will_call | on_call | triage quote call_return cancel turn_down to_120 | triage to_120 | call_return cancel
care quoted confirmed will_call ready | confirmed | triage quote assign cancel turn_down to_120 | triage to_120 | cancel
care quoted confirmed assigned | assigned | triage quote assign unassign start on_scene load cancel turn_down to_120 | triage acknowledge start on_scene load to_120 | cancel
care quoted confirmed assigned seen started | started | triage quote assign unassign on_scene load cancel turn_down to_120 | triage on_scene load to_120 | cancel
care quoted confirmed assigned seen started on_scene | on_scene | triage quote assign unassign load cancel no_show turn_down to_120 | triage load no_show to_120 | cancel
care quoted confirmed assigned started on_scene loaded seen | loaded | triage quote arrive to_120 | triage arrive to_120 | -
care quoted confirmed assigned seen loaded arrived | arrived | quote complete | complete | -
care quoted confirmed assigned loaded arrived completed | completed | - | - | -
care cancelled               | cancelled | - | - | -
";

#[test]
fn a_booking_moves_by_one_table() {
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [times, state, desk, crew, family] = cells[..] else { panic!("{row}") };
        let course = course(times);
        assert_eq!(course.state().code(), state, "row: {row}");
        for (party, expected) in [(Party::Desk, desk), (Party::Crew, crew), (Party::Family, family)]
        {
            let marks: Vec<&str> = course.marks(party).iter().map(|mark| mark.code()).collect();
            let marks = if marks.is_empty() { "-".to_owned() } else { marks.join(" ") };
            assert_eq!(marks, expected, "{}: {row}", party.code());
        }
        assert!(course.marks(Party::Reader).is_empty());
    }
}

#[test]
fn whoever_is_aboard_can_go_to_120_and_nowhere_else() {
    let aboard = course("care quoted confirmed assigned started on_scene loaded");
    for mark in [Mark::Cancel, Mark::NoShow, Mark::TurnDown, Mark::Unassign] {
        for party in Party::ALL {
            assert!(!aboard.allows(mark, *party), "{} by {}", mark.code(), party.code());
        }
    }
    assert!(aboard.allows(Mark::To120, Party::Crew));
    assert!(aboard.cancels_late());
}
