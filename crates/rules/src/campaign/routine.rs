//! Items that stay after the campaign (长效机制): looked at again and again, each within so many days.

use crate::Time;
use crate::coded;

coded! {
    /// Where a routine item stands at a place.
    RoutineState {
        /// Looked at in time, and the next look is days away.
        Fresh = "fresh",
        /// To be looked at within the last fifth of its days.
        Soon = "soon",
        /// Its days have passed.
        Overdue = "overdue",
    }
}

/// The first moment at which the next look is late: so many days after the last one, or after the
/// item became routine.
pub fn routine_due(last: Option<Time>, made_at: Time, every_days: i64) -> Time {
    last.map_or(made_at, |last| last.max(made_at)).plus_days(every_days)
}

/// Where an item stands, given when its next look is due.
pub fn routine_state(due: Time, every_days: i64, now: Time) -> RoutineState {
    let ahead = (every_days / 5).max(1);
    if now >= due {
        RoutineState::Overdue
    } else if now >= due.plus_days(-ahead) {
        RoutineState::Soon
    } else {
        RoutineState::Fresh
    }
}
