use serde::{Deserialize, Serialize};

/// How a version gets from its first request to all of them, and what stops it on the way.
///
/// The default is ours for a classifier: 10 %, then 50 %, each for three full days, with
/// the three checks at α = 0.05 each. Change what differs:
///
/// ```
/// use mlops_serve_core::rollout::{RolloutPlan, Step};
/// let mut plan = RolloutPlan::default();
/// plan.steps = vec![Step::new(0.01, 1), Step::new(0.25, 7)];
/// plan.segments.as_mut().unwrap().values = 60;
/// let from_file: RolloutPlan = serde_json::from_str(r#"{"harm": null, "label_timeout_hours": 24}"#)?;
/// assert!(from_file.harm.is_none() && from_file.steps.len() == 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RolloutPlan {
    /// The shares of the requests that the candidate answers, one after the other.
    pub steps: Vec<Step>,
    /// Stops a candidate that fails where production would not.
    pub failures: FailureCheck,
    /// Stops a candidate whose answers turn out worse. Without it (`null`) no labels are needed.
    pub harm: Option<HarmCheck>,
    /// Stops a candidate that scores a group of requests differently. Without it (`null`)
    /// the requests need no segments.
    pub segments: Option<SegmentCheck>,
    /// Where scores and labels lie. A score outside counts as a failure: the statistics
    /// hold for bounded scores only.
    pub scores: ScoreRange,
    /// A request whose label has not come after so long is no longer waited for.
    pub label_timeout_hours: u32,
    /// At most so many requests wait for their labels; beyond it the oldest is given up.
    pub most_waiting: usize,
    /// A point of every check's course is kept once in so many hours, for the report.
    pub snapshot_hours: u32,
}

impl Default for RolloutPlan {
    fn default() -> Self {
        Self {
            steps: vec![Step::new(0.1, 3), Step::new(0.5, 3)],
            failures: FailureCheck::default(),
            harm: Some(HarmCheck::default()),
            segments: Some(SegmentCheck::default()),
            scores: ScoreRange::default(),
            label_timeout_hours: 7 * 24,
            most_waiting: 100_000,
            snapshot_hours: 6,
        }
    }
}

/// One share, and how long it is looked at before the next.
///
/// A *full day* is 24 hours, counted from the moment that the step began: whatever the time
/// zone of the users, it holds each hour of their day once. A day with fewer canary requests
/// than `pairs_a_day` does not count, and the step goes on until enough days do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Step {
    /// The share of the requests that the candidate answers, above 0 and at most 1.
    pub share: f64,
    /// At least so many full days.
    pub full_days: u32,
    /// A day counts if it saw at least so many canary requests that both versions were asked.
    #[serde(default = "Step::default_pairs_a_day")]
    pub pairs_a_day: u32,
    /// At least so many canary requests of this step need to have their label, if harm is checked.
    #[serde(default = "Step::default_labels")]
    pub labels: u32,
}

impl Step {
    /// `share` for `full_days`, with at least 20 canary requests a day and 60 labels.
    pub const fn new(share: f64, full_days: u32) -> Self {
        Self { share, full_days, pairs_a_day: Self::default_pairs_a_day(), labels: Self::default_labels() }
    }

    const fn default_pairs_a_day() -> u32 {
        20
    }

    const fn default_labels() -> u32 {
        60
    }
}

/// Failures and guard actions, paired: `d` is 1 where the candidate failed and production
/// would not have, −1 where it is the other way round, 0 otherwise.
///
/// Stops when an e-process against "the mean of `d` is at most `at_most`" reaches 1/α. Since
/// `d` may be −1, a failure at most doubles the e-value: at α = 0.05 it takes five.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FailureCheck {
    /// What is tolerated, as a share of the requests.
    pub at_most: f64,
    /// The chance of ever stopping a candidate that fails no more than tolerated.
    pub alpha: f64,
}

impl Default for FailureCheck {
    fn default() -> Self {
        Self { at_most: 0.005, alpha: 0.05 }
    }
}

/// Squared error against the label (the Brier score of a classifier), candidate − production,
/// on canary requests whose label is known.
///
/// Stops when the time-uniform interval of its running mean lies above `limit`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HarmCheck {
    /// How much worse is tolerated, in units of the squared score.
    pub limit: f64,
    /// The chance that the interval ever misses.
    pub alpha: f64,
}

impl Default for HarmCheck {
    fn default() -> Self {
        Self { limit: 0.01, alpha: 0.05 }
    }
}

/// The score, candidate − production, for each value of each segment field.
///
/// Stops when the time-uniform interval of a segment's running mean lies outside ±`limit`.
///
/// # How α is divided
/// By `values + 1`, which is fixed before the first request. The first `values` values to
/// appear, over all fields, get one share each, and all that come later get the last share
/// together, as one group. So nobody has to know the values in advance, the number of them
/// is bounded, every request is looked after, and the union bound holds: which value gets
/// a share is known before its first difference is. A generous `values` costs little, since
/// an interval grows with the logarithm: 40 instead of 20 makes it 5 % wider.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SegmentCheck {
    /// How much difference is tolerated, in units of the score, either way.
    pub limit: f64,
    /// The chance that the interval of any segment ever misses.
    pub alpha: f64,
    /// How many values of segment fields, over all fields, are looked at one by one.
    pub values: u16,
}

impl Default for SegmentCheck {
    fn default() -> Self {
        Self { limit: 0.05, alpha: 0.05, values: 20 }
    }
}

impl SegmentCheck {
    /// The share of α that one segment gets.
    pub fn alpha_of_one(&self) -> f64 {
        self.alpha / (f64::from(self.values) + 1.0)
    }
}

/// Where every score and every label lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
pub struct ScoreRange {
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

impl Default for ScoreRange {
    fn default() -> Self {
        Self { lower: 0.0, upper: 1.0 }
    }
}

impl ScoreRange {
    /// Whether the value lies within; NaN does not.
    pub fn contains(&self, value: f64) -> bool {
        (self.lower..=self.upper).contains(&value)
    }

    /// Largest difference of two scores.
    pub(super) fn width(&self) -> f64 {
        self.upper - self.lower
    }
}

/// A plan that can't be followed. Fix the field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("rollout plan: {field} is {value}, expected {expected}")]
pub struct InvalidPlan {
    /// Where, such as `steps[1].share`.
    pub field: String,
    /// What stood there.
    pub value: String,
    /// What would have been right.
    pub expected: &'static str,
}

impl InvalidPlan {
    /// For a check whose numbers the statistics refuse.
    pub(super) fn by(check: &str, error: &mlops_stats::Error) -> Self {
        Self { field: check.to_owned(), value: error.to_string(), expected: "numbers to bet on" }
    }
}

impl RolloutPlan {
    /// Whether it can be followed.
    pub(super) fn check(&self) -> Result<(), InvalidPlan> {
        let refuse = |field: String, value: String, expected| Err(InvalidPlan { field, value, expected });
        let number = |field: &str, value: f64, ok: bool, expected| {
            if ok { Ok(()) } else { refuse(field.to_owned(), value.to_string(), expected) }
        };
        if self.steps.is_empty() {
            return refuse("steps".to_owned(), "empty".to_owned(), "at least one step");
        }
        let mut before = 0.0;
        for (index, step) in self.steps.iter().enumerate() {
            let field = |name| format!("steps[{index}].{name}");
            if !(step.share > before && step.share <= 1.0) {
                let expected = "above the share of the step before (0 at first) and at most 1";
                return refuse(field("share"), step.share.to_string(), expected);
            }
            for (name, value) in [("full_days", step.full_days), ("pairs_a_day", step.pairs_a_day)] {
                if value == 0 {
                    return refuse(field(name), "0".to_owned(), "at least 1: no data never passes");
                }
            }
            if self.harm.is_some() && step.labels == 0 {
                return refuse(field("labels"), "0".to_owned(), "at least 1, or harm is null");
            }
            before = step.share;
        }
        let ScoreRange { lower, upper } = self.scores;
        number("scores.lower", lower, lower.is_finite(), "a finite number")?;
        number(
            "scores.upper",
            upper,
            upper.is_finite() && upper > lower,
            "a finite number above the lower end",
        )?;
        let width = self.scores.width();
        number("scores.upper", upper, (width * width).is_normal(), "a width whose square is a number")?;
        let FailureCheck { at_most, alpha } = self.failures;
        let proper = |alpha: f64| alpha > 0.0 && alpha < 1.0;
        number("failures.at_most", at_most, (0.0..1.0).contains(&at_most), "at least 0 and below 1")?;
        number("failures.alpha", alpha, proper(alpha), "between 0 and 1")?;
        if let Some(HarmCheck { limit, alpha }) = self.harm {
            let ok = (0.0..width * width).contains(&limit);
            number("harm.limit", limit, ok, "at least 0 and below the largest squared error")?;
            number("harm.alpha", alpha, proper(alpha), "between 0 and 1")?;
        }
        if let Some(SegmentCheck { limit, alpha, values }) = self.segments {
            let ok = (0.0..width).contains(&limit);
            number("segments.limit", limit, ok, "at least 0 and below the largest difference")?;
            number("segments.alpha", alpha, proper(alpha), "between 0 and 1")?;
            number("segments.values", f64::from(values), (1..=512).contains(&values), "1 to 512")?;
        }
        for (field, value) in [
            ("label_timeout_hours", u64::from(self.label_timeout_hours)),
            ("most_waiting", self.most_waiting as u64),
            ("snapshot_hours", u64::from(self.snapshot_hours)),
        ] {
            if value == 0 {
                return refuse(field.to_owned(), "0".to_owned(), "at least 1");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut RolloutPlan)) -> String {
        let mut plan = RolloutPlan::default();
        change(&mut plan);
        plan.check().unwrap_err().to_string()
    }

    #[test]
    fn the_default_can_be_followed_and_travels() {
        let plan = RolloutPlan::default();
        plan.check().unwrap();
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(serde_json::from_str::<RolloutPlan>(&text).unwrap(), plan);
        assert_eq!(serde_json::from_str::<RolloutPlan>("{}").unwrap(), plan);
        assert!(serde_json::from_str::<RolloutPlan>(r#"{"step": []}"#).is_err());
    }

    #[test]
    fn a_plan_that_could_pass_without_data_is_refused_by_name() {
        assert_eq!(
            refused(|plan| plan.steps[1].share = 0.1),
            "rollout plan: steps[1].share is 0.1, expected above the share of the step before (0 at first) and at most 1"
        );
        assert!(refused(|plan| plan.steps[0].pairs_a_day = 0).contains("steps[0].pairs_a_day is 0"));
        assert!(refused(|plan| plan.steps[0].full_days = 0).contains("steps[0].full_days is 0"));
        assert!(refused(|plan| plan.steps[1].labels = 0).contains("steps[1].labels is 0"));
        assert!(refused(|plan| plan.steps.clear()).contains("at least one step"));
        assert!(refused(|plan| plan.steps[0].share = f64::NAN).contains("NaN"));
        assert!(refused(|plan| plan.failures.alpha = 0.0).contains("failures.alpha is 0"));
        assert!(refused(|plan| plan.failures.at_most = 1.0).contains("failures.at_most is 1"));
        assert!(refused(|plan| plan.harm.as_mut().unwrap().limit = -0.1).contains("harm.limit"));
        assert!(refused(|plan| plan.segments.as_mut().unwrap().values = 0).contains("segments.values"));
        assert!(refused(|plan| plan.scores.upper = 0.0).contains("scores.upper"));
        assert!(refused(|plan| plan.scores.upper = 1e300).contains("scores.upper"));
        assert!(refused(|plan| plan.most_waiting = 0).contains("most_waiting"));
    }
}
