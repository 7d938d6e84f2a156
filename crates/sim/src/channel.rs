//! Simulated life of the green channel: clinics that cry for help now and then, hospitals that
//! answer after a while. A person who acts first is always quicker: what a step then finds done is
//! refused and forgotten.

use std::collections::{BTreeMap, HashMap};

use rules::Time;
use sha2::{Digest, Sha256};

use crate::pages::{Away, Posted, Session, ids_after};

/// Who takes part.
#[derive(Clone, Debug, Default)]
pub struct ChannelPlan {
    /// Logins of hospital desks that answer by themselves.
    pub hospital_desks: Vec<String>,
    /// Logins of clinics that cry for help.
    pub clinics: Vec<String>,
    /// The QC centre's login and the hospitals it tests unannounced.
    pub tester: Option<(String, Vec<String>)>,
    /// City minutes between two cries.
    pub every_min: i64,
}

/// A step that follows from an accepted case.
#[derive(Clone, Debug)]
struct Step {
    login: String,
    emergency_id: String,
    fields: Vec<(&'static str, String)>,
}

pub(crate) struct Channel {
    plan: ChannelPlan,
    sessions: HashMap<String, Session>,
    base_url: String,
    password: String,
    look_at: Time,
    cry_at: Option<Time>,
    cries: u64,
    test_at: Option<Time>,
    /// When each desk first saw each case.
    seen: HashMap<(String, String), Time>,
    steps: BTreeMap<(Time, u64), Step>,
    next: u64,
}

/// City time between two looks at a desk's page.
const LOOK_EVERY_MS: i64 = 5 * Time::SECOND_MS;
/// The first cry comes this long after the start, so that whoever watches has found the desk.
const FIRST_CRY_MIN: i64 = 4;
/// The first unannounced call-out test, and between two of them.
const FIRST_TEST_MIN: i64 = 11;
const TEST_EVERY_MIN: i64 = 53;
const CARDS: [&str; 5] =
    ["anaphylaxis", "last", "vascular_occlusion", "haemorrhage", "vision_loss"];

/// A number drawn from words: the same story every time.
pub(crate) fn drawn(words: &[&str], below: u64) -> u64 {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let bytes = hash.finalize();
    let number = bytes.iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    number % below.max(1)
}

impl Channel {
    pub fn new(base_url: &str, password: &str, plan: ChannelPlan) -> Channel {
        Channel {
            plan,
            sessions: HashMap::new(),
            base_url: base_url.to_owned(),
            password: password.to_owned(),
            look_at: Time(0),
            cry_at: None,
            cries: 0,
            test_at: None,
            seen: HashMap::new(),
            steps: BTreeMap::new(),
            next: 0,
        }
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

    /// Does what is due.
    pub async fn tick(&mut self, now: Time) -> Result<(), Away> {
        if self.plan.hospital_desks.is_empty() {
            return Ok(());
        }
        let cry_at = *self.cry_at.get_or_insert(now.plus_min(FIRST_CRY_MIN));
        if now >= cry_at && !self.plan.clinics.is_empty() {
            self.cry_at = Some(now.plus_min(self.plan.every_min.max(1)));
            self.cry(now).await?;
        }
        let test_at = *self.test_at.get_or_insert(now.plus_min(FIRST_TEST_MIN));
        if now >= test_at {
            self.test_at = Some(now.plus_min(TEST_EVERY_MIN));
            self.test().await?;
        }
        if now >= self.look_at {
            self.look_at = now.plus_ms(LOOK_EVERY_MS);
            self.answer(now).await?;
        }
        self.follow(now).await
    }

    /// A clinic calls for help, from an operation that is open where there is one.
    async fn cry(&mut self, now: Time) -> Result<(), Away> {
        self.cries += 1;
        let number = self.cries.to_string();
        let count = self.plan.clinics.len() as u64;
        let which = usize::try_from(drawn(&["clinic", &number], count)).unwrap_or(0);
        let login = self.plan.clinics[which].clone();
        let session = self.session(&login)?;
        let page = session.get("/sos").await?;
        let open = ids_after(&page, "href=\"/sos/").into_iter().next();
        let card = CARDS[usize::try_from(drawn(&["card", &number], 5)).unwrap_or(0)];
        let fields = vec![
            ("request_key", format!("sim-{}-{number}", now.0)),
            ("operation", open.unwrap_or_default()),
            ("card", card.to_owned()),
        ];
        let posted = session.post("/sos", &fields).await?;
        let Posted::Done(to) = posted else { return Ok(()) };
        let Some(emergency_id) = ids_after(&to, "/emergencies/").into_iter().next() else {
            return Ok(());
        };
        let after = |seconds: i64| now.plus_ms(seconds * Time::SECOND_MS);
        let jitter = i64::try_from(drawn(&["way", &number], 120)).unwrap_or(0);
        let move_fields = vec![("mark", "move".to_owned()), ("eta_min", "11".to_owned())];
        self.later(after(190 + jitter), &login, &emergency_id, move_fields);
        Ok(())
    }

    /// Calls every hospital without a word beforehand.
    async fn test(&mut self) -> Result<(), Away> {
        let Some((login, hospitals)) = self.plan.tester.clone() else { return Ok(()) };
        let names: Vec<String> = hospitals.iter().map(|id| format!("test_{id}")).collect();
        let fields: Vec<(&str, String)> =
            names.iter().map(|name| (name.as_str(), "1".to_owned())).collect();
        self.session(&login)?.post("/readiness/tests", &fields).await?;
        Ok(())
    }

    /// Whether what a desk sees has waited long enough; remembers when it first saw it.
    fn waited(&mut self, login: &str, id: &str, now: Time) -> bool {
        let first = *self.seen.entry((login.to_owned(), id.to_owned())).or_insert(now);
        let wait = 45 + drawn(&["answer", login, id], 75);
        let wait_ms = i64::try_from(wait).unwrap_or(60) * Time::SECOND_MS;
        first.ms_until(now) >= wait_ms
    }

    fn later(
        &mut self,
        at: Time,
        login: &str,
        emergency_id: &str,
        fields: Vec<(&'static str, String)>,
    ) {
        let step = Step { login: login.to_owned(), emergency_id: emergency_id.to_owned(), fields };
        self.steps.insert((at, self.next), step);
        self.next += 1;
    }

    /// Each desk answers what has waited long enough; what follows an acceptance is planned.
    async fn answer(&mut self, now: Time) -> Result<(), Away> {
        for login in self.plan.hospital_desks.clone() {
            let page = self.session(&login)?.get("/hospital").await?;
            for test_id in ids_after(&page, "action=\"/readiness/tests/") {
                if self.waited(&login, &test_id, now) {
                    let path = format!("/readiness/tests/{test_id}/answer");
                    self.session(&login)?.post(&path, &[]).await?;
                }
            }
            for emergency_id in ids_after(&page, "action=\"/emergencies/") {
                if !self.waited(&login, &emergency_id, now) {
                    continue;
                }
                let accept = [("mark", "accept".to_owned())];
                let path = format!("/emergencies/{emergency_id}/marks");
                let posted = self.session(&login)?.post(&path, &accept).await?;
                if !matches!(posted, Posted::Done(_)) {
                    continue;
                }
                let after = |minutes: i64| now.plus_min(minutes);
                let mark = |word: &str| vec![("mark", word.to_owned())];
                self.later(after(14), &login, &emergency_id, mark("arrive"));
                self.later(after(19), &login, &emergency_id, mark("hand_over"));
                let close = vec![("mark", "close".to_owned()), ("outcome", "observed".to_owned())];
                self.later(after(34), &login, &emergency_id, close);
            }
        }
        Ok(())
    }

    async fn follow(&mut self, now: Time) -> Result<(), Away> {
        while let Some(((at, number), step)) = self.steps.pop_first() {
            if at > now {
                self.steps.insert((at, number), step);
                return Ok(());
            }
            let path = format!("/emergencies/{}/marks", step.emergency_id);
            let posted = self.session(&step.login)?.post(&path, &step.fields).await;
            if let Err(away) = posted {
                self.steps.insert((at, number), step);
                return Err(away);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_repeat_and_stay_below() {
        assert_eq!(drawn(&["a", "b"], 75), drawn(&["a", "b"], 75));
        assert_ne!(drawn(&["a", "b"], u64::MAX), drawn(&["ab", ""], u64::MAX));
        assert!((0..200).all(|n: u64| drawn(&["x", &n.to_string()], 5) < 5));
        assert_eq!(drawn(&[], 0), 0);
    }
}
