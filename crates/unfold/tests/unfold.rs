//! The unfolding tool from outside: numbers as they should come out, and files made to hurt.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::sync::Mutex;

use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use unfold::{MADE_BYTES_MAX, Unfoldable};

#[path = "unfold/paper.rs"]
mod paper;

use paper::{Attribute, Paper};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static HEAVY: Mutex<()> = Mutex::new(());

const MOST_MB: f32 = 300.0;

fn unfolded(bytes: &[u8]) -> Result<Vec<u8>, Unfoldable> {
    unfold::unfold(bytes, &BTreeSet::new())
}

/// Two rows of five weights in blocks of two along the second axis, each with scale and zero point.
fn folded() -> Paper {
    let mut paper = Paper::default();
    paper.input("x", &[1, 5, 1, 1]).output("y");
    paper.int8("w", &[2, 5], &[1, 2, 3, 4, 5, -1, -2, -3, -4, -5]);
    paper.float("s", &[2, 3], &[1.0, 2.0, 0.5, 10.0, 0.25, 4.0]);
    paper.int8("z", &[2, 3], &[0, 1, 0, 0, 0, -1]);
    paper.int64("shape", &[2, -1, 1, 1]);
    let blocks = [Attribute::Integer("axis", 1), Attribute::Integer("block_size", 2)];
    paper.node("DequantizeLinear", &["w", "s", "z"], &["wide"], &blocks);
    paper.node("Reshape", &["wide", "shape"], &["kernel"], &[]);
    paper.node("Conv", &["x", "kernel"], &["y"], &[Attribute::Integer("group", 1)]);
    paper
}

const WIDE: [f32; 10] = [1.0, 2.0, 4.0, 6.0, 2.5, -10.0, -20.0, -0.75, -1.0, -16.0];

#[test]
fn weights_in_blocks_are_multiplied_out() {
    let read = Paper::read(&unfolded(&folded().bytes()).unwrap());
    assert_eq!(read.operators(), ["Conv"]);
    assert_eq!(read.float_of("kernel"), (vec![2, 5, 1, 1], WIDE.to_vec()));
    assert_eq!(read.names(), ["kernel"]);
    assert!(read.text().contains("group"), "attributes are kept");
}

#[test]
fn one_scale_may_hold_for_all() {
    let mut paper = Paper::default();
    paper.input("x", &[1]).output("y");
    paper.int8("w", &[3], &[-128, 0, 127]);
    paper.float("s", &[], &[0.5]).int8("z", &[], &[-1]);
    paper.node("DequantizeLinear", &["w", "s", "z"], &["wide"], &[]);
    paper.node("Add", &["x", "wide"], &["y"], &[]);
    let read = Paper::read(&unfolded(&paper.bytes()).unwrap());
    assert_eq!(read.float_of("wide"), (vec![3], vec![-63.5, 0.5, 64.0]));
}

#[test]
fn a_batch_normalisation_becomes_part_of_its_convolution() {
    let mut paper = Paper::default();
    paper.input("x", &[1, 1, 1, 1]).output("y");
    paper.float("w", &[2, 1, 1, 1], &[3.0, 5.0]).float("b", &[2], &[1.0, 0.0]);
    paper.float("gamma", &[2], &[2.0, 1.0]).float("beta", &[2], &[0.5, -1.0]);
    paper.float("mean", &[2], &[1.0, 2.0]).float("variance", &[2], &[3.0, 0.0]);
    paper.node("Conv", &["x", "w", "b"], &["c"], &[]);
    let normal = ["c", "gamma", "beta", "mean", "variance"];
    paper.node("BatchNormalization", &normal, &["n"], &[Attribute::Float("epsilon", 1.0)]);
    paper.node("Dropout", &["n"], &["d", "mask"], &[]);
    paper.node("Relu", &["d"], &["y"], &[]);
    let read = Paper::read(&unfolded(&paper.bytes()).unwrap());
    assert_eq!(read.operators(), ["Conv", "Relu"]);
    // 2 / sqrt(3 + 1) = 1 and 1 / sqrt(0 + 1) = 1: the weights stay, the bias moves.
    assert_eq!(read.float_of("n_weights"), (vec![2, 1, 1, 1], vec![3.0, 5.0]));
    assert_eq!(read.float_of("n_bias"), (vec![2], vec![0.5, -3.0]));
    assert_eq!(read.wires(), [vec!["x", "n_weights", "n_bias", "n"], vec!["n", "y"]]);
}

#[test]
fn a_normalisation_of_what_others_use_too_is_left() {
    let mut paper = Paper::default();
    paper.input("x", &[1, 1, 1, 1]).output("y");
    for name in ["w", "gamma", "beta", "mean", "variance"] {
        paper.float(name, &[1], &[1.0]);
    }
    paper.node("Conv", &["x", "w"], &["c"], &[]);
    paper.node("BatchNormalization", &["c", "gamma", "beta", "mean", "variance"], &["n"], &[]);
    paper.node("Add", &["c", "n"], &["y"], &[]);
    let read = Paper::read(&unfolded(&paper.bytes()).unwrap());
    assert_eq!(read.operators(), ["Conv", "BatchNormalization", "Add"]);
}

#[test]
fn depthwise_convolutions_are_noted_with_what_follows_them() {
    const ROUND: Attribute = Attribute::List("pads", [1, 1, 1, 1]);
    let group = |count| Attribute::Integer("group", count);
    let mut paper = Paper::default();
    paper.input("x", &[1, 2, 4, 4]).output("y");
    paper.float("w", &[2, 1, 3, 3], &[0.5; 18]).float("b", &[2], &[0.0; 2]);
    paper.float("full", &[2, 2, 3, 3], &[0.5; 36]).float("s", &[2, 1, 1], &[0.1; 2]);
    paper.node("Conv", &["x", "w", "b"], &["c1"], &[group(2), ROUND]);
    paper.node("Relu", &["c1"], &["r1"], &[]);
    paper.node("Conv", &["r1", "w", "b"], &["c2"], &[group(2), ROUND]);
    paper.node("PRelu", &["c2", "s"], &["r2"], &[]);
    // Without a border, with two channels looking at each other, and used twice.
    paper.node("Conv", &["r2", "w", "b"], &["c3"], &[group(2)]);
    paper.node("Conv", &["c3", "full", "b"], &["c4"], &[group(1), ROUND]);
    paper.node("Conv", &["c4", "w", "b"], &["c5"], &[group(2), ROUND]);
    paper.node("Relu", &["c5"], &["r5"], &[]);
    paper.node("Add", &["c5", "r5"], &["y"], &[]);
    let note = Paper::read(&unfolded(&paper.bytes()).unwrap()).note;
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines, ["x\tw\tb\tr1\t1\tzero", "r1\tw\tb\tr2\t1\ts", "c4\tw\tb\tc5\t1\tnone"]);
}

#[test]
fn the_same_bytes_in_give_the_same_bytes_out() {
    let bytes = folded().bytes();
    assert_eq!(unfolded(&bytes), unfolded(&bytes));
    let free = unfold::unfold(&bytes, &BTreeSet::from([2, 3])).unwrap();
    let text = Paper::read(&free).text();
    assert!(text.contains("axis_2") && text.contains("axis_3") && !text.contains("axis_1"));
}

/// What is done to the model, and what should come of it.
type Spoilt = (&'static str, fn(&mut Paper), Unfoldable);

fn refused(rows: Vec<Spoilt>) {
    for (what, change, expected) in rows {
        let mut paper = folded();
        change(&mut paper);
        assert_eq!(unfolded(&paper.bytes()), Err(expected), "{what}");
    }
}

/// Changes give the model back for the next one.
fn ignore(_: &mut Paper) {}

fn shape(name: &str) -> Unfoldable {
    Unfoldable::Shape { name: name.to_owned() }
}

#[test]
fn numbers_and_shapes_that_cannot_be_meant_are_refused() {
    const NAN: [f32; 6] = [1.0, f32::NAN, 1.0, 1.0, 1.0, 1.0];
    let not_finite = || Unfoldable::NotFinite { name: "kernel".to_owned() };
    refused(vec![
        ("not a number", |p| ignore(p.float("s", &[2, 3], &NAN)), not_finite()),
        ("infinite", |p| ignore(p.float("s", &[2, 3], &[f32::MAX; 6])), not_finite()),
        ("too few scales", |p| ignore(p.float("s", &[2, 2], &[1.0; 4])), shape("w")),
        (
            "other axes",
            |p| ignore(p.float("s", &[3, 2], &[1.0; 6]).int8("z", &[3, 2], &[0; 6])),
            shape("w"),
        ),
        ("a shape that is not there", |p| ignore(p.int64("shape", &[3, -1])), shape("wide")),
        ("two open axes", |p| ignore(p.int64("shape", &[-1, -1])), shape("wide")),
        ("an axis below nothing", |p| ignore(p.int64("shape", &[-2, 5])), shape("wide")),
        ("beyond everything", |p| ignore(p.int64("shape", &[i64::MAX, i64::MAX])), shape("wide")),
        ("no such axis", |p| p.attribute(0, Attribute::Integer("axis", 9)), shape("w")),
        ("data that is not there", |p| ignore(p.lying("l", &[1 << 40, 1 << 40], 4)), shape("l")),
        ("data that is half there", |p| ignore(p.lying("l", &[2], 4)), shape("l")),
    ]);
}

#[test]
fn names_and_forms_that_cannot_be_meant_are_refused() {
    let unknown = |name: &str| Unfoldable::Unknown { name: name.to_owned() };
    let no_blocks =
        Unfoldable::Unsupported { name: "w".to_owned(), what: "scales that are not in blocks" };
    let twice = Unfoldable::Twice { name: "y".to_owned() };
    refused(vec![
        ("no block", |p| p.attribute(0, Attribute::Integer("block_size", 0)), no_blocks),
        ("nobody makes it", |p| ignore(p.node("Add", &["x", "no"], &["q"], &[])), unknown("no")),
        ("made twice", |p| ignore(p.node("Relu", &["x"], &["y"], &[])), twice),
        ("in a circle", |p| ignore(p.node("Dropout", &["o"], &["o"], &[])), unknown("o")),
        ("no output", |p| ignore(p.output("z2")), unknown("z2")),
    ]);
}

/// Unfolds and gives the most memory that it took.
fn measured(bytes: &[u8]) -> (Result<Vec<u8>, Unfoldable>, f32) {
    let before = MEMORY.current_usage_as_mb();
    MEMORY.reset_peak_usage();
    let got = unfolded(bytes);
    (got, MEMORY.peak_usage_as_mb() - before)
}

#[test]
fn bombs_are_refused_within_300_mb() {
    let _turn = HEAVY.lock().unwrap();
    const LARGE: usize = 15 << 20;
    let large = || {
        let mut paper = Paper::default();
        paper.input("x", &[1]).output("y");
        paper.int8("w", &[LARGE as u64], &vec![1; LARGE]);
        paper.float("s", &[], &[1.0]).int8("z", &[], &[0]).int64("shape", &[-1]);
        paper
    };
    // Multiplied out again and again.
    let mut again = large();
    for at in 0..500 {
        again.node("DequantizeLinear", &["w", "s", "z"], &[&format!("w{at}")], &[]);
        again.node("Add", &["x", &format!("w{at}")], &[&format!("y{at}")], &[]);
    }
    // Multiplied out once, written many times.
    let mut shared = large();
    shared.node("DequantizeLinear", &["w", "s", "z"], &["wide"], &[]);
    for at in 0..500 {
        shared.node("Reshape", &["wide", "shape"], &[&format!("w{at}")], &[]);
        shared.node("Add", &["x", &format!("w{at}")], &[&format!("y{at}")], &[]);
    }
    for (what, paper) in [("again", again), ("shared", shared)] {
        let mut paper = paper;
        paper.node("Relu", &["x"], &["y"], &[]);
        let bytes = paper.bytes();
        drop(paper);
        let (got, took) = measured(&bytes);
        assert_eq!(got, Err(Unfoldable::TooMuch), "{what}");
        assert!(took < MOST_MB, "{what} took {took} MB");
    }
    let long = vec![0u8; unfold::INPUT_BYTES_MAX + 1];
    assert_eq!(unfolded(&long), Err(Unfoldable::TooLong { bytes: long.len() }));
    let mut crowd = Paper::default();
    (0..10_001).for_each(|at| {
        crowd.node("Relu", &["x"], &[&format!("n{at}")], &[]);
    });
    assert_eq!(unfolded(&crowd.bytes()), Err(Unfoldable::TooManyParts));
}

#[test]
fn the_largest_model_allowed_stays_below_300_mb() {
    let _turn = HEAVY.lock().unwrap();
    const COUNT: usize = 13 << 20;
    let mut paper = Paper::default();
    paper.input("x", &[1]).output("y");
    paper.int8("w", &[COUNT as u64], &vec![1; COUNT]).float("s", &[], &[1.0]).int8("z", &[], &[0]);
    paper.node("DequantizeLinear", &["w", "s", "z"], &["wide"], &[]);
    paper.node("Add", &["x", "wide"], &["y"], &[]);
    let bytes = paper.bytes();
    drop(paper);
    let (got, took) = measured(&bytes);
    assert!(got.unwrap().len() <= MADE_BYTES_MAX);
    assert!(took < MOST_MB, "took {took} MB");
}

#[test]
fn a_model_cut_short_is_no_model() {
    let bytes = folded().bytes();
    for end in 0..bytes.len() {
        // The operator set stands last and is not needed.
        let whole_graph = bytes.len() - end <= 6;
        assert!(unfolded(&bytes[..end]).is_err() || whole_graph, "cut to {end}");
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn damaged_models_end_in_a_value(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..10),
        more in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = folded().bytes();
        for (place, byte) in damage {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.extend(more);
        // What comes out goes in again: nothing is left to unfold.
        if let Ok(once) = unfolded(&bytes) {
            prop_assert!(unfolded(&once).is_ok());
        }
    }

    #[test]
    fn any_bytes_end_in_a_value(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = unfolded(&bytes);
    }
}
