//! Tours worth remembering for set partitioning: for each set of requests and class the cheapest
//! order seen, and the best plan it was part of.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::model::Model;
use crate::search::route::{Route, Solution};

/// Passes a key that is already a hash.
#[derive(Default)]
pub(crate) struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// A tour as plain data, to be handed between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub class: u16,
    pub seq: Vec<u16>,
    pub cost: i64,
    /// Score of the best plan it was part of.
    pub standing: i64,
}

impl Column {
    pub fn requests(&self, model: &Model) -> Vec<u16> {
        let deliveries = model.n as u16..2 * model.n as u16;
        let of = |&x: &u16| deliveries.contains(&x).then(|| x - deliveries.start);
        let mut list: Vec<u16> = self.seq.iter().filter_map(of).collect();
        list.sort_unstable();
        list
    }
}

/// See the module.
pub(crate) struct Pool {
    columns: HashMap<u64, Column, BuildHasherDefault<Same>>,
    most: usize,
}

impl Pool {
    pub fn new(most: usize) -> Self {
        Self { columns: HashMap::default(), most }
    }

    /// Remembers the tours of a plan.
    pub fn add(&mut self, model: &Model, solution: &Solution) {
        if self.most == 0 {
            return;
        }
        for route in &solution.routes {
            if !route.is_empty() {
                self.add_route(model, route, solution.score);
            }
        }
        if self.columns.len() > self.most {
            let mut standings: Vec<i64> = self.columns.values().map(|c| c.standing).collect();
            let half = standings.len() / 2;
            let (_, &mut bar, _) = standings.select_nth_unstable(half);
            self.columns.retain(|_, column| column.standing <= bar);
        }
    }

    fn add_route(&mut self, model: &Model, route: &Route, score: i64) {
        let key = set_key(model, route.class, &route.seq);
        match self.columns.get_mut(&key) {
            Some(known) => {
                known.standing = known.standing.min(score);
                if route.cost < known.cost {
                    known.cost = route.cost;
                    known.seq.clone_from(&route.seq);
                }
            }
            None => {
                let (class, seq) = (route.class, route.seq.clone());
                let column = Column { class, seq, cost: route.cost, standing: score };
                self.columns.insert(key, column);
            }
        }
    }

    /// The tours with the best standing, best first, at most `most`.
    pub fn best(&self, most: usize) -> Vec<Column> {
        let mut list: Vec<(&u64, &Column)> = self.columns.iter().collect();
        list.sort_unstable_by_key(|&(key, column)| (column.standing, *key));
        list.truncate(most);
        list.into_iter().map(|(_, column)| column.clone()).collect()
    }
}

/// The same for the same requests in any order.
fn set_key(model: &Model, class: u16, seq: &[u16]) -> u64 {
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    };
    let start = mix(u64::from(class) + 0x51_7CC1);
    let deliveries = seq.iter().filter(|&&x| usize::from(x) >= model.n);
    deliveries.fold(start, |key, &x| key.wrapping_add(mix(u64::from(x) + 0x9E37_79B9)))
}
