/// Some values next to each other, as their sum and their squared deviations from its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bucket {
    pub(super) total: f64,
    /// Sum of the squared deviations.
    pub(super) variance: f64,
}

/// Room for so many buckets is taken at once; more only as they come.
const AT_ONCE: usize = 1024;

/// The buckets of an exponential histogram: row `i` has those of `2^i` values, the oldest
/// first, and the last row has the oldest values.
///
/// All rows lie one after the other in one list, so that a walk over them is one over memory.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    /// So many has a row at most, when it is not just being added to.
    most: usize,
    /// `most + 1` places for each row.
    places: Vec<Bucket>,
    /// How many of a row's places are taken.
    lengths: Vec<usize>,
}

/// What once was in a place that is free now makes no difference.
impl PartialEq for Buckets {
    fn eq(&self, other: &Self) -> bool {
        let as_long = (self.most, self.rows()) == (other.most, other.rows());
        as_long && (0..self.rows()).all(|row| self.row(row) == other.row(row))
    }
}

impl Buckets {
    pub(super) fn new(most: usize) -> Self {
        let stride = most + 1;
        let rows = 32.min(AT_ONCE.div_ceil(stride));
        let (mut places, mut lengths) = (Vec::with_capacity(rows * stride), Vec::with_capacity(64));
        places.resize(stride, Bucket::default());
        lengths.push(0);
        Self { most, places, lengths }
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
            if row > 0 {
                buckets.add_row();
            }
            for (total, variance) in written {
                buckets.push(row, Bucket { total: *total, variance: *variance });
            }
        }
        if values != width {
            return Err(format!("its buckets have {values} values and the window {width}"));
        }
        Ok(buckets)
    }

    pub(super) fn to_rows(&self) -> Vec<Vec<(f64, f64)>> {
        let plain = |bucket: &Bucket| (bucket.total, bucket.variance);
        (0..self.lengths.len()).map(|row| self.row(row).iter().map(plain).collect()).collect()
    }

    pub(super) const fn rows(&self) -> usize {
        self.lengths.len()
    }

    /// The buckets of a row, the oldest first.
    pub(super) fn row(&self, row: usize) -> &[Bucket] {
        let start = row * (self.most + 1);
        &self.places[start..start + self.lengths[row]]
    }

    /// Adds the newest value. Rows that are full give their two oldest buckets, as one, to the next.
    pub(super) fn add(&mut self, value: f64) {
        self.push(0, Bucket { total: value, variance: 0.0 });
        let (mut row, mut size) = (0, 1.0);
        while self.lengths[row] > self.most {
            let [first, second, ..] = *self.row(row) else { break };
            let difference = first.total / size - second.total / size;
            let between = size * 0.5 * difference * difference;
            if row + 1 == self.lengths.len() {
                self.add_row();
            }
            let variance = first.variance + second.variance + between;
            self.push(row + 1, Bucket { total: first.total + second.total, variance });
            self.drop_oldest(row, 2);
            (row, size) = (row + 1, size * 2.0);
        }
    }

    /// Takes the oldest bucket, with how many values it has.
    pub(super) fn pop(&mut self) -> Option<(Bucket, u64)> {
        let row = self.lengths.len() - 1;
        let oldest = *self.row(row).first()?;
        self.drop_oldest(row, 1);
        while self.lengths.len() > 1 && self.lengths.last() == Some(&0) {
            self.lengths.pop();
            self.places.truncate(self.lengths.len() * (self.most + 1));
        }
        Some((oldest, 1 << row))
    }

    pub(super) fn clear(&mut self) {
        self.lengths.clear();
        self.places.clear();
        self.add_row();
    }

    fn add_row(&mut self) {
        self.lengths.push(0);
        self.places.resize(self.lengths.len() * (self.most + 1), Bucket::default());
    }

    fn push(&mut self, row: usize, bucket: Bucket) {
        let place = row * (self.most + 1) + self.lengths[row];
        self.places[place] = bucket;
        self.lengths[row] += 1;
    }

    fn drop_oldest(&mut self, row: usize, count: usize) {
        let start = row * (self.most + 1);
        self.places.copy_within(start + count..start + self.lengths[row], start);
        self.lengths[row] -= count;
    }
}
