use crate::{Error, Result};

/// Weights this much above the observed one still count as equal, as in `SciPy`: they
/// differ by rounding only.
const EQUAL: f64 = 1.0 + 1e-7;

/// Fisher's exact test that two samples have the same share of something, two-sided:
/// `yes` and `no` count the rows of each sample that have it and that do not.
///
/// Exact for the smallest counts, where a chi-square test alarms far too often. A table
/// with an empty row or column can't differ: 1. `O(smallest sum)` at most.
///
/// # Errors
/// [`Error::Parameter`] if the counts sum to more than 2⁵³.
///
/// # Source
/// Fisher, *The logic of inductive inference* (1935). The sum of all tables with the same
/// margins that are at most as likely; agrees with `scipy.stats.fisher_exact` (1.17).
///
/// ```
/// use mlops_stats::two_sample::fisher_exact;
/// // 2 of 30 rows are missing now, 10 of 100,000 were.
/// assert!(fisher_exact((10, 99_990), (2, 28))? < 1e-4);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn fisher_exact(reference: (u64, u64), current: (u64, u64)) -> Result<f64> {
    let total =
        [reference.1, current.0, current.1].iter().try_fold(reference.0, |sum, n| sum.checked_add(*n));
    let Some(total) = total.filter(|total| *total <= 1 << 53) else {
        let expected = "at most 2^53 rows";
        return Err(Error::Parameter { what: "the sum of the counts", value: f64::INFINITY, expected });
    };
    let (rows, yes) = (reference.0 + reference.1, reference.0 + current.0);
    let lowest = (rows + yes).saturating_sub(total);
    let highest = rows.min(yes);
    let observed = reference.0;
    // Weights are relative to the likeliest table, so that they neither overflow nor need logarithms.
    let likeliest = ((rows + 1) as f64 * (yes + 1) as f64 / (total + 2) as f64).floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 2^53 and not negative"
    )]
    let likeliest = (likeliest as u64).clamp(lowest, highest);
    let up = |k: u64| {
        (rows - k) as f64 * (yes - k) as f64 / ((k + 1) as f64 * (total + k + 1 - rows - yes) as f64)
    };
    let weights_up = walk(likeliest, highest, up, |k| k + 1);
    let weights_down = walk(likeliest, lowest, |k| 1.0 / up(k - 1), |k| k - 1);
    let distance = observed.abs_diff(likeliest);
    let side = if observed >= likeliest { &weights_up } else { &weights_down };
    let index = usize::try_from(distance).unwrap_or(usize::MAX);
    let limit = side.get(index).copied().unwrap_or(0.0) * EQUAL;
    let both = || weights_up.iter().chain(&weights_down[1..]).rev();
    let rare: f64 = both().filter(|weight| **weight <= limit).sum();
    Ok((rare / both().sum::<f64>()).min(1.0))
}

/// The weights from the likeliest count (1) to `end`, or until they vanish.
fn walk(start: u64, end: u64, ratio: impl Fn(u64) -> f64, step: impl Fn(u64) -> u64) -> Vec<f64> {
    let (mut weights, mut weight, mut k) = (vec![1.0], 1.0_f64, start);
    while k != end {
        weight *= ratio(k);
        if weight <= 0.0 {
            break;
        }
        weights.push(weight);
        k = step(k);
    }
    weights
}
