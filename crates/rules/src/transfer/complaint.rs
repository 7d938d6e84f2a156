//! A complaint from the form to its end, and what is done about a figure that is not good enough:
//! who may take which step [T4, T21].

use crate::coded;

coded! {
    ComplaintKind {
        Late = "late",
        Attitude = "attitude",
        /// Charged other than quoted.
        Price = "price",
        Safety = "safety",
        /// The vehicle: dirty, unfit, not the one that was promised.
        Vehicle = "vehicle",
        /// A vehicle or a crew that is not what it says.
        Unlicensed = "unlicensed",
        Other = "other",
    }
}

coded! {
    /// What the regulator found.
    Upheld {
        Upheld = "upheld",
        Partly = "partly",
        NotUpheld = "not_upheld",
    }
}

coded! {
    /// Whoever acts on complaints and improvements.
    Side {
        Regulator = "regulator",
        /// The company it is about.
        Operator = "operator",
    }
}

coded! {
    Step {
        /// To the company it is about.
        Assign = "assign",
        /// Read by whoever complained.
        Answer = "answer",
        /// With what was found.
        Close = "close",
    }
}

coded! {
    State {
        New = "new",
        Assigned = "assigned",
        Answered = "answered",
        Closed = "closed",
    }
}

impl State {
    /// What a side may do now. An answer may be written anew until the complaint is closed; nobody
    /// closes what has not been answered.
    pub fn steps(self, side: Side) -> &'static [Step] {
        match (self, side) {
            (State::New, Side::Regulator) => &[Step::Assign, Step::Answer],
            (State::Assigned, Side::Regulator) => &[Step::Assign, Step::Answer],
            (State::Assigned, Side::Operator) => &[Step::Answer],
            (State::Answered, Side::Regulator) => &[Step::Answer, Step::Close],
            (State::New | State::Answered, Side::Operator) | (State::Closed, _) => &[],
        }
    }
}

coded! {
    /// What is done with an improvement.
    Act {
        /// The owner says what was done.
        Finish = "finish",
        /// Another person looks whether it holds.
        Check = "check",
        /// It did not hold: back to the owner.
        Reject = "reject",
        Drop = "drop",
    }
}

coded! {
    Progress {
        Open = "open",
        Done = "done",
        Checked = "checked",
        Dropped = "dropped",
    }
}

impl Progress {
    /// What a side may do now; `same` is whether the person is the one who finished it.
    pub fn acts(self, side: Side, same: bool) -> &'static [Act] {
        match (self, side, same) {
            (Progress::Open, Side::Regulator, _) => &[Act::Finish, Act::Drop],
            (Progress::Open, Side::Operator, _) => &[Act::Finish],
            (Progress::Done, Side::Regulator, false) => &[Act::Check, Act::Reject],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State | regulator | operator
    const STEPS: &str = "
        new      | assign answer | -
        assigned | assign answer | answer
        answered | answer close  | -
        closed   | -             | -
    ";

    /// Progress | regulator | the regulator's officer who finished it | operator
    const ACTS: &str = "
        open    | finish drop  | finish drop | finish
        done    | check reject | -           | -
        checked | -            | -           | -
        dropped | -            | -           | -
    ";

    fn words<T: Copy>(all: &[T], code: impl Fn(T) -> &'static str) -> String {
        let words: Vec<&str> = all.iter().map(|one| code(*one)).collect();
        if words.is_empty() { "-".into() } else { words.join(" ") }
    }

    fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
        let rows = table.lines().map(str::trim).filter(|row| !row.is_empty());
        rows.map(|row| row.split('|').map(str::trim).collect())
    }

    #[test]
    fn who_takes_a_complaint_further() {
        for row in rows(STEPS) {
            let state = State::of(row[0]).unwrap();
            for (side, expected) in [(Side::Regulator, row[1]), (Side::Operator, row[2])] {
                assert_eq!(words(state.steps(side), Step::code), expected, "{row:?}");
            }
        }
    }

    #[test]
    fn nobody_checks_the_own_improvement() {
        for row in rows(ACTS) {
            let progress = Progress::of(row[0]).unwrap();
            let sides =
                [(Side::Regulator, false), (Side::Regulator, true), (Side::Operator, false)];
            for ((side, same), expected) in sides.into_iter().zip(&row[1..]) {
                assert_eq!(words(progress.acts(side, same), Act::code), *expected, "{row:?}");
            }
        }
    }
}
