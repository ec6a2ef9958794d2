use rayon::prelude::*;

use super::keys::NO_KEY;
use super::micros::Micros;

/// From this many on, the entity rows of one key are sorted by all threads.
const LARGE_KEY: usize = 1 << 16;

/// The entity rows of each key in the order of time. Rows without key or time are not in it.
///
/// A place in that order, over all keys, is called a slot.
#[derive(Debug)]
pub(super) struct Timeline {
    /// The first slot of each key, and at the end the number of slots.
    starts: Vec<u32>,
    times: Vec<i64>,
    rows: Vec<u32>,
}

impl Timeline {
    /// Sorts entity rows, given the number of each one's key and its time. `O(n log n)`.
    pub(super) fn new(keys: &[u32], key_count: usize, times: &Micros) -> Self {
        let timed = |row: usize| (keys[row] != NO_KEY).then(|| times.get(row)).flatten();
        let mut starts = vec![0_u32; key_count + 1];
        for row in 0..keys.len() {
            if timed(row).is_some() {
                starts[keys[row] as usize + 1] += 1;
            }
        }
        for key in 0..key_count {
            starts[key + 1] += starts[key];
        }
        let mut slots = vec![(0_i64, 0_u32); starts[key_count] as usize];
        let mut next = starts.clone();
        for (row, index) in (0..keys.len()).zip(0_u32..) {
            if let Some(time) = timed(row) {
                let slot = &mut next[keys[row] as usize];
                slots[*slot as usize] = (time, index);
                *slot += 1;
            }
        }
        let mut rest = slots.as_mut_slice();
        let mut by_key = Vec::with_capacity(key_count);
        for pair in starts.windows(2) {
            let (slots, after) = rest.split_at_mut((pair[1] - pair[0]) as usize);
            by_key.push(slots);
            rest = after;
        }
        by_key.into_par_iter().for_each(|slots| {
            if slots.len() < LARGE_KEY { slots.sort_unstable() } else { slots.par_sort_unstable() }
        });
        let (times, rows) = slots.into_iter().unzip();
        Self { starts, times, rows }
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    /// The earliest and the latest time of all; nothing if there are none.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        Some((*self.times.iter().min()?, *self.times.iter().max()?))
    }

    /// The first slot of `key` that is not before `time`, and its time. `O(log n)`.
    pub(super) fn first_from(&self, key: u32, time: i64) -> Option<(usize, i64)> {
        let start = self.starts[key as usize] as usize;
        let times = &self.times[start..self.starts[key as usize + 1] as usize];
        let after = times.partition_point(|slot| *slot < time);
        times.get(after).map(|at| (start + after, *at))
    }

    /// The slots of each key with time and entity row, in the order of time.
    pub(super) fn keys(&self) -> impl Iterator<Item = impl Iterator<Item = (usize, i64, u32)>> {
        self.starts.windows(2).map(|pair| {
            (pair[0] as usize..pair[1] as usize).map(|slot| (slot, self.times[slot], self.rows[slot]))
        })
    }
}
