//! The one file that reads a clock.
//!
//! The *city clock* dates operations, alerts and calendars; in a demo it starts where `--at` says.
//! The *machine clock* dates sessions, locks, rate limits and logs. Terminals take the offset
//! between the two from the server's answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use rules::Time;

#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// The city's time is the machine's.
    Real,
    /// The city's time runs from a start of its own, at a speed of its own.
    Shifted { city_start: Time, started: Instant, speed: f64 },
    /// Tests move both clocks by hand.
    ByHand(Arc<Hands>),
}

#[derive(Debug)]
struct Hands {
    city: AtomicI64,
    machine: AtomicI64,
}

impl Clock {
    pub fn real() -> Clock {
        Clock(Kind::Real)
    }

    #[expect(clippy::disallowed_methods, reason = "this file is the clock")]
    pub fn shifted(city_start: Time, speed: f64) -> Clock {
        Clock(Kind::Shifted { city_start, started: Instant::now(), speed })
    }

    pub fn by_hand(city: Time, machine: Time) -> Clock {
        let hands = Hands { city: AtomicI64::new(city.0), machine: AtomicI64::new(machine.0) };
        Clock(Kind::ByHand(Arc::new(hands)))
    }

    /// Moves both hands on; does nothing to a clock that runs by itself.
    pub fn advance(&self, ms: i64) {
        if let Kind::ByHand(hands) = &self.0 {
            hands.city.fetch_add(ms, Ordering::SeqCst);
            hands.machine.fetch_add(ms, Ordering::SeqCst);
        }
    }

    /// The city's time.
    pub fn city(&self) -> Time {
        match &self.0 {
            Kind::Real => machine(),
            Kind::Shifted { city_start, started, speed } => {
                let passed_ms = started.elapsed().as_secs_f64() * 1_000.0 * speed;
                city_start.plus_ms(passed_ms as i64)
            }
            Kind::ByHand(hands) => Time(hands.city.load(Ordering::SeqCst)),
        }
    }

    /// The machine's time.
    pub fn machine(&self) -> Time {
        match &self.0 {
            Kind::Real | Kind::Shifted { .. } => machine(),
            Kind::ByHand(hands) => Time(hands.machine.load(Ordering::SeqCst)),
        }
    }

    /// City seconds that pass in one machine second.
    pub fn speed(&self) -> f64 {
        match &self.0 {
            Kind::Real => 1.0,
            Kind::Shifted { speed, .. } => *speed,
            Kind::ByHand(_) => 0.0,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this file is the clock")]
fn machine() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Milliseconds of a clock that never goes back; only differences count.
#[expect(clippy::disallowed_methods, reason = "this file is the clock")]
pub fn steady_ms() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1_000.0
}

/// CPU seconds that the calling thread has used; only differences count. Zero where the system
/// does not tell. Yielding first makes the kernel bring its count up to date.
pub fn thread_cpu_s() -> f64 {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or(0.0) * 1e-9
}

/// CPU seconds of all threads of this process that are still there; only differences count.
pub fn process_cpu_s() -> f64 {
    std::thread::yield_now();
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = |text: String| text.split_whitespace().next().and_then(|w| w.parse::<f64>().ok());
    let used = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(nanos)
        .sum::<f64>();
    used * 1e-9
}
