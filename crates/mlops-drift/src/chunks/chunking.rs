use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How rows are cut into chunks that lie side by side.
///
/// ```
/// use mlops_drift::chunks::{Chunking, Leftover};
/// assert_eq!(Chunking::size(4).split(10)?, [0..4, 4..8, 8..10]);
/// assert_eq!(Chunking::size(4).leftover(Leftover::Append).split(10)?, [0..4, 4..10]);
/// assert_eq!(Chunking::number(2).split(10)?, [0..5, 5..10]);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub struct Chunking {
    by: By,
    leftover: Leftover,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    ChunkSize(usize),
    ChunkNumber(usize),
}

/// What becomes of the rows at the end that do not fill a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Leftover {
    /// They are a smaller chunk of their own.
    #[default]
    Keep,
    /// They are left out.
    Drop,
    /// They join the last full chunk, if there is one.
    Append,
}

impl Default for Chunking {
    /// About ten chunks.
    fn default() -> Self {
        Self::number(10)
    }
}

impl Chunking {
    /// Chunks of so many rows.
    pub const fn size(rows: usize) -> Self {
        Self { by: By::ChunkSize(rows), leftover: Leftover::Keep }
    }

    /// So many chunks, each of the number of rows divided by it, rounded down; what is left
    /// makes further chunks, as in the tool.
    pub const fn number(chunks: usize) -> Self {
        Self { by: By::ChunkNumber(chunks), leftover: Leftover::Keep }
    }

    /// What becomes of the rest; kept if nothing is said.
    pub const fn leftover(mut self, leftover: Leftover) -> Self {
        self.leftover = leftover;
        self
    }

    /// The rows of each chunk, in their order. None without rows.
    ///
    /// # Errors
    /// [`Error::Setting`] if the size or the number is 0, or there are more chunks than rows.
    ///
    /// # Source
    /// `NannyML` 0.13.1, `SizeBasedChunker`, `CountBasedChunker`.
    pub fn split(&self, rows: usize) -> Result<Vec<Range<usize>>> {
        let refuse =
            |setting, value: usize, expected| Err(Error::Setting { setting, value: value as f64, expected });
        let size = match self.by {
            By::ChunkSize(0) => return refuse("chunk_size", 0, "at least 1"),
            By::ChunkNumber(0) => return refuse("chunk_number", 0, "at least 1"),
            By::ChunkNumber(number) if rows > 0 && rows < number => {
                return refuse("chunk_number", number, "at most as many as rows");
            }
            By::ChunkSize(size) => size,
            By::ChunkNumber(number) => (rows / number).max(1),
        };
        let full = rows / size;
        let mut chunks: Vec<Range<usize>> = (0..full).map(|chunk| chunk * size..(chunk + 1) * size).collect();
        let rest = full * size..rows;
        if !rest.is_empty() {
            match (self.leftover, chunks.last_mut()) {
                (Leftover::Drop, _) => {}
                (Leftover::Append, Some(last)) => last.end = rows,
                (Leftover::Append, None) | (Leftover::Keep, _) => chunks.push(rest),
            }
        }
        Ok(chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_cut_is_refused() {
        assert!(matches!(Chunking::size(0).split(5), Err(Error::Setting { setting: "chunk_size", .. })));
        assert!(matches!(Chunking::number(6).split(5), Err(Error::Setting { setting: "chunk_number", .. })));
        assert!(Chunking::number(6).split(0).unwrap().is_empty());
    }

    #[test]
    fn the_rest_has_a_place() {
        assert_eq!(Chunking::size(4).leftover(Leftover::Drop).split(10).unwrap(), [0..4, 4..8]);
        assert_eq!(Chunking::size(4).leftover(Leftover::Append).split(3).unwrap().len(), 1);
        // Eleven rows by four are two each: five chunks, and one for the last row.
        assert_eq!(Chunking::number(4).split(11).unwrap().len(), 6);
    }
}
