use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mlops_core::{Timestamp, canonical};
use serde::Serialize;
use serde_json::json;

use super::{LineageNode, NodeKind};
use crate::Result;

/// How one thing came of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EdgeKind {
    /// A data set, a view or a service was made from it.
    MadeFrom,
    /// A run has read it.
    ReadBy,
    /// A run gave a version or a data set.
    Gave,
    /// A version was put to work.
    Deployed,
    /// What was at work has answered.
    Answered,
}

impl EdgeKind {
    pub(super) const fn between(source: NodeKind, target: NodeKind) -> Self {
        match (source, target) {
            (NodeKind::Run, _) => Self::Gave,
            (_, NodeKind::Run) => Self::ReadBy,
            (_, NodeKind::Deployment) => Self::Deployed,
            (_, NodeKind::Predictions) => Self::Answered,
            _ => Self::MadeFrom,
        }
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MadeFrom => "made from",
            Self::ReadBy => "read by",
            Self::Gave => "gave",
            Self::Deployed => "deployed",
            Self::Answered => "answered",
        })
    }
}

/// That `target` came of `source`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Edge {
    /// What it came of.
    pub source: LineageNode,
    /// What came of it.
    pub target: LineageNode,
    /// How.
    pub kind: EdgeKind,
}

/// What the registry knows of a node, beside what its id says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeFacts {
    /// Since when it is: a run started, a version was registered, a time in production began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// In a word where it stands, such as `finished`, `production`, `deleted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// More, by name: an artifact's digest, the version in production.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<&'static str, String>,
}

/// What came of something, or what it came of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineageGraph {
    /// Where it was asked from.
    pub start: LineageNode,
    /// Everything that was found, the start among it.
    pub nodes: BTreeMap<LineageNode, NodeFacts>,
    /// What came of what.
    pub edges: BTreeSet<Edge>,
    /// Whether there is more beyond the depth that was asked for, or beyond the most nodes.
    pub cut: bool,
}

impl LineageGraph {
    /// The nodes of one kind, by id: which versions does this data set affect?
    pub fn of_kind(&self, kind: NodeKind) -> impl Iterator<Item = &LineageNode> {
        self.nodes.keys().filter(move |node| node.kind() == kind)
    }

    /// What `node` came of.
    pub fn sources(&self, node: &LineageNode) -> impl Iterator<Item = &LineageNode> {
        self.edges.iter().filter(move |edge| edge.target == *node).map(|edge| &edge.source)
    }

    /// What came of `node`.
    pub fn targets(&self, node: &LineageNode) -> impl Iterator<Item = &LineageNode> {
        self.edges.iter().filter(move |edge| edge.source == *node).map(|edge| &edge.target)
    }

    /// One line of canonical JSON: `start`, `cut`, `nodes` with `id`, `kind`, `label` and
    /// what is known of them, and `edges` with `source`, `target` and `kind`.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_json(&self) -> Result<String> {
        let nodes = self.nodes.iter().map(
            |(node, facts)| json!({ "id": node, "kind": node.kind(), "label": node.label(), "facts": facts }),
        );
        let nodes: Vec<_> = nodes.collect();
        let graph = json!({ "start": self.start, "cut": self.cut, "nodes": nodes, "edges": self.edges });
        Ok(canonical::to_string(&graph)?)
    }
}
