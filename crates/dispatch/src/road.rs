//! Road graphs: read from OpenStreetMap `.pbf` bytes, prepared once, asked for whole tables.
//!
//! Preparation is a contraction hierarchy (Geisberger and others 2008) made by `fast_paths`; a
//! table is then answered by two small searches for each place and buckets where they meet
//! (Knopp and others 2007), not by one search for each pair. Each weight carries milliseconds in
//! its upper and centimetres in its lower half, so one table gives times and the distances of the
//! same fastest ways.
//!
//! Left out: turn restrictions, traffic, elevation, and names. Files stay with the caller.

use crate::problem::Problem;
use crate::travel::{Matrix, great_circle_m};

mod cache;
mod hierarchy;
mod pbf;

pub use pbf::read_pbf;

use hierarchy::Hierarchy;

/// Farthest a place may lie from a road, in metres; beyond it is unreachable.
pub const SNAP_M: f64 = 2_000.0;

/// Speed between a place and its road, in metres a second.
const APPROACH_M_PER_S: f64 = 4.0;

/// A stretch of road between two nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    pub from: u32,
    pub to: u32,
    pub metres: f64,
    pub seconds: f64,
    /// Only from `from` to `to`.
    pub one_way: bool,
}

/// Roads as a plain list, before preparation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Roads {
    /// (longitude, latitude) in degrees.
    pub nodes: Vec<(f64, f64)>,
    pub segments: Vec<Segment>,
}

/// A prepared road graph.
#[derive(Debug, Clone, PartialEq)]
pub struct RoadGraph {
    /// (longitude, latitude) in units of 1e-7 degree.
    nodes: Vec<(i32, i32)>,
    /// Nodes from which one can drive to the main network and back; places snap to these.
    core: Vec<bool>,
    hierarchy: Hierarchy,
    grid: Grid,
}

/// Nodes by cell of about 500 m.
#[derive(Debug, Clone, PartialEq, Default)]
struct Grid {
    cells: std::collections::BTreeMap<(i32, i32), Vec<u32>>,
}

const CELL: i32 = 50_000;

/// Where a place meets the road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    pub node: u32,
    pub metres: f64,
}

impl RoadGraph {
    /// Prepares roads. Takes about ten CPU seconds for a city of 100,000 nodes.
    ///
    /// # Errors
    /// A segment that names an unknown node or is no positive number; more than 2^31 nodes.
    pub fn build(roads: &Roads) -> Result<Self, Problem> {
        let n = roads.nodes.len();
        if n >= 1 << 31 {
            return Err(Problem::TooLarge { what: "road graph".to_owned() });
        }
        for point in &roads.nodes {
            if !(point.0.abs() <= 180.0 && point.1.abs() <= 90.0) {
                return Err(Problem::NotANumber { what: "road node".to_owned() });
            }
        }
        let mut edges = Vec::with_capacity(roads.segments.len() * 2);
        for segment in &roads.segments {
            let (a, b) = (segment.from as usize, segment.to as usize);
            if a >= n || b >= n {
                let what = "road segment".to_owned();
                return Err(Problem::UnknownPlace { what, place: a.max(b) });
            }
            let good = |x: f64| x.is_finite() && (0.0..=10_000_000.0).contains(&x);
            if !good(segment.metres) || !good(segment.seconds) {
                return Err(Problem::NotANumber { what: "road segment".to_owned() });
            }
            if a == b {
                continue;
            }
            let weight = weight(segment.seconds, segment.metres);
            edges.push((a, b, weight));
            if !segment.one_way {
                edges.push((b, a, weight));
            }
        }
        let core = core(n, &edges);
        let hierarchy = Hierarchy::build(n, &edges)?;
        let fine = |degrees: f64| (degrees * 1e7).round() as i32;
        let nodes = roads.nodes.iter().map(|p| (fine(p.0), fine(p.1))).collect();
        Ok(Self::of(nodes, core, hierarchy))
    }

    fn of(nodes: Vec<(i32, i32)>, core: Vec<bool>, hierarchy: Hierarchy) -> Self {
        let mut grid = Grid::default();
        for (i, (lon, lat)) in nodes.iter().enumerate().filter(|(i, _)| core[*i]) {
            let cell = (lon.div_euclid(CELL), lat.div_euclid(CELL));
            grid.cells.entry(cell).or_default().push(i as u32);
        }
        Self { nodes, core, hierarchy, grid }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The nearest node of the main network within [`SNAP_M`] metres.
    pub fn snap(&self, point: (f64, f64)) -> Option<Snap> {
        if !(point.0.abs() <= 180.0 && point.1.abs() <= 90.0) {
            return None;
        }
        let (lon, lat) = ((point.0 * 1e7) as i32, (point.1 * 1e7) as i32);
        let (x, y) = (lon.div_euclid(CELL), lat.div_euclid(CELL));
        // A degree of longitude shrinks towards the poles; look as far as SNAP_M needs.
        let tall = (SNAP_M / 111_000.0 * 1e7 / f64::from(CELL)).ceil() as i32;
        let shrink = point.1.to_radians().cos().max(0.05);
        let wide = (f64::from(tall) / shrink).ceil() as i32;
        let mut best: Option<Snap> = None;
        for ring in 0..=wide.max(tall) {
            for (dx, dy) in ring_of(ring) {
                if dx.abs() > wide || dy.abs() > tall {
                    continue;
                }
                for &node in self.grid.cells.get(&(x + dx, y + dy)).into_iter().flatten() {
                    let metres = great_circle_m(point, self.point(node));
                    if metres <= SNAP_M && best.is_none_or(|snap| metres < snap.metres) {
                        best = Some(Snap { node, metres });
                    }
                }
            }
            // Whatever lies in a further ring is at least so far away.
            let clear = f64::from(ring) * f64::from(CELL) * 1e-7 * 111_000.0 * shrink;
            if best.is_some_and(|snap| snap.metres <= clear) {
                break;
            }
        }
        best
    }

    fn point(&self, node: u32) -> (f64, f64) {
        let (lon, lat) = self.nodes[node as usize];
        (f64::from(lon) * 1e-7, f64::from(lat) * 1e-7)
    }

    /// The table between points (longitude, latitude): seconds and metres, rounded up, ways from
    /// and to the road included. A point without a road nearby is a hole in its row and column.
    pub fn table(&self, points: &[(f64, f64)]) -> Matrix {
        let snaps: Vec<Option<Snap>> = points.iter().map(|&point| self.snap(point)).collect();
        let nodes: Vec<Option<u32>> = snaps.iter().map(|s| s.map(|snap| snap.node)).collect();
        let weights = self.hierarchy.table(&nodes);
        let mut matrix = Matrix::holes(points.len());
        for (a, from) in snaps.iter().enumerate() {
            for (b, to) in snaps.iter().enumerate().filter(|(b, _)| *b != a) {
                let (Some(from), Some(to)) = (from, to) else { continue };
                let Some(weight) = weights[a * points.len() + b] else { continue };
                let off = from.metres + to.metres;
                let seconds = (weight >> 32) as f64 / 1_000.0 + off / APPROACH_M_PER_S;
                let metres = (weight & 0xFFFF_FFFF) as f64 / 100.0 + off;
                let (seconds, metres) = (seconds.ceil() as i64, metres.ceil() as i64);
                // Too long for a table means as good as unreachable.
                if matrix.set(a, b, seconds, metres).is_err() {
                    continue;
                }
            }
        }
        matrix
    }

    /// The prepared graph as bytes, for a cache; [`RoadGraph::from_bytes`] reads them.
    pub fn to_bytes(&self) -> Vec<u8> {
        cache::write(&self.nodes, &self.core, &self.hierarchy)
    }

    /// Reads what [`RoadGraph::to_bytes`] wrote.
    ///
    /// # Errors
    /// Bytes of another version, cut short or changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let (nodes, core, hierarchy) = cache::read(bytes)?;
        Ok(Self::of(nodes, core, hierarchy))
    }
}

fn weight(seconds: f64, metres: f64) -> u64 {
    let ms = ((seconds * 1_000.0).round() as u64).max(1);
    (ms << 32) | (metres * 100.0).round() as u64
}

fn ring_of(ring: i32) -> Vec<(i32, i32)> {
    let mut list = Vec::new();
    for dx in -ring..=ring {
        for dy in -ring..=ring {
            if dx.abs().max(dy.abs()) == ring {
                list.push((dx, dy));
            }
        }
    }
    list
}

/// Nodes that reach a well-connected node and are reached from it: the largest such set over a
/// few starting nodes.
fn core(n: usize, edges: &[(usize, usize, u64)]) -> Vec<bool> {
    let mut out = vec![Vec::new(); n];
    let mut back = vec![Vec::new(); n];
    for &(a, b, _) in edges {
        out[a].push(b);
        back[b].push(a);
    }
    let mut tried = vec![false; n];
    let mut best: Vec<bool> = vec![false; n];
    let mut most = 0;
    for i in 0..64_usize {
        let start = i.wrapping_mul(0x9E37_79B9) % n.max(1);
        if n == 0 || tried[start] {
            continue;
        }
        let (there, here) = (reach(&out, start), reach(&back, start));
        let both: Vec<bool> = there.iter().zip(&here).map(|(a, b)| *a && *b).collect();
        tried.iter_mut().zip(&both).for_each(|(tried, inside)| *tried |= inside);
        let size = both.iter().filter(|inside| **inside).count();
        if size > most {
            (best, most) = (both, size);
        }
        if most * 2 > n {
            break;
        }
    }
    best
}

fn reach(next: &[Vec<usize>], start: usize) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open = vec![start];
    seen[start] = true;
    while let Some(node) = open.pop() {
        for &other in &next[node] {
            if !std::mem::replace(&mut seen[other], true) {
                open.push(other);
            }
        }
    }
    seen
}
