//! Links are kept by what they lead from. This finds them by what they lead to as well.

use serde::{Deserialize, Serialize};

use super::{LineageNode, Link};
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Change, Key, Kind, Part};

/// What the keys of all that is here begin with, and no id of a node does.
const BACK: &str = "<";

/// That a link leads to `target`: it lies among the links, by what they lead to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct BackLink {
    source: LineageNode,
    target: LineageNode,
}

impl BackLink {
    fn group(target: &LineageNode) -> Key {
        Key::from([format!("{BACK}{target}")])
    }
}

impl Document for BackLink {
    const KIND: Kind = Kind::Link;
    fn key(&self) -> Key {
        Self::group(&self.target).and(self.source.to_string())
    }
}

/// That every link has one of those. The first link that this release records makes up for
/// what earlier ones have left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AllBackLinked {
    both_ways: bool,
}

impl Document for AllBackLinked {
    const KIND: Kind = Kind::Link;
    fn key(&self) -> Key {
        Key::from([BACK, ""])
    }
}

fn is_link(key: &Key) -> bool {
    !matches!(key.parts().first(), Some(Part::Text(text)) if text.starts_with(BACK))
}

impl Registry {
    /// Whether links can be found by what they lead to.
    pub(super) fn finds_back(&self) -> Result<bool> {
        Ok(self.find::<AllBackLinked>(AllBackLinked { both_ways: true }.key())?.is_some())
    }

    /// All links, also those that were taken back.
    pub(super) fn all_links(&self) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        self.each_record(Kind::Link, &Key::all(), |record| {
            if is_link(&record.key) {
                links.push(record.document()?);
            }
            Ok(())
        })?;
        Ok(links)
    }

    /// The links that lead from `source`.
    pub(super) fn links_from(&self, source: &LineageNode) -> Result<Vec<Link>> {
        let mut links: Vec<Link> = self.values(&Key::from([source.to_string()]))?;
        links.retain(Link::stands);
        Ok(links)
    }

    /// The links that lead to `target`, where they [can be found](Self::finds_back) so.
    pub(super) fn links_to(&self, target: &LineageNode) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        for BackLink { source, target } in self.values(&BackLink::group(target))? {
            links.extend(self.find::<Link>(Link::key_of(&source, &target))?.map(|link| link.value));
        }
        links.retain(Link::stands);
        Ok(links)
    }

    /// What makes a link that is recorded be found by what it leads to.
    pub(super) fn link_back(&self, link: &Link) -> Result<Vec<Change>> {
        let mut links = vec![(link.source.clone(), link.target.clone())];
        let mut changes = Vec::new();
        if !self.finds_back()? {
            let earlier = self.all_links()?.into_iter().map(|link| (link.source, link.target));
            links.extend(earlier.filter(|earlier| *earlier != links[0]).collect::<Vec<_>>());
            changes.push(AllBackLinked { both_ways: true }.create()?);
        }
        for (source, target) in links {
            let back = BackLink { source, target };
            // One that was taken back has it already.
            if self.find::<BackLink>(back.key())?.is_none() {
                changes.push(back.create()?);
            }
        }
        Ok(changes)
    }
}
