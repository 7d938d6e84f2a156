//! The register: regions, institutions, rooms, practitioners, credentials, filings.
//!
//! Everything in it is dated: a row is never overwritten by the next state of affairs, it ends.

mod enter;
mod read;

pub use enter::{
    NewCredential, NewFiling, NewInstitution, NewPractitioner, NewRegion, add_credential,
    add_filing, add_institution, add_practitioner, add_region, add_room, suspend,
};
pub use read::{
    Coverage, Filed, Institution, InstitutionFilter, InstitutionLine, MapPoint, Region, Room,
    Status, Team, ViewCounts, coverage, filed_at, institution, institutions, map_points, people_of,
    region, regions, room_of, rooms, standing, statuses, team_of, view_counts,
};
pub(crate) use read::{suspended, suspended_or_closed};
