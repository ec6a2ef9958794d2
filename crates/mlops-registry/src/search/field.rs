use std::fmt;

use serde::{Deserialize, Serialize};

use crate::store::Kind;

/// Where a value of a thing comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every adapter must be able to index each of them")]
pub enum Source {
    /// What the thing itself says, such as when a run was started.
    Attribute,
    /// A parameter of a run: text.
    Param,
    /// The latest value of a metric of a run: a number.
    Metric,
    /// A tag: text.
    Tag,
    /// The data sets that a run has read: text, any number of values.
    Dataset,
}

impl Source {
    /// Every source; its place here is its number in an index.
    pub const ALL: [Self; 5] = [Self::Attribute, Self::Param, Self::Metric, Self::Tag, Self::Dataset];

    /// The word before the dot, as it is written in a filter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attribute => "attributes",
            Self::Param => "params",
            Self::Metric => "metrics",
            Self::Tag => "tags",
            Self::Dataset => "datasets",
        }
    }

    /// The source that a word before the dot means. The words are MLflow's, and so is
    /// their spelling: `Metrics.x` is none.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "attribute" | "attributes" | "attr" | "run" => Self::Attribute,
            "parameter" | "parameters" | "param" | "params" => Self::Param,
            "metric" | "metrics" => Self::Metric,
            "tag" | "tags" => Self::Tag,
            "dataset" | "datasets" => Self::Dataset,
            _ => return None,
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that can be asked for, such as `metrics.auc`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a source and a name is what a field is")]
pub struct Field {
    /// Where its value comes from.
    pub source: Source,
    /// Its name there.
    pub name: String,
}

impl Field {
    /// The field of this name.
    pub fn new(source: Source, name: impl Into<String>) -> Self {
        Self { source, name: name.into() }
    }

    pub(crate) fn attribute(name: &str) -> Self {
        Self::new(Source::Attribute, name)
    }

    /// Whether a thing can have several values of it.
    pub fn is_many(&self) -> bool {
        self.source == Source::Dataset
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        if self.name.chars().all(plain) {
            write!(f, "{}.{}", self.source, self.name)
        } else {
            write!(f, "{}.`{}`", self.source, self.name.replace('`', "``"))
        }
    }
}

/// What a value is, and so what it can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text, compared by its bytes.
    Text,
    /// A number.
    Number,
    /// A moment, written in whole milliseconds since 1970.
    Time,
}

/// An attribute of a kind of thing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute {
    /// As it is indexed.
    pub(crate) name: &'static str,
    /// Other words for it.
    pub(crate) aliases: &'static [&'static str],
    pub(crate) is: Type,
    /// Whether a filter may name it.
    pub(crate) filter: bool,
    /// Whether an order may name it.
    pub(crate) order: bool,
    /// Whether it may be compared with a list.
    pub(crate) list: bool,
    /// Why it can't be asked for, though MLflow has it: it would find nothing, or the wrong things.
    pub(crate) unknown: Option<&'static str>,
}

const fn attribute(name: &'static str, is: Type) -> Attribute {
    Attribute { name, aliases: &[], is, filter: true, order: true, list: false, unknown: None }
}

const RUN: &[Attribute] = &[
    Attribute { list: true, ..attribute("run_id", Type::Text) },
    Attribute { aliases: &["run name", "Run name", "Run Name"], ..attribute("run_name", Type::Text) },
    attribute("status", Type::Text),
    attribute("user_id", Type::Text),
    Attribute {
        unknown: Some("another attribute: the files of a run have digests, and no artifact_uri"),
        ..attribute("artifact_uri", Type::Text)
    },
    Attribute { aliases: &["created", "Created"], ..attribute("start_time", Type::Time) },
    attribute("end_time", Type::Time),
];

const EXPERIMENT: &[Attribute] = &[
    Attribute { list: true, ..attribute("experiment_id", Type::Text) },
    attribute("name", Type::Text),
    attribute("creation_time", Type::Time),
    attribute("last_update_time", Type::Time),
];

const MODEL: &[Attribute] = &[
    Attribute { list: true, ..attribute("name", Type::Text) },
    Attribute { filter: false, ..attribute("creation_timestamp", Type::Time) },
    Attribute {
        filter: false,
        aliases: &["timestamp"],
        unknown: Some("another attribute: when a model was updated last is not kept, its versions are dated"),
        ..attribute("last_updated_timestamp", Type::Time)
    },
];

const VERSION: &[Attribute] = &[
    Attribute { list: true, ..attribute("name", Type::Text) },
    Attribute { aliases: &["version"], ..attribute("version_number", Type::Number) },
    Attribute { list: true, order: false, ..attribute("run_id", Type::Text) },
    Attribute { order: false, ..attribute("source_path", Type::Text) },
    Attribute { filter: false, ..attribute("creation_timestamp", Type::Time) },
    Attribute { filter: false, ..attribute("last_updated_timestamp", Type::Time) },
];

/// The attributes of a kind of thing; none if it can't be searched.
pub(crate) const fn attributes(kind: Kind) -> &'static [Attribute] {
    match kind {
        Kind::Run => RUN,
        Kind::Experiment => EXPERIMENT,
        Kind::Model => MODEL,
        Kind::Version => VERSION,
        _ => &[],
    }
}

/// The words before a dot that a kind of thing knows.
pub(super) fn sources(kind: Kind) -> &'static [Source] {
    if kind == Kind::Run { &Source::ALL } else { &[Source::Attribute, Source::Tag] }
}

/// What a data set says of itself.
pub(super) const DATASET: [&str; 3] = ["name", "digest", "context"];

/// The type of a field of this kind of thing, and whether it takes a list.
pub(super) fn type_of(kind: Kind, field: &Field) -> (Type, bool) {
    match field.source {
        Source::Param | Source::Tag => (Type::Text, false),
        Source::Metric => (Type::Number, false),
        Source::Dataset => (Type::Text, true),
        Source::Attribute => attributes(kind)
            .iter()
            .find(|attribute| attribute.name == field.name)
            .map_or((Type::Text, false), |attribute| (attribute.is, attribute.list)),
    }
}
