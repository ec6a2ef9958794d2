use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::super::BinaryScores;
use super::super::parallel::{ROWS, weighted_sums};
use crate::distribution::normal_isf;
use crate::interval::{Interval, proper_share};
use crate::{Error, Result};

const WHAT: &str = "recalibration";
/// Newton's method doubles its digits with each step; a fit that takes more has gone astray.
const MOST_STEPS: usize = 100;

/// The line in log-odds that would make the probabilities right:
/// `logit P(positive) = intercept + slope · logit(score)`.
///
/// A calibrated model has intercept 0 and slope 1. A slope below 1 says that scores are too
/// extreme, as those of a model that has learnt too much by heart; above 1, too timid.
///
/// Standard errors take rows as independent, and a weight as so many equal rows.
///
/// # Source
/// Cox, *Biometrika* 45 (1958), by maximum likelihood; equal to a binomial GLM of statsmodels
/// 0.15. It exists exactly if scores overlap between classes: Albert and Anderson,
/// *Biometrika* 71 (1984).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recalibration {
    /// 0 if calibrated (and the slope is 1).
    pub intercept: f64,
    /// Standard error of the intercept.
    pub intercept_error: f64,
    /// 1 if calibrated.
    pub slope: f64,
    /// Standard error of the slope; 0 if it was fixed.
    pub slope_error: f64,
}

impl Recalibration {
    /// Wald interval of the intercept.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the level is not within 0..1.
    pub fn intercept_interval(&self, level: f64) -> Result<Interval> {
        wald(self.intercept, self.intercept_error, level)
    }

    /// Wald interval of the slope.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the level is not within 0..1.
    pub fn slope_interval(&self, level: f64) -> Result<Interval> {
        wald(self.slope, self.slope_error, level)
    }

    /// What a score should have been.
    pub fn apply(&self, score: f64) -> f64 {
        logistic(self.intercept + self.slope * log_odds(score))
    }
}

fn wald(value: f64, error: f64, level: f64) -> Result<Interval> {
    proper_share("level", level)?;
    let half = normal_isf(0.5 * (1.0 - level)) * error;
    Ok(Interval { level, lower: value - half, upper: value + half })
}

impl BinaryScores<'_> {
    /// Calibration intercept and slope, fitted together.
    ///
    /// Newton's method from the positive rate, each step O(n) in parallel; some six steps.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1. [`Error::Undefined`] if a score is 0 or
    /// 1, whose log-odds are infinite, if only one class has weight, if scores are constant, or
    /// if a score separates the classes: there is no best line then.
    ///
    /// ```
    /// use mlops_stats::classification::BinaryScores;
    /// let labels = [false, false, true, false, true, true, false, true];
    /// let scores = [0.01, 0.05, 0.1, 0.4, 0.6, 0.9, 0.95, 0.99];
    /// let line = BinaryScores::new(&labels, &scores)?.recalibration()?;
    /// assert!(line.slope < 1.0, "bolder than right: {line:?}");
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn recalibration(&self) -> Result<Recalibration> {
        let log_odds = self.log_odds()?;
        self.overlap()?;
        self.newton(&log_odds, true)
    }

    /// Calibration in the large: the intercept with the slope fixed at 1. Above 0, the model
    /// says too little.
    ///
    /// # Errors
    /// As [`recalibration`](Self::recalibration), but that constant scores and separate classes
    /// are in order.
    pub fn recalibration_in_the_large(&self) -> Result<Recalibration> {
        let log_odds = self.log_odds()?;
        let rate = self.positive_rate()?;
        if rate <= 0.0 || rate >= 1.0 {
            return Err(Error::undefined(WHAT, self.one_class()));
        }
        self.newton(&log_odds, false)
    }

    /// Of each row; of rows without weight they may be infinite.
    pub(crate) fn log_odds(&self) -> Result<Vec<f64>> {
        self.probabilities()?;
        let infinite = |row: &usize| {
            self.weight(*row) > 0.0 && (self.scores()[*row] <= 0.0 || self.scores()[*row] >= 1.0)
        };
        if let Some(row) = (0..self.rows()).find(infinite) {
            let more = (row..self.rows()).filter(infinite).count();
            let reason = format!("{more} scores are 0 or 1, as scores[{row}]: their log-odds are infinite");
            return Err(Error::undefined(WHAT, reason));
        }
        Ok(self.scores().par_iter().map(|score| log_odds(*score)).collect())
    }

    /// Refuses rows for which no finite line is best.
    fn overlap(&self) -> Result<()> {
        let (mut lowest, mut highest) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for row in (0..self.rows()).filter(|row| self.weight(*row) > 0.0) {
            let (class, score) = (usize::from(self.labels()[row]), self.scores()[row]);
            lowest[class] = lowest[class].min(score);
            highest[class] = highest[class].max(score);
        }
        if lowest.contains(&f64::INFINITY) {
            return Err(Error::undefined(WHAT, self.one_class()));
        }
        if lowest[0].min(lowest[1]) >= highest[0].max(highest[1]) {
            return Err(Error::undefined(WHAT, format!("all scores are {}", lowest[0])));
        }
        if highest[0] <= lowest[1] || highest[1] <= lowest[0] {
            let at = if highest[0] <= lowest[1] { highest[0] } else { highest[1] };
            return Err(Error::undefined(WHAT, format!("a score of {at} separates the classes")));
        }
        Ok(())
    }

    /// Where to begin: the positive rate for every row, or on average. The likelihood is never
    /// flat there, as it may be at the calibrated line.
    fn constant(&self, log_odds: &[f64], with_slope: bool) -> Result<[f64; 2]> {
        let rate = super::recalibration::log_odds(self.positive_rate()?);
        if with_slope {
            return Ok([rate, 0.0]);
        }
        let of_row = |row: usize| if self.weight(row) > 0.0 { log_odds[row] } else { 0.0 };
        let (total, weight) = weighted_sums(self.rows(), |row| self.weight(row), of_row);
        Ok([rate - total / weight, 1.0])
    }

    fn newton(&self, log_odds: &[f64], with_slope: bool) -> Result<Recalibration> {
        let at = |line: [f64; 2]| {
            let of_chunk = |start: usize| {
                let mut sums = Newton::default();
                let chunk = start..self.rows().min(start + ROWS);
                for (row, x) in chunk.clone().zip(&log_odds[chunk]) {
                    let weight = self.weight(row);
                    if weight > 0.0 {
                        sums.count(self.labels()[row], *x, weight, line);
                    }
                }
                sums
            };
            let parts: Vec<Newton> = (0..self.rows()).into_par_iter().step_by(ROWS).map(of_chunk).collect();
            let mut sums = Newton::default();
            for part in &parts {
                sums.add(part, 1.0);
            }
            sums
        };
        let mut line = self.constant(log_odds, with_slope)?;
        let mut here = at(line);
        for _ in 0..MOST_STEPS {
            let Some(step) = here.step(with_slope) else {
                return Err(Error::undefined(WHAT, "the likelihood is flat"));
            };
            // What the likelihood can still gain, to second order, against what it is.
            let gain = step[0] * here.gradient[0] + step[1] * here.gradient[1];
            let settled = gain.abs() <= 1e-20 * here.loss.abs().max(1.0);
            let mut scale = 1.0;
            let (next, there) = loop {
                let next = [line[0] + scale * step[0], line[1] + scale * step[1]];
                let there = at(next);
                // The likelihood has one peak: a step that overshoots is cut in half.
                if settled || there.loss <= here.loss * (1.0 + 1e-14) || scale < 1e-10 {
                    break (next, there);
                }
                scale *= 0.5;
            };
            (line, here) = (next, there);
            if settled {
                return here
                    .finish(line, with_slope)
                    .ok_or_else(|| Error::undefined(WHAT, "the likelihood is flat"));
            }
        }
        Err(Error::undefined(WHAT, format!("no line was found in {MOST_STEPS} steps")))
    }
}

/// Log-odds of a probability: `ln(p / (1 − p))`.
pub(crate) fn log_odds(score: f64) -> f64 {
    score.ln() - (-score).ln_1p()
}

fn logistic(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + (-log_odds).exp())
    } else {
        let odds = log_odds.exp();
        odds / (1.0 + odds)
    }
}

/// Negative log-likelihood of a line, its gradient (uphill) and its curvature.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Newton {
    loss: f64,
    gradient: [f64; 2],
    /// Of the intercept, of both, of the slope.
    curvature: [f64; 3],
}

impl Newton {
    pub(crate) fn count(&mut self, label: bool, x: f64, weight: f64, line: [f64; 2]) {
        let z = line[0] + line[1] * x;
        let p = logistic(z);
        let toward = if label { z } else { -z };
        // ln(1 + e^-z) without overflow.
        self.loss += weight * ((-toward.abs()).exp().ln_1p() + (-toward).max(0.0));
        let excess = weight * (f64::from(u8::from(label)) - p);
        let curve = weight * p * (1.0 - p);
        self.gradient[0] += excess;
        self.gradient[1] += excess * x;
        self.curvature[0] += curve;
        self.curvature[1] += curve * x;
        self.curvature[2] += curve * x * x;
    }

    pub(crate) fn add(&mut self, other: &Self, times: f64) {
        self.loss += times * other.loss;
        for (here, there) in self.gradient.iter_mut().zip(other.gradient) {
            *here += times * there;
        }
        for (here, there) in self.curvature.iter_mut().zip(other.curvature) {
            *here += times * there;
        }
    }

    /// Where the peak is, as far as slope and curvature tell; `None` if it has none.
    pub(crate) fn step(&self, with_slope: bool) -> Option<[f64; 2]> {
        let [g0, g1] = self.gradient;
        let [a, b, c] = self.curvature;
        let step = if with_slope {
            let determinant = a * c - b * b;
            [(c * g0 - b * g1) / determinant, (a * g1 - b * g0) / determinant]
        } else {
            [g0 / a, 0.0]
        };
        step.iter().all(|part| part.is_finite()).then_some(step)
    }

    fn finish(&self, line: [f64; 2], with_slope: bool) -> Option<Recalibration> {
        let [a, b, c] = self.curvature;
        let (of_intercept, of_slope) =
            if with_slope { (c / (a * c - b * b), a / (a * c - b * b)) } else { (1.0 / a, 0.0) };
        let (intercept_error, slope_error) = (of_intercept.sqrt(), of_slope.sqrt());
        (intercept_error.is_finite() && slope_error.is_finite()).then_some(Recalibration {
            intercept: line[0],
            intercept_error,
            slope: line[1],
            slope_error,
        })
    }
}
