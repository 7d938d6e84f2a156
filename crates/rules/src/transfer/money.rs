//! What a booking owes and what was paid: recorded, never processed.

use serde::{Deserialize, Serialize};

use crate::coded;

coded! {
    Method {
        Cash = "cash",
        /// 转账
        Bank = "bank",
        /// 医院挂账
        HospitalAccount = "hospital_account",
        /// 收款码
        Code = "code",
    }
}

coded! {
    Kind {
        Payment = "payment",
        Refund = "refund",
    }
}

coded! {
    /// Why a price was made.
    Why {
        First = "first",
        /// The trip was changed before it began.
        Changed = "changed",
        /// Another way, or farther than it was said.
        Distance = "distance",
        Waiting = "waiting",
        /// Other needs than it was said.
        Needs = "needs",
        /// With a way back, or without.
        Return = "return",
        /// The price before was wrong.
        Correction = "correction",
    }
}

coded! {
    /// Why money went back.
    RefundReason {
        Cancelled = "cancelled",
        /// Charged more than the accepted quote.
        Overcharged = "overcharged",
        Late = "late",
        Complaint = "complaint",
        Mistake = "mistake",
    }
}

/// The money of one booking, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The quote that was accepted last.
    pub agreed: i64,
    pub paid: i64,
    pub refunded: i64,
}

/// Why money cannot be recorded so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Amount,
    /// More than is owed: the quote has to be changed first, with its reason.
    TooMuch,
    /// More goes back than was paid.
    NeverPaid,
}

impl Standing {
    /// What is still owed; below 0 when something has to go back.
    pub fn due(self) -> i64 {
        self.agreed - self.paid + self.refunded
    }

    pub fn wrong(self, kind: Kind, amount_fen: i64) -> Option<Wrong> {
        if amount_fen <= 0 {
            return Some(Wrong::Amount);
        }
        match kind {
            Kind::Payment => (amount_fen > self.due()).then_some(Wrong::TooMuch),
            Kind::Refund => (amount_fen > self.paid - self.refunded).then_some(Wrong::NeverPaid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Agreed, paid, refunded | kind amount | due | what is wrong
    const TABLE: &str = "
        350 0 0     | payment 350  | 350 | -
        350 0 0     | payment 351  | 350 | TooMuch
        350 0 0     | payment 0    | 350 | Amount
        350 0 0     | payment -5   | 350 | Amount
        350 100 0   | payment 250  | 250 | -
        350 350 0   | payment 1    | 0   | TooMuch
        350 350 0   | refund 350   | 0   | -
        350 350 0   | refund 351   | 0   | NeverPaid
        350 350 100 | refund 251   | 100 | NeverPaid
        350 350 100 | payment 100  | 100 | -
        300 350 0   | refund 50    | -50 | -
        0 0 0       | refund 1     | 0   | NeverPaid
    ";

    #[test]
    fn nothing_is_taken_that_is_not_owed_and_nothing_returned_that_was_not_paid() {
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let numbers: Vec<i64> =
                cells[0].split(' ').map(|number| number.parse().unwrap()).collect();
            let [agreed, paid, refunded] = numbers[..] else { panic!("{row}") };
            let standing = Standing { agreed, paid, refunded };
            let (kind, amount) = cells[1].split_once(' ').unwrap();
            let wrong = standing.wrong(Kind::of(kind).unwrap(), amount.parse().unwrap());
            assert_eq!(standing.due().to_string(), cells[2], "row: {row}");
            let word = wrong.map_or("-".to_owned(), |wrong| format!("{wrong:?}"));
            assert_eq!(word, cells[3], "row: {row}");
        }
    }
}
