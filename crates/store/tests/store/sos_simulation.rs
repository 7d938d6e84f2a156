//! A month of emergencies with a clock of its own: people are slow, away or say no, text messages
//! are lost, servers stop, and two of them fire the same deadlines. No case may be lost.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rules::emergency::{DeclineReason, Mark, Outcome, Source};
use rules::{Position, Time};
use serde_json::Value;
use store::emergency::{self, Details, NewCase, mark, raise, raise_public};
use store::{Db, Engine, Error, Refusal, deadline, notice};

use crate::channel::{HOSPITAL_IDS, cry, declining, furnish, naming, number_of};
use crate::city::step;
use crate::house::{House, MIDNIGHT, on};

/// Cases on each database. PostgreSQL commits by way of a socket: a hundred and fifty of them keep
/// both within a minute on two slow cores.
const CASES: [(Engine, usize); 2] = [(Engine::Sqlite, 400), (Engine::Postgres, 150)];

/// xorshift64*: the same month every time.
struct Rng(u64);

impl Rng {
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n - 1)
    }

    /// Seconds that people take: half of them less than the median, a few very long.
    fn slow_ms(&mut self, median_s: f64) -> i64 {
        let normal: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        (median_s * 1_000.0 * (0.9 * normal).exp()) as i64
    }
}

enum Act {
    Raise(usize),
    /// Somebody has heard it and does something.
    Answer(String, String),
    Accept(String, String),
    /// The desk reaches a hospital on the phone.
    Rescue(String),
    End(String),
    /// Both servers stop for so many seconds.
    Restart(i64),
    Gateway,
}

/// Counts of what the month held, so that a quiet month is no proof.
#[derive(Debug, Default)]
struct Held {
    lost: usize,
    restarts: usize,
    refused: usize,
    rescued: usize,
    twice: usize,
}

struct Month<'h> {
    house: &'h House,
    nodes: [Db; 2],
    rng: Rng,
    agenda: BTreeMap<(Time, usize), Act>,
    made: usize,
    /// Until then no server runs: whatever falls due waits.
    down_until: Time,
    open: BTreeSet<String>,
    seen: BTreeSet<String>,
    people: HashMap<String, String>,
    held: Held,
}

impl<'h> Month<'h> {
    async fn new(house: &'h House, cases: usize) -> Month<'h> {
        let mut people = HashMap::new();
        for login in ["qc_director", "qc_a", "qc_b"] {
            people.insert(number_of(login), login.to_owned());
        }
        for id in HOSPITAL_IDS {
            for n in 1..=2 {
                let login = format!("doc_{}{n}", id.trim_start_matches("h_"));
                people.insert(number_of(&login), login);
            }
        }
        assert_eq!(people.len(), 11, "two people share a number");
        let mut month = Month {
            house,
            nodes: [house.another().await, house.another().await],
            rng: Rng(0x5EED_0000_0001),
            agenda: BTreeMap::new(),
            made: 0,
            down_until: MIDNIGHT,
            open: BTreeSet::new(),
            seen: BTreeSet::new(),
            people,
            held: Held::default(),
        };
        let mut at = MIDNIGHT;
        for n in 0..cases {
            // Some cry within the same minutes as the one before.
            if !month.rng.chance(0.1) {
                at = MIDNIGHT.plus_ms((month.rng.unit() * 30.0 * Time::DAY_MS as f64) as i64);
            }
            let later = month.rng.slow_ms(30.0);
            month.plan(at.plus_ms(later), Act::Raise(n));
            if n % 40 == 20 {
                // Half of the outages fall into a case's first seconds.
                let outage_s = [1, 95][n / 40 % 2];
                month.plan(at.plus_ms(later + 12_500), Act::Restart(outage_s));
            }
        }
        month
    }

    fn plan(&mut self, at: Time, act: Act) {
        self.made += 1;
        self.agenda.insert((at, self.made), act);
    }

    async fn run(&mut self) {
        while let Some(((at, number), _)) = self.agenda.first_key_value() {
            let (key, at) = ((*at, *number), (*at).max(self.down_until));
            let node = &self.nodes[0];
            let due = deadline::next_due(&mut node.read().await.unwrap()).await.unwrap();
            let due = due.map(|due| due.max(self.down_until));
            let now = match due {
                // What falls due with somebody's answer falls due before it.
                Some(due) if due <= at => {
                    let [one, other] = &self.nodes;
                    let (a, b) = tokio::join!(deadline::fire(one, due), deadline::fire(other, due));
                    assert!(a.unwrap() + b.unwrap() > 0, "a deadline of {due:?} does not fire");
                    due
                }
                _ => {
                    let act = self.agenda.remove(&key).unwrap();
                    self.act(act, at).await;
                    at
                }
            };
            self.gateway(now).await;
            self.look().await;
        }
    }

    async fn act(&mut self, act: Act, now: Time) {
        match act {
            Act::Raise(n) => self.cry(n, now).await,
            Act::Answer(id, login) => self.answer(&id, &login, now).await,
            Act::Accept(id, login) => {
                self.try_mark(&id, &login, Mark::Accept, Details::default(), now).await;
            }
            Act::Rescue(id) => {
                let sql = "select count(*) from emergency where accepted_at is null";
                if self.house.number(&format!("{sql} and emergency_id = '{id}'")).await > 0 {
                    self.held.rescued += 1;
                    let there = naming("h_tong");
                    assert!(self.try_mark(&id, "qc_director", Mark::Accept, there, now).await);
                }
            }
            Act::End(id) => {
                let outcome = Some(Outcome::Recovered);
                for step in [Mark::Arrive, Mark::HandOver, Mark::Close] {
                    let details = Details { outcome, ..Details::default() };
                    assert!(self.try_mark(&id, "qc_a", step, details, now).await);
                }
                self.open.remove(&id);
            }
            Act::Restart(outage_s) => {
                self.held.restarts += 1;
                self.down_until = now.plus_ms(outage_s * Time::SECOND_MS);
                self.nodes = [self.house.another().await, self.house.another().await];
            }
            // The gateway is asked after every step.
            Act::Gateway => {}
        }
    }

    async fn cry(&mut self, n: usize, now: Time) {
        let cards = ["vision_loss", "airway", "haemorrhage", "other"];
        let mut new = cry(&format!("key-{n}"), cards[self.rng.below(4)]);
        let public = self.rng.chance(0.3);
        new.drill = !public && self.rng.chance(0.05);
        if public {
            new.source = Source::Public;
            new.callback = "13900001234".into();
            // From the west to the east of the city, some from nobody knows where.
            let lng = 120.6 + self.rng.unit() * 0.5;
            new.at = (!self.rng.chance(0.1)).then_some(Position { lat: 31.97, lng });
        }
        let login = ["head_qing", "head_lan", "head_bai"][self.rng.below(3)];
        let taps = if self.rng.chance(0.1) { 2 } else { 1 };
        self.held.twice += taps - 1;
        let mut ids = BTreeSet::new();
        for tap in 0..taps {
            ids.insert(self.raise(login, public, new.clone(), now, tap).await);
        }
        assert_eq!(ids.len(), 1);
        let id = ids.pop_first().unwrap();
        self.open.insert(id.clone());
        self.plan(now.plus_min(4), Act::Rescue(id.clone()));
        self.plan(now.plus_min(60), Act::End(id));
    }

    async fn raise(
        &self,
        login: &str,
        public: bool,
        new: NewCase,
        now: Time,
        tap: usize,
    ) -> String {
        let scope = self.house.scope(login).await;
        let raised = step!(self.nodes[tap], |tx| async move {
            if public {
                raise_public(tx, &new, now).await
            } else {
                raise(tx, &scope, &new, now).await
            }
        });
        raised.unwrap().emergency_id
    }

    /// Whether the mark was set; refusals of somebody who comes too late are part of life.
    async fn try_mark(
        &mut self,
        id: &str,
        login: &str,
        what: Mark,
        details: Details,
        now: Time,
    ) -> bool {
        let (scope, id) = (self.house.scope(login).await, id.to_owned());
        let node = self.nodes[self.rng.below(2)].clone();
        match step!(node, |tx| mark(tx, &scope, &id, what, &details, now)) {
            Ok(()) => true,
            Err(Error::Refused(Refusal::NotAllowed | Refusal::TooLate)) => {
                self.held.refused += 1;
                false
            }
            Err(error) => panic!("{login} {what:?}: {error:?}"),
        }
    }

    async fn answer(&mut self, id: &str, login: &str, now: Time) {
        if login.starts_with("qc") {
            self.try_mark(id, login, Mark::Acknowledge, Details::default(), now).await;
        } else if self.rng.chance(0.2) {
            let reasons = [DeclineReason::Beds, DeclineReason::Staff, DeclineReason::Theatre];
            let details = declining(reasons[self.rng.below(3)]);
            self.try_mark(id, login, Mark::Decline, details, now).await;
        } else if self.rng.chance(0.4) {
            self.try_mark(id, login, Mark::Acknowledge, Details::default(), now).await;
            let later = now.plus_ms(self.rng.slow_ms(60.0));
            self.plan(later, Act::Accept(id.to_owned(), login.to_owned()));
        } else {
            self.try_mark(id, login, Mark::Accept, Details::default(), now).await;
        }
    }

    /// Somebody at a desk sees a new call, or nobody sits there.
    async fn look(&mut self) {
        for id in self.open.clone() {
            let mut tx = self.nodes[1].read().await.unwrap();
            let calls = emergency::calls(&mut tx, &id).await.unwrap();
            drop(tx);
            for call in calls {
                if !self.seen.insert(call.call_id) || call.hospital_id == "h_kang" {
                    continue;
                }
                let qc = call.hospital_id == "qc";
                let login = call.hospital_id.replace("h_", "desk_").replace("qc", "qc_a");
                if !self.rng.chance(if qc { 0.25 } else { 0.4 }) {
                    let later = self.rng.slow_ms(if qc { 12.0 } else { 25.0 });
                    self.plan(Time(call.called_at).plus_ms(later), Act::Answer(id.clone(), login));
                }
            }
        }
    }

    /// The gateway delivers some, refuses some, and of some nothing is heard again.
    async fn gateway(&mut self, now: Time) {
        let node = self.nodes[self.rng.below(2)].clone();
        let taken = notice::take(&node, now, 100).await.unwrap();
        let any = !taken.is_empty();
        for one in taken {
            let fate = self.rng.unit();
            self.held.lost += usize::from(fate >= 0.65);
            if fate >= 0.9 {
                continue;
            }
            let fault = (fate >= 0.65).then_some("timeout");
            let notice_id = one.notice_id.clone();
            step!(node, |tx| notice::settled(tx, &notice_id, fault, now)).unwrap();
            let paged = one.template.starts_with("oncall_page") || one.template == "oncall_backup";
            if fault.is_none() && paged && self.rng.chance(0.25) {
                let login = self.people[one.address.as_deref().unwrap()].clone();
                let body: Value = serde_json::from_str(&one.particulars).unwrap();
                let id = body["id"].as_str().unwrap().to_owned();
                let later = now.plus_ms(self.rng.slow_ms(45.0));
                self.plan(later, Act::Answer(id, login));
            }
        }
        if any {
            self.plan(now.plus_ms(4_000), Act::Gateway);
        }
    }
}

/// How many rungs a ladder has climbed after so long, as the city has written it down.
fn rungs(hospital_id: &str, lasted_ms: i64) -> i64 {
    let first: &[i64] = if hospital_id == "h_kang" { &[60, 180] } else { &[10, 20, 80, 200] };
    let again = (1..).map(|n| first[first.len() - 1] + 60 * n);
    let due = first.iter().copied().chain(again);
    i64::try_from(due.take_while(|s| s * 1_000 <= lasted_ms).count()).unwrap()
}

/// Every call climbed exactly as long as it was unanswered, each rung once.
async fn every_call_climbed_as_it_should(house: &House) {
    let rows = house
        .column(
            "select call_id || ' ' || emergency_call.hospital_id || ' ' || cast(rung as text)
                || ' ' || cast(called_at as text)
                || ' ' || cast(coalesce(emergency_call.acknowledged_at, 0) as text)
                || ' ' || cast(coalesce(declined_at, 0) as text)
                || ' ' || cast(coalesce(withdrawn_at, 0) as text)
                || ' ' || cast(emergency.accepted_at as text)
             from emergency_call
             join emergency on emergency.emergency_id = emergency_call.emergency_id",
        )
        .await;
    let mut climbed: HashMap<String, Vec<i64>> = HashMap::new();
    for body in house.column("select particulars from event where action = 'climbed'").await {
        let body: Value = serde_json::from_str(&body).unwrap();
        let Some(call_id) = body["call_id"].as_str() else { continue };
        climbed.entry(call_id.to_owned()).or_default().push(body["rung"].as_i64().unwrap());
    }
    for row in rows {
        let words: Vec<&str> = row.split(' ').collect();
        let number = |index: usize| words[index].parse::<i64>().unwrap();
        let ends = (4..8).map(number).filter(|at| *at > 0).min().unwrap();
        let expected = rungs(words[1], ends - number(3));
        assert_eq!(number(2), expected, "{row}");
        let mut own = climbed.remove(words[0]).unwrap_or_default();
        own.sort_unstable();
        assert_eq!(own, (1..=expected).collect::<Vec<_>>(), "each rung once: {row}");
    }
}

/// When each case was first heard by a human, and how often it was accepted, from the log alone.
async fn heard_in_the_log(house: &House) -> HashMap<String, (bool, Option<i64>, usize)> {
    let rows = house
        .column(
            "select cast(at as text) || ' ' || subject || ' ' || action || ' ' || particulars
             from event where subject_kind = 'emergency'
               and action in ('raised', 'acknowledge', 'accept', 'decline') order by at, event_id",
        )
        .await;
    let mut raised: HashMap<String, (bool, i64)> = HashMap::new();
    let mut heard: HashMap<String, (bool, Option<i64>, usize)> = HashMap::new();
    let mut marks = Vec::new();
    for row in &rows {
        let [at, id, action, body] = row.splitn(4, ' ').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let (at, id) = (at.parse::<i64>().unwrap(), id.to_owned());
        if action == "raised" {
            let body: Value = serde_json::from_str(body).unwrap();
            let drill = body["drill"].as_bool().unwrap();
            assert!(raised.insert(id.clone(), (drill, at)).is_none(), "raised twice: {id}");
            heard.insert(id, (drill, None, 0));
        } else {
            marks.push((id, action == "accept", at));
        }
    }
    for (id, accepted, at) in marks {
        let case = heard.get_mut(&id).unwrap();
        let after = at - raised[&id].1;
        case.1 = Some(case.1.map_or(after, |known| known.min(after)));
        case.2 += usize::from(accepted);
    }
    heard
}

async fn the_figures_are_those_of_the_log(house: &House, cases: usize) {
    let log = heard_in_the_log(house).await;
    assert_eq!(log.len(), cases, "none lost");
    for (id, (_, heard, accepted)) in &log {
        assert!(heard.is_some(), "nobody ever heard {id}");
        assert_eq!(*accepted, 1, "{id}");
    }
    for drills in [false, true] {
        let times: Vec<i64> =
            log.values().filter(|one| one.0 == drills).filter_map(|one| one.1).collect();
        let within = [10, 15, 20, 60, 180]
            .map(|s| i64::try_from(times.iter().filter(|ms| **ms <= s * 1_000).count()).unwrap());
        let until = MIDNIGHT.plus_days(40);
        let mut tx = house.read().await;
        let figures = emergency::figures(&mut tx, MIDNIGHT, until, drills).await.unwrap();
        assert_eq!(figures.within, within, "drills: {drills}");
        let count = i64::try_from(times.len()).unwrap();
        assert_eq!((figures.cases, figures.open, figures.unheard), (count, 0, 0));
        assert!(within[0] < within[3] && within[3] < count || drills, "{within:?} of {count}");
    }
}

async fn a_month(house: &House, cases: usize) {
    crate::city::furnish(house).await;
    furnish(house).await;
    let mut month = Month::new(house, cases).await;
    month.run().await;
    let held = &month.held;
    // The month was as bad as it was meant to be.
    assert!(held.lost > cases / 4 && held.refused > cases / 10, "{held:?}");
    assert!(held.restarts > 2 && held.rescued > 0 && held.twice > cases / 20, "{held:?}");
    assert_eq!(house.column("select distinct state from emergency").await, ["closed"]);
    let keys = house.column("select request_key from emergency").await;
    let keys: BTreeSet<String> = keys.into_iter().collect();
    assert_eq!(keys, (0..cases).map(|n| format!("key-{n}")).collect());
    let taken = "select count(*) from emergency_call where accepted_at is not null";
    assert_eq!(house.number(taken).await, i64::try_from(cases).unwrap());
    every_call_climbed_as_it_should(house).await;
    the_figures_are_those_of_the_log(house, cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cry_for_help_is_lost_in_a_bad_month() {
    proves!("Z11");
    for (engine, cases) in CASES {
        on(engine, &async |house| a_month(&house, cases).await).await;
    }
}
