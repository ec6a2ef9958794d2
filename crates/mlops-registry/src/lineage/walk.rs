use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mlops_core::{Digest, ModelName};

use super::{Edge, EdgeKind, LineageGraph, LineageNode, Link, NodeFacts};
use crate::model::{ModelVersion, Tombstone, VersionStage};
use crate::promotion::Promotion;
use crate::registry::{Document, Registry};
use crate::search::{Filter, Search, SyntaxError};
use crate::store::{Key, Kind, Record};
use crate::tracking::{DataInput, Run, RunId, View};
use crate::trial::Trial;
use crate::{Error, Result};

/// How many things are searched for at a time.
const PAGE: usize = 1000;

/// The most nodes that a graph has.
pub const MAX_NODES: usize = 10_000;

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// To what came of it.
    Forwards,
    /// To what it came of.
    Backwards,
    /// Both ways from the start; not to what else came of what it came of.
    Both,
}

impl Registry {
    /// What came of `start`, or what it came of, or both, up to so many steps away.
    ///
    /// It reads what it finds, by keys and by the index of search: which runs have read a data
    /// set, and which versions came of a run. All that it reads beside are, forwards over a run,
    /// the tombstones of versions and, backwards in a registry that no link was recorded in since
    /// an earlier release, all links.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the registry keeps such things as `start` and does not have
    /// it; a data set is there if a run has read it or a link names it.
    pub fn lineage(&self, start: &LineageNode, direction: Direction, depth: usize) -> Result<LineageGraph> {
        let reader = Reader::new(self);
        let mut graph =
            LineageGraph { start: start.clone(), nodes: BTreeMap::new(), edges: BTreeSet::new(), cut: false };
        let ways: &[bool] = match direction {
            Direction::Forwards => &[true],
            Direction::Backwards => &[false],
            Direction::Both => &[false, true],
        };
        for forwards in ways {
            reader.walk(&mut graph, *forwards, depth)?;
        }
        let alone = graph.edges.is_empty() && !graph.cut;
        for (node, facts) in &mut graph.nodes {
            if let Some(found) = reader.facts(node)? {
                *facts = found;
            } else if node == start && alone && !reader.is_linked(node)? {
                return Err(Error::NotFound { what: "lineage node", key: node.to_string() });
            }
        }
        Ok(graph)
    }
}

/// The registry as one walk reads it: what can't be asked for by a key at most once.
struct Reader<'a> {
    registry: &'a Registry,
    /// All links, by what they lead to; `None` if the registry finds them so.
    links: OnceCell<Option<BTreeMap<LineageNode, Vec<Link>>>>,
    /// By the run that they came of.
    deleted: OnceCell<BTreeMap<RunId, Vec<ModelVersion>>>,
}

impl<'a> Reader<'a> {
    const fn new(registry: &'a Registry) -> Self {
        Self { registry, links: OnceCell::new(), deleted: OnceCell::new() }
    }

    fn walk(&self, graph: &mut LineageGraph, forwards: bool, depth: usize) -> Result<()> {
        let mut seen = BTreeSet::from([graph.start.clone()]);
        let mut next = VecDeque::from([(graph.start.clone(), 0)]);
        graph.nodes.entry(graph.start.clone()).or_default();
        while let Some((node, steps)) = next.pop_front() {
            let neighbours = if forwards { self.targets(&node)? } else { self.sources(&node)? };
            for neighbour in neighbours {
                let is_new = !seen.contains(&neighbour);
                let known = graph.nodes.contains_key(&neighbour);
                if is_new && (steps >= depth || (!known && graph.nodes.len() >= MAX_NODES)) {
                    graph.cut = true;
                    continue;
                }
                let (source, target) = if forwards {
                    (node.clone(), neighbour.clone())
                } else {
                    (neighbour.clone(), node.clone())
                };
                let kind = EdgeKind::between(source.kind(), target.kind());
                graph.edges.insert(Edge { source, target, kind });
                if is_new {
                    seen.insert(neighbour.clone());
                    graph.nodes.entry(neighbour.clone()).or_default();
                    next.push_back((neighbour, steps + 1));
                }
            }
        }
        Ok(())
    }

    /// What came of `node`.
    fn targets(&self, node: &LineageNode) -> Result<Vec<LineageNode>> {
        let links = self.registry.links_from(node)?;
        let mut found: Vec<_> = links.into_iter().map(|link| link.target).collect();
        match node {
            LineageNode::DataSet { name, digest } => {
                found.extend(self.readers(name, digest)?.into_iter().map(LineageNode::Run));
            }
            LineageNode::Run(run) => {
                let given = self.given(run)?.into_iter();
                found.extend(given.map(|version| LineageNode::version(version.model, version.version)));
            }
            LineageNode::Version { model, version } => {
                let promotions: Vec<Promotion> = self.of_model(model)?;
                found.extend(
                    promotions
                        .into_iter()
                        .filter(|promotion| promotion.version == *version)
                        .map(|Promotion { model, number, .. }| LineageNode::Production { model, number }),
                );
                let trials: Vec<Trial> = self.of_model(model)?;
                found.extend(
                    trials
                        .into_iter()
                        .filter(|trial| trial.version == *version)
                        .map(|Trial { model, number, .. }| LineageNode::Trial { model, number }),
                );
            }
            _ => {}
        }
        Ok(found)
    }

    /// What `node` came of.
    fn sources(&self, node: &LineageNode) -> Result<Vec<LineageNode>> {
        let links = self.links_to(node)?;
        let mut found: Vec<_> = links.into_iter().map(|link| link.source).collect();
        match node {
            LineageNode::Run(run) => {
                let inputs: Vec<DataInput> = self.registry.values(&run.key())?;
                found.extend(inputs.into_iter().map(|input| LineageNode::data_set(input.name, input.digest)));
            }
            LineageNode::Version { model, version } => {
                if let Some((version, _)) = self.version(model, version)? {
                    found.push(LineageNode::Run(version.run));
                }
            }
            LineageNode::Production { model, number } => {
                if let Some(promotion) = self.promotion(model, *number)? {
                    found.push(LineageNode::version(promotion.model, promotion.version));
                }
            }
            LineageNode::Trial { model, number } => {
                if let Some(trial) = self.trial(model, *number)? {
                    found.push(LineageNode::version(trial.model, trial.version));
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// What is known of a node; `None` if the registry does not keep it.
    fn facts(&self, node: &LineageNode) -> Result<Option<NodeFacts>> {
        Ok(match node {
            LineageNode::Run(id) => self.registry.find::<Run>(id.key())?.map(|run| NodeFacts {
                since: Some(run.value.started_at),
                until: run.value.ended_at,
                state: Some(run.value.status.to_string()),
                by: Some(run.value.started_by.to_string()),
                more: BTreeMap::from([("name", run.value.name)]),
            }),
            LineageNode::Version { model, version } => {
                self.version(model, version)?.map(|(version, state)| NodeFacts {
                    since: Some(version.registered_at),
                    until: None,
                    state: Some(state),
                    by: Some(version.registered_by.to_string()),
                    more: BTreeMap::from([
                        ("artifact", version.artifact.to_string()),
                        ("flavour", version.flavour),
                    ]),
                })
            }
            LineageNode::Production { model, number } => match self.promotion(model, *number)? {
                None => None,
                Some(promotion) => {
                    let next = self.promotion(model, number.saturating_add(1))?;
                    let until = promotion.ended.map(|end| end.at);
                    let until = until.or(next.map(|next| next.promoted_at));
                    let state = if until.is_some() { "ended" } else { "in production" };
                    Some(NodeFacts {
                        since: Some(promotion.promoted_at),
                        until,
                        state: Some(state.to_owned()),
                        by: Some(promotion.promoted_by.to_string()),
                        more: BTreeMap::from([("version", promotion.version.to_string())]),
                    })
                }
            },
            LineageNode::Trial { model, number } => self.trial(model, *number)?.map(|trial| NodeFacts {
                since: trial.phases.first().map(|phase| phase.since),
                until: trial.end.as_ref().map(|end| end.at),
                state: Some(trial.end.as_ref().map_or("running", |end| end.outcome.as_str()).to_owned()),
                by: trial.phases.first().map(|phase| phase.by.to_string()),
                more: BTreeMap::from([
                    ("version", trial.version.to_string()),
                    ("kind", trial.kind.to_string()),
                ]),
            }),
            LineageNode::Predictions { from, until, .. } if self.is_linked(node)? => {
                Some(NodeFacts { since: Some(*from), until: Some(*until), ..NodeFacts::default() })
            }
            // What others keep is known since the first link that leads to it.
            _ => {
                let first = self.links_to(node)?.into_iter().min_by_key(|link| link.at);
                first.map(|link| NodeFacts {
                    since: Some(link.at),
                    by: Some(link.by.to_string()),
                    ..NodeFacts::default()
                })
            }
        })
    }

    fn is_linked(&self, node: &LineageNode) -> Result<bool> {
        Ok(!self.links_to(node)?.is_empty() || !self.registry.links_from(node)?.is_empty())
    }

    fn version(
        &self,
        model: &ModelName,
        version: &mlops_core::Version,
    ) -> Result<Option<(ModelVersion, String)>> {
        let key = ModelVersion::key_of(model, version);
        if let Some(found) = self.registry.find::<ModelVersion>(key.clone())? {
            let stage = self.registry.find::<VersionStage>(key)?;
            let stage = stage.map_or_else(String::new, |stage| stage.value.stage.to_string());
            return Ok(Some((found.value, stage)));
        }
        let deleted: Vec<Tombstone> = self.registry.values(&key)?;
        let deleted = deleted.iter().rev().find_map(Tombstone::version);
        Ok(deleted.map(|version| (version.clone(), "deleted".to_owned())))
    }

    fn promotion(&self, model: &ModelName, number: u32) -> Result<Option<Promotion>> {
        Ok(self.registry.find(Promotion::key_of(model, number))?.map(|promotion| promotion.value))
    }

    fn trial(&self, model: &ModelName, number: u32) -> Result<Option<Trial>> {
        Ok(self.registry.find(Trial::key_of(model, number))?.map(|trial| trial.value))
    }

    fn of_model<T: Document>(&self, model: &ModelName) -> Result<Vec<T>> {
        self.registry.values(&Key::from([model.as_str()]))
    }

    fn links_to(&self, node: &LineageNode) -> Result<Vec<Link>> {
        let all = once(&self.links, || {
            if self.registry.finds_back()? {
                return Ok(None);
            }
            let mut all: BTreeMap<_, Vec<Link>> = BTreeMap::new();
            for link in self.registry.links()? {
                all.entry(link.target.clone()).or_default().push(link);
            }
            Ok(Some(all))
        })?;
        match all {
            Some(all) => Ok(all.get(node).cloned().unwrap_or_default()),
            None => self.registry.links_to(node),
        }
    }

    /// The runs that have read a data set.
    fn readers(&self, name: &str, digest: &Digest) -> Result<Vec<RunId>> {
        let mut runs = Vec::new();
        // Not by its digest: that of another tool is found by what it was there.
        self.search(Kind::Run, &format!("datasets.name = {}", quoted(name)), |record| {
            let run = record.document::<Run>()?.id;
            if self.registry.find::<DataInput>(DataInput::key_of(&run, name, digest))?.is_some() {
                runs.push(run);
            }
            Ok(())
        })?;
        Ok(runs)
    }

    /// The versions that came of a run. Those that were deleted too: what they came of is kept
    /// for this.
    fn given(&self, run: &RunId) -> Result<Vec<ModelVersion>> {
        let mut given: Vec<ModelVersion> = Vec::new();
        self.search(Kind::Version, &format!("run_id = '{}'", run.uid()), |record| {
            given.push(record.document()?);
            Ok(())
        })?;
        let deleted = once(&self.deleted, || {
            let mut deleted: BTreeMap<RunId, Vec<ModelVersion>> = BTreeMap::new();
            let tombstones: Vec<Tombstone> = self.registry.values(&Key::all())?;
            for version in tombstones.iter().filter_map(Tombstone::version) {
                deleted.entry(version.run.clone()).or_default().push(version.clone());
            }
            Ok(deleted)
        })?;
        given.extend(deleted.get(run).into_iter().flatten().cloned());
        Ok(given)
    }

    /// Looks at all that passes a filter.
    fn search(&self, kind: Kind, filter: &str, mut look: impl FnMut(&Record) -> Result<()>) -> Result<()> {
        let invalid = |error: SyntaxError| Error::Invalid {
            field: "filter",
            value: filter.to_owned(),
            expected: error.to_string(),
        };
        let mut search = Search::new(kind, PAGE)?;
        search.view = View::All;
        search.filter = Filter::parse(kind, filter).map_err(invalid)?;
        loop {
            let matches = self.registry.store().search(&search)?;
            matches.found.iter().try_for_each(|found| look(&found.record))?;
            search.after = matches.found.into_iter().next_back().map(|last| last.position);
            if !matches.more {
                return Ok(());
            }
        }
    }
}

/// As text stands in a filter.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn once<T>(cell: &OnceCell<T>, read: impl FnOnce() -> Result<T>) -> Result<&T> {
    if let Some(there) = cell.get() {
        return Ok(there);
    }
    let read = read()?;
    Ok(cell.get_or_init(|| read))
}
