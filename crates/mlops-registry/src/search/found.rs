use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{
    ExperimentSearch, Match, ModelSearch, Page, RunSearch, Search, Source, Value, VersionSearch, page,
};
use crate::Result;
use crate::model::{Model, ModelVersion};
use crate::registry::Registry;
use crate::tracking::{Experiment, Run, RunData};

/// A run that was found, with what it took and gave.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundRun {
    /// The run.
    pub run: Run,
    /// Its parameters, the latest value of each metric, its tags, its data sets.
    pub data: RunData,
}

/// An experiment that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundExperiment {
    /// The experiment.
    pub experiment: Experiment,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A model that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundModel {
    /// The model.
    pub model: Model,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A version that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FoundVersion {
    /// The version.
    pub version: ModelVersion,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Registry {
    /// A page of the runs that are looked for, each with what it took and gave.
    ///
    /// A run that is there while all pages are read, and is sorted by what does not change,
    /// is on exactly one of them, whatever is added and deleted meanwhile.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a limit, order or token that is none; those of the store.
    ///
    /// ```
    /// # use mlops_registry::{Registry, search::RunSearch};
    /// # fn best(registry: &Registry) -> Result<(), Box<dyn std::error::Error>> {
    /// let best = RunSearch::within(["flight-delay".parse()?])
    ///     .filter("metrics.auc > 0.7 AND params.trees = '100' AND status = 'FINISHED'")?
    ///     .order_by("metrics.auc DESC")?
    ///     .limit(50);
    /// let page = registry.search_runs(&best)?;
    /// for found in &page.items {
    ///     println!("{} {:?}", found.run.id, found.data.metrics["auc"]);
    /// }
    /// if let Some(token) = page.next {
    ///     let _more = registry.search_runs(&best.page(token))?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn search_runs(&self, search: &RunSearch) -> Result<Page<FoundRun>> {
        self.found(&search.to_search()?, |run, found| FoundRun { run, data: run_data(found) })
    }

    /// A page of the experiments that are looked for.
    ///
    /// # Errors
    /// As [`search_runs`](Self::search_runs).
    pub fn search_experiments(&self, search: &ExperimentSearch) -> Result<Page<FoundExperiment>> {
        self.found(&search.to_search()?, |experiment, found| FoundExperiment {
            experiment,
            tags: found.texts(Source::Tag).collect(),
        })
    }

    /// A page of the registered models that are looked for.
    ///
    /// # Errors
    /// As [`search_runs`](Self::search_runs).
    pub fn search_models(&self, search: &ModelSearch) -> Result<Page<FoundModel>> {
        self.found(&search.to_search()?, |model, found| FoundModel {
            model,
            tags: found.texts(Source::Tag).collect(),
        })
    }

    /// A page of the versions that are looked for.
    ///
    /// # Errors
    /// As [`search_runs`](Self::search_runs).
    pub fn search_versions(&self, search: &VersionSearch) -> Result<Page<FoundVersion>> {
        self.found(&search.to_search()?, |version, found| FoundVersion {
            version,
            tags: found.texts(Source::Tag).collect(),
        })
    }

    fn found<D: DeserializeOwned, T>(&self, search: &Search, of: impl Fn(D, &Match) -> T) -> Result<Page<T>> {
        let matches = self.store().search(search)?;
        let last = matches.found.last().filter(|_| matches.more);
        let next = last.map(|last| page::token(search, &last.position)).transpose()?;
        let item = |found: &Match| Ok(of(found.record.document()?, found));
        Ok(Page { items: matches.found.iter().map(item).collect::<Result<_>>()?, next })
    }
}

/// What a run took and gave, by its index.
fn run_data(found: &Match) -> RunData {
    let mut data = RunData {
        params: found.texts(Source::Param).collect(),
        tags: found.texts(Source::Tag).collect(),
        ..RunData::default()
    };
    for facet in &found.values {
        match (facet.field.source, &facet.value) {
            (Source::Metric, Value::Number(value)) => {
                data.metrics.insert(facet.field.name.clone(), *value);
            }
            (Source::Dataset, Value::Text(name)) if facet.field.name == "name" => {
                // The digest that a data set is known by need not be one of ours: its part is.
                let digest = facet.part.rsplit_once('/').and_then(|(_, digest)| digest.parse().ok());
                data.inputs.extend(digest.map(|digest| (name.clone(), digest)));
            }
            _ => {}
        }
    }
    data.inputs.sort();
    data
}
