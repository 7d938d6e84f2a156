//! Simulated life of a city: terminals at theatre doors and the clinics' own desks.
//!
//! A client of the public interface and nothing else: terminals sign and send events as the
//! terminal protocol says, clinics sign in through the pages and post the forms. It reads no clock;
//! the city's time is what the server says. Left out: any access to the database.

mod channel;
mod crews;
mod device;
mod hotline;
mod invent;
mod names;
mod pages;
mod plan;
mod play;
mod rectify;
mod screens;
mod wire;

pub use channel::ChannelPlan;
pub use crews::CrewsPlan;
pub use device::{Device, demo_key};
pub use hotline::HotlinePlan;
pub use invent::{Template, score_of};
pub use names::{Client, client};
pub use plan::{Act, Check, Declare, DeviceEvent, Dispose, Plan, Span, Step, What};
pub use play::Simulation;
pub use rectify::CampaignPlan;
pub use screens::{Measured, reach};
