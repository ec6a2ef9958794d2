//! The contract of [`MetadataStore`] as code: each promise a function over any store.
//!
//! [`metadata_store_suite!`](crate::metadata_store_suite) makes of them a `#[test]` each.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

mod log;
mod ordering;
mod racing;
mod searching;

pub use log::{
    leaves_come_by_range, nodes_are_those_of_the_tree, the_audit_finds_nothing,
    what_is_forgotten_leaves_its_hash,
};
use mlops_core::{Digest, Principal, Timestamp};
pub use ordering::{
    a_group_does_not_leak_into_its_neighbour, hostile_text_is_only_text, keys_that_do_not_fit_are_refused,
    pages_skip_and_repeat_nothing, records_come_in_the_order_of_their_keys,
};
pub use racing::{
    one_of_many_racing_threads_wins, racing_threads_lose_nothing, readers_never_see_half_a_commit,
};
pub use searching::{
    a_search_finds_what_passes, a_search_follows_the_changes, a_search_goes_by_its_order,
    the_pages_of_a_search_skip_and_repeat_nothing,
};
use serde::{Deserialize, Serialize};

use crate::audit::{Act, Audit, Entry};
use crate::merkle::{empty_root, root_at};
use crate::store::{Change, Commit, Expected, Key, Kind, MetadataStore, Query, Revision};
use crate::{Error, Result};

/// Holds an adapter of [`MetadataStore`](crate::store::MetadataStore) to the contract: a
/// module `$name` with a `#[test]` for each promise, over a new and empty `$store` each.
///
/// ```
/// use mlops_registry::store::MemoryStore;
/// mlops_registry::metadata_store_suite!(memory, MemoryStore::default());
/// ```
#[macro_export]
macro_rules! metadata_store_suite {
    ($name:ident, $store:expr) => {
        $crate::metadata_store_suite!(@each $name, $store,
            a_new_store_is_empty
            what_is_committed_is_read
            the_leaf_is_the_account_of_the_commit
            a_record_bears_the_number_of_its_leaf
            a_stale_change_is_a_conflict
            a_condition_alone_can_be_a_conflict
            a_conflict_at_the_end_undoes_the_beginning
            a_removed_record_comes_back_as_another
            a_commit_may_change_nothing
            records_come_in_the_order_of_their_keys
            a_group_does_not_leak_into_its_neighbour
            pages_skip_and_repeat_nothing
            hostile_text_is_only_text
            keys_that_do_not_fit_are_refused
            leaves_come_by_range
            nodes_are_those_of_the_tree
            what_is_forgotten_leaves_its_hash
            one_of_many_racing_threads_wins
            racing_threads_lose_nothing
            readers_never_see_half_a_commit
            the_audit_finds_nothing
            a_search_finds_what_passes
            a_search_goes_by_its_order
            the_pages_of_a_search_skip_and_repeat_nothing
            a_search_follows_the_changes
        );
    };
    (@each $name:ident, $store:expr, $($case:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expression is made of")]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::testing::metadata_store::$case(&$store);
                }
            )*
        }
    };
}

/// What the suite keeps in records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) text: String,
}

pub(crate) fn note(text: impl Into<String>) -> Note {
    Note { text: text.into() }
}

pub(crate) fn act(action: &str) -> Act {
    Act::new(
        Timestamp::from_micros(1_364_774_400_000_000),
        Principal::new("suite").expect("a valid name"),
        action,
        "subject",
    )
}

fn model(name: &str) -> Key {
    Key::from([name])
}

pub(crate) fn put(kind: Kind, key: Key, was: Option<u64>, text: &str) -> Change {
    Change::put(kind, key, was.map(Revision), &note(text)).expect("the key fits")
}

fn commit(store: &dyn MetadataStore, changes: Vec<Change>) -> Result<u64> {
    store.commit(&Commit::new(act("write"), vec![], changes)?)
}

pub(crate) fn read(store: &dyn MetadataStore, kind: Kind, key: &Key) -> Option<(u64, Note)> {
    let mut records = store.read(&Query::one(kind, key.clone())).expect("the store reads");
    assert!(records.len() <= 1, "one record a key");
    let record = records.pop()?;
    assert_eq!((record.kind, &record.key), (kind, key), "the record that was asked for");
    let document = record.document().expect("the document that was written");
    Some((record.revision.0, document))
}

fn keys(store: &dyn MetadataStore, query: &Query) -> Vec<Key> {
    store.read(query).expect("the store reads").into_iter().map(|record| record.key).collect()
}

#[track_caller]
fn conflicts(result: &Result<u64>) {
    assert!(matches!(result, Err(Error::Conflict { .. })), "expected a conflict, got {result:?}");
}

/// A new store has no records, no leaves and the root of the empty tree.
pub fn a_new_store_is_empty(store: &dyn MetadataStore) {
    for kind in Kind::ALL {
        assert!(keys(store, &Query::under(kind, Key::all(), 10)).is_empty(), "{kind}");
    }
    assert_eq!(store.size().expect("the store reads"), 0, "a new store has no leaf");
    assert!(store.leaves(0..10).expect("the store reads").is_empty());
    assert_eq!(root_at(store, 0).expect("the store reads"), empty_root());
    assert!(store.damage().expect("the store looks").is_empty());
}

/// A record of each kind comes back as it was written.
pub fn what_is_committed_is_read(store: &dyn MetadataStore) {
    for kind in Kind::ALL {
        let key: Key = kind.columns().iter().map(|column| part(column.number, "x", 7)).collect();
        let sequence = commit(store, vec![put(kind, key.clone(), None, "first")]).expect("a new record");
        assert_eq!(read(store, kind, &key), Some((sequence, note("first"))), "{kind}");
        let second = commit(store, vec![put(kind, key.clone(), Some(sequence), "second")]);
        assert_eq!(read(store, kind, &key), Some((second.expect("it is as read"), note("second"))), "{kind}");
    }
    assert_eq!(read(store, Kind::Model, &model("y")), None);
}

fn part(number: bool, text: &str, n: i64) -> crate::store::Part {
    if number { n.into() } else { text.into() }
}

/// The leaf is [`Commit::leaf`] byte for byte, and tells of each change its digest.
pub fn the_leaf_is_the_account_of_the_commit(store: &dyn MetadataStore) {
    commit(store, vec![put(Kind::Model, model("a"), None, "old")]).expect("a new record");
    let removed = Change::remove(Kind::Model, model("a"), Revision(0)).expect("the key fits");
    let changes = vec![removed, put(Kind::Model, model("b"), None, "new")];
    let account = Commit::new(act("write"), vec![], changes).expect("each record once");
    let sequence = store.commit(&account).expect("it is as read");
    let leaves = store.leaves(sequence..sequence + 1).expect("the store reads");
    let expected = account.leaf(sequence).expect("it can be written").into_bytes();
    assert_eq!(leaves, [(sequence, expected)], "the leaf is another account");

    let entry = Entry::read(sequence, &leaves[0].1).expect("an entry");
    assert_eq!(entry.act, act("write"));
    let body = Digest::of(br#"{"text":"new"}"#);
    let told: Vec<_> =
        entry.changes.iter().map(|change| (change.key.clone(), change.was, change.digest)).collect();
    assert_eq!(told, [(model("a"), Some(Revision(0)), None), (model("b"), None, Some(body))]);
}

/// The revision of a record is the number of the leaf that wrote it.
pub fn a_record_bears_the_number_of_its_leaf(store: &dyn MetadataStore) {
    for number in 0..5 {
        let name = format!("m{number}");
        let sequence = commit(store, vec![put(Kind::Model, model(&name), None, "x")]).expect("a new record");
        assert_eq!(sequence, number);
        assert_eq!(read(store, Kind::Model, &model(&name)).expect("it is there").0, number);
    }
    assert_eq!(store.size().expect("the store reads"), 5);
}

/// A change of what is not as expected is a conflict, and leaves no trace.
pub fn a_stale_change_is_a_conflict(store: &dyn MetadataStore) {
    let first = commit(store, vec![put(Kind::Model, model("a"), None, "first")]).expect("a new record");
    let second = commit(store, vec![put(Kind::Model, model("a"), Some(first), "second")]).expect("as read");
    conflicts(&commit(store, vec![put(Kind::Model, model("a"), None, "third")]));
    conflicts(&commit(store, vec![put(Kind::Model, model("a"), Some(first), "third")]));
    conflicts(&commit(store, vec![put(Kind::Model, model("b"), Some(first), "third")]));
    let gone = Change::remove(Kind::Model, model("a"), Revision(first)).expect("the key fits");
    conflicts(&commit(store, vec![gone]));
    assert_eq!(read(store, Kind::Model, &model("a")), Some((second, note("second"))));
    assert_eq!(read(store, Kind::Model, &model("b")), None);
    assert_eq!(store.size().expect("the store reads"), 2, "a conflict leaves no leaf");
}

/// A record that is expected but not changed decides as well; the message names the state.
pub fn a_condition_alone_can_be_a_conflict(store: &dyn MetadataStore) {
    commit(store, vec![put(Kind::Model, model("a"), None, "first")]).expect("a new record");
    let expecting = |revision: Option<u64>, name: &str| {
        let expected = Expected { kind: Kind::Model, key: model("a"), revision: revision.map(Revision) };
        let changes = vec![put(Kind::Model, model(name), None, "x")];
        store.commit(&Commit::new(act("write"), vec![expected], changes).expect("it fits"))
    };
    expecting(Some(0), "b").expect("it is at revision 0");
    conflicts(&expecting(None, "c"));
    conflicts(&expecting(Some(1), "c"));
    assert_eq!(read(store, Kind::Model, &model("c")), None);
    match expecting(Some(1), "c") {
        Err(Error::Conflict { what, key, current, .. }) => {
            assert_eq!((what, key.as_str(), current.as_str()), ("model", "a", "at revision 0"));
        }
        other => panic!("expected a conflict, got {other:?}"),
    }
}

/// Nothing of a commit is written if its last change is a conflict.
pub fn a_conflict_at_the_end_undoes_the_beginning(store: &dyn MetadataStore) {
    commit(store, vec![put(Kind::Model, model("z"), None, "there")]).expect("a new record");
    let mut changes: Vec<_> =
        (0..20).map(|n| put(Kind::Model, model(&format!("m{n:02}")), None, "half")).collect();
    changes.push(put(Kind::Model, model("z"), None, "late"));
    conflicts(&commit(store, changes));
    assert_eq!(
        keys(store, &Query::under(Kind::Model, Key::all(), 100)),
        [model("z")],
        "half a commit is there"
    );
    assert_eq!(store.size().expect("the store reads"), 1);
}

/// A record that is removed and made again has another revision: who knew the old one
/// does not take the new one for it.
pub fn a_removed_record_comes_back_as_another(store: &dyn MetadataStore) {
    let first = commit(store, vec![put(Kind::Model, model("a"), None, "same")]).expect("a new record");
    let remove = |was| Change::remove(Kind::Model, model("a"), Revision(was)).expect("the key fits");
    commit(store, vec![remove(first)]).expect("it is as read");
    assert_eq!(read(store, Kind::Model, &model("a")), None);
    let again = commit(store, vec![put(Kind::Model, model("a"), None, "same")]).expect("it is gone");
    assert_ne!(again, first);
    conflicts(&commit(store, vec![remove(first)]));
}

/// A commit without changes leaves its leaf: so are refusals told.
pub fn a_commit_may_change_nothing(store: &dyn MetadataStore) {
    let refused = act("refuse").refused(["no evidence".to_owned()]);
    let sequence = store.commit(&Commit::new(refused.clone(), vec![], vec![]).expect("it fits"));
    let sequence = sequence.expect("nothing is expected");
    let leaves = store.leaves(0..10).expect("the store reads");
    assert_eq!(Entry::read(sequence, &leaves[0].1).expect("an entry").act, refused);
}

#[track_caller]
pub(crate) fn the_log_is_whole(store: &dyn MetadataStore) {
    let report = Audit::of(store).verify().expect("the audit can look");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.entries, store.size().expect("the store reads"));
}
