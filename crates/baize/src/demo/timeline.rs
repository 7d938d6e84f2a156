//! Everything that happens in the demo city as one list of steps, by time.
//!
//! Routines are expanded day by day into history; the written operations follow. What lies before
//! the demo's start is seeded, what lies after is played by the simulation: both are the same list.

use std::collections::{BTreeSet, HashMap};

use presence::event::{Direction, Method, Role as DoorRole};
use rules::register::Role;
use rules::{Position, Time};
use sim::{Act as Live, Check, Declare, DeviceEvent, Dispose, Span, What, client, score_of};

use super::channel::ChannelAct;
use super::incident::IncidentAct;
use super::journey::TransferAct;
use super::load::{self, Data, Wrong};

/// One thing that happens at one moment.
#[derive(Clone, Debug)]
pub struct Step {
    pub at: Time,
    pub act: Act,
}

#[derive(Clone, Debug)]
pub enum Act {
    /// What clinics, terminals and officers do through the platform's front doors.
    Live(Live),
    /// The clinic confirms a finished operation.
    Confirm {
        key: String,
        login: String,
        volume_ml: Option<i64>,
    },
    /// Officers propose and carry out an inspection, by its place in the data.
    Propose(usize),
    CarryOut(usize),
    /// An order to suspend, by its place in the data.
    Suspend(usize),
    /// Cases and tests of the green channel.
    Channel(ChannelAct),
    /// Adverse events: reported, handled.
    Incident(IncidentAct),
    /// Journeys, complaints and improvements of the transfer service.
    Transfer(TransferAct),
}

/// A terminal at a door.
#[derive(Clone, Debug)]
pub struct Terminal {
    pub id: String,
    pub institution_id: String,
    pub room_id: String,
    pub home: Position,
    pub installed_at: Time,
    pub silent: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct Timeline {
    pub terminals: Vec<Terminal>,
    /// Sorted by time; what happens at the same time keeps the order of the files.
    pub steps: Vec<Step>,
    /// The first moment the demo can start at: from here on every step can be played live.
    pub earliest: Time,
    /// The end of the last written day.
    pub latest: Time,
}

/// The anaesthetist of a routine comes this long before the attending and leaves this long after.
const ANAESTHETIST_BEFORE_MIN: i64 = 12;
const ANAESTHETIST_AFTER_MIN: i64 = 4;
/// Routines are declared this long before their planned start.
const DECLARED_BEFORE_MIN: i64 = 180;
/// Clinics confirm this long after everybody has left.
const CONFIRMED_AFTER_MIN: i64 = 25;

impl Timeline {
    /// # Errors
    /// [`Wrong`] when an entry cannot be placed, which `fit` should have said before.
    pub fn of(data: &Data) -> Result<Timeline, Wrong> {
        let terminals = terminals(data);
        let calendar = data.calendar();
        let days = data.operations.iter().map(|operation| operation.planned.day);
        let first = days.clone().min().unwrap_or(data.city.default_at.day);
        let last = days.max().unwrap_or(data.city.default_at.day);
        let mut builder = Builder { data, doors: HashMap::new(), steps: Vec::new() };
        for (index, terminal) in terminals.iter().enumerate() {
            builder.doors.insert(terminal.room_id.clone(), index);
        }
        for (index, routine) in data.routines.iter().enumerate() {
            builder.routine(index, routine, first.0 - 1)?;
        }
        for operation in &data.operations {
            builder.operation(operation)?;
        }
        builder.single_events()?;
        builder.story();
        for (at, act) in super::channel::steps(data) {
            builder.push(at, Act::Channel(act));
        }
        for (at, act) in super::incident::steps(data) {
            builder.push(at, Act::Incident(act));
        }
        for (at, act) in super::journey::steps(data) {
            builder.push(at, Act::Transfer(act));
        }
        let mut steps = builder.steps;
        steps.sort_by_key(|step| step.at);
        let seeded = steps.iter().filter(|step| !matches!(step.act, Act::Live(_)));
        let written = |step: &&Step| !matches!(step.act, Act::Confirm { .. });
        let story_ends = seeded.filter(written).map(|step| step.at).max();
        let earliest = first.start(calendar).max(story_ends.unwrap_or(Time(0)));
        Ok(Timeline { terminals, steps, earliest, latest: last.end(calendar) })
    }
}

pub(super) fn room_id(institution: &str, room: &str) -> String {
    format!("{institution}:{room}")
}

/// One terminal for every room that anything happens in, and for the first theatre everywhere.
fn terminals(data: &Data) -> Vec<Terminal> {
    let calendar = data.calendar();
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    used.extend(data.routines.iter().map(|entry| (&*entry.institution, &*entry.room)));
    used.extend(data.operations.iter().map(|entry| (&*entry.institution, &*entry.room)));
    used.extend(data.checks.iter().map(|entry| (&*entry.institution, &*entry.room)));
    used.extend(data.terminal_events.iter().map(|entry| (&*entry.institution, &*entry.room)));
    used.extend(data.silents.iter().map(|entry| (&*entry.institution, &*entry.room)));
    let with_theatre = data.institutions.iter().filter(|institution| {
        // Whoever is only registered has no terminal yet.
        institution.theatres > 0 && institution.installed_on.is_some()
    });
    used.extend(with_theatre.map(|institution| (&*institution.id, "T1")));
    let mut terminals = Vec::new();
    for institution in &data.institutions {
        let mut rooms: Vec<&str> =
            used.iter().filter(|(id, _)| *id == institution.id).map(|(_, room)| *room).collect();
        // Theatres first, then treatment rooms, each by number.
        rooms.sort_by_key(|room| (room.starts_with('R'), room[1..].parse::<i64>().unwrap_or(0)));
        for room in rooms {
            let number = terminals.len() + 1;
            let installed_on = institution.installed_on.unwrap_or(institution.registered_on);
            let silent = data
                .silents
                .iter()
                .filter(|silent| silent.institution == institution.id && silent.room == room);
            terminals.push(Terminal {
                id: format!("T-{number:04}"),
                institution_id: institution.id.clone(),
                room_id: room_id(&institution.id, room),
                home: Position { lat: institution.lat, lng: institution.lng },
                installed_at: installed_on.start(calendar).plus_min(10 * 60),
                silent: silent
                    .map(|silent| Span {
                        from: silent.from.at(calendar),
                        until: silent.until.at(calendar),
                    })
                    .collect(),
            });
        }
    }
    terminals
}

/// Both lists hold the protocol's words; the register's word is always among them.
fn door_role(role: Role) -> DoorRole {
    DoorRole::from_code(role.code()).unwrap_or(DoorRole::Other)
}

fn door_method(method: rules::checkin::Method) -> Method {
    Method::from_code(method.code()).unwrap_or(Method::Witness)
}

struct Builder<'d> {
    data: &'d Data,
    /// Which terminal stands at a room's door.
    doors: HashMap<String, usize>,
    steps: Vec<Step>,
}

/// Somebody who passes a door.
struct Pass<'p> {
    operation: Option<&'p str>,
    who: &'p str,
    role: Role,
    method: Method,
    score: Option<f64>,
}

impl Builder<'_> {
    fn push(&mut self, at: Time, act: Act) {
        self.steps.push(Step { at, act });
    }

    fn door(&self, room_id: &str) -> Result<usize, Wrong> {
        let missing = || Wrong(vec![format!("no terminal stands at {room_id}")]);
        self.doors.get(room_id).copied().ok_or_else(missing)
    }

    fn pass(
        &mut self,
        room_id: &str,
        pass: &Pass<'_>,
        direction: Direction,
        at: Time,
    ) -> Result<(), Wrong> {
        let device = self.door(room_id)?;
        let check = Check {
            operation: pass.operation.map(str::to_owned),
            practitioner: pass.who.to_owned(),
            role: door_role(pass.role),
            direction,
            method: pass.method,
            score: pass.score.unwrap_or_else(|| score_of(pass.who, at)),
        };
        let event = DeviceEvent { device, what: What::Check(check) };
        self.push(at, Act::Live(Live::Event(event)));
        Ok(())
    }

    fn in_and_out(
        &mut self,
        room_id: &str,
        pass: &Pass<'_>,
        came: Time,
        left: Time,
    ) -> Result<(), Wrong> {
        self.pass(room_id, pass, Direction::In, came)?;
        self.pass(room_id, pass, Direction::Out, left)
    }

    /// Expands a routine from its first day to its last, at most to `last_day`.
    fn routine(
        &mut self,
        index: usize,
        routine: &load::Routine,
        last_day: i64,
    ) -> Result<(), Wrong> {
        let last = routine.until.map_or(last_day, |until| until.0.min(last_day));
        let mut day = routine.from.0;
        while day <= last {
            self.routine_on(index, routine, day)?;
            day += routine.every_days;
        }
        Ok(())
    }

    fn routine_on(&mut self, index: usize, routine: &load::Routine, day: i64) -> Result<(), Wrong> {
        let calendar = self.data.calendar();
        let room_id = room_id(&routine.institution, &routine.room);
        let came = calendar.day_start(day).plus_ms(routine.at.0 * Time::SECOND_MS);
        let left = came.plus_min(routine.lasts_min);
        let lead_min = if routine.anaesthetist.is_some() { ANAESTHETIST_BEFORE_MIN } else { 0 };
        let first_in = came.plus_min(-lead_min);
        let planned_at = first_in.plus_ms(-first_in.0.rem_euclid(Time::MINUTE_MS));
        let key = format!("routine-{index}-{day}");
        let login = self.login(&routine.institution);
        let mut team = vec![(routine.who.clone(), Role::Attending)];
        team.extend(routine.anaesthetist.clone().map(|who| (who, Role::Anaesthetist)));
        let number = u64::try_from(day).unwrap_or(0) * 1_000 + index as u64;
        let declare = Declare {
            key: key.clone(),
            login: login.clone(),
            request_key: key.clone(),
            institution_id: routine.institution.clone(),
            room_id: room_id.clone(),
            procedure: routine.procedure.clone(),
            anaesthesia: routine.anaesthesia,
            planned_at,
            planned_min: (lead_min + routine.lasts_min + 9) / 10 * 10,
            volume_ml: None,
            client: client(number),
            team,
        };
        self.push(
            planned_at.plus_min(-DECLARED_BEFORE_MIN),
            Act::Live(Live::Declare(Box::new(declare))),
        );
        let pass = |who, role| Pass {
            operation: Some(&key),
            who,
            role,
            method: Method::Face,
            score: None,
        };
        let mut end = left;
        if let Some(who) = &routine.anaesthetist {
            end = left.plus_min(ANAESTHETIST_AFTER_MIN);
            self.in_and_out(&room_id, &pass(who, Role::Anaesthetist), first_in, end)?;
        }
        self.in_and_out(&room_id, &pass(&routine.who, Role::Attending), came, left)?;
        let confirm = Act::Confirm { key: key.clone(), login, volume_ml: None };
        self.push(end.plus_min(CONFIRMED_AFTER_MIN), confirm);
        Ok(())
    }

    /// The clinic head who declares; `fit` has seen that there is one.
    fn login(&self, institution_id: &str) -> String {
        self.data.clinic_login(institution_id).unwrap_or_default().to_owned()
    }

    fn operation(&mut self, operation: &load::Operation) -> Result<(), Wrong> {
        let calendar = self.data.calendar();
        let room_id = room_id(&operation.institution, &operation.room);
        let key = &operation.key;
        let login = self.login(&operation.institution);
        let declare = Declare {
            key: key.clone(),
            login: login.clone(),
            request_key: format!("demo-{key}"),
            institution_id: operation.institution.clone(),
            room_id: room_id.clone(),
            procedure: operation.procedure.clone(),
            anaesthesia: operation.anaesthesia,
            planned_at: operation.planned.at(calendar),
            planned_min: operation.planned_min,
            volume_ml: operation.volume_ml,
            client: sim::Client {
                name: operation.client.clone(),
                alias_zh: operation.alias_zh.clone(),
                alias_en: operation.alias_en.clone(),
            },
            team: operation.team.iter().map(|member| (member.who.clone(), member.role)).collect(),
        };
        self.push(operation.declared.at(calendar), Act::Live(Live::Declare(Box::new(declare))));
        for member in &operation.team {
            let method = member.method.map_or(Method::Face, door_method);
            let (who, role) = (member.who.as_str(), member.role);
            let pass = Pass { operation: Some(key), who, role, method, score: None };
            if let Some(came) = member.came {
                self.pass(&room_id, &pass, Direction::In, came.at(calendar))?;
            }
            if let Some(left) = member.left {
                self.pass(&room_id, &pass, Direction::Out, left.at(calendar))?;
            }
        }
        // What was finished on an earlier day has been confirmed; today's is the clinic's to do.
        let left = operation.team.iter().filter_map(|member| member.left).max();
        if let Some(left) = left.filter(|left| left.day < self.data.city.default_at.day) {
            let at = left.at(calendar).plus_min(CONFIRMED_AFTER_MIN);
            let (key, volume_ml) = (key.clone(), operation.volume_ml);
            self.push(at, Act::Confirm { key, login, volume_ml });
        }
        Ok(())
    }

    fn single_events(&mut self) -> Result<(), Wrong> {
        let calendar = self.data.calendar();
        for check in &self.data.checks {
            let pass = Pass {
                operation: check.operation.as_deref(),
                who: &check.who,
                role: check.role,
                method: door_method(check.method),
                score: check.score,
            };
            let direction = match check.direction {
                rules::checkin::Direction::In => Direction::In,
                rules::checkin::Direction::Out => Direction::Out,
            };
            let room_id = room_id(&check.institution, &check.room);
            self.pass(&room_id, &pass, direction, check.at.at(calendar))?;
        }
        for event in &self.data.terminal_events {
            let device = self.door(&room_id(&event.institution, &event.room))?;
            let what = match event.kind {
                load::TerminalEventKind::Moved => What::Moved {
                    to: Position { lat: event.lat, lng: event.lng },
                    moved_m: event.moved_m as f64,
                },
            };
            let act = Act::Live(Live::Event(DeviceEvent { device, what }));
            self.push(event.at.at(calendar), act);
        }
        Ok(())
    }

    fn story(&mut self) {
        let calendar = self.data.calendar();
        for disposal in &self.data.disposals {
            let institution = self.data.institution(&disposal.institution);
            for step in &disposal.steps {
                let dispose = Dispose {
                    login: step.by.clone(),
                    institution_id: disposal.institution.clone(),
                    institution_name: institution
                        .map(|institution| institution.name_zh.clone())
                        .unwrap_or_default(),
                    rule: disposal.rule,
                    raised_day: disposal.raised_on.0,
                    step: step.kind,
                    // People write in one language; the demo's write Chinese.
                    text: step.text_zh.clone(),
                    method: step.method,
                    outcome: step.outcome,
                    second: step.second.clone(),
                };
                self.push(step.at.at(calendar), Act::Live(Live::Dispose(Box::new(dispose))));
            }
        }
        for (index, inspection) in self.data.inspections.iter().enumerate() {
            // A referred alert proposes its inspection by itself.
            if inspection.rule.is_none() {
                self.push(inspection.proposed_at.at(calendar), Act::Propose(index));
            }
            self.push(inspection.carried_out_at.at(calendar), Act::CarryOut(index));
        }
        for (index, suspension) in self.data.suspensions.iter().enumerate() {
            self.push(suspension.from.at(calendar), Act::Suspend(index));
        }
    }
}
