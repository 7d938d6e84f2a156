//! Which hospital: the one the zone is contracted to, and the nearest that can treat this. Both
//! are always shown, with travel time, reasons and what is missing; people decide.

use serde::{Deserialize, Serialize};

use crate::Position;
use crate::card::Card;
use crate::channel::Travel;
use crate::coded;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plea<'a> {
    pub card: &'a Card,
    /// `None` when nobody knows where the patient is.
    pub at: Option<Position>,
    /// Minutes of the city's day.
    pub minute_of_day: i64,
}

/// What is known of a hospital at this moment.
#[derive(Clone, Debug)]
pub struct HospitalFacts {
    pub hospital_id: String,
    pub at: Position,
    /// Capability and its hours; without hours all day and night.
    pub capabilities: Vec<(String, Option<(i64, i64)>)>,
    /// Units of each antidote that have not expired.
    pub stock: Vec<(String, i64)>,
    pub on_call: bool,
    pub zone_primary: bool,
    pub zone_backup: bool,
}

coded! {
    /// Why a hospital is on the list.
    Part {
        Zone = "zone",
        /// 最近能救治
        Capable = "capable",
        Backup = "backup",
        Other = "other",
        /// Named by a person.
        Chosen = "chosen",
    }
}

/// Something the card asks for that is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    Capability { code: String },
    Antidote { item: String, units: i64 },
    OnCall,
}

/// Something the card asks for that is not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// Never there.
    Capability {
        code: String,
    },
    /// There, but not at this hour.
    Closed {
        code: String,
        from_min: i64,
        until_min: i64,
    },
    Antidote {
        item: String,
        units: i64,
        needed: i64,
    },
    NobodyOnCall,
}

impl Shortfall {
    /// Whether it keeps the hospital from treating this.
    fn bars(&self, card: &Card) -> bool {
        match self {
            Shortfall::Capability { code } | Shortfall::Closed { code, .. } => {
                card.needs.contains(code)
            }
            Shortfall::Antidote { .. } | Shortfall::NobodyOnCall => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub hospital_id: String,
    pub part: Part,
    /// Driving minutes, rounded up; `None` when nobody knows where the patient is.
    pub minutes: Option<i64>,
    pub metres: Option<i64>,
    pub capable: bool,
    pub has: Vec<Need>,
    pub lacks: Vec<Shortfall>,
}

/// The answer, kept with the case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Everybody, the recommended one first, then the zone's, then by travel time.
    pub candidates: Vec<Candidate>,
    pub zone: Option<String>,
    pub recommended: Option<String>,
    /// The zone's hospital and the recommended one are not the same.
    pub differs: bool,
    /// Nobody in the city can treat this as the card asks.
    pub nowhere: bool,
}

impl Recommendation {
    pub fn candidate(&self, hospital_id: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.hospital_id == hospital_id)
    }

    /// Who is called at once: the recommended hospital and the zone's.
    pub fn first_called(&self) -> Vec<(String, Part)> {
        let mut called: Vec<(String, Part)> = Vec::new();
        for id in [&self.zone, &self.recommended].into_iter().flatten() {
            if !called.iter().any(|(known, _)| known == id) {
                let part = self.candidate(id).map_or(Part::Other, |candidate| candidate.part);
                called.push((id.clone(), part));
            }
        }
        called
    }

    /// Who is called next when `called` have declined or stay silent; `None` when all were.
    pub fn next_after(&self, called: &[String]) -> Option<(String, Part)> {
        let fresh = |candidate: &&Candidate| !called.contains(&candidate.hospital_id);
        let next = self.candidates.iter().filter(fresh);
        // The backup of the zone first, then in the list's order: able ones stand in front.
        let backup = next.clone().find(|candidate| candidate.part == Part::Backup);
        let able = next.clone().find(|candidate| candidate.capable);
        let chosen = backup.filter(|backup| backup.capable).or(able).or(next.clone().next());
        chosen.map(|candidate| (candidate.hospital_id.clone(), candidate.part))
    }
}

/// Minutes by road between two places where no road times are at hand, rounded up.
pub fn minutes_between(travel: &Travel, from: Position, to: Position) -> (i64, i64) {
    let metres = from.distance_m(to);
    let road_km = metres as f64 / 1_000.0 * travel.detour;
    let minutes = (road_km / travel.km_per_h * 60.0).ceil() as i64 + travel.extra_min;
    (minutes, metres)
}

/// Whether a minute of the day lies in hours that may cross midnight; equal ends are the whole day.
pub fn within_hours(minute: i64, (from, until): (i64, i64)) -> bool {
    match from.cmp(&until) {
        std::cmp::Ordering::Less => (from..until).contains(&minute),
        std::cmp::Ordering::Equal => true,
        std::cmp::Ordering::Greater => minute >= from || minute < until,
    }
}

/// Ranks the hospitals for a case.
///
/// Recommended is the nearest hospital that has everything the card *needs*; when the zone's own
/// can treat it and is at most as far in whole minutes, the zone's. When nobody can, the one that
/// lacks least, and `nowhere` says so.
pub fn recommend(plea: Plea<'_>, hospitals: &[HospitalFacts], travel: &Travel) -> Recommendation {
    let mut candidates: Vec<Candidate> =
        hospitals.iter().map(|facts| candidate(plea, facts, travel)).collect();
    let bars =
        |candidate: &Candidate| candidate.lacks.iter().filter(|lack| lack.bars(plea.card)).count();
    let rank = |candidate: &Candidate| {
        // Unknown travel time: the zone's own stands first, the rest keep their order.
        (
            bars(candidate),
            candidate.lacks.contains(&Shortfall::NobodyOnCall),
            candidate.minutes.unwrap_or(0),
            candidate.part != Part::Zone,
            candidate.metres.unwrap_or(0),
            candidate.hospital_id.clone(),
        )
    };
    candidates.sort_by_key(rank);
    let zone = candidates.iter().find(|candidate| candidate.part == Part::Zone);
    let zone = zone.map(|candidate| candidate.hospital_id.clone());
    let recommended = candidates.first().map(|candidate| candidate.hospital_id.clone());
    let nowhere = !candidates.iter().any(|candidate| candidate.capable);
    // The first of the list is recommended, the second is the zone's.
    if let Some(place) = candidates.iter().position(|one| one.part == Part::Zone)
        && place > 1
    {
        let own = candidates.remove(place);
        candidates.insert(1, own);
    }
    if let Some(first) = candidates.first_mut()
        && first.part != Part::Zone
    {
        first.part = Part::Capable;
    }
    let differs = zone.is_some() && zone != recommended;
    Recommendation { candidates, zone, recommended, differs, nowhere }
}

fn candidate(plea: Plea<'_>, facts: &HospitalFacts, travel: &Travel) -> Candidate {
    let card = plea.card;
    let (mut has, mut lacks) = (Vec::new(), Vec::new());
    for code in card.needs.iter().chain(&card.wants) {
        let hours = facts.capabilities.iter().find(|(known, _)| known == code).map(|(_, h)| *h);
        match hours {
            None => lacks.push(Shortfall::Capability { code: code.clone() }),
            Some(Some(hours)) if !within_hours(plea.minute_of_day, hours) => {
                let (from_min, until_min) = hours;
                lacks.push(Shortfall::Closed { code: code.clone(), from_min, until_min });
            }
            Some(_) => has.push(Need::Capability { code: code.clone() }),
        }
    }
    for antidote in &card.antidotes {
        let (item, needed) = (antidote.item.clone(), antidote.units);
        let units = facts.stock.iter().find(|(known, _)| *known == item).map_or(0, |(_, n)| *n);
        if units >= needed {
            has.push(Need::Antidote { item, units });
        } else {
            lacks.push(Shortfall::Antidote { item, units, needed });
        }
    }
    if facts.on_call {
        has.push(Need::OnCall);
    } else {
        lacks.push(Shortfall::NobodyOnCall);
    }
    let part = match (facts.zone_primary, facts.zone_backup) {
        (true, _) => Part::Zone,
        (_, true) => Part::Backup,
        _ => Part::Other,
    };
    let road = plea.at.map(|at| minutes_between(travel, at, facts.at));
    Candidate {
        hospital_id: facts.hospital_id.clone(),
        part,
        minutes: road.map(|(minutes, _)| minutes),
        metres: road.map(|(_, metres)| metres),
        capable: !lacks.iter().any(|lack| lack.bars(card)),
        has,
        lacks,
    }
}

/// Samples a side when two rings are laid over each other.
const SAMPLES: i32 = 48;

/// How much of the smaller ring lies in the other one, in percent, by samples: edges that are drawn
/// twice a little apart count for nothing.
pub fn overlap_percent(a: &[[f64; 2]], b: &[[f64; 2]]) -> i64 {
    let Some((one, two)) = bounds(a).zip(bounds(b)) else { return 0 };
    let (west, south) = (one[0].max(two[0]), one[1].max(two[1]));
    let (east, north) = (one[2].min(two[2]), one[3].min(two[3]));
    if west >= east || south >= north {
        return 0;
    }
    let mut both = 0;
    for row in 0..SAMPLES {
        for column in 0..SAMPLES {
            let part = |n: i32| (f64::from(n) + 0.5) / f64::from(SAMPLES);
            let lng = west + (east - west) * part(column);
            let at = Position { lat: south + (north - south) * part(row), lng };
            both += i32::from(inside(a, at) && inside(b, at));
        }
    }
    let shared = (east - west) * (north - south) * f64::from(both) / f64::from(SAMPLES * SAMPLES);
    let smaller = area(a).min(area(b));
    if smaller <= 0.0 { 0 } else { (shared * 100.0 / smaller).round().min(100.0) as i64 }
}

/// West, south, east, north.
fn bounds(ring: &[[f64; 2]]) -> Option<[f64; 4]> {
    let [lng, lat] = *ring.first()?;
    Some(ring.iter().fold([lng, lat, lng, lat], |[w, s, e, n], [lng, lat]| {
        [w.min(*lng), s.min(*lat), e.max(*lng), n.max(*lat)]
    }))
}

/// In square degrees: enough to compare two rings of one city.
fn area(ring: &[[f64; 2]]) -> f64 {
    let turns = ring.iter().enumerate().map(|(index, [lng, lat])| {
        let [before, below] = ring[(index + ring.len() - 1) % ring.len()];
        before * lat - lng * below
    });
    turns.sum::<f64>().abs() / 2.0
}

/// Whether a place lies inside a ring of `[lng, lat]` corners; on the edge counts as inside or
/// outside, but the same every time. Even-odd rule; the ring may be closed or not.
pub fn inside(ring: &[[f64; 2]], at: Position) -> bool {
    let mut within = false;
    for (index, [lng, lat]) in ring.iter().enumerate() {
        let [lng_before, lat_before] = ring[(index + ring.len() - 1) % ring.len()];
        let crosses = (*lat > at.lat) != (lat_before > at.lat);
        if crosses && at.lng < (lng_before - lng) * (at.lat - lat) / (lat_before - lat) + lng {
            within = !within;
        }
    }
    within
}
