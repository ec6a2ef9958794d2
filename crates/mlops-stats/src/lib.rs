//! The numerics of `mlops`: plain functions over slices, each with its source, each with
//! a decided answer for degenerate input: a typed error, never a panic and never a NaN
//! that nobody asked for.
//!
//! ```
//! use mlops_stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks};
//! use mlops_stats::classification::{BinaryMetric, BinaryScores};
//!
//! # let days: Vec<u32> = (0..300).map(|row| row / 10).collect();
//! # let labels: Vec<bool> = (0..300).map(|row| row % 3 == 0).collect();
//! # let scores: Vec<f64> = (0..300).map(|row| f64::from(row % 3 * 25 + row % 40) / 100.0).collect();
//! let rows = BinaryScores::new(&labels, &scores)?;
//! println!("AUC {}, F1 {}", rows.roc_auc()?, rows.at(0.3)?.f1()?);
//! let auc = BlockMetric::new(BinaryMetric::RocAuc, &rows, &Blocks::by(&days)?)?;
//! let sure = BlockBootstrap::new(2_000, 7, 0.95)?.metric(&auc)?;
//! println!("{} [{}, {}]", sure.value, sure.interval.lower, sure.interval.upper);
//! # Ok::<(), mlops_stats::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | score a binary classifier | [`classification::BinaryScores`] |
//! | know whether probabilities mean what they say | [`classification::BinaryScores::reliability`], [`classification::CalibrationBins`], [`classification::BinaryScores::recalibration`], [`bootstrap::BlockCalibration`] |
//! | score a classifier of many classes | [`classification::ConfusionMatrix`], [`classification::ClassScores`] |
//! | average precision, recall or F over classes | [`classification::OneVsRest`] |
//! | score rows of several labels | [`classification::Multilabel`], [`classification::MultilabelScores`] |
//! | score rows that come in batches | [`classification::ConfusionMatrix`], [`classification::LossSums`], [`classification::BinnedScores`] |
//! | name a metric in a file | [`classification::BinaryMetric`] |
//! | score a regression, whole or in parts | [`regression::RegressionRows`], [`regression::RegressionAccumulator`] |
//! | score ranked lists | [`ranking::RankedLists`] |
//! | know how sure a metric is, or a difference of two models | [`bootstrap::BlockBootstrap`] |
//! | look after every observation, and still be right | [`sequential::BettingEProcess`], [`sequential::MeanSequence`] |
//! | be told when rows, or the risk, are no longer what they were | [`sequential::ConformalMartingale`], [`sequential::RiskMonitor`] |
//! | bound a share, such as an error rate | [`interval::wilson`], [`interval::share_interval`] |
//! | bound a percentile, such as a latency | [`interval::quantile_estimate`], [`interval::quantile_upper_bound`] |
//! | compare two models on the same rows | [`paired::PairedT`], [`paired::Wilcoxon`], [`paired::PairedPermutation`], [`paired::McNemar`], [`paired::DeLong`] |
//! | say by how much, whatever the distribution | [`paired::HodgesLehmann`] |
//! | say that a candidate is at most so much worse | [`non_inferiority::NonInferiority`] |
//! | compare two shares, such as error rates | [`proportion::Share`] |
//! | compare two samples of numbers | [`two_sample::KolmogorovSmirnov`], [`two_sample`] |
//! | ask for a difference in location, in spread, or in the tails | [`two_sample::MannWhitney`], [`two_sample::TTest`]; [`two_sample::Levene`]; [`two_sample::AndersonDarling`] |
//! | compare counts of categories, or a share | [`counts::ContingencyTable`], [`counts::FisherExact`], [`counts::BinomialTest`] |
//! | say how far apart two distributions are | [`distance::wasserstein_estimate`], [`distance::psi`], [`distance::jensen_shannon_distance`] |
//! | compare two samples of vectors | [`distance::maximum_mean_discrepancy`], [`distance::energy_test`] |
//! | judge many tests at once | [`multiple_testing::adjust`], [`multiple_testing::benjamini_hochberg`] |
//! | summarise values that are too many to keep, in parts | [`sketch::QuantileSketch`], [`sketch::FrequentItems`], [`sketch::DistinctSketch`], [`sketch::Moments`] |
//! | draw random numbers that come out the same everywhere | [`Random`] |
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "a test says exactly what it expects"))]

mod alternative;
pub mod bootstrap;
pub mod classification;
pub mod counts;
pub mod distance;
mod distribution;
mod error;
pub mod interval;
pub mod multiple_testing;
pub mod non_inferiority;
pub mod paired;
pub mod proportion;
pub mod ranking;
pub mod regression;
mod rng;
mod root;
mod saddle_point;
pub mod sequential;
pub mod sketch;
mod sum;
pub mod two_sample;

pub use alternative::Alternative;
pub use error::{Error, Result};
pub use rng::Random;
