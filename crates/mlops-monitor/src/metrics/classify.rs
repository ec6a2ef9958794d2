use std::fmt::Debug;

use super::{Error, Result};

/// What a score says, in the words of the label `prediction_type`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "implementors of `Classify` make them")]
pub struct Class<'a> {
    /// Such as `fraud`. Each one is a series for each version: few, and not made from inputs.
    pub prediction_type: &'a str,
    /// How sure the model is of it, 0 to 1; `None` if it does not say.
    pub confidence: Option<f64>,
}

/// Tells what a score says.
///
/// # Contract
/// [`classify`](Self::classify) runs on the path of the request: it is quick and never
/// panics or blocks. Equal scores are of equal classes.
pub trait Classify: Debug + Send + Sync {
    /// What `score` says; `None` if it is no answer of such a model, such as NaN.
    fn classify(&self, score: f64) -> Option<Class<'_>>;

    /// The types known beforehand: their series start at 0 when a version is registered.
    fn prediction_types(&self) -> Vec<&str>;
}

/// Two classes by a threshold on the probability of one of them.
///
/// The confidence is that of the predicted class: the score, or 1 − score. What is not
/// from 0 to 1 is no answer.
///
/// ```
/// use mlops_monitor::metrics::{Class, Classes, Classify};
/// let classes = Classes::new(0.5, "late", "on_time")?;
/// assert_eq!(classes.classify(0.75), Some(Class { prediction_type: "late", confidence: Some(0.75) }));
/// assert_eq!(classes.classify(0.25), Some(Class { prediction_type: "on_time", confidence: Some(0.75) }));
/// assert_eq!(classes.classify(f64::NAN), None);
/// # Ok::<(), mlops_monitor::metrics::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Classes {
    threshold: f64,
    positive: String,
    negative: String,
}

impl Classes {
    /// `positive` from `threshold` on, `negative` below it.
    ///
    /// # Errors
    /// [`Error::Value`] if the threshold is not from 0 to 1.
    pub fn new(threshold: f64, positive: impl Into<String>, negative: impl Into<String>) -> Result<Self> {
        if (0.0..=1.0).contains(&threshold) {
            Ok(Self { threshold, positive: positive.into(), negative: negative.into() })
        } else {
            Err(Error::Value { what: "threshold", value: threshold, expected: "a number from 0 to 1" })
        }
    }
}

impl Classify for Classes {
    fn classify(&self, score: f64) -> Option<Class<'_>> {
        if !(0.0..=1.0).contains(&score) {
            return None;
        }
        Some(if score >= self.threshold {
            Class { prediction_type: &self.positive, confidence: Some(score) }
        } else {
            Class { prediction_type: &self.negative, confidence: Some(1.0 - score) }
        })
    }

    fn prediction_types(&self) -> Vec<&str> {
        vec![&self.positive, &self.negative]
    }
}

/// Answers that are numbers: one type, no confidence. Only a finite number is an answer.
///
/// ```
/// use mlops_monitor::metrics::{Class, Classify, Values};
/// assert_eq!(Values.classify(41.5), Some(Class { prediction_type: "value", confidence: None }));
/// assert_eq!(Values.classify(f64::INFINITY), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to it")]
pub struct Values;

impl Classify for Values {
    fn classify(&self, score: f64) -> Option<Class<'_>> {
        score.is_finite().then_some(Class { prediction_type: "value", confidence: None })
    }

    fn prediction_types(&self) -> Vec<&str> {
        vec!["value"]
    }
}
