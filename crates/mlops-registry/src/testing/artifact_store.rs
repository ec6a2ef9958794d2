//! The contract of [`ArtifactStore`] as code: each promise a function over any store.
//!
//! [`artifact_store_suite!`](crate::artifact_store_suite) makes of them a `#[test]` each.
#![expect(clippy::missing_panics_doc, reason = "each function panics if the promise is broken")]

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use mlops_core::Digest;

use super::source::{Dribble, Ending, LENGTHS, bytes};
use crate::artifact::{ArtifactStore, ArtifactStoreExt as _, Reclaimed, Sweep};
use crate::{Error, Result};

/// Holds an adapter of [`ArtifactStore`](crate::artifact::ArtifactStore) to the contract:
/// a module `$name` with a `#[test]` for each promise, over a new and empty `$store` each.
///
/// ```
/// use mlops_registry::artifact::MemoryArtifacts;
/// mlops_registry::artifact_store_suite!(memory, MemoryArtifacts::default());
/// ```
#[macro_export]
macro_rules! artifact_store_suite {
    ($name:ident, $store:expr) => {
        $crate::artifact_store_suite!(@each $name, $store,
            bytes_come_back
            the_same_bytes_are_kept_once
            missing_is_not_found
            a_failing_source_leaves_nothing
            a_panicking_source_leaves_nothing
            a_source_may_dribble
            a_list_comes_in_order_and_in_pages
            what_is_removed_is_gone
            what_is_new_is_not_collected
            what_is_needed_again_stays
            equal_bytes_may_race
            other_bytes_may_race
            a_reader_sees_all_or_nothing
            a_handle_may_be_shared_and_sent
        );
    };
    (@each $name:ident, $store:expr, $($case:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expression is made of")]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::testing::artifact_store::$case(&$store);
                }
            )*
        }
    };
}

fn all(store: &dyn ArtifactStore) -> Vec<Digest> {
    store.list(None, usize::MAX).expect("a store lists what it has")
}

fn read(store: &dyn ArtifactStore, digest: &Digest) -> Result<Vec<u8>> {
    store.read(digest, u64::MAX)
}

/// What is put comes back byte for byte, whatever its length, and its address is its digest.
pub fn bytes_come_back(store: &dyn ArtifactStore) {
    for length in LENGTHS {
        let bytes = bytes(0, length);
        let digest = store.put(&mut bytes.as_slice()).expect("bytes are kept");
        assert_eq!(digest, Digest::of(&bytes), "the address of {length} bytes");
        assert!(read(store, &digest).expect("bytes come back") == bytes, "{length} bytes");
        assert_eq!(store.size(&digest).expect("a size"), Some(length as u64));
        let mut reader = store.open(&digest).expect("bytes come back");
        io::copy(&mut reader, &mut io::sink()).expect("bytes come back");
        assert_eq!(reader.read(&mut [0; 9]).expect("the end stays the end"), 0);
    }
    assert_eq!(all(store).len(), LENGTHS.len());
}

/// Putting again changes nothing and gives the same address.
pub fn the_same_bytes_are_kept_once(store: &dyn ArtifactStore) {
    let digest = store.put_bytes(b"model").expect("bytes are kept");
    assert_eq!(store.put_bytes(b"model").expect("bytes are kept again"), digest);
    assert_eq!(all(store), [digest]);
    assert_eq!(read(store, &digest).expect("bytes come back"), b"model");
}

/// A store says that it does not have what it does not have.
pub fn missing_is_not_found(store: &dyn ArtifactStore) {
    store.put_bytes(b"something else").expect("bytes are kept");
    let missing = Digest::of(b"never put");
    match store.open(&missing).map(|_| ()) {
        Err(Error::NotFound { key, .. }) => assert_eq!(key, missing.to_string()),
        other => panic!("expected NotFound, not {other:?}"),
    }
    assert_eq!(store.size(&missing).expect("a size"), None);
    assert!(!store.remove(&missing).expect("nothing to remove"));
}

/// A source that fails is an error, and no byte of it is kept.
pub fn a_failing_source_leaves_nothing(store: &dyn ArtifactStore) {
    for length in LENGTHS {
        let mut source = Ending(length, || Err(ErrorKind::ConnectionReset.into()));
        match store.put(&mut source) {
            Err(Error::Unavailable { .. }) => {}
            other => panic!("expected Unavailable, not {other:?}"),
        }
        assert_eq!(all(store), [], "after {length} bytes");
        let part = Digest::of(vec![7; length]);
        assert_eq!(store.size(&part).expect("a size"), None, "after {length} bytes");
    }
}

/// A source that panics takes nobody with it, and no byte of it is kept.
pub fn a_panicking_source_leaves_nothing(store: &dyn ArtifactStore) {
    let mut source = Ending(100_000, || panic!("the source of this test panics"));
    assert!(catch_unwind(AssertUnwindSafe(|| store.put(&mut source))).is_err());
    assert_eq!(all(store), []);
    let digest = store.put_bytes(b"model").expect("the store still works");
    assert_eq!(read(store, &digest).expect("bytes come back"), b"model");
}

/// A source may come in single bytes, and be interrupted.
pub fn a_source_may_dribble(store: &dyn ArtifactStore) {
    let bytes = bytes(3, 70_000);
    let digest = store.put(&mut Dribble::new(&bytes)).expect("an interruption is not the end");
    assert_eq!(digest, Digest::of(&bytes));
    assert!(read(store, &digest).expect("bytes come back") == bytes);
}

/// Every address once, in order, page by page.
pub fn a_list_comes_in_order_and_in_pages(store: &dyn ArtifactStore) {
    assert_eq!(all(store), []);
    let put: BTreeSet<Digest> =
        (0..200_u8).map(|seed| store.put_bytes(&[seed]).expect("bytes are kept")).collect();
    let put = Vec::from_iter(put);
    assert_eq!(all(store), put);
    assert_eq!(store.list(None, 0).expect("a list"), []);
    let mut paged: Vec<Digest> = Vec::new();
    loop {
        let page = store.list(paged.last(), 17).expect("a list");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 17);
        paged.extend(page);
        assert!(paged.len() <= put.len(), "what was listed is listed again");
    }
    assert_eq!(paged, put);
    let absent = Digest::from_bytes([0x80; 32]);
    let after: Vec<Digest> = put.iter().copied().filter(|digest| *digest > absent).collect();
    assert_eq!(store.list(Some(&absent), usize::MAX).expect("a list"), after);
}

/// What is removed is gone, the rest stays, and it may be put again.
pub fn what_is_removed_is_gone(store: &dyn ArtifactStore) {
    let gone = store.put_bytes(b"old").expect("bytes are kept");
    let stays = store.put_bytes(b"new").expect("bytes are kept");
    assert!(store.remove(&gone).expect("it is removed"));
    assert!(!store.remove(&gone).expect("nothing to remove"));
    assert!(matches!(read(store, &gone), Err(Error::NotFound { .. })));
    assert_eq!(all(store), [stays]);
    assert_eq!(store.put_bytes(b"old").expect("bytes are kept"), gone);
    assert_eq!(read(store, &gone).expect("bytes come back"), b"old");
}

/// More than any test takes.
const LONG: Duration = Duration::from_hours(1);

/// What was put just now is not old, a dry run removes nothing, and what is old enough goes.
pub fn what_is_new_is_not_collected(store: &dyn ArtifactStore) {
    let large = bytes(5, 4_500_000);
    let digests = [b"model".as_slice(), &large].map(|bytes| store.put_bytes(bytes).expect("bytes are kept"));
    let missing = Digest::of(b"never put");
    assert!(!store.touch(&missing).expect("nothing to touch"));
    for sweep in [Sweep::DryRun, Sweep::Remove] {
        for age in [Duration::ZERO, LONG] {
            assert!(!store.remove_older(&missing, age, sweep).expect("nothing to remove"));
        }
        for digest in &digests {
            assert!(store.touch(digest).expect("it is touched"));
            assert!(!store.remove_older(digest, LONG, sweep).expect("it is asked"), "{sweep:?}: it is new");
        }
        store.reclaim(Duration::ZERO, sweep).expect("it is asked");
        assert_eq!(store.size(&digests[0]).expect("a size"), Some(5), "{sweep:?}: artifacts stay");
        assert!(read(store, &digests[1]).expect("bytes come back") == large, "{sweep:?}: artifacts stay");
    }
    for digest in &digests {
        let go = |sweep| store.remove_older(digest, Duration::ZERO, sweep).expect("it is asked");
        assert!(go(Sweep::DryRun) && go(Sweep::DryRun), "a dry run says that it would go");
        store.check(digest).expect("a dry run removes nothing");
        assert!(go(Sweep::Remove) && !go(Sweep::Remove));
        assert_eq!(store.size(digest).expect("a size"), None);
    }
    let dry = store.reclaim(Duration::ZERO, Sweep::DryRun).expect("it is asked");
    assert_eq!(store.reclaim(Duration::ZERO, Sweep::Remove).expect("it is asked"), dry);
    assert_eq!(store.reclaim(Duration::ZERO, Sweep::Remove).expect("it is asked"), Reclaimed::default());
}

/// What is put or touched while others collect what is old stays.
pub fn what_is_needed_again_stays(store: &dyn ArtifactStore) {
    let large = bytes(6, 4_500_000);
    let touched = store.put_bytes(b"touched").expect("bytes are kept");
    thread::scope(|scope| {
        let needing = scope.spawn(|| {
            for bytes in [b"model".as_slice(), &large].repeat(2) {
                let digest = store.put_bytes(bytes).expect("bytes are kept");
                assert!(store.touch(&touched).expect("it is touched"), "{touched} was collected");
                for digest in [digest, touched] {
                    store.check(&digest).expect("what is needed stays");
                }
            }
        });
        while !needing.is_finished() {
            for digest in all(store) {
                store.remove_older(&digest, LONG, Sweep::Remove).expect("it is asked");
            }
            store.reclaim(LONG, Sweep::Remove).expect("it is asked");
        }
    });
    assert_eq!(all(store).len(), 3);
}

/// Threads that put the same bytes at once all succeed.
pub fn equal_bytes_may_race(store: &dyn ArtifactStore) {
    for round in 0..20 {
        let bytes = bytes(round, 100_000);
        let start = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let digest = store.put(&mut bytes.as_slice()).expect("bytes are kept");
                    assert!(read(store, &digest).expect("bytes come back") == bytes);
                });
            }
        });
    }
    assert_eq!(all(store).len(), 20);
}

/// Threads that put other bytes at once don't get in each other's way.
pub fn other_bytes_may_race(store: &dyn ArtifactStore) {
    thread::scope(|scope| {
        for seed in 0..8 {
            scope.spawn(move || {
                for round in 0..20_u8 {
                    let bytes = [&bytes(seed, 50_000)[..], &[round]].concat();
                    let digest = store.put(&mut bytes.as_slice()).expect("bytes are kept");
                    assert!(read(store, &digest).expect("bytes come back") == bytes);
                }
            });
        }
    });
    let digests = all(store);
    assert_eq!(digests.len(), 8 * 20);
    for digest in digests {
        assert_eq!(store.check(&digest).expect("bytes are whole"), 50_001);
    }
}

/// Who looks while others put sees whole artifacts or none.
pub fn a_reader_sees_all_or_nothing(store: &dyn ArtifactStore) {
    let contents: Vec<Vec<u8>> = (0..40).map(|seed| bytes(seed, 200_000)).collect();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for bytes in &contents {
                store.put(&mut bytes.as_slice()).expect("bytes are kept");
            }
        });
        for bytes in &contents {
            let digest = Digest::of(bytes);
            loop {
                let finished = writer.is_finished();
                for listed in all(store) {
                    assert_eq!(store.size(&listed).expect("a size"), Some(200_000), "{listed} is listed");
                }
                match store.check(&digest) {
                    Ok(length) => break assert_eq!(length, 200_000),
                    Err(Error::NotFound { .. }) if !finished => thread::yield_now(),
                    Err(error) => panic!("{error}"),
                }
            }
        }
    });
}

/// A reader may go to another thread, and outlive the call that gave it.
pub fn a_handle_may_be_shared_and_sent(store: &dyn ArtifactStore) {
    let bytes = bytes(9, 300_000);
    let digest = store.put(&mut bytes.as_slice()).expect("bytes are kept");
    let readers: Vec<_> = (0..4).map(|_| store.open(&digest).expect("bytes come back")).collect();
    let threads: Vec<_> = readers
        .into_iter()
        .map(|mut reader| {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map(|_| bytes)
            })
        })
        .collect();
    for thread in threads {
        assert!(thread.join().expect("no panic").expect("bytes come back") == bytes);
    }
}
