//! The map as a picture drawn by the server: zones in pale tints, hospitals as outlined squares,
//! the place that was asked for. It needs no script and no tiles; the list beside it says the same.

use askama::Template;
use rules::Position;
use store::oncall::{Hospital, Zone};

use super::{Channel, near};
use crate::words::Lang;

/// In pixels of a small phone, so that text of 11 px stays text of 11 px.
const WIDTH: f64 = 360.0;
const HEIGHT_MIN: f64 = 220.0;
const HEIGHT_MAX: f64 = 420.0;
/// Room around the outermost square.
const MARGIN: f64 = 34.0;
const TEXT: f64 = 11.0;
const SQUARE: f64 = 5.0;
/// Hospitals within so many metres of one of them, and from so many on, get a close-up.
const CLOSE_M: i64 = 6_000;
const CLOSE_MIN: usize = 3;
/// Neighbours must differ; a city has about ten zones.
const TINTS: [&str; 10] = [
    "#e6f0f2", "#f4eee0", "#e9f1e4", "#f2e8ee", "#e8eaf4", "#f0f0e2", "#dfe9ec", "#f1e6dc",
    "#e0ebdd", "#eee6f2",
];

struct Shape {
    points: String,
    tint: &'static str,
}

struct Label {
    x: f64,
    y: f64,
    text: String,
    /// From the square to a label that found no room beside it.
    line: Option<[f64; 4]>,
}

struct Square {
    x: f64,
    y: f64,
    chosen: bool,
    label: Label,
}

/// The drawn map.
#[derive(Template)]
#[template(path = "green/picture.html")]
pub(super) struct Picture {
    lang: Lang,
    height: f64,
    shapes: Vec<Shape>,
    names: Vec<Label>,
    squares: Vec<Square>,
    spot: Option<(f64, f64)>,
}

/// From places to the picture.
struct View {
    west: f64,
    north: f64,
    scale: f64,
    shrink: f64,
    x0: f64,
    y0: f64,
    height: f64,
}

impl View {
    /// A frame that holds these places.
    fn around(places: &[Position]) -> Option<View> {
        let first = places.first()?;
        let (mut west, mut east) = (first.lng, first.lng);
        let (mut south, mut north) = (first.lat, first.lat);
        for place in places {
            (west, east) = (west.min(place.lng), east.max(place.lng));
            (south, north) = (south.min(place.lat), north.max(place.lat));
        }
        let shrink = ((south + north) / 2.0).to_radians().cos();
        // A single place still gets some two kilometres around it.
        let (wide, high) = (((east - west) * shrink).max(0.02), (north - south).max(0.02));
        let room = WIDTH - 2.0 * MARGIN;
        let scale = (room / wide).min((HEIGHT_MAX - 2.0 * MARGIN) / high);
        let height = (high * scale + 2.0 * MARGIN).clamp(HEIGHT_MIN, HEIGHT_MAX);
        let x0 = (WIDTH - (east - west) * shrink * scale) / 2.0;
        let y0 = (height - (north - south) * scale) / 2.0;
        Some(View { west, north, scale, shrink, x0, y0, height })
    }

    fn point(&self, at: Position) -> (f64, f64) {
        let x = self.x0 + (at.lng - self.west) * self.shrink * self.scale;
        let y = self.y0 + (self.north - at.lat) * self.scale;
        (x, y)
    }

    /// What of a ring lies inside the picture (Sutherland and Hodgman).
    fn clip(&self, ring: &[[f64; 2]]) -> Vec<(f64, f64)> {
        let place = |[lng, lat]: &[f64; 2]| self.point(Position { lat: *lat, lng: *lng });
        let mut kept: Vec<(f64, f64)> = ring.iter().map(place).collect();
        // Each side as a x + b y + c >= 0.
        let sides =
            [(1.0, 0.0, 0.0), (-1.0, 0.0, WIDTH), (0.0, 1.0, 0.0), (0.0, -1.0, self.height)];
        for (a, b, c) in sides {
            let inside = |(x, y): (f64, f64)| a * x + b * y + c;
            let corners = std::mem::take(&mut kept);
            for (index, to) in corners.iter().enumerate() {
                let from = corners[(index + corners.len() - 1) % corners.len()];
                let (before, after) = (inside(from), inside(*to));
                if (before >= 0.0) != (after >= 0.0) {
                    let share = before / (before - after);
                    let cut = |from: f64, to: f64| from + (to - from) * share;
                    kept.push((cut(from.0, to.0), cut(from.1, to.1)));
                }
                if after >= 0.0 {
                    kept.push(*to);
                }
            }
        }
        kept
    }
}

/// `[left, top, right, bottom]`
type Area = [f64; 4];

fn overlap(a: &Area, b: &Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// How wide a text is, well enough to keep texts apart: Han is square, Latin about half.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { TEXT * 0.56 } else { TEXT }).sum()
}

/// The area of a text whose middle is at `x` and whose line is at `y`.
fn area(x: f64, y: f64, text: &str) -> Area {
    let half = width(text) / 2.0 + 1.0;
    [x - half, y - TEXT / 2.0 - 1.0, x + half, y + TEXT / 2.0 + 1.0]
}

/// A label beside its square where there is room, else further off with a line.
fn beside((x, y): (f64, f64), text: &str, height: f64, taken: &[Area]) -> Label {
    let half = width(text) / 2.0 + SQUARE + 4.0;
    for away in [0.0, 12.0, 24.0, 38.0, 54.0, 72.0, 92.0, 114.0] {
        let up = SQUARE + TEXT * 0.75 + away;
        let tries = [
            (half + away, 0.0),
            (-half - away, 0.0),
            (0.0, -up),
            (0.0, up),
            (half, -up),
            (half, up),
            (-half, -up),
            (-half, up),
        ];
        for (dx, dy) in tries {
            let (tx, ty) = (x + dx, y + dy);
            let area = area(tx, ty, text);
            let drawn =
                area[0] >= 2.0 && area[2] <= WIDTH - 2.0 && area[1] >= 2.0 && area[3] <= height;
            if drawn && !taken.iter().any(|other| overlap(&area, other)) {
                // To the nearest point of the text.
                let line = (away > 0.0)
                    .then(|| [x, y, x.clamp(area[0], area[2]), y.clamp(area[1], area[3])]);
                return Label { x: tx, y: ty, text: text.to_owned(), line };
            }
        }
    }
    // No room at all: the list names it.
    Label { x, y, text: String::new(), line: None }
}

/// What a picture shows.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject<'s> {
    pub spot: Option<Position>,
    /// Whom it is drawn around; nobody for all hospitals.
    pub around: &'s [String],
    /// Drawn filled.
    pub chosen: &'s [String],
    /// Drawn without names: the close-up names them.
    pub unnamed: &'s [String],
}

/// Hospitals so near to each other that their names need a close-up; empty where there is room.
pub(super) fn dense(channel: &Channel) -> Vec<String> {
    let near = |a: &Hospital| -> Vec<String> {
        let close = |b: &&Hospital| a.at().distance_m(b.at()) <= CLOSE_M;
        channel.hospitals.iter().filter(close).map(|b| b.hospital_id.clone()).collect()
    };
    let densest = channel.hospitals.iter().map(near).max_by_key(Vec::len).unwrap_or_default();
    let all = densest.len() == channel.hospitals.len();
    if densest.len() < CLOSE_MIN || all { Vec::new() } else { densest }
}

/// Draws the channel, or a part of it.
pub(super) fn picture(lang: Lang, channel: &Channel, subject: Subject<'_>) -> Option<Picture> {
    let Subject { spot, around: within, chosen, unnamed } = subject;
    let matters = |id: &String| within.is_empty() || within.contains(id);
    let mut places: Vec<Position> = channel
        .hospitals
        .iter()
        .filter(|hospital| matters(&hospital.hospital_id))
        .map(Hospital::at)
        .collect();
    places.extend(spot);
    let frame = View::around(&places)?;
    let squares: Vec<(&Hospital, (f64, f64))> = channel
        .hospitals
        .iter()
        .map(|hospital| (hospital, frame.point(hospital.at())))
        .filter(|(_, (x, y))| (0.0..=WIDTH).contains(x) && (0.0..=frame.height).contains(y))
        .collect();
    let reach = SQUARE + 2.0;
    let around = |(x, y): (f64, f64)| [x - reach, y - reach, x + reach, y + reach];
    let mut taken: Vec<Area> = squares.iter().map(|(_, at)| around(*at)).collect();
    let spot = spot.map(|at| frame.point(at));
    taken.extend(spot.map(around));
    let mut drawn = Vec::new();
    for (hospital, at) in squares {
        let named = !unnamed.contains(&hospital.hospital_id);
        let text = if named { lang.pick(&hospital.short_zh, &hospital.short_en) } else { "" };
        let label = beside(at, text, frame.height, &taken);
        taken.push(area(label.x, label.y, &label.text));
        let chosen = chosen.contains(&hospital.hospital_id);
        drawn.push(Square { x: at.0, y: at.1, chosen, label });
    }
    let (mut shapes, mut names) = (Vec::new(), Vec::new());
    for (index, zone) in channel.zones.iter().enumerate() {
        let corners = frame.clip(&zone.ring);
        if corners.len() < 3 {
            continue;
        }
        let points: Vec<String> = corners.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        shapes.push(Shape { points: points.join(" "), tint: TINTS[index % TINTS.len()] });
        let ring: Vec<[f64; 2]> = corners.iter().map(|(x, y)| [*x, *y]).collect();
        let middle = near::middle(&ring);
        names.extend(zone_name(lang, zone, (middle.lng, middle.lat), frame.height, &mut taken));
    }
    Some(Picture { lang, height: frame.height, shapes, names, squares: drawn, spot })
}

/// The name of a zone near the middle of what is seen of it; the hospitals' names go first.
fn zone_name(
    lang: Lang,
    zone: &Zone,
    (x, y): (f64, f64),
    height: f64,
    taken: &mut Vec<Area>,
) -> Option<Label> {
    let text = lang.pick(&zone.name_zh, &zone.name_en);
    let tries = [0.0, -15.0, 15.0, -30.0, 30.0, -45.0, 45.0];
    for (dx, dy) in tries.iter().flat_map(|dy| [(0.0, *dy), (-24.0, *dy), (24.0, *dy)]) {
        let area = area(x + dx, y + dy, text);
        let inside = area[0] >= 0.0 && area[2] <= WIDTH && area[1] >= 0.0 && area[3] <= height;
        if inside && !taken.iter().any(|other| overlap(&area, other)) {
            taken.push(area);
            return Some(Label { x: x + dx, y: y + dy, text: text.to_owned(), line: None });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lng: f64) -> Position {
        Position { lat, lng }
    }

    #[test]
    fn north_is_up_and_everything_is_inside() {
        let places = [at(22.0, 113.0), at(22.4, 113.6)];
        let frame = View::around(&places).unwrap();
        let (south_west, north_east) = (frame.point(places[0]), frame.point(places[1]));
        assert!(south_west.0 < north_east.0 && south_west.1 > north_east.1);
        for (x, y) in [south_west, north_east] {
            assert!((0.0..=WIDTH).contains(&x) && (0.0..=frame.height).contains(&y), "{x} {y}");
        }
        assert!(View::around(&[]).is_none());
        assert!(View::around(&places[..1]).unwrap().scale.is_finite());
    }

    #[test]
    fn zones_are_cut_at_the_edge() {
        let frame = View::around(&[at(22.0, 113.0), at(22.4, 113.6)]).unwrap();
        let world = [[100.0, 10.0], [130.0, 10.0], [130.0, 40.0], [100.0, 40.0]];
        let cut = frame.clip(&world);
        assert_eq!(cut.len(), 4);
        let inside = |(x, y): &(f64, f64)| *x >= -0.01 && *x <= WIDTH + 0.01 && *y >= -0.01;
        assert!(cut.iter().all(inside), "{cut:?}");
        let elsewhere = [[10.0, 10.0], [11.0, 10.0], [11.0, 11.0]];
        assert!(frame.clip(&elsewhere).is_empty());
    }

    #[test]
    fn names_keep_apart() {
        let text = "市人民医院";
        let mut taken = Vec::new();
        for _ in 0..6 {
            let label = beside((180.0, 200.0), text, 400.0, &taken);
            assert!(!label.text.is_empty());
            let own = area(label.x, label.y, text);
            assert!(!taken.iter().any(|other| overlap(&own, other)));
            taken.push(own);
        }
    }
}
