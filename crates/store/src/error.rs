//! What can go wrong, as values. Sentences for people are `server`'s; here are codes.

/// A request that the platform refuses for a reason the person can understand and act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the step is not allowed in this state")]
    NotAllowed,
    #[error("a text is missing or too long")]
    Text,
    #[error("a second officer is needed on site")]
    SecondOfficer,
    #[error("the clinic has not been heard")]
    ClinicNotHeard,
    #[error("an outcome is missing")]
    Outcome,
    #[error("the gate forbids this declaration")]
    Gate,
    #[error("the procedure is not in the catalogue")]
    UnknownProcedure,
    #[error("the room does not exist here")]
    UnknownRoom,
    #[error("the practitioner is unknown")]
    UnknownPractitioner,
    #[error("the same request key came with other contents")]
    RequestKeyReused,
    #[error("the enrolment code is unknown, used or expired")]
    EnrolmentCode,
    #[error("this key was used before")]
    KeyReused,
    #[error("the file is not an image that can be kept")]
    Image,
    #[error("the code names nothing that is known")]
    Unknown,
    #[error("this is no telephone number")]
    Phone,
    #[error("this is no address of that kind")]
    Address,
    #[error("hours or days that cannot be")]
    Hours,
    #[error("a number that cannot be")]
    Quantity,
    #[error("a zone needs at least three corners that are places")]
    Ring,
    #[error("the backup is the same hospital")]
    SameHospital,
    #[error("there are as many as there may be")]
    TooMany,
    #[error("the code is wrong or old")]
    Code,
    #[error("somebody else was first")]
    TooLate,
    #[error("a hospital has accepted this case and not the other one")]
    MergeTheOther,
    #[error("a reason is missing")]
    Reason,
    #[error("no hospital is on call in this city")]
    NoChannel,
    #[error("the expert has not said to be free of ties")]
    Conflict,
    #[error("triage questions are open")]
    Unasked,
    #[error("a red flag belongs to 120")]
    RedFlag,
    #[error("no tariff is in force")]
    NoTariff,
    #[error("no service tier is enough")]
    NoTier,
    #[error("the operator has set no key for quotes")]
    NoQuoteKey,
    #[error("more than is owed")]
    NotOwed,
    #[error("more goes back than was paid")]
    NeverPaid,
    #[error("another quote has been made")]
    OldQuote,
    #[error("the phone number has not been verified")]
    Unverified,
    #[error("somebody else has answered")]
    Answered,
    #[error("outside the service area")]
    OutsideArea,
    #[error("whoever asked does not approve")]
    OwnRequest,
    #[error("somebody is still aboard")]
    Aboard,
    #[error("a vehicle or a member of a crew is on duty elsewhere then")]
    Clash,
    #[error("a vehicle or a member of a crew is not accredited to the end")]
    NotAccredited,
    #[error("another one has this number")]
    Taken,
    #[error("the plan has changed meanwhile")]
    PlanMoved,
    #[error("the plan breaks a rule")]
    PlanBroken,
    #[error("why another vehicle than the recommended one is missing")]
    OverrideReason,
    #[error("the grade does not fit the harm")]
    GradeHarm,
    #[error("the statutory level is low and no reason is given")]
    SeverityLow,
    #[error("what counts as an event is graded before it is closed")]
    Ungraded,
    #[error("a grave event needs an analysis and an action before it is closed")]
    AnalysisMissing,
    #[error("corrective actions are open")]
    ActionsOpen,
    #[error("the reporter asked that the institution not get it")]
    ReporterAsked,
    #[error("whoever mends does not verify")]
    SamePerson,
    #[error("only the bureau it was reported to strikes it off")]
    BureauOnly,
    #[error("a plan needs a measure")]
    Measure,
    #[error("a plan needs an owner")]
    Owner,
    #[error("a plan needs a day to come, within a year")]
    Due,
    #[error("evidence is missing")]
    Evidence,
    #[error("the campaign is not running")]
    CampaignClosed,
    #[error("the level above has it")]
    Locked,
    #[error("compulsory parts are missing or wrong")]
    Incomplete,
    #[error("somebody changed it meanwhile")]
    Changed,
    #[error("not all below are approved")]
    Children,
    #[error("the time to hand in is over")]
    Expired,
    #[error("nobody is there to be drawn")]
    NothingToDraw,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found: {0}")]
    NotFound(&'static str),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("pack: {0}")]
    Pack(String),
    #[error("database")]
    Db(#[from] sqlx::Error),
    /// The transaction was lost although this caller did nothing wrong; trying again is safe.
    #[error("the transaction was lost: {0}")]
    Lost(String),
    #[error("a stored value is unreadable: {0}")]
    Corrupt(String),
}

pub type Result<T> = std::result::Result<T, Error>;

impl From<rules::alert::Refusal> for Error {
    fn from(refusal: rules::alert::Refusal) -> Error {
        use rules::alert::Refusal as R;
        Error::Refused(match refusal {
            R::NotAllowed => Refusal::NotAllowed,
            R::OutcomeMissing => Refusal::Outcome,
            R::TextMissing => Refusal::Text,
            R::SecondOfficerMissing => Refusal::SecondOfficer,
            R::ClinicNotHeard => Refusal::ClinicNotHeard,
        })
    }
}

impl From<rules::incident::Refusal> for Error {
    fn from(refusal: rules::incident::Refusal) -> Error {
        use rules::incident::Refusal as R;
        Error::Refused(match refusal {
            R::NotAllowed => Refusal::NotAllowed,
            R::TextMissing => Refusal::Text,
            R::GradeHarm => Refusal::GradeHarm,
            R::SeverityLow => Refusal::SeverityLow,
            R::Ungraded => Refusal::Ungraded,
            R::AnalysisMissing => Refusal::AnalysisMissing,
            R::ActionsOpen => Refusal::ActionsOpen,
            R::ClosureMissing => Refusal::Outcome,
            R::ReporterAsked => Refusal::ReporterAsked,
        })
    }
}

/// Reads back a stored word; a word nobody wrote means the row is corrupt, not that the caller
/// erred.
pub(crate) fn coded<T>(value: Option<T>, column: &str, word: &str) -> Result<T> {
    value.ok_or_else(|| Error::Corrupt(format!("{column}: {word}")))
}

impl From<rules::campaign::Refusal> for Error {
    fn from(refusal: rules::campaign::Refusal) -> Error {
        use rules::campaign::Refusal as R;
        Error::Refused(match refusal {
            R::NotAllowed => Refusal::NotAllowed,
            R::SamePerson => Refusal::SamePerson,
            R::BureauOnly => Refusal::BureauOnly,
            R::MeasureMissing => Refusal::Measure,
            R::OwnerMissing => Refusal::Owner,
            R::DueWrong => Refusal::Due,
            R::EvidenceMissing => Refusal::Evidence,
            R::TextMissing => Refusal::Text,
        })
    }
}
