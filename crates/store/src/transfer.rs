//! 96120 patient transfer: bookings from the call to the rating, and the fleet that carries them.
//!
//! One booking is one person from one place to another. What is known of people stands in the
//! rows of this drawer alone and is blanked in time; events keep ids, codes, numbers and times.

mod booking;
mod choice;
mod fleet;
mod plan;
mod position;
mod sample;

pub use booking::{
    Booking, BookingFilter, BookingLine, Details, End, NewBooking, book, booking, bookings, mark,
    marks, party, twins,
};
pub use choice::{Choice, choices};
pub use fleet::{
    Break, CrewMember, NewCrewMember, NewOperator, NewShift, NewSite, NewVehicle, Operator, Rider,
    Shift, Site, Vehicle, add_crew_member, add_operator, add_shift, add_site, add_vehicle,
    operators, riders, shifts, sites, vehicles,
};
pub use plan::{
    Assignment, Crewmate, Duty, End as StopEnd, Ground, Out, PlannedStop, Relief, Seen, ShiftPlan,
    Stop, Trip, assign, ground, relieve, restore_vehicle, take_over, take_up, unassign,
    vehicle_out,
};
pub use position::{Track, forget_positions, report, track};
pub use sample::{hours, learn};
