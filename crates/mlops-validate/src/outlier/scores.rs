use crate::{Error, Result};

/// How outliers of a column are told.
///
/// NaN is a missing value: it has no score and is no outlier. Infinite values are refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// More than so many standard deviations (divided by n − 1) from the mean; 3 is usual. Of
    /// n values none is further than (n − 1) / √n: ten values or fewer have no outlier at 3.
    ZScore(f64),
    /// A modified z-score above so much; 3.5 is usual. The median and the spread around it
    /// are not moved by the outliers themselves.
    ModifiedZScore(f64),
    /// More than so many interquartile ranges outside the quartiles; 1.5 is usual, 3 for what
    /// is far out.
    Iqr(f64),
}

/// A value that lies apart.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outlier {
    /// Its row, from 0.
    pub row: usize,
    /// The value.
    pub value: f64,
    /// The z-score, the modified z-score, or how many interquartile ranges it is outside the
    /// nearer quartile; negative below.
    pub score: f64,
}

/// The outliers of a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outliers {
    /// Values that were looked at.
    pub values: usize,
    /// What lies below is an outlier.
    pub lower: f64,
    /// What lies above is one.
    pub upper: f64,
    /// They, in row order.
    pub outliers: Vec<Outlier>,
}

/// The outliers of a column of numbers. `O(n log n)`, one copy.
///
/// A column whose values do not spread (of which the measure of spread is 0) has scores of
/// 0 at the centre and infinite ones elsewhere: what differs from a constant is an outlier.
///
/// ```
/// use mlops_validate::outlier::{Rule, outliers};
/// let delays = [2.0, -3.0, 4.0, f64::NAN, 1.0, 180.0, 0.0];
/// let found = outliers(&delays, Rule::ModifiedZScore(3.5))?;
/// assert_eq!((found.values, found.outliers[0].row), (6, 5));
/// // A single value this far out hides itself from the plain z-score.
/// assert!(outliers(&delays, Rule::ZScore(3.0))?.outliers.is_empty());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
///
/// # Errors
/// [`Error::Input`] without a value, with an infinite one, or if the values are so large that
/// their spread is; [`Error::Invalid`] if the threshold is negative or no number.
///
/// # Source
/// Modified z-scores, `0.6745 (x − median) / MAD`: Iglewicz and Hoaglin, *How to Detect and
/// Handle Outliers* (1993). If more than half of the values are the same, so that MAD is 0,
/// the mean absolute deviation `D` from the median stands in: `(x − median) / (1.253314 D)`,
/// as IBM's SPSS has it. Fences: Tukey, *Exploratory Data Analysis* (1977), with quartiles
/// between the two nearest values, as `numpy.quantile` (2.4) takes them.
pub fn outliers(values: &[f64], rule: Rule) -> Result<Outliers> {
    let threshold = match rule {
        Rule::ZScore(threshold) | Rule::ModifiedZScore(threshold) | Rule::Iqr(threshold) => threshold,
    };
    if !(threshold.is_finite() && threshold >= 0.0) {
        return Err(Error::invalid("outlier rule", "threshold", threshold, "a number of at least 0"));
    }
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if let Some(row) = values.iter().position(|value| value.is_infinite()) {
        return Err(Error::input(
            "values",
            format!("row {row} is {}, expected a finite number", values[row]),
        ));
    }
    if sorted.is_empty() {
        return Err(Error::input("values", "there is none"));
    }
    sorted.sort_unstable_by(f64::total_cmp);
    // The places where a score is 0, and the distance that has a score of 1.
    let (low, high, unit) = match rule {
        Rule::ZScore(_) => {
            let n = sorted.len() as f64;
            let mean = exact_mean(sorted.iter().copied(), n);
            let squares = exact_mean(sorted.iter().map(|value| (value - mean).powi(2)), (n - 1.0).max(1.0));
            let constant = sorted.first() == sorted.last();
            if constant { (sorted[0], sorted[0], 0.0) } else { (mean, mean, squares.sqrt()) }
        }
        Rule::ModifiedZScore(_) => {
            let median = quantile(&sorted, 0.5);
            let mut distances: Vec<f64> = sorted.iter().map(|value| (value - median).abs()).collect();
            distances.sort_unstable_by(f64::total_cmp);
            let spread = quantile(&distances, 0.5);
            let mean = exact_mean(distances.iter().copied(), distances.len() as f64);
            (median, median, if spread > 0.0 { spread / 0.6745 } else { mean * 1.253_314 })
        }
        Rule::Iqr(_) => {
            let (first, third) = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
            (first, third, third - first)
        }
    };
    if !unit.is_finite() {
        return Err(Error::input("values", "they are too large for their spread to be a number"));
    }
    let score = |value: f64| {
        let outside = if value < low { value - low } else { (value - high).max(0.0) };
        if outside == 0.0 { 0.0 } else { outside / unit }
    };
    let outliers = values
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_nan())
        .map(|(row, value)| Outlier { row, value: *value, score: score(*value) })
        .filter(|outlier| outlier.score.abs() > threshold)
        .collect();
    Ok(Outliers {
        values: sorted.len(),
        lower: low - threshold * unit,
        upper: high + threshold * unit,
        outliers,
    })
}

fn exact_mean(values: impl Iterator<Item = f64>, n: f64) -> f64 {
    let mut sum = crate::metric::ExactSum::default();
    values.for_each(|value| sum.add(value));
    sum.total() / n
}

/// Between the two nearest of sorted values.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among the values")]
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
