use crate::{Error, Result};

use super::RankedLists;
use super::lists::descending;

/// How far down a list gain counts, and how fast it loses value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the settings that the metric has")]
pub struct Gain {
    /// Only this many items of the top count; `None` for all.
    pub top: Option<usize>,
    /// An item at rank `r` counts `1 / log(r + 1)` to this base.
    pub log_base: f64,
    /// Whether equal scores are ranked as they come, instead of averaged over all their
    /// orders. Faster; of equal scores the later item is then first, as in `scikit-learn`.
    pub ignore_ties: bool,
}

impl Default for Gain {
    fn default() -> Self {
        Self { top: None, log_base: 2.0, ignore_ties: false }
    }
}

/// Discounted gain. Each metric is `O(n log n)` in the items.
///
/// # Source
/// Järvelin and Kekäläinen, *ACM TOIS* 20 (2002), ties averaged by `McSherry` and Najork,
/// *ECIR* (2008); equal to `dcg_score` and `ndcg_score` of `scikit-learn` 1.9.
impl RankedLists<'_> {
    /// Mean discounted cumulative gain.
    ///
    /// # Errors
    /// [`Error::Shape`] for a list of one item, [`Error::Parameter`] for `top` 0 or a base
    /// that is not above 0, or is 1.
    pub fn dcg(&self, gain: &Gain) -> Result<f64> {
        check(gain)?;
        self.at_least(2)?;
        self.mean(|relevance, scores| Ok(dcg_of(relevance, scores, gain)))
    }

    /// Mean normalised discounted cumulative gain: the gain as a share of that of the best
    /// order. 0 for a list without relevant items. The base cancels.
    ///
    /// # Errors
    /// As [`dcg`](Self::dcg); [`Error::Value`] for a negative relevance.
    pub fn ndcg(&self, gain: &Gain) -> Result<f64> {
        check(gain)?;
        self.relevance_fits(|value| value >= 0.0, "at least 0")?;
        self.at_least(2)?;
        self.mean(|relevance, scores| {
            let best = dcg_of(relevance, relevance, &Gain { ignore_ties: true, ..*gain });
            Ok(if best == 0.0 { 0.0 } else { dcg_of(relevance, scores, gain) / best })
        })
    }
}

fn check(gain: &Gain) -> Result<()> {
    if gain.top == Some(0) {
        return Err(Error::Parameter { what: "top", value: 0.0, expected: "at least 1" });
    }
    let base = gain.log_base;
    if base > 0.0 && base.is_finite() && base.ln() != 0.0 {
        Ok(())
    } else {
        Err(Error::Parameter { what: "log base", value: base, expected: "above 0 and not 1" })
    }
}

fn dcg_of(relevance: &[f64], scores: &[f64], gain: &Gain) -> f64 {
    let mut order = descending(scores);
    let top = gain.top.unwrap_or(usize::MAX);
    let scale = gain.log_base.ln();
    let discount = |rank: usize| if rank < top { scale / (rank as f64 + 2.0).ln() } else { 0.0 };
    #[expect(clippy::float_cmp, reason = "a tie is the same score")]
    let ties = order.chunk_by_mut(|left, right| scores[*left] == scores[*right]);
    let (mut rank, mut total) = (0, 0.0);
    for tie in ties {
        if gain.ignore_ties {
            tie.reverse();
            total +=
                tie.iter().enumerate().map(|(i, item)| relevance[*item] * discount(rank + i)).sum::<f64>();
        } else {
            let mean = tie.iter().map(|item| relevance[*item]).sum::<f64>() / tie.len() as f64;
            total += mean * (rank..rank + tie.len()).map(discount).sum::<f64>();
        }
        rank += tie.len();
    }
    total
}
