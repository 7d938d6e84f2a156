//! 96120 patient transfer: its pages, and the planner behind them.

mod board;
pub(crate) mod planner;
pub(crate) mod roads;

pub use roads::Roads;
