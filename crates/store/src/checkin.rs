//! Check-ins: what a terminal signed, judged and kept, whatever it shows.

mod read;
mod record;

pub use read::{FeedRow, Presence, feed, presences_of};
pub(crate) use record::{Seen, record};
