//! The journeys of the transfer demo's days: each is called in, priced, driven and rated through
//! the functions that serve live requests, every step at its own moment.

use rules::transfer::complaint::{ComplaintKind, Upheld};
use rules::transfer::report::Indicator;
use rules::transfer::{Mark, Need, Source, State};
use rules::{Position, Time};
use serde::Deserialize;

use super::load::{Data, tables};
use super::times::{Day, Moment};

mod play;

pub(super) use play::{Made, run};

tables! {
    Journey {
        key: String,
        source: Source,
        trip_type: String,
        region: String,
        patient: String,
        phone: String,
        from_site: Option<String>,
        from_place: String,
        from_lat: f64,
        from_lng: f64,
        to_site: Option<String>,
        to_place: String,
        to_lat: f64,
        to_lng: f64,
        #[serde(default)] needs: Vec<Need>,
        asked: Moment,
        ready: Moment,
        /// Where it stands when the demo begins.
        state: State,
        /// Who drives, and when it was put on the vehicle.
        vehicle: Option<String>,
        assigned: Option<Moment>,
        /// Seconds until the call was answered.
        answered_s: Option<i64>,
        /// After the time asked for.
        #[serde(default)] late_min: i64,
        stars: Option<i64>,
        incident: Option<String>,
    }

    /// A caller who hung up.
    LostCall {
        at: Moment,
    }

    Complaint {
        key: String,
        at: Moment,
        kind: ComplaintKind,
        words_zh: String,
        vehicle: String,
        operator: Option<String>,
        answered: Option<Moment>,
        answer_zh: Option<String>,
        closed: Option<Moment>,
        upheld: Option<Upheld>,
    }

    /// A drive that the service takes part in.
    Drive {
        at: Moment,
        number: String,
        title_zh: String,
        title_en: String,
        region: Option<String>,
        from: Day,
        /// The last day.
        until: Day,
    }

    Improvement {
        at: Moment,
        operator: Option<String>,
        indicator: Indicator,
        finding_zh: String,
        measure_zh: String,
        owner: String,
        due: Day,
    }
}

/// What happens on the way to the demo's start, by its place in the data.
#[derive(Clone, Copy, Debug)]
pub enum TransferAct {
    Ask(usize),
    Assign(usize),
    Mark(usize, Mark),
    To120(usize),
    Take120(usize),
    Rate(usize),
    Incident(usize),
    Lost,
    Complain(usize),
    HandOver(usize),
    Answer(usize),
    Close(usize),
    Improve(usize),
    Drive(usize),
}

/// Straight lines become roads, as the service's settings say for a first distance.
const DETOUR: f64 = 1.35;
const METRES_A_SECOND: f64 = 34.0 / 3.6;
/// Minutes from the start to the door, at the door, and for the hand-over.
const TO_DOOR_MIN: i64 = 22;
const AT_DOOR_MIN: i64 = 9;
const HAND_OVER_MIN: i64 = 8;
const RATED_AFTER_MIN: i64 = 25;

impl Journey {
    fn starts_at(&self) -> Position {
        Position { lat: self.from_lat, lng: self.from_lng }
    }

    fn to_at(&self) -> Position {
        Position { lat: self.to_lat, lng: self.to_lng }
    }

    fn metres(&self) -> i64 {
        (self.starts_at().distance_m(self.to_at()) as f64 * DETOUR).round() as i64
    }

    fn drive_s(&self) -> i64 {
        (self.metres() as f64 / METRES_A_SECOND).round() as i64
    }
}

/// The steps with their times.
pub(super) fn steps(data: &Data) -> Vec<(Time, TransferAct)> {
    let calendar = data.calendar();
    let mut steps = Vec::new();
    for (index, one) in data.journeys.iter().enumerate() {
        let asked = one.asked.at(calendar);
        steps.push((asked, TransferAct::Ask(index)));
        let assigned = one.assigned.map(|at| at.at(calendar));
        steps.extend(assigned.map(|at| (at, TransferAct::Assign(index))));
        driven(&mut steps, index, one, one.ready.at(calendar), asked);
    }
    steps.extend(data.lost_calls.iter().map(|one| (one.at.at(calendar), TransferAct::Lost)));
    for (index, one) in data.complaints.iter().enumerate() {
        let made = one.at.at(calendar);
        steps.push((made, TransferAct::Complain(index)));
        if one.operator.is_some() {
            steps.push((made.plus_min(40), TransferAct::HandOver(index)));
        }
        steps.extend(one.answered.map(|at| (at.at(calendar), TransferAct::Answer(index))));
        steps.extend(one.closed.map(|at| (at.at(calendar), TransferAct::Close(index))));
    }
    for (index, one) in data.improvements.iter().enumerate() {
        steps.push((one.at.at(calendar), TransferAct::Improve(index)));
    }
    for (index, one) in data.drives.iter().enumerate() {
        steps.push((one.at.at(calendar), TransferAct::Drive(index)));
    }
    steps
}

fn driven(
    steps: &mut Vec<(Time, TransferAct)>,
    index: usize,
    one: &Journey,
    ready: Time,
    asked: Time,
) {
    let door = ready.plus_min(one.late_min);
    let aboard = door.plus_min(AT_DOOR_MIN);
    let there = aboard.plus_ms(one.drive_s() * Time::SECOND_MS);
    let done = there.plus_min(HAND_OVER_MIN);
    let marks = [
        (State::Started, Mark::Start, door.plus_min(-TO_DOOR_MIN)),
        (State::OnScene, Mark::OnScene, door),
        (State::Loaded, Mark::Load, aboard),
        (State::Arrived, Mark::Arrive, there),
        (State::Completed, Mark::Complete, done),
    ];
    let reached = match one.state {
        State::NoShow => 2,
        State::CancelledLate => 1,
        state => marks.iter().position(|(reached, ..)| *reached == state).map_or(0, |n| n + 1),
    };
    let marks = marks.into_iter().take(reached);
    steps.extend(marks.map(|(_, mark, at)| (at, TransferAct::Mark(index, mark))));
    let soon = asked.plus_min(12);
    match one.state {
        State::Cancelled => steps.push((soon, TransferAct::Mark(index, Mark::Cancel))),
        State::CancelledLate => {
            steps.push((door.plus_min(-5), TransferAct::Mark(index, Mark::Cancel)));
        }
        State::NoShow => steps.push((aboard, TransferAct::Mark(index, Mark::NoShow))),
        State::TurnedDown => steps.push((soon, TransferAct::Mark(index, Mark::TurnDown))),
        State::To120 => {
            steps.push((soon, TransferAct::To120(index)));
            steps.push((soon.plus_min(2), TransferAct::Take120(index)));
        }
        _ => {}
    }
    if one.incident.is_some() {
        steps.push((done.plus_min(1), TransferAct::Incident(index)));
    }
    if one.stars.is_some() {
        steps.push((there.plus_min(RATED_AFTER_MIN), TransferAct::Rate(index)));
    }
}
