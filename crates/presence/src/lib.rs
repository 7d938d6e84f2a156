//! Presence: what a terminal at the theatre door proves and how it proves it.
//!
//! A leaf crate: it knows no register, no database, no clock and no network. The server, the
//! terminal agent and the simulated terminals all read and write the same bytes through it.
//!
//! `face` is behind the feature of that name: whoever only verifies signatures does not compile
//! a network's runtime and three image decoders.

pub mod event;
#[cfg(feature = "face")]
pub mod face;
