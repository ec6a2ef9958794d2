use std::collections::BTreeMap;
use std::fmt;

use mlops_core::{Digest, ModelName, Principal, Timestamp, Version, Window};

use super::{ComparisonRow, Topic};
use crate::model::Framework;
use crate::model::signature::SchemaChange;
use crate::tracking::RunId;

/// What two versions of a model have in common, and where they differ: everything of each in
/// `a` and `b`, by name where it has one.
///
/// Printed, it is a table of its [rows](Self::rows).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VersionComparison {
    /// The model.
    pub model: ModelName,
    /// The one version.
    pub a: Side,
    /// The other.
    pub b: Side,
    /// The latest value of each metric that either run has logged.
    pub metrics: BTreeMap<String, Pair<f64>>,
    /// The parameters.
    pub params: BTreeMap<String, Pair<String>>,
    /// The data sets that the runs have read, by the digest of their bytes. A run may have
    /// read several of one name.
    pub data: BTreeMap<String, Pair<Vec<Digest>>>,
    /// The columns that either takes or gives, by side and name, such as `input distance`:
    /// the type, and `, optional` where a call may leave it out.
    pub schema: BTreeMap<String, Pair<String>>,
    /// Where the runs ran, by the tags that [`log_environment`](crate::Session::log_environment)
    /// has set: `env.rustc`, `mlflow.source.git.commit`.
    pub environment: BTreeMap<String, Pair<String>>,
    /// What is different in the signature of `b`, and so how far above `a` it must be; empty
    /// if one of them has none.
    pub changes: Vec<SchemaChange>,
}

/// What is so on either side, or not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a pair is two")]
pub struct Pair<T> {
    /// Of the one version.
    pub a: Option<T>,
    /// Of the other.
    pub b: Option<T>,
}

impl<T: PartialEq> Pair<T> {
    /// Whether both have it, and it is the same.
    pub fn is_same(&self) -> bool {
        self.a.is_some() && self.a == self.b
    }
}

impl Pair<f64> {
    /// `b − a`; `None` if one is not there, NaN if one is NaN.
    pub fn difference(&self) -> Option<f64> {
        Some(self.b? - self.a?)
    }
}

/// One of the versions that are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Side {
    /// The version.
    pub version: Version,
    /// The digest of its model file.
    pub artifact: Digest,
    /// How many bytes that file has; `None` if it is not there any more.
    pub size: Option<u64>,
    /// What the file is, such as `lightgbm-text`.
    pub flavour: String,
    /// What made it and loads it, if it was said.
    pub framework: Option<Framework>,
    /// The run that it came from.
    pub run: RunId,
    /// Who started that run.
    pub made_by: Principal,
    /// Who registered it.
    pub registered_by: Principal,
    /// When.
    pub registered_at: Timestamp,
    /// The time that its training data comes from.
    pub window: Option<Window>,
}

impl VersionComparison {
    /// All of it in rows: metrics, parameters, data, schema, environment, then the versions themselves.
    pub fn rows(&self) -> Vec<ComparisonRow> {
        let mut rows = Vec::new();
        for (name, pair) in &self.metrics {
            rows.push(ComparisonRow::number(name, pair));
        }
        for (name, pair) in &self.params {
            rows.push(ComparisonRow::text(Topic::Param, name, pair.a.clone(), pair.b.clone()));
        }
        let digests = |digests: &Vec<Digest>| {
            let short: Vec<_> = digests.iter().map(|digest| digest.short()).collect();
            short.join(", ")
        };
        for (name, pair) in &self.data {
            let (a, b) = (pair.a.as_ref().map(digests), pair.b.as_ref().map(digests));
            rows.push(ComparisonRow { same: pair.is_same(), ..ComparisonRow::text(Topic::Data, name, a, b) });
        }
        for (name, pair) in &self.schema {
            rows.push(ComparisonRow::text(Topic::Schema, name, pair.a.clone(), pair.b.clone()));
        }
        for (name, pair) in &self.environment {
            rows.push(ComparisonRow::text(Topic::Environment, name, pair.a.clone(), pair.b.clone()));
        }
        let (a, b) = (&self.a, &self.b);
        let window = |side: &Side| side.window.map(|window| window.to_string());
        rows.push(ComparisonRow::text(Topic::Version, "trained on", window(a), window(b)));
        if a.framework.is_some() || b.framework.is_some() {
            let framework = |side: &Side| side.framework.as_ref().map(ToString::to_string);
            rows.push(ComparisonRow::text(Topic::Version, "framework", framework(a), framework(b)));
        }
        let mut both = |name: &str, of: &dyn Fn(&Side) -> String| {
            rows.push(ComparisonRow::text(Topic::Version, name, Some(of(a)), Some(of(b))));
        };
        both("made by", &|side| side.made_by.to_string());
        both("run", &|side| side.run.to_string());
        both("registered by", &|side| side.registered_by.to_string());
        both("registered at", &|side| side.registered_at.to_string());
        both("flavour", &|side| side.flavour.clone());
        let same = a.artifact == b.artifact;
        let short = |side: &Side| Some(side.artifact.short());
        rows.push(ComparisonRow {
            same,
            ..ComparisonRow::text(Topic::Version, "artifact", short(a), short(b))
        });
        let bytes = |side: &Side| side.size.map(|size| size as f64);
        let size = Pair { a: bytes(a), b: bytes(b) };
        rows.push(ComparisonRow { topic: Topic::Version, ..ComparisonRow::number("bytes", &size) });
        rows
    }
}

impl VersionComparison {
    /// The rows of what is not the same, or not there on one side.
    pub fn differences(&self) -> Vec<ComparisonRow> {
        self.rows().into_iter().filter(|row| !row.same).collect()
    }
}

impl fmt::Display for VersionComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head =
            [String::new(), self.a.version.to_string(), self.b.version.to_string(), "b − a".to_owned()];
        let lines: Vec<[String; 4]> =
            [head].into_iter().chain(self.rows().iter().map(ComparisonRow::cells)).collect();
        let mut widths = [0; 4];
        for line in &lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = (*width).max(cell.chars().count());
            }
        }
        write!(f, "{}", self.model)?;
        for line in &lines {
            let [name, a, b, difference] = line;
            let padded = format!(
                "{name:0$}  {a:>1$}  {b:>2$}  {difference:>3$}",
                widths[0], widths[1], widths[2], widths[3]
            );
            write!(f, "\n{}", padded.trim_end())?;
        }
        Ok(())
    }
}
