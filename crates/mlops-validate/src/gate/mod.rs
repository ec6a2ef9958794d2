//! May this model pass? One file judges every candidate.
//!
//! A gate is a list of named checks, declared before anyone looks: absolute limits of
//! metrics, groups, latency, the model in production, findings computed elsewhere, and
//! checks of your own. [`Gate::evaluate`] answers each with its number, interval, limit
//! and reason, in a [`Verdict`](mlops_core::Verdict) whose canonical form is the same
//! whenever the same candidate is judged again. What can't be said (one class, NaN, too
//! few) is inconclusive, and an inconclusive check that blocks keeps the candidate out.
//!
//! ```
//! use mlops_core::{Digest, Subject, Timestamp, Window};
//! use mlops_validate::gate::{Candidate, Gate, Production};
//!
//! # let start = "2013-03-01T00:00:00Z".parse::<Timestamp>()?;
//! # let times: Vec<_> = (0..744).map(|h| start + std::time::Duration::from_secs(3600 * h)).collect();
//! # let labels: Vec<_> = (0..744).map(|h| Some(h % 4 == 0)).collect();
//! # let scores: Vec<_> = (0..744).map(|h| if h % 4 == 0 { 0.7 } else { 0.1 }).collect();
//! let gate = Gate::from_json(
//!     r#"{"gate": "to production", "checks": [
//!         {"kind": "evaluation_window", "rule": "full_utc_month_after_training"},
//!         {"kind": "metric", "metric": "roc_auc", "min": 0.6},
//!         {"kind": "not_worse_than_production", "metric": "log_loss", "margin": 0.02}
//!     ]}"#,
//! )?;
//! let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
//! let candidate = Candidate::builder()
//!     .subject(Subject {
//!         model: "flight-delay".parse()?,
//!         version: "1.0.0".parse()?,
//!         artifact: Digest::of(b"the model file"),
//!     })
//!     .training(training)
//!     .evaluation(Window::month_of(start))
//!     .times(&times)
//!     .labels(&labels)
//!     .scores(&scores)
//!     .production(Production::Nothing)
//!     .build()?;
//! let verdict = gate.evaluate(&candidate, "2013-04-02".parse()?);
//! assert!(verdict.passed());
//! assert_eq!(verdict.checks[2].reason, "no version of flight-delay is in production");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//!
//! | field | what it is |
//! | --- | --- |
//! | `gate` | its name |
//! | `decision_threshold` | a score of at least this predicts positive; needed if a metric takes predicted classes |
//! | `resampling` | `unit` (`utc_day`, `row`, or `{"column": …}` for a group column, of which whole clusters are drawn), `replicates`, `seed`, `level`, `min_units`: how intervals are made |
//! | `checks` | in the order in which the verdict lists them |
//!
//! Every check has a `kind`, and may have a `name` and a `severity` (`critical` or `block`,
//! which is the default, `warning` or `warn`, `info`).
//!
//! | kind | fields | passes if |
//! | --- | --- | --- |
//! | `evaluation_window` | `rule`: `full_utc_month_after_training`; `every_day` | the rows are of the month that follows the training window, and with `every_day` of each of its days |
//! | `metric` | `metric`, `min`, `max` | the metric is within the limits |
//! | `log_loss_below_constant_rate` | | the log loss is below that of saying the evaluated rows' positive rate each time |
//! | `worst_group` | `by`, `metric`, `min` or `max`, `min_labels` | the metric of the worst group of the column `by` is within the limit |
//! | `group_difference` | `by`, `metric`, `max`, `min_labels` | best and worst group are at most this apart |
//! | `fairness` | `by`, `control`, `metric`, `compare`, `method`, `agg`, `max` or `min`, `min_group` | the groups are as alike as asked, by a [disparity](crate::fairness::Disparity), or by `four_fifths`, which takes no limit |
//! | `latency` | `percentile`, `max_ms`, `calls`, `warm_up`, `callers`, `confidence` | the percentile of single predictions is shown to be at most this |
//! | `throughput` | `min_per_second`, `calls`, `warm_up`, `callers`, `confidence` | so many answers a second are shown |
//! | `memory` | `max_mib`, `of` (`peak` or `growth`), `calls`, `warm_up`, `callers` | the process takes at most this more |
//! | `not_worse_than_production` | `metric`, `margin`, `method`, `unit` | the interval of the difference to production excludes a loss of `margin` |
//! | `better_than_production` | `metric`, `margin`, `method`, `unit` | the interval of the difference to production excludes a gain of `margin` or less; 0 if not given |
//! | `metric_threshold` | `source` (`given` or `rows`), `metric`, `threshold`, `min_absolute_change`, `min_relative_change`, `greater_is_better` | a [`threshold`] as MLflow has it is reached; the baseline is that given, or production on the same rows |
//! | `calibration` | `measure` (`ece`, `max_calibration_error`, `brier_reliability`, `debiased_squared_error`, `in_the_large`, `intercept`, `slope`), `bins` (10), `binning` (`uniform` or `quantile`), `min`, `max`, `shown` (false), `unit` | the measure, or with `shown` its whole interval, is within the limits |
//! | `business_value` | `values` (`tp`, `fp`, `tn`, `fn`, `currency`; a worth is a number, or `{"fixed": …, "per_amount": …}`), `amount` (a number column), `threshold`, `min`, or `against` (`production`, `treat_all`, `treat_none`) with `margin` (0) and `production_threshold`, `shown` (true), `unit` | the value of a row, or how much more it is than the other's, is above the limit; with `shown` the lower end of its interval is |
//! | `behaviour` | `report` | every test of the [`BehaviourReport`](crate::behaviour::BehaviourReport) given under this name passed |
//! | `golden` | `report` | the [`GoldenReport`](crate::golden::GoldenReport) given under this name has every row as recorded, and no other |
//! | `worst_slice` | `loss` (`error`, `log_loss`, `squared_error`, `absolute_error`), `max` or `max_difference`, `columns`, `min_rows` (100), `depth` (2), `bins` (4), `level` (0.95), `unit` | no [`slice`](crate::slice) of the group and number columns is shown to be worse than that; this a small sample can't show either |
//! | `findings` | `source`, `fail_on` | the source has no finding of this severity or above |
//! | `custom` | | the [`Judge`] given under the check's name says so |
//!
//! A check with a `unit` has its interval over this instead of that of the file. With
//! `"source": "given"` a check judges a number computed elsewhere, of any name, that was
//! given with the candidate.
//!
//! # Metrics
//! Of a model that says how likely something is: `roc_auc`, `log_loss`, `brier`, `accuracy`,
//! `precision`, `recall`, `f1`, `mean_score`, `positive_rate`, `calibration_gap`. Of one that
//! predicts numbers: `mae`, `mse`, `rmse`, `msle`, `rmsle`, `mape`, `median_absolute_error`,
//! `max_error`, `r2`, `explained_variance`.
//!
//! A single limit on the side where a metric is good, such as a least `log_loss`, is refused:
//! every bad model would pass. Give both to look for what is too good to be true.
//!
//! # Methods of comparing with production
//!
//! | method | for | takes as independent |
//! | --- | --- | --- |
//! | `blocks`, the default | every metric | whole units, drawn again and again |
//! | `delong` | `roc_auc` | rows |
//! | `mcnemar` | `accuracy` | rows |
//! | `permutation` | means over rows: `log_loss`, `brier`, `accuracy`, `mae`, `mse`, `mape` | rows, or clusters, of which one mean counts each |
//!
//! Rows of one day share their weather. A method that takes rows as independent then claims
//! several times more certainty than there is, so `delong` and `mcnemar` are refused unless
//! the unit is `row`: who writes that says so. A gain can't be shown where nothing differs;
//! such a check is inconclusive, while "not worse" passes.

mod behaviour;
mod business;
mod calibration;
mod candidate;
mod constant_rate;
mod definition;
mod evaluate;
mod fairness;
mod findings;
mod golden;
mod groups;
mod judge;
mod latency;
mod limits;
mod metric;
mod metric_rule;
#[cfg(feature = "report")]
mod page;
mod production;
mod report;
mod resampling;
mod rule;
mod source;
mod text;
pub mod threshold;
mod unit;
mod window;
mod worst_slice;

use crate::document;

pub use crate::latency::{MonotonicTimer, Probe, Timer};
pub use candidate::{Candidate, CandidateBuilder, GroupColumn, Production};
pub use definition::Gate;
pub use evaluate::Progress;
pub use judge::Judge;
#[cfg(feature = "report")]
pub use page::{page, sections};
pub use report::{
    ClassScores, ConfusionCounts, Curves, Estimate, GroupScore, GroupScores, LatencyPicture, ModelReport,
    Point, ReliabilityBin, Score, WorstSlices,
};
