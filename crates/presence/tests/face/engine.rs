//! The models themselves, as `tools/fetch` leaves them in the cache.

use std::path::PathBuf;
use std::sync::OnceLock;

use presence::face::{
    Aligned, Bounds, Engine, Face, Flaw, Picture, Point, Settings, Source, align,
};
use proptest::prelude::*;

use crate::alone;
use crate::head::Dice;

fn model(file: &str) -> Vec<u8> {
    let cache = std::env::var_os("BAIZE_CACHE").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/baize")
    });
    let path = cache.join("face").join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}: run tools/fetch first"))
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let _turn = alone();
        let (detector, recogniser) = (model("detector.onnx"), model("recogniser.onnx"));
        Engine::load(Source::Read(detector), Source::Read(recogniser), 1).unwrap()
    })
}

fn noise(width: usize, height: usize, seed: u64) -> Picture {
    let mut dice = Dice(seed);
    let rgb = (0..width * height * 3).map(|_| (dice.next() >> 8) as u8).collect();
    Picture::from_rgb(width, height, rgb).unwrap()
}

#[test]
fn the_templates_name_the_pinned_model() {
    let pins = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/pins.tsv");
    let pins = std::fs::read_to_string(pins).unwrap();
    let pinned = pins.lines().find(|line| line.starts_with("face-recogniser\t")).unwrap();
    assert_eq!(engine().model().to_string(), pinned.split('\t').nth(4).unwrap());
}

#[test]
fn no_face_is_found_where_none_is() {
    for (width, height) in [(1, 1), (31, 33), (320, 240), (1_000, 20), (20, 1_000), (640, 480)] {
        for picture in [
            noise(width, height, 5),
            Picture::from_rgb(width, height, vec![0; width * height * 3]).unwrap(),
            Picture::from_rgb(width, height, vec![255; width * height * 3]).unwrap(),
        ] {
            let reading = engine().read(&picture, &Settings::default()).unwrap();
            assert_eq!(reading.flaws, [Flaw::NoFace], "{width} x {height}");
            assert!(reading.face.is_none() && reading.embedding.is_none());
        }
    }
}

fn somewhere(seed: u64) -> Face {
    let mut dice = Dice(seed);
    let mut point = || Point { x: 80.0 + dice.part() * 70.0, y: 80.0 + dice.part() * 70.0 };
    let points = std::array::from_fn(|_| point());
    Face { bounds: Bounds { left: 10.0, top: 10.0, width: 90.0, height: 90.0 }, points, score: 1.0 }
}

#[test]
fn the_same_face_gives_the_same_numbers() {
    for seed in 0..3 {
        let face = align(&noise(160, 160, seed), &somewhere(seed)).unwrap();
        let once = engine().embedding(&face).unwrap();
        assert_eq!(once, engine().embedding(&face).unwrap());
        assert!((once.cosine(&once) - 1.0).abs() < 1e-5);
    }
    let short = Aligned { rgb: vec![0; 100] };
    assert!(engine().embedding(&short).is_err());
}

#[test]
fn looking_again_where_no_face_is_changes_nothing() {
    let (picture, detection) = (noise(160, 160, 3), Settings::default().detection);
    let mut face = somewhere(3);
    assert_eq!(engine().look_again(&picture, &face, &detection).unwrap(), face);
    for bounds in [
        Bounds::default(),
        Bounds { left: f32::NAN, ..face.bounds },
        Bounds { width: f32::INFINITY, ..face.bounds },
        Bounds { left: -1e9, top: 1e9, ..face.bounds },
    ] {
        face.bounds = bounds;
        let again = engine().look_again(&picture, &face, &detection).unwrap();
        assert_eq!(again.points, face.points, "{bounds:?}");
    }
}

#[test]
fn what_is_no_model_is_refused() {
    let detector = model("detector.onnx");
    let cut = detector[..detector.len() / 2].to_vec();
    for bytes in [Vec::new(), b"not a model".to_vec(), cut, detector.clone()] {
        // The detector in the recogniser's place has no output of its name.
        let loaded = Engine::load(Source::Read(detector.clone()), Source::Read(bytes), 1);
        assert_eq!(loaded.err().map(|error| error.which), Some("recogniser"));
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(200))]
    #[test]
    fn any_five_points_are_aligned_or_refused(
        numbers in prop::array::uniform10(prop_oneof![
            -1e3f32..1e3, Just(f32::NAN), Just(f32::MAX), Just(f32::INFINITY), Just(0.0),
        ]),
    ) {
        let picture = noise(40, 30, 1);
        let points = [0, 2, 4, 6, 8].map(|at| Point { x: numbers[at], y: numbers[at + 1] });
        if let Some(aligned) = align(&picture, &Face { points, ..somewhere(1) }) {
            prop_assert_eq!(aligned.rgb.len(), 112 * 112 * 3);
        }
    }
}
