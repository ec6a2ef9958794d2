use super::double::Double;
use super::numbers::for_each_number;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::{Error, Result};

/// The standard deviation of a column of numbers, of a sample (`n − 1`).
///
/// Each block of values is looked at twice while it is in the cache, for its mean and for
/// the squares around it; blocks are merged in double the precision. Another split of the
/// rows gives the same to 1e-12, also where the mean is far larger than the deviation.
///
/// # Source
/// Chan, Golub and `LeVeque`, *Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances* (1979).
#[derive(Debug)]
pub(crate) struct Spread {
    pub(crate) column: String,
    pub(crate) domain: Domain,
}

pub(crate) struct SpreadState {
    column: String,
    domain: Domain,
    moments: Moments,
}

/// Number, mean and sum of squares around the mean of values that are all finite.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: u64,
    mean: Double,
    squares: Double,
    /// There was a value that is not finite, or a sum that is not.
    is_undefined: bool,
}

const LANES: usize = 8;

/// A sum by lanes, which the processor adds side by side.
fn sum(values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane += of(*value);
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += of(*value);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

impl Moments {
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let middle = sum(values, |value| value) / count;
        if !middle.is_finite() {
            return Self { is_undefined: true, ..Self::default() };
        }
        // The middle is the mean but for rounding, which the first sum makes up for.
        let off = sum(values, |value| value - middle);
        let squares = sum(values, |value| (value - middle) * (value - middle));
        Self {
            count: values.len() as u64,
            mean: Double::from(middle) + Double::from(off / count),
            squares: Double::from(squares) - Double::from(off * off / count),
            is_undefined: !squares.is_finite(),
        }
    }

    fn merge(&mut self, later: &Self) {
        self.is_undefined |= later.is_undefined;
        if self.is_undefined || later.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *later;
            return;
        }
        let (own, other) = (self.count as f64, later.count as f64);
        let apart = later.mean - self.mean;
        let share = other / (own + other);
        self.mean = self.mean + apart.times(share);
        let between = apart.value() * apart.value() * own * share;
        self.squares = self.squares + later.squares + Double::from(between);
        self.count += later.count;
    }
}

impl Metric for Spread {
    type State = SpreadState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> SpreadState {
        SpreadState { column: self.column.clone(), domain: self.domain, moments: Moments::default() }
    }
}

impl Accumulator for SpreadState {
    /// `None` below two values, or if one is not finite.
    type Output = Option<f64>;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let mask = chunk.present_in(self.domain, &self.column)?;
        let array = chunk.column(&self.column)?.as_ref();
        for_each_number(array, mask.as_ref(), |block| self.moments.merge(&Moments::of(block))).map_err(
            |reason| Error::Evaluation {
                rule: format!("the standard deviation of column {:?}", self.column),
                reason,
            },
        )
    }

    fn merge(&mut self, later: Self) {
        self.moments.merge(&later.moments);
    }

    fn finish(self) -> Option<f64> {
        let Moments { count, squares, is_undefined, .. } = self.moments;
        let deviation = (squares.value() / (count.checked_sub(1)?) as f64).max(0.0).sqrt();
        (count > 1 && !is_undefined && deviation.is_finite()).then_some(deviation)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn deviation(values: &[f64], cuts: &[usize]) -> f64 {
        let mut all = Moments::default();
        let mut from = 0;
        for to in cuts.iter().copied().chain([values.len()]).filter(|to| *to <= values.len()) {
            if to > from {
                let mut part = Moments::default();
                values[from..to].chunks(7).for_each(|block| part.merge(&Moments::of(block)));
                all.merge(&part);
                from = to;
            }
        }
        (all.squares.value() / (values.len() - 1) as f64).sqrt()
    }

    proptest! {
        /// Values near a large mean, where the squares of the values themselves would leave
        /// nothing: against sums of exact whole numbers.
        #[test]
        fn any_split_agrees_with_exact_sums(
            parts in prop::collection::vec(-1000i128..1000, 2..200), mean in 0u32..40,
            cut in 0usize..200, second in 0usize..200,
        ) {
            let mean = 1i128 << mean;
            let values: Vec<f64> = parts.iter().map(|part| (mean + part) as f64).collect();
            let count = parts.len() as i128;
            let (total, squares): (i128, i128) = (parts.iter().sum(), parts.iter().map(|part| part * part).sum());
            let exact = ((count * squares - total * total) as f64 / (count * (count - 1)) as f64).sqrt();
            let found = deviation(&values, &[cut.min(second), cut.max(second)]);
            prop_assert!((found - exact).abs() <= 1e-12 * exact, "{} {}", found, exact);
        }
    }

    /// Neither of them is the mean of the two, not even rounded.
    #[test]
    fn a_mean_that_is_rounded_costs_no_digits() {
        let large = 2f64.powi(52);
        let found = deviation(&[large, large + 1.0, large + 1.0], &[]);
        assert!((found - 3f64.sqrt().recip()).abs() < 1e-12, "{found}");
    }

    #[test]
    fn what_is_not_finite_has_no_deviation() {
        let mut merged = Moments::of(&[1.0, 2.0]);
        merged.merge(&Moments::of(&[f64::INFINITY]));
        assert!(merged.is_undefined, "a later part has one");
        assert!(Moments::of(&[1.0, f64::INFINITY]).is_undefined);
        assert!(Moments::of(&[1.0, f64::NAN]).is_undefined);
        assert!(Moments::of(&[1e200, -1e200]).is_undefined, "the squares are infinite");
    }
}
