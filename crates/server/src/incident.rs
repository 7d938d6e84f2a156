//! Adverse events: the public form and what follows by code, the department's desk, what has
//! climbed to an authority, and the rates.

mod act;
mod draw;
mod form;
mod list;
mod new;
mod own;
mod page;
mod rates;
mod report;
mod sheet;

pub(crate) use act::{action, add_action, cluster, duty, message, step};
pub(crate) use list::{list, xlsx};
pub(crate) use new::{file, form as new_form};
pub(crate) use own::{change, find, page as own_page};
pub(crate) use page::page;
pub(crate) use rates::rates;
pub(crate) use report::{form as report_form, send as report};
pub(crate) use sheet::sheet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::fault::{Answer, Fault, Kind};
use crate::words::Lang;

fn with_status(status: StatusCode, page: &impl Template, lang: Lang) -> Answer {
    let html = page.render().map_err(|error| Fault::new(Kind::Broken(error.to_string()), lang))?;
    Ok((status, Html(html)).into_response())
}

/// A page that comes back with what was typed.
fn again(response: Response) -> Response {
    crate::alert::unprocessable(response)
}
