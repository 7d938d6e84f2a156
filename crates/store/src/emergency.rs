//! Emergency cases: raised, called, answered, brought to a hospital, and learnt from.
//!
//! Every action takes the case's row first, so that two who act at once take turns: the first
//! acceptance wins on both databases.

mod call;
mod figures;
mod mark;
mod merge;
mod packet;
mod raise;
mod read;

pub(crate) use call::{accept_overdue, climb, hold_case_of};
pub use figures::{Figures, Heard, figures, heard};
pub use mark::{Details, mark, set_card};
pub use packet::{
    FactRow, MessageRow, TickRow, add_fact, add_message, add_operation_fact, facts,
    facts_of_operation, messages, tick, ticks,
};
pub use raise::{NewCase, Raised, raise, raise_public};
pub use read::{
    CallRow, Case, CaseFilter, CaseLine, calls, case, cases, open_count, open_of_operation, party,
};

/// The QC centre's own desk among the places that are called.
pub const QC: &str = "qc";
