use std::fmt;
use std::str::FromStr;

use mlops_core::{Digest, ModelName, ServiceName, Timestamp, Version, ViewName, Window};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::tracking::RunId;
use crate::{Error, Result};

/// The longest text of a node, in bytes.
const MAX_TEXT: usize = 1024;

/// Something that came of something, or that something came of.
///
/// Its text is its id, the same in every export: `run:flight-delay/1`.
///
/// ```
/// use mlops_registry::lineage::LineageNode;
/// let node: LineageNode = "version:flight-delay/1.0.0".parse()?;
/// assert_eq!(node.to_string(), "version:flight-delay/1.0.0");
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LineageNode {
    /// A data set, to the byte: `dataset:sha256:…:flights.parquet`.
    DataSet {
        /// Its name, as runs have it.
        name: String,
        /// The digest of its bytes.
        digest: Digest,
    },
    /// A feature view: `view:weather`.
    View(ViewName),
    /// A feature service: `service:flight-delay`.
    Service(ServiceName),
    /// A run: `run:flight-delay/1`.
    Run(RunId),
    /// A version: `version:flight-delay/1.0.0`.
    Version {
        /// The model.
        model: ModelName,
        /// The version.
        version: Version,
    },
    /// A time that a version was in production: `production:flight-delay/3`.
    Production {
        /// The model.
        model: ModelName,
        /// The number of the promotion.
        number: u32,
    },
    /// A time that a version was on trial: `trial:flight-delay/1`.
    Trial {
        /// The model.
        model: ModelName,
        /// The number of the trial.
        number: u32,
    },
    /// A service that runs versions of a model: `deployment:flight-delay/eu-west`.
    Deployment {
        /// The model.
        model: ModelName,
        /// What the service is called.
        name: String,
    },
    /// What one of these has answered in a window of time:
    /// `predictions:2013-04-01T00:00:00Z/2013-05-01T00:00:00Z/production:flight-delay/3`.
    Predictions {
        /// The time in production, the trial or the deployment.
        of: Box<LineageNode>,
        /// When.
        from: Timestamp,
        /// Until when, exclusive.
        until: Timestamp,
    },
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum NodeKind {
    /// A data set.
    DataSet,
    /// A feature view.
    View,
    /// A feature service.
    Service,
    /// A run.
    Run,
    /// A version of a model.
    Version,
    /// A version at work: in production, on trial, in a service.
    Deployment,
    /// Answers of a window of time.
    Predictions,
}

impl fmt::Display for NodeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::DataSet => "data set",
            Self::View => "feature view",
            Self::Service => "feature service",
            Self::Run => "run",
            Self::Version => "version",
            Self::Deployment => "deployment",
            Self::Predictions => "predictions",
        })
    }
}

impl LineageNode {
    /// A data set.
    pub fn data_set(name: impl Into<String>, digest: Digest) -> Self {
        Self::DataSet { name: name.into(), digest }
    }

    /// A version.
    pub fn version(model: ModelName, version: Version) -> Self {
        Self::Version { model, version }
    }

    /// What `of` has answered in a window of time.
    pub fn predictions(of: Self, window: Window) -> Self {
        Self::Predictions { of: Box::new(of), from: window.from(), until: window.until() }
    }

    /// What it is.
    pub const fn kind(&self) -> NodeKind {
        match self {
            Self::DataSet { .. } => NodeKind::DataSet,
            Self::View(_) => NodeKind::View,
            Self::Service(_) => NodeKind::Service,
            Self::Run(_) => NodeKind::Run,
            Self::Version { .. } => NodeKind::Version,
            Self::Production { .. } | Self::Trial { .. } | Self::Deployment { .. } => NodeKind::Deployment,
            Self::Predictions { .. } => NodeKind::Predictions,
        }
    }

    /// The model that it is of, if it is of one.
    pub fn model(&self) -> Option<&ModelName> {
        match self {
            Self::Version { model, .. }
            | Self::Production { model, .. }
            | Self::Trial { model, .. }
            | Self::Deployment { model, .. } => Some(model),
            Self::Predictions { of, .. } => of.model(),
            Self::DataSet { .. } | Self::View(_) | Self::Service(_) | Self::Run(_) => None,
        }
    }

    /// What a person calls it, without what it is.
    pub fn label(&self) -> String {
        match self {
            Self::DataSet { name, .. } => name.clone(),
            Self::View(name) => name.to_string(),
            Self::Service(name) => name.to_string(),
            Self::Run(run) => run.to_string(),
            Self::Version { model, version } => format!("{model} {version}"),
            Self::Production { model, number } => format!("{model} in production #{number}"),
            Self::Trial { model, number } => format!("{model} on trial #{number}"),
            Self::Deployment { model, name } => format!("{model} at {name}"),
            Self::Predictions { from, until, .. } => match Window::new(*from, *until) {
                Ok(window) => window.to_string(),
                Err(_) => format!("{from} until {until}"),
            },
        }
    }

    /// That its parts are what their text can hold.
    pub(super) fn check(&self) -> Result<()> {
        let text = self.to_string();
        if text.parse::<Self>().is_ok_and(|read| read == *self) { Ok(()) } else { Err(invalid(&text)) }
    }
}

fn invalid(text: &str) -> Error {
    Error::Invalid {
        field: "lineage node",
        value: text.chars().take(120).collect(),
        expected: "dataset:sha256:…:NAME, view:NAME, service:NAME, run:EXPERIMENT/NUMBER, \
                   version:MODEL/VERSION, production:MODEL/NUMBER, trial:MODEL/NUMBER, \
                   deployment:MODEL/NAME or predictions:FROM/UNTIL/DEPLOYMENT"
            .to_owned(),
    }
}

impl fmt::Display for LineageNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DataSet { name, digest } => write!(f, "dataset:{digest}:{name}"),
            Self::View(name) => write!(f, "view:{name}"),
            Self::Service(name) => write!(f, "service:{name}"),
            Self::Run(run) => write!(f, "run:{run}"),
            Self::Version { model, version } => write!(f, "version:{model}/{version}"),
            Self::Production { model, number } => write!(f, "production:{model}/{number}"),
            Self::Trial { model, number } => write!(f, "trial:{model}/{number}"),
            Self::Deployment { model, name } => write!(f, "deployment:{model}/{name}"),
            Self::Predictions { of, from, until } => write!(f, "predictions:{from}/{until}/{of}"),
        }
    }
}

impl FromStr for LineageNode {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let bad = || invalid(text);
        if text.len() > MAX_TEXT || text.chars().any(char::is_control) {
            return Err(bad());
        }
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        let numbered = || {
            let (model, number) = rest.split_once('/').ok_or_else(bad)?;
            let number: u32 = number.parse().map_err(|_| bad())?;
            Ok::<_, Error>((ModelName::new(model)?, number))
        };
        let node = match kind {
            "dataset" => {
                let (hex, name) =
                    rest.strip_prefix("sha256:").and_then(|rest| rest.split_once(':')).ok_or_else(bad)?;
                if name.is_empty() {
                    return Err(bad());
                }
                Self::DataSet { name: name.to_owned(), digest: Digest::from_hex(hex)? }
            }
            "view" => Self::View(rest.parse()?),
            "service" => Self::Service(rest.parse()?),
            "run" => Self::Run(rest.parse()?),
            "version" => {
                let (model, version) = rest.split_once('/').ok_or_else(bad)?;
                Self::Version { model: model.parse()?, version: version.parse()? }
            }
            "production" => {
                let (model, number) = numbered()?;
                Self::Production { model, number }
            }
            "trial" => {
                let (model, number) = numbered()?;
                Self::Trial { model, number }
            }
            "deployment" => {
                let (model, name) = rest.split_once('/').ok_or_else(bad)?;
                if name.is_empty() || name.trim() != name {
                    return Err(bad());
                }
                Self::Deployment { model: model.parse()?, name: name.to_owned() }
            }
            "predictions" => {
                let mut parts = rest.splitn(3, '/');
                let mut part = || parts.next().ok_or_else(bad);
                let (from, until) = (part()?.parse()?, part()?.parse()?);
                let rest = part()?;
                // Not those of others: that would be as deep as someone likes.
                if rest.starts_with("predictions:") {
                    return Err(bad());
                }
                let of: Self = rest.parse()?;
                if of.kind() != NodeKind::Deployment || Window::new(from, until).is_err() {
                    return Err(bad());
                }
                Self::Predictions { of: Box::new(of), from, until }
            }
            _ => return Err(bad()),
        };
        // One spelling each: it is the id.
        if node.to_string() == text { Ok(node) } else { Err(bad()) }
    }
}

impl Serialize for LineageNode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LineageNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_spelling_each() {
        let digest = Digest::of("flights");
        for text in [
            format!("dataset:{digest}:flights: 1.parquet").as_str(),
            "view:weather",
            "service:flight-delay",
            "run:a/b/12",
            "version:flight-delay/1.0.0-rc.1+2",
            "production:flight-delay/3",
            "trial:flight-delay/1",
            "deployment:flight-delay/eu/west",
            "predictions:2013-04-01T00:00:00Z/2013-05-01T00:00:00Z/production:flight-delay/3",
        ] {
            assert_eq!(text.parse::<LineageNode>().unwrap().to_string(), text);
        }
        let same = "predictions:2013-04-01T00:00:00Z/2013-05-01T00:00:00Z/";
        for text in [
            "",
            "run",
            "run:",
            "run:a/01",
            "model:a",
            "version:a/1",
            "version:a",
            "production:a/+3",
            "production:a/",
            "deployment:a/",
            "dataset:sha256:00:a",
            &format!("dataset:{digest}:"),
            "predictions:2013-04-01/2013-05-01/production:a/3",
            "predictions:2013-05-01T00:00:00Z/2013-04-01T00:00:00Z/production:a/3",
            &format!("{same}view:a"),
            &format!("{same}{same}production:a/3"),
            &format!("view:{}", "x".repeat(2000)),
        ] {
            assert!(text.parse::<LineageNode>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_never_panics(text in "(dataset|view|run|version|predictions|trial)?:?\\PC{0,80}") {
            if let Ok(node) = text.parse::<LineageNode>() {
                prop_assert_eq!(node.to_string(), text);
            }
        }
    }
}
