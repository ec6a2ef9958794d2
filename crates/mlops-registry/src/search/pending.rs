use std::collections::BTreeMap;

use super::{Facet, Facets, Field, Owned};
use crate::store::Key;

/// What the records of a transaction say, until its end: of the points of a metric, only
/// the latest is written.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) said: Vec<Facets>,
    /// By run and metric; `None` where a point was removed, and the records must say.
    pub(crate) points: BTreeMap<(Key, Field), Option<Facet>>,
}

impl Pending {
    /// Takes in what a changed record says.
    pub(crate) fn take(&mut self, facets: &Facets) {
        let Owned::Point(field) = &facets.owned else {
            self.said.push(facets.clone());
            return;
        };
        let at = (facets.key.clone(), field.clone());
        let Some(facet) = facets.values.first() else {
            self.points.insert(at, None);
            return;
        };
        let latest = self.points.entry(at).or_insert_with(|| Some(facet.clone()));
        if latest.as_ref().is_some_and(|there| facet.is_after(there)) {
            *latest = Some(facet.clone());
        }
    }
}
