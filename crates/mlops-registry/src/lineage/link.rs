use std::collections::BTreeSet;

use mlops_core::{ModelName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LineageNode, NodeKind, Retraction};
use crate::access::Action;
use crate::model::ModelVersion;
use crate::promotion::Promotion;
use crate::registry::{Document, Registry, Session, StoredExt as _};
use crate::store::{Commit, Expected, Key, Kind};
use crate::tracking::{Run, RunId};
use crate::trial::Trial;
use crate::{Error, Result};

/// That one thing came of another, as someone says who knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// What it came of.
    pub source: LineageNode,
    /// What came of it.
    pub target: LineageNode,
    /// Who says so.
    pub by: Principal,
    /// Since when.
    pub at: Timestamp,
    /// That it was taken back, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Retraction>,
}

impl Link {
    /// Whether it was not taken back.
    pub const fn stands(&self) -> bool {
        self.retracted.is_none()
    }

    pub(super) fn key_of(source: &LineageNode, target: &LineageNode) -> Key {
        Key::from([source.to_string(), target.to_string()])
    }
}

impl Document for Link {
    const KIND: Kind = Kind::Link;
    fn key(&self) -> Key {
        Self::key_of(&self.source, &self.target)
    }
}

/// Whether a link may say that `target` came of `source`. What the registry knows by itself
/// nobody has to say.
fn is_link(source: &LineageNode, target: &LineageNode) -> bool {
    match (source.kind(), target.kind()) {
        (NodeKind::DataSet | NodeKind::Run | NodeKind::Predictions, NodeKind::DataSet)
        | (NodeKind::DataSet, NodeKind::View)
        | (NodeKind::View, NodeKind::Service | NodeKind::Run)
        | (NodeKind::Service, NodeKind::Run) => true,
        (NodeKind::Version, NodeKind::Deployment) => {
            matches!(target, LineageNode::Deployment { .. }) && source.model() == target.model()
        }
        (NodeKind::Deployment, NodeKind::Predictions) => {
            matches!(target, LineageNode::Predictions { of, .. } if **of == *source)
        }
        _ => false,
    }
}

/// The action that says so, and the model that it is of: who puts a model to work says what
/// is at work, and who makes it says what was learned from its predictions.
pub(super) fn recording<'a>(
    source: &'a LineageNode,
    target: &'a LineageNode,
) -> (Action, Option<&'a ModelName>) {
    match source.model().or(target.model()) {
        Some(model) if target.kind() == NodeKind::DataSet => (Action::RecordOutcomes, Some(model)),
        Some(model) => (Action::RecordServing, Some(model)),
        None => (Action::RecordLink, None),
    }
}

impl Session {
    /// Says that `target` came of `source`: a feature view of a data set, a run of a feature
    /// service, a deployment of a version, predictions of a deployment. The same again
    /// changes nothing.
    ///
    /// ```
    /// # use mlops_registry::{Result, Session, lineage::LineageNode};
    /// # fn a(author: &Session) -> Result<()> {
    /// let (view, run): (LineageNode, LineageNode) = ("view:weather".parse()?, "run:delays/1".parse()?);
    /// author.record_link(&view, &run)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What a run took and gave those say who made it: who started it, or has logged to it. A
    /// link that was taken back can be recorded anew.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, of the model if its predictions were
    /// learned from; for what is at work without that of a deployer of the model; and for a run
    /// of others without that of an admin; [`Error::NotFound`] without the run, version, promotion or
    /// trial; [`Error::Invalid`] if these two are not linked so, or something would have come
    /// of itself.
    pub fn record_link(&self, source: &LineageNode, target: &LineageNode) -> Result<Link> {
        source.check()?;
        target.check()?;
        if !is_link(source, target) {
            return Err(Error::Invalid {
                field: "link",
                value: format!("{source} to {target}"),
                expected: "a link of the table in the documentation of `lineage`".to_owned(),
            });
        }
        let subject = format!("{source} to {target}");
        self.transact(|| {
            let (action, model) = recording(source, target);
            let own = self.allowed_to(action, model, &subject)?;
            let before = self.registry().find::<Link>(Link::key_of(source, target))?;
            if let Some(there) = before.as_ref().filter(|there| there.value.stands()) {
                return Ok((None, there.value.clone()));
            }
            let mut expected = vec![own];
            for node in [source, target] {
                expected.extend(self.registry().node_is_there(node)?);
                if let LineageNode::Run(run) = node {
                    expected.extend(self.made_by_others(run, &subject)?);
                }
            }
            self.registry().check_no_way(target, source)?;
            let act = self.act(Action::RecordLink, &subject);
            let link = Link {
                source: source.clone(),
                target: target.clone(),
                by: self.principal().clone(),
                at: act.at,
                retracted: None,
            };
            let mut changes = vec![before.put(&link)?];
            changes.extend(self.registry().link_back(&link)?);
            Ok((Some(Commit::new(act, expected, changes)?), link))
        })
    }

    /// That the run is one's own, or else the condition that one is an admin.
    fn made_by_others(&self, run: &RunId, subject: &str) -> Result<Option<Expected>> {
        let Run { started_by, contributors, .. } = self.registry().get::<Run>("run", run.key())?.value;
        let me = self.principal();
        if started_by == *me || contributors.contains(me) {
            return Ok(None);
        }
        self.allowed_to(Action::LinkRunOfOthers, None, &subject).map(Some)
    }
}

impl Registry {
    /// The links that someone has recorded, by source and target.
    ///
    /// # Errors
    /// Those of the store.
    pub fn links(&self) -> Result<Vec<Link>> {
        let mut links = self.all_links()?;
        links.retain(Link::stands);
        Ok(links)
    }

    /// Those that were taken back, and not recorded anew, with who did so and why.
    ///
    /// # Errors
    /// Those of the store.
    pub fn retracted_links(&self) -> Result<Vec<Link>> {
        let mut links = self.all_links()?;
        links.retain(|link| !link.stands());
        Ok(links)
    }

    /// That what the registry itself keeps is there. What others keep it takes their word for.
    fn node_is_there(&self, node: &LineageNode) -> Result<Option<Expected>> {
        Ok(match node {
            LineageNode::Run(run) => Some(self.get::<Run>("run", run.key())?.expected()),
            LineageNode::Version { model, version } => {
                let key = ModelVersion::key_of(model, version);
                Some(self.get::<ModelVersion>("version", key)?.expected())
            }
            // They go on to change, but never away.
            LineageNode::Production { model, number } => {
                self.get::<Promotion>("promotion", Promotion::key_of(model, *number))?;
                None
            }
            LineageNode::Trial { model, number } => {
                self.get::<Trial>("trial", Trial::key_of(model, *number))?;
                None
            }
            LineageNode::Predictions { of, .. } => self.node_is_there(of)?,
            _ => None,
        })
    }

    /// That `to` has not come of `from` by the links that are there. Two that are recorded at
    /// once can still close a circle: whoever walks the graph must not count on there being none.
    fn check_no_way(&self, from: &LineageNode, to: &LineageNode) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.clone()];
        while let Some(node) = next.pop() {
            if node == *to {
                return Err(Error::Invalid {
                    field: "link",
                    value: format!("{to} to {from}"),
                    expected: format!("nothing that came of itself: {to} came of {from} already"),
                });
            }
            if seen.insert(node.clone()) {
                next.extend(self.links_from(&node)?.into_iter().map(|link| link.target));
            }
        }
        Ok(())
    }
}
