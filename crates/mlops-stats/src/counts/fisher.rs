use crate::{Alternative, Error, Result};

/// Tables this much likelier than the observed one still count as no likelier: they differ
/// by rounding only.
const EQUAL: f64 = 1.0 + 1e-10;

/// Fisher's exact test that two samples have the same share of something.
///
/// Exact for the smallest counts, where a chi-square test alarms far too often. A table
/// with an empty row or column can't differ: its p-value is 1. `O(smallest sum)` at most.
///
/// ```
/// use mlops_stats::{Alternative, counts::FisherExact};
/// // 2 of 30 rows are missing now, 10 of 100,000 were.
/// let test = FisherExact::new((10, 99_990), (2, 28))?;
/// assert!(test.p_value(Alternative::TwoSided) < 1e-4);
/// assert!(test.odds_ratio()? < 0.002);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Fisher, *The logic of inductive inference* (1935). Two-sided the sum of all tables with
/// the same margins that are at most as likely; agrees with `scipy.stats.fisher_exact`
/// (1.17) on tables of two by two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FisherExact {
    reference: (u64, u64),
    current: (u64, u64),
}

impl FisherExact {
    /// The rows of each sample that have it and that do not.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the counts sum to more than 2⁵³.
    pub fn new(reference: (u64, u64), current: (u64, u64)) -> Result<Self> {
        let counts = [reference.1, current.0, current.1];
        let total = counts.iter().try_fold(reference.0, |sum, count| sum.checked_add(*count));
        if total.is_none_or(|total| total > 1 << 53) {
            let expected = "at most 2^53 rows";
            return Err(Error::Parameter { what: "the sum of the counts", value: f64::INFINITY, expected });
        }
        Ok(Self { reference, current })
    }

    /// The odds of the reference over those of the current sample; infinite if one of
    /// those that stand below is 0.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a row or a column of the table is empty.
    pub fn odds_ratio(&self) -> Result<f64> {
        let [(a, b), (c, d)] = [self.reference, self.current];
        if [a + b, c + d, a + c, b + d].contains(&0) {
            return Err(Error::undefined("odds ratio", "a row or column of the table is empty"));
        }
        if b == 0 || c == 0 {
            return Ok(f64::INFINITY);
        }
        Ok(a as f64 * d as f64 / (b as f64 * c as f64))
    }

    /// How likely a table this uneven is, in a direction ([`Alternative::Less`]: so few in
    /// the reference) or in either.
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        let (reference, current) = (self.reference, self.current);
        let (rows, yes) = (reference.0 + reference.1, reference.0 + current.0);
        let total = rows + current.0 + current.1;
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
        let above = walk(likeliest, highest, up, |k| k + 1);
        let below = walk(likeliest, lowest, |k| 1.0 / up(k - 1), |k| k - 1);
        // Small ones first.
        let all: f64 = above.iter().rev().sum::<f64>() + below[1..].iter().rev().sum::<f64>();
        // From the observed count outwards; the likeliest stands at the start of both.
        let from = |weights: &[f64], start: u64| -> f64 {
            let start = usize::try_from(start).unwrap_or(usize::MAX);
            weights.get(start..).unwrap_or_default().iter().rev().sum()
        };
        let share = match alternative {
            Alternative::Less if observed <= likeliest => from(&below, likeliest - observed) / all,
            Alternative::Less => 1.0 - from(&above, observed - likeliest + 1) / all,
            Alternative::Greater if observed >= likeliest => from(&above, observed - likeliest) / all,
            Alternative::Greater => 1.0 - from(&below, likeliest - observed + 1) / all,
            Alternative::TwoSided => {
                let side = if observed >= likeliest { &above } else { &below };
                let index = usize::try_from(observed.abs_diff(likeliest)).unwrap_or(usize::MAX);
                let limit = side.get(index).copied().unwrap_or(0.0) * EQUAL;
                let both = above.iter().chain(&below[1..]).rev();
                both.filter(|weight| **weight <= limit).sum::<f64>() / all
            }
        };
        share.clamp(0.0, 1.0)
    }
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
