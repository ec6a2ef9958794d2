use std::collections::BTreeMap;

use mlops_core::Digest;

use super::{DataInput, Metric, Param, RunId, Tag};
use crate::Result;
use crate::registry::Registry;

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
        // In the order of step, time and value: the latest comes last.
        data.metrics
            .extend(self.values::<Metric>(&group)?.into_iter().map(|metric| (metric.name, metric.value)));
        Ok(data)
    }
}
