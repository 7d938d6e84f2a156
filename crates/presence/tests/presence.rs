//! The terminal protocol seen from outside the crate: refusals, properties, chains, vectors.

#[path = "presence/chain.rs"]
mod chain;
#[path = "presence/fixture.rs"]
mod fixture;
#[path = "presence/properties.rs"]
mod properties;
#[path = "presence/refusals.rs"]
mod refusals;
#[path = "presence/signing.rs"]
mod signing;
#[path = "presence/vectors.rs"]
mod vectors;
