//! Events per 1,000 operations, with how much of a difference may be chance [Z7].

/// A rate per 1,000 with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub per_thousand: f64,
    pub low: f64,
    pub high: f64,
}

/// Two standard errors, two-sided 95 %.
const Z: f64 = 1.96;

/// `None` where nothing was done, so that nothing can be said.
pub fn rate(events: i64, operations: i64) -> Option<Rate> {
    if operations <= 0 || events < 0 {
        return None;
    }
    let scale = 1_000.0 / operations as f64;
    let (low, high) = interval(events as f64);
    Some(Rate { per_thousand: events as f64 * scale, low: low * scale, high: high * scale })
}

/// Byar's approximation to the exact Poisson limits; good from one event on.
fn interval(events: f64) -> (f64, f64) {
    let limit =
        |n: f64, sign: f64| n * (1.0 - 1.0 / (9.0 * n) + sign * Z / (3.0 * n.sqrt())).powi(3);
    let low = if events < 1.0 { 0.0 } else { limit(events, -1.0).max(0.0) };
    (low, limit(events + 1.0, 1.0))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Fell,
    Rose,
    /// May be chance: too few events to say.
    Unclear,
}

/// Whether a rate has changed from a baseline, each given as events and operations. Without an
/// event on one side the other one's interval decides.
pub fn change(baseline: (i64, i64), now: (i64, i64)) -> Option<Change> {
    let (before, after) = (rate(baseline.0, baseline.1)?, rate(now.0, now.1)?);
    let apart = if baseline.0 > 0 && now.0 > 0 {
        let error = (1.0 / baseline.0 as f64 + 1.0 / now.0 as f64).sqrt();
        (after.per_thousand / before.per_thousand).ln().abs() > Z * error
    } else {
        after.low > before.high || after.high < before.low
    };
    Some(match (apart, after.per_thousand < before.per_thousand) {
        (false, _) => Change::Unclear,
        (true, true) => Change::Fell,
        (true, false) => Change::Rose,
    })
}
