//! What is allowed, what looks wrong, and what happens next.
//!
//! Nothing here reads a clock, a file, a database or the network, and nothing is random: every
//! function takes facts and the numbers of a pack and returns a verdict, so that each rule can be
//! tested as a text table and replayed years later. What a rule finds is a value, not an error.

pub mod account;
pub mod alert;
pub mod calendar;
pub mod campaign;
pub mod card;
pub mod channel;
pub mod checkin;
pub mod emergency;
pub mod incident;
pub mod notice;
pub mod oncall;
pub mod operation;
pub mod pack;
pub mod register;
pub mod terminal;
pub mod transfer;
mod units;

pub use units::{Position, Time};

/// An enum whose values are stored and sent as one word each, the same word everywhere.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word stored in the database and used in URLs and JSON.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            /// The value of a stored word; `None` for a word nobody wrote.
            pub fn of(code: &str) -> Option<$name> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use coded;
