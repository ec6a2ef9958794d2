use crate::error::all_finite;
use crate::regression::checked_weights;
use crate::sum::sum;
use crate::{Error, Result};

/// Lists of items, each item with its relevance and the score of a model, such as the
/// results of queries or the labels of documents; checked once, every metric is a method.
///
/// Lists may have different lengths. Metrics are means over lists; a weight may be given
/// to each.
///
/// ```
/// use mlops_stats::ranking::{Gain, RankedLists};
/// let relevance = [[3.0, 2.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]];
/// let scores = [[0.9, 0.2, 0.5, 0.4], [0.1, 0.8, 0.3, 0.2]];
/// let lists = RankedLists::new(&relevance, &scores)?;
/// assert!((lists.ndcg(&Gain::default())? - 0.957_946).abs() < 1e-6);
/// assert_eq!(lists.mean_reciprocal_rank()?, 1.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RankedLists<'a> {
    lists: Vec<(&'a [f64], &'a [f64])>,
    weights: Option<&'a [f64]>,
}

impl<'a> RankedLists<'a> {
    /// One relevance and one score an item. O(n).
    ///
    /// # Errors
    /// [`Error::Shape`] without lists, for an empty one, or if lengths differ,
    /// [`Error::Value`] for what is not finite.
    pub fn new<R: AsRef<[f64]>, S: AsRef<[f64]>>(relevance: &'a [R], scores: &'a [S]) -> Result<Self> {
        crate::error::same_length("lists of scores", scores.len(), "lists of relevance", relevance.len())?;
        if relevance.is_empty() {
            return Err(Error::Shape { what: "lists", found: 0, expected: "at least 1".to_owned() });
        }
        let mut lists = Vec::with_capacity(relevance.len());
        for (relevance, scores) in relevance.iter().zip(scores) {
            let (relevance, scores) = (relevance.as_ref(), scores.as_ref());
            crate::error::same_length("scores", scores.len(), "relevance", relevance.len())?;
            all_finite("relevance", relevance)?;
            all_finite("scores", scores)?;
            lists.push((relevance, scores));
        }
        Ok(Self { lists, weights: None })
    }

    /// The same lists with a weight each.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one weight a list, [`Error::Value`] for one that is
    /// negative or not finite, [`Error::Undefined`] if all are 0.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        checked_weights(weights, "lists", self.lists.len())?;
        Ok(Self { weights: Some(weights), ..self })
    }

    /// How many lists; at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always at least one list")]
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Weighted mean over lists of something of each, given relevance and scores.
    pub(super) fn mean(&self, mut of_list: impl FnMut(&[f64], &[f64]) -> Result<f64>) -> Result<f64> {
        let values = self.lists.iter().map(|(relevance, scores)| of_list(relevance, scores));
        let values = values.collect::<Result<Vec<f64>>>()?;
        Ok(match self.weights {
            None => sum(values.iter().copied()) / values.len() as f64,
            Some(weights) => {
                sum(values.iter().zip(weights).map(|(value, weight)| value * weight))
                    / sum(weights.iter().copied())
            }
        })
    }

    /// Refuses a list of fewer items.
    pub(super) fn at_least(&self, items: usize) -> Result<()> {
        match self.lists.iter().find(|(relevance, _)| relevance.len() < items) {
            None => Ok(()),
            Some((short, _)) => {
                let expected = format!("at least {items}");
                Err(Error::Shape { what: "a list", found: short.len(), expected })
            }
        }
    }

    /// Refuses a relevance that does not fit.
    pub(super) fn relevance_fits(&self, fits: impl Fn(f64) -> bool, expected: &'static str) -> Result<()> {
        for (relevance, _) in &self.lists {
            if let Some(index) = relevance.iter().position(|value| !fits(*value)) {
                return Err(Error::Value { what: "relevance", index, value: relevance[index], expected });
            }
        }
        Ok(())
    }
}

/// Places of a list in descending order of scores; of equal scores the earlier first.
pub(super) fn descending(scores: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]));
    order
}
