//! `OpenLineage` 2-0-2 run events, as <https://openlineage.io/spec/2-0-2/OpenLineage.json> has them.

use mlops_core::{Digest, Timestamp, canonical};
use serde_json::{Map, Value, json};

use super::{LineageGraph, LineageNode, NodeFacts, NodeKind};
use crate::Result;
use crate::merkle::Origin;

const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
const VERSION_FACET: &str = "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet";
const PRODUCER: &str = concat!("https://docs.rs/mlops-registry/", env!("CARGO_PKG_VERSION"));

impl LineageGraph {
    /// The graph as `OpenLineage` events, in the order of their times, one line of JSON each
    /// with its line feed. `origin` is the namespace of the jobs and data sets.
    ///
    /// A run of an experiment is a run of the job `run/EXPERIMENT`; a version at work is one
    /// of `serve/MODEL`; what is made from data sets by others, one of `make/…`. Models are
    /// data sets there, `model/NAME`, whose version facet says which version. The ids are
    /// UUIDs of version 8, made from the origin and the id of the node: the same each time.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_open_lineage(&self, origin: &Origin) -> Result<String> {
        let mut events = Vec::new();
        for (node, facts) in &self.nodes {
            events.extend(self.events(origin, node, facts));
        }
        events.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (_, event) in events {
            text.push_str(&canonical::to_string(&event)?);
            text.push('\n');
        }
        Ok(text)
    }

    fn events(&self, origin: &Origin, node: &LineageNode, facts: &NodeFacts) -> Vec<(Timestamp, Value)> {
        let job = match node {
            LineageNode::Run(run) => format!("run/{}", run.experiment),
            _ if node.kind() == NodeKind::Deployment => {
                format!("serve/{}", node.model().map(ToString::to_string).unwrap_or_default())
            }
            // What a run made is told of by the run, and predictions by what made them.
            LineageNode::DataSet { .. } | LineageNode::View(_) | LineageNode::Service(_) => {
                let made = self.sources(node).any(|source| !is_job(source));
                if !made {
                    return Vec::new();
                }
                format!("make/{}", name(node))
            }
            _ => return Vec::new(),
        };
        let data_sets = |nodes: &mut dyn Iterator<Item = &LineageNode>| -> Vec<Value> {
            nodes.filter(|node| !is_job(node)).map(|node| data_set(origin, node)).collect()
        };
        let inputs = data_sets(&mut self.sources(node));
        let outputs = match node {
            _ if is_job(node) => data_sets(&mut self.targets(node)),
            _ => vec![data_set(origin, node)],
        };
        let event = |kind: &str, at: Timestamp, whole: bool| {
            let mut event = json!({
                "eventType": kind,
                "eventTime": at,
                "run": { "runId": uuid(origin, node) },
                "job": { "namespace": origin.as_str(), "name": job },
                "producer": PRODUCER,
                "schemaURL": SCHEMA,
            });
            if whole {
                event["inputs"] = inputs.clone().into();
                event["outputs"] = outputs.clone().into();
            }
            (at, event)
        };
        // It is no run: all that is known is since when someone says so.
        let since = facts.since.unwrap_or_default();
        if !is_job(node) {
            return vec![event("OTHER", since, true)];
        }
        let end = match facts.state.as_deref() {
            Some("failed") => "FAIL",
            Some("killed" | "stopped" | "withdrawn") => "ABORT",
            _ => "COMPLETE",
        };
        match facts.until {
            None => vec![event("START", since, true)],
            Some(until) => vec![event("START", since, false), event(end, until, true)],
        }
    }
}

/// Whether it does something, rather than being something.
fn is_job(node: &LineageNode) -> bool {
    matches!(node.kind(), NodeKind::Run | NodeKind::Deployment)
}

/// The name of a data set, without its version.
fn name(node: &LineageNode) -> String {
    match node {
        LineageNode::DataSet { name, .. } => name.clone(),
        LineageNode::View(name) => format!("view/{name}"),
        LineageNode::Service(name) => format!("service/{name}"),
        LineageNode::Version { model, .. } => format!("model/{model}"),
        LineageNode::Predictions { of, .. } => format!("predictions/{of}"),
        other => other.to_string(),
    }
}

fn data_set(origin: &Origin, node: &LineageNode) -> Value {
    let version = match node {
        LineageNode::DataSet { digest, .. } => Some(digest.to_string()),
        LineageNode::Version { version, .. } => Some(version.to_string()),
        LineageNode::Predictions { from, until, .. } => Some(format!("{from}/{until}")),
        _ => None,
    };
    let mut facets = Map::new();
    if let Some(version) = version {
        let facet = json!({ "_producer": PRODUCER, "_schemaURL": VERSION_FACET, "datasetVersion": version });
        facets.insert("version".to_owned(), facet);
    }
    json!({ "namespace": origin.as_str(), "name": name(node), "facets": facets })
}

/// A UUID of version 8, RFC 9562: half of a SHA-256, but for the bits that say so.
fn uuid(origin: &Origin, node: &LineageNode) -> String {
    let mut hex = Digest::of(format!("{origin}\n{node}")).to_hex();
    hex.truncate(32);
    let variant = char::from(b"89ab"[usize::from(hex.as_bytes()[16]) % 4]);
    format!("{}-{}-8{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
