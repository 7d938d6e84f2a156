//! Pages, JSON, live feed and background jobs.
//!
//! A handler reads its form, opens a transaction, calls `store`, and draws a template; what is
//! allowed and what looks wrong is decided in `rules`. No SQL here.

mod account;
mod alert;
mod app;
pub mod assets;
mod assist;
mod bureau;
mod campaign;
pub mod city;
mod clinic;
pub mod clock;
mod doctor;
mod duty;
mod emergency;
mod fault;
mod form;
pub mod gateway;
mod go;
mod green;
mod incident;
mod institution;
pub mod jobs;
mod live;
mod oncall;
mod operation;
mod password;
mod picture;
mod policy;
mod proxy;
mod public;
mod qr;
mod routes;
mod sentence;
mod session;
mod shell;
mod table_file;
mod terminal;
mod transfer;
mod when;
pub mod words;
mod workbook;

pub use app::App;
pub use city::City;
pub use clock::Clock;
pub use gateway::Gateway;
pub use password::hash_password;
pub use proxy::{Network, public_url};
pub use routes::{Run, router, serve};
pub use transfer::Roads;
