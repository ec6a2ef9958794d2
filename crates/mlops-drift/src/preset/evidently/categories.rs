//! Tests of the counts of categories.

use mlops_stats::counts::{ContingencyTable, GoodnessOfFit, PowerDivergence};

use super::counts::Counts;
use super::{Found, StatTest, undefined};
use crate::test::same_share;
use crate::{Error, Result};

/// `chisquare` and `g_test`: whether the current counts fit the shares of the reference.
///
/// Those are taken as known for certain, although they were counted too: with as many rows on
/// both sides the statistic is twice what chance makes of it. A category that the reference
/// does not have can't occur at all then: the p-value is 0.
///
/// # Errors
/// [`Error::Undefined`] for one category alone.
pub(super) fn goodness_of_fit(test: StatTest, counts: &Counts) -> Result<Found> {
    if counts.len() == 1 {
        return Err(Error::undefined(test.name(), "one category alone always fits"));
    }
    let (n, m) = counts.rows();
    let (reference, observed) = counts.weights();
    let expected: Vec<f64> = reference.iter().map(|count| count * (m as f64 / n as f64)).collect();
    let divergence =
        if test == StatTest::GTest { PowerDivergence::LOG_LIKELIHOOD } else { PowerDivergence::PEARSON };
    let fit = GoodnessOfFit::of(&observed, &expected, divergence).map_err(undefined(test))?;
    let p_value = fit.p_value(0).map_err(undefined(test))?;
    let unit = if test == StatTest::GTest { "(G statistic)" } else { "(chi-square statistic)" };
    Ok(Found { effect: fit.statistic(), unit, p_value: Some(p_value) })
}

/// `z`: whether the share of the first category is another.
///
/// All other categories are taken together. `Pair` brings the names in their order, as
/// Evidently sorts them. Pooled and two-sided, without a correction for continuity: the square
/// of its statistic is that of a chi-square test of the two by two table.
pub(super) fn proportions(counts: &Counts) -> Result<Found> {
    let of_first = |counts: &[u64]| [counts[0], counts[1..].iter().sum()];
    let (r, c) = (of_first(&counts.reference), of_first(&counts.current));
    let share = |counts: [u64; 2]| counts[0] as f64 / (counts[0] + counts[1]) as f64;
    let effect = (share(c) - share(r)).abs();
    // One category alone on both sides can't have another share.
    let constant = counts.len() == 1;
    let p_value = if constant {
        1.0
    } else {
        let table = ContingencyTable::of_samples(&r, &c).and_then(|table| table.chi_square());
        table.map_err(undefined(StatTest::Proportions))?.p_value()
    };
    Ok(Found { effect, unit: "of the rows are in another category", p_value: Some(p_value) })
}

/// `fisher_exact`: whether two categories have other shares; from an expected count of a
/// million on by the z-test.
///
/// # Errors
/// [`Error::Undefined`] for more than two categories. Evidently also refuses sides of
/// different lengths, for which the test is as good.
pub(super) fn fisher(counts: &Counts) -> Result<Found> {
    let of_two = |counts: &[u64]| match *counts {
        [only] => Some((only, 0)),
        [first, second] => Some((first, second)),
        _ => None,
    };
    let (Some(r), Some(c)) = (of_two(&counts.reference), of_two(&counts.current)) else {
        let reason = format!("it is for 2 categories, here are {}", counts.len());
        return Err(Error::undefined(StatTest::Fisher.name(), reason));
    };
    let share = |(first, second): (u64, u64)| first as f64 / (first + second) as f64;
    let p_value = same_share(r, c);
    let effect = (share(c) - share(r)).abs();
    Ok(Found { effect, unit: "of the rows are in another category", p_value: Some(p_value) })
}
