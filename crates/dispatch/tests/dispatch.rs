//! One binary for all stories of the planner.

#[path = "dispatch/duty.rs"]
mod duty;
#[path = "dispatch/exact.rs"]
mod exact;
#[path = "dispatch/fixture.rs"]
mod fixture;
#[path = "dispatch/fleet.rs"]
mod fleet;
#[path = "dispatch/live.rs"]
mod live;
#[path = "dispatch/refusals.rs"]
mod refusals;
#[path = "dispatch/roads.rs"]
mod roads;
#[path = "dispatch/rules.rs"]
mod rules;
#[path = "dispatch/solving.rs"]
mod solving;
