use mlops_core::{ModelName, Timestamp, Version, Window};
use mlops_stats::bootstrap::{BlockBootstrap, Estimate};

use super::rows::PairedRows;
use super::window::{Requests, metric_named};
use crate::{PredictionLog, PredictionLogExt, PredictionQuery, Result};

/// Two versions on the requests that both scored, as far as it was known at a moment.
///
/// What one of them answered and the other did not is no part of it: that would compare
/// requests, not versions.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedPerformance {
    candidate: Version,
    baseline: Version,
    window: Window,
    both: u64,
    rows: PairedRows,
}

/// A metric of two versions side by side.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// Its name.
    pub metric: &'static str,
    /// Of the candidate.
    pub candidate: f64,
    /// Of the baseline.
    pub baseline: f64,
    /// Of the candidate less of the baseline.
    pub difference: Estimate,
}

impl PairedPerformance {
    /// Reads the answers that both versions decided within the window; labels count as they
    /// do for [`Performance::of`](super::Performance::of).
    ///
    /// # Errors
    /// As [`Performance::of`](super::Performance::of).
    pub fn of(
        log: &dyn PredictionLog,
        model: &ModelName,
        (candidate, baseline): (&Version, &Version),
        window: Window,
        as_of: Timestamp,
    ) -> Result<Self> {
        let requests = |version: &Version| -> Result<Requests> {
            let query = PredictionQuery::new(model.clone()).version(version.clone());
            let mut requests = Requests::default();
            for entry in log.entries(query.decided(window.range()).page_size(4096)) {
                requests.take(entry?, as_of)?;
            }
            Ok(requests)
        };
        let of_baseline = requests(baseline)?;
        let mut both = 0;
        let mut rows = PairedRows::default();
        for (id, request) in requests(candidate)?.in_order() {
            let Some(score) = request.score else { continue };
            let Some(other) = of_baseline.get(&id).and_then(|request| request.score) else { continue };
            both += 1;
            if let Some(label) = request.label {
                rows.ids.push(id);
                rows.times.push(request.at);
                rows.labels.push(label);
                rows.candidate.push(score);
                rows.baseline.push(other);
            }
        }
        let (candidate, baseline) = (candidate.clone(), baseline.clone());
        Ok(Self { candidate, baseline, window, both, rows })
    }

    /// The version that is looked at.
    pub const fn candidate(&self) -> &Version {
        &self.candidate
    }

    /// The version that it is compared with.
    pub const fn baseline(&self) -> &Version {
        &self.baseline
    }

    /// The window that the answers were decided in.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// How many requests both scored, labelled or not.
    pub const fn both(&self) -> u64 {
        self.both
    }

    /// Those whose label was known.
    pub const fn rows(&self) -> &PairedRows {
        &self.rows
    }

    /// A metric by its name, side by side; see [`Performance::metric`](super::Performance::metric).
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if no metric has the name,
    /// [`Error::Statistic`](crate::Error::Statistic) if it has no value for these rows.
    pub fn compare(&self, name: &str, threshold: f64, bootstrap: &BlockBootstrap) -> Result<Comparison> {
        let metric = metric_named(name, threshold)?;
        let (candidate, baseline, difference) = self.rows.difference(metric, bootstrap)?;
        Ok(Comparison { metric: metric.name(), candidate, baseline, difference })
    }
}
