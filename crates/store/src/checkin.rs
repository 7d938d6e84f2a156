//! Check-ins: what a terminal signed, judged and kept, whatever it shows.

mod read;
mod record;

pub(crate) use read::is_inside;
pub use read::{FeedRow, Presence, feed, presences_of};
pub(crate) use record::{Seen, record};
