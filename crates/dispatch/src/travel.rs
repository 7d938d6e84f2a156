//! How long and how far a leg is: a table, points in the plane, or points on the globe.
//!
//! A table comes from a road graph ([`crate::road`]) or from an outside routing service. A hole in
//! it means unreachable. Distances are in metres (or the instance's fine unit), times in the
//! instance's fine unit. Reading files and asking services is left to the caller.

use crate::problem::{FARTHEST, Problem, Time};

/// Mean radius of the earth in metres (IUGG 1980).
const EARTH_M: f64 = 6_371_008.8;

/// What a table holds where there is no way.
const HOLE: i32 = i32::MAX;

/// A full table of legs. A hole is unreachable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    size: usize,
    time: Vec<i32>,
    distance: Vec<i32>,
}

impl Matrix {
    /// A table of `size` places where nothing is reachable but oneself.
    pub fn holes(size: usize) -> Self {
        let mut empty =
            Self { size, time: vec![HOLE; size * size], distance: vec![HOLE; size * size] };
        for place in 0..size {
            empty.time[place * size + place] = 0;
            empty.distance[place * size + place] = 0;
        }
        empty
    }

    /// A table from rows of `(time, distance)`; `None` is a hole.
    ///
    /// # Errors
    /// Rows of another length than their number, negative values, values above 2^31 - 2.
    pub fn from_rows(rows: &[Vec<Option<(i64, i64)>>]) -> Result<Self, Problem> {
        let mut matrix = Self::holes(rows.len());
        for (from, row) in rows.iter().enumerate() {
            if row.len() != rows.len() {
                let why = format!("the matrix has {} rows but {}", rows.len(), row.len());
                return Err(Problem::Json(format!("{why} entries in row {from}")));
            }
            for (to, leg) in row.iter().enumerate() {
                if let Some((time, distance)) = *leg {
                    matrix.set(from, to, time, distance)?;
                }
            }
        }
        Ok(matrix)
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.size
    }

    /// Whether there are no places.
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Writes one leg.
    ///
    /// # Errors
    /// An unknown place, a negative value or one above 2^31 - 2.
    pub fn set(&mut self, from: usize, to: usize, time: i64, dist: i64) -> Result<(), Problem> {
        let what = || format!("matrix, leg {from} to {to}");
        if from >= self.size || to >= self.size {
            return Err(Problem::UnknownPlace { what: what(), place: from.max(to) });
        }
        if time < 0 || dist < 0 {
            return Err(Problem::Negative { what: what() });
        }
        let small = |value: i64| i32::try_from(value).ok().filter(|&v| v != HOLE);
        match (small(time), small(dist)) {
            (Some(time), Some(dist)) => {
                self.time[from * self.size + to] = time;
                self.distance[from * self.size + to] = dist;
                Ok(())
            }
            _ => Err(Problem::TooLarge { what: what() }),
        }
    }

    /// Adds a place by its legs to and from each known one; gives its number.
    fn grow(
        &mut self,
        to: &[Option<(Time, i64)>],
        from: &[Option<(Time, i64)>],
    ) -> Result<usize, Problem> {
        let place = self.size;
        if to.len() != place || from.len() != place {
            let why = format!("a new place needs {place} legs there and back");
            return Err(Problem::Json(why));
        }
        let mut grown = Self::holes(place + 1);
        for row in 0..place {
            let (old, new) = (row * place..(row + 1) * place, row * (place + 1));
            grown.time[new..new + place].copy_from_slice(&self.time[old.clone()]);
            grown.distance[new..new + place].copy_from_slice(&self.distance[old]);
        }
        for (other, leg) in to.iter().enumerate() {
            if let Some((time, distance)) = *leg {
                grown.set(place, other, time, distance)?;
            }
        }
        for (other, leg) in from.iter().enumerate() {
            if let Some((time, distance)) = *leg {
                grown.set(other, place, time, distance)?;
            }
        }
        *self = grown;
        Ok(place)
    }

    /// `(time, distance)` of a leg, or `None` where there is no way.
    pub fn leg(&self, from: usize, to: usize) -> Option<(Time, i64)> {
        let at = from * self.size + to;
        let (time, distance) = (self.time[at], self.distance[at]);
        (time != HOLE && distance != HOLE).then_some((i64::from(time), i64::from(distance)))
    }
}

/// How much longer a drive takes by the hour of day: thousandths, 1,000 is the plain time.
///
/// A leg is driven through the hours it spans, so leaving later never means arriving earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    factor: [u16; 24],
    /// Fine units in an hour.
    hour: Time,
    /// Plain driving done by the start of each hour of the day.
    done: [Time; 25],
}

impl Profile {
    /// A profile over a day that begins at time 0.
    ///
    /// # Errors
    /// A factor outside 100..=10,000 thousandths, or an hour that is not positive.
    pub fn new(factor: [u16; 24], hour: Time) -> Result<Self, Problem> {
        if hour <= 0 || factor.iter().any(|f| !(100..=10_000).contains(f)) {
            let why = "hour profile: 24 factors between 100 and 10000 thousandths are needed";
            return Err(Problem::Json(why.to_owned()));
        }
        let mut done = [0; 25];
        for h in 0..24 {
            done[h + 1] = done[h] + hour * 1_000 / i64::from(factor[h]);
        }
        Ok(Self { factor, hour, done })
    }

    /// The most favourable factor, in thousandths: a lower bound for any hour.
    pub fn least(&self) -> i64 {
        self.factor.iter().copied().min().map_or(1_000, i64::from)
    }

    fn driven(&self, at: Time) -> Time {
        let day = self.hour * 24;
        let (days, within) = (at.div_euclid(day), at.rem_euclid(day));
        let h = usize::try_from(within / self.hour).unwrap_or(0).min(23);
        let part = (within - self.hour * i64::try_from(h).unwrap_or(0)) * 1_000;
        days * self.done[24] + self.done[h] + part / i64::from(self.factor[h])
    }

    /// Arrival of a drive of `plain` time that leaves at `depart`.
    pub fn arrive(&self, depart: Time, plain: Time) -> Time {
        if plain == 0 {
            return depart;
        }
        let goal = self.driven(depart) + plain;
        let (days, within) = (goal.div_euclid(self.done[24]), goal.rem_euclid(self.done[24]));
        let h = self.done[1..].iter().position(|&done| within < done).unwrap_or(23);
        let part = (within - self.done[h]) * i64::from(self.factor[h]);
        let hours = days * 24 + i64::try_from(h).unwrap_or(0);
        let at = hours * self.hour + part.div_euclid(1_000) + i64::from(part % 1_000 != 0);
        at.max(depart)
    }
}

/// A source of legs.
#[derive(Debug, Clone)]
pub enum Travel {
    /// A full table.
    Table(Matrix),
    /// Straight lines; time equals distance, both rounded up to the fine unit.
    Plane { points: Vec<(f64, f64)>, scale: i64 },
    /// Great circle x `detour_milli` / 1,000 at `metres_per_s`, by an hour profile if given.
    Globe {
        /// (longitude, latitude) in degrees, WGS-84.
        points: Vec<(f64, f64)>,
        detour_milli: u32,
        metres_per_s: f64,
        profile: Option<Profile>,
    },
    /// A table whose times are plain ones that a profile stretches.
    Timed { table: Matrix, profile: Profile },
}

impl Travel {
    /// Number of places.
    pub fn len(&self) -> usize {
        match self {
            Self::Table(matrix) | Self::Timed { table: matrix, .. } => matrix.len(),
            Self::Plane { points, .. } | Self::Globe { points, .. } => points.len(),
        }
    }

    /// Whether there are no places.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Plain `(time, distance)` of a leg, or `None` where there is no way.
    pub fn leg(&self, from: usize, to: usize) -> Option<(Time, i64)> {
        match self {
            Self::Table(matrix) | Self::Timed { table: matrix, .. } => matrix.leg(from, to),
            Self::Plane { points, scale } => {
                let (a, b) = (points[from], points[to]);
                let length = up((a.0 - b.0).hypot(a.1 - b.1) * *scale as f64);
                Some((length, length))
            }
            Self::Globe { points, detour_milli, metres_per_s, .. } => {
                let factor = f64::from(*detour_milli) / 1_000.0;
                let metres = great_circle_m(points[from], points[to]) * factor;
                Some((up(metres / metres_per_s), up(metres)))
            }
        }
    }

    /// The hour profile, if drives depend on when they begin.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Timed { profile, .. } => Some(profile),
            Self::Globe { profile, .. } => profile.as_ref(),
            Self::Table(_) | Self::Plane { .. } => None,
        }
    }

    /// Arrival at `to` when leaving `from` at `depart`, or `None` where there is no way.
    pub fn arrive(&self, from: usize, to: usize, depart: Time) -> Option<Time> {
        let (plain, _) = self.leg(from, to)?;
        Some(self.profile().map_or(depart + plain, |profile| profile.arrive(depart, plain)))
    }

    /// Adds a place to a table by its legs to and from each known place; gives its number.
    ///
    /// # Errors
    /// Travel that is no table, another number of legs than places, numbers out of range.
    pub fn add_legs(
        &mut self,
        to: &[Option<(Time, i64)>],
        from: &[Option<(Time, i64)>],
    ) -> Result<usize, Problem> {
        match self {
            Self::Table(table) | Self::Timed { table, .. } => table.grow(to, from),
            Self::Plane { .. } | Self::Globe { .. } => {
                Err(Problem::Json("legs can be added to a table only".to_owned()))
            }
        }
    }

    /// Adds a point and gives its place number; `None` for a table, and for what is no point.
    pub fn add_point(&mut self, point: (f64, f64)) -> Option<usize> {
        let globe = matches!(self, Self::Globe { .. });
        let inside = !globe || (point.0.abs() <= 180.0 && point.1.abs() <= 90.0);
        if !(point.0.is_finite() && point.1.is_finite() && inside) {
            return None;
        }
        match self {
            Self::Plane { points, .. } | Self::Globe { points, .. } => {
                points.push(point);
                Some(points.len() - 1)
            }
            Self::Table(_) | Self::Timed { .. } => None,
        }
    }

    /// The same legs between some of the places, numbered in the order given.
    pub fn subset(&self, places: &[usize]) -> Self {
        let cut = |table: &Matrix| {
            let mut small = Matrix::holes(places.len());
            for (a, &from) in places.iter().enumerate() {
                for (b, &to) in places.iter().enumerate() {
                    let (at, old) = (a * places.len() + b, from * table.size + to);
                    small.time[at] = table.time[old];
                    small.distance[at] = table.distance[old];
                }
            }
            small
        };
        let pick = |points: &[(f64, f64)]| places.iter().map(|&p| points[p]).collect();
        match self {
            Self::Table(table) => Self::Table(cut(table)),
            Self::Timed { table, profile } => {
                Self::Timed { table: cut(table), profile: profile.clone() }
            }
            Self::Plane { points, scale } => Self::Plane { points: pick(points), scale: *scale },
            Self::Globe { points, detour_milli, metres_per_s, profile } => Self::Globe {
                points: pick(points),
                detour_milli: *detour_milli,
                metres_per_s: *metres_per_s,
                profile: profile.clone(),
            },
        }
    }

    /// Refuses points and speeds that are no numbers or lie outside the world.
    ///
    /// # Errors
    /// The first [`Problem`] found.
    pub fn check(&self) -> Result<(), Problem> {
        let what = || "points".to_owned();
        match self {
            Self::Table(_) | Self::Timed { .. } => Ok(()),
            Self::Plane { points, scale } => {
                if points.iter().any(|p| !p.0.is_finite() || !p.1.is_finite()) {
                    return Err(Problem::NotANumber { what: what() });
                }
                let far = points.iter().flat_map(|p| [p.0.abs(), p.1.abs()]).fold(0.0, f64::max);
                if far * 3.0 * *scale as f64 >= f64::from(HOLE) || *scale < 1 {
                    return Err(Problem::TooLarge { what: what() });
                }
                Ok(())
            }
            Self::Globe { points, detour_milli, metres_per_s, .. } => {
                if points.iter().any(|p| !p.0.is_finite() || !p.1.is_finite()) {
                    return Err(Problem::NotANumber { what: what() });
                }
                let inside = |p: &(f64, f64)| p.0.abs() <= 180.0 && p.1.abs() <= 90.0;
                let speed = metres_per_s.is_finite() && (0.1..=100.0).contains(metres_per_s);
                if !points.iter().all(inside) || !speed || !(500..=5_000).contains(detour_milli) {
                    let why = "longitude, latitude, speed or detour factor out of range";
                    return Err(Problem::Json(why.to_owned()));
                }
                Ok(())
            }
        }
    }
}

/// Great-circle distance in metres by the haversine formula (Sinnott 1984).
pub fn great_circle_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.0 - a.0).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

/// Calibrates the detour factor: the ratio, in thousandths, of driven to straight metres over
/// pairs `(straight_m, driven_m)`; 1,000 when there is nothing to learn from.
pub fn calibrate_milli(pairs: &[(f64, f64)]) -> u32 {
    let straight: f64 = pairs.iter().map(|p| p.0).sum();
    let driven: f64 = pairs.iter().map(|p| p.1).sum();
    if straight <= 0.0 || !driven.is_finite() {
        return 1_000;
    }
    (driven / straight * 1_000.0).round().clamp(500.0, 5_000.0) as u32
}

/// Rounds up, so that a plan that holds in integers holds in real numbers, and the triangle
/// inequality survives. The tiny allowance keeps exact values exact.
fn up(value: f64) -> i64 {
    ((value - 1e-7).ceil().max(0.0) as i64).min(FARTHEST)
}
