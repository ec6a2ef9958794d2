/// What a sum of trees is to make small: the first two derivatives of a row's loss by its score.
pub(crate) trait Loss {
    /// How many rows there are, looked at or not.
    fn rows(&self) -> usize;

    /// The score of every row before the first tree.
    fn start(&self) -> f64;

    /// Gradient and curvature of the loss of a row with this score.
    fn derivatives(&self, row: usize, score: f64) -> (f64, f64);
}

/// Which of two sides a row is from: the logistic function of its score is the chance that it
/// is a current one. Each side counts as much as the other, whatever its size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logistic<'a> {
    is_current: &'a [bool],
    weights: [f64; 2],
}

impl<'a> Logistic<'a> {
    /// `is_current` is of all rows, the weights are of those looked at.
    pub(crate) fn new(is_current: &'a [bool], rows: &[usize]) -> Self {
        let share = rows.iter().filter(|row| is_current[**row]).count() as f64 / rows.len().max(1) as f64;
        let weight = |current: bool| if current { 0.5 / share } else { 0.5 / (1.0 - share) };
        Self { is_current, weights: [weight(false), weight(true)] }
    }
}

impl Loss for Logistic<'_> {
    fn rows(&self) -> usize {
        self.is_current.len()
    }

    fn start(&self) -> f64 {
        0.0
    }

    fn derivatives(&self, row: usize, score: f64) -> (f64, f64) {
        let current = self.is_current[row];
        let chance = 1.0 / (1.0 + f64::exp(-score));
        let target = f64::from(u8::from(current));
        let weight = self.weights[usize::from(current)];
        (weight * (chance - target), weight * chance * (1.0 - chance))
    }
}

/// How large a number is: half the square of how far the score is from it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Squared<'a> {
    targets: &'a [f64],
    mean: f64,
}

impl<'a> Squared<'a> {
    /// `targets` is of all rows, the mean is of those looked at.
    pub(crate) fn new(targets: &'a [f64], rows: &[usize]) -> Self {
        let mean = rows.iter().map(|row| targets[*row]).sum::<f64>() / rows.len().max(1) as f64;
        Self { targets, mean }
    }
}

impl Loss for Squared<'_> {
    fn rows(&self) -> usize {
        self.targets.len()
    }

    fn start(&self) -> f64 {
        self.mean
    }

    fn derivatives(&self, row: usize, score: f64) -> (f64, f64) {
        (score - self.targets[row], 1.0)
    }
}
