//! Operations: declared by the clinic, moved on by check-ins, confirmed or cancelled by the clinic.

mod declare;
mod passed;
mod read;

pub(crate) use declare::nobody_came;
pub use declare::{Declaration, Gated, Member, VOLUME_ML, act, declare, gate};
pub(crate) use passed::{Passed, came_in, hold, went_out};
pub(crate) use read::room_of_operation;
pub use read::{
    Hour, OpenOperation, Operation, OperationCounts, OperationFilter, OperationLine, TeamRow,
    counts, hours, month_of, open_now, operation, operations, team,
};
