use crate::{Error, Result};

/// Which rows belong together.
///
/// Blocks are numbered from 0 in ascending order of their ids, so that the same rows in
/// another order give the same blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocks {
    of_row: Vec<u32>,
    sizes: Vec<usize>,
}

impl Blocks {
    /// The rows that share an id, such as their UTC day, are one block. O(n log b), where
    /// b is the number of blocks; the rows of a block need not stand together.
    ///
    /// # Errors
    /// [`Error::Shape`] without rows.
    pub fn by<T: Ord>(ids: &[T]) -> Result<Self> {
        if ids.is_empty() {
            return Err(Error::Shape { what: "block ids", found: 0, expected: "at least 1".to_owned() });
        }
        // Neighbours mostly share their block: runs, not rows, are sorted.
        let mut distinct: Vec<&T> = ids.chunk_by(|left, right| left == right).map(|run| &run[0]).collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut sizes = vec![0; distinct.len()];
        let mut of_row = Vec::with_capacity(ids.len());
        for run in ids.chunk_by(|left, right| left == right) {
            let block = distinct.partition_point(|id| **id < run[0]);
            sizes[block] += run.len();
            let number = u32::try_from(block).map_err(|_| Error::Shape {
                what: "block ids",
                found: distinct.len(),
                expected: "at most 2³² distinct".to_owned(),
            })?;
            of_row.extend(std::iter::repeat_n(number, run.len()));
        }
        Ok(Self { of_row, sizes })
    }

    /// Each row is a block of its own: the bootstrap of independent rows. O(n).
    ///
    /// # Errors
    /// [`Error::Shape`] without rows, or for 2³² and more.
    pub fn each_row(rows: usize) -> Result<Self> {
        let shape =
            |expected: &str| Error::Shape { what: "block ids", found: rows, expected: expected.to_owned() };
        if rows == 0 {
            return Err(shape("at least 1"));
        }
        let count = u32::try_from(rows).map_err(|_| shape("below 2³²"))?;
        Ok(Self { of_row: (0..count).collect(), sizes: vec![1; rows] })
    }

    /// How many blocks there are; at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one block")]
    pub const fn len(&self) -> usize {
        self.sizes.len()
    }

    /// How many rows there are; at least 1.
    pub const fn rows(&self) -> usize {
        self.of_row.len()
    }

    /// How many rows each block has.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The block of each row.
    pub fn of_rows(&self) -> &[u32] {
        &self.of_row
    }
}
