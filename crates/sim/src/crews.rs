//! Simulated crews of the transfer service: each drives what its phone page shows, step by step,
//! and tells where the vehicle is. A person who taps first is always quicker: a step that was taken
//! meanwhile is refused and forgotten.

use std::collections::HashMap;

use rules::{Position, Time};
use sha2::{Digest, Sha256};

use crate::pages::{Away, Session};

/// Logins of the crews that drive by themselves.
#[derive(Clone, Debug, Default)]
pub struct CrewsPlan {
    pub crews: Vec<String>,
}

/// What one crew does at the moment.
#[derive(Clone, Debug, Default)]
struct Crew {
    look_at: Option<Time>,
    /// The step that its page offers, and since when.
    offered: Option<(String, Time)>,
    at: Option<Position>,
    seen: Option<Time>,
}

pub(crate) struct Crews {
    plan: CrewsPlan,
    base_url: String,
    password: String,
    sessions: HashMap<String, Session>,
    crews: HashMap<String, Crew>,
}

/// City time between two looks at a phone.
const LOOK_EVERY_MS: i64 = 45 * Time::SECOND_MS;
/// How fast a vehicle comes forward along a straight line.
const METRES_A_SECOND: f64 = 7.0;
/// What the odometer shows when a shift begins.
const ODOMETER_KM: u64 = 21_000;

/// Minutes from one step to the next.
fn waits_min(mark: &str) -> i64 {
    match mark {
        "acknowledge" => 1,
        "start" => 2,
        "on_scene" => 15,
        "load" => 8,
        "arrive" => 22,
        _ => 7,
    }
}

/// A form of the page: where it leads is always the same, what it sends stands in hidden fields.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offered {
    mark: String,
    fields: Vec<(String, String)>,
}

impl Offered {
    fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }
}

fn value_after<'p>(text: &'p str, mark: &str) -> Option<&'p str> {
    let (_, rest) = text.split_once(mark)?;
    rest.split_once('"').map(|(value, _)| value)
}

/// The hidden fields of a form, up to its end.
fn fields_of(form: &str) -> Vec<(String, String)> {
    let form = form.split("</form>").next().unwrap_or("");
    let mut fields = Vec::new();
    for input in form.split("<input type=\"hidden\" ").skip(1) {
        let pair = value_after(input, "name=\"").zip(value_after(input, "value=\""));
        if let Some((name, value)) = pair.filter(|(name, _)| *name != "csrf") {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    fields
}

/// The step that a crew's page offers next.
fn offered(page: &str) -> Option<Offered> {
    if let Some((_, form)) = page.split_once("data-what=\"begin\"") {
        return Some(Offered { mark: "begin".into(), fields: fields_of(form) });
    }
    page.split("data-what=\"step\" data-mark=\"").skip(1).find_map(|piece| {
        let (mark, rest) = piece.split_once('"')?;
        // Steps that come later are there, hidden.
        let next = rest.starts_with(" class=\"cr-do\">");
        next.then(|| Offered { mark: mark.to_owned(), fields: fields_of(rest) })
    })
}

/// Where the journey begins and where it leads.
fn ends(page: &str) -> Vec<Position> {
    let place = |link: &str| {
        let (lat, lng) = link.split(['?', '"']).next()?.split_once(',')?;
        Some(Position { lat: lat.parse().ok()?, lng: lng.parse().ok()? })
    };
    page.split("href=\"geo:").skip(1).filter_map(place).take(2).collect()
}

/// So far towards a place in so many milliseconds.
fn towards(from: Position, to: Position, ms: i64) -> Position {
    let whole = from.distance_m(to).max(1) as f64;
    let share = (METRES_A_SECOND * ms as f64 / 1_000.0 / whole).clamp(0.0, 1.0);
    Position {
        lat: from.lat + (to.lat - from.lat) * share,
        lng: from.lng + (to.lng - from.lng) * share,
    }
}

fn jitter_ms(words: &str) -> i64 {
    let hash = Sha256::digest(words.as_bytes());
    i64::from(hash[0]) * Time::SECOND_MS
}

impl Crews {
    pub fn new(base_url: &str, password: &str, plan: CrewsPlan) -> Crews {
        Crews {
            plan,
            base_url: base_url.to_owned(),
            password: password.to_owned(),
            sessions: HashMap::new(),
            crews: HashMap::new(),
        }
    }

    /// Looks at the phones whose turn it is.
    pub async fn tick(&mut self, now: Time) -> Result<(), Away> {
        for (number, login) in (0i64..).zip(self.plan.crews.clone()) {
            let crew = self.crews.entry(login.clone()).or_default();
            // One after the other, so that a demo's start is not held up.
            let due = *crew.look_at.get_or_insert(now.plus_ms(number * Time::SECOND_MS * 2));
            if now >= due {
                crew.look_at = Some(now.plus_ms(LOOK_EVERY_MS));
                self.look(&login, now).await?;
            }
        }
        Ok(())
    }

    async fn look(&mut self, login: &str, now: Time) -> Result<(), Away> {
        if !self.sessions.contains_key(login) {
            let session = Session::new(&self.base_url, login, &self.password)?;
            self.sessions.insert(login.to_owned(), session);
        }
        let Some(session) = self.sessions.get_mut(login) else { return Ok(()) };
        let page = session.get("/crew").await?;
        let crew = self.crews.entry(login.to_owned()).or_default();
        let Some(next) = offered(&page) else {
            crew.offered = None;
            return Ok(());
        };
        let name = format!("{login} {} {}", next.field("booking"), next.mark);
        let since = match &crew.offered {
            Some((known, since)) if *known == name => *since,
            _ => now,
        };
        crew.offered = Some((name.clone(), since));
        let aboard = matches!(next.mark.as_str(), "arrive" | "complete");
        if let [from, to] = ends(&page)[..] {
            let ms = crew.seen.map_or(0, |seen| seen.ms_until(now));
            let target = if aboard { to } else { from };
            let drives = matches!(next.mark.as_str(), "on_scene" | "arrive");
            let at = crew.at.unwrap_or(if aboard { from } else { towards(from, to, 0) });
            let at = if drives { towards(at, target, ms) } else { at };
            (crew.at, crew.seen) = (Some(at), Some(now));
            session.position(next.field("shift"), at).await?;
        }
        let wait_ms = waits_min(&next.mark) * Time::MINUTE_MS + jitter_ms(&name);
        if since.ms_until(now) < wait_ms {
            return Ok(());
        }
        let mut fields = next.fields;
        if next.mark == "begin" {
            let km = ODOMETER_KM + u64::from(Sha256::digest(login.as_bytes())[1]) * 37;
            fields.push(("km".into(), km.to_string()));
        }
        let fields: Vec<(&str, String)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        session.post("/crew/report", &fields).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<a href=\"geo:36.490000,117.860000?q=1\"><a href=\"geo:36.80,118.05?q=2\">\
        <form data-what=\"step\" data-mark=\"arrive\" class=\"cr-do\" hidden>\
        <input type=\"hidden\" name=\"booking\" value=\"b1\"></form>\
        <form data-what=\"step\" data-mark=\"load\" class=\"cr-do\">\
        <input type=\"hidden\" name=\"csrf\" value=\"k\">\
        <input type=\"hidden\" name=\"booking\" value=\"b1\">\
        <input type=\"hidden\" name=\"mark\" value=\"load\"></form>";

    #[test]
    fn a_crew_takes_the_step_that_its_page_offers() {
        let next = offered(PAGE).unwrap();
        assert_eq!((next.mark.as_str(), next.field("booking")), ("load", "b1"));
        assert_eq!(next.fields.len(), 2, "the session's secret is added when it is sent");
        assert_eq!(ends(PAGE).len(), 2);
        assert_eq!(offered("<p>nothing to do</p>"), None);
    }

    #[test]
    fn a_vehicle_comes_forward_and_stops_where_it_arrives() {
        let (from, to) = (Position { lat: 36.5, lng: 117.8 }, Position { lat: 36.6, lng: 117.8 });
        let half = towards(from, to, 60_000);
        assert!(half.lat > from.lat && half.lat < to.lat);
        assert_eq!(towards(from, to, 100 * Time::MINUTE_MS), to);
    }
}
