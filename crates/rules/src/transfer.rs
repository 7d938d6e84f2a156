//! Patient transfer (非急救转送): where a booking stands, and who may take it further.
//!
//! A booking is asked for, triaged, priced, confirmed, planned onto a vehicle, fetched and brought.
//! Whatever happens on the way, a red flag ends it with 120 and never with a wait.

pub mod call;
mod crew;
pub mod money;
pub mod service;
pub mod tariff;
pub mod tier;
pub mod triage;

pub use crew::{
    CrewPack, FamilyLimits, Filed, IncidentKind, Item, LinkView, ListKind, PositionLimits,
};

use serde::{Deserialize, Serialize};

use crate::{Time, coded};

pub mod accreditation;
pub mod complaint;
pub mod planning;
pub mod position;
pub mod report;

coded! {
    /// The three classes of the national notice of November 2025 (国卫办医急函〔2025〕397号).
    Class {
        /// 院前急救: 120, at once.
        Emergency = "emergency",
        /// 医疗照护转运: stable, cared for on the way.
        Care = "care",
        /// 无障碍出行: stable, no care on the way.
        Plain = "plain",
    }
}

coded! {
    /// How a booking came in.
    Source {
        Phone = "phone",
        Public = "public",
        Ward = "ward",
        Api = "api",
    }
}

coded! {
    /// When a triage is made [T12].
    Moment {
        Call = "call",
        Pickup = "pickup",
        EnRoute = "en_route",
    }
}

coded! {
    /// What a person needs on the way [T7]. Room, equipment, crew, or a way of working.
    Need {
        /// 担架: lies down.
        Stretcher = "stretcher",
        /// 轮椅: sits in an own wheelchair.
        Wheelchair = "wheelchair",
        Oxygen = "oxygen",
        /// 心电监护
        Monitor = "monitor",
        /// 输液
        Infusion = "infusion",
        /// 气管切开、引流管
        Tube = "tube",
        /// 医护陪同
        Escort = "escort",
        /// 大体重
        Bariatric = "bariatric",
        /// 隔离防护: travels alone.
        Infection = "infection",
        /// 需要语言或手语协助
        Language = "language",
    }
}

coded! {
    CrewRole {
        Driver = "driver",
        /// 担架员、陪护员
        Escort = "escort",
        Nurse = "nurse",
        Doctor = "doctor",
    }
}

coded! {
    /// Why a vehicle cannot be planned.
    OutageReason {
        /// 年检
        Inspection = "inspection",
        Repair = "repair",
        /// 途中故障
        Breakdown = "breakdown",
        /// 终末消毒
        Disinfection = "disinfection",
    }
}

coded! {
    /// Who acts on a booking.
    Party {
        /// Call-taker or dispatcher.
        Desk = "desk",
        /// The desk of the hospital it was asked for by.
        Ward = "ward",
        /// The crew that drives it.
        Crew = "crew",
        /// The family by its link, or the public by its code.
        Family = "family",
        /// The 120 liaison of a booking handed over.
        Liaison = "liaison",
        /// Operator and regulator: they read.
        Reader = "reader",
    }
}

coded! {
    /// What moves a booking on.
    Mark {
        /// The hospital stands behind a ward's request [T10].
        Approve = "approve",
        Triage = "triage",
        Quote = "quote",
        /// The family agrees to the price.
        Confirm = "confirm",
        /// A return on call: they are ready now.
        CallReturn = "call_return",
        Assign = "assign",
        Unassign = "unassign",
        /// The crew has seen it.
        Acknowledge = "acknowledge",
        Start = "start",
        OnScene = "on_scene",
        Load = "load",
        Arrive = "arrive",
        Complete = "complete",
        Cancel = "cancel",
        NoShow = "no_show",
        /// The service cannot do it.
        TurnDown = "turn_down",
        To120 = "to_120",
    }
}

coded! {
    /// Where a booking stands, in one word.
    State {
        /// A ward's request that waits for approval.
        Requested = "requested",
        Booked = "booked",
        Triaged = "triaged",
        Quoted = "quoted",
        /// A return that waits for the call.
        OnCall = "on_call",
        Confirmed = "confirmed",
        Assigned = "assigned",
        Started = "started",
        OnScene = "on_scene",
        Loaded = "loaded",
        Arrived = "arrived",
        Completed = "completed",
        Cancelled = "cancelled",
        /// Cancelled when a vehicle was already on its way.
        CancelledLate = "cancelled_late",
        NoShow = "no_show",
        TurnedDown = "turned_down",
        To120 = "to_120",
    }
}

impl State {
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            State::Completed
                | State::Cancelled
                | State::CancelledLate
                | State::NoShow
                | State::TurnedDown
                | State::To120
        )
    }

    /// Driven to, waited for or aboard.
    pub fn is_moving(self) -> bool {
        matches!(self, State::Started | State::OnScene | State::Loaded | State::Arrived)
    }
}

/// The times of a booking. One once set is never moved, except that taking a vehicle away clears
/// those of the assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub asked_at: Option<Time>,
    /// A ward's request stands behind an approval.
    pub needs_approval: bool,
    pub approved_at: Option<Time>,
    pub class: Option<Class>,
    pub triaged_at: Option<Time>,
    pub quoted_at: Option<Time>,
    pub confirmed_at: Option<Time>,
    /// A return that waits for a call, until `ready_at` is known.
    pub will_call_at: Option<Time>,
    pub ready_at: Option<Time>,
    pub assigned_at: Option<Time>,
    pub acknowledged_at: Option<Time>,
    pub started_at: Option<Time>,
    pub on_scene_at: Option<Time>,
    pub loaded_at: Option<Time>,
    pub arrived_at: Option<Time>,
    pub completed_at: Option<Time>,
    pub ended: Option<State>,
}

impl Course {
    pub fn state(&self) -> State {
        if let Some(ended) = self.ended {
            return ended;
        }
        let reached = [
            (self.completed_at, State::Completed),
            (self.arrived_at, State::Arrived),
            (self.loaded_at, State::Loaded),
            (self.on_scene_at, State::OnScene),
            (self.started_at, State::Started),
            (self.assigned_at, State::Assigned),
        ];
        if let Some((_, state)) = reached.into_iter().find(|(at, _)| at.is_some()) {
            return state;
        }
        if self.needs_approval && self.approved_at.is_none() {
            return State::Requested;
        }
        if self.confirmed_at.is_some() {
            let waits = self.will_call_at.is_some() && self.ready_at.is_none();
            return if waits { State::OnCall } else { State::Confirmed };
        }
        match (self.quoted_at, self.triaged_at) {
            (Some(_), _) => State::Quoted,
            (None, Some(_)) => State::Triaged,
            (None, None) => State::Booked,
        }
    }

    /// What a party may do now: pages draw these as buttons, the store refuses all others.
    pub fn marks(&self, party: Party) -> Vec<Mark> {
        Mark::ALL.iter().copied().filter(|mark| self.allows(*mark, party)).collect()
    }

    pub fn allows(&self, mark: Mark, party: Party) -> bool {
        let state = self.state();
        if !state.is_open() || matches!(party, Party::Reader | Party::Liaison) {
            return false;
        }
        let (desk, crew) = (party == Party::Desk, party == Party::Crew);
        let approved = !self.needs_approval || self.approved_at.is_some();
        let planned = self.assigned_at.is_some();
        let aboard = self.loaded_at.is_some() && self.arrived_at.is_none();
        match mark {
            Mark::Approve => !approved && (desk || party == Party::Ward),
            // Again at pick-up and on the way: whoever stands beside the person asks.
            Mark::Triage => (desk || crew) && self.arrived_at.is_none(),
            // A price may change on the way, with its reason.
            Mark::Quote => desk && self.triaged_at.is_some(),
            Mark::Confirm => {
                self.confirmed_at.is_none()
                    && self.quoted_at.is_some()
                    && self.class.is_some_and(|class| class != Class::Emergency)
                    && approved
                    && (desk || matches!(party, Party::Family | Party::Ward))
            }
            Mark::CallReturn => {
                state == State::OnCall && (desk || matches!(party, Party::Family | Party::Ward))
            }
            // Also to another vehicle while one waits at the door: it may break down there.
            Mark::Assign => {
                let waits = matches!(
                    state,
                    State::Confirmed | State::Assigned | State::Started | State::OnScene
                );
                desk && waits
            }
            // A vehicle that broke down gives back whom it has not yet fetched.
            Mark::Unassign => desk && planned && self.loaded_at.is_none(),
            Mark::Acknowledge => crew && planned && self.acknowledged_at.is_none(),
            Mark::Start => (crew || desk) && state == State::Assigned,
            Mark::OnScene => (crew || desk) && matches!(state, State::Assigned | State::Started),
            Mark::Load => {
                (crew || desk) && matches!(state, State::Assigned | State::Started | State::OnScene)
            }
            Mark::Arrive => (crew || desk) && aboard,
            Mark::Complete => (crew || desk) && self.arrived_at.is_some(),
            Mark::Cancel => {
                self.loaded_at.is_none() && (desk || matches!(party, Party::Family | Party::Ward))
            }
            Mark::NoShow => {
                (crew || desk) && self.on_scene_at.is_some() && self.loaded_at.is_none()
            }
            Mark::TurnDown => desk && self.loaded_at.is_none(),
            Mark::To120 => (desk || crew) && self.arrived_at.is_none(),
        }
    }

    /// Whether a cancellation now comes too late to cost nothing.
    pub fn cancels_late(&self) -> bool {
        self.started_at.is_some() || self.on_scene_at.is_some()
    }
}

#[cfg(test)]
mod tests;
