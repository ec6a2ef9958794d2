//! Records by the order of their keys, and by pages.

use mlops_core::Digest;

use super::{commit, keys, model, note, put, read};
use crate::Error;
use crate::store::{Key, Kind, MetadataStore, Query};

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
