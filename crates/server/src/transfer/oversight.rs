//! Pages of the regulator: the monthly report and the lists behind its figures, agreements, the
//! roll-out, complaints, improvements. A company reads its own part.

mod areas;
mod cases;
mod complaints;
mod contracts;
mod drives;
mod improvements;
mod operators;
mod report;

pub(crate) use areas::{end as end_area, list as areas, open as open_area};
pub(crate) use cases::{list as cases, xlsx as cases_xlsx};
pub(crate) use complaints::{
    list as complaints, page as complaint, step as complaint_step, xlsx as complaints_xlsx,
};
pub(crate) use contracts::{
    end as end_contract, list as contracts, sign as sign_contract, xlsx as contracts_xlsx,
};
pub(crate) use drives::{enter as enter_drive, list as drives, withdraw as withdraw_drive};
pub(crate) use improvements::{
    act as improvement_act, list as improvements, order as improve, page as improvement,
    xlsx as improvements_xlsx,
};
pub(crate) use operators::{list as operators, xlsx as operators_xlsx};
pub(crate) use report::{page as report, xlsx as report_xlsx};
