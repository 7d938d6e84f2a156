//! Rectification campaigns (专项整治): what a plan asks of whom until when, how a problem goes from
//! found to struck off, and how figures rise from institution to district to city.

mod activity;
mod annex;
mod annex_draft;
mod checklist;
mod draft;
mod pack;
mod plan;
mod problem;
mod rollup;
mod routine;
mod sample;
mod target;
#[cfg(test)]
mod tests;

pub use activity::{ActivityKind, Effort, EffortFault};
pub use annex::{
    Annex, Cell, CellFault, CellSource, Entry, Rate, Relation, Rule, Share, Value, hints,
};
pub use annex_draft::{AnnexFault, AnnexPart};
pub use checklist::{
    Answer, Answered, Checklist, Coverage, Evidence, Item, ItemFault, Mending, WHOLE, When, asked,
    faults,
};
pub use draft::{Fault, PlanFault, PlanPart, ROWS_MAX, sound};
pub use pack::{CampaignPack, Department, Template};
pub use plan::{
    Clocks, Deliverable, Due, Holder, Measure, Objective, Phase, PhaseDates, Plan, Section, Used,
};
pub use problem::{
    Closing, Fix, Found, Honesty, Level, Part, Problem, ProblemState, Refusal, Source, Step,
    Weight, again, climb_due, honesty,
};
pub use rollup::{Hand, Relating, SubmissionState, SubmissionStep, may_submit};
pub use routine::{RoutineState, routine_due, routine_state};
pub use sample::{Assessment, Score, Weights, assess, draw};
pub use target::{Branch, Category, Grade, Ownership, Profile, TargetRule, hit};
