//! What would change: shown before anything is done.

use rules::transfer::service::ServicePack;

use super::super::planner::{Change, Day, Preview, Question};
use super::list::trip_type;
use crate::App;
use crate::assets::Mark;
use crate::fault::Answer;
use crate::form::Fields;
use crate::when::When;

/// A preview as it is drawn.
pub(crate) struct Shown {
    pub title: String,
    pub sum: String,
    pub lines: Vec<Line>,
    pub act: Act,
}

/// What can be done about it.
pub(crate) enum Act {
    /// Carried out as shown.
    Out {
        vehicle_id: String,
    },
    /// The booking goes to this shift, with a reason.
    Give {
        booking_id: String,
        shift_id: String,
        vehicle: String,
    },
    Nothing,
}

impl Shown {
    pub fn out(&self) -> Option<&str> {
        match &self.act {
            Act::Out { vehicle_id } => Some(vehicle_id),
            _ => None,
        }
    }

    pub fn give(&self) -> Option<(&str, &str, &str)> {
        match &self.act {
            Act::Give { booking_id, shift_id, vehicle } => Some((booking_id, shift_id, vehicle)),
            _ => None,
        }
    }
}

pub(crate) struct Line {
    pub booking_id: String,
    pub what: String,
    pub mark: Mark,
    pub words: String,
}

/// What the address asks.
pub(crate) fn question(typed: &Fields) -> Option<Question> {
    let vehicle_id = || typed.some("vehicle");
    match typed.get("ask") {
        "out" => Some(Question::Out { vehicle_id: vehicle_id()? }),
        "late" => {
            let minutes = typed.number("minutes").unwrap_or(20).clamp(1, 600);
            Some(Question::Late { vehicle_id: vehicle_id()?, minutes })
        }
        "give" => Some(Question::Give {
            booking_id: typed.some("booking")?,
            shift_id: typed.some("shift")?,
        }),
        _ => None,
    }
}

pub(crate) fn shown(
    _app: &App,
    when: When,
    day: &Day,
    question: Question,
    names: &ServicePack,
) -> Answer<Option<Shown>> {
    let lang = when.lang;
    let Some(preview) = day.preview(&question)? else { return Ok(None) };
    let vehicle = lang.board_vehicle(&preview.call_sign);
    let title = match &question {
        Question::Out { .. } => lang.board_if_out(&vehicle),
        Question::Late { minutes, .. } => lang.board_if_late(&vehicle, *minutes),
        Question::Give { .. } => lang.board_if_given(&vehicle),
    };
    let cannot = matches!(question, Question::Give { .. }) && preview.changes.is_empty();
    let act = match question {
        Question::Out { vehicle_id } => Act::Out { vehicle_id },
        Question::Give { booking_id, shift_id } if !cannot => {
            Act::Give { booking_id, shift_id, vehicle: vehicle.clone() }
        }
        _ => Act::Nothing,
    };
    Ok(Some(Shown {
        title,
        sum: sum(when, &preview, cannot),
        lines: lines(when, &preview, names),
        act,
    }))
}

fn sum(when: When, preview: &Preview, cannot: bool) -> String {
    let lang = when.lang;
    if cannot {
        return lang.board_give_cannot().to_owned();
    }
    let late = preview.changes.iter().filter(|change| change.late_min > 0).count();
    let lost = preview.changes.iter().filter(|change| change.after.is_none()).count();
    lang.board_preview_sum(preview.changes.len(), preview.untouched, late, lost)
}

fn lines(when: When, preview: &Preview, names: &ServicePack) -> Vec<Line> {
    preview.changes.iter().map(|change| line(when, change, names)).collect()
}

fn line(when: When, change: &Change, names: &ServicePack) -> Line {
    let lang = when.lang;
    let trip = trip_type(lang, names, &change.trip_type);
    let hm = |at: Option<rules::Time>| at.map_or_else(|| "—".into(), |at| when.hm(&at.0));
    let sign = |sign: &Option<String>| {
        sign.as_ref()
            .map_or_else(|| lang.board_no_vehicle_yet().to_owned(), |s| lang.board_vehicle(s))
    };
    let moves = if change.before == change.after {
        lang.board_same_vehicle(hm(change.pickup_before), hm(change.pickup_after))
    } else {
        let (before, after) = (sign(&change.before), sign(&change.after));
        lang.board_moves(before, after, hm(change.pickup_before), hm(change.pickup_after))
    };
    let (mark, words) = match (&change.after, change.late_min, change.aboard) {
        (None, _, _) => (Mark::Danger, lang.board_lost().to_owned()),
        (Some(_), _, true) => (Mark::Warn, lang.board_taken_over(moves)),
        (Some(_), late, _) if late > 0 => (Mark::Warn, lang.board_moves_late(moves, late)),
        _ => (Mark::Ok, moves),
    };
    let what = format!("{} {trip}：{} → {}", change.number, change.from_place, change.to_place);
    Line { booking_id: change.booking_id.clone(), what, mark, words }
}
