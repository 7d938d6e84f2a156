//! The face engine seen from outside the crate: pictures from anywhere, thresholds, galleries,
//! challenges, and the models if they are there.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;

#[path = "face/challenge.rs"]
mod challenge;
#[path = "face/engine.rs"]
mod engine;
#[path = "face/head.rs"]
mod head;
#[path = "face/hostile.rs"]
mod hostile;
#[path = "face/pictures.rs"]
mod pictures;
#[path = "face/templates.rs"]
mod templates;

/// Counts what the tests allocate.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

static HEAVY: Mutex<()> = Mutex::new(());

/// What needs much memory takes turns, so that it can be measured.
fn alone() -> MutexGuard<'static, ()> {
    HEAVY.lock().unwrap_or_else(PoisonError::into_inner)
}
