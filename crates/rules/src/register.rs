//! Who may do what, where, until when: the verdicts that rest on the register alone.

use crate::Time;
use crate::coded;

coded! {
    /// What a person does in an operation, and what a filing (备案) entitles to.
    Role {
        Attending = "attending",
        Anaesthetist = "anaesthetist",
        Assistant = "assistant",
        Nurse = "nurse",
        Other = "other",
    }
}

coded! {
    /// The four second-level subjects of 医疗美容科 (医疗美容服务管理办法, art. 2).
    Category {
        Surgery = "surgery",
        Dermatology = "dermatology",
        Dental = "dental",
        Tcm = "tcm",
    }
}

coded! {
    Modality {
        Surgical = "surgical",
        Injection = "injection",
        PhotoElectric = "photo_electric",
    }
}

coded! {
    Anaesthesia {
        None = "none",
        Topical = "topical",
        Local = "local",
        IvSedation = "iv_sedation",
        IvGeneral = "iv_general",
        IntubatedGeneral = "intubated_general",
    }
}

impl Anaesthesia {
    /// Whether an anaesthetist has to be there, and first.
    pub fn needs_anaesthetist(self) -> bool {
        matches!(
            self,
            Anaesthesia::IvSedation | Anaesthesia::IvGeneral | Anaesthesia::IntubatedGeneral
        )
    }
}

coded! {
    InstitutionKind {
        Clinic = "clinic",
        Outpatient = "outpatient",
        OutpatientAnaesthesia = "outpatient_anaesthesia",
        Hospital = "hospital",
        /// A hospital or clinic of general medicine: no medical aesthetics, no limits of its pack.
        Medical = "medical",
    }
}

impl InstitutionKind {
    /// The kinds that a pack of medical aesthetics must name.
    pub fn is_aesthetic(self) -> bool {
        self != InstitutionKind::Medical
    }
}

coded! {
    Title {
        Resident = "resident",
        AttendingPhysician = "attending_physician",
        AssociateChief = "associate_chief",
        Chief = "chief",
    }
}

coded! {
    CredentialKind {
        /// 医师执业证书
        Practice = "practice",
        /// 美容主诊医师资格证明
        Attending = "attending",
    }
}

coded! {
    /// Why a person is not entitled to what they checked in for.
    Lack {
        NotFiledHere = "not_filed_here",
        NotInRole = "not_in_role",
        CategoryDiffers = "category_differs",
        PracticeExpired = "practice_expired",
        AttendingCertificateExpired = "attending_certificate_expired",
        InstitutionSuspended = "institution_suspended",
    }
}

/// A span of validity: from its first moment up to, but not including, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Time,
    pub to: Option<Time>,
}

impl Span {
    pub fn holds(self, at: Time) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// One filing at the institution in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filing {
    pub role: Role,
    pub category: Option<Category>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    pub kind: CredentialKind,
    pub category: Option<Category>,
    pub span: Span,
}

/// What the register says of one person at one institution.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub filings_here: Vec<Filing>,
    pub credentials: Vec<Credential>,
    pub institution_suspended: bool,
}

/// What the person claims to be entitled to.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub role: Role,
    /// The category of the procedure; only an attending has to match it.
    pub category: Option<Category>,
    pub at: Time,
}

/// Everything that is missing, most basic first; empty when the person is entitled.
///
/// 人证合一 [N6] needs the filing with this institution, in this role, valid on this day, and the
/// certificates behind it. Doctors other than attendings act under an attending's direction, so
/// their filing's category is not compared.
pub fn lacks(standing: &Standing, claim: Claim) -> Vec<Lack> {
    let mut found = Vec::new();
    let valid: Vec<&Filing> =
        standing.filings_here.iter().filter(|filing| filing.span.holds(claim.at)).collect();
    let in_role: Vec<&&Filing> = valid.iter().filter(|filing| filing.role == claim.role).collect();
    if valid.is_empty() {
        found.push(Lack::NotFiledHere);
    } else if in_role.is_empty() {
        found.push(Lack::NotInRole);
    }
    let holds = |kind, category: Option<Category>| {
        standing.credentials.iter().any(|credential| {
            credential.kind == kind
                && credential.span.holds(claim.at)
                && (category.is_none() || credential.category == category)
        })
    };
    if claim.role == Role::Attending {
        let category_filed = claim.category.is_none()
            || in_role.iter().any(|filing| filing.category == claim.category);
        if !in_role.is_empty() && !category_filed {
            found.push(Lack::CategoryDiffers);
        }
        if !holds(CredentialKind::Attending, None) {
            found.push(Lack::AttendingCertificateExpired);
        }
    }
    if !holds(CredentialKind::Practice, None) {
        found.push(Lack::PracticeExpired);
    }
    if standing.institution_suspended {
        found.push(Lack::InstitutionSuspended);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns: filing role, filing category, filing valid?, practice valid?, attending
    /// certificate valid?, suspended?, claimed role, claimed category, what is lacking.
    const TABLE: &str = "
        attending    surgery     yes yes yes no  attending    surgery     -
        attending    surgery     yes yes yes no  attending    dermatology category_differs
        attending    surgery     no  yes yes no  attending    surgery     not_filed_here
        -            -           yes yes yes no  attending    surgery     not_filed_here
        assistant    -           yes yes yes no  attending    surgery     not_in_role
        attending    surgery     yes no  yes no  attending    surgery     practice_expired
        attending surgery yes yes no no attending surgery attending_certificate_expired
        attending    surgery     yes yes yes yes attending    surgery     institution_suspended
        anaesthetist -           yes yes no  no  anaesthetist surgery     -
        anaesthetist -           yes no  no  no  anaesthetist surgery     practice_expired
        assistant    -           yes yes no  no  assistant    dental      -
        attending surgery no no no yes attending surgery not_filed_here,...,institution_suspended
    ";

    #[test]
    fn entitlement_by_the_register() {
        let now = Time(1_000);
        let span = |valid: &str| Span {
            from: Time(0),
            to: Some(if valid == "yes" { Time(1_001) } else { Time(1_000) }),
        };
        for row in TABLE.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let cells: Vec<&str> = row.split_whitespace().collect();
            let credential = |kind, valid| Credential { kind, category: None, span: span(valid) };
            let standing = Standing {
                filings_here: Role::of(cells[0])
                    .map(|role| Filing {
                        role,
                        category: Category::of(cells[1]),
                        span: span(cells[2]),
                    })
                    .into_iter()
                    .collect(),
                credentials: vec![
                    credential(CredentialKind::Practice, cells[3]),
                    credential(CredentialKind::Attending, cells[4]),
                ],
                institution_suspended: cells[5] == "yes",
            };
            let claim = Claim {
                role: Role::of(cells[6]).unwrap(),
                category: Category::of(cells[7]),
                at: now,
            };
            let codes: Vec<_> = lacks(&standing, claim).iter().map(|lack| lack.code()).collect();
            let got = if codes.is_empty() { "-".into() } else { codes.join(",") };
            // `...` stands for whatever lies between.
            match cells[8].split_once("...") {
                Some((first, last)) => {
                    assert!(got.starts_with(first) && got.ends_with(last), "{got}: {row}");
                }
                None => assert_eq!(got, cells[8], "row: {row}"),
            }
        }
    }
}
