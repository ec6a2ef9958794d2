use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

use super::{Key, Part};

/// What a record is about. Each kind is a table of its own, whose key columns are
/// [`columns`](Self::columns).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// The registry itself: one record, from its first entry on.
    Registry,
    /// A role that a principal holds.
    Grant,
    /// What a promotion takes.
    Policy,
    /// A group of runs.
    Experiment,
    /// One attempt at a model.
    Run,
    /// An input of a run that never changes.
    Param,
    /// A number of a run, at a step and a time.
    Metric,
    /// A remark on a run.
    Tag,
    /// A data set that a run has read.
    Input,
    /// A registered model.
    Model,
    /// A version of a model, with its lineage.
    Version,
    /// Where a version stands.
    Stage,
    /// A name that moves between versions.
    Alias,
    /// A verdict on a version.
    Evidence,
    /// A request to put a version into production.
    Request,
    /// A yes to a request.
    Approval,
    /// A version that went into production.
    Promotion,
    /// A version on trial beside the one in production.
    Trial,
    /// A remark on an experiment.
    ExperimentTag,
    /// A run that was started within another one.
    Nested,
    /// A file of a run.
    File,
    /// The names that look alike.
    Lookalike,
    /// What people say of a model or of a version.
    Description,
    /// A remark on a model or on a version.
    ModelTag,
    /// The card of a version: what it is for, and what it is not.
    Card,
    /// What is left of a version or a model that was deleted.
    Tombstone,
    /// That one thing came of another, as someone says who knows it.
    Link,
    /// A promotion that went without the rules, in an emergency.
    Emergency,
    /// A signature of a version.
    VersionSignature,
    /// The state of the sources that a version came from.
    VersionGit,
    /// What a person answers for, of a version.
    Attestation,
}

/// A column of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a name and a type is what a column is")]
pub struct Column {
    /// Its name, safe as an identifier of SQL.
    pub name: &'static str,
    /// Whether it holds whole numbers; text otherwise.
    pub number: bool,
}

const fn text(name: &'static str) -> Column {
    Column { name, number: false }
}

const fn number(name: &'static str) -> Column {
    Column { name, number: true }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 31] = [
        Self::Registry,
        Self::Grant,
        Self::Policy,
        Self::Experiment,
        Self::Run,
        Self::Param,
        Self::Metric,
        Self::Tag,
        Self::Input,
        Self::Model,
        Self::Version,
        Self::Stage,
        Self::Alias,
        Self::Evidence,
        Self::Request,
        Self::Approval,
        Self::Promotion,
        Self::Trial,
        Self::ExperimentTag,
        Self::Nested,
        Self::File,
        Self::Lookalike,
        Self::Description,
        Self::ModelTag,
        Self::Card,
        Self::Tombstone,
        Self::Link,
        Self::Emergency,
        Self::VersionSignature,
        Self::VersionGit,
        Self::Attestation,
    ];

    /// The name of the kind, and of its table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::Grant => "grant",
            Self::Policy => "policy",
            Self::Experiment => "experiment",
            Self::Run => "run",
            Self::Param => "param",
            Self::Metric => "metric",
            Self::Tag => "tag",
            Self::Input => "input",
            Self::Model => "model",
            Self::Version => "version",
            Self::Stage => "stage",
            Self::Alias => "alias",
            Self::Evidence => "evidence",
            Self::Request => "request",
            Self::Approval => "approval",
            Self::Promotion => "promotion",
            Self::Trial => "trial",
            Self::ExperimentTag => "experiment_tag",
            Self::Nested => "nested",
            Self::File => "file",
            Self::Lookalike => "lookalike",
            Self::Description => "description",
            Self::ModelTag => "model_tag",
            Self::Card => "card",
            Self::Tombstone => "tombstone",
            Self::Link => "link",
            Self::Emergency => "emergency",
            Self::VersionSignature => "version_signature",
            Self::VersionGit => "version_git",
            Self::Attestation => "attestation",
        }
    }

    /// What identifies a record, from the owner to the owned: records of one owner lie
    /// side by side and are read by the leading columns.
    pub const fn columns(self) -> &'static [Column] {
        const MODEL: Column = Column { name: "model", number: false };
        const VERSION: Column = Column { name: "version", number: false };
        const NUMBER: Column = Column { name: "number", number: true };
        const EXPERIMENT: Column = Column { name: "experiment", number: false };
        const RUN: Column = Column { name: "run", number: true };
        const NAME: Column = Column { name: "name", number: false };
        match self {
            Self::Registry => const { &[text("part")] },
            Self::Grant => const { &[text("principal"), text("role"), text("scope")] },
            Self::Policy => const { &[text("stage")] },
            Self::Experiment => &[EXPERIMENT],
            Self::Run => &[EXPERIMENT, RUN],
            Self::Param | Self::Tag => &[EXPERIMENT, RUN, NAME],
            Self::Metric => {
                const { &[EXPERIMENT, RUN, NAME, number("step"), number("at_micros"), text("value_bits")] }
            }
            Self::Input => const { &[EXPERIMENT, RUN, NAME, text("digest")] },
            Self::Model => &[MODEL],
            Self::Version | Self::Stage | Self::Card | Self::VersionGit => &[MODEL, VERSION],
            Self::Alias => const { &[MODEL, text("alias")] },
            Self::Evidence => const { &[MODEL, VERSION, text("digest")] },
            Self::Request | Self::Promotion | Self::Trial | Self::Emergency => &[MODEL, NUMBER],
            // The version is empty for the model itself.
            Self::Description | Self::Tombstone => &[MODEL, VERSION, NUMBER],
            Self::ModelTag => &[MODEL, VERSION, NAME],
            Self::Link => const { &[text("source"), text("target")] },
            Self::Approval => const { &[MODEL, NUMBER, text("approver")] },
            Self::VersionSignature => const { &[MODEL, VERSION, text("key")] },
            Self::Attestation => const { &[MODEL, VERSION, text("item")] },
            Self::ExperimentTag => &[EXPERIMENT, NAME],
            Self::Nested => const { &[EXPERIMENT, RUN, text("child_experiment"), number("child_run")] },
            Self::File => const { &[EXPERIMENT, RUN, text("path")] },
            Self::Lookalike => const { &[text("what"), text("skeleton")] },
        }
    }

    /// Whether `key` has the parts that a key of this kind begins with; all of them, if `whole`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the columns that were expected.
    pub fn check(self, key: &Key, whole: bool) -> Result<()> {
        let columns = self.columns();
        let long_enough = if whole { key.len() == columns.len() } else { key.len() <= columns.len() };
        let typed = key.parts().iter().zip(columns).all(|(part, column)| match part {
            Part::Number(n) => column.number && n.unsigned_abs() <= MAX_NUMBER,
            Part::Text(_) => !column.number,
        });
        if long_enough && typed {
            return Ok(());
        }
        let names: Vec<_> = columns
            .iter()
            .map(
                |column| {
                    if column.number { format!("{} (number)", column.name) } else { column.name.to_owned() }
                },
            )
            .collect();
        Err(Error::Invalid {
            field: "key",
            value: format!("{self} {key}"),
            expected: format!("{}; numbers within ±2^53", names.join(", ")),
        })
    }
}

/// The largest number that JSON is sure to keep.
const MAX_NUMBER: u64 = 1 << 53;

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
