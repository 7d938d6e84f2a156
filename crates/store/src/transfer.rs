//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod accreditation;
mod booking;
mod fleet;
mod outage;
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
pub use fleet::{
    CrewMember, NewCrewMember, NewOperator, NewSite, NewVehicle, Operator, Site, Vehicle,
    add_crew_member, add_operator, add_site, add_vehicle, crew, crew_member, join_crew_member,
    join_vehicle, operator, operators, sites, vehicle, vehicle_by_code, vehicles,
};
pub use outage::{NewOutage, Outage, add_outage, end_outage, enter_outage, outages};
pub use shift::{Break, NewShift, Rider, Shift, add_shift, drop_shift, plan_shift, riders, shifts};
