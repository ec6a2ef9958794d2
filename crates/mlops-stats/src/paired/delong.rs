use crate::distribution::{normal_isf, normal_sf};
use crate::error::{all_finite, same_length};
use crate::interval::{Interval, proper_share};
use crate::sum::sum;
use crate::{Alternative, Error, Result};

/// The area under the ROC curve of one model, with its variance by `DeLong`'s method.
///
/// Takes rows as independent; where they come in clusters the variance is too small, and
/// [`BlockBootstrap`](crate::bootstrap::BlockBootstrap) has the right one.
///
/// # Source
/// `DeLong`, `DeLong` and Clarke-Pearson, *Biometrics* 44 (1988); equal to `ci.auc` of pROC 1.18.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AreaEstimate {
    area: f64,
    variance: f64,
}

impl AreaEstimate {
    /// Of labels and scores, where higher means more likely true. `O(n log n)`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows, [`Error::Value`] for a
    /// score that is not finite, [`Error::Undefined`] with fewer than two rows of a class.
    pub fn of(labels: &[bool], scores: &[f64]) -> Result<Self> {
        let placements = Placements::of(labels, "scores", scores)?;
        Ok(Self { area: placements.area(), variance: placements.variance() })
    }

    /// The area; one half for a tie.
    pub const fn area(&self) -> f64 {
        self.area
    }

    /// Its variance. 0 for perfect separation: there it says nothing.
    pub const fn variance(&self) -> f64 {
        self.variance
    }

    /// The normal interval at this level, such as 0.95, cut at 0 and 1.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        let interval = normal_interval(self.area, self.variance, level)?;
        Ok(Interval { level, lower: interval.lower.max(0.0), upper: interval.upper.min(1.0) })
    }
}

/// `DeLong`'s test that two models have the same area under the ROC curve on the same rows.
///
/// Takes rows as independent; where they come in clusters p is too small, and
/// [`BlockBootstrap::difference`](crate::bootstrap::BlockBootstrap::difference) is the test.
///
/// ```
/// use mlops_stats::Alternative;
/// use mlops_stats::paired::DeLong;
/// let labels = [true, true, false, true, false, false];
/// let test = DeLong::of(&labels, &[0.9, 0.7, 0.3, 0.4, 0.5, 0.1], &[0.6, 0.7, 0.3, 0.2, 0.5, 0.4])?;
/// assert!(test.difference() > 0.2 && test.p_value(Alternative::Greater) < 0.5);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// `DeLong`, `DeLong` and Clarke-Pearson, *Biometrics* 44 (1988), in the time of a sort as Sun
/// and Xu, *IEEE Signal Processing Letters* 21 (2014); equal to `roc.test` of pROC 1.18.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeLong {
    a: AreaEstimate,
    b: AreaEstimate,
    covariance: f64,
    variance: f64,
}

impl DeLong {
    /// Of labels and the scores of both models. `O(n log n)`.
    ///
    /// # Errors
    /// As [`AreaEstimate::of`].
    pub fn of(labels: &[bool], a: &[f64], b: &[f64]) -> Result<Self> {
        let (a, b) = (Placements::of(labels, "a", a)?, Placements::of(labels, "b", b)?);
        Ok(Self {
            a: AreaEstimate { area: a.area(), variance: a.variance() },
            b: AreaEstimate { area: b.area(), variance: b.variance() },
            covariance: a.covariance(&b),
            variance: a.less(&b).variance(),
        })
    }

    /// The area of the first model.
    pub const fn a(&self) -> AreaEstimate {
        self.a
    }

    /// The area of the second model.
    pub const fn b(&self) -> AreaEstimate {
        self.b
    }

    /// Covariance of the two areas.
    pub const fn covariance(&self) -> f64 {
        self.covariance
    }

    /// The first area less the second.
    pub fn difference(&self) -> f64 {
        self.a.area - self.b.area
    }

    /// Standard error of the difference.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// The difference in standard errors; 0 for models that rank alike, infinite if both
    /// separate perfectly, but the one in the wrong direction.
    pub fn statistic(&self) -> f64 {
        self.statistic_against(0.0)
    }

    /// How likely a difference this large is between models of equal area.
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        self.p_value_against(0.0, alternative)
    }

    /// The p-value against a difference of `value`: with `-margin` and
    /// [`Alternative::Greater`] that of "at most `margin` worse". 1 for a NaN.
    pub fn p_value_against(&self, value: f64, alternative: Alternative) -> f64 {
        let z = self.statistic_against(value);
        if z.is_nan() { 1.0 } else { alternative.of_tails(normal_sf(-z), normal_sf(z)) }
    }

    /// The normal interval of the difference at this level, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        normal_interval(self.difference(), self.variance, level)
    }

    fn statistic_against(&self, value: f64) -> f64 {
        let difference = self.difference() - value;
        // Nothing differs and nothing varies: no evidence, rather than 0 / 0.
        if difference == 0.0 { 0.0 } else { difference / self.variance.sqrt() }
    }
}

fn normal_interval(value: f64, variance: f64, level: f64) -> Result<Interval> {
    proper_share("level", level)?;
    let half = normal_isf(0.5 * (1.0 - level)) * variance.sqrt();
    Ok(Interval { level, lower: value - half, upper: value + half })
}

/// For each positive the share of negatives that it beats, for each negative the share of
/// positives that beat it; ties half.
#[derive(Clone, Debug)]
struct Placements {
    of_positives: Vec<f64>,
    of_negatives: Vec<f64>,
}

impl Placements {
    fn of(labels: &[bool], what: &'static str, scores: &[f64]) -> Result<Self> {
        same_length(what, scores.len(), "labels", labels.len())?;
        all_finite(what, scores)?;
        let positives = labels.iter().filter(|label| **label).count();
        let negatives = labels.len() - positives;
        if positives < 2 || negatives < 2 {
            let reason = format!("{positives} positive and {negatives} negative rows have no variance");
            return Err(Error::undefined("variance of the area", reason));
        }
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_unstable_by(|left, right| scores[*left].total_cmp(&scores[*right]));
        // One share a row, in the order of the rows, so that two models can be compared.
        let mut shares = vec![0.0; scores.len()];
        let (mut positives_below, mut negatives_below) = (0, 0);
        #[expect(clippy::float_cmp, reason = "a tie is the same score")]
        for tie in order.chunk_by(|left, right| scores[*left] == scores[*right]) {
            let tied_positives = tie.iter().filter(|row| labels[**row]).count();
            let tied_negatives = tie.len() - tied_positives;
            let beaten = (negatives_below as f64 + 0.5 * tied_negatives as f64) / negatives as f64;
            let above = positives - positives_below - tied_positives;
            let beating = (above as f64 + 0.5 * tied_positives as f64) / positives as f64;
            for row in tie {
                shares[*row] = if labels[*row] { beaten } else { beating };
            }
            positives_below += tied_positives;
            negatives_below += tied_negatives;
        }
        let of_class = |class: bool| {
            labels
                .iter()
                .zip(&shares)
                .filter(|(label, _)| **label == class)
                .map(|(_, share)| *share)
                .collect()
        };
        Ok(Self { of_positives: of_class(true), of_negatives: of_class(false) })
    }

    fn area(&self) -> f64 {
        mean(&self.of_positives)
    }

    fn less(&self, other: &Self) -> Self {
        let less = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(l, r)| l - r).collect();
        Self {
            of_positives: less(&self.of_positives, &other.of_positives),
            of_negatives: less(&self.of_negatives, &other.of_negatives),
        }
    }

    fn variance(&self) -> f64 {
        self.covariance(self)
    }

    fn covariance(&self, other: &Self) -> f64 {
        covariance(&self.of_positives, &other.of_positives) / self.of_positives.len() as f64
            + covariance(&self.of_negatives, &other.of_negatives) / self.of_negatives.len() as f64
    }
}

fn mean(values: &[f64]) -> f64 {
    sum(values.iter().copied()) / values.len() as f64
}

fn covariance(left: &[f64], right: &[f64]) -> f64 {
    let (of_left, of_right) = (mean(left), mean(right));
    sum(left.iter().zip(right).map(|(l, r)| (l - of_left) * (r - of_right))) / (left.len() - 1) as f64
}
