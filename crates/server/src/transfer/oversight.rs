//! Pages of the regulator: the monthly report and the lists behind its figures, agreements, the
//! roll-out, complaints, improvements. A company reads its own part.

mod areas;
mod cases;
mod complaints;
mod contracts;
mod improvements;
mod operators;
mod report;

pub(crate) use areas::{end as end_area, list as areas, open as open_area};
pub(crate) use cases::{csv as cases_csv, list as cases};
pub(crate) use complaints::{
    csv as complaints_csv, list as complaints, page as complaint, step as complaint_step,
};
pub(crate) use contracts::{
    csv as contracts_csv, end as end_contract, list as contracts, sign as sign_contract,
};
pub(crate) use improvements::{
    act as improvement_act, csv as improvements_csv, list as improvements, order as improve,
    page as improvement,
};
pub(crate) use operators::{csv as operators_csv, list as operators};
pub(crate) use report::{csv as report_csv, page as report};
