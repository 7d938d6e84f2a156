//! How a campaign's things look on every page: phases on the ruler, entries of the ledger, states.

use rules::campaign::{Plan, ProblemState, Source, SubmissionState, Weight};
use store::campaign::ProblemLine;

use super::Names;
use crate::assets::Mark;
use crate::when::When;

const DAY_MS: i64 = rules::Time::DAY_MS;

/// A tick of the ruler, in percent of its width.
pub(super) struct Tick {
    pub left: f64,
    pub word: String,
}

/// A phase as a bar.
pub(super) struct Bar {
    pub name: String,
    pub left: f64,
    pub width: f64,
    pub class: &'static str,
    pub word: String,
    pub tasks: String,
}

pub(super) struct Ruler {
    pub ticks: Vec<Tick>,
    pub bars: Vec<Bar>,
    pub now: Option<f64>,
}

/// The phases of a plan on one ruler with two days of air on both sides.
pub(super) fn ruler(when: When, plan: &Plan, now: i64) -> Ruler {
    let Some((from, until)) = plan.span() else {
        return Ruler { ticks: Vec::new(), bars: Vec::new(), now: None };
    };
    let (start, end) = (from.0 - 2 * DAY_MS, until.0 + DAY_MS);
    let width = (end - start).max(1) as f64;
    let place = |at: i64| ((at - start) as f64 / width * 10_000.0).round() / 100.0;
    let days = (until.0 - from.0) / DAY_MS;
    let every = (days / 7).max(7);
    let steps = (0..=days / every).map(|n| from.0 + n * every * DAY_MS);
    let ticks = steps.map(|at| Tick { left: place(at), word: when.day(&at) }).collect();
    let lang = when.lang;
    let bars = plan.phases.iter().map(|phase| {
        let class = match (now < phase.from.0, now < phase.until.0) {
            (true, _) => "is-plan",
            (false, true) => "is-live",
            (false, false) => "",
        };
        let last = phase.until.0 - 1;
        let tasks = lang.pick("；", "; ");
        Bar {
            name: lang.pick(&phase.title_zh, &phase.title_en).to_owned(),
            left: place(phase.from.0),
            width: place(phase.until.0) - place(phase.from.0),
            class,
            word: lang.cp_from_to(when.day(&phase.from.0), when.day(&last)),
            tasks: if lang.is_en() { &phase.tasks_en } else { &phase.tasks_zh }.join(tasks),
        }
    });
    let now = (start <= now && now < end).then(|| place(now));
    Ruler { ticks, bars: bars.collect(), now }
}

/// An entry of the ledger on a list.
pub(super) struct Entry {
    pub problem_id: String,
    pub number: String,
    pub unit: String,
    pub department: String,
    pub line: String,
    pub title: String,
    pub item: String,
    pub source: &'static str,
    pub major: bool,
    pub mark: Option<Mark>,
    pub state: String,
    pub note: String,
    pub due: String,
    pub found: String,
    pub measure: String,
    pub owner: String,
    pub reopened: i64,
    pub struck_off: String,
    pub verifier: String,
    pub striker: String,
}

pub(super) fn mark_of(state: ProblemState, overdue: bool) -> Mark {
    match state {
        _ if overdue => Mark::Danger,
        ProblemState::Found | ProblemState::Filed => Mark::Todo,
        ProblemState::Planned | ProblemState::Fixing => Mark::Live,
        ProblemState::Submitted | ProblemState::Verified => Mark::Warn,
        ProblemState::Reopened => Mark::Danger,
        ProblemState::StruckOff => Mark::Ok,
    }
}

pub(super) fn entry(names: &Names<'_>, when: When, one: &ProblemLine, now: i64) -> Entry {
    let lang = names.lang;
    let state = ProblemState::of(&one.state).unwrap_or(ProblemState::Found);
    let late = one.due_at.filter(|due| *due < now && one.submitted_at.is_none());
    let overdue = late.filter(|_| state.is_open());
    let striker = lang.pick_or(one.striker_zh.as_deref(), one.striker_en.as_deref());
    let verifier = lang.pick_or(one.verifier_zh.as_deref(), one.verifier_en.as_deref());
    let note = match state {
        _ if overdue.is_some() => lang.cp_state(state).to_owned(),
        ProblemState::Submitted => lang.cp_needs_second().to_owned(),
        ProblemState::StruckOff => lang.cp_struck_by(striker),
        _ if one.files > 0 => lang.cp_files(one.files),
        _ => one.owner.as_deref().map_or(String::new(), |owner| lang.cp_owner_is(owner)),
    };
    let source = Source::of(&one.source).unwrap_or(Source::Event);
    Entry {
        problem_id: one.problem_id.clone(),
        number: one.number.clone(),
        unit: lang.pick(&one.name_zh, &one.name_en).to_owned(),
        department: names.department(&one.department),
        line: names.line(&one.branch),
        title: one.title.clone(),
        item: names.item(&one.item),
        source: lang.cp_source(source),
        major: one.weight == Weight::Major.code(),
        mark: Some(mark_of(state, overdue.is_some())),
        state: match overdue {
            Some(due) => lang.cp_overdue_by(when.span(&(now - due))),
            None => lang.cp_state(state).to_owned(),
        },
        note,
        due: one.due_at.map_or("—".into(), |due| when.day(&(due - 1))),
        found: when.iso(&one.found_at),
        measure: one.measure.clone().unwrap_or_default(),
        owner: one.owner.clone().unwrap_or_default(),
        reopened: one.reopened,
        struck_off: one.struck_off_at.map_or(String::new(), |at| when.iso(&at)),
        verifier: verifier.to_owned(),
        striker: striker.to_owned(),
    }
}

/// A submission's state as mark and word.
pub(super) fn handed(
    when: When,
    state: Option<&str>,
    late: bool,
    overdue: bool,
) -> (Option<Mark>, &'static str) {
    let lang = when.lang;
    let state = state.and_then(SubmissionState::of).unwrap_or(SubmissionState::Open);
    match state {
        SubmissionState::Open if overdue => (Some(Mark::Danger), lang.cp_missing()),
        SubmissionState::Open => (None, lang.cp_submission(state)),
        SubmissionState::Returned => (Some(Mark::Warn), lang.cp_submission(state)),
        SubmissionState::Submitted if late => (Some(Mark::Warn), lang.cp_late()),
        SubmissionState::Submitted => (Some(Mark::Live), lang.cp_submission(state)),
        SubmissionState::Approved => (Some(Mark::Ok), lang.cp_submission(state)),
    }
}
