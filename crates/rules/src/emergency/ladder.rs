//! How a call climbs until a human answers. A ladder is a pure function of the settings and the
//! rung's number, so that a restart goes on where it stood and two nodes climb it once.

use crate::channel::Escalation;
use crate::coded;

coded! {
    /// Who answers at the place that is called.
    Answers {
        /// Somebody sits before a screen with sound.
        Desk = "desk",
        /// Nobody sits there: people are paged by phone and text message.
        Person = "person",
    }
}

coded! {
    /// What happens at a rung.
    Call {
        /// On the desk's screens, with sound.
        Screen = "screen",
        /// On every screen of the place and on the QC centre's, louder.
        AllScreens = "all_screens",
        /// First line on call, by phone and text message.
        FirstLine = "first_line",
        SecondLine = "second_line",
        /// The next hospital is called as well, the QC centre's director is paged, and the call is
        /// an alert [A29].
        Next = "next",
        /// Everybody once more.
        Again = "again",
    }
}

/// One rung: what happens, and how many seconds after the call began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    pub after_s: i64,
    pub call: Call,
}

/// The `number`th rung, from 0; there is always another one, so an unanswered call never ends.
///
/// A desk: its screens, then at `desk_s` louder and on to people. People: first line, then at
/// `person_s` the second line and the next hospital. With the usual settings of 10 and 20, 60 and
/// 180 seconds a desk's ladder stands at 0, 10, 20, 80, 200 and a person's at 0, 60, 180, then
/// every `again_s`.
pub fn rung(policy: &Escalation, answers: Answers, number: i64) -> Rung {
    let number = usize::try_from(number).unwrap_or(0);
    let mut rungs: Vec<Rung> = Vec::new();
    let mut paged_at = 0;
    if answers == Answers::Desk {
        rungs.push(Rung { after_s: 0, call: Call::Screen });
        let (last, louder) = policy.desk_s.split_last().map_or((0, &[][..]), |(l, r)| (*l, r));
        rungs.extend(louder.iter().map(|s| Rung { after_s: *s, call: Call::AllScreens }));
        paged_at = last;
    }
    rungs.push(Rung { after_s: paged_at, call: Call::FirstLine });
    let (last, middle) = policy.person_s.split_last().map_or((0, &[][..]), |(l, r)| (*l, r));
    rungs.extend(middle.iter().map(|s| Rung { after_s: paged_at + s, call: Call::SecondLine }));
    rungs.push(Rung { after_s: paged_at + last, call: Call::Next });
    match rungs.get(number) {
        Some(rung) => *rung,
        None => {
            let beyond = i64::try_from(number - rungs.len() + 1).unwrap_or(i64::MAX);
            let last_s = rungs.last().map_or(0, |rung| rung.after_s);
            let after_s = last_s.saturating_add(policy.again_s.saturating_mul(beyond));
            Rung { after_s, call: Call::Again }
        }
    }
}
