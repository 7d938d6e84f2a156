//! Roads out of OpenStreetMap `.pbf` bytes: which ways cars may use, how fast, in which direction.
//!
//! Speeds are the usual ones of each road class unless the way says otherwise, times 0.75 for
//! junctions and traffic. Data © OpenStreetMap contributors, ODbL.

use std::collections::HashMap;

use osmpbf::{Element, ElementReader, Way};

use crate::problem::Problem;
use crate::road::{Roads, Segment};
use crate::travel::great_circle_m;

/// Usual speed by road class in km/h.
const SPEED: [(&str, f64); 16] = [
    ("motorway", 100.0),
    ("motorway_link", 50.0),
    ("trunk", 80.0),
    ("trunk_link", 45.0),
    ("primary", 60.0),
    ("primary_link", 40.0),
    ("secondary", 50.0),
    ("secondary_link", 35.0),
    ("tertiary", 40.0),
    ("tertiary_link", 30.0),
    ("unclassified", 35.0),
    ("residential", 25.0),
    ("living_street", 10.0),
    ("service", 15.0),
    ("road", 25.0),
    ("track", 10.0),
];

/// Share of the class speed that is really driven.
const DRIVEN: f64 = 0.75;

struct Road {
    refs: Vec<i64>,
    km_h: f64,
    forth: bool,
    back: bool,
}

/// Reads the roads of a `.pbf` file given as bytes.
///
/// # Errors
/// Bytes that are no such file, or a file without roads.
pub fn read_pbf(bytes: &[u8]) -> Result<Roads, Problem> {
    let fail = |e: osmpbf::Error| Problem::Json(format!("pbf: {e}"));
    let mut roads = Vec::new();
    ElementReader::new(bytes)
        .for_each(|element| {
            if let Element::Way(way) = element {
                roads.extend(road(&way));
            }
        })
        .map_err(fail)?;
    let mut number: HashMap<i64, u32> = HashMap::new();
    for id in roads.iter().flat_map(|road| &road.refs) {
        number.entry(*id).or_insert(u32::MAX);
    }
    let mut list = Roads::default();
    let mut put = |id: i64, point: (f64, f64)| {
        if let Some(slot) = number.get_mut(&id).filter(|slot| **slot == u32::MAX) {
            *slot = list.nodes.len() as u32;
            list.nodes.push(point);
        }
    };
    ElementReader::new(bytes)
        .for_each(|element| match element {
            Element::Node(node) => put(node.id(), (node.lon(), node.lat())),
            Element::DenseNode(node) => put(node.id(), (node.lon(), node.lat())),
            _ => {}
        })
        .map_err(fail)?;
    for road in &roads {
        for pair in road.refs.windows(2) {
            let known = |id: &i64| number.get(id).copied().filter(|&node| node != u32::MAX);
            // A way cut at the edge of an extract names nodes that are not in the file.
            let (Some(from), Some(to)) = (known(&pair[0]), known(&pair[1])) else { continue };
            list.segments.extend(segment(&list.nodes, road, from, to));
        }
    }
    if list.segments.is_empty() {
        return Err(Problem::Json("pbf: no roads in it".to_owned()));
    }
    Ok(list)
}

fn segment(nodes: &[(f64, f64)], road: &Road, from: u32, to: u32) -> Option<Segment> {
    let metres = great_circle_m(nodes[from as usize], nodes[to as usize]);
    let seconds = metres / (road.km_h * DRIVEN / 3.6);
    let (from, to) = if road.forth { (from, to) } else { (to, from) };
    let one_way = !(road.forth && road.back);
    (road.forth || road.back).then_some(Segment { from, to, metres, seconds, one_way })
}

/// A way as a road for cars, or `None`.
fn road(way: &Way) -> Option<Road> {
    let tags: HashMap<&str, &str> = way.tags().collect();
    let class = *tags.get("highway")?;
    let usual = SPEED.iter().find(|(name, _)| *name == class)?.1;
    let barred = |key: &str| matches!(tags.get(key), Some(&("no" | "private" | "agricultural")));
    let opened = |key: &str| matches!(tags.get(key), Some(&("yes" | "designated" | "emergency")));
    let open = opened("emergency") || opened("motor_vehicle") || opened("motorcar");
    if (barred("access") || barred("motor_vehicle") || barred("motorcar")) && !open
        || tags.get("area") == Some(&"yes")
    {
        return None;
    }
    let km_h = tags.get("maxspeed").and_then(|text| speed(text)).unwrap_or(usual);
    let circular = tags.get("junction") == Some(&"roundabout") || class == "motorway";
    let (forth, back) = match tags.get("oneway").copied() {
        Some("yes" | "true" | "1") => (true, false),
        Some("-1" | "reverse") => (false, true),
        Some("no" | "false" | "0") => (true, true),
        _ => (true, !circular),
    };
    Some(Road { refs: way.refs().collect(), km_h, forth, back })
}

/// `50`, `50 km/h` or `30 mph` in km/h; anything else is not understood.
fn speed(text: &str) -> Option<f64> {
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let value: f64 = digits.parse().ok()?;
    let km_h = match unit.trim() {
        "" | "km/h" | "kmh" => value,
        "mph" => value * 1.609_344,
        _ => return None,
    };
    (5.0..=130.0).contains(&km_h).then_some(km_h)
}
