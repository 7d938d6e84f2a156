//! Alerts and their disposal.
//!
//! Alert, explanation and verification are records of their own: the alert's row is never changed
//! but for where its disposal stands, and every step is a row that stays.

mod dispose;
mod raise;
mod read;

pub use dispose::{Disposal, dispose};
pub(crate) use raise::{NewAlert, raise};
pub use read::{
    Alert, AlertCounts, AlertFilter, AlertLine, OpenCounts, StepRow, alert, alerts, counts,
    of_operation, open_counts, steps, worklist,
};
