//! The database. sqlx lives here alone.
//!
//! Every public function of a drawer takes an open [`Tx`]: it reads facts, asks `rules`, writes
//! rows and one event. [`Db::write`] opens the transaction, and on SQLite many callers share one
//! commit. One SQL text serves SQLite and PostgreSQL; see `migrations/` for the types that allow
//! it. Functions that list or read for a person take a [`Scope`], which only `account` makes.

pub mod account;
pub mod alert;
pub mod assist;
pub mod blob;
pub mod campaign;
pub mod checkin;
mod db;
pub mod deadline;
pub mod emergency;
pub mod enquiry;
mod error;
pub mod event;
mod id;
pub mod incident;
pub mod inspection;
pub mod notice;
pub mod oncall;
pub mod operation;
mod order;
pub mod pack;
pub mod page;
pub mod policy;
pub mod public;
pub mod register;
pub mod terminal;
pub mod transfer;
mod writer;

pub use account::Scope;
pub use db::{Db, Engine, Tx};
pub use error::{Error, Refusal, Result};
pub use event::{Actor, By};
pub use id::Ids;
pub use pack::Packs;
