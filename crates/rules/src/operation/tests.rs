use super::*;

#[test]
fn the_state_follows_from_the_latest_mark() {
    let at = |n| Some(Time(n));
    let who = || "acc_1".to_owned();
    let mut marks = Marks::default();
    assert_eq!(state(&marks), State::Declared);
    marks.first_in_at = at(1);
    assert_eq!(state(&marks), State::Ready { at: Time(1) });
    marks.started_at = at(2);
    assert_eq!(state(&marks), State::InProgress { since: Time(2) });
    marks.signed_out_at = at(3);
    assert_eq!(state(&marks), State::SignedOut { at: Time(3) });
    marks.confirmed = Some((Time(4), who()));
    assert_eq!(state(&marks), State::Confirmed { at: Time(4), by: who() });
    marks.cancelled = Some((Time(5), who()));
    assert_eq!(state(&marks), State::Cancelled { at: Time(5), by: who() });
}

#[test]
fn nothing_is_cancelled_once_somebody_is_in() {
    assert_eq!(State::Declared.actions(), [Action::Cancel]);
    assert!(State::Ready { at: Time(0) }.actions().is_empty());
    assert!(State::InProgress { since: Time(0) }.actions().is_empty());
    assert_eq!(State::SignedOut { at: Time(0) }.actions(), [Action::Confirm]);
}

/// Columns: kind, level:max, anaesthesia, attending, anaesthetist, room, planned minutes from now,
/// what fails or warns. People: `ok`, `-` not named, a lack's code, `busy` planned elsewhere.
const GATE: &str = "
    outpatient_anaesthesia 2:2 iv_general ok ok free 30 -
    outpatient_anaesthesia 3:2 iv_general ok ok free 30 level!
    outpatient             1:1 local      ok -  free 30 -
    outpatient             1:1 iv_general ok ok free 30 anaesthesia!
    hospital               3:3 intubated_general ok - free 30 anaesthetist!
    clinic                 1:1 local      -  -  free 30 attending!
    clinic                 1:1 local      not_filed_here - free 30 attending!
    clinic                 1:1 local      category_differs - free 30 attending!
    clinic                 1:1 local      busy - free 30 attending?
    clinic                 1:1 local      ok not_in_role free 30 anaesthetist!
    clinic                 1:1 local      ok -  taken 30 room?
    clinic                 1:1 local      ok -  free -5 time?
    clinic                 2:1 local      -  -  taken -5 level!,attending!,room?,time?
";

#[test]
fn the_gate_answers_line_by_line() {
    for row in GATE.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let (level, level_max) = cells[1].split_once(':').unwrap();
        let now = Time(1_000_000_000);
        let member = |role, cell: &str| {
            (cell != "-").then(|| MemberFacts {
                role,
                lacks: Lack::of(cell).into_iter().collect(),
                inside_elsewhere: false,
                planned_elsewhere: (cell == "busy").then_some(now),
            })
        };
        let facts = GateFacts {
            now,
            planned_at: now.plus_min(cells[6].parse().unwrap()),
            planned_min: 60,
            suspended: false,
            kind: InstitutionKind::of(cells[0]).unwrap(),
            level: level.parse().unwrap(),
            level_max: level_max.parse().unwrap(),
            volume_needed: false,
            volume_ml: None,
            anaesthesia: Anaesthesia::of(cells[2]).unwrap(),
            anaesthesia_allowed: true,
            members: member(Role::Attending, cells[3])
                .into_iter()
                .chain(member(Role::Anaesthetist, cells[4]))
                .collect(),
            room_taken: (cells[5] == "taken").then_some(now),
        };
        let lines = gate(&facts);
        let objections: Vec<String> = lines
            .iter()
            .filter_map(|line| match line.answer {
                Answer::Met => None,
                Answer::Warned(_) => Some(format!("{}?", line.topic.code())),
                Answer::Failed(_) => Some(format!("{}!", line.topic.code())),
            })
            .collect();
        let got = if objections.is_empty() { "-".into() } else { objections.join(",") };
        assert_eq!(got, cells[7], "row: {row}");
        assert_eq!(passes(&lines), !got.contains('!'), "row: {row}");
    }
}

/// Columns: rule, minutes, expected. A11: declared minutes after the planned start. A12 and A18:
/// minutes after the planned start or the last record, and whether the alert is due.
const DUE: &str = "
    A11 -30    no
    A11 0      no
    A11 1      yes
    A12 59     no
    A12 60     yes
    A18 21599  no
    A18 21600  yes
    A15 50     no
    A15 51     yes
";

#[test]
fn deadlines_and_distances() {
    let home = Position { lat: 32.0, lng: 120.9 };
    for row in DUE.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let value: i64 = cells[1].parse().unwrap();
        let start = Time(0);
        let now = start.plus_min(value);
        let got = match cells[0] {
            "A11" => declared_late(now, start),
            "A12" => now >= nobody_came_due(start, 60),
            "A18" => now >= zero_record_due(start, 15),
            "A15" => {
                let seen = Position { lat: home.lat + value as f64 / 111_194.93, ..home };
                moved(home, seen, 50).is_some()
            }
            other => panic!("no such rule: {other}"),
        };
        assert_eq!(got, cells[2] == "yes", "row: {row}");
    }
}

#[test]
fn a_coarse_fix_accuses_nobody() {
    for (accuracy_m, slack_m) in [
        (0.0, Some(0)),
        (4.2, Some(5)),
        (1_000.0, Some(1_000)),
        (1_000.1, None),
        (f64::MAX, None),
        (-1.0, None),
        (f64::NAN, None),
    ] {
        assert_eq!(fix_slack_m(accuracy_m), slack_m, "accuracy {accuracy_m}");
    }
}
