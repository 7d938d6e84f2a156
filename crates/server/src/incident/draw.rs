//! Stored codes of events as words and marks, for lists, pages and exports.

use rules::Time;
use rules::incident::{Closure, Grade, IncidentPack, Kind, Physical, Rung, Standing};
use store::incident::Line;

use crate::assets::Mark;
use crate::when::When;
use crate::words::Lang;

/// A line of the list as it is drawn.
pub(super) struct Row {
    pub id: String,
    pub number: String,
    pub kind: &'static str,
    pub what: String,
    pub place: String,
    pub grade: String,
    pub harm: &'static str,
    pub occurred: String,
    pub filed: String,
    pub state: String,
    pub mark: Option<Mark>,
    pub clock: Option<(Mark, String)>,
    pub rung: &'static str,
    pub wrote: bool,
}

/// Names of the pack that judged, in one language.
pub(super) struct Names<'p> {
    pub lang: Lang,
    pub pack: &'p IncidentPack,
}

impl Names<'_> {
    pub fn category(&self, code: &str) -> String {
        self.pack
            .category(code)
            .map_or(code, |one| self.lang.pick(&one.name_zh, &one.name_en))
            .to_owned()
    }

    /// Nothing for the department that nobody named.
    pub fn department(&self, code: &str) -> String {
        self.pack
            .department(code)
            .map_or("", |one| self.lang.pick(&one.name_zh, &one.name_en))
            .to_owned()
    }

    pub fn what(&self, category: &str, department: &str) -> String {
        let department = self.department(department);
        let category = self.category(category);
        if department.is_empty() { category } else { format!("{category}·{department}") }
    }
}

pub(super) fn state(lang: Lang, standing: &str, closure: Option<&str>) -> (Option<Mark>, String) {
    let standing = Standing::of(standing);
    let word = standing.map_or("", |one| lang.incident_standing(one));
    let closure = closure.and_then(Closure::of).map(|one| lang.incident_closure(one));
    match (standing, closure) {
        (Some(Standing::Filed), _) => (Some(Mark::Todo), word.to_owned()),
        (Some(Standing::Closed), Some(how)) => (None, format!("{word}·{how}")),
        (Some(Standing::Closed), None) => (None, word.to_owned()),
        _ => (Some(Mark::Live), word.to_owned()),
    }
}

/// The most urgent clock of a line.
fn clock(when: When, line: &Line, now: Time) -> Option<(Mark, String)> {
    let lang = when.lang;
    let left = line.duty_due_at.map(|due| due - now.0);
    match left {
        Some(left) if left <= 0 => Some((Mark::Danger, lang.inc_due_over(when.span(&left)))),
        _ if line.actions_late > 0 => {
            Some((Mark::Danger, lang.inc_actions_late(line.actions_late)))
        }
        Some(left) => Some((Mark::Warn, lang.inc_due_left(when.span(&left)))),
        None if line.actions_open > 0 => {
            Some((Mark::Live, lang.inc_actions_open(line.actions_open)))
        }
        None => None,
    }
}

pub(super) fn row(when: When, names: &Names<'_>, line: &Line, now: Time) -> Row {
    let lang = when.lang;
    let institution = lang.pick_or(line.institution_zh.as_deref(), line.institution_en.as_deref());
    let place = match (institution.is_empty(), line.said_where.is_empty()) {
        (false, _) => institution.to_owned(),
        (true, _) => lang.inc_no_institution().to_owned(),
    };
    let (mark, state) = state(lang, &line.state, line.closure.as_deref());
    let harm = Physical::of(&line.physical).map_or("", |harm| lang.harm_short(harm));
    Row {
        id: line.incident_id.clone(),
        number: line.number.clone(),
        kind: Kind::of(&line.kind).map_or("", |kind| lang.incident_kind(kind)),
        what: names.what(&line.category, &line.department),
        place,
        grade: match line.grade.as_deref().and_then(Grade::of) {
            Some(grade) => lang.inc_grade(grade.code()),
            None if line.state == "filed" || line.state == "accepted" => {
                lang.inc_ungraded().to_owned()
            }
            None => "—".to_owned(),
        },
        harm,
        occurred: when.iso(&line.occurred_at),
        filed: when.stamp_hm(&line.filed_at),
        state,
        mark,
        clock: clock(when, line, now),
        rung: Rung::of(&line.rung).map_or("", |rung| lang.incident_rung(rung)),
        wrote: line.waits_at.is_some(),
    }
}
