//! A prepared graph as bytes: a mark, counts, arrays in little-endian order, an FNV-1a sum.

use crate::problem::Problem;
use crate::road::hierarchy::{Hierarchy, Upward};

const MARK: &[u8; 8] = b"BZROAD1\n";

/// See the module.
pub(super) fn write(nodes: &[(i32, i32)], core: &[bool], hierarchy: &Hierarchy) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    let mut put = |part: &[u8]| bytes.extend_from_slice(part);
    put(&(nodes.len() as u64).to_le_bytes());
    put(&(hierarchy.out.to.len() as u64).to_le_bytes());
    put(&(hierarchy.back.to.len() as u64).to_le_bytes());
    for (lon, lat) in nodes {
        put(&lon.to_le_bytes());
        put(&lat.to_le_bytes());
    }
    for inside in core {
        put(&[u8::from(*inside)]);
    }
    for edges in [&hierarchy.out, &hierarchy.back] {
        edges.first.iter().for_each(|x| put(&x.to_le_bytes()));
        edges.to.iter().for_each(|x| put(&x.to_le_bytes()));
        edges.weight.iter().for_each(|x| put(&x.to_le_bytes()));
    }
    let sum = fnv(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

type Parts = (Vec<(i32, i32)>, Vec<bool>, Hierarchy);

/// See the module.
pub(super) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    let bad = |why: &str| Problem::Json(format!("road cache: {why}"));
    let Some((body, sum)) = bytes.split_last_chunk::<8>() else { return Err(bad("cut short")) };
    if !body.starts_with(MARK) {
        return Err(bad("not a road cache of this version"));
    }
    if fnv(body) != u64::from_le_bytes(*sum) {
        return Err(bad("changed or cut short"));
    }
    let mut reader = Reader { rest: &body[MARK.len()..] };
    parts(&mut reader).ok_or_else(|| bad("counts do not fit"))
}

fn parts(reader: &mut Reader) -> Option<Parts> {
    let n = reader.count()?;
    let (out, back) = (reader.count()?, reader.count()?);
    let mut nodes = Vec::with_capacity(n.min(reader.rest.len() / 8));
    for _ in 0..n {
        nodes.push((reader.u32()? as i32, reader.u32()? as i32));
    }
    let mut core = Vec::with_capacity(n.min(reader.rest.len()));
    for _ in 0..n {
        core.push(reader.take::<1>()?[0] != 0);
    }
    let hierarchy = Hierarchy { out: reader.edges(n, out)?, back: reader.edges(n, back)? };
    reader.rest.is_empty().then_some((nodes, core, hierarchy))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take::<4>().map(u32::from_le_bytes)
    }

    fn count(&mut self) -> Option<usize> {
        let count = u64::from_le_bytes(self.take::<8>()?);
        usize::try_from(count).ok().filter(|&count| count < 1 << 32)
    }

    fn edges(&mut self, n: usize, count: usize) -> Option<Upward> {
        let mut edges = Upward::default();
        for _ in 0..=n {
            edges.first.push(self.u32()?);
        }
        for _ in 0..count {
            edges.to.push(self.u32()?);
        }
        for _ in 0..count {
            edges.weight.push(u64::from_le_bytes(self.take::<8>()?));
        }
        let rising = edges.first.is_sorted() && edges.first[0] == 0;
        let last = edges.first[n] as usize == count;
        let inside = edges.to.iter().all(|&to| (to as usize) < n);
        (rising && last && inside).then_some(edges)
    }
}

/// FNV-1a over 8-byte words (Fowler, Noll, Vo), the tail byte by byte.
fn fnv(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01B3;
    let (words, tail) = bytes.as_chunks::<8>();
    let mut sum = 0xCBF2_9CE4_8422_2325;
    for word in words {
        sum = (sum ^ u64::from_le_bytes(*word)).wrapping_mul(PRIME);
    }
    tail.iter().fold(sum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(PRIME))
}
