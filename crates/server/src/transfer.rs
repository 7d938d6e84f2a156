//! 96120 patient transfer: the pages of call-takers, dispatchers, crews, families, operators,
//! hospitals and the regulator.

pub(crate) mod complain;
pub(crate) mod fleet;
pub(crate) mod look_up;
pub(crate) mod oversight;
pub(crate) mod sheet;
