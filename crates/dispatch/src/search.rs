//! The search: tours with cached insertions, destroy and repair, and set partitioning over the
//! tours seen. Everything here is private; [`crate::solve`] drives it.

pub(crate) mod destroy;
pub(crate) mod insert;
pub(crate) mod partition;
pub(crate) mod pool;
pub(crate) mod repair;
pub(crate) mod rng;
pub(crate) mod route;
pub(crate) mod worker;
