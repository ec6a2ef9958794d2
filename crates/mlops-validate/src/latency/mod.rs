//! How long a model takes to answer, how many answers a second it gives, and how much
//! memory it takes: measured, and said only as far as the sample supports it.
//!
//! ```
//! use mlops_validate::latency::{Claim, Load, Probe, Statement};
//! use ndarray::Array2;
//!
//! # type Answer = Result<f64, Box<dyn std::error::Error + Send + Sync>>;
//! let predict = |row: &[f64]| -> Answer { Ok(1.0 / (1.0 + (-row[0]).exp())) };
//! let probe = Probe::new(&predict, Array2::from_elem((100, 3), 0.5))?;
//! let report = Load::calls(400).warm_up(50).measure(&probe)?;
//!
//! let answer = report.claim(&Claim::percentile(99.0).at_most_ms(60_000.0))?;
//! assert_eq!(answer.statement, Statement::Shown);
//! assert!(report.percentile(50.0)?.value <= report.slowest_ms());
//! assert!(report.per_second() > 0.0);
//! # Ok::<(), mlops_validate::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | say how to call the model | [`Probe`] |
//! | warm up, call from several threads, at a given rate | [`Load`] |
//! | read percentiles with intervals, throughput, memory | [`LatencyReport`] |
//! | hold an agreement against the sample | [`Claim`], [`Statement`] |
//! | make it a condition of a promotion | the kinds `latency`, `throughput` and `memory` of a [`gate`](crate::gate) |
//!
//! # What the intervals take for granted
//! That one call says nothing about the next. Pauses of a collector, a busy neighbour, a
//! cold cache slow several calls in a row; then a percentile is less sure than its interval
//! says. [`LatencyReport::clumping`] tells, and a longer run on more occasions helps.

mod claim;
mod load;
pub(crate) mod measure;
mod memory;
mod probe;
mod report;
#[cfg(test)]
mod tests;

pub use claim::{Claim, ClaimAnswer, Statement};
pub use load::{Load, LoadProgress};
pub use memory::{MemoryMeter, MemoryUse, ProcessMemory};
pub use probe::{MonotonicTimer, Probe, Timer};
pub use report::{LatencyReport, LatencySummary, Percentile, Throughput};
