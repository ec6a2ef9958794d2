/// The values of a window in their order, each with what it adds to the distance between
/// the distribution functions of the two parts of the window.
///
/// Equal values share a place, so that no tie has to be looked for. A value is put in, moved
/// from the newer part to the older, and taken out, by a search and a shift of what lies above.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    /// How many values each part has when the window is full.
    older: i64,
    newer: i64,
    values: Vec<f64>,
    /// A value of the older part counts as `newer` upwards, one of the newer part as `older`
    /// downwards: the sums are multiples of `1 / (older · newer)`.
    weights: Vec<i64>,
    /// How many values share the place.
    counts: Vec<u32>,
}

impl Steps {
    pub(super) fn new(older: usize, newer: usize) -> Self {
        let size = |count| i64::try_from(count).unwrap_or(i64::MAX);
        let (older, newer) = (size(older), size(newer));
        Self { older, newer, values: Vec::new(), weights: Vec::new(), counts: Vec::new() }
    }

    /// Of the values in the order in which they came, when there are no more than the parts hold.
    pub(super) fn of(older: usize, newer: usize, values: impl DoubleEndedIterator<Item = f64>) -> Self {
        let mut steps = Self::new(older, newer);
        let up_and_down = values.rev().enumerate().map(|(age, value)| (value, age >= newer));
        let mut sorted: Vec<(f64, bool)> = up_and_down.collect();
        sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        for same in sorted.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
            let weights = same.iter().map(|(_, is_older)| if *is_older { steps.newer } else { -steps.older });
            steps.weights.push(weights.sum());
            steps.values.push(same[0].0);
            steps.counts.push(u32::try_from(same.len()).unwrap_or(u32::MAX));
        }
        steps
    }

    /// Puts a value into the newer part.
    pub(super) fn put(&mut self, value: f64) {
        let place = self.place(value);
        if self.values.get(place) == Some(&value) {
            self.weights[place] -= self.older;
            self.counts[place] += 1;
        } else {
            self.values.insert(place, value);
            self.weights.insert(place, -self.older);
            self.counts.insert(place, 1);
        }
    }

    /// Moves a value from the newer part to the older.
    pub(super) fn age(&mut self, value: f64) {
        let place = self.place(value);
        if let Some(weight) = self.weights.get_mut(place) {
            *weight += self.older + self.newer;
        }
    }

    /// Takes a value out of the older part.
    pub(super) fn take(&mut self, value: f64) {
        let place = self.place(value);
        match self.counts.get_mut(place) {
            None => {}
            Some(1) => {
                self.values.remove(place);
                self.weights.remove(place);
                self.counts.remove(place);
            }
            Some(count) => {
                *count -= 1;
                self.weights[place] -= self.newer;
            }
        }
    }

    /// The largest distance between the distribution functions, as a multiple of `1 / (older · newer)`.
    pub(super) fn distance(&self) -> u64 {
        let (mut sum, mut most, mut least) = (0_i64, 0_i64, 0_i64);
        for weight in &self.weights {
            sum += weight;
            most = most.max(sum);
            least = least.min(sum);
        }
        most.unsigned_abs().max(least.unsigned_abs())
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.weights.clear();
        self.counts.clear();
    }

    fn place(&self, value: f64) -> usize {
        self.values.partition_point(|held| *held < value)
    }
}
