use serde::Serialize;

use crate::latency::{LatencyReport, LatencySummary};

/// Bins of the histogram.
const BINS: usize = 40;

/// Latency in numbers and as a histogram.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LatencyPicture {
    /// Percentiles, throughput, memory.
    pub summary: LatencySummary,
    /// Edges of the bins in milliseconds, ascending, up to p99: one more than the counts.
    pub edges_ms: Vec<f64>,
    /// Calls in each bin; those above the last edge are in none.
    pub calls: Vec<u64>,
    /// Calls above the last edge.
    pub above: u64,
}

impl LatencyPicture {
    pub(super) fn of(report: &LatencyReport) -> Option<Self> {
        let summary = report.summary().ok()?;
        let low = summary.fastest_ms;
        // Beyond, a few calls would leave one bar and an empty axis.
        let p99 = summary.percentiles.iter().find(|at| (at.percentile - 99.0).abs() < 1e-9);
        let high = p99.map_or(summary.slowest_ms, |at| at.value_ms);
        let width = (high - low) / BINS as f64;
        if width <= 0.0 {
            // All calls took equally long: there is nothing to draw.
            return Some(Self { summary, edges_ms: Vec::new(), calls: Vec::new(), above: 0 });
        }
        let mut calls = vec![0; BINS];
        let mut above = 0;
        for took in report.times_ms() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below `low`")]
            let bin = ((took - low) / width) as usize;
            if *took > high {
                above += 1;
            } else {
                calls[bin.min(BINS - 1)] += 1;
            }
        }
        let edges_ms = (0..=BINS).map(|edge| low + edge as f64 * width).collect();
        Some(Self { summary, edges_ms, calls, above })
    }
}
