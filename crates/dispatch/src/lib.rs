//! Dial-a-ride planning: who is fetched by which vehicle, when, and how long they sit in it.
//!
//! The crate knows requests, vehicles, places and integer times. It knows no city, no clock, no
//! file and no network: texts and bytes come in as arguments, results go out as values.
//!
//! The way through the crate:
//! * [`problem`] is what a planner may say, [`problem::Instance::check`] refuses the impossible;
//! * [`solve`] plans a whole day at once, [`live`] plans while the day runs;
//! * [`checker`] re-checks any plan by an independent method;
//! * [`travel`] and [`road`] say how long a leg takes;
//! * [`command`] is the thin layer that a command line calls.
//!
//! Left out on purpose: prices, people's names, maps, map matching and traffic feeds.

pub mod bench;
pub mod checker;
pub mod command;
pub mod cordeau;
pub mod generate;
pub mod json;
pub mod live;
mod model;
pub mod plan;
pub mod problem;
pub mod road;
mod search;
pub mod solve;
pub mod travel;
mod window;
