use mlops_core::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::field::{Attribute, DATASET, attributes};
use super::{Facet, Facets, Field, Home, Moment, Owned, Source, Standing, Value};
use crate::model::{Model, ModelVersion, VersionStage};
use crate::registry::Document;
use crate::store::{Key, Kind, Part};
use crate::tracking::{Experiment, Run, RunId};

/// What the run record says; the rest of a run is in records of its own.
const RUN: &[&str] = &["run_id", "run_name", "status", "user_id", "artifact_uri", "start_time", "end_time"];
const EXPERIMENT: &[&str] = &["experiment_id", "name", "creation_time", "last_update_time"];
const MODEL: &[&str] = &["name", "creation_timestamp", "last_updated_timestamp"];
const VERSION: &[&str] = &["name", "version_number", "run_id", "source_path", "creation_timestamp"];
/// A version never changes; what was updated last is where it stands.
const STAGE: &[&str] = &["last_updated_timestamp"];

impl Facets {
    /// What the record with this body says; nothing if search has no use for its kind, or
    /// if it is no document of this library.
    ///
    /// A function of the record alone. `O(length of the body)`.
    pub fn of(kind: Kind, key: &Key, body: &str) -> Option<Self> {
        let mut facets = Self::gone(kind, key)?;
        match kind {
            Kind::Run => {
                let run: Run = document(key, body)?;
                // What is being removed is as good as gone.
                let deleted = run.deleted.as_ref();
                if deleted.is_none_or(|deletion| !deletion.purged) {
                    facets.standing = listed(deleted.is_some(), -run.started_at.as_micros());
                }
                facets.text("run_id", run.id.uid());
                facets.text("run_name", run.name);
                facets.text("status", run.status.as_str().to_uppercase());
                facets.text("user_id", run.started_by.to_string());
                facets.time("start_time", run.started_at);
                if let Some(ended) = run.ended_at {
                    facets.time("end_time", ended);
                }
            }
            Kind::Experiment => {
                let experiment: Experiment = document(key, body)?;
                if !experiment.is_purged() {
                    facets.standing = listed(experiment.deleted.is_some(), 0);
                }
                facets.text("experiment_id", experiment.name.to_string());
                facets.text("name", experiment.title().to_owned());
                facets.time("creation_time", experiment.created_at);
                facets.time("last_update_time", experiment.updated_at.unwrap_or(experiment.created_at));
            }
            Kind::Model => {
                let model: Model = document(key, body)?;
                facets.standing = listed(false, 0);
                facets.text("name", model.name.to_string());
                facets.time("creation_timestamp", model.created_at);
                facets.time("last_updated_timestamp", model.created_at);
            }
            Kind::Version => {
                let version: ModelVersion = document(key, body)?;
                facets.standing = listed(false, 0);
                facets.text("name", version.model.to_string());
                facets.attribute("version_number", f64::from(version.number).into());
                facets.text("run_id", RunId::uid(&version.run));
                facets.text("source_path", version.artifact.to_string());
                facets.time("creation_timestamp", version.registered_at);
            }
            Kind::Stage => {
                let stage: VersionStage = document(key, body)?;
                facets.time("last_updated_timestamp", stage.since);
            }
            Kind::Param | Kind::Tag | Kind::ExperimentTag | Kind::ModelTag => {
                let Valued { value } = serde_json::from_str(body).ok()?;
                let Owned::Field(field) = &facets.owned else { return None };
                facets.values.push(Facet {
                    field: field.clone(),
                    part: String::new(),
                    value: Value::Text(value),
                    moment: None,
                });
            }
            Kind::Metric => facets.values.push(point(key)?),
            Kind::Input => {
                let [_, _, Part::Text(name), Part::Text(digest)] = key.parts() else { return None };
                let Used { given, contexts } = serde_json::from_str(body).ok()?;
                let Owned::Part(fields, part) = &facets.owned else { return None };
                let [is_name, is_digest, is_context] = fields.as_slice() else { return None };
                let facet = |field: &Field, part: String, text: &String| Facet {
                    field: field.clone(),
                    part,
                    value: Value::Text(text.clone()),
                    moment: None,
                };
                let mut values = vec![
                    facet(is_name, part.clone(), name),
                    facet(is_digest, part.clone(), given.as_ref().unwrap_or(digest)),
                ];
                values.extend(
                    contexts.iter().map(|context| {
                        facet(is_context, format!("{part}{}{context}", Facet::PART_OF), context)
                    }),
                );
                facets.values = values;
            }
            _ => return None,
        }
        Some(facets)
    }

    /// What is left of a record that was removed: what it spoke for. Nothing if search has
    /// no use for its kind.
    pub fn gone(kind: Kind, key: &Key) -> Option<Self> {
        let parts = key.parts();
        let name = |source| match parts.get(2) {
            Some(Part::Text(name)) => Some(Field::new(source, name)),
            _ => None,
        };
        let (thing, length, owned) = match kind {
            Kind::Run => (Kind::Run, 2, Owned::Attributes(RUN)),
            Kind::Param => (Kind::Run, 2, Owned::Field(name(Source::Param)?)),
            Kind::Tag => (Kind::Run, 2, Owned::Field(name(Source::Tag)?)),
            Kind::Metric => (Kind::Run, 2, Owned::Point(name(Source::Metric)?)),
            Kind::Input => {
                let fields = DATASET.map(|name| Field::new(Source::Dataset, name)).to_vec();
                let rest: Key = parts.iter().skip(2).cloned().collect();
                (Kind::Run, 2, Owned::Part(fields, rest.to_string()))
            }
            Kind::Experiment => (Kind::Experiment, 1, Owned::Attributes(EXPERIMENT)),
            Kind::ExperimentTag => match parts.get(1) {
                Some(Part::Text(name)) => (Kind::Experiment, 1, Owned::Field(Field::new(Source::Tag, name))),
                _ => return None,
            },
            Kind::Model => (Kind::Model, 1, Owned::Attributes(MODEL)),
            Kind::ModelTag => {
                // Without a version it is a tag of the model.
                let of_model = parts.get(1) == Some(&Part::Text(String::new()));
                let (thing, length) = if of_model { (Kind::Model, 1) } else { (Kind::Version, 2) };
                (thing, length, Owned::Field(name(Source::Tag)?))
            }
            Kind::Version => (Kind::Version, 2, Owned::Attributes(VERSION)),
            Kind::Stage => (Kind::Version, 2, Owned::Attributes(STAGE)),
            _ => return None,
        };
        let key: Key = parts.iter().take(length).cloned().collect();
        // A run is numbered from 1; what has another number is a record, but no run.
        if thing == Kind::Run
            && !matches!(key.parts(), [Part::Text(_), Part::Number(n)] if (1..=MAX_RUN).contains(n))
        {
            return None;
        }
        let own = kind == thing;
        let standing = if own { Standing::Gone } else { Standing::Unsaid };
        Some(Self { kind: thing, key, standing, owned, values: Vec::new() })
    }

    fn attribute(&mut self, name: &'static str, value: Value) {
        debug_assert!(
            attributes(self.kind).iter().any(|Attribute { name: known, .. }| *known == name),
            "an attribute that can be asked for"
        );
        self.values.push(Facet { field: Field::attribute(name), part: String::new(), value, moment: None });
    }

    fn text(&mut self, name: &'static str, text: String) {
        self.attribute(name, Value::Text(text));
    }

    fn time(&mut self, name: &'static str, at: Timestamp) {
        // Microseconds of any year that is written with four digits are whole as a double.
        self.attribute(name, (at.as_micros() as f64).into());
    }
}

/// The largest number of a run.
const MAX_RUN: i64 = u32::MAX as i64;

const fn listed(deleted: bool, tie: i64) -> Standing {
    Standing::Listed(Home { deleted, tie })
}

/// The document, if it is the one that the key names.
fn document<T: Document + DeserializeOwned>(key: &Key, body: &str) -> Option<T> {
    serde_json::from_str::<T>(body).ok().filter(|document| document.key() == *key)
}

/// All that search wants of a parameter or a tag.
#[derive(Deserialize)]
struct Valued {
    value: String,
}

/// All that search wants of a data set that is not in its key.
#[derive(Deserialize)]
struct Used {
    #[serde(default)]
    given: Option<String>,
    #[serde(default)]
    contexts: Vec<String>,
}

/// The point of a metric: its key says everything.
fn point(key: &Key) -> Option<Facet> {
    let [_, _, Part::Text(name), Part::Number(step), Part::Number(at_micros), Part::Text(bits)] = key.parts()
    else {
        return None;
    };
    let ordered = u64::from_str_radix(bits, 16).ok()?;
    let bits = if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered };
    Some(Facet {
        field: Field::new(Source::Metric, name),
        part: String::new(),
        value: f64::from_bits(bits).into(),
        moment: Some(Moment { step: *step, at_micros: *at_micros }),
    })
}
