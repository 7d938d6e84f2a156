//! What the simulation may invent after the demo's start: routines that go on repeating.

use rules::Time;
use sim::{Device, Template};

use super::load::Data;

/// The routines of institutions that operate at `at`: what invented life repeats.
pub(super) fn templates(data: &Data, devices: &[Device], at: Time) -> Vec<Template> {
    let calendar = data.calendar();
    let mut templates = Vec::new();
    for routine in data.routines.iter().filter(|routine| routine.until.is_none()) {
        let room_id = format!("{}:{}", routine.institution, routine.room);
        let device = devices.iter().position(|device| device.room_id == room_id);
        let suspended = data.suspensions.iter().any(|suspension| {
            suspension.institution == routine.institution && suspension.from.at(calendar) <= at
        });
        let institution = data.institution(&routine.institution);
        let login = data.clinic_login(&routine.institution);
        let (Some(device), Some(institution), Some(login), false) =
            (device, institution, login, suspended)
        else {
            continue;
        };
        templates.push(Template {
            login: login.to_owned(),
            institution_id: routine.institution.clone(),
            room_id,
            device,
            procedure: routine.procedure.clone(),
            anaesthesia: routine.anaesthesia,
            attending: routine.who.clone(),
            anaesthetist: routine.anaesthetist.clone(),
            lasts_min: routine.lasts_min,
            opens_min: institution.opens.minute(),
            closes_min: institution.closes.minute(),
        });
    }
    templates
}
