//! Simulated life at 96120: the phone rings by the hour of the day, a call-taker talks and books,
//! wards ask, a red flag goes to 120, a dispatcher plans what nobody else has planned, families
//! look at their link and rate. A person who acts first is always quicker: what is done is refused
//! and forgotten.

use std::collections::{BTreeMap, HashMap};

use rules::Time;
use rules::calendar::Calendar;

use crate::channel::drawn;
use crate::names::client;
use crate::pages::{Away, Posted, Session, ids_after};

/// Who takes part.
#[derive(Clone, Debug, Default)]
pub struct HotlinePlan {
    /// Logins; a part without one stands still.
    pub call_taker: Option<String>,
    pub dispatcher: Option<String>,
    pub liaison_120: Option<String>,
    pub wards: Vec<String>,
    /// Names of hospitals, by login of their ward desk for those that have one.
    pub hospitals: Vec<String>,
    /// Where people live, as they would say it.
    pub homes: Vec<String>,
    /// City minutes between two calls when most people call.
    pub every_min: i64,
}

/// Somebody on the phone, until the booking is made.
#[derive(Clone, Debug)]
struct Talk {
    call_id: String,
    number: u64,
    red: bool,
}

/// A family that looks at its link now and then.
#[derive(Clone, Debug)]
struct Family {
    token: String,
    until: Time,
    number: u64,
}

pub(crate) struct Hotline {
    plan: HotlinePlan,
    base_url: String,
    password: String,
    sessions: HashMap<String, Session>,
    ring_at: Option<Time>,
    look_at: Option<Time>,
    rings: u64,
    talks: BTreeMap<(Time, u64), Talk>,
    /// When the dispatcher and the liaison first saw what waits, and tried it last.
    seen: HashMap<String, Time>,
    tried: HashMap<String, Time>,
    families: BTreeMap<(Time, u64), Family>,
}

/// The first call comes soon, so that whoever watches sees that it lives.
const FIRST_MIN: i64 = 2;
/// A talk lasts about so long.
const TALK_S: u64 = 150;
/// What waits is left so long to people at the real desk.
const LEFT_TO_PEOPLE_MIN: i64 = 6;
/// What could not be planned is tried again after so long.
const AGAIN_MIN: i64 = 20;
const LOOK_EVERY_MIN: i64 = 1;
/// A family looks at its link so often, and gives up after so long.
const FAMILY_EVERY_MIN: i64 = 10;
const FAMILY_H: i64 = 12;
/// Families whose link is followed at once: the others rate nothing.
const FAMILIES_MAX: usize = 40;

/// How much longer than at the busiest hour until the next call: mornings are full, nights quiet.
fn slower(hour: i64) -> i64 {
    match hour {
        7..=10 => 1,
        11..=16 => 2,
        6 | 17..=19 => 3,
        20..=22 => 6,
        _ => 15,
    }
}

impl Hotline {
    pub fn new(base_url: &str, password: &str, plan: HotlinePlan) -> Hotline {
        Hotline {
            plan,
            base_url: base_url.to_owned(),
            password: password.to_owned(),
            sessions: HashMap::new(),
            ring_at: None,
            look_at: None,
            rings: 0,
            talks: BTreeMap::new(),
            seen: HashMap::new(),
            tried: HashMap::new(),
            families: BTreeMap::new(),
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
    pub async fn tick(&mut self, now: Time, calendar: Calendar) -> Result<(), Away> {
        if self.plan.call_taker.is_none() || self.plan.homes.is_empty() {
            return Ok(());
        }
        let ring_at = *self.ring_at.get_or_insert(now.plus_min(FIRST_MIN));
        if now >= ring_at {
            self.rings += 1;
            let number = self.rings;
            let hour = calendar.minute_of_day(now) / 60;
            let base = self.plan.every_min.max(1) * slower(hour) * 60;
            let spread = drawn(&["gap", &number.to_string()], base.unsigned_abs());
            let wait = base / 2 + i64::try_from(spread).unwrap_or(0);
            self.ring_at = Some(now.plus_ms(wait * Time::SECOND_MS));
            self.ring(number, now, calendar).await?;
        }
        while let Some(entry) = self.talks.first_entry().filter(|entry| entry.key().0 <= now) {
            let talk = entry.remove();
            self.book(talk, now, calendar).await?;
        }
        let look_at = *self.look_at.get_or_insert(now.plus_min(LOOK_EVERY_MIN));
        if now >= look_at {
            self.look_at = Some(now.plus_min(LOOK_EVERY_MIN));
            self.dispatch(now).await?;
            self.liaise(now).await?;
            self.rate(now).await?;
        }
        Ok(())
    }

    fn one_of<'p>(&self, list: &'p [String], words: &[&str]) -> &'p str {
        let which = usize::try_from(drawn(words, list.len() as u64)).unwrap_or(0);
        list.get(which).map_or("", String::as_str)
    }

    /// The phone rings, or a ward asks.
    async fn ring(&mut self, number: u64, now: Time, calendar: Calendar) -> Result<(), Away> {
        let key = number.to_string();
        let kind = drawn(&["kind", &key], 12);
        if kind >= 9 && !self.plan.wards.is_empty() {
            return self.ward(number, now, calendar).await;
        }
        let Some(login) = self.plan.call_taker.clone() else { return Ok(()) };
        let session = self.session(&login)?;
        let phone = [("phone", phone(number))];
        let Posted::Done(to) = session.post("/transfer/calls", &phone).await? else {
            return Ok(());
        };
        let Some(call_id) = ids_after(&to, "/transfer/calls/").into_iter().next() else {
            return Ok(());
        };
        // Some only ask: nothing comes of their call.
        if kind == 0 {
            let outcome = [("outcome", "asked".to_owned())];
            session.post(&format!("/transfer/calls/{call_id}/end"), &outcome).await?;
            return Ok(());
        }
        let red = kind == 1;
        let seconds = TALK_S / 2 + drawn(&["talk", &key], TALK_S);
        let due = now.plus_ms(i64::try_from(seconds).unwrap_or(0) * Time::SECOND_MS);
        self.talks.insert((due, number), Talk { call_id, number, red });
        Ok(())
    }

    /// What a family would say, as the form takes it. `page` names the questions.
    fn said(
        &self,
        number: u64,
        (page, red, from_ward): (&str, bool, Option<&str>),
        now: Time,
        calendar: Calendar,
    ) -> Vec<(&'static str, String)> {
        let key = number.to_string();
        let home = self.one_of(&self.plan.homes, &["home", &key]).to_owned();
        let house = 1 + drawn(&["house", &key], 28);
        let home = format!("{home} {house} 号楼");
        let hospital = self.one_of(&self.plan.hospitals, &["hospital", &key]).to_owned();
        let types = ["discharge", "admission", "dialysis", "exam", "rehab"];
        let which = usize::try_from(drawn(&["type", &key], 5)).unwrap_or(0);
        let kind = if from_ward.is_some() { "discharge" } else { types[which] };
        let (from, to) = match (from_ward, kind) {
            (Some(ward), _) => (ward.to_owned(), home),
            (None, "discharge") => (hospital, home),
            _ => (home, hospital),
        };
        let ahead = 40 + i64::try_from(drawn(&["ahead", &key], 150)).unwrap_or(0);
        let ready = now.plus_min(ahead);
        let minute = calendar.minute_of_day(ready) / 5 * 5;
        let day = calendar.compact_date(ready);
        let age = 48 + drawn(&["age", &key], 44);
        let postures = ["seat", "wheelchair", "stretcher"];
        let posture = usize::try_from(drawn(&["posture", &key], 3)).unwrap_or(0);
        let mut fields = vec![
            ("request_key", format!("sim-{}-{number}", now.0)),
            ("trip_type", kind.to_owned()),
            ("caller", "家属".to_owned()),
            ("relation", "子女".to_owned()),
            ("phone", phone(number)),
            ("patient", client(number).name),
            ("age", age.to_string()),
            ("weight_kg", (48 + drawn(&["weight", &key], 40)).to_string()),
            ("from", from),
            ("from_floor", (1 + drawn(&["floor", &key], 6)).to_string()),
            ("from_lift", drawn(&["lift", &key], 2).to_string()),
            ("to", to),
            ("to_floor", "1".to_owned()),
            ("to_lift", "1".to_owned()),
            ("when", "ready".to_owned()),
            ("day", format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])),
            ("time", format!("{:02}:{:02}", minute / 60, minute % 60)),
            ("posture", postures[posture].to_owned()),
            ("companions", "1".to_owned()),
        ];
        fields.extend(answers(page, red, drawn(&["care", &key], 3) == 0));
        fields
    }

    /// The talk is over: a booking, or 120.
    async fn book(&mut self, talk: Talk, now: Time, calendar: Calendar) -> Result<(), Away> {
        let Some(login) = self.plan.call_taker.clone() else { return Ok(()) };
        let address = format!("/transfer/calls/{}", talk.call_id);
        let page = self.session(&login)?.get(&address).await?;
        let said = self.said(talk.number, (&page, talk.red, None), now, calendar);
        let to = if talk.red { "to-120" } else { "book" };
        let session = self.session(&login)?;
        let posted = session.post(&format!("{address}/{to}"), &said).await?;
        let booked = match &posted {
            Posted::Done(to) => ids_after(to, "/transfer/bookings/").into_iter().next(),
            Posted::Refused(status) => {
                tracing::info!(%status, to, "a simulated call came to nothing");
                let outcome = [("outcome", "asked".to_owned())];
                session.post(&format!("{address}/end"), &outcome).await?;
                None
            }
        };
        let Some(booking_id) = booked else { return Ok(()) };
        if self.families.len() >= FAMILIES_MAX {
            return Ok(());
        }
        let links = format!("/transfer/bookings/{booking_id}/links");
        let made = self.session(&login)?.post_page(&links, &[]).await?;
        if let Some(token) = ids_after(&made, "/t/").into_iter().next() {
            let family = Family { token, until: now.plus_min(FAMILY_H * 60), number: talk.number };
            self.families.insert((now.plus_min(FAMILY_EVERY_MIN), talk.number), family);
        }
        Ok(())
    }

    /// A ward asks for a journey home.
    async fn ward(&mut self, number: u64, now: Time, calendar: Calendar) -> Result<(), Away> {
        let key = number.to_string();
        let login = self.one_of(&self.plan.wards, &["ward", &key]).to_owned();
        let form = self.session(&login)?.get("/transfer/ward/request").await?;
        // The form begins with the own hospital.
        let own = form.split_once("id=\"from\"").and_then(|(_, rest)| rest.split_once("value=\""));
        let own = own.and_then(|(_, rest)| rest.split('"').next()).unwrap_or("").to_owned();
        let said = self.said(number, (&form, false, Some(&own)), now, calendar);
        self.session(&login)?.post("/transfer/ward/request", &said).await.map(drop)
    }

    /// Whether something has waited long enough, and was not tried just now.
    fn waited(&mut self, what: &str, now: Time) -> bool {
        let since = *self.seen.entry(what.to_owned()).or_insert(now);
        let again = self.tried.get(what).is_none_or(|at| at.plus_min(AGAIN_MIN) <= now);
        let due = since.plus_min(LEFT_TO_PEOPLE_MIN) <= now && again;
        if due {
            self.tried.insert(what.to_owned(), now);
        }
        due
    }

    /// Plans what nobody has planned for some minutes, and approves what wards ask.
    async fn dispatch(&mut self, now: Time) -> Result<(), Away> {
        let Some(login) = self.plan.dispatcher.clone() else { return Ok(()) };
        let mut waiting: Vec<String> = Vec::new();
        for (view, path, fields) in [
            ("requested", "mark", vec![("mark", "approve".to_owned())]),
            ("confirmed", "assign", Vec::new()),
        ] {
            let address = format!("/transfer/bookings?view={view}");
            let page = self.session(&login)?.get(&address).await?;
            for booking in ids_after(&page, "/transfer/bookings/bok_") {
                let what = format!("{view} bok_{booking}");
                if self.waited(&what, now) {
                    let to = format!("/transfer/bookings/bok_{booking}/{path}");
                    self.session(&login)?.post(&to, &fields).await?;
                }
                waiting.push(what);
            }
        }
        // What no list shows any more needs no memory.
        let keep = |what: &String| waiting.contains(what) || what.starts_with("120 ");
        self.seen.retain(|what, _| keep(what));
        self.tried.retain(|what, _| keep(what));
        Ok(())
    }

    /// 120 accepts what 96120 hands over.
    async fn liaise(&mut self, now: Time) -> Result<(), Away> {
        let Some(login) = self.plan.liaison_120.clone() else { return Ok(()) };
        let page = self.session(&login)?.get("/transfer/handovers").await?;
        let waiting = ids_after(&page, "action=\"/transfer/handovers/");
        for handover in &waiting {
            if self.waited(&format!("120 {handover}"), now) {
                let to = format!("/transfer/handovers/{handover}/accept");
                let number = format!("120-{}", drawn(&["number", handover], 9_000) + 1_000);
                self.session(&login)?.post(&to, &[("number_120", number)]).await?;
            }
        }
        let gone = |what: &String| {
            what.strip_prefix("120 ").is_some_and(|id| !waiting.iter().any(|one| one == id))
        };
        self.seen.retain(|what, _| !gone(what));
        self.tried.retain(|what, _| !gone(what));
        Ok(())
    }

    /// Families whose turn it is look at their link; when the journey is over they rate it.
    async fn rate(&mut self, now: Time) -> Result<(), Away> {
        let Some(login) = self.plan.call_taker.clone() else { return Ok(()) };
        while let Some(entry) = self.families.first_entry().filter(|entry| entry.key().0 <= now) {
            let family = entry.remove();
            if now >= family.until {
                continue;
            }
            let address = format!("/t/{}", family.token);
            let page = self.session(&login)?.get(&address).await?;
            let key = family.number.to_string();
            if !page.contains("name=\"act\" value=\"rate\"") {
                let next = (now.plus_min(FAMILY_EVERY_MIN), family.number);
                self.families.insert(next, family);
                continue;
            }
            // Most are content; the others are called back.
            let (score, words) = match drawn(&["score", &key], 12) {
                0 => ("2", "比说好的时间晚了半小时，没有人告诉我们。"),
                1..=3 => ("4", "师傅很耐心。"),
                _ => ("5", ""),
            };
            let fields = [
                ("act", "rate".to_owned()),
                ("request_key", format!("sim-rate-{}", family.token)),
                ("score", score.to_owned()),
                ("words", words.to_owned()),
            ];
            // Not everybody rates.
            if drawn(&["rates", &key], 4) != 0 {
                self.session(&login)?.post(&address, &fields).await?;
            }
        }
        Ok(())
    }
}

/// A number that reaches nobody.
fn phone(number: u64) -> String {
    format!("1390000{:04}", drawn(&["phone", &number.to_string()], 10_000))
}

/// An answer to every question that a page asks: no, except the one that makes the story.
fn answers(page: &str, red: bool, care: bool) -> Vec<(&'static str, String)> {
    const CODES: [&str; 17] = [
        "q_unconscious",
        "q_breathless",
        "q_chest_pain",
        "q_stroke",
        "q_bleeding",
        "q_seizure",
        "q_labour",
        "q_trauma",
        "q_anaphylaxis",
        "q_vision",
        "q_unstable",
        "q_worse",
        "q_oxygen",
        "q_monitor",
        "q_infusion",
        "q_tube",
        "q_infection",
    ];
    let asked = |code: &&&str| page.contains(&format!("name=\"{code}\""));
    let answer = |code: &&'static str| {
        let yes = (red && *code == "q_chest_pain") || (care && !red && *code == "q_oxygen");
        (*code, if yes { "yes" } else { "no" }.to_owned())
    };
    CODES.iter().filter(asked).map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_of_the_page_gets_an_answer() {
        let page = "<input name=\"q_chest_pain\"><input name=\"q_oxygen\">";
        let told = |red, care| {
            let all = answers(page, red, care);
            all.iter().map(|(code, said)| format!("{code} {said}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(told(false, false), "q_chest_pain no, q_oxygen no");
        assert_eq!(told(false, true), "q_chest_pain no, q_oxygen yes");
        assert_eq!(told(true, true), "q_chest_pain yes, q_oxygen no");
    }

    #[test]
    fn nights_are_quiet() {
        let hours: Vec<i64> = (0..24).map(slower).collect();
        assert_eq!(hours.iter().filter(|one| **one == 1).count(), 4);
        assert!(hours[3] > hours[21] && hours[21] > hours[12] && hours[12] > hours[8]);
    }

    #[test]
    fn people_at_the_desk_come_first() {
        let mut desk = Hotline::new("http://127.0.0.1:1", "x", HotlinePlan::default());
        let at = |min: i64| Time(0).plus_min(min);
        let tries: Vec<bool> =
            [0, 5, 6, 7, 25, 26, 27].map(|min| desk.waited("confirmed bok_1", at(min))).into();
        assert_eq!(tries, [false, false, true, false, false, true, false]);
    }
}
