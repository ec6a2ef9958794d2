use std::collections::BTreeMap;
use std::fmt;

use mlops_core::{Digest, ModelName, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::name::cut;

/// How many refusals, and how many differences, are told by name. All are counted.
const TOLD: usize = 10_000;

/// How much of a name or a reason is told, in characters.
const SHOWN: usize = 500;

/// What an import counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Matter {
    /// Experiments.
    Experiments,
    /// Tags of experiments.
    ExperimentTags,
    /// Runs.
    Runs,
    /// That a run is part of another one.
    Nested,
    /// Parameters.
    Params,
    /// Points of metrics, each a value at a step and a time.
    Points,
    /// The latest value of each metric of a run, as MLflow's database keeps it. Here it is
    /// found from the points: nothing is taken, and those that come out the same are there.
    LatestMetrics,
    /// Tags of runs.
    Tags,
    /// Data sets that runs have read.
    DataSets,
    /// Files of runs and of versions. A place that can't be read counts as one.
    Files,
    /// Registered models.
    Models,
    /// Tags of registered models.
    ModelTags,
    /// Versions of models.
    Versions,
    /// Tags of versions.
    VersionTags,
    /// Aliases.
    Aliases,
}

impl Matter {
    /// All of them, in the order in which they are imported.
    pub const ALL: [Self; 15] = [
        Self::Experiments,
        Self::ExperimentTags,
        Self::Runs,
        Self::Nested,
        Self::Params,
        Self::Points,
        Self::LatestMetrics,
        Self::Tags,
        Self::DataSets,
        Self::Files,
        Self::Models,
        Self::ModelTags,
        Self::Versions,
        Self::VersionTags,
        Self::Aliases,
    ];
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Experiments => "experiments",
            Self::ExperimentTags => "tags of experiments",
            Self::Runs => "runs",
            Self::Nested => "nested runs",
            Self::Params => "parameters",
            Self::Points => "points of metrics",
            Self::LatestMetrics => "latest metrics",
            Self::Tags => "tags of runs",
            Self::DataSets => "data sets",
            Self::Files => "files",
            Self::Models => "models",
            Self::ModelTags => "tags of models",
            Self::Versions => "versions",
            Self::VersionTags => "tags of versions",
            Self::Aliases => "aliases",
        })
    }
}

/// How many of one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Count {
    /// In the source.
    pub found: u64,
    /// Recorded by this import.
    pub taken: u64,
    /// There already, the same.
    pub there: u64,
    /// There already, and not the same: left as they are here.
    pub differ: u64,
    /// Not taken, for a reason.
    pub refused: u64,
    /// Read back from the registry and found as the source has them: those that were taken, and
    /// those that were there.
    pub verified: u64,
}

impl Count {
    /// Whether all of them are in the registry as the source has them.
    pub const fn is_whole(&self) -> bool {
        self.found == self.verified
    }
}

/// Something that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotTaken {
    /// What it is.
    pub matter: Matter,
    /// Its name in the source.
    pub name: String,
    /// Why, and what can be done.
    pub reason: String,
}

/// Something that is not the same here as in the source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// What it is.
    pub matter: Matter,
    /// Its name in the source.
    pub name: String,
    /// What the source has.
    pub source: String,
    /// What is here.
    pub here: String,
}

/// A stage that a version had in MLflow, and does not have here: it takes a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StageThere {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The stage, such as `Production`.
    pub stage: String,
}

/// What kind of source it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SourceKind {
    /// An SQLite database of MLflow's SQL store.
    Database,
    /// A folder of MLflow's file store.
    Folder,
}

/// What an import has found, taken and left, counted and by name.
///
/// ```
/// # fn a(report: &mlops_registry::mlflow_import::ImportReport) -> serde_json::Result<()> {
/// use mlops_registry::mlflow_import::Matter;
/// println!("{report}");
/// assert!(report.count(Matter::Runs).is_whole(), "{:?}", report.not_taken);
/// std::fs::write("import.json", serde_json::to_vec_pretty(report)?).unwrap();
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct ImportReport {
    /// What was read.
    pub kind: SourceKind,
    /// Where it lay.
    pub source: String,
    /// Its digest: of a database the SHA-256 of its file, with the write-ahead log behind it if
    /// there is one; of a folder that of a line with digest and path for each file but artifacts.
    pub digest: Digest,
    /// The revision of a database's schema.
    pub schema: Option<String>,
    /// Whether databases of this revision were read when this library was made. Others are read
    /// as far as they have the same columns.
    pub schema_known: bool,
    /// When it was imported.
    pub at: Timestamp,
    /// How many of each kind of thing.
    pub counts: BTreeMap<Matter, Count>,
    /// What was not taken. At most 10,000; the rest is only counted.
    pub not_taken: Vec<NotTaken>,
    /// What is not the same here. At most 10,000.
    pub differences: Vec<Difference>,
    /// Stages of versions that they do not have here.
    pub stages: Vec<StageThere>,
    /// What is in the source and no part of an import, such as traces: the table or folder, and
    /// how many rows or entries.
    pub unread: BTreeMap<String, u64>,
    /// The entry of the audit log that sums it up; none if nothing was taken.
    pub entry: Option<u64>,
}

impl ImportReport {
    /// How many of one kind of thing.
    pub fn count(&self, matter: Matter) -> Count {
        self.counts.get(&matter).copied().unwrap_or_default()
    }

    /// Whether all that was found is in the registry as the source has it.
    pub fn is_whole(&self) -> bool {
        self.counts.values().all(Count::is_whole)
    }

    /// How many things were taken.
    pub fn taken(&self) -> u64 {
        self.counts.values().map(|count| count.taken).sum()
    }

    /// The same in one line, for the audit log.
    pub(super) fn line(&self) -> String {
        let told = self.counts.iter().filter(|(_, count)| count.found > 0);
        let told: Vec<_> = told
            .map(|(matter, Count { found, taken, refused, .. })| match refused {
                0 => format!("{taken} of {found} {matter}"),
                _ => format!("{taken} of {found} {matter} ({refused} refused)"),
            })
            .collect();
        told.join(", ")
    }
}

/// A table, then what was not taken, what differs, and which stages were left behind.
impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            SourceKind::Database => "database",
            SourceKind::Folder => "folder",
        };
        writeln!(f, "MLflow {kind} {} ({})", self.source, self.digest)?;
        if let Some(schema) = &self.schema {
            let known = if self.schema_known { "" } else { ", which was not tried before" };
            writeln!(f, "schema {schema}{known}")?;
        }
        let head = ["found", "taken", "there", "differ", "refused", "verified"];
        write!(f, "{:20}", "")?;
        head.iter().try_for_each(|head| write!(f, " {head:>9}"))?;
        for (matter, count) in &self.counts {
            let Count { found, taken, there, differ, refused, verified } = *count;
            write!(f, "\n{matter:20}")?;
            [found, taken, there, differ, refused, verified]
                .iter()
                .try_for_each(|count| write!(f, " {count:>9}"))?;
        }
        for NotTaken { matter, name, reason } in &self.not_taken {
            write!(f, "\nnot taken of {matter}: {name}: {reason}")?;
        }
        for Difference { matter, name, source, here } in &self.differences {
            write!(f, "\ndiffers of {matter}: {name}: {source} in the source, {here} here")?;
        }
        for StageThere { model, version, stage } in &self.stages {
            write!(f, "\n{model}/{version} was in {stage} there; here that takes a promotion")?;
        }
        for (name, count) in &self.unread {
            write!(f, "\nnot read: {count} of {name}")?;
        }
        Ok(())
    }
}

/// A report in the making.
#[derive(Debug)]
pub(super) struct Tally(pub(super) ImportReport);

impl Tally {
    fn of(&mut self, matter: Matter) -> &mut Count {
        self.0.counts.entry(matter).or_default()
    }

    pub(super) fn taken(&mut self, matter: Matter, count: usize) {
        let of = self.of(matter);
        of.found += count as u64;
        of.taken += count as u64;
    }

    pub(super) fn there(&mut self, matter: Matter, count: usize) {
        let of = self.of(matter);
        of.found += count as u64;
        of.there += count as u64;
    }

    pub(super) fn verified(&mut self, matter: Matter, count: usize) {
        self.of(matter).verified += count as u64;
    }

    pub(super) fn refused(&mut self, matter: Matter, name: impl Into<String>, reason: impl fmt::Display) {
        self.refused_all(matter, 1, name, reason);
    }

    /// Several things that one reason keeps out, told in one.
    pub(super) fn refused_all(
        &mut self,
        matter: Matter,
        count: usize,
        name: impl Into<String>,
        reason: impl fmt::Display,
    ) {
        let of = self.of(matter);
        of.found += count as u64;
        of.refused += count as u64;
        if self.0.not_taken.len() < TOLD {
            let (name, reason) = (short(&name.into()), short(&reason.to_string()));
            self.0.not_taken.push(NotTaken { matter, name, reason });
        }
    }

    /// Something that is here, but not the same.
    pub(super) fn differs(&mut self, matter: Matter, name: impl Into<String>, source: &str, here: &str) {
        let of = self.of(matter);
        of.found += 1;
        of.differ += 1;
        self.tell(matter, name, source, here);
    }

    /// Something that was counted before, and is not as it was.
    pub(super) fn tell(&mut self, matter: Matter, name: impl Into<String>, source: &str, here: &str) {
        if self.0.differences.len() < TOLD {
            let (name, source, here) = (short(&name.into()), cut(source), cut(here));
            self.0.differences.push(Difference { matter, name, source, here });
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
