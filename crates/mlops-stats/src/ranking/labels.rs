use crate::Result;

use super::RankedLists;

/// Lists as the labels of one row each: a relevance of 1 for those that apply, 0 for others.
/// Equal to the functions of `scikit-learn` 1.9. Each is `O(n log n)` in the items.
///
/// # Source
/// Tsoumakas, Katakis and Vlahavas, *Mining Multi-label Data* (2010).
impl RankedLists<'_> {
    /// Label ranking average precision: for each label that applies, the share of such
    /// labels among those scored at least as high; 1 is perfect, as is a list where all or
    /// no labels apply.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) for a relevance other than 0 and 1.
    pub fn label_ranking_average_precision(&self) -> Result<f64> {
        self.zero_or_one()?;
        self.mean(|relevance, scores| {
            let (applying, others) = split(relevance, scores);
            if applying.is_empty() || others.is_empty() {
                return Ok(1.0);
            }
            let precision = |score: &f64| {
                let hits = at_least(&applying, *score);
                hits as f64 / (hits + at_least(&others, *score)) as f64
            };
            Ok(applying.iter().map(precision).sum::<f64>() / applying.len() as f64)
        })
    }

    /// Coverage error: how far down the list one must go for all labels that apply; 0 for a
    /// list without any.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) for a relevance other than 0 and 1,
    /// [`Error::Shape`](crate::Error::Shape) for a list of one label.
    pub fn coverage_error(&self) -> Result<f64> {
        self.at_least(2)?;
        self.zero_or_one()?;
        self.mean(|relevance, scores| {
            let (applying, others) = split(relevance, scores);
            let Some(lowest) = applying.first() else { return Ok(0.0) };
            Ok((applying.len() + at_least(&others, *lowest)) as f64)
        })
    }

    /// Label ranking loss: the share of pairs of a label that applies and one that does not
    /// where the latter is scored at least as high; 0 for a list where all or no labels apply.
    ///
    /// # Errors
    /// As [`coverage_error`](Self::coverage_error).
    pub fn label_ranking_loss(&self) -> Result<f64> {
        self.at_least(2)?;
        self.zero_or_one()?;
        self.mean(|relevance, scores| {
            let (applying, others) = split(relevance, scores);
            if applying.is_empty() || others.is_empty() {
                return Ok(0.0);
            }
            let wrong: usize = applying.iter().map(|score| at_least(&others, *score)).sum();
            Ok(wrong as f64 / (applying.len() as f64 * others.len() as f64))
        })
    }

    fn zero_or_one(&self) -> Result<()> {
        self.relevance_fits(|value| value == 0.0 || value.total_cmp(&1.0).is_eq(), "0 or 1")
    }
}

/// Scores of the labels that apply and of the others, ascending.
fn split(relevance: &[f64], scores: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let of = |applies: bool| {
        let mut scores: Vec<f64> = relevance
            .iter()
            .zip(scores)
            .filter(|(relevance, _)| (**relevance > 0.0) == applies)
            // The two zeros are one score.
            .map(|(_, score)| score + 0.0)
            .collect();
        scores.sort_unstable_by(f64::total_cmp);
        scores
    };
    (of(true), of(false))
}

/// How many of the ascending scores are at least this.
fn at_least(ascending: &[f64], score: f64) -> usize {
    ascending.len() - ascending.partition_point(|other| *other < score)
}
