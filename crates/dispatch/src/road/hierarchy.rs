//! The contraction hierarchy as flat arrays, and tables by buckets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Deserialize;

use crate::problem::Problem;

/// Edges towards more important nodes, by node.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Upward {
    /// `first[v]..first[v + 1]` are the edges of node `v`.
    pub first: Vec<u32>,
    pub to: Vec<u32>,
    pub weight: Vec<u64>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Hierarchy {
    /// Leaving a node, and coming to it.
    pub out: Upward,
    pub back: Upward,
}

/// What `fast_paths` keeps to itself but serialises.
#[derive(Deserialize)]
struct Prepared {
    ranks: Vec<usize>,
    edges_fwd: Vec<Edge>,
    first_edge_ids_fwd: Vec<usize>,
    edges_bwd: Vec<Edge>,
    first_edge_ids_bwd: Vec<usize>,
}

#[derive(Deserialize)]
struct Edge {
    adj_node: usize,
    weight: u64,
}

impl Hierarchy {
    /// Prepares `n` nodes and directed edges `(from, to, weight)`.
    pub fn build(n: usize, edges: &[(usize, usize, u64)]) -> Result<Self, Problem> {
        let none = Upward { first: vec![0; n + 1], to: Vec::new(), weight: Vec::new() };
        if edges.is_empty() {
            return Ok(Self { out: none.clone(), back: none });
        }
        let too_large = || Problem::TooLarge { what: "road graph".to_owned() };
        let mut graph = fast_paths::InputGraph::new();
        for &(from, to, weight) in edges {
            graph.add_edge(from, to, usize::try_from(weight).map_err(|_| too_large())?);
        }
        graph.freeze();
        let fast = fast_paths::prepare(&graph);
        // The edges are private but for serialisation, which happens once for each graph.
        let text = serde_json::to_vec(&fast).map_err(|e| Problem::Json(e.to_string()))?;
        drop(fast);
        let fast: Prepared =
            serde_json::from_slice(&text).map_err(|e| Problem::Json(e.to_string()))?;
        let out = upward(n, &fast.ranks, &fast.first_edge_ids_fwd, &fast.edges_fwd);
        let back = upward(n, &fast.ranks, &fast.first_edge_ids_bwd, &fast.edges_bwd);
        Ok(Self { out, back })
    }

    /// Weight of the least way between any two of these nodes, row by row; `None` for none.
    pub fn table(&self, nodes: &[Option<u32>]) -> Vec<Option<u64>> {
        let size = nodes.len();
        let mut table = vec![None; size * size];
        let mut search = Search::new(self.out.first.len().saturating_sub(1));
        let mut bucket: Vec<Vec<(u32, u64)>> = vec![Vec::new(); search.stamp.len()];
        for (b, node) in nodes.iter().enumerate() {
            let Some(node) = *node else { continue };
            search.run(&self.back, node, |at, weight| {
                bucket[at as usize].push((b as u32, weight));
            });
        }
        for (a, node) in nodes.iter().enumerate() {
            let Some(node) = *node else { continue };
            let row = &mut table[a * size..(a + 1) * size];
            search.run(&self.out, node, |at, weight| {
                for &(b, rest) in &bucket[at as usize] {
                    let way = weight + rest;
                    let known = &mut row[b as usize];
                    if known.is_none_or(|known| way < known) {
                        *known = Some(way);
                    }
                }
            });
        }
        table
    }
}

fn upward(n: usize, ranks: &[usize], first: &[usize], edges: &[Edge]) -> Upward {
    let mut list = Upward { first: vec![0], to: Vec::new(), weight: Vec::new() };
    for v in 0..n {
        let span = ranks.get(v).and_then(|&rank| Some((*first.get(rank)?, *first.get(rank + 1)?)));
        if let Some((from, until)) = span {
            for edge in edges.get(from..until).unwrap_or(&[]) {
                list.to.push(edge.adj_node as u32);
                list.weight.push(edge.weight);
            }
        }
        list.first.push(list.to.len() as u32);
    }
    list
}

/// Dijkstra over upward edges, with memory kept between runs.
struct Search {
    weight: Vec<u64>,
    stamp: Vec<u32>,
    now: u32,
    heap: BinaryHeap<Reverse<(u64, u32)>>,
}

impl Search {
    fn new(n: usize) -> Self {
        Self { weight: vec![0; n], stamp: vec![0; n], now: 0, heap: BinaryHeap::new() }
    }

    fn run(&mut self, graph: &Upward, start: u32, mut settled: impl FnMut(u32, u64)) {
        self.now += 1;
        self.heap.clear();
        self.put(start, 0);
        while let Some(Reverse((weight, node))) = self.heap.pop() {
            if weight > self.weight[node as usize] {
                continue;
            }
            settled(node, weight);
            let span = graph.first[node as usize] as usize..graph.first[node as usize + 1] as usize;
            for e in span {
                self.put(graph.to[e], weight + graph.weight[e]);
            }
        }
    }

    fn put(&mut self, node: u32, weight: u64) {
        let at = node as usize;
        if self.stamp[at] != self.now || weight < self.weight[at] {
            self.stamp[at] = self.now;
            self.weight[at] = weight;
            self.heap.push(Reverse((weight, node)));
        }
    }
}
