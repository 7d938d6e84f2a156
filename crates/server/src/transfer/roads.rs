//! How long a drive takes: the operator's own road graph, an OSRM or a Valhalla service, or
//! straight lines where none of them answers. What an answer rests on goes with it, so that every
//! promise can say so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dispatch::problem::Problem;
use dispatch::road::RoadGraph;
use dispatch::travel::{Matrix, Profile, Travel};
use rules::Position;
use rules::transfer::planning::Planning;
use serde::Deserialize;
use serde_json::json;

use crate::clock::steady_ms;

/// What a drive's time rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Straight,
    Road,
    Osrm,
    Valhalla,
}

impl Source {
    /// The word kept with a promise.
    pub fn code(self) -> &'static str {
        match self {
            Source::Straight => "straight",
            Source::Road => "road",
            Source::Osrm => "osrm",
            Source::Valhalla => "valhalla",
        }
    }

    pub fn of(code: &str) -> Option<Source> {
        let all = [Source::Straight, Source::Road, Source::Osrm, Source::Valhalla];
        all.into_iter().find(|source| source.code() == code)
    }
}

/// One drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub distance_m: i64,
    pub drive_s: i64,
    pub source: Source,
}

/// Where drives come from.
pub struct Roads {
    kind: Kind,
    client: Option<reqwest::Client>,
    /// Legs a service has answered: seconds and metres.
    known: Mutex<Known>,
    /// A service that failed is left alone for a moment, so that pages do not wait for it.
    rests_until_ms: Mutex<f64>,
}

enum Kind {
    Straight,
    Graph(Arc<RoadGraph>),
    Osrm(String),
    Valhalla(String),
}

/// A place to about a metre.
type Spot = (i32, i32);
/// Seconds and metres of legs; none where there is no way.
type Known = HashMap<(Spot, Spot), Option<(i64, i64)>>;

/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const REST_MS: f64 = 30_000.0;
/// Sources and targets of one request: both services allow as much by default.
const BLOCK: usize = 45;
/// Legs kept; beyond, all are asked for again.
const KNOWN_MAX: usize = 400_000;
/// Places of one table.
const PLACES_MAX: usize = 1_500;
/// An answer larger than this is none.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

impl Default for Roads {
    fn default() -> Roads {
        Roads::straight()
    }
}

fn spot(at: Position) -> Spot {
    let fine = |degrees: f64| (degrees * 100_000.0).round() as i32;
    (fine(at.lat), fine(at.lng))
}

impl Roads {
    fn new(kind: Kind, client: Option<reqwest::Client>) -> Roads {
        Roads { kind, client, known: Mutex::default(), rests_until_ms: Mutex::new(0.0) }
    }

    /// Straight lines only.
    pub fn straight() -> Roads {
        Roads::new(Kind::Straight, None)
    }

    /// Roads from a `.pbf` extract or from a graph prepared before.
    ///
    /// # Errors
    /// Bytes that are neither.
    pub fn graph(bytes: &[u8]) -> Result<Roads, Problem> {
        let graph = dispatch::command::road_graph(bytes)?;
        Ok(Roads::new(Kind::Graph(Arc::new(graph)), None))
    }

    /// A service's table: `osrm` or `valhalla`, and its address.
    ///
    /// # Errors
    /// A sentence, when the address is none.
    pub fn service(name: &str, address: &str) -> Result<Roads, String> {
        let plain = address.trim_end_matches('/').to_owned();
        if reqwest::Url::parse(&plain).is_err() || !plain.starts_with("http") {
            return Err(format!("路况服务地址无效。/ No address of a road service: {address}"));
        }
        let client = reqwest::Client::builder()
            .timeout(ANSWER_WITHIN)
            .build()
            .map_err(|error| error.to_string())?;
        match name {
            "osrm" => Ok(Roads::new(Kind::Osrm(plain), Some(client))),
            "valhalla" => Ok(Roads::new(Kind::Valhalla(plain), Some(client))),
            _ => Err(format!("只支持 osrm 和 valhalla。/ osrm or valhalla, not {name}")),
        }
    }

    /// Drives between all of some places, as the planner takes them. Where the source does not
    /// answer, all of them are straight lines: two kinds of time are never mixed in one plan.
    pub async fn travel(
        &self,
        places: &[Position],
        planning: &Planning,
        profile: Profile,
    ) -> (Travel, Source) {
        let straight = |profile: Profile| Travel::Globe {
            points: places.iter().map(|at| (at.lng, at.lat)).collect(),
            detour_milli: planning.detour_permille,
            metres_per_s: planning.km_per_h / 3.6,
            profile: Some(profile),
        };
        let source = match &self.kind {
            Kind::Straight => return (straight(profile), Source::Straight),
            _ if places.len() > PLACES_MAX => return (straight(profile), Source::Straight),
            Kind::Graph(_) => Source::Road,
            Kind::Osrm(_) => Source::Osrm,
            Kind::Valhalla(_) => Source::Valhalla,
        };
        let table = match &self.kind {
            Kind::Graph(graph) => {
                let (graph, points) = (graph.clone(), places.to_vec());
                let whole = move || {
                    let points: Vec<_> = points.iter().map(|at| (at.lng, at.lat)).collect();
                    graph.table(&points)
                };
                tokio::task::spawn_blocking(whole).await.ok()
            }
            _ => self.ask_all(places).await,
        };
        match table {
            Some(table) => (Travel::Timed { table, profile }, source),
            None => (straight(profile), Source::Straight),
        }
    }

    async fn ask_all(&self, places: &[Position]) -> Option<Matrix> {
        if self.rests_until_ms.lock().is_ok_and(|until| steady_ms() < *until) {
            return None;
        }
        let indexes: Vec<usize> = (0..places.len()).collect();
        for from in indexes.chunks(BLOCK) {
            for to in indexes.chunks(BLOCK) {
                if !self.knows(places, from, to) && !self.ask(places, from, to).await {
                    if let Ok(mut until) = self.rests_until_ms.lock() {
                        *until = steady_ms() + REST_MS;
                    }
                    return None;
                }
            }
        }
        let known = self.known.lock().ok()?;
        let mut table = Matrix::holes(places.len());
        for (a, from) in places.iter().enumerate() {
            for (b, to) in places.iter().enumerate() {
                let leg = known.get(&(spot(*from), spot(*to))).copied().flatten();
                if let Some((seconds, metres)) = leg.filter(|_| a != b) {
                    table.set(a, b, seconds, metres).ok()?;
                }
            }
        }
        Some(table)
    }

    fn knows(&self, places: &[Position], from: &[usize], to: &[usize]) -> bool {
        let Ok(known) = self.known.lock() else { return false };
        from.iter().all(|a| {
            let mut pairs = to.iter().map(|b| (spot(places[*a]), spot(places[*b])));
            pairs.all(|pair| pair.0 == pair.1 || known.contains_key(&pair))
        })
    }

    /// Asks for one block of legs and keeps them; false when the service gives no sound answer.
    async fn ask(&self, places: &[Position], from: &[usize], to: &[usize]) -> bool {
        let Some(client) = &self.client else { return false };
        let answer = match &self.kind {
            Kind::Osrm(address) => osrm(client, address, places, from, to).await,
            Kind::Valhalla(address) => valhalla(client, address, places, from, to).await,
            Kind::Straight | Kind::Graph(_) => return false,
        };
        let legs = match answer {
            Ok(legs) if legs.len() == from.len() => legs,
            Ok(_) => return failed("an answer of another size"),
            Err(why) => return failed(&why),
        };
        let Ok(mut known) = self.known.lock() else { return false };
        if known.len() > KNOWN_MAX {
            known.clear();
        }
        for (a, row) in from.iter().zip(legs) {
            if row.len() != to.len() {
                return failed("an answer of another size");
            }
            for (b, leg) in to.iter().zip(row) {
                known.insert((spot(places[*a]), spot(places[*b])), leg);
            }
        }
        true
    }
}

fn failed(why: &str) -> bool {
    tracing::warn!(why, "no road times; straight lines stand in");
    false
}

type Legs = Vec<Vec<Option<(i64, i64)>>>;

/// Seconds and metres as whole numbers; what is no sound number is no way.
fn leg(seconds: Option<f64>, metres: Option<f64>) -> Option<(i64, i64)> {
    let sound = |value: f64| value.is_finite() && (0.0..1e8).contains(&value);
    let (seconds, metres) = (seconds?, metres?);
    (sound(seconds) && sound(metres)).then(|| (seconds.ceil() as i64, metres.round() as i64))
}

async fn body_of(request: reqwest::RequestBuilder) -> Result<Vec<u8>, String> {
    let said = |error: reqwest::Error| error.without_url().to_string();
    let mut response = request.send().await.map_err(said)?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(said)? {
        body.extend_from_slice(&part);
        if body.len() > ANSWER_BYTES_MAX {
            return Err("an answer too large".into());
        }
    }
    Ok(body)
}

#[derive(Deserialize)]
struct OsrmTable {
    code: String,
    durations: Vec<Vec<Option<f64>>>,
    distances: Vec<Vec<Option<f64>>>,
}

/// OSRM's table service, version 1, profile `driving`.
async fn osrm(
    client: &reqwest::Client,
    address: &str,
    places: &[Position],
    from: &[usize],
    to: &[usize],
) -> Result<Legs, String> {
    let chosen: Vec<usize> = from.iter().chain(to).copied().collect();
    let points: Vec<String> = chosen
        .iter()
        .map(|place| format!("{:.6},{:.6}", places[*place].lng, places[*place].lat))
        .collect();
    let numbers = |range: std::ops::Range<usize>| {
        range.map(|number| number.to_string()).collect::<Vec<_>>().join(";")
    };
    let url = format!(
        "{address}/table/v1/driving/{}?annotations=duration,distance&sources={}&destinations={}",
        points.join(";"),
        numbers(0..from.len()),
        numbers(from.len()..chosen.len()),
    );
    let body = body_of(client.get(url)).await?;
    let table: OsrmTable = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    if table.code != "Ok" {
        return Err(format!("code {}", table.code));
    }
    let rows = table.durations.into_iter().zip(table.distances);
    Ok(rows
        .map(|(times, metres)| times.into_iter().zip(metres).map(|(t, m)| leg(t, m)).collect())
        .collect())
}

#[derive(Deserialize)]
struct ValhallaTable {
    sources_to_targets: Vec<Vec<ValhallaLeg>>,
}

#[derive(Deserialize)]
struct ValhallaLeg {
    time: Option<f64>,
    /// Kilometres, as asked for.
    distance: Option<f64>,
}

/// Valhalla's matrix service, costing `auto`.
async fn valhalla(
    client: &reqwest::Client,
    address: &str,
    places: &[Position],
    from: &[usize],
    to: &[usize],
) -> Result<Legs, String> {
    let points = |chosen: &[usize]| -> Vec<serde_json::Value> {
        let point = |place: &usize| json!({"lat": places[*place].lat, "lon": places[*place].lng});
        chosen.iter().map(point).collect()
    };
    let question = json!({
        "sources": points(from), "targets": points(to), "costing": "auto", "units": "kilometers",
    });
    let url = format!("{address}/sources_to_targets");
    let body = body_of(client.post(url).json(&question)).await?;
    let table: ValhallaTable = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let leg_of = |one: ValhallaLeg| leg(one.time, one.distance.map(|km| km * 1_000.0));
    let rows = table.sources_to_targets.into_iter();
    Ok(rows.map(|row| row.into_iter().map(leg_of).collect()).collect())
}

#[cfg(test)]
mod tests;
