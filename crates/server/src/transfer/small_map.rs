//! A small map of the places that callers name, drawn by the server: a click on it gives an address
//! a point, without an outside geocoder.

use rules::Position;

use crate::transfer::journey::Ground;
use crate::words::Lang;

pub(crate) const WIDTH: f64 = 560.0;
pub(crate) const HEIGHT: f64 = 400.0;
/// Room around the outermost places, in degrees.
const MARGIN: f64 = 0.04;

pub(crate) struct Dot {
    pub x: String,
    pub y: String,
    pub name: String,
    pub site: bool,
}

pub(crate) struct SmallMap {
    pub north: f64,
    pub south: f64,
    pub west: f64,
    pub east: f64,
    pub dots: Vec<Dot>,
}

impl SmallMap {
    pub fn of(ground: &Ground, lang: Lang) -> SmallMap {
        let sites = ground
            .sites
            .iter()
            .map(|site| (site.at(), lang.pick(&site.short_zh, &site.short_en).to_owned(), true));
        let places = ground.service.places.iter().map(|place| {
            (place.position(), lang.pick(&place.name_zh, &place.name_en).to_owned(), false)
        });
        let all: Vec<(Position, String, bool)> = places.chain(sites).collect();
        let bound = |of: fn(&Position) -> f64, pick: fn(f64, f64) -> f64| {
            all.iter().map(|(at, _, _)| of(at)).reduce(pick).unwrap_or(0.0)
        };
        let mut map = SmallMap {
            north: bound(|at| at.lat, f64::max) + MARGIN,
            south: bound(|at| at.lat, f64::min) - MARGIN,
            west: bound(|at| at.lng, f64::min) - MARGIN,
            east: bound(|at| at.lng, f64::max) + MARGIN,
            dots: Vec::new(),
        };
        map.dots = all
            .iter()
            .map(|(at, name, site)| {
                let (x, y) = map.xy(*at);
                Dot { x: format!("{x:.1}"), y: format!("{y:.1}"), name: name.clone(), site: *site }
            })
            .collect();
        map
    }

    fn xy(&self, at: Position) -> (f64, f64) {
        let (wide, high) = (self.east - self.west, self.north - self.south);
        ((at.lng - self.west) / wide * WIDTH, (self.north - at.lat) / high * HEIGHT)
    }

    /// Where a point of the form lies on the drawing.
    pub fn pin(&self, lat: &str, lng: &str) -> Option<(String, String)> {
        let at = Position { lat: lat.parse().ok()?, lng: lng.parse().ok()? };
        let (x, y) = self.xy(at);
        Some((format!("{x:.1}"), format!("{y:.1}")))
    }
}
