//! Plans too large to search as a whole.

use crate::plan::Plan;
use crate::problem::{Instance, Problem, Visit};
use crate::solve::{Effort, Limit, Options};

pub(super) fn solve(
    _instance: &Instance,
    _options: &Options,
    _limit: Limit,
    _first: &(dyn Fn() + Sync),
    _from: Option<&[Vec<Visit>]>,
) -> Result<(Plan, Effort), Problem> {
    Err(Problem::Json(String::new()))
}
