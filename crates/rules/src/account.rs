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
        /// 质控中心主任: approves, publishes, is paged when nobody answers.
        QcDirector = "qc_director",
        /// 质控中心值守: the hotline desk.
        QcClerk = "qc_clerk",
        /// 值守医院值班台
        HospitalDesk = "hospital_desk",
        /// 值守医师: paged, accepts, swaps own shifts, answers as an expert.
        OnCallDoctor = "on_call_doctor",
        /// 96120 接线员: answers, triages, quotes, books.
        CallTaker = "call_taker",
        /// 调度员: also plans vehicles.
        Dispatcher = "dispatcher",
        /// 车组: a driver or an escort with the phone page.
        Crew = "crew",
        /// 转送企业管理人员: own vehicles, crews, contracts.
        OperatorManager = "operator_manager",
        /// 医院转送联络台: books for the wards of the own hospital.
        WardDesk = "ward_desk",
        /// 卫生健康行政部门的转送监管人员
        TransferOfficer = "transfer_officer",
        /// 120 指挥中心联络员: takes over, hands back.
        Liaison120 = "liaison_120",
        /// 医政人员 of the health commission: the city's, or a district's.
        MedicalOfficer = "medical_officer",
        /// 第一责任人: the main person in charge of an institution [W6].
        FirstResponsible = "first_responsible",
        /// 医务科: keeps the institution's ledger [W31].
        MedicalDepartment = "medical_department",
        /// 科室负责人
        DepartmentHead = "department_head",
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
        /// Cry for help from the own institution and fill its packet.
        Raise = "raise",
        /// Take calls, raise, redirect, merge and close cases of the whole channel.
        RunDesk = "run_desk",
        /// Zones, hotlines, rotas and swaps, call-out tests, enquiries, opinions.
        ManageChannel = "manage_channel",
        /// Answer calls of the own hospital.
        Receive = "receive",
        /// The own hospital's rota, swaps and stock.
        ManageHospital = "manage_hospital",
        /// Be on call: own shifts, contacts, opinions asked for.
        OnCall = "on_call",
        /// Ask the QC centre for an expert's opinion about an alert [Z20].
        AskOpinion = "ask_opinion",
        /// Answer 96120, triage, quote and book.
        TakeCalls = "take_calls",
        /// Plan vehicles and override the plan.
        DispatchVehicles = "dispatch_vehicles",
        /// Drive and look after people: steps, checklists, positions of the own shift.
        Ride = "ride",
        /// Vehicles, crews, shifts and accreditations of the own operator.
        ManageFleet = "manage_fleet",
        /// Ask for transfers from and to the own hospital.
        RequestTransfer = "request_transfer",
        /// Contracts, areas, monthly report, complaints, improvements of the whole city.
        OverseeTransfer = "oversee_transfer",
        /// Take over what 96120 hands to 120, and hand back.
        Liaise120 = "liaise_120",
        /// Report adverse events from within an institution.
        ReportEvent = "report_event",
        /// Handle the events of the own institution: grade, analyse, act, answer.
        ReviewEvents = "review_events",
        /// The health authority's side: what has climbed, figures. Not for those who punish.
        WatchEvents = "watch_events",
        /// See campaigns and what they ask of one's own.
        Campaign = "campaign",
        /// Issue and steer campaigns, draw spot checks, urge, approve what is handed in.
        RunCampaign = "run_campaign",
        /// File problems, plan, hand in reports and annexes of the institution.
        KeepLedger = "keep_ledger",
        /// Answer checklists and mend problems of one's own department.
        SelfInspect = "self_inspect",
        /// Name responsible persons, verify for the institution.
        AnswerFor = "answer_for",
        /// Write, review and approve policy documents of the city's library.
        KeepPolicies = "keep_policies",
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
        P::Raise => matches!(role, R::ClinicHead | R::Doctor),
        P::RunDesk | P::ManageChannel => matches!(role, R::QcDirector | R::QcClerk),
        P::Receive => matches!(role, R::HospitalDesk | R::OnCallDoctor),
        P::ManageHospital => role == R::HospitalDesk,
        P::OnCall => role == R::OnCallDoctor,
        P::AskOpinion => matches!(role, R::Director | R::Officer),
        P::TakeCalls => matches!(role, R::CallTaker | R::Dispatcher),
        P::DispatchVehicles => role == R::Dispatcher,
        P::Ride => role == R::Crew,
        P::ManageFleet => role == R::OperatorManager,
        P::RequestTransfer => role == R::WardDesk,
        P::OverseeTransfer => role == R::TransferOfficer,
        P::Liaise120 => role == R::Liaison120,
        P::ReportEvent => matches!(role, R::ClinicHead | R::Doctor),
        P::ReviewEvents => role == R::ClinicHead,
        P::WatchEvents => matches!(role, R::Director | R::QcDirector),
        P::Campaign => matches!(
            role,
            R::MedicalOfficer | R::FirstResponsible | R::MedicalDepartment | R::DepartmentHead
        ),
        P::RunCampaign => role == R::MedicalOfficer,
        P::KeepLedger => role == R::MedicalDepartment,
        P::SelfInspect => matches!(role, R::MedicalDepartment | R::DepartmentHead),
        P::AnswerFor => matches!(role, R::FirstResponsible | R::MedicalDepartment),
        P::KeepPolicies => matches!(role, R::MedicalOfficer | R::QcDirector | R::QcClerk),
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
        director       watch,dispose,enrol_terminals,ask_opinion,watch_events
        officer        watch,dispose,enrol_terminals,ask_opinion
        duty_viewer    watch
        clinic_head    declare,explain,raise,report_event,review_events
        doctor         own_record,raise,report_event
        qc_director    run_desk,manage_channel,watch_events,keep_policies
        qc_clerk       run_desk,manage_channel,keep_policies
        hospital_desk  receive,manage_hospital
        on_call_doctor receive,on_call
        call_taker     take_calls
        dispatcher     take_calls,dispatch_vehicles
        crew           ride
        operator_manager manage_fleet
        ward_desk      request_transfer
        transfer_officer oversee_transfer
        liaison_120    liaise_120
        medical_officer    campaign,run_campaign,keep_policies
        first_responsible  campaign,answer_for
        medical_department campaign,keep_ledger,self_inspect,answer_for
        department_head    campaign,self_inspect
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
