use crate::{Error, Result};

use super::RankedLists;
use super::lists::descending;

/// What is at the top of the lists. An item is relevant if its relevance is above 0; of
/// equal scores the earlier item is first. Each is `O(n log n)` in the items.
impl RankedLists<'_> {
    /// The share of lists with a relevant item among the first `k`.
    ///
    /// # Errors
    /// [`Error::Parameter`] for `k` 0.
    pub fn hit_rate(&self, k: usize) -> Result<f64> {
        self.of_top(k, |hits, _, _| f64::from(u8::from(hits > 0)))
    }

    /// Mean share of relevant items among the first `k`. Places that a shorter list does
    /// not have count as not relevant.
    ///
    /// # Errors
    /// [`Error::Parameter`] for `k` 0.
    pub fn precision_at(&self, k: usize) -> Result<f64> {
        self.of_top(k, |hits, _, k| hits as f64 / k as f64)
    }

    /// Mean share of the relevant items that are among the first `k`; 0 for a list without any.
    ///
    /// # Errors
    /// [`Error::Parameter`] for `k` 0.
    pub fn recall_at(&self, k: usize) -> Result<f64> {
        self.of_top(k, |hits, relevant, _| if relevant == 0 { 0.0 } else { hits as f64 / relevant as f64 })
    }

    /// Mean of one over the rank of the first relevant item; 0 for a list without any.
    ///
    /// # Errors
    /// None at present; a `Result` as its neighbours.
    pub fn mean_reciprocal_rank(&self) -> Result<f64> {
        self.mean(|relevance, scores| {
            let first = descending(scores).iter().position(|item| relevance[*item] > 0.0);
            Ok(first.map_or(0.0, |place| 1.0 / (place + 1) as f64))
        })
    }

    fn of_top(&self, k: usize, of: impl Fn(usize, usize, usize) -> f64) -> Result<f64> {
        if k == 0 {
            return Err(Error::Parameter { what: "k", value: 0.0, expected: "at least 1" });
        }
        self.mean(|relevance, scores| {
            let hits = descending(scores).iter().take(k).filter(|item| relevance[**item] > 0.0).count();
            let relevant = relevance.iter().filter(|value| **value > 0.0).count();
            Ok(of(hits, relevant, k))
        })
    }
}
