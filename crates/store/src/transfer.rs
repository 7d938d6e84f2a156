//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod accreditation;
mod area;
mod ask;
mod booking;
mod call;
mod choice;
mod complaint;
mod contract;
mod crew;
mod drive;
mod exchange;
mod family;
mod fleet;
mod handover;
mod handovers;
mod improvement;
mod incident;
mod outage;
mod payment;
mod phone;
mod plan;
mod position;
mod quote;
mod rating;
mod report;
mod sample;
mod series;
mod shift;
mod token;
mod triage;
mod ward;

pub(crate) use accreditation::look_at_holder;
pub use accreditation::{
    Accreditation, NewAccreditation, Standing, accreditations, add_accreditation, certify,
    revoke_accreditation, standing, standings, unaccredited,
};
pub use area::{Area, Place, add_area, areas, end_area, open_area, served};
pub use ask::{Asked, Asking, ask};
pub use booking::{
    Booking, BookingFilter, BookingLine, Details, End, NewBooking, book, booking, bookings,
    forget_bookings, mark, marks, party, twins,
};
pub use call::{
    CallerHistory, PhoneCall, answer, answer_figures, call, caller_history, calls, end_call,
    forget_calls, keep_draft, ring, take_over_call,
};
pub use choice::{Choice, choices};
pub(crate) use complaint::complaint_overdue;
pub use complaint::{
    Complaint, ComplaintFilter, ComplaintStep, NewComplaint, complain, complaint,
    complaint_by_code, complaint_kind, complaint_step, complaints, forget_complaints,
};
pub use contract::{
    Contract, ContractFilter, NewContract, add_contract, contract_at, contracts, end_contract,
    sign_contract,
};
pub use crew::{
    CrewReport, KeptReport, Leg, Report, crew_positions, file_report, legs, own_shift, reports_of,
    reports_on,
};
pub use drive::{Drive, NewDrive, add_drive, drives, withdraw_drive};
pub use exchange::{Signal, exchange_tells};
pub use family::{
    Carrier, FamilyView, LastSeen, by_link, make_link, mark_by_link, open_links, revoke_links,
};
pub use fleet::{
    CrewMember, NewCrewMember, NewOperator, NewSite, NewVehicle, Operator, Site, Vehicle,
    add_crew_member, add_operator, add_site, add_vehicle, crew, crew_member, join_crew_member,
    join_vehicle, operator, operators, sites, vehicle, vehicle_by_code, vehicles,
};
pub use handover::{
    Handover, Told, accept, booked_from_120, call_to_120, decline, from_120, to_120,
};
pub use handovers::{
    HandoverFigures, forget_handovers, handover, handover_figures, handovers, handovers_of,
};
pub use improvement::{
    Improvement, NewImprovement, act_on_improvement, add_improvement, improvement, improvements,
    improvements_waiting, order_improvement,
};
pub use incident::{
    IncidentFilter, IncidentLine, NewIncident, incidents, report_incident, review_incident,
};
pub use outage::{NewOutage, Outage, add_outage, end_outage, outages, stop_vehicle};
pub use payment::{NewPayment, Payment, pay, payments, set_invoice, standing as money_of};
pub use phone::{CODE_VALID_MIN, forget_phone_checks, prove_phone, proved_at, send_phone_code};
pub use plan::{
    Assignment, Crewmate, Duty, End as StopEnd, Ground, PlannedStop, Relief, Seen, ShiftPlan, Stop,
    Trip, assign, ground, relieve, take_over, take_up, unassign,
};
pub use position::{Track, forget_positions, report, track};
pub use quote::{
    NewQuote, Quote, confirm, is_newest, quote, quote_by_code, quotes, send_quote, tariff_between,
};
pub use rating::{RatingFilter, RatingLine, called_back, rate, ratings};
pub use report::{
    CrewMonth, ReportCall, ReportFilter, ReportTrip, VehicleMonth, crew_months, report_calls,
    report_trips, vehicle_months,
};
pub use rules::transfer::position::Report as Fix;
pub use sample::{hours, learn};
pub use series::{
    NewSeries, Series, book_return, end_series, make_due, related, return_of, series, series_due,
    start_series,
};
pub use shift::{Break, NewShift, Rider, Shift, add_shift, drop_shift, plan_shift, riders, shifts};
pub use token::{ApiToken, make_token, revoke_token, site_of_token, tokens};
pub use triage::{KeptTriage, NewTriage, Triaged, triage, triage_figures, triages};
pub use ward::{
    NewRecord, WardRecord, add_record, approve_request, record_items, records, request,
};
