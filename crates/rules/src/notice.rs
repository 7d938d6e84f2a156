//! What goes out to people: by which way, and when another try is worth it.

use crate::Time;
use crate::coded;

coded! {
    Way {
        /// On an open page, with sound.
        App = "app",
        Sms = "sms",
        Phone = "phone",
        Email = "email",
        Webhook = "webhook",
    }
}

/// Tries before a notice is given up; by then the ladder has gone on to others.
pub const TRIES_MAX: i64 = 6;

/// When to try again after the `tries`th failure: 2, 4, 8, 16, 32 seconds; `None` gives up.
pub fn next_try(now: Time, tries: i64) -> Option<Time> {
    let wait_s = 1i64.checked_shl(u32::try_from(tries).ok()?)?;
    (tries < TRIES_MAX).then(|| now.plus_ms(wait_s * Time::SECOND_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart_and_end() {
        let waits: Vec<_> = (1..8).map(|n| next_try(Time(0), n).map(|at| at.0 / 1_000)).collect();
        assert_eq!(waits, [Some(2), Some(4), Some(8), Some(16), Some(32), None, None]);
    }
}
