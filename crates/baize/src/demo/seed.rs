//! Seeding: history is run through the same functions that serve live requests, each step at its
//! own moment, and deadlines fire when they fall due. Nothing is written behind their back.

use std::collections::HashMap;
use std::sync::Arc;

use presence::event::Answer;
use rules::account::AccountRole;
use rules::{Position, Time};
use sim::{Act as Live, Declare, Device, DeviceEvent, Dispose, Template, What};
use store::alert::{AlertFilter, Disposal};
use store::event::By;
use store::operation::{Declaration, Member};
use store::page::Slice;
use store::terminal::NewTerminal;
use store::{Db, Scope, Tx};

use super::channel;
use super::incident;
use super::journey;
use super::life::templates;
use super::load::{Data, Wrong};
use super::portrait;
use super::timeline::room_id;
use super::timeline::{Act, Step, Terminal, Timeline};

/// Why a demo cannot be seeded.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Wrong(#[from] Wrong),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{step}: {why}")]
    Step { step: String, why: String },
    #[error("{0}")]
    Sentence(String),
}

/// What seeding hands over to the simulation.
#[derive(Clone, Debug)]
pub struct Seeded {
    pub devices: Vec<Device>,
    /// Ids of operations by their key in the data.
    pub operations: HashMap<String, String>,
    /// Steps after the start, for the simulation to play.
    pub later: Vec<sim::Step>,
    pub templates: Vec<Template>,
}

/// Steps that share one commit.
const BATCH: usize = 200;
/// How long before the demo starts each terminal was last heard of.
const HEARD_BEFORE_MS: i64 = 30_000;
/// Between signs of life of a terminal whose silence is watched: shorter than any watch.
const WATCHED_EVERY_MIN: i64 = 2;

/// Seeds an empty database with everything up to and including `at`.
///
/// # Errors
/// [`Trouble`] when `at` lies outside the written days, when a step is refused, or when the
/// database fails; what was written before stays.
pub async fn seed(
    db: &Db,
    data: Arc<Data>,
    at: Time,
    password_hash: &str,
) -> Result<Seeded, Trouble> {
    let timeline = Timeline::of(&data)?;
    if at < timeline.earliest || at > timeline.latest {
        return Err(Trouble::Sentence(format!(
            "the demo can start from {} to {}",
            local(&data, timeline.earliest),
            local(&data, timeline.latest)
        )));
    }
    let hashes = vec![password_hash.to_owned(); data.accounts.len()];
    let entered = data.clone();
    let scopes = db
        .write(move |tx| {
            Box::pin(async move {
                super::register::enter(tx, &entered, &hashes, at).await?;
                portrait::attach_all(tx, &entered).await?;
                scopes(tx, &entered).await
            })
        })
        .await?;
    let mut seeder = Seeder {
        devices: devices(&timeline.terminals, &data, at),
        data,
        steps: Vec::new(),
        next: 0,
        scopes,
        operations: HashMap::new(),
        inspections: HashMap::new(),
        channel: channel::Made::default(),
        incidents: incident::Made::default(),
        transfer: journey::Made::default(),
    };
    let (before, later): (Vec<Step>, Vec<Step>) =
        timeline.steps.into_iter().partition(|step| step.at <= at);
    seeder.steps = before;
    seeder.steps.extend(heartbeats(&seeder.devices, at));
    seeder.steps.sort_by_key(|step| step.at);
    let terminals = timeline.terminals;
    let mut seeder =
        db.write(move |tx| Box::pin(async move { seeder.enrol(tx, &terminals).await })).await?;
    loop {
        let (back, stop) = db
            .write(move |tx| {
                Box::pin(async move {
                    let stop = seeder.batch(tx).await;
                    Ok((seeder, stop))
                })
            })
            .await?;
        seeder = back;
        match stop? {
            Stop::Full => {}
            Stop::Due(due) => fire(db, due).await?,
            Stop::End => break,
        }
    }
    super::campaign_story::tell(db, &seeder.data, password_hash).await?;
    fire(db, at).await?;
    arm(db, at).await?;
    Ok(seeder.hand_over(later, at))
}

/// From here on holes of the channel are looked for; before, nobody could have closed them.
async fn arm(db: &Db, at: Time) -> store::Result<()> {
    let by = By::system("deadline", at);
    db.write(move |tx| {
        Box::pin(async move {
            store::notice::assume_sent(tx).await?;
            store::oncall::arm(tx, &by).await
        })
    })
    .await
}

/// Fires everything that is due, however much it is.
async fn fire(db: &Db, now: Time) -> Result<(), Trouble> {
    while store::deadline::fire(db, now).await? > 0 {}
    Ok(())
}

/// A moment as the command line takes it.
fn local(data: &Data, at: Time) -> String {
    let calendar = data.calendar();
    let (year, month, day) = rules::calendar::civil(calendar.day_number(at));
    let minute = calendar.minute_of_day(at);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}", minute / 60, minute % 60)
}

async fn scopes(tx: &mut Tx, data: &Data) -> store::Result<HashMap<String, Scope>> {
    let mut scopes = HashMap::new();
    for account in &data.accounts {
        let scope = store::account::scope_of_login(tx, &account.login).await?;
        scopes.insert(account.login.clone(), scope);
    }
    Ok(scopes)
}

fn devices(terminals: &[Terminal], data: &Data, at: Time) -> Vec<Device> {
    let calendar = data.calendar();
    let suspended = |institution_id: &str| {
        data.suspensions.iter().any(|suspension| {
            suspension.institution == institution_id && suspension.from.at(calendar) <= at
        })
    };
    terminals
        .iter()
        .map(|terminal| {
            let Terminal { id, institution_id, room_id, home, installed_at, silent } = terminal;
            let mut device = Device::new(id, institution_id, room_id, *home, *installed_at);
            device.silent = silent.clone();
            device.beats = !suspended(institution_id);
            device
        })
        .collect()
}

/// Each terminal's last sign of life before the start; of a terminal with silent spans also what
/// leads into and follows them. Others are left out: they would only arm watches and move them on.
fn heartbeats(devices: &[Device], at: Time) -> Vec<Step> {
    let last = at.plus_ms(-HEARD_BEFORE_MS);
    let mut steps = Vec::new();
    for (index, device) in devices.iter().enumerate().filter(|(_, device)| device.beats) {
        let mut times = Vec::new();
        let spans = device.silent.iter();
        if let Some(first) = spans.map(|span| span.from).min().filter(|from| *from < last) {
            // The sign of life that a silence is measured from.
            times.extend(device.silent.iter().map(|span| span.from).filter(|from| *from < last));
            let mut time = first;
            while time < last {
                if !device.silent_at(time) {
                    times.push(time);
                }
                time = time.plus_min(WATCHED_EVERY_MIN);
            }
        }
        if !device.silent_at(last) {
            times.push(last);
        }
        for at in times {
            let event = DeviceEvent { device: index, what: What::Heartbeat };
            steps.push(Step { at, act: Act::Live(Live::Event(event)) });
        }
    }
    steps
}

/// Why a batch ended.
enum Stop {
    /// The commit is large enough.
    Full,
    /// A deadline falls due before the next step.
    Due(Time),
    End,
}

struct Seeder {
    data: Arc<Data>,
    devices: Vec<Device>,
    steps: Vec<Step>,
    next: usize,
    scopes: HashMap<String, Scope>,
    operations: HashMap<String, String>,
    /// Ids of inspections that officers proposed, by their place in the data.
    inspections: HashMap<usize, String>,
    channel: channel::Made,
    incidents: incident::Made,
    transfer: journey::Made,
}

impl Seeder {
    fn scope(&self, login: &str) -> store::Result<Scope> {
        self.scopes.get(login).cloned().ok_or(store::Error::NotFound("account"))
    }

    fn account_id(&self, login: &str) -> store::Result<String> {
        let scope = self.scope(login)?;
        let account = scope.account().ok_or(store::Error::NotFound("account"))?;
        Ok(account.account_id.clone())
    }

    /// Installs and enrols every terminal, as an officer of its district and the device would.
    async fn enrol(mut self, tx: &mut Tx, terminals: &[Terminal]) -> store::Result<Seeder> {
        for (index, terminal) in terminals.iter().enumerate() {
            let at = terminal.installed_at;
            let new = NewTerminal {
                terminal_id: terminal.id.clone(),
                institution_id: terminal.institution_id.clone(),
                room_id: terminal.room_id.clone(),
                at: terminal.home,
            };
            store::terminal::install(tx, &By::system("demo", at), &new).await?;
            let officer = self.scope(&self.officer_of(&terminal.institution_id))?;
            let code = format!("DEMO-{}", terminal.id);
            store::terminal::enrolment_code(tx, &officer, &terminal.id, &code, at).await?;
            let public_key = self.devices[index].public_key();
            let enrolled = store::terminal::enrol(tx, &code, &public_key, at.plus_min(1)).await?;
            if enrolled.as_deref() != Ok(terminal.id.as_str()) {
                let why = format!("{} was not enrolled: {enrolled:?}", terminal.id);
                return Err(store::Error::Lost(why));
            }
            let event = DeviceEvent { device: index, what: What::Started };
            self.receive(tx, &event, at.plus_min(2)).await?;
        }
        self.install_spares(tx).await?;
        Ok(self)
    }

    /// Terminals that wait for whoever tries out enrolment.
    async fn install_spares(&self, tx: &mut Tx) -> store::Result<()> {
        for spare in &self.data.spare_terminals {
            let Some(house) = self.data.institution(&spare.institution) else { continue };
            let new = NewTerminal {
                terminal_id: spare.id.clone(),
                institution_id: house.id.clone(),
                room_id: room_id(&house.id, &spare.room),
                at: Position { lat: house.lat, lng: house.lng },
            };
            let installed_on = house.installed_on.unwrap_or(house.registered_on);
            let at = installed_on.start(self.data.calendar());
            store::terminal::install(tx, &By::system("demo", at), &new).await?;
        }
        Ok(())
    }

    /// The login of an officer of the institution's district.
    fn officer_of(&self, institution_id: &str) -> String {
        let region = self.data.institution(institution_id).map(|entry| &entry.region);
        let officer = self.data.accounts.iter().find(|account| {
            account.role == AccountRole::Officer && account.region.as_ref() == region
        });
        officer.map(|account| account.login.clone()).unwrap_or_default()
    }

    /// Runs steps until the commit is large enough, a deadline falls due, or none is left.
    async fn batch(&mut self, tx: &mut Tx) -> Result<Stop, Trouble> {
        for _ in 0..BATCH {
            let Some(step) = self.steps.get(self.next).cloned() else { return Ok(Stop::End) };
            let due = store::deadline::next_due(tx).await?;
            if let Some(due) = due.filter(|due| *due <= step.at) {
                return Ok(Stop::Due(due));
            }
            if let Err(error) = self.run(tx, &step).await {
                let (step, why) = (self.name(&step), why(&error));
                return Err(Trouble::Step { step, why });
            }
            self.next += 1;
        }
        Ok(Stop::Full)
    }

    /// A step as an error names it.
    fn name(&self, step: &Step) -> String {
        let what = match &step.act {
            Act::Live(Live::Declare(declare)) => format!("declaring \"{}\"", declare.key),
            Act::Live(Live::Event(event)) => {
                let device = self.devices.get(event.device).map_or("?", Device::id);
                format!("an event of {device}, {:?}", event.what)
            }
            Act::Live(Live::Dispose(dispose)) => {
                let (step, rule) = (dispose.step.code(), dispose.rule.code());
                format!("{step} of the alert {rule} of \"{}\"", dispose.institution_id)
            }
            Act::Confirm { key, .. } => format!("confirming \"{key}\""),
            Act::Propose(index) | Act::CarryOut(index) => format!("inspection {}", index + 1),
            Act::Suspend(index) => format!("suspension {}", index + 1),
            Act::Channel(act) => format!("{act:?}"),
            Act::Incident(act) => format!("{act:?}"),
            Act::Transfer(act) => format!("{act:?}"),
        };
        format!("{} {what}", local(&self.data, step.at))
    }

    async fn run(&mut self, tx: &mut Tx, step: &Step) -> store::Result<()> {
        match &step.act {
            Act::Live(Live::Declare(declare)) => self.declare(tx, declare, step.at).await,
            Act::Live(Live::Event(event)) => self.receive(tx, event, step.at).await,
            Act::Live(Live::Dispose(dispose)) => self.dispose(tx, dispose, step.at).await,
            Act::Confirm { key, login, volume_ml } => {
                let id = self.operations.get(key).ok_or(store::Error::NotFound("operation"))?;
                let scope = self.scope(login)?;
                let confirm = rules::operation::Action::Confirm;
                store::operation::act(tx, &scope, id, confirm, "", *volume_ml, step.at).await
            }
            Act::Channel(act) => {
                channel::run(tx, &self.data, &self.scopes, &mut self.channel, act, step.at).await
            }
            Act::Incident(act) => {
                incident::run(tx, &self.data, &self.scopes, &mut self.incidents, *act, step.at)
                    .await
            }
            Act::Transfer(act) => {
                let (data, made) = (&self.data, &mut self.transfer);
                journey::run(tx, data, &self.scopes, made, *act, step.at).await
            }
            Act::Propose(index) => self.propose(tx, *index, step.at).await,
            Act::CarryOut(index) => self.carry_out(tx, *index, step.at).await,
            Act::Suspend(index) => {
                let order = &self.data.suspensions[*index];
                let by = By::account(&self.account_id(&order.by)?, step.at);
                let reason = order.reason.code();
                store::register::suspend(tx, &by, &order.institution, reason, step.at)
                    .await
                    .map(drop)
            }
        }
    }

    async fn declare(&mut self, tx: &mut Tx, declare: &Declare, now: Time) -> store::Result<()> {
        let scope = self.scope(&declare.login)?;
        let declaration = declaration(declare);
        let id = match store::operation::declare(tx, &scope, &declaration, now).await {
            Err(store::Error::Refused(store::Refusal::Gate)) => {
                let institution_id = &declare.institution_id;
                let gated = store::operation::gate(tx, institution_id, &declaration, now).await?;
                let first = gated.lines.first();
                return Err(store::Error::Lost(format!("the gate refuses it: {first:?}")));
            }
            other => other?,
        };
        self.operations.insert(declare.key.clone(), id);
        Ok(())
    }

    async fn receive(&mut self, tx: &mut Tx, event: &DeviceEvent, at: Time) -> store::Result<()> {
        let operation_id = match &event.what {
            What::Check(check) => {
                check.operation.as_ref().and_then(|key| self.operations.get(key)).cloned()
            }
            _ => None,
        };
        let device = &mut self.devices[event.device];
        let envelope = device.sign(at, &event.what, operation_id);
        let answered = store::terminal::receive(tx, device.id(), &envelope, at).await?;
        if answered.answer == Answer::Recorded {
            return Ok(());
        }
        Err(store::Error::Lost(format!("the event was answered {}", answered.answer.code())))
    }

    async fn dispose(&self, tx: &mut Tx, dispose: &Dispose, now: Time) -> store::Result<()> {
        let scope = self.scope(&dispose.login)?;
        let calendar = self.data.calendar();
        let filter = AlertFilter {
            view: "all".into(),
            rule: Some(dispose.rule.code().to_owned()),
            institution_id: Some(dispose.institution_id.clone()),
            from: Some(calendar.day_start(dispose.raised_day)),
            until: Some(calendar.day_start(dispose.raised_day + 1)),
            ..AlertFilter::default()
        };
        let found = store::alert::alerts(tx, &scope, &filter, now, Slice::first(1)).await?;
        let line = found.rows.first().ok_or(store::Error::NotFound("alert"))?;
        let second = dispose.second.as_deref().map(|login| self.account_id(login)).transpose()?;
        let disposal = Disposal {
            step: dispose.step,
            text: dispose.text.clone(),
            method: dispose.method,
            outcome: dispose.outcome,
            second_account: second,
        };
        store::alert::dispose(tx, &scope, &line.alert_id, &disposal, now).await
    }

    async fn propose(&mut self, tx: &mut Tx, index: usize, now: Time) -> store::Result<()> {
        let inspection = &self.data.inspections[index];
        let by = By::account(&self.account_id(&inspection.proposed_by)?, now);
        let id = store::inspection::propose(tx, &by, &inspection.institution, None).await?;
        self.inspections.insert(index, id);
        Ok(())
    }

    async fn carry_out(&self, tx: &mut Tx, index: usize, now: Time) -> store::Result<()> {
        let inspection = &self.data.inspections[index];
        let officer = self.scope(&inspection.officers[0])?;
        let inspection_id = match self.inspections.get(&index) {
            Some(id) => id.clone(),
            None => {
                // Proposed by a referred alert.
                let institution_id = &inspection.institution;
                let known =
                    store::inspection::of_institution(tx, &officer, institution_id, now).await?;
                let open = known
                    .into_iter()
                    .find(|known| known.alert_id.is_some() && known.carried_out_at.is_none());
                open.ok_or(store::Error::NotFound("inspection"))?.inspection_id
            }
        };
        let first = self.account_id(&inspection.officers[0])?;
        let second = self.account_id(&inspection.officers[1])?;
        let by = By::account(&first, now);
        let (finding, text) = (inspection.finding.code(), &inspection.text_zh);
        let officers = [first.as_str(), second.as_str()];
        store::inspection::carry_out(tx, &by, &inspection_id, officers, finding, text).await
    }

    fn hand_over(mut self, later: Vec<Step>, at: Time) -> Seeded {
        let templates = templates(&self.data, &self.devices, at);
        let mut live = Vec::new();
        for Step { at, act } in later {
            // Only what goes through the front doors can be played live; `earliest` has seen to it
            // that nothing else but confirmations is left, which are the clinics' own to give.
            let Act::Live(mut act) = act else { continue };
            if let Live::Dispose(dispose) = &mut act
                && let Some(login) = dispose.second.take()
            {
                dispose.second = self.account_id(&login).ok();
            }
            live.push(sim::Step { at, act });
        }
        let devices = std::mem::take(&mut self.devices);
        Seeded { devices, operations: self.operations, later: live, templates }
    }
}

fn declaration(declare: &Declare) -> Declaration {
    let members =
        declare.team.iter().map(|(who, role)| Member { practitioner_id: who.clone(), role: *role });
    Declaration {
        request_key: declare.request_key.clone(),
        room_id: declare.room_id.clone(),
        procedure_code: declare.procedure.clone(),
        anaesthesia: declare.anaesthesia,
        planned_at: declare.planned_at,
        planned_min: declare.planned_min,
        volume_ml: declare.volume_ml,
        client_name: declare.client.name.clone(),
        client_alias_zh: declare.client.alias_zh.clone(),
        client_alias_en: declare.client.alias_en.clone(),
        members: members.collect(),
    }
}

/// What an error of the store says about a step, without the words around it.
fn why(error: &store::Error) -> String {
    match error {
        store::Error::Lost(why) => why.clone(),
        store::Error::Db(error) => error.to_string(),
        other => other.to_string(),
    }
}
