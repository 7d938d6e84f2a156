//! Calls to 96120 and hand-overs between 96120 and 120.

use crate::{Time, coded};

coded! {
    /// What became of a call.
    Outcome {
        Booked = "booked",
        To120 = "to_120",
        /// A question that was answered.
        Asked = "asked",
        WrongNumber = "wrong_number",
        /// Nobody answered in time, or the line dropped and nobody could be called back.
        Lost = "lost",
    }
}

coded! {
    Direction {
        To120 = "to_120",
        From120 = "from_120",
    }
}

/// Where a hand-over stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Asked,
    Accepted(Time),
    Declined(Time),
}

/// One answer counts, and it is the other side's: whoever hands over does not accept.
pub fn may_answer(standing: Standing, direction: Direction, is_120: bool) -> bool {
    standing == Standing::Asked && is_120 == (direction == Direction::To120)
}

/// Floors somebody is carried where no lift runs: the ground floor is 1, the first basement -1.
pub fn carried_floors(floor: i64, lift: bool) -> i64 {
    match floor {
        _ if lift => 0,
        1.. => floor - 1,
        _ => -floor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_other_side_answers_and_once() {
        let at = Time(1);
        for (standing, direction, is_120, may) in [
            (Standing::Asked, Direction::To120, true, true),
            (Standing::Asked, Direction::To120, false, false),
            (Standing::Asked, Direction::From120, false, true),
            (Standing::Asked, Direction::From120, true, false),
            (Standing::Accepted(at), Direction::To120, true, false),
            (Standing::Declined(at), Direction::From120, false, false),
        ] {
            assert_eq!(may_answer(standing, direction, is_120), may, "{standing:?} {direction:?}");
        }
    }

    #[test]
    fn floors_are_carried_only_without_a_lift() {
        let rows = [(1, 0), (3, 2), (6, 5), (0, 0), (-1, 1), (-2, 2)];
        for (floor, carried) in rows {
            assert_eq!(carried_floors(floor, false), carried, "floor {floor}");
            assert_eq!(carried_floors(floor, true), 0);
        }
    }
}
