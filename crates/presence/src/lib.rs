//! Presence: what a terminal at the theatre door proves and how it proves it.
//!
//! A leaf crate: it knows no register, no database, no clock and no network. The server, the
//! terminal agent and the simulated terminals all read and write the same bytes through it.

pub mod event;
