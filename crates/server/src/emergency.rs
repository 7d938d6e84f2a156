//! Emergency cases on screen: the clinic's cry for help, the desk, the hospital, the list.

mod act;
mod course;
mod desk;
mod hospital;
mod list;
mod page;
mod sos;
mod view;

pub(crate) use act::{card, fact, mark, message, thread, tick};
pub(crate) use desk::{alert_words, call_form, desk, take_call};
pub(crate) use hospital::hospital;
pub(crate) use list::{list, xlsx};
pub(crate) use page::{page, sheet};
pub(crate) use sos::{fact_of_operation, of_operation, raise, sos};
