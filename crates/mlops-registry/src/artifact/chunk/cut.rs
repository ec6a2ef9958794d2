use crate::{Error, Result};

/// How large the chunks of an artifact are, in bytes.
///
/// ```
/// use mlops_registry::artifact::ChunkSizes;
/// let sizes = ChunkSizes::new(16 << 10, 64 << 10, 256 << 10)?;
/// assert_eq!(sizes.max(), 256 << 10);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSizes {
    min: u32,
    average: u32,
    max: u32,
}

/// 256 KiB, about 1 MiB, 4 MiB: a thousand chunks a gigabyte.
impl Default for ChunkSizes {
    fn default() -> Self {
        Self { min: 256 << 10, average: 1 << 20, max: 4 << 20 }
    }
}

/// How many of the last bytes decide on a cut.
const WINDOW: u32 = 64;

/// The largest chunk that is read: what one is in memory.
pub(super) const MAX_CHUNK: u32 = 64 << 20;

impl ChunkSizes {
    /// Chunks of at least `min` bytes, but for the last of an artifact, about `average`, which
    /// is a power of two, and at most `max`.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless 64 ≤ `min` < `average` < `max` ≤ 64 MiB.
    pub fn new(min: u32, average: u32, max: u32) -> Result<Self> {
        if WINDOW <= min && min < average && average < max && max <= MAX_CHUNK && average.is_power_of_two() {
            return Ok(Self { min, average, max });
        }
        Err(Error::Invalid {
            field: "sizes of chunks",
            value: format!("{min}, {average}, {max}"),
            expected: format!("{WINDOW} ≤ min < average < max ≤ {MAX_CHUNK}, the average a power of two"),
        })
    }

    /// The fewest bytes of a chunk that is not the last.
    pub const fn min(&self) -> u32 {
        self.min
    }

    /// About as many bytes as a chunk has.
    pub const fn average(&self) -> u32 {
        self.average
    }

    /// The most bytes of a chunk.
    pub const fn max(&self) -> u32 {
        self.max
    }

    /// The length of the first chunk of `bytes`, which are at least [`max`](Self::max), or all
    /// that is left.
    ///
    /// Whether a place is a cut depends on the [`WINDOW`] bytes before it alone, so that what
    /// is inserted or removed moves the cuts around it and no other.
    ///
    /// # Source
    /// `FastCDC`: Xia, Zou, Jiang et al., *The Design of Fast Content-Defined Chunking for Data
    /// Deduplication Based Storage Systems* (IEEE TPDS 31(9), 2020): a gear hash, no cut below
    /// the minimum, and normalised chunking of level 2 (two bits more are asked for below the
    /// average, and two fewer above). Unlike there, the hash has its whole window before the
    /// first cut.
    pub(super) fn cut(&self, bytes: &[u8]) -> usize {
        let (min, average, max) = (self.min as usize, self.average as usize, self.max as usize);
        let bytes = &bytes[..bytes.len().min(max)];
        if bytes.len() <= min {
            return bytes.len();
        }
        let mut hash = 0_u64;
        for byte in &bytes[min - WINDOW as usize..min] {
            hash = rolled(hash, *byte);
        }
        // The highest bits of the hash are the ones in which all of the window takes part.
        let bits = self.average.trailing_zeros();
        let normal = average.min(bytes.len());
        for (range, bits) in [(min..normal, bits + 2), (normal..bytes.len(), bits - 2)] {
            let end = 1_u64 << (u64::BITS - bits);
            let start = range.start;
            for (byte, at) in bytes[range].iter().zip(start..) {
                hash = rolled(hash, *byte);
                if hash < end {
                    return at + 1;
                }
            }
        }
        bytes.len()
    }
}

const fn rolled(hash: u64, byte: u8) -> u64 {
    (hash << 1).wrapping_add(GEAR[byte as usize])
}

/// A random number for each byte, the same for ever: chunks of today must be cut as those of
/// before, or they share nothing.
///
/// # Source
/// The first outputs of `SplitMix64` from seed 0: Steele, Lea, Flood, *Fast Splittable
/// Pseudorandom Number Generators* (OOPSLA 2014).
static GEAR: [u64; 256] = {
    let mut table = [0; 256];
    let (mut at, mut state) = (0, 0_u64);
    while at < table.len() {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        table[at] = mixed ^ mixed >> 31;
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> ChunkSizes {
        ChunkSizes::new(64, 256, 1024).unwrap()
    }

    fn bytes(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed;
        std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .take(length)
        .collect()
    }

    fn chunks(sizes: ChunkSizes, mut bytes: &[u8]) -> Vec<&[u8]> {
        let mut chunks = Vec::new();
        while !bytes.is_empty() {
            let (chunk, rest) = bytes.split_at(sizes.cut(bytes));
            chunks.push(chunk);
            bytes = rest;
        }
        chunks
    }

    #[test]
    fn the_table_is_the_same_for_ever() {
        // The first outputs of the generator, as its authors give them.
        assert_eq!(GEAR[..3], [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
        let sizes = chunks(small(), &bytes(1, 5000)).iter().map(|chunk| chunk.len()).collect::<Vec<_>>();
        assert_eq!(sizes, CUT_OF_BEFORE, "what is cut otherwise shares nothing with what is kept");
    }

    const CUT_OF_BEFORE: [usize; 18] =
        [366, 260, 190, 301, 341, 392, 274, 273, 268, 174, 347, 307, 327, 308, 257, 262, 299, 54];

    #[test]
    fn chunks_are_about_as_large_as_asked() {
        let bytes = bytes(2, 1_000_000);
        let chunks = chunks(small(), &bytes);
        let average = bytes.len() / chunks.len();
        assert!((200..450).contains(&average), "{average}");
        let (last, others) = chunks.split_last().unwrap();
        assert!(others.iter().all(|chunk| (64..=1024).contains(&chunk.len())));
        assert!(last.len() <= 1024);
    }

    #[test]
    fn an_insertion_leaves_most_chunks_as_they_were() {
        let before = bytes(3, 200_000);
        let mut after = before.clone();
        after.splice(100_000..100_000, *b"inserted");
        let known: std::collections::HashSet<_> = chunks(small(), &before).into_iter().collect();
        let new = chunks(small(), &after).iter().filter(|chunk| !known.contains(**chunk)).count();
        assert!((1..=4).contains(&new), "{new} of {} are new", known.len());
    }

    #[test]
    fn sizes_that_can_not_be_are_refused() {
        for (min, average, max) in [
            (0, 256, 1024),
            (63, 256, 1024),
            (256, 256, 1024),
            (64, 300, 1024),
            (64, 1024, 1024),
            (64, 256, u32::MAX),
        ] {
            assert!(
                matches!(ChunkSizes::new(min, average, max), Err(Error::Invalid { .. })),
                "{min} {average} {max}"
            );
        }
    }

    proptest! {
        /// Against the definition, byte by byte: the first place at which the hash of the 64 bytes
        /// before it is low enough.
        #[test]
        fn a_cut_is_where_the_window_says(seed: u64, length in 0..3000_usize) {
            let bytes = bytes(seed, length);
            let sizes = small();
            let hash = |end: usize| {
                bytes[end - 64..end].iter().fold(0_u64, |hash, byte| (hash << 1).wrapping_add(GEAR[usize::from(*byte)]))
            };
            let end = length.min(1024);
            let naive = (65..end.max(65)).find(|at| {
                *at <= end && hash(*at).leading_zeros() >= if *at <= 256 { 10 } else { 6 }
            });
            prop_assert_eq!(sizes.cut(&bytes), naive.unwrap_or(end));
        }
    }
}
