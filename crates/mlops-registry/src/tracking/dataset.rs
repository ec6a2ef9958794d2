use std::collections::BTreeMap;

use mlops_core::{Digest, canonical};
use serde_json::Value;

use super::environment::Redaction;
use super::{DataInput, RunId, limits};
use crate::name::{Rule, check, check_value, cut};
use crate::{Error, Result};

/// How deep a schema or a profile may be nested: well within what is read back.
const MAX_DEPTH: usize = 64;

/// The greatest whole number that canonical JSON is sure to keep.
const MAX_WHOLE: u64 = 1 << 53;

/// A data set to be logged as read by a run: the words are MLflow's.
///
/// ```
/// use mlops_registry::tracking::{Dataset, RunBatch};
/// use serde_json::json;
/// let flights = Dataset::new("flights.parquet", mlops_core::Digest::of("its bytes"))
///     .context("training")
///     .source("s3", "s3://lake/flights.parquet")
///     .schema(json!([{"name": "distance", "type": "double"}]))
///     .profile(json!({"num_rows": 336_776}));
/// let batch = RunBatch::new().dataset(flights).dataset(Dataset::given("weather", "9f86d081"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Dataset {
    name: String,
    digest: Digest,
    given: Option<String>,
    contexts: Vec<String>,
    source: String,
    source_type: String,
    schema: Option<Value>,
    profile: Option<Value>,
    tags: Vec<(String, String)>,
}

impl Dataset {
    /// A data set, and the digest of its bytes.
    pub fn new(name: impl Into<String>, digest: Digest) -> Self {
        Self {
            name: name.into(),
            digest,
            given: None,
            contexts: Vec::new(),
            source: String::new(),
            source_type: String::new(),
            schema: None,
            profile: None,
            tags: Vec::new(),
        }
    }

    /// A data set by the digest that another tool has given it, such as the eight digits of
    /// MLflow. The text is kept as it is; as [`DataInput::digest`] stands the SHA-256 of
    /// `data set digest`, a line feed, and the text. A text that is a digest of ours is taken as such.
    pub fn given(name: impl Into<String>, digest: impl Into<String>) -> Self {
        let given = digest.into();
        if let Ok(ours) = given.parse() {
            return Self::new(name, ours);
        }
        let digest = Digest::of(format!("data set digest\n{given}"));
        Self { given: Some(given), ..Self::new(name, digest) }
    }

    /// What it was for, such as `training` or `evaluation`; several times, if for several
    /// things. MLflow has it as the tag `mlflow.data.context`.
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.contexts.push(context.into());
        self
    }

    /// Where it came from: the kind of the source, and which. User and password are taken
    /// out of a URL, and what else the default [`Redaction`] hides;
    /// [`RunGuard::log`](super::RunGuard::log) hides what its own does as well.
    pub fn source(mut self, kind: impl Into<String>, source: impl AsRef<str>) -> Self {
        self.source_type = kind.into();
        self.source = Redaction::default().text(source.as_ref());
        self
    }

    /// Hides in its source what must not be kept.
    pub(super) fn show(&mut self, redaction: &Redaction) {
        self.source = redaction.text(&self.source);
    }

    /// Its columns with their types.
    pub fn schema(mut self, schema: Value) -> Self {
        self.schema = Some(schema);
        self
    }

    /// What is known of its content.
    pub fn profile(mut self, profile: Value) -> Self {
        self.profile = Some(profile);
        self
    }

    /// A remark on it.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// The record, if everything about it may be kept, and how many bytes its schema and
    /// its profile have.
    pub(crate) fn input(&self, run: &RunId) -> Result<(DataInput, usize)> {
        let name = &self.name;
        check("data set", name, limits::INPUT_NAME, Rule::Title)?;
        if let Some(given) = &self.given {
            check("data set digest", given, limits::INPUT_DIGEST, Rule::Title)?;
        }
        let mut contexts = self.contexts.clone();
        for context in &contexts {
            check("data set context", context, limits::INPUT_TAG_VALUE, Rule::Title)?;
        }
        contexts.sort_unstable();
        contexts.dedup();
        check_value("data set source", name, self.source.len(), limits::INPUT_SOURCE)?;
        if !self.source_type.is_empty() {
            check("data set source type", &self.source_type, limits::KEY, Rule::Title)?;
        }
        let mut tags = BTreeMap::new();
        for (tag, value) in &self.tags {
            check("data set tag", tag, limits::KEY, Rule::Key)?;
            check_value("data set tag value", tag, value.len(), limits::INPUT_TAG_VALUE)?;
            if let Some(other) = tags.insert(tag.clone(), value.clone()).filter(|other| other != value) {
                return Err(Error::Invalid {
                    field: "data set tag",
                    value: format!("{} = {:?}", cut(tag), cut(value)),
                    expected: format!("one value, and there is {:?} too", cut(&other)),
                });
            }
        }
        let (schema, columns) = json("data set schema", name, self.schema.as_ref(), limits::INPUT_SCHEMA)?;
        let (profile, content) =
            json("data set profile", name, self.profile.as_ref(), limits::INPUT_PROFILE)?;
        let input = DataInput {
            given: self.given.clone(),
            contexts,
            source: self.source.clone(),
            source_type: self.source_type.clone(),
            schema,
            profile,
            tags,
            ..DataInput::new(run.clone(), name.clone(), self.digest)
        };
        Ok((input, columns + content))
    }
}

impl DataInput {
    /// What is known of it with what `new` says. Contexts and tags add up; source, schema and
    /// profile are said once.
    pub(super) fn with(&self, new: &Self) -> Result<Self> {
        let mut all = self.clone();
        all.contexts.extend(new.contexts.iter().cloned());
        all.contexts.sort_unstable();
        all.contexts.dedup();
        all.tags.extend(new.tags.clone());
        let differs = |what: &str, there: String, new: String| Error::Conflict {
            what: "data set",
            key: format!("{} {}", self.run, cut(&self.name)),
            expected: format!("with the {what} {}", cut(&new)),
            current: format!("with {}", cut(&there)),
        };
        for (what, there, new) in [
            ("source", &mut all.source, &new.source),
            ("source type", &mut all.source_type, &new.source_type),
        ] {
            if there.is_empty() {
                there.clone_from(new);
            } else if !new.is_empty() && new != there {
                return Err(differs(what, there.clone(), new.clone()));
            }
        }
        for (what, there, new) in
            [("schema", &mut all.schema, &new.schema), ("profile", &mut all.profile, &new.profile)]
        {
            match (&there, new) {
                (None, _) => there.clone_from(new),
                (Some(there), Some(new)) if there != new => {
                    return Err(differs(what, there.to_string(), new.to_string()));
                }
                _ => {}
            }
        }
        Ok(all)
    }
}

/// The value as it will be read back, if it comes back as it is, and its length in bytes.
fn json(
    field: &'static str,
    name: &str,
    value: Option<&Value>,
    max: usize,
) -> Result<(Option<Value>, usize)> {
    let Some(value) = value else { return Ok((None, 0)) };
    let invalid = |expected: String| Error::Invalid { field, value: cut(name), expected };
    if !matches!(value, Value::Object(_) | Value::Array(_)) {
        return Err(invalid("a JSON object or array".to_owned()));
    }
    check_json(value, MAX_DEPTH).map_err(invalid)?;
    let text = canonical::to_string(value)?;
    check_value(field, name, text.len(), max)?;
    let back = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
    Ok((Some(back), text.len()))
}

fn check_json(value: &Value, depth: usize) -> Result<(), String> {
    match value {
        Value::Array(_) | Value::Object(_) if depth == 0 => {
            Err(format!("JSON nested at most {MAX_DEPTH} deep"))
        }
        Value::Array(values) => values.iter().try_for_each(|value| check_json(value, depth - 1)),
        Value::Object(values) => values.values().try_for_each(|value| check_json(value, depth - 1)),
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            match whole {
                Some(whole) if whole > MAX_WHOLE => {
                    Err(format!("whole numbers within ±2^53, others as text; not {number}"))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(value: &Value) -> Result<Option<Value>> {
        json("profile", "flights", Some(value), 100).map(|(kept, _)| kept)
    }

    #[test]
    fn what_json_can_not_keep_is_refused() {
        let value = json!({"rows": 1u64 << 53, "mean": 0.1, "none": null, "text": "9007199254740993"});
        assert_eq!(kept(&value).unwrap(), Some(value));
        for bad in [json!({"rows": (1u64 << 53) + 1}), json!([i64::MIN]), json!("text"), json!(1)] {
            assert!(matches!(kept(&bad), Err(Error::Invalid { field: "profile", .. })), "{bad}");
        }
        let long = json!({"x": "y".repeat(100)});
        let error = kept(&long).unwrap_err().to_string();
        assert_eq!(error, "profile \"flights of 108 bytes\" is not valid: expected at most 100 bytes");
        let mut deep = json!([]);
        for _ in 0..200 {
            deep = json!([deep]);
        }
        assert!(kept(&deep).unwrap_err().to_string().contains("at most 64 deep"));
    }
}
