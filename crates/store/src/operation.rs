//! Operations: declared by the clinic, moved on by check-ins, confirmed or cancelled by the clinic.

mod declare;
mod read;

pub(crate) use declare::nobody_came;
pub use declare::{Declaration, Gated, Member, act, declare, gate};
pub use read::{
    Hour, OpenOperation, Operation, OperationCounts, OperationFilter, OperationLine, TeamRow,
    counts, hours, open_now, operation, operations, team,
};
