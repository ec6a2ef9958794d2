use mlops_stats::interval::Interval;
use mlops_stats::paired::AreaEstimate;
use statrs::distribution::{ContinuousCDF as _, Normal};

/// How often a row of the current side has a larger score than one of the reference, and
/// how sure that is, over folds that were each scored by a model of their own.
///
/// The areas of the folds are not independent: what is alike by chance in two folds is learned
/// from each and rewarded in the other. Without a difference between the sides this
/// doubles the variance (the area is then a sum over pairs of folds, and each pair counts
/// twice), and an interval that ignores it alarms in one of ten cases instead of one of forty.
///
/// # Source
/// Nadeau and Bengio, *Inference for the generalization error* (2003): the variance of the
/// mean grows by `1 + folds · tested / trained`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct FoldedAuc {
    sum: f64,
    variance: f64,
    chance: f64,
    folds: f64,
}

impl FoldedAuc {
    /// Adds a fold. Nothing if a side has fewer than two scores.
    pub(crate) fn add(&mut self, is_current: &[bool], scores: &[f64]) {
        let Ok(found) = AreaEstimate::of(is_current, scores) else { return };
        let m = is_current.iter().filter(|current| **current).count() as f64;
        let n = is_current.len() as f64 - m;
        self.sum += found.area();
        self.variance += found.variance();
        // Of the Mann–Whitney statistic, if the sides do not differ.
        self.chance += (n + m + 1.0) / (12.0 * n * m);
        self.folds += 1.0;
    }

    /// The mean over the folds; 0.5 without one.
    pub(crate) fn value(&self) -> f64 {
        if self.folds > 0.0 { self.sum / self.folds } else { 0.5 }
    }

    /// Of the mean, from the sum of the folds' own variances.
    fn standard_error(&self, variance: f64) -> f64 {
        let together = 1.0 + self.folds / (self.folds - 1.0).max(1.0);
        (variance * together).sqrt() / self.folds.max(1.0)
    }

    pub(crate) fn interval(&self, level: f64) -> Interval {
        let away = quantile(f64::midpoint(level, 1.0)) * self.standard_error(self.variance);
        let end = |value: f64| value.clamp(0.0, 1.0);
        Interval { level, lower: end(self.value() - away), upper: end(self.value() + away) }
    }

    /// How likely so large an area is if the sides do not differ.
    pub(crate) fn p_value(&self) -> f64 {
        let error = self.standard_error(self.chance);
        if error > 0.0 { Normal::standard().sf((self.value() - 0.5) / error) } else { 1.0 }
    }
}

/// Below which value a standard normal one lies in this share of cases.
pub(crate) fn quantile(share: f64) -> f64 {
    Normal::standard().inverse_cdf(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_half() {
        let mut auc = FoldedAuc::default();
        assert_eq!((auc.value(), auc.p_value()), (0.5, 1.0));
        auc.add(&[true; 3], &[1.0, 2.0, 3.0]);
        assert_eq!(auc.value(), 0.5, "one side alone says nothing");
        let is_current = [false, false, true, true];
        auc.add(&is_current, &[1.0, 2.0, 1.0, 2.0]);
        auc.add(&is_current, &[1.0, 2.0, 1.0, 2.0]);
        assert!((auc.p_value() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn folds_see_each_other() {
        let scores: Vec<f64> = (0..40).map(|row| f64::from(row * 7 % 40)).collect();
        let is_current: Vec<bool> = (0..40).map(|row| row % 3 == 0).collect();
        let alone = AreaEstimate::of(&is_current, &scores).unwrap();
        let mut auc = FoldedAuc::default();
        (0..5).for_each(|_| auc.add(&is_current, &scores));
        let found = auc.interval(0.95);
        let expected = 1.959_963_985 * (alone.variance() / 5.0 * 2.25).sqrt();
        assert!((found.upper - alone.area() - expected).abs() < 1e-9, "{found:?} {expected}");
    }
}
