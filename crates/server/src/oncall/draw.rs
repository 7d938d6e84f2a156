//! The map of zones as a picture that the server draws: districts, zones, hospitals. Its script
//! only reads where somebody clicks, so that the page says the same without one.

use serde_json::Value;
use store::oncall::{Hospital, Zone};

use crate::words::Lang;

/// Width of the picture in its own units.
const WIDTH: f64 = 800.0;
/// Air around the hospitals, in degrees.
const AIR: [f64; 2] = [0.09, 0.06];

pub(super) struct Area {
    pub id: String,
    pub points: String,
    pub name: String,
    pub x: String,
    pub y: String,
}

pub(super) struct Mark {
    pub x: String,
    pub y: String,
    pub name: String,
    /// Where the name begins, on its line.
    pub label: (String, String),
}

/// West and north edge in degrees, units a degree: what the script needs to read a click.
pub(super) struct Picture {
    pub width: String,
    pub height: String,
    pub west: f64,
    pub north: f64,
    pub a_lng: f64,
    pub a_lat: f64,
    pub land: Vec<String>,
    pub areas: Vec<Area>,
    pub hospitals: Vec<Mark>,
}

struct Frame {
    west: f64,
    north: f64,
    a_lng: f64,
    a_lat: f64,
    height: f64,
}

impl Frame {
    fn around(hospitals: &[Hospital]) -> Frame {
        let edge = |of: fn(&Hospital) -> f64, best: fn(f64, f64) -> f64| {
            hospitals.iter().map(of).reduce(best)
        };
        // Without hospitals there is nothing to frame: the whole country.
        let west = edge(|one| one.lng, f64::min).unwrap_or(73.0) - AIR[0];
        let east = edge(|one| one.lng, f64::max).unwrap_or(135.0) + AIR[0];
        let south = edge(|one| one.lat, f64::min).unwrap_or(18.0) - AIR[1];
        let north = edge(|one| one.lat, f64::max).unwrap_or(54.0) + AIR[1];
        let a_lng = WIDTH / (east - west);
        let a_lat = a_lng / ((south + north) / 2.0).to_radians().cos();
        Frame { west, north, a_lng, a_lat, height: (north - south) * a_lat }
    }

    fn at(&self, lng: f64, lat: f64) -> (f64, f64) {
        ((lng - self.west) * self.a_lng, (self.north - lat) * self.a_lat)
    }

    fn pair(&self, lng: f64, lat: f64) -> String {
        let (x, y) = self.at(lng, lat);
        format!("{x:.1},{y:.1}")
    }
}

pub(super) fn picture(
    lang: Lang,
    hospitals: &[Hospital],
    zones: &[Zone],
    boundaries: &str,
) -> Picture {
    let frame = Frame::around(hospitals);
    let mut taken = Vec::new();
    let marks = hospitals_of(lang, &frame, hospitals, &mut taken);
    Picture {
        width: format!("{WIDTH:.0}"),
        height: format!("{:.0}", frame.height),
        west: frame.west,
        north: frame.north,
        a_lng: frame.a_lng,
        a_lat: frame.a_lat,
        land: land(&frame, boundaries),
        areas: zones.iter().map(|zone| area(lang, &frame, zone, &mut taken)).collect(),
        hospitals: marks,
    }
}

/// A name's place: left, top, right, bottom.
type Place = [f64; 4];

/// Height of a line of names.
const LINE: f64 = 16.0;

fn width(name: &str) -> f64 {
    name.chars().map(|letter| if letter.is_ascii() { 7.6 } else { 14.0 }).sum()
}

fn meets(one: &Place, other: &Place) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

/// The first of some places that lies on nothing, else the first of all.
fn free(places: &[Place], taken: &mut Vec<Place>) -> Place {
    let open = |place: &&Place| !taken.iter().any(|one| meets(one, place));
    let chosen = places.iter().find(open).or(places.first()).copied().unwrap_or_default();
    taken.push(chosen);
    chosen
}

fn hospitals_of(
    lang: Lang,
    frame: &Frame,
    hospitals: &[Hospital],
    taken: &mut Vec<Place>,
) -> Vec<Mark> {
    let spots: Vec<(f64, f64)> = hospitals.iter().map(|one| frame.at(one.lng, one.lat)).collect();
    taken.extend(spots.iter().map(|(x, y)| [x - 6.0, y - 6.0, x + 6.0, y + 6.0]));
    let marks = hospitals.iter().zip(&spots).map(|(one, (x, y))| {
        let name = lang.pick(&one.short_zh, &one.short_en);
        let wide = width(name);
        let at = |left: f64, top: f64| [left, top, left + wide, top + LINE];
        let places = [
            at(x + 9.0, y - 8.0),
            at(x - 9.0 - wide, y - 8.0),
            at(x - wide / 2.0, y + 8.0),
            at(x - wide / 2.0, y - 24.0),
            at(x + 9.0, y + 4.0),
            at(x + 9.0, y - 20.0),
        ];
        let inside: Vec<Place> =
            places.into_iter().filter(|one| one[0] >= 0.0 && one[2] <= WIDTH).collect();
        let place = free(&inside, taken);
        Mark {
            x: format!("{x:.1}"),
            y: format!("{y:.1}"),
            name: name.to_owned(),
            label: (format!("{:.1}", place[0]), format!("{:.1}", place[3] - 3.0)),
        }
    });
    marks.collect()
}

fn area(lang: Lang, frame: &Frame, zone: &Zone, taken: &mut Vec<Place>) -> Area {
    let points: Vec<String> = zone.ring.iter().map(|at| frame.pair(at[0], at[1])).collect();
    // Zones reach beyond the coast; the name stands in the middle of what the picture shows.
    let inside: Vec<(f64, f64)> = zone
        .ring
        .iter()
        .map(|at| frame.at(at[0], at[1]))
        .map(|(x, y)| (x.clamp(0.0, WIDTH), y.clamp(0.0, frame.height)))
        .collect();
    let name = lang.pick(&zone.name_zh, &zone.name_en).to_owned();
    let half = width(&name) / 2.0;
    let middle = |of: fn(&(f64, f64)) -> f64, most: f64, air: f64| {
        let low = inside.iter().map(of).fold(f64::INFINITY, f64::min);
        let high = inside.iter().map(of).fold(0.0, f64::max);
        ((low + high) / 2.0).min(most - air).max(air)
    };
    let (x, y) = (middle(|at| at.0, WIDTH, half), middle(|at| at.1, frame.height, LINE));
    let tries = [0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0];
    let places = tries.map(|lines| {
        let top = y - LINE / 2.0 + lines * LINE;
        [x - half, top, x + half, top + LINE]
    });
    let place = free(&places, taken);
    Area {
        id: zone.zone_id.clone(),
        points: points.join(" "),
        name,
        x: format!("{x:.1}"),
        y: format!("{:.1}", place[3] - 3.0),
    }
}

/// The outer rings of the city's districts as paths; nothing when they were not fetched.
fn land(frame: &Frame, boundaries: &str) -> Vec<String> {
    let Some(asset) = crate::assets::find(boundaries) else { return Vec::new() };
    let read: Value = serde_json::from_slice(asset.bytes).unwrap_or_default();
    let features = read["features"].as_array().cloned().unwrap_or_default();
    features.iter().map(|district| path(frame, &district["geometry"])).collect()
}

fn path(frame: &Frame, geometry: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![geometry["coordinates"].clone()],
        _ => list(&geometry["coordinates"]),
    };
    let mut path = String::new();
    for ring in polygons.iter().flat_map(list) {
        let corners: Vec<String> = list(&ring)
            .iter()
            .filter_map(|at| Some(frame.pair(at[0].as_f64()?, at[1].as_f64()?)))
            .collect();
        path.push_str(&format!("M{}Z", corners.join("L")));
    }
    path
}
