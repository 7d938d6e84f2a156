//! Patient transfer: who drives and rides, what was promised, what it cost, how it went.

mod accreditation;
mod fleet;
mod outage;
mod shift;

pub use accreditation::{
    Accreditation, NewAccreditation, Standing, accreditations, add_accreditation,
    enter_accreditation, revoke_accreditation, standing, standings, unaccredited,
};
pub(crate) use accreditation::look_at_holder;
pub use fleet::{
    CrewMember, NewCrewMember, NewOperator, NewSite, NewVehicle, Operator, Site, Vehicle, crew,
    crew_member, enter_crew_member, enter_operator, enter_site, enter_vehicle, operator,
    operators, site, sites, vehicle, vehicle_by_code, vehicles,
};
pub use outage::{NewOutage, Outage, add_outage, end_outage, enter_outage, outages};
pub use shift::{
    Break, NewShift, Shift, ShiftCrew, add_shift, drop_shift, enter_shift, shift, shifts,
};
