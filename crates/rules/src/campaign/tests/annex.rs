//! Indicators, and what an annex lacks while its columns are laid out.

use super::*;

/// Over, of, at least, at most; then hundredths of a percent, and whether it is met.
const SHARES: &str = "
    197 | 200 | 100 | - | 9850 | no
    200 | 200 | 100 | - | 10000 | yes
    2   | 3   | -   | - | 6666 | -
    999999 | 1000000 | 100 | - | 9999 | no
    1   | 3   | -   | 33 | 3333 | no
    33  | 100 | -   | 33 | 3300 | yes
    5   | 100 | 1 | 10 | 500 | yes
    11  | 100 | 1 | 10 | 1100 | no
    0   | 7   | 0 | -  | 0 | yes
    1000000000000 | 1 | 100 | - | 10000000000000000 | yes
";

fn rate(least: &str, most: &str) -> Rate {
    Rate {
        code: "rate".into(),
        title_zh: "率".into(),
        title_en: "Rate".into(),
        over: vec!["a".into()],
        of: vec!["b".into()],
        at_least: least.parse().ok(),
        at_most: most.parse().ok(),
    }
}

#[test]
fn a_share_is_met_without_rounding() {
    for row in rows(SHARES) {
        let [over, of]: [i64; 2] = [row[0].parse().unwrap(), row[1].parse().unwrap()];
        let rate = rate(row[2], row[3]);
        let share = rate.share(|code| Some(if code == "a" { over } else { of })).unwrap();
        assert_eq!(share.hundredths().to_string(), row[4], "row: {row:?}");
        let met = rate.met(share).map_or("-", |met| if met { "yes" } else { "no" });
        assert_eq!(met, row[5], "row: {row:?}");
    }
    let rate = rate("100", "-");
    assert_eq!(rate.share(|code| (code == "a").then_some(1)), None, "a figure is missing");
    assert_eq!(rate.share(|_| Some(0)), None, "there was nothing to have a share of");
}

#[test]
fn the_plan_has_indicators_for_screening_and_critical_values() {
    let plan = plan("wuxi-2017-a.toml");
    let named = |annex: &str| -> Vec<String> {
        let annex = plan.annex(annex).unwrap();
        annex.rates.iter().map(|one| one.code.clone()).collect()
    };
    assert_eq!(named("annex_1"), ["self_found_rate", "struck_off_rate"]);
    assert_eq!(named("annex_2"), ["screened_rate", "water_rate"]);
    let added = ["invasive_rate", "critical_rate", "checked_rate", "passed_rate"];
    assert_eq!(named("indicators"), added);
}

/// What is done to an annex, and the faults it then has.
#[test]
fn an_annex_says_what_it_lacks_before_it_is_issued() {
    use super::super::draft::PlanFault as F;
    use AnnexPart as P;
    type Change = fn(&mut Annex);
    let sound = plan("wuxi-2017-a.toml").annex("indicators").unwrap().clone();
    assert_eq!(sound.draft_faults(), []);
    let cases: Vec<(Change, Vec<AnnexFault>)> = vec![
        (|one| one.title_zh.clear(), vec![(P::Head, 0, F::Title)]),
        (|one| one.code = "Annex 1".into(), vec![(P::Head, 0, F::Code)]),
        (|one| one.expires_days = -1, vec![(P::Head, 0, F::Number)]),
        (|one| one.cells[1].title_en = " ".into(), vec![(P::Cell, 1, F::Title)]),
        (|one| one.cells[1].max = Some(0), vec![(P::Cell, 1, F::Number)]),
        (|one| one.cells[1].entry = Some(Entry::default()), vec![(P::Cell, 1, F::Unknown)]),
        (
            |one| one.cells[1].code = "invasive".into(),
            vec![(P::Cell, 1, F::Code), (P::Rule, 0, F::Unknown), (P::Rate, 0, F::Unknown)],
        ),
        (|one| one.rules[2].left.clear(), vec![(P::Rule, 2, F::Absent)]),
        (|one| one.rules[2].says_zh.clear(), vec![(P::Rule, 2, F::Title)]),
        (|one| one.rates[3].of.clear(), vec![(P::Rate, 3, F::Absent)]),
        (|one| one.rates[3].at_least = Some(101), vec![(P::Rate, 3, F::Number)]),
        (|one| one.rates[3].at_most = Some(94), vec![(P::Rate, 3, F::Number)]),
        (
            |one| {
                *one = Annex { cells: vec![], rules: vec![], rates: vec![], ..one.clone() };
            },
            vec![(P::Cell, 0, F::Absent)],
        ),
        (
            |one| {
                let cell = one.cells[0].clone();
                let more =
                    (8..=ROWS_MAX).map(|n| Cell { code: format!("cell_{n}"), ..cell.clone() });
                one.cells.extend(more);
            },
            vec![(P::Cell, ROWS_MAX, F::TooMany)],
        ),
    ];
    for (number, (change, faults)) in cases.into_iter().enumerate() {
        let mut one = sound.clone();
        change(&mut one);
        assert_eq!(one.draft_faults(), faults, "case {number}");
    }
}

#[test]
fn an_annex_without_a_deadline_is_due_with_the_last_phase_from_whoever_fills_it() {
    let mut plan = plan("wuxi-2017-a.toml");
    plan.deliverables.retain(|one| one.code != "annex_2");
    let annex = plan.annex("annex_2").unwrap().clone();
    plan.give_deadline(&annex);
    plan.give_deadline(&annex);
    let dues: Vec<&Deliverable> =
        plan.deliverables.iter().filter(|one| one.code == "annex_2").collect();
    assert_eq!(dues.len(), 1);
    assert!(dues[0].dialysis_only, "only units with dialysis fill it");
    assert_eq!((&*dues[0].phase, dues[0].due_at), ("summary", at("2017-03-26 00:00:00")));
    assert_eq!(plan.faults(), []);
}

#[test]
fn a_plan_is_not_sound_with_an_annex_that_is_not() {
    let mut plan = plan("wuxi-2017-a.toml");
    plan.annexes[1].cells[0].title_zh.clear();
    let twice = plan.annexes[0].clone();
    plan.annexes.push(twice);
    let faults = plan.faults();
    assert!(faults.contains(&(PlanPart::Annex, 1, PlanFault::Title)), "{faults:?}");
    assert!(faults.contains(&(PlanPart::Annex, 3, PlanFault::Code)), "{faults:?}");
}
