//! Terminals: enrolment, keys, and the signed events they send.
//!
//! The server judges and never trusts: it verifies before it parses, answers duplicates alike,
//! keeps two different events under one number as equivocation, and counts what is missing.

mod enrol;
mod read;
mod receive;

pub use enrol::{CODE_HOURS, NewTerminal, enrol, enrolment_code, install, retire};
pub use read::{Online, Refused, Terminal, online, refusals, resume, terminals};
pub(crate) use receive::fell_silent;
pub use receive::receive;
