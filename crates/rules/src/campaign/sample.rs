//! Spot checks: a draw that anybody can recompute from its seed, and the score it feeds [W41].

use serde::{Deserialize, Serialize};

/// Draws `size` of a frame: each gets a key from the seed and its id, and the smallest keys win.
///
/// `key` is SHA-256 of `seed:id` in hexadecimal digits (hashing is the caller's), so that one line
/// of shell and `sort` repeat the draw. The order of the frame does not matter; doubles count once.
pub fn draw(frame: &[String], size: usize, key: impl Fn(&str) -> String) -> Vec<String> {
    let mut keyed: Vec<(String, &String)> = frame.iter().map(|id| (key(id), id)).collect();
    keyed.sort_unstable();
    keyed.dedup();
    keyed.into_iter().take(size).map(|(_, id)| id.clone()).collect()
}

/// Points of the year-end assessment by part; they make 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub coverage: i64,
    pub timeliness: i64,
    pub close_out: i64,
    pub spot_check: i64,
}

impl Weights {
    pub fn sum(self) -> i64 {
        self.coverage + self.timeliness + self.close_out + self.spot_check
    }
}

/// What is known of a line, each as a part of a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    pub answered: i64,
    pub items: i64,
    pub in_time: i64,
    pub expected: i64,
    pub struck_off: i64,
    pub problems: i64,
    /// Items that inspectors looked at, and those they found met.
    pub looked_at: i64,
    pub met: i64,
}

/// The points with their parts, in hundredths: never a score without its working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    pub coverage: i64,
    pub timeliness: i64,
    pub close_out: i64,
    pub spot_check: i64,
}

impl Score {
    pub fn total(self) -> i64 {
        self.coverage + self.timeliness + self.close_out + self.spot_check
    }
}

/// Each weight times its share; where there is nothing to measure, the whole weight.
pub fn assess(weights: Weights, facts: Assessment) -> Score {
    let points = |weight: i64, part: i64, whole: i64| {
        if whole <= 0 { weight * 100 } else { weight * 100 * part.clamp(0, whole) / whole }
    };
    Score {
        coverage: points(weights.coverage, facts.answered, facts.items),
        timeliness: points(weights.timeliness, facts.in_time, facts.expected),
        close_out: points(weights.close_out, facts.struck_off, facts.problems),
        spot_check: points(weights.spot_check, facts.met, facts.looked_at),
    }
}
