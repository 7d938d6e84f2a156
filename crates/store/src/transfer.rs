//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod accreditation;
mod booking;
mod crew;
mod family;
mod fleet;
mod incident;
mod outage;
mod rating;
mod shift;

pub(crate) use accreditation::look_at_holder;
pub use accreditation::{
    Accreditation, NewAccreditation, Standing, accreditations, add_accreditation,
    enter_accreditation, revoke_accreditation, standing, standings, unaccredited,
};
pub use booking::{
    Booking, BookingFilter, BookingLine, Details, End, NewBooking, book, booking, bookings, mark,
    marks, party, twins,
};
pub use crew::{
    CrewReport, KeptReport, Leg, Report, file_report, legs, own_shift, reports_of, reports_on,
};
pub use family::{
    Carrier, FamilyView, LastSeen, by_link, make_link, mark_by_link, open_links, revoke_links,
};
pub use fleet::{
    CrewMember, NewCrewMember, NewOperator, NewSite, NewVehicle, Operator, Site, Vehicle,
    add_crew_member, add_operator, add_site, add_vehicle, crew, crew_member, join_crew_member,
    join_vehicle, operator, operators, sites, vehicle, vehicle_by_code, vehicles,
};
pub use incident::{
    IncidentFilter, IncidentLine, NewIncident, incidents, report_incident, review_incident,
};
pub use outage::{NewOutage, Outage, add_outage, end_outage, enter_outage, outages};
pub use rating::{RatingFilter, RatingLine, called_back, rate, ratings};
pub use shift::{Break, NewShift, Rider, Shift, add_shift, drop_shift, plan_shift, riders, shifts};
