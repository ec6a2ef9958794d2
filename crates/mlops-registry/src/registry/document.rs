use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Registry;
use crate::store::{Change, Expected, Key, Kind, Query, Record, Revision};
use crate::{Error, Result};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// A value that is kept as one record.
pub(crate) trait Document: Serialize + DeserializeOwned {
    const KIND: Kind;

    fn key(&self) -> Key;

    /// The record of a value that is not there yet.
    fn create(&self) -> Result<Change> {
        Change::put(Self::KIND, self.key(), None, self)
    }
}

/// A value as it was read.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    pub(crate) value: T,
    pub(crate) revision: Revision,
}

impl<T: Document> Stored<T> {
    fn of(record: &Record) -> Result<Self> {
        let value: T = record.document()?;
        // A row that was copied over another one would else be taken for it.
        if value.key() != record.key {
            return Err(Error::Corrupt {
                what: format!("{} {}", record.kind, record.key),
                reason: format!("it holds {}", value.key()),
            });
        }
        Ok(Self { value, revision: record.revision })
    }

    /// That it is still as it was read.
    pub(crate) fn expected(&self) -> Expected {
        Expected { kind: T::KIND, key: self.value.key(), revision: Some(self.revision) }
    }

    /// Writes `value` in its place.
    pub(crate) fn replace(&self, value: &T) -> Result<Change> {
        debug_assert_eq!(self.value.key(), value.key(), "a record keeps its key");
        Change::put(T::KIND, value.key(), Some(self.revision), value)
    }
}

/// Reading and writing what may not be there yet.
pub(crate) trait StoredExt<T> {
    /// Writes `value`, be it the first or another one.
    fn put(&self, value: &T) -> Result<Change>;
}

impl<T: Document> StoredExt<T> for Option<Stored<T>> {
    fn put(&self, value: &T) -> Result<Change> {
        Change::put(T::KIND, value.key(), self.as_ref().map(|stored| stored.revision), value)
    }
}

impl Registry {
    pub(crate) fn find<T: Document>(&self, key: Key) -> Result<Option<Stored<T>>> {
        let records = self.store().read(&Query::one(T::KIND, key))?;
        records.first().map(Stored::of).transpose()
    }

    pub(crate) fn get<T: Document>(&self, what: &'static str, key: Key) -> Result<Stored<T>> {
        let query = Query::one(T::KIND, key);
        match self.store().read(&query)?.first() {
            Some(record) => Stored::of(record),
            None => Err(Error::NotFound { what, key: query.under.to_string() }),
        }
    }

    pub(crate) fn list<T: Document>(&self, group: &Key) -> Result<Vec<Stored<T>>> {
        let mut found = Vec::new();
        self.each_record(T::KIND, group, |record| {
            found.push(Stored::of(record)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Looks at the records of a kind under `group` in the order of their keys, page by page.
    pub(crate) fn each_record(
        &self,
        kind: Kind,
        group: &Key,
        mut look: impl FnMut(&Record) -> Result<()>,
    ) -> Result<()> {
        let mut query = Query::under(kind, group.clone(), PAGE);
        loop {
            let records = self.store().read(&query)?;
            records.iter().try_for_each(&mut look)?;
            match records.into_iter().nth(PAGE - 1) {
                Some(last) => query = query.after(last.key),
                None => return Ok(()),
            }
        }
    }

    pub(crate) fn values<T: Document>(&self, group: &Key) -> Result<Vec<T>> {
        Ok(self.list(group)?.into_iter().map(|stored| stored.value).collect())
    }
}
