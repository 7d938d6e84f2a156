//! What every handler reaches.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use rules::Time;
use store::Db;
use tokio::sync::{Semaphore, broadcast, watch};

use crate::live::Change;
use crate::transfer::Roads;
use crate::{City, Clock};

/// The running platform. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    city: City,
    clock: Clock,
    changes: broadcast::Sender<Change>,
    wake: watch::Sender<u64>,
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    devices: DefaultKeyedRateLimiter<(IpAddr, String)>,
    enrolments: DefaultDirectRateLimiter,
    /// What strangers send: by address and by form, for a minute and for an hour.
    strangers: [DefaultKeyedRateLimiter<(IpAddr, &'static str)>; 2],
    hashing: Semaphore,
    roads: OnceLock<Roads>,
}

/// Sign-in attempts a minute from one address.
const SIGN_INS_A_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// Requests a second from one device; each may carry a hundred events.
const DEVICE_REQUESTS_A_SECOND: NonZeroU32 = NonZeroU32::new(20).expect("not zero");
/// Enrolments a minute from everybody together: codes are short enough to type, so guessing is
/// slowed down whoever guesses.
const ENROLMENTS_A_MINUTE: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
/// Cries for help, questions and tries of a code from one address.
const STRANGERS_A_MINUTE: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
const STRANGERS_AN_HOUR: NonZeroU32 = NonZeroU32::new(30).expect("not zero");
/// Changes kept for streams that lag; a stream that lags more reads the log again.
const CHANGES_KEPT: usize = 1_024;
/// Password hashes at once: each takes 19 MB and a core.
const HASHES_AT_ONCE: usize = 2;

impl App {
    pub fn new(db: Db, city: City, clock: Clock) -> App {
        let inner = Inner {
            db,
            city,
            clock,
            changes: broadcast::Sender::new(CHANGES_KEPT),
            wake: watch::Sender::new(0),
            sign_ins: RateLimiter::keyed(Quota::per_minute(SIGN_INS_A_MINUTE)),
            devices: RateLimiter::keyed(Quota::per_second(DEVICE_REQUESTS_A_SECOND)),
            enrolments: RateLimiter::direct(Quota::per_minute(ENROLMENTS_A_MINUTE)),
            strangers: [
                RateLimiter::keyed(Quota::per_minute(STRANGERS_A_MINUTE)),
                RateLimiter::keyed(Quota::per_hour(STRANGERS_AN_HOUR)),
            ],
            hashing: Semaphore::new(HASHES_AT_ONCE),
            roads: OnceLock::new(),
        };
        App { inner: Arc::new(inner) }
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub fn city(&self) -> &City {
        &self.inner.city
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The city's time.
    pub fn now(&self) -> Time {
        self.inner.clock.city()
    }

    pub(crate) fn changes(&self) -> &broadcast::Sender<Change> {
        &self.inner.changes
    }

    /// Tells the feeder that something was written, so that it need not wait for its next look.
    pub(crate) fn wake_feed(&self) {
        self.inner.wake.send_modify(|count| *count += 1);
    }

    pub(crate) fn feed_wakes(&self) -> watch::Receiver<u64> {
        self.inner.wake.subscribe()
    }

    pub(crate) fn may_try_sign_in(&self, address: IpAddr) -> bool {
        self.inner.sign_ins.check_key(&address).is_ok()
    }

    /// By address as well as by name: whoever borrows a terminal's name elsewhere must not be
    /// able to use up what that terminal may send.
    pub(crate) fn device_may_send(&self, address: IpAddr, device: &str) -> bool {
        self.inner.devices.check_key(&(address, device.to_owned())).is_ok()
    }

    pub(crate) fn may_enrol(&self) -> bool {
        self.inner.enrolments.check().is_ok()
    }

    /// Whether a stranger may send this form now; each form has an allowance of its own, so that
    /// questions never use up a cry for help.
    pub(crate) fn stranger_may(&self, address: IpAddr, form: &'static str) -> bool {
        self.inner.strangers.iter().all(|limit| limit.check_key(&(address, form)).is_ok())
    }

    /// Forgets addresses and devices whose allowance is whole again.
    pub(crate) fn forget_idle_senders(&self) {
        self.inner.sign_ins.retain_recent();
        self.inner.devices.retain_recent();
        self.inner.strangers.iter().for_each(RateLimiter::retain_recent);
    }

    /// Takes drives from these roads; only before the first drive was asked for.
    pub fn use_roads(&self, roads: Roads) {
        let _ = self.inner.roads.set(roads);
    }

    pub(crate) fn roads(&self) -> &Roads {
        self.inner.roads.get_or_init(Roads::straight)
    }

    pub(crate) fn hashing(&self) -> &Semaphore {
        &self.inner.hashing
    }
}
