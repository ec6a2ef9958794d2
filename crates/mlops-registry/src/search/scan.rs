use super::field::attributes;
use super::index::MemoryIndex;
use super::{Facets, Matches, Search};
use crate::Result;
use crate::store::{Column, Key, Kind, MetadataStore, Part, Query};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// The kinds whose records say something of things of this kind, or hide them.
fn sayers(kind: Kind) -> impl Iterator<Item = Kind> {
    let hides = move |sayer| kind == Kind::Run && speaks_of(sayer, Kind::Experiment);
    Kind::ALL.into_iter().filter(move |sayer| speaks_of(*sayer, kind) || hides(*sayer))
}

/// Whether records of the one kind say something of things of the other.
pub(crate) fn speaks_of(sayer: Kind, kind: Kind) -> bool {
    // A tag belongs to a model if it names no version.
    ["", "1.0.0"].into_iter().any(|text| {
        let part = |column: &Column| if column.number { 1.into() } else { Part::from(text) };
        let key: Key = sayer.columns().iter().map(part).collect();
        Facets::gone(sayer, &key).is_some_and(|facets| facets.kind == kind)
    })
}

/// What a search finds in a store, by reading every record that bears upon it: the slow
/// answer, for a store without an index, and to hold an index to. Not one moment of the
/// store, if others write meanwhile.
///
/// # Errors
/// Those of [`MetadataStore::read`].
pub fn scan(store: &dyn MetadataStore, search: &Search) -> Result<Matches> {
    debug_assert!(!attributes(search.kind).is_empty(), "a kind that can be searched");
    let mut index = MemoryIndex::default();
    for kind in sayers(search.kind) {
        let mut query = Query::under(kind, Key::all(), PAGE);
        loop {
            let records = store.read(&query)?;
            for record in &records {
                let body = std::str::from_utf8(&record.body).unwrap_or_default();
                if let Some(facets) = Facets::of(kind, &record.key, body) {
                    index.apply(&facets, |_| None);
                }
            }
            match records.into_iter().nth(PAGE - 1) {
                Some(last) => query = query.after(last.key),
                None => break,
            }
        }
    }
    let mut failed = None;
    let matches = index.search(search, |key| match store.read(&Query::one(search.kind, key.clone())) {
        Ok(records) => records.into_iter().next(),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    failed.map_or(Ok(matches), Err)
}
