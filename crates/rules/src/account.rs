//! Who may do what on the platform. Territory and ownership are `store`'s `Scope`; here stands
//! only what a role may do inside its scope.

use crate::coded;

coded! {
    AccountRole {
        /// 所长: leads a bureau (卫生监督所); sees and does what an officer does.
        Director = "director",
        /// 监督员
        Officer = "officer",
        /// 值班人员: sees, decides nothing.
        DutyViewer = "duty_viewer",
        /// 医务科负责人 of an institution
        ClinicHead = "clinic_head",
        /// 医师: sees own presences
        Doctor = "doctor",
    }
}

coded! {
    Permission {
        /// Home page, lists and duty screen of a bureau.
        Watch = "watch",
        /// Claim, ask, verify and close alerts; propose inspections.
        Dispose = "dispose",
        /// Hand out enrolment codes for terminals.
        EnrolTerminals = "enrol_terminals",
        /// Declare, cancel and confirm operations; see own clients' names.
        Declare = "declare",
        /// Explain alerts of the own institution.
        Explain = "explain",
        /// See own presences and filings.
        OwnRecord = "own_record",
    }
}

/// The table of permissions; a page asks this, never the role.
pub fn may(role: AccountRole, permission: Permission) -> bool {
    use AccountRole as R;
    use Permission as P;
    match permission {
        P::Watch => matches!(role, R::Director | R::Officer | R::DutyViewer),
        P::Dispose | P::EnrolTerminals => matches!(role, R::Director | R::Officer),
        P::Declare | P::Explain => role == R::ClinicHead,
        P::OwnRecord => role == R::Doctor,
    }
}

/// Wrong passwords in a row after which an account rests.
pub const WRONG_PASSWORDS_MAX: i64 = 5;
/// How long it rests.
pub const LOCKED_MIN: i64 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "
        director    watch,dispose,enrol_terminals
        officer     watch,dispose,enrol_terminals
        duty_viewer watch
        clinic_head declare,explain
        doctor      own_record
    ";

    #[test]
    fn permissions_by_role() {
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let (role, expected) = row.split_once(' ').unwrap();
            let role = AccountRole::of(role).unwrap();
            let granted: Vec<_> =
                Permission::ALL.iter().filter(|p| may(role, **p)).map(|p| p.code()).collect();
            assert_eq!(granted.join(","), expected.trim(), "row: {row}");
        }
    }
}
