//! Operations invented when the written steps have run out.
//!
//! They repeat what a clinic usually does, in its opening hours, with people and rooms that are
//! free, long enough and in the right order: life that raises no alert of its own.

use std::collections::HashMap;

use presence::event::{Direction, Method, Role};
use rules::Time;
use rules::calendar::Calendar;
use rules::register::{Anaesthesia, Role as Filed};

use crate::{Act, Check, Declare, DeviceEvent, Step, What, client};

/// An operation as a clinic usually does it.
#[derive(Clone, Debug)]
pub struct Template {
    pub login: String,
    pub institution_id: String,
    pub room_id: String,
    pub device: usize,
    pub procedure: String,
    pub anaesthesia: Anaesthesia,
    pub attending: String,
    pub anaesthetist: Option<String>,
    /// How long the attending stays.
    pub lasts_min: i64,
    pub opens_min: i64,
    pub closes_min: i64,
}

/// Between declaring and the planned start.
const AHEAD_MIN: i64 = 25;
/// The anaesthetist comes this long before the attending and leaves this long after.
const ANAESTHETIST_BEFORE_MIN: i64 = 12;
const ANAESTHETIST_AFTER_MIN: i64 = 4;
/// Templates tried for one operation before the next chance is waited for.
const TRIES: u64 = 12;

/// One step of splitmix64: spreads a number over all 64 bits.
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub(crate) struct Invent {
    templates: Vec<Template>,
    calendar: Calendar,
    seed: u64,
    drawn: u64,
    made: u64,
    next_at: Time,
    /// Until when a person or a room is taken.
    taken: HashMap<String, Time>,
}

impl Invent {
    pub fn new(templates: Vec<Template>, calendar: Calendar, seed: u64) -> Invent {
        let (drawn, made, next_at) = (0, 0, Time(0));
        Invent { templates, calendar, seed, drawn, made, next_at, taken: HashMap::new() }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.drawn += 1;
        mix(self.seed ^ mix(self.drawn)) % below.max(1)
    }

    /// The steps of one more operation, when it is time for one and somebody is free.
    pub fn next(&mut self, now: Time) -> Vec<Step> {
        if now < self.next_at || self.templates.is_empty() {
            return Vec::new();
        }
        self.next_at = now.plus_ms(3 * Time::MINUTE_MS + self.draw(120_000) as i64);
        self.taken.retain(|_, until| *until > now);
        for _ in 0..TRIES {
            let index = self.draw(self.templates.len() as u64) as usize;
            let template = self.templates[index].clone();
            let steps = self.operation(&template, now);
            if !steps.is_empty() {
                return steps;
            }
        }
        Vec::new()
    }

    fn operation(&mut self, template: &Template, now: Time) -> Vec<Step> {
        let planned_at = Time(now.plus_min(AHEAD_MIN).0 / Time::MINUTE_MS * Time::MINUTE_MS);
        let lead_min = if template.anaesthetist.is_some() { ANAESTHETIST_BEFORE_MIN } else { 0 };
        let in_at = planned_at.plus_min(lead_min + 1).plus_ms(self.draw(60_000) as i64);
        let lasts_min = template.lasts_min + self.draw(10) as i64;
        let out_at = in_at.plus_min(lasts_min).plus_ms(self.draw(60_000) as i64);
        let end = out_at.plus_min(ANAESTHETIST_AFTER_MIN);
        let people = [Some(&template.attending), template.anaesthetist.as_ref()];
        let needed: Vec<&String> =
            people.into_iter().flatten().chain([&template.room_id]).collect();
        let free = needed.iter().all(|name| !self.taken.contains_key(*name));
        if !free || !self.open(template, now, end) {
            return Vec::new();
        }
        for name in needed {
            self.taken.insert(name.clone(), end.plus_min(10));
        }
        self.made += 1;
        let key = format!("sim-{}", self.made);
        let planned_min = (lead_min + lasts_min + 9) / 10 * 10;
        let mut steps = vec![Step {
            at: now,
            act: Act::Declare(Box::new(self.declare(template, &key, planned_at, planned_min))),
        }];
        let mut pass = |who: &str, role, direction, at: Time| {
            let score = score_of(who, at);
            let (operation, practitioner) = (Some(key.clone()), who.to_owned());
            let method = Method::Face;
            let check = Check { operation, practitioner, role, direction, method, score };
            let what = What::Check(check);
            steps.push(Step { at, act: Act::Event(DeviceEvent { device: template.device, what }) });
        };
        if let Some(who) = &template.anaesthetist {
            let at = in_at.plus_min(-ANAESTHETIST_BEFORE_MIN);
            pass(who, Role::Anaesthetist, Direction::In, at);
            pass(who, Role::Anaesthetist, Direction::Out, end);
        }
        pass(&template.attending, Role::Attending, Direction::In, in_at);
        pass(&template.attending, Role::Attending, Direction::Out, out_at);
        steps.sort_by_key(|step| step.at);
        steps
    }

    /// Whether the clinic is open from now until the end.
    fn open(&self, template: &Template, now: Time, end: Time) -> bool {
        let same_day = self.calendar.day_number(now) == self.calendar.day_number(end);
        same_day
            && self.calendar.minute_of_day(now) >= template.opens_min
            && self.calendar.minute_of_day(end) < template.closes_min
    }

    fn declare(
        &self,
        template: &Template,
        key: &str,
        planned_at: Time,
        planned_min: i64,
    ) -> Declare {
        let anaesthetist = template.anaesthetist.clone().map(|who| (who, Filed::Anaesthetist));
        let attending = (template.attending.clone(), Filed::Attending);
        Declare {
            key: key.to_owned(),
            login: template.login.clone(),
            request_key: format!("{key}-{}", planned_at.0),
            institution_id: template.institution_id.clone(),
            room_id: template.room_id.clone(),
            procedure: template.procedure.clone(),
            anaesthesia: template.anaesthesia,
            planned_at,
            planned_min,
            volume_ml: None,
            client: client(planned_at.0.unsigned_abs() ^ self.made),
            team: [attending].into_iter().chain(anaesthetist).collect(),
        }
    }
}

/// A score that a living face of the right person gets: 0.78 to 0.96, always the same for the same
/// person and moment.
pub fn score_of(practitioner: &str, at: Time) -> f64 {
    let folded =
        practitioner.bytes().fold(at.0.unsigned_abs(), |sum, byte| mix(sum ^ u64::from(byte)));
    0.78 + (folded % 1_800) as f64 / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::calendar::WeekStart;

    const CHINA: Calendar = Calendar { offset_min: 480, week_starts_on: WeekStart::Monday };

    fn template(attending: &str, anaesthetist: Option<&str>) -> Template {
        Template {
            login: "clinic".into(),
            institution_id: "ins".into(),
            room_id: format!("ins:{attending}"),
            device: 0,
            procedure: "p".into(),
            anaesthesia: Anaesthesia::Local,
            attending: attending.into(),
            anaesthetist: anaesthetist.map(str::to_owned),
            lasts_min: 60,
            opens_min: 510,
            closes_min: 1_230,
        }
    }

    #[test]
    fn a_day_of_invented_life_keeps_to_its_rules() {
        let templates =
            vec![template("a", None), template("b", Some("n")), template("c", Some("n"))];
        let mut invent = Invent::new(templates, CHINA, 1);
        let day = CHINA.day_start(19_725);
        let (mut declared, mut inside) = (Vec::new(), HashMap::new());
        let mut all: Vec<Step> = Vec::new();
        for second in (0..86_400).step_by(30) {
            all.extend(invent.next(day.plus_ms(second * 1_000)));
        }
        all.sort_by_key(|step| step.at);
        for step in &all {
            let minute = CHINA.minute_of_day(step.at);
            assert!((510..1_230).contains(&minute), "in opening hours: {minute}");
            match &step.act {
                Act::Declare(declare) => {
                    declared.push(step.at);
                    assert!(declare.planned_at > step.at);
                }
                Act::Event(DeviceEvent { what: What::Check(check), .. }) => {
                    assert!(check.score >= 0.78 && check.score < 0.96);
                    let before = match check.direction {
                        Direction::In => {
                            inside.insert(check.practitioner.clone(), check.operation.clone())
                        }
                        Direction::Out => {
                            let opened = inside.remove(&check.practitioner);
                            assert_eq!(opened, Some(check.operation.clone()));
                            None
                        }
                    };
                    assert_eq!(before, None, "nobody is in two places");
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(inside.is_empty());
        assert!(declared.len() > 6, "{}", declared.len());
        assert!(declared.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 3 * Time::MINUTE_MS));
    }
}
