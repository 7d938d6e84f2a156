//! Rectification campaigns (专项整治): plans, self-inspection, the problem ledger, spot checks, and
//! figures that add up from institution to district to city.
//!
//! Whoever reads is bounded by line, institution and department (`Scope::campaign`); supervision
//! of medical aesthetics and the green channel see nothing of it.

mod activity;
mod annex;
mod corner;
mod draft;
mod draws;
mod evidence;
mod figures;
mod found;
mod item_evidence;
mod ledger;
mod list;
pub mod made;
mod notice;
mod pack_file;
mod people;
mod plan;
mod question;
mod read;
mod reminder;
mod report;
mod roll_up;
mod routine;
mod self_inspection;
mod spot_check;
mod submission;
mod urge;

pub use activity::{
    Activity, ActivityFilter, CITY, Efforts, NewActivity, activities, add_activity, efforts,
    withdraw_activity,
};
pub use annex::{AnnexCell, CellEdit, annex_cells, edit_cell};
pub use corner::{Corner, CornerFilter, dead_corners};
pub use draft::{Adapt, Make, adapt, aims, create, publish, review, stand};
pub use draws::{Draw, DrawFilter, draw_key, draws};
pub use evidence::{ProblemFile, add_evidence, evidence, evidence_file, remove_evidence};
pub use figures::{Completeness, LineFigures, assessments, completeness, coverage};
pub use found::{Finding, find};
pub use item_evidence::{ItemFile, add_item_evidence, item_file, item_files, remove_item_evidence};
pub use ledger::{Doing, step};
pub(crate) use ledger::{problem_climbs, problem_due};
pub use list::{CampaignLine, Target, campaigns, targets, units_heard};
pub use notice::{
    NewNotice, Notice, acknowledge, add_notice, approve_notice, notices, review_notice,
};
pub use pack_file::{PackFile, pack_file, pack_files};
pub use people::{
    DUTIES, NewRecord, RECORDS, Record, Responsible, add_record, name_responsible, records,
    responsibles,
};
pub use plan::{Campaign, campaign, cancel, move_deadline};
pub use question::{Question, answer_question, ask_question, questions, share_answer};
pub use read::{
    LedgerCounts, LedgerFilter, ProblemLine, ProblemRow, ProblemStep, ledger, ledger_counts,
    owners, problem, problem_steps,
};
pub(crate) use reminder::remind;
pub use report::{SectionText, SubmissionLine, section_texts, submissions, write_section};
pub use roll_up::{AnnexLine, CellTotal, annex_entries, annex_lines, roll_up};
pub use routine::{Routine, RoutineLine, check_routine, make_routine, routine_lines, routines};
pub use self_inspection::{
    AnswerEdit, ListHead, PlaceLine, Sheet, Standing, answer_items, places, proposal, sheet,
    submit_sheet,
};
pub use spot_check::{
    SpotAnswer, SpotFilter, SpotLine, answer_spot, carry_out, draw_spots, mates, spot,
    spot_answers, spots,
};
pub use submission::{Handing, Submission, SubmissionStepRow, hand, submission, submission_steps};
pub use urge::{Urge, receive_urge, reply_urge, urge, urges};
