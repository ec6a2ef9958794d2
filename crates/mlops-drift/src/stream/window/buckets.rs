/// Some values next to each other, as their sum and their squared deviations from its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bucket {
    pub(super) total: f64,
    /// Sum of the squared deviations.
    pub(super) variance: f64,
}

/// So many values are taken at once at most.
pub(super) const BATCH: usize = 32;

/// Room for so many buckets is taken at once; more only as they come.
const AT_ONCE: usize = 1024;

/// The buckets of an exponential histogram: row `i` has those of `2^i` values, the oldest
/// first, and the last row has the oldest values.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    /// So many has a row at most.
    most: usize,
    /// Row 0: values by themselves.
    fresh: Vec<f64>,
    /// The rows from 1 on, one after the other, with room for `most + BATCH` buckets each. In
    /// their room they move up, and back to the beginning only when they come to the end.
    places: Vec<Bucket>,
    taken: Vec<Taken>,
}

/// Which places of a row are taken.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    start: usize,
    count: usize,
}

/// Where in its room a bucket lies does not matter.
impl PartialEq for Buckets {
    fn eq(&self, other: &Self) -> bool {
        self.most == other.most && self.fresh == other.fresh && self.rows().eq(other.rows())
    }
}

impl Buckets {
    pub(super) fn new(most: usize) -> Self {
        let room = most + BATCH;
        let rows = 24.min(AT_ONCE.div_ceil(room));
        Self {
            most,
            fresh: Vec::with_capacity(room),
            places: Vec::with_capacity(rows * room),
            taken: Vec::with_capacity(64),
        }
    }

    /// The buckets that were written row by row.
    ///
    /// # Errors
    /// What is wrong with them, if they are none that values lead to.
    pub(super) fn from_rows(most: usize, rows: &[Vec<(f64, f64)>], width: u64) -> Result<Self, String> {
        let mut buckets = Self::new(most);
        let mut values = 0_u64;
        for (row, written) in rows.iter().enumerate() {
            let size = u32::try_from(row).ok().and_then(|row| 1_u64.checked_shl(row));
            let held = size.and_then(|size| size.checked_mul(written.len() as u64));
            values = held.and_then(|held| values.checked_add(held)).unwrap_or(u64::MAX);
            let is_last = row + 1 == rows.len();
            if written.len() > most || values > width || (is_last && row > 0 && written.is_empty()) {
                return Err(format!("row {row} of its buckets has {} of them", written.len()));
            }
            if row == 0 {
                buckets.fresh.extend(written.iter().map(|(total, _)| total));
                continue;
            }
            buckets.make_room(row, written.len());
            for (place, (total, variance)) in (buckets.free(row)..).zip(written) {
                buckets.places[place] = Bucket { total: *total, variance: *variance };
            }
            buckets.taken[row - 1].count = written.len();
        }
        if values != width {
            return Err(format!("its buckets have {values} values and the window {width}"));
        }
        Ok(buckets)
    }

    /// The total and the squared deviations of each bucket, row by row.
    pub(super) fn to_rows(&self) -> Vec<Vec<(f64, f64)>> {
        let fresh = self.fresh.iter().map(|value| (*value, 0.0)).collect();
        let plain = |bucket: &Bucket| (bucket.total, bucket.variance);
        let row = |row| self.row(row).iter().map(plain).collect();
        std::iter::once(fresh).chain((1..=self.taken.len()).map(row)).collect()
    }

    /// The buckets of each row from the oldest to row 1, with how many values each has.
    pub(super) fn rows(&self) -> impl Iterator<Item = (f64, &[Bucket])> {
        (1..=self.taken.len()).rev().map(|row| ((1_u64 << row) as f64, self.row(row)))
    }

    /// The values that are newer than all buckets of [`rows`](Self::rows).
    pub(super) fn fresh(&self) -> &[f64] {
        &self.fresh
    }

    /// Adds the newest values, no more than a batch. Rows with more buckets than they may have
    /// give their oldest, two as one, to the next. To do this for some values at once gives
    /// the same rows as one by one, and costs less.
    pub(super) fn extend(&mut self, values: &[f64]) {
        self.fresh.extend_from_slice(values);
        let pairs = self.surplus(self.fresh.len());
        if pairs == 0 {
            return;
        }
        self.make_room(1, pairs);
        let target = self.free(1);
        for (bucket, two) in self.places[target..target + pairs].iter_mut().zip(self.fresh.chunks_exact(2)) {
            let difference = two[0] - two[1];
            *bucket = Bucket { total: two[0] + two[1], variance: 0.5 * difference * difference };
        }
        self.taken[0].count += pairs;
        self.fresh.drain(..2 * pairs);
        // One over how many values a bucket of the row has: a power of two, so that to
        // multiply by it is to divide by them.
        let (mut row, mut part) = (1, 0.5);
        loop {
            let pairs = self.surplus(self.taken[row - 1].count);
            if pairs == 0 {
                return;
            }
            self.make_room(row + 1, pairs);
            let (source, target) = (self.first(row) + self.taken[row - 1].start, self.free(row + 1));
            let (before, after) = self.places.split_at_mut(target);
            let half = 0.5 / part;
            for (bucket, two) in after[..pairs].iter_mut().zip(before[source..].chunks_exact(2)) {
                let difference = two[0].total * part - two[1].total * part;
                let variance = two[0].variance + two[1].variance + half * difference * difference;
                *bucket = Bucket { total: two[0].total + two[1].total, variance };
            }
            self.taken[row].count += pairs;
            self.drop_oldest(row, 2 * pairs);
            (row, part) = (row + 1, part * 0.5);
        }
    }

    /// Takes the oldest bucket, with how many values it has.
    pub(super) fn pop(&mut self) -> Option<(Bucket, f64)> {
        let row = self.taken.len();
        if row == 0 {
            let oldest = (!self.fresh.is_empty()).then(|| self.fresh.remove(0))?;
            return Some((Bucket { total: oldest, variance: 0.0 }, 1.0));
        }
        let oldest = *self.row(row).first()?;
        self.drop_oldest(row, 1);
        while self.taken.last().is_some_and(|taken| taken.count == 0) {
            self.taken.pop();
            self.places.truncate(self.taken.len() * self.room());
        }
        Some((oldest, (1_u64 << row) as f64))
    }

    pub(super) fn clear(&mut self) {
        self.fresh.clear();
        self.places.clear();
        self.taken.clear();
    }

    const fn room(&self) -> usize {
        self.most + BATCH
    }

    /// The first place of a row.
    const fn first(&self, row: usize) -> usize {
        (row - 1) * self.room()
    }

    /// How many pairs a row of so many buckets gives away.
    const fn surplus(&self, count: usize) -> usize {
        count.saturating_sub(self.most).div_ceil(2)
    }

    fn row(&self, row: usize) -> &[Bucket] {
        let Taken { start, count } = self.taken[row - 1];
        let start = self.first(row) + start;
        &self.places[start..start + count]
    }

    /// Sees to it that a row, be it a new one, can take so many more.
    fn make_room(&mut self, row: usize, more: usize) {
        let (room, first) = (self.room(), self.first(row));
        if row > self.taken.len() {
            self.taken.push(Taken::default());
            self.places.resize(first + room, Bucket::default());
        }
        let taken = &mut self.taken[row - 1];
        if taken.start + taken.count + more > room {
            self.places.copy_within(first + taken.start..first + taken.start + taken.count, first);
            taken.start = 0;
        }
    }

    /// The first free place of a row.
    fn free(&self, row: usize) -> usize {
        let Taken { start, count } = self.taken[row - 1];
        self.first(row) + start + count
    }

    fn drop_oldest(&mut self, row: usize, count: usize) {
        let taken = &mut self.taken[row - 1];
        taken.start += count;
        taken.count -= count;
    }
}
