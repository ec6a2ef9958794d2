use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::RunId;
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind, Query};

/// A number of a run, at a step and a time. All are kept; the latest is the one with the
/// highest step, then time, then value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metric {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// The value; NaN and infinities are kept, but there is one NaN and one zero.
    #[serde(with = "mlops_core::number")]
    pub value: f64,
    /// The step, in a unit of the caller's.
    pub step: i64,
    /// When.
    pub at: Timestamp,
}

impl Metric {
    /// All points of one metric of a run.
    pub(crate) fn group(run: &RunId, name: &str) -> Key {
        run.key().and(name)
    }
}

impl Document for Metric {
    const KIND: Kind = Kind::Metric;
    fn key(&self) -> Key {
        // The value is part of what a point is: two at one step and time are two points,
        // and the same one logged again is no other. Ordered as total order has them.
        // JSON knows one NaN and one zero, so that is what there is.
        let value = if self.value.is_nan() { f64::NAN } else { self.value + 0.0 };
        let bits = value.to_bits();
        let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
        Self::group(&self.run, &self.name)
            .and(self.step)
            .and(self.at.as_micros())
            .and(format!("{ordered:016x}"))
    }
}

impl Registry {
    /// Every point of a metric, by step, time and value.
    ///
    /// # Errors
    /// Those of the store.
    pub fn metric_history(&self, id: &RunId, name: &str) -> Result<Vec<Metric>> {
        self.values(&Metric::group(id, name))
    }

    /// The first `limit` points of a metric, by step, time and value; those behind `after`,
    /// which is the last of the page before. No point is skipped or comes twice, whatever
    /// is logged meanwhile.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if `after` is of another metric.
    pub fn metric_page(
        &self,
        id: &RunId,
        name: &str,
        after: Option<&Metric>,
        limit: usize,
    ) -> Result<Vec<Metric>> {
        let mut query = Query::under(Metric::KIND, Metric::group(id, name), limit);
        if let Some(after) = after {
            query = query.after(after.key());
        }
        self.store().read(&query)?.iter().map(crate::store::Record::document).collect()
    }
}
