//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod booking;
mod fleet;

pub use booking::{
    Booking, BookingFilter, BookingLine, Details, End, NewBooking, book, booking, bookings, mark,
    marks, party, twins,
};
pub use fleet::{
    Break, CrewMember, NewCrewMember, NewOperator, NewShift, NewSite, NewVehicle, Operator, Rider,
    Shift, Site, Vehicle, add_crew_member, add_operator, add_shift, add_site, add_vehicle,
    operators, riders, shifts, sites, vehicles,
};
