//! The command line of Baize: what its commands do, and the demo cities.
//!
//! Pages and jobs are `server`'s, the database is `store`'s, simulated life is `sim`'s; here they
//! are put together.

pub mod check;
pub mod demo;
pub mod dispatch;
pub mod face;
pub mod live;
pub mod month;
pub mod packs;
pub mod rollup;
mod say;
pub mod screens;
pub mod serve;

/// Why a command ends without having done its work: a sentence for the person who typed it.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Seed(#[from] demo::Trouble),
    #[error(transparent)]
    Wrong(#[from] demo::Wrong),
    #[error("{}", sentence(.0))]
    Store(#[from] store::Error),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Sentence(String),
}

impl Trouble {
    pub(crate) fn say(sentence: impl Into<String>) -> Trouble {
        Trouble::Sentence(sentence.into())
    }
}

/// The store says where an error comes from and leaves what it was to its source.
fn sentence(error: &store::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
