//! Tests of samples of numbers, as `SciPy` has them.

use mlops_stats::Alternative;
use mlops_stats::distance::{energy, wasserstein};
use mlops_stats::two_sample::{
    AndersonDarling, CramerVonMises, EppsSingleton, KolmogorovSmirnov, MannWhitney, Sample, TTest, TieRule,
};

use super::{Found, StatTest, undefined};
use crate::Result;

/// Evidently divides by no smaller standard deviation than this.
const SMALLEST_DEVIATION: f64 = 0.001;

/// `ks`.
pub(super) fn kolmogorov_smirnov(reference: &Sample, current: &Sample) -> Found {
    let test = KolmogorovSmirnov::of(reference, current);
    Found {
        effect: test.statistic(),
        unit: "of 1 (distance of the distribution functions)",
        p_value: Some(test.p_value()),
    }
}

/// `wasserstein`. A reference in small units, whose standard deviation is below 0.001, is
/// divided by 0.001 too, so that no change of it is ever large.
pub(super) fn wasserstein_normed(reference: &Sample, current: &Sample) -> Result<Found> {
    let distance = wasserstein(reference, current).map_err(undefined(StatTest::Wasserstein))?;
    let norm = reference.standard_deviation().max(SMALLEST_DEVIATION);
    Ok(Found { effect: distance / norm, unit: "reference standard deviations", p_value: None })
}

/// `ed`: the root of twice the energy, as `SciPy` has it.
pub(super) fn energy_distance(reference: &Sample, current: &Sample) -> Result<Found> {
    let effect = energy(reference, current).map_err(undefined(StatTest::Energy))?;
    Ok(Found { effect, unit: "(energy distance)", p_value: None })
}

/// `anderson`: its p-value is never below 0.001 nor above 0.25.
pub(super) fn anderson_darling(reference: &Sample, current: &Sample) -> Result<Found> {
    let test = AndersonDarling::of(&[reference, current], TieRule::Midrank)
        .map_err(undefined(StatTest::AndersonDarling))?;
    Ok(Found {
        effect: test.statistic(),
        unit: "(Anderson–Darling statistic)",
        p_value: Some(test.p_value()),
    })
}

/// `cramer_von_mises`.
pub(super) fn cramer_von_mises(reference: &Sample, current: &Sample) -> Result<Found> {
    let test = CramerVonMises::of(reference, current).map_err(undefined(StatTest::CramerVonMises))?;
    Ok(Found {
        effect: test.statistic(),
        unit: "(Cramér–von Mises statistic)",
        p_value: Some(test.p_value()),
    })
}

/// `es`.
///
/// # Errors
/// [`Error::Undefined`](crate::Error::Undefined) if the middle half of all values is one value,
/// or a side has fewer than five.
pub(super) fn epps_singleton(reference: &Sample, current: &Sample) -> Result<Found> {
    let test = EppsSingleton::of(reference.values(), current.values())
        .map_err(undefined(StatTest::EppsSingleton))?;
    Ok(Found {
        effect: test.statistic(), unit: "(Epps–Singleton statistic)", p_value: Some(test.p_value())
    })
}

/// `mannw`: only for values that became larger. Evidently asks whether the reference is the
/// *less*; where the current values are, the p-value is close to 1.
pub(super) fn mann_whitney(reference: &Sample, current: &Sample) -> Found {
    let test = MannWhitney::of(reference, current);
    let effect = test.rank_biserial().abs();
    let p_value = test.p_value(Alternative::Less);
    Found { effect, unit: "of 1 (rank-biserial correlation)", p_value: Some(p_value) }
}

/// `t_test`: Student's, which takes both variances for the same.
///
/// # Errors
/// [`Error::Undefined`](crate::Error::Undefined) if both sides are constant.
pub(super) fn student(reference: &Sample, current: &Sample) -> Result<Found> {
    let test = TTest::pooled(reference.values(), current.values()).map_err(undefined(StatTest::Student))?;
    let p_value = Some(test.p_value(Alternative::TwoSided));
    Ok(Found {
        effect: test.statistic().abs(),
        unit: "standard errors of the difference of the means",
        p_value,
    })
}
