//! Pages of lists.

/// Which rows of a list are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    pub offset: i64,
    pub limit: i64,
}

/// Nobody leafs further; the filter is the way.
pub const PAGES_MAX: i64 = 100_000;

/// Rows on one page of a list.
pub const ROWS: i64 = 20;

impl Slice {
    /// The `number`th page, from 1.
    pub fn page(number: i64) -> Slice {
        Slice { offset: (number.clamp(1, PAGES_MAX) - 1) * ROWS, limit: ROWS }
    }

    pub fn first(limit: i64) -> Slice {
        Slice { offset: 0, limit }
    }
}

/// One page of a list, and how many rows the whole filter finds.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    pub rows: Vec<T>,
    pub total: i64,
}
