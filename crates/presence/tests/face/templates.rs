//! One to one, one to many, and enrolment: what the thresholds make of a score.

use presence::face::{
    EMBEDDING_LEN, Embedding, Found, Gallery, Matching, ModelHash, NoTemplate, OtherModel,
    Settings, Template, Verdict, WrongSetting,
};
use proptest::prelude::*;

use crate::head::Dice;

const MODEL: ModelHash = ModelHash([7; 32]);

/// A direction in the plane of the first two axes with this cosine to the first one.
fn leaning(cosine: f32) -> Embedding {
    let mut numbers = [0.0; EMBEDDING_LEN];
    numbers[0] = cosine;
    numbers[1] = (1.0 - cosine * cosine).sqrt();
    Embedding::of(&numbers).unwrap()
}

fn template(embedding: Embedding) -> Template {
    Template { embedding, model: MODEL }
}

#[test]
fn one_to_one_by_its_two_thresholds() {
    let rows = [
        (1.0, Verdict::Same),
        (0.451, Verdict::Same),
        (0.449, Verdict::Review),
        (0.401, Verdict::Review),
        (0.399, Verdict::Different),
        (-1.0, Verdict::Different),
    ];
    let first = template(leaning(1.0));
    for (cosine, expected) in rows {
        let compared = first.compare(&template(leaning(cosine)), &Matching::default()).unwrap();
        assert_eq!(compared.verdict, expected, "{cosine}");
        assert!((compared.score - cosine).abs() < 1e-6, "{cosine}: {}", compared.score);
    }
}

#[test]
fn thresholds_that_are_no_numbers_let_nobody_in() {
    let nan = f32::NAN;
    let matching =
        Matching { same_min: nan, review_min: nan, search_min: nan, ..Default::default() };
    let face = template(leaning(1.0));
    assert_eq!(face.compare(&face, &matching).unwrap().verdict, Verdict::Different);
    let mut gallery = Gallery::new(MODEL);
    gallery.add(&face).unwrap();
    assert!(!gallery.search(&face, &matching).unwrap().accepted);
}

/// People's cosines to the probe; the best and the second; whether the best is accepted.
type Searched = (&'static [f32], [Option<usize>; 2], bool);

#[test]
fn one_to_many_by_threshold_and_margin() {
    let rows: [Searched; 7] = [
        (&[], [None, None], false),
        (&[0.5], [Some(0), None], true),
        (&[0.47], [Some(0), None], false),
        (&[0.2, 0.7, 0.1], [Some(1), Some(0)], true),
        (&[0.65, 0.7], [Some(1), Some(0)], false),
        (&[0.7, 0.635], [Some(0), Some(1)], true),
        (&[-0.9, -0.5, -0.7], [Some(1), Some(2)], false),
    ];
    let probe = template(leaning(1.0));
    for (cosines, people, accepted) in rows {
        let mut gallery = Gallery::new(MODEL);
        for cosine in cosines {
            gallery.add(&template(leaning(*cosine))).unwrap();
        }
        assert_eq!((gallery.len(), gallery.is_empty()), (cosines.len(), cosines.is_empty()));
        let found = gallery.search(&probe, &Matching::default()).unwrap();
        let got = [found.best, found.second].map(|hit| hit.map(|hit| hit.person));
        assert_eq!((got, found.accepted), (people, accepted), "{cosines:?}");
    }
}

#[test]
fn templates_of_two_models_do_not_compare() {
    let other = Template { embedding: leaning(1.0), model: ModelHash([8; 32]) };
    let own = template(leaning(1.0));
    let refused = OtherModel { expected: MODEL, found: other.model };
    assert_eq!(own.compare(&other, &Matching::default()), Err(refused.clone()));
    let mut gallery = Gallery::new(MODEL);
    assert_eq!(gallery.add(&other), Err(refused.clone()));
    assert_eq!(gallery.search(&other, &Matching::default()), Err(refused));
}

#[test]
fn an_enrolment_takes_three_photos_of_one_person() {
    let matching = Matching::default();
    let enrol = |cosines: &[f32]| {
        let photos: Vec<Embedding> = cosines.iter().map(|cosine| leaning(*cosine)).collect();
        Template::enrol(&photos, MODEL, &matching)
    };
    assert_eq!(enrol(&[1.0, 0.9]), Err(NoTemplate::TooFew { given: 2, needed: 3 }));
    let Err(NoTemplate::NotAlike { first: 1, second: 2, score }) = enrol(&[0.7, 1.0, 0.2]) else {
        panic!("two people made a template");
    };
    assert!((score - 0.2).abs() < 1e-6);
    let made = enrol(&[1.0, 0.8, 0.8]).unwrap();
    // (2.6, 1.2) of length 2.8636
    assert!((made.embedding.numbers()[0] - 0.907_96).abs() < 1e-4);
    assert!((made.embedding.numbers()[1] - 0.419_06).abs() < 1e-4);
    assert_eq!(made.model, MODEL);
}

#[test]
fn numbers_without_a_direction_are_no_face() {
    assert_eq!(Embedding::of(&[0.0; EMBEDDING_LEN]), None);
    assert_eq!(Embedding::of(&[f32::NAN; EMBEDDING_LEN]), None);
    assert_eq!(Embedding::of(&[f32::INFINITY; EMBEDDING_LEN]), None);
    assert_eq!(Embedding::mean(&[]), None);
    assert_eq!(Embedding::mean(&[leaning(1.0), leaning(-1.0)]), None);
}

#[test]
fn settings_are_read_in_part_and_refused_when_unknown_or_absurd() {
    let read = |text: &str| serde_json::from_str::<Settings>(text);
    let some = read(r#"{"matching": {"same_min": 0.5}, "detection": {"side_max_px": 256}}"#);
    let some = some.unwrap();
    assert_eq!((some.matching.same_min, some.matching.review_min), (0.5, 0.4));
    assert_eq!((some.detection.side_max_px, some.check()), (256, Ok(())));
    assert!(read(r#"{"matching": {"same": 0.5}}"#).is_err());
    assert_eq!(Settings::default().check(), Ok(()));
    let rows = [
        (r#"{"matching": {"review_min": 0.46}}"#, "matching.review_min"),
        (r#"{"matching": {"same_min": 1.5}}"#, "matching.same_min"),
        (r#"{"picture": {"pixels_max": 90000000}}"#, "picture.pixels_max"),
        (r#"{"detection": {"side_max_px": 10}}"#, "detection.side_max_px"),
        (r#"{"challenge": {"turn_min": 0.05}}"#, "challenge.turn_min"),
        (r#"{"quality": {"pitch_max": 0.1}}"#, "quality.pitch_max"),
    ];
    for (text, wrong) in rows {
        let Err(WrongSetting { name, .. }) = read(text).unwrap().check() else { panic!("{text}") };
        assert_eq!(name, wrong, "{text}");
    }
}

/// The two best by looking at everybody in turn.
fn plainly(people: &[Embedding], probe: &Embedding) -> (Option<usize>, Option<usize>) {
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by(|a, b| probe.cosine(&people[*b]).total_cmp(&probe.cosine(&people[*a])));
    (order.first().copied(), order.get(1).copied())
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(60))]
    #[test]
    fn a_gallery_finds_what_looking_at_everybody_finds(seed in any::<u64>(), count in 0usize..120) {
        let mut dice = Dice(seed);
        let mut any = || Embedding::of(&std::array::from_fn(|_| dice.part())).unwrap();
        let people: Vec<Embedding> = (0..count).map(|_| any()).collect();
        let probe = any();
        let mut gallery = Gallery::new(MODEL);
        for person in &people {
            gallery.add(&template(person.clone())).unwrap();
        }
        let Found { best, second, .. } =
            gallery.search(&template(probe.clone()), &Matching::default()).unwrap();
        let found = (best.map(|hit| hit.person), second.map(|hit| hit.person));
        prop_assert_eq!(found, plainly(&people, &probe));
        for hit in [best, second].into_iter().flatten() {
            prop_assert!((hit.score - probe.cosine(&people[hit.person])).abs() < 1e-5);
        }
    }
}
