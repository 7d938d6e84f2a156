//! The register: regions, institutions, rooms, practitioners, credentials, filings.
//!
//! Everything in it is dated: a row is never overwritten by the next state of affairs, it ends.

mod enter;
mod people;
mod profile;
mod read;

pub use enter::{
    NewCredential, NewFiling, NewInstitution, NewPractitioner, NewRegion, add_credential,
    add_filing, add_institution, add_practitioner, add_region, add_room, set_suspended, suspend,
};
pub use people::{Filed, FiledAt, Team, filed_at, filings_of, standing, team_of};
pub(crate) use people::{suspended, suspended_or_closed};
pub use profile::{NewProfile, Profiled, close_department, open_department, set_profile};
pub(crate) use profile::{departments_of, profile, profiles};
pub use read::{
    Coverage, EXPIRING_DAYS, Institution, InstitutionFilter, InstitutionLine, MapPoint, Region,
    Room, Status, ViewCounts, coverage, ids_in, institution, institutions, map_points, names,
    region, regions, room_of, rooms, statuses, view_counts,
};
