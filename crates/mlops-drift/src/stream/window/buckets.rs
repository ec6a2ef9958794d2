/// Some values next to each other, as their sum and their squared deviations from its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bucket {
    pub(super) total: f64,
    /// Sum of the squared deviations.
    pub(super) variance: f64,
    /// Sum of all values up to its newest, those dropped since the beginning included. Two
    /// buckets made one keep it, so that a look has the sum before each cut without adding
    /// up one by one.
    pub(super) end: f64,
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
    ends: Ends,
}

/// What the ends of buckets are counted with.
#[derive(Clone, Copy, Debug, Default)]
struct Ends {
    /// The end of what was dropped last.
    dropped: f64,
    /// The end of row 1.
    newest: f64,
    /// The largest difference that rounding can make to an end.
    error: f64,
}

/// Which places of a row are taken.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    start: usize,
    count: usize,
}

/// Where in its room a bucket lies does not matter, nor from where its end is counted.
impl PartialEq for Buckets {
    fn eq(&self, other: &Self) -> bool {
        self.most == other.most && self.to_rows() == other.to_rows()
    }
}

impl Ends {
    /// Sets the ends of buckets that follow.
    fn count(&mut self, buckets: &mut [Bucket]) {
        let mut sizes = 0.0;
        for bucket in buckets.iter_mut() {
            self.newest += bucket.total;
            bucket.end = self.newest;
            sizes += self.newest.abs();
        }
        // One rounding an end, of half a unit in the last place: twice that is certain.
        self.error += f64::EPSILON * sizes;
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
            ends: Ends::default(),
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
                buckets.places[place] = Bucket { total: *total, variance: *variance, end: 0.0 };
            }
            buckets.taken[row - 1].count = written.len();
        }
        buckets.count_ends();
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

    /// How many cuts there are between buckets.
    pub(super) fn cuts(&self) -> usize {
        self.fresh.len() + self.taken.iter().map(|taken| taken.count).sum::<usize>()
    }

    /// How many values are newer than those of a row.
    pub(super) fn newer_than(&self, row: usize) -> u64 {
        let rows = self.taken.iter().take(row - 1).enumerate();
        self.fresh.len() as u64 + rows.map(|(at, taken)| (taken.count as u64) << (at + 1)).sum::<u64>()
    }

    /// The sum of all values up to the end of each bucket of a row, the newest first.
    pub(super) fn ends(&self, row: usize) -> impl Iterator<Item = f64> {
        self.row(row).iter().rev().map(|bucket| bucket.end - self.ends.dropped)
    }

    /// Calls with each end of a bucket of a row and those of all older ones, with how many
    /// values there are up to it and their sum.
    pub(super) fn each_old_end(&self, row: usize, mut call: impl FnMut(f64, f64)) {
        let mut older = 0.0;
        for row in (row..=self.taken.len()).rev() {
            older = self.each_end_of(row, older, &mut call);
        }
    }

    /// Calls with each end of a bucket of a row and those of all newer ones, with how many
    /// values of `width` there are up to it and their sum.
    pub(super) fn each_end(&self, row: usize, width: f64, mut call: impl FnMut(f64, f64)) {
        let row = row.min(self.taken.len());
        let mut older = width - self.newer_than(row + 1) as f64;
        for row in (1..=row).rev() {
            older = self.each_end_of(row, older, &mut call);
        }
        let mut end = self.ends.newest - self.ends.dropped;
        for value in &self.fresh {
            (older, end) = (older + 1.0, end + value);
            call(older, end);
        }
    }

    fn each_end_of(&self, row: usize, older: f64, call: &mut impl FnMut(f64, f64)) -> f64 {
        let size = (1_u64 << row) as f64;
        let mut place = 0.0;
        for bucket in self.row(row) {
            place += 1.0;
            call(older + size * place, bucket.end - self.ends.dropped);
        }
        older + size * place
    }

    /// The largest difference that rounding can make to the sums up to ends, beside what the
    /// totals of the buckets are off.
    pub(super) fn error_of_sums(&self) -> f64 {
        2.0 * self.ends.error
    }

    /// Counts the ends anew, from the oldest bucket on: what rounding has made of them since
    /// the beginning goes.
    pub(super) fn count_ends(&mut self) {
        self.ends = Ends::default();
        for row in (1..=self.taken.len()).rev() {
            let Taken { start, count } = self.taken[row - 1];
            let start = self.first(row) + start;
            self.ends.count(&mut self.places[start..start + count]);
        }
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
            let variance = 0.5 * difference * difference;
            *bucket = Bucket { total: two[0] + two[1], variance, end: 0.0 };
        }
        self.ends.count(&mut self.places[target..target + pairs]);
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
                *bucket = Bucket { total: two[0].total + two[1].total, variance, end: two[1].end };
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
            let mut oldest = Bucket { total: oldest, variance: 0.0, end: 0.0 };
            self.ends.count(std::slice::from_mut(&mut oldest));
            self.ends.dropped = oldest.end;
            return Some((oldest, 1.0));
        }
        let oldest = *self.row(row).first()?;
        self.ends.dropped = oldest.end;
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
        self.ends = Ends::default();
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
