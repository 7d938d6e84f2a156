//! The loop: what is due by the city's time is done, signed or sent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use presence::event::Envelope;
use reqwest::Client;
use rules::Time;
use rules::calendar::{Calendar, civil};
use rules::register::Role;
use serde::Deserialize;
use tokio::sync::watch;

use crate::channel::Channel;
use crate::crews::Crews;
use crate::hotline::Hotline;
use crate::invent::Invent;
use crate::pages::{Away, Posted, Session, client, ids_after};
use crate::rectify::Campaign;
use crate::wire::{Queue, send};
use crate::{Act, Declare, Device, DeviceEvent, Dispose, Plan, Step, What};

/// How often the city's time is asked for.
const TICK: Duration = Duration::from_millis(250);
/// The longest wait while the server is away.
const AWAY_MAX: Duration = Duration::from_secs(30);
/// What invented life is drawn from.
const SEED: u64 = 20_240_102;

/// The answer of `GET /api/v1/time`.
#[derive(Deserialize)]
struct ServerTime {
    server_time_ms: i64,
    city_offset_ms: i64,
}

pub struct Simulation {
    base_url: String,
    http: Client,
    calendar: Calendar,
    password: String,
    sessions: HashMap<String, Session>,
    devices: Vec<Device>,
    queues: Vec<Queue>,
    beat_at: Vec<Time>,
    heartbeat_ms: i64,
    /// By time, then by the order they were written in.
    steps: BTreeMap<(Time, usize), Act>,
    next_step: usize,
    written: usize,
    operations: HashMap<String, String>,
    /// Declarations that the gate refused: nobody comes for them.
    refused: HashSet<String>,
    invent: Invent,
    channel: Channel,
    crews: Crews,
    campaign: Campaign,
    hotline: Hotline,
}

impl Simulation {
    /// A simulation that talks to the server at `base_url`, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base_url: &str, plan: Plan) -> reqwest::Result<Simulation> {
        let written = plan.steps.len();
        let steps = plan.steps.into_iter().enumerate();
        Ok(Simulation {
            base_url: base_url.trim_end_matches('/').to_owned(),
            http: client(false)?,
            calendar: plan.calendar,
            password: plan.password.clone(),
            sessions: HashMap::new(),
            queues: plan.devices.iter().map(|_| Queue::default()).collect(),
            beat_at: Vec::new(),
            devices: plan.devices,
            heartbeat_ms: plan.heartbeat_ms.max(1_000),
            steps: steps.map(|(index, step)| ((step.at, index), step.act)).collect(),
            next_step: written,
            written,
            operations: plan.operations,
            refused: HashSet::new(),
            channel: Channel::new(base_url.trim_end_matches('/'), &plan.password, plan.channel),
            crews: Crews::new(base_url.trim_end_matches('/'), &plan.password, plan.crews),
            campaign: Campaign::new(base_url.trim_end_matches('/'), &plan.password, plan.campaign),
            hotline: Hotline::new(base_url.trim_end_matches('/'), &plan.password, plan.hotline),
            invent: Invent::new(plan.templates, plan.calendar, SEED),
        })
    }

    /// Plays until `stop` says so. While the server is away, steps and events wait in order.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut pause = TICK;
        loop {
            tokio::select! {
                // A sender that is gone is a stop as well.
                _ = stop.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(pause) => {}
            }
            match self.tick().await {
                Ok(()) => pause = TICK,
                Err(away) => {
                    tracing::info!(%away, "simulated life waits");
                    pause = (pause * 2).min(AWAY_MAX);
                }
            }
        }
    }

    /// Does everything that is due.
    async fn tick(&mut self) -> Result<(), Away> {
        let now = self.city_time().await?;
        self.beat(now);
        self.invent_more(now);
        let played = self.play(now).await;
        // Events wait for no declaration of another clinic.
        let sent = self.send(now).await;
        played.and(sent)?;
        self.channel.tick(now).await?;
        self.crews.tick(now).await?;
        let calendar = self.calendar;
        let day = |at: Time| {
            let text = calendar.compact_date(at);
            format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])
        };
        self.campaign.tick(now, day).await?;
        self.hotline.tick(now, calendar).await
    }

    async fn city_time(&self) -> Result<Time, Away> {
        let answer = self.http.get(format!("{}/api/v1/time", self.base_url)).send().await?;
        if let Some(away) = Away::of(answer.status()) {
            return Err(away);
        }
        let time: ServerTime = answer.error_for_status()?.json().await?;
        Ok(Time(time.server_time_ms + time.city_offset_ms))
    }

    /// Signs the heartbeats that are due, spread over the interval.
    fn beat(&mut self, now: Time) {
        if self.beat_at.is_empty() {
            let count = i64::try_from(self.devices.len()).unwrap_or(1).max(1);
            let phase = |index: i64| now.plus_ms(index * self.heartbeat_ms / count);
            self.beat_at = (0..count).map(phase).collect();
        }
        for (index, due) in self.beat_at.iter_mut().enumerate() {
            let Some(device) = self.devices.get_mut(index) else { continue };
            // A terminal without network sends its signs of life when it is back, not those it
            // could not send.
            if *due > now || !device.beats || device.silent_at(now) {
                continue;
            }
            self.queues[index].waiting.push_back(device.sign(now, &What::Heartbeat, None));
            *due = now.plus_ms(self.heartbeat_ms);
        }
    }

    /// When the written steps are all played, the city lives on by itself.
    fn invent_more(&mut self, now: Time) {
        let written_left = self.steps.keys().any(|(_, index)| *index < self.written);
        if written_left {
            return;
        }
        for Step { at, act } in self.invent.next(now) {
            self.steps.insert((at, self.next_step), act);
            self.next_step += 1;
        }
    }

    async fn play(&mut self, now: Time) -> Result<(), Away> {
        while let Some(((at, index), act)) = self.steps.pop_first() {
            if at > now {
                self.steps.insert((at, index), act);
                return Ok(());
            }
            let done = match &act {
                Act::Event(event) => {
                    self.sign(at, event);
                    Ok(())
                }
                Act::Declare(declare) => self.declare(declare).await,
                Act::Dispose(dispose) => self.dispose(dispose).await,
            };
            if let Err(away) = done {
                self.steps.insert((at, index), act);
                return Err(away);
            }
        }
        Ok(())
    }

    fn sign(&mut self, at: Time, event: &DeviceEvent) {
        let mut operation_id = None;
        if let What::Check(check) = &event.what
            && let Some(key) = &check.operation
        {
            if self.refused.contains(key) {
                return;
            }
            operation_id = self.operations.get(key).cloned();
        }
        if let Some(device) = self.devices.get_mut(event.device) {
            let envelope: Envelope = device.sign(at, &event.what, operation_id);
            self.queues[event.device].waiting.push_back(envelope);
        }
    }

    async fn send(&mut self, now: Time) -> Result<(), Away> {
        let ready: Vec<(usize, String)> = self
            .devices
            .iter()
            .enumerate()
            .filter(|(index, device)| {
                let queue = &self.queues[*index];
                !queue.waiting.is_empty() && queue.stopped.is_none() && !device.silent_at(now)
            })
            .map(|(index, device)| (index, device.id().to_owned()))
            .collect();
        let sent = send(&self.http, &self.base_url, &mut self.queues, &ready).await;
        for (index, device) in &ready {
            if let Some(answer) = self.queues[*index].stopped {
                tracing::warn!(%device, answer = answer.code(), "the terminal has stopped");
            }
        }
        sent
    }

    fn session(&mut self, login: &str) -> Result<&mut Session, Away> {
        if !self.sessions.contains_key(login) {
            let session = Session::new(&self.base_url, login, &self.password)?;
            self.sessions.insert(login.to_owned(), session);
        }
        self.sessions.get_mut(login).ok_or_else(|| Away::SignIn {
            login: login.to_owned(),
            status: reqwest::StatusCode::NOT_FOUND,
        })
    }

    async fn declare(&mut self, declare: &Declare) -> Result<(), Away> {
        let fields = declaration_form(declare, self.calendar);
        let posted = self.session(&declare.login)?.post("/clinic/operations", &fields).await?;
        let operation_id = match &posted {
            Posted::Done(to) => ids_after(to, "/operations/").into_iter().next(),
            Posted::Refused(_) => None,
        };
        match operation_id {
            Some(operation_id) => {
                self.operations.insert(declare.key.clone(), operation_id);
            }
            None => {
                tracing::warn!(key = %declare.key, ?posted, "the declaration was refused");
                self.refused.insert(declare.key.clone());
            }
        }
        Ok(())
    }

    /// Finds the alert among those the person sees, and takes the step.
    async fn dispose(&mut self, dispose: &Dispose) -> Result<(), Away> {
        let session = self.session(&dispose.login)?;
        let list = session.get("/alerts").await?;
        for alert_id in ids_after(&list, "/alerts/").iter().filter(|id| id.starts_with("alr_")) {
            let path = format!("/alerts/{alert_id}");
            let page = session.get(&path).await?;
            if !page.contains(&dispose.institution_name) || !page.contains(dispose.rule.code()) {
                continue;
            }
            let fields = disposal_form(dispose);
            let posted = session.post(&format!("{path}/steps"), &fields).await?;
            if let Posted::Refused(status) = posted {
                tracing::warn!(%alert_id, %status, "the step of disposal was refused");
            }
            return Ok(());
        }
        tracing::warn!(rule = dispose.rule.code(), "no such alert to dispose of");
        Ok(())
    }
}

fn declaration_form(declare: &Declare, calendar: Calendar) -> Vec<(&'static str, String)> {
    let (year, month, day) = civil(calendar.day_number(declare.planned_at));
    let minute = calendar.minute_of_day(declare.planned_at);
    let who = |role: Role| {
        let member = declare.team.iter().find(|(_, filed)| *filed == role);
        member.map(|(who, _)| who.clone()).unwrap_or_default()
    };
    vec![
        ("request_key", declare.request_key.clone()),
        ("room", declare.room_id.clone()),
        ("procedure", declare.procedure.clone()),
        ("anaesthesia", declare.anaesthesia.code().to_owned()),
        ("date", format!("{year:04}-{month:02}-{day:02}")),
        ("time", format!("{:02}:{:02}", minute / 60, minute % 60)),
        ("planned_min", declare.planned_min.to_string()),
        ("volume_ml", declare.volume_ml.map(|ml| ml.to_string()).unwrap_or_default()),
        ("client_name", declare.client.name.clone()),
        ("alias_zh", declare.client.alias_zh.clone()),
        ("alias_en", declare.client.alias_en.clone()),
        ("attending", who(Role::Attending)),
        ("anaesthetist", who(Role::Anaesthetist)),
        ("assistant", who(Role::Assistant)),
    ]
}

fn disposal_form(dispose: &Dispose) -> Vec<(&'static str, String)> {
    vec![
        ("step", dispose.step.code().to_owned()),
        ("text", dispose.text.clone()),
        ("method", dispose.method.map(|method| method.code().to_owned()).unwrap_or_default()),
        ("outcome", dispose.outcome.map(|outcome| outcome.code().to_owned()).unwrap_or_default()),
        ("second", dispose.second.clone().unwrap_or_default()),
    ]
}
