use std::collections::BTreeMap;

use mlops_core::Digest;

use super::{DataInput, Param, RunId, Tag};
use crate::registry::Registry;
use crate::{Error, Result};

/// What a run took and gave, by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunData {
    /// Its parameters.
    pub params: BTreeMap<String, String>,
    /// The latest value of each metric.
    pub metrics: BTreeMap<String, f64>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The data sets that it has read, by name and digest.
    pub inputs: Vec<(String, Digest)>,
}

impl RunData {
    /// Whether parameters, metrics and data sets are the same; NaN is the same as NaN.
    fn has_same(&self, other: &Self) -> bool {
        let bits = |data: &Self| -> Vec<(String, u64)> {
            data.metrics.iter().map(|(name, value)| (name.clone(), value.to_bits())).collect()
        };
        self.params == other.params && self.inputs == other.inputs && bits(self) == bits(other)
    }
}

/// How often a run is read that changes meanwhile.
const READINGS: usize = 100;

impl Registry {
    /// What a run took and gave.
    ///
    /// # Errors
    /// Those of the store.
    pub fn run_data(&self, id: &RunId) -> Result<RunData> {
        let group = id.key();
        let mut data = RunData::default();
        data.params.extend(self.values::<Param>(&group)?.into_iter().map(|param| (param.name, param.value)));
        data.tags.extend(self.values::<Tag>(&group)?.into_iter().map(|tag| (tag.name, tag.value)));
        data.inputs
            .extend(self.values::<DataInput>(&group)?.into_iter().map(|input| (input.name, input.digest)));
        data.metrics.extend(self.latest_metrics(id)?.into_iter().map(|metric| (metric.name, metric.value)));
        Ok(data)
    }

    /// The same of one moment: what was logged by one call is there or not, and all of it.
    ///
    /// Parameters, metrics and data sets only become more. So what two readings in a row have
    /// found alike was so at the moment between them.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the run is logged to all the while; those of the store.
    pub(crate) fn settled_run_data(&self, id: &RunId) -> Result<RunData> {
        let mut before: Option<RunData> = None;
        for _ in 0..READINGS {
            let size = self.store().size()?;
            let data = self.run_data(id)?;
            if self.store().size()? == size || before.as_ref().is_some_and(|before| before.has_same(&data)) {
                return Ok(data);
            }
            before = Some(data);
        }
        Err(Error::Conflict {
            what: "run",
            key: id.to_string(),
            expected: "at rest for a moment".to_owned(),
            current: format!("logged to during each of {READINGS} readings"),
        })
    }
}
