//! The course of a case: calls, marks, and what people wrote, newest first.

use store::Tx;
use store::emergency::{self, CallRow, Case, messages};
use store::notice;
use store::oncall::Hospital;

use super::view::is_qc;
use crate::fault::{Answer, InLang};
use crate::when::When;
use crate::words::Lang;

/// One line of the course.
pub(crate) struct Entry {
    pub at: i64,
    pub when: String,
    pub by: String,
    pub text: String,
    /// Written by a person.
    pub said: bool,
}

/// A step's words: of the case's own card, or of the one it had before the card was changed or
/// another case was merged into it.
fn step<'t>(tx: &'t Tx, lang: Lang, case: &Case, key: &'t str) -> &'t str {
    let Some(pack) = tx.packs().cards_of(&case.card_version) else { return key };
    let own = pack.card(&case.card).into_iter();
    let mut steps = own.chain(&pack.cards).flat_map(|card| &card.steps);
    steps.find(|step| step.key == key).map_or(key, |step| lang.pick(&step.zh, &step.en))
}

pub(super) async fn course(
    tx: &mut Tx,
    when: When,
    case: &Case,
    calls: &[CallRow],
    hospitals: &[Hospital],
) -> Answer<Vec<Entry>> {
    let lang = when.lang;
    let mut entries = Vec::new();
    let mut add = |at: Option<i64>, by: &str, text: String, said: bool| {
        if let Some(at) = at {
            let when = when.time(&at);
            entries.push(Entry { at, when, by: by.to_owned(), text, said });
        }
    };
    add(Some(case.raised_at), "", lang.course_raised().to_owned(), false);
    add(case.called_120_at, "", lang.course_called_120().to_owned(), false);
    add(case.moving_at, "", lang.course_moving().to_owned(), false);
    add(case.arrived_at, "", lang.course_arrived().to_owned(), false);
    add(case.handed_over_at, "", lang.course_handed_over().to_owned(), false);
    let outcome = case.outcome.as_deref().and_then(rules::emergency::Outcome::of);
    let outcome = outcome.map_or("", |outcome| lang.case_outcome(outcome));
    add(case.closed_at, "", lang.course_closed(outcome), false);
    add(case.stood_down_at, "", lang.course_stood_down().to_owned(), false);
    add(case.merged_at, "", lang.course_merged().to_owned(), false);
    for call in calls {
        let found = hospitals.iter().find(|one| one.hospital_id == call.hospital_id);
        let name = match found {
            Some(hospital) => lang.pick(&hospital.short_zh, &hospital.short_en),
            None if is_qc(call) => lang.qc_desk(),
            None => call.hospital_id.as_str(),
        };
        let by = lang.pick_or(call.by_zh.as_deref(), call.by_en.as_deref());
        let reason = call.reason.as_deref().and_then(rules::emergency::DeclineReason::of);
        add(Some(call.called_at), name, lang.course_called().to_owned(), false);
        add(call.acknowledged_at, name, lang.course_acknowledged(by), false);
        add(call.accepted_at, name, lang.course_accepted(by), false);
        let reason = reason.map_or("", |reason| lang.decline_reason(reason));
        add(call.declined_at, name, lang.course_declined(reason), false);
        add(call.withdrawn_at, name, lang.course_withdrawn().to_owned(), false);
        add(call.unanswered_at, name, lang.course_unanswered().to_owned(), false);
    }
    for tick in emergency::ticks(tx, &case.emergency_id).await.told(lang)? {
        let by = lang.pick_or(tick.name_zh.as_deref(), tick.name_en.as_deref());
        add(Some(tick.at), by, lang.course_ticked(step(tx, lang, case, &tick.step_key)), false);
    }
    for row in messages(tx, &case.emergency_id).await.told(lang)? {
        let by = lang.pick_or(row.name_zh.as_deref(), row.name_en.as_deref());
        add(Some(row.at), by, row.body, true);
    }
    for sent in notice::about(tx, "emergency", &case.emergency_id).await.told(lang)? {
        let by = lang.pick_or(sent.name_zh.as_deref(), sent.name_en.as_deref());
        let way = rules::notice::Way::of(&sent.channel).map_or("", |way| lang.way(way));
        let text = match (sent.sent_at, sent.failed_at) {
            (Some(_), _) => lang.notice_sent(way),
            (None, Some(_)) => lang.notice_failed(way),
            (None, None) => lang.notice_waits(way),
        };
        add(Some(sent.made_at), by, text, false);
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
    Ok(entries)
}
