use std::collections::BTreeMap;

use super::{Facet, Facets, Field, Home, Match, Matches, Owned, Position, Rank, Search, Standing};
use crate::store::{Key, Kind, Record};
use crate::tracking::Lifecycle;

/// What a thing is known by.
#[derive(Debug, Default)]
struct Thing {
    home: Option<Home>,
    values: BTreeMap<(Field, String), Facet>,
}

impl Thing {
    fn of<'t>(&'t self, field: &Field) -> impl Iterator<Item = &'t Facet> + use<'t> {
        let first = (field.clone(), String::new());
        let field = field.clone();
        self.values.range(first..).map(|(_, facet)| facet).take_while(move |facet| facet.field == field)
    }
}

/// An index in memory: what it finds, it finds by looking at everything. `O(n log n)`.
#[derive(Debug, Default)]
pub(crate) struct MemoryIndex(BTreeMap<(Kind, Key), Thing>);

impl MemoryIndex {
    /// Takes in what a record says, or no longer says. `latest` gives the latest of the
    /// points of a metric that are left.
    pub(crate) fn apply(&mut self, facets: &Facets, latest: impl Fn(&Field) -> Option<Facet>) {
        let thing = self.0.entry((facets.kind, facets.key.clone())).or_default();
        match facets.standing {
            Standing::Unsaid => {}
            Standing::Listed(home) => thing.home = Some(home),
            Standing::Gone => thing.home = None,
        }
        let no_part = |field: &Field| (field.clone(), String::new());
        match &facets.owned {
            Owned::Attributes(names) => {
                for name in *names {
                    thing.values.remove(&no_part(&Field::attribute(name)));
                }
            }
            Owned::Field(field) => {
                thing.values.remove(&no_part(field));
            }
            Owned::Part(fields, part) => {
                let inner = format!("{part}{}", Facet::PART_OF);
                thing.values.retain(|(field, of), _| {
                    !(fields.contains(field) && (of == part || of.starts_with(&inner)))
                });
            }
            Owned::Point(field) if facets.values.is_empty() => {
                match latest(field) {
                    Some(facet) => thing.values.insert(no_part(field), facet),
                    None => thing.values.remove(&no_part(field)),
                };
            }
            Owned::Point(_) => {}
        }
        for facet in &facets.values {
            let key = (facet.field.clone(), facet.part.clone());
            if thing.values.get(&key).is_none_or(|there| facet.is_after(there)) {
                thing.values.insert(key, facet.clone());
            }
        }
        if thing.home.is_none() && thing.values.is_empty() {
            self.0.remove(&(facets.kind, facets.key.clone()));
        }
    }

    /// Every thing with its place and its values, in the order of the fields.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn things(
        &self,
    ) -> impl Iterator<Item = ((Kind, &Key), Option<Home>, impl Iterator<Item = &Facet>)> {
        self.0.iter().map(|((kind, key), thing)| ((*kind, key), thing.home, thing.values.values()))
    }

    /// Whether a thing counts as deleted, which has its home there: a run does with its
    /// experiment. `None` if nobody finds it, as a run whose experiment is being purged.
    fn is_deleted(&self, kind: Kind, key: &Key, home: Home) -> Option<bool> {
        if kind != Kind::Run {
            return Some(home.deleted);
        }
        let experiment = key.parts().iter().take(1).cloned().collect();
        match self.0.get(&(Kind::Experiment, experiment)) {
            Some(experiment) => {
                let with_it = experiment.home?.deleted;
                Some(home.deleted || with_it)
            }
            None => Some(home.deleted),
        }
    }

    /// What is looked for; `record` gives the record of a thing.
    pub(crate) fn search(&self, search: &Search, mut record: impl FnMut(&Key) -> Option<Record>) -> Matches {
        let things = self.0.range((search.kind, Key::all())..);
        let things = things.take_while(|((kind, _), _)| *kind == search.kind);
        let mut found: Vec<(Position, &Thing)> = things
            .filter_map(|((_, key), thing)| {
                let home = thing.home?;
                let deleted = self.is_deleted(search.kind, key, home)?;
                if !search.view.shows(if deleted { Lifecycle::Deleted } else { Lifecycle::Active }) {
                    return None;
                }
                let fits = search.includes(key)
                    && search.filter.matches(|field| thing.of(field).map(|facet| &facet.value));
                let rank = |field: &Field| Rank::of(thing.of(field).next().map(|facet| facet.value.clone()));
                let ranks = || search.order.iter().map(|by| rank(&by.field)).collect();
                fits.then(|| (Position { ranks: ranks(), tie: home.tie, key: key.clone() }, thing))
            })
            .filter(|(position, _)| {
                search.after.as_ref().is_none_or(|after| position.compare(after, &search.order).is_gt())
            })
            .collect();
        found.sort_unstable_by(|(a, _), (b, _)| a.compare(b, &search.order));
        let more = found.len() > search.limit;
        let found = found.into_iter().take(search.limit).filter_map(|(position, thing)| {
            let record = record(&position.key)?;
            Some(Match { record, position, values: thing.values.values().cloned().collect() })
        });
        Matches { found: found.collect(), more }
    }
}
