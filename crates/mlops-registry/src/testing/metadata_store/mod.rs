//! The contract of [`MetadataStore`] as code: each promise a function over any store.
//!
//! [`metadata_store_suite!`](crate::metadata_store_suite) makes of them a `#[test]` each.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

mod racing;
mod searching;

use mlops_core::{Digest, Principal, Timestamp};
pub use racing::{
    one_of_many_racing_threads_wins, racing_threads_lose_nothing, readers_never_see_half_a_commit,
};
pub use searching::{
    a_search_finds_what_passes, a_search_follows_the_changes, a_search_goes_by_its_order,
    the_pages_of_a_search_skip_and_repeat_nothing,
};
use serde::{Deserialize, Serialize};

use crate::audit::{Act, Audit, Entry, Pruned};
use crate::merkle::{ConsistencyProof, InclusionProof, Tree, empty_root, leaf_hash, root_at};
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

/// Numbers are ordered as numbers, text by its bytes, whatever the order of writing.
pub fn records_come_in_the_order_of_their_keys(store: &dyn MetadataStore) {
    let mut expected = Vec::new();
    for text in ["", "A", "Z", "a", "aa", "ab", "a\u{7f}", "b", "é", "日本", "\u{1f600}"] {
        for number in [-(1_i64 << 53), -10, -9, 0, 2, 10, 1 << 53] {
            expected.push(Key::from([text]).and(number));
        }
    }
    let mut shuffled = expected.clone();
    shuffled.sort_by_key(|key| Digest::of(key.to_string()));
    for key in shuffled {
        commit(store, vec![put(Kind::Run, key, None, "x")]).expect("a new record");
    }
    let found = keys(store, &Query::under(Kind::Run, Key::all(), 1000));
    let differ = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!((differ, found.len()), (None, expected.len()), "records are out of order");
}

/// A group ends where its last part ends: `ab` is not under `a`.
pub fn a_group_does_not_leak_into_its_neighbour(store: &dyn MetadataStore) {
    for (model, version) in [("a", "1"), ("a", "2"), ("ab", "1"), ("a ", "1"), ("A", "1"), ("", "1")] {
        commit(store, vec![put(Kind::Version, Key::from([model, version]), None, "x")]).expect("new");
    }
    let of = |name| keys(store, &Query::under(Kind::Version, Key::from([name]), 100)).len();
    assert_eq!([of("a"), of("ab"), of("A"), of(""), of("b")], [2, 1, 1, 1, 0], "a group leaks");
    assert!(keys(store, &Query::under(Kind::Stage, Key::all(), 100)).is_empty(), "kinds are apart");
}

/// Reading page by page gives every record once, whatever the size of the page and
/// however many parts the group has.
pub fn pages_skip_and_repeat_nothing(store: &dyn MetadataStore) {
    let mut all = Vec::new();
    for model in ["a", "b", "c"] {
        for number in 0..5_i64 {
            for who in ["x", "y"] {
                let key = Key::from([model]).and(number).and(who);
                commit(store, vec![put(Kind::Approval, key.clone(), None, "x")]).expect("a new record");
                all.push(key);
            }
        }
    }
    for group in [Key::all(), Key::from(["b"]), Key::from(["b"]).and(3), Key::from(["b"]).and(3).and("y")] {
        let expected: Vec<_> = all.iter().filter(|key| key.is_under(&group)).cloned().collect();
        for limit in 1..=all.len() + 1 {
            let mut found = Vec::new();
            let mut query = Query::under(Kind::Approval, group.clone(), limit);
            loop {
                let page = keys(store, &query);
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                query = query.after(last.clone());
                found.extend(page);
                assert!(found.len() <= expected.len(), "pages repeat themselves");
            }
            assert_eq!(found, expected, "{limit} at a time under {group}");
        }
    }
    assert!(keys(store, &Query::under(Kind::Approval, Key::all(), 0)).is_empty());
}

/// Text that means something to a database is text.
pub fn hostile_text_is_only_text(store: &dyn MetadataStore) {
    let hostile = ["'; DROP TABLE model; --", "%", "_", "\"", "\\", "a\0b", "NULL", "1", "\u{202e}x", "日本"];
    for text in hostile {
        let sequence = commit(store, vec![put(Kind::Model, model(text), None, text)]).expect("a new record");
        assert_eq!(read(store, Kind::Model, &model(text)), Some((sequence, note(text))), "{text:?}");
    }
    assert_eq!(keys(store, &Query::under(Kind::Model, Key::all(), 100)).len(), hostile.len());
}

/// A key of the wrong shape is refused and not read as another.
pub fn keys_that_do_not_fit_are_refused(store: &dyn MetadataStore) {
    let bad = [
        Query::one(Kind::Model, Key::from(["a", "b"])),
        Query::one(Kind::Run, Key::from(["a", "1"])),
        Query::one(Kind::Model, Key::from([1])),
        Query::one(Kind::Run, Key::from(["a"]).and(i64::MAX)),
        Query::under(Kind::Version, Key::from(["a"]), 10).after(Key::from(["a"])),
        Query::under(Kind::Version, Key::from(["a"]), 10).after(Key::from(["b", "1"])),
    ];
    for query in bad {
        let result = store.read(&query);
        assert!(matches!(result, Err(Error::Invalid { .. })), "{query:?}: {result:?}");
    }
}

/// Leaves come in order, with their numbers, and only those of the range.
pub fn leaves_come_by_range(store: &dyn MetadataStore) {
    for number in 0..7 {
        let changes = vec![put(Kind::Model, model(&format!("m{number}")), None, "x")];
        commit(store, changes).expect("a new record");
    }
    for (range, expected) in [
        (0..7, vec![0, 1, 2, 3, 4, 5, 6]),
        (2..4, vec![2, 3]),
        (5..100, vec![5, 6]),
        (7..9, vec![]),
        (3..3, vec![]),
    ] {
        let leaves = store.leaves(range).expect("the store reads");
        for (sequence, leaf) in &leaves {
            Entry::read(*sequence, leaf).expect("the entry of that number");
        }
        assert_eq!(
            leaves.into_iter().map(|(sequence, _)| sequence).collect::<Vec<_>>(),
            expected,
            "leaves out of range"
        );
    }
    assert!(store.leaves(0..u64::MAX).expect("the store reads").len() == 7);
}

/// The stored nodes give the roots and proofs of the tree over the leaves, at every size.
pub fn nodes_are_those_of_the_tree(store: &dyn MetadataStore) {
    const SIZE: u64 = 21;
    let mut tree = Tree::default();
    for number in 0..SIZE {
        let changes = vec![put(Kind::Model, model(&format!("m{number}")), None, "x")];
        commit(store, changes).expect("a new record");
        let leaves = store.leaves(number..number + 1).expect("the store reads");
        tree.append(leaf_hash(&leaves[0].1));
        assert_eq!(root_at(store, number + 1).expect("the nodes are there"), tree.root(), "another root");
    }
    for size in 1..=SIZE {
        let root = root_at(store, size).expect("the nodes are there");
        let proof = ConsistencyProof::of(store, size, SIZE).expect("the nodes are there");
        proof.verify(&root, &tree.root()).expect("the log only grew");
        let leaves = store.leaves(size - 1..size).expect("the store reads");
        let proof = InclusionProof::of(store, size - 1, SIZE).expect("the nodes are there");
        proof.verify(&leaf_hash(&leaves[0].1), &tree.root()).expect("the leaf is in the log");
    }
    assert!(matches!(root_at(store, SIZE + 1), Err(Error::Corrupt { .. })), "there are no more leaves");
}

/// A commit that forgets takes bodies out, and nothing else: size, nodes and records stay.
/// What is not there, or is to come, can't be forgotten, and then nothing is written.
pub fn what_is_forgotten_leaves_its_hash(store: &dyn MetadataStore) {
    for number in 0..6 {
        let was = read(store, Kind::Model, &model("a")).map(|(was, _)| was);
        commit(store, vec![put(Kind::Model, model("a"), was, &number.to_string())]).expect("it is as read");
    }
    let root = root_at(store, 6).expect("the nodes are there");
    let forgetting = |ranges: &[std::ops::Range<u64>], changes: Vec<Change>| {
        let pruned = Pruned::new(ranges.iter().cloned(), Digest::of("export")).expect("ranges in order");
        store.commit(&Commit::new(act("prune"), vec![], changes).expect("it fits").forgetting(pruned))
    };
    let there = || {
        let leaves = store.leaves(0..u64::MAX).expect("the store reads");
        leaves.into_iter().map(|(sequence, _)| sequence).collect::<Vec<_>>()
    };
    // To come, or not to come at all.
    for range in [6..7, 5..8, 100..101] {
        conflicts(&forgetting(&[range], vec![]));
    }
    assert_eq!(
        forgetting(&[0..2, 3..4], vec![put(Kind::Model, model("b"), None, "x")]).expect("all there"),
        6
    );
    assert_eq!(there(), [2, 4, 5, 6], "the bodies are not those that were to be left");
    assert_eq!(store.size().expect("the store reads"), 7);
    assert_eq!(root_at(store, 6).expect("the nodes are there"), root, "the tree has changed");
    assert_eq!(read(store, Kind::Model, &model("a")).expect("it is there").0, 5);
    // Once is enough: half of it is there, and nothing is done by half.
    for range in [0..1, 2..4] {
        conflicts(&forgetting(&[range], vec![put(Kind::Model, model("c"), None, "x")]));
    }
    assert_eq!(read(store, Kind::Model, &model("c")), None);
    assert_eq!(there(), [2, 4, 5, 6], "a conflict leaves no trace");
    let report = Audit::of(store).verify().expect("the audit can look");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.pruned.iter().map(|under| (under.entry, under.entries)).collect::<Vec<_>>(), [(6, 3)]);
}

/// An audit of a store that was written by the port alone finds nothing.
pub fn the_audit_finds_nothing(store: &dyn MetadataStore) {
    for number in 0..300_u64 {
        let name = model(&format!("m{}", number % 7));
        let change = match read(store, Kind::Model, &name) {
            Some((was, _)) if number % 5 == 0 => {
                Change::remove(Kind::Model, name, Revision(was)).expect("the key fits")
            }
            found => put(Kind::Model, name, found.map(|(was, _)| was), &number.to_string()),
        };
        commit(store, vec![change]).expect("it is as read");
    }
    the_log_is_whole(store);
}

#[track_caller]
pub(crate) fn the_log_is_whole(store: &dyn MetadataStore) {
    let report = Audit::of(store).verify().expect("the audit can look");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.entries, store.size().expect("the store reads"));
}
