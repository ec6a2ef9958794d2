use std::collections::BTreeSet;
use std::sync::Arc;

use mlops_core::{Digest, canonical};
use serde::Serialize;

use super::{Key, Kind, Revision};
use crate::audit::{Act, Collected, Entry, Pruned, Recorded};
use crate::search::Facets;
use crate::{Error, Result};

/// A record that must be as it was read for a commit to go through.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "adapters must heed all of it")]
pub struct Expected {
    /// The kind of the record.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
    /// The state that it must be in; `None` if it must not be there.
    pub revision: Option<Revision>,
}

impl Expected {
    /// Compares with the state that was found. Adapters ask this inside the transaction.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it is another.
    pub fn check(&self, found: Option<Revision>) -> Result<()> {
        if found == self.revision {
            return Ok(());
        }
        let words = |revision: Option<Revision>| {
            revision.map_or_else(|| "absent".to_owned(), |revision| format!("at revision {revision}"))
        };
        Err(Error::Conflict {
            what: self.kind.as_str(),
            key: self.key.to_string(),
            expected: words(self.revision),
            current: words(found),
        })
    }
}

/// A record to be written or removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    expected: Expected,
    body: Option<String>,
    facets: Option<Facets>,
}

impl Change {
    /// Writes `document` where the record is at `was`, or absent if that is `None`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the key does not fit the kind; [`Error::Corrupt`] if the
    /// document can't be written as JSON.
    pub fn put<T: Serialize>(kind: Kind, key: Key, was: Option<Revision>, document: &T) -> Result<Self> {
        kind.check(&key, true)?;
        let body = canonical::to_string(document)?;
        let facets = Facets::of(kind, &key, &body);
        // What no longer says anything has said something once.
        let facets = facets.or_else(|| was.and_then(|_| Facets::gone(kind, &key)));
        Ok(Self { expected: Expected { kind, key, revision: was }, body: Some(body), facets })
    }

    /// Removes the record that is at `was`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the key does not fit the kind.
    pub fn remove(kind: Kind, key: Key, was: Revision) -> Result<Self> {
        kind.check(&key, true)?;
        let facets = Facets::gone(kind, &key);
        Ok(Self { expected: Expected { kind, key, revision: Some(was) }, body: None, facets })
    }

    /// Which record, and the state that it must be in.
    pub const fn expected(&self) -> &Expected {
        &self.expected
    }

    /// Which record.
    pub(crate) const fn record(&self) -> (Kind, &Key) {
        (self.expected.kind, &self.expected.key)
    }

    /// The canonical JSON to be written; `None` to remove the record.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// What it says to an index of the thing that the record is or belongs to; `None` if
    /// it can't be searched for.
    pub const fn facets(&self) -> Option<&Facets> {
        self.facets.as_ref()
    }
}

/// One transaction: what must hold, what changes, and the act that the audit log tells of.
///
/// Nothing can be written without saying what was there before, so no update is lost.
/// A clone shares what changes with the original.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    act: Act,
    expected: Arc<[Expected]>,
    changes: Arc<[Change]>,
    first: bool,
    forgets: Option<Pruned>,
    collects: Option<Collected>,
}

impl Commit {
    /// What a conflict is about where the number of entries is another.
    pub(crate) const LOG: &str = "audit log";

    /// A transaction. Without any change it still leaves its entry in the log: so are refusals told.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a key does not fit its kind or is changed twice.
    pub fn new(act: Act, expected: Vec<Expected>, changes: Vec<Change>) -> Result<Self> {
        for Expected { kind, key, .. } in &expected {
            kind.check(key, true)?;
        }
        if let Some(Expected { kind, key, .. }) = changed_twice(&changes) {
            return Err(Error::Invalid {
                field: "changes",
                value: format!("{kind} {key}"),
                expected: "one change of a record in one transaction".to_owned(),
            });
        }
        Ok(Self {
            act,
            expected: expected.into(),
            changes: changes.into(),
            first: false,
            forgets: None,
            collects: None,
        })
    }

    /// Goes through only as the very first one of a store.
    #[must_use]
    pub(crate) fn first(self) -> Self {
        Self { first: true, ..self }
    }

    /// Takes the bodies of these entries out of the store; their hashes stay. The entry of this
    /// transaction names them, so that nothing is forgotten unsaid.
    #[must_use]
    pub fn forgetting(self, pruned: Pruned) -> Self {
        Self { forgets: Some(pruned), ..self }
    }

    /// Says that the store of artifacts need not hold these any more.
    #[must_use]
    pub fn collecting(self, collected: Collected) -> Self {
        Self { collects: Some(collected), ..self }
    }

    /// The entries whose bodies are taken out, if there are any.
    pub const fn forgets(&self) -> Option<&Pruned> {
        self.forgets.as_ref()
    }

    /// That not all of the bodies that it takes out are there: someone took them out before.
    /// Adapters answer with it then.
    pub fn forgotten_before(&self) -> Error {
        Error::Conflict {
            what: Self::LOG,
            key: self.act.subject.clone(),
            expected: "with the bodies of all entries that are to be pruned".to_owned(),
            current: "without some of them".to_owned(),
        }
    }

    /// Records that must be as they were read, though they are not changed.
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// What is written, in this order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Everything that must hold: what is expected, and the state before each change.
    pub fn conditions(&self) -> impl Iterator<Item = &Expected> {
        self.expected.iter().chain(self.changes.iter().map(Change::expected))
    }

    /// The canonical text of the audit entry that this transaction leaves as number
    /// `sequence`. Adapters write it as the leaf, and `sequence` as the revision of every
    /// record that changes; nothing is written if there is an error.
    ///
    /// # Errors
    /// [`Error::Conflict`] if it must be the first and is not; [`Error::Corrupt`] if it
    /// can't be written as JSON.
    pub fn leaf(&self, sequence: u64) -> Result<String> {
        self.check_place(sequence)?;
        Ok(self.account()?.leaf(sequence))
    }

    /// Whether it may be number `sequence`.
    pub(super) fn check_place(&self, sequence: u64) -> Result<()> {
        if self.first && sequence > 0 {
            return Err(Error::Conflict {
                what: Self::LOG,
                key: self.act.subject.clone(),
                expected: "empty".to_owned(),
                current: format!("at entry {sequence}"),
            });
        }
        if self.forgets.as_ref().is_some_and(|pruned| pruned.end() > sequence) {
            return Err(self.forgotten_before());
        }
        Ok(())
    }

    /// All of the entry but its number, which is known only when its turn comes. Most of
    /// the work of a [leaf](Self::leaf) is here.
    pub(super) fn account(&self) -> Result<Account> {
        const NUMBER: &str = "\"sequence\":";
        let changes = self.changes.iter().map(|change| Recorded {
            kind: change.expected.kind,
            key: change.expected.key.clone(),
            was: change.expected.revision,
            digest: change.body.as_ref().map(Digest::of),
        });
        let entry = Entry {
            sequence: 0,
            act: self.act.clone(),
            changes: changes.collect(),
            pruned: self.forgets.clone(),
            collected: self.collects.clone(),
        };
        let text = canonical::to_string(&entry)?;
        // Within a text of JSON the quotes would have a backslash in front.
        let (before, after) = text.rsplit_once(&format!("{NUMBER}0")).ok_or_else(|| Error::Corrupt {
            what: "entry of the audit log".to_owned(),
            reason: format!("it is written without its number: {text}"),
        })?;
        Ok(Account { before: format!("{before}{NUMBER}"), after: after.to_owned() })
    }
}

/// The first record that is changed once more. Changes mostly come in the order of their
/// records, where a second one lies beside the first.
fn changed_twice(changes: &[Change]) -> Option<&Expected> {
    if changes.is_sorted_by(|before, next| before.record() < next.record()) {
        return None;
    }
    let mut seen = BTreeSet::new();
    changes.iter().find(|change| !seen.insert(change.record())).map(Change::expected)
}

/// An audit entry that lacks its number.
#[derive(Debug)]
pub(super) struct Account {
    before: String,
    after: String,
}

impl Account {
    /// The leaf of the entry as number `sequence`.
    pub(super) fn leaf(&self, sequence: u64) -> String {
        format!("{}{sequence}{}", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use mlops_core::{Principal, Timestamp};

    use super::*;

    #[test]
    fn the_number_goes_where_it_belongs() {
        let traps = ["\"sequence\":0", ",\"sequence\":0,", "\\\"sequence\":0", "\",\"sequence\":0,\"x\":\""];
        for trap in traps {
            let by = Principal::new("ana").unwrap();
            let act = Act::new(Timestamp::from_micros(0), by, trap, trap).refused([trap.to_owned()]);
            let change = Change::put(Kind::Model, Key::from([trap]), None, &trap).unwrap();
            let commit = Commit::new(act.clone(), vec![], vec![change]).unwrap();
            for sequence in [0, 1, 10, 1 << 40] {
                let leaf = commit.leaf(sequence).unwrap();
                let entry = Entry::read(sequence, leaf.as_bytes()).unwrap();
                assert_eq!((entry.act, entry.changes.len()), (act.clone(), 1), "{leaf}");
            }
        }
    }
}
