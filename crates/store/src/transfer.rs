//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod booking;
mod crew;
mod family;
mod fleet;
mod incident;
mod rating;

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
    Break, CrewMember, NewCrewMember, NewOperator, NewShift, NewSite, NewVehicle, Operator, Rider,
    Shift, Site, Vehicle, add_crew_member, add_operator, add_shift, add_site, add_vehicle,
    operators, riders, shifts, sites, vehicles,
};
pub use incident::{
    IncidentFilter, IncidentLine, NewIncident, incidents, report_incident, review_incident,
};
pub use rating::{RatingFilter, RatingLine, called_back, rate, ratings};
