use super::*;

/// Columns: state, what an officer may do, what the clinic may do, what a viewer may do.
const STEPS: &str = "
    new       claim,ask   explain -
    claimed   ask,verify  explain -
    asked     verify      explain -
    explained ask,verify  -       -
    verified  close       -       -
    closed    -           -       -
";

fn at_state(code: &str) -> State {
    let (at, by) = (Time(1), "acc_1".to_owned());
    match code {
        "new" => State::New,
        "claimed" => State::Claimed { at, by },
        "asked" => State::Asked { at, by },
        "explained" => State::Explained { at, by },
        "verified" => State::Verified { at, by },
        "closed" => State::Closed { at, by, outcome: Outcome::Explained },
        other => panic!("no such state: {other}"),
    }
}

#[test]
fn the_table_of_steps() {
    for row in STEPS.lines().map(str::trim).filter(|row| !row.is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let state = at_state(cells[0]);
        assert_eq!(state.code(), cells[0]);
        let roles = [AccountRole::Officer, AccountRole::ClinicHead, AccountRole::DutyViewer];
        for (role, expected) in roles.into_iter().zip(&cells[1..]) {
            let steps: Vec<_> = state.steps(role).iter().map(|step| step.code()).collect();
            let got = if steps.is_empty() { "-".into() } else { steps.join(",") };
            assert_eq!(got, *expected, "row: {row}");
        }
    }
}

#[test]
fn every_other_step_is_refused() {
    for code in ["new", "claimed", "asked", "explained", "verified", "closed"] {
        let state = at_state(code);
        for role in AccountRole::ALL {
            for step in Step::ALL {
                let allowed = state.steps(*role).contains(step);
                let result = state.after(*step, *role, "acc_2", Time(2), Some(Outcome::Referred));
                assert_eq!(result.is_ok(), allowed, "{code} {role:?} {step:?}");
            }
        }
    }
    let closing = at_state("verified").after(Step::Close, AccountRole::Officer, "a", Time(2), None);
    assert_eq!(closing, Err(Refusal::OutcomeMissing));
}

#[test]
fn the_clinic_is_heard_before_it_counts_against_it() {
    let hearing =
        |explained, due, unannounced| Hearing { explained, explain_due_at: Time(due), unannounced };
    let now = Time(100);
    for (outcome, hearing, allowed) in [
        (Outcome::Referred, hearing(false, 101, false), false),
        (Outcome::Referred, hearing(true, 101, false), true),
        (Outcome::Referred, hearing(false, 100, false), true),
        (Outcome::Referred, hearing(false, 101, true), true),
        (Outcome::Explained, hearing(false, 101, false), true),
        (Outcome::DeviceFault, hearing(false, 101, false), true),
    ] {
        assert_eq!(may_close(outcome, hearing, now).is_ok(), allowed, "{outcome:?} {hearing:?}");
    }
}

#[test]
fn the_rank_shows_its_working() {
    let facts = RiskFacts { rule_points: 80, repeats: 1, explain_overdue: false };
    let plain = risk(facts);
    assert_eq!((plain.rule_points, plain.repeat_points, plain.overdue_points), (80, 5, 0));
    assert_eq!(plain.total(), 85);
    let worst = risk(RiskFacts { repeats: 99, explain_overdue: true, ..facts });
    assert_eq!(worst.total(), 80 + 20 + 10);
}
