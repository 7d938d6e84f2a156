//! What the map shows: vehicles where they are, the chosen booking's two ends, the recommended
//! vehicle. The list and the answers beside it say the same.

use rules::Position;
use serde_json::{Value, json};
use store::transfer::Booking;

use super::super::planner::Day;
use super::answers::Answers;
use crate::words::Lang;

pub(crate) fn map(
    day: &Day,
    focus: &str,
    chosen: Option<&Booking>,
    answers: Option<&Answers>,
    lang: Lang,
) -> String {
    let best = answers.and_then(Answers::best).map(|line| line.shift_id.as_str());
    let current = chosen.and_then(|booking| booking.shift_id.as_deref());
    let mut points: Vec<Value> = Vec::new();
    for (vehicle, duty) in day.ground.duties.iter().enumerate() {
        let shift = &duty.shift;
        let running = shift.from_at <= day.now.0 && shift.latest_at > day.now.0;
        if !running || shift.ended_at.is_some() {
            continue;
        }
        let at = day.live.stands(vehicle).map_or(shift.base(), |(place, _)| day.places.at(place));
        let busy = !day.live.stops(vehicle).is_empty();
        let off = day.off[vehicle].is_some();
        let ring = Some(shift.shift_id.as_str()) == current.or(best);
        points.push(json!({
            "at": [at.lng, at.lat],
            "s": if off { "stop" } else if busy { "veh" } else { "veh-idle" },
            "t": lang.board_vehicle(&shift.call_sign),
            "ring": ring, "b": ring,
        }));
    }
    let mut lines: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut span: Vec<Position> = Vec::new();
    if let Some(booking) = chosen {
        let (from, to) = (booking.from_at(), booking.to_at());
        points.push(json!({
            "at": [from.lng, from.lat], "s": "hosp-on", "t": booking.from_place, "b": true,
        }));
        points.push(json!({"at": [to.lng, to.lat], "s": "hosp", "t": booking.to_place}));
        lines.push(vec![[from.lng, from.lat], [to.lng, to.lat]]);
        span.extend([from, to]);
        let comes = current.or(best).and_then(|shift| day.vehicle(shift));
        if let Some((place, _)) = comes.and_then(|vehicle| day.live.stands(vehicle)) {
            let at = day.places.at(place);
            lines.push(vec![[at.lng, at.lat], [from.lng, from.lat]]);
            span.push(at);
        }
    }
    let mut data = json!({"points": points, "focus": focus, "lines": lines});
    if let Some(area) = around(&span) {
        data["box"] = json!(area);
    }
    crate::assets::script_json(&data)
}

/// West, south, east, north with a margin.
fn around(span: &[Position]) -> Option<[f64; 4]> {
    if span.is_empty() {
        return None;
    }
    let fold = |value: fn(&Position) -> f64, pick: fn(f64, f64) -> f64, start: f64| {
        span.iter().map(value).fold(start, pick)
    };
    let (west, east) = (fold(|at| at.lng, f64::min, 180.0), fold(|at| at.lng, f64::max, -180.0));
    let (south, north) = (fold(|at| at.lat, f64::min, 90.0), fold(|at| at.lat, f64::max, -90.0));
    let margin = ((east - west).max(north - south) * 0.25).max(0.03);
    Some([west - margin, south - margin, east + margin, north + margin])
}
