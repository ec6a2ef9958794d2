use mlops_stats::Random;
use mlops_stats::interval::Interval;

use super::FoldedAuc;
use crate::report::Magnitude;
use crate::{Decision, Error, Measurement, Result};

/// From when on an area matters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AucRule {
    pub(crate) folds: usize,
    pub(crate) limit: f64,
    pub(crate) level: f64,
}

impl Default for AucRule {
    fn default() -> Self {
        Self { folds: 5, limit: 0.05, level: 0.95 }
    }
}

/// What an area means.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) interval: Interval,
    pub(crate) magnitude: Magnitude,
    pub(crate) reason: String,
}

/// A fold has at least so many rows of each side.
const ROWS_A_FOLD: usize = 4;

impl AucRule {
    pub(crate) fn new(folds: usize, limit: f64, level: f64, max_rows: usize) -> Result<Self> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if folds < 2 {
            return refuse("folds", folds as f64, "at least 2");
        }
        if !(0.0..0.5).contains(&limit) {
            return refuse("limit", limit, "at least 0 and below 0.5");
        }
        if !(level > 0.0 && level < 1.0) {
            return refuse("level", level, "above 0 and below 1");
        }
        if max_rows < folds * ROWS_A_FOLD {
            return refuse("max_rows", max_rows as f64, "at least four a fold");
        }
        Ok(Self { folds, limit, level })
    }

    /// Refuses sides with too few rows to hold any out.
    pub(crate) fn enough(&self, reference: usize, current: usize) -> Result<()> {
        for (window, rows) in [("reference", reference), ("current", current)] {
            if rows == 0 {
                return Err(Error::Empty { window });
            }
            let least = self.folds * ROWS_A_FOLD;
            if rows < least {
                let reason = format!("the {window} window has {rows} rows, at least {least} are needed");
                return Err(Error::undefined("area under the curve", reason));
            }
        }
        Ok(())
    }

    pub(crate) fn judge(&self, auc: &FoldedAuc) -> Judged {
        let interval = auc.interval(self.level);
        let magnitude = if interval.lower > 0.5 + self.limit {
            Magnitude::Material
        } else if interval.lower > 0.5 {
            Magnitude::Slight
        } else {
            Magnitude::None
        };
        let words = match magnitude {
            Magnitude::Material => "a classifier tells the two apart",
            Magnitude::Slight => "a classifier tells the two apart a little",
            Magnitude::None => "a classifier does not tell the two apart",
        };
        let Interval { lower, upper, .. } = interval;
        let reason = format!("{words}: AUC {:.3}, between {lower:.3} and {upper:.3}", auc.value());
        Judged { interval, magnitude, reason }
    }

    /// What decides is how much the area is above 0.5 at the least.
    pub(crate) fn measurement(&self, name: &str, interval: Interval, p_value: f64) -> Measurement {
        let above = |value: f64| value - 0.5;
        let ends = Interval { lower: above(interval.lower), upper: above(interval.upper), ..interval };
        Measurement::new(ends.lower.max(0.0), "of the AUC above 0.5, at the least", self.limit)
            .decided_by(Decision::EffectAtLeast)
            .slight_from(f64::MIN_POSITIVE)
            .p_value(p_value)
            .within(ends)
            .named(name)
    }
}

/// The rows that are looked at, in ascending order: all, or so many drawn at random.
pub(crate) fn sampled(rows: usize, most: usize, seed: u64, stream: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..rows).collect();
    if rows > most {
        let mut random = Random::replicate(seed, stream);
        for place in 0..most {
            all.swap(place, place + random.index(rows - place));
        }
        all.truncate(most);
        all.sort_unstable();
    }
    all
}

/// The fold of each row, those of the reference first; each fold has its share of both sides.
pub(crate) fn folds(reference: usize, current: usize, folds: usize, seed: u64) -> Vec<usize> {
    let side = |rows: usize, stream: u64| {
        let mut of_rows: Vec<usize> = (0..rows).map(|row| row % folds).collect();
        let mut random = Random::replicate(seed, stream);
        for place in (1..rows).rev() {
            of_rows.swap(place, random.index(place + 1));
        }
        of_rows
    };
    [side(reference, 2), side(current, 3)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_even_and_samples_sorted() {
        let of_rows = folds(10, 5, 5, 7);
        assert!((0..5).all(|fold| of_rows[..10].iter().filter(|of| **of == fold).count() == 2));
        let drawn = sampled(100, 30, 7, 0);
        assert!(drawn.len() == 30 && drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert_ne!(drawn, sampled(100, 30, 8, 0));
    }
}
