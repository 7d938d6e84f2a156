//! What the simulation is to play: timed steps, and what it needs to play them.

use std::collections::HashMap;

use presence::event::{Direction, Method, Role};
use rules::calendar::Calendar;
use rules::{Position, Time};

use crate::{Device, Template};

/// One thing that happens at one moment.
#[derive(Clone, Debug)]
pub struct Step {
    pub at: Time,
    pub act: Act,
}

#[derive(Clone, Debug)]
pub enum Act {
    Declare(Box<Declare>),
    Event(DeviceEvent),
    Dispose(Box<Dispose>),
}

/// A clinic declares an operation.
#[derive(Clone, Debug)]
pub struct Declare {
    /// Our own name for the operation, by which later checks speak of it.
    pub key: String,
    pub login: String,
    pub request_key: String,
    pub institution_id: String,
    pub room_id: String,
    pub procedure: String,
    pub anaesthesia: rules::register::Anaesthesia,
    pub planned_at: Time,
    pub planned_min: i64,
    pub volume_ml: Option<i64>,
    pub client: crate::Client,
    pub team: Vec<(String, rules::register::Role)>,
}

/// A terminal signs an event.
#[derive(Clone, Debug)]
pub struct DeviceEvent {
    /// Which of the plan's devices.
    pub device: usize,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    Started,
    Heartbeat,
    Check(Check),
    /// The terminal feels that it was carried, and stands somewhere else from now on.
    Moved {
        to: Position,
        moved_m: f64,
    },
}

/// A person at the door.
#[derive(Clone, Debug)]
pub struct Check {
    /// The key of the declared operation; `None` when nobody declared one.
    pub operation: Option<String>,
    pub practitioner: String,
    pub role: Role,
    pub direction: Direction,
    pub method: Method,
    /// What the face engine scored; used only when the method is a face.
    pub score: f64,
}

/// A step in the disposal of an alert, as its form asks for it.
#[derive(Clone, Debug)]
pub struct Dispose {
    pub login: String,
    pub institution_id: String,
    /// The institution's name as pages show it, to find the alert among others.
    pub institution_name: String,
    pub rule: rules::alert::Rule,
    /// The city's day it was raised on, counted from 1970-01-01.
    pub raised_day: i64,
    pub step: rules::alert::Step,
    pub text: String,
    pub method: Option<rules::alert::Method>,
    pub outcome: Option<rules::alert::Outcome>,
    /// The second officer on site: by login in the written steps, by account once it is known.
    pub second: Option<String>,
}

/// From its first moment up to, but not including, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Time,
    pub until: Time,
}

impl Span {
    pub fn holds(self, at: Time) -> bool {
        self.from <= at && at < self.until
    }
}

/// Everything that is handed over when the server goes live.
#[derive(Clone, Debug)]
pub struct Plan {
    pub calendar: Calendar,
    /// The one password of the demo's accounts.
    pub password: String,
    pub devices: Vec<Device>,
    pub steps: Vec<Step>,
    /// Ids of operations declared before, by key.
    pub operations: HashMap<String, String>,
    /// What life is made of when the steps have run out.
    pub templates: Vec<Template>,
    /// Who takes part in the green channel.
    pub channel: crate::ChannelPlan,
    /// Crews of the transfer service that drive by themselves.
    pub crews: crate::CrewsPlan,
    /// Who takes part in campaigns.
    pub campaign: crate::CampaignPlan,
    pub hotline: crate::HotlinePlan,
    /// City milliseconds between two heartbeats of a terminal.
    pub heartbeat_ms: i64,
}
