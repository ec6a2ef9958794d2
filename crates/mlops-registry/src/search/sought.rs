use mlops_core::canonical;
use serde::Serialize;

use super::field::attributes;
use super::{Facet, Field, Filter, OrderBy, Position, Source};
use crate::store::{Key, Kind, Part, Record};
use crate::tracking::View;
use crate::{Error, Result};

/// What a store is asked to find.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Search {
    /// The kind of thing: a run, an experiment, a model or a version.
    pub kind: Kind,
    /// The experiments whose runs are looked at; all, if there is no list.
    pub experiments: Option<Vec<String>>,
    /// Whether what is deleted is looked at. The runs of a deleted experiment are deleted.
    pub view: View,
    /// What a thing must be.
    pub filter: Filter,
    /// What they are sorted by, the first field first. Things of equal rank come by
    /// [`Home::tie`](super::Home::tie), then by their keys.
    pub order: Vec<OrderBy>,
    /// Only things behind this place.
    pub after: Option<Position>,
    /// How many at most; at least one.
    pub limit: usize,
}

impl Search {
    /// The first `limit` things of a kind, in the order of MLflow: runs and experiments the
    /// latest first, models by name, versions as they were changed last.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no search for this kind, or if the limit is 0.
    pub fn new(kind: Kind, limit: usize) -> Result<Self> {
        if attributes(kind).is_empty() {
            return Err(Error::Invalid {
                field: "kind",
                value: kind.to_string(),
                expected: "run, experiment, model or version".to_owned(),
            });
        }
        if limit == 0 {
            return Err(Error::Invalid {
                field: "max results",
                value: limit.to_string(),
                expected: "at least 1".to_owned(),
            });
        }
        let mut search = Self {
            kind,
            experiments: None,
            view: View::default(),
            filter: Filter::default(),
            order: Vec::new(),
            after: None,
            limit,
        };
        search.sort(Vec::new())?;
        Ok(search)
    }

    /// Sorts by these fields, then as MLflow breaks ties.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a field is named twice.
    pub fn sort(&mut self, order: Vec<OrderBy>) -> Result<()> {
        const MAX: usize = 20;
        for (i, by) in order.iter().enumerate() {
            if i == MAX || order[..i].iter().any(|before| before.field == by.field) {
                return Err(Error::Invalid {
                    field: "order by",
                    value: by.field.to_string(),
                    expected: format!("each field once, and at most {MAX} of them"),
                });
            }
        }
        let nothing = order.is_empty();
        self.order = order;
        let mut then = |name: &str, descending| {
            if self.order.iter().all(|by| by.field != Field::attribute(name)) {
                self.order.push(OrderBy::new(Field::attribute(name), descending));
            }
        };
        match self.kind {
            // The start is the tie of a run: named here, it is what a walk begins with.
            Kind::Run if nothing => then("start_time", true),
            Kind::Experiment if nothing => then("creation_time", true),
            Kind::Version => {
                if nothing {
                    then("last_updated_timestamp", true);
                }
                then("name", false);
                then("version_number", true);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a thing with this key is among those that are looked at.
    pub fn includes(&self, key: &Key) -> bool {
        match (&self.experiments, key.parts().first()) {
            (Some(experiments), Some(Part::Text(experiment))) => experiments.contains(experiment),
            (Some(_), _) => false,
            (None, _) => true,
        }
    }

    /// What the search is, but for the page: a page token says it too.
    pub(super) fn identity(&self) -> Result<String> {
        #[derive(Serialize)]
        struct Identity<'a> {
            kind: Kind,
            experiments: Option<Vec<&'a String>>,
            view: View,
            filter: Vec<(&'a Field, &'a super::Test)>,
            order: &'a [OrderBy],
        }
        let experiments = self.experiments.as_ref().map(|experiments| {
            let mut sorted: Vec<_> = experiments.iter().collect();
            sorted.sort_unstable();
            sorted.dedup();
            sorted
        });
        let clauses = self.filter.clauses().iter();
        Ok(canonical::to_string(&Identity {
            kind: self.kind,
            experiments,
            view: self.view,
            filter: clauses.map(|clause| (&clause.field, &clause.test)).collect(),
            order: &self.order,
        })?)
    }
}

/// A thing that a store found.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters make it")]
pub struct Match {
    /// Its own record.
    pub record: Record,
    /// Where it stands in the order.
    pub position: Position,
    /// All its values, as the index holds them.
    pub values: Vec<Facet>,
}

impl Match {
    /// The texts of one source by their names.
    pub(super) fn texts(&self, source: Source) -> impl Iterator<Item = (String, String)> + '_ {
        self.values.iter().filter(move |facet| facet.field.source == source).filter_map(|facet| match &facet
            .value
        {
            super::Value::Text(text) => Some((facet.field.name.clone(), text.clone())),
            super::Value::Number(_) => None,
        })
    }
}

/// What a store found: a page.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters make it")]
pub struct Matches {
    /// The things in the order that was asked for.
    pub found: Vec<Match>,
    /// Whether there are more behind the last.
    pub more: bool,
}
