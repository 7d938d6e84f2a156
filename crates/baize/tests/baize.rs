//! Tests of the command line's own work: reading a city's files, and the demo's story.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "baize/board.rs"]
mod board;
#[path = "baize/dispatch.rs"]
mod dispatch;
#[path = "baize/doors.rs"]
mod doors;
#[path = "baize/face.rs"]
mod face;
#[path = "baize/gateway.rs"]
mod gateway;
#[path = "baize/incident.rs"]
mod incident;
#[path = "baize/live.rs"]
mod live;
#[path = "baize/loader.rs"]
mod loader;
#[path = "baize/pages.rs"]
mod pages;
#[path = "baize/story.rs"]
mod story;

/// Names the requirements that a test proves, at most three.
macro_rules! proves {
    ($($id:literal),+) => {
        let _ = [$($id),+];
    };
}
pub(crate) use proves;
