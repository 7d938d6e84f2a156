use proptest::prelude::*;

use super::*;

fn pack() -> TriagePack {
    let text = include_str!("../../../../../packs/transfer/triage-2025.11.toml");
    let pack: TriagePack = toml::from_str(text).unwrap();
    assert_eq!(pack.faults(), Vec::<String>::new());
    pack
}

/// Every question of a moment answered with no, but these.
fn answers(pack: &TriagePack, moment: Moment, yes: &[&str], unasked: &[&str]) -> Answers {
    let asked = pack.questions.iter().filter(|question| question.asked_at(moment));
    asked
        .filter(|question| !unasked.contains(&&*question.code))
        .map(|question| {
            let yes = yes.contains(&&*question.code);
            (question.code.clone(), if yes { Answer::Yes } else { Answer::No })
        })
        .collect()
}

fn words(reason: &Reason) -> String {
    match reason {
        Reason::Question(code) => code.clone(),
        Reason::Need(need) => format!("need:{}", need.code()),
        Reason::Judgement => "judgement".into(),
        Reason::NoneOf(count) => format!("none of {count}"),
    }
}

/// Moment | answered with yes | not asked | needs | raised to | class | reasons
const TABLE: &str = "
call    | -                   | -      | -          | -         | plain     | none of 16
call    | -                   | -      | stretcher  | -         | plain     | none of 16
call    | -                   | -      | wheelchair bariatric language | - | plain | none of 16
call    | oxygen              | -      | stretcher  | -         | care      | oxygen
call    | -                   | -      | oxygen     | -         | care      | need:oxygen
call    | oxygen              | -      | oxygen     | -         | care      | oxygen
call | tube infusion | - | escort | - | care | infusion tube need:escort
call    | chest_pain          | -      | -          | -         | emergency | chest_pain
call    | stroke oxygen       | -      | -          | -         | emergency | stroke
call    | bleeding            | seizure oxygen | -  | -         | emergency | bleeding
call    | -                   | oxygen | -          | -         | -         | -
call    | infusion            | oxygen | -          | -         | -         | -
call    | -                   | labour | -          | -         | -         | -
call    | -                   | labour | -          | emergency | emergency | judgement
call    | -                   | labour | -          | care      | -         | -
call    | -                   | -      | -          | care      | care      | judgement
call    | oxygen              | -      | -          | care      | care      | oxygen
call    | oxygen              | -      | -          | plain     | care      | oxygen
call    | chest_pain          | -      | -          | plain     | emergency | chest_pain
call    | chest_pain          | -      | -          | care      | emergency | chest_pain
pickup  | worse               | -      | -          | -         | emergency | worse
pickup  | -                   | worse  | -          | -         | -         | -
en_route| -                   | -      | -          | -         | plain     | none of 17
en_route| unstable            | tube   | -          | -         | emergency | unstable
";

#[test]
fn three_classes_and_why() {
    let pack = pack();
    for row in TABLE.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [moment, yes, unasked, needs, raised, class, reasons] = cells[..] else {
            panic!("{row}")
        };
        let list = |text: &'static str| -> Vec<&'static str> {
            text.split_whitespace().filter(|word| *word != "-").collect()
        };
        let moment = Moment::of(moment).unwrap();
        let answers = answers(&pack, moment, &list(yes), &list(unasked));
        let needs: Vec<Need> = list(needs).iter().map(|code| Need::of(code).unwrap()).collect();
        let verdict = judge(&pack, moment, &answers, &needs, Class::of(raised));
        assert_eq!(verdict.class.map_or("-", Class::code), class, "row: {row}");
        let found: Vec<String> = verdict.reasons.iter().map(words).collect();
        assert_eq!(found.join(" "), list(reasons).join(" "), "row: {row}");
        assert_eq!(verdict.open, list(unasked), "row: {row}");
    }
}

#[test]
fn a_yes_brings_its_need_along_and_the_last_answer_counts() {
    let pack = pack();
    let mut said = answers(&pack, Moment::Call, &["oxygen", "tube"], &[]);
    let verdict = judge(&pack, Moment::Call, &said, &[Need::Stretcher], None);
    assert_eq!(verdict.needs, [Need::Stretcher, Need::Oxygen, Need::Tube]);
    said.push(("oxygen".into(), Answer::No));
    said.push(("tube".into(), Answer::No));
    let verdict = judge(&pack, Moment::Call, &said, &[], None);
    assert_eq!((verdict.class, verdict.needs), (Some(Class::Plain), vec![]));
}

#[test]
fn a_question_of_another_moment_or_of_no_pack_decides_nothing() {
    let pack = pack();
    let mut said = answers(&pack, Moment::Call, &[], &[]);
    said.push(("worse".into(), Answer::Yes));
    said.push(("invented".into(), Answer::Yes));
    assert_eq!(judge(&pack, Moment::Call, &said, &[], None).class, Some(Class::Plain));
}

#[test]
fn a_pack_without_red_flags_is_refused() {
    let mut pack = pack();
    pack.questions.retain(|question| question.class != Class::Emergency);
    assert_eq!(pack.faults().len(), 3);
}

fn some_answer() -> impl Strategy<Value = Option<Answer>> {
    prop_oneof![Just(None), Just(Some(Answer::No)), Just(Some(Answer::Yes))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn one_red_flag_is_120_whatever_else_is_said(
        said in prop::collection::vec(some_answer(), 17),
        needs in prop::collection::vec(prop::sample::select(Need::ALL.to_vec()), 0..4),
        raised in prop::option::of(prop::sample::select(Class::ALL.to_vec())),
        moment in prop::sample::select(Moment::ALL.to_vec()),
    ) {
        let pack = pack();
        let questions = pack.questions.iter().zip(&said);
        let answers: Answers = questions
            .filter_map(|(question, answer)| answer.map(|one| (question.code.clone(), one)))
            .collect();
        let verdict = judge(&pack, moment, &answers, &needs, raised);
        let red = answers.iter().any(|(code, answer)| {
            let question = pack.question(code).unwrap();
            *answer == Answer::Yes
                && question.class == Class::Emergency
                && question.asked_at(moment)
        });
        let wanted = raised == Some(Class::Emergency);
        prop_assert_eq!(verdict.class == Some(Class::Emergency), red || wanted);
        // Short of 120 nobody is classed with a question left open.
        prop_assert!(verdict.open.is_empty() || verdict.class.is_none() || red || wanted);
        prop_assert_eq!(verdict.reasons.is_empty(), verdict.class.is_none());
    }
}
