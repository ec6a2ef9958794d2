use mlops_stats::two_sample::Sample;

use super::counts::{Counts, Distinct};
use super::{Found, StatTest, categories, mmd, numbers, shares, total_variation};
use crate::{Decision, DriftTest, Error, Measurement, Pair, Result};

/// Up to this many rows of the reference a p-value decides, beyond a distance.
const FEW_ROWS: usize = 1000;
/// A column of numbers with no more distinct values than this is judged as categories.
const FEW_VALUES: usize = 5;

/// One test of Evidently's with its threshold.
///
/// A p-value below the threshold is a drift, whatever the size of the change; a distance from
/// the threshold on is one, whatever the number of rows. Exactly on its threshold, the p-value
/// of `ks` and of `cramer_von_mises` is a drift to Evidently and none here, and `ed` the other
/// way round.
///
/// ```
/// use std::sync::Arc;
/// use mlops_drift::Detector;
/// use mlops_drift::preset::evidently::{EvidentlyTest, StatTest};
///
/// let psi = |threshold| Arc::new(EvidentlyTest::new(StatTest::Psi).threshold(threshold));
/// let detector = Detector::evidently().numbers_by(psi(0.2)).categories_by(psi(0.1));
/// # let _ = detector;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EvidentlyTest {
    test: StatTest,
    threshold: f64,
}

impl EvidentlyTest {
    /// A test with Evidently's own threshold.
    pub fn new(test: StatTest) -> Self {
        Self { test, threshold: test.default_threshold() }
    }

    /// Another threshold.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }
}

impl DriftTest for EvidentlyTest {
    fn name(&self) -> &'static str {
        self.test.display_name()
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let refuse =
            |what| Err(Error::undefined(self.test.name(), format!("it is not for columns of {what}")));
        match pair {
            Pair::Numbers { .. } if !self.test.takes_numbers() => refuse("numbers"),
            Pair::Categories { .. } if !self.test.takes_categories() => refuse("categories"),
            _ => measure(self.test, self.threshold, pair),
        }
    }
}

/// Evidently's choice of a test, by the kind of the column, the rows of the reference and the
/// number of distinct values on both sides.
///
/// | column | distinct values | up to 1,000 rows of the reference | beyond |
/// | --- | --- | --- | --- |
/// | numbers | more than 5 | `ks`, p < 0.05 | `wasserstein`, ≥ 0.1 |
/// | numbers | 3 to 5 | `chisquare`, p < 0.05 | `jensenshannon`, ≥ 0.1 |
/// | categories | 3 and more | `chisquare`, p < 0.05 | `jensenshannon`, ≥ 0.1 |
/// | either | 1 or 2 | `z`, p < 0.05 | `jensenshannon`, ≥ 0.1 |
///
/// Rows without a value do not count. The measurement names the test that was chosen.
///
/// # Source
/// `_get_default_stattest` of Evidently 0.7.23. Its tests for texts are not here: a column of
/// text is one of categories.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DefaultTest {
    threshold: Option<f64>,
}

impl DefaultTest {
    /// The name of this rule.
    pub const NAME: &'static str = "evidently";

    /// The choice with each test's own threshold.
    pub fn new() -> Self {
        Self::default()
    }

    /// One threshold for whichever test is chosen.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// The test that is chosen for a column.
    pub fn choice(&self, pair: &Pair<'_>) -> StatTest {
        let (rows, distinct, numbers) = match pair {
            Pair::Numbers { reference, current } => {
                let distinct = Distinct::of(reference.values(), current.values());
                (reference.len(), distinct.take(FEW_VALUES + 1).count(), true)
            }
            Pair::Categories { reference, current, .. } => {
                let rows = usize::try_from(reference.iter().sum::<u64>()).unwrap_or(usize::MAX);
                let seen = |(r, c): &(&u64, &u64)| **r + **c > 0;
                (rows, reference.iter().zip(*current).filter(seen).count(), false)
            }
        };
        match (rows <= FEW_ROWS, numbers && distinct > FEW_VALUES) {
            (true, true) => StatTest::KolmogorovSmirnov,
            (false, true) => StatTest::Wasserstein,
            (true, false) if distinct > 2 => StatTest::ChiSquare,
            (true, false) => StatTest::Proportions,
            (false, false) => StatTest::JensenShannon,
        }
    }
}

impl DriftTest for DefaultTest {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let test = self.choice(pair);
        measure(test, self.threshold.unwrap_or_else(|| test.default_threshold()), pair)
    }
}

fn measure(test: StatTest, threshold: f64, pair: &Pair<'_>) -> Result<Measurement> {
    let found = find(test, pair)?;
    let measurement = Measurement::new(found.effect, found.unit, threshold).named(test.display_name());
    match found.p_value {
        Some(p_value) if p_value.is_nan() => {
            Err(Error::undefined(test.name(), "its p-value is not a number"))
        }
        Some(p_value) => Ok(measurement.p_value(p_value.clamp(0.0, 1.0)).decided_by(Decision::PValueBelow)),
        None => Ok(measurement.decided_by(Decision::EffectAtLeast)),
    }
}

fn find(test: StatTest, pair: &Pair<'_>) -> Result<Found> {
    let counts = || Counts::of(test, pair);
    match test {
        StatTest::Psi | StatTest::JensenShannon | StatTest::KullbackLeibler => shares::divergence(test, pair),
        StatTest::Hellinger => shares::hellinger(pair),
        StatTest::ChiSquare | StatTest::GTest => categories::goodness_of_fit(test, &counts()?),
        StatTest::Proportions => categories::proportions(&counts()?),
        StatTest::Fisher => categories::fisher(&counts()?),
        StatTest::TotalVariation => Ok(total_variation::total_variation(&counts()?)),
        _ => {
            let Pair::Numbers { reference, current } = pair else {
                return Err(Error::undefined(test.name(), "it is not for columns of categories"));
            };
            of_numbers(test, reference, current)
        }
    }
}

fn of_numbers(test: StatTest, reference: &Sample, current: &Sample) -> Result<Found> {
    match test {
        StatTest::Wasserstein => numbers::wasserstein_normed(reference, current),
        StatTest::Energy => numbers::energy_distance(reference, current),
        StatTest::AndersonDarling => numbers::anderson_darling(reference, current),
        StatTest::CramerVonMises => numbers::cramer_von_mises(reference, current),
        StatTest::EppsSingleton => numbers::epps_singleton(reference, current),
        StatTest::MannWhitney => Ok(numbers::mann_whitney(reference, current)),
        StatTest::Student => numbers::student(reference, current),
        StatTest::MaximumMeanDiscrepancy => mmd::maximum_mean_discrepancy(reference, current),
        _ => Ok(numbers::kolmogorov_smirnov(reference, current)),
    }
}
