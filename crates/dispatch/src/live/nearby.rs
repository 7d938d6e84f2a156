//! Which vehicles will be near a place at an hour: an index over plans, so that a call is looked
//! at with a few vehicles and not with the whole fleet.
//!
//! The day is cut into slots and the area into about as many cells as there are vehicles; each
//! vehicle stands in the cells its plan takes it through. Around a place the cells are visited
//! ring by ring. A vehicle missed here is no vehicle lost: whoever asks goes on to wider rings and
//! in the end to everybody.
//!
//! Points give the cells. Where there is only a table, places are laid out by their driving times
//! to three places far apart, which is as good as the table is planar.

use std::collections::HashMap;

use crate::problem::{Time, Vehicle};
use crate::travel::Travel;

/// Slots of a day, from the first beginning of a shift to the last end.
const SLOTS: Time = 64;

/// Most cells on a side, and most slots looked at for one call.
const SIDE: f64 = 64.0;
const LOOKED: usize = 8;

/// A slot and a cell.
type Spot = (u16, i16, i16);

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Nearby {
    from: Time,
    slot: Time,
    corner: (f64, f64),
    cell: f64,
    rings: i16,
    pivots: Option<[usize; 3]>,
    cars: HashMap<Spot, Vec<u32>>,
    /// By car: where it stands in `cars`.
    spots: Vec<Vec<Spot>>,
}

impl Nearby {
    /// An empty index for this day.
    pub fn new(travel: &Travel, vehicles: &[&Vehicle]) -> Self {
        let from = vehicles.iter().map(|v| v.shift.earliest).min().unwrap_or(0);
        let until = vehicles.iter().map(|v| v.shift.latest).max().unwrap_or(0);
        let mut index = Self {
            from,
            slot: ((until - from) / SLOTS).max(1),
            corner: (0.0, 0.0),
            cell: 1.0,
            rings: 1,
            pivots: pivots(travel),
            cars: HashMap::new(),
            spots: vec![Vec::new(); vehicles.len()],
        };
        let points: Vec<(f64, f64)> =
            (0..travel.len()).map(|place| index.point(travel, place)).collect();
        let low = points.iter().fold((f64::MAX, f64::MAX), |l, p| (l.0.min(p.0), l.1.min(p.1)));
        let high = points.iter().fold((f64::MIN, f64::MIN), |h, p| (h.0.max(p.0), h.1.max(p.1)));
        let wide = (high.0 - low.0).max(high.1 - low.1);
        let side = (vehicles.len() as f64).sqrt().ceil().clamp(1.0, SIDE);
        if wide.is_finite() && wide > 0.0 {
            index.corner = low;
            index.cell = wide / side;
            index.rings = side as i16;
        }
        index
    }

    /// Coordinates of a place, good for comparing only.
    fn point(&self, travel: &Travel, place: usize) -> (f64, f64) {
        match travel {
            Travel::Plane { points, .. } => points[place],
            Travel::Globe { points, .. } => {
                let narrow = points[0].1.to_radians().cos();
                (points[place].0 * narrow, points[place].1)
            }
            Travel::Table(_) | Travel::Timed { .. } => {
                self.pivots.map_or((0.0, 0.0), |pivots| laid_out(travel, pivots, place))
            }
        }
    }

    fn slot(&self, at: Time) -> u16 {
        ((at - self.from) / self.slot).clamp(0, SLOTS - 1) as u16
    }

    fn cell(&self, point: (f64, f64)) -> (i16, i16) {
        let number = |x: f64| x.floor().clamp(-1.0, SIDE + 1.0) as i16;
        let (x, y) = (point.0 - self.corner.0, point.1 - self.corner.1);
        (number(x / self.cell), number(y / self.cell))
    }

    /// Takes a car out.
    pub fn remove(&mut self, c: usize) {
        for spot in self.spots.get_mut(c).map(std::mem::take).unwrap_or_default() {
            if let Some(list) = self.cars.get_mut(&spot) {
                list.retain(|&other| other as usize != c);
            }
        }
    }

    /// Enters a car anew: it stands at the first place from that moment on and is at each of the
    /// others from and until these moments; at the last it stays until `end`.
    pub fn put(&mut self, travel: &Travel, c: usize, way: &[(usize, Time, Time)], end: Time) {
        self.remove(c);
        if self.spots.len() <= c {
            self.spots.resize(c + 1, Vec::new());
        }
        let mut spots: Vec<Spot> = Vec::new();
        let mut stand = |slot: u16, (x, y): (i16, i16)| spots.push((slot, x, y));
        for (i, &(place, begin, depart)) in way.iter().enumerate() {
            let here = self.point(travel, place);
            let next = way.get(i + 1);
            let drive = next.and_then(|next| travel.leg(place, next.0)).map_or(0, |leg| leg.0);
            let until = next.map_or(end, |next| next.1);
            let leave = (until - drive).max(depart);
            let to = next.map_or(here, |next| self.point(travel, next.0));
            for slot in self.slot(begin)..=self.slot(until) {
                // Where it is in the middle of the slot: here, or part of the way on.
                let middle = self.from + Time::from(slot) * self.slot + self.slot / 2;
                let gone = (middle - leave) as f64 / (until - leave).max(1) as f64;
                let gone = if next.is_some() { gone.clamp(0.0, 1.0) } else { 0.0 };
                let part = |a: f64, b: f64| a + (b - a) * gone;
                stand(slot, self.cell((part(here.0, to.0), part(here.1, to.1))));
            }
            stand(self.slot(begin), self.cell(here));
        }
        spots.sort_unstable();
        spots.dedup();
        for spot in &spots {
            self.cars.entry(*spot).or_default().push(c as u32);
        }
        self.spots[c] = spots;
    }

    /// At least `count` cars that come nearest to a place between two moments, as far as there are
    /// so many; nearest cells first.
    pub fn around(
        &self,
        travel: &Travel,
        place: usize,
        span: (Time, Time),
        count: usize,
    ) -> Vec<usize> {
        let (x, y) = self.cell(self.point(travel, place));
        let (first, last) = (self.slot(span.0), self.slot(span.1.max(span.0)));
        let step = usize::from(last - first) / LOOKED + 1;
        let mut found: Vec<usize> = Vec::new();
        let mut seen = vec![false; self.spots.len()];
        for ring in 0..=self.rings + 1 {
            for dx in -ring..=ring {
                let inner = dx.abs() < ring;
                let dy = (-ring..=ring).step_by(if inner { 2 * ring as usize } else { 1 });
                for dy in dy {
                    for slot in (first..=last).step_by(step) {
                        let list = self.cars.get(&(slot, x + dx, y + dy));
                        for &c in list.into_iter().flatten() {
                            if !std::mem::replace(&mut seen[c as usize], true) {
                                found.push(c as usize);
                            }
                        }
                    }
                }
            }
            if found.len() >= count {
                break;
            }
        }
        found
    }
}

/// Three places far from each other; `None` for points, and where there are too few.
fn pivots(travel: &Travel) -> Option<[usize; 3]> {
    if !matches!(travel, Travel::Table(_) | Travel::Timed { .. }) || travel.len() < 3 {
        return None;
    }
    let far = |from: usize, to: usize| travel.leg(from, to).map_or(0, |leg| leg.0);
    let a = (0..travel.len()).max_by_key(|&p| far(0, p))?;
    let b = (0..travel.len()).max_by_key(|&p| far(a, p))?;
    let c = (0..travel.len()).max_by_key(|&p| far(a, p).min(far(b, p)))?;
    (far(a, b) > 0).then_some([a, b, c])
}

/// A place as a point: the first pivot at the origin, the second on the axis.
fn laid_out(travel: &Travel, [a, b, c]: [usize; 3], place: usize) -> (f64, f64) {
    let far = |from: usize, to: usize| travel.leg(from, to).map_or(0.0, |leg| leg.0 as f64);
    let base = far(a, b).max(1.0);
    let on = |to_a: f64, to_b: f64| {
        let x = (to_a * to_a + base * base - to_b * to_b) / (2.0 * base);
        (x, (to_a * to_a - x * x).max(0.0).sqrt())
    };
    let third = on(far(a, c), far(b, c));
    let (x, y) = on(far(a, place), far(b, place));
    let miss = |y: f64| ((x - third.0).hypot(y - third.1) - far(c, place)).abs();
    (x, if miss(y) <= miss(-y) { y } else { -y })
}
