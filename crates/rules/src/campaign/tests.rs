mod annex;
mod work;

use super::*;
use crate::Time;
use crate::calendar::{Calendar, WeekStart, civil};

const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

/// The number of a day in 2017, found by search so that no second algorithm is needed.
fn day(text: &str) -> Option<i64> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let wanted = (parts.next()??, parts.next()??, parts.next()??);
    (14_000..22_000).find(|number| civil(*number) == wanted)
}

fn at(text: &str) -> Time {
    let (date, clock) = text.split_once(' ').unwrap();
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    let seconds = parts[0] * 3_600 + parts[1] * 60 + parts.get(2).copied().unwrap_or(0);
    CHINA.day_start(day(date).unwrap()).plus_ms(seconds * Time::SECOND_MS)
}

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.split('|').map(str::trim).collect())
}

fn template(file: &str) -> Template {
    let path = format!("{}/../../packs/campaign/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path}"));
    let pack: CampaignPack =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(pack.faults(), [] as [String; 0], "{path}");
    pack.templates.into_iter().next().unwrap()
}

fn plan(file: &str) -> Plan {
    template(file).plan(CHINA, &day).unwrap()
}

/// Moment, and the phases of plan A that run.
const PHASES_A: &str = "
    2017-02-09 23:59:59 |
    2017-02-10 00:00:00 | deployment
    2017-02-12 23:59:59 | deployment
    2017-02-13 00:00:00 | deployment,self_inspection
    2017-02-23 23:59:59 | deployment,self_inspection
    2017-02-24 00:00:00 | self_inspection
    2017-02-28 23:59:59 | self_inspection
    2017-03-01 00:00:00 | supervision
    2017-03-10 23:59:59 | supervision
    2017-03-11 00:00:00 | summary
    2017-03-25 23:59:59 | summary
    2017-03-26 00:00:00 |
";

#[test]
fn phases_of_plan_a_overlap_and_end_at_midnight() {
    let plan = plan("wuxi-2017-a.toml");
    for row in rows(PHASES_A) {
        let running = plan.running(at(row[0]));
        let codes: Vec<&str> = running.iter().map(|phase| &*phase.code).collect();
        assert_eq!(codes.join(","), row[1], "row: {row:?}");
    }
    assert_eq!(plan.departments.len(), 13);
    let annexes: Vec<&str> = plan.annexes.iter().map(|one| &*one.code).collect();
    assert_eq!(annexes, ["annex_1", "annex_2", "indicators"]);
    assert!(plan.annexes[1].dialysis_only && !plan.annexes[0].dialysis_only);
}

/// Plan B: the report is due before 5 March.
const DUE_B: &str = "
    2017-03-04 23:59:59 | in time
    2017-03-05 00:00:00 | late
";

#[test]
fn plan_b_means_before_the_fifth_of_march() {
    let plan = plan("wuxi-2017-b.toml");
    let report = plan.deliverable("self_report").unwrap();
    for row in rows(DUE_B) {
        let word = if report.late(at(row[0])) { "late" } else { "in time" };
        assert_eq!(word, row[1], "row: {row:?}");
    }
    assert_eq!(plan.departments.len(), 9);
    let spans: Vec<(Time, Time)> = plan.phases.iter().map(|one| (one.from, one.until)).collect();
    let day = |text: &str| at(&format!("2017-{text} 00:00"));
    assert_eq!(
        spans,
        [(day("02-10"), day("02-16")), (day("02-16"), day("02-26")), (day("02-26"), day("03-11")),]
    );
}

#[test]
fn other_templates_say_what_their_sources_say() {
    let drive = plan("reproduction-2023.toml");
    assert_eq!(drive.phases.len(), 1);
    let transfer = plan("transfer-2025.toml");
    assert_eq!(transfer.phases.len(), 3);
    let (from, until) = transfer.span().unwrap();
    assert_eq!(from, at("2025-10-01 00:00"));
    assert_eq!(until, at("2026-10-01 00:00"));
    let later = transfer.moved(365);
    assert_eq!(later.span().unwrap().0, at("2026-10-01 00:00"));
}

/// Branch, grade, ownership, category, region, dialysis stations; then what plan A says.
const TARGETS_A: &str = "
    territorial | tertiary | public | general | 320211 | 20 | focus
    territorial | secondary | private | specialist | 320281 | 0 | focus
    territorial | primary | public | community | 320205 | 0 | yes
    territorial | ungraded | private | outpatient_clinic | 320282 | 0 | yes
    affiliated | tertiary | public | tcm | 320213 | 0 | focus
    provincial | secondary | public | specialist | 320211 | 0 | focus
    military | tertiary | public | general | 320213 | 12 | focus
";

fn profile(cells: &[&str]) -> Profile {
    Profile {
        branch: Branch::of(cells[0]).unwrap(),
        grade: Grade::of(cells[1]).unwrap(),
        ownership: Ownership::of(cells[2]).unwrap(),
        category: Category::of(cells[3]).unwrap(),
        region_code: cells[4].into(),
        dialysis_stations: cells[5].parse().unwrap(),
    }
}

#[test]
fn who_is_a_target() {
    let targets = plan("wuxi-2017-a.toml").targets;
    for row in rows(TARGETS_A) {
        let said = match hit(&targets, &profile(&row)) {
            Some(true) => "focus",
            Some(false) => "yes",
            None => "no",
        };
        assert_eq!(said, row[6], "row: {row:?}");
    }
    let only = [TargetRule {
        regions: vec!["320281".into()],
        categories: vec![Category::Reproduction],
        ..TargetRule::default()
    }];
    let clinic = profile(&["territorial", "tertiary", "public", "reproduction", "320281", "0"]);
    assert_eq!(hit(&only, &clinic), Some(false));
    let elsewhere = Profile { region_code: "320282".into(), ..clinic };
    assert_eq!(hit(&only, &elsewhere), None);
}

#[test]
fn lines_of_the_roll_up() {
    assert_eq!(Branch::Territorial.line("320281"), "320281");
    assert_eq!(Branch::Military.line("320213"), "military");
    assert!(Branch::is_district("320281") && !Branch::is_district("military"));
}

/// State; what department, medical department, first responsible, district and reader may do.
const STEPS: &str = "
    found | - | file,report | - | - | -
    filed | submit | plan,submit,report | - | - | -
    planned | start,submit | start,submit,plan,report | - | - | -
    fixing | submit | submit,plan,report | - | - | -
    submitted | - | verify,send_back | verify,send_back | verify,send_back | -
    verified | - | strike_off | strike_off | strike_off,send_back | -
    struck_off | - | reopen | - | reopen | -
    reopened | - | plan,report | - | - | -
";

#[test]
fn the_ledgers_table_of_steps() {
    let parts = [
        Part::Department,
        Part::MedicalDepartment,
        Part::FirstResponsible,
        Part::District,
        Part::Reader,
    ];
    for row in rows(STEPS) {
        let state = ProblemState::of(row[0]).unwrap();
        for (part, expected) in parts.iter().zip(&row[1..]) {
            let steps: Vec<&str> = state.steps(*part).iter().map(|step| step.code()).collect();
            let said = if steps.is_empty() { "-".to_owned() } else { steps.join(",") };
            assert_eq!(said, *expected, "row: {row:?} {part:?}");
        }
        assert_eq!(state.steps(Part::City), state.steps(Part::District), "{row:?}");
    }
}

/// State, weight, reached, owner, handed in by; step, part, who; answer.
const TAKES: &str = "
    submitted | ordinary | institution | a | b | verify | medical_department | c | verified
    submitted | ordinary | institution | a | b | verify | medical_department | a | same_person
    submitted | ordinary | institution | a | b | verify | medical_department | b | same_person
    submitted | ordinary | institution | a | b | verify | district | b | same_person
    verified | ordinary | institution | a | b | strike_off | medical_department | c | struck_off
    verified | ordinary | institution | a | b | strike_off | first_responsible | b | same_person
    verified | major | city | a | b | strike_off | first_responsible | c | bureau_only
    verified | major | city | a | b | strike_off | district | c | bureau_only
    verified | major | city | a | b | strike_off | city | c | struck_off
    verified | major | district | a | b | strike_off | district | c | struck_off
    verified | major | institution | a | b | strike_off | first_responsible | c | struck_off
    submitted | ordinary | institution | a | b | verify | department | c | not_allowed
    struck_off | ordinary | institution | a | b | verify | city | c | not_allowed
    found | ordinary | institution | - | - | file | medical_department | c | filed
    filed | ordinary | institution | - | - | submit | department | c | measure_missing
    found | ordinary | institution | - | - | report | medical_department | c | not_allowed
    found | major | institution | - | - | report | medical_department | c | found
    fixing | major | city | a | - | report | medical_department | c | not_allowed
";

#[test]
fn a_second_pair_of_eyes_closes_and_the_bureau_closes_what_reached_it() {
    let some = |cell: &str| (cell != "-").then(|| cell.to_owned());
    for row in rows(TAKES) {
        let problem = Problem {
            state: ProblemState::of(row[0]).unwrap(),
            weight: Weight::of(row[1]).unwrap(),
            fix: Fix::Planned,
            reached: Level::of(row[2]).unwrap(),
            owner: some(row[3]),
            submitted_by: some(row[4]),
        };
        let (step, part) = (Step::of(row[5]).unwrap(), Part::of(row[6]).unwrap());
        let with = Closing { text: "x".into(), ..Closing::default() };
        let said = match problem.take(step, part, row[7], &with, Time(1)) {
            Ok(state) => state.code(),
            Err(refusal) => refusal.code(),
        };
        assert_eq!(said, row[8], "row: {row:?}");
    }
}

#[test]
fn a_plan_names_measure_owner_and_a_day_to_come() {
    let problem = Problem {
        state: ProblemState::Filed,
        weight: Weight::Ordinary,
        fix: Fix::Planned,
        reached: Level::Institution,
        owner: None,
        submitted_by: None,
    };
    let now = Time(1_000);
    let whole =
        Closing {
            text: "换".into(), owner: Some("a".into()), due_at: Some(Time(1_001)), files: 0
        };
    let take = |with: &Closing| {
        problem.take(Step::Plan, Part::MedicalDepartment, "m", with, now).map_err(Refusal::code)
    };
    assert_eq!(take(&whole), Ok(ProblemState::Planned));
    assert_eq!(take(&Closing { text: " ".into(), ..whole.clone() }), Err("measure_missing"));
    assert_eq!(take(&Closing { owner: None, ..whole.clone() }), Err("owner_missing"));
    assert_eq!(take(&Closing { due_at: Some(now), ..whole.clone() }), Err("due_wrong"));
    let far = Some(now.plus_days(367));
    assert_eq!(take(&Closing { due_at: far, ..whole.clone() }), Err("due_wrong"));
    // Mended at once: no plan, but evidence.
    let at_once = Problem { fix: Fix::Immediate, ..problem };
    let bare = Closing::default();
    let submit = |with: &Closing| {
        at_once.take(Step::Submit, Part::Department, "d", with, now).map_err(Refusal::code)
    };
    assert_eq!(submit(&bare), Err("evidence_missing"));
    assert_eq!(submit(&Closing { files: 1, ..bare }), Ok(ProblemState::Submitted));
}

#[test]
fn the_same_item_failing_again_opens_the_old_number() {
    assert_eq!(again(None), Found::New);
    assert_eq!(again(Some(ProblemState::Fixing)), Found::Known);
    assert_eq!(again(Some(ProblemState::Reopened)), Found::Known);
    assert_eq!(again(Some(ProblemState::StruckOff)), Found::Returned);
}

#[test]
fn an_important_problem_climbs_by_the_clock() {
    assert_eq!(climb_due(Level::Institution, Time(0), 24), Some(Time(24 * Time::HOUR_MS)));
    assert_eq!(climb_due(Level::City, Time(0), 24), None);
    assert_eq!(Level::Institution.next(true), Some(Level::District));
    assert_eq!(Level::Institution.next(false), Some(Level::City));
    assert_eq!(Level::District.next(true), Some(Level::City));
    assert_eq!(Level::City.next(true), None);
}

#[test]
fn honesty_says_nothing_from_nothing() {
    let none = honesty(0, 0, 0, 0);
    assert_eq!((none.self_found_permille, none.relapse_permille), (None, None));
    let some = honesty(403, 58, 321, 3);
    assert_eq!(some.self_found_permille, Some(874));
    assert_eq!(some.relapse_permille, Some(9));
}

#[test]
fn items_ask_each_other_and_say_what_they_lack() {
    let item = |code: &str, when: Option<(&str, Answer)>| Item {
        code: code.into(),
        title_zh: String::new(),
        title_en: String::new(),
        hint_zh: String::new(),
        hint_en: String::new(),
        major: false,
        evidence: Evidence::NotMet,
        when: when.map(|(item, is)| When { item: item.into(), is }),
        always: code == "always",
    };
    let items =
        [item("zone", None), item("sign", Some(("zone", Answer::Met))), item("always", None)];
    let items: Vec<&Item> = items.iter().collect();
    let said = |code: &str, answer, note: &str, files| Answered {
        item: code.into(),
        answer,
        note: note.into(),
        files,
        mending: Mending::default(),
    };
    let codes = |answers: &[Answered]| {
        let found = faults(&items, answers);
        found.iter().map(|(item, fault)| format!("{item} {}", fault.code())).collect::<Vec<_>>()
    };
    assert_eq!(codes(&[]), ["zone unanswered", "always unanswered"]);
    let met = said("zone", Answer::Met, "", 0);
    let fine = said("always", Answer::Met, "", 0);
    assert_eq!(codes(&[met.clone(), fine.clone()]), ["sign unanswered"]);
    let silent = said("sign", Answer::NotApplicable, " ", 0);
    assert_eq!(codes(&[met.clone(), silent, fine.clone()]), ["sign reason_missing"]);
    let refused = said("always", Answer::NotApplicable, "无此项", 0);
    let signed = said("sign", Answer::Met, "", 0);
    assert_eq!(codes(&[met.clone(), signed.clone(), refused]), ["always applies"]);
    let failing = said("always", Answer::NotMet, "标识缺失", 0);
    assert_eq!(codes(&[met.clone(), signed.clone(), failing]), ["always evidence_missing"]);
    let shown = said("always", Answer::NotMet, "标识缺失", 1);
    let (failing_shown, met_zone, signed_sign) = (shown.clone(), met.clone(), signed.clone());
    assert_eq!(codes(&[met, signed, shown]), [] as [String; 0]);
    // Mended at once needs no plan; by a plan, a measure and a day.
    let by = |fix, measure: &str, due_at| {
        let mending = Mending { fix: Some(fix), measure: measure.into(), due_at };
        vec![Answered { mending, ..failing_shown.clone() }, met_zone.clone(), signed_sign.clone()]
    };
    assert_eq!(codes(&by(Fix::Immediate, "", None)), [] as [String; 0]);
    assert_eq!(codes(&by(Fix::Planned, "补标识", None)), ["always plan_missing"]);
    assert_eq!(codes(&by(Fix::Planned, " ", Some(Time(1)))), ["always plan_missing"]);
    assert_eq!(codes(&by(Fix::Planned, "补标识", Some(Time(1)))), [] as [String; 0]);
    // Where there is no zone nobody is asked for its sign.
    let none = said("zone", Answer::NotApplicable, "无分区", 0);
    assert_eq!(asked(&items, std::slice::from_ref(&none)).len(), 2);
    assert_eq!(codes(&[none, fine]), [] as [String; 0]);
}

#[test]
fn coverage_is_whole_only_without_a_dead_corner() {
    let one = Coverage { places: 2, places_done: 2, items: 10, answered: 10 };
    let other = Coverage { places: 1, places_done: 0, items: 9_990, answered: 9_989 };
    assert!(one.whole());
    let both = one.plus(other);
    assert_eq!(both.hundredths(), 9_999);
    assert!(!both.whole());
    assert_eq!(Coverage::default().hundredths(), 0);
    assert!(!Coverage::default().whole());
}

/// State, above locked or not; what the holder, the superior and others may do.
const HANDS: &str = "
    open | free | submit | - | -
    submitted | free | withdraw | approve,return | -
    approved | free | - | unapprove | -
    returned | free | submit | - | -
    open | locked | - | - | -
    submitted | locked | - | - | -
    approved | locked | - | - | -
    returned | locked | - | - | -
";

#[test]
fn roll_up_goes_level_by_level() {
    for row in rows(HANDS) {
        let state = SubmissionState::of(row[0]).unwrap();
        let hand = Hand { state, above_locked: row[1] == "locked" };
        let all = [Relating::Holder, Relating::Superior, Relating::Other];
        for (relating, expected) in all.into_iter().zip(&row[2..]) {
            let steps: Vec<&str> = hand.steps(relating).iter().map(|step| step.code()).collect();
            let said = if steps.is_empty() { "-".to_owned() } else { steps.join(",") };
            assert_eq!(said, *expected, "row: {row:?}");
            for step in SubmissionStep::ALL {
                let may = hand.after(*step, relating).is_some();
                assert_eq!(may, hand.steps(relating).contains(step), "{row:?} {step:?}");
            }
        }
    }
    assert!(may_submit(3, 3, "") && !may_submit(3, 2, " ") && may_submit(3, 2, "停业"));
}

#[test]
fn an_annex_is_complete_only_if_valid() {
    let annex = plan("wuxi-2017-a.toml").annexes.into_iter().next().unwrap();
    let codes: Vec<String> = annex.cells.iter().map(|cell| cell.code.clone()).collect();
    let full: Vec<Value<'_>> = codes.iter().map(|code| (&**code, Some(0), "")).collect();
    assert_eq!(annex.check(&full), []);
    let change = |code: &str, value: Option<i64>, reason: &'static str| {
        let mut values = full.clone();
        let place = values.iter().position(|(cell, _, _)| *cell == code).unwrap();
        values[place] = (full[place].0, value, reason);
        annex.check(&values)
    };
    assert_eq!(change("found", Some(1), ""), [CellFault::Rule("found_by_source".into())]);
    assert_eq!(change("trained", None, ""), [CellFault::Missing("trained".into())]);
    assert_eq!(change("trained", None, "培训在三月"), []);
    assert_eq!(change("meetings", Some(-1), ""), [CellFault::OutOfRange("meetings".into())]);
    assert_eq!(change("struck_off", Some(9), ""), [CellFault::Rule("struck_off_at_most".into())]);
}

#[test]
fn one_wrong_figure_does_not_hide_itself() {
    assert_eq!(hints(&[12, 11, 13, 12, 1_200, 10]), [4]);
    assert_eq!(hints(&[5, 5, 5, 5, 5, 6]), [] as [usize; 0]);
    assert_eq!(hints(&[1, 1_000]), [] as [usize; 0]);
}

#[test]
fn a_draw_is_repeated_by_whoever_has_its_seed() {
    // A stand-in for SHA-256: what matters is that the frame's order does not.
    let key = |id: &str| {
        format!("{:08x}", id.bytes().fold(7u32, |a, b| a.wrapping_mul(31) ^ u32::from(b)))
    };
    let frame: Vec<String> = (1..=20).map(|n| format!("ins_{n:02}")).collect();
    let mut turned = frame.clone();
    turned.reverse();
    turned.push("ins_03".into());
    let first = draw(&frame, 5, key);
    assert_eq!(first.len(), 5);
    assert_eq!(first, draw(&turned, 5, key));
    assert_eq!(draw(&frame, 99, key).len(), 20);
    assert_eq!(draw(&frame, 6, key)[..5], first[..]);
}

#[test]
fn the_assessment_shows_its_working() {
    let weights = Weights { coverage: 30, timeliness: 20, close_out: 30, spot_check: 20 };
    let facts = Assessment {
        answered: 90,
        items: 100,
        in_time: 198,
        expected: 213,
        struck_off: 321,
        problems: 461,
        looked_at: 0,
        met: 0,
    };
    let score = assess(weights, facts);
    let parts = (score.coverage, score.timeliness, score.close_out, score.spot_check);
    assert_eq!(parts, (2_700, 1_859, 2_088, 2_000));
    assert_eq!(score.total(), 8_647);
}
